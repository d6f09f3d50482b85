//! Comparison (PTX ISA "Comparison and Selection Instructions") and classification.
//!
//! A comparison is the set of relations it holds for; NaN stands in the relation [`UNORDERED`] to everything.

use super::format::Format;
use super::integer::less;
use super::low;
use crate::types::Comparison;

/// `a < b`
pub const LESS: u8 = 1;
/// `a == b`
pub const EQUAL: u8 = 2;
/// `a > b`
pub const GREATER: u8 = 4;
/// One of them is a NaN.
pub const UNORDERED: u8 = 8;

/// The relations for which a comparison holds.
pub const fn relations(comparison: Comparison) -> u8 {
    use Comparison::*;
    match comparison {
        Eq => EQUAL,
        Ne => LESS | GREATER,
        Lt | Lo => LESS,
        Le | Ls => LESS | EQUAL,
        Gt | Hi => GREATER,
        Ge | Hs => GREATER | EQUAL,
        Equ => EQUAL | UNORDERED,
        Neu => LESS | GREATER | UNORDERED,
        Ltu => LESS | UNORDERED,
        Leu => LESS | EQUAL | UNORDERED,
        Gtu => GREATER | UNORDERED,
        Geu => GREATER | EQUAL | UNORDERED,
        Num => LESS | EQUAL | GREATER,
        Nan => UNORDERED,
    }
}

/// Whether two integers stand in one of the relations.
#[inline(always)]
pub fn integers<const W: u32, const S: bool, const RELATIONS: u8>(a: u64, b: u64) -> u64 {
    let relation = if a == b {
        EQUAL
    } else if less::<W, S>(a, b) {
        LESS
    } else {
        GREATER
    };
    (RELATIONS & relation != 0) as u64
}

#[inline(always)]
fn related<const RELATIONS: u8>(x: f64, y: f64) -> u64 {
    let relation = if x < y {
        LESS
    } else if x == y {
        EQUAL
    } else if x > y {
        GREATER
    } else {
        UNORDERED
    };
    (RELATIONS & relation != 0) as u64
}

/// Whether two numbers of a format stand in one of the relations.
#[inline(always)]
pub fn floats<F: Format, const FTZ: bool, const RELATIONS: u8>(a: u64, b: u64) -> u64 {
    related::<RELATIONS>(F::decode(F::flush_if::<FTZ>(a)), F::decode(F::flush_if::<FTZ>(b)))
}

/// Whether two doubles stand in one of the relations.
#[inline(always)]
pub fn doubles<const RELATIONS: u8>(a: u64, b: u64) -> u64 {
    related::<RELATIONS>(f64::from_bits(a), f64::from_bits(b))
}

/// `a` if `c`, else `b`.
pub fn selp(a: u64, b: u64, c: u64) -> u64 {
    if c != 0 { a } else { b }
}

/// `a` if the `.s32` `c` is not negative, else `b`.
pub fn slct_s32(a: u64, b: u64, c: u64) -> u64 {
    if (c as u32 as i32) >= 0 { a } else { b }
}

/// `a` if the `.f32` `c` is at least zero (-0 is), else `b` (also for NaN).
pub fn slct_f32<const FTZ: bool>(a: u64, b: u64, c: u64) -> u64 {
    let c = f32::from_bits(c as u32);
    let is_negative = if FTZ { c <= -f32::MIN_POSITIVE } else { c < 0.0 };
    if is_negative || c.is_nan() { b } else { a }
}

/// The classes of `testp`, numbered like the words of its mode.
#[inline(always)]
fn testp<const CLASS: u32>(category: std::num::FpCategory) -> u64 {
    use std::num::FpCategory::*;
    let holds = match CLASS {
        0 => !matches!(category, Nan | Infinite),
        1 => category == Infinite,
        2 => category != Nan,
        3 => category == Nan,
        // The manual counts zero as normal.
        4 => matches!(category, Normal | Zero),
        _ => category == Subnormal,
    };
    holds as u64
}

/// `testp.f32`; classes 0 to 5: finite, infinite, number, notanumber, normal, subnormal.
pub fn testp32<const CLASS: u32>(a: u64) -> u64 {
    testp::<CLASS>(f32::from_bits(low::<32>(a) as u32).classify())
}

/// `testp.f64`.
pub fn testp64<const CLASS: u32>(a: u64) -> u64 {
    testp::<CLASS>(f64::from_bits(a).classify())
}
