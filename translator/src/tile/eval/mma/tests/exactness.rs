//! Floating-point sums are exact before they are rounded: compared with whole numbers of 128 bits, and at the edges.

use super::{Random, run};
use crate::tile::eval::collective::Values;
use crate::tile::mma::Mma;
use ptx_frontend::types::ScalarType;

/// Row 0 of A times column 0 of B, the same in all rows and columns, plus `c`.
fn dot(ty: ScalarType, d: ScalarType, a: &[u64; 16], b: &[u64; 16], c: u64) -> u64 {
    let mma = Mma::new((16, 8, 16), [d, ty, ty, ScalarType::F32]);
    // Of lane `4 * g + t`, the columns `2 * t`, `2 * t + 1` and those 8 further.
    let pair = |of: &[u64; 16], first: usize| -> Values {
        std::array::from_fn(|lane| of[lane % 4 * 2 + first] | of[lane % 4 * 2 + 1 + first] << 16)
    };
    let mut args = vec![pair(a, 0), pair(a, 0), pair(a, 8), pair(a, 8), pair(b, 0), pair(b, 8)];
    args.extend([[c; 32]; 4]);
    let found = run(mma, &args);
    let first = found[0][0];
    assert!(found.iter().all(|register| register.iter().all(|&bits| bits == first)), "all elements are the same");
    if d == ScalarType::F16 { first & 0xffff } else { first }
}

/// A `.bf16` or `.f32` whose exponent is between `-reach` and `reach`, as bits and as a multiple of `2^-(reach + 24)`.
fn random_real(random: &mut Random, significand: u32, reach: i32) -> (u32, i128) {
    let exponent = random.below(2 * reach as u64 + 1) as i32 - reach;
    let fraction = random.next() as u32 & ((1 << significand) - 1);
    let negative = random.below(2) == 1;
    let bits = u32::from(negative) << 31 | ((exponent + 127) as u32) << 23 | fraction << (23 - significand);
    let magnitude = i128::from(fraction | 1 << significand) << (exponent + reach + 24 - significand as i32);
    (bits, if negative { -magnitude } else { magnitude })
}

/// Sums of products of `.bf16`.
fn check_random(reach: i32, rounds: u64) {
    let mut random = Random(reach as u64);
    for round in 0..rounds {
        let mut pick = || {
            let (bits, value) = random_real(&mut random, 7, reach);
            // Units of 2^-(reach + 7) keep products of two within 127 bits.
            (u64::from(bits >> 16), value >> 17)
        };
        let (mut a, mut b, mut total) = ([0; 16], [0; 16], 0i128);
        for k in 0..16 {
            let (bits_a, value_a) = pick();
            let (bits_b, value_b) = pick();
            (a[k], b[k]) = (bits_a, bits_b);
            total += value_a * value_b;
        }
        let scale = 2 * (reach + 7);
        let (bits_c, value_c) = random_real(&mut random, 23, reach);
        let shift = scale - (reach + 24);
        // Bits of C below the unit would not fit the whole number.
        let (bits_c, value_c) = if shift >= 0 { (bits_c, value_c << shift) } else { (0, 0) };
        total += value_c;
        // A cast of an integer rounds to nearest even.
        let expected = (total as f32) as f64 * 2f64.powi(-scale);
        let found = f32::from_bits(dot(ScalarType::BF16, ScalarType::F32, &a, &b, bits_c.into()) as u32);
        assert_eq!(found.to_bits(), (expected as f32).to_bits(), "round {round}: {found} is not {expected}");
    }
}

#[test]
fn sums_are_rounded_once() {
    check_random(10, 2000);
    // Two numbers hold about 106 bits of a sum.
    check_random(20, 2000);
    // Here they do not hold all.
    check_random(26, 2000);
}

#[test]
fn half_precision_results_are_rounded_once() {
    let value = |bits: u64| -> i64 {
        let (exponent, fraction) = (bits >> 10 & 31, (bits & 0x3ff) as i64);
        let magnitude = if exponent == 0 { fraction } else { (fraction | 0x400) << (exponent - 1) };
        if bits >> 15 == 1 { -magnitude } else { magnitude }
    };
    let mut random = Random(5);
    for _ in 0..500 {
        // Numbers below 4, in units of 2^-24.
        let mut pick = || random.next() & 0x83ff | random.below(17) << 10;
        let (a, b): ([u64; 16], [u64; 16]) = (std::array::from_fn(|_| pick()), std::array::from_fn(|_| pick()));
        let total: i128 = a.iter().zip(&b).map(|(&a, &b)| i128::from(value(a)) * i128::from(value(b))).sum();
        let found = dot(ScalarType::F16, ScalarType::F16, &a, &b, 0);
        let off = |bits: u64| ((i128::from(value(bits)) << 24) - total).abs();
        for neighbour in [found.wrapping_sub(1), found + 1] {
            if neighbour & 0x7c00 == 0x7c00 || (neighbour ^ found) & 0x8000 != 0 {
                continue;
            }
            assert!(
                off(found) < off(neighbour) || off(found) == off(neighbour) && found & 1 == 0,
                "{found:#x} is not the nearest to {total}"
            );
        }
    }
}

/// Sums of two products of `.bf16`, of the rest zeros.
fn check(products: [(f32, f32); 2], c: f32, expected: f32) {
    let bits = |x: f32| u64::from(x.to_bits() >> 16);
    let (mut a, mut b) = ([0; 16], [0; 16]);
    for (i, (x, y)) in products.into_iter().enumerate() {
        (a[i * 9], b[i * 9]) = (bits(x), bits(y));
    }
    let found = dot(ScalarType::BF16, ScalarType::F32, &a, &b, c.to_bits().into());
    let canonical = if expected.is_nan() { 0x7fff_ffff } else { expected.to_bits().into() };
    assert_eq!(found, canonical, "{products:?} + {c}");
}

#[test]
fn cancellation_leaves_what_was_small() {
    let huge = 2f32.powi(120);
    check([(huge, huge), (-huge, huge)], 3.0, 3.0);
    check([(huge, huge), (-huge, huge)], f32::from_bits(1), f32::from_bits(1));
    check([(huge, 2.0), (-huge, 2.0)], -f32::MIN_POSITIVE, -f32::MIN_POSITIVE);
    // A tie that a far smaller number breaks.
    check([(2f32.powi(-12), 2f32.powi(-12)), (2f32.powi(-100), 2f32.powi(-100))], 1.0, 1.0 + f32::EPSILON);
    check([(2f32.powi(-12), 2f32.powi(-12)), (-2f32.powi(-100), 2f32.powi(-100))], 1.0, 1.0);
}

#[test]
fn infinities_and_nan_follow_ieee_754() {
    let inf = f32::INFINITY;
    check([(inf, 1.0), (1.0, 1.0)], 0.0, inf);
    check([(inf, -1.0), (1.0, 1.0)], 5.0, -inf);
    check([(inf, 0.0), (1.0, 1.0)], 0.0, f32::NAN);
    check([(inf, 1.0), (inf, -1.0)], 0.0, f32::NAN);
    check([(1.0, 1.0), (1.0, 1.0)], -inf, -inf);
    check([(f32::NAN, 1.0), (1.0, 1.0)], 0.0, f32::NAN);
    check([(2f32.powi(100), 2f32.powi(100)), (0.0, 0.0)], 0.0, inf);
    check([(2f32.powi(100), 2f32.powi(100)), (0.0, 0.0)], -inf, -inf);
}

#[test]
fn tf32_ignores_the_low_bits() {
    let mma = Mma::new((16, 8, 8), [ScalarType::F32, ScalarType::TF32, ScalarType::TF32, ScalarType::F32]);
    let mut args = vec![[0x3f80_1fff; 32]; 4];
    args.extend([[0x4000_0001; 32]; 2]);
    args.extend([[0; 32]; 4]);
    assert!(run(mma, &args).iter().all(|register| register.iter().all(|&bits| bits == 0x4180_0000)));
}
