//! The sweeps: this process supervises others of the same program, which talk to the driver.

use super::Selection;
use anyhow::{Context as _, Result};
use conformance::driver::{self, Driver};
use conformance::program;
use conformance::sweep::catalogue::{Catalogue, catalogue};
use conformance::sweep::judge::{Outcome, State};
use conformance::sweep::report::Device;
use conformance::sweep::supervisor::{Finished, Supervisor};
use conformance::sweep::worker::{self, Task};
use std::process::{Command, ExitCode};
use std::time::Duration;

/// What the sweeps gave.
pub(crate) struct Swept {
    pub(crate) catalogue: Catalogue,
    pub(crate) finished: Vec<Finished>,
    pub(crate) device: Result<Device>,
}

/// This program again, for the library that is judged.
pub(crate) fn command(selection: &Selection) -> Result<Command> {
    let mut command = Command::new(std::env::current_exe()?);
    if let Some(driver) = &selection.driver {
        command.env("CONFORMANCE_DRIVER", driver);
    }
    Ok(command)
}

/// Runs the sweeps that the selection names.
pub(crate) fn sweep(selection: &Selection, keeps_outputs: bool, tell: &(dyn Fn(&Finished) + Sync)) -> Result<Swept> {
    let catalogue = catalogue(&selection.filter, selection.variants());
    let device = device(selection);
    let finished = match &device {
        Ok(_) => {
            let command = || {
                let mut command = command(selection).expect("this program was found before");
                command.arg("worker").args(["--filter", &selection.filter]);
                command.args(["--inputs", &selection.inputs().to_string()]);
                command.args(["--variants", &selection.variants().to_string()]);
                if keeps_outputs {
                    command.arg("--outputs");
                }
                command
            };
            let processors = std::thread::available_parallelism().map_or(1, usize::from);
            let jobs = selection.jobs.unwrap_or(processors);
            let supervisor = Supervisor { command: &command, jobs, patience: Duration::from_secs(60) };
            supervisor.run(&catalogue, tell)?
        }
        Err(error) => {
            let all = catalogue.subjects.iter().enumerate();
            let nothing = |name: &str| Outcome::without_results(name, State::Unsupported, format!("{error:#}"));
            all.map(|(index, subject)| Finished { index, outcome: nothing(&subject.name), outputs: None }).collect()
        }
    };
    Ok(Swept { catalogue, finished, device })
}

/// Asks for the device in a process of its own.
pub(crate) fn device(selection: &Selection) -> Result<Device> {
    let end = program::run(command(selection)?.arg("probe"), Duration::from_secs(60))?;
    anyhow::ensure!(end.code == Some(0), "the driver does not start: {end}");
    // A driver may print other things.
    let line = end.stdout.lines().find(|line| line.starts_with("{\"name\"")).context("no device was named")?;
    Ok(serde_json::from_str(line)?)
}

/// `conformance probe`
pub(crate) fn print_device() -> Result<ExitCode> {
    let driver = Driver::open(&driver::path())?;
    let asked = || {
        Ok(Device {
            name: driver.device_name()?,
            compute_capability: driver.compute_capability()?,
            driver: driver.version()?,
        })
    };
    let device = asked().map_err(|failure: driver::Failure| anyhow::anyhow!("{failure}"))?;
    println!("{}", serde_json::to_string(&device)?);
    Ok(ExitCode::SUCCESS)
}

/// `conformance worker`
pub(crate) fn work(selection: &Selection, keeps_outputs: bool, indices: &str) -> Result<ExitCode> {
    let catalogue = catalogue(&selection.filter, selection.variants());
    let indices = indices.split(',').map(str::parse).collect::<Result<Vec<usize>, _>>()?;
    let driver = Driver::open(&driver::path())?;
    let task = Task { subjects: &catalogue.subjects, indices, count: selection.inputs(), keeps_outputs };
    worker::run(&driver, &task, std::io::stdout())?;
    Ok(ExitCode::SUCCESS)
}
