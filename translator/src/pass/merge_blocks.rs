//! Joins blocks that always follow one another, and skips blocks that only jump on.

use super::control_flow::ControlFlow;
use super::substitution::Substitution;
use crate::tile::{BlockId, Function, Kernel, Terminator};
use crate::translate::keep_blocks;

/// The pass.
pub fn merge_blocks(kernel: &mut Kernel) {
    for function in &mut kernel.functions {
        skip_empty_blocks(function);
        merge_chains(function);
    }
}

/// Edges to a block that does nothing but jump go straight to where it jumps. Edges of terminators that need a block of
/// their own behind them stay.
fn skip_empty_blocks(function: &mut Function) {
    let mut beyond = vec![None; function.blocks.len()];
    for (index, block) in function.blocks.iter().enumerate().skip(1) {
        if let Terminator::Jump(target) = &block.terminator
            && block.insts.is_empty()
            && block.params.is_empty()
            && target.block != BlockId(index as u32)
        {
            beyond[index] = Some(target.clone());
        }
    }
    for block in &mut function.blocks {
        if matches!(block.terminator, Terminator::Jump(_) | Terminator::Branch { .. } | Terminator::Switch { .. }) {
            for target in block.terminator.targets_mut() {
                // Empty blocks may form a loop, which is left as it is after a round.
                for _ in 0..beyond.len() {
                    match &beyond[target.block.0 as usize] {
                        Some(next) => *target = next.clone(),
                        None => break,
                    }
                }
            }
        }
    }
}

fn merge_chains(function: &mut Function) {
    let flow = ControlFlow::of(function);
    let mut edges = vec![0u32; function.blocks.len()];
    for &from in &flow.order {
        for target in function.blocks[from.0 as usize].terminator.targets() {
            edges[target.block.0 as usize] += 1;
        }
    }
    let mut substitution = Substitution::of(function);
    let mut merged = vec![false; function.blocks.len()];
    for &at in &flow.order {
        if merged[at.0 as usize] {
            continue;
        }
        while let Terminator::Jump(target) = &function.blocks[at.0 as usize].terminator {
            let next = target.block;
            if edges[next.0 as usize] != 1 || next == at || next == BlockId(0) {
                break;
            }
            let args = target.args.clone();
            let taken = &mut function.blocks[next.0 as usize];
            let (params, mut insts) = (std::mem::take(&mut taken.params), std::mem::take(&mut taken.insts));
            let terminator = std::mem::replace(&mut taken.terminator, Terminator::Trap);
            let origin = taken.origin;
            for (param, arg) in params.into_iter().zip(args) {
                substitution.replace(param, arg);
            }
            let block = &mut function.blocks[at.0 as usize];
            block.insts.append(&mut insts);
            block.terminator = terminator;
            block.origin = origin;
            merged[next.0 as usize] = true;
        }
    }
    substitution.apply(function);
    let kept: Vec<BlockId> = (0..function.blocks.len() as u32)
        .map(BlockId)
        .filter(|block| flow.is_reachable(*block) && !merged[block.0 as usize])
        .collect();
    keep_blocks(function, &kept);
}
