//! Host threads that help to run a launch. They take none of the program's signals: its handlers run on threads that
//! it made.

use std::thread::{Builder, Scope, ScopedJoinHandle};

/// Starts a helper; `None` if the host has no thread to give, which is no reason to fail.
pub(super) fn start<'scope, 'env>(
    scope: &'scope Scope<'scope, 'env>,
    work: impl FnOnce() + Send + 'scope,
) -> Option<ScopedJoinHandle<'scope, ()>> {
    let work = || {
        block_signals();
        work();
    };
    Builder::new().name("regauge".into()).spawn_scoped(scope, work).ok()
}

fn block_signals() {
    let mut all = std::mem::MaybeUninit::<libc::sigset_t>::uninit();
    // SAFETY: `sigfillset` writes the whole set before `pthread_sigmask` reads it; the latter changes this thread only.
    unsafe {
        libc::sigfillset(all.as_mut_ptr());
        libc::pthread_sigmask(libc::SIG_SETMASK, all.as_ptr(), std::ptr::null_mut());
    }
}
