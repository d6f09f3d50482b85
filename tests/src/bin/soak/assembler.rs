//! Our front end and NVIDIA's assembler on the same instructions: the table's examples with dot-words dropped and in
//! another order.
//!
//! What the assembler takes and we refuse is a finding. The other way round is only told: the table's lines are wider
//! than the assembler.

use super::Wanted;
use anyhow::{Context as _, Result, ensure};
use conformance::differential::Random;
use conformance::toolchain::Toolkit;
use ptx_frontend::form::{self, PREAMBLE};
use ptx_frontend::isa::{Opcode, ROWS};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

/// Instructions of one module.
const KERNELS: usize = 100;
/// What the assembler of CUDA 13.5 takes and the manual does not have; words in any order.
const UNDOCUMENTED: [&[&str]; 6] = [
    &["cvt", "bf16", "f16"],
    &["mma", "kind::f8f6f4"],
    &["prefetch", "L2::evict_last"],
    &["prefetch", "L2::evict_normal"],
    &["testp", "f32"],
    &["wgmma", "sync"],
];
/// Targets that have something which others lack.
const TARGETS: [&str; 4] = ["sm_90a", "sm_100a", "sm_103a", "sm_120a"];

pub(crate) fn run(wanted: &Wanted) -> Result<u64> {
    let toolkit = Toolkit::find().context("there is no CUDA toolkit; `./x setup` installs it")?;
    let examples: Vec<String> = ROWS
        .iter()
        .flat_map(|row| (0..row.forms.len() as u16).map(|form| (row.opcode, form)))
        .filter_map(|(opcode, form): (Opcode, u16)| form::example(opcode, form))
        .collect();
    let mut random = Random::new(wanted.seed);
    let (mut same, mut undocumented, mut crashes, mut lenient) = (0u64, 0u64, 0, BTreeMap::<String, u64>::new());
    let mut refused: BTreeSet<String> = BTreeSet::new();
    while Instant::now() < wanted.end {
        let target = TARGETS[random.below(TARGETS.len())];
        let instructions: Vec<String> =
            (0..KERNELS).map(|_| mutated(&examples[random.below(examples.len())], &mut random)).collect();
        let Ok(taken) = taken_by_nvidia(&toolkit, target, &instructions) else {
            crashes += 1;
            continue;
        };
        for (instruction, is_taken) in instructions.into_iter().zip(taken) {
            match (is_taken, complaint(target, &instruction)) {
                (true, Some(_)) if is_undocumented(&instruction) => undocumented += 1,
                (true, Some(message)) => {
                    if refused.insert(spelling(&instruction).to_owned()) {
                        println!("{target}: NVIDIA's assembler takes `{instruction}`, we do not: {message}");
                    }
                }
                (false, None) => {
                    let opcode = instruction.split(['.', ' ']).next().unwrap_or_default();
                    *lenient.entry(opcode.to_owned()).or_default() += 1;
                }
                _ => same += 1,
            }
        }
    }
    let wide: u64 = lenient.values().sum();
    println!(
        "assembler: {same} instructions judged alike, {} refused by us only, {wide} taken by us only",
        refused.len()
    );
    println!(
        "taken by us only: {lenient:?}; {crashes} modules of {KERNELS} without an answer; {undocumented} are not documented"
    );
    Ok(refused.len() as u64)
}

fn is_undocumented(instruction: &str) -> bool {
    let words: Vec<&str> = spelling(instruction).split('.').collect();
    UNDOCUMENTED.iter().any(|known| known.iter().all(|word| words.contains(word)))
}

/// An instruction's opcode with its dot-words.
fn spelling(instruction: &str) -> &str {
    instruction.split(' ').next().unwrap_or_default()
}

/// An example, mostly with one or two of its dot-words dropped or swapped.
fn mutated(example: &str, random: &mut Random) -> String {
    let (head, operands) = example.split_once(' ').unwrap_or((example, ""));
    let mut parts: Vec<&str> = head.split('.').collect();
    for _ in 0..random.below(3) {
        let at = 1 + random.below(parts.len());
        if at + 1 < parts.len() && random.one_in(2) {
            parts.swap(at, at + 1);
        } else if at < parts.len() {
            parts.remove(at);
        }
    }
    format!("{} {operands}", parts.join("."))
}

fn module(target: &str, instructions: &[(usize, &String)]) -> (String, Vec<(usize, usize)>) {
    let mut text = format!(".version 9.4\n.target {target}\n.address_size 64\n");
    // The number of the instruction's line, and which it is.
    let mut lines = Vec::new();
    for (index, instruction) in instructions {
        text += &format!(".visible .entry kernel{index}() {{\n{PREAMBLE}");
        lines.push((text.lines().count() + 1, *index));
        text += &format!("{instruction}\nexit;\n}}\n");
    }
    (text, lines)
}

/// Which instructions NVIDIA's assembler takes. An error may hide others, so that it is asked again without the wrong ones.
fn taken_by_nvidia(toolkit: &Toolkit, target: &str, instructions: &[String]) -> Result<Vec<bool>> {
    let mut left: Vec<(usize, &String)> = instructions.iter().enumerate().collect();
    while !left.is_empty() {
        let (text, lines) = module(target, &left);
        let faults = toolkit.faults(&text)?;
        if faults.is_empty() {
            break;
        }
        // What it does not find in a line it finds in the kernel as a whole; then nobody knows in which.
        let wrong: BTreeSet<usize> = faults
            .iter()
            .filter_map(|(line, _)| lines.iter().find(|(at, _)| line.abs_diff(*at) <= 2).map(|(_, index)| *index))
            .collect();
        // `alloca.u32` and its like are refused without a line.
        ensure!(!wrong.is_empty(), "nothing says which instruction is wrong: {faults:?}");
        left.retain(|(index, _)| !wrong.contains(index));
    }
    let mut taken = vec![false; instructions.len()];
    left.iter().for_each(|(index, _)| taken[*index] = true);
    Ok(taken)
}

/// What our front end has against an instruction.
fn complaint(target: &str, instruction: &str) -> Option<String> {
    let instruction = instruction.to_owned();
    let (text, _) = module(target, &[(0, &instruction)]);
    match ptx_frontend::parse_module(&text, "instruction.ptx") {
        Err(diagnostics) => Some(diagnostics[0].message.clone()),
        Ok(module) => module.functions[0].errors.first().map(|diagnostic| diagnostic.message.clone()),
    }
}
