//! `cvt`: exhaustively for 16-bit sources, on corners and random operands for the others.

use super::oracle::*;
use crate::scalar::convert::{self, F64, Real};
use crate::scalar::format::mode::{RN, RNA, RP, RZ};
use crate::scalar::format::{BF16, F16, F32, Format};
use rustc_apfloat::ieee::{BFloat, Double, Half, Single};
use rustc_apfloat::{Float, FloatConvert};

/// Every 16-bit pattern, or corners and random bits of wider formats.
fn sources<O: Oracle>(mut check: impl FnMut(u64)) {
    if O::WIDTH == 16 {
        (0..=0xffff).for_each(check);
        return;
    }
    let corners = specials::<O>();
    let mut random = Random(7);
    corners.iter().for_each(|bits| check(*bits));
    // Numbers in the range of the narrower formats and of integers, which uniform bits seldom hit.
    let bias = (1u64 << (O::WIDTH - O::SIGNIFICAND - 2)) - 1;
    for _ in 0..60_000 {
        check(operand::<O>(&mut random, &corners, 0));
        let exponent = bias + random.below(200) - 100;
        let significand = random.next() << random.below(52);
        let field = low(O::SIGNIFICAND, significand) | exponent << O::SIGNIFICAND;
        check(field | random.below(2) << (O::WIDTH - 1));
    }
}

fn floats_agree<F: Real, O: Oracle + FloatConvert<P>, G: Real, P: Oracle>() {
    each_mode!(R, round => {
        sources::<O>(|a| {
            let mut loses_info = false;
            let expected = canonical(of::<O>(a).convert_r(round, &mut loses_info).value);
            let result = convert::float::<F, G, R, false, false>(a);
            assert_eq!(any_nan::<P>(result), expected, "{a:#x} {round:?}");
            assert_eq!(convert::float::<F, G, R, false, true>(a), saturated::<P>(expected), "sat {a:#x} {round:?}");
        });
    });
}

#[test]
fn conversions_between_floats_are_exactly_rounded() {
    floats_agree::<F16, Half, F32, Single>();
    floats_agree::<F16, Half, F64, Double>();
    floats_agree::<F16, Half, BF16, BFloat>();
    floats_agree::<BF16, BFloat, F32, Single>();
    floats_agree::<BF16, BFloat, F16, Half>();
    floats_agree::<BF16, BFloat, F64, Double>();
    floats_agree::<F32, Single, F16, Half>();
    floats_agree::<F32, Single, BF16, BFloat>();
    floats_agree::<F32, Single, F64, Double>();
    floats_agree::<F64, Double, F16, Half>();
    floats_agree::<F64, Double, BF16, BFloat>();
    floats_agree::<F64, Double, F32, Single>();
}

fn to_integer_agrees<F: Real, O: Oracle, const W: u32, const S: bool>() {
    each_mode!(R, round => {
        sources::<O>(|a| {
            let x = of::<O>(a);
            let expected = if x.is_nan() {
                if W == 64 || O::WIDTH == 64 { 1 << (W - 1) } else { 0 }
            } else if S {
                // The oracle clamps numbers that are out of range.
                let mut is_exact = false;
                x.to_i128_r(W as usize, round, &mut is_exact).value as u64
            } else {
                let mut is_exact = false;
                x.to_u128_r(W as usize, round, &mut is_exact).value as u64
            };
            let register = if W == 8 && S { low(16, expected as i8 as u64) } else { low(W, expected) };
            let result = convert::to_integer::<F, R, false, W, S>(a);
            assert_eq!(result, register, "{a:#x} to {W} {S} {round:?}");
        });
    });
}

#[test]
fn floats_to_integers_round_and_clamp() {
    to_integer_agrees::<F16, Half, 8, true>();
    to_integer_agrees::<F16, Half, 16, false>();
    to_integer_agrees::<BF16, BFloat, 32, true>();
    to_integer_agrees::<F32, Single, 8, false>();
    to_integer_agrees::<F32, Single, 16, true>();
    to_integer_agrees::<F32, Single, 32, false>();
    to_integer_agrees::<F32, Single, 32, true>();
    to_integer_agrees::<F32, Single, 64, false>();
    to_integer_agrees::<F32, Single, 64, true>();
    to_integer_agrees::<F64, Double, 8, true>();
    to_integer_agrees::<F64, Double, 32, true>();
    to_integer_agrees::<F64, Double, 32, false>();
    to_integer_agrees::<F64, Double, 64, true>();
    to_integer_agrees::<F64, Double, 64, false>();
}

#[test]
fn nan_becomes_zero_or_the_least_integer() {
    assert_eq!(convert::to_integer::<F32, RZ, false, 32, true>(F32::NAN), 0);
    assert_eq!(convert::to_integer::<F32, RZ, false, 64, true>(F32::NAN), 1 << 63);
    assert_eq!(convert::to_integer::<F64, RZ, false, 32, true>(f64::NAN.to_bits()), 0x8000_0000);
    assert_eq!(convert::to_integer::<F64, RZ, false, 32, false>(f64::NAN.to_bits()), 0x8000_0000);
    assert_eq!(convert::to_integer::<F64, RZ, false, 64, false>(f64::NAN.to_bits()), 1 << 63);
}

fn from_integer_agrees<G: Real, O: Oracle, const W: u32, const S: bool>() {
    let mut random = Random(W as u64);
    let check = |a: u64| {
        each_mode!(R, round => {
            let expected = if S {
                let number = (a << (64 - W)) as i64 >> (64 - W);
                O::from_i128_r(number as i128, round).value
            } else {
                O::from_u128_r(a as u128, round).value
            };
            assert_eq!(convert::from_integer::<G, R, false, W, S>(a), canonical(expected), "{a:#x} {round:?}");
        });
    };
    if W <= 16 {
        (0..1u64 << W).for_each(check);
        return;
    }
    for _ in 0..60_000 {
        let bits = low(W, random.next()) >> random.below(W as u64);
        check(bits);
        check(low(W, bits.wrapping_neg()));
        // Near halves of the places that get lost.
        check(low(W, (bits & !0xff) | 1 << random.below(W as u64)));
    }
}

#[test]
fn integers_to_floats_are_exactly_rounded() {
    from_integer_agrees::<F16, Half, 8, true>();
    from_integer_agrees::<F16, Half, 16, true>();
    from_integer_agrees::<BF16, BFloat, 16, false>();
    from_integer_agrees::<F16, Half, 64, false>();
    from_integer_agrees::<BF16, BFloat, 64, true>();
    from_integer_agrees::<F32, Single, 32, true>();
    from_integer_agrees::<F32, Single, 32, false>();
    from_integer_agrees::<F32, Single, 64, true>();
    from_integer_agrees::<F32, Single, 64, false>();
    from_integer_agrees::<F64, Double, 32, true>();
    from_integer_agrees::<F64, Double, 64, true>();
    from_integer_agrees::<F64, Double, 64, false>();
}

fn integral_agrees<F: Real, O: Oracle>() {
    each_mode!(R, round => {
        sources::<O>(|a| {
            let expected = canonical(of::<O>(a).round_to_integral(round).value);
            assert_eq!(any_nan::<O>(convert::to_integral::<F, R, false, false>(a)), expected, "{a:#x} {round:?}");
        });
    });
}

#[test]
fn rounding_to_integral_floats_keeps_the_sign_of_zero() {
    integral_agrees::<F16, Half>();
    integral_agrees::<BF16, BFloat>();
    integral_agrees::<F32, Single>();
    integral_agrees::<F64, Double>();
    let minus_half = (-0.5f32).to_bits() as u64;
    assert_eq!(convert::to_integral::<F32, RP, false, false>(minus_half), F32::SIGN);
}

#[test]
fn integer_conversion_truncates_and_extends_into_the_register() {
    assert_eq!(convert::integer::<32, true, 8, true, false>(0x1234_5680), 0xff80);
    assert_eq!(convert::integer::<32, true, 8, false, false>(0x1234_5680), 0x80);
    assert_eq!(convert::integer::<8, true, 32, true, false>(0x1280), 0xffff_ff80);
    assert_eq!(convert::integer::<16, false, 64, true, false>(0xffff), 0xffff);
    assert_eq!(convert::integer::<16, true, 64, false, false>(0xffff), u64::MAX);
}

#[test]
fn integer_conversion_with_sat_clamps_to_the_range() {
    assert_eq!(convert::integer::<32, true, 8, false, true>(0xffff_ffff), 0);
    assert_eq!(convert::integer::<32, true, 8, true, true>(300), 127);
    assert_eq!(convert::integer::<32, true, 8, true, true>(0x8000_0000), 0xff80);
    assert_eq!(convert::integer::<64, false, 64, true, true>(u64::MAX), i64::MAX as u64);
    assert_eq!(convert::integer::<32, false, 16, false, true>(70000), 0xffff);
}

#[test]
fn narrowing_with_satfinite_and_relu_clamps() {
    let bits = |x: f32| x.to_bits() as u64;
    assert_eq!(convert::narrow::<F16, RN, false, true>(bits(1e9)), 0x7bff);
    assert_eq!(convert::narrow::<F16, RN, false, true>(bits(f32::NEG_INFINITY)), 0xfbff);
    assert_eq!(convert::narrow::<F16, RN, false, false>(bits(1e9)), 0x7c00);
    assert_eq!(convert::narrow::<F16, RZ, false, false>(bits(1e9)), 0x7bff);
    assert_eq!(convert::narrow::<BF16, RN, true, false>(bits(-1.0)), 0);
    assert_eq!(convert::narrow::<BF16, RN, true, true>(bits(f32::NAN)), 0x7fff);
}

#[test]
fn the_first_source_becomes_the_high_half() {
    let (one, two) = (1f32.to_bits() as u64, 2f32.to_bits() as u64);
    assert_eq!(convert::narrow2::<F16, RN, false, false>(one, two), 0x3c00_4000);
    assert_eq!(convert::pack::<16, true>(0x0001_0000, 5, 0), 0x7fff_0005);
    assert_eq!(convert::pack::<8, false>(300, 0xffff_ffff, 0x1234), 0x1234_ff00);
    assert_eq!(convert::pack::<4, true>(9, 0xffff_fff0, 0x56), 0x5678);
}

#[test]
fn tf32_rounds_half_away_at_bit_13() {
    assert_eq!(convert::tf32::<RNA, false, false>(0x3f80_1000), 0x3f80_2000);
    assert_eq!(convert::tf32::<RN, false, false>(0x3f80_1000), 0x3f80_0000);
    assert_eq!(convert::tf32::<RN, false, false>(0x3f80_1001), 0x3f80_2000);
    assert_eq!(convert::tf32::<RZ, false, false>(0x3f80_1fff), 0x3f80_0000);
    assert_eq!(convert::tf32::<RNA, false, true>(0x7f7f_ffff), 0x7f7f_e000);
    assert_eq!(convert::tf32::<RNA, false, false>(0xff80_0001), F32::NAN);
    sources::<Single>(|a| {
        let x = of::<Single>(a);
        if x.is_finite() {
            // Adding half a place to the magnitude and cutting off is the definition.
            assert_eq!(convert::tf32::<RNA, false, false>(a), (a + 0x1000) & !0x1fff, "{a:#x}");
        }
    });
}

#[test]
fn stochastic_rounding_adds_random_bits_below_the_last_place() {
    let x = 0x3f80_1000;
    assert_eq!(convert::narrow2_stochastic::<F16, false, false>(x, x, 0x0fff_1000), 0x3c00_3c01);
    assert_eq!(convert::narrow2_stochastic::<BF16, false, false>(0x3f80_8000, 0x3f80_8000, 0x7fff_8000), 0x3f80_3f81);
}

#[test]
fn f32_subnormals_are_flushed_on_request() {
    assert_eq!(convert::float::<F32, F64, RN, true, false>(0x8000_0001), 1 << 63);
    let tiny = f64::from_bits(0x3700_0000_0000_0000).to_bits();
    assert_eq!(convert::float::<F64, F32, RN, true, false>(tiny), 0);
    assert_eq!(convert::to_integer::<F32, RP, true, 32, true>(1), 0);
    assert_eq!(convert::to_integer::<F32, RP, false, 32, true>(1), 1);
}

#[test]
fn nan_keeps_its_payload_on_the_way_to_f64() {
    assert_eq!(convert::float::<F32, F64, RN, false, false>(0xff80_0001), 0xfff8_0000_2000_0000);
}
