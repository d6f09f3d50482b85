//! CUDART_INTERFACE: how the runtime gets contexts and, up to 11.8, modules.

use super::{Slot, call, function, unknown};
use crate::abi::{FromC, Out, Result, enter};
use crate::driver::device::Device;
use crate::error::CUerror;
use crate::exports::cuModuleLoadFatBinary;
use crate::runtime::device::device;
use crate::sys::{CUcontext, CUdevice, CUmodule, CUresult};
use std::ffi::c_void;

/// The table.
pub static SLOTS: [Slot; 13] = [
    Slot::size(13),
    function!(module_from_wrapper),
    function!(primary_context),
    unknown!("CUDART_INTERFACE[3]"),
    unknown!("CUDART_INTERFACE[4]"),
    unknown!("CUDART_INTERFACE[5]"),
    function!(module_from_wrapper_with_options),
    function!(forget_wrapper),
    function!(module_from_container),
    unknown!("CUDART_INTERFACE[9]"),
    unknown!("CUDART_INTERFACE[10]"),
    unknown!("CUDART_INTERFACE[11]"),
    function!(load_compilers),
];

/// The handle of the primary context, which is neither retained nor made active by this.
unsafe extern "C" fn primary_context(context: *mut CUcontext, dev: CUdevice) -> CUresult {
    enter(&call("CUDART_INTERFACE[2]"), &mut |call| {
        // SAFETY: the caller's contract.
        let context = unsafe { Out::from_c(context, call) }?;
        // SAFETY: any number may be converted.
        let Device = unsafe { Device::from_c(dev, call) }?;
        context.set(device()?.primary().handle());
        Ok(())
    })
}

unsafe extern "C" fn module_from_wrapper(module: *mut CUmodule, wrapper: *const c_void) -> CUresult {
    // SAFETY: the caller's contract; it is the same function under its documented name.
    unsafe { cuModuleLoadFatBinary(module, wrapper) }
}

unsafe extern "C" fn module_from_wrapper_with_options(
    module: *mut CUmodule,
    wrapper: *const c_void,
    options: *const c_void,
    values: *const c_void,
    count: u32,
) -> CUresult {
    load("CUDART_INTERFACE[6]", module, wrapper, options.is_null() && values.is_null() && count == 0)
}

/// The order of the first two parameters is the other way round.
unsafe extern "C" fn module_from_container(
    container: *const c_void,
    module: *mut CUmodule,
    options: *const c_void,
    values: *const c_void,
    count: u32,
) -> CUresult {
    load("CUDART_INTERFACE[8]", module, container, options.is_null() && values.is_null() && count == 0)
}

/// Loads an image. What the options would mean is not known, and no runtime passes any.
fn load(name: &'static str, module: *mut CUmodule, image: *const c_void, is_plain: bool) -> CUresult {
    let refused =
        enter(&call(name), &mut |_| -> Result { if is_plain { Ok(()) } else { Err(CUerror::INVALID_VALUE) } });
    if refused != CUresult::CUDA_SUCCESS {
        return refused;
    }
    // SAFETY: the caller's contract.
    unsafe { cuModuleLoadFatBinary(module, image) }
}

/// 11.x calls it for each wrapper when the program ends; images are not remembered by their address.
extern "C" fn forget_wrapper(_: usize) {}

/// The compiler for PTX is part of this library.
extern "C" fn load_compilers() -> CUresult {
    enter(&call("CUDART_INTERFACE[12]"), &mut |_| Ok(()))
}
