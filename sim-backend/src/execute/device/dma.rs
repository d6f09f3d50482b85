//! DMA: copies between HBM and SBUF by access patterns and by addresses of each row, and the checked way to HBM.

use super::formats::{cast, from_f32, to_f32};
use super::{Core, Lane, Outcome, Stop, alu};
use crate::fault::FaultKind;
use translator::neuron::isa::Opcode;
use translator::neuron::program::{Hbm, Instruction, Operand, RegionKind, Tile};
use translator::neuron::words::{Dtype, Engine};
use translator::tile::eval::GlobalMemory;

impl Core<'_> {
    pub(super) fn dma(&mut self, instruction: &Instruction) -> Outcome {
        match instruction.opcode {
            Opcode::DmaGather => self.gather_rows(instruction),
            Opcode::DmaScatter => self.scatter_rows(instruction),
            opcode => {
                let (to, from) = (&instruction.operands[0], &instruction.operands[1]);
                let limit = match instruction.operand("limit") {
                    Some(Operand::Register(register)) => {
                        self.registers[instruction.engine as usize][register.0 as usize] as usize
                    }
                    _ => usize::MAX,
                };
                let (mut bits, dtype) = self.read_side(instruction, from, limit)?;
                match opcode {
                    Opcode::DmaTranspose => {
                        let partitions = self.tile(instruction, "dst")?.partitions as usize;
                        let rows = bits.len() / partitions.max(1);
                        bits = (0..bits.len()).map(|k| bits[k % rows * partitions + k / rows]).collect();
                    }
                    Opcode::DmaCompute => {
                        let op = instruction.op().ok_or_else(|| Stop::Defect("no operation".into()))?;
                        let (old, of_old) = self.read_side(instruction, to, limit)?;
                        for (new, old) in bits.iter_mut().zip(old) {
                            *new = from_f32(dtype, alu::float(op, to_f32(of_old, old), to_f32(dtype, *new)));
                        }
                    }
                    _ => {}
                }
                self.write_side(instruction, to, &bits, dtype)
            }
        }
    }

    /// The first `limit` elements of one side of a transfer, in order.
    fn read_side(&mut self, instruction: &Instruction, side: &Operand, limit: usize) -> Outcome<(Vec<u64>, Dtype)> {
        match side {
            Operand::Tile(tile) => {
                let mut bits = self.storage.read(self.program, tile).bits;
                bits.truncate(limit);
                Ok((bits, tile.dtype))
            }
            Operand::Hbm(hbm) => {
                let addresses: Vec<u64> = self.addresses(instruction.engine, hbm).collect();
                let of_lane = self.lanes_of(instruction, addresses.len());
                let elements = addresses.into_iter().enumerate().take(limit);
                let bits = elements.map(|(k, address)| self.load_hbm(hbm, address, of_lane(k))).collect::<Outcome<_>>();
                Ok((bits?, hbm.dtype))
            }
            _ => Err(Stop::Defect("a side of a transfer is no memory".into())),
        }
    }

    fn write_side(&mut self, instruction: &Instruction, side: &Operand, bits: &[u64], from: Dtype) -> Outcome {
        match side {
            Operand::Tile(tile) => {
                let count = tile.elements() as usize;
                let to = tile.dtype;
                self.write(tile, |p, i| bits.get(p * count + i).map(|&bits| cast(from, to, bits)));
                Ok(())
            }
            Operand::Hbm(hbm) => {
                let addresses: Vec<u64> = self.addresses(instruction.engine, hbm).collect();
                let of_lane = self.lanes_of(instruction, addresses.len());
                for (k, (&bits, address)) in bits.iter().zip(addresses).enumerate() {
                    self.store_hbm(hbm, address, cast(from, hbm.dtype, bits), of_lane(k))?;
                }
                Ok(())
            }
            _ => Err(Stop::Defect("a side of a transfer is no memory".into())),
        }
    }

    /// Whose lane the `k`th of so many elements is: by the side in SBUF, if there is one.
    fn lanes_of(&self, instruction: &Instruction, elements: usize) -> impl Fn(usize) -> Lane + use<> {
        let tile = instruction.operands.iter().find_map(|operand| match operand {
            Operand::Tile(tile) => Some(tile),
            _ => None,
        });
        let threads = self.program.layout.threads as usize;
        let (first, partitions) =
            tile.map_or((0, 1), |tile| (tile.partition as usize, tile.partitions.max(1) as usize));
        let of_partition = (elements / partitions).max(1);
        move |k| Lane { partition: first + k / of_partition, column: k % of_partition * threads / of_partition }
    }

    /// Addresses of the elements of an HBM access pattern, in order.
    pub(super) fn addresses<'h>(&self, engine: Engine, hbm: &'h Hbm) -> impl Iterator<Item = u64> + use<'h> {
        let registers = &self.registers[engine as usize];
        let terms =
            hbm.terms.iter().map(|&(register, factor)| registers[register.0 as usize].wrapping_mul(factor as u64));
        let start = terms.fold(hbm.offset as u64, u64::wrapping_add);
        let elements: u64 = hbm.dims.iter().map(|dim| u64::from(dim.num)).product();
        (0..elements).map(move |index| {
            let mut rest = index;
            hbm.dims.iter().rev().fold(start, |address, dim| {
                let position = rest % u64::from(dim.num);
                rest /= u64::from(dim.num);
                address.wrapping_add(position.wrapping_mul(dim.stride as u64))
            })
        })
    }

    /// Loads one element of an HBM region.
    pub(super) fn load_hbm(&mut self, hbm: &Hbm, address: u64, lane: Lane) -> Outcome<u64> {
        let bytes = hbm.dtype.bytes();
        let constant = |from: &[u8]| -> Outcome<u64> {
            let at = usize::try_from(address).ok().and_then(|at| from.get(at..at + bytes as usize));
            let at =
                at.ok_or_else(|| Stop::Defect(format!("byte {address} of the launch's own data does not exist")))?;
            let mut word = [0; 8];
            word[..bytes as usize].copy_from_slice(at);
            Ok(u64::from_le_bytes(word))
        };
        match self.program.region(hbm.region).kind {
            RegionKind::Arena => self.load(address, bytes, bytes, lane),
            RegionKind::Params => constant(self.launch.parameters),
            RegionKind::Symbols => {
                let addresses: Vec<u8> = self.launch.symbols.iter().flat_map(|symbol| symbol.to_le_bytes()).collect();
                constant(&addresses)
            }
            RegionKind::OnChip { .. } | RegionKind::Scratch { .. } => {
                Err(Stop::Defect("an HBM operand names no HBM region".into()))
            }
        }
    }

    /// Stores one element to an HBM region.
    pub(super) fn store_hbm(&mut self, hbm: &Hbm, address: u64, bits: u64, lane: Lane) -> Outcome {
        match self.program.region(hbm.region).kind {
            RegionKind::Arena => self.store(address, hbm.dtype.bytes(), hbm.dtype.bytes(), bits, lane),
            _ => Err(Stop::Defect("only device memory can be written".into())),
        }
    }

    /// Loads an element of device memory that is part of an access of `total` bytes.
    fn load(&mut self, address: u64, bytes: u32, total: u32, lane: Lane) -> Outcome<u64> {
        check_alignment("load", address, bytes, lane)?;
        self.hbm.load(address, bytes).ok_or_else(|| self.illegal("load", address, total, lane))
    }

    fn store(&mut self, address: u64, bytes: u32, total: u32, bits: u64, lane: Lane) -> Outcome {
        check_alignment("store", address, bytes, lane)?;
        self.hbm.store(address, bytes, bits).ok_or_else(|| self.illegal("store", address, total, lane))
    }

    fn illegal(&mut self, access: &'static str, address: u64, bytes: u32, lane: Lane) -> Stop {
        let nearest = self.hbm.nearest(address);
        Stop::Fault(FaultKind::IllegalAddress { access, space: "global", address, bytes, nearest }, lane)
    }

    fn gather_rows(&mut self, instruction: &Instruction) -> Outcome {
        let dst = self.tile(instruction, "dst")?;
        let rows = self.rows(instruction, dst)?;
        let size = dst.dtype.bytes();
        let mut loaded = vec![None; dst.partitions as usize * rows.elements];
        for (p, c, address) in rows.iter() {
            for k in 0..rows.group {
                let lane = Lane { partition: dst.partition as usize + p, column: rows.column(c, k) };
                let bits = self.load(address.wrapping_add(k as u64 * u64::from(size)), size, size, lane)?;
                loaded[p * rows.elements + c * rows.group + k] = Some(bits);
            }
        }
        self.write(dst, |p, i| loaded[p * rows.elements + i]);
        Ok(())
    }

    fn scatter_rows(&mut self, instruction: &Instruction) -> Outcome {
        let src = self.tile(instruction, "src")?;
        let rows = self.rows(instruction, src)?;
        let elements = self.storage.read(self.program, src);
        let size = src.dtype.bytes();
        for (p, c, address) in rows.iter() {
            for k in 0..rows.group {
                let lane = Lane { partition: src.partition as usize + p, column: rows.column(c, k) };
                let bits = elements.get(p, c * rows.group + k);
                self.store(address.wrapping_add(k as u64 * u64::from(size)), size, size, bits, lane)?;
            }
        }
        Ok(())
    }

    fn rows(&self, instruction: &Instruction, data: &Tile) -> Outcome<Rows> {
        let index = self.storage.read(self.program, self.tile(instruction, "index")?);
        let elements = data.elements() as usize;
        let group = elements / index.count.max(1);
        let skipped = u64::MAX >> (64 - 8 * index.dtype.bytes());
        Ok(Rows {
            addresses: index.bits,
            count: index.count,
            group,
            elements,
            skipped,
            threads: self.program.layout.threads as usize,
        })
    }
}

/// The rows of an indirect transfer.
struct Rows {
    /// Partition after partition.
    addresses: Vec<u64>,
    /// Rows of a partition.
    count: usize,
    /// Elements of a row.
    group: usize,
    /// Elements of a partition.
    elements: usize,
    /// The address that means no row.
    skipped: u64,
    threads: usize,
}

impl Rows {
    /// Partition, number and address of every row that is not skipped: by number, then by partition.
    fn iter(&self) -> impl Iterator<Item = (usize, usize, u64)> + '_ {
        let partitions = self.addresses.len() / self.count.max(1);
        let places = (0..self.count).flat_map(move |c| (0..partitions).map(move |p| (p, c)));
        let rows = places.map(|(p, c)| (p, c, self.addresses[p * self.count + c]));
        rows.filter(|&(.., address)| address != self.skipped)
    }

    /// The thread that an element of a row belongs to.
    fn column(&self, row: usize, element: usize) -> usize {
        (row * self.group + element) * self.threads / self.elements.max(1)
    }
}

/// CUDA requires every access to be naturally aligned as a whole; rows of other sizes only by their elements.
fn check_alignment(access: &'static str, address: u64, bytes: u32, lane: Lane) -> Outcome {
    let required = if bytes.is_power_of_two() { u64::from(bytes) } else { 1 };
    if address.is_multiple_of(required) {
        Ok(())
    } else {
        Err(Stop::Fault(FaultKind::Misaligned { access, address, bytes }, lane))
    }
}
