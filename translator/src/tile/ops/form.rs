//! What the rows of the operation table are made of: attribute words, argument shapes and forms.

use super::{Attributes, Mode};
use crate::tile::Type;
use ptx_frontend::types::{BoolOp, Comparison, Rounding, ScalarType};
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
            && attributes.comparison.is_none_or(|comparison| compares(comparison, attributes.from))
    }

    /// Every set of attributes this form admits, without modes.
    pub(super) fn uses(&self) -> Vec<Attributes> {
        let mut uses = Vec::new();
        for &ty in self.types {
            let same = [ty];
            for &from in if self.from.is_empty() { &same } else { self.from } {
                uses.push(Attributes { from, ..Attributes::of(ty) });
            }
        }
        let any_rounding = self.needs | self.may;
        let is_needed = |bit| self.needs & bit != 0;
        let mut roundings: Vec<Option<Rounding>> = Vec::new();
        if self.needs & word::ROUNDING == 0 {
            roundings.push(None);
        }
        roundings.extend(Rounding::ALL.iter().filter(|r| any_rounding & word_of(**r) != 0).map(|r| Some(*r)));
        multiply(&mut uses, &roundings, |a, rounding| a.rounding = *rounding);
        for (bit, set) in FLAGS {
            match (is_needed(*bit), self.may & bit != 0) {
                (true, _) => multiply(&mut uses, &[true], |a, _| set(a)),
                (_, true) => multiply(&mut uses, &[false, true], |a, flag| {
                    if *flag {
                        set(a)
                    }
                }),
                _ => {}
            }
        }
        if is_needed(word::COMPARISON) {
            multiply(&mut uses, Comparison::ALL, |a, comparison| a.comparison = Some(*comparison));
        }
        if is_needed(word::COMBINE) {
            multiply(&mut uses, &[BoolOp::And, BoolOp::Or, BoolOp::Xor], |a, combine| a.combine = Some(*combine));
        }
        uses.retain(|attributes| self.admits(attributes));
        uses
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

/// Whether operands of a type can be compared so: bits for equality only, integers without the relations to NaN,
/// floating-point numbers without the unsigned relations.
fn compares(comparison: Comparison, operands: ScalarType) -> bool {
    use Comparison::*;
    match comparison {
        Eq | Ne => true,
        Lt | Le | Gt | Ge => !matches!(operands, ScalarType::B16 | ScalarType::B32 | ScalarType::B64),
        Lo | Ls | Hi | Hs => operands.is_integer(),
        Equ | Neu | Ltu | Leu | Gtu | Geu | Num | Nan => {
            operands.is_float() || matches!(operands, ScalarType::F16x2 | ScalarType::BF16x2)
        }
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

/// Each of `uses` once with each of the choices.
fn multiply<T>(uses: &mut Vec<Attributes>, choices: &[T], choose: impl Fn(&mut Attributes, &T)) {
    *uses = uses
        .iter()
        .flat_map(|attributes| {
            choices.iter().map(|choice| {
                let mut attributes = *attributes;
                choose(&mut attributes, choice);
                attributes
            })
        })
        .collect();
}

type Set = fn(&mut Attributes);

/// How to set the words that are flags.
const FLAGS: &[(Words, Set)] = &[
    (word::FTZ, |a| a.ftz = true),
    (word::SAT, |a| a.sat = true),
    (word::SATFINITE, |a| a.satfinite = true),
    (word::RELU, |a| a.relu = true),
    (word::NAN, |a| a.nan = true),
    (word::XORSIGN_ABS, |a| a.xorsign_abs = true),
    (word::APPROX, |a| a.approx = true),
    (word::FULL, |a| a.full = true),
];

const fn word_of(rounding: Rounding) -> Words {
    match rounding {
        Rounding::Rn => word::RN,
        Rounding::Rz => word::RZ,
        Rounding::Rm => word::RM,
        Rounding::Rp => word::RP,
        Rounding::Rna => word::RNA,
        Rounding::Rs => word::RS,
        Rounding::Rni => 1 << 6,
        Rounding::Rzi => 1 << 7,
        Rounding::Rmi => 1 << 8,
        Rounding::Rpi => 1 << 9,
    }
}

/// The words that are set.
pub fn words_of(attributes: &Attributes) -> Words {
    let rounding = attributes.rounding.map_or(0, word_of);
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
    /// Every mode the row takes; of packed ones, some.
    pub(super) fn all(self) -> Vec<u32> {
        match self {
            Mode::None => vec![0],
            Mode::Words(words) => (0..words.len() as u32).collect(),
            Mode::Number(limit) => (0..limit).collect(),
            Mode::Packed(_, some) => some.to_vec(),
        }
    }

    /// Whether the row takes this mode.
    pub(super) fn admits(self, mode: u32) -> bool {
        match self {
            Mode::None => mode == 0,
            Mode::Words(words) => (mode as usize) < words.len(),
            Mode::Number(limit) => mode < limit,
            Mode::Packed(holds, _) => holds(mode),
        }
    }
}
