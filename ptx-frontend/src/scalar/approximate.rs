//! The `.approx` functions: evaluated in double precision by series of our own, then rounded once.
//!
//! PTX bounds their errors and leaves the bits open. These are within one unit in the last place of the exact result,
//! far inside every bound, and the same on every host: only IEEE 754 additions, multiplications, divisions and square
//! roots are used.

use super::format::mode::RN;
use super::format::{F32, Format};

/// `f` evaluated in a format.
#[inline(always)]
fn through<F: Format, const FTZ: bool>(a: u64, f: impl Fn(f64) -> f64) -> u64 {
    F::flush_if::<FTZ>(F::encode::<RN>(f(F::decode(F::flush_if::<FTZ>(a)))))
}

/// The polynomial with these coefficients, highest first.
#[inline(always)]
fn polynomial<const N: usize>(x: f64, coefficients: [f64; N]) -> f64 {
    coefficients.into_iter().fold(0.0, |sum, coefficient| sum * x + coefficient)
}

/// 1/n!, from n = N - 1 down to 0 in steps of one.
const fn inverse_factorials<const N: usize>() -> [f64; N] {
    let mut coefficients = [1.0; N];
    let mut factorial = 1.0;
    let mut n = 1;
    while n < N {
        factorial *= n as f64;
        coefficients[N - 1 - n] = 1.0 / factorial;
        n += 1;
    }
    coefficients
}

/// 2^n for n in the range of normal numbers.
#[inline(always)]
fn power_of_two(n: i64) -> f64 {
    f64::from_bits(((n + 1023) as u64) << 52)
}

/// 2^x.
fn exp2(x: f64) -> f64 {
    if x.is_nan() {
        return x;
    }
    // Past every format's range in both directions.
    let x = x.clamp(-400.0, 400.0);
    let n = super::convert::integral::<RN>(x);
    let fraction = (x - n) * std::f64::consts::LN_2;
    polynomial(fraction, const { inverse_factorials::<16>() }) * power_of_two(n as i64)
}

/// log2(x).
fn log2(x: f64) -> f64 {
    if x.is_nan() || x < 0.0 {
        return f64::NAN;
    }
    if x == 0.0 {
        return f64::NEG_INFINITY;
    }
    if x.is_infinite() {
        return x;
    }
    // x = m 2^e with m near 1; numbers from `.f32` are normal here.
    let bits = x.to_bits();
    let above = (bits & ((1 << 52) - 1)) > (std::f64::consts::SQRT_2.to_bits() & ((1 << 52) - 1));
    let exponent = (bits >> 52) as i64 - 1023 + above as i64;
    let m = f64::from_bits(bits & ((1 << 52) - 1) | (1023 - above as u64) << 52);
    // log(m) = 2 atanh(s) = 2 (s + s^3/3 + s^5/5 + ...)
    let s = (m - 1.0) / (m + 1.0);
    let square = s * s;
    let series = (0..13).rev().fold(0.0, |sum, k| sum * square + 1.0 / (2 * k + 1) as f64);
    exponent as f64 + s * series * (2.0 * std::f64::consts::LOG2_E)
}

/// Arguments below this are reduced in double precision.
const MODERATE: f64 = 65536.0;
/// The first 33 bits of pi/2, and the rest.
const HALF_PI: [f64; 2] = [f64::from_bits(0x3ff9_21fb_5440_0000), f64::from_bits(0x3dd0_b461_1a62_6331)];
/// 2/pi in units of 2^-256, most significant word first, between words of zeros.
const PADDED_TWO_OVER_PI: [u64; 6] =
    [0, 0xa2f9_836e_4e44_1529, 0xfc27_57d1_f534_ddc0, 0xdb62_9599_3c43_9041, 0xfe51_63ab_debb_c561, 0];

/// The quadrant of `x`, modulo 4, and what is left, in [-pi/4, pi/4]. `x` is a finite `.f32`.
fn reduce(x: f64) -> (u64, f64) {
    let magnitude = x.abs();
    if magnitude < std::f64::consts::FRAC_PI_4 {
        return (0, x);
    }
    if magnitude < MODERATE {
        // The high part of pi/2 has 33 bits: its product with the quotient is exact (Cody and Waite).
        let quotient = super::convert::integral::<RN>(x * std::f64::consts::FRAC_2_PI);
        let rest = (x - quotient * HALF_PI[0]) - quotient * HALF_PI[1];
        return (quotient as i64 as u64 & 3, rest);
    }
    // magnitude = m 2^e, m an integer of 24 bits, e from -24 to 104.
    let bits = magnitude.to_bits();
    let exponent = (bits >> 52) as i32 - 1023 - 23;
    let m = (bits & ((1 << 52) - 1) | 1 << 52) >> 29;
    // The quotient m 2^e 2/pi modulo 4 in units of 2^-126: of 2/pi only the bits from 2^(2-e) down matter.
    let window = |from: i32| {
        // 64 bits of 2/pi, the first of weight 2^-(from + 1).
        let at = (from + 64) as usize;
        let (word, shift) = (at / 64, at % 64);
        PADDED_TWO_OVER_PI[word] << shift | (PADDED_TWO_OVER_PI[word + 1] >> 1) >> (63 - shift)
    };
    // Bits of weight 2^(1-e) and above give multiples of 4 (m is an integer).
    let first = exponent - 2;
    let (high, low) = (window(first), window(first + 64));
    // `high` counts units of 2^(-62), so the product wraps at 4 in 64 bits.
    let product = ((high as u128) << 64 | low as u128).wrapping_mul(m as u128);
    let quadrant = (product >> 126) as u64;
    let fraction = product << 2;
    // To the nearest quadrant; the fraction is a signed number of 128 bits, 2^128 a whole quadrant.
    let (quadrant, fraction) = (quadrant + (fraction >> 127) as u64, fraction as i128);
    let rest = fraction as f64 * power_of_two(-128) * std::f64::consts::FRAC_PI_2;
    if x < 0.0 { (quadrant.wrapping_neg() & 3, -rest) } else { (quadrant & 3, rest) }
}

/// sin(x) for x in [-pi/4, pi/4].
fn sin_series(x: f64) -> f64 {
    let square = x * x;
    // x - x^3/3! + x^5/5! - ...
    let series = (1..9).rev().fold(1.0, |sum, k| 1.0 - sum * square / (2 * k * (2 * k + 1)) as f64);
    x * series
}

/// cos(x) for x in [-pi/4, pi/4].
fn cos_series(x: f64) -> f64 {
    let square = x * x;
    (1..10).rev().fold(1.0, |sum, k| 1.0 - sum * square / (2 * k * (2 * k - 1)) as f64)
}

fn sine_of_quadrant(quadrant: u64, x: f64) -> f64 {
    match quadrant & 3 {
        0 => sin_series(x),
        1 => cos_series(x),
        2 => -sin_series(x),
        _ => -cos_series(x),
    }
}

fn sine(x: f64) -> f64 {
    if !x.is_finite() {
        return f64::NAN;
    }
    let (quadrant, rest) = reduce(x);
    sine_of_quadrant(quadrant, rest)
}

fn cosine(x: f64) -> f64 {
    if !x.is_finite() {
        return f64::NAN;
    }
    let (quadrant, rest) = reduce(x);
    sine_of_quadrant(quadrant + 1, rest)
}

fn hyperbolic_tangent(x: f64) -> f64 {
    let magnitude = x.abs();
    if x.is_nan() {
        x
    } else if magnitude < 1.0 {
        // Lambert's continued fraction x / (1 + x^2 / (3 + x^2 / (5 + ...))).
        let square = x * x;
        let denominator = (0..12).rev().fold(25.0, |rest, k| (2 * k + 1) as f64 + square / rest);
        x / denominator
    } else {
        let e = exp2(magnitude * (2.0 * std::f64::consts::LOG2_E));
        (1.0 - 2.0 / (e + 1.0)).copysign(x)
    }
}

/// `ex2.approx`
pub fn ex2<F: Format, const FTZ: bool>(a: u64) -> u64 {
    through::<F, FTZ>(a, exp2)
}

/// `lg2.approx.f32`
pub fn lg2<const FTZ: bool>(a: u64) -> u64 {
    through::<F32, FTZ>(a, log2)
}

/// `sin.approx.f32`
pub fn sin<const FTZ: bool>(a: u64) -> u64 {
    through::<F32, FTZ>(a, sine)
}

/// `cos.approx.f32`
pub fn cos<const FTZ: bool>(a: u64) -> u64 {
    through::<F32, FTZ>(a, cosine)
}

/// `tanh.approx`
pub fn tanh<F: Format>(a: u64) -> u64 {
    through::<F, false>(a, hyperbolic_tangent)
}

/// `rsqrt.approx.f32`
pub fn rsqrt<const FTZ: bool>(a: u64) -> u64 {
    through::<F32, FTZ>(a, |x| 1.0 / x.sqrt())
}

/// `div.approx.f32`: like multiplying by a flushed reciprocal where the divisor exceeds 2^126.
pub fn div<const FTZ: bool>(a: u64, b: u64) -> u64 {
    const LIMIT: u64 = 0x7e80_0000;
    let magnitude = b & !F32::SIGN;
    if magnitude > LIMIT && magnitude < F32::INFINITY {
        return super::float::mul::<F32, RN, FTZ, false>(a, b & F32::SIGN);
    }
    super::float::div::<RN, FTZ>(a, b)
}

/// What the `.approx.ftz.f64` functions make of the upper word of `a`; the result has only an upper word as well.
#[inline(always)]
fn through_upper_word(a: u64, f: impl Fn(f64) -> f64) -> u64 {
    const SIGN: u64 = 1 << 63;
    const INFINITY: u64 = 0x7ff0 << 48;
    let flush = |bits: u64| if bits & INFINITY == 0 { bits & SIGN } else { bits };
    let result = f(f64::from_bits(flush(a & 0xffff_ffff_0000_0000)));
    // A NaN may lie in the lower word alone.
    if result.is_nan() || super::float64::is_nan(a) {
        return 0x7fff_ffff_0000_0000;
    }
    let bits = result.to_bits();
    // To nearest; infinity has nothing to round.
    let rounded = (bits + 0x8000_0000) & 0xffff_ffff_0000_0000;
    flush(rounded)
}

/// `rcp.approx.ftz.f64`
pub fn rcp_upper_word(a: u64) -> u64 {
    through_upper_word(a, |x| 1.0 / x)
}

/// `rsqrt.approx.ftz.f64`
pub fn rsqrt_upper_word(a: u64) -> u64 {
    through_upper_word(a, |x| 1.0 / x.sqrt())
}

/// `rsqrt.approx.f64`
pub fn rsqrt64(a: u64) -> u64 {
    let root = super::float64::sqrt::<RN>(a);
    super::float64::div::<RN>(1f64.to_bits(), root)
}
