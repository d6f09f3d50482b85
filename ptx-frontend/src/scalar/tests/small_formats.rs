//! fp8, fp6, fp4 and powers of two: exhaustively.

use super::oracle::of;
use crate::scalar::format::mode::{RN, RP, RZ};
use crate::scalar::format::{BF16, F16, F32, Format};
use crate::scalar::narrow::{self, E2M1, E2M3, E3M2, E4M3, E5M2, Small};
use rustc_apfloat::ieee::{Float8E4M3FN, Float8E5M2, Half};
use rustc_apfloat::{Float, FloatConvert, Round};

#[test]
fn fp8_agrees_with_the_oracle_on_every_f16() {
    for a in 0..=0xffffu64 {
        let x = of::<Half>(a);
        let mut loses_info = false;
        let sign = (a >> 15) << 7;
        let e4m3: Float8E4M3FN = x.convert_r(Round::NearestTiesToEven, &mut loses_info).value;
        let expected = match () {
            _ if x.is_nan() => 0x7f,
            // The oracle's overflow is a NaN; `.satfinite` clamps.
            _ if e4m3.is_nan() => sign | 0x7e,
            _ => e4m3.to_bits() as u64,
        };
        assert_eq!(narrow::pair_of_halves::<F16, E4M3, false>(a) & 0xff, expected, "{a:#x}");
        let e5m2: Float8E5M2 = x.convert_r(Round::NearestTiesToEven, &mut loses_info).value;
        let expected = match () {
            _ if x.is_nan() => 0x7f,
            _ if e5m2.is_infinite() => sign | 0x7b,
            _ => e5m2.to_bits() as u64,
        };
        assert_eq!(narrow::pair_of_halves::<F16, E5M2, false>(a << 16) >> 8, expected, "{a:#x}");
    }
}

#[test]
fn every_fp8_widens_exactly() {
    for a in 0..=0xffu64 {
        let mut loses_info = false;
        let e4m3: Half = Float8E4M3FN::from_bits(a as u128).convert(&mut loses_info).value;
        let expected = if e4m3.is_nan() { F16::NAN } else { e4m3.to_bits() as u64 };
        assert_eq!(narrow::widen::<E4M3, false>(a) & 0xffff, expected, "{a:#x}");
        let e5m2: Half = Float8E5M2::from_bits(a as u128).convert(&mut loses_info).value;
        let expected = if e5m2.is_nan() { F16::NAN } else { e5m2.to_bits() as u64 };
        assert_eq!(narrow::widen::<E5M2, false>(a << 8) >> 16, expected, "{a:#x}");
    }
}

/// Every number of a format, in order, by the definition of its fields.
fn numbers(bias: i32, significand: u32, count: u64) -> Vec<f64> {
    let one = |code: u64| {
        let (field, rest) = ((code >> significand) as i32, (code & ((1 << significand) - 1)) as f64);
        let unit = 2f64.powi(-(significand as i32));
        if field == 0 { rest * unit * 2f64.powi(1 - bias) } else { (1.0 + rest * unit) * 2f64.powi(field - bias) }
    };
    (0..count).map(one).collect()
}

/// The code of the nearest number, ties to the even code.
fn nearest(numbers: &[f64], x: f64) -> u64 {
    let distance = |code: usize| (numbers[code] - x).abs();
    let best = (0..numbers.len()).min_by(|&a, &b| distance(a).total_cmp(&distance(b)).then((a % 2).cmp(&(b % 2))));
    best.unwrap() as u64
}

fn small_format_agrees<G: Small>(bias: i32, significand: u32, largest: f64) {
    let numbers = numbers(bias, significand, 1 << (G::BITS - 1));
    assert_eq!(*numbers.last().unwrap(), largest);
    for a in 0..=0xffffu64 {
        let x = F16::decode(a);
        let expected =
            if x.is_nan() { G::MAX } else { nearest(&numbers, x.abs().min(largest)) | (a >> 15) << (G::BITS - 1) };
        let mask = (1 << G::SLOT) - 1;
        assert_eq!(narrow::pair_of_halves::<F16, G, false>(a) & mask, expected, "{a:#x}");
        let rectified = if a >> 15 == 1 && !x.is_nan() { 0 } else { expected };
        assert_eq!(narrow::pair_of_halves::<F16, G, true>(a) & mask, rectified, "{a:#x}");
    }
    for (code, number) in numbers.iter().enumerate() {
        assert_eq!(F16::decode(narrow::widen::<G, false>(code as u64) & 0xffff), *number);
        let negative = code as u64 | 1 << (G::BITS - 1);
        assert_eq!(F16::decode(narrow::widen::<G, false>(negative << G::SLOT) >> 16), -*number);
    }
}

#[test]
fn fp6_and_fp4_take_the_nearest_number() {
    small_format_agrees::<E3M2>(3, 2, 28.0);
    small_format_agrees::<E2M3>(1, 3, 7.5);
    small_format_agrees::<E2M1>(1, 1, 6.0);
}

#[test]
fn the_first_source_becomes_the_high_element() {
    let bits = |x: f32| x.to_bits() as u64;
    assert_eq!(narrow::pair::<E2M1, false>(bits(6.0), bits(-0.5)), 0x79);
    assert_eq!(narrow::pair::<E4M3, false>(bits(1.0), bits(f32::NAN)), 0x387f);
    assert_eq!(narrow::pair::<E3M2, false>(bits(-1000.0), bits(f32::NAN)), 0x3f1f);
    assert_eq!(narrow::pair::<E5M2, true>(bits(-1.0), bits(f32::INFINITY)), 0x007b);
}

#[test]
fn powers_of_two_round_up_or_down_and_ignore_signs() {
    let bits = |x: f32| x.to_bits() as u64;
    assert_eq!(narrow::ue8m0_pair::<RZ, false>(bits(1.5), bits(1.0)), 0x7f7f);
    assert_eq!(narrow::ue8m0_pair::<RP, false>(bits(1.5), bits(-1.0)), 0x807f);
    assert_eq!(narrow::ue8m0_pair::<RP, true>(bits(f32::MAX), bits(f32::NAN)), 0xfeff);
    assert_eq!(narrow::ue8m0_pair::<RP, true>(0x0040_0000, 0x0040_0001), 0x0001);
    assert_eq!(narrow::ue8m0_of_halves::<RP, true>(0x3f81_3f80), 0x807f);
    assert_eq!(narrow::widen_ue8m0(0x7f00), 0x3f80_0040);
    assert_eq!(narrow::widen_ue8m0(0xff01), 0x7fff_0080);
}

#[test]
fn stochastic_quads_round_between_neighbours() {
    let bits = |x: f32| x.to_bits() as u64;
    // 1.25 lies half way between 1.0 (code 2) and 1.5 (code 3).
    let elements = [bits(1.25), bits(-1.25), bits(100.0), bits(f32::NAN)];
    // Sixteen random bits for both elements of a pair; half way, 0x8000 is the least that carries.
    assert_eq!(narrow::quad_stochastic::<E2M1, false>(elements, 0x8000_0000), 0x3b77);
    assert_eq!(narrow::quad_stochastic::<E2M1, false>(elements, 0x7f00_ff00), 0x2a77);
    assert_eq!(narrow::quad_stochastic::<E2M1, true>(elements, 0x8000_0000), 0x3077);
    // 1.0 is a number of the format and stays; so does what is as far away as no random bits reach.
    assert_eq!(narrow::quad_stochastic::<E4M3, false>([bits(1.0); 4], 0xffff_ffff), 0x3838_3838);
    // 1.0625 is half way between 1.0 and 1.125; the lower half of the random bits is for the second pair.
    assert_eq!(narrow::quad_stochastic::<E4M3, false>([bits(1.0625); 4], 0x7fff_8000), 0x3838_3939);
    assert_eq!(narrow::encode::<E4M3, RN, false>(F32::decode(bits(448.0))), 0x7e);
    assert_eq!(narrow::pair_of_halves::<BF16, E4M3, false>(0x3f80_c000), 0x38c0);
}

#[test]
fn fixed_point_has_six_bits_of_fraction_and_clamps() {
    use crate::scalar::narrow::UNSCALED;
    let bits = |x: f32| x.to_bits() as u64;
    assert_eq!(narrow::fixed_pair::<false>(bits(1.0), bits(-1.0), UNSCALED), 0x40c0);
    assert_eq!(narrow::fixed_pair::<false>(bits(100.0), bits(-100.0), UNSCALED), 0x7f80);
    // Ties go to even: 1.5 and 2.5 sixty-fourths.
    assert_eq!(narrow::fixed_pair::<false>(bits(1.5 / 64.0), bits(2.5 / 64.0), UNSCALED), 0x0202);
    assert_eq!(narrow::fixed_pair::<true>(bits(-0.5), bits(f32::NAN), UNSCALED), 0x007f);
    // Divided by 4 and by 1/2.
    assert_eq!(narrow::fixed_pair::<false>(bits(4.0), bits(0.5), 0x817e), 0x4040);
    assert_eq!(narrow::fixed_of_halves::<false>(0x3f80_bf80, UNSCALED), 0x40c0);
}

#[test]
fn wider_elements_are_multiplied_by_their_scale_factors() {
    use crate::scalar::narrow::UNSCALED;
    // 133 stands for 64, which makes integers of fixed-point numbers.
    assert_eq!(narrow::widen_fixed::<false, false>(0x80ff, 0x8585), 0xc300_bf80);
    assert_eq!(narrow::widen_fixed::<true, false>(0x407f, UNSCALED), 0x3f80_3ffe);
    assert_eq!(narrow::widen_fixed::<true, false>(0xc040, UNSCALED), 0x0000_3f80);
    assert_eq!(narrow::widen_scaled::<E4M3, false, false>(0x38b8, 0x807e), 0x4000_bf00);
    assert_eq!(narrow::widen_scaled::<E2M1, false, false>(0x71, UNSCALED), 0x40c0_3f00);
    // A scale factor of 0xff is no number; too large a product is infinite unless it is to be finite.
    assert_eq!(narrow::widen_scaled::<E4M3, false, false>(0x3878, 0xfffe), 0x7fff_7f80);
    assert_eq!(narrow::widen_scaled::<E4M3, false, true>(0x3878, 0xfffe), 0x7fff_7f7f);
}
