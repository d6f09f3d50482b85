//! The instruction table says of every instruction whether it is executed; here it is held to that.

use ptx_frontend::form::{PREAMBLE, example, head};
use ptx_frontend::isa::{Opcode, ROWS, Row, Support};
use translator::{Options, translate};

/// Why the form's example has no tile kernel.
fn failure(head: &str, example: &str) -> Option<String> {
    let text = format!("{head}.entry k() {{\n{PREAMBLE}{example}\n}}\n");
    let module = ptx_frontend::parse_module(&text, "example.ptx").unwrap_or_else(|errors| panic!("{}", errors[0]));
    translate(&module, "k", &Options::default()).err().map(|error| error.to_string())
}

#[test]
fn what_the_table_calls_executed_can_be_translated_and_the_rest_cannot() {
    let mut wrong = Vec::new();
    // How many coordinates a texel or a box takes depends on its shape, and some constants must have a certain value;
    // an example does not know of that, so it may fail where the form is executed.
    let is_shaped = |row: &Row, form: usize| {
        matches!(row.chapter, "Textures and surfaces" | "Asynchronous copies")
            || row.opcode == Opcode::StBulk
            || row.opcode == Opcode::Mma && row.forms[form].text.starts_with(".sp")
    };
    for row in ROWS.iter().filter(|row| row.opcode != Opcode::Call) {
        for form in 0..row.forms.len() {
            let example = example(row.opcode, form as u16).expect("only calls have no example");
            let is_known_only = matches!(row.support_of(form), Support::Known(_));
            match failure(&head(row.opcode, form as u16), &example) {
                Some(why) if !is_known_only && !is_shaped(row, form) => {
                    wrong.push(format!("{example} is called executed, but: {why}"))
                }
                None if is_known_only => wrong.push(format!("{example} is translated, but not called executed")),
                _ => {}
            }
        }
    }
    assert!(wrong.is_empty(), "{} rows of ptx-frontend/src/isa.rs are wrong:\n{}", wrong.len(), wrong.join("\n"));
}
