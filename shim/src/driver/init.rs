//! Initialization, and the state of the process.

use super::device;
use crate::abi::Result;
use crate::error::CUerror;
use crate::log;
use crate::report;
use crate::runtime::settings::Settings;
use std::io;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};
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

/// Whether a function may do its work now. What works before `cuInit` touches nothing that a fork can break.
pub fn ready(before_init: bool) -> Result {
    match STATE.load(Ordering::Acquire) {
        INITIALIZED => Ok(()),
        UNINITIALIZED if before_init => {
            log::start();
            Ok(())
        }
        FORKED if before_init => Ok(()),
        _ => Err(CUerror::NOT_INITIALIZED),
    }
}

/// `cuInit`
pub fn init(flags: u32) -> Result {
    if flags != 0 {
        return Err(CUerror::INVALID_VALUE);
    }
    if STATE.load(Ordering::Acquire) == FORKED {
        return Err(CUerror::NOT_INITIALIZED);
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
    if let Some(name) = &Settings::get().status {
        // A launcher that is gone does not need to know.
        let _ = tell(name);
    }
}

/// Tells the launcher that listens under a name. Names, not descriptors: programs close those that they do not know
/// when they start others. Sending to a socket never raises a signal.
pub fn tell(name: &str) -> io::Result<()> {
    let socket = UnixDatagram::unbound()?;
    // The launcher listens when the program has ended; that others have told it before is enough.
    socket.set_nonblocking(true)?;
    socket.send_to_addr(b"cuInit", &address(name)?).map(|_| ())
}

/// Where a launcher listens: a name that is in no folder and goes when the launcher goes.
pub fn address(name: &str) -> io::Result<SocketAddr> {
    SocketAddr::from_abstract_name(name)
}
