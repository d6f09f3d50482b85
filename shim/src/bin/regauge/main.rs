//! The `regauge` command. One file for each subcommand.

mod check;
mod ls;
mod run;
mod translate;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// Run CUDA programs, as they are, on a software model of AWS Trainium.
#[derive(Parser)]
#[command(name = "regauge", version, disable_help_subcommand = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Run(run::Run),
    Check(check::Check),
    Translate(translate::Translate),
    Ls(ls::Ls),
}

fn main() -> ExitCode {
    let cli = Cli::try_parse().unwrap_or_else(|error| {
        let _ = error.print();
        let starts_a_program = std::env::args().nth(1).is_some_and(|command| command == "run");
        // What starts a program keeps to the codes of `env` and `timeout`; the program's own are all others.
        let failure = if starts_a_program { i32::from(run::LAUNCHER_FAILED) } else { 2 };
        std::process::exit(if error.use_stderr() { failure } else { 0 })
    });
    match cli.command {
        Command::Run(run) => run.main(),
        Command::Check(check) => check.main(),
        Command::Translate(translate) => translate.main(),
        Command::Ls(ls) => ls.main(),
    }
}
