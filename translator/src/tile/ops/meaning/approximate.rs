//! Functions that PTX approximates.

use super::Meaning;
use crate::tile::ops::Attributes;

pub(in crate::tile::ops) fn rcp(_: &Attributes) -> Option<Meaning> {
    None
}

pub(in crate::tile::ops) fn sqrt(_: &Attributes) -> Option<Meaning> {
    None
}

pub(in crate::tile::ops) fn rsqrt(_: &Attributes) -> Option<Meaning> {
    None
}

pub(in crate::tile::ops) fn sin(_: &Attributes) -> Option<Meaning> {
    None
}

pub(in crate::tile::ops) fn cos(_: &Attributes) -> Option<Meaning> {
    None
}

pub(in crate::tile::ops) fn lg2(_: &Attributes) -> Option<Meaning> {
    None
}

pub(in crate::tile::ops) fn ex2(_: &Attributes) -> Option<Meaning> {
    None
}

pub(in crate::tile::ops) fn tanh(_: &Attributes) -> Option<Meaning> {
    None
}
