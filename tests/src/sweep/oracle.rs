//! What instructions mean, from the manual.
//!
//! An [`Instruction`] is a form with its dot-words chosen; [`meaning`] answers what it does to the operands of one thread,
//! or that there is no oracle for it.

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
pub fn meaning(instruction: &Instruction) -> Found {
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
    families.iter().find_map(|family| family(instruction))
}

/// What an instruction does, if somebody has written it down here.
pub type Found = Option<(ThreadMeaning, Certainty)>;

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
