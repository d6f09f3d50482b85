//! The tables of functions that the CUDA runtime asks for through `cuGetExportTable`.

pub mod self_test;

use std::ffi::c_void;

/// The table with an identifier.
pub fn find(_id: [u8; 16]) -> Option<*const c_void> {
    None
}
