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
// Eight bytes, so that it is handed around in a register.
#[derive(Clone, Copy, Debug)]
pub(super) enum Meaning {
    Register(RegisterId),
    /// So many registers from this one on.
    Vector(RegisterId, u8),
    Local(LocalId),
    Static(VariableId),
    Param(u32),
    Return(u32),
    Prototype(u32),
    Targets(u32),
    Special(SpecialRegister),
}

/// `%r<100>`
struct Family<'a> {
    /// `%r`
    prefix: &'a str,
    count: u32,
    ty: ScalarType,
    vector: u32,
    /// By number: what has been used of it.
    members: Vec<Option<Meaning>>,
}

#[derive(Default)]
struct Scope<'a> {
    names: NameMap<&'a str, Meaning>,
    /// A handful, which is looked through faster than a name is hashed.
    families: Vec<Family<'a>>,
    /// A name ends with a digit, so that it may be that of a family's member as well; then it hides the member.
    has_numbered_name: bool,
    /// A family's prefix ends with a digit.
    has_numbered_prefix: bool,
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
pub(super) struct Scopes<'a> {
    open: Vec<Scope<'a>>,
    pub(super) registers: Vec<Register>,
    pub(super) labels: Vec<Label<'a>>,
    /// How many members of families may still be kept by number.  `.reg .b32 %r<4000000000>;` is a short text.
    room: usize,
}

impl<'a> Scopes<'a> {
    /// For a body of so many bytes.
    pub(super) fn new(bytes: u32) -> Scopes<'a> {
        Scopes { open: Vec::new(), registers: Vec::new(), labels: Vec::new(), room: bytes as usize }
    }

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
        if name == "_" {
            return true;
        }
        let scope = self.scope();
        let is_used = matches!(scope.member(name), Member::Used(_));
        scope.insert(name, meaning).is_none() && !is_used
    }

    /// Declares one register or a vector of registers.
    pub(super) fn declare_register(&mut self, name: &'a str, ty: ScalarType, vector: u32) -> bool {
        let meaning = self.new_register(ty, vector);
        self.declare(name, meaning)
    }

    fn new_register(&mut self, ty: ScalarType, vector: u32) -> Meaning {
        let first = RegisterId(self.registers.len() as u32);
        if vector == 1 {
            self.registers.push(Register { ty });
            return Meaning::Register(first);
        }
        self.registers.extend((0..vector).map(|_| Register { ty }));
        Meaning::Vector(first, vector as u8)
    }

    /// Declares `name<count>`.
    pub(super) fn declare_family(&mut self, name: &'a str, count: u32, ty: ScalarType, vector: u32) -> bool {
        let scope = self.scope();
        scope.has_numbered_prefix |= ends_with_digit(name);
        match scope.families.iter_mut().find(|family| family.prefix == name) {
            Some(family) => {
                (family.count, family.ty, family.vector) = (count, ty, vector);
                false
            }
            None => {
                scope.families.push(Family { prefix: name, count, ty, vector, members: Vec::new() });
                true
            }
        }
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
    #[inline]
    pub(super) fn find(&mut self, text: &'a str) -> Option<Meaning> {
        for at in (0..self.open.len()).rev() {
            let scope = &self.open[at];
            if scope.has_numbered_name
                && let Some(meaning) = scope.names.get(text)
            {
                return Some(*meaning);
            }
            match scope.member(text) {
                Member::Used(meaning) => return Some(meaning),
                Member::Unused(family, number) => return Some(self.use_member(text, at, family, number)),
                Member::None => {}
            }
            if !scope.has_numbered_name
                && let Some(meaning) = scope.names.get(text)
            {
                return Some(*meaning);
            }
        }
        let special = SpecialRegister::from_str(text.strip_prefix('%')?)?;
        if let Some(outermost) = self.open.first_mut() {
            outermost.insert(text, Meaning::Special(special));
        }
        Some(Meaning::Special(special))
    }

    /// Makes a register of a family's member that is used for the first time.
    fn use_member(&mut self, text: &'a str, scope: usize, family: usize, number: u32) -> Meaning {
        let Family { ty, vector, .. } = self.open[scope].families[family];
        let meaning = self.new_register(ty, vector);
        let scope = &mut self.open[scope];
        let family = &mut scope.families[family];
        let enough = (number as usize + 1).next_power_of_two().min(family.count as usize);
        let more = enough.saturating_sub(family.members.len());
        if more > self.room {
            scope.insert(text, meaning);
            return meaning;
        }
        self.room -= more;
        family.members.resize(family.members.len() + more, None);
        family.members[number as usize] = Some(meaning);
        meaning
    }
}

fn ends_with_digit(name: &str) -> bool {
    name.ends_with(|c: char| c.is_ascii_digit())
}

/// Whether a name is one of a family.
enum Member {
    None,
    Used(Meaning),
    /// Which family, and its number there.
    Unused(usize, u32),
}

/// The number of a register has no more digits.
const MAX_DIGITS: usize = 10;

impl<'a> Scope<'a> {
    fn insert(&mut self, name: &'a str, meaning: Meaning) -> Option<Meaning> {
        self.has_numbered_name |= ends_with_digit(name);
        self.names.insert(name, meaning)
    }

    /// What a register like `%r17` is of which family.
    #[inline]
    fn member(&self, text: &str) -> Member {
        if self.families.is_empty() {
            return Member::None;
        }
        let bytes = text.as_bytes();
        let digits = bytes.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
        // `%r17` can be number 17 of `%r<100>` or number 7 of `%r1<10>`.
        let least = if self.has_numbered_prefix { 1 } else { digits };
        let mut found = Member::None;
        for digits in least.max(1)..=digits.min(MAX_DIGITS).min(bytes.len().saturating_sub(1)) {
            let start = bytes.len() - digits;
            let has_leading_zero = bytes[start] == b'0' && digits > 1;
            if has_leading_zero {
                continue;
            }
            let number = bytes[start..].iter().fold(0_u64, |number, digit| 10 * number + u64::from(digit - b'0'));
            let (prefix, last) = (&bytes[..start], bytes[start - 1]);
            let is_its = |family: &Family<'_>| {
                let name = family.prefix.as_bytes();
                name.len() == start && name[start - 1] == last && name.iter().eq(prefix)
            };
            let Some(at) = self.families.iter().position(is_its) else { continue };
            // What a name meant once it means for ever.
            if let Some(meaning) = self.families[at].members.get(number as usize).copied().flatten() {
                return Member::Used(meaning);
            }
            if number < u64::from(self.families[at].count) {
                found = Member::Unused(at, number as u32);
            }
        }
        found
    }
}
