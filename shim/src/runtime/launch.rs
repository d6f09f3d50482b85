//! A launch: a kernel with its shape and parameters, how it is run, and what its faults mean for the context.

use super::accelerator;
use super::context::Context;
use super::device::device;
use super::settings::Settings;
use super::texture::{Bound, Flight, Found};
use crate::abi::Result;
use crate::error::CUerror;
use crate::report;
use sim_backend::device::Demand;
use sim_backend::execute::device::Failure;
use sim_backend::execute::{self, Limits, Shape};
use sim_backend::fault::{Fault, FaultKind};
use sim_backend::units::{Bytes, Picoseconds};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;
use translator::tile::eval::Prepared;

/// A launch that is ready to run.
pub struct Launch {
    /// What runs.
    pub kernel: Arc<Prepared>,
    /// Grid and blocks.
    pub shape: Shape,
    /// The parameter block.
    pub parameters: Box<[u8]>,
    /// Addresses of the kernel's symbols.
    pub symbols: Arc<[u64]>,
    /// What texture and surface references were bound to.
    pub references: Arc<Bound>,
}

impl Launch {
    /// Runs it to its end; answers how long it takes in simulated time. A fault is told on standard error, once, here.
    pub fn perform(&self, context: &Context, flight: &Flight, start: Picoseconds) -> Result<Picoseconds> {
        static LAUNCHES: AtomicU64 = AtomicU64::new(1);
        let device = device()?;
        let kernel = self.kernel.kernel();
        let demand = Demand {
            threads: self.shape.threads(),
            registers: 0,
            shared: Bytes(u64::from(kernel.static_shared) + u64::from(self.shape.dynamic_shared)),
        };
        let limits = Limits {
            threads: Settings::get().threads.unwrap_or(0),
            multiprocessors: device.model.multiprocessors(),
            resident_ctas: u64::from(device.model.cooperative_blocks(demand)).max(1),
            deadline: Settings::get().timeout.map(|timeout| Instant::now() + timeout),
            ..Limits::default()
        };
        let images = Found { context: context.number(), references: self.references.clone(), flight };
        let launch = execute::Launch {
            kernel: &self.kernel,
            shape: self.shape,
            parameters: &self.parameters,
            symbols: &self.symbols,
            memory: &device.memory,
            services: &context.services,
            images: &images,
            id: LAUNCHES.fetch_add(1, Ordering::Relaxed),
            start_nanoseconds: start.0 / 1000,
            limits,
        };
        match accelerator::run(&launch, &self.kernel, &device.model) {
            Ok(counts) => Ok(accelerator::judge(&self.kernel, self.shape, &device.model, &counts)),
            Err(Failure::Fault(fault)) => {
                let (error, id) = answer(&fault.kind);
                tell(&fault, error, id);
                Err(error)
            }
            Err(defect @ Failure::Defect(_)) => {
                report::line(format_args!("error[T0900]: kernel `{}`: {defect}", kernel.name));
                Err(CUerror::UNKNOWN)
            }
        }
    }
}

/// What CUDA answers after a fault, and the identifier of our message.
fn answer(kind: &FaultKind) -> (CUerror, &'static str) {
    match kind {
        FaultKind::IllegalAddress { .. } => (CUerror::ILLEGAL_ADDRESS, "T0700"),
        FaultKind::Misaligned { .. } => (CUerror::MISALIGNED_ADDRESS, "T0701"),
        FaultKind::Timeout(_) => (CUerror::LAUNCH_TIMEOUT, "T0702"),
        FaultKind::Trap => (CUerror::LAUNCH_FAILED, "T0703"),
        FaultKind::Assert => (CUerror::ASSERT, "T0704"),
        FaultKind::IllegalInstruction(_) => (CUerror::ILLEGAL_INSTRUCTION, "T0705"),
        FaultKind::StackOverflow => (CUerror::LAUNCH_FAILED, "T0706"),
        FaultKind::Deadlock(_) => (CUerror::LAUNCH_FAILED, "T0707"),
        FaultKind::Image(_) => (CUerror::ILLEGAL_ADDRESS, "T0708"),
    }
}

fn tell(fault: &Fault, error: CUerror, id: &str) {
    // The assertion has said for itself what failed.
    if fault.kind != FaultKind::Assert {
        report::line(format_args!("error[{id}]: {fault}"));
        report::line(format_args!("  context is now unusable ({error}, sticky, as on NVIDIA)"));
    }
}
