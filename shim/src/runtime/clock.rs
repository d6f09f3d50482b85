//! Simulated time, and what the parts of the host interface cost in it.

use std::ops::{Add, AddAssign};
use std::sync::atomic::{AtomicU64, Ordering};

/// Simulated time since the library was first used, or a stretch of it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Picoseconds(pub u64);

impl Picoseconds {
    /// As CUDA's event functions give it.
    pub fn as_milliseconds(self) -> f64 {
        self.0 as f64 / 1e9
    }
}

impl Add for Picoseconds {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Picoseconds(self.0.saturating_add(other.0))
    }
}

impl AddAssign for Picoseconds {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

/// How far the host is known to be in simulated time: it has seen everything up to here. What it submits next cannot
/// start earlier.
#[derive(Debug, Default)]
pub struct HostClock(AtomicU64);

impl HostClock {
    /// The host has seen work that ended at `time`.
    pub fn saw(&self, time: Picoseconds) {
        self.0.fetch_max(time.0, Ordering::Relaxed);
    }

    /// The earliest start of what is submitted now.
    pub fn now(&self) -> Picoseconds {
        Picoseconds(self.0.load(Ordering::Relaxed))
    }
}
