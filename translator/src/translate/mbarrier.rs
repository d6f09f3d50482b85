//! Barrier objects in memory: `mbarrier`.

use super::body::{Failure, Lowering};
use super::memory::address;
use super::words::Words;
use crate::tile::{Async, Elementwise, Mbarrier, Op, Operand as Value, Space, Type};
use ptx_frontend::checked::Operand;
use ptx_frontend::types::{MemoryOrder, ScalarType, Scope, StateSpace};

pub(super) fn lower(at: &mut Lowering<'_>, words: &mut Words, operands: &[Operand]) -> Result<(), Failure> {
    let what = words.take_with(|word| KINDS.iter().copied().find(|kind| *kind == word)).ok_or_else(Failure::form)?;
    let parity = words.take("parity");
    let expects = what.starts_with("arrive") && words.take("expect_tx");
    // Objects belong to one cluster, whose accesses to shared memory all are in one order: stronger than any of these.
    words.take_with(MemoryOrder::from_str);
    words.take_with(Scope::from_str);
    words.take("noComplete");
    words.take("layout::v0");
    let space = words.take_with(StateSpace::from_str).unwrap_or(StateSpace::Generic);
    words.take_type();
    let number = |at: &mut Lowering<'_>, operand: &Operand| at.value(operand, ScalarType::U32);
    match (what, operands) {
        ("init", [place, count]) => {
            let object = address(at, place, space)?;
            let count = number(at, count)?;
            act(at, object, Mbarrier::Init, &[count]);
            Ok(())
        }
        ("inval", [place]) => {
            let object = address(at, place, space)?;
            act(at, object, Mbarrier::Inval, &[]);
            Ok(())
        }
        ("expect_tx" | "complete_tx", [place, bytes]) => {
            let object = address(at, place, space)?;
            let bytes = number(at, bytes)?;
            act(at, object, if what == "expect_tx" { Mbarrier::Expect } else { Mbarrier::Complete }, &[bytes]);
            Ok(())
        }
        ("arrive" | "arrive_drop", _) => {
            let (destination, place, count) = match operands {
                [place @ Operand::Address(..)] => (&Operand::Sink, place, None),
                [place @ Operand::Address(..), count] => (&Operand::Sink, place, Some(count)),
                [destination, place] => (destination, place, None),
                [destination, place, count] => (destination, place, Some(count)),
                _ => return Err(Failure::form()),
            };
            let object = address(at, place, space)?;
            let count = count.map(|count| number(at, count)).transpose()?.unwrap_or(Value::Const(1));
            let arrive =
                Op::Async(Async::Mbarrier(Mbarrier::Arrive { expects, drops: what == "arrive_drop" }, object.0));
            let before = at.builder.emit(arrive, &[object.1, count], &[Type::B64])[0];
            at.put(destination, before, ScalarType::B64)
        }
        // How long `try_wait` waits is up to the machine; this one looks once.
        ("test_wait" | "try_wait", [destination, place, phase] | [destination, place, phase, _]) => {
            let object = address(at, place, space)?;
            let phase = at.value(phase, if parity { ScalarType::U32 } else { ScalarType::B64 })?;
            let test = Op::Async(Async::Mbarrier(Mbarrier::Test { parity }, object.0));
            let is_over = at.builder.emit(test, &[object.1, phase], &[Type::Pred])[0];
            at.put(destination, is_over, ScalarType::Pred)
        }
        ("pending_count", [destination, state]) => {
            let state = at.value(state, ScalarType::B64)?;
            let count = at.op(Elementwise::And, ScalarType::B64, &[state, Value::Const(Mbarrier::PENDING)])?;
            let count = at.resize(count, Type::B64, Type::B32, false)?;
            at.put(destination, count, ScalarType::B32)
        }
        _ => Err(Failure::form()),
    }
}

/// `cp.async.mbarrier.arrive{.noinc}`: copies are done when they are issued, so the arrival happens at once. Without
/// `.noinc` it is one that was not pending before, which leaves the counts as they are.
pub(super) fn arrive_after_copies(
    at: &mut Lowering<'_>,
    words: &mut Words,
    operands: &[Operand],
) -> Result<(), Failure> {
    words.take("arrive");
    let counts = words.take("noinc");
    let space = words.take_with(StateSpace::from_str).unwrap_or(StateSpace::Generic);
    words.take_type();
    let [place] = operands else { return Err(Failure::form()) };
    let object = address(at, place, space)?;
    let arrivals = Value::Const(counts.into());
    act(at, object, Mbarrier::Arrive { expects: false, drops: false }, &[arrivals]);
    Ok(())
}

/// Tells the object at an address in shared memory that so many bytes have come.
pub(super) fn complete(at: &mut Lowering<'_>, operand: &Operand, bytes: u32) -> Result<(), Failure> {
    let object = address(at, operand, StateSpace::SharedCluster)?;
    act(at, object, Mbarrier::Complete, &[Value::Const(bytes.into())]);
    Ok(())
}

const KINDS: &[&str] =
    &["init", "inval", "expect_tx", "complete_tx", "arrive", "arrive_drop", "test_wait", "try_wait", "pending_count"];

fn act(at: &mut Lowering<'_>, object: (Space, Value), what: Mbarrier, args: &[Value]) {
    let args: Vec<Value> = std::iter::once(object.1).chain(args.iter().copied()).collect();
    at.builder.emit(Op::Async(Async::Mbarrier(what, object.0)), &args, &[]);
}
