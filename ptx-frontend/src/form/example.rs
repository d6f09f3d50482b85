//! An instruction for every form, for tests that go through the table.

use super::table::{Candidate, TABLE};
use super::{Slot, SlotKind};
use crate::check::{NEWEST, parse_version};
use crate::isa::Opcode;
use crate::types::ScalarType;

/// Declares what the instructions of [`example`] use: to be put at the beginning of a function's body.
pub const PREAMBLE: &str = "\
    .reg .pred %p<16>;
    .reg .b8 %b<16>;
    .reg .b16 %h<16>;
    .reg .b32 %r<16>;
    .reg .b64 %d<16>;
    .reg .b128 %q<16>;
targets: .branchtargets here;
here:
";

/// The first lines of a module that may use the form with this number: a version and a target that have it.
pub fn head(opcode: Opcode, form: u16) -> String {
    let line = &opcode.row().forms[usize::from(form)];
    let newest = format!("{}.{}", NEWEST.0, NEWEST.1);
    // Of versions that the table has only in part, there are forms too.
    let newest = if parse_version(line.ptx) > NEWEST { line.ptx } else { &newest };
    let version = line.until.map_or(newest, |until| until.version);
    format!(".version {version}\n.target sm_120a\n")
}

/// An instruction of the form with this number, with its semicolon: required dot-words, the first of each alternative,
/// and required operands. `None` for calls, which need a function to call.
pub fn example(opcode: Opcode, form: u16) -> Option<String> {
    let line = &TABLE.forms(opcode)[usize::from(form)];
    let words = line.suggest(opcode, &[]);
    let spelling = TABLE.spelling(&words).ok()?;
    let candidate = spelling.forms.iter().find(|candidate| candidate.form == form)?;
    let slots = line.slots.iter().filter(|(_, group)| *group == 0);
    let operands: Option<Vec<String>> = slots
        .enumerate()
        .map(|(index, (slot, _))| {
            operand(candidate, slot, index, candidate.registers(opcode, &spelling.words, index).unwrap_or(4))
        })
        .collect();
    Some(format!("{words} {};", operands?.join(", ")))
}

/// `any` is how many values stand in braces that may have any number.
fn operand(candidate: &Candidate, slot: &Slot, index: usize, any: u32) -> Option<String> {
    let values = |ty: ScalarType, bits: u32, count: u32| {
        let one = |at| value(ty, bits, index as u32 + at);
        if count == 1 { one(0) } else { format!("{{{}}}", (0..count).map(one).collect::<Vec<_>>().join(", ")) }
    };
    let text = match slot.kind {
        SlotKind::Value { ty, .. } => {
            let (ty, bits) = candidate.ty(ty);
            values(ty, bits, 1)
        }
        SlotKind::Elements => {
            let (ty, bits) = candidate.ty(super::TypeName::Word(0));
            values(ty, bits, candidate.vector)
        }
        SlotKind::Braces { ty, count } => {
            let (ty, bits) = candidate.ty(ty);
            values(ty, bits, if count == 0 { any } else { count.into() })
        }
        SlotKind::Parts => {
            let (ty, bits) = candidate.ty(super::TypeName::Word(0));
            values(ty, bits / 2, 2)
        }
        SlotKind::Constant => "4".to_owned(),
        SlotKind::Anything => "%d0".to_owned(),
        SlotKind::Address => "[%d0]".to_owned(),
        SlotKind::Brackets => "[%d0, {%r0, %r1, %r2, %r3}]".to_owned(),
        SlotKind::Label => "here".to_owned(),
        SlotKind::Targets => "targets".to_owned(),
        SlotKind::List | SlotKind::Function | SlotKind::Prototype => return None,
    };
    match &slot.pair {
        Some((second, false)) => Some(format!("{text}|{}", operand(candidate, second, index + 1, any)?)),
        _ => Some(text),
    }
}

fn value(ty: ScalarType, bits: u32, index: u32) -> String {
    let index = index % 16;
    match bits {
        1 => format!("%p{index}"),
        8 if ty == ScalarType::B16 => format!("%b{index}"),
        2..=16 => format!("%h{index}"),
        17..=32 => format!("%r{index}"),
        33..=64 => format!("%d{index}"),
        _ => format!("%q{index}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::isa::ROWS;

    #[test]
    fn every_form_has_an_example_that_is_accepted() {
        for row in ROWS.iter().filter(|row| row.opcode != Opcode::Call) {
            for (form, line) in row.forms.iter().enumerate() {
                let Some(example) = example(row.opcode, form as u16) else {
                    panic!("{} {}", row.mnemonic, line.text);
                };
                let text = format!("{}.entry k() {{\n{PREAMBLE}{example}\n}}\n", head(row.opcode, form as u16));
                let module = crate::parse_module(&text, "example.ptx").unwrap_or_else(|errors| panic!("{}", errors[0]));
                let function = &module.functions[0];
                assert!(function.errors.is_empty(), "{}: {}", line.text, function.errors[0]);
                let instruction = &function.body.as_ref().unwrap().instructions[0];
                assert_eq!(instruction.opcode, row.opcode, "{example}");
            }
        }
    }
}
