//! Checks a program against every documented limit, and that its semaphores order all it does ([`ordering`]).

mod ordering;

use super::device::*;
use super::isa::{AttributeKind, Limit, Opcode, OperandSpec, Role, Row};
use super::print::InstructionText;
use super::program::*;
use super::words::{AluOp, Dge, Dtype, Engine, EngineSet, Space};
use std::collections::BTreeSet;

/// A rule that a program breaks.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{message}{}", if at.is_empty() { String::new() } else { format!("\n  in `{at}`") })]
pub struct Violation {
    /// The rule, and what breaks it.
    pub message: String,
    /// The instruction as text; empty if it is about the whole program.
    pub at: String,
}

/// All rules; the violations in program order.
pub fn verify(program: &Program) -> Result<(), Vec<Violation>> {
    let mut verifier = Verifier { program, found: Vec::new(), at: String::new() };
    verifier.declarations();
    let sound = verifier.found.is_empty();
    if sound {
        verifier.nodes(&program.body, true);
    }
    // Ordering is replayed on accesses that are known to be within their regions.
    if verifier.found.is_empty() {
        verifier.found.extend(ordering::check(program));
    }
    if verifier.found.is_empty() { Ok(()) } else { Err(verifier.found) }
}

struct Verifier<'a> {
    program: &'a Program,
    found: Vec<Violation>,
    at: String,
}

macro_rules! require {
    ($self:ident, $condition:expr, $($message:tt)*) => {
        if !$condition {
            $self.report(format!($($message)*));
        }
    };
}

impl Verifier<'_> {
    fn report(&mut self, message: String) {
        self.found.push(Violation { message, at: self.at.clone() });
    }

    fn declarations(&mut self) {
        let program = self.program;
        let Layout { ctas, threads, chunks, waves, buffers } = program.layout;
        require!(self, (1..=PARTITIONS).contains(&ctas), "a wave has 1 to {PARTITIONS} CTAs, not {ctas}");
        require!(self, threads >= 1 && chunks >= 1, "a wave has at least one column");
        require!(self, buffers >= 1, "there is at least one buffer");
        let groups = program.shape.ctas().div_ceil(u64::from(ctas.max(1)));
        require!(self, waves == groups * u64::from(chunks), "{groups} groups of {chunks} chunks are not {waves} waves");
        for (what, names) in [
            ("region", program.regions.iter().map(|region| &region.name).collect::<Vec<_>>()),
            ("register", program.registers.iter().map(|register| &register.name).collect()),
            ("semaphore", program.semaphores.iter().map(|semaphore| &semaphore.name).collect()),
        ] {
            let mut seen = BTreeSet::new();
            for name in names {
                require!(self, seen.insert(name), "two {what}s are called `{name}`");
            }
        }
        for region in &program.regions {
            self.region(region);
        }
        let mut taken = BTreeSet::new();
        for register in &program.registers {
            let last = register.number + u32::from(register.wide);
            require!(self, last < REGISTERS, "a sequencer has {REGISTERS} registers; `{}` is r{last}", register.name);
            for number in register.number..=last {
                require!(self, taken.insert(number), "r{number} is taken twice, at last by `{}`", register.name);
            }
        }
    }

    fn region(&mut self, region: &Region) {
        let RegionKind::OnChip { space, partitions, bytes, buffers, pitch, .. } = region.kind else { return };
        let name = &region.name;
        let capacity = match space {
            Space::Sbuf => self.program.device.sbuf_bytes(),
            Space::Psum => PSUM_BANKS * PSUM_BANK_BYTES,
            Space::Hbm => return self.report(format!("`{name}` is on chip, HBM is not")),
        };
        let end = region.kind.end().unwrap_or_default();
        require!(self, buffers == 1 || pitch >= bytes, "the buffers of `{name}` overlap");
        require!(
            self,
            end <= u64::from(capacity),
            "`{name}` ends at byte {end} of a partition; {space} has {capacity} on {}",
            self.program.device
        );
        require!(
            self,
            (1..=PARTITIONS).contains(&partitions),
            "`{name}` has {partitions} partitions; there are {PARTITIONS}"
        );
        require!(
            self,
            buffers == 1 || buffers == self.program.layout.buffers,
            "`{name}` has {buffers} buffers, the wave loop {}",
            self.program.layout.buffers
        );
    }

    fn nodes(&mut self, nodes: &[Node], outermost: bool) -> EngineSet {
        let mut engines = EngineSet::NONE;
        let mut loops = 0;
        for node in nodes {
            match node {
                Node::Instruction(instruction) => {
                    self.instruction(instruction);
                    engines.insert(instruction.engine);
                }
                Node::Waves(body) => {
                    loops += 1;
                    require!(self, outermost && loops == 1, "there is one wave loop, and it is outermost");
                    engines = engines.union(self.nodes(body, false));
                }
                Node::While { engines: set, body, .. } => {
                    let inside = self.nodes(body, false);
                    require!(
                        self,
                        set.union(inside) == *set,
                        "an engine has instructions in a loop it does not take part in"
                    );
                    engines = engines.union(*set);
                }
                Node::If { engines: set, then, otherwise, .. } => {
                    let inside = self.nodes(then, false).union(self.nodes(otherwise, false));
                    require!(
                        self,
                        set.union(inside) == *set,
                        "an engine has instructions in a branch it does not take part in"
                    );
                    engines = engines.union(*set);
                }
            }
        }
        engines
    }

    fn instruction(&mut self, instruction: &Instruction) {
        self.at = InstructionText(self.program, instruction).to_string();
        let row = instruction.opcode.row();
        let device = self.program.device;
        require!(self, device >= row.since, "{device} has no `{}`; it came with {}", row.name, row.since);
        require!(self, row.engines.has(instruction.engine), "`{}` does not run on {}", row.name, instruction.engine);
        for kind in row.needs {
            require!(self, instruction.has(*kind), "`{}` needs `{kind}`", row.name);
        }
        for attribute in &instruction.attributes {
            let kind = attribute.kind();
            require!(self, row.needs.contains(&kind) || row.may.contains(&kind), "`{}` takes no `{kind}`", row.name);
        }
        if instruction.operands.len() != row.operands.len() {
            self.report(format!("`{}` takes {} operands", row.name, row.operands.len()));
        } else {
            for (spec, operand) in row.operands.iter().zip(&instruction.operands) {
                self.operand(instruction, spec, operand);
            }
            for limit in row.limits {
                self.limit(instruction, row, *limit);
            }
            self.engine_rules(instruction);
        }
        self.at.clear();
    }

    fn operand(&mut self, instruction: &Instruction, spec: &OperandSpec, operand: &Operand) {
        let name = spec.name;
        match operand {
            Operand::Absent => require!(self, spec.optional, "`{name}` may not be left out"),
            Operand::Constant(..) => require!(self, spec.constant, "`{name}` may not be a constant"),
            Operand::Register(_) => require!(self, spec.register, "`{name}` may not be a register"),
            Operand::Hbm(hbm) => {
                require!(self, spec.spaces.contains(&Space::Hbm), "`{name}` may not be in HBM");
                require!(self, spec.types.allow(hbm.dtype), "`{name}` may not be {}", hbm.dtype);
                let kind = self.program.region(hbm.region).kind;
                require!(
                    self,
                    spec.role == Role::In || !matches!(kind, RegionKind::Params | RegionKind::Symbols),
                    "parameters and symbols are read only"
                );
                for (register, _) in &hbm.terms {
                    require!(self, (register.0 as usize) < self.program.registers.len(), "an address uses no register");
                }
            }
            Operand::Tile(tile) => {
                let RegionKind::OnChip { space, .. } = self.program.region(tile.region).kind else {
                    return self.report(format!("`{name}` is an SBUF access to a region in HBM"));
                };
                require!(self, spec.spaces.contains(&space), "`{name}` may not be in {space}");
                require!(self, spec.types.allow(tile.dtype), "`{name}` may not be {}", tile.dtype);
                require!(
                    self,
                    !(instruction.engine == Engine::GpSimd && space == Space::Psum),
                    "GpSimd does not reach PSUM"
                );
                self.tile(tile, space);
            }
        }
    }

    /// Partition, dimension and size rules of one access pattern. Source: A1, "Accessing SBUF/PSUM".
    fn tile(&mut self, tile: &Tile, space: Space) {
        let RegionKind::OnChip { partitions, bytes, .. } = self.program.region(tile.region).kind else { return };
        let name = &self.program.region(tile.region).name;
        let end = tile.partition + tile.partitions;
        require!(
            self,
            tile.partitions >= 1 && end <= PARTITIONS,
            "partitions {}..{end} of {PARTITIONS}",
            tile.partition
        );
        require!(self, end <= partitions, "`{name}` has {partitions} partitions, the access ends at {end}");
        let start_allowed = match tile.partitions {
            0..=32 => tile.partition.is_multiple_of(32),
            33..=64 => tile.partition.is_multiple_of(64),
            _ => tile.partition == 0,
        };
        require!(
            self,
            start_allowed,
            "{} partitions may not start at {} (32 or fewer at a multiple of 32, 64 or fewer at 0 or 64, more at 0)",
            tile.partitions,
            tile.partition
        );
        require!(self, tile.dims.len() <= MAX_DIMS, "an access has at most {MAX_DIMS} dimensions");
        for dim in &tile.dims {
            require!(self, dim.num >= 1 && dim.num <= u32::from(u16::MAX), "a dimension has 1 to 65535 positions");
            require!(self, i16::try_from(dim.stride).is_ok(), "stride {} is no 16-bit number", dim.stride);
        }
        let elements: u64 = tile.dims.iter().map(|dim| u64::from(dim.num)).product();
        let most = if space == Space::Psum { MAX_FREE_PSUM } else { MAX_FREE_SBUF };
        require!(
            self,
            elements <= u64::from(most),
            "{elements} elements per partition; {space} accesses have at most {most}"
        );
        let span = tile.span();
        require!(
            self,
            span.start >= 0 && span.end <= i64::from(bytes),
            "the access covers bytes {}..{} of `{name}`, which has {bytes}",
            span.start,
            span.end
        );
        require!(
            self,
            tile.offset.is_multiple_of(tile.dtype.bytes()),
            "byte offset {} is no multiple of {}",
            tile.offset,
            tile.dtype
        );
    }

    fn limit(&mut self, instruction: &Instruction, row: &'static Row, limit: Limit) {
        let tiles: Vec<(&OperandSpec, &Tile)> = tiles(instruction, row);
        let inputs: Vec<&Tile> =
            tiles.iter().filter(|(spec, _)| spec.role == Role::In).map(|(_, tile)| *tile).collect();
        let output = tiles.iter().find(|(spec, _)| spec.role != Role::In).map(|(_, tile)| *tile);
        let per_partition = |spec: &OperandSpec| row.limits.contains(&Limit::ScalarPerPartition) && spec.is_scalar();
        match limit {
            Limit::SamePartitions => {
                let counts: BTreeSet<u32> = tiles.iter().map(|(_, tile)| tile.partitions).collect();
                require!(self, counts.len() <= 1, "operands on {counts:?} partitions; all must be on equally many");
            }
            Limit::SameElements => {
                let counts: BTreeSet<u32> =
                    tiles.iter().filter(|(spec, _)| !per_partition(spec)).map(|(_, tile)| tile.elements()).collect();
                require!(self, counts.len() <= 1, "operands of {counts:?} elements; all must have equally many");
            }
            Limit::SameDtype => {
                let first = row.operands.iter().position(|spec| spec.role == Role::In);
                let input = match first.and_then(|at| instruction.operands.get(at)) {
                    Some(Operand::Tile(tile)) => Some(tile.dtype),
                    Some(Operand::Constant(_, dtype)) => Some(*dtype),
                    _ => None,
                };
                if let (Some(output), Some(input)) = (output, input) {
                    require!(self, output.dtype == input, "{} and {input} must be the same type", output.dtype);
                }
            }
            Limit::OnePsumInput => {
                let psum = inputs.iter().filter(|tile| self.space(tile) == Some(Space::Psum)).count();
                require!(self, psum <= 1, "two inputs in PSUM");
            }
            Limit::BitwiseOnIntegers => {
                for op in [instruction.op(), instruction.op1()].into_iter().flatten().filter(|op| op.is_bitwise()) {
                    let widths: BTreeSet<u32> = tiles.iter().map(|(_, tile)| tile.dtype.bytes()).collect();
                    let integers = tiles.iter().all(|(_, tile)| tile.dtype.is_integer());
                    require!(self, integers && widths.len() <= 1, "`{op}` works on integers of one width");
                    require!(self, instruction.engine == Engine::Vector, "only Vector has `{op}`");
                }
                if let (Some(first), Some(second)) = (instruction.op(), instruction.op1()) {
                    require!(
                        self,
                        first.is_bitwise() == second.is_bitwise(),
                        "`{first}` and `{second}` are of different classes"
                    );
                }
            }
            Limit::ScalarPerPartition => {
                for (spec, tile) in tiles.iter().filter(|(spec, _)| spec.is_scalar()) {
                    require!(self, tile.elements() == 1, "`{}` is one element per partition", spec.name);
                }
            }
            Limit::PartitionMultiple(n) => {
                for (_, tile) in &tiles {
                    require!(
                        self,
                        tile.partitions % n == 0,
                        "{} partitions; must be a multiple of {n}",
                        tile.partitions
                    );
                }
            }
            Limit::MaxPartitions(n) => {
                for (_, tile) in &tiles {
                    require!(self, tile.partitions <= n, "{} partitions; at most {n}", tile.partitions);
                }
            }
            Limit::MaxFree(n) => {
                for tile in &inputs {
                    require!(self, tile.elements() <= n, "{} elements; at most {n}", tile.elements());
                }
            }
            Limit::MinFree(n) => {
                if let Some(tile) = inputs.first() {
                    require!(self, tile.elements() >= n, "{} elements; at least {n}", tile.elements());
                }
            }
            Limit::Square(n) => {
                let n = if instruction.engine == Engine::Vector { 32 } else { n };
                for (_, tile) in &tiles {
                    require!(
                        self,
                        tile.partitions <= n && tile.elements() <= n,
                        "{} × {}; at most {n} × {n}",
                        tile.partitions,
                        tile.elements()
                    );
                }
            }
            Limit::Matmul => self.matmul(&tiles),
            Limit::ReductionOnly => {
                if let Some(op) = instruction.op() {
                    require!(self, op.is_reduction(), "`{op}` does not reduce");
                }
            }
            Limit::EqualSize => self.equal_size(instruction),
            Limit::IndexPerGroup => {
                if let [(_, data), (_, index)] = tiles[..] {
                    require!(
                        self,
                        index.elements() > 0 && data.elements() % index.elements() == 0,
                        "{} elements do not divide into {} groups",
                        data.elements(),
                        index.elements()
                    );
                }
            }
            Limit::SingleElement => {
                for (_, tile) in &tiles {
                    require!(self, tile.partitions == 1 && tile.elements() == 1, "a register holds one element");
                }
            }
            Limit::Float32Inside => {}
        }
    }

    fn space(&self, tile: &Tile) -> Option<Space> {
        match self.program.region(tile.region).kind {
            RegionKind::OnChip { space, .. } => Some(space),
            _ => None,
        }
    }

    /// Source: NKI ISA, `nc_matmul`.
    fn matmul(&mut self, tiles: &[(&OperandSpec, &Tile)]) {
        let [(_, dst), (_, stationary), (_, moving), ..] = tiles[..] else { return };
        let columns = self.program.device.matmul_columns() * if dst.dtype == Dtype::BF16 { 2 } else { 1 };
        require!(self, stationary.partitions == moving.partitions, "stationary and moving differ in K");
        require!(self, stationary.elements() <= 128, "{} stationary columns; at most 128", stationary.elements());
        require!(self, moving.elements() <= columns, "{} moving columns; at most {columns}", moving.elements());
        require!(self, dst.partitions == stationary.elements(), "the result has one partition per stationary column");
        require!(self, dst.elements() == moving.elements(), "the result has one element per moving column");
        let wide = |dtype: Dtype| matches!(dtype, Dtype::F32 | Dtype::TF32);
        require!(
            self,
            wide(stationary.dtype) == wide(moving.dtype),
            "both operands are float32 (or tfloat32), or neither"
        );
        require!(
            self,
            dst.dtype == Dtype::F32 || self.program.device == DeviceModel::Trn3,
            "only Trn3 accumulates bfloat16"
        );
        if let RegionKind::OnChip { space: Space::Psum, offset, .. } = self.program.region(dst.region).kind
            && self.program.device != DeviceModel::Trn3
        {
            let span = dst.span();
            let first = (i64::from(offset) + span.start) / i64::from(PSUM_BANK_BYTES);
            let last = (i64::from(offset) + span.end - 1) / i64::from(PSUM_BANK_BYTES);
            require!(self, first == last, "the result crosses a PSUM bank of {PSUM_BANK_BYTES} bytes");
        }
    }

    /// Both sides of a DMA have equally many elements, by the pattern of each.
    fn equal_size(&mut self, instruction: &Instruction) {
        let count = |operand: &Operand| match operand {
            Operand::Tile(tile) => Some(u64::from(tile.partitions) * u64::from(tile.elements())),
            Operand::Hbm(hbm) => Some(hbm.dims.iter().map(|dim| u64::from(dim.num)).product()),
            _ => None,
        };
        let counts: Vec<u64> = instruction.operands.iter().filter_map(count).collect();
        require!(self, counts.windows(2).all(|pair| pair[0] == pair[1]), "{counts:?} elements on the two sides");
    }

    /// Rules that depend on the engine or the device.
    fn engine_rules(&mut self, instruction: &Instruction) {
        let engine = instruction.engine;
        let device = self.program.device;
        match instruction.opcode {
            Opcode::TensorCopy if engine == Engine::Scalar => {
                require!(self, device != DeviceModel::Trn1, "Scalar has no `tensor_copy` on trn1");
            }
            Opcode::TensorScalar if engine == Engine::Scalar && device != DeviceModel::Trn3 => {
                let ops = (instruction.op(), instruction.op1());
                let allowed =
                    matches!(ops, (Some(AluOp::Multiply), Some(AluOp::Add) | None) | (Some(AluOp::Add), None));
                require!(self, allowed, "Scalar's `tensor_scalar` multiplies, adds, or does both in this order");
            }
            Opcode::TensorScalar if engine == Engine::GpSimd => {
                require!(self, instruction.op() == Some(AluOp::Rsqrt), "GpSimd's `tensor_scalar` has `rsqrt` only");
            }
            _ => {}
        }
        if let Some(queue) = instruction.queue() {
            require!(self, queue < QUEUES, "there are {QUEUES} queues");
        }
        for attribute in &instruction.attributes {
            match attribute {
                Attribute::Dge(Dge::Hardware) => require!(
                    self,
                    device != DeviceModel::Trn1 && matches!(engine, Engine::Scalar | Engine::Sync),
                    "hardware descriptor generation is triggered from Scalar or Sync, from trn2 on"
                ),
                Attribute::Dge(Dge::Software) => {
                    require!(self, engine == Engine::GpSimd, "software descriptor generation runs on GpSimd");
                }
                Attribute::Pattern(dims) => {
                    require!(self, dims.len() <= MAX_DIMS, "a pattern has at most {MAX_DIMS} dimensions")
                }
                Attribute::Lanes(lanes) => {
                    require!(self, lanes.iter().all(|lane| *lane < 32 || *lane == 255), "lanes are 0 to 31, or 255");
                }
                _ => {}
            }
        }
        if instruction.queue().is_some() {
            let odd = instruction.updates.iter().any(|update| update.amount != DMA_INCREMENT);
            require!(self, !odd, "a finished transfer adds {DMA_INCREMENT} to a semaphore");
        }
        if instruction.has(AttributeKind::Axes) {
            self.axes(instruction);
        }
    }

    fn axes(&mut self, instruction: &Instruction) {
        let axes = instruction.attributes.iter().find_map(|a| match a {
            Attribute::Axes(axes) => Some(*axes as usize),
            _ => None,
        });
        if let (Some(axes), Some(Operand::Tile(dst)), Some(Operand::Tile(a))) =
            (axes, instruction.operand("dst"), instruction.operand("a"))
        {
            let Some(kept) = a.dims.len().checked_sub(axes) else {
                return self.report(format!("{axes} dimensions reduced of {}", a.dims.len()));
            };
            let elements: u32 = a.dims[..kept].iter().map(|dim| dim.num).product();
            require!(self, dst.elements() == elements, "{elements} results, {} elements to hold them", dst.elements());
        }
    }
}

/// Tile operands with their specs.
fn tiles<'a>(instruction: &'a Instruction, row: &'static Row) -> Vec<(&'static OperandSpec, &'a Tile)> {
    row.operands
        .iter()
        .zip(&instruction.operands)
        .filter_map(|(spec, operand)| match operand {
            Operand::Tile(tile) => Some((spec, tile)),
            _ => None,
        })
        .collect()
}

#[cfg(test)]
mod tests;
