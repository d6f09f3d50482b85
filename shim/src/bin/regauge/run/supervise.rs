//! Starting a program, passing signals on to it, and ending as it ends.

use cuda::driver::init;
use std::io;
use std::mem::MaybeUninit;
use std::os::unix::net::UnixDatagram;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, ExitCode, ExitStatus};
use std::sync::atomic::{AtomicI32, Ordering};

/// Where the library says that it was initialized.
pub(crate) struct Status {
    socket: UnixDatagram,
    name: String,
    /// A launcher around this one, which wants to hear it too.
    outer: Option<String>,
}

impl Status {
    /// Starts listening.
    pub(crate) fn listen() -> io::Result<Status> {
        let name = format!("regauge-{}", std::process::id());
        let socket = UnixDatagram::bind_addr(&init::address(&name)?)?;
        socket.set_nonblocking(true)?;
        Ok(Status { socket, name, outer: std::env::var("REGAUGE_STATUS").ok() })
    }

    /// What the library is told.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Whether the library has not said anything so far.
    pub(crate) fn is_silent(&self) -> bool {
        let heard = self.socket.recv(&mut [0; 16]).is_ok();
        if let Some(outer) = self.outer.as_ref().filter(|_| heard) {
            let _ = init::tell(outer);
        }
        !heard
    }
}

/// How a program ended.
pub(crate) struct End(ExitStatus);

/// Signals that somebody may send to the launcher and means the program.
const PASSED_ON: [libc::c_int; 8] = [
    libc::SIGINT,
    libc::SIGQUIT,
    libc::SIGTERM,
    libc::SIGHUP,
    libc::SIGUSR1,
    libc::SIGUSR2,
    libc::SIGALRM,
    libc::SIGWINCH,
];

/// The program, once it is started.
static CHILD: AtomicI32 = AtomicI32::new(0);
/// A signal that came before.
static EARLY: AtomicI32 = AtomicI32::new(0);

/// Passes a signal on, unless it comes from the terminal, which sends it to the program too.
extern "C" fn pass_on(signal: libc::c_int, info: *mut libc::siginfo_t, _: *mut libc::c_void) {
    // SAFETY: the system passes valid information; `kill` may be called in handlers.
    unsafe {
        if (*info).si_code > 0 {
            return;
        }
        match CHILD.load(Ordering::SeqCst) {
            0 => EARLY.store(signal, Ordering::SeqCst),
            child => _ = libc::kill(child, signal),
        }
    }
}

/// Starts a program and waits for its end.
pub(crate) fn run(command: &mut Command) -> io::Result<End> {
    for signal in PASSED_ON {
        // A handler, not "ignore": what is ignored stays so in the program.
        // SAFETY: the structure is plain data; the handler only calls what handlers may call.
        unsafe {
            let mut action: libc::sigaction = MaybeUninit::zeroed().assume_init();
            action.sa_sigaction = pass_on as *const () as usize;
            action.sa_flags = libc::SA_SIGINFO | libc::SA_RESTART;
            libc::sigaction(signal, &action, std::ptr::null_mut());
        }
    }
    let mut child = command.spawn()?;
    CHILD.store(child.id() as i32, Ordering::SeqCst);
    match EARLY.swap(0, Ordering::SeqCst) {
        0 => {}
        // SAFETY: a plain system call on our child, which has not been waited for.
        signal => _ = unsafe { libc::kill(child.id() as i32, signal) },
    }
    child.wait().map(End)
}

impl End {
    /// Ends as the program ended: with its exit status, or by the signal that killed it.
    pub(crate) fn pass_on(self) -> ExitCode {
        if let Some(code) = self.0.code() {
            return ExitCode::from(code as u8);
        }
        let signal = self.0.signal().unwrap_or(libc::SIGKILL);
        // The program has dumped its core, if it was to.
        let none = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
        // SAFETY: plain system calls on this process.
        unsafe {
            libc::setrlimit(libc::RLIMIT_CORE, &none);
            libc::signal(signal, libc::SIG_DFL);
            libc::raise(signal);
        }
        ExitCode::from(128u8.wrapping_add(signal as u8))
    }
}
