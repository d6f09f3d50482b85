//! What a product of matrices computes.
//!
//! PTX leaves open in which order and how precisely floating-point sums are formed. Here each element of D is the exact
//! sum of its products and the element of C, rounded once, to nearest even, into D's type: better than any order of
//! additions. `.f64` is as PTX wants it, one `fma` after the other along `k`. Of `.tf32`, the low 13 bits do not count.
//! NaN is canonical; a product of infinity and zero is NaN, and so is a sum of both infinities. Products with elements
//! that a sparse matrix does not store do not exist, so infinities there do not matter.

mod exact;
mod read;

use super::LANES;
use super::collective::Values;
use crate::tile::mma::Mma;
use crate::tile::mma::fragment::{self, Position};
use ptx_frontend::scalar::float64;
use ptx_frontend::scalar::format::{F16, F32, Format, mode};
use ptx_frontend::types::{BoolOp, Rounding, ScalarType};
use read::{Operands, Table};
use smallvec::{SmallVec, smallvec};

/// Columns that are computed side by side: the number of columns of any B is a multiple.
const COLUMNS: usize = 8;

/// D's registers. `args` are those of A, of B and of C, then metadata and factors; `acting` are the lanes that take part.
pub(super) fn multiply(mma: &Mma, acting: u32, args: &[Values]) -> SmallVec<[Values; 2]> {
    let operands = Operands::of(mma, acting, args);
    match mma.a {
        ScalarType::F64 => doubles(mma, &operands),
        ScalarType::B1 => bits(mma, &operands),
        ScalarType::S8 | ScalarType::U8 | ScalarType::S4 | ScalarType::U4 => integers(mma, &operands),
        _ => reals(mma, &operands),
    }
}

/// Registers of D that are filled element by element.
struct Sums<'m> {
    mma: &'m Mma,
    registers: SmallVec<[Values; 2]>,
}

impl Sums<'_> {
    fn of(mma: &Mma) -> Sums<'_> {
        Sums { mma, registers: smallvec![[0; LANES]; mma.d_registers()] }
    }

    /// Calls `element` with product, row and column of each element.
    fn fill(mut self, element: impl Fn(usize, Position) -> u64) -> SmallVec<[Values; 2]> {
        let bits = self.mma.d.bits();
        let per_register = (self.mma.register_bits() / bits) as usize;
        for lane in 0..LANES {
            for (number, register) in self.registers.iter_mut().enumerate() {
                register[lane] = (0..per_register).rev().fold(0, |register, i| {
                    let (group, at) = position_in_c(self.mma, bits, lane, number * per_register + i);
                    // A whole register is not shifted.
                    let above = if per_register > 1 { register << bits } else { 0 };
                    above | element(group, at)
                });
            }
        }
        self.registers
    }
}

/// Which element of C or D, of elements of so many bits, a lane holds.
fn position_in_c(mma: &Mma, bits: u32, lane: usize, element: usize) -> (usize, Position) {
    if mma.is_in_quads() {
        let (group, place) = fragment::in_quads(lane);
        return (group, fragment::of_quad_c(bits, place, element));
    }
    let Position { row, column } = fragment::of_c(mma.m.into(), element);
    (0, Position { row: row + lane / 4, column: column + 2 * (lane % 4) })
}

fn reals(mma: &Mma, operands: &Operands<'_>) -> SmallVec<[Values; 2]> {
    let a = operands.a(|ty| read::real(mma, ty));
    let b = operands.b(|ty| read::real(mma, ty));
    let (a, b) = operands.scaled(a, b);
    let rows = operands.rows_of_b();
    let c: Table<f64> = operands.c(match mma.c {
        ScalarType::F16 => F16::decode,
        _ => F32::decode,
    });
    let encode: fn(f64) -> u64 = match mma.d {
        ScalarType::F16 => F16::encode::<{ mode::RN }>,
        _ => F32::encode::<{ mode::RN }>,
    };
    let mut d = Table::new(mma.groups(), c.rows, c.columns, 0);
    for group in 0..mma.groups() {
        for row in 0..c.rows {
            let at = &rows[row * a.columns..][..a.columns];
            for first in (0..c.columns).step_by(COLUMNS) {
                let sums =
                    exact::sums(a.row(group, row), at, b.group(group), b.columns, first, c.eight(group, row, first));
                for (to, sum) in d.row_mut(group, row)[first..].iter_mut().zip(sums) {
                    *to = if mma.satfinite { finite(mma.d, encode(sum)) } else { encode(sum) };
                }
            }
        }
    }
    Sums::of(mma).fill(|group, at| d.row(group, at.row)[at.column])
}

/// `.satfinite` of a floating-point result.
fn finite(ty: ScalarType, bits: u64) -> u64 {
    fn clamp<F: Format>(bits: u64) -> u64 {
        if F::is_nan(bits) {
            0
        } else if bits & !F::SIGN == F::INFINITY {
            bits - 1
        } else {
            bits
        }
    }
    if ty == ScalarType::F16 { clamp::<F16>(bits) } else { clamp::<F32>(bits) }
}

fn doubles(mma: &Mma, operands: &Operands<'_>) -> SmallVec<[Values; 2]> {
    let (a, b, c) = (operands.a(|_| |bits| bits), operands.b(|_| |bits| bits), operands.c(|bits| bits));
    let fma = match mma.rounding {
        Some(Rounding::Rz) => float64::fma::<{ mode::RZ }>,
        Some(Rounding::Rm) => float64::fma::<{ mode::RM }>,
        Some(Rounding::Rp) => float64::fma::<{ mode::RP }>,
        _ => float64::fma::<{ mode::RN }>,
    };
    Sums::of(mma).fill(|group, Position { row, column }| {
        let along_k = a.row(group, row).iter().enumerate();
        along_k.fold(c.row(group, row)[column], |sum, (k, &a)| fma(a, b.row(group, k)[column], sum))
    })
}

fn integers(mma: &Mma, operands: &Operands<'_>) -> SmallVec<[Values; 2]> {
    let a = operands.a(read::integer);
    let b = operands.b(read::integer);
    let c: Table<i32> = operands.c(|bits| bits as i32);
    let rows = operands.rows_of_b();
    let mut d = Table::new(1, c.rows, c.columns, 0u64);
    for row in 0..c.rows {
        let at = &rows[row * a.columns..][..a.columns];
        for first in (0..c.columns).step_by(COLUMNS) {
            // At most 256 products of 16 bits each: far from wrapping.
            let mut sums = [0i32; COLUMNS];
            for (&a, &k) in a.row(0, row).iter().zip(at) {
                let b = b.eight(0, k.into(), first);
                for (sum, b) in sums.iter_mut().zip(b) {
                    *sum += a * b;
                }
            }
            for ((to, sum), c) in d.row_mut(0, row)[first..].iter_mut().zip(sums).zip(c.eight(0, row, first)) {
                *to = u64::from(if mma.satfinite { sum.saturating_add(c) } else { sum.wrapping_add(c) } as u32);
            }
        }
    }
    Sums::of(mma).fill(|_, at| d.row(0, at.row)[at.column])
}

fn bits(mma: &Mma, operands: &Operands<'_>) -> SmallVec<[Values; 2]> {
    // A register is an element here.
    let (a, b) = (operands.a(|_| |bits| bits as u32), operands.b(|_| |bits| bits as u32));
    let c = operands.c(|bits| bits as u32);
    let product = match mma.bits {
        Some(BoolOp::Xor) => |a: u32, b: u32| (a ^ b).count_ones(),
        _ => |a: u32, b: u32| (a & b).count_ones(),
    };
    Sums::of(mma).fill(|_, Position { row, column }| {
        let ones: u32 = a.row(0, row).iter().enumerate().map(|(k, &a)| product(a, b.row(0, k)[column])).sum();
        c.row(0, row)[column].wrapping_add(ones).into()
    })
}

#[cfg(test)]
mod tests;
