//! The floating-point formats of PTX and how a number is rounded into one.
//!
//! Formats of up to 32 bits are computed through `f64`: an operation on them is exact there, or is rounded *to odd*
//! (an inexact result gets its last bit set), after which rounding to any format of at most 51 significant bits gives
//! what rounding the exact result would give (Boldo and Melquiond, "Emulation of FMA and correctly rounded sums").

/// Rounding modes as type parameters.
pub mod mode {
    /// To nearest, ties to even.
    pub const RN: u8 = 0;
    /// Towards zero.
    pub const RZ: u8 = 1;
    /// Towards minus infinity.
    pub const RM: u8 = 2;
    /// Towards plus infinity.
    pub const RP: u8 = 3;
    /// To nearest, ties away from zero.
    pub const RNA: u8 = 4;
}
use mode::*;

/// Whether a magnitude is rounded up to the next one: `rest` is what was cut off, in units where the next magnitude
/// is `2 * half` away.
#[inline(always)]
pub fn rounds_up<const R: u8>(negative: bool, is_odd: bool, rest: u64, half: u64) -> bool {
    match R {
        RN => rest > half || rest == half && is_odd,
        RNA => rest >= half,
        RM => negative && rest != 0,
        RP => !negative && rest != 0,
        _ => false,
    }
}

/// Whether a finite number too large for its format becomes infinity; else it becomes the largest finite number.
#[inline(always)]
pub fn overflows_to_infinity<const R: u8>(negative: bool) -> bool {
    match R {
        RN | RNA => true,
        RM => negative,
        RP => !negative,
        _ => false,
    }
}

/// The magnitude of a number that is not a NaN, rounded to `M` stored significand bits with an exponent of at least
/// `LEAST`, as IEEE 754 would encode it if its exponent field were large enough. Infinity counts as `f64` stores it.
#[inline(always)]
pub fn encode_magnitude<const LEAST: i32, const M: u32, const R: u8>(x: f64) -> u64 {
    let bits = x.to_bits();
    let magnitude = bits & !(1 << 63);
    // Numbers below 2^-1022 are zero to every format here but for their stickiness.
    let exponent = (magnitude >> 52) as i32 - 1023;
    let significand = magnitude & ((1 << 52) - 1) | ((exponent > -1023) as u64) << 52;
    let below = (LEAST - exponent).max(0) as u32;
    let shift = (52 - M + below).min(63);
    let (kept, rest) = (significand >> shift, significand & ((1 << shift) - 1));
    let up = rounds_up::<R>(bits >> 63 == 1, kept & 1 == 1, rest, 1 << (shift - 1));
    // The hidden bit of `kept` carries into the exponent field, as does a significand rounded up to the next power.
    (((exponent - LEAST).max(0) as u64) << M) + kept + up as u64
}

/// A binary format of IEEE 754's shape with `E` exponent bits, of which the least exponent is `LEAST`, and `M` stored
/// significand bits, from the exact (or rounded to odd) `f64`. NaN gives all ones without the sign: PTX's canonical
/// NaN.
#[inline(always)]
pub fn encode<const E: u32, const LEAST: i32, const M: u32, const R: u8>(x: f64) -> u64 {
    let negative = x.to_bits() >> 63 == 1;
    let infinity = ((1u64 << E) - 1) << M;
    let sign = (negative as u64) << (E + M);
    if x.is_nan() {
        return infinity | ((1 << M) - 1);
    }
    if x.is_infinite() {
        return sign | infinity;
    }
    let encoded = encode_magnitude::<LEAST, M, R>(x);
    let finite = if encoded < infinity {
        encoded
    } else if overflows_to_infinity::<R>(negative) {
        infinity
    } else {
        infinity - 1
    };
    sign | finite
}

/// The number that `E` exponent bits and `M` significand bits of IEEE 754's shape stand for.
#[inline(always)]
pub fn decode<const E: u32, const M: u32>(bits: u64) -> f64 {
    let sign = (bits >> (E + M) & 1) << 63;
    let field = bits >> M & ((1 << E) - 1);
    let significand = bits & ((1 << M) - 1);
    let magnitude = if field == (1 << E) - 1 {
        f64::from_bits(0x7ff0 << 48 | significand << (52 - M))
    } else if field == 0 {
        // Times 2^(least exponent - M), which is a power of two in range.
        significand as f64 * f64::from_bits(((1023 + 2 - (1i64 << (E - 1)) - M as i64) as u64) << 52)
    } else {
        f64::from_bits((field + 1024 - (1 << (E - 1))) << 52 | significand << (52 - M))
    };
    f64::from_bits(magnitude.to_bits() | sign)
}

/// A floating-point format of at most 32 bits that arithmetic knows.
pub trait Format {
    /// Width in bits.
    const BITS: u32;
    /// Stored significand bits.
    const SIGNIFICAND: u32;
    /// Canonical NaN.
    const NAN: u64 = (1 << (Self::BITS - 1)) - 1;
    /// 1.0
    const ONE: u64 = (Self::INFINITY >> 1) & !((1 << Self::SIGNIFICAND) - 1);
    /// Infinity.
    const INFINITY: u64 = ((1 << (Self::BITS - 1)) - 1) & !((1 << Self::SIGNIFICAND) - 1);
    /// The sign bit.
    const SIGN: u64 = 1 << (Self::BITS - 1);

    /// The number, exactly.
    fn decode(bits: u64) -> f64;
    /// The nearest number in mode `R` to an `f64` that is exact or rounded to odd.
    fn encode<const R: u8>(x: f64) -> u64;

    /// Whether these bits are a NaN.
    #[inline(always)]
    fn is_nan(bits: u64) -> bool {
        bits & !Self::SIGN > Self::INFINITY
    }
    /// Subnormal numbers become zero with their sign.
    #[inline(always)]
    fn flush(bits: u64) -> u64 {
        if bits & Self::INFINITY == 0 { bits & Self::SIGN } else { bits }
    }
    /// [`Format::flush`] if `FTZ`.
    #[inline(always)]
    fn flush_if<const FTZ: bool>(bits: u64) -> u64 {
        if FTZ { Self::flush(bits) } else { bits }
    }
    /// Clamped to [0, 1]; NaN gives +0.
    #[inline(always)]
    fn saturate(bits: u64) -> u64 {
        if bits & Self::SIGN != 0 || Self::is_nan(bits) { 0 } else { bits.min(Self::ONE) }
    }
    /// Negative numbers become +0; NaN becomes canonical.
    #[inline(always)]
    fn relu(bits: u64) -> u64 {
        if Self::is_nan(bits) {
            Self::NAN
        } else if bits & Self::SIGN != 0 {
            0
        } else {
            bits
        }
    }
}

/// `.f16`
pub enum F16 {}
/// `.bf16`
pub enum BF16 {}
/// `.f32`
pub enum F32 {}

impl Format for F16 {
    const BITS: u32 = 16;
    const SIGNIFICAND: u32 = 10;
    #[inline(always)]
    fn decode(bits: u64) -> f64 {
        decode::<5, 10>(bits)
    }
    #[inline(always)]
    fn encode<const R: u8>(x: f64) -> u64 {
        encode::<5, -14, 10, R>(x)
    }
}

impl Format for BF16 {
    const BITS: u32 = 16;
    const SIGNIFICAND: u32 = 7;
    #[inline(always)]
    fn decode(bits: u64) -> f64 {
        f32::from_bits((bits as u32) << 16) as f64
    }
    #[inline(always)]
    fn encode<const R: u8>(x: f64) -> u64 {
        encode::<8, -126, 7, R>(x)
    }
}

impl Format for F32 {
    const BITS: u32 = 32;
    const SIGNIFICAND: u32 = 23;
    #[inline(always)]
    fn decode(bits: u64) -> f64 {
        f32::from_bits(bits as u32) as f64
    }
    #[inline(always)]
    fn encode<const R: u8>(x: f64) -> u64 {
        if R == RN { canonical32(x as f32) } else { encode::<8, -126, 23, R>(x) }
    }
}

/// The bits of a computed `f32`, NaN as PTX's canonical one.
#[inline(always)]
pub fn canonical32(x: f32) -> u64 {
    if x.is_nan() { F32::NAN } else { x.to_bits() as u64 }
}
