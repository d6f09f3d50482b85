//! The NeuronCore programs of kernels: made when a kernel is first launched in a shape, run where the user asked for
//! it, and judged for the simulated time of every launch.

use super::context::lock;
use super::settings::{Executor, Numerics, Settings};
use crate::report;
use crate::summary;
use sim_backend::device::Device;
use sim_backend::execute::device::Failure;
use sim_backend::execute::{Counts, Launch, Shape, run_device, run_reference};
use sim_backend::timing;
use sim_backend::units::Picoseconds;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use translator::neuron::{self, DeviceModel, LaunchShape, Program};
use translator::tile::eval::Prepared;

/// Runs a launch to its end. `kernel` is the launch's own.
pub fn run(launch: &Launch<'_>, kernel: &Arc<Prepared>, device: &Device) -> Result<Counts, Failure> {
    let settings = Settings::get();
    match settings.executor {
        Executor::Reference => run_reference(launch).map_err(Failure::Fault),
        Executor::Device => run_device(&program(kernel, launch.shape, device, settings.numerics), launch),
    }
}

/// How long a launch takes on the chip: the time of the program in the engines' own arithmetic.
pub fn judge(kernel: &Arc<Prepared>, shape: Shape, device: &Device, counts: &Counts) -> Picoseconds {
    let program = program(kernel, shape, device, Numerics::Device);
    match timing::judge(device, &program, kernel.kernel(), counts) {
        Ok(verdict) => {
            summary::launched(&kernel.kernel().name, &verdict);
            verdict.time
        }
        Err(stuck) => {
            let name = &kernel.kernel().name;
            report::line(format_args!("error[T0900]: the program of kernel `{name}` waits for itself: {stuck:?}"));
            device.spec.kernel_start
        }
    }
}

/// What a program depends on. The kernel is known by its address, which its entry keeps from being used again.
#[derive(PartialEq, Eq, Hash)]
struct Key {
    kernel: usize,
    shape: LaunchShape,
    numerics: Numerics,
}

/// More shapes than this are not remembered at a time.
const REMEMBERED: usize = 256;

fn program(kernel: &Arc<Prepared>, shape: Shape, device: &Device, numerics: Numerics) -> Arc<Program> {
    static PROGRAMS: Mutex<Option<HashMap<Key, (Arc<Prepared>, Arc<Program>)>>> = Mutex::new(None);
    let Shape { grid, block, dynamic_shared, .. } = shape;
    let shape = LaunchShape { grid, block, dynamic_shared };
    let key = Key { kernel: Arc::as_ptr(kernel) as usize, shape, numerics };
    if let Some((_, program)) = lock(&PROGRAMS).get_or_insert_default().get(&key) {
        return program.clone();
    }
    // Not under the lock: it takes longest of all here.
    let model = DeviceModel::from_word(device.spec.name).unwrap_or(DeviceModel::Trn2);
    let arithmetic = match numerics {
        Numerics::Cuda => neuron::Numerics::Cuda,
        Numerics::Device => neuron::Numerics::Device,
    };
    let program = Arc::new(neuron::lower(kernel.kernel(), shape, model, arithmetic));
    let mut programs = lock(&PROGRAMS);
    let programs = programs.get_or_insert_default();
    if programs.len() >= REMEMBERED {
        programs.clear();
    }
    programs.insert(key, (kernel.clone(), program.clone()));
    program
}
