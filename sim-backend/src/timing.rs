//! Simulated time: what a launch would cost on a chip, and why.
//!
//! The time of a launch is a function of its NeuronCore program, of what happened dynamically ([`Counts`]) and of the
//! chip's [`Spec`]. The host's clock, threads and speed have no part in it, so equal inputs give equal picoseconds.
//!
//! In reading order: [`cost`] and [`transfer`] price an instruction, [`routine`] what GpSimd routines do inside,
//! [`counts`] and [`plan`] unroll a program as far as it must be simulated, [`events`] simulates one core,
//! [`fallback`] prices kernels that run as one GpSimd routine, [`insight`] says what the numbers mean, [`modelled`]
//! remembers what was made for a kernel.

pub mod cost;
pub mod counts;
pub mod events;
pub mod fallback;
pub mod insight;
pub mod modelled;
pub mod plan;
pub mod routine;
pub mod transfer;

use crate::device::Device;
use crate::execute::Counts;
use crate::spec::Spec;
use crate::units::{Bandwidth, Bytes, Picoseconds};
use counts::Runs;
use events::{Outcome, Stuck};
pub use insight::Insight;
pub use modelled::Modelled;
use plan::Plan;
use translator::neuron::program::{Program, RegionKind};
use translator::neuron::words::{Engine, Space};
use translator::tile::Kernel;

/// What a launch costs and why.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// The whole launch, from the doorbell on.
    pub time: Picoseconds,
    /// The same without the chip's fixed start.
    pub execution: Picoseconds,
    /// Cores that had work.
    pub cores: u32,
    /// Busy time of each engine of the busiest core, in the order of [`Engine::ALL`].
    pub engines: [Picoseconds; 5],
    /// Busy time of that core's busiest DMA engine, or of its share of the HBM, whichever is longer.
    pub dma: Picoseconds,
    /// What is busiest.
    pub bound_by: Unit,
    /// What DMA moved, all cores together.
    pub traffic: Traffic,
    /// Part of the lanes that ran without being wanted, in percent; none where nothing ran.
    pub idle_lanes: Option<f64>,
    /// What the numbers mean, the most important first.
    pub insights: Vec<Insight>,
    /// What was run.
    pub summary: Summary,
}

/// Something that can be busy.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Unit {
    /// One of the engines.
    Engine(Engine),
    /// DMA engines and HBM.
    Dma,
}

impl std::fmt::Display for Unit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Unit::Engine(engine) => engine.fmt(f),
            Unit::Dma => f.pad("dma"),
        }
    }
}

/// DMA traffic.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Traffic {
    /// Bytes read from HBM.
    pub read: Bytes,
    /// Bytes written to HBM.
    pub written: Bytes,
    /// Bytes moved, also within SBUF.
    pub moved: Bytes,
    /// Descriptors.
    pub descriptors: u64,
}

impl Traffic {
    /// Adds so many times the other.
    pub fn add(&mut self, other: Traffic, times: u64) {
        self.read += other.read * times;
        self.written += other.written * times;
        self.moved += other.moved * times;
        self.descriptors += other.descriptors * times;
    }

    /// Bytes of the average descriptor.
    pub fn mean_descriptor(&self) -> Bytes {
        Bytes(self.moved.0.checked_div(self.descriptors).unwrap_or(0))
    }
}

/// A program in numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Summary {
    /// Waves of the launch, CTAs of a wave, columns, chunks of a CTA's threads.
    pub waves: u64,
    /// CTAs of a wave.
    pub ctas: u32,
    /// Columns of a lane tile.
    pub threads: u32,
    /// Instructions in the program's text, by engine in the order of [`Engine::ALL`].
    pub instructions: [u32; 5],
    /// DMA instructions among them.
    pub transfers: u32,
    /// SBUF in use, for each partition.
    pub sbuf: Bytes,
    /// PSUM in use, for each partition.
    pub psum: Bytes,
    /// Why the whole kernel runs as a GpSimd routine, if it does.
    pub fallback: Option<String>,
}

impl Verdict {
    /// Busy time of a unit.
    pub fn busy(&self, unit: Unit) -> Picoseconds {
        match unit {
            Unit::Engine(engine) => self.engines[engine as usize],
            Unit::Dma => self.dma,
        }
    }

    /// Which part of the execution a unit was busy, in percent.
    pub fn share(&self, unit: Unit) -> f64 {
        self.busy(unit).percent_of(self.execution)
    }

    /// Units, the busiest first; equally busy ones in the order of the engines.
    pub fn units(&self) -> Vec<Unit> {
        let mut units: Vec<Unit> = Engine::ALL.iter().map(|&engine| Unit::Engine(engine)).collect();
        units.push(Unit::Dma);
        units.sort_by_key(|&unit| std::cmp::Reverse(self.busy(unit)));
        units
    }

    /// Rate at which DMA moved bytes, in 10⁹ per second.
    pub fn dma_rate(&self) -> f64 {
        self.traffic.moved.gb_per_second(self.execution)
    }
}

/// The simulated time of a launch.
///
/// `program` is `kernel`'s for this launch, `counts` is what happened in it. An error is a defect of the program: its
/// engines wait for each other for ever.
pub fn judge(device: &Device, program: &Program, kernel: &Kernel, counts: &Counts) -> Result<Verdict, Stuck> {
    let waves = program.layout.waves;
    let cores = u64::from(device.cores).min(waves).max(1);
    let (mut verdict, plan) = match program.fallback() {
        Some(reason) => (judge_fallback(device, program, kernel, counts, reason), None),
        None => {
            let hbm = hbm_of_core(device.spec, cores);
            let plan = Plan::new(device.spec, program, Runs::of(program, counts), hbm)?;
            (judge_plan(device, program, &plan, cores, hbm)?, Some(plan))
        }
    };
    verdict.idle_lanes = idle_lanes(program, kernel, counts);
    verdict.insights = insight::explain(device, program, kernel, plan.as_ref(), &verdict);
    Ok(verdict)
}

fn judge_plan(
    device: &Device,
    program: &Program,
    plan: &Plan<'_>,
    cores: u64,
    hbm: Bandwidth,
) -> Result<Verdict, Stuck> {
    let spec = device.spec;
    let waves = program.layout.waves.max(1);
    let waves_of_core = waves.div_ceil(cores);
    let (execution, table_loads) = time_of_waves(spec, plan, program, waves_of_core, hbm)?;

    let mut engines = [Picoseconds::ZERO; 5];
    let mut dma_engines = vec![Picoseconds::ZERO; spec.dma_engines as usize];
    let mut traffic = Traffic::default();
    for (priced, &runs) in plan.priced.iter().zip(&plan.runs) {
        let price = &priced.price;
        let slow = if price.limited { 2 } else { 1 };
        engines[price.engine as usize] += price.issue * slow * runs;
        if let Some(transfer) = &price.transfer {
            for (busy, &work) in dma_engines.iter_mut().zip(&transfer.work) {
                *busy += work * runs;
            }
        }
        dma_engines.iter_mut().for_each(|busy| *busy += price.moving * runs);
        traffic.add(price.traffic, runs);
    }
    // The sums are the launch's; the busiest core has its part of them.
    let of_core = |busy: Picoseconds| busy.scale(waves_of_core, waves);
    let mut engines = engines.map(of_core);
    engines[Engine::Scalar as usize] += table_loads;
    let hbm_busy = of_core(hbm.time(traffic.read + traffic.written));
    let dma = dma_engines.into_iter().map(of_core).max().unwrap_or_default().max(hbm_busy);
    Ok(verdict(device, program, execution, cores, engines, dma, traffic))
}

/// What one of `active` cores gets of the chip's memory: cores are spread over the stacks, then share them.
fn hbm_of_core(spec: &Spec, active: u64) -> Bandwidth {
    let sharing = active.div_ceil(u64::from(spec.hbm_stacks)).clamp(1, u64::from(spec.cores_per_stack()));
    Bandwidth(spec.hbm_stack().0 / sharing)
}

/// Waves that are simulated one by one: enough for the buffers to fill and for two rounds through them.
const EXACT_WAVES: u64 = 6;
/// Fewer of them where a wave has very many steps.
const EXACT_STEPS: u64 = 200_000;

/// Time of so many waves of one core, and the part of it that loads activation tables. Beyond a few waves the time of
/// one more is what the last ones took: the pipeline of buffers has then filled.
fn time_of_waves(
    spec: &Spec,
    plan: &Plan<'_>,
    program: &Program,
    waves: u64,
    hbm: Bandwidth,
) -> Result<(Picoseconds, Picoseconds), Stuck> {
    let buffers = u64::from(program.layout.buffers.max(1));
    let affordable = (EXACT_STEPS / plan.steps().max(1)).max(2 * buffers);
    let exact = waves.min(EXACT_WAVES.max(3 * buffers).min(affordable));
    let simulate = |waves| -> Result<Outcome, Stuck> { plan.simulate(spec, waves, hbm) };
    let long = simulate(exact)?;
    if exact == waves {
        return Ok((long.end, long.table_loads));
    }
    let short = simulate(exact - buffers)?;
    let more = |long: Picoseconds, short: Picoseconds| long + long.since(short).scale(waves - exact, buffers);
    Ok((more(long.end, short.end), more(long.table_loads, short.table_loads)))
}

fn judge_fallback(device: &Device, program: &Program, kernel: &Kernel, counts: &Counts, reason: &str) -> Verdict {
    let spec = device.spec;
    let work = fallback::work(spec, kernel, counts);
    let processors = u64::from(device.multiprocessors()).min(program.shape.ctas()).max(1);
    let per_core = u64::from(Device::MULTIPROCESSORS_PER_CORE);
    let cores = processors.div_ceil(per_core);
    let time = |busy: Picoseconds| busy.scale(1, processors);
    let mut engines = [Picoseconds::ZERO; 5];
    engines[Engine::GpSimd as usize] = time(work.busy);
    let traffic = Traffic {
        read: work.read,
        written: work.written,
        moved: work.read + work.written,
        descriptors: work.descriptors,
    };
    let mut verdict = verdict(device, program, time(work.busy), cores, engines, time(work.waiting), traffic);
    verdict.summary.fallback = Some(reason.to_owned());
    verdict
}

fn verdict(
    device: &Device,
    program: &Program,
    execution: Picoseconds,
    cores: u64,
    engines: [Picoseconds; 5],
    dma: Picoseconds,
    traffic: Traffic,
) -> Verdict {
    let mut verdict = Verdict {
        time: device.spec.kernel_start + execution,
        execution,
        cores: cores as u32,
        engines,
        dma,
        bound_by: Unit::Dma,
        traffic,
        idle_lanes: None,
        insights: Vec::new(),
        summary: Summary::of(program),
    };
    verdict.bound_by = verdict.units()[0];
    verdict
}

/// Lanes of the program that no thread wanted. Every block counts with its number of operations.
fn idle_lanes(program: &Program, kernel: &Kernel, counts: &Counts) -> Option<f64> {
    let lanes_of_wave = if program.fallback().is_some() {
        u64::from(Device::WARP)
    } else {
        u64::from(program.layout.ctas) * u64::from(program.layout.threads)
    };
    let runs = if program.fallback().is_some() { &counts.warp_runs } else { &counts.wave_runs };
    let (mut ran, mut wanted) = (0u128, 0u128);
    for ((function, runs), lanes) in kernel.functions.iter().zip(runs).zip(&counts.lane_runs) {
        for ((block, &runs), &lanes) in function.blocks.iter().zip(runs).zip(lanes) {
            let weight = 1 + block.insts.len() as u128;
            ran += weight * u128::from(runs) * u128::from(lanes_of_wave);
            wanted += weight * u128::from(lanes);
        }
    }
    (ran > 0).then(|| 100.0 - 100.0 * (wanted.min(ran)) as f64 / ran as f64)
}

impl Summary {
    fn of(program: &Program) -> Self {
        let mut summary = Summary {
            waves: program.layout.waves,
            ctas: program.layout.ctas,
            threads: program.layout.threads,
            instructions: [0; 5],
            transfers: 0,
            sbuf: Bytes(0),
            psum: Bytes(0),
            fallback: None,
        };
        for region in &program.regions {
            if let RegionKind::OnChip { space, .. } = region.kind {
                let end = Bytes(region.kind.end().unwrap_or_default());
                let used = if space == Space::Psum { &mut summary.psum } else { &mut summary.sbuf };
                *used = (*used).max(end);
            }
        }
        insight::for_each_instruction(&program.body, &mut |instruction| {
            summary.instructions[instruction.engine as usize] += 1;
            summary.transfers += u32::from(instruction.queue().is_some());
        });
        summary
    }
}

#[cfg(test)]
mod tests;
