//! Tiles, elementwise and reduced along the free dimension: mostly the Vector engine, but Scalar and GpSimd run some
//! of these instructions too, GpSimd on exact integers.

use super::formats::{cast, decoder, encoder, from_f32, to_f32};
use super::{Core, Outcome, Source, Stop, alu, attribute, is_integer_arithmetic};
use translator::neuron::isa::{AttributeKind, Opcode};
use translator::neuron::program::{Attribute, Instruction};
use translator::neuron::words::{AluOp, Dtype, Engine};

/// How an ALU stage computes, decided once by the instruction's operand types.
#[derive(Clone, Copy)]
enum Arithmetic {
    Float,
    /// Raw bits of this width.
    Bits(u32),
    /// Exact 32-bit integers.
    Integer {
        signed: bool,
    },
}

impl Arithmetic {
    fn of(engine: Engine, op: AluOp, dtypes: &[Dtype]) -> Self {
        let Some(&first) = dtypes.first() else { return Arithmetic::Float };
        if op.is_bitwise() {
            Arithmetic::Bits(8 * first.bytes())
        } else if is_integer_arithmetic(engine, dtypes) {
            Arithmetic::Integer { signed: first == Dtype::I32 }
        } else {
            Arithmetic::Float
        }
    }

    /// How elements get into the ALU: as bits of float32, or as they are.
    fn taker(self, dtype: Dtype) -> Taker {
        match self {
            Arithmetic::Float if dtype == Dtype::F32 => Taker::Bits,
            Arithmetic::Float => Taker::Decoded(decoder(dtype)),
            Arithmetic::Bits(_) | Arithmetic::Integer { .. } => Taker::Bits,
        }
    }

    /// How results get out of it.
    fn giver(self, dtype: Dtype) -> Giver {
        match self {
            Arithmetic::Float if dtype == Dtype::F32 => Giver::Bits,
            Arithmetic::Float => Giver::Encoded(encoder(dtype)),
            Arithmetic::Bits(_) => Giver::Bits,
            Arithmetic::Integer { .. } if dtype.bytes() >= 4 && dtype.is_integer() => Giver::Bits,
            Arithmetic::Integer { signed: true } => Giver::Cast(Dtype::I32, dtype),
            Arithmetic::Integer { signed: false } => Giver::Cast(Dtype::U32, dtype),
        }
    }

    fn stage(self, op: AluOp, reverse: bool) -> Outcome<Stage> {
        let function = match self {
            Arithmetic::Float => Function::Float(alu::float_function(op)),
            Arithmetic::Bits(width) => Function::Bits(op, width),
            Arithmetic::Integer { signed } => {
                let function = alu::integer_function(op, signed);
                Function::Integer(function.ok_or_else(|| Stop::Defect("no such operation on integers".into()))?)
            }
        };
        Ok(Stage { function, reverse })
    }
}

#[derive(Clone, Copy)]
enum Taker {
    Bits,
    Decoded(fn(u64) -> f32),
}

impl Taker {
    #[inline]
    fn take(self, bits: u64) -> u64 {
        match self {
            Taker::Bits => bits,
            Taker::Decoded(decode) => u64::from(decode(bits).to_bits()),
        }
    }
}

#[derive(Clone, Copy)]
enum Giver {
    Bits,
    Encoded(fn(f32) -> u64),
    Cast(Dtype, Dtype),
}

impl Giver {
    #[inline]
    fn give(self, bits: u64) -> u64 {
        match self {
            Giver::Bits => bits,
            Giver::Encoded(encode) => encode(f32::from_bits(bits as u32)),
            Giver::Cast(from, to) => cast(from, to, bits),
        }
    }
}

enum Function {
    Float(fn(f32, f32) -> f32),
    Bits(AluOp, u32),
    Integer(fn(u32, u32) -> u32),
}

/// A stage `x op y`, or `y op x`.
struct Stage {
    function: Function,
    reverse: bool,
}

impl Stage {
    #[inline]
    fn apply(&self, x: u64, y: u64) -> u64 {
        let (x, y) = if self.reverse { (y, x) } else { (x, y) };
        match self.function {
            Function::Float(function) => {
                u64::from(function(f32::from_bits(x as u32), f32::from_bits(y as u32)).to_bits())
            }
            Function::Bits(op, width) => alu::bits(op, x, y, width),
            Function::Integer(function) => u64::from(function(x as u32, y as u32)),
        }
    }
}

fn op(instruction: &Instruction) -> Outcome<AluOp> {
    instruction.op().ok_or_else(|| Stop::Defect("no operation".into()))
}

impl Core<'_> {
    pub(super) fn elementwise(&mut self, instruction: &Instruction) -> Outcome {
        match instruction.opcode {
            Opcode::TensorTensor => self.tensor_tensor(instruction),
            Opcode::TensorScalar => self.tensor_scalar(instruction),
            Opcode::ScalarTensorTensor => self.scalar_tensor_tensor(instruction),
            Opcode::NcStreamShuffle => self.stream_shuffle(instruction),
            Opcode::RangeSelect => self.range_select(instruction),
            _ => self.copy(instruction),
        }
    }

    /// Instructions whose elements depend on one element of each operand and no ALU.
    fn copy(&mut self, instruction: &Instruction) -> Outcome {
        let dst = self.tile(instruction, "dst")?;
        let to = dst.dtype;
        match instruction.opcode {
            Opcode::TensorCopy => {
                let src = self.source(instruction, "src", to)?;
                let from = src.dtype();
                self.write(dst, |p, i| Some(cast(from, to, src.get(p, i))));
            }
            Opcode::TensorCopyPredicated => {
                let src = self.source(instruction, "src", to)?;
                let predicate = self.source(instruction, "predicate", Dtype::U8)?;
                let wanted = !instruction.has(AttributeKind::Invert);
                let from = src.dtype();
                self.write(dst, |p, i| {
                    let holds = predicate.get(p, i) != 0;
                    (holds == wanted).then(|| cast(from, to, src.get(p, i)))
                });
            }
            Opcode::Memset => {
                let value = self.source(instruction, "value", to)?;
                self.write(dst, |p, i| Some(value.get(p, i)));
            }
            Opcode::SelectReduce => {
                let predicate = self.source(instruction, "predicate", Dtype::U8)?;
                let on_true = self.source(instruction, "on_true", to)?;
                let on_false = self.source(instruction, "on_false", Dtype::F32)?;
                self.write(dst, |p, i| {
                    let chosen = if predicate.get(p, i) != 0 { &on_true } else { &on_false };
                    Some(cast(chosen.dtype(), to, chosen.get(p, i)))
                });
            }
            Opcode::Reciprocal => {
                let a = self.source(instruction, "a", to)?;
                let from = a.dtype();
                self.write(dst, |p, i| Some(from_f32(to, 1.0 / to_f32(from, a.get(p, i)))));
            }
            Opcode::Exponential => {
                let a = self.source(instruction, "a", to)?;
                let max = self.source(instruction, "max", Dtype::F32)?;
                let (from, of_max) = (a.dtype(), max.dtype());
                self.write(dst, |p, i| {
                    let x = to_f32(from, a.get(p, i)) - to_f32(of_max, max.get(p, i));
                    Some(from_f32(to, f64::from(x).exp() as f32))
                });
            }
            _ => unreachable!("`elementwise` sends only these here"),
        }
        Ok(())
    }

    fn tensor_tensor(&mut self, instruction: &Instruction) -> Outcome {
        let dst = self.tile(instruction, "dst")?;
        let a = self.source(instruction, "a", dst.dtype)?;
        let b = self.source(instruction, "b", a.dtype())?;
        let op = op(instruction)?;
        let arithmetic = Arithmetic::of(instruction.engine, op, &[a.dtype(), b.dtype()]);
        let stage = arithmetic.stage(op, false)?;
        let (of_a, of_b) = (arithmetic.taker(a.dtype()), arithmetic.taker(b.dtype()));
        let giver = arithmetic.giver(dst.dtype);
        self.write(dst, |p, i| Some(giver.give(stage.apply(of_a.take(a.get(p, i)), of_b.take(b.get(p, i))))));
        Ok(())
    }

    fn tensor_scalar(&mut self, instruction: &Instruction) -> Outcome {
        let dst = self.tile(instruction, "dst")?;
        let a = self.source(instruction, "a", dst.dtype)?;
        let s0 = self.source(instruction, "s0", a.dtype())?;
        let s1 = self.optional(instruction, "s1", a.dtype())?;
        let op0 = op(instruction)?;
        let mut dtypes = vec![a.dtype(), s0.dtype()];
        dtypes.extend(s1.as_ref().map(Source::dtype));
        let arithmetic = Arithmetic::of(instruction.engine, op0, &dtypes);
        let first = arithmetic.stage(op0, instruction.has(AttributeKind::Reverse))?;
        let second = match instruction.op1().zip(s1.as_ref()) {
            Some((op1, s1)) => {
                let stage = arithmetic.stage(op1, instruction.has(AttributeKind::Reverse1))?;
                Some((stage, s1, arithmetic.taker(s1.dtype())))
            }
            None => None,
        };
        let (of_a, of_s0) = (arithmetic.taker(a.dtype()), arithmetic.taker(s0.dtype()));
        let giver = arithmetic.giver(dst.dtype);
        self.write(dst, |p, i| {
            let mut result = first.apply(of_a.take(a.get(p, i)), of_s0.take(s0.get(p, i)));
            if let Some((stage, s1, of_s1)) = &second {
                result = stage.apply(result, of_s1.take(s1.get(p, i)));
            }
            Some(giver.give(result))
        });
        Ok(())
    }

    fn scalar_tensor_tensor(&mut self, instruction: &Instruction) -> Outcome {
        let dst = self.tile(instruction, "dst")?;
        let a = self.source(instruction, "a", dst.dtype)?;
        let s = self.source(instruction, "s", a.dtype())?;
        let b = self.source(instruction, "b", a.dtype())?;
        let op0 = op(instruction)?;
        let op1 = instruction.op1().ok_or_else(|| Stop::Defect("no second operation".into()))?;
        let to = dst.dtype;
        self.write(dst, |p, i| {
            let value = |source: &Source| to_f32(source.dtype(), source.get(p, i));
            Some(from_f32(to, alu::float(op1, alu::float(op0, value(&a), value(&s)), value(&b))))
        });
        Ok(())
    }

    /// Within each quadrant of 32 partitions, every partition takes another one's elements.
    fn stream_shuffle(&mut self, instruction: &Instruction) -> Outcome {
        let dst = self.tile(instruction, "dst")?;
        let src = self.source(instruction, "src", dst.dtype)?;
        let lanes = attribute(instruction, |attribute| match attribute {
            Attribute::Lanes(lanes) => Some(lanes),
            _ => None,
        })?;
        let partitions = dst.partitions as usize;
        self.write(dst, |p, i| {
            let from = p / 32 * 32 + usize::from(lanes[p % 32]);
            // 255 keeps the partition; so does a source that the access does not have.
            (lanes[p % 32] != 255 && from < partitions).then(|| src.get(from, i))
        });
        Ok(())
    }

    fn range_select(&mut self, instruction: &Instruction) -> Outcome {
        let dst = self.tile(instruction, "dst")?;
        let a = self.source(instruction, "a", dst.dtype)?;
        let bounds = [self.source(instruction, "bound0", Dtype::F32)?, self.source(instruction, "bound1", Dtype::F32)?];
        let op0 = op(instruction)?;
        let op1 = instruction.op1().ok_or_else(|| Stop::Defect("no second operation".into()))?;
        let to = dst.dtype;
        self.write(dst, |p, i| {
            let holds = |op, bound: &Source| alu::float(op, i as f32, to_f32(bound.dtype(), bound.get(p, i))) != 0.0;
            let value = if holds(op0, &bounds[0]) && holds(op1, &bounds[1]) {
                to_f32(a.dtype(), a.get(p, i))
            } else {
                f32::MIN
            };
            Some(from_f32(to, value))
        });
        Ok(())
    }

    pub(super) fn reduction(&mut self, instruction: &Instruction) -> Outcome {
        match instruction.opcode {
            Opcode::TensorReduce => self.tensor_reduce(instruction),
            Opcode::TensorScalarReduce | Opcode::TensorScalarCumulative => self.tensor_scalar_reduce(instruction),
            Opcode::TensorTensorScan => self.scan(instruction),
            _ => self.search(instruction),
        }
    }

    fn tensor_reduce(&mut self, instruction: &Instruction) -> Outcome {
        let dst = self.tile(instruction, "dst")?;
        let pattern = self.tile(instruction, "a")?;
        let a = self.storage.read(self.program, pattern);
        let axes = attribute(instruction, |attribute| match attribute {
            Attribute::Axes(axes) => Some(*axes as usize),
            _ => None,
        })?;
        let kept = pattern.dims.len().saturating_sub(axes);
        let group: usize = pattern.dims[kept..].iter().map(|dim| dim.num as usize).product();
        let op = op(instruction)?;
        let arithmetic = Arithmetic::of(instruction.engine, op, &[a.dtype]);
        let stage = arithmetic.stage(op, false)?;
        let (taker, giver) = (arithmetic.taker(a.dtype), arithmetic.giver(dst.dtype));
        let negate = instruction.has(AttributeKind::Negate);
        self.write(dst, |p, i| {
            let elements = (0..group).map(|k| taker.take(a.get(p, i * group + k)));
            let mut folded = elements.reduce(|x, y| stage.apply(x, y)).unwrap_or(0);
            if negate {
                folded = match arithmetic {
                    Arithmetic::Float => folded ^ 0x8000_0000,
                    _ => u64::from((folded as u32).wrapping_neg()),
                };
            }
            Some(giver.give(folded))
        });
        Ok(())
    }

    /// `tensor_scalar` whose results are folded along the free dimension, into one result or a running one.
    fn tensor_scalar_reduce(&mut self, instruction: &Instruction) -> Outcome {
        let dst = self.tile(instruction, "dst")?;
        let a = self.source(instruction, "a", dst.dtype)?;
        let s0 = self.source(instruction, "s0", a.dtype())?;
        let op0 = op(instruction)?;
        let op1 = instruction.op1().ok_or_else(|| Stop::Defect("no second operation".into()))?;
        let is_running = instruction.opcode == Opcode::TensorScalarCumulative;
        let mut folded = vec![0f32; dst.partitions as usize];
        let to = dst.dtype;
        self.write(dst, |p, i| {
            let value = |source: &Source| to_f32(source.dtype(), source.get(p, i));
            let element = alu::float(op0, value(&a), value(&s0));
            folded[p] = if i == 0 { element } else { alu::float(op1, element, folded[p]) };
            Some(from_f32(to, if is_running { folded[p] } else { element }))
        });
        if !is_running {
            let result = self.tile(instruction, "result")?;
            let to = result.dtype;
            self.write(result, |p, _| Some(from_f32(to, folded[p])));
        }
        Ok(())
    }

    fn scan(&mut self, instruction: &Instruction) -> Outcome {
        let dst = self.tile(instruction, "dst")?;
        let a = self.source(instruction, "a", dst.dtype)?;
        let b = self.source(instruction, "b", dst.dtype)?;
        let initial = self.source(instruction, "initial", Dtype::F32)?;
        let op0 = op(instruction)?;
        let op1 = instruction.op1().ok_or_else(|| Stop::Defect("no second operation".into()))?;
        let mut last = 0f32;
        let to = dst.dtype;
        self.write(dst, |p, i| {
            let value = |source: &Source| to_f32(source.dtype(), source.get(p, i));
            let before = if i == 0 { value(&initial) } else { last };
            last = alu::float(op1, alu::float(op0, value(&a), before), value(&b));
            Some(from_f32(to, last))
        });
        Ok(())
    }

    /// `max8` and `nc_find_index8`.
    fn search(&mut self, instruction: &Instruction) -> Outcome {
        let dst = self.tile(instruction, "dst")?;
        let a = self.storage.read(self.program, self.tile(instruction, "a")?);
        let row = |p: usize| (0..a.count).map(move |i| (p, i));
        let to = dst.dtype;
        if instruction.opcode == Opcode::Max8 {
            let largest: Vec<Vec<f32>> = (0..dst.partitions as usize)
                .map(|p| {
                    let mut values: Vec<f32> = row(p).map(|(p, i)| to_f32(a.dtype, a.get(p, i))).collect();
                    values.sort_by(|x, y| y.total_cmp(x));
                    values
                })
                .collect();
            self.write(dst, |p, i| largest[p].get(i).map(|&value| from_f32(to, value)));
        } else {
            let values = self.source(instruction, "values", a.dtype)?;
            self.write(dst, |p, i| {
                let wanted = to_f32(values.dtype(), values.get(p, i));
                let found = row(p).position(|(p, i)| to_f32(a.dtype, a.get(p, i)) == wanted);
                // Not found is all ones. Source: NKI reference, `nc_find_index8`.
                Some(found.map_or(u64::MAX, |index| index as u64))
            });
        }
        Ok(())
    }
}
