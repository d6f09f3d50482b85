//! Tensor maps as arguments of a launch: `tensormap(array, f32, size 16 8, box 8 4, ...)`.

use anyhow::{Context as _, Result, bail, ensure};

/// A tensor map as the driver is asked for it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Map {
    /// The array that holds the tensor.
    pub array: String,
    /// `CUtensorMapDataType`
    pub elements: u32,
    /// Elements by dimension, the fastest first.
    pub sizes: Vec<u64>,
    /// Bytes from one element to the next, from dimension 1 on; none if they follow from the sizes.
    given_strides: Option<Vec<u64>>,
    /// Elements of the box by dimension.
    pub extent: Vec<u32>,
    /// Of those every how manieth is copied.
    pub steps: Vec<u32>,
    /// `CUtensorMapInterleave`
    pub interleave: u32,
    /// `CUtensorMapSwizzle`
    pub swizzle: u32,
    /// Elements outside are NaN.
    pub fills_nan: bool,
    /// For im2col access.
    pub pixels: Option<Pixels>,
}

/// The box of im2col access.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Pixels {
    /// Lower corner of the bounding box, W first.
    pub lower: Vec<i32>,
    /// Upper corner.
    pub upper: Vec<i32>,
    /// Channels of a pixel.
    pub channels: u32,
    /// Pixels of a column.
    pub count: u32,
}

/// Types, in the order of `CUtensorMapDataType`, and their bits in memory.
const TYPES: [(&str, u64); 16] = [
    ("u8", 8),
    ("u16", 16),
    ("u32", 32),
    ("s32", 32),
    ("u64", 64),
    ("s64", 64),
    ("f16", 16),
    ("f32", 32),
    ("f64", 64),
    ("bf16", 16),
    ("f32.ftz", 32),
    ("tf32", 32),
    ("tf32.ftz", 32),
    ("b4x16", 4),
    ("b4x16_p64", 4),
    ("b6x16_p32", 6),
];

const SWIZZLES: [&str; 7] = ["none", "32B", "64B", "128B", "128B.32B", "128B.32B.8B", "128B.64B"];

impl Map {
    /// Reads what stands between the brackets.
    pub fn parse(text: &str) -> Result<Map> {
        let mut parts = text.split(',').map(str::trim);
        let array = parts.next().context("no array")?.to_owned();
        let ty = parts.next().context("no type")?;
        let elements = TYPES.iter().position(|(name, _)| *name == ty).with_context(|| format!("no type `{ty}`"))?;
        let mut map = Map {
            array,
            elements: elements as u32,
            sizes: Vec::new(),
            given_strides: None,
            extent: Vec::new(),
            steps: Vec::new(),
            interleave: 0,
            swizzle: 0,
            fills_nan: false,
            pixels: None,
        };
        for part in parts {
            let (word, rest) = part.split_once(' ').with_context(|| format!("`{part}` has no value"))?;
            let position = |of: &[&str]| of.iter().position(|name| *name == rest.trim()).map(|at| at as u32);
            match word {
                "size" => map.sizes = numbers(rest)?,
                "stride" => map.given_strides = Some(numbers(rest)?),
                "box" => map.extent = numbers(rest)?,
                "step" => map.steps = numbers(rest)?,
                "interleave" => map.interleave = position(&["none", "16B", "32B"]).context("interleaving")?,
                "swizzle" => map.swizzle = position(&SWIZZLES).context("swizzling")?,
                "fill" => map.fills_nan = rest == "nan",
                "lower" => map.pixels.get_or_insert_default().lower = numbers(rest)?,
                "upper" => map.pixels.get_or_insert_default().upper = numbers(rest)?,
                "channels" => map.pixels.get_or_insert_default().channels = rest.parse()?,
                "pixels" => map.pixels.get_or_insert_default().count = rest.parse()?,
                _ => bail!("`{word}` means nothing here"),
            }
        }
        if map.steps.is_empty() {
            map.steps = vec![1; map.sizes.len()];
        }
        let rank = map.sizes.len();
        ensure!(map.steps.len() == rank, "{rank} sizes and {} steps", map.steps.len());
        match &map.pixels {
            None => ensure!(map.extent.len() == rank, "{rank} sizes and a box of {}", map.extent.len()),
            Some(pixels) => ensure!(pixels.lower.len() + 2 == rank && pixels.upper.len() + 2 == rank, "two corners"),
        }
        Ok(map)
    }

    /// Bytes from one element to the next, from dimension 1 on.
    pub fn strides(&self) -> Vec<u64> {
        if let Some(strides) = &self.given_strides {
            return strides.clone();
        }
        let mut bytes = TYPES[self.elements as usize].1 * self.sizes[0] / 8;
        let mut strides = Vec::new();
        for size in &self.sizes[1..] {
            strides.push(bytes);
            bytes *= size;
        }
        strides
    }
}

fn numbers<T: std::str::FromStr>(text: &str) -> Result<Vec<T>>
where
    T::Err: std::error::Error + Send + Sync + 'static,
{
    text.split_whitespace().map(|number| number.parse().with_context(|| format!("`{number}`"))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strides_follow_from_the_sizes() {
        let map = Map::parse("data, f16, size 64 8 3, box 32 2 1, swizzle 64B").unwrap();
        assert_eq!((map.elements, map.swizzle, map.steps.clone()), (6, 2, vec![1; 3]));
        assert_eq!(map.strides(), [128, 1024]);
        let map = Map::parse("data, b4x16, size 64 8, stride 48, box 32 2").unwrap();
        assert_eq!(map.strides(), [48]);
        let map = Map::parse("d, f32, size 4 9 9 2, lower -1 -1, upper -1 -1, channels 4, pixels 16").unwrap();
        assert_eq!(map.pixels.unwrap().lower, [-1, -1]);
    }
}
