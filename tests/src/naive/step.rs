//! One instruction of one thread.

use super::memory::{Kind, Memory, lies_in, window};
use super::schedule::{Block, Request};
use super::thread::{State, Thread, low};
use super::words::Words;
use super::{Outcome, Stop, atomic, bits, compare, convert, float, integer, unknown};
use ptx_frontend::checked::{FunctionId, Instruction, Module, Operand};
use ptx_frontend::isa::Opcode;
use ptx_frontend::special::SpecialRegister;
use ptx_frontend::types::{ScalarType, StateSpace};

/// The dot-words of all instructions, by function.
pub(super) struct Code(Vec<Vec<Words>>);

impl Code {
    pub(super) fn of(module: &Module) -> Outcome<Code> {
        let bodies = module.functions.iter().map(|function| match &function.body {
            Some(body) => body.instructions.iter().map(Words::of).collect(),
            None => Vec::new(),
        });
        Ok(Code(bodies.collect()))
    }
}

/// Addresses of functions: this, and 16 for each of them.
const FUNCTIONS: u64 = 0x7400 << 48;

/// Runs the next instruction of a thread.
pub(super) fn step<'m>(block: &mut Block<'m, '_>, thread: &mut Thread<'m>, memory: &mut Memory<'_>) -> Outcome {
    let frame = thread.frame();
    let body = frame.body;
    let Some(instruction) = body.instructions.get(frame.next) else {
        return_from(block.module, thread);
        return Ok(());
    };
    let words = &block.code.0[frame.function][frame.next];
    if let Some((predicate, negated)) = instruction.guard
        && (thread.register(predicate) != 0) == negated
    {
        thread.frame_mut().next += 1;
        return Ok(());
    }
    let mut at = Step { block, thread, memory, instruction, words };
    at.run()
}

/// Ends a function, and the thread with its last one.
fn return_from(module: &Module, thread: &mut Thread<'_>) {
    let Some(frame) = thread.frames.pop() else { return };
    if thread.frames.is_empty() {
        thread.state = State::Gone;
        return;
    }
    for ((param, from), to) in module.functions[frame.function].returns.iter().zip(&frame.returns).zip(&frame.results) {
        let bytes = thread.local[*from as usize..(from + param.size) as usize].to_vec();
        thread.local[*to as usize..*to as usize + bytes.len()].copy_from_slice(&bytes);
    }
    thread.local.truncate(frame.base);
}

/// Writes `d` or `d|p`.
pub(super) fn put_pair(
    thread: &mut Thread<'_>,
    operand: &Operand,
    ty: ScalarType,
    bits: u32,
    value: u128,
    predicate: bool,
) {
    match operand {
        Operand::Pair(first, second) => {
            thread.put(first, ty, bits, value);
            thread.put(second, ScalarType::Pred, 1, u128::from(predicate));
        }
        operand => thread.put(operand, ty, bits, value),
    }
}

struct Step<'s, 'm, 'l, 'b> {
    block: &'s mut Block<'m, 'l>,
    thread: &'s mut Thread<'m>,
    memory: &'s mut Memory<'b>,
    instruction: &'m Instruction,
    words: &'m Words,
}

impl<'m> Step<'_, 'm, '_, '_> {
    fn line(&self) -> u32 {
        self.instruction.origin.line
    }

    fn who(&self) -> (u32, u32) {
        (self.thread.number, self.line())
    }

    fn operand(&self, index: usize) -> &'m Operand {
        &self.instruction.operands[index]
    }

    /// The low bits of an operand's value, as an instruction of this type reads them.
    fn read(&self, operand: &Operand, ty: ScalarType, count: u32) -> Outcome<u128> {
        let value = match operand {
            Operand::Register(id) => self.thread.register(*id),
            Operand::Not(id) => u128::from(self.thread.register(*id) == 0),
            Operand::Integer(value) => *value as u128,
            Operand::F32(value) if ty == ScalarType::F64 => u128::from(f64::from(f32::from_bits(*value)).to_bits()),
            Operand::F32(value) => u128::from(*value),
            Operand::F64(value) if ty == ScalarType::F32 => u128::from((f64::from_bits(*value) as f32).to_bits()),
            Operand::F64(value) => u128::from(*value),
            Operand::Special(register) => u128::from(self.special(*register)?),
            Operand::Function(FunctionId(number)) => u128::from(FUNCTIONS + 16 * u64::from(*number)),
            Operand::Variable(..) | Operand::Local(..) | Operand::Param(..) | Operand::Return(..) => {
                u128::from(self.place(operand, StateSpace::Generic)?.1)
            }
            other => return unknown(format!("the operand {other:?}")),
        };
        Ok(low(value, count))
    }

    fn source(&self, index: usize, ty: ScalarType) -> Outcome<u128> {
        self.read(self.operand(index), ty, ty.bits())
    }

    fn special(&self, register: SpecialRegister) -> Outcome<u32> {
        use SpecialRegister as S;
        let lane = self.thread.number % 32;
        let launch = self.block.launch;
        let threads: u32 = launch.block.iter().product();
        Ok(match register {
            S::TidX => self.thread.tid[0],
            S::TidY => self.thread.tid[1],
            S::TidZ => self.thread.tid[2],
            S::NtidX => launch.block[0],
            S::NtidY => launch.block[1],
            S::NtidZ => launch.block[2],
            S::CtaidX => self.block.ctaid[0],
            S::CtaidY => self.block.ctaid[1],
            S::CtaidZ => self.block.ctaid[2],
            S::NctaidX => launch.grid[0],
            S::NctaidY => launch.grid[1],
            S::NctaidZ => launch.grid[2],
            S::LaneId => lane,
            S::WarpId => self.thread.number / 32,
            S::NWarpId => threads.div_ceil(32),
            S::LanemaskEq => 1 << lane,
            S::LanemaskLt => (1 << lane) - 1,
            S::LanemaskLe => u32::MAX >> (31 - lane),
            S::LanemaskGt => !(u32::MAX >> (31 - lane)),
            S::LanemaskGe => !((1 << lane) - 1),
            other => return unknown(format!("`%{other}`")),
        })
    }

    /// Space and address of what an address operand means.
    fn place(&self, operand: &Operand, space: StateSpace) -> Outcome<(StateSpace, u64)> {
        let frame = self.thread.frame();
        Ok(match operand {
            Operand::Address(base, offset) => {
                let (space, address) = self.place(base, space)?;
                (space, address.wrapping_add_signed(*offset))
            }
            Operand::Register(id) => (space, self.thread.register(*id) as u64),
            Operand::Integer(value) => (space, *value as u64),
            Operand::Variable(id, offset) => {
                let number = id.0 as usize;
                let start = match self.memory.shared_offsets[number] {
                    Some(start) => start,
                    None => self.memory.symbols[number],
                };
                (space, start.wrapping_add_signed(*offset))
            }
            Operand::Local(id, offset) => (StateSpace::Local, frame.locals[id.0 as usize].wrapping_add_signed(*offset)),
            Operand::Param(index, offset) => {
                let space = if self.thread.frames.len() == 1 { StateSpace::Param } else { StateSpace::Local };
                (space, frame.params[*index as usize].wrapping_add_signed(*offset))
            }
            Operand::Return(index, offset) => {
                (StateSpace::Local, frame.returns[*index as usize].wrapping_add_signed(*offset))
            }
            other => return unknown(format!("the address {other:?}")),
        })
    }

    fn run(&mut self) -> Outcome {
        use Opcode as O;
        let words = self.words;
        let ty = words.ty(0);
        match self.instruction.opcode {
            O::Bra => return self.jump(self.operand(0)),
            O::BrxIdx => {
                let index = self.source(0, ScalarType::U32)? as usize;
                let Operand::BranchTargets(list) = self.operand(1) else { return unknown("this `brx.idx`") };
                let targets = &self.thread.frame().body.branch_targets[*list as usize];
                let Some(target) = targets.get(index) else {
                    return Err(Stop::Wrong(self.line(), "the index is past the list".into()));
                };
                return self.jump(&Operand::Label(*target));
            }
            O::Call => return self.call(),
            O::Ret => {
                return_from(self.block.module, self.thread);
                return Ok(());
            }
            O::Exit => {
                self.thread.frames.clear();
                self.thread.state = State::Gone;
                return Ok(());
            }
            O::Bar | O::Barrier => return self.barrier(),
            O::Shfl | O::Vote | O::Match | O::Redux | O::Elect | O::BarWarp => return self.together(),
            O::Membar | O::Fence | O::Nanosleep | O::Prefetch | O::Prefetchu => {}
            O::Ld | O::Ldu => self.load()?,
            O::St => self.store()?,
            O::Atom | O::Red => self.atomic()?,
            O::Mov => self.mov()?,
            O::Cvta => {
                let value = self.source(1, ScalarType::B64)? as u64;
                let by = window(words.space);
                let value = if words.has("to") { value.wrapping_sub(by) } else { value.wrapping_add(by) };
                self.thread.put(self.operand(0), ScalarType::B64, 64, value.into());
            }
            O::Isspacep => {
                let address = self.source(1, ScalarType::B64)? as u64;
                let is_there = lies_in(words.space, address);
                self.thread.put(self.operand(0), ScalarType::Pred, 1, u128::from(is_there));
            }
            O::Setp => self.setp()?,
            O::Set => self.set()?,
            O::Testp => {
                let holds = compare::test(words, self.source(1, ty)?)?;
                self.thread.put(self.operand(0), ScalarType::Pred, 1, u128::from(holds));
            }
            O::Selp => {
                let chosen = if self.source(3, ScalarType::Pred)? != 0 { 1 } else { 2 };
                let value = self.source(chosen, ty)?;
                self.thread.put(self.operand(0), ty, ty.bits(), value);
            }
            O::Slct => {
                let selector = words.ty(1);
                let c = self.source(3, selector)?;
                let takes_first = if selector == ScalarType::F32 {
                    // -0 and, flushed, all subnormal numbers are at least zero.
                    let value = f32::from_bits(c as u32);
                    value >= 0.0 || words.has("ftz") && value.is_subnormal()
                } else {
                    c >> 31 == 0
                };
                let value = self.source(if takes_first { 1 } else { 2 }, ty)?;
                self.thread.put(self.operand(0), ty, ty.bits(), value);
            }
            O::AddCc | O::Addc | O::SubCc | O::Subc | O::MadCc | O::Madc => {
                let args = self.sources(|_| ty)?;
                let opcode = self.instruction.opcode;
                let (value, carry) = integer::with_carry(opcode, words, &args, self.thread.carry)?;
                if !matches!(opcode, O::Addc | O::Subc | O::Madc) || words.has("cc") {
                    self.thread.carry = carry;
                }
                self.thread.put(self.operand(0), ty, ty.bits(), value);
            }
            O::Lop3 if words.has("or") || words.has("and") => {
                let args = self.sources(|index| if index < 4 { ScalarType::B32 } else { ScalarType::Pred })?;
                let value = bits::lop3(args[0], args[1], args[2], args[3]);
                let (is_set, q) = (value != 0, args[4] != 0);
                let predicate = if words.has("or") { is_set || q } else { is_set && q };
                put_pair(self.thread, self.operand(0), ScalarType::B32, 32, value, predicate);
            }
            _ => self.compute()?,
        }
        self.thread.frame_mut().next += 1;
        Ok(())
    }

    /// All operands behind the first one.
    fn sources(&self, ty: impl Fn(usize) -> ScalarType) -> Outcome<Vec<u128>> {
        (1..self.instruction.operands.len()).map(|index| self.source(index, ty(index - 1))).collect()
    }

    /// Instructions with one result that depends on the operands alone.
    fn compute(&mut self) -> Outcome {
        use Opcode as O;
        let (opcode, words) = (self.instruction.opcode, self.words);
        let ty = words.ty(0);
        let is_float = ty.is_float() || float::element(ty).is_some();
        let u32 = ScalarType::U32;
        let mixed = is_float && words.types.len() == 2;
        let last = self.instruction.operands.len() - 2;
        let wide = if ty.bits() == 16 { ScalarType::B32 } else { ScalarType::B64 };
        let args = match opcode {
            O::Shl | O::Shr | O::Szext => self.sources(|index| if index == 1 { u32 } else { ty })?,
            O::Bfe => self.sources(|index| if index >= 1 { u32 } else { ty })?,
            O::Bfi => self.sources(|index| if index >= 2 { u32 } else { ty })?,
            O::Bmsk | O::Fns | O::Dp4a | O::Dp2a | O::Lop3 | O::CvtPack => self.sources(|_| u32)?,
            O::Mad if words.has("wide") => self.sources(|index| if index == 2 { wide } else { ty })?,
            O::Cvt => self.sources(|_| words.ty(1))?,
            _ if mixed => self.sources(|index| if index == last { ty } else { words.ty(1) })?,
            _ => self.sources(|_| ty)?,
        };
        let (result, bits, value) = match opcode {
            O::Cvt => (ty, ty.bits(), convert::evaluate(words, &args)?),
            O::CvtPack => (ScalarType::B32, 32, integer::pack(ty, &args)),
            O::Dp4a | O::Dp2a => (ScalarType::B32, 32, integer::dot_product(opcode, words, &args)),
            O::Popc | O::Clz | O::Bfind => (u32, 32, bits::evaluate(opcode, words, &args)?),
            O::Mul | O::Mad if words.has("wide") => {
                (ScalarType::B64, 2 * ty.bits(), integer::evaluate(opcode, words, &args)?)
            }
            _ if is_float => (ty, ty.bits(), float::evaluate(opcode, words, &args)?),
            O::And
            | O::Or
            | O::Xor
            | O::Not
            | O::Cnot
            | O::Shl
            | O::Shr
            | O::Shf
            | O::Lop3
            | O::Brev
            | O::Bfe
            | O::Bfi
            | O::Fns
            | O::Bmsk
            | O::Szext
            | O::Prmt => (ty, ty.bits(), bits::evaluate(opcode, words, &args)?),
            O::Add
            | O::Sub
            | O::Mul
            | O::Mad
            | O::Mul24
            | O::Mad24
            | O::Sad
            | O::Div
            | O::Rem
            | O::Abs
            | O::Neg
            | O::Min
            | O::Max => (ty, ty.bits(), integer::evaluate(opcode, words, &args)?),
            _ => return unknown(format!("`{}`", opcode.mnemonic())),
        };
        self.thread.put(self.operand(0), result, bits, value);
        Ok(())
    }

    fn jump(&mut self, target: &Operand) -> Outcome {
        let Operand::Label(label) = target else { return unknown("this branch") };
        let frame = self.thread.frame_mut();
        frame.next = frame.body.labels[label.0 as usize].1 as usize;
        Ok(())
    }

    fn mov(&mut self) -> Outcome {
        let ty = self.words.ty(0);
        if self.words.vector != 1 {
            return unknown("`mov` of vectors");
        }
        let value = match self.operand(1) {
            Operand::Vector(parts) => {
                let width = ty.bits() / parts.len() as u32;
                let mut value = 0;
                for (index, part) in parts.iter().enumerate() {
                    value |= self.read(part, ScalarType::B64, width)? << (width * index as u32);
                }
                value
            }
            operand => self.read(operand, ty, ty.bits())?,
        };
        match self.operand(0) {
            Operand::Vector(parts) => {
                let width = ty.bits() / parts.len() as u32;
                for (index, part) in parts.iter().enumerate() {
                    self.thread.put(part, ScalarType::B64, width, low(value >> (width * index as u32), width));
                }
            }
            operand => self.thread.put(operand, ty, ty.bits(), value),
        }
        Ok(())
    }

    fn setp(&mut self) -> Outcome {
        let words = self.words;
        let ty = words.ty(0);
        let with = match self.instruction.operands.get(3) {
            Some(operand) => Some(self.read(operand, ScalarType::Pred, 1)? != 0),
            None => None,
        };
        let (a, b) = (self.source(1, ty)?, self.source(2, ty)?);
        let (first, second) = match float::element(ty) {
            Some(of) => {
                let low_half = compare::holds(of, words, low(a, 16), low(b, 16))?;
                let high_half = compare::holds(of, words, a >> 16, b >> 16)?;
                (compare::combine(words, low_half, with), compare::combine(words, high_half, with))
            }
            None => {
                let holds = compare::holds(ty, words, a, b)?;
                (compare::combine(words, holds, with), compare::combine(words, !holds, with))
            }
        };
        put_pair(self.thread, self.operand(0), ScalarType::Pred, 1, u128::from(first), second);
        Ok(())
    }

    fn set(&mut self) -> Outcome {
        let words = self.words;
        let (to, ty) = (words.ty(0), words.ty(1));
        let with = match self.instruction.operands.get(3) {
            Some(operand) => Some(self.read(operand, ScalarType::Pred, 1)? != 0),
            None => None,
        };
        let (a, b) = (self.source(1, ty)?, self.source(2, ty)?);
        let value = match float::element(ty) {
            Some(of) => {
                let half = |shift: u32| -> Outcome<u128> {
                    let holds = compare::holds(of, words, low(a >> shift, 16), low(b >> shift, 16))?;
                    let holds = compare::combine(words, holds, with);
                    Ok(compare::truth(float::element(to).unwrap_or(ScalarType::U16), holds) << shift)
                };
                half(0)? | half(16)?
            }
            None => compare::truth(to, compare::combine(words, compare::holds(ty, words, a, b)?, with)),
        };
        self.thread.put(self.operand(0), to, to.bits(), value);
        Ok(())
    }

    fn load(&mut self) -> Outcome {
        let words = self.words;
        let ty = words.ty(0);
        let size = ty.bits() as usize / 8;
        let (space, address) = self.place(self.operand(1), words.space)?;
        let mut bytes = vec![0; size * words.vector];
        let who = self.who();
        self.memory.load(space, address, &mut bytes, &self.thread.local, who)?;
        let parts = match self.operand(0) {
            Operand::Vector(parts) => parts.as_slice(),
            operand => std::slice::from_ref(operand),
        };
        for (part, bytes) in parts.iter().zip(bytes.chunks(size)) {
            self.thread.put(part, ty, ty.bits(), number(bytes));
        }
        Ok(())
    }

    /// The values of an operand that may be a vector, as bytes.
    fn bytes_of(&self, operand: &Operand, ty: ScalarType) -> Outcome<Vec<u8>> {
        let parts = match operand {
            Operand::Vector(parts) => parts.as_slice(),
            operand => std::slice::from_ref(operand),
        };
        let mut bytes = Vec::new();
        for part in parts {
            let value = self.read(part, ty, ty.bits())?;
            bytes.extend_from_slice(&value.to_le_bytes()[..ty.bits() as usize / 8]);
        }
        Ok(bytes)
    }

    fn store(&mut self) -> Outcome {
        let (space, address) = self.place(self.operand(0), self.words.space)?;
        let bytes = self.bytes_of(self.operand(1), self.words.ty(0))?;
        let who = self.who();
        self.memory.store(space, address, &bytes, &mut self.thread.local, Kind::Write, who)
    }

    fn atomic(&mut self) -> Outcome {
        let words = self.words;
        let ty = words.ty(0);
        let gives = usize::from(self.instruction.opcode == Opcode::Atom);
        let size = ty.bits() as usize / 8;
        let (space, address) = self.place(self.operand(gives), words.space)?;
        let needed = if words.has("cas") { 2 } else { 1 };
        let args = (0..needed)
            .map(|index| self.bytes_of(self.operand(gives + 1 + index), ty))
            .collect::<Outcome<Vec<Vec<u8>>>>()?;
        let mut old = vec![0; args[0].len()];
        let who = self.who();
        self.memory.load_atomically(space, address, &mut old, who)?;
        let is_shared = Memory::is_shared(space, address);
        let mut new = Vec::new();
        for at in (0..old.len()).step_by(size) {
            let of = |bytes: &[u8]| number(&bytes[at..at + size]);
            let operands: Vec<u128> = args.iter().map(|arg| of(arg)).collect();
            let value = atomic::change(words, ty, of(&old), &operands, is_shared)?;
            new.extend_from_slice(&value.to_le_bytes()[..size]);
        }
        self.memory.store(space, address, &new, &mut self.thread.local, Kind::Atomic, who)?;
        if gives == 1 {
            let parts = match self.operand(0) {
                Operand::Vector(parts) => parts.as_slice(),
                operand => std::slice::from_ref(operand),
            };
            for (part, bytes) in parts.iter().zip(old.chunks(size)) {
                self.thread.put(part, ty, ty.bits(), number(bytes));
            }
        }
        Ok(())
    }

    fn call(&mut self) -> Outcome {
        let operands = &self.instruction.operands;
        let (Operand::List(results), callee, Operand::List(args)) = (&operands[0], &operands[1], &operands[2]) else {
            return unknown("this `call`");
        };
        let number = match callee {
            Operand::Function(id) => id.0 as usize,
            operand => (self.read(operand, ScalarType::B64, 64)? as u64).wrapping_sub(FUNCTIONS) as usize / 16,
        };
        let Some((function, body)) =
            self.block.module.functions.get(number).and_then(|function| Some((function, function.body.as_ref()?)))
        else {
            return Err(Stop::Wrong(self.line(), "there is no such function".into()));
        };
        if self.thread.frames.len() > 100 {
            return Err(Stop::TooLong);
        }
        let mut passed = Vec::new();
        for (arg, param) in args.iter().zip(&function.params) {
            passed.push(match arg {
                Operand::Local(..) => {
                    let start = self.place(arg, StateSpace::Local)?.1 as usize;
                    self.thread.local[start..start + param.size as usize].to_vec()
                }
                operand => self.bytes_of(operand, param.ty)?,
            });
        }
        let mut places = Vec::new();
        for result in results {
            let Operand::Local(..) = result else { return unknown("results in registers") };
            places.push(self.place(result, StateSpace::Local)?.1);
        }
        self.thread.frame_mut().next += 1;
        self.thread.enter(number, function, body, true);
        self.thread.frame_mut().results = places;
        let starts = self.thread.frame().params.clone();
        for (bytes, start) in passed.iter().zip(starts) {
            self.thread.local[start as usize..start as usize + bytes.len()].copy_from_slice(bytes);
        }
        Ok(())
    }

    fn barrier(&mut self) -> Outcome {
        let (instruction, words) = (self.instruction, self.words);
        let gives = usize::from(words.has("red"));
        let id = self.source(gives, ScalarType::U32)? as u32;
        let end = instruction.operands.len() - gives;
        let count = if end > gives + 1 { Some(self.source(gives + 1, ScalarType::U32)? as u32) } else { None };
        if words.has("arrive") {
            self.block.arrive(id);
            self.thread.frame_mut().next += 1;
            return Ok(());
        }
        let predicate = match gives {
            1 => self.source(instruction.operands.len() - 1, ScalarType::Pred)? != 0,
            _ => false,
        };
        self.thread.state = State::Waiting(Request::Barrier { id, count, predicate, instruction, words });
        Ok(())
    }

    fn together(&mut self) -> Outcome {
        let (instruction, words) = (self.instruction, self.words);
        if instruction.opcode != Opcode::BarWarp && !words.has("sync") && instruction.opcode != Opcode::Elect {
            return unknown(format!("`{}` without `.sync`", instruction.opcode.mnemonic()));
        }
        let last = instruction.operands.len() - 1;
        let mask = self.source(last, ScalarType::B32)? as u32;
        let mut args = Vec::new();
        for index in 1..last {
            let ty = match instruction.opcode {
                Opcode::Vote => ScalarType::Pred,
                Opcode::Match | Opcode::Redux => words.ty(0),
                _ => ScalarType::B32,
            };
            args.push(self.source(index, ty)?);
        }
        self.thread.state = State::Waiting(Request::Together { mask, args, instruction, words });
        Ok(())
    }
}

/// Bytes as a number, the lowest first.
fn number(bytes: &[u8]) -> u128 {
    bytes.iter().rev().fold(0, |all, byte| all << 8 | u128::from(*byte))
}
