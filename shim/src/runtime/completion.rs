//! A point in a stream that work, events and the host wait for, and the simulated time at which it was reached.
//!
//! The time is written once, by whoever did the work, and depends only on the work before it: never on when the host
//! happened to look.

use sim_backend::units::Picoseconds;
use std::sync::{Arc, Condvar, Mutex, OnceLock, PoisonError};
use std::time::Duration;

/// Completes once, at a simulated time.
#[derive(Debug, Default)]
pub struct Completion {
    reached: OnceLock<Picoseconds>,
    gate: Mutex<()>,
    opened: Condvar,
}

impl Completion {
    /// A point that is not reached yet.
    pub fn pending() -> Arc<Self> {
        Arc::default()
    }

    /// A point that was reached at `time`.
    pub fn reached_at(time: Picoseconds) -> Arc<Self> {
        Arc::new(Completion { reached: OnceLock::from(time), ..Self::default() })
    }

    /// When it was reached, if it was.
    pub fn time(&self) -> Option<Picoseconds> {
        self.reached.get().copied()
    }

    /// Marks it as reached and wakes those who wait. Only the first call counts.
    pub fn reach(&self, time: Picoseconds) {
        let _gate = self.gate.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = self.reached.set(time);
        self.opened.notify_all();
    }

    /// Blocks the calling host thread until it is reached.
    pub fn wait(&self) -> Picoseconds {
        if let Some(time) = self.time() {
            return time;
        }
        let mut gate = self.gate.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if let Some(time) = self.time() {
                return time;
            }
            gate = self.opened.wait(gate).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Like [`Completion::wait`], giving up after `limit`.
    pub fn wait_for(&self, limit: Duration) -> Option<Picoseconds> {
        let gate = self.gate.lock().unwrap_or_else(PoisonError::into_inner);
        let pending = |_: &mut ()| self.time().is_none();
        let _gate = self.opened.wait_timeout_while(gate, limit, pending).unwrap_or_else(PoisonError::into_inner);
        self.time()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waiting_gives_the_time_of_the_work_not_of_the_look() {
        let point = Completion::pending();
        assert_eq!(point.time(), None);
        let waiter = std::thread::spawn({
            let point = point.clone();
            move || point.wait()
        });
        point.reach(Picoseconds(7));
        point.reach(Picoseconds(9));
        assert_eq!(waiter.join().expect("the waiter returns"), Picoseconds(7));
    }

    #[test]
    fn a_bounded_wait_gives_up() {
        assert_eq!(Completion::pending().wait_for(Duration::from_millis(1)), None);
        assert_eq!(Completion::reached_at(Picoseconds(3)).wait_for(Duration::ZERO), Some(Picoseconds(3)));
    }
}
