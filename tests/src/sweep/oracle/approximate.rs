//! Approximations, with the errors that the manual allows and the special values that it lists.

use super::format::Format;
use super::{Found, Instruction, lanewise, result};
use crate::sweep::Expected::{Anything, Bits, Nan};
use crate::sweep::{Bound, Certainty, Expected};
use ptx_frontend::isa::Opcode;
use ptx_frontend::types::ScalarType;
use std::f64::consts::{PI, TAU};

pub(super) fn meaning(instruction: &Instruction) -> Found {
    let [ty] = instruction.types[..] else { return None };
    let (format, lanes) = Format::packed(ty)?;
    let is_marked = instruction.has("approx") || instruction.has("full");
    // PTX 1.0 to 1.3 wrote no dot-words; in single precision, `.approx.ftz` is meant.
    let may_be_old = !matches!(instruction.opcode, Opcode::Tanh) && ty == ScalarType::F32;
    let is_old = may_be_old && !is_marked && instruction.rounding().is_none();
    let curve: Curve = match instruction.opcode {
        Opcode::Div if is_marked || is_old => return quotient(instruction),
        Opcode::Rcp if ty == ScalarType::F64 && is_marked => return seed(|x| 1.0 / x),
        Opcode::Rsqrt if ty == ScalarType::F64 && instruction.has("ftz") => return seed(|x| 1.0 / x.sqrt()),
        Opcode::Rcp if is_marked || is_old => |x| (1.0 / x, Bound::Ulps(1.0)),
        Opcode::Sqrt if is_marked || is_old => |x| (x.sqrt(), relative(-23.0)),
        Opcode::Rsqrt if ty == ScalarType::F64 => |x| (1.0 / x.sqrt(), Bound::Ulps(2.0)),
        Opcode::Rsqrt => |x| (1.0 / x.sqrt(), relative(-22.9)),
        Opcode::Sin => |x| (x.sin(), trigonometric_bound(x)),
        Opcode::Cos => |x| (x.cos(), trigonometric_bound(x)),
        Opcode::Lg2 => {
            |x| (x.log2(), if 0.5 < x && x < 2.0 { Bound::Absolute(2f64.powf(-22.0)) } else { relative(-22.0) })
        }
        Opcode::Ex2 => match format {
            Format::F16 => |x| (x.exp2(), relative(-9.9)),
            Format::BF16 => |x| (x.exp2(), relative(-7.0)),
            _ => |x| (x.exp2(), Bound::Ulps(2.0)),
        },
        Opcode::Tanh => match format {
            Format::F16 => |x| (x.tanh(), Bound::Absolute(2f64.powf(-10.987))),
            Format::BF16 => |x| (x.tanh(), Bound::Absolute(2f64.powf(-8.0))),
            _ => |x| (x.tanh(), relative(-11.0)),
        },
        _ => return None,
    };
    let flushes = instruction.has("ftz") || is_old;
    lanewise(lanes, format.bits(), Certainty::Approximate, move |x| {
        let x = format.value(if flushes { format.flushed(x[0]) } else { x[0] });
        let (value, bound) = curve(x);
        near(format, value, bound, flushes)
    })
}

/// A function and the error that its approximation may have there.
type Curve = fn(f64) -> (f64, Bound);

fn relative(exponent: f64) -> Bound {
    Bound::Relative(2f64.powf(exponent))
}

/// The manual says nothing of arguments past 100 pi.
fn trigonometric_bound(x: f64) -> Bound {
    match x.abs() {
        x if x <= TAU => Bound::Absolute(2f64.powf(-20.5)),
        x if x <= 100.0 * PI => Bound::Absolute(2f64.powf(-14.7)),
        _ => Bound::Absolute(2.0),
    }
}

fn near(format: Format, value: f64, bound: Bound, flushes: bool) -> Expected {
    match value {
        _ if value.is_nan() => Nan(format),
        // Zeros, infinities and ones come of special arguments and are exact.
        _ if value.is_infinite() => Bits(if value < 0.0 { format.sign() } else { 0 } | format.infinity()),
        0.0 => Bits(if value.is_sign_negative() { format.sign() } else { 0 }),
        _ => Expected::Near { value, bound, format, flushes },
    }
}

/// `div.approx` and `div.full`.
fn quotient(instruction: &Instruction) -> Found {
    let is_full = instruction.has("full");
    let flushes = instruction.has("ftz") || !is_full && !instruction.has("approx");
    let format = Format::F32;
    result(Certainty::Approximate, move |x| {
        let [a, b] = [x[0], x[1]].map(|bits| format.value(if flushes { format.flushed(bits) } else { bits }));
        let size = b.abs();
        if !is_full && size.is_finite() && size > 2f64.powi(126) {
            // "If 2^126 < |b| < 2^128, then div.approx delivers 0 if a is finite, NaN if a is infinite."
            return match a {
                _ if !a.is_finite() => Nan(format),
                _ => Bits(if (a.to_bits() ^ b.to_bits()) >> 63 == 1 { format.sign() } else { 0 }),
            };
        }
        if size != 0.0 && size < 2f64.powi(-126) && !is_full {
            // Below, the manual gives no bound.
            return Anything;
        }
        near(format, a / b, Bound::Ulps(2.0), flushes)
    })
}

/// Seeds for double precision: only the upper half of the operand counts, the lower half of the result is zero.
fn seed(curve: fn(f64) -> f64) -> Found {
    let format = Format::F64;
    result(Certainty::Approximate, move |x| {
        let upper = x[0] & !0xffff_ffff;
        let argument = f64::from_bits(format.flushed(upper));
        // A NaN whose payload lies in the lower half becomes an infinity when it is cut.
        if format.is_nan(x[0]) {
            return Nan(format);
        }
        near(format, curve(argument), relative(-19.0), true)
    })
}
