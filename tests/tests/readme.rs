//! The table "What works" of the README is made from what is there; `UPDATE=1` writes it again.

use conformance::toolchain::{self, Variant, repository};
use std::fs;

const START: &str = "<!-- made by tests/tests/readme.rs -->\n";
const END: &str = "<!-- end -->";

fn read(path: &str) -> String {
    fs::read_to_string(repository().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn table() -> String {
    let files = fs::read_dir(repository().join("tests/ptx")).expect("the cases are there").count();
    let programs = toolchain::programs().expect("the examples are there");
    let names: Vec<String> = programs.iter().map(|program| format!("`{}`", program.name)).collect();
    let variants = Variant::one_axis_at_a_time().len();
    format!(
        "| | |\n| --- | --- |\n\
         | behaviours of PTX instructions, each with its test | {files} |\n\
         | example programs, each in {variants} build variants | {}: {} |\n",
        names.len(),
        names.join(", ")
    )
}

#[test]
fn the_readme_says_what_works() {
    let readme = read("README.md");
    let (before, rest) = readme.split_once(START).expect("the README has the table's start");
    let (_, after) = rest.split_once(END).expect("the README has the table's end");
    let fresh = format!("{before}{START}{}{END}{after}", table());
    if std::env::var_os("UPDATE").is_some() {
        fs::write(repository().join("README.md"), &fresh).expect("the README can be written");
    }
    assert!(fresh == readme, "README.md is stale; `UPDATE=1 cargo test -p conformance --test readme` writes it again");
}
