//! How programs describe nodes: a structure for each kind, and one for all of them.

use crate::abi::{Arguments, Call, FromC, In, Result};
use crate::driver::{copy, fill, launch};
use crate::error::CUerror;
use crate::handle::{KernelHandle, Live, Object};
use crate::report;
use crate::runtime::event::Event;
use crate::runtime::graph::{Graph, Task};
use crate::runtime::host::HostFunction;
use crate::runtime::module::Function;
use crate::runtime::operation::Operation;
use crate::sys::{
    CUDA_HOST_NODE_PARAMS, CUDA_KERNEL_NODE_PARAMS, CUDA_KERNEL_NODE_PARAMS_v1, CUDA_MEMCPY3D, CUDA_MEMSET_NODE_PARAMS,
    CUfunction, CUgraphNodeParams, CUgraphNodeType, CUhostFn,
};
use sim_backend::execute::Shape;
use sim_backend::memory::Pattern;
use std::ffi::c_void;
use std::sync::Arc;

/// What a node is to do.
pub struct Described(pub Task);

/// A macro, because the three versions of the structure have these fields in common but no type.
macro_rules! kernel {
    ($params:expr, $function:expr, $call:expr) => {{
        let params = $params;
        let shape = Shape {
            grid: [params.gridDimX, params.gridDimY, params.gridDimZ],
            block: [params.blockDimX, params.blockDimY, params.blockDimZ],
            cluster: [1; 3],
            dynamic_shared: params.sharedMemBytes,
            cooperative: false,
        };
        // SAFETY: the caller's contract, as for a launch.
        unsafe { kernel($function, shape, params.kernelParams, params.extra, $call) }
    }};
}

/// # Safety
/// The parameters are those that the kernel declares.
unsafe fn kernel(
    function: CUfunction,
    shape: Shape,
    parameters: *mut *mut c_void,
    extra: *mut *mut c_void,
    call: &Call,
) -> Result<Described> {
    // SAFETY: the caller's contract; handles are only looked up.
    let (function, parameters, extra) = unsafe {
        (
            KernelHandle::<Function>::from_c(function, call)?,
            Option::<Arguments>::from_c(parameters, call)?,
            In::<*mut c_void>::from_c(extra, call)?,
        )
    };
    let launch = launch::prepare(&function.0, shape, parameters, extra)?;
    Ok(Described(Task::Operation(Operation::Launch(Arc::new(launch)))))
}

fn memset(dst: u64, pitch: usize, value: u32, element_bytes: u32, width: usize, height: usize) -> Result<Described> {
    let pattern = match element_bytes {
        1 => Pattern::U8(value as u8),
        2 => Pattern::U16(value as u16),
        4 => Pattern::U32(value),
        _ => return Err(CUerror::INVALID_VALUE),
    };
    let fill = fill::checked(dst, pitch, pattern, width, height)?.ok_or(CUerror::INVALID_VALUE)?;
    Ok(Described(Task::Operation(Operation::Fill(fill))))
}

fn host(function: CUhostFn, data: *mut c_void) -> Result<Described> {
    let function = function.ok_or(CUerror::INVALID_VALUE)?;
    Ok(Described(Task::Operation(Operation::Call(HostFunction { function, data }))))
}

fn memcpy(params: &CUDA_MEMCPY3D) -> Result<Described> {
    let copy = copy::of_node(params)?.ok_or(CUerror::INVALID_VALUE)?;
    Ok(Described(Task::Operation(Operation::Copy(copy))))
}

impl FromC<*const CUDA_KERNEL_NODE_PARAMS_v1> for Described {
    unsafe fn from_c(raw: *const CUDA_KERNEL_NODE_PARAMS_v1, call: &Call) -> Result<Self> {
        // SAFETY: the caller's contract.
        let params: &CUDA_KERNEL_NODE_PARAMS_v1 = unsafe { FromC::from_c(raw, call) }?;
        kernel!(params, params.func, call)
    }
}

impl FromC<*const CUDA_KERNEL_NODE_PARAMS> for Described {
    unsafe fn from_c(raw: *const CUDA_KERNEL_NODE_PARAMS, call: &Call) -> Result<Self> {
        // SAFETY: the caller's contract.
        let params: &CUDA_KERNEL_NODE_PARAMS = unsafe { FromC::from_c(raw, call) }?;
        kernel!(params, if params.func.is_null() { params.kern.cast() } else { params.func }, call)
    }
}

impl FromC<*const CUDA_MEMCPY3D> for Described {
    unsafe fn from_c(raw: *const CUDA_MEMCPY3D, call: &Call) -> Result<Self> {
        // SAFETY: the caller's contract.
        memcpy(unsafe { FromC::from_c(raw, call) }?)
    }
}

impl FromC<*const CUDA_MEMSET_NODE_PARAMS> for Described {
    unsafe fn from_c(raw: *const CUDA_MEMSET_NODE_PARAMS, call: &Call) -> Result<Self> {
        // SAFETY: the caller's contract.
        let p: &CUDA_MEMSET_NODE_PARAMS = unsafe { FromC::from_c(raw, call) }?;
        memset(p.dst, p.pitch, p.value, p.elementSize, p.width, p.height)
    }
}

impl FromC<*const CUDA_HOST_NODE_PARAMS> for Described {
    unsafe fn from_c(raw: *const CUDA_HOST_NODE_PARAMS, call: &Call) -> Result<Self> {
        // SAFETY: the caller's contract.
        let params: &CUDA_HOST_NODE_PARAMS = unsafe { FromC::from_c(raw, call) }?;
        host(params.fn_, params.userData)
    }
}

impl FromC<*mut CUgraphNodeParams> for Described {
    unsafe fn from_c(raw: *mut CUgraphNodeParams, call: &Call) -> Result<Self> {
        use CUgraphNodeType as K;
        // SAFETY: the caller's contract.
        let params: &CUgraphNodeParams = unsafe { FromC::from_c(raw, call) }?;
        let of = &params.__bindgen_anon_1;
        if params.type_ == K::CU_GRAPH_NODE_TYPE_KERNEL {
            // SAFETY: the type says which member is set.
            let kernel = unsafe { &of.kernel };
            return kernel!(kernel, if kernel.func.is_null() { kernel.kern.cast() } else { kernel.func }, call);
        }
        // SAFETY: as above.
        unsafe {
            match params.type_ {
                K::CU_GRAPH_NODE_TYPE_MEMCPY => memcpy(&of.memcpy.copyParams),
                K::CU_GRAPH_NODE_TYPE_MEMSET => {
                    let p = &of.memset;
                    memset(p.dst, p.pitch, p.value, p.elementSize, p.width, p.height)
                }
                K::CU_GRAPH_NODE_TYPE_HOST => host(of.host.fn_, of.host.userData),
                K::CU_GRAPH_NODE_TYPE_GRAPH => {
                    let child: Live<Graph> = Graph::registry().get(of.graph.graph)?;
                    Ok(Described(Task::Child(Arc::new(child.copy()))))
                }
                K::CU_GRAPH_NODE_TYPE_EMPTY => Ok(Described(Task::Operation(Operation::Nothing))),
                K::CU_GRAPH_NODE_TYPE_WAIT_EVENT => {
                    Ok(Described(Task::Wait(Event::registry().get(of.eventWait.event)?.object().clone())))
                }
                K::CU_GRAPH_NODE_TYPE_EVENT_RECORD => {
                    Ok(Described(Task::Record(Event::registry().get(of.eventRecord.event)?.object().clone())))
                }
                known if known.0 <= K::CU_GRAPH_NODE_TYPE_CONDITIONAL.0 => {
                    Err(report::unsupported("graph nodes for memory, semaphores and conditions"))
                }
                _ => Err(CUerror::INVALID_VALUE),
            }
        }
    }
}
