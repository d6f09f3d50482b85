//! The floating-point formats of arithmetic, and `rustc_apfloat` on register bits.

use ptx_frontend::types::ScalarType;
use rustc_apfloat::ieee::{BFloat, Double, Half, Single};
use rustc_apfloat::{Float, FloatConvert, Round};

/// A format of arithmetic.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format {
    /// `.f16`
    F16,
    /// `.bf16`
    BF16,
    /// `.f32`
    F32,
    /// `.f64`
    F64,
}

/// Runs the body with `$F` as the format's type.
macro_rules! in_format {
    ($format:expr, $F:ident => $body:expr) => {
        match $format {
            $crate::sweep::oracle::format::Format::F16 => {
                type $F = rustc_apfloat::ieee::Half;
                $body
            }
            $crate::sweep::oracle::format::Format::BF16 => {
                type $F = rustc_apfloat::ieee::BFloat;
                $body
            }
            $crate::sweep::oracle::format::Format::F32 => {
                type $F = rustc_apfloat::ieee::Single;
                $body
            }
            $crate::sweep::oracle::format::Format::F64 => {
                type $F = rustc_apfloat::ieee::Double;
                $body
            }
        }
    };
}
pub(super) use in_format;

impl Format {
    /// The format of a scalar type.
    pub fn of(ty: ScalarType) -> Option<Format> {
        match ty {
            ScalarType::F16 => Some(Format::F16),
            ScalarType::BF16 => Some(Format::BF16),
            ScalarType::F32 => Some(Format::F32),
            ScalarType::F64 => Some(Format::F64),
            _ => None,
        }
    }

    /// The format of a scalar or packed type, and how many values lie in it.
    pub fn packed(ty: ScalarType) -> Option<(Format, u32)> {
        match ty {
            ScalarType::F16x2 => Some((Format::F16, 2)),
            ScalarType::BF16x2 => Some((Format::BF16, 2)),
            ScalarType::F32x2 => Some((Format::F32, 2)),
            _ => Format::of(ty).map(|format| (format, 1)),
        }
    }

    /// Width.
    pub fn bits(self) -> u32 {
        match self {
            Format::F16 | Format::BF16 => 16,
            Format::F32 => 32,
            Format::F64 => 64,
        }
    }

    /// Bits of the significand that are stored.
    pub fn fraction(self) -> u32 {
        match self {
            Format::F16 => 10,
            Format::BF16 => 7,
            Format::F32 => 23,
            Format::F64 => 52,
        }
    }

    /// The exponent of the smallest normal number.
    pub fn least_exponent(self) -> i32 {
        match self {
            Format::F16 => -14,
            Format::BF16 | Format::F32 => -126,
            Format::F64 => -1022,
        }
    }

    /// The sign bit.
    pub fn sign(self) -> u64 {
        1 << (self.bits() - 1)
    }

    /// Infinity.
    pub fn infinity(self) -> u64 {
        (self.sign() - 1) >> self.fraction() << self.fraction()
    }

    /// The NaN that instructions make; double precision has no single one.
    pub fn canonical_nan(self) -> u64 {
        self.sign() - 1
    }

    /// One.
    pub fn one(self) -> u64 {
        (self.infinity() >> 1) >> self.fraction() << self.fraction()
    }

    /// The largest number.
    pub fn largest(self) -> u64 {
        self.infinity() - 1
    }

    /// Whether the bits are a NaN.
    pub fn is_nan(self, bits: u64) -> bool {
        bits & (self.sign() - 1) > self.infinity()
    }

    /// Whether the bits are subnormal.
    pub fn is_subnormal(self, bits: u64) -> bool {
        let magnitude = bits & (self.sign() - 1);
        magnitude != 0 && magnitude < 1 << self.fraction()
    }

    /// Subnormal bits as zero with their sign.
    pub fn flushed(self, bits: u64) -> u64 {
        if self.is_subnormal(bits) { bits & self.sign() } else { bits }
    }

    /// The value; formats other than double precision lose nothing.
    pub fn value(self, bits: u64) -> f64 {
        let mut lossy = false;
        let double: Double = in_format!(self, F => F::from_bits(bits.into()).convert(&mut lossy).value);
        f64::from_bits(double.to_bits() as u64)
    }

    /// A double, rounded into the format.
    pub fn rounded(self, value: f64, round: Round) -> u64 {
        self.converted(Format::F64, value.to_bits(), round)
    }

    /// Bits of another format, rounded into this one.
    pub fn converted(self, from: Format, bits: u64, round: Round) -> u64 {
        let mut lossy = false;
        let convert = |double: Double| -> u64 {
            let mut lossy = false;
            match self {
                Format::F16 => FloatConvert::<Half>::convert_r(double, round, &mut lossy).value.to_bits() as u64,
                Format::BF16 => FloatConvert::<BFloat>::convert_r(double, round, &mut lossy).value.to_bits() as u64,
                Format::F32 => FloatConvert::<Single>::convert_r(double, round, &mut lossy).value.to_bits() as u64,
                Format::F64 => double.to_bits() as u64,
            }
        };
        // Every format fits in double precision, so that this step is exact.
        let double: Double = in_format!(from, F => F::from_bits(bits.into()).convert(&mut lossy).value);
        convert(double)
    }
}
