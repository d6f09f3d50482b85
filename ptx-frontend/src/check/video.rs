//! Parts of registers and signs before them, which only video instructions take.

use crate::checked::{Operand, Part};
use crate::form::Mismatch;
use crate::isa::Opcode;

/// Whether the instruction takes such operands.
pub(super) fn check(opcode: Opcode, operands: &[Operand]) -> Result<(), Mismatch> {
    for (index, operand) in operands.iter().enumerate() {
        let Operand::Part { part, negated, .. } = operand else { continue };
        let refused = |reason: &str| Err(Mismatch::Operand { index, reason: reason.to_owned() });
        if *negated && opcode != Opcode::Vmad {
            return refused("only `vmad` takes a minus before an operand");
        }
        let Some(part) = part else { continue };
        if opcode.row().chapter != "Video" {
            return refused("only video instructions take parts of registers");
        }
        // What is written may be less than all elements.
        let is_some_of_them = index == 0 && u32::from(part.count) < elements(opcode);
        if !is_some_of_them && !is_selection(opcode, part) {
            return refused(match elements(opcode) {
                1 => "one byte or half is selected here, as in `.b0` or `.h1`",
                2 => "two halves are selected here, as in `.h10`",
                _ => "four bytes are selected here, as in `.b3210`",
            });
        }
    }
    Ok(())
}

/// How many elements the instruction computes side by side.
fn elements(opcode: Opcode) -> u32 {
    opcode.mnemonic().chars().last().and_then(|last| last.to_digit(10)).unwrap_or(1)
}

fn is_selection(opcode: Opcode, part: &Part) -> bool {
    match elements(opcode) {
        1 => part.count == 1 && part.lanes[0] < if part.halves { 2 } else { 4 },
        2 => part.halves && part.count == 2,
        _ => !part.halves && part.count == 4,
    }
}
