//! What the checker hands to the translator: names resolved to numbers, every instruction matched to a row of the
//! instruction table, initialisers laid out as bytes.
//!
//! Bodies are flat: nested `{ }` scopes and call sequences are gone, because every register, variable and label of
//! a function has a number of its own.

use crate::ast::Opaque;
use crate::diagnostic::Diagnostic;
use crate::special::SpecialRegister;
use crate::types::{ScalarType, StateSpace};

/// A whole PTX module.
#[derive(Clone, Debug, Default)]
pub struct Module {
    /// `.version major.minor`
    pub version: (u32, u32),
    /// The first `.target`, for example `sm_120a`.
    pub target: String,
    /// `.file` entries: index and path.
    pub files: Vec<(u32, String)>,
    /// Variables of module scope (`.global`, `.const`, `.shared`), and the function-scope `.shared`, `.global` and
    /// `.const` variables, which have static lifetime; the latter's names are unique within their function only.
    pub variables: Vec<Variable>,
    /// `.entry` and `.func`, with or without a body.
    pub functions: Vec<Function>,
}

impl Module {
    /// The CUDA source file and line that an instruction comes from, `saxpy.cu:17`, where `.loc` and `.file` say it.
    pub fn source_of(&self, origin: Origin) -> Option<String> {
        let (file, line) = origin.source;
        let (_, path) = self.files.iter().find(|(index, _)| *index == file && file != 0)?;
        Some(format!("{path}:{line}"))
    }
}

/// Index into [`Module::variables`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct VariableId(pub u32);
/// Index into [`Module::functions`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct FunctionId(pub u32);
/// Index into [`Body::registers`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct RegisterId(pub u32);
/// Index into [`Body::locals`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct LocalId(pub u32);
/// Index into [`Body::labels`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct LabelId(pub u32);

/// Who sees a symbol when modules are linked.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Linkage {
    /// No linkage word: private to the module.
    #[default]
    Internal,
    /// `.visible`
    Visible,
    /// `.extern`
    Extern,
    /// `.weak`
    Weak,
    /// `.common`
    Common,
}

/// A variable in memory: a global, a parameter, a local array.
#[derive(Clone, Debug)]
pub struct Variable {
    /// The name as written.
    pub name: String,
    /// Where it lives.
    pub space: StateSpace,
    /// Element type.
    pub ty: ScalarType,
    /// Bytes in all; 0 for an array of unknown size (`.extern .shared .b8 dyn[];`).
    pub size: u64,
    /// Bytes; the natural alignment where no `.align` was written.
    pub align: u32,
    /// Linkage.
    pub linkage: Linkage,
    /// `.attribute(.managed)`
    pub managed: bool,
    /// Initial bytes; empty means zero. Never longer than `size`.
    pub initial: Vec<u8>,
    /// Addresses to be written into the initial bytes once they are known.
    pub relocations: Vec<Relocation>,
    /// `.texref`, `.samplerref`, `.surfref`; these have type `.b64`.
    pub opaque: Option<Opaque>,
    /// `name = value` pairs of an opaque object's initialiser.
    pub fields: Vec<(String, String)>,
    /// 1-based PTX line of the declaration.
    pub line: u32,
}

impl Variable {
    /// Where it begins as the next of a kernel's parameters, `end` bytes of which are placed.
    pub fn offset_behind(&self, end: u64) -> u64 {
        end.checked_next_multiple_of(self.align.max(1).into()).unwrap_or(u64::MAX)
    }
}

/// An address inside an initialiser.
#[derive(Clone, Debug)]
pub struct Relocation {
    /// Byte offset in the variable.
    pub offset: u64,
    /// Bytes to write: 1, 2, 4 or 8.
    pub width: u32,
    /// Right shift applied to the address first (from the byte masks `0xFF00(symbol)`).
    pub shift: u32,
    /// Whose address.
    pub symbol: Symbol,
    /// Added to the address.
    pub addend: i64,
    /// `generic(symbol)`: the generic address instead of the one in the symbol's own space.
    pub generic: bool,
}

/// Something of module scope that has an address.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[allow(missing_docs, reason = "the variants say it")]
pub enum Symbol {
    Variable(VariableId),
    Function(FunctionId),
}

/// `.entry` or `.func`.
#[derive(Clone, Debug)]
pub struct Function {
    /// The name as written.
    pub name: String,
    /// `.entry`: can be launched.
    pub is_entry: bool,
    /// Linkage.
    pub linkage: Linkage,
    /// Parameters in order. Space `Param` (or `Reg` in old code that passes registers).
    pub params: Vec<Variable>,
    /// Return parameters of a `.func`.
    pub returns: Vec<Variable>,
    /// `.noreturn`
    pub noreturn: bool,
    /// `.maxntid`, `.reqntid`, `.minnctapersm`, `.maxnreg`, `.reqnctapercluster`, ... as written, missing
    /// dimensions filled with 1.
    pub directives: Vec<(String, Vec<u32>)>,
    /// Missing for a mere declaration. Where there are `errors`, it lacks the instructions that they are about.
    pub body: Option<Body>,
    /// Why this function cannot be used, though the rest of the module can: instructions or forms that are not in the
    /// table.
    pub errors: Vec<Diagnostic>,
    /// 1-based PTX line of the declaration.
    pub line: u32,
}

impl Function {
    /// Whether its code is here, usable or not.
    pub fn is_defined(&self) -> bool {
        self.body.is_some() || !self.errors.is_empty()
    }

    /// Whether its code is here as a whole.
    pub fn is_usable(&self) -> bool {
        self.body.is_some() && self.errors.is_empty()
    }
}

/// A function's code.
#[derive(Clone, Debug, Default)]
pub struct Body {
    /// Registers; parameterised declarations (`%r<100>`) are spread out, but only those used need appear.
    pub registers: Vec<Register>,
    /// By parameter: the register that it is, if it is one.
    pub param_registers: Vec<Option<RegisterId>>,
    /// By return parameter: the register that it is, if it is one.
    pub return_registers: Vec<Option<RegisterId>>,
    /// `.local` arrays and `.param` variables of call sequences.
    pub locals: Vec<Variable>,
    /// Label names, and the index of the instruction each stands before (may be `instructions.len()`).
    pub labels: Vec<(String, u32)>,
    /// `.callprototype` bodies: returns, params.
    pub prototypes: Vec<(Vec<Variable>, Vec<Variable>)>,
    /// `.branchtargets` lists.
    pub branch_targets: Vec<Vec<LabelId>>,
    /// The code.
    pub instructions: Vec<Instruction>,
}

/// A register declaration.
#[derive(Clone, Copy, Debug)]
pub struct Register {
    /// Declared type; only its width matters, PTX registers are bags of bits.
    pub ty: ScalarType,
}

/// Where an instruction comes from.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Origin {
    /// 1-based line in the PTX text.
    pub line: u32,
    /// CUDA source position from `.loc`: index of `.file` and line; (0, 0) when there is none.
    pub source: (u32, u32),
}

/// The operands of an instruction.
pub type Operands = smallvec::SmallVec<[Operand; 4]>;

/// An operand, resolved.
#[derive(Clone, Debug, PartialEq)]
pub enum Operand {
    /// `%r1`
    Register(RegisterId),
    /// `!%p1`
    Not(RegisterId),
    /// `-%r1`, `%r1.b2`, `%r1.h10`: part of a register, of video instructions.
    Part {
        /// Of which register.
        register: RegisterId,
        /// Which part, if not all of it.
        part: Option<Part>,
        /// Whether a minus stands before it.
        negated: bool,
    },
    /// An integer literal or constant expression, truncated to the instruction's type at use.
    Integer(i128),
    /// `0fXXXXXXXX`: exact bits of an f32.
    F32(u32),
    /// `0dXXXXXXXXXXXXXXXX` or a decimal float: exact bits of an f64.
    F64(u64),
    /// `%tid.x`
    Special(SpecialRegister),
    /// The address of a module variable, plus a byte offset.
    Variable(VariableId, i64),
    /// The address of a `.local` array or call parameter of this body, plus a byte offset.
    Local(LocalId, i64),
    /// The address of a parameter of the enclosing function (index into `params`), plus a byte offset.
    Param(u32, i64),
    /// The address of a return parameter of the enclosing function.
    Return(u32, i64),
    /// A function, as a call target or as an address.
    Function(FunctionId),
    /// A branch target.
    Label(LabelId),
    /// `.branchtargets` list, index into [`Body::branch_targets`].
    BranchTargets(u32),
    /// `.callprototype`, index into [`Body::prototypes`].
    Prototype(u32),
    /// `[base + offset]`; the base is a register, integer or one of the address operands above (whose own offset
    /// is then 0).
    Address(Box<Operand>, i64),
    /// `{%r1, %r2}`
    Vector(Vec<Operand>),
    /// `%p1|%p2`
    Pair(Box<Operand>, Box<Operand>),
    /// `_`
    Sink,
    /// `[object, {coordinates}]` of textures, surfaces and tensor maps, and other bracketed lists.
    Indexed(Vec<Operand>),
    /// `(a, b)`: the argument and result lists of `call`.
    List(Vec<Operand>),
}

impl Operand {
    /// The operands in braces; one stands for itself.
    pub fn elements(&self) -> &[Operand] {
        match self {
            Operand::Vector(elements) => elements,
            one => std::slice::from_ref(one),
        }
    }
}

/// Which bytes or halves of a register a video instruction uses.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Part {
    /// Halves (`.h10`) or bytes (`.b3210`).
    pub halves: bool,
    /// The numbers in the order written.
    pub lanes: [u8; 4],
    /// How many of them there are.
    pub count: u8,
}

/// One instruction that matches a row of the table.
#[derive(Clone, Debug)]
pub struct Instruction {
    /// `@%p1` or `@!%p1`: the predicate register and whether it is negated.
    pub guard: Option<(RegisterId, bool)>,
    /// The opcode, an entry of the table in `isa.rs`.
    pub opcode: crate::isa::Opcode,
    /// Which form line of that entry it matched, counted from 0.
    pub form: u16,
    /// The dot-words in the order written (the order matters for types only: `cvt.f32.s32`).
    pub modifiers: crate::modifier::Modifiers,
    /// Operands in the order written. `call` has `[List(results), callee, List(arguments), prototype?]`, with the
    /// lists present even when empty.
    pub operands: Operands,
    /// Where it stands.
    pub origin: Origin,
}
