//! The dot-words of an instruction, looked at once.

use ptx_frontend::checked::Instruction;
use ptx_frontend::types::{AtomicOp, BoolOp, Comparison, Rounding, ScalarType, StateSpace};

/// The dot-words.
#[derive(Clone, Debug)]
pub(super) struct Words {
    pub(super) types: Vec<ScalarType>,
    pub(super) rounding: Option<Rounding>,
    pub(super) comparison: Option<Comparison>,
    pub(super) bool_op: Option<BoolOp>,
    pub(super) atomic: Option<AtomicOp>,
    pub(super) space: StateSpace,
    pub(super) vector: usize,
    all: Vec<&'static str>,
}

impl Words {
    pub(super) fn of(instruction: &Instruction) -> Words {
        let words = &instruction.modifiers;
        Words {
            types: words.types().to_vec(),
            rounding: words.rounding(),
            comparison: words.comparison(),
            bool_op: words.bool_op(),
            atomic: words.atomic_op(),
            space: words.space(),
            vector: words.vector() as usize,
            all: words.words().collect(),
        }
    }

    pub(super) fn has(&self, word: &str) -> bool {
        self.all.contains(&word)
    }

    /// The n-th type word; `.b32` where there is none.
    pub(super) fn ty(&self, index: usize) -> ScalarType {
        self.types.get(index).copied().unwrap_or(ScalarType::B32)
    }
}
