//! Kernels of every shape lower to programs that verify and read back the same.

use super::super::program::{LaunchShape, Numerics, Program};
use super::super::verify::verify;
use super::super::{DeviceModel, lower};
use crate::tile::Kernel;
use crate::tile::parse::parse;

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
const DIVERGENT_LOOP: &str = "
tile kernel collatz(out: 8 @0) bytes 8
function f0 collatz() {
bb0:
    %0:b64 = load.param.u64 [0]
    %1:b32 = tid.x
    %2:b32 = add.s32 %1, 1
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
    %11:b64 = mul.wide.u32 %1, 4
    %12:b64 = add.s64 %0, %11
    store.global.u32 [%12], %4
    exit
}";

/// Tree reduction in shared memory: a uniform loop with a divergent arm and a barrier.
const REDUCTION: &str = "
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

fn shape(grid: u32, block: u32) -> LaunchShape {
    LaunchShape { grid: [grid, 1, 1], block: [block, 1, 1], dynamic_shared: 0 }
}

fn kernel(text: &str) -> Kernel {
    parse(text).unwrap_or_else(|error| panic!("{error:?}"))
}

/// Lowers for every device and both numerics; gives the one for Trn2 with device numerics.
#[track_caller]
fn lowered(text: &str, shape: LaunchShape) -> Program {
    let kernel = kernel(text);
    let mut result = None;
    for device in DeviceModel::ALL {
        for numerics in Numerics::ALL {
            let program = lower(&kernel, shape, *device, *numerics);
            let text = program.to_string();
            if let Err(violations) = verify(&program) {
                let all: Vec<String> = violations.iter().map(ToString::to_string).collect();
                panic!("{}\n{text}", all.join("\n"));
            }
            let again: Program = text.parse().unwrap_or_else(|error| panic!("{error}\n{text}"));
            assert_eq!(again, program, "{text}");
            if (*device, *numerics) == (DeviceModel::Trn2, Numerics::Device) {
                result = Some(program);
            }
        }
    }
    result.unwrap_or_else(|| unreachable!("Trn2 is a device"))
}

#[track_caller]
fn check_fallback(text: &str, shape: LaunchShape, expected: &str) {
    let program = lowered(text, shape);
    let reason = program.fallback().unwrap_or_else(|| panic!("it was lowered to lanes:\n{program}"));
    assert!(reason.contains(expected), "`{reason}` does not say `{expected}`");
}

#[track_caller]
fn check_lanes(text: &str, shape: LaunchShape) -> Program {
    let program = lowered(text, shape);
    assert_eq!(program.fallback(), None, "{program}");
    program
}

#[test]
fn straight_code_lowers() {
    check_lanes(SAXPY, shape(4096, 256));
}

/// Two loads and a store by access pattern, trimmed to n, and one instruction of Vector; waves overlap.
#[test]
fn saxpy_is_two_transfers_in_one_operation_and_one_transfer_out() {
    let program = check_lanes(SAXPY, shape(4096, 256)).to_string();
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/neuron/lower/saxpy.txt");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(path, &program).unwrap_or_else(|error| panic!("{path}: {error}"));
    }
    let expected = std::fs::read_to_string(path).unwrap_or_default();
    assert_eq!(program, expected, "`UPDATE=1 cargo test -p translator saxpy` writes the snapshot again");
}

#[test]
fn a_grid_that_does_not_fill_its_waves_lowers() {
    check_lanes(SAXPY, shape(3, 64));
    check_lanes(SAXPY, shape(1000, 96));
}

#[test]
fn divergent_loops_lower() {
    check_lanes(DIVERGENT_LOOP, shape(128, 256));
}

#[test]
fn barriers_in_uniform_loops_lower() {
    check_lanes(REDUCTION, shape(256, 256));
}

#[test]
fn what_lanes_cannot_express_falls_back_with_the_reason() {
    let barrier = "
tile kernel k() bytes 0
function f0 k() {
bb0:
    %0:b32 = tid.x
    %1:pred = setp.lt.u32 %0, 7
    branch %1 ? bb1 : bb2
bb1:
    barrier.sync 0 -> bb3                           @9
bb2:
    barrier.sync 0 -> bb3                           @9
bb3:
    exit
}";
    check_fallback(barrier, shape(1, 64), "threads of a CTA come to a barrier by different ways (line 9)");
    let lock = "
tile kernel k(p: 8 @0) bytes 8
function f0 k() {
bb0:
    %0:b64 = load.param.u64 [0]
    jump bb1
bb1:
    %1:b32 = atomic.cas.global.relaxed.gpu.b32 [%0], 0, 1
    %2:pred = setp.eq.s32 %1, 0
    branch %2 ? bb2 : bb1                           @8
bb2:
    exit
}";
    check_fallback(lock, shape(1, 64), "a loop waits for what other threads write (line 8)");
    let clock = "
tile kernel k() bytes 0
function f0 k() {
bb0:
    %0:b32 = clock
    exit
}";
    check_fallback(clock, shape(1, 64), "reads `%clock`");
    let product = "
tile kernel k() bytes 0
function f0 k() {
bb0:
    %0:b32 = tid.x
    %1:b32, %2:b32 = mma.m8n8k16.row.col.s32.s8.s8.s32 0xffffffff, %0, %0, %0, %0
    store.shared.b32 [0], %1
    exit
}";
    check_fallback(product, shape(1, 64), "multiplies matrices that lanes hold (`mma.m8n8k16.row.col.s32.s8.s8.s32`)");
}

#[test]
fn parameters_below_the_first_are_past_the_last() {
    let below = "
tile kernel k(out: 8 @0) bytes 8
function f0 k() {
bb0:
    %0:b64 = load.param.u64 [0]
    %1:b32 = load.param.u32 [0xfffffffffffffffc]
    store.global.u32 [%0], %1
    exit
}";
    check_fallback(below, shape(1, 64), "reads past its parameters");
}

#[test]
fn a_warp_that_comes_to_a_shuffle_together_needs_no_other() {
    let shuffle = "
tile kernel k(out: 8 @0) bytes 8
function f0 k() {
bb0:
    %0:b64 = load.param.u64 [0]
    %1:b32 = tid.x
    %2:pred = setp.lt.u32 %1, 32
    branch %2 ? bb1 : bb3
bb1:
    %3:b32 = shuffle.bfly 0xffffffff, %1, 1, 0x1f -> bb2
bb2:
    store.global.u32 [%0], %3
    jump bb3
bb3:
    exit
}";
    check_lanes(shuffle, shape(2, 128));
}
