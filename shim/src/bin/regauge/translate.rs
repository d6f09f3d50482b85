//! `regauge translate`: print the kernels that PTX becomes.

use crate::run::{Chip, Numerics};
use anyhow::{Context, Result, bail};
use clap::{Args, ValueEnum};
use cuda::report;
use ptx_frontend::container;
use std::fmt::Display;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use translator::neuron::{self, DeviceModel};
use translator::{Options, tile};

/// Print the tile kernel or the NeuronCore program that a kernel becomes.
///
/// Exit status: 0 if every kernel was translated, 1 if some were not, 2 if the file cannot be read.
#[derive(Args)]
pub(crate) struct Translate {
    /// PTX, or a file that contains PTX
    file: PathBuf,
    /// What to print
    #[arg(long, value_enum, default_value = "neuron")]
    emit: Emit,
    /// Only the kernel with this (mangled) name
    #[arg(long)]
    kernel: Option<String>,
    /// Chip to translate for
    #[arg(long, value_enum, default_value = "trn2")]
    device: Chip,
    /// Arithmetic: that of the engines, or CUDA's, bit for bit
    #[arg(long, value_enum, default_value = "device")]
    numerics: Numerics,
}

#[derive(Clone, Copy, ValueEnum)]
enum Emit {
    /// What the CUDA grid computes
    Tile,
    /// How a NeuronCore computes it
    Neuron,
}

impl Translate {
    /// Runs the command.
    pub(crate) fn main(self) -> ExitCode {
        match self.translate_file() {
            Ok(true) => ExitCode::SUCCESS,
            Ok(false) => ExitCode::FAILURE,
            Err(error) => {
                report::line(format_args!("error[T0130]: {error:#}"));
                ExitCode::from(2)
            }
        }
    }

    /// Whether every kernel was translated.
    fn translate_file(&self) -> Result<bool> {
        let name = self.file.display().to_string();
        let bytes = std::fs::read(&self.file).with_context(|| format!("`{name}`"))?;
        let contents = container::contents(&bytes).with_context(|| format!("`{name}`"))?;
        let (mut found, mut all_done) = (false, true);
        for image in &contents.ptx {
            let module = match ptx_frontend::parse_module(&image.text, &name) {
                Ok(module) => module,
                Err(errors) => {
                    errors.iter().for_each(|error| eprintln!("{error}"));
                    all_done = false;
                    continue;
                }
            };
            let entries = module.functions.iter().filter(|function| function.is_entry && function.body.is_some());
            let wanted = entries.filter(|entry| self.kernel.as_ref().is_none_or(|kernel| *kernel == entry.name));
            for entry in wanted {
                found = true;
                let options = Options { file: name.clone(), ..Options::default() };
                match translator::translate(&module, &entry.name, &options) {
                    Ok(kernel) => self.print(&kernel)?,
                    Err(error) => {
                        report::line(format_args!("error[T0042]: {error}"));
                        all_done = false;
                    }
                }
            }
        }
        match &self.kernel {
            Some(kernel) if !found && all_done => bail!("`{name}` has no kernel `{kernel}`"),
            None if contents.ptx.is_empty() => bail!("`{name}` contains no PTX"),
            _ => Ok(all_done),
        }
    }

    fn print(&self, kernel: &tile::Kernel) -> Result<()> {
        match self.emit {
            Emit::Tile => write(kernel),
            Emit::Neuron => {
                let device = match self.device {
                    Chip::Trn1 => DeviceModel::Trn1,
                    Chip::Trn2 => DeviceModel::Trn2,
                    Chip::Trn3 => DeviceModel::Trn3,
                };
                let numerics = match self.numerics {
                    Numerics::Cuda => neuron::Numerics::Cuda,
                    Numerics::Device => neuron::Numerics::Device,
                };
                write(&neuron::lower(kernel, neuron::default_shape(kernel), device, numerics))
            }
        }
    }
}

/// Prints; whoever reads may stop reading.
fn write(text: &impl Display) -> Result<()> {
    match writeln!(std::io::stdout(), "{text}") {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => std::process::exit(0),
        result => result.context("writing"),
    }
}
