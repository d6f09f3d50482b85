//! Small programs in the text form, run on small memories.

use super::*;
use crate::execute::{Limits, Shape};
use crate::memory::{Kind, Memory};
use crate::services::Services;
use translator::tile::eval::Prepared;
use translator::tile::{Block, Function, Kernel, Terminator};

/// A kernel that does nothing: the programs of these tests are not lowered from one.
fn prepared() -> Prepared {
    let entry =
        Block { params: Vec::new(), insts: Vec::new(), terminator: Terminator::Exit, origin: Origin::default() };
    let function = Function { name: "test".into(), blocks: vec![entry.clone(), entry], ..Function::default() };
    let kernel = Kernel {
        name: "test".into(),
        params: Vec::new(),
        param_bytes: 0,
        static_shared: 0,
        dynamic_shared_align: 1,
        symbols: Vec::new(),
        max_threads: None,
        required_threads: None,
        functions: vec![function],
        files: Vec::new(),
    };
    Prepared::new(&kernel).unwrap()
}

/// What is left in a buffer of `bytes` bytes, which started as `initial`, after a program has run whose parameter
/// block is the buffer's address.
struct Test {
    ctas: u32,
    threads: u32,
    waves: u32,
    declarations: &'static str,
    body: &'static str,
}

const BUFFER: u64 = 1 << 16;

impl Test {
    fn run(&self, initial: &[u32]) -> Result<(Vec<u32>, Counts), Failure> {
        let text = format!(
            "program test trn2 numerics=device grid={}x1x1 block={}x1x1 shared=0 {{
  layout ctas={} threads={} chunks=1 waves={} buffers=2
  region global uint8 arena
  region params uint8 params
  register wave r0 wave
  register buffer r2 wide
  register base r4 wide
{}
  sync %buffer = register_load params.uint64[0]
  gpsimd %buffer = register_load params.uint64[0]
  waves {{
{}
  }}
}}
",
            self.ctas * self.waves,
            self.threads,
            self.ctas,
            self.threads,
            self.waves,
            self.declarations,
            self.body
        );
        let program: Program = text.parse().unwrap_or_else(|error| panic!("{error}\n{text}"));
        let memory = Memory::new(1 << 24).unwrap();
        let address = memory.allocate(BUFFER, 256, Kind::Device).unwrap();
        let bytes: Vec<u8> = initial.iter().flat_map(|word| word.to_le_bytes()).collect();
        memory.write(address, &bytes).unwrap();
        let launch = Launch {
            kernel: &prepared(),
            shape: Shape {
                grid: [self.ctas * self.waves, 1, 1],
                block: [self.threads, 1, 1],
                cluster: [1; 3],
                dynamic_shared: 0,
                cooperative: false,
            },
            parameters: &address.to_le_bytes(),
            symbols: &[],
            memory: &memory,
            services: &Services::standard(),
            images: &(),
            id: 1,
            start_nanoseconds: 0,
            limits: Limits::default(),
        };
        let counts = run_device(&program, &launch)?;
        let mut left = vec![0; BUFFER as usize];
        memory.read(address, &mut left).unwrap();
        Ok((left.chunks(4).map(|word| u32::from_le_bytes(word.try_into().unwrap())).collect(), counts))
    }

    fn words(&self, initial: &[u32]) -> Vec<u32> {
        self.run(initial).unwrap_or_else(|failure| panic!("{failure}")).0
    }

    fn fault(&self) -> Fault {
        match self.run(&[]) {
            Err(Failure::Fault(fault)) => *fault,
            other => panic!("{other:?}"),
        }
    }

    fn defect(&self) -> String {
        match self.run(&[]) {
            Err(Failure::Defect(what)) => what,
            other => panic!("{other:?}"),
        }
    }
}

fn floats(values: impl IntoIterator<Item = f32>) -> Vec<u32> {
    values.into_iter().map(f32::to_bits).collect()
}

#[test]
fn saxpy_runs_wave_by_wave_through_double_buffers() {
    let test = Test {
        ctas: 4,
        threads: 8,
        waves: 3,
        declarations: "  region x float32 sbuf 0x0 [4 x 32] x2
  region y float32 sbuf 0x40 [4 x 32] x2
  semaphore loaded
  semaphore done
  semaphore free = 32",
        body: "    sync x.float32[4, 8] = dma_copy global.float32[%buffer + %wave*128; 4*32, 8*4], _ queue=0 dge=static wait free>=16 then loaded+16
    sync y.float32[4, 8] = dma_copy global.float32[%buffer + %wave*128 + 4096; 4*32, 8*4], _ queue=1 dge=static then loaded+16
    vector y.float32[4, 8] = scalar_tensor_tensor x.float32[4, 8], 2.0:float32, y.float32[4, 8] op=multiply op1=add wait loaded>=32 then done+1 // :19
    sync global.float32[%buffer + %wave*128 + 4096; 4*32, 8*4] = dma_copy y.float32[4, 8], _ queue=2 dge=static wait done>=1 then free+16",
    };
    let mut initial = floats((0..96).map(|i| i as f32));
    initial.resize(1024, 0);
    initial.extend(floats((0..96).map(|i| 1000.0 - i as f32)));
    let left = test.words(&initial);
    let expected = floats((0..96).map(|i| 2.0 * i as f32 + (1000.0 - i as f32)));
    assert_eq!(left[1024..1120], expected);
}

/// Two CTAs of four threads: CTA 0 and 1 load eight words, `body` makes `r` of `x`, which is stored behind them.
fn on_eight(body: &'static str, initial: [u32; 8]) -> [u32; 8] {
    let text = format!(
        "    sync x.uint32[2, 4] = dma_copy global.uint32[%buffer; 2*16, 4*4], _ queue=0 dge=static
{body}
    sync global.uint32[%buffer + 4096; 2*16, 4*4] = dma_copy r.uint32[2, 4], _ queue=0 dge=static"
    );
    let test = Test {
        ctas: 2,
        threads: 4,
        waves: 1,
        declarations: "  region x uint32 sbuf 0x0 [2 x 16]
  region r uint32 sbuf 0x10 [2 x 16]
  region m uint8 sbuf 0x20 [2 x 4]
  region i uint64 sbuf 0x40 [2 x 32]
  region s uint8 sbuf 0x80 [2 x 16] shared
  region p float32 psum 0x0 [4 x 16]",
        body: Box::leak(text.into_boxed_str()),
    };
    test.words(&initial)[1024..1032].try_into().unwrap()
}

#[test]
fn vector_rounds_integers_and_gpsimd_does_not() {
    let big = [0x0100_0001; 8];
    let vector = on_eight("    vector r.uint32[2, 4] = tensor_tensor x.uint32[2, 4], x.uint32[2, 4] op=add", big);
    assert_eq!(vector, [0x0200_0000; 8]);
    let gpsimd = on_eight("    gpsimd r.uint32[2, 4] = tensor_tensor x.uint32[2, 4], x.uint32[2, 4] op=add", big);
    assert_eq!(gpsimd, [0x0200_0002; 8]);
    let bits = on_eight(
        "    vector r.uint32[2, 4] = tensor_scalar x.uint32[2, 4], 8:uint32, 0xff:uint32 op=right_shift op1=bitwise_and",
        [0x1234_5678; 8],
    );
    assert_eq!(bits, [0x56; 8]);
}

#[test]
fn a_predicated_copy_keeps_what_is_not_wanted() {
    let left = on_eight(
        "    vector r.uint32[2, 4] = memset 9:uint32
    gpsimd m.uint8[2, 4] = tensor_scalar x.uint32[2, 4], 3:uint32, _ op=less
    vector r.uint32[2, 4] = tensor_copy_predicated x.uint32[2, 4], m.uint8[2, 4]",
        [0, 1, 2, 3, 4, 5, 0, 1],
    );
    assert_eq!(left, [0, 1, 2, 9, 9, 9, 0, 1]);
}

#[test]
fn access_patterns_repeat_and_stride() {
    let left = on_eight("    vector r.uint32[2, 4] = tensor_copy x.uint32[2, +4, 2*2, 2*0]", [0, 1, 2, 3, 4, 5, 6, 7]);
    assert_eq!(left, [1, 1, 3, 3, 5, 5, 7, 7]);
    let sums = on_eight(
        "    vector r.uint32[2, 4] = memset 0:uint32
    vector r.uint32[2, 2] = tensor_reduce x.uint32[2, 2*2, 2] op=add axes=1",
        [0, 1, 2, 3, 4, 5, 6, 7],
    );
    assert_eq!(sums, [1, 5, 0, 0, 9, 13, 0, 0]);
}

#[test]
fn routines_mean_what_the_tile_operation_means() {
    let left = on_eight(
        "    gpsimd r.uint32[2, 4] = gpsimd_routine x.uint32[2, 4], 3:uint32, 100:uint32, _ routine=\"mad.u32\"",
        [0, 1, 2, 3, 4, 5, 6, 0x8000_0000],
    );
    assert_eq!(left, [100, 103, 106, 109, 112, 115, 118, 0x8000_0064]);
}

#[test]
fn warp_operations_stay_in_their_partition() {
    let left = on_eight(
        "    gpsimd r.uint32[2, 4], _ = gpsimd_collective 0xf:uint32, x.uint32[2, 4], 1:uint32, 0x1f:uint32, 1:uint8 collective=shuffle.bfly",
        [0, 1, 2, 3, 4, 5, 6, 7],
    );
    assert_eq!(left, [1, 0, 3, 2, 5, 4, 7, 6]);
}

#[test]
fn shared_memory_belongs_to_the_partition_and_atomics_see_earlier_lanes() {
    let left = on_eight(
        "    vector s.uint32[2, 4] = memset 0:uint32
    gpsimd r.uint32[2, 4] = gpsimd_atomic 4:uint32, x.uint32[2, 4], _, 1:uint8 access=shared.u32.v1.relaxed.cta atomic=add",
        [1, 2, 3, 4, 10, 20, 30, 40],
    );
    assert_eq!(left, [0, 1, 3, 6, 0, 10, 30, 60]);
}

#[test]
fn rows_are_gathered_and_scattered_by_address() {
    let left = on_eight(
        "    vector r.uint32[2, 4] = memset 9:uint32
    gpsimd i.uint64[2, 4] = gpsimd_routine x.uint32[2, 4], 4:uint32, %buffer, _ routine=\"mad.wide.u32\"
    vector i.uint32[2, +24, 2] = memset 0xffffffff:uint32
    gpsimd r.uint32[2, 4] = dma_gather i.uint64[2, 4] queue=3",
        [7, 6, 5, 4, 3, 2, 1, 0],
    );
    assert_eq!(left, [0, 1, 2, 9, 4, 5, 6, 9], "the last lane's address is all ones");
}

#[test]
fn a_matrix_product_sums_over_partitions() {
    let initial: [u32; 8] = floats([1.0, 2.0, 3.0, 4.0, 10.0, 20.0, 30.0, 40.0]).try_into().unwrap();
    let left = on_eight(
        "    tensor p.float32[4, 4] = nc_matmul x.float32[2, 4], x.float32[2, 4]
    tensor p.float32[4, 4] = nc_matmul x.float32[2, 4], x.float32[2, 4] accumulate
    vector r.float32[2, 4] = tensor_copy p.float32[2, 4]",
        initial,
    );
    assert_eq!(left.to_vec(), floats([202.0, 404.0, 606.0, 808.0, 404.0, 808.0, 1212.0, 1616.0]));
}

const LOOP: Test = Test {
    ctas: 2,
    threads: 4,
    waves: 2,
    declarations: "  register more r1
  region x uint32 sbuf 0x0 [2 x 16]",
    body: "    vector x.uint32[2, 4] = memset 0:uint32
    vector %more = register_move 3:uint32
    while vector %more block=1 {
      vector x.uint32[2, 4] = tensor_scalar x.uint32[2, 4], 2:uint32, _ op=add
      vector %more = register_alu %more, 1:uint32 op=subtract
    }
    sync global.uint32[%buffer; 2*16, 4*4] = dma_copy x.uint32[2, 4], _ queue=0 dge=static",
};

#[test]
fn loops_turn_until_their_register_is_zero_and_are_counted() {
    let (left, counts) = LOOP.run(&[]).unwrap();
    assert_eq!(left[..8], [6; 8]);
    // Three turns in each of two waves of two CTAs, counted for one group of 128.
    assert_eq!(counts.wave_runs, [[0, 3]]);
}

#[test]
fn engines_that_disagree_on_a_condition_are_a_defect() {
    let test = Test {
        declarations: "  register more r1",
        body: "    vector %more = register_move 1:uint32
    while vector|sync %more {
    }",
        ..LOOP
    };
    assert_eq!(test.defect(), "vector and sync disagree on %more");
}

#[test]
fn a_wait_that_cannot_hold_is_a_defect() {
    let test = Test { declarations: "  semaphore done", body: "    vector event_semaphore wait done>=2", ..LOOP };
    assert_eq!(test.defect(), "`vector event_semaphore wait done>=2` waits for done>=2, which is 0");
}

#[test]
fn a_fault_names_the_line_and_the_thread() {
    let test = Test {
        body: "    sync global.uint32[%buffer + %wave*65520; 2*16, 4*4] = dma_copy x.uint32[2, 4], _ queue=0 dge=static // :33",
        ..LOOP
    };
    let fault = test.fault();
    // Wave 1 holds CTAs 2 and 3; the buffer ends behind the first one's row.
    assert_eq!((fault.block, fault.thread, fault.line()), ([3, 0, 0], [0, 0, 0], 33));
    let FaultKind::IllegalAddress { access, bytes, nearest, .. } = fault.kind else { panic!("{fault}") };
    assert_eq!((access, bytes), ("store", 4));
    assert!(nearest.starts_with("0 bytes past device buffer"), "{nearest}");
}

#[test]
fn a_misaligned_element_is_a_fault() {
    let test = Test {
        body: "    sync x.uint32[2, 4] = dma_copy global.uint32[%buffer + 2; 2*16, 4*4], _ queue=0 dge=static",
        ..LOOP
    };
    let fault = test.fault();
    assert!(matches!(fault.kind, FaultKind::Misaligned { access: "load", bytes: 4, .. }), "{fault}");
    assert_eq!((fault.block, fault.thread), ([0, 0, 0], [0, 0, 0]));
}

#[test]
fn a_trap_faults_for_the_first_lane_that_wants_it() {
    let test = Test {
        declarations: "  region m uint8 sbuf 0x0 [2 x 4]",
        body: "    vector m.uint8[2, 4] = memset 0:uint8
    vector m.uint8[1+1, +2, 1] = memset 1:uint8
    gpsimd gpsimd_trap m.uint8[2, 4] reason=\"trap\" // :7",
        ..LOOP
    };
    let fault = test.fault();
    assert_eq!((fault.kind, fault.block, fault.thread), (FaultKind::Trap, [1, 0, 0], [2, 0, 0]));
}

#[test]
fn what_is_not_modelled_says_so() {
    let test = Test { body: "    vector x.uint32[2, 4] = rng", ..LOOP };
    assert_eq!(test.defect(), "no meaning is modelled in `vector x.uint32[2, 4] = rng `");
}
