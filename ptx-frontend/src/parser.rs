//! Tokens → AST.
//!
//! [`parse_module`] reads everything of module scope and steps over the bodies of functions; [`parse_body`] reads one
//! body. So the functions of a large module that nobody launches cost only the search for their closing braces.
//!
//! After a mistake the parser goes on behind the next `;` or at the next `}`, to find further ones.

mod body;
mod constant;
mod declaration;
mod initial;
mod module;
mod operand;

use crate::ast::{Extent, Module, Name, Operand, Statement};
use crate::diagnostic::{Diagnostic, Source, Span};
use crate::lexer::{Lexer, Token, TokenKind, punctuation};
use std::borrow::Cow;

pub(crate) use declaration::size_of;

/// How deep expressions, initialisers and operands may nest.
const MAX_DEPTH: u32 = 64;
/// After so many mistakes the parser gives up.
const MAX_DIAGNOSTICS: usize = 20;

/// Reads a module. Bodies are not looked into, see [`parse_body`].
pub fn parse_module<'a>(source: &Source<'a>) -> (Module<'a>, Vec<Diagnostic>) {
    let mut parser = Parser::new(*source, 0, 1);
    let module = parser.module();
    (module, parser.diagnostics)
}

/// Reads the statements of a function's body; `each` sees those before the first mistake, one by one.
pub fn parse_body<'a>(source: &Source<'a>, extent: Extent, each: &mut Each<'_, 'a>) -> Vec<Diagnostic> {
    let text = Source { name: source.name, text: &source.text[..extent.span.end as usize] };
    let mut parser = Parser::new(text, extent.span.start, extent.line);
    // The whole line, not only what the body has of it.
    parser.source = *source;
    parser.statements(each);
    parser.diagnostics
}

/// What is done with each statement: a list of them all would be several times as large as the text.
type Each<'e, 'a> = dyn FnMut(&Statement<'a>) + 'e;

/// A mistake has been noted; whoever can goes on behind it.
struct Failed;
type Parsed<T> = Result<T, Failed>;

struct Parser<'a> {
    source: Source<'a>,
    lexer: Lexer<'a>,
    /// The token at hand.
    token: Token,
    depth: u32,
    /// Bytes of initialisers that stand for nothing in the text.
    padding: u64,
    diagnostics: Vec<Diagnostic>,
    /// The empty list of operands of the instruction before, so that not each needs memory of its own.
    operands: Vec<Operand<'a>>,
}

impl<'a> Parser<'a> {
    fn new(source: Source<'a>, at: u32, line: u32) -> Self {
        let mut lexer = Lexer::new(source.text, at, line);
        let token = lexer.next_token();
        Parser { source, lexer, token, depth: 0, padding: 0, diagnostics: Vec::new(), operands: Vec::new() }
    }

    fn text_of(&self, span: Span) -> &'a str {
        self.source.text.get(span.start as usize..span.end as usize).unwrap_or("")
    }

    /// The text of the token at hand.
    fn text(&self) -> &'a str {
        self.text_of(self.token.span)
    }

    /// Takes the token at hand.
    #[inline]
    fn advance(&mut self) -> Token {
        let token = self.token;
        self.lexer.read(&mut self.token);
        token
    }

    fn is(&self, text: &str) -> bool {
        self.token.kind == punctuation(text)
    }

    /// Takes a punctuation token if it is there.
    fn take(&mut self, text: &str) -> bool {
        let found = self.is(text);
        if found {
            self.advance();
        }
        found
    }

    fn expect(&mut self, text: &str) -> Parsed<Token> {
        if self.is(text) { Ok(self.advance()) } else { Err(self.unexpected(&format!("`{text}`"))) }
    }

    /// Whether the token at hand is the dot-word, written with its dot.
    fn is_dot(&self, word: &str) -> bool {
        self.token.kind == TokenKind::Dot && self.text() == word
    }

    fn name(&mut self, what: &str) -> Parsed<Name<'a>> {
        if self.token.kind != TokenKind::Word {
            return Err(self.unexpected(what));
        }
        let span = self.advance().span;
        Ok(Name { text: self.text_of(span), span })
    }

    /// Notes that something else than `wanted` stands here.
    fn unexpected(&mut self, wanted: &str) -> Failed {
        let found = match self.token.kind {
            TokenKind::End => "the end of the text".to_owned(),
            TokenKind::Stray if self.text().starts_with('"') => "a string that does not end".to_owned(),
            TokenKind::Stray if self.text().starts_with("/*") => "a comment that does not end".to_owned(),
            _ => format!("`{}`", shortened(self.text())),
        };
        let mut diagnostic = self.source.diagnostic(self.token.span, format!("expected {wanted}, found {found}"));
        if wanted.contains("`;`")
            && let Some(line) = self.line_before()
        {
            diagnostic = diagnostic.help(format!("line {line} may lack a `;` at its end"));
        }
        self.note(diagnostic)
    }

    /// The line that ends before the token at hand, if that is the first one of its own.
    fn line_before(&self) -> Option<u32> {
        let before = self.text_of(Span::new(0, self.token.span.start));
        let blank = &before[before.trim_end().len()..];
        let lines = blank.bytes().filter(|byte| *byte == b'\n').count() as u32;
        (lines > 0).then(|| self.token.line - lines)
    }

    fn fail(&mut self, span: Span, message: impl Into<String>) -> Failed {
        let diagnostic = self.source.diagnostic(span, message);
        self.note(diagnostic)
    }

    fn note(&mut self, diagnostic: Diagnostic) -> Failed {
        if self.diagnostics.len() < MAX_DIAGNOSTICS {
            self.diagnostics.push(diagnostic);
        }
        Failed
    }

    fn has_given_up(&self) -> bool {
        self.diagnostics.len() >= MAX_DIAGNOSTICS
    }

    /// Runs `parse` one level deeper, unless that is too deep.
    fn deeper<T>(&mut self, parse: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.depth == MAX_DEPTH {
            return Err(self.fail(self.token.span, format!("nested more than {MAX_DEPTH} levels deep")));
        }
        self.depth += 1;
        let result = parse(self);
        self.depth -= 1;
        result
    }

    /// Goes on behind the next `;`, or at the next `}` or the end.
    fn recover(&mut self) {
        loop {
            match self.token.kind {
                TokenKind::End => return,
                kind if kind == punctuation("}") => return,
                kind if kind == punctuation(";") => {
                    self.advance();
                    return;
                }
                _ => self.advance(),
            };
        }
    }

    fn string(&mut self) -> Parsed<Cow<'a, str>> {
        if self.token.kind != TokenKind::String {
            return Err(self.unexpected("a string"));
        }
        let span = self.advance().span;
        let text = self.text_of(Span::new(span.start + 1, span.end - 1));
        Ok(unescape(text))
    }

    /// `"a", "b"`
    fn strings(&mut self) -> Parsed<Vec<Cow<'a, str>>> {
        let mut strings = vec![self.string()?];
        while self.take(",") {
            strings.push(self.string()?);
        }
        Ok(strings)
    }

    /// An unsigned number of at most 64 bits.
    fn number(&mut self, what: &str) -> Parsed<u64> {
        if self.token.kind != TokenKind::Number {
            return Err(self.unexpected(what));
        }
        let span = self.token.span;
        let value = constant::integer_literal(self.text());
        self.advance();
        value.map(|(value, _)| value).ok_or_else(|| self.fail(span, format!("this is not {what}")))
    }

    fn small_number(&mut self, what: &str) -> Parsed<u32> {
        let span = self.token.span;
        let value = self.number(what)?;
        u32::try_from(value).map_err(|_| self.fail(span, format!("this is too large for {what}")))
    }
}

/// A long token's beginning.
fn shortened(text: &str) -> String {
    match text.char_indices().nth(40) {
        Some((at, _)) => format!("{}...", &text[..at]),
        None => text.to_owned(),
    }
}

fn unescape(text: &str) -> Cow<'_, str> {
    if !text.contains('\\') {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        plain.push(if c == '\\' { chars.next().unwrap_or('\\') } else { c });
    }
    Cow::Owned(plain)
}
