//! Samplers: address modes and filters, and the initialisers by which PTX declares them.

use super::Property;

macro_rules! modes {
    ($($(#[doc = $doc:literal])* $variant:ident = $text:literal,)*) => {
        /// What a coordinate beyond the texture means. In the order in which `txq` numbers them.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        pub enum AddressMode { $($(#[doc = $doc])* $variant,)* }

        impl AddressMode {
            /// Every one.
            pub const ALL: &'static [AddressMode] = &[$(AddressMode::$variant,)*];

            /// The mode that a PTX initialiser names so.
            pub fn from_str(text: &str) -> Option<Self> {
                match text { $($text => Some(AddressMode::$variant),)* _ => None }
            }
        }
    };
}

modes! {
    /// The texture repeats.
    Wrap = "wrap",
    /// The texture repeats, every other time mirrored.
    Mirror = "mirror",
    /// The coordinate stops at the edge, where linear filtering mixes in half of the border's colour.
    ClampOgl = "clamp_ogl",
    /// The texels at the edge go on for ever.
    Clamp = "clamp_to_edge",
    /// There is the border's colour.
    Border = "clamp_to_border",
}

/// How a texture is read.
#[derive(Clone, PartialEq, Debug)]
pub struct Sampler {
    /// By dimension.
    pub address: [AddressMode; 3],
    /// Linear filtering within a level, rather than the nearest texel.
    pub is_linear: bool,
    /// Linear filtering between levels, rather than the nearest one.
    pub mixes_levels: bool,
    /// Coordinates are fractions of the size.
    pub is_normalized: bool,
    /// A PTX sampler overrides the texture's normalised coordinates.
    pub force_unnormalized: bool,
    /// Integers are not promoted to fractions of their largest value.
    pub reads_integers: bool,
    /// The first three components go through the sRGB curve.
    pub is_srgb: bool,
    /// Filtering at the edge of a cube's face takes texels of the next face.
    pub is_seamless: bool,
    /// Most probes along the axis in which the texture is squeezed most; 0 and 1 are one probe.
    pub anisotropy: u32,
    /// Added to the level of detail.
    pub bias: f32,
    /// Bounds of the level of detail.
    pub levels: [f32; 2],
    /// The border's colour; of textures that give integers, their bits.
    pub border: [f32; 4],
}

impl Default for Sampler {
    fn default() -> Self {
        Sampler {
            address: [AddressMode::Clamp; 3],
            is_linear: false,
            mixes_levels: false,
            is_normalized: false,
            force_unnormalized: false,
            reads_integers: false,
            is_srgb: false,
            is_seamless: false,
            anisotropy: 0,
            bias: 0.0,
            levels: [0.0, f32::MAX],
            border: [0.0; 4],
        }
    }
}

impl Sampler {
    /// The sampler that the initialiser of a `.texref` or `.samplerref` describes. Fields that say what texels there
    /// are belong to what is bound later.
    pub fn from_fields<'f>(fields: impl IntoIterator<Item = (&'f str, &'f str)>) -> Result<Sampler, String> {
        let mut sampler = Sampler::default();
        for (name, value) in fields {
            let wrong = || format!("`{value}` is no value of `{name}`");
            let truth = || match value.parse::<u64>() {
                Ok(number) => Ok(number != 0),
                Err(_) if value == "true" || value == "false" => Ok(value == "true"),
                Err(_) => Err(wrong()),
            };
            match name {
                "filter_mode" => {
                    sampler.is_linear = match value {
                        "nearest" => false,
                        "linear" => true,
                        _ => return Err(wrong()),
                    }
                }
                "addr_mode_0" | "addr_mode_1" | "addr_mode_2" => {
                    let axis = usize::from(name.as_bytes()[name.len() - 1] - b'0');
                    sampler.address[axis] = AddressMode::from_str(value).ok_or_else(wrong)?;
                }
                "normalized_coords" => sampler.is_normalized = truth()?,
                "force_unnormalized_coords" => sampler.force_unnormalized = truth()?,
                "width" | "height" | "depth" | "channel_data_type" | "channel_order" | "array_size"
                | "num_mipmap_levels" | "num_samples" | "memory_layout" => {}
                _ => return Err(format!("`{name}` is no field of a texture, sampler or surface")),
            }
        }
        Ok(sampler)
    }

    /// This texture's sampler with the address modes and filter of a sampler of its own, as independent mode has it.
    pub fn with(&self, other: &Sampler) -> Sampler {
        Sampler {
            is_normalized: self.is_normalized && !other.force_unnormalized,
            reads_integers: self.reads_integers,
            is_srgb: self.is_srgb,
            is_seamless: self.is_seamless,
            ..other.clone()
        }
    }

    /// The mode that counts in a dimension: repeating needs normalised coordinates; without, coordinates are clamped
    /// (CUDA programming guide, "Texture Memory").
    pub fn mode(&self, axis: usize) -> AddressMode {
        match self.address[axis] {
            AddressMode::Wrap | AddressMode::Mirror if !self.is_normalized => AddressMode::Clamp,
            mode => mode,
        }
    }

    pub(super) fn query(&self, property: Property) -> u32 {
        match property {
            Property::NormalizedCoords => self.is_normalized.into(),
            Property::ForceUnnormalizedCoords => self.force_unnormalized.into(),
            Property::FilterMode => self.is_linear.into(),
            Property::AddrMode0 => self.address[0] as u32,
            Property::AddrMode1 => self.address[1] as u32,
            Property::AddrMode2 => self.address[2] as u32,
            _ => 0,
        }
    }
}
