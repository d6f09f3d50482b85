//! How often a program's loops and branches ran, from what a launch's tile blocks did.

use crate::execute::Counts;
use translator::neuron::program::Program;
use translator::tile::BlockId;

/// Runs of a program's parts, summed over the whole launch.
#[derive(Clone, Copy, Debug)]
pub struct Runs<'a> {
    counts: &'a Counts,
    /// Waves of the program.
    waves: u64,
    /// Groups of CTAs over which the counts took their maximum.
    groups: u64,
}

impl<'a> Runs<'a> {
    /// For this program.
    pub fn of(program: &Program, counts: &'a Counts) -> Self {
        Runs { counts, waves: program.layout.waves, groups: program.shape.ctas().div_ceil(Counts::WAVE).max(1) }
    }

    /// Waves of the launch: how often the program's straight-line parts ran.
    pub fn waves(&self) -> u64 {
        self.waves
    }

    /// How often, at the least, the program met warps of which some lanes ran the block and others did not.
    pub fn of_partial_block(&self, block: BlockId) -> Option<u64> {
        let warps = self.counts.warp_runs.first()?.get(block.0 as usize)?;
        let lanes = self.counts.lane_runs.first()?.get(block.0 as usize)?;
        Some((warps * 32).saturating_sub(*lanes).div_ceil(32))
    }

    /// How often the program ran the part that a block of function 0 counts; none where the block was not counted.
    ///
    /// Counts are per 128 CTAs. A program whose waves are smaller, or hold part of a CTA, runs the part once for each
    /// of its own waves, so the count scales.
    pub fn of_block(&self, block: BlockId) -> Option<u64> {
        let runs = *self.counts.wave_runs.first()?.get(block.0 as usize)?;
        let scaled = u128::from(runs) * u128::from(self.waves) / u128::from(self.groups);
        u64::try_from(scaled).ok()
    }
}
