//! Barriers of a CTA: who has arrived, who is expected (PTX ISA "bar", "barrier").

use super::FaultKind;
use crate::tile::BarrierKind;
use ptx_frontend::types::BoolOp;

/// Barriers of a CTA.
pub(super) const BARRIERS: usize = 16;

/// One of the sixteen.
#[derive(Clone, Debug, Default)]
pub(super) struct State {
    /// By warp: lanes that have arrived in this phase, whether or not they wait.
    arrived: Vec<u32>,
    /// Threads expected; `None`: all of the CTA that live.
    expected: Option<u32>,
    /// By warp: lanes whose predicate was true.
    yes: Vec<u32>,
    /// Whether anybody has arrived in this phase.
    is_used: bool,
}

/// All barriers of a CTA.
#[derive(Clone, Debug, Default)]
pub(super) struct Barriers {
    states: Vec<State>,
    /// Something happened that may complete one.
    pub(super) changed: bool,
}

/// What a reduction barrier found.
#[derive(Clone, Copy, Debug)]
pub(super) struct Outcome {
    yes: u32,
    arrived: u32,
}

impl Outcome {
    pub(super) fn of(self, kind: BarrierKind) -> u64 {
        match kind {
            BarrierKind::Reduce(BoolOp::Popc) => u64::from(self.yes),
            BarrierKind::Reduce(BoolOp::And) => u64::from(self.yes == self.arrived),
            BarrierKind::Reduce(BoolOp::Or) => u64::from(self.yes != 0),
            BarrierKind::Reduce(BoolOp::Xor) => u64::from(self.yes & 1),
            _ => 0,
        }
    }
}

impl Barriers {
    pub(super) fn reset(&mut self, warps: usize) {
        self.states.resize_with(BARRIERS, State::default);
        for state in &mut self.states {
            state.clear(warps);
        }
        self.changed = false;
    }

    /// Lanes of a warp arrive.
    pub(super) fn arrive(
        &mut self,
        id: u64,
        count: Option<u64>,
        warp: usize,
        lanes: u32,
        yes: u32,
    ) -> Result<(), FaultKind> {
        let Some(state) = self.states.get_mut(id as usize) else {
            return Err(FaultKind::IllegalInstruction(format!("there is no barrier {id}, only 0 to {}", BARRIERS - 1)));
        };
        if let Some(count) = count
            && (count == 0 || count % 32 != 0)
        {
            let what = format!("barrier {id} expects {count} threads, which is no multiple of the warp size");
            return Err(FaultKind::IllegalInstruction(what));
        }
        state.expected = count.map(|count| count as u32);
        state.arrived[warp] |= lanes;
        state.yes[warp] |= yes;
        state.is_used = true;
        self.changed = true;
        Ok(())
    }

    /// Ends the phases that are complete and says how they ended, by barrier number.
    pub(super) fn complete(&mut self, living: &[u32]) -> Vec<(u64, Outcome)> {
        self.changed = false;
        let mut done = Vec::new();
        for (id, state) in self.states.iter_mut().enumerate() {
            if state.is_used && state.is_complete(living) {
                let sum = |masks: &[u32]| masks.iter().map(|m| m.count_ones()).sum();
                done.push((id as u64, Outcome { yes: sum(&state.yes), arrived: sum(&state.arrived) }));
                state.clear(living.len());
            }
        }
        done
    }

    /// In words: how many of how many have arrived at a barrier.
    pub(super) fn describe(&self, id: u64) -> String {
        let state = &self.states[id as usize];
        let arrived: u32 = state.arrived.iter().map(|m| m.count_ones()).sum();
        match state.expected {
            Some(count) => format!("{arrived} threads of {count} arrived"),
            None => format!("{arrived} threads arrived"),
        }
    }
}

impl State {
    fn clear(&mut self, warps: usize) {
        self.arrived.clear();
        self.arrived.resize(warps, 0);
        self.yes.clear();
        self.yes.resize(warps, 0);
        self.expected = None;
        self.is_used = false;
    }

    fn is_complete(&self, living: &[u32]) -> bool {
        match self.expected {
            None => self.arrived.iter().zip(living).all(|(&arrived, &living)| living & !arrived == 0),
            // A warp whose living lanes are all there counts in full: hardware counts warps.
            Some(count) => {
                let of_warp = |(&arrived, &living): (&u32, &u32)| match arrived {
                    0 => 0,
                    _ if living & !arrived == 0 => 32,
                    _ => arrived.count_ones(),
                };
                self.arrived.iter().zip(living).map(of_warp).sum::<u32>() >= count
            }
        }
    }
}
