//! Conversions.

use super::Meaning;
use crate::tile::ops::Attributes;

pub(in crate::tile::ops) fn cvt(_: &Attributes) -> Option<Meaning> {
    None
}

pub(in crate::tile::ops) fn cvt_pack(_: &Attributes) -> Option<Meaning> {
    None
}
