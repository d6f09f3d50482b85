//! NVIDIA's assembler as an oracle: what it computes of constants, against what the oracles of the sweeps say.
//!
//! A kernel whose operands are all constants has, once assembled, only the stores of results that ptxas worked out. It
//! does so for most arithmetic, with the meaning that the hardware has. What it leaves to run time is not judged.

use super::Wanted;
use anyhow::{Context as _, Result, ensure};
use conformance::differential::Random;
use conformance::sweep::catalogue::catalogue;
use conformance::sweep::inputs::inputs;
use conformance::sweep::judge::{State, judge, results};
use conformance::sweep::kernel::{self, Needs, Offered};
use conformance::sweep::oracle::format::Format;
use conformance::sweep::{Expected, Oracle, Subject};
use conformance::toolchain::Toolkit;
use std::collections::{BTreeSet, HashMap};
use std::path::Path;
use std::time::Instant;

/// Kernels of one module.
const KERNELS: usize = 300;
/// Combinations of dot-words of a form.
const VARIANTS: usize = 64;
/// After so many kernels of a subject, none of which ptxas computed, it is left alone.
const TRIES: i32 = 4;
/// Random inputs of a subject to draw from.
const INPUTS: usize = 1000;
/// CUDA 13.4's PTX on the least and on a later architecture that it makes code for.
const DEVICES: [(u32, u32); 2] = [(80, 13_040), (100, 13_040)];

pub(crate) fn run(wanted: &Wanted) -> Result<u64> {
    let toolkit = Toolkit::find().context("there is no CUDA toolkit; `./x setup` installs it")?;
    let cubin = std::env::temp_dir().join(format!("regauge-folding-{}.cubin", std::process::id()));
    let subjects = catalogue("", VARIANTS).subjects;
    let mut random = Random::new(wanted.seed);
    let mut rows: HashMap<usize, Vec<Vec<u64>>> = HashMap::new();
    let mut hopes = HashMap::new();
    let (mut judged, mut open, mut forms, mut wrong) = (0u64, 0u64, BTreeSet::new(), BTreeSet::new());
    while Instant::now() < wanted.end {
        let (capability, driver) = DEVICES[random.below(DEVICES.len())];
        let device = Offered::new(capability, driver);
        let mut drawn: Vec<(&Subject, Vec<u64>)> = Vec::new();
        for _ in 0..100 * KERNELS {
            let index = random.below(subjects.len());
            let subject = &subjects[index];
            let needs = Needs::of(subject.form);
            let is_alone = matches!(subject.oracle, Oracle::Thread(_)) && !subject.scratch;
            let hope = *hopes.entry((capability, subject.name.as_str())).or_insert(TRIES);
            if hope > 0 && is_alone && needs.fits(capability) && needs.header(device) == device.header() {
                let inputs = rows.entry(index).or_insert_with(|| inputs(subject, INPUTS));
                let count = inputs.first().map_or(1, Vec::len);
                let thread = random.below(count);
                let row = inputs.iter().map(|input| input[thread]).collect();
                drawn.push((subject, row));
            }
            if drawn.len() == KERNELS {
                break;
            }
        }
        let stores = folded(&toolkit, device, &mut drawn, &cubin)?;
        for ((subject, row), stores) in drawn.iter().zip(stores) {
            let outputs: Option<Vec<Vec<u64>>> =
                (0..subject.outputs.len()).map(|k| Some(vec![*stores.get(&(8 * k as u64))?])).collect();
            let hope = hopes.entry((capability, subject.name.as_str())).or_insert(TRIES);
            let Some(outputs) = outputs else {
                *hope -= 1;
                open += 1;
                continue;
            };
            *hope = i32::MAX;
            let inputs: Vec<Vec<u64>> = row.iter().map(|value| vec![*value]).collect();
            let outcome = judge(subject, &inputs, &outputs);
            judged += 1;
            forms.insert((subject.form.0.mnemonic(), subject.form.1));
            let is_wrong = outcome.state == State::Failing && !differ_in_nan_only(subject, &inputs, &outputs);
            if is_wrong && wrong.insert(subject.name.clone()) {
                println!("sm_{capability}, `{}`: {}", subject.name, outcome.message.unwrap_or_default());
            }
        }
    }
    // It may not have come to be.
    let _ = std::fs::remove_file(&cubin);
    println!(
        "folding: {judged} results of NVIDIA's assembler for {} forms, {} instructions of which differ; {open} not computed",
        forms.len(),
        wrong.len()
    );
    Ok(wrong.len() as u64)
}

/// Whether all that differs is which NaN it is: `x * -1` becomes `-x`, and constants do not meet the hardware's
/// canonical NaN.
fn differ_in_nan_only(subject: &Subject, inputs: &[Vec<u64>], outputs: &[Vec<u64>]) -> bool {
    results(subject, inputs, 1).all(|place| match (place.expected, Format::packed(subject.outputs[place.output].ty)) {
        (Expected::Bits(bits), Some((format, _))) => {
            let actual = place.of(outputs);
            bits == actual || format.is_nan(bits) && format.is_nan(actual)
        }
        _ => false,
    })
}

/// What each kernel stores, by the distance from `outputs`, as far as it is known. Drops kernels that are refused.
fn folded(
    toolkit: &Toolkit,
    device: Offered,
    drawn: &mut Vec<(&Subject, Vec<u64>)>,
    cubin: &Path,
) -> Result<Vec<HashMap<u64, u64>>> {
    loop {
        let text = kernel::folded_module(device, drawn);
        let faults = toolkit.assemble(&text, cubin)?;
        if faults.is_empty() {
            break;
        }
        let heads: Vec<usize> =
            text.lines().enumerate().filter(|(_, line)| line.starts_with(".visible")).map(|(at, _)| at + 1).collect();
        let refused: BTreeSet<usize> =
            faults.iter().filter_map(|(line, _)| heads.partition_point(|head| head <= line).checked_sub(1)).collect();
        ensure!(!refused.is_empty(), "nothing says which kernel is wrong: {faults:?}");
        let mut index = 0;
        drawn.retain(|_| {
            index += 1;
            !refused.contains(&(index - 1))
        });
    }
    let listing = toolkit.disassemble(cubin)?;
    let mut stores = vec![HashMap::new(); drawn.len()];
    for section in listing.split(".section\t.text.").skip(1) {
        let name = section.split(',').next().unwrap_or_default();
        let index = name.trim_start_matches("sweep").parse::<usize>().with_context(|| format!("a kernel `{name}`"))?;
        stores[index] = stored(section);
    }
    Ok(stores)
}

/// What a kernel without branches stores, as far as it is constant.
fn stored(section: &str) -> HashMap<u64, u64> {
    let mut registers = Registers(HashMap::new());
    let mut stores = HashMap::new();
    for (text, immediate) in instructions(section) {
        let (opcode, operands) = text.split_once(' ').unwrap_or((text, ""));
        let operands: Vec<&str> = operands.split(", ").map(str::trim).collect();
        let first = operands[0];
        match opcode {
            _ if text.starts_with('@') => return HashMap::new(),
            "EXIT" => break,
            "NOP" => {}
            "CALL" | "CALL.REL.NOINC" | "BRA" | "BSSY" | "BSYNC" | "WARPSYNC" => return HashMap::new(),
            "MOV" | "UMOV" | "IMAD.MOV.U32" | "IMAD.U32" if is_move(&operands) => {
                let source = operands[operands.len() - 1];
                let value = if source.starts_with("0x") { Some(immediate) } else { registers.of(source, 0) };
                registers.set(first, 1, value.into_iter());
            }
            "HFMA2" | "HFMA2.MMA" if operands.get(1..3) == Some(&["-RZ", "RZ"]) && operands.len() == 5 => {
                registers.set(first, 1, [immediate].into_iter());
            }
            "CS2R" if operands[1] == "SRZ" => registers.set(first, 2, [0, 0].into_iter()),
            "CS2R.32" if operands[1] == "SRZ" => registers.set(first, 1, [0].into_iter()),
            _ if opcode.starts_with("ST") => {
                let Some((address, value)) = text.rsplit_once("], ") else { continue };
                let place = address.rsplit_once('[').map_or("", |(_, place)| place);
                let offset =
                    place.split_once("+0x").map_or(Some(0), |(_, digits)| u64::from_str_radix(digits, 16).ok());
                let low = registers.of(value, 0);
                let high = if opcode.contains(".64") { registers.of(value, 1) } else { Some(0) };
                if let (Some(offset), Some(low), Some(high)) = (offset, low, high) {
                    stores.insert(offset, u64::from(high) << 32 | u64::from(low));
                }
            }
            // It may write two or four registers, and a predicate before them.
            _ => {
                let is_register = |operand: &&&str| number(operand).is_some();
                if let Some(written) = operands.iter().take(2).find(is_register) {
                    registers.set(written, 4, std::iter::empty());
                }
            }
        }
    }
    stores
}

/// The instructions of a listing and the immediate that each would have.
fn instructions(section: &str) -> impl Iterator<Item = (&str, u32)> {
    section.lines().filter_map(|line| {
        let (_, rest) = line.trim_start().strip_prefix("/*")?.split_once("*/")?;
        let (text, bits) = rest.split_once(';')?;
        let bits = bits.split_once("0x")?.1.get(..16)?;
        Some((text.trim(), (u64::from_str_radix(bits, 16).ok()? >> 32) as u32))
    })
}

fn is_move(operands: &[&str]) -> bool {
    matches!(operands, [_, _] | [_, "RZ", "RZ", _])
}

/// The number of a register, `R7` or `UR7`.
fn number(name: &str) -> Option<(&str, u32)> {
    let name = name.trim_end_matches(".reuse").trim_end_matches(".64");
    let at = name.find(|c: char| c.is_ascii_digit())?;
    let (kind, digits) = name.split_at(at);
    matches!(kind, "R" | "UR").then_some(())?;
    Some((kind, digits.parse().ok()?))
}

/// Registers that hold constants.
struct Registers<'a>(HashMap<(&'a str, u32), u32>);

impl<'a> Registers<'a> {
    /// What the register so many behind another holds.
    fn of(&self, name: &'a str, behind: u32) -> Option<u32> {
        let name = name.trim_end_matches(".reuse");
        if matches!(name, "RZ" | "URZ") {
            return Some(0);
        }
        let (kind, first) = number(name)?;
        self.0.get(&(kind, first + behind)).copied()
    }

    /// So many registers have these values now; those without one are not known.
    fn set(&mut self, name: &'a str, count: u32, mut values: impl Iterator<Item = u32>) {
        let Some((kind, first)) = number(name) else { return };
        for register in first..first + count {
            match values.next() {
                Some(value) => self.0.insert((kind, register), value),
                None => self.0.remove(&(kind, register)),
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constants_are_followed_to_the_stores() {
        let listing = "sweep0,\"ax\"\n\
            \t/*0000*/ MOV R2, c[0x0][0x160] ; /* 0x0000580000027a02 */\n\
            \t/*0010*/ MOV R5, 0xffffff80 ; /* 0xffffff8000057802 */\n\
            \t/*0020*/ HFMA2.MMA R6, -RZ, RZ, +QNAN, 2 ; /* 0x7fff4000ff067435 */\n\
            \t/*0030*/ IMAD.MOV.U32 R7, RZ, RZ, R5.reuse ; /* 0x000000ffff077224 */\n\
            \t/*0040*/ STG.E.64 desc[UR4][R2.64], R6 ; /* 0x0000000602007986 */\n\
            \t/*0050*/ STG.E [R2.64+0x8], RZ ; /* 0x000008ff02007986 */\n\
            \t/*0060*/ IADD3 R5, R5, R9, RZ ; /* 0x0000000905057210 */\n\
            \t/*0070*/ STG.E [R2.64+0x10], R5 ; /* 0x0000100502007986 */\n\
            \t/*0080*/ EXIT ; /* 0x000000000000794d */\n";
        let stores = stored(listing);
        assert_eq!(stores, HashMap::from([(0, 0xffff_ff80_7fff_4000), (8, 0)]));
    }
}
