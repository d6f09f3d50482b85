//! Stream-ordered memory allocation.
//!
//! An allocation is made when it is asked for, not when the stream gets there: memory that is ready earlier than
//! promised harms nobody. A free takes effect when the stream gets there.

use super::device::Device;
use super::memory::ALIGNMENT;
use super::stream::resolve;
use crate::abi::{HostBytes, In, Out, Result};
use crate::error::CUerror;
use crate::handle::{Live, StreamHandle};
use crate::report;
use crate::runtime::allocations::Kind;
use crate::runtime::device::device;
use crate::runtime::host;
use crate::runtime::operation::Operation;
use crate::runtime::pool::Pool;
use crate::runtime::stream::Stream;
use crate::sys::{
    CUdeviceptr, CUmemAccess_flags, CUmemAccessDesc, CUmemAllocationType, CUmemLocation, CUmemLocationType,
    CUmemPool_attribute, CUmemPoolProps, CUmemoryPool,
};

/// `cuDeviceGetDefaultMemPool`
pub fn default_of_device(pool: Out<CUmemoryPool>, _: Device) -> Result {
    pool.set(Pool::default_of_device().handle());
    Ok(())
}

/// `cuDeviceGetMemPool`
pub fn current_of_device(pool: Out<CUmemoryPool>, _: Device) -> Result {
    pool.set(Pool::current().handle());
    Ok(())
}

/// `cuDeviceSetMemPool`
pub fn set_current_of_device(_: Device, pool: Live<Pool>) -> Result {
    Pool::set_current(pool);
    Ok(())
}

fn check_place(place: &CUmemLocation) -> Result {
    match place.type_ {
        CUmemLocationType::CU_MEM_LOCATION_TYPE_DEVICE if host::location_id(place) == 0 => Ok(()),
        CUmemLocationType::CU_MEM_LOCATION_TYPE_DEVICE => Err(CUerror::INVALID_DEVICE),
        _ => Err(CUerror::NOT_SUPPORTED),
    }
}

fn check_type(kind: CUmemAllocationType) -> Result {
    match kind {
        CUmemAllocationType::CU_MEM_ALLOCATION_TYPE_PINNED => Ok(()),
        CUmemAllocationType::CU_MEM_ALLOCATION_TYPE_MANAGED => Err(CUerror::NOT_SUPPORTED),
        _ => Err(CUerror::INVALID_VALUE),
    }
}

/// `cuMemGetDefaultMemPool`
pub fn default_of_place(pool: Out<CUmemoryPool>, place: &CUmemLocation, kind: CUmemAllocationType) -> Result {
    check_place(place)?;
    check_type(kind)?;
    default_of_device(pool, Device)
}

/// `cuMemGetMemPool`
pub fn current_of_place(pool: Out<CUmemoryPool>, place: &CUmemLocation, kind: CUmemAllocationType) -> Result {
    check_place(place)?;
    check_type(kind)?;
    current_of_device(pool, Device)
}

/// `cuMemSetMemPool`
pub fn set_current_of_place(place: &CUmemLocation, kind: CUmemAllocationType, pool: Live<Pool>) -> Result {
    check_place(place)?;
    check_type(kind)?;
    set_current_of_device(Device, pool)
}

/// `cuMemPoolCreate`
pub fn create(pool: Out<CUmemoryPool>, properties: &CUmemPoolProps) -> Result {
    check_type(properties.allocType)?;
    check_place(&properties.location)?;
    if properties.handleTypes.0 != 0 {
        return Err(CUerror::NOT_SUPPORTED);
    }
    pool.set(Pool::create().handle());
    Ok(())
}

/// `cuMemPoolDestroy`
pub fn destroy(pool: Live<Pool>) -> Result {
    if pool.handle() == Pool::default_of_device().handle() {
        return Err(CUerror::INVALID_VALUE);
    }
    pool.remove()?;
    Pool::forget_current(&pool);
    Ok(())
}

/// `cuMemAllocAsync`
pub fn alloc_async(address: Out<CUdeviceptr>, bytes: usize, stream: StreamHandle<Stream>) -> Result {
    alloc_from_pool_async(address, bytes, Pool::current(), stream)
}

/// `cuMemAllocFromPoolAsync`
pub fn alloc_from_pool_async(
    address: Out<CUdeviceptr>,
    bytes: usize,
    pool: Live<Pool>,
    stream: StreamHandle<Stream>,
) -> Result {
    let stream = resolve(stream)?;
    check_can_be_captured(&stream)?;
    if bytes == 0 {
        address.set(0);
        return Ok(());
    }
    let kind = Kind::Pooled { pool: pool.number() };
    let device = device()?;
    let attempt = || device.allocate(Some(stream.context()), bytes as u64, ALIGNMENT, kind);
    let made = attempt().or_else(|_| {
        // Work that frees memory may still be under way.
        stream.context().schedule.wait_for_all();
        attempt()
    })?;
    pool.took(bytes as u64);
    address.set(made);
    Ok(())
}

/// Graphs have no nodes that allocate or free memory yet.
fn check_can_be_captured(stream: &Stream) -> Result {
    stream.check_not_capturing().inspect_err(|_| {
        report::unsupported("memory nodes of graphs: stream-ordered allocation while a stream is captured");
    })
}

/// `cuMemFreeAsync`
pub fn free_async(address: CUdeviceptr, stream: StreamHandle<Stream>) -> Result {
    let stream = resolve(stream)?;
    if address == 0 {
        return Ok(());
    }
    check_can_be_captured(&stream)?;
    let device = device()?;
    let is_start = |a: &crate::runtime::allocations::Allocation| {
        a.base == address && matches!(a.kind, Kind::Pooled { .. } | Kind::Device | Kind::Managed { .. })
    };
    device.allocations.find(address).filter(|a| is_start(a)).ok_or(CUerror::INVALID_VALUE)?;
    // Out of the table now, so that a second free of it is an error; out of memory when the stream gets there.
    let allocation = device.allocations.remove(address, |a| is_start(a)).ok_or(CUerror::INVALID_VALUE)?;
    if let Kind::Pooled { pool } = allocation.kind
        && let Some(pool) = Pool::numbered(pool)
    {
        pool.gave_back(allocation.size);
    }
    stream.submit(Operation::Free(address))
}

/// `cuMemPoolTrimTo`: freed memory goes back at once, so there is nothing to trim.
pub fn trim(_pool: Live<Pool>, _keep: usize) -> Result {
    Ok(())
}

/// `cuMemPoolSetAttribute`
pub fn set_attribute(pool: Live<Pool>, attribute: CUmemPool_attribute, value: HostBytes) -> Result {
    use CUmemPool_attribute as A;
    if value.is_null() {
        return Err(CUerror::INVALID_VALUE);
    }
    match attribute {
        A::CU_MEMPOOL_ATTR_REUSE_FOLLOW_EVENT_DEPENDENCIES
        | A::CU_MEMPOOL_ATTR_REUSE_ALLOW_OPPORTUNISTIC
        | A::CU_MEMPOOL_ATTR_REUSE_ALLOW_INTERNAL_DEPENDENCIES => {
            let word = host::snapshot(value.address(), 4);
            pool.set_reuse(attribute.0, word.iter().any(|&byte| byte != 0));
        }
        A::CU_MEMPOOL_ATTR_RELEASE_THRESHOLD => {
            let bytes = host::snapshot(value.address(), 8);
            pool.set_release_threshold(u64::from_ne_bytes(bytes.try_into().map_err(|_| CUerror::UNKNOWN)?));
        }
        A::CU_MEMPOOL_ATTR_RESERVED_MEM_HIGH | A::CU_MEMPOOL_ATTR_USED_MEM_HIGH => {
            // Only a reset to zero is allowed.
            if host::snapshot(value.address(), 8).iter().any(|&byte| byte != 0) {
                return Err(CUerror::INVALID_VALUE);
            }
            pool.reset_most();
        }
        _ => return Err(CUerror::INVALID_VALUE),
    }
    Ok(())
}

/// `cuMemPoolGetAttribute`
pub fn get_attribute(pool: Live<Pool>, attribute: CUmemPool_attribute, value: HostBytes) -> Result {
    use CUmemPool_attribute as A;
    if value.is_null() {
        return Err(CUerror::INVALID_VALUE);
    }
    let long = match attribute {
        A::CU_MEMPOOL_ATTR_REUSE_FOLLOW_EVENT_DEPENDENCIES
        | A::CU_MEMPOOL_ATTR_REUSE_ALLOW_OPPORTUNISTIC
        | A::CU_MEMPOOL_ATTR_REUSE_ALLOW_INTERNAL_DEPENDENCIES => {
            host::store(value.address(), &u32::from(pool.reuse(attribute.0)).to_ne_bytes());
            return Ok(());
        }
        A::CU_MEMPOOL_ATTR_RELEASE_THRESHOLD => pool.release_threshold(),
        A::CU_MEMPOOL_ATTR_RESERVED_MEM_CURRENT | A::CU_MEMPOOL_ATTR_USED_MEM_CURRENT => pool.used(),
        A::CU_MEMPOOL_ATTR_RESERVED_MEM_HIGH | A::CU_MEMPOOL_ATTR_USED_MEM_HIGH => pool.most(),
        _ => return Err(CUerror::INVALID_VALUE),
    };
    host::store(value.address(), &long.to_ne_bytes());
    Ok(())
}

/// `cuMemPoolSetAccess`: the one device there is has access and keeps it.
pub fn set_access(_pool: Live<Pool>, descriptions: In<CUmemAccessDesc>, count: usize) -> Result {
    for description in descriptions.slice(count)? {
        check_place(&description.location)?;
        if description.flags != CUmemAccess_flags::CU_MEM_ACCESS_FLAGS_PROT_READWRITE {
            return Err(CUerror::INVALID_VALUE);
        }
    }
    Ok(())
}

/// `cuMemPoolGetAccess`
pub fn get_access(flags: Out<CUmemAccess_flags>, _pool: Live<Pool>, place: &CUmemLocation) -> Result {
    check_place(place)?;
    flags.set(CUmemAccess_flags::CU_MEM_ACCESS_FLAGS_PROT_READWRITE);
    Ok(())
}
