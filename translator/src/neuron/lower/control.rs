//! Masks: who runs a block, and where its lanes go.
//!
//! A mask is a predicate tile (or column) that is 1 for the lanes standing at a block. A branch splits the mask; the
//! parts are added up at the targets, and arguments are copied to block parameters under them. Where a block
//! post-dominates an earlier one in the same turn of the same loops, its mask is that block's.
//!
//! A loop's heads keep the mask of the next turn in tiles of their own; a turn takes them and leaves them empty.
//! Column parameters of heads change at the end of a turn only, because other lanes of the CTA may still read them.

use super::super::isa::Opcode;
use super::super::program::{Attribute, Dim, Operand as Argument, RegionId, RegisterRole, Tile};
use super::super::words::{AluOp, Dtype, Engine};
use super::Lowering;
use super::build::{View, dtype_of};
use super::loops::{Item, LoopItem};
use super::values::Place;
use crate::pass::find_uniform_values::Uniformity;
use crate::tile::{BarrierKind, BlockId, Operand, Target, Terminator, Type, Value};
use ptx_frontend::types::BoolOp;
use smallvec::smallvec;
use std::collections::HashMap;

/// Who runs something.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Mask {
    /// Every lane of the wave.
    All,
    /// Lanes (or CTAs) where this is not 0.
    Lanes(View),
}

/// The masks of the blocks.
#[derive(Default)]
pub(super) struct Masks {
    /// By block: its mask in this turn.
    at: HashMap<BlockId, Mask>,
    /// By block: how its mask comes about.
    incoming: HashMap<BlockId, Incoming>,
    /// Heads of the loops around the current block.
    heads_open: Vec<BlockId>,
    /// By region of a mask: which CTAs have a lane in it.
    pub(super) any_lane: HashMap<RegionId, View>,
    /// By region of a mask and row length: which rows of the block have all their lanes in it.
    pub(super) whole_rows: HashMap<(RegionId, u32), Tile>,
}

/// How a block's mask comes about.
#[derive(Clone, Copy, Debug)]
enum Incoming {
    /// It is that of an earlier block.
    Same(BlockId),
    /// It is that of the only edge.
    Edge,
    /// Edges add to this.
    Sum(View),
}

/// A column parameter of a loop head: its next value, and the mask of the edge that brought it is in the head's sum.
pub(super) struct Commit {
    head: BlockId,
    param: Value,
    next: View,
}

/// One way out of a block.
struct Edge {
    base: Mask,
    /// The predicate that takes it, and whether it must be false.
    condition: Option<(View, bool)>,
    computed: Option<Mask>,
}

impl Lowering<'_> {
    /// Lowers the whole function.
    pub(super) fn run(&mut self, items: &[Item]) {
        self.make_specials();
        let alive = self.lanes_of_the_wave();
        let entry = BlockId(0);
        match items.first() {
            Some(Item::Loop(_)) => {
                // Lanes come to the entry from outside first.
                let sum = self.empty_mask(entry);
                self.masks.incoming.insert(entry, Incoming::Sum(sum));
                self.add_lanes(sum, alive);
            }
            _ => {
                self.masks.at.insert(entry, alive);
            }
        }
        self.scope(items);
    }

    /// Lowers the blocks and loops of one turn.
    fn scope(&mut self, items: &[Item]) {
        self.plan_masks(items);
        for item in items {
            match item {
                Item::Block(block) => self.block(*block),
                Item::Loop(each) => self.run_loop(each),
            }
            if self.refusal.is_some() {
                return;
            }
        }
    }

    /// Decides how each block of a turn, and each head of a loop in it, gets its mask.
    fn plan_masks(&mut self, items: &[Item]) {
        let turn = Turn::of(self, items);
        for (index, item) in items.iter().enumerate() {
            match item {
                Item::Block(block) if self.masks.at.contains_key(block) => {} // The entry, or a head of this loop.
                Item::Block(block) => {
                    let incoming = match turn.equal[index] {
                        Some(earlier) => Incoming::Same(earlier),
                        None if turn.has_one_edge[index] => Incoming::Edge,
                        None => Incoming::Sum(self.empty_mask(*block)),
                    };
                    self.masks.incoming.insert(*block, incoming);
                }
                Item::Loop(each) => {
                    for head in &each.heads {
                        if !self.masks.incoming.contains_key(head) {
                            let sum = self.empty_mask(*head);
                            self.masks.incoming.insert(*head, Incoming::Sum(sum));
                        }
                    }
                }
            }
        }
    }

    /// A mask without lanes, to which edges add. It is a column if lanes decide together which edges they take.
    fn empty_mask(&mut self, block: BlockId) -> View {
        let uniform = |b: BlockId| {
            self.uniform.control[b.0 as usize] <= Uniformity::Cta
                && self.uniform.branches[b.0 as usize] <= Uniformity::Cta
        };
        let entry_uniform = match self.masks.at.get(&BlockId(0)) {
            Some(Mask::Lanes(view)) => view.is_column,
            _ => true,
        };
        let column = entry_uniform && self.flow.predecessors(block).iter().copied().all(uniform);
        let scope = self.here();
        let view = self.b.view(&format!("m{}", block.0), Dtype::U8, column, scope);
        self.b.set(view, 0);
        view
    }

    /// The lanes that run a block. `None`: no lane ever gets there, since a branch on a constant never takes the only
    /// edge to it.
    fn mask_of(&self, block: BlockId) -> Option<Mask> {
        if let Some(mask) = self.masks.at.get(&block) {
            return Some(*mask);
        }
        match self.masks.incoming.get(&block)? {
            Incoming::Same(earlier) => self.mask_of(*earlier),
            Incoming::Sum(view) => Some(Mask::Lanes(*view)),
            Incoming::Edge => None,
        }
    }

    fn block(&mut self, at: BlockId) {
        let Some(mask) = self.mask_of(at) else { return };
        self.masks.at.insert(at, mask);
        let function = &self.kernel.functions[0];
        let block = &function.blocks[at.0 as usize];
        for inst in &block.insts {
            self.b.origin = inst.origin;
            self.inst(inst, at, mask);
            if self.refusal.is_some() {
                return;
            }
        }
        self.b.origin = block.origin;
        self.terminator(&block.terminator, at, mask);
    }

    fn terminator(&mut self, terminator: &Terminator, at: BlockId, mask: Mask) {
        match terminator {
            Terminator::Exit => {}
            Terminator::Trap => self.trap(mask, "trap"),
            Terminator::Jump(target) => self.edge(at, target, Edge { base: mask, condition: None, computed: None }),
            Terminator::Branch { condition, then, otherwise } => match self.place(*condition, at) {
                Place::Const(bits) => {
                    let taken = if bits != 0 { then } else { otherwise };
                    self.edge(at, taken, Edge { base: mask, condition: None, computed: None });
                }
                Place::At(view) => {
                    for (target, negated) in [(then, false), (otherwise, true)] {
                        let mut edge = Edge { base: mask, condition: Some((view, negated)), computed: None };
                        if self.guards_a_prefix(mask, *condition, negated) {
                            let taken = self.edge_mask(&mut edge);
                            self.note_guard(*condition, negated, taken);
                        }
                        self.edge(at, target, edge);
                    }
                }
            },
            Terminator::Switch { index, targets } => self.switch(at, *index, targets, mask),
            Terminator::Barrier(barrier, target) => {
                if let (BarrierKind::Reduce(op), Some((operand, result))) = (barrier.kind, barrier.reduction) {
                    self.barrier_reduction(op, operand, result, at, mask);
                }
                self.edge(at, target, Edge { base: mask, condition: None, computed: None });
            }
            Terminator::Collective(inst, target) => {
                self.inst(inst, at, mask);
                self.edge(at, target, Edge { base: mask, condition: None, computed: None });
            }
            Terminator::Return(_) | Terminator::Call { .. } => {
                unreachable!("kernels with calls are not lowered to lanes")
            }
        }
    }

    /// Stops the program if a lane of the mask gets here.
    fn trap(&mut self, mask: Mask, why: &str) {
        let mask = self.mask_argument(mask);
        self.b.emit(Engine::GpSimd, Opcode::GpsimdTrap, [mask], [Attribute::Reason(why.into())]);
    }

    /// A mask as the operand of a routine on whole tiles.
    pub(super) fn mask_argument(&mut self, mask: Mask) -> Argument {
        match mask {
            Mask::All => Argument::Constant(1, Dtype::U8),
            Mask::Lanes(view) => self.b.operand(view, false),
        }
    }

    /// A mask as the operand of a routine on columns.
    pub(super) fn column_mask_argument(&mut self, mask: Mask) -> Argument {
        match mask {
            Mask::All => Argument::Constant(1, Dtype::U8),
            Mask::Lanes(view) if view.is_column => self.b.operand(view, true),
            Mask::Lanes(view) => {
                let any = self.any_lane_of(view);
                self.b.operand(any, true)
            }
        }
    }

    fn switch(&mut self, at: BlockId, index: Operand, targets: &[Target], mask: Mask) {
        let place = self.place(index, at);
        if let Place::Const(bits) = place {
            match targets.get(bits as usize) {
                Some(target) => self.edge(at, target, Edge { base: mask, condition: None, computed: None }),
                None => self.trap(mask, "branch index past the end"),
            }
            return;
        }
        let view = self.view_of(place, Type::B32);
        for (number, target) in targets.iter().enumerate() {
            let number = self.b.constant(number as u64, Dtype::U32);
            let taken = self.temporary(Type::Pred, view.is_column);
            self.b.tensor_tensor(Engine::GpSimd, AluOp::Equal, taken, view, number);
            self.edge(at, target, Edge { base: mask, condition: Some((taken, false)), computed: None });
        }
        let past = self.temporary(Type::Pred, view.is_column);
        let count = self.b.constant(targets.len() as u64, Dtype::U32);
        self.b.tensor_tensor(Engine::GpSimd, AluOp::GreaterEqual, past, view, count);
        let mut lost = Edge { base: mask, condition: Some((past, false)), computed: None };
        let lost = self.edge_mask(&mut lost);
        self.trap(lost, "branch index past the end");
    }

    /// The lanes that take an edge.
    fn edge_mask(&mut self, edge: &mut Edge) -> Mask {
        if let Some(mask) = edge.computed {
            return mask;
        }
        let mask = match (edge.base, edge.condition) {
            (base, None) => base,
            (Mask::All, Some((view, false))) => Mask::Lanes(view),
            (Mask::All, Some((view, true))) => {
                let not = self.temporary(Type::Pred, view.is_column);
                self.b.tensor_scalar(AluOp::BitwiseXor, not, view, Argument::Constant(1, Dtype::U8));
                Mask::Lanes(not)
            }
            (Mask::Lanes(base), Some((view, negated))) => {
                let both = self.temporary(Type::Pred, base.is_column && view.is_column);
                // Of predicates, `a > b` is `a and not b`.
                let op = if negated { AluOp::Greater } else { AluOp::BitwiseAnd };
                self.b.tensor_tensor(Engine::Vector, op, both, base, view);
                Mask::Lanes(both)
            }
        };
        edge.computed = Some(mask);
        mask
    }

    /// Lanes move along an edge: arguments are copied, and the lanes are added to the target's mask.
    fn edge(&mut self, from: BlockId, target: &Target, mut edge: Edge) {
        self.pass_arguments(from, target, &mut edge);
        match self.masks.incoming.get(&target.block).copied() {
            Some(Incoming::Same(_)) => {}
            Some(Incoming::Sum(sum)) => {
                let mask = self.edge_mask(&mut edge);
                self.add_lanes(sum, mask);
            }
            Some(Incoming::Edge) => {
                let mask = self.edge_mask(&mut edge);
                self.masks.at.insert(target.block, mask);
            }
            None => unreachable!("edges lead to blocks of this turn or to heads"),
        }
    }

    /// Forgets what was computed from a mask that changes.
    fn forget(&mut self, mask: RegionId) {
        self.masks.any_lane.remove(&mask);
        self.masks.whole_rows.retain(|(region, _), _| *region != mask);
    }

    fn add_lanes(&mut self, sum: View, mask: Mask) {
        self.forget(sum.region);
        match mask {
            Mask::All => self.b.set(sum, 1),
            Mask::Lanes(view) if sum.is_column && !view.is_column => {
                let any = self.any_lane_of(view);
                self.b.tensor_tensor(Engine::Vector, AluOp::BitwiseOr, sum, sum, any);
            }
            Mask::Lanes(view) => self.b.tensor_tensor(Engine::Vector, AluOp::BitwiseOr, sum, sum, view),
        }
    }

    /// Copies an edge's arguments to the parameters of its target, all at once.
    fn pass_arguments(&mut self, from: BlockId, target: &Target, edge: &mut Edge) {
        let function = &self.kernel.functions[0];
        let params = &function.blocks[target.block.0 as usize].params;
        let single = self.edges_into(target.block) == 1;
        // The lanes that leave a loop take what the argument is now: in the next turn of the others it changes.
        let leaves = !self.live.chains[target.block.0 as usize].starts_with(&self.live.chains[from.0 as usize]);
        let mut moves: Vec<(Value, Place)> = Vec::new();
        for (param, arg) in params.iter().zip(&target.args) {
            if self.live.read_in[param.0 as usize].is_empty() || *arg == Operand::Value(*param) {
                continue;
            }
            let place = self.place(*arg, from);
            let is_name = single && !leaves && !self.live.is_carried[param.0 as usize];
            if is_name && place.is_uniform() >= self.is_column(*param) {
                // Nobody else writes it: the parameter is another name.
                self.keep(*param, place, edge.base);
                continue;
            }
            moves.push((*param, place));
        }
        if moves.is_empty() {
            return;
        }
        // What a move reads must not be overwritten by one before it.
        let written: Vec<_> = moves.iter().filter_map(|(param, _)| self.places[param.0 as usize]).collect();
        let is_written =
            |view: &View| written.iter().any(|place| matches!(place, Place::At(to) if to.region == view.region));
        for (param, place) in &mut moves {
            if let Place::At(view) = place
                && is_written(view)
                && self.places[param.0 as usize] != Some(Place::At(*view))
            {
                let saved = self.b.view("t", view.dtype, view.is_column, self.here());
                self.b.copy(saved, *view);
                *place = Place::At(saved);
            }
        }
        let mask = self.edge_mask(edge);
        let is_way_back = self.masks.heads_open.contains(&target.block);
        for (param, place) in moves {
            if is_way_back && self.is_column(param) {
                self.stage(target.block, param, place, mask);
            } else {
                self.keep_param(param, place, mask);
            }
        }
    }

    /// How many edges lead to a block.
    fn edges_into(&self, block: BlockId) -> usize {
        let blocks = &self.function().blocks;
        let edges = |from: &BlockId| {
            blocks[from.0 as usize].terminator.targets().iter().filter(|target| target.block == block).count()
        };
        self.flow.predecessors(block).iter().map(edges).sum()
    }

    /// Puts an argument where its parameter is, under the edge's mask.
    fn keep_param(&mut self, param: Value, place: Place, mask: Mask) {
        let index = param.0 as usize;
        let ty = self.type_of(param);
        if self.places[index].is_none() {
            let scope = self.scope_of(param);
            let view = self.b.view(&format!("v{}", param.0), dtype_of(ty), self.is_column(param), scope);
            self.places[index] = Some(Place::At(view));
        }
        let Some(Place::At(own)) = self.places[index] else {
            unreachable!("parameters with several edges are in SBUF")
        };
        self.write(own, place, ty, mask);
        self.write_shadow(param, place, mask);
    }

    /// Notes the next value of a column parameter of a loop head.
    fn stage(&mut self, head: BlockId, param: Value, place: Place, mask: Mask) {
        let ty = self.type_of(param);
        let staged = self.commits.iter().flatten().find(|commit| commit.param == param).map(|commit| commit.next);
        let next = match staged {
            Some(next) => next,
            None => {
                let scope = self.scope_of_turn(head);
                let next = self.b.view(&format!("v{}_next", param.0), dtype_of(ty), true, scope);
                let Some(level) = self.commits.last_mut() else { unreachable!("a way back is inside a loop") };
                level.push(Commit { head, param, next });
                next
            }
        };
        self.write(next, place, ty, mask);
        self.write_shadow(param, place, mask);
    }

    /// Runs a loop's turns while any lane stands at one of its heads.
    fn run_loop(&mut self, each: &LoopItem) {
        let sums: Vec<(BlockId, View)> = each
            .heads
            .iter()
            .map(|head| match self.masks.incoming.get(head) {
                Some(Incoming::Sum(sum)) => (*head, *sum),
                _ => unreachable!("heads have sums"),
            })
            .collect();
        let flag = self.b.sbuf(format!("flag_{}", self.b.loops), Dtype::U8, 1, 1, self.here());
        self.any_lane_in(&sums, flag);
        let condition = self.b.register(&format!("live{}", self.chain.len()), false, RegisterRole::Plain);
        let outside = (self.masks.any_lane.clone(), self.masks.whole_rows.clone());
        let number = self.b.begin_loop();
        self.chain.push(number);
        self.commits.push(Vec::new());
        self.masks.heads_open.extend(&each.heads);
        for (head, sum) in &sums {
            let standing = self.temporary(Type::Pred, sum.is_column);
            self.b.copy(standing, *sum);
            self.b.set(*sum, 0);
            self.forget(sum.region);
            self.masks.at.insert(*head, Mask::Lanes(standing));
        }
        self.scope(&each.items);
        for commit in self.commits.pop().unwrap_or_default() {
            let Some((_, sum)) = sums.iter().find(|(head, _)| *head == commit.head) else {
                // Staged in here, but for a turn of a loop around this one.
                if let Some(level) = self.commits.last_mut() {
                    level.push(commit);
                }
                continue;
            };
            let back = if sum.is_column { *sum } else { self.any_lane_of(*sum) };
            if let Some(Place::At(own)) = self.places[commit.param.0 as usize] {
                self.b.copy_where(own, commit.next, back);
            }
        }
        self.any_lane_in(&sums, flag);
        self.masks.heads_open.truncate(self.masks.heads_open.len() - each.heads.len());
        self.chain.pop();
        (self.masks.any_lane, self.masks.whole_rows) = outside;
        for (_, sum) in &sums {
            self.forget(sum.region);
        }
        let flag = Argument::Tile(single_element(flag, Dtype::U8));
        self.b.end_loop(condition, flag, each.heads[0]);
    }

    /// `flag = 1` if any lane of the wave is in one of the masks.
    fn any_lane_in(&mut self, sums: &[(BlockId, View)], flag: RegionId) {
        let mut all: Option<View> = None;
        for (_, sum) in sums {
            let column = if sum.is_column { *sum } else { self.any_lane_of(*sum) };
            all = Some(match all {
                None => column,
                Some(other) => {
                    let both = self.temporary(Type::Pred, true);
                    self.b.tensor_tensor(Engine::Vector, AluOp::BitwiseOr, both, other, column);
                    both
                }
            });
        }
        let Some(all) = all else { unreachable!("a loop has a head") };
        let operands = [Argument::Tile(single_element(flag, Dtype::U8)), self.b.operand(all, true)];
        self.b.emit(Engine::GpSimd, Opcode::TensorPartitionReduce, operands, [Attribute::Op(AluOp::Max)]);
    }

    /// The lanes of the CTA that stand at a barrier are asked together.
    fn barrier_reduction(&mut self, op: BoolOp, operand: Operand, result: Value, at: BlockId, mask: Mask) {
        let place = self.place(operand, at);
        let asked = self.view_of(place, Type::Pred);
        // Lanes that do not take part must not count: false for `or` and `popc`, true for `and`.
        let counted = self.temporary(Type::Pred, false);
        let op_of_mask = if op == BoolOp::And { AluOp::Greater } else { AluOp::BitwiseAnd };
        match mask {
            // For `and`, count lanes with a false predicate: `mask > predicate`.
            Mask::All if op == BoolOp::And => {
                self.b.tensor_scalar(AluOp::BitwiseXor, counted, asked, Argument::Constant(1, Dtype::U8));
            }
            Mask::All => self.b.copy(counted, asked),
            Mask::Lanes(view) => self.b.tensor_tensor(Engine::Vector, op_of_mask, counted, view, asked),
        }
        let is_count = op == BoolOp::Popc;
        let ty = if is_count { Type::B32 } else { Type::Pred };
        let total = self.temporary(ty, true);
        let operands = [self.b.operand(total, true), self.b.operand(counted, false)];
        let reduce = if is_count { AluOp::Add } else { AluOp::Max };
        self.b.emit(Engine::Vector, Opcode::TensorReduce, operands, [Attribute::Op(reduce), Attribute::Axes(1)]);
        let outcome = if op == BoolOp::And {
            let all = self.temporary(Type::Pred, true);
            self.b.tensor_scalar(AluOp::BitwiseXor, all, total, Argument::Constant(1, Dtype::U8));
            all
        } else {
            total
        };
        self.keep(result, Place::At(outcome), mask);
    }
}

/// The only element of a region.
pub(super) fn single_element(region: RegionId, dtype: Dtype) -> Tile {
    Tile { region, dtype, partition: 0, partitions: 1, offset: 0, dims: smallvec![Dim { stride: 1, num: 1 }] }
}

/// The graph of a turn's items.
struct Turn {
    /// By item: an earlier block whose lanes all come here in this turn, and no others.
    equal: Vec<Option<BlockId>>,
    /// By item: a block to which a single edge leads, from a block of the turn itself.
    has_one_edge: Vec<bool>,
}

impl Turn {
    fn of(lowering: &Lowering<'_>, items: &[Item]) -> Turn {
        let mut number: HashMap<BlockId, usize> = HashMap::new();
        for (index, item) in items.iter().enumerate() {
            blocks_of(item, &mut |block| {
                number.insert(block, index);
            });
        }
        // Items are numbers 1 to n; 0 is where lanes come from, n + 1 where they go when they leave the turn.
        let end = items.len() + 1;
        let mut successors = vec![Vec::new(); end + 1];
        let mut is_entered = vec![false; items.len()];
        let mut has_one_edge = vec![false; items.len()];
        for (index, item) in items.iter().enumerate() {
            let mut leaves = false;
            blocks_of(item, &mut |block| {
                let targets = lowering.flow.successors(block);
                leaves |= targets.is_empty();
                for to in targets {
                    match number.get(to) {
                        Some(there) if lowering.masks.heads_open.contains(to) => {
                            debug_assert!(*there < items.len(), "heads are items");
                            leaves = true;
                        }
                        Some(there) if *there != index => {
                            successors[index + 1].push(*there + 1);
                            is_entered[*there] = true;
                        }
                        Some(_) => {}
                        None => leaves = true,
                    }
                }
            });
            if leaves || successors[index + 1].is_empty() {
                successors[index + 1].push(end);
            }
            if let Item::Block(block) = item
                && lowering.edges_into(*block) == 1
                && let Some(from) = lowering.flow.predecessors(*block).first().and_then(|from| number.get(from))
            {
                has_one_edge[index] = matches!(items[*from], Item::Block(_));
            }
        }
        successors[0] = (0..items.len()).filter(|index| !is_entered[*index]).map(|index| index + 1).collect();
        let dominators = dominators(&successors);
        let mut backwards = vec![Vec::new(); end + 1];
        for (from, targets) in successors.iter().enumerate() {
            for to in targets {
                backwards[end - to].push(end - from);
            }
        }
        // The same graph backwards: number k is end - k.
        let after = dominators_of_reversed(&backwards, end);
        let comes_after = |block: usize, earlier: usize| {
            let mut at = earlier;
            while at < block {
                at = after[at];
            }
            at == block
        };
        let equal = (1..=items.len())
            .map(|block| {
                let mut earlier = dominators[block];
                while earlier != 0 {
                    if let Item::Block(before) = items[earlier - 1]
                        && comes_after(block, earlier)
                    {
                        return Some(before);
                    }
                    earlier = dominators[earlier];
                }
                None
            })
            .collect();
        Turn { equal, has_one_edge }
    }
}

fn blocks_of(item: &Item, visit: &mut impl FnMut(BlockId)) {
    match item {
        Item::Block(block) => visit(*block),
        Item::Loop(each) => each.items.iter().for_each(|item| blocks_of(item, visit)),
    }
}

/// Immediate dominators in a graph whose edges all lead to higher numbers; 0 for the root and what it alone dominates.
fn dominators(successors: &[Vec<usize>]) -> Vec<usize> {
    let mut dominator: Vec<Option<usize>> = vec![None; successors.len()];
    dominator[0] = Some(0);
    for from in 0..successors.len() {
        if dominator[from].is_none() {
            continue;
        }
        for &to in &successors[from] {
            dominator[to] = Some(match dominator[to] {
                None => from,
                Some(mut other) => {
                    let mut mine = from;
                    while mine != other {
                        let higher = if mine > other { &mut mine } else { &mut other };
                        *higher = dominator[*higher].unwrap_or(0);
                    }
                    mine
                }
            });
        }
    }
    dominator.into_iter().map(|up| up.unwrap_or(0)).collect()
}

/// Immediate post-dominators, from the graph with edges and numbers reversed.
fn dominators_of_reversed(backwards: &[Vec<usize>], end: usize) -> Vec<usize> {
    let reversed = dominators(backwards);
    (0..=end).map(|number| end - reversed[end - number]).collect()
}
