//! Kernels lowered to lanes compute what the tile kernel means: the device executor on the program against the
//! reference executor on the kernel, bit for bit with CUDA numerics, on every device.

use sim_backend::execute::{Launch, Limits, Shape, run_device, run_reference};
use sim_backend::memory::{Kind, Memory};
use sim_backend::services::Services;
use translator::neuron::verify::verify;
use translator::neuron::{DeviceModel, LaunchShape, Numerics, lower};
use translator::tile::eval::Prepared;
use translator::tile::parse::parse;

/// Words of the buffer whose address is the kernel's first parameter.
const WORDS: usize = 1 << 14;

struct Test {
    grid: [u32; 3],
    block: [u32; 3],
    /// Must it be lowered to lanes, or may it fall back?
    lanes: bool,
    text: String,
}

/// A kernel with parameters `buffer` and `n`, which sees `%0 = buffer`, `%1 = n`, `%2 = tid.x`, `%3 = ctaid.x`,
/// `%4 = global thread number`, `%5 = address of word %4`, and goes on in block 1.
fn kernel(declarations: &str, body: &str) -> String {
    format!(
        "tile kernel k(buffer: 8 @0, n: 4 @8) bytes 12
{declarations}
function f0 k() frame 32 {{
bb0:
    %0:b64 = load.param.u64 [0]
    %1:b32 = load.param.u32 [8]
    %2:b32 = tid.x
    %3:b32 = ctaid.x
    %90:b32 = ntid.x
    %4:b32 = mad.s32 %3, %90, %2
    %91:b64 = mul.wide.u32 %4, 4
    %5:b64 = add.s64 %0, %91
    jump bb1
{body}
}}"
    )
}

impl Test {
    fn new(body: &str) -> Test {
        Test { grid: [3, 1, 1], block: [64, 1, 1], lanes: true, text: kernel("", body) }
    }

    #[track_caller]
    fn check(self) {
        let kernel = parse(&self.text).unwrap_or_else(|error| panic!("{error:?}\n{}", self.text));
        let prepared = Prepared::new(&kernel).unwrap_or_else(|error| panic!("{error:?}"));
        let shape =
            Shape { grid: self.grid, block: self.block, cluster: [1; 3], dynamic_shared: 0, cooperative: false };
        let run = |device: Option<DeviceModel>, numerics| {
            let memory = Memory::new(1 << 24).unwrap();
            let address = memory.allocate(4 * WORDS as u64, 256, Kind::Device).unwrap();
            let initial: Vec<u8> =
                (0..WORDS as u32).flat_map(|i| (i.wrapping_mul(2_654_435_761) >> 7).to_le_bytes()).collect();
            memory.write(address, &initial).unwrap();
            let mut parameters = address.to_le_bytes().to_vec();
            parameters.extend(100u32.to_le_bytes());
            let launch = Launch {
                kernel: &prepared,
                shape,
                parameters: &parameters,
                symbols: &[],
                memory: &memory,
                services: &Services::standard(),
                images: &(),
                id: 1,
                start_nanoseconds: 0,
                limits: Limits::default(),
            };
            match device {
                None => {
                    run_reference(&launch).unwrap_or_else(|fault| panic!("{fault}"));
                }
                Some(device) => {
                    let launch_shape = LaunchShape { grid: self.grid, block: self.block, dynamic_shared: 0 };
                    let program = lower(&kernel, launch_shape, device, numerics);
                    if let Err(violations) = verify(&program) {
                        let all: Vec<String> = violations.iter().map(ToString::to_string).collect();
                        panic!("{}\n{program}", all.join("\n"));
                    }
                    if self.lanes {
                        assert_eq!(program.fallback(), None);
                    }
                    run_device(&program, &launch).unwrap_or_else(|failure| panic!("{failure}\n{program}"));
                    let again = program.to_string().parse();
                    assert_eq!(again.as_ref(), Ok(&program), "{program}");
                }
            }
            let mut left = vec![0; 4 * WORDS];
            memory.read(address, &mut left).unwrap();
            left.chunks(4).map(|word| u32::from_le_bytes(word.try_into().unwrap())).collect::<Vec<u32>>()
        };
        let expected = run(None, Numerics::Cuda);
        for device in DeviceModel::ALL {
            let found = run(Some(*device), Numerics::Cuda);
            let different: Vec<_> =
                (0..WORDS).filter(|i| found[*i] != expected[*i]).map(|i| (i, found[i], expected[i])).collect();
            if let Some((word, found, expected)) = different.first() {
                let program = lower(
                    &kernel,
                    LaunchShape { grid: self.grid, block: self.block, dynamic_shared: 0 },
                    *device,
                    Numerics::Cuda,
                );
                panic!(
                    "{} words differ on {device}, first word {word}: {found:#x}, not {expected:#x}\n{program}",
                    different.len()
                );
            }
        }
    }
}

#[test]
fn guarded_saxpy() {
    let body = "
bb1:
    %8:pred = setp.lt.s32 %4, %1
    branch %8 ? bb2 : bb3
bb2:
    %12:b32 = load.global.f32 [%5]
    %13:b32 = load.global.f32 [%5 + 4096]
    %14:b32 = fma.rn.f32 0x40490fdb, %12, %13
    store.global.f32 [%5 + 4096], %14
    jump bb3
bb3:
    exit";
    for (grid, block) in [(3, 64), (1, 32), (2, 50), (130, 32)] {
        Test { grid: [grid, 1, 1], block: [block, 1, 1], ..Test::new(body) }.check();
    }
}

#[test]
fn divergent_loop_with_two_ways_back() {
    Test::new(
        "
bb1:
    %10:b32 = add.s32 %4, 1
    jump bb2(%10, 0)
bb2(%11:b32, %12:b32):
    %13:pred = setp.eq.s32 %11, 1
    branch %13 ? bb6 : bb3
bb3:
    %14:b32 = and.b32 %11, 1
    %15:pred = setp.ne.s32 %14, 0
    %16:b32 = add.s32 %12, 1
    branch %15 ? bb4 : bb5
bb4:
    %17:b32 = mad.s32 %11, 3, 1
    jump bb2(%17, %16)
bb5:
    %18:b32 = shr.u32 %11, 1
    jump bb2(%18, %16)
bb6:
    store.global.u32 [%5], %12
    exit",
    )
    .check();
}

/// A uniform counter in a loop that lanes leave at different times, read after the loop and inside it by lanes that
/// go round early (`continue`).
#[test]
fn uniform_counter_of_a_loop_left_at_different_times() {
    Test::new(
        "
bb1:
    jump bb2(0, 0)
bb2(%10:b32, %11:b32):
    %12:b32 = add.s32 %10, 1
    %13:b32 = and.b32 %4, 7
    %14:pred = setp.eq.u32 %13, %10
    branch %14 ? bb6 : bb3
bb3:
    %15:b32 = xor.b32 %4, %10
    %16:b32 = and.b32 %15, 1
    %17:pred = setp.eq.u32 %16, 0
    branch %17 ? bb4 : bb5
bb4:
    jump bb2(%12, %11)
bb5:
    %18:b32 = mad.s32 %10, 10, %11
    %19:b32 = add.s32 %18, %12
    jump bb2(%12, %19)
bb6:
    %20:b32 = shl.b32 %11, 8
    %21:b32 = add.s32 %20, %10
    %22:b32 = shl.b32 %12, 24
    %23:b32 = add.s32 %21, %22
    store.global.u32 [%5], %23
    exit",
    )
    .check();
}

#[test]
fn nested_loops_with_break_to_the_outside() {
    Test::new(
        "
bb1:
    jump bb2(0, 0)
bb2(%10:b32, %11:b32):
    %12:pred = setp.ge.u32 %10, 5
    branch %12 ? bb7(%11) : bb3(0, %11)
bb3(%13:b32, %14:b32):
    %15:pred = setp.gt.u32 %13, %10
    branch %15 ? bb6 : bb4
bb4:
    %16:b32 = add.s32 %14, %13
    %17:b32 = xor.b32 %16, %4
    %18:b32 = and.b32 %17, 15
    %19:pred = setp.eq.u32 %18, 9
    branch %19 ? bb7(%17) : bb5
bb5:
    %20:b32 = add.s32 %13, 1
    jump bb3(%20, %16)
bb6:
    %21:b32 = add.s32 %10, 1
    jump bb2(%21, %14)
bb7(%22:b32):
    store.global.u32 [%5], %22
    exit",
    )
    .check();
}

#[test]
fn irreducible_loop() {
    Test::new(
        "
bb1:
    %10:b32 = and.b32 %4, 1
    %11:pred = setp.eq.u32 %10, 0
    branch %11 ? bb2(0) : bb3(100)
bb2(%12:b32):
    %13:b32 = add.s32 %12, 3
    %14:b32 = and.b32 %4, 63
    %15:pred = setp.gt.u32 %13, %14
    branch %15 ? bb4(%13) : bb3(%13)
bb3(%16:b32):
    %17:b32 = add.s32 %16, 1
    %18:pred = setp.gt.u32 %17, 110
    branch %18 ? bb4(%17) : bb2(%17)
bb4(%19:b32):
    store.global.u32 [%5], %19
    exit",
    )
    .check();
}

#[test]
fn entry_that_is_a_loop() {
    let text = "tile kernel k(buffer: 8 @0, n: 4 @8) bytes 12
function f0 k() {
bb0:
    %0:b64 = load.param.u64 [0]
    %2:b32 = tid.x
    %3:b64 = mul.wide.u32 %2, 4
    %4:b64 = add.s64 %0, %3
    %5:b32 = load.global.u32 [%4]
    %6:b32 = add.s32 %5, 1
    store.global.u32 [%4], %6
    %7:b32 = and.b32 %6, 7
    %8:pred = setp.eq.u32 %7, 0
    branch %8 ? bb1 : bb0
bb1:
    exit
}";
    Test { grid: [1, 1, 1], text: text.into(), ..Test::new("") }.check();
}

#[test]
fn parameters_swapped_on_the_way_back() {
    Test::new(
        "
bb1:
    %10:b32 = add.s32 %4, 7
    jump bb2(%4, %10, 0)
bb2(%11:b32, %12:b32, %13:b32):
    %14:b32 = add.s32 %13, 1
    %15:b32 = and.b32 %4, 3
    %16:pred = setp.gt.u32 %13, %15
    branch %16 ? bb3 : bb2(%12, %11, %14)
bb3:
    %17:b32 = mad.s32 %11, 1000, %12
    store.global.u32 [%5], %17
    exit",
    )
    .check();
}

#[test]
fn switch_by_lane() {
    Test::new(
        "
bb1:
    %10:b32 = and.b32 %4, 3
    switch %10 [bb2, bb3, bb4(%4), bb2]
bb2:
    jump bb4(11)
bb3:
    %11:b32 = mul.s32 %4, 3
    jump bb4(%11)
bb4(%12:b32):
    store.global.u32 [%5], %12
    exit",
    )
    .check();
}

#[test]
fn reduction_in_shared_memory() {
    let body = "
bb1:
    %8:b32 = load.global.u32 [%5]
    %9:b64 = mul.wide.u32 %2, 4
    store.shared.u32 [%9], %8
    %10:b32 = shr.u32 %90, 1
    barrier.sync 0 -> bb2(%10)
bb2(%11:b32):
    %12:pred = setp.eq.u32 %11, 0
    branch %12 ? bb6 : bb3
bb3:
    %13:pred = setp.lt.u32 %2, %11
    branch %13 ? bb4 : bb5
bb4:
    %14:b32 = add.s32 %2, %11
    %15:b64 = mul.wide.u32 %14, 4
    %16:b32 = load.shared.u32 [%15]
    %17:b32 = load.shared.u32 [%9]
    %18:b32 = add.s32 %16, %17
    store.shared.u32 [%9], %18
    jump bb5
bb5:
    %19:b32 = shr.u32 %11, 1
    barrier.sync 0 -> bb2(%19)
bb6:
    %20:pred = setp.eq.u32 %2, 0
    branch %20 ? bb7 : bb8
bb7:
    %21:b32 = load.shared.u32 [0]
    atomic.add.global.relaxed.gpu.u32 [%0 + 32768], %21
    jump bb8
bb8:
    exit";
    Test { text: kernel("shared 1024", body), block: [128, 1, 1], ..Test::new(body) }.check();
}

#[test]
fn barrier_after_some_threads_ended() {
    let body = "
bb1:
    %8:pred = setp.lt.u32 %2, 40
    branch %8 ? bb2 : bb4
bb2:
    %9:b64 = mul.wide.u32 %2, 4
    store.shared.u32 [%9], %4
    %10:pred = setp.gt.u32 %2, 7
    %11:pred = barrier.reduce.or 0, of %10 -> bb3
bb3:
    %12:b32 = xor.b32 %2, 1
    %13:b64 = mul.wide.u32 %12, 4
    %14:b32 = load.shared.u32 [%13]
    %15:b32 = selp.b32 %14, 0, %11
    store.global.u32 [%5], %15
    jump bb4
bb4:
    exit";
    Test { text: kernel("shared 1024", body), ..Test::new(body) }.check();
}

#[test]
fn vectors_bytes_and_doubles() {
    Test::new(
        "
bb1:
    %10:b64 = mul.wide.u32 %4, 16
    %11:b64 = add.s64 %0, %10
    %12:b32, %13:b32, %14:b32, %15:b32 = load.global.v4.u32 [%11]
    %16:b32 = add.s32 %12, %15
    %17:b32 = xor.b32 %13, %14
    %18:b32 = load.global.s8 [%5 + 1]
    %19:b32 = load.global.u8 [%5 + 2]
    %20:b32 = load.global.s16 [%5 + 2]
    %21:b16 = load.global.u16 [%5]
    %22:b32 = add.s32 %18, %19
    %23:b32 = mad.s32 %20, %22, %17
    store.global.v4.u32 [%11 + 16384], %16, %23, %4, 7
    store.global.u8 [%5 + 32769], %18
    store.global.u16 [%5 + 32770], %21
    %24:b64 = pack.b64 %12, %13
    %25:b64 = cvt.rn.f64.s64 %24
    %26:b64 = fma.rn.f64 %25, 0x3ff8000000000000, %25
    %27:b64 = add.s64 %11, 40960
    store.global.f64 [%27], %26
    exit",
    )
    .check();
}

#[test]
fn integers_and_conversions() {
    Test::new(
        "
bb1:
    %10:b32 = load.global.u32 [%5]
    %11:b32 = load.global.u32 [%5 + 4]
    %12:b32 = mul.hi.s32 %10, %11
    %13:b32 = shr.s32 %12, 3
    %14:b32 = lop3.b32 #0x96 %10, %11, %13
    %15:b32 = lop3.b32 #0xca %10, %11, %13
    %16:b32 = shf.l.wrap.b32 %14, %15, 7
    %17:b32 = rem.u32 %16, 1000
    %18:b32 = cvt.rn.f32.s32 %16
    %19:b32 = sqrt.rn.f32 %18
    %20:b32 = cvt.rzi.s32.f32 %19
    %21:b32 = min.s32 %20, %17
    %22:b32 = popc.b32 %21
    %23:b64 = sext.b64.b32 %16
    %24:b64 = zext.b64.b32 %17
    %25:b64 = xor.b64 %23, %24
    %26:b64 = and.b64 %25, 0xff00ff00ff00ff00
    %27:b64 = shl.b64 %26, 3
    %28:b32 = unpack.hi.b64 %27
    %29:b32 = trunc.b32.b64 %27
    %30:pred = setp.lt.s32 %28, %29
    %31:pred = setp.ge.and.f32 %18, %19, %30
    %32:b64 = selp.b64 %27, 0x123456789abcdef0, %31
    %33:b64 = selp.b64 7, %32, %30
    %34:b32 = trunc.b32.b64 %33
    %35:b32 = add.s32 %34, %22
    %36:b32 = unpack.hi.b64 %33
    %37:b32 = xor.b32 %35, %36
    %38:b32 = neg.f32 %18
    %39:b32 = max.f32 %38, %19
    %40:b32 = add.s32 %37, %39
    store.global.u32 [%5], %40
    exit",
    )
    .check();
}

#[test]
fn warps_shuffle_vote_and_reduce() {
    Test {
        block: [96, 1, 1],
        ..Test::new(
            "
bb1:
    %10:b32 = load.global.u32 [%5]
    %11:b32, %12:pred = shuffle.down 0xffffffff, %10, 3, 0x1f -> bb2
bb2:
    %13:b32 = shuffle.bfly 0xffffffff, %11, 16, 0x1f -> bb3
bb3:
    %14:b32 = ballot 0xffffffff, %12 -> bb4
bb4:
    %15:b32 = reduce.add.s32 0xffffffff, %13 -> bb5
bb5:
    %16:pred = setp.gt.u32 %10, 0x1000000
    %17:pred = vote.any 0xffffffff, %16 -> bb6
bb6:
    %18:b32 = laneid
    %19:b32 = lanemask_lt
    %20:b32 = add.s32 %13, %14
    %21:b32 = mad.s32 %15, 3, %20
    %22:b32 = selp.b32 %21, %18, %17
    %23:b32 = xor.b32 %22, %19
    store.global.u32 [%5], %23
    exit",
        )
    }
    .check();
}

#[test]
fn atomics_give_old_values_back() {
    let body = "
bb1:
    %10:b32 = and.b32 %2, 7
    %11:b64 = mul.wide.u32 %10, 4
    %12:pred = setp.lt.u32 %2, 8
    branch %12 ? bb2 : bb3
bb2:
    store.shared.u32 [%11], 0
    jump bb3
bb3:
    barrier.sync 0 -> bb4
bb4:
    atomic.add.shared.relaxed.cta.u32 [%11], %2
    barrier.sync 0 -> bb5
bb5:
    branch %12 ? bb6 : bb7
bb6:
    %13:b32 = load.shared.u32 [%11]
    %14:b64 = add.s64 %0, %11
    atomic.add.global.relaxed.gpu.u32 [%14 + 40000], %13
    jump bb7
bb7:
    %15:b32 = atomic.max.global.relaxed.gpu.u32 [%5 + 2048], %2
    store.global.u32 [%5], %15
    exit";
    Test { text: kernel("shared 64", body), ..Test::new(body) }.check();
}

#[test]
fn local_memory_and_generic_addresses() {
    let body = "
bb1:
    %10:b64 = frame_address 8
    %11:b32 = and.b32 %4, 3
    %12:b64 = mul.wide.u32 %11, 4
    %13:b64 = add.s64 %10, %12
    store.local.u32 [%10], 1
    store.local.u32 [%10 + 4], 2
    store.local.u32 [%10 + 8], 3
    store.local.u32 [%10 + 12], 4
    store.local.u32 [%13], %4
    %14:b32 = load.local.u32 [%10 + 4]
    %15:b64 = or.b64 %13, 0x2000000000000
    %16:b32 = load.generic.u32 [%15]
    %17:b64 = mul.wide.u32 %2, 4
    store.shared.u32 [%17], %14
    %18:b64 = or.b64 %17, 0x1000000000000
    %19:pred = setp.eq.u32 %11, 1
    %20:b64 = selp.b64 %18, %5, %19
    %21:b32 = load.generic.u32 [%20]
    %22:b32 = mad.s32 %16, 1000, %21
    store.generic.u32 [%5], %22
    exit";
    Test { text: kernel("shared 1024", body), ..Test::new(body) }.check();
}

#[test]
fn two_dimensional_grids_and_blocks() {
    let text = "tile kernel k(buffer: 8 @0, n: 4 @8) bytes 12
function f0 k() {
bb0:
    %0:b64 = load.param.u64 [0]
    %1:b32 = tid.x
    %2:b32 = tid.y
    %3:b32 = ctaid.x
    %4:b32 = ctaid.y
    %5:b32 = ntid.x
    %6:b32 = ntid.y
    %7:b32 = nctaid.x
    %8:b32 = mad.s32 %3, %5, %1
    %9:b32 = mad.s32 %4, %6, %2
    %10:b32 = mul.s32 %7, %5
    %11:b32 = mad.s32 %9, %10, %8
    %12:b64 = mul.wide.u32 %11, 4
    %13:b64 = add.s64 %0, %12
    %14:b32 = load.global.u32 [%13]
    %15:b32 = mad.s32 %8, 100, %9
    %16:b32 = xor.b32 %14, %15
    store.global.u32 [%13], %16
    exit
}";
    Test { grid: [3, 2, 1], block: [8, 4, 1], text: text.into(), ..Test::new("") }.check();
}

#[test]
fn bytes_and_halves_of_neighbours() {
    Test::new(
        "
bb1:
    %10:b64 = zext.b64.b32 %4
    %11:b64 = add.s64 %0, %10
    %12:b64 = mul.wide.u32 %4, 2
    %13:b64 = add.s64 %0, %12
    %14:pred = setp.lt.u32 %4, %1
    branch %14 ? bb2 : bb3
bb2:
    %15:b32 = load.global.s8 [%11 + 64]
    %16:b32 = load.global.u8 [%11 + 300]
    %17:b32 = load.global.s16 [%13 + 1024]
    %18:b16 = load.global.u16 [%13]
    %19:b64 = load.global.s16 [%13 + 2]
    %20:b32 = mad.s32 %15, %16, %17
    %21:b32 = trunc.b32.b64 %19
    %22:b32 = xor.b32 %20, %21
    store.global.u8 [%11 + 40000], %22
    store.global.u16 [%13 + 44000], %18
    store.global.u8 [%11 + 50000], 7
    store.global.u32 [%5 + 53248], %22
    jump bb3
bb3:
    exit",
    )
    .check();
}

/// Rows of a matrix by a loop: addresses grow by a parameter, and a guard of two dimensions leaves parts of rows.
#[test]
fn rows_in_a_loop_under_a_guard() {
    let text = "tile kernel k(buffer: 8 @0, n: 4 @8) bytes 12
function f0 k() {
bb0:
    %0:b64 = load.param.u64 [0]
    %1:b32 = load.param.u32 [8]
    %2:b32 = tid.x
    %3:b32 = tid.y
    %4:b32 = ctaid.x
    %5:b32 = shl.b32 %4, 3
    %6:b32 = add.s32 %5, %2
    %7:pred = setp.lt.s32 %6, 20
    jump bb1(0, %3, 0)
bb1(%8:b32, %9:b32, %10:b32):
    %11:pred = setp.lt.s32 %9, %1
    %12:pred = and.pred %7, %11
    branch %12 ? bb2 : bb3(%10)
bb2:
    %13:b32 = mad.s32 %9, %1, %6
    %14:b64 = mul.wide.s32 %13, 4
    %15:b64 = add.s64 %0, %14
    %16:b32 = load.global.u32 [%15 + 400]
    %17:b32 = add.s32 %10, %16
    store.global.u32 [%15 + 20000], %17
    jump bb3(%17)
bb3(%18:b32):
    %19:b32 = add.s32 %8, 1
    %20:b32 = add.s32 %9, 4
    %21:pred = setp.lt.s32 %19, 12
    branch %21 ? bb1(%19, %20, %18) : bb4
bb4:
    exit
}";
    Test { grid: [3, 1, 1], block: [8, 4, 1], text: text.into(), ..Test::new("") }.check();
}

#[test]
fn the_counter_of_an_outer_loop_changes_at_the_end_of_an_inner_one() {
    Test::new(
        "bb1:
    jump bb2(3, 0)
bb2(%10:b32, %11:b32):
    %12:pred = setp.eq.u32 %10, 0
    branch %12 ? bb6 : bb3
bb3:
    %13:b32 = sub.u32 %10, 1
    %14:b32 = and.b32 %1, 3
    jump bb4(%14)
bb4(%15:b32):
    %16:pred = setp.eq.u32 %15, 0
    branch %16 ? bb2(%13, %11) : bb5
bb5:
    %17:b32 = sub.u32 %15, 1
    jump bb4(%17)
bb6:
    store.global.u32 [%5], %10
    exit",
    )
    .check();
}

#[test]
fn a_block_behind_a_constant_condition_may_never_run() {
    Test::new(
        "bb1:
    %10:pred = setp.eq.u32 %2, 100
    branch 0 ? bb2 : bb3
bb2:
    store.global.u32 [%5], 7
    jump bb4
bb3:
    store.global.u32 [%5], 8
    jump bb4
bb4:
    exit",
    )
    .check();
}

#[test]
fn a_vector_goes_to_registers_of_different_widths() {
    let mut test = Test::new(
        "bb1:
    store.local.u32 [0], %4
    %10:b16, %11:b32 = load.local.v2.u8 [0]
    %12:b32 = zext.b32.b16 %10
    %13:b32 = add.u32 %12, %11
    store.global.u32 [%5], %13
    exit",
    );
    test.lanes = false;
    test.check();
}

#[test]
fn every_thread_stores_a_constant_at_a_constant_place() {
    Test::new(
        "bb1:
    store.local.u32 [8], 0xd48a9789
    %10:b64 = cvt.u64.u32 %4
    %11:b64 = and.b64 %10, 0
    %12:b64 = add.u64 %11, 0x2000000000008
    %13:b32 = load.generic.u32 [%12]
    store.global.u32 [%5], %13
    exit",
    )
    .check();
}

/// Values of a turn, uniform and not, that lanes take along when they leave a loop at different times.
#[test]
fn lanes_take_along_what_a_parameter_behind_the_loop_asks_for() {
    Test::new(
        "bb1:
    %10:b32 = and.b32 %4, 3
    jump bb2(%10, 7)
bb2(%11:b32, %12:b32):
    %13:b32 = mul.u32 %11, %4
    %14:pred = setp.eq.u32 %11, 0
    branch %14 ? bb4(%12, %13) : bb3
bb3:
    %15:b32 = sub.u32 %11, 1
    %16:b32 = mul.u32 %12, 5
    jump bb2(%15, %16)
bb4(%17:b32, %18:b32):
    %19:b32 = xor.b32 %17, %18
    store.global.u32 [%5], %19
    exit",
    )
    .check();
}
