//! The queues of a context and which waits for which: CUDA's rules for the legacy default stream.
//!
//! Work on the legacy stream starts after everything submitted before to blocking streams, and work on a blocking
//! stream starts after everything submitted before to the legacy stream. Non-blocking streams take no part.

use super::clock::HostClock;
use super::completion::Completion;
use super::queue::{Action, Queue, Work};
use sim_backend::units::Picoseconds;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How a queue takes part in the ordering.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Role {
    /// The legacy default stream.
    Legacy,
    /// Ordered with the legacy stream.
    Blocking,
    /// Ordered with nothing.
    NonBlocking,
}

/// The queues of one context.
#[derive(Default)]
pub struct Schedule {
    /// What the host has seen.
    pub host: HostClock,
    legacy: Arc<Queue>,
    /// Submissions happen one at a time, so that "submitted before" has one meaning for all threads.
    members: Mutex<Members>,
}

#[derive(Default)]
struct Members {
    queues: Vec<(Arc<Queue>, Role)>,
    /// The last points of queues that are gone.
    left: Vec<(Arc<Completion>, Role)>,
}

impl Schedule {
    fn members(&self) -> MutexGuard<'_, Members> {
        self.members.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The legacy default stream's queue.
    pub fn legacy(&self) -> &Arc<Queue> {
        &self.legacy
    }

    /// A new queue.
    pub fn enter(&self, role: Role) -> Arc<Queue> {
        let queue = Arc::new(Queue::default());
        self.members().queues.push((queue.clone(), role));
        queue
    }

    /// The queue takes no more work. What it has is still done, and waited for.
    pub fn leave(&self, queue: &Arc<Queue>) {
        let mut members = self.members();
        let Some(at) = members.queues.iter().position(|(q, _)| Arc::ptr_eq(q, queue)) else { return };
        let (queue, role) = members.queues.swap_remove(at);
        members.left.push((queue.last(), role));
        members.forget_the_past();
    }

    /// Submits work without waiting for it. `after` are the points it waits for beyond CUDA's implicit ones.
    pub fn submit(
        &self,
        queue: &Arc<Queue>,
        role: Role,
        after: Vec<Arc<Completion>>,
        action: Action,
    ) -> io::Result<Arc<Completion>> {
        let members = self.members();
        queue.submit(self.work(&members, role, after, action))
    }

    /// Does the work before returning, in its place in the order.
    pub fn run(
        &self,
        queue: &Arc<Queue>,
        role: Role,
        after: Vec<Arc<Completion>>,
        action: Action,
    ) -> io::Result<Picoseconds> {
        let members = self.members();
        let work = self.work(&members, role, after, action);
        // The place in the queue is taken under the lock, the waiting is not done under it.
        let place = queue.enter(work)?;
        drop(members);
        let end = place.finish();
        self.host.saw(end);
        Ok(end)
    }

    fn work(&self, members: &Members, role: Role, mut after: Vec<Arc<Completion>>, action: Action) -> Work {
        after.extend(self.implied(members, role));
        Work { after, earliest: self.host.now(), action }
    }

    /// The points that new work on a queue would come after.
    pub fn before(&self, queue: &Queue, role: Role) -> Vec<Arc<Completion>> {
        let members = self.members();
        let mut points = vec![queue.last()];
        points.extend(self.implied(&members, role));
        points
    }

    fn implied(&self, members: &Members, role: Role) -> Vec<Arc<Completion>> {
        match role {
            Role::Legacy => members.points(|role| role == Role::Blocking).collect(),
            Role::Blocking => vec![self.legacy.last()],
            Role::NonBlocking => Vec::new(),
        }
    }

    /// The points at which everything submitted so far is done.
    pub fn all(&self) -> Vec<Arc<Completion>> {
        let members = self.members();
        let mut points: Vec<_> = members.points(|_| true).collect();
        points.push(self.legacy.last());
        points
    }

    /// Blocks the host until everything submitted so far is done.
    pub fn wait_for_all(&self) {
        for point in self.all() {
            self.host.saw(point.wait());
        }
    }
}

impl Members {
    fn points(&self, which: impl Fn(Role) -> bool + Copy) -> impl Iterator<Item = Arc<Completion>> {
        let queues = self.queues.iter().filter(move |(_, role)| which(*role)).map(|(queue, _)| queue.last());
        queues.chain(self.left.iter().filter(move |(_, role)| which(*role)).map(|(point, _)| point.clone()))
    }

    /// Of the points that are reached, only the latest of each role matters.
    fn forget_the_past(&mut self) {
        let mut latest: Vec<(Arc<Completion>, Role)> = Vec::new();
        self.left.retain(|(point, role)| {
            let Some(time) = point.time() else { return true };
            match latest.iter_mut().find(|(_, other)| other == role) {
                Some(kept) if kept.0.time() < Some(time) => kept.0 = point.clone(),
                Some(_) => {}
                None => latest.push((point.clone(), *role)),
            }
            false
        });
        self.left.append(&mut latest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;
    use std::time::Duration;

    fn gate() -> (mpsc::Sender<()>, Action) {
        let (open, opened) = mpsc::channel::<()>();
        let action = Box::new(move |start| {
            // A closed channel opens the gate as well.
            let _ = opened.recv();
            start + Picoseconds(10)
        });
        (open, action)
    }

    fn step() -> Action {
        Box::new(|start| start + Picoseconds(1))
    }

    fn check(first: Role, second: Role, second_waits: bool) {
        let schedule = Schedule::default();
        let queue = |role| match role {
            Role::Legacy => schedule.legacy().clone(),
            _ => schedule.enter(role),
        };
        let (first_queue, second_queue) = (queue(first), queue(second));
        let (open, closed_gate) = gate();
        schedule.submit(&first_queue, first, vec![], closed_gate).expect("a thread");
        let end = schedule.submit(&second_queue, second, vec![], step()).expect("a thread");
        if second_waits {
            assert_eq!(end.wait_for(Duration::from_millis(5)), None, "{first:?} then {second:?}");
        }
        if !second_waits {
            assert_eq!(end.wait(), Picoseconds(1), "{first:?} then {second:?}");
        }
        drop(open);
        assert_eq!(end.wait(), Picoseconds(if second_waits { 11 } else { 1 }), "{first:?} then {second:?}");
    }

    #[test]
    fn the_legacy_stream_is_ordered_with_blocking_streams_only() {
        check(Role::Legacy, Role::Blocking, true);
        check(Role::Blocking, Role::Legacy, true);
        check(Role::Blocking, Role::Blocking, false);
        check(Role::Legacy, Role::NonBlocking, false);
        check(Role::NonBlocking, Role::Legacy, false);
    }

    #[test]
    fn a_stream_that_is_gone_still_holds_up_the_legacy_stream() {
        let schedule = Schedule::default();
        let queue = schedule.enter(Role::Blocking);
        let (open, closed_gate) = gate();
        schedule.submit(&queue, Role::Blocking, vec![], closed_gate).expect("a thread");
        schedule.leave(&queue);
        let end = schedule.submit(schedule.legacy(), Role::Legacy, vec![], step()).expect("a thread");
        assert_eq!(end.wait_for(Duration::from_millis(5)), None);
        drop(open);
        assert_eq!(end.wait(), Picoseconds(11));
    }

    #[test]
    fn what_the_host_has_seen_comes_before_what_it_submits_next() {
        let schedule = Schedule::default();
        let (one, other) = (schedule.enter(Role::NonBlocking), schedule.enter(Role::NonBlocking));
        for _ in 0..3 {
            schedule.run(&one, Role::NonBlocking, vec![], step()).expect("done");
        }
        assert_eq!(schedule.run(&other, Role::NonBlocking, vec![], step()).expect("done"), Picoseconds(4));
    }
}
