//! Programs compiled by nvcc, each for one thing that no `.ptx` file can show.

use conformance::program::{self, End};
use conformance::toolchain::{self, Program, Toolkit, Variant, repository};
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

const LIMIT: Duration = Duration::from_secs(60);

struct Built {
    source: PathBuf,
    binary: PathBuf,
    regauge: PathBuf,
    toolkit: Toolkit,
}

/// A program of `tests/programs/`; `None` without the compiler.
fn build(name: &str) -> Option<Built> {
    let (Some(toolkit), Some(regauge)) = (Toolkit::find(), toolchain::regauge()) else {
        eprintln!("note: no CUDA compiler in .deps/ or no `regauge`: `{name}` is not tested");
        return None;
    };
    let source = repository().join(format!("tests/programs/{name}.cu"));
    let program = Program { name: name.to_owned(), sources: vec![source.clone()] };
    let variant = Variant { line_info: true, architecture: Some(90), ..Variant::default() };
    let binary = toolkit.build(&program, &variant).expect("nvcc compiles it");
    Some(Built { source, binary, regauge, toolkit })
}

impl Built {
    fn run(&self, settings: &[&str], arguments: &[&str]) -> End {
        let mut command = Command::new(&self.regauge);
        command.arg("run").args(settings).arg("--").arg(&self.binary).args(arguments);
        command.env("LD_LIBRARY_PATH", self.toolkit.libraries());
        program::run(&mut command, LIMIT).expect("it starts")
    }

    /// `source_lines.cu:17` for the line with this comment at its end.
    fn place(&self, comment: &str) -> String {
        let text = std::fs::read_to_string(&self.source).expect("it is there");
        let is_marked = |line: &str| line.ends_with(&format!("// {comment}"));
        let line = text.lines().position(is_marked).expect("the line is marked");
        format!("{}:{}", self.source.file_name().expect("it has a name").display(), line + 1)
    }
}

/// A kernel of `source_lines` ends with an error, and the message names the line that its comment marks.
#[track_caller]
fn check(kernel: &str, error: &str) {
    let Some(built) = build("source_lines") else { return };
    let end = built.run(&[], &[kernel]);
    assert_eq!(end.stdout.trim(), error, "{end}");
    assert!(end.stderr.contains(&built.place(kernel)), "{} is not named: {end}", built.place(kernel));
}

#[test]
fn a_store_out_of_bounds_names_its_source_line() {
    check("out_of_bounds", "cudaErrorIllegalAddress");
}

#[test]
fn a_store_in_an_inlined_function_names_the_line_of_that_function() {
    check("inlined", "cudaErrorIllegalAddress");
}

#[test]
fn a_misaligned_store_names_its_source_line() {
    check("misaligned", "cudaErrorMisalignedAddress");
}

#[test]
fn a_trap_names_its_source_line() {
    check("trapped", "cudaErrorLaunchFailure");
}

#[test]
fn a_failed_assertion_names_its_source_line() {
    check("asserted", "cudaErrorAssert");
}

#[test]
fn an_instruction_that_is_not_offered_names_its_source_line() {
    check("unsupported", "cudaErrorNotSupported");
}

#[test]
fn regauge_check_names_the_source_line_of_what_is_missing() {
    let Some(built) = build("source_lines") else { return };
    let end = program::run(Command::new(&built.regauge).arg("check").arg(&built.binary), LIMIT).expect("it starts");
    assert_eq!(end.code, Some(1), "{end}");
    let line = end.stdout.lines().find(|line| line.contains("multimem.st")).expect("it is named");
    assert!(line.contains(&built.place("unsupported")), "{line}");
}

#[test]
fn an_allocation_in_a_captured_stream_is_named() {
    let Some(built) = build("captured_allocation") else { return };
    let end = built.run(&[], &[]);
    assert_eq!(end.stdout.trim(), "cudaErrorStreamCaptureUnsupported", "{end}");
    assert!(end.stderr.contains("error[T0801]: memory nodes of graphs"), "{end}");
}

#[test]
fn products_and_sums_are_contracted_only_when_asked_for_and_allowed() {
    let Some(built) = build("contraction") else { return };
    // `.rn` keeps both roundings.
    assert_eq!(built.run(&[], &[]).stdout.trim(), "0x0p+0 0x0p+0");
    assert_eq!(built.run(&["--contract"], &[]).stdout.trim(), "0x1p-24 0x0p+0");
}
