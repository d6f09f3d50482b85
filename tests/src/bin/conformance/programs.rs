//! The example programs, compiled by nvcc where it is there, with the library that is judged in front of the system's.

use super::Selection;
use anyhow::{Result, ensure};
use conformance::driver;
use conformance::program;
use conformance::toolchain::{self, Program, Toolkit, Variant};
use std::process::Command;
use std::time::Duration;

/// Compiles and runs each of them; tells what came of it. Without the compiler, there is nothing to run.
pub(crate) fn run(selection: &Selection, mut tell: impl FnMut(&str, Result<()>)) -> Result<()> {
    let Some(toolkit) = Toolkit::find() else { return Ok(()) };
    for program in toolchain::programs()? {
        if program.name.contains(&selection.filter) {
            tell(&format!("{}.cu", program.name), run_one(selection, &toolkit, &program));
        }
    }
    Ok(())
}

fn run_one(selection: &Selection, toolkit: &Toolkit, program: &Program) -> Result<()> {
    let binary = toolkit.build(program, &Variant::default())?;
    let library = selection.driver.clone().unwrap_or_else(driver::path).canonicalize()?;
    let mut command = Command::new(binary);
    // The CUDA runtime asks the dynamic linker for `libcuda.so.1`, and gets the one that is loaded already.
    command.env("LD_PRELOAD", library).env("LD_LIBRARY_PATH", toolkit.libraries());
    let end = program::run(&mut command, Duration::from_secs(300))?;
    ensure!(end.code == Some(0), "{end}");
    Ok(())
}
