//! NeuronCore programs: how a NeuronCore computes a tile kernel (design: KERNELS.md section 3).
//!
//! In reading order: the words ([`words`]), what a device offers ([`device`]), THE instruction table ([`isa`]), the
//! program and what it means ([`program`]). Functional results and time are both defined by the program; the device
//! executor and the timing model in `sim-backend` are written from the doc comments of [`program`] and the rows of
//! [`isa`].

mod allocate;
pub mod device;
pub mod isa;
pub mod lower;
mod order;
pub mod parse;
pub mod print;
pub mod program;
mod schedule;
pub mod verify;
pub mod words;

pub use device::DeviceModel;
pub use isa::Opcode;
pub use lower::{default_shape, lower};
pub use program::{Instruction, LaunchShape, Node, Numerics, Program};
pub use words::{AluOp, Dtype, Engine, Space};
