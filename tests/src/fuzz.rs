//! Targets for fuzzing: functions that must bear any bytes.
//!
//! `fuzz/` runs them with libFuzzer; [`mutate`] and [`single`] make inputs for the driver in `soak`, which needs no
//! special compiler.
//! A target panics where something is wrong that is not a panic already.

pub mod mutate;
pub mod single;

use ptx_frontend::diagnostic::Diagnostic;
use ptx_frontend::{container, parse_module, print};
use std::fmt::Write as _;
use translator::neuron::{self, DeviceModel, LaunchShape, Numerics};
use translator::tile::eval::Prepared;
use translator::{Options, TranslateError, tile, translate};

/// A target and its name.
pub type Target = (&'static str, fn(&[u8]));

/// All targets.
pub const TARGETS: &[Target] =
    &[("parse", parse), ("container", read_container), ("tile", parse_tile), ("translate", translate_all)];

fn show(errors: &[Diagnostic]) {
    let mut out = String::new();
    for error in errors {
        let _ = write!(out, "{error}");
    }
    assert!(!out.is_empty(), "a refusal says why");
}

/// Lexer, parser and checker: PTX text is a module or has diagnostics, and what parses prints as the same again.
pub fn parse(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    if let Err(errors) = parse_module(&text, "fuzz.ptx") {
        show(&errors);
    }
    if let Ok(printed) = print::reprint(&text, "fuzz.ptx") {
        let again = print::reprint(&printed, "printed.ptx").unwrap_or_else(|errors| {
            panic!("what was printed does not parse: {}", errors.first().map_or(String::new(), ToString::to_string))
        });
        assert!(again == printed, "printing is not stable");
    }
}

/// The container reader: any bytes give PTX or an error.
pub fn read_container(bytes: &[u8]) {
    match container::contents(bytes) {
        Ok(contents) => {
            for image in contents.ptx {
                assert!(image.text.len() <= container::MAX_TEXT_BYTES, "limits hold");
            }
        }
        Err(error) => assert!(!error.to_string().is_empty(), "an error says something"),
    }
}

/// The parser and verifier of tile kernels: a sound kernel prints as the same again and can be prepared.
pub fn parse_tile(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let Ok(kernel) = tile::parse::parse(&text) else { return };
    let printed = kernel.to_string();
    match tile::parse::parse(&printed) {
        Ok(again) => assert!(again.to_string() == printed, "printing is not stable"),
        Err(error) => panic!("what was printed does not parse: {error:?}"),
    }
    if tile::verify::verify(&kernel).is_ok() {
        let _ = Prepared::new(&kernel);
    }
}

/// Whatever checks is translated, or refused by name; and becomes a NeuronCore program that keeps all rules.
pub fn translate_all(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let Ok(module) = parse_module(&text, "fuzz.ptx") else { return };
    for function in module.functions.iter().filter(|function| function.is_entry) {
        match translate(&module, &function.name, &Options::default()) {
            Ok(kernel) => {
                if let Err(message) = tile::verify::verify(&kernel) {
                    panic!("the tile kernel is not sound: {}", message.join("; "));
                }
                let shape = LaunchShape { grid: [2, 1, 1], block: [64, 1, 1], dynamic_shared: 0 };
                for numerics in [Numerics::Device, Numerics::Cuda] {
                    let program = neuron::lower(&kernel, shape, DeviceModel::Trn2, numerics);
                    if let Err(violations) = neuron::verify::verify(&program) {
                        panic!("the program breaks a rule: {}", violations[0]);
                    }
                }
                let _ = Prepared::new(&kernel);
            }
            Err(error @ TranslateError::Broken { .. }) => panic!("{error}"),
            Err(error) => assert!(!error.to_string().is_empty(), "a refusal says why"),
        }
    }
}
