//! The Tensor engine: matrix products and transposes.
//!
//! AWS documents float32 accumulation but neither the order nor the rounding inside the array. Here the products of
//! one instruction are summed in binary64 and rounded once; accumulating instructions add in float32.

use super::formats::{from_f32, to_f32};
use super::{Core, Outcome};
use translator::neuron::isa::AttributeKind;
use translator::neuron::program::Instruction;

impl Core<'_> {
    pub(super) fn matmul(&mut self, instruction: &Instruction) -> Outcome {
        let dst = self.tile(instruction, "dst")?;
        let stationary = self.storage.read(self.program, self.tile(instruction, "stationary")?);
        let pattern = self.tile(instruction, "moving")?;
        let moving = self.storage.read(self.program, pattern);
        let rows = pattern.partitions as usize;
        let to = dst.dtype;
        if instruction.has(AttributeKind::Transpose) {
            // The stationary operand is the identity: moving bits come out as they went in.
            self.write(dst, |m, n| (m < moving.count && n < rows).then(|| moving.get(n, m)));
            return Ok(());
        }
        let old = instruction.has(AttributeKind::Accumulate).then(|| self.storage.read(self.program, dst));
        self.write(dst, |m, n| {
            let product = |k: usize| {
                let (a, b) = (stationary.get(k, m), moving.get(k, n));
                f64::from(to_f32(stationary.dtype, a)) * f64::from(to_f32(moving.dtype, b))
            };
            let sum = (0..rows).map(product).sum::<f64>() as f32;
            let before = old.as_ref().map(|old| to_f32(old.dtype, old.get(m, n)));
            Some(from_f32(to, before.map_or(sum, |before| before + sum)))
        });
        Ok(())
    }

    /// `dst[i, p] = data[p, i]`, bit-exact.
    pub(super) fn transpose(&mut self, instruction: &Instruction) -> Outcome {
        let dst = self.tile(instruction, "dst")?;
        let pattern = self.tile(instruction, "data")?;
        let data = self.storage.read(self.program, pattern);
        let partitions = pattern.partitions as usize;
        self.write(dst, |p, i| (i < partitions && p < data.count).then(|| data.get(i, p)));
        Ok(())
    }
}
