//! Data movement within a thread: `mov` with its packing forms, address conversion between state spaces, and what space
//! a generic address points to.

use super::body::{Failure, Lowering};
use super::words::Words;
use crate::tile::{Attributes, Elementwise, Operand as Value, Type, window};
use ptx_frontend::checked::{Linkage, Operand, VariableId};
use ptx_frontend::special::SpecialRegister;
use ptx_frontend::types::{Comparison, ScalarType, StateSpace};

pub(super) fn lower(at: &mut Lowering<'_>, name: &str, words: &mut Words, operands: &[Operand]) -> Result<(), Failure> {
    match (name, operands) {
        ("mov", [destination, source]) => {
            let vector = words.take_vector();
            let ty = words.take_type().ok_or_else(Failure::form)?;
            if vector > 1 { move_vector(at, ty, destination, source) } else { move_value(at, ty, destination, source) }
        }
        ("cvta", [destination, source]) => {
            let to_space = words.take("to");
            let space = words.take_with(StateSpace::from_str).ok_or_else(Failure::form)?;
            let ty = words.take_type().ok_or_else(Failure::form)?;
            let address = at.value(source, ty)?;
            if ty.bits() != 64 {
                return Err(Failure::because("generic addresses have 64 bits"));
            }
            let base = window_of(at, space)?;
            let converted = match (base, to_space) {
                (None, _) => address,
                (Some(base), true) => at.op(Elementwise::Sub, ScalarType::U64, &[address, Value::Const(base)])?,
                (Some(base), false) => at.op(Elementwise::Add, ScalarType::U64, &[address, Value::Const(base)])?,
            };
            at.put(destination, converted, ty)
        }
        ("isspacep", [destination, source]) => {
            let space = words.take_with(StateSpace::from_str).ok_or_else(Failure::form)?;
            let address = at.value(source, ScalarType::U64)?;
            let value = points_to(at, space, address)?;
            at.put(destination, value, ScalarType::Pred)
        }
        // In the shared window, a block of a cluster is named by the bits above the offset.
        ("mapa", [destination, source, rank]) => {
            words.take_with(StateSpace::from_str);
            let ty = words.take_type().ok_or_else(Failure::form)?;
            let (address, rank) = (at.value(source, ty)?, at.value(rank, ScalarType::U32)?);
            let named = at.op(Elementwise::Add, ScalarType::U32, &[rank, Value::Const(1)])?;
            let shift = Value::Const(window::RANK_SHIFT.into());
            let named = at.op(Elementwise::Shl, ScalarType::B32, &[named, shift])?;
            let named = at.resize(named, Type::B32, Type::holding(ty.bits()), false)?;
            let bits = if ty.bits() == 64 { ScalarType::B64 } else { ScalarType::B32 };
            let others = (u64::MAX << 32 | ((1 << window::RANK_SHIFT) - 1)) & (u64::MAX >> (64 - ty.bits()));
            let offset = at.op(Elementwise::And, bits, &[address, Value::Const(others)])?;
            let mapped = at.op(Elementwise::Or, bits, &[offset, named])?;
            at.put(destination, mapped, ty)
        }
        ("getctarank", [destination, source]) => {
            words.take_with(StateSpace::from_str);
            let ty = words.take_type().ok_or_else(Failure::form)?;
            let address = at.value(source, ty)?;
            let address = at.resize(address, Type::holding(ty.bits()), Type::B32, false)?;
            let shift = Value::Const(window::RANK_SHIFT.into());
            let named = at.op(Elementwise::Shr, ScalarType::U32, &[address, shift])?;
            let rank = at.op(Elementwise::Sub, ScalarType::U32, &[named, Value::Const(1)])?;
            let own = at.value(&Operand::Special(SpecialRegister::ClusterCtaRank), ScalarType::U32)?;
            let compare = Attributes { comparison: Some(Comparison::Eq), ..Attributes::of(ScalarType::U32) };
            let is_own = at.elementwise(Elementwise::Setp, compare, &[named, Value::Const(0)])?;
            let rank = at.op(Elementwise::Selp, ScalarType::U32, &[own, rank, is_own])?;
            at.put(destination, rank, ScalarType::U32)
        }
        // A policy is a hint to the hint that uses it.
        ("createpolicy", [destination, ..]) => {
            while words.take_with(|word| POLICY_WORDS.contains(&word).then_some(())).is_some() {}
            at.put(destination, Value::Const(0), ScalarType::B64)
        }
        _ => Err(Failure::form()),
    }
}

/// All dot-words of `createpolicy` that are no hints anyway.
const POLICY_WORDS: &[&str] = &["range", "fractional", "cvt", "global", "L2", "b64"];

/// Base of a space's window in the generic address space; none for global memory, which lies there as it is.
fn window_of(at: &Lowering<'_>, space: StateSpace) -> Result<Option<u64>, Failure> {
    match space {
        StateSpace::Global | StateSpace::Const => Ok(None),
        StateSpace::Shared | StateSpace::SharedCta | StateSpace::SharedCluster => Ok(Some(window::SHARED)),
        StateSpace::Local => Ok(Some(window::LOCAL)),
        StateSpace::ParamEntry => Ok(Some(window::PARAM)),
        // Parameters of device functions whose address is taken lie in the frame.
        StateSpace::Param if at.is_kernel_body() => Ok(Some(window::PARAM)),
        StateSpace::Param | StateSpace::ParamFunc => Ok(Some(window::LOCAL)),
        _ => Err(Failure::because(format!("`.{space}` addresses are not supported"))),
    }
}

fn points_to(at: &mut Lowering<'_>, space: StateSpace, address: Value) -> Result<Value, Failure> {
    let bits = Value::Const(window::SIZE.trailing_zeros().into());
    let above = at.op(Elementwise::Shr, ScalarType::U64, &[address, bits])?;
    let mut is_window = |comparison, base: u64| {
        let compare = Attributes { comparison: Some(comparison), ..Attributes::of(ScalarType::U64) };
        at.elementwise(Elementwise::Setp, compare, &[above, Value::Const(base / window::SIZE)])
    };
    match space {
        StateSpace::SharedCluster => is_window(Comparison::Eq, window::SHARED),
        StateSpace::Shared | StateSpace::SharedCta => {
            let is_shared = is_window(Comparison::Eq, window::SHARED)?;
            // The CTA's own memory, by its offset or by its rank.
            let offset = at.resize(address, Type::B64, Type::B32, false)?;
            let shift = Value::Const(window::RANK_SHIFT.into());
            let named = at.op(Elementwise::Shr, ScalarType::U32, &[offset, shift])?;
            let rank = at.value(&Operand::Special(SpecialRegister::ClusterCtaRank), ScalarType::U32)?;
            let own = at.op(Elementwise::Add, ScalarType::U32, &[rank, Value::Const(1)])?;
            let equals = Attributes { comparison: Some(Comparison::Eq), ..Attributes::of(ScalarType::U32) };
            let is_offset = at.elementwise(Elementwise::Setp, equals, &[named, Value::Const(0)])?;
            let is_rank = at.elementwise(Elementwise::Setp, equals, &[named, own])?;
            let is_own = at.op(Elementwise::Or, ScalarType::Pred, &[is_offset, is_rank])?;
            at.op(Elementwise::And, ScalarType::Pred, &[is_shared, is_own])
        }
        StateSpace::Local => is_window(Comparison::Eq, window::LOCAL),
        StateSpace::Param | StateSpace::ParamEntry => is_window(Comparison::Eq, window::PARAM),
        StateSpace::Global => {
            // The parameter window counts as global (PTX ISA "isspacep").
            let below = is_window(Comparison::Lt, window::SHARED)?;
            let param = is_window(Comparison::Eq, window::PARAM)?;
            let outside = at.op(Elementwise::Or, ScalarType::Pred, &[below, param])?;
            match in_constants(at, address)? {
                Value::Const(0) => Ok(outside),
                constant => {
                    let other = at.op(Elementwise::Not, ScalarType::Pred, &[constant])?;
                    at.op(Elementwise::And, ScalarType::Pred, &[outside, other])
                }
            }
        }
        StateSpace::Const => in_constants(at, address),
        _ => Err(Failure::because(format!("addresses do not tell whether they are in `.{space}`"))),
    }
}

/// Whether an address is one of a `.const` variable. They lie among the global ones, so each of the module is asked.
fn in_constants(at: &mut Lowering<'_>, address: Value) -> Result<Value, Failure> {
    let mut found = Value::Const(0);
    for (index, variable) in at.module.variables.iter().enumerate() {
        if variable.space != StateSpace::Const || variable.linkage == Linkage::Extern || variable.size == 0 {
            continue;
        }
        let start = at.symbol_address(&Operand::Variable(VariableId(index as u32), 0))?;
        let offset = at.op(Elementwise::Sub, ScalarType::U64, &[address, start])?;
        let below = Attributes { comparison: Some(Comparison::Lt), ..Attributes::of(ScalarType::U64) };
        let inside = at.elementwise(Elementwise::Setp, below, &[offset, Value::Const(variable.size)])?;
        found = match found {
            Value::Const(0) => inside,
            found => at.op(Elementwise::Or, ScalarType::Pred, &[found, inside])?,
        };
    }
    Ok(found)
}

/// `mov.v2` and `mov.v4`: all is read before anything is written.
fn move_vector(at: &mut Lowering<'_>, ty: ScalarType, destination: &Operand, source: &Operand) -> Result<(), Failure> {
    let (Operand::Vector(destinations), Operand::Vector(sources)) = (destination, source) else {
        return Err(Failure::form());
    };
    let values = sources.iter().map(|source| at.value(source, ty)).collect::<Result<Vec<_>, _>>()?;
    destinations.iter().zip(values).try_for_each(|(destination, value)| at.put(destination, value, ty))
}

fn move_value(at: &mut Lowering<'_>, ty: ScalarType, destination: &Operand, source: &Operand) -> Result<(), Failure> {
    match (destination, source) {
        (Operand::Vector(parts), _) => unpack(at, ty, parts, source),
        (_, Operand::Vector(parts)) if ty.bits() == 128 => {
            let halves = pack_wide(at, parts)?;
            at.put_wide(destination, halves)
        }
        (_, Operand::Vector(parts)) => {
            let value = pack(at, ty.bits(), parts)?;
            at.put(destination, value, untyped(ty.bits())?)
        }
        _ if ty.bits() == 128 => {
            let halves = at.wide_value(source)?;
            at.put_wide(destination, halves)
        }
        _ => {
            let value = at.value(source, ty)?;
            at.put(destination, value, ty)
        }
    }
}

fn untyped(bits: u32) -> Result<ScalarType, Failure> {
    match bits {
        8 => Ok(ScalarType::B8),
        16 => Ok(ScalarType::B16),
        32 => Ok(ScalarType::B32),
        64 => Ok(ScalarType::B64),
        _ => Err(Failure::form()),
    }
}

/// Parts, lowest first, as one value of so many bits.
fn pack(at: &mut Lowering<'_>, bits: u32, parts: &[Operand]) -> Result<Value, Failure> {
    if let [part] = parts {
        return at.value(part, untyped(bits)?);
    }
    if !parts.len().is_power_of_two() {
        return Err(Failure::form());
    }
    let (low, high) = parts.split_at(parts.len() / 2);
    let (low, high) = (pack(at, bits / 2, low)?, pack(at, bits / 2, high)?);
    match bits {
        16 => {
            let low = at.op(Elementwise::And, ScalarType::B16, &[low, Value::Const(0xff)])?;
            let high = at.op(Elementwise::Shl, ScalarType::B16, &[high, Value::Const(8)])?;
            at.op(Elementwise::Or, ScalarType::B16, &[low, high])
        }
        32 | 64 => at.op(Elementwise::Pack, untyped(bits)?, &[low, high]),
        _ => Err(Failure::form()),
    }
}

fn pack_wide(at: &mut Lowering<'_>, parts: &[Operand]) -> Result<[Value; 2], Failure> {
    let (low, high) = parts.split_at(parts.len() / 2);
    Ok([pack(at, 64, low)?, pack(at, 64, high)?])
}

/// One value into parts, lowest first.
fn unpack(at: &mut Lowering<'_>, ty: ScalarType, parts: &[Operand], source: &Operand) -> Result<(), Failure> {
    if parts.len() < 2 || !parts.len().is_power_of_two() || ty.bits() / (parts.len() as u32) < 8 {
        return Err(Failure::form());
    }
    let mut values = match ty.bits() {
        128 => at.wide_value(source)?.to_vec(),
        bits => vec![at.value(source, untyped(bits)?)?],
    };
    let mut bits = ty.bits() / values.len() as u32;
    while values.len() < parts.len() {
        let mut halves = Vec::with_capacity(values.len() * 2);
        for value in values {
            halves.extend(split(at, bits, value)?);
        }
        values = halves;
        bits /= 2;
    }
    for (part, value) in parts.iter().zip(values) {
        at.put(part, value, untyped(bits)?)?;
    }
    Ok(())
}

fn split(at: &mut Lowering<'_>, bits: u32, value: Value) -> Result<[Value; 2], Failure> {
    match bits {
        16 => Ok([
            at.op(Elementwise::And, ScalarType::B16, &[value, Value::Const(0xff)])?,
            at.op(Elementwise::Shr, ScalarType::U16, &[value, Value::Const(8)])?,
        ]),
        32 | 64 => Ok([
            at.op(Elementwise::UnpackLo, untyped(bits)?, &[value])?,
            at.op(Elementwise::UnpackHi, untyped(bits)?, &[value])?,
        ]),
        _ => Err(Failure::form()),
    }
}
