//! Which block comes before another on every path (Cooper, Harvey, Kennedy: "A simple, fast dominance algorithm").

use crate::tile::{BlockId, Function};

pub(super) struct Dominance {
    /// By block: its immediate dominator; itself for the entry; `None` where no path leads.
    parent: Vec<Option<u32>>,
    /// By block: its place in reverse post-order.
    order: Vec<u32>,
}

impl Dominance {
    /// Of a function whose edges lead to blocks that exist.
    pub(super) fn of(function: &Function) -> Dominance {
        let count = function.blocks.len();
        let targets = |b: usize| function.blocks[b].terminator.targets().into_iter().map(|t| t.block.0 as usize);
        let mut post_order = Vec::with_capacity(count);
        let mut seen = vec![false; count];
        let mut path = vec![(0, targets(0).collect::<Vec<_>>())];
        seen[0] = true;
        while let Some((block, rest)) = path.last_mut() {
            match rest.pop() {
                Some(next) if !seen[next] => {
                    seen[next] = true;
                    path.push((next, targets(next).collect()));
                }
                Some(_) => {}
                None => {
                    post_order.push(*block);
                    path.pop();
                }
            }
        }
        let mut order = vec![u32::MAX; count];
        for (place, &block) in post_order.iter().rev().enumerate() {
            order[block] = place as u32;
        }
        let mut predecessors = vec![Vec::new(); count];
        for &block in &post_order {
            targets(block).for_each(|to| predecessors[to].push(block as u32));
        }
        let mut dominance = Dominance { parent: vec![None; count], order };
        dominance.parent[0] = Some(0);
        let mut changed = true;
        while changed {
            changed = false;
            for &block in post_order.iter().rev().skip(1) {
                let known = predecessors[block].iter().copied().filter(|&p| dominance.parent[p as usize].is_some());
                let new = known.reduce(|a, b| dominance.meet(a, b));
                if new != dominance.parent[block] {
                    dominance.parent[block] = new;
                    changed = true;
                }
            }
        }
        dominance
    }

    /// The closest block that dominates both.
    fn meet(&self, mut a: u32, mut b: u32) -> u32 {
        while a != b {
            let lower = if self.order[a as usize] > self.order[b as usize] { &mut a } else { &mut b };
            *lower = self.parent[*lower as usize].expect("its dominators are known");
        }
        a
    }

    /// Whether every path to `b` leads through `a`. A block to which no path leads is dominated by all.
    pub(super) fn dominates(&self, a: BlockId, b: BlockId) -> bool {
        let mut at = b.0;
        loop {
            match self.parent[at as usize] {
                _ if at == a.0 => return true,
                None => return true,
                Some(parent) if parent == at => return false,
                Some(parent) => at = parent,
            }
        }
    }
}
