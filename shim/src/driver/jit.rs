//! The options of the just-in-time compiler: of those that CUDA knows, the log buffers matter here.

use crate::abi::{In, Result};
use crate::error::CUerror;
use crate::runtime::host;
use crate::runtime::program::LoadError;
use crate::sys::CUjit_option;
use std::ffi::c_void;

/// Options as every loading function takes them.
pub struct Options {
    info: Buffer,
    error: Buffer,
}

/// A log buffer of the program, and where it wants to know how much of it was filled.
#[derive(Clone, Copy, Default)]
struct Buffer {
    address: u64,
    bytes: usize,
    filled: Option<u64>,
}

impl Buffer {
    /// Writes a text, cut to fit, with a final zero byte.
    fn write(&self, text: &str) {
        let mut written = 0;
        if self.address != 0 && self.bytes > 0 {
            let kept = &text.as_bytes()[..text.floor_char_boundary(self.bytes - 1)];
            host::store(self.address, kept);
            host::store(self.address + kept.len() as u64, &[0]);
            written = kept.len() + usize::from(!kept.is_empty());
        }
        if let Some(filled) = self.filled {
            host::store(filled, &written.to_ne_bytes());
        }
    }
}

impl Options {
    /// Reads the options of a call.
    pub fn read(options: In<CUjit_option>, values: In<*mut c_void>, count: u32) -> Result<Options> {
        let mut read = Options { info: Buffer::default(), error: Buffer::default() };
        let slots = values.as_ptr() as u64;
        let pairs = options.slice(count as usize)?.iter().zip(values.slice(count as usize)?);
        for (index, (&option, &value)) in pairs.enumerate() {
            let slot = slots + 8 * index as u64;
            // Sizes and numbers stand in the place of the pointer itself.
            let number = value as usize;
            match option {
                CUjit_option::CU_JIT_INFO_LOG_BUFFER => read.info.address = value as u64,
                CUjit_option::CU_JIT_INFO_LOG_BUFFER_SIZE_BYTES => {
                    read.info.bytes = number & 0xffff_ffff;
                    read.info.filled = Some(slot);
                }
                CUjit_option::CU_JIT_ERROR_LOG_BUFFER => read.error.address = value as u64,
                CUjit_option::CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES => {
                    read.error.bytes = number & 0xffff_ffff;
                    read.error.filled = Some(slot);
                }
                CUjit_option::CU_JIT_WALL_TIME => host::store(slot, &0f32.to_ne_bytes()),
                // The rest tunes a compiler for GPUs.
                known if known.0 < CUjit_option::CU_JIT_NUM_OPTIONS.0 => {}
                _ => return Err(CUerror::INVALID_VALUE),
            }
        }
        Ok(read)
    }

    /// No options.
    pub fn none() -> Options {
        Options { info: Buffer::default(), error: Buffer::default() }
    }

    /// Puts the outcome of a compilation into the logs. A program that gave no log for errors finds the first line of
    /// it on standard error.
    pub fn log<T>(&self, outcome: std::result::Result<T, LoadError>) -> Result<T> {
        self.info.write("");
        match outcome {
            Ok(value) => {
                self.error.write("");
                Ok(value)
            }
            Err(failed) => {
                self.error.write(&failed.log);
                if self.error.address == 0 || failed.error == CUerror::NO_BINARY_FOR_GPU {
                    failed.report();
                }
                Err(failed.error)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_is_cut_to_its_buffer_and_always_ends() {
        let mut text = [1u8; 8];
        let mut filled = 0usize;
        let buffer = Buffer {
            address: text.as_mut_ptr().expose_provenance() as u64,
            bytes: 5,
            filled: Some((&raw mut filled).expose_provenance() as u64),
        };
        buffer.write("truncated");
        assert_eq!((&text[..], filled), (&b"trun\0\x01\x01\x01"[..], 5));
        buffer.write("");
        assert_eq!((text[0], filled), (0, 0));
    }
}
