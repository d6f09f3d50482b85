//! A reserved range of addresses and which parts of it are free. Knows nothing of what allocations are for.

use super::MemoryError;
use std::collections::{BTreeMap, BTreeSet};

/// Address space reserved with `mmap`, committed up to a high-water mark.
pub(super) struct Zone {
    base: u64,
    bytes: u64,
    /// Bytes from `base` on that may be touched.
    committed: u64,
    free_by_start: BTreeMap<u64, u64>,
    free_by_size: BTreeSet<(u64, u64)>,
}

/// The smallest zone that is worth having.
const SMALLEST: u64 = 16 << 20;
/// Step in which pages are made accessible: few system calls, one mapping.
const COMMIT_STEP: u64 = 64 << 20;

impl Zone {
    /// Reserves `bytes`, or half of it, or half of that, ... . Forked children get a copy only if `inherited`.
    pub(super) fn reserve(bytes: u64, inherited: bool) -> Result<Zone, MemoryError> {
        let mut size = bytes.next_multiple_of(0x20_0000);
        loop {
            // SAFETY: a fresh anonymous mapping at an address of the kernel's choice touches no memory of ours.
            let at = unsafe {
                libc::mmap(
                    std::ptr::null_mut(),
                    size as usize,
                    libc::PROT_NONE,
                    libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE,
                    -1,
                    0,
                )
            };
            if at != libc::MAP_FAILED {
                if !inherited {
                    // SAFETY: the range is the mapping made above. Failure only costs memory after `fork`.
                    unsafe { libc::madvise(at, size as usize, libc::MADV_DONTFORK) };
                }
                // Exposed, because device addresses come back as integers.
                let start = at.expose_provenance() as u64;
                let base = start.next_multiple_of(0x20_0000);
                let usable = size - (base - start);
                return Ok(Zone {
                    base,
                    bytes: usable,
                    committed: 0,
                    free_by_start: BTreeMap::from([(base, usable)]),
                    free_by_size: BTreeSet::from([(usable, base)]),
                });
            }
            size /= 2;
            if size < SMALLEST {
                return Err(MemoryError::OutOfMemory(bytes));
            }
        }
    }

    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    pub(super) fn owns(&self, address: u64) -> bool {
        address.wrapping_sub(self.base) < self.bytes
    }

    /// Best fit: the smallest free range that holds it, at its lowest address.
    pub(super) fn take(&mut self, bytes: u64, align: u64) -> Option<u64> {
        let bytes = bytes.checked_next_multiple_of(16)?;
        let (start, size, at) = self.free_by_size.range((bytes, 0)..).find_map(|&(size, start)| {
            let at = start.checked_next_multiple_of(align)?;
            (at.checked_add(bytes)? <= start + size).then_some((start, size, at))
        })?;
        self.commit(at + bytes).ok()?;
        self.remove_free(start, size);
        self.insert_free(start, at - start);
        self.insert_free(at + bytes, start + size - (at + bytes));
        Some(at)
    }

    /// The inverse of [`Zone::take`] with the same `bytes`.
    pub(super) fn give_back(&mut self, start: u64, bytes: u64) {
        let (mut start, mut size) = (start, bytes.next_multiple_of(16));
        if let Some((&before, &before_size)) = self.free_by_start.range(..start).next_back()
            && before + before_size == start
        {
            self.remove_free(before, before_size);
            (start, size) = (before, size + before_size);
        }
        if let Some(&after_size) = self.free_by_start.get(&(start + size)) {
            self.remove_free(start + size, after_size);
            size += after_size;
        }
        self.insert_free(start, size);
    }

    /// Returns the whole pages of the range to the host.
    pub(super) fn release_pages(&mut self, start: u64, bytes: u64) {
        const PAGE: u64 = 4096;
        let (from, to) = (start.next_multiple_of(PAGE), (start + bytes) / PAGE * PAGE);
        if from < to {
            let at = std::ptr::with_exposed_provenance_mut(from as usize);
            // SAFETY: the range is inside our mapping and belongs to no live allocation. Failure only costs memory.
            unsafe { libc::madvise(at, (to - from) as usize, libc::MADV_DONTNEED) };
        }
    }

    fn commit(&mut self, end: u64) -> Result<(), MemoryError> {
        let needed = end - self.base;
        if needed <= self.committed {
            return Ok(());
        }
        let target = needed.next_multiple_of(COMMIT_STEP).min(self.bytes);
        let at = std::ptr::with_exposed_provenance_mut((self.base + self.committed) as usize);
        let more = (target - self.committed) as usize;
        // SAFETY: the range is inside our mapping, and nothing refers to it yet.
        if unsafe { libc::mprotect(at, more, libc::PROT_READ | libc::PROT_WRITE) } != 0 {
            return Err(MemoryError::OutOfMemory(needed));
        }
        self.committed = target;
        Ok(())
    }

    fn insert_free(&mut self, start: u64, size: u64) {
        if size > 0 {
            self.free_by_start.insert(start, size);
            self.free_by_size.insert((size, start));
        }
    }

    fn remove_free(&mut self, start: u64, size: u64) {
        self.free_by_start.remove(&start);
        self.free_by_size.remove(&(size, start));
    }
}

// A zone lives as long as the process: device pointers may be anywhere, and CUDA programs free nothing at exit.
// Zones are therefore never unmapped, except in tests that make many.
#[cfg(test)]
impl Drop for Zone {
    fn drop(&mut self) {
        let at = std::ptr::with_exposed_provenance_mut(self.base as usize);
        // SAFETY: tests keep no pointers into a zone that they drop. The unaligned head of the mapping stays.
        unsafe { libc::munmap(at, self.bytes as usize) };
    }
}
