//! The litmus tests with many instances.

use super::Wanted;
use anyhow::Result;
use conformance::driver::{self, Driver};
use conformance::litmus::{self, Litmus};
use std::time::Instant;

pub(crate) fn run(wanted: &Wanted) -> Result<u64> {
    let driver = Driver::open(&driver::path())?;
    let capability = driver.compute_capability().map_err(|failure| anyhow::anyhow!("{failure}"))?;
    let files = litmus::files()?;
    let mut totals = vec![(0u64, 0u64); files.len()];
    let mut findings = 0;
    let mut rounds = 0;
    // Every test at least once; then again, as long as there is time.
    loop {
        for ((name, text), total) in files.iter().zip(&mut totals) {
            if rounds > 0 && Instant::now() >= wanted.end {
                break;
            }
            let test = Litmus::parse(text)?;
            if capability < test.target {
                continue;
            }
            match test.run(&driver, wanted.runs) {
                Ok(report) => *total = (total.0 + report.runs, total.1 + report.weak),
                Err(error) => {
                    findings += 1;
                    println!("litmus {name}: {error:#}");
                }
            }
        }
        rounds += 1;
        if Instant::now() >= wanted.end || findings > 0 {
            break;
        }
    }
    for ((name, _), (_, weak)) in files.iter().zip(&totals) {
        if *weak > 0 {
            println!("litmus {name}: {weak} weak outcomes, as allowed");
        }
    }
    let least = totals.iter().map(|total| total.0).filter(|runs| *runs > 0).min().unwrap_or(0);
    println!("litmus: {} tests, at least {least} runs of each, {findings} findings", files.len());
    Ok(findings)
}
