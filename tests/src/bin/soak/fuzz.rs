//! The fuzz targets with changed inputs, within limits of time and memory.

use super::{Wanted, allocation};
use anyhow::{Result, ensure};
use conformance::differential::Random;
use conformance::fuzz::mutate::Seeds;
use conformance::fuzz::{TARGETS, Target, single};
use std::panic::catch_unwind;
use std::time::{Duration, Instant};

/// What an input may take, for each MiB that it has or part of it: the promise that the documentation makes.
const TIME: Duration = Duration::from_secs(2);
const MEMORY: usize = 512 << 20;
/// Findings of a target after which it is enough.
const ENOUGH: u64 = 5;

/// What this thread has had of a processor: a busy machine makes no input slow.
fn processor_time() -> Duration {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `time` is alive and writable.
    let status = unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &raw mut time) };
    assert_eq!(status, 0, "Linux has clocks of threads");
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

/// What was seen of a target.
#[derive(Default)]
struct Seen {
    count: u64,
    findings: u64,
    slowest: Duration,
    largest: usize,
}

impl Seen {
    /// Hands an input to a target; prints what is wrong with the answer. Whether to go on.
    fn input(&mut self, (name, target): &Target, which: &str, input: &[u8]) -> bool {
        let before = allocation::begin();
        let begin = processor_time();
        let outcome = catch_unwind(|| target(input));
        let (time, memory) = (processor_time().saturating_sub(begin), allocation::peak() - before);
        let parts = (input.len() >> 20) + 1;
        let problem = match outcome {
            Err(payload) => {
                let text = payload.downcast_ref::<String>().map(String::as_str);
                format!("panic: {}", text.or(payload.downcast_ref::<&str>().copied()).unwrap_or("no text"))
            }
            Ok(()) if time > TIME * parts as u32 => format!("it took {time:?}"),
            Ok(()) if memory > MEMORY * parts => format!("it took {} MiB", memory >> 20),
            Ok(()) => String::new(),
        };
        if !problem.is_empty() {
            self.findings += 1;
            println!("fuzz {name}, {which}: {problem}\n{}\n", String::from_utf8_lossy(input));
        }
        self.slowest = self.slowest.max(time);
        self.largest = self.largest.max(memory);
        self.count += 1;
        self.findings < ENOUGH
    }

    fn print(&self, what: &str, name: &str) {
        let Seen { count, findings, slowest, largest } = self;
        println!("{what} {name}: {count} inputs, {findings} findings; at most {slowest:?} and {} MiB", largest >> 20);
    }
}

/// Inputs with changes at random.
pub(crate) fn run(wanted: &Wanted) -> Result<u64> {
    let seeds = Seeds::new();
    each_target(wanted, |target, end| {
        let mut seen = Seen::default();
        let mut goes_on = true;
        while goes_on && Instant::now() < end {
            let seed = wanted.seed.wrapping_mul(1 << 32) + seen.count;
            goes_on = seen.input(target, &format!("input {seed}"), &seeds.input(target.0, &mut Random::new(seed)));
        }
        seen.print("fuzz", target.0);
        seen.findings
    })
}

/// Every change of one place, in as many texts as there is time for; the seed says where to begin.
pub(crate) fn run_changes(wanted: &Wanted) -> Result<u64> {
    let seeds = Seeds::new();
    each_target(wanted, |target, end| {
        let texts = seeds.texts(target.0);
        if texts.is_empty() {
            return 0;
        }
        let mut seen = Seen::default();
        let mut whole = 0;
        for index in 0..texts.len() {
            let text = (index + wanted.seed as usize) % texts.len();
            let goes_on = |input: &[u8]| seen.input(target, &format!("text {text}"), input) && Instant::now() < end;
            if !single::each_change(&texts[text], goes_on) {
                break;
            }
            whole += 1;
        }
        seen.print("changes", target.0);
        println!("{whole} of {} texts have been changed in each place", texts.len());
        seen.findings
    })
}

/// Runs each wanted target for its part of the time; the number of findings.
fn each_target(wanted: &Wanted, mut run: impl FnMut(&Target, Instant) -> u64) -> Result<u64> {
    let is_wanted = |target: &&Target| wanted.target.as_ref().is_none_or(|name| name == target.0);
    let targets: Vec<&Target> = TARGETS.iter().filter(is_wanted).collect();
    ensure!(!targets.is_empty(), "there is no such target");
    let mut findings = 0;
    for (index, target) in targets.iter().enumerate() {
        let left = wanted.end.saturating_duration_since(Instant::now());
        findings += run(target, Instant::now() + left / (targets.len() - index) as u32);
    }
    Ok(findings)
}
