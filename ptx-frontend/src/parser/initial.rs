//! Initialisers: laid out as bytes while they are read, since they can be megabytes long.

use super::constant::Constant;
use super::declaration::size_of;
use super::{Parsed, Parser};
use crate::ast::{AddressOf, FieldValue, Initial, Variable};
use crate::lexer::TokenKind;
use crate::types::ScalarType;

/// Bytes that the initialisers of a module may have without a value being written for them: rows of zeros must not fill
/// the memory.
const MAX_PADDING: u64 = 64 << 20;

/// Where values go.
struct Layout<'a> {
    ty: ScalarType,
    initial: Initial<'a>,
}

impl<'a> Parser<'a> {
    /// What follows `=`.
    pub(super) fn initial(&mut self, variable: &Variable<'a>) -> Parsed<Initial<'a>> {
        let span = self.token.span;
        let mut layout = Layout { ty: variable.ty, initial: Initial::default() };
        if variable.opaque.is_some() {
            self.fields(&mut layout.initial)?;
            return Ok(layout.initial);
        }
        // Bytes of one element of each dimension, outermost first; a vector counts as a dimension.
        let mut counts: Vec<u64> = variable.dimensions.iter().map(|count| count.unwrap_or(0)).collect();
        if variable.vector > 1 {
            counts.push(variable.vector.into());
        }
        let mut rows = vec![u64::from(variable.ty.bytes())];
        for count in counts.iter().skip(1).rev() {
            rows.insert(0, rows[0] * count);
        }
        if self.is("{") {
            self.list(&mut layout, &rows)?
        } else {
            self.element(&mut layout)?
        }
        let size = size_of(variable).unwrap_or(0);
        let is_open = variable.dimensions.first() == Some(&None);
        if !is_open && layout.initial.bytes.len() as u64 > size {
            return Err(self.fail(span, format!("more initial values than fit into `{}`", variable.name.text)));
        }
        Ok(layout.initial)
    }

    /// `{ a, { b, c }, ... }`: `rows[0]` is the size in bytes of what each inner list fills.
    fn list(&mut self, layout: &mut Layout<'a>, rows: &[u64]) -> Parsed<()> {
        self.deeper(|parser| {
            parser.expect("{")?;
            while !parser.take("}") {
                if parser.is("{") {
                    let [row, inner @ ..] = rows else { return Err(parser.unexpected("a value")) };
                    let start = layout.initial.bytes.len() as u64;
                    let span = parser.token.span;
                    parser.list(layout, if inner.is_empty() { rows } else { inner })?;
                    let length = layout.initial.bytes.len() as u64 - start;
                    if length > *row {
                        return Err(parser.fail(span, "more initial values than fit into this row"));
                    }
                    // Only now is it sure that the row is no larger than some initial values justify.
                    if !parser.is("}") || length > 0 {
                        parser.pad(layout, start + row)?;
                    }
                } else if !parser.plain_integers(layout) {
                    parser.element(layout)?;
                }
                if !parser.take(",") {
                    parser.expect("}")?;
                    return Ok(());
                }
            }
            Ok(())
        })
    }

    fn pad(&mut self, layout: &mut Layout<'a>, to: u64) -> Parsed<()> {
        self.padding = self.padding.saturating_add(to.saturating_sub(layout.initial.bytes.len() as u64));
        if self.padding > MAX_PADDING {
            let message = "this initialiser is too large: its rows end with too many zeros that are not written";
            return Err(self.fail(self.token.span, message));
        }
        layout.initial.bytes.resize(to as usize, 0);
        Ok(())
    }

    /// Reads integers straight from the text, up to the last one before something else. Answers false if there is none.
    fn plain_integers(&mut self, layout: &mut Layout<'a>) -> bool {
        let bytes = layout.ty.bytes() as usize;
        if self.token.kind != TokenKind::Number || layout.ty.is_float() || bytes > 8 {
            return false;
        }
        let text = self.source.text.as_bytes();
        let mut at = self.token.span.start as usize;
        let mut line = self.token.line;
        let mut read = None;
        loop {
            let start = at;
            let mut value = 0_u64;
            while let Some(digit @ b'0'..=b'9') = text.get(at) {
                value = value.wrapping_mul(10).wrapping_add(u64::from(digit - b'0'));
                at += 1;
            }
            // Leading zeros are octal, 19 digits may not fit; those are left to the general way.
            let is_plain = (1..=18).contains(&(at - start)) && (text[start] != b'0' || at - start == 1);
            let after = at;
            let mut lines = 0;
            while let Some(blank @ (b' ' | b'\n' | b'\r' | b'\t')) = text.get(at) {
                lines += u32::from(*blank == b'\n');
                at += 1;
            }
            if !is_plain || !matches!(text.get(at), Some(b',' | b'}')) {
                break;
            }
            layout.initial.bytes.extend_from_slice(&value.to_le_bytes()[..bytes]);
            read = Some((after, line));
            line += lines;
            if text[at] == b'}' {
                break;
            }
            at += 1;
            while let Some(blank @ (b' ' | b'\n' | b'\r' | b'\t')) = text.get(at) {
                line += u32::from(*blank == b'\n');
                at += 1;
            }
        }
        let Some((end, line)) = read else { return false };
        self.lexer.seek(end as u32, line);
        self.advance();
        true
    }

    fn element(&mut self, layout: &mut Layout<'a>) -> Parsed<()> {
        let width = layout.ty.bytes();
        let is_mask =
            self.token.kind == TokenKind::Number && self.source.text[self.token.span.end as usize..].starts_with('(');
        let offset = layout.initial.bytes.len() as u64;
        if is_mask {
            let span = self.token.span;
            let mask = self.number("a byte mask")?;
            let shift = mask.trailing_zeros() & !7;
            let bytes = match mask.checked_shr(shift) {
                Some(0xff) => 1,
                Some(0xffff) => 2,
                Some(0xffff_ffff) => 4,
                Some(u64::MAX) => 8,
                _ => return Err(self.fail(span, "a mask of an address is 0xFF, 0xFF00, and so on")),
            };
            self.expect("(")?;
            if self.token.kind != TokenKind::Word || self.text() == "WARP_SZ" {
                let value = self.integer("an integer")? as u64;
                self.expect(")")?;
                let masked = u128::from((value & mask) >> shift);
                layout.initial.bytes.extend_from_slice(&masked.to_le_bytes()[..width as usize]);
                return Ok(());
            }
            let mut address = self.address()?;
            self.expect(")")?;
            (address.shift, address.width) = (shift, bytes.min(width));
            layout.initial.addresses.push((offset, address));
            layout.initial.bytes.resize((offset + u64::from(width)) as usize, 0);
            return Ok(());
        }
        if self.token.kind == TokenKind::Word && self.text() != "WARP_SZ" {
            let mut address = self.address()?;
            address.width = width;
            layout.initial.addresses.push((offset, address));
            layout.initial.bytes.resize((offset + u64::from(width)) as usize, 0);
            return Ok(());
        }
        let span = self.token.span;
        let constant = self.constant()?;
        let bits =
            bits_of(layout.ty, constant).ok_or_else(|| self.fail(span, "this is no value of the variable's type"))?;
        layout.initial.bytes.extend_from_slice(&bits.to_le_bytes()[..width as usize]);
        Ok(())
    }

    /// `name`, `name+4`, `generic(name)+4`
    fn address(&mut self) -> Parsed<AddressOf<'a>> {
        let generic = self.text() == "generic";
        let mut name = self.name("the name of a variable or function")?;
        let generic = generic && self.take("(");
        let mut addend = 0;
        if generic {
            name = self.name("the name of a variable")?;
            addend += self.offset()?;
            self.expect(")")?;
        }
        addend += self.offset()?;
        Ok(AddressOf { name, addend, generic, shift: 0, width: 0 })
    }

    /// `addr_mode_0 = wrap, filter_mode = linear` within braces.
    fn fields(&mut self, initial: &mut Initial<'a>) -> Parsed<()> {
        self.expect("{")?;
        while !self.take("}") {
            let name = self.name("the name of a field")?;
            self.expect("=")?;
            let value = match self.token.kind {
                TokenKind::Word if self.text() != "WARP_SZ" => FieldValue::Word(self.name("a value")?.text),
                _ => FieldValue::Integer(self.integer("an integer")?),
            };
            initial.fields.push((name.text, value));
            if !self.take(",") {
                self.expect("}")?;
                break;
            }
        }
        Ok(())
    }
}

/// The bits of a constant as a value of a type.
fn bits_of(ty: ScalarType, constant: Constant) -> Option<u128> {
    use ScalarType::*;
    Some(match (ty, constant) {
        (F32, Constant::F64(value)) => (value as f32).to_bits().into(),
        (F64, Constant::F32(bits)) => f64::from(f32::from_bits(bits)).to_bits().into(),
        (F32, Constant::Signed(value)) => (value as f32).to_bits().into(),
        (F32, Constant::Unsigned(value)) => (value as f32).to_bits().into(),
        (F64, Constant::Signed(value)) => (value as f64).to_bits().into(),
        (F64, Constant::Unsigned(value)) => (value as f64).to_bits().into(),
        (F16 | BF16, Constant::F32(_) | Constant::F64(_)) => return None,
        (_, Constant::F32(bits)) if ty.bits() == 32 => bits.into(),
        (_, Constant::F64(value)) if ty.bits() == 64 => value.to_bits().into(),
        (_, Constant::F32(_) | Constant::F64(_)) => return None,
        (_, integer) => integer.integer()? as u128,
    })
}
