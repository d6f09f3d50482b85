//! The table that `--summary` prints: what each kernel would cost on the chip.

use cuda::summary::{self, Record};
use sim_backend::price;
use sim_backend::units::Picoseconds;
use std::io;
use std::path::{Path, PathBuf};

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
    pub(crate) fn print(&self) {
        let files = std::fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let texts = files.filter_map(|file| std::fs::read_to_string(file.path()).ok());
        eprint!("{}", table(&sum(texts.flat_map(|text| summary::read(&text)))));
    }
}

impl Drop for Collector {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// One record for each kernel, the most expensive first.
fn sum(records: impl Iterator<Item = Record>) -> Vec<Record> {
    let mut sums: Vec<Record> = Vec::new();
    for record in records {
        match sums.iter_mut().find(|sum| sum.kernel == record.kernel && sum.chip == record.chip) {
            Some(sum) => sum.add(&record),
            None => sums.push(record),
        }
    }
    sums.sort_by(|a, b| b.picoseconds.cmp(&a.picoseconds).then_with(|| a.kernel.cmp(&b.kernel)));
    sums
}

fn table(records: &[Record]) -> String {
    let Some(first) = records.first() else { return "regauge: no kernel was launched\n".to_string() };
    let chip = &first.chip;
    let price = price::cheapest(chip);
    let cost = |time: u64| price.map_or("-".to_string(), |price| dollars(price.cost(Picoseconds(time))));
    let mut rows =
        vec![["kernel", "launches", &format!("time on {chip}"), "busiest", "busy", "cost"].map(str::to_string)];
    for record in records {
        let (engine, share) = record.busiest().unwrap_or(("-", 0.0));
        rows.push([
            record.kernel.clone(),
            record.launches.to_string(),
            Picoseconds(record.picoseconds).to_string(),
            engine.to_string(),
            format!("{:.0} %", 100.0 * share),
            cost(record.picoseconds),
        ]);
    }
    if records.len() > 1 {
        let launches: u64 = records.iter().map(|record| record.launches).sum();
        let time = records.iter().map(|record| record.picoseconds).sum();
        let (empty, time_text) = (String::new(), Picoseconds(time).to_string());
        rows.push(["total".to_string(), launches.to_string(), time_text, empty.clone(), empty, cost(time)]);
    }
    let widths: [usize; 6] = std::array::from_fn(|i| rows.iter().map(|row| row[i].chars().count()).max().unwrap_or(0));
    let mut text = String::new();
    for row in &rows {
        let mut line = format!("{:w$}", row[0], w = widths[0]);
        for (cell, width) in row.iter().zip(widths).skip(1) {
            line.push_str(&format!("  {cell:>width$}"));
        }
        text.push_str(&format!("regauge: {}\n", line.trim_end()));
    }
    if let Some(price) = price {
        text.push_str(&format!(
            "regauge: cost of {} at ${:.2} per chip and hour ({}, {}, {})\n",
            price.instance,
            price.usd_per_chip_hour(),
            price.offering,
            price.region,
            price.as_of
        ));
    }
    text
}

/// With two significant digits, however little it is.
fn dollars(amount: f64) -> String {
    if amount >= 0.01 {
        return format!("${amount:.2}");
    }
    let digits = if amount > 0.0 { (1.0 - amount.log10().floor()).min(15.0) as usize } else { 2 };
    format!("${amount:.digits$}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(kernel: &str, launches: u64, ms: u64) -> Record {
        Record {
            kernel: kernel.to_string(),
            chip: "trn2".to_string(),
            launches,
            picoseconds: ms * 1_000_000_000,
            execution: ms * 1_000_000_000,
            busy: vec![("vector".to_string(), ms * 250_000_000), ("dma".to_string(), ms * 500_000_000)],
        }
    }

    #[test]
    fn kernels_of_several_processes_add_up_and_the_most_expensive_comes_first() {
        let sums = sum([record("a", 1, 2), record("b", 1, 3), record("a", 2, 4)].into_iter());
        assert_eq!(sums, [record("a", 3, 6), record("b", 1, 3)]);
    }

    #[test]
    fn the_table_says_what_is_busy_and_what_it_costs() {
        let text = table(&[record("a_kernel", 3, 3600)]);
        let lines: Vec<_> = text.lines().collect();
        assert!(lines[0].starts_with("regauge: kernel    launches  time on trn2  busiest  busy"), "{text}");
        assert!(lines[1].contains("dma  50 %  $0.0022"), "{text}");
        assert_eq!(table(&[]), "regauge: no kernel was launched\n");
    }

    #[test]
    fn small_amounts_keep_two_digits() {
        assert_eq!(dollars(12.345), "$12.35");
        assert_eq!(dollars(0.000_012_3), "$0.000012");
        assert_eq!(dollars(0.0), "$0.00");
    }
}
