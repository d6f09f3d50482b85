//! Which values share storage. A value needs its row from its definition to its last use; rows are reused, because
//! a warp's rows should stay in the host's caches.

use crate::tile::{Function, Operand, Terminator, Value};

/// Where each value of a function is kept.
pub(super) struct Slots {
    /// By value; `None` for values that nothing reads.
    pub(super) slot: Vec<Option<u32>>,
    /// How many rows the function needs.
    pub(super) count: u32,
    /// By block: the values that are read after its terminator, apart from the terminator's results.
    pub(super) live_out: Vec<Vec<Value>>,
}

/// A set of values.
#[derive(Clone, PartialEq)]
struct Set(Vec<u64>);

impl Set {
    fn new(values: usize) -> Set {
        Set(vec![0; values.div_ceil(64)])
    }
    fn insert(&mut self, v: Value) {
        self.0[v.0 as usize / 64] |= 1 << (v.0 % 64);
    }
    fn remove(&mut self, v: Value) {
        self.0[v.0 as usize / 64] &= !(1 << (v.0 % 64));
    }
    fn contains(&self, v: Value) -> bool {
        self.0[v.0 as usize / 64] & (1 << (v.0 % 64)) != 0
    }
    fn add_all(&mut self, other: &Set) {
        self.0.iter_mut().zip(&other.0).for_each(|(a, b)| *a |= b);
    }
    fn iter(&self) -> impl Iterator<Item = Value> + '_ {
        self.0.iter().enumerate().flat_map(|(i, &word)| {
            let bits = (0..64).filter(move |b| word & (1 << b) != 0);
            bits.map(move |b| Value(i as u32 * 64 + b))
        })
    }
}

fn values(operands: &[Operand]) -> impl Iterator<Item = Value> + '_ {
    operands.iter().filter_map(|o| match o {
        Operand::Value(v) => Some(*v),
        Operand::Const(_) => None,
    })
}

/// What is live where the edges leave, results of the terminator included.
fn live_at_edges(terminator: &Terminator, live_in: &[Set], function: &Function) -> Set {
    let mut live = Set::new(function.values.len());
    for target in terminator.targets() {
        // `live_in` does not contain the target's parameters.
        live.add_all(&live_in[target.block.0 as usize]);
        values(&target.args).for_each(|v| live.insert(v));
    }
    live
}

/// Assigns rows. `sequence` lists the reachable blocks such that dominators come first.
pub(super) fn assign(function: &Function, sequence: &[u32]) -> Slots {
    let blocks = &function.blocks;
    let mut live_in = vec![Set::new(function.values.len()); blocks.len()];
    let mut changed = true;
    while changed {
        changed = false;
        for &b in sequence.iter().rev() {
            let block = &blocks[b as usize];
            let mut live = live_at_edges(&block.terminator, &live_in, function);
            block.terminator.results().iter().for_each(|&v| live.remove(v));
            values(&block.terminator.operands()).for_each(|v| live.insert(v));
            for inst in block.insts.iter().rev() {
                inst.results.iter().for_each(|&v| live.remove(v));
                values(&inst.args).for_each(|v| live.insert(v));
            }
            block.params.iter().for_each(|&v| live.remove(v));
            if live != live_in[b as usize] {
                live_in[b as usize] = live;
                changed = true;
            }
        }
    }

    let mut rows = Rows { slot: vec![None; function.values.len()], busy: Vec::new(), wish: wishes(function) };
    let mut live_out = vec![Vec::new(); blocks.len()];
    for &b in sequence {
        let block = &blocks[b as usize];
        let at_edges = live_at_edges(&block.terminator, &live_in, function);
        let mut leaving = at_edges.clone();
        block.terminator.results().iter().for_each(|&v| leaving.remove(v));
        live_out[b as usize] = leaving.iter().collect();

        // By instruction (the terminator last): values whose last use in the block is there and that do not leave it.
        let mut seen = leaving.clone();
        let mut dies = vec![Vec::new(); block.insts.len() + 1];
        let mut last_use = |at: usize, operands: &[Operand], dies: &mut Vec<Vec<Value>>| {
            for v in values(operands) {
                if !seen.contains(v) {
                    seen.insert(v);
                    dies[at].push(v);
                }
            }
        };
        last_use(block.insts.len(), &block.terminator.operands(), &mut dies);
        for (at, inst) in block.insts.iter().enumerate().rev() {
            last_use(at, &inst.args, &mut dies);
        }
        let is_used = |v: Value| seen.contains(v) || at_edges.contains(v);

        rows.busy.fill(false);
        for v in live_in[b as usize].iter() {
            rows.occupy(v);
        }
        let params: Vec<Value> = block.params.iter().copied().filter(|&v| is_used(v)).collect();
        params.iter().for_each(|&v| rows.place(v));
        for (at, inst) in block.insts.iter().enumerate() {
            dies[at].iter().for_each(|&v| rows.release(v));
            let used: Vec<Value> = inst.results.iter().copied().filter(|&v| is_used(v)).collect();
            used.iter().for_each(|&v| rows.place(v));
        }
        // Results of a terminator must not overwrite what it reads: some lanes may read later than others act.
        for &v in block.terminator.results().iter() {
            if at_edges.contains(v) {
                rows.place(v);
            }
        }
    }
    Slots { slot: rows.slot, count: rows.busy.len() as u32, live_out }
}

/// By value, another whose row it would like to share, because one is copied to the other along an edge.
fn wishes(function: &Function) -> Vec<Vec<Value>> {
    let mut wish = vec![Vec::new(); function.values.len()];
    for block in &function.blocks {
        for target in block.terminator.targets() {
            for (&param, arg) in function.blocks[target.block.0 as usize].params.iter().zip(&target.args) {
                if let Operand::Value(arg) = *arg {
                    wish[arg.0 as usize].push(param);
                    wish[param.0 as usize].push(arg);
                }
            }
        }
    }
    wish
}

struct Rows {
    slot: Vec<Option<u32>>,
    busy: Vec<bool>,
    wish: Vec<Vec<Value>>,
}

impl Rows {
    fn occupy(&mut self, v: Value) {
        let slot = self.slot[v.0 as usize].expect("dominators come first");
        self.busy[slot as usize] = true;
    }

    fn release(&mut self, v: Value) {
        if let Some(slot) = self.slot[v.0 as usize] {
            self.busy[slot as usize] = false;
        }
    }

    fn place(&mut self, v: Value) {
        let wished = self.wish[v.0 as usize].iter().filter_map(|w| self.slot[w.0 as usize]);
        let free = wished.into_iter().find(|&s| !self.busy[s as usize]);
        let slot = free.unwrap_or_else(|| match self.busy.iter().position(|busy| !busy) {
            Some(slot) => slot as u32,
            None => {
                self.busy.push(false);
                self.busy.len() as u32 - 1
            }
        });
        self.busy[slot as usize] = true;
        self.slot[v.0 as usize] = Some(slot);
    }
}
