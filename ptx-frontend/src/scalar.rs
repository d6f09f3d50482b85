//! Exact arithmetic on register bits: what a PTX instruction computes for one thread.
//!
//! Every function takes and gives register bits, zero-extended to 64; predicates are 0 and 1. Widths, roundings and
//! flags are type parameters, so that a choice of them is one small function an executor can call by pointer. Nothing
//! here depends on the host's floating-point mode or its mathematical library.
//!
//! In reading order: [`integer`], [`bits`]; [`format`] (the floating-point formats and how to round into one),
//! [`float`] (arithmetic), [`float64`] (double precision), [`compare`], [`convert`], [`narrow`] (8-bit and smaller
//! formats), [`approximate`] (`.approx` functions), [`video`] (video instructions).

pub mod approximate;
pub mod bits;
pub mod compare;
pub mod convert;
pub mod float;
pub mod float64;
pub mod format;
pub mod integer;
pub mod narrow;
pub mod video;

/// The low `W` bits.
#[inline(always)]
pub const fn low<const W: u32>(x: u64) -> u64 {
    if W == 64 { x } else { x & ((1 << W) - 1) }
}

/// The low `W` bits as a signed number.
#[inline(always)]
pub const fn signed<const W: u32>(x: u64) -> i64 {
    ((x << (64 - W)) as i64) >> (64 - W)
}

/// The low `W` bits as a number, signed if `S`.
#[inline(always)]
pub const fn value<const W: u32, const S: bool>(x: u64) -> i128 {
    if S { signed::<W>(x) as i128 } else { low::<W>(x) as i128 }
}

/// A function of one element applied to both halves of a register of `2 * W` bits.
#[inline(always)]
pub fn halves1<const W: u32>(a: u64, f: impl Fn(u64) -> u64) -> u64 {
    f(low::<W>(a)) | f(a >> W) << W
}

/// A function of two elements applied to both halves.
#[inline(always)]
pub fn halves2<const W: u32>(a: u64, b: u64, f: impl Fn(u64, u64) -> u64) -> u64 {
    f(low::<W>(a), low::<W>(b)) | f(a >> W, b >> W) << W
}

/// A function of three elements applied to both halves.
#[inline(always)]
pub fn halves3<const W: u32>(a: u64, b: u64, c: u64, f: impl Fn(u64, u64, u64) -> u64) -> u64 {
    f(low::<W>(a), low::<W>(b), low::<W>(c)) | f(a >> W, b >> W, c >> W) << W
}

/// A function of one element applied to each of four bytes.
#[inline(always)]
pub fn bytes1(a: u64, f: impl Fn(u64) -> u64) -> u64 {
    (0..32).step_by(8).fold(0, |all, at| all | f(low::<8>(a >> at)) << at)
}

/// A function of two elements applied to each of four bytes.
#[inline(always)]
pub fn bytes2(a: u64, b: u64, f: impl Fn(u64, u64) -> u64) -> u64 {
    (0..32).step_by(8).fold(0, |all, at| all | f(low::<8>(a >> at), low::<8>(b >> at)) << at)
}

#[cfg(test)]
mod tests;
