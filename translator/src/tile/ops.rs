//! THE operation table of tile kernels: elementwise operations by name, signature and meaning.
//!
//! An operation is a name and a set of [`Attributes`], spelled like the PTX instruction it comes from:
//! `add.rn.ftz.f32`. Arguments and results are register bits. Operations with two results in PTX are two operations
//! here (`add` and `add_carry`), so every row has exactly one result.

use ptx_frontend::types::{BoolOp, Comparison, Rounding, ScalarType};

/// The dot-words of an elementwise operation. Only those that the row allows are set.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Attributes {
    /// The type word: of the result, or of the operands where the result is a predicate or count.
    pub ty: ScalarType,
    /// The source type of `cvt`, `set`, `slct`, `dp4a` (second operand), mixed-precision `add/sub/fma`; else `= ty`.
    pub from: ScalarType,
    /// Rounding.
    pub rounding: Option<Rounding>,
    /// `.ftz`
    pub ftz: bool,
    /// `.sat`
    pub sat: bool,
    /// `.satfinite`
    pub satfinite: bool,
    /// `.relu`
    pub relu: bool,
    /// `.NaN`
    pub nan: bool,
    /// `.xorsign.abs`
    pub xorsign_abs: bool,
    /// `.approx`
    pub approx: bool,
    /// `.full`
    pub full: bool,
    /// Comparison of `setp`, `set`.
    pub comparison: Option<Comparison>,
    /// Combination of `setp`, `set` with a further predicate argument.
    pub combine: Option<BoolOp>,
    /// Mode words and immediates that have no field of their own: the LUT of `lop3`, the mode of `prmt`, `.wrap`, `.shiftamt`,
    /// selectors of video instructions. Its meaning is the row's.
    pub mode: u32,
}

impl Attributes {
    /// Just a type.
    pub const fn of(ty: ScalarType) -> Self {
        Attributes {
            ty,
            from: ty,
            rounding: None,
            ftz: false,
            sat: false,
            satfinite: false,
            relu: false,
            nan: false,
            xorsign_abs: false,
            approx: false,
            full: false,
            comparison: None,
            combine: None,
            mode: 0,
        }
    }
}

/// The elementwise operations. Placeholder list until the table's macro generates it with signatures and meanings.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[allow(missing_docs, reason = "replaced by the table")]
pub enum Elementwise {
    Add,
    AddCarryIn,
    AddCarryOut,
    Sub,
    SubBorrowIn,
    SubBorrowOut,
    Mul,
    MulHi,
    MulWide,
    Mad,
    MadHi,
    MadWide,
    Mul24,
    Mul24Hi,
    Mad24,
    Mad24Hi,
    Sad,
    Fma,
    Div,
    Rem,
    Abs,
    Neg,
    Min,
    Max,
    Rcp,
    Sqrt,
    Rsqrt,
    Sin,
    Cos,
    Lg2,
    Ex2,
    Tanh,
    Copysign,
    TestP,
    And,
    Or,
    Xor,
    Not,
    Cnot,
    Shl,
    Shr,
    ShfL,
    ShfR,
    Lop3,
    Prmt,
    Bfe,
    Bfi,
    Bfind,
    Brev,
    Clz,
    Popc,
    Bmsk,
    Fns,
    Szext,
    Dp4a,
    Dp2aLo,
    Dp2aHi,
    Setp,
    Set,
    Selp,
    Slct,
    Cvt,
    CvtPack,
    /// Width changes of register bits: `trunc`, `zext`, `sext`; `extract`/`insert` of halves.
    Trunc,
    Zext,
    Sext,
    /// `pack(lo, hi)` of two halves into the next wider type, and its inverses.
    Pack,
    UnpackLo,
    UnpackHi,
}
