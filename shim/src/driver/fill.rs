//! Memory management: fills.

use super::stream::{resolve, resolve_default};
use crate::abi::{DefaultStream, Result};
use crate::error::CUerror;
use crate::handle::StreamHandle;
use crate::runtime::device::device;
use crate::runtime::operation::Operation;
use crate::runtime::stream::Stream;
use crate::runtime::transfer::Fill;
use crate::sys::CUdeviceptr;
use sim_backend::memory::Pattern;

/// Checks a fill of `rows` rows.
pub fn checked(address: u64, pitch: usize, pattern: Pattern, width: usize, rows: usize) -> Result<Option<Fill>> {
    if !address.is_multiple_of(pattern.bytes()) {
        return Err(CUerror::INVALID_VALUE);
    }
    if width == 0 || rows == 0 {
        return Ok(None);
    }
    let (width, rows) = (width as u64, rows as u64);
    let row_bytes = width.checked_mul(pattern.bytes()).ok_or(CUerror::INVALID_VALUE)?;
    let row_pitch = if rows == 1 { row_bytes } else { pitch as u64 };
    if row_pitch < row_bytes || !row_pitch.is_multiple_of(pattern.bytes()) {
        return Err(CUerror::INVALID_VALUE);
    }
    let span = (rows - 1).checked_mul(row_pitch).and_then(|s| s.checked_add(row_bytes));
    device()?.allocations.find_whole(address, span.ok_or(CUerror::INVALID_VALUE)?).ok_or(CUerror::INVALID_VALUE)?;
    Ok(Some(Fill { address, row_pitch, pattern, width, rows }))
}

/// Fills do not keep the host waiting, except those of page-locked host memory by a call that names no stream.
fn submit(stream: &Stream, fill: Option<Fill>, is_async: bool) -> Result {
    let Some(fill) = fill else { return Ok(()) };
    let is_host = device()?.allocations.find(fill.address).is_some_and(|a| a.kind.is_host() || a.kind.is_managed());
    if is_host && !is_async { stream.run(Operation::Fill(fill)) } else { stream.submit(Operation::Fill(fill)) }
}

/// Four functions for each width: plain, asynchronous, two-dimensional, both.
macro_rules! fills {
    ($($ty:ty, $pattern:ident: $line:ident $line_async:ident $plane:ident $plane_async:ident;)*) => {$(
        #[doc = concat!("`cuMemsetD*` of `", stringify!($ty), "`")]
        pub fn $line(address: CUdeviceptr, value: $ty, count: usize, stream: DefaultStream) -> Result {
            let stream = resolve_default(stream)?;
            submit(&stream, checked(address, 0, Pattern::$pattern(value), count, 1)?, false)
        }
        #[doc = concat!("`cuMemsetD*Async` of `", stringify!($ty), "`")]
        pub fn $line_async(address: CUdeviceptr, value: $ty, count: usize, stream: StreamHandle<Stream>) -> Result {
            let stream = resolve(stream)?;
            submit(&stream, checked(address, 0, Pattern::$pattern(value), count, 1)?, true)
        }
        #[doc = concat!("`cuMemsetD2D*` of `", stringify!($ty), "`")]
        pub fn $plane(
            address: CUdeviceptr, pitch: usize, value: $ty, width: usize, height: usize, stream: DefaultStream,
        ) -> Result {
            let stream = resolve_default(stream)?;
            submit(&stream, checked(address, pitch, Pattern::$pattern(value), width, height)?, false)
        }
        #[doc = concat!("`cuMemsetD2D*Async` of `", stringify!($ty), "`")]
        pub fn $plane_async(
            address: CUdeviceptr, pitch: usize, value: $ty, width: usize, height: usize, stream: StreamHandle<Stream>,
        ) -> Result {
            let stream = resolve(stream)?;
            submit(&stream, checked(address, pitch, Pattern::$pattern(value), width, height)?, true)
        }
    )*};
}

fills! {
    u8, U8: bytes bytes_async bytes_2d bytes_2d_async;
    u16, U16: halves halves_async halves_2d halves_2d_async;
    u32, U32: words words_async words_2d words_2d_async;
}
