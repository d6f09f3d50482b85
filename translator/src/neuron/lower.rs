//! From a tile kernel and a launch shape to a NeuronCore program in lane layout.
//!
//! Every kernel gets a program. What the lane layout cannot express runs as one GpSimd routine, thread by thread, and
//! the program says why ([`Program::fallback`]).
//!
//! A value that differs between the threads of a CTA is a tile `[CTAs × threads]`; one that does not is a column
//! `[CTAs × 1]`. Blocks run in the order of [`loops`], each under a mask of the lanes that stand there. Operations
//! without effects run for all lanes; their results are kept apart by mask only where they outlive a turn of a loop.

mod build;
mod control;
mod convergence;
mod elementwise;
mod global;
mod liveness;
mod loops;
mod memory;
mod special;
mod unused;
mod values;

pub(super) use build::{Scope, engines_of};

use super::allocate::allocate;
use super::device::{DeviceModel, PARTITIONS};
use super::isa::Opcode;
use super::program::*;
use super::schedule::schedule;
use super::words::Engine;
use crate::pass::control_flow::ControlFlow;
use crate::pass::find_affine_values::find_affine_values;
use crate::pass::find_uniform_values::{UniformValues, find_uniform_values};
use crate::tile::Kernel;
use build::Builder;
use liveness::Liveness;
use loops::arrange;
use values::Place;

/// Lowers a kernel. Never fails: what does not fit becomes a GpSimd routine with the reason.
pub fn lower(kernel: &Kernel, shape: LaunchShape, device: DeviceModel, numerics: Numerics) -> Program {
    if shape.ctas() == 0 || shape.threads() == 0 {
        return fallback(kernel, shape, device, numerics, "the launch is empty".into());
    }
    let mut reason = String::new();
    // Fewer columns at a time need less SBUF, where threads do not depend on each other.
    for chunks in [1, 2, 4, 8] {
        let threads = shape.threads() / chunks;
        if threads * chunks != shape.threads()
            || (chunks > 1 && (!threads.is_multiple_of(32) || !convergence::threads_are_independent(kernel)))
        {
            break;
        }
        match lane_layout(kernel, shape, device, numerics, chunks) {
            Ok(program) => return program,
            Err(Refusal::Kernel(why)) => return fallback(kernel, shape, device, numerics, why),
            Err(Refusal::Size(why)) => reason = why,
        }
    }
    fallback(kernel, shape, device, numerics, reason)
}

/// The shape `regauge translate` lowers for, which has no launch: the required or largest block, 256 threads without
/// either, and one wave of CTAs.
pub fn default_shape(kernel: &Kernel) -> LaunchShape {
    let block = kernel.required_threads.or(kernel.max_threads).unwrap_or([256, 1, 1]);
    LaunchShape { grid: [PARTITIONS, 1, 1], block, dynamic_shared: 0 }
}

/// Why a kernel is not lowered.
enum Refusal {
    /// For what it does.
    Kernel(String),
    /// For what it needs; fewer columns may help.
    Size(String),
}

fn lane_layout(
    kernel: &Kernel,
    shape: LaunchShape,
    device: DeviceModel,
    numerics: Numerics,
    chunks: u32,
) -> Result<Program, Refusal> {
    convergence::check(kernel, shape).map_err(Refusal::Kernel)?;
    let ctas = shape.ctas().min(u64::from(PARTITIONS)) as u32;
    let layout = Layout {
        ctas,
        threads: shape.threads() / chunks,
        chunks,
        waves: shape.ctas().div_ceil(u64::from(ctas)) * u64::from(chunks),
        buffers: 1,
    };
    let function = &kernel.functions[0];
    let flow = ControlFlow::of(function);
    let items = arrange(&flow);
    let uniform = find_uniform_values(function);
    let mut lowering = Lowering {
        kernel,
        live: Liveness::of(function, &flow, &items),
        globals: global::Globals::of(function, find_affine_values(function, &uniform)),
        uniform,
        places: vec![None; function.values.len()],
        shadows: vec![None; function.values.len()],
        flow,
        b: Builder::new(&kernel.name, device, numerics, shape, layout),
        specials: Default::default(),
        chain: Vec::new(),
        masks: Default::default(),
        commits: Vec::new(),
        refusal: None,
    };
    lowering.declare_memory().map_err(Refusal::Size)?;
    lowering.run(&items);
    if let Some(why) = lowering.refusal {
        return Err(Refusal::Kernel(why));
    }
    let (mut program, mut scopes) = lowering.b.finish();
    unused::remove_unused(&mut program, &mut scopes);
    allocate(&mut program, &scopes).map_err(Refusal::Size)?;
    schedule(&mut program);
    Ok(program)
}

/// What is known while a kernel is lowered.
struct Lowering<'k> {
    kernel: &'k Kernel,
    flow: ControlFlow,
    live: Liveness,
    uniform: UniformValues,
    b: Builder,
    /// By value: where it is.
    places: Vec<Option<Place>>,
    /// By value: its whole tile, where it is a column in its loop but lanes leave the loop at different times.
    shadows: Vec<Option<build::View>>,
    specials: special::Specials,
    /// Loops around the block being lowered.
    chain: Vec<u32>,
    masks: control::Masks,
    globals: global::Globals,
    /// Columns to be copied at the end of the turn: see [`control`].
    commits: Vec<Vec<control::Commit>>,
    /// What was met that the layout cannot express.
    refusal: Option<String>,
}

impl Lowering<'_> {
    fn function(&self) -> &crate::tile::Function {
        &self.kernel.functions[0]
    }

    /// The loops around the current block as the scope of what is only needed now.
    fn here(&self) -> Scope {
        self.chain.last().map_or(Scope::Wave, |number| Scope::Loop(*number))
    }

    fn refuse(&mut self, why: impl Into<String>) {
        self.refusal.get_or_insert(why.into());
    }
}

/// The whole kernel as one GpSimd routine.
fn fallback(kernel: &Kernel, shape: LaunchShape, device: DeviceModel, numerics: Numerics, reason: String) -> Program {
    let ctas = shape.ctas().clamp(1, u64::from(PARTITIONS)) as u32;
    let waves = shape.ctas().div_ceil(u64::from(ctas));
    let layout = Layout { ctas, threads: shape.threads().max(1), chunks: 1, waves, buffers: 1 };
    let mut b = Builder::new(&kernel.name, device, numerics, shape, layout);
    let routine = b.instruction(Engine::GpSimd, Opcode::GpsimdKernel, [], [Attribute::Reason(reason)]);
    b.program.body = vec![Node::Instruction(routine)];
    b.program
}

#[cfg(test)]
mod tests;
