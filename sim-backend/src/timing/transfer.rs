//! What a DMA transfer costs: how its bytes fall into descriptors, and how these fall on the 16 engines.
//!
//! Every run of bytes that is contiguous on both sides is a descriptor. It moves in packets of at most 4 KiB, each
//! with an overhead, so a transfer of short runs is slow whatever its size: that is the curve AWS publishes. Engine e
//! moves partitions 8e to 8e + 7. Indirect transfers have one descriptor for each group of elements.

use super::Traffic;
use crate::spec::Spec;
use crate::units::{Bytes, PerElement, Picoseconds};
use translator::neuron::isa::Opcode;
use translator::neuron::program::{Attribute, Hbm, Instruction, Operand, Tile};
use translator::neuron::words::Dge;

/// What a transfer costs.
#[derive(Clone, Debug, PartialEq)]
pub struct Transfer {
    /// The queue it goes through.
    pub queue: u32,
    /// From the trigger to the first engine's data.
    pub start: Picoseconds,
    /// From one engine's start to the next one's.
    pub stagger: Picoseconds,
    /// How long each DMA engine works on it.
    pub work: Vec<Picoseconds>,
    /// What it moves.
    pub traffic: Traffic,
}

impl Transfer {
    /// Traffic at the HBM stack.
    pub fn hbm(&self) -> Bytes {
        self.traffic.read + self.traffic.written
    }
}

/// Who makes the descriptors of a DMA instruction; indirect ones have no choice.
pub fn descriptors_made_by(instruction: &Instruction) -> Dge {
    let named = instruction.attributes.iter().find_map(|attribute| match attribute {
        Attribute::Dge(dge) => Some(*dge),
        _ => None,
    });
    named.unwrap_or(Dge::Software)
}

/// The transfer that a DMA instruction starts; none for other instructions.
pub fn transfer(spec: &Spec, instruction: &Instruction) -> Option<Transfer> {
    let queue = instruction.queue()?;
    let [first, second, ..] = &instruction.operands[..] else { return None };
    let (to, from) = match instruction.opcode {
        // Its operands stand in reading order.
        Opcode::DmaScatter => (None, Some(first)),
        Opcode::DmaGather => (Some(first), None),
        _ => (Some(first), Some(second)),
    };
    let (rows, run) = match instruction.opcode {
        Opcode::DmaScatter | Opcode::DmaGather => groups(first, second),
        _ => runs(first, second),
    };
    let tile = [first, second].into_iter().find_map(|operand| match operand {
        Operand::Tile(tile) => Some(tile),
        _ => None,
    });
    let moved = Bytes(rows * run.0);
    let in_hbm = |side: Option<&Operand>| !matches!(side, Some(Operand::Tile(_)));
    let factor = match instruction.opcode {
        Opcode::DmaCompute => spec.dma_compute_factor,
        Opcode::DmaTranspose if in_hbm(from) => spec.dma_transpose_factor,
        Opcode::DmaTranspose => spec.dma_transpose_factor_sbuf,
        _ => PerElement(1, 1),
    };
    let each = descriptor(spec, run).scale(u64::from(factor.0), u64::from(factor.1));
    let work = spread(spec, rows, tile).map(|rows| each * rows).collect();
    let is_load = in_hbm(from);
    let (start, stagger) = match descriptors_made_by(instruction) {
        Dge::Static => (spec.dma_start_static, Picoseconds::ZERO),
        Dge::Hardware => (spec.dma_start_hardware, Picoseconds::ZERO),
        Dge::Software if is_load => (spec.dma_start_software_load, spec.dma_stagger_load),
        Dge::Software => (spec.dma_start_software_store, spec.dma_stagger_store),
    };
    let accumulates = instruction.opcode == Opcode::DmaCompute && in_hbm(to);
    Some(Transfer {
        queue,
        start,
        stagger,
        work,
        traffic: Traffic {
            read: if is_load || accumulates { moved } else { Bytes(0) },
            written: if in_hbm(to) { moved } else { Bytes(0) },
            moved,
            descriptors: rows,
        },
    })
}

/// How long one engine takes for a descriptor of so many bytes.
pub(super) fn descriptor(spec: &Spec, bytes: Bytes) -> Picoseconds {
    let packets = bytes.0.div_ceil(spec.dma_packet.0).max(1);
    spec.dma_packet_overhead * packets + spec.dma_bandwidth.time(bytes)
}

/// How long GpSimd waits for `rows` single accesses to HBM, each at an address of its own: it builds the descriptors,
/// starts the transfer and uses the data. An atomic is a load, an operation and a store.
pub fn scattered(spec: &Spec, rows: u64, bytes: Bytes, is_atomic: bool) -> Picoseconds {
    let build = spec.dma_issue_software * rows.div_ceil(spec.dma_issue_rows);
    let engines = u64::from(spec.dma_engines);
    let move_once = descriptor(spec, bytes) * rows.div_ceil(engines);
    let latency = spec.dma_start_software_load + spec.dma_completion;
    if is_atomic {
        build + (move_once + latency) * 2
    } else {
        // Building and moving overlap; the first rows' latency does not.
        build.max(move_once) + latency
    }
}

/// Rows that each engine moves.
fn spread(spec: &Spec, rows: u64, tile: Option<&Tile>) -> impl Iterator<Item = u64> {
    let engines = u64::from(spec.dma_engines);
    let per_engine = u64::from(spec.partitions) / engines;
    let (first, partitions) = match tile {
        Some(tile) => (u64::from(tile.partition), u64::from(tile.partitions).max(1)),
        // Without a side in SBUF the rows are dealt out evenly.
        None => (0, per_engine * engines),
    };
    (0..engines).map(move |engine| {
        let low = (engine * per_engine).clamp(first, first + partitions);
        let high = ((engine + 1) * per_engine).clamp(first, first + partitions);
        (rows * (high - low)).div_ceil(partitions)
    })
}

/// Descriptors of an indirect transfer, and the bytes of each.
fn groups(data: &Operand, index: &Operand) -> (u64, Bytes) {
    let (Operand::Tile(data), Operand::Tile(index)) = (data, index) else { return (0, Bytes(0)) };
    let groups = u64::from(index.elements()).max(1);
    let elements = u64::from(data.elements()) / groups;
    (groups * u64::from(index.partitions), Bytes(elements * u64::from(data.dtype.bytes())))
}

/// Descriptors of a transfer between two access patterns, and the bytes of each.
fn runs(to: &Operand, from: &Operand) -> (u64, Bytes) {
    let sides = [to, from].map(|side| match side {
        Operand::Tile(tile) => Some(tile_run(tile)),
        Operand::Hbm(hbm) => Some(hbm_run(hbm)),
        _ => None,
    });
    let [Some(to), Some(from)] = sides else { return (0, Bytes(0)) };
    // Where the runs of the two sides end at different places, the shorter ones cut.
    let run = greatest_common_divisor(to.run, from.run).max(1);
    (to.elements.max(from.elements) / run, Bytes(run * to.bytes.max(from.bytes)))
}

/// One side of a transfer, in elements.
struct Side {
    /// Consecutive elements.
    run: u64,
    /// All elements.
    elements: u64,
    /// Bytes of an element.
    bytes: u64,
}

fn tile_run(tile: &Tile) -> Side {
    let mut run = 1;
    for dim in tile.dims.iter().rev() {
        if i64::from(dim.stride) != run as i64 && dim.num != 1 {
            break;
        }
        run *= u64::from(dim.num);
    }
    Side {
        run,
        elements: u64::from(tile.elements()) * u64::from(tile.partitions),
        bytes: u64::from(tile.dtype.bytes()),
    }
}

fn hbm_run(hbm: &Hbm) -> Side {
    let bytes = u64::from(hbm.dtype.bytes());
    let mut run = 1;
    for dim in hbm.dims.iter().rev() {
        if dim.stride != (run * bytes) as i64 && dim.num != 1 {
            break;
        }
        run *= u64::from(dim.num);
    }
    Side { run, elements: hbm.dims.iter().map(|dim| u64::from(dim.num)).product(), bytes }
}

fn greatest_common_divisor(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { greatest_common_divisor(b, a % b) }
}
