//! Every way to write a form, one at a time: for sweeps and random programs that are drawn from the table.

use super::table::{Candidate, TABLE};
use super::{Slot, SlotKind, TypeName};
use crate::isa::Opcode;
use crate::types::ScalarType;

/// An instruction as a form allows it: everything but the operands themselves.
#[derive(Clone, Debug)]
pub struct Spelt {
    /// The opcode with its dot-words.
    pub text: String,
    /// The operands it needs, in the order written.
    pub operands: Vec<Place>,
}

/// A place for an operand.
#[derive(Clone, Debug)]
pub struct Place {
    /// Its name in the form's line.
    pub name: &'static str,
    /// What belongs there.
    pub shape: Shape,
    /// Whether the instruction writes it.
    pub is_destination: bool,
    /// The second of two destinations, `d|p`.
    pub second: Option<Box<Place>>,
}

/// What belongs in a place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shape {
    /// `count` values, in braces if there is more than one, each of `bits` bits.
    Values {
        /// Type of one of them; of doubled and halved types the width is not this one's.
        ty: ScalarType,
        /// Width in bits.
        bits: u32,
        /// How many.
        count: u32,
        /// The registers may be wider.
        may_be_wider: bool,
    },
    /// A constant.
    Constant,
    /// An address in brackets.
    Address,
    /// Any operand, a list in brackets, a label, a list of labels or arguments, a function or a prototype.
    Other,
}

/// Writes the form with this number. `choose(n)` picks one of `n` alternatives, for every group of dot-words and every
/// operand that may be missing; where something may be missing, 0 leaves it out. `None` if the words that were chosen
/// do not go together.
pub fn spell(opcode: Opcode, form: u16, choose: &mut dyn FnMut(usize) -> usize) -> Option<Spelt> {
    let line = &TABLE.forms(opcode)[usize::from(form)];
    let mut text = opcode.as_str().to_owned();
    for group in &line.groups {
        let optional = usize::from(group.is_optional);
        let chosen = choose(group.alternatives.len() + optional);
        let Some(chosen) = chosen.checked_sub(optional) else { continue };
        for word in &group.alternatives[chosen] {
            text += &format!(".{word}");
        }
    }
    let spelling = TABLE.spelling(&text).ok()?;
    let candidate = spelling.forms.iter().find(|candidate| candidate.form == form)?;
    if spelling.opcode != opcode {
        return None;
    }
    let mut operands = Vec::new();
    let mut group = (0, true);
    for (slot, number) in &line.slots {
        if *number != group.0 {
            group = (*number, *number == 0 || choose(2) == 1);
        }
        if group.1 {
            operands.push(place(candidate, slot, choose));
        }
    }
    Some(Spelt { text, operands })
}

fn place(candidate: &Candidate, slot: &Slot, choose: &mut dyn FnMut(usize) -> usize) -> Place {
    let values = |(ty, bits), count, may_be_wider| Shape::Values { ty, bits, count, may_be_wider };
    let shape = match slot.kind {
        SlotKind::Value { ty, may_be_wider } => values(candidate.ty(ty), 1, may_be_wider),
        SlotKind::Elements => values(candidate.ty(TypeName::Word(0)), candidate.vector, true),
        SlotKind::Braces { ty, count } => values(candidate.ty(ty), if count == 0 { 4 } else { count.into() }, false),
        SlotKind::Parts => {
            let (ty, bits) = candidate.ty(TypeName::Word(0));
            values((ty, bits / 2), 2, false)
        }
        SlotKind::Constant => Shape::Constant,
        SlotKind::Address => Shape::Address,
        _ => Shape::Other,
    };
    let second = match &slot.pair {
        Some((second, may_be_missing)) if !may_be_missing || choose(2) == 1 => {
            Some(Box::new(place(candidate, second, choose)))
        }
        _ => None,
    };
    Place { name: slot.name, shape, is_destination: slot.is_destination, second }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::isa::ROWS;

    #[test]
    fn whatever_is_chosen_is_of_the_form() {
        let mut state = 1u32;
        let mut choose = |n: usize| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 16) as usize % n
        };
        for row in ROWS {
            for form in 0..row.forms.len() as u16 {
                let spelt = (0..50).find_map(|_| spell(row.opcode, form, &mut choose));
                let spelt = spelt.unwrap_or_else(|| panic!("{} {}", row.mnemonic, row.forms[usize::from(form)].text));
                assert!(spelt.text.starts_with(row.opcode.as_str()), "{}", spelt.text);
            }
        }
    }

    #[test]
    fn places_say_what_belongs_there() {
        let spelt = spell(Opcode::Ld, 0, &mut |n| n - 1).unwrap();
        assert_eq!(spelt.operands.len(), 3, "{spelt:?}");
        assert_eq!(spelt.operands[1].shape, Shape::Address);
        let wide = spell(Opcode::Mul, 1, &mut |_| 0).unwrap();
        assert_eq!(wide.text, "mul.wide.u16");
        assert!(
            matches!(wide.operands[0].shape, Shape::Values { bits: 32, count: 1, .. })
                && wide.operands[0].is_destination
        );
    }
}
