//! Operands of instructions.

use super::constant::{Constant, integer_literal};
use super::{Parsed, Parser};
use crate::ast::{Base, Integer, Name, Operand, OperandKind};
use crate::diagnostic::Span;
use crate::lexer::TokenKind;

/// Whether a word that looks like a name is none.
fn is_reserved(text: &str) -> bool {
    matches!(text, "_" | "WARP_SZ")
}

impl<'a> Parser<'a> {
    /// One operand. `in_call`: parentheses make a list, as in `call (r), f, (a, b);`.
    pub(super) fn operand(&mut self, in_call: bool) -> Parsed<Operand<'a>> {
        let start = self.token.span;
        let kind = match self.token.kind {
            TokenKind::Word => return self.name_operand(),
            TokenKind::Punctuation(_) if self.is("[") => self.bracketed()?,
            TokenKind::Punctuation(_) if self.is("{") => return self.vector(),
            TokenKind::Punctuation(_) if in_call && self.is("(") => OperandKind::List(self.operands_within("(", ")")?),
            TokenKind::Punctuation(_) if (self.is("!") || self.is("-")) && self.is_name_next() => {
                let is_not = self.is("!");
                self.advance();
                let name = self.name("a register")?.text;
                if is_not { OperandKind::Not(name) } else { OperandKind::Minus(name) }
            }
            kind if !self.begins_constant(kind) => {
                return Err(self.unexpected("an operand such as `%r1`, `5` or `[%rd1+8]`"));
            }
            _ => match self.constant()? {
                Constant::F32(bits) => OperandKind::F32(bits),
                Constant::F64(value) => OperandKind::F64(value.to_bits()),
                Constant::Signed(value) => OperandKind::Integer(Integer::new(value.into())),
                Constant::Unsigned(value) => OperandKind::Integer(Integer::new(value.into())),
            },
        };
        Ok(Operand { kind, span: self.since(start) })
    }

    /// Takes an operand and the byte behind it if that is one of two, as is the case nearly always: a name or an integer
    /// with nothing behind it but this.
    #[inline]
    pub(super) fn plain_operand(&mut self, ends: [u8; 2], operands: &mut Vec<Operand<'a>>) -> Option<u8> {
        let end = self.lexer.peek(ends)?;
        let (span, text) = (self.token.span, self.text());
        match self.token.kind {
            TokenKind::Word if !is_reserved(text) => operands.push(Operand { kind: OperandKind::Name(text, 0), span }),
            TokenKind::Number => {
                let (value, _) = integer_literal(text)?;
                operands.push(Operand { kind: OperandKind::Integer(Integer::new(value.into())), span });
            }
            _ => return None,
        }
        self.lexer.take_byte();
        self.advance();
        Some(end)
    }

    fn begins_constant(&self, kind: TokenKind) -> bool {
        kind == TokenKind::Number || ["(", "-", "+", "~", "!"].iter().any(|sign| self.is(sign))
    }

    /// `{a, b}`, perhaps with a predicate: `{a, b}|p`
    fn vector(&mut self) -> Parsed<Operand<'a>> {
        let start = self.token.span;
        let kind = OperandKind::Vector(self.operands_within("{", "}")?);
        let vector = Operand { kind, span: self.since(start) };
        if !self.take("|") {
            return Ok(vector);
        }
        let predicate = self.deeper(Self::name_or_fail)?;
        let span = start.to(predicate.span);
        Ok(Operand { kind: OperandKind::Pair(Box::new(vector), Box::new(predicate)), span })
    }

    /// From `start` to the end of the last token taken.
    fn since(&self, start: Span) -> Span {
        // Blanks before the token at hand do not matter to a message.
        let end = self.token.span.start.max(start.end);
        let text = self.text_of(Span::new(start.start, end));
        match text.as_bytes() {
            [.., last] if last.is_ascii_graphic() => Span::new(start.start, end),
            _ => Span::new(start.start, start.start + text.trim_end().len() as u32),
        }
    }

    /// Whether a name other than `WARP_SZ` follows the token at hand.
    fn is_name_next(&self) -> bool {
        let next = self.lexer.clone().next_token();
        next.kind == TokenKind::Word && self.text_of(next.span) != "WARP_SZ"
    }

    fn name_operand(&mut self) -> Parsed<Operand<'a>> {
        let start = self.token.span;
        let text = self.text();
        if text == "WARP_SZ" {
            let value = Integer::new(self.integer("an integer")?);
            return Ok(Operand { kind: OperandKind::Integer(value), span: self.since(start) });
        }
        self.advance();
        let kind = if text == "_" { OperandKind::Sink } else { OperandKind::Name(text, 0) };
        let mut operand = Operand { kind, span: start };
        if self.is("|") {
            self.advance();
            let second = self.deeper(Self::name_or_fail)?;
            let span = start.to(second.span);
            operand = Operand { kind: OperandKind::Pair(Box::new(operand), Box::new(second)), span };
        } else if self.is("[") {
            let index = self.deeper(Self::index)?;
            operand = Operand { kind: OperandKind::Element(text, Box::new(index)), span: self.since(start) };
        } else if self.is("+") || self.is("-") {
            let offset = self.offset()?;
            operand = Operand { kind: OperandKind::Name(text, offset), span: self.since(start) };
        }
        Ok(operand)
    }

    /// `[3]`, `[%r1+3]`: which element of an array.
    fn index(&mut self) -> Parsed<Operand<'a>> {
        self.expect("[")?;
        let index = self.operand(false)?;
        if !matches!(index.kind, OperandKind::Integer(_) | OperandKind::Name(..)) {
            return Err(self.fail(index.span, "the number of an element is an integer or a register"));
        }
        self.expect("]")?;
        Ok(index)
    }

    fn name_or_fail(&mut self) -> Parsed<Operand<'a>> {
        if self.token.kind == TokenKind::Word { self.name_operand() } else { Err(self.unexpected("a register")) }
    }

    /// `+8`, `-8`, `+-8`, or nothing.
    pub(super) fn offset(&mut self) -> Parsed<i64> {
        let span = self.token.span;
        let is_negative = self.is("-");
        if !self.take("+") && !is_negative {
            return Ok(0);
        }
        let value = self.sum_part()?;
        let value = value.integer().ok_or_else(|| self.fail(span, "an offset is an integer"))?;
        Ok(value as i64)
    }

    /// `[base+offset]` or `[a, b]`
    fn bracketed(&mut self) -> Parsed<OperandKind<'a>> {
        self.deeper(|parser| {
            parser.expect("[")?;
            let (span, text) = (parser.token.span, parser.text());
            if parser.token.kind == TokenKind::Word && !is_reserved(text) && parser.lexer.peek(*b"]]").is_some() {
                parser.advance();
                parser.advance();
                return Ok(OperandKind::Address(Base::Name(Name { text, span }), 0));
            }
            let first = parser.operand(false)?;
            if let OperandKind::Element(..) = first.kind {
                return Err(parser.fail(first.span, "an element of an array stands without brackets around it"));
            }
            if parser.take("]") {
                return Ok(match first.kind {
                    OperandKind::Name(text, offset) => {
                        OperandKind::Address(Base::Name(Name { text, span: first.span }), offset)
                    }
                    OperandKind::Integer(value) => OperandKind::Address(Base::Integer(value, first.span), 0),
                    _ => OperandKind::Indexed(vec![first]),
                });
            }
            let mut operands = vec![first];
            while parser.take(",") {
                operands.push(parser.operand(false)?);
            }
            parser.expect("]")?;
            Ok(OperandKind::Indexed(operands))
        })
    }

    fn operands_within(&mut self, open: &str, close: &str) -> Parsed<Vec<Operand<'a>>> {
        let ends = [b',', close.as_bytes()[0]];
        self.deeper(|parser| {
            parser.expect(open)?;
            let mut operands = Vec::new();
            if parser.take(close) {
                return Ok(operands);
            }
            loop {
                match parser.plain_operand(ends, &mut operands) {
                    Some(b',') => continue,
                    Some(_) => return Ok(operands),
                    None => {}
                }
                operands.push(parser.operand(false)?);
                if parser.take(close) {
                    return Ok(operands);
                }
                parser.expect(",")?;
            }
        })
    }
}
