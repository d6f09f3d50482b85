//! Operands worth trying, and `rustc_apfloat` on register bits.

use rustc_apfloat::Float;
use rustc_apfloat::ieee::{BFloat, Double, Half, Single};

/// A format as the oracle knows it.
pub(super) trait Oracle: Float {
    const WIDTH: u32;
    const SIGNIFICAND: u32;
}
impl Oracle for Half {
    const WIDTH: u32 = 16;
    const SIGNIFICAND: u32 = 10;
}
impl Oracle for BFloat {
    const WIDTH: u32 = 16;
    const SIGNIFICAND: u32 = 7;
}
impl Oracle for Single {
    const WIDTH: u32 = 32;
    const SIGNIFICAND: u32 = 23;
}
impl Oracle for Double {
    const WIDTH: u32 = 64;
    const SIGNIFICAND: u32 = 52;
}

/// Runs a block for each of the rounding modes that arithmetic knows: `$R` is the constant, `$round` the oracle's name.
macro_rules! each_mode {
    ($R:ident, $round:ident => $body:expr) => {{
        use crate::scalar::format::mode;
        use rustc_apfloat::Round;
        {
            const $R: u8 = mode::RN;
            let $round = Round::NearestTiesToEven;
            $body
        }
        {
            const $R: u8 = mode::RZ;
            let $round = Round::TowardZero;
            $body
        }
        {
            const $R: u8 = mode::RM;
            let $round = Round::TowardNegative;
            $body
        }
        {
            const $R: u8 = mode::RP;
            let $round = Round::TowardPositive;
            $body
        }
    }};
}
pub(super) use each_mode;

/// A small generator of random numbers (splitmix64), the same on every run.
pub(super) struct Random(pub(super) u64);

impl Random {
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }

    /// A number below the limit.
    pub(super) fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }
}

pub(super) fn low(width: u32, bits: u64) -> u64 {
    if width == 64 { bits } else { bits & ((1 << width) - 1) }
}

/// The corners of a format.
pub(super) fn specials<F: Oracle>() -> Vec<u64> {
    let infinity = low(F::WIDTH - 1, u64::MAX) >> F::SIGNIFICAND << F::SIGNIFICAND;
    let one = (infinity >> 1) >> F::SIGNIFICAND << F::SIGNIFICAND;
    let unit = 1u64 << F::SIGNIFICAND;
    let magnitudes = [
        0,
        1,
        2,
        3,
        unit - 1,
        unit,
        unit + 1,
        2 * unit,
        one - unit,
        one - 1,
        one,
        one + 1,
        one + unit / 2,
        one + unit,
        one + 2 * unit - 1,
        infinity - unit,
        infinity - 1,
        infinity,
        infinity + 1,
        infinity + unit / 2,
        infinity + unit - 1,
    ];
    magnitudes.into_iter().flat_map(|m| [m, m | 1 << (F::WIDTH - 1)]).collect()
}

/// A random operand: any bits, a corner, near a corner, near another operand, or with few significant bits.
pub(super) fn operand<F: Oracle>(random: &mut Random, specials: &[u64], near: u64) -> u64 {
    let bits = match random.below(8) {
        0 => specials[random.below(specials.len() as u64) as usize],
        1 => specials[random.below(specials.len() as u64) as usize].wrapping_add(random.below(5)).wrapping_sub(2),
        2 => near ^ random.below(1 << 4) ^ (random.below(2) << (F::WIDTH - 1)),
        3 => near.wrapping_add((random.next() % (1 << (F::SIGNIFICAND + 4))) ^ (random.below(2) << (F::WIDTH - 1))),
        4 => random.next() & !low(F::SIGNIFICAND - 2, u64::MAX),
        _ => random.next(),
    };
    low(F::WIDTH, bits)
}

/// Triples of operands: all pairs of corners with a few thirds, then random ones.
pub(super) fn triples<F: Oracle>(count: usize, mut check: impl FnMut(u64, u64, u64)) {
    let corners = specials::<F>();
    let mut random = Random(F::WIDTH as u64 + F::SIGNIFICAND as u64);
    for &a in &corners {
        for &b in &corners {
            check(a, b, corners[random.below(corners.len() as u64) as usize]);
            check(a, b, operand::<F>(&mut random, &corners, a));
        }
    }
    for _ in 0..count {
        let a = operand::<F>(&mut random, &corners, 0);
        let b = operand::<F>(&mut random, &corners, a);
        let near = if random.below(2) == 0 { a } else { F::product_bits(a, b) };
        check(a, b, operand::<F>(&mut random, &corners, near));
    }
}

/// Bits of the product, as a neighbourhood for addends that cancel it.
pub(super) trait Product {
    fn product_bits(a: u64, b: u64) -> u64;
}
impl<F: Oracle> Product for F {
    fn product_bits(a: u64, b: u64) -> u64 {
        (F::from_bits(a as u128) * F::from_bits(b as u128)).value.to_bits() as u64
    }
}

/// Result bits with PTX's canonical NaN (up to 32 bits), or any NaN as the generated one (64 bits).
pub(super) fn canonical<F: Oracle>(x: F) -> u64 {
    match (x.is_nan(), F::WIDTH) {
        (false, _) => x.to_bits() as u64,
        (true, 64) => crate::scalar::float64::GENERATED_NAN,
        (true, width) => low(width - 1, u64::MAX),
    }
}

/// The same treatment for a result under test.
pub(super) fn any_nan<F: Oracle>(bits: u64) -> u64 {
    if F::WIDTH == 64 && F::from_bits(bits as u128).is_nan() { crate::scalar::float64::GENERATED_NAN } else { bits }
}

pub(super) fn of<F: Oracle>(bits: u64) -> F {
    F::from_bits(bits as u128)
}

/// Subnormal bits become zero.
pub(super) fn flushed<F: Oracle>(bits: u64) -> u64 {
    if of::<F>(bits).is_denormal() { bits & 1 << (F::WIDTH - 1) } else { bits }
}

/// What `.sat` makes of result bits.
pub(super) fn saturated<F: Oracle>(bits: u64) -> u64 {
    let one = F::from_u128(1).value;
    let x = of::<F>(bits);
    if x.is_nan() || x.is_negative() {
        0
    } else if x > one {
        one.to_bits() as u64
    } else {
        bits
    }
}
