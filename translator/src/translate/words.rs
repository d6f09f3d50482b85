//! The dot-words of an instruction, ticked off as they are understood.
//!
//! A word that nobody took makes the instruction unsupported: nothing is ignored but the hints listed here.

use ptx_frontend::checked::Instruction;
use ptx_frontend::types::{Rounding, ScalarType};
use smallvec::SmallVec;

use crate::tile::Attributes;

/// Words that only advise the hardware: caching, eviction, prefetching, uniformity.
fn is_hint(word: &str) -> bool {
    matches!(
        word,
        "ca" | "cg"
            | "cs"
            | "lu"
            | "cv"
            | "wb"
            | "wt"
            | "nc"
            | "uni"
            | "aligned"
            | "level::cache_hint"
            | "proxy::readonly"
            | "L2::cache_hint"
    ) || word.starts_with("L1::")
        || word.starts_with("L2::")
        || word.starts_with("level::")
}

/// The words not yet understood.
pub(super) struct Words {
    left: SmallVec<[&'static str; 8]>,
}

impl Words {
    pub(super) fn of(instruction: &Instruction) -> Self {
        Words { left: all(instruction).filter(|word| !is_hint(word)).collect() }
    }

    /// Takes a word; whether it was there.
    pub(super) fn take(&mut self, word: &str) -> bool {
        match self.left.iter().position(|left| *left == word) {
            Some(at) => {
                self.left.remove(at);
                true
            }
            None => false,
        }
    }

    /// Takes the first word that means something to `parse`.
    pub(super) fn take_with<T>(&mut self, parse: impl Fn(&str) -> Option<T>) -> Option<T> {
        let (at, meant) = self.left.iter().enumerate().find_map(|(at, word)| Some((at, parse(word)?)))?;
        self.left.remove(at);
        Some(meant)
    }

    /// Takes a type word.
    pub(super) fn take_type(&mut self) -> Option<ScalarType> {
        self.take_with(ScalarType::from_str)
    }

    /// Takes `.v2`, `.v4`, `.v8`; 1 without one.
    pub(super) fn take_vector(&mut self) -> u8 {
        self.take_with(|word| match word {
            "v2" => Some(2),
            "v4" => Some(4),
            "v8" => Some(8),
            _ => None,
        })
        .unwrap_or(1)
    }

    /// Takes the words that [`Attributes`] have a place for, types excepted.
    pub(super) fn take_attributes(&mut self, attributes: &mut Attributes) {
        if let Some(rounding) = self.take_with(Rounding::from_str) {
            attributes.rounding = Some(rounding);
        }
        attributes.ftz |= self.take("ftz");
        attributes.sat |= self.take("sat");
        attributes.satfinite |= self.take("satfinite");
        attributes.relu |= self.take("relu");
        attributes.nan |= self.take("NaN");
        attributes.approx |= self.take("approx");
        attributes.full |= self.take("full");
        if self.left.contains(&"xorsign") && self.left.contains(&"abs") {
            attributes.xorsign_abs = self.take("xorsign") && self.take("abs");
        }
        attributes.xorsign_abs |= self.take("xorsign.abs");
    }

    /// The first word that nobody took.
    pub(super) fn first_left(&self) -> Option<&'static str> {
        self.left.first().copied()
    }
}

fn all(instruction: &Instruction) -> impl Iterator<Item = &'static str> {
    instruction.modifiers.words()
}

/// The instruction's name and words as PTX writes them.
pub(super) fn spelling(instruction: &Instruction) -> String {
    let mut text = name(instruction).to_owned();
    for word in all(instruction) {
        text.push('.');
        text.push_str(word);
    }
    text
}

/// The opcode.
pub(super) fn name(instruction: &Instruction) -> &'static str {
    instruction.opcode.as_str()
}
