//! Which elements of a matrix a lane of a warp holds.
//!
//! For `mma` PTX defines it (PTX ISA "Matrix Fragments for mma"). Lanes form eight groups of four: lane `4 * g + t` has
//! place `t` in group `g`. A register holds consecutive elements of a row of A, or of a column of B; the row, or column,
//! within eight is `g`, and `t` counts along it. A lane holds two adjacent elements of a row of C: row `g`, columns
//! `2 * t` and `2 * t + 1`. What exceeds 8 rows or columns is in further registers, as the functions here say.
//!
//! For `wmma` PTX leaves it open. Here its fragments are those of the `mma` products that it consists of, one behind the
//! other, as on hardware since sm_80.

use super::Mma;

/// Row and column of an element.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Position {
    /// Row.
    pub row: usize,
    /// Column.
    pub column: usize,
}

/// The first element of lane 0 in a register of A, of `m` rows and `k` stored columns; `count` elements in a register.
/// Lane `4 * g + t` is `g` rows below and `t * count` columns to the right; its other elements follow in the row.
pub fn of_a(m: usize, k: usize, count: usize, register: usize) -> Position {
    if m == 8 {
        return Position { row: 0, column: 4 * count * register };
    }
    // Blocks of 16 rows; in a block, two rows for each step to the right.
    let in_block = 2 * k / (4 * count);
    let (block, register) = (register / in_block, register % in_block);
    Position { row: 16 * block + 8 * (register % 2), column: 4 * count * (register / 2) }
}

/// The first element of lane 0 in a register of B, of `k` rows; `count` elements in a register. Lane `4 * g + t` is
/// `t * count` rows below and `g` columns to the right; its other elements follow in the column.
pub fn of_b(k: usize, count: usize, register: usize) -> Position {
    // Blocks of 8 columns.
    let in_block = k / (4 * count);
    let (block, register) = (register / in_block, register % in_block);
    Position { row: 4 * count * register, column: 8 * block }
}

/// An element of lane 0 of C or D, of `m` rows. Lane `4 * g + t` is `g` rows below and `2 * t` columns to the right.
pub fn of_c(m: usize, element: usize) -> Position {
    let column = element % 2;
    match m {
        8 => Position { row: 0, column: column + 8 * (element / 2) },
        // Blocks of 16 rows, each with all its 8 columns.
        32 => Position { row: 8 * (element / 2), column },
        _ => Position { row: 8 * (element / 2 % 2), column: column + 8 * (element / 4) },
    }
}

/// In `m8n8k4` of `.f16`, the lanes of a product are `4 * group` to `4 * group + 3` and those 16 above them. Which
/// product a lane belongs to, and its place among the eight: 0 to 3, and 4 to 7 for the upper ones.
pub fn in_quads(lane: usize) -> (usize, usize) {
    (lane % 16 / 4, lane % 4 + 4 * (lane / 16))
}

/// Row and column of element `i` of A in `m8n8k4` of `.f16`, of the lane with this place.
pub fn of_quad_a(by_columns: bool, place: usize, i: usize) -> Position {
    match by_columns {
        false => Position { row: place, column: i },
        true => Position { row: i + place / 4 * 4, column: place % 4 },
    }
}

/// The same of B.
pub fn of_quad_b(by_columns: bool, place: usize, i: usize) -> Position {
    match by_columns {
        true => Position { row: i, column: place },
        false => Position { row: place % 4, column: i + place / 4 * 4 },
    }
}

/// The same of C or D, whose elements of 32 bits lie otherwise than those of 16.
pub fn of_quad_c(bits: u32, place: usize, i: usize) -> Position {
    match bits {
        16 => Position { row: place, column: i },
        _ => Position { row: place % 2 + (i & 2) + place / 4 * 4, column: (i & 4) + (place & 2) + i % 2 },
    }
}

/// The lane of a group of four, and the first bit there, of the metadata of a chunk of a sparse A.
pub fn of_metadata(mma: &Mma, selector: usize, row: usize, chunk: usize) -> (usize, usize) {
    let upper = row / 8;
    let first = selector * mma.metadata_lanes() as usize;
    if mma.slot_bits() >= 16 {
        // Four chunks of both rows in a register.
        (first + chunk / 4, 16 * upper + 4 * (chunk % 4))
    } else {
        // Eight chunks of one row in a register.
        (first + 2 * (chunk / 8) + upper, 4 * (chunk % 8))
    }
}
