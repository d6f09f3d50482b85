//! The formats of 8 bits and less: fp8 (`e4m3`, `e5m2`), fp6 (`e3m2`, `e2m3`), fp4 (`e2m1`), powers of two (`ue8m0`)
//! and fixed point (`s2f6`). They exist in memory and in `cvt` only.

use super::convert::integral;
use super::format::mode::{RN, RP, RZ};
use super::format::{BF16, F16, F32, Format, encode_magnitude};
use super::low;

/// A format of 8 bits and less with a sign. None has infinities as far as `cvt` is concerned: results always clamp to
/// the largest number (`.satfinite`).
pub trait Small {
    /// Bits of an element.
    const BITS: u32;
    /// Bits of an element in a packed pair: fp6 lies in bytes, fp4 does not.
    const SLOT: u32;
    /// The magnitude that is the largest number.
    const MAX: u64;
    /// What a NaN becomes: the canonical NaN, or the largest number where there is none.
    const NAN: u64;
    /// The magnitude of `x`, unclamped.
    fn magnitude<const R: u8>(x: f64) -> u64;
    /// The number with this magnitude.
    fn decode(magnitude: u64) -> f64;
}

macro_rules! small_formats {
    ($($(#[$doc:meta])* $name:ident: least $least:literal, significand $m:literal, bits $bits:literal, slot $slot:literal,
        max $max:literal, nan $nan:literal;)*) => {
        $($(#[$doc])*
        pub enum $name {}

        impl Small for $name {
            const BITS: u32 = $bits;
            const SLOT: u32 = $slot;
            const MAX: u64 = $max;
            const NAN: u64 = $nan;
            #[inline(always)]
            fn magnitude<const R: u8>(x: f64) -> u64 {
                encode_magnitude::<$least, $m, R>(x)
            }
            #[inline(always)]
            fn decode(magnitude: u64) -> f64 {
                if magnitude > $max {
                    // Only e5m2 has the infinity of IEEE 754.
                    return if $m == 2 && magnitude == 0x7c { f64::INFINITY } else { f64::NAN };
                }
                let field = magnitude >> $m;
                let significand = if field == 0 { magnitude } else { magnitude & ((1 << $m) - 1) | 1 << $m };
                let exponent = $least - $m + field.max(1) as i64 - 1;
                significand as f64 * f64::from_bits(((1023 + exponent) as u64) << 52)
            }
        })*
    };
}

small_formats! {
    /// `.e4m3`
    E4M3: least -6, significand 3, bits 8, slot 8, max 0x7e, nan 0x7f;
    /// `.e5m2`
    E5M2: least -14, significand 2, bits 8, slot 8, max 0x7b, nan 0x7f;
    /// `.e3m2`
    E3M2: least -2, significand 2, bits 6, slot 8, max 0x1f, nan 0x1f;
    /// `.e2m3`
    E2M3: least 0, significand 3, bits 6, slot 8, max 0x1f, nan 0x1f;
    /// `.e2m1`
    E2M1: least 0, significand 1, bits 4, slot 4, max 0x7, nan 0x7;
}

/// A number clamped and rounded into a small format.
#[inline(always)]
pub fn encode<G: Small, const R: u8, const RELU: bool>(x: f64) -> u64 {
    if x.is_nan() {
        return G::NAN;
    }
    if RELU && x.is_sign_negative() {
        return 0;
    }
    let sign = (x.is_sign_negative() as u64) << (G::BITS - 1);
    let magnitude = if x.is_infinite() { G::MAX } else { G::magnitude::<R>(x).min(G::MAX) };
    sign | magnitude
}

/// Two `.f32` to a pair, `a` above `b`.
#[inline(always)]
pub fn pair<G: Small, const RELU: bool>(a: u64, b: u64) -> u64 {
    encode::<G, RN, RELU>(F32::decode(a)) << G::SLOT | encode::<G, RN, RELU>(F32::decode(b))
}

/// Both halves of a 16-bit packed type to a pair.
#[inline(always)]
pub fn pair_of_halves<F: Format, G: Small, const RELU: bool>(a: u64) -> u64 {
    encode::<G, RN, RELU>(F::decode(a >> 16)) << G::SLOT | encode::<G, RN, RELU>(F::decode(low::<16>(a)))
}

/// The number that an element stands for.
#[inline(always)]
fn number<G: Small>(bits: u64) -> f64 {
    let sign_bit = 1 << (G::BITS - 1);
    let magnitude = G::decode(bits & (sign_bit - 1));
    if bits & sign_bit != 0 { -magnitude } else { magnitude }
}

/// A pair to `.f16x2`, exactly.
#[inline(always)]
pub fn widen<G: Small, const RELU: bool>(a: u64) -> u64 {
    let element = |bits: u64| {
        let half = F16::encode::<RN>(number::<G>(bits));
        if RELU { F16::relu(half) } else { half }
    };
    element(a >> G::SLOT) << 16 | element(a & ((1 << G::SLOT) - 1))
}

/// Two scale factors, both 1.
pub const UNSCALED: u64 = 0x7f7f;

/// The number that a `.ue8m0` stands for.
#[inline(always)]
fn power_of_two(exponent: u64) -> f64 {
    match low::<8>(exponent) {
        0xff => f64::NAN,
        exponent => f64::from_bits((exponent + 1023 - 127) << 52),
    }
}

/// A number times a power of two, as a `.bf16`.
#[inline(always)]
fn scaled<const RELU: bool, const SATFINITE: bool>(x: f64, scale: u64) -> u64 {
    let bits = BF16::encode::<RN>(x * power_of_two(scale));
    let is_infinite = bits & !BF16::SIGN == BF16::INFINITY;
    let bits = if SATFINITE && is_infinite { bits - 1 } else { bits };
    if RELU { BF16::relu(bits) } else { bits }
}

/// A pair to `.bf16x2`, each element times its scale factor.
#[inline(always)]
pub fn widen_scaled<G: Small, const RELU: bool, const SATFINITE: bool>(a: u64, scales: u64) -> u64 {
    let (high, low) = (number::<G>(a >> G::SLOT), number::<G>(a & ((1 << G::SLOT) - 1)));
    scaled::<RELU, SATFINITE>(high, scales >> 8) << 16 | scaled::<RELU, SATFINITE>(low, scales)
}

/// `.s2f6x2` to `.bf16x2`, each element times its scale factor.
#[inline(always)]
pub fn widen_fixed<const RELU: bool, const SATFINITE: bool>(a: u64, scales: u64) -> u64 {
    let element = |bits: u64| f64::from(bits as u8 as i8) / 64.0;
    scaled::<RELU, SATFINITE>(element(a >> 8), scales >> 8) << 16 | scaled::<RELU, SATFINITE>(element(a), scales)
}

/// A number divided by its scale factor, as a `.s2f6`; a NaN becomes the largest number.
#[inline(always)]
fn fixed<const RELU: bool>(x: f64, scale: u64) -> u64 {
    let x = x / power_of_two(scale);
    if x.is_nan() {
        return 0x7f;
    }
    let x = if RELU { x.max(0.0) } else { x };
    low::<8>(integral::<RN>(x * 64.0).clamp(-128.0, 127.0) as i64 as u64)
}

/// Two `.f32` to `.s2f6x2`, `a` above `b`, each divided by its scale factor first.
#[inline(always)]
pub fn fixed_pair<const RELU: bool>(a: u64, b: u64, scales: u64) -> u64 {
    fixed::<RELU>(F32::decode(a), scales >> 8) << 8 | fixed::<RELU>(F32::decode(b), scales)
}

/// `.bf16x2` to `.s2f6x2`, each half divided by its scale factor first.
#[inline(always)]
pub fn fixed_of_halves<const RELU: bool>(a: u64, scales: u64) -> u64 {
    fixed::<RELU>(BF16::decode(a >> 16), scales >> 8) << 8 | fixed::<RELU>(BF16::decode(low::<16>(a)), scales)
}

/// The random bits of the first and of the second pair of four elements.
fn random_of_pairs<G: Small>(random: u64) -> [u64; 2] {
    if G::SLOT == 4 {
        let byte = |at: u32| low::<8>(random >> at);
        [byte(24) << 8 | byte(8), byte(16) << 8 | byte(0)]
    } else {
        [low::<16>(random >> 16), low::<16>(random)]
    }
}

/// Four `.f32` to four elements with stochastic rounding, `elements[0]` highest. Sixteen random bits, which the two
/// elements of a pair share, are added to the first bits that are cut off; a carry rounds away from zero.
pub fn quad_stochastic<G: Small, const RELU: bool>(elements: [u64; 4], random: u64) -> u64 {
    let random = random_of_pairs::<G>(random);
    elements.into_iter().enumerate().fold(0, |quad, (i, bits)| {
        let x = F32::decode(bits);
        let down = encode::<G, RZ, RELU>(x);
        let magnitude = 1 << (G::BITS - 1);
        let low_end = G::decode(down & (magnitude - 1));
        let next = (down & (magnitude - 1)) + 1;
        // How far `x` is between its neighbours, in 65536ths.
        // What is no number, or is made zero, has no neighbours.
        let is_up = next <= G::MAX && !(RELU && x.is_sign_negative()) && !x.is_nan() && {
            let fraction = (x.abs() - low_end) / (G::decode(next) - low_end);
            (fraction * 65536.0) as u64 + random[i / 2] >= 65536
        };
        (quad << G::SLOT) | (down + is_up as u64)
    })
}

/// The exponent that `.ue8m0` stores for the magnitude of a `.f32`, rounded up (`RP`) or down; 0xff is NaN.
#[inline(always)]
fn ue8m0<const R: u8, const SATFINITE: bool>(a: u64) -> u64 {
    let magnitude = a & !F32::SIGN;
    if magnitude > F32::INFINITY {
        return 0xff;
    }
    let exponent = magnitude >> F32::SIGNIFICAND;
    let fraction = magnitude & ((1 << F32::SIGNIFICAND) - 1);
    // Exponent 0 stands for 2^-127, the middle of the subnormal numbers.
    let is_between = if exponent == 0 { fraction > 1 << 22 } else { fraction != 0 };
    let rounded = exponent + (R == RP && is_between) as u64;
    if SATFINITE { rounded.min(0xfe) } else { rounded }
}

/// Two `.f32` to `.ue8m0x2`, `a` above `b`.
#[inline(always)]
pub fn ue8m0_pair<const R: u8, const SATFINITE: bool>(a: u64, b: u64) -> u64 {
    ue8m0::<R, SATFINITE>(a) << 8 | ue8m0::<R, SATFINITE>(b)
}

/// `.bf16x2` to `.ue8m0x2`.
#[inline(always)]
pub fn ue8m0_of_halves<const R: u8, const SATFINITE: bool>(a: u64) -> u64 {
    // A `.bf16` is the high half of a `.f32`.
    ue8m0_pair::<R, SATFINITE>(a & 0xffff_0000, low::<16>(a) << 16)
}

/// `.ue8m0x2` to `.bf16x2`, exactly.
pub fn widen_ue8m0(a: u64) -> u64 {
    let element = |exponent: u64| match exponent {
        0xff => BF16::NAN,
        0 => 1 << (BF16::SIGNIFICAND - 1),
        _ => exponent << BF16::SIGNIFICAND,
    };
    element(a >> 8) << 16 | element(a & 0xff)
}
