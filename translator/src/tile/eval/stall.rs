//! Finds clusters that hang although their lanes run: they spin on shared memory or on a barrier object in it.
//!
//! What a lane does next depends on registers, on memory and on where it stands. A cluster that has all of these as it
//! had them before, while every lane that could run has moved, and which has in between neither touched nor seen
//! anything outside of itself, repeats the same steps for ever. That is sound: no lane and no copy is left that could
//! end the waiting, since copies are done when they are started.

use super::cluster::Cta;

/// Rounds without noise before anything is compared: most spins end earlier.
const PATIENCE: u32 = 4;

/// Watches a cluster from round to round.
#[derive(Default)]
pub(super) struct Stall {
    /// Rounds since the last noise.
    quiet: u32,
    /// A state from an earlier quiet round.
    earlier: Option<Earlier>,
}

struct Earlier {
    state: u64,
    /// By warp, what it had run.
    steps: Vec<u64>,
    /// The round when a later state takes its place: the distance doubles, so that cycles of any length are found.
    until: u32,
}

impl Stall {
    /// After a round: whether the cluster is where it was before.
    pub(super) fn repeats(&mut self, is_quiet: bool, ctas: &[Cta], shared: &[Vec<u8>]) -> bool {
        if !is_quiet {
            *self = Stall::default();
            return false;
        }
        self.quiet += 1;
        if self.quiet < PATIENCE {
            return false;
        }
        let state = state_of(ctas, shared);
        let warps = || ctas.iter().flat_map(|cta| &cta.warps);
        match &self.earlier {
            Some(earlier) if earlier.state == state => {
                if warps().zip(&earlier.steps).all(|(warp, &steps)| warp.has_moved_since(steps)) {
                    return true;
                }
            }
            Some(earlier) if self.quiet < earlier.until => {}
            _ => {
                let steps = warps().map(|warp| warp.steps()).collect();
                self.earlier = Some(Earlier { state, steps, until: self.quiet.saturating_mul(2) });
            }
        }
        false
    }
}

/// A hash of everything on which depends what a quiet cluster does next.
fn state_of(ctas: &[Cta], shared: &[Vec<u8>]) -> u64 {
    let mut hash = 0u64;
    let mut add = |word: u64| hash = (hash.rotate_left(23) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    for bytes in shared {
        for chunk in bytes.chunks(8) {
            add(chunk.iter().rev().fold(0, |word, &byte| word << 8 | u64::from(byte)));
        }
    }
    for warp in ctas.iter().flat_map(|cta| &cta.warps) {
        warp.state(&mut add);
    }
    hash
}
