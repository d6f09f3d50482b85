//! Integers of which several lie in a register, and the packing conversion.

use super::integer::choose;
use super::{Found, Instruction, Int, exactly, lanewise};
use crate::sweep::{Certainty, Expected, ones};
use ptx_frontend::isa::Opcode;
use ptx_frontend::types::ScalarType;

/// The integer type that lies several times in this one.
pub(in crate::sweep) fn lanes(ty: ScalarType) -> Option<(Int, u32)> {
    match ty {
        ScalarType::U16x2 => Some((Int { bits: 16, is_signed: false }, 2)),
        ScalarType::S16x2 => Some((Int { bits: 16, is_signed: true }, 2)),
        ScalarType::U8x4 => Some((Int { bits: 8, is_signed: false }, 4)),
        ScalarType::S8x4 => Some((Int { bits: 8, is_signed: true }, 4)),
        _ => None,
    }
}

pub(super) fn meaning(instruction: &Instruction) -> Found {
    if instruction.opcode == Opcode::CvtPack {
        return pack(instruction);
    }
    let (int, count) = lanes(*instruction.types.first()?)?;
    let (saturates, rectifies) = (instruction.has("sat"), instruction.has("relu"));
    let finish = move |number: i128| int.write(if saturates { int.clamp(number) } else { number });
    let opcode = instruction.opcode;
    if !matches!(opcode, Opcode::Add | Opcode::Sub | Opcode::Neg | Opcode::Min | Opcode::Max) {
        return None;
    }
    lanewise(count, int.bits, Certainty::Exact, move |x| {
        Expected::Bits(match opcode {
            Opcode::Add => finish(int.read(x[0]) + int.read(x[1])),
            Opcode::Sub => finish(int.read(x[0]) - int.read(x[1])),
            Opcode::Neg => finish(-int.read(x[0])),
            _ => choose(int, opcode == Opcode::Max, rectifies, x),
        })
    })
}

/// `cvt.pack`: both operands clamped to a narrow type, the first one higher, and above them what a third one holds.
fn pack(instruction: &Instruction) -> Found {
    let narrow = Int::of(instruction.ty(0))?;
    let wide = Int { bits: 32, is_signed: true };
    exactly(move |x| {
        let [a, b] = [x[0], x[1]].map(|bits| narrow.write(narrow.clamp(wide.read(bits))));
        let above = x.get(2).map_or(0, |c| c << (2 * narrow.bits));
        (above | a << narrow.bits | b) & ones(32)
    })
}
