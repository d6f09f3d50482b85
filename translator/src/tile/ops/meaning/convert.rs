//! Conversions.

use super::{Meaning, with_flag, with_half, with_rounding};
use crate::tile::ops::Attributes;
use ptx_frontend::scalar::format::mode::RNA;
use ptx_frontend::scalar::{convert, format, narrow};
use ptx_frontend::types::Rounding;
use ptx_frontend::types::ScalarType::{self, *};
use std::sync::Arc;

/// `$body` with the constants `$W` and `$S` for an integer type.
macro_rules! with_integer {
    ($ty:expr, $W:ident, $S:ident => $body:expr) => {
        with_integer!(@ $ty, $W, $S, $body, U8 8 false, U16 16 false, U32 32 false, U64 64 false,
            S8 8 true, S16 16 true, S32 32 true, S64 64 true)
    };
    (@ $ty:expr, $W:ident, $S:ident, $body:expr, $($variant:ident $width:literal $signed:literal),*) => {
        match $ty {
            $($variant => {
                const $W: u32 = $width;
                const $S: bool = $signed;
                $body
            })*
            _ => None,
        }
    };
}

/// `$body` with the type `$F` for a floating-point type.
macro_rules! with_real {
    ($ty:expr, $F:ident => $body:expr) => {
        match $ty {
            F64 => {
                type $F = convert::F64;
                $body
            }
            F32 => {
                type $F = format::F32;
                $body
            }
            ty => with_half!(ty, $F => $body),
        }
    };
}

/// `$body` with the type `$G` for a packed type of 8-bit and smaller formats.
macro_rules! with_small {
    ($ty:expr, $G:ident => $body:expr) => {
        with_small!(@ $ty, $G, $body, E4M3x2 E4M3x4 E4M3, E5M2x2 E5M2x4 E5M2, E3M2x2 E3M2x4 E3M2, E2M3x2 E2M3x4 E2M3,
            E2M1x2 E2M1x4 E2M1)
    };
    (@ $ty:expr, $G:ident, $body:expr, $($pair:ident $quad:ident $format:ident),*) => {
        match $ty {
            $($pair | $quad => {
                type $G = narrow::$format;
                $body
            })*
            _ => None,
        }
    };
}

/// Whether `cvt` makes this out of two or four elements, or out of a packed type.
fn is_small(ty: ScalarType) -> bool {
    with_small!(ty, _G => Some(())).is_some()
}

pub(in crate::tile::ops) fn cvt(a: &Attributes) -> Option<Meaning> {
    match (a.ty, a.from) {
        (UE8M0x2, _) | (_, UE8M0x2) => powers_of_two(a),
        (S2F6x2, _) | (BF16x2, S2F6x2 | E4M3x2 | E5M2x2 | E3M2x2 | E2M3x2 | E2M1x2) => with_scales(a, false),
        (TF32, _) => tf32(a),
        (F16x2 | BF16x2, F32) => pack_halves(a),
        (F16x2, _) => with_small!(a.from, G => with_flag!(a.relu, RELU => {
            Some(Meaning::F1(narrow::widen::<G, RELU>))
        })),
        (ty, _) if is_small(ty) => small(a),
        (F16 | BF16, F32) if a.relu || a.satfinite => {
            with_half!(a.ty, F => with_rounding!(a.rounding, R => with_flag!(a.relu, RELU => {
                with_flag!(a.satfinite, SATFINITE => Some(Meaning::F1(convert::narrow::<F, R, RELU, SATFINITE>)))
            })))
        }
        (ty, from) => match (ty.is_integer(), from.is_integer()) {
            (true, true) => between_integers(a),
            (true, false) => to_integer(a),
            (false, true) => from_integer(a),
            (false, false) => between_floats(a),
        },
    }
}

pub(in crate::tile::ops) fn cvt_scaled(a: &Attributes) -> Option<Meaning> {
    with_scales(a, true)
}

/// Conversions that a scale factor may come with.
fn with_scales(a: &Attributes, is_scaled: bool) -> Option<Meaning> {
    use narrow::UNSCALED;
    with_flag!(a.relu, RELU => with_flag!(a.satfinite, SATFINITE => match (a.ty, a.from) {
        (S2F6x2, F32) if is_scaled => Some(Meaning::F3(narrow::fixed_pair::<RELU>)),
        (S2F6x2, F32) => Some(Meaning::F2(|x, y| narrow::fixed_pair::<RELU>(x, y, UNSCALED))),
        (S2F6x2, _) if is_scaled => Some(Meaning::F2(narrow::fixed_of_halves::<RELU>)),
        (S2F6x2, _) => Some(Meaning::F1(|x| narrow::fixed_of_halves::<RELU>(x, UNSCALED))),
        (_, S2F6x2) if is_scaled => Some(Meaning::F2(narrow::widen_fixed::<RELU, SATFINITE>)),
        (_, S2F6x2) => Some(Meaning::F1(|x| narrow::widen_fixed::<RELU, SATFINITE>(x, UNSCALED))),
        (_, small) => with_small!(small, G => Some(if is_scaled {
            Meaning::F2(narrow::widen_scaled::<G, RELU, SATFINITE>)
        } else {
            Meaning::F1(|x| narrow::widen_scaled::<G, RELU, SATFINITE>(x, UNSCALED))
        })),
    }))
}

fn between_integers(a: &Attributes) -> Option<Meaning> {
    with_integer!(a.from, FROM, FROM_S => with_integer!(a.ty, W, S => with_flag!(a.sat, SAT => {
        Some(Meaning::F1(convert::integer::<FROM, FROM_S, W, S, SAT>))
    })))
}

fn to_integer(a: &Attributes) -> Option<Meaning> {
    with_real!(a.from, F => with_rounding!(a.rounding, R => with_flag!(a.ftz, FTZ => with_integer!(a.ty, W, S => {
        Some(Meaning::F1(convert::to_integer::<F, R, FTZ, W, S>))
    }))))
}

fn from_integer(a: &Attributes) -> Option<Meaning> {
    with_real!(a.ty, F => with_rounding!(a.rounding, R => with_flag!(a.sat, SAT => with_integer!(a.from, W, S => {
        Some(Meaning::F1(convert::from_integer::<F, R, SAT, W, S>))
    }))))
}

fn between_floats(a: &Attributes) -> Option<Meaning> {
    let is_integral =
        matches!(a.rounding, Some(Rounding::Rni | Rounding::Rzi | Rounding::Rmi | Rounding::Rpi)) && a.ty == a.from;
    with_flag!(a.ftz, FTZ => with_flag!(a.sat, SAT => {
        if is_integral {
            with_real!(a.ty, F => with_rounding!(a.rounding, R => {
                Some(Meaning::F1(convert::to_integral::<F, R, FTZ, SAT>))
            }))
        } else {
            with_real!(a.from, F => with_real!(a.ty, G => with_rounding!(a.rounding, R => {
                Some(Meaning::F1(convert::float::<F, G, R, FTZ, SAT>))
            })))
        }
    }))
}

fn pack_halves(a: &Attributes) -> Option<Meaning> {
    with_half!(a.ty, F => with_flag!(a.relu, RELU => with_flag!(a.satfinite, SATFINITE => {
        if a.rounding == Some(Rounding::Rs) {
            return Some(Meaning::F3(convert::narrow2_stochastic::<F, RELU, SATFINITE>));
        }
        with_rounding!(a.rounding, R => Some(Meaning::F2(convert::narrow2::<F, R, RELU, SATFINITE>)))
    })))
}

fn tf32(a: &Attributes) -> Option<Meaning> {
    with_flag!(a.relu, RELU => with_flag!(a.satfinite, SATFINITE => {
        if a.rounding == Some(Rounding::Rna) {
            return Some(Meaning::F1(convert::tf32::<RNA, RELU, SATFINITE>));
        }
        with_rounding!(a.rounding, R => Some(Meaning::F1(convert::tf32::<R, RELU, SATFINITE>)))
    }))
}

fn small(a: &Attributes) -> Option<Meaning> {
    with_small!(a.ty, G => with_flag!(a.relu, RELU => match a.from {
        F32 if a.rounding == Some(Rounding::Rs) => Some(Meaning::Dyn(Arc::new(|args| {
            narrow::quad_stochastic::<G, RELU>([args[0], args[1], args[2], args[3]], args[4])
        }))),
        F32 => Some(Meaning::F2(narrow::pair::<G, RELU>)),
        from => with_half!(from, F => Some(Meaning::F1(narrow::pair_of_halves::<F, G, RELU>))),
    }))
}

fn powers_of_two(a: &Attributes) -> Option<Meaning> {
    if a.from == UE8M0x2 {
        return Some(Meaning::F1(narrow::widen_ue8m0));
    }
    with_rounding!(a.rounding, R => with_flag!(a.satfinite, SATFINITE => Some(match a.from {
        F32 => Meaning::F2(narrow::ue8m0_pair::<R, SATFINITE>),
        _ => Meaning::F1(narrow::ue8m0_of_halves::<R, SATFINITE>),
    })))
}

pub(in crate::tile::ops) fn cvt_pack(a: &Attributes) -> Option<Meaning> {
    Some(match a.ty {
        U16 => Meaning::F2(|x, y| convert::pack::<16, false>(x, y, 0)),
        S16 => Meaning::F2(|x, y| convert::pack::<16, true>(x, y, 0)),
        U8 => Meaning::F3(convert::pack::<8, false>),
        S8 => Meaning::F3(convert::pack::<8, true>),
        U4 => Meaning::F3(convert::pack::<4, false>),
        S4 => Meaning::F3(convert::pack::<4, true>),
        U2 => Meaning::F3(convert::pack::<2, false>),
        _ => Meaning::F3(convert::pack::<2, true>),
    })
}
