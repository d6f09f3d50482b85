//! What the sweeps found, per form of the table: as a page and as JSON.

use super::catalogue::{Catalogue, Sweep};
use super::judge::State;
use super::supervisor::Finished;
use crate::cases;
use anyhow::Result;
use ptx_frontend::isa::{ROWS, Support};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt::Write;

/// The device and the driver that were tested.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Device {
    /// The device's name.
    pub name: String,
    /// 120 for 12.0.
    pub compute_capability: u32,
    /// 13050 for CUDA 13.5.
    pub driver: u32,
}

/// The whole report.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// Version of this layout.
    pub schema_version: u32,
    /// What was tested.
    pub device: Option<Device>,
    /// How many forms came out how.
    pub totals: BTreeMap<Verdict, usize>,
    /// Every executed form of the table.
    pub forms: Vec<FormReport>,
}

/// How a form came out.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// All results are determined and right.
    Exact,
    /// All results are in the bounds of the manual.
    WithinBound,
    /// Not swept; `.ptx` cases contain it.
    ByCases,
    /// The driver does not take it.
    Unsupported,
    /// A result is wrong.
    Failing,
    /// Nothing tests it.
    Untested,
}

impl Verdict {
    fn text(self) -> &'static str {
        match self {
            Verdict::Exact => "exact",
            Verdict::WithinBound => "within bound",
            Verdict::ByCases => "by cases",
            Verdict::Unsupported => "unsupported",
            Verdict::Failing => "**failing**",
            Verdict::Untested => "**untested**",
        }
    }
}

/// What came of a form.
#[derive(Clone, Debug, Serialize)]
pub struct FormReport {
    /// The instruction.
    pub instruction: &'static str,
    /// The form's line in the table.
    pub form: &'static str,
    /// How it came out.
    pub verdict: Verdict,
    /// How many combinations of its dot-words were run.
    pub variants: usize,
    /// How many of them the driver does not take.
    pub unsupported: usize,
    /// Threads, each with inputs of its own.
    pub inputs: usize,
    /// The largest error of an approximation, in units of the last place.
    pub max_ulps: f64,
    /// `.ptx` cases that contain it.
    pub cases: usize,
    /// What is wrong, per combination.
    pub failures: Vec<String>,
}

/// Brings results together by form.
pub fn report(catalogue: &Catalogue, finished: &[Finished], device: Option<Device>) -> Result<Report> {
    let cases = cases::forms()?;
    let mut forms = Vec::new();
    for ((opcode, form), sweep) in &catalogue.forms {
        let row = opcode.row();
        let mut result = FormReport {
            instruction: row.mnemonic,
            form: row.forms[usize::from(*form)].text,
            verdict: Verdict::Untested,
            variants: 0,
            unsupported: 0,
            inputs: 0,
            max_ulps: 0.0,
            cases: cases.get(&(*opcode, *form)).map_or(0, Vec::len),
            failures: Vec::new(),
        };
        let mut worst: Option<State> = None;
        for done in finished.iter().filter(|done| catalogue.subjects[done.index].form == (*opcode, *form)) {
            let outcome = &done.outcome;
            result.variants += 1;
            result.inputs += outcome.inputs;
            result.max_ulps = result.max_ulps.max(outcome.max_ulps);
            result.unsupported += usize::from(outcome.state == State::Unsupported);
            worst = worst.max(Some(outcome.state));
            if outcome.state == State::Failing {
                let message = outcome.message.as_deref().unwrap_or_default();
                result.failures.push(format!("{}: {} wrong; {message}", outcome.name, outcome.wrong));
            }
        }
        result.verdict = match worst {
            Some(State::Exact) => Verdict::Exact,
            Some(State::WithinBound) => Verdict::WithinBound,
            Some(State::Unsupported) => Verdict::Unsupported,
            Some(State::Failing) => Verdict::Failing,
            None if result.cases > 0 => Verdict::ByCases,
            None => Verdict::Untested,
        };
        debug_assert!(*sweep == Sweep::Swept || result.variants == 0, "only swept forms have results");
        forms.push(result);
    }
    let mut totals = BTreeMap::new();
    forms.iter().for_each(|form| *totals.entry(form.verdict).or_default() += 1);
    Ok(Report { schema_version: 1, device, totals, forms })
}

impl Report {
    /// As JSON.
    pub fn json(&self) -> String {
        serde_json::to_string_pretty(self).expect("a report is JSON") + "\n"
    }

    /// As a page.
    pub fn page(&self) -> String {
        let mut text = String::from(
            "# Conformance\n\n\
             What `conformance report` found, form by form of `ptx-frontend/src/isa.rs`: every combination of dot-words (or \
             a sample of them) is run on random inputs and on all special values, 16-bit operands on every value there is, \
             and compared with oracles that are written from the manual (`tests/README.md`).\n\n",
        );
        let mut line = |arguments: std::fmt::Arguments<'_>| {
            writeln!(text, "{arguments}").expect("writing to a string");
        };
        if let Some(device) = &self.device {
            let (major, minor) = (device.compute_capability / 10, device.compute_capability % 10);
            let driver = device.driver;
            line(format_args!(
                "Device: {}, compute capability {major}.{minor}; driver of CUDA {}.{}.\n",
                device.name,
                driver / 1000,
                driver % 1000 / 10
            ));
        }
        line(format_args!("| result | forms | meaning |\n| --- | ---: | --- |"));
        for (verdict, meaning) in [
            (Verdict::Exact, "every bit is determined by the manual, and right"),
            (Verdict::WithinBound, "approximations within the manual's bound, or the manual leaves some results open"),
            (Verdict::ByCases, "not from registers to registers: tested by the files in `tests/ptx/` that contain it"),
            (Verdict::Unsupported, "some combination is refused"),
            (Verdict::Failing, "some result is wrong"),
            (Verdict::Untested, "nothing tests it"),
        ] {
            let count = self.totals.get(&verdict).copied().unwrap_or(0);
            line(format_args!("| {} | {count} | {meaning} |", verdict.text()));
        }
        let inputs: usize = self.forms.iter().map(|form| form.inputs).sum();
        let variants: usize = self.forms.iter().map(|form| form.variants).sum();
        line(format_args!("\n{variants} combinations of dot-words, {inputs} threads with inputs of their own."));
        for chapter in chapters() {
            self.chapter(&mut line, chapter);
        }
        text
    }

    fn chapter(&self, line: &mut dyn FnMut(std::fmt::Arguments<'_>), chapter: &str) {
        let in_chapter =
            |form: &&FormReport| ROWS.iter().any(|row| row.chapter == chapter && row.mnemonic == form.instruction);
        let forms: Vec<&FormReport> = self.forms.iter().filter(in_chapter).collect();
        if forms.is_empty() {
            return;
        }
        line(format_args!("\n## {chapter}\n"));
        line(format_args!("| instruction | form | result | combinations | inputs | largest error | cases |"));
        line(format_args!("| --- | --- | --- | ---: | ---: | ---: | ---: |"));
        for form in &forms {
            // A bar would end the cell.
            let words = form.form.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|");
            let words = if words.is_empty() { String::new() } else { format!("`{words}`") };
            let refused = if form.unsupported > 0 { format!(" ({})", form.unsupported) } else { String::new() };
            let error = if form.max_ulps > 0.0 { format!("{:.3} ulp", form.max_ulps) } else { String::new() };
            let counts = match form.variants {
                0 => "| |".to_owned(),
                variants => format!("{variants} | {} |", form.inputs),
            };
            line(format_args!(
                "| `{}` | {words} | {}{refused} | {counts} {error} | {} |",
                form.instruction,
                form.verdict.text(),
                form.cases
            ));
        }
        for failure in forms.iter().flat_map(|form| &form.failures) {
            line(format_args!("\n- {failure}"));
        }
    }
}

fn chapters() -> Vec<&'static str> {
    let mut chapters: Vec<&str> = ROWS.iter().filter(|row| has_executed(row)).map(|row| row.chapter).collect();
    chapters.dedup();
    chapters
}

fn has_executed(row: &ptx_frontend::isa::Row) -> bool {
    (0..row.forms.len()).any(|form| row.support_of(form) == Support::Executed)
}
