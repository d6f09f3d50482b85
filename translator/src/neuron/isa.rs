//! THE NeuronCore instruction table: one row per instruction, in NKI's names.
//!
//! A row says which engines run the instruction, its operands in order (outputs first) with the memories and types
//! they may have, its attributes, its documented limits, its cost as a formula, the first device that has it, and
//! where that is documented. The verifier, the text form, the cost model and `docs/neuron-isa.md` are derived from it.
//!
//! Sources: `ISA` = NKI 0.6.0 `nki.isa` reference; `ISA26` = the same at tag v2.26.1, the last that prints costs;
//! `A1`, `A2`, `A3` = NKI architecture guides for Trn1, Trn2, Trn3; `SH` = NKI shared tables; `DMA`, `DGE`, `BW` =
//! NKI DMA pages; `NEFF` = NEFF file format; `CXX` = custom C++ operators. `model` marks what no public source says;
//! such numbers are this model's choice.

mod page;

pub use page::page;

use super::device::DeviceModel;
use super::words::{Dtype, Engine, EngineSet, Space, words};

/// What an operand is to its instruction.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Role {
    /// Written.
    Out,
    /// Read.
    In,
    /// Read and written: elements the instruction leaves alone keep their value.
    InOut,
}

/// Element types an operand may have.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Types {
    /// Any type the compute engines know: all but the 64-bit integers and the packed `_x4` types.
    Engine,
    /// Any type at all (DMA, GpSimd routines).
    Any,
    /// Exactly these.
    Of(&'static [Dtype]),
}

impl Types {
    /// Whether the type is allowed.
    pub fn allow(self, dtype: Dtype) -> bool {
        use Dtype::*;
        match self {
            Types::Any => true,
            Types::Engine => !matches!(dtype, U64 | I64 | F8E4M3X4 | F8E5M2X4 | F4E2M1X4),
            Types::Of(list) => list.contains(&dtype),
        }
    }
}

/// One operand of a row.
#[derive(Clone, Copy, Debug)]
pub struct OperandSpec {
    /// NKI's parameter name, also the name in the text form.
    pub name: &'static str,
    /// Read or written.
    pub role: Role,
    /// Memories a tile operand may live in; empty if it is no tile.
    pub spaces: &'static [Space],
    /// A constant may stand here.
    pub constant: bool,
    /// A sequencer register may stand here.
    pub register: bool,
    /// May be left out.
    pub optional: bool,
    /// Element types.
    pub types: Types,
}

const fn operand(name: &'static str, role: Role, spaces: &'static [Space]) -> OperandSpec {
    OperandSpec { name, role, spaces, constant: false, register: false, optional: false, types: Types::Engine }
}
const fn out(name: &'static str, spaces: &'static [Space]) -> OperandSpec {
    operand(name, Role::Out, spaces)
}
const fn update(name: &'static str, spaces: &'static [Space]) -> OperandSpec {
    operand(name, Role::InOut, spaces)
}
const fn input(name: &'static str, spaces: &'static [Space]) -> OperandSpec {
    operand(name, Role::In, spaces)
}

impl OperandSpec {
    /// May be a constant or register, and therefore is one element per partition where it is a tile.
    pub const fn is_scalar(&self) -> bool {
        self.constant || self.register
    }
    const fn or_constant(self) -> Self {
        OperandSpec { constant: true, ..self }
    }
    const fn or_register(self) -> Self {
        OperandSpec { register: true, ..self }
    }
    /// A constant, a register, or whatever `spaces` allow.
    const fn or_scalar(self) -> Self {
        self.or_constant().or_register()
    }
    const fn optional(self) -> Self {
        OperandSpec { optional: true, ..self }
    }
    const fn types(self, types: Types) -> Self {
        OperandSpec { types, ..self }
    }
    const fn of(self, list: &'static [Dtype]) -> Self {
        self.types(Types::Of(list))
    }
    const fn any(self) -> Self {
        self.types(Types::Any)
    }
}

const SP: &[Space] = &[Space::Sbuf, Space::Psum];
const S: &[Space] = &[Space::Sbuf];
const P: &[Space] = &[Space::Psum];
const SH: &[Space] = &[Space::Sbuf, Space::Hbm];
const NOWHERE: &[Space] = &[];

const F32: &[Dtype] = &[Dtype::F32];
const PREDICATE: &[Dtype] = &[Dtype::U8, Dtype::U16, Dtype::U32];
const SELECTOR: &[Dtype] = &[Dtype::U8, Dtype::I8, Dtype::U16, Dtype::I16];
const U16: &[Dtype] = &[Dtype::U16];
const U32: &[Dtype] = &[Dtype::U32];
const INDEX: &[Dtype] = &[Dtype::U16, Dtype::U32];
const ADDRESS: &[Dtype] = &[Dtype::U64, Dtype::U32];
const MATMUL: &[Dtype] =
    &[Dtype::F8E4M3, Dtype::F8E5M2, Dtype::F8E3M4, Dtype::F8E4M3FN, Dtype::BF16, Dtype::F16, Dtype::TF32, Dtype::F32];
const MX: &[Dtype] = &[Dtype::F8E4M3X4, Dtype::F8E5M2X4, Dtype::F4E2M1X4];
const HALF: &[Dtype] = &[Dtype::F16, Dtype::BF16];

words! {
    /// An attribute: a named property that is no operand. The value types are in [`super::program::Attribute`].
    #[allow(missing_docs, reason = "the variants of `Attribute` are documented")]
    AttributeKind {
        Op = "op", Op1 = "op1", Reverse = "reverse", Reverse1 = "reverse1", Function = "function", Axes = "axes",
        Negate = "negate", Invert = "invert", Pattern = "pattern", Multiplier = "multiplier", Lanes = "lanes",
        Size = "size", Accumulate = "accumulate", Transpose = "transpose", Queue = "queue", Dge = "dge", Skip = "skip",
        Routine = "routine", Access = "access", Atomic = "atomic", Collective = "collective", Reason = "reason",
    }
}

/// A documented limit that involves more than one operand, or more than the operand's own spec.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Limit {
    /// Outputs and inputs are on equally many partitions. Inputs of one partition do not broadcast.
    SamePartitions,
    /// Every tile operand has the same number of free elements, except scalars per partition (`[P, 1]`).
    SameElements,
    /// The first input has the output's type.
    SameDtype,
    /// No two inputs may be in PSUM. Source: A1.
    OnePsumInput,
    /// Bit-vector ALU operations need integers of one width; arithmetic ones no such thing. Source: SH.
    BitwiseOnIntegers,
    /// Integer arithmetic beyond 2^24 is exact on GpSimd only (Vector computes it in float32): a reminder in the docs.
    Float32Inside,
    /// Second and third inputs, where they are tiles, are one float32 per partition (`[P, 1]`).
    ScalarPerPartition,
    /// Partitions in multiples of this.
    PartitionMultiple(u32),
    /// Partitions at most this.
    MaxPartitions(u32),
    /// Free elements at most this.
    MaxFree(u32),
    /// Free elements at least this.
    MinFree(u32),
    /// Both tiles are at most this many partitions by this many elements.
    Square(u32),
    /// `moving` columns at most one PSUM bank (v4: all banks), stationary columns at most 128, K equal on both.
    Matmul,
    /// Only reduction operations (`AluOp::is_reduction`).
    ReductionOnly,
    /// Equally many elements on both sides.
    EqualSize,
    /// Indices are on the partitions of the SBUF operand, and their number divides its elements.
    IndexPerGroup,
    /// One element.
    SingleElement,
}

/// What an instruction costs, in cycles of its engine's clock. N is the number of elements per partition, P of
/// partitions.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Cost {
    /// `max(64, N)`; 16-bit copies within SBUF run 2× or 4× on Vector from v3 on (A2).
    OneInput,
    /// `max(64, N)` with one operand in PSUM or all bfloat16, else `max(64, 2N)`.
    TwoInputs,
    /// `max(64, N)` if exactly one of source and predicate is in PSUM, else `max(64, 2N)`.
    Predicated,
    /// `max(64, k·N)`.
    PerElement(f32),
    /// `max(64, k·N) + extra`.
    PerElementPlus(f32, u32),
    /// `start + k·N`.
    Start(u32, f32),
    /// `start·ceil(N/512) + k·N`.
    Grouped(u32, f32),
    /// `150 + n·e·C`, `C = ((28+4e)/(4e)) / min(4/size, e)` with e elements of `size` bytes per index.
    LocalGather,
    /// `max(64, N)` on Vector; `max(P, min(64, N))` on Tensor.
    Transpose,
    /// `max(min(64, N_stationary), N_moving)`, four times that for float32.
    Matmul,
    /// DMA: latency and bandwidth by descriptor size (DMA, BW, DGE pages).
    Dma,
    /// In the sequencer; no engine cycles beyond issue.
    Sequencer,
    /// A sequencer reads or writes memory: about 0.2 µs SBUF, 1.3 µs HBM (model).
    RegisterMemory,
    /// A GpSimd elementwise routine: `150 + c·N` with c cycles per element column by operation.
    Routine,
    /// A GpSimd memory routine: `150 + c·N` plus DMA for global addresses.
    RoutineMemory,
    /// The whole tile kernel thread by thread, 16 lanes on each of 8 processors.
    RoutineKernel,
}

impl std::fmt::Display for Cost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match *self {
            Cost::OneInput => f.write_str("max(64, N); 16-bit in SBUF: N/2, N/4 from v3"),
            Cost::TwoInputs => f.write_str("max(64, 2N); N with one operand in PSUM or all bfloat16"),
            Cost::Predicated => f.write_str("max(64, 2N); N with one of source and predicate in PSUM"),
            Cost::PerElement(1.0) => f.write_str("max(64, N)"),
            Cost::PerElement(k) => write!(f, "max(64, {k}N)"),
            Cost::PerElementPlus(1.0, extra) => write!(f, "max(64, N) + {extra}"),
            Cost::PerElementPlus(k, extra) => write!(f, "max(64, {k}N) + {extra}"),
            Cost::Start(start, 1.0) => write!(f, "{start} + N"),
            Cost::Start(start, k) => write!(f, "{start} + {k}N"),
            Cost::Grouped(start, k) => write!(f, "{start}·ceil(N/512) + {k}N"),
            Cost::LocalGather => f.write_str("150 + n·e·C"),
            Cost::Transpose => f.write_str("vector max(64, N); tensor max(P, min(64, N))"),
            Cost::Matmul => f.write_str("max(min(64, N_stationary), N_moving); ×4 float32"),
            Cost::Dma => f.write_str("DMA"),
            Cost::Sequencer => f.write_str("sequencer"),
            Cost::RegisterMemory => f.write_str("sequencer; 0.2 µs SBUF, 1.3 µs HBM"),
            Cost::Routine => f.write_str("150 + c·N, c by operation"),
            Cost::RoutineMemory => f.write_str("150 + c·N, and DMA"),
            Cost::RoutineKernel => f.write_str("by the kernel's operations"),
        }
    }
}

/// One row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// Spelling.
    pub name: &'static str,
    /// What it does: the doc comment of the row.
    pub doc: &'static [&'static str],
    /// Engines that can run it. For DMA: engines that can trigger it.
    pub engines: EngineSet,
    /// First device that has it.
    pub since: DeviceModel,
    /// Operands in order, outputs first.
    pub operands: &'static [OperandSpec],
    /// Attributes it must have.
    pub needs: &'static [AttributeKind],
    /// Attributes it may have.
    pub may: &'static [AttributeKind],
    /// Limits besides those of the operands.
    pub limits: &'static [Limit],
    /// Cost.
    pub cost: Cost,
    /// Where it is documented.
    pub source: &'static str,
    /// Does something besides writing its operands.
    pub acts: bool,
}

impl Row {
    /// Runs on DMA queues: the engine only triggers it.
    pub fn is_dma(&self) -> bool {
        self.needs.contains(&AttributeKind::Queue)
    }

    /// How many operands are written: they come first.
    pub fn outputs(&self) -> usize {
        self.operands.iter().take_while(|spec| spec.role != Role::In).count()
    }
}

macro_rules! or_false {
    () => {
        false
    };
    ($value:literal) => {
        $value
    };
}

macro_rules! instructions {
    ($($(#[doc = $doc:literal])* $variant:ident = $name:literal {
        on $engines:expr, since $since:ident,
        ($($operand:expr),* $(,)?)
        $(needs [$($needs:ident),*],)? $(may [$($may:ident),*],)?
        $(limits [$($limit:expr),*],)?
        cost $cost:expr,
        source $source:literal,
        $(acts $acts:literal,)?
    })*) => {
        /// A NeuronCore instruction.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
        pub enum Opcode { $($(#[doc = $doc])* $variant,)* }

        impl Opcode {
            /// Every instruction, in the order of the table.
            pub const ALL: &'static [Opcode] = &[$(Opcode::$variant,)*];

            /// Its row.
            pub fn row(self) -> &'static Row {
                match self {
                    $(Opcode::$variant => {
                        const ROW: &Row = &Row {
                            name: $name,
                            doc: &[$($doc),*],
                            engines: EngineSet::of($engines),
                            since: DeviceModel::$since,
                            operands: &[$($operand),*],
                            needs: &[$($(AttributeKind::$needs),*)?],
                            may: &[$($(AttributeKind::$may),*)?],
                            limits: { #[allow(unused_imports, reason = "rows without limits")] use Limit::*; &[$($($limit),*)?] },
                            cost: { use Cost::*; $cost },
                            source: $source,
                            acts: or_false!($($acts)?),
                        };
                        ROW
                    })*
                }
            }

            /// The instruction spelled `name`.
            pub fn from_name(name: &str) -> Option<Opcode> {
                match name { $($name => Some(Opcode::$variant),)* _ => None }
            }
        }
    };
}

const VECTOR: &[Engine] = &[Engine::Vector];
const SCALAR: &[Engine] = &[Engine::Scalar];
const GPSIMD: &[Engine] = &[Engine::GpSimd];
const TENSOR: &[Engine] = &[Engine::Tensor];
const VECTOR_GPSIMD: &[Engine] = &[Engine::Vector, Engine::GpSimd];
const COPY: &[Engine] = &[Engine::Vector, Engine::Scalar, Engine::GpSimd];
const TRANSPOSE: &[Engine] = &[Engine::Vector, Engine::Tensor];
const ALL: &[Engine] = Engine::ALL;
/// Engines whose sequencers trigger DMA. Source: DMA, DGE.
const TRIGGER: &[Engine] = &[Engine::Scalar, Engine::GpSimd, Engine::Sync];

instructions! {
    // ---- data movement ------------------------------------------------------------------------------------------
    /// DMA between HBM and SBUF, or within either, by access patterns; equal element counts, one element type on both
    /// sides or a cast through float32. Elements are moved in row-major order of both patterns; with `limit`, only the
    /// first so many of them (the shape of a dynamic transfer comes from registers).
    DmaCopy = "dma_copy" {
        on TRIGGER, since Trn1, (out("dst", SH).any(), input("src", SH).any(),
            input("limit", NOWHERE).or_register().optional())
        needs [Queue, Dge], limits [EqualSize],
        cost Dma, source "ISA, DMA, DGE",
    }
    /// Indirect DMA from HBM (`dma_copy` with `vector_offset`, swdge): `index` holds C addresses per partition; group
    /// c of the partition's `dst` elements (N/C consecutive ones) is read from the consecutive bytes at
    /// `index[p, c]`. A group whose address is all ones is skipped (`oob_mode.skip`): its elements keep their value.
    DmaGather = "dma_gather" {
        on GPSIMD, since Trn1, (update("dst", S).any(), input("index", S).of(ADDRESS))
        needs [Queue], limits [SamePartitions, IndexPerGroup],
        cost Dma, source "ISA, DGE",
    }
    /// Indirect DMA to HBM (`dma_copy` with `vector_offset` on the destination, swdge): the mirror of `dma_gather`.
    /// Groups are written in order of column, then partition; a later one to the same address wins.
    DmaScatter = "dma_scatter" {
        on GPSIMD, since Trn1, (input("src", S).any(), input("index", S).of(ADDRESS))
        needs [Queue], limits [SamePartitions, IndexPerGroup],
        cost Dma, source "ISA, DGE",
        acts true,
    }
    /// DMA transpose of 2- or 4-byte elements.
    DmaTranspose = "dma_transpose" {
        on TRIGGER, since Trn2, (out("dst", S), input("src", SH))
        needs [Queue, Dge], limits [EqualSize, SameDtype],
        cost Dma, source "ISA, A2",
    }
    /// DMA with arithmetic: `dst = dst op src` in float32, unique destinations only.
    DmaCompute = "dma_compute" {
        on TRIGGER, since Trn1, (update("dst", SH), input("src", SH))
        needs [Queue, Dge, Op], limits [EqualSize],
        cost Dma, source "ISA, NEFF, A3",
    }
    /// `dst = src`, cast through float32 when the types differ (round to nearest even, integers saturate), bit-exact
    /// when they are equal. Not on Scalar before v3.
    TensorCopy = "tensor_copy" {
        on COPY, since Trn1, (out("dst", SP), input("src", SP))
        limits [SamePartitions, SameElements],
        cost OneInput, source "ISA, ISA26, A2",
    }
    /// `dst = src` where `predicate != 0` (with `invert`: `== 0`); other elements keep their value.
    TensorCopyPredicated = "tensor_copy_predicated" {
        on VECTOR, since Trn1, (update("dst", SP), input("src", SP).or_constant(), input("predicate", SP).of(PREDICATE))
        may [Invert], limits [SamePartitions, SameElements, SameDtype, OnePsumInput],
        cost Predicated, source "ISA, ISA26",
    }
    /// `dst = value` in every element; the bits of `value` are of the destination's type.
    Memset = "memset" {
        on VECTOR_GPSIMD, since Trn1, (out("dst", SP), input("value", NOWHERE).or_scalar())
        cost OneInput, source "ISA, ISA26",
    }
    /// `dst = data` transposed: 32 × 32 on Vector, 128 × 128 on Tensor (SBUF to PSUM).
    NcTranspose = "nc_transpose" {
        on TRANSPOSE, since Trn1, (out("dst", SP), input("data", SP))
        limits [SameDtype, Square(128)],
        cost Transpose, source "ISA, ISA26",
    }
    /// Within each quadrant of 32 partitions: `dst[p] = src[lanes[p]]`; 255 keeps `dst[p]`.
    NcStreamShuffle = "nc_stream_shuffle" {
        on VECTOR, since Trn1, (update("dst", SP), input("src", SP))
        needs [Lanes], limits [SameDtype, SameElements, SamePartitions],
        cost PerElement(1.0), source "ISA, ISA26",
    }
    /// Gather along the free dimension with one index list per 16 partitions, `size` elements per index.
    LocalGather = "local_gather" {
        on GPSIMD, since Trn1, (out("dst", S), input("src_buffer", S), input("index", S).of(U16))
        needs [Size], limits [SameDtype, PartitionMultiple(16), MaxFree(65_536)],
        cost LocalGather, source "ISA, ISA26",
    }
    /// Gather along the free dimension, each partition by its own indices: `dst[p, i] = data[p, indices[p, i]]`. Indices past the data's end are undefined.
    NcNGather = "nc_n_gather" {
        on GPSIMD, since Trn1, (out("dst", S), input("data", S), input("indices", S).of(U32))
        limits [SameDtype],
        cost Grouped(150, 4.0), source "ISA; cycles per element: model",
    }
    /// Between the two cores of a logical core.
    Sendrecv = "sendrecv" {
        on TRIGGER, since Trn2, (out("dst", S), input("src", S))
        needs [Queue], limits [SamePartitions, SameElements, SameDtype],
        cost Dma, source "ISA",
    }
    /// `dst[p, i] = offset + multiplier·p + Σ pattern`, int32 arithmetic, cast to the destination's type. `p` counts from the access's first partition.
    Iota = "iota" {
        on GPSIMD, since Trn1, (out("dst", S), input("offset", NOWHERE).or_scalar())
        needs [Pattern, Multiplier],
        cost Start(150, 1.0), source "ISA, ISA26",
    }

    // ---- elementwise --------------------------------------------------------------------------------------------
    /// `dst = a op b`. Vector: float32 inside, bit-vector operations on raw bits. GpSimd: exact wrapping 32-bit
    /// integers where all operands are int32 or uint32.
    TensorTensor = "tensor_tensor" {
        on VECTOR_GPSIMD, since Trn1, (out("dst", SP), input("a", SP), input("b", SP))
        needs [Op], limits [SamePartitions, SameElements, OnePsumInput, BitwiseOnIntegers, Float32Inside],
        cost TwoInputs, source "ISA, ISA26, SH",
    }
    /// `dst = (a op s0) op1 s1`, with scalars that are constants, registers, or one per partition; `reverse` swaps
    /// the operands of an operation. Both operations are of one class; bit-vector scalars are integers.
    TensorScalar = "tensor_scalar" {
        on COPY, since Trn1, (out("dst", SP), input("a", SP), input("s0", SP).or_scalar(), input("s1", SP).or_scalar().optional())
        needs [Op], may [Op1, Reverse, Reverse1],
        limits [SamePartitions, SameElements, ScalarPerPartition, BitwiseOnIntegers, Float32Inside],
        cost OneInput, source "ISA, ISA26",
    }
    /// `dst = (a op s) op1 b`, arithmetic only, float32 between the operations.
    ScalarTensorTensor = "scalar_tensor_tensor" {
        on VECTOR, since Trn1, (out("dst", SP), input("a", SP), input("s", SP).or_scalar(), input("b", SP))
        needs [Op, Op1], limits [SamePartitions, SameElements, OnePsumInput, ScalarPerPartition, Float32Inside],
        cost TwoInputs, source "ISA, ISA26",
    }
    /// `dst = function(a·scale + bias)`.
    Activation = "activation" {
        on SCALAR, since Trn1, (out("dst", SP), input("a", SP), input("scale", SP).or_scalar().optional(),
            input("bias", SP).or_scalar().optional())
        needs [Function], limits [SamePartitions, SameElements, ScalarPerPartition],
        cost PerElement(1.0), source "ISA, ISA26, SH",
    }
    /// `activation` and the sum of its results along the free dimension.
    ActivationReduce = "activation_reduce" {
        on SCALAR, since Trn1, (out("dst", SP), out("sum", SP).of(F32), input("a", SP), input("scale", SP).or_scalar().optional(),
            input("bias", SP).or_scalar().optional())
        needs [Function], limits [SamePartitions],
        cost PerElementPlus(1.0, 64), source "ISA, ISA26",
    }
    /// `activation` with two ALU stages.
    Activate2 = "activate2" {
        on SCALAR, since Trn3, (out("dst", SP), input("a", SP), input("s0", SP).or_scalar(), input("s1", SP).or_scalar())
        needs [Function, Op, Op1], limits [SamePartitions, SameElements, ScalarPerPartition],
        cost PerElement(1.0), source "ISA, A3",
    }
    /// `dst = exp(a - max)`.
    Exponential = "exponential" {
        on VECTOR, since Trn3, (out("dst", SP), input("a", SP), input("max", SP).or_scalar())
        limits [SamePartitions, SameElements, ScalarPerPartition],
        cost PerElement(0.25), source "ISA, A3",
    }
    /// `dst = 1 / a`, precise.
    Reciprocal = "reciprocal" {
        on VECTOR, since Trn1, (out("dst", SP), input("a", SP))
        limits [SamePartitions, SameElements],
        cost PerElement(8.0), source "ISA, ISA26",
    }
    /// `dst = predicate ? on_true : on_false`.
    SelectReduce = "select_reduce" {
        on VECTOR, since Trn1, (out("dst", SP), input("predicate", SP).of(SELECTOR), input("on_true", SP),
            input("on_false", SP).or_scalar().of(F32))
        limits [SamePartitions, SameElements, OnePsumInput, ScalarPerPartition],
        cost Predicated, source "ISA; cost: model",
    }
    /// `dst = a` where the free index compares with both bounds, else the least float32.
    RangeSelect = "range_select" {
        on VECTOR, since Trn2, (out("dst", SP), input("a", SP), input("bound0", SP).of(F32), input("bound1", SP).of(F32))
        needs [Op, Op1], limits [SamePartitions, ScalarPerPartition],
        cost PerElement(1.0), source "ISA, ISA26",
    }
    /// `dst = a` where `offset + multiplier·p + Σ pattern` compares with 0, else `on_false`; int32.
    AffineSelect = "affine_select" {
        on GPSIMD, since Trn1, (out("dst", S), input("a", S), input("on_false", NOWHERE).or_scalar(), input("offset", NOWHERE).or_scalar())
        needs [Op, Pattern, Multiplier], limits [SamePartitions, SameElements],
        cost Start(150, 1.0), source "ISA, ISA26",
    }
    /// Elements dropped with a probability.
    Dropout = "dropout" {
        on VECTOR, since Trn1, (out("dst", SP), input("a", SP), input("probability", SP).or_scalar())
        limits [SamePartitions, SameElements, ScalarPerPartition],
        cost PerElement(1.0), source "ISA, ISA26",
    }
    /// Random bits.
    Rng = "rng" {
        on VECTOR_GPSIMD, since Trn1, (out("dst", SP))
        cost PerElement(1.0), source "ISA; cost: model",
    }
    /// Uniform random numbers (XORWOW).
    Rand2 = "rand2" {
        on VECTOR, since Trn3, (out("dst", SP), input("min", SP).or_scalar(), input("max", SP).or_scalar())
        limits [ScalarPerPartition],
        cost PerElement(0.25), source "ISA, A3",
    }
    /// Quantise to MX: four values per element, and their scale.
    QuantizeMx = "quantize_mx" {
        on VECTOR, since Trn3, (out("dst", S).of(MX), out("scale", S).of(&[Dtype::U8, Dtype::F8E8M0]), input("src", S).of(HALF))
        limits [PartitionMultiple(32)],
        cost PerElement(0.25), source "ISA, A3",
    }

    // ---- reductions, scans, search ------------------------------------------------------------------------------
    /// Reduce the last `axes` free dimensions of `a` with `op`.
    TensorReduce = "tensor_reduce" {
        on VECTOR, since Trn1, (out("dst", SP), input("a", SP))
        needs [Op, Axes], may [Negate], limits [SamePartitions, ReductionOnly, BitwiseOnIntegers, Float32Inside],
        cost PerElement(1.0), source "ISA, ISA26",
    }
    /// Reduce across partitions: one partition of results. `op` is add, max, bitwise_or or bitwise_and.
    TensorPartitionReduce = "tensor_partition_reduce" {
        on GPSIMD, since Trn1, (out("dst", S), input("a", S))
        needs [Op], limits [SameElements, ReductionOnly],
        cost Start(150, 32.0), source "ISA; cost: model",
    }
    /// `tensor_scalar` and a reduction of its results along the free dimension.
    TensorScalarReduce = "tensor_scalar_reduce" {
        on VECTOR, since Trn1, (out("dst", SP), out("result", SP).of(F32), input("a", SP), input("s0", SP).or_scalar())
        needs [Op, Op1], limits [SamePartitions, ScalarPerPartition],
        cost PerElementPlus(1.0, 64), source "ISA, ISA26",
    }
    /// Running `tensor_scalar` reduction.
    TensorScalarCumulative = "tensor_scalar_cumulative" {
        on VECTOR, since Trn1, (out("dst", SP), input("a", SP), input("s0", SP).or_scalar())
        needs [Op, Op1], limits [SamePartitions, SameElements, ScalarPerPartition],
        cost PerElement(1.0), source "ISA; cost: model",
    }
    /// `dst[i] = (a[i] op dst[i-1]) op1 b[i]`, starting from `initial`.
    TensorTensorScan = "tensor_tensor_scan" {
        on VECTOR, since Trn1, (out("dst", SP), input("a", SP), input("b", SP), input("initial", SP).or_scalar())
        needs [Op, Op1], limits [SamePartitions, OnePsumInput],
        cost PerElement(2.0), source "ISA, ISA26",
    }
    /// Mean and variance of up to 512 elements (six values).
    BnStats = "bn_stats" {
        on VECTOR, since Trn1, (out("dst", SP), input("a", SP))
        limits [SamePartitions, MaxFree(512)],
        cost PerElement(1.0), source "ISA, ISA26",
    }
    /// Combine groups of `bn_stats`.
    BnAggr = "bn_aggr" {
        on VECTOR, since Trn1, (out("dst", SP), input("a", SP))
        limits [SamePartitions],
        cost PerElement(4.333_333_5), source "ISA, ISA26",
    }
    /// The eight largest elements.
    Max8 = "max8" {
        on VECTOR, since Trn1, (out("dst", SP), input("a", SP))
        limits [SamePartitions, MinFree(8), MaxFree(16_384)],
        cost PerElement(1.0), source "ISA, ISA26",
    }
    /// Where each of eight values stands first.
    NcFindIndex8 = "nc_find_index8" {
        on VECTOR, since Trn1, (out("dst", SP).of(INDEX), input("a", SP), input("values", SP))
        limits [SamePartitions],
        cost PerElement(1.0), source "ISA, ISA26",
    }
    /// Replace eight values where they stand first.
    NcMatchReplace8 = "nc_match_replace8" {
        on VECTOR, since Trn1, (out("dst", SP), input("a", SP), input("values", SP), input("replacement", NOWHERE).or_constant())
        limits [SamePartitions],
        cost PerElement(1.0), source "ISA, ISA26",
    }
    /// Indices of nonzero elements and their number.
    NonzeroWithCount = "nonzero_with_count" {
        on GPSIMD, since Trn2, (out("dst", S).of(&[Dtype::I32]), input("a", S).of(&[Dtype::F32, Dtype::I32]))
        cost Start(150, 4.0), source "ISA; cost: model",
    }
    /// The `size` largest of n bfloat16 values spread over 16 partitions.
    Topk = "topk" {
        on GPSIMD, since Trn1, (out("dst", S), input("a", S).of(&[Dtype::BF16]))
        needs [Size], limits [MinFree(8), MaxFree(65_535)],
        cost PerElement(4.0), source "ISA",
    }

    // ---- matmul -------------------------------------------------------------------------------------------------
    /// `dst[M, N] (+)= stationary[K, M]ᵀ · moving[K, N]`, K on partitions, float32 accumulation in PSUM.
    NcMatmul = "nc_matmul" {
        on TENSOR, since Trn1, (update("dst", P).of(&[Dtype::F32, Dtype::BF16]), input("stationary", S).of(MATMUL), input("moving", S).of(MATMUL))
        may [Accumulate, Transpose], limits [Matmul],
        cost Matmul, source "ISA, ISA26, A1",
    }
    /// The same with block-scaled operands, K = 512 effective.
    NcMatmulMx = "nc_matmul_mx" {
        on TENSOR, since Trn3, (update("dst", P).of(&[Dtype::F32, Dtype::BF16]), input("stationary", S).of(MX), input("moving", S).of(MX),
            input("stationary_scale", S), input("moving_scale", S))
        may [Accumulate], limits [Matmul, PartitionMultiple(32)],
        cost Matmul, source "ISA, A3",
    }

    // ---- sequencers ---------------------------------------------------------------------------------------------
    /// `dst` register = the one element of `src` (zero-extended; a register pair takes 8 bytes).
    RegisterLoad = "register_load" {
        on ALL, since Trn1, (out("dst", NOWHERE).or_register(), input("src", SH).any())
        limits [SingleElement],
        cost RegisterMemory, source "ISA; time: model",
    }
    /// The one element of `dst` = `src` register, truncated to its type.
    RegisterStore = "register_store" {
        on ALL, since Trn1, (out("dst", SH).any(), input("src", NOWHERE).or_register())
        limits [SingleElement],
        cost RegisterMemory, source "ISA; time: model",
    }
    /// `dst = src`.
    RegisterMove = "register_move" {
        on ALL, since Trn1, (out("dst", NOWHERE).or_register(), input("src", NOWHERE).or_scalar())
        cost Sequencer, source "ISA",
    }
    /// `dst = a op b`: wrapping integers of the destination's width; comparisons are signed and give 1 or 0.
    RegisterAlu = "register_alu" {
        on ALL, since Trn1, (out("dst", NOWHERE).or_register(), input("a", NOWHERE).or_scalar(), input("b", NOWHERE).or_scalar())
        needs [Op],
        cost Sequencer, source "A1, LOOP",
    }
    /// Nothing but its waits and updates.
    EventSemaphore = "event_semaphore" {
        on ALL, since Trn1, ()
        cost Sequencer, source "NX",
    }
    /// Both cores of a logical core arrive.
    CoreBarrier = "core_barrier" {
        on ALL, since Trn2, ()
        cost Sequencer, source "ISA",
    }

    // ---- GpSimd routines (custom operators, CXX) -----------------------------------------------------------------
    /// An elementwise tile operation on SBUF tiles, element by element, with exactly the meaning of its row in
    /// `tile/ops.rs`: what no engine instruction computes with CUDA's bits.
    GpsimdRoutine = "gpsimd_routine" {
        on GPSIMD, since Trn1, (out("dst", S).any(), input("a", S).any().or_scalar().optional(), input("b", S).any().or_scalar().optional(),
            input("c", S).any().or_scalar().optional(), input("d", S).any().or_scalar().optional())
        needs [Routine], limits [SamePartitions, SameElements],
        cost Routine, source "CXX; cost: model",
    }
    /// A tile load in any space, where `mask != 0`: `dst` (as many elements per lane as the access has) from the
    /// lane's address. Other lanes keep their value.
    GpsimdLoad = "gpsimd_load" {
        on GPSIMD, since Trn1, (update("dst", S).any(), input("address", S).any().or_scalar(), input("mask", S).of(PREDICATE).or_constant())
        needs [Access], limits [SamePartitions],
        cost RoutineMemory, source "CXX; cost: model",
    }
    /// A tile store in any space where `mask != 0`, lane after lane within a partition.
    GpsimdStore = "gpsimd_store" {
        on GPSIMD, since Trn1, (input("src", S).any().or_scalar(), input("address", S).any().or_scalar(), input("mask", S).of(PREDICATE).or_constant())
        needs [Access], limits [SamePartitions],
        cost RoutineMemory, source "CXX; cost: model",
        acts true,
    }
    /// A tile atomic where `mask != 0`, partition after partition, lane after lane. `dst` may be left out.
    GpsimdAtomic = "gpsimd_atomic" {
        on GPSIMD, since Trn1, (update("dst", S).any().optional(), input("address", S).any().or_scalar(), input("a", S).any().or_scalar(),
            input("b", S).any().or_scalar().optional(), input("mask", S).of(PREDICATE).or_constant())
        needs [Atomic, Access], limits [SamePartitions],
        cost RoutineMemory, source "CXX; cost: model",
        acts true,
    }
    /// A warp operation: in each partition, on every 32 consecutive lanes; those with `mask != 0` take part.
    GpsimdCollective = "gpsimd_collective" {
        on GPSIMD, since Trn1, (update("dst", S).any().optional(), update("flag", S).any().optional(), input("members", S).any().or_scalar().optional(),
            input("a", S).any().or_scalar().optional(), input("b", S).any().or_scalar().optional(), input("c", S).any().or_scalar().optional(),
            input("mask", S).of(PREDICATE).or_constant())
        needs [Collective], limits [SamePartitions],
        cost Routine, source "CXX; cost: model",
    }
    /// Stops the program with a fault if a lane has `mask != 0`: `trap`, or a switch past its end.
    GpsimdTrap = "gpsimd_trap" {
        on GPSIMD, since Trn1, (input("mask", S).of(PREDICATE).or_constant())
        needs [Reason],
        cost Start(150, 1.0), source "CXX; cost: model",
        acts true,
    }
    /// The fallback: the whole launch, thread by thread, by the tile kernel's own meaning.
    GpsimdKernel = "gpsimd_kernel" {
        on GPSIMD, since Trn1, ()
        needs [Reason],
        cost RoutineKernel, source "CXX; cost: model",
        acts true,
    }
}
