//! Who stands and waits where, when threads do not go on.

use super::cluster::Cta;
use super::prepare::Prepared;
use super::warp::{Awaited, Waiting, Warp};
use super::{Fault, FaultKind, Thread};
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

/// Where the first living thread is, and in words where all of them are.
pub(super) fn whereabouts(prepared: &Prepared, ctas: &[Cta]) -> (Thread, Origin, String) {
    let mut first = None;
    let mut words = String::new();
    for cta in ctas {
        // Lanes that could run, by block.
        let mut running: Vec<(u32, u32, Vec<u32>)> = Vec::new();
        for warp in &cta.warps {
            for (block, lanes) in warp.standing_lanes() {
                let tid = warp.tids[lanes.trailing_zeros() as usize];
                first.get_or_insert((Thread { ctaid: cta.ctaid, tid }, block));
                match running.iter_mut().find(|(b, ..)| *b == block) {
                    Some((_, count, warps)) => {
                        *count += lanes.count_ones();
                        warps.push(warp.index);
                    }
                    None => running.push((block, lanes.count_ones(), vec![warp.index])),
                }
            }
        }
        for (block, lanes, mut warps) in running.drain(..).take(PLACES) {
            if !words.is_empty() {
                words.push_str("; ");
            }
            warps.dedup();
            let line = prepared.blocks[block as usize].first_origin().line;
            let _ = write!(words, "{lanes} threads of {} run (line {line})", name_warps(&warps));
        }
        describe(prepared, cta, ctas.len() > 1, &mut words);
    }
    let (thread, block) = first.unwrap_or((Thread { ctaid: ctas[0].ctaid, tid: [0; 3] }, 0));
    (thread, prepared.blocks[block as usize].first_origin(), words)
}

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
