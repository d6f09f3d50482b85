//! The names that a body declares, scope within scope.

use crate::ast::Name;
use crate::checked::{LabelId, LocalId, Register, RegisterId, VariableId};
use crate::diagnostic::Span;
use crate::hash::NameMap;
use crate::special::SpecialRegister;
use crate::types::ScalarType;

/// Scopes may nest this deep.
pub(super) const MAX_DEPTH: usize = 200;

/// What a name of a body means.
#[derive(Clone, Copy, Debug)]
pub(super) enum Meaning {
    Register(RegisterId),
    /// So many registers from this one on.
    Vector(RegisterId, u32),
    Local(LocalId),
    Static(VariableId),
    Param(u32),
    Return(u32),
    Prototype(u32),
    Targets(u32),
    Special(SpecialRegister),
}

/// `%r<100>`
#[derive(Clone, Copy, Debug)]
struct Family {
    count: u32,
    ty: ScalarType,
    vector: u32,
}

#[derive(Default)]
struct Scope<'a> {
    names: NameMap<&'a str, Meaning>,
    families: NameMap<&'a str, Family>,
    labels: NameMap<&'a str, LabelId>,
    open: Span,
}

/// A label of the body.
pub(super) struct Label<'a> {
    pub(super) name: Name<'a>,
    /// The instruction that it stands before.
    pub(super) at: Option<u32>,
    /// The label of an outer scope that it turned out to be.
    same_as: Option<LabelId>,
}

/// All scopes that are open, and what has been declared in any.
#[derive(Default)]
pub(super) struct Scopes<'a> {
    open: Vec<Scope<'a>>,
    pub(super) registers: Vec<Register>,
    pub(super) labels: Vec<Label<'a>>,
}

impl<'a> Scopes<'a> {
    /// Opens a scope; answers false if that is too deep.
    pub(super) fn open(&mut self, span: Span) -> bool {
        self.open.push(Scope { open: span, ..Scope::default() });
        self.open.len() <= MAX_DEPTH
    }

    pub(super) fn depth(&self) -> usize {
        self.open.len()
    }

    /// Where the innermost scope was opened.
    pub(super) fn innermost(&self) -> Span {
        self.open.last().map(|scope| scope.open).unwrap_or_default()
    }

    /// Closes the innermost scope. Labels that it uses but does not have are looked for further out.
    pub(super) fn close(&mut self) {
        let Some(scope) = self.open.pop() else { return };
        let Some(outer) = self.open.last_mut() else { return };
        for (name, id) in scope.labels {
            let label = &mut self.labels[id.0 as usize];
            if label.at.is_none() {
                label.same_as = outer.labels.get(name).copied();
                if label.same_as.is_none() {
                    outer.labels.insert(name, id);
                }
            }
        }
    }

    /// Gives every label its place. Answers the names that are nowhere.
    pub(super) fn settle_labels(&mut self) -> Vec<Name<'a>> {
        let mut missing = Vec::new();
        for id in 0..self.labels.len() {
            let mut target = id;
            while let Some(same) = self.labels[target].same_as {
                target = same.0 as usize;
            }
            match self.labels[target].at {
                Some(at) => self.labels[id].at = Some(at),
                None if target == id => missing.push(self.labels[id].name),
                None => {}
            }
        }
        missing
    }

    fn scope(&mut self) -> &mut Scope<'a> {
        self.open.last_mut().expect("the body itself is a scope")
    }

    /// Declares a name in the innermost scope; answers false if it is there already.
    pub(super) fn declare(&mut self, name: &'a str, meaning: Meaning) -> bool {
        // `_` names nothing.
        name == "_" || self.scope().names.insert(name, meaning).is_none()
    }

    /// Declares one register or a vector of registers.
    pub(super) fn declare_register(&mut self, name: &'a str, ty: ScalarType, vector: u32) -> bool {
        let meaning = self.new_register(name, ty, vector);
        self.declare(name, meaning)
    }

    fn new_register(&mut self, name: &str, ty: ScalarType, vector: u32) -> Meaning {
        let first = RegisterId(self.registers.len() as u32);
        if vector == 1 {
            self.registers.push(Register { name: name.to_owned(), ty });
            return Meaning::Register(first);
        }
        for component in ["x", "y", "z", "w"].iter().take(vector as usize) {
            self.registers.push(Register { name: format!("{name}.{component}"), ty });
        }
        Meaning::Vector(first, vector)
    }

    /// Declares `name<count>`.
    pub(super) fn declare_family(&mut self, name: &'a str, count: u32, ty: ScalarType, vector: u32) -> bool {
        self.scope().families.insert(name, Family { count, ty, vector }).is_none()
    }

    /// The label of this name, as seen from the innermost scope.
    pub(super) fn label(&mut self, name: Name<'a>) -> LabelId {
        let next = LabelId(self.labels.len() as u32);
        let id = *self.scope().labels.entry(name.text).or_insert(next);
        if id == next {
            self.labels.push(Label { name, at: None, same_as: None });
        }
        id
    }

    /// Puts a label before an instruction; answers false if it is somewhere already.
    pub(super) fn place_label(&mut self, name: Name<'a>, at: u32) -> bool {
        let id = self.label(name);
        self.labels[id.0 as usize].at.replace(at).is_none()
    }

    /// What a name means.
    pub(super) fn find(&mut self, text: &'a str) -> Option<Meaning> {
        for at in (0..self.open.len()).rev() {
            let scope = &self.open[at];
            if let Some(meaning) = scope.names.get(text) {
                return Some(*meaning);
            }
            if !scope.families.is_empty()
                && let Some(family) = scope.family(text)
            {
                let meaning = self.new_register(text, family.ty, family.vector);
                self.open[at].names.insert(text, meaning);
                return Some(meaning);
            }
        }
        let special = SpecialRegister::from_str(text.strip_prefix('%')?)?;
        if let Some(outermost) = self.open.first_mut() {
            outermost.names.insert(text, Meaning::Special(special));
        }
        Some(Meaning::Special(special))
    }
}

impl Scope<'_> {
    /// The family that a register like `%r17` belongs to.
    fn family(&self, text: &str) -> Option<Family> {
        let bytes = text.as_bytes();
        let mut start = bytes.len();
        // `%r17` can be number 17 of `%r<100>` or number 7 of `%r1<10>`.
        let mut found = None;
        while start > 1 && bytes[start - 1].is_ascii_digit() && bytes.len() - start < 10 {
            start -= 1;
            let has_leading_zero = bytes[start] == b'0' && start + 1 < bytes.len();
            if has_leading_zero {
                continue;
            }
            let number: u64 = text[start..].parse().ok()?;
            let family = self.families.get(&text[..start]).filter(|family| number < u64::from(family.count));
            found = family.copied().or(found);
        }
        found
    }
}
