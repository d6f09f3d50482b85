//! Textures and surfaces: what one thread's fetch, query or surface access gives.
//!
//! Everything here is a pure function of an [`Image`], a [`Sampler`] and the operands; texels are read through a
//! callback, so the arithmetic knows neither memory nor the executor. Sampling follows the chapter "Texture Fetching"
//! of CUDA's programming guide: filter weights have 8 fractional bits, everything else is computed exactly and rounded
//! once. What the guide and the PTX manual leave open is decided here and said where it is.
//!
//! * [`format`](mod@format): what the bytes of a texel mean.
//! * [`image`]: where texels lie, and what a handle stands for.
//! * [`sampler`]: address modes, filters, and the initialisers of PTX.
//! * [`sample`]: `tex` and `tld4`.
//! * [`cube`]: directions to faces of a cube.
//! * [`surface`]: which bytes a surface access means.

pub mod cube;
pub mod format;
pub mod image;
pub mod sample;
pub mod sampler;
pub mod surface;

pub use format::{Channel, Format};
pub use image::{Image, Kind, Level, Object, Property};
pub use sampler::{AddressMode, Sampler};

macro_rules! geometries {
    ($($(#[doc = $doc:literal])* $variant:ident = $name:literal, $index:literal, $sample:literal, $axes:literal;)*) => {
        /// The shapes of texture and surface coordinates in PTX.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        pub enum Geometry { $($(#[doc = $doc])* $variant,)* }

        impl Geometry {
            /// Every one.
            pub const ALL: &'static [Geometry] = &[$(Geometry::$variant,)*];

            /// The word as PTX writes it, without the dot.
            pub const fn as_str(self) -> &'static str {
                match self { $(Geometry::$variant => $name,)* }
            }

            /// The geometry of this word.
            pub fn from_str(text: &str) -> Option<Self> {
                match text { $($name => Some(Geometry::$variant),)* _ => None }
            }

            /// Whether the first coordinate selects a layer.
            pub const fn has_layer(self) -> bool {
                match self { $(Geometry::$variant => $index,)* }
            }

            /// Whether a coordinate selects a sample.
            pub const fn has_sample(self) -> bool {
                match self { $(Geometry::$variant => $sample,)* }
            }

            /// Coordinates apart from those.
            pub const fn axes(self) -> usize {
                match self { $(Geometry::$variant => $axes,)* }
            }
        }
    };
}

geometries! {
    /// One dimension.
    D1 = "1d", false, false, 1;
    /// Two dimensions.
    D2 = "2d", false, false, 2;
    /// Three dimensions.
    D3 = "3d", false, false, 3;
    /// Layers of one dimension.
    A1 = "a1d", true, false, 1;
    /// Layers of two dimensions.
    A2 = "a2d", true, false, 2;
    /// The faces of a cube, by direction.
    Cube = "cube", false, false, 3;
    /// Several cubes.
    ACube = "acube", true, false, 3;
    /// Two dimensions with several samples for each texel.
    D2ms = "2dms", false, true, 2;
    /// Layers of those.
    A2ms = "a2dms", true, true, 2;
}

impl Geometry {
    /// How many coordinates there are.
    pub const fn coordinates(self) -> usize {
        self.axes() + self.has_layer() as usize + self.has_sample() as usize
    }

    /// Whether coordinates are a direction from the middle of a cube.
    pub const fn is_cube(self) -> bool {
        matches!(self, Geometry::Cube | Geometry::ACube)
    }
}

/// Why an access cannot be made.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Trouble {
    /// Texels that are no longer there: an address that is not accessible.
    Gone(u64),
    /// It does not fit what the handle stands for; in words.
    Misuse(String),
}

impl Trouble {
    /// Misuse, in words.
    pub fn misuse(what: impl Into<String>) -> Trouble {
        Trouble::Misuse(what.into())
    }
}

/// Reads `bytes` (1, 2, 4 or 8) at a naturally aligned address, zero-extended; `None` where there is no such memory.
pub type ReadTexel<'a> = &'a mut dyn FnMut(u64, u32) -> Option<u64>;

#[cfg(test)]
mod tests;
