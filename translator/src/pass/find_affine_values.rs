//! Which values are sums of thread indices, block indices and loop counts, each times something uniform.
//!
//! `i = ctaid.x * ntid.x + tid.x` and the address `x + 4 * i` are affine; `i * i` and `a[i]` are not. An affine access is
//! one that a DMA access pattern can express.

use super::control_flow::ControlFlow;
use super::find_uniform_values::{UniformValues, Uniformity};
use crate::tile::{BlockId, Elementwise, Function, Inst, Op, Operand, Target, Type, Value};
use ptx_frontend::special::SpecialRegister;
use smallvec::SmallVec;

/// What a term multiplies.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Factor {
    /// `%tid.x`, `%ctaid.x`, `%ntid.x`, ...
    Special(SpecialRegister),
    /// How often the lane has come back to this loop header since it entered the loop.
    Iteration(BlockId),
    /// A value that is uniform over a CTA at least, and about which nothing more is known; as a signed number.
    Uniform(Value),
}

/// An integer times some factors; without factors, a constant.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Term {
    /// The integer.
    pub coefficient: i64,
    /// Sorted; at most one of them differs between the lanes of a CTA or counts iterations.
    pub factors: SmallVec<[Factor; 2]>,
}

/// A sum of terms.
///
/// The value equals the sum, computed in unbounded integers, modulo 2 to the value's width, provided that every
/// assumption holds. A launch knows the index ranges and can check that.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default)]
pub struct Affine {
    /// The terms, no two with the same factors, sorted by factors.
    pub terms: SmallVec<[Term; 4]>,
    /// What must hold.
    pub assumptions: SmallVec<[Assumption; 2]>,
}

/// The sum of `of` (its [`Affine::terms`], in unbounded integers) lies in the range of `u32` or `s32`: it was widened to
/// 64 bits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Assumption {
    /// A 32-bit value, affine itself.
    pub of: Value,
    /// Its range is that of `s32`.
    pub signed: bool,
}

/// By value: its affine form, if it has one.
#[derive(Clone, Debug, PartialEq)]
pub struct AffineValues {
    /// By value.
    pub values: Vec<Option<Affine>>,
}

/// Larger sums are not worth following.
const MOST_TERMS: usize = 12;
const MOST_FACTORS: usize = 3;

impl Affine {
    /// A constant.
    pub fn constant(value: i64) -> Self {
        let mut affine = Affine::default();
        affine.add(value, SmallVec::new());
        affine
    }

    /// One factor.
    pub fn factor(factor: Factor) -> Self {
        let mut affine = Affine::default();
        affine.add(1, smallvec::smallvec![factor]);
        affine
    }

    /// The sum, if it is a plain number.
    pub fn as_constant(&self) -> Option<i64> {
        match &self.terms[..] {
            [] => Some(0),
            [term] if term.factors.is_empty() => Some(term.coefficient),
            _ => None,
        }
    }

    /// The integer that `factors` are multiplied with; 0 if there is no such term.
    pub fn coefficient(&self, factors: &[Factor]) -> i64 {
        self.terms.iter().find(|term| term.factors[..] == *factors).map_or(0, |term| term.coefficient)
    }

    fn add(&mut self, coefficient: i64, factors: SmallVec<[Factor; 2]>) {
        match self.terms.binary_search_by(|term| term.factors.cmp(&factors)) {
            Ok(at) => {
                let term = &mut self.terms[at];
                term.coefficient = term.coefficient.wrapping_add(coefficient);
                if term.coefficient == 0 {
                    self.terms.remove(at);
                }
            }
            Err(at) if coefficient != 0 => self.terms.insert(at, Term { coefficient, factors }),
            Err(_) => {}
        }
    }

    fn assume(&mut self, other: &Affine) {
        for assumption in &other.assumptions {
            if let Err(at) = self.assumptions.binary_search(assumption) {
                self.assumptions.insert(at, *assumption);
            }
        }
    }

    fn plus(&self, other: &Affine, times: i64) -> Option<Affine> {
        let mut sum = self.clone();
        sum.assume(other);
        for term in &other.terms {
            sum.add(term.coefficient.wrapping_mul(times), term.factors.clone());
        }
        (sum.terms.len() <= MOST_TERMS).then_some(sum)
    }

    fn times(&self, other: &Affine) -> Option<Affine> {
        let mut product = Affine { terms: SmallVec::new(), assumptions: self.assumptions.clone() };
        product.assume(other);
        for a in &self.terms {
            for b in &other.terms {
                let mut factors: SmallVec<[Factor; 2]> = a.factors.iter().chain(&b.factors).copied().collect();
                factors.sort_unstable();
                let moving = factors.iter().filter(|factor| factor.is_index()).count();
                if moving > 1 || factors.len() > MOST_FACTORS {
                    return None;
                }
                product.add(a.coefficient.wrapping_mul(b.coefficient), factors);
            }
        }
        (product.terms.len() <= MOST_TERMS).then_some(product)
    }
}

impl Factor {
    /// Whether it differs between lanes or CTAs, or from iteration to iteration.
    pub fn is_index(self) -> bool {
        use SpecialRegister::*;
        match self {
            Factor::Special(register) => {
                matches!(register, TidX | TidY | TidZ | CtaidX | CtaidY | CtaidZ | LaneId | WarpId)
            }
            Factor::Iteration(_) => true,
            Factor::Uniform(_) => false,
        }
    }
}

/// Finds affine forms, with the uniformity of the same function.
pub fn find_affine_values(function: &Function, uniform: &UniformValues) -> AffineValues {
    let flow = ControlFlow::of(function);
    let mut found = AffineValues { values: vec![None; function.values.len()] };
    for &at in &flow.order {
        let block = &function.blocks[at.0 as usize];
        for &param in &block.params {
            // A merged value is opaque, unless it is uniform or counts.
            found.values[param.0 as usize] = opaque(param, uniform);
        }
        for inst in &block.insts {
            for &result in &inst.results {
                found.values[result.0 as usize] = None;
            }
            if let [result] = inst.results[..] {
                found.values[result.0 as usize] = form_of(inst, &found).or_else(|| opaque(result, uniform));
            }
        }
        for result in block.terminator.results() {
            found.values[result.0 as usize] = opaque(result, uniform);
        }
        count_iterations(function, &flow, at, uniform, &mut found);
    }
    found
}

fn opaque(value: Value, uniform: &UniformValues) -> Option<Affine> {
    (uniform.values[value.0 as usize] <= Uniformity::Cta).then(|| Affine::factor(Factor::Uniform(value)))
}

/// At the end of a loop header: its parameters that grow by something fixed on every way back become
/// `start + iteration * step`, and what was computed from them in the header is looked at again.
fn count_iterations(
    function: &Function,
    flow: &ControlFlow,
    header: BlockId,
    uniform: &UniformValues,
    found: &mut AffineValues,
) {
    let Some(each) = uniform.loops.loops.iter().find(|each| each.header == header) else { return };
    let edges = |inside: bool| -> Vec<&Target> {
        flow.predecessors(header)
            .iter()
            .filter(|from| each.latches.contains(from) == inside)
            .flat_map(|from| function.blocks[from.0 as usize].terminator.targets())
            .filter(|target| target.block == header)
            .collect()
    };
    let (entries, backs) = (edges(false), edges(true));
    let mut counted = false;
    for (index, &param) in function.blocks[header.0 as usize].params.iter().enumerate() {
        let mut starts =
            entries.iter().map(|target| found.operand(target.args[index], function.values[param.0 as usize]));
        let Some(Some(start)) = starts.next() else { continue };
        if starts.any(|other| other.as_ref() != Some(&start)) {
            continue;
        }
        let Some(step) = common_step(function, &backs, index, param, each, uniform, found) else { continue };
        let Some(grown) = Affine::factor(Factor::Iteration(header)).times(&step) else { continue };
        if let Some(sum) = start.plus(&grown, 1) {
            found.values[param.0 as usize] = Some(sum);
            counted = true;
        }
    }
    if counted {
        for inst in &function.blocks[header.0 as usize].insts {
            if let [result] = inst.results[..] {
                found.values[result.0 as usize] = form_of(inst, found).or_else(|| opaque(result, uniform));
            }
        }
    }
}

/// What every way back adds to `param`, if that is fixed while the loop runs.
fn common_step(
    function: &Function,
    backs: &[&Target],
    index: usize,
    param: Value,
    each: &super::find_loops::Loop,
    uniform: &UniformValues,
    found: &AffineValues,
) -> Option<Affine> {
    let mut common = None;
    for back in backs {
        let Operand::Value(next) = back.args[index] else { return None };
        let step = step_of(function, next, param, uniform, found, 8)?;
        let is_fixed = step.terms.iter().flat_map(|term| &term.factors).all(|factor| match factor {
            Factor::Uniform(value) => !each.blocks.contains(&uniform.defined_in[value.0 as usize]),
            Factor::Iteration(_) => false,
            Factor::Special(_) => !factor.is_index(),
        });
        if !is_fixed || common.as_ref().is_some_and(|other| *other != step) {
            return None;
        }
        common = Some(step);
    }
    common
}

/// `next - param`, following additions.
fn step_of(
    function: &Function,
    next: Value,
    param: Value,
    uniform: &UniformValues,
    found: &AffineValues,
    depth: u32,
) -> Option<Affine> {
    if next == param {
        return Some(Affine::constant(0));
    }
    let block = uniform.defined_in[next.0 as usize];
    let inst = function.blocks[block.0 as usize].insts.iter().find(|inst| inst.results[..] == [next])?;
    let Op::Elementwise(op, attributes) = inst.op else { return None };
    let width_fits = attributes.ty.bits() == bits(function.values[param.0 as usize]);
    let negated = match op {
        Elementwise::Add => false,
        Elementwise::Sub => true,
        _ => return None,
    };
    if depth == 0 || !width_fits || attributes.sat || attributes.ty.is_float() {
        return None;
    }
    let follow = |base: Operand, added: Operand, times: i64| {
        let Operand::Value(base) = base else { return None };
        let step = step_of(function, base, param, uniform, found, depth - 1)?;
        step.plus(&found.operand_or_opaque(added, function.values[param.0 as usize], uniform)?, times)
    };
    if negated {
        follow(inst.args[0], inst.args[1], -1)
    } else {
        follow(inst.args[0], inst.args[1], 1).or_else(|| follow(inst.args[1], inst.args[0], 1))
    }
}

fn bits(ty: Type) -> u32 {
    match ty {
        Type::Pred => 1,
        Type::B16 => 16,
        Type::B32 => 32,
        Type::B64 => 64,
    }
}

fn sign_extended(value: u64, bits: u32) -> i64 {
    ((value << (64 - bits)) as i64) >> (64 - bits)
}

impl AffineValues {
    /// The affine form of an operand of this type.
    pub fn operand(&self, operand: Operand, ty: Type) -> Option<Affine> {
        match operand {
            Operand::Value(value) => self.values[value.0 as usize].clone(),
            Operand::Const(value) => Some(Affine::constant(sign_extended(value, bits(ty)))),
        }
    }

    /// The same, also for uniform values that were not visited yet.
    fn operand_or_opaque(&self, operand: Operand, ty: Type, uniform: &UniformValues) -> Option<Affine> {
        self.operand(operand, ty).or_else(|| match operand {
            Operand::Value(value) => opaque(value, uniform),
            Operand::Const(_) => None,
        })
    }
}

/// The affine form of an operation, if its arguments have one and it keeps it.
fn form_of(inst: &Inst, found: &AffineValues) -> Option<Affine> {
    let (op, attributes) = match inst.op {
        Op::Elementwise(op, attributes) => (op, attributes),
        Op::Special(register) => return Factor::of_special(register).map(Affine::factor),
        _ => return None,
    };
    if attributes.sat || !matches!(attributes.ty.bits(), 32 | 64) || attributes.ty.is_float() {
        return None;
    }
    let arg = |index: usize, ty: Type| found.operand(*inst.args.get(index)?, ty);
    let register = |bits: u32| if bits == 64 { Type::B64 } else { Type::B32 };
    let width = attributes.ty.bits();
    let same = |index: usize| arg(index, register(width));
    match op {
        Elementwise::Add if attributes.ty.is_integer() => same(0)?.plus(&same(1)?, 1),
        Elementwise::Sub if attributes.ty.is_integer() => same(0)?.plus(&same(1)?, -1),
        Elementwise::Neg if attributes.ty.is_integer() => Affine::constant(0).plus(&same(0)?, -1),
        Elementwise::Mul if attributes.ty.is_integer() => same(0)?.times(&same(1)?),
        Elementwise::Mad if attributes.ty.is_integer() => same(0)?.times(&same(1)?)?.plus(&same(2)?, 1),
        Elementwise::Shl => match inst.args[1] {
            Operand::Const(by) if by < u64::from(width) => same(0)?.times(&Affine::constant(1 << by)),
            _ => None,
        },
        Elementwise::MulWide | Elementwise::MadWide if width == 32 => {
            let signed = attributes.ty.is_signed();
            let product = widen(inst.args[0], signed, found)?.times(&widen(inst.args[1], signed, found)?)?;
            match op {
                Elementwise::MulWide => Some(product),
                _ => product.plus(&arg(2, Type::B64)?, 1),
            }
        }
        Elementwise::Zext if attributes.from.bits() == 32 => widen(inst.args[0], false, found),
        Elementwise::Sext if attributes.from.bits() == 32 => widen(inst.args[0], true, found),
        Elementwise::Trunc if attributes.from.bits() == 64 && width == 32 => arg(0, Type::B64),
        Elementwise::Cvt if attributes.from.is_integer() => match (attributes.from.bits(), width) {
            (32, 64) => widen(inst.args[0], attributes.from.is_signed(), found),
            (64, 32) | (64, 64) | (32, 32) => arg(0, register(attributes.from.bits())),
            _ => None,
        },
        _ => None,
    }
}

/// The 64-bit form of a 32-bit operand: exact for constants, an assumption for anything else.
fn widen(operand: Operand, signed: bool, found: &AffineValues) -> Option<Affine> {
    match operand {
        Operand::Const(bits) if signed => Some(Affine::constant(bits as u32 as i32 as i64)),
        Operand::Const(bits) => Some(Affine::constant(bits as u32 as i64)),
        Operand::Value(value) => {
            let mut affine = found.operand(operand, Type::B32)?;
            // A factor by itself cannot leave its range: registers of indices and sizes are not negative.
            let is_plain = matches!(&affine.terms[..], [Term { coefficient: 1, factors }] if matches!(factors[..], [Factor::Special(_)]));
            let assumption = Assumption { of: value, signed };
            if !is_plain && let Err(at) = affine.assumptions.binary_search(&assumption) {
                affine.assumptions.insert(at, assumption);
            }
            Some(affine)
        }
    }
}

impl Factor {
    fn of_special(register: SpecialRegister) -> Option<Factor> {
        use SpecialRegister::*;
        matches!(
            register,
            TidX | TidY
                | TidZ
                | CtaidX
                | CtaidY
                | CtaidZ
                | NtidX
                | NtidY
                | NtidZ
                | NctaidX
                | NctaidY
                | NctaidZ
                | LaneId
                | WarpId
        )
        .then_some(Factor::Special(register))
    }
}
