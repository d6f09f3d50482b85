//! Special registers: what a lane is, from its partition, column and wave.

use super::super::isa::Opcode;
use super::super::program::{Attribute, Dim, Operand as Argument, RegisterId, RegisterRole};
use super::super::words::{AluOp, Dtype, Engine};
use super::Lowering;
use super::build::{Scope, View};
use super::control::Mask;
use super::values::Place;
use crate::tile::{Attributes, Elementwise};
use ptx_frontend::special::SpecialRegister;
use ptx_frontend::types::ScalarType;
use smallvec::{SmallVec, smallvec};
use std::collections::HashMap;

/// Tiles that hold special registers and other things made once.
#[derive(Default)]
pub(super) struct Specials {
    places: HashMap<SpecialRegister, Place>,
    /// 64-bit constants, by bits.
    pub(super) wide: HashMap<u64, View>,
    first_cta: Option<RegisterId>,
    chunk: Option<RegisterId>,
    cta: Option<View>,
    thread: Option<View>,
}

impl Lowering<'_> {
    /// The lanes of a wave that exist: all but in the last wave of a grid that does not fill it.
    pub(super) fn lanes_of_the_wave(&mut self) -> Mask {
        let shape = self.b.program.shape;
        if shape.ctas().is_multiple_of(u64::from(self.b.program.layout.ctas)) {
            return Mask::All;
        }
        let cta = self.cta_number();
        let count = self.b.constant(shape.ctas(), Dtype::U32);
        let alive = self.b.view("alive", Dtype::U8, true, Scope::Wave);
        self.b.tensor_tensor(Engine::GpSimd, AluOp::Less, alive, cta, count);
        self.note_alive(alive);
        Mask::Lanes(alive)
    }

    /// `%cta0`: number of the wave's first CTA; with chunks, `%chunk` too.
    fn wave_registers(&mut self) -> (RegisterId, Option<RegisterId>) {
        if let Some(first) = self.specials.first_cta {
            return (first, self.specials.chunk);
        }
        let layout = self.b.program.layout;
        let wave = self.b.register("wave", false, RegisterRole::Wave);
        let first = self.b.register("cta0", false, RegisterRole::Plain);
        let number = |n: u32| Argument::Constant(u64::from(n), Dtype::U32);
        let mut alu = |op: AluOp, dst: RegisterId, a: RegisterId, b: Argument| {
            let operands = [Argument::Register(dst), Argument::Register(a), b];
            self.b.emit(Engine::GpSimd, Opcode::RegisterAlu, operands, [Attribute::Op(op)]);
        };
        if layout.chunks == 1 {
            alu(AluOp::Multiply, first, wave, number(layout.ctas));
        } else {
            alu(AluOp::ShiftRight, first, wave, number(layout.chunks.trailing_zeros()));
            alu(AluOp::Multiply, first, first, number(layout.ctas));
            let chunk = self.b.register("chunk", false, RegisterRole::Plain);
            let operands = [Argument::Register(chunk), Argument::Register(wave), number(layout.chunks - 1)];
            self.b.emit(Engine::GpSimd, Opcode::RegisterAlu, operands, [Attribute::Op(AluOp::BitwiseAnd)]);
            let operands = [Argument::Register(chunk), Argument::Register(chunk), number(layout.threads)];
            self.b.emit(Engine::GpSimd, Opcode::RegisterAlu, operands, [Attribute::Op(AluOp::Multiply)]);
            self.specials.chunk = Some(chunk);
        }
        self.specials.first_cta = Some(first);
        (first, self.specials.chunk)
    }

    /// Makes tiles that the whole wave uses at its beginning, wherever the first use is.
    fn cta_number(&mut self) -> View {
        if let Some(view) = self.specials.cta {
            return view;
        }
        let (first, _) = self.wave_registers();
        let view = self.b.view("cta", Dtype::U32, true, Scope::Wave);
        let operands = [self.b.operand(view, true), Argument::Register(first)];
        let pattern: SmallVec<[Dim; 4]> = smallvec![Dim { stride: 0, num: 1 }];
        self.b.emit(Engine::GpSimd, Opcode::Iota, operands, [Attribute::Pattern(pattern), Attribute::Multiplier(1)]);
        self.specials.cta = Some(view);
        view
    }

    /// The thread's number in its CTA.
    fn thread_number(&mut self) -> View {
        if let Some(view) = self.specials.thread {
            return view;
        }
        let columns = self.b.columns();
        let view = if self.b.program.layout.chunks == 1 {
            self.iota_once("thread", smallvec![Dim { stride: 1, num: columns }])
        } else {
            let (_, chunk) = self.wave_registers();
            let view = self.b.view("thread", Dtype::U32, false, Scope::Wave);
            let offset = chunk.map_or(Argument::Constant(0, Dtype::U32), Argument::Register);
            let operands = [self.b.operand(view, false), offset];
            let pattern: SmallVec<[Dim; 4]> = smallvec![Dim { stride: 1, num: columns }];
            self.b.emit(
                Engine::GpSimd,
                Opcode::Iota,
                operands,
                [Attribute::Pattern(pattern), Attribute::Multiplier(0)],
            );
            view
        };
        self.specials.thread = Some(view);
        view
    }

    /// A pattern over the columns that is the same in every wave.
    fn iota_once(&mut self, name: &str, pattern: SmallVec<[Dim; 4]>) -> View {
        let view = self.b.view(name, Dtype::U32, false, Scope::Program);
        self.b.emit_once(|b| {
            let operands = [b.operand(view, false), Argument::Constant(0, Dtype::I32)];
            b.emit(Engine::GpSimd, Opcode::Iota, operands, [Attribute::Pattern(pattern), Attribute::Multiplier(0)]);
        });
        view
    }

    /// Makes the tiles of all special registers that the kernel reads. At the start of a wave, so that they are there
    /// whichever block reads them first.
    pub(super) fn make_specials(&mut self) {
        let function = &self.kernel.functions[0];
        let blocks = self.flow.order.clone();
        for block in blocks {
            for inst in &function.blocks[block.0 as usize].insts {
                if let crate::tile::Op::Special(register) = inst.op {
                    self.special(register);
                }
            }
        }
    }

    /// A special register's place.
    pub(super) fn special(&mut self, register: SpecialRegister) -> Place {
        if let Some(place) = self.specials.places.get(&register) {
            return *place;
        }
        let place = self.make_special(register);
        self.specials.places.insert(register, place);
        place
    }

    fn make_special(&mut self, register: SpecialRegister) -> Place {
        use SpecialRegister::*;
        let shape = self.b.program.shape;
        let [bx, by, bz] = shape.block;
        let [gx, gy, gz] = shape.grid;
        let threads = shape.threads();
        match register {
            NtidX => Place::Const(bx.into()),
            NtidY => Place::Const(by.into()),
            NtidZ => Place::Const(bz.into()),
            NctaidX => Place::Const(gx.into()),
            NctaidY => Place::Const(gy.into()),
            NctaidZ => Place::Const(gz.into()),
            NWarpId => Place::Const(threads.div_ceil(32).into()),
            DynamicSmemSize => Place::Const(shape.dynamic_shared.into()),
            TidX => self.thread_coordinate([0, 0, 1], bx, 1),
            TidY => self.thread_coordinate([0, 1, 0], by, bx),
            TidZ => self.thread_coordinate([1, 0, 0], bz, bx * by),
            CtaidX => self.cta_coordinate(gx, 1),
            CtaidY => self.cta_coordinate(gy, gx),
            CtaidZ => self.cta_coordinate(gz, gx.saturating_mul(gy)),
            LaneId => {
                let thread = self.thread_number();
                self.once(Elementwise::And, ScalarType::B32, thread, 31)
            }
            WarpId => {
                let thread = self.thread_number();
                self.once(Elementwise::Shr, ScalarType::U32, thread, 5)
            }
            LanemaskEq | LanemaskLt | LanemaskLe | LanemaskGt | LanemaskGe => self.lane_mask(register),
            _ => {
                self.refuse(format!("reads `%{register}`"));
                Place::Const(0)
            }
        }
    }

    /// `(thread / below) % size`, by a pattern where the wave holds whole CTAs.
    fn thread_coordinate(&mut self, strides: [i32; 3], size: u32, below: u32) -> Place {
        if size == 1 {
            return Place::Const(0);
        }
        if self.b.program.layout.chunks == 1 {
            let [bx, by, bz] = self.b.program.shape.block;
            let dims = [bz, by, bx].into_iter().zip(strides).map(|(num, stride)| Dim { stride, num });
            return Place::At(self.iota_once("tid", dims.collect()));
        }
        let thread = self.thread_number();
        self.coordinate(thread, size, below)
    }

    fn cta_coordinate(&mut self, size: u32, below: u32) -> Place {
        if size == 1 {
            return Place::Const(0);
        }
        let cta = self.cta_number();
        let shape = self.b.program.shape;
        // The slowest dimension needs no remainder, the only one neither.
        if below == 1 && u64::from(size) == shape.ctas() {
            return Place::At(cta);
        }
        self.coordinate(cta, size, below)
    }

    fn coordinate(&mut self, number: View, size: u32, below: u32) -> Place {
        let mut place = Place::At(number);
        if below > 1 {
            place = self.step(Elementwise::Div, ScalarType::U32, place, below);
        }
        self.step(Elementwise::Rem, ScalarType::U32, place, size)
    }

    /// An operation with a constant that the current wave needs.
    fn step(&mut self, op: Elementwise, ty: ScalarType, a: Place, b: u32) -> Place {
        let column = a.is_uniform();
        let dst = self.b.view("sr", Dtype::U32, column, Scope::Wave);
        self.operate(op, &Attributes::of(ty), &[a, Place::Const(b.into())], dst);
        Place::At(dst)
    }

    /// The same, from something that is the same in every wave.
    fn once(&mut self, op: Elementwise, ty: ScalarType, a: View, b: u32) -> Place {
        self.step(op, ty, Place::At(a), b)
    }

    fn lane_mask(&mut self, register: SpecialRegister) -> Place {
        use SpecialRegister::*;
        let lane = self.special(LaneId);
        let shift = |lowering: &mut Self, bits: u32| {
            let dst = lowering.b.view("sr", Dtype::U32, false, Scope::Wave);
            let args = [Place::Const(bits.into()), lane];
            lowering.operate(Elementwise::Shl, &Attributes::of(ScalarType::B32), &args, dst);
            Place::At(dst)
        };
        let not = |lowering: &mut Self, place| lowering.step(Elementwise::Xor, ScalarType::B32, place, u32::MAX);
        match register {
            LanemaskEq => shift(self, 1),
            LanemaskGe => shift(self, u32::MAX),
            LanemaskGt => shift(self, u32::MAX - 1),
            LanemaskLt => {
                let others = shift(self, u32::MAX);
                not(self, others)
            }
            _ => {
                let others = shift(self, u32::MAX - 1);
                not(self, others)
            }
        }
    }
}
