//! Bulk copies, and what all asynchronous operations share. A copy is done at once when a lane starts it.

use super::access::{Checked, Place, Reach, check_alignment};
use super::atomic::{Change, change};
use super::cluster::Machine;
use super::mbarrier::{Object, offset_in_cta};
use super::prepare::Asynchronous;
use super::warp::{Context, Warp, row};
use super::{FaultKind, GlobalMemory, LaneFault, Services, try_each};
use crate::tile::{Async, BulkCopy, Space};
use smallvec::SmallVec;

impl Warp {
    pub(super) fn asynchronous<M: GlobalMemory, S: Services>(
        &mut self,
        machine: &mut Machine<'_, M, S>,
        context: &mut Context<'_>,
        function: u32,
        operation: &Asynchronous,
        lanes: u32,
    ) -> Result<(), LaneFault> {
        let mut polls = self.polls;
        let (rows, locals) = self.rows_and_locals(function);
        let constants = context.constants;
        let result = try_each(lanes, |lane| {
            let args: SmallVec<[u64; 12]> =
                operation.args.iter().map(|&arg| row(rows, constants, arg).get(lane)).collect();
            let mut reach = Reach {
                memory: &mut *machine.memory,
                parameters: machine.grid.parameters,
                shared: &mut *context.shared,
                rank: context.rank as usize,
                local: &mut locals[lane],
            };
            match operation.what {
                Async::Mbarrier(what, space) => {
                    let (result, poll) = reach.mbarrier(what, space, &args)?;
                    if let Some(out) = operation.out {
                        rows[out as usize].set(lane, result);
                    }
                    if let Some(poll) = poll {
                        polls[lane] = poll;
                    }
                    Ok(())
                }
                Async::Copy(copy) => reach.bulk_copy(&copy, &args),
                Async::Clear(space) => reach.clear(space, args[0], args[1]),
                Async::Cancel { space, multicast } => {
                    let everyone = multicast.then_some(u64::MAX >> (64 - reach.shared.len()));
                    let targets = reach.targets(space, args[0], Some(args[1]), everyone, false)?;
                    reach.answer(space, args[0], &targets)
                }
                Async::Tensor(copy) => reach.tensor_copy(&copy, &args),
            }
        });
        self.polls = polls;
        result
    }
}

pub(super) fn mistake(what: impl Into<String>) -> Box<FaultKind> {
    Box::new(FaultKind::IllegalInstruction(what.into()))
}

/// Where a copy goes: the CTA, and the barrier object that it signals there.
pub(super) type Targets = SmallVec<[(Place, Option<Object>); 4]>;

impl<M: GlobalMemory> Reach<'_, '_, M> {
    /// The targets of a copy: the named one, or with `ctas` the same place in each CTA whose bit is set. `pair`: the
    /// object lies in that CTA of the pair which is even or odd as the named one is.
    pub(super) fn targets(
        &mut self,
        space: Space,
        to: u64,
        object: Option<u64>,
        ctas: Option<u64>,
        pair: bool,
    ) -> Checked<Targets> {
        let named = object.map(|address| self.object(Space::SharedCluster, shared_offset(address))).transpose()?;
        let Some(mask) = ctas else {
            return Ok(smallvec::smallvec![(self.locate(space, to), named)]);
        };
        let mut targets = Targets::new();
        for rank in (0..16).filter(|rank| mask & 1 << rank != 0) {
            if rank >= self.shared.len() {
                return Err(mistake(format!("a copy to CTA {rank} of a cluster of {}", self.shared.len())));
            }
            let owner = |named: Object| if pair { rank & !1 | named.rank & 1 } else { rank };
            let object = named.map(|named| Object { rank: owner(named), at: named.at });
            targets.push((Place::Shared(rank, offset_in_cta(to)), object));
        }
        Ok(targets)
    }

    /// Tells the barrier objects of all targets that so many bytes have come.
    pub(super) fn signal(&mut self, targets: &Targets, bytes: u64) -> Checked<()> {
        targets.iter().filter_map(|(_, object)| *object).try_for_each(|object| self.complete(object, bytes))
    }

    fn bulk_copy(&mut self, copy: &BulkCopy, args: &[u64]) -> Checked<()> {
        let mut args = args.iter().copied();
        let mut next = || args.next().expect("the verifier has counted the arguments");
        let (to, from, bytes) = (next(), next(), next() as u32);
        let object = copy.signals.then(&mut next);
        let ctas = copy.multicast.then(&mut next);
        let mask = copy.masked.then(&mut next);
        let [left, right] = if copy.trimmed { [next(), next()].map(|count| count as u32) } else { [0, 0] };
        if !bytes.is_multiple_of(16) {
            return Err(mistake(format!("a bulk copy of {bytes} bytes, which is no multiple of 16")));
        }
        check_alignment("bulk copy", to, 16)?;
        check_alignment("bulk copy", from, 16)?;
        if left > 15 || right > 15 {
            return Err(mistake(format!("a bulk copy that ignores {left} and {right} bytes, where 15 are the most")));
        }
        let signalled = bytes.into();
        // What PTX calls indeterminate is left as it is.
        let (first, bytes) = (left, bytes.saturating_sub(left + right));
        let from = from.wrapping_add(first.into());
        let targets = self.targets(copy.to, to, object, ctas, false)?;
        if copy.trimmed && bytes == 0 {
            return self.signal(&targets, signalled);
        }
        let source = self.locate(copy.from, from);
        // Asked before there is room made for it: a wrong count may be 4 GiB.
        let is_there = self.covers(&source, bytes);
        let mut data = vec![0; if is_there { bytes as usize } else { 0 }];
        if !is_there || self.read_range(&source, &mut data).is_none() {
            return Err(self.outside("bulk load", copy.from, from, bytes));
        }
        let to = to.wrapping_add(first.into());
        for (place, _) in &targets {
            let place = &place.plus(first as usize);
            if !self.covers(place, bytes) {
                return Err(self.outside("bulk store", copy.to, to, bytes));
            }
            let done = match (copy.reduce, mask) {
                (Some((op, ty)), _) => {
                    let is_global = matches!(place, Place::Global(_));
                    let change = change(op, ty, is_global).expect("the verifier has accepted it");
                    self.combine(place, ty.bytes(), change, &data)
                }
                (None, Some(mask)) => {
                    let chosen = (0..bytes as usize).filter(|at| mask >> (at % 16) & 1 != 0);
                    chosen.map(|at| self.write_range(&place.plus(at), &data[at..=at])).collect()
                }
                (None, None) => self.write_range(place, &data),
            };
            if done.is_none() {
                return Err(self.outside("bulk store", copy.to, to, bytes));
            }
        }
        self.signal(&targets, signalled)
    }

    /// Combines elements with those at a place, each atomically.
    pub(super) fn combine(&mut self, place: &Place, element: u32, change: Change, data: &[u8]) -> Option<()> {
        for (at, bytes) in data.chunks_exact(element as usize).enumerate() {
            let operand = bytes.iter().rev().fold(0, |bits, &byte| bits << 8 | u64::from(byte));
            let place = place.plus(at * element as usize);
            match place {
                Place::Global(address) => {
                    self.memory.update(address, element, |old| change.apply(old, operand, 0))?;
                }
                _ => {
                    let old = self.load(&place, element)?;
                    if let Some(new) = change.apply(old, operand, 0) {
                        self.store(&place, element, new)?;
                    }
                }
            }
        }
        Some(())
    }

    /// The answer to a request for another cluster's work: there is none.
    fn answer(&mut self, space: Space, to: u64, targets: &Targets) -> Checked<()> {
        const BYTES: u32 = 16;
        check_alignment("cancel answer", to, BYTES)?;
        for (place, _) in targets {
            if self.write_range(place, &[0; BYTES as usize]).is_none() {
                return Err(self.outside("cancel answer", space, to, BYTES));
            }
        }
        self.signal(targets, BYTES.into())
    }

    fn clear(&mut self, space: Space, address: u64, bytes: u64) -> Checked<()> {
        if !bytes.is_multiple_of(8) || bytes > 1 << 24 {
            return Err(mistake(format!("`st.bulk` of {bytes} bytes")));
        }
        let place = self.locate(space, address);
        let is_shared = matches!(place, Place::Shared(..));
        if !is_shared || self.write_range(&place, &vec![0; bytes as usize]).is_none() {
            return Err(self.outside("bulk store", space, address, bytes as u32));
        }
        Ok(())
    }

    /// Copies bytes from a place, of any alignment.
    pub(super) fn read_range(&mut self, place: &Place, into: &mut [u8]) -> Option<()> {
        match *place {
            Place::Shared(rank, at) => {
                into.copy_from_slice(self.shared.get(rank)?.get(at..)?.get(..into.len())?);
            }
            Place::Local(at) => into.copy_from_slice(self.local.get(at..)?.get(..into.len())?),
            Place::Param(at) => into.copy_from_slice(self.parameters.get(at..)?.get(..into.len())?),
            Place::Global(address) => {
                for (at, count) in pieces(address, into.len()) {
                    let bits = self.memory.load(address + at as u64, count)?;
                    into[at..at + count as usize].copy_from_slice(&bits.to_le_bytes()[..count as usize]);
                }
            }
        }
        Some(())
    }

    /// Copies bytes to a place, of any alignment.
    pub(super) fn write_range(&mut self, place: &Place, from: &[u8]) -> Option<()> {
        match *place {
            Place::Shared(rank, at) => {
                self.shared.get_mut(rank)?.get_mut(at..)?.get_mut(..from.len())?.copy_from_slice(from);
            }
            Place::Local(at) => self.local.get_mut(at..)?.get_mut(..from.len())?.copy_from_slice(from),
            Place::Param(_) => return None,
            Place::Global(address) => {
                for (at, count) in pieces(address, from.len()) {
                    let bytes = &from[at..at + count as usize];
                    let bits = bytes.iter().rev().fold(0, |bits, &byte| bits << 8 | u64::from(byte));
                    self.memory.store(address + at as u64, count, bits)?;
                }
            }
        }
        Some(())
    }
}

/// Splits bytes from an address on into accesses that are naturally aligned: their offsets and bytes.
fn pieces(address: u64, length: usize) -> impl Iterator<Item = (usize, u32)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let left = length - at;
        if left == 0 {
            return None;
        }
        let aligned = (address + at as u64).trailing_zeros().min(3);
        let count = (1usize << aligned).min(1 << left.ilog2().min(3));
        at += count;
        Some((at - count, count as u32))
    })
}

/// Barrier objects are in shared memory whichever way their address is written: as an offset or in the window.
fn shared_offset(address: u64) -> u64 {
    address & u64::from(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::pieces;

    #[test]
    fn ranges_are_split_into_aligned_accesses() {
        for address in 0x1000..0x1010 {
            for length in 0..40 {
                let mut end = 0;
                for (at, count) in pieces(address, length) {
                    assert_eq!(at, end);
                    assert!(matches!(count, 1 | 2 | 4 | 8));
                    assert_eq!((address + at as u64) % u64::from(count), 0);
                    end += count as usize;
                }
                assert_eq!(end, length);
            }
        }
    }
}
