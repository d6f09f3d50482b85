//! Floating-point arithmetic: every mode, on corners and random operands.

use super::oracle::*;
use crate::scalar::format::mode::RN;
use crate::scalar::format::{BF16, F16, F32, Format};
use crate::scalar::{compare, float, float64};
use crate::types::Comparison;
use rustc_apfloat::Float;
use rustc_apfloat::ieee::{BFloat, Double, Half, Single};
use std::cmp::Ordering;

const COUNT: usize = 60_000;

fn arithmetic_agrees<F: Format, O: Oracle>() {
    each_mode!(R, round => {
        let all = |a: u64, b: u64, c: u64| {
            let (x, y, z) = (of::<O>(a), of::<O>(b), of::<O>(c));
            let sum = canonical(x.add_r(y, round).value);
            assert_eq!(float::add::<F, R, false, false>(a, b), sum, "{a:#x} + {b:#x} {round:?}");
            assert_eq!(float::add::<F, R, false, true>(a, b), saturated::<O>(sum), "sat {a:#x} + {b:#x} {round:?}");
            let difference = canonical(x.sub_r(y, round).value);
            assert_eq!(float::sub::<F, R, false, false>(a, b), difference, "{a:#x} - {b:#x} {round:?}");
            let product = canonical(x.mul_r(y, round).value);
            assert_eq!(float::mul::<F, R, false, false>(a, b), product, "{a:#x} * {b:#x} {round:?}");
            let fused = canonical(x.mul_add_r(y, z, round).value);
            assert_eq!(float::fma::<F, R, false, false>(a, b, c), fused, "{a:#x} * {b:#x} + {c:#x} {round:?}");
            let (fa, fb, fc) = (flushed::<O>(a), flushed::<O>(b), flushed::<O>(c));
            let sum = flushed::<O>(canonical(of::<O>(fa).add_r(of::<O>(fb), round).value));
            assert_eq!(float::add::<F, R, true, false>(a, b), sum, "ftz {a:#x} + {b:#x} {round:?}");
            let product = flushed::<O>(canonical(of::<O>(fa).mul_r(of::<O>(fb), round).value));
            assert_eq!(float::mul::<F, R, true, false>(a, b), product, "ftz {a:#x} * {b:#x} {round:?}");
            let fused = flushed::<O>(canonical(of::<O>(fa).mul_add_r(of::<O>(fb), of::<O>(fc), round).value));
            assert_eq!(float::fma::<F, R, true, false>(a, b, c), fused, "ftz {a:#x} * {b:#x} + {c:#x} {round:?}");
        };
        triples::<O>(COUNT, all);
    });
}

#[test]
fn f32_arithmetic_is_exactly_rounded_in_every_mode() {
    arithmetic_agrees::<F32, Single>();
}

#[test]
fn f16_arithmetic_is_exactly_rounded() {
    arithmetic_agrees::<F16, Half>();
}

#[test]
fn bf16_arithmetic_is_exactly_rounded() {
    arithmetic_agrees::<BF16, BFloat>();
}

#[test]
fn f64_arithmetic_is_exactly_rounded_in_every_mode() {
    each_mode!(R, round => {
        triples::<Double>(COUNT, |a, b, c| {
            let (x, y, z) = (of::<Double>(a), of::<Double>(b), of::<Double>(c));
            let check = |result: u64, expected: Double, what: &str| {
                let result = any_nan::<Double>(result);
                assert_eq!(result, canonical(expected), "{what} {a:#x} {b:#x} {c:#x} {round:?}");
            };
            check(float64::add::<R>(a, b), x.add_r(y, round).value, "add");
            check(float64::sub::<R>(a, b), x.sub_r(y, round).value, "sub");
            check(float64::mul::<R>(a, b), x.mul_r(y, round).value, "mul");
            check(float64::div::<R>(a, b), x.div_r(y, round).value, "div");
            check(float64::rcp::<R>(a), Double::from_u128(1).value.div_r(x, round).value, "rcp");
            check(float64::fma::<R>(a, b, c), x.mul_add_r(y, z, round).value, "fma");
        });
    });
}

#[test]
fn f32_division_is_exactly_rounded_in_every_mode() {
    each_mode!(R, round => {
        triples::<Single>(COUNT, |a, b, _| {
            let quotient = canonical(of::<Single>(a).div_r(of::<Single>(b), round).value);
            assert_eq!(float::div::<R, false>(a, b), quotient, "{a:#x} / {b:#x} {round:?}");
            let (fa, fb) = (flushed::<Single>(a), flushed::<Single>(b));
            let quotient = flushed::<Single>(canonical(of::<Single>(fa).div_r(of::<Single>(fb), round).value));
            assert_eq!(float::div::<R, true>(a, b), quotient, "ftz {a:#x} / {b:#x} {round:?}");
            let reciprocal = canonical(Single::from_u128(1).value.div_r(of::<Single>(b), round).value);
            assert_eq!(float::rcp::<R, false>(b), reciprocal, "1 / {b:#x} {round:?}");
        });
    });
}

/// Whether `root` squared is below, at or above `x`.
fn square_against<O: Oracle>(root: u64, x: u64) -> Ordering {
    let difference = of::<O>(root).mul_add_r(of::<O>(root), -of::<O>(x), rustc_apfloat::Round::TowardNegative);
    let other = of::<O>(root).mul_add_r(of::<O>(root), -of::<O>(x), rustc_apfloat::Round::TowardPositive);
    match (difference.value.is_zero(), other.value.is_zero()) {
        (true, true) => Ordering::Equal,
        _ if other.value.is_negative() || other.value.is_zero() => Ordering::Less,
        _ => Ordering::Greater,
    }
}

/// The directed roots enclose the exact one in one unit, and the nearest is one of them.
fn roots_enclose<O: Oracle>(x: u64, down: u64, up: u64, zero: u64, nearest: u64) {
    match square_against::<O>(down, x) {
        Ordering::Equal => assert_eq!((up, zero, nearest), (down, down, down), "{x:#x}"),
        ordering => {
            assert_eq!(ordering, Ordering::Less, "{x:#x}");
            assert_eq!((up, zero), (down + 1, down), "{x:#x}");
            assert_eq!(square_against::<O>(up, x), Ordering::Greater, "{x:#x}");
            assert!(nearest == up || nearest == down, "{x:#x}");
        }
    }
}

#[test]
fn square_roots_are_exactly_rounded_in_every_mode() {
    use crate::scalar::format::mode::{RM, RP, RZ};
    triples::<Single>(COUNT, |a, _, _| {
        let roots = [
            float::sqrt::<RM, false>(a),
            float::sqrt::<RP, false>(a),
            float::sqrt::<RZ, false>(a),
            float::sqrt::<RN, false>(a),
        ];
        let x = of::<Single>(a);
        if x.is_zero() {
            assert_eq!(roots, [a; 4]);
        } else if x.is_nan() || x.is_negative() {
            assert_eq!(roots, [F32::NAN; 4]);
        } else if x.is_infinite() {
            assert_eq!(roots, [F32::INFINITY; 4]);
        } else {
            // Exactly, in double precision: subnormal squares would be lost in single.
            let [down, up, zero, nearest] = roots;
            let square = |bits: u64| F32::decode(bits) * F32::decode(bits);
            let exact = F32::decode(a);
            assert!(square(down) <= exact && exact <= square(up) && zero == down, "{a:#x}");
            assert_eq!(up, down + (square(down) != exact) as u64, "{a:#x}");
            assert!(nearest == up || nearest == down, "{a:#x}");
        }
    });
    triples::<Double>(COUNT, |a, _, _| {
        let x = of::<Double>(a);
        let roots = [float64::sqrt::<RM>(a), float64::sqrt::<RP>(a), float64::sqrt::<RZ>(a), float64::sqrt::<RN>(a)];
        if x.is_zero() {
            assert_eq!(roots, [a; 4]);
        } else if x.is_nan() || x.is_negative() {
            assert!(roots.iter().all(|root| float64::is_nan(*root)), "{a:#x}");
        } else if x.is_infinite() {
            assert_eq!(roots, [a; 4]);
        } else {
            // Residuals of tiny numbers would underflow in the oracle; scaling by 2^300 is exact.
            let (scale, root_scale) =
                if f64::from_bits(a) < 1e-200 { (2f64.powi(300), 2f64.powi(150)) } else { (1.0, 1.0) };
            let scaled = |bits: u64, scale: f64| (f64::from_bits(bits) * scale).to_bits();
            let [down, up, zero, nearest] = roots.map(|root| scaled(root, root_scale));
            roots_enclose::<Double>(scaled(a, scale), down, up, zero, nearest);
        }
    });
}

#[test]
fn f64_passes_on_the_first_nan_operand_quieted() {
    let signaling = 0x7ff0_0000_0000_1234;
    let other = 0xfff8_0000_0000_5678;
    let one = 1f64.to_bits();
    assert_eq!(float64::add::<RN>(one, signaling), 0x7ff8_0000_0000_1234);
    assert_eq!(float64::mul::<RN>(other, signaling), other);
    assert_eq!(float64::fma::<RN>(one, signaling, other), 0x7ff8_0000_0000_1234);
    assert_eq!(float64::sub::<RN>(one, other), other);
    assert_eq!(float64::abs(other), other);
}

#[test]
fn invalid_f64_operations_generate_the_default_nan() {
    let infinity = f64::INFINITY.to_bits();
    assert_eq!(float64::sub::<RN>(infinity, infinity), 0xfff8_0000_0000_0000);
    assert_eq!(float64::sqrt::<RN>((-1f64).to_bits()), 0xfff8_0000_0000_0000);
    assert_eq!(float64::div::<RN>(0, 0), 0xfff8_0000_0000_0000);
}

#[test]
fn nan_results_are_canonical() {
    let nan = 0x7f80_0001;
    assert_eq!(float::add::<F32, RN, false, false>(nan, 0), 0x7fff_ffff);
    assert_eq!(float::mul::<F32, RN, false, false>(0, F32::INFINITY), 0x7fff_ffff);
    assert_eq!(float::fma::<F16, RN, false, false>(0xfe00, 0, 0), 0x7fff);
    assert_eq!(float::fma::<BF16, RN, false, false>(0xffc0, 0, 0), 0x7fff);
}

#[test]
fn saturation_makes_nan_and_negative_zero_positive_zero() {
    assert_eq!(float::add::<F32, RN, false, true>(F32::NAN, F32::ONE), 0);
    assert_eq!(float::add::<F32, RN, false, true>(F32::SIGN, F32::SIGN), 0);
    assert_eq!(float::add::<F32, RN, false, true>(F32::INFINITY, F32::ONE), F32::ONE);
}

#[test]
fn fma_relu_makes_negative_results_zero() {
    let (one, minus_two) = (0x3c00, 0xc000);
    assert_eq!(float::fma_relu::<F16, false>(one, minus_two, one), 0);
    assert_eq!(float::fma_relu::<F16, false>(one, one, one), 0x4000);
    assert_eq!(float::fma_relu::<F16, false>(0x7e01, one, one), 0x7fff);
}

#[test]
fn fma_of_bf16_rounds_once() {
    // 1 + 2^-7, squared, plus a tiny amount: a rounding of the product first would lose the tiny amount's effect.
    let (a, tiny) = (0x3f81, 0x2f80);
    let exact = of::<BFloat>(a).mul_add_r(of::<BFloat>(a), of::<BFloat>(tiny), rustc_apfloat::Round::NearestTiesToEven);
    assert_eq!(float::fma::<BF16, RN, false, false>(a, a, tiny), exact.value.to_bits() as u64);
}

#[test]
fn flushing_is_per_operation() {
    let subnormal = 0x0000_0001;
    assert_eq!(float::add::<F32, RN, false, false>(subnormal, subnormal), 2);
    assert_eq!(float::add::<F32, RN, true, false>(subnormal, subnormal), 0);
    assert_eq!(float::neg::<F32, true>(subnormal), 0x8000_0000);
    assert_eq!(float::extremum::<F32, true, true, false, false>(subnormal, 0x8000_0001), 0);
}

#[test]
fn min_and_max_prefer_numbers_to_nan_and_tell_zeros_apart() {
    let (nan, one, zero, minus_zero) = (0x7fc0_0000, F32::ONE, 0, F32::SIGN);
    let min = float::extremum::<F32, false, false, false, false>;
    let max = float::extremum::<F32, true, false, false, false>;
    assert_eq!((min(nan, one), max(one, nan)), (one, one));
    assert_eq!((min(nan, nan), max(nan, nan)), (F32::NAN, F32::NAN));
    assert_eq!((min(zero, minus_zero), min(minus_zero, zero)), (minus_zero, minus_zero));
    assert_eq!((max(zero, minus_zero), max(minus_zero, zero)), (zero, zero));
    let min_nan = float::extremum::<F32, false, false, true, false>;
    assert_eq!((min_nan(nan, one), min_nan(one, nan)), (F32::NAN, F32::NAN));
}

#[test]
fn xorsign_abs_compares_magnitudes_and_multiplies_signs() {
    let min = float::extremum::<F32, false, false, false, true>;
    let bits = |x: f32| x.to_bits() as u64;
    assert_eq!(min(bits(-3.0), bits(2.0)), bits(-2.0));
    assert_eq!(min(bits(-3.0), bits(-2.0)), bits(2.0));
    let max3 = float::extremum3::<F32, true, false, false, true>;
    assert_eq!(max3(bits(-3.0), bits(2.0), bits(1.0)), bits(-3.0));
    assert_eq!(max3(bits(-3.0), bits(2.0), bits(-5.0)), bits(5.0));
}

#[test]
fn min_and_max_agree_with_the_order_of_numbers() {
    triples::<Half>(COUNT, |a, b, _| {
        let (x, y) = (of::<Half>(a), of::<Half>(b));
        if x.is_nan() || y.is_nan() || (x.is_zero() && y.is_zero()) {
            return;
        }
        let (least, greatest) = if x <= y { (a, b) } else { (b, a) };
        assert_eq!(float::extremum::<F16, false, false, false, false>(a, b), least);
        assert_eq!(float::extremum::<F16, true, false, false, false>(a, b), greatest);
    });
    triples::<Double>(COUNT, |a, b, _| {
        let (x, y) = (f64::from_bits(a), f64::from_bits(b));
        let expected = if x.is_nan() || (y < x) { y } else { x };
        if x != y && !(x.is_nan() && y.is_nan()) {
            assert_eq!(float64::extremum::<false>(a, b), expected.to_bits());
        }
    });
}

/// Every comparison of `.f32`, by the manual's table: ordered ones are false with a NaN, unordered ones true.
#[test]
fn ordered_comparisons_are_false_and_unordered_ones_true_with_nan() {
    use Comparison::*;
    type Compare = fn(u64, u64) -> u64;
    const NUMBERS: u8 = 7;
    let table: [(Comparison, Compare, [u64; 4]); 14] = [
        // less, equal, greater, NaN
        (Eq, compare::floats::<F32, false, { compare::relations(Eq) }>, [0, 1, 0, 0]),
        (Ne, compare::floats::<F32, false, { compare::relations(Ne) }>, [1, 0, 1, 0]),
        (Lt, compare::floats::<F32, false, { compare::relations(Lt) }>, [1, 0, 0, 0]),
        (Le, compare::floats::<F32, false, { compare::relations(Le) }>, [1, 1, 0, 0]),
        (Gt, compare::floats::<F32, false, { compare::relations(Gt) }>, [0, 0, 1, 0]),
        (Ge, compare::floats::<F32, false, { compare::relations(Ge) }>, [0, 1, 1, 0]),
        (Equ, compare::floats::<F32, false, { compare::relations(Equ) }>, [0, 1, 0, 1]),
        (Neu, compare::floats::<F32, false, { compare::relations(Neu) }>, [1, 0, 1, 1]),
        (Ltu, compare::floats::<F32, false, { compare::relations(Ltu) }>, [1, 0, 0, 1]),
        (Leu, compare::floats::<F32, false, { compare::relations(Leu) }>, [1, 1, 0, 1]),
        (Gtu, compare::floats::<F32, false, { compare::relations(Gtu) }>, [0, 0, 1, 1]),
        (Geu, compare::floats::<F32, false, { compare::relations(Geu) }>, [0, 1, 1, 1]),
        (Num, compare::floats::<F32, false, NUMBERS>, [1, 1, 1, 0]),
        (Nan, compare::floats::<F32, false, { compare::relations(Nan) }>, [0, 0, 0, 1]),
    ];
    let bits = |x: f32| x.to_bits() as u64;
    for (comparison, compare, expected) in table {
        let results = [
            compare(bits(1.0), bits(2.0)),
            compare(bits(-0.0), bits(0.0)),
            compare(bits(3.0), bits(2.0)),
            compare(bits(f32::NAN), bits(2.0)),
        ];
        assert_eq!(results, expected, "{comparison}");
    }
}

#[test]
fn comparisons_flush_their_operands() {
    let equal = compare::floats::<F32, true, { compare::EQUAL }>;
    assert_eq!(equal(1, 0x8000_0001), 1);
    let equal = compare::floats::<F32, false, { compare::EQUAL }>;
    assert_eq!(equal(1, 0x8000_0001), 0);
}

#[test]
fn slct_takes_negative_zero_as_not_negative_and_nan_as_negative() {
    assert_eq!(compare::slct_f32::<false>(1, 2, F32::SIGN), 1);
    assert_eq!(compare::slct_f32::<false>(1, 2, F32::NAN), 2);
    assert_eq!(compare::slct_f32::<false>(1, 2, 0x8000_0001), 2);
    assert_eq!(compare::slct_f32::<true>(1, 2, 0x8000_0001), 1);
    assert_eq!(compare::slct_s32(1, 2, 0xffff_ffff), 2);
}

#[test]
fn testp_counts_zero_as_normal() {
    assert_eq!(compare::testp32::<4>(0), 1);
    assert_eq!(compare::testp32::<5>(0), 0);
    assert_eq!(compare::testp32::<5>(1), 1);
    assert_eq!(compare::testp64::<3>(float64::GENERATED_NAN), 1);
    assert_eq!(compare::testp64::<0>(f64::INFINITY.to_bits()), 0);
}

#[test]
fn copysign_takes_the_sign_of_its_first_operand() {
    let bits = |x: f32| x.to_bits() as u64;
    assert_eq!(crate::scalar::bits::copysign::<32>(bits(-1.0), bits(2.0)), bits(-2.0));
}
