//! Bulk copies: `cp.async.bulk`, `cp.reduce.async.bulk`, their tensor forms, `st.async`, `red.async`, `st.bulk`, and what
//! changes tensor maps.

use super::body::{Failure, Lowering, Slot};
use super::mbarrier;
use super::memory::{self, Place, place};
use super::object::Name;
use super::words::Words;
use crate::tile::tensor_map::{BYTES, place as field};
use crate::tile::{
    Access, Async, Attributes, BulkCopy, Elementwise, Op, Operand as Value, Space, TensorCopy, TensorDirection,
    TensorMode, Type, window,
};
use ptx_frontend::checked::Operand;
use ptx_frontend::types::{AtomicOp, Comparison, MemoryOrder, ScalarType, Scope, StateSpace};

/// `cp.async.bulk...` and `cp.reduce.async.bulk...`, behind `async` and `bulk`.
pub(super) fn lower(at: &mut Lowering<'_>, words: &mut Words, operands: &[Operand]) -> Result<(), Failure> {
    if words.take("prefetch") {
        // Nothing comes nearer than it is.
        while words.take_with(|_| Some(())).is_some() {}
        return Ok(());
    }
    // A copy is done when it is started.
    if words.take("commit_group") || words.take("wait_group") {
        words.take("read");
        words.take("sync_restrict::proxy::async");
        return Ok(());
    }
    words.take("mbarrier::complete_tx::bytes");
    words.take("bulk_group");
    let reduces = words.take("reduce");
    if words.take("tensor") {
        return tensor(at, words, operands, reduces);
    }
    let to = words.take_with(StateSpace::from_str).ok_or_else(Failure::form)?;
    let from = words.take_with(StateSpace::from_str).ok_or_else(Failure::form)?;
    let multicast = words.take("multicast::cluster");
    let masked = words.take("cp_mask");
    let trimmed = words.take("ignore_oob");
    words.take("noftz");
    let reduce = match reduces {
        true => {
            let op = words.take_with(AtomicOp::from_str).ok_or_else(Failure::form)?;
            Some((op, words.take_type().ok_or_else(Failure::form)?))
        }
        false => None,
    };
    let signals = to != StateSpace::Global;
    let [destination, source, size, rest @ ..] = operands else { return Err(Failure::form()) };
    let copy = BulkCopy {
        to: memory::tile_space(to)?,
        from: memory::tile_space(from)?,
        reduce,
        signals,
        multicast,
        masked,
        trimmed,
    };
    let mut args = vec![address(at, destination, to)?, address(at, source, from)?, at.value(size, ScalarType::U32)?];
    let mut rest = rest.iter();
    let mut trims = Vec::new();
    if trimmed {
        for _ in 0..2 {
            trims.push(at.value(rest.next().ok_or_else(Failure::form)?, ScalarType::U32)?);
        }
    }
    if signals {
        args.push(object(at, rest.next().ok_or_else(Failure::form)?)?);
    }
    if multicast {
        args.push(at.value(rest.next().ok_or_else(Failure::form)?, ScalarType::B16)?);
    }
    if masked {
        // Behind the cache policy, if there is one.
        args.push(at.value(rest.next_back().ok_or_else(Failure::form)?, ScalarType::B16)?);
    }
    args.extend(trims);
    at.builder.emit(Op::Async(Async::Copy(copy)), &args, &[]);
    Ok(())
}

fn tensor(at: &mut Lowering<'_>, words: &mut Words, operands: &[Operand], reduces: bool) -> Result<(), Failure> {
    let rank = words.take_with(|word| word.strip_suffix('d')?.parse().ok()).ok_or_else(Failure::form)?;
    let to = words.take_with(StateSpace::from_str).ok_or_else(Failure::form)?;
    words.take_with(StateSpace::from_str).ok_or_else(Failure::form)?;
    let mode = words.take_with(|word| match word {
        "tile" => Some(TensorMode::Tile),
        "tile::gather4" | "tile::scatter4" => Some(TensorMode::FourRows),
        "im2col" | "im2col_no_offs" => Some(TensorMode::Im2col),
        _ => None,
    });
    let mode = mode.unwrap_or(TensorMode::Tile);
    let multicast = words.take("multicast::cluster");
    let pair = words.take("cta_group::2");
    words.take("cta_group::1");
    let op = if reduces { Some(words.take_with(AtomicOp::from_str).ok_or_else(Failure::form)?) } else { None };
    let direction = match (to, op) {
        (StateSpace::Global, Some(op)) => TensorDirection::Reduce(op),
        (StateSpace::Global, None) => TensorDirection::Store,
        _ => TensorDirection::Load(memory::tile_space(to)?),
    };
    let copy = TensorCopy { direction, mode, rank, multicast, pair };
    let mut args = Vec::new();
    let (indexed, rest) = match (direction, operands) {
        (TensorDirection::Load(_), [destination, Operand::Indexed(indexed), mbar, rest @ ..]) => {
            args.push(address(at, destination, to)?);
            args.push(map_address(at, indexed)?);
            args.push(object(at, mbar)?);
            (indexed, rest)
        }
        (_, [Operand::Indexed(indexed), source, ..]) => {
            args.push(address(at, source, StateSpace::SharedCta)?);
            args.push(map_address(at, indexed)?);
            (indexed, &[][..])
        }
        _ => return Err(Failure::form()),
    };
    let coordinates = match &indexed[..] {
        [_, Operand::Vector(coordinates)] => &coordinates[..],
        [_, rest @ ..] => rest,
        [] => return Err(Failure::form()),
    };
    if coordinates.len() != copy.coordinates() {
        let what = format!("{} coordinates are given, {} are needed", coordinates.len(), copy.coordinates());
        return Err(Failure::because(what));
    }
    for coordinate in coordinates {
        args.push(at.value(coordinate, ScalarType::B32)?);
    }
    let mut rest = rest.iter();
    if copy.offsets() != 0 {
        let Some(Operand::Vector(offsets)) = rest.next() else { return Err(Failure::form()) };
        if offsets.len() != copy.offsets() {
            return Err(Failure::because(format!(
                "{} offsets are given, {} are needed",
                offsets.len(),
                copy.offsets()
            )));
        }
        for offset in offsets {
            args.push(at.value(offset, ScalarType::B16)?);
        }
    }
    if multicast {
        args.push(at.value(rest.next().ok_or_else(Failure::form)?, ScalarType::B16)?);
    }
    at.builder.emit(Op::Async(Async::Tensor(copy)), &args, &[]);
    Ok(())
}

/// The generic address of a tensor map. One that is named is in its own space.
fn map_address(at: &mut Lowering<'_>, indexed: &[Operand]) -> Result<Value, Failure> {
    let map = indexed.first().ok_or_else(Failure::form)?;
    let address = match Name::of(map) {
        Some((Name::Param(_), _)) if at.is_kernel_body() => {
            let offset = at.symbol_address(map)?;
            at.op(Elementwise::Add, ScalarType::U64, &[offset, Value::Const(window::PARAM)])?
        }
        Some(_) => return Err(Failure::because("tensor maps are in `.param` of a kernel, `.const` or `.global`")),
        None => at.value(map, ScalarType::U64)?,
    };
    Ok(address)
}

/// The address that a bracketed operand means in a space.
fn address(at: &mut Lowering<'_>, operand: &Operand, space: StateSpace) -> Result<Value, Failure> {
    Ok(memory::address(at, operand, space)?.1)
}

/// The address of a barrier object, which is in shared memory.
fn object(at: &mut Lowering<'_>, operand: &Operand) -> Result<Value, Failure> {
    address(at, operand, StateSpace::SharedCluster)
}

/// `st.async` and `red.async`: the access is done at once, then the barrier object learns of its bytes. With `.release`
/// they are ordinary accesses that wait for nobody.
pub(super) fn access(
    at: &mut Lowering<'_>,
    name: &str,
    words: &mut Words,
    operands: &[Operand],
) -> Result<(), Failure> {
    words.take("weak");
    words.take("mmio");
    let signals = words.take("mbarrier::complete_tx::bytes");
    let order = words.take_with(MemoryOrder::from_str).unwrap_or(MemoryOrder::Weak);
    let scope = words.take_with(Scope::from_str).unwrap_or(Scope::Cta);
    let default = if signals { StateSpace::SharedCluster } else { StateSpace::Generic };
    let space = words.take_with(StateSpace::from_str).unwrap_or(default);
    let op = if name == "red" { Some(words.take_with(AtomicOp::from_str).ok_or_else(Failure::form)?) } else { None };
    let vector = words.take_vector();
    let ty = words.take_type().ok_or_else(Failure::form)?;
    let [target, data, rest @ ..] = operands else { return Err(Failure::form()) };
    let Place::Memory(tile_space, base, offset) = place(at, target, space)? else { return Err(Failure::form()) };
    let access = memory::access(tile_space, ty, vector, order, scope, offset);
    let mut args = vec![base];
    for part in data.elements() {
        if ty.bits() == 128 {
            args.extend(at.wide_value(part)?);
        } else {
            args.push(at.value(part, ty)?);
        }
    }
    at.builder.emit(op.map_or(Op::Store(access), |op| Op::Atomic(op, access)), &args, &[]);
    match (signals, rest) {
        (true, [mbar]) => {
            let bytes = u32::from(vector) * ty.bytes();
            mbarrier::complete(at, mbar, bytes)
        }
        (false, []) => Ok(()),
        _ => Err(Failure::form()),
    }
}

/// `st.bulk [a], size, 0`
pub(super) fn clear(at: &mut Lowering<'_>, words: &mut Words, operands: &[Operand]) -> Result<(), Failure> {
    words.take("weak");
    let space = words.take_with(StateSpace::from_str).unwrap_or(StateSpace::Generic);
    let [target, size, Operand::Integer(0)] = operands else {
        return Err(Failure::because("only 0 can be stored so"));
    };
    let (space, start) = memory::address(at, target, space)?;
    let size = match size {
        Operand::Integer(size) => Value::Const(*size as u64),
        Operand::Register(register) => {
            let Slot::One(variable, held) = at.slot(*register) else { return Err(Failure::form()) };
            let size = at.builder.read(variable);
            at.resize(size, held, Type::B64, false)?
        }
        _ => return Err(Failure::form()),
    };
    at.builder.emit(Op::Async(Async::Clear(space)), &[start, size], &[]);
    Ok(())
}

/// `tensormap.replace` and `tensormap.cp_fenceproxy`.
pub(super) fn tensor_map(at: &mut Lowering<'_>, words: &mut Words, operands: &[Operand]) -> Result<(), Failure> {
    if words.take("cp_fenceproxy") {
        words.take_with(StateSpace::from_str);
        words.take_with(StateSpace::from_str);
        for word in ["tensormap::generic", "sync"] {
            words.take(word);
        }
        let order = words.take_with(MemoryOrder::from_str).ok_or_else(Failure::form)?;
        let scope = words.take_with(Scope::from_str).ok_or_else(Failure::form)?;
        let [to, from, Operand::Integer(size)] = operands else { return Err(Failure::form()) };
        if *size != BYTES as i128 {
            return Err(Failure::because(format!("a tensor map has {BYTES} bytes")));
        }
        let args = [
            address(at, to, StateSpace::Global)?,
            address(at, from, StateSpace::SharedCta)?,
            Value::Const(BYTES as u64),
        ];
        let copy = BulkCopy {
            to: Space::Global,
            from: Space::Shared,
            reduce: None,
            signals: false,
            multicast: false,
            masked: false,
            trimmed: false,
        };
        at.builder.emit(Op::Async(Async::Copy(copy)), &args, &[]);
        at.builder.emit(Op::Fence(order, scope), &[], &[]);
        return Ok(());
    }
    if !words.take("replace") || !words.take("tile") {
        return Err(Failure::form());
    }
    let found = words.take_with(|word| FIELDS.iter().find(|(name, ..)| *name == word)).ok_or_else(Failure::form)?;
    let &(_, first, ty, dimensions) = found;
    let space = words.take_with(StateSpace::from_str).unwrap_or(StateSpace::Generic);
    words.take("b1024");
    let given = words.take_type().ok_or_else(Failure::form)?;
    let (target, ordinal, value) = match operands {
        [target, value] => (target, 0, value),
        [target, Operand::Integer(ordinal), value] => (target, *ordinal as u32, value),
        _ => return Err(Failure::form()),
    };
    if ordinal >= dimensions {
        return Err(Failure::because(format!("there is no dimension {ordinal} here")));
    }
    let Place::Memory(tile_space, base, offset) = place(at, target, space)? else { return Err(Failure::form()) };
    let offset =
        i32::try_from(i64::from(offset) + i64::from(first + ordinal * ty.bytes())).map_err(|_| Failure::form())?;
    let value = at.value(value, given)?;
    let value = at.resize(value, Type::holding(given.bits()), Type::holding(ty.bits().max(16)), false)?;
    let (order, scope) = (MemoryOrder::Weak, Scope::Cta);
    let access = Access { space: tile_space, ty, vector: 1, order, scope, offset };
    at.builder.emit(Op::Store(access), &[base, value], &[]);
    Ok(())
}

/// Fields of a tensor map by the names they have in PTX: where, as what, and how many.
const FIELDS: &[(&str, u32, ScalarType, u32)] = &[
    ("global_address", field::ADDRESS, ScalarType::B64, 1),
    ("rank", field::RANK, ScalarType::B32, 1),
    ("box_dim", field::BOX, ScalarType::B16, 5),
    ("global_dim", field::SIZES, ScalarType::B32, 5),
    ("global_stride", field::STRIDES, ScalarType::B64, 4),
    ("element_stride", field::STEPS, ScalarType::B16, 5),
    ("elemtype", field::ELEMENTS, ScalarType::B8, 1),
    ("interleave_layout", field::INTERLEAVE, ScalarType::B8, 1),
    ("swizzle_mode", field::SWIZZLE, ScalarType::B8, 1),
    ("swizzle_atomicity", field::ATOMICITY, ScalarType::B8, 1),
    ("fill_mode", field::FILL, ScalarType::B8, 1),
];

/// `clusterlaunchcontrol`. All clusters of a grid have their turn without being asked for, so none is left to be
/// cancelled: every request fails, as it does on a machine that is large enough for the grid.
pub(super) fn cluster_launch_control(
    at: &mut Lowering<'_>,
    words: &mut Words,
    operands: &[Operand],
) -> Result<(), Failure> {
    if words.take("try_cancel") {
        words.take("async");
        words.take("mbarrier::complete_tx::bytes");
        let multicast = words.take("multicast::cluster::all");
        let space = words.take_with(StateSpace::from_str).unwrap_or(StateSpace::Generic);
        words.take_type();
        let [answer, mbar] = operands else { return Err(Failure::form()) };
        // Variables without a space word are in their own space.
        let (answer, mbar) = (memory::address(at, answer, space)?, memory::address(at, mbar, space)?);
        if answer.0 != mbar.0 {
            return Err(Failure::because("the answer and the barrier object are named by one kind of address"));
        }
        at.builder.emit(Op::Async(Async::Cancel { space: answer.0, multicast }), &[answer.1, mbar.1], &[]);
        return Ok(());
    }
    // An answer has in its lowest bit whether a cluster was cancelled, and in its upper words which one.
    if !words.take("query_cancel") {
        return Err(Failure::form());
    }
    let [destination, answer] = operands else { return Err(Failure::form()) };
    let [low, high] = at.wide_value(answer)?;
    if words.take("is_canceled") {
        words.take("pred");
        words.take_type();
        let bit = at.op(Elementwise::And, ScalarType::B64, &[low, Value::Const(1)])?;
        let compare = Attributes { comparison: Some(Comparison::Ne), ..Attributes::of(ScalarType::U64) };
        let is_canceled = at.elementwise(Elementwise::Setp, compare, &[bit, Value::Const(0)])?;
        return at.put(destination, is_canceled, ScalarType::Pred);
    }
    let which = words.take_with(|word| word.strip_prefix("get_first_ctaid").map(|rest| rest.to_owned()));
    words.take_vector();
    words.take_type();
    words.take_type();
    let x = at.op(Elementwise::UnpackHi, ScalarType::B64, &[low])?;
    let y = at.op(Elementwise::UnpackLo, ScalarType::B64, &[high])?;
    let z = at.op(Elementwise::UnpackHi, ScalarType::B64, &[high])?;
    match (which.as_deref(), destination) {
        (Some("::x"), one) => at.put(one, x, ScalarType::B32),
        (Some("::y"), one) => at.put(one, y, ScalarType::B32),
        (Some("::z"), one) => at.put(one, z, ScalarType::B32),
        (Some(""), Operand::Vector(parts)) => parts
            .iter()
            .zip([x, y, z, Value::Const(0)])
            .try_for_each(|(part, value)| at.put(part, value, ScalarType::B32)),
        _ => Err(Failure::form()),
    }
}
