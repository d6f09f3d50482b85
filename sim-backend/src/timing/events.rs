//! A NeuronCore as discrete events: in-order engines, DMA queues and engines, semaphores.
//!
//! The simulation takes the streams as [`super::plan`] unrolled them and knows nothing of loops or counts. Events at
//! the same time happen in the order in which they were made, so equal inputs give equal picoseconds.

use super::cost::{Price, Tables};
use super::transfer::Transfer;
use crate::spec::Spec;
use crate::units::{Bandwidth, Picoseconds};
use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::ops::Range;
use translator::neuron::program::{Update, Wait, When};
use translator::neuron::words::Engine;

/// An instruction as the simulation sees it.
#[derive(Clone, Debug)]
pub struct Priced {
    /// What it costs.
    pub price: Price,
    /// What it waits for.
    pub waits: Vec<Wait>,
    /// What it signals.
    pub updates: Vec<Update>,
    /// What it reads.
    pub reads: Vec<Extent>,
    /// What it writes.
    pub writes: Vec<Extent>,
}

/// On-chip memory, or a register, that an instruction touches.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Extent {
    /// A box in a region.
    Tile {
        /// Number of the region.
        region: u32,
        /// Partitions.
        partitions: Range<u32>,
        /// Bytes in each of them.
        bytes: Range<i64>,
    },
    /// A sequencer register, by its number.
    Register(u32),
}

impl Extent {
    fn overlaps(&self, other: &Extent) -> bool {
        match (self, other) {
            (Extent::Register(a), Extent::Register(b)) => a == b,
            (
                Extent::Tile { region: a, partitions: p, bytes: x },
                Extent::Tile { region: b, partitions: q, bytes: y },
            ) => a == b && p.start < q.end && q.start < p.end && x.start < y.end && y.start < x.end,
            _ => false,
        }
    }
}

impl Priced {
    fn uses_results_of(&self, earlier: &Priced) -> bool {
        earlier.writes.iter().any(|written| self.reads.iter().any(|read| read.overlaps(written)))
    }
}

/// A step of an engine's stream.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Step {
    /// Run this instruction.
    Run(usize),
    /// Test a loop's or branch's condition.
    Branch,
    /// Let the time of turns pass that were left out.
    Skip(Picoseconds),
}

/// The streams of a core, by [`Engine`]'s number.
pub type Streams = [Vec<Step>; 5];

/// Something that ran.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Span {
    /// Index of the instruction.
    pub instruction: usize,
    /// Whether this is its transfer, on its queue, or the instruction itself, on its engine.
    pub is_transfer: bool,
    /// Start: of the issue, or of the first data.
    pub start: Picoseconds,
    /// End: results there, or last byte moved.
    pub end: Picoseconds,
}

/// What happened.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcome {
    /// When the last stream and the last transfer were done.
    pub end: Picoseconds,
    /// Everything that ran, in the order in which it started.
    pub spans: Vec<Span>,
    /// Time the Scalar engine spent loading tables.
    pub table_loads: Picoseconds,
}

/// Engines that can never go on, and the instruction each stands at.
#[derive(Clone, Debug, PartialEq)]
pub struct Stuck(pub Vec<(Engine, usize)>);

impl std::fmt::Display for Stuck {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let list = self.0.iter().map(|(engine, instruction)| format!("{engine} at instruction {instruction}"));
        f.write_str(&list.collect::<Vec<_>>().join(", "))
    }
}

/// How many of an engine's latest instructions can still be on their way to their results.
const IN_FLIGHT: usize = 4;

struct EngineState {
    next: usize,
    /// Latest instructions and when they started.
    latest: VecDeque<(usize, Picoseconds)>,
    /// It has tried and its waits did not hold.
    is_waiting: bool,
}

struct Pending {
    instruction: usize,
    triggered: Picoseconds,
}

#[derive(Default)]
struct QueueState {
    waiting: VecDeque<Pending>,
    /// A transfer of the queue is on its way to the engines.
    is_starting: bool,
    /// When its latest transfer's last byte moved, plus the queue's overhead.
    free: Picoseconds,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    /// An engine may start its next step.
    Ready(usize),
    /// A semaphore goes up.
    Signal(u32, u32),
    /// The head of a queue reaches the DMA engines.
    Arrival(u32),
}

struct Simulation<'a> {
    spec: &'a Spec,
    instructions: &'a [Priced],
    streams: &'a Streams,
    hbm: Bandwidth,
    events: BinaryHeap<Reverse<(Picoseconds, u64, Event)>>,
    made: u64,
    engines: [EngineState; 5],
    semaphores: Vec<u64>,
    queues: Vec<QueueState>,
    dma_free: Vec<Picoseconds>,
    hbm_free: Picoseconds,
    tables: Option<Tables>,
    limiter: Limiter,
    outcome: Outcome,
}

/// Runs the streams on one core that has `hbm` of its chip's memory bandwidth.
pub fn simulate(
    spec: &Spec,
    instructions: &[Priced],
    initial: &[u32],
    streams: &Streams,
    hbm: Bandwidth,
) -> Result<Outcome, Stuck> {
    let queues = instructions.iter().filter_map(|i| i.price.transfer.as_ref()).map(|t| t.queue + 1).max();
    let simulation = Simulation {
        spec,
        instructions,
        streams,
        hbm,
        events: BinaryHeap::new(),
        made: 0,
        engines: std::array::from_fn(|_| EngineState {
            next: 0,
            latest: VecDeque::with_capacity(IN_FLIGHT),
            is_waiting: false,
        }),
        semaphores: initial.iter().map(|&value| u64::from(value)).collect(),
        queues: (0..queues.unwrap_or(0)).map(|_| QueueState::default()).collect(),
        dma_free: vec![Picoseconds::ZERO; spec.dma_engines as usize],
        hbm_free: Picoseconds::ZERO,
        tables: None,
        limiter: Limiter::new(spec),
        outcome: Outcome::default(),
    };
    simulation.run()
}

impl Simulation<'_> {
    fn run(mut self) -> Result<Outcome, Stuck> {
        for engine in 0..self.engines.len() {
            self.at(Picoseconds::ZERO, Event::Ready(engine));
        }
        while let Some(Reverse((now, _, event))) = self.events.pop() {
            match event {
                Event::Ready(engine) => self.step(engine, now),
                Event::Signal(semaphore, amount) => self.signal(semaphore, amount, now),
                Event::Arrival(queue) => self.arrive(queue, now),
            }
        }
        let stuck: Vec<_> = (0..self.engines.len())
            .filter(|&engine| self.engines[engine].next < self.streams[engine].len())
            .map(|engine| match self.streams[engine][self.engines[engine].next] {
                Step::Run(instruction) => (Engine::ALL[engine], instruction),
                Step::Branch | Step::Skip(_) => unreachable!("only instructions wait"),
            })
            .collect();
        if stuck.is_empty() { Ok(self.outcome) } else { Err(Stuck(stuck)) }
    }

    fn at(&mut self, time: Picoseconds, event: Event) {
        self.made += 1;
        self.events.push(Reverse((time, self.made, event)));
    }

    fn finish(&mut self, time: Picoseconds) {
        self.outcome.end = self.outcome.end.max(time);
    }

    /// Starts the engine's next step, if its waits hold.
    fn step(&mut self, engine: usize, now: Picoseconds) {
        let state = &mut self.engines[engine];
        let Some(&step) = self.streams[engine].get(state.next) else { return };
        let until = match step {
            Step::Run(instruction) => {
                if !self.waits_hold(instruction) {
                    self.engines[engine].is_waiting = true;
                    return;
                }
                let start = self.after_operands(engine, instruction, now);
                if start > now {
                    return self.at(start, Event::Ready(engine));
                }
                self.start(engine, instruction, now)
            }
            Step::Branch => now + super::cost::clock(self.spec, Engine::ALL[engine]).time(self.spec.sequencer_issue),
            Step::Skip(time) => now + time,
        };
        let state = &mut self.engines[engine];
        state.next += 1;
        self.finish(until);
        self.at(until, Event::Ready(engine));
    }

    fn waits_hold(&self, instruction: usize) -> bool {
        let waits = &self.instructions[instruction].waits;
        waits.iter().all(|wait| self.semaphores[wait.semaphore.0 as usize] >= u64::from(wait.amount))
    }

    /// When the results of the engine's own earlier instructions are there.
    fn after_operands(&self, engine: usize, instruction: usize, now: Picoseconds) -> Picoseconds {
        let instruction = &self.instructions[instruction];
        let latest = self.engines[engine].latest.iter().map(|&(earlier, start)| (&self.instructions[earlier], start));
        let used = latest.filter(|(earlier, _)| instruction.uses_results_of(earlier));
        used.map(|(earlier, start)| start + earlier.price.dependent).fold(now, Picoseconds::max)
    }

    /// Starts an instruction; returns when its engine is free again.
    fn start(&mut self, engine: usize, index: usize, now: Picoseconds) -> Picoseconds {
        let instruction = &self.instructions[index];
        for wait in &instruction.waits {
            self.semaphores[wait.semaphore.0 as usize] -= u64::from(wait.amount);
        }
        let price = &instruction.price;
        let mut issue = price.issue;
        if let Some(tables) = price.tables.filter(|&tables| self.tables != Some(tables)) {
            self.tables = Some(tables);
            self.outcome.table_loads += self.spec.activation_table_load;
            issue += self.spec.activation_table_load;
        }
        if price.engine == Engine::Tensor && price.transfer.is_none() {
            issue = self.limiter.stretch(self.spec, now, issue, price.limited);
        }
        let (read, done) = (now + issue, now + issue + price.fill);
        let latest = &mut self.engines[engine].latest;
        if latest.len() == IN_FLIGHT {
            latest.pop_front();
        }
        latest.push_back((index, now));
        self.outcome.spans.push(Span { instruction: index, is_transfer: false, start: now, end: done });
        if let Some(transfer) = &price.transfer {
            self.trigger(transfer.queue, index, read);
        } else {
            for update in &instruction.updates {
                let when = if update.when == When::Read { read } else { done };
                self.at(when + self.spec.semaphore, Event::Signal(update.semaphore.0, update.amount));
            }
            self.finish(done);
        }
        read
    }

    fn signal(&mut self, semaphore: u32, amount: u32, now: Picoseconds) {
        self.semaphores[semaphore as usize] += u64::from(amount);
        for engine in 0..self.engines.len() {
            if std::mem::take(&mut self.engines[engine].is_waiting) {
                self.step(engine, now);
            }
        }
    }

    fn trigger(&mut self, queue: u32, instruction: usize, now: Picoseconds) {
        self.queues[queue as usize].waiting.push_back(Pending { instruction, triggered: now });
        self.start_next(queue);
    }

    /// Sends the head of the queue to the DMA engines. Starting it overlaps with the transfer before; only the
    /// queue's overhead does not.
    fn start_next(&mut self, queue: u32) {
        let state = &mut self.queues[queue as usize];
        if state.is_starting {
            return;
        }
        let Some(head) = state.waiting.front() else { return };
        let start = self.instructions[head.instruction].price.transfer.as_ref().map_or(Picoseconds::ZERO, |t| t.start);
        let arrival = (head.triggered + start).max(state.free);
        state.is_starting = true;
        self.at(arrival, Event::Arrival(queue));
    }

    fn arrive(&mut self, queue: u32, now: Picoseconds) {
        let state = &mut self.queues[queue as usize];
        let index = state.waiting.pop_front().map(|pending| pending.instruction);
        let Some((index, transfer)) = index.and_then(|i| Some((i, self.instructions[i].price.transfer.as_ref()?)))
        else {
            unreachable!("a queue holds transfers, and only its head arrives")
        };
        let end = self.move_data(transfer, now);
        let state = &mut self.queues[queue as usize];
        state.is_starting = false;
        state.free = end + self.spec.dma_transfer_overhead;
        self.outcome.spans.push(Span { instruction: index, is_transfer: true, start: now, end });
        for update in &self.instructions[index].updates {
            self.at(end + self.spec.dma_completion, Event::Signal(update.semaphore.0, update.amount));
        }
        self.finish(end + self.spec.dma_completion);
        self.start_next(queue);
    }

    /// Puts a transfer on the DMA engines behind what they already have; returns when its last byte is moved.
    fn move_data(&mut self, transfer: &Transfer, now: Picoseconds) -> Picoseconds {
        let mut end = now;
        for (engine, &work) in transfer.work.iter().enumerate() {
            if work > Picoseconds::ZERO {
                let begin = (now + transfer.stagger * engine as u64).max(self.dma_free[engine]);
                self.dma_free[engine] = begin + work;
                end = end.max(begin + work);
            }
        }
        self.hbm_free = self.hbm_free.max(now) + self.hbm.time(transfer.hbm());
        end.max(self.hbm_free)
    }
}

/// The Tensor engine's current limiter: half rate for a while after idling, and always on few rows.
struct Limiter {
    left: Picoseconds,
    last_end: Picoseconds,
}

impl Limiter {
    fn new(spec: &Spec) -> Self {
        Limiter { left: spec.tensor_ramp, last_end: Picoseconds::ZERO }
    }

    fn stretch(&mut self, spec: &Spec, now: Picoseconds, work: Picoseconds, is_limited: bool) -> Picoseconds {
        if now.since(self.last_end) >= spec.tensor_ramp {
            self.left = spec.tensor_ramp;
        }
        let slow = if is_limited { work } else { work.min(Picoseconds(self.left.0 / 2)) };
        let time = work + slow;
        self.left = if is_limited { spec.tensor_ramp } else { self.left.since(time) };
        self.last_end = now + time;
        time
    }
}
