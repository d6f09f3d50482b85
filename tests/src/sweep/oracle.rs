//! What instructions mean, from the manual.
//!
//! An [`Instruction`] is a form with its dot-words chosen; [`meaning`] answers what it does to the operands of one thread,
//! that such a combination of dot-words is none that the manual knows, or that there is no oracle for it.

pub mod format;

mod approximate;
mod bits;
mod compare;
mod convert;
mod float;
mod integer;
mod packed;
mod small;

use super::{Certainty, Expected, ThreadMeaning};
use ptx_frontend::isa::Opcode;
use ptx_frontend::types::ScalarType;
use rustc_apfloat::Round;

pub(crate) use float::{add as float_add, maximum as float_maximum};
pub(crate) use integer::Int;

/// A form with its dot-words chosen.
#[derive(Clone, Debug)]
pub struct Instruction {
    /// Its opcode.
    pub opcode: Opcode,
    /// The dot-words, without their dots.
    pub words: Vec<&'static str>,
    /// The type words among them.
    pub types: Vec<ScalarType>,
    /// How many source operands it has.
    pub sources: usize,
    /// How many destinations.
    pub destinations: usize,
    /// Its constant operands.
    pub constants: Vec<u64>,
}

/// What there is to say about an instruction.
pub enum Answer {
    /// What it does.
    Meaning(ThreadMeaning, Certainty),
    /// The table's line allows it, the manual does not: the reason.
    NoInstruction(&'static str),
    /// Nobody has written it down here.
    Unknown,
}

impl Instruction {
    /// Whether it has this dot-word.
    pub fn has(&self, word: &str) -> bool {
        self.words.contains(&word)
    }

    /// The type word with this number.
    pub fn ty(&self, index: usize) -> ScalarType {
        self.types[index]
    }

    /// The rounding that a dot-word asks for.
    pub fn rounding(&self) -> Option<Round> {
        self.words.iter().find_map(|word| match *word {
            "rn" | "rni" => Some(Round::NearestTiesToEven),
            "rz" | "rzi" => Some(Round::TowardZero),
            "rm" | "rmi" => Some(Round::TowardNegative),
            "rp" | "rpi" => Some(Round::TowardPositive),
            "rna" => Some(Round::NearestTiesToAway),
            _ => None,
        })
    }

    /// Whether any operand type is one of these.
    pub fn has_type(&self, types: &[ScalarType]) -> bool {
        self.types.iter().any(|ty| types.contains(ty))
    }
}

/// What an instruction does to the operands of one thread.
pub fn meaning(instruction: &Instruction) -> Answer {
    if let Some(why) = no_instruction(instruction) {
        return Answer::NoInstruction(why);
    }
    let families = [
        approximate::meaning,
        float::meaning,
        packed::meaning,
        integer::meaning,
        bits::meaning,
        compare::meaning,
        convert::meaning,
        small::meaning,
    ];
    let found = families.iter().find_map(|family| family(instruction));
    found.map_or(Answer::Unknown, |(meaning, certainty)| Answer::Meaning(meaning, certainty))
}

/// What a family of instructions answers.
type Found = Option<(ThreadMeaning, Certainty)>;

/// A meaning with one result that is determined.
fn exactly(f: impl Fn(&[u64]) -> u64 + Send + Sync + 'static) -> Found {
    Some((Box::new(move |x, out| out.push(Expected::Bits(f(x)))), Certainty::Exact))
}

/// A meaning with one result.
fn result(certainty: Certainty, f: impl Fn(&[u64]) -> Expected + Send + Sync + 'static) -> Found {
    Some((Box::new(move |x, out| out.push(f(x))), certainty))
}

/// The same for each of the values that lie in the operands.
fn lanewise(
    lanes: u32,
    bits: u32,
    certainty: Certainty,
    f: impl Fn(&[u64]) -> Expected + Send + Sync + 'static,
) -> Found {
    if lanes == 1 {
        return result(certainty, f);
    }
    let meaning = move |x: &[u64], out: &mut Vec<Expected>| {
        let mut values = [0; 4];
        for lane in 0..lanes {
            for (value, operand) in values.iter_mut().zip(x) {
                *value = operand >> (lane * bits) & super::ones(bits);
            }
            out.push(f(&values[..x.len()]));
        }
    };
    Some((Box::new(meaning), certainty))
}

/// Combinations that a line of the table allows and the manual's text excludes.
fn no_instruction(instruction: &Instruction) -> Option<&'static str> {
    use ScalarType::{F16, F16x2, F32, F32x2};
    let flushes = instruction.has("ftz");
    match instruction.opcode {
        Opcode::Set | Opcode::Setp => {
            if flushes && !instruction.types.last().is_some_and(|ty| [F32, F16, F16x2].contains(ty)) {
                return Some("`.ftz` is for `.f32` and `.f16` operands");
            }
            let is_float = format::Format::packed(instruction.ty(instruction.types.len() - 1)).is_some();
            let operators = ["equ", "neu", "ltu", "leu", "gtu", "geu", "num", "nan"];
            if !is_float && operators.iter().any(|word| instruction.has(word)) {
                return Some("unordered comparison is for floating point");
            }
            let is_bits = instruction.types.last().is_some_and(|ty| ty.as_str().starts_with('b') && !is_float);
            if is_bits && !(instruction.has("eq") || instruction.has("ne")) {
                return Some("untyped bits are only equal or not");
            }
            None
        }
        Opcode::Cvt => {
            let [to, from] = [instruction.ty(0), instruction.ty(1)];
            if flushes && to != F32 && from != F32 {
                return Some("`.ftz` is for `.f32` operands");
            }
            if instruction.has("sat") && to.is_integer() && from.is_integer() {
                let (to, from) = (Int::of(to)?, Int::of(from)?);
                if to.min() <= from.min() && from.max() <= to.max() {
                    return Some("`.sat` is for conversions that can overflow");
                }
            }
            None
        }
        _ if flushes && instruction.types == [ScalarType::F64] => {
            let approximates = instruction.has("approx");
            (!approximates).then_some("`.ftz` is not for `.f64`")
        }
        _ if flushes && instruction.types.iter().all(|ty| ![F16, F16x2, F32, F32x2].contains(ty)) => {
            // ex2 and the seeds of double precision have no form without.
            let is_only_form = matches!(instruction.opcode, Opcode::Ex2 | Opcode::Rcp | Opcode::Rsqrt);
            (!is_only_form).then_some("`.ftz` is for `.f32` and `.f16`")
        }
        _ => None,
    }
}
