//! Floating-point arithmetic, all of it by `rustc_apfloat`.

use super::integer::packed;
use super::thread::low;
use super::words::Words;
use super::{Outcome, unknown};
use ptx_frontend::isa::Opcode;
use ptx_frontend::types::{Rounding, ScalarType};
use rustc_apfloat::ieee::{BFloat, Double, Half, Quad, Single};
use rustc_apfloat::{Float, FloatConvert, Round};

/// How PTX's rounding words round.
pub(super) fn round_of(rounding: Option<Rounding>) -> Round {
    match rounding {
        None | Some(Rounding::Rn | Rounding::Rni | Rounding::Rs) => Round::NearestTiesToEven,
        Some(Rounding::Rz | Rounding::Rzi) => Round::TowardZero,
        Some(Rounding::Rm | Rounding::Rmi) => Round::TowardNegative,
        Some(Rounding::Rp | Rounding::Rpi) => Round::TowardPositive,
        Some(Rounding::Rna) => Round::NearestTiesToAway,
    }
}

/// A format by the type of PTX that has it.
macro_rules! with_format {
    ($ty:expr, $format:ident => $body:expr, else $otherwise:expr) => {
        match $ty {
            ScalarType::F16 => {
                type $format = Half;
                $body
            }
            ScalarType::BF16 => {
                type $format = BFloat;
                $body
            }
            ScalarType::F32 => {
                type $format = Single;
                $body
            }
            ScalarType::F64 => {
                type $format = Double;
                $body
            }
            _ => $otherwise,
        }
    };
}
pub(super) use with_format;

/// The elements of a packed floating-point type.
pub(super) fn element(ty: ScalarType) -> Option<ScalarType> {
    match ty {
        ScalarType::F16x2 => Some(ScalarType::F16),
        ScalarType::BF16x2 => Some(ScalarType::BF16),
        ScalarType::F32x2 => Some(ScalarType::F32),
        _ => None,
    }
}

/// The NaN that operations give in formats of 32 bits and less.
pub(super) fn canonical_nan(ty: ScalarType) -> u128 {
    match ty {
        ScalarType::F16 | ScalarType::BF16 => 0x7fff,
        ScalarType::F32 => 0x7fff_ffff,
        _ => 0xfff8 << 48,
    }
}

/// A subnormal number becomes the zero of its sign.
pub(super) fn flush<F: Float>(value: F) -> F {
    if value.is_denormal() { F::ZERO.copy_sign(value) } else { value }
}

/// `.sat`: clamped to 0 to 1, NaN and -0 become +0.
pub(super) fn saturate<F: Float>(value: F) -> F {
    let one = F::from_u128(1).value;
    if value.is_nan() || value.is_negative() {
        F::ZERO
    } else if value > one {
        one
    } else {
        value
    }
}

/// Bits of a result: a NaN is the canonical one, or of double precision the first NaN among the operands, quieted.
fn finish<F: Float>(ty: ScalarType, value: F, operands: &[u128]) -> u128 {
    if !value.is_nan() {
        return value.to_bits();
    }
    if ty == ScalarType::F64
        && let Some(nan) = operands.iter().find(|bits| Double::from_bits(**bits).is_nan())
    {
        return nan | 1 << 51;
    }
    canonical_nan(ty)
}

/// Arithmetic on one type.
pub(super) fn evaluate(opcode: Opcode, words: &Words, args: &[u128]) -> Outcome<u128> {
    if words.has("oob") {
        return unknown("`.oob`");
    }
    let ty = words.ty(0);
    if let Some(of) = element(ty) {
        let bits = of.bits();
        return packed(2, bits, |index| {
            let parts: Vec<u128> = args.iter().map(|arg| low(arg >> (index * bits), bits)).collect();
            scalar(opcode, words, of, &parts)
        });
    }
    // `add.f32.f16 d, a, c`: the narrow operands are widened first, exactly.
    if let Some(narrow) = words.types.get(1) {
        let widened = |bits: u128| match narrow {
            ScalarType::F16 => Half::from_bits(bits).convert(&mut false).value,
            _ => BFloat::from_bits(bits).convert(&mut false).value,
        };
        let wide: Vec<u128> = args
            .iter()
            .enumerate()
            .map(|(index, arg)| {
                let value: Single =
                    if index + 1 < args.len() { widened(low(*arg, 16)) } else { Single::from_bits(*arg) };
                value.to_bits()
            })
            .collect();
        return scalar(opcode, words, ty, &wide);
    }
    scalar(opcode, words, ty, args)
}

fn scalar(opcode: Opcode, words: &Words, ty: ScalarType, args: &[u128]) -> Outcome<u128> {
    with_format!(ty, F => of_format::<F>(opcode, words, ty, args), else unknown(format!("arithmetic on `.{ty}`")))
}

fn of_format<F>(opcode: Opcode, words: &Words, ty: ScalarType, bits: &[u128]) -> Outcome<u128>
where
    F: Float + FloatConvert<Quad>,
{
    if words.rounding.is_none() && matches!(opcode, Opcode::Div | Opcode::Rcp | Opcode::Sqrt) {
        return unknown("approximations");
    }
    let round = round_of(words.rounding);
    let flushed = |value: F| if words.has("ftz") { flush(value) } else { value };
    let values: Vec<F> = bits.iter().map(|bits| flushed(F::from_bits(low(*bits, ty.bits())))).collect();
    let (a, b) = (values[0], values.get(1).copied().unwrap_or(F::ZERO));
    let sign = 1u128 << (ty.bits() - 1);
    let result = match opcode {
        Opcode::Add => a.add_r(b, round).value,
        Opcode::Sub => a.sub_r(b, round).value,
        Opcode::Mul => a.mul_r(b, round).value,
        Opcode::Fma | Opcode::Mad => a.mul_add_r(b, values[2], round).value,
        Opcode::Div => a.div_r(b, round).value,
        Opcode::Rcp => F::from_u128(1).value.div_r(a, round).value,
        Opcode::Sqrt => return Ok(flushed(F::from_bits(square_root(a, round, ty, bits))).to_bits()),
        // "NaN inputs yield an unspecified NaN", but double precision passes them on; the product lets others keep
        // their payload.
        Opcode::Abs | Opcode::Neg if ty == ScalarType::F64 && a.is_nan() => return Ok(bits[0]),
        Opcode::Abs => return Ok(values[0].to_bits() & !sign),
        Opcode::Neg => return Ok(values[0].to_bits() ^ sign),
        Opcode::Copysign => return Ok(bits[1] & !sign & (sign * 2 - 1) | bits[0] & sign),
        Opcode::Min | Opcode::Max => {
            return Ok(extremum(opcode == Opcode::Max, words, ty, &values, bits));
        }
        _ => return unknown(format!("`{}` of floating point", opcode.mnemonic())),
    };
    let mut result = flushed(result);
    if words.has("sat") {
        result = saturate(result);
    }
    if words.has("relu") && !result.is_nan() && result.is_negative() {
        result = F::ZERO;
    }
    Ok(finish(ty, result, bits))
}

/// The square root by trial, in quadruple precision, where the squares are exact.
fn square_root<F>(value: F, round: Round, ty: ScalarType, operands: &[u128]) -> u128
where
    F: Float + FloatConvert<Quad>,
{
    if value.is_nan() || value.is_negative() && !value.is_zero() {
        return finish(ty, F::NAN, operands);
    }
    if value.is_zero() || value.is_infinite() {
        return value.to_bits();
    }
    let wide = |value: F| -> Quad { value.convert(&mut false).value };
    let target = wide(value);
    let square = |root: Quad| root.mul_r(root, Round::NearestTiesToEven).value;
    // The greatest number whose square is not above the operand.
    let (mut least, mut above) = (0u128, F::INFINITY.to_bits());
    while above - least > 1 {
        let middle = (least + above) / 2;
        if square(wide(F::from_bits(middle))) <= target { least = middle } else { above = middle }
    }
    let (floor, next) = (wide(F::from_bits(least)), wide(F::from_bits(above)));
    let is_exact = square(floor) == target;
    let halfway = floor.add_r(next, Round::NearestTiesToEven).value.scalbn(-1);
    let up = match round {
        _ if is_exact => false,
        Round::TowardPositive => true,
        Round::TowardZero | Round::TowardNegative => false,
        // A root is never halfway between two numbers.
        _ => square(halfway) < target,
    };
    if up { above } else { least }
}

/// `min` and `max` of two or three.
fn extremum<F: Float>(is_max: bool, words: &Words, ty: ScalarType, values: &[F], bits: &[u128]) -> u128 {
    let xorsign = words.has("xorsign");
    let magnitudes = words.has("abs");
    let negative = values.iter().filter(|value| value.is_negative()).count() % 2 == 1;
    let mut best: Option<F> = None;
    for value in values {
        if value.is_nan() {
            if words.has("NaN") {
                return canonical_nan(ty);
            }
            continue;
        }
        let value = if magnitudes { value.abs() } else { *value };
        let is_less = |x: F, y: F| x < y || x.is_zero() && y.is_zero() && x.is_negative() && !y.is_negative();
        best = Some(match best {
            None => value,
            Some(best) if is_max && is_less(best, value) || !is_max && is_less(value, best) => value,
            Some(best) => best,
        });
    }
    let Some(best) = best else { return finish(ty, F::NAN, bits) };
    if xorsign && negative { (-best.abs()).to_bits() } else { best.to_bits() }
}
