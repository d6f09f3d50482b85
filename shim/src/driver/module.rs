//! Module management.

use super::jit::Options;
use crate::abi::{HostBytes, In, Out, OutArray, Result};
use crate::error::CUerror;
use crate::handle::Live;
use crate::runtime::context::current;
use crate::runtime::image;
use crate::runtime::module::Module;
use crate::runtime::program::Program;
use crate::runtime::variables::Place;
use crate::sys::{CUdeviceptr, CUfunction, CUjit_option, CUmodule, CUmoduleLoadingMode};
use std::ffi::{CStr, c_void};
use std::sync::Arc;

/// Loads the program of an image in the caller's memory.
pub fn program_of(image: HostBytes, options: &Options) -> Result<Arc<Program>> {
    if image.is_null() {
        return Err(CUerror::INVALID_VALUE);
    }
    // SAFETY: the manual asks for an image of one of these forms.
    let outcome = unsafe { image::with_parts(image.as_ptr(), |parts| Program::load(parts, None)) };
    options.log(outcome.unwrap_or_else(|error| Err(error.into())).and_then(Program::check_complete))
}

/// Loads the program of a file.
pub fn program_of_file(path: &CStr, options: &Options) -> Result<Arc<Program>> {
    let path = path.to_str().map_err(|_| CUerror::FILE_NOT_FOUND)?;
    let bytes = std::fs::read(path).map_err(|_| CUerror::FILE_NOT_FOUND)?;
    let name = path.rsplit('/').next().unwrap_or(path);
    options.log(Program::load(&[&bytes], Some(name)).and_then(Program::check_complete))
}

fn load_into_current(module: Out<CUmodule>, load: impl FnOnce() -> Result<Arc<Program>>) -> Result {
    let context = current::get()?;
    module.set(Module::load(load()?, context.object(), None)?.handle());
    Ok(())
}

/// `cuModuleLoad`
pub fn load(module: Out<CUmodule>, path: &CStr) -> Result {
    load_into_current(module, || program_of_file(path, &Options::none()))
}

/// `cuModuleLoadData`, `cuModuleLoadFatBinary`
pub fn load_data(module: Out<CUmodule>, image: HostBytes) -> Result {
    load_into_current(module, || program_of(image, &Options::none()))
}

/// `cuModuleLoadDataEx`
pub fn load_data_with_options(
    module: Out<CUmodule>,
    image: HostBytes,
    count: u32,
    options: In<CUjit_option>,
    values: In<*mut c_void>,
) -> Result {
    let options = Options::read(options, values, count)?;
    load_into_current(module, || program_of(image, &options))
}

/// `cuModuleUnload`
pub fn unload(module: Live<Module>) -> Result {
    Module::unload(&module)
}

/// `cuModuleGetLoadingMode`: kernels are translated when they are first needed.
pub fn get_loading_mode(mode: Out<CUmoduleLoadingMode>) -> Result {
    mode.set(CUmoduleLoadingMode::CU_MODULE_LAZY_LOADING);
    Ok(())
}

/// A name as the text it is; one that is not UTF-8 is the name of nothing.
pub fn text(name: &CStr) -> Result<&str> {
    name.to_str().map_err(|_| CUerror::NOT_FOUND)
}

/// `cuModuleGetFunction`
pub fn get_function(function: Out<CUfunction>, module: Live<Module>, name: &CStr) -> Result {
    let index = module.program().find_kernel(text(name)?).ok_or(CUerror::NOT_FOUND)?;
    function.set(module.object().function(index).handle());
    Ok(())
}

/// `cuModuleGetFunctionCount`
pub fn get_function_count(count: Out<u32>, module: Live<Module>) -> Result {
    count.set(module.program().kernels().len() as u32);
    Ok(())
}

/// `cuModuleEnumerateFunctions`
pub fn enumerate_functions(functions: OutArray<CUfunction>, count: u32, module: Live<Module>) -> Result {
    let count = (count as usize).min(module.program().kernels().len());
    for (index, to) in functions.slice(count)?.iter_mut().enumerate() {
        to.write(module.object().function(index).handle());
    }
    Ok(())
}

/// `cuModuleGetGlobal`
pub fn get_global(
    address: Option<Out<CUdeviceptr>>,
    bytes: Option<Out<usize>>,
    module: Live<Module>,
    name: &CStr,
) -> Result {
    answer(address, bytes, module.variable(text(name)?)?)
}

/// Tells where a variable lies, if anybody wants to know.
pub fn answer(address: Option<Out<CUdeviceptr>>, bytes: Option<Out<usize>>, place: Place) -> Result {
    if address.is_none() && bytes.is_none() {
        return Err(CUerror::INVALID_VALUE);
    }
    if let Some(address) = address {
        address.set(place.address);
    }
    if let Some(bytes) = bytes {
        bytes.set(place.size as usize);
    }
    Ok(())
}
