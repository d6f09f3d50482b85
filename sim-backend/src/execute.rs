//! Running a launch: the reference executor (over `tile::eval`), the device executor (over the NeuronCore program),
//! and the place of the JIT.

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
