//! The product as differential tests see it: translation, passes and executors, in this process.

use super::KERNEL;
use super::program::Program;
use crate::naive::Buffer;
use ptx_frontend::checked::Module;
use ptx_frontend::types::StateSpace;
use sim_backend::execute::{Launch, Limits, Shape, run_device, run_reference};
use sim_backend::memory::{Kind, Memory};
use sim_backend::services::Services;
use std::time::{Duration, Instant};
use translator::neuron::{DeviceModel, LaunchShape, Numerics};
use translator::tile::eval::Prepared;
use translator::{Options, TranslateError, symbol_name, translate, translate_without_passes};

/// Which way a program takes through the product.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Way {
    /// As the driver does: all passes, the reference executor.
    Usual,
    /// The tile kernel as it is lowered, without passes.
    WithoutPasses,
    /// The NeuronCore program with CUDA's numerics, instruction by instruction.
    Device,
}

/// Why a program has no results.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Failure {
    /// Something in it is not offered: its name.
    Refused(String),
    /// It should have run.
    Wrong(String),
}

/// A device with its memory.
pub struct Subject {
    memory: Memory,
    services: Services,
    buffers: Vec<(u64, usize)>,
    variables: Vec<u64>,
    /// Programs of [`Way::Device`] that were one routine, and those that were not.
    pub routines: [u64; 2],
    /// Seconds after which a launch counts as hanging.
    pub patience: u64,
}

impl Default for Subject {
    fn default() -> Self {
        Subject {
            memory: Memory::new(256 << 20).expect("address space for a small device"),
            services: Services::standard(),
            buffers: Vec::new(),
            variables: Vec::new(),
            routines: [0; 2],
            patience: Subject::PATIENCE,
        }
    }
}

impl Subject {
    /// Enough for any program that is drawn, also on a busy machine.
    pub const PATIENCE: u64 = 60;

    /// Allocates a program's buffers, input, output and sums, and gives them with their first contents.
    pub fn place(&mut self, input: &[u8], program: &Program) -> Vec<Buffer> {
        for (address, _) in self.buffers.drain(..) {
            self.memory.free(address).expect("it was allocated");
        }
        let contents = [input.to_vec(), vec![0; program.output_bytes()], vec![0; 8 * super::program::SUMS]];
        let mut placed = Vec::new();
        for bytes in contents {
            let address = self.memory.allocate(bytes.len() as u64, 256, Kind::Device).expect("there is room");
            self.memory.write(address, &bytes).expect("it was allocated");
            self.buffers.push((address, bytes.len()));
            placed.push(Buffer { address, bytes });
        }
        placed
    }

    /// Gives the module's variables memory; their addresses by index.
    pub fn place_symbols(&mut self, module: &Module, buffers: &mut Vec<Buffer>) -> Vec<u64> {
        for address in self.variables.drain(..) {
            self.memory.free(address).expect("it was allocated");
        }
        let mut addresses = Vec::new();
        for variable in &module.variables {
            if !matches!(variable.space, StateSpace::Global | StateSpace::Const) {
                addresses.push(0);
                continue;
            }
            let mut bytes = variable.initial.clone();
            bytes.resize(variable.size as usize, 0);
            let address = self.memory.allocate(variable.size, 256, Kind::Module).expect("there is room");
            self.memory.write(address, &bytes).expect("it was allocated");
            self.variables.push(address);
            addresses.push(address);
            buffers.push(Buffer { address, bytes });
        }
        addresses
    }

    /// What the buffers hold now.
    pub fn left(&self) -> Vec<Vec<u8>> {
        let read = |(address, length): &(u64, usize)| {
            let mut bytes = vec![0; *length];
            self.memory.read(*address, &mut bytes).expect("it was allocated");
            bytes
        };
        self.buffers.iter().map(read).collect()
    }

    /// Runs the program; an error says what went wrong. A panic is an error, too.
    pub fn run(
        &mut self,
        module: &Module,
        program: &Program,
        parameters: &[u8],
        symbols: &[u64],
        way: Way,
    ) -> Result<(), Failure> {
        let run = || self.run_unguarded(module, program, parameters, symbols, way);
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(run)).unwrap_or_else(|payload| {
            let text = payload.downcast_ref::<String>().map(String::as_str);
            let text = text.or(payload.downcast_ref::<&str>().copied()).unwrap_or("no text");
            Err(Failure::Wrong(format!("panic: {text}")))
        })
    }

    fn run_unguarded(
        &mut self,
        module: &Module,
        program: &Program,
        parameters: &[u8],
        symbols: &[u64],
        way: Way,
    ) -> Result<(), Failure> {
        let options = Options { file: "drawn.ptx".into(), ..Options::default() };
        let translated = match way {
            Way::WithoutPasses => translate_without_passes(module, KERNEL, &options),
            _ => translate(module, KERNEL, &options),
        };
        let kernel = translated.map_err(|error| match error {
            TranslateError::Unsupported(unsupported) => Failure::Refused(unsupported.what),
            error => Failure::Wrong(format!("it does not translate: {error}")),
        })?;
        let mut addresses = Vec::new();
        for name in &kernel.symbols {
            let number = (0..module.variables.len() as u32)
                .find(|number| symbol_name(module, ptx_frontend::checked::VariableId(*number)) == *name);
            addresses.push(number.map_or(0, |number| symbols[number as usize]));
        }
        let prepared = Prepared::new(&kernel)
            .map_err(|errors| Failure::Wrong(format!("it is not sound: {}", errors.join("; "))))?;
        let launch = Launch {
            kernel: &prepared,
            shape: Shape {
                grid: program.grid,
                block: program.block,
                cluster: [1; 3],
                dynamic_shared: 0,
                cooperative: false,
            },
            parameters,
            symbols: &addresses,
            memory: &self.memory,
            services: &self.services,
            images: &(),
            id: 1,
            start_nanoseconds: 0,
            limits: Limits {
                threads: 1,
                deadline: Some(Instant::now() + Duration::from_secs(self.patience)),
                ..Limits::default()
            },
        };
        if way == Way::Device {
            let shape = LaunchShape { grid: program.grid, block: program.block, dynamic_shared: 0 };
            let lowered = translator::neuron::lower(&kernel, shape, DeviceModel::Trn2, Numerics::Cuda);
            self.routines[usize::from(lowered.fallback().is_none())] += 1;
            return run_device(&lowered, &launch).map(|_| ()).map_err(|failure| Failure::Wrong(failure.to_string()));
        }
        run_reference(&launch).map(|_| ()).map_err(|fault| Failure::Wrong(fault.to_string()))
    }
}
