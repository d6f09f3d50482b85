//! Control flow: branches, returns, exits, traps, and instructions that only advise the scheduler.

use super::body::{Failure, Lowering};
use super::builder::target;
use super::words::Words;
use crate::tile::{Op, Operand as Value, Terminator};
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
