//! How fast a large module is lexed, parsed and checked, in bytes of text per second of processor time of one core:
//! what else the machine does is not counted.
//!
//! `byte scan` is the yardstick: adding up all bytes. `structure` is what loading a module costs before anything is
//! launched; `one kernel` is that and the first of its kernels.

#![allow(missing_docs, reason = "criterion's macros make functions without documentation")]

use criterion::measurement::{Measurement, ValueFormatter, WallTime};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use ptx_frontend::checked::FunctionId;
use ptx_frontend::lexer::{Lexer, TokenKind};
use ptx_frontend::{Unit, parse_module};
use std::fmt::Write;
use std::hint::black_box;

/// Numbers that look random (xorshift64*).
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) % bound
    }
}

/// A module of at least so many bytes, written the way nvcc writes.
fn module(bytes: usize) -> String {
    let mut random = Random(42);
    let mut text = String::from(".version 8.7\n.target sm_90\n.address_size 64\n\n");
    let mut number = 0;
    while text.len() < bytes {
        kernel(&mut text, number, &mut random);
        number += 1;
    }
    text
}

fn kernel(text: &mut String, number: u32, random: &mut Random) {
    let name = format!("_Z6kernel{number}PfS_i");
    let _ = write!(
        text,
        "\t// .globl\t{name}\n.visible .entry {name}(\n\t.param .u64 {name}_param_0,\n\t.param .u32 {name}_param_1\n)\n{{\n\
         \t.reg .pred \t%p<40>;\n\t.reg .f32 \t%f<200>;\n\t.reg .b32 \t%r<200>;\n\t.reg .b64 \t%rd<100>;\n\n\
         \tld.param.u64 \t%rd1, [{name}_param_0];\n\tcvta.to.global.u64 \t%rd2, %rd1;\n"
    );
    for index in 0..400 {
        let (p, f, g, r, s) = (
            1 + random.below(39),
            1 + random.below(199),
            1 + random.below(199),
            1 + random.below(199),
            1 + random.below(199),
        );
        let (d, offset) = (1 + random.below(99), 4 * random.below(100));
        let _ = match random.below(10) {
            0 => writeln!(text, "\tadd.s32 \t%r{r}, %r{s}, {offset};"),
            1 => writeln!(text, "\tfma.rn.f32 \t%f{f}, %f{g}, %f{r}, %f{s};"),
            2 => writeln!(text, "\tld.global.f32 \t%f{f}, [%rd{d}+{offset}];"),
            3 => writeln!(text, "\tst.global.f32 \t[%rd{d}+{offset}], %f{f};"),
            4 => writeln!(text, "\tsetp.lt.s32 \t%p{p}, %r{r}, %r{s};"),
            5 => writeln!(text, "\tmul.wide.s32 \t%rd{d}, %r{r}, 4;"),
            6 => writeln!(text, "\tmov.u32 \t%r{r}, %tid.x;"),
            7 => writeln!(text, "\tld.shared.v4.f32 \t{{%f{f}, %f{g}, %f{r}, %f{s}}}, [%r{r}+16];"),
            8 => writeln!(text, "\tmov.f32 \t%f{f}, 0f{:08X};", random.below(1 << 31)),
            _ => writeln!(text, "\t.loc\t1 {} 5", 1 + index),
        };
        if index % 25 == 24 {
            let _ = write!(text, "\t@%p{p} bra \t$L__BB{number}_{index};\n\n$L__BB{number}_{index}:\n");
        }
    }
    text.push_str("\tret;\n\n}\n");
}

/// Nanoseconds of processor time of this thread.
struct ProcessorTime;

impl Measurement for ProcessorTime {
    type Intermediate = u64;
    type Value = u64;
    fn start(&self) -> u64 {
        let text = std::fs::read_to_string("/proc/thread-self/schedstat").expect("Linux tells it");
        text.split_whitespace().next().and_then(|first| first.parse().ok()).expect("the first number is it")
    }
    fn end(&self, start: u64) -> u64 {
        self.start() - start
    }
    fn add(&self, first: &u64, second: &u64) -> u64 {
        first + second
    }
    fn zero(&self) -> u64 {
        0
    }
    fn to_f64(&self, value: &u64) -> f64 {
        *value as f64
    }
    fn formatter(&self) -> &dyn ValueFormatter {
        WallTime.formatter()
    }
}

fn benches(criterion: &mut Criterion<ProcessorTime>) {
    let text = module(20 << 20);
    let mut group = criterion.benchmark_group("parse");
    group.sample_size(10).throughput(Throughput::Bytes(text.len() as u64));
    group.bench_function(BenchmarkId::from_parameter("byte scan"), |bencher| {
        bencher.iter(|| black_box(&text).bytes().fold(0_u64, |sum, byte| sum.wrapping_add(byte.into())));
    });
    group.bench_function(BenchmarkId::from_parameter("lex"), |bencher| {
        bencher.iter(|| {
            let mut lexer = Lexer::new(black_box(&text), 0, 1);
            std::iter::repeat_with(|| lexer.next_token()).take_while(|token| token.kind != TokenKind::End).count()
        });
    });
    group.bench_function(BenchmarkId::from_parameter("structure"), |bencher| {
        bencher.iter(|| Unit::new(black_box(&text), "bench.ptx").expect("it is right"));
    });
    group.bench_function(BenchmarkId::from_parameter("one kernel"), |bencher| {
        bencher.iter(|| {
            let mut unit = Unit::new(black_box(&text), "bench.ptx").expect("it is right");
            unit.check(FunctionId(0)).expect("it is right");
            unit
        });
    });
    group.bench_function(BenchmarkId::from_parameter("lex, parse and check"), |bencher| {
        bencher.iter(|| parse_module(black_box(&text), "bench.ptx").expect("it is right"));
    });
    group.finish();
}

criterion_group!(name = all; config = Criterion::default().with_measurement(ProcessorTime); targets = benches);
criterion_main!(all);
