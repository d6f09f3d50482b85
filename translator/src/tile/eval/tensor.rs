//! Tensor copies: which bytes of global and shared memory a tensor map and coordinates mean.
//!
//! Whatever the mode, a copy is a list of rows: elements side by side in dimension 0, which lie in shared memory one
//! row after the other, at places that the swizzling then permutes.

use super::access::{Checked, Place, Reach, check_alignment};
use super::asynchronous::{Targets, mistake};
use super::atomic::{Change, change};
use super::outside::GlobalMemory;
use crate::tile::tensor_map::{self, Access, Elements, TensorMap};
use crate::tile::{Space, TensorCopy, TensorDirection, TensorMode};
use ptx_frontend::scalar::{convert, format::mode};
use ptx_frontend::types::{AtomicOp, ScalarType};

/// Where elements outside of the tensor are NaN, they have these bits in every 16 (as sm_120 does it).
const NAN: u16 = 0x7ff7;

/// What is copied.
#[derive(Debug)]
struct Rows {
    map: TensorMap,
    /// Coordinates of the first element of each row.
    first: Vec<[i64; 5]>,
    /// Units of a row.
    units: u32,
    /// Elements from one unit of a row to the next.
    step: i64,
    /// Bytes of a row in shared memory.
    bytes: u32,
    /// Bytes from one row to the next there.
    pitch: u32,
}

impl<M: GlobalMemory> Reach<'_, '_, M> {
    pub(super) fn tensor_copy(&mut self, copy: &TensorCopy, args: &[u64]) -> Checked<()> {
        let mut args = args.iter().copied();
        let mut next = || args.next().expect("the verifier has counted the arguments");
        let (shared, map) = (next(), next());
        let object = matches!(copy.direction, TensorDirection::Load(_)).then(&mut next);
        let coordinates: Vec<i64> = (0..copy.coordinates()).map(|_| i64::from(next() as u32 as i32)).collect();
        let offsets: Vec<i64> = (0..copy.offsets()).map(|_| next() as i64).collect();
        let ctas = copy.multicast.then(&mut next);
        let map = self.tensor_map(map)?;
        let rows = Rows::of(map, copy, &coordinates, &offsets).map_err(mistake)?;
        check_alignment("tensor copy", shared, 128)?;
        match copy.direction {
            TensorDirection::Load(space) => {
                let targets = self.targets(space, shared, object, ctas, copy.pair)?;
                self.load_rows(&rows, space, shared, &targets)?;
                self.signal(&targets, u64::from(rows.bytes) * rows.first.len() as u64)
            }
            TensorDirection::Store => self.store_rows(&rows, None, shared),
            TensorDirection::Reduce(op) => {
                let change = scalar_type(rows.map.elements)
                    .and_then(|ty| change(op, if is_bitwise(op) { bits_of(ty) } else { ty }, true))
                    .ok_or_else(|| mistake(format!("there is no reduction `{op}` of {:?}", rows.map.elements)))?;
                self.store_rows(&rows, Some(change), shared)
            }
        }
    }

    fn tensor_map(&mut self, address: u64) -> Checked<TensorMap> {
        check_alignment("tensor map", address, 64)?;
        let mut bytes = [0; tensor_map::BYTES];
        let place = self.locate(Space::Generic, address);
        if self.read_range(&place, &mut bytes).is_none() {
            return Err(self.outside("tensor map", Space::Generic, address, tensor_map::BYTES as u32));
        }
        TensorMap::from_bytes(&bytes).map_err(mistake)
    }

    fn load_rows(&mut self, rows: &Rows, space: Space, shared: u64, targets: &Targets) -> Checked<()> {
        let (_, global_bytes, shared_bytes) = rows.map.elements.unit();
        let fill = if rows.map.fills_nan { NAN } else { 0 }.to_le_bytes();
        let mut row = vec![0; rows.bytes as usize];
        let mut unit = [0; 16];
        for (number, first) in rows.first.iter().enumerate() {
            row.iter_mut().enumerate().for_each(|(at, byte)| *byte = fill[at % 2]);
            let inside = rows.inside(first);
            let is_dense = rows.step == 1 && global_bytes == shared_bytes;
            if is_dense && let (Some(from), Some(to)) = (inside.clone().next(), inside.clone().last()) {
                let address = rows.address(first, from);
                let into = &mut row[(from * shared_bytes) as usize..((to + 1) * shared_bytes) as usize];
                if self.read_range(&Place::Global(address), into).is_none() {
                    return Err(self.outside("tensor load", Space::Global, address, into.len() as u32));
                }
            } else {
                for at in inside.clone() {
                    let (address, into) = (rows.address(first, at), &mut unit[..global_bytes as usize]);
                    if self.read_range(&Place::Global(address), into).is_none() {
                        return Err(self.outside("tensor load", Space::Global, address, global_bytes));
                    }
                    row[(at * shared_bytes) as usize..][..global_bytes as usize].copy_from_slice(into);
                }
            }
            inside.for_each(|at| convert_loaded(rows.map.elements, &mut row[(at * shared_bytes) as usize..]));
            for (place, _) in targets {
                for (from, to, count) in rows.pieces(place.offset() as u32, number) {
                    let place = place.at(to as usize);
                    if self.write_range(&place, &row[from as usize..][..count as usize]).is_none() {
                        return Err(self.outside("tensor store", space, shared, rows.bytes));
                    }
                }
            }
        }
        Ok(())
    }

    fn store_rows(&mut self, rows: &Rows, change: Option<Change>, shared: u64) -> Checked<()> {
        let (_, global_bytes, shared_bytes) = rows.map.elements.unit();
        if rows.map.elements == Elements::B4x16P64 {
            return Err(mistake("a store of `.b4x16_p64` elements"));
        }
        let start = self.locate(Space::Shared, shared);
        let mut row = vec![0; rows.bytes as usize];
        for (number, first) in rows.first.iter().enumerate() {
            for (to, from, count) in rows.pieces(start.offset() as u32, number) {
                if self.read_range(&start.at(from as usize), &mut row[to as usize..][..count as usize]).is_none() {
                    return Err(self.outside("tensor load", Space::Shared, shared, rows.bytes));
                }
            }
            for at in rows.inside(first) {
                let address = rows.address(first, at);
                let unit = &row[(at * shared_bytes) as usize..][..shared_bytes as usize];
                let place = Place::Global(address);
                let done = match (change, rows.map.elements) {
                    (Some(change), _) => self.combine(&place, global_bytes, change, unit),
                    (None, Elements::B6x16P32) => self.write_range(&place, &pack_six_bits(unit)),
                    (None, _) => self.write_range(&place, unit),
                };
                if done.is_none() {
                    return Err(self.outside("tensor store", Space::Global, address, global_bytes));
                }
            }
        }
        Ok(())
    }
}

impl Rows {
    fn of(map: TensorMap, copy: &TensorCopy, coordinates: &[i64], offsets: &[i64]) -> Result<Rows, String> {
        if map.rank != usize::from(copy.rank) {
            return Err(format!("a copy of {} dimensions with a tensor map of {}", copy.rank, map.rank));
        }
        let is_tiled = map.access == Access::Tiled;
        if is_tiled == (copy.mode == TensorMode::Im2col) || map.access == Access::Im2colWide {
            return Err(format!("a copy in mode {:?} with a tensor map that is {:?}", copy.mode, map.access));
        }
        let (per_unit, _, shared_bytes) = map.elements.unit();
        let step = if map.interleave == 0 { 1 } else { map.steps[0] };
        let elements = match copy.mode {
            TensorMode::Im2col => map.channels,
            _ => map.extent[0].div_ceil(step),
        };
        let units = elements / per_unit;
        if !elements.is_multiple_of(per_unit) || coordinates[0] % i64::from(per_unit) != 0 {
            let what = format!("{elements} elements from {} on", coordinates[0]);
            return Err(format!("{what} are no whole units of {per_unit} elements of the tensor map"));
        }
        let (bytes, span) = (units * shared_bytes, map.swizzle_span());
        // Rows that are narrower than the swizzling's span are spread to it.
        let pitch = match map.interleave {
            0 if span != 0 && bytes > span => {
                return Err(format!("rows of {bytes} bytes in a swizzling of {span} bytes"));
            }
            0 => bytes.max(span),
            _ => bytes,
        };
        let first = match copy.mode {
            TensorMode::Tile => tile(&map, coordinates),
            TensorMode::FourRows => coordinates[1..].iter().map(|&row| [coordinates[0], row, 0, 0, 0]).collect(),
            TensorMode::Im2col => pixels(&map, coordinates, offsets)?,
        };
        Ok(Rows { map, first, units, step: i64::from(step * per_unit), bytes, pitch })
    }

    /// The units of a row that lie in the tensor; they are side by side.
    fn inside(&self, first: &[i64; 5]) -> impl Iterator<Item = u32> + Clone + use<> {
        let is_inside = |d: usize, at: i64| 0 <= at && (at as u64) < self.map.sizes[d];
        let (first_unit, step) = (first[0], self.step);
        let units = if (1..self.map.rank).all(|d| is_inside(d, first[d])) { self.units } else { 0 };
        let size = self.map.sizes[0] as i64;
        (0..units).filter(move |&unit| (0..size).contains(&(first_unit + i64::from(unit) * step)))
    }

    /// Address of a unit of a row.
    fn address(&self, first: &[i64; 5], unit: u32) -> u64 {
        let (per_unit, global_bytes, _) = self.map.elements.unit();
        let along = (first[0] + i64::from(unit) * self.step) / i64::from(per_unit) * i64::from(global_bytes);
        let across = (1..self.map.rank).map(|d| first[d].wrapping_mul(self.map.strides[d - 1] as i64));
        self.map.address.wrapping_add_signed(across.fold(along, i64::wrapping_add))
    }

    /// A row of shared memory in pieces that the swizzling keeps together: offset in the row, offset in shared memory,
    /// bytes. `start` is where the first row begins.
    fn pieces(&self, start: u32, number: usize) -> impl Iterator<Item = (u32, u32, u32)> + use<'_> {
        let start = start + number as u32 * self.pitch;
        let kept = match (self.map.swizzle, self.map.atomicity) {
            (0, _) => self.bytes.max(1),
            (3, 2) => 8,
            _ => 16,
        };
        let mut at = 0;
        std::iter::from_fn(move || {
            let from = start + at;
            let count = match self.map.swizzle {
                0 => self.bytes - at,
                _ => (kept - from % kept).min(self.bytes - at),
            };
            at += count;
            (count != 0).then(|| (at - count, self.map.swizzled(from), count))
        })
    }
}

/// The rows of a box, dimension 1 fastest. Elements between the steps are left out.
fn tile(map: &TensorMap, coordinates: &[i64]) -> Vec<[i64; 5]> {
    let mut first = [0; 5];
    first[..map.rank].copy_from_slice(&coordinates[..map.rank]);
    let mut rows = vec![first];
    for d in 1..map.rank {
        let count = map.extent[d].div_ceil(map.steps[d]);
        let layers = (0..count).flat_map(|i| {
            let forward = i64::from(i * map.steps[d]);
            rows.iter().map(move |row| {
                let mut row = *row;
                row[d] += forward;
                row
            })
        });
        rows = layers.collect();
    }
    rows
}

/// The pixels of a column: those of the bounding box from the coordinates on, W fastest, one image after the other,
/// each moved by the offsets (PTX ISA "im2col mode").
fn pixels(map: &TensorMap, coordinates: &[i64], offsets: &[i64]) -> Result<Vec<[i64; 5]>, String> {
    let image = map.rank - 1;
    let bounds: Vec<(i64, i64)> = (1..image)
        .map(|d| (i64::from(map.lower[d - 1]), map.sizes[d] as i64 - 1 + i64::from(map.upper[d - 1])))
        .collect();
    for (d, &(low, high)) in (1..).zip(&bounds) {
        if !(low..=high).contains(&coordinates[d]) {
            return Err(format!(
                "coordinate {} in dimension {d} is not in the bounding box, {low} to {high}",
                coordinates[d]
            ));
        }
    }
    let mut at = [0; 5];
    at[..map.rank].copy_from_slice(&coordinates[..map.rank]);
    let mut found = Vec::with_capacity(map.pixels as usize);
    for _ in 0..map.pixels {
        let mut pixel = at;
        for (d, offset) in offsets.iter().enumerate() {
            pixel[d + 1] += offset;
        }
        found.push(pixel);
        let mut d = 1;
        while d < image {
            at[d] += i64::from(map.steps[d]);
            if at[d] <= bounds[d - 1].1 {
                break;
            }
            at[d] = bounds[d - 1].0;
            d += 1;
        }
        if d == image {
            at[image] += 1;
        }
    }
    Ok(found)
}

/// What a load makes of an element.
fn convert_loaded(elements: Elements, bytes: &mut [u8]) {
    let flushes = matches!(elements, Elements::F32Ftz | Elements::TF32Ftz);
    let rounds = matches!(elements, Elements::TF32 | Elements::TF32Ftz);
    if !flushes && !rounds {
        return;
    }
    let mut bits = u32::from_le_bytes(std::array::from_fn(|i| bytes[i]));
    if flushes && bits & 0x7f80_0000 == 0 {
        bits &= 0x8000_0000;
    }
    if rounds {
        bits = tf32(bits);
    }
    bytes[..4].copy_from_slice(&bits.to_le_bytes());
}

/// Rounded to nearest even; NaNs become the one that sm_120 gives.
fn tf32(bits: u32) -> u32 {
    if f32::from_bits(bits).is_nan() {
        return 0x7fff_e000;
    }
    convert::tf32::<{ mode::RN }, false, false>(bits.into()) as u32
}

/// 16 elements of 6 bits, each in a byte of its own, as 12 bytes.
fn pack_six_bits(bytes: &[u8]) -> [u8; 12] {
    let all = bytes.iter().rev().fold(0u128, |all, byte| all << 6 | u128::from(byte & 0x3f));
    std::array::from_fn(|i| (all >> (8 * i)) as u8)
}

fn scalar_type(elements: Elements) -> Option<ScalarType> {
    Some(match elements {
        Elements::U32 => ScalarType::U32,
        Elements::S32 => ScalarType::S32,
        Elements::U64 => ScalarType::U64,
        Elements::S64 => ScalarType::S64,
        Elements::F16 => ScalarType::F16,
        Elements::BF16 => ScalarType::BF16,
        Elements::F32 | Elements::F32Ftz => ScalarType::F32,
        Elements::F64 => ScalarType::F64,
        _ => return None,
    })
}

fn is_bitwise(op: AtomicOp) -> bool {
    matches!(op, AtomicOp::And | AtomicOp::Or | AtomicOp::Xor)
}

fn bits_of(ty: ScalarType) -> ScalarType {
    if ty.bits() == 64 { ScalarType::B64 } else { ScalarType::B32 }
}
