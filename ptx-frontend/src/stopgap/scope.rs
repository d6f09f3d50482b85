//! Names of a function body: registers, locals and labels, by nested scope.

use std::collections::HashMap;

use crate::checked::{Body, LabelId, LocalId, Register, RegisterId, VariableId};
use crate::types::ScalarType;

/// What a name stands for.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Name {
    Register(RegisterId),
    Local(LocalId),
    Variable(VariableId),
    Param(u32),
    Return(u32),
    Prototype(u32),
    BranchTargets(u32),
}

#[derive(Default)]
struct Scope<'s> {
    names: HashMap<&'s str, Name>,
    /// `%r<100>`: prefix, count, type.
    ranges: Vec<(&'s str, u32, ScalarType)>,
    labels: HashMap<&'s str, (LabelId, bool)>,
}

/// The scopes that are open.
#[derive(Default)]
pub(super) struct Scopes<'s> {
    open: Vec<Scope<'s>>,
    /// Label references that turned out to mean a label of an outer scope.
    aliases: HashMap<LabelId, LabelId>,
}

impl<'s> Scopes<'s> {
    pub(super) fn enter(&mut self) {
        self.open.push(Scope::default());
    }

    /// Closes the innermost scope; labels used in it and not defined in it belong to the next one out.
    pub(super) fn leave(&mut self) -> Vec<&'s str> {
        let Some(inner) = self.open.pop() else { return Vec::new() };
        let pending = inner.labels.into_iter().filter(|(_, (_, defined))| !defined);
        let Some(outer) = self.open.last_mut() else { return pending.map(|(name, _)| name).collect() };
        for (name, (id, _)) in pending {
            match outer.labels.get(name) {
                Some(&(outer_id, _)) => {
                    self.aliases.insert(id, outer_id);
                }
                None => {
                    outer.labels.insert(name, (id, false));
                }
            }
        }
        Vec::new()
    }

    pub(super) fn depth(&self) -> usize {
        self.open.len()
    }

    pub(super) fn resolve(&self, mut label: LabelId) -> LabelId {
        while let Some(&next) = self.aliases.get(&label) {
            label = next;
        }
        label
    }

    pub(super) fn declare(&mut self, name: &'s str, what: Name) -> bool {
        let scope = self.open.last_mut().expect("a scope is open inside a body");
        scope.names.insert(name, what).is_none()
    }

    pub(super) fn declare_range(&mut self, prefix: &'s str, count: u32, ty: ScalarType) {
        self.open.last_mut().expect("a scope is open inside a body").ranges.push((prefix, count, ty));
    }

    pub(super) fn find(&mut self, name: &'s str, body: &mut Body) -> Option<Name> {
        for scope in self.open.iter_mut().rev() {
            if let Some(&found) = scope.names.get(name) {
                return Some(found);
            }
            let found = scope.ranges.iter().find(|(prefix, count, _)| {
                name.strip_prefix(prefix).is_some_and(|digits| {
                    !digits.is_empty()
                        && digits.bytes().all(|b| b.is_ascii_digit())
                        && digits.parse::<u32>().is_ok_and(|n| n < *count)
                })
            });
            if let Some(&(_, _, ty)) = found {
                let id = RegisterId(body.registers.len() as u32);
                body.registers.push(Register { name: name.to_string(), ty });
                scope.names.insert(name, Name::Register(id));
                return Some(Name::Register(id));
            }
        }
        None
    }

    /// The label called `name`, seen from the innermost scope.
    pub(super) fn label(&mut self, name: &'s str, body: &mut Body) -> LabelId {
        let scope = self.open.last_mut().expect("a scope is open inside a body");
        scope.labels.entry(name).or_insert_with(|| (new_label(name, body), false)).0
    }

    /// Defines a label here; `None` if the scope has it already.
    pub(super) fn define_label(&mut self, name: &'s str, body: &mut Body) -> Option<LabelId> {
        let scope = self.open.last_mut().expect("a scope is open inside a body");
        let entry = scope.labels.entry(name).or_insert_with(|| (new_label(name, body), false));
        if std::mem::replace(&mut entry.1, true) {
            return None;
        }
        let id = entry.0;
        body.labels[id.0 as usize].1 = body.instructions.len() as u32;
        Some(id)
    }
}

fn new_label(name: &str, body: &mut Body) -> LabelId {
    body.labels.push((name.to_string(), 0));
    LabelId(body.labels.len() as u32 - 1)
}
