//! Adds up what the CTAs of a launch did. The sums do not depend on the order in which they finish.

use super::Counts;
use std::collections::HashMap;
use translator::tile::eval::{Cluster, Grid, Prepared};

/// The counts of a launch in progress, by block number of [`Prepared`].
pub(super) struct Tally {
    warp_runs: Vec<u64>,
    lane_runs: Vec<u64>,
    wave_runs: Vec<u64>,
    /// Waves of which some CTAs have finished: the largest runs so far, and how many CTAs are missing.
    open: HashMap<u64, (Vec<u64>, u64)>,
    ctas: u64,
}

impl Tally {
    pub(super) fn new(prepared: &Prepared, ctas: u64) -> Tally {
        let zeros = || vec![0; prepared.block_count()];
        Tally { warp_runs: zeros(), lane_runs: zeros(), wave_runs: zeros(), open: HashMap::new(), ctas }
    }

    /// Adds a finished cluster.
    pub(super) fn add(&mut self, cluster: &Cluster, grid: &Grid<'_>) {
        add(&mut self.lane_runs, cluster.lane_runs());
        for (ctaid, warps) in cluster.warp_runs() {
            let wave = grid.number(ctaid) / Counts::WAVE;
            let size = Counts::WAVE.min(self.ctas - wave * Counts::WAVE);
            let blocks = self.wave_runs.len();
            let (largest, missing) = self.open.entry(wave).or_insert_with(|| (vec![0; blocks], size));
            for runs in warps {
                add(&mut self.warp_runs, runs);
                largest.iter_mut().zip(runs).for_each(|(l, &r)| *l = (*l).max(r));
            }
            *missing -= 1;
            if *missing == 0
                && let Some((largest, _)) = self.open.remove(&wave)
            {
                add(&mut self.wave_runs, &largest);
            }
        }
    }

    /// The counts by function and block.
    pub(super) fn finish(self, prepared: &Prepared) -> Counts {
        let by_block = |sums: &[u64]| {
            let functions = &prepared.kernel().functions;
            let mut counts: Vec<Vec<u64>> = functions.iter().map(|f| vec![0; f.blocks.len()]).collect();
            for (number, &sum) in sums.iter().enumerate() {
                let (function, block) = prepared.block(number);
                counts[function.0 as usize][block.0 as usize] = sum;
            }
            counts
        };
        Counts {
            warp_runs: by_block(&self.warp_runs),
            lane_runs: by_block(&self.lane_runs),
            wave_runs: by_block(&self.wave_runs),
        }
    }
}

fn add(sums: &mut [u64], more: &[u64]) {
    sums.iter_mut().zip(more).for_each(|(sum, &m)| *sum += m);
}
