//! The table, read: which forms an opcode with its dot-words can be, and what to say if it is none.

use super::Form;
use crate::isa::{Opcode, ROWS};
use crate::modifier::Modifier;
use crate::types::ScalarType;
use smallvec::SmallVec;
use std::collections::HashMap;
use std::sync::LazyLock;

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
    pub(super) types: SmallVec<[ScalarType; 4]>,
    pub(super) vector: u32,
}

/// Why a spelling is none of the table.
#[derive(Debug)]
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

    pub(super) fn forms(&self, opcode: Opcode) -> &[Form] {
        &self.forms[opcode as usize]
    }

    /// Says which word is in the way of the most similar form.
    fn no_form(&self, text: &str, head: &str, opcodes: &[Opcode], words: &[Modifier]) -> Misspelt {
        let forms = opcodes.iter().flat_map(|opcode| self.forms(*opcode).iter().map(move |form| (*opcode, form)));
        let mut near: Vec<_> = forms.map(|(opcode, form)| (form.misfits(words), opcode, form)).collect();
        // A word too many is nearer than a wrong type.
        near.sort_by_key(|(misfits, ..)| misfits.left.len() + misfits.missing + 2 * misfits.wrong_types());
        let mut misspelt = Misspelt {
            message: format!("`{text}` is not a form of `{head}`"),
            range: (0, text.len()),
            label: None,
            help: None,
        };
        let Some((misfits, opcode, form)) = near.first() else { return misspelt };
        if let Some(word) = misfits.left.first() {
            let at = text.find(&format!(".{word}")).unwrap_or(0);
            misspelt.range = (at, at + 1 + word.as_str().len());
            misspelt.label = Some(format!("`.{word}` has no place here"));
        } else if misfits.missing > 0 {
            misspelt.label = Some("a dot-word is missing".to_owned());
        }
        let mut help = format!("write `{}`", form.suggest(*opcode, words));
        // Perhaps the type is what is wrong.
        let other_type = near.iter().find(|(misfits, ..)| {
            misfits.left.len() == misfits.wrong_types()
                && misfits.missing == misfits.wrong_types()
                && misfits.missing > 0
        });
        if let Some((_, opcode, form)) = other_type {
            help += &format!(" or `{}`", form.suggest(*opcode, words));
        }
        misspelt.help = Some(help);
        misspelt
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The form that a spelling is, by its line, or the message with its label and help.
    fn check(text: &str, expected: &str) {
        let found = match TABLE.spelling(text) {
            Ok(spelling) => spelling.opcode.row().forms[usize::from(spelling.forms[0].form)].text.to_owned(),
            Err(misspelt) => format!(
                "{}; {}; {}",
                &text[misspelt.range.0..misspelt.range.1],
                misspelt.label.unwrap_or_default(),
                misspelt.help.unwrap_or_default()
            ),
        };
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn every_form_can_be_spelt_as_its_line_says() {
        for row in ROWS {
            for (form, line) in TABLE.forms(row.opcode).iter().zip(row.forms) {
                let spelling = form.suggest(row.opcode, &[]);
                assert!(TABLE.spelling(&spelling).is_ok(), "{spelling}: {}", line.text);
            }
        }
    }

    #[test]
    fn words_come_in_any_order_but_types_in_theirs() {
        check("add.f32.ftz.rn", "{.RND}{.ftz}{.sat}.f32  d:T, a:T, b:T");
        check("fence.sys.sc", "{.sc|.acq_rel|.acquire|.release}.SCOPE");
        check("vote.ballot.sync.b32", ".sync.ballot.b32  d:T, a:pred, mask:b32");
        check("cvt.rn.f32.s32", ".RND{.ftz}{.sat}.FLOAT.INT8  d:~T0, a:~T1");
        check("cvt.rzi.s32.f32", ".RNDI{.ftz}{.sat}.INT8.FLOAT  d:~T0, a:~T1");
        check("max.xorsign.abs.f32", "{.ftz}{.NaN}{.xorsign.abs}.f32  d:T, a:T, b:T");
    }

    #[test]
    fn the_longest_name_wins() {
        assert_eq!(TABLE.spelling("cp.async.bulk.commit_group").unwrap().opcode, Opcode::CpAsyncBulkCommitGroup);
        assert_eq!(TABLE.spelling("cp.async.commit_group").unwrap().opcode, Opcode::CpAsyncCommitGroup);
        assert_eq!(TABLE.spelling("bar.warp.sync").unwrap().opcode, Opcode::BarWarp);
        assert_eq!(TABLE.spelling("bar.sync").unwrap().opcode, Opcode::Bar);
    }

    #[test]
    fn a_misspelling_is_told_what_would_be_right() {
        check("add.rn.s32", ".rn; `.rn` has no place here; write `add.s32` or `add.rn.f32`");
        check("ld.global.sat.f32", ".sat; `.sat` has no place here; write `ld.global.f32`");
        check("mul.s32", "mul.s32; a dot-word is missing; write `mul.lo.s32` or `mul.f32`");
        check("add.frob.s32", ".frob; no instruction has `.frob`; ");
        check("addd.s32", "addd; ; ");
    }
}
