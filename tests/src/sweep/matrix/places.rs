//! Where the elements of matrices are (PTX ISA "Matrix Fragments for mma.*" and "Matrix fragments for
//! multiply-accumulate operation with sparse matrix A"), as conditions on the number of an element in a lane.

/// An element: of which product of the warp, row, and column.
pub(super) struct Place {
    pub(super) group: usize,
    pub(super) row: usize,
    pub(super) column: usize,
}

/// What places depend on.
pub(super) struct Shape {
    /// m, n, k
    pub(super) size: (usize, usize, usize),
    /// Bits of an element of A or B in a register.
    pub(super) bits: u32,
    /// Half of A is not stored.
    pub(super) is_sparse: bool,
    /// `.col` of A and of B.
    pub(super) columns: [bool; 2],
}

impl Shape {
    /// `m8n8k4` on halves works on four groups of lanes.
    fn is_in_quads(&self) -> bool {
        self.size == (8, 8, 4) && self.bits == 16
    }

    pub(super) fn groups(&self) -> usize {
        if self.is_in_quads() { 4 } else { 1 }
    }

    /// `a_i` of a lane.
    pub(super) fn of_a(&self, lane: usize, i: usize) -> Place {
        let (m, _, k) = self.size;
        let k = if self.is_sparse { k / 2 } else { k };
        if self.is_in_quads() {
            let upper = if lane < 16 { 0 } else { 4 };
            let (row, column) = if self.columns[0] { (i + upper, lane % 4) } else { (lane % 4 + upper, i) };
            return Place { group: lane % 16 / 4, row, column };
        }
        let (group, thread) = (lane >> 2, lane % 4);
        let low = |condition: bool| if condition { group } else { group + 8 };
        let (row, column) = match (m, k, self.bits) {
            (8, 4, 64) => (group, thread),
            (16, 4, 64 | 32) => (low(i == 0), thread),
            (16, 8, 64 | 32) => (low(i == 0 || i == 2), if i < 2 { thread } else { thread + 4 }),
            (16, 16, 64) => (low(i & 1 == 0), if i & 1 == 0 { i * 2 + thread } else { i * 2 - 2 + thread }),
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
            other => panic!("the manual has no picture of {other:?}"),
        };
        Place { group: 0, row, column }
    }

    /// `b_i` of a lane.
    pub(super) fn of_b(&self, lane: usize, i: usize) -> Place {
        if self.is_in_quads() {
            let upper = if lane < 16 { 0 } else { 4 };
            let (row, column) = if self.columns[1] { (i, lane % 4 + upper) } else { (lane % 4, i + upper) };
            return Place { group: lane % 16 / 4, row, column };
        }
        let (group, thread) = (lane >> 2, lane % 4);
        let row = match self.bits {
            64 | 32 => thread + 4 * i,
            16 => thread * 2 + (i & 1) + 8 * (i / 2),
            8 => thread * 4 + (i & 3) + 16 * (i / 4),
            4 => thread * 8 + (i & 7) + 32 * (i / 8),
            _ => thread * 32 + (i & 31) + 128 * (i / 32),
        };
        Place { group: 0, row, column: group }
    }

    /// `c_i` of a lane, for elements of so many bits.
    pub(super) fn of_c(&self, bits: u32, lane: usize, i: usize) -> Place {
        if self.is_in_quads() {
            let upper = if lane < 16 { 0 } else { 4 };
            let (row, column) = match bits {
                16 => (lane % 4, i),
                _ => ((lane & 1) + (i & 2), (i & 4) + (lane & 2) + (i & 1)),
            };
            return Place { group: lane % 16 / 4, row: row + upper, column };
        }
        let (group, thread) = (lane >> 2, lane % 4);
        Place { group: 0, row: if i < 2 { group } else { group + 8 }, column: thread * 2 + (i & 1) }
    }

    /// How many values metadata takes here, and the values: all that are meaningful.
    pub(super) fn metadata_values(&self) -> (u32, u32) {
        if self.bits == 32 { (2, 0xe4) } else { (6, 0x00ed_c984) }
    }

    /// The column of A in which an element lies that is stored at `at`, with metadata as the subjects choose it, and
    /// selector 0.
    pub(super) fn position_in_k(&self, row: usize, at: usize) -> usize {
        if !self.is_sparse {
            return at;
        }
        let (_, _, k) = self.size;
        let (size, stored) = match self.bits {
            32 => (2, 1),
            4 => (8, 4),
            _ => (4, 2),
        };
        let (chunk, i) = (at / stored, at % stored);
        let upper = row / 8;
        let thread = match (self.bits, k) {
            // One thread has all chunks, or two have half of them each, of rows `g` and `g + 8`.
            (16, 16) | (32, 8) => 0,
            (16, _) | (32, _) => chunk / 4,
            // Two threads have a row each.
            (8, 32) | (4, 64) => upper,
            _ => upper + 2 * (chunk / 8),
        };
        let (count, values) = self.metadata_values();
        let lane = 4 * (row % 8) + thread;
        let nibble = (values >> (4 * (lane as u32 % count)) & 15) as usize;
        chunk * size
            + match self.bits {
                32 => usize::from(nibble == 0xe),
                4 => 2 * (nibble >> (2 * (i / 2)) & 3) + i % 2,
                _ => nibble >> (2 * i) & 3,
            }
    }
}
