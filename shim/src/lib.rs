//! `libcuda.so.1`: the CUDA driver API in front of the Trainium model.

pub mod runtime;
