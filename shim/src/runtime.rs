//! CUDA's objects as safe Rust: contexts, streams, events, modules, memory.
//!
//! The functions in `driver` check a caller's arguments, find the objects behind handles and call what is here.
//! Modules in reading order.

pub mod settings;

pub mod clock;
pub mod completion;
pub mod queue;
pub mod schedule;
pub mod signals;

pub mod allocations;
