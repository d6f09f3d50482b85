//! Numbers values in the order in which they are defined, without gaps.

use crate::tile::{Function, Kernel, Operand, Terminator, Value};

/// The pass.
pub fn renumber_values(kernel: &mut Kernel) {
    kernel.functions.iter_mut().for_each(renumber);
}

fn renumber(function: &mut Function) {
    let mut renamed: Vec<Option<Value>> = vec![None; function.values.len()];
    let mut types = Vec::new();
    let mut define = |value: &mut Value| {
        types.push(function.values[value.0 as usize]);
        let new = Value(types.len() as u32 - 1);
        renamed[value.0 as usize] = Some(new);
        *value = new;
    };
    for block in &mut function.blocks {
        block.params.iter_mut().for_each(&mut define);
        block.insts.iter_mut().flat_map(|inst| inst.results.iter_mut()).for_each(&mut define);
        match &mut block.terminator {
            Terminator::Barrier(barrier, _) => barrier.reduction.iter_mut().for_each(|(_, result)| define(result)),
            Terminator::Collective(inst, _) => inst.results.iter_mut().for_each(&mut define),
            Terminator::Call { results, .. } => results.iter_mut().for_each(&mut define),
            _ => {}
        }
    }
    let rename = |operand: &mut Operand| {
        if let Operand::Value(value) = operand {
            *value = renamed[value.0 as usize].expect("values are defined where they are used");
        }
    };
    for block in &mut function.blocks {
        block.insts.iter_mut().flat_map(|inst| inst.args.iter_mut()).for_each(rename);
        block.terminator.operands_mut().into_iter().for_each(rename);
        block.terminator.targets_mut().into_iter().flat_map(|target| target.args.iter_mut()).for_each(rename);
    }
    function.values = types;
}
