//! The software model of Trainium. Modules in reading order.

pub mod device;
pub mod energy;
pub mod execute;
pub mod fault;
pub mod memory;
pub mod price;
pub mod report;
pub mod services;
pub mod spec;
pub mod timing;
pub mod units;
