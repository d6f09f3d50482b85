//! Passes at work on small kernels, in the text form.

use super::*;
use crate::tile::Kernel;
use crate::tile::parse::parse;
use crate::tile::verify::verify;
use find_affine_values::find_affine_values;
use find_uniform_values::{Uniformity, find_uniform_values};

/// A kernel without parameters that has this body.
fn kernel(body: &str) -> Kernel {
    let kernel = parse(&format!("tile kernel k() bytes 64\n  symbols table\n\nfunction f0 k() {{\n{body}\n}}\n"))
        .unwrap_or_else(|error| panic!("{error}\n{body}"));
    assert_eq!(verify(&kernel), Ok(()), "{body}");
    kernel
}

fn lines(kernel: &Kernel) -> Vec<String> {
    let text = kernel.to_string();
    let body = text.split_once("{\n").expect("a function opens").1;
    body.lines().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty() && line != "}").collect()
}

/// What the pass makes of `body`, after unneeded values are gone.
fn check(pass: fn(&mut Kernel), body: &str, expected: &str) {
    let mut changed = kernel(body);
    pass(&mut changed);
    remove_dead_code::remove_dead_code(&mut changed);
    renumber_values::renumber_values(&mut changed);
    assert_eq!(verify(&changed), Ok(()), "{changed}");
    assert_eq!(lines(&changed), lines(&kernel(expected)), "{changed}");
}

#[test]
fn parameter_that_is_the_same_on_all_edges_goes() {
    check(
        prune_block_parameters::prune_block_parameters,
        "bb0:
            %0:b32 = tid.x
            %1:pred = setp.lt.s32 %0, 5
            branch %1 ? bb1(%0) : bb2(%0)
        bb1(%2:b32):
            jump bb2(%2)
        bb2(%3:b32):
            store.global.u32 [64], %3
            exit",
        "bb0:
            %0:b32 = tid.x
            %1:pred = setp.lt.s32 %0, 5
            branch %1 ? bb1 : bb2
        bb1:
            jump bb2
        bb2:
            store.global.u32 [64], %0
            exit",
    );
}

#[test]
fn parameters_of_an_irreducible_loop_that_only_pass_a_value_on_go() {
    check(
        prune_block_parameters::prune_block_parameters,
        "bb0:
            %0:b32 = tid.x
            %1:pred = setp.lt.s32 %0, 5
            branch %1 ? bb1(%0) : bb2(%0)
        bb1(%2:b32):
            jump bb2(%2)
        bb2(%3:b32):
            %4:b32 = load.global.volatile.sys.u32 [64]
            %5:pred = setp.eq.s32 %4, %3
            branch %5 ? bb1(%3) : bb3
        bb3:
            exit",
        "bb0:
            %0:b32 = tid.x
            %1:pred = setp.lt.s32 %0, 5
            branch %1 ? bb1 : bb2
        bb1:
            jump bb2
        bb2:
            %2:b32 = load.global.volatile.sys.u32 [64]
            %3:pred = setp.eq.s32 %2, %0
            branch %3 ? bb1 : bb3
        bb3:
            exit",
    );
}

#[test]
fn known_results_and_neutral_operations_are_folded() {
    check(
        fold_constants::fold_constants,
        "bb0:
            %0:b32 = tid.x
            %1:b32 = add.s32 3, 4
            %2:b32 = add.s32 %0, %1
            %3:b32 = add.s32 %2, 0xffffffff
            %4:b32 = mul.s32 %3, 1
            %5:b64 = pack.b64 %4, %0
            %6:b32 = unpack.lo.b64 %5
            store.global.u32 [64], %6
            exit",
        "bb0:
            %0:b32 = tid.x
            %1:b32 = add.s32 %0, 6
            store.global.u32 [64], %1
            exit",
    );
}

#[test]
fn constants_move_from_addresses_into_accesses() {
    check(
        fold_constants::fold_constants,
        "bb0:
            %0:b64 = load.param.u64 [8]
            %1:b64 = add.s64 %0, 16
            %2:b32 = load.global.u32 [%1 + 4]
            %3:b64 = add.s64 %0, 0x100000000
            store.global.u32 [%3], %2
            exit",
        "bb0:
            %0:b64 = load.param.u64 [8]
            %1:b32 = load.global.u32 [%0 + 20]
            %2:b64 = add.s64 %0, 0x100000000
            store.global.u32 [%2], %1
            exit",
    );
}

#[test]
fn branch_on_a_constant_becomes_a_jump() {
    check(
        fold_constants::fold_constants,
        "bb0:
            branch 1 ? bb1 : bb2
        bb1:
            exit
        bb2:
            trap",
        "bb0:
            jump bb1
        bb1:
            exit",
    );
}

#[test]
fn unneeded_loops_of_values_go_and_effects_stay() {
    check(
        |_| {},
        "bb0:
            jump bb1(0, 0)
        bb1(%0:b32, %1:b32):
            %2:b32 = add.s32 %0, 1
            %3:b32 = add.s32 %1, %2
            %4:b32 = load.global.u32 [64]
            %5:b32 = atomic.add.global.relaxed.gpu.u32 [64], 1
            %6:pred = setp.lt.s32 %2, 9
            branch %6 ? bb1(%2, %3) : bb2
        bb2:
            exit",
        "bb0:
            jump bb1(0)
        bb1(%0:b32):
            %1:b32 = add.s32 %0, 1
            atomic.add.global.relaxed.gpu.u32 [64], 1
            %2:pred = setp.lt.s32 %1, 9
            branch %2 ? bb1(%1) : bb2
        bb2:
            exit",
    );
}

#[test]
fn blocks_in_a_row_become_one_and_empty_ones_are_skipped() {
    check(
        merge_blocks::merge_blocks,
        "bb0:
            %0:b32 = tid.x
            jump bb1(%0)
        bb1(%1:b32):
            %2:pred = setp.lt.s32 %1, 5
            branch %2 ? bb2 : bb3
        bb2:
            jump bb3
        bb3:
            exit",
        "bb0:
            %0:b32 = tid.x
            %1:pred = setp.lt.s32 %0, 5
            branch %1 ? bb1 : bb1
        bb1:
            exit",
    );
}

#[test]
fn equal_values_are_shared_down_the_dominator_tree_only() {
    check(
        share_equal_values::share_equal_values,
        "bb0:
            %0:b32 = tid.x
            %1:pred = setp.lt.s32 %0, 5
            branch %1 ? bb1 : bb2
        bb1:
            %2:b32 = tid.x
            %3:b32 = add.s32 %2, 1
            store.global.u32 [64], %3
            jump bb2
        bb2:
            %4:b32 = add.s32 %0, 1
            %5:b32 = clock
            %6:b32 = clock
            %7:b32 = sub.s32 %6, %5
            %8:b32 = add.s32 %4, %7
            store.global.u32 [68], %8
            exit",
        "bb0:
            %0:b32 = tid.x
            %1:pred = setp.lt.s32 %0, 5
            branch %1 ? bb1 : bb2
        bb1:
            %2:b32 = add.s32 %0, 1
            store.global.u32 [64], %2
            jump bb2
        bb2:
            %3:b32 = add.s32 %0, 1
            %4:b32 = clock
            %5:b32 = clock
            %6:b32 = sub.s32 %5, %4
            %7:b32 = add.s32 %3, %6
            store.global.u32 [68], %7
            exit",
    );
}

#[test]
fn generic_addresses_of_symbols_and_frames_name_their_space() {
    check(
        resolve_generic_addresses::resolve_generic_addresses,
        "bb0:
            %0:b64 = symbol table
            %1:b64 = add.s64 %0, 8
            %2:b32 = load.generic.u32 [%1]
            %3:b64 = dynamic_shared
            %4:b64 = add.u64 %3, 0x0001000000000010
            store.generic.u32 [%4 + 4], %2
            store.generic.u32 [0x0001000000000020], %2
            exit",
        "bb0:
            %0:b64 = symbol table
            %1:b64 = add.s64 %0, 8
            %2:b32 = load.global.u32 [%1]
            %3:b64 = dynamic_shared
            store.shared.u32 [%3 + 20], %2
            store.shared.u32 [32], %2
            exit",
    );
}

/// A reduction: early exit, a divergent loop, then shuffles.
const REDUCTION: &str = "bb0:
        %0:b32 = tid.x
        %1:b32 = load.param.u32 [0]
        %2:pred = setp.ge.s32 %0, %1
        branch %2 ? bb5 : bb1
    bb1:
        jump bb2(%0)
    bb2(%3:b32):
        %4:b32 = add.s32 %3, 7
        %5:pred = setp.lt.s32 %4, %1
        branch %5 ? bb2(%4) : bb3
    bb3:
        %6:b32 = shuffle.down 0xffffffff, %3, 16, 31 -> bb4
    bb4:
        %7:b32 = shuffle.down 0xffffffff, %6, 8, 31 -> bb6
    bb6:
        store.global.u32 [64], %7
        exit
    bb5:
        exit";

#[test]
fn first_shuffle_after_a_divergent_loop_waits_and_the_next_acts_at_once() {
    let body = REDUCTION.replace("bb6", "bb9").replace("bb5", "bb6").replace("bb9", "bb5");
    let mut reduction = kernel(&body);
    act_at_once::act_at_once(&mut reduction);
    merge_blocks::merge_blocks(&mut reduction);
    let text = lines(&reduction).join("\n");
    assert_eq!(text.matches("->").count(), 1, "{text}");
    assert_eq!(text.matches("= shuffle.down").count(), 2, "{text}");
}

#[test]
fn shuffles_in_two_arms_go_on_waiting() {
    let body = "bb0:
            %0:b32 = tid.x
            %1:pred = setp.lt.s32 %0, 5
            branch %1 ? bb1 : bb3
        bb1:
            %2:b32 = shuffle.bfly 0xffffffff, %0, 1, 31 -> bb2
        bb2:
            %3:b32 = shuffle.bfly 0xffffffff, %2, 2, 31 -> bb5
        bb3:
            %4:b32 = shuffle.bfly 0xffffffff, %0, 1, 31 -> bb4
        bb4:
            %5:b32 = shuffle.bfly 0xffffffff, %4, 2, 31 -> bb6
        bb5:
            store.global.u32 [64], %3
            exit
        bb6:
            store.global.u32 [68], %5
            exit";
    let mut arms = kernel(body);
    act_at_once::act_at_once(&mut arms);
    assert_eq!(arms, kernel(body));
}

#[test]
fn loop_counter_is_uniform_inside_and_varying_after_a_divergent_loop() {
    let counting = kernel(
        "bb0:
            %0:b32 = tid.x
            jump bb1(0)
        bb1(%1:b32):
            %2:b32 = add.s32 %1, 1
            %3:pred = setp.lt.s32 %2, %0
            branch %3 ? bb1(%2) : bb2(%2)
        bb2(%4:b32):
            store.global.u32 [64], %4
            exit",
    );
    let found = find_uniform_values(&counting.functions[0]);
    let levels: Vec<Uniformity> = found.values.clone();
    use Uniformity::*;
    assert_eq!(levels, [Varying, Grid, Grid, Varying, Varying]);
    assert_eq!(found.control[1], Varying);
    assert_eq!(found.control[2], Grid);
}

#[test]
fn value_chosen_by_a_divergent_branch_is_varying() {
    let chosen = kernel(
        "bb0:
            %0:b32 = tid.x
            %1:b32 = ctaid.x
            %2:pred = setp.lt.s32 %0, 5
            branch %2 ? bb1(1) : bb1(2)
        bb1(%3:b32):
            %4:pred = setp.lt.s32 %1, 5
            branch %4 ? bb2(1) : bb2(2)
        bb2(%5:b32):
            %6:b32 = add.s32 %3, %5
            store.global.u32 [64], %6
            exit",
    );
    let found = find_uniform_values(&chosen.functions[0]);
    assert_eq!(found.values[3], Uniformity::Varying);
    assert_eq!(found.values[5], Uniformity::Cta);
}

/// The affine form of the last value, in words.
fn affine(body: &str) -> String {
    let kernel = kernel(body);
    let function = &kernel.functions[0];
    let found = find_affine_values(function, &find_uniform_values(function));
    match found.values.last() {
        Some(Some(affine)) => {
            let terms: Vec<String> =
                affine.terms.iter().map(|term| format!("{} {:?}", term.coefficient, term.factors)).collect();
            format!("{} if {}", terms.join(" + "), affine.assumptions.len())
        }
        _ => "none".to_owned(),
    }
}

#[test]
fn address_of_a_thread_is_affine() {
    let form = affine(
        "bb0:
            %0:b32 = ctaid.x
            %1:b32 = ntid.x
            %2:b32 = tid.x
            %3:b32 = mad.s32 %0, %1, %2
            %4:b64 = load.param.u64 [0]
            %5:b64 = mul.wide.s32 %3, 4
            %6:b64 = add.s64 %4, %5
            store.global.u32 [%6], %2
            exit",
    );
    assert_eq!(form, "4 [Special(TidX)] + 4 [Special(NtidX), Special(CtaidX)] + 1 [Uniform(Value(4))] if 1");
}

#[test]
fn pointer_that_walks_through_a_loop_counts_its_iterations() {
    let form = affine(
        "bb0:
            %0:b32 = tid.x
            %1:b32 = load.param.u32 [8]
            %2:b64 = mul.wide.s32 %0, 4
            jump bb1(%2, 0)
        bb1(%3:b64, %4:b32):
            store.global.u32 [%3], %0
            %5:b32 = add.s32 %4, 1
            %6:pred = setp.lt.s32 %5, %1
            %7:b64 = add.s64 %3, 128
            branch %6 ? bb1(%7, %5) : bb2
        bb2:
            exit",
    );
    assert_eq!(form, "128 [] + 4 [Special(TidX)] + 128 [Iteration(BlockId(1))] if 0");
}

#[test]
fn product_of_thread_indices_is_not_affine() {
    assert_eq!(
        affine(
            "bb0:
            %0:b32 = tid.x
            %1:b32 = tid.y
            %2:b32 = mul.s32 %0, %1
            store.global.u32 [64], %2
            exit"
        ),
        "none"
    );
}

#[test]
fn products_of_open_rounding_join_their_sums() {
    check(
        contract_products::contract_products,
        "bb0:
            %0:b32 = tid.x
            %1:b32 = mul.f32 %0, %0
            %2:b32 = add.f32 %1, 5
            %3:b32 = mul.f32 %0, 7
            %4:b32 = sub.f32 9, %3
            %5:b32 = mul.ftz.f32 %0, 3
            %6:b32 = sub.ftz.sat.f32 %5, %4
            store.global.v2.u32 [64], %2, %6
            exit",
        "bb0:
            %0:b32 = tid.x
            %1:b32 = fma.rn.f32 %0, %0, 5
            %2:b32 = neg.f32 %0
            %3:b32 = fma.rn.f32 %2, 7, 9
            %4:b32 = neg.f32 %3
            %5:b32 = fma.rn.ftz.sat.f32 %0, 3, %4
            store.global.v2.u32 [64], %1, %5
            exit",
    );
}

#[test]
fn products_that_are_rounded_or_read_twice_stay() {
    let body = "bb0:
            %0:b32 = tid.x
            %1:b32 = mul.rn.f32 %0, %0
            %2:b32 = add.f32 %1, 5
            %3:b32 = mul.f32 %0, 7
            %4:b32 = add.rn.f32 %3, 9
            %5:b32 = mul.f32 %0, 3
            %6:b32 = add.f32 %5, %4
            %7:b32 = mul.ftz.f32 %0, 3
            %8:b32 = add.f32 %7, %6
            %9:b32 = mul.sat.f32 %0, 3
            %10:b32 = add.f32 %9, %8
            store.global.v4.u32 [64], %2, %4, %5, %10
            exit";
    check(contract_products::contract_products, body, body);
}
