//! First in, first out: the work of one stream, done by a thread that exists only while there is work.
//!
//! A queue knows nothing of CUDA. It runs closures in order, each after the points it waits for, and carries the
//! simulated clock from one to the next.

use super::completion::Completion;
use sim_backend::units::Picoseconds;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// What a piece of work does: it is told when it starts and answers when it ends, both in simulated time.
pub type Action = Box<dyn FnOnce(Picoseconds) -> Picoseconds + Send>;

/// How long a worker without work stays. Long enough that a loop of launches keeps its thread, short enough that a
/// program with many short-lived streams does not collect threads.
const LINGER: Duration = Duration::from_millis(200);
/// Kernels that call deeply run on the worker's stack.
const STACK: usize = 16 << 20;

/// A piece of work and what it waits for.
pub struct Work {
    /// Points in other queues that come first.
    pub after: Vec<Arc<Completion>>,
    /// Simulated time of submission.
    pub earliest: Picoseconds,
    /// What to do.
    pub action: Action,
}

/// An ordered queue of work.
#[derive(Default)]
pub struct Queue {
    state: Mutex<State>,
    arrived: Condvar,
}

struct State {
    waiting: VecDeque<(Work, Arc<Completion>)>,
    /// Somebody runs work of this queue at this moment.
    busy: bool,
    worker: bool,
    /// Simulated end of the last work done.
    clock: Picoseconds,
    /// The end of the last work submitted.
    last: Arc<Completion>,
}

impl Default for State {
    fn default() -> Self {
        State {
            waiting: VecDeque::new(),
            busy: false,
            worker: false,
            clock: Picoseconds::default(),
            last: Completion::reached_at(Picoseconds::default()),
        }
    }
}

/// A place in a queue.
#[must_use = "the queue waits for it to be finished"]
pub enum Place {
    /// Nothing is in front; the caller does the work.
    First {
        /// The queue, which is busy until then.
        queue: Arc<Queue>,
        /// Its clock.
        clock: Picoseconds,
        /// What to do.
        work: Work,
        /// The point it ends at.
        end: Arc<Completion>,
    },
    /// The queue's thread does the work and reaches this point.
    Behind(Arc<Completion>),
}

impl Place {
    /// Returns when the work is done.
    pub fn finish(self) -> Picoseconds {
        match self {
            Place::First { queue, clock, work, end } => {
                let time = perform(work, clock);
                queue.done(&end, time);
                time
            }
            Place::Behind(end) => end.wait(),
        }
    }
}

impl Queue {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The end of everything submitted so far.
    pub fn last(&self) -> Arc<Completion> {
        self.state().last.clone()
    }

    /// Adds work to be done by the queue's thread. Fails if there is no thread and none can be made.
    pub fn submit(self: &Arc<Self>, work: Work) -> std::io::Result<Arc<Completion>> {
        let mut state = self.state();
        if !state.worker {
            self.start_worker()?;
            state.worker = true;
        }
        let end = Completion::pending();
        state.last = end.clone();
        state.waiting.push_back((work, end.clone()));
        self.arrived.notify_all();
        Ok(end)
    }

    /// Takes a place in the queue for work that the caller waits for; [`Place::finish`] does it, on the calling thread
    /// if nothing is in front of it.
    pub fn enter(self: &Arc<Self>, work: Work) -> std::io::Result<Place> {
        let mut state = self.state();
        if state.busy || !state.waiting.is_empty() {
            drop(state);
            return self.submit(work).map(Place::Behind);
        }
        let end = Completion::pending();
        state.last = end.clone();
        state.busy = true;
        Ok(Place::First { queue: self.clone(), clock: state.clock, work, end })
    }

    fn done(&self, end: &Completion, time: Picoseconds) {
        let mut state = self.state();
        state.clock = time;
        state.busy = false;
        drop(state);
        end.reach(time);
        self.arrived.notify_all();
    }

    fn start_worker(self: &Arc<Self>) -> std::io::Result<()> {
        let queue = self.clone();
        let builder = std::thread::Builder::new().name("regauge-stream".into()).stack_size(STACK);
        super::signals::blocked(|| builder.spawn(move || queue.serve())).map(drop)
    }

    fn serve(&self) {
        let mut state = self.state();
        loop {
            if !state.busy
                && let Some((work, end)) = state.waiting.pop_front()
            {
                state.busy = true;
                let clock = state.clock;
                drop(state);
                let time = perform(work, clock);
                self.done(&end, time);
                state = self.state();
                continue;
            }
            let (guard, waited) = self.arrived.wait_timeout(state, LINGER).unwrap_or_else(PoisonError::into_inner);
            state = guard;
            if waited.timed_out() && state.waiting.is_empty() {
                state.worker = false;
                return;
            }
        }
    }
}

fn perform(work: Work, clock: Picoseconds) -> Picoseconds {
    let start = work.after.iter().map(|point| point.wait()).fold(clock.max(work.earliest), Ord::max);
    // Actions report their own failures; a panic that reaches this place must still not hold up those who wait.
    catch_unwind(AssertUnwindSafe(|| (work.action)(start))).unwrap_or(start)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;

    fn work(action: impl FnOnce(Picoseconds) -> Picoseconds + Send + 'static) -> Work {
        Work { after: Vec::new(), earliest: Picoseconds(0), action: Box::new(action) }
    }

    #[test]
    fn work_is_done_in_order_and_time_adds_up() {
        let queue = Arc::new(Queue::default());
        let (send, receive) = mpsc::channel();
        for i in 0..10 {
            let send = send.clone();
            queue
                .submit(work(move |start| {
                    send.send(i).expect("the test listens");
                    start + Picoseconds(5)
                }))
                .expect("a thread");
        }
        assert_eq!(queue.last().wait(), Picoseconds(50));
        assert_eq!(receive.try_iter().collect::<Vec<_>>(), (0..10).collect::<Vec<_>>());
    }

    #[test]
    fn submitting_does_not_wait_for_the_work() {
        let queue = Arc::new(Queue::default());
        let (send, receive) = mpsc::channel::<()>();
        let end = queue
            .submit(work(move |start| {
                receive.recv().expect("the test sends");
                start
            }))
            .expect("a thread");
        assert_eq!(end.time(), None);
        send.send(()).expect("the work listens");
        end.wait();
    }

    #[test]
    fn work_without_predecessors_runs_on_the_calling_thread() {
        let queue = Arc::new(Queue::default());
        let here = std::thread::current().id();
        let (send, receive) = mpsc::channel();
        queue
            .enter(work(move |start| {
                send.send(std::thread::current().id()).expect("the test listens");
                start
            }))
            .expect("no thread needed")
            .finish();
        assert_eq!(receive.recv(), Ok(here));
    }

    #[test]
    fn work_starts_after_the_points_it_waits_for_in_both_kinds_of_time() {
        let queue = Arc::new(Queue::default());
        let point = Completion::pending();
        let end = queue
            .submit(Work { after: vec![point.clone()], ..work(|start| start + Picoseconds(1)) })
            .expect("a thread");
        assert_eq!(end.wait_for(Duration::from_millis(5)), None);
        point.reach(Picoseconds(100));
        assert_eq!(end.wait(), Picoseconds(101));
    }

    #[test]
    fn a_panic_in_the_work_does_not_hold_up_the_queue() {
        let queue = Arc::new(Queue::default());
        queue.submit(work(|_| panic!("expected by the test"))).expect("a thread");
        assert_eq!(queue.enter(work(|start| start + Picoseconds(2))).expect("a place").finish(), Picoseconds(2));
    }
}
