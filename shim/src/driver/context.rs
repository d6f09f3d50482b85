//! Context management.

use super::device::Device;
use crate::abi::{In, Out, Result};
use crate::error::CUerror;
use crate::export_table::context_storage;
use crate::handle::Live;
use crate::runtime::context::{Context, current};
use crate::runtime::device::device;
use crate::runtime::event::Event;
use crate::runtime::limits::Limit;
use crate::runtime::operation::Operation;
use crate::sys::{
    CUcontext, CUctxCreateParams, CUdevice, CUexecAffinityParam, CUexecAffinityType, CUfunc_cache, CUlimit,
    CUsharedconfig,
};

/// The most urgent stream priority; the least urgent is 0. Source: observed on NVIDIA devices.
pub const GREATEST_PRIORITY: i32 = -5;

/// The context argument where null means the current one.
fn given_or_current(context: Option<Live<Context>>) -> Result<Live<Context>> {
    match context {
        Some(context) if !context.is_active() => Err(CUerror::CONTEXT_IS_DESTROYED),
        Some(context) => Ok(context),
        None => current::alive(),
    }
}

/// Refuses unknown flags and contradictory ones.
pub fn check_flags(flags: u32) -> Result {
    const SCHEDULING: u32 = 0x07;
    const KNOWN: u32 = 0xff;
    match flags & SCHEDULING {
        0 | 1 | 2 | 4 if flags & !KNOWN == 0 => Ok(()),
        _ => Err(CUerror::INVALID_VALUE),
    }
}

/// Ends a context and all that belongs to it.
pub fn end(context: &Live<Context>) -> Result {
    context.end();
    context_storage::forget(context.handle());
    device()?.free_all_of(context);
    Ok(())
}

/// `cuCtxCreate`
pub fn create(context: Out<CUcontext>, flags: u32, _: Device) -> Result {
    check_flags(flags)?;
    let made = Context::create(flags);
    context.set(made.handle());
    current::push(made);
    Ok(())
}

/// `cuCtxCreate_v3`: affinities choose a part of a device for MPS, which there is none of.
pub fn create_with_affinity(
    context: Out<CUcontext>,
    params: In<CUexecAffinityParam>,
    count: i32,
    flags: u32,
    device: Device,
) -> Result {
    let count = usize::try_from(count).map_err(|_| CUerror::INVALID_VALUE)?;
    if !params.slice(count)?.is_empty() {
        return Err(CUerror::UNSUPPORTED_EXEC_AFFINITY);
    }
    create(context, flags, device)
}

/// `cuCtxCreate_v4`
pub fn create_with_params(
    context: Out<CUcontext>,
    params: Option<&CUctxCreateParams>,
    flags: u32,
    device: Device,
) -> Result {
    if params.is_some_and(|params| params.numExecAffinityParams != 0) {
        return Err(CUerror::UNSUPPORTED_EXEC_AFFINITY);
    }
    create(context, flags, device)
}

/// `cuCtxDestroy`
pub fn destroy(context: Live<Context>) -> Result {
    if context.is_primary() {
        return Err(CUerror::INVALID_CONTEXT);
    }
    context.remove()?;
    if current::top().is_some_and(|top| top.handle() == context.handle()) {
        current::pop();
    }
    end(&context)
}

/// `cuCtxAttach`: the old way to share a context; it counts users, of whom we only know the first.
pub fn attach(context: Out<CUcontext>, flags: u32) -> Result {
    if flags != 0 {
        return Err(CUerror::INVALID_VALUE);
    }
    context.set(current::alive()?.handle());
    Ok(())
}

/// `cuCtxDetach`
pub fn detach(context: Live<Context>) -> Result {
    if context.is_active() { Ok(()) } else { Err(CUerror::INVALID_CONTEXT) }
}

/// `cuCtxPushCurrent`
pub fn push(context: Live<Context>) -> Result {
    current::push(context);
    Ok(())
}

/// `cuCtxPopCurrent`
pub fn pop(context: Option<Out<CUcontext>>) -> Result {
    let popped = current::pop().ok_or(CUerror::INVALID_CONTEXT)?;
    if let Some(context) = context {
        context.set(popped.handle());
    }
    Ok(())
}

/// `cuCtxSetCurrent`
pub fn set_current(context: Option<Live<Context>>) -> Result {
    current::set(context);
    Ok(())
}

/// `cuCtxGetCurrent`
pub fn get_current(context: Out<CUcontext>) -> Result {
    context.set(current::top().map_or(std::ptr::null_mut(), |top| top.handle()));
    Ok(())
}

/// `cuCtxGetDevice`
pub fn get_device(dev: Out<CUdevice>) -> Result {
    get_device_of(dev, None)
}

/// `cuCtxGetDevice_v2`
pub fn get_device_of(dev: Out<CUdevice>, context: Option<Live<Context>>) -> Result {
    // A primary context that nobody has retained yet has a device, too.
    context.or_else(current::top).ok_or(CUerror::INVALID_CONTEXT)?;
    dev.set(0);
    Ok(())
}

/// `cuCtxGetFlags`
pub fn get_flags(flags: Out<u32>) -> Result {
    flags.set(current::alive()?.flags());
    Ok(())
}

/// `cuCtxSetFlags`
pub fn set_flags(flags: u32) -> Result {
    check_flags(flags)?;
    current::alive()?.set_flags(flags);
    Ok(())
}

/// `cuCtxGetId`
pub fn get_id(context: Option<Live<Context>>, id: Out<u64>) -> Result {
    id.set(given_or_current(context)?.number());
    Ok(())
}

/// `cuCtxSynchronize`
pub fn synchronize() -> Result {
    synchronize_one(None)
}

/// `cuCtxSynchronize_v2`
pub fn synchronize_one(context: Option<Live<Context>>) -> Result {
    given_or_current(context)?.synchronize()
}

fn limit(limit: CUlimit) -> Result<Limit> {
    Ok(match limit {
        CUlimit::CU_LIMIT_STACK_SIZE => Limit::StackSize,
        CUlimit::CU_LIMIT_PRINTF_FIFO_SIZE => Limit::PrintfFifo,
        CUlimit::CU_LIMIT_MALLOC_HEAP_SIZE => Limit::MallocHeap,
        CUlimit::CU_LIMIT_DEV_RUNTIME_SYNC_DEPTH => Limit::DevRuntimeSyncDepth,
        CUlimit::CU_LIMIT_DEV_RUNTIME_PENDING_LAUNCH_COUNT => Limit::DevRuntimePendingLaunches,
        CUlimit::CU_LIMIT_MAX_L2_FETCH_GRANULARITY => Limit::MaxL2FetchGranularity,
        CUlimit::CU_LIMIT_PERSISTING_L2_CACHE_SIZE => Limit::PersistingL2Cache,
        CUlimit(value) if value < CUlimit::CU_LIMIT_MAX.0 => return Err(CUerror::UNSUPPORTED_LIMIT),
        _ => return Err(CUerror::INVALID_VALUE),
    })
}

/// `cuCtxSetLimit`
pub fn set_limit(which: CUlimit, value: usize) -> Result {
    let context = current::get()?;
    context.set_limit(limit(which)?, value as u64);
    Ok(())
}

/// `cuCtxGetLimit`
pub fn get_limit(value: Out<usize>, which: CUlimit) -> Result {
    let context = current::get()?;
    value.set(context.limits.get(limit(which)?) as usize);
    Ok(())
}

/// `cuCtxGetCacheConfig`
pub fn get_cache_config(config: Out<CUfunc_cache>) -> Result {
    current::alive()?;
    config.set(CUfunc_cache::CU_FUNC_CACHE_PREFER_NONE);
    Ok(())
}

/// `cuCtxSetCacheConfig`: there is nothing to configure, but a wrong value is still one.
pub fn set_cache_config(config: CUfunc_cache) -> Result {
    current::alive()?;
    if config.0 > CUfunc_cache::CU_FUNC_CACHE_PREFER_EQUAL.0 { Err(CUerror::INVALID_VALUE) } else { Ok(()) }
}

/// `cuCtxGetSharedMemConfig`
pub fn get_shared_config(config: Out<CUsharedconfig>) -> Result {
    current::alive()?;
    config.set(CUsharedconfig::CU_SHARED_MEM_CONFIG_FOUR_BYTE_BANK_SIZE);
    Ok(())
}

/// `cuCtxGetApiVersion`
pub fn get_api_version(context: Option<Live<Context>>, version: Out<u32>) -> Result {
    let context = context.or_else(current::top).ok_or(CUerror::INVALID_CONTEXT)?;
    version.set(context.api_version());
    Ok(())
}

/// `cuCtxGetStreamPriorityRange`
pub fn get_stream_priority_range(least: Option<Out<i32>>, greatest: Option<Out<i32>>) -> Result {
    current::alive()?;
    if let Some(least) = least {
        least.set(0);
    }
    if let Some(greatest) = greatest {
        greatest.set(GREATEST_PRIORITY);
    }
    Ok(())
}

/// `cuCtxGetExecAffinity`
pub fn get_exec_affinity(_affinity: Out<CUexecAffinityParam>, _kind: CUexecAffinityType) -> Result {
    current::alive()?;
    Err(CUerror::UNSUPPORTED_EXEC_AFFINITY)
}

/// `cuCtxRecordEvent`: the event marks the present end of all the context's streams.
pub fn record_event(context: Option<Live<Context>>, event: Live<Event>) -> Result {
    let context = given_or_current(context)?;
    event.record_after(&context.object().legacy_stream(), context.schedule.all())
}

/// `cuCtxWaitEvent`: all later work of the context waits for the event.
pub fn wait_event(context: Option<Live<Context>>, event: Live<Event>) -> Result {
    let context = given_or_current(context)?;
    if let Some(mark) = event.mark() {
        context.object().legacy_stream().enqueue(vec![mark], Operation::Nothing)?;
    }
    Ok(())
}
