//! The table that `--summary` prints: what each kernel would cost on the chip.

use cuda::summary;
use sim_backend::device::Device;
use sim_backend::report::Report;
use std::io;
use std::path::{Path, PathBuf};

/// Rows of the table at most; the rest is summed up.
const ROWS: usize = 20;

/// A folder of its own, into which every process of the program writes a file.
pub(crate) struct Collector {
    folder: PathBuf,
    file: PathBuf,
}

impl Collector {
    /// Makes the folder.
    pub(crate) fn new() -> io::Result<Collector> {
        let mut template = std::env::temp_dir().join("regauge-XXXXXX").into_os_string().into_encoded_bytes();
        template.push(0);
        // SAFETY: `template` ends with a zero byte and is writable.
        if unsafe { libc::mkdtemp(template.as_mut_ptr().cast()) }.is_null() {
            return Err(io::Error::last_os_error());
        }
        template.pop();
        let folder = PathBuf::from(String::from_utf8(template).map_err(io::Error::other)?);
        Ok(Collector { file: folder.join("summary"), folder })
    }

    /// What the library is told.
    pub(crate) fn path(&self) -> &Path {
        &self.file
    }

    /// Prints the table to standard error.
    pub(crate) fn print(&self, device: Device) {
        let mut report = Report::new(device);
        let files = std::fs::read_dir(&self.folder).into_iter().flatten().flatten();
        for file in files.filter_map(|file| std::fs::read(file.path()).ok()) {
            summary::read(&file, &mut report);
        }
        if report.is_empty() {
            eprintln!("regauge: no kernel was launched");
        } else {
            eprint!("{}", report.table(ROWS));
        }
    }
}

impl Drop for Collector {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}
