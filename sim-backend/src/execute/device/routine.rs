//! GpSimd routines: the tile kernel's own operations on lanes in SBUF.
//!
//! What they compute is not written here a second time: elementwise meanings come from the tile operation table,
//! atomics and warp operations from `tile::eval`.

use super::{Core, Lane, Outcome, Source, Stop, attribute};
use crate::fault::FaultKind;
use ptx_frontend::types::AtomicOp;
use translator::neuron::isa::Opcode;
use translator::neuron::program::{Attribute, Instruction, SbufRole};
use translator::neuron::words::Dtype;
use translator::tile::eval::{AtomicChange, GlobalMemory, act_together, atomic_change};
use translator::tile::{Access, Space, window};

/// Lanes of a warp.
const WARP: usize = translator::tile::eval::LANES;

impl Core<'_> {
    pub(super) fn routine(&mut self, instruction: &Instruction) -> Outcome {
        match instruction.opcode {
            Opcode::GpsimdRoutine => self.elementwise_routine(instruction),
            Opcode::GpsimdLoad => self.load_routine(instruction),
            Opcode::GpsimdStore => self.store_routine(instruction),
            Opcode::GpsimdAtomic => self.atomic_routine(instruction),
            Opcode::GpsimdCollective => self.collective_routine(instruction),
            _ => self.trap(instruction),
        }
    }

    fn elementwise_routine(&mut self, instruction: &Instruction) -> Outcome {
        let (op, attributes) = attribute(instruction, |attribute| match attribute {
            Attribute::Routine(op, attributes) => Some((*op, attributes)),
            _ => None,
        })?;
        let meaning = op.meaning(attributes).ok_or_else(|| Stop::Defect("no such operation".into()))?;
        let dst = self.tile(instruction, "dst")?;
        let mut args = Vec::new();
        for name in ["a", "b", "c", "d"] {
            args.extend(self.optional(instruction, name, Dtype::U64)?);
        }
        let mut values = vec![0; args.len()];
        self.write(dst, |p, i| {
            for (value, arg) in values.iter_mut().zip(&args) {
                *value = arg.get(p, i);
            }
            Some(meaning.apply(&values))
        });
        Ok(())
    }

    fn trap(&mut self, instruction: &Instruction) -> Outcome {
        let reason = attribute(instruction, |attribute| match attribute {
            Attribute::Reason(reason) => Some(reason.as_str()),
            _ => None,
        })?;
        let mask = self.source(instruction, "mask", Dtype::U8)?;
        match self.lanes(&mask, &[]).into_iter().next() {
            None => Ok(()),
            Some(lane) if reason == "trap" => Err(Stop::Fault(FaultKind::Trap, lane)),
            Some(lane) => Err(Stop::Fault(FaultKind::IllegalInstruction(reason.into()), lane)),
        }
    }

    /// Lanes that a mask lets through, partition after partition. `others` say how many columns there are where the
    /// mask is a constant.
    fn lanes(&self, mask: &Source, others: &[&Source]) -> Vec<Lane> {
        let partitions = self.program.layout.ctas as usize;
        let columns = std::iter::once(&mask).chain(others).filter_map(|source| match source {
            Source::Tile(elements) => Some(elements.count),
            Source::Same(..) => None,
        });
        let columns = columns.max().unwrap_or(1);
        let places = (0..partitions).flat_map(|partition| (0..columns).map(move |column| Lane { partition, column }));
        places.filter(|lane| mask.get(lane.partition, lane.column) != 0).collect()
    }

    fn load_routine(&mut self, instruction: &Instruction) -> Outcome {
        let access = access(instruction)?;
        let dst = self.tile(instruction, "dst")?;
        let address = self.source(instruction, "address", Dtype::U64)?;
        let mask = self.source(instruction, "mask", Dtype::U8)?;
        let vector = usize::from(access.vector);
        let count = dst.elements() as usize;
        let mut loaded = vec![None; dst.partitions as usize * count];
        for lane in self.lanes_of_access(&mask, &address, count / vector) {
            let base = self.check(access, "load", address.get(lane.partition, lane.column), lane)?;
            for k in 0..vector {
                let element = base + k as u64 * u64::from(access.ty.bytes());
                let bits = self.load_element(access, element, lane);
                let bits = bits.ok_or_else(|| self.illegal_access(access, "load", base, lane))?;
                loaded[lane.partition * count + lane.column * vector + k] = Some(extend(access, bits));
            }
        }
        self.write(dst, |p, i| loaded[p * count + i]);
        Ok(())
    }

    fn store_routine(&mut self, instruction: &Instruction) -> Outcome {
        let access = access(instruction)?;
        let src = self.source(instruction, "src", Dtype::U64)?;
        let address = self.source(instruction, "address", Dtype::U64)?;
        let mask = self.source(instruction, "mask", Dtype::U8)?;
        let vector = usize::from(access.vector);
        let columns = match &src {
            Source::Tile(elements) => elements.count / vector,
            // Every thread does it, though all do the same.
            Source::Same(..) => self.program.layout.threads as usize,
        };
        for lane in self.lanes_of_access(&mask, &address, columns) {
            let base = self.check(access, "store", address.get(lane.partition, lane.column), lane)?;
            for k in 0..vector {
                let element = base + k as u64 * u64::from(access.ty.bytes());
                let bits = src.get(lane.partition, lane.column * vector + k);
                let stored = self.store_element(access, element, bits, lane);
                stored.ok_or_else(|| self.illegal_access(access, "store", base, lane))?;
            }
        }
        Ok(())
    }

    fn atomic_routine(&mut self, instruction: &Instruction) -> Outcome {
        let access = access(instruction)?;
        let op = attribute(instruction, |attribute| match attribute {
            Attribute::Atomic(op) => Some(*op),
            _ => None,
        })?;
        let address = self.source(instruction, "address", Dtype::U64)?;
        let mask = self.source(instruction, "mask", Dtype::U8)?;
        let a = self.source(instruction, "a", Dtype::U64)?;
        let b = self.optional(instruction, "b", Dtype::U64)?;
        let vector = usize::from(access.vector);
        let find =
            |in_global| atomic_change(op, access.ty, in_global).ok_or_else(|| Stop::Defect("no such atomic".into()));
        let (in_global, in_window) = (find(true)?, find(false)?);
        let columns = match &a {
            Source::Tile(elements) => elements.count / vector,
            // Every thread does it, though all do the same.
            Source::Same(..) => self.program.layout.threads as usize,
        };
        let mut old = Vec::new();
        for lane in self.lanes_of_access(&mask, &address, columns) {
            let base = self.check(access, "atomic", address.get(lane.partition, lane.column), lane)?;
            // The elements of a `.b128` access change together: one that differs from what is expected keeps both.
            let swaps = op != AtomicOp::Cas || vector == 1 || {
                let mut same = true;
                for k in 0..vector {
                    let element = base + k as u64 * u64::from(access.ty.bytes());
                    let bits = self.load_element(access, element, lane);
                    let bits = bits.ok_or_else(|| self.illegal_access(access, "atomic", base, lane))?;
                    same &= bits == a.get(lane.partition, lane.column * vector + k);
                }
                same
            };
            for k in 0..vector {
                let index = lane.column * vector + k;
                // `cas` takes what it expects, then the new value.
                let first = a.get(lane.partition, index);
                let (operand, expected) = b.as_ref().map_or((first, 0), |b| (b.get(lane.partition, index), first));
                let element = base + k as u64 * u64::from(access.ty.bytes());
                let change = if place(access.space, element).is_global() { in_global } else { in_window };
                let bits = if swaps {
                    self.update_element(access, element, change, operand, expected, lane)
                } else {
                    self.load_element(access, element, lane)
                };
                let bits = bits.ok_or_else(|| self.illegal_access(access, "atomic", base, lane))?;
                old.push((lane.partition, index, bits));
            }
        }
        if instruction.operand("dst").is_some() {
            let dst = self.tile(instruction, "dst")?;
            let count = dst.elements() as usize;
            let mut results = vec![None; dst.partitions as usize * count];
            for (partition, index, bits) in old {
                results[partition * count + index] = Some(bits);
            }
            self.write(dst, |p, i| results[p * count + i]);
        }
        Ok(())
    }

    fn lanes_of_access(&self, mask: &Source, address: &Source, columns: usize) -> Vec<Lane> {
        let mut lanes = self.lanes(mask, &[address]);
        // A constant mask and address leave the number of columns to the data.
        if let (Source::Same(bits, _), Source::Same(..)) = (mask, address)
            && *bits != 0
        {
            let partitions = self.program.layout.ctas as usize;
            lanes = (0..partitions)
                .flat_map(|partition| (0..columns).map(move |column| Lane { partition, column }))
                .collect();
        }
        lanes
    }

    fn collective_routine(&mut self, instruction: &Instruction) -> Outcome {
        let collective = attribute(instruction, |attribute| match attribute {
            Attribute::Collective(collective) => Some(*collective),
            _ => None,
        })?;
        let mask = self.source(instruction, "mask", Dtype::U8)?;
        let members = self.optional(instruction, "members", Dtype::U32)?;
        let mut args = Vec::new();
        for name in ["a", "b", "c"] {
            args.extend(self.optional(instruction, name, Dtype::U64)?);
        }
        let partitions = self.program.layout.ctas as usize;
        let threads = self.program.layout.threads as usize;
        let mut results = [vec![None; partitions * threads], vec![None; partitions * threads]];
        for partition in 0..partitions {
            for first in (0..threads).step_by(WARP) {
                let lanes = WARP.min(threads - first);
                let acts = |lane: usize| mask.get(partition, first + lane) != 0;
                let mut left = (0..lanes).filter(|&lane| acts(lane)).fold(0u32, |set, lane| set | 1 << lane);
                let values: Vec<[u64; WARP]> = args
                    .iter()
                    .map(|arg| {
                        std::array::from_fn(|lane| if lane < lanes { arg.get(partition, first + lane) } else { 0 })
                    })
                    .collect();
                let member_of = |lane: usize| {
                    members.as_ref().map_or(u32::MAX, |members| members.get(partition, first + lane) as u32)
                };
                // Lanes that name the same members act together.
                while left != 0 {
                    let member = member_of(left.trailing_zeros() as usize);
                    let group = (0..lanes).filter(|&lane| left >> lane & 1 != 0 && member_of(lane) == member);
                    let group = group.fold(0u32, |set, lane| set | 1 << lane);
                    let given = act_together(collective, group, member, &values);
                    for (results, given) in results.iter_mut().zip(given) {
                        for lane in (0..lanes).filter(|lane| group >> lane & 1 != 0) {
                            results[partition * threads + first + lane] = Some(given[lane]);
                        }
                    }
                    left &= !group;
                }
            }
        }
        for (name, results) in ["dst", "flag"].into_iter().zip(results) {
            if instruction.operand(name).is_some() {
                let dst = self.tile(instruction, name)?;
                self.write(dst, |p, i| results[p * threads + i]);
            }
        }
        Ok(())
    }

    /// The address of an access, checked to be naturally aligned as a whole.
    fn check(&self, access: &Access, what: &'static str, base: u64, lane: Lane) -> Outcome<u64> {
        let address = base.wrapping_add_signed(access.offset.into());
        let bytes = access.ty.bytes() * u32::from(access.vector);
        if address.is_multiple_of(u64::from(bytes)) {
            Ok(address)
        } else {
            Err(Stop::Fault(FaultKind::Misaligned { access: what, address, bytes }, lane))
        }
    }

    #[cold]
    fn illegal_access(&mut self, access: &Access, what: &'static str, address: u64, lane: Lane) -> Stop {
        let bytes = access.ty.bytes() * u32::from(access.vector);
        let nearest = match place(access.space, address) {
            Place::Global(address) => self.hbm.nearest(address),
            Place::Shared(_) => {
                format!("shared memory of the block has {} bytes", self.window(SbufRole::Shared, lane).len())
            }
            Place::Local(_) => {
                format!("local memory of the thread has {} bytes", self.window(SbufRole::Local, lane).len())
            }
            Place::Param(_) => format!("the parameter block has {} bytes", self.launch.parameters.len()),
        };
        let space = match access.space {
            Space::Generic => "generic",
            Space::Global => "global",
            Space::Shared | Space::SharedCluster => "shared",
            Space::Local => "local",
            Space::Param => "param",
        };
        Stop::Fault(FaultKind::IllegalAddress { access: what, space, address, bytes, nearest }, lane)
    }

    /// The bytes of a lane's shared or local memory.
    fn window(&mut self, role: SbufRole, lane: Lane) -> &mut [u8] {
        let Some(region) = self.program.region_for(role) else { return &mut [] };
        let bytes = self.storage.window(self.program, region, lane.partition);
        if role == SbufRole::Local {
            let frame = bytes.len() / self.program.layout.threads.max(1) as usize;
            &mut bytes[lane.column * frame..(lane.column + 1) * frame]
        } else {
            bytes
        }
    }

    fn load_element(&mut self, access: &Access, address: u64, lane: Lane) -> Option<u64> {
        let bytes = access.ty.bytes();
        match place(access.space, address) {
            Place::Global(address) => self.hbm.load(address, bytes),
            Place::Shared(at) => read(self.window(SbufRole::Shared, lane), at, bytes),
            Place::Local(at) => read(self.window(SbufRole::Local, lane), at, bytes),
            Place::Param(at) => read(self.launch.parameters, at, bytes),
        }
    }

    fn store_element(&mut self, access: &Access, address: u64, bits: u64, lane: Lane) -> Option<()> {
        let bytes = access.ty.bytes();
        match place(access.space, address) {
            Place::Global(address) => self.hbm.store(address, bytes, bits),
            Place::Shared(at) => write(self.window(SbufRole::Shared, lane), at, bytes, bits),
            Place::Local(at) => write(self.window(SbufRole::Local, lane), at, bytes, bits),
            Place::Param(_) => None,
        }
    }

    fn update_element(
        &mut self,
        access: &Access,
        address: u64,
        change: AtomicChange,
        operand: u64,
        expected: u64,
        lane: Lane,
    ) -> Option<u64> {
        let bytes = access.ty.bytes();
        if let Place::Global(address) = place(access.space, address) {
            return self.hbm.update(address, bytes, |old| change.apply(old, operand, expected));
        }
        let old = self.load_element(access, address, lane)?;
        if let Some(new) = change.apply(old, operand, expected) {
            self.store_element(access, address, new, lane)?;
        }
        Some(old)
    }
}

fn access(instruction: &Instruction) -> Outcome<&Access> {
    attribute(instruction, |attribute| match attribute {
        Attribute::Access(access) => Some(access),
        _ => None,
    })
}

/// Where an address points.
enum Place {
    Global(u64),
    Shared(usize),
    Local(usize),
    Param(usize),
}

impl Place {
    fn is_global(&self) -> bool {
        matches!(self, Place::Global(_))
    }
}

/// The place that an address of a space means. Window addresses have 32 bits.
fn place(space: Space, address: u64) -> Place {
    let low = address as u32 as usize;
    match space {
        Space::Global => Place::Global(address),
        Space::Shared | Space::SharedCluster => Place::Shared(low),
        Space::Local => Place::Local(low),
        Space::Param => Place::Param(low),
        Space::Generic => match address & !(window::SIZE - 1) {
            window::SHARED => Place::Shared(low),
            window::LOCAL => Place::Local(low),
            window::PARAM => Place::Param(low),
            _ => Place::Global(address),
        },
    }
}

/// A loaded element as register bits: narrower ones are extended by their sign, or with zeros.
fn extend(access: &Access, bits: u64) -> u64 {
    let width = 8 * access.ty.bytes();
    if access.ty.is_signed() && width < 64 { ((bits << (64 - width)) as i64 >> (64 - width)) as u64 } else { bits }
}

fn read(from: &[u8], at: usize, bytes: u32) -> Option<u64> {
    let mut word = [0; 8];
    word[..bytes as usize].copy_from_slice(from.get(at..at.checked_add(bytes as usize)?)?);
    Some(u64::from_le_bytes(word))
}

fn write(to: &mut [u8], at: usize, bytes: u32, bits: u64) -> Option<()> {
    let to = to.get_mut(at..at.checked_add(bytes as usize)?)?;
    to.copy_from_slice(&bits.to_le_bytes()[..bytes as usize]);
    Some(())
}
