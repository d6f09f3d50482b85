//! Unified addressing: what a pointer points to, and hints about managed memory.

use super::stream::resolve;
use crate::abi::{HostBytes, In, Result};
use crate::error::CUerror;
use crate::handle::StreamHandle;
use crate::runtime::allocations::{Allocation, Kind};
use crate::runtime::device::device;
use crate::runtime::host;
use crate::runtime::pool::Pool;
use crate::runtime::stream::Stream;
use crate::sys::{
    CUdevice, CUdeviceptr, CUmem_advise, CUmem_range_attribute, CUmemLocation, CUmemLocationType, CUmemorytype,
    CUpointer_attribute,
};

/// The value of a pointer attribute, of the size that CUDA documents for it.
enum Value {
    Word(u32),
    Long(u64),
    Pair(u64, u32),
}

impl Value {
    /// Writes it where the program wants it.
    fn write(&self, to: u64) {
        match *self {
            Value::Word(value) => host::store(to, &value.to_ne_bytes()),
            Value::Long(value) => host::store(to, &value.to_ne_bytes()),
            Value::Pair(long, word) => {
                host::store(to, &long.to_ne_bytes());
                host::store(to + 8, &word.to_ne_bytes());
            }
        }
    }
}

/// The device ordinal of memory that is on no device. Source: observed on NVIDIA hardware (ZLUDA's tests).
const NO_DEVICE: i32 = -2;

/// What CUDA says of a pointer into an allocation.
fn of_allocation(attribute: CUpointer_attribute, address: u64, allocation: &Allocation) -> Result<Value> {
    use CUpointer_attribute as A;
    let kind = allocation.kind;
    Ok(match attribute {
        // Memory of pools and mappings belongs to the device, not to a context.
        A::CU_POINTER_ATTRIBUTE_CONTEXT if matches!(kind, Kind::Pooled { .. } | Kind::Mapped) => Value::Long(0),
        A::CU_POINTER_ATTRIBUTE_CONTEXT => Value::Long(allocation.context),
        A::CU_POINTER_ATTRIBUTE_MEMORY_TYPE if kind.is_host() => Value::Word(CUmemorytype::CU_MEMORYTYPE_HOST.0),
        A::CU_POINTER_ATTRIBUTE_MEMORY_TYPE => Value::Word(CUmemorytype::CU_MEMORYTYPE_DEVICE.0),
        A::CU_POINTER_ATTRIBUTE_DEVICE_POINTER => Value::Long(address),
        A::CU_POINTER_ATTRIBUTE_HOST_POINTER if kind.is_host() || kind.is_managed() => Value::Long(address),
        A::CU_POINTER_ATTRIBUTE_HOST_POINTER => return Err(CUerror::INVALID_VALUE),
        A::CU_POINTER_ATTRIBUTE_P2P_TOKENS => Value::Pair(0, 0),
        A::CU_POINTER_ATTRIBUTE_SYNC_MEMOPS => Value::Word(0),
        A::CU_POINTER_ATTRIBUTE_BUFFER_ID => Value::Long(allocation.number),
        A::CU_POINTER_ATTRIBUTE_IS_MANAGED => Value::Word(kind.is_managed().into()),
        A::CU_POINTER_ATTRIBUTE_DEVICE_ORDINAL => Value::Word(0),
        A::CU_POINTER_ATTRIBUTE_IS_LEGACY_CUDA_IPC_CAPABLE => Value::Word(0),
        A::CU_POINTER_ATTRIBUTE_RANGE_START_ADDR => Value::Long(allocation.base),
        A::CU_POINTER_ATTRIBUTE_RANGE_SIZE => Value::Long(allocation.size),
        A::CU_POINTER_ATTRIBUTE_MAPPED => Value::Word(1),
        A::CU_POINTER_ATTRIBUTE_ALLOWED_HANDLE_TYPES => Value::Long(0),
        A::CU_POINTER_ATTRIBUTE_IS_GPU_DIRECT_RDMA_CAPABLE => Value::Word(0),
        A::CU_POINTER_ATTRIBUTE_ACCESS_FLAGS => Value::Word(3),
        A::CU_POINTER_ATTRIBUTE_MEMPOOL_HANDLE => match kind {
            Kind::Pooled { pool } => Value::Long(Pool::numbered(pool).map_or(0, |pool| pool.handle() as u64)),
            _ => Value::Long(0),
        },
        A::CU_POINTER_ATTRIBUTE_MAPPING_SIZE => Value::Long(allocation.size),
        A::CU_POINTER_ATTRIBUTE_MAPPING_BASE_ADDR => Value::Long(allocation.base),
        A::CU_POINTER_ATTRIBUTE_MEMORY_BLOCK_ID => Value::Long(allocation.number),
        A::CU_POINTER_ATTRIBUTE_IS_HW_DECOMPRESS_CAPABLE => Value::Word(0),
        _ => return Err(CUerror::INVALID_VALUE),
    })
}

/// What `cuPointerGetAttributes` says of a pointer that CUDA does not know. Source: observed on NVIDIA hardware
/// (ZLUDA's tests).
fn of_nothing(attribute: CUpointer_attribute, address: u64) -> Result<Value> {
    use CUpointer_attribute as A;
    Ok(match attribute {
        A::CU_POINTER_ATTRIBUTE_HOST_POINTER => Value::Long(address),
        A::CU_POINTER_ATTRIBUTE_DEVICE_ORDINAL => Value::Word(NO_DEVICE as u32),
        A::CU_POINTER_ATTRIBUTE_P2P_TOKENS => Value::Pair(0, 0),
        A::CU_POINTER_ATTRIBUTE_CONTEXT
        | A::CU_POINTER_ATTRIBUTE_DEVICE_POINTER
        | A::CU_POINTER_ATTRIBUTE_BUFFER_ID
        | A::CU_POINTER_ATTRIBUTE_RANGE_START_ADDR
        | A::CU_POINTER_ATTRIBUTE_RANGE_SIZE
        | A::CU_POINTER_ATTRIBUTE_ALLOWED_HANDLE_TYPES
        | A::CU_POINTER_ATTRIBUTE_MEMPOOL_HANDLE
        | A::CU_POINTER_ATTRIBUTE_MAPPING_SIZE
        | A::CU_POINTER_ATTRIBUTE_MAPPING_BASE_ADDR
        | A::CU_POINTER_ATTRIBUTE_MEMORY_BLOCK_ID => Value::Long(0),
        A::CU_POINTER_ATTRIBUTE_MEMORY_TYPE
        | A::CU_POINTER_ATTRIBUTE_SYNC_MEMOPS
        | A::CU_POINTER_ATTRIBUTE_IS_MANAGED
        | A::CU_POINTER_ATTRIBUTE_IS_LEGACY_CUDA_IPC_CAPABLE
        | A::CU_POINTER_ATTRIBUTE_MAPPED
        | A::CU_POINTER_ATTRIBUTE_IS_GPU_DIRECT_RDMA_CAPABLE
        | A::CU_POINTER_ATTRIBUTE_ACCESS_FLAGS
        | A::CU_POINTER_ATTRIBUTE_IS_HW_DECOMPRESS_CAPABLE => Value::Word(0),
        _ => return Err(CUerror::INVALID_VALUE),
    })
}

/// `cuPointerGetAttribute`: a pointer that CUDA does not know is an error.
pub fn get_attribute(data: HostBytes, attribute: CUpointer_attribute, address: CUdeviceptr) -> Result {
    if data.is_null() {
        return Err(CUerror::INVALID_VALUE);
    }
    let allocation = device()?.allocations.find(address).ok_or(CUerror::INVALID_VALUE)?;
    of_allocation(attribute, address, &allocation)?.write(data.address());
    Ok(())
}

/// `cuPointerGetAttributes`: a pointer that CUDA does not know has the attributes of nothing.
pub fn get_attributes(
    count: u32,
    attributes: In<CUpointer_attribute>,
    data: In<*mut std::ffi::c_void>,
    address: CUdeviceptr,
) -> Result {
    let (attributes, data) = (attributes.slice(count as usize)?, data.slice(count as usize)?);
    let allocation = device()?.allocations.find(address);
    for (&attribute, &to) in attributes.iter().zip(data) {
        if to.is_null() {
            return Err(CUerror::INVALID_VALUE);
        }
        let value = match &allocation {
            Some(allocation) => of_allocation(attribute, address, allocation).or_else(|_| of_nothing(attribute, 0))?,
            None => of_nothing(attribute, address)?,
        };
        value.write(to as u64);
    }
    Ok(())
}

/// `cuPointerSetAttribute`: all synchronous calls are synchronous already.
pub fn set_attribute(value: HostBytes, attribute: CUpointer_attribute, address: CUdeviceptr) -> Result {
    device()?.allocations.find(address).ok_or(CUerror::INVALID_VALUE)?;
    match attribute {
        CUpointer_attribute::CU_POINTER_ATTRIBUTE_SYNC_MEMOPS if !value.is_null() => Ok(()),
        _ => Err(CUerror::INVALID_VALUE),
    }
}

/// A range of managed memory.
fn managed(address: u64, bytes: usize) -> Result {
    let range = device()?.allocations.find_whole(address, bytes as u64);
    range.filter(|a| a.kind.is_managed() && bytes > 0).map(drop).ok_or(CUerror::INVALID_VALUE)
}

/// A place where managed memory can be: the host, a part of it, or the device.
fn check_place(place: &CUmemLocation) -> Result {
    match place.type_ {
        CUmemLocationType::CU_MEM_LOCATION_TYPE_DEVICE if host::location_id(place) != 0 => Err(CUerror::INVALID_DEVICE),
        CUmemLocationType::CU_MEM_LOCATION_TYPE_DEVICE
        | CUmemLocationType::CU_MEM_LOCATION_TYPE_HOST
        | CUmemLocationType::CU_MEM_LOCATION_TYPE_HOST_NUMA
        | CUmemLocationType::CU_MEM_LOCATION_TYPE_HOST_NUMA_CURRENT => Ok(()),
        _ => Err(CUerror::INVALID_VALUE),
    }
}

fn check_number(dev: CUdevice) -> Result {
    const CPU: CUdevice = -1;
    if dev == 0 || dev == CPU { Ok(()) } else { Err(CUerror::INVALID_DEVICE) }
}

/// `cuMemPrefetchAsync`: managed memory is where both can reach it at all times, so there is nothing to move.
pub fn prefetch(address: CUdeviceptr, bytes: usize, dev: CUdevice, stream: StreamHandle<Stream>) -> Result {
    resolve(stream)?;
    check_number(dev)?;
    managed(address, bytes)
}

/// `cuMemPrefetchAsync_v2`
pub fn prefetch_v2(
    address: CUdeviceptr,
    bytes: usize,
    place: CUmemLocation,
    flags: u32,
    stream: StreamHandle<Stream>,
) -> Result {
    resolve(stream)?;
    check_place(&place)?;
    if flags != 0 { Err(CUerror::INVALID_VALUE) } else { managed(address, bytes) }
}

/// `cuMemPrefetchBatchAsync`, `cuMemDiscardAndPrefetchBatchAsync`
pub fn prefetch_batch(
    addresses: In<CUdeviceptr>,
    sizes: In<usize>,
    count: usize,
    places: In<CUmemLocation>,
    _starts: In<usize>,
    place_count: usize,
    flags: u64,
    stream: StreamHandle<Stream>,
) -> Result {
    places.slice(place_count)?.iter().try_for_each(check_place)?;
    discard_batch(addresses, sizes, count, flags, stream)
}

/// `cuMemDiscardBatchAsync`: what is discarded may as well stay.
pub fn discard_batch(
    addresses: In<CUdeviceptr>,
    sizes: In<usize>,
    count: usize,
    flags: u64,
    stream: StreamHandle<Stream>,
) -> Result {
    resolve(stream)?;
    if flags != 0 || count == 0 {
        return Err(CUerror::INVALID_VALUE);
    }
    let ranges = addresses.slice(count)?.iter().zip(sizes.slice(count)?);
    ranges.into_iter().try_for_each(|(&address, &bytes)| managed(address, bytes))
}

/// `cuMemAdvise`: hints about where managed memory should be.
pub fn advise(address: CUdeviceptr, bytes: usize, advice: CUmem_advise, dev: CUdevice) -> Result {
    if !matches!(advice.0, 1 | 2) {
        check_number(dev)?;
    }
    check_advice(address, bytes, advice)
}

/// `cuMemAdvise_v2`
pub fn advise_v2(address: CUdeviceptr, bytes: usize, advice: CUmem_advise, place: CUmemLocation) -> Result {
    if !matches!(advice.0, 1 | 2) {
        check_place(&place)?;
    }
    check_advice(address, bytes, advice)
}

fn check_advice(address: u64, bytes: usize, advice: CUmem_advise) -> Result {
    if (1..=6).contains(&advice.0) { managed(address, bytes) } else { Err(CUerror::INVALID_VALUE) }
}

/// `cuMemRangeGetAttribute`: no advice is remembered, because none has an effect.
pub fn range_attribute(
    data: HostBytes,
    data_bytes: usize,
    attribute: CUmem_range_attribute,
    address: CUdeviceptr,
    bytes: usize,
) -> Result {
    one_range_attribute(data.address(), data_bytes, attribute, address, bytes)
}

fn one_range_attribute(
    data: u64,
    data_bytes: usize,
    attribute: CUmem_range_attribute,
    address: u64,
    bytes: usize,
) -> Result {
    use CUmem_range_attribute as A;
    const INVALID: i32 = -2;
    managed(address, bytes)?;
    if data == 0 {
        return Err(CUerror::INVALID_VALUE);
    }
    let value: i32 = match attribute {
        A::CU_MEM_RANGE_ATTRIBUTE_READ_MOSTLY => 0,
        A::CU_MEM_RANGE_ATTRIBUTE_PREFERRED_LOCATION | A::CU_MEM_RANGE_ATTRIBUTE_LAST_PREFETCH_LOCATION => INVALID,
        A::CU_MEM_RANGE_ATTRIBUTE_ACCESSED_BY => {
            if !data_bytes.is_multiple_of(4) || data_bytes == 0 {
                return Err(CUerror::INVALID_VALUE);
            }
            for at in (0..data_bytes as u64).step_by(4) {
                host::store(data + at, &INVALID.to_ne_bytes());
            }
            return Ok(());
        }
        A::CU_MEM_RANGE_ATTRIBUTE_PREFERRED_LOCATION_TYPE
        | A::CU_MEM_RANGE_ATTRIBUTE_PREFERRED_LOCATION_ID
        | A::CU_MEM_RANGE_ATTRIBUTE_LAST_PREFETCH_LOCATION_TYPE
        | A::CU_MEM_RANGE_ATTRIBUTE_LAST_PREFETCH_LOCATION_ID => 0,
        _ => return Err(CUerror::INVALID_VALUE),
    };
    if data_bytes != 4 {
        return Err(CUerror::INVALID_VALUE);
    }
    host::store(data, &value.to_ne_bytes());
    Ok(())
}

/// `cuMemRangeGetAttributes`
pub fn range_attributes(
    data: In<*mut std::ffi::c_void>,
    sizes: In<usize>,
    attributes: In<CUmem_range_attribute>,
    count: usize,
    address: CUdeviceptr,
    bytes: usize,
) -> Result {
    let (data, sizes, attributes) = (data.slice(count)?, sizes.slice(count)?, attributes.slice(count)?);
    for ((&data, &size), &attribute) in data.iter().zip(sizes).zip(attributes) {
        one_range_attribute(data as u64, size, attribute, address, bytes)?;
    }
    Ok(())
}
