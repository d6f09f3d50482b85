//! `cvt`.

use super::float::{canonical_nan, flush, round_of, saturate, with_format};
use super::integer;
use super::thread::{integer as integer_of, low};
use super::words::Words;
use super::{Outcome, unknown};
use ptx_frontend::types::{Rounding, ScalarType};
use rustc_apfloat::ieee::{BFloat, Double, Half, Single};
use rustc_apfloat::{Float, FloatConvert, Round};

/// The bits of the first type word's value.
pub(super) fn evaluate(words: &Words, args: &[u128]) -> Outcome<u128> {
    let (to, from) = (words.ty(0), words.ty(1));
    if words.has("rs") || words.types.len() != 2 || words.has("scaled::n2::ue8m0") {
        return unknown("this `cvt`");
    }
    match (to.is_integer(), from.is_integer()) {
        (true, true) => return Ok(integer::convert(args[0], from, to, words.has("sat"))),
        (false, true) if to.is_float() => return Ok(from_integer(words, args[0])),
        (true, false) if from.is_float() => return to_integer(words, args[0]),
        _ => {}
    }
    match (to, from) {
        (ScalarType::TF32, _) => Ok(to_tf32(words, args[0])),
        // The first operand becomes the high half.
        (ScalarType::F16x2, ScalarType::F32) => pair(words, ScalarType::F16, args),
        (ScalarType::BF16x2, ScalarType::F32) => pair(words, ScalarType::BF16, args),
        _ if to.is_float() && from.is_float() => float(words, to, from, args[0]),
        _ => small::convert(words, to, from, args),
    }
}

fn pair(words: &Words, to: ScalarType, args: &[u128]) -> Outcome<u128> {
    Ok(float(words, to, ScalarType::F32, args[0])? << 16 | float(words, to, ScalarType::F32, args[1])?)
}

fn from_integer(words: &Words, arg: u128) -> u128 {
    let (to, from) = (words.ty(0), words.ty(1));
    let value = integer_of(arg, from.bits(), from.is_signed());
    let round = round_of(words.rounding);
    fn of<F: Float>(value: i128, round: Round, sat: bool) -> u128 {
        let result = F::from_i128_r(value, round).value;
        if sat { saturate(result) } else { result }.to_bits()
    }
    with_format!(to, F => of::<F>(value, round, words.has("sat")), else 0)
}

fn to_integer(words: &Words, arg: u128) -> Outcome<u128> {
    let (to, from) = (words.ty(0), words.ty(1));
    fn of<F: Float>(bits: u128, flushes: bool, round: Round) -> Option<(F, i128)> {
        let value = F::from_bits(bits);
        let value = if flushes { flush(value) } else { value };
        if value.is_nan() {
            return None;
        }
        // All integers of PTX lie within 100 bits, and so do the clamped results.
        Some((value, value.to_i128_r(100, round, &mut false).value))
    }
    let flushes = words.has("ftz") && from == ScalarType::F32;
    let bits = low(arg, from.bits());
    let round = round_of(words.rounding);
    let value = with_format!(from, F => of::<F>(bits, flushes, round).map(|found| found.1), else None);
    Ok(match value {
        Some(value) => {
            let (least, greatest) = if to.is_signed() {
                (-(1i128 << (to.bits() - 1)), (1i128 << (to.bits() - 1)) - 1)
            } else {
                (0, (1i128 << to.bits()) - 1)
            };
            low(value.clamp(least, greatest) as u128, to.bits())
        }
        // "NaN becomes 0 if the source is not .f64 and the destination is not 64 bits wide", else the highest bit.
        None if from != ScalarType::F64 && to.bits() != 64 => 0,
        None => 1 << (to.bits() - 1),
    })
}

/// From one format to another, or to an integral number of the same one.
fn float(words: &Words, to: ScalarType, from: ScalarType, arg: u128) -> Outcome<u128> {
    let bits = low(arg, from.bits());
    with_format!(from, F => from_format::<F>(words, to, from, F::from_bits(bits)), else unknown("this `cvt`"))
}

fn from_format<F>(words: &Words, to: ScalarType, from: ScalarType, value: F) -> Outcome<u128>
where
    F: Float + FloatConvert<Half> + FloatConvert<BFloat> + FloatConvert<Single> + FloatConvert<Double>,
{
    let ftz = words.has("ftz");
    let mut value = if ftz && from == ScalarType::F32 { flush(value) } else { value };
    let round = round_of(words.rounding);
    let to_integral = matches!(words.rounding, Some(Rounding::Rni | Rounding::Rzi | Rounding::Rmi | Rounding::Rpi));
    if to_integral && !value.is_nan() {
        value = value.round_to_integral(round).value;
    }
    if value.is_nan() {
        if words.has("sat") {
            return Ok(0);
        }
        if to != ScalarType::F64 {
            return Ok(canonical_nan(to));
        }
        // Double precision keeps the payload, which `convert` moves and makes quiet.
        let nan: Double = value.convert(&mut false).value;
        return Ok(nan.to_bits() | 1 << 51);
    }
    fn finish<G: Float>(words: &Words, to: ScalarType, value: G) -> u128 {
        let mut value = value;
        if words.has("ftz") && to == ScalarType::F32 {
            value = flush(value);
        }
        if words.has("sat") {
            value = saturate(value);
        }
        if words.has("satfinite") && value.is_infinite() {
            value = G::largest().copy_sign(value);
        }
        if words.has("relu") && value.is_negative() {
            value = G::ZERO;
        }
        value.to_bits()
    }
    Ok(match to {
        ScalarType::F16 => finish::<Half>(words, to, value.convert_r(round, &mut false).value),
        ScalarType::BF16 => finish::<BFloat>(words, to, value.convert_r(round, &mut false).value),
        ScalarType::F32 => finish::<Single>(words, to, value.convert_r(round, &mut false).value),
        ScalarType::F64 => finish::<Double>(words, to, value.convert_r(round, &mut false).value),
        _ => return unknown("this `cvt`"),
    })
}

/// `.tf32`: single precision with ten bits behind the point.
fn to_tf32(words: &Words, arg: u128) -> u128 {
    let value = Single::from_bits(low(arg, 32));
    if value.is_nan() {
        return canonical_nan(ScalarType::F32);
    }
    let (sign, magnitude) = (arg & 1 << 31, low(arg, 31));
    let (kept, rest) = (magnitude >> 13, magnitude & 0x1fff);
    let up = match words.rounding {
        Some(Rounding::Rna) => rest >= 0x1000,
        Some(Rounding::Rz) => false,
        _ => rest > 0x1000 || rest == 0x1000 && kept & 1 == 1,
    };
    let mut magnitude = if value.is_infinite() { magnitude } else { (kept + u128::from(up)) << 13 };
    if words.has("satfinite") && magnitude == 0x7f80_0000 {
        magnitude -= 1 << 13;
    }
    if words.has("relu") && sign != 0 { 0 } else { sign | magnitude }
}

/// Formats of eight bits and less: a conversion tries all their numbers.
mod small {
    use super::*;

    /// A format: bits of exponent and of significand, the bias, and what codes at the top mean.
    struct Small {
        exponent: u32,
        significand: u32,
        /// Bits that an element takes in a pair.
        place: u32,
        /// The magnitude that is a NaN, if there is one.
        nan: Option<u32>,
        /// The largest finite magnitude.
        largest: u32,
    }

    fn format(ty: ScalarType) -> Option<Small> {
        let of = |exponent, significand, place, nan, largest| Small { exponent, significand, place, nan, largest };
        Some(match ty {
            ScalarType::E4M3x2 => of(4, 3, 8, Some(0x7f), 0x7e),
            ScalarType::E5M2x2 => of(5, 2, 8, Some(0x7f), 0x7b),
            ScalarType::E2M3x2 => of(2, 3, 8, None, 0x1f),
            ScalarType::E3M2x2 => of(3, 2, 8, None, 0x1f),
            ScalarType::E2M1x2 => of(2, 1, 4, None, 0x7),
            _ => return None,
        })
    }

    impl Small {
        fn bits(&self) -> u32 {
            1 + self.exponent + self.significand
        }

        /// The number of a magnitude.
        fn value(&self, magnitude: u32) -> f64 {
            let bias = (1 << (self.exponent - 1)) - 1;
            let field = (magnitude >> self.significand) as i32;
            let fraction = f64::from(magnitude & ((1 << self.significand) - 1)) / f64::from(1u32 << self.significand);
            if field == 0 { fraction * 2f64.powi(1 - bias) } else { (1.0 + fraction) * 2f64.powi(field - bias) }
        }

        /// The nearest number, of two equally near ones the even one, of larger ones the largest.
        fn nearest(&self, x: f64, relu: bool) -> u32 {
            let sign = 1 << (self.bits() - 1);
            if x.is_nan() {
                return self.nan.unwrap_or(self.largest);
            }
            if relu && x.is_sign_negative() {
                return 0;
            }
            // Larger numbers become the largest one; then all differences are exact.
            let magnitude = x.abs().min(self.value(self.largest));
            let distance = |candidate: &u32| (self.value(*candidate) - magnitude).abs();
            let nearest = (0..=self.largest)
                .min_by(|a, b| distance(a).total_cmp(&distance(b)).then((a & 1).cmp(&(b & 1))))
                .unwrap_or(0);
            if x.is_sign_negative() { sign | nearest } else { nearest }
        }
    }

    /// A number of up to 32 bits as `f64`, exactly.
    fn wide(ty: ScalarType, bits: u128) -> f64 {
        fn of<F: Float + FloatConvert<Double>>(bits: u128) -> f64 {
            let wide: Double = F::from_bits(bits).convert(&mut false).value;
            f64::from_bits(wide.to_bits() as u64)
        }
        with_format!(ty, F => of::<F>(low(bits, ty.bits())), else f64::NAN)
    }

    pub(super) fn convert(words: &Words, to: ScalarType, from: ScalarType, args: &[u128]) -> Outcome<u128> {
        let relu = words.has("relu");
        if let Some(small) = format(to) {
            let (high, low_half) = match from {
                ScalarType::F32 => (wide(from, args[0]), wide(from, args[1])),
                ScalarType::F16x2 => (wide(ScalarType::F16, args[0] >> 16), wide(ScalarType::F16, args[0])),
                ScalarType::BF16x2 => (wide(ScalarType::BF16, args[0] >> 16), wide(ScalarType::BF16, args[0])),
                _ => return unknown("this `cvt`"),
            };
            return Ok(u128::from(small.nearest(high, relu) << small.place | small.nearest(low_half, relu)));
        }
        if let (ScalarType::F16x2, Some(small)) = (to, format(from)) {
            let element = |bits: u128| {
                let code = low(bits, small.bits()) as u32;
                let (sign, magnitude) = (code >> (small.bits() - 1), code & ((1 << (small.bits() - 1)) - 1));
                if from == ScalarType::E5M2x2 && magnitude == 0x7c {
                    let infinity = 0x7c00 | u128::from(sign) << 15;
                    return if relu && sign == 1 { 0 } else { infinity };
                }
                if small.nan == Some(magnitude) || magnitude > small.largest {
                    return canonical_nan(ScalarType::F16);
                }
                if relu && sign == 1 {
                    return 0;
                }
                let value = Double::from_bits(u128::from(small.value(magnitude).to_bits()));
                let half: Half = value.convert(&mut false).value;
                half.to_bits() | u128::from(sign) << 15
            };
            return Ok(element(args[0] >> small.place) << 16 | element(args[0]));
        }
        unknown(format!("`cvt` from `.{from}` to `.{to}`"))
    }
}
