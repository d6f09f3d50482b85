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
//! | `a:#` | a constant |
//! | `a:*` | anything |
//! | `[a]`, `[a..]` | an address; several things in brackets, or an address |
//! | `a:label`, `a:targets`, `a:list`, `a:function`, `a:prototype` | what branches and calls have; both lists of a call may be left out |
//! | `d:T\|p:pred`, `d:T{\|p:pred}` | two destinations, the second may be missing |
//! | `{, c:T}` | may be missing |
//!
//! Operands whose names begin with `d`, and `p` as the first one, are destinations.

use crate::checked::{Operand, Register};
use crate::isa::{LISTS, Opcode, ROWS};
use crate::modifier::Modifier;
use crate::types::ScalarType;
use smallvec::SmallVec;
use std::collections::HashMap;
use std::sync::LazyLock;

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

/// The table, read.
pub(crate) struct Table {
    /// By opcode, then by line.
    forms: Vec<Vec<Form>>,
    /// Opcodes by the first word of the mnemonic; longer mnemonics first.
    heads: HashMap<&'static str, Vec<Opcode>>,
}

/// The table.
pub(crate) static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let mut table = Table { forms: Vec::new(), heads: HashMap::new() };
    for row in ROWS {
        table.forms.push(row.forms.iter().map(|form| Form::read(row.mnemonic, form.text)).collect());
        table.heads.entry(row.opcode.as_str()).or_default().push(row.opcode);
    }
    for opcodes in table.heads.values_mut() {
        opcodes.sort_by_key(|opcode| std::cmp::Reverse(opcode.mnemonic().len()));
    }
    table
});

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

    /// Words that the form has no place for, and whether a required one is missing.
    fn misfits(&self, words: &[Modifier]) -> (SmallVec<[Modifier; 8]>, usize) {
        let mut left: SmallVec<[Modifier; 8]> = words.iter().copied().collect();
        let missing = self.groups.iter().filter(|group| group.take(&mut left).is_none() && !group.is_optional).count();
        (left, missing)
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

/// A spelling of an opcode with its dot-words, and the forms that it can be.
#[derive(Clone, Debug)]
pub(crate) struct Spelling {
    pub(crate) opcode: Opcode,
    pub(crate) words: SmallVec<[Modifier; 8]>,
    /// Form number, and its operands with their types filled in.
    pub(crate) forms: SmallVec<[Candidate; 2]>,
}

/// A form that the dot-words match.
#[derive(Clone, Debug)]
pub(crate) struct Candidate {
    /// Number of the line.
    pub(crate) form: u16,
    types: SmallVec<[ScalarType; 4]>,
    vector: u32,
}

/// Why a spelling is none of the table.
pub(crate) struct Misspelt {
    pub(crate) message: String,
    /// The bytes of the spelling that are wrong.
    pub(crate) range: (usize, usize),
    pub(crate) label: Option<String>,
    pub(crate) help: Option<String>,
}

impl Table {
    /// Looks up an opcode with its dot-words.
    pub(crate) fn spelling(&self, text: &str) -> Result<Spelling, Misspelt> {
        let head = text.split('.').next().unwrap_or(text);
        let Some(opcodes) = self.heads.get(head) else {
            return Err(Misspelt {
                message: format!("`{head}` is not a PTX instruction"),
                range: (0, head.len()),
                label: None,
                help: None,
            });
        };
        let mut words = SmallVec::<[Modifier; 8]>::new();
        let mut at = head.len();
        for word in text[head.len()..].split('.').skip(1) {
            match Modifier::new(word) {
                Some(modifier) => words.push(modifier),
                None => {
                    return Err(Misspelt {
                        message: format!("`{text}` is not a form of `{head}`"),
                        range: (at, at + 1 + word.len()),
                        label: Some(format!("no instruction has `.{word}`")),
                        help: None,
                    });
                }
            }
            at += 1 + word.len();
        }
        let vector = words.iter().find_map(|word| word.as_str().strip_prefix('v')?.parse().ok()).unwrap_or(1);
        for opcode in opcodes {
            let forms: SmallVec<[Candidate; 2]> = self
                .forms(*opcode)
                .iter()
                .enumerate()
                .filter_map(|(form, line)| {
                    Some(Candidate { form: form as u16, types: line.match_words(&words)?, vector })
                })
                .collect();
            if !forms.is_empty() {
                return Ok(Spelling { opcode: *opcode, words, forms });
            }
        }
        Err(self.no_form(text, head, opcodes, &words))
    }

    fn forms(&self, opcode: Opcode) -> &[Form] {
        &self.forms[opcode as usize]
    }

    /// Says which word is in the way of the most similar form.
    fn no_form(&self, text: &str, head: &str, opcodes: &[Opcode], words: &[Modifier]) -> Misspelt {
        let lines = opcodes.iter().flat_map(|opcode| {
            self.forms(*opcode).iter().zip(opcode.row().forms).map(move |(form, line)| (*opcode, form, line))
        });
        let rank = |form: &Form| {
            let (left, missing) = form.misfits(words);
            // A word too many is nearer than a wrong type.
            let wrong_types = left.iter().filter(|word| word.scalar_type().is_some()).count();
            left.len() + missing + 2 * wrong_types
        };
        let mut near: Vec<_> = lines.map(|(opcode, form, line)| (rank(form), opcode, form, line)).collect();
        near.sort_by_key(|(rank, ..)| *rank);
        let mut range = (0, text.len());
        let mut label = None;
        if let Some((_, _, form, _)) = near.first() {
            let (left, missing) = form.misfits(words);
            if let Some(word) = left.first() {
                let at = text.find(&format!(".{word}")).unwrap_or(0);
                range = (at, at + 1 + word.as_str().len());
                label = Some(format!("`.{word}` has no place here"));
            } else if missing > 0 {
                label = Some("a dot-word is missing".to_owned());
            }
        }
        let best = near.first().map_or(0, |(rank, ..)| *rank);
        let mut shown: Vec<String> = near
            .iter()
            .take_while(|(rank, ..)| *rank == best)
            .map(|(_, opcode, _, line)| format!("`{}{}`", opcode.mnemonic(), split(line.text).0))
            .collect();
        shown.dedup();
        shown.truncate(3);
        Misspelt {
            message: format!("`{text}` is not a form of `{head}`"),
            range,
            label,
            help: Some(format!("write {}", shown.join(" or "))),
        }
    }
}

/// Why operands do not match a form.
#[derive(Debug)]
pub(crate) enum Mismatch {
    /// Too many or too few.
    Count { expected: String },
    /// The operand with this index.
    Operand { index: usize, reason: String },
}

/// What the matcher must know of a body.
pub(crate) struct Registers<'a>(pub(crate) &'a [Register]);

impl Candidate {
    fn line(&self, opcode: Opcode) -> &'static Form {
        &TABLE.forms(opcode)[usize::from(self.form)]
    }

    /// The row and line of the table.
    pub(crate) fn text(&self, opcode: Opcode) -> &'static str {
        opcode.row().forms[usize::from(self.form)].text
    }

    /// Compares operands with the form.
    pub(crate) fn match_operands(
        &self,
        opcode: Opcode,
        operands: &[Operand],
        registers: &Registers<'_>,
    ) -> Result<(), Mismatch> {
        let slots = &self.line(opcode).slots;
        let mut at = 0;
        let mut next = 0;
        let mut refused = None;
        while next < slots.len() {
            let (slot, group) = &slots[next];
            let group_end = next + slots[next..].iter().take_while(|(_, other)| other == group).count();
            if *group == 0 {
                let Some(operand) = operands.get(at) else { return Err(self.count(opcode)) };
                self.fits(slot, operand, registers).map_err(|reason| Mismatch::Operand { index: at, reason })?;
                at += 1;
                next += 1;
                continue;
            }
            // All of an optional group, or nothing of it.
            let wanted = &slots[next..group_end];
            let given = operands.get(at..at + wanted.len());
            let misfit = given.map(|given| {
                let pairs = wanted.iter().zip(given).enumerate();
                pairs
                    .filter_map(|(index, ((slot, _), operand))| {
                        Some((at + index, self.fits(slot, operand, registers).err()?))
                    })
                    .next()
            });
            match misfit {
                Some(None) => at += wanted.len(),
                Some(Some(misfit)) => refused = Some(misfit),
                None => {}
            }
            next = group_end;
        }
        if at == operands.len() {
            return Ok(());
        }
        Err(match refused {
            Some((index, reason)) => Mismatch::Operand { index, reason },
            None => self.count(opcode),
        })
    }

    fn count(&self, opcode: Opcode) -> Mismatch {
        Mismatch::Count { expected: split(self.text(opcode)).1.to_owned() }
    }

    fn ty(&self, name: TypeName) -> (ScalarType, u32) {
        match name {
            TypeName::Fixed(ty) => (ty, ty.bits()),
            TypeName::Word(index) => {
                let ty = self.types.get(usize::from(index)).copied().unwrap_or(ScalarType::B32);
                (ty, ty.bits())
            }
            TypeName::Twice => {
                let ty = self.types.first().copied().unwrap_or(ScalarType::B32);
                (ty, ty.bits() * 2)
            }
        }
    }

    fn fits(&self, slot: &Slot, operand: &Operand, registers: &Registers<'_>) -> Result<(), String> {
        let named = |wanted: &str| Err(format!("`{}` must be {wanted}", slot.name));
        if let Operand::Pair(first, second) = operand {
            let Some((second_slot, _)) = &slot.pair else { return named("a single operand") };
            let alone = Slot { pair: None, ..slot.clone() };
            self.fits(&alone, first, registers)?;
            return self.fits(second_slot, second, registers);
        }
        if let Some((second, false)) = &slot.pair {
            return Err(format!("`|{}` is missing", second.name));
        }
        match slot.kind {
            SlotKind::Value { ty, may_be_wider } => {
                let (ty, bits) = self.ty(ty);
                if let Operand::Vector(_) = operand {
                    return named("a single value");
                }
                fits_value(slot, ty, bits, may_be_wider, operand, registers)
            }
            SlotKind::Elements => {
                let (ty, bits) = self.ty(TypeName::Word(0));
                let parts = match operand {
                    Operand::Vector(parts) => &parts[..],
                    part => std::slice::from_ref(part),
                };
                if parts.len() as u32 != self.vector {
                    return named(&format!("{} values", self.vector));
                }
                parts.iter().try_for_each(|part| fits_value(slot, ty, bits, true, part, registers))
            }
            SlotKind::Braces { ty, count } => {
                let (ty, bits) = self.ty(ty);
                let Operand::Vector(parts) = operand else {
                    // One value needs no braces.
                    if count <= 1 && !matches!(operand, Operand::Address(..) | Operand::Indexed(_)) {
                        return fits_value(slot, ty, bits, true, operand, registers);
                    }
                    return named("values in braces");
                };
                if count != 0 && parts.len() != usize::from(count) {
                    return named(&format!("{count} values in braces"));
                }
                parts.iter().try_for_each(|part| fits_value(slot, ty, bits, true, part, registers))
            }
            SlotKind::Constant => match operand {
                Operand::Integer(_) => Ok(()),
                _ => named("a constant"),
            },
            SlotKind::Anything => Ok(()),
            SlotKind::Address => match operand {
                Operand::Address(base, _) => fits_base(slot, base, registers),
                _ => named("an address in brackets"),
            },
            SlotKind::Brackets => match operand {
                Operand::Address(base, _) => fits_base(slot, base, registers),
                Operand::Indexed(_) => Ok(()),
                _ => named("in brackets"),
            },
            SlotKind::Label => match operand {
                Operand::Label(_) => Ok(()),
                _ => named("a label"),
            },
            SlotKind::Targets => match operand {
                Operand::BranchTargets(_) => Ok(()),
                _ => named("the name of a `.branchtargets` list"),
            },
            SlotKind::List => match operand {
                Operand::List(_) => Ok(()),
                _ => named("a list in parentheses"),
            },
            SlotKind::Function => match operand {
                Operand::Function(_) | Operand::Register(_) => Ok(()),
                _ => named("a function or a register that holds the address of one"),
            },
            SlotKind::Prototype => match operand {
                Operand::Prototype(_) => Ok(()),
                _ => named("the name of a `.callprototype` or `.calltargets`"),
            },
        }
    }
}

fn fits_base(slot: &Slot, base: &Operand, registers: &Registers<'_>) -> Result<(), String> {
    if let Operand::Register(register) = base {
        let bits = registers.0[register.0 as usize].ty.bits();
        if bits != 32 && bits != 64 {
            return Err(format!("`{}` must be in a register of 32 or 64 bits", slot.name));
        }
    }
    Ok(())
}

fn fits_value(
    slot: &Slot,
    ty: ScalarType,
    bits: u32,
    may_be_wider: bool,
    operand: &Operand,
    registers: &Registers<'_>,
) -> Result<(), String> {
    let named = |wanted: &str| Err(format!("`{}` must be {wanted}", slot.name));
    match operand {
        Operand::Register(register) | Operand::Not(register) | Operand::Part { register, .. } => {
            let held = registers.0[register.0 as usize].ty.bits();
            // There are no registers of 8 bits that arithmetic could use.
            let is_right =
                held == bits || may_be_wider && held > bits && bits > 1 || bits < 16 && bits > 1 && held == 16;
            if matches!(operand, Operand::Not(_)) && ty != ScalarType::Pred {
                return named("a value; only predicates are negated with `!`");
            }
            if is_right {
                Ok(())
            } else if ty == ScalarType::Pred {
                named("a predicate")
            } else if held == 1 {
                named(&format!("a value of {bits} bits, not a predicate"))
            } else {
                named(&format!("in a register of {bits} bits; this one has {held}"))
            }
        }
        Operand::Sink if slot.is_destination => Ok(()),
        _ if slot.is_destination => named("a register"),
        Operand::Integer(_) if matches!(ty, ScalarType::F32 | ScalarType::F64) => {
            named("a floating-point value; integers are not converted")
        }
        Operand::Integer(_) | Operand::Special(_) => Ok(()),
        Operand::F32(_) | Operand::F64(_) if ty != ScalarType::Pred => Ok(()),
        Operand::Variable(..)
        | Operand::Local(..)
        | Operand::Param(..)
        | Operand::Return(..)
        | Operand::Function(_)
            if bits >= 32 =>
        {
            Ok(())
        }
        Operand::Sink => named("a value"),
        _ => named(&format!("a value of type `.{ty}`")),
    }
}
