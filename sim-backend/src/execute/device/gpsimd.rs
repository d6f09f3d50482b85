//! GpSimd instructions of NKI: affine patterns, gathers inside a partition, reductions over partitions.

use super::formats::cast;
use super::{Core, Outcome, Source, Stop, alu, attribute, is_integer_arithmetic};
use crate::execute::device::formats::{from_f32, to_f32};
use translator::neuron::isa::Opcode;
use translator::neuron::program::{Attribute, Dim, Instruction};
use translator::neuron::words::Dtype;

impl Core<'_> {
    pub(super) fn gpsimd(&mut self, instruction: &Instruction) -> Outcome {
        match instruction.opcode {
            Opcode::Iota | Opcode::AffineSelect => self.affine(instruction),
            Opcode::TensorPartitionReduce => self.partition_reduce(instruction),
            _ => self.gather(instruction),
        }
    }

    fn affine(&mut self, instruction: &Instruction) -> Outcome {
        let dst = self.tile(instruction, "dst")?;
        let offset = self.source(instruction, "offset", Dtype::I32)?;
        let pattern = attribute(instruction, |attribute| match attribute {
            Attribute::Pattern(dims) => Some(&dims[..]),
            _ => None,
        })?;
        let multiplier = attribute(instruction, |attribute| match attribute {
            Attribute::Multiplier(multiplier) => Some(*multiplier),
            _ => None,
        })?;
        let to = dst.dtype;
        let value = |p: usize, i: usize| {
            let start = offset.get(p, i) as u32 as i32;
            start.wrapping_add(multiplier.wrapping_mul(p as i32)).wrapping_add(pattern_value(pattern, i))
        };
        if instruction.opcode == Opcode::Iota {
            self.write(dst, |p, i| Some(integer_to(to, value(p, i))));
            return Ok(());
        }
        let a = self.source(instruction, "a", to)?;
        let on_false = self.source(instruction, "on_false", to)?;
        let op = instruction.op().ok_or_else(|| Stop::Defect("no operation".into()))?;
        self.write(dst, |p, i| {
            let holds = alu::integer(op, value(p, i) as u32, 0, true).is_some_and(|truth| truth != 0);
            let chosen: &Source = if holds { &a } else { &on_false };
            Some(cast(chosen.dtype(), to, chosen.get(p, i)))
        });
        Ok(())
    }

    fn gather(&mut self, instruction: &Instruction) -> Outcome {
        let dst = self.tile(instruction, "dst")?;
        if instruction.opcode == Opcode::NcNGather {
            let data = self.storage.read(self.program, self.tile(instruction, "data")?);
            let indices = self.storage.read(self.program, self.tile(instruction, "indices")?);
            let in_range = (0..indices.bits.len()).all(|k| (indices.bits[k] as usize) < data.count);
            if !in_range {
                return Err(Stop::Defect("an index is past the end of the data".into()));
            }
            self.write(dst, |p, i| Some(data.get(p, indices.get(p, i) as usize)));
            return Ok(());
        }
        let data = self.storage.read(self.program, self.tile(instruction, "src_buffer")?);
        let index = self.storage.read(self.program, self.tile(instruction, "index")?);
        let size = attribute(instruction, |attribute| match attribute {
            Attribute::Size(size) => Some(*size as usize),
            _ => None,
        })?;
        // 16 partitions share a list, which lies across them: entry k is in partition k % 16, column k / 16.
        let element = |p: usize, i: usize| {
            let entry = i / size;
            let at = index.get(p / 16 * 16 + entry % 16, entry / 16) as usize * size + i % size;
            (at < data.count).then(|| data.get(p, at))
        };
        self.write(dst, element);
        Ok(())
    }

    fn partition_reduce(&mut self, instruction: &Instruction) -> Outcome {
        let dst = self.tile(instruction, "dst")?;
        let pattern = self.tile(instruction, "a")?;
        let a = self.storage.read(self.program, pattern);
        let op = instruction.op().ok_or_else(|| Stop::Defect("no operation".into()))?;
        let partitions = pattern.partitions as usize;
        let column = |i: usize| (0..partitions).map(|p| a.get(p, i)).collect::<Vec<_>>();
        let (from, to) = (a.dtype, dst.dtype);
        let is_integer = is_integer_arithmetic(instruction.engine, &[from]);
        self.write(dst, |_, i| {
            let elements = column(i).into_iter();
            if op.is_bitwise() {
                elements.reduce(|x, y| alu::bits(op, x, y, 8 * from.bytes()))
            } else if is_integer {
                let signed = from == Dtype::I32;
                let combine = |x: u64, y: u64| alu::integer(op, x as u32, y as u32, signed).map_or(x, u64::from);
                elements.reduce(combine).map(|bits| cast(from, to, bits))
            } else {
                let folded = elements.map(|bits| to_f32(from, bits)).reduce(|x, y| alu::float(op, x, y));
                folded.map(|value| from_f32(to, value))
            }
        });
        Ok(())
    }
}

/// `Σ index_k · stride_k` of the `index`th position, last dimension fastest.
fn pattern_value(pattern: &[Dim], index: usize) -> i32 {
    let mut rest = index as u32;
    pattern.iter().rev().fold(0i32, |sum, dim| {
        let position = rest % dim.num.max(1);
        rest /= dim.num.max(1);
        sum.wrapping_add(dim.stride.wrapping_mul(position as i32))
    })
}

/// A 32-bit integer as an element: integer types of 32 bits and more take its bits, others its value.
fn integer_to(dtype: Dtype, value: i32) -> u64 {
    match dtype {
        Dtype::U32 | Dtype::I32 => u64::from(value as u32),
        Dtype::U64 | Dtype::I64 => i64::from(value) as u64,
        _ => cast(Dtype::I32, dtype, u64::from(value as u32)),
    }
}
