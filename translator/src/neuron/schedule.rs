//! Semaphores: every two instructions on different streams that touch the same bytes, one of them writing, get an
//! order; nothing else does.
//!
//! Within one body an edge from stream A to engine B is one increment by A and one wait by B, on a semaphore that only
//! these two use, one for each depth of nesting, so that tokens under way outside a loop are not taken inside it.
//!
//! Waves overlap: a wave waits only for what it conflicts with in the one before it, or where regions rotate in the one
//! that had the same buffers.
//!
//! Before a loop or branch, and at the end of a loop's turn, the engines that take part meet: GpSimd waits for everybody,
//! and they for GpSimd. An arm of a branch ends with GpSimd waiting for everybody. After the loop or branch an event on
//! GpSimd stands for all that happened inside.

use super::device::DMA_INCREMENT;
use super::isa::Opcode;
use super::lower::engines_of;
use super::order::{Cells, Event, History, Knowledge, STREAMS, footprint, region_cells, stream_index};
use super::program::*;
use super::words::{Engine, EngineSet};
use ptx_frontend::checked::Origin;
use smallvec::SmallVec;
use std::collections::{BTreeMap, HashMap};

/// Puts waits and updates on the instructions of a program that has none.
pub(super) fn schedule(program: &mut Program) {
    let body = std::mem::take(&mut program.body);
    let mut scheduler = Scheduler { program, semaphores: HashMap::new() };
    let body = scheduler.body(body, 0, End::Nothing);
    program.body = body;
}

/// What the end of a body must establish.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    /// Nothing: the program ends.
    Nothing,
    /// Every engine that takes part knows that everything is done: the next turn begins.
    All(EngineSet),
    /// GpSimd knows that everything is done.
    Joined,
    /// The next wave begins, which waits only for what it conflicts with.
    NextWave,
}

struct Scheduler<'a> {
    program: &'a mut Program,
    /// By sending stream, receiving engine, depth of nesting.
    semaphores: HashMap<(usize, Engine, usize), SemaphoreId>,
}

/// One body while its instructions are put in order.
struct Level {
    depth: usize,
    out: Vec<Node>,
    clock: [u32; STREAMS],
    known: [Knowledge; STREAMS],
    history: History,
    /// Where in `out` an instruction is, and what its stream knew after it.
    events: HashMap<Event, (usize, Knowledge)>,
    /// Engines that know what an event on GpSimd stands for: those that took part in the loop before it.
    took_part: HashMap<u32, EngineSet>,
    /// What was put in order: the instruction that waits (its place in `out`), the stream it runs on, what it touches.
    steps: Vec<Step>,
}

/// An instruction, or a loop or branch as a whole, as the next wave sees it.
struct Step {
    at: usize,
    engine: Engine,
    runner: usize,
    accesses: Vec<(Cells, bool)>,
}

const JOINER: usize = Engine::GpSimd as usize;

impl Scheduler<'_> {
    fn body(&mut self, nodes: Vec<Node>, depth: usize, end: End) -> Vec<Node> {
        let mut level = Level {
            depth,
            out: Vec::with_capacity(nodes.len()),
            clock: [0; STREAMS],
            known: [Knowledge::NOTHING; STREAMS],
            history: History::default(),
            events: HashMap::new(),
            took_part: HashMap::new(),
            steps: Vec::new(),
        };
        for node in nodes {
            match node {
                Node::Instruction(instruction) => self.instruction(&mut level, instruction),
                Node::Waves(body) => {
                    let engines = engines_of(&body).union(EngineSet::of(&[Engine::GpSimd]));
                    let accesses = self.enter(&mut level, engines, &[&body]);
                    let body = self.body(body, depth + 1, End::NextWave);
                    level.out.push(Node::Waves(body));
                    self.leave(&mut level, accesses, engines);
                }
                Node::While { engines, condition, counted_by, body } => {
                    let accesses = self.enter(&mut level, engines, &[&body]);
                    let body = self.body(body, depth + 1, End::All(engines));
                    level.out.push(Node::While { engines, condition, counted_by, body });
                    self.leave(&mut level, accesses, engines);
                }
                Node::If { engines, condition, counted_by, partial, then, otherwise } => {
                    let accesses = self.enter(&mut level, engines, &[&then, &otherwise]);
                    let then = self.body(then, depth + 1, End::Joined);
                    let otherwise = self.body(otherwise, depth + 1, End::Joined);
                    level.out.push(Node::If { engines, condition, counted_by, partial, then, otherwise });
                    self.leave(&mut level, accesses, EngineSet::NONE);
                }
            }
        }
        match end {
            End::Nothing => {}
            End::Joined => {
                self.join(&mut level);
            }
            End::All(engines) => self.meet(&mut level, engines),
            End::NextWave => self.order_waves(&mut level),
        }
        let is_idle = |node: &Node| {
            matches!(node, Node::Instruction(Instruction { opcode: Opcode::EventSemaphore, waits, updates, .. })
                if waits.is_empty() && updates.is_empty())
        };
        level.out.retain(|node| !is_idle(node));
        level.out
    }

    fn instruction(&mut self, level: &mut Level, mut instruction: Instruction) {
        let issuer = instruction.engine as usize;
        let runner = stream_index(instruction.stream());
        let cells = footprint(self.program, &instruction, 0);
        let mut before: Vec<Event> =
            cells.iter().flat_map(|(cells, write)| level.history.conflicts(cells, *write)).collect();
        // Engines before queues, whose transfers they have mostly waited for; the latest of a stream first.
        before.sort_by_key(|event| (event.0 >= Engine::ALL.len(), std::cmp::Reverse(event.1)));
        for event in before.into_iter().filter(|event| event.0 != runner) {
            self.wait_for(level, &mut instruction, event);
        }
        if runner != issuer {
            let issued = level.known[issuer];
            level.known[runner].join(&issued);
            level.known[runner].0[issuer] = level.clock[issuer];
        }
        level.clock[runner] += 1;
        let event = (runner, level.clock[runner]);
        level.known[runner].0[runner] = event.1;
        for (cells, write) in &cells {
            level.history.record(cells, *write, event);
        }
        level.events.insert(event, (level.out.len(), level.known[runner]));
        let at = level.out.len();
        level.steps.push(Step { at, engine: instruction.engine, runner, accesses: cells.into_vec() });
        level.out.push(Node::Instruction(instruction));
    }

    /// Makes the instruction's engine wait for an event, unless it knows of it.
    fn wait_for(&mut self, level: &mut Level, instruction: &mut Instruction, event: Event) {
        let engine = instruction.engine;
        let issuer = engine as usize;
        let (sender, time) = event;
        if sender == issuer || level.known[issuer].0[sender] >= time {
            return;
        }
        if sender == JOINER && level.took_part.get(&time).is_some_and(|engines| engines.has(engine)) {
            return;
        }
        let Some(&(at, knowledge)) = level.events.get(&event) else { unreachable!("events are recorded") };
        let semaphore = self.semaphore(sender, engine, level.depth);
        let amount = if sender < 5 { 1 } else { DMA_INCREMENT };
        instruction.waits.push(Wait { semaphore, amount });
        if let Node::Instruction(signal) = &mut level.out[at] {
            signal.updates.push(Update { semaphore, amount, when: When::Complete });
        }
        level.known[issuer].join(&knowledge);
    }

    fn semaphore(&mut self, sender: usize, receiver: Engine, depth: usize) -> SemaphoreId {
        let program = &mut *self.program;
        *self.semaphores.entry((sender, receiver, depth)).or_insert_with(|| {
            let name = format!("{}_{receiver}_{depth}", stream_name(sender));
            program.semaphores.push(Semaphore { name, initial: 0 });
            SemaphoreId(program.semaphores.len() as u32 - 1)
        })
    }

    /// An instruction that only waits.
    fn event(&mut self, level: &mut Level, engine: Engine, events: &[Event]) {
        let mut instruction = Instruction {
            engine,
            opcode: Opcode::EventSemaphore,
            operands: SmallVec::new(),
            attributes: SmallVec::new(),
            waits: SmallVec::new(),
            updates: SmallVec::new(),
            origin: Origin::default(),
        };
        for event in events {
            self.wait_for(level, &mut instruction, *event);
        }
        self.instruction(level, instruction);
    }

    /// GpSimd waits for the last instruction of every stream.
    fn join(&mut self, level: &mut Level) {
        let last: Vec<Event> = (0..STREAMS)
            .filter(|stream| *stream != JOINER && level.clock[*stream] > 0)
            .map(|stream| (stream, level.clock[stream]))
            .collect();
        self.event(level, Engine::GpSimd, &last);
    }

    /// Everybody who takes part waits for all that was done before. Gives what the bodies touch.
    fn enter(&mut self, level: &mut Level, engines: EngineSet, bodies: &[&Vec<Node>]) -> Vec<(Cells, bool)> {
        let before = level.out.len();
        self.meet(level, engines);
        let mut accesses = Vec::new();
        for body in bodies {
            self.accesses(body, &mut accesses);
        }
        accesses.sort_by_key(|(cells, write)| (cells.start, cells.end, *write));
        accesses.dedup();
        // GpSimd waits before the others do.
        level.steps.push(Step { at: before, engine: Engine::GpSimd, runner: JOINER, accesses: accesses.clone() });
        accesses
    }

    /// The engines wait for everything on all streams: GpSimd for all of them, they for GpSimd.
    fn meet(&mut self, level: &mut Level, engines: EngineSet) {
        self.join(level);
        let joined = (JOINER, level.clock[JOINER]);
        if joined.1 > 0 {
            for engine in engines.iter().filter(|engine| *engine as usize != JOINER) {
                self.event(level, engine, &[joined]);
            }
        }
    }

    fn accesses(&self, nodes: &[Node], found: &mut Vec<(Cells, bool)>) {
        for node in nodes {
            match node {
                Node::Instruction(instruction) => found.extend(footprint(self.program, instruction, 0)),
                Node::Waves(body) | Node::While { body, .. } => self.accesses(body, found),
                Node::If { then, otherwise, .. } => {
                    self.accesses(then, found);
                    self.accesses(otherwise, found);
                }
            }
        }
    }

    /// Edges from one wave to the next, and where regions rotate to the one that uses the same buffer again: from the
    /// last instruction of a stream that touched something to the first of an engine that conflicts with it. The
    /// semaphore starts with a token for each wave that has none before it.
    fn order_waves(&mut self, level: &mut Level) {
        let buffers = self.program.layout.buffers;
        let rotating = self.rotating_cells();
        let mut history = std::mem::take(&mut level.history);
        history.forget_arena();
        let last_clock = level.clock;
        // By sender, receiver and distance: where the sender signals, and where the receiver waits.
        let mut edges: BTreeMap<(usize, Engine, u32), (usize, usize)> = BTreeMap::new();
        for (number, step) in level.steps.iter().enumerate() {
            for (cells, write) in &step.accesses {
                let distance = if rotating.iter().any(|range| range.contains(&cells.start)) { buffers } else { 1 };
                for event in history.conflicts(cells, *write) {
                    let (sender, time) = event;
                    // Events of the new wave itself are in order already; a stream is in order with itself.
                    if time > last_clock[sender] || sender == step.runner || sender == step.engine as usize {
                        continue;
                    }
                    let Some(&(at, _)) = level.events.get(&event) else { unreachable!("events are recorded") };
                    let edge = edges.entry((sender, step.engine, distance)).or_insert((at, step.at));
                    edge.0 = edge.0.max(at);
                    edge.1 = edge.1.min(step.at);
                }
                let later = last_clock[step.runner] + 1 + number as u32;
                history.record(cells, *write, (step.runner, later));
            }
        }
        for ((sender, engine, distance), (signal, wait)) in edges {
            let amount = if sender < 5 { 1 } else { DMA_INCREMENT };
            let semaphore = SemaphoreId(self.program.semaphores.len() as u32);
            let name = format!("{}_{engine}_wave{distance}", stream_name(sender));
            self.program.semaphores.push(Semaphore { name, initial: amount * distance });
            if let Node::Instruction(instruction) = &mut level.out[signal] {
                instruction.updates.push(Update { semaphore, amount, when: When::Complete });
            }
            if let Node::Instruction(instruction) = &mut level.out[wait] {
                instruction.waits.push(Wait { semaphore, amount });
            }
        }
    }

    /// Bytes of the regions that rotate, in the first buffer.
    fn rotating_cells(&self) -> Vec<Cells> {
        let ids = (0..self.program.regions.len() as u32).map(RegionId);
        ids.filter(|id| match self.program.region(*id).kind {
            RegionKind::OnChip { buffers, .. } => buffers > 1,
            _ => false,
        })
        .filter_map(|id| region_cells(self.program, id, None, 0))
        .collect()
    }

    /// An event on GpSimd that stands for what happened inside.
    fn leave(&mut self, level: &mut Level, accesses: Vec<(Cells, bool)>, took_part: EngineSet) {
        self.event(level, Engine::GpSimd, &[]);
        let event = (JOINER, level.clock[JOINER]);
        level.took_part.insert(event.1, took_part);
        for (cells, write) in accesses {
            level.history.record(&cells, write, event);
        }
    }
}

/// `vector`, or `q3` for a queue.
fn stream_name(stream: usize) -> String {
    match Engine::ALL.get(stream) {
        Some(engine) => engine.to_string(),
        None => format!("q{}", stream - Engine::ALL.len()),
    }
}

#[cfg(test)]
mod tests;
