//! Occupancy: how many blocks of a kernel a multiprocessor holds, by the limits that the device reports.

use super::function::{max_dynamic_shared, max_threads, prepared};
use super::launch::{demand, shape_of};
use crate::abi::{Out, Result};
use crate::error::CUerror;
use crate::handle::KernelHandle;
use crate::runtime::device::device;
use crate::runtime::host;
use crate::runtime::module::Function;
use crate::sys::{CUlaunchConfig, CUoccupancyB2DSize};
use sim_backend::device::Device;

/// `cuOccupancyMaxActiveBlocksPerMultiprocessor`
pub fn max_active_blocks(
    blocks: Out<i32>,
    function: KernelHandle<Function>,
    block_size: i32,
    dynamic_shared: usize,
) -> Result {
    max_active_blocks_with_flags(blocks, function, block_size, dynamic_shared, 0)
}

/// `cuOccupancyMaxActiveBlocksPerMultiprocessorWithFlags`
pub fn max_active_blocks_with_flags(
    blocks: Out<i32>,
    function: KernelHandle<Function>,
    block_size: i32,
    dynamic_shared: usize,
    flags: u32,
) -> Result {
    let threads = u32::try_from(block_size).ok().filter(|n| *n > 0).ok_or(CUerror::INVALID_VALUE)?;
    check_flags(flags)?;
    blocks.set(resident(&function.0, threads, dynamic_shared)? as i32);
    Ok(())
}

fn check_flags(flags: u32) -> Result {
    const DISABLE_CACHING_OVERRIDE: u32 = 1;
    if flags & !DISABLE_CACHING_OVERRIDE == 0 { Ok(()) } else { Err(CUerror::INVALID_VALUE) }
}

/// Blocks that a multiprocessor holds; 0 where not even one fits.
fn resident(function: &Function, threads: u32, dynamic_shared: usize) -> Result<u32> {
    let prepared = prepared(function)?;
    let kernel = prepared.kernel();
    let Ok(dynamic_shared) = u32::try_from(dynamic_shared) else { return Ok(0) };
    if threads > max_threads(kernel) || dynamic_shared > max_dynamic_shared(function, kernel) {
        return Ok(0);
    }
    Ok(device()?.model.resident_blocks(demand(kernel, threads, dynamic_shared)))
}

/// `cuOccupancyMaxPotentialBlockSize`
pub fn max_potential_block_size(
    min_grid_size: Out<i32>,
    block_size: Out<i32>,
    function: KernelHandle<Function>,
    shared_of_block: CUoccupancyB2DSize,
    dynamic_shared: usize,
    limit: i32,
) -> Result {
    max_potential_block_size_with_flags(min_grid_size, block_size, function, shared_of_block, dynamic_shared, limit, 0)
}

/// `cuOccupancyMaxPotentialBlockSizeWithFlags`: of the block sizes that keep most threads resident, the largest.
pub fn max_potential_block_size_with_flags(
    min_grid_size: Out<i32>,
    block_size: Out<i32>,
    function: KernelHandle<Function>,
    shared_of_block: CUoccupancyB2DSize,
    dynamic_shared: usize,
    limit: i32,
    flags: u32,
) -> Result {
    check_flags(flags)?;
    let limit = u32::try_from(limit).map_err(|_| CUerror::INVALID_VALUE)?;
    let most = max_threads(prepared(&function.0)?.kernel());
    let most = if limit == 0 { most } else { most.min(limit) };
    let mut best = (0, 0, 0);
    // Whole warps, and the limit itself if it is none.
    for threads in std::iter::once(most).chain((1..=most / Device::WARP).rev().map(|warps| warps * Device::WARP)) {
        let shared = host::shared_of_block(shared_of_block, threads as i32).unwrap_or(dynamic_shared);
        let blocks = resident(&function.0, threads, shared)?;
        if blocks * threads > best.0 {
            best = (blocks * threads, threads, blocks);
        }
    }
    min_grid_size.set((best.2 * device()?.model.multiprocessors()) as i32);
    block_size.set(best.1 as i32);
    Ok(())
}

/// `cuOccupancyAvailableDynamicSMemPerBlock`
pub fn available_dynamic_shared(
    bytes: Out<usize>,
    function: KernelHandle<Function>,
    blocks: i32,
    block_size: i32,
) -> Result {
    let blocks = u64::try_from(blocks).ok().filter(|n| *n > 0).ok_or(CUerror::INVALID_VALUE)?;
    if !(1..=Device::MAX_THREADS_PER_BLOCK as i32).contains(&block_size) {
        return Err(CUerror::INVALID_VALUE);
    }
    let prepared = prepared(&function.0)?;
    let limits = device()?.model.limits();
    let each = (limits.shared.0 / blocks).saturating_sub(limits.shared_reserved.0);
    let each = each.min(limits.shared_per_block_optin.0).saturating_sub(u64::from(prepared.kernel().static_shared));
    bytes.set(each as usize);
    Ok(())
}

/// `cuOccupancyMaxPotentialClusterSize`
pub fn max_potential_cluster_size(size: Out<i32>, function: KernelHandle<Function>, config: &CUlaunchConfig) -> Result {
    let shape = shape_of(config)?;
    let fits = resident(&function.0, shape.threads(), shape.dynamic_shared as usize)? > 0;
    let settings = &function.0.program().kernels()[function.0.index()].settings;
    let most = if settings.non_portable_cluster.get() == Some(1) { 16 } else { 8 };
    size.set(if fits { most } else { 0 });
    Ok(())
}

/// `cuOccupancyMaxActiveClusters`
pub fn max_active_clusters(clusters: Out<i32>, function: KernelHandle<Function>, config: &CUlaunchConfig) -> Result {
    let shape = shape_of(config)?;
    let blocks = resident(&function.0, shape.threads(), shape.dynamic_shared as usize)?;
    let cluster: u32 = shape.cluster.iter().product();
    clusters.set((blocks * device()?.model.multiprocessors() / cluster.max(1)) as i32);
    Ok(())
}
