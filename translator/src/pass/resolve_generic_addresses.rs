//! Finds the space of generic addresses that are made from an address of a known space, and lets accesses name it.

use crate::tile::{Access, Elementwise, Function, Kernel, Op, Operand, Space, Value, window};

/// The pass.
pub fn resolve_generic_addresses(kernel: &mut Kernel) {
    for function in &mut kernel.functions {
        resolve(function);
    }
}

/// What is known of a 64-bit value as a generic address.
#[derive(Clone, Copy, Debug)]
enum Known {
    /// The address of a global variable, perhaps with something small added.
    Global,
    /// An address in the lane's or CTA's own window: its offset in the window is this value plus a constant.
    Window(Space, Value, u64),
}

fn resolve(function: &mut Function) {
    let mut known: Vec<Option<Known>> = vec![None; function.values.len()];
    // By value: the space in which it is an offset.
    let mut offset_in: Vec<Option<Space>> = vec![None; function.values.len()];
    for block in &mut function.blocks {
        for inst in &mut block.insts {
            match &mut inst.op {
                Op::Symbol(_) => known[inst.results[0].0 as usize] = Some(Known::Global),
                Op::FrameAddress(_) => offset_in[inst.results[0].0 as usize] = Some(Space::Local),
                Op::DynamicShared => offset_in[inst.results[0].0 as usize] = Some(Space::Shared),
                Op::Elementwise(Elementwise::Add, attributes) if attributes.ty.bits() == 64 => {
                    if let [Operand::Value(base), Operand::Const(constant)] = inst.args[..] {
                        let at = base.0 as usize;
                        known[inst.results[0].0 as usize] = match (offset_in[at], known[at]) {
                            (Some(space), _) if constant / window::SIZE == base_of(space) / window::SIZE => {
                                Some(Known::Window(space, base, constant % window::SIZE))
                            }
                            (None, Some(Known::Global)) if (constant as i64).unsigned_abs() < window::SIZE => {
                                Some(Known::Global)
                            }
                            _ => None,
                        };
                    }
                }
                Op::Load(access) | Op::Store(access) | Op::Atomic(_, access) if access.space == Space::Generic => {
                    name_space(access, &mut inst.args[0], &known);
                }
                _ => {}
            }
        }
    }
}

fn base_of(space: Space) -> u64 {
    match space {
        Space::Shared => window::SHARED,
        _ => window::LOCAL,
    }
}

fn name_space(access: &mut Access, address: &mut Operand, known: &[Option<Known>]) {
    match *address {
        Operand::Const(bits) => {
            let space = match bits / window::SIZE * window::SIZE {
                window::SHARED => Space::Shared,
                window::LOCAL => Space::Local,
                _ => return,
            };
            access.space = space;
            *address = Operand::Const(bits % window::SIZE);
        }
        Operand::Value(value) => match known[value.0 as usize] {
            Some(Known::Global) => access.space = Space::Global,
            Some(Known::Window(space, base, constant)) => {
                if let Ok(offset) = i32::try_from(constant as i64 + i64::from(access.offset)) {
                    access.space = space;
                    access.offset = offset;
                    *address = Operand::Value(base);
                }
            }
            None => {}
        },
    }
}
