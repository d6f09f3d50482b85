//! Computes once what was computed before in the same way on every path.

use super::control_flow::ControlFlow;
use super::substitution::Substitution;
use crate::tile::{Args, BlockId, Function, Kernel, Op, Operand, Space, Value};
use std::collections::HashMap;

/// The pass.
pub fn share_equal_values(kernel: &mut Kernel) {
    for function in &mut kernel.functions {
        share(function);
    }
}

fn share(function: &mut Function) {
    let flow = ControlFlow::of(function);
    let dominators = flow.dominators();
    let mut children = vec![Vec::new(); function.blocks.len()];
    for &block in &flow.order {
        if let Some(up) = dominators[block.0 as usize] {
            children[up.0 as usize].push(block);
        }
    }
    let mut substitution = Substitution::of(function);
    // What the blocks above have computed: a stack of additions, undone on the way back up the dominator tree.
    let mut known: HashMap<(Op, Args, usize), Value> = HashMap::new();
    let mut pending = vec![Step::Enter(BlockId(0))];
    while let Some(step) = pending.pop() {
        match step {
            Step::Enter(block) => {
                let added = visit(function, block, &mut known, &mut substitution);
                pending.push(Step::Leave(added));
                pending.extend(children[block.0 as usize].iter().map(|child| Step::Enter(*child)));
            }
            Step::Leave(added) => {
                for key in added {
                    known.remove(&key);
                }
            }
        }
    }
    substitution.apply(function);
}

type Key = (Op, Args, usize);

enum Step {
    Enter(BlockId),
    Leave(Vec<Key>),
}

fn visit(
    function: &mut Function,
    block: BlockId,
    known: &mut HashMap<Key, Value>,
    substitution: &mut Substitution,
) -> Vec<Key> {
    let mut added = Vec::new();
    let types = &function.values;
    function.blocks[block.0 as usize].insts.retain_mut(|inst| {
        inst.args.iter_mut().for_each(|arg| *arg = substitution.resolve(*arg));
        let [result] = inst.results[..] else { return true };
        if !is_repeatable(&inst.op) {
            return true;
        }
        // Loads of one place may give registers of different widths.
        let key = (inst.op, inst.args.clone(), types[result.0 as usize] as usize);
        match known.get(&key) {
            Some(&before) => {
                substitution.replace(result, Operand::Value(before));
                false
            }
            None => {
                known.insert(key.clone(), result);
                added.push(key);
                true
            }
        }
    });
    added
}

/// Whether the operation gives the same result whenever a lane does it.
fn is_repeatable(op: &Op) -> bool {
    match op {
        Op::Elementwise(..) | Op::Symbol(_) | Op::DynamicShared | Op::FrameAddress(_) | Op::FunctionAddress(_) => true,
        Op::Special(register) => !register.counts(),
        Op::Load(access) => access.space == Space::Param,
        _ => false,
    }
}
