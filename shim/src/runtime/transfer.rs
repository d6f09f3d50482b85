//! Copies and fills: every `cuMemcpy*` and `cuMemset*`, reduced to rows.

use super::host;
use sim_backend::device::Device;
use sim_backend::memory::{Memory, MemoryError, Pattern};
use sim_backend::units::{Bytes, Picoseconds};

/// One end of a copy.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct End {
    /// First byte.
    pub address: u64,
    /// Bytes from one row to the next.
    pub row_pitch: u64,
    /// Bytes from one slice to the next.
    pub slice_pitch: u64,
    /// What kind of memory it is.
    pub side: Side,
}

/// What kind of memory one end of a copy is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Side {
    /// Memory that CUDA does not know: it is not checked, the program answers for it.
    Pageable,
    /// Page-locked or registered host memory.
    Pinned,
    /// Device or managed memory.
    Device,
}

/// A copy of `slices` × `rows` rows of `row_bytes` bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Copy {
    /// Source.
    pub from: End,
    /// Destination.
    pub to: End,
    /// Bytes of a row.
    pub row_bytes: u64,
    /// Rows of a slice.
    pub rows: u64,
    /// Slices.
    pub slices: u64,
}

impl Copy {
    /// A copy of consecutive bytes.
    pub fn linear(to: u64, to_side: Side, from: u64, from_side: Side, bytes: u64) -> Self {
        let end = |address, side| End { address, row_pitch: bytes, slice_pitch: bytes, side };
        Copy { from: end(from, from_side), to: end(to, to_side), row_bytes: bytes, rows: 1, slices: 1 }
    }

    /// Whether source and destination are consecutive bytes.
    pub fn is_linear(&self) -> bool {
        self.is_dense(&self.from) && self.is_dense(&self.to)
    }

    fn is_dense(&self, end: &End) -> bool {
        let rows_touch = self.rows == 1 || end.row_pitch == self.row_bytes;
        let slices_touch = self.slices == 1 || end.slice_pitch == self.row_bytes * self.rows;
        rows_touch && slices_touch
    }

    /// Bytes in all.
    pub fn bytes(&self) -> u64 {
        self.row_bytes.saturating_mul(self.rows).saturating_mul(self.slices)
    }

    /// Copies.
    pub fn perform(&self, memory: &Memory) -> Result<(), MemoryError> {
        if self.bytes() == 0 {
            return Ok(());
        }
        if self.is_linear() {
            return self.row(memory, self.to.address, self.from.address, self.bytes());
        }
        for slice in 0..self.slices {
            for row in 0..self.rows {
                let at = |end: &End| end.address + slice * end.slice_pitch + row * end.row_pitch;
                self.row(memory, at(&self.to), at(&self.from), self.row_bytes)?;
            }
        }
        Ok(())
    }

    fn row(&self, memory: &Memory, to: u64, from: u64, bytes: u64) -> Result<(), MemoryError> {
        match (self.to.side, self.from.side) {
            (Side::Pageable, Side::Pageable) => {
                host::copy(to, from, bytes);
                Ok(())
            }
            (Side::Pageable, _) => host::download(memory, to, from, bytes),
            (_, Side::Pageable) => host::upload(memory, to, from, bytes),
            _ => memory.copy(to, from, bytes),
        }
    }

    /// Whether host memory has no part in it.
    pub fn is_inside_device(&self) -> bool {
        (self.to.side, self.from.side) == (Side::Device, Side::Device)
    }

    /// Simulated time it takes.
    pub fn duration(&self, device: &Device) -> Picoseconds {
        if self.is_inside_device() {
            device.device_copy(Bytes(self.bytes()) * 2)
        } else {
            device.host_copy(Bytes(self.bytes()))
        }
    }
}

/// A fill of `rows` rows of `width` elements.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Fill {
    /// First byte.
    pub address: u64,
    /// Bytes from one row to the next.
    pub row_pitch: u64,
    /// What is written.
    pub pattern: Pattern,
    /// Elements of a row.
    pub width: u64,
    /// Rows.
    pub rows: u64,
}

impl Fill {
    /// Bytes of one row.
    pub fn row_bytes(&self) -> u64 {
        self.width.saturating_mul(self.pattern.bytes())
    }

    /// Fills.
    pub fn perform(&self, memory: &Memory) -> Result<(), MemoryError> {
        if self.width == 0 {
            return Ok(());
        }
        if self.row_pitch == self.row_bytes() {
            return memory.fill(self.address, self.pattern, self.width * self.rows);
        }
        (0..self.rows).try_for_each(|row| memory.fill(self.address + row * self.row_pitch, self.pattern, self.width))
    }

    /// Simulated time it takes.
    pub fn duration(&self, device: &Device) -> Picoseconds {
        device.device_copy(Bytes(self.row_bytes().saturating_mul(self.rows)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sim_backend::memory::Kind;

    fn filled(memory: &Memory, bytes: &[u8]) -> u64 {
        let address = memory.allocate(bytes.len() as u64, 256, Kind::Device).expect("room");
        memory.write(address, bytes).expect("just allocated");
        address
    }

    #[test]
    fn a_pitched_copy_moves_rows_and_leaves_the_gaps() {
        let memory = Memory::new(1 << 30).expect("address space");
        let from: Vec<u8> = (0..24).collect();
        let to = filled(&memory, &[0xff; 16]);
        let end = |address, row_pitch, side| End { address, row_pitch, slice_pitch: 0, side };
        let copy = Copy {
            from: end(from.as_ptr().expose_provenance() as u64, 8, Side::Pageable),
            to: end(to, 4, Side::Device),
            row_bytes: 3,
            rows: 3,
            slices: 1,
        };
        copy.perform(&memory).expect("inside");
        let mut seen = [0; 16];
        memory.read(to, &mut seen).expect("inside");
        assert_eq!(seen, [0, 1, 2, 255, 8, 9, 10, 255, 16, 17, 18, 255, 255, 255, 255, 255]);
    }

    #[test]
    fn a_copy_past_the_end_of_an_allocation_is_refused() {
        let memory = Memory::new(1 << 30).expect("address space");
        let (to, from) = (filled(&memory, &[0; 16]), filled(&memory, &[1; 32]));
        assert!(Copy::linear(to, Side::Device, from, Side::Device, 17).perform(&memory).is_err());
        assert!(Copy::linear(to, Side::Device, from, Side::Device, 16).perform(&memory).is_ok());
        assert!(Copy::linear(to, Side::Device, from, Side::Device, 0).perform(&memory).is_ok());
    }

    #[test]
    fn a_fill_repeats_its_pattern_row_by_row() {
        let memory = Memory::new(1 << 30).expect("address space");
        let to = filled(&memory, &[0; 12]);
        let fill = Fill { address: to, row_pitch: 6, pattern: Pattern::U16(0x0201), width: 2, rows: 2 };
        fill.perform(&memory).expect("inside");
        let mut seen = [0; 12];
        memory.read(to, &mut seen).expect("inside");
        assert_eq!(seen, [1, 2, 1, 2, 0, 0, 1, 2, 1, 2, 0, 0]);
    }

    #[test]
    fn copies_inside_the_device_are_faster_than_those_from_the_host() {
        let device = Device::default();
        let from_host = Copy::linear(0, Side::Device, 0, Side::Pageable, 1 << 20).duration(&device);
        let inside = Copy::linear(0, Side::Device, 0, Side::Device, 1 << 20).duration(&device);
        assert!(inside < from_host);
    }
}
