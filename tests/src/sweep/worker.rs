//! Runs subjects in this process and prints what comes of each as a line of JSON.
//!
//! The process may end at any time, since the driver under test may crash; [`super::supervisor`] starts another one.

use super::golden;
use super::inputs::{BLOCK, inputs};
use super::judge::{Outcome, State, judge};
use super::kernel::{self, Needs, Offered};
use super::{Subject, ones};
use crate::driver::{Answer, Driver, Failure, Function, Module, Shape};
use serde::{Deserialize, Serialize};
use std::io::Write;

/// Subjects of one module.
const PER_MODULE: usize = 32;

/// A line of a worker's output.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Line {
    /// The subject with this index comes next.
    Begin(usize),
    /// What came of it, and its outputs, packed and in hexadecimal digits, if they were asked for.
    End(usize, Outcome, Option<String>),
    /// The driver is of no use any more: another process must go on behind this subject.
    Broken(usize),
    /// All done.
    Done,
}

/// Which subjects to run and how.
pub struct Task<'a> {
    /// All of the catalogue.
    pub subjects: &'a [Subject],
    /// Which of them.
    pub indices: Vec<usize>,
    /// Random inputs of each.
    pub count: usize,
    /// Whether outputs are printed.
    pub keeps_outputs: bool,
}

/// Runs them.
pub fn run(driver: &Driver, task: &Task<'_>, mut out: impl Write) -> std::io::Result<()> {
    let capability = driver.compute_capability().unwrap_or(0);
    let device = Offered::new(capability, driver.version().unwrap_or(0));
    let mut say = |line: &Line| {
        writeln!(out, "{}", serde_json::to_string(line).expect("a line is JSON"))?;
        out.flush()
    };
    let mut at = 0;
    while at < task.indices.len() {
        let needs_of = |index: usize| needs(&task.subjects[index]);
        let first = needs_of(task.indices[at]);
        let fits = |needs: Needs| {
            needs.header(device) == first.header(device) && needs.fits(capability) == first.fits(capability)
        };
        let same = task.indices[at..].iter().take(PER_MODULE).take_while(|index| fits(needs_of(**index))).count();
        let batch = &task.indices[at..at + same];
        at += same;
        let subjects: Vec<&Subject> = batch.iter().map(|index| &task.subjects[*index]).collect();
        say(&Line::Begin(batch[0]))?;
        if !first.fits(capability) {
            for (index, subject) in batch.iter().zip(&subjects) {
                let why = format!("needs compute capability {}", needs_of(*index).architecture());
                say(&Line::End(*index, Outcome::without_results(&subject.name, State::Unsupported, why), None))?;
            }
            continue;
        }
        let together = load(driver, first, device, &subjects);
        for (position, (index, subject)) in batch.iter().zip(&subjects).enumerate() {
            say(&Line::Begin(*index))?;
            let loaded = match &together {
                Ok(module) => Ok((*module, position)),
                // One form may spoil the module for all.
                Err(_) => load(driver, first, device, &[subject]).map(|module| (module, 0)),
            };
            let (outcome, outputs) = match loaded {
                Ok((module, position)) => run_subject(driver, module, position, subject, task.count),
                Err(failure) => (refused(subject, &failure), None),
            };
            let outputs = outputs.filter(|_| task.keeps_outputs);
            let outputs = outputs.map(|outputs| to_hex(&golden::pack(&subject.outputs, &outputs)));
            say(&Line::End(*index, outcome, outputs))?;
            if driver.synchronize().is_err() {
                return say(&Line::Broken(*index));
            }
        }
        if let Ok(module) = together
            && driver.unload(module).is_err()
        {
            return say(&Line::Broken(batch[batch.len() - 1]));
        }
    }
    say(&Line::Done)
}

/// Bytes as hexadecimal digits.
fn to_hex(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from_digit(value.into(), 16).expect("half a byte is a digit");
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 0xf)]).collect()
}

/// The opposite.
pub fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> = text.chars().map(|digit| Some(digit.to_digit(16)? as u8)).collect();
    Some(digits?.chunks(2).map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit)).collect())
}

fn needs(subject: &Subject) -> Needs {
    Needs::of(subject.form)
}

fn load(driver: &Driver, needs: Needs, device: Offered, subjects: &[&Subject]) -> Answer<Module> {
    let mut image = kernel::module(needs, device, subjects).into_bytes();
    image.push(0);
    driver.load(&image)
}

fn refused(subject: &Subject, failure: &Failure) -> Outcome {
    Outcome::without_results(&subject.name, State::Unsupported, failure.to_string())
}

fn run_subject(
    driver: &Driver,
    module: Module,
    position: usize,
    subject: &Subject,
    count: usize,
) -> (Outcome, Option<Vec<Vec<u64>>>) {
    let function = match driver.function(module, &kernel::name(position)) {
        Ok(function) => function,
        Err(failure) => return (refused(subject, &failure), None),
    };
    let inputs = inputs(subject, count);
    match launch(driver, function, subject, &inputs) {
        Ok(outputs) => (judge(subject, &inputs, &outputs), Some(outputs)),
        // What a driver does not offer, it says before the kernel runs.
        Err(failure) if failure.name.contains("NOT_SUPPORTED") => (refused(subject, &failure), None),
        Err(failure) => (Outcome::without_results(&subject.name, State::Failing, failure.to_string()), None),
    }
}

/// The outputs, `outputs[k][thread]`.
fn launch(driver: &Driver, function: Function, subject: &Subject, inputs: &[Vec<u64>]) -> Answer<Vec<Vec<u64>>> {
    let count = inputs.first().map_or(BLOCK, Vec::len);
    let bytes: Vec<u8> = inputs.iter().flatten().flat_map(|value| value.to_le_bytes()).collect();
    let from = driver.buffer(if bytes.is_empty() { &[0; 8] } else { &bytes })?;
    let to = driver.buffer(&vec![0; 8 * count * subject.outputs.len()])?;
    let scratch = if subject.scratch { driver.buffer(&vec![0; 32 * count])? } else { 0 };
    let shape =
        Shape { grid: [(count / BLOCK) as u32, 1, 1], block: [BLOCK as u32, 1, 1], shared: 0, cooperative: false };
    let mut parameters = [
        from.to_le_bytes().to_vec(),
        to.to_le_bytes().to_vec(),
        (count as u32).to_le_bytes().to_vec(),
        scratch.to_le_bytes().to_vec(),
    ];
    driver.launch(function, &shape, &mut parameters)?;
    driver.synchronize()?;
    let bytes = driver.read(to, 8 * count * subject.outputs.len())?;
    driver.free(from)?;
    driver.free(to)?;
    if subject.scratch {
        driver.free(scratch)?;
    }
    let values = bytes.chunks_exact(8).map(|bytes| u64::from_le_bytes(bytes.try_into().expect("eight bytes")));
    let values: Vec<u64> = values.collect();
    let outputs = values.chunks_exact(count).zip(&subject.outputs);
    Ok(outputs.map(|(output, register)| output.iter().map(|value| value & ones(register.bits)).collect()).collect())
}
