//! Memory pools: who asked for stream-ordered memory, and how much of it. The memory itself comes from the device as
//! any other does.

use super::context::lock;
use crate::handle::{Live, Object, Registry};
use crate::sys::CUmemPoolHandle_st;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

/// A memory pool.
pub struct Pool {
    number: u64,
    used: AtomicU64,
    most: AtomicU64,
    release_threshold: AtomicU64,
    /// Bits by number of the `CU_MEMPOOL_ATTR_REUSE_*` attribute.
    reuse: AtomicU32,
}

impl Object for Pool {
    type Raw = CUmemPoolHandle_st;
    const INVALID: crate::error::CUerror = crate::error::CUerror::INVALID_VALUE;
    fn registry() -> &'static Registry<Self> {
        static POOLS: Registry<Pool> = Registry::new();
        &POOLS
    }
}

static CURRENT: Mutex<Option<Live<Pool>>> = Mutex::new(None);
static ALL: Mutex<Vec<Live<Pool>>> = Mutex::new(Vec::new());

impl Pool {
    /// `cuMemPoolCreate`
    pub fn create() -> Live<Pool> {
        static MADE: AtomicU64 = AtomicU64::new(1);
        let pool = Pool {
            number: MADE.fetch_add(1, Ordering::Relaxed),
            used: AtomicU64::new(0),
            most: AtomicU64::new(0),
            release_threshold: AtomicU64::new(0),
            reuse: AtomicU32::new(u32::MAX),
        };
        let live = Pool::registry().insert(Arc::new(pool));
        lock(&ALL).push(live.clone());
        live
    }

    /// The pool that the device starts with.
    pub fn default_of_device() -> Live<Pool> {
        static DEFAULT: OnceLock<Live<Pool>> = OnceLock::new();
        DEFAULT.get_or_init(Pool::create).clone()
    }

    /// The pool that `cuMemAllocAsync` uses.
    pub fn current() -> Live<Pool> {
        lock(&CURRENT).clone().unwrap_or_else(Pool::default_of_device)
    }

    /// Makes it the one that `cuMemAllocAsync` uses.
    pub fn set_current(pool: Live<Pool>) {
        *lock(&CURRENT) = Some(pool);
    }

    /// It is being destroyed: `cuMemAllocAsync` uses the default again, and it is not found by number any more.
    pub fn forget_current(pool: &Live<Pool>) {
        let mut current = lock(&CURRENT);
        if current.as_ref().is_some_and(|current| current.number == pool.number) {
            *current = None;
        }
        lock(&ALL).retain(|other| other.number != pool.number);
    }

    /// The pool with this number, if it lives.
    pub fn numbered(number: u64) -> Option<Live<Pool>> {
        lock(&ALL).iter().find(|pool| pool.number == number).cloned()
    }

    /// Its number; never used twice.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// Memory was allocated from it.
    pub fn took(&self, bytes: u64) {
        let used = self.used.fetch_add(bytes, Ordering::Relaxed) + bytes;
        self.most.fetch_max(used, Ordering::Relaxed);
    }

    /// Memory from it was freed.
    pub fn gave_back(&self, bytes: u64) {
        let _ = self.used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |used| Some(used.saturating_sub(bytes)));
    }

    /// Bytes allocated from it.
    pub fn used(&self) -> u64 {
        self.used.load(Ordering::Relaxed)
    }

    /// The most bytes ever allocated from it at once, since the last reset.
    pub fn most(&self) -> u64 {
        self.most.load(Ordering::Relaxed)
    }

    /// Starts [`Pool::most`] anew.
    pub fn reset_most(&self) {
        self.most.store(self.used(), Ordering::Relaxed);
    }

    /// Kept for the program to read back; freed memory is never held.
    pub fn release_threshold(&self) -> u64 {
        self.release_threshold.load(Ordering::Relaxed)
    }

    /// See [`Pool::release_threshold`].
    pub fn set_release_threshold(&self, bytes: u64) {
        self.release_threshold.store(bytes, Ordering::Relaxed);
    }

    /// A `CU_MEMPOOL_ATTR_REUSE_*` attribute, kept for the program to read back.
    pub fn reuse(&self, attribute: u32) -> bool {
        self.reuse.load(Ordering::Relaxed) & (1 << (attribute & 31)) != 0
    }

    /// See [`Pool::reuse`].
    pub fn set_reuse(&self, attribute: u32, on: bool) {
        let bit = 1 << (attribute & 31);
        if on {
            self.reuse.fetch_or(bit, Ordering::Relaxed);
        } else {
            self.reuse.fetch_and(!bit, Ordering::Relaxed);
        }
    }
}
