//! From fragments in registers to matrices.

use super::super::LANES;
use super::super::collective::Values;
use super::{COLUMNS, position_in_c};
use crate::tile::mma::fragment::{self, Position};
use crate::tile::mma::{Mma, Scale};
use ptx_frontend::scalar::format::{BF16, F16, F32, Format};
use ptx_frontend::scalar::narrow::{E2M1, E2M3, E3M2, E4M3, E5M2, Small};
use ptx_frontend::types::ScalarType;

/// One matrix for each product.
pub(super) struct Table<T> {
    pub(super) rows: usize,
    pub(super) columns: usize,
    elements: Vec<T>,
}

impl<T: Copy> Table<T> {
    pub(super) fn new(groups: usize, rows: usize, columns: usize, element: T) -> Table<T> {
        Table { rows, columns, elements: vec![element; groups * rows * columns] }
    }

    pub(super) fn group(&self, group: usize) -> &[T] {
        &self.elements[group * self.rows * self.columns..][..self.rows * self.columns]
    }

    pub(super) fn row(&self, group: usize, row: usize) -> &[T] {
        &self.elements[(group * self.rows + row) * self.columns..][..self.columns]
    }

    pub(super) fn row_mut(&mut self, group: usize, row: usize) -> &mut [T] {
        &mut self.elements[(group * self.rows + row) * self.columns..][..self.columns]
    }

    /// Elements that are computed side by side.
    pub(super) fn eight(&self, group: usize, row: usize, first: usize) -> [T; COLUMNS] {
        let eight = &self.row(group, row)[first..first + COLUMNS];
        eight.try_into().expect("the slice has this length")
    }
}

/// The registers of a product.
pub(super) struct Operands<'a> {
    mma: &'a Mma,
    acting: u32,
    a: &'a [Values],
    b: &'a [Values],
    c: &'a [Values],
    /// Metadata, then factors with what selects them.
    rest: &'a [Values],
}

impl<'a> Operands<'a> {
    pub(super) fn of(mma: &'a Mma, acting: u32, args: &'a [Values]) -> Operands<'a> {
        let (a, args) = args.split_at(mma.a_registers());
        let (b, args) = args.split_at(mma.b_registers());
        let (c, rest) = args.split_at(mma.c_registers());
        Operands { mma, acting, a, b, c, rest }
    }

    /// Elements of a register, and how many bits each has. A register full of single bits counts as one element.
    fn slots(&self) -> (usize, u32) {
        match self.mma.a {
            ScalarType::B1 => (1, 32),
            _ => (self.mma.per_register(), self.mma.slot_bits()),
        }
    }

    /// A, as far as it is stored.
    pub(super) fn a<T: Copy + Default, F: Fn(u64) -> T>(&self, decoder: impl Fn(ScalarType) -> F) -> Table<T> {
        let (mma, decode) = (self.mma, decoder(self.mma.a));
        let (count, bits) = self.slots();
        let columns = self.a.len() * count * LANES / (usize::from(mma.m) * mma.groups());
        let mut table = Table::new(mma.groups(), mma.m.into(), columns, T::default());
        for (register, values) in self.a.iter().enumerate() {
            let first = match mma.is_in_quads() {
                true => Position::default(),
                false => fragment::of_a(mma.m.into(), columns, count, register),
            };
            for (lane, value) in values.iter().enumerate() {
                for i in 0..count {
                    let element = decode(value >> (i as u32 * bits) & (u64::MAX >> (64 - bits)));
                    let (group, Position { row, column }) = if mma.is_in_quads() {
                        let (group, place) = fragment::in_quads(lane);
                        (group, fragment::of_quad_a(mma.columns[0], place, register * count + i))
                    } else {
                        let Position { row, column } = first;
                        (0, Position { row: row + lane / 4, column: column + lane % 4 * count + i })
                    };
                    table.row_mut(group, row)[column] = element;
                }
            }
        }
        table
    }

    /// B.
    pub(super) fn b<T: Copy + Default, F: Fn(u64) -> T>(&self, decoder: impl Fn(ScalarType) -> F) -> Table<T> {
        let (mma, decode) = (self.mma, decoder(self.mma.b));
        let (count, bits) = self.slots();
        let rows = self.b.len() * count * LANES / (usize::from(mma.n) * mma.groups());
        let mut table = Table::new(mma.groups(), rows, mma.n.into(), T::default());
        for (register, values) in self.b.iter().enumerate() {
            let first = match mma.is_in_quads() {
                true => Position::default(),
                false => fragment::of_b(rows, count, register),
            };
            for (lane, value) in values.iter().enumerate() {
                for i in 0..count {
                    let element = decode(value >> (i as u32 * bits) & (u64::MAX >> (64 - bits)));
                    let (group, Position { row, column }) = if mma.is_in_quads() {
                        let (group, place) = fragment::in_quads(lane);
                        (group, fragment::of_quad_b(mma.columns[1], place, register * count + i))
                    } else {
                        let Position { row, column } = first;
                        (0, Position { row: row + lane % 4 * count + i, column: column + lane / 4 })
                    };
                    table.row_mut(group, row)[column] = element;
                }
            }
        }
        table
    }

    /// C.
    pub(super) fn c<T: Copy + Default>(&self, decode: impl Fn(u64) -> T) -> Table<T> {
        let mma = self.mma;
        let bits = mma.c.bits();
        let count = (mma.register_bits() / bits) as usize;
        let mut table = Table::new(mma.groups(), mma.m.into(), mma.n.into(), T::default());
        for (register, values) in self.c.iter().enumerate() {
            for (lane, value) in values.iter().enumerate() {
                for i in 0..count {
                    let (group, at) = position_in_c(mma, bits, lane, register * count + i);
                    let element = decode(value >> (i as u32 * bits) & (u64::MAX >> (64 - bits)));
                    table.row_mut(group, at.row)[at.column] = element;
                }
            }
        }
        table
    }

    /// For each element of A that is stored, the row of B that it is multiplied with.
    pub(super) fn rows_of_b(&self) -> Vec<u16> {
        let mma = self.mma;
        let (rows, columns) = (usize::from(mma.m), mma.stored_k());
        let Some(selector) = mma.sparse else {
            return (0..rows * columns).map(|at| (at % columns) as u16).collect();
        };
        let (metadata, stored) = (&self.rest[0], mma.stored_per_chunk());
        let mut found = Vec::with_capacity(rows * columns);
        for row in 0..rows {
            for column in 0..columns {
                let (chunk, i) = (column / stored, column % stored);
                let (lane, bit) = fragment::of_metadata(mma, selector.into(), row, chunk);
                let positions = (metadata[4 * (row % 8) + lane] >> bit & 15) as usize;
                let in_chunk = match stored {
                    // 0b0100 and 0b1110 say the first and the second of two.
                    1 => (positions & 3) / 2,
                    2 => positions >> (2 * i) & 3,
                    _ => 2 * (positions >> (2 * (i / 2)) & 3) + i % 2,
                };
                found.push((2 * stored * chunk + in_chunk) as u16);
            }
        }
        found
    }

    /// A and B with their factors multiplied in, which is exact.
    pub(super) fn scaled(&self, mut a: Table<f64>, mut b: Table<f64>) -> (Table<f64>, Table<f64>) {
        let Some(Scale { ty, parts }) = self.mma.scale else { return (a, b) };
        let [.., of_a, byte_a, thread_a, of_b, byte_b, thread_b] = self.rest else {
            unreachable!("the signature has them")
        };
        // All lanes pass the same selectors.
        let any = self.acting.trailing_zeros() as usize % LANES;
        let select = |byte: &Values, thread: &Values, lanes: u64| (byte[any] & 3, (thread[any] & (lanes - 1)) as usize);
        let factor = |values: &Values, lane: usize, byte: u64| {
            let bits = values[lane] >> (8 * byte) & 0xff;
            match ty {
                ScalarType::UE8M0 if bits == 0xff => f64::NAN,
                ScalarType::UE8M0 => f64::from_bits((bits + 1023 - 127) << 52),
                _ => E4M3::decode(bits & 0x7f),
            }
        };
        let (byte, pair) = select(byte_a, thread_a, 2);
        let part = a.columns / usize::from(parts);
        for row in 0..a.rows {
            let lane = 4 * (row % 8) + 2 * pair + row / 8;
            for (column, element) in a.row_mut(0, row).iter_mut().enumerate() {
                *element *= factor(of_a, lane, (byte + (column / part) as u64) & 3);
            }
        }
        let (byte, lane) = select(byte_b, thread_b, 4);
        let part = b.rows / usize::from(parts);
        for row in 0..b.rows {
            for (column, element) in b.row_mut(0, row).iter_mut().enumerate() {
                *element *= factor(of_b, 4 * column + lane, (byte + (row / part) as u64) & 3);
            }
        }
        (a, b)
    }
}

/// What an element of A or B stands for.
pub(super) fn real(mma: &Mma, ty: ScalarType) -> fn(u64) -> f64 {
    match ty {
        ScalarType::F16 => F16::decode,
        ScalarType::BF16 => BF16::decode,
        ScalarType::TF32 => |bits| F32::decode(bits & !0x1fff),
        ScalarType::E4M3 => small::<E4M3>,
        ScalarType::E5M2 => small::<E5M2>,
        ScalarType::E3M2 => small::<E3M2>,
        ScalarType::E2M3 => small::<E2M3>,
        // In a byte, four bits have two free ones on either side.
        _ if mma.slot_bits() == 8 => |bits| small::<E2M1>(bits >> 2),
        _ => small::<E2M1>,
    }
}

fn small<G: Small>(bits: u64) -> f64 {
    let sign = 1 << (G::BITS - 1);
    let magnitude = G::decode(bits & (sign - 1));
    if bits & sign == 0 { magnitude } else { -magnitude }
}

/// The same of integers.
pub(super) fn integer(ty: ScalarType) -> fn(u64) -> i32 {
    match ty {
        ScalarType::S8 => |bits| i32::from(bits as i8),
        ScalarType::S4 => |bits| i32::from((bits as i8) << 4 >> 4),
        _ => |bits| bits as i32,
    }
}
