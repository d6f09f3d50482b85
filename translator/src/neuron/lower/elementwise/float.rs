//! Floating point on Vector and Scalar.

use super::super::super::isa::Opcode;
use super::super::super::program::{Attribute, Operand as Argument};
use super::super::super::words::{Activation, AluOp, Dtype, Engine};
use super::super::Lowering;
use super::super::build::View;
use super::super::values::Place;
use crate::tile::{Attributes, Elementwise, Type};
use ptx_frontend::types::{Comparison, Rounding, ScalarType};
use std::f32::consts::{LN_2, LOG2_E, PI, TAU};

/// A floating-point type the engines have, and whether its elements come in pairs in one register.
fn engine_type(ty: ScalarType) -> Option<(Dtype, bool)> {
    match ty {
        ScalarType::F32 => Some((Dtype::F32, false)),
        ScalarType::F16 => Some((Dtype::F16, false)),
        ScalarType::BF16 => Some((Dtype::BF16, false)),
        ScalarType::F16x2 => Some((Dtype::F16, true)),
        ScalarType::BF16x2 => Some((Dtype::BF16, true)),
        _ => None,
    }
}

fn float(value: f32) -> Argument {
    Argument::Constant(value.to_bits().into(), Dtype::F32)
}

impl Lowering<'_> {
    /// Floating-point operations that an engine computes well enough for the numerics. Whether it was done.
    pub(super) fn float_operation(&mut self, op: Elementwise, a: &Attributes, args: &[Place], dst: View) -> bool {
        let Some((dtype, _)) = engine_type(a.ty) else {
            // Comparisons and conversions to integers name another type.
            return op == Elementwise::Cvt && a.from == ScalarType::F32 && self.float_to_integer(a, args, dst);
        };
        let exact = self.is_cuda();
        // What an engine cannot be told.
        let is_nearest = matches!(a.rounding, None | Some(Rounding::Rn));
        let is_plain = !(a.ftz || a.sat || a.relu || a.nan || a.xorsign_abs || a.satfinite);
        if exact && (!is_plain || !is_nearest || dtype != Dtype::F32) && !matches!(op, Elementwise::Selp) {
            return self.sign_operation(op, a, args, dst);
        }
        let done = match op {
            Elementwise::Add if a.from == a.ty => self.arithmetic(AluOp::Add, a.ty, args, dst),
            Elementwise::Sub if a.from == a.ty => self.arithmetic(AluOp::Subtract, a.ty, args, dst),
            Elementwise::Mul => self.arithmetic(AluOp::Multiply, a.ty, args, dst),
            Elementwise::Min if !a.xorsign_abs && !a.nan => self.arithmetic(AluOp::Min, a.ty, args, dst),
            Elementwise::Max if !a.xorsign_abs && !a.nan => self.arithmetic(AluOp::Max, a.ty, args, dst),
            Elementwise::Abs | Elementwise::Neg => self.sign_operation(op, &Attributes::of(a.ty), args, dst),
            Elementwise::Setp if a.ty == ScalarType::F32 => self.compare_floats(a, args, dst),
            Elementwise::Cvt if a.ty == ScalarType::F32 && a.from.is_integer() && a.from.bits() <= 32 => {
                self.integer_to_float(a, args, dst)
            }
            _ if exact => false,
            Elementwise::Fma if a.from == a.ty => self.multiply_add(a.ty, args, dst),
            _ => self.approximate(op, a, args, dst),
        };
        if done && a.sat {
            self.clamp(a.ty, dst);
        }
        if done && a.relu {
            self.scalar_steps(a.ty, dst, dst, &[(AluOp::Max, 0.0)]);
        }
        done
    }

    /// Sign changes are operations on bits, exact in every type.
    fn sign_operation(&mut self, op: Elementwise, a: &Attributes, args: &[Place], dst: View) -> bool {
        let sign = match a.ty {
            ScalarType::F32 => 0x8000_0000,
            ScalarType::F16 | ScalarType::BF16 => 0x8000,
            ScalarType::F16x2 | ScalarType::BF16x2 => 0x8000_8000,
            _ => return false,
        };
        match op {
            _ if a.ftz => false,
            Elementwise::Abs => self.bitwise(AluOp::BitwiseAnd, &[args[0], Place::Const(!sign & dst_mask(dst))], dst),
            Elementwise::Neg => self.bitwise(AluOp::BitwiseXor, &[args[0], Place::Const(sign)], dst),
            _ => false,
        }
    }

    /// An operand in a floating-point type; registers that hold pairs are read element by element.
    fn float_operand(&mut self, view: View, ty: ScalarType, column: bool) -> Argument {
        let Some((dtype, is_pair)) = engine_type(ty) else { unreachable!("only called for engine types") };
        if !is_pair {
            return self.b.operand(view.of(dtype), column);
        }
        let mut operand = self.b.halves(view, column);
        if let Argument::Tile(tile) = &mut operand {
            tile.dtype = dtype;
        }
        operand
    }

    /// Two operands. One that is the same for all lanes of a CTA is a scalar operand, which halves the time.
    fn arithmetic(&mut self, op: AluOp, ty: ScalarType, args: &[Place], dst: View) -> bool {
        let column = dst.is_column;
        let mut swapped = false;
        let (mut first, mut second) = (args[0], args[1]);
        if first.is_uniform() && !second.is_uniform() || matches!(first, Place::Const(_)) {
            (first, second) = (second, first);
            swapped = true;
        }
        let Place::At(first) = first else { return false };
        let dst_operand = self.float_operand(dst, ty, column);
        let first_operand = self.float_operand(first, ty, column);
        let scalar = match second {
            Place::Const(bits) if ty == ScalarType::F32 => Some(Argument::Constant(bits, Dtype::F32)),
            Place::At(view) if ty == ScalarType::F32 && view.is_column && !column => {
                Some(self.b.operand(view.of(Dtype::F32), true))
            }
            _ => None,
        };
        if let Some(scalar) = scalar {
            let reverse = (swapped && op == AluOp::Subtract).then_some(Attribute::Reverse);
            let attributes = std::iter::once(Attribute::Op(op)).chain(reverse);
            self.b.emit(Engine::Vector, Opcode::TensorScalar, [dst_operand, first_operand, scalar], attributes);
            return true;
        }
        let register = match ty.bits() {
            16 => Type::B16,
            _ => Type::B32,
        };
        let second = self.view_of(second, register);
        let second_operand = self.float_operand(second, ty, column);
        let (left, right) = if swapped { (second_operand, first_operand) } else { (first_operand, second_operand) };
        self.b.emit(Engine::Vector, Opcode::TensorTensor, [dst_operand, left, right], [Attribute::Op(op)]);
        true
    }

    /// `a * b + c` with a rounding after each: one instruction where a factor is uniform.
    fn multiply_add(&mut self, ty: ScalarType, args: &[Place], dst: View) -> bool {
        let column = dst.is_column;
        if ty == ScalarType::F32 && !column {
            let uniform = args[..2].iter().position(|place| place.is_uniform());
            let varying = uniform.map(|at| args[1 - at]);
            if let (Some(at), Some(Place::At(view))) = (uniform, varying) {
                let scalar = match args[at] {
                    Place::Const(bits) => Argument::Constant(bits, Dtype::F32),
                    Place::At(view) => self.b.operand(view.of(Dtype::F32), true),
                };
                let added = self.view_of(args[2], Type::B32);
                let operands = [
                    self.b.operand(dst.of(Dtype::F32), false),
                    self.b.operand(view.of(Dtype::F32), false),
                    scalar,
                    self.b.operand(added.of(Dtype::F32), false),
                ];
                let attributes = [Attribute::Op(AluOp::Multiply), Attribute::Op1(AluOp::Add)];
                self.b.emit(Engine::Vector, Opcode::ScalarTensorTensor, operands, attributes);
                return true;
            }
        }
        let product = self.b.view("t", dst.dtype, column, self.here());
        if !self.arithmetic(AluOp::Multiply, ty, &args[..2], product) {
            // Both factors are constants.
            return false;
        }
        self.arithmetic(AluOp::Add, ty, &[Place::At(product), args[2]], dst)
    }

    fn compare_floats(&mut self, a: &Attributes, args: &[Place], dst: View) -> bool {
        use Comparison::*;
        let op = match a.comparison {
            Some(Eq) => AluOp::Equal,
            Some(Lt) => AluOp::Less,
            Some(Le) => AluOp::LessEqual,
            Some(Gt) => AluOp::Greater,
            Some(Ge) => AluOp::GreaterEqual,
            // True for NaN, as `!=` is.
            Some(Neu) => AluOp::NotEqual,
            _ => return false,
        };
        // Constants stand second.
        let (first, second, op) = match args[0] {
            Place::Const(_) => (args[1], args[0], mirrored(op)),
            first => (first, args[1], op),
        };
        let Place::At(first) = first else { return false };
        match second {
            Place::Const(bits) => {
                self.b.tensor_scalar(op, dst, first.of(Dtype::F32), Argument::Constant(bits, Dtype::F32));
            }
            Place::At(second) if second.is_column && !dst.is_column => {
                let scalar = self.b.operand(second.of(Dtype::F32), true);
                self.b.tensor_scalar(op, dst, first.of(Dtype::F32), scalar);
            }
            Place::At(second) => {
                self.b.tensor_tensor(Engine::Vector, op, dst, first.of(Dtype::F32), second.of(Dtype::F32));
            }
        }
        self.combine(a.combine, args, dst)
    }

    /// Integers to float32: the cast of a copy rounds to nearest even.
    fn integer_to_float(&mut self, a: &Attributes, args: &[Place], dst: View) -> bool {
        let Place::At(view) = args[0] else { return false };
        let from = match a.from {
            ScalarType::S32 => Dtype::I32,
            ScalarType::U32 => Dtype::U32,
            ScalarType::S16 => Dtype::I16,
            ScalarType::U16 => Dtype::U16,
            _ => return false,
        };
        self.b.copy(dst.of(Dtype::F32), view.of(from));
        true
    }

    /// Float32 to integers rounds to nearest even; what truncates is left to a routine.
    fn float_to_integer(&mut self, a: &Attributes, args: &[Place], dst: View) -> bool {
        let Place::At(view) = args[0] else { return false };
        if self.is_cuda() || a.rounding != Some(Rounding::Rni) {
            return false;
        }
        let dtype = match a.ty {
            ScalarType::S32 => Dtype::I32,
            ScalarType::U32 => Dtype::U32,
            _ => return false,
        };
        self.b.copy(dst.of(dtype), view.of(Dtype::F32));
        true
    }

    /// What only `numerics=device` takes from an engine.
    fn approximate(&mut self, op: Elementwise, a: &Attributes, args: &[Place], dst: View) -> bool {
        let ty = a.ty;
        match op {
            Elementwise::Cvt => self.convert(a, args, dst),
            Elementwise::Ex2 => self.activate(Activation::Exp, ty, args[0], dst, Some(LN_2)),
            Elementwise::Lg2 => {
                self.activate(Activation::Log, ty, args[0], dst, None)
                    && self.scalar_steps(ty, dst, dst, &[(AluOp::Multiply, LOG2_E)])
            }
            Elementwise::Sqrt => self.activate(Activation::Sqrt, ty, args[0], dst, None),
            Elementwise::Rsqrt => self.activate(Activation::Rsqrt, ty, args[0], dst, None),
            Elementwise::Tanh => self.activate(Activation::Tanh, ty, args[0], dst, None),
            Elementwise::Rcp => self.reciprocal(ty, args[0], dst),
            Elementwise::Div => {
                let inverse = self.b.view("t", dst.dtype, dst.is_column, self.here());
                self.reciprocal(ty, args[1], inverse)
                    && self.arithmetic(AluOp::Multiply, ty, &[args[0], Place::At(inverse)], dst)
            }
            Elementwise::Sin => self.sine(args[0], 0.0, dst),
            Elementwise::Cos => self.sine(args[0], PI / 2.0, dst),
            _ => false,
        }
    }

    fn convert(&mut self, a: &Attributes, args: &[Place], dst: View) -> bool {
        let (Place::At(view), Some((from, false)), Some((to, false))) =
            (args[0], engine_type(a.from), engine_type(a.ty))
        else {
            return false;
        };
        // Rounding to an integral value keeps the type.
        if matches!(a.rounding, Some(Rounding::Rni | Rounding::Rzi | Rounding::Rmi | Rounding::Rpi)) {
            return false;
        }
        self.b.copy(dst.of(to), view.of(from));
        true
    }

    fn activate(&mut self, function: Activation, ty: ScalarType, arg: Place, dst: View, scale: Option<f32>) -> bool {
        let Place::At(view) = arg else { return false };
        let column = dst.is_column;
        let operands = [
            self.float_operand(dst, ty, column),
            self.float_operand(view, ty, column),
            scale.map_or(Argument::Absent, float),
        ];
        self.b.emit(Engine::Scalar, Opcode::Activation, operands, [Attribute::Function(function)]);
        true
    }

    fn reciprocal(&mut self, ty: ScalarType, arg: Place, dst: View) -> bool {
        let Place::At(view) = arg else {
            let Place::Const(bits) = arg else { return false };
            if ty != ScalarType::F32 {
                return false;
            }
            self.b.set(dst, (1.0 / f32::from_bits(bits as u32)).to_bits().into());
            return true;
        };
        let column = dst.is_column;
        let operands = [self.float_operand(dst, ty, column), self.float_operand(view, ty, column)];
        self.b.emit(Engine::Vector, Opcode::Reciprocal, operands, []);
        true
    }

    /// `sin(a + shift)`: Scalar's sine is for -π to π, so whole turns are taken off first, counted by the rounding cast.
    fn sine(&mut self, arg: Place, shift: f32, dst: View) -> bool {
        let ty = ScalarType::F32;
        let Place::At(view) = arg else { return false };
        let column = dst.is_column;
        let here = self.here();
        let shifted = self.b.view("t", Dtype::U32, column, here);
        let turns = self.b.view("t", Dtype::U32, column, here);
        let whole = self.b.view("t", Dtype::U32, column, here);
        self.scalar_steps(ty, shifted, view, &[(AluOp::Add, shift)]);
        self.scalar_steps(ty, turns, shifted, &[(AluOp::Multiply, 1.0 / TAU)]);
        self.b.copy(whole.of(Dtype::I32), turns.of(Dtype::F32));
        self.b.copy(turns.of(Dtype::F32), whole.of(Dtype::I32));
        let operands = [
            self.b.operand(shifted.of(Dtype::F32), column),
            self.b.operand(turns.of(Dtype::F32), column),
            float(-TAU),
            self.b.operand(shifted.of(Dtype::F32), column),
        ];
        let attributes = [Attribute::Op(AluOp::Multiply), Attribute::Op1(AluOp::Add)];
        self.b.emit(Engine::Vector, Opcode::ScalarTensorTensor, operands, attributes);
        self.activate(Activation::Sin, ty, Place::At(shifted), dst, None)
    }

    fn clamp(&mut self, ty: ScalarType, dst: View) {
        self.scalar_steps(ty, dst, dst, &[(AluOp::Max, 0.0), (AluOp::Min, 1.0)]);
    }

    /// `dst = src op constant (op constant)`.
    fn scalar_steps(&mut self, ty: ScalarType, dst: View, src: View, steps: &[(AluOp, f32)]) -> bool {
        let column = dst.is_column;
        let mut operands = vec![self.float_operand(dst, ty, column), self.float_operand(src, ty, column)];
        operands.extend(steps.iter().map(|(_, value)| float(*value)));
        let attribute = |(index, (op, _)): (usize, &(AluOp, f32))| {
            if index == 0 { Attribute::Op(*op) } else { Attribute::Op1(*op) }
        };
        self.b.emit(Engine::Vector, Opcode::TensorScalar, operands, steps.iter().enumerate().map(attribute));
        true
    }
}

fn dst_mask(dst: View) -> u64 {
    u64::MAX >> (64 - 8 * dst.dtype.bytes())
}

/// The comparison with its operands exchanged.
fn mirrored(op: AluOp) -> AluOp {
    match op {
        AluOp::Less => AluOp::Greater,
        AluOp::LessEqual => AluOp::GreaterEqual,
        AluOp::Greater => AluOp::Less,
        AluOp::GreaterEqual => AluOp::LessEqual,
        other => other,
    }
}
