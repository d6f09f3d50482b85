//! Textures and surfaces in the headers of cases: `texture(u8x4[8, 4] = i, linear, wrap, normalized)`.

use crate::value::{Elements, Type};
use anyhow::{Context as _, Result, bail, ensure};

/// A CUDA array with a texture or a surface over it, or a texture over device memory.
#[derive(Clone, PartialEq, Debug)]
pub struct Image {
    /// A surface rather than a texture.
    pub is_surface: bool,
    /// The module's reference of the argument's name is bound to it; it is no parameter.
    pub is_reference: bool,
    /// The texels: an array of its own, or that of the argument of this name.
    pub texels: Texels,
    /// How a texture is read.
    pub sampling: Sampling,
}

/// Where the texels are.
#[derive(Clone, PartialEq, Debug)]
pub enum Texels {
    /// In something new.
    New(Box<Store>),
    /// In that of another argument.
    Of(String),
}

/// What holds texels.
#[derive(Clone, PartialEq, Debug)]
pub struct Store {
    /// Type of a component.
    pub ty: Type,
    /// Components of a texel.
    pub channels: usize,
    /// Texels in x, y, z or layers; 0 in dimensions that it lacks.
    pub size: [usize; 3],
    /// What kind of memory.
    pub memory: Memory,
    /// First content, level by level.
    pub content: Elements,
}

/// What kind of memory holds texels.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Memory {
    /// A CUDA array with `CUDA_ARRAY3D_*` flags.
    Array(u32),
    /// A mipmapped array with so many levels.
    Mipmapped(u32, u32),
    /// Device memory, bound as one row.
    Linear,
    /// Device memory, bound as rows.
    Pitched,
}

/// How a texture is read, in the numbers of the driver API.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Sampling {
    /// `CU_TRSF_*`
    pub flags: u32,
    /// `CU_TR_ADDRESS_MODE_*`
    pub address: u32,
    /// `CU_TR_FILTER_MODE_*` within a level and between levels.
    pub filter: [u32; 2],
    /// The border's colour.
    pub border: [f32; 4],
    /// Most anisotropy.
    pub anisotropy: u32,
    /// Bias, least and largest level.
    pub levels: [f32; 3],
}

const LAYERED: u32 = 1;
const SURFACE: u32 = 2;
const CUBE: u32 = 4;
const GATHER: u32 = 8;

impl Store {
    /// Texels of a level.
    pub fn level(&self, level: u32) -> [usize; 3] {
        let has_layers = self.flags() & (LAYERED | CUBE) != 0;
        let halved = |n: usize| if n == 0 { 0 } else { (n >> level).max(1) };
        let [x, y, z] = self.size;
        [halved(x), halved(y), if has_layers { z } else { halved(z) }]
    }

    /// How many levels there are.
    pub fn levels(&self) -> u32 {
        match self.memory {
            Memory::Mipmapped(levels, _) => levels,
            _ => 1,
        }
    }

    fn flags(&self) -> u32 {
        match self.memory {
            Memory::Array(flags) | Memory::Mipmapped(_, flags) => flags,
            Memory::Linear | Memory::Pitched => 0,
        }
    }

    /// Components of a level.
    pub fn components(&self, level: u32) -> usize {
        self.level(level).iter().map(|&n| n.max(1)).product::<usize>() * self.channels
    }

    /// Components of all levels.
    pub fn count(&self) -> usize {
        (0..self.levels()).map(|level| self.components(level)).sum()
    }
}

impl Image {
    /// Reads what stands behind the argument's colon, if it describes an image.
    pub fn parse(text: &str) -> Result<Option<Image>> {
        let (is_reference, text) = match text.strip_prefix("global ") {
            Some(rest) => (true, rest.trim()),
            None => (false, text),
        };
        let (is_surface, inner) = match (text.strip_prefix("texture("), text.strip_prefix("surface(")) {
            (Some(inner), _) => (false, inner),
            (_, Some(inner)) => (true, inner),
            _ => return Ok(None),
        };
        let inner = inner.strip_suffix(')').context("a bracket is missing")?;
        let mut words = crate::case::split_at_commas(inner).into_iter();
        let texels = words.next().context("no texels")?;
        let mut flags = if is_surface { SURFACE } else { 0 };
        let (mut levels, mut memory) = (1, None);
        let mut sampling = Sampling { levels: [0.0, 0.0, 1000.0], address: 1, ..Sampling::default() };
        for word in words {
            let (name, value) = word.split_once(' ').unwrap_or((word, ""));
            let number = || value.trim().parse::<f32>().with_context(|| format!("`{word}` needs a number"));
            match name {
                "layered" => flags |= LAYERED,
                "cube" => flags |= CUBE,
                "gather" => flags |= GATHER,
                "stored" => flags |= SURFACE,
                "levels" => levels = number()? as u32,
                "memory" => memory = Some(Memory::Linear),
                "pitched" => memory = Some(Memory::Pitched),
                "wrap" => sampling.address = 0,
                "clamp" => sampling.address = 1,
                "mirror" => sampling.address = 2,
                "border" => {
                    sampling.address = 3;
                    let numbers = value.trim().trim_start_matches('{').trim_end_matches('}').split(',');
                    for (to, number) in sampling.border.iter_mut().zip(numbers.filter(|n| !n.trim().is_empty())) {
                        *to = number.trim().parse()?;
                    }
                }
                "linear" => sampling.filter[0] = 1,
                "between" => sampling.filter[1] = 1,
                "integer" => sampling.flags |= 1,
                "normalized" => sampling.flags |= 2,
                "srgb" => sampling.flags |= 16,
                "seamless" => sampling.flags |= 64,
                "anisotropy" => sampling.anisotropy = number()? as u32,
                "bias" => sampling.levels[0] = number()?,
                "least" => sampling.levels[1] = number()?,
                "most" => sampling.levels[2] = number()?,
                _ => bail!("`{word}` says nothing about a texture or surface"),
            }
        }
        let memory = memory.unwrap_or(if levels > 1 { Memory::Mipmapped(levels, flags) } else { Memory::Array(flags) });
        let texels = match texels.strip_prefix("of ") {
            Some(name) => Texels::Of(name.trim().into()),
            None => Texels::New(Box::new(Self::store(texels, memory)?)),
        };
        Ok(Some(Image { is_surface, is_reference, texels, sampling }))
    }

    /// `u8x4[8, 4] = i`
    fn store(text: &str, memory: Memory) -> Result<Store> {
        let (texel, content) = match text.split_once('=') {
            Some((texel, content)) => (texel.trim(), content.trim()),
            None => (text.trim(), "0"),
        };
        let (texel, size) = texel.strip_suffix(']').and_then(|t| t.split_once('[')).context("no size in brackets")?;
        let (ty, channels) = match texel.split_once('x') {
            Some((ty, channels)) => (ty, channels.parse()?),
            None => (texel, 1),
        };
        let mut sizes = [0; 3];
        let numbers: Vec<&str> = size.split(',').collect();
        ensure!(numbers.len() <= 3, "more than three dimensions");
        for (size, number) in sizes.iter_mut().zip(numbers) {
            *size = number.trim().parse().with_context(|| format!("`{number}` is no size"))?;
        }
        Ok(Store { ty: Type::parse(ty)?, channels, size: sizes, memory, content: Elements::parse(content)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_texture_is_described_by_its_texels_and_words() {
        let image =
            Image::parse("texture(u8x4[8, 4, 2] = i, layered, border {1, 2}, normalized, linear)").unwrap().unwrap();
        let Texels::New(store) = &image.texels else { panic!("its texels are new") };
        assert_eq!((store.ty, store.channels, store.size), (Type::U8, 4, [8, 4, 2]));
        assert_eq!((store.memory, store.count()), (Memory::Array(1), 256));
        assert_eq!((image.sampling.flags, image.sampling.address, image.sampling.border[1]), (2, 3, 2.0));
        assert_eq!(Image::parse("u32[8] = i").unwrap(), None);
        assert!(Image::parse("texture(f32[8], shiny)").is_err());
    }

    #[test]
    fn levels_halve() {
        let image = Image::parse("texture(f32[8, 2] = i, levels 4)").unwrap().unwrap();
        let Texels::New(store) = &image.texels else { panic!("its texels are new") };
        assert_eq!((store.level(1), store.level(3), store.count()), ([4, 1, 0], [1, 1, 0], 16 + 4 + 2 + 1));
    }
}
