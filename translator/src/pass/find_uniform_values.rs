//! Which values are the same for all lanes of a warp, a CTA or the grid.
//!
//! "The same" is said of the lanes that compute a value together: a loop counter is uniform inside the loop even if
//! lanes leave it at different times, but varying where it is read after such a loop.

use super::control_flow::ControlFlow;
use super::find_loops::{Loops, find_loops};
use super::find_post_dominators::find_post_dominators;
use crate::tile::{BlockId, Collective, Function, Inst, Op, Operand, ShuffleMode, Space, Target, Terminator};
use ptx_frontend::special::SpecialRegister;
use ptx_frontend::types::MemoryOrder;
use std::collections::BTreeSet;

/// How far a value stays the same; the wider, the smaller in this order.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Default)]
pub enum Uniformity {
    /// The same for all lanes of the grid.
    #[default]
    Grid,
    /// The same for all lanes of a CTA.
    Cta,
    /// The same for all lanes of a warp.
    Warp,
    /// May differ from lane to lane.
    Varying,
}

/// The result of [`find_uniform_values`] for one function.
#[derive(Clone, Debug, PartialEq)]
pub struct UniformValues {
    /// By value, for uses in the loops it is defined in (see [`UniformValues::seen_from`] for others).
    pub values: Vec<Uniformity>,
    /// By block: how uniformly lanes decide to run it. `Grid`: all lanes run it equally often, unless they end.
    pub control: Vec<Uniformity>,
    /// By block: the uniformity of its branch; `Grid` where it does not branch.
    pub branches: Vec<Uniformity>,
    /// By value: the block that defines it.
    pub defined_in: Vec<BlockId>,
    /// The loops of the function.
    pub loops: Loops,
    /// By loop: how uniformly lanes leave it.
    exits: Vec<Uniformity>,
}

impl UniformValues {
    /// Uniformity of an operand read in `block`.
    pub fn seen_from(&self, block: BlockId, operand: Operand) -> Uniformity {
        match operand {
            Operand::Const(_) => Uniformity::Grid,
            Operand::Value(value) => {
                self.values[value.0 as usize].max(self.left_loops(self.defined_in[value.0 as usize], block))
            }
        }
    }

    /// How uniformly lanes leave the loops that contain `from` but not `to`.
    fn left_loops(&self, from: BlockId, to: BlockId) -> Uniformity {
        let chain = |block: BlockId| {
            std::iter::successors(self.loops.innermost[block.0 as usize], |at| self.loops.loops[*at as usize].parent)
        };
        chain(from)
            .filter(|left| !chain(to).any(|around| around == *left))
            .map(|left| self.exits[left as usize])
            .max()
            .unwrap_or_default()
    }
}

/// Classifies the values of a function. Parameters of callees count as varying.
pub fn find_uniform_values(function: &Function) -> UniformValues {
    let flow = ControlFlow::of(function);
    let loops = find_loops(&flow);
    let post_dominators = find_post_dominators(&flow);
    let dependences = close(&post_dominators.control_dependences(&flow));
    // By block: where lanes that part there meet, once that matters.
    let mut joins: Vec<Option<Vec<BlockId>>> = vec![None; function.blocks.len()];
    let mut found = UniformValues {
        values: vec![Uniformity::Grid; function.values.len()],
        control: vec![Uniformity::Grid; function.blocks.len()],
        branches: vec![Uniformity::Grid; function.blocks.len()],
        defined_in: defining_blocks(function),
        exits: vec![Uniformity::Grid; loops.loops.len()],
        loops,
    };
    for &param in function.blocks.first().map_or(&[][..], |entry| &entry.params) {
        found.values[param.0 as usize] = Uniformity::Varying;
    }
    let mut joined = vec![Uniformity::Grid; function.blocks.len()];
    loop {
        let before = found.clone();
        for &block in &flow.order {
            visit_block(function, block, &joined, &mut found);
        }
        for &block in &flow.order {
            let branch = found.branches[block.0 as usize];
            if branch > Uniformity::Grid {
                let meet = post_dominators.immediate[block.0 as usize];
                let joins = joins[block.0 as usize].get_or_insert_with(|| joins_of(&flow, block, meet));
                for join in joins {
                    raise(&mut joined[join.0 as usize], branch);
                }
            }
        }
        let worst = found.branches.iter().copied().max().unwrap_or_default();
        for (index, each) in found.loops.loops.iter().enumerate() {
            raise(&mut found.exits[index], exit_uniformity(&flow, each, &dependences, &found.branches));
        }
        if found.loops.has_irreducible {
            // Their iterations cannot be told apart by the loop tree.
            joined.iter_mut().for_each(|join| raise(join, worst));
        }
        if found == before {
            break;
        }
    }
    for &block in &flow.order {
        let control = dependences[block.0 as usize].iter().map(|on| found.branches[on.0 as usize]).max();
        found.control[block.0 as usize] = control.unwrap_or_default();
    }
    found
}

fn raise(to: &mut Uniformity, level: Uniformity) {
    *to = level.max(*to);
}

fn defining_blocks(function: &Function) -> Vec<BlockId> {
    let mut defined_in = vec![BlockId(0); function.values.len()];
    for (index, block) in function.blocks.iter().enumerate() {
        let results = block.insts.iter().flat_map(|inst| inst.results.iter());
        for value in block.params.iter().chain(results).chain(&block.terminator.results()) {
            defined_in[value.0 as usize] = BlockId(index as u32);
        }
    }
    defined_in
}

/// The transitive closure of control dependence.
fn close(direct: &[Vec<BlockId>]) -> Vec<Vec<BlockId>> {
    let close_one = |block: usize| {
        let mut seen = vec![false; direct.len()];
        let mut pending = direct[block].clone();
        let mut all = Vec::new();
        while let Some(on) = pending.pop() {
            if !std::mem::replace(&mut seen[on.0 as usize], true) {
                all.push(on);
                pending.extend(&direct[on.0 as usize]);
            }
        }
        all
    };
    (0..direct.len()).map(close_one).collect()
}

/// Blocks where lanes that parted at `branch` can come together from different sides, up to `meet`, where all have.
fn joins_of(flow: &ControlFlow, branch: BlockId, meet: Option<BlockId>) -> Vec<BlockId> {
    // By block: the side it was reached from, named by a block that all those paths pass.
    let mut side: Vec<Option<BlockId>> = vec![None; flow.successors.len()];
    let mut is_join = vec![false; flow.successors.len()];
    // In reverse postorder, so that all ways to a block are known before it is left, loops aside.
    let mut pending = BTreeSet::new();
    for next in flow.successors(branch) {
        side[next.0 as usize] = Some(*next);
        pending.insert(flow.place[next.0 as usize]);
    }
    // Both sides may be one edge long.
    if let (Some(meet), true) = (meet, flow.successors(branch).len() > 1)
        && flow.successors(branch).contains(&meet)
    {
        is_join[meet.0 as usize] = true;
    }
    while let Some(Some(place)) = pending.pop_first() {
        let block = flow.order[place as usize];
        if block == branch || Some(block) == meet {
            continue;
        }
        let here = side[block.0 as usize];
        for next in flow.successors(block) {
            let at = next.0 as usize;
            if side[at].is_none() {
                side[at] = here;
            } else if side[at] == here || is_join[at] {
                continue;
            } else {
                is_join[at] = true;
                side[at] = Some(*next);
            }
            pending.insert(flow.place[at]);
        }
    }
    (0..is_join.len()).filter(|at| is_join[*at]).map(|at| BlockId(at as u32)).collect()
}

fn exit_uniformity(
    flow: &ControlFlow,
    each: &super::find_loops::Loop,
    dependences: &[Vec<BlockId>],
    branches: &[Uniformity],
) -> Uniformity {
    let inside = |block: &BlockId| each.blocks.contains(block);
    let mut level = Uniformity::Grid;
    for block in &each.blocks {
        if flow.successors(*block).iter().all(inside) {
            continue;
        }
        raise(&mut level, branches[block.0 as usize]);
        for on in dependences[block.0 as usize].iter().filter(|on| inside(on)) {
            raise(&mut level, branches[on.0 as usize]);
        }
    }
    level
}

fn visit_block(function: &Function, at: BlockId, joined: &[Uniformity], found: &mut UniformValues) {
    let block = &function.blocks[at.0 as usize];
    for inst in &block.insts {
        let level = uniformity_of(inst, at, found);
        for result in &inst.results {
            raise(&mut found.values[result.0 as usize], level);
        }
    }
    match &block.terminator {
        Terminator::Branch { condition: decides, .. } | Terminator::Switch { index: decides, .. } => {
            found.branches[at.0 as usize] = found.seen_from(at, *decides);
        }
        Terminator::Collective(inst, _) => {
            let level = uniformity_of(inst, at, found);
            for result in &inst.results {
                raise(&mut found.values[result.0 as usize], level);
            }
        }
        Terminator::Barrier(barrier, _) => {
            if let Some((_, result)) = barrier.reduction {
                raise(&mut found.values[result.0 as usize], Uniformity::Cta);
            }
        }
        Terminator::Call { results, .. } => {
            for result in results {
                raise(&mut found.values[result.0 as usize], Uniformity::Varying);
            }
        }
        _ => {}
    }
    let targets = block.terminator.targets();
    for target in &targets {
        pass_arguments(function, at, target, joined, found);
    }
    // Two edges from one branch to one block, with different arguments, choose between them.
    for (index, first) in targets.iter().enumerate() {
        for second in targets[..index].iter().filter(|second| second.block == first.block) {
            let params = &function.blocks[first.block.0 as usize].params;
            for (param, (a, b)) in params.iter().zip(first.args.iter().zip(&second.args)) {
                if a != b {
                    let level = found.branches[at.0 as usize];
                    raise(&mut found.values[param.0 as usize], level);
                }
            }
        }
    }
}

fn pass_arguments(
    function: &Function,
    from: BlockId,
    target: &Target,
    joined: &[Uniformity],
    found: &mut UniformValues,
) {
    let left = found.left_loops(from, target.block);
    let params = &function.blocks[target.block.0 as usize].params;
    for (param, arg) in params.iter().zip(&target.args) {
        let mut level = found.seen_from(from, *arg).max(joined[target.block.0 as usize]);
        if !matches!(arg, Operand::Const(_)) {
            level = level.max(left);
        }
        raise(&mut found.values[param.0 as usize], level);
    }
}

fn uniformity_of(inst: &Inst, at: BlockId, found: &UniformValues) -> Uniformity {
    let args = || inst.args.iter().map(|arg| found.seen_from(at, *arg)).max().unwrap_or_default();
    match inst.op {
        Op::Elementwise(..) | Op::Symbol(_) | Op::DynamicShared | Op::FrameAddress(_) | Op::FunctionAddress(_) => {
            args()
        }
        Op::Special(register) => uniformity_of_special(register),
        Op::Load(access) => match access.space {
            Space::Param => args(),
            // Lanes that read one place together read the same, unless the program has a race; CTAs may read it
            // at different times.
            Space::Global | Space::Shared if access.order == MemoryOrder::Weak => args().max(Uniformity::Cta),
            _ => Uniformity::Varying,
        },
        Op::Collective(collective) => uniformity_of_collective(collective, inst, args()),
        _ => Uniformity::Varying,
    }
}

fn uniformity_of_special(register: SpecialRegister) -> Uniformity {
    use SpecialRegister::*;
    match register {
        NtidX | NtidY | NtidZ | NctaidX | NctaidY | NctaidZ | NWarpId | NSmId | GridId | DynamicSmemSize
        | TotalSmemSize | NClusterIdX | NClusterIdY | NClusterIdZ | ClusterNCtaIdX | ClusterNCtaIdY
        | ClusterNCtaIdZ | ClusterNCtaRank | IsExplicitCluster | EnvReg0 | EnvReg1 | EnvReg2 | EnvReg3 => {
            Uniformity::Grid
        }
        CtaidX | CtaidY | CtaidZ | ClusterIdX | ClusterIdY | ClusterIdZ | ClusterCtaIdX | ClusterCtaIdY
        | ClusterCtaIdZ | ClusterCtaRank => Uniformity::Cta,
        WarpId => Uniformity::Warp,
        _ => Uniformity::Varying,
    }
}

fn uniformity_of_collective(collective: Collective, inst: &Inst, args: Uniformity) -> Uniformity {
    const EVERY_LANE: Operand = Operand::Const(0xffff_ffff);
    // With other masks, groups of lanes may stand side by side.
    if inst.args.first() != Some(&EVERY_LANE) {
        return Uniformity::Varying;
    }
    match collective {
        // The last warp of a CTA may have fewer lanes, so even uniform arguments give no more than this.
        Collective::Vote(_) | Collective::Ballot | Collective::MatchAll(_) | Collective::Reduce(..) => Uniformity::Warp,
        Collective::Shuffle(ShuffleMode::Idx)
            if inst.args.get(3) == Some(&Operand::Const(0x1f))
                && matches!(inst.args.get(2), Some(Operand::Const(_))) =>
        {
            args.min(Uniformity::Warp)
        }
        _ => Uniformity::Varying,
    }
}
