//! Small kernels in text form, one block of threads each, on a memory of words.

mod calls;
mod divergence;
mod tensor;
mod together;

use super::*;
use crate::tile::parse::parse;
use ptx_frontend::types::MemoryOrder;
use std::sync::atomic::AtomicBool;

/// Global memory that starts at [`BASE`].
struct Words(Vec<u32>);

const BASE: u64 = 0x1000;

impl Words {
    fn at(&self, address: u64, bytes: u32) -> Option<usize> {
        let at = address.checked_sub(BASE)? as usize;
        (at + bytes as usize <= 4 * self.0.len()).then_some(at)
    }
}

impl GlobalMemory for Words {
    fn is_accessible(&mut self, address: u64, bytes: u32) -> bool {
        self.at(address, bytes).is_some()
    }
    fn load(&mut self, address: u64, bytes: u32) -> Option<u64> {
        let at = self.at(address, bytes)?;
        let byte = |i: usize| u64::from(self.0[i / 4].to_le_bytes()[i % 4]);
        Some((0..bytes as usize).fold(0, |bits, i| bits | byte(at + i) << (8 * i)))
    }
    fn store(&mut self, address: u64, bytes: u32, bits: u64) -> Option<()> {
        let at = self.at(address, bytes)?;
        for i in 0..bytes as usize {
            let word = &mut self.0[(at + i) / 4];
            let mut all = word.to_le_bytes();
            all[(at + i) % 4] = bits.to_le_bytes()[i];
            *word = u32::from_le_bytes(all);
        }
        Some(())
    }
    fn update(&mut self, address: u64, bytes: u32, mut change: impl FnMut(u64) -> Option<u64>) -> Option<u64> {
        let old = self.load(address, bytes)?;
        if let Some(new) = change(old) {
            self.store(address, bytes, new)?;
        }
        Some(old)
    }
    fn update_pair(&mut self, address: u64, mut change: impl FnMut([u64; 2]) -> Option<[u64; 2]>) -> Option<[u64; 2]> {
        let old = [self.load(address, 8)?, self.load(address + 8, 8)?];
        if let Some([low, high]) = change(old) {
            self.store(address, 8, low)?;
            self.store(address + 8, 8, high)?;
        }
        Some(old)
    }
    fn fence(&mut self, _: MemoryOrder) {}
    fn nearest(&mut self, _: u64) -> String {
        format!("the test has {} words", self.0.len())
    }
}

/// A device runtime that has nothing to offer.
struct NoServices;

impl Services for NoServices {
    fn printf(&mut self, _: Thread, _: u64, _: u64, _: ReadByte<'_>) -> Option<i32> {
        None
    }
    fn assert_fail(&mut self, _: Thread, _: [u64; 3], _: u32, _: ReadByte<'_>) {}
    fn malloc(&mut self, _: u64) -> u64 {
        0
    }
    fn free(&mut self, _: u64) -> bool {
        false
    }
    fn image(&mut self, _: u64) -> Option<std::sync::Arc<crate::texture::Object>> {
        None
    }
}

/// What a run leaves: memory, and by block of function 0 how many lanes ran it.
#[derive(Debug)]
struct After {
    words: Vec<u32>,
    lane_runs: Vec<u64>,
}

/// Runs one block of `threads` threads of a kernel whose parameter is the address of `words`.
fn try_run(text: &str, threads: u32, words: Vec<u32>) -> Result<After, Box<Fault>> {
    try_run_cluster(text, threads, 1, words)
}

fn try_run_cluster(text: &str, threads: u32, ctas: u32, words: Vec<u32>) -> Result<After, Box<Fault>> {
    let kernel = parse(text).unwrap_or_else(|e| panic!("{e}\n{text}"));
    let prepared = Prepared::new(&kernel).unwrap_or_else(|e| panic!("{e:#?}\n{text}"));
    let grid = Grid {
        grid: [ctas, 1, 1],
        block: [threads, 1, 1],
        cluster: [ctas, 1, 1],
        dynamic_shared: 0,
        parameters: &BASE.to_le_bytes(),
        symbols: &[],
        workspace: 0,
        id: 1,
        start_nanoseconds: 0,
        multiprocessors: 1,
        stack_limit: 4096,
    };
    let mut memory = Words(words);
    let mut cluster = Cluster::new();
    cluster.start(&prepared, &grid, 0);
    let cancel = AtomicBool::new(false);
    let mut machine =
        Machine { prepared: &prepared, grid: &grid, memory: &mut memory, services: &mut NoServices, cancel: &cancel };
    for _ in 0..1000 {
        if cluster.run(&mut machine)? == Progress::Finished {
            let mut lane_runs = vec![0; kernel.functions[0].blocks.len()];
            for (number, &runs) in cluster.lane_runs().iter().enumerate() {
                if let (crate::tile::FunctionId(0), block) = prepared.block(number) {
                    lane_runs[block.0 as usize] = runs;
                }
            }
            return Ok(After { words: memory.0, lane_runs });
        }
    }
    panic!("it does not end: {}", cluster.whereabouts(&prepared).2);
}

fn run(text: &str, threads: u32, words: Vec<u32>) -> Vec<u32> {
    try_run(text, threads, words).unwrap_or_else(|fault| panic!("{fault:?}")).words
}

fn fault(text: &str, threads: u32, words: Vec<u32>) -> Fault {
    *try_run(text, threads, words).expect_err("it should fault")
}

/// A kernel with one parameter: `%0` is its value, `%1` the thread's number, `%2` the address of the thread's word.
fn kernel(body: &str) -> String {
    format!(
        "tile kernel k(p: 8 @0) bytes 8\n  shared 1024\nfunction f0 k() {{\nbb0:\n    %0:b64 = load.param.u64 [0]\n    \
         %1:b32 = tid.x\n    %3:b64 = mul.wide.u32 %1, 4\n    %2:b64 = add.u64 %0, %3\n    {body}\n}}\n"
    )
}

#[test]
fn each_thread_works_on_its_own_element() {
    let text = kernel(
        "%4:b32 = load.global.f32 [%2] @4
         %5:b32 = fma.rn.f32 %4, 0x40000000, 0x3f800000 @5
         store.global.f32 [%2], %5 @6
         exit",
    );
    let words = (0..40).map(|i| (i as f32).to_bits()).collect();
    let expected: Vec<u32> = (0..40).map(|i| (2.0 * i as f32 + 1.0).to_bits()).collect();
    assert_eq!(run(&text, 40, words), expected);
}

#[test]
fn an_access_out_of_bounds_names_thread_and_line() {
    let text = kernel("store.global.u32 [%2 + 4], 7 @21\nexit");
    let fault = fault(&text, 8, vec![0; 8]);
    assert_eq!(fault.thread.tid, [7, 0, 0]);
    assert_eq!(fault.origin.line, 21);
    let FaultKind::IllegalAddress { access: "store", space: "global", address: 0x1020, bytes: 4, .. } = fault.kind
    else {
        panic!("{fault:?}")
    };
}

#[test]
fn a_vector_is_aligned_as_a_whole() {
    let text = kernel("%4:b32, %5:b32 = load.global.v2.u32 [%0 + 4] @3\nexit");
    assert_eq!(fault(&text, 1, vec![0; 8]).kind, FaultKind::Misaligned { access: "load", address: 0x1004, bytes: 8 });
}

#[test]
fn loads_extend_by_the_sign_of_their_type() {
    let text = kernel(
        "%4:b32 = load.global.s8 [%0]
         %5:b32 = load.global.u8 [%0]
         %6:b64 = load.global.s16 [%0]
         store.global.u32 [%0 + 4], %4
         store.global.u32 [%0 + 8], %5
         store.global.u64 [%0 + 16], %6
         exit",
    );
    let after = run(&text, 1, vec![0xfff0, 0, 0, 0, 0, 0]);
    assert_eq!(after, [0xfff0, 0xffff_fff0, 0xf0, 0, 0xffff_fff0, 0xffff_ffff]);
}

#[test]
fn shared_and_generic_addresses_mean_the_same_bytes() {
    let text = kernel(
        "%4:b64 = add.u64 %3, 0x1000000000000
         store.shared.u32 [%3], %1
         %5:b32 = load.generic.u32 [%4]
         store.generic.u32 [%2], %5
         exit",
    );
    assert_eq!(run(&text, 4, vec![9; 4]), [0, 1, 2, 3]);
}

#[test]
fn shared_memory_ends_where_it_was_declared() {
    let text = kernel("%4:b32 = load.shared.u32 [1024] @9\nexit");
    let FaultKind::IllegalAddress { space: "shared", nearest, .. } = fault(&text, 1, vec![]).kind else { panic!() };
    assert_eq!(nearest, "shared memory of the block has 1024 bytes");
}

#[test]
fn parameters_are_read_only() {
    let text = kernel("store.param.u32 [0], 1\nexit");
    assert!(matches!(fault(&text, 1, vec![]).kind, FaultKind::IllegalAddress { space: "param", .. }));
}

#[test]
fn atomics_give_the_old_value() {
    let text = kernel(
        "%4:b32 = atomic.add.global.relaxed.gpu.u32 [%0], 1
         %5:b64 = mul.wide.u32 %4, 4
         %6:b64 = add.u64 %0, %5
         store.global.u32 [%6 + 4], %1
         atomic.inc.global.relaxed.gpu.u32 [%0 + 36], 5
         exit",
    );
    assert_eq!(run(&text, 8, vec![0; 10]), [8, 0, 1, 2, 3, 4, 5, 6, 7, 2]);
}

#[test]
fn float_additions_flush_in_global_memory_only() {
    let text = kernel(
        "atomic.add.global.relaxed.gpu.f32 [%0], 1
         store.shared.f32 [0], 1
         atomic.add.shared.relaxed.cta.f32 [0], 1
         %4:b32 = load.shared.u32 [0]
         store.global.u32 [%0 + 4], %4
         exit",
    );
    assert_eq!(run(&text, 1, vec![1, 0]), [0, 2]);
}

#[test]
fn wide_compare_and_swap_is_one_access() {
    let text = kernel(
        "%4:b64, %5:b64 = atomic.cas.global.relaxed.gpu.v2.b64 [%0], 1, 2, 3, 4
         %6:b64, %7:b64 = atomic.exch.global.relaxed.gpu.v2.b64 [%0], %5, %4
         store.global.v2.u64 [%0 + 16], %6, %7
         exit",
    );
    assert_eq!(run(&text, 1, vec![1, 0, 2, 0, 0, 0, 0, 0]), [2, 0, 1, 0, 3, 0, 4, 0]);
    assert_eq!(run(&text, 1, vec![9, 0, 2, 0, 0, 0, 0, 0]), [2, 0, 9, 0, 9, 0, 2, 0]);
}

#[test]
fn a_trap_ends_the_launch() {
    let text = kernel("%4:pred = setp.eq.u32 %1, 33\nbranch %4 ? bb1 : bb2\nbb1:\ntrap @8\nbb2:\nexit");
    let fault = fault(&text, 64, vec![]);
    assert_eq!((fault.kind, fault.thread.tid, fault.origin.line), (FaultKind::Trap, [33, 0, 0], 8));
}

#[test]
fn the_clock_advances() {
    let text = kernel(
        "%4:b64 = clock64
         jump bb1
         bb1:
         %5:b64 = clock64
         %6:b64 = sub.u64 %5, %4
         %7:pred = setp.lt.u64 %6, 1000
         branch %7 ? bb1 : bb2
         bb2:
         exit",
    );
    run(&text, 1, vec![]);
}
