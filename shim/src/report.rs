//! What the library says on standard error: nothing, unless there is something to say.
//!
//! One line first, each with an identifier that scripts can look for. Nothing here panics: the program may have closed
//! standard error.

use crate::error::CUerror;
use std::collections::HashSet;
use std::io::Write;
use std::sync::{Mutex, Once, PoisonError};

/// Writes one line that starts with `regauge: `.
pub fn line(text: std::fmt::Arguments<'_>) {
    // One write, so that lines of several threads and processes do not mix.
    let _ = std::io::stderr().write_all(format!("regauge: {text}\n").as_bytes());
}

/// Writes what kernels have to say about themselves, as it is.
pub fn text(bytes: &[u8]) {
    let _ = std::io::stderr().write_all(bytes);
}

/// Whether `subject` is new to this process: what is said once is not said again.
fn first_time(subject: &'static str) -> bool {
    static SAID: Mutex<Option<HashSet<&'static str>>> = Mutex::new(None);
    SAID.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert_default().insert(subject)
}

/// Names a function, or a use of one, that we do not offer, once, and answers what it answers.
pub fn unsupported(name: &'static str) -> CUerror {
    if first_time(name) {
        line(format_args!("error[T0801]: {name} is not supported (docs/driver-api.md)"));
    }
    CUerror::NOT_SUPPORTED
}

/// Panics of this library are our bugs, and say so in one line. Those of the host program are not ours to change,
/// and are not changed: a Rust program has its own copy of the standard library.
pub fn quiet_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        std::panic::set_hook(Box::new(|panic| {
            let text = panic.payload_as_str().unwrap_or("no message");
            let place =
                panic.location().map(|place| format!(" at {}:{}", place.file(), place.line())).unwrap_or_default();
            line(format_args!(
                "error[T0900]: internal error{place}: {text} (a bug in regauge, not in your program; please report it)"
            ));
        }));
    });
}
