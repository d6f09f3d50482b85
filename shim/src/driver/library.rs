//! Library management.

use super::device::Device;
use super::function;
use super::jit::Options;
use super::module::{answer, program_of, program_of_file, text};
use crate::abi::{HostBytes, In, Out, OutArray, Result};
use crate::error::CUerror;
use crate::handle::{KernelHandle, Live};
use crate::runtime::context::current;
use crate::runtime::module::{Function, Library};
use crate::sys::{
    CUdeviceptr, CUfunction, CUfunction_attribute, CUjit_option, CUkernel, CUlibrary, CUlibraryOption, CUmodule,
};
use std::ffi::{CStr, c_char, c_void};

fn check_options(options: In<CUlibraryOption>, count: u32) -> Result {
    let known = |option: &CUlibraryOption| option.0 < CUlibraryOption::CU_LIBRARY_NUM_OPTIONS.0;
    if options.slice(count as usize)?.iter().all(known) { Ok(()) } else { Err(CUerror::INVALID_VALUE) }
}

/// `cuLibraryLoadData`: needs no context.
pub fn load_data(
    library: Out<CUlibrary>,
    code: HostBytes,
    jit_options: In<CUjit_option>,
    jit_values: In<*mut c_void>,
    jit_count: u32,
    options: In<CUlibraryOption>,
    _values: In<*mut c_void>,
    count: u32,
) -> Result {
    check_options(options, count)?;
    let jit = Options::read(jit_options, jit_values, jit_count)?;
    library.set(Library::new(program_of(code, &jit)?).handle());
    Ok(())
}

/// `cuLibraryLoadFromFile`
pub fn load_file(
    library: Out<CUlibrary>,
    path: &CStr,
    jit_options: In<CUjit_option>,
    jit_values: In<*mut c_void>,
    jit_count: u32,
    options: In<CUlibraryOption>,
    _values: In<*mut c_void>,
    count: u32,
) -> Result {
    check_options(options, count)?;
    let jit = Options::read(jit_options, jit_values, jit_count)?;
    library.set(Library::new(program_of_file(path, &jit)?).handle());
    Ok(())
}

/// `cuLibraryUnload`
pub fn unload(library: Live<Library>) -> Result {
    Library::unload(&library)
}

/// `cuLibraryGetKernel`
pub fn get_kernel(kernel: Out<CUkernel>, library: Live<Library>, name: &CStr) -> Result {
    let index = library.program().find_kernel(text(name)?).ok_or(CUerror::NOT_FOUND)?;
    kernel.set(library.object().kernel(index).handle().cast());
    Ok(())
}

/// `cuLibraryGetKernelCount`
pub fn get_kernel_count(count: Out<u32>, library: Live<Library>) -> Result {
    count.set(library.program().kernels().len() as u32);
    Ok(())
}

/// `cuLibraryEnumerateKernels`
pub fn enumerate_kernels(kernels: OutArray<CUkernel>, count: u32, library: Live<Library>) -> Result {
    let count = (count as usize).min(library.program().kernels().len());
    for (index, to) in kernels.slice(count)?.iter_mut().enumerate() {
        to.write(library.object().kernel(index).handle().cast());
    }
    Ok(())
}

/// `cuLibraryGetModule`
pub fn get_module(module: Out<CUmodule>, library: Live<Library>) -> Result {
    module.set(library.module(current::get()?.object())?.handle());
    Ok(())
}

/// `cuLibraryGetGlobal`
pub fn get_global(
    address: Option<Out<CUdeviceptr>>,
    bytes: Option<Out<usize>>,
    library: Live<Library>,
    name: &CStr,
) -> Result {
    super::module::get_global(address, bytes, library.module(current::get()?.object())?, name)
}

/// `cuLibraryGetManaged`: needs no context.
pub fn get_managed(
    address: Option<Out<CUdeviceptr>>,
    bytes: Option<Out<usize>>,
    library: Live<Library>,
    name: &CStr,
) -> Result {
    answer(address, bytes, library.managed_variable(text(name)?)?)
}

/// `cuLibraryGetUnifiedFunction`: functions that host and device call through one pointer do not exist here.
pub fn get_unified_function(_pointer: Out<*mut c_void>, _library: Live<Library>, _name: &CStr) -> Result {
    Err(CUerror::NOT_FOUND)
}

/// `cuKernelGetFunction`: the kernel in the current context.
pub fn kernel_get_function(result: Out<CUfunction>, kernel: KernelHandle<Function>) -> Result {
    // The two are interchangeable; asking makes sure that the kernel can be used here.
    kernel.0.module()?;
    result.set(kernel.0.handle());
    Ok(())
}

/// `cuKernelGetLibrary`
pub fn kernel_get_library(library: Out<CUlibrary>, kernel: KernelHandle<Function>) -> Result {
    library.set(kernel.0.library().ok_or(CUerror::INVALID_HANDLE)?.handle());
    Ok(())
}

/// `cuKernelGetAttribute`
pub fn kernel_get_attribute(
    value: Out<i32>,
    attribute: CUfunction_attribute,
    kernel: KernelHandle<Function>,
    _: Device,
) -> Result {
    function::get_attribute(value, attribute, kernel)
}

/// `cuKernelSetAttribute`
pub fn kernel_set_attribute(
    attribute: CUfunction_attribute,
    value: i32,
    kernel: KernelHandle<Function>,
    _: Device,
) -> Result {
    function::set_attribute(kernel, attribute, value)
}

/// `cuKernelGetName`
pub fn kernel_get_name(name: Out<*const c_char>, kernel: KernelHandle<Function>) -> Result {
    function::get_name(name, kernel)
}

/// `cuKernelGetParamInfo`
pub fn kernel_get_param_info(
    kernel: KernelHandle<Function>,
    index: usize,
    offset: Out<usize>,
    size: Option<Out<usize>>,
) -> Result {
    function::get_param_info(kernel, index, offset, size)
}
