//! Every file in `litmus/` is one test: outcomes that the memory consistency model forbids never come.
//! `soak` runs many more instances of each.

use conformance::driver::{self, Driver};
use conformance::litmus::{self, Litmus};
use libtest_mimic::{Arguments, Failed, Trial};
use std::process::ExitCode;

/// Instances of each test.
const RUNS: u64 = 2048;

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    // The threads of a test need the processors for themselves.
    arguments.test_threads = Some(1);
    let files = litmus::files().expect("the folder of litmus tests is there");
    let trials = files.into_iter().map(|(name, text)| Trial::test(name, move || run(&text).map_err(Failed::from)));
    libtest_mimic::run(&arguments, trials.collect()).exit_code()
}

fn run(text: &str) -> Result<(), String> {
    let test = || {
        let driver = Driver::open(&driver::path())?;
        let litmus = Litmus::parse(text)?;
        let capability = driver.compute_capability().map_err(|failure| anyhow::anyhow!("{failure}"))?;
        if capability >= litmus.target {
            litmus.run(&driver, RUNS)?;
        }
        anyhow::Ok(())
    };
    test().map_err(|error| format!("{error:#}"))
}
