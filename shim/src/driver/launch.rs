//! Execution control: launches.

use super::function::{blocks_are_clusters, max_dynamic_shared, max_threads, prepared, required_cluster};
use super::stream::resolve;
use crate::abi::{Arguments, Call, FromC, In, Result};
use crate::error::CUerror;
use crate::export_table::runtime_is_there;
use crate::handle::{KernelHandle, StreamHandle};
use crate::runtime::device::device;
use crate::runtime::host::{self, LaunchAttribute};
use crate::runtime::launch::Launch;
use crate::runtime::module::Function;
use crate::runtime::operation::Operation;
use crate::runtime::settings::Settings;
use crate::runtime::stream::Stream;
use crate::sys::CUlaunchConfig;
use sim_backend::device::{Demand, Device};
use sim_backend::execute::Shape;
use sim_backend::units::Bytes;
use std::ffi::c_void;
use std::sync::Arc;
use translator::tile::Kernel;

/// Most CTAs of a cluster that every device promises, and with consent.
const PORTABLE_CLUSTER: u32 = 8;
const LARGEST_CLUSTER: u32 = 16;

/// `cuLaunchKernel`
pub fn launch(
    function: KernelHandle<Function>,
    grid_x: u32,
    grid_y: u32,
    grid_z: u32,
    block_x: u32,
    block_y: u32,
    block_z: u32,
    dynamic_shared: u32,
    stream: StreamHandle<Stream>,
    parameters: Option<Arguments>,
    extra: In<*mut c_void>,
) -> Result {
    let shape = Shape {
        grid: [grid_x, grid_y, grid_z],
        block: [block_x, block_y, block_z],
        cluster: [1; 3],
        dynamic_shared,
        cooperative: false,
    };
    submit(&function.0, shape, stream, parameters, extra)
}

/// `cuLaunchCooperativeKernel`
pub fn launch_cooperative(
    function: KernelHandle<Function>,
    grid_x: u32,
    grid_y: u32,
    grid_z: u32,
    block_x: u32,
    block_y: u32,
    block_z: u32,
    dynamic_shared: u32,
    stream: StreamHandle<Stream>,
    parameters: Option<Arguments>,
) -> Result {
    let shape = Shape {
        grid: [grid_x, grid_y, grid_z],
        block: [block_x, block_y, block_z],
        cluster: [1; 3],
        dynamic_shared,
        cooperative: true,
    };
    submit(&function.0, shape, stream, parameters, In::none())
}

/// The shape that a configuration describes.
pub fn shape_of(config: &CUlaunchConfig) -> Result<Shape> {
    let mut shape = Shape {
        grid: [config.gridDimX, config.gridDimY, config.gridDimZ],
        block: [config.blockDimX, config.blockDimY, config.blockDimZ],
        cluster: [1; 3],
        dynamic_shared: config.sharedMemBytes,
        cooperative: false,
    };
    for attribute in host::launch_attributes(config) {
        match attribute {
            LaunchAttribute::Cooperative(cooperative) => shape.cooperative = cooperative,
            LaunchAttribute::Cluster(cluster) => shape.cluster = cluster,
            // Priorities, cache windows, early starts: hints that change no result.
            LaunchAttribute::Hint => {}
            LaunchAttribute::Event => return Err(CUerror::NOT_SUPPORTED),
            LaunchAttribute::Unknown => return Err(CUerror::INVALID_VALUE),
        }
    }
    Ok(shape)
}

/// A launch configuration, and the stream in it.
pub struct Configured<'a> {
    config: &'a CUlaunchConfig,
    stream: StreamHandle<Stream>,
}

impl FromC<*const CUlaunchConfig> for Configured<'_> {
    unsafe fn from_c(raw: *const CUlaunchConfig, call: &Call) -> Result<Self> {
        // SAFETY: the caller's contract.
        let config: &CUlaunchConfig = unsafe { FromC::from_c(raw, call) }?;
        // SAFETY: a handle is only looked up.
        Ok(Configured { config, stream: unsafe { FromC::from_c(config.hStream, call) }? })
    }
}

/// `cuLaunchKernelEx`
pub fn launch_with_config(
    configured: Configured,
    function: KernelHandle<Function>,
    parameters: Option<Arguments>,
    extra: In<*mut c_void>,
) -> Result {
    submit(&function.0, shape_of(configured.config)?, configured.stream, parameters, extra)
}

/// Checks a launch and makes it ready.
pub fn prepare(
    function: &Function,
    mut shape: Shape,
    parameters: Option<Arguments>,
    extra: In<*mut c_void>,
) -> Result<Launch> {
    let module = function.module()?;
    let prepared = prepared(function)?;
    let kernel = prepared.kernel();
    let required = required_cluster(function);
    if shape.cluster == [1; 3] && required != [0; 3] {
        shape.cluster = required.map(|n| n.max(1) as u32);
    }
    if blocks_are_clusters(function) {
        for (grid, cluster) in shape.grid.iter_mut().zip(shape.cluster) {
            *grid = grid.checked_mul(cluster).ok_or_else(impossible)?;
        }
        // Programs that leave the block to the kernel launch one of one thread.
        if shape.block == [1; 3] {
            shape.block = kernel.required_threads.unwrap_or(shape.block);
        }
    }
    check(function, kernel, &shape)?;
    let parameters = pack(kernel, parameters, extra)?;
    let symbols = module.addresses(&function.program().symbols_of(kernel)?)?;
    let references = module.context().references.now();
    Ok(Launch { kernel: prepared, shape, parameters, symbols, references })
}

fn submit(
    function: &Function,
    shape: Shape,
    stream: StreamHandle<Stream>,
    parameters: Option<Arguments>,
    extra: In<*mut c_void>,
) -> Result {
    let stream = resolve(stream)?;
    let launch = Arc::new(prepare(function, shape, parameters, extra)?);
    stream.submit(Operation::Launch(launch))?;
    if Settings::get().launch_blocking && stream.capture().is_none() { stream.synchronize() } else { Ok(()) }
}

/// Refuses shapes that the device or the kernel cannot have.
fn check(function: &Function, kernel: &Kernel, shape: &Shape) -> Result {
    let model = &device()?.model;
    let in_range = |sizes: [u32; 3], most: [u32; 3]| sizes.iter().zip(most).all(|(&n, most)| n > 0 && n <= most);
    let threads = shape.block.iter().try_fold(1u32, |product, &n| product.checked_mul(n));
    let threads = threads.filter(|n| *n <= Device::MAX_THREADS_PER_BLOCK).ok_or_else(impossible)?;
    if !in_range(shape.grid, Device::MAX_GRID) || !in_range(shape.block, Device::MAX_BLOCK) {
        return Err(impossible());
    }
    if kernel.required_threads.is_some_and(|required| required != shape.block) {
        return Err(CUerror::INVALID_VALUE);
    }
    if threads > max_threads(kernel) {
        return Err(CUerror::LAUNCH_OUT_OF_RESOURCES);
    }
    if shape.dynamic_shared > max_dynamic_shared(function, kernel) {
        return Err(CUerror::INVALID_VALUE);
    }
    let cluster: u32 = shape.cluster.iter().product();
    let settings = &function.program().kernels()[function.index()].settings;
    let most = if settings.non_portable_cluster.get() == Some(1) { LARGEST_CLUSTER } else { PORTABLE_CLUSTER };
    let fits = shape.grid.iter().zip(shape.cluster).all(|(grid, cluster)| cluster > 0 && grid % cluster == 0);
    if !fits || cluster > most {
        return Err(CUerror::INVALID_CLUSTER_SIZE);
    }
    let demand = demand(kernel, threads, shape.dynamic_shared);
    if shape.cooperative && shape.ctas() > u64::from(model.cooperative_blocks(demand)) {
        return Err(CUerror::COOPERATIVE_LAUNCH_TOO_LARGE);
    }
    Ok(())
}

/// The answer to a grid or block that no device takes.
fn impossible() -> CUerror {
    if runtime_is_there() { CUerror::INVALID_CONFIGURATION } else { CUerror::INVALID_VALUE }
}

/// What a block of a kernel asks of a multiprocessor.
pub fn demand(kernel: &Kernel, threads: u32, dynamic_shared: u32) -> Demand {
    let shared = Bytes(u64::from(kernel.static_shared) + u64::from(dynamic_shared));
    Demand { threads, registers: super::function::REGISTERS, shared }
}

/// The parameter block of a launch.
fn pack(kernel: &Kernel, parameters: Option<Arguments>, extra: In<*mut c_void>) -> Result<Box<[u8]>> {
    let mut block = vec![0; kernel.param_bytes as usize];
    match (parameters, extra.is_null()) {
        (Some(_), false) => return Err(CUerror::INVALID_VALUE),
        (Some(arguments), true) => {
            for (index, param) in kernel.params.iter().enumerate() {
                let (offset, size) = (param.offset as usize, param.size as usize);
                block[offset..offset + size].copy_from_slice(arguments.get(index, size)?);
            }
        }
        (None, false) => {
            let bytes = buffer_of(extra)?;
            // A buffer may end before the padding of the block does, and may be longer.
            let needed = kernel.params.last().map_or(0, |param| (param.offset + param.size) as usize);
            if bytes.len() < needed {
                return Err(CUerror::INVALID_VALUE);
            }
            let length = bytes.len().min(block.len());
            block[..length].copy_from_slice(&bytes[..length]);
        }
        (None, true) if kernel.params.is_empty() => {}
        (None, true) => return Err(CUerror::INVALID_VALUE),
    }
    Ok(block.into())
}

/// The buffer that `extra` describes: pairs of a word and a pointer, ended by the word 0.
fn buffer_of(extra: In<*mut c_void>) -> Result<Vec<u8>> {
    const END: usize = 0;
    const POINTER: usize = 1;
    const SIZE: usize = 2;
    let (mut pointer, mut size) = (0u64, None);
    for pair in 0.. {
        let word = extra.slice(2 * pair + 1)?[2 * pair] as usize;
        if word == END {
            break;
        }
        let value = extra.slice(2 * pair + 2)?[2 * pair + 1] as u64;
        match word {
            POINTER => pointer = value,
            SIZE if value != 0 => {
                let bytes = host::snapshot(value, 8);
                size = bytes.try_into().ok().map(u64::from_ne_bytes);
            }
            _ => return Err(CUerror::INVALID_VALUE),
        }
    }
    match (pointer, size) {
        (0, _) | (_, None) => Err(CUerror::INVALID_VALUE),
        // No kernel takes more; a larger number is no size.
        (_, Some(size)) if size > 1 << 20 => Err(CUerror::INVALID_VALUE),
        (pointer, Some(size)) => Ok(host::snapshot(pointer, size)),
    }
}
