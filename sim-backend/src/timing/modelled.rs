//! Programs and verdicts of one kernel, made once: programs launch the same kernel in the same shape again and again,
//! and mostly the same happens in it.

use super::events::Stuck;
use super::{Verdict, judge};
use crate::device::Device;
use crate::execute::{Counts, Shape};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use translator::neuron::{DeviceModel, LaunchShape, Numerics, Program, lower};
use translator::tile::Kernel;

/// One kernel on one device.
pub struct Modelled {
    device: Device,
    programs: Mutex<HashMap<(LaunchShape, Numerics), Arc<Program>>>,
    /// By shape: what happened lately, and what it came to.
    verdicts: Mutex<HashMap<LaunchShape, Vec<Known>>>,
}

/// What happened in a launch, and what it came to.
type Known = (Counts, Arc<Verdict>);

/// Shapes that are remembered: programs that never launch the same shape twice must not fill the memory.
const SHAPES: usize = 64;
/// Different counts of one shape that are remembered.
const COUNTS: usize = 4;

impl Modelled {
    /// Nothing is made yet.
    pub fn new(device: Device) -> Self {
        Modelled { device, programs: Mutex::default(), verdicts: Mutex::default() }
    }

    /// The kernel's program for a launch of this shape.
    pub fn program(&self, kernel: &Kernel, shape: Shape, numerics: Numerics) -> Arc<Program> {
        let key = (launch_shape(shape), numerics);
        if let Some(program) = self.programs.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return program.clone();
        }
        // Not under the lock: this takes longest of all here.
        let program = Arc::new(lower(kernel, key.0, self.model(), numerics));
        let mut programs = self.programs.lock().unwrap_or_else(PoisonError::into_inner);
        if programs.len() >= SHAPES {
            programs.clear();
        }
        programs.insert(key, program.clone());
        program
    }

    /// What a launch of this shape costs, in which this happened. The time is that of the program with the device's
    /// own numerics: the sensible port.
    pub fn verdict(&self, kernel: &Kernel, shape: Shape, counts: &Counts) -> Result<Arc<Verdict>, Stuck> {
        let key = launch_shape(shape);
        let known = |verdicts: &HashMap<LaunchShape, Vec<(Counts, Arc<Verdict>)>>| {
            let of_shape = verdicts.get(&key)?;
            of_shape.iter().find(|(known, _)| known == counts).map(|(_, verdict)| verdict.clone())
        };
        if let Some(verdict) = known(&self.verdicts.lock().unwrap_or_else(PoisonError::into_inner)) {
            return Ok(verdict);
        }
        let program = self.program(kernel, shape, Numerics::Device);
        let verdict = Arc::new(judge(&self.device, &program, kernel, counts)?);
        let mut verdicts = self.verdicts.lock().unwrap_or_else(PoisonError::into_inner);
        if verdicts.len() >= SHAPES {
            verdicts.clear();
        }
        let of_shape = verdicts.entry(key).or_default();
        if of_shape.len() >= COUNTS {
            of_shape.remove(0);
        }
        of_shape.push((counts.clone(), verdict.clone()));
        Ok(verdict)
    }

    fn model(&self) -> DeviceModel {
        let name = self.device.spec.name;
        let model = DeviceModel::from_word(name);
        model.unwrap_or_else(|| unreachable!("a test compares the names of specs and devices; `{name}`"))
    }
}

fn launch_shape(shape: Shape) -> LaunchShape {
    LaunchShape { grid: shape.grid, block: shape.block, dynamic_shared: shape.dynamic_shared }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILL: &str = "
tile kernel fill(x: 8 @0) bytes 8
function f0 fill() {
bb0:
    %0:b64 = load.param.u64 [0]
    %1:b32 = tid.x
    %2:b64 = mul.wide.u32 %1, 4
    %3:b64 = add.s64 %0, %2
    store.global.u32 [%3], %1
    exit
}";

    #[test]
    fn equal_launches_share_program_and_verdict() {
        let kernel = translator::tile::parse::parse(FILL).unwrap();
        let modelled = Modelled::new(Device::default());
        let shape =
            Shape { grid: [8, 1, 1], block: [64, 1, 1], cluster: [1; 3], dynamic_shared: 0, cooperative: false };
        let counts = Counts { warp_runs: vec![vec![16]], lane_runs: vec![vec![512]], wave_runs: vec![vec![1]] };
        let verdict = |shape, counts| modelled.verdict(&kernel, shape, counts).unwrap();
        let first = verdict(shape, &counts);
        assert!(Arc::ptr_eq(&first, &verdict(shape, &counts)));
        let other = Counts { lane_runs: vec![vec![400]], ..counts.clone() };
        assert!(!Arc::ptr_eq(&first, &verdict(shape, &other)));
        assert!(!Arc::ptr_eq(&first, &verdict(Shape { grid: [9, 1, 1], ..shape }, &counts)));
        let program = |numerics| modelled.program(&kernel, shape, numerics);
        assert!(Arc::ptr_eq(&program(Numerics::Device), &program(Numerics::Device)));
        assert!(!Arc::ptr_eq(&program(Numerics::Device), &program(Numerics::Cuda)));
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let kernel = translator::tile::parse::parse(FILL).unwrap();
        let modelled = Modelled::new(Device::default());
        for grid in 1..=2 * SHAPES as u32 {
            let shape =
                Shape { grid: [grid, 1, 1], block: [32, 1, 1], cluster: [1; 3], dynamic_shared: 0, cooperative: false };
            modelled.verdict(&kernel, shape, &Counts::default()).unwrap();
        }
        assert!(modelled.programs.lock().unwrap().len() <= SHAPES);
        assert!(modelled.verdicts.lock().unwrap().len() <= SHAPES);
    }
}
