//! Reads the form lines of the instruction table and matches instructions against them.

use std::collections::HashMap;
use std::sync::OnceLock;

use smallvec::SmallVec;

use crate::isa::{Opcode, ROWS};
use crate::modifier::{Modifier, Modifiers};
use crate::types::ScalarType;

/// A form, read.
#[derive(Debug)]
pub struct Form {
    groups: Vec<Group>,
    /// Operands in order.
    pub operands: Vec<OperandSpec>,
    /// How many of them must be there.
    pub required: usize,
    /// `*`: any words, any operands (for instructions that are only named, never executed).
    pub any: bool,
}

/// One position of a form: one word of several.
#[derive(Debug)]
struct Group {
    words: Vec<&'static str>,
    optional: bool,
}

/// What an operand must look like.
#[derive(Clone, Copy, Debug)]
pub struct OperandSpec {
    /// The letter.
    pub name: char,
    /// Shape.
    pub shape: Shape,
    /// Width of its registers.
    pub width: Width,
    /// The register may be wider.
    pub wider: bool,
    /// A brace list of such operands is allowed too.
    pub vector: bool,
}

/// Shape of an operand.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shape {
    /// Register, immediate, symbol.
    Plain,
    /// `d|p`: register, or a pair of a register and a predicate.
    Pair,
    /// `[a]`
    Address,
    /// `{v}`
    List,
    /// `l`
    Label,
}

/// Width class of an operand.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Width {
    /// Not checked.
    Any,
    /// A predicate.
    Predicate,
    /// Bits.
    Bits(u32),
    /// Bits of the n-th type word, times the factor.
    Type(u8, u32),
}

impl Width {
    /// Bits, given the type words of the instruction; `None` if not to be checked.
    pub fn bits(self, types: &[ScalarType]) -> Option<u32> {
        match self {
            Width::Any => None,
            Width::Predicate => Some(1),
            Width::Bits(n) => Some(n),
            // Sub-byte and 8-bit types live in 16-bit or wider registers.
            Width::Type(n, factor) => types.get(n as usize).map(|t| match t.bits() {
                1 => 1,
                n => n.max(16) * factor,
            }),
        }
    }
}

fn read_operand(text: &'static str) -> OperandSpec {
    let text = text.trim();
    let mut spec = OperandSpec { name: ' ', shape: Shape::Plain, width: Width::Any, wider: false, vector: false };
    match text.as_bytes()[0] {
        b'[' => spec.shape = Shape::Address,
        b'{' => spec.shape = Shape::List,
        _ => {
            let (name, class) = text.split_once(':').unwrap_or((text, "label"));
            spec.name = name.chars().next().unwrap_or(' ');
            if name.contains('|') {
                spec.shape = Shape::Pair;
            }
            let bare = class.trim_end_matches(['+', '*']);
            spec.wider = class.contains('+');
            spec.vector = class.contains('*');
            spec.width = match bare {
                "label" => {
                    spec.shape = Shape::Label;
                    Width::Any
                }
                "any" => Width::Any,
                "P" => Width::Predicate,
                "T" => Width::Type(0, 1),
                "U" => Width::Type(1, 1),
                "W" => Width::Type(2, 1),
                "X" => Width::Type(3, 1),
                "2T" => Width::Type(0, 2),
                n => n.parse().map_or(Width::Any, Width::Bits),
            };
        }
    }
    spec
}

fn read_form(text: &'static str) -> Form {
    let mut form = Form { groups: Vec::new(), operands: Vec::new(), required: 0, any: text == "*" };
    if form.any {
        return form;
    }
    let (words, operands) = text.split_once(' ').unwrap_or((text, ""));
    let mut rest = words;
    while !rest.is_empty() {
        let (group, optional, after) = if let Some(inner) = rest.strip_prefix('{') {
            let end = inner.find('}').expect("the table closes its braces");
            (&inner[..end], true, &inner[end + 1..])
        } else {
            // A mandatory group ends before the next `.` that is not preceded by `|`, or at a brace.
            let bytes = rest.as_bytes();
            let end = (1..bytes.len())
                .find(|&i| bytes[i] == b'{' || (bytes[i] == b'.' && bytes[i - 1] != b'|'))
                .unwrap_or(bytes.len());
            (&rest[..end], false, &rest[end..])
        };
        let words = group.split('|').map(|w| w.trim_start_matches('.')).collect();
        form.groups.push(Group { words, optional });
        rest = after;
    }
    let mut rest = operands.trim();
    while !rest.is_empty() {
        let (inner, optional) = match rest.strip_prefix("(,") {
            Some(inner) => (inner, true),
            None => (rest.trim_start_matches(','), false),
        };
        let end = if optional { inner.find(')') } else { inner.find([',', '(']) }.unwrap_or(inner.len());
        form.operands.push(read_operand(&inner[..end]));
        form.required += usize::from(!optional);
        rest = inner[end..].trim_start_matches(')').trim();
    }
    form
}

/// Every form of the table, by opcode.
pub fn forms(opcode: Opcode) -> &'static [Form] {
    static FORMS: OnceLock<Vec<Vec<Form>>> = OnceLock::new();
    &FORMS.get_or_init(|| ROWS.iter().map(|r| r.forms.iter().map(|f| read_form(f)).collect()).collect())
        [opcode as usize]
}

/// The opcode whose mnemonic, and the words behind it that belong to it (`cp.async.bulk`), begin `text` (an opcode with
/// its words). Gives the opcode and the rest of the text.
pub fn opcode(text: &str) -> Option<(Opcode, &str)> {
    static NAMES: OnceLock<HashMap<&'static str, Opcode>> = OnceLock::new();
    let names = NAMES.get_or_init(|| ROWS.iter().map(|r| (r.name, r.opcode)).collect());
    // The longest mnemonic wins: `cp.async.bulk` before `cp.async`.
    let mut end = text.len();
    loop {
        if let Some(&op) = names.get(&text[..end]) {
            return Some((op, &text[end..]));
        }
        end = text[..end].rfind('.')?;
    }
}

/// The word of the table that is spelled `text`.
fn known_word(text: &str) -> Option<Modifier> {
    static WORDS: OnceLock<HashMap<&'static str, Modifier>> = OnceLock::new();
    WORDS
        .get_or_init(|| {
            let groups = ROWS.iter().flat_map(|r| forms(r.opcode)).flat_map(|f| &f.groups);
            groups.flat_map(|g| &g.words).map(|&w| (w, Modifier(w))).collect()
        })
        .get(text)
        .copied()
}

/// Why an instruction's words match no form.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Mismatch {
    /// No instruction has this word.
    UnknownWord(String),
    /// No form of the instruction takes this word.
    WordNotAllowed(String),
    /// All words are allowed, but not together, or one is missing.
    Combination,
}

/// The forms of `opcode` that take exactly these words (text such as `.lo.s32`), by number, and the words.
pub fn match_words(opcode: Opcode, text: &str) -> Result<(SmallVec<[u16; 4]>, Modifiers), Mismatch> {
    let forms = forms(opcode);
    if forms[0].any {
        let words = text.split('.').filter(|w| !w.is_empty()).filter_map(known_word).collect();
        return Ok((SmallVec::from_slice(&[0]), Modifiers(words)));
    }
    let mut words = SmallVec::<[Modifier; 6]>::new();
    for word in text.split('.').filter(|w| !w.is_empty()) {
        words.push(known_word(word).ok_or_else(|| Mismatch::UnknownWord(word.to_string()))?);
    }
    let matching: SmallVec<[u16; 4]> = (0..forms.len() as u16).filter(|&i| takes(&forms[i as usize], &words)).collect();
    if !matching.is_empty() {
        return Ok((matching, Modifiers(words)));
    }
    let stranger = words.iter().find(|w| !forms.iter().any(|f| f.groups.iter().any(|g| g.words.contains(&w.0))));
    Err(stranger.map_or(Mismatch::Combination, |w| Mismatch::WordNotAllowed(w.0.to_string())))
}

/// Whether each word finds a group of its own and no mandatory group is left. Words take the first free group that
/// has them; a mandatory group goes before an optional one, so that `.satfinite` of one place does not starve another.
fn takes(form: &Form, words: &[Modifier]) -> bool {
    if words.len() > form.groups.len() {
        return false;
    }
    let mut used = 0u64;
    for word in words {
        let free = |optional: bool| {
            form.groups
                .iter()
                .enumerate()
                .position(|(i, g)| used & (1 << i) == 0 && g.optional == optional && g.words.contains(&word.0))
        };
        match free(false).or_else(|| free(true)) {
            Some(i) => used |= 1 << i,
            None => return false,
        }
    }
    form.groups.iter().enumerate().all(|(i, g)| g.optional || used & (1 << i) != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Result<&[u16], Mismatch>) {
        let (op, rest) = opcode(text).expect("a known mnemonic");
        let found = match_words(op, rest).map(|(forms, _)| forms.to_vec());
        assert_eq!(found, expected.map(|f| f.to_vec()), "{text}");
    }

    #[test]
    fn every_form_of_the_table_can_be_read_and_takes_its_own_first_words() {
        for row in ROWS {
            for (i, form) in forms(row.opcode).iter().enumerate().filter(|(_, f)| !f.any) {
                assert!(form.groups.len() <= 64);
                let words: Vec<_> = form.groups.iter().filter(|g| !g.optional).map(|g| Modifier(g.words[0])).collect();
                assert!(takes(form, &words), "{} form {i}: {words:?}", row.name);
            }
        }
    }

    #[test]
    fn the_table_is_indexed_by_opcode() {
        assert!(ROWS.iter().enumerate().all(|(i, r)| r.opcode as usize == i));
    }

    #[test]
    fn words_are_a_set_whose_order_is_free() {
        check("add.rn.ftz.f32", Ok(&[2]));
        check("add.f32.ftz.rn", Ok(&[2]));
        check("ex2.approx.f32.ftz", Ok(&[0]));
        check("ldmatrix.sync.aligned.x4.m8n8.shared.b16", Ok(&[0]));
        check("vote.ballot.sync.b32", Ok(&[1]));
        check("cp.async.bulk.commit_group", Ok(&[0]));
    }

    #[test]
    fn what_does_not_fit_says_which_word() {
        check("add.rn.s32", Err(Mismatch::Combination));
        check("add.wide.s32", Err(Mismatch::WordNotAllowed("wide".into())));
        check("add.frob.s32", Err(Mismatch::UnknownWord("frob".into())));
        check("add", Err(Mismatch::Combination));
    }
}
