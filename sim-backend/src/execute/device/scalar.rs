//! The Scalar engine: `function(a · scale + bias)`, with the multiplication and the addition each rounded to float32.

use super::activation::activate;
use super::formats::{from_f32, to_f32};
use super::{Core, Outcome, Source, Stop, alu, attribute};
use translator::neuron::isa::Opcode;
use translator::neuron::program::{Attribute, Instruction};
use translator::neuron::words::Dtype;

impl Core<'_> {
    pub(super) fn activation(&mut self, instruction: &Instruction) -> Outcome {
        let dst = self.tile(instruction, "dst")?;
        let a = self.source(instruction, "a", dst.dtype)?;
        let function = attribute(instruction, |attribute| match attribute {
            Attribute::Function(function) => Some(*function),
            _ => None,
        })?;
        let to = dst.dtype;
        let mut sums = vec![0f32; dst.partitions as usize];
        if instruction.opcode == Opcode::Activate2 {
            let stages = [
                (instruction.op(), self.source(instruction, "s0", Dtype::F32)?),
                (instruction.op1(), self.source(instruction, "s1", Dtype::F32)?),
            ];
            let [(Some(op0), s0), (Some(op1), s1)] = stages else {
                return Err(Stop::Defect("no operation".into()));
            };
            self.write(dst, |p, i| {
                let value = |source: &Source| to_f32(source.dtype(), source.get(p, i));
                let x = alu::float(op1, alu::float(op0, value(&a), value(&s0)), value(&s1));
                Some(from_f32(to, activate(function, x)))
            });
            return Ok(());
        }
        let scale = self.optional(instruction, "scale", Dtype::F32)?;
        let bias = self.optional(instruction, "bias", Dtype::F32)?;
        self.write(dst, |p, i| {
            let value = |source: &Source| to_f32(source.dtype(), source.get(p, i));
            let mut x = value(&a);
            // Left out, they must not change a zero's sign or quieten a NaN.
            if let Some(scale) = &scale {
                x *= value(scale);
            }
            if let Some(bias) = &bias {
                x += value(bias);
            }
            let result = activate(function, x);
            sums[p] += result;
            Some(from_f32(to, result))
        });
        if instruction.opcode == Opcode::ActivationReduce {
            let sum = self.tile(instruction, "sum")?;
            let to = sum.dtype;
            self.write(sum, |p, _| Some(from_f32(to, sums[p])));
        }
        Ok(())
    }
}
