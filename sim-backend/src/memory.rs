//! Device memory: which bytes exist, and the only raw access to them.
//!
//! Device pointers are host addresses. Two zones of address space are reserved once: one for device memory, as large
//! as the modelled HBM, and one for pinned host memory; pages are committed as allocations reach them. Host memory
//! that the program registers joins the same map. A kernel touches nothing but live allocations, byte by byte; its
//! accesses go through a [`Cursor`], the host's through the copying functions here.
//!
//! All `unsafe` that touches memory lives in this module's files.

mod access;
mod copy;
mod zone;

pub use access::Cursor;
pub use copy::Pattern;
use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use zone::Zone;

/// Device memory of one device.
pub struct Memory {
    map: RwLock<Map>,
    /// Goes up whenever an allocation ends, so that cursors forget what they remember.
    generation: AtomicU64,
    /// Serialises 128-bit atomics, which the host has no portable instruction for.
    wide_atomics: Mutex<()>,
}

/// What an allocation is for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Kind {
    /// `cuMemAlloc`.
    Device,
    /// `cuMemAllocManaged`: the host uses the same pointer.
    Managed,
    /// `cuMemAllocHost`, `cuMemHostAlloc`: page-locked host memory.
    HostPinned,
    /// `cuMemHostRegister`: memory of the program's own. Never in a zone.
    HostRegistered,
    /// CUDA arrays, whose layout is ours.
    Array,
    /// Variables of a loaded module.
    Module,
    /// The device heap (`malloc` in kernels).
    Heap,
    /// Ours: grid workspaces and the like.
    Internal,
}

impl Kind {
    /// How messages call an allocation of this kind.
    pub const fn noun(self) -> &'static str {
        match self {
            Kind::Device => "device buffer",
            Kind::Managed => "managed buffer",
            Kind::HostPinned => "pinned host buffer",
            Kind::HostRegistered => "registered host range",
            Kind::Array => "CUDA array",
            Kind::Module => "module variables",
            Kind::Heap => "device heap block",
            Kind::Internal => "internal buffer",
        }
    }

    const fn is_host(self) -> bool {
        matches!(self, Kind::HostPinned | Kind::HostRegistered)
    }

    /// Distance that is kept free after an allocation, so that small overruns hit nothing.
    const fn red_zone(self) -> u64 {
        match self {
            Kind::Heap => 16,
            _ => 256,
        }
    }
}

/// A live (or, in messages, formerly live) range of bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Allocation {
    /// First address.
    pub start: u64,
    /// Bytes.
    pub bytes: u64,
    /// What for.
    pub kind: Kind,
    /// Counts allocations from 1: "#7" in messages.
    pub sequence: u64,
}

impl Allocation {
    /// One past the last address.
    pub const fn end(&self) -> u64 {
        self.start + self.bytes
    }
    /// Whether all of `bytes` bytes at `address` belong to it.
    pub const fn contains(&self, address: u64, bytes: u64) -> bool {
        let offset = address.wrapping_sub(self.start);
        offset <= self.bytes && self.bytes - offset >= bytes
    }
}

impl std::fmt::Display for Allocation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} #{} of {} bytes at {:#x}", self.kind.noun(), self.sequence, self.bytes, self.start)
    }
}

/// Why memory could not be had or touched.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum MemoryError {
    /// The modelled memory, or the host's, does not hold that much.
    #[error("out of memory: {0} bytes are not available")]
    OutOfMemory(u64),
    /// `free` or `unregister` of something that is not the start of an allocation of that kind.
    #[error("{0:#x} is not the start of an allocation")]
    NotAllocated(u64),
    /// `register` of a range that overlaps a live one.
    #[error("{0:#x} is already registered or allocated")]
    AlreadyRegistered(u64),
    /// A host copy outside live allocations.
    #[error("{bytes} bytes at {address:#x} are not allocated{}{nearest}", if nearest.is_empty() { "" } else { ": " })]
    OutOfBounds {
        /// First address.
        address: u64,
        /// Bytes.
        bytes: u64,
        /// Nearest allocation in words.
        nearest: String,
    },
}

struct Map {
    device: Zone,
    host: Zone,
    live: BTreeMap<u64, Allocation>,
    /// The latest freed allocations, for messages.
    freed: VecDeque<Allocation>,
    sequence: u64,
    /// Bytes of live allocations that count against the modelled HBM.
    used: u64,
}

const FREED_REMEMBERED: usize = 256;
/// Freed ranges of at least this size give their pages back at once.
const RELEASE_FROM: u64 = 64 << 10;
/// Address space for pinned host memory.
const HOST_ZONE: u64 = 256 << 30;

impl Memory {
    /// Reserves address space for `device_bytes` of device memory; less (halved until it fits) where the host's limits
    /// forbid that much, so ask [`Memory::capacity`].
    pub fn new(device_bytes: u64) -> Result<Memory, MemoryError> {
        let device = Zone::reserve(device_bytes, false)?;
        let host = Zone::reserve(HOST_ZONE.max(device_bytes), true)?;
        Ok(Memory {
            map: RwLock::new(Map { device, host, live: BTreeMap::new(), freed: VecDeque::new(), sequence: 0, used: 0 }),
            generation: AtomicU64::new(1),
            wide_atomics: Mutex::new(()),
        })
    }

    fn map(&self) -> RwLockReadGuard<'_, Map> {
        self.map.read().unwrap_or_else(PoisonError::into_inner)
    }
    fn map_mut(&self) -> RwLockWriteGuard<'_, Map> {
        self.map.write().unwrap_or_else(PoisonError::into_inner)
    }
    fn wide_lock(&self) -> MutexGuard<'_, ()> {
        self.wide_atomics.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Bytes of device memory in all.
    pub fn capacity(&self) -> u64 {
        self.map().device.bytes()
    }

    /// Bytes of device memory in live allocations.
    pub fn used(&self) -> u64 {
        self.map().used
    }

    /// Allocates `bytes` (at least one is taken), aligned to `align`, a power of two. The contents are undefined; in
    /// practice zero or what a freed allocation left.
    pub fn allocate(&self, bytes: u64, align: u64, kind: Kind) -> Result<u64, MemoryError> {
        debug_assert!(align.is_power_of_two() && kind != Kind::HostRegistered);
        let bytes = bytes.max(1);
        let align = match bytes {
            _ if kind == Kind::Heap => align.max(16),
            // Whole pages, so that freeing gives exactly them back; CUDA aligns large allocations to 2 MiB too.
            0x20_0000.. => align.max(0x20_0000),
            RELEASE_FROM.. => align.max(4096),
            _ if kind.is_host() => align.max(4096),
            // `CU_DEVICE_ATTRIBUTE_TEXTURE_ALIGNMENT`: any allocation can be a texture.
            _ if matches!(kind, Kind::Device | Kind::Managed) => align.max(512),
            _ => align.max(256),
        };
        let map = &mut *self.map_mut();
        let zone = if kind.is_host() { &mut map.host } else { &mut map.device };
        let taken = bytes.checked_add(kind.red_zone()).ok_or(MemoryError::OutOfMemory(bytes))?;
        let start = zone.take(taken, align).ok_or(MemoryError::OutOfMemory(bytes))?;
        map.sequence += 1;
        if !kind.is_host() {
            map.used += bytes;
        }
        map.live.insert(start, Allocation { start, bytes, kind, sequence: map.sequence });
        Ok(start)
    }

    /// Ends the allocation that starts at `address`. From now on access to it faults.
    pub fn free(&self, address: u64) -> Result<Allocation, MemoryError> {
        let map = &mut *self.map_mut();
        let allocation = match map.live.get(&address) {
            Some(a) if a.kind != Kind::HostRegistered => *a,
            _ => return Err(MemoryError::NotAllocated(address)),
        };
        map.live.remove(&address);
        self.generation.fetch_add(1, Ordering::Release);
        let zone = if allocation.kind.is_host() { &mut map.host } else { &mut map.device };
        zone.give_back(allocation.start, allocation.bytes + allocation.kind.red_zone());
        if allocation.bytes >= RELEASE_FROM {
            zone.release_pages(allocation.start, allocation.bytes);
        }
        if !allocation.kind.is_host() {
            map.used -= allocation.bytes;
        }
        map.remember_freed(allocation);
        Ok(allocation)
    }

    /// Lets kernels use `bytes` of the program's own memory at `address`, as `cuMemHostRegister` does. The program
    /// keeps it mapped until [`Memory::unregister`]: that is CUDA's contract.
    pub fn register(&self, address: u64, bytes: u64) -> Result<(), MemoryError> {
        let map = &mut *self.map_mut();
        let end = address.checked_add(bytes).ok_or(MemoryError::OutOfMemory(bytes))?;
        let overlaps = map.live.range(..end).next_back().is_some_and(|(_, a)| a.end() > address);
        if overlaps || map.device.owns(address) || map.host.owns(address) {
            return Err(MemoryError::AlreadyRegistered(address));
        }
        map.sequence += 1;
        let sequence = map.sequence;
        map.live.insert(address, Allocation { start: address, bytes, kind: Kind::HostRegistered, sequence });
        Ok(())
    }

    /// Ends a registration.
    pub fn unregister(&self, address: u64) -> Result<Allocation, MemoryError> {
        let map = &mut *self.map_mut();
        match map.live.get(&address) {
            Some(a) if a.kind == Kind::HostRegistered => {
                let allocation = *a;
                map.live.remove(&address);
                self.generation.fetch_add(1, Ordering::Release);
                map.remember_freed(allocation);
                Ok(allocation)
            }
            _ => Err(MemoryError::NotAllocated(address)),
        }
    }

    /// The live allocation that contains `address`.
    pub fn find(&self, address: u64) -> Option<Allocation> {
        self.map().find(address)
    }

    /// Whether `address` lies in the zone of pinned or of device memory, allocated or not.
    pub fn owns(&self, address: u64) -> bool {
        let map = self.map();
        map.device.owns(address) || map.host.owns(address)
    }

    /// All live allocations in address order.
    pub fn allocations(&self) -> Vec<Allocation> {
        self.map().live.values().copied().collect()
    }

    /// Where `address` lies relative to the nearest allocation, in words; empty if there is none near.
    pub fn nearest(&self, address: u64) -> String {
        self.map().nearest(address)
    }

    /// A kernel's view, for one worker.
    pub fn cursor(&self) -> Cursor<'_> {
        Cursor::new(self)
    }
}

impl Map {
    fn find(&self, address: u64) -> Option<Allocation> {
        self.live.range(..=address).next_back().map(|(_, a)| *a).filter(|a| a.contains(address, 1))
    }

    fn remember_freed(&mut self, allocation: Allocation) {
        if self.freed.len() == FREED_REMEMBERED {
            self.freed.pop_back();
        }
        self.freed.push_front(allocation);
    }

    fn nearest(&self, address: u64) -> String {
        /// Further away than this an allocation explains nothing.
        const NEAR: u64 = 1 << 30;
        if let Some(a) = self.find(address) {
            return format!("{} bytes into {a}", address - a.start);
        }
        if let Some(a) = self.freed.iter().find(|a| a.contains(address, 1)) {
            return format!("{} bytes into {a}, which was freed", address - a.start);
        }
        let before = self.live.range(..=address).next_back().map(|(_, a)| (address - a.end(), a));
        let after = self.live.range(address..).next().map(|(_, a)| (a.start - address, a));
        match (before, after) {
            (Some((past, a)), after) if past < NEAR && after.is_none_or(|(ahead, _)| past <= ahead) => {
                format!("{past} bytes past {a}")
            }
            (_, Some((ahead, a))) if ahead < NEAR => format!("{ahead} bytes before {a}"),
            _ => String::new(),
        }
    }
}

#[cfg(test)]
mod tests;
