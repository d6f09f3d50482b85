//! Host time of the reference executor, in thread-instructions per second on one host thread. The goal is at least 30
//! million; see docs/ARCHITECTURE.md.
#![allow(missing_docs, reason = "criterion's macros make functions without documentation")]

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use sim_backend::execute::{Launch, Limits, Shape, run_reference};
use sim_backend::memory::{Kind, Memory, Pattern};
use sim_backend::services::Services;
use translator::tile::eval::Prepared;
use translator::tile::parse::parse;

/// Streaming: two loads, one multiply-add and one store per thread.
const SAXPY: &str = "
tile kernel saxpy(n: 4 @0, a: 4 @4, x: 8 @8, y: 8 @16) bytes 24
function f0 saxpy() {
bb0:
    %0:b32 = load.param.u32 [0]
    %1:b32 = ctaid.x
    %2:b32 = ntid.x
    %3:b32 = tid.x
    %4:b32 = mad.u32 %1, %2, %3
    %5:pred = setp.lt.u32 %4, %0
    branch %5 ? bb1 : bb2
bb1:
    %6:b32 = load.param.f32 [4]
    %7:b64 = load.param.u64 [8]
    %8:b64 = load.param.u64 [16]
    %9:b64 = mul.wide.u32 %4, 4
    %10:b64 = add.u64 %7, %9
    %11:b64 = add.u64 %8, %9
    %12:b32 = load.global.f32 [%10]
    %13:b32 = load.global.f32 [%11]
    %14:b32 = fma.rn.f32 %6, %12, %13
    store.global.f32 [%11], %14
    jump bb2
bb2:
    exit
}";

/// Arithmetic: 256 rounds of a logistic map, threads leaving at different rounds.
const DIVERGENT: &str = "
tile kernel divergent(n: 4 @0, a: 4 @4, x: 8 @8, y: 8 @16) bytes 24
function f0 divergent() {
bb0:
    %0:b64 = load.param.u64 [8]
    %1:b32 = ctaid.x
    %2:b32 = ntid.x
    %3:b32 = tid.x
    %4:b32 = mad.u32 %1, %2, %3
    %5:b64 = mul.wide.u32 %4, 4
    %6:b64 = add.u64 %0, %5
    %7:b32 = mul.u32 %4, 97
    %8:b32 = and.b32 %7, 255
    jump bb1(0, 0x3e99999a)
bb1(%9:b32, %10:b32):
    %11:b32 = sub.rn.f32 0x3f800000, %10
    %12:b32 = mul.rn.f32 %10, %11
    %13:b32 = mul.rn.f32 %12, 0x40700000
    %14:b32 = fma.rn.f32 %13, 0x3f7fff00, 0x38000000
    %15:b32 = add.u32 %9, 1
    %16:pred = setp.lt.u32 %15, %8
    branch %16 ? bb1(%15, %14) : bb2
bb2:
    store.global.f32 [%6], %14
    exit
}";

/// Shared memory, barriers and shuffles: the sum of a block, many times.
const REDUCE: &str = "
tile kernel reduce(n: 4 @0, a: 4 @4, x: 8 @8, y: 8 @16) bytes 24
  shared 1024
function f0 reduce() {
bb0:
    %0:b64 = load.param.u64 [8]
    %3:b32 = tid.x
    %5:b64 = mul.wide.u32 %3, 4
    %6:b64 = add.u64 %0, %5
    %7:b64 = xor.b64 %5, 128
    jump bb1(0, %3)
bb1(%9:b32, %10:b32):
    store.shared.u32 [%5], %10
    barrier.sync 0 -> bb2
bb2:
    %11:b32 = load.shared.u32 [%7]
    barrier.sync 0 -> bb3
bb3:
    %12:b32 = add.u32 %10, %11
    %13:b32 = shuffle.bfly 0xffffffff, %12, 16, 0x1f
    %14:b32 = add.u32 %12, %13
    %15:b32 = shuffle.bfly 0xffffffff, %14, 8, 0x1f -> bb4
bb4:
    %16:b32 = add.u32 %14, %15
    %17:b32 = add.u32 %9, 1
    %18:pred = setp.lt.u32 %17, 64
    branch %18 ? bb1(%17, %16) : bb5
bb5:
    %19:pred = setp.eq.u32 %3, 0
    branch %19 ? bb6 : bb7
bb6:
    atomic.add.global.relaxed.gpu.u32 [%0], %16
    exit
bb7:
    exit
}";

/// Atomics: a histogram in shared and global memory.
const HISTOGRAM: &str = "
tile kernel histogram(n: 4 @0, a: 4 @4, x: 8 @8, y: 8 @16) bytes 24
  shared 1024
function f0 histogram() {
bb0:
    %0:b64 = load.param.u64 [8]
    %1:b32 = ctaid.x
    %3:b32 = tid.x
    %4:b32 = mad.u32 %1, 0x9e3779b9, %3
    jump bb1(0, %4)
bb1(%9:b32, %10:b32):
    %11:b32 = mad.u32 %10, 0x19660d, 0x3c6ef35f
    %12:b32 = shr.u32 %11, 24
    %13:b64 = mul.wide.u32 %12, 4
    atomic.add.shared.relaxed.cta.u32 [%13], 1
    %17:b32 = add.u32 %9, 1
    %18:pred = setp.lt.u32 %17, 32
    branch %18 ? bb1(%17, %11) : bb2
bb2:
    barrier.sync 0 -> bb3
bb3:
    %19:b64 = mul.wide.u32 %3, 4
    %20:b32 = load.shared.u32 [%19]
    %21:b64 = add.u64 %0, %19
    atomic.add.global.relaxed.gpu.u32 [%21], %20
    exit
}";

fn benches(criterion: &mut Criterion) {
    const N: u32 = 1 << 20;
    let memory = Memory::new(64 << 20).expect("address space");
    let services = Services::standard();
    let x = memory.allocate(4 * u64::from(N), 256, Kind::Device).expect("room");
    let y = memory.allocate(4 * u64::from(N), 256, Kind::Device).expect("room");
    for buffer in [x, y] {
        memory.fill(buffer, Pattern::U32(0x3f80_0000), N.into()).expect("allocated above");
    }
    let mut parameters = N.to_le_bytes().to_vec();
    parameters.extend(2.0f32.to_le_bytes());
    parameters.extend(x.to_le_bytes());
    parameters.extend(y.to_le_bytes());

    let mut group = criterion.benchmark_group("thread-instructions");
    for (name, text, blocks) in
        [("saxpy", SAXPY, 1024), ("divergent", DIVERGENT, 64), ("reduce", REDUCE, 64), ("histogram", HISTOGRAM, 64)]
    {
        let kernel = Prepared::new(&parse(text).expect("it parses")).expect("it keeps the rules");
        let launch = Launch {
            kernel: &kernel,
            shape: Shape {
                grid: [blocks, 1, 1],
                block: [256, 1, 1],
                cluster: [1, 1, 1],
                dynamic_shared: 0,
                cooperative: false,
            },
            parameters: &parameters,
            symbols: &[],
            memory: &memory,
            services: &services,
            images: &(),
            id: 0,
            start_nanoseconds: 0,
            limits: Limits { threads: 1, ..Limits::default() },
        };
        let counts = run_reference(&launch).expect("no faults");
        let instructions = counts.lane_runs[0].iter().zip(&kernel.kernel().functions[0].blocks);
        let instructions = instructions.map(|(runs, block)| runs * (block.insts.len() as u64 + 1)).sum();
        group.throughput(Throughput::Elements(instructions));
        group.bench_function(BenchmarkId::from_parameter(name), |bencher| {
            bencher.iter(|| run_reference(&launch).expect("no faults"));
        });
    }
    group.finish();
}

criterion_group!(all, benches);
criterion_main!(all);
