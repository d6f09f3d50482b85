//! What the suite runs is PTX: NVIDIA's assembler takes it. A test that only our own front end takes says nothing about
//! another libcuda.

use conformance::case::{Case, Reach, Target};
use conformance::differential::draw;
use conformance::sweep::{Subject, catalogue, kernel};
use conformance::toolchain::Toolkit;
use conformance::{cases, litmus};
use std::collections::BTreeMap;

/// The newest CUDA that `./x setup` installs, as a driver says it.
const CUDA: u32 = 13050;
/// Devices whose kernels the sweeps are written for; each has something that the others lack.
const CAPABILITIES: [u32; 3] = [90, 100, 120];
/// Of a form's combinations of dot-words.
const VARIANTS: usize = 6;
/// Kernels of one module.
const KERNELS: usize = 60;

/// The assembler, if there is one.
fn toolkit() -> Option<Toolkit> {
    let found = Toolkit::find();
    if found.is_none() {
        eprintln!("not run: there is no CUDA toolkit, `./x setup` installs it");
    }
    found
}

#[test]
fn nvidias_assembler_agrees_with_every_case() {
    let Some(toolkit) = toolkit() else { return };
    let mut wrong = Vec::new();
    for file in cases::files().expect("there are cases") {
        let text = std::fs::read_to_string(&file).expect("it can be read");
        let case = Case::parse(&text).expect("it is a case");
        if case.ours.is_some() {
            continue;
        }
        let faults = toolkit.faults(&text).expect("the assembler runs");
        if faults.is_empty() == case.load_error.is_some() {
            wrong.push(format!("{}: {faults:?}", cases::name(&file)));
        }
    }
    for (name, text) in litmus::files().expect("there are litmus tests") {
        let faults = toolkit.faults(&text).expect("the assembler runs");
        if !faults.is_empty() {
            wrong.push(format!("{name}: {faults:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn nvidias_assembler_takes_what_the_sweeps_run() {
    let Some(toolkit) = toolkit() else { return };
    let subjects = catalogue::catalogue("", VARIANTS).subjects;
    // Those that no device has taken yet, by number since some share their names, with what was said of them.
    let mut waiting: BTreeMap<usize, String> = (0..subjects.len()).map(|index| (index, String::new())).collect();
    for capability in CAPABILITIES {
        let offered = kernel::Offered::new(capability, CUDA);
        let mut modules: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for index in waiting.keys() {
            let needs = kernel::Needs::of(subjects[*index].form);
            if needs.fits(capability) {
                modules.entry(needs.header(offered)).or_default().push(*index);
            }
        }
        for part in modules.values().flat_map(|indices| indices.chunks(KERNELS)) {
            let inside: Vec<&Subject> = part.iter().map(|index| &subjects[*index]).collect();
            let text = kernel::module(kernel::Needs::of(inside[0].form), offered, &inside);
            let mut faults: BTreeMap<usize, String> = BTreeMap::new();
            for (line, message) in toolkit.faults(&text).expect("the assembler runs") {
                let entries = text.lines().take(line).filter(|line| line.contains(".entry ")).count();
                faults.insert(entries.checked_sub(1).expect("the error is in a kernel"), message);
            }
            for (at, index) in part.iter().enumerate() {
                match faults.remove(&at) {
                    Some(message) => drop(waiting.insert(*index, format!("{}: {message}", subjects[*index].name))),
                    None => drop(waiting.remove(index)),
                }
            }
        }
    }
    // The manual has it, NVIDIA's assembler takes it for `rcp.approx.ftz.f64`.
    waiting.retain(|index, _| subjects[*index].name != "rcp.f64");
    assert!(waiting.is_empty(), "{waiting:#?}");
    assert!(subjects.len() > 1000, "there are only {} kernels", subjects.len());
}

#[test]
fn nvidias_assembler_takes_random_programs() {
    let Some(toolkit) = toolkit() else { return };
    for seed in 0..60 {
        let text = draw::draw(seed).print();
        let faults = toolkit.faults(&text).expect("the assembler runs");
        let lines: Vec<&str> = text.lines().collect();
        let shown = faults.iter().map(|(line, message)| format!("{message}\n{}", lines[line.saturating_sub(1)]));
        assert!(faults.is_empty(), "seed {seed}: {}", shown.collect::<Vec<_>>().join("\n"));
    }
}

#[test]
fn a_module_of_another_architecture_is_told_apart() {
    let target = |text: &str| Target::parse(text).expect("it is a target");
    assert_eq!(target("100a\n"), Target { architecture: 100, reach: Reach::Exact });
    assert_eq!(target("120f"), Target { architecture: 120, reach: Reach::Family });
    assert_eq!(target("75, texmode_independent"), Target { architecture: 75, reach: Reach::Later });
}
