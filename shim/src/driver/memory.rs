//! Memory management: allocation. Copies are in `copy`, fills in `fill`.

use crate::abi::{HostBytes, Out, Result};
use crate::error::CUerror;
use crate::runtime::allocations::{Allocation, Kind};
use crate::runtime::context::current;
use crate::runtime::device::{Device, device};
use crate::sys::CUdeviceptr;
use std::ffi::c_void;

/// Every pointer that `cuMemAlloc` returns is a multiple of this. Source: CUDA C++ Programming Guide, "Device Memory
/// Accesses" (at least 256 bytes); observed on NVIDIA devices (512).
pub const ALIGNMENT: u64 = 512;
/// What `cuMemAllocPitch` makes rows multiples of. Source: observed on NVIDIA devices.
const PITCH_ALIGNMENT: usize = 512;

/// Allocates for the current context.
pub fn allocate(bytes: usize, align: u64, kind: Kind) -> Result<u64> {
    let context = current::get()?;
    if bytes == 0 {
        return Err(CUerror::INVALID_VALUE);
    }
    device()?.allocate(Some(&context), bytes as u64, align, kind)
}

/// `cuMemAlloc`
pub fn alloc(address: Out<CUdeviceptr>, bytes: usize) -> Result {
    address.set(allocate(bytes, ALIGNMENT, Kind::Device)?);
    Ok(())
}

/// `cuMemAllocPitch`
pub fn alloc_pitch(
    address: Out<CUdeviceptr>,
    pitch: Out<usize>,
    width: usize,
    height: usize,
    element_bytes: u32,
) -> Result {
    if !matches!(element_bytes, 4 | 8 | 16) || width == 0 {
        return Err(CUerror::INVALID_VALUE);
    }
    let row = width.checked_next_multiple_of(PITCH_ALIGNMENT).ok_or(CUerror::OUT_OF_MEMORY)?;
    let bytes = row.checked_mul(height).ok_or(CUerror::OUT_OF_MEMORY)?;
    address.set(allocate(bytes, ALIGNMENT, Kind::Device)?);
    pitch.set(row);
    Ok(())
}

/// `cuMemAllocManaged`
pub fn alloc_managed(address: Out<CUdeviceptr>, bytes: usize, flags: u32) -> Result {
    const GLOBAL: u32 = 1;
    const HOST: u32 = 2;
    if flags != GLOBAL && flags != HOST {
        return Err(CUerror::INVALID_VALUE);
    }
    address.set(allocate(bytes, ALIGNMENT, Kind::Managed { attach_global: flags == GLOBAL })?);
    Ok(())
}

/// `cuMemFree`: waits for the work that may still use the memory.
pub fn free(address: CUdeviceptr) -> Result {
    let context = current::get()?;
    if address == 0 {
        return Ok(());
    }
    let device = device()?;
    let is_ours = |a: &Allocation| matches!(a.kind, Kind::Device | Kind::Managed { .. } | Kind::Pooled { .. });
    device.allocations.find(address).filter(|a| a.base == address && is_ours(a)).ok_or(CUerror::INVALID_VALUE)?;
    context.schedule.wait_for_all();
    device.release(address, is_ours)
}

/// `cuMemAllocHost`
pub fn alloc_host(pointer: Out<*mut c_void>, bytes: usize) -> Result {
    host_alloc(pointer, bytes, 0)
}

/// `cuMemHostAlloc`
pub fn host_alloc(pointer: Out<*mut c_void>, bytes: usize, flags: u32) -> Result {
    const PORTABLE: u32 = 1;
    const DEVICE_MAP: u32 = 2;
    const WRITE_COMBINED: u32 = 4;
    if flags & !(PORTABLE | DEVICE_MAP | WRITE_COMBINED) != 0 {
        return Err(CUerror::INVALID_VALUE);
    }
    pointer.set(allocate(bytes, ALIGNMENT, Kind::Host { flags })? as *mut c_void);
    Ok(())
}

/// `cuMemFreeHost`
pub fn free_host(pointer: HostBytes) -> Result {
    let context = current::get()?;
    if pointer.is_null() {
        return Ok(());
    }
    let device = device()?;
    let is_ours = |a: &Allocation| matches!(a.kind, Kind::Host { .. });
    device
        .allocations
        .find(pointer.address())
        .filter(|a| a.base == pointer.address() && is_ours(a))
        .ok_or(CUerror::INVALID_VALUE)?;
    context.schedule.wait_for_all();
    device.release(pointer.address(), is_ours)
}

/// `cuMemHostRegister`
pub fn host_register(pointer: HostBytes, bytes: usize, flags: u32) -> Result {
    let context = current::get()?;
    const PORTABLE: u32 = 1;
    const DEVICE_MAP: u32 = 2;
    const IO_MEMORY: u32 = 4;
    const READ_ONLY: u32 = 8;
    if flags & !(PORTABLE | DEVICE_MAP | IO_MEMORY | READ_ONLY) != 0 || pointer.is_null() || bytes == 0 {
        return Err(CUerror::INVALID_VALUE);
    }
    if flags & (IO_MEMORY | READ_ONLY) != 0 {
        return Err(CUerror::NOT_SUPPORTED);
    }
    device()?.register(&context, pointer.address(), bytes as u64, flags)
}

/// `cuMemHostUnregister`
pub fn host_unregister(pointer: HostBytes) -> Result {
    let context = current::get()?;
    let device = device()?;
    let is_ours = |a: &Allocation| matches!(a.kind, Kind::Registered { .. });
    let found = device.allocations.find(pointer.address());
    found.filter(|a| a.base == pointer.address() && is_ours(a)).ok_or(CUerror::HOST_MEMORY_NOT_REGISTERED)?;
    context.schedule.wait_for_all();
    device.release(pointer.address(), is_ours)
}

/// The page-locked range that a host pointer lies in.
fn page_locked(device: &Device, pointer: HostBytes) -> Result<(u64, u32)> {
    let allocation = device.allocations.find(pointer.address()).ok_or(CUerror::INVALID_VALUE)?;
    match allocation.kind {
        Kind::Host { flags } | Kind::Registered { flags } => Ok((pointer.address(), flags)),
        Kind::Managed { .. } => Ok((pointer.address(), 0)),
        _ => Err(CUerror::INVALID_VALUE),
    }
}

/// `cuMemHostGetDevicePointer`: the two are the same.
pub fn host_get_device_pointer(address: Out<CUdeviceptr>, pointer: HostBytes, flags: u32) -> Result {
    current::get()?;
    if flags != 0 {
        return Err(CUerror::INVALID_VALUE);
    }
    address.set(page_locked(device()?, pointer)?.0);
    Ok(())
}

/// `cuMemHostGetFlags`
pub fn host_get_flags(flags: Out<u32>, pointer: HostBytes) -> Result {
    current::get()?;
    // With unified addressing, all page-locked memory is mapped for the device.
    const DEVICE_MAP: u32 = 2;
    flags.set(page_locked(device()?, pointer)?.1 | DEVICE_MAP);
    Ok(())
}

/// `cuMemGetInfo`
pub fn get_info(free: Out<usize>, total: Out<usize>) -> Result {
    current::get()?;
    let memory = &device()?.memory;
    free.set(memory.capacity().saturating_sub(memory.used()) as usize);
    total.set(memory.capacity() as usize);
    Ok(())
}

/// `cuMemGetAddressRange`
pub fn get_address_range(base: Option<Out<CUdeviceptr>>, size: Option<Out<usize>>, address: CUdeviceptr) -> Result {
    current::get()?;
    let allocation = device()?.allocations.find(address).ok_or(CUerror::NOT_FOUND)?;
    if let Some(base) = base {
        base.set(allocation.base);
    }
    if let Some(size) = size {
        size.set(allocation.size as usize);
    }
    Ok(())
}
