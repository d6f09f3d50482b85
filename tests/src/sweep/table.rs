//! Subjects from the instruction table: forms that take values from registers and leave values in registers.

use super::inputs::Random;
use super::oracle::{self, Instruction};
use super::{Certainty, FormId, Oracle, Register, Subject, ones};
use crate::validity;
use ptx_frontend::form::{self, Place, PlaceKind, Variant};
use ptx_frontend::types::ScalarType;

/// Functions of three bits worth trying: constants, one operand, and, or, xor, majority, choice, and others.
const TABLES_OF_LOP3: [u64; 12] = [0, 0xff, 0xf0, 0xcc, 0xaa, 0x80, 0xfe, 0x96, 0xe8, 0xca, 0x1b, 0x6d];

/// Subjects of a form; of its combinations of dot-words, about `most`. `None`: it is not from registers to registers, or
/// there is no oracle.
pub fn subjects(form: FormId, most: usize) -> Option<Vec<Subject>> {
    let mut subjects = Vec::new();
    for variant in variants(form, most) {
        let tables: &[u64] = match variant.places.iter().any(|place| place.kind == PlaceKind::Constant) {
            true => &TABLES_OF_LOP3,
            false => &[0],
        };
        for table in tables {
            let draft = Draft::of(form, &variant, *table)?;
            let (meaning, certainty) = oracle::meaning(&draft.instruction)?;
            subjects.push(draft.finish(form, meaning, certainty));
        }
    }
    Some(subjects)
}

/// Combinations of dot-words of a form that are PTX: all, or about `most`.
pub fn variants(form: FormId, most: usize) -> Vec<Variant> {
    let variants = combinations(form, most).into_iter().map(|choice| form::variant(form.0, form.1, &choice));
    variants.filter(|variant| validity::fault(form.0, variant).is_none()).collect()
}

/// All combinations of choices, or a sample in which every choice occurs.
fn combinations(form: FormId, most: usize) -> Vec<Vec<usize>> {
    let choices = form::choices(form.0, form.1);
    let product = choices.iter().try_fold(1usize, |product, count| product.checked_mul(*count));
    if let Some(product) = product.filter(|product| *product <= most) {
        let digits = |mut number: usize| {
            let digit = |count: &usize| {
                let digit = number % count;
                number /= count;
                digit
            };
            choices.iter().map(digit).collect()
        };
        return (0..product).map(digits).collect();
    }
    let mut random = Random::new(form.0.row().forms[usize::from(form.1)].text);
    let mut any = || choices.iter().map(|count| random.below(*count as u64) as usize).collect::<Vec<_>>();
    let mut found = Vec::new();
    for (group, count) in choices.iter().enumerate() {
        for choice in 0..*count {
            let mut combination = any();
            combination[group] = choice;
            found.push(combination);
        }
    }
    while found.len() < most {
        found.push(any());
    }
    found.sort();
    found.dedup();
    found
}

/// A subject without its meaning.
struct Draft {
    name: String,
    text: String,
    instruction: Instruction,
    inputs: Vec<Register>,
    outputs: Vec<Register>,
}

impl Draft {
    fn of(form: FormId, variant: &Variant, constant: u64) -> Option<Draft> {
        let (mut inputs, mut outputs, mut constants) = (Vec::new(), Vec::new(), Vec::new());
        let mut operands = Vec::new();
        for place in variant.places.iter().filter(|place| !place.is_optional) {
            let text = match place.kind {
                PlaceKind::Constant => {
                    constants.push(constant);
                    format!("{constant:#x}")
                }
                _ if place.is_destination => {
                    let mut text = add(place, &mut outputs, "%o")?;
                    if let Some((second, may_be_missing)) = &place.second {
                        // With and without it, in turn.
                        if !may_be_missing || !variant.text.len().is_multiple_of(2) {
                            text += &format!("|{}", add(second, &mut outputs, "%o")?);
                        }
                    }
                    text
                }
                _ => add(place, &mut inputs, "%i")?,
            };
            operands.push(text);
        }
        if outputs.is_empty() {
            return None;
        }
        let instruction = Instruction {
            opcode: form.0,
            words: variant.words.clone(),
            types: variant.types.clone(),
            sources: inputs.len(),
            destinations: outputs.len(),
            constants,
        };
        let name = match instruction.constants[..] {
            [table] => format!("{} {table:#04x}", variant.text),
            _ => variant.text.clone(),
        };
        let takes = if operands.iter().any(|operand| operand.contains('|')) { " d|p" } else { "" };
        // Forms that differ in the number of operands are spelt alike.
        let count = if inputs.len() > 2 { format!(" {} operands", inputs.len()) } else { String::new() };
        let text = format!("    {} {};\n", variant.text, operands.join(", "));
        Some(Draft { name: format!("{name}{takes}{count}"), text, instruction, inputs, outputs })
    }

    fn finish(self, form: FormId, meaning: super::ThreadMeaning, certainty: Certainty) -> Subject {
        Subject {
            name: self.name,
            form,
            inputs: self.inputs,
            outputs: self.outputs,
            declarations: String::new(),
            body: self.text,
            scratch: false,
            oracle: Oracle::Thread(meaning),
            certainty,
        }
    }
}

/// Adds the registers of a place; answers how the instruction names them.
fn add(place: &Place, registers: &mut Vec<Register>, prefix: &str) -> Option<String> {
    let mut one = |ty: ScalarType, bits: u32| {
        let register = register(ty, bits)?;
        registers.push(register);
        Some(format!("{prefix}{}", registers.len() - 1))
    };
    match place.kind {
        PlaceKind::Value { ty, bits, .. } => one(ty, bits),
        PlaceKind::Values { ty, bits, count } if count > 1 => {
            let values: Option<Vec<String>> = (0..count).map(|_| one(ty, bits)).collect();
            Some(format!("{{{}}}", values?.join(", ")))
        }
        PlaceKind::Values { ty, bits, .. } => one(ty, bits),
        PlaceKind::Parts { .. } | PlaceKind::Constant | PlaceKind::Address | PlaceKind::Other => None,
    }
}

/// The register for a value. There are none of 8 bits for integers: those lie in wider ones.
fn register(ty: ScalarType, bits: u32) -> Option<Register> {
    let lanes = match ty {
        ScalarType::F16x2 | ScalarType::BF16x2 | ScalarType::F32x2 => 2,
        ScalarType::E4M3x2 | ScalarType::E5M2x2 | ScalarType::E3M2x2 | ScalarType::E2M3x2 => 2,
        ScalarType::E2M1x2 | ScalarType::UE8M0x2 | ScalarType::S2F6x2 => 2,
        ScalarType::E4M3x4 | ScalarType::E5M2x4 | ScalarType::E3M2x4 | ScalarType::E2M3x4 | ScalarType::E2M1x4 => 4,
        ScalarType::U16x2 | ScalarType::S16x2 => 2,
        ScalarType::U8x4 | ScalarType::S8x4 => 4,
        _ => 1,
    };
    let bits = if ty.is_integer() { bits.max(16) } else { bits };
    (bits <= 64 && ones(bits) != 0).then_some(Register { bits, ty, lanes })
}
