//! The fuzz targets with mutated inputs, within limits of time and memory.

use super::{Wanted, allocation};
use anyhow::{Result, ensure};
use conformance::differential::Random;
use conformance::fuzz::mutate::Seeds;
use conformance::fuzz::{TARGETS, Target};
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

pub(crate) fn run(wanted: &Wanted) -> Result<u64> {
    let is_wanted = |target: &&Target| wanted.target.as_ref().is_none_or(|name| name == target.0);
    let targets: Vec<&Target> = TARGETS.iter().filter(is_wanted).collect();
    ensure!(!targets.is_empty(), "there is no such target");
    let seeds = Seeds::new();
    let mut findings = 0;
    for (index, (name, target)) in targets.iter().enumerate() {
        let left = wanted.end.saturating_duration_since(Instant::now());
        let end = Instant::now() + left / (targets.len() - index) as u32;
        let (mut count, mut found, mut slowest, mut largest) = (0u64, 0, Duration::ZERO, 0);
        while Instant::now() < end && found < ENOUGH {
            let seed = wanted.seed.wrapping_mul(1 << 32) + count;
            let input = seeds.input(name, &mut Random::new(seed));
            let before = allocation::begin();
            let begin = processor_time();
            let outcome = catch_unwind(|| target(&input));
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
                found += 1;
                println!("fuzz {name}, input {seed}: {problem}\n{}\n", String::from_utf8_lossy(&input));
            }
            slowest = slowest.max(time);
            largest = largest.max(memory);
            count += 1;
        }
        println!("fuzz {name}: {count} inputs, {found} findings; at most {slowest:?} and {} MiB", largest >> 20);
        findings += found;
    }
    Ok(findings)
}
