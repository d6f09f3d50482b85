//! A cluster of CTAs (one CTA unless the launch says otherwise): warps take turns until all threads have exited.

use super::barrier::Barriers;
use super::prepare::{End, Prepared};
use super::stall::Stall;
use super::warp::{Awaited, Context, Turn, Warp, WarpFault};
use super::{Fault, GlobalMemory, Grid, Row, Services, Thread, report};
use crate::tile::BarrierKind;
use ptx_frontend::checked::Origin;
use std::sync::atomic::{AtomicBool, Ordering};

/// What runs a cluster: the kernel, the launch, and the outside world.
pub struct Machine<'m, M, S> {
    /// The kernel.
    pub prepared: &'m Prepared,
    /// The launch.
    pub grid: &'m Grid<'m>,
    /// Global memory.
    pub memory: &'m mut M,
    /// The device runtime.
    pub services: &'m mut S,
    /// When set, running stops at the end of the current warp's turn.
    pub cancel: &'m AtomicBool,
}

/// How far a cluster has come.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Progress {
    /// All threads have exited.
    Finished,
    /// Each warp that could run had a turn; there is more to do.
    Yielded,
    /// It was told to stop.
    Cancelled,
}

/// The state of one cluster.
#[derive(Default)]
pub struct Cluster {
    number: u64,
    ctas: Vec<Cta>,
    /// Shared memory by CTA.
    shared: Vec<Vec<u8>>,
    constants: Vec<Row>,
    lane_runs: Vec<u64>,
    /// What this round has run is more than a matter of this cluster.
    noise: bool,
    stall: Stall,
}

pub(super) struct Cta {
    pub(super) ctaid: [u32; 3],
    pub(super) warps: Vec<Warp>,
    pub(super) barriers: Barriers,
    clock: u64,
    /// By warp: lanes that have arrived at the cluster's barrier in this phase.
    cluster_arrived: Vec<u32>,
}

impl Prepared {
    /// Offset of dynamic shared memory in the shared window.
    pub(super) fn dynamic_shared_offset(&self) -> u32 {
        self.kernel.static_shared.next_multiple_of(self.kernel.dynamic_shared_align.max(1))
    }

    /// Bytes of shared memory of a CTA.
    pub fn shared_bytes(&self, dynamic: u32) -> u32 {
        if dynamic == 0 { self.kernel.static_shared } else { self.dynamic_shared_offset() + dynamic }
    }
}

impl Cluster {
    /// An empty place for a cluster. Its storage is used again by the next one started in it.
    pub fn new() -> Cluster {
        Cluster::default()
    }

    /// Puts the threads of the cluster of this number at the kernel's entry. Shared and local memory start as zeros.
    pub fn start(&mut self, prepared: &Prepared, grid: &Grid<'_>, number: u64) {
        let count = grid.cluster_ctas() as usize;
        let warps = grid.threads().div_ceil(super::LANES as u32) as usize;
        self.number = number;
        self.noise = false;
        self.stall = Stall::default();
        if self.constants.len() != prepared.constants.len() {
            self.constants = prepared.constants.iter().map(|&bits| Row::of(bits)).collect();
        }
        self.lane_runs.clear();
        self.lane_runs.resize(prepared.blocks.len(), 0);
        self.shared.resize_with(count, Vec::new);
        for shared in &mut self.shared {
            shared.clear();
            shared.resize(prepared.shared_bytes(grid.dynamic_shared) as usize, 0);
        }
        self.ctas.resize_with(count, || Cta {
            ctaid: [0; 3],
            warps: Vec::new(),
            barriers: Barriers::default(),
            clock: 0,
            cluster_arrived: Vec::new(),
        });
        for (rank, cta) in self.ctas.iter_mut().enumerate() {
            cta.ctaid = grid.ctaid(number, rank as u32);
            cta.clock = 0;
            cta.barriers.reset(warps);
            cta.cluster_arrived.clear();
            cta.cluster_arrived.resize(warps, 0);
            cta.warps.resize_with(warps, Warp::new);
            for (index, warp) in cta.warps.iter_mut().enumerate() {
                warp.start(prepared, index as u32, grid.block);
            }
        }
    }

    /// The cluster's number, as given to [`Cluster::start`].
    pub fn number(&self) -> u64 {
        self.number
    }

    /// Gives every warp that can run a turn, or several while it is the only one. A fault ends the cluster.
    pub fn run<M: GlobalMemory, S: Services>(
        &mut self,
        machine: &mut Machine<'_, M, S>,
    ) -> Result<Progress, Box<Fault>> {
        let mut yielded = false;
        for rank in 0..self.ctas.len() {
            for index in 0..self.ctas[rank].warps.len() {
                while self.ctas[rank].warps[index].is_ready() {
                    if machine.cancel.load(Ordering::Relaxed) {
                        return Ok(Progress::Cancelled);
                    }
                    let turn = self.turn(machine, rank, index)?;
                    self.settle_barriers(machine.prepared, rank);
                    if turn == Turn::Over {
                        yielded = true;
                        break;
                    }
                }
            }
        }
        let can_run = |cta: &Cta| cta.warps.iter().any(Warp::is_ready);
        if yielded || self.ctas.iter().any(can_run) {
            let is_quiet = !std::mem::take(&mut self.noise);
            if self.stall.repeats(is_quiet, &self.ctas, &self.shared) {
                return Err(Box::new(report::stall(machine.prepared, &self.ctas, &self.shared)));
            }
            return Ok(Progress::Yielded);
        }
        match report::deadlock(machine.prepared, &self.ctas) {
            None => Ok(Progress::Finished),
            Some(fault) => Err(Box::new(fault)),
        }
    }

    fn turn<M: GlobalMemory, S: Services>(
        &mut self,
        machine: &mut Machine<'_, M, S>,
        rank: usize,
        index: usize,
    ) -> Result<Turn, Box<Fault>> {
        let cta = &mut self.ctas[rank];
        let mut context = Context {
            ctaid: cta.ctaid,
            rank: rank as u32,
            shared: &mut self.shared,
            barriers: &mut cta.barriers,
            clock: &mut cta.clock,
            noise: &mut self.noise,
            lane_runs: &mut self.lane_runs,
            constants: &self.constants,
        };
        let warp = &mut cta.warps[index];
        warp.turn(machine, &mut context).map_err(|WarpFault { lane, kind, origin }| {
            Box::new(Fault { kind, thread: Thread { ctaid: cta.ctaid, tid: warp.tids[lane] }, origin })
        })
    }

    /// Lets the lanes go on whose barriers are complete.
    fn settle_barriers(&mut self, prepared: &Prepared, rank: usize) {
        if !self.ctas[rank].barriers.changed {
            return;
        }
        let living: smallvec::SmallVec<[u32; 32]> = self.ctas[rank].warps.iter().map(|w| w.living).collect();
        for (id, outcome) in self.ctas[rank].barriers.complete(&living) {
            self.release(prepared, rank, Awaited::Barrier(id), |kind| outcome.of(kind));
        }
        if self.ctas.iter().any(|c| c.warps.iter().any(|w| w.waiting.iter().any(|w| w.what == Awaited::Cluster))) {
            self.settle_cluster_barrier(prepared);
        }
    }

    fn release(&mut self, prepared: &Prepared, rank: usize, what: Awaited, result: impl Fn(BarrierKind) -> u64) {
        self.each_warp(rank, |warp, context| warp.release(prepared, context, what, &result));
    }

    fn each_warp(&mut self, rank: usize, mut act: impl FnMut(&mut Warp, &Context<'_>)) {
        let cta = &mut self.ctas[rank];
        let context = Context {
            ctaid: cta.ctaid,
            rank: rank as u32,
            shared: &mut self.shared,
            barriers: &mut cta.barriers,
            clock: &mut cta.clock,
            noise: &mut self.noise,
            lane_runs: &mut self.lane_runs,
            constants: &self.constants,
        };
        cta.warps.iter_mut().for_each(|warp| act(warp, &context));
    }

    /// `barrier.cluster`: arriving waits for nothing; waiting lasts while the lane's own arrival is part of a phase
    /// that not all living lanes of the cluster have joined.
    fn settle_cluster_barrier(&mut self, prepared: &Prepared) {
        let kind_of = |block: u32| match &prepared.blocks[block as usize].end {
            End::Barrier(meeting, _) => meeting.kind,
            _ => unreachable!("lanes wait there at a barrier"),
        };
        for rank in 0..self.ctas.len() {
            let mut arrived = std::mem::take(&mut self.ctas[rank].cluster_arrived);
            self.each_warp(rank, |warp, context| {
                let is_arrival = |w: &super::warp::Waiting| {
                    w.what == Awaited::Cluster && kind_of(w.block) == BarrierKind::ClusterArrive
                };
                while let Some(at) = warp.waiting.iter().position(is_arrival) {
                    let waiting = warp.waiting.remove(at);
                    arrived[warp.index as usize] |= waiting.lanes;
                    warp.release_one(prepared, context, waiting, |_| 0);
                }
            });
            self.ctas[rank].cluster_arrived = arrived;
        }
        let joined = |cta: &Cta| cta.warps.iter().zip(&cta.cluster_arrived).all(|(w, &a)| w.living & !a == 0);
        if self.ctas.iter().all(joined) {
            self.ctas.iter_mut().for_each(|cta| cta.cluster_arrived.fill(0));
        }
        for rank in 0..self.ctas.len() {
            let arrived = self.ctas[rank].cluster_arrived.clone();
            self.each_warp(rank, |warp, context| {
                let own = arrived[warp.index as usize];
                let is_over = |w: &super::warp::Waiting| w.what == Awaited::Cluster && w.lanes & own == 0;
                while let Some(at) = warp.waiting.iter().position(is_over) {
                    let waiting = warp.waiting.remove(at);
                    warp.release_one(prepared, context, waiting, |_| 0);
                }
            });
        }
    }

    /// Where the first living thread is, and in words where all of them are.
    pub fn whereabouts(&self, prepared: &Prepared) -> (Thread, Origin, String) {
        report::whereabouts(prepared, &self.ctas, &self.shared)
    }

    /// By block (numbered as in [`Prepared::block`]): how many lanes of the cluster ran it.
    pub fn lane_runs(&self) -> &[u64] {
        &self.lane_runs
    }

    /// By CTA, its `%ctaid`, and by warp and block, how often it ran.
    pub fn warp_runs(&self) -> impl Iterator<Item = ([u32; 3], impl Iterator<Item = &[u64]>)> {
        self.ctas.iter().map(|cta| (cta.ctaid, cta.warps.iter().map(|warp| &warp.runs[..])))
    }
}
