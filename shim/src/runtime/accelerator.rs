//! The NeuronCore programs of kernels: made when a kernel is first launched in a shape, run where the user asked for
//! it, and judged for the simulated time of every launch.

use super::context::lock;
use super::settings::{Executor, Numerics, Settings};
use crate::report;
use crate::summary;
use sim_backend::device::Device;
use sim_backend::execute::device::Failure;
use sim_backend::execute::{Counts, Launch, Shape, run_device, run_reference};
use sim_backend::timing::Modelled;
use sim_backend::units::Picoseconds;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use translator::neuron;
use translator::tile::eval::Prepared;

/// Runs a launch to its end. `kernel` is the launch's own.
pub fn run(launch: &Launch<'_>, kernel: &Arc<Prepared>, device: &Device) -> Result<Counts, Failure> {
    let settings = Settings::get();
    let numerics = match settings.numerics {
        Numerics::Cuda => neuron::Numerics::Cuda,
        Numerics::Device => neuron::Numerics::Device,
    };
    match settings.executor {
        Executor::Reference => run_reference(launch).map_err(Failure::Fault),
        Executor::Device => {
            let program = modelled(kernel, device).program(kernel.kernel(), launch.shape, numerics);
            run_device(&program, launch)
        }
    }
}

/// How long a launch takes on the chip: the time of the program in the engines' own arithmetic.
pub fn judge(kernel: &Arc<Prepared>, shape: Shape, device: &Device, counts: &Counts) -> Picoseconds {
    match modelled(kernel, device).verdict(kernel.kernel(), shape, counts) {
        Ok(verdict) => {
            summary::launched(&kernel.kernel().name, &verdict);
            verdict.time
        }
        Err(stuck) => {
            let name = &kernel.kernel().name;
            report::line(format_args!("error[T0900]: the program of kernel `{name}` waits for itself: {stuck}"));
            device.spec.kernel_start
        }
    }
}

/// More kernels than this are not remembered at a time.
const REMEMBERED: usize = 1024;

/// A kernel, and what was made for it.
type Known = (Arc<Prepared>, Arc<Modelled>);

/// What was made for a kernel. It is known by its address, which its entry keeps from being used again.
fn modelled(kernel: &Arc<Prepared>, device: &Device) -> Arc<Modelled> {
    static KERNELS: Mutex<Option<HashMap<usize, Known>>> = Mutex::new(None);
    let mut kernels = lock(&KERNELS);
    let kernels = kernels.get_or_insert_default();
    if kernels.len() >= REMEMBERED {
        kernels.clear();
    }
    let new = || (kernel.clone(), Arc::new(Modelled::new(device.clone())));
    kernels.entry(Arc::as_ptr(kernel) as usize).or_insert_with(new).1.clone()
}
