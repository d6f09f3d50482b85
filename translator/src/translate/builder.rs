//! Builds a tile function in SSA form while its blocks are still growing.
//!
//! PTX registers are variables that are written many times. The builder remembers per block what each variable holds at
//! its end; a variable that is read before it is written there becomes a block parameter, and [`Builder::finish`] gives
//! these parameters their arguments once all edges are known (the idea is Braun et al., "Simple and Efficient
//! Construction of Static Single Assignment Form", with every block left open to the end). A variable that was never
//! written holds 0.

use crate::tile::{
    Args, Attributes, Block, BlockId, Elementwise, Function, Inst, Op, Operand, Target, Terminator, Type, Value,
};
use ptx_frontend::checked::Origin;
use ptx_frontend::types::ScalarType;
use std::collections::HashMap;

/// Something that is written many times: a register, a carry flag, a piece of a call parameter.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) struct Variable(u32);

/// A function under construction.
pub(super) struct Builder {
    function: Function,
    /// Types of the variables.
    variables: Vec<Type>,
    /// By block: what variables hold at its end, as far as it was asked or written.
    held: Vec<HashMap<Variable, Operand>>,
    /// By block: the variables that its parameters stand for.
    merged: Vec<Vec<Variable>>,
    /// Parameters that need arguments.
    open: Vec<(BlockId, Variable)>,
    /// Blocks in the order in which they were begun.
    begun: Vec<BlockId>,
    /// Where operations go; none after a terminator.
    current: Option<BlockId>,
    /// Given to operations and terminators.
    pub(super) origin: Origin,
    /// While it is set, written variables keep their old value in lanes where it is false.
    pub(super) guard: Option<Operand>,
}

impl Builder {
    /// A function that has one empty block, the entry.
    pub(super) fn new(name: &str) -> Self {
        let mut builder = Builder {
            function: Function { name: name.to_owned(), ..Function::default() },
            variables: Vec::new(),
            held: Vec::new(),
            merged: Vec::new(),
            open: Vec::new(),
            begun: Vec::new(),
            current: None,
            origin: Origin::default(),
            guard: None,
        };
        let entry = builder.new_block();
        builder.begin(entry);
        builder
    }

    /// A variable that holds 0.
    pub(super) fn new_variable(&mut self, ty: Type) -> Variable {
        self.variables.push(ty);
        Variable(self.variables.len() as u32 - 1)
    }

    /// A block without operations, which nothing leads to yet.
    pub(super) fn new_block(&mut self) -> BlockId {
        // Blocks that end up unreachable are dropped, so the terminator here is never seen.
        self.function.blocks.push(Block {
            params: Vec::new(),
            insts: Vec::new(),
            terminator: Terminator::Trap,
            origin: self.origin,
        });
        self.held.push(HashMap::new());
        self.merged.push(Vec::new());
        BlockId(self.function.blocks.len() as u32 - 1)
    }

    /// Puts what follows into `block`, coming from the block before unless that has ended.
    pub(super) fn begin(&mut self, block: BlockId) {
        if self.current.is_some() {
            self.jump(block);
        }
        self.begun.push(block);
        self.current = Some(block);
    }

    /// Whether the place where operations would go can be reached.
    pub(super) fn is_reachable(&self) -> bool {
        self.current.is_some()
    }

    /// Takes bytes of the frame; returns their offset.
    pub(super) fn allocate_frame(&mut self, bytes: u64, align: u32) -> Option<u32> {
        let offset = u64::from(self.function.frame_bytes).next_multiple_of(u64::from(align.max(1)));
        let end = u32::try_from(offset.checked_add(bytes)?).ok()?;
        self.function.frame_bytes = end;
        Some(offset as u32)
    }

    /// A new value of the entry block's parameter list.
    pub(super) fn add_parameter(&mut self, ty: Type) -> Operand {
        let value = self.new_value(ty);
        self.function.blocks[0].params.push(value);
        Operand::Value(value)
    }

    /// Declares what `Return` passes, and the code address.
    pub(super) fn set_signature(&mut self, results: Vec<Type>, code: u64) {
        self.function.results = results;
        self.function.code = code;
    }

    fn new_value(&mut self, ty: Type) -> Value {
        self.function.values.push(ty);
        Value(self.function.values.len() as u32 - 1)
    }

    /// What the variable holds here.
    pub(super) fn read(&mut self, variable: Variable) -> Operand {
        match self.current {
            Some(block) => self.read_at_end(block, variable),
            None => Operand::Const(0),
        }
    }

    fn read_at_end(&mut self, block: BlockId, variable: Variable) -> Operand {
        if let Some(&operand) = self.held[block.0 as usize].get(&variable) {
            return operand;
        }
        // Nothing precedes the entry: the variable was never written.
        if block == BlockId(0) {
            return Operand::Const(0);
        }
        let param = self.new_value(self.variables[variable.0 as usize]);
        self.function.blocks[block.0 as usize].params.push(param);
        self.merged[block.0 as usize].push(variable);
        self.held[block.0 as usize].insert(variable, Operand::Value(param));
        self.open.push((block, variable));
        Operand::Value(param)
    }

    /// Lets the variable hold something else, under the guard if there is one.
    pub(super) fn write(&mut self, variable: Variable, operand: Operand) {
        let Some(block) = self.current else { return };
        let held = match self.guard {
            None => operand,
            Some(guard) => {
                let old = self.read(variable);
                let ty = self.variables[variable.0 as usize];
                let select = Op::Elementwise(Elementwise::Selp, Attributes::of(bits_type(ty)));
                self.emit(select, &[operand, old, guard], &[ty])[0]
            }
        };
        self.held[block.0 as usize].insert(variable, held);
    }

    /// Appends an operation with results of these types.
    pub(super) fn emit(&mut self, op: Op, args: &[Operand], results: &[Type]) -> Args {
        let inst = self.inst(op, args, results);
        let operands = inst.results.iter().map(|&value| Operand::Value(value)).collect();
        if let Some(block) = self.current {
            self.function.blocks[block.0 as usize].insts.push(inst);
        }
        operands
    }

    fn inst(&mut self, op: Op, args: &[Operand], results: &[Type]) -> Inst {
        let results = results.iter().map(|&ty| self.new_value(ty)).collect();
        Inst { op, args: args.iter().copied().collect(), results, origin: self.origin }
    }

    /// Appends an elementwise operation; none if the table has no such form.
    pub(super) fn elementwise(&mut self, op: Elementwise, attributes: Attributes, args: &[Operand]) -> Option<Operand> {
        let (arg_types, result) = op.signature(&attributes)?;
        if arg_types.len() != args.len() {
            return None;
        }
        Some(self.emit(Op::Elementwise(op, attributes), args, &[result])[0])
    }

    /// Ends the block.
    pub(super) fn end(&mut self, terminator: Terminator) {
        if let Some(block) = self.current.take() {
            let block = &mut self.function.blocks[block.0 as usize];
            block.terminator = terminator;
            block.origin = self.origin;
        }
    }

    /// Ends the block with a jump.
    pub(super) fn jump(&mut self, block: BlockId) {
        self.end(Terminator::Jump(target(block)));
    }

    /// Ends the block with a branch.
    pub(super) fn branch(&mut self, condition: Operand, then: BlockId, otherwise: BlockId) {
        self.end(Terminator::Branch { condition, then: target(then), otherwise: target(otherwise) });
    }

    /// Ends the block with a terminator that goes on in a block of its own, and begins that block. `make` gets the new
    /// results and the edge.
    pub(super) fn end_and_go_on(
        &mut self,
        results: &[Type],
        make: impl FnOnce(Vec<Value>, Target) -> Terminator,
    ) -> Args {
        let next = self.new_block();
        let values: Vec<Value> = results.iter().map(|&ty| self.new_value(ty)).collect();
        let operands = values.iter().map(|&value| Operand::Value(value)).collect();
        self.end(make(values, target(next)));
        self.begin(next);
        operands
    }

    /// Ends the block with a collective operation and goes on after it.
    pub(super) fn collective(&mut self, op: crate::tile::Collective, args: &[Operand], results: &[Type]) -> Args {
        let (args, origin) = (args.iter().copied().collect(), self.origin);
        self.end_and_go_on(results, |results, next| {
            let inst = Inst { op: Op::Collective(op), args, results: results.into_iter().collect(), origin };
            Terminator::Collective(inst, next)
        })
    }

    /// Gives parameters their arguments and drops what cannot be reached.
    pub(super) fn finish(mut self) -> Function {
        let order = self.reachable();
        let mut predecessors = vec![Vec::new(); self.function.blocks.len()];
        for &from in &order {
            for to in self.function.blocks[from.0 as usize].terminator.targets() {
                let list: &mut Vec<BlockId> = &mut predecessors[to.block.0 as usize];
                if list.last() != Some(&from) {
                    list.push(from);
                }
            }
        }
        // Asking a predecessor may open a parameter there, which is then asked in turn.
        while let Some((block, variable)) = self.open.pop() {
            for &from in &predecessors[block.0 as usize] {
                self.read_at_end(from, variable);
            }
        }
        for &from in &order {
            let mut terminator =
                std::mem::replace(&mut self.function.blocks[from.0 as usize].terminator, Terminator::Exit);
            for target in terminator.targets_mut() {
                let variables = self.merged[target.block.0 as usize].clone();
                target.args = variables.into_iter().map(|variable| self.read_at_end(from, variable)).collect();
            }
            self.function.blocks[from.0 as usize].terminator = terminator;
        }
        self.function.frame_bytes = self.function.frame_bytes.next_multiple_of(16);
        keep_blocks(&mut self.function, &order);
        self.function
    }

    /// Blocks that can be reached, in the order in which they were begun.
    fn reachable(&self) -> Vec<BlockId> {
        let mut seen = vec![false; self.function.blocks.len()];
        let mut pending = vec![BlockId(0)];
        while let Some(block) = pending.pop() {
            if !std::mem::replace(&mut seen[block.0 as usize], true) {
                let targets = self.function.blocks[block.0 as usize].terminator.targets();
                pending.extend(targets.iter().map(|target| target.block));
            }
        }
        self.begun.iter().copied().filter(|block| seen[block.0 as usize]).collect()
    }
}

/// An edge whose arguments come later.
pub(super) fn target(block: BlockId) -> Target {
    Target { block, args: Args::new() }
}

/// The untyped scalar type of a width.
pub(super) fn bits_type(ty: Type) -> ScalarType {
    match ty {
        Type::Pred => ScalarType::Pred,
        Type::B16 => ScalarType::B16,
        Type::B32 => ScalarType::B32,
        Type::B64 => ScalarType::B64,
    }
}

/// Keeps only these blocks, in this order, which starts with the entry.
pub(crate) fn keep_blocks(function: &mut Function, order: &[BlockId]) {
    let mut renamed = vec![BlockId(u32::MAX); function.blocks.len()];
    for (at, block) in order.iter().enumerate() {
        renamed[block.0 as usize] = BlockId(at as u32);
    }
    let mut old: Vec<Option<Block>> = std::mem::take(&mut function.blocks).into_iter().map(Some).collect();
    for &at in order {
        let mut block = old[at.0 as usize].take().expect("a block is kept once");
        for target in block.terminator.targets_mut() {
            target.block = renamed[target.block.0 as usize];
        }
        function.blocks.push(block);
    }
}
