//! Where something is wrong in a PTX text, what, and what would be right.

use std::fmt;

/// A range of bytes in the source text.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The smallest span that covers both.
    pub fn to(self, other: Span) -> Span {
        Span { start: self.start.min(other.start), end: self.end.max(other.end) }
    }
}

/// How a diagnostic counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Class {
    /// The text is wrong: the module is not PTX that anybody could run.
    Invalid,
    /// Known PTX, or PTX newer than the table, that Regauge does not offer: only its function is lost.
    Unsupported,
}

/// One complaint.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Diagnostic {
    /// What is wrong; lower case, no full stop, code in backticks.
    pub message: String,
    /// Said under the carets.
    pub label: String,
    /// What would be right.
    pub help: Option<String>,
    /// Whose mistake it is.
    pub class: Class,
    /// Where.
    pub span: Span,
    /// File name for messages.
    pub file: String,
    /// 1-based line.
    pub line: u32,
    /// 1-based column, in bytes.
    pub column: u32,
    /// The line itself.
    pub text: String,
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = self.line.to_string();
        let pad = " ".repeat(number.len());
        let width = (self.span.end.saturating_sub(self.span.start) as usize)
            .clamp(1, self.text.len().saturating_sub(self.column as usize - 1).max(1));
        // Tabs stay tabs, so that the carets stand under what they mean.
        let lead: String =
            self.text.bytes().take(self.column as usize - 1).map(|b| if b == b'\t' { '\t' } else { ' ' }).collect();
        writeln!(f, "error: {}", self.message)?;
        writeln!(f, "{pad}--> {}:{}:{}", self.file, self.line, self.column)?;
        writeln!(f, "{pad} |")?;
        writeln!(f, "{number} | {}", self.text)?;
        write!(f, "{pad} | {lead}{} {}", "^".repeat(width), self.label)?;
        if let Some(help) = &self.help {
            write!(f, "\n{pad} = help: {help}")?;
        }
        Ok(())
    }
}

/// A source text with its name, for making diagnostics and finding lines.
#[derive(Clone, Copy)]
pub struct Source<'s> {
    /// The text.
    pub text: &'s str,
    /// The name for messages.
    pub name: &'s str,
}

/// Longest line that a diagnostic quotes; longer ones (initialisers of megabytes) are cut.
const QUOTED_BYTES: usize = 200;

impl Source<'_> {
    /// A diagnostic about `span`.
    pub fn diagnostic(&self, class: Class, span: Span, message: impl Into<String>) -> Diagnostic {
        let at = (span.start as usize).min(self.text.len());
        let start = self.text.as_bytes()[..at].iter().rposition(|&b| b == b'\n').map_or(0, |n| n + 1);
        let line = 1 + self.text.as_bytes()[..start].iter().filter(|&&b| b == b'\n').count() as u32;
        let rest = &self.text.as_bytes()[start..];
        let end = rest.iter().position(|&b| b == b'\n' || b == b'\r').unwrap_or(rest.len()).min(QUOTED_BYTES);
        Diagnostic {
            message: message.into(),
            label: String::new(),
            help: None,
            class,
            span,
            file: self.name.to_string(),
            line,
            column: (at - start) as u32 + 1,
            text: String::from_utf8_lossy(&rest[..end]).into_owned(),
        }
    }
}

impl Diagnostic {
    /// Adds the words under the carets.
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }
    /// Adds what would be right.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}
