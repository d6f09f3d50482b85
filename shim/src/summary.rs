//! What the kernels of a run would cost on the chip, in a file that survives the program however it ends.
//!
//! Every kernel has a record at a place of its own in the file, which is written again after each of its launches:
//! nothing is left to write when the program ends, so nothing is lost when it ends suddenly. The launcher reads the
//! records of all processes of a program.

use crate::report;
use crate::runtime::context::lock;
use crate::runtime::settings::Settings;
use sim_backend::report::Report;
use sim_backend::timing::Verdict;
use sim_backend::units::{Bytes, Picoseconds};
use std::collections::HashMap;
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::sync::{LazyLock, Mutex};

/// Bytes between records. The file has holes where records are shorter.
const STRIDE: u64 = 64 << 10;

struct Writer {
    file: File,
    report: Report,
    /// Where a kernel's record is. The first place is for copies.
    places: HashMap<String, u64>,
}

/// Adds one launch to the summary, if one was asked for.
pub fn launched(kernel: &str, verdict: &Verdict) {
    let Some(mut writer) = writer() else { return };
    writer.report.add(kernel, verdict);
    let next = 1 + writer.places.len() as u64;
    let place = *writer.places.entry(kernel.to_string()).or_insert(next);
    if let Some(record) = writer.report.record(kernel) {
        writer.write(place, record);
    }
}

/// Adds a copy between host and device, if a summary was asked for.
pub fn copied(bytes: Bytes, time: Picoseconds) {
    let Some(mut writer) = writer() else { return };
    writer.report.add_copy(bytes, time);
    let record = writer.report.record_copies();
    writer.write(0, record);
}

fn writer() -> Option<impl std::ops::DerefMut<Target = Writer>> {
    static WRITER: LazyLock<Option<Mutex<Writer>>> = LazyLock::new(|| {
        let settings = Settings::get();
        // Each process of a program has a file of its own.
        let path = settings.summary_file.as_ref()?.with_extension(std::process::id().to_string());
        let file = File::create(&path).inspect_err(|error| {
            report::line(format_args!("warning[T0120]: no summary: `{}`: {error}", path.display()));
        });
        let report = Report::new(settings.device.clone());
        Some(Mutex::new(Writer { file: file.ok()?, report, places: HashMap::new() }))
    });
    WRITER.as_ref().map(lock)
}

impl Writer {
    fn write(&self, place: u64, mut record: String) {
        // A shorter record than the one before leaves rest of it behind this byte.
        record.push('\n');
        if record.len() as u64 <= STRIDE {
            // A full disk costs the summary, not the program.
            let _ = self.file.write_all_at(record.as_bytes(), place * STRIDE);
        }
    }
}

/// Adds the records of a file to a report.
pub fn read(file: &[u8], report: &mut Report) {
    for record in file.chunks(STRIDE as usize) {
        let line = record.split(|byte| *byte == b'\n').next().unwrap_or_default();
        // A hole, or a record whose process was killed in the middle of it.
        let _ = std::str::from_utf8(line).map(|line| report.merge(line));
    }
}
