//! Long runs of what the tests run shortly.
//!
//! `soak differential|fuzz|changes|litmus|assembler|folding --seconds N` runs one kind for so long; `--seed S` begins elsewhere. Findings are
//! printed, with an input that is as small as it gets where that is known how. The exit status is 0 without a finding,
//! 1 with one, 2 for a command line that means nothing.

mod allocation;
mod assembler;
mod differential;
mod folding;
mod fuzz;
mod litmus;

use anyhow::{Context as _, Result, bail};
use conformance::differential::subject::Way;
use std::process::ExitCode;
use std::time::{Duration, Instant};

#[global_allocator]
static ALLOCATOR: allocation::Counting = allocation::Counting;

const USAGE: &str = "usage: soak differential [--seconds N] [--seed S] [--way usual|plain|device]
       soak fuzz [--seconds N] [--seed S] [--target parse|container|tile|translate]
       soak changes [--seconds N] [--seed S] [--target parse|tile|translate]
       soak litmus [--seconds N] [--runs N]
       soak assembler [--seconds N] [--seed S]
       soak folding [--seconds N] [--seed S]
       soak print --seed S";

/// What the command line asks for.
struct Wanted {
    end: Instant,
    seed: u64,
    way: Option<Way>,
    target: Option<String>,
    runs: u64,
}

fn main() -> ExitCode {
    match run() {
        Ok(0) => ExitCode::SUCCESS,
        Ok(findings) => {
            eprintln!("{findings} findings");
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("{error:#}\n{USAGE}");
            ExitCode::from(2)
        }
    }
}

fn run() -> Result<u64> {
    let mut arguments = std::env::args().skip(1);
    let what = arguments.next().context("what is to run?")?;
    let mut seconds = 10;
    let mut wanted = Wanted { end: Instant::now(), seed: 1, way: None, target: None, runs: 100_000 };
    while let Some(option) = arguments.next() {
        let value = arguments.next().with_context(|| format!("`{option}` lacks its value"))?;
        match option.as_str() {
            "--seconds" => seconds = value.parse()?,
            "--seed" => wanted.seed = value.parse()?,
            "--runs" => wanted.runs = value.parse()?,
            "--target" => wanted.target = Some(value),
            "--way" => {
                wanted.way = Some(match value.as_str() {
                    "usual" => Way::Usual,
                    "plain" => Way::WithoutPasses,
                    "device" => Way::Device,
                    _ => bail!("there is no way `{value}`"),
                });
            }
            _ => bail!("there is no option `{option}`"),
        }
    }
    wanted.end = Instant::now() + Duration::from_secs(seconds);
    if std::env::var_os("RUST_BACKTRACE").is_none() {
        // Panics are findings like others; their texts come with them.
        std::panic::set_hook(Box::new(|_| {}));
    }
    match what.as_str() {
        "differential" => Ok(differential::run(&wanted)),
        "fuzz" => fuzz::run(&wanted),
        "changes" => fuzz::run_changes(&wanted),
        "litmus" => litmus::run(&wanted),
        "assembler" => assembler::run(&wanted),
        "folding" => folding::run(&wanted),
        "print" => {
            println!("{}", conformance::differential::draw::draw(wanted.seed).print());
            Ok(0)
        }
        _ => bail!("there is no `{what}`"),
    }
}
