//! The example programs, built by nvcc in many ways, run under `regauge run`.
//!
//! One axis at a time; `SOAK=SECONDS` takes as much of the full product, in any order, as so many seconds allow. Without
//! the compiler (`./x setup`), there is nothing to run.

use anyhow::{Result, ensure};
use conformance::differential::Random;
use conformance::program;
use conformance::toolchain::{self, Program, Toolkit, Variant};
use libtest_mimic::{Arguments, Failed, Trial};
use std::path::Path;
use std::process::{Command, ExitCode};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Blocks of these wait for blocks that may not have started: the device executor runs wave after wave.
const SPINNING_BETWEEN_BLOCKS: [&str; 2] = ["grid_sync", "prefix_scan"];

/// Trials that there was no time for.
static LEFT_OUT: AtomicU64 = AtomicU64::new(0);

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
    let count = trials.len() as u64;
    let conclusion = libtest_mimic::run(&arguments, trials);
    let left_out = LEFT_OUT.load(Ordering::Relaxed);
    if left_out > 0 {
        println!("examples: {} of {count} variants ran in the time that there was", count - left_out);
    }
    conclusion.exit_code()
}

fn trials(toolkit: &Toolkit, regauge: &Path) -> Vec<Trial> {
    let seconds = std::env::var("SOAK").ok().map(|text| text.parse().expect("`SOAK` is a number of seconds"));
    let soak = seconds.is_some();
    let end = seconds.map(|seconds| Instant::now() + Duration::from_secs(seconds));
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
                    if end.is_some_and(|end| Instant::now() >= end) {
                        LEFT_OUT.fetch_add(1, Ordering::Relaxed);
                        return Ok(());
                    }
                    check(&toolkit, &regauge, &program, &variant, executor)
                        .map_err(|error| Failed::from(format!("{error:#}")))
                }));
            }
        }
    }
    if soak {
        // Not always the same ones are left out.
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs());
        let mut random = Random::new(now);
        for last in (1..trials.len()).rev() {
            trials.swap(last, random.below(last + 1));
        }
    }
    trials
}

fn check(toolkit: &Toolkit, regauge: &Path, program: &Program, variant: &Variant, executor: Executor) -> Result<()> {
    let binary = toolkit.build(program, variant)?;
    if executor == Executor::Reference {
        let verdict = program::run(Command::new(regauge).arg("check").arg(&binary), Duration::from_secs(60))?;
        ensure!(verdict.code == Some(0), "`regauge check` expects that it does not run: {verdict}");
    }
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
