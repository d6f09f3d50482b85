//! What kernels the lane layout can express: those whose lanes need not wait for each other at different places.
//!
//! In lane layout all lanes of a wave run each block together, so a barrier or warp operation is right exactly if all
//! lanes that it is for stand there together. Lanes that can reach no further barrier or warp operation are not waited for.

use super::super::program::LaunchShape;
use super::loops::{Item, arrange};
use super::memory::is_independent;
use crate::pass::control_flow::ControlFlow;
use crate::pass::find_post_dominators::find_post_dominators;
use crate::pass::find_uniform_values::{Uniformity, find_uniform_values};
use crate::tile::{
    Access, Async, Barrier, BarrierKind, BlockId, Function, Inst, Kernel, Op, Operand, Space, Terminator, Value,
};
use ptx_frontend::special::SpecialRegister;
use ptx_frontend::types::MemoryOrder;

/// Says why the lane layout cannot express a kernel, with the PTX line.
pub(super) fn check(kernel: &Kernel, shape: LaunchShape) -> Result<(), String> {
    if shape.ctas() > u64::from(u32::MAX) {
        return Err("the grid has more than 2^32 CTAs".into());
    }
    let function = &kernel.functions[0];
    let flow = ControlFlow::of(function);
    for block in &flow.order {
        let block = &function.blocks[block.0 as usize];
        for inst in &block.insts {
            operation(inst).map_err(|why| at_line(&why, inst.origin.line))?;
        }
        terminator(&block.terminator, shape).map_err(|why| at_line(&why, block.origin.line))?;
    }
    waiting_loops(function, &arrange(&flow))?;
    meetings(function, &flow, shape)
}

/// Whether threads of a CTA can run one after the other.
pub(super) fn threads_are_independent(kernel: &Kernel) -> bool {
    kernel.functions[0].blocks.iter().all(|block| {
        let waits =
            matches!(block.terminator, Terminator::Barrier(..) | Terminator::Collective(..) | Terminator::Call { .. });
        !waits && block.insts.iter().all(|inst| is_independent(&inst.op))
    })
}

fn at_line(why: &str, line: u32) -> String {
    if line == 0 { why.to_string() } else { format!("{why} (line {line})") }
}

/// Refuses what lane layout has no place for.
fn operation(inst: &Inst) -> Result<(), String> {
    Err(match inst.op {
        Op::Printf => "calls printf",
        Op::AssertFail => "calls assert",
        Op::StackTop | Op::SetStackTop => "takes memory from the stack",
        Op::Malloc | Op::Free => "allocates on the device heap",
        Op::FunctionAddress(_) => "takes the address of a function",
        Op::Image(_) => "reads textures or surfaces",
        Op::Async(what) => match what {
            Async::Mbarrier(..) => "uses a barrier object in memory",
            Async::Copy(_) | Async::Clear(_) => "copies blocks of bytes (`cp.async.bulk`)",
            Async::Cancel { .. } => "asks for the work of another cluster",
            Async::Tensor(_) => "copies by a tensor map (`cp.async.bulk.tensor`)",
        },
        Op::Load(Access { space: Space::SharedCluster, .. })
        | Op::Store(Access { space: Space::SharedCluster, .. })
        | Op::Atomic(_, Access { space: Space::SharedCluster, .. }) => "reaches the shared memory of its cluster",
        _ => return Ok(()),
    }
    .into())
}

fn terminator(terminator: &Terminator, shape: LaunchShape) -> Result<(), String> {
    match terminator {
        Terminator::Call { .. } | Terminator::Return(_) => Err("calls a function that cannot be inlined".into()),
        Terminator::Barrier(Barrier { kind, count, .. }, _) => match (kind, count) {
            (BarrierKind::Arrive, _) => Err("arrives at a barrier without waiting".into()),
            (BarrierKind::ClusterArrive | BarrierKind::ClusterWait, _) => Err("waits for its cluster".into()),
            (_, Some(Operand::Const(count))) if *count == u64::from(shape.threads()) => Ok(()),
            (_, Some(_)) => Err("waits at a barrier for part of the CTA".into()),
            (_, None) => Ok(()),
        },
        _ => Ok(()),
    }
}

/// Loops that end when another thread has written something.
fn waiting_loops(function: &Function, items: &[Item]) -> Result<(), String> {
    for item in items {
        let Item::Loop(each) = item else { continue };
        let mut blocks = Vec::new();
        collect(&each.items, &mut blocks);
        if let Some(line) = waits_in(function, &blocks) {
            return Err(at_line("a loop waits for what other threads write", line));
        }
        waiting_loops(function, &each.items)?;
    }
    Ok(())
}

fn collect(items: &[Item], blocks: &mut Vec<BlockId>) {
    for item in items {
        match item {
            Item::Block(block) => blocks.push(*block),
            Item::Loop(each) => collect(&each.items, blocks),
        }
    }
}

/// The line of a branch in these blocks that depends on an atomic or a load that other threads are meant to change.
fn waits_in(function: &Function, blocks: &[BlockId]) -> Option<u32> {
    let mut observed = vec![false; function.values.len()];
    let is_observed = |observed: &[bool], operand: &Operand| match operand {
        Operand::Value(value) => observed[value.0 as usize],
        Operand::Const(_) => false,
    };
    let mark = |observed: &mut Vec<bool>, value: Value| !std::mem::replace(&mut observed[value.0 as usize], true);
    let mut changed = true;
    while changed {
        changed = false;
        for block in blocks {
            let block = &function.blocks[block.0 as usize];
            for inst in &block.insts {
                let observes = match inst.op {
                    Op::Atomic(..) | Op::Image(_) | Op::Async(_) => true,
                    Op::Load(access) => access.order != MemoryOrder::Weak && access.space != Space::Param,
                    _ => false,
                };
                if observes || inst.args.iter().any(|arg| is_observed(&observed, arg)) {
                    for result in &inst.results {
                        changed |= mark(&mut observed, *result);
                    }
                }
            }
            if block.terminator.operands().iter().any(|arg| is_observed(&observed, arg)) {
                for result in block.terminator.results() {
                    changed |= mark(&mut observed, result);
                }
            }
            for target in block.terminator.targets() {
                let params = &function.blocks[target.block.0 as usize].params;
                for (param, arg) in params.iter().zip(&target.args) {
                    if is_observed(&observed, arg) {
                        changed |= mark(&mut observed, *param);
                    }
                }
            }
        }
    }
    blocks.iter().find_map(|block| {
        let block = &function.blocks[block.0 as usize];
        let decides = match &block.terminator {
            Terminator::Branch { condition, .. } => is_observed(&observed, condition),
            Terminator::Switch { index, .. } => is_observed(&observed, index),
            _ => false,
        };
        decides.then_some(block.origin.line)
    })
}

/// Barriers and warp operations that wait: all lanes they are for must come together.
fn meetings(function: &Function, flow: &ControlFlow, shape: LaunchShape) -> Result<(), String> {
    let is_meeting = |block: &BlockId| {
        matches!(function.blocks[block.0 as usize].terminator, Terminator::Barrier(..) | Terminator::Collective(..))
    };
    if !flow.order.iter().any(is_meeting) {
        return Ok(());
    }
    let branches = branch_uniformity(function, flow, shape);
    // Lanes that meet nobody any more need not be waited for: their way is left out.
    let meets = reaching(flow, &is_meeting);
    let kept = |block: &BlockId| meets[block.0 as usize];
    let successors =
        flow.successors.iter().map(|targets| targets.iter().copied().filter(kept).collect::<Vec<_>>()).collect();
    let rest = ControlFlow::from_successors(successors);
    let direct = find_post_dominators(&rest).control_dependences(&rest);
    for block in rest.order.iter().filter(|block| is_meeting(block)) {
        let tile_block = &function.blocks[block.0 as usize];
        let (allowed, what) = match tile_block.terminator {
            Terminator::Barrier(..) => (Uniformity::Cta, "threads of a CTA come to a barrier by different ways"),
            _ => (Uniformity::Warp, "threads of a warp come to a warp operation by different ways"),
        };
        let decided_by = closure(&direct, *block);
        if decided_by.iter().any(|on| branches[on.0 as usize] > allowed) {
            return Err(at_line(what, tile_block.origin.line));
        }
    }
    for block in &rest.order {
        leaves_quietly(function, flow, *block, branches[block.0 as usize], &meets)?;
    }
    Ok(())
}

/// Lanes that leave the others for good, while those go on to a barrier, must not touch memory on their way: in CUDA
/// they do so before the barrier lets the others go, here at another time.
fn leaves_quietly(
    function: &Function,
    flow: &ControlFlow,
    block: BlockId,
    uniformity: Uniformity,
    meets: &[bool],
) -> Result<(), String> {
    let targets = flow.successors(block);
    if uniformity <= Uniformity::Cta || !targets.iter().any(|to| meets[to.0 as usize]) {
        return Ok(());
    }
    let mut pending: Vec<BlockId> = targets.iter().copied().filter(|to| !meets[to.0 as usize]).collect();
    let mut seen = vec![false; flow.successors.len()];
    while let Some(at) = pending.pop() {
        if std::mem::replace(&mut seen[at.0 as usize], true) {
            continue;
        }
        for inst in &function.blocks[at.0 as usize].insts {
            let touches = match inst.op {
                Op::Load(access) => !matches!(access.space, Space::Param | Space::Local),
                Op::Store(access) => access.space != Space::Local,
                Op::Atomic(..) | Op::Image(_) | Op::Async(_) => true,
                _ => false,
            };
            if touches {
                return Err(at_line(
                    "threads end early and touch memory while others wait at a barrier",
                    inst.origin.line,
                ));
            }
        }
        pending.extend(flow.successors(at));
    }
    Ok(())
}

/// By block: whether a meeting can be reached from it, itself included.
fn reaching(flow: &ControlFlow, is_meeting: &impl Fn(&BlockId) -> bool) -> Vec<bool> {
    let mut reaches = vec![false; flow.successors.len()];
    let mut pending: Vec<BlockId> = flow.order.iter().copied().filter(is_meeting).collect();
    while let Some(block) = pending.pop() {
        if !std::mem::replace(&mut reaches[block.0 as usize], true) {
            pending.extend(flow.predecessors(block));
        }
    }
    reaches
}

/// The branches that decide, directly or not, whether a block runs.
fn closure(direct: &[Vec<BlockId>], block: BlockId) -> Vec<BlockId> {
    let mut found: Vec<BlockId> = Vec::new();
    let mut pending = direct[block.0 as usize].clone();
    while let Some(on) = pending.pop() {
        if !found.contains(&on) {
            found.push(on);
            pending.extend(&direct[on.0 as usize]);
        }
    }
    found
}

/// By block: how uniform its branch is, knowing the shape of the launch: `tid.x < 32` is the same for all of a warp.
fn branch_uniformity(function: &Function, flow: &ControlFlow, shape: LaunchShape) -> Vec<Uniformity> {
    let mut branches = find_uniform_values(function).branches;
    let known = known_values(function, flow, shape);
    for block in &flow.order {
        let condition = match &function.blocks[block.0 as usize].terminator {
            Terminator::Branch { condition, .. } => condition,
            Terminator::Switch { index, .. } => index,
            _ => continue,
        };
        if let Operand::Value(value) = condition
            && let Some(values) = &known[value.0 as usize]
        {
            let agree = |lanes: &[u64]| lanes.windows(2).all(|pair| pair[0] == pair[1]);
            let level = if agree(values) {
                Uniformity::Grid
            } else if values.chunks(32).all(agree) {
                Uniformity::Warp
            } else {
                Uniformity::Varying
            };
            let branch = &mut branches[block.0 as usize];
            *branch = level.min(*branch);
        }
    }
    branches
}

/// Values that follow from the thread's number alone, for every thread of a CTA.
fn known_values(function: &Function, flow: &ControlFlow, shape: LaunchShape) -> Vec<Option<Vec<u64>>> {
    let threads = shape.threads();
    let [bx, by, _] = shape.block;
    let mut known: Vec<Option<Vec<u64>>> = vec![None; function.values.len()];
    for block in &flow.order {
        for inst in &function.blocks[block.0 as usize].insts {
            let [result] = inst.results[..] else { continue };
            let of_thread = |f: &dyn Fn(u32) -> u32| Some((0..threads).map(|t| u64::from(f(t))).collect());
            known[result.0 as usize] = match inst.op {
                Op::Special(SpecialRegister::TidX) => of_thread(&|t| t % bx),
                Op::Special(SpecialRegister::TidY) => of_thread(&|t| t / bx % by),
                Op::Special(SpecialRegister::TidZ) => of_thread(&|t| t / bx / by),
                Op::Special(SpecialRegister::NtidX) => of_thread(&|_| shape.block[0]),
                Op::Special(SpecialRegister::NtidY) => of_thread(&|_| shape.block[1]),
                Op::Special(SpecialRegister::NtidZ) => of_thread(&|_| shape.block[2]),
                Op::Special(SpecialRegister::LaneId) => of_thread(&|t| t % 32),
                Op::Special(SpecialRegister::WarpId) => of_thread(&|t| t / 32),
                Op::Elementwise(op, attributes) => {
                    let args: Option<Vec<Option<&Vec<u64>>>> = inst
                        .args
                        .iter()
                        .map(|arg| match arg {
                            Operand::Const(_) => Some(None),
                            Operand::Value(value) => known[value.0 as usize].as_ref().map(Some),
                        })
                        .collect();
                    args.zip(op.meaning(&attributes)).map(|(args, meaning)| {
                        let argument = |index: usize, t: usize| match (args[index], inst.args[index]) {
                            (Some(values), _) => values[t],
                            (None, Operand::Const(bits)) => bits,
                            (None, Operand::Value(_)) => unreachable!("values without bits ended the search"),
                        };
                        let lane = |t| {
                            let bits: Vec<u64> = (0..args.len()).map(|index| argument(index, t)).collect();
                            meaning.apply(&bits)
                        };
                        (0..threads as usize).map(lane).collect()
                    })
                }
                _ => None,
            };
        }
    }
    known
}
