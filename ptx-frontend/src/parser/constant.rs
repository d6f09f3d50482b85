//! Constant expressions (PTX ISA section "Constants"): evaluated while they are read.
//!
//! Integers have 64 bits, signed unless written with `U`, cast, or too large; operators follow C.

use super::{Failed, Parsed, Parser};
use crate::diagnostic::Span;
use crate::lexer::TokenKind;

/// A constant.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Constant {
    Signed(i64),
    Unsigned(u64),
    /// Exact bits, from `0fXXXXXXXX`.
    F32(u32),
    F64(f64),
}

impl Constant {
    /// The number, if it is an integer.
    pub(super) fn integer(self) -> Option<i128> {
        match self {
            Constant::Signed(value) => Some(value.into()),
            Constant::Unsigned(value) => Some(value.into()),
            _ => None,
        }
    }

    fn bits(self) -> Option<u64> {
        self.integer().map(|value| value as u64)
    }

    fn float(self) -> Option<f64> {
        match self {
            Constant::F32(bits) => Some(f32::from_bits(bits).into()),
            Constant::F64(value) => Some(value),
            _ => None,
        }
    }

    fn is_true(self) -> bool {
        match self {
            Constant::Signed(value) => value != 0,
            Constant::Unsigned(value) => value != 0,
            other => other.float().is_some_and(|value| value != 0.0),
        }
    }
}

/// The value of an integer literal, and whether it is unsigned.
pub(super) fn integer_literal(text: &str) -> Option<(u64, bool)> {
    let (digits, mut unsigned) = match text.strip_suffix(['U', 'u']) {
        Some(digits) => (digits, true),
        None => (text, false),
    };
    let value = if let Some(hex) = digits.strip_prefix("0x").or(digits.strip_prefix("0X")) {
        u64::from_str_radix(hex, 16).ok()?
    } else if let Some(binary) = digits.strip_prefix("0b").or(digits.strip_prefix("0B")) {
        u64::from_str_radix(binary, 2).ok()?
    } else if digits.len() > 1 && digits.starts_with('0') {
        u64::from_str_radix(digits, 8).ok()?
    } else {
        digits.parse().ok()?
    };
    unsigned |= i64::try_from(value).is_err();
    Some((value, unsigned))
}

/// `0fXXXXXXXX` → (bits, 32), `0dXXXXXXXXXXXXXXXX` → (bits, 64).
fn float_bits(text: &str) -> Option<(u64, u32)> {
    let width = match text.as_bytes() {
        [b'0', b'f' | b'F', ..] if text.len() == 10 => 32,
        [b'0', b'd' | b'D', ..] if text.len() == 18 => 64,
        _ => return None,
    };
    Some((u64::from_str_radix(&text[2..], 16).ok()?, width))
}

/// The level of the operators that bind as `+` does.
const SUM: u32 = 8;

/// A binary operator and how strongly it binds; those of a level bind to the left.
fn operator(kind: TokenKind) -> Option<(u32, &'static str)> {
    let TokenKind::Punctuation(code) = kind else { return None };
    let found = match &code.to_le_bytes() {
        b"||" => (0, "||"),
        b"&&" => (1, "&&"),
        b"|\0" => (2, "|"),
        b"^\0" => (3, "^"),
        b"&\0" => (4, "&"),
        b"==" => (5, "=="),
        b"!=" => (5, "!="),
        b"<=" => (6, "<="),
        b">=" => (6, ">="),
        b"<\0" => (6, "<"),
        b">\0" => (6, ">"),
        b"<<" => (7, "<<"),
        b">>" => (7, ">>"),
        b"+\0" => (SUM, "+"),
        b"-\0" => (SUM, "-"),
        b"*\0" => (9, "*"),
        b"/\0" => (9, "/"),
        b"%\0" => (9, "%"),
        _ => return None,
    };
    Some(found)
}

impl Parser<'_> {
    /// An integer constant expression.
    pub(super) fn integer(&mut self, what: &str) -> Parsed<i128> {
        let span = self.token.span;
        let value = self.constant()?;
        value.integer().ok_or_else(|| self.fail(span, format!("this is not {what}")))
    }

    /// A constant expression.
    pub(super) fn constant(&mut self) -> Parsed<Constant> {
        self.deeper(|parser| {
            let condition = parser.binary(0)?;
            if !parser.take("?") {
                return Ok(condition);
            }
            let then = parser.constant()?;
            parser.expect(":")?;
            let otherwise = parser.constant()?;
            Ok(if condition.is_true() { then } else { otherwise })
        })
    }

    /// What may follow `+` in `name+8`: no further `|`, which would make a pair, or comparison.
    pub(super) fn sum_part(&mut self) -> Parsed<Constant> {
        self.binary(SUM)
    }

    /// A constant with the operators behind it that bind at least so strongly.
    fn binary(&mut self, level: u32) -> Parsed<Constant> {
        if self.token.kind == TokenKind::Number
            && self.lexer.peek(*b"];").is_some()
            && let Some((value, is_unsigned)) = integer_literal(self.text())
        {
            self.advance();
            return Ok(if is_unsigned { Constant::Unsigned(value) } else { Constant::Signed(value as i64) });
        }
        let start = self.token.span;
        let mut left = self.unary()?;
        while let Some((strength, operator)) = operator(self.token.kind).filter(|(strength, _)| *strength >= level) {
            self.advance();
            let right = self.binary(strength + 1)?;
            let span = start.to(self.token.span);
            left = apply(operator, left, right).ok_or_else(|| self.not_a_number(span))?;
        }
        Ok(left)
    }

    fn not_a_number(&mut self, span: Span) -> Failed {
        self.fail(span, "this constant expression has no value")
    }

    fn unary(&mut self) -> Parsed<Constant> {
        let span = self.token.span;
        for operator in ["-", "+", "!", "~"] {
            if self.take(operator) {
                let value = self.deeper(Self::unary)?;
                let result = match (operator, value) {
                    ("-", Constant::Signed(value)) => Some(Constant::Signed(value.wrapping_neg())),
                    // `-9223372036854775808` and its like.
                    ("-", Constant::Unsigned(value)) => Some(Constant::Signed((value as i64).wrapping_neg())),
                    ("-", Constant::F32(bits)) => Some(Constant::F32(bits ^ 1 << 31)),
                    ("-", Constant::F64(value)) => Some(Constant::F64(-value)),
                    ("+", value) => Some(value),
                    ("!", value) => Some(Constant::Signed((!value.is_true()).into())),
                    (_, Constant::Signed(value)) => Some(Constant::Signed(!value)),
                    (_, Constant::Unsigned(value)) => Some(Constant::Unsigned(!value)),
                    _ => None,
                };
                return result.ok_or_else(|| self.not_a_number(span));
            }
        }
        self.primary()
    }

    fn primary(&mut self) -> Parsed<Constant> {
        let span = self.token.span;
        match self.token.kind {
            TokenKind::Number => {
                let text = self.text();
                self.advance();
                if let Some((value, is_unsigned)) = integer_literal(text) {
                    return Ok(if is_unsigned { Constant::Unsigned(value) } else { Constant::Signed(value as i64) });
                }
                match float_bits(text) {
                    Some((bits, 32)) => Ok(Constant::F32(bits as u32)),
                    Some((bits, _)) => Ok(Constant::F64(f64::from_bits(bits))),
                    None if text.contains(['.', 'e', 'E']) && !text.starts_with("0x") => {
                        text.parse().map(Constant::F64).map_err(|_| self.fail(span, "this is not a number"))
                    }
                    None => Err(self.fail(span, "this is not a number")),
                }
            }
            TokenKind::Word if self.text() == "WARP_SZ" => {
                self.advance();
                Ok(Constant::Signed(32))
            }
            _ if self.is("(") => {
                self.advance();
                let cast = match (self.token.kind, self.text()) {
                    (TokenKind::Dot, ".s64") => Some(false),
                    (TokenKind::Dot, ".u64") => Some(true),
                    _ => None,
                };
                let Some(is_unsigned) = cast else {
                    let value = self.constant()?;
                    self.expect(")")?;
                    return Ok(value);
                };
                self.advance();
                self.expect(")")?;
                let value = self.deeper(Self::unary)?;
                let bits = value.bits().ok_or_else(|| self.not_a_number(span))?;
                Ok(if is_unsigned { Constant::Unsigned(bits) } else { Constant::Signed(bits as i64) })
            }
            _ => Err(self.unexpected("a constant")),
        }
    }
}

fn apply(operator: &str, left: Constant, right: Constant) -> Option<Constant> {
    let truth = |value: bool| Some(Constant::Signed(value.into()));
    match operator {
        "&&" => return truth(left.is_true() && right.is_true()),
        "||" => return truth(left.is_true() || right.is_true()),
        _ => {}
    }
    if let (Some(left), Some(right)) = (left.float(), right.float()) {
        return match operator {
            "+" => Some(Constant::F64(left + right)),
            "-" => Some(Constant::F64(left - right)),
            "*" => Some(Constant::F64(left * right)),
            "/" => Some(Constant::F64(left / right)),
            "==" => truth(left == right),
            "!=" => truth(left != right),
            "<" => truth(left < right),
            "<=" => truth(left <= right),
            ">" => truth(left > right),
            ">=" => truth(left >= right),
            _ => None,
        };
    }
    let (a, b) = (left.bits()?, right.bits()?);
    if let Some(shifted) = shift(operator, left, b) {
        return Some(shifted);
    }
    if let (Constant::Signed(a), Constant::Signed(b)) = (left, right) {
        let value = match operator {
            "+" => a.wrapping_add(b),
            "-" => a.wrapping_sub(b),
            "*" => a.wrapping_mul(b),
            "/" if b != 0 => a.wrapping_div(b),
            "%" if b != 0 => a.wrapping_rem(b),
            "&" => a & b,
            "|" => a | b,
            "^" => a ^ b,
            "==" => (a == b).into(),
            "!=" => (a != b).into(),
            "<" => (a < b).into(),
            "<=" => (a <= b).into(),
            ">" => (a > b).into(),
            ">=" => (a >= b).into(),
            _ => return None,
        };
        return Some(Constant::Signed(value));
    }
    let value = match operator {
        "+" => a.wrapping_add(b),
        "-" => a.wrapping_sub(b),
        "*" => a.wrapping_mul(b),
        "/" => a.checked_div(b)?,
        "%" => a.checked_rem(b)?,
        "&" => a & b,
        "|" => a | b,
        "^" => a ^ b,
        "==" => return truth(a == b),
        "!=" => return truth(a != b),
        "<" => return truth(a < b),
        "<=" => return truth(a <= b),
        ">" => return truth(a > b),
        ">=" => return truth(a >= b),
        _ => return None,
    };
    Some(Constant::Unsigned(value))
}

/// Shifts keep the type of their left side; by 64 or more, everything is shifted out.
fn shift(operator: &str, left: Constant, by: u64) -> Option<Constant> {
    let by = by.min(64) as u32;
    match (operator, left) {
        ("<<", Constant::Signed(value)) => Some(Constant::Signed(value.checked_shl(by).unwrap_or(0))),
        ("<<", Constant::Unsigned(value)) => Some(Constant::Unsigned(value.checked_shl(by).unwrap_or(0))),
        (">>", Constant::Signed(value)) => Some(Constant::Signed(value >> by.min(63))),
        (">>", Constant::Unsigned(value)) => Some(Constant::Unsigned(value.checked_shr(by).unwrap_or(0))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Source;

    fn value(text: &str) -> Option<Constant> {
        let mut parser = Parser::new(Source { name: "x", text }, 0, 1);
        parser.constant().ok().filter(|_| parser.token.kind == TokenKind::End)
    }

    fn check(text: &str, expected: i128) {
        assert_eq!(value(text).and_then(Constant::integer), Some(expected), "{text}");
    }

    #[test]
    fn operators_bind_as_in_c() {
        check("1 + 2 * 3", 7);
        check("(1 + 2) * 3", 9);
        check("1 << 2 + 1", 8);
        check("6 & 3 == 3", 0);
        check("10 - 4 - 3", 3);
        check("1 ? 2 : 0 ? 3 : 4", 2);
        check("!0 + ~0", 0);
        check("WARP_SZ / 2", 16);
    }

    #[test]
    fn integers_have_64_bits_and_a_sign() {
        check("0xFFFFFFFFFFFFFFFF", 0xFFFF_FFFF_FFFF_FFFF);
        check("-9223372036854775808", i64::MIN.into());
        check("-1 / 2U", 0x7FFF_FFFF_FFFF_FFFF);
        check("(.s64) 0xFFFFFFFFFFFFFFFF", -1);
        check("-1 >> 60", -1);
        check("1 << 64", 0);
        check("017", 15);
        check("0b101U", 5);
    }

    #[test]
    fn floating_point_literals_keep_their_bits() {
        assert_eq!(value("0f7fc00001"), Some(Constant::F32(0x7fc0_0001)));
        assert_eq!(value("-0f3f800000"), Some(Constant::F32(0xbf80_0000)));
        assert_eq!(value("1.5e1"), Some(Constant::F64(15.0)));
        assert_eq!(value("0d3FF0000000000000"), Some(Constant::F64(1.0)));
    }

    #[test]
    fn what_has_no_value_is_an_error() {
        for text in ["1 / 0", "1 +", "(1", "~1.0", "0fxyz", "09", "1 ? 2", "0x"] {
            assert_eq!(value(text), None, "{text}");
        }
        assert_eq!(value(&"(".repeat(100_000)), None);
        assert_eq!(value(&"-".repeat(100_000)), None);
    }
}
