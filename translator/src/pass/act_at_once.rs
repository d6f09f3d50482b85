//! Lets collective operations act at once where the lanes of a warp provably arrive together.
//!
//! A collective operation that waits ends its block. Where all living lanes of a warp stand together anyway, waiting is
//! pointless, and the operation becomes one of those inside the block.
//!
//! Lanes start together. A branch that lanes of a warp may decide differently parts them, except that lanes which then
//! end without doing anything do not count: nobody waits for them. They are together again after a barrier of the
//! whole CTA, or a waiting operation of the whole warp, that all of them come to: one whose block does not depend on
//! any such branch.

use super::control_flow::ControlFlow;
use super::find_post_dominators::find_post_dominators;
use super::find_uniform_values::{Uniformity, find_uniform_values};
use crate::tile::{BarrierKind, BlockId, Function, Kernel, Op, Operand, Terminator};

/// The pass. A kernel that calls functions is looked at without what these do: callees keep their waiting operations,
/// and a call counts as parting the lanes.
pub fn act_at_once(kernel: &mut Kernel) {
    let waits = |function: &Function| {
        function.blocks.iter().any(|block| matches!(block.terminator, Terminator::Collective(..)))
    };
    if let Some(function) = kernel.functions.first_mut()
        && waits(function)
    {
        let together = blocks_reached_together(function);
        for (block, together) in function.blocks.iter_mut().zip(together) {
            if together && let Terminator::Collective(inst, next) = &block.terminator {
                let (inst, next) = (inst.clone(), next.clone());
                block.insts.push(inst);
                block.terminator = Terminator::Jump(next);
            }
        }
    }
}

/// By block: whether the living lanes of a warp are at its end together whenever one is.
fn blocks_reached_together(function: &Function) -> Vec<bool> {
    let flow = ControlFlow::of(function);
    let ends = blocks_that_only_end(function, &flow);
    let living = without(&flow, &ends);
    let uniform = find_uniform_values(function);
    let parts: Vec<bool> = (0..function.blocks.len())
        .map(|block| {
            let is_call = matches!(function.blocks[block].terminator, Terminator::Call { .. });
            let chooses = living.successors[block].len() > 1;
            is_call || chooses && uniform.branches[block] > Uniformity::Warp
        })
        .collect();
    let passed_by_all = blocks_that_all_pass(&living, &parts);
    let mut together = vec![true; function.blocks.len()];
    let mut changed = true;
    while changed {
        changed = false;
        for &block in &living.order {
            let at = block.0 as usize;
            let leaves_together = match &function.blocks[at].terminator {
                Terminator::Barrier(barrier, _) => {
                    let gathers =
                        barrier.count.is_none() && matches!(barrier.kind, BarrierKind::Sync | BarrierKind::Reduce(_));
                    together[at] || gathers && passed_by_all[at]
                }
                Terminator::Collective(inst, _) => {
                    let is_whole_warp = inst.args.first() == Some(&Operand::Const(0xffff_ffff));
                    debug_assert!(matches!(inst.op, Op::Collective(_)));
                    together[at] || is_whole_warp && passed_by_all[at]
                }
                _ => together[at] && !parts[at],
            };
            if !leaves_together {
                for next in living.successors(block) {
                    changed |= std::mem::replace(&mut together[next.0 as usize], false);
                }
            }
        }
    }
    together
}

/// Blocks from which lanes end soon and without a trace: no memory, nothing to wait for, no loop. Those that lead to a
/// trap count as well, since then the whole kernel ends.
fn blocks_that_only_end(function: &Function, flow: &ControlFlow) -> Vec<bool> {
    let mut ends = vec![false; function.blocks.len()];
    for &at in flow.order.iter().rev() {
        let block = &function.blocks[at.0 as usize];
        let is_silent = block.insts.iter().all(|inst| {
            matches!(inst.op, Op::Elementwise(..) | Op::Special(_) | Op::Symbol(_) | Op::Nop)
                || matches!(block.terminator, Terminator::Trap)
        });
        ends[at.0 as usize] = is_silent
            && match block.terminator {
                Terminator::Exit | Terminator::Trap => true,
                Terminator::Jump(_) | Terminator::Branch { .. } => {
                    flow.successors(at).iter().all(|next| ends[next.0 as usize])
                }
                _ => false,
            };
    }
    ends
}

fn without(flow: &ControlFlow, gone: &[bool]) -> ControlFlow {
    let mut successors = flow.successors.clone();
    for list in &mut successors {
        list.retain(|next| !gone[next.0 as usize]);
    }
    ControlFlow::from_successors(successors)
}

/// Blocks that every living lane of a warp passes equally often: those that depend on no parting branch.
fn blocks_that_all_pass(living: &ControlFlow, parts: &[bool]) -> Vec<bool> {
    let depends = find_post_dominators(living).control_dependences(living);
    let mut all_pass = vec![true; parts.len()];
    let mut pending: Vec<BlockId> = Vec::new();
    for &block in &living.order {
        if depends[block.0 as usize].iter().any(|on| parts[on.0 as usize]) {
            all_pass[block.0 as usize] = false;
            pending.push(block);
        }
    }
    // What depends on a branch that not all pass is not passed by all either.
    let mut dependents = vec![Vec::new(); parts.len()];
    for &block in &living.order {
        for on in &depends[block.0 as usize] {
            dependents[on.0 as usize].push(block);
        }
    }
    while let Some(block) = pending.pop() {
        for &next in &dependents[block.0 as usize] {
            if std::mem::replace(&mut all_pass[next.0 as usize], false) {
                pending.push(next);
            }
        }
    }
    all_pass
}
