//! What a verdict's numbers mean, in sentences with PTX lines.

use super::plan::Plan;
use super::{Unit, Verdict};
use crate::device::Device;
use crate::spec::Spec;
use crate::units::{Bytes, Picoseconds};
use std::collections::BTreeMap;
use translator::neuron::isa::{Cost, Opcode};
use translator::neuron::program::{Attribute, Instruction, Node, Program};
use translator::neuron::words::Engine;
use translator::tile::Kernel;

/// One remark.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Insight {
    /// PTX line; 0 where the remark is about the whole kernel.
    pub line: u32,
    /// The remark, without the line.
    pub text: String,
}

/// Remarks below this share of the time are not worth a reader's.
const WORTH_SAYING: f64 = 10.0;
/// Descriptors from this size on run near full bandwidth. Source: nki-dma-bandwidth-guide.rst.
const GOOD_DESCRIPTOR: Bytes = Bytes(2048);

/// Remarks on a verdict, the most important first.
pub fn explain(
    device: &Device,
    program: &Program,
    kernel: &Kernel,
    plan: Option<&Plan<'_>>,
    verdict: &Verdict,
) -> Vec<Insight> {
    let mut insights = Vec::new();
    if let Some(reason) = program.fallback() {
        let text = format!("the whole kernel runs thread by thread on GpSimd: {reason}");
        insights.push(Insight { line: first_line(kernel), text });
    }
    if let Some(plan) = plan {
        explain_lines(device, program, plan, verdict, &mut insights);
    }
    explain_launch(device, verdict, &mut insights);
    insights
}

fn first_line(kernel: &Kernel) -> u32 {
    let blocks = kernel.functions.iter().flat_map(|function| &function.blocks);
    blocks.flat_map(|block| &block.insts).map(|inst| inst.origin.line).find(|&line| line > 0).unwrap_or(0)
}

/// What one PTX line costs on one engine.
#[derive(Default)]
struct Line {
    busy: Picoseconds,
    what: BTreeMap<String, u64>,
}

fn explain_lines(device: &Device, program: &Program, plan: &Plan<'_>, verdict: &Verdict, insights: &mut Vec<Insight>) {
    let spec = device.spec;
    let mut routines: BTreeMap<u32, Line> = BTreeMap::new();
    let mut short: BTreeMap<u32, (Bytes, Picoseconds)> = BTreeMap::new();
    let waves = program.layout.waves.max(1);
    let of_core = |busy: Picoseconds| busy.scale(waves.div_ceil(u64::from(verdict.cores).max(1)), waves);
    for ((instruction, priced), &runs) in plan.instructions.iter().zip(&plan.priced).zip(&plan.runs) {
        let line = instruction.origin.line;
        let busy = of_core(priced.price.issue.scale(runs, 1));
        if let Some(what) = on_gpsimd(instruction) {
            let entry = routines.entry(line).or_default();
            entry.busy += busy;
            *entry.what.entry(what).or_default() += runs;
        }
        if let Some(transfer) = &priced.price.transfer {
            let size = transfer.traffic.mean_descriptor();
            if size < GOOD_DESCRIPTOR && transfer.traffic.descriptors > 1 {
                let work = transfer.work.iter().copied().max().unwrap_or_default();
                let entry = short.entry(line).or_insert((size, Picoseconds::ZERO));
                entry.0 = entry.0.min(size);
                entry.1 += of_core(work.scale(runs, 1));
            }
        }
    }
    let mut found = Vec::new();
    for (line, cost) in routines {
        let share = cost.busy.percent_of(verdict.execution);
        if share >= WORTH_SAYING {
            let what: Vec<String> = cost.what.into_keys().collect();
            found.push((share, line, format!("{} on GpSimd: {share:.0} % of the time", what.join(", "))));
        }
    }
    for (line, (size, busy)) in short {
        let share = busy.percent_of(verdict.execution);
        if share >= WORTH_SAYING {
            let efficiency = 100.0 * reached(spec, size);
            found.push((
                share,
                line,
                format!(
                    "DMA rows of {size} reach {efficiency:.0} % of the bandwidth and take {share:.0} % of the time; rows of 2 KiB or more would reach {:.0} %",
                    100.0 * reached(spec, GOOD_DESCRIPTOR)
                ),
            ));
        }
    }
    found.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    insights.extend(found.into_iter().map(|(_, line, text)| Insight { line, text }));
    for &index in &plan.uncounted {
        let line = plan.instructions.get(index).map_or(0, |instruction| instruction.origin.line);
        let text = "turns of this loop are not counted: one is charged".to_owned();
        insights.push(Insight { line, text });
    }
}

/// Part of an engine's bandwidth that descriptors of this size reach.
fn reached(spec: &Spec, size: Bytes) -> f64 {
    let packets = size.0.div_ceil(spec.dma_packet.0).max(1);
    let data = spec.dma_bandwidth.time(size);
    data.0 as f64 / (data + spec.dma_packet_overhead * packets).0 as f64
}

/// How messages call what GpSimd does for an instruction that no other engine could run.
fn on_gpsimd(instruction: &Instruction) -> Option<String> {
    if instruction.engine != Engine::GpSimd {
        return None;
    }
    let is_routine = matches!(instruction.opcode.row().cost, Cost::Routine | Cost::RoutineMemory);
    let name = instruction.attributes.iter().find_map(|attribute| match attribute {
        Attribute::Routine(op, attributes) => Some(format!("`{}.{}`", op.as_str(), attributes.ty)),
        _ => None,
    });
    match instruction.opcode {
        Opcode::DmaGather => Some("a load from an address of its own for every lane".to_owned()),
        Opcode::DmaScatter => Some("a store to an address of its own for every lane".to_owned()),
        Opcode::GpsimdLoad => Some("a load from an address of its own for every lane".to_owned()),
        Opcode::GpsimdStore => Some("a store to an address of its own for every lane".to_owned()),
        Opcode::GpsimdAtomic => Some("an atomic".to_owned()),
        Opcode::GpsimdCollective => Some("a warp operation".to_owned()),
        _ if is_routine => Some(name.unwrap_or_else(|| format!("`{}`", instruction.opcode.row().name))),
        _ => None,
    }
}

fn explain_launch(device: &Device, verdict: &Verdict, insights: &mut Vec<Insight>) {
    let mut say = |text: String| insights.push(Insight { line: 0, text });
    if let Some(idle) = verdict.idle_lanes.filter(|&idle| idle >= WORTH_SAYING) {
        say(format!("lanes idle {idle:.0} %"));
    }
    if verdict.cores < device.cores {
        say(format!("the grid fills {} of {} cores", verdict.cores, device.cores));
    }
    let start = device.spec.kernel_start.percent_of(verdict.time);
    if start >= 50.0 {
        say(format!("starting the kernel takes {start:.0} % of the time"));
    }
    let busiest = verdict.share(verdict.bound_by);
    if busiest < 50.0 {
        let unit = match verdict.bound_by {
            Unit::Engine(engine) => engine.as_str(),
            Unit::Dma => "dma",
        };
        say(format!("latency: nothing is busy more than {busiest:.0} % of the time ({unit})"));
    }
}

/// Visits every instruction of a body in the order of its text.
pub fn for_each_instruction<'p>(nodes: &'p [Node], visit: &mut impl FnMut(&'p Instruction)) {
    for node in nodes {
        match node {
            Node::Instruction(instruction) => visit(instruction),
            Node::Waves(body) | Node::While { body, .. } => for_each_instruction(body, visit),
            Node::If { then, otherwise, .. } => {
                for_each_instruction(then, visit);
                for_each_instruction(otherwise, visit);
            }
        }
    }
}
