//! Events: marks in streams that can be waited for, and whose simulated times can be compared.

use super::completion::Completion;
use super::context::{Context, lock};
use super::graph::{Capture, NodeId};
use super::operation::Operation;
use super::stream::Stream;
use crate::abi::Result;
use crate::error::CUerror;
use crate::handle::{Object, Registry};
use crate::sys::CUevent_st;
use sim_backend::units::Picoseconds;
use std::sync::{Arc, Mutex};

/// `CU_EVENT_DISABLE_TIMING`
pub const DISABLE_TIMING: u32 = 2;

/// `CU_EVENT_INTERPROCESS`
pub const INTERPROCESS: u32 = 4;

/// An event.
pub struct Event {
    context: Arc<Context>,
    flags: u32,
    recorded: Mutex<Recorded>,
}

/// The last recording.
#[derive(Default)]
enum Recorded {
    #[default]
    Never,
    /// In a stream.
    Mark(Arc<Completion>),
    /// In a stream that was being captured: the nodes it stands after.
    Captured(Arc<Capture>, Vec<NodeId>),
}

impl Object for Event {
    type Raw = CUevent_st;
    fn registry() -> &'static Registry<Self> {
        static EVENTS: Registry<Event> = Registry::new();
        &EVENTS
    }
}

impl Event {
    /// `cuEventCreate`
    pub fn create(context: Arc<Context>, flags: u32) -> Self {
        Event { context, flags, recorded: Mutex::default() }
    }

    /// Whose it is.
    pub fn context(&self) -> &Arc<Context> {
        &self.context
    }

    /// As given when it was made.
    pub fn flags(&self) -> u32 {
        self.flags
    }

    /// Marks the present end of a stream, and what else is given. From now on the event means this mark.
    pub fn record_after(&self, stream: &Stream, after: Vec<Arc<Completion>>) -> Result {
        // The lock is held so that of two recordings the one that comes later in the stream also stays.
        let mut recorded = lock(&self.recorded);
        *recorded = Recorded::Mark(stream.enqueue(after, Operation::Mark)?);
        Ok(())
    }

    /// The event was recorded in a stream that is being captured.
    pub fn set_captured(&self, capture: Arc<Capture>, after: Vec<NodeId>) {
        *lock(&self.recorded) = Recorded::Captured(capture, after);
    }

    /// The capture that it was recorded in, if that goes on.
    pub fn captured(&self) -> Option<(Arc<Capture>, Vec<NodeId>)> {
        match &*lock(&self.recorded) {
            Recorded::Captured(capture, nodes) if !capture.has_ended() => Some((capture.clone(), nodes.clone())),
            _ => None,
        }
    }

    /// An event of a capture cannot be asked for or waited for by the host.
    pub fn check_not_captured(&self) -> Result {
        match &*lock(&self.recorded) {
            Recorded::Captured(..) => Err(CUerror::CAPTURED_EVENT),
            _ => Ok(()),
        }
    }

    /// The mark that the event means now, if it was ever recorded.
    pub fn mark(&self) -> Option<Arc<Completion>> {
        match &*lock(&self.recorded) {
            Recorded::Mark(mark) => Some(mark.clone()),
            _ => None,
        }
    }

    /// The event was recorded, and reached, at `time` (by a graph).
    pub fn reached(&self, time: Picoseconds) {
        *lock(&self.recorded) = Recorded::Mark(Completion::reached_at(time));
    }

    /// Whether the mark is reached; an event never recorded counts as reached.
    pub fn is_reached(&self) -> bool {
        self.mark().is_none_or(|mark| mark.time().is_some())
    }

    /// Blocks the host until the mark is reached.
    pub fn synchronize(&self) -> Result {
        if let Some(mark) = self.mark() {
            self.context.schedule.host.saw(mark.wait());
        }
        self.context.check()
    }

    /// Milliseconds of simulated time from this event to a later one.
    pub fn elapsed(&self, later: &Event) -> Result<f32> {
        if (self.flags | later.flags) & DISABLE_TIMING != 0 {
            return Err(CUerror::INVALID_HANDLE);
        }
        let (Some(from), Some(to)) = (self.mark(), later.mark()) else { return Err(CUerror::INVALID_HANDLE) };
        let (Some(from), Some(to)) = (from.time(), to.time()) else { return Err(CUerror::NOT_READY) };
        Ok(((to.0 as f64 - from.0 as f64) / 1e9) as f32)
    }
}
