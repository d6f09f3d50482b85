use crate::execute::{Counts, Launch, Limits, Shape, run_reference};
use crate::fault::{Fault, FaultKind};
use crate::memory::{Kind, Memory};
use crate::services::{Services, Stream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use translator::tile::eval::Prepared;
use translator::tile::parse::parse;

/// A device with one buffer of words, and what kernels printed.
struct Bench {
    memory: Memory,
    services: Services,
    printed: Arc<Mutex<Vec<(Stream, String)>>>,
    buffer: u64,
    words: usize,
}

impl Bench {
    fn new(words: usize) -> Bench {
        let memory = Memory::new(64 << 20).unwrap();
        let printed = Arc::new(Mutex::new(Vec::new()));
        let sink = printed.clone();
        let services = Services::new(Box::new(move |stream, text| {
            sink.lock().unwrap().push((stream, String::from_utf8_lossy(text).into_owned()));
        }));
        let buffer = memory.allocate(4 * words as u64, 256, Kind::Device).unwrap();
        Bench { memory, services, printed, buffer, words }
    }

    fn run(
        &self,
        text: &str,
        grid: u32,
        block: u32,
        cooperative: bool,
        limits: Limits<'_>,
    ) -> Result<Counts, Box<Fault>> {
        let kernel = parse(text).unwrap_or_else(|e| panic!("{e}\n{text}"));
        let kernel = Prepared::new(&kernel).unwrap_or_else(|e| panic!("{e:#?}\n{text}"));
        run_reference(&Launch {
            kernel: &kernel,
            shape: Shape {
                grid: [grid, 1, 1],
                block: [block, 1, 1],
                cluster: [1, 1, 1],
                dynamic_shared: 0,
                cooperative,
            },
            parameters: &self.buffer.to_le_bytes(),
            symbols: &[],
            memory: &self.memory,
            services: &self.services,
            images: &(),
            id: 1,
            start_nanoseconds: 0,
            limits,
        })
    }

    fn contents(&self) -> Vec<u32> {
        let mut bytes = vec![0; 4 * self.words];
        self.memory.read(self.buffer, &mut bytes).unwrap();
        bytes.chunks(4).map(|w| u32::from_le_bytes(w.try_into().unwrap())).collect()
    }
}

const TWO: Limits<'_> =
    Limits { threads: 2, stack_bytes: 4096, multiprocessors: 8, resident_ctas: 256, cancel: None, deadline: None };

/// `%0` is the buffer, `%1` the thread's number in the grid, `%2` the address of its word, `%3` `%ctaid`, `%4` `%tid`.
fn kernel(body: &str) -> String {
    format!(
        "tile kernel k(p: 8 @0) bytes 8\n  shared 64\n  files \"k.ptx\"\nfunction f0 k() {{\nbb0:\n\
         %0:b64 = load.param.u64 [0]\n%3:b32 = ctaid.x\n%4:b32 = tid.x\n%5:b32 = ntid.x\n%1:b32 = mad.u32 %3, %5, %4\n\
         %6:b64 = mul.wide.u32 %1, 4\n%2:b64 = add.u64 %0, %6\n{body}\n}}\n"
    )
}

#[test]
fn every_thread_of_a_grid_runs() {
    let bench = Bench::new(100 * 96);
    let counts = bench.run(&kernel("store.global.u32 [%2], %1\nexit"), 100, 96, false, TWO).unwrap();
    assert!(bench.contents().iter().enumerate().all(|(i, &w)| w == i as u32));
    assert_eq!(counts.lane_runs, [[9600]]);
    assert_eq!(counts.warp_runs, [[300]]);
    assert_eq!(counts.wave_runs, [[1]]);
}

#[test]
fn counts_do_not_depend_on_the_number_of_host_threads() {
    // As many rounds as the block's number.
    let text = kernel(
        "jump bb1(0)
         bb1(%10:b32):
         %11:pred = setp.lt.u32 %10, %3
         branch %11 ? bb2 : bb3
         bb2:
         %12:b32 = add.u32 %10, 1
         jump bb1(%12)
         bb3:
         exit",
    );
    let bench = Bench::new(1);
    let one = bench.run(&text, 300, 32, false, Limits { threads: 1, ..TWO }).unwrap();
    assert_eq!(one, bench.run(&text, 300, 32, false, TWO).unwrap());
    // Waves of 128 blocks: the longest has 127, 255 and 299 rounds.
    assert_eq!(one.wave_runs[0][2], 127 + 255 + 299);
}

#[test]
fn a_fault_names_the_lowest_block_and_the_nearest_buffer() {
    let bench = Bench::new(96 * 7);
    let fault = bench.run(&kernel("store.global.u32 [%2], 1 @12\nexit"), 100, 96, false, TWO).unwrap_err();
    assert_eq!((fault.block, fault.thread, fault.origin.line), ([7, 0, 0], [0, 0, 0], 12));
    let buffer = bench.buffer;
    let place = buffer + 4 * 96 * 7;
    assert_eq!(
        fault.to_string(),
        format!(
            "kernel `k` block (7,0,0) thread (0,0,0): illegal address: global store of 4 bytes at {place:#x}, \
             0 bytes past device buffer #1 of 2688 bytes at {buffer:#x} (k.ptx:12)"
        )
    );
}

#[test]
fn blocks_may_wait_for_those_before_them() {
    // Word i+1 becomes word i + 1 once that is set: a chain through all blocks.
    let text = kernel(
        "%10:pred = setp.eq.u32 %3, 0
         branch %10 ? bb2(0) : bb1
         bb1:
         %11:b32 = load.global.acquire.gpu.u32 [%2 - 4]
         %12:pred = setp.eq.u32 %11, 0
         branch %12 ? bb1 : bb2(%11)
         bb2(%13:b32):
         %14:b32 = add.u32 %13, 1
         store.global.release.gpu.u32 [%2], %14
         exit",
    );
    let bench = Bench::new(5000);
    let counts = bench.run(&text, 5000, 1, false, TWO).unwrap();
    assert!(bench.contents().iter().enumerate().all(|(i, &w)| w == i as u32 + 1));
    // A wait counts once, however long it takes.
    assert_eq!(counts.warp_runs, [[5000, 4999, 5000]]);
}

#[test]
fn blocks_may_wait_for_a_few_after_them() {
    let text = kernel(
        "%10:pred = setp.eq.u32 %3, 7
         branch %10 ? bb2 : bb1
         bb1:
         %11:b32 = load.global.acquire.gpu.u32 [%0]
         %12:pred = setp.eq.u32 %11, 0
         branch %12 ? bb1 : bb3
         bb2:
         store.global.release.gpu.u32 [%0], 1
         jump bb3
         bb3:
         exit",
    );
    Bench::new(1).run(&text, 8, 1, false, TWO).unwrap();
}

/// Cooperative groups' grid barrier, on the workspace that `%envreg1:%envreg2` point to: every block adds one, block 0
/// what is missing to flip bit 31, and all wait for the flip.
const GRID_SYNC: &str = "
    store.global.u32 [%2], 1
    barrier.sync 0 -> bb1
bb1:
    %10:pred = setp.eq.u32 %4, 0
    branch %10 ? bb2 : bb4
bb2:
    %11:b32 = envreg1
    %12:b32 = envreg2
    %13:b64 = pack.b64 %12, %11
    %14:b32 = nctaid.x
    %15:b32 = sub.u32 0x80000001, %14
    %16:pred = setp.eq.u32 %3, 0
    %17:b32 = selp.b32 %15, 1, %16
    %18:b32 = atomic.add.global.release.gpu.u32 [%13 + 4], %17
    jump bb3
bb3:
    %19:b32 = load.global.acquire.gpu.u32 [%13 + 4]
    %20:b32 = xor.b32 %19, %18
    %21:pred = setp.lt.s32 %20, 0
    branch %21 ? bb4 : bb3
bb4:
    barrier.sync 0 -> bb5
bb5:
    %22:b32 = nctaid.x
    %23:b32 = sub.u32 %22, 1
    %24:b32 = sub.u32 %23, %3
    %25:b32 = mad.u32 %24, %5, %4
    %26:b64 = mul.wide.u32 %25, 4
    %27:b64 = add.u64 %0, %26
    %28:b32 = load.global.u32 [%27]
    %29:b64 = mul.wide.u32 %22, %5
    %30:b64 = mul.wide.u32 %1, 4
    %31:b64 = mul.u64 %29, 4
    %32:b64 = add.u64 %30, %31
    %33:b64 = add.u64 %0, %32
    store.global.u32 [%33], %28
    exit";

#[test]
fn a_cooperative_grid_can_synchronise() {
    for (blocks, threads) in [(40, 64), (3, 1)] {
        let text = kernel(GRID_SYNC);
        let bench = Bench::new(2 * (blocks * threads) as usize);
        bench.memory.fill(bench.buffer, crate::memory::Pattern::U8(0), 8 * u64::from(blocks * threads)).unwrap();
        bench.run(&text, blocks, threads, true, TWO).unwrap();
        assert_eq!(bench.contents(), vec![1; bench.words]);
    }
}

#[test]
fn a_hanging_launch_times_out_and_says_where() {
    let text = kernel(
        "%10:b32 = load.global.volatile.sys.u32 [%0] @3
         %11:pred = setp.eq.u32 %10, 0 @4
         branch %11 ? bb1 : bb2
         bb1:
         %12:b32 = load.global.volatile.sys.u32 [%0] @5
         %13:pred = setp.eq.u32 %12, 0 @6
         branch %13 ? bb1 : bb2 @7
         bb2:
         exit",
    );
    let bench = Bench::new(1);
    let deadline = Some(Instant::now() + Duration::from_millis(50));
    let fault = bench.run(&text, 4, 64, false, Limits { deadline, ..TWO }).unwrap_err();
    let FaultKind::Timeout(where_) = &fault.kind else { panic!("{fault}") };
    assert_eq!(where_, "64 threads of 2 warps run (line 5)");
}

#[test]
fn a_launch_can_be_given_up() {
    let bench = Bench::new(1);
    let cancel = std::sync::atomic::AtomicBool::new(false);
    // It looks at the clock, so that it is not known to go round for ever.
    let text = kernel("jump bb1\nbb1:\n%10:b64 = clock64\njump bb1");
    std::thread::scope(|scope| {
        scope.spawn(|| {
            std::thread::sleep(Duration::from_millis(20));
            cancel.store(true, std::sync::atomic::Ordering::Relaxed);
        });
        let fault = bench.run(&text, 1, 32, false, Limits { cancel: Some(&cancel), ..TWO }).unwrap_err();
        assert!(matches!(fault.kind, FaultKind::Timeout(_)));
    });
}

#[test]
fn a_deadlock_in_one_block_ends_the_launch() {
    let text = kernel(
        "%10:pred = setp.eq.u32 %4, 0
         branch %10 ? bb1 : bb2
         bb1:
         barrier.sync 1, count 64 -> bb3 @9
         bb2:
         barrier.sync 0 -> bb3 @10
         bb3:
         exit",
    );
    let fault = Bench::new(1).run(&text, 4, 64, false, TWO).unwrap_err();
    assert!(matches!(fault.kind, FaultKind::Deadlock(_)), "{fault}");
    assert_eq!(fault.block, [0, 0, 0]);
}

#[test]
fn output_comes_in_the_order_of_blocks_and_threads() {
    let bench = Bench::new(4);
    bench.memory.write(bench.buffer, b"t%d of %d\n\0").unwrap();
    let text = kernel(
        "%10:b64 = frame_address 0
         %11:b64 = add.u64 %10, 0x2000000000000
         store.local.v2.u32 [%10], %4, %3
         %12:b32 = printf %0, %11
         exit",
    )
    .replace("function f0 k()", "function f0 k() frame 16");
    bench.run(&text, 3, 2, false, TWO).unwrap();
    let printed: String = bench.printed.lock().unwrap().iter().map(|(_, text)| text.as_str()).collect();
    assert_eq!(printed, "t0 of 0\nt1 of 0\nt0 of 1\nt1 of 1\nt0 of 2\nt1 of 2\n");
}

#[test]
fn a_failed_assertion_prints_and_faults() {
    let bench = Bench::new(8);
    bench.memory.write(bench.buffer, b"x > 0\0a.cu\0\0main\0").unwrap();
    let text = kernel(
        "%10:b64 = add.u64 %0, 6
         %11:b64 = add.u64 %0, 12
         assertfail %0, %10, 42, %11, 1 @5
         exit",
    );
    let fault = bench.run(&text, 1, 1, false, TWO).unwrap_err();
    assert_eq!(fault.kind, FaultKind::Assert);
    let printed = bench.printed.lock().unwrap();
    assert_eq!(
        printed[..],
        [(Stream::Err, "a.cu:42: main: block: [0,0,0], thread: [0,0,0] Assertion `x > 0` failed.\n".to_owned())]
    );
}

#[test]
fn the_device_heap_outlives_launches_and_runs_out() {
    let bench = Bench::new(4);
    let allocate = kernel("%10:b64 = malloc 24\nstore.global.u32 [%10 + 20], 77\nstore.global.u64 [%0], %10\nexit");
    bench.run(&allocate, 1, 1, false, TWO).unwrap();
    let free = kernel(
        "%10:b64 = load.global.u64 [%0]\n%11:b32 = load.global.u32 [%10 + 20]\nstore.global.u32 [%0 + 8], %11\nfree %10\nexit",
    );
    bench.run(&free, 1, 1, false, TWO).unwrap();
    assert_eq!(bench.contents()[2], 77);
    assert!(matches!(bench.run(&free, 1, 1, false, TWO).unwrap_err().kind, FaultKind::IllegalAddress { .. }));
    let exhaust = kernel("%10:b64 = malloc 0x10000000\nstore.global.u64 [%0], %10\nexit");
    bench.run(&exhaust, 1, 1, false, TWO).unwrap();
    assert_eq!(bench.contents()[..2], [0, 0]);
}
