//! Sequencers: registers and their arithmetic. Every engine has registers of its own.

use super::{Core, Lane, Outcome, Source, Stop, alu};
use translator::neuron::isa::Opcode;
use translator::neuron::program::{Instruction, Operand, RegisterId};
use translator::neuron::words::{AluOp, Dtype};

impl Core<'_> {
    pub(super) fn sequencer(&mut self, instruction: &Instruction) -> Outcome {
        match instruction.opcode {
            Opcode::EventSemaphore => Ok(()),
            Opcode::RegisterLoad => {
                let to = self.register(instruction, "dst")?;
                let bits = match instruction.operand("src") {
                    Some(Operand::Hbm(hbm)) => {
                        let address = self.addresses(instruction.engine, hbm).next();
                        let address = address.ok_or_else(|| Stop::Defect("no element".into()))?;
                        self.load_hbm(hbm, address, Lane::default())?
                    }
                    _ => self.source(instruction, "src", Dtype::U32)?.get(0, 0),
                };
                self.set(instruction, to, bits);
                Ok(())
            }
            Opcode::RegisterStore => {
                let value = self.source(instruction, "src", Dtype::U64)?.get(0, 0);
                match instruction.operand("dst") {
                    Some(Operand::Hbm(hbm)) => {
                        let address = self.addresses(instruction.engine, hbm).next();
                        let address = address.ok_or_else(|| Stop::Defect("no element".into()))?;
                        self.store_hbm(hbm, address, value, Lane::default())
                    }
                    _ => {
                        let dst = self.tile(instruction, "dst")?;
                        self.write(dst, |_, _| Some(value));
                        Ok(())
                    }
                }
            }
            Opcode::RegisterMove => {
                let to = self.register(instruction, "dst")?;
                let bits = self.scalar(instruction, "src")?.0;
                self.set(instruction, to, bits);
                Ok(())
            }
            _ => {
                let to = self.register(instruction, "dst")?;
                let (a, b) = (self.scalar(instruction, "a")?, self.scalar(instruction, "b")?);
                let op = instruction.op().ok_or_else(|| Stop::Defect("no operation".into()))?;
                let is_wide = a.1 || b.1 || self.program.registers[to.0 as usize].wide;
                let result = register_alu(op, a, b, is_wide);
                let result = result.ok_or_else(|| Stop::Defect("no such operation on registers".into()))?;
                self.set(instruction, to, result);
                Ok(())
            }
        }
    }

    fn register(&self, instruction: &Instruction, name: &str) -> Outcome<RegisterId> {
        match instruction.operand(name) {
            Some(Operand::Register(register)) => Ok(*register),
            _ => Err(Stop::Defect(format!("operand `{name}` is no register"))),
        }
    }

    /// Writes a register, truncated to its width.
    fn set(&mut self, instruction: &Instruction, register: RegisterId, bits: u64) {
        let is_wide = self.program.registers[register.0 as usize].wide;
        let kept = if is_wide { bits } else { u64::from(bits as u32) };
        self.registers[instruction.engine as usize][register.0 as usize] = kept;
    }

    /// A register or constant, and whether it has 64 bits.
    fn scalar(&self, instruction: &Instruction, name: &str) -> Outcome<(u64, bool)> {
        let is_wide = match instruction.operand(name) {
            Some(Operand::Register(register)) => self.program.registers[register.0 as usize].wide,
            Some(Operand::Constant(_, dtype)) => dtype.bytes() == 8,
            _ => false,
        };
        match self.source(instruction, name, Dtype::U64)? {
            Source::Same(bits, _) => Ok((bits, is_wide)),
            Source::Tile(elements) => Ok((elements.get(0, 0), elements.dtype.bytes() == 8)),
        }
    }
}

/// Wrapping integers; comparisons are signed. 32-bit operands of a 64-bit operation are extended with zeros, as a
/// load into a pair does, and compared with their sign.
fn register_alu(op: AluOp, a: (u64, bool), b: (u64, bool), is_wide: bool) -> Option<u64> {
    if !is_wide {
        return alu::integer(op, a.0 as u32, b.0 as u32, true).map(u64::from);
    }
    if op.is_bitwise() {
        return Some(alu::bits(op, a.0, b.0, 64));
    }
    let signed = |(bits, is_wide): (u64, bool)| if is_wide { bits as i64 } else { i64::from(bits as u32 as i32) };
    let order = signed(a).cmp(&signed(b));
    Some(match op {
        AluOp::Add => a.0.wrapping_add(b.0),
        AluOp::Subtract => a.0.wrapping_sub(b.0),
        AluOp::Multiply => a.0.wrapping_mul(b.0),
        AluOp::Max => {
            if order.is_ge() {
                a.0
            } else {
                b.0
            }
        }
        AluOp::Min => {
            if order.is_le() {
                a.0
            } else {
                b.0
            }
        }
        AluOp::Equal => u64::from(order.is_eq()),
        AluOp::NotEqual => u64::from(order.is_ne()),
        AluOp::GreaterEqual => u64::from(order.is_ge()),
        AluOp::Greater => u64::from(order.is_gt()),
        AluOp::LessEqual => u64::from(order.is_le()),
        AluOp::Less => u64::from(order.is_lt()),
        AluOp::LogicalAnd => u64::from(a.0 != 0 && b.0 != 0),
        AluOp::LogicalOr => u64::from(a.0 != 0 || b.0 != 0),
        AluOp::LogicalXor => u64::from((a.0 != 0) != (b.0 != 0)),
        _ => return None,
    })
}
