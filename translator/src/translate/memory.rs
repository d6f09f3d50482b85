//! Loads and stores, in every state space, and the advice that changes nothing (`prefetch` and its like).

use super::body::{Failure, Lowering, Slot};
use super::object::{Home, Name, holding};
use super::words::Words;
use crate::tile::{Access, Op, Operand as Value, Space, Type};
use ptx_frontend::checked::{self, Operand};
use ptx_frontend::types::{MemoryOrder, ScalarType, Scope, StateSpace};

/// What a bracketed operand means.
pub(super) enum Place {
    /// Memory: the space, the 64-bit address and a constant added to it.
    Memory(Space, Value, i32),
    /// An object that is not in memory, at an offset.
    Object(Home, u32),
}

pub(super) fn lower(at: &mut Lowering<'_>, name: &str, words: &mut Words, operands: &[Operand]) -> Result<(), Failure> {
    let is_load = name != "st";
    let (order, scope) = ordering(words, is_load)?;
    let space = words.take_with(StateSpace::from_str).unwrap_or(StateSpace::Generic);
    let vector = words.take_vector();
    let ty = words.take_type().ok_or_else(Failure::form)?;
    // A cache policy may follow; it is a hint.
    let (address, data) = match operands {
        [data, address] | [data, address, Operand::Register(_)] if is_load => (address, data),
        [address, data] | [address, data, Operand::Register(_)] if !is_load => (address, data),
        _ => return Err(Failure::form()),
    };
    let parts = data.elements();
    if parts.len() != usize::from(vector) {
        return Err(Failure::form());
    }
    match place(at, address, space)? {
        Place::Object(home, offset) if is_load => load_from_object(at, &home, offset, ty, parts),
        Place::Object(home, offset) => store_to_object(at, &home, offset, ty, parts),
        Place::Memory(space, base, offset) => {
            let access = access(space, ty, vector, order, scope, offset);
            if is_load { load(at, access, base, ty, parts) } else { store(at, access, base, ty, parts) }
        }
    }
}

/// `prefetch`, `prefetchu`, `applypriority`: nothing to do. `discard` leaves the data undefined, so nothing to do either.
pub(super) fn advise(_at: &mut Lowering<'_>, _name: &str, operands: &[Operand]) -> Result<(), Failure> {
    if operands.is_empty() { Err(Failure::form()) } else { Ok(()) }
}

/// Takes the order and scope words of a load or store.
fn ordering(words: &mut Words, is_load: bool) -> Result<(MemoryOrder, Scope), Failure> {
    // Memory-mapped input and output is never left out, merged or repeated; nothing is here anyway.
    words.take("mmio");
    let order = words.take_with(MemoryOrder::from_str).unwrap_or(MemoryOrder::Weak);
    let scope = words.take_with(Scope::from_str);
    match order {
        MemoryOrder::Weak => Ok((order, Scope::Cta)),
        MemoryOrder::Volatile | MemoryOrder::Mmio => Ok((order, scope.unwrap_or(Scope::Sys))),
        MemoryOrder::Acquire if !is_load => Err(Failure::form()),
        MemoryOrder::Release if is_load => Err(Failure::form()),
        MemoryOrder::Relaxed | MemoryOrder::Acquire | MemoryOrder::Release => Ok((order, scope.unwrap_or(Scope::Sys))),
        MemoryOrder::AcqRel | MemoryOrder::Sc => Err(Failure::form()),
    }
}

/// 128-bit elements travel as pairs of 64-bit ones.
pub(super) fn access(
    space: Space,
    ty: ScalarType,
    vector: u8,
    order: MemoryOrder,
    scope: Scope,
    offset: i32,
) -> Access {
    let (ty, vector) = if ty.bits() == 128 { (ScalarType::B64, vector * 2) } else { (ty, vector) };
    Access { space, ty, vector, order, scope, offset }
}

/// The tile space of a state space.
pub(super) fn tile_space(space: StateSpace) -> Result<Space, Failure> {
    match space {
        StateSpace::Generic => Ok(Space::Generic),
        StateSpace::Global | StateSpace::Const => Ok(Space::Global),
        StateSpace::Shared | StateSpace::SharedCta => Ok(Space::Shared),
        StateSpace::SharedCluster => Ok(Space::SharedCluster),
        StateSpace::Local => Ok(Space::Local),
        _ => Err(Failure::because(format!("`.{space}` is not memory"))),
    }
}

/// Works out a bracketed operand.
pub(super) fn place(at: &mut Lowering<'_>, operand: &Operand, space: StateSpace) -> Result<Place, Failure> {
    let Operand::Address(base, offset) = operand else { return Err(Failure::form()) };
    let is_param = matches!(space, StateSpace::Param | StateSpace::ParamEntry | StateSpace::ParamFunc);
    let space = match (Name::of(base), is_param) {
        (Some((name, more)), true) => {
            let home = at.home(name).clone();
            if let Home::Cells(_) = home {
                let offset = u32::try_from(more + offset).map_err(|_| Failure::form())?;
                return Ok(Place::Object(home, offset));
            }
            if let Home::Kernel(_) = home { Space::Param } else { Space::Local }
        }
        (_, true) if space == StateSpace::ParamEntry || at.is_kernel_body() => Space::Param,
        (_, true) => Space::Local,
        // A symbol without a space word is in its own space.
        (None, false) if space == StateSpace::Generic && matches!(**base, Operand::Variable(..)) => {
            let Operand::Variable(id, _) = **base else { return Err(Failure::form()) };
            tile_space(at.module.variables[id.0 as usize].space)?
        }
        (Some((Name::Local(_), _)), false) if space == StateSpace::Generic => Space::Local,
        _ => tile_space(space)?,
    };
    let mut base = match &**base {
        Operand::Register(register) => {
            let Slot::One(variable, ty) = at.slot(*register) else { return Err(Failure::form()) };
            let value = at.builder.read(variable);
            // 32-bit registers hold shared, local and parameter addresses.
            at.resize(value, ty, Type::B64, false)?
        }
        Operand::Integer(address) => Value::Const(*address as u64),
        symbol => at.symbol_address(symbol)?,
    };
    let offset = match i32::try_from(*offset) {
        Ok(offset) => offset,
        Err(_) => {
            base = at.add_offset(base, *offset)?;
            0
        }
    };
    Ok(Place::Memory(space, base, offset))
}

/// The same of operations that take no constant beside the address: the space, and the address with the constant in it.
pub(super) fn address(at: &mut Lowering<'_>, operand: &Operand, space: StateSpace) -> Result<(Space, Value), Failure> {
    match place(at, operand, space)? {
        Place::Memory(space, base, offset) => Ok((space, at.add_offset(base, offset.into())?)),
        Place::Object(..) => Err(Failure::form()),
    }
}

fn load(at: &mut Lowering<'_>, access: Access, base: Value, ty: ScalarType, parts: &[Operand]) -> Result<(), Failure> {
    // Loads fill wider registers by themselves.
    let mut types = Vec::new();
    for part in parts {
        match part {
            checked::Operand::Register(register) => match at.slot(*register) {
                Slot::One(_, held) => types.push(held),
                Slot::Two(..) if ty.bits() == 128 => types.extend([Type::B64; 2]),
                Slot::Two(..) => types.push(Type::holding(ty.bits())),
            },
            _ if ty.bits() == 128 => types.extend([Type::B64; 2]),
            _ => types.push(Type::holding(ty.bits().max(8))),
        }
    }
    if types.iter().any(|held| *held == Type::Pred || held.bits() < access.ty.bits()) {
        return Err(Failure::because("the destination is narrower than the instruction's type"));
    }
    let values = at.builder.emit(Op::Load(access), &[base], &types);
    let mut values = values.into_iter().zip(types);
    for part in parts {
        let (value, held) = values.next().ok_or_else(Failure::form)?;
        if ty.bits() == 128 {
            let (high, _) = values.next().ok_or_else(Failure::form)?;
            at.put_wide(part, [value, high])?;
        } else {
            at.put(part, value, super::builder::bits_type(held))?;
        }
    }
    Ok(())
}

fn store(at: &mut Lowering<'_>, access: Access, base: Value, ty: ScalarType, parts: &[Operand]) -> Result<(), Failure> {
    let mut args = vec![base];
    for part in parts {
        if ty.bits() == 128 {
            args.extend(at.wide_value(part)?);
        } else {
            args.push(at.value(part, ty)?);
        }
    }
    at.builder.emit(Op::Store(access), &args, &[]);
    Ok(())
}

fn load_from_object(
    at: &mut Lowering<'_>,
    home: &Home,
    offset: u32,
    ty: ScalarType,
    parts: &[Operand],
) -> Result<(), Failure> {
    let bytes = ty.bytes();
    for (index, part) in parts.iter().enumerate() {
        let offset = offset + index as u32 * bytes;
        if bytes == 16 {
            let halves = [at.gather(home, offset, 8, Type::B64)?, at.gather(home, offset + 8, 8, Type::B64)?];
            at.put_wide(part, halves)?;
            continue;
        }
        let mut value = at.gather(home, offset, bytes, holding(bytes))?;
        let mut filled = ty;
        if ty == ScalarType::S8 {
            // The byte came zero-extended to 16 bits.
            let widen =
                crate::tile::Attributes { from: ScalarType::S8, ..crate::tile::Attributes::of(ScalarType::S16) };
            value = at.elementwise(crate::tile::Elementwise::Cvt, widen, &[value])?;
            filled = ScalarType::S16;
        }
        at.put(part, value, filled)?;
    }
    Ok(())
}

fn store_to_object(
    at: &mut Lowering<'_>,
    home: &Home,
    offset: u32,
    ty: ScalarType,
    parts: &[Operand],
) -> Result<(), Failure> {
    let bytes = ty.bytes();
    for (index, part) in parts.iter().enumerate() {
        let offset = offset + index as u32 * bytes;
        if bytes == 16 {
            let [low, high] = at.wide_value(part)?;
            at.scatter(home, offset, 8, low, Type::B64)?;
            at.scatter(home, offset + 8, 8, high, Type::B64)?;
            continue;
        }
        let value = at.value(part, ty)?;
        at.scatter(home, offset, bytes, value, holding(bytes))?;
    }
    Ok(())
}
