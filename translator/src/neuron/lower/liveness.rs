//! Where values are defined, read and needed: what decides which of them must survive a turn of a loop.

use super::loops::{Item, LoopItem};
use crate::pass::control_flow::ControlFlow;
use crate::tile::{BlockId, Function, Operand, Value};

/// Facts about the values and blocks of a function.
pub(super) struct Liveness {
    /// By value: where it is defined.
    pub(super) defined_in: Vec<BlockId>,
    /// By value: blocks that read it (an edge's arguments are read where the edge leaves).
    pub(super) read_in: Vec<Vec<BlockId>>,
    /// By block: numbers of the loops around it, outermost first, as in the order of [`Item`]s.
    pub(super) chains: Vec<Vec<u32>>,
    /// By value: the content must survive: it is read in a later turn of a loop around its definition, or after it.
    pub(super) is_carried: Vec<bool>,
    /// By value: how many of the loops around its definition the content lives in a single turn of.
    pub(super) depth: Vec<usize>,
}

impl Liveness {
    pub(super) fn of(function: &Function, flow: &ControlFlow, items: &[Item]) -> Liveness {
        let count = function.values.len();
        let mut chains = vec![Vec::new(); function.blocks.len()];
        let mut heads = Vec::new();
        number_loops(items, &mut Vec::new(), &mut 0, &mut chains, &mut heads);
        let mut found = Liveness {
            defined_in: vec![BlockId(0); count],
            read_in: vec![Vec::new(); count],
            chains,
            is_carried: vec![false; count],
            depth: vec![0; count],
        };
        for &at in &flow.order {
            found.visit(function, at);
        }
        let live_in = live_in(function, flow);
        for (value, read_in) in found.read_in.iter().enumerate() {
            let chain = &found.chains[found.defined_in[value].0 as usize];
            let mut depth = chain.len();
            for read in read_in {
                let there = &found.chains[read.0 as usize];
                let common = chain.iter().zip(there).take_while(|(a, b)| a == b).count();
                depth = depth.min(common);
            }
            // Live where a turn begins: it comes from the turn before. Parameters of heads are, too.
            for (head, each) in &heads {
                let position = chain.iter().position(|number| number == each);
                let is_param = function.blocks[head.0 as usize].params.contains(&Value(value as u32));
                if let Some(position) = position
                    && (is_param || live_in[head.0 as usize][value])
                {
                    depth = depth.min(position);
                }
            }
            found.is_carried[value] = depth < chain.len();
            found.depth[value] = depth;
        }
        found
    }

    fn visit(&mut self, function: &Function, at: BlockId) {
        let block = &function.blocks[at.0 as usize];
        let mut read = |operand: &Operand| {
            if let Operand::Value(value) = operand {
                let list = &mut self.read_in[value.0 as usize];
                if list.last() != Some(&at) {
                    list.push(at);
                }
            }
        };
        for inst in &block.insts {
            inst.args.iter().for_each(&mut read);
        }
        block.terminator.operands().iter().for_each(&mut read);
        for target in block.terminator.targets() {
            target.args.iter().for_each(&mut read);
        }
        let results = block.insts.iter().flat_map(|inst| inst.results.iter());
        for value in block.params.iter().chain(results).chain(&block.terminator.results()) {
            self.defined_in[value.0 as usize] = at;
        }
    }
}

/// Numbers the loops in the order in which they begin.
fn number_loops(
    items: &[Item],
    chain: &mut Vec<u32>,
    next: &mut u32,
    chains: &mut [Vec<u32>],
    heads: &mut Vec<(BlockId, u32)>,
) {
    for item in items {
        match item {
            Item::Block(block) => chains[block.0 as usize] = chain.clone(),
            Item::Loop(LoopItem { heads: entered, items }) => {
                heads.extend(entered.iter().map(|head| (*head, *next)));
                chain.push(*next);
                *next += 1;
                number_loops(items, chain, next, chains, heads);
                chain.pop();
            }
        }
    }
}

/// By block and value: whether the value is needed when the block begins.
fn live_in(function: &Function, flow: &ControlFlow) -> Vec<Vec<bool>> {
    let count = function.values.len();
    let mut live = vec![vec![false; count]; function.blocks.len()];
    let mut changed = true;
    while changed {
        changed = false;
        for &at in flow.order.iter().rev() {
            let block = &function.blocks[at.0 as usize];
            let mut now = vec![false; count];
            for next in flow.successors(at) {
                for (mine, theirs) in now.iter_mut().zip(&live[next.0 as usize]) {
                    *mine |= theirs;
                }
            }
            for value in block.terminator.results() {
                now[value.0 as usize] = false;
            }
            let mut read = |operand: &Operand| {
                if let Operand::Value(value) = operand {
                    now[value.0 as usize] = true;
                }
            };
            for target in block.terminator.targets() {
                target.args.iter().for_each(&mut read);
            }
            block.terminator.operands().iter().for_each(&mut read);
            for inst in block.insts.iter().rev() {
                for value in &inst.results {
                    now[value.0 as usize] = false;
                }
                for operand in &inst.args {
                    if let Operand::Value(value) = operand {
                        now[value.0 as usize] = true;
                    }
                }
            }
            for value in &block.params {
                now[value.0 as usize] = false;
            }
            if now != live[at.0 as usize] {
                live[at.0 as usize] = now;
                changed = true;
            }
        }
    }
    live
}
