//! Floating-point arithmetic on `.f16`, `.bf16` and `.f32` (PTX ISA "Floating Point Instructions", "Half Precision
//! Floating Point Instructions").
//!
//! `F` is the format, `R` the rounding mode, `FTZ` and `SAT` are the modifiers of these names. Subnormals are flushed
//! before and after the operation, saturation comes last.

use super::format::mode::{RM, RN};
use super::format::{F32, Format, canonical32};

/// What `.ftz` and `.sat` do to a rounded result.
#[inline(always)]
fn finish<F: Format, const FTZ: bool, const SAT: bool>(bits: u64) -> u64 {
    let bits = F::flush_if::<FTZ>(bits);
    if SAT { F::saturate(bits) } else { bits }
}

/// `x + y` rounded to odd. Neither may be so large that the sum overflows.
#[inline(always)]
pub fn sum_to_odd(x: f64, y: f64) -> f64 {
    let sum = x + y;
    // Knuth's 2Sum: `error` is exactly what `sum` lacks.
    let y_part = sum - x;
    let error = (x - (sum - y_part)) + (y - y_part);
    to_odd(sum, error)
}

/// The rounded-to-nearest `x`, of which the exact value is `error` away, rounded to odd instead.
#[inline(always)]
fn to_odd(x: f64, error: f64) -> f64 {
    let bits = x.to_bits();
    // Also false for a NaN, which comes of infinities.
    let is_inexact = error.abs() > 0.0;
    if is_inexact && bits & 1 == 0 {
        let is_outward = (error > 0.0) == (x > 0.0);
        f64::from_bits(if is_outward { bits + 1 } else { bits - 1 })
    } else {
        x
    }
}

/// IEEE 754 gives an exactly cancelled sum the sign plus, and minus when rounding down.
#[inline(always)]
fn sign_of_zero_sum<const R: u8>(x: f64, y: f64, sum: f64) -> f64 {
    if R == RM && sum == 0.0 && (x.is_sign_negative() || y.is_sign_negative()) { -0.0 } else { sum }
}

/// `x + y` into the format.
#[inline(always)]
fn rounded_sum<F: Format, const R: u8>(x: f64, y: f64) -> u64 {
    F::encode::<R>(sign_of_zero_sum::<R>(x, y, sum_to_odd(x, y)))
}

#[inline(always)]
fn single(bits: u64) -> f32 {
    f32::from_bits(bits as u32)
}

/// `a + b`.
#[inline(always)]
pub fn add<F: Format, const R: u8, const FTZ: bool, const SAT: bool>(a: u64, b: u64) -> u64 {
    let (a, b) = (F::flush_if::<FTZ>(a), F::flush_if::<FTZ>(b));
    let sum = if F::BITS == 32 && R == RN {
        canonical32(single(a) + single(b))
    } else {
        rounded_sum::<F, R>(F::decode(a), F::decode(b))
    };
    finish::<F, FTZ, SAT>(sum)
}

/// `a - b`.
#[inline(always)]
pub fn sub<F: Format, const R: u8, const FTZ: bool, const SAT: bool>(a: u64, b: u64) -> u64 {
    add::<F, R, FTZ, SAT>(a, b ^ F::SIGN)
}

/// `a * b`.
#[inline(always)]
pub fn mul<F: Format, const R: u8, const FTZ: bool, const SAT: bool>(a: u64, b: u64) -> u64 {
    let (a, b) = (F::flush_if::<FTZ>(a), F::flush_if::<FTZ>(b));
    let product = if F::BITS == 32 && R == RN {
        canonical32(single(a) * single(b))
    } else {
        // Two significands of at most 24 bits: exact.
        F::encode::<R>(F::decode(a) * F::decode(b))
    };
    finish::<F, FTZ, SAT>(product)
}

/// `a * b + c`, rounded once.
#[inline(always)]
pub fn fma<F: Format, const R: u8, const FTZ: bool, const SAT: bool>(a: u64, b: u64, c: u64) -> u64 {
    let (a, b, c) = (F::flush_if::<FTZ>(a), F::flush_if::<FTZ>(b), F::flush_if::<FTZ>(c));
    finish::<F, FTZ, SAT>(rounded_sum::<F, R>(F::decode(a) * F::decode(b), F::decode(c)))
}

/// `a * b + c`, negative results become 0.
#[inline(always)]
pub fn fma_relu<F: Format, const FTZ: bool>(a: u64, b: u64, c: u64) -> u64 {
    F::relu(fma::<F, RN, FTZ, false>(a, b, c))
}

/// The NaN that stands for an element outside a tensor. The manual keeps its bits to itself; it is taken to be the
/// canonical NaN, which is what the fill mode of tensor copies writes here.
#[inline(always)]
pub fn is_outside<F: Format>(bits: u64) -> bool {
    bits == F::NAN
}

/// `fma.oob`: +0 if `a` or `b` is an element outside a tensor.
pub fn fma_oob<F: Format, const RELU: bool>(a: u64, b: u64, c: u64) -> u64 {
    if is_outside::<F>(a) || is_outside::<F>(b) {
        0
    } else if RELU {
        fma_relu::<F, false>(a, b, c)
    } else {
        fma::<F, RN, false, false>(a, b, c)
    }
}

/// `a / b` of `.f32`.
#[inline(always)]
pub fn div<const R: u8, const FTZ: bool>(a: u64, b: u64) -> u64 {
    let (a, b) = (F32::flush_if::<FTZ>(a), F32::flush_if::<FTZ>(b));
    if R == RN {
        return F32::flush_if::<FTZ>(canonical32(single(a) / single(b)));
    }
    let (x, y) = (F32::decode(a), F32::decode(b));
    let quotient = x / y;
    // The residual is a multiple of 2^-350 or so and has at most 53 bits, so that it is exact.
    let residual = (-quotient).mul_add(y, x);
    let error = if y < 0.0 { -residual } else { residual };
    F32::flush_if::<FTZ>(F32::encode::<R>(to_odd(quotient, error)))
}

/// `1 / a` of `.f32`.
#[inline(always)]
pub fn rcp<const R: u8, const FTZ: bool>(a: u64) -> u64 {
    div::<R, FTZ>(F32::ONE, a)
}

/// The square root of `.f32`.
#[inline(always)]
pub fn sqrt<const R: u8, const FTZ: bool>(a: u64) -> u64 {
    let a = F32::flush_if::<FTZ>(a);
    if R == RN {
        return canonical32(single(a).sqrt());
    }
    let x = F32::decode(a);
    let root = x.sqrt();
    F32::encode::<R>(to_odd(root, (-root).mul_add(root, x)))
}

/// `|a|`.
#[inline(always)]
pub fn abs<F: Format, const FTZ: bool>(a: u64) -> u64 {
    F::flush_if::<FTZ>(a) & !F::SIGN
}

/// `-a`.
#[inline(always)]
pub fn neg<F: Format, const FTZ: bool>(a: u64) -> u64 {
    F::flush_if::<FTZ>(a) ^ F::SIGN
}

/// Bits of a number, not a NaN, as an integer in the order of the numbers, -0 before +0.
#[inline(always)]
fn order<F: Format>(bits: u64) -> i64 {
    if bits & F::SIGN != 0 { !(bits as i64 & !(F::SIGN as i64)) } else { bits as i64 }
}

/// The lesser, or the greater if `MAX`. Of a number and a NaN it is the number, or with `NAN` the canonical NaN. With
/// `XOR`, magnitudes are compared and the result's sign is the exclusive or of the operands' (`.xorsign.abs`).
#[inline(always)]
pub fn extremum<F: Format, const MAX: bool, const FTZ: bool, const NAN: bool, const XOR: bool>(a: u64, b: u64) -> u64 {
    let (a, b) = (F::flush_if::<FTZ>(a), F::flush_if::<FTZ>(b));
    let sign = (a ^ b) & F::SIGN;
    let (a, b) = if XOR { (a & !F::SIGN, b & !F::SIGN) } else { (a, b) };
    let chosen = match (F::is_nan(a), F::is_nan(b)) {
        (true, true) => return F::NAN,
        (true, _) | (_, true) if NAN => return F::NAN,
        (true, false) => b,
        (false, true) => a,
        (false, false) if (order::<F>(a) < order::<F>(b)) != MAX => a,
        (false, false) => b,
    };
    if XOR { chosen | sign } else { chosen }
}

/// [`extremum`] of three.
#[inline(always)]
pub fn extremum3<F: Format, const MAX: bool, const FTZ: bool, const NAN: bool, const XOR: bool>(
    a: u64,
    b: u64,
    c: u64,
) -> u64 {
    let inner = extremum::<F, MAX, FTZ, NAN, XOR>(a, b);
    extremum::<F, MAX, FTZ, NAN, XOR>(inner, c)
}
