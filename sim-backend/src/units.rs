//! Units as types: what a number measures is part of its type, so that cycles of one engine are never added to
//! cycles of another, nor bytes to picoseconds.
//!
//! Everything is an integer. Simulated time has to be the same on every host, which floating point would not promise.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Mul, Sub};

/// Simulated time, or a span of it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Default, serde::Serialize, serde::Deserialize)]
pub struct Picoseconds(pub u64);

/// Cycles of one engine; only its [`Clock`] makes time of them.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Default)]
pub struct Cycles(pub u64);

/// An amount of memory or traffic.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Default, serde::Serialize, serde::Deserialize)]
pub struct Bytes(pub u64);

/// A clock, in megahertz: every published clock is a whole number of them.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Clock(pub u32);

/// A bandwidth in bytes per second.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Bandwidth(pub u64);

/// Cycles that a number of elements of one lane take, as a fraction: `PerElement(1, 4)` is a quarter of a cycle each.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct PerElement(pub u32, pub u32);

impl Picoseconds {
    /// No time.
    pub const ZERO: Self = Picoseconds(0);

    /// From nanoseconds.
    pub const fn from_ns(ns: u64) -> Self {
        Picoseconds(ns * 1000)
    }
    /// From microseconds.
    pub const fn from_us(us: u64) -> Self {
        Picoseconds(us * 1_000_000)
    }
    /// For ratios and for printing.
    pub fn as_ns(self) -> f64 {
        self.0 as f64 / 1e3
    }
    /// For ratios and for printing.
    pub fn as_seconds(self) -> f64 {
        self.0 as f64 / 1e12
    }
    /// Which part of `whole` this is, in percent; 0 of nothing.
    pub fn percent_of(self, whole: Self) -> f64 {
        if whole.0 == 0 { 0.0 } else { 100.0 * self.0 as f64 / whole.0 as f64 }
    }
    /// `self · numerator / denominator`, rounded up, without overflow on the way.
    pub fn scale(self, numerator: u64, denominator: u64) -> Self {
        Picoseconds(scale_up(self.0, numerator, denominator))
    }
    /// The difference, or zero where `earlier` is later.
    pub fn since(self, earlier: Self) -> Self {
        Picoseconds(self.0.saturating_sub(earlier.0))
    }
}

impl Clock {
    /// How long so many cycles take, rounded up to the picosecond.
    pub fn time(self, cycles: Cycles) -> Picoseconds {
        Picoseconds(scale_up(cycles.0, 1_000_000, u64::from(self.0)))
    }
}

impl Bandwidth {
    /// From gigabytes (10⁹ bytes) per second.
    pub const fn from_gb(gb: u64) -> Self {
        Bandwidth(gb * 1_000_000_000)
    }
    /// How long so many bytes take, rounded up to the picosecond.
    pub fn time(self, bytes: Bytes) -> Picoseconds {
        Picoseconds(scale_up(bytes.0, 1_000_000_000_000, self.0))
    }
}

impl Bytes {
    /// From kibibytes.
    pub const fn from_kib(kib: u64) -> Self {
        Bytes(kib << 10)
    }
    /// From gibibytes.
    pub const fn from_gib(gib: u64) -> Self {
        Bytes(gib << 30)
    }
    /// The rate at which this moves in `time`, in 10⁹ bytes per second; 0 in no time.
    pub fn gb_per_second(self, time: Picoseconds) -> f64 {
        if time.0 == 0 { 0.0 } else { self.0 as f64 * 1e3 / time.0 as f64 }
    }
}

impl PerElement {
    /// Cycles for `elements`, rounded up.
    pub fn cycles(self, elements: u64) -> Cycles {
        Cycles(scale_up(elements, u64::from(self.0), u64::from(self.1)))
    }
}

fn scale_up(value: u64, numerator: u64, denominator: u64) -> u64 {
    let exact = (u128::from(value) * u128::from(numerator)).div_ceil(u128::from(denominator.max(1)));
    u64::try_from(exact).unwrap_or(u64::MAX)
}

macro_rules! quantity {
    ($($name:ident)*) => {$(
        impl Add for $name {
            type Output = Self;
            fn add(self, other: Self) -> Self {
                $name(self.0.saturating_add(other.0))
            }
        }
        impl AddAssign for $name {
            fn add_assign(&mut self, other: Self) {
                *self = *self + other;
            }
        }
        impl Sub for $name {
            type Output = Self;
            fn sub(self, other: Self) -> Self {
                $name(self.0 - other.0)
            }
        }
        impl Mul<u64> for $name {
            type Output = Self;
            fn mul(self, times: u64) -> Self {
                $name(self.0.saturating_mul(times))
            }
        }
        impl Sum for $name {
            fn sum<I: Iterator<Item = Self>>(items: I) -> Self {
                items.fold($name(0), |sum, item| sum + item)
            }
        }
    )*};
}
quantity! { Picoseconds Cycles Bytes }

impl fmt::Display for Picoseconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (unit, name) = match self.0 {
            0..1_000 => return write!(f, "{} ps", self.0),
            1_000..1_000_000 => (1e3, "ns"),
            1_000_000..1_000_000_000 => (1e6, "µs"),
            1_000_000_000..1_000_000_000_000 => (1e9, "ms"),
            _ => (1e12, "s"),
        };
        write!(f, "{:.2} {name}", self.0 as f64 / unit)
    }
}

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (unit, name) = match self.0 {
            0..1_024 => return write!(f, "{} B", self.0),
            1_024..1_048_576 => (10, "KiB"),
            1_048_576..1_073_741_824 => (20, "MiB"),
            _ => (30, "GiB"),
        };
        write!(f, "{:.1} {name}", self.0 as f64 / (1u64 << unit) as f64)
    }
}

impl fmt::Display for Cycles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} cycles", self.0)
    }
}

impl fmt::Display for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} MHz", self.0)
    }
}

impl fmt::Display for Bandwidth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.1} GB/s", self.0 as f64 / 1e9)
    }
}

impl fmt::Display for PerElement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.1 {
            1 => write!(f, "{} cycles per element", self.0),
            elements => write!(f, "{}/{elements} cycles per element", self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cycle_that_is_no_whole_number_of_picoseconds_rounds_up() {
        assert_eq!(Clock(2400).time(Cycles(1)), Picoseconds(417));
        assert_eq!(Clock(2400).time(Cycles(512)), Picoseconds(213_334));
        assert_eq!(Clock(960).time(Cycles(96)), Picoseconds(100_000));
    }

    #[test]
    fn bandwidth_makes_time_of_bytes() {
        assert_eq!(Bandwidth::from_gb(1).time(Bytes(7)), Picoseconds(7_000));
        assert_eq!(Bytes(4096).gb_per_second(Picoseconds(4_096_000)), 1.0);
    }

    #[test]
    fn fractions_of_a_cycle_add_up_before_they_round() {
        assert_eq!(PerElement(1, 4).cycles(512), Cycles(128));
        assert_eq!(PerElement(1, 4).cycles(1), Cycles(1));
    }

    #[test]
    fn spans_print_in_the_unit_a_reader_expects() {
        assert_eq!(Picoseconds(950).to_string(), "950 ps");
        assert_eq!(Picoseconds::from_ns(1331).to_string(), "1.33 µs");
        assert_eq!(Picoseconds::from_us(2_500).to_string(), "2.50 ms");
    }
}
