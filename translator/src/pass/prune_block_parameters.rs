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
    let mut is_needed = vec![false; function.values.len()];
    let held = loop {
        let held = hope(function, &flow, &mut is_needed);
        if let Some(held) = held {
            break held;
        }
    };
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

/// What the parameters hold if all that are not yet known to be needed can go; `None` if more turn out to be needed.
/// Two arguments that differ although everything possible was taken for equal, do differ.
fn hope(function: &Function, flow: &ControlFlow, is_needed: &mut [bool]) -> Option<Vec<Held>> {
    let mut held = vec![Held::Itself; function.values.len()];
    for &block in flow.order.iter().skip(1) {
        for param in &function.blocks[block.0 as usize].params {
            if !is_needed[param.0 as usize] {
                held[param.0 as usize] = Held::Unknown;
            }
        }
    }
    let (mut changed, mut disappointed) = (true, false);
    while changed {
        changed = false;
        for &from in &flow.order {
            for target in function.blocks[from.0 as usize].terminator.targets() {
                let params = &function.blocks[target.block.0 as usize].params;
                for (&param, &arg) in params.iter().zip(&target.args) {
                    let resolved = match arg {
                        Operand::Const(_) => arg,
                        Operand::Value(value) => match held[value.0 as usize] {
                            Held::Unknown => continue,
                            Held::Only(operand) => operand,
                            Held::Itself => arg,
                        },
                    };
                    match held[param.0 as usize] {
                        Held::Unknown => {
                            held[param.0 as usize] = Held::Only(resolved);
                            changed = true;
                        }
                        Held::Only(operand) if operand == resolved || arg == Operand::Value(param) => {}
                        Held::Only(_) => {
                            is_needed[param.0 as usize] = true;
                            disappointed = true;
                        }
                        Held::Itself => {}
                    }
                }
            }
        }
    }
    (!disappointed).then_some(held)
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
