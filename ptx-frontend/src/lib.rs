//! The PTX language: containers → text → checked modules, and exact arithmetic on register bits.
//!
//! Modules in reading order. Nothing here knows of tiles, Trainium or the CUDA API.
#![forbid(unsafe_code)]

pub mod checked;
pub mod container;
pub mod form;
pub mod isa;
pub mod link;
pub mod modifier;
pub mod scalar;
pub mod special;
pub mod stopgap;
pub mod types;

pub use stopgap::parse_module;
