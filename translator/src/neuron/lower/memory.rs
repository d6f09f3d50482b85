//! Memory: parameters, symbols, and loads, stores, atomics and warp operations.

use super::super::isa::Opcode;
use super::super::program::*;
use super::super::words::{Dge, Dtype, Engine, Space};
use super::Lowering;
use super::build::{Scope, View, dtype_of};
use super::control::Mask;
use super::values::Place;
use crate::tile::{Access, BlockId, Collective, Inst, Op, Space as TileSpace, SymbolId, Type};
use ptx_frontend::types::AtomicOp;
use smallvec::{SmallVec, smallvec};

/// Bytes per partition that local memory may take of SBUF; more of it lives in HBM.
const LOCAL_ON_CHIP: u32 = 64 * 1024;

impl Lowering<'_> {
    /// Declares the memories that the kernel uses. Says what does not fit.
    pub(super) fn declare_memory(&mut self) -> Result<(), String> {
        let capacity = self.b.program.device.sbuf_bytes();
        let kernel = self.kernel;
        let shared = self.dynamic_shared_offset().checked_add(self.b.program.shape.dynamic_shared);
        let shared = shared.filter(|bytes| *bytes <= capacity);
        let shared =
            shared.ok_or_else(|| format!("its shared memory does not fit the {capacity} bytes of a partition"))?;
        let partitions = self.b.partitions();
        let on_chip = |bytes, role| RegionKind::OnChip {
            space: Space::Sbuf,
            offset: 0,
            partitions,
            bytes,
            buffers: 1,
            pitch: bytes,
            role,
        };
        if shared > 0 {
            self.b.region("shared".into(), Dtype::U8, on_chip(shared, SbufRole::Shared), Scope::Program);
        }
        let frame = kernel.functions[0].frame_bytes.next_multiple_of(16);
        let local = frame.checked_mul(self.b.columns()).ok_or("its local memory does not fit")?;
        if local > LOCAL_ON_CHIP {
            let kind = RegionKind::Scratch { bytes: local, role: SbufRole::Local };
            self.b.region("local".into(), Dtype::U8, kind, Scope::Program);
        } else if local > 0 {
            self.b.region("local".into(), Dtype::U8, on_chip(local, SbufRole::Local), Scope::Program);
        }
        Ok(())
    }

    /// Where the dynamic part of shared memory begins.
    pub(super) fn dynamic_shared_offset(&self) -> u32 {
        self.kernel.static_shared.next_multiple_of(self.kernel.dynamic_shared_align.max(1))
    }

    /// A copy of a small HBM region in every partition, made once.
    fn broadcast_once(&mut self, name: &str, kind: RegionKind, bytes: u32) -> RegionId {
        let tile = format!("{name}_tile");
        if let Some(at) = self.b.program.regions.iter().position(|region| region.name == tile) {
            return RegionId(at as u32);
        }
        let source = self.b.region(name.into(), Dtype::U8, kind, Scope::Program);
        let partitions = self.b.partitions();
        let region = self.b.sbuf(tile, Dtype::U8, bytes, partitions, Scope::Program);
        self.b.emit_once(|b| {
            let dst = Tile {
                region,
                dtype: Dtype::U8,
                partition: 0,
                partitions,
                offset: 0,
                dims: smallvec![Dim { stride: 1, num: bytes }],
            };
            let src = Hbm {
                region: source,
                dtype: Dtype::U8,
                terms: SmallVec::new(),
                offset: 0,
                dims: smallvec![HbmDim { stride: 0, num: partitions }, HbmDim { stride: 1, num: bytes }],
            };
            let attributes = [Attribute::Queue(0), Attribute::Dge(Dge::Static)];
            b.emit(Engine::Sync, Opcode::DmaCopy, [Operand::Tile(dst), Operand::Hbm(src)], attributes);
        });
        region
    }

    /// The address of a module symbol: a column of the symbol table.
    pub(super) fn symbol(&mut self, symbol: SymbolId) -> Place {
        let bytes = self.kernel.symbols.len() as u32 * 8;
        let region = self.broadcast_once("symbols", RegionKind::Symbols, bytes);
        Place::At(View { region, dtype: Dtype::U64, offset: symbol.0 * 8, stride: 1, is_column: true })
    }

    pub(super) fn load(&mut self, access: &Access, inst: &Inst, at: BlockId, mask: Mask) {
        let address = self.place(inst.args[0], at);
        if let (TileSpace::Param, Place::Const(base)) = (access.space, address) {
            return self.load_params(access, base, inst, mask);
        }
        if self.dma_load(access, inst, address, at, mask) {
            return;
        }
        let column = self.is_column(inst.results[0]);
        let ty = self.type_of(inst.results[0]);
        let count = inst.results.len() as u32;
        if inst.results.iter().any(|result| self.type_of(*result) != ty) {
            return self.refuse(MIXED);
        }
        // Elements of one lane lie side by side, as they do in memory.
        let (staging, views) = if count == 1 {
            let view = self.target(inst.results[0]);
            (self.b.tile(view, column), vec![view])
        } else {
            self.side_by_side(dtype_of(ty), count, column)
        };
        let operands = [
            Operand::Tile(staging),
            self.address_operand(address, column),
            if column { self.column_mask_argument(mask) } else { self.mask_argument(mask) },
        ];
        self.b.emit(Engine::GpSimd, Opcode::GpsimdLoad, operands, [Attribute::Access(*access)]);
        for (result, view) in inst.results.iter().zip(views) {
            self.keep(*result, Place::At(view), mask);
        }
    }

    fn address_operand(&mut self, address: Place, column: bool) -> Operand {
        match address {
            Place::Const(bits) => Operand::Constant(bits, Dtype::U64),
            Place::At(view) => self.b.operand(view, column),
        }
    }

    /// A tile of `count` elements per lane, side by side as in memory, and the views of each.
    pub(super) fn side_by_side(&mut self, dtype: Dtype, count: u32, column: bool) -> (Tile, Vec<View>) {
        let lanes = if column { 1 } else { self.b.columns() };
        let name = format!("vector_{}", self.b.program.regions.len());
        let (partitions, here) = (self.b.partitions(), self.here());
        let region = self.b.sbuf(name, dtype, lanes * count * dtype.bytes(), partitions, here);
        let tile = Tile {
            region,
            dtype,
            partition: 0,
            partitions,
            offset: 0,
            dims: smallvec![Dim { stride: 1, num: lanes * count }],
        };
        let view =
            |index| View { region, dtype, offset: index * dtype.bytes(), stride: count as i32, is_column: column };
        (tile, (0..count).map(view).collect())
    }

    /// Parameters at a known offset are columns of the parameter block.
    fn load_params(&mut self, access: &Access, base: u64, inst: &Inst, mask: Mask) {
        let region = self.broadcast_once("params", RegionKind::Params, self.kernel.param_bytes.max(1));
        let size = access.ty.bytes();
        for (index, result) in inst.results.iter().enumerate() {
            // An address below them is a very high one.
            let first = base.wrapping_add_signed(access.offset.into()).wrapping_add(u64::from(index as u32 * size));
            let end = first.saturating_add(size.into());
            if end > self.kernel.param_bytes.into() || !first.is_multiple_of(size.into()) {
                return self.refuse("reads past its parameters");
            }
            let offset = first as u32;
            let narrow = match (size, access.ty.is_signed()) {
                (1, true) => Dtype::I8,
                (1, false) => Dtype::U8,
                (2, true) => Dtype::I16,
                (2, false) => Dtype::U16,
                (4, _) => Dtype::U32,
                _ => Dtype::U64,
            };
            let view = View { region, dtype: narrow, offset, stride: 1, is_column: true };
            let wide = dtype_of(self.type_of(*result));
            if wide.bytes() == size {
                self.keep(*result, Place::At(view.of(wide)), mask);
                continue;
            }
            let dst = self.target(*result);
            match (wide.bytes(), access.ty.is_signed()) {
                // Sign and zero extension are exact casts, as long as they go through float32 exactly.
                (2 | 4, true) => self.b.copy(dst.of(if wide.bytes() == 2 { Dtype::I16 } else { Dtype::I32 }), view),
                (2 | 4, false) => self.b.copy(dst, view),
                (_, signed) => {
                    let shape = Access { space: TileSpace::Param, ..*access };
                    debug_assert!(shape.ty.is_signed() == signed, "the access says how to extend");
                    let address = Operand::Constant(base.wrapping_add(u64::from(index as u32 * size)), Dtype::U64);
                    let operands = [self.b.operand(dst, true), address, Operand::Constant(1, Dtype::U8)];
                    let single = Access { vector: 1, ..shape };
                    self.b.emit(Engine::GpSimd, Opcode::GpsimdLoad, operands, [Attribute::Access(single)]);
                }
            }
            self.keep(*result, Place::At(dst), mask);
        }
    }

    /// The values an operation stores, as one operand: a constant, a view, or elements side by side.
    fn stored(&mut self, values: &[Place], ty: Type, column: bool) -> Operand {
        if let [place] = values {
            return match *place {
                Place::Const(bits) => Operand::Constant(bits, dtype_of(ty)),
                Place::At(view) => self.b.operand(view, column),
            };
        }
        let (tile, views) = self.side_by_side(dtype_of(ty), values.len() as u32, column);
        for (view, place) in views.into_iter().zip(values) {
            self.write(view, *place, ty, Mask::All);
        }
        Operand::Tile(tile)
    }

    pub(super) fn store(&mut self, access: &Access, inst: &Inst, at: BlockId, mask: Mask) {
        let address = self.place(inst.args[0], at);
        if self.dma_store(access, inst, address, at, mask) {
            return;
        }
        let ty = self.register_type(access, inst.args[1]);
        if inst.args[1..].iter().any(|arg| self.register_type(access, *arg) != ty) {
            return self.refuse(MIXED);
        }
        let values: Vec<Place> = inst.args[1..].iter().map(|arg| self.place(*arg, at)).collect();
        let source = self.stored(&values, ty, false);
        let operands = [source, self.address_operand(address, false), self.mask_argument(mask)];
        self.b.emit(Engine::GpSimd, Opcode::GpsimdStore, operands, [Attribute::Access(*access)]);
    }

    /// The type of a stored operand: a value's own, or for constants the one that the access implies.
    fn register_type(&self, access: &Access, arg: crate::tile::Operand) -> Type {
        match arg {
            crate::tile::Operand::Value(value) => self.type_of(value),
            crate::tile::Operand::Const(_) => match access.ty.bits() {
                64 => Type::B64,
                32 => Type::B32,
                _ => Type::B16,
            },
        }
    }

    pub(super) fn atomic(&mut self, op: AtomicOp, access: &Access, inst: &Inst, at: BlockId, mask: Mask) {
        let address = self.place(inst.args[0], at);
        let address = self.address_operand(address, false);
        let args = &inst.args[1..];
        let ty = self.register_type(access, args[0]);
        let places: Vec<Place> = args.iter().map(|arg| self.place(*arg, at)).collect();
        let vector = usize::from(access.vector);
        let first = self.stored(&places[..vector.min(places.len())], ty, false);
        let second = match &places[vector.min(places.len())..] {
            [] => Operand::Absent,
            rest => self.stored(rest, ty, false),
        };
        let (dst, views) = match inst.results.len() as u32 {
            0 => (Operand::Absent, Vec::new()),
            1 => {
                let view = self.target(inst.results[0]);
                (self.b.operand(view, false), vec![view])
            }
            count => {
                let (tile, views) = self.side_by_side(dtype_of(ty), count, false);
                (Operand::Tile(tile), views)
            }
        };
        let operands = [dst, address, first, second, self.mask_argument(mask)];
        let attributes = [Attribute::Access(*access), Attribute::Atomic(op)];
        self.b.emit(Engine::GpSimd, Opcode::GpsimdAtomic, operands, attributes);
        for (result, view) in inst.results.iter().zip(views) {
            self.keep(*result, Place::At(view), mask);
        }
    }

    pub(super) fn collective(&mut self, collective: Collective, inst: &Inst, at: BlockId, mask: Mask) {
        let ty = match collective {
            Collective::MatchAny(ty) | Collective::MatchAll(ty) if ty.bits() == 64 => Type::B64,
            Collective::Vote(_) | Collective::Ballot => Type::Pred,
            _ => Type::B32,
        };
        let mut operands = vec![Operand::Absent; 2];
        let mut targets = Vec::new();
        for (index, result) in inst.results.iter().enumerate() {
            // A predicate of two results, and the only one of a vote, is the flag.
            let view = self.lane_target(*result);
            operands[index] = self.b.operand(view, false);
            targets.push((*result, view));
        }
        for (index, arg) in inst.args.iter().enumerate() {
            let dtype = dtype_of(if index == 1 { ty } else { Type::B32 });
            operands.push(match self.place(*arg, at) {
                Place::Const(bits) => Operand::Constant(bits, dtype),
                Place::At(view) => self.b.operand(view.of(dtype), false),
            });
        }
        operands.resize(6, Operand::Absent);
        operands.push(self.mask_argument(mask));
        self.b.emit(Engine::GpSimd, Opcode::GpsimdCollective, operands, [Attribute::Collective(collective)]);
        for (result, view) in targets {
            self.keep_lanes(result, view, mask);
        }
    }

    /// Where a warp operation puts a result: always one element per lane.
    fn lane_target(&mut self, value: crate::tile::Value) -> View {
        if self.is_column(value) {
            let ty = self.type_of(value);
            return self.temporary(ty, false);
        }
        self.target(value)
    }

    /// Keeps a result that a warp operation gave lane by lane. If the whole CTA agrees on it, any lane's will do; those
    /// of a mask that leaves lanes out are found by the largest.
    fn keep_lanes(&mut self, value: crate::tile::Value, view: View, mask: Mask) {
        if self.is_column(value) {
            return self.refuse("a warp operation gives a value that the analysis calls uniform over the CTA");
        }
        self.keep(value, Place::At(view), mask);
    }
}

/// Elements side by side all have the width of their registers.
const MIXED: &str = "moves a vector between memory and registers of different widths";

/// Whether a kernel's operations let each thread run without the others of its CTA.
pub(super) fn is_independent(op: &Op) -> bool {
    let space = match op {
        Op::Load(access) | Op::Store(access) | Op::Atomic(_, access) => access.space,
        Op::Collective(_) | Op::DynamicShared | Op::Async(_) => return false,
        _ => return true,
    };
    !matches!(space, TileSpace::Shared | TileSpace::SharedCluster | TileSpace::Generic)
}
