//! `docs/tile-ops.md`: every operation of tile kernels, written from the tables that define them.

use super::names::Name;
use super::ops::form::{Form, Words, word};
use super::ops::{Elementwise, Mode};
use ptx_frontend::types::ScalarType;
use std::fmt::Write;

/// The page.
pub fn page() -> String {
    let mut page = String::from(
        "# Operations of tile kernels\n\n\
         Written from the tables `translator/src/tile/ops/table.rs` and `translator/src/tile/names.rs` by \
         `UPDATE=1 cargo test -p translator page`.\n\n\
         What a tile kernel is, and its text form: `translator/src/tile.rs`, `translator/src/tile/print.rs`.\n\n\
         ## Elementwise\n\n\
         One result, computed from the lane's own elements. Words in braces may be left out; of words joined by `|` one \
         is written.\n\n\
         | operation | computes | forms |\n| --- | --- | --- |\n",
    );
    for op in Elementwise::ALL {
        let forms: Vec<String> = op.forms().iter().map(|form| format!("`{}`", form_text(*op, form))).collect();
        row(&mut page, &[&format!("`{}`", op.as_str()), op.description().trim(), &forms.join("<br>")]);
    }
    page.push_str(
        "\n## Special registers\n\nEvery special register of PTX is an operation of its own name: `%0:b32 = tid.x`.\n\n\
         ## Memory, device runtime, warp\n\n| operation | does | written |\n| --- | --- | --- |\n",
    );
    for name in Name::ALL {
        row(&mut page, &[&format!("`{}`", name.as_str()), name.meaning().trim(), &format!("`{}`", name.usage())]);
    }
    page
}

fn row(page: &mut String, cells: &[&str]) {
    let cells: Vec<String> = cells.iter().map(|cell| cell.replace('|', "\\|")).collect();
    let _ = writeln!(page, "| {} |", cells.join(" | "));
}

/// The flags, in the order in which they are written.
const FLAGS: &[(Words, &str)] = &[
    (word::COMPARISON, ".<comparison>"),
    (word::COMBINE, ".and|.or|.xor"),
    (word::APPROX, ".approx"),
    (word::FULL, ".full"),
    (word::ROUNDING, ""),
    (word::FTZ, ".ftz"),
    (word::NAN, ".NaN"),
    (word::XORSIGN_ABS, ".xorsign.abs"),
    (word::RELU, ".relu"),
    (word::SATFINITE, ".satfinite"),
    (word::SAT, ".sat"),
];

/// Rounding words by bit.
const ROUNDINGS: [&str; 10] = [".rn", ".rz", ".rm", ".rp", ".rna", ".rs", ".rni", ".rzi", ".rmi", ".rpi"];

fn form_text(op: Elementwise, form: &Form) -> String {
    let mut text = match op.mode() {
        Mode::Words(words) if words.contains(&"") => {
            let words: Vec<String> = words.iter().filter(|w| !w.is_empty()).map(|w| format!(".{w}")).collect();
            format!("{{{}}}", words.join("|"))
        }
        Mode::Words(words) => words.iter().map(|w| format!(".{w}")).collect::<Vec<_>>().join("|"),
        Mode::None | Mode::Number(_) | Mode::Packed(..) => String::new(),
    };
    let (needs, may) = (form.needed_words(), form.optional_words());
    for &(bits, name) in FLAGS {
        let written = |words: Words| {
            let roundings = ROUNDINGS.iter().enumerate().filter(|(bit, _)| words & (1 << bit) != 0);
            let roundings: Vec<&str> = roundings.map(|(_, name)| *name).collect();
            if bits == word::ROUNDING { roundings.join("|") } else { name.to_owned() }
        };
        if needs & bits != 0 {
            text.push_str(&written(needs & bits));
        } else if may & bits != 0 {
            let _ = write!(text, "{{{}}}", written(may & bits));
        }
    }
    let types = |types: &[ScalarType]| types.iter().map(|ty| format!(".{ty}")).collect::<Vec<_>>().join("|");
    if !text.is_empty() {
        text.push(' ');
    }
    text.push_str(&types(form.types()));
    if !form.from_types().is_empty() {
        let _ = write!(text, " {}", types(form.from_types()));
    }
    if matches!(op.mode(), Mode::Number(_) | Mode::Packed(..)) {
        text.push_str(" #<number>");
    }
    text
}

#[cfg(test)]
mod tests {
    #[test]
    fn page_is_up_to_date() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/tile-ops.md");
        let made = super::page();
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(path, &made).unwrap_or_else(|error| panic!("{path}: {error}"));
        }
        let found = std::fs::read_to_string(path).unwrap_or_default();
        assert!(found == made, "docs/tile-ops.md is stale: `UPDATE=1 cargo test -p translator page` writes it again");
    }
}
