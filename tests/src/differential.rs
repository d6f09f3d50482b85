//! Random valid kernels, run by the product and by the naive interpreter: both must leave the same bytes.
//!
//! [`draw`] makes a [`Program`] of a seed: instructions from the table of `ptx_frontend`, control flow, barriers, shared
//! memory. [`subject`] is the product: translation, passes, an executor. A program on which the two differ is
//! [shrunk](shrink) and printed as a `.ptx` case.

pub mod draw;
mod instructions;
pub mod program;
mod random;
mod registers;
pub mod shrink;
mod spell;
pub mod subject;
pub mod through_driver;

pub use program::Program;
pub use random::Random;

use crate::naive::{self, Buffer, Launch, Stop};
use ptx_frontend::checked::Module;
use subject::{Failure, Subject, Way};

/// How a program ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// Both left the same bytes.
    Same,
    /// The naive interpreter cannot tell: why.
    Open(String),
    /// The product says that it does not offer something: what.
    Refused(String),
    /// They differ: how.
    Different(String),
}

/// A program with what it works on.
pub struct Prepared {
    /// Its text.
    pub text: String,
    /// The same, parsed.
    pub module: Module,
    /// What its buffers hold at first.
    pub input: Vec<u8>,
}

/// Parses a program. An error is a finding: whatever is drawn is valid.
pub fn prepare(program: &Program) -> Result<Prepared, String> {
    let text = program.print();
    let module = ptx_frontend::parse_module(&text, "drawn.ptx").map_err(|errors| {
        format!("it does not parse: {}", errors.first().map_or(String::new(), ToString::to_string))
    })?;
    if let Some(error) = module.functions.iter().find_map(|function| function.errors.first()) {
        return Err(format!("it does not check: {error}"));
    }
    Ok(Prepared { text, module, input: program.input() })
}

/// The name of all kernels.
pub const KERNEL: &str = "drawn";

/// Runs a program both ways and compares. `strict`: the naive interpreter also looks for races.
pub fn compare(subject: &mut Subject, program: &Program, way: Way, strict: bool) -> Verdict {
    let prepared = match prepare(program) {
        Ok(prepared) => prepared,
        Err(why) => return Verdict::Different(why),
    };
    let mut buffers = subject.place(&prepared.input, program);
    let symbols = subject.place_symbols(&prepared.module, &mut buffers);
    let parameters = program.parameters([buffers[0].address, buffers[1].address, buffers[2].address]);
    let answer = subject.run(&prepared.module, program, &parameters, &symbols, way);
    let launch = Launch {
        grid: program.grid,
        block: program.block,
        parameters: &parameters,
        symbols: &symbols,
        refuses_races: strict,
        budget: 20_000_000,
    };
    match naive::run(&prepared.module, KERNEL, &launch, &mut buffers) {
        Ok(()) => {}
        Err(stop @ (Stop::Unknown(_) | Stop::Wrong(..) | Stop::Stuck | Stop::TooLong)) => {
            return Verdict::Open(stop.to_string());
        }
    }
    match answer {
        Ok(()) => {}
        Err(Failure::Refused(what)) => return Verdict::Refused(what),
        Err(Failure::Wrong(why)) => return Verdict::Different(why),
    }
    match difference(program, &buffers, &subject.left()) {
        None => Verdict::Same,
        Some(where_) => Verdict::Different(where_),
    }
}

/// The first place where bytes differ, in words.
fn difference(program: &Program, expected: &[Buffer], left: &[Vec<u8>]) -> Option<String> {
    for (number, (expected, left)) in expected.iter().zip(left).enumerate() {
        let Some(at) = expected.bytes.iter().zip(left).position(|(a, b)| a != b) else { continue };
        let word = at & !3;
        let show =
            |bytes: &[u8]| bytes[word..word + 4].iter().rev().fold(0u32, |all, byte| all << 8 | u32::from(*byte));
        let place = if number == 1 { program.describe(at) } else { format!("byte {at} of buffer {number}") };
        return Some(format!("{place}: {:#010x}, expected {:#010x}", show(left), show(&expected.bytes)));
    }
    None
}
