//! The NeuronCore program of a kernel, with CUDA's numerics, leaves the same bytes in memory as the reference; and the
//! timing model gives the same time for the counts of either.

use sim_backend::device::Device;
use sim_backend::execute::{Counts, Launch, Limits, Shape, run_device, run_reference};
use sim_backend::memory::{Kind, Memory};
use sim_backend::services::Services;
use sim_backend::timing::{Verdict, judge};
use translator::neuron::{DeviceModel, LaunchShape, Numerics, Program, lower};
use translator::tile::eval::Prepared;
use translator::tile::parse::parse;

const SAXPY: &str = "
tile kernel saxpy(n: 4 @0, a: 4 @4, x: 8 @8, y: 8 @16) bytes 24
function f0 saxpy() {
bb0:
    %0:b32 = load.param.u32 [0]                     @10
    %1:b32 = load.param.f32 [4]                     @11
    %2:b64 = load.param.u64 [8]                     @12
    %3:b64 = load.param.u64 [16]                    @13
    %4:b32 = ctaid.x                                @14
    %5:b32 = ntid.x                                 @14
    %6:b32 = tid.x                                  @14
    %7:b32 = mad.s32 %4, %5, %6                     @14
    %8:pred = setp.lt.s32 %7, %0                    @15
    branch %8 ? bb1 : bb2                           @15
bb1:
    %9:b64 = mul.wide.s32 %7, 4                     @16
    %10:b64 = add.s64 %2, %9                        @17
    %11:b64 = add.s64 %3, %9                        @18
    %12:b32 = load.global.f32 [%10]                 @19
    %13:b32 = load.global.f32 [%11]                 @20
    %14:b32 = fma.rn.f32 %1, %12, %13               @21
    store.global.f32 [%11], %14                     @22
    jump bb2
bb2:
    exit
}";

/// Each thread counts to its own limit; the counter is read after the loop.
const COLLATZ: &str = "
tile kernel collatz(out: 8 @0) bytes 8
function f0 collatz() {
bb0:
    %0:b64 = load.param.u64 [0]
    %1:b32 = tid.x
    %20:b32 = ctaid.x
    %21:b32 = ntid.x
    %22:b32 = mad.s32 %20, %21, %1
    %2:b32 = add.s32 %22, 1
    jump bb1(%2, 0)
bb1(%3:b32, %4:b32):
    %5:pred = setp.eq.s32 %3, 1
    branch %5 ? bb5 : bb2
bb2:
    %6:b32 = and.b32 %3, 1
    %7:pred = setp.ne.s32 %6, 0
    %8:b32 = add.s32 %4, 1
    branch %7 ? bb3 : bb4
bb3:
    %9:b32 = mad.s32 %3, 3, 1
    jump bb1(%9, %8)
bb4:
    %10:b32 = shr.u32 %3, 1
    jump bb1(%10, %8)
bb5:
    %11:b64 = mul.wide.u32 %22, 4
    %12:b64 = add.s64 %0, %11
    store.global.u32 [%12], %4
    exit
}";

/// Tree reduction in shared memory: a uniform loop with a divergent arm and a barrier.
const REDUCE: &str = "
tile kernel reduce(in: 8 @0, out: 8 @8) bytes 16
  shared 1024
function f0 reduce() {
bb0:
    %0:b64 = load.param.u64 [0]
    %1:b64 = load.param.u64 [8]
    %2:b32 = tid.x
    %3:b32 = ctaid.x
    %4:b32 = ntid.x
    %5:b32 = mad.s32 %3, %4, %2
    %6:b64 = mul.wide.u32 %5, 4
    %7:b64 = add.s64 %0, %6
    %8:b32 = load.global.u32 [%7]
    %9:b64 = mul.wide.u32 %2, 4
    store.shared.u32 [%9], %8
    %10:b32 = shr.u32 %4, 1
    barrier.sync 0 -> bb1(%10)
bb1(%11:b32):
    %12:pred = setp.eq.u32 %11, 0
    branch %12 ? bb5 : bb2
bb2:
    %13:pred = setp.lt.u32 %2, %11
    branch %13 ? bb3 : bb4
bb3:
    %14:b32 = add.s32 %2, %11
    %15:b64 = mul.wide.u32 %14, 4
    %16:b32 = load.shared.u32 [%15]
    %17:b32 = load.shared.u32 [%9]
    %18:b32 = add.s32 %16, %17
    store.shared.u32 [%9], %18
    jump bb4
bb4:
    %19:b32 = shr.u32 %11, 1
    barrier.sync 0 -> bb1(%19)
bb5:
    %20:pred = setp.eq.u32 %2, 0
    branch %20 ? bb6 : bb7
bb6:
    %21:b32 = load.shared.u32 [0]
    atomic.add.global.relaxed.gpu.u32 [%1], %21
    jump bb7
bb7:
    exit
}";

const WORDS: u32 = 4096;

/// A kernel, its launch, and parameters made of the addresses of two buffers.
struct Case {
    text: &'static str,
    grid: u32,
    block: u32,
    parameters: fn(u64, u64) -> Vec<u8>,
}

const CASES: [Case; 4] = [
    // The last block is only partly wanted.
    Case {
        text: SAXPY,
        grid: 5,
        block: 256,
        parameters: |x, y| {
            [&1200u32.to_le_bytes()[..], &2.5f32.to_le_bytes(), &x.to_le_bytes(), &y.to_le_bytes()].concat()
        },
    },
    // Two waves, the second partly filled.
    Case {
        text: SAXPY,
        grid: 130,
        block: 31,
        parameters: |x, y| {
            [&4000u32.to_le_bytes()[..], &0.1f32.to_le_bytes(), &x.to_le_bytes(), &y.to_le_bytes()].concat()
        },
    },
    Case { text: COLLATZ, grid: 3, block: 64, parameters: |x, _| x.to_le_bytes().to_vec() },
    Case { text: REDUCE, grid: 16, block: 256, parameters: |x, y| [x.to_le_bytes(), y.to_le_bytes()].concat() },
];

/// Both buffers after a launch, and its counts. `program`: run this instead of the reference.
fn run(case: &Case, program: Option<&Program>) -> (Vec<u8>, Counts) {
    let kernel = parse(case.text).unwrap_or_else(|error| panic!("{error:?}"));
    let memory = Memory::new(1 << 24).unwrap();
    let bytes = u64::from(WORDS) * 4;
    let buffers = [0, 1].map(|_| memory.allocate(bytes, 256, Kind::Device).unwrap());
    for (number, &buffer) in buffers.iter().enumerate() {
        let words = (0..WORDS).map(|i| ((i * 37 + number as u32) as f32 / 7.0).to_bits());
        memory.write(buffer, &words.flat_map(u32::to_le_bytes).collect::<Vec<u8>>()).unwrap();
    }
    let launch = Launch {
        kernel: &Prepared::new(&kernel).unwrap(),
        shape: Shape {
            grid: [case.grid, 1, 1],
            block: [case.block, 1, 1],
            cluster: [1; 3],
            dynamic_shared: 0,
            cooperative: false,
        },
        parameters: &(case.parameters)(buffers[0], buffers[1]),
        symbols: &[],
        memory: &memory,
        services: &Services::standard(),
        images: &(),
        id: 1,
        start_nanoseconds: 0,
        limits: Limits::default(),
    };
    let counts = match program {
        Some(program) => run_device(program, &launch).unwrap_or_else(|failure| panic!("{failure}\n{program}")),
        None => run_reference(&launch).unwrap_or_else(|fault| panic!("{fault}")),
    };
    let mut left = vec![0; bytes as usize * 2];
    memory.read(buffers[0], &mut left[..bytes as usize]).unwrap();
    memory.read(buffers[1], &mut left[bytes as usize..]).unwrap();
    (left, counts)
}

fn program(case: &Case, numerics: Numerics) -> Program {
    let kernel = parse(case.text).unwrap();
    let shape = LaunchShape { grid: [case.grid, 1, 1], block: [case.block, 1, 1], dynamic_shared: 0 };
    lower(&kernel, shape, DeviceModel::Trn2, numerics)
}

fn verdict(case: &Case, program: &Program, counts: &Counts) -> Verdict {
    judge(&Device::default(), program, &parse(case.text).unwrap(), counts)
        .unwrap_or_else(|stuck| panic!("{stuck:?}\n{program}"))
}

#[test]
fn programs_with_cudas_numerics_leave_the_bytes_of_the_reference() {
    for case in &CASES {
        let program = program(case, Numerics::Cuda);
        let (expected, _) = run(case, None);
        let (left, _) = run(case, Some(&program));
        let differ = left.chunks(4).zip(expected.chunks(4)).position(|(a, b)| a != b);
        assert_eq!(differ, None, "{program}");
    }
}

#[test]
fn the_time_does_not_depend_on_the_executor() {
    for case in &CASES {
        let program = program(case, Numerics::Cuda);
        let reference = verdict(case, &program, &run(case, None).1);
        let device = verdict(case, &program, &run(case, Some(&program)).1);
        assert_eq!(reference.time, device.time, "{program}");
    }
}

#[test]
fn every_kernel_has_a_verdict_in_both_numerics() {
    for case in &CASES {
        let counts = run(case, None).1;
        for numerics in [Numerics::Device, Numerics::Cuda] {
            let program = program(case, numerics);
            let verdict = verdict(case, &program, &counts);
            assert!(verdict.execution.0 > 0 && verdict.share(verdict.bound_by) <= 100.0, "{verdict:#?}");
        }
    }
}
