//! Exact arithmetic on register bits: what a PTX instruction computes for one thread.
//!
//! Every function takes and gives register bits, zero-extended to 64; predicates are 0 and 1. Widths, roundings and
//! flags are type parameters, so that a choice of them is one small function an executor can call by pointer. Nothing
//! here depends on the host's floating-point mode or its mathematical library.

pub mod bits;
pub mod integer;

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
