//! Every file in `ptx/` is one test. Each runs in a process of its own, since a fault stays with its process, and
//! a crash of the library must not take the other tests with it.

use anyhow::{Context as _, Result, bail};
use conformance::case::Case;
use conformance::driver::{self, Driver};
use conformance::program;
use conformance::run::{self, Outcome};
use libtest_mimic::{Arguments, Failed, Trial};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Duration;

/// Set for the process that runs one case: the file.
const CASE: &str = "CONFORMANCE_CASE";
/// Exit status of a case that is not for this library or device.
const SKIPPED: u8 = 77;

fn main() -> ExitCode {
    if let Some(file) = std::env::var_os(CASE) {
        return run_here(Path::new(&file));
    }
    let arguments = Arguments::from_args();
    let trials = files().expect("the folder of cases is there").into_iter().map(|file| {
        let name = file.file_stem().expect("it has a name").to_string_lossy().into_owned();
        Trial::test(name, move || run_in_child(&file).map_err(|error| Failed::from(format!("{error:#}"))))
    });
    libtest_mimic::run(&arguments, trials.collect()).exit_code()
}

fn files() -> Result<Vec<PathBuf>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("ptx");
    let mut files = std::fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    files.retain(|file| file.extension().is_some_and(|extension| extension == "ptx"));
    files.sort();
    Ok(files)
}

fn read(file: &Path) -> Result<Case> {
    Case::parse(&std::fs::read_to_string(file)?).with_context(|| file.display().to_string())
}

fn run_here(file: &Path) -> ExitCode {
    let outcome = Driver::open(&driver::path()).and_then(|driver| run::run(&driver, &read(file)?));
    match outcome {
        Ok(Outcome::Passed) => ExitCode::SUCCESS,
        Ok(Outcome::NotForThisDevice | Outcome::WouldHang) => ExitCode::from(SKIPPED),
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run_in_child(file: &Path) -> Result<()> {
    let case = read(file)?;
    let mut command = Command::new(std::env::current_exe()?);
    command.env(CASE, file);
    let end = program::run(&mut command, Duration::from_secs(60))?;
    match end.code {
        Some(0) => run::check_output(&case, &end.stdout, &end.stderr),
        Some(code) if code == i32::from(SKIPPED) => {
            eprintln!(
                "{}: not run: the device is too old for `.target sm_{}`, or the kernel would hang",
                file.display(),
                case.target
            );
            Ok(())
        }
        _ => bail!("{end}"),
    }
}
