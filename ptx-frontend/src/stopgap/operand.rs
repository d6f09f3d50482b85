//! Operands, constant expressions and initialisers.

use super::diagnostic::Span;
use super::lexer::Token;
use super::parser::{MAX_DEPTH, Parsed, Parser};
use super::scope::Name;
use crate::checked::*;
use crate::special::SpecialRegister;
use crate::types::ScalarType;

impl<'s> Parser<'s> {
    pub(super) fn operands(&mut self) -> Parsed<Operands> {
        let mut found = Operands::new();
        if self.is(b';') {
            return Ok(found);
        }
        loop {
            found.push(self.operand(0)?);
            if !self.eat(b',') {
                return Ok(found);
            }
        }
    }

    /// `call (r), f, (a), prototype`
    pub(super) fn call_operands(&mut self) -> Parsed<Operands> {
        let mut results = Operand::List(Vec::new());
        if self.is(b'(') {
            results = self.operand(0)?;
            self.expect(b',')?;
        }
        let mut found = Operands::new();
        found.push(results);
        found.push(self.operand(0)?);
        let mut arguments = Operand::List(Vec::new());
        let mut prototype = None;
        while self.eat(b',') {
            match self.operand(0)? {
                list @ Operand::List(_) => arguments = list,
                other => prototype = Some(other),
            }
        }
        found.push(arguments);
        found.extend(prototype);
        Ok(found)
    }

    fn operand(&mut self, depth: usize) -> Parsed<Operand> {
        if depth > MAX_DEPTH {
            return Err(self.error(self.span, "operand nested too deep"));
        }
        let span = self.span;
        let first = match self.token {
            Token::Punct(b'[') => return self.bracketed(depth),
            Token::Punct(open @ (b'{' | b'(')) => {
                let close = if open == b'{' { b'}' } else { b')' };
                if open == b'(' && !self.looks_like_list() {
                    return self.constant();
                }
                self.bump();
                let mut list = Vec::new();
                while !self.eat(close) {
                    list.push(self.operand(depth + 1)?);
                    if !self.eat(b',') && !self.is(close) {
                        return Err(self.unexpected(&format!("`,` or `{}`", close as char)));
                    }
                }
                return Ok(if open == b'{' { Operand::Vector(list) } else { Operand::List(list) });
            }
            Token::Punct(b'!') => {
                let save = self.span;
                self.bump();
                match self.operand(depth + 1)? {
                    Operand::Register(r) => return Ok(Operand::Not(r)),
                    Operand::Integer(n) => return Ok(Operand::Integer(i128::from(n == 0))),
                    _ => return Err(self.error(save, "`!` takes a predicate register")),
                }
            }
            Token::Ident => self.name()?,
            _ => return self.constant(),
        };
        if self.eat(b'|') {
            let second = self.operand(depth + 1)?;
            return Ok(Operand::Pair(Box::new(first), Box::new(second)));
        }
        self.with_offset(first, span)
    }

    fn looks_like_list(&self) -> bool {
        // `(%r1, ...)`, `(param0)`, `()`: a list; `(4+2)`: an expression.
        let rest = self.source.text[self.span.end as usize..].trim_start();
        !rest.starts_with(|c: char| c.is_ascii_digit() || c == '-' || c == '(')
    }

    /// `symbol+4`, `symbol-4`
    fn with_offset(&mut self, base: Operand, span: Span) -> Parsed<Operand> {
        let mut offset = 0i64;
        while self.is(b'+') || self.is(b'-') {
            let negative = self.is(b'-');
            self.bump();
            match self.unary(0)? {
                Operand::Integer(n) => {
                    offset = offset.wrapping_add(if negative { (n as i64).wrapping_neg() } else { n as i64 })
                }
                _ => return Err(self.error(span, "the offset of an address is an integer")),
            }
        }
        if offset == 0 {
            return Ok(base);
        }
        Ok(match base {
            Operand::Variable(v, o) => Operand::Variable(v, o + offset),
            Operand::Local(v, o) => Operand::Local(v, o + offset),
            Operand::Param(v, o) => Operand::Param(v, o + offset),
            Operand::Return(v, o) => Operand::Return(v, o + offset),
            Operand::Integer(n) => Operand::Integer(n + i128::from(offset)),
            _ => return Err(self.error(span, "only an address takes an offset")),
        })
    }

    fn bracketed(&mut self, depth: usize) -> Parsed<Operand> {
        self.bump();
        let span = self.span;
        let base = match self.token {
            Token::Ident => self.name()?,
            _ => self.constant()?,
        };
        let mut offset = 0i64;
        while self.is(b'+') || self.is(b'-') {
            let negative = self.is(b'-');
            self.bump();
            match self.unary(0)? {
                Operand::Integer(n) => {
                    offset = offset.wrapping_add(if negative { (n as i64).wrapping_neg() } else { n as i64 })
                }
                _ => return Err(self.error(span, "the offset of an address is an integer")),
            }
        }
        if self.is(b',') {
            let mut list = vec![base];
            while self.eat(b',') {
                list.push(self.operand(depth + 1)?);
            }
            self.expect(b']')?;
            return Ok(Operand::Indexed(list));
        }
        self.expect(b']')?;
        Ok(Operand::Address(Box::new(base), offset))
    }

    fn name(&mut self) -> Parsed<Operand> {
        let span = self.span;
        let name = self.text();
        self.bump();
        if name == "_" {
            return Ok(Operand::Sink);
        }
        let body = &mut self.body;
        if let Some(found) = if self.scopes.depth() > 0 { self.scopes.find(name, body) } else { None } {
            return Ok(match found {
                Name::Register(r) => Operand::Register(r),
                Name::Local(l) => Operand::Local(l, 0),
                Name::Variable(v) => Operand::Variable(v, 0),
                Name::Param(i) => Operand::Param(i, 0),
                Name::Return(i) => Operand::Return(i, 0),
                Name::Prototype(i) => Operand::Prototype(i),
                Name::BranchTargets(i) => Operand::BranchTargets(i),
            });
        }
        if let Some(special) = name.strip_prefix('%') {
            let mut spelled = special.to_string();
            if self.token == Token::Word && self.span.start == span.end && self.text().len() == 2 {
                spelled.push_str(self.text());
                if SpecialRegister::from_str(&spelled).is_some() {
                    self.bump();
                }
            }
            if let Some(register) = SpecialRegister::from_str(&spelled) {
                return Ok(Operand::Special(register));
            }
        }
        if let Some(&v) = self.globals.get(name) {
            return Ok(Operand::Variable(v, 0));
        }
        if let Some(&f) = self.functions.get(name) {
            return Ok(Operand::Function(f));
        }
        if name == "WARP_SZ" {
            return Ok(Operand::Integer(32));
        }
        Err(self.error(span, format!("`{name}` is not declared")))
    }

    /// A constant expression, or a symbol inside an initialiser.
    pub(super) fn constant(&mut self) -> Parsed<Operand> {
        self.binary(0, 0)
    }

    fn binary(&mut self, minimum: u8, depth: usize) -> Parsed<Operand> {
        let span = self.span;
        let mut left = self.unary(depth)?;
        loop {
            let (level, op) = match self.token {
                Token::Punct(b'|') => (1, b'|'),
                Token::Punct(b'^') => (2, b'^'),
                Token::Punct(b'&') => (3, b'&'),
                Token::Shift(b) => (4, b),
                Token::Punct(b @ (b'+' | b'-')) => (5, b),
                Token::Punct(b @ (b'*' | b'/')) => (6, b),
                _ => return Ok(left),
            };
            if level <= minimum {
                return Ok(left);
            }
            self.bump();
            let right = self.binary(level, depth + 1)?;
            left = match (left, right) {
                (Operand::Integer(a), Operand::Integer(b)) => Operand::Integer(match op {
                    b'|' => a | b,
                    b'^' => a ^ b,
                    b'&' => a & b,
                    b'<' => ((a as u64) << (b as u32 & 63)).into(),
                    b'>' => (a as u64 >> (b as u32 & 63)).into(),
                    b'+' => i128::from((a as i64).wrapping_add(b as i64)),
                    b'-' => i128::from((a as i64).wrapping_sub(b as i64)),
                    b'*' => i128::from((a as i64).wrapping_mul(b as i64)),
                    _ if b == 0 => return Err(self.error(span, "division by zero")),
                    _ => a / b,
                }),
                (Operand::Variable(v, o), Operand::Integer(n)) if op == b'+' => Operand::Variable(v, o + n as i64),
                (Operand::Variable(v, o), Operand::Integer(n)) if op == b'-' => Operand::Variable(v, o - n as i64),
                _ => return Err(self.error(span, "not a constant expression")),
            };
        }
    }

    fn unary(&mut self, depth: usize) -> Parsed<Operand> {
        if depth > MAX_DEPTH {
            return Err(self.error(self.span, "expression nested too deep"));
        }
        let span = self.span;
        match self.token {
            Token::Punct(op @ (b'-' | b'+' | b'~' | b'!')) => {
                self.bump();
                Ok(match (op, self.unary(depth + 1)?) {
                    (b'-', Operand::Integer(n)) => Operand::Integer(-n),
                    (b'~', Operand::Integer(n)) => Operand::Integer(!n),
                    (b'!', Operand::Integer(n)) => Operand::Integer(i128::from(n == 0)),
                    (b'-', Operand::F64(n)) => Operand::F64(n ^ 1 << 63),
                    (b'-', Operand::F32(n)) => Operand::F32(n ^ 1 << 31),
                    (b'+', o) => o,
                    _ => return Err(self.error(span, "not a constant expression")),
                })
            }
            Token::Punct(b'(') => {
                self.bump();
                // A cast `(.s64)` changes nothing that matters: constants are 64 bits wide.
                if self.token == Token::Word {
                    self.bump();
                    self.expect(b')')?;
                    return self.unary(depth + 1);
                }
                let inner = self.binary(0, depth + 1)?;
                self.expect(b')')?;
                Ok(inner)
            }
            Token::Integer => {
                let text = self.text();
                let n = integer(text).ok_or_else(|| self.error(span, format!("`{text}` is not an integer")))?;
                self.bump();
                Ok(Operand::Integer(n))
            }
            Token::F32Bits | Token::F64Bits => {
                let bits = u64::from_str_radix(&self.text()[2..], 16).map_err(|_| self.unexpected("number"))?;
                let single = self.token == Token::F32Bits;
                self.bump();
                Ok(if single { Operand::F32(bits as u32) } else { Operand::F64(bits) })
            }
            Token::Decimal => {
                let n: f64 = self.text().parse().map_err(|_| self.unexpected("number"))?;
                self.bump();
                Ok(Operand::F64(n.to_bits()))
            }
            Token::Ident => self.name(),
            _ => Err(self.unexpected("operand")),
        }
    }

    pub(super) fn initialiser(&mut self, v: &mut Variable) -> Parsed<()> {
        let unsized_array = v.size == 0;
        let mut offset = 0u64;
        self.initial_item(v, &mut offset, 0)?;
        if unsized_array {
            v.size = offset;
        }
        if v.initial.len() as u64 > v.size {
            return Err(
                self.error(self.span, format!("`{}` has more initial values than its {} bytes hold", v.name, v.size))
            );
        }
        while v.initial.last() == Some(&0) {
            v.initial.pop();
        }
        Ok(())
    }

    fn initial_item(&mut self, v: &mut Variable, offset: &mut u64, depth: usize) -> Parsed<()> {
        if depth > MAX_DEPTH {
            return Err(self.error(self.span, "initialiser nested too deep"));
        }
        if self.eat(b'{') {
            while !self.eat(b'}') {
                self.initial_item(v, offset, depth + 1)?;
                if !self.eat(b',') && !self.is(b'}') {
                    return Err(self.unexpected("`,` or `}`"));
                }
            }
            return Ok(());
        }
        let bytes = u64::from(v.ty.bytes());
        let span = self.span;
        if v.size != 0 && *offset + bytes > v.size {
            return Err(
                self.error(span, format!("`{}` has more initial values than its {} bytes hold", v.name, v.size))
            );
        }
        // `0xFF00(symbol)`: one byte of an address. `generic(symbol)`: its generic address.
        let mut shift = 0;
        let mut generic = false;
        let mut value = if self.token == Token::Ident && self.text() == "generic" {
            self.bump();
            generic = true;
            self.expect(b'(')?;
            let inner = self.constant()?;
            self.expect(b')')?;
            inner
        } else {
            self.constant()?
        };
        if let (Operand::Integer(mask), true) = (&value, self.is(b'(')) {
            shift = (*mask as u64).trailing_zeros();
            self.bump();
            value = if self.token == Token::Ident && self.text() == "generic" {
                self.bump();
                generic = true;
                self.expect(b'(')?;
                let inner = self.constant()?;
                self.expect(b')')?;
                inner
            } else {
                self.constant()?
            };
            self.expect(b')')?;
        }
        if generic && (self.is(b'+') || self.is(b'-')) {
            value = self.with_offset(value, span)?;
        }
        let bits: u64 = match value {
            Operand::Integer(n) => n as u64,
            Operand::F32(bits) if v.ty == ScalarType::F64 => f64::from(f32::from_bits(bits)).to_bits(),
            Operand::F32(bits) => bits.into(),
            Operand::F64(bits) if v.ty.bytes() == 4 => (f64::from_bits(bits) as f32).to_bits().into(),
            Operand::F64(bits) => bits,
            Operand::Variable(id, addend) => {
                v.relocations.push(Relocation {
                    offset: *offset,
                    width: bytes as u32,
                    shift,
                    symbol: Symbol::Variable(id),
                    addend,
                    generic,
                });
                0
            }
            Operand::Function(id) => {
                v.relocations.push(Relocation {
                    offset: *offset,
                    width: bytes as u32,
                    shift,
                    symbol: Symbol::Function(id),
                    addend: 0,
                    generic,
                });
                0
            }
            _ => return Err(self.error(span, "not a constant")),
        };
        let end = (*offset + bytes) as usize;
        if v.initial.len() < end {
            v.initial.resize(end, 0);
        }
        let le = bits.to_le_bytes();
        v.initial[*offset as usize..end].copy_from_slice(&le[..bytes.min(8) as usize]);
        *offset += bytes;
        Ok(())
    }
}

fn integer(text: &str) -> Option<i128> {
    let digits = text.trim_end_matches(['U', 'u']);
    let (digits, radix) = match digits.as_bytes() {
        [b'0', b'x' | b'X', ..] => (&digits[2..], 16),
        [b'0', b'b' | b'B', ..] => (&digits[2..], 2),
        [b'0', _, ..] => (&digits[1..], 8),
        _ => (digits, 10),
    };
    u64::from_str_radix(digits, radix).ok().map(i128::from)
}
