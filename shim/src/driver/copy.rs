//! Memory management: copies.
//!
//! Who waits for whom follows CUDA's manual, "API synchronization behavior": a copy between host and device returns
//! when it is done, an asynchronous one at once if the host's side is page-locked, and otherwise no later than it has
//! taken or written the host's bytes; a copy inside the device does not keep the host waiting.

use super::stream::{resolve, resolve_default};
use crate::abi::{DefaultStream, HostBytes, In, Out, Result};
use crate::error::CUerror;
use crate::handle::{Live, StreamHandle};
use crate::runtime::context::Context;
use crate::runtime::device::{Device, device};
use crate::runtime::host;
use crate::runtime::operation::Operation;
use crate::runtime::stream::Stream;
use crate::runtime::transfer::{Copy, End, Side};
use crate::sys::{
    CUDA_MEMCPY2D, CUDA_MEMCPY3D, CUDA_MEMCPY3D_PEER, CUarray, CUdeviceptr, CUmemcpyAttributes, CUmemorytype,
};
use std::sync::Arc;

/// The manual's limit up to which an asynchronous copy from pageable memory takes the bytes and returns.
const STAGED: u64 = 64 << 10;

/// A device address of a copy of consecutive bytes, which must all belong to one allocation.
fn on_device(device: &Device, address: u64, bytes: u64) -> Result<Side> {
    let allocation = device.allocations.find_whole(address, bytes).ok_or(CUerror::INVALID_VALUE)?;
    Ok(if allocation.kind.is_host() { Side::Pinned } else { Side::Device })
}

/// An address on the host's side: page-locked, or the program's own.
fn on_host(device: &Device, address: u64, bytes: u64) -> Result<Side> {
    if address == 0 {
        return Err(CUerror::INVALID_VALUE);
    }
    match device.allocations.find_whole(address, bytes) {
        Some(allocation) if allocation.kind.is_host() => Ok(Side::Pinned),
        Some(_) => Ok(Side::Device),
        // Memory of the program that only begins or ends in a registered range is pageable as a whole.
        None if device.memory.owns(address) => Err(CUerror::INVALID_VALUE),
        None => Ok(Side::Pageable),
    }
}

/// An address of a copy that finds out itself what memory it is (`cudaMemcpyDefault`).
fn anywhere(device: &Device, address: u64, bytes: u64) -> Result<Side> {
    on_host(device, address, bytes)
}

/// Whether the call returns before the copy is done.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Returns {
    Early,
    Done,
}

/// Brings a copy into its stream.
fn submit(stream: Arc<Stream>, copy: Copy, returns: Returns) -> Result {
    if copy.bytes() == 0 {
        return Ok(());
    }
    let (to, from) = (copy.to.side, copy.from.side);
    let is_pageable = to == Side::Pageable || from == Side::Pageable;
    if stream.capture().is_some() {
        if returns == Returns::Done {
            stream.check_not_capturing()?;
        }
        return stream.submit(Operation::Copy(copy));
    }
    let is_internal = to == Side::Device && from == Side::Device;
    match returns {
        Returns::Done if !is_internal => stream.run(Operation::Copy(copy)),
        Returns::Early
            if from == Side::Pageable && to != Side::Pageable && copy.is_linear() && copy.bytes() <= STAGED =>
        {
            let bytes = host::snapshot(copy.from.address, copy.bytes()).into();
            stream.submit(Operation::Upload { to: copy.to.address, bytes })
        }
        Returns::Early if is_pageable => stream.run(Operation::Copy(copy)),
        _ => stream.submit(Operation::Copy(copy)),
    }
}

fn host_to_device(to: u64, from: HostBytes, bytes: usize, stream: Arc<Stream>, returns: Returns) -> Result {
    let (device, bytes) = (device()?, bytes as u64);
    if bytes == 0 {
        return Ok(());
    }
    let copy =
        Copy::linear(to, on_device(device, to, bytes)?, from.address(), on_host(device, from.address(), bytes)?, bytes);
    submit(stream, copy, returns)
}

fn device_to_host(to: HostBytes, from: u64, bytes: usize, stream: Arc<Stream>, returns: Returns) -> Result {
    let (device, bytes) = (device()?, bytes as u64);
    if bytes == 0 {
        return Ok(());
    }
    let copy =
        Copy::linear(to.address(), on_host(device, to.address(), bytes)?, from, on_device(device, from, bytes)?, bytes);
    submit(stream, copy, returns)
}

fn device_to_device(to: u64, from: u64, bytes: usize, stream: Arc<Stream>) -> Result {
    let (device, bytes) = (device()?, bytes as u64);
    if bytes == 0 {
        return Ok(());
    }
    let copy = Copy::linear(to, on_device(device, to, bytes)?, from, on_device(device, from, bytes)?, bytes);
    submit(stream, copy, Returns::Early)
}

fn anywhere_to_anywhere(to: u64, from: u64, bytes: usize, stream: Arc<Stream>, returns: Returns) -> Result {
    let (device, bytes) = (device()?, bytes as u64);
    if bytes == 0 {
        return Ok(());
    }
    let copy = Copy::linear(to, anywhere(device, to, bytes)?, from, anywhere(device, from, bytes)?, bytes);
    submit(stream, copy, returns)
}

/// `cuMemcpy`
pub fn copy(to: CUdeviceptr, from: CUdeviceptr, bytes: usize, stream: DefaultStream) -> Result {
    anywhere_to_anywhere(to, from, bytes, resolve_default(stream)?, Returns::Done)
}

/// `cuMemcpyAsync`
pub fn copy_async(to: CUdeviceptr, from: CUdeviceptr, bytes: usize, stream: StreamHandle<Stream>) -> Result {
    anywhere_to_anywhere(to, from, bytes, resolve(stream)?, Returns::Early)
}

/// `cuMemcpyPeer`: there is one device, and contexts share its memory.
pub fn peer(
    to: CUdeviceptr,
    _to_context: Live<Context>,
    from: CUdeviceptr,
    _from_context: Live<Context>,
    bytes: usize,
    stream: DefaultStream,
) -> Result {
    device_to_device(to, from, bytes, resolve_default(stream)?)
}

/// `cuMemcpyPeerAsync`
pub fn peer_async(
    to: CUdeviceptr,
    _to_context: Live<Context>,
    from: CUdeviceptr,
    _from_context: Live<Context>,
    bytes: usize,
    stream: StreamHandle<Stream>,
) -> Result {
    device_to_device(to, from, bytes, resolve(stream)?)
}

/// `cuMemcpyHtoD`
pub fn to_device(to: CUdeviceptr, from: HostBytes, bytes: usize, stream: DefaultStream) -> Result {
    host_to_device(to, from, bytes, resolve_default(stream)?, Returns::Done)
}

/// `cuMemcpyHtoDAsync`
pub fn to_device_async(to: CUdeviceptr, from: HostBytes, bytes: usize, stream: StreamHandle<Stream>) -> Result {
    host_to_device(to, from, bytes, resolve(stream)?, Returns::Early)
}

/// `cuMemcpyDtoH`
pub fn to_host(to: HostBytes, from: CUdeviceptr, bytes: usize, stream: DefaultStream) -> Result {
    device_to_host(to, from, bytes, resolve_default(stream)?, Returns::Done)
}

/// `cuMemcpyDtoHAsync`
pub fn to_host_async(to: HostBytes, from: CUdeviceptr, bytes: usize, stream: StreamHandle<Stream>) -> Result {
    device_to_host(to, from, bytes, resolve(stream)?, Returns::Early)
}

/// `cuMemcpyDtoD`
pub fn inside(to: CUdeviceptr, from: CUdeviceptr, bytes: usize, stream: DefaultStream) -> Result {
    device_to_device(to, from, bytes, resolve_default(stream)?)
}

/// `cuMemcpyDtoDAsync`
pub fn inside_async(to: CUdeviceptr, from: CUdeviceptr, bytes: usize, stream: StreamHandle<Stream>) -> Result {
    device_to_device(to, from, bytes, resolve(stream)?)
}

/// One end of a pitched copy as the structures of CUDA describe it.
struct Described {
    kind: CUmemorytype,
    host: u64,
    device: u64,
    array: CUarray,
    x: usize,
    y: usize,
    z: usize,
    pitch: usize,
    height: usize,
}

impl Described {
    /// Checks it against the extent of the copy.
    fn end(&self, device: &Device, extent: [usize; 3]) -> Result<End> {
        let [width, height, depth] = extent.map(|n| n as u64);
        let row_pitch = if self.pitch == 0 { self.x as u64 + width } else { self.pitch as u64 };
        let rows = if self.height == 0 { self.y as u64 + height } else { self.height as u64 };
        if (self.x as u64).checked_add(width).is_none_or(|end| end > row_pitch) && height * depth > 1 {
            return Err(CUerror::INVALID_VALUE);
        }
        let overflow = CUerror::INVALID_VALUE;
        let slice_pitch = row_pitch.checked_mul(rows).ok_or(overflow)?;
        let offset = (self.z as u64)
            .checked_mul(slice_pitch)
            .and_then(|o| o.checked_add((self.y as u64).checked_mul(row_pitch)?))
            .and_then(|o| o.checked_add(self.x as u64))
            .ok_or(overflow)?;
        let base = match self.kind {
            CUmemorytype::CU_MEMORYTYPE_HOST => self.host,
            CUmemorytype::CU_MEMORYTYPE_DEVICE | CUmemorytype::CU_MEMORYTYPE_UNIFIED => self.device,
            CUmemorytype::CU_MEMORYTYPE_ARRAY if self.array.is_null() => return Err(CUerror::INVALID_HANDLE),
            CUmemorytype::CU_MEMORYTYPE_ARRAY => return Err(CUerror::NOT_SUPPORTED),
            _ => return Err(CUerror::INVALID_VALUE),
        };
        let address = base.checked_add(offset).ok_or(overflow)?;
        // From the first byte to the last.
        let span = (depth - 1)
            .checked_mul(slice_pitch)
            .and_then(|s| s.checked_add((height - 1).checked_mul(row_pitch)?))
            .and_then(|s| s.checked_add(width))
            .ok_or(overflow)?;
        let side = match self.kind {
            CUmemorytype::CU_MEMORYTYPE_DEVICE => on_device(device, address, span)?,
            _ => on_host(device, address, span)?,
        };
        Ok(End { address, row_pitch, slice_pitch, side })
    }
}

/// The copy between two such ends; none where there is nothing to copy.
fn pitched(from: Described, to: Described, extent: [usize; 3]) -> Result<Option<Copy>> {
    if extent.contains(&0) {
        return Ok(None);
    }
    let device = device()?;
    let [row_bytes, rows, slices] = extent.map(|n| n as u64);
    Ok(Some(Copy { from: from.end(device, extent)?, to: to.end(device, extent)?, row_bytes, rows, slices }))
}

fn submit_pitched(stream: Arc<Stream>, copy: Option<Copy>, returns: Returns) -> Result {
    copy.map_or(Ok(()), |copy| submit(stream, copy, returns))
}

fn copy_2d(copy: &CUDA_MEMCPY2D) -> Result<Option<Copy>> {
    let from = Described {
        kind: copy.srcMemoryType,
        host: copy.srcHost as u64,
        device: copy.srcDevice,
        array: copy.srcArray,
        x: copy.srcXInBytes,
        y: copy.srcY,
        z: 0,
        pitch: copy.srcPitch,
        height: 0,
    };
    let to = Described {
        kind: copy.dstMemoryType,
        host: copy.dstHost as u64,
        device: copy.dstDevice,
        array: copy.dstArray,
        x: copy.dstXInBytes,
        y: copy.dstY,
        z: 0,
        pitch: copy.dstPitch,
        height: 0,
    };
    pitched(from, to, [copy.WidthInBytes, copy.Height, 1])
}

/// A macro, because the two structures have these fields in common but no type.
macro_rules! copy_3d {
    ($copy:ident) => {{
        let from = Described {
            kind: $copy.srcMemoryType,
            host: $copy.srcHost as u64,
            device: $copy.srcDevice,
            array: $copy.srcArray,
            x: $copy.srcXInBytes,
            y: $copy.srcY,
            z: $copy.srcZ,
            pitch: $copy.srcPitch,
            height: $copy.srcHeight,
        };
        let to = Described {
            kind: $copy.dstMemoryType,
            host: $copy.dstHost as u64,
            device: $copy.dstDevice,
            array: $copy.dstArray,
            x: $copy.dstXInBytes,
            y: $copy.dstY,
            z: $copy.dstZ,
            pitch: $copy.dstPitch,
            height: $copy.dstHeight,
        };
        pitched(from, to, [$copy.WidthInBytes, $copy.Height, $copy.Depth])
    }};
}

/// `cuMemcpy2D`, `cuMemcpy2DUnaligned`
pub fn two_dimensional(copy: &CUDA_MEMCPY2D, stream: DefaultStream) -> Result {
    submit_pitched(resolve_default(stream)?, copy_2d(copy)?, Returns::Done)
}

/// `cuMemcpy2DAsync`
pub fn two_dimensional_async(copy: &CUDA_MEMCPY2D, stream: StreamHandle<Stream>) -> Result {
    submit_pitched(resolve(stream)?, copy_2d(copy)?, Returns::Early)
}

/// What a copy node of a graph copies.
pub fn of_node(copy: &CUDA_MEMCPY3D) -> Result<Option<Copy>> {
    copy_3d!(copy)
}

/// `cuMemcpy3D`
pub fn three_dimensional(copy: &CUDA_MEMCPY3D, stream: DefaultStream) -> Result {
    submit_pitched(resolve_default(stream)?, copy_3d!(copy)?, Returns::Done)
}

/// `cuMemcpy3DAsync`
pub fn three_dimensional_async(copy: &CUDA_MEMCPY3D, stream: StreamHandle<Stream>) -> Result {
    submit_pitched(resolve(stream)?, copy_3d!(copy)?, Returns::Early)
}

/// `cuMemcpy3DPeer`
pub fn three_dimensional_peer(copy: &CUDA_MEMCPY3D_PEER, stream: DefaultStream) -> Result {
    submit_pitched(resolve_default(stream)?, copy_3d!(copy)?, Returns::Done)
}

/// `cuMemcpy3DPeerAsync`
pub fn three_dimensional_peer_async(copy: &CUDA_MEMCPY3D_PEER, stream: StreamHandle<Stream>) -> Result {
    submit_pitched(resolve(stream)?, copy_3d!(copy)?, Returns::Early)
}

/// `cuMemcpyBatchAsync`: the copies one after the other; the attributes are hints.
pub fn batch_async(
    to: In<CUdeviceptr>,
    from: In<CUdeviceptr>,
    sizes: In<usize>,
    count: usize,
    _attributes: In<CUmemcpyAttributes>,
    _attribute_starts: In<usize>,
    _attribute_count: usize,
    failed: Option<Out<usize>>,
    stream: StreamHandle<Stream>,
) -> Result {
    let stream = resolve(stream)?;
    let (to, from, sizes) = (to.slice(count)?, from.slice(count)?, sizes.slice(count)?);
    for (index, ((&to, &from), &bytes)) in to.iter().zip(from).zip(sizes).enumerate() {
        if let Err(error) = anywhere_to_anywhere(to, from, bytes, stream.clone(), Returns::Early) {
            if let Some(failed) = failed {
                failed.set(index)
            }
            return Err(error);
        }
    }
    Ok(())
}

/// `cuMemcpyBatchAsync_v2`
pub fn batch_async_v2(
    to: In<CUdeviceptr>,
    from: In<CUdeviceptr>,
    sizes: In<usize>,
    count: usize,
    attributes: In<CUmemcpyAttributes>,
    attribute_starts: In<usize>,
    attribute_count: usize,
    stream: StreamHandle<Stream>,
) -> Result {
    batch_async(to, from, sizes, count, attributes, attribute_starts, attribute_count, None, stream)
}

/// `cuMemcpyWithAttributesAsync`: the attributes are hints.
pub fn with_attributes_async(
    to: CUdeviceptr,
    from: CUdeviceptr,
    bytes: usize,
    _attributes: Option<&CUmemcpyAttributes>,
    stream: StreamHandle<Stream>,
) -> Result {
    copy_async(to, from, bytes, stream)
}
