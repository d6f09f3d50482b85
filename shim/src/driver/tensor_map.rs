//! Tensor map object management: descriptions of tensors for `cp.async.bulk.tensor`.

use crate::abi::{In, MapPlace, Out, Result};
use crate::error::CUerror;
use crate::sys::{
    CUtensorMapAllocClass, CUtensorMapDataType, CUtensorMapFloatOOBfill, CUtensorMapIm2ColWideMode,
    CUtensorMapInterleave, CUtensorMapL2promotion, CUtensorMapSwizzle,
};
use std::ffi::c_void;
use translator::tile::tensor_map::{Access, Elements, TensorMap};

/// What all encodings have in common: the tensor itself, and how it comes to lie in shared memory.
struct Tensor<'a> {
    elements: CUtensorMapDataType,
    rank: u32,
    address: *mut c_void,
    sizes: In<'a, u64>,
    strides: In<'a, u64>,
    steps: In<'a, u32>,
    interleave: CUtensorMapInterleave,
    swizzle: CUtensorMapSwizzle,
    l2_promotion: CUtensorMapL2promotion,
    fill: CUtensorMapFloatOOBfill,
}

/// `cuTensorMapEncodeTiled`
#[allow(clippy::too_many_arguments, reason = "CUDA's")]
pub fn encode_tiled(
    map: MapPlace,
    elements: CUtensorMapDataType,
    rank: u32,
    address: *mut c_void,
    sizes: In<u64>,
    strides: In<u64>,
    extent: In<u32>,
    steps: In<u32>,
    interleave: CUtensorMapInterleave,
    swizzle: CUtensorMapSwizzle,
    l2_promotion: CUtensorMapL2promotion,
    fill: CUtensorMapFloatOOBfill,
) -> Result {
    let tensor = Tensor { elements, rank, address, sizes, strides, steps, interleave, swizzle, l2_promotion, fill };
    let mut encoded = tensor.encode(&map, 1)?;
    let extent = extent.slice(rank as usize)?;
    encoded.extent[..extent.len()].copy_from_slice(extent);
    check(extent.iter().all(|extent| (1..=256).contains(extent)))?;
    check_row(&encoded, extent[0])?;
    check(encoded.interleave != 0 || (bits(encoded.elements) * extent[0]).is_multiple_of(128))?;
    map.write(encoded.to_bytes());
    Ok(())
}

/// `cuTensorMapEncodeIm2col`
#[allow(clippy::too_many_arguments, reason = "CUDA's")]
pub fn encode_im2col(
    map: MapPlace,
    elements: CUtensorMapDataType,
    rank: u32,
    address: *mut c_void,
    sizes: In<u64>,
    strides: In<u64>,
    lower: In<i32>,
    upper: In<i32>,
    channels: u32,
    pixels: u32,
    steps: In<u32>,
    interleave: CUtensorMapInterleave,
    swizzle: CUtensorMapSwizzle,
    l2_promotion: CUtensorMapL2promotion,
    fill: CUtensorMapFloatOOBfill,
) -> Result {
    let tensor = Tensor { elements, rank, address, sizes, strides, steps, interleave, swizzle, l2_promotion, fill };
    let mut encoded = TensorMap { access: Access::Im2col, channels, pixels, ..tensor.encode(&map, 3)? };
    // The corners have as many bits as are left for each (manual of this function).
    let reach = match rank {
        3 => 1 << 15,
        4 => 1 << 7,
        _ => 1 << 4,
    };
    let corners = rank as usize - 2;
    let (lower, upper) = (lower.slice(corners)?, upper.slice(corners)?);
    encoded.lower[..corners].copy_from_slice(lower);
    encoded.upper[..corners].copy_from_slice(upper);
    check(lower.iter().chain(upper).all(|corner| (-reach..reach).contains(corner)))?;
    check((0..corners).all(|d| has_area(&encoded, d)))?;
    check_pixels(&encoded)?;
    map.write(encoded.to_bytes());
    Ok(())
}

/// `cuTensorMapEncodeIm2colWide`
#[allow(clippy::too_many_arguments, reason = "CUDA's")]
pub fn encode_im2col_wide(
    map: MapPlace,
    elements: CUtensorMapDataType,
    rank: u32,
    address: *mut c_void,
    sizes: In<u64>,
    strides: In<u64>,
    lower: i32,
    upper: i32,
    channels: u32,
    pixels: u32,
    steps: In<u32>,
    interleave: CUtensorMapInterleave,
    mode: CUtensorMapIm2ColWideMode,
    swizzle: CUtensorMapSwizzle,
    l2_promotion: CUtensorMapL2promotion,
    fill: CUtensorMapFloatOOBfill,
) -> Result {
    use CUtensorMapSwizzle as S;
    const SWIZZLES: [CUtensorMapSwizzle; 3] =
        [S::CU_TENSOR_MAP_SWIZZLE_64B, S::CU_TENSOR_MAP_SWIZZLE_128B, S::CU_TENSOR_MAP_SWIZZLE_128B_ATOM_32B];
    check(SWIZZLES.contains(&swizzle))?;
    check(interleave == CUtensorMapInterleave::CU_TENSOR_MAP_INTERLEAVE_NONE)?;
    check(mode.0 <= CUtensorMapIm2ColWideMode::CU_TENSOR_MAP_IM2COL_WIDE_MODE_W128.0)?;
    let has_fixed_length = mode == CUtensorMapIm2ColWideMode::CU_TENSOR_MAP_IM2COL_WIDE_MODE_W128;
    let pixels = if has_fixed_length { 128 } else { pixels };
    let tensor = Tensor { elements, rank, address, sizes, strides, steps, interleave, swizzle, l2_promotion, fill };
    let mut encoded = TensorMap { access: Access::Im2colWide, channels, pixels, ..tensor.encode(&map, 3)? };
    let corners = i32::from(i16::MIN)..=i32::from(i16::MAX);
    check(corners.contains(&lower) && corners.contains(&upper))?;
    (encoded.lower[0], encoded.upper[0]) = (lower, upper);
    check(has_area(&encoded, 0))?;
    check_pixels(&encoded)?;
    map.write(encoded.to_bytes());
    Ok(())
}

/// `cuTensorMapReplaceAddress`
pub fn replace_address(map: MapPlace, address: *mut c_void) -> Result {
    check(map.address().is_multiple_of(64))?;
    let encoded = TensorMap::from_bytes(&map.read()).map_err(|_| CUerror::INVALID_VALUE)?;
    check(address.addr().is_multiple_of(alignment(&encoded) as usize))?;
    map.write(TensorMap { address: address.addr() as u64, ..encoded }.to_bytes());
    Ok(())
}

/// `cuTensorMapSetAllocationClass`: there is nothing to choose here, and then the class is the small one.
pub fn set_allocation_class(
    map: MapPlace,
    class: CUtensorMapAllocClass,
    in_effect: Option<Out<CUtensorMapAllocClass>>,
) -> Result {
    if let Some(in_effect) = in_effect {
        in_effect.set(CUtensorMapAllocClass::CU_TENSOR_MAP_ALLOC_CLASS_SMALL);
    }
    check(class.0 <= CUtensorMapAllocClass::CU_TENSOR_MAP_ALLOC_CLASS_LARGE.0)?;
    TensorMap::from_bytes(&map.read()).map(drop).map_err(|_| CUerror::INVALID_VALUE)
}

fn check(is_right: bool) -> Result {
    if is_right { Ok(()) } else { Err(CUerror::INVALID_VALUE) }
}

impl Tensor<'_> {
    /// The map without its box. The rules are those of the manual, in its order.
    fn encode(&self, place: &MapPlace, least_rank: u32) -> Result<TensorMap> {
        check(place.address().is_multiple_of(64))?;
        let elements = elements_of(self.elements).ok_or(CUerror::INVALID_VALUE)?;
        check((least_rank..=5).contains(&self.rank))?;
        check(self.interleave.0 <= 2 && (self.interleave.0 == 0 || self.rank >= 3))?;
        check(self.l2_promotion.0 <= CUtensorMapL2promotion::CU_TENSOR_MAP_L2_PROMOTION_L2_256B.0)?;
        check(self.fill.0 == 0 || self.fill.0 == 1 && elements.is_float())?;
        let rank = self.rank as usize;
        let (swizzle, atomicity) = swizzle_of(self.swizzle).ok_or(CUerror::INVALID_VALUE)?;
        let mut map = TensorMap {
            access: Access::Tiled,
            elements,
            rank,
            address: self.address.addr() as u64,
            sizes: [1; 5],
            strides: [0; 4],
            extent: [1; 5],
            steps: [1; 5],
            interleave: self.interleave.0 as u8,
            swizzle,
            atomicity,
            fills_nan: self.fill.0 == 1,
            lower: [0; 3],
            upper: [0; 3],
            channels: 0,
            pixels: 0,
        };
        map.sizes[..rank].copy_from_slice(self.sizes.slice(rank)?);
        map.strides[..rank - 1].copy_from_slice(self.strides.slice(rank - 1)?);
        map.steps[..rank].copy_from_slice(self.steps.slice(rank)?);
        if map.interleave == 0 {
            map.steps[0] = 1;
        }
        check(map.address.is_multiple_of(alignment(&map)))?;
        check(map.sizes.iter().all(|size| (1..=1 << 32).contains(size)))?;
        check(!elements.is_padded() || map.sizes[0].is_multiple_of(128))?;
        check(elements != Elements::B4x16 || map.sizes[0].is_multiple_of(2))?;
        let strides = &map.strides[..rank - 1];
        check(strides.iter().all(|stride| stride.is_multiple_of(alignment(&map)) && *stride < 1 << 40))?;
        check(map.steps.iter().all(|step| (1..=8).contains(step)))?;
        check(map.interleave != 2 || swizzle == 1)?;
        check(elements != Elements::B6x16P32 || map.interleave == 0)?;
        let padded_takes = match elements {
            Elements::B6x16P32 => matches!((swizzle, atomicity), (0, _) | (3, 0 | 1 | 3)),
            Elements::B4x16P64 => matches!((swizzle, atomicity), (0, _) | (3, 0 | 1)),
            _ => true,
        };
        check(padded_takes)?;
        Ok(map)
    }
}

/// What addresses and strides are multiples of.
fn alignment(map: &TensorMap) -> u64 {
    if map.interleave == 2 || map.elements.is_padded() { 32 } else { 16 }
}

/// Bits of an element in global memory.
fn bits(elements: Elements) -> u32 {
    let (per_unit, bytes, _) = elements.unit();
    8 * bytes / per_unit
}

/// So many elements side by side in the box: they fit what the swizzling spans.
fn check_row(map: &TensorMap, elements: u32) -> Result {
    check(!map.elements.is_padded() || elements == 128)?;
    let (per_unit, _, bytes) = map.elements.unit();
    check(map.interleave != 0 || map.swizzle == 0 || elements * bytes / per_unit <= map.swizzle_span())
}

fn check_pixels(map: &TensorMap) -> Result {
    check((1..=256).contains(&map.channels) && (1..=1024).contains(&map.pixels))?;
    check_row(map, map.channels)
}

/// Whether the bounding box holds something in this dimension of W, H, D.
fn has_area(map: &TensorMap, dimension: usize) -> bool {
    map.sizes[dimension + 1] as i64 + i64::from(map.upper[dimension]) > i64::from(map.lower[dimension])
}

/// The types have other numbers in the API than in PTX.
fn elements_of(ty: CUtensorMapDataType) -> Option<Elements> {
    use CUtensorMapDataType as T;
    Some(match ty {
        T::CU_TENSOR_MAP_DATA_TYPE_UINT8 => Elements::U8,
        T::CU_TENSOR_MAP_DATA_TYPE_UINT16 => Elements::U16,
        T::CU_TENSOR_MAP_DATA_TYPE_UINT32 => Elements::U32,
        T::CU_TENSOR_MAP_DATA_TYPE_INT32 => Elements::S32,
        T::CU_TENSOR_MAP_DATA_TYPE_UINT64 => Elements::U64,
        T::CU_TENSOR_MAP_DATA_TYPE_INT64 => Elements::S64,
        T::CU_TENSOR_MAP_DATA_TYPE_FLOAT16 => Elements::F16,
        T::CU_TENSOR_MAP_DATA_TYPE_FLOAT32 => Elements::F32,
        T::CU_TENSOR_MAP_DATA_TYPE_FLOAT64 => Elements::F64,
        T::CU_TENSOR_MAP_DATA_TYPE_BFLOAT16 => Elements::BF16,
        T::CU_TENSOR_MAP_DATA_TYPE_FLOAT32_FTZ => Elements::F32Ftz,
        T::CU_TENSOR_MAP_DATA_TYPE_TFLOAT32 => Elements::TF32,
        T::CU_TENSOR_MAP_DATA_TYPE_TFLOAT32_FTZ => Elements::TF32Ftz,
        T::CU_TENSOR_MAP_DATA_TYPE_16U4_ALIGN8B => Elements::B4x16,
        T::CU_TENSOR_MAP_DATA_TYPE_16U4_ALIGN16B => Elements::B4x16P64,
        T::CU_TENSOR_MAP_DATA_TYPE_16U6_ALIGN16B => Elements::B6x16P32,
        _ => return None,
    })
}

/// Swizzling and atomicity, as a map has them.
fn swizzle_of(swizzle: CUtensorMapSwizzle) -> Option<(u8, u8)> {
    use CUtensorMapSwizzle as S;
    Some(match swizzle {
        S::CU_TENSOR_MAP_SWIZZLE_NONE => (0, 0),
        S::CU_TENSOR_MAP_SWIZZLE_32B => (1, 0),
        S::CU_TENSOR_MAP_SWIZZLE_64B => (2, 0),
        S::CU_TENSOR_MAP_SWIZZLE_128B => (3, 0),
        S::CU_TENSOR_MAP_SWIZZLE_128B_ATOM_32B => (3, 1),
        S::CU_TENSOR_MAP_SWIZZLE_128B_ATOM_32B_FLIP_8B => (3, 2),
        S::CU_TENSOR_MAP_SWIZZLE_128B_ATOM_64B => (3, 3),
        _ => return None,
    })
}
