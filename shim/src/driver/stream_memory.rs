//! Stream memory operations: flags that streams set and wait for.

use super::stream::resolve;
use crate::abi::{In, Result};
use crate::error::CUerror;
use crate::handle::StreamHandle;
use crate::runtime::device::device;
use crate::runtime::host::Flag;
use crate::runtime::operation::{Condition, Operation};
use crate::runtime::stream::Stream;
use crate::sys::{CUdeviceptr, CUstreamBatchMemOpParams, CUstreamBatchMemOpType};

/// The word at an address, which must be one that the device can reach.
fn flag(address: u64, wide: bool) -> Result<Flag> {
    let flag = Flag { address, wide };
    if !address.is_multiple_of(flag.bytes()) {
        return Err(CUerror::INVALID_VALUE);
    }
    device()?.allocations.find_whole(address, flag.bytes()).ok_or(CUerror::INVALID_VALUE)?;
    Ok(flag)
}

fn wait(address: u64, wide: bool, value: u64, flags: u32) -> Result<Operation> {
    const FLUSH: u32 = 1 << 30;
    let condition = match flags & !FLUSH {
        0 => Condition::GreaterOrEqual,
        1 => Condition::Equal,
        2 => Condition::And,
        3 => Condition::Nor,
        _ => return Err(CUerror::INVALID_VALUE),
    };
    Ok(Operation::Await(flag(address, wide)?, value, condition))
}

fn write(address: u64, wide: bool, value: u64, flags: u32) -> Result<Operation> {
    // CU_STREAM_WRITE_VALUE_NO_MEMORY_BARRIER only allows to do less.
    if flags > 1 { Err(CUerror::INVALID_VALUE) } else { Ok(Operation::Signal(flag(address, wide)?, value)) }
}

/// `cuStreamWaitValue32`
pub fn wait_32(stream: StreamHandle<Stream>, address: CUdeviceptr, value: u32, flags: u32) -> Result {
    resolve(stream)?.submit(wait(address, false, value.into(), flags)?)
}

/// `cuStreamWaitValue64`
pub fn wait_64(stream: StreamHandle<Stream>, address: CUdeviceptr, value: u64, flags: u32) -> Result {
    resolve(stream)?.submit(wait(address, true, value, flags)?)
}

/// `cuStreamWriteValue32`
pub fn write_32(stream: StreamHandle<Stream>, address: CUdeviceptr, value: u32, flags: u32) -> Result {
    resolve(stream)?.submit(write(address, false, value.into(), flags)?)
}

/// `cuStreamWriteValue64`
pub fn write_64(stream: StreamHandle<Stream>, address: CUdeviceptr, value: u64, flags: u32) -> Result {
    resolve(stream)?.submit(write(address, true, value, flags)?)
}

/// `cuStreamBatchMemOp`
pub fn batch(stream: StreamHandle<Stream>, count: u32, operations: In<CUstreamBatchMemOpParams>, flags: u32) -> Result {
    if flags != 0 {
        return Err(CUerror::INVALID_VALUE);
    }
    let stream = resolve(stream)?;
    // All are checked before the first is submitted.
    let operations: Vec<Operation> =
        operations.slice(count as usize)?.iter().map(one).collect::<Result<Vec<_>>>()?.into_iter().flatten().collect();
    for operation in operations {
        stream.submit(operation)?;
    }
    Ok(())
}

fn one(params: &CUstreamBatchMemOpParams) -> Result<Option<Operation>> {
    use crate::runtime::host::batched;
    let (kind, address, value, flags) = batched(params);
    Ok(Some(match kind {
        CUstreamBatchMemOpType::CU_STREAM_MEM_OP_WAIT_VALUE_32 => wait(address, false, value & 0xffff_ffff, flags)?,
        CUstreamBatchMemOpType::CU_STREAM_MEM_OP_WAIT_VALUE_64 => wait(address, true, value, flags)?,
        CUstreamBatchMemOpType::CU_STREAM_MEM_OP_WRITE_VALUE_32 => write(address, false, value & 0xffff_ffff, flags)?,
        CUstreamBatchMemOpType::CU_STREAM_MEM_OP_WRITE_VALUE_64 => write(address, true, value, flags)?,
        // Work of a stream is ordered and its memory coherent.
        CUstreamBatchMemOpType::CU_STREAM_MEM_OP_FLUSH_REMOTE_WRITES
        | CUstreamBatchMemOpType::CU_STREAM_MEM_OP_BARRIER => return Ok(None),
        _ => return Err(CUerror::INVALID_VALUE),
    }))
}
