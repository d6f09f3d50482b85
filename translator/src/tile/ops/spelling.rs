//! How an operation is written: the row's name and its attributes as dot-words in one fixed order, `add.rn.ftz.f32`,
//! `setp.lt.and.f32`, `shf.l.wrap.b32`, and a number where the row's mode is one: `lop3.b32 #0x96`.

use super::{Attributes, Elementwise, Mode};
use ptx_frontend::types::{BoolOp, Comparison, Rounding, ScalarType};
use std::fmt;

/// An operation with its attributes; displays as its spelling.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Spelling<'a>(pub Elementwise, pub &'a Attributes);

impl fmt::Display for Spelling<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Spelling(op, a) = *self;
        f.write_str(op.as_str())?;
        let mode_word = match op.mode() {
            Mode::Words(words) => words.get(a.mode as usize).copied().filter(|word| !word.is_empty()),
            _ => None,
        };
        let words = [
            mode_word,
            a.comparison.map(Comparison::as_str),
            a.combine.map(BoolOp::as_str),
            a.approx.then_some("approx"),
            a.full.then_some("full"),
            a.rounding.map(Rounding::as_str),
            a.ftz.then_some("ftz"),
            a.nan.then_some("NaN"),
            a.xorsign_abs.then_some("xorsign.abs"),
            a.relu.then_some("relu"),
            a.satfinite.then_some("satfinite"),
            a.sat.then_some("sat"),
            Some(a.ty.as_str()),
            (a.from != a.ty || op.has_two_types(a)).then_some(a.from.as_str()),
        ];
        for word in words.into_iter().flatten() {
            write!(f, ".{word}")?;
        }
        match op.mode() {
            Mode::Number(_) | Mode::Packed(..) => write!(f, " #{:#x}", a.mode),
            _ => Ok(()),
        }
    }
}

/// Reads what [`Spelling`] displays. The words may stand in any order after the name.
pub fn parse(text: &str) -> Result<(Elementwise, Attributes), String> {
    let (dotted, number) = match text.split_once('#') {
        Some((dotted, number)) => (dotted.trim_end(), Some(number)),
        None => (text.trim_end(), None),
    };
    let (op, rest) = split_name(dotted).ok_or_else(|| format!("`{dotted}` names no elementwise operation"))?;
    let mut attributes = Attributes::of(ScalarType::B32);
    let mut types = Vec::new();
    for word in rest.split('.').filter(|word| !word.is_empty()) {
        set_word(op, &mut attributes, &mut types, word)
            .ok_or_else(|| format!("`.{word}` is no attribute of `{}`", op.as_str()))?;
    }
    (attributes.ty, attributes.from) = match types[..] {
        [ty] => (ty, ty),
        [ty, from] => (ty, from),
        _ => return Err(format!("`{dotted}` must carry one or two types")),
    };
    if let Some(number) = number {
        attributes.mode = parse_number(number).ok_or_else(|| format!("`#{number}` is not a number"))?;
    }
    if op.is_valid(&attributes) {
        Ok((op, attributes))
    } else {
        Err(format!("`{text}` is not a form of `{}`", op.as_str()))
    }
}

/// Some names contain a dot (`mul.wide`); the longest one counts.
fn split_name(dotted: &str) -> Option<(Elementwise, &str)> {
    let mut ends: Vec<usize> = dotted.match_indices('.').map(|(at, _)| at).take(2).collect();
    ends.push(dotted.len());
    ends.sort_unstable_by(|a, b| b.cmp(a));
    ends.into_iter().find_map(|end| Some((Elementwise::from_str(&dotted[..end])?, &dotted[end..])))
}

fn parse_number(text: &str) -> Option<u32> {
    match text.strip_prefix("0x") {
        Some(digits) => u32::from_str_radix(digits, 16).ok(),
        None => text.parse().ok(),
    }
}

fn set_word(op: Elementwise, a: &mut Attributes, types: &mut Vec<ScalarType>, word: &str) -> Option<()> {
    if let Mode::Words(words) = op.mode()
        && let Some(mode) = words.iter().position(|w| *w == word)
    {
        a.mode = mode as u32;
        return Some(());
    }
    match word {
        "approx" => a.approx = true,
        "full" => a.full = true,
        "ftz" => a.ftz = true,
        "sat" => a.sat = true,
        "satfinite" => a.satfinite = true,
        "relu" => a.relu = true,
        "NaN" => a.nan = true,
        "xorsign" | "abs" => a.xorsign_abs = true,
        _ => {
            if let Some(ty) = ScalarType::from_str(word) {
                types.push(ty);
            } else if let Some(rounding) = Rounding::from_str(word) {
                a.rounding = Some(rounding);
            } else if let Some(combine) = BoolOp::from_str(word) {
                a.combine = Some(combine);
            } else {
                a.comparison = Some(Comparison::from_str(word)?);
            }
        }
    }
    Some(())
}
