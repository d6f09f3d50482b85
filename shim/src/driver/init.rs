//! Initialization, and the state of the process.

use super::device;
use crate::abi::Result;
use crate::error::CUerror;
use crate::log;
use crate::report;
use crate::runtime::settings::Settings;
use std::io::Write;
use std::mem::ManuallyDrop;
use std::os::fd::FromRawFd;
use std::sync::Once;
use std::sync::atomic::{AtomicU8, Ordering};

/// `cuInit` has not succeeded yet.
const UNINITIALIZED: u8 = 0;
/// `cuInit` has succeeded.
const INITIALIZED: u8 = 1;
/// The process is a copy of one that was initialized. Its threads are gone and its locks may be held by nobody, so
/// CUDA does not work in it; nothing may be touched.
const FORKED: u8 = 2;

static STATE: AtomicU8 = AtomicU8::new(UNINITIALIZED);

/// Whether a function may do its work now.
pub fn ready(before_init: bool) -> Result {
    match STATE.load(Ordering::Acquire) {
        INITIALIZED => Ok(()),
        UNINITIALIZED if before_init => {
            log::start();
            Ok(())
        }
        _ => Err(CUerror::NOT_INITIALIZED),
    }
}

/// `cuInit`
pub fn init(flags: u32) -> Result {
    if flags != 0 {
        return Err(CUerror::INVALID_VALUE);
    }
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        report::quiet_panics();
        // SAFETY: the handler only stores to an atomic.
        unsafe { libc::pthread_atfork(None, None, Some(poison_child)) };
        tell_launcher();
    });
    if device::count_visible() == 0 {
        return Err(CUerror::NO_DEVICE);
    }
    STATE.store(INITIALIZED, Ordering::Release);
    Ok(())
}

/// Runs in the child of a fork.
extern "C" fn poison_child() {
    let _ = STATE.compare_exchange(INITIALIZED, FORKED, Ordering::AcqRel, Ordering::Acquire);
}

/// Tells `regauge run` that the program uses CUDA, and uses this library for it.
fn tell_launcher() {
    let Some(fd) = Settings::get().status_fd else { return };
    // SAFETY: the launcher opened the descriptor for this; it stays open, since a program may have closed it and
    // opened another under its number.
    let mut pipe = ManuallyDrop::new(unsafe { std::fs::File::from_raw_fd(fd) });
    let _ = pipe.write_all(format!("cuInit pid={}\n", std::process::id()).as_bytes());
}
