//! Names and texts of error codes.

use crate::abi::{Out, Result};
use crate::error::CUerror;
use crate::sys::CUresult;
use std::ffi::{CStr, c_char};

/// `cuGetErrorName`
pub fn name(error: CUresult, text: Out<'_, *const c_char>) -> Result {
    answer(CUerror::texts(error).map(|(name, _)| name), text)
}

/// `cuGetErrorString`
pub fn string(error: CUresult, text: Out<'_, *const c_char>) -> Result {
    answer(CUerror::texts(error).map(|(_, string)| string), text)
}

/// A number that is no error code gives null and `CUDA_ERROR_INVALID_VALUE`.
fn answer(found: Option<&'static CStr>, text: Out<'_, *const c_char>) -> Result {
    text.set(found.map_or(std::ptr::null(), CStr::as_ptr));
    found.map(|_| ()).ok_or(CUerror::INVALID_VALUE)
}
