//! Natural loops: the blocks that repeat, and how they nest.

use super::control_flow::ControlFlow;
use crate::tile::BlockId;

/// The loops of a function.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Loops {
    /// Outer loops before those inside them.
    pub loops: Vec<Loop>,
    /// By block: the innermost loop it is in.
    pub innermost: Vec<Option<u32>>,
    /// Whether some cycle can be entered at more than one block; such cycles are not among `loops`.
    pub has_irreducible: bool,
}

/// A loop that is entered only at its header.
#[derive(Clone, Debug, PartialEq)]
pub struct Loop {
    /// Where it is entered.
    pub header: BlockId,
    /// Where lanes go back to the header.
    pub latches: Vec<BlockId>,
    /// All blocks, the header first, in reverse postorder.
    pub blocks: Vec<BlockId>,
    /// The loop around it, an index into [`Loops::loops`].
    pub parent: Option<u32>,
    /// 1 for outermost loops.
    pub depth: u32,
}

/// Finds the loops of a graph.
pub fn find_loops(flow: &ControlFlow) -> Loops {
    let dominators = flow.dominators();
    let dominates = |a: BlockId, mut b: BlockId| loop {
        if a == b {
            return true;
        }
        match dominators[b.0 as usize] {
            Some(up) => b = up,
            None => return false,
        }
    };
    let mut found = Loops { innermost: vec![None; flow.successors.len()], ..Loops::default() };
    for (at, &header) in flow.order.iter().enumerate() {
        let back: Vec<BlockId> = (flow.predecessors(header).iter().copied())
            .filter(|from| flow.place[from.0 as usize].is_some_and(|place| place as usize >= at))
            .collect();
        let (latches, irreducible): (Vec<_>, Vec<_>) = back.into_iter().partition(|&from| dominates(header, from));
        found.has_irreducible |= !irreducible.is_empty();
        if latches.is_empty() {
            continue;
        }
        let blocks = blocks_of(flow, header, &latches);
        let parent = found.innermost[header.0 as usize];
        let depth = parent.map_or(1, |up| found.loops[up as usize].depth + 1);
        for block in &blocks {
            // Headers come in reverse postorder, so inner loops overwrite outer ones.
            found.innermost[block.0 as usize] = Some(found.loops.len() as u32);
        }
        found.loops.push(Loop { header, latches, blocks, parent, depth });
    }
    found
}

fn blocks_of(flow: &ControlFlow, header: BlockId, latches: &[BlockId]) -> Vec<BlockId> {
    let mut inside = vec![false; flow.successors.len()];
    inside[header.0 as usize] = true;
    let mut pending = latches.to_vec();
    let mut blocks = vec![header];
    while let Some(block) = pending.pop() {
        if !std::mem::replace(&mut inside[block.0 as usize], true) {
            blocks.push(block);
            pending.extend(flow.predecessors(block));
        }
    }
    blocks.sort_unstable_by_key(|block| flow.place[block.0 as usize]);
    blocks
}

#[cfg(test)]
mod tests {
    use super::*;

    fn loops(edges: &[&[u32]]) -> Loops {
        find_loops(&ControlFlow::from_successors(
            edges.iter().map(|to| to.iter().map(|&b| BlockId(b)).collect()).collect(),
        ))
    }

    #[test]
    fn nested_loops_know_their_parents() {
        let found = loops(&[&[1], &[2, 5], &[3], &[2, 4], &[1], &[]]);
        assert_eq!(found.loops.len(), 2);
        assert_eq!((found.loops[0].header, found.loops[0].depth), (BlockId(1), 1));
        assert_eq!((found.loops[1].header, found.loops[1].parent), (BlockId(2), Some(0)));
        assert_eq!(found.innermost, [None, Some(0), Some(1), Some(1), Some(0), None]);
        assert!(!found.has_irreducible);
    }

    #[test]
    fn loop_with_two_entries_is_reported() {
        let found = loops(&[&[1, 2], &[2], &[1, 3], &[]]);
        assert!(found.has_irreducible);
        assert!(found.loops.is_empty());
    }
}
