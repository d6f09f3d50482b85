//! What atomic operations do to one element. Arithmetic is that of the elementwise table.

use crate::tile::ops::Meaning;
use crate::tile::{Attributes, Elementwise};
use ptx_frontend::types::{AtomicOp, Rounding, ScalarType};

/// The new element from the old one and the operands, or `None` to leave it.
#[derive(Clone, Copy, Debug)]
pub enum Change {
    /// The operand
    Exchange,
    /// The operand, if the old value is the expected one
    CompareAndSwap,
    /// `old >= b ? 0 : old + 1`
    Increment,
    /// `old == 0 || old > b ? b : old - 1`
    Decrement,
    /// Of the old value and the operand
    Combine(fn(u64, u64) -> u64),
}

impl Change {
    /// The operand is the new value of `exch`, the bound of `inc` and `dec`, the second summand, ...; `expected` is
    /// read by `cas` only.
    #[inline]
    pub fn apply(self, old: u64, operand: u64, expected: u64) -> Option<u64> {
        match self {
            Change::Exchange => Some(operand),
            Change::CompareAndSwap => (old == expected).then_some(operand),
            Change::Increment => Some(if old >= operand { 0 } else { old + 1 }),
            Change::Decrement => Some(if old == 0 || old > operand { operand } else { old - 1 }),
            Change::Combine(f) => Some(f(old, operand)),
        }
    }
}

/// Whether PTX has such an atomic.
pub(crate) fn exists(op: AtomicOp, ty: ScalarType) -> bool {
    change(op, ty, false).is_some()
}

/// The change an atomic makes. `flush`: `.f32` additions flush subnormals, as they do in global memory but not in
/// shared memory (PTX ISA "atom").
pub fn change(op: AtomicOp, ty: ScalarType, flush: bool) -> Option<Change> {
    use ScalarType::*;
    let rounded = |ty| Attributes { rounding: Some(Rounding::Rn), ..Attributes::of(ty) };
    let (elementwise, attributes) = match (op, ty) {
        (AtomicOp::Exch, B32 | B64 | U32 | U64 | S32 | S64 | F32 | F64 | B16) => return Some(Change::Exchange),
        (AtomicOp::Cas, B16 | B32 | B64 | U32 | U64 | S32 | S64) => return Some(Change::CompareAndSwap),
        (AtomicOp::Inc, U32) => return Some(Change::Increment),
        (AtomicOp::Dec, U32) => return Some(Change::Decrement),
        (AtomicOp::And, B32 | B64 | U32 | U64 | S32 | S64) => (Elementwise::And, Attributes::of(bits_of(ty))),
        (AtomicOp::Or, B32 | B64 | U32 | U64 | S32 | S64) => (Elementwise::Or, Attributes::of(bits_of(ty))),
        (AtomicOp::Xor, B32 | B64 | U32 | U64 | S32 | S64) => (Elementwise::Xor, Attributes::of(bits_of(ty))),
        (AtomicOp::Add, U32 | U64 | S32 | S64) => (Elementwise::Add, Attributes::of(ty)),
        (AtomicOp::Add, F32) => (Elementwise::Add, Attributes { ftz: flush, ..rounded(ty) }),
        (AtomicOp::Add, F64 | F16 | F16x2 | BF16 | BF16x2) => (Elementwise::Add, rounded(ty)),
        (AtomicOp::Min, U32 | U64 | S32 | S64 | F16 | F16x2 | BF16 | BF16x2) => (Elementwise::Min, Attributes::of(ty)),
        (AtomicOp::Max, U32 | U64 | S32 | S64 | F16 | F16x2 | BF16 | BF16x2) => (Elementwise::Max, Attributes::of(ty)),
        _ => return None,
    };
    match elementwise.meaning(&attributes) {
        Some(Meaning::F2(f)) => Some(Change::Combine(f)),
        _ => None,
    }
}

fn bits_of(ty: ScalarType) -> ScalarType {
    if ty.bits() == 64 { ScalarType::B64 } else { ScalarType::B32 }
}
