//! Atomic operations on memory: `atom` and `red`.

use super::body::{Failure, Lowering};
use super::memory::{Place, access, place};
use super::words::Words;
use crate::tile::{Op, Type};
use ptx_frontend::checked::Operand;
use ptx_frontend::types::{AtomicOp, MemoryOrder, ScalarType, Scope, StateSpace};

pub(super) fn lower(at: &mut Lowering<'_>, name: &str, words: &mut Words, operands: &[Operand]) -> Result<(), Failure> {
    let order = words.take_with(MemoryOrder::from_str).unwrap_or(MemoryOrder::Relaxed);
    let scope = words.take_with(Scope::from_str).unwrap_or(Scope::Gpu);
    let space = words.take_with(StateSpace::from_str).unwrap_or(StateSpace::Generic);
    let op = words.take_with(AtomicOp::from_str).ok_or_else(Failure::form)?;
    // f16 and bf16 additions must say `.noftz`; f32 flushes by its type alone.
    let keeps_subnormals = words.take("noftz");
    let vector = words.take_vector();
    let ty = words.take_type().ok_or_else(Failure::form)?;
    if keeps_subnormals && ty == ScalarType::F32 {
        return Err(Failure::because("sums of `.f32` in global memory flush subnormal numbers"));
    }
    let (destination, operands) = match (name, operands) {
        ("atom", [destination, rest @ ..]) => (destination, rest),
        ("red", rest) => (&Operand::Sink, rest),
        _ => return Err(Failure::form()),
    };
    let [address, sources @ ..] = operands else { return Err(Failure::form()) };
    let needed = if op == AtomicOp::Cas { 2 } else { 1 };
    // A cache policy may follow; it is a hint.
    let sources = sources.get(..needed).filter(|_| sources.len() <= needed + 1).ok_or_else(Failure::form)?;
    let Place::Memory(space, base, offset) = place(at, address, space)? else { return Err(Failure::form()) };
    let access = access(space, ty, vector, order, scope, offset);
    let mut args = vec![base];
    for source in sources {
        for part in source.elements() {
            if ty.bits() == 128 {
                args.extend(at.wide_value(part)?);
            } else {
                args.push(at.value(part, ty)?);
            }
        }
    }
    if args.len() != 1 + needed * usize::from(access.vector) {
        return Err(Failure::form());
    }
    if *destination == Operand::Sink {
        at.builder.emit(Op::Atomic(op, access), &args, &[]);
        return Ok(());
    }
    let types = vec![Type::holding(access.ty.bits()); usize::from(access.vector)];
    let values = at.builder.emit(Op::Atomic(op, access), &args, &types);
    let parts = destination.elements();
    match (&values[..], ty.bits()) {
        ([low, high], 128) if parts.len() == 1 => at.put_wide(&parts[0], [*low, *high]),
        (values, bits) if bits != 128 && values.len() == parts.len() => {
            for (part, value) in parts.iter().zip(values) {
                at.put(part, *value, ty)?;
            }
            Ok(())
        }
        _ => Err(Failure::form()),
    }
}
