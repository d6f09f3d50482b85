//! What a thread can do wrong.

use super::Thread;
use ptx_frontend::checked::Origin;

/// The first fault ends a launch.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    /// What happened.
    pub kind: FaultKind,
    /// Who did it.
    pub thread: Thread,
    /// Where.
    pub origin: Origin,
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
    /// A texture or surface that there is not, or an access that it does not admit: `CUDA_ERROR_ILLEGAL_ADDRESS`.
    Image(String),
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

impl std::fmt::Display for FaultKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            FaultKind::IllegalAddress { access, space, address, bytes, nearest } => {
                let comma = if nearest.is_empty() { "" } else { ", " };
                write!(f, "illegal address: {space} {access} of {bytes} bytes at {address:#x}{comma}{nearest}")
            }
            FaultKind::Misaligned { access, address, bytes } => {
                write!(f, "misaligned address: {access} of {bytes} bytes at {address:#x}")
            }
            FaultKind::Image(what) => write!(f, "illegal texture or surface access: {what}"),
            FaultKind::Trap => write!(f, "`trap` was executed"),
            FaultKind::Assert => write!(f, "an assertion failed"),
            FaultKind::IllegalInstruction(what) => write!(f, "illegal instruction: {what}"),
            FaultKind::StackOverflow => write!(f, "stack overflow: local memory of the thread is exhausted"),
            FaultKind::Deadlock(who) => write!(f, "deadlock: no thread can go on: {who}"),
            FaultKind::Timeout(what) => write!(f, "timeout: {what}"),
        }
    }
}
