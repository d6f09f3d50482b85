//! The operations that are not elementwise: name, arguments, results. (Elementwise ones: [`super::ops`].)

use super::{Access, Collective, Mma, Op, ScalarType, Type};
use ptx_frontend::types::AtomicOp;
use smallvec::{SmallVec, smallvec};

/// What an operation takes and gives.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Signature {
    /// Argument types.
    pub args: SmallVec<[Width; 4]>,
    /// Result types.
    pub results: SmallVec<[Width; 2]>,
    /// How many of the results must be there; the rest may be left out from the end.
    pub results_needed: usize,
}

/// What width a value must have.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Width {
    /// This one.
    Exactly(Type),
    /// A register of this many bits or more: loads extend, stores chop.
    AtLeast(u32),
}

impl Width {
    /// Whether a value of this type fits.
    pub fn admits(self, ty: Type) -> bool {
        match self {
            Width::Exactly(wanted) => ty == wanted,
            Width::AtLeast(bits) => ty != Type::Pred && ty.bits() >= bits,
        }
    }

    /// The bits of a constant that count.
    pub fn truncate(self, bits: u64) -> u64 {
        let width = match self {
            Width::Exactly(ty) => ty.bits(),
            Width::AtLeast(bits) => bits,
        };
        bits & (u64::MAX >> (64 - width))
    }
}

impl std::fmt::Display for Width {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Width::Exactly(ty) => write!(f, "{ty}"),
            Width::AtLeast(bits) => write!(f, "{bits} bits or more"),
        }
    }
}

impl Type {
    /// Width in bits.
    pub const fn bits(self) -> u32 {
        match self {
            Type::Pred => 1,
            Type::B16 => 16,
            Type::B32 => 32,
            Type::B64 => 64,
        }
    }

    /// The narrowest type that holds so many bits (at most 64).
    pub const fn holding(bits: u32) -> Type {
        match bits {
            1 => Type::Pred,
            0..=16 => Type::B16,
            17..=32 => Type::B32,
            _ => Type::B64,
        }
    }

    /// The type in words: `pred`, `b16`, `b32`, `b64`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Type::Pred => "pred",
            Type::B16 => "b16",
            Type::B32 => "b32",
            Type::B64 => "b64",
        }
    }

    /// The inverse of [`Type::as_str`].
    pub fn from_str(text: &str) -> Option<Type> {
        [Type::Pred, Type::B16, Type::B32, Type::B64].into_iter().find(|t| t.as_str() == text)
    }
}

impl std::fmt::Display for Type {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

const PRED: Width = Width::Exactly(Type::Pred);
const B16: Width = Width::Exactly(Type::B16);
const B32: Width = Width::Exactly(Type::B32);
const B64: Width = Width::Exactly(Type::B64);

fn of(args: &[Width], results: &[Width]) -> Signature {
    Signature {
        args: SmallVec::from_slice(args),
        results: SmallVec::from_slice(results),
        results_needed: results.len(),
    }
}

/// The signature of an operation, or what is wrong with its attributes.
pub fn signature(op: &Op) -> Result<Signature, String> {
    Ok(match op {
        Op::Elementwise(elementwise, attributes) => {
            let (args, result) = elementwise
                .signature(attributes)
                .ok_or_else(|| format!("`{}` has no form with these attributes", elementwise.as_str()))?;
            Signature {
                args: args.into_iter().map(Width::Exactly).collect(),
                results: smallvec![Width::Exactly(result)],
                results_needed: 1,
            }
        }
        Op::Special(register) => of(&[], &[Width::Exactly(Type::holding(register.bits()))]),
        Op::Symbol(_) | Op::DynamicShared | Op::FrameAddress(_) | Op::FunctionAddress(_) => of(&[], &[B64]),
        Op::Load(access) => {
            check_access(access)?;
            Signature {
                args: smallvec![B64],
                results: smallvec![Width::AtLeast(access.ty.bits().max(8)); access.vector.into()],
                results_needed: access.vector.into(),
            }
        }
        Op::Store(access) => {
            check_access(access)?;
            let mut args = smallvec![B64];
            args.extend(std::iter::repeat_n(Width::AtLeast(access.ty.bits().max(8)), access.vector.into()));
            Signature { args, results: smallvec![], results_needed: 0 }
        }
        Op::Atomic(atomic, access) => {
            check_access(access)?;
            let (vector, ty) = (usize::from(access.vector), access.ty);
            if super::eval::atomic_exists(*atomic, ty) {
                let element = Width::Exactly(Type::holding(ty.bits()));
                let operands = if *atomic == AtomicOp::Cas { 2 * vector } else { vector };
                let mut args = smallvec![B64];
                args.extend(std::iter::repeat_n(element, operands));
                Signature { args, results: smallvec![element; vector], results_needed: 0 }
            } else {
                return Err(format!("there is no atomic `{atomic}.{ty}`"));
            }
        }
        Op::Async(what) => what.signature()?,
        Op::Fence(..) | Op::Nop => of(&[], &[]),
        Op::Printf => Signature { results_needed: 0, ..of(&[B64, B64], &[B32]) },
        Op::AssertFail => of(&[B64, B64, B32, B64, B64], &[]),
        Op::StackTop => of(&[], &[B64]),
        Op::Malloc => of(&[B64], &[B64]),
        Op::SetStackTop | Op::Free => of(&[B64], &[]),
        Op::Sleep => of(&[B32], &[]),
        Op::Image(image) => image.signature()?,
        Op::Collective(collective) => {
            if let Collective::Mma(mma) = collective {
                mma.check()?;
            }
            collective_signature(*collective)
        }
    })
}

fn collective_signature(collective: Collective) -> Signature {
    let value = |ty: ScalarType| Width::Exactly(Type::holding(ty.bits()));
    match collective {
        Collective::Shuffle(_) => Signature { results_needed: 1, ..of(&[B32, B32, B32, B32], &[B32, PRED]) },
        Collective::Vote(_) => of(&[B32, PRED], &[PRED]),
        Collective::Ballot => of(&[B32, PRED], &[B32]),
        Collective::MatchAny(ty) => of(&[B32, value(ty)], &[B32]),
        Collective::MatchAll(ty) => Signature { results_needed: 1, ..of(&[B32, value(ty)], &[B32, PRED]) },
        Collective::Reduce(_, ty, ..) => of(&[B32, value(ty)], &[B32]),
        Collective::Elect => of(&[B32], &[B32, PRED]),
        Collective::WarpBarrier => of(&[B32], &[]),
        Collective::ActiveMask => of(&[], &[B32]),
        Collective::Mma(mma) => mma_signature(&mma),
    }
}

fn mma_signature(mma: &Mma) -> Signature {
    let register = if mma.register_bits() == 64 { B64 } else { B32 };
    let mut args = smallvec![B32];
    args.extend(std::iter::repeat_n(register, mma.a_registers() + mma.b_registers() + mma.c_registers()));
    if mma.sparse.is_some() {
        args.push(B32);
    }
    if mma.scale.is_some() {
        args.extend([B32, B16, B16, B32, B16, B16]);
    }
    let results = smallvec![register; mma.d_registers()];
    Signature { args, results_needed: mma.d_registers(), results }
}

fn check_access(access: &Access) -> Result<(), String> {
    let bits = access.ty.bits();
    if !matches!(access.vector, 1 | 2 | 4 | 8) {
        Err(format!("a vector of {} elements does not exist", access.vector))
    } else if !matches!(bits, 8 | 16 | 32 | 64) {
        Err(format!("`{}` is no type of one element in memory", access.ty))
    } else if bits * u32::from(access.vector) > 256 {
        Err(format!("an access of {} bits is wider than any of PTX", bits * u32::from(access.vector)))
    } else {
        Ok(())
    }
}
