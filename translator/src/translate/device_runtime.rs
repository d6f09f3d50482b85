//! Functions of the CUDA device runtime that are written in PTX, `device_runtime.ptx`. They are copied to where they are
//! called, so they have neither variables nor calls of their own.

use ptx_frontend::checked::{Function, Module};
use std::sync::LazyLock;

static MODULE: LazyLock<Module> = LazyLock::new(|| {
    ptx_frontend::parse_module(include_str!("device_runtime.ptx"), "device_runtime.ptx").expect("it is ours")
});

/// The one of that name, if there is one.
pub(super) fn function(name: &str) -> Option<&'static Function> {
    MODULE.functions.iter().find(|function| function.name == name)
}
