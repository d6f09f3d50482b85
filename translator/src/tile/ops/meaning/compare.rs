//! Comparison and selection.

use super::Meaning;
use crate::tile::ops::Attributes;

pub(in crate::tile::ops) fn testp(_: &Attributes) -> Option<Meaning> {
    None
}

pub(in crate::tile::ops) fn setp(_: &Attributes) -> Option<Meaning> {
    None
}

pub(in crate::tile::ops) fn set(_: &Attributes) -> Option<Meaning> {
    None
}

pub(in crate::tile::ops) fn selp(_: &Attributes) -> Option<Meaning> {
    None
}

pub(in crate::tile::ops) fn slct(_: &Attributes) -> Option<Meaning> {
    None
}
