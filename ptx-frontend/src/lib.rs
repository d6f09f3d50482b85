//! The PTX language: containers → text → checked modules, and exact arithmetic on register bits.
//!
//! [`parse_module`] makes a checked module of PTX text; [`Unit`] does the same function by function, as they are needed.
//!
//! Modules in reading order. Nothing here knows of tiles, Trainium or the CUDA API.
#![forbid(unsafe_code)]

pub mod container;

pub mod form;
pub mod isa;
pub mod modifier;
pub mod special;
pub mod types;

pub mod ast;
pub mod lexer;
pub mod parser;
pub mod print;

pub mod check;
pub mod checked;
pub mod link;

pub mod scalar;

pub mod diagnostic;
mod hash;

pub use check::{Unit, parse_module};
pub use diagnostic::Diagnostic;
