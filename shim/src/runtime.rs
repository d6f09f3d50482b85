//! CUDA's objects as safe Rust: contexts, streams, events, modules, memory.
//!
//! The functions in `driver` check a caller's arguments, find the objects behind handles and call what is here.
//! Modules in reading order.

pub mod settings;

pub mod device;

pub mod context;
pub mod limits;

pub mod allocations;
pub mod pool;

pub mod array;
pub mod texture;

pub mod image;
pub mod module;
pub mod program;
pub mod variables;

pub mod accelerator;
pub mod launch;

pub mod event;
pub mod graph;
pub mod operation;
pub mod stream;
pub mod transfer;

pub mod clock;
pub mod completion;
pub mod queue;
pub mod schedule;

pub mod host;
pub mod signals;
