//! Arithmetic that IEEE 754 determines: sums, products, quotients, roots, in every rounding.

use super::format::{Format, in_format};
use super::{Found, Instruction, lanewise, result};
use crate::sweep::{Certainty, Expected};
use ptx_frontend::isa::Opcode;
use ptx_frontend::types::ScalarType;
use rustc_apfloat::{Float, Round};

/// What the dot-words ask of a result.
#[derive(Clone, Copy)]
pub(super) struct Modes {
    format: Format,
    round: Round,
    flushes: bool,
    saturates: bool,
    rectifies: bool,
}

impl Modes {
    pub(super) fn of(instruction: &Instruction, format: Format) -> Modes {
        Modes {
            format,
            round: instruction.rounding().unwrap_or(Round::NearestTiesToEven),
            flushes: instruction.has("ftz"),
            saturates: instruction.has("sat"),
            rectifies: instruction.has("relu"),
        }
    }

    /// An operand.
    fn read(&self, bits: u64) -> u64 {
        if self.flushes { self.format.flushed(bits) } else { bits }
    }

    /// A rounded result.
    pub(super) fn finish(&self, bits: u64) -> Expected {
        let format = self.format;
        if format.is_nan(bits) {
            return if self.saturates { Expected::Bits(0) } else { nan(format) };
        }
        let bits = if self.flushes { format.flushed(bits) } else { bits };
        let is_negative = bits & format.sign() != 0;
        if (self.saturates || self.rectifies) && is_negative {
            return Expected::Bits(0);
        }
        Expected::Bits(if self.saturates { bits.min(format.one()) } else { bits })
    }
}

/// A NaN that an instruction makes: the canonical one, but double precision may keep an operand's.
pub(super) fn nan(format: Format) -> Expected {
    if format == Format::F64 { Expected::Nan(format) } else { Expected::Bits(format.canonical_nan()) }
}

pub(super) fn meaning(instruction: &Instruction) -> Found {
    let (format, lanes) = Format::packed(*instruction.types.first()?)?;
    // The approximations have a module of their own.
    if instruction.types.len() == 2 {
        return mixed(instruction, format);
    }
    let modes = Modes::of(instruction, format);
    let lanes_of = move |f: fn(Format, Round, &[u64]) -> u64| {
        lanewise(lanes, format.bits(), Certainty::Exact, move |x| {
            let mut operands = [0; 4];
            operands.iter_mut().zip(x).for_each(|(operand, bits)| *operand = modes.read(*bits));
            modes.finish(f(format, modes.round, &operands[..x.len()]))
        })
    };
    match instruction.opcode {
        Opcode::Add => lanes_of(|format, round, x| add(format, round, x[0], x[1])),
        Opcode::Sub => lanes_of(|format, round, x| add(format, round, x[0], x[1] ^ format.sign())),
        Opcode::Mul => lanes_of(multiply),
        Opcode::Fma if instruction.has("oob") => out_of_bounds(modes, lanes),
        Opcode::Fma | Opcode::Mad => lanes_of(fuse),
        // Without dot-words, as PTX 1.x wrote it, it is an approximation in single precision; see `approximate`.
        Opcode::Div => lanes_of(|format, round, x| divide(format, round, x[0], x[1])),
        Opcode::Rcp => lanes_of(|format, round, x| divide(format, round, format.one(), x[0])),
        Opcode::Sqrt => lanes_of(|format, round, x| root(format, round, x[0])),
        Opcode::Abs | Opcode::Neg => signs(instruction, modes, lanes),
        Opcode::Min | Opcode::Max => minimum_or_maximum(instruction, modes, lanes),
        Opcode::Copysign => super::exactly(move |x| x[1] & !format.sign() | x[0] & format.sign()),
        Opcode::Testp => test(instruction, format),
        _ => None,
    }
}

/// The sum.
pub(crate) fn add(format: Format, round: Round, a: u64, b: u64) -> u64 {
    in_format!(format, F => F::from_bits(a.into()).add_r(F::from_bits(b.into()), round).value.to_bits() as u64)
}

fn multiply(format: Format, round: Round, x: &[u64]) -> u64 {
    in_format!(format, F => F::from_bits(x[0].into()).mul_r(F::from_bits(x[1].into()), round).value.to_bits() as u64)
}

fn fuse(format: Format, round: Round, x: &[u64]) -> u64 {
    in_format!(format, F => {
        let [a, b, c] = [x[0], x[1], x[2]].map(|bits| F::from_bits(bits.into()));
        a.mul_add_r(b, c, round).value.to_bits() as u64
    })
}

fn divide(format: Format, round: Round, a: u64, b: u64) -> u64 {
    in_format!(format, F => F::from_bits(a.into()).div_r(F::from_bits(b.into()), round).value.to_bits() as u64)
}

/// The square root, by the root of a wide integer: two bits more than the format holds, and whether there are others.
fn root(format: Format, round: Round, a: u64) -> u64 {
    let is_negative = a & format.sign() != 0;
    if format.is_nan(a) || a == format.infinity() || a & !format.sign() == 0 {
        return a;
    }
    if is_negative {
        return format.canonical_nan();
    }
    in_format!(format, F => {
        let x = F::from_bits(a.into());
        // An integer below 2^(fraction + 1) and its exponent.
        let mut exponent = x.ilogb() - format.fraction() as i32;
        let mut radicand: u128 = x.scalbn(-exponent).to_u128(128).value;
        if exponent % 2 != 0 {
            radicand <<= 1;
            exponent -= 1;
        }
        // An even shift that leaves the root with two bits more than needed.
        let shift = (format.fraction() + 6) & !1;
        radicand <<= shift;
        exponent -= shift as i32;
        let floor = radicand.isqrt();
        let sticky = u128::from(floor * floor != radicand);
        let wide: rustc_apfloat::ieee::Quad = rustc_apfloat::ieee::Quad::from_u128(floor << 1 | sticky).value;
        let mut lossy = false;
        let rounded: F = rustc_apfloat::FloatConvert::convert_r(wide.scalbn(exponent / 2 - 1), round, &mut lossy).value;
        rounded.to_bits() as u64
    })
}

/// `.oob` makes zero of a product with an operand that was loaded from outside a tensor. Which NaN that is, the manual
/// does not say.
fn out_of_bounds(modes: Modes, lanes: u32) -> Found {
    let format = modes.format;
    lanewise(lanes, format.bits(), Certainty::Approximate, move |x| {
        if format.is_nan(x[0]) || format.is_nan(x[1]) {
            return Expected::OneOf([0, format.canonical_nan()]);
        }
        modes.finish(fuse(format, modes.round, x))
    })
}

fn signs(instruction: &Instruction, modes: Modes, lanes: u32) -> Found {
    let (format, is_abs) = (modes.format, instruction.opcode == Opcode::Abs);
    lanewise(lanes, format.bits(), Certainty::Exact, move |x| {
        if format.is_nan(x[0]) {
            return Expected::Nan(format);
        }
        let bits = modes.read(x[0]);
        Expected::Bits(if is_abs { bits & !format.sign() } else { bits ^ format.sign() })
    })
}

/// The larger of two values; a NaN counts as missing, and zeros have an order.
pub(crate) fn maximum(format: Format, a: u64, b: u64) -> u64 {
    if format.is_nan(a) {
        return if format.is_nan(b) { format.canonical_nan() } else { b };
    }
    let key = |bits: u64| if bits & format.sign() != 0 { -((bits & !format.sign()) as i128) - 1 } else { bits as i128 };
    if format.is_nan(b) || key(a) >= key(b) { a } else { b }
}

fn minimum_or_maximum(instruction: &Instruction, modes: Modes, lanes: u32) -> Found {
    let (format, is_max) = (modes.format, instruction.opcode == Opcode::Max);
    let (propagates, takes_signs) = (instruction.has("NaN"), instruction.has("xorsign"));
    let takes_magnitudes = instruction.has("abs");
    lanewise(lanes, format.bits(), Certainty::Exact, move |x| {
        let sign = format.sign();
        let magnitude = |bits: u64| if takes_magnitudes { bits & !sign } else { bits };
        if x.iter().all(|bits| format.is_nan(*bits)) || propagates && x.iter().any(|bits| format.is_nan(*bits)) {
            return nan(format);
        }
        let operands = x.iter().map(|bits| modes.read(magnitude(*bits)));
        let chosen = operands.reduce(|a, b| {
            if is_max {
                maximum(format, a, b)
            } else {
                let least = maximum(format, a ^ sign, b ^ sign);
                if format.is_nan(least) { least } else { least ^ sign }
            }
        });
        let chosen = chosen.expect("there are operands");
        Expected::Bits(if takes_signs { chosen & !sign | (x[0] ^ x[1]) & sign } else { chosen })
    })
}

fn test(instruction: &Instruction, format: Format) -> Found {
    let word = instruction.words[0];
    super::exactly(move |x| {
        let magnitude = x[0] & !format.sign();
        let is = match word {
            "finite" => magnitude < format.infinity(),
            "infinite" => magnitude == format.infinity(),
            "number" => !format.is_nan(x[0]),
            "notanumber" => format.is_nan(x[0]),
            // Zeros count as normal.
            "normal" => magnitude < format.infinity() && !format.is_subnormal(x[0]),
            "subnormal" => format.is_subnormal(x[0]),
            _ => unreachable!("`testp` has no other property"),
        };
        is.into()
    })
}

/// Sums and products in single precision of operands that are narrower.
fn mixed(instruction: &Instruction, format: Format) -> Found {
    let narrow = Format::of(instruction.ty(1))?;
    if !matches!(instruction.opcode, Opcode::Add | Opcode::Sub | Opcode::Fma) || instruction.ty(0) != ScalarType::F32 {
        return None;
    }
    let (modes, opcode) = (Modes::of(instruction, format), instruction.opcode);
    result(Certainty::Exact, move |x| {
        let wide = |bits| format.converted(narrow, bits, Round::NearestTiesToEven);
        modes.finish(match opcode {
            Opcode::Add => add(format, modes.round, wide(x[0]), x[1]),
            Opcode::Sub => add(format, modes.round, wide(x[0]), x[1] ^ format.sign()),
            _ => fuse(format, modes.round, &[wide(x[0]), wide(x[1]), x[2]]),
        })
    })
}
