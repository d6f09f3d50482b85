//! The host's accesses: whole ranges, checked, for `cuMemcpy*`, `cuMemset*` and module initialisers.
//!
//! A program that copies while a kernel writes the same bytes gets some mixture of both, as on a GPU.

use super::{Memory, MemoryError};
use std::ptr::{with_exposed_provenance, with_exposed_provenance_mut};

/// What a fill repeats.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Pattern {
    /// `cuMemsetD8`
    U8(u8),
    /// `cuMemsetD16`
    U16(u16),
    /// `cuMemsetD32`
    U32(u32),
}

impl Pattern {
    /// Bytes of one repetition.
    pub const fn bytes(self) -> u64 {
        match self {
            Pattern::U8(_) => 1,
            Pattern::U16(_) => 2,
            Pattern::U32(_) => 4,
        }
    }
}

impl Memory {
    fn check(&self, address: u64, bytes: u64) -> Result<(), MemoryError> {
        let map = self.map();
        match map.find(address) {
            Some(a) if a.contains(address, bytes) => Ok(()),
            _ if bytes == 0 => Ok(()),
            found => {
                // Name where the range leaves the allocation it starts in.
                let nearest = map.nearest(found.map_or(address, |a| a.end()));
                Err(MemoryError::OutOfBounds { address, bytes, nearest })
            }
        }
    }

    /// Copies device memory to `into`.
    pub fn read(&self, address: u64, into: &mut [u8]) -> Result<(), MemoryError> {
        self.check(address, into.len() as u64)?;
        // SAFETY: the source was found live and mapped; the destination is a Rust slice, which never aliases an
        // allocation of ours mutably: callers that hold slices into pinned memory use `copy`.
        unsafe { std::ptr::copy(with_exposed_provenance(address as usize), into.as_mut_ptr(), into.len()) };
        Ok(())
    }

    /// Copies `from` to device memory.
    pub fn write(&self, address: u64, from: &[u8]) -> Result<(), MemoryError> {
        self.check(address, from.len() as u64)?;
        // SAFETY: as in `read`, with the roles exchanged.
        unsafe { std::ptr::copy(from.as_ptr(), with_exposed_provenance_mut(address as usize), from.len()) };
        Ok(())
    }

    /// Copies between device addresses; the ranges may overlap.
    pub fn copy(&self, to: u64, from: u64, bytes: u64) -> Result<(), MemoryError> {
        self.check(to, bytes)?;
        self.check(from, bytes)?;
        // SAFETY: both ranges were found live and mapped.
        unsafe {
            std::ptr::copy(
                with_exposed_provenance::<u8>(from as usize),
                with_exposed_provenance_mut::<u8>(to as usize),
                bytes as usize,
            );
        }
        Ok(())
    }

    /// Writes `count` repetitions of the pattern; the address is aligned to it.
    pub fn fill(&self, address: u64, pattern: Pattern, count: u64) -> Result<(), MemoryError> {
        let bytes = count.checked_mul(pattern.bytes()).ok_or(MemoryError::OutOfMemory(u64::MAX))?;
        self.check(address, bytes)?;
        let at = address as usize;
        let count = count as usize;
        match pattern {
            // SAFETY: the range was found live and mapped.
            Pattern::U8(value) => unsafe { with_exposed_provenance_mut::<u8>(at).write_bytes(value, count) },
            Pattern::U16(value) => {
                for i in 0..count {
                    // SAFETY: as above; unaligned writes ask for nothing more.
                    unsafe { with_exposed_provenance_mut::<u16>(at + 2 * i).write_unaligned(value) };
                }
            }
            Pattern::U32(value) => {
                for i in 0..count {
                    // SAFETY: as above.
                    unsafe { with_exposed_provenance_mut::<u32>(at + 4 * i).write_unaligned(value) };
                }
            }
        }
        Ok(())
    }
}
