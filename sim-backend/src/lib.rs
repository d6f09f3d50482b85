//! The software model of Trainium. Modules in reading order.

pub mod device;
pub mod execute;
pub mod fault;
pub mod spec;
pub mod units;
