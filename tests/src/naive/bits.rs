//! Logic, shifts, bit fields, bytes: bit by bit, as the manual's pseudocode has it.

use super::thread::{integer, low};
use super::words::Words;
use super::{Outcome, unknown};
use ptx_frontend::isa::Opcode;

fn bit(value: u128, at: u32) -> bool {
    at < 128 && value >> at & 1 == 1
}

/// A value made bit by bit.
fn bits_of(count: u32, is_set: impl Fn(u32) -> bool) -> u128 {
    (0..count).filter(|at| is_set(*at)).fold(0, |all, at| all | 1 << at)
}

pub(super) fn evaluate(opcode: Opcode, words: &Words, args: &[u128]) -> Outcome<u128> {
    let ty = words.ty(0);
    let width = ty.bits();
    let a = args[0];
    let arg = |index: usize| args.get(index).copied().unwrap_or(0);
    Ok(match opcode {
        Opcode::And => a & arg(1),
        Opcode::Or => a | arg(1),
        Opcode::Xor => a ^ arg(1),
        Opcode::Not => low(!a, width),
        Opcode::Cnot => u128::from(low(a, width) == 0),
        Opcode::Shl => {
            let amount = arg(1).min(u128::from(width)) as u32;
            bits_of(width, |at| at >= amount && bit(a, at - amount))
        }
        Opcode::Shr => {
            let amount = arg(1).min(u128::from(width)) as u32;
            let fill = ty.is_signed() && bit(a, width - 1);
            bits_of(width, |at| if at + amount < width { bit(a, at + amount) } else { fill })
        }
        Opcode::Shf => {
            let both = arg(1) << 32 | a;
            let amount = if words.has("wrap") { arg(2) & 31 } else { arg(2).min(32) } as u32;
            if words.has("l") { low(both << amount >> 32, 32) } else { low(both >> amount, 32) }
        }
        Opcode::Lop3 => lop3(args[0], args[1], args[2], args[3]),
        Opcode::Popc => (0..width).filter(|at| bit(a, *at)).count() as u128,
        Opcode::Clz => (0..width).rev().take_while(|at| !bit(a, *at)).count() as u128,
        Opcode::Brev => bits_of(width, |at| bit(a, width - 1 - at)),
        Opcode::Bfind => {
            let inverted = ty.is_signed() && bit(a, width - 1);
            match (0..width).rev().find(|at| bit(a, *at) != inverted) {
                None => 0xffff_ffff,
                Some(at) if words.has("shiftamt") => u128::from(width - 1 - at),
                Some(at) => u128::from(at),
            }
        }
        Opcode::Bfe => {
            let (position, length) = (of_field(arg(1), width), of_field(arg(2), width));
            let fill = ty.is_signed() && length > 0 && bit(a, (position + length - 1).min(width - 1));
            bits_of(width, |at| if at < length && position + at < width { bit(a, position + at) } else { fill })
        }
        Opcode::Bfi => {
            let (position, length) = (of_field(arg(2), width), of_field(arg(3), width));
            bits_of(width, |at| {
                if at >= position && at - position < length { bit(a, at - position) } else { bit(arg(1), at) }
            })
        }
        // "The base must be at most 31"; GPUs look at its low bits.
        Opcode::Fns => find_nth_set(low(a, 32), (arg(1) & 31) as u32, integer(arg(2), 32, true)),
        Opcode::Bmsk => {
            let reduce = |value: u128| if words.has("wrap") { value & 31 } else { value.min(32) } as u32;
            let (position, length) = (reduce(low(a, 32)), reduce(low(arg(1), 32)));
            bits_of(32, |at| at >= position && at - position < length)
        }
        Opcode::Szext => {
            let amount = low(arg(1), 32);
            let count = if words.has("wrap") { amount & 31 } else { amount.min(32) } as u32;
            let fill = ty.is_signed() && count > 0 && bit(a, count - 1);
            bits_of(32, |at| if at < count { bit(a, at) } else { fill })
        }
        Opcode::Prmt => permute(words, a, arg(1), arg(2)),
        _ => return unknown(format!("`{}` of bits", opcode.mnemonic())),
    })
}

/// The function of three bits that a table gives, for each bit.
pub(super) fn lop3(a: u128, b: u128, c: u128, table: u128) -> u128 {
    bits_of(32, |at| {
        let index = u32::from(bit(a, at)) << 2 | u32::from(bit(b, at)) << 1 | u32::from(bit(c, at));
        bit(table, index)
    })
}

/// A position or length of a bit field: by the manual the low byte; GPUs take all of it where the field has 64 bits.
fn of_field(number: u128, width: u32) -> u32 {
    let number = low(number, 32) as u32;
    if width == 64 { number.min(64) } else { number & 0xff }
}

fn find_nth_set(mask: u128, base: u32, offset: i128) -> u128 {
    const NONE: u128 = 0xffff_ffff;
    if offset == 0 {
        return if bit(mask, base) { u128::from(base) } else { NONE };
    }
    let mut position = i128::from(base);
    let mut left = offset.abs();
    while (0..32).contains(&position) {
        if bit(mask, position as u32) {
            left -= 1;
            if left == 0 {
                return position as u128;
            }
        }
        position += offset.signum();
    }
    NONE
}

fn permute(words: &Words, a: u128, b: u128, control: u128) -> u128 {
    let bytes = low(a, 32) | low(b, 32) << 32;
    let byte = |at: u32| low(bytes >> (8 * at), 8);
    // Which byte of the eight goes to which of the four places, the lowest first.
    let n = (control & 3) as u32;
    let picks: Option<[u32; 4]> = if words.has("f4e") {
        Some([0, 1, 2, 3].map(|i| n + i))
    } else if words.has("b4e") {
        Some([0, 1, 2, 3].map(|i| (n + 8 - i) % 8))
    } else if words.has("rc8") {
        Some([n; 4])
    } else if words.has("ecl") {
        Some([0, 1, 2, 3].map(|i| n.max(i)))
    } else if words.has("ecr") {
        Some([0, 1, 2, 3].map(|i| n.min(i)))
    } else if words.has("rc16") {
        let first = 2 * (n & 1);
        Some([first, first + 1, first, first + 1])
    } else {
        None
    };
    (0..4).fold(0, |all, place| {
        let value = match picks {
            Some(picks) => byte(picks[place as usize]),
            None => {
                let selector = (control >> (4 * place) & 0xf) as u32;
                let value = byte(selector & 7);
                match selector & 8 {
                    0 => value,
                    _ if value & 0x80 != 0 => 0xff,
                    _ => 0,
                }
            }
        };
        all | value << (8 * place)
    })
}
