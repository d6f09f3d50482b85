//! The kernels of a PTX text and what each of them lacks.

use cuda::runtime::image::Target;
use cuda::runtime::settings::Settings;
use ptx_frontend::checked::Module;
use ptx_frontend::{Diagnostic, link};
use serde::Serialize;
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use translator::{Options, Unsupported};

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
        match ptx_frontend::parse_module(text, "<ptx>") {
            Ok(module) => self.check(&module),
            Err(errors) => self.refuse(text, &errors),
        }
        let (major, minor) = Settings::get().device.capability;
        if let Some(target) = target.filter(|target| !target.runs_on((major, minor))) {
            let line = 1 + text.lines().take_while(|line| !line.trim_start().starts_with(".target")).count() as u32;
            let form =
                format!(".target {target} (the device is sm_{major}{minor}; REGAUGE_COMPUTE_CAPABILITY sets it)");
            for kernel in &mut self.found {
                kernel.status = Status::Unsupported;
                kernel.missing.insert(0, Missing { form: form.clone(), line });
            }
        }
    }

    /// Adds those of relocatable parts, which make one program.
    pub(super) fn check_parts(&mut self, parts: &[(u32, String)]) {
        let (major, minor) = Settings::get().device.capability;
        let Some(newest) = parts.iter().map(|(arch, _)| *arch).max_by_key(|arch| (*arch <= 10 * major + minor, *arch))
        else {
            return;
        };
        let mut modules = Vec::new();
        for (_, text) in parts.iter().filter(|(arch, _)| *arch == newest) {
            match ptx_frontend::parse_module(text, "<ptx>") {
                Ok(module) => modules.push(module),
                Err(errors) => self.refuse(text, &errors),
            }
        }
        match link::link(&modules) {
            Ok(module) => self.check(&module),
            // The library with the device runtime is machine code only, so not every file links; most kernels do not
            // need it.
            Err(_) => modules.iter().for_each(|module| self.check(module)),
        }
    }

    fn check(&mut self, module: &Module) {
        for function in module.functions.iter().filter(|function| function.is_entry && function.is_defined()) {
            self.add(&function.name, what_is_missing(module, &function.name));
        }
    }

    /// None of the kernels of a text runs.
    fn refuse(&mut self, text: &str, errors: &[Diagnostic]) {
        let missing = |error: &Diagnostic| Missing { form: error.message.clone(), line: error.line };
        let missing: Vec<Missing> = errors.iter().map(missing).collect();
        for name in entry_names(text) {
            self.add(name, missing.clone());
        }
    }
}

fn what_is_missing(module: &Module, kernel: &str) -> Vec<Missing> {
    let missing = |gap: Unsupported| {
        let because = if gap.reason.is_empty() { "" } else { ": " };
        Missing { form: format!("{}{because}{}", gap.what, gap.reason), line: gap.origin.line }
    };
    match catch_unwind(AssertUnwindSafe(|| translator::gaps(module, kernel, &Options::default()))) {
        Ok(Ok(gaps)) => gaps.into_iter().map(missing).collect(),
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
