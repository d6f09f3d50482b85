//! From a kernel to what runs: blocks in order, values in rows, meanings as functions, constants in a pool.

use super::atomic::{Change, change};
use super::order::{Order, weak_topological_order};
use super::slots::{self, Slots};
use crate::tile::ops::Meaning;
use crate::tile::signature::{Width, signature};
use crate::tile::{
    Access, Async, Barrier, BarrierKind, Block, BlockId, Callee, Collective, Function, FunctionId, ImageOp, Inst,
    Kernel, Mbarrier, Op, Operand, Space, Target, Terminator, Type, Value,
};
use ptx_frontend::checked::Origin;
use ptx_frontend::special::SpecialRegister;
use ptx_frontend::types::{AtomicOp, MemoryOrder};
use std::collections::{HashMap, HashSet};

/// A kernel, ready to run. Immutable; any number of launches and threads share it.
#[derive(Debug)]
pub struct Prepared {
    pub(super) kernel: Kernel,
    pub(super) functions: Vec<Routine>,
    /// The blocks of all functions. A block's number here is also its turn: lower ones run first.
    pub(super) blocks: Vec<Code>,
    pub(super) constants: Vec<u64>,
    /// Code address → function.
    pub(super) addresses: HashMap<u64, u32>,
}

/// A function.
#[derive(Debug)]
pub(super) struct Routine {
    pub(super) entry: u32,
    /// By parameter: its row, if anyone reads it, and its bits.
    pub(super) params: Box<[(Option<u32>, u64)]>,
    pub(super) results: usize,
    pub(super) rows: u32,
    pub(super) frame_bytes: u32,
}

/// A block.
#[derive(Debug)]
pub(super) struct Code {
    pub(super) function: u32,
    pub(super) id: BlockId,
    pub(super) steps: Vec<Step>,
    /// By step, where it comes from.
    pub(super) origins: Vec<Origin>,
    pub(super) end: End,
    pub(super) end_origin: Origin,
    /// Instructions, the terminator included, before useless ones were dropped.
    pub(super) instructions: u32,
    /// How much of a turn it uses up.
    pub(super) weight: u64,
    /// It has effects outside of its cluster or sees something from there, or lets lanes wait or leave.
    pub(super) is_noisy: bool,
}

impl Code {
    /// Where its first operation comes from.
    pub(super) fn first_origin(&self) -> Origin {
        self.origins.first().copied().unwrap_or(self.end_origin)
    }
}

/// A row of the warp's, or, with [`CONSTANT`], of the constant pool.
pub(super) type Ref = u32;
pub(super) const CONSTANT: Ref = 1 << 31;

/// An operation.
#[derive(Debug)]
pub(super) enum Step {
    F1(fn(u64) -> u64, Ref, u32),
    F2(fn(u64, u64) -> u64, [Ref; 2], u32),
    F3(fn(u64, u64, u64) -> u64, [Ref; 3], u32),
    F4(fn(u64, u64, u64, u64) -> u64, [Ref; 4], u32),
    Dyn(Meaning, Box<[Ref]>, u32),
    Special(SpecialRegister, u32),
    Symbol(u32, u32),
    DynamicShared(u32),
    FrameAddress(u32, u32),
    Copy(Ref, u32),
    Load(Load),
    Store(Store),
    Atomic(Box<Atomic>),
    Fence(MemoryOrder),
    Image(Box<ImageStep>),
    Printf([Ref; 2], u32),
    AssertFail([Ref; 5]),
    StackTop(u32),
    SetStackTop(Ref),
    Malloc(Ref, u32),
    Free(Ref),
    Sleep(Ref),
    Collective(Box<Together>),
    Async(Box<Asynchronous>),
}

#[derive(Debug)]
pub(super) struct Asynchronous {
    pub(super) what: Async,
    pub(super) args: Box<[Ref]>,
    pub(super) out: Option<u32>,
}

#[derive(Debug)]
pub(super) struct Load {
    pub(super) access: Access,
    pub(super) address: Ref,
    pub(super) element: u32,
    pub(super) outs: Box<[Out]>,
}

/// Where a loaded element goes, and how it is extended.
#[derive(Clone, Copy, Debug)]
pub(super) struct Out {
    pub(super) row: u32,
    /// For sign extension: how far up the element is shifted and, arithmetically, down again.
    pub(super) sign_shift: Option<u32>,
    /// The bits of the result.
    pub(super) mask: u64,
}

#[derive(Debug)]
pub(super) struct Store {
    pub(super) access: Access,
    pub(super) address: Ref,
    pub(super) element: u32,
    pub(super) values: Box<[Ref]>,
}

#[derive(Debug)]
pub(super) struct Atomic {
    pub(super) access: Access,
    pub(super) address: Ref,
    pub(super) in_global: Change,
    pub(super) in_shared: Change,
    /// By element.
    pub(super) operands: Box<[Ref]>,
    /// By element, for `cas`.
    pub(super) expected: Box<[Ref]>,
    /// By element; empty for `red`.
    pub(super) outs: Box<[u32]>,
}

/// An operation on a texture or surface.
#[derive(Debug)]
pub(super) struct ImageStep {
    pub(super) op: ImageOp,
    pub(super) args: Box<[Ref]>,
    /// By result: its row and the bits of it.
    pub(super) outs: Box<[(u32, u64)]>,
}

#[derive(Debug)]
pub(super) struct Together {
    pub(super) what: Collective,
    pub(super) args: Box<[Ref]>,
    pub(super) outs: Box<[u32]>,
}

/// A terminator.
#[derive(Debug)]
pub(super) enum End {
    Jump(Edge),
    Branch(Ref, [Edge; 2]),
    Switch(Ref, Box<[Edge]>),
    Exit,
    Return(Box<[Ref]>),
    Trap,
    Barrier(Meeting, Edge),
    Collective(Together, Edge),
    Call(Call, Edge),
}

#[derive(Debug)]
pub(super) struct Meeting {
    pub(super) kind: BarrierKind,
    pub(super) id: Ref,
    pub(super) count: Option<Ref>,
    pub(super) operand: Option<Ref>,
    pub(super) out: Option<u32>,
}

#[derive(Debug)]
pub(super) struct Call {
    pub(super) callee: Whom,
    pub(super) args: Box<[Ref]>,
    pub(super) outs: Box<[u32]>,
    /// Rows that are read after the call: a recursive callee would overwrite them.
    pub(super) saves: Box<[u32]>,
}

#[derive(Debug)]
pub(super) enum Whom {
    Function(u32),
    At(Ref),
}

/// An edge: where to, and which rows are copied on the way.
#[derive(Debug)]
pub(super) struct Edge {
    pub(super) to: u32,
    pub(super) copies: Box<[(Ref, u32)]>,
    /// Some copy reads what another one writes.
    pub(super) overlaps: bool,
    /// It leads from a waiting loop back into it: such rounds are not counted.
    pub(super) waits: bool,
}

/// What an ordinary block uses up of a turn, and what one does that can see other threads' doings: a loop of those
/// may be a spin, which ends the sooner the earlier the others get their turn.
const ORDINARY: u64 = 1;
const OBSERVING: u64 = 256;

impl Prepared {
    /// Prepares a kernel. `Err`: the verifier's findings.
    pub fn new(kernel: &Kernel) -> Result<Prepared, Vec<String>> {
        crate::tile::verify::verify(kernel)?;
        let mut prepared = Prepared {
            kernel: kernel.clone(),
            functions: Vec::new(),
            blocks: Vec::new(),
            constants: Vec::new(),
            addresses: HashMap::new(),
        };
        let mut pool = Pool::default();
        for (number, function) in kernel.functions.iter().enumerate() {
            if function.code != 0 {
                prepared.addresses.insert(function.code, number as u32);
            }
            Builder::new(kernel, number as u32, function, prepared.blocks.len() as u32, &mut pool).build(&mut prepared);
        }
        prepared.constants = pool.constants;
        Ok(prepared)
    }

    /// The kernel it was made from.
    pub fn kernel(&self) -> &Kernel {
        &self.kernel
    }

    /// Function and block of a block's number in [`Cluster::counts`](super::Cluster::counts).
    pub fn block(&self, number: usize) -> (FunctionId, BlockId) {
        (FunctionId(self.blocks[number].function), self.blocks[number].id)
    }

    /// How many blocks there are: those that can be reached.
    pub fn block_count(&self) -> usize {
        self.blocks.len()
    }

    /// Instructions of a block, the terminator included.
    pub fn instructions(&self, number: usize) -> u32 {
        self.blocks[number].instructions
    }
}

/// The constants of a kernel, each once.
#[derive(Default)]
struct Pool {
    constants: Vec<u64>,
    places: HashMap<u64, u32>,
}

impl Pool {
    fn place(&mut self, bits: u64) -> Ref {
        let constants = &mut self.constants;
        CONSTANT
            | *self.places.entry(bits).or_insert_with(|| {
                constants.push(bits);
                constants.len() as u32 - 1
            })
    }
}

/// Prepares one function.
struct Builder<'a> {
    kernel: &'a Kernel,
    number: u32,
    function: &'a Function,
    slots: Slots,
    turns: Vec<u32>,
    innermost_loop: Vec<Option<u32>>,
    /// By loop: whether it does nothing but wait.
    waiting: Vec<bool>,
    /// By block: its number among all blocks; only of reachable ones.
    place: Vec<u32>,
    pool: &'a mut Pool,
}

impl<'a> Builder<'a> {
    fn new(kernel: &'a Kernel, number: u32, function: &'a Function, first: u32, pool: &'a mut Pool) -> Self {
        let successors: Vec<Vec<u32>> = function
            .blocks
            .iter()
            .map(|block| block.terminator.targets().iter().map(|target| target.block.0).collect())
            .collect();
        let order = weak_topological_order(&successors);
        let mut place = vec![u32::MAX; function.blocks.len()];
        let turns = order.turns();
        for (i, &block) in turns.iter().enumerate() {
            place[block as usize] = first + i as u32;
        }
        let slots = slots::assign(function, &order.sequence);
        let waiting = waiting_loops(function, &order);
        let innermost_loop = order.innermost_loop;
        Builder { kernel, number, function, slots, turns, innermost_loop, waiting, place, pool }
    }

    fn build(mut self, into: &mut Prepared) {
        for block in self.turns.clone() {
            let code = self.block(BlockId(block));
            into.blocks.push(code);
        }
        let entry = &self.function.blocks[0];
        into.functions.push(Routine {
            entry: self.place[0],
            params: entry
                .params
                .iter()
                .map(|v| (self.slots.slot[v.0 as usize], u64::MAX >> (64 - self.function.values[v.0 as usize].bits())))
                .collect(),
            results: self.function.results.len(),
            // One more than the values need, for results that nobody reads.
            rows: self.slots.count + 1,
            frame_bytes: self.function.frame_bytes,
        });
    }

    fn block(&mut self, id: BlockId) -> Code {
        let block = &self.function.blocks[id.0 as usize];
        let mut steps = Vec::new();
        let mut origins = Vec::new();
        for inst in &block.insts {
            if let Some(step) = self.step(inst) {
                steps.push(step);
                origins.push(inst.origin);
            }
        }
        let observes = block.insts.iter().any(|inst| observes(&inst.op));
        Code {
            function: self.number,
            id,
            steps,
            origins,
            end: self.end(id, &block.terminator),
            end_origin: block.origin,
            instructions: block.insts.len() as u32 + 1,
            weight: if observes { OBSERVING } else { ORDINARY },
            is_noisy: is_noisy(block),
        }
    }

    fn operand(&mut self, operand: Operand, width: Width) -> Ref {
        match operand {
            // The verifier has seen that it is defined; what is read has a row.
            Operand::Value(v) => self.slots.slot[v.0 as usize].expect("a value that is read has a row"),
            Operand::Const(bits) => self.pool.place(width.truncate(bits)),
        }
    }

    fn typed(&mut self, operand: Operand, ty: Type) -> Ref {
        self.operand(operand, Width::Exactly(ty))
    }

    fn out(&self, value: Value) -> u32 {
        self.slots.slot[value.0 as usize].unwrap_or(self.slots.count)
    }

    fn is_read(&self, value: Value) -> bool {
        self.slots.slot[value.0 as usize].is_some()
    }

    fn refs(&mut self, inst: &Inst) -> Box<[Ref]> {
        let widths = signature(&inst.op).expect("the verifier has accepted it").args;
        inst.args.iter().zip(widths).map(|(&arg, width)| self.operand(arg, width)).collect()
    }

    /// `None` for operations without effect.
    fn step(&mut self, inst: &Inst) -> Option<Step> {
        let is_pure = !matches!(
            inst.op,
            Op::Load(_)
                | Op::Store(_)
                | Op::Atomic(..)
                | Op::Fence(..)
                | Op::Printf
                | Op::AssertFail
                | Op::SetStackTop
                | Op::Malloc
                | Op::Free
                | Op::Sleep
                | Op::Image(_)
                | Op::Collective(_)
                | Op::Async(_)
        );
        if is_pure && !inst.results.iter().any(|&v| self.is_read(v)) {
            return None;
        }
        let args = self.refs(inst);
        let out = inst.results.first().map_or(self.slots.count, |&v| self.out(v));
        Some(match inst.op {
            Op::Elementwise(elementwise, attributes) => {
                match elementwise.meaning(&attributes).expect("the verifier has accepted it") {
                    Meaning::F1(f) => Step::F1(f, args[0], out),
                    Meaning::F2(f) => Step::F2(f, [args[0], args[1]], out),
                    Meaning::F3(f) => Step::F3(f, [args[0], args[1], args[2]], out),
                    Meaning::F4(f) => Step::F4(f, [args[0], args[1], args[2], args[3]], out),
                    meaning @ Meaning::Dyn(_) => Step::Dyn(meaning, args, out),
                }
            }
            Op::Special(register) => Step::Special(register, out),
            Op::Symbol(symbol) => Step::Symbol(symbol.0, out),
            Op::DynamicShared => Step::DynamicShared(out),
            Op::FrameAddress(offset) => Step::FrameAddress(offset, out),
            Op::FunctionAddress(function) => {
                Step::Copy(self.pool.place(self.kernel.functions[function.0 as usize].code), out)
            }
            Op::Load(access) => {
                let sign_shift = access.ty.is_signed().then_some(64 - access.ty.bits());
                let out = |&v: &Value| Out {
                    row: self.out(v),
                    sign_shift,
                    mask: u64::MAX >> (64 - self.function.values[v.0 as usize].bits()),
                };
                let outs = inst.results.iter().map(out).collect();
                Step::Load(Load { access, address: args[0], element: access.ty.bytes(), outs })
            }
            Op::Store(access) => {
                Step::Store(Store { access, address: args[0], element: access.ty.bytes(), values: args[1..].into() })
            }
            Op::Atomic(op, access) => {
                let of = |flush| change(op, access.ty, flush).expect("the verifier has accepted it");
                let (expected, operands) = match op {
                    AtomicOp::Cas => args[1..].split_at(usize::from(access.vector)),
                    _ => (&[][..], &args[1..]),
                };
                Step::Atomic(Box::new(Atomic {
                    access,
                    address: args[0],
                    in_global: of(true),
                    in_shared: of(false),
                    operands: operands.into(),
                    expected: expected.into(),
                    outs: inst.results.iter().map(|&v| self.out(v)).collect(),
                }))
            }
            Op::Fence(order, _) => Step::Fence(order),
            Op::Image(op) => {
                let out = |&v: &Value| (self.out(v), u64::MAX >> (64 - self.function.values[v.0 as usize].bits()));
                Step::Image(Box::new(ImageStep { op, args, outs: inst.results.iter().map(out).collect() }))
            }
            Op::Printf => Step::Printf([args[0], args[1]], out),
            Op::AssertFail => Step::AssertFail([args[0], args[1], args[2], args[3], args[4]]),
            Op::StackTop => Step::StackTop(out),
            Op::SetStackTop => Step::SetStackTop(args[0]),
            Op::Malloc => Step::Malloc(args[0], out),
            Op::Free => Step::Free(args[0]),
            Op::Sleep => Step::Sleep(args[0]),
            Op::Collective(what) => Step::Collective(Box::new(self.together(what, args, inst))),
            Op::Async(what) => {
                let out = inst.results.first().map(|_| out);
                Step::Async(Box::new(Asynchronous { what, args, out }))
            }
            Op::Nop => return None,
        })
    }

    fn together(&self, what: Collective, args: Box<[Ref]>, inst: &Inst) -> Together {
        Together { what, args, outs: inst.results.iter().map(|&v| self.out(v)).collect() }
    }

    fn end(&mut self, id: BlockId, terminator: &Terminator) -> End {
        match terminator {
            Terminator::Jump(next) => End::Jump(self.edge(id, next)),
            Terminator::Branch { condition, then, otherwise } => {
                let condition = self.typed(*condition, Type::Pred);
                End::Branch(condition, [self.edge(id, then), self.edge(id, otherwise)])
            }
            Terminator::Switch { index, targets } => {
                let index = self.typed(*index, Type::B32);
                End::Switch(index, targets.iter().map(|target| self.edge(id, target)).collect())
            }
            Terminator::Exit => End::Exit,
            Terminator::Return(args) => {
                let types = self.function.results.clone();
                End::Return(args.iter().zip(types).map(|(&arg, ty)| self.typed(arg, ty)).collect())
            }
            Terminator::Trap => End::Trap,
            Terminator::Barrier(barrier, next) => End::Barrier(self.meeting(barrier), self.edge(id, next)),
            Terminator::Collective(inst, next) => {
                let Op::Collective(what) = inst.op else { unreachable!("the verifier has accepted it") };
                let args = self.refs(inst);
                End::Collective(self.together(what, args, inst), self.edge(id, next))
            }
            Terminator::Call { callee, args, results, next } => {
                let (callee, types) = match callee {
                    Callee::Direct(function) => {
                        let to = &self.kernel.functions[function.0 as usize];
                        let types = to.blocks[0].params.iter().map(|p| Some(to.values[p.0 as usize])).collect();
                        (Whom::Function(function.0), types)
                    }
                    Callee::Indirect(address) => (Whom::At(self.typed(*address, Type::B64)), vec![None; args.len()]),
                };
                let call = Call {
                    callee,
                    // The type of a constant argument of an indirect call is only known when it happens.
                    args: args.iter().zip(types).map(|(&a, ty)| self.typed(a, ty.unwrap_or(Type::B64))).collect(),
                    outs: results.iter().map(|&v| self.out(v)).collect(),
                    saves: {
                        let mut rows: Vec<u32> =
                            self.slots.live_out[id.0 as usize].iter().map(|&v| self.out(v)).collect();
                        rows.sort_unstable();
                        rows.dedup();
                        rows.into()
                    },
                };
                End::Call(call, self.edge(id, next))
            }
        }
    }

    fn meeting(&mut self, barrier: &Barrier) -> Meeting {
        Meeting {
            kind: barrier.kind,
            id: self.typed(barrier.id, Type::B32),
            count: barrier.count.map(|count| self.typed(count, Type::B32)),
            operand: barrier.reduction.map(|(operand, _)| self.typed(operand, Type::Pred)),
            out: barrier.reduction.map(|(_, result)| self.out(result)),
        }
    }

    fn edge(&mut self, from: BlockId, target: &Target) -> Edge {
        let params = &self.function.blocks[target.block.0 as usize].params;
        let mut copies = Vec::new();
        for (&param, &arg) in params.iter().zip(&target.args) {
            if let Some(to) = self.slots.slot[param.0 as usize] {
                let from = self.typed(arg, self.function.values[param.0 as usize]);
                if from != to {
                    copies.push((from, to));
                }
            }
        }
        let overlaps = copies.iter().any(|&(from, _)| copies.iter().any(|&(_, to)| from == to));
        let inside = |block: BlockId| self.innermost_loop[block.0 as usize].filter(|&l| self.waiting[l as usize]);
        Edge {
            to: self.place[target.block.0 as usize],
            copies: copies.into(),
            overlaps,
            waits: inside(from).is_some() && inside(from) == inside(target.block),
        }
    }
}

/// Whether an operation can see what other threads do: a loop around it may wait for them.
fn observes(op: &Op) -> bool {
    match op {
        Op::Load(access) => access.order != MemoryOrder::Weak,
        Op::Atomic(..) | Op::Sleep | Op::Image(ImageOp::Load(_)) | Op::Collective(Collective::ActiveMask) => true,
        Op::Async(Async::Mbarrier(Mbarrier::Test { .. }, _)) => true,
        Op::Special(register) => register.counts(),
        _ => false,
    }
}

/// Whether what a block does and sees is more than the registers and the shared and local memory of its cluster.
fn is_noisy(block: &Block) -> bool {
    let waits_or_leaves = !matches!(
        block.terminator,
        Terminator::Jump(_) | Terminator::Branch { .. } | Terminator::Switch { .. } | Terminator::Collective(..)
    );
    let is_quiet = |op: &Op| match op {
        Op::Load(access) | Op::Store(access) | Op::Atomic(_, access) => {
            !matches!(access.space, Space::Global | Space::Generic)
        }
        Op::Special(register) => !register.counts(),
        Op::Async(what) => matches!(what, Async::Mbarrier(..) | Async::Clear(_)),
        Op::Elementwise(..)
        | Op::Symbol(_)
        | Op::DynamicShared
        | Op::FrameAddress(_)
        | Op::FunctionAddress(_)
        | Op::Fence(..)
        | Op::Sleep
        | Op::Collective(_)
        | Op::Nop => true,
        _ => false,
    };
    waits_or_leaves || !block.insts.iter().all(|inst| is_quiet(&inst.op))
}

/// By loop: whether it only waits for something, that is, it has no effect but compare-and-swap and exchange, and
/// nothing but their results is carried from round to round. How often such a loop turns depends on the host's speed
/// when it waits for another CTA, so the rounds after the first are not counted.
fn waiting_loops(function: &Function, order: &Order) -> Vec<bool> {
    let loops = order.loop_parent.len();
    let mut waits = vec![true; loops];
    let mut observes_others = vec![false; loops];
    let mut exchanged = HashSet::new();
    for inst in function.blocks.iter().flat_map(|block| &block.insts) {
        if matches!(inst.op, Op::Atomic(AtomicOp::Cas | AtomicOp::Exch, _)) {
            exchanged.extend(inst.results.iter().map(|&v| Operand::Value(v)));
        }
    }
    for (block, &number) in function.blocks.iter().zip(&order.innermost_loop) {
        let Some(number) = number else { continue };
        let at = number as usize;
        observes_others[at] |= block.insts.iter().any(|inst| observes(&inst.op));
        let has_effect = block.insts.iter().any(|inst| match inst.op {
            Op::Store(_) | Op::Printf | Op::AssertFail | Op::SetStackTop | Op::Malloc | Op::Free => true,
            Op::Image(ImageOp::Store(_) | ImageOp::Reduce(..)) => true,
            Op::Async(what) => !matches!(what, Async::Mbarrier(Mbarrier::Test { .. }, _)),
            Op::Atomic(op, _) => !matches!(op, AtomicOp::Cas | AtomicOp::Exch),
            _ => false,
        });
        let is_plain =
            matches!(block.terminator, Terminator::Jump(_) | Terminator::Branch { .. } | Terminator::Collective(..));
        let carries = block
            .terminator
            .targets()
            .into_iter()
            .filter(|target| order.innermost_loop[target.block.0 as usize] == Some(number))
            .any(|target| target.args.iter().any(|arg| !exchanged.contains(arg)));
        waits[at] &= !has_effect && is_plain && !carries;
    }
    // A loop around another does more than wait.
    for parent in order.loop_parent.iter().flatten() {
        waits[*parent as usize] = false;
    }
    waits.iter().zip(observes_others).map(|(&waits, observes)| waits && observes).collect()
}
