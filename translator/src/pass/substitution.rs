//! Values that stand for other values, replaced everywhere at once.

use crate::tile::{Function, Operand, Value};

/// What takes the place of which value.
#[derive(Clone, Debug)]
pub(super) struct Substitution {
    instead: Vec<Option<Operand>>,
    is_empty: bool,
}

impl Substitution {
    /// Nothing is replaced.
    pub(super) fn of(function: &Function) -> Self {
        Substitution { instead: vec![None; function.values.len()], is_empty: true }
    }

    /// Puts `operand` in the place of `value`; must not lead back to `value`.
    pub(super) fn replace(&mut self, value: Value, operand: Operand) {
        self.instead[value.0 as usize] = Some(operand);
        self.is_empty = false;
    }

    /// Whether nothing is replaced.
    pub(super) fn is_empty(&self) -> bool {
        self.is_empty
    }

    /// Whether the value is replaced.
    pub(super) fn replaces(&self, value: Value) -> bool {
        self.instead[value.0 as usize].is_some()
    }

    /// What stands for the operand in the end.
    pub(super) fn resolve(&self, mut operand: Operand) -> Operand {
        while let Operand::Value(value) = operand {
            match self.instead[value.0 as usize] {
                Some(next) => operand = next,
                None => break,
            }
        }
        operand
    }

    /// Replaces in all operations, terminators and edges.
    pub(super) fn apply(&self, function: &mut Function) {
        if self.is_empty {
            return;
        }
        for block in &mut function.blocks {
            for arg in block.insts.iter_mut().flat_map(|inst| inst.args.iter_mut()) {
                *arg = self.resolve(*arg);
            }
            for operand in block.terminator.operands_mut() {
                *operand = self.resolve(*operand);
            }
            for arg in block.terminator.targets_mut().into_iter().flat_map(|target| target.args.iter_mut()) {
                *arg = self.resolve(*arg);
            }
        }
    }
}
