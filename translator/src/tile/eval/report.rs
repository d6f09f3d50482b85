//! Who stands and waits where, when threads do not go on.

use super::cluster::Cta;
use super::mbarrier::{Object, Poll, State};
use super::prepare::{Prepared, Step};
use super::warp::{Awaited, Waiting, Warp, partition};
use super::{Fault, FaultKind, Thread};
use crate::tile::{Async, Mbarrier};
use ptx_frontend::checked::Origin;
use std::fmt::Write;

/// The deadlock of a cluster in which no lane can run; `None` if none is left.
pub(super) fn deadlock(prepared: &Prepared, ctas: &[Cta]) -> Option<Fault> {
    let first = ctas.iter().find_map(|cta| {
        let warp = cta.warps.iter().find(|warp| warp.living != 0)?;
        Some((cta, warp, warp.waiting.first()?))
    });
    let (cta, warp, waiting) = first?;
    let mut words = String::new();
    for cta in ctas {
        describe(prepared, cta, ctas.len() > 1, &mut words);
    }
    Some(Fault {
        kind: FaultKind::Deadlock(words),
        thread: Thread { ctaid: cta.ctaid, tid: warp.tids[waiting.lanes.trailing_zeros() as usize] },
        origin: prepared.blocks[waiting.block as usize].end_origin,
    })
}

/// The deadlock of a cluster whose lanes repeat the same steps for ever.
pub(super) fn stall(prepared: &Prepared, ctas: &[Cta], shared: &[Vec<u8>]) -> Fault {
    let (thread, origin, words) = whereabouts(prepared, ctas, shared);
    Fault { kind: FaultKind::Deadlock(words), thread, origin }
}

/// Where the first living thread is, and in words where all of them are.
pub(super) fn whereabouts(prepared: &Prepared, ctas: &[Cta], shared: &[Vec<u8>]) -> (Thread, Origin, String) {
    let mut first = None;
    let mut words = String::new();
    for cta in ctas {
        // Lanes that could run, by block and by the phase of a barrier object that they have seen unfinished.
        let mut running: Vec<(Place, u32, Vec<u32>)> = Vec::new();
        for warp in &cta.warps {
            for (block, lanes) in warp.standing_lanes() {
                let tid = warp.tids[lanes.trailing_zeros() as usize];
                first.get_or_insert((Thread { ctaid: cta.ctaid, tid }, block));
                for (poll, lanes) in partition(lanes, |lane| warp.polls[lane]) {
                    match running.iter_mut().find(|(at, ..)| *at == (block, poll)) {
                        Some((_, count, warps)) => {
                            *count += lanes.count_ones();
                            warps.push(warp.index);
                        }
                        None => running.push(((block, poll), lanes.count_ones(), vec![warp.index])),
                    }
                }
            }
        }
        for ((block, poll), lanes, mut warps) in running.drain(..).take(PLACES) {
            if !words.is_empty() {
                words.push_str("; ");
            }
            warps.dedup();
            let line = place_of(prepared, block).line;
            let _ = write!(words, "{lanes} threads of {} ", name_warps(&warps));
            let _ = match poll {
                None => write!(words, "run"),
                Some(poll) => write!(words, "wait for {}", phase(poll, shared, ctas)),
            };
            let _ = write!(words, " (line {line})");
        }
        describe(prepared, cta, ctas.len() > 1, &mut words);
    }
    let (thread, block) = first.unwrap_or((Thread { ctaid: ctas[0].ctaid, tid: [0; 3] }, 0));
    (thread, place_of(prepared, block), words)
}

/// The test of a barrier object in a block, else the block's first operation.
fn place_of(prepared: &Prepared, block: u32) -> Origin {
    let code = &prepared.blocks[block as usize];
    let is_test = |step: &Step| match step {
        Step::Async(operation) => matches!(operation.what, Async::Mbarrier(Mbarrier::Test { .. }, _)),
        _ => false,
    };
    code.steps.iter().position(is_test).map_or(code.first_origin(), |at| code.origins[at])
}

/// A phase of a barrier object and what it lacks, in words.
fn phase(poll: Poll, shared: &[Vec<u8>], ctas: &[Cta]) -> String {
    let Object { rank, at } = poll.object;
    let mut words = format!("a phase of parity {} of the barrier object at shared address {at:#x}", poll.parity);
    if ctas.len() > 1 {
        let [x, y, z] = ctas[rank].ctaid;
        let _ = write!(words, " of block ({x},{y},{z})");
    }
    let bits = shared[rank].get(at..).and_then(|bytes| bytes.first_chunk()).map(|bytes| u64::from_le_bytes(*bytes));
    let _ = match bits.and_then(State::of) {
        Some(state) if state.parity == poll.parity => {
            write!(words, " ({} arrivals and {} bytes are missing)", state.pending, state.bytes)
        }
        Some(_) => write!(words, " (which is over now)"),
        None => write!(words, " (which is gone)"),
    };
    words
}

/// A block, and the phase of a barrier object that lanes there have seen unfinished.
type Place = (u32, Option<Poll>);

/// Long enough for any real pattern, short enough to read.
const PLACES: usize = 8;

fn describe(prepared: &Prepared, cta: &Cta, name_it: bool, words: &mut String) {
    // Lanes by place and kind of waiting.
    let mut places: Vec<(Waiting, u32, Vec<u32>)> = Vec::new();
    for warp in &cta.warps {
        for waiting in &warp.waiting {
            let lanes = waiting.lanes.count_ones();
            match places.iter_mut().find(|(w, ..)| w.block == waiting.block && w.what == waiting.what) {
                Some((_, count, warps)) => {
                    *count += lanes;
                    warps.push(warp.index);
                }
                None => places.push((*waiting, lanes, vec![warp.index])),
            }
        }
    }
    for (waiting, lanes, mut warps) in places.drain(..).take(PLACES) {
        if !words.is_empty() {
            words.push_str("; ");
        }
        if name_it {
            let [x, y, z] = cta.ctaid;
            let _ = write!(words, "in block ({x},{y},{z}) ");
        }
        warps.dedup();
        let _ = write!(words, "{lanes} threads of {} wait ", name_warps(&warps));
        let _ = match waiting.what {
            Awaited::Barrier(id) => write!(words, "at barrier {id} ({})", cta.barriers.describe(id)),
            Awaited::Lanes(what, mask) => write!(words, "for the other lanes of mask {mask:#010x} at {what:?}"),
            Awaited::Cluster => write!(words, "at the barrier of the cluster"),
        };
        let _ = write!(words, " (line {})", prepared.blocks[waiting.block as usize].end_origin.line);
    }
    let gone: Vec<&Warp> = cta.warps.iter().filter(|warp| warp.living == 0).collect();
    if let Some(origin) = gone.first().and_then(|warp| warp.exited_at) {
        let warps: Vec<u32> = gone.iter().map(|warp| warp.index).collect();
        let _ = write!(words, "; {} exited (line {})", name_warps(&warps), origin.line);
    }
}

fn name_warps(warps: &[u32]) -> String {
    match warps {
        [one] => format!("warp {one}"),
        _ => format!("{} warps", warps.len()),
    }
}
