//! Writing instructions: regions without addresses yet, views of lanes, and the constants and registers that
//! instructions share.

use super::super::device::DeviceModel;
use super::super::isa::Opcode;
use super::super::program::*;
use super::super::words::{AluOp, Dtype, Engine, EngineSet, Space};
use crate::tile::{BlockId, Type};
use ptx_frontend::checked::Origin;
use smallvec::{SmallVec, smallvec};
use std::collections::HashMap;

/// The element type that holds a tile kernel's value.
pub(in super::super) const fn dtype_of(ty: Type) -> Dtype {
    match ty {
        Type::Pred => Dtype::U8,
        Type::B16 => Dtype::U16,
        Type::B32 => Dtype::U32,
        Type::B64 => Dtype::U64,
    }
}

/// One element per lane, or one per CTA.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct View {
    pub(super) region: RegionId,
    pub(super) dtype: Dtype,
    /// Bytes from the start of the region.
    pub(super) offset: u32,
    /// Distance of neighbouring lanes, in elements.
    pub(super) stride: i32,
    /// One element for all lanes of the CTA.
    pub(super) is_column: bool,
}

impl View {
    /// The same bits as another type of equal size.
    pub(super) fn of(self, dtype: Dtype) -> View {
        debug_assert_eq!(self.dtype.bytes(), dtype.bytes(), "a view keeps its element size");
        View { dtype, ..self }
    }

    /// The low or high half of every element.
    pub(super) fn half(self, high: bool) -> View {
        let (dtype, bytes) = match self.dtype.bytes() {
            8 => (Dtype::U32, 4),
            _ => (Dtype::U16, 2),
        };
        View { dtype, offset: self.offset + if high { bytes } else { 0 }, stride: self.stride * 2, ..self }
    }
}

/// Which loop a region's content belongs to: it is dead at the end of each of the loop's turns.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in super::super) enum Scope {
    /// Lives for the whole program.
    Program,
    /// A turn of the wave loop.
    Wave,
    /// A turn of the loop with this number; loops are numbered in the order in which they begin.
    Loop(u32),
}

/// Collects the instructions of a program.
pub(super) struct Builder {
    pub(super) program: Program,
    /// By region.
    pub(super) scopes: Vec<Scope>,
    /// Bodies that are open, innermost last.
    open: Vec<Vec<Node>>,
    /// What runs once, before the wave loop.
    prologue: Vec<Node>,
    pub(super) origin: Origin,
    /// Loops begun so far.
    pub(super) loops: u32,
    constants: HashMap<(u64, Dtype), View>,
}

impl Builder {
    pub(super) fn new(name: &str, device: DeviceModel, numerics: Numerics, shape: LaunchShape, layout: Layout) -> Self {
        let program = Program {
            name: name.to_string(),
            device,
            numerics,
            shape,
            layout,
            regions: Vec::new(),
            registers: Vec::new(),
            semaphores: Vec::new(),
            body: Vec::new(),
        };
        Builder {
            program,
            scopes: Vec::new(),
            open: vec![Vec::new()],
            prologue: Vec::new(),
            origin: Origin::default(),
            loops: 0,
            constants: HashMap::new(),
        }
    }

    /// Partitions in use.
    pub(super) fn partitions(&self) -> u32 {
        self.program.layout.ctas
    }

    /// Columns: threads of a CTA that a wave holds.
    pub(super) fn columns(&self) -> u32 {
        self.program.layout.threads
    }

    /// The finished program: prologue, then the wave loop.
    pub(super) fn finish(mut self) -> (Program, Vec<Scope>) {
        debug_assert_eq!(self.open.len(), 1, "all bodies are closed");
        let waves = self.open.pop().unwrap_or_default();
        self.program.body = self.prologue;
        self.program.body.push(Node::Waves(waves));
        (self.program, self.scopes)
    }

    pub(super) fn region(&mut self, name: String, dtype: Dtype, kind: RegionKind, scope: Scope) -> RegionId {
        self.program.regions.push(Region { name, kind, dtype });
        self.scopes.push(scope);
        RegionId(self.program.regions.len() as u32 - 1)
    }

    /// SBUF without an address yet.
    pub(super) fn sbuf(&mut self, name: String, dtype: Dtype, bytes: u32, partitions: u32, scope: Scope) -> RegionId {
        let role = SbufRole::Plain;
        let kind =
            RegionKind::OnChip { space: Space::Sbuf, offset: 0, partitions, bytes, buffers: 1, pitch: bytes, role };
        self.region(name, dtype, kind, scope)
    }

    /// A new tile, one element per lane or per CTA. `name` is made unique.
    pub(super) fn view(&mut self, name: &str, dtype: Dtype, is_column: bool, scope: Scope) -> View {
        let elements = if is_column { 1 } else { self.columns() };
        let name = format!("{name}_{}", self.program.regions.len());
        let region = self.sbuf(name, dtype, elements * dtype.bytes(), self.partitions(), scope);
        View { region, dtype, offset: 0, stride: 1, is_column }
    }

    pub(super) fn register(&mut self, name: &str, wide: bool, role: RegisterRole) -> RegisterId {
        if let Some(at) = self.program.registers.iter().position(|register| register.name == name) {
            return RegisterId(at as u32);
        }
        // Pairs start at even numbers, as addresses do.
        let next = self.program.registers.iter().map(|r| r.number + 1 + u32::from(r.wide)).max().unwrap_or(0);
        let number = if wide { next.next_multiple_of(2) } else { next };
        self.program.registers.push(Register { name: name.to_string(), number, wide, role });
        RegisterId(self.program.registers.len() as u32 - 1)
    }

    /// The elements of a view as an operand for an instruction on whole tiles or on columns; a column is repeated for
    /// all lanes of a whole tile.
    pub(super) fn tile(&self, view: View, columns_only: bool) -> Tile {
        let dims: SmallVec<[Dim; 2]> = match (columns_only, view.is_column) {
            (true, _) => smallvec![Dim { stride: 1, num: 1 }],
            (false, true) => smallvec![Dim { stride: 0, num: self.columns() }],
            (false, false) => smallvec![Dim { stride: view.stride, num: self.columns() }],
        };
        Tile {
            region: view.region,
            dtype: view.dtype,
            partition: 0,
            partitions: self.partitions(),
            offset: view.offset,
            dims,
        }
    }

    /// [`Builder::tile`] as an operand.
    pub(super) fn operand(&self, view: View, columns_only: bool) -> Operand {
        Operand::Tile(self.tile(view, columns_only))
    }

    /// Every element as two of half the size, in order.
    pub(super) fn halves(&self, view: View, columns_only: bool) -> Operand {
        let mut tile = self.tile(view, columns_only);
        let half = view.half(false);
        for dim in &mut tile.dims {
            dim.stride *= 2;
        }
        tile.dtype = half.dtype;
        tile.dims.push(Dim { stride: 1, num: 2 });
        // Neighbouring elements make one dimension.
        if let [lanes, Dim { num: 2, .. }] = tile.dims[..]
            && lanes.stride == 2
        {
            tile.dims = smallvec![Dim { stride: 1, num: lanes.num * 2 }];
        }
        Operand::Tile(tile)
    }

    /// Every element twice in a row: the partner of [`Builder::halves`].
    pub(super) fn doubled(&self, view: View, columns_only: bool) -> Operand {
        let mut tile = self.tile(view, columns_only);
        tile.dims.push(Dim { stride: 0, num: 2 });
        Operand::Tile(tile)
    }

    pub(super) fn push(&mut self, instruction: Instruction) {
        let Some(body) = self.open.last_mut() else { unreachable!("there is always an open body") };
        body.push(Node::Instruction(instruction));
    }

    pub(super) fn emit(
        &mut self,
        engine: Engine,
        opcode: Opcode,
        operands: impl IntoIterator<Item = Operand>,
        attributes: impl IntoIterator<Item = Attribute>,
    ) {
        let instruction = self.instruction(engine, opcode, operands, attributes);
        self.push(instruction);
    }

    pub(super) fn instruction(
        &self,
        engine: Engine,
        opcode: Opcode,
        operands: impl IntoIterator<Item = Operand>,
        attributes: impl IntoIterator<Item = Attribute>,
    ) -> Instruction {
        let mut operands: SmallVec<[Operand; 4]> = operands.into_iter().collect();
        operands.resize(opcode.row().operands.len(), Operand::Absent);
        Instruction {
            engine,
            opcode,
            operands,
            attributes: attributes.into_iter().collect(),
            waits: SmallVec::new(),
            updates: SmallVec::new(),
            origin: self.origin,
        }
    }

    /// Adds to what runs once, before the wave loop.
    pub(super) fn emit_once(&mut self, write: impl FnOnce(&mut Self)) {
        let origin = std::mem::take(&mut self.origin);
        self.open.push(Vec::new());
        write(self);
        let nodes = self.open.pop().unwrap_or_default();
        self.prologue.extend(nodes);
        self.origin = origin;
    }

    /// A constant as one element per partition, set before the wave loop.
    pub(super) fn constant(&mut self, bits: u64, dtype: Dtype) -> View {
        if let Some(view) = self.constants.get(&(bits, dtype)) {
            return *view;
        }
        let view = self.view("const", dtype, true, Scope::Program);
        self.emit_once(|b| {
            let dst = b.operand(view, true);
            b.emit(Engine::Vector, Opcode::Memset, [dst, Operand::Constant(bits, dtype)], []);
        });
        self.constants.insert((bits, dtype), view);
        view
    }

    pub(super) fn tensor_tensor(&mut self, engine: Engine, op: AluOp, dst: View, a: View, b: View) {
        let column = dst.is_column;
        let operands = [self.operand(dst, column), self.operand(a, column), self.operand(b, column)];
        self.emit(engine, Opcode::TensorTensor, operands, [Attribute::Op(op)]);
    }

    pub(super) fn tensor_scalar(&mut self, op: AluOp, dst: View, a: View, scalar: Operand) {
        let column = dst.is_column;
        let operands = [self.operand(dst, column), self.operand(a, column), scalar];
        self.emit(Engine::Vector, Opcode::TensorScalar, operands, [Attribute::Op(op)]);
    }

    /// Copies, casting if the types differ. 64-bit elements are copied as halves.
    pub(super) fn copy(&mut self, dst: View, src: View) {
        let column = dst.is_column;
        let operands = if dst.dtype.bytes() == 8 {
            [self.halves(dst, column), self.halves(src, column)]
        } else {
            [self.operand(dst, column), self.operand(src, column)]
        };
        self.emit(Engine::Vector, Opcode::TensorCopy, operands, []);
    }

    /// `dst = bits` in every element.
    pub(super) fn set(&mut self, dst: View, bits: u64) {
        let column = dst.is_column;
        if dst.dtype.bytes() == 8 {
            if bits >> 32 == bits & 0xffff_ffff {
                let words = self.halves(dst, column);
                self.emit(Engine::Vector, Opcode::Memset, [words, Operand::Constant(bits >> 32, Dtype::U32)], []);
                return;
            }
            self.set(dst.half(false), bits & 0xffff_ffff);
            self.set(dst.half(true), bits >> 32);
            return;
        }
        let operands = [self.operand(dst, column), Operand::Constant(bits, dst.dtype)];
        self.emit(Engine::Vector, Opcode::Memset, operands, []);
    }

    /// `dst = src` where `predicate`.
    pub(super) fn copy_where(&mut self, dst: View, src: View, predicate: View) {
        let column = dst.is_column;
        let operands = if dst.dtype.bytes() == 8 {
            [self.halves(dst, column), self.halves(src, column), self.doubled(predicate, column)]
        } else {
            [self.operand(dst, column), self.operand(src, column), self.operand(predicate, column)]
        };
        self.emit(Engine::Vector, Opcode::TensorCopyPredicated, operands, []);
    }

    /// `dst = bits` where `predicate`.
    pub(super) fn set_where(&mut self, dst: View, bits: u64, predicate: View) {
        if dst.dtype.bytes() == 8 {
            self.set_where(dst.half(false), bits & 0xffff_ffff, predicate);
            self.set_where(dst.half(true), bits >> 32, predicate);
            return;
        }
        let column = dst.is_column;
        let operands = [self.operand(dst, column), Operand::Constant(bits, dst.dtype), self.operand(predicate, column)];
        self.emit(Engine::Vector, Opcode::TensorCopyPredicated, operands, []);
    }

    /// One number per CTA from one per lane: the largest.
    pub(super) fn any_lane(&mut self, dst: View, src: View) {
        let operands = [self.operand(dst, true), self.operand(src, false)];
        self.emit(Engine::Vector, Opcode::TensorReduce, operands, [Attribute::Op(AluOp::Max), Attribute::Axes(1)]);
    }

    /// Opens a loop body; returns the loop's number.
    pub(super) fn begin_loop(&mut self) -> u32 {
        self.open.push(Vec::new());
        self.loops += 1;
        self.loops - 1
    }

    /// Opens the body of a branch.
    pub(super) fn begin_arm(&mut self) {
        self.open.push(Vec::new());
    }

    /// Closes a branch body.
    pub(super) fn end_arm(&mut self) -> Vec<Node> {
        self.open.pop().unwrap_or_default()
    }

    /// Closes a loop body: `flag` is tested before every turn; it was computed before the loop was opened and again
    /// at the end of its body. Every engine that takes part loads it.
    pub(super) fn end_loop(&mut self, condition: RegisterId, flag: Operand, counted_by: BlockId) {
        let mut body = self.open.pop().unwrap_or_default();
        let mut engines = engines_of(&body);
        engines.insert(Engine::GpSimd);
        let loads = self.register_loads(engines, condition, &flag);
        body.extend(loads.iter().cloned());
        let Some(around) = self.open.last_mut() else { unreachable!("a loop is inside the wave loop") };
        around.extend(loads);
        around.push(Node::While { engines, condition, counted_by: Some(counted_by), body });
    }

    fn register_loads(&self, engines: EngineSet, register: RegisterId, flag: &Operand) -> Vec<Node> {
        let load = |engine| {
            let operands = [Operand::Register(register), flag.clone()];
            Node::Instruction(self.instruction(engine, Opcode::RegisterLoad, operands, []))
        };
        engines.iter().map(load).collect()
    }

    /// A branch on `flag`, which was computed before; every engine with instructions in an arm loads it.
    pub(super) fn branch(
        &mut self,
        condition: RegisterId,
        flag: Operand,
        counted_by: Option<BlockId>,
        partial: bool,
        then: Vec<Node>,
        otherwise: Vec<Node>,
    ) {
        let engines = engines_of(&then).union(engines_of(&otherwise));
        let loads = self.register_loads(engines, condition, &flag);
        let Some(around) = self.open.last_mut() else { unreachable!("a branch is inside the wave loop") };
        around.extend(loads);
        around.push(Node::If { engines, condition, counted_by, partial, then, otherwise });
    }
}

/// Engines with instructions in the nodes.
pub(in super::super) fn engines_of(nodes: &[Node]) -> EngineSet {
    nodes.iter().fold(EngineSet::NONE, |set, node| {
        set.union(match node {
            Node::Instruction(instruction) => EngineSet::of(&[instruction.engine]),
            Node::Waves(body) => engines_of(body),
            Node::While { engines, .. } | Node::If { engines, .. } => *engines,
        })
    })
}
