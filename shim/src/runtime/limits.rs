//! What `cuCtxSetLimit` sets.

use std::sync::atomic::{AtomicU64, Ordering};

/// One settable limit of a context.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Limit {
    /// Bytes of local memory of a thread.
    StackSize,
    /// Bytes of `printf` output that a kernel may leave until the next synchronisation.
    PrintfFifo,
    /// Bytes of the heap behind `malloc` in kernels.
    MallocHeap,
    /// `cudaDeviceSynchronize` in kernels; accepted, without effect.
    DevRuntimeSyncDepth,
    /// Launches by kernels; accepted, without effect.
    DevRuntimePendingLaunches,
    /// A hint; accepted, without effect.
    MaxL2FetchGranularity,
    /// A hint; accepted, without effect.
    PersistingL2Cache,
}

impl Limit {
    const COUNT: usize = 7;

    /// The value of a new context. Source: CUDA driver API manual and observed defaults of desktop devices.
    const fn default(self) -> u64 {
        match self {
            Limit::StackSize => 1024,
            Limit::PrintfFifo => 1 << 20,
            Limit::MallocHeap => 8 << 20,
            Limit::DevRuntimeSyncDepth => 2,
            Limit::DevRuntimePendingLaunches => 2048,
            Limit::MaxL2FetchGranularity => 64,
            Limit::PersistingL2Cache => 0,
        }
    }

    /// The most that a context takes; more is cut down to it.
    const fn most(self) -> u64 {
        match self {
            // 512 KiB of local memory for each thread. Source: CUDA C++ Programming Guide, technical specifications.
            Limit::StackSize => 512 << 10,
            Limit::MaxL2FetchGranularity => 128,
            Limit::PersistingL2Cache => 0,
            _ => u64::MAX,
        }
    }
}

/// The limits of one context.
#[derive(Debug)]
pub struct Limits([AtomicU64; Limit::COUNT]);

impl Default for Limits {
    fn default() -> Self {
        let limits = Limits(Default::default());
        limits.reset();
        limits
    }
}

impl Limits {
    /// The value of a limit.
    pub fn get(&self, limit: Limit) -> u64 {
        self.0[limit as usize].load(Ordering::Relaxed)
    }

    /// Sets a limit, cut down to what a context takes.
    pub fn set(&self, limit: Limit, value: u64) {
        self.0[limit as usize].store(value.min(limit.most()), Ordering::Relaxed);
    }

    /// As in a new context.
    pub fn reset(&self) {
        use Limit::*;
        for limit in [
            StackSize,
            PrintfFifo,
            MallocHeap,
            DevRuntimeSyncDepth,
            DevRuntimePendingLaunches,
            MaxL2FetchGranularity,
            PersistingL2Cache,
        ] {
            self.set(limit, limit.default());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_cut_down_to_what_a_context_takes() {
        let limits = Limits::default();
        assert_eq!(limits.get(Limit::StackSize), 1024);
        limits.set(Limit::StackSize, 1 << 30);
        assert_eq!(limits.get(Limit::StackSize), 512 << 10);
        limits.reset();
        assert_eq!(limits.get(Limit::StackSize), 1024);
    }
}
