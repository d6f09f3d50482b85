//! The conformance suite: the same cases against any `libcuda.so.1`.
//!
//! `CONFORMANCE_DRIVER=/path/to/libcuda.so.1` chooses the library; without it, it is the one built from this workspace.

pub mod driver;
pub mod image;
pub mod value;

pub mod case;
pub mod random;
pub mod run;
pub mod tensor;

pub mod cases;

pub mod validity;

pub mod sweep;

pub mod program;
pub mod toolchain;

pub mod differential;
pub mod fuzz;
pub mod litmus;
pub mod naive;
