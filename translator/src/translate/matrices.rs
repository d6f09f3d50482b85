//! Matrices that a warp holds together: `mma`, `wmma`, `ldmatrix`, `stmatrix`, `movmatrix`.
//!
//! Products are one operation of the tile language. Moving matrices is not: each lane loads, stores or fetches from other
//! lanes its own elements, with ordinary operations.

mod product;
mod rows;
mod whole;

use super::body::{Failure, Lowering};
use super::words::Words;
use crate::tile::{Collective, Elementwise, Op, Operand as Value, ShuffleMode, Type};
use ptx_frontend::checked::Operand;
use ptx_frontend::special::SpecialRegister;
use ptx_frontend::types::ScalarType;

/// Every lane of a warp.
const WARP: Value = Value::Const(0xffff_ffff);

pub(super) fn lower(at: &mut Lowering<'_>, name: &str, words: &mut Words, operands: &[Operand]) -> Result<(), Failure> {
    if !words.take("sync") {
        return Err(Failure::form());
    }
    match name {
        "mma" => product::mma(at, words, operands),
        "ldmatrix" => rows::load(at, words, operands),
        "stmatrix" => rows::store(at, words, operands),
        "movmatrix" => rows::transpose(at, words, operands),
        _ if words.take("mma") => product::wmma(at, words, operands),
        _ if words.take("load") => whole::load(at, words, operands),
        _ if words.take("store") => whole::store(at, words, operands),
        _ => Err(Failure::form()),
    }
}

/// The registers in braces; one needs none.
fn registers<'o>(operand: &'o Operand, count: usize, what: &str) -> Result<&'o [Operand], Failure> {
    let registers = operand.elements();
    if registers.len() == count {
        Ok(registers)
    } else {
        Err(Failure::because(format!("{what} is in {count} registers, not {}", registers.len())))
    }
}

/// What a lane computes with, 32 bits wide.
impl Lowering<'_> {
    fn binary(&mut self, op: Elementwise, a: Value, b: Value) -> Result<Value, Failure> {
        let ty = match op {
            Elementwise::And | Elementwise::Or | Elementwise::Shl => ScalarType::B32,
            _ => ScalarType::U32,
        };
        self.op(op, ty, &[a, b])
    }

    fn with_constant(&mut self, op: Elementwise, a: Value, constant: u64) -> Result<Value, Failure> {
        self.binary(op, a, Value::Const(constant))
    }

    /// The lane's group and its place there: lane `4 * group + place`.
    fn group_and_place(&mut self) -> Result<(Value, Value), Failure> {
        let lane = self.builder.emit(Op::Special(SpecialRegister::LaneId), &[], &[Type::B32])[0];
        Ok((self.with_constant(Elementwise::Shr, lane, 2)?, self.with_constant(Elementwise::And, lane, 3)?))
    }

    /// Another lane's value.
    fn value_of_lane(&mut self, value: Value, lane: Value) -> Value {
        let args = [WARP, value, lane, Value::Const(0x1f)];
        self.builder.collective(Collective::Shuffle(ShuffleMode::Idx), &args, &[Type::B32])[0]
    }

    /// Elements side by side in a register, the first lowest.
    fn packed(&mut self, elements: &[Value]) -> Result<Value, Failure> {
        let bits = 32 / elements.len() as u64;
        let mut packed = elements[0];
        for (i, &element) in elements.iter().enumerate().skip(1) {
            let moved = self.with_constant(Elementwise::Shl, element, i as u64 * bits)?;
            packed = self.binary(Elementwise::Or, packed, moved)?;
        }
        Ok(packed)
    }
}
