//! Checks against oracles written by others or in another way: `rustc_apfloat` (LLVM's arbitrary precision floats) for
//! floating point, 128-bit integers for integers, and the rules of the PTX manual spelled out for special cases.

mod approximations;
mod conversions;
mod floats;
mod integers;
mod oracle;
mod small_formats;
mod video;
