//! The kernels of a PTX text and what each of them lacks.

use cuda::runtime::image::Target;
use cuda::runtime::settings::Settings;
use ptx_frontend::Diagnostic;
use serde::Serialize;
use std::collections::HashMap;
use translator::{Options, Outline, Unsupported};

/// A kernel and the verdict on it.
#[derive(Serialize)]
pub(crate) struct Kernel {
    pub(super) name: String,
    pub(super) status: Status,
    pub(super) missing: Vec<Missing>,
}

/// The verdict.
#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Status {
    Runs,
    Unsupported,
}

/// Something that a kernel needs and we lack.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Missing {
    pub(super) form: String,
    /// 0: it is not in a line of PTX.
    pub(super) line: u32,
    /// The line of the CUDA source that needs it, `saxpy.cu:17`; empty where the PTX does not say.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) source: String,
}

impl Kernel {
    pub(super) fn has_only_machine_code(&self) -> bool {
        !self.missing.is_empty() && self.missing.iter().all(|missing| missing.line == 0)
    }
}

/// Kernels in the order in which they were found, each name once: files have the same kernel in several fatbins, and
/// it runs if it runs in all of them.
#[derive(Default)]
pub(super) struct Kernels {
    found: Vec<Kernel>,
    by_name: HashMap<String, usize>,
}

impl Kernels {
    pub(super) fn into_list(self) -> Vec<Kernel> {
        self.found
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.by_name.contains_key(name)
    }

    pub(super) fn merge(&mut self, other: Kernels) {
        for kernel in other.found {
            self.add(&kernel.name, kernel.missing);
        }
    }

    pub(super) fn add(&mut self, name: &str, missing: Vec<Missing>) {
        let index = *self.by_name.entry(name.to_owned()).or_insert(self.found.len());
        if index == self.found.len() {
            self.found.push(Kernel { name: name.to_owned(), status: Status::Runs, missing: Vec::new() });
        }
        let kernel = &mut self.found[index];
        for missing in missing {
            kernel.status = Status::Unsupported;
            if kernel.missing.iter().all(|known| known.form != missing.form) {
                kernel.missing.push(missing);
            }
        }
    }

    /// Adds the kernels of a module of its own.
    pub(super) fn check_text(&mut self, text: &str) {
        let target = Target::of(text);
        match outline_of(text) {
            Ok(outline) => self.add_all(&outline),
            Err(errors) => self.refuse(text, &errors),
        }
        let (major, minor) = Settings::get().device.capability;
        if let Some(target) = target.filter(|target| !target.runs_on((major, minor))) {
            let line = 1 + text.lines().take_while(|line| !line.trim_start().starts_with(".target")).count() as u32;
            let form =
                format!(".target {target} (the device is sm_{major}{minor}; REGAUGE_COMPUTE_CAPABILITY sets it)");
            for kernel in &mut self.found {
                kernel.status = Status::Unsupported;
                kernel.missing.insert(0, Missing { form: form.clone(), line, source: String::new() });
            }
        }
    }

    /// Adds those of relocatable parts, which make one program.
    pub(super) fn link(&mut self, parts: &[Outline]) {
        match Outline::link(parts) {
            Ok(program) => self.add_all(&program),
            // The library with the device runtime is machine code only, so not every file links; most kernels do not
            // need it.
            Err(_) => parts.iter().for_each(|part| self.add_all(part)),
        }
    }

    fn add_all(&mut self, outline: &Outline) {
        for (name, gaps) in outline.kernels() {
            let missing = |gap: Unsupported| {
                let because = if gap.reason.is_empty() { "" } else { ": " };
                Missing {
                    form: format!("{}{because}{}", gap.what, gap.reason),
                    line: gap.origin.line,
                    source: gap.cuda_line,
                }
            };
            self.add(name, gaps.into_iter().map(missing).collect());
        }
    }

    /// None of the kernels of a text runs.
    pub(super) fn refuse(&mut self, text: &str, errors: &[Diagnostic]) {
        let missing =
            |error: &Diagnostic| Missing { form: error.message.clone(), line: error.line, source: String::new() };
        let missing: Vec<Missing> = errors.iter().map(missing).collect();
        for name in entry_names(text) {
            self.add(name, missing.clone());
        }
    }
}

/// What is missing in every function of a text, or why it cannot be parsed.
pub(super) fn outline_of(text: &str) -> Result<Outline, Vec<Diagnostic>> {
    Ok(Outline::of(ptx_frontend::parse_module(text, "<ptx>")?, &Options::default()))
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
