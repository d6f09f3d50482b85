//! `regauge check`: which kernels of a file run, and what the others lack, without running anything.

mod files;
mod kernels;
mod survey;

use clap::Args;
use cuda::report;
use kernels::{Kernel, Status};
use serde::Serialize;
use std::collections::HashMap;
use std::path::PathBuf;
use std::process::ExitCode;
use survey::Survey;

/// Say of every kernel in a file whether it runs, and if not, what is missing.
///
/// Exit status: 0 if all run, 1 if some do not, 2 if a file cannot be read.
#[derive(Args)]
pub(crate) struct Check {
    /// Executables, libraries, archives, fatbins, cubins, PTX, Python wheels, or folders of such
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Print JSON
    #[arg(long, conflicts_with = "summary")]
    json: bool,
    /// Print what is missing, the most frequent first, rather than every kernel
    #[arg(long)]
    summary: bool,
}

/// What `--json` prints.
#[derive(Serialize)]
struct Answer {
    schema_version: u32,
    files: Vec<File>,
    kernels: usize,
    runs: usize,
}

/// What is known of a file, or of one in a wheel.
#[derive(Serialize)]
pub(crate) struct File {
    path: String,
    kernels: Vec<Kernel>,
    /// Compute capabilities, times ten, of machine code. It is never run, so it counts only where there is no PTX.
    cubins: Vec<u32>,
    /// Fatbins with nothing but LTO-IR, which a library links when it runs; their kernels are not known.
    intermediate: usize,
}

impl Check {
    /// Runs the command.
    pub(crate) fn main(self) -> ExitCode {
        // A panic while a kernel is looked at is told with the kernel.
        std::panic::set_hook(Box::new(|_| {}));
        let mut files = Vec::new();
        let mut unreadable = false;
        for path in &self.files {
            files::visit(path, &mut |path, checked| match checked {
                Ok(Survey { kernels, cubins, intermediate }) => {
                    files.push(File { path, kernels, cubins, intermediate });
                }
                Err(error) => {
                    report::line(format_args!("error[T0130]: `{path}`: {error:#}"));
                    unreadable = true;
                }
            });
        }
        let all_run = files.iter().all(File::runs);
        if self.json {
            let kernels = files.iter().map(|file| file.kernels.len()).sum();
            let runs = files.iter().map(File::count).sum();
            let answer = Answer { schema_version: 1, files, kernels, runs };
            println!("{}", serde_json::to_string_pretty(&answer).expect("a tree of strings and numbers"));
        } else {
            files.iter().for_each(|file| file.print(!self.summary));
            if self.summary {
                print_ranking(&files);
            }
        }
        ExitCode::from(if unreadable { 2 } else { u8::from(!all_run) })
    }
}

impl File {
    fn count(&self) -> usize {
        self.kernels.iter().filter(|kernel| kernel.status == Status::Runs).count()
    }

    fn runs(&self) -> bool {
        let has_code = !self.cubins.is_empty() || self.intermediate > 0;
        self.count() == self.kernels.len() && (!has_code || !self.kernels.is_empty())
    }

    fn print(&self, with_kernels: bool) {
        for kernel in self.kernels.iter().filter(|_| with_kernels) {
            match kernel.status {
                Status::Runs => println!("  runs         {}", kernel.name),
                Status::Unsupported => println!("  unsupported  {}", kernel.name),
            }
            for missing in &kernel.missing {
                match missing.line {
                    0 => println!("                 {}", missing.form),
                    line if missing.source.is_empty() => println!("                 line {line}: {}", missing.form),
                    line => println!("                 line {line} (from {}): {}", missing.source, missing.form),
                }
            }
        }
        println!("{}: {} of {} kernels run", self.path, self.count(), self.kernels.len());
        if !self.cubins.is_empty() && self.kernels.iter().all(|kernel| kernel.has_only_machine_code()) {
            let list: Vec<_> = self.cubins.iter().map(|arch| format!("sm_{arch}")).collect();
            println!("  it contains machine code ({}) and no PTX: CUDA_ERROR_NO_BINARY_FOR_GPU", list.join(", "));
        }
        if self.intermediate > 0 {
            println!("  fatbins with only LTO-IR, which is linked at run time, not looked at: {}", self.intermediate);
        }
    }
}

/// What is missing, by the number of kernels that need it.
fn print_ranking(files: &[File]) {
    let mut count: HashMap<&str, usize> = HashMap::new();
    for missing in files.iter().flat_map(|file| &file.kernels).flat_map(|kernel| &kernel.missing) {
        *count.entry(missing.form.as_str()).or_default() += 1;
    }
    let mut ranking: Vec<_> = count.into_iter().collect();
    ranking.sort_by_key(|(form, count)| (std::cmp::Reverse(*count), *form));
    for (form, count) in ranking {
        println!("{count:>8}  {form}");
    }
    let kernels: usize = files.iter().map(|file| file.kernels.len()).sum();
    let runs: usize = files.iter().map(File::count).sum();
    println!("{runs} of {kernels} kernels run");
}
