//! Running a launch: the reference executor (over `tile::eval`), the device executor (over the NeuronCore program),
//! and the place of the JIT.

mod counting;
pub mod device;
mod helpers;
pub mod reference;

pub use device::run_device;
pub use reference::run_reference;

use crate::memory::Memory;
use crate::services::{Images, Services};
use std::sync::atomic::AtomicBool;
use std::time::Instant;
use translator::tile::eval::Prepared;

/// Shape of a launch.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Shape {
    /// CTAs in x, y, z.
    pub grid: [u32; 3],
    /// Threads of a CTA in x, y, z.
    pub block: [u32; 3],
    /// CTAs of a cluster in x, y, z; `[1, 1, 1]` without clusters.
    pub cluster: [u32; 3],
    /// Bytes of dynamic shared memory.
    pub dynamic_shared: u32,
    /// All CTAs are co-resident (`cuLaunchCooperativeKernel`).
    pub cooperative: bool,
}

impl Shape {
    /// Threads of one CTA.
    pub fn threads(&self) -> u32 {
        self.block.iter().product()
    }
    /// CTAs of the grid.
    pub fn ctas(&self) -> u64 {
        self.grid.iter().map(|&n| u64::from(n)).product()
    }
}

/// What happened dynamically in a launch, for the timing model. Deterministic: it does not depend on the host's
/// threads or speed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Counts {
    /// Per function, per block: how often warps ran it (with at least one lane).
    pub warp_runs: Vec<Vec<u64>>,
    /// Per function, per block: lanes that ran it.
    pub lane_runs: Vec<Vec<u64>>,
    /// Per function, per block: summed over waves of [`Counts::WAVE`] consecutive CTAs, the largest number of runs by
    /// any one warp of the wave. This is how often a lane-layout program runs the block.
    pub wave_runs: Vec<Vec<u64>>,
}

impl Counts {
    /// CTAs of a wave: the partitions of a NeuronCore. Source: NKI architecture guide.
    pub const WAVE: u64 = 128;
}

/// A launch: what runs, how large, on what.
#[derive(Clone, Copy)]
pub struct Launch<'a> {
    /// The kernel.
    pub kernel: &'a Prepared,
    /// Grid and blocks.
    pub shape: Shape,
    /// The parameter block; at least as long as the kernel's.
    pub parameters: &'a [u8],
    /// Addresses of the kernel's symbols, in its order.
    pub symbols: &'a [u64],
    /// Device memory.
    pub memory: &'a Memory,
    /// `printf`, `assert`, `malloc`.
    pub services: &'a Services,
    /// Textures and surfaces.
    pub images: &'a dyn Images,
    /// `%gridid`: any number that goes up.
    pub id: u64,
    /// Simulated time at which the launch starts, for `%globaltimer`.
    pub start_nanoseconds: u64,
    /// How much it may use.
    pub limits: Limits<'a>,
}

/// What a launch may use.
#[derive(Clone, Copy)]
pub struct Limits<'a> {
    /// Host threads; 0: as many as the host has processors.
    pub threads: usize,
    /// Bytes of local memory of one thread, calls included.
    pub stack_bytes: u32,
    /// `%nsmid`
    pub multiprocessors: u32,
    /// CTAs that may be in progress at once. (Cooperative launches have all CTAs in progress.)
    pub resident_ctas: u64,
    /// Set by another thread to give the launch up.
    pub cancel: Option<&'a AtomicBool>,
    /// When the launch counts as hanging.
    pub deadline: Option<Instant>,
}

impl Default for Limits<'_> {
    fn default() -> Self {
        // Enough stack for the recursion depths seen in practice, little enough to bound what a block of 1024 can take.
        Limits {
            threads: 0,
            stack_bytes: 512 << 10,
            multiprocessors: 1,
            resident_ctas: 256,
            cancel: None,
            deadline: None,
        }
    }
}
