//! Text → tokens. Nothing is allocated; a token is a kind and a range of bytes.

use super::diagnostic::Span;

/// What a token is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Token {
    /// A name: `add`, `%r1`, `$L__BB0_1`, `_Z3foov`, `_`.
    Ident,
    /// A dot and a word, with its `::` parts: `.global`, `.shared::cta`, `.L2::128B`. The span includes the dot.
    Word,
    /// An integer literal in any base, with an optional `U`.
    Integer,
    /// `0f3F800000`
    F32Bits,
    /// `0d3FF0000000000000`
    F64Bits,
    /// `1.0`, `1e-3`
    Decimal,
    /// A string, quotes included.
    Text,
    /// One byte of punctuation.
    Punct(u8),
    /// `<<` or `>>`
    Shift(u8),
    /// A byte that PTX has no use for.
    Bad,
    /// The end of the text.
    End,
}

/// Reads tokens one after the other.
#[derive(Clone)]
pub(super) struct Lexer<'s> {
    text: &'s [u8],
    at: usize,
    line: u32,
}

/// Classes of bytes, looked up once per byte.
const NAME: u8 = 1;
const SPACE: u8 = 2;
const CLASSES: [u8; 256] = {
    let mut t = [0; 256];
    let mut b = 0;
    while b < 256 {
        let c = b as u8;
        if c.is_ascii_alphanumeric() || c == b'_' || c == b'$' || c == b'%' || c >= 0x80 {
            t[b] = NAME;
        } else if matches!(c, b' ' | b'\t' | b'\r' | b'\n' | 0x0b | 0x0c) {
            t[b] = SPACE;
        }
        b += 1;
    }
    t
};

impl<'s> Lexer<'s> {
    /// Starts at the beginning of `text`.
    pub(super) fn new(text: &'s str) -> Self {
        Lexer { text: text.as_bytes(), at: 0, line: 1 }
    }

    /// 1-based line of the token that `next` gave last.
    pub(super) fn line(&self) -> u32 {
        self.line
    }

    fn peek(&self, ahead: usize) -> u8 {
        self.text.get(self.at + ahead).copied().unwrap_or(0)
    }

    fn skip_blank(&mut self) {
        while let Some(&b) = self.text.get(self.at) {
            match b {
                b'\n' => {
                    self.line += 1;
                    self.at += 1;
                }
                _ if CLASSES[b as usize] == SPACE => self.at += 1,
                b'/' if self.peek(1) == b'/' => {
                    while self.at < self.text.len() && self.text[self.at] != b'\n' {
                        self.at += 1;
                    }
                }
                b'/' if self.peek(1) == b'*' => {
                    self.at += 2;
                    while self.at < self.text.len() && !(self.text[self.at] == b'*' && self.peek(1) == b'/') {
                        self.line += u32::from(self.text[self.at] == b'\n');
                        self.at += 1;
                    }
                    self.at = (self.at + 2).min(self.text.len());
                }
                _ => break,
            }
        }
    }

    fn names(&mut self) {
        while self.at < self.text.len() && CLASSES[self.text[self.at] as usize] == NAME {
            self.at += 1;
        }
    }

    /// The next token.
    #[allow(clippy::should_implement_trait, reason = "it never ends, so it is no iterator")]
    pub(super) fn next(&mut self) -> (Token, Span) {
        self.skip_blank();
        let start = self.at;
        let Some(&b) = self.text.get(start) else {
            return (Token::End, Span { start: start as u32, end: start as u32 });
        };
        let token = match b {
            b'.' if CLASSES[self.peek(1) as usize] == NAME && self.peek(1) != b'%' => {
                self.at += 1;
                self.names();
                while self.peek(0) == b':' && self.peek(1) == b':' && CLASSES[self.peek(2) as usize] == NAME {
                    self.at += 2;
                    self.names();
                }
                Token::Word
            }
            b'0'..=b'9' => self.number(),
            b'"' => {
                self.at += 1;
                while self.at < self.text.len() && self.text[self.at] != b'"' {
                    self.line += u32::from(self.text[self.at] == b'\n');
                    self.at += if self.text[self.at] == b'\\' { 2 } else { 1 };
                }
                self.at = (self.at + 1).min(self.text.len());
                Token::Text
            }
            b'<' | b'>' if self.peek(1) == b => {
                self.at += 2;
                Token::Shift(b)
            }
            _ if CLASSES[b as usize] == NAME => {
                self.names();
                Token::Ident
            }
            b',' | b';' | b':' | b'{' | b'}' | b'[' | b']' | b'(' | b')' | b'<' | b'>' | b'+' | b'-' | b'!' | b'~'
            | b'@' | b'|' | b'=' | b'*' | b'/' | b'&' | b'^' | b'?' | b'.' => {
                self.at += 1;
                Token::Punct(b)
            }
            _ => {
                self.at += 1;
                Token::Bad
            }
        };
        (token, Span { start: start as u32, end: self.at as u32 })
    }

    fn number(&mut self) -> Token {
        let start = self.at;
        if self.text[start] == b'0' && matches!(self.peek(1), b'f' | b'F' | b'd' | b'D') {
            let digits = if matches!(self.peek(1), b'f' | b'F') { 8 } else { 16 };
            let end = start + 2 + digits;
            if end <= self.text.len() && self.text[start + 2..end].iter().all(u8::is_ascii_hexdigit) {
                self.at = end;
                return if digits == 8 { Token::F32Bits } else { Token::F64Bits };
            }
        }
        let hex = self.text[start] == b'0' && matches!(self.peek(1), b'x' | b'X' | b'b' | b'B');
        self.names();
        if hex {
            return Token::Integer;
        }
        let mut decimal = false;
        if self.peek(0) == b'.' && self.peek(1).is_ascii_digit() {
            decimal = true;
            self.at += 1;
            self.names();
        }
        let digits = &self.text[start..self.at];
        if matches!(digits.last(), Some(b'e' | b'E')) && matches!(self.peek(0), b'+' | b'-') {
            decimal = true;
            self.at += 1;
            self.names();
        } else if digits.iter().any(|b| matches!(b, b'e' | b'E')) {
            decimal = true;
        }
        if decimal { Token::Decimal } else { Token::Integer }
    }

    /// Skips to the end of the current line (`.loc` and `.file` end there).
    pub(super) fn rest_of_line(&mut self) -> &'s str {
        let start = self.at;
        while self.at < self.text.len() && self.text[self.at] != b'\n' {
            self.at += 1;
        }
        // Slicing at ASCII bytes of a `str` stays on character boundaries.
        std::str::from_utf8(&self.text[start..self.at]).unwrap_or("")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[(Token, &str)]) {
        let mut lexer = Lexer::new(text);
        let mut found = Vec::new();
        loop {
            let (t, s) = lexer.next();
            if t == Token::End {
                break;
            }
            found.push((t, &text[s.start as usize..s.end as usize]));
        }
        assert_eq!(found, expected);
    }

    #[test]
    fn opcodes_keep_their_words_apart() {
        check(
            "ld.shared::cta.L2::128B.f32 %f1, [%rd1+4];",
            &[
                (Token::Ident, "ld"),
                (Token::Word, ".shared::cta"),
                (Token::Word, ".L2::128B"),
                (Token::Word, ".f32"),
                (Token::Ident, "%f1"),
                (Token::Punct(b','), ","),
                (Token::Punct(b'['), "["),
                (Token::Ident, "%rd1"),
                (Token::Punct(b'+'), "+"),
                (Token::Integer, "4"),
                (Token::Punct(b']'), "]"),
                (Token::Punct(b';'), ";"),
            ],
        );
    }

    #[test]
    fn numbers_of_every_spelling() {
        check(
            "0f3F800000 0d3FF0000000000000 0x1fU 017 0b101 1.5 1e-3 42",
            &[
                (Token::F32Bits, "0f3F800000"),
                (Token::F64Bits, "0d3FF0000000000000"),
                (Token::Integer, "0x1fU"),
                (Token::Integer, "017"),
                (Token::Integer, "0b101"),
                (Token::Decimal, "1.5"),
                (Token::Decimal, "1e-3"),
                (Token::Integer, "42"),
            ],
        );
    }

    #[test]
    fn unended_comments_and_strings_end_with_the_text() {
        check("a /* b", &[(Token::Ident, "a")]);
        check("\"b\\", &[(Token::Text, "\"b\\")]);
    }
}
