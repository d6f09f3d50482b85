//! What the rows of the operation table are made of: attribute words, argument shapes and forms.

use super::{Attributes, Mode};
use crate::tile::Type;
use ptx_frontend::types::{Rounding, ScalarType};
use smallvec::SmallVec;

/// Types of the arguments of an operation.
pub type ArgTypes = SmallVec<[Type; 4]>;

/// A set of attribute words, one bit each.
pub type Words = u32;
#[allow(missing_docs, reason = "the names are the words of PTX")]
pub mod word {
    use super::Words;

    pub const RN: Words = 1 << 0;
    pub const RZ: Words = 1 << 1;
    pub const RM: Words = 1 << 2;
    pub const RP: Words = 1 << 3;
    pub const RNA: Words = 1 << 4;
    pub const RS: Words = 1 << 5;
    pub const FTZ: Words = 1 << 10;
    pub const SAT: Words = 1 << 11;
    pub const SATFINITE: Words = 1 << 12;
    pub const RELU: Words = 1 << 13;
    pub const NAN: Words = 1 << 14;
    pub const XORSIGN_ABS: Words = 1 << 15;
    pub const APPROX: Words = 1 << 16;
    pub const FULL: Words = 1 << 17;
    pub const COMPARISON: Words = 1 << 18;
    pub const COMBINE: Words = 1 << 19;
    /// `.rn .rz .rm .rp`
    pub const DIRECTED: Words = RN | RZ | RM | RP;
    /// `.rni .rzi .rmi .rpi`
    pub const INTEGRAL: Words = 0b1111 << 6;
    /// Every rounding word: at most one of them is set in an operation.
    pub const ROUNDING: Words = 0b11_1111_1111;
}

/// The width of an argument or result, seen from the operation's type words.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shape {
    /// A register of `ty`.
    T,
    /// A register of `from`.
    S,
    /// Twice the width of `ty`.
    Wide,
    /// Half the width of `ty`.
    Half,
    /// A predicate.
    Pred,
    /// 32 bits whatever the type: shift amounts, counts, bit positions.
    B32,
}

/// One way to use an operation: types, words and signature.
#[derive(Clone, Copy, Debug)]
pub struct Form {
    types: &'static [ScalarType],
    from: &'static [ScalarType],
    args: &'static [Shape],
    result: Shape,
    needs: Words,
    may: Words,
}

/// A form for the given types that carries no words.
pub(super) const fn form(types: &'static [ScalarType], args: &'static [Shape], result: Shape) -> Form {
    Form { types, from: &[], args, result, needs: 0, may: 0 }
}

impl Form {
    /// The second type word is one of these; without this call there is none.
    pub(super) const fn from(self, from: &'static [ScalarType]) -> Form {
        Form { from, ..self }
    }
    /// These words must stand there (of rounding words, one of them).
    pub(super) const fn needs(self, needs: Words) -> Form {
        Form { needs, ..self }
    }
    /// These words may stand there.
    pub(super) const fn may(self, may: Words) -> Form {
        Form { may, ..self }
    }

    /// The type words this form takes.
    pub const fn types(&self) -> &'static [ScalarType] {
        self.types
    }
    /// The second type words; empty where the form has one type word only.
    pub const fn from_types(&self) -> &'static [ScalarType] {
        self.from
    }
    /// Words that must stand there (of rounding words, one of them).
    pub const fn needed_words(&self) -> Words {
        self.needs
    }
    /// Words that may stand there besides.
    pub const fn optional_words(&self) -> Words {
        self.may
    }

    /// Whether an operation with these attributes is of this form (its mode is judged by the row).
    pub(super) fn admits(&self, attributes: &Attributes) -> bool {
        let words = words_of(attributes);
        let source_fits = match self.from {
            [] => attributes.from == attributes.ty,
            from => from.contains(&attributes.from),
        };
        let rounding_needed = self.needs & word::ROUNDING;
        self.types.contains(&attributes.ty)
            && source_fits
            && words & !(self.needs | self.may) == 0
            && self.needs & !word::ROUNDING & !words == 0
            && (rounding_needed == 0 || words & rounding_needed != 0)
    }

    /// Argument and result types for these attributes.
    pub(super) fn signature(&self, attributes: &Attributes) -> (ArgTypes, Type) {
        let width = |shape: &Shape| match shape {
            Shape::T => register(attributes.ty.bits()),
            Shape::S => register(attributes.from.bits()),
            Shape::Wide => register(attributes.ty.bits() * 2),
            Shape::Half => register(attributes.ty.bits() / 2),
            Shape::Pred => Type::Pred,
            Shape::B32 => Type::B32,
        };
        (self.args.iter().map(width).collect(), width(&self.result))
    }
}

/// The narrowest register that holds this many bits: 8-bit values live in 16-bit registers (PTX ISA "Restricted Use
/// of Sub-Word Sizes").
fn register(bits: u32) -> Type {
    match bits {
        1 => Type::Pred,
        ..=16 => Type::B16,
        17..=32 => Type::B32,
        _ => Type::B64,
    }
}

/// The words that are set.
pub fn words_of(attributes: &Attributes) -> Words {
    let rounding = match attributes.rounding {
        None => 0,
        Some(Rounding::Rn) => word::RN,
        Some(Rounding::Rz) => word::RZ,
        Some(Rounding::Rm) => word::RM,
        Some(Rounding::Rp) => word::RP,
        Some(Rounding::Rna) => word::RNA,
        Some(Rounding::Rs) => word::RS,
        Some(Rounding::Rni) => 1 << 6,
        Some(Rounding::Rzi) => 1 << 7,
        Some(Rounding::Rmi) => 1 << 8,
        Some(Rounding::Rpi) => 1 << 9,
    };
    let flags = [
        (attributes.ftz, word::FTZ),
        (attributes.sat, word::SAT),
        (attributes.satfinite, word::SATFINITE),
        (attributes.relu, word::RELU),
        (attributes.nan, word::NAN),
        (attributes.xorsign_abs, word::XORSIGN_ABS),
        (attributes.approx, word::APPROX),
        (attributes.full, word::FULL),
        (attributes.comparison.is_some(), word::COMPARISON),
        (attributes.combine.is_some(), word::COMBINE),
    ];
    flags.into_iter().filter(|(set, _)| *set).fold(rounding, |words, (_, bit)| words | bit)
}

impl Mode {
    /// Whether the row takes this mode.
    pub(super) fn admits(self, mode: u32) -> bool {
        match self {
            Mode::None => mode == 0,
            Mode::Words(words) => (mode as usize) < words.len(),
            Mode::Number(limit) => mode < limit,
        }
    }
}
