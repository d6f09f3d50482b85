//! Comparison and selection.

use super::{Meaning, with_flag, with_half};
use crate::tile::ops::Attributes;
use ptx_frontend::scalar::format::F32 as F32Format;
use ptx_frontend::scalar::{compare, halves2, halves3};
use ptx_frontend::types::BoolOp;
use ptx_frontend::types::Comparison::{Hi, Hs, Lo, Ls};
use ptx_frontend::types::ScalarType::*;
use std::sync::Arc;

/// `$body` with the constant `$R` for a set of relations; all and none of them are no comparison.
macro_rules! with_relations {
    ($relations:expr, $R:ident => $body:expr) => {
        with_relations!(@ $relations, $R, $body, 1 2 3 4 5 6 7 8 9 10 11 12 13 14)
    };
    (@ $relations:expr, $R:ident, $body:expr, $($value:literal)*) => {
        match $relations {
            $($value => {
                const $R: u8 = $value;
                $body
            })*
            _ => None,
        }
    };
}

/// The comparison `$f`, with its result combined with a third argument if the attributes say so.
macro_rules! combined {
    ($a:expr, $f:expr) => {
        match $a.combine {
            None => Some(Meaning::F2($f)),
            Some(BoolOp::And) => Some(Meaning::F3(|x, y, z| $f(x, y) & z)),
            Some(BoolOp::Or) => Some(Meaning::F3(|x, y, z| $f(x, y) | z)),
            Some(BoolOp::Xor) => Some(Meaning::F3(|x, y, z| $f(x, y) ^ z)),
            Some(BoolOp::Popc) => None,
        }
    };
}

pub(in crate::tile::ops) fn setp(a: &Attributes) -> Option<Meaning> {
    let comparison = a.comparison?;
    let relations = compare::relations(comparison);
    match a.ty {
        F32 => with_flag!(a.ftz, FTZ => with_relations!(relations, R => {
            combined!(a, compare::floats::<F32Format, FTZ, R>)
        })),
        F64 => with_relations!(relations, R => combined!(a, compare::doubles::<R>)),
        F16 | BF16 => with_half!(a.ty, F => with_flag!(a.ftz, FTZ => with_relations!(relations, R => {
            combined!(a, compare::floats::<F, FTZ, R>)
        }))),
        ty => {
            // `lo ls hi hs` compare without sign whatever the type.
            let is_signed = ty.is_signed() && !matches!(comparison, Lo | Ls | Hi | Hs);
            with_flag!(is_signed, S => with_relations!(relations, R => match ty.bits() {
                16 => combined!(a, compare::integers::<16, S, R>),
                32 => combined!(a, compare::integers::<32, S, R>),
                _ => combined!(a, compare::integers::<64, S, R>),
            }))
        }
    }
}

pub(in crate::tile::ops) fn set(a: &Attributes) -> Option<Meaning> {
    let element = match a.from {
        F16x2 => F16,
        BF16x2 => BF16,
        ty => ty,
    };
    let is_true: u64 = match a.ty {
        F32 => 0x3f80_0000,
        F16 | F16x2 => 0x3c00,
        BF16 | BF16x2 => 0x3f80,
        U16 | S16 => 0xffff,
        _ if element != a.from => 0xffff,
        _ => 0xffff_ffff,
    };
    let choose = move |holds: u64| if holds != 0 { is_true } else { 0 };
    let is_packed = element != a.from;
    match setp(&Attributes { ty: element, from: element, ..*a })? {
        Meaning::F2(f) if is_packed => {
            Some(Meaning::Dyn(Arc::new(move |args| halves2::<16>(args[0], args[1], |x, y| choose(f(x, y))))))
        }
        // Both halves are combined with the same predicate.
        Meaning::F3(f) if is_packed => Some(Meaning::Dyn(Arc::new(move |args| {
            halves3::<16>(args[0], args[1], args[2] * 0x1_0001, |x, y, z| choose(f(x, y, z)))
        }))),
        holds => Some(Meaning::Dyn(Arc::new(move |args| choose(holds.apply(args))))),
    }
}

pub(in crate::tile::ops) fn selp(_: &Attributes) -> Option<Meaning> {
    Some(Meaning::F3(compare::selp))
}

pub(in crate::tile::ops) fn slct(a: &Attributes) -> Option<Meaning> {
    match a.from {
        S32 => Some(Meaning::F3(compare::slct_s32)),
        _ => with_flag!(a.ftz, FTZ => Some(Meaning::F3(compare::slct_f32::<FTZ>))),
    }
}

pub(in crate::tile::ops) fn testp(a: &Attributes) -> Option<Meaning> {
    const SINGLE: [fn(u64) -> u64; 6] = [
        compare::testp32::<0>,
        compare::testp32::<1>,
        compare::testp32::<2>,
        compare::testp32::<3>,
        compare::testp32::<4>,
        compare::testp32::<5>,
    ];
    const DOUBLE: [fn(u64) -> u64; 6] = [
        compare::testp64::<0>,
        compare::testp64::<1>,
        compare::testp64::<2>,
        compare::testp64::<3>,
        compare::testp64::<4>,
        compare::testp64::<5>,
    ];
    let classes = if a.ty == F32 { SINGLE } else { DOUBLE };
    classes.get(a.mode as usize).map(|f| Meaning::F1(*f))
}
