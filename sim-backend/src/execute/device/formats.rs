//! Element types as the engines see them: every one is float32 inside Vector and Scalar.
//!
//! Casts from float32 round to nearest even; casts to integers saturate, NaN gives 0. Source: NKI 0.6.0 release notes
//! ("simulate" matches the hardware) and rounding-modes.rst. Stochastic rounding is not modelled: it is off by default.

use half::{bf16, f16};
use translator::neuron::words::Dtype;

/// How elements of a type become float32. Chosen once for an instruction, not for every element.
pub(super) fn decoder(dtype: Dtype) -> fn(u64) -> f32 {
    match dtype {
        Dtype::U8 => |bits| f32::from(bits as u8),
        Dtype::I8 => |bits| f32::from(bits as u8 as i8),
        Dtype::U16 => |bits| f32::from(bits as u16),
        Dtype::I16 => |bits| f32::from(bits as u16 as i16),
        Dtype::U32 => |bits| bits as u32 as f32,
        Dtype::I32 => |bits| bits as u32 as i32 as f32,
        Dtype::U64 => |bits| bits as f32,
        Dtype::I64 => |bits| bits as i64 as f32,
        Dtype::F32 => |bits| f32::from_bits(bits as u32),
        // 1-8-10 in the upper bits of a word; the engines ignore the rest.
        Dtype::TF32 => |bits| f32::from_bits(bits as u32 & !0x1fff),
        Dtype::F16 => |bits| f16::from_bits(bits as u16).to_f32(),
        Dtype::BF16 => |bits| bf16::from_bits(bits as u16).to_f32(),
        Dtype::F8E4M3 => |bits| E4M3.decode(bits as u8),
        Dtype::F8E5M2 => |bits| E5M2.decode(bits as u8),
        Dtype::F8E4M3FN => |bits| E4M3FN.decode(bits as u8),
        Dtype::F8E3M4 => |bits| E3M4.decode(bits as u8),
        Dtype::F8E8M0 => |bits| match bits as u8 {
            0xff => f32::NAN,
            exponent => 2f64.powi(i32::from(exponent) - 127) as f32,
        },
        Dtype::F8E4M3X4 | Dtype::F8E5M2X4 | Dtype::F4E2M1X4 => {
            unreachable!("the verifier admits packed types to the Tensor engine only")
        }
    }
}

/// How float32 becomes elements of a type.
pub(super) fn encoder(dtype: Dtype) -> fn(f32) -> u64 {
    // A value halfway between two integers goes to the even one; Rust's `as` truncates and saturates.
    match dtype {
        Dtype::U8 => |value| u64::from(value.round_ties_even() as u8),
        Dtype::I8 => |value| u64::from(value.round_ties_even() as i8 as u8),
        Dtype::U16 => |value| u64::from(value.round_ties_even() as u16),
        Dtype::I16 => |value| u64::from(value.round_ties_even() as i16 as u16),
        Dtype::U32 => |value| u64::from(value.round_ties_even() as u32),
        Dtype::I32 => |value| u64::from(value.round_ties_even() as i32 as u32),
        Dtype::U64 => |value| value.round_ties_even() as u64,
        Dtype::I64 => |value| value.round_ties_even() as i64 as u64,
        Dtype::F32 => |value| u64::from(value.to_bits()),
        Dtype::TF32 => |value| u64::from(to_tf32(value)),
        Dtype::F16 => |value| u64::from(f16::from_f32(value).to_bits()),
        Dtype::BF16 => |value| u64::from(bf16::from_f32(value).to_bits()),
        Dtype::F8E4M3 => |value| u64::from(E4M3.encode(value)),
        Dtype::F8E5M2 => |value| u64::from(E5M2.encode(value)),
        Dtype::F8E4M3FN => |value| u64::from(E4M3FN.encode(value)),
        Dtype::F8E3M4 => |value| u64::from(E3M4.encode(value)),
        Dtype::F8E8M0 => |value| match value {
            _ if value.is_nan() => 0xff,
            _ => u64::from((value.abs().to_bits() >> 23).min(0xfe) as u8),
        },
        Dtype::F8E4M3X4 | Dtype::F8E5M2X4 | Dtype::F4E2M1X4 => {
            unreachable!("the verifier admits packed types to the Tensor engine only")
        }
    }
}

/// The element with these bits as float32.
pub(super) fn to_f32(dtype: Dtype, bits: u64) -> f32 {
    decoder(dtype)(bits)
}

/// The bits of `value` cast to `dtype`.
pub(super) fn from_f32(dtype: Dtype, value: f32) -> u64 {
    encoder(dtype)(value)
}

/// The bits of an element of type `from`, cast to type `to`. Equal types are copied bit by bit; all others go through
/// float32, also integers to integers (so 32-bit integers beyond 2²⁴ round).
#[inline]
pub(super) fn cast(from: Dtype, to: Dtype, bits: u64) -> u64 {
    if from == to { bits } else { from_f32(to, to_f32(from, bits)) }
}

fn to_tf32(value: f32) -> u32 {
    let bits = value.to_bits();
    if value.is_nan() {
        return bits | 0x0040_0000;
    }
    let odd = bits >> 13 & 1;
    bits.wrapping_add(0xfff + odd) & !0x1fff
}

/// An 8-bit floating-point format.
struct Minifloat {
    mantissa_bits: u32,
    bias: i32,
    /// Whether the largest exponent means infinity and NaN, as in IEEE 754. Otherwise only all ones is NaN.
    ieee: bool,
}

/// Source: NKI shared tables (legacy e4m3 has infinities, its largest value is 240).
const E4M3: Minifloat = Minifloat { mantissa_bits: 3, bias: 7, ieee: true };
const E5M2: Minifloat = Minifloat { mantissa_bits: 2, bias: 15, ieee: true };
/// Source: OCP 8-bit floating point specification (largest value 448).
const E4M3FN: Minifloat = Minifloat { mantissa_bits: 3, bias: 7, ieee: false };
const E3M4: Minifloat = Minifloat { mantissa_bits: 4, bias: 3, ieee: true };

impl Minifloat {
    fn decode(&self, bits: u8) -> f32 {
        let magnitude = u32::from(bits & 0x7f);
        let (exponent, mantissa) = (magnitude >> self.mantissa_bits, magnitude & ((1 << self.mantissa_bits) - 1));
        let sign = if bits & 0x80 != 0 { -1.0 } else { 1.0 };
        let top = 0x7f >> self.mantissa_bits;
        if self.ieee && exponent == top {
            return if mantissa == 0 { sign * f32::INFINITY } else { f32::NAN };
        }
        if !self.ieee && magnitude == 0x7f {
            return f32::NAN;
        }
        let unit = 2f32.powi(exponent.max(1) as i32 - self.bias - self.mantissa_bits as i32);
        let hidden = if exponent == 0 { 0 } else { 1 << self.mantissa_bits };
        sign * (hidden + mantissa) as f32 * unit
    }

    fn encode(&self, value: f32) -> u8 {
        let sign = if value.is_sign_negative() { 0x80 } else { 0 };
        let top = 0x7f >> self.mantissa_bits;
        let infinity = (top << self.mantissa_bits) as u8;
        if value.is_nan() {
            return sign | 0x7f;
        }
        let magnitude = value.abs();
        let overflow = sign | if self.ieee { infinity } else { 0x7f };
        if magnitude.is_infinite() {
            return overflow;
        }
        let exponent = ((magnitude.to_bits() >> 23) as i32 - 127).max(1 - self.bias);
        // Rounding to the unit in the last place may carry into the next exponent; the sum below then carries too.
        let units = (magnitude / 2f32.powi(exponent - self.mantissa_bits as i32)).round_ties_even() as u32;
        let code = (((exponent + self.bias - 1) as u32) << self.mantissa_bits) + units;
        let limit = if self.ieee { u32::from(infinity) } else { 0x7f };
        if code >= limit { overflow } else { sign | code as u8 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn casts_to_integers_round_to_even_and_saturate() {
        assert_eq!(from_f32(Dtype::I32, 2.5) as i32, 2);
        assert_eq!(from_f32(Dtype::I32, 3.5) as i32, 4);
        assert_eq!(from_f32(Dtype::I32, -1.5) as u32 as i32, -2);
        assert_eq!(from_f32(Dtype::U8, 300.0), 255);
        assert_eq!(from_f32(Dtype::U8, -1.0), 0);
        assert_eq!(from_f32(Dtype::I16, f32::NAN), 0);
    }

    #[test]
    fn equal_types_copy_bits_and_others_go_through_float32() {
        assert_eq!(cast(Dtype::I32, Dtype::I32, 0x0100_0001), 0x0100_0001);
        assert_eq!(cast(Dtype::I32, Dtype::U32, 0x0100_0001), 0x0100_0000);
        assert_eq!(cast(Dtype::F32, Dtype::F32, 0x7f80_0001), 0x7f80_0001);
    }

    #[test]
    fn every_8_bit_float_survives_a_round_trip() {
        for format in [&E4M3, &E5M2, &E4M3FN, &E3M4] {
            for bits in 0..=255u8 {
                let value = format.decode(bits);
                if !value.is_nan() {
                    assert_eq!(format.encode(value), bits, "{value}");
                }
            }
        }
    }

    #[test]
    fn eight_bit_floats_have_their_published_limits() {
        assert_eq!(E4M3.decode(0x77), 240.0);
        assert_eq!(E4M3FN.decode(0x7e), 448.0);
        assert_eq!(E5M2.decode(0x7b), 57344.0);
        assert_eq!(E4M3.encode(1e9), 0x78);
        assert_eq!(E4M3FN.encode(1e9), 0x7f);
        assert_eq!(E4M3.encode(1.0625), E4M3.encode(1.0), "ties go to even");
    }

    #[test]
    fn tf32_keeps_ten_bits_of_mantissa() {
        assert_eq!(from_f32(Dtype::TF32, f32::from_bits(0x3f80_1000)), 0x3f80_0000);
        assert_eq!(from_f32(Dtype::TF32, f32::from_bits(0x3f80_3000)), 0x3f80_4000);
    }
}
