//! Barrier objects in shared memory: `mbarrier`.
//!
//! PTX leaves the 64 bits of an object open. Ours are, from the lowest: 20 bits of arrivals still pending in this phase,
//! 20 bits of arrivals expected in the next one, 21 bits of bytes still to come plus 2^20 (they may come before they are
//! expected), and the phase's parity in the highest bit. No object is 0, so memory that holds none is told apart.

use super::access::{Checked, Place, Reach, check_alignment};
use super::asynchronous::mistake;
use super::outside::GlobalMemory;
use crate::tile::{Mbarrier, Space, window};

const COUNT_BITS: u32 = 20;
/// Arrivals that an object can count, and bytes.
const MOST: u64 = Mbarrier::PENDING;
const BYTES_SHIFT: u32 = 2 * COUNT_BITS;
const NO_BYTES: i64 = 1 << COUNT_BITS;
const PARITY: u64 = 1 << 63;

/// A barrier object's address: CTA of the cluster, and offset in its shared memory.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Object {
    pub(super) rank: usize,
    pub(super) at: usize,
}

/// A phase that a lane has last seen unfinished.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Poll {
    pub(super) object: Object,
    pub(super) parity: u8,
}

/// What an object counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct State {
    pub(super) pending: u64,
    expected: u64,
    pub(super) bytes: i64,
    pub(super) parity: u8,
}

impl State {
    /// `None`: there is no object.
    pub(super) fn of(bits: u64) -> Option<State> {
        let biased = (bits >> BYTES_SHIFT & (2 * MOST + 1)) as i64;
        (biased != 0).then_some(State {
            pending: bits & MOST,
            expected: bits >> COUNT_BITS & MOST,
            bytes: biased - NO_BYTES,
            parity: (bits >> 63) as u8,
        })
    }

    fn bits(self) -> u64 {
        let biased = (self.bytes + NO_BYTES) as u64;
        self.pending | self.expected << COUNT_BITS | biased << BYTES_SHIFT | u64::from(self.parity) << 63
    }

    /// The state after the event; the phase ends when nothing is missing any more.
    fn after(mut self, event: Event) -> Result<State, String> {
        if event.arrivals > self.pending {
            return Err(format!("{} arrivals at a barrier object where {} are pending", event.arrivals, self.pending));
        }
        self.pending -= event.arrivals;
        if event.drops {
            // Whoever is pending is expected, so this does not go below 0.
            self.expected = self.expected.saturating_sub(event.arrivals);
        }
        self.bytes += event.bytes;
        if self.bytes.unsigned_abs() > MOST {
            return Err(format!("a barrier object counts {MOST} bytes at most, not {}", self.bytes));
        }
        if self.pending == 0 && self.bytes == 0 {
            self.pending = self.expected;
            self.parity ^= 1;
        }
        Ok(self)
    }
}

/// What happens at an object.
#[derive(Clone, Copy, Default)]
struct Event {
    arrivals: u64,
    /// They are not expected in later phases either.
    drops: bool,
    /// Bytes expected, or come if negative.
    bytes: i64,
}

impl<M: GlobalMemory> Reach<'_, '_, M> {
    /// The object at an address.
    pub(super) fn object(&mut self, space: Space, address: u64) -> Checked<Object> {
        check_alignment("mbarrier", address, 8)?;
        let place = self.locate(space, address);
        match place {
            Place::Shared(rank, at) if self.covers(&place, 8) => Ok(Object { rank, at }),
            _ => Err(self.outside("mbarrier", space, address, 8)),
        }
    }

    fn state(&mut self, object: Object) -> Checked<(u64, State)> {
        let bits = self.load(&Place::Shared(object.rank, object.at), 8).expect("the object's place was checked");
        match State::of(bits) {
            Some(state) => Ok((bits, state)),
            None => Err(mistake(format!("there is no barrier object at shared address {:#x}", object.at))),
        }
    }

    fn put(&mut self, object: Object, bits: u64) {
        self.store(&Place::Shared(object.rank, object.at), 8, bits).expect("the object's place was checked");
    }

    /// Lets something happen, and returns the state from before.
    fn happen(&mut self, object: Object, event: Event) -> Checked<u64> {
        let (before, state) = self.state(object)?;
        let after = state.after(event).map_err(mistake)?;
        self.put(object, after.bits());
        Ok(before)
    }

    /// So many bytes have come.
    pub(super) fn complete(&mut self, object: Object, bytes: u64) -> Checked<()> {
        self.happen(object, Event { bytes: -(bytes as i64), ..Event::default() }).map(drop)
    }

    /// Does what an operation says; its result, and, if the lane must wait, what for.
    pub(super) fn mbarrier(
        &mut self,
        what: Mbarrier,
        space: Space,
        args: &[u64],
    ) -> Checked<(u64, Option<Option<Poll>>)> {
        let object = self.object(space, args[0])?;
        let number = args.get(1).copied().unwrap_or(0);
        let before = match what {
            Mbarrier::Init => {
                if !(1..=MOST).contains(&number) {
                    return Err(mistake(format!("a barrier object counts 1 to {MOST} arrivals, not {number}")));
                }
                self.put(object, State { pending: number, expected: number, bytes: 0, parity: 0 }.bits());
                0
            }
            Mbarrier::Inval => {
                self.put(object, 0);
                0
            }
            Mbarrier::Arrive { expects: true, drops } => {
                self.happen(object, Event { arrivals: 1, drops, bytes: number as i64 })?
            }
            Mbarrier::Arrive { expects: false, drops } => {
                self.happen(object, Event { arrivals: number, drops, bytes: 0 })?
            }
            Mbarrier::Expect => self.happen(object, Event { bytes: number as i64, ..Event::default() })?,
            Mbarrier::Complete => {
                self.complete(object, number)?;
                0
            }
            Mbarrier::Test { parity } => {
                let (_, state) = self.state(object)?;
                let asked = if parity { (number & 1) as u8 } else { (number & PARITY != 0).into() };
                let is_over = state.parity != asked;
                let poll = (!is_over).then_some(Poll { object, parity: asked });
                return Ok((is_over.into(), Some(poll)));
            }
        };
        Ok((before, None))
    }
}

/// The offset of a shared address in its CTA.
pub(super) fn offset_in_cta(address: u64) -> usize {
    (address as u32 & ((1 << window::RANK_SHIFT) - 1)) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fresh(count: u64) -> State {
        State { pending: count, expected: count, bytes: 0, parity: 0 }
    }

    #[test]
    fn a_state_survives_its_bits() {
        for bytes in [-(MOST as i64), -1, 0, 1, 4096, MOST as i64] {
            for (pending, expected) in [(0, 1), (1, 1), (MOST, MOST), (5, 77)] {
                for parity in [0, 1] {
                    let state = State { pending, expected, bytes, parity };
                    assert_eq!(State::of(state.bits()), Some(state));
                }
            }
        }
        assert_eq!(State::of(0), None);
    }

    #[test]
    fn a_phase_ends_when_neither_arrivals_nor_bytes_are_missing() {
        let expects = Event { arrivals: 1, bytes: 64, ..Event::default() };
        let comes = Event { bytes: -64, ..Event::default() };
        let waiting = fresh(1).after(expects).unwrap();
        assert_eq!((waiting.parity, waiting.pending, waiting.bytes), (0, 0, 64));
        assert_eq!(waiting.after(comes).unwrap(), State { parity: 1, ..fresh(1) });
        // Bytes may come before they are expected.
        let early = fresh(1).after(comes).unwrap();
        assert_eq!((early.parity, early.bytes), (0, -64));
        assert_eq!(early.after(expects).unwrap(), State { parity: 1, ..fresh(1) });
    }

    #[test]
    fn who_drops_out_is_not_expected_again() {
        let drop = Event { arrivals: 1, drops: true, bytes: 0 };
        let arrive = Event { arrivals: 1, ..Event::default() };
        let next = fresh(2).after(drop).unwrap().after(arrive).unwrap();
        assert_eq!(next, State { pending: 1, expected: 1, bytes: 0, parity: 1 });
    }

    #[test]
    fn more_arrivals_than_are_pending_are_a_mistake() {
        assert!(fresh(2).after(Event { arrivals: 3, ..Event::default() }).is_err());
    }
}
