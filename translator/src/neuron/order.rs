//! Who has touched which bytes, and who knows that it is done: vector clocks over the streams of a core.
//!
//! The verifier replays a program's semaphores on it to prove that no two streams touch the same bytes unordered; the
//! scheduler uses it to decide where a semaphore is needed.

use super::isa::{Opcode, Role};
use super::program::*;
use super::words::Space;
use crate::tile;
use smallvec::{SmallVec, smallvec};
use std::collections::BTreeMap;
use std::ops::Range;

/// Five engines and the DMA queues.
pub(super) const STREAMS: usize = 5 + super::device::QUEUES as usize;

/// A stream's number.
pub(super) fn stream_index(stream: Stream) -> usize {
    match stream {
        Stream::Engine(engine) => engine as usize,
        Stream::Queue(queue) => 5 + queue as usize,
    }
}

/// For each stream, how many of its instructions are known to be complete.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Knowledge(pub(super) [u32; STREAMS]);

impl Knowledge {
    pub(super) const NOTHING: Knowledge = Knowledge([0; STREAMS]);

    /// Learns what the other knows.
    pub(super) fn join(&mut self, other: &Knowledge) {
        for (mine, theirs) in self.0.iter_mut().zip(other.0) {
            *mine = (*mine).max(theirs);
        }
    }

    /// Prepares for what is known on both of two ways to get here. `touched` are the last instructions of one way that
    /// touched memory, `late` the last ones of both ways: who knows all of the one knows also what only happens on the
    /// other, because there it did not happen.
    pub(super) fn raise(&mut self, touched: &[u32; STREAMS], late: &[u32; STREAMS]) {
        for stream in 0..STREAMS {
            if self.0[stream] >= touched[stream] {
                self.0[stream] = late[stream];
            }
        }
    }

    /// Forgets what the other does not know.
    pub(super) fn meet(&mut self, other: &Knowledge) {
        for (mine, theirs) in self.0.iter_mut().zip(other.0) {
            *mine = (*mine).min(theirs);
        }
    }
}

/// Bytes that an access covers, in one address space of all memories: see [`cells`].
pub(super) type Cells = Range<u64>;

const PSUM_BASE: u64 = 1 << 32;
const ARENA: u64 = 2 << 32;
const SCRATCH: u64 = 3 << 32;

/// The cells of `bytes` in a region, or all of the region.
pub(super) fn region_cells(program: &Program, id: RegionId, bytes: Option<Range<i64>>, buffer: u32) -> Option<Cells> {
    match program.region(id).kind {
        kind @ RegionKind::OnChip { space, bytes: size, .. } => {
            let address = u64::from(kind.address(u64::from(buffer))?);
            let base = if space == Space::Psum { PSUM_BASE } else { 0 } + address;
            let bytes = bytes.unwrap_or(0..i64::from(size));
            Some(base.saturating_add_signed(bytes.start)..base.saturating_add_signed(bytes.end))
        }
        RegionKind::Arena => Some(ARENA..ARENA + 1),
        RegionKind::Scratch { .. } => Some(SCRATCH + u64::from(id.0)..SCRATCH + u64::from(id.0) + 1),
        // Never written while the kernel runs.
        RegionKind::Params | RegionKind::Symbols => None,
    }
}

/// What an instruction touches: cells, and whether it writes them. `buffer` is the number of the wave, which picks the
/// copy of rotating regions.
pub(super) fn footprint(program: &Program, instruction: &Instruction, buffer: u32) -> SmallVec<[(Cells, bool); 6]> {
    let mut cells = SmallVec::new();
    let mut add = |range: Option<Cells>, write: bool| cells.extend(range.map(|range| (range, write)));
    for (spec, operand) in instruction.opcode.row().operands.iter().zip(&instruction.operands) {
        let range = match operand {
            Operand::Tile(tile) => region_cells(program, tile.region, Some(tile.span()), buffer),
            Operand::Hbm(hbm) => region_cells(program, hbm.region, None, buffer),
            _ => None,
        };
        add(range, spec.role != Role::In);
    }
    let arena = Some(ARENA..ARENA + 1);
    match instruction.opcode {
        Opcode::DmaGather => add(arena, false),
        Opcode::DmaScatter => add(arena, true),
        Opcode::GpsimdLoad | Opcode::GpsimdStore | Opcode::GpsimdAtomic => {
            let write = instruction.opcode != Opcode::GpsimdLoad;
            let space = instruction.attributes.iter().find_map(|attribute| match attribute {
                Attribute::Access(access) => Some(access.space),
                _ => None,
            });
            let (global, shared, local) = match space {
                Some(tile::Space::Global) => (true, false, false),
                Some(tile::Space::Shared | tile::Space::SharedCluster) => (false, true, false),
                Some(tile::Space::Local) => (false, false, true),
                Some(tile::Space::Param) => (false, false, false),
                Some(tile::Space::Generic) | None => (true, true, true),
            };
            if global {
                add(arena, write);
            }
            for (touched, role) in [(shared, SbufRole::Shared), (local, SbufRole::Local)] {
                if touched && let Some(region) = program.region_for(role) {
                    add(region_cells(program, region, None, buffer), write);
                }
            }
        }
        _ => {}
    }
    cells
}

/// An access: stream number, and which of its instructions.
pub(super) type Event = (usize, u32);

#[derive(Clone, Default)]
struct Entry {
    end: u64,
    writes: SmallVec<[Event; 1]>,
    reads: SmallVec<[Event; 2]>,
}

/// The accesses that a new one may conflict with, by bytes.
#[derive(Clone, Default)]
pub(super) struct History(BTreeMap<u64, Entry>);

impl History {
    /// Cuts the entry around `at` in two, if there is one.
    fn split(&mut self, at: u64) {
        if let Some((&start, entry)) = self.0.range_mut(..at).next_back()
            && entry.end > at
        {
            debug_assert!(start < at, "the range is exclusive");
            let rest = entry.clone();
            entry.end = at;
            self.0.insert(at, rest);
        }
    }

    /// Accesses that must be complete before this one: all writes, and reads too if it writes.
    pub(super) fn conflicts(&self, cells: &Cells, write: bool) -> SmallVec<[Event; 4]> {
        let mut events: SmallVec<[Event; 4]> = smallvec![];
        let first = self.0.range(..=cells.start).next_back().map_or(cells.start, |(&start, _)| start);
        for (_, entry) in self.0.range(first..cells.end).filter(|(_, entry)| entry.end > cells.start) {
            events.extend(entry.writes.iter().copied());
            if write {
                events.extend(entry.reads.iter().copied());
            }
        }
        events
    }

    /// Adds an access that is ordered after everything it conflicts with.
    pub(super) fn record(&mut self, cells: &Cells, write: bool, event: Event) {
        self.split(cells.start);
        self.split(cells.end);
        let mut at = cells.start;
        while at < cells.end {
            let next = self.0.range(at..cells.end).next().map_or(cells.end, |(&start, _)| start);
            if next > at {
                self.0.insert(at, Entry { end: next, ..Entry::default() });
            }
            let Some(entry) = self.0.get_mut(&at) else { unreachable!("an entry was put there") };
            if write {
                entry.writes = smallvec![event];
                entry.reads.clear();
            } else {
                entry.reads.retain(|read| read.0 != event.0);
                entry.reads.push(event);
            }
            at = entry.end;
        }
    }

    /// The accesses on either of two ways to get here.
    pub(super) fn merge(&mut self, other: &History) {
        for (&start, entry) in &other.0 {
            self.split(start);
            self.split(entry.end);
            let mut at = start;
            while at < entry.end {
                let next = self.0.range(at..entry.end).next().map_or(entry.end, |(&start, _)| start);
                if next > at {
                    self.0.insert(at, Entry { end: next, ..Entry::default() });
                }
                let Some(mine) = self.0.get_mut(&at) else { unreachable!("an entry was put there") };
                for event in &entry.writes {
                    if !mine.writes.contains(event) {
                        mine.writes.push(*event);
                    }
                }
                for event in &entry.reads {
                    if !mine.reads.contains(event) {
                        mine.reads.push(*event);
                    }
                }
                at = mine.end;
            }
        }
    }

    /// Forgets device memory: waves are independent there.
    pub(super) fn forget_arena(&mut self) {
        self.0.remove(&ARENA);
    }
}
