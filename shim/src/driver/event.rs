//! Event management.

use super::stream::resolve;
use crate::abi::{Out, Result};
use crate::error::CUerror;
use crate::handle::{Live, Object, StreamHandle};
use crate::runtime::context::current;
use crate::runtime::event::{DISABLE_TIMING, Event, INTERPROCESS};
use crate::runtime::stream::Stream;
use crate::sys::CUevent;
use std::sync::Arc;

/// `cuEventCreate`
pub fn create(event: Out<CUevent>, flags: u32) -> Result {
    const BLOCKING_SYNC: u32 = 1;
    if flags & !(BLOCKING_SYNC | DISABLE_TIMING | INTERPROCESS) != 0 {
        return Err(CUerror::INVALID_VALUE);
    }
    if flags & INTERPROCESS != 0 && flags & DISABLE_TIMING == 0 {
        return Err(CUerror::INVALID_VALUE);
    }
    let context = current::get()?;
    event.set(Event::registry().insert(Arc::new(Event::create(context.object().clone(), flags))).handle());
    Ok(())
}

/// `cuEventDestroy`
pub fn destroy(event: Live<Event>) -> Result {
    event.remove().map(drop)
}

/// `cuEventRecord`
pub fn record(event: Live<Event>, stream: StreamHandle<Stream>) -> Result {
    record_with_flags(event, stream, 0)
}

/// `cuEventRecordWithFlags`
pub fn record_with_flags(event: Live<Event>, stream: StreamHandle<Stream>, flags: u32) -> Result {
    const EXTERNAL: u32 = 1;
    if flags & !EXTERNAL != 0 {
        return Err(CUerror::INVALID_VALUE);
    }
    let stream = resolve(stream)?;
    if stream.context().number() != event.context().number() {
        return Err(CUerror::INVALID_HANDLE);
    }
    stream.record(event.object(), flags & EXTERNAL != 0)
}

/// `cuEventQuery`
pub fn query(event: Live<Event>) -> Result {
    event.check_not_captured()?;
    if event.is_reached() { event.synchronize() } else { Err(CUerror::NOT_READY) }
}

/// `cuEventSynchronize`
pub fn synchronize(event: Live<Event>) -> Result {
    event.check_not_captured()?;
    event.synchronize()
}

/// `cuEventElapsedTime`
pub fn elapsed_time(milliseconds: Out<f32>, start: Live<Event>, end: Live<Event>) -> Result {
    milliseconds.set(start.elapsed(&end)?);
    Ok(())
}
