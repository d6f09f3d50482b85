//! A NeuronCore program: the accelerator kernel for one device and one launch shape.
//!
//! # What it means
//!
//! [`Program::body`] lists the instructions of all five engines in one order, with loops and branches. Engine e's
//! stream is what is left of the body when the instructions of other engines are left out; a loop or branch belongs to
//! the streams of the engines it names, each of which tests *its own copy* of the condition register. The order
//! of the body is one that the semaphores allow, so running the body from top to bottom gives the program's result;
//! running the streams in any other order the semaphores allow gives the same.
//!
//! An engine executes its stream in order. An instruction starts when all its [`waits`](Instruction::waits) hold, and
//! takes the waited amounts off the semaphores. Its [`updates`](Instruction::updates) happen when it has read its
//! operands or completed. A DMA instruction is started by its engine, which goes on at once; the transfer runs on
//! its queue after the queue's earlier transfers, and its updates happen when it is complete. Nothing else orders two
//! streams. Every semaphore has one stream (engine or queue) that adds to it and one engine that waits on it; all
//! amounts added inside a loop body or a branch arm are taken off inside it, except across turns of the wave loop,
//! where a semaphore may start with tokens ([`Semaphore::initial`]).
//!
//! # Lane layout
//!
//! The grid's CTAs are numbered `x + gx·(y + gy·z)`. A *wave* is [`Layout::ctas`] consecutive CTAs: partition p holds
//! CTA `wave · ctas + p`; the threads of the CTA, numbered `x + bx·(y + by·z)`, are the columns `0..threads` of every
//! lane tile. With [`Layout::chunks`] > 1 a wave holds one chunk of the columns of its CTAs: chunk k has threads
//! `k·threads .. (k+1)·threads`. Lanes beyond the grid or the block are masked off by the program itself.
//!
//! A core of the chip runs waves `core, core + cores, ...`; waves are independent of each other except for what the
//! CUDA program does with global memory.

use super::device::DeviceModel;
use super::isa::{AttributeKind, Opcode};
use super::words::{Activation, AluOp, Dge, Dtype, Engine, EngineSet, Space, words};
use crate::tile;
use ptx_frontend::checked::Origin;
use ptx_frontend::types::AtomicOp;
use smallvec::SmallVec;

/// Shape of a launch, as far as a program depends on it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct LaunchShape {
    /// CTAs in x, y, z.
    pub grid: [u32; 3],
    /// Threads of a CTA in x, y, z.
    pub block: [u32; 3],
    /// Bytes of dynamic shared memory.
    pub dynamic_shared: u32,
}

impl LaunchShape {
    /// CTAs of the grid.
    pub fn ctas(&self) -> u64 {
        self.grid.iter().map(|&n| u64::from(n)).product()
    }
    /// Threads of one CTA.
    pub fn threads(&self) -> u32 {
        self.block.iter().product()
    }
}

words! {
    /// Whose arithmetic a program computes with.
    Numerics {
        /// What the engines do: two roundings for multiply-add, round-to-nearest-even casts, activation tables.
        Device = "device",
        /// CUDA's bits, with routines where engines differ.
        Cuda = "cuda",
    }
}

/// A program.
#[derive(Clone, Debug, PartialEq)]
pub struct Program {
    /// The kernel's name.
    pub name: String,
    /// What it was written for.
    pub device: DeviceModel,
    /// Whose arithmetic it computes with.
    pub numerics: Numerics,
    /// The launch it was written for.
    pub shape: LaunchShape,
    /// How CTAs and threads lie on partitions and columns.
    pub layout: Layout,
    /// Named pieces of SBUF, PSUM and HBM.
    pub regions: Vec<Region>,
    /// Sequencer registers. Every engine has its own copy of each.
    pub registers: Vec<Register>,
    /// Semaphores.
    pub semaphores: Vec<Semaphore>,
    /// The instructions.
    pub body: Vec<Node>,
}

/// Lane layout: see the module's documentation.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Layout {
    /// CTAs of a wave: partitions in use, 1 to 128.
    pub ctas: u32,
    /// Columns: threads of a CTA, or of a chunk of it.
    pub threads: u32,
    /// Chunks of a CTA's threads.
    pub chunks: u32,
    /// Waves of the launch: `ceil(CTAs / ctas) · chunks`; wave w holds chunk `w % chunks` of CTA group `w / chunks`.
    pub waves: u64,
    /// Buffers of the regions that rotate ([`Region::buffers`]).
    pub buffers: u32,
}

/// Index into [`Program::regions`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct RegionId(pub u32);
/// Index into [`Program::registers`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct RegisterId(pub u32);
/// Index into [`Program::semaphores`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct SemaphoreId(pub u32);

/// A named piece of memory.
#[derive(Clone, Debug, PartialEq)]
pub struct Region {
    /// Name in the text form, unique.
    pub name: String,
    /// What it is.
    pub kind: RegionKind,
    /// Usual element type; accesses name their own.
    pub dtype: Dtype,
}

/// What a region is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RegionKind {
    /// SBUF or PSUM: `bytes` in each partition from `offset` on, `buffers` times, `pitch` apart.
    OnChip {
        /// [`Space::Sbuf`] or [`Space::Psum`].
        space: Space,
        /// Byte address in each partition.
        offset: u32,
        /// Partitions, from 0 on.
        partitions: u32,
        /// Bytes of one buffer in each partition.
        bytes: u32,
        /// 1, or [`Layout::buffers`]: then wave w uses buffer `w % buffers`, at `offset + (w % buffers)·pitch`.
        buffers: u32,
        /// Distance of the buffers in bytes; at least `bytes`.
        pitch: u32,
        /// What the executor must know it for.
        role: SbufRole,
    },
    /// All of the device's memory by absolute address: an [`Hbm`] operand's address is a device pointer.
    Arena,
    /// The launch's parameter block in HBM: an operand's address is a byte offset in it.
    Params,
    /// One 8-byte address for each of the kernel's module symbols (`tile::Kernel::symbols`), in order.
    Symbols,
    /// HBM scratch private to each partition of each core: `bytes` for each partition (`role` says what for).
    Scratch {
        /// Bytes for each partition.
        bytes: u32,
        /// What the executor must know it for.
        role: SbufRole,
    },
}

words! {
    /// What an on-chip region holds, where routines address it implicitly.
    SbufRole {
        /// Whatever instructions name it for.
        Plain = "plain",
        /// The CTA's shared memory: byte b of the shared window is byte b of the region in the CTA's partition.
        /// Zero at the start of a wave is not promised.
        Shared = "shared",
        /// Local memory: lane t's byte b is byte `t·frame + b` of the region, frame = bytes / threads.
        Local = "local",
    }
}

/// A sequencer register (one in each engine's sequencer, all with the same number).
#[derive(Clone, Debug, PartialEq)]
pub struct Register {
    /// Name in the text form, unique.
    pub name: String,
    /// Number of the register: 0 to 63. A wide one takes number and number + 1.
    pub number: u32,
    /// A pair: 64 bits.
    pub wide: bool,
    /// What it holds without being written.
    pub role: RegisterRole,
}

words! {
    /// What a register holds without being written.
    RegisterRole {
        /// Nothing: instructions write it.
        Plain = "plain",
        /// The number of the wave inside [`Node::Waves`] (set by the loop in every engine).
        Wave = "wave",
    }
}

/// A semaphore.
#[derive(Clone, Debug, PartialEq)]
pub struct Semaphore {
    /// Name in the text form, unique.
    pub name: String,
    /// Value before the program starts.
    pub initial: u32,
}

/// A piece of the body.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "nearly all nodes are instructions")]
pub enum Node {
    /// One instruction.
    Instruction(Instruction),
    /// The loop over the core's waves, outermost and at most one. In every engine's stream. Double-buffered regions
    /// rotate in it.
    Waves(Vec<Node>),
    /// Repeat while the register is not 0, tested before every turn.
    While {
        /// Streams it belongs to: all engines with instructions inside.
        engines: EngineSet,
        /// The register, in each engine its own copy.
        condition: RegisterId,
        /// Block of the tile kernel's function 0 that runs as often as the body does (the loop's header or first
        /// block): the timing model takes the number of turns from its dynamic counts.
        counted_by: Option<tile::BlockId>,
        /// What is repeated.
        body: Vec<Node>,
    },
    /// Where the register is not 0 `then`, else `otherwise`.
    If {
        /// Streams it belongs to: all engines with instructions inside.
        engines: EngineSet,
        /// The register, in each engine its own copy.
        condition: RegisterId,
        /// Block of the tile kernel's function 0 that runs as often as `then` is taken.
        counted_by: Option<tile::BlockId>,
        /// `then` is for what is left of that block's lanes where not all of a row run it: it is taken only in waves
        /// where the block runs for some lanes of a warp and not for others. Counts of whole warps do not tell how
        /// often; the timing model estimates it from the lanes that are missing.
        partial: bool,
        /// If not 0.
        then: Vec<Node>,
        /// If 0.
        otherwise: Vec<Node>,
    },
}

/// One instruction.
#[derive(Clone, Debug, PartialEq)]
pub struct Instruction {
    /// Whose stream it is in; for DMA, the engine that triggers it.
    pub engine: Engine,
    /// Row of the table.
    pub opcode: Opcode,
    /// One for each operand of the row, in its order.
    pub operands: SmallVec<[Operand; 4]>,
    /// Attributes, in the order of [`AttributeKind`].
    pub attributes: SmallVec<[Attribute; 2]>,
    /// What it waits for.
    pub waits: SmallVec<[Wait; 2]>,
    /// What it signals.
    pub updates: SmallVec<[Update; 2]>,
    /// PTX line it comes from (0 for what has none, such as masks of the layout).
    pub origin: Origin,
}

/// An operand.
#[derive(Clone, Debug, PartialEq)]
pub enum Operand {
    /// An access to SBUF or PSUM.
    Tile(Tile),
    /// An access to HBM.
    Hbm(Hbm),
    /// The same bits for every element, of this type.
    Constant(u64, Dtype),
    /// The value of a sequencer register of the instruction's engine, as bits of the other operands' width.
    Register(RegisterId),
    /// An optional operand that is left out.
    Absent,
}

/// An access pattern into SBUF or PSUM: partitions `partition .. partition + partitions`, and in each the elements at
/// byte `offset + dtype.bytes() · Σ index_k · stride_k` of the region's buffer, `index_k` in `0..num_k`, last dimension
/// fastest. No dimension: one element.
#[derive(Clone, Debug, PartialEq)]
pub struct Tile {
    /// Where.
    pub region: RegionId,
    /// How the bytes are read.
    pub dtype: Dtype,
    /// First partition.
    pub partition: u32,
    /// Number of partitions.
    pub partitions: u32,
    /// Bytes from the start of the region's buffer, in each partition.
    pub offset: u32,
    /// Free dimensions, slowest first, at most four.
    pub dims: SmallVec<[Dim; 2]>,
}

/// One free dimension of an access pattern.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Dim {
    /// In elements; 0 repeats (broadcast). A signed 16-bit number.
    pub stride: i32,
    /// Positions; an unsigned 16-bit number.
    pub num: u32,
}

impl Tile {
    /// Elements in each partition.
    pub fn elements(&self) -> u32 {
        self.dims.iter().map(|dim| dim.num).product()
    }

    /// Least and greatest byte of the region's buffer that a partition's elements cover: `first..end`.
    pub fn span(&self) -> std::ops::Range<i64> {
        let size = i64::from(self.dtype.bytes());
        let (mut low, mut high) = (i64::from(self.offset), i64::from(self.offset));
        for dim in &self.dims {
            let reach = i64::from(dim.stride) * i64::from(dim.num.saturating_sub(1)) * size;
            if reach < 0 { low += reach } else { high += reach }
        }
        low..high + size
    }

    /// Byte offsets of a partition's elements in the region's buffer, in order.
    pub fn offsets(&self) -> impl Iterator<Item = i64> + '_ {
        let size = i64::from(self.dtype.bytes());
        (0..self.elements()).map(move |index| {
            let mut rest = index;
            let mut offset = i64::from(self.offset);
            for dim in self.dims.iter().rev() {
                offset += i64::from(rest % dim.num) * i64::from(dim.stride) * size;
                rest /= dim.num;
            }
            offset
        })
    }
}

/// An access pattern into HBM: the elements at byte address `address + Σ index_k · stride_k`, last dimension fastest;
/// the first dimension is the partition of the tile on the other side where there is one.
#[derive(Clone, Debug, PartialEq)]
pub struct Hbm {
    /// What the address is relative to: an HBM region.
    pub region: RegionId,
    /// Element type.
    pub dtype: Dtype,
    /// Byte address: `offset + Σ register · factor`, modulo 2^64, by the registers of the triggering engine.
    pub terms: SmallVec<[(RegisterId, i64); 2]>,
    /// Constant part of the byte address.
    pub offset: i64,
    /// Dimensions, slowest first.
    pub dims: SmallVec<[HbmDim; 2]>,
}

/// One dimension of an HBM access pattern.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct HbmDim {
    /// In bytes.
    pub stride: i64,
    /// Positions.
    pub num: u32,
}

/// A wait condition: holds when the semaphore is at least `amount`, which is taken off when the instruction starts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Wait {
    /// Which.
    pub semaphore: SemaphoreId,
    /// How much.
    pub amount: u32,
}

/// A signal: `amount` is added to the semaphore.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Update {
    /// Which.
    pub semaphore: SemaphoreId,
    /// How much: 1 for engines, [`super::device::DMA_INCREMENT`] for transfers.
    pub amount: u32,
    /// When.
    pub when: When,
}

words! {
    /// When an update happens.
    When {
        /// All operands have been read.
        Read = "read",
        /// The results are written.
        Complete = "complete",
    }
}

/// A named property of an instruction.
#[derive(Clone, Debug, PartialEq)]
pub enum Attribute {
    /// The (first) ALU operation.
    Op(AluOp),
    /// The second ALU operation.
    Op1(AluOp),
    /// The first operation takes its operands the other way round: `s0 op a`.
    Reverse,
    /// The second operation takes its operands the other way round: `s1 op1 (…)`.
    Reverse1,
    /// Activation function.
    Function(Activation),
    /// Free dimensions reduced, counted from the last.
    Axes(u32),
    /// The result is negated.
    Negate,
    /// The predicate is negated.
    Invert,
    /// Affine pattern over the free elements: the value adds `Σ index_k · stride_k`.
    Pattern(SmallVec<[Dim; 4]>),
    /// Factor of the partition in an affine pattern.
    Multiplier(i32),
    /// Source lane of each of 32 partitions; 255 keeps.
    Lanes(Box<[u8; 32]>),
    /// Elements per index, or number of results.
    Size(u32),
    /// Add to what stands in PSUM.
    Accumulate,
    /// Transposing matmul (bit-exact).
    Transpose,
    /// DMA queue.
    Queue(u32),
    /// Who makes the descriptors.
    Dge(Dge),
    /// Out-of-range elements are skipped instead of being an error.
    Skip,
    /// Meaning of an elementwise routine.
    Routine(tile::Elementwise, tile::Attributes),
    /// How a memory routine accesses memory.
    Access(tile::Access),
    /// Operation of an atomic routine.
    Atomic(AtomicOp),
    /// Operation of a warp routine.
    Collective(tile::Collective),
    /// Why.
    Reason(String),
}

impl Attribute {
    /// Which attribute it is.
    pub fn kind(&self) -> AttributeKind {
        use AttributeKind as Kind;
        match self {
            Attribute::Op(_) => Kind::Op,
            Attribute::Op1(_) => Kind::Op1,
            Attribute::Reverse => Kind::Reverse,
            Attribute::Reverse1 => Kind::Reverse1,
            Attribute::Function(_) => Kind::Function,
            Attribute::Axes(_) => Kind::Axes,
            Attribute::Negate => Kind::Negate,
            Attribute::Invert => Kind::Invert,
            Attribute::Pattern(_) => Kind::Pattern,
            Attribute::Multiplier(_) => Kind::Multiplier,
            Attribute::Lanes(_) => Kind::Lanes,
            Attribute::Size(_) => Kind::Size,
            Attribute::Accumulate => Kind::Accumulate,
            Attribute::Transpose => Kind::Transpose,
            Attribute::Queue(_) => Kind::Queue,
            Attribute::Dge(_) => Kind::Dge,
            Attribute::Skip => Kind::Skip,
            Attribute::Routine(..) => Kind::Routine,
            Attribute::Access(_) => Kind::Access,
            Attribute::Atomic(_) => Kind::Atomic,
            Attribute::Collective(_) => Kind::Collective,
            Attribute::Reason(_) => Kind::Reason,
        }
    }
}

/// A stream of memory effects: what semaphores order.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Stream {
    /// An engine.
    Engine(Engine),
    /// A DMA queue.
    Queue(u32),
}

impl Instruction {
    /// The DMA queue, if it is a DMA instruction.
    pub fn queue(&self) -> Option<u32> {
        self.attributes.iter().find_map(|attribute| match attribute {
            Attribute::Queue(queue) => Some(*queue),
            _ => None,
        })
    }

    /// Where its memory effects happen.
    pub fn stream(&self) -> Stream {
        self.queue().map_or(Stream::Engine(self.engine), Stream::Queue)
    }

    /// The (first) ALU operation.
    pub fn op(&self) -> Option<AluOp> {
        self.attributes.iter().find_map(|attribute| match attribute {
            Attribute::Op(op) => Some(*op),
            _ => None,
        })
    }

    /// The second ALU operation.
    pub fn op1(&self) -> Option<AluOp> {
        self.attributes.iter().find_map(|attribute| match attribute {
            Attribute::Op1(op) => Some(*op),
            _ => None,
        })
    }

    /// Whether it has an attribute of this kind.
    pub fn has(&self, kind: AttributeKind) -> bool {
        self.attributes.iter().any(|attribute| attribute.kind() == kind)
    }

    /// The operand of this name, if the row has it and it is not left out.
    pub fn operand(&self, name: &str) -> Option<&Operand> {
        let index = self.opcode.row().operands.iter().position(|spec| spec.name == name)?;
        self.operands.get(index).filter(|operand| **operand != Operand::Absent)
    }
}

impl RegionKind {
    /// On-chip bytes in each partition: the first one's address in the buffer of this wave.
    pub fn address(&self, wave: u64) -> Option<u32> {
        match *self {
            RegionKind::OnChip { offset, buffers, pitch, .. } => {
                Some(offset + (wave % u64::from(buffers.max(1))) as u32 * pitch)
            }
            _ => None,
        }
    }

    /// On-chip bytes in each partition: the first address behind all buffers.
    pub fn end(&self) -> Option<u64> {
        match *self {
            RegionKind::OnChip { offset, bytes, buffers, pitch, .. } => {
                let last = u64::from(buffers.saturating_sub(1)) * u64::from(pitch);
                Some(u64::from(offset) + last + u64::from(bytes))
            }
            _ => None,
        }
    }
}

impl Program {
    /// The region.
    pub fn region(&self, id: RegionId) -> &Region {
        &self.regions[id.0 as usize]
    }

    /// The on-chip or scratch region with this role (shared or local memory), if the program has one.
    pub fn region_for(&self, role: SbufRole) -> Option<RegionId> {
        let index = self.regions.iter().position(|region| match region.kind {
            RegionKind::OnChip { role: r, .. } | RegionKind::Scratch { role: r, .. } => r == role,
            _ => false,
        })?;
        Some(RegionId(index as u32))
    }

    /// Why the whole kernel runs as a GpSimd routine, if it does.
    pub fn fallback(&self) -> Option<&str> {
        match &self.body[..] {
            [Node::Instruction(Instruction { opcode: Opcode::GpsimdKernel, attributes, .. })] => {
                attributes.iter().find_map(|attribute| match attribute {
                    Attribute::Reason(reason) => Some(reason.as_str()),
                    _ => None,
                })
            }
            _ => None,
        }
    }
}
