//! Places in PTX text, and what is said about them.
//!
//! A [`Diagnostic`] carries its line of text with it, so it can be shown long after the text is gone, for example when
//! the one function that it concerns is launched.

use std::fmt;

/// A range of bytes of the text.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Default)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// Behind the last byte.
    pub end: u32,
}

impl Span {
    /// From `start` up to and without `end`.
    pub const fn new(start: u32, end: u32) -> Self {
        Span { start, end }
    }

    /// The smallest range that holds both.
    pub fn to(self, other: Span) -> Span {
        Span { start: self.start.min(other.start), end: self.end.max(other.end) }
    }
}

/// A text and the name it is known by.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// Name of the file, for messages.
    pub name: &'a str,
    /// The whole text.
    pub text: &'a str,
}

impl Source<'_> {
    /// Something to say about a range of the text.
    pub fn diagnostic(&self, span: Span, message: impl Into<String>) -> Diagnostic {
        let start = floor_char(self.text, span.start as usize);
        let line_start = self.text[..start].rfind('\n').map_or(0, |at| at + 1);
        let line_end = self.text[start..].find('\n').map_or(self.text.len(), |at| start + at);
        let line = self.text[..start].bytes().filter(|byte| *byte == b'\n').count() as u32 + 1;
        // A line can be megabytes long (an initialiser); the words around the place are enough.
        let from = ceil_char(self.text, line_start.max(start.saturating_sub(CONTEXT)));
        let to = floor_char(self.text, line_end.min(start + CONTEXT));
        let end = floor_char(self.text, (span.end as usize).clamp(start, to));
        let shown = |text: &str| text.replace('\t', " ").trim_end_matches('\r').to_owned();
        let indent = self.text[from..start].chars().take_while(|c| c.is_whitespace()).count();
        let first = self.text[from..start].char_indices().nth(indent).map_or(start, |(at, _)| from + at);
        Diagnostic {
            message: message.into(),
            span,
            label: None,
            help: None,
            file: self.name.to_owned(),
            line,
            column: self.text[line_start..start].chars().count() as u32 + 1,
            snippet: shown(&self.text[first..to]),
            caret: (
                self.text[first..start].chars().count() as u32,
                self.text[start..end].chars().count().max(1) as u32,
            ),
        }
    }
}

/// Bytes of a line shown on either side of the place.
const CONTEXT: usize = 160;

fn floor_char(text: &str, at: usize) -> usize {
    text.floor_char_boundary(at)
}

fn ceil_char(text: &str, at: usize) -> usize {
    text.ceil_char_boundary(at)
}

/// Something wrong with a text: what, where, and what would be right.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Diagnostic {
    /// What happened; lower case, no full stop.
    pub message: String,
    /// Where.
    pub span: Span,
    /// What is to be said right beside the place.
    pub label: Option<String>,
    /// What would be right.
    pub help: Option<String>,
    /// Name of the file.
    pub file: String,
    /// 1-based line.
    pub line: u32,
    /// 1-based column, in characters.
    pub column: u32,
    /// The line, without its indentation; only a part of a very long one.
    pub snippet: String,
    /// Where in the snippet the carets go, in characters: first and count.
    caret: (u32, u32),
}

impl Diagnostic {
    /// Adds what is to be said beside the place.
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }

    /// Adds what would be right.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (first, count) = (self.caret.0 as usize, self.caret.1 as usize);
        writeln!(f, "error: {}", self.message)?;
        writeln!(f, "  --> {}:{}:{}", self.file, self.line, self.column)?;
        writeln!(f, "   |  {}", self.snippet)?;
        write!(f, "   |  {:first$}{:^<count$}", "", "")?;
        if let Some(label) = &self.label {
            write!(f, " {label}")?;
        }
        if let Some(help) = &self.help {
            write!(f, "\n   = help: {help}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Diagnostic {}

/// Several diagnostics, one below the other.
pub fn render(diagnostics: &[Diagnostic]) -> String {
    diagnostics.iter().map(Diagnostic::to_string).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_diagnostic_shows_the_line_with_carets() {
        let text = ".version 8.0\n\tadd.rn.s32 %r1, %r2, %r3;\n";
        let source = Source { name: "saxpy.ptx", text };
        let diagnostic = source
            .diagnostic(Span::new(14, 24), "`add.rn.s32` is not a form of `add`")
            .label("rounding applies to floating point only")
            .help("write `add.s32` or `add.rn.f32`");
        assert_eq!(
            diagnostic.to_string(),
            "error: `add.rn.s32` is not a form of `add`\n  --> saxpy.ptx:2:2\n   |  add.rn.s32 %r1, %r2, %r3;\n   |  \
             ^^^^^^^^^^ rounding applies to floating point only\n   = help: write `add.s32` or `add.rn.f32`"
        );
    }

    #[test]
    fn a_place_behind_the_end_or_inside_a_character_is_shown_all_the_same() {
        let source = Source { name: "x", text: "é" };
        assert_eq!(source.diagnostic(Span::new(1, 2), "m").column, 1);
        assert_eq!(source.diagnostic(Span::new(9, 12), "m").line, 1);
    }

    #[test]
    fn only_a_part_of_a_long_line_is_shown() {
        let text = "1,".repeat(1_000_000);
        let source = Source { name: "x", text: &text };
        assert!(source.diagnostic(Span::new(1_000_000, 1_000_001), "m").snippet.len() < 400);
    }
}
