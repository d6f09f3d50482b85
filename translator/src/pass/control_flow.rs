//! The edges of a function's blocks, in both directions and in reverse postorder.

use crate::tile::{BlockId, Function};

/// Edges between the blocks of a function.
#[derive(Clone, Debug, PartialEq)]
pub struct ControlFlow {
    /// By block: where its lanes may go, each block once.
    pub successors: Vec<Vec<BlockId>>,
    /// By block: where its lanes may come from, each block once.
    pub predecessors: Vec<Vec<BlockId>>,
    /// Blocks that can be reached, in reverse postorder from the entry.
    pub order: Vec<BlockId>,
    /// By block: its place in `order`; `None` if it cannot be reached.
    pub place: Vec<Option<u32>>,
}

impl ControlFlow {
    /// The edges of `function`.
    pub fn of(function: &Function) -> Self {
        let mut successors: Vec<Vec<BlockId>> = Vec::with_capacity(function.blocks.len());
        for block in &function.blocks {
            let mut to: Vec<BlockId> = block.terminator.targets().iter().map(|target| target.block).collect();
            to.sort_unstable();
            to.dedup();
            successors.push(to);
        }
        Self::from_successors(successors)
    }

    /// A graph with these edges and block 0 as its entry.
    pub fn from_successors(successors: Vec<Vec<BlockId>>) -> Self {
        let order = reverse_postorder(&successors);
        let mut place = vec![None; successors.len()];
        for (at, block) in order.iter().enumerate() {
            place[block.0 as usize] = Some(at as u32);
        }
        let mut predecessors = vec![Vec::new(); successors.len()];
        for &from in &order {
            for to in &successors[from.0 as usize] {
                predecessors[to.0 as usize].push(from);
            }
        }
        ControlFlow { successors, predecessors, order, place }
    }

    /// Where lanes of `block` may go.
    pub fn successors(&self, block: BlockId) -> &[BlockId] {
        &self.successors[block.0 as usize]
    }

    /// Where lanes of `block` may come from.
    pub fn predecessors(&self, block: BlockId) -> &[BlockId] {
        &self.predecessors[block.0 as usize]
    }

    /// Whether lanes can get there at all.
    pub fn is_reachable(&self, block: BlockId) -> bool {
        self.place[block.0 as usize].is_some()
    }

    /// Immediate dominators by block; the entry and unreachable blocks have none.
    pub fn dominators(&self) -> Vec<Option<BlockId>> {
        // Cooper, Harvey, Kennedy: A Simple, Fast Dominance Algorithm.
        let mut dominator: Vec<Option<u32>> = vec![None; self.order.len()];
        if let Some(entry) = dominator.first_mut() {
            *entry = Some(0);
        }
        let mut changed = true;
        while changed {
            changed = false;
            for (at, &block) in self.order.iter().enumerate().skip(1) {
                let mut meet: Option<u32> = None;
                for pred in self.predecessors(block) {
                    let Some(pred) = self.place[pred.0 as usize] else { continue };
                    if dominator[pred as usize].is_none() {
                        continue;
                    }
                    meet = Some(match meet {
                        None => pred,
                        Some(other) => intersect(&dominator, pred, other),
                    });
                }
                if meet != dominator[at] {
                    dominator[at] = meet;
                    changed = true;
                }
            }
        }
        let mut result = vec![None; self.successors.len()];
        for (at, &block) in self.order.iter().enumerate().skip(1) {
            result[block.0 as usize] = dominator[at].map(|place| self.order[place as usize]);
        }
        result
    }
}

/// The nearest common dominator of two places, climbing the tree built so far.
fn intersect(dominator: &[Option<u32>], mut a: u32, mut b: u32) -> u32 {
    while a != b {
        let deeper = if a > b { &mut a } else { &mut b };
        *deeper = dominator[*deeper as usize].expect("places on the way to the entry have a dominator");
    }
    a
}

fn reverse_postorder(successors: &[Vec<BlockId>]) -> Vec<BlockId> {
    if successors.is_empty() {
        return Vec::new();
    }
    let mut seen = vec![false; successors.len()];
    let mut order = Vec::with_capacity(successors.len());
    // Blocks on the way, each with how many of its successors are done. Recursion would overflow on long kernels.
    let mut stack = vec![(BlockId(0), 0)];
    seen[0] = true;
    while let Some((block, done)) = stack.last_mut() {
        match successors[block.0 as usize].get(*done) {
            Some(&next) => {
                *done += 1;
                if !std::mem::replace(&mut seen[next.0 as usize], true) {
                    stack.push((next, 0));
                }
            }
            None => {
                order.push(*block);
                stack.pop();
            }
        }
    }
    order.reverse();
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph(edges: &[&[u32]]) -> ControlFlow {
        ControlFlow::from_successors(edges.iter().map(|to| to.iter().map(|&b| BlockId(b)).collect()).collect())
    }

    #[test]
    fn join_is_dominated_by_the_fork() {
        let flow = graph(&[&[1, 2], &[3], &[3], &[]]);
        assert_eq!(flow.dominators(), [None, Some(BlockId(0)), Some(BlockId(0)), Some(BlockId(0))]);
        assert_eq!(flow.order[0], BlockId(0));
        assert_eq!(flow.order[3], BlockId(3));
    }

    #[test]
    fn irreducible_loop_is_dominated_from_outside() {
        let flow = graph(&[&[1, 2], &[2], &[1, 3], &[]]);
        assert_eq!(flow.dominators(), [None, Some(BlockId(0)), Some(BlockId(0)), Some(BlockId(2))]);
    }

    #[test]
    fn unreachable_blocks_have_no_place() {
        let flow = graph(&[&[2], &[2], &[]]);
        assert!(!flow.is_reachable(BlockId(1)));
        assert_eq!(flow.predecessors(BlockId(2)), [BlockId(0)]);
    }
}
