//! Memory management: copies.
//!
//! Who waits for whom follows CUDA's manual, "API synchronization behavior": a copy between host and device returns
//! when it is done, an asynchronous one at once if the host's side is page-locked, and otherwise no later than it has
//! taken or written the host's bytes; a copy inside the device does not keep the host waiting.

use super::stream::{resolve, resolve_default};
use crate::abi::{DefaultStream, HostBytes, In, Out, Result};
use crate::error::CUerror;
use crate::handle::{Live, Object, StreamHandle};
use crate::runtime::array::Array;
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
        if self.kind == CUmemorytype::CU_MEMORYTYPE_ARRAY {
            let array: Live<Array> = Array::registry().get(self.array)?;
            return in_array(&array, [self.x, self.y, self.z], extent);
        }
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

/// One end of a copy in an array: x in bytes, in whole texels.
fn in_array(array: &Array, [x, y, z]: [usize; 3], [width, height, depth]: [usize; 3]) -> Result<End> {
    let (image, level) = (&array.image, array.image.levels[0]);
    let texel = image.format.bytes() as usize;
    let slices = if image.dimensions == 3 { level.size[2] } else { image.layers };
    let inside = |from: usize, count: usize, size: usize| from.checked_add(count).is_some_and(|end| end <= size);
    let fits = inside(x, width, level.size[0] as usize * texel)
        && inside(y, height, level.size[1] as usize)
        && inside(z, depth, slices as usize);
    if !fits || x % texel != 0 || width % texel != 0 {
        return Err(CUerror::INVALID_VALUE);
    }
    let address = level.address_of(image.format, (x / texel) as u32, y as u32, z as u32);
    Ok(End { address, row_pitch: level.row_pitch, slice_pitch: level.slice_pitch, side: Side::Device })
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

/// One side of a copy of consecutive bytes that may be in an array: where its bytes are, and how many follow there
/// without a gap.
enum Run<'a> {
    Memory(u64, Side),
    Array(&'a Array, usize),
}

impl Run<'_> {
    /// The address of the byte after `done` others, its side, and how many bytes follow it.
    fn at(&self, done: u64, left: u64) -> Result<(u64, Side, u64)> {
        match *self {
            Run::Memory(address, side) => Ok((address + done, side, left)),
            Run::Array(array, offset) => {
                // Rows follow each other as if there were nothing between them.
                let level = array.image.levels[0];
                let row = u64::from(level.size[0]) * u64::from(array.image.format.bytes());
                let position = (offset as u64).checked_add(done).ok_or(CUerror::INVALID_VALUE)?;
                let (y, x) = (position / row, position % row);
                if y >= u64::from(level.size[1]) {
                    return Err(CUerror::INVALID_VALUE);
                }
                Ok((level.address + y * level.row_pitch + x, Side::Device, row - x))
            }
        }
    }
}

/// A copy of consecutive bytes into, out of or between arrays.
fn between(to: Run, from: Run, bytes: usize, stream: Arc<Stream>, returns: Returns) -> Result {
    for run in [&to, &from] {
        if let Run::Array(array, offset) = run
            && (offset % array.image.format.bytes() as usize != 0
                || array.image.layers > 1
                || array.image.dimensions > 2)
        {
            return Err(CUerror::INVALID_VALUE);
        }
    }
    let bytes = bytes as u64;
    let mut copies = Vec::new();
    let mut done = 0;
    while done < bytes {
        let left = bytes - done;
        let ((to, to_side, to_run), (from, from_side, from_run)) = (to.at(done, left)?, from.at(done, left)?);
        let run = left.min(to_run).min(from_run);
        copies.push(Copy::linear(to, to_side, from, from_side, run));
        done += run;
    }
    copies.into_iter().try_for_each(|copy| submit(stream.clone(), copy, returns))
}

/// `cuMemcpyHtoA`
pub fn host_to_array(to: Live<Array>, offset: usize, from: HostBytes, bytes: usize, stream: DefaultStream) -> Result {
    let from = Run::Memory(from.address(), on_host(device()?, from.address(), bytes as u64)?);
    between(Run::Array(&to, offset), from, bytes, resolve_default(stream)?, Returns::Done)
}

/// `cuMemcpyHtoAAsync`
pub fn host_to_array_async(
    to: Live<Array>,
    offset: usize,
    from: HostBytes,
    bytes: usize,
    stream: StreamHandle<Stream>,
) -> Result {
    let from = Run::Memory(from.address(), on_host(device()?, from.address(), bytes as u64)?);
    between(Run::Array(&to, offset), from, bytes, resolve(stream)?, Returns::Early)
}

/// `cuMemcpyAtoH`
pub fn array_to_host(to: HostBytes, from: Live<Array>, offset: usize, bytes: usize, stream: DefaultStream) -> Result {
    let to = Run::Memory(to.address(), on_host(device()?, to.address(), bytes as u64)?);
    between(to, Run::Array(&from, offset), bytes, resolve_default(stream)?, Returns::Done)
}

/// `cuMemcpyAtoHAsync`
pub fn array_to_host_async(
    to: HostBytes,
    from: Live<Array>,
    offset: usize,
    bytes: usize,
    stream: StreamHandle<Stream>,
) -> Result {
    let to = Run::Memory(to.address(), on_host(device()?, to.address(), bytes as u64)?);
    between(to, Run::Array(&from, offset), bytes, resolve(stream)?, Returns::Early)
}

/// `cuMemcpyDtoA`
pub fn device_to_array(
    to: Live<Array>,
    offset: usize,
    from: CUdeviceptr,
    bytes: usize,
    stream: DefaultStream,
) -> Result {
    let from = Run::Memory(from, on_device(device()?, from, bytes as u64)?);
    between(Run::Array(&to, offset), from, bytes, resolve_default(stream)?, Returns::Early)
}

/// `cuMemcpyAtoD`
pub fn array_to_device(
    to: CUdeviceptr,
    from: Live<Array>,
    offset: usize,
    bytes: usize,
    stream: DefaultStream,
) -> Result {
    let to = Run::Memory(to, on_device(device()?, to, bytes as u64)?);
    between(to, Run::Array(&from, offset), bytes, resolve_default(stream)?, Returns::Early)
}

/// `cuMemcpyAtoA`
pub fn array_to_array(
    to: Live<Array>,
    to_offset: usize,
    from: Live<Array>,
    from_offset: usize,
    bytes: usize,
    stream: DefaultStream,
) -> Result {
    let (to, from) = (Run::Array(&to, to_offset), Run::Array(&from, from_offset));
    between(to, from, bytes, resolve_default(stream)?, Returns::Early)
}
