//! A module as it is written: names unresolved, instructions not yet matched to the table, every node with its place.
//!
//! Everything borrows from the text. The body of a function is a flat list in which braces are statements of their
//! own, so that no depth of nesting needs a deep stack.

use crate::checked::Linkage;
use crate::diagnostic::Span;
use crate::types::{ScalarType, StateSpace};
use smallvec::SmallVec;
use std::borrow::Cow;

/// A name and where it stands.
#[derive(Clone, Copy, Debug)]
pub struct Name<'a> {
    /// The name.
    pub text: &'a str,
    /// Its place.
    pub span: Span,
}

/// A whole module.
#[derive(Clone, Debug, Default)]
pub struct Module<'a> {
    /// `.version major.minor`
    pub version: (u32, u32),
    /// `.target` words: the architecture and options such as `debug`, `texmode_independent`.
    pub targets: Vec<&'a str>,
    /// `.address_size`, 64 where it is not written.
    pub address_size: u32,
    /// What follows, in order.
    pub items: Vec<Item<'a>>,
}

/// Something of module scope.
#[derive(Clone, Debug)]
pub enum Item<'a> {
    /// A variable.
    Variable(Variable<'a>),
    /// `.entry` or `.func`.
    Function(Function<'a>),
    /// `.file index "path"`, and time stamp and size where they are given.
    File(u32, Cow<'a, str>, Option<(u64, u64)>),
    /// `.section name { ... }`: the name and the text between the braces.
    Section(&'a str, &'a str),
    /// `.pragma "..."`
    Pragma(Vec<Cow<'a, str>>),
    /// `.alias new, old;`
    Alias(Name<'a>, Name<'a>),
}

/// A kind of object without a size of its own.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Opaque {
    /// `.texref`
    Texture,
    /// `.samplerref`
    Sampler,
    /// `.surfref`
    Surface,
}

impl Opaque {
    /// The word, without the dot.
    pub const fn as_str(self) -> &'static str {
        match self {
            Opaque::Texture => "texref",
            Opaque::Sampler => "samplerref",
            Opaque::Surface => "surfref",
        }
    }
}

/// A variable declaration: one name of one declaration statement.
#[derive(Clone, Debug)]
pub struct Variable<'a> {
    /// The name.
    pub name: Name<'a>,
    /// Linkage.
    pub linkage: Linkage,
    /// State space.
    pub space: StateSpace,
    /// `.const[2]`: the bank of PTX before 2.2.
    pub bank: Option<u32>,
    /// Element type; `.b64` for opaque objects.
    pub ty: ScalarType,
    /// `.v2`, `.v4`: elements of the vector; 1 without.
    pub vector: u32,
    /// `.texref` and its like.
    pub opaque: Option<Opaque>,
    /// `.align`
    pub align: Option<u32>,
    /// `.ptr`, and what follows it: space and alignment of what a parameter points to.
    pub pointer: Option<(Option<StateSpace>, Option<u32>)>,
    /// Array dimensions; `None` for `[]`.
    pub dimensions: SmallVec<[Option<u64>; 2]>,
    /// `.attribute(...)`: `managed`, `unified(...)`.
    pub attributes: Vec<(&'a str, Vec<u64>)>,
    /// What it starts as.
    pub initial: Option<Initial<'a>>,
    /// 1-based line.
    pub line: u32,
}

/// An initialiser, laid out already.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Initial<'a> {
    /// Bytes, little-endian.
    pub bytes: Vec<u8>,
    /// Addresses, at byte offsets.
    pub addresses: Vec<(u64, AddressOf<'a>)>,
    /// `name = value` pairs of samplers and textures.
    pub fields: Vec<(&'a str, FieldValue<'a>)>,
}

/// The value of a field of a sampler or texture.
#[derive(Clone, Copy, PartialEq, Debug)]
#[allow(missing_docs, reason = "the variants say it")]
pub enum FieldValue<'a> {
    Word(&'a str),
    Integer(i128),
}

impl std::fmt::Display for FieldValue<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            FieldValue::Word(word) => f.write_str(word),
            FieldValue::Integer(value) => value.fmt(f),
        }
    }
}

/// An address in an initialiser.
#[derive(Clone, Copy, Debug)]
pub struct AddressOf<'a> {
    /// Of what.
    pub name: Name<'a>,
    /// Added to it.
    pub addend: i64,
    /// `generic(name)`
    pub generic: bool,
    /// `0xFF00(name)`: right shift of the masked byte.
    pub shift: u32,
    /// Bytes to write.
    pub width: u32,
}

impl PartialEq for AddressOf<'_> {
    fn eq(&self, other: &Self) -> bool {
        (self.name.text, self.addend, self.generic, self.shift, self.width)
            == (other.name.text, other.addend, other.generic, other.shift, other.width)
    }
}

/// `.entry` or `.func`.
#[derive(Clone, Debug)]
pub struct Function<'a> {
    /// The name.
    pub name: Name<'a>,
    /// `.entry`
    pub is_entry: bool,
    /// Linkage.
    pub linkage: Linkage,
    /// `.attribute(...)`
    pub attributes: Vec<(&'a str, Vec<u64>)>,
    /// Return parameters.
    pub returns: Vec<Variable<'a>>,
    /// Parameters.
    pub params: Vec<Variable<'a>>,
    /// `.maxntid 256, 1, 1`, `.noreturn`, ...: word and numbers.
    pub directives: Vec<(&'a str, Vec<u32>)>,
    /// `.pragma` between head and body.
    pub pragmas: Vec<Cow<'a, str>>,
    /// Where the body is, if there is one.
    pub body: Option<Extent>,
    /// 1-based line.
    pub line: u32,
}

/// Where the statements of a body are, between its braces.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Extent {
    /// The bytes, without the braces.
    pub span: Span,
    /// Line of the first byte.
    pub line: u32,
}

/// A statement of a function body.
#[derive(Clone, Debug)]
pub enum Statement<'a> {
    /// An instruction.
    Instruction(Instruction<'a>),
    /// `name:`
    Label(Name<'a>),
    /// `{`
    Open(Span),
    /// `}`
    Close,
    /// `.reg`
    Registers(Registers<'a>),
    /// A variable.
    Variable(Variable<'a>),
    /// `.loc`
    Location(Location<'a>),
    /// `.pragma`
    Pragma(Vec<Cow<'a, str>>),
    /// `name: .branchtargets a, b, c;`
    BranchTargets(Name<'a>, Vec<Name<'a>>),
    /// `name: .calltargets f, g;`
    CallTargets(Name<'a>, Vec<Name<'a>>),
    /// `name: .callprototype (returns) _ (params) .directives;`
    CallPrototype(CallPrototype<'a>),
}

/// `.reg .b32 %r<100>, a, b;`
#[derive(Clone, Debug)]
pub struct Registers<'a> {
    /// The type.
    pub ty: ScalarType,
    /// `.v2`, `.v4`; 1 without.
    pub vector: u32,
    /// Names, and the count of `name<count>`.
    pub names: SmallVec<[(Name<'a>, Option<u32>); 2]>,
}

/// `.loc file line column`, with where it was inlined.
#[derive(Clone, Debug)]
pub struct Location<'a> {
    /// `.file` index, line, column.
    pub at: (u32, u32, u32),
    /// `function_name label + offset, inlined_at file line column`.
    pub inlined: Option<(&'a str, i64, (u32, u32, u32))>,
}

/// `.callprototype`
#[derive(Clone, Debug)]
pub struct CallPrototype<'a> {
    /// Its label.
    pub name: Name<'a>,
    /// Return parameters.
    pub returns: Vec<Variable<'a>>,
    /// Parameters.
    pub params: Vec<Variable<'a>>,
    /// `.noreturn` and its like.
    pub directives: Vec<(&'a str, Vec<u32>)>,
}

/// An instruction.
#[derive(Clone, Debug)]
pub struct Instruction<'a> {
    /// `@p` or `@!p`: the predicate and whether it is negated.
    pub guard: Option<(Name<'a>, bool)>,
    /// The opcode with its dot-words, as written but without blanks.
    pub spelling: Cow<'a, str>,
    /// Where that stands.
    pub span: Span,
    /// 1-based line.
    pub line: u32,
    /// Operands in the order written.
    pub operands: Vec<Operand<'a>>,
}

/// An operand.
#[derive(Clone, Debug)]
pub struct Operand<'a> {
    /// What it is.
    pub kind: OperandKind<'a>,
    /// Its place.
    pub span: Span,
}

/// What an operand is.
#[derive(Clone, Debug, PartialEq)]
pub enum OperandKind<'a> {
    /// A register, variable, function, label or special register, with the offset of `name+8`.
    Name(&'a str, i64),
    /// `!%p1`
    Not(&'a str),
    /// `-%r1`, of video instructions.
    Minus(&'a str),
    /// An integer constant.
    Integer(Integer),
    /// `0fXXXXXXXX`
    F32(u32),
    /// `0dXXXXXXXXXXXXXXXX` or a decimal literal.
    F64(u64),
    /// `[base+offset]`
    Address(Base<'a>, i64),
    /// `{a, b}`
    Vector(Vec<Operand<'a>>),
    /// `a|b`
    Pair(Box<Operand<'a>>, Box<Operand<'a>>),
    /// `_`
    Sink,
    /// `[a, b]`
    Indexed(Vec<Operand<'a>>),
    /// `array[3]`, `array[%r1+3]`: the address of an element, or in loads and stores the element.
    Element(&'a str, Box<Operand<'a>>),
    /// `(a, b)`
    List(Vec<Operand<'a>>),
}

/// What an address is counted from.
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs, reason = "the variants say it")]
pub enum Base<'a> {
    Name(Name<'a>),
    Integer(Integer, Span),
}

/// An integer of 64 bits, with or without a sign.
// An `i128` would make every operand larger.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Integer {
    bits: u64,
    is_negative: bool,
}

impl Integer {
    /// The value of a constant, which is one of an `i64` or of a `u64`.
    pub fn new(value: i128) -> Self {
        Integer { bits: value as u64, is_negative: value < 0 }
    }

    /// Its value.
    pub fn value(self) -> i128 {
        if self.is_negative { i128::from(self.bits as i64) } else { self.bits.into() }
    }
}

impl PartialEq for Base<'_> {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Base::Name(name), Base::Name(other)) => name.text == other.text,
            (Base::Integer(value, _), Base::Integer(other, _)) => value == other,
            _ => false,
        }
    }
}

impl PartialEq for Operand<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind
    }
}
