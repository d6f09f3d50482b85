//! A CTA: one thread runs at a time, until it waits or is gone.

use super::memory::Memory;
use super::step::Code;
use super::thread::{State, Thread};
use super::together::{self, Member};
use super::words::Words;
use super::{Launch, Outcome, Stop, step};
use ptx_frontend::checked::{Instruction, Module};
use ptx_frontend::isa::Opcode;
use ptx_frontend::types::{BoolOp, ScalarType};
use std::collections::HashMap;

/// What a thread waits for.
pub(super) enum Request<'m> {
    /// A barrier of the CTA: its number, how many threads it is for if that is said, and the predicate it reduces.
    Barrier { id: u32, count: Option<u32>, predicate: bool, instruction: &'m Instruction, words: &'m Words },
    /// Other lanes of the warp.
    Together { mask: u32, args: Vec<u128>, instruction: &'m Instruction, words: &'m Words },
}

/// A CTA in progress.
pub(super) struct Block<'m, 'l> {
    pub(super) module: &'m Module,
    pub(super) code: &'m Code,
    pub(super) launch: &'l Launch<'l>,
    pub(super) ctaid: [u32; 3],
    threads: Vec<Thread<'m>>,
    /// Threads that have arrived at a barrier without waiting.
    arrived: HashMap<u32, u32>,
}

impl<'m, 'l> Block<'m, 'l> {
    pub(super) fn new(
        module: &'m Module,
        code: &'m Code,
        entry: usize,
        launch: &'l Launch<'l>,
        ctaid: [u32; 3],
    ) -> Block<'m, 'l> {
        let [x, y, z] = launch.block;
        let function = &module.functions[entry];
        let threads = (0..x * y * z).map(|number| {
            let mut thread = Thread {
                number,
                tid: [number % x, number / x % y, number / x / y],
                frames: Vec::new(),
                local: Vec::new(),
                carry: false,
                state: State::Running,
            };
            match &function.body {
                Some(body) => thread.enter(entry, function, body, false),
                None => thread.state = State::Gone,
            }
            thread
        });
        let threads = threads.collect();
        Block { module, code, launch, ctaid, threads, arrived: HashMap::new() }
    }

    pub(super) fn run(mut self, memory: &mut Memory<'_>, budget: &mut u64) -> Outcome {
        memory.begin_block();
        let mut threads = std::mem::take(&mut self.threads);
        loop {
            for thread in &mut threads {
                while let State::Running = thread.state {
                    *budget = budget.checked_sub(1).ok_or(Stop::TooLong)?;
                    step::step(&mut self, thread, memory)?;
                }
            }
            let met = meet(&mut threads)?;
            let passed = self.pass_barriers(&mut threads, memory);
            if !met && !passed {
                let all_gone = threads.iter().all(|thread| matches!(thread.state, State::Gone));
                return if all_gone { Ok(()) } else { Err(Stop::Stuck) };
            }
        }
    }

    /// Counts a thread that arrives at a barrier and goes on.
    pub(super) fn arrive(&mut self, id: u32) {
        *self.arrived.entry(id).or_default() += 1;
    }

    /// Lets threads past barriers that are complete.
    fn pass_barriers(&mut self, threads: &mut [Thread<'m>], memory: &mut Memory<'_>) -> bool {
        let live = threads.iter().filter(|thread| !matches!(thread.state, State::Gone)).count() as u32;
        let mut passed = false;
        for barrier in 0..16 {
            let waiting = |thread: &Thread<'m>| match &thread.state {
                State::Waiting(Request::Barrier { id, count, predicate, .. }) if *id == barrier => {
                    Some((*count, *predicate))
                }
                _ => None,
            };
            let found: Vec<(Option<u32>, bool)> = threads.iter().filter_map(waiting).collect();
            let Some((count, _)) = found.first() else { continue };
            let present = found.len() as u32 + self.arrived.get(&barrier).copied().unwrap_or(0);
            if present < count.unwrap_or(live) {
                continue;
            }
            self.arrived.remove(&barrier);
            memory.epoch += 1;
            passed = true;
            let yes = found.iter().filter(|(_, predicate)| *predicate).count();
            let all = yes == found.len();
            for thread in threads.iter_mut().filter(|thread| waiting(thread).is_some()) {
                let State::Waiting(Request::Barrier { instruction, words, .. }) =
                    std::mem::replace(&mut thread.state, State::Running)
                else {
                    continue;
                };
                if words.has("red") {
                    let (ty, bits, value) = match words.bool_op {
                        Some(BoolOp::Popc) => (ScalarType::U32, 32, yes as u128),
                        Some(BoolOp::And) => (ScalarType::Pred, 1, u128::from(all)),
                        _ => (ScalarType::Pred, 1, u128::from(yes > 0)),
                    };
                    thread.put(&instruction.operands[0], ty, bits, value);
                }
                thread.frame_mut().next += 1;
            }
        }
        passed
    }
}

/// Lets lanes act that have all come which their mask names.
fn meet(threads: &mut [Thread<'_>]) -> Outcome<bool> {
    let mut met = false;
    for warp in threads.chunks_mut(32) {
        for at in 0..warp.len() {
            let State::Waiting(Request::Together { mask, instruction, words, .. }) = &warp[at].state else { continue };
            let (mask, instruction, words) = (*mask, *instruction, *words);
            if mask >> at & 1 == 0 {
                return Err(Stop::Wrong(instruction.origin.line, "a lane is not in its own mask".into()));
            }
            let mut members = Vec::new();
            let mut all_are_here = true;
            for (lane, thread) in warp.iter().enumerate().filter(|(lane, _)| mask >> lane & 1 == 1) {
                match &thread.state {
                    State::Gone => {}
                    State::Waiting(Request::Together { mask: other, args, instruction: theirs, .. })
                        if *other == mask
                            && theirs.opcode == instruction.opcode
                            && theirs.modifiers == instruction.modifiers =>
                    {
                        members.push(Member { lane: lane as u32, args: args.clone() });
                    }
                    _ => all_are_here = false,
                }
            }
            if !all_are_here {
                continue;
            }
            met = true;
            let results = together::act(instruction.opcode, words, &members)?;
            for (member, (value, predicate)) in members.iter().zip(results) {
                let thread = &mut warp[member.lane as usize];
                let State::Waiting(Request::Together { instruction, .. }) =
                    std::mem::replace(&mut thread.state, State::Running)
                else {
                    continue;
                };
                if instruction.opcode != Opcode::BarWarp {
                    let ty = words.types.first().copied().unwrap_or(ScalarType::B32);
                    let bits = if instruction.opcode == Opcode::Match { 32 } else { ty.bits() };
                    step::put_pair(thread, &instruction.operands[0], ty, bits, value, predicate);
                }
                thread.frame_mut().next += 1;
            }
        }
    }
    Ok(met)
}
