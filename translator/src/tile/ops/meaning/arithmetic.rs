//! Arithmetic.

use super::Meaning;
use crate::tile::ops::Attributes;

pub(in crate::tile::ops) fn add(_: &Attributes) -> Option<Meaning> {
    None
}

pub(in crate::tile::ops) fn sub(_: &Attributes) -> Option<Meaning> {
    None
}

pub(in crate::tile::ops) fn mul(_: &Attributes) -> Option<Meaning> {
    None
}

pub(in crate::tile::ops) fn fma(_: &Attributes) -> Option<Meaning> {
    None
}

pub(in crate::tile::ops) fn div(_: &Attributes) -> Option<Meaning> {
    None
}

pub(in crate::tile::ops) fn abs(_: &Attributes) -> Option<Meaning> {
    None
}

pub(in crate::tile::ops) fn neg(_: &Attributes) -> Option<Meaning> {
    None
}

pub(in crate::tile::ops) fn min(_: &Attributes) -> Option<Meaning> {
    None
}

pub(in crate::tile::ops) fn max(_: &Attributes) -> Option<Meaning> {
    None
}

pub(in crate::tile::ops) fn min3(_: &Attributes) -> Option<Meaning> {
    None
}

pub(in crate::tile::ops) fn max3(_: &Attributes) -> Option<Meaning> {
    None
}
