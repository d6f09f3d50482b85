//! Speed of matrix products: multiply-adds per second on one host thread. The goal is 50 million or more.
//!
//! `cargo bench -p translator --bench mma [PART OF A NAME]`

use ptx_frontend::types::ScalarType::{self, *};
use std::hint::black_box;
use std::time::Instant;
use translator::tile::eval::act_together;
use translator::tile::{Collective, Mma};

const REPEATS: u32 = 2000;

fn main() {
    let wanted = std::env::args().skip(1).find(|arg| !arg.starts_with('-')).unwrap_or_default();
    let products: [((u8, u8, u16), [ScalarType; 4]); 9] = [
        ((16, 8, 16), [F32, F16, F16, F32]),
        ((16, 8, 16), [F16, F16, F16, F16]),
        ((16, 8, 16), [F32, BF16, BF16, F32]),
        ((16, 8, 8), [F32, TF32, TF32, F32]),
        ((16, 8, 32), [F32, E4M3, E4M3, F32]),
        ((16, 16, 16), [F32, F16, F16, F32]),
        ((16, 8, 32), [S32, S8, S8, S32]),
        ((16, 8, 64), [S32, U4, U4, S32]),
        ((8, 8, 4), [F64, F64, F64, F64]),
    ];
    for (shape, types) in products {
        let mma = Mma::new(shape, types);
        if mma.to_string().contains(&wanted) {
            println!("{mma:45} {:8.1} M/s", measure(&mma));
        }
    }
}

/// Millions of multiply-adds per second.
fn measure(mma: &Mma) -> f64 {
    let mut state = 1u64;
    // Random bits whose exponents are neither large nor alike.
    let mut bits = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        match mma.a {
            F16 => state >> 32 & 0xbfff_bfff,
            BF16 => state >> 32 & 0x87ff_87ff | 0x3800_3800,
            TF32 => state >> 32 & 0x87ff_ffff | 0x3800_0000,
            F64 => state & 0x8fff_ffff_ffff_ffff | 0x3000_0000_0000_0000,
            _ => state >> 32 & 0xbfbf_bfbf,
        }
    };
    let count = mma.a_registers() + mma.b_registers() + mma.c_registers();
    let args: Vec<[u64; 32]> = (0..count).map(|_| std::array::from_fn(|_| bits())).collect();
    let start = Instant::now();
    for _ in 0..REPEATS {
        black_box(act_together(Collective::Mma(*mma), u32::MAX, u32::MAX, black_box(&args)));
    }
    let work = f64::from(REPEATS) * f64::from(mma.m) * f64::from(mma.n) * f64::from(mma.k);
    work / start.elapsed().as_secs_f64() / 1e6
}
