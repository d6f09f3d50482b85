//! `cvt` between integers, the formats of arithmetic, and `.tf32`.

use super::format::{Format, in_format};
use super::{Found, Instruction, Int, exactly, result};
use crate::sweep::{Certainty, Expected};
use ptx_frontend::isa::Opcode;
use ptx_frontend::types::ScalarType;
use rustc_apfloat::{Float, Round};

pub(super) fn meaning(instruction: &Instruction) -> Found {
    if instruction.opcode != Opcode::Cvt {
        return None;
    }
    let (to, from) = (instruction.ty(0), instruction.ty(1));
    let number = |ty: ScalarType| if ty.is_integer() { Int::of(ty) } else { None };
    match (Format::packed(to), number(to), Format::of(from), number(from)) {
        (_, Some(to), _, Some(from)) => between_integers(instruction, to, from),
        (Some((format, 1)), _, _, Some(from)) => from_integer(instruction, format, from),
        (_, Some(to), Some(from), _) => to_integer(instruction, to, from),
        (Some((format, lanes)), _, Some(from), _) => between_floats(instruction, format, lanes, from),
        (None, None, Some(Format::F32), _) if to == ScalarType::TF32 => to_tf32(instruction),
        _ => None,
    }
}

/// A result narrower than its register, which is at least 16 bits wide, is extended.
fn extended(int: Int, number: i128) -> u64 {
    Int { bits: int.bits.max(16), ..int }.write(int.read(int.write(number)))
}

fn between_integers(instruction: &Instruction, to: Int, from: Int) -> Found {
    let saturates = instruction.has("sat");
    exactly(move |x| {
        let number = from.read(x[0]);
        extended(to, if saturates { to.clamp(number) } else { number })
    })
}

fn from_integer(instruction: &Instruction, format: Format, from: Int) -> Found {
    let (round, saturates) = (instruction.rounding()?, instruction.has("sat"));
    exactly(move |x| {
        let number = from.read(x[0]);
        let number = if saturates { number.clamp(0, 1) } else { number };
        in_format!(format, F => F::from_i128_r(number, round).value.to_bits() as u64)
    })
}

fn to_integer(instruction: &Instruction, to: Int, from: Format) -> Found {
    let (round, flushes) = (instruction.rounding()?, instruction.has("ftz"));
    exactly(move |x| {
        if from.is_nan(x[0]) {
            // "Zero if the source is not .f64 and the destination is not .s64 or .u64, otherwise 1 << (width - 1)."
            let is_zero = from != Format::F64 && to.bits != 64;
            return extended(to, if is_zero { 0 } else { 1 << (to.bits - 1) });
        }
        let bits = if flushes { from.flushed(x[0]) } else { x[0] };
        let whole = from.value(integral(from, bits, round));
        // The conversion to 128 bits is exact or clamps.
        extended(to, to.clamp(whole as i128))
    })
}

fn integral(format: Format, bits: u64, round: Round) -> u64 {
    in_format!(format, F => F::from_bits(bits.into()).round_to_integral(round).value.to_bits() as u64)
}

fn between_floats(instruction: &Instruction, to: Format, lanes: u32, from: Format) -> Found {
    let round = instruction.rounding().unwrap_or(Round::NearestTiesToEven);
    let rounds_to_integer = instruction.words[0].len() == 3 && instruction.words[0].ends_with('i');
    let (saturates, flushes) = (instruction.has("sat"), instruction.has("ftz"));
    let (rectifies, clamps) = (instruction.has("relu"), instruction.has("satfinite"));
    let is_random = instruction.has("rs");
    let convert = move |bits: u64, round: Round| {
        if from.is_nan(bits) {
            return match (saturates, rectifies || clamps) {
                (true, _) => Expected::Bits(0),
                (_, true) => Expected::Bits(to.canonical_nan()),
                _ => Expected::Nan(to),
            };
        }
        // Only single precision is flushed.
        let bits = if flushes && from == Format::F32 { from.flushed(bits) } else { bits };
        let bits = if rounds_to_integer { integral(from, bits, round) } else { bits };
        let mut bits = to.converted(from, bits, round);
        if flushes && to == Format::F32 {
            bits = to.flushed(bits);
        }
        let is_negative = bits & to.sign() != 0;
        if clamps && bits & !to.sign() == to.infinity() {
            bits -= 1;
        }
        if (saturates || rectifies) && is_negative {
            return Expected::Bits(0);
        }
        Expected::Bits(if saturates { bits.min(to.one()) } else { bits })
    };
    let convert = move |bits: u64| {
        if !is_random {
            return convert(bits, round);
        }
        // Random bits decide between both neighbours.
        let away = if bits & from.sign() == 0 { Round::TowardPositive } else { Round::TowardNegative };
        match [Round::TowardZero, away].map(|round| convert(bits, round)) {
            [Expected::Bits(low), Expected::Bits(high)] => Expected::OneOf([low, high]),
            [other, _] => other,
        }
    };
    let certainty = if is_random { Certainty::Approximate } else { Certainty::Exact };
    if lanes == 1 {
        return result(certainty, move |x| convert(x[0]));
    }
    // The first operand becomes the upper half.
    Some((Box::new(move |x, out| out.extend([convert(x[1]), convert(x[0])])), certainty))
}

/// `.tf32` lies in the upper 19 bits of a `.f32`; what the lower bits hold is left open.
fn to_tf32(instruction: &Instruction) -> Found {
    let (round, clamps) = (instruction.rounding()?, instruction.has("satfinite"));
    let rectifies = instruction.has("relu");
    const LOW: u64 = 0x1fff;
    result(Certainty::Exact, move |x| {
        let (sign, magnitude) = (x[0] & 0x8000_0000, x[0] & 0x7fff_ffff);
        let masked = |bits| Expected::Masked { bits, mask: 0xffff_e000 };
        if magnitude > 0x7f80_0000 {
            return masked(0x7fff_e000);
        }
        if rectifies && sign != 0 {
            return masked(0);
        }
        let (kept, rest) = (magnitude & !LOW, magnitude & LOW);
        let is_up = match round {
            Round::NearestTiesToEven => rest > 0x1000 || rest == 0x1000 && kept & (LOW + 1) != 0,
            Round::NearestTiesToAway => rest >= 0x1000,
            _ => false,
        };
        let rounded = kept + if is_up { LOW + 1 } else { 0 };
        masked(sign | if clamps { rounded.min(0x7f7f_e000) } else { rounded })
    })
}
