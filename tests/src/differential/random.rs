//! Random choices, and random values that are worth trying.

use crate::random::SplitMix64;

/// Makes the choices of a seed.
#[derive(Clone, Debug)]
pub struct Random(SplitMix64);

impl Random {
    /// The generator of a seed.
    pub fn new(seed: u64) -> Random {
        Random(SplitMix64(seed))
    }

    /// 64 random bits.
    pub fn bits(&mut self) -> u64 {
        self.0.next()
    }

    /// A number below `n`.
    pub fn below(&mut self, n: usize) -> usize {
        (self.bits() % n.max(1) as u64) as usize
    }

    /// True once in `n` times.
    pub fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    /// One of several.
    pub fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }

    /// A value of so many bits that is worth trying: often a special one.
    pub fn value(&mut self, bits: u32) -> u64 {
        let ones = if bits == 64 { u64::MAX } else { (1 << bits) - 1 };
        let (exponent, significand) = match bits {
            64 => (11, 52),
            32 => (8, 23),
            _ => (5, 10),
        };
        let sign = self.bits() << (bits - 1);
        let top = (1u64 << exponent) - 1;
        let field = |exponent: u64, fraction: u64| exponent << significand | fraction & ((1 << significand) - 1);
        let bias = top >> 1;
        let fraction = self.bits();
        (match self.below(12) {
            0 => sign,
            1 => sign | field(top, 0),
            2 => sign | field(top, fraction | 1),
            3 => sign | field(0, fraction),
            4 => sign | field(bias, 0),
            5 => sign | field(bias + fraction % 8, fraction >> 3),
            6 => sign | field(bias - 1 - fraction % 30 % bias, fraction >> 6),
            7 => fraction % 70,
            8 => !(fraction % 40),
            9 => 1 << (fraction % u64::from(bits)),
            _ => fraction,
        }) & ones
    }
}
