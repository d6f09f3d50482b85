//! Products of matrices that a warp holds: `D = A * B + C`, the operation behind `mma` and `wmma.mma`.
//!
//! Each lane holds a *fragment* of each matrix in registers of 32 bits (64 for `.f64`). [`fragment`] says which elements
//! these are; the meaning is in `eval/mma.rs`.

pub mod fragment;
mod spelling;

use ptx_frontend::types::{BoolOp, Rounding, ScalarType};
pub use spelling::shape;

/// A product of an `m` by `k` matrix A and a `k` by `n` matrix B, added to C.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Mma {
    /// Rows of A, C and D.
    pub m: u8,
    /// Columns of B, C and D.
    pub n: u8,
    /// Columns of A, rows of B.
    pub k: u16,
    /// Type of D's elements.
    pub d: ScalarType,
    /// Type of A's elements.
    pub a: ScalarType,
    /// Type of B's elements.
    pub b: ScalarType,
    /// Type of C's elements.
    pub c: ScalarType,
    /// Whether the elements that a lane holds of A, and of B, lie in one column. Only `m8n8k4` of `.f16` has a choice,
    /// the others are `[false, true]`.
    pub columns: [bool; 2],
    /// Half of A's elements are zeros that are not stored; metadata says which. The number selects the lanes that hold
    /// the metadata.
    pub sparse: Option<u8>,
    /// Parts of A's rows and of B's columns have a factor each.
    pub scale: Option<Scale>,
    /// How bits of `.b1` are multiplied, before ones are counted.
    pub bits: Option<BoolOp>,
    /// Results are clamped: integers do not wrap; infinities become the largest number and NaN becomes 0.
    pub satfinite: bool,
    /// Of each step of `.f64`.
    pub rounding: Option<Rounding>,
}

/// Factors of the parts of a matrix.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Scale {
    /// Type of a factor.
    pub ty: ScalarType,
    /// In how many parts `k` is divided: 1, 2 or 4.
    pub parts: u8,
}

/// The shapes of element types.
struct Shapes {
    types: &'static [ScalarType],
    dense: &'static [(u8, u8, u16)],
    sparse: &'static [(u8, u8, u16)],
}

const SHAPES: &[Shapes] = {
    use ScalarType::*;
    &[
        Shapes {
            types: &[F16],
            dense: &[(8, 8, 4), (16, 8, 8), (16, 8, 16), (16, 16, 16), (8, 32, 16), (32, 8, 16)],
            sparse: &[(16, 8, 16), (16, 8, 32)],
        },
        Shapes {
            types: &[BF16],
            dense: &[(16, 8, 8), (16, 8, 16), (16, 16, 16), (8, 32, 16), (32, 8, 16)],
            sparse: &[(16, 8, 16), (16, 8, 32)],
        },
        Shapes { types: &[TF32], dense: &[(16, 8, 4), (16, 8, 8), (16, 16, 8)], sparse: &[(16, 8, 8), (16, 8, 16)] },
        Shapes { types: &[F64], dense: &[(8, 8, 4), (16, 8, 4), (16, 8, 8), (16, 8, 16)], sparse: &[] },
        Shapes { types: &[E4M3, E5M2], dense: &[(16, 8, 16)], sparse: &[] },
        Shapes { types: &[E4M3, E5M2, E3M2, E2M3, E2M1], dense: &[(16, 8, 32)], sparse: &[(16, 8, 64)] },
        // Two elements in a byte.
        Shapes { types: &[E2M1], dense: &[(16, 8, 64)], sparse: &[(16, 8, 128)] },
        Shapes {
            types: &[S8, U8],
            dense: &[(8, 8, 16), (16, 8, 16), (16, 8, 32), (16, 16, 16), (8, 32, 16), (32, 8, 16)],
            sparse: &[(16, 8, 32), (16, 8, 64)],
        },
        Shapes {
            types: &[S4, U4],
            dense: &[(8, 8, 32), (16, 8, 32), (16, 8, 64)],
            sparse: &[(16, 8, 64), (16, 8, 128)],
        },
        Shapes { types: &[B1], dense: &[(8, 8, 128), (16, 8, 128), (16, 8, 256)], sparse: &[] },
    ]
};

impl Mma {
    /// A plain product, to be refined.
    pub fn new((m, n, k): (u8, u8, u16), [d, a, b, c]: [ScalarType; 4]) -> Mma {
        Mma {
            m,
            n,
            k,
            d,
            a,
            b,
            c,
            columns: [false, true],
            sparse: None,
            scale: None,
            bits: None,
            satfinite: false,
            rounding: (a == ScalarType::F64).then_some(Rounding::Rn),
        }
    }

    /// Whether there is such a product.
    pub fn check(&self) -> Result<(), String> {
        use ScalarType::*;
        let shape = (self.m, self.n, self.k);
        let has_shape = |shapes: &&Shapes| {
            let list = if self.sparse.is_some() { shapes.sparse } else { shapes.dense };
            list.contains(&shape) && shapes.types.contains(&self.a) && shapes.types.contains(&self.b)
        };
        if !SHAPES.iter().any(|shapes| has_shape(&shapes)) {
            let sparse = if self.sparse.is_some() { "sparse " } else { "" };
            return Err(format!(
                "there is no {sparse}product `m{}n{}k{}` of `{}` and `{}`",
                self.m, self.n, self.k, self.a, self.b
            ));
        }
        let is_half = |ty| matches!(ty, F16 | F32);
        let sums_fit = match self.a {
            F64 => self.c == F64 && self.d == F64,
            S8 | U8 | S4 | U4 | B1 => self.c == S32 && self.d == S32,
            BF16 | TF32 => self.c == F32 && self.d == F32,
            _ if self.scale.is_some() => self.c == F32 && self.d == F32,
            _ => is_half(self.c) && is_half(self.d),
        };
        if !sums_fit {
            return Err(format!("`{}` and `{}` are no sums of products of `{}`", self.c, self.d, self.a));
        }
        let scale_fits = match self.scale {
            None => !self.is_packed_fp4(),
            Some(Scale { ty: UE8M0, parts: 1 }) => matches!(self.stored_k(), 32) && self.slot_bits() == 8,
            Some(Scale { ty: UE8M0, parts: 2 | 4 } | Scale { ty: UE4M3, parts: 4 }) => self.is_packed_fp4(),
            Some(_) => false,
        };
        if !scale_fits {
            return Err("these elements do not have such factors".into());
        }
        let lanes_fit = self.sparse.is_none_or(|selector| u32::from(selector) * self.metadata_lanes() < 4);
        if !lanes_fit {
            return Err(format!("no lanes hold metadata for the selector {}", self.sparse.unwrap_or(0)));
        }
        let is_integer = matches!(self.a, S8 | U8 | S4 | U4 | B1);
        let saturates = (is_integer && self.a != B1) || self.a == F16;
        if self.satfinite && !saturates
            || self.bits.is_some() != (self.a == B1)
            || matches!(self.bits, Some(BoolOp::Or | BoolOp::Popc))
            || self.rounding.is_some() != (self.a == F64)
            || self.columns != [false, true] && !self.is_in_quads()
        {
            return Err("some words do not go with these elements".into());
        }
        Ok(())
    }

    /// `m8n8k4` of `.f16` is four products, one for each 8 lanes.
    pub fn is_in_quads(&self) -> bool {
        (self.m, self.k, self.a) == (8, 4, ScalarType::F16)
    }

    /// How many products there are.
    pub fn groups(&self) -> usize {
        if self.is_in_quads() { 4 } else { 1 }
    }

    /// Whether `.e2m1` lies two to a byte.
    fn is_packed_fp4(&self) -> bool {
        self.a == ScalarType::E2M1 && self.b == ScalarType::E2M1 && self.stored_k() == 64
    }

    /// Columns of A that are stored.
    pub fn stored_k(&self) -> usize {
        usize::from(self.k) / if self.sparse.is_some() { 2 } else { 1 }
    }

    /// Bits that an element of A or B takes in a register.
    pub fn slot_bits(&self) -> u32 {
        match self.a {
            ScalarType::E2M1 | ScalarType::E2M3 | ScalarType::E3M2 if self.is_packed_fp4() => 4,
            ScalarType::E2M1 | ScalarType::E2M3 | ScalarType::E3M2 => 8,
            ty => ty.bits(),
        }
    }

    /// Bits of a register.
    pub fn register_bits(&self) -> u32 {
        if self.a == ScalarType::F64 { 64 } else { 32 }
    }

    /// Elements of A or B in a register.
    pub fn per_register(&self) -> usize {
        (self.register_bits() / self.slot_bits()) as usize
    }

    fn registers(&self, elements: usize, bits: u32) -> usize {
        self.groups() * elements * bits as usize / (32 * self.register_bits() as usize)
    }

    /// Registers of A in a lane.
    pub fn a_registers(&self) -> usize {
        self.registers(usize::from(self.m) * self.stored_k(), self.slot_bits())
    }

    /// Registers of B in a lane.
    pub fn b_registers(&self) -> usize {
        self.registers(usize::from(self.n) * usize::from(self.k), self.slot_bits())
    }

    /// Registers of C in a lane.
    pub fn c_registers(&self) -> usize {
        self.registers(usize::from(self.m) * usize::from(self.n), self.c.bits())
    }

    /// Registers of D in a lane.
    pub fn d_registers(&self) -> usize {
        self.registers(usize::from(self.m) * usize::from(self.n), self.d.bits())
    }

    /// How many of four consecutive lanes hold metadata of a sparse A.
    pub fn metadata_lanes(&self) -> u32 {
        // Four bits say where the elements of a chunk are: two of four, one of two (`.tf32`), or two pairs of four.
        let chunks = self.stored_k() / self.stored_per_chunk();
        (usize::from(self.m) * chunks * 4 / (8 * 32)) as u32
    }

    /// Elements that are stored of a chunk of a sparse A.
    pub fn stored_per_chunk(&self) -> usize {
        match self.slot_bits() {
            32 => 1,
            4 => 4,
            _ => 2,
        }
    }
}
