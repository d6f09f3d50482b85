//! The formats of eight bits and less: the nearest of all their values, found by looking at each.

use super::format::Format;
use super::{Found, Instruction};
use crate::sweep::{Certainty, Expected, ones};
use ptx_frontend::isa::Opcode;
use ptx_frontend::types::ScalarType;
use rustc_apfloat::Round;

/// A small format with a sign.
#[derive(Clone, Copy)]
struct Small {
    /// Bits of an element.
    bits: u32,
    /// Bits that an element takes in a packed type.
    slot: u32,
    fraction: u32,
    bias: i32,
    /// The code of the largest number.
    largest: u64,
    /// What becomes of a NaN.
    nan: u64,
}

impl Small {
    /// The format of which several lie in this type.
    fn of(ty: ScalarType) -> Option<(Small, u32)> {
        use ScalarType::*;
        let small = |bits, slot, fraction, bias, largest, nan| Small { bits, slot, fraction, bias, largest, nan };
        let count = match ty {
            E4M3x4 | E5M2x4 | E3M2x4 | E2M3x4 | E2M1x4 => 4,
            _ => 2,
        };
        let format = match ty {
            E4M3x2 | E4M3x4 => small(8, 8, 3, 7, 0x7e, 0x7f),
            E5M2x2 | E5M2x4 => small(8, 8, 2, 15, 0x7b, 0x7f),
            E3M2x2 | E3M2x4 => small(6, 8, 2, 3, 0x1f, 0x1f),
            E2M3x2 | E2M3x4 => small(6, 8, 3, 1, 0x1f, 0x1f),
            E2M1x2 | E2M1x4 => small(4, 4, 1, 1, 0x7, 0x7),
            _ => return None,
        };
        Some((format, count))
    }

    fn sign(self) -> u64 {
        1 << (self.bits - 1)
    }

    /// The value of a code.
    fn value(self, code: u64) -> f64 {
        let magnitude = code & (self.sign() - 1);
        let (exponent, fraction) = (magnitude >> self.fraction, magnitude & ones(self.fraction));
        let steps = 2f64.powi(self.fraction as i32);
        let number = if magnitude > self.largest {
            // Only `.e5m2` has an infinity, right above its numbers.
            if self.fraction == 2 && self.bits == 8 && fraction == 0 { f64::INFINITY } else { f64::NAN }
        } else if exponent == 0 {
            fraction as f64 / steps * 2f64.powi(1 - self.bias)
        } else {
            (1.0 + fraction as f64 / steps) * 2f64.powi(exponent as i32 - self.bias)
        };
        if code & self.sign() != 0 { -number } else { number }
    }

    /// The code of the nearest number, even codes first.
    fn nearest(self, x: f64) -> u64 {
        // Past twice the largest number, differences would no longer show.
        let magnitude = x.abs().min(2.0 * self.value(self.largest));
        let distance = |code: u64| (self.value(code) - magnitude).abs();
        let better = |best: u64, code: u64| match distance(code).total_cmp(&distance(best)) {
            std::cmp::Ordering::Less => code,
            std::cmp::Ordering::Equal if code.is_multiple_of(2) => code,
            _ => best,
        };
        (1..=self.largest).fold(0, better)
    }

    /// The code for a number.
    fn encode(self, x: f64, rectifies: bool) -> u64 {
        if x.is_nan() {
            return self.nan;
        }
        if rectifies && x.is_sign_negative() {
            return 0;
        }
        let magnitude = if x.is_infinite() { self.largest } else { self.nearest(x) };
        if x.is_sign_negative() { magnitude | self.sign() } else { magnitude }
    }

    /// The codes on both sides of a number.
    fn neighbours(self, x: f64, rectifies: bool) -> [u64; 2] {
        if x.is_nan() || rectifies && x.is_sign_negative() {
            return [self.encode(x, rectifies); 2];
        }
        let sign = if x.is_sign_negative() { self.sign() } else { 0 };
        let below = (0..=self.largest).rev().find(|code| self.value(*code) <= x.abs()).unwrap_or(0);
        let above = (0..=self.largest).find(|code| self.value(*code) >= x.abs()).unwrap_or(self.largest);
        [below | sign, above | sign]
    }
}

/// The values of operands, the lowest element first.
type Elements = fn(&[u64]) -> [f64; 2];

fn elements(from: ScalarType) -> Option<Elements> {
    Some(match from {
        ScalarType::F32 => |x| [Format::F32.value(x[1]), Format::F32.value(x[0])],
        ScalarType::F16x2 => |x| [Format::F16.value(x[0] & 0xffff), Format::F16.value(x[0] >> 16)],
        ScalarType::BF16x2 => |x| [Format::BF16.value(x[0] & 0xffff), Format::BF16.value(x[0] >> 16)],
        _ => return None,
    })
}

pub(super) fn meaning(instruction: &Instruction) -> Found {
    if instruction.opcode != Opcode::Cvt {
        return None;
    }
    let (to, from) = (instruction.ty(0), *instruction.types.last()?);
    match (to, from) {
        (ScalarType::UE8M0x2, _) => to_powers_of_two(instruction, elements(from)?),
        (_, ScalarType::UE8M0x2) => from_powers_of_two(),
        (ScalarType::S2F6x2, _) => to_fixed_point(instruction, elements(from)?),
        (_, ScalarType::S2F6x2) => widen(instruction, to, |code| f64::from(code as u8 as i8) / 64.0, 8),
        _ => match (Small::of(to), Small::of(from)) {
            (Some((small, 4)), _) => quad(instruction, small),
            (Some((small, _)), _) => narrow(instruction, small, elements(from)?),
            (None, Some((small, _))) => widen(instruction, to, move |code| small.value(code), small.slot),
            _ => None,
        },
    }
}

fn narrow(instruction: &Instruction, small: Small, elements: Elements) -> Found {
    let rectifies = instruction.has("relu");
    let meaning = move |x: &[u64], out: &mut Vec<Expected>| {
        out.extend(elements(x).map(|value| Expected::Bits(small.encode(value, rectifies))));
    };
    Some((Box::new(meaning), Certainty::Exact))
}

/// Four numbers, the first one highest, each rounded to one of its neighbours.
fn quad(instruction: &Instruction, small: Small) -> Found {
    let rectifies = instruction.has("relu");
    let meaning = move |x: &[u64], out: &mut Vec<Expected>| {
        let values = x[..4].iter().rev().map(|bits| Format::F32.value(*bits));
        out.extend(values.map(|value| Expected::OneOf(small.neighbours(value, rectifies))));
    };
    Some((Box::new(meaning), Certainty::Approximate))
}

/// The factor that a byte of a scale stands for.
fn scale(scales: Option<u64>, lane: u32) -> f64 {
    match scales.map(|scales| scales >> (8 * lane) & 0xff) {
        None => 1.0,
        Some(0xff) => f64::NAN,
        Some(exponent) => 2f64.powi(exponent as i32 - 127),
    }
}

/// Two elements to two halves.
fn widen(
    instruction: &Instruction,
    to: ScalarType,
    value: impl Fn(u64) -> f64 + Send + Sync + 'static,
    slot: u32,
) -> Found {
    let (format, _) = Format::packed(to)?;
    let (rectifies, clamps) = (instruction.has("relu"), instruction.has("satfinite"));
    let meaning = move |x: &[u64], out: &mut Vec<Expected>| {
        for lane in 0..2 {
            let number = value(x[0] >> (slot * lane) & ones(slot)) * scale(x.get(1).copied(), lane);
            let mut bits = format.rounded(number, Round::NearestTiesToEven);
            if clamps && bits & !format.sign() == format.infinity() {
                bits -= 1;
            }
            out.push(match number {
                _ if number.is_nan() => Expected::Nan(format),
                _ if rectifies && number.is_sign_negative() => Expected::Bits(0),
                _ => Expected::Bits(bits),
            });
        }
    };
    Some((Box::new(meaning), Certainty::Exact))
}

/// The power of two below or above the magnitude; code 255 is the NaN.
fn to_powers_of_two(instruction: &Instruction, elements: Elements) -> Found {
    let (is_up, clamps) = (instruction.has("rp"), instruction.has("satfinite"));
    let power = |code: u64| 2f64.powi(code as i32 - 127);
    let encode = move |x: f64| {
        let magnitude = x.abs();
        let found = match is_up {
            _ if x.is_nan() => Some(255),
            _ if x.is_infinite() => None,
            true => (0..=254).find(|code| power(*code) >= magnitude),
            false => Some((0..=254).rev().find(|code| power(*code) <= magnitude).unwrap_or(0)),
        };
        found.unwrap_or(if clamps { 254 } else { 255 })
    };
    let meaning = move |x: &[u64], out: &mut Vec<Expected>| {
        out.extend(elements(x).map(|value| Expected::Bits(encode(value))));
    };
    Some((Box::new(meaning), Certainty::Exact))
}

fn from_powers_of_two() -> Found {
    let meaning = |x: &[u64], out: &mut Vec<Expected>| {
        out.extend([x[0] & 0xff, x[0] >> 8].map(|code| match code {
            0xff => Expected::Nan(Format::BF16),
            _ => Expected::Bits(Format::BF16.rounded(2f64.powi(code as i32 - 127), Round::NearestTiesToEven)),
        }));
    };
    Some((Box::new(meaning), Certainty::Exact))
}

/// Two's complement with six bits behind the point.
fn to_fixed_point(instruction: &Instruction, elements: Elements) -> Found {
    let rectifies = instruction.has("relu");
    let is_scaled = instruction.has("scaled::n2::ue8m0");
    let meaning = move |x: &[u64], out: &mut Vec<Expected>| {
        let scales = if is_scaled { x.last().copied() } else { None };
        for (lane, value) in elements(x).into_iter().enumerate() {
            // The scale is that of the result: what is stored times the scale is the number.
            let number = value / scale(scales, lane as u32) * 64.0;
            let code = match number {
                _ if number.is_nan() => 127.0,
                _ if rectifies && number < 0.0 => 0.0,
                _ => number.round_ties_even().clamp(-128.0, 127.0),
            };
            out.push(Expected::Bits(code as i8 as u8 as u64));
        }
    };
    Some((Box::new(meaning), Certainty::Exact))
}
