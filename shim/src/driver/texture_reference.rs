//! Texture and surface reference management: the older way, by variables of a module.

use super::module::text;
use crate::abi::{In, Out, OutArray, Result};
use crate::error::CUerror;
use crate::handle::{Live, Object};
use crate::runtime::array::{Array, Mipmapped, format_of};
use crate::runtime::module::Module;
use crate::runtime::texture::{ALIGNMENT, Resource, State, SurfaceReference, TextureReference, is_linear, mode_of};
use crate::sys::*;
use std::ffi::CStr;
use std::sync::Arc;
use translator::texture::{AddressMode, Sampler};

/// `cuModuleGetTexRef`
pub fn of_module(reference: Out<CUtexref>, module: Live<Module>, name: &CStr) -> Result {
    reference.set(module.texture_reference(text(name)?)?.handle());
    Ok(())
}

/// `cuModuleGetSurfRef`
pub fn surface_of_module(reference: Out<CUsurfref>, module: Live<Module>, name: &CStr) -> Result {
    reference.set(module.surface_reference(text(name)?)?.handle());
    Ok(())
}

/// `cuTexRefCreate`
pub fn create(reference: Out<CUtexref>) -> Result {
    let made = TextureReference::new(None, Sampler::default());
    reference.set(TextureReference::registry().insert(Arc::new(made)).handle());
    Ok(())
}

/// `cuTexRefDestroy`
pub fn destroy(reference: Live<TextureReference>) -> Result {
    reference.remove().map(drop)
}

/// Binds a reference to what must exist.
fn bind(reference: &TextureReference, resource: Resource) -> Result {
    resource.image()?;
    reference.change(|state| {
        state.resource = Some(resource);
        Ok(())
    })
}

/// The flag that the manual asks for: the format is the array's.
fn check_override(flags: u32) -> Result {
    if flags == CU_TRSA_OVERRIDE_FORMAT { Ok(()) } else { Err(CUerror::INVALID_VALUE) }
}

/// `cuTexRefSetArray`; null takes the binding back.
pub fn set_array(reference: Live<TextureReference>, array: Option<Live<Array>>, flags: u32) -> Result {
    let Some(array) = array else { return unbind(&reference) };
    check_override(flags)?;
    let format = (array.shape.format, array.shape.channels);
    reference.change(|state| {
        state.format = format;
        Ok(())
    })?;
    bind(&reference, Resource::Array(array.handle() as usize))
}

/// `cuTexRefSetMipmappedArray`
pub fn set_mipmapped(reference: Live<TextureReference>, array: Option<Live<Mipmapped>>, flags: u32) -> Result {
    let Some(array) = array else { return unbind(&reference) };
    check_override(flags)?;
    bind(&reference, Resource::Mipmapped(array.handle() as usize))
}

fn unbind(reference: &TextureReference) -> Result {
    reference.change(|state| {
        state.resource = None;
        Ok(())
    })
}

/// `cuTexRefSetAddress_v2`: an address that is not aligned is bound from the aligned one before it, and the program is
/// told how far that is.
pub fn set_address(
    offset: Option<Out<usize>>,
    reference: Live<TextureReference>,
    address: CUdeviceptr,
    bytes: usize,
) -> Result {
    if address == 0 {
        return unbind(&reference);
    }
    let before = address % ALIGNMENT;
    match offset {
        Some(offset) => offset.set(before as usize),
        None if before != 0 => return Err(CUerror::INVALID_VALUE),
        None => {}
    }
    let (format, channels) = reference.state().format;
    let bytes = bytes.checked_add(before as usize).ok_or(CUerror::INVALID_VALUE)?;
    bind(&reference, Resource::Linear { address: address - before, format, channels, bytes })
}

/// `cuTexRefSetAddress2D_v3`
pub fn set_address_2d(
    reference: Live<TextureReference>,
    wanted: &CUDA_ARRAY_DESCRIPTOR,
    address: CUdeviceptr,
    pitch: usize,
) -> Result {
    let resource = Resource::Pitched {
        address,
        format: wanted.Format,
        channels: wanted.NumChannels,
        width: wanted.Width,
        height: wanted.Height,
        pitch,
    };
    bind(&reference, resource)
}

/// `cuTexRefSetFormat`
pub fn set_format(reference: Live<TextureReference>, format: CUarray_format, channels: i32) -> Result {
    let channels = u32::try_from(channels).map_err(|_| CUerror::INVALID_VALUE)?;
    format_of(format, channels)?;
    reference.change(|state| {
        state.format = (format, channels);
        // Memory that is bound already is read anew.
        if let Some(Resource::Linear { format: of, channels: count, .. }) = &mut state.resource {
            (*of, *count) = (format, channels);
        }
        Ok(())
    })
}

fn axis(dimension: i32) -> Result<usize> {
    usize::try_from(dimension).ok().filter(|axis| *axis < 3).ok_or(CUerror::INVALID_VALUE)
}

/// `cuTexRefSetAddressMode`
pub fn set_address_mode(reference: Live<TextureReference>, dimension: i32, mode: CUaddress_mode) -> Result {
    let (axis, mode) = (axis(dimension)?, mode_of(mode)?);
    reference.change(|state| {
        state.sampler.address[axis] = mode;
        Ok(())
    })
}

/// `cuTexRefSetFilterMode`
pub fn set_filter_mode(reference: Live<TextureReference>, mode: CUfilter_mode) -> Result {
    let is_linear = is_linear(mode)?;
    sample(&reference, |sampler| sampler.is_linear = is_linear)
}

/// `cuTexRefSetMipmapFilterMode`
pub fn set_mipmap_filter_mode(reference: Live<TextureReference>, mode: CUfilter_mode) -> Result {
    let mixes = is_linear(mode)?;
    sample(&reference, |sampler| sampler.mixes_levels = mixes)
}

fn sample(reference: &TextureReference, change: impl FnOnce(&mut Sampler)) -> Result {
    reference.change(|state| {
        change(&mut state.sampler);
        Ok(())
    })
}

/// `cuTexRefSetMipmapLevelBias`
pub fn set_bias(reference: Live<TextureReference>, bias: f32) -> Result {
    sample(&reference, |sampler| sampler.bias = bias)
}

/// `cuTexRefSetMipmapLevelClamp`
pub fn set_levels(reference: Live<TextureReference>, least: f32, most: f32) -> Result {
    sample(&reference, |sampler| sampler.levels = [least, most])
}

/// `cuTexRefSetMaxAnisotropy`
pub fn set_anisotropy(reference: Live<TextureReference>, most: u32) -> Result {
    sample(&reference, |sampler| sampler.anisotropy = most)
}

/// `cuTexRefSetBorderColor`
pub fn set_border(reference: Live<TextureReference>, colour: In<f32>) -> Result {
    let colour = colour.slice(4)?.try_into().map_err(|_| CUerror::INVALID_VALUE)?;
    sample(&reference, |sampler| sampler.border = colour)
}

/// `cuTexRefSetFlags`
pub fn set_flags(reference: Live<TextureReference>, flags: u32) -> Result {
    const KNOWN: u32 = CU_TRSF_READ_AS_INTEGER
        | CU_TRSF_NORMALIZED_COORDINATES
        | CU_TRSF_SRGB
        | CU_TRSF_DISABLE_TRILINEAR_OPTIMIZATION;
    if flags & !KNOWN != 0 {
        return Err(CUerror::INVALID_VALUE);
    }
    reference.change(|state| {
        state.flags = flags;
        Ok(())
    })
}

/// `cuTexRefGetAddress_v2`
pub fn get_address(address: Out<CUdeviceptr>, reference: Live<TextureReference>) -> Result {
    match reference.state().resource {
        Some(Resource::Linear { address: bound, .. } | Resource::Pitched { address: bound, .. }) => address.set(bound),
        _ => return Err(CUerror::INVALID_VALUE),
    }
    Ok(())
}

/// `cuTexRefGetArray`
pub fn get_array(array: Out<CUarray>, reference: Live<TextureReference>) -> Result {
    match reference.state().resource {
        Some(Resource::Array(handle)) => array.set(handle as CUarray),
        _ => return Err(CUerror::INVALID_VALUE),
    }
    Ok(())
}

/// `cuTexRefGetMipmappedArray`
pub fn get_mipmapped(array: Out<CUmipmappedArray>, reference: Live<TextureReference>) -> Result {
    match reference.state().resource {
        Some(Resource::Mipmapped(handle)) => array.set(handle as CUmipmappedArray),
        _ => return Err(CUerror::INVALID_VALUE),
    }
    Ok(())
}

/// `cuTexRefGetAddressMode`
pub fn get_address_mode(mode: Out<CUaddress_mode>, reference: Live<TextureReference>, dimension: i32) -> Result {
    mode.set(match reference.state().sampler.address[axis(dimension)?] {
        AddressMode::Wrap => CUaddress_mode::CU_TR_ADDRESS_MODE_WRAP,
        AddressMode::Mirror => CUaddress_mode::CU_TR_ADDRESS_MODE_MIRROR,
        AddressMode::Clamp | AddressMode::ClampOgl => CUaddress_mode::CU_TR_ADDRESS_MODE_CLAMP,
        AddressMode::Border => CUaddress_mode::CU_TR_ADDRESS_MODE_BORDER,
    });
    Ok(())
}

fn filter(is_linear: bool) -> CUfilter_mode {
    if is_linear { CUfilter_mode::CU_TR_FILTER_MODE_LINEAR } else { CUfilter_mode::CU_TR_FILTER_MODE_POINT }
}

/// `cuTexRefGetFilterMode`
pub fn get_filter_mode(mode: Out<CUfilter_mode>, reference: Live<TextureReference>) -> Result {
    mode.set(filter(reference.state().sampler.is_linear));
    Ok(())
}

/// `cuTexRefGetMipmapFilterMode`
pub fn get_mipmap_filter_mode(mode: Out<CUfilter_mode>, reference: Live<TextureReference>) -> Result {
    mode.set(filter(reference.state().sampler.mixes_levels));
    Ok(())
}

/// `cuTexRefGetFormat`
pub fn get_format(
    format: Option<Out<CUarray_format>>,
    channels: Option<Out<i32>>,
    reference: Live<TextureReference>,
) -> Result {
    let State { format: (of, count), .. } = reference.state();
    if let Some(format) = format {
        format.set(of);
    }
    if let Some(channels) = channels {
        channels.set(count as i32);
    }
    Ok(())
}

/// `cuTexRefGetMipmapLevelBias`
pub fn get_bias(bias: Out<f32>, reference: Live<TextureReference>) -> Result {
    bias.set(reference.state().sampler.bias);
    Ok(())
}

/// `cuTexRefGetMipmapLevelClamp`
pub fn get_levels(least: Out<f32>, most: Out<f32>, reference: Live<TextureReference>) -> Result {
    let [from, to] = reference.state().sampler.levels;
    least.set(from);
    most.set(to);
    Ok(())
}

/// `cuTexRefGetMaxAnisotropy`
pub fn get_anisotropy(most: Out<i32>, reference: Live<TextureReference>) -> Result {
    most.set(reference.state().sampler.anisotropy as i32);
    Ok(())
}

/// `cuTexRefGetBorderColor`
pub fn get_border(colour: OutArray<f32>, reference: Live<TextureReference>) -> Result {
    let border = reference.state().sampler.border;
    colour.slice(4)?.iter_mut().zip(border).for_each(|(to, component)| _ = to.write(component));
    Ok(())
}

/// `cuTexRefGetFlags`
pub fn get_flags(flags: Out<u32>, reference: Live<TextureReference>) -> Result {
    flags.set(reference.state().flags);
    Ok(())
}

/// `cuSurfRefSetArray`
pub fn set_surface_array(reference: Live<SurfaceReference>, array: Live<Array>, flags: u32) -> Result {
    if flags != 0 {
        return Err(CUerror::INVALID_VALUE);
    }
    reference.bind(array.handle())
}

/// `cuSurfRefGetArray`
pub fn get_surface_array(array: Out<CUarray>, reference: Live<SurfaceReference>) -> Result {
    array.set(reference.array().ok_or(CUerror::INVALID_VALUE)?);
    Ok(())
}
