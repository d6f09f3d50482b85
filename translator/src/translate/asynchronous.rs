//! Asynchronous copies of sm_80, `cp.async`.
//!
//! The copy is done at once when it is issued. PTX orders it only by the waits that follow, so a program cannot tell, as
//! long as it does not change the source before it waits; committing and waiting then do nothing.

use super::body::{Failure, Lowering};
use super::memory::{Place, place};
use super::words::Words;
use crate::tile::{Access, Attributes, Elementwise, Op, Operand as Value, Space, Type};
use ptx_frontend::checked::Operand;
use ptx_frontend::types::{Comparison, MemoryOrder, ScalarType, Scope, StateSpace};

pub(super) fn lower(at: &mut Lowering<'_>, words: &mut Words, operands: &[Operand]) -> Result<(), Failure> {
    if !words.take("async") {
        return Err(Failure::form());
    }
    if words.take("bulk") {
        return super::bulk::lower(at, words, operands);
    }
    if words.take("mbarrier") {
        return super::mbarrier::arrive_after_copies(at, words, operands);
    }
    if words.take("commit_group") || words.take("wait_all") || words.take("wait_group") {
        return Ok(());
    }
    // `cp.async.{ca,cg}.shared.global [dst], [src], size{, src-size | ignore-src}{, policy}`; `.ca` and `.cg` are hints.
    let to = words.take_with(StateSpace::from_str).ok_or_else(Failure::form)?;
    let from = words.take_with(StateSpace::from_str).ok_or_else(Failure::form)?;
    if !matches!(to, StateSpace::Shared | StateSpace::SharedCta) || from != StateSpace::Global {
        return Err(Failure::form());
    }
    let [destination, source, Operand::Integer(size), rest @ ..] = operands else { return Err(Failure::form()) };
    let size = match size {
        4 | 8 | 16 => *size as u32,
        _ => return Err(Failure::form()),
    };
    let (to, from) = (place(at, destination, to)?, place(at, source, from)?);
    match rest.first() {
        None => copy(at, &to, &from, size),
        Some(Operand::Integer(bytes)) if *bytes >= i128::from(size) => copy(at, &to, &from, size),
        Some(Operand::Integer(0)) => clear(at, &to, size),
        Some(limit) => limited(at, &to, &from, size, limit),
    }
}

/// Loads all, stores all.
fn copy(at: &mut Lowering<'_>, to: &Place, from: &Place, size: u32) -> Result<(), Failure> {
    let words = words_of(size);
    let values = load(at, from, &words)?;
    store(at, to, &words, &values)
}

fn clear(at: &mut Lowering<'_>, to: &Place, size: u32) -> Result<(), Failure> {
    let words = words_of(size);
    store(at, to, &words, &vec![Value::Const(0); usize::from(words.vector)])
}

/// Copies `limit` bytes and clears the rest, or clears all where `limit` is a predicate that says to ignore the source.
fn limited(at: &mut Lowering<'_>, to: &Place, from: &Place, size: u32, limit: &Operand) -> Result<(), Failure> {
    let (whole, none, after) = (at.builder.new_block(), at.builder.new_block(), at.builder.new_block());
    if is_predicate(at, limit) {
        let ignore = at.predicate(limit)?;
        at.builder.branch(ignore, none, whole);
    } else {
        let limit = at.value(limit, ScalarType::U32)?;
        let (partly, bytewise) = (at.builder.new_block(), at.builder.new_block());
        let is_whole = compare(at, Comparison::Ge, limit, u64::from(size))?;
        at.builder.branch(is_whole, whole, partly);
        at.builder.begin(partly);
        let is_none = compare(at, Comparison::Eq, limit, 0)?;
        at.builder.branch(is_none, none, bytewise);
        at.builder.begin(bytewise);
        copy_bytes(at, to, from, size, limit)?;
        at.builder.jump(after);
    }
    at.builder.begin(whole);
    copy(at, to, from, size)?;
    at.builder.jump(after);
    at.builder.begin(none);
    clear(at, to, size)?;
    at.builder.begin(after);
    Ok(())
}

/// Clears all, then copies byte by byte.
fn copy_bytes(at: &mut Lowering<'_>, to: &Place, from: &Place, size: u32, limit: Value) -> Result<(), Failure> {
    clear(at, to, size)?;
    let done = at.builder.new_block();
    for byte in 0..size {
        let (one, next) = (at.builder.new_block(), at.builder.new_block());
        let is_inside = compare(at, Comparison::Gt, limit, u64::from(byte))?;
        at.builder.branch(is_inside, one, done);
        at.builder.begin(one);
        let element = Elements { ty: ScalarType::B8, vector: 1, at: byte };
        let value = load(at, from, &element)?;
        store(at, to, &element, &value)?;
        at.builder.begin(next);
    }
    at.builder.begin(done);
    Ok(())
}

/// Elements of an access, at an offset from a place.
struct Elements {
    ty: ScalarType,
    vector: u8,
    at: u32,
}

fn words_of(size: u32) -> Elements {
    Elements { ty: ScalarType::B32, vector: (size / 4) as u8, at: 0 }
}

fn load(at: &mut Lowering<'_>, from: &Place, elements: &Elements) -> Result<Vec<Value>, Failure> {
    let (access, base) = access(from, elements)?;
    let types = vec![Type::holding(elements.ty.bits()); usize::from(elements.vector)];
    Ok(at.builder.emit(Op::Load(access), &[base], &types).to_vec())
}

fn store(at: &mut Lowering<'_>, to: &Place, elements: &Elements, values: &[Value]) -> Result<(), Failure> {
    let (access, base) = access(to, elements)?;
    let args: Vec<Value> = std::iter::once(base).chain(values.iter().copied()).collect();
    at.builder.emit(Op::Store(access), &args, &[]);
    Ok(())
}

fn access(place: &Place, elements: &Elements) -> Result<(Access, Value), Failure> {
    let Place::Memory(space, base, offset) = place else { return Err(Failure::form()) };
    let offset = offset.checked_add(elements.at as i32).ok_or_else(Failure::form)?;
    let (order, scope, space): (_, _, Space) = (MemoryOrder::Weak, Scope::Cta, *space);
    Ok((Access { space, ty: elements.ty, vector: elements.vector, order, scope, offset }, *base))
}

fn compare(at: &mut Lowering<'_>, comparison: Comparison, value: Value, with: u64) -> Result<Value, Failure> {
    let attributes = Attributes { comparison: Some(comparison), ..Attributes::of(ScalarType::U32) };
    at.elementwise(Elementwise::Setp, attributes, &[value, Value::Const(with)])
}

fn is_predicate(at: &Lowering<'_>, operand: &Operand) -> bool {
    match operand {
        Operand::Not(_) => true,
        Operand::Register(register) => at.body().registers[register.0 as usize].ty == ScalarType::Pred,
        _ => false,
    }
}
