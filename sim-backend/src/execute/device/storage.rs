//! SBUF and PSUM of one core, byte by byte, and access patterns into them.

use translator::neuron::device::{PARTITIONS, PSUM_BANK_BYTES, PSUM_BANKS};
use translator::neuron::program::{Program, RegionId, RegionKind, Tile};
use translator::neuron::words::{Dtype, Space};

/// On-chip memory of a core.
pub(super) struct Storage {
    sbuf: Memory,
    psum: Memory,
    /// HBM scratch of each partition, by region; empty for the others.
    scratch: Vec<Memory>,
    /// Number of the current wave, which chooses among the buffers of a region.
    pub(super) wave: u64,
}

/// A number of bytes in each of 128 partitions.
#[derive(Default)]
struct Memory {
    bytes: Vec<u8>,
    of_partition: usize,
}

impl Memory {
    fn new(of_partition: u32) -> Self {
        let of_partition = of_partition as usize;
        Memory { bytes: vec![0; of_partition * PARTITIONS as usize], of_partition }
    }
}

/// The elements of an access pattern: register bits, partition after partition.
pub(super) struct Elements {
    pub(super) bits: Vec<u64>,
    pub(super) dtype: Dtype,
    /// In each partition.
    pub(super) count: usize,
}

impl Elements {
    /// The element of a partition of the access; its only one for every index, if it has one.
    #[inline]
    pub(super) fn get(&self, partition: usize, index: usize) -> u64 {
        if self.count == 1 { self.bits[partition] } else { self.bits[partition * self.count + index] }
    }
}

impl Storage {
    pub(super) fn new(program: &Program) -> Self {
        let scratch = program.regions.iter().map(|region| match region.kind {
            RegionKind::Scratch { bytes, .. } => Memory::new(bytes),
            _ => Memory::default(),
        });
        Storage {
            sbuf: Memory::new(program.device.sbuf_bytes()),
            psum: Memory::new(PSUM_BANKS * PSUM_BANK_BYTES),
            scratch: scratch.collect(),
            wave: 0,
        }
    }

    /// Where a region's buffer of the current wave is.
    fn place(&self, program: &Program, region: RegionId) -> (Place, usize) {
        match program.region(region).kind {
            kind @ RegionKind::OnChip { space, .. } => {
                let address = kind.address(self.wave).unwrap_or_default() as usize;
                let place = if space == Space::Psum { Place::Psum } else { Place::Sbuf };
                (place, address)
            }
            RegionKind::Scratch { .. } => (Place::Scratch(region.0 as usize), 0),
            RegionKind::Arena | RegionKind::Params | RegionKind::Symbols => {
                unreachable!("the verifier keeps tiles out of HBM")
            }
        }
    }

    fn memory(&self, place: Place) -> &Memory {
        match place {
            Place::Sbuf => &self.sbuf,
            Place::Psum => &self.psum,
            Place::Scratch(region) => &self.scratch[region],
        }
    }

    fn memory_mut(&mut self, place: Place) -> &mut Memory {
        match place {
            Place::Sbuf => &mut self.sbuf,
            Place::Psum => &mut self.psum,
            Place::Scratch(region) => &mut self.scratch[region],
        }
    }

    /// Reads an access pattern.
    pub(super) fn read(&self, program: &Program, tile: &Tile) -> Elements {
        let (place, base) = self.place(program, tile.region);
        let memory = self.memory(place);
        let offsets = Offsets::of(tile, base);
        let mut bits = Vec::with_capacity(offsets.count() * tile.partitions as usize);
        for partition in tile.partition..tile.partition + tile.partitions {
            let start = partition as usize * memory.of_partition;
            let row = &memory.bytes[start..start + memory.of_partition];
            // One loop for each width, so that the width is not asked for at every element.
            match tile.dtype.bytes() {
                1 => offsets.read::<1>(row, &mut bits),
                2 => offsets.read::<2>(row, &mut bits),
                4 => offsets.read::<4>(row, &mut bits),
                _ => offsets.read::<8>(row, &mut bits),
            }
        }
        Elements { bits, dtype: tile.dtype, count: offsets.count() }
    }

    /// Writes an access pattern: `element(partition of the access, index)`, in the order of the pattern. `None` leaves
    /// the element as it is.
    pub(super) fn write(
        &mut self,
        program: &Program,
        tile: &Tile,
        mut element: impl FnMut(usize, usize) -> Option<u64>,
    ) {
        let (place, base) = self.place(program, tile.region);
        let memory = self.memory_mut(place);
        let offsets = Offsets::of(tile, base);
        for partition in 0..tile.partitions as usize {
            let start = (tile.partition as usize + partition) * memory.of_partition;
            let row = &mut memory.bytes[start..start + memory.of_partition];
            let element = |index| element(partition, index);
            match tile.dtype.bytes() {
                1 => offsets.write::<1>(row, element),
                2 => offsets.write::<2>(row, element),
                4 => offsets.write::<4>(row, element),
                _ => offsets.write::<8>(row, element),
            }
        }
    }

    /// The bytes of a region in one partition, for routines that address it implicitly.
    pub(super) fn window(&mut self, program: &Program, region: RegionId, partition: usize) -> &mut [u8] {
        let (place, base) = self.place(program, region);
        let bytes = match program.region(region).kind {
            RegionKind::OnChip { bytes, .. } | RegionKind::Scratch { bytes, .. } => bytes as usize,
            _ => 0,
        };
        let memory = self.memory_mut(place);
        let start = partition * memory.of_partition + base;
        &mut memory.bytes[start..start + bytes]
    }
}

#[derive(Clone, Copy)]
enum Place {
    Sbuf,
    Psum,
    /// By number of the region.
    Scratch(usize),
}

/// Where the elements of an access pattern are in a partition.
enum Offsets {
    /// So many side by side from here on: by far the most frequent pattern.
    Run(usize, usize),
    Any(Vec<usize>),
}

impl Offsets {
    fn of(tile: &Tile, base: usize) -> Self {
        match tile.dims[..] {
            [dim] if dim.stride == 1 => Offsets::Run(base + tile.offset as usize, dim.num as usize),
            _ => Offsets::Any(tile.offsets().map(|offset| base + offset as usize).collect()),
        }
    }

    fn count(&self) -> usize {
        match self {
            Offsets::Run(_, count) => *count,
            Offsets::Any(offsets) => offsets.len(),
        }
    }

    fn read<const WIDTH: usize>(&self, row: &[u8], into: &mut Vec<u64>) {
        let word = |bytes: &[u8]| {
            let mut word = [0; 8];
            word[..WIDTH].copy_from_slice(&bytes[..WIDTH]);
            u64::from_le_bytes(word)
        };
        match self {
            Offsets::Run(start, count) => {
                into.extend(row[*start..start + count * WIDTH].chunks_exact(WIDTH).map(word));
            }
            Offsets::Any(offsets) => into.extend(offsets.iter().map(|&at| word(&row[at..at + WIDTH]))),
        }
    }

    fn write<const WIDTH: usize>(&self, row: &mut [u8], mut element: impl FnMut(usize) -> Option<u64>) {
        let mut put = |bytes: &mut [u8], index| {
            if let Some(bits) = element(index) {
                bytes[..WIDTH].copy_from_slice(&bits.to_le_bytes()[..WIDTH]);
            }
        };
        match self {
            Offsets::Run(start, count) => {
                let run = row[*start..start + count * WIDTH].chunks_exact_mut(WIDTH);
                run.enumerate().for_each(|(index, bytes)| put(bytes, index));
            }
            Offsets::Any(offsets) => {
                offsets.iter().enumerate().for_each(|(index, &at)| put(&mut row[at..at + WIDTH], index));
            }
        }
    }
}
