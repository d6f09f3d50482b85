//! Barrier objects in memory: `mbarrier`.
//!
//! PTX leaves the 64 bits of an object open. Ours are, from the lowest: 20 bits of arrivals still pending in this phase,
//! 20 bits of arrivals expected in the next one, 21 bits of bytes still to come plus 2^20 (so that the bytes may arrive
//! before they are expected without a borrow), and the phase's parity in the highest bit. An arrival is then one atomic
//! addition; the lane that finds nothing pending behind it begins the next phase with another one, and nobody can tell
//! the time between the two from a phase that still runs.

use super::body::{Failure, Lowering};
use super::memory::{Place, place};
use super::words::Words;
use crate::tile::{Access, Attributes, Elementwise, Op, Operand as Value, Space, Type};
use ptx_frontend::checked::Operand;
use ptx_frontend::types::{AtomicOp, Comparison, MemoryOrder, ScalarType, Scope, StateSpace};

const COUNT: u64 = (1 << 20) - 1;
const EXPECTED_SHIFT: u32 = 20;
const BYTES_SHIFT: u32 = 40;
const NO_BYTES: u64 = 1 << 60;
const BYTES: u64 = ((1 << 21) - 1) << BYTES_SHIFT;
const PARITY: u64 = 1 << 63;

/// An object's address.
struct Object {
    space: Space,
    base: Value,
    offset: i32,
}

/// What happens at an object.
#[derive(Default)]
struct Event {
    /// Arrivals.
    arrivals: Option<Value>,
    /// They are not expected in later phases either.
    drops: bool,
    /// Bytes that come (or are taken off, if negative, modulo 2^64).
    bytes: Option<Value>,
}

pub(super) fn lower(at: &mut Lowering<'_>, words: &mut Words, operands: &[Operand]) -> Result<(), Failure> {
    let what = words.take_with(|word| KINDS.iter().copied().find(|kind| *kind == word)).ok_or_else(Failure::form)?;
    let parity = words.take("parity");
    let expects = what.starts_with("arrive") && words.take("expect_tx");
    // Every operation here is as strong as acquire and release at the widest scope.
    words.take_with(MemoryOrder::from_str);
    words.take_with(Scope::from_str);
    words.take("noComplete");
    let space = words.take_with(StateSpace::from_str).unwrap_or(StateSpace::Generic);
    words.take_type();
    match (what, operands) {
        ("init", [address, count]) => {
            let object = object(at, address, space)?;
            let count = at.value(count, ScalarType::U32)?;
            let count = at.resize(count, Type::B32, Type::B64, false)?;
            let expected = shift(at, Elementwise::Shl, count, EXPECTED_SHIFT)?;
            let both = at.op(Elementwise::Or, ScalarType::B64, &[count, expected])?;
            let whole = at.op(Elementwise::Or, ScalarType::B64, &[both, Value::Const(NO_BYTES)])?;
            at.builder.emit(Op::Store(access(&object, MemoryOrder::Relaxed)), &[object.base, whole], &[]);
            Ok(())
        }
        // The memory may be used for something else from now on.
        ("inval", [_]) => Ok(()),
        ("expect_tx" | "complete_tx", [address, bytes]) => {
            let object = object(at, address, space)?;
            let mut bytes = wide(at, bytes)?;
            if what == "complete_tx" {
                bytes = at.op(Elementwise::Sub, ScalarType::U64, &[Value::Const(0), bytes])?;
            }
            happen(at, &object, Event { bytes: Some(bytes), ..Event::default() })?;
            Ok(())
        }
        ("arrive" | "arrive_drop", [.., last]) => {
            let (destination, address, number) = match operands {
                [address @ Operand::Address(..)] => (&Operand::Sink, address, None),
                [address @ Operand::Address(..), number] => (&Operand::Sink, address, Some(number)),
                [destination, address] => (destination, address, None),
                [destination, address, _] => (destination, address, Some(last)),
                _ => return Err(Failure::form()),
            };
            let object = object(at, address, space)?;
            let number = number.map(|number| wide(at, number)).transpose()?;
            let (arrivals, bytes) = match (expects, number) {
                (true, bytes) => (Value::Const(1), bytes),
                (false, count) => (count.unwrap_or(Value::Const(1)), None),
            };
            let event = Event { arrivals: Some(arrivals), drops: what == "arrive_drop", bytes };
            let before = happen(at, &object, event)?;
            at.put(destination, before, ScalarType::B64)
        }
        // How long `try_wait` waits is up to the machine; this one looks once.
        ("test_wait" | "try_wait", [destination, address, phase] | [destination, address, phase, _]) => {
            let object = object(at, address, space)?;
            let load = Op::Load(access(&object, MemoryOrder::Acquire));
            let now = at.builder.emit(load, &[object.base], &[Type::B64])[0];
            let phase = if parity {
                let parity = wide(at, phase)?;
                shift(at, Elementwise::Shl, parity, 63)?
            } else {
                at.value(phase, ScalarType::B64)?
            };
            let differs = at.op(Elementwise::Xor, ScalarType::B64, &[now, phase])?;
            let bit = at.op(Elementwise::And, ScalarType::B64, &[differs, Value::Const(PARITY)])?;
            let is_over = compare(at, Comparison::Ne, bit, 0)?;
            at.put(destination, is_over, ScalarType::Pred)
        }
        ("pending_count", [destination, state]) => {
            let state = at.value(state, ScalarType::B64)?;
            let count = at.op(Elementwise::And, ScalarType::B64, &[state, Value::Const(COUNT)])?;
            let count = at.resize(count, Type::B64, Type::B32, false)?;
            at.put(destination, count, ScalarType::B32)
        }
        _ => Err(Failure::form()),
    }
}

/// `cp.async.mbarrier.arrive{.noinc}`: copies are done when they are issued, so the arrival happens at once. Without
/// `.noinc` it is one that was not pending before, which leaves everything as it is.
pub(super) fn arrive_after_copies(
    at: &mut Lowering<'_>,
    words: &mut Words,
    operands: &[Operand],
) -> Result<(), Failure> {
    words.take("arrive");
    let counts = words.take("noinc");
    let space = words.take_with(StateSpace::from_str).unwrap_or(StateSpace::Generic);
    words.take_type();
    let [address] = operands else { return Err(Failure::form()) };
    let object = object(at, address, space)?;
    if counts {
        happen(at, &object, Event { arrivals: Some(Value::Const(1)), ..Event::default() })?;
    }
    Ok(())
}

const KINDS: &[&str] =
    &["init", "inval", "expect_tx", "complete_tx", "arrive", "arrive_drop", "test_wait", "try_wait", "pending_count"];

fn object(at: &mut Lowering<'_>, operand: &Operand, space: StateSpace) -> Result<Object, Failure> {
    match place(at, operand, space)? {
        Place::Memory(space, base, offset) => Ok(Object { space, base, offset }),
        Place::Object(..) => Err(Failure::form()),
    }
}

fn access(object: &Object, order: MemoryOrder) -> Access {
    let (space, offset) = (object.space, object.offset);
    Access { space, ty: ScalarType::B64, vector: 1, order, scope: Scope::Sys, offset }
}

/// Does it, begins the next phase if this one is over, and returns the object's state from before.
fn happen(at: &mut Lowering<'_>, object: &Object, event: Event) -> Result<Value, Failure> {
    let mut change = Value::Const(0);
    if let Some(arrivals) = event.arrivals {
        change = at.op(Elementwise::Sub, ScalarType::U64, &[change, arrivals])?;
        if event.drops {
            let expected = shift(at, Elementwise::Shl, arrivals, EXPECTED_SHIFT)?;
            change = at.op(Elementwise::Sub, ScalarType::U64, &[change, expected])?;
        }
    }
    if let Some(bytes) = event.bytes {
        let bytes = shift(at, Elementwise::Shl, bytes, BYTES_SHIFT)?;
        change = at.op(Elementwise::Add, ScalarType::U64, &[change, bytes])?;
    }
    let add = Op::Atomic(AtomicOp::Add, Access { ty: ScalarType::U64, ..access(object, MemoryOrder::AcqRel) });
    let before = at.builder.emit(add, &[object.base, change], &[Type::B64])[0];
    let now = at.op(Elementwise::Add, ScalarType::U64, &[before, change])?;
    let missing = at.op(Elementwise::And, ScalarType::B64, &[now, Value::Const(COUNT | BYTES)])?;
    let is_over = compare(at, Comparison::Eq, missing, NO_BYTES)?;
    let (next_phase, after) = (at.builder.new_block(), at.builder.new_block());
    at.builder.branch(is_over, next_phase, after);
    at.builder.begin(next_phase);
    let expected = shift(at, Elementwise::Shr, now, EXPECTED_SHIFT)?;
    let expected = at.op(Elementwise::And, ScalarType::B64, &[expected, Value::Const(COUNT)])?;
    // Adding the parity bit flips it.
    let change = at.op(Elementwise::Add, ScalarType::U64, &[expected, Value::Const(PARITY)])?;
    at.builder.emit(add, &[object.base, change], &[]);
    at.builder.begin(after);
    Ok(before)
}

fn wide(at: &mut Lowering<'_>, operand: &Operand) -> Result<Value, Failure> {
    let value = at.value(operand, ScalarType::U32)?;
    at.resize(value, Type::B32, Type::B64, false)
}

fn shift(at: &mut Lowering<'_>, op: Elementwise, value: Value, by: u32) -> Result<Value, Failure> {
    at.op(op, ScalarType::B64, &[value, Value::Const(by.into())])
}

fn compare(at: &mut Lowering<'_>, comparison: Comparison, value: Value, with: u64) -> Result<Value, Failure> {
    let attributes = Attributes { comparison: Some(comparison), ..Attributes::of(ScalarType::U64) };
    at.elementwise(Elementwise::Setp, attributes, &[value, Value::Const(with)])
}
