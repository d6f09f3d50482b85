//! A place in a line of text, and the words that can follow.

use super::{ParseError, Parsed};
use crate::tile::{BlockId, Operand, Type, Value};
use ptx_frontend::checked::Origin;

/// Where reading has come to in a line.
#[derive(Clone)]
pub(super) struct Cursor<'t> {
    line: usize,
    text: &'t str,
    rest: &'t str,
}

impl<'t> Cursor<'t> {
    pub(super) fn new(line: usize, text: &'t str) -> Cursor<'t> {
        // A comment ends the line, unless the slashes stand in a quoted name.
        let mut quoted = false;
        let mut end = text.len();
        let mut previous = ' ';
        for (at, c) in text.char_indices() {
            match c {
                '"' if previous != '\\' => quoted = !quoted,
                '/' if !quoted && text[at..].starts_with("//") => {
                    end = at;
                    break;
                }
                _ => {}
            }
            previous = c;
        }
        Cursor { line, text, rest: text[..end].trim() }
    }

    pub(super) fn error(&mut self, message: &str) -> ParseError {
        let column = self.rest.as_ptr() as usize - self.text.as_ptr() as usize + 1;
        ParseError { line: self.line, column, message: message.to_owned() }
    }

    pub(super) fn is_at_end(&mut self) -> bool {
        self.rest.is_empty()
    }

    /// The word, or the punctuation character, that follows.
    fn peek(&self) -> &'t str {
        let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '$' | '.' | '%');
        match self.rest.chars().next() {
            None => "",
            Some(c) if is_word(c) => {
                // `%3` starts a word, `shared::cluster` is one, `%3:b32` is three.
                let mut end = 0;
                while let Some(c) = self.rest[end..].chars().next() {
                    if is_word(c) {
                        end += 1;
                    } else if self.rest[end..].starts_with("::") {
                        end += 2;
                    } else {
                        break;
                    }
                }
                &self.rest[..end]
            }
            Some('-') if self.rest.starts_with("->") => "->",
            Some(c) => &self.rest[..c.len_utf8()],
        }
    }

    fn advance(&mut self, by: usize) {
        self.rest = self.rest[by..].trim_start();
    }

    /// Takes the next word if it is this one.
    pub(super) fn eat(&mut self, word: &str) -> bool {
        let found = self.peek() == word;
        if found {
            self.advance(word.len());
        }
        found
    }

    pub(super) fn expect(&mut self, word: &str) -> Parsed<()> {
        if self.eat(word) { Ok(()) } else { Err(self.expected(&format!("`{word}`"))) }
    }

    pub(super) fn expected(&mut self, what: &str) -> ParseError {
        let found = match self.peek() {
            "" => "the end of the line".to_owned(),
            word => format!("`{word}`"),
        };
        self.error(&format!("expected {what}, found {found}"))
    }

    pub(super) fn end(&mut self) -> Parsed<()> {
        if self.is_at_end() { Ok(()) } else { Err(self.expected("the end of the line")) }
    }

    /// Any word.
    pub(super) fn word(&mut self) -> Parsed<&'t str> {
        let word = self.peek();
        if !word.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
            return Err(self.expected("a word"));
        }
        self.advance(word.len());
        Ok(word)
    }

    /// A name, quoted or not.
    pub(super) fn name(&mut self) -> Parsed<String> {
        if !self.rest.starts_with('"') {
            let word = self.peek();
            if !crate::tile::print::is_word(word) {
                return Err(self.expected("a name"));
            }
            self.advance(word.len());
            return Ok(word.to_owned());
        }
        let mut name = String::new();
        let mut chars = self.rest.char_indices().skip(1);
        while let Some((at, c)) = chars.next() {
            match c {
                '"' => {
                    self.advance(at + 1);
                    return Ok(name);
                }
                '\\' => match chars.next().map(|(_, c)| c) {
                    Some('n') => name.push('\n'),
                    Some('t') => name.push('\t'),
                    Some('r') => name.push('\r'),
                    Some('0') => name.push('\0'),
                    Some('u') => {
                        let digits: String = chars.by_ref().map(|(_, c)| c).skip(1).take_while(|&c| c != '}').collect();
                        let code = u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32);
                        name.push(code.ok_or_else(|| self.error("`\\u{...}` is no character"))?);
                    }
                    Some(c) => name.push(c),
                    None => break,
                },
                c => name.push(c),
            }
        }
        Err(self.error("the quotes are not closed"))
    }

    /// Items separated by commas.
    pub(super) fn list<T>(&mut self, mut item: impl FnMut(&mut Self) -> Parsed<T>) -> Parsed<Vec<T>> {
        let mut items = vec![item(self)?];
        while self.eat(",") {
            items.push(item(self)?);
        }
        Ok(items)
    }

    /// 64 bits: decimal or `0x...`, `-` for two's complement.
    pub(super) fn bits(&mut self) -> Parsed<u64> {
        let start = self.clone();
        let negative = self.eat("-");
        let word = self.peek();
        let number = match word.strip_prefix("0x") {
            Some(digits) => u64::from_str_radix(digits, 16).ok(),
            None => word.parse().ok(),
        };
        match number {
            Some(number) => {
                self.advance(word.len());
                Ok(if negative { number.wrapping_neg() } else { number })
            }
            None => Err(start.clone().expected("a number")),
        }
    }

    pub(super) fn number(&mut self) -> Parsed<u32> {
        let start = self.clone();
        let bits = self.bits()?;
        u32::try_from(bits).map_err(|_| start.clone().error("the number does not fit 32 bits"))
    }

    pub(super) fn ty(&mut self) -> Parsed<Type> {
        match Type::from_str(self.peek()) {
            Some(ty) => {
                self.advance(ty.as_str().len());
                Ok(ty)
            }
            None => Err(self.expected("a type (`pred`, `b16`, `b32`, `b64`)")),
        }
    }

    fn numbered(&mut self, prefix: &str, what: &str) -> Parsed<u32> {
        let word = self.peek();
        match word.strip_prefix(prefix).and_then(|digits| digits.parse().ok()) {
            Some(number) => {
                self.advance(word.len());
                Ok(number)
            }
            None => Err(self.expected(what)),
        }
    }

    pub(super) fn value(&mut self) -> Parsed<Value> {
        self.numbered("%", "a value (`%0`)").map(Value)
    }

    pub(super) fn block(&mut self) -> Parsed<BlockId> {
        self.numbered("bb", "a block (`bb0`)").map(BlockId)
    }

    pub(super) fn function(&mut self) -> Parsed<crate::tile::FunctionId> {
        self.numbered("f", "a function (`f0`)").map(crate::tile::FunctionId)
    }

    pub(super) fn operand(&mut self) -> Parsed<Operand> {
        if self.peek().starts_with('%') {
            self.value().map(Operand::Value)
        } else {
            self.bits().map(Operand::Const).map_err(|_| self.expected("a value or a number"))
        }
    }

    /// `@14` or `@14:1:7`; without it, no origin.
    pub(super) fn origin(&mut self) -> Parsed<Option<Origin>> {
        if !self.eat("@") {
            return Ok(None);
        }
        let line = self.number()?;
        if !self.eat(":") {
            return Ok(Some(Origin { line, source: (0, 0) }));
        }
        let file = self.number()?;
        self.expect(":")?;
        Ok(Some(Origin { line, source: (file, self.number()?) }))
    }
}
