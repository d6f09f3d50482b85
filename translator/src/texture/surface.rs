//! Surfaces: which bytes an access means, and what happens beyond the edge.

use super::{Geometry, Image, Trouble};

/// What an access beyond the surface does.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Boundary {
    /// It ends the kernel.
    Trap,
    /// It goes to the nearest place on the surface.
    Clamp,
    /// Loads give 0, stores do nothing.
    Zero,
}

impl Boundary {
    /// Every one.
    pub const ALL: &'static [Boundary] = &[Boundary::Trap, Boundary::Clamp, Boundary::Zero];

    /// The word as PTX writes it, without the dot.
    pub const fn as_str(self) -> &'static str {
        match self {
            Boundary::Trap => "trap",
            Boundary::Clamp => "clamp",
            Boundary::Zero => "zero",
        }
    }

    /// The variant of this word.
    pub fn from_str(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|boundary| boundary.as_str() == text)
    }
}

/// An access to a surface.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Access {
    /// What the coordinates mean.
    pub geometry: Geometry,
    /// The layer.
    pub layer: u32,
    /// x in bytes, or in texels; y and z.
    pub at: [i32; 3],
    /// Whether x counts texels.
    pub by_texel: bool,
    /// Bytes of the access.
    pub bytes: u32,
    /// What happens beyond the surface.
    pub boundary: Boundary,
}

/// The address of an access; `None` where it has no effect.
pub fn locate(image: &Image, access: &Access) -> Result<Option<u64>, Trouble> {
    let geometry = access.geometry;
    let is_flat = image.dimensions <= 2;
    // The faces of a cube are layers of a surface.
    let has_layers = image.is_layered || image.is_cube;
    let fits = match geometry {
        Geometry::D1 | Geometry::D2 => is_flat && !has_layers,
        Geometry::A1 | Geometry::A2 => is_flat && has_layers,
        Geometry::D3 => image.dimensions == 3,
        _ => false,
    };
    if !fits {
        let what = format!("`.{}` coordinates for a surface that is {}", geometry.as_str(), image.describe());
        return Err(Trouble::Misuse(what));
    }
    let level = image.levels[0];
    let texel = i64::from(image.format.bytes());
    let step = if access.by_texel { texel } else { 1 };
    let row = i64::from(level.size[0]) * texel;
    let last = row - i64::from(access.bytes);
    let mut x = i64::from(access.at[0]) * step;
    let mut others = [i64::from(access.at[1]), i64::from(access.at[2]), i64::from(access.layer)];
    let axes = geometry.axes();
    let most = [
        if axes > 1 { i64::from(level.size[1]) - 1 } else { 0 },
        if axes > 2 { i64::from(level.size[2]) - 1 } else { 0 },
        if geometry.has_layer() { i64::from(image.layers) - 1 } else { 0 },
    ];
    for (axis, other) in others.iter_mut().enumerate() {
        if axis < 2 && axis + 1 >= axes || axis == 2 && !geometry.has_layer() {
            *other = 0;
        }
    }
    let is_inside = (0..=last).contains(&x) && others.iter().zip(most).all(|(at, most)| (0..=most).contains(at));
    if !is_inside {
        match access.boundary {
            Boundary::Zero => return Ok(None),
            Boundary::Clamp if last >= 0 => {
                x = x.clamp(0, last);
                others.iter_mut().zip(most).for_each(|(at, most)| *at = (*at).clamp(0, most));
            }
            _ => {
                let [x, y, z] = access.at;
                let unit = if access.by_texel { "texel" } else { "byte" };
                let layer = if geometry.has_layer() { format!(" of layer {}", access.layer) } else { String::new() };
                let at = match axes {
                    1 => format!("{unit} {x}"),
                    2 => format!("{unit} {x} of row {y}"),
                    _ => format!("{unit} {x} of row {y} of slice {z}"),
                };
                let [width, height, depth] = level.size;
                return Err(Trouble::Misuse(format!(
                    "{} bytes at {at}{layer} are outside of a surface of {width} x {height} x {} texels of {texel} bytes",
                    access.bytes,
                    if has_layers { image.layers } else { depth },
                )));
            }
        }
    }
    let slice = if axes > 2 { others[1] } else { others[2] };
    let address = level.address + slice as u64 * level.slice_pitch + others[0] as u64 * level.row_pitch + x as u64;
    if !address.is_multiple_of(u64::from(access.bytes)) {
        return Err(Trouble::Misuse(format!(
            "byte {x} of a row is not a multiple of the access's {} bytes",
            access.bytes
        )));
    }
    Ok(Some(address))
}
