//! The conformance suite: the same cases run against any `libcuda.so.1`.

pub mod driver;
