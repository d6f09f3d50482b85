//! What the kernels of a run would cost on the chip, in a file that survives the program however it ends.
//!
//! Every kernel has a record of fixed length, which is written again after each of its launches: nothing is left to
//! write when the program ends, so nothing is lost when it ends suddenly. The launcher reads the records.

use crate::report;
use crate::runtime::settings::Settings;
use serde::{Deserialize, Serialize};
use sim_backend::timing::Verdict;
use std::collections::HashMap;
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::sync::{LazyLock, Mutex, PoisonError};

/// Bytes of a record: JSON, filled up with spaces, and a final newline.
const RECORD: usize = 1024;
/// Longer names lose their end.
const NAME: usize = 512;

/// All launches of one kernel.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Record {
    /// The kernel's name in PTX.
    pub kernel: String,
    /// How often it ran.
    pub launches: u64,
    /// The chip's name.
    pub chip: String,
    /// Simulated time of all launches, in picoseconds.
    pub picoseconds: u64,
    /// The part of it between the start of the cores and their end.
    pub execution: u64,
    /// How long each engine or queue was busy, in picoseconds.
    pub busy: Vec<(String, u64)>,
}

impl Record {
    /// The engine that was busy longest, and its share of the time.
    pub fn busiest(&self) -> Option<(&str, f64)> {
        let (engine, busy) = self.busy.iter().max_by_key(|(_, busy)| *busy)?;
        Some((engine, *busy as f64 / self.execution.max(1) as f64))
    }

    /// Adds launches of the same kernel, of this or another process.
    pub fn add(&mut self, other: &Record) {
        self.launches += other.launches;
        self.picoseconds += other.picoseconds;
        self.execution += other.execution;
        for (engine, busy) in &other.busy {
            match self.busy.iter_mut().find(|(name, _)| name == engine) {
                Some((_, sum)) => *sum += busy,
                None => self.busy.push((engine.clone(), *busy)),
            }
        }
    }

    fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = serde_json::to_vec(self).expect("strings and numbers");
        bytes.resize(RECORD - 1, b' ');
        bytes.push(b'\n');
        bytes
    }
}

/// Reads the records of a file.
pub fn read(text: &str) -> Vec<Record> {
    text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}

struct Writer {
    file: File,
    records: HashMap<String, (u64, Record)>,
}

/// Adds one launch to the summary, if one was asked for.
pub fn launched(kernel: &str, verdict: &Verdict) {
    static WRITER: LazyLock<Option<Mutex<Writer>>> = LazyLock::new(|| {
        let path = Settings::get().summary_file.as_ref()?;
        // Each process of a program has a file of its own.
        let path = path.with_extension(std::process::id().to_string());
        let file = File::create(&path).inspect_err(|error| {
            report::line(format_args!("warning[T0120]: no summary: `{}`: {error}", path.display()));
        });
        Some(Mutex::new(Writer { file: file.ok()?, records: HashMap::new() }))
    });
    let Some(writer) = WRITER.as_ref() else { return };
    let mut writer = writer.lock().unwrap_or_else(PoisonError::into_inner);
    let Writer { file, records } = &mut *writer;
    let next = records.len() as u64;
    let kernel = &kernel[..kernel.floor_char_boundary(NAME)];
    let (index, record) = records.entry(kernel.to_string()).or_insert_with(|| {
        let chip = Settings::get().device.spec.name.to_string();
        (next, Record { kernel: kernel.to_string(), chip, ..Record::default() })
    });
    record.add(&Record {
        launches: 1,
        picoseconds: verdict.time.0,
        execution: verdict.execution.0,
        busy: verdict.units().into_iter().map(|unit| (unit.to_string(), verdict.busy(unit).0)).collect(),
        ..Record::default()
    });
    let _ = file.write_all_at(&record.to_bytes(), *index * RECORD as u64);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_has_its_length_and_reads_back() {
        let record = Record {
            kernel: "x".repeat(NAME),
            chip: "trn2".to_string(),
            launches: u64::MAX,
            picoseconds: u64::MAX,
            execution: u64::MAX,
            busy: ["Tensor", "Vector", "Scalar", "GpSimd", "Sync", "DMA"].map(|e| (e.to_string(), u64::MAX)).into(),
        };
        let bytes = record.to_bytes();
        assert_eq!(bytes.len(), RECORD);
        assert_eq!(read(std::str::from_utf8(&bytes).unwrap()), [record]);
    }

    #[test]
    fn the_busiest_engine_is_the_one_with_most_time() {
        let record = |busy: &[(&str, u64)]| Record {
            execution: 100,
            busy: busy.iter().map(|(engine, busy)| (engine.to_string(), *busy)).collect(),
            ..Record::default()
        };
        assert_eq!(record(&[("Vector", 20), ("DMA", 50)]).busiest(), Some(("DMA", 0.5)));
        assert_eq!(record(&[]).busiest(), None);
        let mut sum = record(&[("Vector", 20)]);
        sum.add(&record(&[("Vector", 40), ("DMA", 50)]));
        assert_eq!(sum.busiest(), Some(("Vector", 0.3)));
    }
}
