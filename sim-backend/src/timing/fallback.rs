//! Kernels that run as one GpSimd routine: the tile kernel thread by thread.
//!
//! A core's GpSimd has eight processors of 16 lanes. A processor runs the warps of one CTA at a time, a warp in two
//! halves; it waits for its memory accesses, since it has nothing else to run. Every block costs what its operations
//! cost, as often as a warp ran it.

use super::routine;
use super::transfer;
use crate::device::Device;
use crate::execute::Counts;
use crate::spec::Spec;
use crate::units::{Bytes, Cycles, Picoseconds};
use translator::tile::{Access, Async, Block, Kernel, Op, Operand, Space, TensorDirection, Terminator};

/// Totals over the launch.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Work {
    /// Time of one processor.
    pub busy: Picoseconds,
    /// Part of it spent waiting for HBM.
    pub waiting: Picoseconds,
    /// Bytes read from HBM.
    pub read: Bytes,
    /// Bytes written to HBM.
    pub written: Bytes,
    /// Accesses, each a descriptor.
    pub descriptors: u64,
}

/// Lanes of one GpSimd processor.
const LANES: u64 = 16;

/// What the whole launch costs one processor.
pub fn work(spec: &Spec, kernel: &Kernel, counts: &Counts) -> Work {
    let mut work = Work::default();
    for (function, runs) in kernel.functions.iter().zip(&counts.warp_runs) {
        for (block, &runs) in function.blocks.iter().zip(runs) {
            add_block(&mut work, spec, block, runs);
        }
    }
    work
}

fn add_block(work: &mut Work, spec: &Spec, block: &Block, runs: u64) {
    let halves = u64::from(Device::WARP).div_ceil(LANES);
    // Ending a block: the lanes' next blocks are compared and masked.
    let mut cycles = spec.sequencer_issue.0;
    let terminator = match &block.terminator {
        Terminator::Collective(inst, _) => Some(inst),
        _ => None,
    };
    for inst in block.insts.iter().chain(terminator) {
        cycles += match &inst.op {
            Op::Elementwise(op, attributes) => halves * routine::element_cycles(*op, attributes),
            Op::Collective(collective) => halves * routine::collective_cycles(collective),
            Op::Load(access) => add_access(work, spec, access, runs, Direction::Load),
            Op::Store(access) => add_access(work, spec, access, runs, Direction::Store),
            Op::Atomic(_, access) => add_access(work, spec, access, runs, Direction::Both),
            Op::Async(what) => {
                let bytes = match inst.args.get(2) {
                    Some(Operand::Const(bytes)) if matches!(what, Async::Copy(_)) => Bytes(*bytes),
                    _ => USUAL_COPY,
                };
                add_copy(work, spec, what, bytes, runs);
                halves
            }
            _ => halves,
        };
    }
    work.busy += spec.gpsimd_clock.time(Cycles(cycles)) * runs;
}

/// Bytes of a bulk copy whose size is known at run time only: a tile of 64 by 64 two-byte elements.
const USUAL_COPY: Bytes = Bytes(8 << 10);
/// A bulk copy is cut into descriptors of this size.
const COPY_ROW: Bytes = Bytes(512);

/// Adds the waiting for a bulk copy that one lane starts in each of `runs` warps. Copies within on-chip memory go
/// through HBM too, since another CTA's memory may be that of another core.
fn add_copy(work: &mut Work, spec: &Spec, what: &Async, bytes: Bytes, runs: u64) {
    let (is_load, reduces) = match what {
        Async::Copy(copy) => (copy.to != Space::Global, copy.reduce.is_some()),
        Async::Tensor(copy) => {
            (matches!(copy.direction, TensorDirection::Load(_)), matches!(copy.direction, TensorDirection::Reduce(_)))
        }
        Async::Mbarrier(..) | Async::Clear(_) | Async::Cancel { .. } => return,
    };
    let rows = bytes.0.div_ceil(COPY_ROW.0);
    let waiting = transfer::scattered(spec, rows, COPY_ROW, reduces) * runs;
    work.busy += waiting;
    work.waiting += waiting;
    work.descriptors += rows * runs;
    if is_load || reduces {
        work.read += bytes * runs;
    }
    if !is_load {
        work.written += bytes * runs;
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Direction {
    Load,
    Store,
    Both,
}

/// Adds the waiting for an access that `runs` warps make; returns the cycles of one made on chip.
fn add_access(work: &mut Work, spec: &Spec, access: &Access, runs: u64, direction: Direction) -> u64 {
    let is_atomic = direction == Direction::Both;
    match access.space {
        Space::Shared | Space::Local | Space::Param => {
            u64::from(Device::WARP).div_ceil(LANES) * routine::on_chip_access_cycles(access, is_atomic)
        }
        Space::Generic | Space::Global | Space::SharedCluster => {
            let rows = u64::from(Device::WARP);
            let bytes = routine::access_bytes(access);
            let waiting = transfer::scattered(spec, rows, bytes, is_atomic) * runs;
            work.busy += waiting;
            work.waiting += waiting;
            work.descriptors += rows * runs;
            if direction != Direction::Store {
                work.read += bytes * rows * runs;
            }
            if direction != Direction::Load {
                work.written += bytes * rows * runs;
            }
            0
        }
    }
}
