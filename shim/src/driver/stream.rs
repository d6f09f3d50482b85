//! Stream management.

use super::context::GREATEST_PRIORITY;
use crate::abi::{DefaultStream, HostBytes, Out, Result};
use crate::error::CUerror;
use crate::handle::{Live, Object, StreamHandle};
use crate::runtime::context::current;
use crate::runtime::device::device;
use crate::runtime::event::Event;
use crate::runtime::host::{HostFunction, StreamCallback};
use crate::runtime::operation::Operation;
use crate::runtime::stream::{NON_BLOCKING, Stream};
use crate::sys::{
    CUcontext, CUdevice, CUdeviceptr, CUgreenCtx, CUhostFn, CUstream, CUstreamAttrID, CUstreamAttrValue,
    CUstreamCallback, CUsynchronizationPolicy,
};
use std::sync::Arc;

/// The stream that an argument names.
pub fn resolve(stream: StreamHandle<Stream>) -> Result<Arc<Stream>> {
    match stream {
        StreamHandle::Legacy => Ok(current::get()?.object().legacy_stream()),
        StreamHandle::PerThread => Ok(current::get()?.object().thread_stream()),
        StreamHandle::Created(stream) if !stream.context().is_active() => Err(CUerror::CONTEXT_IS_DESTROYED),
        StreamHandle::Created(stream) => {
            stream.context().check()?;
            Ok(stream.object().clone())
        }
    }
}

/// The stream of calls that name none.
pub fn resolve_default(stream: DefaultStream) -> Result<Arc<Stream>> {
    resolve(match stream {
        DefaultStream::Legacy => StreamHandle::Legacy,
        DefaultStream::PerThread => StreamHandle::PerThread,
    })
}

/// `cuStreamCreate`
pub fn create(stream: Out<CUstream>, flags: u32) -> Result {
    create_with_priority(stream, flags, 0)
}

/// `cuStreamCreateWithPriority`
pub fn create_with_priority(stream: Out<CUstream>, flags: u32, priority: i32) -> Result {
    if flags & !NON_BLOCKING != 0 {
        return Err(CUerror::INVALID_VALUE);
    }
    let context = current::get()?;
    let made = Stream::create(context.object().clone(), flags, priority.clamp(GREATEST_PRIORITY, 0));
    stream.set(Stream::registry().insert(Arc::new(made)).handle());
    Ok(())
}

/// `cuStreamDestroy`: its work is still done.
pub fn destroy(stream: StreamHandle<Stream>) -> Result {
    match stream {
        StreamHandle::Created(stream) => stream.remove().map(drop),
        _ => Err(CUerror::INVALID_HANDLE),
    }
}

/// `cuStreamSynchronize`
pub fn synchronize(stream: StreamHandle<Stream>) -> Result {
    resolve(stream)?.synchronize()
}

/// `cuStreamQuery`
pub fn query(stream: StreamHandle<Stream>) -> Result {
    let stream = resolve(stream)?;
    stream.check_not_capturing()?;
    if stream.is_idle() { stream.synchronize() } else { Err(CUerror::NOT_READY) }
}

/// `cuStreamWaitEvent`
pub fn wait_event(stream: StreamHandle<Stream>, event: Live<Event>, flags: u32) -> Result {
    // CU_EVENT_WAIT_EXTERNAL matters to captures only.
    if flags > 1 {
        return Err(CUerror::INVALID_VALUE);
    }
    resolve(stream)?.wait_for(event.object(), flags == 1)
}

/// `cuStreamAddCallback`
pub fn add_callback(stream: StreamHandle<Stream>, callback: CUstreamCallback, data: HostBytes, flags: u32) -> Result {
    let (Some(function), 0) = (callback, flags) else { return Err(CUerror::INVALID_VALUE) };
    let handle = raw(&stream);
    let callback = StreamCallback { function, stream: handle, data: data.as_ptr() };
    resolve(stream)?.submit(Operation::Notify(callback))
}

/// The handle as the program wrote it.
fn raw(stream: &StreamHandle<Stream>) -> CUstream {
    match stream {
        StreamHandle::Legacy => std::ptr::null_mut(),
        StreamHandle::PerThread => 2 as CUstream,
        StreamHandle::Created(stream) => stream.handle(),
    }
}

/// `cuLaunchHostFunc`
pub fn launch_host_function(stream: StreamHandle<Stream>, function: CUhostFn, data: HostBytes) -> Result {
    let function = function.ok_or(CUerror::INVALID_VALUE)?;
    let call = HostFunction { function, data: data.as_ptr() };
    resolve(stream)?.submit(Operation::Call(call))
}

/// `cuLaunchHostFunc_v2`: how the driver waits before the call is its own business.
pub fn launch_host_function_v2(
    stream: StreamHandle<Stream>,
    function: CUhostFn,
    data: HostBytes,
    _sync_mode: u32,
) -> Result {
    launch_host_function(stream, function, data)
}

/// `cuStreamGetPriority`
pub fn get_priority(stream: StreamHandle<Stream>, priority: Out<i32>) -> Result {
    priority.set(resolve(stream)?.priority());
    Ok(())
}

/// `cuStreamGetFlags`
pub fn get_flags(stream: StreamHandle<Stream>, flags: Out<u32>) -> Result {
    flags.set(resolve(stream)?.flags());
    Ok(())
}

/// `cuStreamGetId`
pub fn get_id(stream: StreamHandle<Stream>, id: Out<u64>) -> Result {
    id.set(resolve(stream)?.number());
    Ok(())
}

/// `cuStreamGetDevice`
pub fn get_device(stream: StreamHandle<Stream>, dev: Out<CUdevice>) -> Result {
    resolve(stream)?;
    dev.set(0);
    Ok(())
}

/// The handle of the context a stream belongs to.
fn context_of(stream: StreamHandle<Stream>) -> Result<CUcontext> {
    Ok(match stream {
        StreamHandle::Created(stream) => stream.context().handle(),
        _ => current::get()?.handle(),
    })
}

/// `cuStreamGetCtx`
pub fn get_context(stream: StreamHandle<Stream>, context: Out<CUcontext>) -> Result {
    context.set(context_of(stream)?);
    Ok(())
}

/// `cuStreamGetCtx_v2`: no stream belongs to a green context.
pub fn get_context_or_green(
    stream: StreamHandle<Stream>,
    context: Out<CUcontext>,
    green: Option<Out<CUgreenCtx>>,
) -> Result {
    context.set(context_of(stream)?);
    if let Some(green) = green {
        green.set(std::ptr::null_mut());
    }
    Ok(())
}

/// `cuStreamGetGreenCtx`: null, as no stream belongs to one; cuBLAS 13.5 needs the success.
pub fn get_green_context(stream: StreamHandle<Stream>, green: Out<CUgreenCtx>) -> Result {
    resolve(stream)?;
    green.set(std::ptr::null_mut());
    Ok(())
}

/// `cuStreamAttachMemAsync`: managed memory is always visible to all streams.
pub fn attach_memory(stream: StreamHandle<Stream>, address: CUdeviceptr, length: usize, flags: u32) -> Result {
    resolve(stream)?;
    let allocation = device()?.allocations.find(address).ok_or(CUerror::INVALID_VALUE)?;
    let is_whole = length == 0 || length as u64 == allocation.size;
    if !allocation.kind.is_managed() || !is_whole || !matches!(flags, 1 | 2 | 4) {
        return Err(CUerror::INVALID_VALUE);
    }
    Ok(())
}

/// Stream attributes are hints about caches and clusters of memory traffic, which the model has no counterpart of;
/// priority is the one that can be read back.
pub fn get_attribute(stream: StreamHandle<Stream>, attribute: CUstreamAttrID, value: Out<CUstreamAttrValue>) -> Result {
    let stream = resolve(stream)?;
    let mut read: CUstreamAttrValue = CUstreamAttrValue { pad: [0; 64] };
    match attribute {
        CUstreamAttrID::CU_LAUNCH_ATTRIBUTE_PRIORITY => read.priority = stream.priority(),
        CUstreamAttrID::CU_LAUNCH_ATTRIBUTE_SYNCHRONIZATION_POLICY => {
            read.syncPolicy = CUsynchronizationPolicy::CU_SYNC_POLICY_AUTO
        }
        CUstreamAttrID::CU_LAUNCH_ATTRIBUTE_ACCESS_POLICY_WINDOW
        | CUstreamAttrID::CU_LAUNCH_ATTRIBUTE_MEM_SYNC_DOMAIN => {}
        _ => return Err(CUerror::INVALID_VALUE),
    }
    value.set(read);
    Ok(())
}

/// See [`get_attribute`].
pub fn set_attribute(stream: StreamHandle<Stream>, attribute: CUstreamAttrID, _value: &CUstreamAttrValue) -> Result {
    resolve(stream)?;
    match attribute {
        CUstreamAttrID::CU_LAUNCH_ATTRIBUTE_PRIORITY
        | CUstreamAttrID::CU_LAUNCH_ATTRIBUTE_SYNCHRONIZATION_POLICY
        | CUstreamAttrID::CU_LAUNCH_ATTRIBUTE_ACCESS_POLICY_WINDOW
        | CUstreamAttrID::CU_LAUNCH_ATTRIBUTE_MEM_SYNC_DOMAIN => Ok(()),
        _ => Err(CUerror::INVALID_VALUE),
    }
}

/// See [`get_attribute`].
pub fn copy_attributes(to: StreamHandle<Stream>, from: StreamHandle<Stream>) -> Result {
    resolve(to)?;
    resolve(from).map(drop)
}
