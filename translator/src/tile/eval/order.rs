//! The order in which blocks run when lanes of a warp stand at different ones: every loop is contiguous, its body
//! comes before what follows it, and a join comes after all that leads to it. Running the earliest block first
//! therefore brings lanes together again at post-dominators. A loop's head is where the turn's ways join, so it comes
//! last in its loop: lanes that are through with a turn wait for those that are still in it.
//!
//! This is Bourdoncle's weak topological order ("Efficient chaotic iteration strategies with widenings", 1993),
//! which also exists for irreducible graphs.

/// A weak topological order of the blocks reachable from block 0, and the innermost loop of each block.
pub(super) struct Order {
    /// Blocks in order, with every loop's head before its body: dominators come first.
    pub(super) sequence: Vec<u32>,
    /// By block: number of the innermost loop that contains it. Loops are numbered from 0.
    pub(super) innermost_loop: Vec<Option<u32>>,
    /// By loop: the loop around it.
    pub(super) loop_parent: Vec<Option<u32>>,
}

impl Order {
    /// The order in which lanes have their turns: [`Order::sequence`] with every loop's head behind its body.
    pub(super) fn turns(&self) -> Vec<u32> {
        let mut turns = self.sequence.clone();
        for number in 0..self.loop_parent.len() as u32 {
            let is_inside = |block: &u32| self.is_in_loop(*block, number);
            let start = turns.iter().position(is_inside).unwrap_or(0);
            let length = turns[start..].iter().take_while(|block| is_inside(block)).count();
            // Outer loops have lower numbers, so the head of this one is still at its start.
            turns[start..start + length].rotate_left(1);
        }
        turns
    }

    fn is_in_loop(&self, block: u32, number: u32) -> bool {
        let mut at = self.innermost_loop[block as usize];
        while let Some(inner) = at {
            if inner == number {
                return true;
            }
            at = self.loop_parent[inner as usize];
        }
        false
    }
}

/// Orders a graph given by its successor lists.
pub(super) fn weak_topological_order(successors: &[Vec<u32>]) -> Order {
    let count = successors.len();
    let mut order = Order { sequence: Vec::new(), innermost_loop: vec![None; count], loop_parent: Vec::new() };
    // A block is in play if its region is the one being ordered; each loop's body becomes a region of its own.
    let mut region = vec![0u32; count];
    let mut next_region = 1;
    // Work that is still to be emitted, last first: a single block, or a region to be ordered from these roots.
    enum Work {
        Emit(u32),
        Region(u32, Vec<u32>),
    }
    let mut work = vec![Work::Region(0, vec![0])];
    while let Some(item) = work.pop() {
        match item {
            Work::Emit(block) => order.sequence.push(block),
            Work::Region(id, roots) => {
                let components = strongly_connected(successors, &region, id, &roots);
                // Components come in reverse topological order, which is the order of a stack.
                for component in components {
                    let head = component[0];
                    let is_loop = component.len() > 1 || successors[head as usize].contains(&head);
                    if is_loop {
                        let number = order.loop_parent.len() as u32;
                        order.loop_parent.push(order.innermost_loop[head as usize]);
                        for &block in &component {
                            order.innermost_loop[block as usize] = Some(number);
                        }
                    }
                    if component.len() > 1 {
                        for &block in &component {
                            region[block as usize] = next_region;
                        }
                        region[head as usize] = u32::MAX;
                        // All of a component is reachable from its head without passing the head again.
                        work.push(Work::Region(next_region, successors[head as usize].clone()));
                        next_region += 1;
                    }
                    work.push(Work::Emit(head));
                }
            }
        }
    }
    order
}

/// Strongly connected components of a region in reverse topological order, each with the block it was entered by
/// first (Tarjan's algorithm with an explicit stack).
fn strongly_connected(successors: &[Vec<u32>], region: &[u32], id: u32, roots: &[u32]) -> Vec<Vec<u32>> {
    const UNSEEN: u32 = u32::MAX;
    let mut index = std::collections::HashMap::<u32, (u32, u32, bool)>::new(); // number, low link, on stack
    let mut components = Vec::new();
    let mut open = Vec::new();
    let mut number = 0;
    for &root in roots {
        if region[root as usize] != id || index.contains_key(&root) {
            continue;
        }
        let mut path = vec![(root, 0usize)];
        index.insert(root, (number, number, true));
        number += 1;
        open.push(root);
        while let Some(&mut (block, ref mut edge)) = path.last_mut() {
            if let Some(&to) = successors[block as usize].get(*edge) {
                *edge += 1;
                if region[to as usize] != id {
                    continue;
                }
                match index.get(&to).copied().unwrap_or((UNSEEN, UNSEEN, false)) {
                    (UNSEEN, ..) => {
                        index.insert(to, (number, number, true));
                        number += 1;
                        open.push(to);
                        path.push((to, 0));
                    }
                    (seen, _, true) => {
                        let low = &mut index.get_mut(&block).expect("on the path").1;
                        *low = (*low).min(seen);
                    }
                    _ => {}
                }
                continue;
            }
            path.pop();
            let (seen, low, _) = index[&block];
            if let Some(&(parent, _)) = path.last() {
                let parent_low = &mut index.get_mut(&parent).expect("on the path").1;
                *parent_low = (*parent_low).min(low);
            }
            if seen == low {
                let at = open.iter().rposition(|&b| b == block).expect("its component is still open");
                let component = open.split_off(at);
                for b in &component {
                    index.get_mut(b).expect("visited").2 = false;
                }
                components.push(component);
            }
        }
    }
    components
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(successors: &[&[u32]], expected: &[u32]) {
        let successors: Vec<Vec<u32>> = successors.iter().map(|s| s.to_vec()).collect();
        assert_eq!(weak_topological_order(&successors).sequence, expected);
    }

    #[test]
    fn a_join_comes_after_both_arms() {
        check(&[&[1, 2], &[3], &[3], &[]], &[0, 2, 1, 3]);
        check(&[&[2, 1], &[2], &[]], &[0, 1, 2]);
    }

    #[test]
    fn a_loop_comes_before_what_follows_it() {
        // 0 → 1 (head) → {2 (exit), 3 (body)}, 3 → 1
        check(&[&[1], &[2, 3], &[], &[1]], &[0, 1, 3, 2]);
        check(&[&[1], &[3, 2], &[], &[1]], &[0, 1, 3, 2]);
    }

    #[test]
    fn nested_loops_stay_together() {
        // 1: outer head, 2: inner head, 3: inner body, 4: outer latch, 5: exit
        let successors: Vec<Vec<u32>> = vec![vec![1], vec![5, 2], vec![4, 3], vec![2], vec![1], vec![]];
        let order = weak_topological_order(&successors);
        assert_eq!(order.sequence, [0, 1, 2, 3, 4, 5]);
        assert_eq!(order.innermost_loop[3], order.innermost_loop[2]);
        assert_ne!(order.innermost_loop[3], order.innermost_loop[4]);
        assert_eq!(order.innermost_loop[5], None);
        assert_eq!(order.loop_parent[order.innermost_loop[3].unwrap() as usize], order.innermost_loop[4]);
    }

    #[test]
    fn lanes_of_a_loop_meet_at_its_head() {
        // 1 (head) → {4 (exit), 2, 3}, 2 → 1, 3 → 1
        let successors: Vec<Vec<u32>> = vec![vec![1], vec![2, 3, 4], vec![1], vec![1], vec![]];
        let turns = weak_topological_order(&successors).turns();
        assert_eq!((turns[0], &turns[3..]), (0, &[1, 4][..]), "{turns:?}");
        // As in `nested_loops_stay_together`.
        let nested: Vec<Vec<u32>> = vec![vec![1], vec![5, 2], vec![4, 3], vec![2], vec![1], vec![]];
        assert_eq!(weak_topological_order(&nested).turns(), [0, 3, 2, 4, 1, 5]);
    }

    #[test]
    fn irreducible_loops_are_ordered_whole() {
        // Two entries into the cycle 1 ⇄ 2.
        let successors: Vec<Vec<u32>> = vec![vec![1, 2], vec![2], vec![1, 3], vec![]];
        let order = weak_topological_order(&successors);
        assert_eq!(order.sequence.len(), 4);
        assert_eq!(order.sequence[3], 3);
    }
}
