//! Loads, stores and atomics: which bytes an address means, and whether the lane may touch them.

use super::cluster::Machine;
use super::prepare::{Atomic, Load, Store};
use super::warp::{Context, Warp, row};
use super::{FaultKind, GlobalMemory, Grid, LaneFault, Services, try_each};
use crate::tile::{Access, Space, window};
use ptx_frontend::types::MemoryOrder;

/// Where an access goes.
#[derive(Clone, Copy)]
pub(super) enum Place {
    Global(u64),
    /// Shared memory of the CTA of this rank.
    Shared(usize, usize),
    Local(usize),
    Param(usize),
}

impl Place {
    /// So many bytes further.
    pub(super) fn plus(self, bytes: usize) -> Place {
        match self {
            Place::Global(address) => Place::Global(address + bytes as u64),
            _ => self.at(self.offset() + bytes),
        }
    }

    /// The offset in the memory it lies in.
    pub(super) fn offset(self) -> usize {
        match self {
            Place::Global(address) => address as usize,
            Place::Shared(_, at) | Place::Local(at) | Place::Param(at) => at,
        }
    }

    /// Another place in the same memory.
    pub(super) fn at(self, at: usize) -> Place {
        match self {
            Place::Global(_) => Place::Global(at as u64),
            Place::Shared(rank, _) => Place::Shared(rank, at),
            Place::Local(_) => Place::Local(at),
            Place::Param(_) => Place::Param(at),
        }
    }
}

pub(super) type Checked<T> = Result<T, Box<FaultKind>>;

/// What of a lane and its CTA an access needs.
pub(super) struct Reach<'r, 'c, M> {
    pub(super) memory: &'r mut M,
    pub(super) parameters: &'r [u8],
    pub(super) shared: &'r mut [Vec<u8>],
    pub(super) rank: usize,
    pub(super) local: &'c mut Vec<u8>,
}

impl<M: GlobalMemory> Reach<'_, '_, M> {
    pub(super) fn load(&mut self, place: &Place, bytes: u32) -> Option<u64> {
        match *place {
            Place::Global(address) => self.memory.load(address, bytes),
            Place::Shared(rank, at) => read(self.shared.get(rank)?, at, bytes),
            Place::Local(at) => read(self.local, at, bytes),
            Place::Param(at) => read(self.parameters, at, bytes),
        }
    }

    pub(super) fn store(&mut self, place: &Place, bytes: u32, bits: u64) -> Option<()> {
        match *place {
            Place::Global(address) => self.memory.store(address, bytes, bits),
            Place::Shared(rank, at) => write(self.shared.get_mut(rank)?, at, bytes, bits),
            Place::Local(at) => write(self.local, at, bytes, bits),
            Place::Param(_) => None,
        }
    }

    /// Whether all bytes of a vector may be touched.
    pub(super) fn covers(&mut self, place: &Place, bytes: u32) -> bool {
        let within = |len: usize, at: usize| at.checked_add(bytes as usize).is_some_and(|end| end <= len);
        match *place {
            Place::Global(address) => self.memory.is_accessible(address, bytes),
            Place::Shared(rank, at) => self.shared.get(rank).is_some_and(|s| within(s.len(), at)),
            Place::Local(at) => within(self.local.len(), at),
            Place::Param(at) => within(self.parameters.len(), at),
        }
    }

    /// The place that an address of a space means to the lane.
    pub(super) fn locate(&self, space: Space, address: u64) -> Place {
        locate(space, address, self.rank)
    }

    #[cold]
    fn fault(&mut self, what: &'static str, access: &Access, base: u64, bytes: u32) -> Box<FaultKind> {
        self.outside(what, access.space, base.wrapping_add_signed(access.offset.into()), bytes)
    }

    /// The fault of an access to bytes that are not the lane's to touch.
    #[cold]
    pub(super) fn outside(&mut self, what: &'static str, space: Space, address: u64, bytes: u32) -> Box<FaultKind> {
        let in_window = |len: usize, noun: &str| format!("{noun} has {len} bytes");
        let nearest = match self.locate(space, address) {
            Place::Global(address) => self.memory.nearest(address),
            Place::Shared(rank, _) => {
                in_window(self.shared.get(rank).map_or(0, Vec::len), "shared memory of the block")
            }
            Place::Local(_) => in_window(self.local.len(), "local memory of the thread"),
            Place::Param(_) if what == "load" => in_window(self.parameters.len(), "the parameter block"),
            Place::Param(_) => "parameters are read-only".into(),
        };
        let space = match space {
            Space::Generic => "generic",
            Space::Global => "global",
            Space::Shared | Space::SharedCluster => "shared",
            Space::Local => "local",
            Space::Param => "param",
        };
        Box::new(FaultKind::IllegalAddress { access: what, space, address, bytes, nearest })
    }
}

/// The place that an address of a space means.
#[inline(always)]
fn locate(space: Space, address: u64, rank: usize) -> Place {
    // Shared, local and param addresses have 32 bits: arithmetic on them wraps there.
    let low = address as u32 as usize;
    match space {
        Space::Global => Place::Global(address),
        Space::Shared => Place::Shared(rank, low),
        Space::SharedCluster => cluster_place(low, rank),
        Space::Local => Place::Local(low),
        Space::Param => Place::Param(low),
        Space::Generic => match address & !(window::SIZE - 1) {
            window::SHARED => cluster_place(low, rank),
            window::LOCAL => Place::Local(low),
            window::PARAM => Place::Param(low),
            _ => Place::Global(address),
        },
    }
}

fn cluster_place(low: usize, rank: usize) -> Place {
    let offset = low & ((1 << window::RANK_SHIFT) - 1);
    Place::Shared((low >> window::RANK_SHIFT).checked_sub(1).unwrap_or(rank), offset)
}

#[inline(always)]
fn read(bytes: &[u8], at: usize, count: u32) -> Option<u64> {
    let from = bytes.get(at..)?;
    Some(match count {
        4 => u64::from(u32::from_le_bytes(*from.first_chunk()?)),
        8 => u64::from_le_bytes(*from.first_chunk()?),
        2 => u64::from(u16::from_le_bytes(*from.first_chunk()?)),
        _ => u64::from(*from.first()?),
    })
}

#[inline(always)]
fn write(bytes: &mut [u8], at: usize, count: u32, bits: u64) -> Option<()> {
    let to = bytes.get_mut(at..)?;
    match count {
        4 => *to.first_chunk_mut()? = (bits as u32).to_le_bytes(),
        8 => *to.first_chunk_mut()? = bits.to_le_bytes(),
        2 => *to.first_chunk_mut()? = (bits as u16).to_le_bytes(),
        _ => *to.first_mut()? = bits as u8,
    }
    Some(())
}

/// The address of an access, naturally aligned as a whole.
#[inline(always)]
fn aligned(what: &'static str, access: &Access, base: u64, bytes: u32) -> Checked<u64> {
    let address = base.wrapping_add_signed(access.offset.into());
    check_alignment(what, address, bytes)?;
    Ok(address)
}

/// `bytes` is a power of two.
#[inline(always)]
pub(super) fn check_alignment(access: &'static str, address: u64, bytes: u32) -> Checked<()> {
    if address & u64::from(bytes - 1) == 0 {
        Ok(())
    } else {
        Err(Box::new(FaultKind::Misaligned { access, address, bytes }))
    }
}

/// Fences that turn relaxed accesses into those of an order.
fn before<M: GlobalMemory>(memory: &mut M, order: MemoryOrder) {
    match order {
        MemoryOrder::Release | MemoryOrder::AcqRel => memory.fence(MemoryOrder::Release),
        MemoryOrder::Sc => memory.fence(MemoryOrder::Sc),
        _ => {}
    }
}

fn after<M: GlobalMemory>(memory: &mut M, order: MemoryOrder) {
    match order {
        MemoryOrder::Acquire | MemoryOrder::AcqRel => memory.fence(MemoryOrder::Acquire),
        MemoryOrder::Sc => memory.fence(MemoryOrder::Sc),
        _ => {}
    }
}

impl Warp {
    pub(super) fn load<M: GlobalMemory, S: Services>(
        &mut self,
        machine: &mut Machine<'_, M, S>,
        context: &mut Context<'_>,
        function: u32,
        load: &Load,
        lanes: u32,
    ) -> Result<(), LaneFault> {
        let Load { access, element, .. } = load;
        let rank = context.rank as usize;
        let (rows, locals) = self.rows_and_locals(function);
        let addresses = row(rows, context.constants, load.address);
        before(machine.memory, access.order);
        let extend = |out: &super::prepare::Out, bits: u64| match out.sign_shift {
            None => bits,
            Some(shift) => ((bits << shift) as i64 >> shift) as u64 & out.mask,
        };
        let result = match (&load.outs[..], access.space) {
            ([out], Space::Global) => {
                let to = &rows[out.row as usize];
                let memory = &mut *machine.memory;
                try_each(lanes, |lane| {
                    let base = addresses.get(lane);
                    let address = aligned("load", access, base, *element)?;
                    match memory.load(address, *element) {
                        Some(bits) => to.set(lane, extend(out, bits)),
                        None => {
                            let parameters = machine.grid.parameters;
                            let (shared, local) = (&mut *context.shared, &mut locals[lane]);
                            let mut reach = Reach { memory, parameters, shared, rank, local };
                            return Err(reach.fault("load", access, base, *element));
                        }
                    }
                    Ok(())
                })
            }
            (outs, _) => {
                let total = element * u32::from(access.vector);
                try_each(lanes, |lane| {
                    let base = addresses.get(lane);
                    let address = aligned("load", access, base, total)?;
                    let mut reach = Reach {
                        memory: &mut *machine.memory,
                        parameters: machine.grid.parameters,
                        shared: &mut *context.shared,
                        rank,
                        local: &mut locals[lane],
                    };
                    if outs.len() > 1 && !reach.covers(&locate(access.space, address, rank), total) {
                        return Err(reach.fault("load", access, base, total));
                    }
                    for (i, out) in outs.iter().enumerate() {
                        let place = locate(access.space, address + i as u64 * u64::from(*element), rank);
                        match reach.load(&place, *element) {
                            Some(bits) => rows[out.row as usize].set(lane, extend(out, bits)),
                            None => return Err(reach.fault("load", access, base, total)),
                        }
                    }
                    Ok(())
                })
            }
        };
        after(machine.memory, access.order);
        result
    }

    pub(super) fn store<M: GlobalMemory, S: Services>(
        &mut self,
        machine: &mut Machine<'_, M, S>,
        context: &mut Context<'_>,
        function: u32,
        store: &Store,
        lanes: u32,
    ) -> Result<(), LaneFault> {
        let Store { access, element, .. } = store;
        let total = element * u32::from(access.vector);
        let rank = context.rank as usize;
        let (rows, locals) = self.rows_and_locals(function);
        let addresses = row(rows, context.constants, store.address);
        before(machine.memory, access.order);
        let result = try_each(lanes, |lane| {
            let base = addresses.get(lane);
            let address = aligned("store", access, base, total)?;
            let mut reach = Reach {
                memory: &mut *machine.memory,
                parameters: machine.grid.parameters,
                shared: &mut *context.shared,
                rank,
                local: &mut locals[lane],
            };
            if store.values.len() > 1 && !reach.covers(&locate(access.space, address, rank), total) {
                return Err(reach.fault("store", access, base, total));
            }
            for (i, &value) in store.values.iter().enumerate() {
                let place = locate(access.space, address + i as u64 * u64::from(*element), rank);
                let bits = row(rows, context.constants, value).get(lane);
                if reach.store(&place, *element, bits).is_none() {
                    return Err(reach.fault("store", access, base, total));
                }
            }
            Ok(())
        });
        after(machine.memory, access.order);
        result
    }

    pub(super) fn atomic<M: GlobalMemory, S: Services>(
        &mut self,
        machine: &mut Machine<'_, M, S>,
        context: &mut Context<'_>,
        function: u32,
        atomic: &Atomic,
        lanes: u32,
    ) -> Result<(), LaneFault> {
        let access = &atomic.access;
        let element = access.ty.bytes();
        let total = element * u32::from(access.vector);
        let rank = context.rank as usize;
        let (rows, locals) = self.rows_and_locals(function);
        let constants = context.constants;
        let get = |refs: &[u32], i: usize, lane: usize| refs.get(i).map_or(0, |&r| row(rows, constants, r).get(lane));
        let addresses = row(rows, constants, atomic.address);
        before(machine.memory, access.order);
        let result = try_each(lanes, |lane| {
            let base = addresses.get(lane);
            let address = aligned("atomic", access, base, total)?;
            let mut reach = Reach {
                memory: &mut *machine.memory,
                parameters: machine.grid.parameters,
                shared: &mut *context.shared,
                rank,
                local: &mut locals[lane],
            };
            // Results may share rows with operands of later elements: read all, then write.
            let operands: [u64; 8] = std::array::from_fn(|i| get(&atomic.operands, i, lane));
            let expected: [u64; 8] = std::array::from_fn(|i| get(&atomic.expected, i, lane));
            if is_wide(access) {
                let old = atomic_pair(&mut reach, atomic, address, operands, expected);
                let Some(old) = old else { return Err(reach.fault("atomic", access, base, total)) };
                for (&out, bits) in atomic.outs.iter().zip(old) {
                    rows[out as usize].set(lane, bits);
                }
                return Ok(());
            }
            if !reach.covers(&locate(access.space, address, rank), total) {
                return Err(reach.fault("atomic", access, base, total));
            }
            for i in 0..usize::from(access.vector) {
                let place = locate(access.space, address + i as u64 * u64::from(element), rank);
                let old = match place {
                    Place::Global(address) => reach
                        .memory
                        .update(address, element, |old| atomic.in_global.apply(old, operands[i], expected[i])),
                    _ => reach.load(&place, element).and_then(|old| {
                        match atomic.in_shared.apply(old, operands[i], expected[i]) {
                            Some(new) => reach.store(&place, element, new).map(|()| old),
                            None => Some(old),
                        }
                    }),
                };
                match (old, atomic.outs.get(i)) {
                    (Some(old), Some(&out)) => rows[out as usize].set(lane, old),
                    (Some(_), None) => {}
                    (None, _) => return Err(reach.fault("atomic", access, base, total)),
                }
            }
            Ok(())
        });
        after(machine.memory, access.order);
        result
    }

    /// One byte through a generic address, as a lane sees it.
    pub(super) fn read_byte<M: GlobalMemory>(
        &self,
        memory: &mut M,
        grid: &Grid<'_>,
        context: &Context<'_>,
        lane: usize,
        address: u64,
    ) -> Option<u8> {
        let bits = match locate(Space::Generic, address, context.rank as usize) {
            Place::Global(address) => memory.load(address, 1),
            Place::Shared(rank, at) => read(context.shared.get(rank)?, at, 1),
            Place::Local(at) => read(&self.local[lane], at, 1),
            Place::Param(at) => read(grid.parameters, at, 1),
        };
        bits.map(|bits| bits as u8)
    }
}

/// `.b128`: two 64-bit elements changed as one.
fn is_wide(access: &Access) -> bool {
    access.vector == 2 && access.ty == ptx_frontend::types::ScalarType::B64
}

fn atomic_pair<M: GlobalMemory>(
    reach: &mut Reach<'_, '_, M>,
    atomic: &Atomic,
    address: u64,
    operands: [u64; 8],
    expected: [u64; 8],
) -> Option<[u64; 2]> {
    let change = |old: [u64; 2]| {
        let swaps = atomic.expected.is_empty() || old == [expected[0], expected[1]];
        swaps.then_some([operands[0], operands[1]])
    };
    let place = locate(atomic.access.space, address, reach.rank);
    if let Place::Global(address) = place {
        return reach.memory.update_pair(address, change);
    }
    let upper = locate(atomic.access.space, address + 8, reach.rank);
    let old = [reach.load(&place, 8)?, reach.load(&upper, 8)?];
    if let Some([low, high]) = change(old) {
        reach.store(&place, 8, low)?;
        reach.store(&upper, 8, high)?;
    }
    Some(old)
}
