//! Video instructions: what their rows have in common is in the mode.

use super::Meaning;
use crate::tile::ops::Attributes;
use ptx_frontend::scalar::compare::relations;
use ptx_frontend::scalar::video::{Operation, Scalar, Simd};
use std::sync::Arc;

pub(in crate::tile::ops) use ptx_frontend::scalar::video::{Scalar as ScalarDetails, Simd as SimdDetails};

fn scalar(a: &Attributes, operation: Operation) -> Option<Meaning> {
    let details = Scalar::decode(a.mode)?;
    let (sat, d, a) = (a.sat, a.ty.is_signed(), a.from.is_signed());
    Some(Meaning::Dyn(Arc::new(move |args| details.apply(operation, sat, d, a, [args[0], args[1], args[2]]))))
}

fn simd(elements: u32, a: &Attributes, operation: Operation) -> Option<Meaning> {
    let details = Simd::decode(elements, a.mode)?;
    let (sat, d, a) = (a.sat, a.ty.is_signed(), a.from.is_signed());
    Some(Meaning::Dyn(Arc::new(move |args| details.apply(operation, sat, d, a, [args[0], args[1], args[2]]))))
}

/// The comparison of `vset`.
fn compared(a: &Attributes) -> Option<Operation> {
    a.comparison.map(|comparison| Operation::Compare(relations(comparison)))
}

/// One function per row: scalar, of two halves, of four bytes.
macro_rules! rows {
    ($($scalar:ident $two:ident $four:ident = $operation:ident;)*) => {
        $(pub(in crate::tile::ops) fn $scalar(a: &Attributes) -> Option<Meaning> {
            scalar(a, Operation::$operation)
        }

        pub(in crate::tile::ops) fn $two(a: &Attributes) -> Option<Meaning> {
            simd(2, a, Operation::$operation)
        }

        pub(in crate::tile::ops) fn $four(a: &Attributes) -> Option<Meaning> {
            simd(4, a, Operation::$operation)
        })*
    };
}

rows! {
    vadd vadd2 vadd4 = Add;
    vsub vsub2 vsub4 = Subtract;
    vabsdiff vabsdiff2 vabsdiff4 = AbsoluteDifference;
    vmin vmin2 vmin4 = Min;
    vmax vmax2 vmax4 = Max;
}

pub(in crate::tile::ops) fn vavrg2(a: &Attributes) -> Option<Meaning> {
    simd(2, a, Operation::Average)
}

pub(in crate::tile::ops) fn vavrg4(a: &Attributes) -> Option<Meaning> {
    simd(4, a, Operation::Average)
}

pub(in crate::tile::ops) fn vshl(a: &Attributes) -> Option<Meaning> {
    scalar(a, Operation::ShiftLeft)
}

pub(in crate::tile::ops) fn vshr(a: &Attributes) -> Option<Meaning> {
    scalar(a, Operation::ShiftRight)
}

pub(in crate::tile::ops) fn vset(a: &Attributes) -> Option<Meaning> {
    scalar(a, compared(a)?)
}

pub(in crate::tile::ops) fn vset2(a: &Attributes) -> Option<Meaning> {
    simd(2, a, compared(a)?)
}

pub(in crate::tile::ops) fn vset4(a: &Attributes) -> Option<Meaning> {
    simd(4, a, compared(a)?)
}

pub(in crate::tile::ops) fn vmad(a: &Attributes) -> Option<Meaning> {
    let details = Scalar::decode(a.mode)?;
    let (sat, a) = (a.sat, a.from.is_signed());
    Some(Meaning::Dyn(Arc::new(move |args| details.multiply_add(sat, a, [args[0], args[1], args[2]]))))
}
