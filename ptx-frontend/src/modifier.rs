//! The dot-words of PTX and the set of them that one instruction carries.
//!
//! Which words there are follows from the instruction table: every word that some form allows gets a number.

use crate::types::{AtomicOp, BoolOp, Comparison, MemoryOrder, Rounding, ScalarType, Scope, StateSpace};
use std::collections::HashMap;
use std::fmt;
use std::sync::LazyLock;

/// One dot-word, as a small number.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Modifier(u16);

/// What a word can mean, in each class of words.
struct Word {
    text: &'static str,
    ty: Option<ScalarType>,
    space: Option<StateSpace>,
    rounding: Option<Rounding>,
    comparison: Option<Comparison>,
    bool_op: Option<BoolOp>,
    atomic_op: Option<AtomicOp>,
    order: Option<MemoryOrder>,
    scope: Option<Scope>,
    vector: Option<u32>,
}

struct Words {
    words: Vec<Word>,
    numbers: HashMap<&'static str, Modifier>,
}

static WORDS: LazyLock<Words> = LazyLock::new(|| {
    let mut words = Words { words: Vec::new(), numbers: HashMap::new() };
    for text in ScalarType::ALL.iter().map(|ty| ty.as_str()).chain(crate::form::words_of_the_table()) {
        let next = Modifier(words.words.len() as u16);
        if *words.numbers.entry(text).or_insert(next) == next {
            words.words.push(Word {
                text,
                ty: ScalarType::from_str(text),
                space: StateSpace::from_str(text),
                rounding: Rounding::from_str(text),
                comparison: Comparison::from_str(text),
                bool_op: BoolOp::from_str(text),
                atomic_op: AtomicOp::from_str(text),
                order: MemoryOrder::from_str(text),
                scope: Scope::from_str(text),
                vector: match text {
                    "v2" => Some(2),
                    "v4" => Some(4),
                    "v8" => Some(8),
                    _ => None,
                },
            });
        }
    }
    words
});

impl Modifier {
    /// The word that is written `text` (no dot), if any form of any instruction allows it.
    pub fn new(text: &str) -> Option<Self> {
        WORDS.numbers.get(text).copied()
    }

    fn word(self) -> &'static Word {
        &WORDS.words[usize::from(self.0)]
    }

    /// As PTX writes it, without the dot.
    pub fn as_str(self) -> &'static str {
        self.word().text
    }

    /// The type that it names.
    pub fn scalar_type(self) -> Option<ScalarType> {
        self.word().ty
    }
}

impl fmt::Debug for Modifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, ".{}", self.as_str())
    }
}

impl fmt::Display for Modifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The dot-words of one instruction in the order written.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Modifiers(pub smallvec::SmallVec<[Modifier; 8]>);

impl Modifiers {
    /// The words of `.rn.ftz.f32`; `None` if one of them is unknown.
    pub fn parse(text: &str) -> Option<Self> {
        text.split('.').filter(|word| !word.is_empty()).map(Modifier::new).collect::<Option<_>>().map(Modifiers)
    }
    /// The words (no dots) in the order written.
    pub fn words(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.0.iter().map(|modifier| modifier.as_str())
    }
    /// Whether the word (no dot) is there.
    pub fn has(&self, word: &str) -> bool {
        debug_assert!(Modifier::new(word).is_some(), "no instruction has a dot-word `{word}`");
        self.words().any(|text| text == word)
    }
    fn find<T>(&self, meaning: impl Fn(&Word) -> Option<T>) -> Option<T> {
        self.0.iter().find_map(|modifier| meaning(modifier.word()))
    }
    /// The type words in the order written: `cvt.rn.f32.s32` gives `[F32, S32]`.
    pub fn types(&self) -> smallvec::SmallVec<[ScalarType; 4]> {
        self.0.iter().filter_map(|modifier| modifier.scalar_type()).collect()
    }
    /// The state space, `Generic` if no word names one.
    pub fn space(&self) -> StateSpace {
        self.find(|word| word.space).unwrap_or(StateSpace::Generic)
    }
    /// The rounding word, if any.
    pub fn rounding(&self) -> Option<Rounding> {
        self.find(|word| word.rounding)
    }
    /// The comparison word (`set`, `setp`).
    pub fn comparison(&self) -> Option<Comparison> {
        self.find(|word| word.comparison)
    }
    /// The combining word (`setp.lt.and`), or the operator of `bar.red`.
    pub fn bool_op(&self) -> Option<BoolOp> {
        self.find(|word| word.bool_op)
    }
    /// The operation of `atom`, `red`.
    pub fn atomic_op(&self) -> Option<AtomicOp> {
        self.find(|word| word.atomic_op)
    }
    /// The memory order word, if any.
    pub fn order(&self) -> Option<MemoryOrder> {
        self.find(|word| word.order)
    }
    /// The scope word, if any.
    pub fn scope(&self) -> Option<Scope> {
        self.find(|word| word.scope)
    }
    /// Elements of the vector word: 2, 4, 8; 1 without one.
    pub fn vector(&self) -> u32 {
        self.find(|word| word.vector).unwrap_or(1)
    }
}

impl fmt::Display for Modifiers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.words().try_for_each(|word| write!(f, ".{word}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_mean_what_their_classes_say() {
        let modifiers = Modifiers::parse(".relaxed.gpu.global.shared::cta.v4.f32.s32.rn").unwrap();
        assert_eq!(modifiers.to_string(), ".relaxed.gpu.global.shared::cta.v4.f32.s32.rn");
        assert_eq!(modifiers.types().as_slice(), [ScalarType::F32, ScalarType::S32]);
        assert_eq!(modifiers.space(), StateSpace::Global);
        assert_eq!(modifiers.order(), Some(MemoryOrder::Relaxed));
        assert_eq!(modifiers.scope(), Some(Scope::Gpu));
        assert_eq!(modifiers.vector(), 4);
        assert_eq!(modifiers.rounding(), Some(Rounding::Rn));
        assert!(modifiers.has("shared::cta") && !modifiers.has("shared"));
    }

    #[test]
    fn a_word_that_no_form_allows_is_unknown() {
        assert_eq!(Modifier::new("nonsense"), None);
        assert_eq!(Modifiers::parse(".rn.nonsense"), None);
    }
}
