//! Execution control: what functions are and what can be set about them.

use crate::abi::{Out, Result};
use crate::error::CUerror;
use crate::handle::KernelHandle;
use crate::runtime::device::device;
use crate::runtime::module::Function;
use crate::runtime::program::Unset;
use crate::sys::{CUfunc_cache, CUfunction_attribute, CUfunctionLoadingState, CUmodule, CUsharedconfig};
use sim_backend::device::Device;
use std::ffi::c_char;
use std::sync::Arc;
use translator::tile::Kernel;
use translator::tile::eval::Prepared;

/// Registers of a thread that every kernel is said to have. The model has no register file to run out of; programs
/// divide by this number.
pub const REGISTERS: u32 = 32;

/// The kernel of a function, translated.
pub fn prepared(function: &Function) -> Result<Arc<Prepared>> {
    function.program().kernel(function.index())
}

/// Most threads of a block of a kernel.
pub fn max_threads(kernel: &Kernel) -> u32 {
    kernel
        .max_threads
        .map_or(Device::MAX_THREADS_PER_BLOCK, |block| block.iter().product::<u32>().min(Device::MAX_THREADS_PER_BLOCK))
}

/// Most dynamic shared memory of a launch, as set or by default.
pub fn max_dynamic_shared(function: &Function, kernel: &Kernel) -> u32 {
    let set = function.program().kernels()[function.index()].settings.max_dynamic_shared.get();
    let default = (Device::SHARED_PER_BLOCK.0 as u32).saturating_sub(kernel.static_shared);
    set.map_or(default, |value| value as u32)
}

/// `cuFuncGetAttribute`
pub fn get_attribute(value: Out<i32>, attribute: CUfunction_attribute, function: KernelHandle<Function>) -> Result {
    use CUfunction_attribute as A;
    let function = function.0;
    let prepared = prepared(&function)?;
    let kernel = prepared.kernel();
    let program = function.program();
    let settings = &program.kernels()[function.index()].settings;
    let capability = device()?.model.capability;
    let frames = || kernel.functions.iter().map(|function| function.frame_bytes).sum::<u32>();
    value.set(match attribute {
        A::CU_FUNC_ATTRIBUTE_MAX_THREADS_PER_BLOCK => max_threads(kernel) as i32,
        A::CU_FUNC_ATTRIBUTE_SHARED_SIZE_BYTES => kernel.static_shared as i32,
        A::CU_FUNC_ATTRIBUTE_CONST_SIZE_BYTES => i32::try_from(program.constant_bytes()).unwrap_or(i32::MAX),
        A::CU_FUNC_ATTRIBUTE_LOCAL_SIZE_BYTES => frames() as i32,
        A::CU_FUNC_ATTRIBUTE_NUM_REGS => REGISTERS as i32,
        A::CU_FUNC_ATTRIBUTE_PTX_VERSION => program.target as i32,
        A::CU_FUNC_ATTRIBUTE_BINARY_VERSION => (capability.0 * 10 + capability.1) as i32,
        A::CU_FUNC_ATTRIBUTE_CACHE_MODE_CA => 0,
        A::CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES => max_dynamic_shared(&function, kernel) as i32,
        A::CU_FUNC_ATTRIBUTE_PREFERRED_SHARED_MEMORY_CARVEOUT => settings.carveout.get().unwrap_or(-1),
        A::CU_FUNC_ATTRIBUTE_CLUSTER_SIZE_MUST_BE_SET => 0,
        A::CU_FUNC_ATTRIBUTE_REQUIRED_CLUSTER_WIDTH => required_cluster(&function)[0],
        A::CU_FUNC_ATTRIBUTE_REQUIRED_CLUSTER_HEIGHT => required_cluster(&function)[1],
        A::CU_FUNC_ATTRIBUTE_REQUIRED_CLUSTER_DEPTH => required_cluster(&function)[2],
        A::CU_FUNC_ATTRIBUTE_NON_PORTABLE_CLUSTER_SIZE_ALLOWED => settings.non_portable_cluster.get().unwrap_or(0),
        A::CU_FUNC_ATTRIBUTE_CLUSTER_SCHEDULING_POLICY_PREFERENCE => settings.cluster_scheduling.get().unwrap_or(0),
        A::CU_FUNC_ATTRIBUTE_DEVICE_NODE_UPDATE_SUPPORTED | A::CU_FUNC_ATTRIBUTE_SHARED_MEMORY_MODE => 0,
        _ => return Err(CUerror::INVALID_VALUE),
    });
    Ok(())
}

/// `.reqnctapercluster`, zeros without it.
pub fn required_cluster(function: &Function) -> [i32; 3] {
    let numbers = directive(function, "reqnctapercluster");
    numbers.map_or([0; 3], |numbers| [0, 1, 2].map(|i| numbers.get(i).map_or(1, |&n| n as i32)))
}

/// `.blocksareclusters`: the grid of a launch counts clusters, and the block is that of the kernel.
pub fn blocks_are_clusters(function: &Function) -> bool {
    directive(function, "blocksareclusters").is_some()
}

/// The numbers behind a directive of the kernel.
fn directive(function: &Function, word: &str) -> Option<Vec<u32>> {
    let program = function.program();
    let name = program.kernels()[function.index()].name.to_string_lossy();
    let module = program.module();
    let found = module.functions.iter().find(|f| f.is_entry && f.name == name)?;
    found.directives.iter().find(|(each, _)| each == word).map(|(_, numbers)| numbers.clone())
}

/// `cuFuncSetAttribute`
pub fn set_attribute(function: KernelHandle<Function>, attribute: CUfunction_attribute, value: i32) -> Result {
    use CUfunction_attribute as A;
    let function = function.0;
    let settings = &function.program().kernels()[function.index()].settings;
    let set = |slot: &Unset, range: std::ops::RangeInclusive<i32>| {
        if !range.contains(&value) {
            return Err(CUerror::INVALID_VALUE);
        }
        slot.set(value);
        Ok(())
    };
    match attribute {
        A::CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES => {
            let most = device()?.model.limits().shared_per_block_optin.0 as u32;
            let most = most.saturating_sub(prepared(&function)?.kernel().static_shared);
            set(&settings.max_dynamic_shared, 0..=most as i32)
        }
        A::CU_FUNC_ATTRIBUTE_PREFERRED_SHARED_MEMORY_CARVEOUT => set(&settings.carveout, -1..=100),
        A::CU_FUNC_ATTRIBUTE_NON_PORTABLE_CLUSTER_SIZE_ALLOWED => set(&settings.non_portable_cluster, 0..=1),
        A::CU_FUNC_ATTRIBUTE_CLUSTER_SCHEDULING_POLICY_PREFERENCE => set(&settings.cluster_scheduling, 0..=2),
        A::CU_FUNC_ATTRIBUTE_REQUIRED_CLUSTER_WIDTH
        | A::CU_FUNC_ATTRIBUTE_REQUIRED_CLUSTER_HEIGHT
        | A::CU_FUNC_ATTRIBUTE_REQUIRED_CLUSTER_DEPTH => Err(CUerror::NOT_SUPPORTED),
        _ => Err(CUerror::INVALID_VALUE),
    }
}

/// `cuFuncSetCacheConfig`, `cuKernelSetCacheConfig`: there is nothing to configure, but a wrong value is still one.
pub fn set_cache_config(_function: KernelHandle<Function>, config: CUfunc_cache) -> Result {
    if config.0 > CUfunc_cache::CU_FUNC_CACHE_PREFER_EQUAL.0 { Err(CUerror::INVALID_VALUE) } else { Ok(()) }
}

/// `cuKernelSetCacheConfig`
pub fn kernel_set_cache_config(
    kernel: KernelHandle<Function>,
    config: CUfunc_cache,
    _: super::device::Device,
) -> Result {
    set_cache_config(kernel, config)
}

/// `cuFuncSetSharedMemConfig`: as above.
pub fn set_shared_config(_function: KernelHandle<Function>, config: CUsharedconfig) -> Result {
    if config.0 > 2 { Err(CUerror::INVALID_VALUE) } else { Ok(()) }
}

/// `cuFuncGetModule`
pub fn get_module(module: Out<CUmodule>, function: KernelHandle<Function>) -> Result {
    module.set(function.0.module()?.handle());
    Ok(())
}

/// `cuFuncGetName`
pub fn get_name(name: Out<*const c_char>, function: KernelHandle<Function>) -> Result {
    // It lives as long as the program does, as the manual promises.
    name.set(function.0.program().kernels()[function.0.index()].name.as_ptr());
    Ok(())
}

/// `cuFuncGetParamInfo`
pub fn get_param_info(
    function: KernelHandle<Function>,
    index: usize,
    offset: Out<usize>,
    size: Option<Out<usize>>,
) -> Result {
    let prepared = prepared(&function.0)?;
    let param = prepared.kernel().params.get(index).ok_or(CUerror::INVALID_VALUE)?;
    offset.set(param.offset as usize);
    if let Some(size) = size {
        size.set(param.size as usize);
    }
    Ok(())
}

/// `cuFuncGetParamCount`, `cuKernelGetParamCount`
pub fn get_param_count(function: KernelHandle<Function>, count: Out<usize>) -> Result {
    count.set(prepared(&function.0)?.kernel().params.len());
    Ok(())
}

/// `cuFuncIsLoaded`
pub fn is_loaded(state: Out<CUfunctionLoadingState>, function: KernelHandle<Function>) -> Result {
    let loaded = function.0.program().is_translated(function.0.index());
    state.set(if loaded {
        CUfunctionLoadingState::CU_FUNCTION_LOADING_STATE_LOADED
    } else {
        CUfunctionLoadingState::CU_FUNCTION_LOADING_STATE_UNLOADED
    });
    Ok(())
}

/// `cuFuncLoad`
pub fn load(function: KernelHandle<Function>) -> Result {
    prepared(&function.0).map(drop)
}
