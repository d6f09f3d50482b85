//! The functions of the driver API, one module for each chapter of CUDA's manual.
//!
//! They get their arguments checked (`abi`, `handle`) and answer `Ok` or CUDA's error.

pub mod array;
pub mod capture;
pub mod context;
pub mod copy;
pub mod device;
pub mod entry_point;
pub mod error;
pub mod event;
pub mod fill;
pub mod function;
pub mod graph;
pub mod init;
pub mod jit;
pub mod launch;
pub mod library;
pub mod link;
pub mod memory;
pub mod module;
pub mod occupancy;
pub mod pool;
pub mod primary_context;
pub mod stream;
pub mod stream_memory;
pub mod tensor_map;
pub mod texture;
pub mod texture_reference;
pub mod unified;
pub mod version;
