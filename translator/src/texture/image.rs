//! Images: where the texels of a texture or surface lie, and the objects that handles stand for.

use super::{Format, Sampler};

/// One level of an image.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Level {
    /// Where the first texel is.
    pub address: u64,
    /// Texels in x, y, z; at least 1.
    pub size: [u32; 3],
    /// Bytes from one row to the next.
    pub row_pitch: u64,
    /// Bytes from one slice or layer to the next.
    pub slice_pitch: u64,
}

/// Texels: a CUDA array, or device memory that a texture is bound to.
#[derive(Clone, PartialEq, Debug)]
pub struct Image {
    /// Of its texels.
    pub format: Format,
    /// 1, 2 or 3.
    pub dimensions: u8,
    /// Whether there are layers, one after the other at `slice_pitch`.
    pub is_layered: bool,
    /// Whether six layers at a time are the faces of a cube.
    pub is_cube: bool,
    /// Whether it is a texture of consecutive device memory, which has no address mode: beyond it there is 0.
    pub is_linear: bool,
    /// Layers, faces counted; 1 if there are none.
    pub layers: u32,
    /// From the largest to the smallest.
    pub levels: Vec<Level>,
}

impl Level {
    /// Where a texel is; `slice` is z or the layer.
    pub fn address_of(&self, format: Format, x: u32, y: u32, slice: u32) -> u64 {
        self.address
            + u64::from(slice) * self.slice_pitch
            + u64::from(y) * self.row_pitch
            + u64::from(x) * u64::from(format.bytes())
    }
}

impl Image {
    /// What kind of image it is, in words.
    pub fn describe(&self) -> String {
        let shape = match (self.is_cube, self.is_layered, self.dimensions) {
            (true, false, _) => "a cubemap".to_owned(),
            (true, true, _) => "cubemaps in layers".to_owned(),
            (false, true, n) => format!("{n}D in layers"),
            (false, false, n) => format!("{n}D"),
        };
        if self.is_linear { format!("{shape} linear memory") } else { shape }
    }
}

macro_rules! words {
    ($(#[doc = $doc:literal] $name:ident { $($(#[doc = $vdoc:literal])* $variant:ident = $text:literal,)* })*) => {$(
        #[doc = $doc]
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        pub enum $name { $($(#[doc = $vdoc])* $variant,)* }

        impl $name {
            /// Every one.
            pub const ALL: &'static [$name] = &[$($name::$variant,)*];

            /// The word as PTX writes it, without the dot.
            pub const fn as_str(self) -> &'static str {
                match self { $($name::$variant => $text,)* }
            }

            /// The variant of this word.
            pub fn from_str(text: &str) -> Option<Self> {
                match text { $($text => Some($name::$variant),)* _ => None }
            }
        }
    )*};
}

words! {
    /// The three kinds of object that a handle may stand for.
    Kind {
        /// A texture, with a sampler of its own.
        Texture = "texref",
        /// A sampler alone.
        Sampler = "samplerref",
        /// A surface.
        Surface = "surfref",
    }

    /// What `txq` and `suq` ask for.
    Property {
        /// Texels in x.
        Width = "width",
        /// Texels in y.
        Height = "height",
        /// Texels in z.
        Depth = "depth",
        /// Type of the components.
        ChannelDataType = "channel_data_type",
        /// Which components there are.
        ChannelOrder = "channel_order",
        /// Whether coordinates are fractions of the size.
        NormalizedCoords = "normalized_coords",
        /// Layers.
        ArraySize = "array_size",
        /// Levels.
        NumMipmapLevels = "num_mipmap_levels",
        /// Samples for each texel.
        NumSamples = "num_samples",
        /// Whether a sampler overrides the texture's normalised coordinates.
        ForceUnnormalizedCoords = "force_unnormalized_coords",
        /// 0 for the nearest texel, 1 for linear filtering.
        FilterMode = "filter_mode",
        /// Address mode in x.
        AddrMode0 = "addr_mode_0",
        /// Address mode in y.
        AddrMode1 = "addr_mode_1",
        /// Address mode in z.
        AddrMode2 = "addr_mode_2",
        /// 1 for linear memory.
        MemoryLayout = "memory_layout",
    }
}

/// What a handle stands for.
#[derive(Clone, PartialEq, Debug)]
pub enum Object {
    /// A texture; a reference that nothing is bound to has no image.
    Texture(Option<Image>, Sampler),
    /// A sampler.
    Sampler(Sampler),
    /// A surface; a reference that nothing is bound to has no image.
    Surface(Option<Image>),
}

impl Object {
    /// What kind of object it is.
    pub const fn kind(&self) -> Kind {
        match self {
            Object::Texture(..) => Kind::Texture,
            Object::Sampler(_) => Kind::Sampler,
            Object::Surface(_) => Kind::Surface,
        }
    }

    /// Its texels.
    pub const fn image(&self) -> Option<&Image> {
        match self {
            Object::Texture(image, _) | Object::Surface(image) => image.as_ref(),
            Object::Sampler(_) => None,
        }
    }

    /// How it is sampled.
    pub const fn sampler(&self) -> Option<&Sampler> {
        match self {
            Object::Texture(_, sampler) | Object::Sampler(sampler) => Some(sampler),
            Object::Surface(_) => None,
        }
    }

    /// The value of a property, at a level for sizes; `None` where the object has no such property.
    ///
    /// The manual gives the enumerations of filters and address modes by the order of their words; sizes in dimensions
    /// that the image lacks are 1.
    pub fn query(&self, property: Property, level: u32) -> Option<u32> {
        match property {
            Property::NormalizedCoords
            | Property::ForceUnnormalizedCoords
            | Property::FilterMode
            | Property::AddrMode0
            | Property::AddrMode1
            | Property::AddrMode2 => self.sampler().map(|sampler| sampler.query(property)),
            _ => self.image().map(|image| image.query(property, level)),
        }
    }
}

impl Image {
    fn query(&self, property: Property, level: u32) -> u32 {
        let last = self.levels.len().saturating_sub(1);
        let size = self.levels.get((level as usize).min(last)).map_or([0; 3], |level| level.size);
        match property {
            Property::Width => size[0],
            Property::Height => size[1],
            Property::Depth => size[2],
            Property::ChannelDataType => self.format.channel.data_type(),
            Property::ChannelOrder => self.format.order(),
            Property::ArraySize if self.is_cube => self.layers / 6,
            Property::ArraySize => self.layers,
            Property::NumMipmapLevels => self.levels.len() as u32,
            Property::NumSamples => 1,
            Property::MemoryLayout => self.is_linear.into(),
            _ => 0,
        }
    }
}
