//! Golden vectors: what real hardware made of the sweeps' inputs.
//!
//! A file is compressed with zstd. It has a line of JSON that says where and how it was recorded and lists the subjects,
//! and behind it their outputs. Inputs are not stored: they follow from a subject's name and the number of random ones,
//! and their hash is kept to notice when that changes.

use super::inputs::inputs;
use super::report::Device;
use super::supervisor::Finished;
use super::{Expected, Register, Subject, judge};
use anyhow::{Context as _, Result, ensure};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::io::Write;
use std::path::Path;

/// Version of the layout.
const VERSION: u32 = 1;
/// How hard zstd tries: recordings are committed.
const LEVEL: i32 = 19;

/// A recording.
pub struct Golden {
    /// Its first line.
    pub header: Header,
    outputs: Vec<u8>,
}

/// Where and how vectors were recorded.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Header {
    /// Version of the layout.
    pub schema_version: u32,
    /// The device.
    pub device: Device,
    /// The day, 2026-11-25.
    pub date: String,
    /// Random inputs of each subject.
    pub inputs: usize,
    /// Combinations of dot-words of each form.
    pub variants: usize,
    /// In the order of their outputs.
    pub subjects: Vec<Recorded>,
}

/// A subject that was recorded.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Recorded {
    /// Its name.
    pub name: String,
    /// Hash of its inputs.
    pub inputs: u64,
    /// How many threads it had.
    pub threads: usize,
    /// Bytes of its outputs.
    pub bytes: usize,
    /// Whether the manual determines every bit of them; otherwise other hardware may differ.
    pub is_exact: bool,
}

/// A hash that is the same everywhere: FNV-1a's constants over whole values, turned so that high bits count too.
fn hash(inputs: &[Vec<u64>]) -> u64 {
    let mix = |hash: u64, value: &u64| (hash ^ value).wrapping_mul(0x100_0000_01b3).rotate_left(23);
    inputs.iter().flatten().fold(0xcbf2_9ce4_8422_2325, mix)
}

/// Outputs as bytes: those of each register byte plane by byte plane, which compresses well.
pub fn pack(registers: &[Register], outputs: &[Vec<u64>]) -> Vec<u8> {
    let planes = registers.iter().zip(outputs).flat_map(|(register, output)| {
        (0..register.bits.div_ceil(8)).map(move |plane| output.iter().map(move |value| (value >> (8 * plane)) as u8))
    });
    planes.flatten().collect()
}

/// The opposite of [`pack`].
pub fn unpack(registers: &[Register], threads: usize, bytes: &[u8]) -> Option<Vec<Vec<u64>>> {
    let mut rest = bytes;
    let mut outputs = Vec::new();
    for register in registers {
        let mut output = vec![0; threads];
        for plane in 0..register.bits.div_ceil(8) {
            let (bytes, after) = rest.split_at_checked(threads)?;
            output.iter_mut().zip(bytes).for_each(|(value, byte)| *value |= u64::from(*byte) << (8 * plane));
            rest = after;
        }
        outputs.push(output);
    }
    rest.is_empty().then_some(outputs)
}

impl Golden {
    /// Makes a recording of finished subjects; those without outputs are left out.
    pub fn record(
        device: Device,
        count: usize,
        variants: usize,
        subjects: &[Subject],
        finished: &[Finished],
    ) -> Golden {
        let mut golden = Golden {
            header: Header {
                schema_version: VERSION,
                device,
                date: today(),
                inputs: count,
                variants,
                subjects: Vec::new(),
            },
            outputs: Vec::new(),
        };
        for done in finished {
            let Some(bytes) = &done.outputs else { continue };
            let subject = &subjects[done.index];
            golden.header.subjects.push(Recorded {
                name: subject.name.clone(),
                inputs: hash(&inputs(subject, count)),
                threads: done.outcome.inputs,
                bytes: bytes.len(),
                is_exact: subject.certainty == super::Certainty::Exact,
            });
            golden.outputs.extend(bytes);
        }
        golden
    }

    /// Writes the file; answers its size.
    pub fn write(&self, file: &Path) -> Result<usize> {
        let mut bytes = serde_json::to_vec(&self.header)?;
        bytes.push(b'\n');
        bytes.extend(&self.outputs);
        let compressed = zstd::encode_all(&bytes[..], LEVEL)?;
        let mut out = std::fs::File::create(file).with_context(|| format!("{} cannot be written", file.display()))?;
        out.write_all(&compressed)?;
        Ok(compressed.len())
    }

    /// Reads a file.
    pub fn read(file: &Path) -> Result<Golden> {
        let context = || format!("{} is no recording", file.display());
        let compressed = std::fs::File::open(file).with_context(context)?;
        let mut bytes = zstd::decode_all(compressed).with_context(context)?;
        let end = bytes.iter().position(|byte| *byte == b'\n').with_context(context)?;
        let header: Header = serde_json::from_slice(&bytes[..end]).with_context(context)?;
        ensure!(header.schema_version == VERSION, "{}: version {}", file.display(), header.schema_version);
        let outputs = bytes.split_off(end + 1);
        let listed: usize = header.subjects.iter().map(|subject| subject.bytes).sum();
        ensure!(listed == outputs.len(), "{} is cut off", file.display());
        Ok(Golden { header, outputs })
    }

    /// Compares results with what was recorded; `finished` are of the recording's number of inputs.
    pub fn compare(&self, subjects: &[Subject], finished: &[Finished]) -> Vec<Comparison> {
        let by_name: HashMap<&str, &Finished> =
            finished.iter().map(|done| (subjects[done.index].name.as_str(), done)).collect();
        let mut comparisons = Vec::new();
        let mut rest = &self.outputs[..];
        for recorded in &self.header.subjects {
            let (bytes, after) = rest.split_at(recorded.bytes);
            rest = after;
            let Some(done) = by_name.get(recorded.name.as_str()) else { continue };
            let subject = &subjects[done.index];
            let mut comparison = Comparison { name: recorded.name.clone(), verdict: Agreement::Same };
            let inputs = inputs(subject, self.header.inputs);
            comparison.verdict = match &done.outputs {
                _ if hash(&inputs) != recorded.inputs => Agreement::OtherInputs,
                None => Agreement::NoOutputs,
                Some(outputs) => {
                    let threads = recorded.threads;
                    let pair = [outputs, bytes].map(|bytes| unpack(&subject.outputs, threads, bytes));
                    match pair {
                        [Some(actual), Some(recorded)] => agreement(subject, &inputs, &actual, &recorded),
                        _ => Agreement::OtherInputs,
                    }
                }
            };
            comparisons.push(comparison);
        }
        comparisons
    }
}

/// What a subject gives compared with what was recorded.
#[derive(Clone, PartialEq, Debug)]
pub struct Comparison {
    /// The subject.
    pub name: String,
    /// How they compare.
    pub verdict: Agreement,
}

/// How results compare with recorded ones.
#[derive(Clone, PartialEq, Debug)]
pub enum Agreement {
    /// Equal, bit for bit.
    Same,
    /// Equal but where the manual allows hardware to differ; so many values are not the same.
    Allowed(usize),
    /// A value that the manual determines is another one.
    Different(String),
    /// The inputs are not the recorded ones any more: it must be recorded again.
    OtherInputs,
    /// There are no results to compare.
    NoOutputs,
}

fn agreement(subject: &Subject, inputs: &[Vec<u64>], actual: &[Vec<u64>], recorded: &[Vec<u64>]) -> Agreement {
    let threads = actual.first().map_or(0, Vec::len);
    let mut allowed = 0;
    for place in judge::results(subject, inputs, threads) {
        let [actual, recorded] = [actual, recorded].map(|outputs| place.of(outputs));
        let differs = match place.expected {
            Expected::Bits(_) => actual != recorded,
            Expected::Masked { mask, .. } => actual & mask != recorded & mask,
            Expected::Nan(format) => format.is_nan(actual) != format.is_nan(recorded),
            Expected::OneOf(_) | Expected::Near { .. } | Expected::Anything => false,
        };
        if differs {
            let place = judge::describe(subject, inputs, &place);
            return Agreement::Different(format!("{place} gives {actual:#x}, recorded {recorded:#x}"));
        }
        allowed += usize::from(actual != recorded);
    }
    if allowed == 0 { Agreement::Same } else { Agreement::Allowed(allowed) }
}

/// The day by the system's clock (Hinnant's algorithm for days since 1970).
fn today() -> String {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    let days = (now.as_secs() / 86_400) as i64 + 719_468;
    let era = days / 146_097;
    let day_of_era = days % 146_097;
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let (month, next) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    format!("{:04}-{month:02}-{day:02}", year_of_era + era * 400 + next)
}

#[cfg(test)]
mod tests {
    use super::super::inputs::BLOCK;
    use super::*;
    use ptx_frontend::types::ScalarType;

    #[test]
    fn packed_outputs_are_the_same_again() {
        let registers = [Register::new(32, ScalarType::B32), Register::new(1, ScalarType::Pred)];
        let outputs = vec![(0..BLOCK as u64).map(|x| x * 0x1_0203).collect::<Vec<_>>(), vec![1; BLOCK]];
        let bytes = pack(&registers, &outputs);
        assert_eq!(bytes.len(), BLOCK * 5);
        assert_eq!(unpack(&registers, BLOCK, &bytes), Some(outputs));
        assert_eq!(unpack(&registers, BLOCK, &bytes[1..]), None);
    }
}
