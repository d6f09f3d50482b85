//! Removes blocks that no lane reaches, and values that nobody needs.
//!
//! Plain loads whose result is not needed go as well, as they do on CUDA hardware: that such a load would fault is not
//! kept.

use super::control_flow::ControlFlow;
use super::prune_block_parameters::remove_parameters;
use crate::tile::{Function, ImageOp, Inst, Kernel, Op, Operand, Value};
use crate::translate::keep_blocks;
use ptx_frontend::types::MemoryOrder;

/// The pass.
pub fn remove_dead_code(kernel: &mut Kernel) {
    for function in &mut kernel.functions {
        remove_unreachable(function);
        remove_unneeded(function);
    }
}

fn remove_unreachable(function: &mut Function) {
    let flow = ControlFlow::of(function);
    if flow.order.len() < function.blocks.len() {
        let mut kept = flow.order;
        kept.sort_unstable();
        keep_blocks(function, &kept);
    }
}

fn remove_unneeded(function: &mut Function) {
    // By value: the arguments it is made from, each to be needed when it is.
    let mut made_from: Vec<Vec<Value>> = vec![Vec::new(); function.values.len()];
    let mut pending = Vec::new();
    let value_of = |operand: &Operand| match operand {
        Operand::Value(value) => Some(*value),
        Operand::Const(_) => None,
    };
    for block in &function.blocks {
        for inst in &block.insts {
            let args = inst.args.iter().filter_map(value_of);
            if is_removable(inst) {
                let args: Vec<Value> = args.collect();
                for result in &inst.results {
                    made_from[result.0 as usize].extend(&args);
                }
            } else {
                pending.extend(args);
            }
        }
        pending.extend(block.terminator.operands().iter().filter_map(value_of));
        for target in block.terminator.targets() {
            let params = &function.blocks[target.block.0 as usize].params;
            for (param, arg) in params.iter().zip(&target.args) {
                made_from[param.0 as usize].extend(value_of(arg));
            }
        }
    }
    let mut needed = vec![false; function.values.len()];
    while let Some(value) = pending.pop() {
        if !std::mem::replace(&mut needed[value.0 as usize], true) {
            pending.extend(&made_from[value.0 as usize]);
        }
    }
    let entry_params = function.blocks[0].params.clone();
    remove_parameters(function, |param| needed[param.0 as usize] || entry_params.contains(&param));
    for block in &mut function.blocks {
        block.insts.retain_mut(|inst| {
            let is_needed = inst.results.iter().any(|result| needed[result.0 as usize]);
            if matches!(inst.op, Op::Atomic(..)) && !is_needed {
                inst.results.clear();
            }
            is_needed || !is_removable(inst)
        });
    }
}

/// Whether the operation does nothing but make its results.
fn is_removable(inst: &Inst) -> bool {
    match inst.op {
        Op::Elementwise(..)
        | Op::Special(_)
        | Op::Symbol(_)
        | Op::DynamicShared
        | Op::FrameAddress(_)
        | Op::FunctionAddress(_)
        | Op::Nop => true,
        Op::Image(image) => !matches!(image, ImageOp::Store(_) | ImageOp::Reduce(..)),
        Op::Load(access) => access.order == MemoryOrder::Weak,
        _ => false,
    }
}
