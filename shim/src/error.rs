//! CUDA's error codes: what a driver function answers when it does not succeed.

use crate::sys::CUresult;
use std::ffi::CStr;
use std::num::NonZeroU32;

/// A `CUresult` other than `CUDA_SUCCESS`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct CUerror(NonZeroU32);

macro_rules! errors {
    ($($name:ident = $result:ident, $text:literal;)*) => {
        #[allow(missing_docs, reason = "the names are those of CUDA's manual")]
        impl CUerror {
            $(pub const $name: CUerror = CUerror::from_result(CUresult::$result);)*
        }

        /// Every code with its name and text.
        const TEXTS: &[(CUresult, &CStr, &CStr)] = &[
            (CUresult::CUDA_SUCCESS, c"CUDA_SUCCESS", c"no error"),
            $((CUresult::$result, c_str(concat!(stringify!($result), "\0")), c_str(concat!($text, "\0"))),)*
        ];
    };
}

errors! {
    INVALID_VALUE = CUDA_ERROR_INVALID_VALUE, "invalid argument";
    OUT_OF_MEMORY = CUDA_ERROR_OUT_OF_MEMORY, "out of memory";
    NOT_INITIALIZED = CUDA_ERROR_NOT_INITIALIZED, "initialization error";
    DEINITIALIZED = CUDA_ERROR_DEINITIALIZED, "driver shutting down";
    PROFILER_DISABLED = CUDA_ERROR_PROFILER_DISABLED, "profiler disabled while using external profiling tool";
    PROFILER_NOT_INITIALIZED = CUDA_ERROR_PROFILER_NOT_INITIALIZED, "profiler not initialized: call cudaProfilerInitialize()";
    PROFILER_ALREADY_STARTED = CUDA_ERROR_PROFILER_ALREADY_STARTED, "profiler already started";
    PROFILER_ALREADY_STOPPED = CUDA_ERROR_PROFILER_ALREADY_STOPPED, "profiler already stopped";
    STUB_LIBRARY = CUDA_ERROR_STUB_LIBRARY, "CUDA driver is a stub library";
    CALL_REQUIRES_NEWER_DRIVER = CUDA_ERROR_CALL_REQUIRES_NEWER_DRIVER, "API call is not supported in the installed CUDA driver";
    DEVICE_UNAVAILABLE = CUDA_ERROR_DEVICE_UNAVAILABLE, "CUDA-capable device(s) is/are busy or unavailable";
    MULTICAST_RESOURCE_FULL = CUDA_ERROR_MULTICAST_RESOURCE_FULL, "no resources left for multicast";
    NO_DEVICE = CUDA_ERROR_NO_DEVICE, "no CUDA-capable device is detected";
    INVALID_DEVICE = CUDA_ERROR_INVALID_DEVICE, "invalid device ordinal";
    DEVICE_NOT_LICENSED = CUDA_ERROR_DEVICE_NOT_LICENSED, "device doesn't have valid Grid license";
    INVALID_IMAGE = CUDA_ERROR_INVALID_IMAGE, "device kernel image is invalid";
    INVALID_CONTEXT = CUDA_ERROR_INVALID_CONTEXT, "invalid device context";
    CONTEXT_ALREADY_CURRENT = CUDA_ERROR_CONTEXT_ALREADY_CURRENT, "context already current";
    MAP_FAILED = CUDA_ERROR_MAP_FAILED, "mapping of buffer object failed";
    UNMAP_FAILED = CUDA_ERROR_UNMAP_FAILED, "unmapping of buffer object failed";
    ARRAY_IS_MAPPED = CUDA_ERROR_ARRAY_IS_MAPPED, "array is mapped";
    ALREADY_MAPPED = CUDA_ERROR_ALREADY_MAPPED, "resource already mapped";
    NO_BINARY_FOR_GPU = CUDA_ERROR_NO_BINARY_FOR_GPU, "no kernel image is available for execution on the device";
    ALREADY_ACQUIRED = CUDA_ERROR_ALREADY_ACQUIRED, "resource already acquired";
    NOT_MAPPED = CUDA_ERROR_NOT_MAPPED, "resource not mapped";
    NOT_MAPPED_AS_ARRAY = CUDA_ERROR_NOT_MAPPED_AS_ARRAY, "resource not mapped as array";
    NOT_MAPPED_AS_POINTER = CUDA_ERROR_NOT_MAPPED_AS_POINTER, "resource not mapped as pointer";
    ECC_UNCORRECTABLE = CUDA_ERROR_ECC_UNCORRECTABLE, "uncorrectable ECC error encountered";
    UNSUPPORTED_LIMIT = CUDA_ERROR_UNSUPPORTED_LIMIT, "limit is not supported on this architecture";
    CONTEXT_ALREADY_IN_USE = CUDA_ERROR_CONTEXT_ALREADY_IN_USE, "exclusive-thread device already in use by a different thread";
    PEER_ACCESS_UNSUPPORTED = CUDA_ERROR_PEER_ACCESS_UNSUPPORTED, "peer access is not supported between these two devices";
    INVALID_PTX = CUDA_ERROR_INVALID_PTX, "a PTX JIT compilation failed";
    INVALID_GRAPHICS_CONTEXT = CUDA_ERROR_INVALID_GRAPHICS_CONTEXT, "invalid OpenGL or DirectX context";
    NVLINK_UNCORRECTABLE = CUDA_ERROR_NVLINK_UNCORRECTABLE, "uncorrectable NVLink error detected during the execution";
    JIT_COMPILER_NOT_FOUND = CUDA_ERROR_JIT_COMPILER_NOT_FOUND, "PTX JIT compiler library not found";
    UNSUPPORTED_PTX_VERSION = CUDA_ERROR_UNSUPPORTED_PTX_VERSION, "the provided PTX was compiled with an unsupported toolchain.";
    JIT_COMPILATION_DISABLED = CUDA_ERROR_JIT_COMPILATION_DISABLED, "PTX JIT compilation was disabled";
    UNSUPPORTED_EXEC_AFFINITY = CUDA_ERROR_UNSUPPORTED_EXEC_AFFINITY, "the provided execution affinity is not supported";
    UNSUPPORTED_DEVSIDE_SYNC = CUDA_ERROR_UNSUPPORTED_DEVSIDE_SYNC, "the provided PTX contains unsupported call to cudaDeviceSynchronize";
    CONTAINED = CUDA_ERROR_CONTAINED, "contained error encountered: only the contexts involved are affected";
    INSUFFICIENT_LOADER_VERSION = CUDA_ERROR_INSUFFICIENT_LOADER_VERSION, "the loader is too old for this device";
    INVALID_SOURCE = CUDA_ERROR_INVALID_SOURCE, "device kernel image is invalid";
    FILE_NOT_FOUND = CUDA_ERROR_FILE_NOT_FOUND, "file not found";
    SHARED_OBJECT_SYMBOL_NOT_FOUND = CUDA_ERROR_SHARED_OBJECT_SYMBOL_NOT_FOUND, "shared object symbol not found";
    SHARED_OBJECT_INIT_FAILED = CUDA_ERROR_SHARED_OBJECT_INIT_FAILED, "shared object initialization failed";
    OPERATING_SYSTEM = CUDA_ERROR_OPERATING_SYSTEM, "OS call failed or operation not supported on this OS";
    INVALID_HANDLE = CUDA_ERROR_INVALID_HANDLE, "invalid resource handle";
    ILLEGAL_STATE = CUDA_ERROR_ILLEGAL_STATE, "the operation cannot be performed in the present state";
    LOSSY_QUERY = CUDA_ERROR_LOSSY_QUERY, "attempted introspection would be semantically lossy";
    NOT_FOUND = CUDA_ERROR_NOT_FOUND, "named symbol not found";
    NOT_READY = CUDA_ERROR_NOT_READY, "device not ready";
    ILLEGAL_ADDRESS = CUDA_ERROR_ILLEGAL_ADDRESS, "an illegal memory access was encountered";
    LAUNCH_OUT_OF_RESOURCES = CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES, "too many resources requested for launch";
    LAUNCH_TIMEOUT = CUDA_ERROR_LAUNCH_TIMEOUT, "the launch timed out and was terminated";
    LAUNCH_INCOMPATIBLE_TEXTURING = CUDA_ERROR_LAUNCH_INCOMPATIBLE_TEXTURING, "launch uses incompatible texturing mode";
    PEER_ACCESS_ALREADY_ENABLED = CUDA_ERROR_PEER_ACCESS_ALREADY_ENABLED, "peer access is already enabled";
    PEER_ACCESS_NOT_ENABLED = CUDA_ERROR_PEER_ACCESS_NOT_ENABLED, "peer access has not been enabled";
    PRIMARY_CONTEXT_ACTIVE = CUDA_ERROR_PRIMARY_CONTEXT_ACTIVE, "cannot set while device is active in this process";
    CONTEXT_IS_DESTROYED = CUDA_ERROR_CONTEXT_IS_DESTROYED, "context is destroyed";
    ASSERT = CUDA_ERROR_ASSERT, "device-side assert triggered";
    TOO_MANY_PEERS = CUDA_ERROR_TOO_MANY_PEERS, "peer mapping resources exhausted";
    HOST_MEMORY_ALREADY_REGISTERED = CUDA_ERROR_HOST_MEMORY_ALREADY_REGISTERED, "part or all of the requested memory range is already mapped";
    HOST_MEMORY_NOT_REGISTERED = CUDA_ERROR_HOST_MEMORY_NOT_REGISTERED, "pointer does not correspond to a registered memory region";
    HARDWARE_STACK_ERROR = CUDA_ERROR_HARDWARE_STACK_ERROR, "hardware stack error";
    ILLEGAL_INSTRUCTION = CUDA_ERROR_ILLEGAL_INSTRUCTION, "an illegal instruction was encountered";
    MISALIGNED_ADDRESS = CUDA_ERROR_MISALIGNED_ADDRESS, "misaligned address";
    INVALID_ADDRESS_SPACE = CUDA_ERROR_INVALID_ADDRESS_SPACE, "operation not supported on global/shared address space";
    INVALID_PC = CUDA_ERROR_INVALID_PC, "invalid program counter";
    LAUNCH_FAILED = CUDA_ERROR_LAUNCH_FAILED, "unspecified launch failure";
    COOPERATIVE_LAUNCH_TOO_LARGE = CUDA_ERROR_COOPERATIVE_LAUNCH_TOO_LARGE, "too many blocks in cooperative launch";
    TENSOR_MEMORY_LEAK = CUDA_ERROR_TENSOR_MEMORY_LEAK, "tensor memory was not freed at the end of the kernel";
    NOT_PERMITTED = CUDA_ERROR_NOT_PERMITTED, "operation not permitted";
    NOT_SUPPORTED = CUDA_ERROR_NOT_SUPPORTED, "operation not supported";
    SYSTEM_NOT_READY = CUDA_ERROR_SYSTEM_NOT_READY, "system not yet initialized";
    SYSTEM_DRIVER_MISMATCH = CUDA_ERROR_SYSTEM_DRIVER_MISMATCH, "system has unsupported display driver / cuda driver combination";
    COMPAT_NOT_SUPPORTED_ON_DEVICE = CUDA_ERROR_COMPAT_NOT_SUPPORTED_ON_DEVICE, "forward compatibility was attempted on non supported HW";
    MPS_CONNECTION_FAILED = CUDA_ERROR_MPS_CONNECTION_FAILED, "MPS client failed to connect to the MPS control daemon or the MPS server";
    MPS_RPC_FAILURE = CUDA_ERROR_MPS_RPC_FAILURE, "the remote procedural call between the MPS server and the MPS client failed";
    MPS_SERVER_NOT_READY = CUDA_ERROR_MPS_SERVER_NOT_READY, "MPS server is not ready to accept new MPS client requests";
    MPS_MAX_CLIENTS_REACHED = CUDA_ERROR_MPS_MAX_CLIENTS_REACHED, "maximum number of clients permitted by the MPS server has been reached";
    MPS_MAX_CONNECTIONS_REACHED = CUDA_ERROR_MPS_MAX_CONNECTIONS_REACHED, "device connections of the MPS server are exhausted";
    MPS_CLIENT_TERMINATED = CUDA_ERROR_MPS_CLIENT_TERMINATED, "the MPS client was terminated by the server";
    CDP_NOT_SUPPORTED = CUDA_ERROR_CDP_NOT_SUPPORTED, "the module uses CUDA Dynamic Parallelism, which this device does not support";
    CDP_VERSION_MISMATCH = CUDA_ERROR_CDP_VERSION_MISMATCH, "the module needs another version of CUDA Dynamic Parallelism";
    STREAM_CAPTURE_UNSUPPORTED = CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED, "operation not permitted when stream is capturing";
    STREAM_CAPTURE_INVALIDATED = CUDA_ERROR_STREAM_CAPTURE_INVALIDATED, "operation failed due to a previous error during capture";
    STREAM_CAPTURE_MERGE = CUDA_ERROR_STREAM_CAPTURE_MERGE, "operation would result in a merge of separate capture sequences";
    STREAM_CAPTURE_UNMATCHED = CUDA_ERROR_STREAM_CAPTURE_UNMATCHED, "capture was not ended in the same stream as it began";
    STREAM_CAPTURE_UNJOINED = CUDA_ERROR_STREAM_CAPTURE_UNJOINED, "capturing stream has unjoined work";
    STREAM_CAPTURE_ISOLATION = CUDA_ERROR_STREAM_CAPTURE_ISOLATION, "dependency created on uncaptured work in another stream";
    STREAM_CAPTURE_IMPLICIT = CUDA_ERROR_STREAM_CAPTURE_IMPLICIT, "operation would make the legacy stream depend on a capturing blocking stream";
    CAPTURED_EVENT = CUDA_ERROR_CAPTURED_EVENT, "operation not permitted on an event last recorded in a capturing stream";
    STREAM_CAPTURE_WRONG_THREAD = CUDA_ERROR_STREAM_CAPTURE_WRONG_THREAD, "attempt to terminate a thread-local capture sequence from another thread";
    TIMEOUT = CUDA_ERROR_TIMEOUT, "wait operation timed out";
    GRAPH_EXEC_UPDATE_FAILURE = CUDA_ERROR_GRAPH_EXEC_UPDATE_FAILURE, "the graph update was not performed because it included changes which violated constraints";
    EXTERNAL_DEVICE = CUDA_ERROR_EXTERNAL_DEVICE, "an async error has occurred in external entity outside of CUDA";
    INVALID_CLUSTER_SIZE = CUDA_ERROR_INVALID_CLUSTER_SIZE, "a kernel launch error has occurred due to cluster misconfiguration";
    FUNCTION_NOT_LOADED = CUDA_ERROR_FUNCTION_NOT_LOADED, "the function is not loaded";
    INVALID_RESOURCE_TYPE = CUDA_ERROR_INVALID_RESOURCE_TYPE, "the resource type is not valid here";
    INVALID_RESOURCE_CONFIGURATION = CUDA_ERROR_INVALID_RESOURCE_CONFIGURATION, "the configuration of the resource is not valid";
    KEY_ROTATION = CUDA_ERROR_KEY_ROTATION, "a key rotation is in progress or failed";
    STREAM_DETACHED = CUDA_ERROR_STREAM_DETACHED, "the stream is detached from its context";
    GRAPH_RECAPTURE_FAILURE = CUDA_ERROR_GRAPH_RECAPTURE_FAILURE, "recapturing into the graph failed";
    FABRIC_NOT_READY = CUDA_ERROR_FABRIC_NOT_READY, "the fabric is not ready";
    UNKNOWN = CUDA_ERROR_UNKNOWN, "unknown error";
}

const fn c_str(text: &str) -> &CStr {
    match CStr::from_bytes_with_nul(text.as_bytes()) {
        Ok(text) => text,
        Err(_) => panic!("the macro adds the only zero byte"),
    }
}

impl CUerror {
    /// A grid or block that no device takes, for a CUDA runtime: it hands our code on, and its callers know this one as
    /// `cudaErrorInvalidConfiguration`. The driver API has no name for it and answers `INVALID_VALUE` instead.
    pub const INVALID_CONFIGURATION: CUerror = CUerror(NonZeroU32::new(9).expect("9 is not 0"));

    const fn from_result(result: CUresult) -> CUerror {
        CUerror(NonZeroU32::new(result.0).expect("every row of the table is an error"))
    }

    /// CUDA's name of a code, `CUDA_ERROR_INVALID_VALUE`; nothing for a number that is none.
    pub fn name(result: CUresult) -> Option<&'static str> {
        CUerror::texts(result).map(|(name, _)| name.to_str().expect("names are ASCII"))
    }

    /// Name and text of a code.
    pub fn texts(result: CUresult) -> Option<(&'static CStr, &'static CStr)> {
        // The table is sorted by code, as the test below says.
        let at = TEXTS.binary_search_by_key(&result.0, |row| row.0.0).ok()?;
        Some((TEXTS[at].1, TEXTS[at].2))
    }
}

impl From<CUerror> for CUresult {
    fn from(error: CUerror) -> CUresult {
        CUresult(error.0.get())
    }
}

impl std::fmt::Debug for CUerror {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match CUerror::name(CUresult::from(*self)) {
            Some(name) => f.write_str(name),
            None => write!(f, "CUresult({})", self.0),
        }
    }
}

impl std::fmt::Display for CUerror {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self:?} ({})", self.0)
    }
}

impl std::error::Error for CUerror {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_of_the_header_has_a_name_and_a_text() {
        let constants = include_str!("sys.rs").lines().filter_map(|line| {
            let (name, value) = line.trim().strip_prefix("pub const ")?.split_once(": cudaError_enum = ")?;
            let value = value.strip_prefix("cudaError_enum(")?.strip_suffix(");")?;
            Some((name, CUresult(value.parse().expect("a number"))))
        });
        let mut count = 0;
        for (name, result) in constants {
            assert_eq!(CUerror::name(result), Some(name));
            count += 1;
        }
        assert_eq!(count, TEXTS.len());
    }

    #[test]
    fn codes_are_in_order() {
        assert!(TEXTS.is_sorted_by_key(|row| row.0.0));
    }

    #[test]
    fn a_number_that_is_no_code_has_no_name() {
        assert_eq!(CUerror::name(CUresult(12345)), None);
    }
}
