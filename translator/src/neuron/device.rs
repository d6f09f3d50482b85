//! What the three generations of NeuronCore offer a program: capacities and limits, each with its source.
//!
//! Clocks, bandwidths and latencies are not here: they belong to the timing model.

use super::words::words;

words! {
    /// A device a program is written for.
    DeviceModel {
        /// Trainium 1 (NeuronCore-v2).
        Trn1 = "trn1",
        /// Trainium 2 (NeuronCore-v3).
        Trn2 = "trn2",
        /// Trainium 3 (NeuronCore-v4).
        Trn3 = "trn3",
    }
}

/// Partitions of SBUF and PSUM. Source: NKI architecture guide, "SBUF" (A1).
pub const PARTITIONS: u32 = 128;
/// PSUM banks per partition. Source: A1.
pub const PSUM_BANKS: u32 = 8;
/// Bytes of a PSUM bank in one partition. Source: A1.
pub const PSUM_BANK_BYTES: u32 = 2048;
/// Free elements an access may have in SBUF. Source: A1, "Accessing SBUF/PSUM".
pub const MAX_FREE_SBUF: u32 = 65_536;
/// Free elements an access may have in PSUM. Source: A1.
pub const MAX_FREE_PSUM: u32 = 4096;
/// Dimensions of an access pattern besides the partition. Source: A1.
pub const MAX_DIMS: usize = 4;
/// 32-bit registers of each sequencer. Source: NKI ISA, `register_alloc`.
pub const REGISTERS: u32 = 64;
/// DMA queues of a core that a program may use. Source: NKI DMA overview (16 rings on each of 16 engines).
pub const QUEUES: u32 = 16;
/// What a finished DMA adds to a semaphore: one from each of the 16 engines. Source: NKI DMA overview.
pub const DMA_INCREMENT: u32 = 16;

impl DeviceModel {
    /// SBUF bytes per partition that a kernel may use. Source: NKIPY `HardwareConstants.h`.
    pub const fn sbuf_bytes(self) -> u32 {
        match self {
            DeviceModel::Trn1 => 180_224,
            DeviceModel::Trn2 => 212_984,
            DeviceModel::Trn3 => 245_752,
        }
    }

    /// NeuronCores of a chip. Source: A1, A2, A3.
    pub const fn cores(self) -> u32 {
        match self {
            DeviceModel::Trn1 => 2,
            DeviceModel::Trn2 | DeviceModel::Trn3 => 8,
        }
    }

    /// NeuronCore version: 2, 3 or 4.
    pub const fn version(self) -> u32 {
        match self {
            DeviceModel::Trn1 => 2,
            DeviceModel::Trn2 => 3,
            DeviceModel::Trn3 => 4,
        }
    }

    /// Columns of the moving operand of one matmul into float32: one PSUM bank, on v4 all of them. Source: NKI ISA,
    /// `nc_matmul`.
    pub const fn matmul_columns(self) -> u32 {
        match self {
            DeviceModel::Trn1 | DeviceModel::Trn2 => 512,
            DeviceModel::Trn3 => 4096,
        }
    }
}
