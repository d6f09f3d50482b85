//! Texture and surface operations of the lanes of a warp: arguments by lane, and what the pure functions of
//! [`crate::texture`] make of them.

use super::atomic::change;
use super::cluster::Machine;
use super::prepare::ImageStep;
use super::warp::{Context, Warp, row};
use super::{FaultKind, GlobalMemory, LaneFault, Services, try_each};
use crate::texture::sample::{self, Colour, Coordinates};
use crate::texture::surface::{self, locate};
use crate::texture::{Image, Kind, Object, Trouble};
use crate::tile::ImageOp;
use crate::tile::image::{Detail, Fetch, Returned, SurfaceAccess};
use ptx_frontend::scalar::format::{F16, Format as _, mode};
use ptx_frontend::types::{AtomicOp, ScalarType};
use smallvec::SmallVec;
use std::sync::Arc;

/// The arguments of one lane, taken one after the other.
struct Taken<'a>(&'a [u64]);

impl Taken<'_> {
    fn next(&mut self) -> u64 {
        let (first, rest) = self.0.split_first().expect("the verifier has counted the arguments");
        self.0 = rest;
        *first
    }
    fn word(&mut self) -> u32 {
        self.next() as u32
    }
    fn float(&mut self) -> f32 {
        f32::from_bits(self.word())
    }
    fn integers(&mut self, axes: usize) -> [i32; 3] {
        std::array::from_fn(|i| if i < axes { self.word() as i32 } else { 0 })
    }
    fn floats(&mut self, axes: usize) -> [f32; 3] {
        std::array::from_fn(|i| if i < axes { self.float() } else { 0.0 })
    }
}

/// Finds the objects of handles; neighbouring lanes nearly always use the same.
struct Finder<'s, S> {
    services: &'s mut S,
    last: Option<(u64, Arc<Object>)>,
}

impl<S: Services> Finder<'_, S> {
    fn find(&mut self, handle: u64) -> Option<&Arc<Object>> {
        if self.last.as_ref().is_none_or(|(last, _)| *last != handle) {
            self.last = Some((handle, self.services.image(handle)?));
        }
        self.last.as_ref().map(|(_, object)| object)
    }

    /// The object of a handle, which must be of this kind.
    fn of_kind(&mut self, handle: u64, kind: Kind) -> Result<&Arc<Object>, Trouble> {
        let noun = noun(kind);
        let object = self.find(handle).ok_or_else(|| Trouble::Misuse(format!("{handle:#x} is no {noun}")))?;
        match object.kind() {
            found if found == kind => Ok(object),
            // A texture has a sampler too.
            Kind::Texture if kind == Kind::Sampler => Ok(object),
            found => Err(Trouble::Misuse(format!("{handle:#x} is a {}, not a {noun}", self::noun(found)))),
        }
    }
}

const fn noun(kind: Kind) -> &'static str {
    match kind {
        Kind::Texture => "texture",
        Kind::Sampler => "sampler",
        Kind::Surface => "surface",
    }
}

fn image_of(object: &Object) -> Result<&Image, Trouble> {
    object.image().ok_or_else(|| Trouble::Misuse(format!("nothing is bound to this {} reference", noun(object.kind()))))
}

impl Warp {
    pub(super) fn image<M: GlobalMemory, S: Services>(
        &mut self,
        machine: &mut Machine<'_, M, S>,
        context: &Context<'_>,
        function: u32,
        step: &ImageStep,
        lanes: u32,
    ) -> Result<(), LaneFault> {
        let rows = self.rows(function);
        let memory = &mut *machine.memory;
        let mut finder = Finder { services: &mut *machine.services, last: None };
        try_each(lanes, |lane| {
            // Results may share rows with arguments: read all, then write.
            let args: SmallVec<[u64; 12]> =
                step.args.iter().map(|&arg| row(rows, context.constants, arg).get(lane)).collect();
            let results = act(&step.op, Taken(&args), memory, &mut finder);
            let results = results.map_err(|trouble| Box::new(fault(memory, trouble)))?;
            for (&(out, mask), bits) in step.outs.iter().zip(results) {
                rows[out as usize].set(lane, bits & mask);
            }
            Ok(())
        })
    }
}

fn fault<M: GlobalMemory>(memory: &mut M, trouble: Trouble) -> FaultKind {
    FaultKind::Image(match trouble {
        Trouble::Misuse(what) => what,
        Trouble::Gone(address) => format!("its texels are not in memory any more: {}", memory.nearest(address)),
    })
}

type Results = SmallVec<[u64; 5]>;

fn act<M: GlobalMemory, S: Services>(
    op: &ImageOp,
    mut args: Taken<'_>,
    memory: &mut M,
    finder: &mut Finder<'_, S>,
) -> Result<Results, Trouble> {
    let handle = args.next();
    match op {
        ImageOp::Fetch(fetch) => {
            if !fetch.has_sampler {
                return fetched(fetch, finder.of_kind(handle, Kind::Texture)?, None, args, memory);
            }
            let object = finder.of_kind(handle, Kind::Texture)?.clone();
            let sampler = finder.of_kind(args.next(), Kind::Sampler)?;
            fetched(fetch, &object, Some(sampler), args, memory)
        }
        ImageOp::Query(kind, property, has_level) => {
            // In independent mode, what samplers know is asked of a sampler.
            let is_sampler = finder.find(handle).is_some_and(|object| object.kind() == Kind::Sampler);
            let kind = if *kind == Kind::Texture && is_sampler { Kind::Sampler } else { *kind };
            let object = finder.of_kind(handle, kind)?;
            let level = if *has_level { args.word() } else { 0 };
            let value = object.query(*property, level);
            let what = || format!("`{}` of a {} that has none", property.as_str(), noun(object.kind()));
            Ok(std::iter::once(value.ok_or_else(|| Trouble::Misuse(what()))?.into()).collect())
        }
        ImageOp::IsKind(kind) => {
            let is_kind = finder.find(handle).is_some_and(|object| object.kind() == *kind);
            Ok(std::iter::once(u64::from(is_kind)).collect())
        }
        ImageOp::Load(access) => {
            let object = finder.of_kind(handle, Kind::Surface)?;
            let place = place(access, image_of(object)?, &mut args, access.bytes())?;
            let element = access.ty.bytes();
            let load = |i: u32| match place {
                None => Ok(0),
                Some(address) => {
                    let at = address + u64::from(i * element);
                    memory.load(at, element).ok_or(Trouble::Gone(at))
                }
            };
            (0..access.vector.into()).map(load).collect()
        }
        ImageOp::Store(access) => {
            let object = finder.of_kind(handle, Kind::Surface)?;
            let image = image_of(object)?;
            if access.is_formatted {
                return store_texel(access, image, args, memory);
            }
            let element = access.ty.bytes();
            let Some(address) = place(access, image, &mut args, access.bytes())? else { return Ok(Results::new()) };
            for i in 0..u32::from(access.vector) {
                let at = address + u64::from(i * element);
                memory.store(at, element, args.next()).ok_or(Trouble::Gone(at))?;
            }
            Ok(Results::new())
        }
        ImageOp::Reduce(op, access) => {
            let object = finder.of_kind(handle, Kind::Surface)?;
            reduce(*op, access, image_of(object)?, args, memory)
        }
    }
}

fn fetched<M: GlobalMemory>(
    fetch: &Fetch,
    object: &Object,
    sampler: Option<&Object>,
    mut args: Taken<'_>,
    memory: &mut M,
) -> Result<Results, Trouble> {
    let image = image_of(object)?;
    let own = object.sampler().ok_or_else(|| Trouble::misuse("a texture without a sampler"))?;
    let merged = sampler.and_then(Object::sampler).map(|other| own.with(other));
    let axes = fetch.geometry.axes();
    let layer = if fetch.geometry.has_layer() { args.word() } else { 0 };
    let sample = if fetch.geometry.has_sample() { args.word() } else { 0 };
    let coordinates = match fetch.is_float {
        true => Coordinates::Float(args.floats(axes)),
        false => Coordinates::Integer(args.integers(axes)),
    };
    let detail = match fetch.detail {
        Detail::Base => sample::Detail::Base,
        Detail::Level if fetch.is_float => sample::Detail::Level(args.float()),
        Detail::Level => sample::Detail::Level(args.word() as i32 as f32),
        Detail::Gradient => sample::Detail::Gradient(args.floats(axes), args.floats(axes)),
    };
    let offset = if fetch.has_offset { args.integers(axes) } else { [0; 3] };
    // Offsets have four bits.
    let offset = offset.map(|texels| texels << 28 >> 28);
    let compare = fetch.compares.then(|| args.float());
    let request = sample::Fetch {
        geometry: fetch.geometry,
        layer,
        sample,
        coordinates,
        detail,
        offset,
        compare,
        gather: fetch.gather,
    };
    let mut read = |address, bytes| memory.load(address, bytes);
    let colour = sample::fetch(image, merged.as_ref().unwrap_or(own), &request, &mut read)?;
    let mut results: Results = match fetch.returned {
        Returned::Words => colour.bits().into_iter().map(u64::from).collect(),
        Returned::Halves => halves(colour)?.into_iter().collect(),
        Returned::Packed => {
            let [r, g, b, a] = halves(colour)?;
            [r | g << 16, b | a << 16].into_iter().collect()
        }
    };
    // Without sparse arrays, everything is in memory.
    results.push(1);
    Ok(results)
}

fn halves(colour: Colour) -> Result<[u64; 4], Trouble> {
    match colour {
        Colour::Floats(floats) => Ok(floats.map(|c| F16::encode::<{ mode::RN }>(f64::from(c)))),
        Colour::Integers(_) => Err(Trouble::misuse("a texture of integers, read as `.f16`")),
    }
}

/// The address of an access, whose coordinates are taken from the arguments.
fn place(access: &SurfaceAccess, image: &Image, args: &mut Taken<'_>, bytes: u32) -> Result<Option<u64>, Trouble> {
    let geometry = access.geometry;
    let layer = if geometry.has_layer() { args.word() } else { 0 };
    let at = args.integers(geometry.axes());
    let boundary = access.boundary;
    locate(image, &surface::Access { geometry, layer, at, by_texel: access.is_formatted, bytes, boundary })
}

/// `sust.p`: components that the instruction does not give are written as 0, where the manual says that they are
/// unpredictable.
fn store_texel<M: GlobalMemory>(
    access: &SurfaceAccess,
    image: &Image,
    mut args: Taken<'_>,
    memory: &mut M,
) -> Result<Results, Trouble> {
    let format = image.format;
    let Some(address) = place(access, image, &mut args, format.bytes())? else { return Ok(Results::new()) };
    let bytes = format.channel.bytes();
    for i in 0..format.count {
        let given = if i < u32::from(access.vector) { args.word() } else { 0 };
        let at = address + u64::from(i * bytes);
        memory.store(at, bytes, format.channel.store(given).into()).ok_or(Trouble::Gone(at))?;
    }
    Ok(Results::new())
}

fn reduce<M: GlobalMemory>(
    op: AtomicOp,
    access: &SurfaceAccess,
    image: &Image,
    mut args: Taken<'_>,
    memory: &mut M,
) -> Result<Results, Trouble> {
    let ty = match (access.is_formatted, access.ty.bits()) {
        (false, _) => access.ty,
        // The format says whether numbers have a sign.
        (true, bits) => match (image.format.channel, bits) {
            (channel, 32) if channel.is_unsigned() => ScalarType::U32,
            (channel, 32) if channel.is_signed() => ScalarType::S32,
            (channel, _) if channel.is_unsigned() => ScalarType::U64,
            (channel, _) if channel.is_signed() => ScalarType::S64,
            _ => return Err(Trouble::misuse("a reduction of texels that are not integers")),
        },
    };
    let is_bitwise = matches!(op, AtomicOp::And | AtomicOp::Or);
    let ty = if is_bitwise || ty != ScalarType::B32 { ty } else { ScalarType::U32 };
    let change = change(op, ty, true);
    let change = change.ok_or_else(|| Trouble::Misuse(format!("there is no reduction `{op}.{ty}`")))?;
    let Some(address) = place(access, image, &mut args, access.ty.bytes())? else { return Ok(Results::new()) };
    let operand = args.next();
    let updated = memory.update(address, access.ty.bytes(), |old| change.apply(old, operand, 0));
    updated.ok_or(Trouble::Gone(address))?;
    Ok(Results::new())
}
