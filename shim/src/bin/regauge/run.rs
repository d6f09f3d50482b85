//! `regauge run`: start a program with our `libcuda.so.1` in front of every other.
//!
//! The launcher sets the environment, starts the program, passes signals on, and ends as the program ended. It says
//! nothing if all is well; if the program never called `cuInit` in our library, it says that, because the loader
//! ignores a library that it cannot preload without a word that reaches the exit status.

mod library;
mod program;
mod summary;
mod supervise;

use clap::{Args, ValueEnum};
use cuda::report;
use cuda::runtime::settings::Settings;
use program::{Hindrance, Program};
use sim_backend::device::Device;
use sim_backend::spec::Spec;
use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, ExitCode};
use supervise::Status;

/// The launcher itself failed.
pub(crate) const LAUNCHER_FAILED: u8 = 125;
/// The program is there but cannot be executed.
const CANNOT_EXECUTE: u8 = 126;
/// There is no such program.
const NOT_FOUND: u8 = 127;

/// Run a CUDA program on the model.
///
/// Exit status: the program's own; 125 if regauge fails, 126 if the program cannot be executed, 127 if it is not found.
#[derive(Args)]
pub(crate) struct Run {
    /// Chip to model
    #[arg(long, value_enum)]
    device: Option<Chip>,
    /// What computes the results
    #[arg(long, value_enum)]
    execute: Option<Execute>,
    /// Arithmetic of NeuronCore programs: CUDA's, bit for bit, or that of the engines
    #[arg(long, value_enum)]
    numerics: Option<Numerics>,
    /// Round products and sums once where PTX leaves it open, as NVIDIA's assembler does
    #[arg(long)]
    contract: bool,
    /// Print what each kernel would cost on the chip, when the program has ended
    #[arg(long)]
    summary: bool,
    /// Become the program instead of waiting for it; nothing is checked or summed up afterwards
    #[arg(long, conflicts_with = "summary")]
    exec: bool,
    /// Say what is done
    #[arg(short, long)]
    verbose: bool,
    /// Program and its arguments
    #[arg(required = true, trailing_var_arg = true, value_name = "PROGRAM [ARGS]")]
    command: Vec<OsString>,
}

#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum Chip {
    Trn1,
    Trn2,
    Trn3,
}

#[derive(Clone, Copy, ValueEnum)]
enum Execute {
    Reference,
    Device,
}

#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum Numerics {
    Cuda,
    Device,
}

/// Sets `name` to the choice as it is written on the command line.
fn set<T: ValueEnum>(command: &mut Command, name: &str, choice: Option<T>) {
    if let Some(choice) = choice.and_then(|choice| choice.to_possible_value()) {
        command.env(name, choice.get_name());
    }
}

impl Run {
    /// Runs the command.
    pub(crate) fn main(self) -> ExitCode {
        let program = match Program::find(&self.command[0]) {
            Ok(program) => program,
            Err(error) => return fail(error.exit_code(), &error.to_string()),
        };
        let folder = match library::folder() {
            Ok(folder) => folder,
            Err(error) => return fail(LAUNCHER_FAILED, &format!("{error:#}")),
        };
        let mut command = Command::new(&program.path);
        command.arg0(&self.command[0]).args(&self.command[1..]);
        library::put_in_front(&mut command, &folder, program.starts_with_asan());
        set(&mut command, "REGAUGE_DEVICE", self.device);
        set(&mut command, "REGAUGE_EXECUTE", self.execute);
        set(&mut command, "REGAUGE_NUMERICS", self.numerics);
        if self.contract {
            command.env("REGAUGE_CONTRACT", "1");
        }
        if self.verbose {
            report::line(format_args!("libcuda.so.1 is {}", folder.join("libcuda.so.1").display()));
        }
        if self.exec {
            command.env_remove("REGAUGE_STATUS").env_remove("REGAUGE_SUMMARY_FILE");
            return cannot_start(&program.path, &command.exec());
        }
        self.supervise(command, &program)
    }

    /// The device that the program saw.
    fn device(&self) -> Device {
        let device = Settings::get().device.clone();
        let spec = self.device.and_then(|chip| Spec::named(chip.to_possible_value()?.get_name()));
        spec.map_or(device, Device::new)
    }

    fn supervise(&self, mut command: Command, program: &Program) -> ExitCode {
        let status = match Status::listen() {
            Ok(status) => status,
            Err(error) => return fail(LAUNCHER_FAILED, &format!("no socket for the program's status: {error}")),
        };
        command.env("REGAUGE_STATUS", status.name());
        let summary = match self.summary.then(summary::Collector::new).transpose() {
            Ok(summary) => summary,
            Err(error) => return fail(LAUNCHER_FAILED, &format!("no place for the summary: {error}")),
        };
        match &summary {
            Some(summary) => command.env("REGAUGE_SUMMARY_FILE", summary.path()),
            None => command.env_remove("REGAUGE_SUMMARY_FILE"),
        };
        let end = match supervise::run(&mut command) {
            Ok(end) => end,
            Err(error) => return cannot_start(&program.path, &error),
        };
        if status.is_silent() {
            report::line(format_args!(
                "warning[T0101]: `{}` never initialized CUDA in this library: {}",
                program.path.display(),
                program.hindrance.map_or("it uses no CUDA, or clears its environment", Hindrance::reason),
            ));
        }
        if let Some(summary) = summary {
            summary.print(self.device());
        }
        end.pass_on()
    }
}

fn fail(code: u8, text: &str) -> ExitCode {
    report::line(format_args!("error[T0100]: {text}"));
    ExitCode::from(code)
}

fn cannot_start(path: &Path, error: &std::io::Error) -> ExitCode {
    // A script whose interpreter is missing is "not found" too.
    let code = if error.kind() == std::io::ErrorKind::NotFound { NOT_FOUND } else { CANNOT_EXECUTE };
    fail(code, &format!("`{}` cannot be started: {error}", path.display()))
}
