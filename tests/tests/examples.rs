//! The example programs, built by nvcc in many ways, run under `regauge run`.
//!
//! One axis at a time; `SOAK=1` takes the full product. Without the compiler (`./x setup`), there is nothing to run.

use anyhow::{Result, ensure};
use conformance::program;
use conformance::toolchain::{self, Program, Toolkit, Variant};
use libtest_mimic::{Arguments, Failed, Trial};
use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::Duration;

/// Blocks of these wait for blocks that may not have started: the device executor runs wave after wave.
const SPINNING_BETWEEN_BLOCKS: [&str; 2] = ["grid_sync", "prefix_scan"];

/// What computes the results.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Executor {
    Reference,
    Device,
}

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    // Every program keeps all processors busy for a part of its time.
    arguments.test_threads.get_or_insert(2);
    let trials = match (Toolkit::find(), toolchain::regauge()) {
        (Some(toolkit), Some(regauge)) => trials(&toolkit, &regauge),
        (None, _) => {
            eprintln!("note: no CUDA compiler in .deps/, the examples are not tested; `./x setup` installs it");
            Vec::new()
        }
        (_, None) => {
            eprintln!("note: `regauge` is not built, the examples are not tested; `./x test` builds it");
            Vec::new()
        }
    };
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn trials(toolkit: &Toolkit, regauge: &Path) -> Vec<Trial> {
    let soak = std::env::var_os("SOAK").is_some();
    let variants: Vec<(String, Variant)> = if soak {
        Variant::full_product()
    } else {
        Variant::one_axis_at_a_time().into_iter().map(|(name, variant)| (name.to_owned(), variant)).collect()
    };
    let mut trials = Vec::new();
    for program in toolchain::programs().expect("the examples are there") {
        for (name, variant) in &variants {
            for executor in [Executor::Reference, Executor::Device] {
                let on_device = executor == Executor::Device;
                let spins = SPINNING_BETWEEN_BLOCKS.contains(&program.name.as_str());
                if on_device && (spins || !soak && *variant != Variant::default()) {
                    continue;
                }
                let name = format!("{}::{name}{}", program.name, if on_device { "::on_device" } else { "" });
                let (toolkit, regauge, program, variant) =
                    (toolkit.clone(), regauge.to_owned(), program.clone(), *variant);
                trials.push(Trial::test(name, move || {
                    check(&toolkit, &regauge, &program, &variant, executor)
                        .map_err(|error| Failed::from(format!("{error:#}")))
                }));
            }
        }
    }
    trials
}

fn check(toolkit: &Toolkit, regauge: &Path, program: &Program, variant: &Variant, executor: Executor) -> Result<()> {
    let binary = toolkit.build(program, variant)?;
    let mut command = Command::new(regauge);
    command.arg("run");
    if executor == Executor::Device {
        command.args(["--execute=device", "--numerics=cuda"]);
    }
    command.arg("--").arg(binary).env("LD_LIBRARY_PATH", toolkit.libraries());
    let end = program::run(&mut command, Duration::from_secs(300))?;
    ensure!(end.code == Some(0), "{end}");
    ensure!(end.stdout.lines().count() == 1, "more than one line:\n{}", end.stdout);
    Ok(())
}
