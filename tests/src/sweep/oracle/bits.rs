//! Logic, shifts, bit fields, counts and permutations.

use super::{Found, Instruction, Int, exactly, result};
use crate::sweep::{Certainty, Expected, ones};
use ptx_frontend::isa::Opcode;
use ptx_frontend::types::ScalarType;

pub(super) fn meaning(instruction: &Instruction) -> Found {
    let ty = *instruction.types.first()?;
    let bits = ty.bits();
    let mask = ones(bits);
    match instruction.opcode {
        Opcode::And => exactly(move |x| x[0] & x[1]),
        Opcode::Or => exactly(move |x| x[0] | x[1]),
        Opcode::Xor => exactly(move |x| x[0] ^ x[1]),
        Opcode::Not => exactly(move |x| !x[0] & mask),
        Opcode::Cnot => exactly(move |x| (x[0] == 0).into()),
        Opcode::Lop3 => any_function(instruction),
        Opcode::Shl => exactly(move |x| if x[1] >= u64::from(bits) { 0 } else { x[0] << x[1] & mask }),
        Opcode::Shr => shift_right(Int::of(ty)?),
        Opcode::Shf => funnel(instruction),
        Opcode::Clmad => carryless(instruction),
        Opcode::Popc => exactly(move |x| x[0].count_ones().into()),
        Opcode::Clz => exactly(move |x| (x[0].leading_zeros() - (64 - bits)).into()),
        Opcode::Brev => exactly(move |x| x[0].reverse_bits() >> (64 - bits)),
        Opcode::Bfind => find(instruction, Int::of(ty)?),
        Opcode::Fns => find_nth(),
        Opcode::Bfe => extract(Int::of(ty)?),
        Opcode::Bfi => insert(bits),
        Opcode::Szext => extend(instruction, Int::of(ty)?),
        Opcode::Bmsk => mask_of(instruction),
        Opcode::Prmt => permute(instruction),
        Opcode::Mov if instruction.sources == instruction.destinations => Some((
            Box::new(move |x, out| out.extend(x.iter().map(|value| Expected::Bits(value & mask)))),
            Certainty::Exact,
        )),
        Opcode::Selp => exactly(move |x| if x[2] == 1 { x[0] } else { x[1] }),
        Opcode::Slct => select_by_sign(instruction),
        _ => None,
    }
}

/// Bit `i` of the table is the result where the operands' bits are the binary digits of `i`.
fn any_function(instruction: &Instruction) -> Found {
    let table = *instruction.constants.first()?;
    let apply = move |x: &[u64]| {
        (0..32).fold(0, |word, bit| {
            let digit = |operand: u64| operand >> bit & 1;
            word | (table >> (digit(x[0]) << 2 | digit(x[1]) << 1 | digit(x[2])) & 1) << bit
        })
    };
    if instruction.destinations == 1 {
        return exactly(apply);
    }
    let is_or = instruction.has("or");
    let meaning = move |x: &[u64], out: &mut Vec<Expected>| {
        let word = apply(x);
        let is_set = word != 0;
        let with = x[3] == 1;
        out.push(Expected::Bits(word));
        out.push(Expected::Bits((if is_or { is_set || with } else { is_set && with }).into()));
    };
    Some((Box::new(meaning), Certainty::Exact))
}

/// A product whose partial products are added without carries, and an addend likewise.
fn carryless(instruction: &Instruction) -> Found {
    let is_high = instruction.has("hi");
    exactly(move |x| {
        let partial = (0..64).filter(|bit| x[1] >> bit & 1 == 1).map(|bit| u128::from(x[0]) << bit);
        let product = partial.fold(0, |sum, term| sum ^ term);
        (if is_high { product >> 64 } else { product }) as u64 ^ x[2]
    })
}

/// Amounts past the width count as the width.
fn shift_right(int: Int) -> Found {
    exactly(move |x| int.write(int.read(x[0]) >> x[1].min(int.bits.into())))
}

fn funnel(instruction: &Instruction) -> Found {
    let (is_left, clamps) = (instruction.has("l"), instruction.has("clamp"));
    exactly(move |x| {
        let both = u128::from(x[1] << 32 | x[0]);
        let amount = if clamps { x[2].min(32) } else { x[2] & 31 };
        let shifted = if is_left { both << amount >> 32 } else { both >> amount };
        shifted as u64 & ones(32)
    })
}

fn find(instruction: &Instruction, int: Int) -> Found {
    let is_amount = instruction.has("shiftamt");
    exactly(move |x| {
        let number = int.read(x[0]);
        let number = if number < 0 { !number } else { number };
        let highest = (0..int.bits).rev().find(|bit| number >> bit & 1 == 1);
        match highest {
            None => ones(32),
            Some(bit) => (if is_amount { int.bits - 1 - bit } else { bit }).into(),
        }
    })
}

/// The manual's loop.
fn find_nth() -> Found {
    result(Certainty::Approximate, |x| {
        let (mask, base) = (x[0], x[1]);
        let offset = Int { bits: 32, is_signed: true }.read(x[2]);
        if base > 31 {
            return Expected::Anything;
        }
        let is_set = |position: i128| mask >> position & 1 == 1;
        if offset == 0 {
            return Expected::Bits(if is_set(base.into()) { base } else { ones(32) });
        }
        let mut position = i128::from(base);
        let mut to_skip = offset.abs() - 1;
        while (0..32).contains(&position) {
            if is_set(position) {
                if to_skip == 0 {
                    return Expected::Bits(position as u64);
                }
                to_skip -= 1;
            }
            position += offset.signum();
        }
        Expected::Bits(ones(32))
    })
}

/// Position or length of a field: the low byte, but as much as there is for 64 bits, as GPUs have it.
fn of_field(number: u64, bits: u32) -> u32 {
    if bits == 64 && number >= 64 { 64 } else { (number % 256) as u32 }
}

fn extract(int: Int) -> Found {
    exactly(move |x| {
        let (position, length) = (of_field(x[1], int.bits), of_field(x[2], int.bits));
        let msb = int.bits - 1;
        let bit_of = |at: u32| x[0] >> at & 1;
        let sign = if !int.is_signed || length == 0 { 0 } else { bit_of((position + length - 1).min(msb)) };
        (0..int.bits).fold(0, |field, i| {
            let bit = if i < length && position + i <= msb { bit_of(position + i) } else { sign };
            field | bit << i
        })
    })
}

fn insert(bits: u32) -> Found {
    exactly(move |x| {
        let (position, length) = (of_field(x[2], bits), of_field(x[3], bits));
        (0..length).take_while(|i| position + i < bits).fold(x[1], |word, i| {
            let at = position + i;
            word & !(1 << at) | (x[0] >> i & 1) << at
        })
    })
}

/// A number of so many bits; none of them give 0.
fn extend(instruction: &Instruction, int: Int) -> Found {
    let clamps = instruction.has("clamp");
    exactly(move |x| {
        let width = if clamps { x[1].min(32) } else { x[1] & 31 } as u32;
        if width == 0 { 0 } else { int.write(Int { bits: width, ..int }.read(x[0])) }
    })
}

fn mask_of(instruction: &Instruction) -> Found {
    let clamps = instruction.has("clamp");
    exactly(move |x| {
        let [start, width] = [x[0], x[1]].map(|n| if clamps { n.min(32) } else { n & 31 });
        (u64::MAX >> 32 >> (32 - width) << start) & ones(32)
    })
}

fn permute(instruction: &Instruction) -> Found {
    let mode = instruction.words.iter().copied().find(|word| *word != "b32");
    exactly(move |x| {
        let bytes = x[1] << 32 | x[0];
        let control = x[2];
        let from = control & 3;
        (0..4u64).fold(0, |word, i| {
            let selector = control >> (4 * i) & 0xf;
            let byte = |at: u64| bytes >> (8 * at) & 0xff;
            let chosen = match mode {
                None if selector & 8 == 0 => byte(selector),
                None => (byte(selector & 7) >> 7) * 0xff,
                Some("f4e") => byte(from + i),
                Some("b4e") => byte(from.wrapping_sub(i) & 7),
                Some("rc8") => byte(from),
                Some("ecl") => byte(from.max(i)),
                Some("ecr") => byte(from.min(i)),
                Some("rc16") => byte((from & 1) * 2 + (i & 1)),
                Some(other) => unreachable!("`prmt` has no mode `{other}`"),
            };
            word | chosen << (8 * i)
        })
    })
}

fn select_by_sign(instruction: &Instruction) -> Found {
    let (is_float, flushes) = (instruction.ty(1) == ScalarType::F32, instruction.has("ftz"));
    exactly(move |x| {
        let is_first = if is_float {
            let c = f32::from_bits(x[2] as u32);
            // A flushed number is a zero, whatever its sign.
            c >= 0.0 || flushes && c.is_subnormal()
        } else {
            (x[2] as i32) >= 0
        };
        if is_first { x[0] } else { x[1] }
    })
}
