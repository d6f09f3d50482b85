//! Makes a failing program smaller while it still fails.

use super::program::{Node, Program};

/// Drops statements as long as `fails` holds for what is left.
pub fn shrink(program: &Program, mut fails: impl FnMut(&Program) -> bool) -> Program {
    let mut best = program.clone();
    let mut attempts = 0;
    loop {
        let before = size(&best.body) + best.functions.iter().map(|function| size(&function.body)).sum::<usize>();
        let single = Program { grid: [1; 3], ..best.clone() };
        if best.grid != single.grid && fails(&single) {
            best = single;
        }
        for block in [[1, 1, 1], [2, 1, 1], [32, 1, 1]] {
            let smaller = Program { block, ..best.clone() };
            if smaller.threads() < best.threads() && fails(&smaller) {
                best = smaller;
                break;
            }
        }
        // Whole subtrees first, then single statements, from the end: what is used is defined before.
        let mut at = 0;
        while attempts < 5000 {
            attempts += 1;
            let mut smaller = best.clone();
            if !drop_one(&mut smaller, at) {
                break;
            }
            if fails(&smaller) {
                best = smaller;
            } else {
                at += 1;
            }
        }
        let after = size(&best.body) + best.functions.iter().map(|function| size(&function.body)).sum::<usize>();
        if after == before || attempts >= 5000 {
            return best;
        }
    }
}

/// How many statements there are.
pub fn size(nodes: &[Node]) -> usize {
    nodes
        .iter()
        .map(|node| match node {
            Node::Lines(_) => 1,
            Node::If { arms, .. } => 1 + arms.iter().map(|arm| size(arm)).sum::<usize>(),
            Node::Loop { body, .. } => 1 + size(body),
            Node::Switch { arms, .. } => 1 + arms.iter().map(|arm| size(arm)).sum::<usize>(),
        })
        .sum()
}

/// Makes the change with this number: dropping a statement, or replacing it by what is in it.
fn drop_one(program: &mut Program, at: usize) -> bool {
    let mut left = at;
    if drop_in(&mut program.body, &mut left) {
        return true;
    }
    program.functions.iter_mut().any(|function| drop_in(&mut function.body, &mut left))
}

fn drop_in(nodes: &mut Vec<Node>, left: &mut usize) -> bool {
    for index in (0..nodes.len()).rev() {
        if *left == 0 {
            nodes.remove(index);
            return true;
        }
        *left -= 1;
        // The bodies of a construct in its place.
        let bodies: Vec<Vec<Node>> = match &nodes[index] {
            Node::Lines(_) => Vec::new(),
            Node::If { arms, .. } => arms.to_vec(),
            Node::Loop { body, .. } => vec![body.clone()],
            Node::Switch { arms, .. } => arms.clone(),
        };
        for body in bodies {
            if *left == 0 {
                nodes.splice(index..=index, body);
                return true;
            }
            *left -= 1;
        }
        let is_changed = match &mut nodes[index] {
            Node::Lines(_) => false,
            Node::If { arms, .. } => arms.iter_mut().any(|arm| drop_in(arm, left)),
            Node::Loop { body, leaves, .. } => {
                if leaves.is_some() {
                    if *left == 0 {
                        *leaves = None;
                        return true;
                    }
                    *left -= 1;
                }
                drop_in(body, left)
            }
            Node::Switch { arms, .. } => arms.iter_mut().any(|arm| drop_in(arm, left)),
        };
        if is_changed {
            return true;
        }
    }
    false
}
