//! PTX to accelerator kernels.
//!
//! `checked PTX → tile kernel → NeuronCore program`. Modules in reading order.
#![forbid(unsafe_code)]

pub mod neuron;
pub mod pass;
pub mod tile;
