//! `wmma.load` and `wmma.store`: whole matrices in memory, with a stride.
//!
//! Each lane loads and stores its own elements; which these are says [`fragment`]. All lanes wait for one another first.

use super::super::body::{Failure, Lowering};
use super::super::memory::{Place, place};
use super::super::words::Words;
use super::{WARP, registers};
use crate::tile::mma::fragment::{self, Position};
use crate::tile::mma::{Mma, shape};
use crate::tile::{Access, Collective, Elementwise, Op, Operand as Value, Space, Type};
use ptx_frontend::checked::Operand;
use ptx_frontend::types::{MemoryOrder, ScalarType, Scope, StateSpace};

/// `wmma.load.{a,b,c}.sync.aligned.layout.shape{.ss}.type r, [p]{, stride}`.
pub(super) fn load(at: &mut Lowering<'_>, words: &mut Words, operands: &[Operand]) -> Result<(), Failure> {
    let (destination, address, stride) = match operands {
        [d, address] => (d, address, None),
        [d, address, stride] => (d, address, Some(stride)),
        _ => return Err(Failure::form()),
    };
    let which = words.take_with(|word| match word {
        "a" => Some(Matrix::A),
        "b" => Some(Matrix::B),
        "c" => Some(Matrix::C),
        _ => None,
    });
    let fragment = Fragment::of(words, which.ok_or_else(Failure::form)?)?;
    let memory = Memory::of(at, words, &fragment, address, stride)?;
    let destinations = registers(destination, fragment.registers.max(fragment.least), "the matrix")?;
    let mut values = Vec::new();
    for register in 0..fragment.registers {
        let (count, width) = fragment.elements_at_once();
        let mut elements = Vec::new();
        for i in (0..fragment.per_register).step_by(count) {
            let (address, access) = memory.element(at, &fragment, register, i, width)?;
            elements.push(at.builder.emit(Op::Load(access), &[address], &[fragment.register_type()])[0]);
        }
        values.push(at.packed(&elements)?);
    }
    // Registers beyond them repeat the elements.
    let ty = fragment.register_scalar();
    for (destination, &value) in destinations.iter().zip(values.iter().cycle()) {
        at.put(destination, value, ty)?;
    }
    Ok(())
}

/// `wmma.store.d.sync.aligned.layout.shape{.ss}.type [p], r{, stride}`.
pub(super) fn store(at: &mut Lowering<'_>, words: &mut Words, operands: &[Operand]) -> Result<(), Failure> {
    let (address, source, stride) = match operands {
        [address, source] => (address, source, None),
        [address, source, stride] => (address, source, Some(stride)),
        _ => return Err(Failure::form()),
    };
    if !words.take("d") {
        return Err(Failure::form());
    }
    let fragment = Fragment::of(words, Matrix::C)?;
    let memory = Memory::of(at, words, &fragment, address, stride)?;
    for (register, source) in registers(source, fragment.registers, "the matrix")?.iter().enumerate() {
        let value = at.value(source, fragment.register_scalar())?;
        let (count, width) = fragment.elements_at_once();
        for i in (0..fragment.per_register).step_by(count) {
            let (address, access) = memory.element(at, &fragment, register, i, width)?;
            let element = match i {
                0 => value,
                _ => at.with_constant(Elementwise::Shr, value, u64::from(fragment.bits) * i as u64)?,
            };
            at.builder.emit(Op::Store(access), &[address, element], &[]);
        }
    }
    Ok(())
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Matrix {
    A,
    B,
    C,
}

/// What a lane holds of a matrix.
struct Fragment {
    matrix: Matrix,
    mma: Mma,
    /// Bits of an element.
    bits: u32,
    /// Elements in a register.
    per_register: usize,
    registers: usize,
    /// There are so many registers at least.
    least: usize,
    /// In memory, columns follow one another, not rows.
    by_columns: bool,
}

impl Fragment {
    fn of(words: &mut Words, matrix: Matrix) -> Result<Fragment, Failure> {
        let shape = words.take_with(shape).ok_or_else(Failure::form)?;
        let by_columns = words.take("col");
        if !by_columns && !words.take("row") {
            return Err(Failure::form());
        }
        let ty = words.take_type().ok_or_else(Failure::form)?;
        // Any product that has such a matrix.
        let products: &[ScalarType] = match (matrix, ty) {
            (Matrix::A | Matrix::B, _) => &[ty],
            (Matrix::C, ScalarType::F64) => &[ScalarType::F64],
            (Matrix::C, ScalarType::F16) => &[ScalarType::F16],
            (Matrix::C, ScalarType::S32) => &[ScalarType::S8, ScalarType::S4, ScalarType::B1],
            (Matrix::C, _) => &[ScalarType::F16, ScalarType::TF32],
        };
        let product = |&of: &ScalarType| {
            let sum = match (matrix, of) {
                (Matrix::C, _) => ty,
                (_, ScalarType::F64) => ScalarType::F64,
                (_, ScalarType::F16 | ScalarType::BF16 | ScalarType::TF32) => ScalarType::F32,
                _ => ScalarType::S32,
            };
            let mut mma = Mma::new(shape, [sum, of, of, sum]);
            mma.bits = (of == ScalarType::B1).then_some(ptx_frontend::types::BoolOp::Xor);
            mma.check().is_ok().then_some(mma)
        };
        let mma = products.iter().find_map(product).ok_or_else(Failure::form)?;
        let (bits, registers, least) = match matrix {
            Matrix::A => (mma.slot_bits(), mma.a_registers(), 8),
            Matrix::B => (mma.slot_bits(), mma.b_registers(), 8),
            Matrix::C => (ty.bits(), mma.c_registers(), 1),
        };
        Ok(Fragment {
            matrix,
            mma,
            bits,
            per_register: (mma.register_bits() / bits) as usize,
            registers,
            least: if ty == ScalarType::F16 { least } else { 1 },
            by_columns,
        })
    }

    fn register_scalar(&self) -> ScalarType {
        if self.mma.register_bits() == 64 { ScalarType::B64 } else { ScalarType::B32 }
    }

    fn register_type(&self) -> Type {
        Type::holding(self.mma.register_bits())
    }

    /// Whether the elements of a register follow one another in memory.
    fn is_contiguous(&self) -> bool {
        self.by_columns == (self.matrix == Matrix::B)
    }

    /// How many elements one access moves, and its type.
    fn elements_at_once(&self) -> (usize, ScalarType) {
        match (self.is_contiguous() || self.per_register == 1, self.bits) {
            (true, _) => (self.per_register, self.register_scalar()),
            (false, 8) => (1, ScalarType::B8),
            (false, _) => (1, ScalarType::B16),
        }
    }

    /// An element of lane 0: its line in memory, and its place in the line.
    fn element_of_lane_0(&self, register: usize, i: usize) -> (usize, usize) {
        let mma = &self.mma;
        let at = match self.matrix {
            Matrix::A => {
                let Position { row, column } = fragment::of_a(mma.m.into(), mma.k.into(), self.per_register, register);
                Position { row, column: column + i }
            }
            Matrix::B => {
                let Position { row, column } = fragment::of_b(mma.k.into(), self.per_register, register);
                Position { row: row + i, column }
            }
            Matrix::C => fragment::of_c(mma.m.into(), register * self.per_register + i),
        };
        if self.by_columns { (at.column, at.row) } else { (at.row, at.column) }
    }

    /// Elements from one line to the next where the program does not say.
    fn least_stride(&self) -> u64 {
        let Mma { m, n, k, .. } = self.mma;
        let (rows, columns) = match self.matrix {
            Matrix::A => (m.into(), k),
            Matrix::B => (k, n.into()),
            Matrix::C => (m.into(), n.into()),
        };
        u64::from(if self.by_columns { rows } else { columns })
    }
}

/// Where a lane's elements are.
struct Memory {
    space: Space,
    offset: i32,
    /// Address of the lane's first element.
    base: Value,
    /// Bits between lines.
    stride: Value,
}

impl Memory {
    fn of(
        at: &mut Lowering<'_>,
        words: &mut Words,
        fragment: &Fragment,
        address: &Operand,
        stride: Option<&Operand>,
    ) -> Result<Memory, Failure> {
        let space = words.take_with(StateSpace::from_str).unwrap_or(StateSpace::Generic);
        let Place::Memory(space, base, offset) = place(at, address, space)? else { return Err(Failure::form()) };
        let stride = match stride {
            Some(stride) => at.value(stride, ScalarType::U32)?,
            None => Value::Const(fragment.least_stride()),
        };
        at.builder.collective(Collective::WarpBarrier, &[WARP], &[]);
        let (group, place) = at.group_and_place()?;
        // Along a row of A, a column of B or a row of C goes the place, and across it the group.
        let along = match fragment.matrix {
            Matrix::C => at.with_constant(Elementwise::Shl, place, 1)?,
            _ => at.with_constant(Elementwise::Mul, place, fragment.per_register as u64)?,
        };
        let (line, element) = if fragment.is_contiguous() { (group, along) } else { (along, group) };
        let bits = Value::Const(u64::from(fragment.bits));
        let stride = at.op(Elementwise::MulWide, ScalarType::U32, &[stride, bits])?;
        let line = at.resize(line, Type::B32, Type::B64, false)?;
        let across = at.op(Elementwise::Mul, ScalarType::U64, &[stride, line])?;
        let along = at.op(Elementwise::MulWide, ScalarType::U32, &[element, bits])?;
        let bits = at.op(Elementwise::Add, ScalarType::U64, &[across, along])?;
        let bytes = at.op(Elementwise::Shr, ScalarType::U64, &[bits, Value::Const(3)])?;
        let base = at.op(Elementwise::Add, ScalarType::U64, &[base, bytes])?;
        Ok(Memory { space, offset, base, stride })
    }

    /// Address and access of element `i` in a register.
    fn element(
        &self,
        at: &mut Lowering<'_>,
        fragment: &Fragment,
        register: usize,
        i: usize,
        ty: ScalarType,
    ) -> Result<(Value, Access), Failure> {
        let (line, element) = fragment.element_of_lane_0(register, i);
        let mut address = self.base;
        if line > 0 {
            let bits = at.op(Elementwise::Mul, ScalarType::U64, &[self.stride, Value::Const(line as u64)])?;
            let bytes = at.op(Elementwise::Shr, ScalarType::U64, &[bits, Value::Const(3)])?;
            address = at.op(Elementwise::Add, ScalarType::U64, &[address, bytes])?;
        }
        let offset = element as i32 * fragment.bits as i32 / 8;
        let offset = self.offset.checked_add(offset).ok_or_else(Failure::form)?;
        let (order, scope) = (MemoryOrder::Weak, Scope::Cta);
        Ok((address, Access { space: self.space, ty, vector: 1, order, scope, offset }))
    }
}
