//! `cvt` between integers and the floating-point formats up to `.f64`.
//!
//! Integers of `W` bits, signed if `S`; 8-bit results are extended to the 16-bit registers that hold them.

use super::float64;
use super::format::mode::{RM, RN, RP, RZ};
use super::format::{F32, Format, encode};
use super::{low, signed, value};

/// A format that `cvt` converts from or to.
pub trait Real {
    /// Whether it is `.f64`.
    const IS_DOUBLE: bool;
    /// The number, exactly.
    fn number(bits: u64) -> f64;
    /// The nearest number of the format in mode `R` to an `f64` that is exact, or rounded to odd if this is not
    /// `.f64`.
    fn nearest<const R: u8>(x: f64) -> u64;
    /// Subnormal `.f32` becomes zero.
    fn flush_if<const FTZ: bool>(bits: u64) -> u64;
    /// Clamped to [0, 1].
    fn clamp_if<const SAT: bool>(bits: u64) -> u64;
}

impl<F: Format> Real for F {
    const IS_DOUBLE: bool = false;
    #[inline(always)]
    fn number(bits: u64) -> f64 {
        F::decode(bits)
    }
    #[inline(always)]
    fn nearest<const R: u8>(x: f64) -> u64 {
        F::encode::<R>(x)
    }
    #[inline(always)]
    fn flush_if<const FTZ: bool>(bits: u64) -> u64 {
        // `.ftz` of `cvt` speaks of `.f32` only.
        if F::BITS == 32 { F::flush_if::<FTZ>(bits) } else { bits }
    }
    #[inline(always)]
    fn clamp_if<const SAT: bool>(bits: u64) -> u64 {
        if SAT { F::saturate(bits) } else { bits }
    }
}

/// `.f64`
pub enum F64 {}

impl Real for F64 {
    const IS_DOUBLE: bool = true;
    #[inline(always)]
    fn number(bits: u64) -> f64 {
        f64::from_bits(bits)
    }
    #[inline(always)]
    fn nearest<const R: u8>(x: f64) -> u64 {
        x.to_bits()
    }
    #[inline(always)]
    fn flush_if<const FTZ: bool>(bits: u64) -> u64 {
        bits
    }
    #[inline(always)]
    fn clamp_if<const SAT: bool>(bits: u64) -> u64 {
        if !SAT {
            bits
        } else if bits >> 63 == 1 || float64::is_nan(bits) {
            0
        } else {
            bits.min(1f64.to_bits())
        }
    }
}

/// An integer as a register holds it.
#[inline(always)]
fn register<const W: u32, const S: bool>(x: u64) -> u64 {
    match (W, S) {
        (8, true) => low::<16>(signed::<8>(x) as u64),
        _ => low::<W>(x),
    }
}

#[inline(always)]
fn clamp<const W: u32, const S: bool>(x: i128) -> u64 {
    let (least, greatest) = if S { (-(1i128 << (W - 1)), (1 << (W - 1)) - 1) } else { (0, (1 << W) - 1) };
    x.clamp(least, greatest) as u64
}

/// From integer to integer: the low bits, or clamped to the range if `SAT`.
pub fn integer<const FROM: u32, const FROM_S: bool, const W: u32, const S: bool, const SAT: bool>(a: u64) -> u64 {
    let number = value::<FROM, FROM_S>(a);
    register::<W, S>(if SAT { clamp::<W, S>(number) } else { number as u64 })
}

/// Rounded to an integral number in mode `R`; infinities and NaNs stay.
#[inline(always)]
pub fn integral<const R: u8>(x: f64) -> f64 {
    const INTEGRAL_FROM: f64 = (1u64 << 52) as f64;
    let magnitude = x.abs();
    // Also false for a NaN.
    let has_fraction = magnitude < INTEGRAL_FROM;
    if !has_fraction {
        return x;
    }
    let truncated = (magnitude as i64) as f64;
    let rounded = match R {
        // The sum has no room for a fraction.
        RN => (magnitude + INTEGRAL_FROM) - INTEGRAL_FROM,
        RM if x < truncated.copysign(x) => truncated + 1.0,
        RP if x > truncated.copysign(x) => truncated + 1.0,
        _ => truncated,
    };
    rounded.copysign(x)
}

/// From floating point to integer: rounded in mode `R`, clamped to the range.
#[inline(always)]
pub fn to_integer<F: Real, const R: u8, const FTZ: bool, const W: u32, const S: bool>(a: u64) -> u64 {
    let x = F::number(F::flush_if::<FTZ>(a));
    if x.is_nan() {
        // PTX ISA "cvt", integer notes.
        return if F::IS_DOUBLE || W == 64 { register::<W, S>(1 << (W - 1)) } else { 0 };
    }
    let x = if R == RZ { x } else { integral::<R>(x) };
    // `as` truncates and clamps.
    register::<W, S>(match (W, S) {
        (64, false) => x as u64,
        (64, true) => x as i64 as u64,
        (32, false) => x as u32 as u64,
        (32, true) => x as i32 as u64,
        (16, false) => x as u16 as u64,
        (16, true) => x as i16 as u64,
        (_, false) => x as u8 as u64,
        (_, true) => x as i8 as u64,
    })
}

/// From integer to floating point.
#[inline(always)]
pub fn from_integer<F: Real, const R: u8, const SAT: bool, const W: u32, const S: bool>(a: u64) -> u64 {
    let number = value::<W, S>(a);
    // Exact up to 53 bits.
    let nearest = if S { number as i64 as f64 } else { number as u64 as f64 };
    let bits = if W < 64 {
        F::nearest::<R>(nearest)
    } else {
        // In range: a rounded 64-bit integer is at most 2^64.
        let error = number - nearest as i128;
        if F::IS_DOUBLE {
            F::nearest::<RN>(directed::<R>(nearest, error))
        } else {
            F::nearest::<R>(odd(nearest, error))
        }
    };
    F::clamp_if::<SAT>(bits)
}

/// The rounded-to-nearest integer `x`, off by `error`, rounded to odd instead.
#[inline(always)]
fn odd(x: f64, error: i128) -> f64 {
    let bits = x.to_bits();
    if error == 0 || bits & 1 == 1 {
        x
    } else {
        f64::from_bits(if (error > 0) == (x > 0.0) { bits + 1 } else { bits - 1 })
    }
}

/// The rounded-to-nearest integer `x`, off by `error`, rounded in mode `R` instead.
#[inline(always)]
fn directed<const R: u8>(x: f64, error: i128) -> f64 {
    let is_above = error < 0;
    let is_below = error > 0;
    let step = match R {
        RM => is_above,
        RP => is_below,
        RZ => {
            if x > 0.0 {
                is_above
            } else {
                is_below
            }
        }
        _ => false,
    };
    if step { if is_above { x.next_down() } else { x.next_up() } } else { x }
}

/// From floating point to floating point.
#[inline(always)]
pub fn float<F: Real, G: Real, const R: u8, const FTZ: bool, const SAT: bool>(a: u64) -> u64 {
    let a = F::flush_if::<FTZ>(a);
    let x = F::number(a);
    let bits = if G::IS_DOUBLE && x.is_nan() {
        // A NaN keeps its payload on the way to `.f64` and becomes quiet.
        x.to_bits() | 1 << 51
    } else {
        G::nearest::<R>(x)
    };
    G::clamp_if::<SAT>(G::flush_if::<FTZ>(bits))
}

/// To an integral number of the same format.
#[inline(always)]
pub fn to_integral<F: Real, const R: u8, const FTZ: bool, const SAT: bool>(a: u64) -> u64 {
    let x = F::number(F::flush_if::<FTZ>(a));
    let bits = if F::IS_DOUBLE && x.is_nan() { a | 1 << 51 } else { F::nearest::<RN>(integral::<R>(x)) };
    F::clamp_if::<SAT>(bits)
}

/// The largest finite number in place of infinity, if `SATFINITE`.
#[inline(always)]
fn finite_if<F: Format, const SATFINITE: bool>(bits: u64) -> u64 {
    if SATFINITE && bits & !F::SIGN == F::INFINITY { bits - 1 } else { bits }
}

/// From `.f32` to a 16-bit format with `.relu` and `.satfinite`.
#[inline(always)]
pub fn narrow<F: Format, const R: u8, const RELU: bool, const SATFINITE: bool>(a: u64) -> u64 {
    let bits = finite_if::<F, SATFINITE>(F::encode::<R>(F32::decode(a)));
    if RELU { F::relu(bits) } else { bits }
}

/// Two `.f32` to a packed format: `a` becomes the high half.
#[inline(always)]
pub fn narrow2<F: Format, const R: u8, const RELU: bool, const SATFINITE: bool>(a: u64, b: u64) -> u64 {
    narrow::<F, R, RELU, SATFINITE>(a) << 16 | narrow::<F, R, RELU, SATFINITE>(b)
}

/// `.f32` to `.tf32`, whose low 13 bits are zero but in the canonical NaN.
#[inline(always)]
pub fn tf32<const R: u8, const RELU: bool, const SATFINITE: bool>(a: u64) -> u64 {
    let x = F32::decode(a);
    if x.is_nan() {
        return F32::NAN;
    }
    let bits = encode::<8, -126, 10, R>(x) << 13;
    let bits = if SATFINITE && bits & !F32::SIGN == F32::INFINITY { bits - (1 << 13) } else { bits };
    if RELU { F32::relu(bits) } else { bits }
}

/// Two `.f32` to a packed format with stochastic rounding: random bits are added below the last place and what is
/// left there is cut off. The high half of `random` goes to `a`, the low half to `b`.
#[inline(always)]
pub fn narrow2_stochastic<F: Format, const RELU: bool, const SATFINITE: bool>(a: u64, b: u64, random: u64) -> u64 {
    let one = |a: u64, random: u64| {
        let cut = F32::SIGNIFICAND - F::SIGNIFICAND;
        let magnitude = a & !F32::SIGN;
        // What is moved past the largest number is infinite, not a NaN.
        let moved = (magnitude + (random & ((1 << cut) - 1))).min(F32::INFINITY);
        let moved = if magnitude < F32::INFINITY { moved } else { magnitude };
        narrow::<F, RZ, RELU, SATFINITE>(a & F32::SIGN | moved)
    };
    one(a, random >> 16) << 16 | one(b, low::<16>(random))
}

/// `cvt.pack`: `a` and `b` clamped to `W` bits, `a` above `b`; above them the low bits of `c`.
pub fn pack<const W: u32, const S: bool>(a: u64, b: u64, c: u64) -> u64 {
    let part = |x: u64| low::<W>(clamp::<W, S>(value::<32, true>(x)));
    low::<32>(c << (2 * W) | part(a) << W | part(b))
}
