//! Double precision. To nearest, the host's own operations; in the directed modes integer arithmetic on significands,
//! which is slower and has no corner cases.
//!
//! A NaN operand is passed on quieted, the first one if there are several; an operation that makes a NaN of numbers
//! gives [`GENERATED_NAN`].

use super::format::mode::{RM, RN};
use super::format::{overflows_to_infinity, rounds_up};

/// What invalid operations give.
pub const GENERATED_NAN: u64 = 0xfff8 << 48;
const SIGN: u64 = 1 << 63;
const INFINITY: u64 = 0x7ff0 << 48;
const QUIET: u64 = 1 << 51;

/// Whether these bits are a NaN.
#[inline(always)]
pub fn is_nan(bits: u64) -> bool {
    bits & !SIGN > INFINITY
}

/// The NaN that an operation on these operands gives.
#[cold]
fn nan_of(operands: &[u64]) -> u64 {
    operands.iter().find(|bits| is_nan(**bits)).map_or(GENERATED_NAN, |bits| bits | QUIET)
}

/// The bits of a result, NaN as [`nan_of`] says.
#[inline(always)]
fn finish(result: f64, operands: &[u64]) -> u64 {
    if result.is_nan() { nan_of(operands) } else { result.to_bits() }
}

#[inline(always)]
fn double(bits: u64) -> f64 {
    f64::from_bits(bits)
}

/// A finite number: `significand * 2^exponent`.
#[derive(Clone, Copy)]
struct Number {
    negative: bool,
    exponent: i32,
    significand: u128,
}

impl Number {
    fn of(bits: u64) -> Number {
        let field = (bits >> 52 & 0x7ff) as i32;
        let fraction = bits & ((1 << 52) - 1);
        let significand = if field == 0 { fraction } else { fraction | 1 << 52 } as u128;
        Number { negative: bits & SIGN != 0, exponent: field.max(1) - 1075, significand }
    }

    /// The highest bit of the significand moved to bit 124, where sums do not overflow.
    fn normalized(self) -> Number {
        let shift = self.significand.leading_zeros() as i32 - 3;
        let significand = if shift < 0 { self.significand >> -shift } else { self.significand << shift };
        Number { exponent: self.exponent - shift, significand, ..self }
    }

    /// The nearest double in mode `R` to this number and, if `sticky`, a little more in magnitude.
    fn round<const R: u8>(self, sticky: bool) -> u64 {
        let sign = if self.negative { SIGN } else { 0 };
        if self.significand == 0 {
            return sign;
        }
        let width = 128 - self.significand.leading_zeros() as i32;
        let exponent = (self.exponent + width - 53).max(-1074);
        let shift = exponent - self.exponent;
        let (kept, rest) = match shift {
            ..=0 => (self.significand << -shift, 0),
            1..=127 => (self.significand >> shift, self.significand << (128 - shift)),
            128 => (0, self.significand),
            _ => (0, 1),
        };
        // What is cut off as two bits: half, and anything less.
        let rest = (rest >> 127) as u64 * 2 + (rest << 1 != 0 || sticky) as u64;
        let up = rounds_up::<R>(self.negative, kept & 1 == 1, rest, 2);
        let encoded = (((exponent + 1074) as u64) << 52) + kept as u64 + up as u64;
        if encoded < INFINITY {
            sign | encoded
        } else if overflows_to_infinity::<R>(self.negative) {
            sign | INFINITY
        } else {
            sign | (INFINITY - 1)
        }
    }
}

/// `a + b` exactly rounded; not both zero.
fn rounded_sum<const R: u8>(a: Number, b: Number) -> u64 {
    if a.significand == 0 {
        return b.round::<R>(false);
    }
    if b.significand == 0 {
        return a.round::<R>(false);
    }
    let (a, b) = (a.normalized(), b.normalized());
    let (large, small) = if (a.exponent, a.significand) >= (b.exponent, b.significand) { (a, b) } else { (b, a) };
    let distance = (large.exponent - small.exponent) as u32;
    let aligned = small.significand.checked_shr(distance).unwrap_or(0);
    // At most 106 of 125 bits are used, so bits are lost only where the operands are too far apart to cancel.
    let sticky = aligned.checked_shl(distance) != Some(small.significand);
    if large.negative == small.negative {
        return Number { significand: large.significand + aligned, ..large }.round::<R>(sticky);
    }
    let significand = large.significand - aligned - sticky as u128;
    if significand == 0 {
        return if R == RM { SIGN } else { 0 };
    }
    Number { significand, ..large }.round::<R>(sticky)
}

fn is_finite(bits: u64) -> bool {
    bits & INFINITY != INFINITY
}

/// `a + b`.
#[inline(always)]
pub fn add<const R: u8>(a: u64, b: u64) -> u64 {
    let sum = double(a) + double(b);
    if R == RN || !is_finite(a) || !is_finite(b) {
        return finish(sum, &[a, b]);
    }
    if (a | b) & !SIGN == 0 {
        // Zeros keep a common sign; of different signs the sum is +0, or -0 rounding down.
        return if R == RM { a | b } else { a & b };
    }
    rounded_sum::<R>(Number::of(a), Number::of(b))
}

/// `a - b`.
#[inline(always)]
pub fn sub<const R: u8>(a: u64, b: u64) -> u64 {
    if is_nan(b) {
        return nan_of(&[a, b]);
    }
    add::<R>(a, b ^ SIGN)
}

/// `a * b`.
#[inline(always)]
pub fn mul<const R: u8>(a: u64, b: u64) -> u64 {
    let product = double(a) * double(b);
    if R == RN || !is_finite(a) || !is_finite(b) {
        return finish(product, &[a, b]);
    }
    product_of(a, b).round::<R>(false)
}

fn product_of(a: u64, b: u64) -> Number {
    let (a, b) = (Number::of(a), Number::of(b));
    Number {
        negative: a.negative != b.negative,
        exponent: a.exponent + b.exponent,
        significand: a.significand * b.significand,
    }
}

/// `a * b + c`, rounded once.
#[inline(always)]
pub fn fma<const R: u8>(a: u64, b: u64, c: u64) -> u64 {
    if R == RN || !is_finite(a) || !is_finite(b) || !is_finite(c) {
        return finish(double(a).mul_add(double(b), double(c)), &[a, b, c]);
    }
    let (product, c) = (product_of(a, b), Number::of(c));
    if product.significand == 0 && c.significand == 0 {
        let negative = if R == RM { product.negative || c.negative } else { product.negative && c.negative };
        return if negative { SIGN } else { 0 };
    }
    rounded_sum::<R>(product, c)
}

/// `a / b`.
#[inline(always)]
pub fn div<const R: u8>(a: u64, b: u64) -> u64 {
    let quotient = double(a) / double(b);
    if R == RN || !is_finite(a) || !is_finite(b) || b & !SIGN == 0 {
        return finish(quotient, &[a, b]);
    }
    let (a, b) = (Number::of(a).normalized(), Number::of(b));
    let negative = a.negative != b.negative;
    // 125 bits by at most 53 leave at least 72.
    let (significand, rest) =
        if a.significand == 0 { (0, 0) } else { (a.significand / b.significand, a.significand % b.significand) };
    Number { negative, exponent: a.exponent - b.exponent, significand }.round::<R>(rest != 0)
}

/// `1 / a`.
#[inline(always)]
pub fn rcp<const R: u8>(a: u64) -> u64 {
    if is_nan(a) {
        return nan_of(&[a]);
    }
    div::<R>(1f64.to_bits(), a)
}

/// The square root.
#[inline(always)]
pub fn sqrt<const R: u8>(a: u64) -> u64 {
    let root = double(a).sqrt();
    if R == RN || !is_finite(a) || a & SIGN != 0 || a == 0 {
        return finish(root, &[a]);
    }
    let mut number = Number::of(a).normalized();
    if number.exponent % 2 != 0 {
        number = Number { exponent: number.exponent - 1, significand: number.significand << 1, ..number };
    }
    let significand = number.significand.isqrt();
    let sticky = significand * significand != number.significand;
    Number { exponent: number.exponent / 2, significand, ..number }.round::<R>(sticky)
}

/// `|a|`; a NaN is passed on unchanged.
#[inline(always)]
pub fn abs(a: u64) -> u64 {
    if is_nan(a) { a } else { a & !SIGN }
}

/// `-a`; a NaN is passed on unchanged.
#[inline(always)]
pub fn neg(a: u64) -> u64 {
    if is_nan(a) { a } else { a ^ SIGN }
}

/// The lesser, or the greater if `MAX`; of a number and a NaN the number. -0 is less than +0.
#[inline(always)]
pub fn extremum<const MAX: bool>(a: u64, b: u64) -> u64 {
    // In the order of the numbers, as signed integers.
    let order = |bits: u64| if bits & SIGN != 0 { !(bits & !SIGN) as i64 } else { bits as i64 };
    match (is_nan(a), is_nan(b)) {
        (true, true) => nan_of(&[a]),
        (true, false) => b,
        (false, true) => a,
        (false, false) if (order(a) < order(b)) != MAX => a,
        (false, false) => b,
    }
}
