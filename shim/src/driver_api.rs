//! THE table of the CUDA driver API: one row for every symbol of `cuda.h`, `cudaGL.h`, `cudaVDPAU.h` and
//! `cudaEGL.h` 13.5, and a few that older clients link.
//!
//! Exports, `cuGetProcAddress`, `docs/driver-api.md` and tests are derived from it.
//!
//! ```text
//! VERSION KIND fn NAME [SUFFIX NAME_SUFFIX](C PARAMETERS) [=> TARGET];
//! ```
//!
//! * VERSION is the CUDA version that brought the symbol, as the `PFN_*` names of `cudaTypedefs.h` give it. Rows whose
//!   names differ only in `_v2`, `_v3`, ... are steps of one function; `cuGetProcAddress` chooses among them.
//! * KIND is one of
//!     * `implemented`: calls TARGET, a function of `driver`, with every argument converted by [`crate::abi::FromC`] to
//!       the type that the function takes;
//!     * `early`: the same, and callable before `cuInit`;
//!     * `stub`: succeeds without doing anything, because there is nothing to do; TARGET is the reason, as text;
//!     * `unsupported`: answers `CUDA_ERROR_NOT_SUPPORTED` and names itself once on standard error.
//! * `ptsz NAME_ptsz` is the symbol for which a null stream means the thread's own default stream; conversion to a
//!   stream argument knows it. `ptds NAME_ptds` is the same for functions that take no stream: TARGET gets the
//!   [`crate::abi::DefaultStream`] as one more argument, after the others.

use crate::exports;
use std::ffi::c_void;

macro_rules! for_each_driver_fn {
    ($visit:ident) => {
        $visit! {
            chapter "Error Handling" {
                6000 early fn cuGetErrorString(error: CUresult, str: *mut *const c_char) => error::string;
                6000 early fn cuGetErrorName(error: CUresult, str: *mut *const c_char) => error::name;
            }
            chapter "Initialization" {
                2000 early fn cuInit(flags: u32) => init::init;
            }
            chapter "Version Management" {
                2020 early fn cuDriverGetVersion(driver_version: *mut i32) => version::get;
            }
            chapter "Device Management" {
                2000 implemented fn cuDeviceGet(device: *mut CUdevice, ordinal: i32) => device::get;
                2000 implemented fn cuDeviceGetCount(count: *mut i32) => device::count;
                2000 implemented fn cuDeviceGetName(name: *mut c_char, len: i32, dev: CUdevice) => device::name;
                9020 implemented fn cuDeviceGetUuid(uuid: *mut CUuuid, dev: CUdevice) => device::uuid;
                11040 implemented fn cuDeviceGetUuid_v2(uuid: *mut CUuuid, dev: CUdevice) => device::uuid;
                10000 unsupported fn cuDeviceGetLuid(luid: *mut c_char, device_node_mask: *mut u32, dev: CUdevice);
                2000 implemented fn cuDeviceTotalMem(bytes: *mut u32, dev: CUdevice) => device::total_memory_32;
                3020 implemented fn cuDeviceTotalMem_v2(bytes: *mut usize, dev: CUdevice) => device::total_memory;
                11010 implemented fn cuDeviceGetTexture1DLinearMaxWidth(
                    max_width_in_elements: *mut usize, format: CUarray_format, num_channels: u32, dev: CUdevice,
                ) => device::texture_1d_linear_max_width;
                2000 implemented fn cuDeviceGetAttribute(
                    pi: *mut i32, attrib: CUdevice_attribute, dev: CUdevice,
                ) => device::attribute;
                13000 unsupported fn cuDeviceGetHostAtomicCapabilities(
                    capabilities: *mut u32, operations: *const CUatomicOperation, count: u32, dev: CUdevice,
                );
                10020 unsupported fn cuDeviceGetNvSciSyncAttributes(
                    nv_sci_sync_attr_list: *mut c_void, dev: CUdevice, flags: i32,
                );
                11020 implemented fn cuDeviceSetMemPool(
                    dev: CUdevice, pool: CUmemoryPool,
                ) => pool::set_current_of_device;
                11020 implemented fn cuDeviceGetMemPool(
                    pool: *mut CUmemoryPool, dev: CUdevice,
                ) => pool::current_of_device;
                11020 implemented fn cuDeviceGetDefaultMemPool(
                    pool_out: *mut CUmemoryPool, dev: CUdevice,
                ) => pool::default_of_device;
                11040 implemented fn cuDeviceGetExecAffinitySupport(
                    pi: *mut i32, kind: CUexecAffinityType, dev: CUdevice,
                ) => device::exec_affinity_support;
                11030 unsupported fn cuFlushGPUDirectRDMAWrites(
                    target: CUflushGPUDirectRDMAWritesTarget, scope: CUflushGPUDirectRDMAWritesScope,
                );
                2000 implemented fn cuDeviceGetProperties(prop: *mut CUdevprop, dev: CUdevice) => device::properties;
                2000 implemented fn cuDeviceComputeCapability(
                    major: *mut i32, minor: *mut i32, dev: CUdevice,
                ) => device::compute_capability;
            }
            chapter "Primary Context Management" {
                7000 implemented fn cuDevicePrimaryCtxRetain(
                    pctx: *mut CUcontext, dev: CUdevice,
                ) => primary_context::retain;
                7000 implemented fn cuDevicePrimaryCtxRelease(dev: CUdevice) => primary_context::release;
                11000 implemented fn cuDevicePrimaryCtxRelease_v2(dev: CUdevice) => primary_context::release;
                7000 implemented fn cuDevicePrimaryCtxSetFlags(dev: CUdevice, flags: u32) => primary_context::set_flags;
                11000 implemented fn cuDevicePrimaryCtxSetFlags_v2(
                    dev: CUdevice, flags: u32,
                ) => primary_context::set_flags;
                7000 implemented fn cuDevicePrimaryCtxGetState(
                    dev: CUdevice, flags: *mut u32, active: *mut i32,
                ) => primary_context::state;
                7000 implemented fn cuDevicePrimaryCtxReset(dev: CUdevice) => primary_context::reset;
                11000 implemented fn cuDevicePrimaryCtxReset_v2(dev: CUdevice) => primary_context::reset;
            }
            chapter "Context Management" {
                2000 implemented fn cuCtxCreate(pctx: *mut CUcontext, flags: u32, dev: CUdevice) => context::create;
                3020 implemented fn cuCtxCreate_v2(pctx: *mut CUcontext, flags: u32, dev: CUdevice) => context::create;
                11040 implemented fn cuCtxCreate_v3(
                    pctx: *mut CUcontext, params_array: *mut CUexecAffinityParam, num_params: i32, flags: u32,
                    dev: CUdevice,
                ) => context::create_with_affinity;
                12050 implemented fn cuCtxCreate_v4(
                    pctx: *mut CUcontext, ctx_create_params: *mut CUctxCreateParams, flags: u32, dev: CUdevice,
                ) => context::create_with_params;
                2000 implemented fn cuCtxDestroy(ctx: CUcontext) => context::destroy;
                4000 implemented fn cuCtxDestroy_v2(ctx: CUcontext) => context::destroy;
                2000 implemented fn cuCtxPushCurrent(ctx: CUcontext) => context::push;
                4000 implemented fn cuCtxPushCurrent_v2(ctx: CUcontext) => context::push;
                2000 implemented fn cuCtxPopCurrent(pctx: *mut CUcontext) => context::pop;
                4000 implemented fn cuCtxPopCurrent_v2(pctx: *mut CUcontext) => context::pop;
                4000 implemented fn cuCtxSetCurrent(ctx: CUcontext) => context::set_current;
                4000 implemented fn cuCtxGetCurrent(pctx: *mut CUcontext) => context::get_current;
                2000 implemented fn cuCtxGetDevice(device: *mut CUdevice) => context::get_device;
                13000 implemented fn cuCtxGetDevice_v2(device: *mut CUdevice, ctx: CUcontext) => context::get_device_of;
                7000 implemented fn cuCtxGetFlags(flags: *mut u32) => context::get_flags;
                12010 implemented fn cuCtxSetFlags(flags: u32) => context::set_flags;
                12000 implemented fn cuCtxGetId(ctx: CUcontext, ctx_id: *mut u64) => context::get_id;
                2000 implemented fn cuCtxSynchronize() => context::synchronize;
                13000 implemented fn cuCtxSynchronize_v2(ctx: CUcontext) => context::synchronize_one;
                3010 implemented fn cuCtxSetLimit(limit: CUlimit, value: usize) => context::set_limit;
                3010 implemented fn cuCtxGetLimit(pvalue: *mut usize, limit: CUlimit) => context::get_limit;
                3020 implemented fn cuCtxGetCacheConfig(pconfig: *mut CUfunc_cache) => context::get_cache_config;
                3020 implemented fn cuCtxSetCacheConfig(config: CUfunc_cache) => context::set_cache_config;
                3020 implemented fn cuCtxGetApiVersion(ctx: CUcontext, version: *mut u32) => context::get_api_version;
                5050 implemented fn cuCtxGetStreamPriorityRange(
                    least_priority: *mut i32, greatest_priority: *mut i32,
                ) => context::get_stream_priority_range;
                11000 stub fn cuCtxResetPersistingL2Cache() => "the model has no L2 cache that lines could persist in";
                11040 implemented fn cuCtxGetExecAffinity(
                    exec_affinity: *mut CUexecAffinityParam, kind: CUexecAffinityType,
                ) => context::get_exec_affinity;
                12050 implemented fn cuCtxRecordEvent(ctx: CUcontext, event: CUevent) => context::record_event;
                12050 implemented fn cuCtxWaitEvent(ctx: CUcontext, event: CUevent) => context::wait_event;
                2000 implemented fn cuCtxAttach(pctx: *mut CUcontext, flags: u32) => context::attach;
                2000 implemented fn cuCtxDetach(ctx: CUcontext) => context::detach;
                4020 implemented fn cuCtxGetSharedMemConfig(config: *mut CUsharedconfig) => context::get_shared_config;
                4020 stub fn cuCtxSetSharedMemConfig(
                    config: CUsharedconfig,
                ) => "shared memory of the model has no banks to configure";
            }
            chapter "Module Management" {
                2000 implemented fn cuModuleLoad(module: *mut CUmodule, fname: *const c_char) => module::load;
                2000 implemented fn cuModuleLoadData(module: *mut CUmodule, image: *const c_void) => module::load_data;
                2010 implemented fn cuModuleLoadDataEx(
                    module: *mut CUmodule, image: *const c_void, num_options: u32, options: *mut CUjit_option,
                    option_values: *mut *mut c_void,
                ) => module::load_data_with_options;
                2000 implemented fn cuModuleLoadFatBinary(
                    module: *mut CUmodule, fat_cubin: *const c_void,
                ) => module::load_data;
                2000 implemented fn cuModuleUnload(hmod: CUmodule) => module::unload;
                11070 implemented fn cuModuleGetLoadingMode(mode: *mut CUmoduleLoadingMode) => module::get_loading_mode;
                2000 implemented fn cuModuleGetFunction(
                    hfunc: *mut CUfunction, hmod: CUmodule, name: *const c_char,
                ) => module::get_function;
                12040 implemented fn cuModuleGetFunctionCount(
                    count: *mut u32, module: CUmodule,
                ) => module::get_function_count;
                12040 implemented fn cuModuleEnumerateFunctions(
                    functions: *mut CUfunction, num_functions: u32, module: CUmodule,
                ) => module::enumerate_functions;
                2000 unsupported fn cuModuleGetGlobal(
                    dptr: *mut CUdeviceptr_v1, bytes: *mut u32, hmod: CUmodule, name: *const c_char,
                );
                3020 implemented fn cuModuleGetGlobal_v2(
                    dptr: *mut CUdeviceptr, bytes: *mut usize, hmod: CUmodule, name: *const c_char,
                ) => module::get_global;
                5050 implemented fn cuLinkCreate(
                    num_options: u32, options: *mut CUjit_option, option_values: *mut *mut c_void,
                    state_out: *mut CUlinkState,
                ) => link::create;
                6050 implemented fn cuLinkCreate_v2(
                    num_options: u32, options: *mut CUjit_option, option_values: *mut *mut c_void,
                    state_out: *mut CUlinkState,
                ) => link::create;
                5050 implemented fn cuLinkAddData(
                    state: CUlinkState, kind: CUjitInputType, data: *mut c_void, size: usize, name: *const c_char,
                    num_options: u32, options: *mut CUjit_option, option_values: *mut *mut c_void,
                ) => link::add_data;
                6050 implemented fn cuLinkAddData_v2(
                    state: CUlinkState, kind: CUjitInputType, data: *mut c_void, size: usize, name: *const c_char,
                    num_options: u32, options: *mut CUjit_option, option_values: *mut *mut c_void,
                ) => link::add_data;
                5050 implemented fn cuLinkAddFile(
                    state: CUlinkState, kind: CUjitInputType, path: *const c_char, num_options: u32,
                    options: *mut CUjit_option, option_values: *mut *mut c_void,
                ) => link::add_file;
                6050 implemented fn cuLinkAddFile_v2(
                    state: CUlinkState, kind: CUjitInputType, path: *const c_char, num_options: u32,
                    options: *mut CUjit_option, option_values: *mut *mut c_void,
                ) => link::add_file;
                5050 implemented fn cuLinkComplete(
                    state: CUlinkState, cubin_out: *mut *mut c_void, size_out: *mut usize,
                ) => link::complete;
                5050 implemented fn cuLinkDestroy(state: CUlinkState) => link::destroy;
                2000 implemented fn cuModuleGetTexRef(
                    tex_ref: *mut CUtexref, hmod: CUmodule, name: *const c_char,
                ) => texture_reference::of_module;
                3000 implemented fn cuModuleGetSurfRef(
                    surf_ref: *mut CUsurfref, hmod: CUmodule, name: *const c_char,
                ) => texture_reference::surface_of_module;
            }
            chapter "Library Management" {
                12000 implemented fn cuLibraryLoadData(
                    library: *mut CUlibrary, code: *const c_void, jit_options: *mut CUjit_option,
                    jit_options_values: *mut *mut c_void, num_jit_options: u32, library_options: *mut CUlibraryOption,
                    library_option_values: *mut *mut c_void, num_library_options: u32,
                ) => library::load_data;
                12000 implemented fn cuLibraryLoadFromFile(
                    library: *mut CUlibrary, file_name: *const c_char, jit_options: *mut CUjit_option,
                    jit_options_values: *mut *mut c_void, num_jit_options: u32, library_options: *mut CUlibraryOption,
                    library_option_values: *mut *mut c_void, num_library_options: u32,
                ) => library::load_file;
                12000 implemented fn cuLibraryUnload(library: CUlibrary) => library::unload;
                12000 implemented fn cuLibraryGetKernel(
                    kernel: *mut CUkernel, library: CUlibrary, name: *const c_char,
                ) => library::get_kernel;
                12040 implemented fn cuLibraryGetKernelCount(
                    count: *mut u32, lib: CUlibrary,
                ) => library::get_kernel_count;
                12040 implemented fn cuLibraryEnumerateKernels(
                    kernels: *mut CUkernel, num_kernels: u32, lib: CUlibrary,
                ) => library::enumerate_kernels;
                12000 implemented fn cuLibraryGetModule(
                    module: *mut CUmodule, library: CUlibrary,
                ) => library::get_module;
                12000 implemented fn cuKernelGetFunction(
                    func: *mut CUfunction, kernel: CUkernel,
                ) => library::kernel_get_function;
                12050 implemented fn cuKernelGetLibrary(
                    lib: *mut CUlibrary, kernel: CUkernel,
                ) => library::kernel_get_library;
                12000 implemented fn cuLibraryGetGlobal(
                    dptr: *mut CUdeviceptr, bytes: *mut usize, library: CUlibrary, name: *const c_char,
                ) => library::get_global;
                12000 implemented fn cuLibraryGetManaged(
                    dptr: *mut CUdeviceptr, bytes: *mut usize, library: CUlibrary, name: *const c_char,
                ) => library::get_managed;
                12000 implemented fn cuLibraryGetUnifiedFunction(
                    fptr: *mut *mut c_void, library: CUlibrary, symbol: *const c_char,
                ) => library::get_unified_function;
                12000 implemented fn cuKernelGetAttribute(
                    pi: *mut i32, attrib: CUfunction_attribute, kernel: CUkernel, dev: CUdevice,
                ) => library::kernel_get_attribute;
                12000 implemented fn cuKernelSetAttribute(
                    attrib: CUfunction_attribute, val: i32, kernel: CUkernel, dev: CUdevice,
                ) => library::kernel_set_attribute;
                12000 implemented fn cuKernelSetCacheConfig(
                    kernel: CUkernel, config: CUfunc_cache, dev: CUdevice,
                ) => function::kernel_set_cache_config;
                12030 implemented fn cuKernelGetName(
                    name: *mut *const c_char, hfunc: CUkernel,
                ) => library::kernel_get_name;
                12040 implemented fn cuKernelGetParamInfo(
                    kernel: CUkernel, param_index: usize, param_offset: *mut usize, param_size: *mut usize,
                ) => library::kernel_get_param_info;
                13020 implemented fn cuKernelGetParamCount(
                    kernel: CUkernel, param_count: *mut usize,
                ) => function::get_param_count;
            }
            chapter "Memory Management" {
                2000 unsupported fn cuMemGetInfo(free: *mut u32, total: *mut u32);
                3020 implemented fn cuMemGetInfo_v2(free: *mut usize, total: *mut usize) => memory::get_info;
                2000 unsupported fn cuMemAlloc(dptr: *mut CUdeviceptr_v1, bytesize: u32);
                3020 implemented fn cuMemAlloc_v2(dptr: *mut CUdeviceptr, bytesize: usize) => memory::alloc;
                2000 unsupported fn cuMemAllocPitch(
                    dptr: *mut CUdeviceptr_v1, pitch: *mut u32, width_in_bytes: u32, height: u32, element_size_bytes: u32,
                );
                3020 implemented fn cuMemAllocPitch_v2(
                    dptr: *mut CUdeviceptr, pitch: *mut usize, width_in_bytes: usize, height: usize,
                    element_size_bytes: u32,
                ) => memory::alloc_pitch;
                2000 unsupported fn cuMemFree(dptr: CUdeviceptr_v1);
                3020 implemented fn cuMemFree_v2(dptr: CUdeviceptr) => memory::free;
                2000 unsupported fn cuMemGetAddressRange(
                    pbase: *mut CUdeviceptr_v1, psize: *mut u32, dptr: CUdeviceptr_v1,
                );
                3020 implemented fn cuMemGetAddressRange_v2(
                    pbase: *mut CUdeviceptr, psize: *mut usize, dptr: CUdeviceptr,
                ) => memory::get_address_range;
                2000 unsupported fn cuMemAllocHost(pp: *mut *mut c_void, bytesize: u32);
                3020 implemented fn cuMemAllocHost_v2(pp: *mut *mut c_void, bytesize: usize) => memory::alloc_host;
                2000 implemented fn cuMemFreeHost(p: *mut c_void) => memory::free_host;
                2020 implemented fn cuMemHostAlloc(
                    pp: *mut *mut c_void, bytesize: usize, flags: u32,
                ) => memory::host_alloc;
                2020 unsupported fn cuMemHostGetDevicePointer(pdptr: *mut CUdeviceptr_v1, p: *mut c_void, flags: u32);
                3020 implemented fn cuMemHostGetDevicePointer_v2(
                    pdptr: *mut CUdeviceptr, p: *mut c_void, flags: u32,
                ) => memory::host_get_device_pointer;
                2030 implemented fn cuMemHostGetFlags(flags: *mut u32, p: *mut c_void) => memory::host_get_flags;
                6000 implemented fn cuMemAllocManaged(
                    dptr: *mut CUdeviceptr, bytesize: usize, flags: u32,
                ) => memory::alloc_managed;
                12040 unsupported fn cuDeviceRegisterAsyncNotification(
                    device: CUdevice, callback_func: CUasyncCallback, user_data: *mut c_void,
                    callback: *mut CUasyncCallbackHandle,
                );
                12040 unsupported fn cuDeviceUnregisterAsyncNotification(
                    device: CUdevice, callback: CUasyncCallbackHandle,
                );
                4010 implemented fn cuDeviceGetByPCIBusId(
                    dev: *mut CUdevice, pci_bus_id: *const c_char,
                ) => device::by_pci_bus_id;
                4010 implemented fn cuDeviceGetPCIBusId(
                    pci_bus_id: *mut c_char, len: i32, dev: CUdevice,
                ) => device::pci_bus_id;
                4010 unsupported fn cuIpcGetEventHandle(handle: *mut CUipcEventHandle, event: CUevent);
                4010 unsupported fn cuIpcOpenEventHandle(event: *mut CUevent, handle: CUipcEventHandle);
                4010 unsupported fn cuIpcGetMemHandle(handle: *mut CUipcMemHandle, dptr: CUdeviceptr);
                4010 unsupported fn cuIpcOpenMemHandle(pdptr: *mut CUdeviceptr, handle: CUipcMemHandle, flags: u32);
                11000 unsupported fn cuIpcOpenMemHandle_v2(pdptr: *mut CUdeviceptr, handle: CUipcMemHandle, flags: u32);
                4010 unsupported fn cuIpcCloseMemHandle(dptr: CUdeviceptr);
                4000 implemented fn cuMemHostRegister(
                    p: *mut c_void, bytesize: usize, flags: u32,
                ) => memory::host_register;
                6050 implemented fn cuMemHostRegister_v2(
                    p: *mut c_void, bytesize: usize, flags: u32,
                ) => memory::host_register;
                4000 implemented fn cuMemHostUnregister(p: *mut c_void) => memory::host_unregister;
                4000 implemented fn cuMemcpy ptds cuMemcpy_ptds(
                    dst: CUdeviceptr, src: CUdeviceptr, byte_count: usize,
                ) => copy::copy;
                4000 implemented fn cuMemcpyPeer ptds cuMemcpyPeer_ptds(
                    dst_device: CUdeviceptr, dst_context: CUcontext, src_device: CUdeviceptr, src_context: CUcontext,
                    byte_count: usize,
                ) => copy::peer;
                2000 unsupported fn cuMemcpyHtoD(dst_device: CUdeviceptr_v1, src_host: *const c_void, byte_count: u32);
                3020 implemented fn cuMemcpyHtoD_v2 ptds cuMemcpyHtoD_v2_ptds(
                    dst_device: CUdeviceptr, src_host: *const c_void, byte_count: usize,
                ) => copy::to_device;
                2000 unsupported fn cuMemcpyDtoH(dst_host: *mut c_void, src_device: CUdeviceptr_v1, byte_count: u32);
                3020 implemented fn cuMemcpyDtoH_v2 ptds cuMemcpyDtoH_v2_ptds(
                    dst_host: *mut c_void, src_device: CUdeviceptr, byte_count: usize,
                ) => copy::to_host;
                2000 unsupported fn cuMemcpyDtoD(
                    dst_device: CUdeviceptr_v1, src_device: CUdeviceptr_v1, byte_count: u32,
                );
                3020 implemented fn cuMemcpyDtoD_v2 ptds cuMemcpyDtoD_v2_ptds(
                    dst_device: CUdeviceptr, src_device: CUdeviceptr, byte_count: usize,
                ) => copy::inside;
                2000 unsupported fn cuMemcpyDtoA(
                    dst_array: CUarray, dst_offset: u32, src_device: CUdeviceptr_v1, byte_count: u32,
                );
                3020 implemented fn cuMemcpyDtoA_v2 ptds cuMemcpyDtoA_v2_ptds(
                    dst_array: CUarray, dst_offset: usize, src_device: CUdeviceptr, byte_count: usize,
                ) => copy::device_to_array;
                2000 unsupported fn cuMemcpyAtoD(
                    dst_device: CUdeviceptr_v1, src_array: CUarray, src_offset: u32, byte_count: u32,
                );
                3020 implemented fn cuMemcpyAtoD_v2 ptds cuMemcpyAtoD_v2_ptds(
                    dst_device: CUdeviceptr, src_array: CUarray, src_offset: usize, byte_count: usize,
                ) => copy::array_to_device;
                2000 unsupported fn cuMemcpyHtoA(
                    dst_array: CUarray, dst_offset: u32, src_host: *const c_void, byte_count: u32,
                );
                3020 implemented fn cuMemcpyHtoA_v2 ptds cuMemcpyHtoA_v2_ptds(
                    dst_array: CUarray, dst_offset: usize, src_host: *const c_void, byte_count: usize,
                ) => copy::host_to_array;
                2000 unsupported fn cuMemcpyAtoH(
                    dst_host: *mut c_void, src_array: CUarray, src_offset: u32, byte_count: u32,
                );
                3020 implemented fn cuMemcpyAtoH_v2 ptds cuMemcpyAtoH_v2_ptds(
                    dst_host: *mut c_void, src_array: CUarray, src_offset: usize, byte_count: usize,
                ) => copy::array_to_host;
                2000 unsupported fn cuMemcpyAtoA(
                    dst_array: CUarray, dst_offset: u32, src_array: CUarray, src_offset: u32, byte_count: u32,
                );
                3020 implemented fn cuMemcpyAtoA_v2 ptds cuMemcpyAtoA_v2_ptds(
                    dst_array: CUarray, dst_offset: usize, src_array: CUarray, src_offset: usize, byte_count: usize,
                ) => copy::array_to_array;
                2000 unsupported fn cuMemcpy2D(copy: *const CUDA_MEMCPY2D_v1);
                3020 implemented fn cuMemcpy2D_v2 ptds cuMemcpy2D_v2_ptds(
                    copy: *const CUDA_MEMCPY2D,
                ) => copy::two_dimensional;
                2000 unsupported fn cuMemcpy2DUnaligned(copy: *const CUDA_MEMCPY2D_v1);
                3020 implemented fn cuMemcpy2DUnaligned_v2 ptds cuMemcpy2DUnaligned_v2_ptds(
                    copy: *const CUDA_MEMCPY2D,
                ) => copy::two_dimensional;
                2000 unsupported fn cuMemcpy3D(copy: *const CUDA_MEMCPY3D_v1);
                3020 implemented fn cuMemcpy3D_v2 ptds cuMemcpy3D_v2_ptds(
                    copy: *const CUDA_MEMCPY3D,
                ) => copy::three_dimensional;
                4000 implemented fn cuMemcpy3DPeer ptds cuMemcpy3DPeer_ptds(
                    copy: *const CUDA_MEMCPY3D_PEER,
                ) => copy::three_dimensional_peer;
                4000 implemented fn cuMemcpyAsync ptsz cuMemcpyAsync_ptsz(
                    dst: CUdeviceptr, src: CUdeviceptr, byte_count: usize, stream: CUstream,
                ) => copy::copy_async;
                4000 implemented fn cuMemcpyPeerAsync ptsz cuMemcpyPeerAsync_ptsz(
                    dst_device: CUdeviceptr, dst_context: CUcontext, src_device: CUdeviceptr, src_context: CUcontext,
                    byte_count: usize, stream: CUstream,
                ) => copy::peer_async;
                2000 unsupported fn cuMemcpyHtoDAsync(
                    dst_device: CUdeviceptr_v1, src_host: *const c_void, byte_count: u32, stream: CUstream,
                );
                3020 implemented fn cuMemcpyHtoDAsync_v2 ptsz cuMemcpyHtoDAsync_v2_ptsz(
                    dst_device: CUdeviceptr, src_host: *const c_void, byte_count: usize, stream: CUstream,
                ) => copy::to_device_async;
                2000 unsupported fn cuMemcpyDtoHAsync(
                    dst_host: *mut c_void, src_device: CUdeviceptr_v1, byte_count: u32, stream: CUstream,
                );
                3020 implemented fn cuMemcpyDtoHAsync_v2 ptsz cuMemcpyDtoHAsync_v2_ptsz(
                    dst_host: *mut c_void, src_device: CUdeviceptr, byte_count: usize, stream: CUstream,
                ) => copy::to_host_async;
                3000 unsupported fn cuMemcpyDtoDAsync(
                    dst_device: CUdeviceptr_v1, src_device: CUdeviceptr_v1, byte_count: u32, stream: CUstream,
                );
                3020 implemented fn cuMemcpyDtoDAsync_v2 ptsz cuMemcpyDtoDAsync_v2_ptsz(
                    dst_device: CUdeviceptr, src_device: CUdeviceptr, byte_count: usize, stream: CUstream,
                ) => copy::inside_async;
                2000 unsupported fn cuMemcpyHtoAAsync(
                    dst_array: CUarray, dst_offset: u32, src_host: *const c_void, byte_count: u32, stream: CUstream,
                );
                3020 implemented fn cuMemcpyHtoAAsync_v2 ptsz cuMemcpyHtoAAsync_v2_ptsz(
                    dst_array: CUarray, dst_offset: usize, src_host: *const c_void, byte_count: usize, stream: CUstream,
                ) => copy::host_to_array_async;
                2000 unsupported fn cuMemcpyAtoHAsync(
                    dst_host: *mut c_void, src_array: CUarray, src_offset: u32, byte_count: u32, stream: CUstream,
                );
                3020 implemented fn cuMemcpyAtoHAsync_v2 ptsz cuMemcpyAtoHAsync_v2_ptsz(
                    dst_host: *mut c_void, src_array: CUarray, src_offset: usize, byte_count: usize, stream: CUstream,
                ) => copy::array_to_host_async;
                2000 unsupported fn cuMemcpy2DAsync(copy: *const CUDA_MEMCPY2D_v1, stream: CUstream);
                3020 implemented fn cuMemcpy2DAsync_v2 ptsz cuMemcpy2DAsync_v2_ptsz(
                    copy: *const CUDA_MEMCPY2D, stream: CUstream,
                ) => copy::two_dimensional_async;
                2000 unsupported fn cuMemcpy3DAsync(copy: *const CUDA_MEMCPY3D_v1, stream: CUstream);
                3020 implemented fn cuMemcpy3DAsync_v2 ptsz cuMemcpy3DAsync_v2_ptsz(
                    copy: *const CUDA_MEMCPY3D, stream: CUstream,
                ) => copy::three_dimensional_async;
                4000 implemented fn cuMemcpy3DPeerAsync ptsz cuMemcpy3DPeerAsync_ptsz(
                    copy: *const CUDA_MEMCPY3D_PEER, stream: CUstream,
                ) => copy::three_dimensional_peer_async;
                12080 implemented fn cuMemcpyBatchAsync ptsz cuMemcpyBatchAsync_ptsz(
                    dsts: *mut CUdeviceptr, srcs: *mut CUdeviceptr, sizes: *mut usize, count: usize,
                    attrs: *mut CUmemcpyAttributes, attrs_idxs: *mut usize, num_attrs: usize, fail_idx: *mut usize,
                    stream: CUstream,
                ) => copy::batch_async;
                13000 implemented fn cuMemcpyBatchAsync_v2 ptsz cuMemcpyBatchAsync_v2_ptsz(
                    dsts: *mut CUdeviceptr, srcs: *mut CUdeviceptr, sizes: *mut usize, count: usize,
                    attrs: *mut CUmemcpyAttributes, attrs_idxs: *mut usize, num_attrs: usize, stream: CUstream,
                ) => copy::batch_async_v2;
                12080 unsupported fn cuMemcpy3DBatchAsync ptsz cuMemcpy3DBatchAsync_ptsz(
                    num_ops: usize, op_list: *mut CUDA_MEMCPY3D_BATCH_OP, fail_idx: *mut usize, flags: u64,
                    stream: CUstream,
                );
                13000 unsupported fn cuMemcpy3DBatchAsync_v2 ptsz cuMemcpy3DBatchAsync_v2_ptsz(
                    num_ops: usize, op_list: *mut CUDA_MEMCPY3D_BATCH_OP, flags: u64, stream: CUstream,
                );
                13020 implemented fn cuMemcpyWithAttributesAsync ptsz cuMemcpyWithAttributesAsync_ptsz(
                    dst: CUdeviceptr, src: CUdeviceptr, size: usize, attr: *mut CUmemcpyAttributes, stream: CUstream,
                ) => copy::with_attributes_async;
                13020 unsupported fn cuMemcpy3DWithAttributesAsync ptsz cuMemcpy3DWithAttributesAsync_ptsz(
                    op: *mut CUDA_MEMCPY3D_BATCH_OP, flags: u64, stream: CUstream,
                );
                2000 unsupported fn cuMemsetD8(dst_device: CUdeviceptr_v1, uc: u8, n: u32);
                3020 implemented fn cuMemsetD8_v2 ptds cuMemsetD8_v2_ptds(
                    dst_device: CUdeviceptr, uc: u8, n: usize,
                ) => fill::bytes;
                2000 unsupported fn cuMemsetD16(dst_device: CUdeviceptr_v1, us: u16, n: u32);
                3020 implemented fn cuMemsetD16_v2 ptds cuMemsetD16_v2_ptds(
                    dst_device: CUdeviceptr, us: u16, n: usize,
                ) => fill::halves;
                2000 unsupported fn cuMemsetD32(dst_device: CUdeviceptr_v1, ui: u32, n: u32);
                3020 implemented fn cuMemsetD32_v2 ptds cuMemsetD32_v2_ptds(
                    dst_device: CUdeviceptr, ui: u32, n: usize,
                ) => fill::words;
                2000 unsupported fn cuMemsetD2D8(
                    dst_device: CUdeviceptr_v1, dst_pitch: u32, uc: u8, width: u32, height: u32,
                );
                3020 implemented fn cuMemsetD2D8_v2 ptds cuMemsetD2D8_v2_ptds(
                    dst_device: CUdeviceptr, dst_pitch: usize, uc: u8, width: usize, height: usize,
                ) => fill::bytes_2d;
                2000 unsupported fn cuMemsetD2D16(
                    dst_device: CUdeviceptr_v1, dst_pitch: u32, us: u16, width: u32, height: u32,
                );
                3020 implemented fn cuMemsetD2D16_v2 ptds cuMemsetD2D16_v2_ptds(
                    dst_device: CUdeviceptr, dst_pitch: usize, us: u16, width: usize, height: usize,
                ) => fill::halves_2d;
                2000 unsupported fn cuMemsetD2D32(
                    dst_device: CUdeviceptr_v1, dst_pitch: u32, ui: u32, width: u32, height: u32,
                );
                3020 implemented fn cuMemsetD2D32_v2 ptds cuMemsetD2D32_v2_ptds(
                    dst_device: CUdeviceptr, dst_pitch: usize, ui: u32, width: usize, height: usize,
                ) => fill::words_2d;
                3020 implemented fn cuMemsetD8Async ptsz cuMemsetD8Async_ptsz(
                    dst_device: CUdeviceptr, uc: u8, n: usize, stream: CUstream,
                ) => fill::bytes_async;
                3020 implemented fn cuMemsetD16Async ptsz cuMemsetD16Async_ptsz(
                    dst_device: CUdeviceptr, us: u16, n: usize, stream: CUstream,
                ) => fill::halves_async;
                3020 implemented fn cuMemsetD32Async ptsz cuMemsetD32Async_ptsz(
                    dst_device: CUdeviceptr, ui: u32, n: usize, stream: CUstream,
                ) => fill::words_async;
                3020 implemented fn cuMemsetD2D8Async ptsz cuMemsetD2D8Async_ptsz(
                    dst_device: CUdeviceptr, dst_pitch: usize, uc: u8, width: usize, height: usize, stream: CUstream,
                ) => fill::bytes_2d_async;
                3020 implemented fn cuMemsetD2D16Async ptsz cuMemsetD2D16Async_ptsz(
                    dst_device: CUdeviceptr, dst_pitch: usize, us: u16, width: usize, height: usize, stream: CUstream,
                ) => fill::halves_2d_async;
                3020 implemented fn cuMemsetD2D32Async ptsz cuMemsetD2D32Async_ptsz(
                    dst_device: CUdeviceptr, dst_pitch: usize, ui: u32, width: usize, height: usize, stream: CUstream,
                ) => fill::words_2d_async;
                2000 implemented fn cuArrayCreate(
                    handle: *mut CUarray, allocate_array: *const CUDA_ARRAY_DESCRIPTOR_v1,
                ) => array::create_32;
                3020 implemented fn cuArrayCreate_v2(
                    handle: *mut CUarray, allocate_array: *const CUDA_ARRAY_DESCRIPTOR,
                ) => array::create;
                2000 implemented fn cuArrayGetDescriptor(
                    array_descriptor: *mut CUDA_ARRAY_DESCRIPTOR_v1, array: CUarray,
                ) => array::describe_32;
                3020 implemented fn cuArrayGetDescriptor_v2(
                    array_descriptor: *mut CUDA_ARRAY_DESCRIPTOR, array: CUarray,
                ) => array::describe;
                11010 implemented fn cuArrayGetSparseProperties(
                    sparse_properties: *mut CUDA_ARRAY_SPARSE_PROPERTIES, array: CUarray,
                ) => array::sparse_properties;
                11010 implemented fn cuMipmappedArrayGetSparseProperties(
                    sparse_properties: *mut CUDA_ARRAY_SPARSE_PROPERTIES, mipmap: CUmipmappedArray,
                ) => array::mipmapped_sparse_properties;
                11060 implemented fn cuArrayGetMemoryRequirements(
                    memory_requirements: *mut CUDA_ARRAY_MEMORY_REQUIREMENTS, array: CUarray, device: CUdevice,
                ) => array::memory_requirements;
                11060 implemented fn cuMipmappedArrayGetMemoryRequirements(
                    memory_requirements: *mut CUDA_ARRAY_MEMORY_REQUIREMENTS, mipmap: CUmipmappedArray, device: CUdevice,
                ) => array::mipmapped_memory_requirements;
                11020 implemented fn cuArrayGetPlane(plane_array: *mut CUarray, array: CUarray, plane_idx: u32) => array::plane;
                2000 implemented fn cuArrayDestroy(array: CUarray) => array::destroy;
                2000 implemented fn cuArray3DCreate(
                    handle: *mut CUarray, allocate_array: *const CUDA_ARRAY3D_DESCRIPTOR_v1,
                ) => array::create_3d_32;
                3020 implemented fn cuArray3DCreate_v2(
                    handle: *mut CUarray, allocate_array: *const CUDA_ARRAY3D_DESCRIPTOR,
                ) => array::create_3d;
                2000 implemented fn cuArray3DGetDescriptor(
                    array_descriptor: *mut CUDA_ARRAY3D_DESCRIPTOR_v1, array: CUarray,
                ) => array::describe_3d_32;
                3020 implemented fn cuArray3DGetDescriptor_v2(
                    array_descriptor: *mut CUDA_ARRAY3D_DESCRIPTOR, array: CUarray,
                ) => array::describe_3d;
                5000 implemented fn cuMipmappedArrayCreate(
                    handle: *mut CUmipmappedArray, mipmapped_array_desc: *const CUDA_ARRAY3D_DESCRIPTOR,
                    num_mipmap_levels: u32,
                ) => array::create_mipmapped;
                5000 implemented fn cuMipmappedArrayGetLevel(
                    level_array: *mut CUarray, mipmapped_array: CUmipmappedArray, level: u32,
                ) => array::level;
                5000 implemented fn cuMipmappedArrayDestroy(mipmapped_array: CUmipmappedArray) => array::destroy_mipmapped;
                11070 unsupported fn cuMemGetHandleForAddressRange(
                    handle: *mut c_void, dptr: CUdeviceptr, size: usize, handle_type: CUmemRangeHandleType, flags: u64,
                );
                12060 unsupported fn cuMemBatchDecompressAsync ptsz cuMemBatchDecompressAsync_ptsz(
                    params_array: *mut CUmemDecompressParams, count: usize, flags: u32, error_index: *mut usize,
                    stream: CUstream,
                );
                13040 unsupported fn cuMemGetLocationInfo(
                    ptr: CUdeviceptr, size: usize, summary_granularity: usize, sampling_granularity: usize,
                    location_out: *mut CUmemLocation,
                );
            }
            chapter "Virtual Memory Management" {
                10020 unsupported fn cuMemAddressReserve(
                    ptr: *mut CUdeviceptr, size: usize, alignment: usize, addr: CUdeviceptr, flags: u64,
                );
                10020 unsupported fn cuMemAddressFree(ptr: CUdeviceptr, size: usize);
                10020 unsupported fn cuMemCreate(
                    handle: *mut CUmemGenericAllocationHandle, size: usize, prop: *const CUmemAllocationProp, flags: u64,
                );
                10020 unsupported fn cuMemRelease(handle: CUmemGenericAllocationHandle);
                10020 unsupported fn cuMemMap(
                    ptr: CUdeviceptr, size: usize, offset: usize, handle: CUmemGenericAllocationHandle, flags: u64,
                );
                11010 unsupported fn cuMemMapArrayAsync ptsz cuMemMapArrayAsync_ptsz(
                    map_info_list: *mut CUarrayMapInfo, count: u32, stream: CUstream,
                );
                10020 unsupported fn cuMemUnmap(ptr: CUdeviceptr, size: usize);
                10020 unsupported fn cuMemSetAccess(
                    ptr: CUdeviceptr, size: usize, desc: *const CUmemAccessDesc, count: usize,
                );
                10020 unsupported fn cuMemGetAccess(flags: *mut u64, location: *const CUmemLocation, ptr: CUdeviceptr);
                10020 unsupported fn cuMemExportToShareableHandle(
                    shareable_handle: *mut c_void, handle: CUmemGenericAllocationHandle,
                    handle_type: CUmemAllocationHandleType, flags: u64,
                );
                10020 unsupported fn cuMemImportFromShareableHandle(
                    handle: *mut CUmemGenericAllocationHandle, os_handle: *mut c_void,
                    sh_handle_type: CUmemAllocationHandleType,
                );
                10020 unsupported fn cuMemGetAllocationGranularity(
                    granularity: *mut usize, prop: *const CUmemAllocationProp, option: CUmemAllocationGranularity_flags,
                );
                10020 unsupported fn cuMemGetAllocationPropertiesFromHandle(
                    prop: *mut CUmemAllocationProp, handle: CUmemGenericAllocationHandle,
                );
                11000 unsupported fn cuMemRetainAllocationHandle(
                    handle: *mut CUmemGenericAllocationHandle, addr: *mut c_void,
                );
            }
            chapter "Stream Ordered Memory Allocator" {
                11020 implemented fn cuMemFreeAsync ptsz cuMemFreeAsync_ptsz(
                    dptr: CUdeviceptr, stream: CUstream,
                ) => pool::free_async;
                11020 implemented fn cuMemAllocAsync ptsz cuMemAllocAsync_ptsz(
                    dptr: *mut CUdeviceptr, bytesize: usize, stream: CUstream,
                ) => pool::alloc_async;
                11020 implemented fn cuMemPoolTrimTo(pool: CUmemoryPool, min_bytes_to_keep: usize) => pool::trim;
                11020 implemented fn cuMemPoolSetAttribute(
                    pool: CUmemoryPool, attr: CUmemPool_attribute, value: *mut c_void,
                ) => pool::set_attribute;
                11020 implemented fn cuMemPoolGetAttribute(
                    pool: CUmemoryPool, attr: CUmemPool_attribute, value: *mut c_void,
                ) => pool::get_attribute;
                11020 implemented fn cuMemPoolSetAccess(
                    pool: CUmemoryPool, map: *const CUmemAccessDesc, count: usize,
                ) => pool::set_access;
                11020 implemented fn cuMemPoolGetAccess(
                    flags: *mut CUmemAccess_flags, mem_pool: CUmemoryPool, location: *mut CUmemLocation,
                ) => pool::get_access;
                11020 implemented fn cuMemPoolCreate(
                    pool: *mut CUmemoryPool, pool_props: *const CUmemPoolProps,
                ) => pool::create;
                11020 implemented fn cuMemPoolDestroy(pool: CUmemoryPool) => pool::destroy;
                13000 implemented fn cuMemGetDefaultMemPool(
                    pool_out: *mut CUmemoryPool, location: *mut CUmemLocation, kind: CUmemAllocationType,
                ) => pool::default_of_place;
                13000 implemented fn cuMemGetMemPool(
                    pool: *mut CUmemoryPool, location: *mut CUmemLocation, kind: CUmemAllocationType,
                ) => pool::current_of_place;
                13000 implemented fn cuMemSetMemPool(
                    location: *mut CUmemLocation, kind: CUmemAllocationType, pool: CUmemoryPool,
                ) => pool::set_current_of_place;
                11020 implemented fn cuMemAllocFromPoolAsync ptsz cuMemAllocFromPoolAsync_ptsz(
                    dptr: *mut CUdeviceptr, bytesize: usize, pool: CUmemoryPool, stream: CUstream,
                ) => pool::alloc_from_pool_async;
                11020 unsupported fn cuMemPoolExportToShareableHandle(
                    handle_out: *mut c_void, pool: CUmemoryPool, handle_type: CUmemAllocationHandleType, flags: u64,
                );
                11020 unsupported fn cuMemPoolImportFromShareableHandle(
                    pool_out: *mut CUmemoryPool, handle: *mut c_void, handle_type: CUmemAllocationHandleType, flags: u64,
                );
                11020 unsupported fn cuMemPoolExportPointer(
                    share_data_out: *mut CUmemPoolPtrExportData, ptr: CUdeviceptr,
                );
                11020 unsupported fn cuMemPoolImportPointer(
                    ptr_out: *mut CUdeviceptr, pool: CUmemoryPool, share_data: *mut CUmemPoolPtrExportData,
                );
            }
            chapter "Multicast Object Management" {
                12010 unsupported fn cuMulticastCreate(
                    mc_handle: *mut CUmemGenericAllocationHandle, prop: *const CUmulticastObjectProp,
                );
                12010 unsupported fn cuMulticastAddDevice(mc_handle: CUmemGenericAllocationHandle, dev: CUdevice);
                12010 unsupported fn cuMulticastBindMem(
                    mc_handle: CUmemGenericAllocationHandle, mc_offset: usize, mem_handle: CUmemGenericAllocationHandle,
                    mem_offset: usize, size: usize, flags: u64,
                );
                13010 unsupported fn cuMulticastBindMem_v2(
                    mc_handle: CUmemGenericAllocationHandle, dev: CUdevice, mc_offset: usize,
                    mem_handle: CUmemGenericAllocationHandle, mem_offset: usize, size: usize, flags: u64,
                );
                12010 unsupported fn cuMulticastBindAddr(
                    mc_handle: CUmemGenericAllocationHandle, mc_offset: usize, memptr: CUdeviceptr, size: usize, flags: u64,
                );
                13010 unsupported fn cuMulticastBindAddr_v2(
                    mc_handle: CUmemGenericAllocationHandle, dev: CUdevice, mc_offset: usize, memptr: CUdeviceptr,
                    size: usize, flags: u64,
                );
                12010 unsupported fn cuMulticastUnbind(
                    mc_handle: CUmemGenericAllocationHandle, dev: CUdevice, mc_offset: usize, size: usize,
                );
                12010 unsupported fn cuMulticastGetGranularity(
                    granularity: *mut usize, prop: *const CUmulticastObjectProp, option: CUmulticastGranularity_flags,
                );
            }
            chapter "Fabric Clique Information" {
                13040 unsupported fn cuDeviceGetFabricClusterUuid(uuid: *mut CUuuid, dev: CUdevice);
                13040 unsupported fn cuDeviceGetCliqueCount(count: *mut usize, dev: CUdevice);
                13040 unsupported fn cuDeviceGetCliqueInfo(
                    clique_info: *mut CUcliqueInfo, count: *mut usize, dev: CUdevice,
                );
            }
            chapter "Logical Endpoint" {
                13030 unsupported fn cuLogicalEndpointIdReserve(base_le_id: *mut CUlogicalEndpointId, count: u32);
                13030 unsupported fn cuLogicalEndpointIdRelease(base_le_id: CUlogicalEndpointId, count: u32);
                13030 unsupported fn cuLogicalEndpointCreate(
                    le_id: CUlogicalEndpointId, prop: *const CUlogicalEndpointProp,
                );
                13030 unsupported fn cuLogicalEndpointAddDevice(le_id: CUlogicalEndpointId, dev: CUdevice);
                13030 unsupported fn cuLogicalEndpointDestroy(le_id: CUlogicalEndpointId);
                13030 unsupported fn cuLogicalEndpointBindAddr(
                    le_id: CUlogicalEndpointId, dev: CUdevice, offset: u64, ptr: *mut c_void, size: u64, flags: u64,
                );
                13030 unsupported fn cuLogicalEndpointBindMem(
                    le_id: CUlogicalEndpointId, dev: CUdevice, offset: u64, mem_handle: CUmemGenericAllocationHandle,
                    mem_offset: u64, size: u64, flags: u64,
                );
                13030 unsupported fn cuLogicalEndpointUnbind(
                    le_id: CUlogicalEndpointId, dev: CUdevice, offset: u64, size: u64,
                );
                13030 unsupported fn cuLogicalEndpointExport(
                    handle: *mut c_void, le_id: CUlogicalEndpointId, handle_type: CUlogicalEndpointIpcHandleType,
                );
                13030 unsupported fn cuLogicalEndpointImport(
                    le_id: CUlogicalEndpointId, handle: *const c_void, handle_type: CUlogicalEndpointIpcHandleType,
                );
                13030 unsupported fn cuLogicalEndpointGetLimits(
                    bind_alignment: *mut u64, max_size: *mut u64, prop: *const CUlogicalEndpointProp,
                );
                13030 unsupported fn cuLogicalEndpointQuery(
                    le_id: CUlogicalEndpointId, count: u32, query_status: *mut i32,
                );
            }
            chapter "Fabric Copy" {
                13050 unsupported fn cuFabricCpyBatchAsync ptsz cuFabricCpyBatchAsync_ptsz(
                    num_ops: usize, op_list: *mut CUDA_FABRIC_COPY_BATCH_OP, flags: u64, stream: CUstream,
                );
            }
            chapter "Unified Addressing" {
                4000 implemented fn cuPointerGetAttribute(
                    data: *mut c_void, attribute: CUpointer_attribute, ptr: CUdeviceptr,
                ) => unified::get_attribute;
                8000 implemented fn cuMemPrefetchAsync ptsz cuMemPrefetchAsync_ptsz(
                    dev_ptr: CUdeviceptr, count: usize, dst_device: CUdevice, stream: CUstream,
                ) => unified::prefetch;
                12020 implemented fn cuMemPrefetchAsync_v2 ptsz cuMemPrefetchAsync_v2_ptsz(
                    dev_ptr: CUdeviceptr, count: usize, location: CUmemLocation, flags: u32, stream: CUstream,
                ) => unified::prefetch_v2;
                8000 implemented fn cuMemAdvise(
                    dev_ptr: CUdeviceptr, count: usize, advice: CUmem_advise, device: CUdevice,
                ) => unified::advise;
                12020 implemented fn cuMemAdvise_v2(
                    dev_ptr: CUdeviceptr, count: usize, advice: CUmem_advise, location: CUmemLocation,
                ) => unified::advise_v2;
                13000 implemented fn cuMemPrefetchBatchAsync ptsz cuMemPrefetchBatchAsync_ptsz(
                    dptrs: *mut CUdeviceptr, sizes: *mut usize, count: usize, prefetch_locs: *mut CUmemLocation,
                    prefetch_loc_idxs: *mut usize, num_prefetch_locs: usize, flags: u64, stream: CUstream,
                ) => unified::prefetch_batch;
                13000 implemented fn cuMemDiscardBatchAsync ptsz cuMemDiscardBatchAsync_ptsz(
                    dptrs: *mut CUdeviceptr, sizes: *mut usize, count: usize, flags: u64, stream: CUstream,
                ) => unified::discard_batch;
                13000 implemented fn cuMemDiscardAndPrefetchBatchAsync ptsz cuMemDiscardAndPrefetchBatchAsync_ptsz(
                    dptrs: *mut CUdeviceptr, sizes: *mut usize, count: usize, prefetch_locs: *mut CUmemLocation,
                    prefetch_loc_idxs: *mut usize, num_prefetch_locs: usize, flags: u64, stream: CUstream,
                ) => unified::prefetch_batch;
                8000 implemented fn cuMemRangeGetAttribute(
                    data: *mut c_void, data_size: usize, attribute: CUmem_range_attribute, dev_ptr: CUdeviceptr,
                    count: usize,
                ) => unified::range_attribute;
                8000 implemented fn cuMemRangeGetAttributes(
                    data: *mut *mut c_void, data_sizes: *mut usize, attributes: *mut CUmem_range_attribute,
                    num_attributes: usize, dev_ptr: CUdeviceptr, count: usize,
                ) => unified::range_attributes;
                6000 implemented fn cuPointerSetAttribute(
                    value: *const c_void, attribute: CUpointer_attribute, ptr: CUdeviceptr,
                ) => unified::set_attribute;
                7000 implemented fn cuPointerGetAttributes(
                    num_attributes: u32, attributes: *mut CUpointer_attribute, data: *mut *mut c_void, ptr: CUdeviceptr,
                ) => unified::get_attributes;
            }
            chapter "Stream Management" {
                2000 implemented fn cuStreamCreate(stream: *mut CUstream, flags: u32) => stream::create;
                5050 implemented fn cuStreamCreateWithPriority(
                    stream: *mut CUstream, flags: u32, priority: i32,
                ) => stream::create_with_priority;
                13010 unsupported fn cuStreamBeginCaptureToCig ptsz cuStreamBeginCaptureToCig_ptsz(
                    stream: CUstream, stream_cig_capture_params: *mut CUstreamCigCaptureParams,
                );
                13010 unsupported fn cuStreamEndCaptureToCig ptsz cuStreamEndCaptureToCig_ptsz(stream: CUstream);
                5050 implemented fn cuStreamGetPriority ptsz cuStreamGetPriority_ptsz(
                    stream: CUstream, priority: *mut i32,
                ) => stream::get_priority;
                12080 implemented fn cuStreamGetDevice ptsz cuStreamGetDevice_ptsz(
                    stream: CUstream, device: *mut CUdevice,
                ) => stream::get_device;
                5050 implemented fn cuStreamGetFlags ptsz cuStreamGetFlags_ptsz(
                    stream: CUstream, flags: *mut u32,
                ) => stream::get_flags;
                12000 implemented fn cuStreamGetId ptsz cuStreamGetId_ptsz(
                    stream: CUstream, stream_id: *mut u64,
                ) => stream::get_id;
                9020 implemented fn cuStreamGetCtx ptsz cuStreamGetCtx_ptsz(
                    stream: CUstream, pctx: *mut CUcontext,
                ) => stream::get_context;
                12050 implemented fn cuStreamGetCtx_v2 ptsz cuStreamGetCtx_v2_ptsz(
                    stream: CUstream, ctx: *mut CUcontext, green_ctx: *mut CUgreenCtx,
                ) => stream::get_context_or_green;
                3020 implemented fn cuStreamWaitEvent ptsz cuStreamWaitEvent_ptsz(
                    stream: CUstream, event: CUevent, flags: u32,
                ) => stream::wait_event;
                5000 implemented fn cuStreamAddCallback ptsz cuStreamAddCallback_ptsz(
                    stream: CUstream, callback: CUstreamCallback, user_data: *mut c_void, flags: u32,
                ) => stream::add_callback;
                10000 implemented fn cuStreamBeginCapture ptsz cuStreamBeginCapture_ptsz(
                    stream: CUstream,
                ) => capture::begin;
                10010 implemented fn cuStreamBeginCapture_v2 ptsz cuStreamBeginCapture_v2_ptsz(
                    stream: CUstream, mode: CUstreamCaptureMode,
                ) => capture::begin_in_mode;
                13030 unsupported fn cuStreamBeginRecaptureToGraph ptsz cuStreamBeginRecaptureToGraph_ptsz(
                    stream: CUstream, mode: CUstreamCaptureMode, graph: CUgraph, callback_func: CUgraphRecaptureCallback,
                    user_data: *mut c_void,
                );
                12030 implemented fn cuStreamBeginCaptureToGraph ptsz cuStreamBeginCaptureToGraph_ptsz(
                    stream: CUstream, graph: CUgraph, dependencies: *const CUgraphNode,
                    dependency_data: *const CUgraphEdgeData, num_dependencies: usize, mode: CUstreamCaptureMode,
                ) => capture::begin_to_graph;
                10010 implemented fn cuThreadExchangeStreamCaptureMode(
                    mode: *mut CUstreamCaptureMode,
                ) => capture::exchange_mode;
                10000 implemented fn cuStreamEndCapture ptsz cuStreamEndCapture_ptsz(
                    stream: CUstream, graph: *mut CUgraph,
                ) => capture::end;
                10000 implemented fn cuStreamIsCapturing ptsz cuStreamIsCapturing_ptsz(
                    stream: CUstream, capture_status: *mut CUstreamCaptureStatus,
                ) => capture::is_capturing;
                10010 implemented fn cuStreamGetCaptureInfo ptsz cuStreamGetCaptureInfo_ptsz(
                    stream: CUstream, capture_status_out: *mut CUstreamCaptureStatus, id_out: *mut u64,
                ) => capture::info;
                11030 implemented fn cuStreamGetCaptureInfo_v2 ptsz cuStreamGetCaptureInfo_v2_ptsz(
                    stream: CUstream, capture_status_out: *mut CUstreamCaptureStatus, id_out: *mut u64,
                    graph_out: *mut CUgraph, dependencies_out: *mut *const CUgraphNode, num_dependencies_out: *mut usize,
                ) => capture::info_v2;
                12030 implemented fn cuStreamGetCaptureInfo_v3 ptsz cuStreamGetCaptureInfo_v3_ptsz(
                    stream: CUstream, capture_status_out: *mut CUstreamCaptureStatus, id_out: *mut u64,
                    graph_out: *mut CUgraph, dependencies_out: *mut *const CUgraphNode,
                    edge_data_out: *mut *const CUgraphEdgeData, num_dependencies_out: *mut usize,
                ) => capture::info_v3;
                11030 implemented fn cuStreamUpdateCaptureDependencies ptsz cuStreamUpdateCaptureDependencies_ptsz(
                    stream: CUstream, dependencies: *mut CUgraphNode, num_dependencies: usize, flags: u32,
                ) => capture::update;
                12030 implemented fn cuStreamUpdateCaptureDependencies_v2 ptsz cuStreamUpdateCaptureDependencies_v2_ptsz(
                    stream: CUstream, dependencies: *mut CUgraphNode, dependency_data: *const CUgraphEdgeData,
                    num_dependencies: usize, flags: u32,
                ) => capture::update_v2;
                6000 implemented fn cuStreamAttachMemAsync ptsz cuStreamAttachMemAsync_ptsz(
                    stream: CUstream, dptr: CUdeviceptr, length: usize, flags: u32,
                ) => stream::attach_memory;
                2000 implemented fn cuStreamQuery ptsz cuStreamQuery_ptsz(stream: CUstream) => stream::query;
                2000 implemented fn cuStreamSynchronize ptsz cuStreamSynchronize_ptsz(
                    stream: CUstream,
                ) => stream::synchronize;
                2000 implemented fn cuStreamDestroy(stream: CUstream) => stream::destroy;
                4000 implemented fn cuStreamDestroy_v2(stream: CUstream) => stream::destroy;
                11000 implemented fn cuStreamCopyAttributes ptsz cuStreamCopyAttributes_ptsz(
                    dst_stream: CUstream, src_stream: CUstream,
                ) => stream::copy_attributes;
                11000 implemented fn cuStreamGetAttribute ptsz cuStreamGetAttribute_ptsz(
                    stream: CUstream, attr: CUstreamAttrID, value: *mut CUstreamAttrValue,
                ) => stream::get_attribute;
                11000 implemented fn cuStreamSetAttribute ptsz cuStreamSetAttribute_ptsz(
                    stream: CUstream, attr: CUstreamAttrID, param: *const CUstreamAttrValue,
                ) => stream::set_attribute;
            }
            chapter "Event Management" {
                2000 implemented fn cuEventCreate(event: *mut CUevent, flags: u32) => event::create;
                2000 implemented fn cuEventRecord ptsz cuEventRecord_ptsz(
                    event: CUevent, stream: CUstream,
                ) => event::record;
                11010 implemented fn cuEventRecordWithFlags ptsz cuEventRecordWithFlags_ptsz(
                    event: CUevent, stream: CUstream, flags: u32,
                ) => event::record_with_flags;
                2000 implemented fn cuEventQuery(event: CUevent) => event::query;
                2000 implemented fn cuEventSynchronize(event: CUevent) => event::synchronize;
                2000 implemented fn cuEventDestroy(event: CUevent) => event::destroy;
                4000 implemented fn cuEventDestroy_v2(event: CUevent) => event::destroy;
                2000 implemented fn cuEventElapsedTime(
                    milliseconds: *mut f32, start: CUevent, end: CUevent,
                ) => event::elapsed_time;
                12080 implemented fn cuEventElapsedTime_v2(
                    milliseconds: *mut f32, start: CUevent, end: CUevent,
                ) => event::elapsed_time;
            }
            chapter "External Resource Interoperability" {
                10000 unsupported fn cuImportExternalMemory(
                    ext_mem_out: *mut CUexternalMemory, mem_handle_desc: *const CUDA_EXTERNAL_MEMORY_HANDLE_DESC,
                );
                10000 unsupported fn cuExternalMemoryGetMappedBuffer(
                    dev_ptr: *mut CUdeviceptr, ext_mem: CUexternalMemory,
                    buffer_desc: *const CUDA_EXTERNAL_MEMORY_BUFFER_DESC,
                );
                10000 unsupported fn cuExternalMemoryGetMappedMipmappedArray(
                    mipmap: *mut CUmipmappedArray, ext_mem: CUexternalMemory,
                    mipmap_desc: *const CUDA_EXTERNAL_MEMORY_MIPMAPPED_ARRAY_DESC,
                );
                10000 unsupported fn cuDestroyExternalMemory(ext_mem: CUexternalMemory);
                10000 unsupported fn cuImportExternalSemaphore(
                    ext_sem_out: *mut CUexternalSemaphore, sem_handle_desc: *const CUDA_EXTERNAL_SEMAPHORE_HANDLE_DESC,
                );
                10000 unsupported fn cuSignalExternalSemaphoresAsync ptsz cuSignalExternalSemaphoresAsync_ptsz(
                    ext_sem_array: *const CUexternalSemaphore, params_array: *const CUDA_EXTERNAL_SEMAPHORE_SIGNAL_PARAMS,
                    num_ext_sems: u32, stream: CUstream,
                );
                10000 unsupported fn cuWaitExternalSemaphoresAsync ptsz cuWaitExternalSemaphoresAsync_ptsz(
                    ext_sem_array: *const CUexternalSemaphore, params_array: *const CUDA_EXTERNAL_SEMAPHORE_WAIT_PARAMS,
                    num_ext_sems: u32, stream: CUstream,
                );
                10000 unsupported fn cuDestroyExternalSemaphore(ext_sem: CUexternalSemaphore);
            }
            chapter "Stream Memory Operations" {
                8000 implemented fn cuStreamWaitValue32 ptsz cuStreamWaitValue32_ptsz(
                    stream: CUstream, addr: CUdeviceptr, value: u32, flags: u32,
                ) => stream_memory::wait_32;
                11070 implemented fn cuStreamWaitValue32_v2 ptsz cuStreamWaitValue32_v2_ptsz(
                    stream: CUstream, addr: CUdeviceptr, value: u32, flags: u32,
                ) => stream_memory::wait_32;
                9000 implemented fn cuStreamWaitValue64 ptsz cuStreamWaitValue64_ptsz(
                    stream: CUstream, addr: CUdeviceptr, value: u64, flags: u32,
                ) => stream_memory::wait_64;
                11070 implemented fn cuStreamWaitValue64_v2 ptsz cuStreamWaitValue64_v2_ptsz(
                    stream: CUstream, addr: CUdeviceptr, value: u64, flags: u32,
                ) => stream_memory::wait_64;
                8000 implemented fn cuStreamWriteValue32 ptsz cuStreamWriteValue32_ptsz(
                    stream: CUstream, addr: CUdeviceptr, value: u32, flags: u32,
                ) => stream_memory::write_32;
                11070 implemented fn cuStreamWriteValue32_v2 ptsz cuStreamWriteValue32_v2_ptsz(
                    stream: CUstream, addr: CUdeviceptr, value: u32, flags: u32,
                ) => stream_memory::write_32;
                9000 implemented fn cuStreamWriteValue64 ptsz cuStreamWriteValue64_ptsz(
                    stream: CUstream, addr: CUdeviceptr, value: u64, flags: u32,
                ) => stream_memory::write_64;
                11070 implemented fn cuStreamWriteValue64_v2 ptsz cuStreamWriteValue64_v2_ptsz(
                    stream: CUstream, addr: CUdeviceptr, value: u64, flags: u32,
                ) => stream_memory::write_64;
                8000 implemented fn cuStreamBatchMemOp ptsz cuStreamBatchMemOp_ptsz(
                    stream: CUstream, count: u32, param_array: *mut CUstreamBatchMemOpParams, flags: u32,
                ) => stream_memory::batch;
                11070 implemented fn cuStreamBatchMemOp_v2 ptsz cuStreamBatchMemOp_v2_ptsz(
                    stream: CUstream, count: u32, param_array: *mut CUstreamBatchMemOpParams, flags: u32,
                ) => stream_memory::batch;
            }
            chapter "Execution Control" {
                2020 implemented fn cuFuncGetAttribute(
                    pi: *mut i32, attrib: CUfunction_attribute, hfunc: CUfunction,
                ) => function::get_attribute;
                9000 implemented fn cuFuncSetAttribute(
                    hfunc: CUfunction, attrib: CUfunction_attribute, value: i32,
                ) => function::set_attribute;
                3000 implemented fn cuFuncSetCacheConfig(
                    hfunc: CUfunction, config: CUfunc_cache,
                ) => function::set_cache_config;
                11000 implemented fn cuFuncGetModule(hmod: *mut CUmodule, hfunc: CUfunction) => function::get_module;
                12030 implemented fn cuFuncGetName(name: *mut *const c_char, hfunc: CUfunction) => function::get_name;
                12040 implemented fn cuFuncGetParamInfo(
                    func: CUfunction, param_index: usize, param_offset: *mut usize, param_size: *mut usize,
                ) => function::get_param_info;
                13020 implemented fn cuFuncGetParamCount(
                    func: CUfunction, param_count: *mut usize,
                ) => function::get_param_count;
                12040 implemented fn cuFuncIsLoaded(
                    state: *mut CUfunctionLoadingState, function: CUfunction,
                ) => function::is_loaded;
                12040 implemented fn cuFuncLoad(function: CUfunction) => function::load;
                4000 implemented fn cuLaunchKernel ptsz cuLaunchKernel_ptsz(
                    f: CUfunction, grid_dim_x: u32, grid_dim_y: u32, grid_dim_z: u32, block_dim_x: u32, block_dim_y: u32,
                    block_dim_z: u32, shared_mem_bytes: u32, stream: CUstream, kernel_params: *mut *mut c_void,
                    extra: *mut *mut c_void,
                ) => launch::launch;
                11060 implemented fn cuLaunchKernelEx ptsz cuLaunchKernelEx_ptsz(
                    config: *const CUlaunchConfig, f: CUfunction, kernel_params: *mut *mut c_void, extra: *mut *mut c_void,
                ) => launch::launch_with_config;
                9000 implemented fn cuLaunchCooperativeKernel ptsz cuLaunchCooperativeKernel_ptsz(
                    f: CUfunction, grid_dim_x: u32, grid_dim_y: u32, grid_dim_z: u32, block_dim_x: u32, block_dim_y: u32,
                    block_dim_z: u32, shared_mem_bytes: u32, stream: CUstream, kernel_params: *mut *mut c_void,
                ) => launch::launch_cooperative;
                10000 implemented fn cuLaunchHostFunc ptsz cuLaunchHostFunc_ptsz(
                    stream: CUstream, callback: CUhostFn, user_data: *mut c_void,
                ) => stream::launch_host_function;
                13010 implemented fn cuLaunchHostFunc_v2 ptsz cuLaunchHostFunc_v2_ptsz(
                    stream: CUstream, callback: CUhostFn, user_data: *mut c_void, sync_mode: u32,
                ) => stream::launch_host_function_v2;
                2000 unsupported fn cuFuncSetBlockShape(hfunc: CUfunction, x: i32, y: i32, z: i32);
                2000 unsupported fn cuFuncSetSharedSize(hfunc: CUfunction, bytes: u32);
                2000 unsupported fn cuParamSetSize(hfunc: CUfunction, numbytes: u32);
                2000 unsupported fn cuParamSeti(hfunc: CUfunction, offset: i32, value: u32);
                2000 unsupported fn cuParamSetf(hfunc: CUfunction, offset: i32, value: f32);
                2000 unsupported fn cuParamSetv(hfunc: CUfunction, offset: i32, ptr: *mut c_void, numbytes: u32);
                2000 unsupported fn cuLaunch(f: CUfunction);
                2000 unsupported fn cuLaunchGrid(f: CUfunction, grid_width: i32, grid_height: i32);
                2000 unsupported fn cuLaunchGridAsync(
                    f: CUfunction, grid_width: i32, grid_height: i32, stream: CUstream,
                );
                9000 unsupported fn cuLaunchCooperativeKernelMultiDevice(
                    launch_params_list: *mut CUDA_LAUNCH_PARAMS, num_devices: u32, flags: u32,
                );
                2000 unsupported fn cuParamSetTexRef(hfunc: CUfunction, texunit: i32, tex_ref: CUtexref);
                4020 implemented fn cuFuncSetSharedMemConfig(
                    hfunc: CUfunction, config: CUsharedconfig,
                ) => function::set_shared_config;
            }
            chapter "Graph Management" {
                10000 implemented fn cuGraphCreate(graph: *mut CUgraph, flags: u32) => graph::create;
                10000 implemented fn cuGraphAddKernelNode(
                    graph_node: *mut CUgraphNode, graph: CUgraph, dependencies: *const CUgraphNode, num_dependencies: usize,
                    node_params: *const CUDA_KERNEL_NODE_PARAMS_v1,
                ) => graph::add_node;
                12000 implemented fn cuGraphAddKernelNode_v2(
                    graph_node: *mut CUgraphNode, graph: CUgraph, dependencies: *const CUgraphNode, num_dependencies: usize,
                    node_params: *const CUDA_KERNEL_NODE_PARAMS,
                ) => graph::add_node;
                10000 unsupported fn cuGraphKernelNodeGetParams(
                    node: CUgraphNode, node_params: *mut CUDA_KERNEL_NODE_PARAMS_v1,
                );
                12000 unsupported fn cuGraphKernelNodeGetParams_v2(
                    node: CUgraphNode, node_params: *mut CUDA_KERNEL_NODE_PARAMS,
                );
                10000 implemented fn cuGraphKernelNodeSetParams(
                    node: CUgraphNode, node_params: *const CUDA_KERNEL_NODE_PARAMS_v1,
                ) => graph::set_node;
                12000 implemented fn cuGraphKernelNodeSetParams_v2(
                    node: CUgraphNode, node_params: *const CUDA_KERNEL_NODE_PARAMS,
                ) => graph::set_node;
                10000 implemented fn cuGraphAddMemcpyNode(
                    graph_node: *mut CUgraphNode, graph: CUgraph, dependencies: *const CUgraphNode, num_dependencies: usize,
                    copy_params: *const CUDA_MEMCPY3D, ctx: CUcontext,
                ) => graph::add_node_in_context;
                10000 unsupported fn cuGraphMemcpyNodeGetParams(node: CUgraphNode, node_params: *mut CUDA_MEMCPY3D);
                10000 implemented fn cuGraphMemcpyNodeSetParams(
                    node: CUgraphNode, node_params: *const CUDA_MEMCPY3D,
                ) => graph::set_node;
                10000 implemented fn cuGraphAddMemsetNode(
                    graph_node: *mut CUgraphNode, graph: CUgraph, dependencies: *const CUgraphNode, num_dependencies: usize,
                    memset_params: *const CUDA_MEMSET_NODE_PARAMS, ctx: CUcontext,
                ) => graph::add_node_in_context;
                10000 unsupported fn cuGraphMemsetNodeGetParams(
                    node: CUgraphNode, node_params: *mut CUDA_MEMSET_NODE_PARAMS,
                );
                10000 implemented fn cuGraphMemsetNodeSetParams(
                    node: CUgraphNode, node_params: *const CUDA_MEMSET_NODE_PARAMS,
                ) => graph::set_node;
                10000 implemented fn cuGraphAddHostNode(
                    graph_node: *mut CUgraphNode, graph: CUgraph, dependencies: *const CUgraphNode, num_dependencies: usize,
                    node_params: *const CUDA_HOST_NODE_PARAMS,
                ) => graph::add_node;
                10000 unsupported fn cuGraphHostNodeGetParams(
                    node: CUgraphNode, node_params: *mut CUDA_HOST_NODE_PARAMS,
                );
                10000 implemented fn cuGraphHostNodeSetParams(
                    node: CUgraphNode, node_params: *const CUDA_HOST_NODE_PARAMS,
                ) => graph::set_node;
                10000 implemented fn cuGraphAddChildGraphNode(
                    graph_node: *mut CUgraphNode, graph: CUgraph, dependencies: *const CUgraphNode, num_dependencies: usize,
                    child_graph: CUgraph,
                ) => graph::add_child;
                10000 implemented fn cuGraphChildGraphNodeGetGraph(
                    node: CUgraphNode, graph: *mut CUgraph,
                ) => graph::child_of;
                10000 implemented fn cuGraphAddEmptyNode(
                    graph_node: *mut CUgraphNode, graph: CUgraph, dependencies: *const CUgraphNode, num_dependencies: usize,
                ) => graph::add_empty;
                11010 implemented fn cuGraphAddEventRecordNode(
                    graph_node: *mut CUgraphNode, graph: CUgraph, dependencies: *const CUgraphNode, num_dependencies: usize,
                    event: CUevent,
                ) => graph::add_record;
                11010 unsupported fn cuGraphEventRecordNodeGetEvent(node: CUgraphNode, event_out: *mut CUevent);
                11010 implemented fn cuGraphEventRecordNodeSetEvent(
                    node: CUgraphNode, event: CUevent,
                ) => graph::set_record;
                11010 implemented fn cuGraphAddEventWaitNode(
                    graph_node: *mut CUgraphNode, graph: CUgraph, dependencies: *const CUgraphNode, num_dependencies: usize,
                    event: CUevent,
                ) => graph::add_wait;
                11010 unsupported fn cuGraphEventWaitNodeGetEvent(node: CUgraphNode, event_out: *mut CUevent);
                11010 implemented fn cuGraphEventWaitNodeSetEvent(node: CUgraphNode, event: CUevent) => graph::set_wait;
                11020 unsupported fn cuGraphAddExternalSemaphoresSignalNode(
                    graph_node: *mut CUgraphNode, graph: CUgraph, dependencies: *const CUgraphNode, num_dependencies: usize,
                    node_params: *const CUDA_EXT_SEM_SIGNAL_NODE_PARAMS,
                );
                11020 unsupported fn cuGraphExternalSemaphoresSignalNodeGetParams(
                    node: CUgraphNode, params_out: *mut CUDA_EXT_SEM_SIGNAL_NODE_PARAMS,
                );
                11020 unsupported fn cuGraphExternalSemaphoresSignalNodeSetParams(
                    node: CUgraphNode, node_params: *const CUDA_EXT_SEM_SIGNAL_NODE_PARAMS,
                );
                11020 unsupported fn cuGraphAddExternalSemaphoresWaitNode(
                    graph_node: *mut CUgraphNode, graph: CUgraph, dependencies: *const CUgraphNode, num_dependencies: usize,
                    node_params: *const CUDA_EXT_SEM_WAIT_NODE_PARAMS,
                );
                11020 unsupported fn cuGraphExternalSemaphoresWaitNodeGetParams(
                    node: CUgraphNode, params_out: *mut CUDA_EXT_SEM_WAIT_NODE_PARAMS,
                );
                11020 unsupported fn cuGraphExternalSemaphoresWaitNodeSetParams(
                    node: CUgraphNode, node_params: *const CUDA_EXT_SEM_WAIT_NODE_PARAMS,
                );
                11070 unsupported fn cuGraphAddBatchMemOpNode(
                    graph_node: *mut CUgraphNode, graph: CUgraph, dependencies: *const CUgraphNode, num_dependencies: usize,
                    node_params: *const CUDA_BATCH_MEM_OP_NODE_PARAMS,
                );
                11070 unsupported fn cuGraphBatchMemOpNodeGetParams(
                    node: CUgraphNode, node_params_out: *mut CUDA_BATCH_MEM_OP_NODE_PARAMS,
                );
                11070 unsupported fn cuGraphBatchMemOpNodeSetParams(
                    node: CUgraphNode, node_params: *const CUDA_BATCH_MEM_OP_NODE_PARAMS,
                );
                11070 unsupported fn cuGraphExecBatchMemOpNodeSetParams(
                    graph_exec: CUgraphExec, node: CUgraphNode, node_params: *const CUDA_BATCH_MEM_OP_NODE_PARAMS,
                );
                11040 unsupported fn cuGraphAddMemAllocNode(
                    graph_node: *mut CUgraphNode, graph: CUgraph, dependencies: *const CUgraphNode, num_dependencies: usize,
                    node_params: *mut CUDA_MEM_ALLOC_NODE_PARAMS,
                );
                11040 unsupported fn cuGraphMemAllocNodeGetParams(
                    node: CUgraphNode, params_out: *mut CUDA_MEM_ALLOC_NODE_PARAMS,
                );
                11040 unsupported fn cuGraphAddMemFreeNode(
                    graph_node: *mut CUgraphNode, graph: CUgraph, dependencies: *const CUgraphNode, num_dependencies: usize,
                    dptr: CUdeviceptr,
                );
                11040 unsupported fn cuGraphMemFreeNodeGetParams(node: CUgraphNode, dptr_out: *mut CUdeviceptr);
                11040 unsupported fn cuDeviceGraphMemTrim(device: CUdevice);
                11040 unsupported fn cuDeviceGetGraphMemAttribute(
                    device: CUdevice, attr: CUgraphMem_attribute, value: *mut c_void,
                );
                11040 unsupported fn cuDeviceSetGraphMemAttribute(
                    device: CUdevice, attr: CUgraphMem_attribute, value: *mut c_void,
                );
                10000 implemented fn cuGraphClone(graph_clone: *mut CUgraph, original_graph: CUgraph) => graph::clone;
                10000 implemented fn cuGraphNodeFindInClone(
                    node: *mut CUgraphNode, original_node: CUgraphNode, cloned_graph: CUgraph,
                ) => graph::find_in_clone;
                10000 implemented fn cuGraphNodeGetType(
                    node: CUgraphNode, kind: *mut CUgraphNodeType,
                ) => graph::node_type;
                13010 unsupported fn cuGraphNodeGetContainingGraph(node: CUgraphNode, graph: *mut CUgraph);
                13010 unsupported fn cuGraphNodeGetLocalId(node: CUgraphNode, node_id: *mut u32);
                13010 unsupported fn cuGraphNodeGetToolsId(node: CUgraphNode, tools_node_id: *mut u64);
                13010 unsupported fn cuGraphGetId(graph: CUgraph, graph_id: *mut u32);
                13010 unsupported fn cuGraphExecGetId(graph_exec: CUgraphExec, graph_id: *mut u32);
                10000 implemented fn cuGraphGetNodes(
                    graph: CUgraph, nodes: *mut CUgraphNode, num_nodes: *mut usize,
                ) => graph::get_nodes;
                10000 implemented fn cuGraphGetRootNodes(
                    graph: CUgraph, root_nodes: *mut CUgraphNode, num_root_nodes: *mut usize,
                ) => graph::get_root_nodes;
                10000 implemented fn cuGraphGetEdges(
                    graph: CUgraph, from: *mut CUgraphNode, to: *mut CUgraphNode, num_edges: *mut usize,
                ) => graph::get_edges;
                12030 implemented fn cuGraphGetEdges_v2(
                    graph: CUgraph, from: *mut CUgraphNode, to: *mut CUgraphNode, edge_data: *mut CUgraphEdgeData,
                    num_edges: *mut usize,
                ) => graph::get_edges_with_data;
                10000 implemented fn cuGraphNodeGetDependencies(
                    node: CUgraphNode, dependencies: *mut CUgraphNode, num_dependencies: *mut usize,
                ) => graph::get_dependencies;
                12030 implemented fn cuGraphNodeGetDependencies_v2(
                    node: CUgraphNode, dependencies: *mut CUgraphNode, edge_data: *mut CUgraphEdgeData,
                    num_dependencies: *mut usize,
                ) => graph::get_dependencies_with_data;
                10000 implemented fn cuGraphNodeGetDependentNodes(
                    node: CUgraphNode, dependent_nodes: *mut CUgraphNode, num_dependent_nodes: *mut usize,
                ) => graph::get_dependents;
                12030 implemented fn cuGraphNodeGetDependentNodes_v2(
                    node: CUgraphNode, dependent_nodes: *mut CUgraphNode, edge_data: *mut CUgraphEdgeData,
                    num_dependent_nodes: *mut usize,
                ) => graph::get_dependents_with_data;
                10000 implemented fn cuGraphAddDependencies(
                    graph: CUgraph, from: *const CUgraphNode, to: *const CUgraphNode, num_dependencies: usize,
                ) => graph::add_dependencies;
                12030 implemented fn cuGraphAddDependencies_v2(
                    graph: CUgraph, from: *const CUgraphNode, to: *const CUgraphNode, edge_data: *const CUgraphEdgeData,
                    num_dependencies: usize,
                ) => graph::add_dependencies_with_data;
                10000 implemented fn cuGraphRemoveDependencies(
                    graph: CUgraph, from: *const CUgraphNode, to: *const CUgraphNode, num_dependencies: usize,
                ) => graph::remove_dependencies;
                12030 implemented fn cuGraphRemoveDependencies_v2(
                    graph: CUgraph, from: *const CUgraphNode, to: *const CUgraphNode, edge_data: *const CUgraphEdgeData,
                    num_dependencies: usize,
                ) => graph::remove_dependencies_with_data;
                10000 implemented fn cuGraphDestroyNode(node: CUgraphNode) => graph::destroy_node;
                11040 implemented fn cuGraphInstantiateWithFlags(
                    graph_exec: *mut CUgraphExec, graph: CUgraph, flags: u64,
                ) => graph::instantiate;
                12000 implemented fn cuGraphInstantiateWithParams ptsz cuGraphInstantiateWithParams_ptsz(
                    graph_exec: *mut CUgraphExec, graph: CUgraph, instantiate_params: *mut CUDA_GRAPH_INSTANTIATE_PARAMS,
                ) => graph::instantiate_with_params;
                12000 implemented fn cuGraphExecGetFlags(
                    graph_exec: CUgraphExec, flags: *mut u64,
                ) => graph::executable_flags;
                10010 implemented fn cuGraphExecKernelNodeSetParams(
                    graph_exec: CUgraphExec, node: CUgraphNode, node_params: *const CUDA_KERNEL_NODE_PARAMS_v1,
                ) => graph::set_in_executable;
                12000 implemented fn cuGraphExecKernelNodeSetParams_v2(
                    graph_exec: CUgraphExec, node: CUgraphNode, node_params: *const CUDA_KERNEL_NODE_PARAMS,
                ) => graph::set_in_executable;
                10020 implemented fn cuGraphExecMemcpyNodeSetParams(
                    graph_exec: CUgraphExec, node: CUgraphNode, copy_params: *const CUDA_MEMCPY3D, ctx: CUcontext,
                ) => graph::set_in_executable_in_context;
                10020 implemented fn cuGraphExecMemsetNodeSetParams(
                    graph_exec: CUgraphExec, node: CUgraphNode, memset_params: *const CUDA_MEMSET_NODE_PARAMS,
                    ctx: CUcontext,
                ) => graph::set_in_executable_in_context;
                10020 implemented fn cuGraphExecHostNodeSetParams(
                    graph_exec: CUgraphExec, node: CUgraphNode, node_params: *const CUDA_HOST_NODE_PARAMS,
                ) => graph::set_in_executable;
                11010 implemented fn cuGraphExecChildGraphNodeSetParams(
                    graph_exec: CUgraphExec, node: CUgraphNode, child_graph: CUgraph,
                ) => graph::set_child_in_executable;
                11010 implemented fn cuGraphExecEventRecordNodeSetEvent(
                    graph_exec: CUgraphExec, node: CUgraphNode, event: CUevent,
                ) => graph::set_record_in_executable;
                11010 implemented fn cuGraphExecEventWaitNodeSetEvent(
                    graph_exec: CUgraphExec, node: CUgraphNode, event: CUevent,
                ) => graph::set_wait_in_executable;
                11020 unsupported fn cuGraphExecExternalSemaphoresSignalNodeSetParams(
                    graph_exec: CUgraphExec, node: CUgraphNode, node_params: *const CUDA_EXT_SEM_SIGNAL_NODE_PARAMS,
                );
                11020 unsupported fn cuGraphExecExternalSemaphoresWaitNodeSetParams(
                    graph_exec: CUgraphExec, node: CUgraphNode, node_params: *const CUDA_EXT_SEM_WAIT_NODE_PARAMS,
                );
                11060 implemented fn cuGraphNodeSetEnabled(
                    graph_exec: CUgraphExec, node: CUgraphNode, is_enabled: u32,
                ) => graph::set_enabled;
                11060 implemented fn cuGraphNodeGetEnabled(
                    graph_exec: CUgraphExec, node: CUgraphNode, is_enabled: *mut u32,
                ) => graph::get_enabled;
                11010 implemented fn cuGraphUpload ptsz cuGraphUpload_ptsz(
                    graph: CUgraphExec, stream: CUstream,
                ) => graph::upload;
                10000 implemented fn cuGraphLaunch ptsz cuGraphLaunch_ptsz(
                    graph: CUgraphExec, stream: CUstream,
                ) => graph::launch;
                10000 implemented fn cuGraphExecDestroy(graph_exec: CUgraphExec) => graph::destroy_executable;
                10000 implemented fn cuGraphDestroy(graph: CUgraph) => graph::destroy;
                10020 implemented fn cuGraphExecUpdate(
                    graph_exec: CUgraphExec, graph: CUgraph, error_node_out: *mut CUgraphNode,
                    update_result_out: *mut CUgraphExecUpdateResult,
                ) => graph::update;
                12000 implemented fn cuGraphExecUpdate_v2(
                    graph_exec: CUgraphExec, graph: CUgraph, result_info: *mut CUgraphExecUpdateResultInfo,
                ) => graph::update_v2;
                11000 unsupported fn cuGraphKernelNodeCopyAttributes(dst: CUgraphNode, src: CUgraphNode);
                11000 unsupported fn cuGraphKernelNodeGetAttribute(
                    node: CUgraphNode, attr: CUkernelNodeAttrID, value_out: *mut CUkernelNodeAttrValue,
                );
                11000 unsupported fn cuGraphKernelNodeSetAttribute(
                    node: CUgraphNode, attr: CUkernelNodeAttrID, value: *const CUkernelNodeAttrValue,
                );
                11030 implemented fn cuGraphDebugDotPrint(
                    graph: CUgraph, path: *const c_char, flags: u32,
                ) => graph::print_dot;
                11030 unsupported fn cuUserObjectCreate(
                    object_out: *mut CUuserObject, ptr: *mut c_void, destroy: CUhostFn, initial_refcount: u32, flags: u32,
                );
                11030 unsupported fn cuUserObjectRetain(object: CUuserObject, count: u32);
                11030 unsupported fn cuUserObjectRelease(object: CUuserObject, count: u32);
                11030 unsupported fn cuGraphRetainUserObject(
                    graph: CUgraph, object: CUuserObject, count: u32, flags: u32,
                );
                11030 unsupported fn cuGraphReleaseUserObject(graph: CUgraph, object: CUuserObject, count: u32);
                12020 implemented fn cuGraphAddNode(
                    graph_node: *mut CUgraphNode, graph: CUgraph, dependencies: *const CUgraphNode, num_dependencies: usize,
                    node_params: *mut CUgraphNodeParams,
                ) => graph::add_node;
                12030 implemented fn cuGraphAddNode_v2(
                    graph_node: *mut CUgraphNode, graph: CUgraph, dependencies: *const CUgraphNode,
                    dependency_data: *const CUgraphEdgeData, num_dependencies: usize, node_params: *mut CUgraphNodeParams,
                ) => graph::add_node_with_edges;
                13040 implemented fn cuGraphAddNode_v3(
                    graph_node: *mut CUgraphNode, graph: CUgraph, dependencies: *const CUgraphNode,
                    dependency_data: *const CUgraphEdgeData, num_dependencies: usize, node_params: *mut CUgraphNodeParams,
                ) => graph::add_node_with_edges;
                12020 implemented fn cuGraphNodeSetParams(
                    node: CUgraphNode, node_params: *mut CUgraphNodeParams,
                ) => graph::set_node;
                13040 implemented fn cuGraphNodeSetParams_v2(
                    node: CUgraphNode, node_params: *mut CUgraphNodeParams,
                ) => graph::set_node;
                13020 unsupported fn cuGraphNodeGetParams(node: CUgraphNode, node_params: *mut CUgraphNodeParams);
                12020 implemented fn cuGraphExecNodeSetParams(
                    graph_exec: CUgraphExec, node: CUgraphNode, node_params: *mut CUgraphNodeParams,
                ) => graph::set_in_executable;
                12030 unsupported fn cuGraphConditionalHandleCreate(
                    handle_out: *mut CUgraphConditionalHandle, graph: CUgraph, ctx: CUcontext, default_launch_value: u32,
                    flags: u32,
                );
                10000 implemented fn cuGraphInstantiate(
                    graph_exec: *mut CUgraphExec, graph: CUgraph, error_node: *mut CUgraphNode, log_buffer: *mut c_char,
                    buffer_size: usize,
                ) => graph::instantiate_with_log;
                11000 implemented fn cuGraphInstantiate_v2(
                    graph_exec: *mut CUgraphExec, graph: CUgraph, error_node: *mut CUgraphNode, log_buffer: *mut c_char,
                    buffer_size: usize,
                ) => graph::instantiate_with_log;
            }
            chapter "Occupancy" {
                6050 implemented fn cuOccupancyMaxActiveBlocksPerMultiprocessor(
                    num_blocks: *mut i32, func: CUfunction, block_size: i32, dynamic_s_mem_size: usize,
                ) => occupancy::max_active_blocks;
                7000 implemented fn cuOccupancyMaxActiveBlocksPerMultiprocessorWithFlags(
                    num_blocks: *mut i32, func: CUfunction, block_size: i32, dynamic_s_mem_size: usize, flags: u32,
                ) => occupancy::max_active_blocks_with_flags;
                6050 implemented fn cuOccupancyMaxPotentialBlockSize(
                    min_grid_size: *mut i32, block_size: *mut i32, func: CUfunction,
                    block_size_to_dynamic_s_mem_size: CUoccupancyB2DSize, dynamic_s_mem_size: usize, block_size_limit: i32,
                ) => occupancy::max_potential_block_size;
                7000 implemented fn cuOccupancyMaxPotentialBlockSizeWithFlags(
                    min_grid_size: *mut i32, block_size: *mut i32, func: CUfunction,
                    block_size_to_dynamic_s_mem_size: CUoccupancyB2DSize, dynamic_s_mem_size: usize, block_size_limit: i32,
                    flags: u32,
                ) => occupancy::max_potential_block_size_with_flags;
                10020 implemented fn cuOccupancyAvailableDynamicSMemPerBlock(
                    dynamic_smem_size: *mut usize, func: CUfunction, num_blocks: i32, block_size: i32,
                ) => occupancy::available_dynamic_shared;
                11070 implemented fn cuOccupancyMaxPotentialClusterSize(
                    cluster_size: *mut i32, func: CUfunction, config: *const CUlaunchConfig,
                ) => occupancy::max_potential_cluster_size;
                11070 implemented fn cuOccupancyMaxActiveClusters(
                    num_clusters: *mut i32, func: CUfunction, config: *const CUlaunchConfig,
                ) => occupancy::max_active_clusters;
            }
            chapter "Texture Reference Management" {
                2000 implemented fn cuTexRefSetArray(tex_ref: CUtexref, array: CUarray, flags: u32) => texture_reference::set_array;
                5000 implemented fn cuTexRefSetMipmappedArray(
                    tex_ref: CUtexref, mipmapped_array: CUmipmappedArray, flags: u32,
                ) => texture_reference::set_mipmapped;
                2000 unsupported fn cuTexRefSetAddress(
                    byte_offset: *mut u32, tex_ref: CUtexref, dptr: CUdeviceptr_v1, bytes: u32,
                );
                3020 implemented fn cuTexRefSetAddress_v2(
                    byte_offset: *mut usize, tex_ref: CUtexref, dptr: CUdeviceptr, bytes: usize,
                ) => texture_reference::set_address;
                2020 unsupported fn cuTexRefSetAddress2D(
                    tex_ref: CUtexref, desc: *const CUDA_ARRAY_DESCRIPTOR_v1, dptr: CUdeviceptr_v1, pitch: u32,
                );
                3020 implemented fn cuTexRefSetAddress2D_v2(
                    tex_ref: CUtexref, desc: *const CUDA_ARRAY_DESCRIPTOR, dptr: CUdeviceptr, pitch: usize,
                ) => texture_reference::set_address_2d;
                4010 implemented fn cuTexRefSetAddress2D_v3(
                    tex_ref: CUtexref, desc: *const CUDA_ARRAY_DESCRIPTOR, dptr: CUdeviceptr, pitch: usize,
                ) => texture_reference::set_address_2d;
                2000 implemented fn cuTexRefSetFormat(
                    tex_ref: CUtexref, fmt: CUarray_format, num_packed_components: i32,
                ) => texture_reference::set_format;
                2000 implemented fn cuTexRefSetAddressMode(tex_ref: CUtexref, dim: i32, am: CUaddress_mode) => texture_reference::set_address_mode;
                2000 implemented fn cuTexRefSetFilterMode(tex_ref: CUtexref, fm: CUfilter_mode) => texture_reference::set_filter_mode;
                5000 implemented fn cuTexRefSetMipmapFilterMode(tex_ref: CUtexref, fm: CUfilter_mode) => texture_reference::set_mipmap_filter_mode;
                5000 implemented fn cuTexRefSetMipmapLevelBias(tex_ref: CUtexref, bias: f32) => texture_reference::set_bias;
                5000 implemented fn cuTexRefSetMipmapLevelClamp(
                    tex_ref: CUtexref, min_mipmap_level_clamp: f32, max_mipmap_level_clamp: f32,
                ) => texture_reference::set_levels;
                5000 implemented fn cuTexRefSetMaxAnisotropy(tex_ref: CUtexref, max_aniso: u32) => texture_reference::set_anisotropy;
                8000 implemented fn cuTexRefSetBorderColor(tex_ref: CUtexref, border_color: *mut f32) => texture_reference::set_border;
                2000 implemented fn cuTexRefSetFlags(tex_ref: CUtexref, flags: u32) => texture_reference::set_flags;
                2000 unsupported fn cuTexRefGetAddress(pdptr: *mut CUdeviceptr_v1, tex_ref: CUtexref);
                3020 implemented fn cuTexRefGetAddress_v2(pdptr: *mut CUdeviceptr, tex_ref: CUtexref) => texture_reference::get_address;
                2000 implemented fn cuTexRefGetArray(array: *mut CUarray, tex_ref: CUtexref) => texture_reference::get_array;
                5000 implemented fn cuTexRefGetMipmappedArray(
                    mipmapped_array: *mut CUmipmappedArray, tex_ref: CUtexref,
                ) => texture_reference::get_mipmapped;
                2000 implemented fn cuTexRefGetAddressMode(pam: *mut CUaddress_mode, tex_ref: CUtexref, dim: i32) => texture_reference::get_address_mode;
                2000 implemented fn cuTexRefGetFilterMode(pfm: *mut CUfilter_mode, tex_ref: CUtexref) => texture_reference::get_filter_mode;
                2000 implemented fn cuTexRefGetFormat(
                    format: *mut CUarray_format, num_channels: *mut i32, tex_ref: CUtexref,
                ) => texture_reference::get_format;
                5000 implemented fn cuTexRefGetMipmapFilterMode(pfm: *mut CUfilter_mode, tex_ref: CUtexref) => texture_reference::get_mipmap_filter_mode;
                5000 implemented fn cuTexRefGetMipmapLevelBias(pbias: *mut f32, tex_ref: CUtexref) => texture_reference::get_bias;
                5000 implemented fn cuTexRefGetMipmapLevelClamp(
                    pmin_mipmap_level_clamp: *mut f32, pmax_mipmap_level_clamp: *mut f32, tex_ref: CUtexref,
                ) => texture_reference::get_levels;
                5000 implemented fn cuTexRefGetMaxAnisotropy(pmax_aniso: *mut i32, tex_ref: CUtexref) => texture_reference::get_anisotropy;
                8000 implemented fn cuTexRefGetBorderColor(border_color: *mut f32, tex_ref: CUtexref) => texture_reference::get_border;
                2000 implemented fn cuTexRefGetFlags(flags: *mut u32, tex_ref: CUtexref) => texture_reference::get_flags;
                2000 implemented fn cuTexRefCreate(tex_ref: *mut CUtexref) => texture_reference::create;
                2000 implemented fn cuTexRefDestroy(tex_ref: CUtexref) => texture_reference::destroy;
            }
            chapter "Surface Reference Management" {
                3000 implemented fn cuSurfRefSetArray(surf_ref: CUsurfref, array: CUarray, flags: u32) => texture_reference::set_surface_array;
                3000 implemented fn cuSurfRefGetArray(array: *mut CUarray, surf_ref: CUsurfref) => texture_reference::get_surface_array;
            }
            chapter "Texture Object Management" {
                5000 implemented fn cuTexObjectCreate(
                    tex_object: *mut CUtexObject, res_desc: *const CUDA_RESOURCE_DESC, tex_desc: *const CUDA_TEXTURE_DESC,
                    res_view_desc: *const CUDA_RESOURCE_VIEW_DESC,
                ) => texture::create;
                5000 implemented fn cuTexObjectDestroy(tex_object: CUtexObject) => texture::destroy;
                5000 implemented fn cuTexObjectGetResourceDesc(
                    res_desc: *mut CUDA_RESOURCE_DESC, tex_object: CUtexObject,
                ) => texture::resource;
                5000 implemented fn cuTexObjectGetTextureDesc(
                    tex_desc: *mut CUDA_TEXTURE_DESC, tex_object: CUtexObject,
                ) => texture::description;
                5000 implemented fn cuTexObjectGetResourceViewDesc(
                    res_view_desc: *mut CUDA_RESOURCE_VIEW_DESC, tex_object: CUtexObject,
                ) => texture::view;
            }
            chapter "Surface Object Management" {
                5000 implemented fn cuSurfObjectCreate(
                    surf_object: *mut CUsurfObject, res_desc: *const CUDA_RESOURCE_DESC,
                ) => texture::create_surface;
                5000 implemented fn cuSurfObjectDestroy(surf_object: CUsurfObject) => texture::destroy_surface;
                5000 implemented fn cuSurfObjectGetResourceDesc(
                    res_desc: *mut CUDA_RESOURCE_DESC, surf_object: CUsurfObject,
                ) => texture::surface_resource;
            }
            chapter "Tensor Map Object Management" {
                12000 implemented fn cuTensorMapEncodeTiled(
                    tensor_map: *mut CUtensorMap, tensor_data_type: CUtensorMapDataType, tensor_rank: u32,
                    global_address: *mut c_void, global_dim: *const u64, global_strides: *const u64, box_dim: *const u32,
                    element_strides: *const u32, interleave: CUtensorMapInterleave, swizzle: CUtensorMapSwizzle,
                    l2_promotion: CUtensorMapL2promotion, oob_fill: CUtensorMapFloatOOBfill,
                ) => tensor_map::encode_tiled;
                12000 implemented fn cuTensorMapEncodeIm2col(
                    tensor_map: *mut CUtensorMap, tensor_data_type: CUtensorMapDataType, tensor_rank: u32,
                    global_address: *mut c_void, global_dim: *const u64, global_strides: *const u64,
                    pixel_box_lower_corner: *const i32, pixel_box_upper_corner: *const i32, channels_per_pixel: u32,
                    pixels_per_column: u32, element_strides: *const u32, interleave: CUtensorMapInterleave,
                    swizzle: CUtensorMapSwizzle, l2_promotion: CUtensorMapL2promotion, oob_fill: CUtensorMapFloatOOBfill,
                ) => tensor_map::encode_im2col;
                12080 implemented fn cuTensorMapEncodeIm2colWide(
                    tensor_map: *mut CUtensorMap, tensor_data_type: CUtensorMapDataType, tensor_rank: u32,
                    global_address: *mut c_void, global_dim: *const u64, global_strides: *const u64,
                    pixel_box_lower_corner_width: i32, pixel_box_upper_corner_width: i32, channels_per_pixel: u32,
                    pixels_per_column: u32, element_strides: *const u32, interleave: CUtensorMapInterleave,
                    mode: CUtensorMapIm2ColWideMode, swizzle: CUtensorMapSwizzle, l2_promotion: CUtensorMapL2promotion,
                    oob_fill: CUtensorMapFloatOOBfill,
                ) => tensor_map::encode_im2col_wide;
                12000 implemented fn cuTensorMapReplaceAddress(
                    tensor_map: *mut CUtensorMap, global_address: *mut c_void,
                ) => tensor_map::replace_address;
                13050 implemented fn cuTensorMapSetAllocationClass(
                    tensor_map: *mut CUtensorMap, alloc_class: CUtensorMapAllocClass,
                    out_alloc_class: *mut CUtensorMapAllocClass,
                ) => tensor_map::set_allocation_class;
            }
            chapter "Peer Context Memory Access" {
                4000 implemented fn cuDeviceCanAccessPeer(
                    can_access_peer: *mut i32, dev: CUdevice, peer_dev: CUdevice,
                ) => device::can_access_peer;
                4000 unsupported fn cuCtxEnablePeerAccess(peer_context: CUcontext, flags: u32);
                4000 unsupported fn cuCtxDisablePeerAccess(peer_context: CUcontext);
                8000 implemented fn cuDeviceGetP2PAttribute(
                    value: *mut i32, attrib: CUdevice_P2PAttribute, src_device: CUdevice, dst_device: CUdevice,
                ) => device::p2p_attribute;
                13000 unsupported fn cuDeviceGetP2PAtomicCapabilities(
                    capabilities: *mut u32, operations: *const CUatomicOperation, count: u32, src_device: CUdevice,
                    dst_device: CUdevice,
                );
            }
            chapter "Graphics Interoperability" {
                3000 unsupported fn cuGraphicsUnregisterResource(resource: CUgraphicsResource);
                3000 unsupported fn cuGraphicsSubResourceGetMappedArray(
                    array: *mut CUarray, resource: CUgraphicsResource, array_index: u32, mip_level: u32,
                );
                5000 unsupported fn cuGraphicsResourceGetMappedMipmappedArray(
                    mipmapped_array: *mut CUmipmappedArray, resource: CUgraphicsResource,
                );
                3000 unsupported fn cuGraphicsResourceGetMappedPointer(
                    dev_ptr: *mut CUdeviceptr_v1, size: *mut u32, resource: CUgraphicsResource,
                );
                3020 unsupported fn cuGraphicsResourceGetMappedPointer_v2(
                    dev_ptr: *mut CUdeviceptr, size: *mut usize, resource: CUgraphicsResource,
                );
                3000 unsupported fn cuGraphicsResourceSetMapFlags(resource: CUgraphicsResource, flags: u32);
                6050 unsupported fn cuGraphicsResourceSetMapFlags_v2(resource: CUgraphicsResource, flags: u32);
                3000 unsupported fn cuGraphicsMapResources ptsz cuGraphicsMapResources_ptsz(
                    count: u32, resources: *mut CUgraphicsResource, stream: CUstream,
                );
                3000 unsupported fn cuGraphicsUnmapResources ptsz cuGraphicsUnmapResources_ptsz(
                    count: u32, resources: *mut CUgraphicsResource, stream: CUstream,
                );
            }
            chapter "OpenGL Interoperability" {
                3000 unsupported fn cuGraphicsGLRegisterBuffer(
                    resource: *mut CUgraphicsResource, buffer: u32, flags: u32,
                );
                3000 unsupported fn cuGraphicsGLRegisterImage(
                    resource: *mut CUgraphicsResource, image: u32, target: u32, flags: u32,
                );
                4010 unsupported fn cuGLGetDevices(
                    device_count: *mut u32, devices: *mut CUdevice, room: u32, device_list: u32,
                );
                6050 unsupported fn cuGLGetDevices_v2(
                    device_count: *mut u32, devices: *mut CUdevice, room: u32, device_list: u32,
                );
                2000 unsupported fn cuGLCtxCreate(ctx: *mut CUcontext, flags: u32, device: CUdevice);
                3020 unsupported fn cuGLCtxCreate_v2(ctx: *mut CUcontext, flags: u32, device: CUdevice);
                2000 unsupported fn cuGLInit();
                2000 unsupported fn cuGLRegisterBufferObject(buffer: u32);
                2000 unsupported fn cuGLMapBufferObject(dptr: *mut CUdeviceptr_v1, size: *mut u32, buffer: u32);
                3020 unsupported fn cuGLMapBufferObject_v2 ptds cuGLMapBufferObject_v2_ptds(
                    dptr: *mut CUdeviceptr, size: *mut usize, buffer: u32,
                );
                2000 unsupported fn cuGLUnmapBufferObject(buffer: u32);
                2000 unsupported fn cuGLUnregisterBufferObject(buffer: u32);
                2030 unsupported fn cuGLSetBufferObjectMapFlags(buffer: u32, flags: u32);
                2030 unsupported fn cuGLMapBufferObjectAsync(
                    dptr: *mut CUdeviceptr_v1, size: *mut u32, buffer: u32, stream: CUstream,
                );
                3020 unsupported fn cuGLMapBufferObjectAsync_v2 ptsz cuGLMapBufferObjectAsync_v2_ptsz(
                    dptr: *mut CUdeviceptr, size: *mut usize, buffer: u32, stream: CUstream,
                );
                2030 unsupported fn cuGLUnmapBufferObjectAsync(buffer: u32, stream: CUstream);
            }
            chapter "VDPAU Interoperability" {
                3010 unsupported fn cuVDPAUGetDevice(
                    device: *mut CUdevice, vdp_device: u32, vdp_get_proc_address: *mut c_void,
                );
                3010 unsupported fn cuVDPAUCtxCreate(
                    ctx: *mut CUcontext, flags: u32, device: CUdevice, vdp_device: u32, vdp_get_proc_address: *mut c_void,
                );
                3020 unsupported fn cuVDPAUCtxCreate_v2(
                    ctx: *mut CUcontext, flags: u32, device: CUdevice, vdp_device: u32, vdp_get_proc_address: *mut c_void,
                );
                3010 unsupported fn cuGraphicsVDPAURegisterVideoSurface(
                    resource: *mut CUgraphicsResource, vdp_surface: u32, flags: u32,
                );
                3010 unsupported fn cuGraphicsVDPAURegisterOutputSurface(
                    resource: *mut CUgraphicsResource, vdp_surface: u32, flags: u32,
                );
            }
            chapter "EGL Interoperability" {
                7000 unsupported fn cuGraphicsEGLRegisterImage(
                    resource: *mut CUgraphicsResource, image: *mut c_void, flags: u32,
                );
                7000 unsupported fn cuEGLStreamConsumerConnect(connection: *mut c_void, stream: *mut c_void);
                8000 unsupported fn cuEGLStreamConsumerConnectWithFlags(
                    connection: *mut c_void, stream: *mut c_void, flags: u32,
                );
                7000 unsupported fn cuEGLStreamConsumerDisconnect(connection: *mut c_void);
                7000 unsupported fn cuEGLStreamConsumerAcquireFrame(
                    connection: *mut c_void, resource: *mut CUgraphicsResource, stream: *mut CUstream, timeout: u32,
                );
                7000 unsupported fn cuEGLStreamConsumerReleaseFrame(
                    connection: *mut c_void, resource: CUgraphicsResource, stream: *mut CUstream,
                );
                7000 unsupported fn cuEGLStreamProducerConnect(
                    connection: *mut c_void, stream: *mut c_void, width: i32, height: i32,
                );
                7000 unsupported fn cuEGLStreamProducerDisconnect(connection: *mut c_void);
                // In C there is a `CUeglFrame` by value between the two, which lies on the stack.
                7000 unsupported fn cuEGLStreamProducerPresentFrame(connection: *mut c_void, stream: *mut CUstream);
                7000 unsupported fn cuEGLStreamProducerReturnFrame(
                    connection: *mut c_void, frame: *mut c_void, stream: *mut CUstream,
                );
                7000 unsupported fn cuGraphicsResourceGetMappedEglFrame(
                    frame: *mut c_void, resource: CUgraphicsResource, index: u32, mip_level: u32,
                );
                9000 unsupported fn cuEventCreateFromEGLSync(
                    event: *mut CUevent, sync: *mut c_void, flags: u32,
                );
            }
            chapter "Driver Entry Point Access" {
                11030 early fn cuGetProcAddress(
                    symbol: *const c_char, pfn: *mut *mut c_void, cuda_version: i32, flags: u64,
                ) => entry_point::get;
                12000 early fn cuGetProcAddress_v2(
                    symbol: *const c_char, pfn: *mut *mut c_void, cuda_version: i32, flags: u64,
                    symbol_status: *mut CUdriverProcAddressQueryResult,
                ) => entry_point::get_v2;
            }
            chapter "Coredumps" {
                12010 unsupported fn cuCoredumpGetAttribute(
                    attrib: CUcoredumpSettings, value: *mut c_void, size: *mut usize,
                );
                12010 unsupported fn cuCoredumpGetAttributeGlobal(
                    attrib: CUcoredumpSettings, value: *mut c_void, size: *mut usize,
                );
                12010 unsupported fn cuCoredumpSetAttribute(
                    attrib: CUcoredumpSettings, value: *mut c_void, size: *mut usize,
                );
                12010 unsupported fn cuCoredumpSetAttributeGlobal(
                    attrib: CUcoredumpSettings, value: *mut c_void, size: *mut usize,
                );
                13020 unsupported fn cuCoredumpRegisterStartCallback(
                    callback: CUcoredumpStatusCallback, user_data: *mut c_void, callback_out: *mut CUcoredumpCallbackHandle,
                );
                13020 unsupported fn cuCoredumpRegisterCompleteCallback(
                    callback: CUcoredumpStatusCallback, user_data: *mut c_void, callback_out: *mut CUcoredumpCallbackHandle,
                );
                13020 unsupported fn cuCoredumpDeregisterStartCallback(callback: CUcoredumpCallbackHandle);
                13020 unsupported fn cuCoredumpDeregisterCompleteCallback(callback: CUcoredumpCallbackHandle);
                3000 early fn cuGetExportTable(
                    export_table: *mut *const c_void, export_table_id: *const CUuuid,
                ) => entry_point::export_table;
            }
            chapter "Green Contexts" {
                12040 unsupported fn cuGreenCtxCreate(
                    ctx: *mut CUgreenCtx, desc: CUdevResourceDesc, dev: CUdevice, flags: u32,
                );
                12040 unsupported fn cuGreenCtxDestroy(ctx: CUgreenCtx);
                12040 unsupported fn cuCtxFromGreenCtx(context: *mut CUcontext, ctx: CUgreenCtx);
                12040 unsupported fn cuDeviceGetDevResource(
                    device: CUdevice, resource: *mut CUdevResource, kind: CUdevResourceType,
                );
                12040 unsupported fn cuCtxGetDevResource(
                    ctx: CUcontext, resource: *mut CUdevResource, kind: CUdevResourceType,
                );
                12040 unsupported fn cuGreenCtxGetDevResource(
                    ctx: CUgreenCtx, resource: *mut CUdevResource, kind: CUdevResourceType,
                );
                12040 unsupported fn cuDevSmResourceSplitByCount(
                    result: *mut CUdevResource, nb_groups: *mut u32, input: *const CUdevResource,
                    remainder: *mut CUdevResource, flags: u32, min_count: u32,
                );
                13010 unsupported fn cuDevSmResourceSplit(
                    result: *mut CUdevResource, nb_groups: u32, input: *const CUdevResource, remainder: *mut CUdevResource,
                    flags: u32, group_params: *mut CU_DEV_SM_RESOURCE_GROUP_PARAMS,
                );
                12040 unsupported fn cuDevResourceGenerateDesc(
                    desc: *mut CUdevResourceDesc, resources: *mut CUdevResource, nb_resources: u32,
                );
                12040 unsupported fn cuGreenCtxRecordEvent(ctx: CUgreenCtx, event: CUevent);
                12040 unsupported fn cuGreenCtxWaitEvent(ctx: CUgreenCtx, event: CUevent);
                12040 implemented fn cuStreamGetGreenCtx(
                    stream: CUstream, ctx: *mut CUgreenCtx,
                ) => stream::get_green_context;
                12050 unsupported fn cuGreenCtxStreamCreate(
                    stream: *mut CUstream, green_ctx: CUgreenCtx, flags: u32, priority: i32,
                );
                12090 unsupported fn cuGreenCtxGetId(green_ctx: CUgreenCtx, green_ctx_id: *mut u64);
                13010 unsupported fn cuStreamGetDevResource ptsz cuStreamGetDevResource_ptsz(
                    stream: CUstream, resource: *mut CUdevResource, kind: CUdevResourceType,
                );
            }
            chapter "Error Log Management" {
                12090 unsupported fn cuLogsRegisterCallback(
                    callback_func: CUlogsCallback, user_data: *mut c_void, callback_out: *mut CUlogsCallbackHandle,
                );
                12090 unsupported fn cuLogsUnregisterCallback(callback: CUlogsCallbackHandle);
                12090 unsupported fn cuLogsCurrent(iterator_out: *mut CUlogIterator, flags: u32);
                12090 unsupported fn cuLogsDumpToFile(
                    iterator: *mut CUlogIterator, path_to_file: *const c_char, flags: u32,
                );
                12090 unsupported fn cuLogsDumpToMemory(
                    iterator: *mut CUlogIterator, buffer: *mut c_char, size: *mut usize, flags: u32,
                );
            }
            chapter "Checkpointing" {
                12080 unsupported fn cuCheckpointProcessGetRestoreThreadId(pid: i32, tid: *mut i32);
                12080 unsupported fn cuCheckpointProcessGetState(pid: i32, state: *mut CUprocessState);
                12080 unsupported fn cuCheckpointProcessLock(pid: i32, args: *mut CUcheckpointLockArgs);
                12080 unsupported fn cuCheckpointProcessCheckpoint(pid: i32, args: *mut CUcheckpointCheckpointArgs);
                12080 unsupported fn cuCheckpointProcessRestore(pid: i32, args: *mut CUcheckpointRestoreArgs);
                13040 unsupported fn cuCheckpointOperationComplete(handle: CUcheckpointOperationHandle);
                12080 unsupported fn cuCheckpointProcessUnlock(pid: i32, args: *mut CUcheckpointUnlockArgs);
            }
            chapter "Profiler Control" {
                4000 unsupported fn cuProfilerInitialize(
                    config_file: *const c_char, output_file: *const c_char, output_mode: i32,
                );
                4000 stub fn cuProfilerStart() => "no profiler listens to this interface";
                4000 stub fn cuProfilerStop() => "no profiler listens to this interface";
            }
        }
    };
}
pub(crate) use for_each_driver_fn;

/// What a row promises.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Status {
    /// Does what CUDA's manual says.
    Implemented,
    /// Succeeds; there is nothing to do, for this reason.
    Stub(&'static str),
    /// Answers `CUDA_ERROR_NOT_SUPPORTED`.
    Unsupported,
}

/// An exported symbol.
#[derive(Clone, Copy, Debug)]
pub struct Symbol {
    /// Its name.
    pub name: &'static str,
    /// Where it is.
    pub address: *const c_void,
}

// SAFETY: the address of a function is the same for all threads.
unsafe impl Sync for Symbol {}

/// A row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// Chapter of CUDA's manual.
    pub chapter: &'static str,
    /// CUDA version that brought it, as `1000 * major + 10 * minor`.
    pub version: u32,
    /// What it promises.
    pub status: Status,
    /// The symbol.
    pub symbol: Symbol,
    /// Its `_ptsz` or `_ptds` variant.
    pub per_thread: Option<Symbol>,
}

impl Row {
    /// The name that `cuGetProcAddress` is asked for: without the `_v2` of a later step.
    pub fn base_name(&self) -> &'static str {
        base_name(self.symbol.name)
    }
}

/// `name` without `_v2`, `_v3`, ...
pub fn base_name(name: &str) -> &str {
    match name.rsplit_once("_v") {
        Some((base, step)) if step.bytes().all(|b| b.is_ascii_digit()) => base,
        _ => name,
    }
}

macro_rules! status {
    (stub $reason:expr) => {
        Status::Stub($reason)
    };
    (unsupported) => {
        Status::Unsupported
    };
    ($implemented:ident $target:expr) => {
        Status::Implemented
    };
}

macro_rules! rows {
    ($(chapter $chapter:literal {
        $($version:literal $kind:ident fn $name:ident $($suffix:ident $variant:ident)?($($args:tt)*)
            $(=> $target:expr)?;)*
    })*) => {
        /// All rows, in the table's order.
        pub static ROWS: &[Row] = &[$($(
            Row {
                chapter: $chapter,
                version: $version,
                status: status!($kind $($target)?),
                symbol: Symbol { name: stringify!($name), address: exports::$name as *const c_void },
                per_thread: [
                    $(Some(Symbol { name: stringify!($variant), address: exports::$variant as *const c_void }),)?
                    None,
                ][0],
            },
        )*)*];
    };
}
for_each_driver_fn!(rows);
