//! The form lines of the instruction table, read once, and the matching of instructions with them.
//!
//! A line has a part with dot-words and, behind blanks, a part with operands:
//!
//! ```text
//! {.rn|.rz}{.ftz}.f32   d:T, a:T, b:T
//! ```
//!
//! | dot-words | |
//! | --- | --- |
//! | `.a` | the word must be there |
//! | `.a\|.b` | one of them must be there |
//! | `{.a\|.b}` | one of them, or none; `{.a.b}`: both, or none |
//! | `.SCOPE` | a name in capitals stands for a list, see `isa::LISTS` |
//!
//! Words may come in any order; only type words must come in the order of the line.
//!
//! | operands | |
//! | --- | --- |
//! | `a:T` | a value of the first type word; `T1`, `T2`, ... of the second, third, ...; `2T` twice as wide |
//! | `a:b32` | a value of this type |
//! | `a:~T` | its register may be wider |
//! | `a:V` | as many values as the vector word says, in registers that may be wider |
//! | `a:{b32}`, `a:{b32*4}` | any number of values in braces, four values in braces |
//! | `a:parts` | two or four values in braces that together are as wide as the first type word |
//! | `a:#` | a constant |
//! | `a:*` | anything |
//! | `[a]`, `[a..]` | an address; several things in brackets, or an address |
//! | `a:label`, `a:targets`, `a:list`, `a:function`, `a:prototype` | what branches and calls have; both lists of a call may be left out |
//! | `d:T\|p:pred`, `d:T{\|p:pred}` | two destinations, the second may be missing |
//! | `{, c:T}` | may be missing |
//!
//! Operands whose names begin with `d`, and `p` as the first one, are destinations.

mod example;
mod fragment;
mod matching;
mod table;
mod variant;

use crate::isa::{LISTS, Opcode, ROWS};
use crate::modifier::Modifier;
use crate::types::ScalarType;
use smallvec::SmallVec;

pub use example::{PREAMBLE, example, head};
pub(crate) use fragment::has_fragments;
pub(crate) use matching::{Mismatch, Registers};
pub(crate) use table::{Candidate, Spelling, TABLE};
pub use variant::{Place, PlaceKind, Variant, choices, is_optional, variant};

/// A form, read from its line.
#[derive(Debug)]
pub(crate) struct Form {
    groups: Vec<Group>,
    /// Operands, with their index of optional group (0: must be there).
    slots: Vec<(Slot, u8)>,
}

/// Dot-words of which at most one alternative is there.
#[derive(Debug)]
struct Group {
    is_optional: bool,
    /// All alternatives are types.
    is_type: bool,
    alternatives: Vec<SmallVec<[Modifier; 2]>>,
}

/// An operand as a line describes it.
#[derive(Clone, Debug)]
pub(crate) struct Slot {
    /// Its name in the line.
    name: &'static str,
    kind: SlotKind,
    is_destination: bool,
    /// The second of two destinations, and whether it may be missing.
    pair: Option<(Box<Slot>, bool)>,
}

/// A type as a line names it.
#[derive(Clone, Copy, Debug)]
enum TypeName {
    Fixed(ScalarType),
    /// The n-th type word.
    Word(u8),
    /// Twice as wide as the first type word.
    Twice,
}

#[derive(Clone, Copy, Debug)]
enum SlotKind {
    Value {
        ty: TypeName,
        may_be_wider: bool,
    },
    /// As many as the vector word says.
    Elements,
    Braces {
        ty: TypeName,
        count: u8,
    },
    Parts,
    Constant,
    Anything,
    Address,
    Brackets,
    Label,
    Targets,
    List,
    Function,
    Prototype,
}
/// Every dot-word of the table, some of them repeatedly.
pub(crate) fn words_of_the_table() -> impl Iterator<Item = &'static str> {
    let lists = LISTS.iter().map(|(_, words)| *words);
    let forms = ROWS.iter().flat_map(|row| row.forms.iter().map(|form| split(form.text).0));
    let mnemonics = ROWS.iter().flat_map(|row| row.mnemonic.split('.').skip(1));
    lists.chain(forms).flat_map(dot_words).chain(mnemonics)
}

/// The dot-words of a text, without their dots; names of lists are left out.
fn dot_words(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.split(['.', '{', '}', '|']).filter(|word| !word.is_empty() && list(word).is_none())
}

fn list(name: &str) -> Option<&'static str> {
    LISTS.iter().find(|(list, _)| *list == name).map(|(_, words)| *words)
}

/// A line's dot-words and operands.
fn split(line: &'static str) -> (&'static str, &'static str) {
    match line.split_once(' ') {
        Some((words, operands)) => (words, operands.trim()),
        None => (line, ""),
    }
}

impl Form {
    fn read(mnemonic: &'static str, line: &'static str) -> Form {
        let (words, operands) = split(line);
        let mut groups = Vec::new();
        for word in mnemonic.split('.').skip(1) {
            groups.push(Group::new(false, word));
        }
        let mut rest = words;
        while !rest.is_empty() {
            if let Some(inner) = rest.strip_prefix('{') {
                let (group, after) = inner.split_once('}').expect("braces of form lines match");
                groups.push(Group::new(true, group));
                rest = after;
            } else {
                // Up to the next word that no `|` precedes.
                let bytes = rest.as_bytes();
                let end = (1..bytes.len()).find(|at| matches!(bytes[*at], b'{' | b'.') && bytes[at - 1] != b'|');
                let (group, after) = rest.split_at(end.unwrap_or(rest.len()));
                groups.push(Group::new(false, group));
                rest = after;
            }
        }
        Form { groups, slots: read_slots(operands) }
    }

    /// The type words, if the dot-words match.
    fn match_words(&self, words: &[Modifier]) -> Option<SmallVec<[ScalarType; 4]>> {
        let mut left: SmallVec<[Modifier; 8]> = words.iter().copied().collect();
        let mut types = SmallVec::new();
        for group in &self.groups {
            match group.take(&mut left) {
                Some(taken) if group.is_type => types.extend(taken.scalar_type()),
                Some(_) => {}
                None if group.is_optional => {}
                None => return None,
            }
        }
        left.is_empty().then_some(types)
    }

    fn misfits(&self, words: &[Modifier]) -> Misfits {
        let mut left: SmallVec<[Modifier; 8]> = words.iter().copied().collect();
        let missing = self.groups.iter().filter(|group| group.take(&mut left).is_none() && !group.is_optional).count();
        Misfits { left, missing }
    }

    /// The form, with the words that were written where they fit.
    fn suggest(&self, opcode: Opcode, words: &[Modifier]) -> String {
        let mut text = opcode.as_str().to_owned();
        let mut left: SmallVec<[Modifier; 8]> = words.iter().copied().collect();
        for group in &self.groups {
            let written = group.alternatives.iter().find(|words| words.iter().all(|word| left.contains(word)));
            let words = match written {
                Some(words) => words,
                None if group.is_optional => continue,
                None => &group.alternatives[0],
            };
            left.retain(|word| !words.contains(word));
            words.iter().for_each(|word| text += &format!(".{word}"));
        }
        text
    }
}

/// What keeps a spelling from being of a form.
struct Misfits {
    /// Words that the form has no place for.
    left: SmallVec<[Modifier; 8]>,
    /// How many words it lacks.
    missing: usize,
}

impl Misfits {
    fn wrong_types(&self) -> usize {
        self.left.iter().filter(|word| word.scalar_type().is_some()).count()
    }
}

impl Group {
    fn new(is_optional: bool, text: &'static str) -> Group {
        let mut alternatives: Vec<SmallVec<[Modifier; 2]>> = Vec::new();
        let modifier = |word| Modifier::new(word).expect("words of the table have numbers");
        for alternative in text.split('|') {
            let words: SmallVec<[&'static str; 2]> = alternative.split('.').filter(|word| !word.is_empty()).collect();
            match list(words[0]) {
                Some(list) => alternatives.extend(dot_words(list).map(|word| SmallVec::from_slice(&[modifier(word)]))),
                None => alternatives.push(words.into_iter().map(modifier).collect()),
            }
        }
        let is_type = alternatives.iter().all(|words| words.len() == 1 && words[0].scalar_type().is_some());
        Group { is_optional, is_type, alternatives }
    }

    /// Takes the words of an alternative out of `left`; answers the first of them.
    fn take(&self, left: &mut SmallVec<[Modifier; 8]>) -> Option<Modifier> {
        if self.is_type {
            let at = left.iter().position(|word| word.scalar_type().is_some())?;
            let word = left[at];
            if self.alternatives.iter().any(|alternative| alternative[0] == word) {
                left.remove(at);
                return Some(word);
            }
            return None;
        }
        for alternative in &self.alternatives {
            if alternative.iter().all(|word| left.contains(word)) {
                for word in alternative {
                    let at = left.iter().position(|other| other == word)?;
                    left.remove(at);
                }
                return Some(alternative[0]);
            }
        }
        None
    }
}

fn read_slots(operands: &'static str) -> Vec<(Slot, u8)> {
    let mut slots = Vec::new();
    let mut rest = operands;
    let mut optional = 0;
    let mut is_inside = false;
    loop {
        rest = rest.trim_start_matches([' ', ',']);
        if rest.is_empty() {
            return slots;
        }
        if let Some(inner) = rest.strip_prefix("{,") {
            optional += 1;
            is_inside = true;
            rest = inner;
            continue;
        }
        if let Some(after) = rest.strip_prefix('}') {
            is_inside = false;
            rest = after;
            continue;
        }
        let (slot, after) = read_slot(rest, slots.is_empty());
        slots.push((slot, if is_inside { optional } else { 0 }));
        rest = after;
    }
}

fn read_slot(text: &'static str, is_first: bool) -> (Slot, &'static str) {
    if let Some(inner) = text.strip_prefix('[') {
        let (name, after) = inner.split_once(']').expect("brackets of form lines match");
        let kind = if name.ends_with("..") { SlotKind::Brackets } else { SlotKind::Address };
        let name = name.trim_end_matches('.');
        return (Slot { name, kind, is_destination: false, pair: None }, after);
    }
    let (name, after) = text.split_once(':').expect("an operand has a type");
    let end = if after.starts_with('{') {
        after.find('}').expect("braces of form lines match") + 1
    } else {
        after.find([',', ' ', '|', '{', '}']).unwrap_or(after.len())
    };
    let (kind, mut rest) = after.split_at(end);
    let is_destination = name.starts_with('d') || is_first && name.starts_with('p');
    let mut slot = Slot { name, kind: slot_kind(kind), is_destination, pair: None };
    let pair =
        rest.strip_prefix("{|").map(|second| (second, true)).or(rest.strip_prefix('|').map(|second| (second, false)));
    if let Some((second, may_be_missing)) = pair {
        let (mut second, after) = read_slot(second, false);
        second.is_destination = true;
        slot.pair = Some((Box::new(second), may_be_missing));
        rest = if may_be_missing { after.strip_prefix('}').expect("braces of form lines match") } else { after };
    }
    (slot, rest)
}

fn slot_kind(text: &'static str) -> SlotKind {
    match text {
        "V" => SlotKind::Elements,
        "parts" => SlotKind::Parts,
        "#" => SlotKind::Constant,
        "*" => SlotKind::Anything,
        "label" => SlotKind::Label,
        "targets" => SlotKind::Targets,
        "list" => SlotKind::List,
        "function" => SlotKind::Function,
        "prototype" => SlotKind::Prototype,
        _ => {
            if let Some(inner) = text.strip_prefix('{').and_then(|inner| inner.strip_suffix('}')) {
                let (ty, count) = inner.split_once('*').unwrap_or((inner, "0"));
                return SlotKind::Braces { ty: type_name(ty), count: count.parse().expect("a count is a number") };
            }
            let ty = text.trim_start_matches('~');
            SlotKind::Value { ty: type_name(ty), may_be_wider: ty.len() < text.len() }
        }
    }
}

fn type_name(text: &str) -> TypeName {
    match text {
        "T" => TypeName::Word(0),
        "2T" => TypeName::Twice,
        _ => match text.strip_prefix('T') {
            Some(index) => TypeName::Word(index.parse().expect("`T` is followed by a number")),
            None => TypeName::Fixed(ScalarType::from_str(text).expect("an operand has a scalar type")),
        },
    }
}
