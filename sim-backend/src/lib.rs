//! The software model of Trainium. Modules in reading order.

pub mod execute;
pub mod fault;
