//! CUDA arrays: device memory whose layout is ours, in levels and layers, known by handles.
//!
//! An array is rows of texels in device memory, a slice or layer after the other, each row a little wider than its
//! texels. Programs get no address of it; copies and surfaces reach it through [`Image`].

use super::context::{Context, lock};
use super::device::device;
use crate::abi::Result;
use crate::error::CUerror;
use crate::handle::{Live, Object, Registry};
use crate::report;
use crate::sys::*;
use sim_backend::memory::Kind;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use translator::texture::{Channel, Format, Image, Level};

/// What a program asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Shape {
    /// Texels in x, y, z or layers; 0 in dimensions that it lacks.
    pub size: [usize; 3],
    /// Type of a component.
    pub format: CUarray_format,
    /// Components of a texel.
    pub channels: u32,
    /// `CUDA_ARRAY3D_*`
    pub flags: u32,
}

/// The device memory of an array; given back with the last handle of it.
#[derive(Debug)]
struct Storage(u64);

impl Drop for Storage {
    fn drop(&mut self) {
        if let Ok(device) = device() {
            let _ = device.memory.free(self.0);
        }
    }
}

/// A CUDA array, or one level of a mipmapped one.
#[derive(Debug)]
pub struct Array {
    context: u64,
    _storage: Arc<Storage>,
    /// Its texels: one level.
    pub image: Image,
    /// What it was made as.
    pub shape: Shape,
    /// Whether it is a level of a mipmapped array, which ends it.
    pub is_level: bool,
}

/// A mipmapped array.
pub struct Mipmapped {
    context: u64,
    storage: Arc<Storage>,
    /// Its texels, all levels.
    pub image: Image,
    /// What it was made as.
    pub shape: Shape,
    levels: Mutex<HashMap<usize, Live<Array>>>,
}

impl Object for Array {
    type Raw = CUarray_st;
    fn registry() -> &'static Registry<Self> {
        static ARRAYS: Registry<Array> = Registry::new();
        &ARRAYS
    }
}

impl Object for Mipmapped {
    type Raw = CUmipmappedArray_st;
    fn registry() -> &'static Registry<Self> {
        static ARRAYS: Registry<Mipmapped> = Registry::new();
        &ARRAYS
    }
}

/// The texel format of CUDA's two numbers. Formats with several planes or with compressed blocks are not offered.
pub fn format_of(format: CUarray_format, channels: u32) -> Result<Format> {
    use CUarray_format as F;
    if !matches!(channels, 1 | 2 | 4) {
        return Err(CUerror::INVALID_VALUE);
    }
    let normalized = |channel, count| {
        if channels == count { Ok(Format { channel, count }) } else { Err(CUerror::INVALID_VALUE) }
    };
    let channel = match format {
        F::CU_AD_FORMAT_UNSIGNED_INT8 => Channel::Unsigned8,
        F::CU_AD_FORMAT_UNSIGNED_INT16 => Channel::Unsigned16,
        F::CU_AD_FORMAT_UNSIGNED_INT32 => Channel::Unsigned32,
        F::CU_AD_FORMAT_SIGNED_INT8 => Channel::Signed8,
        F::CU_AD_FORMAT_SIGNED_INT16 => Channel::Signed16,
        F::CU_AD_FORMAT_SIGNED_INT32 => Channel::Signed32,
        F::CU_AD_FORMAT_HALF => Channel::Half,
        F::CU_AD_FORMAT_FLOAT => Channel::Float,
        F::CU_AD_FORMAT_UNORM_INT8X1 => return normalized(Channel::Unorm8, 1),
        F::CU_AD_FORMAT_UNORM_INT8X2 => return normalized(Channel::Unorm8, 2),
        F::CU_AD_FORMAT_UNORM_INT8X4 => return normalized(Channel::Unorm8, 4),
        F::CU_AD_FORMAT_UNORM_INT16X1 => return normalized(Channel::Unorm16, 1),
        F::CU_AD_FORMAT_UNORM_INT16X2 => return normalized(Channel::Unorm16, 2),
        F::CU_AD_FORMAT_UNORM_INT16X4 => return normalized(Channel::Unorm16, 4),
        F::CU_AD_FORMAT_SNORM_INT8X1 => return normalized(Channel::Snorm8, 1),
        F::CU_AD_FORMAT_SNORM_INT8X2 => return normalized(Channel::Snorm8, 2),
        F::CU_AD_FORMAT_SNORM_INT8X4 => return normalized(Channel::Snorm8, 4),
        F::CU_AD_FORMAT_SNORM_INT16X1 => return normalized(Channel::Snorm16, 1),
        F::CU_AD_FORMAT_SNORM_INT16X2 => return normalized(Channel::Snorm16, 2),
        F::CU_AD_FORMAT_SNORM_INT16X4 => return normalized(Channel::Snorm16, 4),
        CUarray_format(80..=200) => return Err(report::unsupported("arrays of planes or compressed blocks")),
        _ => return Err(CUerror::INVALID_VALUE),
    };
    Ok(Format { channel, count: channels })
}

const KNOWN_FLAGS: u32 = CUDA_ARRAY3D_LAYERED
    | CUDA_ARRAY3D_SURFACE_LDST
    | CUDA_ARRAY3D_CUBEMAP
    | CUDA_ARRAY3D_TEXTURE_GATHER
    | CUDA_ARRAY3D_DEPTH_TEXTURE
    | CUDA_ARRAY3D_COLOR_ATTACHMENT;
const UNSUPPORTED_FLAGS: u32 = CUDA_ARRAY3D_SPARSE | CUDA_ARRAY3D_DEFERRED_MAPPING | CUDA_ARRAY3D_VIDEO_ENCODE_DECODE;

/// Rows begin at multiples of this, so that every access of a surface can be aligned.
const ROW_ALIGN: u64 = 32;
/// So do levels.
const LEVEL_ALIGN: u64 = 512;

impl Shape {
    fn has(&self, flag: u32) -> bool {
        self.flags & flag != 0
    }

    /// What combinations there are: the manual of `cuArray3DCreate`.
    fn check(&self) -> Result {
        let [width, height, depth] = self.size;
        if self.flags & !(KNOWN_FLAGS | UNSUPPORTED_FLAGS) != 0 || width == 0 {
            return Err(CUerror::INVALID_VALUE);
        }
        if self.flags & UNSUPPORTED_FLAGS != 0 {
            return Err(report::unsupported("sparse, deferred and video arrays"));
        }
        let (is_layered, is_cube) = (self.has(CUDA_ARRAY3D_LAYERED), self.has(CUDA_ARRAY3D_CUBEMAP));
        let is_shaped = match (is_cube, is_layered) {
            (true, layered) => width == height && if layered { depth > 0 && depth % 6 == 0 } else { depth == 6 },
            (false, true) => depth > 0,
            (false, false) => depth == 0 || height > 0,
        };
        // Gathering is for 2D textures.
        let gathers = self.has(CUDA_ARRAY3D_TEXTURE_GATHER);
        if !is_shaped || gathers && (height == 0 || depth != 0) {
            return Err(CUerror::INVALID_VALUE);
        }
        let most = self.most();
        if self.size.iter().zip(most).any(|(&size, most)| size > most) {
            return Err(CUerror::INVALID_VALUE);
        }
        Ok(())
    }

    /// The largest size, as the device attributes tell it.
    fn most(&self) -> [usize; 3] {
        let (is_layered, is_cube) = (self.has(CUDA_ARRAY3D_LAYERED), self.has(CUDA_ARRAY3D_CUBEMAP));
        let [_, height, depth] = self.size;
        match (is_cube, is_layered, height, depth) {
            (true, true, ..) => [32_768, 32_768, 2046],
            (true, false, ..) => [32_768, 32_768, 6],
            (false, true, 0, _) => [32_768, 0, 2048],
            (false, true, ..) => [32_768, 32_768, 2048],
            _ if self.has(CUDA_ARRAY3D_TEXTURE_GATHER) => [32_768, 32_768, 0],
            (false, false, 0, _) if self.has(CUDA_ARRAY3D_SURFACE_LDST) => [32_768, 0, 0],
            (false, false, 0, _) => [131_072, 0, 0],
            (false, false, _, 0) => [131_072, 65_536, 0],
            // The alternate limits trade width for depth.
            (false, false, _, depth) if depth > 16_384 => [8192, 8192, 32_768],
            _ => [16_384; 3],
        }
    }

    /// The image of this shape with so many levels at an address, and the bytes it takes.
    fn image(&self, format: Format, levels: usize, address: u64) -> (Image, u64) {
        let (is_layered, is_cube) = (self.has(CUDA_ARRAY3D_LAYERED), self.has(CUDA_ARRAY3D_CUBEMAP));
        let [width, height, depth] = self.size.map(|size| size as u32);
        let has_layers = is_layered || is_cube;
        let dimensions = match (height, depth) {
            (0, _) => 1,
            (_, 0) => 2,
            _ if has_layers => 2,
            _ => 3,
        };
        let layers = if has_layers { depth } else { 1 };
        let mut image = Image { format, dimensions, is_layered, is_cube, is_linear: false, layers, levels: Vec::new() };
        let mut bytes = 0;
        for level in 0..levels {
            let halved = |size: u32| (size >> level).max(1);
            let size = [halved(width), halved(height), if has_layers { 1 } else { halved(depth) }];
            let row_pitch = (u64::from(size[0]) * u64::from(format.bytes())).next_multiple_of(ROW_ALIGN);
            let slice_pitch = row_pitch * u64::from(size[1]);
            image.levels.push(Level { address: address + bytes, size, row_pitch, slice_pitch });
            let slices = u64::from(if has_layers { layers } else { size[2] });
            bytes = (bytes + slice_pitch * slices).next_multiple_of(LEVEL_ALIGN);
        }
        (image, bytes)
    }

    /// The shape of a level.
    fn at_level(&self, level: usize) -> Shape {
        let has_layers = self.has(CUDA_ARRAY3D_LAYERED) || self.has(CUDA_ARRAY3D_CUBEMAP);
        let halved = |size: usize| if size == 0 { 0 } else { (size >> level).max(1) };
        let [width, height, depth] = self.size;
        let depth = if has_layers { depth } else { halved(depth) };
        Shape { size: [halved(width), halved(height), depth], ..*self }
    }

    /// Most levels: down to one texel.
    fn most_levels(&self) -> usize {
        let has_layers = self.has(CUDA_ARRAY3D_LAYERED) || self.has(CUDA_ARRAY3D_CUBEMAP);
        let [width, height, depth] = self.size;
        let largest = width.max(height).max(if has_layers { 0 } else { depth }).max(1);
        largest.ilog2() as usize + 1
    }

    fn allocate(&self, levels: usize) -> Result<(Arc<Storage>, Image)> {
        self.check()?;
        let format = format_of(self.format, self.channels)?;
        let (mut image, bytes) = self.image(format, levels, 0);
        let address = device()?.memory.allocate(bytes, LEVEL_ALIGN, Kind::Array)?;
        image.levels.iter_mut().for_each(|level| level.address += address);
        Ok((Arc::new(Storage(address)), image))
    }
}

impl Array {
    /// Makes an array.
    pub fn create(context: &Context, shape: Shape) -> Result<Live<Array>> {
        let (storage, image) = shape.allocate(1)?;
        let array = Array { context: context.number(), _storage: storage, image, shape, is_level: false };
        Ok(Array::registry().insert(Arc::new(array)))
    }
}

impl Mipmapped {
    /// Makes a mipmapped array; the number of levels is brought into range.
    pub fn create(context: &Context, shape: Shape, levels: usize) -> Result<Live<Mipmapped>> {
        let (storage, image) = shape.allocate(levels.clamp(1, shape.most_levels()))?;
        let array = Mipmapped { context: context.number(), storage, image, shape, levels: Mutex::default() };
        Ok(Mipmapped::registry().insert(Arc::new(array)))
    }

    /// One level as an array; always the same handle.
    pub fn level(&self, level: usize) -> Result<Live<Array>> {
        let found = *self.image.levels.get(level).ok_or(CUerror::INVALID_VALUE)?;
        let make = || {
            let image = Image { levels: vec![found], ..self.image.clone() };
            let (context, storage, shape) = (self.context, self.storage.clone(), self.shape.at_level(level));
            Array::registry().insert(Arc::new(Array { context, _storage: storage, image, shape, is_level: true }))
        };
        Ok(lock(&self.levels).entry(level).or_insert_with(make).clone())
    }

    /// Ends the handles of its levels.
    pub fn end_levels(&self) {
        for (_, level) in lock(&self.levels).drain() {
            let _ = level.remove();
        }
    }
}

/// Ends all arrays of a context.
pub fn end_all_of(context: u64) {
    for array in Mipmapped::registry().remove_where(|array| array.context == context) {
        array.end_levels();
    }
    Array::registry().remove_where(|array| array.context == context);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(size: [usize; 3], flags: u32, expected: Result<u8>) {
        let format = CUarray_format::CU_AD_FORMAT_FLOAT;
        let shape = Shape { size, format, channels: 1, flags };
        let float = Format { channel: Channel::Float, count: 1 };
        let found = shape.check().map(|()| shape.image(float, 1, 0).0.dimensions);
        assert_eq!(found, expected, "{shape:?}");
    }

    #[test]
    fn shapes_are_those_of_the_manual() {
        check([64, 0, 0], 0, Ok(1));
        check([64, 8, 0], 0, Ok(2));
        check([64, 8, 4], 0, Ok(3));
        check([64, 0, 4], CUDA_ARRAY3D_LAYERED, Ok(1));
        check([64, 8, 4], CUDA_ARRAY3D_LAYERED, Ok(2));
        check([8, 8, 6], CUDA_ARRAY3D_CUBEMAP, Ok(2));
        check([8, 8, 12], CUDA_ARRAY3D_CUBEMAP | CUDA_ARRAY3D_LAYERED, Ok(2));
        for (size, flags) in [
            ([0, 0, 0], 0),
            ([64, 0, 4], 0),
            ([64, 8, 0], CUDA_ARRAY3D_LAYERED),
            ([8, 4, 6], CUDA_ARRAY3D_CUBEMAP),
            ([8, 8, 5], CUDA_ARRAY3D_CUBEMAP),
            ([8, 8, 13], CUDA_ARRAY3D_CUBEMAP | CUDA_ARRAY3D_LAYERED),
            ([64, 0, 0], CUDA_ARRAY3D_TEXTURE_GATHER),
            ([131_073, 0, 0], 0),
            ([64, 8, 0], 1 << 20),
        ] {
            check(size, flags, Err(CUerror::INVALID_VALUE));
        }
    }

    #[test]
    fn levels_halve_down_to_one_texel_and_do_not_overlap() {
        let format = CUarray_format::CU_AD_FORMAT_UNSIGNED_INT8;
        let shape = Shape { size: [10, 3, 0], format, channels: 4, flags: 0 };
        assert_eq!(shape.most_levels(), 4);
        let texel = Format { channel: Channel::Unsigned8, count: 4 };
        let (image, bytes) = shape.image(texel, 4, 0);
        let sizes: Vec<_> = image.levels.iter().map(|level| level.size).collect();
        assert_eq!(sizes, [[10, 3, 1], [5, 1, 1], [2, 1, 1], [1, 1, 1]]);
        for pair in image.levels.windows(2) {
            assert!(pair[0].address + pair[0].slice_pitch <= pair[1].address);
        }
        assert!(bytes >= image.levels[3].address + 4);
        assert_eq!(shape.at_level(1).size, [5, 1, 0]);
    }
}
