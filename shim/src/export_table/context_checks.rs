//! CONTEXT_CHECKS: whether a context may be used.

use super::{Slot, call, function, unknown};
use crate::abi::{FromC, Out, enter};
use crate::sys::{CUcontext, CUresult};
use std::ffi::c_void;

/// The table.
pub static SLOTS: [Slot; 4] =
    [Slot::size(4), unknown!("CONTEXT_CHECKS[1]"), function!(check_context), function!(check_process)];

/// Nothing is wrong with a context.
unsafe extern "C" fn check_context(_: CUcontext, result: *mut u32, _: *const *const c_void) -> CUresult {
    enter(&call("CONTEXT_CHECKS[2]"), &mut |call| {
        // SAFETY: the caller's contract.
        unsafe { Out::from_c(result, call) }?.set(0);
        Ok(())
    })
}

/// Nothing is wrong with the process.
extern "C" fn check_process() -> u32 {
    0
}
