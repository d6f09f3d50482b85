//! What a kernel needs from outside itself: the launch, global memory, and the services of the CUDA device runtime.

use crate::texture::Object;
use ptx_frontend::types::MemoryOrder;
use std::sync::Arc;

/// A launch, as all its threads see it.
#[derive(Clone, Copy, Debug)]
pub struct Grid<'a> {
    /// CTAs in x, y, z.
    pub grid: [u32; 3],
    /// Threads of a CTA in x, y, z.
    pub block: [u32; 3],
    /// CTAs of a cluster in x, y, z; `[1, 1, 1]` without clusters.
    pub cluster: [u32; 3],
    /// Bytes of dynamic shared memory.
    pub dynamic_shared: u32,
    /// The parameter block.
    pub parameters: &'a [u8],
    /// Addresses of the kernel's symbols, in its order.
    pub symbols: &'a [u64],
    /// Address of the grid workspace of cooperative launches (`%envreg1:%envreg2`), else 0.
    pub workspace: u64,
    /// `%gridid`
    pub id: u64,
    /// `%globaltimer` when the launch starts.
    pub start_nanoseconds: u64,
    /// `%nsmid`
    pub multiprocessors: u32,
    /// Bytes of local memory that one thread may use.
    pub stack_limit: u32,
}

impl Grid<'_> {
    /// Threads of one CTA.
    pub fn threads(&self) -> u32 {
        self.block.iter().product()
    }
    /// CTAs of one cluster.
    pub fn cluster_ctas(&self) -> u32 {
        self.cluster.iter().product()
    }
    /// Clusters of the grid.
    pub fn clusters(&self) -> u64 {
        (0..3).map(|i| u64::from(self.grid[i] / self.cluster[i])).product()
    }
    /// `%ctaid` of a CTA of a cluster, both given by their number.
    pub fn ctaid(&self, cluster: u64, rank: u32) -> [u32; 3] {
        let clusters = [0, 1, 2].map(|i| self.grid[i] / self.cluster[i]);
        let at = position(cluster, clusters);
        let inner = position(u64::from(rank), self.cluster);
        [0, 1, 2].map(|i| at[i] * self.cluster[i] + inner[i])
    }
    /// The number of a CTA, x fastest.
    pub fn number(&self, ctaid: [u32; 3]) -> u64 {
        let [x, y, z] = ctaid.map(u64::from);
        x + u64::from(self.grid[0]) * (y + u64::from(self.grid[1]) * z)
    }
}

/// Coordinates of the `number`th element of a box, x fastest.
pub(super) fn position(number: u64, of: [u32; 3]) -> [u32; 3] {
    let [x, y, _] = of.map(u64::from);
    [(number % x) as u32, (number / x % y) as u32, (number / x / y) as u32]
}

/// One thread of a grid.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Thread {
    /// `%ctaid`
    pub ctaid: [u32; 3],
    /// `%tid`
    pub tid: [u32; 3],
}

/// Global memory as kernels see it. Addresses are byte addresses; `None` means that some byte of the access is not
/// theirs to touch. The caller has checked natural alignment.
pub trait GlobalMemory {
    /// Whether all of the bytes may be touched.
    fn is_accessible(&mut self, address: u64, bytes: u32) -> bool;
    /// Loads 1, 2, 4 or 8 bytes, without tearing, zero-extended.
    fn load(&mut self, address: u64, bytes: u32) -> Option<u64>;
    /// Stores the low 1, 2, 4 or 8 bytes, without tearing.
    fn store(&mut self, address: u64, bytes: u32, bits: u64) -> Option<()>;
    /// Atomically replaces the old value by `change(old)`, or leaves it where that is `None`. Returns the old value.
    /// `change` may run several times.
    fn update(&mut self, address: u64, bytes: u32, change: impl FnMut(u64) -> Option<u64>) -> Option<u64>;
    /// The same for 16 bytes, as `[low, high]`.
    fn update_pair(&mut self, address: u64, change: impl FnMut([u64; 2]) -> Option<[u64; 2]>) -> Option<[u64; 2]>;
    /// Orders accesses before and after it, as a fence of that order does. All accesses above are relaxed.
    fn fence(&mut self, order: MemoryOrder);
    /// Where an address that is not accessible lies, in words.
    fn nearest(&mut self, address: u64) -> String;
}

/// Reads one byte of any space through a generic address, for [`Services`].
pub type ReadByte<'a> = &'a mut dyn FnMut(u64) -> Option<u8>;

/// The functions of the CUDA device runtime that kernels call.
pub trait Services {
    /// `vprintf`: formats and keeps the output. `None`: an argument's address is not readable.
    fn printf(&mut self, thread: Thread, format: u64, arguments: u64, read: ReadByte<'_>) -> Option<i32>;
    /// `__assertfail`: prints the message; `strings` are message, file and function.
    fn assert_fail(&mut self, thread: Thread, strings: [u64; 3], line: u32, read: ReadByte<'_>);
    /// Device heap `malloc`: 0 when exhausted.
    fn malloc(&mut self, bytes: u64) -> u64;
    /// Device heap `free`: false if there is no such block.
    fn free(&mut self, address: u64) -> bool;
    /// The texture, sampler or surface that a handle stands for.
    fn image(&mut self, handle: u64) -> Option<Arc<Object>>;
}
