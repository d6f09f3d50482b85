//! `conformance record`, and the comparison with what was recorded.

use super::{Selection, sweeps};
use anyhow::{Context as _, Result};
use conformance::cases;
use conformance::sweep::golden::{Agreement, Golden};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(clap::Args)]
pub(crate) struct Record {
    #[command(flatten)]
    selection: Selection,
    /// Where the vectors go
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
}

impl Record {
    pub(crate) fn run(&self) -> Result<ExitCode> {
        // Recordings are committed, all of them together below 20 MB.
        let inputs = self.selection.inputs.unwrap_or(300);
        let variants = self.selection.variants.unwrap_or(16);
        let selection = Selection { inputs: Some(inputs), variants: Some(variants), ..self.selection.clone() };
        let swept = sweeps::sweep(&selection, true, &|_| {})?;
        let device = swept.device?;
        let golden = Golden::record(device, inputs, variants, &swept.catalogue.subjects, &swept.finished);
        let size = golden.write(&self.output)?;
        let (recorded, all) = (golden.header.subjects.len(), swept.finished.len());
        println!(
            "{recorded} of {all} subjects recorded on {}, {} bytes in {}",
            golden.header.device.name,
            size,
            self.output.display()
        );
        Ok(ExitCode::SUCCESS)
    }
}

/// Recordings in the folder with the tests.
pub(crate) fn recordings() -> Result<Vec<PathBuf>> {
    let folder = cases::folder()?.join("golden");
    let mut files: Vec<PathBuf> = match std::fs::read_dir(&folder) {
        Ok(entries) => entries.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?,
        // Nothing has been recorded yet.
        Err(_) => Vec::new(),
    };
    files.retain(|file| file.extension().is_some_and(|extension| extension == "zst"));
    files.sort();
    Ok(files)
}

/// What a replay found.
#[derive(Default)]
pub(crate) struct Replayed {
    pub(crate) passed: usize,
    pub(crate) failed: usize,
    pub(crate) skipped: usize,
}

/// Runs what was recorded again, and names what gives other results.
pub(crate) fn replay(file: &Path, selection: &Selection) -> Result<Replayed> {
    let golden = Golden::read(file)?;
    let header = &golden.header;
    let selection = Selection { inputs: Some(header.inputs), variants: Some(header.variants), ..selection.clone() };
    println!("recorded on {}, {}: {}", header.device.name, header.date, file.display());
    let swept = sweeps::sweep(&selection, true, &|_| {})?;
    swept.device.context("nothing is replayed")?;
    let mut replayed = Replayed::default();
    for comparison in golden.compare(&swept.catalogue.subjects, &swept.finished) {
        match comparison.verdict {
            Agreement::Same | Agreement::Allowed(_) => replayed.passed += 1,
            Agreement::Different(what) => {
                replayed.failed += 1;
                println!("FAILED      {} is not what was recorded\n    {what}", comparison.name);
            }
            Agreement::OtherInputs => {
                replayed.skipped += 1;
                println!("stale       {}: its inputs have changed; record it again", comparison.name);
            }
            Agreement::NoOutputs => replayed.skipped += 1,
        }
    }
    Ok(replayed)
}
