//! Where lanes that part meet again: immediate post-dominators, and which blocks depend on which branches.

use super::control_flow::ControlFlow;
use crate::tile::BlockId;

/// Post-dominators of a function.
#[derive(Clone, Debug, PartialEq)]
pub struct PostDominators {
    /// By block: the nearest block that every lane passes later, unless it never leaves a loop; `None` where lanes may
    /// end without passing a common one, and for unreachable blocks.
    pub immediate: Vec<Option<BlockId>>,
}

/// Finds the post-dominators of a graph. Every block without successors leads to a common end.
pub fn find_post_dominators(flow: &ControlFlow) -> PostDominators {
    let blocks = flow.successors.len();
    // The same graph backwards: block 0 is the common end, block b + 1 is b.
    let mut backwards = vec![Vec::new(); blocks + 1];
    for &from in &flow.order {
        let to = flow.successors(from);
        if to.is_empty() {
            backwards[0].push(BlockId(from.0 + 1));
        }
        for next in to {
            backwards[next.0 as usize + 1].push(BlockId(from.0 + 1));
        }
    }
    connect_endless_loops(flow, &mut backwards);
    let immediate = ControlFlow::from_successors(backwards).dominators();
    let forwards = |block: &Option<BlockId>| block.and_then(|b| b.0.checked_sub(1)).map(BlockId);
    PostDominators { immediate: immediate[1..].iter().map(forwards).collect() }
}

/// Blocks from which no lane ever ends get an edge to the common end, one per endless loop, so that they are reached
/// backwards too.
fn connect_endless_loops(flow: &ControlFlow, backwards: &mut [Vec<BlockId>]) {
    let mut ends = vec![false; backwards.len()];
    let mut pending = vec![0usize];
    ends[0] = true;
    let mut latest = flow.order.iter().rev();
    loop {
        while let Some(block) = pending.pop() {
            for from in &backwards[block] {
                if !std::mem::replace(&mut ends[from.0 as usize], true) {
                    pending.push(from.0 as usize);
                }
            }
        }
        match latest.find(|block| !ends[block.0 as usize + 1]) {
            Some(block) => {
                backwards[0].push(BlockId(block.0 + 1));
                ends[block.0 as usize + 1] = true;
                pending.push(block.0 as usize + 1);
            }
            None => return,
        }
    }
}

impl PostDominators {
    /// By block: the blocks whose branch decides directly whether it runs (Ferrante, Ottenstein, Warren: control
    /// dependence).
    pub fn control_dependences(&self, flow: &ControlFlow) -> Vec<Vec<BlockId>> {
        let mut depends = vec![Vec::new(); flow.successors.len()];
        for &branch in &flow.order {
            if flow.successors(branch).len() < 2 {
                continue;
            }
            let meet = self.immediate[branch.0 as usize];
            for &next in flow.successors(branch) {
                let mut at = Some(next);
                while let Some(block) = at
                    && at != meet
                {
                    let on: &mut Vec<BlockId> = &mut depends[block.0 as usize];
                    // All further ones were visited from this branch already.
                    if on.last() == Some(&branch) {
                        break;
                    }
                    on.push(branch);
                    at = self.immediate[block.0 as usize];
                }
            }
        }
        depends
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph(edges: &[&[u32]]) -> ControlFlow {
        ControlFlow::from_successors(edges.iter().map(|to| to.iter().map(|&b| BlockId(b)).collect()).collect())
    }

    #[test]
    fn arms_meet_at_the_join_and_depend_on_the_fork() {
        let flow = graph(&[&[1, 2], &[3], &[3], &[]]);
        let post = find_post_dominators(&flow);
        assert_eq!(post.immediate, [Some(BlockId(3)), Some(BlockId(3)), Some(BlockId(3)), None]);
        assert_eq!(post.control_dependences(&flow), [vec![], vec![BlockId(0)], vec![BlockId(0)], vec![]]);
    }

    #[test]
    fn loop_body_and_header_depend_on_the_header() {
        let flow = graph(&[&[1], &[2, 3], &[1], &[]]);
        let post = find_post_dominators(&flow);
        assert_eq!(post.immediate, [Some(BlockId(1)), Some(BlockId(3)), Some(BlockId(1)), None]);
        assert_eq!(post.control_dependences(&flow), [vec![], vec![BlockId(1)], vec![BlockId(1)], vec![]]);
    }

    #[test]
    fn endless_loop_has_post_dominators_inside_itself() {
        let flow = graph(&[&[1, 3], &[2], &[1], &[]]);
        let post = find_post_dominators(&flow);
        assert_eq!(post.immediate, [None, Some(BlockId(2)), None, None]);
        assert_eq!(post.control_dependences(&flow)[2], [BlockId(0)]);
    }
}
