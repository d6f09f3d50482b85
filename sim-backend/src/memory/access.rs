//! A kernel's accesses: checked against live allocations, free of tearing and of undefined behaviour when kernels
//! race. Ranges hit lately are remembered, so that most checks are two comparisons.

use super::Memory;
use ptx_frontend::types::MemoryOrder;
use std::ptr::with_exposed_provenance_mut;
use std::sync::atomic::{AtomicU8, AtomicU16, AtomicU32, AtomicU64, Ordering, fence};
use translator::tile::eval::GlobalMemory;

/// One worker's view of [`Memory`].
pub struct Cursor<'m> {
    memory: &'m Memory,
    generation: u64,
    recent: [Range; RECENT],
}

/// A kernel rarely streams more arrays than this at once.
const RECENT: usize = 8;

#[derive(Clone, Copy)]
struct Range {
    start: u64,
    bytes: u64,
}

impl Range {
    fn holds(self, address: u64, bytes: u64) -> bool {
        let offset = address.wrapping_sub(self.start);
        offset < self.bytes && self.bytes - offset >= bytes
    }
}

impl<'m> Cursor<'m> {
    pub(super) fn new(memory: &'m Memory) -> Self {
        Cursor { memory, generation: 0, recent: [Range { start: 0, bytes: 0 }; RECENT] }
    }

    /// Whether the bytes are live: the check every access makes first.
    #[inline(always)]
    fn check(&mut self, address: u64, bytes: u64) -> Option<()> {
        let current = self.memory.generation.load(Ordering::Relaxed) == self.generation;
        if current && self.recent[0].holds(address, bytes) { Some(()) } else { self.check_slowly(address, bytes) }
    }

    #[inline(never)]
    fn check_slowly(&mut self, address: u64, bytes: u64) -> Option<()> {
        let generation = self.memory.generation.load(Ordering::Acquire);
        if generation != self.generation {
            self.recent = [Range { start: 0, bytes: 0 }; RECENT];
            self.generation = generation;
        }
        let hit = match self.recent.iter().position(|r| r.holds(address, bytes)) {
            Some(place) => place,
            None => {
                let found = self.memory.find(address).filter(|a| a.contains(address, bytes))?;
                self.recent[RECENT - 1] = Range { start: found.start, bytes: found.bytes };
                RECENT - 1
            }
        };
        self.recent[..=hit].rotate_right(1);
        Some(())
    }
}

/// The atomic cell at an address. A macro, because the cell types share no trait.
macro_rules! cell {
    ($ty:ident, $address:expr) => {{
        let pointer = with_exposed_provenance_mut($address as usize);
        // SAFETY: `check` has found the bytes in a live allocation: they are mapped, readable and writable. The
        // caller has found the address naturally aligned. Everything that touches allocations while kernels run is
        // atomic, or outside Rust (the CUDA program itself).
        unsafe { $ty::from_ptr(pointer) }
    }};
}

fn is_aligned(address: u64, bytes: u32) -> bool {
    address & u64::from(bytes - 1) == 0
}

impl GlobalMemory for Cursor<'_> {
    #[inline(always)]
    fn is_accessible(&mut self, address: u64, bytes: u32) -> bool {
        self.check(address, u64::from(bytes)).is_some()
    }

    #[inline(always)]
    fn load(&mut self, address: u64, bytes: u32) -> Option<u64> {
        self.check(address, u64::from(bytes))?;
        debug_assert!(is_aligned(address, bytes));
        Some(match bytes {
            4 => u64::from(cell!(AtomicU32, address & !3).load(Ordering::Relaxed)),
            8 => cell!(AtomicU64, address & !7).load(Ordering::Relaxed),
            2 => u64::from(cell!(AtomicU16, address & !1).load(Ordering::Relaxed)),
            1 => u64::from(cell!(AtomicU8, address).load(Ordering::Relaxed)),
            _ => unreachable!("the verifier admits elements of 1, 2, 4 and 8 bytes"),
        })
    }

    #[inline(always)]
    fn store(&mut self, address: u64, bytes: u32, bits: u64) -> Option<()> {
        self.check(address, u64::from(bytes))?;
        debug_assert!(is_aligned(address, bytes));
        match bytes {
            4 => cell!(AtomicU32, address & !3).store(bits as u32, Ordering::Relaxed),
            8 => cell!(AtomicU64, address & !7).store(bits, Ordering::Relaxed),
            2 => cell!(AtomicU16, address & !1).store(bits as u16, Ordering::Relaxed),
            1 => cell!(AtomicU8, address).store(bits as u8, Ordering::Relaxed),
            _ => unreachable!("the verifier admits elements of 1, 2, 4 and 8 bytes"),
        }
        Some(())
    }

    fn update(&mut self, address: u64, bytes: u32, mut change: impl FnMut(u64) -> Option<u64>) -> Option<u64> {
        self.check(address, u64::from(bytes))?;
        debug_assert!(is_aligned(address, bytes));
        macro_rules! update {
            ($cell:ident, $bits:ty, $mask:expr) => {{
                let change = |old: $bits| change(u64::from(old)).map(|new| new as $bits);
                let cell = cell!($cell, address & !$mask);
                let (Ok(old) | Err(old)) = cell.fetch_update(Ordering::Relaxed, Ordering::Relaxed, change);
                u64::from(old)
            }};
        }
        Some(match bytes {
            4 => update!(AtomicU32, u32, 3),
            8 => update!(AtomicU64, u64, 7),
            2 => update!(AtomicU16, u16, 1),
            1 => update!(AtomicU8, u8, 0),
            _ => unreachable!("the verifier admits atomics of 1, 2, 4 and 8 bytes"),
        })
    }

    fn update_pair(&mut self, address: u64, mut change: impl FnMut([u64; 2]) -> Option<[u64; 2]>) -> Option<[u64; 2]> {
        self.check(address, 16)?;
        let _alone = self.memory.wide_lock();
        let (low, high) = (cell!(AtomicU64, address & !15), cell!(AtomicU64, (address & !15) + 8));
        let old = [low.load(Ordering::Relaxed), high.load(Ordering::Relaxed)];
        if let Some(new) = change(old) {
            low.store(new[0], Ordering::Relaxed);
            high.store(new[1], Ordering::Relaxed);
        }
        Some(old)
    }

    #[inline]
    fn fence(&mut self, order: MemoryOrder) {
        match order {
            MemoryOrder::Weak | MemoryOrder::Volatile | MemoryOrder::Relaxed | MemoryOrder::Mmio => {}
            MemoryOrder::Acquire => fence(Ordering::Acquire),
            MemoryOrder::Release => fence(Ordering::Release),
            MemoryOrder::AcqRel => fence(Ordering::AcqRel),
            MemoryOrder::Sc => fence(Ordering::SeqCst),
        }
    }

    fn nearest(&mut self, address: u64) -> String {
        self.memory.nearest(address)
    }
}
