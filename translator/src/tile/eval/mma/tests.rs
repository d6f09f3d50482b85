//! Products against plain sums over whole matrices, with fragments written down as PTX's manual draws them.

use super::super::collective::{Values, act};
use crate::tile::Collective;
use crate::tile::mma::{Mma, Scale};
use ptx_frontend::types::{BoolOp, Rounding, ScalarType};
use std::collections::HashSet;

mod exactness;

/// A small generator of random numbers (splitmix64).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }

    fn below(&mut self, count: u64) -> u64 {
        self.next() % count
    }
}

/// Row and column of `a_i` in a lane (PTX ISA "Matrix Fragments for mma.*"), for elements of so many bits.
fn manual_a(m: usize, k: usize, bits: u32, lane: usize, i: usize) -> (usize, usize) {
    let (group, thread) = (lane >> 2, lane % 4);
    let low = |condition: bool| if condition { group } else { group + 8 };
    match (m, k, bits) {
        (8, 4, 64) => (group, thread),
        (16, 4, 64) => (low(i == 0), thread),
        (16, 8, 64) => (low(i == 0 || i == 2), if i < 2 { thread } else { thread + 4 }),
        (16, 16, 64) => (low(i & 1 == 0), if i & 1 == 0 { i * 2 + thread } else { i * 2 - 2 + thread }),
        (16, 4, 32) => (low(i == 0), thread),
        (16, 8, 32) => (low(i == 0 || i == 2), if i < 2 { thread } else { thread + 4 }),
        (16, 8, 16) => (low(i < 2), thread * 2 + (i & 1)),
        (16, 16, 16) => {
            let column = thread * 2 + (i & 1);
            (low(i < 2 || (4..6).contains(&i)), if i < 4 { column } else { column + 8 })
        }
        (8, 16, 8) => (group, thread * 4 + i),
        (16, 16, 8) => (low(i < 4), thread * 4 + (i & 3)),
        (16, 32, 8) => {
            let column = thread * 4 + (i & 3);
            (low(i < 4 || (8..12).contains(&i)), if i < 8 { column } else { column + 16 })
        }
        (8, 32, 4) => (group, thread * 8 + i),
        (16, 32, 4) => (low(i < 8), thread * 8 + (i & 7)),
        (16, 64, 4) => {
            let column = thread * 8 + (i & 7);
            (low(i < 8 || (16..24).contains(&i)), if i < 16 { column } else { column + 32 })
        }
        (8, 128, 1) => (group, thread * 32 + i),
        (16, 128, 1) => (low(i < 32), thread * 32 + (i & 31)),
        (16, 256, 1) => {
            let column = thread * 32 + (i & 31);
            (low(i < 32 || (64..96).contains(&i)), if i < 64 { column } else { column + 128 })
        }
        other => panic!("no picture of {other:?}"),
    }
}

/// Row and column of `b_i`.
fn manual_b(k: usize, bits: u32, lane: usize, i: usize) -> (usize, usize) {
    let (group, thread) = (lane >> 2, lane % 4);
    let row = match (k, bits) {
        (4, 64) | (4, 32) => thread,
        (8, 64) | (8, 32) => thread + 4 * i,
        (16, 64) | (16, 32) => thread + 4 * i,
        (8, 16) => thread * 2 + i,
        (16 | 32, 16) => thread * 2 + (i & 1) + 8 * (i / 2),
        (16 | 32 | 64, 8) => thread * 4 + (i & 3) + 16 * (i / 4),
        (32 | 64 | 128, 4) => thread * 8 + (i & 7) + 32 * (i / 8),
        (128 | 256, 1) => thread * 32 + (i & 31) + 128 * (i / 32),
        other => panic!("no picture of {other:?}"),
    };
    (row, group)
}

/// Row and column of `c_i`.
fn manual_c(lane: usize, i: usize) -> (usize, usize) {
    let (group, thread) = (lane >> 2, lane % 4);
    (if i < 2 { group } else { group + 8 }, thread * 2 + (i & 1))
}

/// The registers of a fragment: `element` gives the bits of element `i` of a lane.
fn fragment(registers: usize, width: u32, bits: u32, element: impl Fn(usize, usize) -> u64) -> Vec<Values> {
    let count = (width / bits) as usize;
    let mask = u64::MAX >> (64 - bits);
    let register = |register: usize| {
        std::array::from_fn(|lane| {
            (0..count).fold(0, |all, i| {
                let bits_of = element(lane, register * count + i);
                assert_eq!(bits_of & !mask, 0, "an element has {bits} bits");
                all | bits_of << (i as u32 * bits)
            })
        })
    };
    (0..registers).map(register).collect()
}

fn element_of(registers: &[Values], width: u32, bits: u32, lane: usize, i: usize) -> u64 {
    let count = (width / bits) as usize;
    registers[i / count][lane] >> ((i % count) as u32 * bits) & (u64::MAX >> (64 - bits))
}

fn run(mma: Mma, args: &[Values]) -> Vec<Values> {
    mma.check().unwrap_or_else(|why| panic!("{mma}: {why}"));
    act(Collective::Mma(mma), u32::MAX, u32::MAX, args).to_vec()
}

/// A matrix by row and column.
type Matrix = Vec<Vec<i64>>;

fn random_matrix(random: &mut Random, rows: usize, columns: usize, low: i64, count: u64) -> Matrix {
    let mut element = || low + random.below(count) as i64;
    (0..rows).map(|_| (0..columns).map(|_| element()).collect()).collect()
}

/// Whole numbers that the type has, and their bits.
fn encode(ty: ScalarType, value: i64) -> u64 {
    match ty {
        ScalarType::F16 => {
            let magnitude = value.unsigned_abs();
            if magnitude == 0 {
                return 0;
            }
            let exponent = magnitude.ilog2();
            assert!(magnitude < 2048);
            u64::from(value < 0) << 15 | u64::from(exponent + 15) << 10 | (magnitude << (10 - exponent)) & 0x3ff
        }
        ScalarType::BF16 => u64::from((value as f32).to_bits() >> 16),
        ScalarType::TF32 | ScalarType::F32 => u64::from((value as f32).to_bits()),
        ScalarType::F64 => (value as f64).to_bits(),
        ScalarType::S32 => value as u64 & 0xffff_ffff,
        ScalarType::S8 | ScalarType::U8 => value as u64 & 0xff,
        ScalarType::S4 | ScalarType::U4 => value as u64 & 0xf,
        ScalarType::B1 => value as u64,
        // 0, 1, 2, 4 and their negatives are powers of two, and 3 has one more bit.
        _ => {
            let (width, bias, significand) = match ty {
                ScalarType::E4M3 => (8, 7, 3),
                ScalarType::E5M2 => (8, 15, 2),
                ScalarType::E3M2 => (6, 3, 2),
                ScalarType::E2M3 => (6, 1, 3),
                ScalarType::E2M1 => (4, 1, 1),
                other => panic!("{other}"),
            };
            let magnitude = value.unsigned_abs();
            let bits = match magnitude {
                0 => 0,
                _ => {
                    let exponent = magnitude.ilog2();
                    let fraction = (magnitude << significand >> exponent) & ((1 << significand) - 1);
                    u64::from(exponent + bias) << significand | fraction
                }
            };
            bits | u64::from(value < 0) << (width - 1)
        }
    }
}

fn decode(ty: ScalarType, bits: u64) -> i64 {
    match ty {
        ScalarType::F16 => {
            if bits & 0x7fff == 0 {
                return 0;
            }
            let exponent = (bits >> 10 & 31) as i32 - 15;
            let magnitude = ((bits & 0x3ff | 0x400) as f64 * 2f64.powi(exponent - 10)) as i64;
            if bits >> 15 == 1 { -magnitude } else { magnitude }
        }
        ScalarType::F32 => f32::from_bits(bits as u32) as i64,
        ScalarType::F64 => f64::from_bits(bits) as i64,
        _ => i64::from(bits as u32 as i32),
    }
}

/// The least value and how many values are tried.
fn range(ty: ScalarType) -> (i64, u64) {
    match ty {
        ScalarType::U8 => (0, 256),
        ScalarType::S8 => (-128, 256),
        ScalarType::U4 => (0, 16),
        ScalarType::S4 => (-8, 16),
        ScalarType::B1 => (0, 2),
        ScalarType::E2M1 | ScalarType::E2M3 => (-4, 8),
        ScalarType::E3M2 | ScalarType::E4M3 | ScalarType::E5M2 => (-4, 9),
        _ => (-8, 17),
    }
}

/// `.e2m1` in a byte lies in its middle.
fn in_slot(mma: &Mma, ty: ScalarType, bits: u64) -> u64 {
    if ty == ScalarType::E2M1 && mma.slot_bits() == 8 { bits << 2 } else { bits }
}

/// Checks a dense product of `mma`'s pictures.
fn check(mma: Mma) {
    let mut random = Random(u64::from(mma.k) << 8 | u64::from(mma.m));
    let (m, n, k) = (usize::from(mma.m), usize::from(mma.n), usize::from(mma.k));
    let (bits, width) = (mma.slot_bits(), mma.register_bits());
    for _ in 0..4 {
        let of = |random: &mut Random, ty, rows, columns| {
            let (low, count) = range(ty);
            random_matrix(random, rows, columns, low, count)
        };
        let a = of(&mut random, mma.a, m, k);
        let b = of(&mut random, mma.b, k, n);
        let c = random_matrix(&mut random, m, n, -500, 1000);
        let mut args = fragment(mma.a_registers(), width, bits, |lane, i| {
            let (row, column) = manual_a(m, k, bits, lane, i);
            in_slot(&mma, mma.a, encode(mma.a, a[row][column]))
        });
        args.extend(fragment(mma.b_registers(), width, bits, |lane, i| {
            let (row, column) = manual_b(k, bits, lane, i);
            in_slot(&mma, mma.b, encode(mma.b, b[row][column]))
        }));
        args.extend(fragment(mma.c_registers(), width, mma.c.bits(), |lane, i| {
            let (row, column) = manual_c(lane, i);
            encode(mma.c, c[row][column])
        }));
        let d = run(mma, &args);
        assert_eq!(d.len(), mma.d_registers());
        for lane in 0..32 {
            for i in 0..m / 4 {
                let (row, column) = manual_c(lane, i);
                let product = |k: usize| match mma.bits {
                    Some(BoolOp::Xor) => i64::from(a[row][k] != b[k][column]),
                    _ => a[row][k] * b[k][column],
                };
                let expected = c[row][column] + (0..k).map(product).sum::<i64>();
                let found = decode(mma.d, element_of(&d, width, mma.d.bits(), lane, i));
                assert_eq!(found, expected, "{mma}: row {row}, column {column}");
            }
        }
    }
}

#[test]
fn floating_point_products_are_sums_along_k() {
    use ScalarType::{BF16, F16, F32, TF32};
    for k in [8, 16] {
        for (d, c) in [(F16, F16), (F16, F32), (F32, F16), (F32, F32)] {
            check(Mma::new((16, 8, k), [d, F16, F16, c]));
        }
        check(Mma::new((16, 8, k), [F32, BF16, BF16, F32]));
    }
    for k in [4, 8] {
        check(Mma::new((16, 8, k), [F32, TF32, TF32, F32]));
    }
}

#[test]
fn double_precision_products_are_sums_along_k() {
    for shape in [(8, 8, 4), (16, 8, 4), (16, 8, 8), (16, 8, 16)] {
        check(Mma::new(shape, [ScalarType::F64; 4]));
    }
}

#[test]
fn integer_products_mix_signed_and_unsigned() {
    use ScalarType::{S4, S8, S32, U4, U8};
    for (shapes, types) in
        [([(8, 8, 16), (16, 8, 16), (16, 8, 32)], [S8, U8]), ([(8, 8, 32), (16, 8, 32), (16, 8, 64)], [S4, U4])]
    {
        for shape in shapes {
            for a in types {
                for b in types {
                    check(Mma::new(shape, [S32, a, b, S32]));
                    check(Mma { satfinite: true, ..Mma::new(shape, [S32, a, b, S32]) });
                }
            }
        }
    }
}

#[test]
fn bits_are_combined_and_counted() {
    for shape in [(8, 8, 128), (16, 8, 128), (16, 8, 256)] {
        for op in [BoolOp::Xor, BoolOp::And] {
            let types = [ScalarType::S32, ScalarType::B1, ScalarType::B1, ScalarType::S32];
            check(Mma { bits: Some(op), ..Mma::new(shape, types) });
        }
    }
}

#[test]
fn small_formats_mix() {
    use ScalarType::{E2M1, E2M3, E3M2, E4M3, E5M2, F16, F32};
    for a in [E4M3, E5M2, E3M2, E2M3, E2M1] {
        for b in [E4M3, E5M2, E3M2, E2M3, E2M1] {
            check(Mma::new((16, 8, 32), [F32, a, b, F32]));
            check(Mma::new((16, 8, 32), [F16, a, b, F16]));
        }
    }
    check(Mma::new((16, 8, 16), [F32, E4M3, E5M2, F32]));
}

#[test]
fn m8n8k4_is_four_products() {
    use ScalarType::{F16, F32};
    // PTX ISA "Matrix Fragments for mma.m8n8k4 with .f16 floating point type".
    let place_a = |by_columns: bool, lane: usize, i: usize| match by_columns {
        false => (if lane < 16 { lane % 4 } else { lane % 4 + 4 }, i % 4),
        true => (if lane < 16 { i % 4 } else { i % 4 + 4 }, lane % 4),
    };
    let place_b = |by_columns: bool, lane: usize, i: usize| match by_columns {
        false => (lane % 4, if lane < 16 { i } else { i + 4 }),
        true => (i, if lane < 16 { lane % 4 } else { lane % 4 + 4 }),
    };
    let place_c = |ty: ScalarType, lane: usize, i: usize| {
        if ty == F16 {
            return (if lane < 16 { lane % 4 } else { lane % 4 + 4 }, i);
        }
        let x = (lane & 1) + (i & 2);
        (if lane < 16 { x } else { x + 4 }, (i & 4) + (lane & 2) + (i & 1))
    };
    let product_of = |lane: usize| lane % 16 / 4;
    let mut random = Random(1);
    for (d, c) in [(F16, F16), (F16, F32), (F32, F16), (F32, F32)] {
        for columns in [[false, false], [false, true], [true, false], [true, true]] {
            let mma = Mma { columns, ..Mma::new((8, 8, 4), [d, F16, F16, c]) };
            let some = |random: &mut Random, rows, columns| -> Vec<Matrix> {
                (0..4).map(|_| random_matrix(random, rows, columns, -8, 17)).collect()
            };
            let (of_a, of_b, of_c) = (some(&mut random, 8, 4), some(&mut random, 4, 8), some(&mut random, 8, 8));
            let mut args = fragment(2, 32, 16, |lane, i| {
                let (row, column) = place_a(columns[0], lane, i);
                encode(F16, of_a[product_of(lane)][row][column])
            });
            args.extend(fragment(2, 32, 16, |lane, i| {
                let (row, column) = place_b(columns[1], lane, i);
                encode(F16, of_b[product_of(lane)][row][column])
            }));
            args.extend(fragment(mma.c_registers(), 32, c.bits(), |lane, i| {
                let (row, column) = place_c(c, lane, i);
                encode(c, of_c[product_of(lane)][row][column])
            }));
            let found = run(mma, &args);
            for lane in 0..32 {
                let (a, b, c) = (&of_a[product_of(lane)], &of_b[product_of(lane)], &of_c[product_of(lane)]);
                for i in 0..8 {
                    let (row, column) = place_c(d, lane, i);
                    let expected = c[row][column] + (0..4).map(|k| a[row][k] * b[k][column]).sum::<i64>();
                    assert_eq!(decode(d, element_of(&found, 32, d.bits(), lane, i)), expected, "{mma}, lane {lane}");
                }
            }
        }
    }
}

#[test]
fn wmma_fragments_are_those_of_mma_products() {
    use ScalarType::{F16, F32, S8, S32};
    let mut random = Random(7);
    let mut registers = |count: usize, ty: ScalarType| -> Vec<Values> {
        let mut element = || encode(ty, random.below(9) as i64 - 4);
        let per_register = 32 / ty.bits();
        let mut register = || (0..per_register).fold(0, |all, i| all | element() << (i * ty.bits()));
        (0..count).map(|_| std::array::from_fn(|_| register())).collect()
    };
    for (k, [d, a, b, c]) in [(16, [F32, F16, F16, F32]), (16, [S32, S8, S8, S32])] {
        let small = Mma::new((16, 8, k), [d, a, b, c]);
        // Side by side.
        let whole = Mma::new((16, 16, k), [d, a, b, c]);
        let of_a = registers(whole.a_registers(), a);
        let of_b = registers(whole.b_registers(), b);
        let of_c = registers(whole.c_registers(), c);
        let halves = [0, 1].map(|half| {
            let b = &of_b[half * small.b_registers()..][..small.b_registers()];
            let c = &of_c[half * small.c_registers()..][..small.c_registers()];
            run(small, &[&of_a, b, c].concat())
        });
        assert_eq!(run(whole, &[&of_a[..], &of_b, &of_c].concat()), halves.concat());
        // Below each other.
        let whole = Mma::new((32, 8, k), [d, a, b, c]);
        let of_a = registers(whole.a_registers(), a);
        let of_b = registers(whole.b_registers(), b);
        let of_c = registers(whole.c_registers(), c);
        let halves = [0, 1].map(|half| {
            let a = &of_a[half * small.a_registers()..][..small.a_registers()];
            let c = &of_c[half * small.c_registers()..][..small.c_registers()];
            run(small, &[a, &of_b, c].concat())
        });
        assert_eq!(run(whole, &[&of_a[..], &of_b, &of_c].concat()), halves.concat());
    }
    // Four of `m8n8k16` side by side.
    let types = [S32, S8, S8, S32];
    let (small, whole) = (Mma::new((8, 8, 16), types), Mma::new((8, 32, 16), types));
    let (of_a, of_b, of_c) = (registers(1, S8), registers(4, S8), registers(8, S32));
    let parts = [0, 1, 2, 3].map(|part| run(small, &[&of_a, &of_b[part..=part], &of_c[2 * part..][..2]].concat()));
    assert_eq!(run(whole, &[&of_a[..], &of_b, &of_c].concat()), parts.concat());
}

/// Where the metadata of a chunk is: lane in the group of four, lowest bit (PTX ISA "Matrix fragments for
/// multiply-accumulate operation with sparse matrix A", the figures of metadata).
fn manual_metadata(mma: &Mma, row: usize, chunk: usize) -> (usize, usize) {
    let selector = usize::from(mma.sparse.unwrap());
    let upper = usize::from(row >= 8);
    match (mma.slot_bits(), mma.k) {
        // One lane has four chunks of rows `g` and `g + 8`.
        (16, 16) | (32, 8) => (selector, 16 * upper + 4 * chunk),
        // Two lanes have four chunks each.
        (16, 32) | (32, 16) => (2 * selector + chunk / 4, 16 * upper + 4 * (chunk % 4)),
        // Two lanes have eight chunks of a row each.
        (8, 32) | (4, 64) => (2 * selector + upper, 4 * chunk),
        // Lanes 0 and 1 have the left half of columns, lanes 2 and 3 the right half.
        _ => (if chunk < 8 { upper } else { 2 + upper }, 4 * (chunk % 8)),
    }
}

fn check_sparse(mma: Mma, parts: Option<u8>) {
    let mut random = Random(u64::from(mma.k));
    let (k, bits) = (usize::from(mma.k), mma.slot_bits());
    let (low, count) = range(mma.a);
    let b = {
        let (low, count) = range(mma.b);
        random_matrix(&mut random, k, 8, low, count)
    };
    let c = random_matrix(&mut random, 16, 8, -500, 1000);
    // `.tf32`: one of two; four bits: two pairs of four; else two of four.
    let (chunk_size, stored, step) = match bits {
        32 => (2, 1, 1),
        4 => (8, 4, 2),
        _ => (4, 2, 1),
    };
    let mut a = vec![vec![0; k]; 16];
    let mut packed = vec![vec![0; k / 2]; 16];
    let mut metadata = vec![0u64; 32];
    for row in 0..16 {
        for chunk in 0..k / chunk_size {
            let (first, second) = [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)][random.below(6) as usize];
            let positions: Vec<usize> = match bits {
                32 => vec![first % 2],
                4 => vec![2 * first, 2 * first + 1, 2 * second, 2 * second + 1],
                _ => vec![first, second],
            };
            let nibble = match (bits, first % 2) {
                (32, 0) => 0b0100,
                (32, _) => 0b1110,
                _ => first | second << 2,
            };
            for (i, position) in positions.iter().enumerate() {
                let value = low + random.below(count) as i64;
                a[row][chunk * chunk_size + position] = value;
                packed[row][chunk * stored + i] = value;
            }
            let (lane, bit) = manual_metadata(&mma, row, chunk);
            metadata[4 * (row % 8) + lane] |= (nibble as u64) << bit;
        }
    }
    assert_eq!(step * chunk_size % 2, 0);
    // The fragment of A is that of a dense matrix with half the columns.
    let mut args = fragment(mma.a_registers(), 32, bits, |lane, i| {
        let (row, column) = manual_a(16, k / 2, bits, lane, i);
        in_slot(&mma, mma.a, encode(mma.a, packed[row][column]))
    });
    args.extend(fragment(mma.b_registers(), 32, bits, |lane, i| {
        let (row, column) = manual_b(k, bits, lane, i);
        in_slot(&mma, mma.b, encode(mma.b, b[row][column]))
    }));
    args.extend(fragment(mma.c_registers(), 32, mma.c.bits(), |lane, i| {
        let (row, column) = manual_c(lane, i);
        encode(mma.c, c[row][column])
    }));
    args.push(std::array::from_fn(|lane| metadata[lane]));
    let factors = parts.map(|parts| Factors::random(&mut random, parts));
    if let Some(factors) = &factors {
        args.extend(factors.args(1, 2));
    }
    let d = run(mma, &args);
    for lane in 0..32 {
        for i in 0..4 {
            let (row, column) = manual_c(lane, i);
            let product = |at: usize| {
                let factor = factors.as_ref().map_or(1, |factors| factors.of(row, column, at, k));
                a[row][at] * b[at][column] * factor
            };
            let expected = c[row][column] + (0..k).map(product).sum::<i64>();
            assert_eq!(decode(mma.d, element_of(&d, 32, mma.d.bits(), lane, i)), expected, "{mma}: {row}, {column}");
        }
    }
}

#[test]
fn sparse_matrices_are_unpacked_by_their_metadata() {
    use ScalarType::*;
    let selectors = |mma: Mma| (0..4 / mma.metadata_lanes() as u8).map(move |s| Mma { sparse: Some(s), ..mma });
    let check_all = |shape, types| {
        let mma = Mma { sparse: Some(0), ..Mma::new(shape, types) };
        selectors(mma).for_each(|mma| check_sparse(mma, None));
    };
    for k in [16, 32] {
        check_all((16, 8, k), [F32, F16, F16, F32]);
        check_all((16, 8, k), [F16, F16, F16, F16]);
        check_all((16, 8, k), [F32, BF16, BF16, F32]);
    }
    for k in [8, 16] {
        check_all((16, 8, k), [F32, TF32, TF32, F32]);
    }
    for k in [32, 64] {
        check_all((16, 8, k), [S32, S8, U8, S32]);
        check_all((16, 8, 2 * k), [S32, U4, S4, S32]);
    }
    check_all((16, 8, 64), [F32, E4M3, E5M2, F32]);
    check_all((16, 8, 64), [F16, E2M1, E3M2, F16]);
}

/// Powers of two for parts of rows of A and of columns of B.
struct Factors {
    a: Vec<Vec<u64>>,
    b: Vec<Vec<u64>>,
    parts: usize,
}

impl Factors {
    fn random(random: &mut Random, parts: u8) -> Factors {
        let mut some = |count: usize| (0..count).map(|_| (0..parts).map(|_| random.below(3)).collect()).collect();
        Factors { a: some(16), b: some(8), parts: parts.into() }
    }

    fn of(&self, row: usize, column: usize, at: usize, k: usize) -> i64 {
        let part = at * self.parts / k;
        1 << (self.a[row][part] + self.b[column][part])
    }

    /// Arguments where A's factors are in the pair of lanes `pair` and B's in lane `lane` of each group of four.
    fn args(&self, pair: usize, lane: usize) -> [Values; 6] {
        self.args_of(pair, lane, |exponent| exponent + 127)
    }

    fn args_of(&self, pair: usize, lane: usize, encode: fn(u64) -> u64) -> [Values; 6] {
        // With one part, any byte; with two, the upper ones.
        let byte = [0, 3, 2, 0, 0][self.parts];
        let pack = |parts: &[u64]| {
            parts.iter().rev().fold(0, |all, part| all << 8 | encode(*part)) << (8 * byte) & 0xffff_ffff
        };
        let of_a = std::array::from_fn(|l| {
            // Lane 0 of the pair has row `g`, lane 1 row `g + 8`.
            if l % 4 / 2 == pair { pack(&self.a[l / 4 + 8 * (l % 2)]) } else { 0x5555_5555 }
        });
        let of_b = std::array::from_fn(|l| if l % 4 == lane { pack(&self.b[l / 4]) } else { 0x5555_5555 });
        [of_a, [byte; 32], [pair as u64; 32], of_b, [byte; 32], [lane as u64; 32]]
    }
}

#[test]
fn blocks_have_factors() {
    use ScalarType::*;
    let mut random = Random(3);
    for (shape, types, ty, parts) in [
        ((16, 8, 32), [F32, E4M3, E2M1, F32], UE8M0, 1),
        ((16, 8, 64), [F32, E2M1, E2M1, F32], UE8M0, 2),
        ((16, 8, 64), [F32, E2M1, E2M1, F32], UE8M0, 4),
        ((16, 8, 64), [F32, E2M1, E2M1, F32], UE4M3, 4),
    ] {
        let mma = Mma { scale: Some(Scale { ty, parts }), ..Mma::new(shape, types) };
        let (k, bits) = (usize::from(mma.k), mma.slot_bits());
        let [a, b] = [(mma.a, 16, k), (mma.b, k, 8)].map(|(ty, rows, columns)| {
            let (low, count) = range(ty);
            random_matrix(&mut random, rows, columns, low, count)
        });
        let factors = Factors::random(&mut random, parts);
        for (pair, lane) in [(0, 0), (1, 3), (0, 1)] {
            let mut args = fragment(mma.a_registers(), 32, bits, |lane, i| {
                let (row, column) = manual_a(16, k, bits, lane, i);
                in_slot(&mma, mma.a, encode(mma.a, a[row][column]))
            });
            args.extend(fragment(mma.b_registers(), 32, bits, |lane, i| {
                let (row, column) = manual_b(k, bits, lane, i);
                in_slot(&mma, mma.b, encode(mma.b, b[row][column]))
            }));
            args.extend([[0; 32]; 4]);
            // The exponent's bias is 127, or 7 with a significand of 3 bits.
            args.extend(factors.args_of(pair, lane, if ty == UE8M0 { |e| e + 127 } else { |e| (e + 7) << 3 }));
            let d = run(mma, &args);
            for lane in 0..32 {
                for i in 0..4 {
                    let (row, column) = manual_c(lane, i);
                    let product = |at: usize| a[row][at] * b[at][column] * factors.of(row, column, at, k);
                    let expected: i64 = (0..k).map(product).sum();
                    assert_eq!(decode(F32, element_of(&d, 32, 32, lane, i)), expected, "{mma}: {row}, {column}");
                }
            }
        }
    }
    let sparse = |shape, types, ty, parts| {
        let scale = Some(Scale { ty, parts });
        check_sparse(Mma { scale, sparse: Some(0), ..Mma::new(shape, types) }, Some(parts));
    };
    sparse((16, 8, 64), [F32, E4M3, E2M3, F32], UE8M0, 1);
    sparse((16, 8, 128), [F32, E2M1, E2M1, F32], UE8M0, 2);
    sparse((16, 8, 128), [F32, E2M1, E2M1, F32], UE8M0, 4);
}

#[test]
fn every_element_has_one_place() {
    use crate::tile::mma::fragment::{of_a, of_b, of_c};
    for (m, n, k, count) in
        [(16, 16, 16, 2), (8, 32, 16, 2), (32, 8, 16, 2), (8, 32, 16, 4), (32, 8, 16, 4), (16, 16, 8, 1)]
    {
        let mut places = HashSet::new();
        for lane in 0..32 {
            for i in 0..m * k / 32 {
                let at = of_a(m, k, count, i / count);
                places.insert((at.row + lane / 4, at.column + lane % 4 * count + i % count));
            }
        }
        assert!(places.len() == m * k && places.iter().all(|&(row, column)| row < m && column < k));
        places.clear();
        for lane in 0..32 {
            for i in 0..n * k / 32 {
                let at = of_b(k, count, i / count);
                places.insert((at.row + lane % 4 * count + i % count, at.column + lane / 4));
            }
        }
        assert!(places.len() == n * k && places.iter().all(|&(row, column)| row < k && column < n));
        places.clear();
        for lane in 0..32 {
            for i in 0..m * n / 32 {
                let at = of_c(m, i);
                places.insert((at.row + lane / 4, at.column + lane % 4 * 2));
            }
        }
        assert!(places.len() == m * n && places.iter().all(|&(row, column)| row < m && column < n));
    }
}

#[test]
fn integer_sums_wrap_or_clamp() {
    use ScalarType::{S8, S32, U8};
    let check = |types: [ScalarType; 4], a: u64, c: i32, satfinite: bool, expected: i32| {
        let mma = Mma { satfinite, ..Mma::new((16, 8, 32), types) };
        let mut args = vec![[a * 0x0101_0101; 32]; 4];
        args.extend([[0x7f7f_7f7f; 32]; 2]);
        args.extend([[u64::from(c as u32); 32]; 4]);
        assert_eq!(run(mma, &args)[0][0] as u32 as i32, expected, "{mma}");
    };
    check([S32, U8, S8, S32], 255, i32::MAX, false, i32::MAX.wrapping_add(32 * 255 * 127));
    check([S32, U8, S8, S32], 255, i32::MAX, true, i32::MAX);
    check([S32, S8, S8, S32], 0x80, i32::MIN, false, i32::MIN.wrapping_sub(32 * 128 * 127));
    check([S32, S8, S8, S32], 0x80, i32::MIN + 1, true, i32::MIN);
}

#[test]
fn double_precision_rounds_at_each_step() {
    let third = 1.0f64 / 3.0;
    for (rounding, up) in [(Rounding::Rn, false), (Rounding::Rz, false), (Rounding::Rm, false), (Rounding::Rp, true)] {
        let mma = Mma { rounding: Some(rounding), ..Mma::new((8, 8, 4), [ScalarType::F64; 4]) };
        // 1 + 4 times 2^-60, each of which is lost unless sums are rounded up.
        let args = [
            [2f64.powi(-30).to_bits(); 32],
            [2f64.powi(-30).to_bits(); 32],
            [1f64.to_bits(); 32],
            [third.to_bits(); 32],
        ];
        let found = f64::from_bits(run(mma, &args)[0][5]);
        assert_eq!(found, if up { 1.0 + 4.0 * f64::EPSILON } else { 1.0 }, "{rounding}");
    }
}

#[test]
fn saturated_results_are_finite() {
    use ScalarType::F16;
    let mma = Mma { satfinite: true, ..Mma::new((16, 16, 16), [F16; 4]) };
    let check = |a: u64, b: u64, expected: u64| {
        let mut args = vec![[a | a << 16; 32]; 4];
        args.extend(vec![[b | b << 16; 32]; 4]);
        args.extend(vec![[0; 32]; 4]);
        assert_eq!(run(mma, &args)[0][0] & 0xffff, expected, "{a:#x} * {b:#x}");
    };
    check(0x7bff, 0x7bff, 0x7bff);
    check(0xfbff, 0x7bff, 0xfbff);
    check(0x7c00, 0x3c00, 0x7bff);
    check(0x7c00, 0, 0);
    check(0x3c00, 0x3c00, 0x4c00);
}
