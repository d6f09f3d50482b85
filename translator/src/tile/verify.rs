//! Checks that a kernel keeps the rules of tile kernels. Every pass may assume them and must keep them.
//!
//! * Function 0 is the kernel's body: it takes and returns nothing, and its lanes leave by `exit`. Functions that are
//!   called indirectly have different code addresses.
//! * Every value is defined once, before it is used: by a block's parameter, an operation, or a terminator. What a
//!   terminator defines is known on its edge; the block there then has no other predecessor.
//! * Arguments, results, operands of terminators and arguments of edges are as many and as wide as the operation, the
//!   block or the function at the other end asks for. Constants fit everywhere.
//! * Accesses and atomics are ones that PTX has; weak accesses have scope `cta`.
//! * A terminator that waits is a barrier, whose result belongs to a reduction, or a collective operation.

mod dominance;

use super::signature::{Width, signature};
use super::{
    Barrier, BarrierKind, BlockId, Callee, Collective, Function, Inst, Kernel, Op, Operand, Target, Terminator, Type,
    Value, eval,
};
use dominance::Dominance;
use ptx_frontend::types::{AtomicOp, BoolOp, MemoryOrder, ScalarType, Scope};

/// All rules that the kernel breaks, in words.
pub fn verify(kernel: &Kernel) -> Result<(), Vec<String>> {
    let mut findings = Vec::new();
    verify_kernel(kernel, &mut findings);
    for (number, function) in kernel.functions.iter().enumerate() {
        let mut checker =
            Checker { kernel, number, function, place: String::new(), findings: &mut findings, defined: Vec::new() };
        checker.function();
    }
    if findings.is_empty() { Ok(()) } else { Err(findings) }
}

fn verify_kernel(kernel: &Kernel, findings: &mut Vec<String>) {
    match kernel.functions.first() {
        None => findings.push("the kernel has no body".into()),
        Some(body) => {
            if body.blocks.first().is_some_and(|entry| !entry.params.is_empty()) || !body.results.is_empty() {
                findings.push("function f0, the kernel's body, takes or returns values".into());
            }
        }
    }
    for (i, function) in kernel.functions.iter().enumerate() {
        if let Some(j) = kernel.functions[..i].iter().position(|f| f.code != 0 && f.code == function.code) {
            findings.push(format!("functions f{j} and f{i} have the same code address"));
        }
    }
    for param in &kernel.params {
        if u64::from(param.offset) + u64::from(param.size) > u64::from(kernel.param_bytes) {
            findings.push(format!("parameter `{}` lies outside the parameter block", param.name));
        }
    }
    if !kernel.dynamic_shared_align.is_power_of_two() {
        findings.push(format!("{} is no alignment", kernel.dynamic_shared_align));
    }
}

/// Where a value is defined: position in a block; parameters are at 0, the first operation's results at 1.
type Definition = (BlockId, usize);

struct Checker<'a> {
    kernel: &'a Kernel,
    number: usize,
    function: &'a Function,
    /// Where we are, in words.
    place: String,
    findings: &'a mut Vec<String>,
    /// By value.
    defined: Vec<Option<Definition>>,
}

impl Checker<'_> {
    fn find(&mut self, what: impl std::fmt::Display) {
        self.findings.push(format!("{}: {what}", self.place));
    }

    fn function(&mut self) {
        self.place = format!("function f{} `{}`", self.number, self.function.name);
        if self.function.blocks.is_empty() {
            return self.find("it has no blocks");
        }
        let before = self.findings.len();
        self.targets();
        self.definitions();
        // Widths and dominance make sense only once numbers mean something.
        if self.findings.len() > before {
            return;
        }
        let dominance = Dominance::of(self.function);
        for (id, block) in self.function.blocks.iter().enumerate() {
            let id = BlockId(id as u32);
            for (at, inst) in block.insts.iter().enumerate() {
                self.place = self.place_of(id, inst.origin.line, &format!("operation {}", at + 1));
                self.uses(&inst.args, &dominance, (id, at + 1));
                self.inst(inst);
            }
            self.place = self.place_of(id, block.origin.line, "terminator");
            let end = (id, block.insts.len() + 1);
            self.uses(&block.terminator.operands(), &dominance, end);
            for target in block.terminator.targets() {
                // Results of the terminator are known on the edge.
                let own = block.terminator.results();
                let rest: Vec<Operand> = target
                    .args
                    .iter()
                    .filter(|a| !matches!(a, Operand::Value(v) if own.contains(v)))
                    .copied()
                    .collect();
                self.uses(&rest, &dominance, end);
            }
            self.terminator(&block.terminator);
        }
    }

    fn place_of(&self, block: BlockId, line: u32, what: &str) -> String {
        let line = if line == 0 { String::new() } else { format!(", line {line}") };
        format!("function f{} `{}`, bb{}, {what}{line}", self.number, self.function.name, block.0)
    }

    /// Blocks, functions and symbols that are named exist; blocks get the arguments they want.
    fn targets(&mut self) {
        let mut predecessors = vec![0; self.function.blocks.len()];
        for (id, block) in self.function.blocks.iter().enumerate() {
            self.place = self.place_of(BlockId(id as u32), block.origin.line, "terminator");
            for target in block.terminator.targets() {
                match self.function.blocks.get(target.block.0 as usize) {
                    None => self.find(format!("there is no bb{}", target.block.0)),
                    Some(_) => predecessors[target.block.0 as usize] += 1,
                }
            }
            if let Terminator::Call { callee: Callee::Direct(callee), .. } = &block.terminator
                && self.kernel.functions.get(callee.0 as usize).is_none_or(|f| f.blocks.is_empty())
            {
                self.find(format!("there is no function f{}", callee.0));
            }
        }
        for (id, block) in self.function.blocks.iter().enumerate() {
            let joins = |t: &&Target| {
                t.block.0 == 0 || predecessors.get(t.block.0 as usize).is_some_and(|&predecessors| predecessors > 1)
            };
            if !block.terminator.results().is_empty()
                && let Some(target) = block.terminator.targets().into_iter().find(joins)
            {
                self.place = self.place_of(BlockId(id as u32), block.origin.line, "terminator");
                self.find(format!("its result is defined in bb{}, which has another predecessor", target.block.0));
            }
        }
    }

    fn definitions(&mut self) {
        self.defined = vec![None; self.function.values.len()];
        for (id, block) in self.function.blocks.iter().enumerate() {
            let id = BlockId(id as u32);
            self.place = self.place_of(id, block.origin.line, "parameters");
            block.params.iter().for_each(|&v| self.define(v, (id, 0)));
            for (at, inst) in block.insts.iter().enumerate() {
                self.place = self.place_of(id, inst.origin.line, &format!("operation {}", at + 1));
                inst.results.iter().for_each(|&v| self.define(v, (id, at + 2)));
            }
            self.place = self.place_of(id, block.origin.line, "terminator");
            if let Some(next) = block.terminator.targets().first() {
                block.terminator.results().iter().for_each(|&v| self.define(v, (next.block, 0)));
            }
        }
    }

    fn define(&mut self, value: Value, at: Definition) {
        match self.defined.get_mut(value.0 as usize) {
            None => self.find(format!("`{value}` is no value of this function")),
            Some(Some(_)) => self.find(format!("`{value}` is defined a second time")),
            Some(place) => *place = Some(at),
        }
    }

    /// What is read at a place is defined before it.
    fn uses(&mut self, operands: &[Operand], dominance: &Dominance, at: Definition) {
        for operand in operands {
            let Operand::Value(value) = *operand else { continue };
            let Some(&Some(definition)) = self.defined.get(value.0 as usize) else {
                self.find(format!("`{value}` is defined nowhere"));
                continue;
            };
            let is_before =
                if definition.0 == at.0 { definition.1 <= at.1 } else { dominance.dominates(definition.0, at.0) };
            if !is_before {
                self.find(format!("`{value}` is used where it may not be defined yet"));
            }
        }
    }

    fn type_of(&self, operand: Operand) -> Option<Type> {
        match operand {
            Operand::Value(v) => self.function.values.get(v.0 as usize).copied(),
            Operand::Const(_) => None,
        }
    }

    fn operand(&mut self, what: &str, operand: Operand, wanted: Width) {
        if let Some(ty) = self.type_of(operand)
            && !wanted.admits(ty)
        {
            self.find(format!("{what} is {ty}, not {wanted}"));
        }
    }

    fn inst(&mut self, inst: &Inst) {
        let signature = match signature(&inst.op) {
            Ok(signature) => signature,
            Err(why) => return self.find(why),
        };
        if inst.args.len() != signature.args.len() {
            self.find(format!("it has {} arguments, not {}", inst.args.len(), signature.args.len()));
        }
        for (i, (&arg, &wanted)) in inst.args.iter().zip(&signature.args).enumerate() {
            self.operand(&format!("argument {}", i + 1), arg, wanted);
        }
        let (given, most) = (inst.results.len(), signature.results.len());
        if given > most || given < signature.results_needed {
            // An atomic has all of its results, or is a `red` without any.
            self.find(format!("it has {given} results, not {most}"));
        }
        for (i, (&result, &wanted)) in inst.results.iter().zip(&signature.results).enumerate() {
            self.operand(&format!("result {}", i + 1), Operand::Value(result), wanted);
        }
        match inst.op {
            Op::Load(access) | Op::Store(access) | Op::Atomic(_, access)
                if access.order == MemoryOrder::Weak && access.scope != Scope::Cta =>
            {
                self.find("a weak access has scope `cta`");
            }
            Op::Load(access) if matches!(access.order, MemoryOrder::Release | MemoryOrder::AcqRel) => {
                self.find(format!("a load cannot be `{}`", access.order));
            }
            Op::Store(access) if matches!(access.order, MemoryOrder::Acquire | MemoryOrder::AcqRel) => {
                self.find(format!("a store cannot be `{}`", access.order));
            }
            Op::Atomic(op, access) => {
                let is_wide = access.ty == ScalarType::B64 && access.vector == 2;
                let by_element = matches!(op, AtomicOp::Add | AtomicOp::Min | AtomicOp::Max);
                let whole = matches!(op, AtomicOp::Cas | AtomicOp::Exch);
                if access.vector > 1 && !by_element && !(whole && is_wide) {
                    self.find(format!("there is no `{op}` of {} elements", access.vector));
                }
                if given != 0 && given != most {
                    self.find(format!("it has {given} results, not {most} or none"));
                }
            }
            Op::Fence(order, _)
                if !matches!(
                    order,
                    MemoryOrder::Acquire | MemoryOrder::Release | MemoryOrder::AcqRel | MemoryOrder::Sc
                ) =>
            {
                self.find(format!("`{order}` orders nothing"));
            }
            Op::Symbol(symbol) if symbol.0 as usize >= self.kernel.symbols.len() => {
                self.find(format!("there is no symbol {}", symbol.0));
            }
            Op::FunctionAddress(function) => match self.kernel.functions.get(function.0 as usize) {
                None => self.find(format!("there is no function f{}", function.0)),
                Some(f) if f.code == 0 => self.find(format!("function f{} has no code address", function.0)),
                Some(_) => {}
            },
            Op::Collective(Collective::Reduce(op, ty, abs, nan)) if !eval::reduction_exists(op, ty, abs, nan) => {
                self.find(format!("there is no reduction `{op}.{ty}`"));
            }
            Op::Collective(Collective::MatchAny(ty) | Collective::MatchAll(ty))
                if !matches!(ty, ScalarType::B32 | ScalarType::B64) =>
            {
                self.find(format!("there is no `match` of `{ty}`"));
            }
            _ => {}
        }
    }

    fn terminator(&mut self, terminator: &Terminator) {
        for target in terminator.targets() {
            let params = &self.function.blocks[target.block.0 as usize].params;
            let types = params.iter().map(|v| self.function.values[v.0 as usize]).collect::<Vec<_>>();
            self.several(&format!("for bb{}", target.block.0), &target.args, &types);
        }
        match terminator {
            Terminator::Jump(_) | Terminator::Exit | Terminator::Trap => {}
            Terminator::Branch { condition, .. } => {
                self.operand("the condition", *condition, Width::Exactly(Type::Pred));
            }
            Terminator::Switch { index, targets } => {
                self.operand("the index", *index, Width::Exactly(Type::B32));
                if targets.is_empty() {
                    self.find("it leads nowhere");
                }
            }
            Terminator::Return(_) if self.number == 0 => self.find("the kernel's body leaves by `exit`"),
            Terminator::Return(values) => {
                let results = self.function.results.clone();
                self.several("to return", values, &results);
            }
            Terminator::Barrier(barrier, _) => self.barrier(barrier),
            Terminator::Collective(inst, _) => {
                if !matches!(inst.op, Op::Collective(_)) {
                    self.find("only a collective operation can end a block");
                }
                self.inst(inst);
            }
            Terminator::Call { callee: Callee::Direct(callee), args, results, .. } => {
                let callee = &self.kernel.functions[callee.0 as usize];
                let params = &callee.blocks[0].params;
                let types: Vec<Type> = params.iter().filter_map(|v| callee.values.get(v.0 as usize)).copied().collect();
                self.several("for the call", args, &types);
                let results: Vec<Operand> = results.iter().map(|&v| Operand::Value(v)).collect();
                self.several("from the call", &results, &callee.results);
            }
            Terminator::Call { callee: Callee::Indirect(address), .. } => {
                self.operand("the address", *address, Width::Exactly(Type::B64));
            }
        }
    }

    fn several(&mut self, what: &str, operands: &[Operand], types: &[Type]) {
        if operands.len() != types.len() {
            self.find(format!("{} values {what}, not {}", operands.len(), types.len()));
        }
        for (i, (&operand, &ty)) in operands.iter().zip(types).enumerate() {
            self.operand(&format!("value {} {what}", i + 1), operand, Width::Exactly(ty));
        }
    }

    fn barrier(&mut self, barrier: &Barrier) {
        let b32 = Width::Exactly(Type::B32);
        self.operand("the barrier's number", barrier.id, b32);
        if let Some(count) = barrier.count {
            self.operand("the count", count, b32);
        }
        match (barrier.kind, barrier.reduction) {
            (BarrierKind::Reduce(op), Some((operand, result))) => {
                self.operand("the operand", operand, Width::Exactly(Type::Pred));
                let ty = if op == BoolOp::Popc { Type::B32 } else { Type::Pred };
                self.operand("the result", Operand::Value(result), Width::Exactly(ty));
            }
            (BarrierKind::Reduce(_), None) => self.find("the reduction has no operand"),
            (_, Some(_)) => self.find("only a reduction has an operand"),
            (BarrierKind::Arrive, None) if barrier.count.is_none() => {
                self.find("arriving needs a count: else nobody could wait");
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests;
