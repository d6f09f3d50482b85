//! What a run cost: totals by kernel, as a short table and as JSON.
//!
//! Fields of the JSON bear Neuron Explorer's names where it has them (`tools/neuron-explorer/overview-summary-page.rst`),
//! so that a reader of its summaries, and scripts made for them, find their way. Times are in seconds, as there.

use crate::device::Device;
use crate::energy;
use crate::price::{self, Price};
use crate::timing::{Traffic, Unit, Verdict};
use crate::units::{Bytes, Picoseconds};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt::Write;
use translator::neuron::words::Engine;

/// Version of the JSON's schema. It goes up when a field changes its meaning or goes away.
pub const SCHEMA_VERSION: u32 = 1;

/// Totals of a run.
#[derive(Clone, Debug)]
pub struct Report {
    device: Device,
    kernels: BTreeMap<String, Totals>,
    copies: Copies,
}

/// Totals of one kernel's launches.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Totals {
    launches: u64,
    time: Picoseconds,
    execution: Picoseconds,
    engines: [Picoseconds; 5],
    dma: Picoseconds,
    traffic: Traffic,
    /// Lanes in percent, weighed with the execution time of their launch.
    idle: f64,
    /// The latest launch's, as remarks repeat.
    insights: Vec<(u32, String)>,
    instructions: [u32; 5],
    fallback: Option<String>,
}

/// Copies between host and device.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
struct Copies {
    number: u64,
    bytes: Bytes,
    time: Picoseconds,
}

impl Report {
    /// Of a run on this device, so far without anything.
    pub fn new(device: Device) -> Self {
        Report { device, kernels: BTreeMap::new(), copies: Copies::default() }
    }

    /// Adds a launch.
    pub fn add(&mut self, kernel: &str, verdict: &Verdict) {
        let totals = self.kernels.entry(kernel.to_owned()).or_default();
        totals.launches += 1;
        totals.time += verdict.time;
        totals.execution += verdict.execution;
        for (sum, &busy) in totals.engines.iter_mut().zip(&verdict.engines) {
            *sum += busy;
        }
        totals.dma += verdict.dma;
        totals.traffic.add(verdict.traffic, 1);
        totals.idle += verdict.idle_lanes.unwrap_or(0.0) * verdict.execution.0 as f64;
        totals.insights = verdict.insights.iter().map(|insight| (insight.line, insight.text.clone())).collect();
        totals.instructions = verdict.summary.instructions;
        totals.fallback.clone_from(&verdict.summary.fallback);
    }

    /// Adds a copy between host and device.
    pub fn add_copy(&mut self, bytes: Bytes, time: Picoseconds) {
        self.copies.number += 1;
        self.copies.bytes += bytes;
        self.copies.time += time;
    }

    /// Whether nothing was launched.
    pub fn is_empty(&self) -> bool {
        self.kernels.is_empty()
    }

    /// The totals of a kernel as one line, for [`Report::merge`] in another process; none if it was not launched.
    pub fn record(&self, kernel: &str) -> Option<String> {
        let totals = self.kernels.get(kernel)?;
        Some(serde_json::to_string(&Record::Kernel(kernel.into(), totals.clone())).expect("plain numbers and strings"))
    }

    /// The totals of copies as one line, for [`Report::merge`].
    pub fn record_copies(&self) -> String {
        serde_json::to_string(&Record::Copies(self.copies)).expect("plain numbers")
    }

    /// Adds what another process recorded.
    pub fn merge(&mut self, record: &str) -> Result<(), serde_json::Error> {
        match serde_json::from_str(record)? {
            Record::Kernel(name, totals) => self.kernels.entry(name).or_default().merge(totals),
            Record::Copies(Copies { number, bytes, time }) => {
                self.copies.number += number;
                self.copies.bytes += bytes;
                self.copies.time += time;
            }
        }
        Ok(())
    }

    /// Simulated time of all kernels.
    pub fn kernel_time(&self) -> Picoseconds {
        self.kernels.values().map(|totals| totals.time).sum()
    }

    /// Kernels, the one with the most time first.
    fn by_time(&self) -> Vec<(&String, &Totals)> {
        let mut rows: Vec<_> = self.kernels.iter().collect();
        rows.sort_by_key(|(_, totals)| std::cmp::Reverse(totals.time));
        rows
    }

    /// The table, with at most `limit` kernels; the others are summed up in a line.
    pub fn table(&self, limit: usize) -> String {
        let spec = self.device.spec;
        let price = price::cheapest(spec.name);
        let rows = self.by_time();
        let shown = &rows[..rows.len().min(limit)];
        let width = shown.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0).clamp(6, NAME_WIDTH);
        let mut text = String::new();
        let mut line = |cells: [&str; 6]| {
            let [kernel, launches, time, busiest, rate, cost] = cells;
            let row = format!("{kernel:width$}  {launches:>8}  {time:>10}  {busiest:<14} {rate:>10}  {cost:>10}");
            let _ = writeln!(text, "{}", row.trim_end());
        };
        let on = format!("time on {}", spec.name);
        line(["kernel", "launches", &on, "busiest", "DMA GB/s", "est. cost"]);
        for (name, totals) in shown {
            let (unit, share) = totals.busiest();
            line([
                &shortened(name),
                &totals.launches.to_string(),
                &totals.time.to_string(),
                &format!("{unit} {share:.0} %"),
                &format!("{:.1}", totals.traffic.moved.gb_per_second(totals.execution)),
                &cost_text(price, totals.time),
            ]);
        }
        if let Some(rest) = rows.get(limit..).filter(|rest| !rest.is_empty()) {
            let time: Picoseconds = rest.iter().map(|(_, totals)| totals.time).sum();
            let launches: u64 = rest.iter().map(|(_, totals)| totals.launches).sum();
            let name = format!("{} more", rest.len());
            line([&name, &launches.to_string(), &time.to_string(), "", "", &cost_text(price, time)]);
        }
        if self.copies.number > 0 {
            let Copies { number, bytes, time } = self.copies;
            let _ = writeln!(text, "{number} copies between host and device: {bytes} in {time}");
        }
        if let Some(price) = price {
            let Price { instance, offering, as_of, .. } = price;
            let rate = price.usd_per_chip_hour();
            let _ = writeln!(text, "cost at ${rate:.3} per chip and hour ({instance}, {offering}, {as_of})");
        }
        text
    }

    /// Everything, for scripts.
    pub fn json(&self) -> String {
        let spec = self.device.spec;
        let price = price::cheapest(spec.name);
        let time = self.kernel_time();
        let energy = energy::of(spec.name).map(|power| power.energy(time));
        let summary = Summary {
            schema_version: SCHEMA_VERSION,
            device: spec.name,
            neuron_cores: self.device.cores,
            total_time: time.as_seconds(),
            estimated_usd: price.map(|price| price.cost(time)),
            price: price.map(|price| PriceSource {
                instance: &price.instance,
                offering: &price.offering,
                usd_per_chip_hour: price.usd_per_chip_hour(),
                as_of: &price.as_of,
                source: &price.source,
            }),
            estimated_joules: energy.map(|energy| energy.joules),
            estimated_joules_range: energy.map(|energy| [energy.low, energy.high]),
            host_copies: self.copies.number,
            host_copy_bytes: self.copies.bytes.0,
            host_copy_time: self.copies.time.as_seconds(),
            kernels: self.by_time().into_iter().map(|(name, totals)| totals.row(name, price)).collect(),
        };
        serde_json::to_string_pretty(&summary).expect("plain numbers and strings always make JSON")
    }
}

/// Longer kernel names are cut in the table; mangled ones can have thousands of characters.
const NAME_WIDTH: usize = 40;

fn shortened(name: &str) -> String {
    if name.chars().count() <= NAME_WIDTH {
        return name.to_owned();
    }
    let mut short: String = name.chars().take(NAME_WIDTH - 1).collect();
    short.push('…');
    short
}

fn cost_text(price: Option<&Price>, time: Picoseconds) -> String {
    let Some(price) = price else { return "unknown".into() };
    let usd = price.cost(time);
    // A kernel costs next to nothing; what it costs is told in units that have digits before the point.
    match usd {
        _ if usd >= 1.0 => format!("{usd:.2} $"),
        _ if usd >= 1e-3 => format!("{:.2} m$", usd * 1e3),
        _ if usd >= 1e-6 => format!("{:.2} µ$", usd * 1e6),
        _ => format!("{:.2} n$", usd * 1e9),
    }
}

/// What one process tells another.
#[derive(Serialize, Deserialize)]
enum Record {
    Kernel(String, Totals),
    Copies(Copies),
}

impl Totals {
    fn merge(&mut self, other: Totals) {
        self.launches += other.launches;
        self.time += other.time;
        self.execution += other.execution;
        for (sum, busy) in self.engines.iter_mut().zip(other.engines) {
            *sum += busy;
        }
        self.dma += other.dma;
        let Traffic { read, written, moved, descriptors } = other.traffic;
        self.traffic.read += read;
        self.traffic.written += written;
        self.traffic.moved += moved;
        self.traffic.descriptors += descriptors;
        self.idle += other.idle;
        self.insights = other.insights;
        self.instructions = other.instructions;
        self.fallback = other.fallback;
    }

    /// The unit with the most busy time, and its part of the execution in percent.
    fn busiest(&self) -> (Unit, f64) {
        let engines = Engine::ALL.iter().map(|&engine| (Unit::Engine(engine), self.engines[engine as usize]));
        let units = std::iter::once((Unit::Dma, self.dma)).chain(engines);
        // Of equally busy units the first counts, as in a verdict.
        let (unit, busy) =
            units.fold((Unit::Dma, Picoseconds::ZERO), |best, next| if next.1 > best.1 { next } else { best });
        (unit, busy.percent_of(self.execution))
    }

    fn row<'a>(&'a self, name: &'a str, price: Option<&Price>) -> Row<'a> {
        let (unit, _) = self.busiest();
        let percent = |engine: Engine| self.engines[engine as usize].percent_of(self.execution);
        let seconds = |engine: Engine| self.engines[engine as usize].as_seconds();
        let count = |engine: Engine| self.instructions[engine as usize];
        Row {
            name,
            launches: self.launches,
            total_time: self.time.as_seconds(),
            total_exec_time: self.execution.as_seconds(),
            bound_by: unit.to_string(),
            estimated_usd: price.map(|price| price.cost(self.time)),
            tensor_engine_active_time: seconds(Engine::Tensor),
            tensor_engine_active_time_percent: percent(Engine::Tensor),
            tensor_engine_instruction_count: count(Engine::Tensor),
            vector_engine_active_time: seconds(Engine::Vector),
            vector_engine_active_time_percent: percent(Engine::Vector),
            vector_engine_instruction_count: count(Engine::Vector),
            scalar_engine_active_time: seconds(Engine::Scalar),
            scalar_engine_active_time_percent: percent(Engine::Scalar),
            scalar_engine_instruction_count: count(Engine::Scalar),
            gpsimd_engine_active_time: seconds(Engine::GpSimd),
            gpsimd_engine_active_time_percent: percent(Engine::GpSimd),
            gpsimd_engine_instruction_count: count(Engine::GpSimd),
            sync_engine_active_time: seconds(Engine::Sync),
            sync_engine_active_time_percent: percent(Engine::Sync),
            sync_engine_instruction_count: count(Engine::Sync),
            dma_active_time: self.dma.as_seconds(),
            dma_active_time_percent: self.dma.percent_of(self.execution),
            dma_transfer_average_bytes: self.traffic.mean_descriptor().0,
            dma_transfer_count: self.traffic.descriptors,
            hbm_read_bytes: self.traffic.read.0,
            hbm_write_bytes: self.traffic.written.0,
            idle_lanes_percent: if self.execution.0 == 0 { 0.0 } else { self.idle / self.execution.0 as f64 },
            fallback: self.fallback.as_deref(),
            insights: self.insights.iter().map(|(line, text)| Remark { ptx_line: *line, text }).collect(),
        }
    }
}

#[derive(Serialize)]
struct Summary<'a> {
    schema_version: u32,
    device: &'a str,
    neuron_cores: u32,
    total_time: f64,
    estimated_usd: Option<f64>,
    price: Option<PriceSource<'a>>,
    estimated_joules: Option<f64>,
    estimated_joules_range: Option<[f64; 2]>,
    host_copies: u64,
    host_copy_bytes: u64,
    host_copy_time: f64,
    kernels: Vec<Row<'a>>,
}

#[derive(Serialize)]
struct PriceSource<'a> {
    instance: &'a str,
    offering: &'a str,
    usd_per_chip_hour: f64,
    as_of: &'a str,
    source: &'a str,
}

#[derive(Serialize)]
struct Row<'a> {
    name: &'a str,
    launches: u64,
    total_time: f64,
    total_exec_time: f64,
    bound_by: String,
    estimated_usd: Option<f64>,
    tensor_engine_active_time: f64,
    tensor_engine_active_time_percent: f64,
    tensor_engine_instruction_count: u32,
    vector_engine_active_time: f64,
    vector_engine_active_time_percent: f64,
    vector_engine_instruction_count: u32,
    scalar_engine_active_time: f64,
    scalar_engine_active_time_percent: f64,
    scalar_engine_instruction_count: u32,
    gpsimd_engine_active_time: f64,
    gpsimd_engine_active_time_percent: f64,
    gpsimd_engine_instruction_count: u32,
    sync_engine_active_time: f64,
    sync_engine_active_time_percent: f64,
    sync_engine_instruction_count: u32,
    dma_active_time: f64,
    dma_active_time_percent: f64,
    dma_transfer_average_bytes: u64,
    dma_transfer_count: u64,
    hbm_read_bytes: u64,
    hbm_write_bytes: u64,
    idle_lanes_percent: f64,
    fallback: Option<&'a str>,
    insights: Vec<Remark<'a>>,
}

#[derive(Serialize)]
struct Remark<'a> {
    ptx_line: u32,
    text: &'a str,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::TRN3;
    use crate::timing::{Insight, Summary};

    fn verdict() -> Verdict {
        let us = Picoseconds::from_us;
        Verdict {
            time: us(37),
            execution: us(20),
            cores: 8,
            engines: [us(0), us(9), us(0), us(0), us(1)],
            dma: us(18),
            bound_by: Unit::Dma,
            traffic: Traffic {
                read: Bytes(2 << 20),
                written: Bytes(1 << 20),
                moved: Bytes(3 << 20),
                descriptors: 3072,
            },
            idle_lanes: Some(25.0),
            insights: vec![Insight { line: 19, text: "DMA rows of 1.0 KiB".into() }],
            summary: Summary {
                waves: 8,
                ctas: 128,
                threads: 256,
                instructions: [0, 1, 0, 0, 3],
                transfers: 3,
                sbuf: Bytes(4096),
                psum: Bytes(0),
                fallback: None,
            },
        }
    }

    #[test]
    fn the_table_has_a_row_for_each_kernel_the_longest_first() {
        let mut report = Report::new(Device::default());
        report.add("saxpy", &verdict());
        report.add("saxpy", &verdict());
        report.add("scan", &Verdict { time: Picoseconds::from_us(100), ..verdict() });
        report.add_copy(Bytes(4 << 20), Picoseconds::from_us(300));
        assert_eq!(
            report.table(10),
            "\
kernel  launches  time on trn2  busiest          DMA GB/s   est. cost
scan           1   100.00 µs  dma 90 %            157.3    62.08 n$
saxpy          2    74.00 µs  dma 90 %            157.3    45.94 n$
1 copies between host and device: 4.0 MiB in 300.00 µs
cost at $2.235 per chip and hour (trn2.3xlarge, capacity-block, 2026-07-22)
"
        );
        assert!(report.table(1).contains("1 more         2    74.00 µs"), "{}", report.table(1));
    }

    #[test]
    fn a_chip_without_a_price_has_no_cost() {
        let mut report = Report::new(Device::new(&TRN3));
        report.add("saxpy", &verdict());
        assert!(report.table(10).contains("unknown"), "{}", report.table(10));
        let json: serde_json::Value = serde_json::from_str(&report.json()).unwrap();
        assert_eq!(json["estimated_usd"], serde_json::Value::Null);
    }

    #[test]
    fn the_json_bears_its_version_and_the_profilers_names() {
        let mut report = Report::new(Device::default());
        report.add("saxpy", &verdict());
        let json: serde_json::Value = serde_json::from_str(&report.json()).unwrap();
        assert_eq!(json["schema_version"], 1);
        let row = &json["kernels"][0];
        assert_eq!(row["name"], "saxpy");
        assert_eq!(row["bound_by"], "dma");
        assert_eq!(row["dma_active_time_percent"], 90.0);
        assert_eq!(row["vector_engine_active_time"], 9e-6);
        assert_eq!(row["dma_transfer_average_bytes"], 1024);
        assert_eq!(row["insights"][0]["ptx_line"], 19);
    }

    #[test]
    fn long_names_are_cut_in_the_table_only() {
        let mut report = Report::new(Device::default());
        let name = "_Z".repeat(100);
        report.add(&name, &verdict());
        assert!(report.table(10).lines().all(|line| line.chars().count() < 110), "{}", report.table(10));
        assert!(report.json().contains(&name));
    }
}
