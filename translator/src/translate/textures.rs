//! Textures and surfaces: `tex`, `tld4`, `txq`, `istypep`, `suld`, `sust`, `sured`, `suq`.
//!
//! A texture is named by a variable, whose address is its handle, by a kernel parameter, which holds one, or by a
//! register; in independent mode a sampler follows it.

use super::body::{Failure, Lowering};
use super::object::{Home, Name};
use super::words::Words;
use crate::texture::surface::Boundary;
use crate::texture::{Geometry, Kind, Property};
use crate::tile::image::{Detail, Fetch, Returned, SurfaceAccess};
use crate::tile::{Access, ImageOp, Op, Operand as Value, Space, Type};
use ptx_frontend::checked::Operand;
use ptx_frontend::types::{AtomicOp, MemoryOrder, ScalarType, Scope};

pub(super) fn lower(at: &mut Lowering<'_>, name: &str, words: &mut Words, operands: &[Operand]) -> Result<(), Failure> {
    match (name, operands) {
        ("tex" | "tld4", [destination, source, more @ ..]) => fetch(at, name, words, destination, source, more),
        ("txq", [destination, source, level @ ..]) => query(at, Kind::Texture, words, destination, source, level),
        ("suq", [destination, source]) => query(at, Kind::Surface, words, destination, source, &[]),
        ("istypep", [destination, object]) => {
            let kind = words.take_with(Kind::from_str).ok_or_else(Failure::form)?;
            let handle = handle(at, object)?;
            let is_kind = at.builder.emit(Op::Image(ImageOp::IsKind(kind)), &[handle], &[Type::Pred])[0];
            at.put(destination, is_kind, ScalarType::Pred)
        }
        ("suld", [destination, place]) => {
            let access = surface_access(words)?;
            let args = surface_operands(at, &access, place)?;
            let parts = parts(destination, access.vector)?;
            let held = Type::holding(access.ty.bits().max(8));
            let types = vec![held; parts.len()];
            let values = at.builder.emit(Op::Image(ImageOp::Load(access)), &args, &types);
            parts.iter().zip(values).try_for_each(|(part, value)| at.put(part, value, super::builder::bits_type(held)))
        }
        ("sust", [place, source]) => {
            let access = surface_access(words)?;
            let mut args = surface_operands(at, &access, place)?;
            for part in parts(source, access.vector)? {
                args.push(at.value(part, access.ty)?);
            }
            at.builder.emit(Op::Image(ImageOp::Store(access)), &args, &[]);
            Ok(())
        }
        ("sured", [place, source]) => {
            let op = words.take_with(AtomicOp::from_str).ok_or_else(Failure::form)?;
            let access = surface_access(words)?;
            let mut args = surface_operands(at, &access, place)?;
            args.push(at.value(source, access.ty)?);
            at.builder.emit(Op::Image(ImageOp::Reduce(op, access)), &args, &[]);
            Ok(())
        }
        _ => Err(Failure::form()),
    }
}

/// The handle that an operand means: the address of a reference, what a parameter holds, or a register.
fn handle(at: &mut Lowering<'_>, operand: &Operand) -> Result<Value, Failure> {
    let operand = match operand {
        Operand::Address(base, 0) => &**base,
        other => other,
    };
    match Name::of(operand) {
        Some((name @ Name::Param(_), 0)) => match at.home(name).clone() {
            Home::Kernel(offset) => {
                let access = Access {
                    space: Space::Param,
                    ty: ScalarType::B64,
                    vector: 1,
                    order: MemoryOrder::Weak,
                    scope: Scope::Cta,
                    offset: offset as i32,
                };
                Ok(at.builder.emit(Op::Load(access), &[Value::Const(0)], &[Type::B64])[0])
            }
            home => at.gather(&home, 0, 8, Type::B64),
        },
        Some(_) => Err(Failure::because("a texture or surface cannot be a local variable")),
        None => at.value(operand, ScalarType::B64),
    }
}

/// The elements of an operand, in braces or alone.
fn parts(operand: &Operand, count: u8) -> Result<&[Operand], Failure> {
    let parts = operand.elements();
    if parts.len() == usize::from(count) { Ok(parts) } else { Err(Failure::form()) }
}

/// The first `count` elements of a vector, which may have more as padding; all of 32 bits.
fn words_of(at: &mut Lowering<'_>, operand: &Operand, count: usize) -> Result<Vec<Value>, Failure> {
    let parts = operand.elements();
    if parts.len() < count {
        return Err(Failure::because(format!("{count} coordinates are needed")));
    }
    parts[..count].iter().map(|part| at.value(part, ScalarType::B32)).collect()
}

fn fetch(
    at: &mut Lowering<'_>,
    name: &str,
    words: &mut Words,
    destination: &Operand,
    source: &Operand,
    more: &[Operand],
) -> Result<(), Failure> {
    let gather = match name {
        "tld4" => {
            let component = words.take_with(|word| "rgba".find(word).filter(|_| word.len() == 1));
            Some(component.ok_or_else(Failure::form)? as u8)
        }
        _ => None,
    };
    let detail = match (words.take("level"), words.take("grad")) {
        (true, _) => Detail::Level,
        (_, true) => Detail::Gradient,
        _ => Detail::Base,
    };
    words.take("base");
    let geometry = words.take_with(Geometry::from_str).ok_or_else(Failure::form)?;
    let vector = words.take_vector();
    let (result, coordinate) = (words.take_type().ok_or_else(Failure::form)?, words.take_type());
    let is_float = match coordinate {
        Some(ScalarType::F32) => true,
        Some(ScalarType::S32) => false,
        _ => return Err(Failure::form()),
    };
    let (returned, held) = match (result, vector) {
        (ScalarType::F16x2, 2) => (Returned::Packed, Type::B32),
        (ScalarType::F16, 4) => (Returned::Halves, Type::B16),
        (ScalarType::U32 | ScalarType::S32 | ScalarType::F32, 4) => (Returned::Words, Type::B32),
        _ => return Err(Failure::because("results are four values, or two pairs of halves")),
    };
    let Operand::Indexed(list) = source else { return Err(Failure::form()) };
    let (texture, sampler, coordinates) = match &list[..] {
        [texture, coordinates] => (texture, None, coordinates),
        [texture, sampler, coordinates] => (texture, Some(sampler), coordinates),
        _ => return Err(Failure::form()),
    };
    let mut args = vec![handle(at, texture)?];
    if let Some(sampler) = sampler {
        args.push(handle(at, sampler)?);
    }
    args.extend(words_of(at, coordinates, geometry.coordinates())?);
    let axes = geometry.axes();
    let mut more = more.iter();
    match detail {
        Detail::Base => {}
        Detail::Level => args.push(at.value(more.next().ok_or_else(Failure::form)?, ScalarType::B32)?),
        Detail::Gradient => {
            for _ in 0..2 {
                args.extend(words_of(at, more.next().ok_or_else(Failure::form)?, axes)?);
            }
        }
    }
    // An offset is a vector, a value to compare with is not.
    let mut rest = more.as_slice();
    let has_offset = matches!(rest.first(), Some(Operand::Vector(_)));
    if let (true, [offset, others @ ..]) = (has_offset, rest) {
        args.extend(words_of(at, offset, axes)?);
        rest = others;
    }
    let compares = match rest {
        [] => false,
        [compared] => {
            args.push(at.value(compared, ScalarType::B32)?);
            true
        }
        _ => return Err(Failure::form()),
    };
    let has_sampler = sampler.is_some();
    let fetch = Fetch { geometry, detail, gather, is_float, returned, has_sampler, has_offset, compares };
    let op = ImageOp::Fetch(fetch);
    op.signature().map_err(Failure::because)?;
    let (values, residency) = match destination {
        Operand::Pair(values, residency) => (&**values, Some(&**residency)),
        values => (values, None),
    };
    let mut types = vec![held; fetch.components()];
    types.extend(residency.map(|_| Type::Pred));
    let mut results = at.builder.emit(Op::Image(op), &args, &types).into_iter();
    for part in parts(values, fetch.components() as u8)? {
        let value = results.next().ok_or_else(Failure::form)?;
        at.put(part, value, super::builder::bits_type(held))?;
    }
    match (residency, results.next()) {
        (Some(predicate), Some(value)) => at.put(predicate, value, ScalarType::Pred),
        _ => Ok(()),
    }
}

fn query(
    at: &mut Lowering<'_>,
    kind: Kind,
    words: &mut Words,
    destination: &Operand,
    source: &Operand,
    level: &[Operand],
) -> Result<(), Failure> {
    let has_level = words.take("level");
    let property = words.take_with(Property::from_str).ok_or_else(Failure::form)?;
    words.take("b32");
    let mut args = vec![handle(at, source)?];
    match (has_level, level) {
        (true, [level]) => args.push(at.value(level, ScalarType::B32)?),
        (false, []) => {}
        _ => return Err(Failure::form()),
    }
    let op = Op::Image(ImageOp::Query(kind, property, has_level));
    let value = at.builder.emit(op, &args, &[Type::B32])[0];
    at.put(destination, value, ScalarType::B32)
}

/// The words of a surface access.
fn surface_access(words: &mut Words) -> Result<SurfaceAccess, Failure> {
    let is_formatted = words.take("p");
    words.take("b");
    let geometry = words.take_with(Geometry::from_str).ok_or_else(Failure::form)?;
    let vector = words.take_vector();
    let ty = words.take_type().ok_or_else(Failure::form)?;
    let boundary = words.take_with(Boundary::from_str).unwrap_or(Boundary::Trap);
    Ok(SurfaceAccess { geometry, ty, vector, boundary, is_formatted })
}

/// The surface and the coordinates.
fn surface_operands(at: &mut Lowering<'_>, access: &SurfaceAccess, place: &Operand) -> Result<Vec<Value>, Failure> {
    let Operand::Indexed(list) = place else { return Err(Failure::form()) };
    let [surface, coordinates] = &list[..] else { return Err(Failure::form()) };
    let mut args = vec![handle(at, surface)?];
    args.extend(words_of(at, coordinates, access.geometry.coordinates())?);
    Ok(args)
}
