//! Every number the model knows about a Trainium chip, for Trn1, Trn2 and Trn3, with the source beside it.
//!
//! One row of the table is one fact: what it is, its value on each chip, how well it is known, and who says so. The
//! model has no other constants: what is not in this table does not influence simulated time.
//!
//! Paths among the sources lie in the AWS Neuron SDK's documentation (github.com/aws-neuron/aws-neuron-sdk, 2.32).
//! "Arch guides" are `nki/guides/architecture/{trainium_inferentia2,trainium2,trainium3}_arch.rst`; "ISA 2.26" is the
//! last release of the NKI reference that prints instruction costs (`nki/api/nki/isa`, tag v2.26.1).

use crate::units::{Bandwidth, Bytes, Clock, Cycles, PerElement, Picoseconds};
use translator::neuron::DeviceModel;

/// How a number is known.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Basis {
    /// AWS states it.
    Documented,
    /// Read off a published profile or measurement.
    Measured,
    /// Derived from the other two kinds; a better source replaces it.
    Inferred,
}

/// One fact, for listing.
#[derive(Clone, Debug)]
pub struct Row {
    /// Name of the field of [`Spec`].
    pub name: &'static str,
    /// What it is.
    pub meaning: &'static str,
    /// Its value, with unit, on the chip asked for.
    pub value: String,
    /// How it is known.
    pub basis: Basis,
    /// Who says so.
    pub source: &'static str,
}

macro_rules! specs {
    ($(
        $(#[doc = $doc:literal])+
        $name:ident: $ty:ty = [$trn1:expr, $trn2:expr, $trn3:expr] $basis:ident $source:literal;
    )*) => {
        /// A chip in numbers. The table in this file's source says where each comes from; so does [`Spec::rows`].
        #[derive(Clone, Debug, PartialEq)]
        pub struct Spec {
            /// `trn1`, `trn2` or `trn3`.
            pub name: &'static str,
            $($(#[doc = $doc])+ pub $name: $ty,)*
        }

        /// Trainium 1 (NeuronCore-v2).
        pub static TRN1: Spec = Spec { name: "trn1", $($name: $trn1,)* };
        /// Trainium 2 (NeuronCore-v3).
        pub static TRN2: Spec = Spec { name: "trn2", $($name: $trn2,)* };
        /// Trainium 3 (NeuronCore-v4).
        pub static TRN3: Spec = Spec { name: "trn3", $($name: $trn3,)* };

        impl Spec {
            /// Every number of this chip with its meaning and source, in the table's order.
            pub fn rows(&self) -> Vec<Row> {
                vec![$(Row {
                    name: stringify!($name),
                    meaning: concat!($($doc),+).trim(),
                    value: self.$name.to_string(),
                    basis: Basis::$basis,
                    source: $source,
                },)*]
            }
        }
    };
}

specs! {
    // ---- the chip ----
    /// NeuronCores of a chip.
    cores: u32 = [2, 8, 8] Documented "arch guides";
    /// HBM of a chip.
    hbm: Bytes = [Bytes::from_gib(32), Bytes::from_gib(96), Bytes::from_gib(144)] Documented "arch guides";
    /// HBM stacks of a chip; the cores are spread evenly over them.
    hbm_stacks: u32 = [2, 4, 4] Documented "arch guides";
    /// HBM bandwidth of a chip.
    hbm_bandwidth: Bandwidth = [Bandwidth::from_gb(820), Bandwidth::from_gb(2_900), Bandwidth::from_gb(4_900)]
        Documented "about-neuron/arch/neuron-hardware/{trainium,trainium2,trainium3}.rst (NKI guides: 820, 3,000, 4,700)";
    /// Bandwidth between the chip and its host in one direction.
    host_bandwidth: Bandwidth = [Bandwidth::from_gb(16), Bandwidth::from_gb(16), Bandwidth::from_gb(16)]
        Documented "trainium2_arch.rst, memory pyramid figure (host ~16 GB/s per core); one core's share is charged, as one copy uses one queue";
    /// From a host's call to the first byte of a copy between host and device.
    host_latency: Picoseconds = [Picoseconds::from_us(10), Picoseconds::from_us(10), Picoseconds::from_us(10)]
        Inferred "no public figure; the order of a PCIe doorbell, descriptor fetch and completion";

    // ---- on-chip memory ----
    /// Partitions of SBUF and PSUM, lanes of an engine.
    partitions: u32 = [128, 128, 128] Documented "arch guides";
    /// SBUF of one partition.
    sbuf_partition: Bytes = [Bytes::from_kib(192), Bytes::from_kib(224), Bytes::from_kib(256)] Documented "arch guides";
    /// SBUF of one partition that a kernel may use; the runtime keeps the rest.
    sbuf_usable: Bytes = [Bytes(180_224), Bytes(212_984), Bytes(245_752)]
        Documented "github.com/aws-neuron/nkipy, HardwareConstants.h";
    /// PSUM of one partition.
    psum_partition: Bytes = [Bytes::from_kib(16), Bytes::from_kib(16), Bytes::from_kib(16)] Documented "arch guides";
    /// PSUM banks of one partition.
    psum_banks: u32 = [8, 8, 8] Documented "arch guides";

    // ---- clocks ----
    /// Clock of the Tensor engine.
    tensor_clock: Clock = [Clock(2_800), Clock(2_400), Clock(2_400)] Documented "arch guides";
    /// Clock of the Vector engine.
    vector_clock: Clock = [Clock(1_120), Clock(960), Clock(1_200)] Documented "arch guides";
    /// Clock of the Scalar engine.
    scalar_clock: Clock = [Clock(1_400), Clock(1_200), Clock(1_200)] Documented "arch guides";
    /// Clock of the GpSimd engine.
    gpsimd_clock: Clock = [Clock(1_400), Clock(1_200), Clock(1_200)] Documented "arch guides";
    /// Clock of the Sync engine.
    sync_clock: Clock = [Clock(1_400), Clock(1_200), Clock(1_200)]
        Inferred "the profiler's base clock (tools/neuron-explorer/profile-schema-reference.rst)";

    // ---- issue and latency ----
    /// Fewest cycles between two instructions of Tensor, Vector or Scalar.
    min_issue: Cycles = [Cycles(64), Cycles(64), Cycles(64)] Documented "ISA 2.26: every cost is max(64, ...)";
    /// Vector: from the last element read to the result being there, beyond the issue interval.
    vector_fill: Cycles = [Cycles(100), Cycles(134), Cycles(134)]
        Measured "Trn2: 672 ns for a 128x512 copy from PSUM (kernel-optimization.rst profiles); Trn1: ISA 2.26 (~100)";
    /// Scalar: as `vector_fill`.
    scalar_fill: Cycles = [Cycles(200), Cycles(358), Cycles(358)]
        Measured "Trn2: 402 ns for N=128, 3,718 ns for N=4096 (nki-dma-overview.rst profiles); Trn1: 189 ns between dependent one-element operations (nki_perf_guide.rst)";
    /// Tensor: from the last column in to its result in PSUM.
    tensor_fill: Picoseconds = [Picoseconds::from_ns(170), Picoseconds::from_ns(170), Picoseconds::from_ns(170)]
        Measured "kernel-optimization.rst profiles: ~600 ns for passes issued every ~430 ns";
    /// GpSimd: start of a library routine, not overlapped with the one before.
    gpsimd_start: Cycles = [Cycles(150), Cycles(150), Cycles(150)] Documented "ISA 2.26 (iota, affine_select: 150 + N)";
    /// Shortest instruction whose address comes from a register.
    dynamic_address_floor: Cycles = [Cycles(600), Cycles(600), Cycles(600)]
        Documented "ISA 2.26 (tensor_copy_dynamic_src: max(600, N))";
    /// From an instruction's semaphore update to another engine's start.
    semaphore: Picoseconds = [Picoseconds::from_ns(30), Picoseconds::from_ns(30), Picoseconds::from_ns(30)]
        Measured "nki-dma-overview.rst profile: 28 ns from Scalar's end to a trigger on Sync";
    /// Loading a sequencer register from SBUF.
    register_load: Picoseconds = [Picoseconds::from_ns(200), Picoseconds::from_ns(200), Picoseconds::from_ns(200)]
        Inferred "no public figure";
    /// Loading a sequencer register from HBM, or storing one there.
    register_load_hbm: Picoseconds = [Picoseconds::from_ns(1_300), Picoseconds::from_ns(1_300), Picoseconds::from_ns(1_300)]
        Inferred "the latency of a DMA (nki-dma-bandwidth-guide.rst)";
    /// A control instruction of a sequencer: register arithmetic, branch.
    sequencer_issue: Cycles = [Cycles(64), Cycles(64), Cycles(64)] Inferred "no public figure; as min_issue";
    /// From the runtime's doorbell to a kernel's first instruction.
    kernel_start: Picoseconds = [Picoseconds::from_us(17), Picoseconds::from_us(17), Picoseconds::from_us(17)]
        Measured "Trn1: fused_mamba.rst profile, body starts ~17 µs after the trace; others inferred";

    // ---- Vector ----
    /// Vector: one tensor operand, or two of which one is in PSUM.
    vector_one_operand: PerElement = [PerElement(1, 1), PerElement(1, 1), PerElement(1, 1)] Documented "ISA 2.26";
    /// Vector: two tensor operands in SBUF.
    vector_two_operands: PerElement = [PerElement(2, 1), PerElement(2, 1), PerElement(2, 1)] Documented "ISA 2.26";
    /// Vector: two 16-bit tensor operands in SBUF.
    vector_two_operands_16bit: PerElement = [PerElement(1, 1), PerElement(1, 1), PerElement(1, 1)]
        Documented "ISA 2.26 (bf16 add, sub, mul); trainium2_arch.rst, performance modes";
    /// Vector: copy or tensor-scalar, 16 bits in and out, both in SBUF and contiguous.
    vector_16bit_contiguous: PerElement = [PerElement(1, 1), PerElement(1, 4), PerElement(1, 4)]
        Documented "trainium2_arch.rst, 4x performance mode";
    /// Vector: as above, but strided or with one side in PSUM.
    vector_16bit_strided: PerElement = [PerElement(1, 1), PerElement(1, 2), PerElement(1, 2)]
        Documented "trainium2_arch.rst, 2x performance mode";
    /// Stride of the innermost dimension from which an access runs at half rate.
    strided_access: Bytes = [Bytes(16), Bytes(16), Bytes(16)] Documented "trainium_inferentia2_arch.rst";
    /// Cycles of an access at half rate, as a multiple.
    strided_factor: u64 = [2, 2, 2] Documented "trainium_inferentia2_arch.rst";

    // ---- Scalar ----
    /// Scalar: one element of each lane.
    scalar_element: PerElement = [PerElement(1, 1), PerElement(1, 1), PerElement(1, 1)] Documented "arch guides";
    /// Scalar: copy or tensor-scalar of 16-bit elements.
    scalar_element_16bit: PerElement = [PerElement(1, 1), PerElement(1, 1), PerElement(1, 2)] Documented "trainium3_arch.rst";
    /// Loading another set of activation functions.
    activation_table_load: Picoseconds = [Picoseconds::from_ns(1_331), Picoseconds::from_ns(1_331), Picoseconds::from_ns(1_331)]
        Measured "Trn2: nki-dma-overview.rst profiles, 1,330 and 1,332 ns; others inferred";
    /// Reading the accumulator registers.
    accumulator_read: Cycles = [Cycles(64), Cycles(64), Cycles(64)] Documented "trainium_inferentia2_arch.rst";

    // ---- GpSimd ----
    /// GpSimd: one operand of 32-bit elements; its port moves 32 bits of each partition in a cycle.
    gpsimd_one_operand: PerElement = [PerElement(1, 1), PerElement(1, 1), PerElement(1, 1)] Documented "arch guides, GpSimd engine";
    /// GpSimd: two operands of 32-bit elements.
    gpsimd_two_operands: PerElement = [PerElement(2, 1), PerElement(2, 1), PerElement(2, 1)] Inferred "port width";
    /// GpSimd: one element gathered or scattered inside its partition.
    gpsimd_gather: PerElement = [PerElement(8, 1), PerElement(8, 1), PerElement(8, 1)]
        Inferred "nc_n_gather has no published cost; local_gather of single fp32 elements comes to 8 (ISA 2.26)";
    /// SIMD lanes of the GpSimd engine (8 processors of 16), for routines that run CUDA threads.
    gpsimd_lanes: u64 = [128, 128, 128] Documented "arch guides, GpSimd engine";

    // ---- Tensor ----
    /// Tensor: one moving column, 16-bit or fp8 operands.
    tensor_column: PerElement = [PerElement(1, 1), PerElement(1, 1), PerElement(1, 1)] Documented "ISA 2.26";
    /// Tensor: one moving column of fp32, both passes.
    tensor_column_fp32: PerElement = [PerElement(4, 1), PerElement(4, 1), PerElement(4, 1)] Documented "ISA 2.26";
    /// Tensor: one column of a stationary matrix, loaded behind the matmul before.
    tensor_stationary: PerElement = [PerElement(1, 4), PerElement(1, 4), PerElement(1, 4)] Documented "trainium_inferentia2_arch.rst";
    /// Tensor: time for which the current limiter halves the rate when work begins, and the idle time that re-arms it.
    tensor_ramp: Picoseconds = [Picoseconds::ZERO, Picoseconds::from_us(3), Picoseconds::from_us(3)]
        Documented "tools/neuron-explorer/glossary.rst, K/N limit";
    /// Tensor: rows of a matmul up to which the limiter stays armed.
    tensor_limited_rows: u32 = [0, 32, 32]
        Inferred "2,048 matmuls of four shapes in 450 µs where 341 are ideal (neuron-agentic-development, te_inefficiency.md): the excess is one more pass of the K=32 quarter";

    // ---- DMA ----
    /// DMA engines of one core.
    dma_engines: u32 = [16, 16, 16] Documented "nki-dma-overview.rst";
    /// Queues (rings) of one DMA engine.
    dma_queues: u32 = [16, 16, 16] Documented "nki-dma-overview.rst";
    /// Bandwidth of one DMA engine.
    dma_bandwidth: Bandwidth = [Bandwidth(27_200_000_000), Bandwidth(27_200_000_000), Bandwidth(38_400_000_000)]
        Documented "nki-dma-bandwidth-guide.rst";
    /// Largest packet.
    dma_packet: Bytes = [Bytes(4096), Bytes(4096), Bytes(4096)] Documented "nki-dma-overview.rst";
    /// Time of a packet beyond its bytes; every contiguous run of bytes starts a packet.
    dma_packet_overhead: Picoseconds = [Picoseconds::from_ns(90), Picoseconds::from_ns(29), Picoseconds::from_ns(17)]
        Inferred "fits the effective 17, 23 and 33 GB/s of an engine (nki-dma-bandwidth-guide.rst) and 259, 314 and 354 GB/s at 1, 2 and 4 KiB on Trn2";
    /// Time between two transfers of one queue on one engine; other queues fill it.
    dma_transfer_overhead: Picoseconds = [Picoseconds::from_ns(250), Picoseconds::from_ns(250), Picoseconds::from_ns(250)]
        Inferred "Trn2: 152.8 and 245.8 GB/s with single 128-row transfers of 1 and 2 KiB rows (neuron-agentic-development, example-bounds)";
    /// From the trigger of a transfer with prepared descriptors to its data.
    dma_start_static: Picoseconds = [Picoseconds::from_ns(1_000), Picoseconds::from_ns(1_000), Picoseconds::from_ns(1_000)]
        Measured "Trn2: nki-dma-overview.rst profile, 1,006 ns (load) and ~908 ns (store)";
    /// As above with descriptors made by hardware.
    dma_start_hardware: Picoseconds = [Picoseconds::from_ns(1_000), Picoseconds::from_ns(600), Picoseconds::from_ns(600)]
        Inferred "nki-dge.rst; Trn1 has no hardware generation and uses prepared descriptors";
    /// As above with descriptors made by GpSimd, HBM to SBUF.
    dma_start_software_load: Picoseconds = [Picoseconds::from_ns(743), Picoseconds::from_ns(743), Picoseconds::from_ns(743)]
        Measured "Trn2: nki-dma-overview.rst profile";
    /// As above, SBUF to HBM.
    dma_start_software_store: Picoseconds = [Picoseconds::from_ns(617), Picoseconds::from_ns(617), Picoseconds::from_ns(617)]
        Measured "Trn2: nki-dma-overview.rst profile";
    /// Software-made descriptors reach one engine after the other, so much apart, HBM to SBUF.
    dma_stagger_load: Picoseconds = [Picoseconds::from_ns(24), Picoseconds::from_ns(24), Picoseconds::from_ns(24)]
        Measured "Trn2: 468 ns from the first engine's data to the last's (nki-dma-overview.rst profile)";
    /// As above, SBUF to HBM.
    dma_stagger_store: Picoseconds = [Picoseconds::from_ns(10), Picoseconds::from_ns(10), Picoseconds::from_ns(10)]
        Measured "Trn2: nki-dma-overview.rst profile, 248 ns";
    /// What a trigger with prepared descriptors costs the engine that issues it.
    dma_issue_static: Picoseconds = [Picoseconds::from_ns(80), Picoseconds::from_ns(80), Picoseconds::from_ns(80)]
        Measured "Trn2: nki-dma-overview.rst profile, 70-90 ns";
    /// As above with descriptors made by hardware.
    dma_issue_hardware: Picoseconds = [Picoseconds::from_ns(80), Picoseconds::from_ns(520), Picoseconds::from_ns(520)]
        Measured "Trn2: kernel-optimization.rst profiles (documented: ~600 ns)";
    /// What building the descriptors of 128 rows costs GpSimd.
    dma_issue_software: Picoseconds = [Picoseconds::from_ns(850), Picoseconds::from_ns(850), Picoseconds::from_ns(850)]
        Measured "Trn2: nki-dma-overview.rst profile, ~883 ns from the producer's end to the trigger";
    /// From a transfer's last byte to the start of an instruction that waits for it.
    dma_completion: Picoseconds = [Picoseconds::from_ns(300), Picoseconds::from_ns(300), Picoseconds::from_ns(300)]
        Measured "Trn2: nki-dma-overview.rst profiles, 290-321 ns";
    /// Rows for which GpSimd builds descriptors at a time.
    dma_issue_rows: u64 = [128, 128, 128] Measured "the same profile: one row for each partition";
    /// Transposing transfers from HBM take this multiple of a copy's time.
    dma_transpose_factor: PerElement = [PerElement(10, 9), PerElement(10, 9), PerElement(10, 9)]
        Documented "trainium2_arch.rst (at most 90 % of the copy rate)";
    /// Transposing transfers within SBUF take this multiple of a copy's time.
    dma_transpose_factor_sbuf: PerElement = [PerElement(2, 1), PerElement(2, 1), PerElement(2, 1)]
        Documented "trainium2_arch.rst (at most 50 % of the copy rate)";
    /// Transfers that compute (accumulate) take this multiple of a copy's time.
    dma_compute_factor: PerElement = [PerElement(2, 1), PerElement(2, 1), PerElement(1, 1)]
        Documented "trainium3_arch.rst (at most half the copy rate before Trn3)";
}

impl Spec {
    /// The chip of this name, `trn1`, `trn2` or `trn3`.
    pub fn named(name: &str) -> Option<&'static Spec> {
        Self::all().into_iter().find(|spec| spec.name == name)
    }
    /// The chip that programs for this device run on.
    pub fn of(device: DeviceModel) -> &'static Spec {
        match device {
            DeviceModel::Trn1 => &TRN1,
            DeviceModel::Trn2 => &TRN2,
            DeviceModel::Trn3 => &TRN3,
        }
    }
    /// All chips, oldest first.
    pub fn all() -> [&'static Spec; 3] {
        [&TRN1, &TRN2, &TRN3]
    }
    /// What one core gets of the chip's HBM bandwidth when all of them use it.
    pub fn hbm_share(&self) -> Bandwidth {
        Bandwidth(self.hbm_bandwidth.0 / u64::from(self.cores))
    }
    /// What one core can get of its HBM stack when the others are idle.
    pub fn hbm_stack(&self) -> Bandwidth {
        Bandwidth(self.hbm_bandwidth.0 / u64::from(self.hbm_stacks))
    }
    /// Cores that share one HBM stack.
    pub fn cores_per_stack(&self) -> u32 {
        self.cores / self.hbm_stacks
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_has_a_meaning_and_a_source() {
        for row in TRN2.rows() {
            assert!(!row.source.is_empty() && !row.meaning.is_empty() && !row.value.is_empty(), "{}", row.name);
        }
    }

    #[test]
    fn per_partition_memory_adds_up_to_the_published_totals() {
        let sbuf = |spec: &Spec| (spec.sbuf_partition.0 * u64::from(spec.partitions)) >> 20;
        assert_eq!(Spec::all().map(sbuf), [24, 28, 32]);
        assert_eq!((TRN2.psum_partition.0 * u64::from(TRN2.partitions)) >> 20, 2);
        assert!(Spec::all().iter().all(|spec| spec.sbuf_usable < spec.sbuf_partition));
    }

    #[test]
    fn programs_and_the_model_agree_on_what_a_chip_holds() {
        for &device in DeviceModel::ALL {
            let spec = Spec::of(device);
            assert_eq!(spec.name, device.as_str());
            assert_eq!(spec.cores, device.cores());
            assert_eq!(spec.sbuf_usable, Bytes(u64::from(device.sbuf_bytes())));
        }
    }

    #[test]
    fn an_engine_at_full_packets_reaches_its_published_effective_bandwidth() {
        for (spec, gb) in Spec::all().into_iter().zip([17.0, 23.0, 33.0]) {
            let packet = spec.dma_bandwidth.time(spec.dma_packet) + spec.dma_packet_overhead;
            let reached = spec.dma_packet.gb_per_second(packet);
            assert!((reached / gb - 1.0_f64).abs() < 0.02, "{}: {reached} GB/s, published {gb}", spec.name);
        }
    }

    #[test]
    fn a_core_has_its_share_of_the_memory() {
        assert_eq!(TRN2.hbm_share(), Bandwidth(362_500_000_000));
        assert_eq!(TRN2.hbm_stack(), Bandwidth::from_gb(725));
        assert_eq!(TRN2.cores_per_stack(), 2);
    }
}
