//! Arithmetic that integers and floating-point numbers share.

use super::{Meaning, by_integer, by_width, with_flag, with_half, with_rounding};
use crate::tile::ops::Attributes;
use ptx_frontend::scalar::convert::{self, Real};
use ptx_frontend::scalar::format::mode::RN;
use ptx_frontend::scalar::format::{F32 as F32Format, Format};
use ptx_frontend::scalar::{bytes1, bytes2, float, float64, halves1, halves2, halves3, integer};
use ptx_frontend::types::ScalarType::{self, *};

/// An element of a 16-bit format as `.f32`.
fn single<F: Format + Real>(a: u64) -> u64 {
    convert::float::<F, F32Format, RN, false, false>(a)
}

/// The row of a binary operation for the floating-point types.
macro_rules! binary_float {
    ($a:expr, $name:ident) => {
        match $a.ty {
            F32 => with_rounding!($a.rounding, R => with_flag!($a.ftz, FTZ => with_flag!($a.sat, SAT => {
                Some(Meaning::F2(float::$name::<F32Format, R, FTZ, SAT>))
            }))),
            F64 => with_rounding!($a.rounding, R => Some(Meaning::F2(float64::$name::<R>))),
            F32x2 => with_rounding!($a.rounding, R => with_flag!($a.ftz, FTZ => {
                Some(Meaning::F2(|x, y| halves2::<32>(x, y, float::$name::<F32Format, R, FTZ, false>)))
            })),
            F16 | BF16 => with_half!($a.ty, F => with_flag!($a.ftz, FTZ => with_flag!($a.sat, SAT => {
                Some(Meaning::F2(float::$name::<F, RN, FTZ, SAT>))
            }))),
            _ => with_half!($a.ty, F => with_flag!($a.ftz, FTZ => with_flag!($a.sat, SAT => {
                Some(Meaning::F2(|x, y| halves2::<16>(x, y, float::$name::<F, RN, FTZ, SAT>)))
            }))),
        }
    };
}

/// `a` of a 16-bit format and `b` of `.f32`.
macro_rules! mixed {
    ($a:expr, $name:ident) => {
        with_half!($a.from, F => with_rounding!($a.rounding, R => with_flag!($a.sat, SAT => {
            Some(Meaning::F2(|x, y| float::$name::<F32Format, R, false, SAT>(single::<F>(x), y)))
        })))
    };
}

fn is_packed_integer(ty: ScalarType) -> bool {
    matches!(ty, U16x2 | S16x2)
}

pub(in crate::tile::ops) fn add(a: &Attributes) -> Option<Meaning> {
    match a.ty {
        _ if a.from != a.ty => mixed!(a, add),
        S32 if a.sat => Some(Meaning::F2(integer::add_sat::<32>)),
        U32 if a.sat => Some(Meaning::F2(integer::add_sat_unsigned::<32>)),
        S16x2 if a.sat => Some(Meaning::F2(|x, y| halves2::<16>(x, y, integer::add_sat::<16>))),
        U16x2 if a.sat => Some(Meaning::F2(|x, y| halves2::<16>(x, y, integer::add_sat_unsigned::<16>))),
        S8x4 if a.sat => Some(Meaning::F2(|x, y| bytes2(x, y, integer::add_sat::<8>))),
        U8x4 if a.sat => Some(Meaning::F2(|x, y| bytes2(x, y, integer::add_sat_unsigned::<8>))),
        S8x4 | U8x4 => Some(Meaning::F2(|x, y| bytes2(x, y, integer::add::<8>))),
        ty if ty.is_integer() => by_width!(ty, F2, integer::add),
        ty if is_packed_integer(ty) => Some(Meaning::F2(|x, y| halves2::<16>(x, y, integer::add::<16>))),
        _ => binary_float!(a, add),
    }
}

pub(in crate::tile::ops) fn sub(a: &Attributes) -> Option<Meaning> {
    match a.ty {
        _ if a.from != a.ty => mixed!(a, sub),
        S32 if a.sat => Some(Meaning::F2(integer::sub_sat::<32>)),
        S8x4 if a.sat => Some(Meaning::F2(|x, y| bytes2(x, y, integer::sub_sat::<8>))),
        U8x4 if a.sat => Some(Meaning::F2(|x, y| bytes2(x, y, integer::sub_sat_unsigned::<8>))),
        S8x4 | U8x4 => Some(Meaning::F2(|x, y| bytes2(x, y, integer::sub::<8>))),
        ty if ty.is_integer() => by_width!(ty, F2, integer::sub),
        ty if is_packed_integer(ty) => Some(Meaning::F2(|x, y| halves2::<16>(x, y, integer::sub::<16>))),
        _ => binary_float!(a, sub),
    }
}

pub(in crate::tile::ops) fn mul(a: &Attributes) -> Option<Meaning> {
    if a.ty.is_integer() { by_width!(a.ty, F2, integer::mul) } else { binary_float!(a, mul) }
}

pub(in crate::tile::ops) fn fma(a: &Attributes) -> Option<Meaning> {
    match a.ty {
        _ if a.from != a.ty => with_half!(a.from, F => with_rounding!(a.rounding, R => with_flag!(a.sat, SAT => {
            Some(Meaning::F3(|x, y, z| float::fma::<F32Format, R, false, SAT>(single::<F>(x), single::<F>(y), z)))
        }))),
        F32 => with_rounding!(a.rounding, R => with_flag!(a.ftz, FTZ => with_flag!(a.sat, SAT => {
            Some(Meaning::F3(float::fma::<F32Format, R, FTZ, SAT>))
        }))),
        F64 => with_rounding!(a.rounding, R => Some(Meaning::F3(float64::fma::<R>))),
        F32x2 => with_rounding!(a.rounding, R => with_flag!(a.ftz, FTZ => {
            Some(Meaning::F3(|x, y, z| halves3::<32>(x, y, z, float::fma::<F32Format, R, FTZ, false>)))
        })),
        F16 | BF16 if a.relu => with_half!(a.ty, F => with_flag!(a.ftz, FTZ => {
            Some(Meaning::F3(float::fma_relu::<F, FTZ>))
        })),
        F16 | BF16 => with_half!(a.ty, F => with_flag!(a.ftz, FTZ => with_flag!(a.sat, SAT => {
            Some(Meaning::F3(float::fma::<F, RN, FTZ, SAT>))
        }))),
        _ if a.relu => with_half!(a.ty, F => with_flag!(a.ftz, FTZ => {
            Some(Meaning::F3(|x, y, z| halves3::<16>(x, y, z, float::fma_relu::<F, FTZ>)))
        })),
        _ => with_half!(a.ty, F => with_flag!(a.ftz, FTZ => with_flag!(a.sat, SAT => {
            Some(Meaning::F3(|x, y, z| halves3::<16>(x, y, z, float::fma::<F, RN, FTZ, SAT>)))
        }))),
    }
}

pub(in crate::tile::ops) fn fma_oob(a: &Attributes) -> Option<Meaning> {
    with_half!(a.ty, F => with_flag!(a.relu, RELU => Some(match a.ty {
        F16 | BF16 => Meaning::F3(float::fma_oob::<F, RELU>),
        _ => Meaning::F3(|x, y, z| halves3::<16>(x, y, z, float::fma_oob::<F, RELU>)),
    })))
}

pub(in crate::tile::ops) fn div(a: &Attributes) -> Option<Meaning> {
    match a.ty {
        // `.full` is bounded over the full range, which the exact quotient satisfies.
        F32 if a.approx => with_flag!(a.ftz, FTZ => Some(Meaning::F2(ptx_frontend::scalar::approximate::div::<FTZ>))),
        F32 => with_rounding!(a.rounding, R => with_flag!(a.ftz, FTZ => Some(Meaning::F2(float::div::<R, FTZ>)))),
        F64 => with_rounding!(a.rounding, R => Some(Meaning::F2(float64::div::<R>))),
        ty => by_integer!(ty, F2, integer::div),
    }
}

/// The row of `abs` or `neg`.
macro_rules! unary {
    ($a:expr, $name:ident) => {
        match $a.ty {
            F32 => with_flag!($a.ftz, FTZ => Some(Meaning::F1(float::$name::<F32Format, FTZ>))),
            F64 => Some(Meaning::F1(float64::$name)),
            F16 | BF16 => with_half!($a.ty, F => with_flag!($a.ftz, FTZ => {
                Some(Meaning::F1(float::$name::<F, FTZ>))
            })),
            F16x2 | BF16x2 => with_half!($a.ty, F => with_flag!($a.ftz, FTZ => {
                Some(Meaning::F1(|x| halves1::<16>(x, float::$name::<F, FTZ>)))
            })),
            ty => by_width!(ty, F1, integer::$name),
        }
    };
}

pub(in crate::tile::ops) fn abs(a: &Attributes) -> Option<Meaning> {
    unary!(a, abs)
}

pub(in crate::tile::ops) fn neg(a: &Attributes) -> Option<Meaning> {
    if a.ty == S8x4 {
        return Some(Meaning::F1(|x| bytes1(x, integer::neg::<8>)));
    }
    unary!(a, neg)
}

/// The row of `min` or `max`.
macro_rules! extremum {
    ($a:expr, $name:ident, $name_relu:ident, $is_max:literal) => {
        match $a.ty {
            F32 => with_flag!($a.ftz, FTZ => with_flag!($a.nan, NAN => with_flag!($a.xorsign_abs, XOR => {
                Some(Meaning::F2(float::extremum::<F32Format, $is_max, FTZ, NAN, XOR>))
            }))),
            F64 => Some(Meaning::F2(float64::extremum::<$is_max>)),
            F16 | BF16 => with_half!($a.ty, F => with_flag!($a.ftz, FTZ => with_flag!($a.nan, NAN => {
                with_flag!($a.xorsign_abs, XOR => Some(Meaning::F2(float::extremum::<F, $is_max, FTZ, NAN, XOR>)))
            }))),
            F16x2 | BF16x2 => with_half!($a.ty, F => with_flag!($a.ftz, FTZ => with_flag!($a.nan, NAN => {
                with_flag!($a.xorsign_abs, XOR => {
                    Some(Meaning::F2(|x, y| halves2::<16>(x, y, float::extremum::<F, $is_max, FTZ, NAN, XOR>)))
                })
            }))),
            S16x2 if $a.relu => Some(Meaning::F2(|x, y| halves2::<16>(x, y, integer::$name_relu::<16>))),
            S16x2 => Some(Meaning::F2(|x, y| halves2::<16>(x, y, integer::$name::<16, true>))),
            U16x2 => Some(Meaning::F2(|x, y| halves2::<16>(x, y, integer::$name::<16, false>))),
            S8x4 if $a.relu => Some(Meaning::F2(|x, y| bytes2(x, y, integer::$name_relu::<8>))),
            S8x4 => Some(Meaning::F2(|x, y| bytes2(x, y, integer::$name::<8, true>))),
            U8x4 => Some(Meaning::F2(|x, y| bytes2(x, y, integer::$name::<8, false>))),
            S32 if $a.relu => Some(Meaning::F2(integer::$name_relu::<32>)),
            ty => by_integer!(ty, F2, integer::$name),
        }
    };
}

pub(in crate::tile::ops) fn min(a: &Attributes) -> Option<Meaning> {
    extremum!(a, min, min_relu, false)
}

pub(in crate::tile::ops) fn max(a: &Attributes) -> Option<Meaning> {
    extremum!(a, max, max_relu, true)
}

pub(in crate::tile::ops) fn min3(a: &Attributes) -> Option<Meaning> {
    with_flag!(a.ftz, FTZ => with_flag!(a.nan, NAN => with_flag!(a.xorsign_abs, XOR => {
        Some(Meaning::F3(float::extremum3::<F32Format, false, FTZ, NAN, XOR>))
    })))
}

pub(in crate::tile::ops) fn max3(a: &Attributes) -> Option<Meaning> {
    with_flag!(a.ftz, FTZ => with_flag!(a.nan, NAN => with_flag!(a.xorsign_abs, XOR => {
        Some(Meaning::F3(float::extremum3::<F32Format, true, FTZ, NAN, XOR>))
    })))
}
