//! Computes what is known beforehand, through the meanings of the operation table, and drops operations that change
//! nothing. Constant additions to addresses move into the access.

use super::substitution::Substitution;
use crate::tile::{Access, Elementwise, Function, Inst, Kernel, Op, Operand, Terminator, Value};
use ptx_frontend::types::ScalarType;

/// The pass.
pub fn fold_constants(kernel: &mut Kernel) {
    for function in &mut kernel.functions {
        while fold(function) {}
        fold_branches(function);
    }
}

/// By value: the elementwise operation that computes it.
fn definitions(function: &Function) -> Vec<Option<Inst>> {
    let mut definitions = vec![None; function.values.len()];
    for inst in function.blocks.iter().flat_map(|block| &block.insts) {
        if let (Op::Elementwise(..), [result]) = (inst.op, &inst.results[..]) {
            definitions[result.0 as usize] = Some(inst.clone());
        }
    }
    definitions
}

fn fold(function: &mut Function) -> bool {
    let mut definitions = definitions(function);
    let mut substitution = Substitution::of(function);
    let mut changed = false;
    for block in &mut function.blocks {
        block.insts.retain_mut(|inst| {
            inst.args.iter_mut().for_each(|arg| *arg = substitution.resolve(*arg));
            match inst.op {
                Op::Elementwise(..) => {
                    let result = inst.results[0];
                    changed |= reassociate(inst, &definitions);
                    if let Some(simpler) = simplify(inst, &definitions) {
                        substitution.replace(result, simpler);
                        return false;
                    }
                    definitions[result.0 as usize] = Some(inst.clone());
                }
                Op::Load(mut access) => {
                    changed |= shorten_address(inst, &mut access, &definitions);
                    inst.op = Op::Load(access);
                }
                Op::Store(mut access) => {
                    changed |= shorten_address(inst, &mut access, &definitions);
                    inst.op = Op::Store(access);
                }
                Op::Atomic(op, mut access) => {
                    changed |= shorten_address(inst, &mut access, &definitions);
                    inst.op = Op::Atomic(op, access);
                }
                _ => {}
            }
            true
        });
    }
    substitution.apply(function);
    changed || !substitution.is_empty()
}

/// The operand that the operation always equals, if there is one.
fn simplify(inst: &Inst, definitions: &[Option<Inst>]) -> Option<Operand> {
    let Op::Elementwise(op, attributes) = inst.op else { return None };
    let mut constants = Vec::with_capacity(inst.args.len());
    for arg in &inst.args {
        match arg {
            Operand::Const(bits) => constants.push(*bits),
            Operand::Value(_) => break,
        }
    }
    if constants.len() == inst.args.len() {
        return Some(Operand::Const(op.meaning(&attributes)?.apply(&constants)));
    }
    let integer = attributes.ty.is_integer() && !attributes.sat;
    match (op, &inst.args[..]) {
        (Elementwise::Add | Elementwise::Sub, [a, Operand::Const(0)]) if integer => Some(*a),
        (Elementwise::Add, [Operand::Const(0), b]) if integer => Some(*b),
        (Elementwise::Mul, [a, Operand::Const(1)] | [Operand::Const(1), a]) if integer => Some(*a),
        (Elementwise::Or | Elementwise::Xor, [a, Operand::Const(0)] | [Operand::Const(0), a]) => Some(*a),
        (Elementwise::And, [_, Operand::Const(0)] | [Operand::Const(0), _]) => Some(Operand::Const(0)),
        (Elementwise::And, [a, Operand::Const(1)] | [Operand::Const(1), a]) if attributes.ty == ScalarType::Pred => {
            Some(*a)
        }
        (Elementwise::Or, [_, Operand::Const(1)] | [Operand::Const(1), _]) if attributes.ty == ScalarType::Pred => {
            Some(Operand::Const(1))
        }
        (Elementwise::And | Elementwise::Or, [a, b]) if a == b => Some(*a),
        (Elementwise::Shl | Elementwise::Shr, [a, Operand::Const(0)]) => Some(*a),
        (Elementwise::Selp, [a, _, Operand::Const(1)] | [_, a, Operand::Const(0)]) => Some(*a),
        (Elementwise::Selp, [a, b, _]) if a == b => Some(*a),
        (Elementwise::Not, [Operand::Value(a)]) => match definition(*a, definitions) {
            Some(Inst { op: Op::Elementwise(Elementwise::Not, _), args, .. }) => Some(args[0]),
            _ => None,
        },
        (Elementwise::UnpackLo, [Operand::Value(a)]) => Some(packed(*a, definitions)?[0]),
        (Elementwise::UnpackHi, [Operand::Value(a)]) => Some(packed(*a, definitions)?[1]),
        (Elementwise::Pack, [Operand::Value(a), Operand::Value(b)]) => unpacked(*a, *b, definitions),
        (Elementwise::Trunc, [Operand::Value(a)]) => match definition(*a, definitions) {
            Some(Inst { op: Op::Elementwise(Elementwise::Zext | Elementwise::Sext, widened), args, .. })
                if widened.from == attributes.ty =>
            {
                Some(args[0])
            }
            _ => None,
        },
        _ => None,
    }
}

fn definition(value: Value, definitions: &[Option<Inst>]) -> Option<&Inst> {
    definitions[value.0 as usize].as_ref()
}

/// The halves that were packed into `value`.
fn packed(value: Value, definitions: &[Option<Inst>]) -> Option<[Operand; 2]> {
    match definition(value, definitions)? {
        Inst { op: Op::Elementwise(Elementwise::Pack, _), args, .. } => Some([args[0], args[1]]),
        _ => None,
    }
}

/// The value whose low and high halves these are.
fn unpacked(low: Value, high: Value, definitions: &[Option<Inst>]) -> Option<Operand> {
    let (low, high) = (definition(low, definitions)?, definition(high, definitions)?);
    match (low.op, high.op) {
        (Op::Elementwise(Elementwise::UnpackLo, a), Op::Elementwise(Elementwise::UnpackHi, b))
            if a == b && low.args == high.args =>
        {
            Some(low.args[0])
        }
        _ => None,
    }
}

/// `base + constant`, where the operation is one.
fn sum_with_constant(inst: &Inst) -> Option<(Operand, u64)> {
    let Op::Elementwise(op, attributes) = inst.op else { return None };
    if !attributes.ty.is_integer() || attributes.sat {
        return None;
    }
    match (op, &inst.args[..]) {
        (Elementwise::Add, [a, Operand::Const(c)] | [Operand::Const(c), a]) => Some((*a, *c)),
        (Elementwise::Sub, [a, Operand::Const(c)]) => Some((*a, c.wrapping_neg())),
        _ => None,
    }
}

/// `(x + c) + d` becomes `x + (c + d)`.
fn reassociate(inst: &mut Inst, definitions: &[Option<Inst>]) -> bool {
    let Some((Operand::Value(base), outer)) = sum_with_constant(inst) else { return false };
    let Some(inner) = definition(base, definitions) else { return false };
    let (Op::Elementwise(_, attributes), Op::Elementwise(_, inner_attributes)) = (inst.op, inner.op) else {
        return false;
    };
    let bits = attributes.ty.bits();
    if bits != inner_attributes.ty.bits() || bits < 32 {
        return false;
    }
    let Some((base, constant)) = sum_with_constant(inner) else { return false };
    let sum = constant.wrapping_add(outer) & (u64::MAX >> (64 - bits));
    inst.op = Op::Elementwise(Elementwise::Add, attributes);
    inst.args = smallvec::smallvec![base, Operand::Const(sum)];
    true
}

/// `[(x + c) + offset]` becomes `[x + (c + offset)]` where the constant stays small. A constant address takes in the
/// offset.
fn shorten_address(inst: &mut Inst, access: &mut Access, definitions: &[Option<Inst>]) -> bool {
    let address = match inst.args[0] {
        Operand::Value(address) => address,
        Operand::Const(address) => {
            inst.args[0] = Operand::Const(address.wrapping_add_signed(i64::from(access.offset)));
            return std::mem::take(&mut access.offset) != 0;
        }
    };
    let Some((base, constant)) = definition(address, definitions).and_then(sum_with_constant) else { return false };
    let Some(offset) = (constant as i64).checked_add(i64::from(access.offset)) else { return false };
    let Ok(offset) = i32::try_from(offset) else { return false };
    inst.args[0] = base;
    access.offset = offset;
    true
}

/// Branches on constants become jumps.
fn fold_branches(function: &mut Function) {
    for block in &mut function.blocks {
        let taken = match &block.terminator {
            Terminator::Branch { condition: Operand::Const(condition), then, otherwise } => {
                Some(if *condition != 0 { then.clone() } else { otherwise.clone() })
            }
            Terminator::Branch { then, otherwise, .. } if then == otherwise => Some(then.clone()),
            Terminator::Switch { index: Operand::Const(index), targets } => targets.get(*index as usize).cloned(),
            _ => None,
        };
        if let Some(target) = taken {
            block.terminator = Terminator::Jump(target);
        }
    }
}
