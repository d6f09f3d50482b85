//! Streams: a queue of a context, and how operations get into it.

use super::completion::Completion;
use super::context::{Context, lock};
use super::event::Event;
use super::graph::{Capture, Graph, NodeId, Task};
use super::operation::Operation;
use super::queue::{Action, Queue};
use super::schedule::Role;
use super::texture::Flight;
use crate::abi::Result;
use crate::error::CUerror;
use crate::handle::{Object, Registry};
use crate::sys::CUstream_st;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

/// A stream.
pub struct Stream {
    context: Arc<Context>,
    queue: Arc<Queue>,
    role: Role,
    flags: u32,
    priority: i32,
    number: u64,
    capture: Mutex<Option<Arc<Capture>>>,
    /// What `cuStreamGetCaptureInfo` pointed to last.
    lent: Mutex<Vec<usize>>,
}

/// `CU_STREAM_NON_BLOCKING`
pub const NON_BLOCKING: u32 = 1;

impl Object for Stream {
    type Raw = CUstream_st;
    fn registry() -> &'static Registry<Self> {
        static STREAMS: Registry<Stream> = Registry::new();
        &STREAMS
    }
}

fn next_number() -> u64 {
    // 1 and 2 are the default streams' numbers.
    static MADE: AtomicU64 = AtomicU64::new(3);
    MADE.fetch_add(1, Ordering::Relaxed)
}

impl Stream {
    /// The legacy default stream of a context.
    pub fn legacy(context: Arc<Context>) -> Self {
        let queue = context.schedule.legacy().clone();
        Stream {
            context,
            queue,
            role: Role::Legacy,
            flags: 0,
            priority: 0,
            number: 1,
            capture: Mutex::default(),
            lent: Mutex::default(),
        }
    }

    /// A thread's default stream.
    pub fn per_thread(context: Arc<Context>) -> Self {
        let queue = context.schedule.enter(Role::Blocking);
        Stream {
            context,
            queue,
            role: Role::Blocking,
            flags: 0,
            priority: 0,
            number: next_number(),
            capture: Mutex::default(),
            lent: Mutex::default(),
        }
    }

    /// `cuStreamCreateWithPriority`
    pub fn create(context: Arc<Context>, flags: u32, priority: i32) -> Self {
        let role = if flags & NON_BLOCKING != 0 { Role::NonBlocking } else { Role::Blocking };
        let queue = context.schedule.enter(role);
        Stream {
            context,
            queue,
            role,
            flags,
            priority,
            number: next_number(),
            capture: Mutex::default(),
            lent: Mutex::default(),
        }
    }

    /// Whose it is.
    pub fn context(&self) -> &Arc<Context> {
        &self.context
    }

    /// As given when it was made.
    pub fn flags(&self) -> u32 {
        self.flags
    }

    /// As given when it was made, cut down to the range that the context knows.
    pub fn priority(&self) -> i32 {
        self.priority
    }

    /// A number that no other stream of the process has.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// Adds an operation without waiting for it; to the graph, if the stream is being captured.
    pub fn submit(&self, operation: Operation) -> Result {
        match self.capture() {
            Some(capture) => capture.add(self.number, Task::Operation(operation)).map(drop),
            None => self.enqueue(Vec::new(), operation).map(drop),
        }
    }

    /// Adds an operation without waiting for it, whether the stream is being captured or not. `after` are points of
    /// other streams that come first.
    pub fn enqueue(&self, after: Vec<Arc<Completion>>, operation: Operation) -> Result<Arc<Completion>> {
        self.check_alive()?;
        let (context, flight) = (self.context.clone(), Flight::begin());
        let action: Action = Box::new(move |start| {
            operation.perform(&context, &flight, start).unwrap_or_else(|error| {
                context.fail(error);
                start
            })
        });
        let submitted = self.context.schedule.submit(&self.queue, self.role, after, action);
        submitted.map_err(|_| CUerror::OPERATING_SYSTEM)
    }

    /// Performs an operation in its place in the order before returning. A stream that is being captured cannot.
    pub fn run(&self, operation: Operation) -> Result {
        self.check_not_capturing()?;
        self.check_alive()?;
        let (context, flight) = (self.context.clone(), Flight::begin());
        let outcome = Arc::new(OnceLock::new());
        let report = outcome.clone();
        let action: Action = Box::new(move |start| {
            let (result, end) = match operation.perform(&context, &flight, start) {
                Ok(end) => (Ok(()), end),
                Err(error) => (Err(error), start),
            };
            let _ = report.set(result);
            end
        });
        let ran = self.context.schedule.run(&self.queue, self.role, Vec::new(), action);
        ran.map_err(|_| CUerror::OPERATING_SYSTEM)?;
        // The slot is empty only if the operation panicked.
        outcome.get().copied().unwrap_or(Err(CUerror::UNKNOWN))
    }

    /// Records an event: marks the present end of the stream. `external` events are recorded when a captured graph
    /// runs, others only connect captured streams.
    pub fn record(&self, event: &Arc<Event>, external: bool) -> Result {
        match self.capture() {
            Some(capture) if external => capture.add(self.number, Task::Record(event.clone())).map(drop),
            Some(capture) => {
                let ends = capture.ends(self.number);
                event.set_captured(capture, ends);
                Ok(())
            }
            None => event.record_after(self, Vec::new()),
        }
    }

    /// Makes later work wait for an event. A stream that waits for an event of a capture joins the capture.
    pub fn wait_for(&self, event: &Arc<Event>, external: bool) -> Result {
        let mut own = lock(&self.capture);
        match (own.clone(), event.captured()) {
            (Some(capture), _) if external => {
                drop(own);
                capture.add(self.number, Task::Wait(event.clone())).map(drop)
            }
            (Some(capture), Some((other, _))) if capture.number != other.number => {
                capture.invalidate();
                Err(CUerror::STREAM_CAPTURE_MERGE)
            }
            (None, Some(_)) if self.role == Role::Legacy => Err(CUerror::STREAM_CAPTURE_UNSUPPORTED),
            (_, Some((capture, nodes))) => {
                capture.set_ends(self.number, nodes, true);
                *own = Some(capture);
                Ok(())
            }
            (Some(capture), None) => match event.mark() {
                None => Ok(()),
                Some(_) => {
                    capture.invalidate();
                    Err(CUerror::STREAM_CAPTURE_ISOLATION)
                }
            },
            (None, None) => match event.mark() {
                None => Ok(()),
                Some(mark) => self.enqueue(vec![mark], Operation::Nothing).map(drop),
            },
        }
    }

    /// The capture it is in, if it is in one that still goes on.
    pub fn capture(&self) -> Option<Arc<Capture>> {
        let mut capture = lock(&self.capture);
        if capture.as_ref().is_some_and(|capture| capture.has_ended()) {
            *capture = None;
        }
        capture.clone()
    }

    /// Keeps a list of handles for the program until it asks for the next one; where the list lies.
    pub fn lend(&self, handles: Vec<usize>) -> *const usize {
        let mut lent = lock(&self.lent);
        *lent = handles;
        lent.as_ptr()
    }

    /// `cuStreamBeginCapture`, into a new graph or after nodes of one that exists.
    pub fn begin_capture(&self, graph: Arc<Graph>, after: Vec<NodeId>) -> Result {
        if self.role == Role::Legacy {
            return Err(CUerror::STREAM_CAPTURE_UNSUPPORTED);
        }
        if self.capture().is_some() {
            return Err(CUerror::ILLEGAL_STATE);
        }
        *lock(&self.capture) = Some(Capture::begin(self.number, graph, after));
        Ok(())
    }

    /// `cuStreamEndCapture`
    pub fn end_capture(&self) -> Result<Arc<Graph>> {
        let capture = self.capture().ok_or(CUerror::ILLEGAL_STATE)?;
        if capture.origin != self.number {
            return Err(CUerror::STREAM_CAPTURE_UNMATCHED);
        }
        *lock(&self.capture) = None;
        let was_joined = capture.is_joined();
        match (capture.end(), was_joined) {
            (false, _) => Err(CUerror::STREAM_CAPTURE_INVALIDATED),
            (true, false) => Err(CUerror::STREAM_CAPTURE_UNJOINED),
            (true, true) => Ok(capture.graph.clone()),
        }
    }

    fn check_alive(&self) -> Result {
        if self.context.is_active() { Ok(()) } else { Err(CUerror::CONTEXT_IS_DESTROYED) }
    }

    /// Refuses, and spoils the capture, if there is one: what is asked for cannot be captured.
    pub fn check_not_capturing(&self) -> Result {
        match self.capture() {
            None => Ok(()),
            Some(capture) => {
                capture.invalidate();
                Err(CUerror::STREAM_CAPTURE_UNSUPPORTED)
            }
        }
    }

    /// Blocks the host until everything submitted so far is done.
    pub fn synchronize(&self) -> Result {
        self.check_not_capturing()?;
        let host = &self.context.schedule.host;
        for point in self.points() {
            host.saw(point.wait());
        }
        self.context.check()
    }

    /// Whether everything submitted so far is done.
    pub fn is_idle(&self) -> bool {
        self.points().iter().all(|point| point.time().is_some())
    }

    fn points(&self) -> Vec<Arc<Completion>> {
        match self.role {
            // Waiting for the legacy stream is waiting for the streams it is ordered with.
            Role::Legacy => self.context.schedule.before(&self.queue, self.role),
            _ => vec![self.queue.last()],
        }
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        if self.role != Role::Legacy {
            self.context.schedule.leave(&self.queue);
        }
    }
}
