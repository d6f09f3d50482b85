//! A deliberately naive interpreter of PTX, written straight from NVIDIA's manual.
//!
//! It is the other opinion in differential tests. It takes the checked module of `ptx_frontend` and shares nothing else
//! with the product: arithmetic is plain Rust on 128-bit integers and `rustc_apfloat`, memory is arrays of bytes, and
//! one thread runs at a time until it waits for others. It is slow, and it knows only what random programs use: what it
//! does not know it refuses by name.
//!
//! Where the manual leaves a choice (a payload of a NaN, division by zero), or NVIDIA's hardware does otherwise, it does as
//! docs/open-points.md says.

mod atomic;
mod bits;
mod compare;
mod convert;
mod float;
mod integer;
mod memory;
mod schedule;
mod step;
mod thread;
mod together;
mod words;

pub use memory::Buffer;

use memory::Memory;
use ptx_frontend::checked::Module;

/// A launch.
#[derive(Clone, Debug)]
pub struct Launch<'a> {
    /// CTAs in x, y, z.
    pub grid: [u32; 3],
    /// Threads of a CTA.
    pub block: [u32; 3],
    /// The parameter block.
    pub parameters: &'a [u8],
    /// Addresses of the module's variables of global and constant memory, by index; 0 where it is not placed.
    pub symbols: &'a [u64],
    /// Whether accesses of two threads to one byte of shared memory without a barrier between them are an error.
    pub refuses_races: bool,
    /// How many instructions all threads together may take.
    pub budget: u64,
}

/// Why a kernel was not run to its end.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Stop {
    /// Something that this interpreter does not know.
    Unknown(String),
    /// The kernel does what it must not: the line and what.
    Wrong(u32, String),
    /// Nobody can go on.
    Stuck,
    /// It took more instructions than it may.
    TooLong,
}

impl std::fmt::Display for Stop {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Stop::Unknown(what) => write!(f, "the naive interpreter does not know {what}"),
            Stop::Wrong(line, what) => write!(f, "line {line}: {what}"),
            Stop::Stuck => f.write_str("all threads wait"),
            Stop::TooLong => f.write_str("it takes too long"),
        }
    }
}

type Outcome<T = ()> = Result<T, Stop>;

fn unknown<T>(what: impl Into<String>) -> Outcome<T> {
    Err(Stop::Unknown(what.into()))
}

/// Runs a kernel on buffers of global memory.
pub fn run(module: &Module, kernel: &str, launch: &Launch<'_>, buffers: &mut [Buffer]) -> Outcome {
    let Some(entry) = module.functions.iter().position(|function| function.is_entry && function.name == kernel) else {
        return unknown(format!("a kernel `{kernel}`"));
    };
    let code = step::Code::of(module)?;
    let mut memory = Memory::new(module, launch, buffers);
    let mut budget = launch.budget;
    let [x, y, z] = launch.grid;
    for number in 0..x * y * z {
        let ctaid = [number % x, number / x % y, number / x / y];
        schedule::Block::new(module, &code, entry, launch, ctaid).run(&mut memory, &mut budget)?;
    }
    Ok(())
}
