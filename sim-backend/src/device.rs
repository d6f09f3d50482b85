//! What a chip is, and the slice of it that CUDA programs see as a multiprocessor.
//!
//! CUDA programs size their grids by multiprocessors, resident threads and shared memory. A NeuronCore has none of
//! these, so the answer is a convention, and this is its one place:
//!
//! * **A multiprocessor is the 16 partitions that belong to one of a core's eight GpSimd processors.** It is the
//!   smallest part of a core that can run CUDA threads on its own, and a Trn2 chip has 64 of them.
//! * **Its limits are those of the compute capability that the device reports**, because programs compiled for a
//!   capability rely on them. Sixteen partitions hold 3.3 MiB of SBUF, which covers every row of the table below
//!   (256 KiB of registers and at most 228 KiB of shared memory).
//!
//! Occupancy and the limit of cooperative launches follow from the two.

use crate::spec::{Spec, TRN2};
use crate::units::{Bandwidth, Bytes, Picoseconds};

/// A chip as the driver offers it.
#[derive(Clone, Debug, PartialEq)]
pub struct Device {
    /// The chip in numbers.
    pub spec: &'static Spec,
    /// NeuronCores in use, at most the chip's.
    pub cores: u32,
    /// Compute capability reported to programs.
    pub capability: (u32, u32),
}

/// Limits of a multiprocessor at one compute capability.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// Compute capability.
    pub capability: (u32, u32),
    /// Resident blocks of a multiprocessor.
    pub blocks: u32,
    /// Resident threads of a multiprocessor.
    pub threads: u32,
    /// Shared memory of a multiprocessor.
    pub shared: Bytes,
    /// Shared memory of one block, once it has opted in.
    pub shared_per_block_optin: Bytes,
    /// Shared memory that the system takes of every block.
    pub shared_reserved: Bytes,
}

/// Source: CUDA C++ Programming Guide 13, "Technical Specifications per Compute Capability".
const LIMITS: [Limits; 10] = [
    limits((7, 5), 16, 1024, 64, 64, 0),
    limits((8, 0), 32, 2048, 164, 163, 1),
    limits((8, 6), 16, 1536, 100, 99, 1),
    limits((8, 7), 16, 1536, 164, 163, 1),
    limits((8, 9), 24, 1536, 100, 99, 1),
    limits((9, 0), 32, 2048, 228, 227, 1),
    limits((10, 0), 32, 2048, 228, 227, 1),
    limits((10, 3), 32, 2048, 228, 227, 1),
    limits((11, 0), 24, 1536, 228, 227, 1),
    limits((12, 0), 24, 1536, 100, 99, 1),
];

const fn limits(capability: (u32, u32), blocks: u32, threads: u32, shared: u64, optin: u64, reserved: u64) -> Limits {
    Limits {
        capability,
        blocks,
        threads,
        shared: Bytes::from_kib(shared),
        shared_per_block_optin: Bytes::from_kib(optin),
        shared_reserved: Bytes::from_kib(reserved),
    }
}

/// What a kernel asks of a multiprocessor for each of its blocks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Demand {
    /// Threads of a block.
    pub threads: u32,
    /// Registers of a thread.
    pub registers: u32,
    /// Static and dynamic shared memory of a block.
    pub shared: Bytes,
}

impl Device {
    /// Threads of a warp.
    pub const WARP: u32 = 32;
    /// Most threads of a block, in all and in x, y and z.
    pub const MAX_THREADS_PER_BLOCK: u32 = 1024;
    /// Most threads of a block in x, y, z.
    pub const MAX_BLOCK: [u32; 3] = [1024, 1024, 64];
    /// Most blocks of a grid in x, y, z.
    pub const MAX_GRID: [u32; 3] = [0x7fff_ffff, 65_535, 65_535];
    /// 32-bit registers of a multiprocessor and of a block.
    pub const REGISTERS: u32 = 65_536;
    /// Most registers of a thread.
    pub const MAX_REGISTERS_PER_THREAD: u32 = 255;
    /// Shared memory of a block that has not opted in to more.
    pub const SHARED_PER_BLOCK: Bytes = Bytes::from_kib(48);
    /// Constant memory.
    pub const CONSTANT: Bytes = Bytes::from_kib(64);
    /// GpSimd processors of a core, each with its partitions. Source: NKI architecture guides, "GpSimd engine".
    pub const MULTIPROCESSORS_PER_CORE: u32 = 8;
    /// Registers and shared memory are handed out in these units. Source: CUDA occupancy calculator.
    const REGISTERS_OF_A_WARP_UNIT: u32 = 256;
    const SHARED_UNIT: u64 = 128;

    /// A whole chip.
    pub fn new(spec: &'static Spec) -> Self {
        Device { spec, cores: spec.cores, capability: (12, 0) }
    }

    /// Limits of a multiprocessor: those of the newest capability in the table that is not newer than the device's.
    pub fn limits(&self) -> Limits {
        *LIMITS.iter().rev().find(|row| row.capability <= self.capability).unwrap_or(&LIMITS[0])
    }

    /// Multiprocessors reported to programs.
    pub fn multiprocessors(&self) -> u32 {
        self.cores * Self::MULTIPROCESSORS_PER_CORE
    }

    /// Blocks of a kernel that are resident on one multiprocessor; 0 if a single one does not fit.
    pub fn resident_blocks(&self, demand: Demand) -> u32 {
        let limits = self.limits();
        let threads = demand.threads.next_multiple_of(Self::WARP);
        if threads == 0 || demand.threads > Self::MAX_THREADS_PER_BLOCK {
            return 0;
        }
        let warps = threads / Self::WARP;
        let registers = warps * (demand.registers * Self::WARP).next_multiple_of(Self::REGISTERS_OF_A_WARP_UNIT);
        let shared = (demand.shared + limits.shared_reserved).0.next_multiple_of(Self::SHARED_UNIT);
        let by_threads = limits.threads / threads;
        let by_registers = Self::REGISTERS.checked_div(registers).unwrap_or(u32::MAX);
        let by_shared = limits.shared.0.checked_div(shared).unwrap_or(u64::MAX);
        limits.blocks.min(by_threads).min(by_registers).min(u32::try_from(by_shared).unwrap_or(u32::MAX))
    }

    /// Most blocks of a cooperative launch: all must be resident together.
    pub fn cooperative_blocks(&self, demand: Demand) -> u32 {
        self.multiprocessors() * self.resident_blocks(demand)
    }

    /// Memory in all.
    pub fn memory(&self) -> Bytes {
        Bytes(self.spec.hbm.0 / u64::from(self.spec.cores) * u64::from(self.cores))
    }

    /// On-chip memory, which programs know as the L2 cache.
    pub fn on_chip_memory(&self) -> Bytes {
        self.spec.sbuf_partition * u64::from(self.spec.partitions) * u64::from(self.cores)
    }

    /// Width of the memory bus in bits: 1024 for each HBM stack. Source: JEDEC HBM2, HBM3.
    pub fn memory_bus_bits(&self) -> u32 {
        self.spec.hbm_stacks * 1024
    }

    /// Memory clock in kilohertz, such that clock × 2 × bus width is the published bandwidth (programs compute it so).
    pub fn memory_clock_khz(&self) -> u32 {
        let bits_per_second = self.spec.hbm_bandwidth.0 * 8;
        u32::try_from(bits_per_second / u64::from(self.memory_bus_bits()) / 2 / 1000).unwrap_or(u32::MAX)
    }

    /// Clock reported to programs, in kilohertz: the Vector engine's.
    pub fn clock_khz(&self) -> u32 {
        self.spec.vector_clock.0 * 1000
    }

    /// Simulated time of a copy between host and device.
    pub fn host_copy(&self, bytes: Bytes) -> Picoseconds {
        self.spec.host_latency + self.spec.host_bandwidth.time(bytes)
    }

    /// Simulated time of a copy or fill inside device memory, which the DMA engines of all cores share. `traffic` is
    /// what HBM sees: twice the bytes of a copy, once those of a fill.
    pub fn device_copy(&self, traffic: Bytes) -> Picoseconds {
        let engines = u64::from(self.spec.dma_engines * self.cores);
        let packet = self.spec.dma_bandwidth.time(self.spec.dma_packet) + self.spec.dma_packet_overhead;
        let packets = traffic.0.div_ceil(2).div_ceil(self.spec.dma_packet.0);
        let memory = Bandwidth(self.spec.hbm_share().0 * u64::from(self.cores)).time(traffic);
        self.spec.dma_start_static + (packet * packets.div_ceil(engines)).max(memory) + self.spec.dma_completion
    }
}

impl Default for Device {
    fn default() -> Self {
        Device::new(&TRN2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::TRN1;

    fn demand(threads: u32, registers: u32, shared: u64) -> Demand {
        Demand { threads, registers, shared: Bytes(shared) }
    }

    #[test]
    fn a_trn2_chip_has_64_multiprocessors_and_a_trn1_chip_16() {
        assert_eq!(Device::default().multiprocessors(), 64);
        assert_eq!(Device::new(&TRN1).multiprocessors(), 16);
    }

    #[test]
    fn sixteen_partitions_hold_what_a_multiprocessor_promises() {
        for spec in Spec::all() {
            let partitions = u64::from(spec.partitions / Device::MULTIPROCESSORS_PER_CORE);
            let held = spec.sbuf_usable * partitions;
            for row in LIMITS {
                assert!(row.shared + Bytes(u64::from(Device::REGISTERS) * 4) <= held);
            }
        }
    }

    #[test]
    fn a_capability_without_a_row_has_the_limits_of_the_one_before() {
        let device = |capability| Device { capability, ..Device::default() }.limits().capability;
        assert_eq!(device((12, 1)), (12, 0));
        assert_eq!(device((8, 8)), (8, 7));
        assert_eq!(device((9, 0)), (9, 0));
    }

    #[test]
    fn occupancy_is_bounded_by_each_resource() {
        let device = Device::default();
        assert_eq!(device.resident_blocks(demand(256, 16, 0)), 6, "threads");
        assert_eq!(device.resident_blocks(demand(32, 16, 0)), 24, "blocks");
        assert_eq!(device.resident_blocks(demand(256, 128, 0)), 2, "registers");
        assert_eq!(device.resident_blocks(demand(64, 16, 48 << 10)), 2, "shared memory");
        assert_eq!(device.resident_blocks(demand(64, 16, 100 << 10)), 0, "more than there is");
        assert_eq!(device.resident_blocks(demand(1025, 16, 0)), 0, "no such block");
        assert_eq!(device.cooperative_blocks(demand(256, 16, 0)), 6 * 64);
    }

    #[test]
    fn programs_that_compute_the_bandwidth_get_the_published_one() {
        let device = Device::default();
        let computed = 2.0 * f64::from(device.memory_clock_khz()) * 1e3 * f64::from(device.memory_bus_bits()) / 8.0;
        assert!((computed / 2.9e12 - 1.0).abs() < 1e-3);
        assert_eq!(device.memory(), Bytes::from_gib(96));
        assert_eq!(device.on_chip_memory(), Bytes(224 << 20));
    }

    #[test]
    fn a_large_copy_runs_at_the_bandwidth_and_a_small_one_at_the_latency() {
        let device = Device::default();
        let large = Bytes::from_gib(1);
        assert!((large.gb_per_second(device.host_copy(large)) - 16.0).abs() < 0.1);
        assert!(device.host_copy(Bytes(4)) < Picoseconds::from_us(11));
        let inside = large.gb_per_second(device.device_copy(large * 2));
        assert!((1_300.0..1_500.0).contains(&inside), "{inside}");
        assert!(device.device_copy(Bytes(4)) < Picoseconds::from_us(2));
    }
}
