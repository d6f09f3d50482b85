//! The host's place in simulated time.

use sim_backend::units::Picoseconds;
use std::sync::atomic::{AtomicU64, Ordering};

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
