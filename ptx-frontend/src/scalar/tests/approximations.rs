//! The `.approx` functions: their special values, and their error against double precision of the host.

use super::oracle::*;
use crate::scalar::approximate;
use crate::scalar::format::mode::RN;
use crate::scalar::format::{BF16, F16, F32, Format};
use rustc_apfloat::ieee::Single;

fn bits(x: f32) -> u64 {
    x.to_bits() as u64
}

/// Over `.f32` numbers of all sizes: the result is within `ulps` units in the last place of the reference.
fn within(ulps: f64, function: impl Fn(u64) -> u64, reference: impl Fn(f64) -> f64) {
    let mut worst: f64 = 0.0;
    let mut check = |a: u64| {
        let (result, exact) = (F32::decode(function(a)), reference(F32::decode(a)));
        let rounded = exact as f32;
        if !rounded.is_finite() || exact.is_nan() {
            assert!(
                result == rounded as f64 || result.is_nan() && exact.is_nan(),
                "{a:#x} gives {result}, not {exact}"
            );
            return;
        }
        let unit = ((rounded.abs().next_up() as f64) - rounded.abs() as f64).max(f32::from_bits(1) as f64);
        let error = (result - exact).abs() / unit;
        assert!(error <= ulps, "{a:#x} gives {result}, not {exact}: {error} ulp");
        worst = worst.max(error);
    };
    let corners = specials::<Single>();
    let mut random = Random(3);
    corners.iter().for_each(|a| check(*a));
    for _ in 0..200_000 {
        check(operand::<Single>(&mut random, &corners, 0x3f80_0000));
        // The exponents where these functions are neither 0 nor infinite.
        check((low(31, random.next()) % (24 << 23) + (115 << 23)) | (random.below(2) << 31));
    }
    assert!(worst > 0.4, "the check hardly checks: worst error {worst}");
}

/// Rounded once from double precision: half a unit, and a little for the double's own error.
const ROUNDED: f64 = 0.500001;

#[test]
fn exponentials_and_logarithms_are_rounded_from_double_precision() {
    within(ROUNDED, approximate::ex2::<F32, false>, f64::exp2);
    within(ROUNDED, approximate::lg2::<false>, f64::log2);
}

#[test]
fn sines_and_cosines_are_accurate_for_every_argument() {
    within(ROUNDED, approximate::sin::<false>, f64::sin);
    within(ROUNDED, approximate::cos::<false>, f64::cos);
}

#[test]
fn hyperbolic_tangents_and_reciprocal_roots_are_rounded_from_double_precision() {
    within(ROUNDED, approximate::tanh::<F32>, f64::tanh);
    within(ROUNDED, approximate::rsqrt::<false>, |x| 1.0 / x.sqrt());
}

#[test]
fn special_values_are_the_documented_ones() {
    let infinity = F32::INFINITY;
    assert_eq!(approximate::ex2::<F32, false>(0), F32::ONE);
    assert_eq!(approximate::ex2::<F32, false>(F32::SIGN), F32::ONE);
    assert_eq!(approximate::ex2::<F32, false>(bits(f32::NEG_INFINITY)), 0);
    assert_eq!(approximate::ex2::<F32, true>(bits(-130.0)), 0);
    assert_eq!(approximate::ex2::<F32, false>(bits(-149.0)), 1);
    assert_eq!(approximate::lg2::<false>(0), bits(f32::NEG_INFINITY));
    assert_eq!(approximate::lg2::<false>(F32::SIGN), bits(f32::NEG_INFINITY));
    assert_eq!(approximate::lg2::<false>(bits(-1.0)), F32::NAN);
    assert_eq!(approximate::lg2::<false>(F32::ONE), 0);
    assert_eq!(approximate::lg2::<true>(1), bits(f32::NEG_INFINITY));
    assert_eq!(approximate::lg2::<false>(1), bits(-149.0));
    assert_eq!(approximate::rsqrt::<false>(F32::SIGN), bits(f32::NEG_INFINITY));
    assert_eq!(approximate::rsqrt::<false>(infinity), 0);
    assert_eq!(approximate::rsqrt::<false>(bits(-1.0)), F32::NAN);
    assert_eq!(approximate::sin::<false>(F32::SIGN), F32::SIGN);
    assert_eq!(approximate::sin::<false>(infinity), F32::NAN);
    assert_eq!(approximate::cos::<false>(infinity), F32::NAN);
    assert_eq!(approximate::tanh::<F32>(infinity), F32::ONE);
    assert_eq!(approximate::tanh::<F32>(F32::SIGN), F32::SIGN);
}

#[test]
fn division_by_a_huge_divisor_gives_zero() {
    let huge = bits(1.5e38);
    assert_eq!(approximate::div::<false>(bits(3e38), huge), 0);
    assert_eq!(approximate::div::<false>(bits(-3e38), huge), F32::SIGN);
    assert_eq!(approximate::div::<false>(F32::INFINITY, huge), F32::NAN);
    assert_eq!(approximate::div::<false>(bits(6.0), bits(3.0)), bits(2.0));
    assert_eq!(approximate::div::<false>(bits(6.0), F32::INFINITY), 0);
}

#[test]
fn seeds_of_f64_use_the_upper_words_only() {
    let upper = |x: f64| x.to_bits() & 0xffff_ffff_0000_0000;
    assert_eq!(approximate::rcp_upper_word(3f64.to_bits() | 0xffff), upper(1.0 / 3.0));
    assert_eq!(approximate::rcp_upper_word(5f64.to_bits()), upper(0.2) + (1 << 32));
    assert_eq!(approximate::rcp_upper_word(1), f64::INFINITY.to_bits());
    assert_eq!(approximate::rcp_upper_word(1 << 63 | 1 << 51), f64::NEG_INFINITY.to_bits());
    assert_eq!(approximate::rcp_upper_word(f64::NEG_INFINITY.to_bits()), 1 << 63);
    assert_eq!(approximate::rcp_upper_word(f64::MAX.to_bits()), 0);
    assert_eq!(approximate::rcp_upper_word(0x7ff0_0000_0000_0001), 0x7fff_ffff_0000_0000);
    assert_eq!(approximate::rsqrt_upper_word(4f64.to_bits()), 0.5f64.to_bits());
    assert_eq!(approximate::rsqrt_upper_word(1 << 63), f64::NEG_INFINITY.to_bits());
    assert_eq!(approximate::rsqrt_upper_word((-1f64).to_bits()), 0x7fff_ffff_0000_0000);
    let mut random = Random(5);
    for _ in 0..100_000 {
        let x = f64::from_bits(random.next());
        if x.is_normal() && x.abs() < 1e307 && x.abs() > 1e-307 {
            let seed = f64::from_bits(approximate::rcp_upper_word(x.to_bits()));
            assert!((seed * x - 1.0).abs() < 2f64.powi(-19), "{x} {seed}");
        }
    }
    assert!((f64::from_bits(approximate::rsqrt64(2f64.to_bits())) - 0.5f64.sqrt()).abs() < 1e-15);
}

#[test]
fn half_precision_functions_are_rounded_from_double_precision() {
    for a in 0..=0xffffu64 {
        let x = F16::decode(a);
        assert_eq!(approximate::ex2::<F16, false>(a), F16::encode::<RN>(x.exp2()), "ex2 {a:#x}");
        assert_eq!(approximate::tanh::<F16>(a), F16::encode::<RN>(x.tanh()), "tanh {a:#x}");
        let x = BF16::decode(BF16::flush(a));
        assert_eq!(approximate::ex2::<BF16, true>(a), BF16::flush(BF16::encode::<RN>(x.exp2())), "ex2 bf16 {a:#x}");
        let x = BF16::decode(a);
        assert_eq!(approximate::tanh::<BF16>(a), BF16::encode::<RN>(x.tanh()), "tanh bf16 {a:#x}");
    }
}
