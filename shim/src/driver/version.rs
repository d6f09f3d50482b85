//! The version of CUDA that the library offers.

use crate::abi::{Out, Result};

/// CUDA 13.5.
pub const DRIVER: i32 = 13_050;

/// `cuDriverGetVersion`
pub fn get(version: Out<'_, i32>) -> Result {
    version.set(DRIVER);
    Ok(())
}
