//! Removes block parameters that always hold one and the same other value.

use super::control_flow::ControlFlow;
use super::substitution::Substitution;
use crate::tile::{Function, Kernel, Operand, Value};

/// What a parameter was found to hold, going from `Unknown` towards `Itself`.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Held {
    /// No argument has been seen yet.
    Unknown,
    /// This on every edge so far.
    Only(Operand),
    /// Different things: the parameter is needed.
    Itself,
}

/// The pass.
pub fn prune_block_parameters(kernel: &mut Kernel) {
    for function in &mut kernel.functions {
        while prune(function) {}
    }
}

/// One round, which starts from the hope that every parameter can go; whether any could.
fn prune(function: &mut Function) -> bool {
    let flow = ControlFlow::of(function);
    let mut held = vec![Held::Itself; function.values.len()];
    for &block in flow.order.iter().skip(1) {
        for param in &function.blocks[block.0 as usize].params {
            held[param.0 as usize] = Held::Unknown;
        }
    }
    let mut changed = true;
    while changed {
        changed = false;
        for &from in &flow.order {
            for target in function.blocks[from.0 as usize].terminator.targets() {
                let params = &function.blocks[target.block.0 as usize].params;
                for (&param, &arg) in params.iter().zip(&target.args) {
                    changed |= meet(&mut held, param, arg);
                }
            }
        }
    }
    let mut substitution = Substitution::of(function);
    for (value, state) in held.iter().enumerate() {
        if let Held::Only(operand) = state {
            substitution.replace(Value(value as u32), *operand);
        }
    }
    if substitution.is_empty() {
        return false;
    }
    remove_parameters(function, |value| !substitution.replaces(value));
    substitution.apply(function);
    true
}

fn meet(held: &mut [Held], param: Value, arg: Operand) -> bool {
    let resolved = match arg {
        Operand::Const(_) => arg,
        Operand::Value(value) => match held[value.0 as usize] {
            Held::Unknown => return false,
            Held::Only(operand) => operand,
            Held::Itself => arg,
        },
    };
    let state = &mut held[param.0 as usize];
    let next = match *state {
        Held::Unknown => Held::Only(resolved),
        Held::Only(operand) if operand == resolved || arg == Operand::Value(param) => return false,
        // An argument that changed its mind is taken for a difference; a later round sees it as it is.
        Held::Only(_) => Held::Itself,
        Held::Itself => return false,
    };
    *state = next;
    true
}

/// Removes parameters that are not kept, with their arguments.
pub fn remove_parameters(function: &mut Function, keep: impl Fn(Value) -> bool) {
    let kept: Vec<Vec<bool>> =
        function.blocks.iter().map(|block| block.params.iter().map(|param| keep(*param)).collect()).collect();
    for block in &mut function.blocks {
        block.params.retain(|param| keep(*param));
        for target in block.terminator.targets_mut() {
            let mut kept = kept[target.block.0 as usize].iter();
            target.args.retain(|_| *kept.next().expect("one argument per parameter"));
        }
    }
}
