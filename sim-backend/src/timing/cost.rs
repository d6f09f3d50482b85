//! What one instruction costs: the cost class of its row in the instruction table, on the numbers of a chip.
//!
//! An engine instruction *issues* for a while, then its engine can go on, and its results are there a *fill* later.
//! What a DMA transfer costs beyond its trigger is in [`super::transfer`].

use super::transfer::{self, Transfer};
use super::{Traffic, routine};
use crate::spec::Spec;
use crate::units::{Clock, Cycles, PerElement, Picoseconds};
use translator::neuron::isa::{Cost, Opcode, Role};
use translator::neuron::program::{Attribute, Instruction, Operand, Program, RegionKind, Tile};
use translator::neuron::words::{self, Activation, Dge, Dtype, Engine};
use translator::tile::{self, Space};

/// What an instruction costs.
#[derive(Clone, Debug, PartialEq)]
pub struct Price {
    /// The instruction's engine.
    pub engine: Engine,
    /// How long it keeps its engine from the next instruction.
    pub issue: Picoseconds,
    /// From the end of the issue until its results can be used.
    pub fill: Picoseconds,
    /// The shortest distance to an instruction that uses its results.
    pub dependent: Picoseconds,
    /// Activation tables it needs, if the Scalar engine must have loaded some.
    pub tables: Option<Tables>,
    /// A matmul on so few rows that the Tensor engine stays limited.
    pub limited: bool,
    /// The transfer it starts.
    pub transfer: Option<Transfer>,
    /// What it moves to and from HBM.
    pub traffic: Traffic,
    /// How long each DMA engine works for it, where a routine moves data itself.
    pub moving: Picoseconds,
}

/// A set of activation tables that are in the Scalar engine together.
///
/// The grouping follows the sets that compiled programs name (`activation_function_sets`:
/// `natural_log_exp_and_others`, `reciprocal_sqrt_and_small`, `gelu_and_others`); which others join them is inferred.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs, reason = "the names are those of the sets")]
pub enum Tables {
    NaturalLogExp,
    ReciprocalSqrt,
    Gelu,
    Sigmoid,
    Trigonometric,
}

impl Tables {
    /// The set a function needs; functions that are no more than arithmetic are in all of them.
    pub fn of(function: Activation) -> Option<Self> {
        use Activation::*;
        match function {
            Copy | Square | Relu | Prelu | Sign | Abs => None,
            Exp | Log | Softplus | Mish => Some(Tables::NaturalLogExp),
            Sqrt | Rsqrt | Reciprocal => Some(Tables::ReciprocalSqrt),
            Gelu | GeluDx | GeluApprxTanh | GeluApprxSigmoid | Erf | ErfDx => Some(Tables::Gelu),
            Sigmoid | Silu | SiluDx | Tanh => Some(Tables::Sigmoid),
            Sin | Arctan => Some(Tables::Trigonometric),
        }
    }
}

/// Clock of an engine.
pub fn clock(spec: &Spec, engine: Engine) -> Clock {
    match engine {
        Engine::Tensor => spec.tensor_clock,
        Engine::Vector => spec.vector_clock,
        Engine::Scalar => spec.scalar_clock,
        Engine::GpSimd => spec.gpsimd_clock,
        Engine::Sync => spec.sync_clock,
    }
}

/// What `instruction` costs.
pub fn price(spec: &Spec, program: &Program, instruction: &Instruction) -> Price {
    let engine = instruction.engine;
    let clock = clock(spec, engine);
    let shape = Shape::of(program, instruction);
    let transfer = transfer::transfer(spec, instruction);
    let issue = match instruction.opcode.row().cost {
        Cost::Dma => dma_issue(spec, instruction, transfer.as_ref()),
        Cost::RegisterMemory => register_memory(spec, instruction),
        Cost::Sequencer => clock.time(spec.sequencer_issue),
        Cost::RoutineMemory => routine_memory(spec, instruction, &shape),
        cost => clock.time(cycles(spec, instruction, cost, &shape)),
    };
    let fill = match engine {
        _ if transfer.is_some() || instruction.opcode.row().operands.is_empty() => Picoseconds::ZERO,
        Engine::Tensor => spec.tensor_fill,
        Engine::Vector => clock.time(spec.vector_fill),
        Engine::Scalar => clock.time(spec.scalar_fill),
        // A routine of GpSimd is over when it ends; its start is part of its cost.
        Engine::GpSimd | Engine::Sync => Picoseconds::ZERO,
    };
    let tables = instruction.attributes.iter().find_map(|attribute| match attribute {
        Attribute::Function(function) => Tables::of(*function),
        _ => None,
    });
    let limited = instruction.opcode == Opcode::NcMatmul && shape.partitions <= spec.tensor_limited_rows;
    let dependent = issue.max(clock.time(spec.min_issue) + fill);
    let (traffic, moving) = match &transfer {
        Some(transfer) => (transfer.traffic, Picoseconds::ZERO),
        None => routine_traffic(spec, instruction, &shape),
    };
    Price { engine, issue, fill, dependent, tables, limited, transfer, traffic, moving }
}

/// What the cost of an instruction depends on.
struct Shape {
    /// Most elements per partition of any operand.
    elements: u64,
    /// Most partitions of any operand.
    partitions: u32,
    /// Inputs with more than one element per partition.
    streams: u32,
    /// Some operand is in PSUM.
    psum: bool,
    /// All streams, in and out, have 16-bit elements.
    sixteen_bits: bool,
    /// All streams walk memory in steps of less than the stride at which an access runs at half rate.
    contiguous: bool,
    /// Some stream runs at half rate.
    strided: bool,
    /// Elements of 64 bits take two passes of a 32-bit port.
    wide: bool,
}

impl Shape {
    fn of(program: &Program, instruction: &Instruction) -> Self {
        let mut shape = Shape {
            elements: 0,
            partitions: 0,
            streams: 0,
            psum: false,
            sixteen_bits: true,
            contiguous: true,
            strided: false,
            wide: false,
        };
        for (operand, spec) in instruction.operands.iter().zip(instruction.opcode.row().operands) {
            let Operand::Tile(tile) = operand else { continue };
            let elements = u64::from(tile.elements());
            shape.elements = shape.elements.max(elements);
            shape.partitions = shape.partitions.max(tile.partitions);
            if elements <= 1 {
                continue;
            }
            if spec.role == Role::In {
                shape.streams += 1;
            }
            shape.psum |= space_of(program, tile) == words::Space::Psum;
            shape.sixteen_bits &= tile.dtype.bytes() == 2;
            shape.wide |= tile.dtype.bytes() == 8;
            let innermost = tile.dims.last().map_or(0, |dim| u64::from(dim.stride.unsigned_abs()));
            shape.contiguous &= innermost == 1;
            shape.strided |= innermost * u64::from(tile.dtype.bytes()) >= 16 && innermost > 1;
        }
        shape
    }
}

/// Which on-chip memory a tile is in.
pub(super) fn space_of(program: &Program, tile: &Tile) -> words::Space {
    match program.region(tile.region).kind {
        RegionKind::OnChip { space, .. } => space,
        _ => words::Space::Hbm,
    }
}

fn cycles(spec: &Spec, instruction: &Instruction, cost: Cost, shape: &Shape) -> Cycles {
    let n = shape.elements;
    let at_least = |cycles: Cycles| cycles.max(spec.min_issue);
    // The strides that halve the rate are those of the engines' own access; GpSimd's routines have their own cost.
    let streaming = |rate: PerElement| {
        let factor = if shape.strided { spec.strided_factor } else { 1 };
        at_least(rate.cycles(n) * factor)
    };
    match cost {
        Cost::OneInput => match instruction.engine {
            Engine::GpSimd => spec.gpsimd_start + spec.gpsimd_one_operand.cycles(n),
            Engine::Scalar if shape.sixteen_bits => streaming(spec.scalar_element_16bit),
            Engine::Scalar => streaming(spec.scalar_element),
            _ if !shape.sixteen_bits => streaming(spec.vector_one_operand),
            _ if shape.contiguous && !shape.psum => streaming(spec.vector_16bit_contiguous),
            _ => streaming(spec.vector_16bit_strided),
        },
        Cost::TwoInputs | Cost::Predicated => match instruction.engine {
            Engine::GpSimd if shape.streams < 2 => spec.gpsimd_start + spec.gpsimd_one_operand.cycles(n),
            Engine::GpSimd => spec.gpsimd_start + spec.gpsimd_two_operands.cycles(n),
            _ if shape.psum || shape.streams < 2 => streaming(spec.vector_one_operand),
            _ if shape.sixteen_bits => streaming(spec.vector_two_operands_16bit),
            _ => streaming(spec.vector_two_operands),
        },
        Cost::PerElement(k) => at_least(fraction(k, n)),
        Cost::PerElementPlus(k, extra) => at_least(fraction(k, n)) + Cycles(u64::from(extra)),
        Cost::Start(start, k) => Cycles(u64::from(start)) + fraction(k, n),
        Cost::Grouped(start, k) => Cycles(u64::from(start) * n.div_ceil(512)) + fraction(k, n),
        Cost::LocalGather => local_gather(spec, instruction, n),
        Cost::Transpose if instruction.engine == Engine::Tensor => {
            Cycles(u64::from(shape.partitions).max(n.min(spec.min_issue.0)))
        }
        Cost::Transpose => at_least(Cycles(n)),
        Cost::Matmul => matmul(spec, instruction),
        Cost::Routine => spec.gpsimd_start + routine_cycles(instruction, shape),
        Cost::RoutineKernel => unreachable!("a program that is one routine is priced by `timing::fallback`"),
        Cost::Dma | Cost::Sequencer | Cost::RegisterMemory | Cost::RoutineMemory => {
            unreachable!("`price` has no cycles of an engine for these")
        }
    }
}

/// `k` cycles for each of `n` elements. The factors of the instruction table are exact or rounded up, so that the
/// product in binary64 is the same everywhere.
fn fraction(k: f32, n: u64) -> Cycles {
    Cycles((f64::from(k) * n as f64).ceil() as u64)
}

/// Source: NKI reference 2.26, `local_gather`, read as its own text explains it: more elements per index are cheaper.
fn local_gather(spec: &Spec, instruction: &Instruction, n: u64) -> Cycles {
    let each = instruction.attributes.iter().find_map(|attribute| match attribute {
        Attribute::Size(size) => Some(f64::from(*size)),
        _ => None,
    });
    let each = each.unwrap_or(1.0);
    let size = instruction.operands.iter().find_map(|operand| match operand {
        Operand::Tile(tile) => Some(f64::from(tile.dtype.bytes())),
        _ => None,
    });
    let factor = (28.0 + 4.0 * each) / (4.0 * each) / (4.0 / size.unwrap_or(4.0)).min(each);
    spec.gpsimd_start + Cycles((n as f64 * factor).ceil() as u64)
}

fn matmul(spec: &Spec, instruction: &Instruction) -> Cycles {
    let tile = |name| match instruction.operand(name) {
        Some(Operand::Tile(tile)) => Some(tile),
        _ => None,
    };
    let (Some(stationary), Some(moving)) = (tile("stationary"), tile("moving")) else { return spec.min_issue };
    let columns = u64::from(moving.elements()).max(u64::from(stationary.elements()).min(spec.min_issue.0));
    let rate = if moving.dtype == Dtype::F32 { spec.tensor_column_fp32 } else { spec.tensor_column };
    let cycles = rate.cycles(columns);
    // A transpose needs no hi/lo split. Source: trainium2_arch.rst (fp32 transposes run twice as fast).
    let transpose = instruction.attributes.contains(&Attribute::Transpose);
    if transpose && moving.dtype == Dtype::F32 { Cycles(cycles.0.div_ceil(2)) } else { cycles }
}

fn dma_issue(spec: &Spec, instruction: &Instruction, transfer: Option<&Transfer>) -> Picoseconds {
    match transfer::descriptors_made_by(instruction) {
        Dge::Static => spec.dma_issue_static,
        Dge::Hardware => spec.dma_issue_hardware,
        Dge::Software => {
            let rows = transfer.map_or(0, |transfer| transfer.traffic.descriptors);
            spec.dma_issue_software * rows.div_ceil(spec.dma_issue_rows).max(1)
        }
    }
}

fn register_memory(spec: &Spec, instruction: &Instruction) -> Picoseconds {
    let in_hbm = instruction.operands.iter().any(|operand| matches!(operand, Operand::Hbm(_)));
    if in_hbm { spec.register_load_hbm } else { spec.register_load }
}

fn routine_cycles(instruction: &Instruction, shape: &Shape) -> Cycles {
    let each = instruction.attributes.iter().find_map(|attribute| match attribute {
        Attribute::Routine(op, attributes) => Some(routine::element_cycles(*op, attributes)),
        Attribute::Collective(collective) => Some(routine::collective_cycles(collective)),
        _ => None,
    });
    Cycles(shape.elements * each.unwrap_or(1))
}

fn access_of(instruction: &Instruction) -> Option<&tile::Access> {
    instruction.attributes.iter().find_map(|attribute| match attribute {
        Attribute::Access(access) => Some(access),
        _ => None,
    })
}

/// Columns of a memory routine: lanes of each partition, which the mask counts.
fn lanes(instruction: &Instruction, shape: &Shape) -> u64 {
    match instruction.operand("mask") {
        Some(Operand::Tile(mask)) => u64::from(mask.elements()),
        _ => shape.elements,
    }
}

fn routine_memory(spec: &Spec, instruction: &Instruction, shape: &Shape) -> Picoseconds {
    let Some(access) = access_of(instruction) else { return spec.gpsimd_clock.time(spec.gpsimd_start) };
    let is_atomic = instruction.opcode == Opcode::GpsimdAtomic;
    let columns = lanes(instruction, shape);
    let in_sbuf = Cycles(columns * routine::on_chip_access_cycles(access, is_atomic));
    let start = spec.gpsimd_clock.time(spec.gpsimd_start);
    match access.space {
        Space::Shared | Space::Local | Space::Param => start + spec.gpsimd_clock.time(in_sbuf),
        Space::Generic | Space::Global | Space::SharedCluster => {
            let rows = columns * u64::from(shape.partitions);
            start + transfer::scattered(spec, rows, routine::access_bytes(access), is_atomic)
        }
    }
}

/// What a memory routine moves to and from HBM, and how long each DMA engine works for it.
fn routine_traffic(spec: &Spec, instruction: &Instruction, shape: &Shape) -> (Traffic, Picoseconds) {
    let Some(access) = access_of(instruction) else { return Default::default() };
    if matches!(access.space, Space::Shared | Space::Local | Space::Param) {
        return Default::default();
    }
    let rows = lanes(instruction, shape) * u64::from(shape.partitions);
    let bytes = routine::access_bytes(access) * rows;
    let (loads, stores) = match instruction.opcode {
        Opcode::GpsimdLoad => (1, 0),
        Opcode::GpsimdStore => (0, 1),
        _ => (1, 1),
    };
    let traffic = Traffic {
        read: bytes * loads,
        written: bytes * stores,
        moved: bytes * (loads + stores),
        descriptors: rows * (loads + stores),
    };
    let each = transfer::descriptor(spec, routine::access_bytes(access));
    (traffic, each * (traffic.descriptors.div_ceil(u64::from(spec.dma_engines))))
}
