//! The dot-words of PTX and the set of them that one instruction carries.

use crate::types::{AtomicOp, BoolOp, Comparison, MemoryOrder, Rounding, ScalarType, Scope, StateSpace};

/// One dot-word, as a small number. Spelling and classes come from the word table.
///
/// The set of words is open here: owner of this file replaces the representation by a generated enum; the methods
/// below are what others rely on.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Modifier(pub &'static str);

/// The dot-words of one instruction in the order written.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Modifiers(pub smallvec::SmallVec<[Modifier; 6]>);

impl Modifiers {
    /// The words (no dots) in the order written.
    pub fn words(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.0.iter().map(|modifier| modifier.0)
    }
    /// Whether the word (no dot) is there.
    pub fn has(&self, word: &str) -> bool {
        self.0.iter().any(|m| m.0 == word)
    }
    fn find<T>(&self, parse: impl Fn(&str) -> Option<T>) -> Option<T> {
        self.0.iter().find_map(|m| parse(m.0))
    }
    /// The type words in the order written: `cvt.rn.f32.s32` gives `[F32, S32]`.
    pub fn types(&self) -> smallvec::SmallVec<[ScalarType; 4]> {
        self.0.iter().filter_map(|m| ScalarType::from_str(m.0)).collect()
    }
    /// The state space, `Generic` if no word names one.
    pub fn space(&self) -> StateSpace {
        self.find(StateSpace::from_str).unwrap_or(StateSpace::Generic)
    }
    /// The rounding word, if any.
    pub fn rounding(&self) -> Option<Rounding> {
        self.find(Rounding::from_str)
    }
    /// The comparison word (`set`, `setp`).
    pub fn comparison(&self) -> Option<Comparison> {
        self.find(Comparison::from_str)
    }
    /// The combining word (`setp.lt.and`), or the operator of `bar.red`.
    pub fn bool_op(&self) -> Option<BoolOp> {
        self.find(BoolOp::from_str)
    }
    /// The operation of `atom`, `red`.
    pub fn atomic_op(&self) -> Option<AtomicOp> {
        self.find(AtomicOp::from_str)
    }
    /// The memory order word, if any.
    pub fn order(&self) -> Option<MemoryOrder> {
        self.find(MemoryOrder::from_str)
    }
    /// The scope word, if any.
    pub fn scope(&self) -> Option<Scope> {
        self.find(Scope::from_str)
    }
    /// Elements of the vector word: 2, 4, 8; 1 without one.
    pub fn vector(&self) -> u32 {
        self.find(|w| match w {
            "v2" => Some(2),
            "v4" => Some(4),
            "v8" => Some(8),
            _ => None,
        })
        .unwrap_or(1)
    }
}
