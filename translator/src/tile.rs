//! Tile kernels: what a CUDA grid computes (design: KERNELS.md section 1).
//!
//! A control-flow graph in SSA form over typed values. One *lane* is one CUDA thread; every value is a tile with one
//! element per lane. No engines, no layout, no time, no masks written out, no analysis results.
//!
//! * Blocks take parameters; jumps pass arguments. A lane that moves along an edge copies its own elements.
//! * Waiting happens only in terminators: [`Terminator::Barrier`], [`Terminator::Collective`].
//! * A collective operation that stands *inside* a block instead ([`Op::Collective`]) acts on the lanes of each warp
//!   that the executor runs together there; a pass puts it there only when it proves that they arrive together.
//! * Every operation carries its [`Origin`].

mod asynchronous;
pub mod eval;
pub mod image;
pub mod mma;
pub mod names;
pub mod ops;
pub mod page;
pub mod parse;
pub mod print;
pub mod signature;
pub mod tensor_map;
pub mod verify;

pub use asynchronous::{Async, BulkCopy, Mbarrier, TensorCopy, TensorDirection, TensorMode};
pub use image::ImageOp;
pub use mma::Mma;
pub use ops::{Attributes, Elementwise};
use ptx_frontend::checked::Origin;
use ptx_frontend::special::SpecialRegister;
use ptx_frontend::types::{AtomicOp, BoolOp, MemoryOrder, ScalarType, Scope};
use smallvec::SmallVec;

/// The type of a value: PTX registers are bags of bits, so a width is all there is. 128-bit registers are two `B64`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Type {
    Pred,
    B16,
    B32,
    B64,
}

/// A value: index into [`Function::values`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Value(pub u32);
/// A block: index into [`Function::blocks`]. Block 0 is the entry and takes no parameters in function 0.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct BlockId(pub u32);
/// A function of the kernel: index into [`Kernel::functions`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct FunctionId(pub u32);
/// A module symbol whose address is known at launch: index into [`Kernel::symbols`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct SymbolId(pub u32);

/// A tile kernel.
#[derive(Clone, Debug, PartialEq)]
pub struct Kernel {
    /// The CUDA kernel's (mangled) name.
    pub name: String,
    /// Launch parameters in order.
    pub params: Vec<Param>,
    /// Bytes of the parameter block.
    pub param_bytes: u32,
    /// Bytes of statically declared `.shared`; the dynamic part starts at the next multiple of `dynamic_shared_align`.
    pub static_shared: u32,
    /// Alignment in bytes of the dynamic shared block (1 if the kernel declares none).
    pub dynamic_shared_align: u32,
    /// Module symbols it takes the address of; the launch supplies one address each.
    pub symbols: Vec<String>,
    /// `.maxntid`, or `.reqntid` if given.
    pub max_threads: Option<[u32; 3]>,
    /// `.reqntid`: launches with another block size are refused.
    pub required_threads: Option<[u32; 3]>,
    /// Function 0 is the kernel's body; the others are callees that could not be inlined.
    pub functions: Vec<Function>,
    /// Names of PTX and CUDA source files: `[0]` is the PTX module, `[i]` for `Origin::source.0 == i` where known.
    pub files: Vec<String>,
}

/// A launch parameter.
#[derive(Clone, Debug, PartialEq)]
pub struct Param {
    /// The PTX name.
    pub name: String,
    /// Byte offset in the parameter block.
    pub offset: u32,
    /// Bytes.
    pub size: u32,
    /// Bytes.
    pub align: u32,
}

/// The kernel's body or a callee.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Function {
    /// PTX name.
    pub name: String,
    /// Types of all values.
    pub values: Vec<Type>,
    /// Blocks; `[0]` is the entry. The entry block's parameters are the function's parameters.
    pub blocks: Vec<Block>,
    /// Result types (`Return` passes them).
    pub results: Vec<Type>,
    /// Bytes of local memory of one activation (16-byte aligned).
    pub frame_bytes: u32,
    /// Its code address (see [`window::CODE`]), by which indirect calls find it; 0 for one that is only called directly.
    pub code: u64,
}

/// A basic block.
#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    /// Parameters.
    pub params: Vec<Value>,
    /// Operations in order.
    pub insts: Vec<Inst>,
    /// Where the lanes go.
    pub terminator: Terminator,
    /// Origin of the terminator.
    pub origin: Origin,
}

/// An argument of an operation.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Operand {
    /// A value.
    Value(Value),
    /// The same bits for all lanes, of the type the signature asks for.
    Const(u64),
}

/// Arguments of an operation.
pub type Args = SmallVec<[Operand; 4]>;
/// Results of an operation.
pub type Results = SmallVec<[Value; 2]>;

/// One operation.
#[derive(Clone, Debug, PartialEq)]
pub struct Inst {
    /// What it does.
    pub op: Op,
    /// What it reads.
    pub args: Args,
    /// What it defines.
    pub results: Results,
    /// Where it comes from.
    pub origin: Origin,
}

/// Where an address points. Generic addresses stay `Generic` until a pass knows better.
///
/// `Shared` addresses are byte offsets in the CTA's window, `Local` ones byte offsets in the lane's, `Param` ones byte
/// offsets in the parameter block. `Global` includes PTX `.const`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
#[allow(missing_docs, reason = "the names are PTX's own")]
pub enum Space {
    Generic,
    Global,
    Shared,
    SharedCluster,
    Local,
    Param,
}

/// Bases of the windows in the generic address space. They lie above every user-space host address (bit 47), so a
/// generic address that is no window address is a global one.
pub mod window {
    /// Shared memory of the executing CTA; the low 32 bits are the shared offset.
    pub const SHARED: u64 = 0x0001_0000_0000_0000;
    /// In shared (cluster) addresses and in the shared window, the bits from here up are 0 for the executing CTA and
    /// otherwise name a CTA of the cluster by its rank plus 1.
    pub const RANK_SHIFT: u32 = 24;
    /// Local memory of the executing lane; the low 32 bits are the local offset.
    pub const LOCAL: u64 = 0x0002_0000_0000_0000;
    /// The parameter block (`cvta.param`).
    pub const PARAM: u64 = 0x0003_0000_0000_0000;
    /// Code addresses: the address of a function is `CODE + 16 * (its index in the linked PTX module)`, the same in
    /// every kernel of the module and in its initialisers. A launch may move the base to tell modules apart.
    pub const CODE: u64 = 0x0004_0000_0000_0000;
    /// Bytes of each window.
    pub const SIZE: u64 = 1 << 32;
}

/// How memory is accessed.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Access {
    /// Where.
    pub space: Space,
    /// Type of one element. Elements narrower than the value are extended by its sign (`ld.s8`), or with zeros.
    pub ty: ScalarType,
    /// Elements, consecutive in memory: 1, 2, 4 or 8. The whole access must be naturally aligned.
    pub vector: u8,
    /// Memory order.
    pub order: MemoryOrder,
    /// Scope; `Cta` for weak accesses.
    pub scope: Scope,
    /// Byte offset added to the address argument.
    pub offset: i32,
}

/// What an operation does.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Op {
    /// A pure function of the lane's own elements: see the table in [`ops`].
    Elementwise(Elementwise, Attributes),
    /// A special register. Result: `B32`, or `B64` for the 64-bit ones, or `Pred`.
    Special(SpecialRegister),
    /// Address of a module symbol (global). Result `B64`.
    Symbol(SymbolId),
    /// Byte offset of the dynamic shared block in the shared window. Result `B64`.
    DynamicShared,
    /// Local-window offset of a byte of this activation's frame. Result `B64`.
    FrameAddress(u32),
    /// Code address ([`Function::code`]) of a function of this kernel, for indirect calls. Result `B64`.
    FunctionAddress(FunctionId),
    /// `args = [address B64]`; one result per element.
    Load(Access),
    /// `args = [address B64, element...]`.
    Store(Access),
    /// `args = [address B64, operand...]`, `cas` takes `[address, compare, new]`. `vector` elements each with a
    /// result of its own (`cas`, `exch` of `.b128` use `ty = B64, vector = 2` and are one atomic access). No
    /// results: `red`. `noftz` and the kind of floating-point addition follow from `ty`.
    Atomic(AtomicOp, Access),
    /// A fence. `order` is `AcqRel`, `Sc`, `Acquire` or `Release`.
    Fence(MemoryOrder, Scope),
    /// `vprintf(args = [format B64, arguments B64])`; result `B32`.
    Printf,
    /// `__assertfail(args = [message B64, file B64, line B32, function B64, char size B64])`; the lane faults.
    AssertFail,
    /// Local-window offset of the end of the lane's stack. Result `B64`.
    StackTop,
    /// Moves the end of the lane's stack to `args = [offset B64]`: what lies above is lost, what is new holds zeros.
    /// Returning from the function moves it back.
    SetStackTop,
    /// Device heap `malloc(args = [bytes B64])`; result `B64`.
    Malloc,
    /// Device heap `free(args = [address B64])`.
    Free,
    /// `nanosleep(args = [ns B32])`: a hint that others should run.
    Sleep,
    /// A texture, sampler or surface is asked, read or written: see [`image`].
    Image(ImageOp),
    /// A collective operation whose lanes are proved to arrive together.
    Collective(Collective),
    /// Operations on `mbarrier` objects, and copies that signal them.
    Async(Async),
    /// Nothing.
    Nop,
}

/// Operations that act on several lanes of a warp together. `args[0]` is the member mask (`B32`) for all but
/// `ActiveMask`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Collective {
    /// `shfl.sync`: `args = [mask, value B32, lane B32, clamp B32]`, results `[B32]` or `[B32, Pred]`.
    Shuffle(ShuffleMode),
    /// `vote.sync.{all,any,uni}`: `args = [mask, Pred]`, result `Pred`.
    Vote(VoteMode),
    /// `vote.sync.ballot`: `args = [mask, Pred]`, result `B32`.
    Ballot,
    /// `match.any.sync`: `args = [mask, value B32|B64]`, result `B32`.
    MatchAny(ScalarType),
    /// `match.all.sync`: `args = [mask, value]`, results `[B32]` or `[B32, Pred]`.
    MatchAll(ScalarType),
    /// `redux.sync`: `args = [mask, value]`; operation, type, `.abs`, `.NaN`. Result `B32`.
    Reduce(AtomicOp, ScalarType, bool, bool),
    /// `elect.sync`: results `[B32 leader, Pred]`.
    Elect,
    /// `bar.warp.sync`: no results.
    WarpBarrier,
    /// `activemask`: no arguments; result `B32`.
    ActiveMask,
    /// `mma.sync`, `wmma.mma`: `args = [mask, A..., B..., C...]`, results `D...`. Behind C come, of a sparse A,
    /// `metadata B32`, and with factors `A's B32, byte B16, lanes B16, B's B32, byte B16, lane B16`.
    Mma(mma::Mma),
}

/// `shfl` modes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[allow(missing_docs, reason = "the names are PTX's own")]
pub enum ShuffleMode {
    Up,
    Down,
    Bfly,
    Idx,
}

/// `vote` modes with a predicate result.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[allow(missing_docs, reason = "the names are PTX's own")]
pub enum VoteMode {
    All,
    Any,
    Uni,
}

/// An edge of the graph.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    /// Where to.
    pub block: BlockId,
    /// One argument per parameter of that block.
    pub args: Args,
}

/// How a block ends.
#[derive(Clone, Debug, PartialEq)]
pub enum Terminator {
    /// All lanes go there.
    Jump(Target),
    /// Each lane by its own predicate.
    Branch {
        /// A `Pred`.
        condition: Operand,
        /// Where lanes with a true predicate go.
        then: Target,
        /// Where the others go.
        otherwise: Target,
    },
    /// `brx.idx`: each lane by its own `B32`; past the end is undefined in PTX and faults here.
    Switch {
        /// A `B32`.
        index: Operand,
        /// By index.
        targets: Vec<Target>,
    },
    /// The lane is done with the kernel (also from within a callee).
    Exit,
    /// The lane returns from a callee (function 0 uses `Exit`).
    Return(Args),
    /// `trap`: the kernel is aborted.
    Trap,
    /// CTA barrier, then `next`.
    Barrier(Barrier, Target),
    /// All living lanes of the mask act together, then each goes to `next`. The results are defined in `next` and
    /// what it dominates; if there are any, `next` has no other predecessor.
    Collective(Inst, Target),
    /// Call a function of the kernel; results are defined in `next` and what it dominates; if there are any, `next` has
    /// no other predecessor.
    Call {
        /// Whom.
        callee: Callee,
        /// One per parameter of the callee's entry block.
        args: Args,
        /// One per result.
        results: Results,
        /// Where to go on.
        next: Target,
    },
}

impl Terminator {
    /// Where lanes may go from here, in order. A block may be named twice.
    pub fn targets(&self) -> SmallVec<[&Target; 2]> {
        match self {
            Terminator::Jump(next)
            | Terminator::Barrier(_, next)
            | Terminator::Collective(_, next)
            | Terminator::Call { next, .. } => smallvec::smallvec![next],
            Terminator::Branch { then, otherwise, .. } => smallvec::smallvec![then, otherwise],
            Terminator::Switch { targets, .. } => targets.iter().collect(),
            Terminator::Exit | Terminator::Return(_) | Terminator::Trap => SmallVec::new(),
        }
    }

    /// Like [`Terminator::targets`], to be changed.
    pub fn targets_mut(&mut self) -> SmallVec<[&mut Target; 2]> {
        match self {
            Terminator::Jump(next)
            | Terminator::Barrier(_, next)
            | Terminator::Collective(_, next)
            | Terminator::Call { next, .. } => smallvec::smallvec![next],
            Terminator::Branch { then, otherwise, .. } => smallvec::smallvec![then, otherwise],
            Terminator::Switch { targets, .. } => targets.iter_mut().collect(),
            Terminator::Exit | Terminator::Return(_) | Terminator::Trap => SmallVec::new(),
        }
    }

    /// What the terminator itself reads, without the arguments it passes to blocks.
    pub fn operands(&self) -> SmallVec<[Operand; 4]> {
        match self {
            Terminator::Jump(_) | Terminator::Exit | Terminator::Trap => SmallVec::new(),
            Terminator::Branch { condition: operand, .. } | Terminator::Switch { index: operand, .. } => {
                smallvec::smallvec![*operand]
            }
            Terminator::Return(args) => args.clone(),
            Terminator::Barrier(barrier, _) => {
                let reduced = barrier.reduction.map(|(operand, _)| operand);
                [Some(barrier.id), barrier.count, reduced].into_iter().flatten().collect()
            }
            Terminator::Collective(inst, _) => inst.args.clone(),
            Terminator::Call { callee, args, .. } => match callee {
                Callee::Direct(_) => args.clone(),
                Callee::Indirect(address) => std::iter::once(*address).chain(args.iter().copied()).collect(),
            },
        }
    }

    /// Like [`Terminator::operands`], to be changed.
    pub fn operands_mut(&mut self) -> SmallVec<[&mut Operand; 4]> {
        match self {
            Terminator::Jump(_) | Terminator::Exit | Terminator::Trap => SmallVec::new(),
            Terminator::Branch { condition: operand, .. } | Terminator::Switch { index: operand, .. } => {
                smallvec::smallvec![operand]
            }
            Terminator::Return(args) => args.iter_mut().collect(),
            Terminator::Barrier(barrier, _) => {
                let reduced = barrier.reduction.as_mut().map(|(operand, _)| operand);
                [Some(&mut barrier.id), barrier.count.as_mut(), reduced].into_iter().flatten().collect()
            }
            Terminator::Collective(inst, _) => inst.args.iter_mut().collect(),
            Terminator::Call { callee, args, .. } => match callee {
                Callee::Direct(_) => args.iter_mut().collect(),
                Callee::Indirect(address) => std::iter::once(address).chain(args.iter_mut()).collect(),
            },
        }
    }

    /// The values that the terminator defines (in the block it goes to).
    pub fn results(&self) -> SmallVec<[Value; 2]> {
        match self {
            Terminator::Barrier(barrier, _) => barrier.reduction.iter().map(|(_, result)| *result).collect(),
            Terminator::Collective(inst, _) => inst.results.clone(),
            Terminator::Call { results, .. } => results.clone(),
            _ => SmallVec::new(),
        }
    }
}

/// Whom to call.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Callee {
    /// This one.
    Direct(FunctionId),
    /// The one whose code address ([`Function::code`]) the `B64` operand holds; anything else faults, and so does one
    /// with other parameter or result types.
    Indirect(Operand),
}

/// `bar`/`barrier` and `barrier.cluster`.
#[derive(Clone, Debug, PartialEq)]
pub struct Barrier {
    /// Number of the barrier, `B32`.
    pub id: Operand,
    /// Threads expected, `B32`; all living threads of the CTA if missing.
    pub count: Option<Operand>,
    /// What it does.
    pub kind: BarrierKind,
    /// Reduction operand (`Pred`) and result (`Pred`, or `B32` for `popc`), for `Reduce`. The result is defined in the
    /// next block, which has no other predecessor.
    pub reduction: Option<(Operand, Value)>,
}

/// What a barrier does.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum BarrierKind {
    /// Arrive and wait.
    Sync,
    /// Arrive only.
    Arrive,
    /// Arrive, wait, and combine predicates.
    Reduce(BoolOp),
    /// `barrier.cluster.arrive`
    ClusterArrive,
    /// `barrier.cluster.wait`
    ClusterWait,
}
