//! Happens-before: replays the body and its semaphores with vector clocks.
//!
//! Loops are replayed twice, which shows every conflict between neighbouring turns; the wave loop once more than it
//! has buffers. Of a branch both arms are replayed from the same state. A semaphore with one sender and one receiver
//! passes its tokens in order, so a wait knows what the sender of its last token knew.

use super::super::order::{History, Knowledge, STREAMS, footprint, stream_index};
use super::super::print::InstructionText;
use super::super::program::*;
use super::Violation;
use std::collections::VecDeque;

pub(super) fn check(program: &Program) -> Vec<Violation> {
    let mut replay = Replay {
        program,
        found: Vec::new(),
        senders: vec![None; program.semaphores.len()],
        receivers: vec![None; program.semaphores.len()],
        wave: 0,
    };
    let initial = |semaphore: &Semaphore| VecDeque::from([(semaphore.initial, Knowledge::NOTHING)]);
    let mut state = State {
        clock: [0; STREAMS],
        touched: [0; STREAMS],
        known: [Knowledge::NOTHING; STREAMS],
        tokens: program.semaphores.iter().map(initial).collect(),
        history: History::default(),
    };
    replay.nodes(&program.body, &mut state);
    // One violation of a kind is enough to understand it; loops would repeat it.
    replay.found.dedup();
    replay.found
}

#[derive(Clone)]
struct State {
    /// Instructions so far, by stream.
    clock: [u32; STREAMS],
    /// The last of them that touched memory.
    touched: [u32; STREAMS],
    /// What each stream knows.
    known: [Knowledge; STREAMS],
    /// By semaphore: tokens that were sent and not taken, with what their senders knew.
    tokens: Vec<VecDeque<(u32, Knowledge)>>,
    history: History,
}

impl State {
    fn counts(&self) -> Vec<u32> {
        self.tokens.iter().map(|queue| queue.iter().map(|(amount, _)| amount).sum()).collect()
    }

    /// Continues where either `self` or `other` ended; `other`'s clock is the later one.
    fn join(&mut self, other: &State) {
        for stream in 0..STREAMS {
            self.known[stream].raise(&self.touched, &other.clock);
            self.known[stream].meet(&other.known[stream]);
        }
        // Senders of left-over tokens knew at least what holds on both ways.
        for (mine, theirs) in self.tokens.iter_mut().zip(&other.tokens) {
            for ((_, mine), (_, theirs)) in mine.iter_mut().zip(theirs) {
                mine.meet(theirs);
            }
        }
        self.history.merge(&other.history);
        self.clock = other.clock;
        for (mine, theirs) in self.touched.iter_mut().zip(other.touched) {
            *mine = (*mine).max(theirs);
        }
    }
}

struct Replay<'a> {
    program: &'a Program,
    found: Vec<Violation>,
    /// The stream that adds to each semaphore, and the engine that waits on it.
    senders: Vec<Option<Stream>>,
    receivers: Vec<Option<Stream>>,
    wave: u32,
}

impl Replay<'_> {
    fn report(&mut self, message: String, instruction: Option<&Instruction>) {
        let at = instruction.map_or(String::new(), |i| InstructionText(self.program, i).to_string());
        let violation = Violation { message, at };
        if !self.found.contains(&violation) {
            self.found.push(violation);
        }
    }

    fn nodes(&mut self, nodes: &[Node], state: &mut State) {
        for node in nodes {
            match node {
                Node::Instruction(instruction) => self.instruction(instruction, state),
                Node::Waves(body) => {
                    for wave in 0..=self.program.layout.buffers {
                        self.wave = wave;
                        state.history.forget_arena();
                        let before = state.counts();
                        self.nodes(body, state);
                        self.balance(&before, state, "the wave loop");
                    }
                    self.wave = 0;
                }
                Node::While { body, .. } => {
                    let skipped = state.clone();
                    for _ in 0..2 {
                        let before = state.counts();
                        self.nodes(body, state);
                        self.balance(&before, state, "a loop");
                    }
                    let ran = std::mem::replace(state, skipped);
                    state.join(&ran);
                }
                Node::If { then, otherwise, .. } => {
                    let mut other = state.clone();
                    let before = state.counts();
                    self.nodes(then, state);
                    self.balance(&before, state, "a branch");
                    // The instructions of `then` do not happen on the other way: whoever knew all still does.
                    for known in &mut other.known {
                        known.raise(&other.touched, &state.clock);
                    }
                    other.clock = state.clock;
                    self.nodes(otherwise, &mut other);
                    self.balance(&before, &other, "a branch");
                    state.join(&other);
                }
            }
        }
    }

    fn balance(&mut self, before: &[u32], state: &State, what: &str) {
        for (index, (before, after)) in before.iter().zip(state.counts()).enumerate() {
            if *before != after {
                let name = &self.program.semaphores[index].name;
                self.report(
                    format!("semaphore `{name}` is {before} before a turn of {what} and {after} after it"),
                    None,
                );
            }
        }
    }

    fn instruction(&mut self, instruction: &Instruction, state: &mut State) {
        let engine = Stream::Engine(instruction.engine);
        let issuer = stream_index(engine);
        for wait in &instruction.waits {
            let index = wait.semaphore.0 as usize;
            let receiver = *self.receivers[index].get_or_insert(engine);
            if receiver != engine {
                let name = &self.program.semaphores[index].name;
                self.report(format!("two engines wait on semaphore `{name}`"), Some(instruction));
            }
            let mut missing = wait.amount;
            while missing > 0 {
                let Some((amount, knowledge)) = state.tokens[index].front_mut() else {
                    let name = &self.program.semaphores[index].name;
                    self.report(
                        format!("waits for ever: nothing before it brings `{name}` to {}", wait.amount),
                        Some(instruction),
                    );
                    break;
                };
                state.known[issuer].join(knowledge);
                let taken = missing.min(*amount);
                missing -= taken;
                *amount -= taken;
                if *amount == 0 {
                    state.tokens[index].pop_front();
                }
            }
        }
        let stream = instruction.stream();
        let runner = stream_index(stream);
        if runner != issuer {
            let issued = state.known[issuer];
            state.known[runner].join(&issued);
            // What its engine did before it started the transfer is done.
            state.known[runner].0[issuer] = state.clock[issuer];
        }
        state.clock[runner] += 1;
        let time = state.clock[runner];
        state.known[runner].0[runner] = time;
        let footprint = footprint(self.program, instruction, self.wave);
        if !footprint.is_empty() {
            state.touched[runner] = time;
        }
        for (cells, write) in footprint {
            for (other, when) in state.history.conflicts(&cells, write) {
                if other != runner && state.known[runner].0[other] < when {
                    let what = if write { "writes" } else { "reads" };
                    let message = format!("{what} bytes that {} touches, unordered", stream_name(other));
                    self.report(message, Some(instruction));
                }
            }
            state.history.record(&cells, write, (runner, time));
        }
        for update in &instruction.updates {
            let index = update.semaphore.0 as usize;
            let sender = *self.senders[index].get_or_insert(stream);
            if sender != stream {
                let name = &self.program.semaphores[index].name;
                self.report(format!("two streams add to semaphore `{name}`"), Some(instruction));
            }
            let mut knowledge = state.known[runner];
            if update.when == When::Read {
                // Its own writes may still be under way.
                knowledge.0[runner] = time - 1;
            }
            state.tokens[index].push_back((update.amount, knowledge));
        }
    }
}

fn stream_name(stream: usize) -> String {
    match super::Engine::ALL.get(stream) {
        Some(engine) => engine.to_string(),
        None => format!("queue {}", stream - super::Engine::ALL.len()),
    }
}
