//! Reciprocals, roots and transcendental functions.

use super::{Meaning, with_flag, with_half, with_rounding};
use crate::tile::ops::Attributes;
use ptx_frontend::scalar::format::F32 as F32Format;
use ptx_frontend::scalar::format::mode::RN;
use ptx_frontend::scalar::{approximate, float, float64, halves1};
use ptx_frontend::types::ScalarType::*;

pub(in crate::tile::ops) fn rcp(a: &Attributes) -> Option<Meaning> {
    match a.ty {
        F32 if a.approx => with_flag!(a.ftz, FTZ => Some(Meaning::F1(float::rcp::<RN, FTZ>))),
        F32 => with_rounding!(a.rounding, R => with_flag!(a.ftz, FTZ => Some(Meaning::F1(float::rcp::<R, FTZ>)))),
        _ if a.approx => Some(Meaning::F1(approximate::rcp_upper_word)),
        _ => with_rounding!(a.rounding, R => Some(Meaning::F1(float64::rcp::<R>))),
    }
}

pub(in crate::tile::ops) fn sqrt(a: &Attributes) -> Option<Meaning> {
    match a.ty {
        F32 if a.approx => with_flag!(a.ftz, FTZ => Some(Meaning::F1(float::sqrt::<RN, FTZ>))),
        F32 => with_rounding!(a.rounding, R => with_flag!(a.ftz, FTZ => Some(Meaning::F1(float::sqrt::<R, FTZ>)))),
        _ => with_rounding!(a.rounding, R => Some(Meaning::F1(float64::sqrt::<R>))),
    }
}

pub(in crate::tile::ops) fn rsqrt(a: &Attributes) -> Option<Meaning> {
    match (a.ty, a.ftz) {
        (F32, _) => with_flag!(a.ftz, FTZ => Some(Meaning::F1(approximate::rsqrt::<FTZ>))),
        (_, true) => Some(Meaning::F1(approximate::rsqrt_upper_word)),
        (_, false) => Some(Meaning::F1(approximate::rsqrt64)),
    }
}

pub(in crate::tile::ops) fn sin(a: &Attributes) -> Option<Meaning> {
    with_flag!(a.ftz, FTZ => Some(Meaning::F1(approximate::sin::<FTZ>)))
}

pub(in crate::tile::ops) fn cos(a: &Attributes) -> Option<Meaning> {
    with_flag!(a.ftz, FTZ => Some(Meaning::F1(approximate::cos::<FTZ>)))
}

pub(in crate::tile::ops) fn lg2(a: &Attributes) -> Option<Meaning> {
    with_flag!(a.ftz, FTZ => Some(Meaning::F1(approximate::lg2::<FTZ>)))
}

pub(in crate::tile::ops) fn ex2(a: &Attributes) -> Option<Meaning> {
    with_flag!(a.ftz, FTZ => match a.ty {
        F32 => Some(Meaning::F1(approximate::ex2::<F32Format, FTZ>)),
        F16 | BF16 => with_half!(a.ty, F => Some(Meaning::F1(approximate::ex2::<F, FTZ>))),
        _ => with_half!(a.ty, F => Some(Meaning::F1(|x| halves1::<16>(x, approximate::ex2::<F, FTZ>)))),
    })
}

pub(in crate::tile::ops) fn tanh(a: &Attributes) -> Option<Meaning> {
    match a.ty {
        F32 => Some(Meaning::F1(approximate::tanh::<F32Format>)),
        F16 | BF16 => with_half!(a.ty, F => Some(Meaning::F1(approximate::tanh::<F>))),
        _ => with_half!(a.ty, F => Some(Meaning::F1(|x| halves1::<16>(x, approximate::tanh::<F>)))),
    }
}
