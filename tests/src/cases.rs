//! The `.ptx` cases as files: where they are, and running one in a process of its own, since a fault stays with its
//! process and a crash of the library must not take the others with it.

use crate::case::{Case, Reach};
use crate::driver::{self, Driver, is_ours};
use crate::program;
use crate::run::{self, Outcome};
use anyhow::{Context as _, Result, bail, ensure};
use ptx_frontend::isa::Opcode;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Duration;

/// Exit status of a case that is not for this library or device.
pub const SKIPPED: u8 = 77;

/// The folder with the tests: `$CONFORMANCE_TESTS`, where this was built, or near where it runs.
pub fn folder() -> Result<PathBuf> {
    if let Some(folder) = std::env::var_os("CONFORMANCE_TESTS") {
        return Ok(folder.into());
    }
    let executable = std::env::current_exe()?;
    let beside = executable.parent().unwrap_or(Path::new("."));
    let places =
        [PathBuf::from(env!("CARGO_MANIFEST_DIR")), "tests".into(), ".".into(), beside.join("tests"), beside.into()];
    let found = places.into_iter().find(|place| place.join("ptx").is_dir());
    found.context("no folder with the cases; CONFORMANCE_TESTS=FOLDER says where it is")
}

/// The cases of the folder with the tests.
pub fn files() -> Result<Vec<PathBuf>> {
    files_in("ptx")
}

/// The `.ptx` files of a folder beside the cases.
pub fn files_in(name: &str) -> Result<Vec<PathBuf>> {
    let folder = folder()?.join(name);
    let mut files = std::fs::read_dir(&folder)
        .with_context(|| folder.display().to_string())?
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<Vec<_>>>()?;
    files.retain(|file| file.extension().is_some_and(|extension| extension == "ptx"));
    files.sort();
    Ok(files)
}

/// Its name: that of the behaviour it tests.
pub fn name(file: &Path) -> String {
    file.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

fn read(file: &Path) -> Result<Case> {
    let text = std::fs::read_to_string(file).with_context(|| file.display().to_string())?;
    Case::parse(&text).with_context(|| file.display().to_string())
}

/// Runs a case in this process; for [`run_in_child`].
pub fn run_here(file: &Path) -> ExitCode {
    let outcome = Driver::open(&driver::path()).and_then(|driver| run::run(&driver, &read(file)?));
    match outcome {
        Ok(Outcome::Passed) => ExitCode::SUCCESS,
        Ok(Outcome::NotForThisDevice | Outcome::NotForThisLibrary) => ExitCode::from(SKIPPED),
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Runs a case with a command that calls [`run_here`].
pub fn run_in_child(command: &mut Command, file: &Path) -> Result<Outcome> {
    let case = read(file)?;
    if is_ours() && case.target.reach != Reach::Later {
        // Our device is of whatever capability is asked for.
        let architecture = case.target.architecture;
        command.env("REGAUGE_COMPUTE_CAPABILITY", format!("{}.{}", architecture / 10, architecture % 10));
    }
    let end = program::run(command, Duration::from_secs(60))?;
    match end.code {
        Some(0) => run::check_output(&case, &end.stdout, &end.stderr).map(|()| Outcome::Passed),
        Some(code) if code == i32::from(SKIPPED) => Ok(Outcome::NotForThisDevice),
        _ => bail!("{end}"),
    }
}

/// Which cases, litmus tests among them, contain which form of the instruction table.
pub fn forms() -> Result<BTreeMap<(Opcode, u16), Vec<String>>> {
    let mut forms: BTreeMap<(Opcode, u16), Vec<String>> = BTreeMap::new();
    for file in files()?.into_iter().chain(files_in("litmus")?) {
        let text = std::fs::read_to_string(&file)?;
        let name = name(&file);
        // A file that is invalid PTX tests no instruction.
        let Ok(module) = ptx_frontend::parse_module(&text, &name) else { continue };
        for body in module.functions.iter().filter_map(|function| function.body.as_ref()) {
            for instruction in &body.instructions {
                let names = forms.entry((instruction.opcode, instruction.form)).or_default();
                if names.last() != Some(&name) {
                    names.push(name.clone());
                }
            }
        }
    }
    ensure!(!forms.is_empty(), "no case has an instruction");
    Ok(forms)
}
