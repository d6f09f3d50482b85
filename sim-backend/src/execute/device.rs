//! The device executor: runs a NeuronCore program instruction by instruction on modelled SBUF, PSUM and HBM.
//!
//! It is the proof that the program is real, not a way to fast results. Instructions run in the order of the
//! program's body, which is one that its semaphores allow; every wait is checked to hold at that point. Waves run one
//! after the other on one core, so CTAs of lower numbers never wait for those of higher ones. HBM is the arena of
//! device memory: every address is checked, and a fault names the PTX line and the thread.
//!
//! One file per engine: [`vector`] (tiles, elementwise and reduced), [`scalar`], [`tensor`], [`gpsimd`] and its
//! [`routine`]s, [`sequencer`]s, and [`dma`].

mod activation;
mod alu;
mod dma;
mod formats;
mod gpsimd;
mod routine;
mod scalar;
mod sequencer;
mod storage;
mod tensor;
mod vector;

use super::{Counts, Launch, run_reference};
use crate::fault::{Fault, FaultKind};
use crate::memory::Cursor;
use ptx_frontend::checked::Origin;
use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use std::time::Instant;
use storage::{Elements, Storage};
use translator::neuron::program::{Attribute, Instruction, Node, Operand, Program, Tile};
use translator::neuron::words::{Dtype, Engine, EngineSet};
use translator::tile::eval::{self, Thread};

/// Why a program did not run to its end.
#[derive(Clone, Debug, PartialEq)]
pub enum Failure {
    /// The CUDA program's mistake.
    Fault(Box<Fault>),
    /// Ours: the program breaks its own rules, or holds an instruction that is not executable.
    Defect(String),
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Failure::Fault(fault) => fault.fmt(f),
            Failure::Defect(what) => write!(f, "the device executor cannot go on (a bug in regauge): {what}"),
        }
    }
}

/// What an instruction may end in.
type Outcome<T = ()> = Result<T, Stop>;

/// Why an instruction stops the program.
enum Stop {
    /// A thread's fault, by its partition and column.
    Fault(FaultKind, Lane),
    Defect(String),
}

/// A lane of the current wave.
#[derive(Clone, Copy, Default)]
struct Lane {
    partition: usize,
    column: usize,
}

/// Runs a launch as its NeuronCore program, and says how often the program's parts ran.
///
/// The counts hold only `wave_runs`, and of those only the blocks that the program counts by.
pub fn run_device(program: &Program, launch: &Launch<'_>) -> Result<Counts, Failure> {
    if program.fallback().is_some() {
        // The routine is defined as the tile kernel's own meaning, thread by thread.
        return run_reference(launch).map_err(Failure::Fault);
    }
    let mut core = Core::new(program, launch);
    let result = core.run(&program.body);
    launch.services.flush();
    result.map(|()| core.counts())
}

/// One NeuronCore.
struct Core<'a> {
    program: &'a Program,
    launch: &'a Launch<'a>,
    hbm: Cursor<'a>,
    storage: Storage,
    /// By engine, then by register.
    registers: [Vec<u64>; 5],
    semaphores: Vec<u64>,
    /// How often bodies ran that a tile block counts.
    runs: BTreeMap<usize, u64>,
}

impl<'a> Core<'a> {
    fn new(program: &'a Program, launch: &'a Launch<'a>) -> Self {
        Core {
            program,
            launch,
            hbm: launch.memory.cursor(),
            storage: Storage::new(program),
            registers: std::array::from_fn(|_| vec![0; program.registers.len()]),
            semaphores: program.semaphores.iter().map(|semaphore| u64::from(semaphore.initial)).collect(),
            runs: BTreeMap::new(),
        }
    }

    fn run(&mut self, nodes: &'a [Node]) -> Result<(), Failure> {
        for node in nodes {
            match node {
                Node::Instruction(instruction) => self.step(instruction)?,
                Node::Waves(body) => {
                    for wave in 0..self.program.layout.waves {
                        self.begin_wave(wave);
                        self.run(body)?;
                        self.check_time()?;
                    }
                }
                Node::While { engines, condition, counted_by, body } => {
                    while self.test(*engines, condition.0 as usize)? {
                        self.count(*counted_by);
                        self.run(body)?;
                        self.check_time()?;
                    }
                }
                Node::If { engines, condition, counted_by, partial, then, otherwise } => {
                    if self.test(*engines, condition.0 as usize)? {
                        self.count(counted_by.filter(|_| !partial));
                        self.run(then)?;
                    } else {
                        self.run(otherwise)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn begin_wave(&mut self, wave: u64) {
        use translator::neuron::program::RegisterRole;
        self.storage.wave = wave;
        for (index, register) in self.program.registers.iter().enumerate() {
            if register.role == RegisterRole::Wave {
                self.registers.iter_mut().for_each(|of_engine| of_engine[index] = wave);
            }
        }
    }

    fn count(&mut self, block: Option<translator::tile::BlockId>) {
        if let Some(block) = block {
            *self.runs.entry(block.0 as usize).or_default() += 1;
        }
    }

    /// Whether the register is not 0, which all engines of the loop or branch must agree on.
    fn test(&self, engines: EngineSet, register: usize) -> Result<bool, Failure> {
        let mut values = engines.iter().map(|engine| (engine, self.registers[engine as usize][register] != 0));
        let Some((first, value)) = values.next() else { return Ok(false) };
        match values.find(|&(_, other)| other != value) {
            None => Ok(value),
            Some((other, _)) => {
                let name = &self.program.registers[register].name;
                Err(Failure::Defect(format!("{first} and {other} disagree on %{name}")))
            }
        }
    }

    fn step(&mut self, instruction: &'a Instruction) -> Result<(), Failure> {
        for wait in &instruction.waits {
            let semaphore = wait.semaphore.0 as usize;
            let value = self.semaphores[semaphore];
            let Some(rest) = value.checked_sub(u64::from(wait.amount)) else {
                let name = &self.program.semaphores[semaphore].name;
                let text = self.text(instruction);
                return Err(Failure::Defect(format!("`{text}` waits for {name}>={}, which is {value}", wait.amount)));
            };
            self.semaphores[semaphore] = rest;
        }
        self.execute(instruction).map_err(|stop| match stop {
            Stop::Fault(kind, lane) => self.fault(kind, lane, instruction.origin),
            Stop::Defect(what) => Failure::Defect(format!("{what} in `{}`", self.text(instruction))),
        })?;
        for update in &instruction.updates {
            self.semaphores[update.semaphore.0 as usize] += u64::from(update.amount);
        }
        Ok(())
    }

    fn text(&self, instruction: &Instruction) -> String {
        translator::neuron::print::InstructionText(self.program, instruction).to_string()
    }

    fn execute(&mut self, instruction: &Instruction) -> Outcome {
        use translator::neuron::isa::Opcode::*;
        match instruction.opcode {
            DmaCopy | DmaGather | DmaScatter | DmaTranspose | DmaCompute => self.dma(instruction),
            NcMatmul => self.matmul(instruction),
            NcTranspose => self.transpose(instruction),
            Activation | ActivationReduce | Activate2 => self.activation(instruction),
            TensorCopy | TensorCopyPredicated | Memset | NcStreamShuffle | TensorTensor | TensorScalar
            | ScalarTensorTensor | Exponential | Reciprocal | SelectReduce | RangeSelect => {
                self.elementwise(instruction)
            }
            TensorReduce | TensorScalarReduce | TensorScalarCumulative | TensorTensorScan | Max8 | NcFindIndex8 => {
                self.reduction(instruction)
            }
            Iota | AffineSelect | LocalGather | NcNGather | TensorPartitionReduce => self.gpsimd(instruction),
            GpsimdRoutine | GpsimdLoad | GpsimdStore | GpsimdAtomic | GpsimdCollective | GpsimdTrap => {
                self.routine(instruction)
            }
            RegisterLoad | RegisterStore | RegisterMove | RegisterAlu | EventSemaphore => self.sequencer(instruction),
            GpsimdKernel => Err(Stop::Defect("a routine for the whole kernel stands beside other instructions".into())),
            Dropout | Rng | Rand2 | QuantizeMx | BnStats | BnAggr | NcMatchReplace8 | NonzeroWithCount | Topk
            | NcMatmulMx | Sendrecv | CoreBarrier => {
                // Their exact results are not public, or they need a second core.
                Err(Stop::Defect("no meaning is modelled".into()))
            }
        }
    }

    fn fault(&self, kind: FaultKind, lane: Lane, origin: Origin) -> Failure {
        let fault = eval::Fault { kind, thread: self.thread(lane), origin };
        Failure::Fault(Box::new(Fault::of(self.launch.kernel.kernel(), fault)))
    }

    /// The thread whose lane this is in the current wave.
    fn thread(&self, lane: Lane) -> Thread {
        let layout = &self.program.layout;
        let chunks = u64::from(layout.chunks.max(1));
        let cta = self.storage.wave / chunks * u64::from(layout.ctas) + lane.partition as u64;
        let thread = self.storage.wave % chunks * u64::from(layout.threads) + lane.column as u64;
        Thread { ctaid: coordinates(cta, self.launch.shape.grid), tid: coordinates(thread, self.launch.shape.block) }
    }

    fn check_time(&self) -> Result<(), Failure> {
        let limits = &self.launch.limits;
        let is_late = limits.deadline.is_some_and(|deadline| Instant::now() >= deadline);
        let is_cancelled = limits.cancel.is_some_and(|cancel| cancel.load(Ordering::Relaxed));
        if is_late || is_cancelled {
            let why = if is_late { "the program still ran when the time was over" } else { "the launch was given up" };
            return Err(self.fault(FaultKind::Timeout(why.into()), Lane::default(), Origin::default()));
        }
        Ok(())
    }

    /// What ran, as the counts of an execution of the tile kernel would say it.
    fn counts(&self) -> Counts {
        let layout = &self.program.layout;
        let groups = self.launch.shape.ctas().div_ceil(Counts::WAVE);
        let kernel = self.launch.kernel.kernel();
        let mut wave_runs: Vec<Vec<u64>> = kernel.functions.iter().map(|f| vec![0; f.blocks.len()]).collect();
        for (&block, &runs) in &self.runs {
            // A program with smaller waves runs a body once in each of them; counts are per 128 CTAs.
            wave_runs[0][block] = (runs * groups).div_ceil(layout.waves.max(1));
        }
        Counts { warp_runs: Vec::new(), lane_runs: Vec::new(), wave_runs }
    }
}

/// Coordinates of the `number`th element of a box, x fastest.
fn coordinates(number: u64, of: [u32; 3]) -> [u32; 3] {
    let [x, y, _] = of.map(|extent| u64::from(extent.max(1)));
    [(number % x) as u32, (number / x % y) as u32, (number / x / y) as u32]
}

/// An operand's elements, whatever it is.
enum Source {
    /// The same everywhere.
    Same(u64, Dtype),
    Tile(Elements),
}

impl Source {
    #[inline]
    fn get(&self, partition: usize, index: usize) -> u64 {
        match self {
            Source::Same(bits, _) => *bits,
            Source::Tile(elements) => elements.get(partition, index),
        }
    }
    fn dtype(&self) -> Dtype {
        match self {
            Source::Same(_, dtype) => *dtype,
            Source::Tile(elements) => elements.dtype,
        }
    }
}

impl Core<'_> {
    /// The operand of this name, which the row of the instruction asks for, as a tile.
    fn tile<'i>(&self, instruction: &'i Instruction, name: &str) -> Outcome<&'i Tile> {
        match instruction.operand(name) {
            Some(Operand::Tile(tile)) => Ok(tile),
            _ => Err(Stop::Defect(format!("operand `{name}` is no tile"))),
        }
    }

    /// The elements of an operand; a register's bits are of type `like`.
    fn source(&self, instruction: &Instruction, name: &str, like: Dtype) -> Outcome<Source> {
        self.optional(instruction, name, like)?.ok_or_else(|| Stop::Defect(format!("operand `{name}` is missing")))
    }

    fn optional(&self, instruction: &Instruction, name: &str, like: Dtype) -> Outcome<Option<Source>> {
        Ok(Some(match instruction.operand(name) {
            None | Some(Operand::Absent) => return Ok(None),
            Some(Operand::Tile(tile)) => Source::Tile(self.storage.read(self.program, tile)),
            Some(Operand::Constant(bits, dtype)) => Source::Same(*bits, *dtype),
            Some(Operand::Register(register)) => {
                Source::Same(self.registers[instruction.engine as usize][register.0 as usize], like)
            }
            Some(Operand::Hbm(_)) => return Err(Stop::Defect(format!("operand `{name}` is in HBM"))),
        }))
    }

    fn write(&mut self, tile: &Tile, element: impl FnMut(usize, usize) -> Option<u64>) {
        self.storage.write(self.program, tile, element);
    }
}

/// The attribute that `pick` accepts.
fn attribute<'i, T>(instruction: &'i Instruction, pick: impl Fn(&'i Attribute) -> Option<T>) -> Outcome<T> {
    let found = instruction.attributes.iter().find_map(pick);
    found.ok_or_else(|| Stop::Defect("an attribute is missing".into()))
}

/// Whether the engine computes with exact 32-bit integers on operands of these types.
fn is_integer_arithmetic(engine: Engine, dtypes: &[Dtype]) -> bool {
    engine == Engine::GpSimd && dtypes.iter().all(|dtype| matches!(dtype, Dtype::I32 | Dtype::U32))
}

#[cfg(test)]
mod tests;
