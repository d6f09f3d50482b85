//! Long runs of what the tests run shortly: `soak differential --seconds N [--seed S] [--way WAY]`.

use anyhow::{Context as _, Result, bail};
use conformance::differential::subject::{Subject, Way};
use conformance::differential::{Program, Verdict, compare, draw, shrink};
use std::collections::BTreeMap;
use std::process::ExitCode;
use std::time::{Duration, Instant};

const USAGE: &str = "usage: soak differential [--seconds N] [--seed S] [--way usual|plain|device]";

/// What the command line asks for.
struct Wanted {
    seconds: u64,
    seed: u64,
    way: Option<Way>,
}

fn main() -> ExitCode {
    match run() {
        Ok(0) => ExitCode::SUCCESS,
        Ok(findings) => {
            eprintln!("{findings} findings");
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("{error:#}\n{USAGE}");
            ExitCode::from(2)
        }
    }
}

fn run() -> Result<u64> {
    let mut arguments = std::env::args().skip(1);
    let what = arguments.next().context("what is to run?")?;
    let mut wanted = Wanted { seconds: 10, seed: 1, way: None };
    while let Some(option) = arguments.next() {
        let value = arguments.next().with_context(|| format!("`{option}` lacks its value"))?;
        match option.as_str() {
            "--seconds" => wanted.seconds = value.parse()?,
            "--seed" => wanted.seed = value.parse()?,
            "--way" => {
                wanted.way = Some(match value.as_str() {
                    "usual" => Way::Usual,
                    "plain" => Way::WithoutPasses,
                    "device" => Way::Device,
                    _ => bail!("there is no way `{value}`"),
                });
            }
            _ => bail!("there is no option `{option}`"),
        }
    }
    // Panics are findings like others; their texts come with them.
    if std::env::var_os("RUST_BACKTRACE").is_none() {
        std::panic::set_hook(Box::new(|_| {}));
    }
    match what.as_str() {
        "differential" => Ok(differential(&wanted)),
        "refused" => {
            let list = draw::refused(100, |text| {
                let module = ptx_frontend::parse_module(text, "form.ptx").unwrap();
                translator::translate(&module, "drawn", &translator::Options::default()).is_err()
            });
            println!("{}", list.join("\n"));
            Ok(0)
        }
        "print" => {
            println!("{}", draw::draw(wanted.seed).print());
            Ok(0)
        }
        _ => bail!("there is no `{what}`"),
    }
}

fn differential(wanted: &Wanted) -> u64 {
    let begin = Instant::now();
    let end = begin + Duration::from_secs(wanted.seconds);
    let mut subject = Subject::default();
    let (mut same, mut open, mut findings) = (0u64, 0u64, 0);
    let mut refused: BTreeMap<String, u64> = BTreeMap::new();
    let mut seed = wanted.seed;
    while Instant::now() < end && findings < 10 {
        let program = draw::draw(seed);
        let way = wanted.way.unwrap_or(match seed % 16 {
            0 => Way::WithoutPasses,
            1 => Way::Device,
            _ => Way::Usual,
        });
        match compare(&mut subject, &program, way, false) {
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
    println!(
        "{same} programs ({rate:.0} a second), {open} open, {} refused, {findings} differ",
        refused.values().sum::<u64>()
    );
    println!("refused: {refused:?}");
    println!("device: {:?} routines and others; {} forms", subject.routines, draw::drawn_forms());
    findings
}

/// Shrinks a program and prints it.
fn report(subject: &mut Subject, program: &Program, way: Way) {
    let is_wrong = |verdict| matches!(verdict, Verdict::Different(_));
    let strict = is_wrong(compare(subject, program, way, true));
    let small = shrink::shrink(program, |program| is_wrong(compare(subject, program, way, strict)));
    if let Verdict::Different(how) = compare(subject, &small, way, strict) {
        println!("{how}\n{}", small.print());
    }
}
