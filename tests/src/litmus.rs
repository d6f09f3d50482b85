//! Litmus tests of the memory consistency model: `litmus/*.ptx`.
//!
//! A file is a kernel that runs many instances of one small test, each on locations of its own. Comments in it say
//! what its threads do, and which outcomes the model forbids or allows:
//!
//! ```text
//! // litmus: 2 threads in CTAs of their own, locations in global memory
//! //    T0: st.u32 [x], 1; st.release.gpu.u32 [y], 1
//! //    T1: ld.acquire.gpu.u32 r0, [y]; ld.u32 r1, [x]
//! // locations: x, y
//! // results: r0, r1
//! // forbidden: r0 = 1 & r1 = 0
//! // launch: litmus<<<groups * 2, 32>>>
//! ```
//!
//! A forbidden outcome must never come; an allowed one is counted, since it is worth knowing whether a test would
//! catch anything at all. In conditions, a location stands for what it holds in the end.
//!
//! The kernel's parameters: the locations (8 bytes each; all instances of one location form an array), the results
//! (4 bytes each, those of an instance together), counters on which the threads of an instance meet, the rounds that a
//! group of threads does, and how many instances there are. In each round a group does 32 of them, one in each lane.

use crate::cases;
use crate::driver::{self, Driver, Failure, Shape};
use anyhow::{Context as _, Result, bail, ensure};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// A litmus test.
#[derive(Clone, Debug)]
pub struct Litmus {
    /// The file.
    pub ptx: String,
    /// `.target sm_XX`
    pub target: u32,
    /// CTAs of a group.
    ctas: u32,
    /// Threads of a CTA.
    threads: u32,
    locations: Vec<String>,
    results: Vec<String>,
    forbidden: Vec<Condition>,
    allowed: Vec<Condition>,
}

/// Comparisons that all hold.
#[derive(Clone, Debug)]
struct Condition {
    text: String,
    /// Which value, whether it is equal, to what.
    comparisons: Vec<(usize, bool, u64)>,
}

/// What came of a test.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Instances that ran.
    pub runs: u64,
    /// How many of them ended in one of the allowed outcomes that the file names.
    pub weak: u64,
}

/// The bytes of results at first: no test ends with a result of them, and a thread that never ran leaves them.
const UNWRITTEN: u8 = 0xee;

/// Groups of threads: enough for all processors of the host.
const GROUPS: u32 = 32;

impl Litmus {
    /// Reads a file.
    pub fn parse(text: &str) -> Result<Litmus> {
        let all = |word: &str| -> Vec<&str> {
            let prefix = format!("// {word}: ");
            text.lines().filter_map(|line| line.strip_prefix(&prefix)).map(str::trim).collect()
        };
        let list = |word: &str| -> Vec<String> {
            all(word).iter().flat_map(|line| line.split(',')).map(|name| name.trim().to_owned()).collect()
        };
        let (locations, results) = (list("locations"), list("results"));
        let launch = *all("launch").first().context("no `launch:`")?;
        let inside = launch.strip_prefix("litmus<<<groups").and_then(|rest| rest.strip_suffix(">>>"));
        let (ctas, threads) = inside.and_then(|inside| inside.split_once(',')).context("no `litmus<<<groups, N>>>`")?;
        let ctas = if ctas.is_empty() { 1 } else { ctas.trim().trim_start_matches('*').trim().parse()? };
        let names: Vec<&String> = locations.iter().chain(&results).collect();
        let conditions = |word: &str| -> Result<Vec<Condition>> {
            all(word).iter().map(|text| Condition::parse(text, &names)).collect()
        };
        let target = text.lines().find_map(|line| line.strip_prefix(".target sm_")).context("no `.target`")?;
        let litmus = Litmus {
            ptx: text.to_owned(),
            target: target.trim().parse()?,
            ctas,
            threads: threads.trim().parse()?,
            forbidden: conditions("forbidden")?,
            allowed: conditions("allowed")?,
            locations,
            results,
        };
        ensure!(!litmus.forbidden.is_empty() || !litmus.allowed.is_empty(), "the file expects nothing");
        Ok(litmus)
    }

    /// Runs at least so many instances.
    pub fn run(&self, driver: &Driver, runs: u64) -> Result<Report> {
        let failed = |failure: Failure| anyhow::anyhow!("{failure}");
        let rounds = runs.div_ceil(u64::from(GROUPS) * 32).max(1) as u32;
        let count = (GROUPS * 32 * rounds) as usize;
        let mut image = self.ptx.clone().into_bytes();
        image.push(0);
        let module = driver.load(&image).map_err(failed)?;
        let function = driver.function(module, "litmus").map_err(failed)?;
        let (places, values) = (self.locations.len(), self.results.len());
        let sizes = [8 * count * places, 4 * count * values.max(1), 4 * count];
        let mut buffers = Vec::new();
        for (size, content) in sizes.into_iter().zip([0, UNWRITTEN, 0]) {
            buffers.push(driver.buffer(&vec![content; size]).map_err(failed)?);
        }
        let mut parameters: Vec<Vec<u8>> = buffers.iter().map(|address| address.to_le_bytes().to_vec()).collect();
        parameters.push(rounds.to_le_bytes().to_vec());
        parameters.push((count as u32).to_le_bytes().to_vec());
        let shape =
            Shape { grid: [GROUPS * self.ctas, 1, 1], block: [self.threads, 1, 1], shared: 0, cooperative: false };
        driver.launch(function, &shape, &mut parameters).map_err(failed)?;
        driver.synchronize().map_err(failed)?;
        let memory = driver.read(buffers[0], sizes[0]).map_err(failed)?;
        let results = driver.read(buffers[1], sizes[1]).map_err(failed)?;
        for buffer in buffers {
            driver.free(buffer).map_err(failed)?;
        }
        driver.unload(module).map_err(failed)?;
        let unwritten = number(&[UNWRITTEN; 4]);
        let mut report = Report { runs: count as u64, weak: 0 };
        for instance in 0..count {
            let cell = |place: usize| number(&memory[8 * (place * count + instance)..][..8]);
            let result = |index: usize| number(&results[4 * (instance * values + index)..][..4]);
            let value = |name: usize| if name < places { cell(name) } else { result(name - places) };
            if let Some(index) = (0..values).find(|index| result(*index) == unwritten) {
                bail!("instance {instance} of {count} leaves no `{}`", self.results[index]);
            }
            if let Some(condition) = self.forbidden.iter().find(|condition| condition.holds(value)) {
                bail!("instance {instance} of {count} ends in `{}`, which is forbidden", condition.text);
            }
            report.weak += u64::from(self.allowed.iter().any(|condition| condition.holds(value)));
        }
        Ok(report)
    }
}

fn number(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |all, byte| all << 8 | u64::from(*byte))
}

impl Condition {
    /// `r0 = 1 & x != 2`
    fn parse(text: &str, names: &[&String]) -> Result<Condition> {
        let comparison = |text: &str| -> Result<(usize, bool, u64)> {
            let (name, value) = text.split_once('=').with_context(|| format!("`{text}` compares nothing"))?;
            let equal = !name.trim_end().ends_with('!');
            let name = name.trim_end().trim_end_matches('!').trim();
            let place = names.iter().position(|known| *known == name);
            Ok((place.with_context(|| format!("nothing is called `{name}`"))?, equal, value.trim().parse()?))
        };
        let comparisons = text.split('&').map(|part| comparison(part.trim())).collect::<Result<_>>()?;
        Ok(Condition { text: text.to_owned(), comparisons })
    }

    fn holds(&self, value: impl Fn(usize) -> u64) -> bool {
        self.comparisons.iter().all(|(name, equal, with)| (value(*name) == *with) == *equal)
    }
}

/// Runs a test in this process, for a parent that watches the time; the status is [`cases::SKIPPED`] where the device is
/// too old for it.
pub fn run_here(file: &Path, runs: u64) -> ExitCode {
    let test = || {
        let litmus = Litmus::parse(&std::fs::read_to_string(file)?)?;
        let driver = Driver::open(&driver::path())?;
        let capability = driver.compute_capability().map_err(|failure| anyhow::anyhow!("{failure}"))?;
        if capability < litmus.target {
            return anyhow::Ok(ExitCode::from(cases::SKIPPED));
        }
        litmus.run(&driver, runs)?;
        Ok(ExitCode::SUCCESS)
    };
    test().unwrap_or_else(|error| {
        eprintln!("{error:#}");
        ExitCode::FAILURE
    })
}

/// All files, with their names.
pub fn files() -> Result<Vec<(String, String)>> {
    let read = |file: PathBuf| Ok((cases::name(&file), std::fs::read_to_string(&file)?));
    cases::files_in("litmus")?.into_iter().map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_compare_results_and_locations() {
        let (x, r0) = ("x".to_owned(), "r0".to_owned());
        let condition = Condition::parse("r0 = 1 & x != 2", &[&x, &r0]).unwrap();
        assert!(condition.holds(|name| [3, 1][name]));
        assert!(!condition.holds(|name| [2, 1][name]));
        assert!(Condition::parse("r1 = 1", &[&x, &r0]).is_err());
    }

    #[test]
    fn every_file_can_be_read() {
        let files = files().unwrap();
        assert!(files.len() >= 60);
        for (name, text) in files {
            Litmus::parse(&text).unwrap_or_else(|error| panic!("{name}: {error:#}"));
        }
    }
}
