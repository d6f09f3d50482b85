//! Operands: how PTX registers, literals and symbols become tile values of the width that an instruction wants, and
//! how results get into registers.
//!
//! Registers are bags of bits. A source wider than the instruction's type is chopped; a destination wider than it is
//! filled with the sign if the type is signed, else with zeros (PTX ISA "Operand Size Exceeding Instruction-Type
//! Size").

use super::body::{Failure, Lowering, Slot};
use super::builder::bits_type;
use super::object::{Home, Name};
use super::{code_address, plan, symbol_name};
use crate::tile::{Attributes, Elementwise, Op, Operand, SymbolId, Type};
use ptx_frontend::checked::{self, FunctionId, RegisterId, VariableId};
use ptx_frontend::special::SpecialRegister;
use ptx_frontend::types::{ScalarType, StateSpace};

impl Lowering<'_> {
    /// An elementwise operation with a type and nothing else.
    pub(super) fn op(&mut self, op: Elementwise, ty: ScalarType, args: &[Operand]) -> Result<Operand, Failure> {
        self.elementwise(op, Attributes::of(ty), args)
    }

    /// An elementwise operation, if the table has it in this form.
    pub(super) fn elementwise(
        &mut self,
        op: Elementwise,
        attributes: Attributes,
        args: &[Operand],
    ) -> Result<Operand, Failure> {
        self.builder.elementwise(op, attributes, args).ok_or_else(Failure::form)
    }

    /// Changes the width of register bits.
    pub(super) fn resize(&mut self, value: Operand, from: Type, to: Type, signed: bool) -> Result<Operand, Failure> {
        if from == to {
            return Ok(value);
        }
        if let Operand::Const(bits) = value {
            let unused = 64 - from.bits();
            let extended = if signed { ((bits << unused) as i64 >> unused) as u64 } else { bits << unused >> unused };
            return Ok(Operand::Const(extended & (u64::MAX >> (64 - to.bits()))));
        }
        let op = match (from.bits() < to.bits(), signed && from != Type::Pred) {
            (true, true) => Elementwise::Sext,
            (true, false) => Elementwise::Zext,
            (false, _) => Elementwise::Trunc,
        };
        self.elementwise(op, Attributes { from: bits_type(from), ..Attributes::of(bits_type(to)) }, &[value])
    }

    /// The operand as bits of a register for values of type `ty`.
    pub(super) fn value(&mut self, operand: &checked::Operand, ty: ScalarType) -> Result<Operand, Failure> {
        let width = Type::holding(ty.bits());
        match operand {
            checked::Operand::Register(register) => self.register(*register, width),
            checked::Operand::Not(register) => {
                let value = self.register(*register, width)?;
                match width {
                    Type::Pred => self.op(Elementwise::Not, ScalarType::Pred, &[value]),
                    _ => Err(Failure::because("only predicates are negated by `!`")),
                }
            }
            checked::Operand::Integer(value) => Ok(Operand::Const(integer(*value, width))),
            checked::Operand::F32(bits) => float_bits(f64::from(f32::from_bits(*bits)), Some(*bits), None, width),
            checked::Operand::F64(bits) => float_bits(f64::from_bits(*bits), None, Some(*bits), width),
            checked::Operand::Special(register) => self.special(*register, width),
            checked::Operand::Variable(..)
            | checked::Operand::Local(..)
            | checked::Operand::Param(..)
            | checked::Operand::Return(..)
            | checked::Operand::Function(_) => {
                let address = self.symbol_address(operand)?;
                self.resize(address, Type::B64, width, false)
            }
            _ => Err(Failure::form()),
        }
    }

    /// A predicate.
    pub(super) fn predicate(&mut self, operand: &checked::Operand) -> Result<Operand, Failure> {
        self.value(operand, ScalarType::Pred)
    }

    fn register(&mut self, register: RegisterId, width: Type) -> Result<Operand, Failure> {
        let (variable, held) = match self.slot(register) {
            Slot::One(variable, ty) => (variable, ty),
            Slot::Two(low, _) => (low, Type::B64),
        };
        if (held == Type::Pred) != (width == Type::Pred) || held.bits() < width.bits() {
            return Err(Failure::because("a register is narrower than the instruction's type"));
        }
        let value = self.builder.read(variable);
        self.resize(value, held, width, false)
    }

    fn special(&mut self, register: SpecialRegister, width: Type) -> Result<Operand, Failure> {
        let held = Type::holding(register.bits());
        let value = self.builder.emit(Op::Special(register), &[], &[held])[0];
        if (held == Type::Pred) != (width == Type::Pred) {
            return Err(Failure::form());
        }
        self.resize(value, held, width, false)
    }

    /// The address of a symbol in its own state space, 64 bits wide.
    pub(super) fn symbol_address(&mut self, operand: &checked::Operand) -> Result<Operand, Failure> {
        let (base, offset) = match operand {
            checked::Operand::Variable(id, offset) => (self.variable_address(*id)?, *offset),
            checked::Operand::Function(function) => (self.function_address(*function), 0),
            _ => {
                let (name, offset) = Name::of(operand).ok_or_else(Failure::form)?;
                match self.home(name).clone() {
                    Home::Kernel(base) => (Operand::Const(u64::from(base)), offset),
                    Home::Frame(base) => (self.builder.emit(Op::FrameAddress(base), &[], &[Type::B64])[0], offset),
                    Home::Cells(_) => return Err(Failure::because("the address of a parameter is used here")),
                }
            }
        };
        self.add_offset(base, offset)
    }

    /// Adds a constant to a 64-bit address.
    pub(super) fn add_offset(&mut self, base: Operand, offset: i64) -> Result<Operand, Failure> {
        match (base, offset) {
            (base, 0) => Ok(base),
            (Operand::Const(base), offset) => Ok(Operand::Const(base.wrapping_add_signed(offset))),
            (base, offset) => self.op(Elementwise::Add, ScalarType::U64, &[base, Operand::Const(offset as u64)]),
        }
    }

    fn variable_address(&mut self, id: VariableId) -> Result<Operand, Failure> {
        let variable = &self.module.variables[id.0 as usize];
        match variable.space {
            StateSpace::Global | StateSpace::Const | StateSpace::Tex => {
                let name = symbol_name(self.module, id);
                let known = self.symbols.iter().position(|symbol| *symbol == name);
                let index = known.unwrap_or_else(|| {
                    self.symbols.push(name);
                    self.symbols.len() - 1
                });
                Ok(self.builder.emit(Op::Symbol(SymbolId(index as u32)), &[], &[Type::B64])[0])
            }
            _ if plan::is_shared(variable) && plan::is_dynamic(variable) => {
                Ok(self.builder.emit(Op::DynamicShared, &[], &[Type::B64])[0])
            }
            _ if plan::is_shared(variable) => {
                let offset = self.plan.shared.get(&id).copied();
                Ok(Operand::Const(u64::from(offset.expect("the plan laid out every shared variable in reach"))))
            }
            space => Err(Failure::because(format!("variables in `.{space}` have no address here"))),
        }
    }

    fn function_address(&self, function: FunctionId) -> Operand {
        Operand::Const(code_address(self.options.code_base, function))
    }

    /// Puts a value of type `ty` into a destination.
    pub(super) fn put(
        &mut self,
        destination: &checked::Operand,
        value: Operand,
        ty: ScalarType,
    ) -> Result<(), Failure> {
        let width = Type::holding(ty.bits());
        match destination {
            checked::Operand::Sink => Ok(()),
            checked::Operand::Register(register) => {
                let (variable, held) = match self.slot(*register) {
                    Slot::One(variable, held) => (variable, held),
                    Slot::Two(low, high) => {
                        self.builder.write(high, Operand::Const(0));
                        (low, Type::B64)
                    }
                };
                if (held == Type::Pred) != (width == Type::Pred) || held.bits() < width.bits() {
                    return Err(Failure::because("the destination is narrower than the instruction's type"));
                }
                let value = self.resize(value, width, held, ty.is_signed())?;
                self.builder.write(variable, value);
                Ok(())
            }
            _ => Err(Failure::form()),
        }
    }

    /// Puts the two halves of a 128-bit value into a destination.
    pub(super) fn put_wide(&mut self, destination: &checked::Operand, halves: [Operand; 2]) -> Result<(), Failure> {
        match destination {
            checked::Operand::Sink => Ok(()),
            checked::Operand::Register(register) => match self.slot(*register) {
                Slot::Two(low, high) => {
                    self.builder.write(low, halves[0]);
                    self.builder.write(high, halves[1]);
                    Ok(())
                }
                Slot::One(..) => Err(Failure::because("the destination is narrower than the instruction's type")),
            },
            _ => Err(Failure::form()),
        }
    }

    /// The two halves of a 128-bit operand.
    pub(super) fn wide_value(&mut self, operand: &checked::Operand) -> Result<[Operand; 2], Failure> {
        match operand {
            checked::Operand::Register(register) => match self.slot(*register) {
                Slot::Two(low, high) => Ok([self.builder.read(low), self.builder.read(high)]),
                Slot::One(..) => Err(Failure::because("a register is narrower than the instruction's type")),
            },
            checked::Operand::Integer(value) => {
                Ok([Operand::Const(*value as u64), Operand::Const((*value >> 64) as u64)])
            }
            _ => Err(Failure::form()),
        }
    }
}

/// Literals are truncated to the instruction's type; as a predicate, anything but 0 is true.
fn integer(value: i128, width: Type) -> u64 {
    match width {
        Type::Pred => u64::from(value != 0),
        _ => value as u64 & (u64::MAX >> (64 - width.bits())),
    }
}

/// Floating-point literals keep their bits in their own width and are converted to the other one.
fn float_bits(value: f64, single: Option<u32>, double: Option<u64>, width: Type) -> Result<Operand, Failure> {
    match width {
        Type::B32 => Ok(Operand::Const(u64::from(single.unwrap_or_else(|| (value as f32).to_bits())))),
        Type::B64 => Ok(Operand::Const(double.unwrap_or_else(|| value.to_bits()))),
        _ => Err(Failure::because("floating-point literals have 32 or 64 bits")),
    }
}
