//! Comparison and classification.

use super::float::{flush, with_format};
use super::thread::{integer, low};
use super::words::Words;
use super::{Outcome, unknown};
use ptx_frontend::types::{BoolOp, Comparison, ScalarType};
use rustc_apfloat::Float;
use rustc_apfloat::ieee::{BFloat, Double, Half, Single};
use std::cmp::Ordering;

/// How two values of a type compare; `None`: one of them is a NaN.
fn order(ty: ScalarType, words: &Words, a: u128, b: u128) -> Outcome<Option<Ordering>> {
    let bits = ty.bits();
    let (a, b) = (low(a, bits), low(b, bits));
    if ty.is_float() {
        fn of<F: Float>(a: u128, b: u128, ftz: bool) -> Option<Ordering> {
            let read = |bits| if ftz { flush(F::from_bits(bits)) } else { F::from_bits(bits) };
            read(a).partial_cmp(&read(b))
        }
        // `.ftz` speaks of single and half precision.
        let ftz = words.has("ftz") && matches!(ty, ScalarType::F32 | ScalarType::F16);
        return Ok(with_format!(ty, F => of::<F>(a, b, ftz), else return unknown("this type")));
    }
    let as_unsigned =
        matches!(words.comparison, Some(Comparison::Lo | Comparison::Ls | Comparison::Hi | Comparison::Hs));
    let signed = ty.is_signed() && !as_unsigned;
    Ok(Some(integer(a, bits, signed).cmp(&integer(b, bits, signed))))
}

/// Whether the comparison of an instruction holds for two values.
pub(super) fn holds(ty: ScalarType, words: &Words, a: u128, b: u128) -> Outcome<bool> {
    use Comparison::*;
    use Ordering::{Equal, Greater, Less};
    let Some(comparison) = words.comparison else { return unknown("a comparison without a word") };
    let order = order(ty, words, a, b)?;
    Ok(match comparison {
        Eq => order == Some(Equal),
        Ne => matches!(order, Some(Less | Greater)),
        Lt | Lo => order == Some(Less),
        Le | Ls => matches!(order, Some(Less | Equal)),
        Gt | Hi => order == Some(Greater),
        Ge | Hs => matches!(order, Some(Greater | Equal)),
        Equ => matches!(order, None | Some(Equal)),
        Neu => order != Some(Equal),
        Ltu => matches!(order, None | Some(Less)),
        Leu => order != Some(Greater),
        Gtu => matches!(order, None | Some(Greater)),
        Geu => order != Some(Less),
        Num => order.is_some(),
        Nan => order.is_none(),
    })
}

/// The comparison combined with a predicate, if there is one.
pub(super) fn combine(words: &Words, holds: bool, with: Option<bool>) -> bool {
    match (words.bool_op, with) {
        (Some(BoolOp::And), Some(with)) => holds && with,
        (Some(BoolOp::Or), Some(with)) => holds || with,
        (Some(BoolOp::Xor), Some(with)) => holds != with,
        _ => holds,
    }
}

/// What `set` gives for true: all ones as an integer, 1 as a number.
pub(super) fn truth(ty: ScalarType, holds: bool) -> u128 {
    match ty {
        _ if !holds => 0,
        ScalarType::F32 => Single::from_u128(1).value.to_bits(),
        ScalarType::F16 => Half::from_u128(1).value.to_bits(),
        ScalarType::BF16 => BFloat::from_u128(1).value.to_bits(),
        _ => low(u128::MAX, ty.bits()),
    }
}

/// `testp`.
pub(super) fn test(words: &Words, value: u128) -> Outcome<bool> {
    fn of<F: Float>(words: &Words, value: F) -> Outcome<bool> {
        Ok(if words.has("finite") {
            value.is_finite()
        } else if words.has("infinite") {
            value.is_infinite()
        } else if words.has("number") {
            !value.is_nan()
        } else if words.has("notanumber") {
            value.is_nan()
        } else if words.has("normal") {
            // "neither infinity nor a NaN nor subnormal": zero counts as normal.
            value.is_finite() && !value.is_denormal()
        } else if words.has("subnormal") {
            value.is_denormal()
        } else {
            return unknown("this `testp`");
        })
    }
    let ty = words.ty(0);
    with_format!(ty, F => of(words, F::from_bits(low(value, ty.bits()))), else unknown("`testp` of this type"))
}
