//! Control flow of any shape as loops that run while any lane is in them.
//!
//! Blocks are run in one order, each under the mask of the lanes that stand there. Where the graph has cycles, a
//! strongly connected component becomes a loop: its *heads* are the blocks where lanes enter it; with the edges to
//! the heads left out, the component falls apart into smaller pieces that are run in order; lanes on the edges left
//! out stand at a head for the next turn. This works for irreducible graphs too, which simply have several heads.

use crate::pass::control_flow::ControlFlow;
use crate::tile::BlockId;

/// A piece of the order.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Item {
    Block(BlockId),
    Loop(LoopItem),
}

/// A strongly connected component.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct LoopItem {
    /// Where lanes stand when a turn begins.
    pub(super) heads: Vec<BlockId>,
    /// What a turn runs, heads first.
    pub(super) items: Vec<Item>,
}

/// Arranges the reachable blocks.
pub(super) fn arrange(flow: &ControlFlow) -> Vec<Item> {
    let mut open = vec![false; flow.successors.len()];
    for block in &flow.order {
        open[block.0 as usize] = true;
    }
    arrange_part(flow, &flow.order, &open, &[])
}

/// Arranges `blocks` (in reverse postorder), following only edges inside `open` that do not lead to `cut`.
fn arrange_part(flow: &ControlFlow, blocks: &[BlockId], open: &[bool], cut: &[BlockId]) -> Vec<Item> {
    let follows = |to: &BlockId| open[to.0 as usize] && !cut.contains(to);
    let components = components(flow, blocks, &follows);
    let mut number = vec![usize::MAX; flow.successors.len()];
    for (index, component) in components.iter().enumerate() {
        for block in component {
            number[block.0 as usize] = index;
        }
    }
    let mut items = Vec::new();
    for (index, component) in components.iter().enumerate() {
        let is_cycle =
            component.len() > 1 || flow.successors(component[0]).iter().any(|to| *to == component[0] && follows(to));
        if !is_cycle {
            items.push(Item::Block(component[0]));
            continue;
        }
        // Lanes enter at blocks with an edge from outside the component, also from blocks that are not in this part.
        let is_entered = |block: &BlockId| {
            *block == BlockId(0) || flow.predecessors(*block).iter().any(|from| number[from.0 as usize] != index)
        };
        let heads: Vec<BlockId> = component.iter().copied().filter(is_entered).collect();
        let mut inside = vec![false; flow.successors.len()];
        for block in component {
            inside[block.0 as usize] = true;
        }
        let cut: Vec<BlockId> = cut.iter().chain(&heads).copied().collect();
        items.push(Item::Loop(LoopItem { items: arrange_part(flow, component, &inside, &cut), heads }));
    }
    items
}

/// Strongly connected components in topological order, each in reverse postorder (Tarjan, without recursion).
fn components(flow: &ControlFlow, blocks: &[BlockId], follows: &impl Fn(&BlockId) -> bool) -> Vec<Vec<BlockId>> {
    #[derive(Clone, Copy)]
    struct Mark {
        index: u32,
        low: u32,
        on_stack: bool,
    }
    let mut marks: Vec<Option<Mark>> = vec![None; flow.successors.len()];
    let mut next = 0;
    let mut stack: Vec<BlockId> = Vec::new();
    let mut found: Vec<Vec<BlockId>> = Vec::new();
    // Later roots first: components come out in reverse, so that the result keeps to reverse postorder where it can.
    for root in blocks.iter().rev() {
        if marks[root.0 as usize].is_some() {
            continue;
        }
        let mut work = vec![(*root, 0usize)];
        while let Some((block, edge)) = work.last_mut() {
            let block = *block;
            if *edge == 0 {
                marks[block.0 as usize] = Some(Mark { index: next, low: next, on_stack: true });
                next += 1;
                stack.push(block);
            }
            let mark_of = |marks: &[Option<Mark>], block: BlockId| marks[block.0 as usize];
            if let Some(to) = flow.successors(block).get(*edge).copied() {
                *edge += 1;
                if !follows(&to) {
                    continue;
                }
                match mark_of(&marks, to) {
                    None => work.push((to, 0)),
                    Some(there) if there.on_stack => lower(&mut marks, block, there.index),
                    Some(_) => {}
                }
                continue;
            }
            // `edge == 0` means "not begun": a block without successors must not begin twice.
            work.pop();
            let Some(mark) = mark_of(&marks, block) else { unreachable!("it was marked when begun") };
            if let Some((up, _)) = work.last() {
                lower(&mut marks, *up, mark.low);
            }
            if mark.low == mark.index {
                let mut component = Vec::new();
                while let Some(member) = stack.pop() {
                    if let Some(mark) = &mut marks[member.0 as usize] {
                        mark.on_stack = false;
                    }
                    component.push(member);
                    if member == block {
                        break;
                    }
                }
                component.sort_unstable_by_key(|block| flow.place[block.0 as usize]);
                found.push(component);
            }
        }
    }
    return sorted(flow, found, follows);

    fn lower(marks: &mut [Option<Mark>], block: BlockId, to: u32) {
        if let Some(mark) = &mut marks[block.0 as usize] {
            mark.low = mark.low.min(to);
        }
    }
}

/// Topological order of components, by earliest block where the edges leave a choice.
fn sorted(flow: &ControlFlow, found: Vec<Vec<BlockId>>, follows: &impl Fn(&BlockId) -> bool) -> Vec<Vec<BlockId>> {
    let mut number = vec![usize::MAX; flow.successors.len()];
    for (index, component) in found.iter().enumerate() {
        for block in component {
            number[block.0 as usize] = index;
        }
    }
    let mut waiting = vec![0u32; found.len()];
    let edges = |index: usize| {
        let edges = found[index].iter().flat_map(|block| flow.successors(*block)).filter(|to| follows(to));
        edges.map(|to| number[to.0 as usize]).filter(move |to| *to != index && *to != usize::MAX).collect::<Vec<_>>()
    };
    for index in 0..found.len() {
        for to in edges(index) {
            waiting[to] += 1;
        }
    }
    let place = |index: usize| flow.place[found[index][0].0 as usize];
    let mut ready: std::collections::BTreeSet<(Option<u32>, usize)> =
        (0..found.len()).filter(|index| waiting[*index] == 0).map(|index| (place(index), index)).collect();
    let mut order = Vec::with_capacity(found.len());
    while let Some((_, index)) = ready.pop_first() {
        order.push(index);
        for to in edges(index) {
            waiting[to] -= 1;
            if waiting[to] == 0 {
                ready.insert((place(to), to));
            }
        }
    }
    let mut found: Vec<Option<Vec<BlockId>>> = found.into_iter().map(Some).collect();
    order.into_iter().filter_map(|index| found[index].take()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(edges: &[&[u32]], expected: &str) {
        let flow =
            ControlFlow::from_successors(edges.iter().map(|to| to.iter().map(|&b| BlockId(b)).collect()).collect());
        assert_eq!(text(&arrange(&flow)), expected);
    }

    /// `0 (1: 1 2) 3`: a loop with its heads before the colon.
    fn text(items: &[Item]) -> String {
        let item = |item: &Item| match item {
            Item::Block(block) => block.0.to_string(),
            Item::Loop(each) => {
                let heads: Vec<String> = each.heads.iter().map(|head| head.0.to_string()).collect();
                format!("({}: {})", heads.join(" "), text(&each.items))
            }
        };
        items.iter().map(item).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn acyclic_blocks_run_once_in_order() {
        check(&[&[1, 2], &[3], &[3], &[]], "0 2 1 3");
    }

    #[test]
    fn loops_nest() {
        check(&[&[1], &[2, 4], &[2, 3], &[1], &[]], "0 (1: 1 (2: 2) 3) 4");
    }

    #[test]
    fn a_block_that_returns_to_itself_is_a_loop() {
        check(&[&[0, 1], &[]], "(0: 0) 1");
    }

    #[test]
    fn a_cycle_entered_twice_has_two_heads() {
        check(&[&[1, 2], &[2], &[1, 3], &[]], "0 (1 2: 1 2) 3");
    }

    #[test]
    fn a_loop_with_two_ways_back_stays_one_loop() {
        check(&[&[1], &[2, 3], &[1], &[1, 4], &[]], "0 (1: 1 3 2) 4");
    }
}
