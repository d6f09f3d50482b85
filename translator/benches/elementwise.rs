//! Speed of the meanings of elementwise operations: nanoseconds per lane of a resolved operation over 256 lanes.
//!
//! `cargo bench -p translator --bench elementwise [PART OF A NAME]`

use std::hint::black_box;
use std::time::Instant;
use translator::tile::Type;
use translator::tile::ops::{Meaning, spelling};

const LANES: usize = 256;
const REPEATS: usize = 4000;

/// Ordinary operands: small numbers in whatever type the bits are read as.
fn operands(ty: Type, salt: u64) -> Vec<u64> {
    (0..LANES as u64)
        .map(|lane| {
            let n = lane * 7 + salt;
            match ty {
                Type::Pred => n & 1,
                Type::B16 => 0x3c00 + n % 0x200,
                Type::B32 => (1.0 + n as f32 / 100.0).to_bits() as u64,
                Type::B64 => (1.0 + n as f64 / 100.0).to_bits(),
            }
        })
        .collect()
}

fn run(meaning: &Meaning, args: &[Vec<u64>], results: &mut [u64]) {
    match meaning {
        Meaning::F1(f) => results.iter_mut().zip(&args[0]).for_each(|(r, a)| *r = f(*a)),
        Meaning::F2(f) => {
            results.iter_mut().zip(&args[0]).zip(&args[1]).for_each(|((r, a), b)| *r = f(*a, *b));
        }
        Meaning::F3(f) => {
            let lanes = results.iter_mut().zip(&args[0]).zip(&args[1]).zip(&args[2]);
            lanes.for_each(|(((r, a), b), c)| *r = f(*a, *b, *c));
        }
        meaning => {
            for (lane, result) in results.iter_mut().enumerate() {
                let args: Vec<u64> = args.iter().map(|arg| arg[lane]).collect();
                *result = meaning.apply(&args);
            }
        }
    }
}

fn main() {
    let filter = std::env::args().skip(1).find(|arg| !arg.starts_with("--")).unwrap_or_default();
    for text in [
        "add.u32",
        "add.s64",
        "mul.s32",
        "mul.wide.s32",
        "mad.s32",
        "shl.b32",
        "lop3.b32 #0x96",
        "shf.l.wrap.b32",
        "prmt.b32",
        "div.u32",
        "setp.lt.s32",
        "selp.b32",
        "add.f32",
        "mul.ftz.f32",
        "fma.rn.f32",
        "fma.rn.ftz.f32",
        "fma.rz.f32",
        "div.rn.f32",
        "sqrt.rn.f32",
        "setp.lt.f32",
        "min.f32",
        "add.f64",
        "mul.f64",
        "fma.rn.f64",
        "fma.rz.f64",
        "fma.rn.f16",
        "fma.rn.f16x2",
        "add.bf16x2",
        "cvt.rn.f16.f32",
        "cvt.f32.f16",
        "cvt.rzi.s32.f32",
        "cvt.rn.f32.s32",
        "cvt.u64.u32",
        "ex2.approx.ftz.f32",
        "lg2.approx.f32",
        "sin.approx.f32",
        "tanh.approx.f32",
        "rsqrt.approx.f32",
        "rcp.approx.ftz.f64",
    ] {
        if !text.contains(&filter) {
            continue;
        }
        let (op, attributes) = spelling::parse(text).expect("a form of the table");
        let (types, _) = op.signature(&attributes).expect("a form of the table");
        let meaning = op.meaning(&attributes).expect("every form has a meaning");
        let args: Vec<Vec<u64>> = types.iter().enumerate().map(|(i, ty)| operands(*ty, i as u64)).collect();
        let mut results = vec![0; LANES];
        let start = Instant::now();
        for _ in 0..REPEATS {
            run(black_box(&meaning), black_box(&args), black_box(&mut results));
        }
        let per_lane = start.elapsed().as_secs_f64() * 1e9 / (LANES * REPEATS) as f64;
        println!("{text:20} {per_lane:7.2} ns  {:6.0} M/s", 1e3 / per_lane);
    }
}
