//! Text → tokens.
//!
//! Tokens are ranges of the text; nothing is copied. An opcode and its dot-words (`ld.global.L1::no_allocate.v4.f32`),
//! a special register (`%tid.x`) or a vector component (`v.x`) are one token each.

use crate::diagnostic::Span;

/// What a token is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TokenKind {
    /// A name, with the dot-words that follow it directly.
    Word,
    /// `.global`: a dot-word that stands by itself.
    Dot,
    /// An integer or floating-point literal.
    Number,
    /// `"text"`
    String,
    /// A punctuation character or a two-character operator, packed as in [`punctuation`].
    Punctuation(u16),
    /// A character that PTX has no use for, or a string or comment that does not end.
    Stray,
    /// The end of the text.
    End,
}

/// The kind of a punctuation token, from its one or two characters.
pub const fn punctuation(text: &str) -> TokenKind {
    let bytes = text.as_bytes();
    TokenKind::Punctuation(if bytes.len() == 2 { bytes[0] as u16 | (bytes[1] as u16) << 8 } else { bytes[0] as u16 })
}

/// A token.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// Where it stands.
    pub span: Span,
    /// Its 1-based line.
    pub line: u32,
}

/// Reads tokens one by one.
#[derive(Clone, Debug)]
pub struct Lexer<'a> {
    text: &'a [u8],
    at: usize,
    line: u32,
}

/// Character classes.
const SPACE: u8 = 1;
const WORD: u8 = 2;
const DIGIT: u8 = 4;

const CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let c = byte as u8;
        classes[byte] = if c.is_ascii_digit() {
            WORD | DIGIT
        } else if c.is_ascii_alphabetic() || c == b'_' || c == b'$' || c == b'%' {
            WORD
        } else if c == b' ' || c == b'\t' || c == b'\r' || c == b'\x0c' {
            SPACE
        } else {
            0
        };
        byte += 1;
    }
    classes
};

impl<'a> Lexer<'a> {
    /// Starts at a byte of the text, which is on the given line.
    pub fn new(text: &'a str, at: u32, line: u32) -> Self {
        Lexer { text: text.as_bytes(), at: at as usize, line }
    }

    /// The byte and the line at which the next token is looked for.
    pub fn position(&self) -> (u32, u32) {
        (self.at as u32, self.line)
    }

    /// Goes on at another byte, which is on the given line.
    pub fn seek(&mut self, at: u32, line: u32) {
        (self.at, self.line) = (at as usize, line);
    }

    /// The byte that directly follows the last token, if it is one of two.
    #[inline]
    pub(crate) fn peek(&self, wanted: [u8; 2]) -> Option<u8> {
        self.text.get(self.at).copied().filter(|byte| wanted.contains(byte))
    }

    /// Takes the byte that directly follows the last token.
    #[inline]
    pub(crate) fn take_byte(&mut self) {
        self.at += 1;
    }

    #[inline]
    fn byte(&self, at: usize) -> u8 {
        self.text.get(at).copied().unwrap_or(0)
    }

    /// The next token.  At the end of the text, [`TokenKind::End`] again and again.
    #[inline]
    pub fn next_token(&mut self) -> Token {
        let mut token = Token { kind: TokenKind::End, span: Span::default(), line: 0 };
        self.read(&mut token);
        token
    }

    /// Puts the next token where it is wanted. Moving it there afterwards would take longer than to find it: a
    /// processor waits when it is to load at once what has just been stored in pieces.
    pub(crate) fn read(&mut self, token: &mut Token) {
        let is_open_comment = !self.skip_blanks();
        let start = self.at;
        token.line = self.line;
        token.span.start = start as u32;
        token.kind = if is_open_comment {
            self.at = self.text.len();
            TokenKind::Stray
        } else {
            self.kind()
        };
        token.span.end = self.at as u32;
    }

    /// Goes behind the token that begins here.
    #[inline]
    fn kind(&mut self) -> TokenKind {
        let start = self.at;
        let Some(&byte) = self.text.get(start) else { return TokenKind::End };
        let class = CLASSES[byte as usize];
        if class & DIGIT != 0 {
            self.number();
            TokenKind::Number
        } else if class & WORD != 0 && !(byte == b'%' && CLASSES[self.byte(start + 1) as usize] & WORD == 0) {
            self.word(true);
            TokenKind::Word
        } else {
            match byte {
                // `.5`
                b'.' if CLASSES[self.byte(start + 1) as usize] & DIGIT != 0 => {
                    self.number();
                    TokenKind::Number
                }
                b'.' => {
                    self.at += 1;
                    self.word(false);
                    TokenKind::Dot
                }
                b'"' => self.string(),
                b'(' | b')' | b'[' | b']' | b'{' | b'}' | b',' | b';' | b':' | b'@' | b'+' | b'-' | b'*' | b'/'
                | b'^' | b'~' | b'?' | b'%' => {
                    self.at += 1;
                    TokenKind::Punctuation(u16::from(byte))
                }
                b'!' | b'|' | b'&' | b'<' | b'>' | b'=' => {
                    let next = self.byte(start + 1);
                    let double = match byte {
                        b'!' => next == b'=',
                        b'<' | b'>' => next == byte || next == b'=',
                        _ => next == byte,
                    };
                    self.at += if double { 2 } else { 1 };
                    TokenKind::Punctuation(u16::from(byte) | if double { u16::from(next) << 8 } else { 0 })
                }
                _ => {
                    // Whole characters, so that a span never cuts one.
                    self.at += 1;
                    while self.byte(self.at) & 0xc0 == 0x80 {
                        self.at += 1;
                    }
                    TokenKind::Stray
                }
            }
        }
    }

    /// Skips white space, comments and preprocessor lines.  Answers false at a comment that does not end.
    #[inline(always)]
    fn skip_blanks(&mut self) -> bool {
        self.skip_white_space();
        !matches!(self.byte(self.at), b'/' | b'#') || self.skip_comments()
    }

    #[inline]
    fn skip_white_space(&mut self) {
        while let Some(byte) = self.text.get(self.at) {
            if *byte == b'\n' {
                self.line += 1;
            } else if CLASSES[*byte as usize] & SPACE == 0 {
                break;
            }
            self.at += 1;
        }
    }

    /// What [`skip_blanks`](Self::skip_blanks) does, from the first comment or preprocessor line on.
    fn skip_comments(&mut self) -> bool {
        loop {
            let byte = self.byte(self.at);
            if byte == b'/' && self.byte(self.at + 1) == b'/' {
                self.skip_line();
            } else if byte == b'/' && self.byte(self.at + 1) == b'*' {
                let Some(length) = find(&self.text[self.at + 2..], b"*/") else { return false };
                let comment = &self.text[self.at..self.at + 2 + length];
                self.line += comment.iter().filter(|byte| **byte == b'\n').count() as u32;
                self.at += length + 4;
            } else if byte == b'#' && self.is_first_of_line() {
                self.skip_line();
            } else {
                return true;
            }
            self.skip_white_space();
        }
    }

    fn skip_line(&mut self) {
        while self.at < self.text.len() && self.text[self.at] != b'\n' {
            self.at += 1;
        }
    }

    fn is_first_of_line(&self) -> bool {
        let before = self.text[..self.at].iter().rev().find(|byte| CLASSES[**byte as usize] & SPACE == 0);
        matches!(before, None | Some(b'\n'))
    }

    /// A name and what is attached with double colons, and if `with_dots` with dots.
    fn word(&mut self, with_dots: bool) {
        let is_word = |at| CLASSES[self.byte(at) as usize] & WORD != 0;
        let mut at = self.at;
        loop {
            while is_word(at) {
                at += 1;
            }
            if with_dots && self.byte(at) == b'.' && is_word(at + 1) {
                at += 2;
            } else if self.byte(at) == b':' && self.byte(at + 1) == b':' && is_word(at + 2) {
                at += 3;
            } else {
                break;
            }
        }
        self.at = at;
    }

    fn number(&mut self) {
        let start = self.at;
        let is_hex = self.byte(start) == b'0' && matches!(self.byte(start + 1) | 0x20, b'x' | b'f' | b'd' | b'b');
        while self.byte(self.at).is_ascii_alphanumeric() {
            self.at += 1;
        }
        if is_hex {
            return;
        }
        if self.byte(self.at) == b'.' {
            self.at += 1;
            while self.byte(self.at).is_ascii_alphanumeric() {
                self.at += 1;
            }
        }
        // `1.0e-5`
        let after_exponent = self.at > start && self.text[self.at - 1] | 0x20 == b'e';
        if after_exponent && matches!(self.byte(self.at), b'+' | b'-') {
            self.at += 1;
            while self.byte(self.at).is_ascii_digit() {
                self.at += 1;
            }
        }
    }

    fn string(&mut self) -> TokenKind {
        self.at += 1;
        loop {
            match self.text.get(self.at) {
                None | Some(b'\n') => return TokenKind::Stray,
                Some(b'\\') if self.at + 1 < self.text.len() && self.text[self.at + 1] != b'\n' => self.at += 2,
                Some(b'"') => {
                    self.at += 1;
                    return TokenKind::String;
                }
                Some(_) => self.at += 1,
            }
        }
    }

    /// Skips to behind the `}` that matches a `{` already read.  Answers false if there is none.
    pub fn skip_braces(&mut self) -> bool {
        let (start, line) = (self.at, self.line);
        let found = self.find_closing_brace();
        // All at once, which is much faster than one by one.
        self.line = line + count_lines(&self.text[start..self.at]);
        found
    }

    fn find_closing_brace(&mut self) -> bool {
        let mut depth = 1_u32;
        loop {
            self.at += length_without_edges(&self.text[self.at..]);
            match self.text.get(self.at) {
                None => return false,
                Some(b'{') => depth += 1,
                Some(b'}') => {
                    depth -= 1;
                    if depth == 0 {
                        self.at += 1;
                        return true;
                    }
                }
                Some(b'"') => {
                    self.string();
                    continue;
                }
                _ if matches!(self.byte(self.at + 1), b'/' | b'*') => {
                    if !self.skip_blanks() {
                        return false;
                    }
                    continue;
                }
                _ => {}
            }
            self.at += 1;
        }
    }
}

/// A byte that the search for a closing brace must look at.
fn is_edge(byte: u8) -> bool {
    matches!(byte, b'{' | b'}' | b'"' | b'/')
}

/// How many bytes there are before the first [edge](is_edge).
fn length_without_edges(text: &[u8]) -> usize {
    let mut at = 0;
    while let Some(eight) = text[at..].first_chunk::<8>() {
        let word = u64::from_le_bytes(*eight);
        let edges = b"{}\"/".iter().fold(0, |found, edge| found | zeros(word ^ (ONES * u64::from(*edge))));
        if edges != 0 {
            return at + edges.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    text[at..].iter().position(|byte| is_edge(*byte)).map_or(text.len(), |found| at + found)
}

/// Each byte of a word is one.
const ONES: u64 = u64::MAX / 255;

/// Has the highest bit of the first byte that is zero, and none before it.
fn zeros(word: u64) -> u64 {
    word.wrapping_sub(ONES) & !word & (ONES << 7)
}

fn count_lines(text: &[u8]) -> u32 {
    // The counts of blocks fit a byte, which makes for short vector instructions.
    let blocks = text.chunks(128).map(|block| block.iter().map(|byte| u8::from(*byte == b'\n')).sum::<u8>());
    blocks.map(u32::from).sum()
}

/// Where `needle` first occurs.
fn find(text: &[u8], needle: &[u8; 2]) -> Option<usize> {
    text.windows(2).position(|window| window == needle)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[(&str, TokenKind)]) {
        let mut lexer = Lexer::new(text, 0, 1);
        let mut found = Vec::new();
        loop {
            let token = lexer.next_token();
            if token.kind == TokenKind::End {
                break;
            }
            found.push((&text[token.span.start as usize..token.span.end as usize], token.kind));
        }
        assert_eq!(found, expected);
    }

    #[test]
    fn an_opcode_is_one_token_with_its_words() {
        use TokenKind::*;
        check(
            "@%p1 ld.global.L1::no_allocate.v4.f32 {%f1, _}, [%rd1+-4];",
            &[
                ("@", punctuation("@")),
                ("%p1", Word),
                ("ld.global.L1::no_allocate.v4.f32", Word),
                ("{", punctuation("{")),
                ("%f1", Word),
                (",", punctuation(",")),
                ("_", Word),
                ("}", punctuation("}")),
                (",", punctuation(",")),
                ("[", punctuation("[")),
                ("%rd1", Word),
                ("+", punctuation("+")),
                ("-", punctuation("-")),
                ("4", Number),
                ("]", punctuation("]")),
                (";", punctuation(";")),
            ],
        );
    }

    #[test]
    fn literals_comments_and_operators_are_told_apart() {
        use TokenKind::*;
        check(
            "0f3F800000 1.5e-3 0x1FU /* a\n b */ 5%3 // x\n<< != & \"a\\\"b\" .reg.b8 $L__1:",
            &[
                ("0f3F800000", Number),
                ("1.5e-3", Number),
                ("0x1FU", Number),
                ("5", Number),
                ("%3", Word),
                ("<<", punctuation("<<")),
                ("!=", punctuation("!=")),
                ("&", punctuation("&")),
                ("\"a\\\"b\"", String),
                (".reg", Dot),
                (".b8", Dot),
                ("$L__1", Word),
                (":", punctuation(":")),
            ],
        );
    }

    #[test]
    fn lines_are_counted() {
        let mut lexer = Lexer::new("a\n/*\n*/ // x\nb", 0, 1);
        assert_eq!(lexer.next_token().line, 1);
        assert_eq!(lexer.next_token().line, 4);
    }

    #[test]
    fn whatever_stands_there_the_lexer_ends() {
        for text in ["\"abc", "/* abc", ". .. ::", "é\u{0}\u{7f}", "0", "1.", "1e", "1e+", "%", "#"] {
            let mut lexer = Lexer::new(text, 0, 1);
            assert!((0..10).any(|_| lexer.next_token().kind == TokenKind::End), "{text:?}");
        }
    }
}
