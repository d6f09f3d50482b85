//! `atom` and `red`: what becomes of one element.

use super::float::{canonical_nan, flush, with_format};
use super::thread::{integer, low};
use super::words::Words;
use super::{Outcome, unknown};
use ptx_frontend::types::{AtomicOp, ScalarType};
use rustc_apfloat::ieee::{BFloat, Double, Half, Single};
use rustc_apfloat::{Float, Round};

/// The new value of an element, from the old one and the operands.
pub(super) fn change(words: &Words, ty: ScalarType, old: u128, args: &[u128], is_shared: bool) -> Outcome<u128> {
    let bits = ty.bits();
    let Some(op) = words.atomic else { return unknown("an atomic operation without a word") };
    let b = args[0];
    let halves = match ty {
        ScalarType::F16x2 => Some(ScalarType::F16),
        ScalarType::BF16x2 => Some(ScalarType::BF16),
        _ => None,
    };
    if let Some(half) = halves {
        let of = |shift: u32| change(words, half, low(old >> shift, 16), &[low(b >> shift, 16)], is_shared);
        return Ok(of(16)? << 16 | of(0)?);
    }
    let signed = ty.is_signed();
    let (x, y) = (integer(old, bits, signed), integer(b, bits, signed));
    Ok(match op {
        AtomicOp::And => old & b,
        AtomicOp::Or => old | b,
        AtomicOp::Xor => old ^ b,
        AtomicOp::Exch => b,
        AtomicOp::Cas => {
            if old == b {
                args[1]
            } else {
                old
            }
        }
        AtomicOp::Inc => {
            if old >= b {
                0
            } else {
                old + 1
            }
        }
        AtomicOp::Dec => {
            if old == 0 || old > b {
                b
            } else {
                old - 1
            }
        }
        _ if ty.is_float() => {
            // "atom.add.f32 on global memory flushes subnormal inputs and results; on shared memory it does not."
            let flushes = ty == ScalarType::F32 && !is_shared;
            with_format!(ty, F => float::<F>(op, ty, old, b, flushes)?, else return unknown("this type"))
        }
        AtomicOp::Add => low((x + y) as u128, bits),
        AtomicOp::Min => low(x.min(y) as u128, bits),
        AtomicOp::Max => low(x.max(y) as u128, bits),
    })
}

fn float<F: Float>(op: AtomicOp, ty: ScalarType, old: u128, operand: u128, flushes: bool) -> Outcome<u128> {
    if op != AtomicOp::Add {
        return unknown("atomic extremes of floating point");
    }
    let read = |bits: u128| if flushes { flush(F::from_bits(bits)) } else { F::from_bits(bits) };
    let sum = read(old).add_r(read(operand), Round::NearestTiesToEven).value;
    let sum = if flushes { flush(sum) } else { sum };
    if !sum.is_nan() {
        return Ok(sum.to_bits());
    }
    let quiet = |bits: u128| F::from_bits(bits).is_nan().then_some(bits | 1 << 51);
    Ok(match ty {
        ScalarType::F64 => quiet(old).or(quiet(operand)).unwrap_or(canonical_nan(ty)),
        _ => canonical_nan(ty),
    })
}
