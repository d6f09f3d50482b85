//! Results against expectations.

use super::oracle::format::Format;
use super::{Bound, Expected, Oracle, Subject, ones};
use serde::{Deserialize, Serialize};

/// What a form's results were.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Every result is determined and right.
    Exact,
    /// Every result is in the bound that the manual gives, or is left open by it.
    WithinBound,
    /// The driver does not take it.
    Unsupported,
    /// A result is wrong, or the driver ended.
    Failing,
}

/// What came of a subject.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Outcome {
    /// The subject's name.
    pub name: String,
    /// How it went.
    pub state: State,
    /// On how many inputs it ran.
    pub inputs: usize,
    /// How many results were wrong.
    pub wrong: usize,
    /// The largest error of an approximation, in units of the last place.
    pub max_ulps: f64,
    /// What is wrong, or why it is not supported.
    pub message: Option<String>,
}

impl Outcome {
    /// A subject that gave no results.
    pub fn without_results(name: &str, state: State, message: String) -> Outcome {
        Outcome { name: name.into(), state, inputs: 0, wrong: 0, max_ulps: 0.0, message: Some(message) }
    }
}

/// Compares the outputs of a launch, `outputs[k][thread]`, with what the oracle says of its inputs.
pub fn judge(subject: &Subject, inputs: &[Vec<u64>], outputs: &[Vec<u64>]) -> Outcome {
    let mut tally = Tally { exact: true, wrong: 0, max_ulps: 0.0, first: None };
    let count = outputs.first().map_or(0, Vec::len);
    for place in results(subject, inputs, count) {
        tally.add(place.expected, place.of(outputs), || describe(subject, inputs, &place));
    }
    let state = match tally {
        Tally { wrong: 1.., .. } => State::Failing,
        Tally { exact: true, .. } => State::Exact,
        _ => State::WithinBound,
    };
    Outcome {
        name: subject.name.clone(),
        state,
        inputs: count,
        wrong: tally.wrong,
        max_ulps: tally.max_ulps,
        message: tally.first,
    }
}

/// One value among the results of a subject.
pub struct Place {
    /// Which thread gives it.
    thread: usize,
    /// In which output it lies.
    pub output: usize,
    /// Which part of the output it is.
    part: u32,
    /// How many bits it has.
    width: u32,
    /// What it must be.
    pub expected: Expected,
}

impl Place {
    /// The value there, in `outputs[k][thread]`.
    pub fn of(&self, outputs: &[Vec<u64>]) -> u64 {
        outputs[self.output][self.thread] >> (self.part * self.width) & ones(self.width)
    }
}

/// All values that so many threads of a subject give, with what the oracle says of them.
pub fn results(subject: &Subject, inputs: &[Vec<u64>], threads: usize) -> impl Iterator<Item = Place> {
    let whole = match &subject.oracle {
        Oracle::Launch(meaning) => meaning(inputs),
        Oracle::Thread(_) => Vec::new(),
    };
    (0..threads).flat_map(move |thread| {
        let mut expected = Vec::new();
        match &subject.oracle {
            Oracle::Thread(meaning) => meaning(&row(inputs, thread), &mut expected),
            Oracle::Launch(_) => expected.extend(whole.iter().map(|lane| lane[thread])),
        }
        assert_eq!(expected.len(), subject.lanes(), "{}: the oracle speaks of every value", subject.name);
        let parts = subject.outputs.iter().enumerate().flat_map(|(output, register)| {
            (0..register.lanes).map(move |part| (output, part, register.bits / register.lanes))
        });
        let places = parts.zip(expected);
        places.map(move |((output, part, width), expected)| Place { thread, output, part, width, expected })
    })
}

/// The inputs of a thread.
fn row(inputs: &[Vec<u64>], thread: usize) -> Vec<u64> {
    inputs.iter().map(|input| input[thread]).collect()
}

/// A place in words: the thread, its operands, and the part of a packed result.
pub fn describe(subject: &Subject, inputs: &[Vec<u64>], place: &Place) -> String {
    let row = row(inputs, place.thread);
    let operands = row.iter().zip(&subject.inputs).map(|(value, register)| hex(*value, register.bits));
    let operands = operands.collect::<Vec<_>>().join(", ");
    let is_packed = subject.outputs[place.output].lanes > 1;
    let part = if is_packed { format!(" part {}", place.part) } else { String::new() };
    format!("thread {}: ({operands}){part}", place.thread)
}

/// As many digits as the width has.
fn hex(value: u64, bits: u32) -> String {
    format!("0x{:0width$x}", value & ones(bits), width = bits.div_ceil(4) as usize)
}

struct Tally {
    exact: bool,
    wrong: usize,
    max_ulps: f64,
    first: Option<String>,
}

impl Tally {
    fn add(&mut self, expected: Expected, actual: u64, place: impl Fn() -> String) {
        let is_right = match expected {
            Expected::Bits(bits) => bits == actual,
            Expected::Masked { bits, mask } => bits & mask == actual & mask,
            Expected::Nan(format) => format.is_nan(actual),
            Expected::OneOf(both) => {
                self.exact = false;
                both.contains(&actual)
            }
            Expected::Anything => {
                self.exact = false;
                true
            }
            Expected::Near { value, bound, format, flushes } => {
                self.exact = false;
                let (is_near, ulps) = near(value, bound, format, flushes, actual);
                self.max_ulps = self.max_ulps.max(ulps);
                is_near
            }
        };
        if !is_right {
            self.wrong += 1;
            self.first.get_or_insert_with(|| format!("{} gives {actual:#x}, expected {expected:x?}", place()));
        }
    }
}

/// Whether the bits are near enough to a value, and the error in units of its last place.
fn near(value: f64, bound: Bound, format: Format, flushes: bool, actual: u64) -> (bool, f64) {
    if format.is_nan(actual) {
        return (false, 0.0);
    }
    let unit = ulp(format, value);
    let allowed = match bound {
        Bound::Ulps(count) => count * unit,
        Bound::Relative(part) => part * value.abs(),
        // No result can be nearer than half a unit.
        Bound::Absolute(error) => error,
    }
    .max(unit / 2.0);
    let is_zero = actual & !format.sign() == 0;
    if is_zero && flushes && value.abs() - allowed < 2f64.powi(format.least_exponent()) {
        return (true, 0.0);
    }
    let largest = format.value(format.largest());
    if actual & !format.sign() == format.infinity() {
        return (value.abs() + allowed > largest && (actual & format.sign() != 0) == (value < 0.0), 0.0);
    }
    let error = (format.value(actual) - value.clamp(-largest, largest)).abs();
    (error <= allowed, error / unit)
}

/// A unit of the last place of a value.
fn ulp(format: Format, value: f64) -> f64 {
    let exponent = (value.abs().to_bits() >> 52) as i32 - 1023;
    // In two factors: the last place of double precision's subnormal numbers is no normal number.
    2f64.powi(exponent.max(format.least_exponent())) * 2f64.powi(-(format.fraction() as i32))
}

#[cfg(test)]
mod tests {
    use super::super::catalogue::catalogue;
    use super::super::inputs::inputs;
    use super::*;

    /// The state of an instruction's outcome when an output of this value, before and after, is judged.
    fn check(name: &str, change: impl Fn(u64) -> u64, expected: State) {
        let catalogue = catalogue(name, 64);
        let subject = catalogue.subjects.iter().find(|subject| subject.name == name).expect("there is such a subject");
        let inputs = inputs(subject, 100);
        let Oracle::Thread(meaning) = &subject.oracle else { panic!("it is judged thread by thread") };
        let mut changed = 0;
        let mut output: Vec<u64> = (0..inputs[0].len())
            .map(|thread| {
                let row: Vec<u64> = inputs.iter().map(|input| input[thread]).collect();
                let mut expected = Vec::new();
                meaning(&row, &mut expected);
                if matches!(expected[0], Expected::Bits(_) | Expected::Near { .. }) {
                    changed = thread;
                }
                match expected[0] {
                    Expected::Bits(bits) | Expected::Masked { bits, .. } => bits,
                    Expected::OneOf([bits, _]) => bits,
                    Expected::Nan(format) => format.canonical_nan(),
                    Expected::Near { value, format, .. } => {
                        format.rounded(value, rustc_apfloat::Round::NearestTiesToEven)
                    }
                    Expected::Anything => 0,
                }
            })
            .collect();
        output[changed] = change(output[changed]);
        let outcome = judge(subject, &inputs, &[output]);
        assert_eq!(outcome.state, expected, "{outcome:?}");
        assert_eq!(outcome.wrong, usize::from(expected == State::Failing));
    }

    #[test]
    fn a_single_wrong_bit_fails() {
        check("add.u32", |bits| bits, State::Exact);
        check("add.u32", |bits| bits ^ 1, State::Failing);
        check("fma.rz.f64 3 operands", |bits| bits ^ 1, State::Failing);
    }

    #[test]
    fn an_approximation_may_be_off_by_its_bound_only() {
        check("rsqrt.approx.f32", |bits| bits, State::WithinBound);
        check("rsqrt.approx.f32", |bits| bits ^ 0x10, State::Failing);
    }

    #[test]
    fn the_last_place_of_a_subnormal_number_is_that_of_the_least() {
        assert_eq!(ulp(Format::F32, 1.0), 2f64.powi(-23));
        assert_eq!(ulp(Format::F32, 2f64.powi(-140)), 2f64.powi(-149));
        assert_eq!(ulp(Format::F64, 0.0), f64::from_bits(1));
    }
}
