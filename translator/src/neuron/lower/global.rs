//! Affine accesses to global memory as DMA.
//!
//! Where the addresses of a wave's lanes are one row per CTA at a fixed distance from kernel parameters, the access is
//! one `dma_copy` by access pattern. A guard like `i < n` on the thread's number leaves a prefix of the lanes, and the
//! transfer stops there.
//!
//! Where only the lanes of a row of the block are known to be neighbours, the access is a `dma_gather` (or scatter) of
//! rows, at the address that the first lane of each row computed. Rows that not all lanes take part in are left to a
//! GpSimd routine, lane by lane, behind a branch.

use super::super::isa::Opcode;
use super::super::program::*;
use super::super::words::{AluOp, Dge, Dtype, Engine};
use super::Lowering;
use super::build::{Scope, View};
use super::control::{Mask, single_element};
use super::values::Place;
use crate::neuron::device::DeviceModel;
use crate::pass::find_affine_values::{Affine, AffineValues, Factor};
use crate::tile::{self, Access, Attributes, BlockId, Elementwise, Inst, Op, Type, Value};
use ptx_frontend::special::SpecialRegister;
use ptx_frontend::types::{Comparison, ScalarType};
use smallvec::{SmallVec, smallvec};
use std::collections::{HashMap, HashSet};

/// What is known about addresses and guards.
pub(super) struct Globals {
    affine: AffineValues,
    /// By value: the inst that defines it, as block and index.
    definitions: HashMap<Value, (BlockId, usize)>,
    /// Masks that are a prefix of the wave's lanes, by region: how many lanes.
    prefixes: HashMap<RegionId, Prefix>,
    /// The mask of the lanes that exist, where the grid does not fill its waves.
    alive: Option<RegionId>,
    /// Registers that engines have loaded or computed.
    ready: HashSet<(RegisterId, Engine)>,
    /// Queues given out.
    queues: u32,
}

/// Lanes `0..n` of the grid, n = `value + extra`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
struct Prefix {
    /// A kernel parameter; without one, n is `extra`.
    param: Option<Param>,
    extra: i64,
}

/// A kernel parameter in a register.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
struct Param {
    offset: u32,
    bytes: u32,
    is_signed: bool,
}

/// Addresses as a sum: `Σ stride · index + base`.
struct Linear {
    thread: [i64; 3],
    cta: [i64; 3],
    /// Everything that is the same for all lanes of a CTA besides: known only while the program runs.
    rest: Vec<(i64, SmallVec<[Factor; 2]>)>,
    constant: i64,
}

impl Globals {
    pub(super) fn of(function: &tile::Function, affine: AffineValues) -> Globals {
        let mut definitions = HashMap::new();
        for (number, block) in function.blocks.iter().enumerate() {
            for (index, inst) in block.insts.iter().enumerate() {
                for result in &inst.results {
                    definitions.insert(*result, (BlockId(number as u32), index));
                }
            }
        }
        Globals { affine, definitions, prefixes: HashMap::new(), alive: None, ready: HashSet::new(), queues: 0 }
    }

    /// The next DMA queue; queue 0 is for what is loaded once.
    fn queue(&mut self) -> Attribute {
        self.queues += 1;
        Attribute::Queue(1 + (self.queues - 1) % (super::super::device::QUEUES - 1))
    }
}

impl Lowering<'_> {
    /// A global load as DMA. Whether it was done.
    pub(super) fn dma_load(&mut self, access: &Access, inst: &Inst, address: Place, at: BlockId, mask: Mask) -> bool {
        let Some(linear) = self.coalesced(access, inst) else { return false };
        if self.is_column(inst.results[0]) {
            return false;
        }
        let ty = self.type_of(inst.results[0]);
        let count = inst.results.len() as u32;
        let element = memory_dtype(access.ty);
        let is_narrow = element.bytes() != super::build::dtype_of(ty).bytes();
        let (staging, views) = match (count, is_narrow) {
            (1, false) => {
                let view = self.target(inst.results[0]);
                (self.b.tile(view, false), vec![view])
            }
            _ => self.side_by_side(element, count, false),
        };
        let staging = Tile { dtype: element, ..staging };
        if !self.whole_wave(access, inst, &linear, mask, &staging, true) {
            self.by_rows(access, inst, &linear, address, at, mask, &staging, true);
        }
        for (result, view) in inst.results.iter().zip(views) {
            let mut view = view;
            if is_narrow {
                let wide = self.target(*result);
                self.widen(access.ty, view, wide);
                view = wide;
            }
            self.keep(*result, Place::At(view), mask);
        }
        true
    }

    /// A global store as DMA. Whether it was done.
    pub(super) fn dma_store(&mut self, access: &Access, inst: &Inst, address: Place, at: BlockId, mask: Mask) -> bool {
        let Some(linear) = self.coalesced(access, inst) else { return false };
        let count = inst.args.len() as u32 - 1;
        let element = memory_dtype(access.ty);
        let (staging, views) = self.side_by_side(element, count, false);
        let places: Vec<Place> = inst.args[1..].iter().map(|arg| self.place(*arg, at)).collect();
        let staging = match places[..] {
            [Place::At(view)] if !view.is_column && view.dtype.bytes() == element.bytes() => {
                Tile { dtype: element, ..self.b.tile(view, false) }
            }
            _ => {
                for (view, place) in views.into_iter().zip(places) {
                    self.narrow(place, view);
                }
                staging
            }
        };
        if !self.whole_wave(access, inst, &linear, mask, &staging, false) {
            self.by_rows(access, inst, &linear, address, at, mask, &staging, false);
        }
        true
    }

    /// A loaded element in a wider register: extended as its type says, exactly.
    fn widen(&mut self, ty: ScalarType, from: View, to: View) {
        let signed = |dtype: Dtype| match dtype {
            Dtype::U8 => Dtype::I8,
            Dtype::U16 => Dtype::I16,
            Dtype::U32 => Dtype::I32,
            other => other,
        };
        let bytes = to.dtype.bytes();
        match (ty.is_signed(), bytes) {
            (false, 8) => {
                self.b.set(to.half(true), 0);
                self.b.copy(to.half(false), from);
            }
            (true, 8) => {
                // Through 32 bits, whose sign fills the upper half.
                let low = self.temporary(Type::B32, false);
                self.b.copy(low.of(Dtype::I32), from.of(signed(from.dtype)));
                let attributes = Attributes { from: ScalarType::S32, ..Attributes::of(ScalarType::S64) };
                self.operate(Elementwise::Cvt, &attributes, &[Place::At(low)], to);
            }
            (false, _) => self.b.copy(to, from),
            (true, _) => self.b.copy(to.of(signed(to.dtype)), from.of(signed(from.dtype))),
        }
    }

    /// The low bits of a register as a memory element.
    fn narrow(&mut self, place: Place, to: View) {
        match place {
            Place::Const(bits) => {
                let mask = u64::MAX >> (64 - 8 * to.dtype.bytes());
                self.b.set(to, bits & mask);
            }
            Place::At(mut view) => {
                while view.dtype.bytes() > to.dtype.bytes().max(2) {
                    view = view.half(false);
                }
                if view.dtype.bytes() == 2 && to.dtype.bytes() == 1 {
                    let stride = view.stride * 2;
                    view = View { dtype: Dtype::U8, stride, ..view };
                }
                self.b.copy(to, view.of(to.dtype));
            }
        }
    }

    /// The address as a sum, if neighbouring lanes of a row of the block access neighbouring memory.
    fn coalesced(&self, access: &Access, inst: &Inst) -> Option<Linear> {
        if access.space != tile::Space::Global {
            return None;
        }
        let affine = match inst.args[0] {
            tile::Operand::Value(value) => self.globals.affine.values[value.0 as usize].as_ref()?,
            tile::Operand::Const(_) => return None,
        };
        let linear = self.linear(affine)?;
        let size = i64::from(access.ty.bytes()) * i64::from(access.vector);
        // A block one thread wide has columns one behind the other, which is no row.
        let [bx, ..] = self.b.program.shape.block;
        (linear.thread[0] == size && bx > 1).then_some(linear)
    }

    /// An affine form with the launch's numbers put in.
    fn linear(&self, affine: &Affine) -> Option<Linear> {
        use SpecialRegister::*;
        let shape = self.b.program.shape;
        let mut linear = Linear { thread: [0; 3], cta: [0; 3], rest: Vec::new(), constant: 0 };
        for term in &affine.terms {
            let mut coefficient = term.coefficient;
            let mut index = None;
            let mut rest: SmallVec<[Factor; 2]> = SmallVec::new();
            for factor in &term.factors {
                let known = match factor {
                    Factor::Special(NtidX) => Some(shape.block[0]),
                    Factor::Special(NtidY) => Some(shape.block[1]),
                    Factor::Special(NtidZ) => Some(shape.block[2]),
                    Factor::Special(NctaidX) => Some(shape.grid[0]),
                    Factor::Special(NctaidY) => Some(shape.grid[1]),
                    Factor::Special(NctaidZ) => Some(shape.grid[2]),
                    Factor::Special(LaneId | WarpId) => return None,
                    Factor::Special(_) => {
                        index = Some(*factor);
                        None
                    }
                    other => {
                        rest.push(*other);
                        None
                    }
                };
                coefficient = coefficient.checked_mul(i64::from(known.unwrap_or(1)))?;
            }
            let slot = match index {
                Some(Factor::Special(TidX)) => Some(&mut linear.thread[0]),
                Some(Factor::Special(TidY)) => Some(&mut linear.thread[1]),
                Some(Factor::Special(TidZ)) => Some(&mut linear.thread[2]),
                Some(Factor::Special(CtaidX)) => Some(&mut linear.cta[0]),
                Some(Factor::Special(CtaidY)) => Some(&mut linear.cta[1]),
                Some(Factor::Special(CtaidZ)) => Some(&mut linear.cta[2]),
                _ => None,
            };
            match slot {
                Some(slot) if rest.is_empty() => *slot = slot.checked_add(coefficient)?,
                // A thread index times something unknown: rows are far apart, but each is one.
                Some(_) if index == Some(Factor::Special(TidX)) => return None,
                _ if rest.is_empty() => linear.constant = linear.constant.checked_add(coefficient)?,
                _ => {
                    rest.extend(index);
                    linear.rest.push((coefficient, rest));
                }
            }
        }
        Some(linear)
    }

    /// Whether all that the affine form assumes holds for every lane of the launch.
    fn assumptions_hold(&self, affine: &Affine) -> bool {
        let shape = self.b.program.shape;
        affine.assumptions.iter().all(|assumption| {
            let Some(inner) = &self.globals.affine.values[assumption.of.0 as usize] else { return false };
            let Some(linear) = self.linear(inner) else { return false };
            if !linear.rest.is_empty() {
                return false;
            }
            let (mut low, mut high) = (i128::from(linear.constant), i128::from(linear.constant));
            let indices = linear.thread.iter().zip(shape.block).chain(linear.cta.iter().zip(shape.grid));
            for (coefficient, count) in indices {
                let reach = i128::from(*coefficient) * i128::from(count - 1);
                if reach < 0 { low += reach } else { high += reach }
            }
            let range =
                if assumption.signed { i128::from(i32::MIN)..=i128::from(i32::MAX) } else { 0..=i128::from(u32::MAX) };
            range.contains(&low) && range.contains(&high)
        })
    }

    /// Whether an access's address is for all lanes what its affine form says.
    fn is_sure(&self, inst: &Inst) -> bool {
        match inst.args[0] {
            tile::Operand::Value(value) => self.globals.affine.values[value.0 as usize]
                .as_ref()
                .is_some_and(|affine| self.assumptions_hold(affine)),
            tile::Operand::Const(_) => false,
        }
    }

    /// One transfer for the whole wave, if its rows are equally far apart from a base that registers hold and the
    /// lanes are a prefix of the wave. Whether it was done.
    fn whole_wave(
        &mut self,
        access: &Access,
        inst: &Inst,
        linear: &Linear,
        mask: Mask,
        tile: &Tile,
        is_load: bool,
    ) -> bool {
        let layout = self.b.program.layout;
        let size = i64::from(access.ty.bytes()) * i64::from(access.vector);
        let threads = i64::from(self.b.columns());
        if !self.chain.is_empty()
            || !self.is_one_dimensional()
            || linear.cta[0] != size * threads
            || !self.is_sure(inst)
        {
            return false;
        }
        let prefix = match mask {
            Mask::All => None,
            Mask::Lanes(view) => match self.globals.prefixes.get(&view.region) {
                Some(prefix) => Some(*prefix),
                None => return false,
            },
        };
        let Some(bases) = self.bases(linear) else { return false };
        let engine = self.trigger(is_load);
        let mut terms: SmallVec<[(RegisterId, i64); 2]> = SmallVec::new();
        for (coefficient, param) in bases {
            terms.push((self.param_register(param, true, engine), coefficient));
        }
        let wave = self.b.register("wave", false, RegisterRole::Wave);
        terms.push((wave, size * threads * i64::from(layout.ctas)));
        let limit = match prefix {
            None => Operand::Absent,
            Some(prefix) => Operand::Register(self.lanes_register(prefix, access.vector, engine)),
        };
        let arena = self.arena();
        let memory = Operand::Hbm(Hbm {
            region: arena,
            dtype: tile.dtype,
            terms,
            offset: linear.constant + i64::from(access.offset),
            dims: smallvec![
                HbmDim { stride: size * threads, num: layout.ctas },
                HbmDim { stride: i64::from(tile.dtype.bytes()), num: tile.elements() },
            ],
        });
        let on_chip = Operand::Tile(tile.clone());
        let operands = if is_load { [on_chip, memory, limit] } else { [memory, on_chip, limit] };
        let dge = match self.b.program.device {
            DeviceModel::Trn1 => Dge::Static,
            _ => Dge::Hardware,
        };
        let attributes = [self.globals.queue(), Attribute::Dge(dge)];
        self.b.emit(engine, Opcode::DmaCopy, operands, attributes);
        true
    }

    fn is_one_dimensional(&self) -> bool {
        let shape = self.b.program.shape;
        let is_line = |dims: [u32; 3]| dims[1] == 1 && dims[2] == 1;
        is_line(shape.grid)
            && is_line(shape.block)
            && self.b.program.layout.chunks == 1
            && shape.ctas() * u64::from(shape.threads()) <= i32::MAX as u64
    }

    /// Who starts whole-wave transfers: loads and stores by different engines, so that a store that waits for its
    /// data does not keep the next wave's loads back.
    fn trigger(&self, is_load: bool) -> Engine {
        if is_load { Engine::Sync } else { Engine::Scalar }
    }

    /// The unknown part of an address as multiples of kernel parameters.
    fn bases(&self, linear: &Linear) -> Option<Vec<(i64, Param)>> {
        let base = |(coefficient, factors): &(i64, SmallVec<[Factor; 2]>)| match factors[..] {
            [Factor::Uniform(value)] => Some((*coefficient, self.param_of(value).filter(|param| param.bytes == 8)?)),
            _ => None,
        };
        linear.rest.iter().map(base).collect()
    }

    /// The kernel parameter that a value was loaded from.
    fn param_of(&self, value: Value) -> Option<Param> {
        let (block, index) = self.globals.definitions.get(&value)?;
        let inst = &self.function().blocks[block.0 as usize].insts[*index];
        match (inst.op, &inst.args[..]) {
            (Op::Load(access), [tile::Operand::Const(base)])
                if access.space == tile::Space::Param && access.vector == 1 && access.ty.bytes() >= 4 =>
            {
                let offset = (*base as u32).wrapping_add_signed(access.offset);
                Some(Param { offset, bytes: access.ty.bytes(), is_signed: access.ty.is_signed() })
            }
            _ => None,
        }
    }

    /// A parameter in a register of an engine, loaded before the wave loop.
    fn param_register(&mut self, param: Param, wide: bool, engine: Engine) -> RegisterId {
        let width = if wide { "" } else { "_low" };
        let register = self.b.register(&format!("param{}{width}", param.offset), wide, RegisterRole::Plain);
        if self.globals.ready.insert((register, engine)) {
            let region = self.params_region();
            let dtype = if param.bytes == 8 && wide { Dtype::U64 } else { Dtype::U32 };
            let offset = i64::from(param.offset);
            let source = Hbm { region, dtype, terms: SmallVec::new(), offset, dims: SmallVec::new() };
            self.b.emit_once(|b| {
                b.emit(engine, Opcode::RegisterLoad, [Operand::Register(register), Operand::Hbm(source)], []);
            });
        }
        register
    }

    fn params_region(&mut self) -> RegionId {
        self.hbm_region("params", RegionKind::Params)
    }

    fn arena(&mut self) -> RegionId {
        self.hbm_region("global", RegionKind::Arena)
    }

    fn hbm_region(&mut self, name: &str, kind: RegionKind) -> RegionId {
        match self.b.program.regions.iter().position(|region| region.name == name) {
            Some(at) => RegionId(at as u32),
            None => self.b.region(name.into(), Dtype::U8, kind, Scope::Program),
        }
    }

    /// How many elements of a wave's access a prefix of the grid's lanes leaves, in a register of the engine.
    fn lanes_register(&mut self, prefix: Prefix, vector: u8, engine: Engine) -> RegisterId {
        let layout = self.b.program.layout;
        let lanes = i64::from(layout.ctas) * i64::from(layout.threads);
        let param = prefix.param.map_or("all".to_string(), |param| format!("param{}", param.offset));
        let name = format!("lanes_{param}_{}_x{vector}", prefix.extra);
        let register = self.b.register(&name, true, RegisterRole::Plain);
        if !self.globals.ready.insert((register, engine)) {
            return register;
        }
        let wave = self.b.register("wave", false, RegisterRole::Wave);
        let number = |n: i64| Operand::Constant(n as u64, Dtype::U64);
        let first = self.b.register("first_lane", true, RegisterRole::Plain);
        let shape = self.b.program.shape;
        let all = (shape.ctas() * u64::from(shape.threads())) as i64;
        let limit = match prefix.param {
            None => None,
            // Signed bounds are at least 0, so that they can be widened.
            Some(param) if param.is_signed && param.bytes == 4 => {
                let low = self.param_register(param, false, engine);
                let bound = self.b.register(&format!("bound{}", param.offset), false, RegisterRole::Plain);
                let operands = [Operand::Register(bound), Operand::Register(low), Operand::Constant(0, Dtype::I32)];
                self.b.emit(engine, Opcode::RegisterAlu, operands, [Attribute::Op(AluOp::Max)]);
                Some(bound)
            }
            Some(param) => Some(self.param_register(param, true, engine)),
        };
        let mut alu = |op: AluOp, dst: RegisterId, a: Operand, b: Operand| {
            self.b.emit(engine, Opcode::RegisterAlu, [Operand::Register(dst), a, b], [Attribute::Op(op)]);
        };
        alu(AluOp::Multiply, first, Operand::Register(wave), number(lanes));
        let total = match limit {
            None => number(prefix.extra),
            Some(limit) if prefix.extra == 0 => Operand::Register(limit),
            Some(limit) => {
                alu(AluOp::Add, register, Operand::Register(limit), number(prefix.extra));
                Operand::Register(register)
            }
        };
        alu(AluOp::Min, register, total, number(all));
        alu(AluOp::Subtract, register, Operand::Register(register), Operand::Register(first));
        alu(AluOp::Max, register, Operand::Register(register), number(0));
        alu(AluOp::Min, register, Operand::Register(register), number(lanes));
        if vector > 1 {
            alu(AluOp::Multiply, register, Operand::Register(register), number(i64::from(vector)));
        }
        register
    }

    /// Whether a branch from the lanes of `base` on this condition is a guard on the lane's number.
    pub(super) fn guards_a_prefix(&self, base: Mask, condition: tile::Operand, negated: bool) -> bool {
        let is_wave = match base {
            Mask::All => true,
            Mask::Lanes(view) => self.globals.alive == Some(view.region),
        };
        let tile::Operand::Value(condition) = condition else { return false };
        is_wave && self.chain.is_empty() && self.is_one_dimensional() && self.guard(condition, negated).is_some()
    }

    /// Notes that a mask is what such a guard leaves of the wave.
    pub(super) fn note_guard(&mut self, condition: tile::Operand, negated: bool, mask: Mask) {
        if let (tile::Operand::Value(condition), Mask::Lanes(view)) = (condition, mask)
            && let Some(prefix) = self.guard(condition, negated)
        {
            self.globals.prefixes.insert(view.region, prefix);
        }
    }

    /// `lane < n` (or, negated, `lane >= n`), lane being the thread's number in the grid.
    fn guard(&self, condition: Value, negated: bool) -> Option<Prefix> {
        use Comparison::*;
        let (block, index) = self.globals.definitions.get(&condition)?;
        let inst = &self.function().blocks[block.0 as usize].insts[*index];
        let Op::Elementwise(Elementwise::Setp, attributes) = inst.op else { return None };
        if attributes.combine.is_some() || !matches!(attributes.ty, ScalarType::S32 | ScalarType::U32) {
            return None;
        }
        let mut comparison = attributes.comparison?;
        let (mut lane, mut bound) = (inst.args[0], inst.args[1]);
        if !self.is_lane_number(lane) {
            (lane, bound) = (bound, lane);
            comparison = match comparison {
                Lt => Gt,
                Le => Ge,
                Gt => Lt,
                Ge => Le,
                Lo => Hi,
                Ls => Hs,
                Hi => Lo,
                Hs => Ls,
                other => other,
            };
        }
        if !self.is_lane_number(lane) {
            return None;
        }
        let extra = match (comparison, negated) {
            (Lt | Lo, false) | (Ge | Hs, true) => 0,
            (Le | Ls, false) | (Gt | Hi, true) => 1,
            _ => return None,
        };
        let is_signed = attributes.ty.is_signed() && matches!(comparison, Lt | Le | Gt | Ge);
        match bound {
            tile::Operand::Const(bits) if is_signed => {
                Some(Prefix { param: None, extra: (i64::from(bits as u32 as i32) + extra).max(0) })
            }
            tile::Operand::Const(bits) => Some(Prefix { param: None, extra: i64::from(bits as u32) + extra }),
            tile::Operand::Value(value) => {
                let param = self.param_of(value).filter(|param| param.bytes == 4)?;
                // `lane <= -1` holds for no lane, but the bound -1 is taken for 0.
                (extra == 0 || !is_signed).then_some(Prefix { param: Some(Param { is_signed, ..param }), extra })
            }
        }
    }

    /// Whether a 32-bit operand is the thread's number in the grid.
    fn is_lane_number(&self, operand: tile::Operand) -> bool {
        let tile::Operand::Value(value) = operand else { return false };
        let Some(affine) = &self.globals.affine.values[value.0 as usize] else { return false };
        let Some(linear) = self.linear(affine) else { return false };
        linear.thread[0] == 1
            && linear.cta[0] == i64::from(self.b.program.shape.block[0])
            && linear.rest.is_empty()
            && linear.constant == 0
    }

    /// The lanes of the last wave, as a prefix.
    pub(super) fn note_alive(&mut self, alive: View) {
        if self.is_one_dimensional() {
            let shape = self.b.program.shape;
            let lanes = shape.ctas() * u64::from(shape.threads());
            self.globals.alive = Some(alive.region);
            self.globals.prefixes.insert(alive.region, Prefix { param: None, extra: lanes as i64 });
        }
    }

    /// Row by row: as many indirect rows as the block has, at the addresses their first lanes computed.
    fn by_rows(
        &mut self,
        access: &Access,
        inst: &Inst,
        linear: &Linear,
        address: Place,
        at: BlockId,
        mask: Mask,
        tile: &Tile,
        is_load: bool,
    ) {
        let size = i64::from(access.ty.bytes()) * i64::from(access.vector);
        let row = self.row_length(linear, size);
        let rows = self.b.columns() / row;
        let Place::At(addresses) = address else { unreachable!("affine addresses differ between lanes") };
        // The addresses of the rows' first lanes.
        let mut first = self.strided(addresses, row, 0);
        if access.offset != 0 {
            let shifted = self.rows_region("row", Dtype::U64, rows);
            let attribute = Attribute::Routine(Elementwise::Add, Attributes::of(ScalarType::S64));
            let offset = Operand::Constant(i64::from(access.offset) as u64, Dtype::U64);
            let operands = [Operand::Tile(shifted.clone()), Operand::Tile(first), offset];
            self.b.emit(Engine::GpSimd, Opcode::GpsimdRoutine, operands, [attribute]);
            first = shifted;
        }
        let neighbours =
            if row == 1 || self.is_sure(inst) { None } else { Some(self.neighbours(addresses, row, size)) };
        let whole = self.whole_rows(mask, row, neighbours);
        let index = match &whole {
            None => first,
            Some(whole) => {
                let index = self.rows_region("row", Dtype::U64, rows);
                let words =
                    Tile { dtype: Dtype::U32, dims: smallvec![Dim { stride: 1, num: rows * 2 }], ..index.clone() };
                let ones = Operand::Constant(0xffff_ffff, Dtype::U32);
                self.b.emit(Engine::Vector, Opcode::Memset, [Operand::Tile(words.clone()), ones], []);
                let operands = [Operand::Tile(words), halves_of(&first), doubled(whole)];
                self.b.emit(Engine::Vector, Opcode::TensorCopyPredicated, operands, []);
                index
            }
        };
        let opcode = if is_load { Opcode::DmaGather } else { Opcode::DmaScatter };
        let attributes = [self.globals.queue()];
        self.b.emit(Engine::GpSimd, opcode, [Operand::Tile(tile.clone()), Operand::Tile(index)], attributes);
        if let Some(whole) = whole.filter(|_| row > 1) {
            self.left_over(access, addresses, &whole, row, at, mask, tile, is_load);
        }
    }

    /// Lanes of a row: a whole line of the block, or several lines where they follow each other in memory.
    fn row_length(&self, linear: &Linear, size: i64) -> u32 {
        let [bx, by, bz] = self.b.program.shape.block;
        let mut row = bx;
        if linear.thread[1] == size * i64::from(row) || by == 1 {
            row *= by;
            if linear.thread[2] == size * i64::from(row) || bz == 1 {
                row *= bz;
            }
        }
        // A chunk of the threads holds whole rows, or is part of one.
        let columns = self.b.columns();
        if columns.is_multiple_of(row) { row } else { greatest_common_divisor(columns, row) }
    }

    /// Every `row`-th lane of a whole tile, from lane `from` on.
    fn strided(&self, view: View, row: u32, from: u32) -> Tile {
        let mut tile = self.b.tile(view, false);
        let rows = self.b.columns() / row;
        tile.offset += from * view.stride as u32 * view.dtype.bytes();
        tile.dims = smallvec![Dim { stride: view.stride * row as i32, num: rows }];
        tile
    }

    /// A new tile of one element per row.
    fn rows_region(&mut self, name: &str, dtype: Dtype, rows: u32) -> Tile {
        let (partitions, here) = (self.b.partitions(), self.here());
        let name = format!("{name}_{}", self.b.program.regions.len());
        let region = self.b.sbuf(name, dtype, rows * dtype.bytes(), partitions, here);
        let dims = smallvec![Dim { stride: 1, num: rows }];
        Tile { region, dtype, partition: 0, partitions, offset: 0, dims }
    }

    /// Where the last lane of a row is as far from the first as it should be: the 32-bit index did not wrap in it.
    fn neighbours(&mut self, addresses: View, row: u32, size: i64) -> Tile {
        let rows = self.b.columns() / row;
        let (first, last) = (self.strided(addresses, row, 0), self.strided(addresses, row, row - 1));
        let distance = self.rows_region("row", Dtype::U64, rows);
        let near = self.rows_region("row", Dtype::U8, rows);
        let subtract = Attribute::Routine(Elementwise::Sub, Attributes::of(ScalarType::S64));
        let operands = [Operand::Tile(distance.clone()), Operand::Tile(last), Operand::Tile(first)];
        self.b.emit(Engine::GpSimd, Opcode::GpsimdRoutine, operands, [subtract]);
        let equal = Attributes { comparison: Some(Comparison::Eq), ..Attributes::of(ScalarType::S64) };
        let expected = Operand::Constant((size * i64::from(row - 1)) as u64, Dtype::U64);
        let operands = [Operand::Tile(near.clone()), Operand::Tile(distance), expected];
        self.b.emit(Engine::GpSimd, Opcode::GpsimdRoutine, operands, [Attribute::Routine(Elementwise::Setp, equal)]);
        near
    }

    /// Rows that all of their lanes take part in; `None` if these are all rows.
    fn whole_rows(&mut self, mask: Mask, row: u32, neighbours: Option<Tile>) -> Option<Tile> {
        let rows = self.b.columns() / row;
        let taking_part = match mask {
            Mask::All => None,
            Mask::Lanes(view) if view.is_column => {
                let mut tile = self.b.tile(view, true);
                tile.dims = smallvec![Dim { stride: 0, num: rows }];
                Some(tile)
            }
            Mask::Lanes(view) => match self.masks.whole_rows.get(&(view.region, row)) {
                Some(tile) => Some(tile.clone()),
                None => {
                    let whole = self.rows_region("whole", Dtype::U8, rows);
                    let mut lanes = self.b.tile(view, false);
                    lanes.dims = smallvec![
                        Dim { stride: view.stride * row as i32, num: rows },
                        Dim { stride: view.stride, num: row }
                    ];
                    let operands = [Operand::Tile(whole.clone()), Operand::Tile(lanes)];
                    let attributes = [Attribute::Op(AluOp::Min), Attribute::Axes(1)];
                    self.b.emit(Engine::Vector, Opcode::TensorReduce, operands, attributes);
                    self.masks.whole_rows.insert((view.region, row), whole.clone());
                    Some(whole)
                }
            },
        };
        match (taking_part, neighbours) {
            (None, other) | (other, None) => other,
            (Some(lanes), Some(near)) => {
                let both = self.rows_region("whole", Dtype::U8, rows);
                let operands = [Operand::Tile(both.clone()), Operand::Tile(lanes), Operand::Tile(near)];
                self.b.emit(Engine::Vector, Opcode::TensorTensor, operands, [Attribute::Op(AluOp::BitwiseAnd)]);
                Some(both)
            }
        }
    }

    /// Lanes whose rows are not whole, one by one.
    fn left_over(
        &mut self,
        access: &Access,
        addresses: View,
        whole: &Tile,
        row: u32,
        at: BlockId,
        mask: Mask,
        tile: &Tile,
        is_load: bool,
    ) {
        let rows = self.b.columns() / row;
        // Of CTAs that take part as a whole, nothing is left over.
        if let Mask::Lanes(view) = mask
            && view.is_column
            && whole.region == view.region
        {
            return;
        }
        let left = self.temporary(Type::Pred, false);
        let lanes = |tile: &mut Tile, stride: i32| {
            tile.dims = smallvec![Dim { stride: stride * row as i32, num: rows }, Dim { stride, num: row }];
        };
        let mut left_tile = self.b.tile(left, false);
        lanes(&mut left_tile, 1);
        let mut whole_lanes = whole.clone();
        let whole_stride = whole.dims[0].stride;
        whole_lanes.dims = smallvec![Dim { stride: whole_stride, num: rows }, Dim { stride: 0, num: row }];
        match mask {
            Mask::All => {
                let operands = [Operand::Tile(left_tile), Operand::Tile(whole_lanes), Operand::Constant(1, Dtype::U8)];
                self.b.emit(Engine::Vector, Opcode::TensorScalar, operands, [Attribute::Op(AluOp::BitwiseXor)]);
            }
            Mask::Lanes(view) => {
                let mut standing = self.b.tile(view, false);
                if view.is_column {
                    standing.dims = smallvec![Dim { stride: 0, num: rows }, Dim { stride: 0, num: row }];
                } else {
                    lanes(&mut standing, view.stride);
                }
                let operands = [Operand::Tile(left_tile), Operand::Tile(standing), Operand::Tile(whole_lanes)];
                self.b.emit(Engine::Vector, Opcode::TensorTensor, operands, [Attribute::Op(AluOp::Greater)]);
            }
        }
        let column = self.temporary(Type::Pred, true);
        self.b.any_lane(column, left);
        let flag = self.b.sbuf(format!("left_{}", self.b.program.regions.len()), Dtype::U8, 1, 1, self.here());
        let flag = single_element(flag, Dtype::U8);
        let operands = [Operand::Tile(flag.clone()), self.b.operand(column, true)];
        self.b.emit(Engine::GpSimd, Opcode::TensorPartitionReduce, operands, [Attribute::Op(AluOp::Max)]);
        self.b.begin_arm();
        let address = self.b.operand(addresses, false);
        let left = self.b.operand(left, false);
        let opcode = if is_load { Opcode::GpsimdLoad } else { Opcode::GpsimdStore };
        let operands = [Operand::Tile(tile.clone()), address, left];
        self.b.emit(Engine::GpSimd, opcode, operands, [Attribute::Access(*access)]);
        let arm = self.b.end_arm();
        let condition = self.b.register("left", false, RegisterRole::Plain);
        self.b.branch(condition, Operand::Tile(flag), Some(at), true, arm, Vec::new());
    }
}

/// The type of a memory element on chip, by its size.
fn memory_dtype(ty: ScalarType) -> Dtype {
    match ty.bytes() {
        1 => Dtype::U8,
        2 => Dtype::U16,
        4 => Dtype::U32,
        _ => Dtype::U64,
    }
}

/// Every 64-bit element as two words.
fn halves_of(tile: &Tile) -> Operand {
    let mut tile = tile.clone();
    for dim in &mut tile.dims {
        dim.stride *= 2;
    }
    tile.dtype = Dtype::U32;
    tile.dims.push(Dim { stride: 1, num: 2 });
    Operand::Tile(tile)
}

/// Every element twice.
fn doubled(tile: &Tile) -> Operand {
    let mut tile = tile.clone();
    tile.dims.push(Dim { stride: 0, num: 2 });
    Operand::Tile(tile)
}

fn greatest_common_divisor(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { greatest_common_divisor(b, a % b) }
}
