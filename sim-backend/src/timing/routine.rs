//! What GpSimd routines cost: cycles for one column (one element in each of the 16 partitions of each processor).
//!
//! AWS publishes no cost of custom operators, so these are counts of the 512-bit SIMD instructions that a C++
//! routine would need: one for each 32-bit step, with the port's one word per cycle for every operand as a floor.
//! They are this model's choice, and the reports say which share of the time rests on them.

use crate::units::Bytes;
use ptx_frontend::types::ScalarType;
use translator::tile::{self, Attributes, Collective, Elementwise};

/// Cycles of an elementwise operation for one column.
pub fn element_cycles(op: Elementwise, attributes: &Attributes) -> u64 {
    use Elementwise::*;
    let words = u64::from(words_of(attributes.ty).max(words_of(attributes.from)));
    let steps = match kind(attributes.ty).max(kind(attributes.from)) {
        Kind::Double => match op {
            Abs | Neg | Copysign | TestP | Selp | Slct => 4,
            Min | Max | Setp | Set => 10,
            Add | Sub => 40,
            Mul => 50,
            Fma => 90,
            Div | Rcp => 220,
            Sqrt | Rsqrt => 260,
            _ => 30,
        },
        Kind::Single => match op {
            Add | Sub | Mul | Abs | Neg | Min | Max | Selp | Copysign => 1,
            Min3 | Max3 | Setp | Set | Slct | TestP => 2,
            Fma => 8,
            Div => 30,
            Rcp | Sqrt | Rsqrt => 20,
            Sin | Cos | Lg2 | Ex2 | Tanh => 24,
            _ => 6,
        },
        Kind::Small => match op {
            Add | Sub | Mul | Fma => 8,
            Ex2 | Tanh => 28,
            _ => 6,
        },
        Kind::Integer => {
            let one_word = match op {
                Add | Sub | And | Or | Xor | Not | Min | Max | Selp | Setp | Trunc | Zext | Pack | UnpackLo
                | UnpackHi => 1,
                AddCarryIn | AddCarryOut | SubCarryIn | SubCarryOut | Abs | Neg | Shl | Shr | Set | Slct | Sext
                | Cnot => 2,
                Mul | Mul24 | Sad | Bmsk | Szext => 2,
                MulHi | MulWide | Mul24Hi | Lop3 | Bfe | Bfi | ShfL | ShfR | Prmt => 4,
                Mad | Mad24 => 3,
                MadHi | MadWide | Mad24Hi | Dp4a | Dp2aLo | Dp2aHi => 6,
                Brev | Clz | Popc | Bfind => 12,
                Fns => 64,
                Div | Rem => 40,
                _ => 6,
            };
            // Carries, partial products and quotient digits grow faster than the number of words.
            match (words, op) {
                (2, Mul | MulHi | Mad | MadHi) => 6 * one_word,
                (2, Div | Rem) => 4 * one_word,
                (2, _) => 2 * one_word + 1,
                _ => one_word,
            }
        }
    };
    let operands = op.signature(attributes).map_or(2, |(args, _)| args.len() as u64);
    steps.max(operands * words)
}

/// Cycles of a warp operation for one column: a routine keeps a warp's 32 lanes in its processor's registers.
pub fn collective_cycles(collective: &Collective) -> u64 {
    match collective {
        Collective::WarpBarrier | Collective::ActiveMask | Collective::Elect => 2,
        Collective::Shuffle(_) => 4,
        Collective::Vote(_) | Collective::Ballot => 4,
        Collective::Reduce(..) => 8,
        Collective::MatchAll(_) => 8,
        Collective::MatchAny(_) => 32,
        // Each lane multiplies and adds for its own elements of D, after it has fetched A and B from the others.
        Collective::Mma(mma) => 2 * u64::from(mma.m) * u64::from(mma.n) * u64::from(mma.k) / 32,
    }
}

/// Cycles of a load, store or atomic in on-chip memory for one column, for each element of the access.
pub fn on_chip_access_cycles(access: &tile::Access, is_atomic: bool) -> u64 {
    // A gather reads through the partition's own port: four cycles, as `nc_n_gather`'s row assumes. An atomic reads,
    // computes and writes for one lane after the other, which the processor's 16 partitions do side by side.
    let each = if is_atomic { 10 } else { 4 };
    each * u64::from(access.vector) * u64::from(words_of(access.ty))
}

/// Bytes that one lane moves.
pub fn access_bytes(access: &tile::Access) -> Bytes {
    Bytes(u64::from(access.vector) * u64::from(access.ty.bytes()))
}

/// Kinds of arithmetic, cheap before dear: an operation between two kinds costs what the dearer one does.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Integer,
    Single,
    Small,
    Double,
}

fn kind(ty: ScalarType) -> Kind {
    use ScalarType::*;
    match ty {
        F64 => Kind::Double,
        F32 | F32x2 | TF32 => Kind::Single,
        Pred | B1 | B4 | B8 | B16 | B32 | B64 | B128 | B4x16 | B6x16P32 => Kind::Integer,
        S4 | U4 | U16x2 | S16x2 | U8x4 | S8x4 => Kind::Integer,
        ty if ty.is_integer() => Kind::Integer,
        _ => Kind::Small,
    }
}

fn words_of(ty: ScalarType) -> u32 {
    ty.bytes().div_ceil(4)
}
