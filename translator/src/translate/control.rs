//! Control flow: branches, returns, exits, traps, the stack, and instructions that only advise the scheduler.

use super::body::{Failure, Lowering};
use super::builder::target;
use super::words::Words;
use crate::tile::{Elementwise, Op, Operand as Value, Terminator, Type};
use ptx_frontend::checked::{Instruction, Operand};
use ptx_frontend::types::ScalarType;

/// `bra`, taken where the guard is true (or false, if negated), or by all.
pub(super) fn branch(
    at: &mut Lowering<'_>,
    instruction: &Instruction,
    guard: Option<(Value, bool)>,
) -> Result<(), Failure> {
    let [Operand::Label(label)] = instruction.operands[..] else { return Err(Failure::form()) };
    let taken = at.label(label);
    match guard {
        None => at.builder.jump(taken),
        Some((guard, negated)) => {
            let next = at.builder.new_block();
            let (then, otherwise) = if negated { (next, taken) } else { (taken, next) };
            at.builder.branch(guard, then, otherwise);
            at.builder.begin(next);
        }
    }
    Ok(())
}

/// `brx.idx index, targets`.
pub(super) fn switch(at: &mut Lowering<'_>, words: &mut Words, operands: &[Operand]) -> Result<(), Failure> {
    words.take("idx");
    let [index, Operand::BranchTargets(list)] = operands else { return Err(Failure::form()) };
    let index = at.value(index, ScalarType::U32)?;
    let labels = at.body().branch_targets.get(*list as usize).ok_or_else(Failure::form)?;
    let targets = labels.iter().map(|label| target(at.label(*label))).collect();
    at.builder.end(Terminator::Switch { index, targets });
    Ok(())
}

pub(super) fn lower(at: &mut Lowering<'_>, name: &str, words: &mut Words, operands: &[Operand]) -> Result<(), Failure> {
    match (name, operands) {
        ("ret", []) => at.return_here()?,
        ("exit", []) => at.builder.end(Terminator::Exit),
        ("trap", []) => at.builder.end(Terminator::Trap),
        // Without a debugger, the program goes on.
        ("brkpt", []) => {}
        // Nobody counts performance events.
        ("pmevent", _) => {
            words.take("mask");
        }
        ("nanosleep", [time]) => {
            words.take_type();
            let time = at.value(time, ScalarType::U32)?;
            at.builder.emit(Op::Sleep, &[time], &[]);
        }
        ("alloca", [destination, size, rest @ ..]) => {
            let ty = words.take_type().ok_or_else(Failure::form)?;
            let align = match rest {
                [] => 8,
                [Operand::Integer(align)] => u64::try_from(*align).map_err(|_| Failure::form())?,
                _ => return Err(Failure::form()),
            };
            if !align.is_power_of_two() || align > 1 << 20 {
                return Err(Failure::because("the alignment must be a power of two"));
            }
            let size = at.value(size, ty)?;
            let size = at.resize(size, Type::holding(ty.bits()), Type::B64, false)?;
            let top = at.builder.emit(Op::StackTop, &[], &[Type::B64])[0];
            let above = at.op(Elementwise::Add, ScalarType::U64, &[top, Value::Const(align - 1)])?;
            let start = at.op(Elementwise::And, ScalarType::B64, &[above, Value::Const(!(align - 1))])?;
            // A size so large that the sum wraps around would shrink the stack.
            let size = at.op(Elementwise::Min, ScalarType::U64, &[size, Value::Const(u64::from(u32::MAX))])?;
            let end = at.op(Elementwise::Add, ScalarType::U64, &[start, size])?;
            at.builder.emit(Op::SetStackTop, &[end], &[]);
            let start = at.resize(start, Type::B64, Type::holding(ty.bits()), false)?;
            at.put(destination, start, ty)?;
        }
        ("stacksave", [destination]) => {
            let ty = words.take_type().ok_or_else(Failure::form)?;
            let top = at.builder.emit(Op::StackTop, &[], &[Type::B64])[0];
            let top = at.resize(top, Type::B64, Type::holding(ty.bits()), false)?;
            at.put(destination, top, ty)?;
        }
        ("stackrestore", [top]) => {
            let ty = words.take_type().ok_or_else(Failure::form)?;
            let top = at.value(top, ty)?;
            let top = at.resize(top, Type::holding(ty.bits()), Type::B64, false)?;
            at.builder.emit(Op::SetStackTop, &[top], &[]);
        }
        // Registers are not scarce here.
        ("setmaxnreg", [_]) => {
            let _ = (words.take("inc"), words.take("dec"), words.take("sync"), words.take_type());
        }
        // Grids of a stream run one after the other, so the ones before have ended.
        ("griddepcontrol", []) => {
            let _ = (words.take("wait"), words.take("launch_dependents"));
        }
        _ => return Err(Failure::form()),
    }
    Ok(())
}
