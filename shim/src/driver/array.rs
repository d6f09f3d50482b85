//! Memory management: CUDA arrays.

use crate::abi::{Out, Result};
use crate::error::CUerror;
use crate::handle::Live;
use crate::runtime::array::{Array, Mipmapped, Shape};
use crate::runtime::context::current;
use crate::sys::*;

/// `cuArrayCreate_v2`
pub fn create(handle: Out<CUarray>, wanted: &CUDA_ARRAY_DESCRIPTOR) -> Result {
    let size = [wanted.Width, wanted.Height, 0];
    make(handle, Shape { size, format: wanted.Format, channels: wanted.NumChannels, flags: 0 })
}

/// `cuArrayCreate`, whose sizes have 32 bits
pub fn create_32(handle: Out<CUarray>, wanted: &CUDA_ARRAY_DESCRIPTOR_v1) -> Result {
    let size = [wanted.Width as usize, wanted.Height as usize, 0];
    make(handle, Shape { size, format: wanted.Format, channels: wanted.NumChannels, flags: 0 })
}

/// `cuArray3DCreate_v2`
pub fn create_3d(handle: Out<CUarray>, wanted: &CUDA_ARRAY3D_DESCRIPTOR) -> Result {
    make(handle, shape_of(wanted))
}

/// `cuArray3DCreate`, whose sizes have 32 bits
pub fn create_3d_32(handle: Out<CUarray>, wanted: &CUDA_ARRAY3D_DESCRIPTOR_v1) -> Result {
    let size = [wanted.Width, wanted.Height, wanted.Depth].map(|size| size as usize);
    make(handle, Shape { size, format: wanted.Format, channels: wanted.NumChannels, flags: wanted.Flags })
}

fn shape_of(wanted: &CUDA_ARRAY3D_DESCRIPTOR) -> Shape {
    let size = [wanted.Width, wanted.Height, wanted.Depth];
    Shape { size, format: wanted.Format, channels: wanted.NumChannels, flags: wanted.Flags }
}

fn make(handle: Out<CUarray>, shape: Shape) -> Result {
    handle.set(Array::create(current::get()?.object(), shape)?.handle());
    Ok(())
}

/// `cuArrayGetDescriptor_v2`: of arrays with more dimensions, the first two.
pub fn describe(to: Out<CUDA_ARRAY_DESCRIPTOR>, array: Live<Array>) -> Result {
    let Shape { size: [width, height, _], format, channels, .. } = array.shape;
    to.set(CUDA_ARRAY_DESCRIPTOR { Width: width, Height: height, Format: format, NumChannels: channels });
    Ok(())
}

/// `cuArrayGetDescriptor`
pub fn describe_32(to: Out<CUDA_ARRAY_DESCRIPTOR_v1>, array: Live<Array>) -> Result {
    let Shape { size: [width, height, _], format, channels, .. } = array.shape;
    let (width, height) = (width as u32, height as u32);
    to.set(CUDA_ARRAY_DESCRIPTOR_v1 { Width: width, Height: height, Format: format, NumChannels: channels });
    Ok(())
}

/// `cuArray3DGetDescriptor_v2`
pub fn describe_3d(to: Out<CUDA_ARRAY3D_DESCRIPTOR>, array: Live<Array>) -> Result {
    let Shape { size: [width, height, depth], format, channels, flags } = array.shape;
    let sizes = (width, height, depth);
    to.set(CUDA_ARRAY3D_DESCRIPTOR {
        Width: sizes.0,
        Height: sizes.1,
        Depth: sizes.2,
        Format: format,
        NumChannels: channels,
        Flags: flags,
    });
    Ok(())
}

/// `cuArray3DGetDescriptor`
pub fn describe_3d_32(to: Out<CUDA_ARRAY3D_DESCRIPTOR_v1>, array: Live<Array>) -> Result {
    let Shape { size, format, channels, flags } = array.shape;
    let [width, height, depth] = size.map(|size| size as u32);
    to.set(CUDA_ARRAY3D_DESCRIPTOR_v1 {
        Width: width,
        Height: height,
        Depth: depth,
        Format: format,
        NumChannels: channels,
        Flags: flags,
    });
    Ok(())
}

/// `cuArrayDestroy`: when the work of the context is done that may use it.
pub fn destroy(array: Live<Array>) -> Result {
    if array.is_level {
        return Err(CUerror::INVALID_HANDLE);
    }
    wait_for_users();
    array.remove().map(drop)
}

/// As `cuMemFree` does, so that copies and kernels that were asked for still find it.
fn wait_for_users() {
    if let Ok(context) = current::alive() {
        context.schedule.wait_for_all();
    }
}

/// `cuMipmappedArrayCreate`
pub fn create_mipmapped(handle: Out<CUmipmappedArray>, wanted: &CUDA_ARRAY3D_DESCRIPTOR, levels: u32) -> Result {
    let array = Mipmapped::create(current::get()?.object(), shape_of(wanted), levels as usize)?;
    handle.set(array.handle());
    Ok(())
}

/// `cuMipmappedArrayGetLevel`
pub fn level(to: Out<CUarray>, array: Live<Mipmapped>, level: u32) -> Result {
    to.set(array.level(level as usize)?.handle());
    Ok(())
}

/// `cuMipmappedArrayDestroy`
pub fn destroy_mipmapped(array: Live<Mipmapped>) -> Result {
    wait_for_users();
    array.remove()?.end_levels();
    Ok(())
}

/// `cuArrayGetSparseProperties`: of sparse arrays, which are not offered; every other is an invalid value.
pub fn sparse_properties(_to: Out<CUDA_ARRAY_SPARSE_PROPERTIES>, _array: Live<Array>) -> Result {
    Err(CUerror::INVALID_VALUE)
}

/// `cuMipmappedArrayGetSparseProperties`
pub fn mipmapped_sparse_properties(_to: Out<CUDA_ARRAY_SPARSE_PROPERTIES>, _array: Live<Mipmapped>) -> Result {
    Err(CUerror::INVALID_VALUE)
}

/// `cuArrayGetMemoryRequirements`: of arrays with deferred mapping, which are not offered.
pub fn memory_requirements(
    _to: Out<CUDA_ARRAY_MEMORY_REQUIREMENTS>,
    _array: Live<Array>,
    _device: super::device::Device,
) -> Result {
    Err(CUerror::INVALID_VALUE)
}

/// `cuMipmappedArrayGetMemoryRequirements`
pub fn mipmapped_memory_requirements(
    _to: Out<CUDA_ARRAY_MEMORY_REQUIREMENTS>,
    _array: Live<Mipmapped>,
    _device: super::device::Device,
) -> Result {
    Err(CUerror::INVALID_VALUE)
}

/// `cuArrayGetPlane`: of formats with several planes, which are not offered.
pub fn plane(_to: Out<CUarray>, _array: Live<Array>, _plane: u32) -> Result {
    Err(CUerror::INVALID_VALUE)
}
