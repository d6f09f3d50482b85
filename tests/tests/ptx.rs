//! Every file in `ptx/` is one test. Each runs in a process of its own.

use conformance::cases;
use conformance::run::Outcome;
use libtest_mimic::{Arguments, Failed, Trial};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

/// Set for the process that runs one case: the file.
const CASE: &str = "CONFORMANCE_CASE";

fn main() -> ExitCode {
    if let Some(file) = std::env::var_os(CASE) {
        return cases::run_here(Path::new(&file));
    }
    let arguments = Arguments::from_args();
    let files = cases::files().expect("the folder of cases is there");
    let trials = files.into_iter().map(|file| Trial::test(cases::name(&file), move || run(&file)));
    libtest_mimic::run(&arguments, trials.collect()).exit_code()
}

fn run(file: &PathBuf) -> Result<(), Failed> {
    let mut command = Command::new(std::env::current_exe()?);
    match cases::run_in_child(command.env(CASE, file), file) {
        Ok(Outcome::Passed) => Ok(()),
        Ok(_) => {
            eprintln!("{}: not run: it is not for this device or library", file.display());
            Ok(())
        }
        Err(error) => Err(format!("{error:#}").into()),
    }
}
