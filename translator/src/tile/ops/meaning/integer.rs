//! Operations that only integers have.

use super::{Meaning, by_flag, by_integer, by_width};
use crate::tile::ops::Attributes;
use ptx_frontend::scalar::integer;

pub(in crate::tile::ops) fn add_carry_in(a: &Attributes) -> Option<Meaning> {
    by_width!(a.ty, F3, integer::add_carry_in)
}

pub(in crate::tile::ops) fn add_carry_out(a: &Attributes) -> Option<Meaning> {
    by_width!(a.ty, F3, integer::add_carry_out)
}

pub(in crate::tile::ops) fn sub_carry_in(a: &Attributes) -> Option<Meaning> {
    by_width!(a.ty, F3, integer::sub_carry_in)
}

pub(in crate::tile::ops) fn sub_carry_out(a: &Attributes) -> Option<Meaning> {
    by_width!(a.ty, F3, integer::sub_carry_out)
}

pub(in crate::tile::ops) fn mul_hi(a: &Attributes) -> Option<Meaning> {
    by_integer!(a.ty, F2, integer::mul_hi)
}

pub(in crate::tile::ops) fn mul_wide(a: &Attributes) -> Option<Meaning> {
    by_integer!(a.ty, F2, integer::mul_wide)
}

pub(in crate::tile::ops) fn mad(a: &Attributes) -> Option<Meaning> {
    by_width!(a.ty, F3, integer::mad)
}

pub(in crate::tile::ops) fn mad_hi(a: &Attributes) -> Option<Meaning> {
    if a.sat { Some(Meaning::F3(integer::mad_hi_sat::<32>)) } else { by_integer!(a.ty, F3, integer::mad_hi) }
}

pub(in crate::tile::ops) fn mad_wide(a: &Attributes) -> Option<Meaning> {
    by_integer!(a.ty, F3, integer::mad_wide)
}

pub(in crate::tile::ops) fn clmad(_: &Attributes) -> Option<Meaning> {
    Some(Meaning::F3(integer::clmad::<false>))
}

pub(in crate::tile::ops) fn clmad_hi(_: &Attributes) -> Option<Meaning> {
    Some(Meaning::F3(integer::clmad::<true>))
}

pub(in crate::tile::ops) fn mul24(a: &Attributes) -> Option<Meaning> {
    by_flag!(a.ty.is_signed(), F2, integer::mul24)
}

pub(in crate::tile::ops) fn mul24_hi(a: &Attributes) -> Option<Meaning> {
    by_flag!(a.ty.is_signed(), F2, integer::mul24_hi)
}

pub(in crate::tile::ops) fn mad24(a: &Attributes) -> Option<Meaning> {
    by_flag!(a.ty.is_signed(), F3, integer::mad24)
}

pub(in crate::tile::ops) fn mad24_hi(a: &Attributes) -> Option<Meaning> {
    if a.sat { Some(Meaning::F3(integer::mad24_hi_sat)) } else { by_flag!(a.ty.is_signed(), F3, integer::mad24_hi) }
}

pub(in crate::tile::ops) fn sad(a: &Attributes) -> Option<Meaning> {
    by_integer!(a.ty, F3, integer::sad)
}

pub(in crate::tile::ops) fn rem(a: &Attributes) -> Option<Meaning> {
    by_integer!(a.ty, F2, integer::rem)
}

/// `Some(F3(f::<SA, SB, ...>))` for the signedness of both types.
macro_rules! by_signs {
    ($a:expr, $f:ident $(, $more:literal)?) => {
        Some(Meaning::F3(match ($a.ty.is_signed(), $a.from.is_signed()) {
            (false, false) => integer::$f::<false, false $(, $more)?>,
            (false, true) => integer::$f::<false, true $(, $more)?>,
            (true, false) => integer::$f::<true, false $(, $more)?>,
            (true, true) => integer::$f::<true, true $(, $more)?>,
        }))
    };
}

pub(in crate::tile::ops) fn dp4a(a: &Attributes) -> Option<Meaning> {
    by_signs!(a, dp4a)
}

pub(in crate::tile::ops) fn dp2a_lo(a: &Attributes) -> Option<Meaning> {
    by_signs!(a, dp2a, false)
}

pub(in crate::tile::ops) fn dp2a_hi(a: &Attributes) -> Option<Meaning> {
    by_signs!(a, dp2a, true)
}
