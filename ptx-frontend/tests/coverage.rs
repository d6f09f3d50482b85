//! `docs/ptx-coverage.md` is made from the instruction table.

use ptx_frontend::isa::{ROWS, Row, Support, Until};
use std::fmt::Write;

fn page() -> String {
    // An instruction counts where one of its forms does.
    let count = |wanted: fn(&Support) -> bool| {
        let of = |row: &Row| (0..row.forms.len()).filter(|form| wanted(&row.support_of(*form))).count();
        let forms = ROWS.iter().map(of).filter(|forms| *forms > 0);
        forms.fold((0, 0), |(instructions, all), forms| (instructions + 1, all + forms))
    };
    let mut text = String::from(
        "# PTX in Regauge\n\n\
         Generated from `ptx-frontend/src/isa.rs` (`UPDATE=1 cargo test -p ptx-frontend --test coverage`).\n\n\
         Every form below is parsed and checked. A form line is written as in NVIDIA's manual, `{...}` may be missing, and \
         dot-words may come in any order; `ptx-frontend/src/form.rs` tells the rest.\n\n\
         | state | instructions | form lines | meaning |\n| --- | ---: | ---: | --- |\n",
    );
    let mut row = |state: &str, (instructions, forms): (usize, usize), meaning: &str| {
        writeln!(text, "| {state} | {instructions} | {forms} | {meaning} |").expect("writing to a string");
    };
    row("yes", count(|s| matches!(s, Support::Executed)), "executed with its meaning");
    row("hint", count(|s| matches!(s, Support::Hint)), "accepted; it only advises the hardware");
    row(
        "no",
        count(|s| matches!(s, Support::Known(_))),
        "a kernel that uses it is refused with the instruction and its line; other kernels of the module run",
    );
    let mut chapter = "";
    for row in ROWS {
        if row.chapter != chapter {
            chapter = row.chapter;
            write!(text, "\n## {chapter}\n\n| instruction | since | form | state |\n| --- | --- | --- | --- |\n")
                .expect("writing to a string");
        }
        forms(&mut text, row);
    }
    text
}

fn forms(text: &mut String, row: &Row) {
    for (number, form) in row.forms.iter().enumerate() {
        let state = match row.support_of(number) {
            Support::Executed => "yes".to_string(),
            Support::Hint => "hint".to_string(),
            Support::Known(why) => format!("no: {why}"),
        };
        // A bar would end the cell.
        let line = form.text.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|");
        let line = if line.is_empty() { String::new() } else { format!("`{line}`") };
        let until = match form.until {
            None => String::new(),
            Some(Until { version, target: None }) => format!(" to {version}"),
            Some(Until { version, target: Some(from) }) => format!(" (from {from} on to {version})"),
        };
        writeln!(text, "| `{}` | PTX {}{until}, {} | {line} | {state} |", row.mnemonic, form.ptx, form.target)
            .expect("writing to a string");
    }
}

#[test]
fn the_coverage_page_is_fresh() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/ptx-coverage.md");
    let made = page();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(path, made).expect("the page can be written");
    } else {
        let found = std::fs::read_to_string(path).unwrap_or_default();
        assert!(
            found == made,
            "docs/ptx-coverage.md is stale: `UPDATE=1 cargo test -p ptx-frontend --test coverage` writes it again"
        );
    }
}

#[test]
fn a_form_that_is_refused_is_not_called_executed() {
    let text = page();
    for row in ROWS {
        let lines = text.lines().filter(|line| line.starts_with(&format!("| `{}` | ", row.mnemonic)));
        for (number, line) in lines.enumerate() {
            let is_executed = row.support_of(number) == Support::Executed;
            assert_eq!(line.ends_with("| yes |"), is_executed, "{line}");
        }
    }
}
