//! Tensor maps: the 128 bytes that describe a tensor in global memory and the box that is copied from or to it.
//!
//! CUDA leaves their contents open ("an opaque value"); these are our own. Every field lies at an aligned place of its
//! own, so that `tensormap.replace` is one store.

use std::fmt::Write;

/// Bytes of a map.
pub const BYTES: usize = 128;

/// Marks the bytes as a map; those of an uninitialised variable are none.
const MARK: u32 = 0x5047_4d54;

/// Places of the fields.
pub mod place {
    /// `u32`: the mark.
    pub const MARK: u32 = 0;
    /// `u8`: [`super::Elements`].
    pub const ELEMENTS: u32 = 4;
    /// `u8`: [`super::TensorMap::interleave`].
    pub const INTERLEAVE: u32 = 5;
    /// `u8`: [`super::TensorMap::swizzle`].
    pub const SWIZZLE: u32 = 6;
    /// `u8`: [`super::TensorMap::atomicity`].
    pub const ATOMICITY: u32 = 7;
    /// `u64`: address of the first element.
    pub const ADDRESS: u32 = 8;
    /// `u8`: whether elements outside are NaN.
    pub const FILL: u32 = 16;
    /// `u8`: the kind of access.
    pub const ACCESS: u32 = 17;
    /// `u16`: channels of a pixel.
    pub const CHANNELS: u32 = 18;
    /// `u32`: the number of dimensions less one.
    pub const RANK: u32 = 20;
    /// `u64` each: bytes from one element to the next in dimensions 1 to 4.
    pub const STRIDES: u32 = 24;
    /// `u32` each: elements in dimensions 0 to 4, modulo 2^32.
    pub const SIZES: u32 = 56;
    /// `u32`: pixels of a column.
    pub const PIXELS: u32 = 76;
    /// `u16` each: the box in dimensions 0 to 4.
    pub const BOX: u32 = 80;
    /// `u16` each: steps in dimensions 0 to 4.
    pub const STEPS: u32 = 90;
    /// `i16` each: the lower corner in W, H, D, then the upper one.
    pub const CORNERS: u32 = 100;
}

/// Types of elements, by the numbers that `tensormap.replace` gives them (PTX ISA, "tensormap.replace").
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[repr(u8)]
#[allow(missing_docs, reason = "the names are PTX's own")]
pub enum Elements {
    U8,
    U16,
    U32,
    S32,
    U64,
    S64,
    F16,
    F32,
    F32Ftz,
    F64,
    BF16,
    TF32,
    TF32Ftz,
    /// 4-bit elements, packed.
    B4x16,
    /// 16 4-bit elements in 8 bytes, followed by 8 unused ones in shared memory.
    B4x16P64,
    /// 16 6-bit elements in 12 bytes, followed by 4 unused ones in shared memory; in stores each one in a byte there.
    B6x16P32,
}

impl Elements {
    /// Every type, by its number.
    pub const ALL: [Elements; 16] = [
        Elements::U8,
        Elements::U16,
        Elements::U32,
        Elements::S32,
        Elements::U64,
        Elements::S64,
        Elements::F16,
        Elements::F32,
        Elements::F32Ftz,
        Elements::F64,
        Elements::BF16,
        Elements::TF32,
        Elements::TF32Ftz,
        Elements::B4x16,
        Elements::B4x16P64,
        Elements::B6x16P32,
    ];

    /// How many elements are copied as a unit, and the bytes of a unit in global and in shared memory.
    pub const fn unit(self) -> (u32, u32, u32) {
        match self {
            Elements::U8 => (1, 1, 1),
            Elements::U16 | Elements::F16 | Elements::BF16 => (1, 2, 2),
            Elements::U64 | Elements::S64 | Elements::F64 => (1, 8, 8),
            Elements::B4x16 => (2, 1, 1),
            Elements::B4x16P64 => (16, 8, 16),
            Elements::B6x16P32 => (16, 12, 16),
            _ => (1, 4, 4),
        }
    }

    /// Whether there is a NaN.
    pub const fn is_float(self) -> bool {
        (self as u8) >= Elements::F16 as u8 && (self as u8) <= Elements::TF32Ftz as u8
    }

    /// Whether 16 elements are followed by unused bytes in shared memory.
    pub const fn is_padded(self) -> bool {
        matches!(self, Elements::B4x16P64 | Elements::B6x16P32)
    }
}

/// How the box is given.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Access {
    /// By its sizes.
    Tiled,
    /// By corners, channels and pixels.
    Im2col,
    /// The same along W only, with halo pixels.
    Im2colWide,
}

/// A tensor map.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TensorMap {
    /// How the box is given.
    pub access: Access,
    /// Types of the elements.
    pub elements: Elements,
    /// Dimensions, 1 to 5.
    pub rank: usize,
    /// Address of the first element.
    pub address: u64,
    /// Elements by dimension.
    pub sizes: [u64; 5],
    /// Bytes from one element to the next in dimensions 1 to 4.
    pub strides: [u64; 4],
    /// Elements that the box spans, by dimension.
    pub extent: [u32; 5],
    /// Of those every how manieth is copied, by dimension.
    pub steps: [u32; 5],
    /// Whether dimension 0 is a slice of channels: 0 no, 1 of 16 bytes, 2 of 32 bytes.
    pub interleave: u8,
    /// 0 none, 1 32 bytes, 2 64 bytes, 3 128 bytes, 4 96 bytes.
    pub swizzle: u8,
    /// What stays together: 0 16 bytes, 1 32 bytes, 2 the same with the halves of 16 bytes swapped in every other line,
    /// 3 64 bytes.
    pub atomicity: u8,
    /// Elements outside the tensor are NaN, else 0.
    pub fills_nan: bool,
    /// Lower corner of the bounding box in W, H, D.
    pub lower: [i32; 3],
    /// Upper corner, from the tensor's last element on.
    pub upper: [i32; 3],
    /// Channels of a pixel.
    pub channels: u32,
    /// Pixels of a column.
    pub pixels: u32,
}

impl TensorMap {
    /// The map as bytes.
    pub fn to_bytes(&self) -> [u8; BYTES] {
        let mut bytes = [0; BYTES];
        let mut put = |at: u32, value: &[u8]| bytes[at as usize..][..value.len()].copy_from_slice(value);
        put(place::MARK, &MARK.to_le_bytes());
        put(place::ELEMENTS, &[self.elements as u8, self.interleave, self.swizzle, self.atomicity]);
        put(place::ADDRESS, &self.address.to_le_bytes());
        put(place::FILL, &[self.fills_nan.into(), self.access as u8]);
        put(place::CHANNELS, &(self.channels as u16).to_le_bytes());
        put(place::RANK, &(self.rank as u32 - 1).to_le_bytes());
        for i in 0..4 {
            put(place::STRIDES + 8 * i, &self.strides[i as usize].to_le_bytes());
        }
        for i in 0..5 {
            put(place::SIZES + 4 * i, &(self.sizes[i as usize] as u32).to_le_bytes());
            put(place::BOX + 2 * i, &(self.extent[i as usize] as u16).to_le_bytes());
            put(place::STEPS + 2 * i, &(self.steps[i as usize] as u16).to_le_bytes());
        }
        put(place::PIXELS, &self.pixels.to_le_bytes());
        for i in 0..3 {
            put(place::CORNERS + 2 * i, &(self.lower[i as usize] as i16).to_le_bytes());
            put(place::CORNERS + 6 + 2 * i, &(self.upper[i as usize] as i16).to_le_bytes());
        }
        bytes
    }

    /// The map that the bytes are, or what is wrong with them.
    pub fn from_bytes(bytes: &[u8; BYTES]) -> Result<TensorMap, String> {
        fn get<const N: usize>(bytes: &[u8; BYTES], at: u32) -> [u8; N] {
            std::array::from_fn(|i| bytes[at as usize + i])
        }
        let byte = |at: u32| bytes[at as usize];
        let short = |at: u32| u16::from_le_bytes(get(bytes, at));
        let word = |at: u32| u32::from_le_bytes(get(bytes, at));
        let long = |at: u32| u64::from_le_bytes(get(bytes, at));
        if word(place::MARK) != MARK {
            return Err("there is no tensor map at this address".into());
        }
        let rank = word(place::RANK) as usize + 1;
        if rank > 5 {
            return Err(format!("the tensor map has {rank} dimensions"));
        }
        let map = TensorMap {
            access: match byte(place::ACCESS) {
                0 => Access::Tiled,
                1 => Access::Im2col,
                _ => Access::Im2colWide,
            },
            elements: *Elements::ALL
                .get(usize::from(byte(place::ELEMENTS)))
                .ok_or_else(|| format!("the tensor map has elements of type {}", byte(place::ELEMENTS)))?,
            rank,
            address: long(place::ADDRESS),
            // 2^32 is stored as 0.
            sizes: std::array::from_fn(|i| u64::from(word(place::SIZES + 4 * i as u32).wrapping_sub(1)) + 1),
            strides: std::array::from_fn(|i| long(place::STRIDES + 8 * i as u32)),
            extent: std::array::from_fn(|i| short(place::BOX + 2 * i as u32).into()),
            steps: std::array::from_fn(|i| short(place::STEPS + 2 * i as u32).into()),
            interleave: byte(place::INTERLEAVE),
            swizzle: byte(place::SWIZZLE),
            atomicity: byte(place::ATOMICITY),
            fills_nan: byte(place::FILL) != 0,
            lower: std::array::from_fn(|i| i32::from(short(place::CORNERS + 2 * i as u32) as i16)),
            upper: std::array::from_fn(|i| i32::from(short(place::CORNERS + 6 + 2 * i as u32) as i16)),
            channels: short(place::CHANNELS).into(),
            pixels: word(place::PIXELS),
        };
        map.check()?;
        Ok(map)
    }

    /// What `tensormap.replace` could have put there but no copy takes.
    fn check(&self) -> Result<(), String> {
        let mut wrong = String::new();
        if let Some(i) = (0..self.rank).find(|&i| !(1..=8).contains(&self.steps[i])) {
            let _ = write!(wrong, "a step of {} in dimension {i}", self.steps[i]);
        } else if self.access == Access::Tiled
            && let Some(i) = (0..self.rank).find(|&i| !(1..=256).contains(&self.extent[i]))
        {
            let _ = write!(wrong, "a box of {} elements in dimension {i}", self.extent[i]);
        } else if self.interleave > 2 || self.swizzle > 4 || self.atomicity > 3 {
            let _ = write!(
                wrong,
                "interleaving {}, swizzling {} and atomicity {}",
                self.interleave, self.swizzle, self.atomicity
            );
        } else if self.atomicity != 0 && self.swizzle != 3 {
            let _ = write!(wrong, "an atomicity without a swizzling of 128 bytes");
        }
        if wrong.is_empty() { Ok(()) } else { Err(format!("the tensor map has {wrong}")) }
    }

    /// Bytes of a row that the swizzling spans; 0 without.
    pub fn swizzle_span(&self) -> u32 {
        [0, 32, 64, 128, 96][usize::from(self.swizzle)]
    }

    /// Where a byte of shared memory goes under the swizzling: within each line of 128 bytes, pieces change places by
    /// the line's number (PTX ISA "Swizzling Modes").
    pub fn swizzled(&self, address: u32) -> u32 {
        let line = address / 128;
        match (self.swizzle, self.atomicity) {
            (1 | 4, _) => address ^ (line & 1) << 4,
            (2, _) => address ^ (line & 3) << 4,
            (3, 0) => address ^ (line & 7) << 4,
            (3, 1) => address ^ (line & 3) << 5,
            (3, 2) => address ^ (line & 3) << 5 ^ (line & 1) << 3,
            (3, _) => address ^ (line & 1) << 6,
            _ => address,
        }
    }
}
