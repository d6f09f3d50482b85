//! The reference semantics of tile kernels: obviously right first, then fast enough.
//!
//! A kernel is [`Prepared`] once: blocks are put into the order in which they run when lanes disagree, values get rows
//! of storage, meanings are looked up. A [`Cluster`] then holds the state of one cluster of CTAs (one CTA unless the
//! launch says otherwise) and is [run](Cluster::run) in turns until it finishes:
//!
//! * A warp runs the group of lanes that stands at the earliest block; lanes that come to the same block join. A group
//!   left standing for long gets a turn of its own, so every lane makes progress, also in a spin lock between lanes.
//! * Warps of a CTA take turns, so a warp may spin on what another one will write.
//! * Barriers and collectives let lanes go on when those they wait for have come or are gone.
//! * Lanes that wait for a barrier object (`mbarrier`) spin; when a whole cluster only repeats itself, it hangs.
//!
//! Everything is deterministic unless the kernel itself races with other CTAs. Global memory and the device runtime
//! are the caller's: [`GlobalMemory`], [`Services`].

mod access;
mod asynchronous;
mod atomic;
mod barrier;
mod cluster;
mod collective;
mod fault;
mod image;
mod mbarrier;
mod mma;
mod order;
mod outside;
mod prepare;
mod report;
mod slots;
mod special;
mod stall;
mod step;
mod tensor;
mod warp;

pub(super) use atomic::exists as atomic_exists;
pub use atomic::{Change as AtomicChange, change as atomic_change};
pub use cluster::{Cluster, Machine, Progress};
pub use collective::act as act_together;
pub(super) use collective::reduction_exists;
pub use fault::{Fault, FaultKind};
pub use outside::{GlobalMemory, Grid, ReadByte, Services, Thread};
pub use prepare::Prepared;

use std::cell::Cell;

/// Lanes of a warp.
pub const LANES: usize = 32;

/// One value of all lanes of a warp: register bits, zero-extended. Cells, because an operation may write the row it
/// reads; it reads a lane's arguments before it writes the lane's results.
#[derive(Clone)]
struct Row([Cell<u64>; LANES]);

impl Row {
    fn of(bits: u64) -> Row {
        Row([const { Cell::new(0) }; LANES].map(|_: Cell<u64>| Cell::new(bits)))
    }
    #[inline(always)]
    fn get(&self, lane: usize) -> u64 {
        self.0[lane].get()
    }
    #[inline(always)]
    fn set(&self, lane: usize, bits: u64) {
        self.0[lane].set(bits);
    }
}

/// Does something for each lane of a set, the lowest first.
#[inline(always)]
fn each(lanes: u32, mut act: impl FnMut(usize)) {
    if lanes == u32::MAX {
        (0..LANES).for_each(act);
    } else {
        let mut left = lanes;
        while left != 0 {
            act(left.trailing_zeros() as usize);
            left &= left - 1;
        }
    }
}

/// A fault of one lane, before anyone has said where it stands.
struct LaneFault {
    lane: usize,
    kind: FaultKind,
}

/// Does something for each lane of a set until one fails.
#[inline(always)]
fn try_each(lanes: u32, mut act: impl FnMut(usize) -> Result<(), Box<FaultKind>>) -> Result<(), LaneFault> {
    let mut left = lanes;
    while left != 0 {
        let lane = left.trailing_zeros() as usize;
        act(lane).map_err(|kind| LaneFault { lane, kind: *kind })?;
        left &= left - 1;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
