//! From a program and its counts to streams that can be simulated.
//!
//! Loops run far too often to be simulated turn by turn. Of each loop at most [`EXACT_TURNS`] turns are kept; the
//! time of one more turn is measured in the simulation of a single wave, and the turns left out become one
//! [`Step::Skip`] of that time. Inner loops are measured first, so that an outer loop's turn contains them in full.

use super::cost;
use super::counts::Runs;
use super::events::{Extent, Outcome, Priced, Step, Streams, Stuck, simulate};
use crate::spec::Spec;
use crate::units::{Bandwidth, Picoseconds};
use translator::neuron::isa::Role;
use translator::neuron::program::{Instruction, Node, Operand, Program};
use translator::neuron::words::{Engine, EngineSet};

/// Turns of a loop that are simulated one by one.
pub const EXACT_TURNS: u64 = 3;

/// A program ready to be simulated.
#[derive(Debug)]
pub struct Plan<'p> {
    /// The program's instructions in the order of its text.
    pub instructions: Vec<&'p Instruction>,
    /// The same with their costs.
    pub priced: Vec<Priced>,
    /// How often each ran, summed over the launch.
    pub runs: Vec<u64>,
    /// Loops whose turns no block counts: the index of the instruction after their start.
    pub uncounted: Vec<usize>,
    before: Vec<Part>,
    wave: Vec<Part>,
    after: Vec<Part>,
    initial: Vec<u32>,
}

/// A piece of the body.
#[derive(Clone, Debug)]
enum Part {
    Run(Engine, usize),
    Repeat(Repeat),
}

/// A loop, or an arm of a branch (a loop of at most one turn).
#[derive(Clone, Debug)]
struct Repeat {
    engines: EngineSet,
    /// Loops test their condition once more than they turn; arms do not test theirs.
    tests: Tests,
    body: Vec<Part>,
    /// How often the body ran, and how often the part around it.
    total: u64,
    around: u64,
    /// Turns to simulate each time.
    turns: u64,
    /// Time of the turns left out, each time.
    skip: Picoseconds,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Tests {
    EachTurn,
    Once,
    None,
}

struct Builder<'p, 'r> {
    spec: &'r Spec,
    program: &'p Program,
    runs: Runs<'r>,
    plan: Plan<'p>,
}

impl<'p> Plan<'p> {
    /// Prices every instruction and measures every loop.
    pub fn new(spec: &Spec, program: &'p Program, runs: Runs<'_>, hbm: Bandwidth) -> Result<Self, Stuck> {
        let initial = program.semaphores.iter().map(|semaphore| semaphore.initial).collect();
        let plan = Plan {
            instructions: Vec::new(),
            priced: Vec::new(),
            runs: Vec::new(),
            uncounted: Vec::new(),
            before: Vec::new(),
            wave: Vec::new(),
            after: Vec::new(),
            initial,
        };
        let mut builder = Builder { spec, program, runs, plan };
        builder.build();
        let mut plan = builder.plan;
        plan.measure(spec, hbm)?;
        Ok(plan)
    }

    /// Simulates so many waves of one core.
    pub fn simulate(&self, spec: &Spec, waves: u64, hbm: Bandwidth) -> Result<Outcome, Stuck> {
        let mut streams = Streams::default();
        emit(&self.before, &mut streams);
        for _ in 0..waves {
            emit(&self.wave, &mut streams);
        }
        emit(&self.after, &mut streams);
        simulate(spec, &self.priced, &self.initial, &streams, hbm)
    }

    /// Steps of one wave.
    pub fn steps(&self) -> u64 {
        let mut streams = Streams::default();
        emit(&self.wave, &mut streams);
        streams.iter().map(|stream| stream.len() as u64).sum()
    }

    fn measure(&mut self, spec: &Spec, hbm: Bandwidth) -> Result<(), Stuck> {
        let mut paths = Vec::new();
        find_loops(&self.wave, &mut Vec::new(), &mut paths);
        for path in paths {
            let Repeat { turns, total, around, .. } = *at(&mut self.wave, &path);
            if around == 0 || total == turns * around {
                continue;
            }
            let more = turns.max(1);
            let long = self.time_with(spec, hbm, &path, more)?;
            let short = self.time_with(spec, hbm, &path, more - 1)?;
            let left_out = total - turns * around;
            at(&mut self.wave, &path).skip = long.since(short).scale(left_out, around);
        }
        Ok(())
    }

    /// Time of one wave with so many turns of one loop, and the loops around it entered.
    fn time_with(&mut self, spec: &Spec, hbm: Bandwidth, path: &[usize], turns: u64) -> Result<Picoseconds, Stuck> {
        let kept = self.wave.clone();
        for depth in 1..path.len() {
            let around = at(&mut self.wave, &path[..depth]);
            around.turns = around.turns.max(1);
        }
        at(&mut self.wave, path).turns = turns;
        let outcome = self.simulate(spec, 1, hbm);
        self.wave = kept;
        outcome.map(|outcome| outcome.end)
    }
}

/// Paths to all loops, inner ones first. A path holds the position of the loop in each list of parts.
fn find_loops(parts: &[Part], here: &mut Vec<usize>, paths: &mut Vec<Vec<usize>>) {
    for (index, part) in parts.iter().enumerate() {
        if let Part::Repeat(repeat) = part {
            here.push(index);
            find_loops(&repeat.body, here, paths);
            paths.push(here.clone());
            here.pop();
        }
    }
}

fn at<'a>(parts: &'a mut [Part], path: &[usize]) -> &'a mut Repeat {
    let [index, rest @ ..] = path else { unreachable!("a path to a loop has at least one step") };
    let Part::Repeat(repeat) = &mut parts[*index] else { unreachable!("paths lead through loops") };
    if rest.is_empty() { repeat } else { at(&mut repeat.body, rest) }
}

fn emit(parts: &[Part], streams: &mut Streams) {
    for part in parts {
        match part {
            Part::Run(engine, instruction) => streams[*engine as usize].push(Step::Run(*instruction)),
            Part::Repeat(repeat) => {
                let each = |streams: &mut Streams, step| {
                    repeat.engines.iter().for_each(|engine| streams[engine as usize].push(step));
                };
                if repeat.tests == Tests::Once {
                    each(streams, Step::Branch);
                }
                for _ in 0..repeat.turns {
                    if repeat.tests == Tests::EachTurn {
                        each(streams, Step::Branch);
                    }
                    emit(&repeat.body, streams);
                }
                if repeat.tests == Tests::EachTurn {
                    each(streams, Step::Branch);
                }
                if repeat.skip > Picoseconds::ZERO {
                    each(streams, Step::Skip(repeat.skip));
                }
            }
        }
    }
}

impl<'p> Builder<'p, '_> {
    fn build(&mut self) {
        let body = &self.program.body;
        let waves = body.iter().position(|node| matches!(node, Node::Waves(_))).unwrap_or(body.len());
        if let Some(Node::Waves(wave)) = body.get(waves) {
            // What stands around the loop runs once on each core, not once a wave.
            let cores = self.runs.waves().min(u64::from(self.spec.cores)).max(1);
            self.plan.before = self.parts(&body[..waves], cores);
            self.plan.wave = self.parts(wave, self.runs.waves());
            self.plan.after = self.parts(&body[waves + 1..], cores);
        } else {
            self.plan.before = self.parts(body, self.runs.waves());
        }
    }

    /// The parts of `nodes`, which ran `around` times.
    fn parts(&mut self, nodes: &'p [Node], around: u64) -> Vec<Part> {
        let mut parts = Vec::new();
        for node in nodes {
            match node {
                Node::Instruction(instruction) => parts.push(self.instruction(instruction, around)),
                // At most one loop over waves stands in a program, outermost; `build` has taken it.
                Node::Waves(body) => parts.extend(self.parts(body, around)),
                Node::While { engines, counted_by, body, .. } => {
                    let counted = counted_by.and_then(|block| self.runs.of_block(block));
                    if counted.is_none() {
                        self.plan.uncounted.push(self.plan.instructions.len());
                    }
                    let total = counted.unwrap_or(around);
                    parts.push(self.repeat(*engines, Tests::EachTurn, body, total, around));
                }
                Node::If { engines, counted_by, partial, then, otherwise, .. } => {
                    let counted = counted_by.and_then(|block| {
                        if *partial { self.runs.of_partial_block(block) } else { self.runs.of_block(block) }
                    });
                    let taken = counted.unwrap_or(around).min(around);
                    parts.push(self.repeat(*engines, Tests::Once, then, taken, around));
                    if !otherwise.is_empty() {
                        // Without a count both arms are charged.
                        let total = if counted.is_some() { around - taken } else { around };
                        parts.push(self.repeat(*engines, Tests::None, otherwise, total, around));
                    }
                }
            }
        }
        parts
    }

    fn repeat(&mut self, engines: EngineSet, tests: Tests, body: &'p [Node], total: u64, around: u64) -> Part {
        let body = self.parts(body, total);
        let turns = total.checked_div(around).unwrap_or(0).min(EXACT_TURNS);
        Part::Repeat(Repeat { engines, tests, body, total, around, turns, skip: Picoseconds::ZERO })
    }

    fn instruction(&mut self, instruction: &'p Instruction, runs: u64) -> Part {
        let index = self.plan.instructions.len();
        self.plan.instructions.push(instruction);
        self.plan.runs.push(runs);
        self.plan.priced.push(Priced {
            price: cost::price(self.spec, self.program, instruction),
            waits: instruction.waits.to_vec(),
            updates: instruction.updates.to_vec(),
            reads: extents(instruction, |role| role != Role::Out),
            // What a transfer writes is there only when its semaphore says so.
            writes: if instruction.queue().is_some() {
                Vec::new()
            } else {
                extents(instruction, |role| role != Role::In)
            },
        });
        Part::Run(instruction.engine, index)
    }
}

/// What an instruction's operands of some roles touch.
fn extents(instruction: &Instruction, wanted: impl Fn(Role) -> bool) -> Vec<Extent> {
    let operands = instruction.operands.iter().zip(instruction.opcode.row().operands);
    let wanted = operands.filter(|(_, spec)| wanted(spec.role));
    let extent = wanted.map(|(operand, _)| match operand {
        Operand::Tile(tile) => vec![Extent::Tile {
            region: tile.region.0,
            partitions: tile.partition..tile.partition + tile.partitions,
            bytes: tile.span(),
        }],
        Operand::Register(register) => vec![Extent::Register(register.0)],
        Operand::Hbm(hbm) => hbm.terms.iter().map(|(register, _)| Extent::Register(register.0)).collect(),
        Operand::Constant(..) | Operand::Absent => Vec::new(),
    });
    extent.flatten().collect()
}
