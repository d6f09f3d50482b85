//! `tex` and `tld4`: from coordinates to texels and their filtered value.
//!
//! Where the programming guide gives no formula:
//! * With linear filtering, clamping takes the texel at the edge for those beyond it. (The guide's shorthand, to clamp
//!   the coordinate to `1 - 1/N`, describes the nearest texel only.)
//! * A weight is rounded to the nearest 1/256; texels of weight 0 do not count, even if they are infinite.
//! * The nearest level is that of the level of detail rounded to the nearest whole number, halves upwards.
//! * Layers beyond the last one are the last one. NaN as a coordinate is 0.
//! * With several samples along an axis (anisotropic filtering), they lie evenly and weigh the same.
//! * A depth comparison passes where the given value is not greater than the texel's.
//! * Components that the format lacks are 0, the fourth is 1.

use super::format::linear_of_srgb;
use super::{AddressMode, Geometry, Image, Level, ReadTexel, Sampler, Trouble, cube};
use smallvec::{SmallVec, smallvec};

/// Coordinates of a fetch, in x, y, z.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Coordinates {
    /// Texels of the level.
    Integer([i32; 3]),
    /// Texels of the first level, or fractions of the size.
    Float([f32; 3]),
}

/// How the level is chosen.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Detail {
    /// The first one.
    Base,
    /// This one: a number, or with integer coordinates an integer.
    Level(f32),
    /// By how the coordinates change from thread to thread in x and y.
    Gradient([f32; 3], [f32; 3]),
}

/// A fetch.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Fetch {
    /// What the coordinates mean.
    pub geometry: Geometry,
    /// The layer.
    pub layer: u32,
    /// The sample of the texel.
    pub sample: u32,
    /// Where.
    pub coordinates: Coordinates,
    /// At which level.
    pub detail: Detail,
    /// Texels added to the coordinates.
    pub offset: [i32; 3],
    /// What texels are compared with.
    pub compare: Option<f32>,
    /// `tld4`: the component that is gathered from the four texels.
    pub gather: Option<u8>,
}

/// The four components of a value.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Colour {
    /// Numbers.
    Floats([f32; 4]),
    /// Integers, as the bits of a register.
    Integers([u32; 4]),
}

impl Colour {
    /// The bits of four 32-bit registers.
    pub fn bits(self) -> [u32; 4] {
        match self {
            Colour::Floats(floats) => floats.map(f32::to_bits),
            Colour::Integers(bits) => bits,
        }
    }
}

/// Fetches from a texture.
pub fn fetch(image: &Image, sampler: &Sampler, fetch: &Fetch, read: ReadTexel<'_>) -> Result<Colour, Trouble> {
    let first_layer = first_layer(image, fetch)?;
    let mut texture = Texture { image, sampler, compare: fetch.compare, read };
    if texture.is_integer() && fetch.compare.is_some() {
        return Err(Trouble::misuse("a depth comparison with integers"));
    }
    let at = match fetch.coordinates {
        Coordinates::Integer(at) => return texture.texel_at(fetch, at, first_layer),
        Coordinates::Float(at) => at.map(|c| if c.is_nan() { 0.0 } else { f64::from(c) }),
    };
    let place = Place::of(&texture, fetch, at, first_layer);
    if let Some(component) = fetch.gather {
        return texture.gather(&place, usize::from(component));
    }
    // Most textures have one level, so that nothing need be known about its detail.
    if image.levels.len() == 1 && sampler.anisotropy <= 1 {
        return texture.at_level(0, &place);
    }
    let (detail, probes) = texture.detail(fetch, at, &place);
    texture.probe(&place, detail, &probes)
}

/// The first layer that the fetch means, and whether its geometry fits the image. A dimension that the image lacks has
/// one texel, so 1D and 2D go together.
fn first_layer(image: &Image, fetch: &Fetch) -> Result<u32, Trouble> {
    let geometry = fetch.geometry;
    let fits = match geometry {
        Geometry::D1 | Geometry::D2 | Geometry::D2ms => image.dimensions <= 2 && !image.is_layered && !image.is_cube,
        Geometry::A1 | Geometry::A2 | Geometry::A2ms => image.dimensions <= 2 && (image.is_layered || image.is_cube),
        Geometry::D3 => image.dimensions == 3,
        Geometry::Cube => image.is_cube && !image.is_layered,
        Geometry::ACube => image.is_cube && image.is_layered,
    };
    if !fits {
        let what = format!("`.{}` coordinates for a texture that is {}", geometry.as_str(), image.describe());
        return Err(Trouble::Misuse(what));
    }
    if geometry.has_sample() && fetch.sample != 0 {
        return Err(Trouble::Misuse(format!("sample {} of a texture with one sample", fetch.sample)));
    }
    let layers = if geometry.is_cube() { image.layers / 6 } else { image.layers };
    let layer = if geometry.has_layer() { fetch.layer.min(layers.saturating_sub(1)) } else { 0 };
    Ok(if geometry.is_cube() { layer * 6 } else { layer })
}

/// Where a fetch with float coordinates goes, independent of the level.
#[derive(Clone, Copy)]
struct Place {
    /// In fractions of the size if `is_normalized`, else in texels.
    at: [f64; 3],
    is_normalized: bool,
    axes: usize,
    layer: u32,
    /// The first face's layer and the face, of a cube.
    face: Option<(u32, u32)>,
    offset: [i32; 3],
}

impl Place {
    fn of(texture: &Texture<'_>, fetch: &Fetch, at: [f64; 3], first_layer: u32) -> Place {
        let is_normalized = texture.sampler.is_normalized;
        if !fetch.geometry.is_cube() {
            let axes = fetch.geometry.axes();
            return Place { at, is_normalized, axes, layer: first_layer, face: None, offset: fetch.offset };
        }
        // Directions have no unit: cubes always use fractions.
        let there = cube::project(at);
        Place {
            at: [there.s, there.t, 0.0],
            is_normalized: true,
            axes: 2,
            layer: first_layer + there.face,
            face: Some((first_layer, there.face)),
            offset: [0; 3],
        }
    }

    fn moved(&self, by: [f64; 3]) -> Place {
        Place { at: [0, 1, 2].map(|i| self.at[i] + by[i]), ..*self }
    }
}

/// The one or two texels of a dimension that count, and their weights. `None` is the border.
#[derive(Clone, Copy)]
struct Taps {
    texels: [(Option<i64>, f64); 2],
    count: usize,
}

impl Taps {
    const fn one(texel: Option<i64>) -> Taps {
        Taps { texels: [(texel, 1.0); 2], count: 1 }
    }

    fn as_slice(&self) -> &[(Option<i64>, f64)] {
        &self.texels[..self.count]
    }
}

/// Weights have 8 fractional bits, so that 1 has 9 bits (programming guide, "Linear Filtering").
fn weight(fraction: f64) -> f64 {
    (fraction * 256.0 + 0.5).floor() / 256.0
}

/// The position in texels of a coordinate, as far as it is repeated.
fn position(c: f64, n: f64, offset: i32, is_normalized: bool, mode: AddressMode) -> f64 {
    let texels = if is_normalized { c * n } else { c } + f64::from(offset);
    let turns = (texels / n).floor();
    let position = match mode {
        AddressMode::Wrap => texels - turns * n,
        AddressMode::Mirror if turns.rem_euclid(2.0) == 0.0 => texels - turns * n,
        AddressMode::Mirror => n - (texels - turns * n),
        AddressMode::ClampOgl => texels.clamp(0.0, n),
        AddressMode::Clamp | AddressMode::Border => texels,
    };
    // Infinities do not repeat, and lie beyond every texture like any large number.
    const FAR: f64 = (1u64 << 40) as f64;
    if position.is_nan() { 0.0 } else { position.clamp(-FAR, FAR) }
}

/// The texel that an index means, `None` for the border.
fn addressed(index: i64, n: u32, mode: AddressMode) -> Option<i64> {
    let n = i64::from(n);
    match mode {
        AddressMode::Wrap => Some(index.rem_euclid(n)),
        AddressMode::Mirror => {
            let at = index.rem_euclid(2 * n);
            Some(if at < n { at } else { 2 * n - 1 - at })
        }
        AddressMode::Clamp => Some(index.clamp(0, n - 1)),
        AddressMode::Border | AddressMode::ClampOgl => (0..n).contains(&index).then_some(index),
    }
}

/// The same where one texel alone is taken. Only filtering mixes the border into `clamp_ogl`, which is OpenGL's
/// `GL_CLAMP`: without, its greatest coordinate is in the last texel (OpenGL 2.1 specification, "Texture
/// Minification").
fn addressed_alone(index: i64, n: u32, mode: AddressMode) -> Option<i64> {
    addressed(index, n, if mode == AddressMode::ClampOgl { AddressMode::Clamp } else { mode })
}

struct Texture<'t> {
    image: &'t Image,
    sampler: &'t Sampler,
    compare: Option<f32>,
    read: ReadTexel<'t>,
}

impl Texture<'_> {
    fn is_integer(&self) -> bool {
        !self.image.format.channel.gives_floats(self.sampler.reads_integers)
    }

    /// The component as a number, sRGB undone, compared if that is wanted.
    fn number(&self, raw: u32, component: usize) -> f64 {
        let mut number = self.image.format.channel.number(raw);
        if self.sampler.is_srgb && component < 3 && self.image.format.channel.bytes() == 1 {
            number = linear_of_srgb(number);
        }
        self.compared(number)
    }

    fn compared(&self, number: f64) -> f64 {
        match self.compare {
            Some(reference) => f64::from(u8::from(f64::from(reference) <= number)),
            None => number,
        }
    }

    /// What components that the format lacks hold.
    fn missing(component: usize) -> f64 {
        if component == 3 { 1.0 } else { 0.0 }
    }

    fn components(&self) -> usize {
        self.image.format.count as usize
    }

    fn border(&self) -> Colour {
        if self.is_integer() {
            return Colour::Integers(self.sampler.border.map(f32::to_bits));
        }
        let compared = |c: f32| self.compared(f64::from(c)) as f32;
        Colour::Floats(self.sampler.border.map(compared))
    }

    fn raw(&mut self, level: &Level, at: [u32; 2], slice: u32) -> Result<[u32; 4], Trouble> {
        let format = self.image.format;
        format.read(level.address_of(format, at[0], at[1], slice), self.read)
    }

    /// One texel as it is returned.
    fn colour(&self, raw: [u32; 4]) -> Colour {
        let channel = self.image.format.channel;
        let given = self.components();
        if self.is_integer() {
            let each = |i: usize| if i < given { channel.integer(raw[i]) } else { u32::from(i == 3) };
            return Colour::Integers(std::array::from_fn(each));
        }
        // A number that nothing is done to keeps its bits, also those of a NaN.
        if channel == super::Channel::Float && self.compare.is_none() {
            let each = |i: usize| if i < given { f32::from_bits(raw[i]) } else { Self::missing(i) as f32 };
            return Colour::Floats(std::array::from_fn(each));
        }
        let each = |i: usize| if i < given { self.number(raw[i], i) } else { Self::missing(i) } as f32;
        Colour::Floats(std::array::from_fn(each))
    }

    /// A fetch with integer coordinates: one texel, no filter.
    fn texel_at(&mut self, fetch: &Fetch, at: [i32; 3], layer: u32) -> Result<Colour, Trouble> {
        let last = self.image.levels.len() - 1;
        let level = match fetch.detail {
            Detail::Level(level) => (level.max(0.0) as usize).min(last),
            _ => 0,
        };
        let level = self.image.levels[level];
        let axes = fetch.geometry.axes();
        let mut texel = [0u32; 3];
        for axis in 0..axes {
            let (index, n) = (i64::from(at[axis]) + i64::from(fetch.offset[axis]), level.size[axis]);
            let mode = if self.image.is_linear { AddressMode::Border } else { self.sampler.mode(axis) };
            match addressed_alone(index, n, mode) {
                Some(index) => texel[axis] = index as u32,
                // Beyond linear memory there is 0, whatever the border.
                None if self.image.is_linear && self.is_integer() => return Ok(Colour::Integers([0; 4])),
                None if self.image.is_linear => return Ok(Colour::Floats([0.0; 4])),
                None => return Ok(self.border()),
            }
        }
        let slice = if axes == 3 { texel[2] } else { layer };
        let raw = self.raw(&level, [texel[0], texel[1]], slice)?;
        Ok(self.colour(raw))
    }

    /// The texels that count in each dimension.
    fn taps(&self, level: &Level, place: &Place) -> [Taps; 3] {
        let taps = |axis: usize| -> Taps {
            if axis >= place.axes {
                return Taps::one(Some(0));
            }
            let (n, mode) = (level.size[axis], self.mode(place, axis));
            let offset = place.offset[axis];
            let position = position(place.at[axis], f64::from(n), offset, place.is_normalized, mode);
            if !self.sampler.is_linear {
                return Taps::one(addressed_alone(position.floor() as i64, n, mode));
            }
            let from = position - 0.5;
            let (index, fraction) = (from.floor(), weight(from - from.floor()));
            let index = index as i64;
            // Over the edge of a face there is the next one.
            let is_seamless = place.face.is_some() && self.sampler.is_seamless;
            let texel = |index: i64| if is_seamless { Some(index) } else { addressed(index, n, mode) };
            match fraction {
                0.0 => Taps::one(texel(index)),
                1.0 => Taps::one(texel(index.saturating_add(1))),
                _ => Taps {
                    texels: [(texel(index), 1.0 - fraction), (texel(index.saturating_add(1)), fraction)],
                    count: 2,
                },
            }
        };
        [taps(0), taps(1), taps(2)]
    }

    fn mode(&self, place: &Place, axis: usize) -> AddressMode {
        match self.sampler.address[axis] {
            mode @ (AddressMode::Wrap | AddressMode::Mirror) if place.is_normalized => mode,
            _ => self.sampler.mode(axis),
        }
    }

    /// The texels of a place at `(x, y)` and their number: more than one only at the corner of a cube.
    fn texels(
        &mut self,
        level: &Level,
        place: &Place,
        x: i64,
        y: i64,
        z: i64,
    ) -> Result<SmallVec<[[u32; 4]; 1]>, Trouble> {
        let n = level.size[0];
        let slice = if place.axes == 3 { z as u32 } else { place.layer };
        let Some((first, face)) = place.face else {
            return Ok(smallvec![self.raw(level, [x as u32, y as u32], slice)?]);
        };
        let inside = |i: i64| (0..i64::from(n)).contains(&i);
        let next = |texture: &mut Self, x: i64, y: i64| {
            let (face, x, y) = cube::across_edge(face, x, y, n);
            texture.raw(level, [x, y], first + face)
        };
        let nearest = |i: i64| i.clamp(0, i64::from(n) - 1);
        match (inside(x), inside(y)) {
            (true, true) => Ok(smallvec![self.raw(level, [x as u32, y as u32], slice)?]),
            // Three faces meet at a corner: the mean of their texels there.
            (false, false) => {
                let own = self.raw(level, [nearest(x) as u32, nearest(y) as u32], slice)?;
                Ok(smallvec![own, next(self, x, nearest(y))?, next(self, nearest(x), y)?])
            }
            _ => Ok(smallvec![next(self, x, y)?]),
        }
    }

    /// The filtered value at a level.
    fn at_level(&mut self, level: usize, place: &Place) -> Result<Colour, Trouble> {
        let level = self.image.levels[level];
        let taps = self.taps(&level, place);
        let [xs, ys, zs] = [taps[0].as_slice(), taps[1].as_slice(), taps[2].as_slice()];
        if let ([(x, _)], [(y, _)], [(z, _)]) = (xs, ys, zs) {
            let (Some(x), Some(y), Some(z)) = (*x, *y, *z) else { return Ok(self.border()) };
            let texels = self.texels(&level, place, x, y, z)?;
            if let [texel] = texels[..] {
                return Ok(self.colour(texel));
            }
        }
        if self.is_integer() {
            return Err(Trouble::misuse("linear filtering of integers"));
        }
        let mut sum = [0.0; 4];
        for &(z, wz) in zs {
            for &(y, wy) in ys {
                for &(x, wx) in xs {
                    let weight = wx * wy * wz;
                    let (Some(x), Some(y), Some(z)) = (x, y, z) else {
                        let border = self.sampler.border.map(f64::from);
                        (0..4).for_each(|i| sum[i] += weight * self.compared(border[i]));
                        continue;
                    };
                    let texels = self.texels(&level, place, x, y, z)?;
                    let each = weight / texels.len() as f64;
                    for texel in texels {
                        for (i, sum) in sum.iter_mut().enumerate() {
                            let is_given = i < self.components();
                            *sum += each * if is_given { self.number(texel[i], i) } else { Self::missing(i) };
                        }
                    }
                }
            }
        }
        Ok(Colour::Floats(sum.map(|c| c as f32)))
    }

    /// The value at a level of detail.
    fn at_detail(&mut self, place: &Place, detail: f64) -> Result<Colour, Trouble> {
        let last = self.image.levels.len() - 1;
        let detail = detail.clamp(0.0, last as f64);
        if !self.sampler.mixes_levels {
            return self.at_level(((detail + 0.5).floor() as usize).min(last), place);
        }
        let (level, fraction) = (detail.floor(), weight(detail - detail.floor()));
        let level = level as usize;
        match fraction {
            0.0 => self.at_level(level, place),
            1.0 => self.at_level((level + 1).min(last), place),
            _ => match (self.at_level(level, place)?, self.at_level((level + 1).min(last), place)?) {
                (Colour::Floats(a), Colour::Floats(b)) => {
                    let mix = |i: usize| (1.0 - fraction) * f64::from(a[i]) + fraction * f64::from(b[i]);
                    Ok(Colour::Floats([0, 1, 2, 3].map(|i| mix(i) as f32)))
                }
                _ => Err(Trouble::misuse("linear filtering of integers between levels")),
            },
        }
    }

    /// The mean of several places.
    fn probe(&mut self, place: &Place, detail: f64, probes: &[[f64; 3]]) -> Result<Colour, Trouble> {
        if let [only] = probes {
            return self.at_detail(&place.moved(*only), detail);
        }
        let mut sum = [0.0; 4];
        for by in probes {
            match self.at_detail(&place.moved(*by), detail)? {
                Colour::Floats(floats) => (0..4).for_each(|i| sum[i] += f64::from(floats[i])),
                Colour::Integers(_) => return Err(Trouble::misuse("anisotropic filtering of integers")),
            }
        }
        Ok(Colour::Floats(sum.map(|c| (c / probes.len() as f64) as f32)))
    }

    /// The level of detail, within the sampler's bounds, and where to probe.
    fn detail(&self, fetch: &Fetch, at: [f64; 3], place: &Place) -> (f64, SmallVec<[[f64; 3]; 1]>) {
        let mut probes = smallvec![[0.0; 3]];
        let detail = match fetch.detail {
            Detail::Base => 0.0,
            Detail::Level(level) if level.is_nan() => 0.0,
            Detail::Level(level) => f64::from(level),
            Detail::Gradient(dx, dy) => {
                let [dx, dy] = [dx, dy].map(|d| self.on_texture(fetch, at, place, d.map(f64::from)));
                let texels = |d: &[f64; 3]| {
                    let size = self.image.levels[0].size.map(f64::from);
                    let scaled = [0, 1, 2].map(|i| if place.is_normalized { d[i] * size[i] } else { d[i] });
                    scaled.iter().map(|c| c * c).sum::<f64>().sqrt()
                };
                let (x, y) = (texels(&dx), texels(&dy));
                let (major, long, short) = if x >= y { (dx, x, y) } else { (dy, y, x) };
                let most = f64::from(self.sampler.anisotropy.clamp(1, 16));
                let count = (long / short.max(f64::MIN_POSITIVE)).ceil().clamp(1.0, most);
                if count > 1.0 && place.face.is_none() {
                    let at = |k: u32| (f64::from(k) + 0.5) / count - 0.5;
                    probes = (0..count as u32).map(|k| major.map(|d| d * at(k))).collect();
                }
                let detail = (long / probes.len() as f64).log2();
                if detail.is_nan() { 0.0 } else { detail }
            }
        };
        let [least, most] = self.sampler.levels.map(f64::from);
        ((detail + f64::from(self.sampler.bias)).min(most).max(least), probes)
    }

    /// A change of coordinates as one of the place on the texture.
    fn on_texture(&self, fetch: &Fetch, at: [f64; 3], place: &Place, change: [f64; 3]) -> [f64; 3] {
        if place.face.is_some() {
            let [s, t] = cube::differential(at, change);
            return [s, t, 0.0];
        }
        let axes = fetch.geometry.axes();
        [0, 1, 2].map(|i| if i < axes { change[i] } else { 0.0 })
    }

    /// One component of the four texels that linear filtering would take, counter-clockwise from the lower left, with
    /// y pointing down.
    fn gather(&mut self, place: &Place, component: usize) -> Result<Colour, Trouble> {
        let level = self.image.levels[0];
        let position = |axis: usize| {
            let (n, mode) = (f64::from(level.size[axis]), self.mode(place, axis));
            let at = position(place.at[axis], n, place.offset[axis], place.is_normalized, mode);
            (at - 0.5).floor() as i64
        };
        let (i, j) = (position(0), position(1));
        let is_seamless = place.face.is_some() && self.sampler.is_seamless;
        let mut colours = [Colour::Integers([0; 4]); 4];
        for (colour, (dx, dy)) in colours.iter_mut().zip([(0, 1), (1, 1), (1, 0), (0, 0)]) {
            let (x, y) = (i.saturating_add(dx), j.saturating_add(dy));
            let index = |index: i64, axis: usize| match is_seamless {
                true => Some(index),
                false => addressed(index, level.size[axis], self.mode(place, axis)),
            };
            *colour = match (index(x, 0), index(y, 1)) {
                (Some(x), Some(y)) => {
                    let texels = self.texels(&level, place, x, y, 0)?;
                    self.colour(texels[0])
                }
                _ => self.border(),
            };
        }
        if self.is_integer() {
            return Ok(Colour::Integers(colours.map(|c| c.bits()[component])));
        }
        Ok(Colour::Floats(colours.map(|c| f32::from_bits(c.bits()[component]))))
    }
}
