//! What lies where in the unified address space: every range that a pointer given to CUDA may point into, and whose
//! it is.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

/// What a range is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// `cuMemAlloc` and its relatives.
    Device,
    /// `cuMemAllocAsync`, from the pool of that number: freed in stream order.
    Pooled {
        /// Number of the pool.
        pool: u64,
    },
    /// `cuMemAllocManaged`; `attach_global` is the flag given.
    Managed {
        /// `CU_MEM_ATTACH_GLOBAL` rather than `CU_MEM_ATTACH_HOST`.
        attach_global: bool,
    },
    /// `cuMemHostAlloc`, `cuMemAllocHost`: page-locked host memory, with the flags given.
    Host {
        /// `CU_MEMHOSTALLOC_*`
        flags: u32,
    },
    /// `cuMemHostRegister`: the program's own memory, with the flags given.
    Registered {
        /// `CU_MEMHOSTREGISTER_*`
        flags: u32,
    },
    /// A variable of a module.
    Variable {
        /// `__managed__`
        managed: bool,
    },
    /// Backed by `cuMemCreate` and `cuMemMap`.
    Mapped,
}

impl Kind {
    /// Whether the range is memory of the host, as `cuPointerGetAttribute` tells it.
    pub fn is_host(self) -> bool {
        matches!(self, Kind::Host { .. } | Kind::Registered { .. })
    }

    /// Whether host and device both may touch it through the same address.
    pub fn is_managed(self) -> bool {
        matches!(self, Kind::Managed { .. } | Kind::Variable { managed: true })
    }
}

/// A range of addresses.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Allocation {
    /// First address.
    pub base: u64,
    /// Bytes the program asked for.
    pub size: u64,
    /// What it is.
    pub kind: Kind,
    /// Handle of the owning context; 0 where no context owns it.
    pub context: u64,
    /// Counts allocations of the process, from 1; never used twice.
    pub number: u64,
}

impl Allocation {
    /// One past the last address.
    pub fn end(&self) -> u64 {
        self.base.saturating_add(self.size)
    }
}

/// All ranges, disjoint, by first address.
#[derive(Debug, Default)]
pub struct Allocations {
    ranges: RwLock<Ranges>,
}

#[derive(Debug, Default)]
struct Ranges {
    by_base: BTreeMap<u64, Arc<Allocation>>,
    made: u64,
}

impl Allocations {
    /// Enters a range and numbers it. `None` if it overlaps one that is already there.
    pub fn insert(&self, base: u64, size: u64, kind: Kind, context: u64) -> Option<Arc<Allocation>> {
        let mut ranges = self.ranges.write().unwrap_or_else(PoisonError::into_inner);
        let end = base.checked_add(size)?;
        let overlaps = |other: &Allocation| other.base < end && base < other.end();
        if ranges.by_base.range(..end).next_back().is_some_and(|(_, last)| overlaps(last)) {
            return None;
        }
        ranges.made += 1;
        let allocation = Arc::new(Allocation { base, size, kind, context, number: ranges.made });
        ranges.by_base.insert(base, allocation.clone());
        Some(allocation)
    }

    /// Takes out the range that starts at `base`, if it is one that `which` accepts.
    pub fn remove(&self, base: u64, which: impl FnOnce(&Allocation) -> bool) -> Option<Arc<Allocation>> {
        let mut ranges = self.ranges.write().unwrap_or_else(PoisonError::into_inner);
        which(ranges.by_base.get(&base)?).then(|| ranges.by_base.remove(&base)).flatten()
    }

    /// Takes out all ranges of a context.
    pub fn remove_context(&self, context: u64) -> Vec<Arc<Allocation>> {
        let mut ranges = self.ranges.write().unwrap_or_else(PoisonError::into_inner);
        let gone: Vec<_> = ranges.by_base.values().filter(|a| a.context == context).cloned().collect();
        for allocation in &gone {
            ranges.by_base.remove(&allocation.base);
        }
        gone
    }

    /// The range that `address` lies in.
    pub fn find(&self, address: u64) -> Option<Arc<Allocation>> {
        let ranges = self.ranges.read().unwrap_or_else(PoisonError::into_inner);
        let (_, allocation) = ranges.by_base.range(..=address).next_back()?;
        (address < allocation.end()).then(|| allocation.clone())
    }

    /// The range that all of `address..address + size` lies in.
    pub fn find_whole(&self, address: u64, size: u64) -> Option<Arc<Allocation>> {
        self.find(address).filter(|a| address.checked_add(size).is_some_and(|end| end <= a.end()))
    }

    /// Whether any range touches `address..address + size`.
    pub fn touches(&self, address: u64, size: u64) -> bool {
        let ranges = self.ranges.read().unwrap_or_else(PoisonError::into_inner);
        let end = address.saturating_add(size);
        ranges.by_base.range(..end).next_back().is_some_and(|(_, last)| address < last.end())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_found_by_any_address_inside() {
        let table = Allocations::default();
        let made = table.insert(0x1000, 0x100, Kind::Device, 1).expect("free");
        assert_eq!(table.find(0x1000), Some(made.clone()));
        assert_eq!(table.find(0x10ff), Some(made.clone()));
        assert_eq!(table.find(0x1100), None);
        assert_eq!(table.find(0xfff), None);
        assert_eq!(table.find_whole(0x1080, 0x80), Some(made));
        assert_eq!(table.find_whole(0x1080, 0x81), None);
        assert_eq!(table.find_whole(0x1080, u64::MAX), None);
    }

    #[test]
    fn overlapping_ranges_are_refused() {
        let table = Allocations::default();
        table.insert(0x1000, 0x100, Kind::Device, 1).expect("free");
        for (base, size) in [(0x1000, 0x100), (0xf00, 0x101), (0x10ff, 1), (0xf00, 0x1000), (0x1010, 1)] {
            assert_eq!(table.insert(base, size, Kind::Device, 1), None, "{base:#x}+{size:#x}");
        }
        assert!(table.insert(0x1100, 1, Kind::Device, 1).is_some());
        assert!(table.insert(0xf00, 0x100, Kind::Device, 1).is_some());
    }

    #[test]
    fn numbers_are_never_used_twice() {
        let table = Allocations::default();
        let first = table.insert(0x1000, 1, Kind::Device, 1).expect("free");
        assert!(table.remove(0x1000, |_| true).is_some());
        assert_eq!(table.remove(0x1000, |_| true), None);
        let second = table.insert(0x1000, 1, Kind::Device, 1).expect("free");
        assert_ne!(first.number, second.number);
    }

    #[test]
    fn a_contexts_ranges_go_together() {
        let table = Allocations::default();
        table.insert(0x1000, 1, Kind::Device, 1).expect("free");
        table.insert(0x2000, 1, Kind::Device, 2).expect("free");
        table.insert(0x3000, 1, Kind::Managed { attach_global: true }, 1).expect("free");
        assert_eq!(table.remove_context(1).len(), 2);
        assert!(table.find(0x1000).is_none());
        assert!(table.find(0x2000).is_some());
    }
}
