//! `conformance run` and `conformance report`.

use super::{Selection, programs, record, sweeps};
use anyhow::{Context as _, Result, anyhow};
use conformance::cases;
use conformance::program;
use conformance::run::Outcome as CaseOutcome;
use conformance::sweep::judge::{Outcome, State};
use conformance::sweep::report;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

#[derive(clap::Args)]
pub(crate) struct Run {
    #[command(flatten)]
    selection: Selection,
    /// Only the sweeps
    #[arg(long, conflicts_with = "files")]
    sweeps_only: bool,
    /// Instances of each litmus test
    #[arg(long, value_name = "N", default_value_t = 2048)]
    litmus_runs: u64,
    /// Recorded vectors to replay, besides those in `golden/`
    #[arg(long, value_name = "FILE")]
    golden: Vec<PathBuf>,
    /// Name what passes too
    #[arg(short, long)]
    verbose: bool,
    /// Cases to run instead of everything
    files: Vec<PathBuf>,
}

/// How many of each.
#[derive(Default)]
struct Tally {
    passed: usize,
    failed: usize,
    skipped: usize,
}

impl Run {
    pub(crate) fn run(&self) -> Result<ExitCode> {
        let mut tally = Tally::default();
        if !self.sweeps_only {
            self.cases(&mut tally)?;
        }
        if self.files.is_empty() {
            if !self.sweeps_only {
                self.litmus(&mut tally)?;
                programs::run(&self.selection, |name, result| self.tell(&mut tally, name, result))?;
            }
            self.sweeps(&mut tally)?;
            for file in record::recordings()?.iter().chain(&self.golden) {
                let replayed = record::replay(file, &self.selection)?;
                tally.passed += replayed.passed;
                tally.failed += replayed.failed;
                tally.skipped += replayed.skipped;
            }
        }
        let Tally { passed, failed, skipped } = tally;
        println!("{passed} passed, {failed} failed, {skipped} unsupported");
        Ok(if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }

    fn cases(&self, tally: &mut Tally) -> Result<()> {
        let files = if self.files.is_empty() { cases::files()? } else { self.files.clone() };
        for file in files.iter().filter(|file| cases::name(file).contains(&self.selection.filter)) {
            let name = cases::name(file);
            match cases::run_in_child(sweeps::command(&self.selection)?.arg("case").arg(file), file) {
                Ok(CaseOutcome::Passed) => self.tell(tally, &name, Ok(())),
                Ok(_) => {
                    tally.skipped += 1;
                    println!("skipped     {name}");
                }
                Err(error) => self.tell(tally, &name, Err(error)),
            }
        }
        Ok(())
    }

    fn litmus(&self, tally: &mut Tally) -> Result<()> {
        let runs = self.litmus_runs.to_string();
        for file in cases::files_in("litmus")?.iter().filter(|file| cases::name(file).contains(&self.selection.filter))
        {
            let name = format!("litmus {}", cases::name(file));
            let mut command = sweeps::command(&self.selection)?;
            let end = program::run(command.arg("litmus").arg(file).arg(&runs), Duration::from_secs(120))?;
            match end.code {
                Some(0) => self.tell(tally, &name, Ok(())),
                Some(code) if code == i32::from(cases::SKIPPED) => {
                    tally.skipped += 1;
                    println!("skipped     {name}");
                }
                _ => self.tell(tally, &name, Err(anyhow!("{end}"))),
            }
        }
        Ok(())
    }

    fn tell(&self, tally: &mut Tally, name: &str, result: Result<()>) {
        match result {
            Ok(()) => {
                tally.passed += 1;
                if self.verbose {
                    println!("ok          {name}");
                }
            }
            Err(error) => {
                tally.failed += 1;
                println!("FAILED      {name}\n{}", indented(&format!("{error:#}")));
            }
        }
    }

    fn sweeps(&self, tally: &mut Tally) -> Result<()> {
        let swept = sweeps::sweep(&self.selection, false, &|done| self.tell_of(&done.outcome))?;
        if let Err(error) = &swept.device {
            println!("FAILED      the sweeps\n{}", indented(&format!("{error:#}")));
            tally.failed += 1;
            tally.skipped += swept.finished.len();
            return Ok(());
        }
        for done in &swept.finished {
            match done.outcome.state {
                State::Exact | State::WithinBound => tally.passed += 1,
                State::Unsupported => tally.skipped += 1,
                State::Failing => tally.failed += 1,
            }
        }
        Ok(())
    }

    /// Names a subject as soon as it is done.
    fn tell_of(&self, outcome: &Outcome) {
        let message = outcome.message.as_deref().unwrap_or_default();
        match outcome.state {
            State::Exact | State::WithinBound if !self.verbose => {}
            State::Exact | State::WithinBound => println!("ok          {} ({} inputs)", outcome.name, outcome.inputs),
            State::Unsupported => println!("unsupported {}: {message}", outcome.name),
            State::Failing => {
                let of = format!("{} of {} results are wrong", outcome.wrong, outcome.inputs);
                println!("FAILED      {}: {of}\n{}", outcome.name, indented(message));
            }
        }
    }
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("    {line}")).collect::<Vec<_>>().join("\n")
}

#[derive(clap::Args)]
pub(crate) struct Report {
    #[command(flatten)]
    selection: Selection,
    /// Where the page goes; to standard output without it and without `--json`
    #[arg(long, value_name = "FILE")]
    page: Option<PathBuf>,
    /// Where the JSON goes
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

impl Report {
    pub(crate) fn run(&self) -> Result<ExitCode> {
        let swept = sweeps::sweep(&self.selection, false, &|_| {})?;
        let device = swept.device.map_err(|error| eprintln!("conformance: {error:#}")).ok();
        let report = report::report(&swept.catalogue, &swept.finished, device)?;
        let write = |file: &PathBuf, text: String| {
            std::fs::write(file, text).with_context(|| format!("{} cannot be written", file.display()))
        };
        match (&self.page, &self.json) {
            (None, None) => print!("{}", report.page()),
            (page, json) => {
                page.iter().try_for_each(|file| write(file, report.page()))?;
                json.iter().try_for_each(|file| write(file, report.json()))?;
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}
