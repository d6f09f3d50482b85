//! Logic, shifts, bit fields, and changes of register width.

use super::{Meaning, by_flag, by_integer, by_width};
use crate::tile::ops::Attributes;
use ptx_frontend::scalar::bits;
use ptx_frontend::types::ScalarType;

pub(in crate::tile::ops) fn and(_: &Attributes) -> Option<Meaning> {
    Some(Meaning::F2(bits::and))
}

pub(in crate::tile::ops) fn or(_: &Attributes) -> Option<Meaning> {
    Some(Meaning::F2(bits::or))
}

pub(in crate::tile::ops) fn xor(_: &Attributes) -> Option<Meaning> {
    Some(Meaning::F2(bits::xor))
}

pub(in crate::tile::ops) fn not(a: &Attributes) -> Option<Meaning> {
    match a.ty {
        ScalarType::Pred => Some(Meaning::F1(bits::not::<1>)),
        ty => by_width!(ty, F1, bits::not),
    }
}

pub(in crate::tile::ops) fn cnot(_: &Attributes) -> Option<Meaning> {
    Some(Meaning::F1(bits::cnot))
}

pub(in crate::tile::ops) fn shl(a: &Attributes) -> Option<Meaning> {
    by_width!(a.ty, F2, bits::shl)
}

pub(in crate::tile::ops) fn shr(a: &Attributes) -> Option<Meaning> {
    by_integer!(a.ty, F2, bits::shr)
}

/// Rows with a mode `["clamp", "wrap"]`.
fn wraps(a: &Attributes) -> bool {
    a.mode == 1
}

pub(in crate::tile::ops) fn shf_l(a: &Attributes) -> Option<Meaning> {
    by_flag!(wraps(a), F3, bits::shf_l)
}

pub(in crate::tile::ops) fn shf_r(a: &Attributes) -> Option<Meaning> {
    by_flag!(wraps(a), F3, bits::shf_r)
}

/// Sixteen rows of the function table of `lop3`, from the high nibble of the truth table.
macro_rules! lop3_rows {
    ($($high:literal)*) => {
        [$([
            bits::lop3::<{ $high << 4 }>, bits::lop3::<{ $high << 4 | 1 }>, bits::lop3::<{ $high << 4 | 2 }>,
            bits::lop3::<{ $high << 4 | 3 }>, bits::lop3::<{ $high << 4 | 4 }>, bits::lop3::<{ $high << 4 | 5 }>,
            bits::lop3::<{ $high << 4 | 6 }>, bits::lop3::<{ $high << 4 | 7 }>, bits::lop3::<{ $high << 4 | 8 }>,
            bits::lop3::<{ $high << 4 | 9 }>, bits::lop3::<{ $high << 4 | 10 }>, bits::lop3::<{ $high << 4 | 11 }>,
            bits::lop3::<{ $high << 4 | 12 }>, bits::lop3::<{ $high << 4 | 13 }>, bits::lop3::<{ $high << 4 | 14 }>,
            bits::lop3::<{ $high << 4 | 15 }>,
        ],)*]
    };
}

type Ternary = fn(u64, u64, u64) -> u64;
/// One function per truth table: `lop3` fills hash kernels and must not look its table up bit by bit.
static LOP3: [[Ternary; 16]; 16] = lop3_rows!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15);

pub(in crate::tile::ops) fn lop3(a: &Attributes) -> Option<Meaning> {
    Some(Meaning::F3(LOP3[(a.mode >> 4) as usize][(a.mode & 15) as usize]))
}

pub(in crate::tile::ops) fn prmt(a: &Attributes) -> Option<Meaning> {
    Some(Meaning::F3(match a.mode {
        0 => bits::prmt,
        1 => bits::prmt_mode::<1>,
        2 => bits::prmt_mode::<2>,
        3 => bits::prmt_mode::<3>,
        4 => bits::prmt_mode::<4>,
        5 => bits::prmt_mode::<5>,
        _ => bits::prmt_mode::<6>,
    }))
}

pub(in crate::tile::ops) fn bfe(a: &Attributes) -> Option<Meaning> {
    by_integer!(a.ty, F3, bits::bfe)
}

pub(in crate::tile::ops) fn bfi(a: &Attributes) -> Option<Meaning> {
    by_width!(a.ty, F4, bits::bfi)
}

pub(in crate::tile::ops) fn bfind(a: &Attributes) -> Option<Meaning> {
    Some(Meaning::F1(match (a.ty.bits(), a.ty.is_signed(), a.mode == 1) {
        (32, false, false) => bits::bfind::<32, false, false>,
        (32, false, true) => bits::bfind::<32, false, true>,
        (32, true, false) => bits::bfind::<32, true, false>,
        (32, true, true) => bits::bfind::<32, true, true>,
        (_, false, false) => bits::bfind::<64, false, false>,
        (_, false, true) => bits::bfind::<64, false, true>,
        (_, true, false) => bits::bfind::<64, true, false>,
        (_, true, true) => bits::bfind::<64, true, true>,
    }))
}

pub(in crate::tile::ops) fn brev(a: &Attributes) -> Option<Meaning> {
    by_width!(a.ty, F1, bits::brev)
}

pub(in crate::tile::ops) fn clz(a: &Attributes) -> Option<Meaning> {
    by_width!(a.ty, F1, bits::clz)
}

pub(in crate::tile::ops) fn popc(_: &Attributes) -> Option<Meaning> {
    Some(Meaning::F1(bits::popc))
}

pub(in crate::tile::ops) fn bmsk(a: &Attributes) -> Option<Meaning> {
    by_flag!(wraps(a), F2, bits::bmsk)
}

pub(in crate::tile::ops) fn fns(_: &Attributes) -> Option<Meaning> {
    Some(Meaning::F3(bits::fns))
}

pub(in crate::tile::ops) fn szext(a: &Attributes) -> Option<Meaning> {
    Some(Meaning::F2(match (a.ty.is_signed(), wraps(a)) {
        (false, false) => bits::szext::<false, false>,
        (false, true) => bits::szext::<false, true>,
        (true, false) => bits::szext::<true, false>,
        (true, true) => bits::szext::<true, true>,
    }))
}

pub(in crate::tile::ops) fn copysign(a: &Attributes) -> Option<Meaning> {
    by_width!(a.ty, F2, bits::copysign)
}

pub(in crate::tile::ops) fn trunc(a: &Attributes) -> Option<Meaning> {
    by_width!(a.ty, F1, bits::trunc)
}

pub(in crate::tile::ops) fn zext(_: &Attributes) -> Option<Meaning> {
    Some(Meaning::F1(bits::zext))
}

pub(in crate::tile::ops) fn sext(a: &Attributes) -> Option<Meaning> {
    Some(Meaning::F1(match (a.from.bits(), a.ty.bits()) {
        (16, 32) => bits::sext::<16, 32>,
        (16, _) => bits::sext::<16, 64>,
        _ => bits::sext::<32, 64>,
    }))
}

pub(in crate::tile::ops) fn pack(a: &Attributes) -> Option<Meaning> {
    by_width!(a.ty, F2, bits::pack)
}

pub(in crate::tile::ops) fn unpack_lo(a: &Attributes) -> Option<Meaning> {
    by_width!(a.ty, F1, bits::unpack_lo)
}

pub(in crate::tile::ops) fn unpack_hi(a: &Attributes) -> Option<Meaning> {
    by_width!(a.ty, F1, bits::unpack_hi)
}
