//! What only unsafe code can do with pointers that the program gave for later: read and write its memory, call its
//! functions. The rest of `runtime` passes such pointers around as numbers.

use crate::sys::{
    CUlaunchAttribute, CUlaunchAttributeID, CUlaunchConfig, CUmemLocation, CUoccupancyB2DSize, CUresult, CUstream,
    CUstreamBatchMemOpParams, CUstreamBatchMemOpType,
};
use sim_backend::memory::{Memory, MemoryError};
use std::ffi::c_void;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

/// A function of the program with its argument, to be called in stream order.
#[derive(Clone, Copy, Debug)]
pub struct HostFunction {
    /// The function.
    pub function: unsafe extern "C" fn(*mut c_void),
    /// What it is called with.
    pub data: *mut c_void,
}

// SAFETY: CUDA calls the function on a thread of its choice; the program gave it for that.
unsafe impl Send for HostFunction {}
// SAFETY: as above; the value itself is never written.
unsafe impl Sync for HostFunction {}

impl HostFunction {
    /// Calls it.
    pub fn call(self) {
        // SAFETY: the program gave function and argument to be called like this.
        unsafe { (self.function)(self.data) }
    }
}

/// A function of the program that is told how its stream is doing (`cuStreamAddCallback`).
#[derive(Clone, Copy, Debug)]
pub struct StreamCallback {
    /// The function.
    pub function: unsafe extern "C" fn(CUstream, CUresult, *mut c_void),
    /// The stream as the program named it.
    pub stream: CUstream,
    /// What it is called with.
    pub data: *mut c_void,
}

// SAFETY: as for `HostFunction`.
unsafe impl Send for StreamCallback {}
// SAFETY: as above.
unsafe impl Sync for StreamCallback {}

impl StreamCallback {
    /// Calls it.
    pub fn call(self, status: CUresult) {
        // SAFETY: the program gave function and argument to be called like this.
        unsafe { (self.function)(self.stream, status, self.data) }
    }
}

/// What an element of `cuStreamBatchMemOp` asks for: kind, address, value, flags.
pub fn batched(params: &CUstreamBatchMemOpParams) -> (CUstreamBatchMemOpType, u64, u64, u32) {
    // SAFETY: waits and writes have the same layout, and every bit pattern is a number.
    unsafe {
        let wait = &params.waitValue;
        (params.operation, wait.address, wait.__bindgen_anon_1.value64, wait.flags)
    }
}

/// What an attribute of a launch asks for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LaunchAttribute {
    /// Whether all CTAs are resident together.
    Cooperative(bool),
    /// CTAs of a cluster.
    Cluster([u32; 3]),
    /// Something that changes no result.
    Hint,
    /// An event that the kernel triggers.
    Event,
    /// No attribute of CUDA.
    Unknown,
}

/// The attributes of a launch.
pub fn launch_attributes(config: &CUlaunchConfig) -> Vec<LaunchAttribute> {
    use CUlaunchAttributeID as A;
    if config.attrs.is_null() {
        return Vec::new();
    }
    // SAFETY: the manual says that there are so many.
    let attributes = unsafe { std::slice::from_raw_parts(config.attrs, config.numAttrs as usize) };
    let read = |attribute: &CUlaunchAttribute| match attribute.id {
        // SAFETY: the identifier says which field is set, and every bit pattern is a number.
        A::CU_LAUNCH_ATTRIBUTE_COOPERATIVE => LaunchAttribute::Cooperative(unsafe { attribute.value.cooperative } != 0),
        A::CU_LAUNCH_ATTRIBUTE_CLUSTER_DIMENSION => {
            // SAFETY: as above.
            let size = unsafe { attribute.value.clusterDim };
            LaunchAttribute::Cluster([size.x, size.y, size.z])
        }
        A::CU_LAUNCH_ATTRIBUTE_PROGRAMMATIC_EVENT | A::CU_LAUNCH_ATTRIBUTE_LAUNCH_COMPLETION_EVENT => {
            LaunchAttribute::Event
        }
        known if known.0 < A::CU_LAUNCH_ATTRIBUTE_MAX.0 => LaunchAttribute::Hint,
        _ => LaunchAttribute::Unknown,
    };
    attributes.iter().map(read).collect()
}

/// Asks the program how much dynamic shared memory a block of so many threads needs.
pub fn shared_of_block(function: CUoccupancyB2DSize, threads: i32) -> Option<usize> {
    // SAFETY: the program gave the function to be called like this.
    function.map(|function| unsafe { function(threads) })
}

/// Writes what kernels print to the program's own `stdout`, so that it stands where the program's own output has it.
pub fn print(text: &[u8]) {
    unsafe extern "C" {
        static stdout: *mut libc::FILE;
    }
    // SAFETY: `stdout` is the C library's, which locks it.
    unsafe {
        libc::fwrite(text.as_ptr().cast(), 1, text.len(), stdout);
    }
}

/// Copies `bytes` bytes of the program's own memory to device memory.
pub fn upload(memory: &Memory, to: u64, from: u64, bytes: u64) -> Result<(), MemoryError> {
    let start = std::ptr::with_exposed_provenance(from as usize);
    // SAFETY: the program promises that so many bytes can be read there until the copy is done.
    memory.write(to, unsafe { std::slice::from_raw_parts::<u8>(start, bytes as usize) })
}

/// Copies device memory to the program's own memory.
pub fn download(memory: &Memory, to: u64, from: u64, bytes: u64) -> Result<(), MemoryError> {
    let start = std::ptr::with_exposed_provenance_mut(to as usize);
    // SAFETY: the program promises that so many bytes can be written there until the copy is done.
    memory.read(from, unsafe { std::slice::from_raw_parts_mut::<u8>(start, bytes as usize) })
}

/// Copies within the program's own memory; the ranges may overlap.
pub fn copy(to: u64, from: u64, bytes: u64) {
    let from = std::ptr::with_exposed_provenance::<u8>(from as usize);
    let to = std::ptr::with_exposed_provenance_mut::<u8>(to as usize);
    // SAFETY: the program promises both ranges until the copy is done.
    unsafe { std::ptr::copy(from, to, bytes as usize) }
}

/// A copy of `bytes` bytes of the program's memory.
pub fn snapshot(from: u64, bytes: u64) -> Vec<u8> {
    let start = std::ptr::with_exposed_provenance(from as usize);
    // SAFETY: the program promises that so many bytes can be read there during the call that asks for the copy.
    unsafe { std::slice::from_raw_parts::<u8>(start, bytes as usize) }.to_vec()
}

/// Writes to the program's memory, during the call that it gave the address to.
pub fn store(to: u64, bytes: &[u8]) {
    let to = std::ptr::with_exposed_provenance_mut::<u8>(to as usize);
    // SAFETY: the program promises room for what the call documents to write.
    unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr(), to, bytes.len()) }
}

/// The number in a location: of a device or a NUMA node.
pub fn location_id(location: &CUmemLocation) -> i32 {
    // SAFETY: every bit pattern is a number.
    unsafe { location.__bindgen_anon_1.id }
}

/// A word that host and device signal each other with (`cuStreamWriteValue`, `cuStreamWaitValue`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Flag {
    /// Its address, which the caller has found inside an allocation and aligned.
    pub address: u64,
    /// Eight bytes instead of four.
    pub wide: bool,
}

impl Flag {
    /// Bytes of the word.
    pub fn bytes(self) -> u64 {
        if self.wide { 8 } else { 4 }
    }

    /// Reads it; what was written before it was set is visible afterwards.
    pub fn load(self) -> u64 {
        let address = self.address as usize;
        // SAFETY: the caller found the address inside a live allocation and aligned.
        unsafe {
            if self.wide {
                AtomicU64::from_ptr(std::ptr::with_exposed_provenance_mut(address)).load(Ordering::Acquire)
            } else {
                AtomicU32::from_ptr(std::ptr::with_exposed_provenance_mut(address)).load(Ordering::Acquire).into()
            }
        }
    }

    /// Sets it after everything written before.
    pub fn store(self, value: u64) {
        let address = self.address as usize;
        // SAFETY: as in `load`.
        unsafe {
            if self.wide {
                AtomicU64::from_ptr(std::ptr::with_exposed_provenance_mut(address)).store(value, Ordering::Release);
            } else {
                AtomicU32::from_ptr(std::ptr::with_exposed_provenance_mut(address))
                    .store(value as u32, Ordering::Release);
            }
        }
    }
}
