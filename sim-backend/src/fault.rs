//! What a kernel can do wrong, with the PTX line and the thread.

use ptx_frontend::checked::Origin;

/// A fault ends the launch; on CUDA it is sticky for the context.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    /// What happened.
    pub kind: FaultKind,
    /// Kernel name.
    pub kernel: String,
    /// `%ctaid` of the thread.
    pub block: [u32; 3],
    /// `%tid` of the thread.
    pub thread: [u32; 3],
    /// PTX line, and CUDA source line where `.loc` gives one.
    pub origin: Origin,
    /// Path of the PTX or CUDA source for messages (`saxpy.ptx` where no file is known).
    pub file: String,
}

/// The kinds of fault, each with its `CUresult` in the shim.
#[derive(Clone, Debug, PartialEq)]
pub enum FaultKind {
    /// Out of bounds: `CUDA_ERROR_ILLEGAL_ADDRESS`.
    IllegalAddress {
        /// `load`, `store` or `atomic`.
        access: &'static str,
        /// `global`, `shared`, `local`, `param`, `generic`.
        space: &'static str,
        /// Address as the kernel computed it.
        address: u64,
        /// Bytes of the access.
        bytes: u32,
        /// Nearest allocation in words: "16 bytes past buffer of 4096 bytes at 0x...", empty if none.
        nearest: String,
    },
    /// Not naturally aligned: `CUDA_ERROR_MISALIGNED_ADDRESS`.
    Misaligned {
        /// `load`, `store` or `atomic`.
        access: &'static str,
        /// Address as the kernel computed it.
        address: u64,
        /// Bytes of the access.
        bytes: u32,
    },
    /// `trap`: `CUDA_ERROR_LAUNCH_FAILED`.
    Trap,
    /// `__assertfail`: `CUDA_ERROR_ASSERT`. The message was already printed.
    Assert,
    /// Indirect call or branch to nowhere, invalid barrier count: `CUDA_ERROR_ILLEGAL_INSTRUCTION`.
    IllegalInstruction(String),
    /// Local memory or call depth exhausted: `CUDA_ERROR_LAUNCH_FAILED`.
    StackOverflow,
    /// No thread can go on: who waits where. `CUDA_ERROR_LAUNCH_FAILED`.
    Deadlock(String),
    /// `REGAUGE_TIMEOUT` ran out: `CUDA_ERROR_LAUNCH_TIMEOUT`.
    Timeout(String),
}
