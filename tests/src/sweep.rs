//! Sweeps: every form of an instruction on many inputs, against an oracle.
//!
//! The instruction table says which forms there are. Each becomes [`Subject`]s: a kernel that loads its operands, runs
//! the one instruction and stores the results, and an oracle that says what the results must be. The oracles are
//! written from NVIDIA's manual with other means than the product (`rustc_apfloat`, wide integers, tables of all values
//! of a format, `f64` for approximations); they share only the table's spelling of forms with it.
//!
//! In reading order: what a subject is (here), where subjects come from ([`table`], [`carry`],
//! [`memory`], [`atomic`], [`warp`], [`matrix`], [`video`]), their inputs, their meaning ([`oracle`]), their PTX ([`kernel`]), and how results are judged.

pub mod inputs;
pub mod judge;
pub mod kernel;
pub mod oracle;

pub mod atomic;
pub mod carry;
pub mod matrix;
pub mod memory;
pub mod table;
pub mod video;
pub mod warp;

pub mod catalogue;
pub mod supervisor;
pub mod worker;

pub mod golden;
pub mod report;

use oracle::format::Format;
use ptx_frontend::isa::Opcode;
use ptx_frontend::types::ScalarType;

/// A form of the table: the opcode, and the number of its line.
pub type FormId = (Opcode, u16);

/// What one output must be.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Expected {
    /// These bits.
    Bits(u64),
    /// These bits where `mask` has ones.
    Masked {
        /// The bits.
        bits: u64,
        /// Which of them count.
        mask: u64,
    },
    /// One of two: what lies on both sides of a number.
    OneOf([u64; 2]),
    /// Any NaN of a format.
    Nan(Format),
    /// A number of a format that is this near to the true value.
    Near {
        /// The true value.
        value: f64,
        /// How near.
        bound: Bound,
        /// The format of the output.
        format: Format,
        /// Whether subnormal results become zero.
        flushes: bool,
    },
    /// The manual leaves it open.
    Anything,
}

/// The error that an approximation may have.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Bound {
    /// In units of the last place of the true value.
    Ulps(f64),
    /// Relative to the true value.
    Relative(f64),
    /// Absolute.
    Absolute(f64),
}

/// A register that a kernel loads or stores for a subject.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Register {
    /// Width: 1 for a predicate, 8, 16, 32 or 64.
    pub bits: u32,
    /// What it holds: chooses the inputs worth trying.
    pub ty: ScalarType,
    /// How many values lie in it; each has an [`Expected`] of its own.
    pub lanes: u32,
}

impl Register {
    /// A register with one value.
    pub fn new(bits: u32, ty: ScalarType) -> Register {
        Register { bits, ty, lanes: 1 }
    }
}

/// What the outputs of one thread must be, of its inputs: one [`Expected`] per lane of every output, in order.
pub type ThreadMeaning = Box<dyn Fn(&[u64], &mut Vec<Expected>) + Send + Sync>;

/// What the outputs of a launch must be: `inputs[k][thread]`, and `outputs[lane of output][thread]`.
pub type LaunchMeaning = Box<dyn Fn(&[Vec<u64>]) -> Vec<Vec<Expected>> + Send + Sync>;

/// Where a subject's expectations come from.
pub enum Oracle {
    /// Each thread by itself.
    Thread(ThreadMeaning),
    /// All threads together.
    Launch(LaunchMeaning),
}

/// What can be said of a form's results on different hardware.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Certainty {
    /// The manual determines every bit.
    Exact,
    /// The manual gives a bound, or leaves some results open.
    Approximate,
}

/// One instruction with all its dot-words chosen, ready to be run.
pub struct Subject {
    /// The instruction, and what tells it from others with the same dot-words.
    pub name: String,
    /// The form that it is an instance of.
    pub form: FormId,
    /// Loaded into `%i0`, `%i1`, ... before the body.
    pub inputs: Vec<Register>,
    /// Stored from `%o0`, `%o1`, ... behind the body.
    pub outputs: Vec<Register>,
    /// Declarations at the beginning of the kernel.
    pub declarations: String,
    /// The instructions.
    pub body: String,
    /// Whether it needs 32 bytes of global memory for every thread: parameter `scratch`.
    pub scratch: bool,
    /// What must come of them.
    pub oracle: Oracle,
    /// Whether all of it is determined.
    pub certainty: Certainty,
}

impl Subject {
    /// How many values its outputs hold.
    pub fn lanes(&self) -> usize {
        self.outputs.iter().map(|output| output.lanes as usize).sum()
    }
}

/// A number whose lowest `bits` bits are ones.
pub fn ones(bits: u32) -> u64 {
    if bits >= 64 { u64::MAX } else { (1 << bits) - 1 }
}
