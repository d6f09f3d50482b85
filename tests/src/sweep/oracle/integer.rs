//! Integer arithmetic, on numbers wide enough never to overflow.

use super::{Found, Instruction, exactly, result};
use crate::sweep::{Certainty, Expected, ones};
use ptx_frontend::isa::Opcode;
use ptx_frontend::types::ScalarType;

/// An integer type.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Int {
    pub(crate) bits: u32,
    pub(crate) is_signed: bool,
}

impl Int {
    pub(crate) fn of(ty: ScalarType) -> Option<Int> {
        let text = ty.as_str();
        let is_signed = text.starts_with('s');
        let bits = text.get(1..)?.parse().ok()?;
        (is_signed || text.starts_with('u') || text.starts_with('b')).then_some(Int { bits, is_signed })
    }

    /// The number that the bits stand for.
    pub(crate) fn read(self, bits: u64) -> i128 {
        let low = i128::from(bits & ones(self.bits));
        if self.is_signed && low >> (self.bits - 1) & 1 == 1 { low - (1 << self.bits) } else { low }
    }

    /// The lowest bits of a number.
    pub(crate) fn write(self, number: i128) -> u64 {
        number as u64 & ones(self.bits)
    }

    pub(crate) fn min(self) -> i128 {
        if self.is_signed { -(1 << (self.bits - 1)) } else { 0 }
    }

    pub(crate) fn max(self) -> i128 {
        if self.is_signed { (1 << (self.bits - 1)) - 1 } else { (1 << self.bits) - 1 }
    }

    pub(crate) fn clamp(self, number: i128) -> i128 {
        number.clamp(self.min(), self.max())
    }

    /// All bits of a product, as two's complement.
    pub(crate) fn product(self, a: u64, b: u64) -> u128 {
        if self.is_signed { (self.read(a) * self.read(b)) as u128 } else { self.read(a) as u128 * self.read(b) as u128 }
    }
}

pub(super) fn meaning(instruction: &Instruction) -> Found {
    if let Opcode::Dp4a | Opcode::Dp2a = instruction.opcode {
        return dot_product(instruction);
    }
    let int = Int::of(*instruction.types.first()?)?;
    let saturates = instruction.has("sat");
    match instruction.opcode {
        Opcode::Add | Opcode::Sub => {
            let sign = if instruction.opcode == Opcode::Add { 1 } else { -1 };
            exactly(move |x| {
                let sum = int.read(x[0]) + sign * int.read(x[1]);
                int.write(if saturates { int.clamp(sum) } else { sum })
            })
        }
        Opcode::Mul | Opcode::Mad => product(instruction, int),
        Opcode::Mul24 | Opcode::Mad24 => product_of_24_bits(instruction, int),
        Opcode::Sad => exactly(move |x| int.write(int.read(x[2]) + (int.read(x[0]) - int.read(x[1])).abs())),
        Opcode::Div | Opcode::Rem => {
            let is_rem = instruction.opcode == Opcode::Rem;
            result(Certainty::Approximate, move |x| match (int.read(x[0]), int.read(x[1])) {
                // "Unspecified, machine-specific value."
                (_, 0) => Expected::Anything,
                (a, b) => Expected::Bits(int.write(if is_rem { a % b } else { a / b })),
            })
        }
        Opcode::Abs => exactly(move |x| int.write(int.read(x[0]).abs())),
        Opcode::Neg => exactly(move |x| int.write(-int.read(x[0]))),
        Opcode::Min | Opcode::Max => {
            let (is_max, rectifies) = (instruction.opcode == Opcode::Max, instruction.has("relu"));
            exactly(move |x| choose(int, is_max, rectifies, x))
        }
        _ => None,
    }
}

/// The smaller or larger of two numbers.
pub(super) fn choose(int: Int, is_max: bool, rectifies: bool, x: &[u64]) -> u64 {
    let (a, b) = (int.read(x[0]), int.read(x[1]));
    let chosen = if is_max { a.max(b) } else { a.min(b) };
    int.write(if rectifies { chosen.max(0) } else { chosen })
}

fn product(instruction: &Instruction, int: Int) -> Found {
    let adds = instruction.opcode == Opcode::Mad;
    let addend = move |x: &[u64]| if adds { x[2] } else { 0 };
    if instruction.has("wide") {
        let wide = Int { bits: 2 * int.bits, ..int };
        return exactly(move |x| wide.write(int.product(x[0], x[1]) as i128 + i128::from(addend(x))));
    }
    let (is_high, saturates) = (instruction.has("hi"), instruction.has("sat"));
    exactly(move |x| {
        let product = int.product(x[0], x[1]);
        let part = int.read(if is_high { (product >> int.bits) as u64 } else { product as u64 });
        let sum = part + int.read(addend(x));
        int.write(if saturates { int.clamp(sum) } else { sum })
    })
}

fn product_of_24_bits(instruction: &Instruction, int: Int) -> Found {
    let adds = instruction.opcode == Opcode::Mad24;
    let (is_high, saturates) = (instruction.has("hi"), instruction.has("sat"));
    let narrow = Int { bits: 24, ..int };
    exactly(move |x| {
        let product = narrow.read(x[0]) * narrow.read(x[1]);
        // Of the 48 bits, the highest or the lowest 32.
        let part = int.read(if is_high { product >> 16 } else { product } as u64);
        let sum = part + if adds { int.read(x[2]) } else { 0 };
        int.write(if saturates { int.clamp(sum) } else { sum })
    })
}

/// `a` has four bytes or two halves; of `b`'s bytes, `dp2a` takes two.
fn dot_product(instruction: &Instruction) -> Found {
    let (a, b) = (Int::of(instruction.ty(0))?, Int::of(instruction.ty(1))?);
    let is_quad = instruction.opcode == Opcode::Dp4a;
    let first_byte = if instruction.has("hi") { 2 } else { 0 };
    exactly(move |x| {
        let (count, width) = if is_quad { (4, 8) } else { (2, 16) };
        let terms = (0..count).map(|i| {
            let left = Int { bits: width, ..a }.read(x[0] >> (i * width));
            let right = Int { bits: 8, ..b }.read(x[1] >> ((i + first_byte) * 8));
            left * right
        });
        (i128::from(x[2]) + terms.sum::<i128>()) as u64 & ones(32)
    })
}
