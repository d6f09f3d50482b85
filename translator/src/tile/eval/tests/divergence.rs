use super::{kernel, run, try_run};

#[test]
fn both_arms_of_a_branch_run() {
    let text = kernel(
        "%4:b32 = and.b32 %1, 1
         %5:pred = setp.eq.u32 %4, 0
         branch %5 ? bb1 : bb2
         bb1:
         %6:b32 = add.u32 %1, 100
         jump bb3(%6)
         bb2:
         jump bb3(%1)
         bb3(%7:b32):
         store.global.u32 [%2], %7
         exit",
    );
    let expected: Vec<u32> = (0..64).map(|i| if i % 2 == 0 { i + 100 } else { i }).collect();
    assert_eq!(run(&text, 64, vec![0; 64]), expected);
}

#[test]
fn lanes_join_where_their_paths_do() {
    // A loop of as many rounds as the thread's number; then all lanes see each other again.
    let text = kernel(
        "jump bb1(0)
         bb1(%4:b32):
         %5:pred = setp.lt.u32 %4, %1
         branch %5 ? bb2 : bb3
         bb2:
         %6:b32 = add.u32 %4, 1
         jump bb1(%6)
         bb3:
         %7:b32 = active_mask
         store.global.u32 [%2], %7
         exit",
    );
    let after = try_run(&text, 32, vec![0; 32]).unwrap();
    assert_eq!(after.words, vec![u32::MAX; 32]);
    assert_eq!(after.lane_runs, [32, (0..32).map(|i| i + 1).sum::<u64>(), (0..32).sum::<u64>(), 32]);
}

#[test]
fn parallel_copies_on_an_edge_do_not_disturb_each_other() {
    let text = kernel(
        "jump bb1(0, 1, 2)
         bb1(%4:b32, %5:b32, %6:b32):
         %7:b32 = add.u32 %6, 1
         %8:pred = setp.lt.u32 %7, 6
         branch %8 ? bb1(%5, %4, %7) : bb2
         bb2:
         %9:b32 = mad.u32 %4, 10, %5
         store.global.u32 [%2], %9
         exit",
    );
    assert_eq!(run(&text, 2, vec![0; 2]), [10, 10]);
}

/// `while (atomicCAS(lock, 0, 1) != 0); counter += 1; lock = 0`, the lock's holder on the far side of the loop.
fn lock(acquire_first: bool) -> String {
    let (then, otherwise) = if acquire_first { ("bb2", "bb1") } else { ("bb1", "bb2") };
    let compare = if acquire_first { "eq" } else { "ne" };
    kernel(&format!(
        "jump bb1
         bb1:
         %4:b32 = atomic.cas.global.relaxed.gpu.b32 [%0], 0, 1
         %5:pred = setp.{compare}.u32 %4, 0
         branch %5 ? {then} : {otherwise}
         bb2:
         %6:b32 = load.global.volatile.sys.u32 [%0 + 4]
         %7:b32 = add.u32 %6, 1
         store.global.volatile.sys.u32 [%0 + 4], %7
         fence.sc.gpu
         %8:b32 = atomic.exch.global.relaxed.gpu.b32 [%0], 0
         exit"
    ))
}

#[test]
fn a_spin_lock_between_lanes_of_a_warp_makes_progress() {
    for acquire_first in [false, true] {
        let after = try_run(&lock(acquire_first), 64, vec![0; 2]).unwrap();
        assert_eq!(after.words, [0, 64]);
        // Waiting rounds are not counted: how many there are is the executor's affair.
        assert_eq!(after.lane_runs[1], 64);
    }
}

#[test]
fn a_lane_may_wait_for_a_later_lane_of_its_warp() {
    // Lane 0 spins until lane 31 stores, which stands behind the loop.
    let text = kernel(
        "%4:pred = setp.eq.u32 %1, 0
         branch %4 ? bb1 : bb2
         bb1:
         %5:b32 = load.global.volatile.sys.u32 [%0]
         %6:pred = setp.eq.u32 %5, 0
         branch %6 ? bb1 : bb3
         bb2:
         store.global.volatile.sys.u32 [%0], 1
         jump bb3
         bb3:
         exit",
    );
    assert_eq!(run(&text, 32, vec![0]), [1]);
}

#[test]
fn a_warp_may_wait_for_another_through_shared_memory() {
    let text = kernel(
        "%4:pred = setp.lt.u32 %1, 32
         branch %4 ? bb1 : bb2
         bb1:
         %5:b32 = load.shared.volatile.cta.u32 [0]
         %6:pred = setp.eq.u32 %5, 0
         branch %6 ? bb1 : bb3
         bb2:
         store.shared.volatile.cta.u32 [0], 5
         jump bb3
         bb3:
         %7:b32 = load.shared.volatile.cta.u32 [0]
         store.global.u32 [%2], %7
         exit",
    );
    assert_eq!(run(&text, 64, vec![0; 64]), [5; 64]);
}

#[test]
fn irreducible_loops_run() {
    // Even lanes enter the loop at bb1, odd ones at bb2.
    let text = kernel(
        "%4:b32 = and.b32 %1, 1
         %5:pred = setp.eq.u32 %4, 0
         branch %5 ? bb1(0) : bb2(0)
         bb1(%6:b32):
         %7:b32 = add.u32 %6, 1
         jump bb2(%7)
         bb2(%8:b32):
         %9:b32 = add.u32 %8, 16
         %10:pred = setp.lt.u32 %9, 64
         branch %10 ? bb1(%9) : bb3
         bb3:
         store.global.u32 [%2], %9
         exit",
    );
    assert_eq!(run(&text, 4, vec![0; 4]), [68, 67, 68, 67]);
}

#[test]
fn a_switch_sends_each_lane_its_own_way() {
    let text = kernel(
        "switch %1 [bb1(7), bb1(8), bb2]
         bb1(%4:b32):
         store.global.u32 [%2], %4
         exit
         bb2:
         store.global.u32 [%2], 9
         exit",
    );
    assert_eq!(run(&text, 3, vec![0; 3]), [7, 8, 9]);
    assert!(try_run(&text, 4, vec![0; 4]).is_err());
}
