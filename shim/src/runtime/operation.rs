//! What streams are made of, and how each kind of operation is performed.

use super::context::Context;
use super::device::device;
use super::graph::{self, Node, NodeId};
use super::host::{Flag, HostFunction, StreamCallback};
use super::launch::Launch;
use super::texture::Flight;
use super::transfer::{Copy, Fill};
use crate::abi::Result;
use crate::error::CUerror;
use crate::summary;
use crate::sys::CUresult;
use sim_backend::memory::MemoryError;
use sim_backend::units::{Bytes, Picoseconds};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

/// One operation of a stream or node of a graph.
#[derive(Clone)]
pub enum Operation {
    /// Nothing; what comes later waits for what it waits for.
    Nothing,
    /// An event's mark.
    Mark,
    /// A copy.
    Copy(Copy),
    /// A copy of bytes that were taken from the program when it asked.
    Upload {
        /// Destination, device memory.
        to: u64,
        /// The bytes.
        bytes: Arc<[u8]>,
    },
    /// A fill.
    Fill(Fill),
    /// A kernel.
    Launch(Arc<Launch>),
    /// A function of the program, unless the context has failed.
    Call(HostFunction),
    /// A function of the program that is told how the context is doing.
    Notify(StreamCallback),
    /// Set a word of memory.
    Signal(Flag, u64),
    /// Wait for a word of memory.
    Await(Flag, u64, Condition),
    /// Free stream-ordered memory.
    Free(u64),
    /// A whole graph, its nodes in order.
    Graph(Arc<Vec<(NodeId, Node)>>),
}

/// What `cuStreamWaitValue` waits for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Condition {
    /// Cyclic: `(word - value)` is not negative.
    GreaterOrEqual,
    /// `word == value`
    Equal,
    /// `word & value != 0`
    And,
    /// `!(word | value) != 0`
    Nor,
}

impl Condition {
    /// Whether a word of this width fulfils it.
    pub fn holds(self, wide: bool, word: u64, value: u64) -> bool {
        let signed = |bits: u64| if wide { bits as i64 } else { i64::from(bits as u32 as i32) };
        match self {
            Condition::GreaterOrEqual => signed(word.wrapping_sub(value)) >= 0,
            Condition::Equal => signed(word) == signed(value),
            Condition::And => signed(word & value) != 0,
            Condition::Nor => signed(!(word | value)) != 0,
        }
    }
}

impl From<MemoryError> for CUerror {
    fn from(error: MemoryError) -> Self {
        match error {
            MemoryError::OutOfMemory(_) => CUerror::OUT_OF_MEMORY,
            MemoryError::NotAllocated(_) => CUerror::INVALID_VALUE,
            MemoryError::AlreadyRegistered(_) => CUerror::HOST_MEMORY_ALREADY_REGISTERED,
            MemoryError::OutOfBounds { .. } => CUerror::INVALID_VALUE,
        }
    }
}

impl Operation {
    /// Performs it, starting at `start`; answers when it ends in simulated time. Does nothing in a context that has
    /// failed. `flight` began when it was asked for.
    pub fn perform(self, context: &Arc<Context>, flight: &Flight, start: Picoseconds) -> Result<Picoseconds> {
        if let Operation::Notify(callback) = self {
            let status = context.check().map_or_else(CUresult::from, |()| CUresult::CUDA_SUCCESS);
            callback.call(status);
            return Ok(start);
        }
        // After a fault the rest of the queue passes without effect.
        context.check()?;
        let performed = catch_unwind(AssertUnwindSafe(|| self.act(context, flight, start)));
        performed.unwrap_or(Err(CUerror::UNKNOWN))
    }

    fn act(self, context: &Arc<Context>, flight: &Flight, start: Picoseconds) -> Result<Picoseconds> {
        let device = device()?;
        let model = &device.model;
        match self {
            Operation::Nothing => Ok(start),
            // A mark is a semaphore update; two of them never have the same time.
            Operation::Mark => Ok(start + model.spec.semaphore),
            Operation::Copy(copy) => {
                copy.perform(&device.memory)?;
                let duration = copy.duration(model);
                if !copy.is_inside_device() {
                    summary::copied(Bytes(copy.bytes()), duration);
                }
                Ok(start + duration)
            }
            Operation::Upload { to, bytes } => {
                device.memory.write(to, &bytes)?;
                let bytes = Bytes(bytes.len() as u64);
                summary::copied(bytes, model.host_copy(bytes));
                Ok(start + model.host_copy(bytes))
            }
            Operation::Fill(fill) => {
                fill.perform(&device.memory)?;
                Ok(start + fill.duration(model))
            }
            Operation::Launch(launch) => launch.perform(context, flight, start).map(|duration| start + duration),
            Operation::Call(function) => {
                function.call();
                Ok(start)
            }
            Operation::Notify(_) => unreachable!("`perform` has done it"),
            Operation::Signal(flag, value) => {
                reachable(device, flag)?;
                flag.store(value);
                Ok(start + model.spec.semaphore)
            }
            Operation::Await(flag, value, condition) => {
                // Polled: what it waits for may be written by the host at any time. The pause grows, so that a long
                // wait does not take a core.
                let mut pause = Duration::from_micros(1);
                loop {
                    reachable(device, flag)?;
                    if condition.holds(flag.wide, flag.load(), value) {
                        return Ok(start + model.spec.semaphore);
                    }
                    if !context.is_active() {
                        return Err(CUerror::CONTEXT_IS_DESTROYED);
                    }
                    std::thread::sleep(pause);
                    pause = (pause * 2).min(Duration::from_millis(1));
                }
            }
            Operation::Graph(nodes) => graph::perform(&nodes, context, flight, start),
            Operation::Free(address) => {
                device.memory.free(address)?;
                Ok(start)
            }
        }
    }
}

fn reachable(device: &super::device::Device, flag: Flag) -> Result {
    match device.memory.find(flag.address) {
        Some(allocation) if allocation.contains(flag.address, flag.bytes()) => Ok(()),
        _ => Err(CUerror::ILLEGAL_ADDRESS),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_compare_words_of_their_width() {
        use Condition::*;
        assert!(GreaterOrEqual.holds(false, 5, 5) && GreaterOrEqual.holds(false, 0, 0xffff_fff0));
        assert!(!GreaterOrEqual.holds(true, 0, 1));
        assert!(Equal.holds(false, 7, 0x1_0000_0007) && !Equal.holds(true, 7, 0x1_0000_0007));
        assert!(And.holds(false, 6, 2) && !And.holds(false, 6, 1));
        assert!(Nor.holds(false, 1, 2) && !Nor.holds(false, 0xffff_fff0, 0xf));
    }
}
