//! Operations on textures and surfaces: their attributes, words and signatures. What they give is said in
//! [`crate::texture`].

use super::Type;
use super::signature::{Signature, Width};
use crate::texture::surface::Boundary;
use crate::texture::{Geometry, Kind, Property};
use ptx_frontend::types::{AtomicOp, ScalarType};
use smallvec::{SmallVec, smallvec};

/// How the level is chosen.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Detail {
    /// The first one.
    Base,
    /// By an operand.
    Level,
    /// By two vectors of derivatives.
    Gradient,
}

/// What a fetch's results are.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Returned {
    /// Four registers of 32 bits: numbers or integers, as the texture gives them.
    Words,
    /// Four registers of 16 bits.
    Halves,
    /// Two registers with two halves each.
    Packed,
}

/// `tex` and `tld4`.
///
/// Arguments: the texture, the sampler, the layer, the sample, x, y, z, then the level or twice as many derivatives as
/// there are coordinates in x, y, z, the offsets, the value to compare with; each only where there is one. Handles are
/// `B64`, everything else `B32`. Results: the components, and a `Pred` that says whether the texel is in memory.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Fetch {
    /// What the coordinates mean.
    pub geometry: Geometry,
    /// How the level is chosen.
    pub detail: Detail,
    /// `tld4`: the component.
    pub gather: Option<u8>,
    /// Whether coordinates are floating-point numbers.
    pub is_float: bool,
    /// What the results are.
    pub returned: Returned,
    /// Whether there is a sampler.
    pub has_sampler: bool,
    /// Whether there are offsets.
    pub has_offset: bool,
    /// Whether there is a value to compare with.
    pub compares: bool,
}

/// An access to a surface. Arguments: the surface, the layer where there is one, x, y, z, and what is stored.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct SurfaceAccess {
    /// What the coordinates mean.
    pub geometry: Geometry,
    /// Type of one element.
    pub ty: ScalarType,
    /// Elements: 1, 2 or 4.
    pub vector: u8,
    /// What happens beyond the surface.
    pub boundary: Boundary,
    /// x counts texels, and values are converted to their format.
    pub is_formatted: bool,
}

/// An operation on a texture, sampler or surface.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ImageOp {
    /// Read a texture.
    Fetch(Fetch),
    /// A property of an object of this kind; of a level, whose number is the second argument, if so.
    Query(Kind, Property, bool),
    /// Whether a handle is one of an object of this kind.
    IsKind(Kind),
    /// Read a surface; elements.
    Load(SurfaceAccess),
    /// Write a surface.
    Store(SurfaceAccess),
    /// Combine a value with one of a surface.
    Reduce(AtomicOp, SurfaceAccess),
}

const PRED: Width = Width::Exactly(Type::Pred);
const B32: Width = Width::Exactly(Type::B32);
const B64: Width = Width::Exactly(Type::B64);

impl Fetch {
    /// How many results there are, the predicate not counted.
    pub const fn components(&self) -> usize {
        match self.returned {
            Returned::Words | Returned::Halves => 4,
            Returned::Packed => 2,
        }
    }

    fn check(&self) -> Result<(), String> {
        let geometry = self.geometry;
        let wrong = |what: &str| Err(format!("`.{}` has no {what}", geometry.as_str()));
        if geometry.is_cube() && !self.is_float {
            return wrong("integer coordinates");
        }
        if geometry.has_sample() && (self.is_float || self.detail != Detail::Base) {
            return wrong("floating-point coordinates and no levels");
        }
        if self.detail == Detail::Gradient && !self.is_float {
            return Err("derivatives are of floating-point coordinates".into());
        }
        if self.has_offset && geometry.is_cube() {
            return wrong("offsets");
        }
        if self.compares && (matches!(geometry, Geometry::D3) || geometry.has_sample() || !self.is_float) {
            return wrong("comparison here");
        }
        if let Some(component) = self.gather {
            let gathers = matches!(geometry, Geometry::D2 | Geometry::A2 | Geometry::Cube | Geometry::ACube);
            let is_plain = self.is_float && self.detail == Detail::Base && self.returned == Returned::Words;
            if !gathers || !is_plain || component > 3 {
                return wrong("gathering of this kind");
            }
        }
        Ok(())
    }

    fn words(&self) -> Vec<&'static str> {
        let mut words = vec![self.geometry.as_str()];
        match self.detail {
            Detail::Base => {}
            Detail::Level => words.push("level"),
            Detail::Gradient => words.push("grad"),
        }
        words.extend(self.gather.map(|component| ["r", "g", "b", "a"][usize::from(component & 3)]));
        words.extend(self.has_sampler.then_some("sampler"));
        words.extend(self.has_offset.then_some("offset"));
        words.extend(self.compares.then_some("compare"));
        words.push(match self.returned {
            Returned::Words => "b32",
            Returned::Halves => "f16",
            Returned::Packed => "f16x2",
        });
        words.push(if self.is_float { "f32" } else { "s32" });
        words
    }

    fn parse(mut words: &[&str]) -> Option<Fetch> {
        let mut take = |choices: &[&str]| {
            let (first, rest) = words.split_first()?;
            let at = choices.iter().position(|choice| choice == first)?;
            words = rest;
            Some(at)
        };
        let geometry = Geometry::ALL[take(&Geometry::ALL.iter().map(|g| g.as_str()).collect::<Vec<_>>())?];
        let detail = take(&["level", "grad"]).map_or(Detail::Base, |at| [Detail::Level, Detail::Gradient][at]);
        let gather = take(&["r", "g", "b", "a"]).map(|at| at as u8);
        let has_sampler = take(&["sampler"]).is_some();
        let has_offset = take(&["offset"]).is_some();
        let compares = take(&["compare"]).is_some();
        let returned = [Returned::Words, Returned::Halves, Returned::Packed][take(&["b32", "f16", "f16x2"])?];
        let is_float = take(&["f32", "s32"])? == 0;
        let fetch = Fetch { geometry, detail, gather, is_float, returned, has_sampler, has_offset, compares };
        words.is_empty().then_some(fetch)
    }
}

impl SurfaceAccess {
    /// Bytes of an access that is not formatted.
    pub const fn bytes(&self) -> u32 {
        self.ty.bytes() * self.vector as u32
    }

    fn check(&self) -> Result<(), String> {
        if !matches!(self.geometry, Geometry::D1 | Geometry::D2 | Geometry::D3 | Geometry::A1 | Geometry::A2) {
            return Err(format!("there are no `.{}` surfaces", self.geometry.as_str()));
        }
        if !matches!(self.vector, 1 | 2 | 4) || self.bytes() > 32 {
            return Err(format!("a vector of {} elements does not exist", self.vector));
        }
        if !matches!(self.ty.bits(), 8 | 16 | 32 | 64) {
            return Err(format!("`{}` is no type of one element of a surface", self.ty));
        }
        Ok(())
    }

    fn words(&self) -> String {
        let formatted = if self.is_formatted { ".texel" } else { "" };
        let vector = if self.vector == 1 { String::new() } else { format!(".v{}", self.vector) };
        format!("{}{formatted}{vector}.{}.{}", self.geometry.as_str(), self.ty, self.boundary.as_str())
    }

    fn parse(words: &[&str]) -> Option<SurfaceAccess> {
        let [geometry, middle @ .., ty, boundary] = words else { return None };
        let (is_formatted, middle) = match middle {
            ["texel", rest @ ..] => (true, rest),
            _ => (false, middle),
        };
        let vector = match middle {
            [] => 1,
            [count] => count.strip_prefix('v')?.parse().ok()?,
            _ => return None,
        };
        let (geometry, ty) = (Geometry::from_str(geometry)?, ScalarType::from_str(ty)?);
        Some(SurfaceAccess { geometry, ty, vector, boundary: Boundary::from_str(boundary)?, is_formatted })
    }

    fn signature(&self, stores: bool) -> Signature {
        let mut args = smallvec![B64];
        args.extend(std::iter::repeat_n(B32, self.geometry.coordinates()));
        let elements = std::iter::repeat_n(Width::AtLeast(self.ty.bits()), self.vector.into());
        if stores {
            args.extend(elements);
            return Signature { args, results: smallvec![], results_needed: 0 };
        }
        Signature { args, results: elements.collect(), results_needed: self.vector.into() }
    }
}

impl ImageOp {
    /// The attribute words, as they stand behind the operation's name.
    pub fn words(&self) -> String {
        match self {
            ImageOp::Fetch(fetch) => fetch.words().join("."),
            ImageOp::Query(kind, property, level) => {
                format!("{}.{}{}", kind.as_str(), property.as_str(), if *level { ".level" } else { "" })
            }
            ImageOp::IsKind(kind) => kind.as_str().to_owned(),
            ImageOp::Load(access) | ImageOp::Store(access) => access.words(),
            ImageOp::Reduce(op, access) => format!("{op}.{}", access.words()),
        }
    }

    /// `texture` with these words.
    pub fn parse_fetch(words: &[&str]) -> Option<ImageOp> {
        Fetch::parse(words).map(ImageOp::Fetch)
    }

    /// `image_query` with these words.
    pub fn parse_query(words: &[&str]) -> Option<ImageOp> {
        let (kind, property, level) = match words {
            [kind, property] => (kind, property, false),
            [kind, property, "level"] => (kind, property, true),
            _ => return None,
        };
        Some(ImageOp::Query(Kind::from_str(kind)?, Property::from_str(property)?, level))
    }

    /// `is_image` with these words.
    pub fn parse_is_kind(words: &[&str]) -> Option<ImageOp> {
        let [kind] = words else { return None };
        Kind::from_str(kind).map(ImageOp::IsKind)
    }

    /// `surface_load` with these words.
    pub fn parse_load(words: &[&str]) -> Option<ImageOp> {
        SurfaceAccess::parse(words).map(ImageOp::Load)
    }

    /// `surface_store` with these words.
    pub fn parse_store(words: &[&str]) -> Option<ImageOp> {
        SurfaceAccess::parse(words).map(ImageOp::Store)
    }

    /// `surface_reduce` with these words.
    pub fn parse_reduce(words: &[&str]) -> Option<ImageOp> {
        let (op, words) = words.split_first()?;
        Some(ImageOp::Reduce(AtomicOp::from_str(op)?, SurfaceAccess::parse(words)?))
    }

    /// What it takes and gives, or what is wrong with its attributes.
    pub fn signature(&self) -> Result<Signature, String> {
        Ok(match self {
            ImageOp::Fetch(fetch) => {
                fetch.check()?;
                let axes = fetch.geometry.axes();
                let mut args: SmallVec<[Width; 4]> = smallvec![B64];
                args.extend(fetch.has_sampler.then_some(B64));
                let detail = match fetch.detail {
                    Detail::Base => 0,
                    Detail::Level => 1,
                    Detail::Gradient => 2 * axes,
                };
                let offsets = if fetch.has_offset { axes } else { 0 };
                let words = fetch.geometry.coordinates() + detail + offsets + usize::from(fetch.compares);
                args.extend(std::iter::repeat_n(B32, words));
                let width = if fetch.returned == Returned::Halves { Width::Exactly(Type::B16) } else { B32 };
                let mut results: SmallVec<[Width; 2]> = smallvec![width; fetch.components()];
                results.push(PRED);
                Signature { args, results, results_needed: fetch.components() }
            }
            ImageOp::Query(_, _, level) => Signature {
                args: if *level { smallvec![B64, B32] } else { smallvec![B64] },
                results: smallvec![B32],
                results_needed: 1,
            },
            ImageOp::IsKind(_) => Signature { args: smallvec![B64], results: smallvec![PRED], results_needed: 1 },
            ImageOp::Load(access) => {
                access.check()?;
                access.signature(false)
            }
            ImageOp::Store(access) => {
                access.check()?;
                access.signature(true)
            }
            ImageOp::Reduce(op, access) => {
                access.check()?;
                let exists = matches!(op, AtomicOp::Add | AtomicOp::Min | AtomicOp::Max | AtomicOp::And | AtomicOp::Or);
                if !exists || access.vector != 1 || !matches!(access.ty.bits(), 32 | 64) {
                    return Err(format!("there is no reduction `{op}.{}` of a surface", access.ty));
                }
                access.signature(true)
            }
        })
    }
}
