//! `regauge translate`: print the kernels that PTX becomes.

use crate::run::{Chip, Numerics};
use anyhow::{Context, Result, bail};
use clap::{Args, ValueEnum};
use cuda::report;
use ptx_frontend::checked::Module;
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
    /// PTX, or a file that contains PTX; several are linked into one module, as for `nvcc -rdc=true`
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
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
    /// Round products and sums once where PTX leaves it open, as NVIDIA's assembler does
    #[arg(long)]
    contract: bool,
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
        match self.translate_files() {
            Ok(true) => ExitCode::SUCCESS,
            Ok(false) => ExitCode::FAILURE,
            Err(error) => {
                report::line(format_args!("error[T0130]: {error:#}"));
                ExitCode::from(2)
            }
        }
    }

    /// Whether every kernel was translated.
    fn translate_files(&self) -> Result<bool> {
        let mut all_done = true;
        let mut modules = Vec::new();
        let mut parts = Vec::new();
        for file in &self.files {
            let name = file.display().to_string();
            let bytes = std::fs::read(file).with_context(|| format!("`{name}`"))?;
            let contents = container::contents(&bytes).with_context(|| format!("`{name}`"))?;
            if contents.ptx.is_empty() {
                bail!("`{name}` contains no PTX");
            }
            for image in &contents.ptx {
                match ptx_frontend::parse_module(&image.text, &name) {
                    Ok(module) if image.relocatable || self.files.len() > 1 => parts.push(module),
                    Ok(module) => modules.push(module),
                    Err(errors) => {
                        errors.iter().for_each(|error| eprintln!("{error}"));
                        all_done = false;
                    }
                }
            }
        }
        if !parts.is_empty() {
            modules.push(ptx_frontend::link::link(&parts)?);
        }
        let mut found = false;
        for module in &modules {
            all_done &= self.translate_module(module, &mut found)?;
        }
        match &self.kernel {
            Some(kernel) if !found && all_done => bail!("`{}` has no kernel `{kernel}`", self.files[0].display()),
            _ => Ok(all_done),
        }
    }

    /// Whether every wanted kernel of the module was translated; notes that it had one.
    fn translate_module(&self, module: &Module, found: &mut bool) -> Result<bool> {
        let mut all_done = true;
        let entries = module.functions.iter().filter(|f| f.is_entry && (f.body.is_some() || !f.errors.is_empty()));
        let wanted = entries.filter(|entry| self.kernel.as_ref().is_none_or(|kernel| *kernel == entry.name));
        for entry in wanted {
            *found = true;
            let options =
                Options { file: self.files[0].display().to_string(), contract: self.contract, ..Options::default() };
            match translator::translate(module, &entry.name, &options) {
                Ok(kernel) => self.print(&kernel)?,
                Err(error) => {
                    report::line(format_args!("error[T0042]: {error}"));
                    all_done = false;
                }
            }
        }
        Ok(all_done)
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
