//! `conformance`: judges a `libcuda.so.1`, ours or another one, by the cases, litmus tests and sweeps of this folder.
//!
//! It needs nothing but itself and the folder `tests/`, so that it can be carried to a machine with a GPU.

mod programs;
mod record;
mod run;
mod sweeps;

use clap::{Args, Parser, Subcommand};
use conformance::{cases, litmus};
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Parser)]
#[command(
    about = "Judges a libcuda.so.1 by cases, litmus tests and sweeps over every form of every instruction",
    version
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Runs the cases, the litmus tests and the sweeps; ends with status 0 if all pass, 1 if not
    Run(run::Run),
    /// Runs the sweeps on real hardware and writes golden vectors
    Record(record::Record),
    /// Writes what the sweeps found, form by form, as a page and as JSON
    Report(run::Report),
    /// Runs one case in this process
    #[command(hide = true)]
    Case { file: PathBuf },
    /// Runs one litmus test in this process
    #[command(hide = true)]
    Litmus { file: PathBuf, runs: u64 },
    /// Runs some subjects of the sweeps in this process
    #[command(hide = true)]
    Worker {
        #[command(flatten)]
        selection: Selection,
        /// Print the outputs too
        #[arg(long)]
        outputs: bool,
        /// Their numbers in the catalogue
        indices: String,
    },
    /// Prints what the device is
    #[command(hide = true)]
    Probe,
}

/// Which library, and which subjects.
#[derive(Args, Clone)]
struct Selection {
    /// The libcuda to judge; ours without it
    #[arg(long, value_name = "PATH")]
    driver: Option<PathBuf>,
    /// Only what has this text in its name
    #[arg(long, value_name = "TEXT", default_value = "")]
    filter: String,
    /// Random inputs of each combination of dot-words, besides the special values [default: 1000, recorded: 300]
    #[arg(long, value_name = "N")]
    inputs: Option<usize>,
    /// Combinations of dot-words of each form; a sample where there are more [default: 64, recorded: 16]
    #[arg(long, value_name = "N")]
    variants: Option<usize>,
    /// Processes at a time; as many as there are processors without it
    #[arg(long, value_name = "N")]
    jobs: Option<usize>,
}

impl Selection {
    fn inputs(&self) -> usize {
        self.inputs.unwrap_or(1000)
    }

    fn variants(&self) -> usize {
        self.variants.unwrap_or(64)
    }
}

fn main() -> ExitCode {
    let command = Arguments::parse().command;
    let result = match command {
        Command::Run(run) => run.run(),
        Command::Record(record) => record.run(),
        Command::Report(report) => report.run(),
        Command::Case { file } => return cases::run_here(&file),
        Command::Litmus { file, runs } => return litmus::run_here(&file, runs),
        Command::Worker { selection, outputs, indices } => sweeps::work(&selection, outputs, &indices),
        Command::Probe => sweeps::print_device(),
    };
    result.unwrap_or_else(|error| {
        eprintln!("conformance: {error:#}");
        ExitCode::from(2)
    })
}
