//! Every spelling of a form with what it takes, for tests that go through the table.
//!
//! A form has several groups of dot-words, each with its choices; a [`Variant`] is one choice of each.

use super::table::{Candidate, TABLE};
use super::{Form, Group, Slot, SlotKind, TypeName};
use crate::isa::Opcode;
use crate::types::ScalarType;
use smallvec::SmallVec;

/// A form with all its dot-words chosen.
#[derive(Clone, Debug)]
pub struct Variant {
    /// The opcode with its dot-words, `add.rn.f32`.
    pub text: String,
    /// The dot-words, without their dots.
    pub words: Vec<&'static str>,
    /// The type words among them.
    pub types: Vec<ScalarType>,
    /// What stands behind the dot-words.
    pub places: Vec<Place>,
}

/// A place for an operand.
#[derive(Clone, Debug)]
pub struct Place {
    /// Its name in the form line.
    pub name: &'static str,
    /// What belongs there.
    pub kind: PlaceKind,
    /// Whether it is written to.
    pub is_destination: bool,
    /// Whether it may be missing.
    pub is_optional: bool,
    /// The second of two destinations, `d|p`, and whether it may be missing.
    pub second: Option<(Box<Place>, bool)>,
}

/// What belongs in a place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PlaceKind {
    /// One value.
    Value {
        /// Its type.
        ty: ScalarType,
        /// Its width.
        bits: u32,
        /// Whether its register may be wider.
        may_be_wider: bool,
    },
    /// This many values; in braces unless it is one.
    Values {
        /// Type of each.
        ty: ScalarType,
        /// Width of each.
        bits: u32,
        /// How many; 0 stands for any number in braces.
        count: u32,
    },
    /// Two or four values in braces with so many bits together.
    Parts {
        /// Width of all of them.
        bits: u32,
    },
    /// A constant.
    Constant,
    /// An address.
    Address,
    /// A label, a list, a function, or what else an instruction takes.
    Other,
}

/// How many choices each group of dot-words of this form has.
pub fn choices(opcode: Opcode, form: u16) -> Vec<usize> {
    form_of(opcode, form).groups.iter().map(Group::choices).collect()
}

/// Of each group, whether its last choice is to leave it out.
pub fn is_optional(opcode: Opcode, form: u16) -> Vec<bool> {
    form_of(opcode, form).groups.iter().map(|group| group.is_optional).collect()
}

/// The form with these choices, each below the number that [`choices`] gives.
pub fn variant(opcode: Opcode, form: u16, choice: &[usize]) -> Variant {
    let line = form_of(opcode, form);
    let mut text = opcode.as_str().to_owned();
    let (mut words, mut types) = (Vec::new(), SmallVec::<[ScalarType; 4]>::new());
    for (group, choice) in line.groups.iter().zip(choice) {
        // The last choice of an optional group is to leave it out.
        let Some(alternative) = group.alternatives.get(*choice) else { continue };
        for word in alternative {
            text += &format!(".{word}");
            words.push(word.as_str());
        }
        types.extend(alternative[0].scalar_type().filter(|_| group.is_type));
    }
    let vector = words.iter().find_map(|word| word.strip_prefix('v')?.parse().ok()).unwrap_or(1);
    let candidate = Candidate { form, types, vector };
    let places = line.slots.iter().map(|(slot, group)| place(&candidate, slot, *group != 0)).collect();
    Variant { text, words, types: candidate.types.to_vec(), places }
}

fn form_of(opcode: Opcode, form: u16) -> &'static Form {
    &TABLE.forms(opcode)[usize::from(form)]
}

impl Group {
    fn choices(&self) -> usize {
        self.alternatives.len() + usize::from(self.is_optional)
    }
}

fn place(candidate: &Candidate, slot: &Slot, is_optional: bool) -> Place {
    let kind = match slot.kind {
        SlotKind::Value { ty, may_be_wider } => {
            let (ty, bits) = candidate.ty(ty);
            PlaceKind::Value { ty, bits, may_be_wider }
        }
        SlotKind::Elements => {
            let (ty, bits) = candidate.ty(TypeName::Word(0));
            PlaceKind::Values { ty, bits, count: candidate.vector }
        }
        SlotKind::Braces { ty, count } => {
            let (ty, bits) = candidate.ty(ty);
            PlaceKind::Values { ty, bits, count: count.into() }
        }
        SlotKind::Parts => PlaceKind::Parts { bits: candidate.ty(TypeName::Word(0)).1 },
        SlotKind::Constant => PlaceKind::Constant,
        SlotKind::Address => PlaceKind::Address,
        SlotKind::Anything
        | SlotKind::Brackets
        | SlotKind::Label
        | SlotKind::Targets
        | SlotKind::List
        | SlotKind::Function
        | SlotKind::Prototype => PlaceKind::Other,
    };
    let second = slot
        .pair
        .as_ref()
        .map(|(second, may_be_missing)| (Box::new(place(candidate, second, *may_be_missing)), *may_be_missing));
    Place { name: slot.name, kind, is_destination: slot.is_destination, is_optional, second }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variant_is_one_choice_of_each_group() {
        // ".approx|.full{.ftz}.f32  d:T, a:T, b:T"
        assert_eq!(choices(Opcode::Div, 1), [2, 2, 1]);
        let variant = variant(Opcode::Div, 1, &[1, 0, 0]);
        assert_eq!(variant.text, "div.full.ftz.f32");
        assert_eq!(variant.types, [ScalarType::F32]);
        assert_eq!(variant.places.len(), 3);
        assert!(variant.places[0].is_destination && !variant.places[1].is_destination);
    }

    #[test]
    fn the_last_choice_of_an_optional_group_leaves_it_out() {
        assert_eq!(variant(Opcode::Div, 1, &[0, 1, 0]).text, "div.approx.f32");
    }
}
