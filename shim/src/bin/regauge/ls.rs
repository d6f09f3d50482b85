//! `regauge ls`: the device, with the columns of `neuron-ls`.

use clap::Args;
use cuda::driver::device::Device;
use std::process::ExitCode;

/// List the modelled device, as `neuron-ls` does.
#[derive(Args)]
pub(crate) struct Ls {
    /// Print JSON
    #[arg(short, long)]
    json: bool,
}

impl Ls {
    /// Runs the command.
    pub(crate) fn main(self) -> ExitCode {
        let text = if self.json { json() } else { table() };
        println!("{text}");
        ExitCode::SUCCESS
    }
}

fn place() -> String {
    let (_, bus, device) = Device::PCI;
    format!("{bus:02x}:{device:02x}.0")
}

fn json() -> String {
    let model = Device.model();
    let (major, minor) = model.capability;
    let device = serde_json::json!({
        "neuron_device": 0,
        "bdf": place(),
        "connected_to": null,
        "nc_count": model.cores,
        "memory_size": model.memory().0,
        "neuron_processes": [],
        "name": Device.name(),
        "cuda_compute_capability": format!("{major}.{minor}"),
        "cuda_multiprocessors": model.multiprocessors(),
    });
    serde_json::to_string_pretty(&[device]).expect("it is a tree of strings and numbers")
}

fn table() -> String {
    let model = Device.model();
    let (major, minor) = model.capability;
    let cores = if model.cores == 1 { "0".to_string() } else { format!("0-{}", model.cores - 1) };
    let columns = [
        ("DEVICE", "0".to_string()),
        ("CORES", model.cores.to_string()),
        ("CORE IDS", cores),
        ("MEMORY", format!("{} GB", model.memory().0 >> 30)),
        ("PCI BDF", place()),
        ("NAME", Device.name()),
        ("CUDA", format!("{major}.{minor}, {} multiprocessors", model.multiprocessors())),
    ];
    let width = |(head, value): &(&str, String)| head.len().max(value.len());
    let rule: String = columns.iter().map(|column| format!("+{}", "-".repeat(width(column) + 2))).collect();
    let row = |cell: &dyn Fn(&(&str, String)) -> String| -> String {
        columns.iter().map(|column| format!("| {:w$} ", cell(column), w = width(column))).collect()
    };
    let head = row(&|column| column.0.to_string());
    let values = row(&|column| column.1.clone());
    format!("{rule}+\n{head}|\n{rule}+\n{values}|\n{rule}+")
}
