//! Texture and surface object management.

use crate::abi::{Call, FromC, Out, Result};
use crate::error::CUerror;
use crate::handle::Object;
use crate::runtime::context::current;
use crate::runtime::texture::{self, Resource, Surface, Texture};
use crate::sys::*;

impl FromC<*const CUDA_RESOURCE_DESC> for Resource {
    unsafe fn from_c(raw: *const CUDA_RESOURCE_DESC, call: &Call) -> Result<Self> {
        use CUresourcetype as T;
        // SAFETY: the caller's contract.
        let wanted: &CUDA_RESOURCE_DESC = unsafe { FromC::from_c(raw, call) }?;
        if wanted.flags != 0 {
            return Err(CUerror::INVALID_VALUE);
        }
        // SAFETY: the type says which member is set.
        unsafe {
            match wanted.resType {
                T::CU_RESOURCE_TYPE_ARRAY => Ok(Resource::Array(wanted.res.array.hArray as usize)),
                T::CU_RESOURCE_TYPE_MIPMAPPED_ARRAY => {
                    Ok(Resource::Mipmapped(wanted.res.mipmap.hMipmappedArray as usize))
                }
                T::CU_RESOURCE_TYPE_LINEAR => {
                    let linear = wanted.res.linear;
                    Ok(Resource::Linear {
                        address: linear.devPtr,
                        format: linear.format,
                        channels: linear.numChannels,
                        bytes: linear.sizeInBytes,
                    })
                }
                T::CU_RESOURCE_TYPE_PITCH2D => {
                    let pitched = wanted.res.pitch2D;
                    Ok(Resource::Pitched {
                        address: pitched.devPtr,
                        format: pitched.format,
                        channels: pitched.numChannels,
                        width: pitched.width,
                        height: pitched.height,
                        pitch: pitched.pitchInBytes,
                    })
                }
                _ => Err(CUerror::INVALID_VALUE),
            }
        }
    }
}

/// The description that a program would write.
fn described(resource: Resource) -> CUDA_RESOURCE_DESC {
    let mut res = CUDA_RESOURCE_DESC_st__bindgen_ty_1 {
        reserved: CUDA_RESOURCE_DESC_st__bindgen_ty_1__bindgen_ty_5 { reserved: [0; 32] },
    };
    let kind = match resource {
        Resource::Array(handle) => {
            res.array.hArray = handle as CUarray;
            CUresourcetype::CU_RESOURCE_TYPE_ARRAY
        }
        Resource::Mipmapped(handle) => {
            res.mipmap.hMipmappedArray = handle as CUmipmappedArray;
            CUresourcetype::CU_RESOURCE_TYPE_MIPMAPPED_ARRAY
        }
        Resource::Linear { address, format, channels, bytes } => {
            res.linear = CUDA_RESOURCE_DESC_st__bindgen_ty_1__bindgen_ty_3 {
                devPtr: address,
                format,
                numChannels: channels,
                sizeInBytes: bytes,
            };
            CUresourcetype::CU_RESOURCE_TYPE_LINEAR
        }
        Resource::Pitched { address, format, channels, width, height, pitch } => {
            res.pitch2D = CUDA_RESOURCE_DESC_st__bindgen_ty_1__bindgen_ty_4 {
                devPtr: address,
                format,
                numChannels: channels,
                width,
                height,
                pitchInBytes: pitch,
            };
            CUresourcetype::CU_RESOURCE_TYPE_PITCH2D
        }
    };
    CUDA_RESOURCE_DESC { resType: kind, res, flags: 0 }
}

/// `cuTexObjectCreate`
pub fn create(
    texture: Out<CUtexObject>,
    resource: Resource,
    description: &CUDA_TEXTURE_DESC,
    view: Option<&CUDA_RESOURCE_VIEW_DESC>,
) -> Result {
    texture.set(Texture::create(current::get()?.object(), resource, *description, view.copied())?);
    Ok(())
}

/// `cuTexObjectDestroy`
pub fn destroy(object: CUtexObject) -> Result {
    texture::destroy_texture(object)
}

/// `cuTexObjectGetResourceDesc`
pub fn resource(to: Out<CUDA_RESOURCE_DESC>, texture: CUtexObject) -> Result {
    to.set(described(Texture::registry().get(texture as *mut _)?.resource));
    Ok(())
}

/// `cuTexObjectGetTextureDesc`
pub fn description(to: Out<CUDA_TEXTURE_DESC>, texture: CUtexObject) -> Result {
    to.set(Texture::registry().get(texture as *mut _)?.description);
    Ok(())
}

/// `cuTexObjectGetResourceViewDesc`: of a texture that was made with a view.
pub fn view(to: Out<CUDA_RESOURCE_VIEW_DESC>, texture: CUtexObject) -> Result {
    to.set(Texture::registry().get(texture as *mut _)?.view.ok_or(CUerror::INVALID_VALUE)?);
    Ok(())
}

/// `cuSurfObjectCreate`
pub fn create_surface(surface: Out<CUsurfObject>, resource: Resource) -> Result {
    surface.set(Surface::create(current::get()?.object(), resource)?);
    Ok(())
}

/// `cuSurfObjectDestroy`
pub fn destroy_surface(surface: CUsurfObject) -> Result {
    texture::destroy_surface(surface)
}

/// `cuSurfObjectGetResourceDesc`
pub fn surface_resource(to: Out<CUDA_RESOURCE_DESC>, surface: CUsurfObject) -> Result {
    to.set(described(Surface::registry().get(surface as *mut _)?.resource));
    Ok(())
}
