//! Random programs: the product and the naive interpreter leave the same bytes. `soak` runs many more of them.

use conformance::differential::subject::{Subject, Way};
use conformance::differential::{Program, Verdict, compare, draw, shrink, through_driver};
use conformance::driver::{self, Driver};

/// Programs of every way through the product.
const COUNT: u64 = 150;

fn check(way: Way, first: u64) {
    let mut subject = Subject::default();
    let mut told = 0;
    for seed in first..first + COUNT {
        let program = draw::draw(seed);
        match compare(&mut subject, &program, way, true) {
            Verdict::Same => told += 1,
            Verdict::Refused(what) => eprintln!("seed {seed}: `{what}` is not offered"),
            Verdict::Open(why) => panic!("seed {seed} is no valid program: {why}"),
            Verdict::Different(how) => {
                let differs =
                    |program: &Program| matches!(compare(&mut subject, program, way, true), Verdict::Different(_));
                let small = shrink::shrink(&program, differs);
                panic!("seed {seed}: {how}\nIt is enough to run:\n{}", small.print());
            }
        }
    }
    assert!(told > COUNT * 9 / 10, "only {told} of {COUNT} programs tell anything");
}

#[test]
fn translated_programs_mean_what_the_manual_says() {
    check(Way::Usual, 1);
}

#[test]
fn passes_change_no_result() {
    check(Way::WithoutPasses, 10_001);
}

#[test]
fn programs_for_the_device_mean_the_same() {
    check(Way::Device, 20_001);
}

#[test]
fn programs_run_through_the_driver() {
    let driver = Driver::open(&driver::path()).expect("the driver starts");
    for seed in 30_001..30_001 + COUNT / 3 {
        match through_driver::compare(&driver, &draw::draw(seed)) {
            Verdict::Same => {}
            verdict => panic!("seed {seed}: {verdict:?}"),
        }
    }
}

#[test]
fn programs_are_the_same_whenever_they_are_drawn() {
    assert_eq!(draw::draw(42).print(), draw::draw(42).print());
    assert!(draw::drawn_forms() > 120, "{} forms are drawn", draw::drawn_forms());
}
