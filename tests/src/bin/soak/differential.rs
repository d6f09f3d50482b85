//! Random programs against the naive interpreter.

use super::Wanted;
use conformance::differential::subject::{Subject, Way};
use conformance::differential::{Program, Verdict, compare, draw, shrink, through_driver};
use conformance::driver::{self, Driver};
use std::collections::BTreeMap;
use std::time::Instant;

/// Findings after which it is enough.
const ENOUGH: u64 = 10;

pub(crate) fn run(wanted: &Wanted) -> u64 {
    let begin = Instant::now();
    let mut subject = Subject::default();
    // A sample goes the whole way, through the library.
    let driver = Driver::open(&driver::path()).ok();
    let mut driven = 0u64;
    let (mut same, mut open, mut findings) = (0u64, 0u64, 0);
    let mut refused: BTreeMap<String, u64> = BTreeMap::new();
    let mut seed = wanted.seed;
    while Instant::now() < wanted.end && findings < ENOUGH {
        let program = draw::draw(seed);
        let way = wanted.way.unwrap_or(match seed % 16 {
            0 => Way::WithoutPasses,
            1 => Way::Device,
            _ => Way::Usual,
        });
        let verdict = match &driver {
            Some(driver) if wanted.way.is_none() && seed % 64 == 2 => {
                driven += 1;
                through_driver::compare(driver, &program)
            }
            _ => compare(&mut subject, &program, way, false),
        };
        match verdict {
            Verdict::Same => same += 1,
            Verdict::Refused(what) => *refused.entry(what).or_default() += 1,
            Verdict::Open(why) => {
                if open < 5 {
                    println!("seed {seed}: {why}");
                }
                open += 1;
            }
            Verdict::Different(how) => {
                findings += 1;
                println!("seed {seed}, {way:?}: {how}");
                report(&mut subject, &program, way);
            }
        }
        seed += 1;
    }
    let rate = same as f64 / begin.elapsed().as_secs_f64();
    let all_refused: u64 = refused.values().sum();
    println!(
        "differential: {same} programs agree ({rate:.0} a second), {findings} differ, {open} are not valid, \
         {all_refused} use what is not offered"
    );
    println!("differential: {} forms drawn, the last seed is {}", draw::drawn_forms(), seed - 1);
    if all_refused > 0 {
        println!("not offered: {refused:?}");
    }
    println!("{driven} programs went through the driver");
    println!("device: {} programs of lanes, {} routines", subject.routines[1], subject.routines[0]);
    findings
}

/// Shrinks a program and prints it.
fn report(subject: &mut Subject, program: &Program, way: Way) {
    let is_wrong = |verdict| matches!(verdict, Verdict::Different(_));
    let strict = is_wrong(compare(subject, program, way, true));
    subject.patience = 3;
    let small = shrink::shrink(program, |program| is_wrong(compare(subject, program, way, strict)));
    subject.patience = Subject::PATIENCE;
    if let Verdict::Different(how) = compare(subject, &small, way, strict) {
        println!("{how}\n{}", small.print());
    }
}
