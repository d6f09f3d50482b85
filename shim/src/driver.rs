//! The functions of the driver API, one module for each chapter of CUDA's manual.
//!
//! They get their arguments checked (`abi`, `handle`) and answer `Ok` or CUDA's error.

pub mod device;
pub mod entry_point;
pub mod error;
pub mod init;
pub mod version;
