use super::{FaultKind, fault, kernel, run, try_run, try_run_cluster};

#[test]
fn two_arms_may_each_hold_a_shuffle_of_the_whole_warp() {
    let text = kernel(
        "%4:pred = setp.lt.u32 %1, 16
         branch %4 ? bb1 : bb2
         bb1:
         %5:b32 = shuffle.bfly 0xffffffff, %1, 16, 0x1f -> bb3
         bb2:
         %6:b32 = add.u32 %1, 100
         %7:b32 = shuffle.bfly 0xffffffff, %6, 16, 0x1f -> bb4
         bb3:
         store.global.u32 [%2], %5
         exit
         bb4:
         store.global.u32 [%2], %7
         exit",
    );
    let expected: Vec<u32> = (0..32).map(|i| if i < 16 { i + 116 } else { i - 16 }).collect();
    assert_eq!(run(&text, 32, vec![0; 32]), expected);
}

#[test]
fn shuffles_follow_their_modes() {
    let check = |mode: &str, by: u32, clamp: u32, expected: fn(u32) -> (u32, u32)| {
        let text = kernel(&format!(
            "%4:b32, %5:pred = shuffle.{mode} 0xffffffff, %1, {by}, {clamp}
             %6:b32 = selp.b32 100, 0, %5
             %7:b32 = add.u32 %4, %6
             store.global.u32 [%2], %7
             exit"
        ));
        let expected: Vec<u32> = (0..32).map(&expected).map(|(from, valid)| from + 100 * valid).collect();
        assert_eq!(run(&text, 32, vec![0; 32]), expected, "{mode} {by} {clamp:#x}");
    };
    check("up", 3, 0, |i| if i >= 3 { (i - 3, 1) } else { (i, 0) });
    check("down", 3, 0x1f, |i| if i < 29 { (i + 3, 1) } else { (i, 0) });
    check("bfly", 5, 0x1f, |i| (i ^ 5, 1));
    check("idx", 9, 0x1f, |_| (9, 1));
    // Segments of 8 lanes.
    check("up", 1, 0x1800, |i| if i % 8 > 0 { (i - 1, 1) } else { (i, 0) });
    check("down", 1, 0x181f, |i| if i % 8 < 7 { (i + 1, 1) } else { (i, 0) });
    check("idx", 10, 0x181f, |i| (i / 8 * 8 + 2, 1));
}

#[test]
fn lanes_that_do_not_exist_or_have_left_keep_nobody_waiting() {
    // 20 threads; threads 0 to 3 leave at once.
    let text = kernel(
        "%4:pred = setp.lt.u32 %1, 4
         branch %4 ? bb1 : bb2
         bb1:
         exit
         bb2:
         %5:b32 = ballot 0xffffffff, 1 -> bb3
         bb3:
         store.global.u32 [%2], %5
         exit",
    );
    let after = run(&text, 20, vec![0; 20]);
    assert_eq!(after[..4], [0; 4]);
    assert_eq!(after[4..], [0x000f_fff0; 16]);
}

#[test]
fn votes_matches_and_reductions_count_the_mask_only() {
    let text = kernel(
        "%4:b32 = and.b32 %1, 3
         %5:pred = setp.lt.u32 %1, 8
         branch %5 ? bb1 : bb9
         bb1:
         %6:b32 = match.any.b32 0xff, %4 -> bb2
         bb2:
         %7:b32 = reduce.add.u32 0xff, %1 -> bb3
         bb3:
         %8:b32, %9:pred = match.all.b32 0xff, 7 -> bb4
         bb4:
         %10:pred = vote.uni 0xff, %5 -> bb5
         bb5:
         %11:b32, %12:pred = elect 0xfe -> bb6
         bb6:
         %13:b32 = selp.b32 1000, 0, %12
         %14:b32 = selp.b32 10000, 0, %10
         %15:b32 = add.u32 %6, %7
         %16:b32 = add.u32 %8, %13
         %17:b32 = add.u32 %15, %16
         %18:b32 = add.u32 %17, %14
         store.global.u32 [%2], %18
         exit
         bb9:
         exit",
    )
    .replace("bb9", "bb7");
    let expected: Vec<u32> =
        (0..8).map(|i| (0x11 << (i % 4)) + 28 + 0xff + 10000 + if i == 1 { 1000 } else { 0 }).collect();
    assert_eq!(run(&text, 32, vec![0; 8]), expected);
}

#[test]
fn a_missing_lane_is_a_deadlock_that_says_who_waits() {
    let text = kernel(
        "%4:pred = setp.eq.u32 %1, 5
         branch %4 ? bb1 : bb2
         bb1:
         barrier.sync 0 -> bb3 @7
         bb2:
         %5:b32 = ballot 0xffffffff, 1 -> bb3 @8
         bb3:
         exit",
    );
    let text = text.replace("-> bb3 @7", "-> bb4 @7").replace("bb3:\n         exit", "bb3:\nexit\nbb4:\nexit");
    let FaultKind::Deadlock(who) = fault(&text, 32, vec![]).kind else { panic!() };
    assert!(who.contains("1 threads of warp 0 wait at barrier 0 (1 threads arrived) (line 7)"), "{who}");
    assert!(
        who.contains("31 threads of warp 0 wait for the other lanes of mask 0xffffffff at Ballot (line 8)"),
        "{who}"
    );
}

#[test]
fn an_early_return_releases_a_barrier() {
    // Threads 10 to 99 leave before the barrier: parts of warps, and whole warps.
    let text = kernel(
        "%4:pred = setp.ge.u32 %1, 10
         %5:pred = setp.lt.u32 %1, 100
         %6:pred = and.pred %4, %5
         branch %6 ? bb1 : bb2
         bb1:
         exit
         bb2:
         store.shared.u32 [%3], %1
         barrier.sync 0 -> bb3
         bb3:
         %7:b32 = load.shared.u32 [36]
         %8:b32 = load.shared.u32 [508]
         %9:b32 = add.u32 %7, %8
         store.global.u32 [%2], %9
         exit",
    );
    let after = run(&text, 128, vec![0; 128]);
    assert!(after.iter().enumerate().all(|(i, &w)| w == if (10..100).contains(&i) { 0 } else { 9 + 127 }));
}

#[test]
fn named_barriers_count_warps() {
    // Warp 0 produces and only arrives; warp 1 consumes; warp 2 takes no part.
    let text = kernel(
        "%4:b32 = shr.u32 %1, 5
         switch %4 [bb1, bb2, bb3]
         bb1:
         store.shared.u32 [%3], 42
         barrier.arrive 1, count 64 -> bb3
         bb2:
         barrier.sync 1, count 64 -> bb4
         bb3:
         exit
         bb4:
         %5:b32 = load.shared.u32 [124]
         store.global.u32 [%2], %5
         exit",
    );
    let after = run(&text, 96, vec![0; 96]);
    assert_eq!(after[32..64], [42; 32]);
}

#[test]
fn a_barrier_may_combine_predicates() {
    let text = kernel(
        "%4:pred = setp.lt.u32 %1, 50
         %5:b32 = barrier.reduce.popc 0, of %4 -> bb1
         bb1:
         %6:pred = barrier.reduce.and 0, of %4 -> bb2
         bb2:
         %7:pred = barrier.reduce.or 0, of %4 -> bb3
         bb3:
         %8:b32 = selp.b32 1000, 0, %6
         %9:b32 = selp.b32 100, 0, %7
         %10:b32 = add.u32 %8, %9
         %11:b32 = add.u32 %10, %5
         store.global.u32 [%2], %11
         exit",
    );
    assert_eq!(run(&text, 64, vec![0; 64]), [150; 64]);
    assert_eq!(run(&text, 40, vec![0; 40]), [1140; 40]);
}

#[test]
fn a_barrier_of_a_wrong_count_is_a_fault() {
    let text = kernel("barrier.sync 0, count 33 -> bb1 @5\nbb1:\nexit");
    assert!(matches!(fault(&text, 64, vec![]).kind, FaultKind::IllegalInstruction(_)));
    let text = kernel("barrier.sync 16 -> bb1\nbb1:\nexit");
    assert!(matches!(fault(&text, 64, vec![]).kind, FaultKind::IllegalInstruction(_)));
}

#[test]
fn lanes_of_a_warp_may_come_to_a_barrier_by_different_ways() {
    let text = kernel(
        "%4:pred = setp.lt.u32 %1, 7
         branch %4 ? bb1 : bb2
         bb1:
         barrier.sync 0 -> bb3
         bb2:
         barrier.sync 0 -> bb3
         bb3:
         store.global.u32 [%2], 1
         exit",
    );
    assert_eq!(run(&text, 40, vec![0; 40]), [1; 40]);
}

#[test]
fn ctas_of_a_cluster_meet_and_read_each_others_shared_memory() {
    // Each CTA writes its rank; after the cluster's barrier it reads that of the other one.
    let text = kernel(
        "%4:b32 = cluster_ctarank
         store.shared.u32 [0], %4
         barrier.cluster.arrive 0 -> bb1
         bb1:
         barrier.cluster.wait 0 -> bb2
         bb2:
         %5:b32 = sub.u32 2, %4
         %6:b32 = shl.b32 %5, 24
         %7:b64 = cvt.u64.u32 %6
         %8:b32 = load.shared::cluster.u32 [%7]
         %9:b64 = mul.wide.u32 %4, 4
         %10:b64 = add.u64 %0, %9
         store.global.u32 [%10], %8
         exit",
    );
    assert_eq!(try_run_cluster(&text, 32, 2, vec![7; 2]).unwrap().words, [1, 0]);
}

#[test]
fn waiting_in_place_and_at_the_end_of_a_block_give_the_same() {
    let waiting = kernel("%4:b32 = shuffle.idx 0xffffffff, %1, 3, 0x1f -> bb1\nbb1:\nstore.global.u32 [%2], %4\nexit");
    let in_place = kernel("%4:b32 = shuffle.idx 0xffffffff, %1, 3, 0x1f\nstore.global.u32 [%2], %4\nexit");
    assert_eq!(run(&waiting, 32, vec![0; 32]), run(&in_place, 32, vec![0; 32]));
    assert!(try_run(&in_place, 1, vec![0; 32]).is_ok());
}
