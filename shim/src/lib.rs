//! `libcuda.so.1`: the CUDA driver API in front of the Trainium model. Modules in reading order.

pub mod abi;
pub mod driver;
pub mod driver_api;
pub mod error;
pub mod export_table;
pub mod exports;
pub mod handle;
pub mod log;
pub mod report;
pub mod runtime;
pub mod summary;
#[allow(
    missing_docs,
    non_camel_case_types,
    non_snake_case,
    non_upper_case_globals,
    reason = "made by bindgen, with NVIDIA's names"
)]
#[allow(clippy::all, reason = "made by bindgen")]
#[rustfmt::skip]
pub mod sys;
