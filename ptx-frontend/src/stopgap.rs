//! A single-pass parser: text → checked module.

pub mod diagnostic;
mod lexer;
mod operand;
mod parser;
mod scope;

pub use parser::parse_module;
