//! Tables that profilers and debuggers use to listen to the runtime. Nobody listens here.

use super::{Slot, function, unknown};
use std::ffi::c_void;
use std::sync::atomic::AtomicU32;

/// TOOLS_RUNTIME_CALLBACK_HOOKS: where the runtime looks which of its functions somebody listens to.
pub static HOOKS: [Slot; 7] = [
    Slot::size(7),
    unknown!("TOOLS_RUNTIME_CALLBACK_HOOKS[1]"),
    function!(enabled_callbacks),
    unknown!("TOOLS_RUNTIME_CALLBACK_HOOKS[3]"),
    unknown!("TOOLS_RUNTIME_CALLBACK_HOOKS[4]"),
    unknown!("TOOLS_RUNTIME_CALLBACK_HOOKS[5]"),
    function!(enabled_domains),
];

/// TOOLS_TLS: asked for, never called while nobody listens.
pub static TLS: [Slot; 4] =
    [Slot::size(4), unknown!("TOOLS_TLS[1]"), unknown!("TOOLS_TLS[2]"), unknown!("TOOLS_TLS[3]")];

/// Gives the runtime one flag for each of its functions, all zero.
unsafe extern "C" fn enabled_callbacks(flags: *mut *const c_void, count: *mut usize) {
    static FLAGS: [AtomicU32; 1024] = [const { AtomicU32::new(0) }; 1024];
    // SAFETY: the caller's contract.
    unsafe { give(&FLAGS, flags, count) };
}

/// The same for groups of functions.
unsafe extern "C" fn enabled_domains(flags: *mut *const c_void, count: *mut usize) {
    static FLAGS: [AtomicU32; 14] = [const { AtomicU32::new(0) }; 14];
    // SAFETY: the caller's contract.
    unsafe { give(&FLAGS, flags, count) };
}

/// # Safety
/// The pointers are null or writable.
unsafe fn give(flags: &'static [AtomicU32], to: *mut *const c_void, count: *mut usize) {
    // SAFETY: the caller's contract.
    unsafe {
        if !to.is_null() {
            to.write(flags.as_ptr().cast());
        }
        if !count.is_null() {
            count.write(flags.len());
        }
    }
}

macro_rules! calls {
    ($($slot:literal)*) => {
        [Slot::size(64), $(unknown!(concat!("TOOLS_CALLS[", $slot, "]"))),*]
    };
}

/// The runtime 13.5 does not start without this table, and calls none of it while nobody listens.
pub static CALLS: [Slot; 64] = calls![
    1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32
    33 34 35 36 37 38 39 40 41 42 43 44 45 46 47 48 49 50 51 52 53 54 55 56 57 58 59 60 61 62 63
];
