//! A random way to write a form of the instruction table.

use super::random::Random;
use crate::validity;
use ptx_frontend::form::{self, PlaceKind, choices, is_optional, variant};
use ptx_frontend::isa::Opcode;
use ptx_frontend::types::ScalarType;

/// An instruction but for its operands.
pub(super) struct Spelt {
    /// The opcode with its dot-words.
    pub(super) text: String,
    /// Those that are there of the operands, in the order written.
    pub(super) operands: Vec<Place>,
}

/// A place for an operand.
pub(super) struct Place {
    pub(super) name: &'static str,
    pub(super) shape: Shape,
    pub(super) is_destination: bool,
    /// The second of two destinations.
    pub(super) second: Option<Box<Place>>,
}

/// What belongs there.
pub(super) enum Shape {
    /// So many values of a type, or of its bits where the width is another; in braces if they are several.
    Values {
        ty: ScalarType,
        bits: u32,
        count: u32,
        may_be_wider: bool,
    },
    Constant,
    Address,
    Other,
}

/// Chooses dot-words and operands. `rarely`: words that may be missing mostly are.
/// `None`: they do not go together.
pub(super) fn spell(opcode: Opcode, number: u16, random: &mut Random, rarely: bool) -> Option<Spelt> {
    let optional = is_optional(opcode, number);
    let choice: Vec<usize> = choices(opcode, number)
        .iter()
        .zip(optional)
        .map(|(count, optional)| if optional && rarely && !random.one_in(4) { count - 1 } else { random.below(*count) })
        .collect();
    let chosen = variant(opcode, number, &choice);
    if validity::fault(opcode, &chosen).is_some() {
        return None;
    }
    // NVIDIA's assembler takes no wider registers here, whatever it takes elsewhere.
    let is_exact = match opcode {
        Opcode::Atom | Opcode::Red => true,
        Opcode::Cvt => {
            chosen.types.contains(&ScalarType::BF16) || ["sat", "ftz"].iter().any(|word| chosen.words.contains(word))
        }
        _ => false,
    };
    let mut operands = Vec::new();
    for place in &chosen.places {
        if !place.is_optional || random.one_in(2) {
            let mut place = fill(place, random);
            if let Shape::Values { may_be_wider, .. } = &mut place.shape {
                *may_be_wider &= !is_exact;
            }
            operands.push(place);
        }
    }
    Some(Spelt { text: validity::written(opcode, &chosen), operands })
}

fn fill(place: &form::Place, random: &mut Random) -> Place {
    let shape = match place.kind {
        PlaceKind::Value { ty, bits, may_be_wider } => Shape::Values { ty, bits, count: 1, may_be_wider },
        PlaceKind::Values { ty, bits, count } => {
            Shape::Values { ty, bits, count: if count == 0 { 4 } else { count }, may_be_wider: true }
        }
        PlaceKind::Parts { bits } => {
            let ty = match bits {
                16 => ScalarType::B8,
                32 => ScalarType::B16,
                64 => ScalarType::B32,
                _ => ScalarType::B64,
            };
            Shape::Values { ty, bits: bits / 2, count: 2, may_be_wider: false }
        }
        PlaceKind::Constant => Shape::Constant,
        PlaceKind::Address => Shape::Address,
        PlaceKind::Other => Shape::Other,
    };
    let second = match &place.second {
        Some((second, may_be_missing)) if !may_be_missing || random.one_in(2) => Some(Box::new(fill(second, random))),
        _ => None,
    };
    Place { name: place.name, shape, is_destination: place.is_destination, second }
}
