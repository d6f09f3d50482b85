//! Walks the instructions of a function body, splits them into blocks and hands each to its chapter.
//!
//! Guards: `@p bra` and its like are branches by themselves. An operation that can neither fault nor touch anything but
//! its destination is done in all lanes, and a guarded one keeps the old destination where the guard is false. Everything
//! else is branched around, since a guard masks faults and arrivals as well.

use super::builder::{Builder, Variable};
use super::object::{Home, Name, Uses};
use super::outline::Gap;
use super::plan::{Plan, words_of};
use super::words::{self, Words};
use super::{
    Options, Unsupported, arithmetic, asynchronous, atomics, bulk, call, carry, code_address, collectives, compare,
    control, convert, matrices, mbarrier, memory, moves, synchronise, textures, video,
};
use crate::tile::{Args, BlockId, Function, Op, Operand, Terminator, Type};
use ptx_frontend::checked::{self, Body, FunctionId, Instruction, LabelId, Module, RegisterId};
use ptx_frontend::isa::Opcode;
use ptx_frontend::types::{ScalarType, StateSpace};

/// Why an instruction cannot be lowered.
#[derive(Debug)]
pub(super) enum Failure {
    /// The instruction at hand, with a reason that may be empty.
    This(String),
    /// It calls a function that is neither defined in the module nor provided.
    Undefined {
        /// Its name.
        name: String,
        /// Why it is not provided.
        reason: &'static str,
    },
    /// One further in, in a copied callee.
    Inner(Unsupported),
}

impl Failure {
    /// There is no such form of the instruction here.
    pub(super) fn form() -> Self {
        Failure::This(String::new())
    }
    pub(super) fn because(reason: impl Into<String>) -> Self {
        Failure::This(reason.into())
    }
}

/// What holds a PTX register.
#[derive(Clone, Copy, Debug)]
pub(super) enum Slot {
    /// A variable of this type.
    One(Variable, Type),
    /// The halves of a 128-bit register, low one first.
    Two(Variable, Variable),
}

/// Where `ret` goes.
#[derive(Clone, Copy, Debug)]
enum Return {
    /// Out of the kernel.
    Exit,
    /// Behind the copied call.
    To(BlockId),
    /// To the caller, with the results as words.
    Words,
}

/// One copy of a function body.
struct Activation<'m> {
    function: &'m checked::Function,
    body: &'m Body,
    slots: Vec<Slot>,
    carry: Variable,
    labels: Vec<BlockId>,
    locals: Vec<Home>,
    params: Vec<Home>,
    returns: Vec<Home>,
    return_to: Return,
    /// See [`Lowering::copy_callee`].
    origin: Option<checked::Origin>,
}

/// The lowering of one tile function.
pub(super) struct Lowering<'m> {
    pub(super) module: &'m Module,
    pub(super) plan: &'m Plan,
    pub(super) options: &'m Options,
    pub(super) symbols: &'m mut Vec<String>,
    pub(super) builder: Builder,
    pub(super) kernel: &'m str,
    /// The innermost is the one being walked.
    activations: Vec<Activation<'m>>,
    /// If all gaps are wanted rather than a function: those found so far.
    gaps: Option<Vec<Gap>>,
}

impl<'m> Lowering<'m> {
    pub(super) fn new(
        module: &'m Module,
        plan: &'m Plan,
        options: &'m Options,
        kernel: &'m str,
        symbols: &'m mut Vec<String>,
    ) -> Self {
        let builder = Builder::new(kernel);
        Lowering { module, plan, options, symbols, builder, kernel, activations: Vec::new(), gaps: None }
    }

    /// All that cannot be lowered in a function, given a plan by which nothing is copied into it. What is lowered is
    /// thrown away.
    pub(super) fn gaps(mut self, id: FunctionId) -> Vec<Gap> {
        self.gaps = Some(Vec::new());
        let is_kernel = self.module.functions[id.0 as usize].is_entry;
        let rest = if is_kernel { self.lower_kernel(id) } else { self.lower_callee(id) };
        let mut found = self.gaps.take().unwrap_or_default();
        found.extend(rest.err().map(|unsupported| Gap { unsupported, undefined: None }));
        found
    }

    /// Refuses a callee in which the checker found no form for something. Where gaps are wanted, they are the callee's.
    pub(super) fn refuse_rejected(&mut self, function: &checked::Function) -> Result<(), Failure> {
        match super::rejected(function, self.kernel, self.options).next() {
            Some(first) if self.gaps.is_none() => Err(Failure::Inner(first)),
            _ => Ok(()),
        }
    }

    /// Lowers a kernel's own body.
    pub(super) fn kernel(mut self, entry: FunctionId) -> Result<Function, Unsupported> {
        self.lower_kernel(entry)?;
        Ok(self.builder.finish())
    }

    fn lower_kernel(&mut self, entry: FunctionId) -> Result<(), Unsupported> {
        let function = &self.module.functions[entry.0 as usize];
        let offsets = super::lay_out_params(function).0;
        let params = offsets.iter().map(|param| Home::Kernel(param.offset)).collect();
        self.activate(function, Some(params), Return::Exit)?;
        self.walk()
    }

    /// Lowers a function that is called.
    pub(super) fn callee(mut self, id: FunctionId) -> Result<Function, Unsupported> {
        self.lower_callee(id)?;
        Ok(self.builder.finish())
    }

    fn lower_callee(&mut self, id: FunctionId) -> Result<(), Unsupported> {
        let function = &self.module.functions[id.0 as usize];
        self.builder = Builder::new(&function.name);
        self.builder.set_signature(words_of(&function.returns), code_address(self.options.code_base, id));
        let words: Vec<Operand> =
            words_of(&function.params).into_iter().map(|ty| self.builder.add_parameter(ty)).collect();
        self.activate(function, None, Return::Words)?;
        let homes = self.activation().params.clone();
        self.unpack(&homes, &function.params, &words).map_err(|failure| self.whole_function(function, failure))?;
        self.walk()
    }

    /// Copies a callee here. Arguments are copied into its parameters first, its results out of its return objects at
    /// the end. Lines of a callee from elsewhere mean nothing; all of it happens where it is called.
    pub(super) fn copy_callee(
        &mut self,
        function: &'m checked::Function,
        from_elsewhere: bool,
        arguments: &[call::Argument],
        results: &[call::Destination],
    ) -> Result<(), Failure> {
        let origin = self.builder.origin;
        let after = self.builder.new_block();
        // What a function takes from the stack is given back when it returns.
        let takes_stack = |body: &Body| body.instructions.iter().any(|each| each.opcode == Opcode::Alloca);
        let stack_top = match &function.body {
            Some(body) if takes_stack(body) => Some(self.builder.emit(Op::StackTop, &[], &[Type::B64])[0]),
            _ => None,
        };
        self.activate(function, None, Return::To(after)).map_err(Failure::Inner)?;
        self.activations.last_mut().expect("activated above").origin = from_elsewhere.then_some(origin);
        let homes = self.activation().params.clone();
        for ((argument, home), param) in arguments.iter().zip(&homes).zip(&function.params) {
            self.pass_argument(argument, home, param)?;
        }
        self.walk().map_err(Failure::Inner)?;
        self.builder.begin(after);
        self.builder.origin = origin;
        if let Some(top) = stack_top {
            self.builder.emit(Op::SetStackTop, &[top], &[]);
        }
        let done = self.activations.pop().expect("activated above");
        for ((result, home), declared) in results.iter().zip(&done.returns).zip(&function.returns) {
            self.take_result(result, home, declared)?;
        }
        Ok(())
    }

    fn activate(
        &mut self,
        function: &'m checked::Function,
        params: Option<Vec<Home>>,
        return_to: Return,
    ) -> Result<(), Unsupported> {
        let body = function.body.as_ref().expect("only functions with a body are lowered");
        let slot = |builder: &mut Builder, ty: ScalarType| match ty.bits() {
            128 => Slot::Two(builder.new_variable(Type::B64), builder.new_variable(Type::B64)),
            bits => {
                let ty = Type::holding(bits);
                Slot::One(builder.new_variable(ty), ty)
            }
        };
        let slots = body.registers.iter().map(|register| slot(&mut self.builder, register.ty)).collect();
        let carry = self.builder.new_variable(Type::Pred);
        let labels = body.labels.iter().map(|_| self.builder.new_block()).collect();
        let mut activation = Activation {
            function,
            body,
            slots,
            carry,
            labels,
            locals: Vec::new(),
            params: Vec::new(),
            returns: Vec::new(),
            return_to,
            origin: None,
        };
        let uses = Uses::of(body);
        let lay_out = || {
            for (index, local) in body.locals.iter().enumerate() {
                activation.locals.push(match local.space {
                    StateSpace::Local => self.frame_home(local)?,
                    _ => self.home_of(&uses, Name::Local(index as u32), local)?,
                });
            }
            activation.params = match params {
                Some(params) => params,
                None => self.homes(&uses, &function.params, &body.param_registers, &activation.slots, Name::Param)?,
            };
            activation.returns =
                self.homes(&uses, &function.returns, &body.return_registers, &activation.slots, Name::Return)?;
            Ok(())
        };
        lay_out().map_err(|failure| self.whole_function(function, failure))?;
        self.activations.push(activation);
        Ok(())
    }

    fn homes(
        &mut self,
        uses: &Uses,
        objects: &[checked::Variable],
        registers: &[Option<RegisterId>],
        slots: &[Slot],
        name: impl Fn(u32) -> Name,
    ) -> Result<Vec<Home>, Failure> {
        let mut homes = Vec::new();
        for (index, object) in objects.iter().enumerate() {
            homes.push(match registers.get(index).copied().flatten() {
                Some(register) => Home::of_register(slots[register.0 as usize], object.ty.bytes())?,
                None => self.home_of(uses, name(index as u32), object)?,
            });
        }
        Ok(homes)
    }

    fn activation(&self) -> &Activation<'m> {
        self.activations.last().expect("instructions are lowered in an activation")
    }

    /// What holds a register.
    pub(super) fn slot(&self, register: RegisterId) -> Slot {
        self.activation().slots[register.0 as usize]
    }

    /// The carry flag.
    pub(super) fn carry(&self) -> Variable {
        self.activation().carry
    }

    /// The block of a label.
    pub(super) fn label(&self, label: LabelId) -> BlockId {
        self.activation().labels[label.0 as usize]
    }

    /// The function body being walked.
    pub(super) fn body(&self) -> &'m Body {
        self.activation().body
    }

    /// Whether the body being walked is the kernel's own.
    pub(super) fn is_kernel_body(&self) -> bool {
        matches!(self.activation().return_to, Return::Exit)
    }

    /// Where an object is.
    pub(super) fn home(&self, name: Name) -> &Home {
        let activation = self.activation();
        match name {
            Name::Local(index) => &activation.locals[index as usize],
            Name::Param(index) => &activation.params[index as usize],
            Name::Return(index) => &activation.returns[index as usize],
        }
    }

    fn walk(&mut self) -> Result<(), Unsupported> {
        let body = self.body();
        let mut labels: Vec<(u32, usize)> =
            body.labels.iter().enumerate().map(|(label, (_, at))| (*at, label)).collect();
        labels.sort_unstable();
        let mut labels = labels.into_iter().peekable();
        for (at, instruction) in body.instructions.iter().enumerate() {
            while let Some((_, label)) = labels.next_if(|(before, _)| *before as usize <= at) {
                let block = self.activation().labels[label];
                self.builder.begin(block);
            }
            if self.builder.is_reachable() {
                self.builder.origin = self.activation().origin.unwrap_or(instruction.origin);
                if let Err(failure) = self.instruction(instruction) {
                    let undefined = match &failure {
                        Failure::Undefined { name, .. } => Some(name.clone()),
                        _ => None,
                    };
                    let unsupported = self.unsupported(instruction, failure);
                    let Some(gaps) = &mut self.gaps else { return Err(unsupported) };
                    gaps.push(Gap { unsupported, undefined });
                    // The instruction may have been left in the middle, in another block.
                    let next = self.builder.new_block();
                    self.builder.begin(next);
                }
                self.builder.guard = None;
            }
        }
        for (_, label) in labels {
            let block = self.activation().labels[label];
            self.builder.begin(block);
        }
        // The closing brace returns.
        let function = self.activation().function;
        self.return_here().map_err(|failure| self.whole_function(function, failure))
    }

    /// `ret` for the lanes that are here.
    pub(super) fn return_here(&mut self) -> Result<(), Failure> {
        if !self.builder.is_reachable() {
            return Ok(());
        }
        match self.activation().return_to {
            Return::Exit => self.builder.end(Terminator::Exit),
            Return::To(block) => self.builder.jump(block),
            Return::Words => {
                let (homes, declared) = (self.activation().returns.clone(), &self.activation().function.returns);
                let words = self.pack(&homes, declared)?;
                self.builder.end(Terminator::Return(Args::from_vec(words)));
            }
        }
        Ok(())
    }

    fn instruction(&mut self, instruction: &Instruction) -> Result<(), Failure> {
        let name = words::name(instruction);
        let Some((register, negated)) = instruction.guard else { return self.dispatch(name, instruction) };
        let guard = self.predicate(&checked::Operand::Register(register))?;
        if name == "bra" {
            return control::branch(self, instruction, Some((guard, negated)));
        }
        if is_pure(name) {
            let guard = if negated { self.predicate(&checked::Operand::Not(register))? } else { guard };
            self.builder.guard = Some(guard);
            return self.dispatch(name, instruction);
        }
        let (guarded, after) = (self.builder.new_block(), self.builder.new_block());
        let (then, otherwise) = if negated { (after, guarded) } else { (guarded, after) };
        self.builder.branch(guard, then, otherwise);
        self.builder.begin(guarded);
        self.dispatch(name, instruction)?;
        self.builder.begin(after);
        Ok(())
    }

    fn dispatch(&mut self, name: &str, instruction: &Instruction) -> Result<(), Failure> {
        let mut words = Words::of(instruction);
        let operands = &instruction.operands[..];
        match name {
            "mov" | "cvta" | "isspacep" | "mapa" | "getctarank" | "createpolicy" => {
                moves::lower(self, name, &mut words, operands)?
            }
            "cvt" => convert::lower(self, &mut words, operands)?,
            "setp" | "set" | "selp" | "slct" => compare::lower(self, name, &mut words, operands)?,
            "st" | "red" if words.take("async") => bulk::access(self, name, &mut words, operands)?,
            "st" if words.take("bulk") => bulk::clear(self, &mut words, operands)?,
            "tensormap" => bulk::tensor_map(self, &mut words, operands)?,
            "clusterlaunchcontrol" => bulk::cluster_launch_control(self, &mut words, operands)?,
            "ld" | "ldu" | "st" => memory::lower(self, name, &mut words, operands)?,
            "prefetch" | "prefetchu" | "discard" | "applypriority" => return memory::advise(self, name, operands),
            "atom" | "red" => atomics::lower(self, name, &mut words, operands)?,
            "bra" => return control::branch(self, instruction, None),
            "brx" => control::switch(self, &mut words, operands)?,
            "ret" | "exit" | "trap" | "brkpt" | "nanosleep" | "pmevent" | "setmaxnreg" | "griddepcontrol"
            | "alloca" | "stacksave" | "stackrestore" => {
                control::lower(self, name, &mut words, operands)?;
            }
            "bar" | "barrier" | "membar" | "fence" => synchronise::lower(self, name, &mut words, operands)?,
            "shfl" | "vote" | "match" | "redux" | "activemask" | "elect" => {
                collectives::lower(self, name, &mut words, operands)?;
            }
            "tex" | "tld4" | "txq" | "istypep" | "suld" | "sust" | "sured" | "suq" => {
                textures::lower(self, name, &mut words, operands)?;
            }
            "mma" | "wmma" | "ldmatrix" | "stmatrix" | "movmatrix" => {
                matrices::lower(self, name, &mut words, operands)?;
            }
            "call" => call::lower(self, &mut words, operands)?,
            "cp" => asynchronous::lower(self, &mut words, operands)?,
            "mbarrier" => mbarrier::lower(self, &mut words, operands)?,
            "add" | "sub" | "mad" if words.take("cc") => carry::lower(self, name, true, &mut words, operands)?,
            "addc" | "subc" | "madc" => {
                let sets = words.take("cc");
                carry::lower(self, name, sets, &mut words, operands)?;
            }
            _ => match video::row(name) {
                Some(row) => video::lower(self, row, &mut words, operands)?,
                None => arithmetic::lower(self, name, &mut words, operands)?,
            },
        }
        match words.first_left() {
            None => Ok(()),
            Some(word) => Err(Failure::because(format!("`.{word}` is not supported here"))),
        }
    }

    fn unsupported(&self, instruction: &Instruction, failure: Failure) -> Unsupported {
        let (what, reason) = match failure {
            Failure::Inner(unsupported) => return unsupported,
            Failure::This(reason) => (words::spelling(instruction), reason),
            Failure::Undefined { name, reason } => (format!("call {name}"), reason.to_owned()),
        };
        self.at(what, reason, instruction.origin)
    }

    fn whole_function(&self, function: &checked::Function, failure: Failure) -> Unsupported {
        let origin = checked::Origin { line: function.line, source: (0, 0) };
        match failure {
            Failure::Inner(unsupported) => unsupported,
            Failure::This(reason) => self.at(function.name.clone(), reason, origin),
            Failure::Undefined { reason, .. } => self.at(function.name.clone(), reason.to_owned(), origin),
        }
    }

    fn at(&self, what: String, reason: String, origin: checked::Origin) -> Unsupported {
        let (kernel, file) = (self.kernel.to_owned(), self.options.file.clone());
        Unsupported { what, reason, kernel, file, origin, cuda_line: self.module.source_of(origin).unwrap_or_default() }
    }
}

/// Whether the instruction only computes its destination from its operands.
fn is_pure(name: &str) -> bool {
    matches!(
        name,
        "mov"
            | "cvta"
            | "isspacep"
            | "mapa"
            | "getctarank"
            | "cvt"
            | "setp"
            | "set"
            | "selp"
            | "slct"
            | "addc"
            | "subc"
            | "madc"
    ) || arithmetic::is_arithmetic(name)
}
