//! `regauge check`: which kernels of a file run, and what the others lack, without running anything.

use anyhow::{Context, Result};
use clap::Args;
use cuda::report;
use cuda::runtime::settings::Settings;
use ptx_frontend::checked::Module;
use ptx_frontend::{container, link};
use serde::Serialize;
use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use translator::{Options, TranslateError};

/// Say of every kernel in a file whether it runs, and if not, what is missing.
///
/// Exit status: 0 if all run, 1 if some do not, 2 if a file cannot be read.
#[derive(Args)]
pub(crate) struct Check {
    /// Executables, libraries, archives, fatbins, cubins or PTX
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// What `--json` prints.
#[derive(Serialize)]
struct Answer {
    schema_version: u32,
    files: Vec<File>,
    kernels: usize,
    runs: usize,
}

#[derive(Serialize)]
struct File {
    path: String,
    kernels: Vec<Kernel>,
    /// Compute capabilities, times ten, of machine code. It is never run, so it counts only where there is no PTX.
    cubins: Vec<u32>,
}

#[derive(Serialize)]
struct Kernel {
    name: String,
    status: Status,
    missing: Vec<Missing>,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Status {
    Runs,
    Unsupported,
}

/// Something that a kernel needs and we lack.
#[derive(Clone, Serialize)]
struct Missing {
    form: String,
    line: u32,
}

impl Check {
    /// Runs the command.
    pub(crate) fn main(self) -> ExitCode {
        // A panic while a kernel is looked at is told with the kernel.
        std::panic::set_hook(Box::new(|_| {}));
        let mut files = Vec::new();
        let mut unreadable = false;
        for path in &self.files {
            match check_file(path) {
                Ok(file) => files.push(file),
                Err(error) => {
                    report::line(format_args!("error[T0130]: {error:#}"));
                    unreadable = true;
                }
            }
        }
        let all_run = files.iter().all(File::runs);
        if self.json {
            let kernels = files.iter().map(|file| file.kernels.len()).sum();
            let runs = files.iter().map(File::count).sum();
            let answer = Answer { schema_version: 1, files, kernels, runs };
            println!("{}", serde_json::to_string_pretty(&answer).expect("a tree of strings and numbers"));
        } else {
            files.iter().for_each(File::print);
        }
        ExitCode::from(if unreadable { 2 } else { u8::from(!all_run) })
    }
}

impl File {
    fn count(&self) -> usize {
        self.kernels.iter().filter(|kernel| kernel.status == Status::Runs).count()
    }

    fn has_only_cubins(&self) -> bool {
        self.kernels.is_empty() && !self.cubins.is_empty()
    }

    fn runs(&self) -> bool {
        self.count() == self.kernels.len() && !self.has_only_cubins()
    }

    fn print(&self) {
        for kernel in &self.kernels {
            match kernel.missing.as_slice() {
                [] if kernel.status == Status::Runs => println!("  runs         {}", kernel.name),
                [] => println!("  unsupported  {}", kernel.name),
                missing => {
                    println!("  unsupported  {}", kernel.name);
                    for missing in missing {
                        println!("                 line {}: {}", missing.line, missing.form);
                    }
                }
            }
        }
        println!("{}: {} of {} kernels run", self.path, self.count(), self.kernels.len());
        if self.has_only_cubins() {
            let list: Vec<_> = self.cubins.iter().map(|arch| format!("sm_{arch}")).collect();
            println!("  it contains machine code ({}) and no PTX: CUDA_ERROR_NO_BINARY_FOR_GPU", list.join(", "));
        }
    }
}

fn check_file(path: &Path) -> Result<File> {
    let name = path.display().to_string();
    let bytes = std::fs::read(path).with_context(|| format!("`{name}`"))?;
    let contents = container::contents(&bytes).with_context(|| format!("`{name}`"))?;
    let mut cubins = contents.cubins;
    cubins.sort_unstable();
    cubins.dedup();
    let (major, minor) = Settings::get().device.capability;
    let newest = 10 * major + minor;
    let (parts, mut images): (Vec<_>, Vec<_>) = contents.ptx.into_iter().partition(|image| image.relocatable);
    // As the driver does: the newest that the device takes. What is too new for it comes last.
    images.sort_by_key(|image| (image.arch > newest, std::cmp::Reverse(image.arch)));
    let mut kernels = Kernels { file: &name, seen: HashSet::new(), found: Vec::new() };
    for image in &images {
        if image.arch > newest {
            let form = format!(".target sm_{} (the device is sm_{newest})", image.arch);
            kernels.refuse(&image.text, &[Missing { form, line: 1 }]);
            continue;
        }
        match ptx_frontend::parse_module(&image.text, &name) {
            Ok(module) => kernels.check(&module),
            Err(errors) => {
                let missing = errors.iter().map(|error| Missing { form: error.message.clone(), line: error.line });
                kernels.refuse(&image.text, &missing.collect::<Vec<_>>());
            }
        }
    }
    check_parts(&parts, &mut kernels);
    let found = kernels.found;
    Ok(File { path: name, kernels: found, cubins })
}

/// Relocatable parts make one program.
fn check_parts(parts: &[container::PtxImage], kernels: &mut Kernels) {
    let Some(newest) = parts.iter().map(|part| part.arch).max() else { return };
    let mut modules = Vec::new();
    for part in parts.iter().filter(|part| part.arch == newest) {
        match ptx_frontend::parse_module(&part.text, kernels.file) {
            Ok(module) => modules.push(module),
            Err(errors) => {
                let missing = errors.iter().map(|error| Missing { form: error.message.clone(), line: error.line });
                kernels.refuse(&part.text, &missing.collect::<Vec<_>>());
            }
        }
    }
    match link::link(&modules) {
        Ok(module) => kernels.check(&module),
        // The library with the device runtime is machine code only, so not every file links; most kernels do not need it.
        Err(_) => modules.iter().for_each(|module| kernels.check(module)),
    }
}

/// The kernels of a file, each once.
struct Kernels<'a> {
    file: &'a str,
    seen: HashSet<String>,
    found: Vec<Kernel>,
}

impl Kernels<'_> {
    fn add(&mut self, name: &str, missing: Vec<Missing>) {
        let status = if missing.is_empty() { Status::Runs } else { Status::Unsupported };
        self.found.push(Kernel { name: name.to_string(), status, missing });
    }

    /// Translates what is not known from a newer image.
    fn check(&mut self, module: &Module) {
        for function in module.functions.iter().filter(|function| function.is_entry) {
            if !self.seen.insert(function.name.clone()) {
                continue;
            }
            let missing = match function.errors.as_slice() {
                [] => what_is_missing(module, &function.name, self.file),
                errors => errors.iter().map(|e| Missing { form: e.message.clone(), line: e.line }).collect(),
            };
            self.add(&function.name, missing);
        }
    }

    /// None of the kernels of a text runs.
    fn refuse(&mut self, text: &str, missing: &[Missing]) {
        for name in entry_names(text) {
            if self.seen.insert(name.to_string()) {
                self.add(name, missing.to_vec());
            }
        }
    }
}

fn what_is_missing(module: &Module, kernel: &str, file: &str) -> Vec<Missing> {
    let options = Options { file: file.to_string(), ..Options::default() };
    match catch_unwind(AssertUnwindSafe(|| translator::translate(module, kernel, &options))) {
        Ok(Ok(_)) => Vec::new(),
        Ok(Err(TranslateError::Unsupported(unsupported))) => {
            let because = if unsupported.reason.is_empty() { "" } else { ": " };
            let form = format!("{}{because}{}", unsupported.what, unsupported.reason);
            vec![Missing { form, line: unsupported.origin.line }]
        }
        Ok(Err(error)) => vec![Missing { form: error.to_string(), line: 0 }],
        Err(_) => vec![Missing { form: "internal error in regauge; please report it".to_string(), line: 0 }],
    }
}

/// Names of kernels in a text that cannot be parsed.
fn entry_names(text: &str) -> impl Iterator<Item = &str> {
    text.split(".entry").skip(1).filter_map(|rest| {
        let rest = rest.trim_start();
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || "_$%".contains(c))).unwrap_or(rest.len());
        Some(&rest[..end]).filter(|name| !name.is_empty())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kernels_of_an_unreadable_text_are_known_by_name() {
        let text = ".visible .entry _Z1av(\n.param .u64 p) { bad }\n.entry $b() {}";
        assert_eq!(entry_names(text).collect::<Vec<_>>(), ["_Z1av", "$b"]);
    }
}
