//! Elementwise operations: engine instructions where the numerics allow, GpSimd routines otherwise.
//!
//! With `numerics=cuda` an engine instruction stands only for an operation whose bits it gives. This model assumes of
//! the engines: float32 add, subtract, multiply, min, max and compare are IEEE 754 with round to nearest even and
//! subnormals, and NaN results are 0x7fffffff; copies between integers and float32 round to nearest even; bit-vector
//! operations and GpSimd's 32-bit integers are exact. AWS documents neither NaNs nor subnormals.
//!
//! With `numerics=device` floating point is what the engines do: multiply-add rounds twice, functions come from the
//! activation tables, rounding modes and `.ftz` are as the engine has them. Integers and truncation stay exact,
//! because programs address memory with them.

mod float;

use super::super::isa::Opcode;
use super::super::program::{Attribute, Numerics, Operand as Argument};
use super::super::words::{AluOp, Dtype, Engine};
use super::Lowering;
use super::build::{View, dtype_of};
use super::control::Mask;
use super::values::Place;
use crate::tile::{Attributes, BlockId, Collective, Elementwise, Inst, Op, Type};
use ptx_frontend::types::{BoolOp, Comparison, ScalarType};

impl Lowering<'_> {
    /// Lowers one operation of a block.
    pub(super) fn inst(&mut self, inst: &Inst, at: BlockId, mask: Mask) {
        match inst.op {
            Op::Elementwise(op, attributes) => self.elementwise(op, &attributes, inst, at, mask),
            Op::Special(register) => {
                let place = self.special(register);
                self.keep(inst.results[0], place, mask);
            }
            Op::Symbol(symbol) => {
                let place = self.symbol(symbol);
                self.keep(inst.results[0], place, mask);
            }
            Op::DynamicShared => {
                let place = Place::Const(self.dynamic_shared_offset().into());
                self.keep(inst.results[0], place, mask);
            }
            Op::FrameAddress(offset) => self.keep(inst.results[0], Place::Const(offset.into()), mask),
            Op::Load(access) => self.load(&access, inst, at, mask),
            Op::Store(access) => self.store(&access, inst, at, mask),
            Op::Atomic(op, access) => self.atomic(op, &access, inst, at, mask),
            // The Tensor engine has no fragments in lanes; the routine on GpSimd has no operand for so many registers.
            Op::Collective(Collective::Mma(mma)) => {
                self.refuse(format!("multiplies matrices that lanes hold (`mma.{mma}`)"))
            }
            Op::Collective(collective) => self.collective(collective, inst, at, mask),
            // Memory operations of a lane are in program order, and those of a wave's lanes complete one after the
            // other, so fences have nothing to add; sleeping lanes would wait for nobody.
            Op::Fence(..) | Op::Sleep | Op::Nop => {}
            Op::FunctionAddress(_)
            | Op::Image(_)
            | Op::Printf
            | Op::AssertFail
            | Op::StackTop
            | Op::SetStackTop
            | Op::Malloc
            | Op::Free
            | Op::Async(_) => unreachable!("`convergence::check` has refused it"),
        }
    }

    fn elementwise(&mut self, op: Elementwise, attributes: &Attributes, inst: &Inst, at: BlockId, mask: Mask) {
        let result = inst.results[0];
        let args: Vec<Place> = inst.args.iter().map(|arg| self.place(*arg, at)).collect();
        let constants: Option<Vec<u64>> = args
            .iter()
            .map(|place| match place {
                Place::Const(bits) => Some(*bits),
                Place::At(_) => None,
            })
            .collect();
        if let Some(constants) = constants
            && let Some(meaning) = op.meaning(attributes)
        {
            return self.keep(result, Place::Const(meaning.apply(&constants)), mask);
        }
        if let Some(place) = self.renamed(op, attributes, &args) {
            return self.keep(result, place, mask);
        }
        let dst = self.target(result);
        self.operate(op, attributes, &args, dst);
        self.keep(result, Place::At(dst), mask);
    }

    /// Operations that only look at the same bits in another way.
    fn renamed(&self, op: Elementwise, a: &Attributes, args: &[Place]) -> Option<Place> {
        let Place::At(view) = args[0] else { return None };
        let narrowed = |bits: u32| {
            let mut view = view;
            while view.dtype.bytes() * 8 > bits {
                view = view.half(false);
            }
            Some(Place::At(view))
        };
        let is_plain = !a.sat && !a.ftz && !a.relu && a.rounding.is_none();
        match op {
            Elementwise::Trunc => narrowed(a.ty.bits()),
            Elementwise::UnpackLo => Some(Place::At(view.half(false))),
            Elementwise::UnpackHi => Some(Place::At(view.half(true))),
            Elementwise::Cvt
                if is_plain
                    && a.ty.is_integer()
                    && a.from.is_integer()
                    && a.ty.bits() >= 16
                    && a.from.bits() >= a.ty.bits() =>
            {
                narrowed(a.ty.bits())
            }
            Elementwise::Selp => match args[2] {
                Place::Const(bits) => Some(if bits != 0 { args[0] } else { args[1] }),
                Place::At(_) => None,
            },
            _ => None,
        }
    }

    /// Computes an operation into `dst`, for all lanes (or CTAs, if it is a column).
    pub(super) fn operate(&mut self, op: Elementwise, attributes: &Attributes, args: &[Place], dst: View) {
        if !self.float_operation(op, attributes, args, dst) && !self.integer_operation(op, attributes, args, dst) {
            self.routine(op, attributes, args, dst);
        }
    }

    pub(super) fn is_cuda(&self) -> bool {
        self.b.program.numerics == Numerics::Cuda
    }

    /// The operation as a GpSimd routine.
    fn routine(&mut self, op: Elementwise, attributes: &Attributes, args: &[Place], dst: View) {
        let column = dst.is_column;
        let Some((types, _)) = op.signature(attributes) else {
            return self.refuse(format!("`{}` has no such form", op.as_str()));
        };
        if args.len() > 4 {
            return self.refuse(format!("`{}` with {} arguments", op.as_str(), args.len()));
        }
        let mut operands = vec![self.b.operand(dst, column)];
        for (place, ty) in args.iter().zip(types) {
            operands.push(match *place {
                Place::Const(bits) => Argument::Constant(bits, dtype_of(ty)),
                Place::At(view) => self.b.operand(view.of(dtype_of(ty)), column),
            });
        }
        let attribute = Attribute::Routine(op, *attributes);
        self.b.emit(Engine::GpSimd, Opcode::GpsimdRoutine, operands, [attribute]);
    }

    /// Integers and bits: exact on every engine that has them. Whether it was done.
    fn integer_operation(&mut self, op: Elementwise, a: &Attributes, args: &[Place], dst: View) -> bool {
        use ScalarType::*;
        if a.sat || a.relu {
            return false;
        }
        let is_word = matches!(a.ty, U32 | S32);
        match op {
            Elementwise::And => self.bitwise(AluOp::BitwiseAnd, args, dst),
            Elementwise::Or => self.bitwise(AluOp::BitwiseOr, args, dst),
            Elementwise::Xor => self.bitwise(AluOp::BitwiseXor, args, dst),
            Elementwise::Not => {
                let ones = if a.ty == Pred { 1 } else { u64::MAX >> (64 - a.ty.bits()) };
                self.bitwise(AluOp::BitwiseXor, &[args[0], Place::Const(ones)], dst)
            }
            Elementwise::Lop3 => self.lop3(a.mode as u8, args, dst),
            Elementwise::Shl if a.ty == B32 => self.shift(AluOp::ShiftLeft, args, dst),
            Elementwise::Shr if matches!(a.ty, B32 | U32) => self.shift(AluOp::ShiftRight, args, dst),
            Elementwise::Add if is_word => self.word(AluOp::Add, a.ty, args, dst),
            Elementwise::Sub if is_word => self.word(AluOp::Subtract, a.ty, args, dst),
            Elementwise::Mul if is_word => self.word(AluOp::Multiply, a.ty, args, dst),
            Elementwise::Min if is_word => self.word(AluOp::Min, a.ty, args, dst),
            Elementwise::Max if is_word => self.word(AluOp::Max, a.ty, args, dst),
            Elementwise::Mad if is_word => {
                let product = self.b.view("t", Dtype::U32, dst.is_column, self.here());
                self.word(AluOp::Multiply, a.ty, &args[..2], product)
                    && self.word(AluOp::Add, a.ty, &[Place::At(product), args[2]], dst)
            }
            Elementwise::Setp if matches!(a.ty, U32 | S32 | B32) => self.compare_words(a, args, dst),
            Elementwise::Selp => self.select(a.ty, args, dst),
            Elementwise::Zext => self.extend(a.from, a.ty, args[0], dst),
            Elementwise::Sext if a.ty == B32 || a.ty == S32 => self.cast_copy(Dtype::I16, args[0], dst.of(Dtype::I32)),
            Elementwise::Cvt
                if a.ty.is_integer() && a.from.is_integer() && a.from.bits() >= 16 && a.ty.bits() > a.from.bits() =>
            {
                match (a.from, a.ty.bits()) {
                    (S16, 32) => self.cast_copy(Dtype::I16, args[0], dst.of(Dtype::I32)),
                    (S16 | S32, _) => false,
                    (from, _) => self.extend(from, a.ty, args[0], dst),
                }
            }
            Elementwise::Pack => {
                let half = if a.ty.bits() == 64 { Type::B32 } else { Type::B16 };
                for (place, high) in [(args[0], false), (args[1], true)] {
                    self.write(dst.half(high), place, half, Mask::All);
                }
                true
            }
            _ => false,
        }
    }

    /// Bit-vector operation of two arguments, on Vector.
    fn bitwise(&mut self, op: AluOp, args: &[Place], dst: View) -> bool {
        let column = dst.is_column;
        let (first, second) = match (args[0], args[1]) {
            (Place::Const(_), second) => (second, args[0]),
            (first, second) => (first, second),
        };
        let Place::At(first) = first else { return false };
        if dst.dtype.bytes() == 8 {
            match second {
                Place::Const(bits) => {
                    for high in [false, true] {
                        let half = Place::Const(if high { bits >> 32 } else { bits & 0xffff_ffff });
                        self.bitwise(op, &[Place::At(first.half(high)), half], dst.half(high));
                    }
                }
                Place::At(second) => {
                    let operands =
                        [self.b.halves(dst, column), self.b.halves(first, column), self.b.halves(second, column)];
                    self.b.emit(Engine::Vector, Opcode::TensorTensor, operands, [Attribute::Op(op)]);
                }
            }
            return true;
        }
        match second {
            Place::Const(bits) => {
                self.b.tensor_scalar(op, dst, first.of(dst.dtype), Argument::Constant(bits, dst.dtype));
            }
            Place::At(second) => {
                self.b.tensor_tensor(Engine::Vector, op, dst, first.of(dst.dtype), second.of(dst.dtype));
            }
        }
        true
    }

    /// Functions of three bits that are two bit-vector operations.
    fn lop3(&mut self, table: u8, args: &[Place], dst: View) -> bool {
        use AluOp::{BitwiseAnd as And, BitwiseOr as Or, BitwiseXor as Xor};
        let eval = |op: AluOp, x: u8, y: u8| match op {
            And => x & y,
            Or => x | y,
            _ => x ^ y,
        };
        // The columns of the truth table: a, b and c.
        const INPUTS: [u8; 3] = [0xf0, 0xcc, 0xaa];
        let ops = [And, Or, Xor];
        for (i, j, k) in [(0, 1, 2), (0, 2, 1), (1, 2, 0)] {
            for inner in ops {
                let both = eval(inner, INPUTS[i], INPUTS[j]);
                if both == table {
                    return self.bitwise(inner, &[args[i], args[j]], dst);
                }
                for outer in ops {
                    if eval(outer, both, INPUTS[k]) != table {
                        continue;
                    }
                    if let (Place::Const(x), Place::Const(y)) = (args[i], args[j]) {
                        let folded = match inner {
                            And => x & y,
                            Or => x | y,
                            _ => x ^ y,
                        };
                        return self.bitwise(outer, &[Place::Const(folded), args[k]], dst);
                    }
                    let temporary = self.b.view("t", Dtype::U32, dst.is_column, self.here());
                    return self.bitwise(inner, &[args[i], args[j]], temporary)
                        && self.bitwise(outer, &[Place::At(temporary), args[k]], dst);
                }
            }
        }
        false
    }

    /// Logical shifts of 32-bit words, on Vector: amounts past the width give 0, as in PTX.
    fn shift(&mut self, op: AluOp, args: &[Place], dst: View) -> bool {
        match args[1] {
            Place::Const(amount) if amount & 0xffff_ffff >= 32 => {
                self.b.set(dst, 0);
                true
            }
            Place::Const(amount) => {
                let Place::At(view) = args[0] else { return false };
                self.b.tensor_scalar(op, dst, view.of(Dtype::U32), Argument::Constant(amount, Dtype::U32));
                true
            }
            // AWS does not say what amounts past the width do; only a routine is sure.
            Place::At(_) => false,
        }
    }

    /// Exact 32-bit integers, on GpSimd.
    fn word(&mut self, op: AluOp, ty: ScalarType, args: &[Place], dst: View) -> bool {
        let dtype = if ty.is_signed() { Dtype::I32 } else { Dtype::U32 };
        let first = self.view_of(args[0], Type::B32);
        let second = self.view_of(args[1], Type::B32);
        self.b.tensor_tensor(Engine::GpSimd, op, dst.of(dtype), first.of(dtype), second.of(dtype));
        true
    }

    fn compare_words(&mut self, a: &Attributes, args: &[Place], dst: View) -> bool {
        use Comparison::*;
        let Some(comparison) = a.comparison else { return false };
        let is_signed = a.ty.is_signed() && !matches!(comparison, Lo | Ls | Hi | Hs);
        let op = match comparison {
            Eq => AluOp::Equal,
            Ne => AluOp::NotEqual,
            Lt | Lo => AluOp::Less,
            Le | Ls => AluOp::LessEqual,
            Gt | Hi => AluOp::Greater,
            Ge | Hs => AluOp::GreaterEqual,
            _ => return false,
        };
        let dtype = if is_signed { Dtype::I32 } else { Dtype::U32 };
        let first = self.view_of(args[0], Type::B32);
        let second = self.view_of(args[1], Type::B32);
        self.b.tensor_tensor(Engine::GpSimd, op, dst, first.of(dtype), second.of(dtype));
        self.combine(a.combine, args, dst)
    }

    /// The `.and`, `.or`, `.xor` with a further predicate that a comparison may have.
    fn combine(&mut self, op: Option<BoolOp>, args: &[Place], dst: View) -> bool {
        let op = match op {
            None => return true,
            Some(BoolOp::And) => AluOp::BitwiseAnd,
            Some(BoolOp::Or) => AluOp::BitwiseOr,
            Some(BoolOp::Xor) => AluOp::BitwiseXor,
            Some(BoolOp::Popc) => return false,
        };
        self.bitwise(op, &[Place::At(dst), args[2]], dst)
    }

    /// `dst = c ? a : b`.
    fn select(&mut self, ty: ScalarType, args: &[Place], dst: View) -> bool {
        let Place::At(predicate) = args[2] else { return false };
        let ty = match ty.bits() {
            1 => Type::Pred,
            16 => Type::B16,
            32 => Type::B32,
            _ => Type::B64,
        };
        self.write(dst, args[1], ty, Mask::All);
        self.write(dst, args[0], ty, Mask::Lanes(predicate));
        true
    }

    /// Zeros above.
    fn extend(&mut self, from: ScalarType, to: ScalarType, place: Place, dst: View) -> bool {
        let from = match from.bits() {
            1 => Dtype::U8,
            16 => Dtype::U16,
            32 => Dtype::U32,
            _ => return false,
        };
        if to.bits() == 64 {
            self.b.set(dst.half(true), 0);
            return self.cast_copy(from, place, dst.half(false));
        }
        self.cast_copy(from, place, dst)
    }

    /// A copy that reads the source as `from`; exact because both types hold the number.
    fn cast_copy(&mut self, from: Dtype, place: Place, dst: View) -> bool {
        let Place::At(view) = place else { return false };
        self.b.copy(dst, view.of(from));
        true
    }
}
