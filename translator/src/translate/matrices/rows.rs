//! `ldmatrix`, `stmatrix` and `movmatrix`: small matrices whose rows of 16 bytes lie anywhere in shared memory.
//!
//! Lane `i` says where row `i % 8` of matrix `i / 8` is (of 16 rows where the matrix has so many). Every lane fetches
//! the addresses of the rows it needs from the lanes that have them, which is also how the lanes wait for one another,
//! and accesses its own elements there.

use super::super::body::{Failure, Lowering};
use super::super::memory::address;
use super::super::words::Words;
use super::registers;
use crate::tile::{Access, Elementwise, Op, Operand as Value, Space, Type};
use ptx_frontend::checked::Operand;
use ptx_frontend::types::{MemoryOrder, ScalarType, Scope, StateSpace};

/// What an element of a matrix in memory is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Element {
    /// 16 bits.
    Half,
    /// 8 bits.
    Byte,
    /// Sixteen elements of 6 bits and 32 bits of padding in a row.
    Six,
    /// Sixteen elements of 4 bits and 64 bits of padding in a row.
    Four,
}

/// `ldmatrix.sync.aligned.shape.num{.trans}{.ss}.type r, [p]`.
pub(super) fn load(at: &mut Lowering<'_>, words: &mut Words, operands: &[Operand]) -> Result<(), Failure> {
    let [destination, address] = operands else { return Err(Failure::form()) };
    let count = count(words)?;
    let transposes = words.take("trans");
    let shape = words.take_with(|word| ["m8n8", "m8n16", "m16n16"].iter().find(|w| **w == word).copied());
    let element = if words.take("b8x16") {
        if words.take("b6x16_p32") {
            Element::Six
        } else if words.take("b4x16_p64") {
            Element::Four
        } else {
            return Err(Failure::form());
        }
    } else if words.take("b8") {
        Element::Byte
    } else if words.take("b16") {
        Element::Half
    } else {
        return Err(Failure::form());
    };
    let rows = Rows::of(at, words, address)?;
    let (group, place) = at.group_and_place()?;
    let mut results = Vec::new();
    for matrix in 0..count {
        match (shape, element) {
            (Some("m8n8"), Element::Half) if transposes => {
                let mut halves = Vec::new();
                for i in 0..2 {
                    let row = rows.of_columns(at, place, 2, 8 * matrix + i)?;
                    halves.push(row.load(at, ScalarType::B16, group, 2, 0)?);
                }
                results.push(at.packed(&halves)?);
            }
            (Some("m8n8"), Element::Half) => {
                let row = rows.fetch(at, group, 8 * matrix)?;
                results.push(row.load(at, ScalarType::B32, place, 4, 0)?);
            }
            (Some("m8n16"), Element::Six | Element::Four) => {
                let row = rows.fetch(at, group, 8 * matrix)?;
                results.push(row.four_narrow(at, element, place)?);
            }
            (Some("m16n16"), Element::Byte | Element::Six | Element::Four) if transposes => {
                let mut elements = [Vec::new(), Vec::new()];
                for i in 0..4 {
                    let row = rows.of_columns(at, place, 4, 16 * matrix + i)?;
                    for (half, elements) in elements.iter_mut().enumerate() {
                        elements.push(row.one_narrow(at, element, group, half as i32)?);
                    }
                }
                for elements in elements {
                    results.push(at.packed(&elements)?);
                }
            }
            _ => return Err(Failure::form()),
        }
    }
    for (destination, result) in registers(destination, results.len(), "the matrix")?.iter().zip(results) {
        at.put(destination, result, ScalarType::B32)?;
    }
    Ok(())
}

/// `stmatrix.sync.aligned.shape.num{.trans}{.ss}.type [p], r`.
pub(super) fn store(at: &mut Lowering<'_>, words: &mut Words, operands: &[Operand]) -> Result<(), Failure> {
    let [address, source] = operands else { return Err(Failure::form()) };
    let count = count(words)?;
    let transposes = words.take("trans");
    let is_narrow = words.take("m16n8") && words.take("b8");
    let exists = if is_narrow { transposes } else { words.take("m8n8") && words.take("b16") };
    if !exists {
        return Err(Failure::form());
    }
    let rows = Rows::of(at, words, address)?;
    let (group, place) = at.group_and_place()?;
    for (matrix, source) in registers(source, count as usize, "the matrix")?.iter().enumerate() {
        let first = 8 * matrix as u64;
        let value = at.value(source, ScalarType::B32)?;
        if !transposes {
            let row = rows.fetch(at, group, first)?;
            row.store(at, ScalarType::B32, place, 4, 0, value)?;
            continue;
        }
        for i in 0..2 {
            let row = rows.of_columns(at, place, 2, first + i)?;
            if is_narrow {
                for half in 0..2 {
                    let element = at.with_constant(Elementwise::Shr, value, 8 * i + 16 * half)?;
                    row.store(at, ScalarType::B8, group, 1, 8 * half as i32, element)?;
                }
            } else {
                let element = at.with_constant(Elementwise::Shr, value, 16 * i)?;
                row.store(at, ScalarType::B16, group, 2, 0, element)?;
            }
        }
    }
    Ok(())
}

/// `movmatrix.sync.aligned.m8n8.trans.b16 d, a`.
pub(super) fn transpose(at: &mut Lowering<'_>, words: &mut Words, operands: &[Operand]) -> Result<(), Failure> {
    let [destination, source] = operands else { return Err(Failure::form()) };
    if !(words.take("m8n8") && words.take("trans") && words.take("b16")) {
        return Err(Failure::form());
    }
    let value = at.value(source, ScalarType::B32)?;
    let (group, place) = at.group_and_place()?;
    // Row `2 * place + i`, column `group` is in lane `4 * row + group / 2`, in its half `group % 2`.
    let first = at.with_constant(Elementwise::Shl, place, 3)?;
    let column = at.with_constant(Elementwise::Shr, group, 1)?;
    let first = at.binary(Elementwise::Add, first, column)?;
    let half = at.with_constant(Elementwise::And, group, 1)?;
    let shift = at.with_constant(Elementwise::Shl, half, 4)?;
    let mut halves = Vec::new();
    for i in 0..2 {
        let lane = at.with_constant(Elementwise::Add, first, 4 * i)?;
        let pair = at.value_of_lane(value, lane);
        let element = at.binary(Elementwise::Shr, pair, shift)?;
        halves.push(at.with_constant(Elementwise::And, element, 0xffff)?);
    }
    let result = at.packed(&halves)?;
    at.put(destination, result, ScalarType::B32)
}

fn count(words: &mut Words) -> Result<u64, Failure> {
    let count = words.take_with(|word| match word {
        "x1" => Some(1),
        "x2" => Some(2),
        "x4" => Some(4),
        _ => None,
    });
    count.ok_or_else(Failure::form)
}

/// Addresses of rows, one in each lane.
struct Rows {
    space: Space,
    low: Value,
    /// Of generic addresses, the upper half.
    high: Option<Value>,
}

impl Rows {
    fn of(at: &mut Lowering<'_>, words: &mut Words, rows: &Operand) -> Result<Rows, Failure> {
        let space = words.take_with(StateSpace::from_str).unwrap_or(StateSpace::Generic);
        let (space, address) = address(at, rows, space)?;
        let low = at.resize(address, Type::B64, Type::B32, false)?;
        // Rows are aligned to 16 bytes. One that is not gets an odd address, so that accesses of its parts fault.
        let by_8 = at.with_constant(Elementwise::Shr, low, 3)?;
        let by_4 = at.with_constant(Elementwise::Shr, low, 2)?;
        let either = at.binary(Elementwise::Or, by_8, by_4)?;
        let odd = at.with_constant(Elementwise::And, either, 1)?;
        let low = at.binary(Elementwise::Or, low, odd)?;
        let high = match space {
            Space::Shared => None,
            _ => {
                let high = at.op(Elementwise::Shr, ScalarType::U64, &[address, Value::Const(32)])?;
                Some(at.resize(high, Type::B64, Type::B32, false)?)
            }
        };
        Ok(Rows { space, low, high })
    }

    /// The row that lane `first + lane` has the address of.
    fn fetch(&self, at: &mut Lowering<'_>, lane: Value, first: u64) -> Result<Row, Failure> {
        let lane = at.with_constant(Elementwise::Add, lane, first)?;
        let low = at.value_of_lane(self.low, lane);
        let mut address = at.resize(low, Type::B32, Type::B64, false)?;
        if let Some(high) = self.high {
            let high = at.value_of_lane(high, lane);
            let high = at.resize(high, Type::B32, Type::B64, false)?;
            let high = at.op(Elementwise::Shl, ScalarType::B64, &[high, Value::Const(32)])?;
            address = at.op(Elementwise::Or, ScalarType::B64, &[address, high])?;
        }
        Ok(Row { space: self.space, address })
    }

    /// Row `place * count + first`.
    fn of_columns(&self, at: &mut Lowering<'_>, place: Value, count: u64, first: u64) -> Result<Row, Failure> {
        let lane = at.with_constant(Elementwise::Mul, place, count)?;
        self.fetch(at, lane, first)
    }
}

/// A row in memory.
struct Row {
    space: Space,
    address: Value,
}

impl Row {
    /// The place of element `index` of so many bytes, and how it is accessed.
    fn element(
        &self,
        at: &mut Lowering<'_>,
        ty: ScalarType,
        index: Value,
        bytes: u64,
        offset: i32,
    ) -> Result<(Value, Access), Failure> {
        let from_start = at.op(Elementwise::MulWide, ScalarType::U32, &[index, Value::Const(bytes)])?;
        let address = at.op(Elementwise::Add, ScalarType::U64, &[self.address, from_start])?;
        let (order, scope) = (MemoryOrder::Weak, Scope::Cta);
        Ok((address, Access { space: self.space, ty, vector: 1, order, scope, offset }))
    }

    fn load(
        &self,
        at: &mut Lowering<'_>,
        ty: ScalarType,
        index: Value,
        bytes: u64,
        offset: i32,
    ) -> Result<Value, Failure> {
        let (address, access) = self.element(at, ty, index, bytes, offset)?;
        Ok(at.builder.emit(Op::Load(access), &[address], &[Type::B32])[0])
    }

    fn store(
        &self,
        at: &mut Lowering<'_>,
        ty: ScalarType,
        index: Value,
        bytes: u64,
        offset: i32,
        value: Value,
    ) -> Result<(), Failure> {
        let (address, access) = self.element(at, ty, index, bytes, offset)?;
        at.builder.emit(Op::Store(access), &[address, value], &[]);
        Ok(())
    }

    /// Elements `4 * place` to `4 * place + 3` of 4 or 6 bits, each in a byte.
    fn four_narrow(&self, at: &mut Lowering<'_>, element: Element, place: Value) -> Result<Value, Failure> {
        let (bits, packed) = match element {
            Element::Four => (4, self.load(at, ScalarType::B16, place, 2, 0)?),
            _ => {
                let first = self.load(at, ScalarType::B8, place, 3, 0)?;
                let second = self.load(at, ScalarType::B8, place, 3, 1)?;
                let third = self.load(at, ScalarType::B8, place, 3, 2)?;
                let zero = Value::Const(0);
                (6, at.packed(&[first, second, third, zero])?)
            }
        };
        let mut elements = Vec::new();
        for i in 0..4 {
            let element = at.with_constant(Elementwise::Shr, packed, i * bits)?;
            elements.push(at.with_constant(Elementwise::And, element, (1 << bits) - 1)?);
        }
        at.packed(&elements)
    }

    /// Element `8 * half + group`.
    fn one_narrow(&self, at: &mut Lowering<'_>, element: Element, group: Value, half: i32) -> Result<Value, Failure> {
        if element == Element::Byte {
            return self.load(at, ScalarType::B8, group, 1, 8 * half);
        }
        let bits = if element == Element::Four { 4 } else { 6 };
        // Eight elements are a whole number of bytes; others may go on in the next byte, which is still in the row.
        let bit = at.with_constant(Elementwise::Mul, group, bits)?;
        let byte = at.with_constant(Elementwise::Shr, bit, 3)?;
        let shift = at.with_constant(Elementwise::And, bit, 7)?;
        let low = self.load(at, ScalarType::B8, byte, 1, bits as i32 * half)?;
        let high = self.load(at, ScalarType::B8, byte, 1, bits as i32 * half + 1)?;
        let high = at.with_constant(Elementwise::Shl, high, 8)?;
        let both = at.binary(Elementwise::Or, low, high)?;
        let element = at.binary(Elementwise::Shr, both, shift)?;
        at.with_constant(Elementwise::And, element, (1 << bits) - 1)
    }
}
