//! Joins a product and a sum to one operation with one rounding, where PTX leaves that to the compiler.
//!
//! `mul` and `add` or `sub` without a rounding word "may be optimized aggressively" (PTX ISA "add"), and NVIDIA's
//! assembler does so by default. Regauge does only if asked to: programs then get results closer to a GPU's, but not
//! more than that, since the assembler's choice between two products of a sum is its own. A product that something else
//! reads as well stays.

use crate::tile::{Attributes, Elementwise, Function, Inst, Kernel, Op, Operand, Value};
use ptx_frontend::types::{Rounding, ScalarType};
use std::collections::HashMap;

/// The pass.
pub fn contract_products(kernel: &mut Kernel) {
    kernel.functions.iter_mut().for_each(contract);
}

/// A product that may be joined to a sum.
struct Product {
    factors: [Operand; 2],
    attributes: Attributes,
}

fn contract(function: &mut Function) {
    let products = open_products(function);
    if products.is_empty() {
        return;
    }
    for at in 0..function.blocks.len() {
        let old = std::mem::take(&mut function.blocks[at].insts);
        let mut insts = Vec::with_capacity(old.len());
        for inst in old {
            join(inst, &products, &mut function.values, &mut insts);
        }
        function.blocks[at].insts = insts;
    }
}

/// Whether PTX leaves the rounding of the operation open.
fn is_open(attributes: &Attributes) -> bool {
    use ScalarType::*;
    attributes.rounding.is_none()
        && attributes.from == attributes.ty
        && matches!(attributes.ty, F32 | F64 | F32x2 | F16 | F16x2 | BF16 | BF16x2)
}

/// The products that are read once, by an operation.
fn open_products(function: &Function) -> HashMap<Value, Product> {
    let mut reads = vec![0u32; function.values.len()];
    let mut note = |operand: &Operand| {
        if let Operand::Value(value) = operand {
            reads[value.0 as usize] += 1;
        }
    };
    for block in &function.blocks {
        block.insts.iter().flat_map(|inst| &inst.args).for_each(&mut note);
        block.terminator.operands().iter().for_each(&mut note);
        block.terminator.targets().iter().flat_map(|target| &target.args).for_each(&mut note);
    }
    let mut products = HashMap::new();
    for inst in function.blocks.iter().flat_map(|block| &block.insts) {
        if let Op::Elementwise(Elementwise::Mul, attributes) = inst.op
            && let ([a, b], [product]) = (&inst.args[..], &inst.results[..])
            && is_open(&attributes)
            && !attributes.sat
            && reads[product.0 as usize] == 1
        {
            products.insert(*product, Product { factors: [*a, *b], attributes });
        }
    }
    products
}

/// Appends the operation, joined with a product that it adds or subtracts.
fn join(mut inst: Inst, products: &HashMap<Value, Product>, types: &mut Vec<crate::tile::Type>, insts: &mut Vec<Inst>) {
    let (is_sub, sum) = match inst.op {
        Op::Elementwise(Elementwise::Add, sum) if is_open(&sum) => (false, sum),
        // There is no negation of packed `.f32`.
        Op::Elementwise(Elementwise::Sub, sum) if is_open(&sum) && sum.ty != ScalarType::F32x2 => (true, sum),
        _ => return insts.push(inst),
    };
    let product_at = inst.args.iter().enumerate().find_map(|(at, arg)| {
        let Operand::Value(value) = arg else { return None };
        let product = products.get(value)?;
        ((product.attributes.ty, product.attributes.ftz) == (sum.ty, sum.ftz)).then_some((at, product))
    });
    let Some((at, product)) = product_at else { return insts.push(inst) };
    let [mut a, b] = product.factors;
    let mut c = inst.args[1 - at];
    if is_sub {
        // `a * b - c`, or `c - a * b`.
        let negated = if at == 0 { &mut c } else { &mut a };
        let result = Value(types.len() as u32);
        types.push(types[inst.results[0].0 as usize]);
        insts.push(Inst {
            op: Op::Elementwise(Elementwise::Neg, Attributes::of(sum.ty)),
            args: [*negated].into_iter().collect(),
            results: [result].into_iter().collect(),
            origin: inst.origin,
        });
        *negated = Operand::Value(result);
    }
    inst.op = Op::Elementwise(Elementwise::Fma, Attributes { rounding: Some(Rounding::Rn), ..sum });
    inst.args = [a, b, c].into_iter().collect();
    insts.push(inst);
}
