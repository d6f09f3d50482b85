//! Tensor copies against a naive walk through the manual's definitions: loops over coordinates, and its tables of
//! swizzled pieces as they are printed there.

use super::Words;
use crate::tile::eval::access::Reach;
use crate::tile::tensor_map::{Access, Elements, TensorMap};
use crate::tile::{Space, TensorCopy, TensorDirection, TensorMode, window};

const TENSOR: u64 = super::BASE;

/// Numbers that look random and are the same every time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }
    fn between(&mut self, low: i64, high: i64) -> i64 {
        low + self.below((high - low + 1) as u64) as i64
    }
}

fn map(elements: Elements, rank: usize) -> TensorMap {
    TensorMap {
        access: Access::Tiled,
        elements,
        rank,
        address: TENSOR,
        sizes: [1; 5],
        strides: [0; 4],
        extent: [1; 5],
        steps: [1; 5],
        interleave: 0,
        swizzle: 0,
        atomicity: 0,
        fills_nan: false,
        lower: [0; 3],
        upper: [0; 3],
        channels: 0,
        pixels: 0,
    }
}

/// Runs a copy on global memory and the shared memory of one CTA that holds a barrier object at its end.
fn run(map: &TensorMap, copy: TensorCopy, args: &[u64], memory: &mut Words, shared: Vec<u8>) -> Vec<u8> {
    let mut shared = [shared];
    let parameters = map.to_bytes();
    let mut local = Vec::new();
    let mut reach = Reach { memory, parameters: &parameters, shared: &mut shared, rank: 0, local: &mut local };
    reach.tensor_copy(&copy, args).unwrap();
    std::mem::take(&mut shared[0])
}

const OBJECT: usize = 1 << 16;

/// A load to shared address 0; checks that the barrier object learns of all bytes.
fn load(map: &TensorMap, mode: TensorMode, coordinates: &[i64], offsets: &[u64], memory: &mut Words) -> Vec<u8> {
    let mut shared = vec![0xee; OBJECT + 8];
    // One arrival is pending, so that the phase does not end.
    let object: u64 = 1 | 1 << 20 | 1 << 60;
    shared[OBJECT..].copy_from_slice(&object.to_le_bytes());
    let mut args = vec![0, window::PARAM, OBJECT as u64];
    args.extend(coordinates.iter().map(|&c| u64::from(c as u32)));
    args.extend(offsets);
    let direction = TensorDirection::Load(Space::Shared);
    let copy = TensorCopy { direction, mode, rank: map.rank as u8, multicast: false, pair: false };
    let mut shared = run(map, copy, &args, memory, shared);
    let object = u64::from_le_bytes(shared[OBJECT..].try_into().unwrap());
    let bytes = (1 << 20) - (object >> 40 & 0x1f_ffff);
    shared.truncate(bytes as usize);
    shared
}

fn memory() -> Words {
    Words((0..1 << 17).map(|i: u32| i.wrapping_mul(0x9e37_79b9)).collect())
}

fn byte(memory: &Words, address: u64) -> u8 {
    let at = (address - TENSOR) as usize;
    memory.0[at / 4].to_le_bytes()[at % 4]
}

/// The element at coordinates, or zeros outside of the tensor.
fn element(map: &TensorMap, bytes: u64, at: &[i64], memory: &Words) -> Vec<u8> {
    let mut address = TENSOR;
    for (d, &at) in at[..map.rank].iter().enumerate() {
        if at < 0 || at >= map.sizes[d] as i64 {
            return vec![0; bytes as usize];
        }
        address += at as u64 * if d == 0 { bytes } else { map.strides[d - 1] };
    }
    (0..bytes).map(|i| byte(memory, address + i)).collect()
}

/// The manual's tables: by swizzling and atomicity, for each line which piece of 16 bytes lies where.
fn table(swizzle: u8, atomicity: u8) -> Vec<[usize; 8]> {
    let none = [0, 1, 2, 3, 4, 5, 6, 7];
    let one = [1, 0, 3, 2, 5, 4, 7, 6];
    let two = [2, 3, 0, 1, 6, 7, 4, 5];
    let three = [3, 2, 1, 0, 7, 6, 5, 4];
    match (swizzle, atomicity) {
        (1, _) => vec![none, one],
        (2, _) => vec![none, one, two, three],
        (3, 0) => vec![
            none,
            one,
            two,
            three,
            [4, 5, 6, 7, 0, 1, 2, 3],
            [5, 4, 7, 6, 1, 0, 3, 2],
            [6, 7, 4, 5, 2, 3, 0, 1],
            [7, 6, 5, 4, 3, 2, 1, 0],
        ],
        (3, 1 | 2) => vec![none, [2, 3, 0, 1, 6, 7, 4, 5], [4, 5, 6, 7, 0, 1, 2, 3], [6, 7, 4, 5, 2, 3, 0, 1]],
        (3, _) => vec![none, [4, 5, 6, 7, 0, 1, 2, 3]],
        _ => vec![none],
    }
}

fn swizzled(map: &TensorMap, dense: &[u8]) -> Vec<u8> {
    let table = table(map.swizzle, map.atomicity);
    let mut lines = dense.to_vec();
    lines.resize(dense.len().next_multiple_of(128), 0xee);
    let source = lines.clone();
    for (number, line) in lines.chunks_mut(128).enumerate() {
        for (place, piece) in line.chunks_mut(16).enumerate() {
            let from = table[number % table.len()][place];
            piece.copy_from_slice(&source[number * 128 + from * 16..][..16]);
            if (map.swizzle, map.atomicity) == (3, 2) && number % 2 == 1 {
                piece.rotate_left(8);
            }
        }
    }
    lines
}

#[test]
fn boxes_hold_what_a_walk_through_their_coordinates_finds() {
    let mut dice = Dice(1);
    let memory = &mut memory();
    for _ in 0..3000 {
        let (elements, bytes) =
            [(Elements::U8, 1), (Elements::F16, 2), (Elements::U32, 4), (Elements::U64, 8)][dice.below(4) as usize];
        let rank = dice.between(1, 5) as usize;
        let mut map = map(elements, rank);
        let mut stride = 0;
        for d in 0..rank {
            map.sizes[d] = dice.between(1, if d == 0 { 40 } else { 6 }) as u64;
            map.steps[d] = if d == 0 { 1 } else { dice.between(1, 3) as u32 };
            map.extent[d] = dice.between(1, if rank > 3 { 3 } else { 5 }) as u32;
            if d > 0 {
                map.strides[d - 1] = stride;
            }
            stride = match d {
                0 => (map.sizes[0] * bytes).next_multiple_of(16),
                _ => stride * map.sizes[d] + 16 * dice.below(2),
            };
        }
        map.extent[0] = (16 * dice.between(1, 4) as u64 / bytes) as u32;
        (map.swizzle, map.atomicity) = [(0, 0), (1, 0), (2, 0), (3, 0), (3, 1), (3, 2), (3, 3)][dice.below(7) as usize];
        if let Some(span) = [0, 32, 64, 128].get(usize::from(map.swizzle)).filter(|span| **span != 0) {
            map.extent[0] = (span / bytes) as u32;
        }
        let coordinates: Vec<i64> = (0..rank).map(|d| dice.between(-4, map.sizes[d] as i64)).collect();
        let mut dense = Vec::new();
        let mut at = [0; 5];
        let steps = |d: usize| (0..i64::from(map.extent[d])).step_by(map.steps[d] as usize);
        let first = |d: usize| coordinates.get(d).copied().unwrap_or(0);
        for e in steps(4) {
            at[4] = first(4) + e;
            for d in steps(3) {
                at[3] = first(3) + d;
                for c in steps(2) {
                    at[2] = first(2) + c;
                    for b in steps(1) {
                        at[1] = first(1) + b;
                        for a in 0..i64::from(map.extent[0]) {
                            at[0] = first(0) + a;
                            dense.extend(element(&map, bytes, &at, memory));
                        }
                    }
                }
            }
        }
        let found = load(&map, TensorMode::Tile, &coordinates, &[], memory);
        assert_eq!(found.len(), dense.len(), "{map:?}");
        // Pieces of the last line may lie behind the bytes that are counted.
        if dense.len().is_multiple_of(128) {
            assert_eq!(found, swizzled(&map, &dense), "{map:?} at {coordinates:?}");
        } else if map.swizzle == 0 {
            assert_eq!(found, dense, "{map:?} at {coordinates:?}");
        }
    }
}

#[test]
fn columns_hold_the_pixels_that_a_filter_meets() {
    let mut dice = Dice(2);
    let memory = &mut memory();
    for _ in 0..2000 {
        let mut map = map(Elements::U32, 4);
        map.access = Access::Im2col;
        map.sizes = [8, dice.between(1, 7) as u64, dice.between(1, 7) as u64, dice.between(1, 4) as u64, 1];
        map.strides = [32, 32 * map.sizes[1], 32 * map.sizes[1] * map.sizes[2], 0];
        map.steps = [1, dice.between(1, 3) as u32, dice.between(1, 3) as u32, 1, 1];
        for d in 0..2 {
            map.lower[d] = dice.between(-2, 1) as i32;
            map.upper[d] = dice.between(i64::from(map.lower[d]) - map.sizes[d + 1] as i64 + 1, 2) as i32;
        }
        map.channels = 4 * dice.between(1, 2) as u32;
        map.pixels = dice.between(1, 60) as u32;
        let low = |d: usize| i64::from(map.lower[d]);
        let high = |d: usize| map.sizes[d + 1] as i64 - 1 + i64::from(map.upper[d]);
        let (c0, w0, h0, n0) =
            (4 * dice.between(0, 1), dice.between(low(0), high(0)), dice.between(low(1), high(1)), dice.between(0, 2));
        let (ow, oh) = (dice.between(0, 2), dice.between(0, 2));
        let mut pixels = Vec::new();
        for n in n0.. {
            let rows = if n == n0 { h0 } else { low(1) };
            for h in (rows..=high(1)).step_by(map.steps[2] as usize) {
                let columns = if n == n0 && h == h0 { w0 } else { low(0) };
                pixels.extend((columns..=high(0)).step_by(map.steps[1] as usize).map(|w| (w + ow, h + oh, n)));
            }
            if pixels.len() >= map.pixels as usize {
                break;
            }
        }
        let mut dense = Vec::new();
        for &(w, h, n) in &pixels[..map.pixels as usize] {
            for c in 0..i64::from(map.channels) {
                dense.extend(element(&map, 4, &[c0 + c, w, h, n], memory));
            }
        }
        let found = load(&map, TensorMode::Im2col, &[c0, w0, h0, n0], &[ow as u64, oh as u64], memory);
        assert_eq!(found, dense, "{map:?} at {:?}", (c0, w0, h0, n0, ow, oh));
    }
}

#[test]
fn what_is_stored_is_loaded_again() {
    let mut dice = Dice(3);
    for _ in 0..500 {
        let mut map = map(Elements::U32, 2);
        map.sizes = [dice.between(1, 40) as u64, dice.between(1, 9) as u64, 1, 1, 1];
        map.strides[0] = (4 * map.sizes[0]).next_multiple_of(16);
        map.extent = [32, 4, 1, 1, 1];
        (map.swizzle, map.atomicity) = [(0, 0), (3, 0), (3, 1), (3, 2), (3, 3)][dice.below(5) as usize];
        let at = [dice.between(0, 20), dice.between(0, 6)];
        let shared: Vec<u8> = (0..512).map(|i| (i % 251) as u8 + 1).collect();
        let memory = &mut Words(vec![0; 1 << 10]);
        let copy = TensorCopy {
            direction: TensorDirection::Store,
            mode: TensorMode::Tile,
            rank: 2,
            multicast: false,
            pair: false,
        };
        run(&map, copy, &[0, window::PARAM, at[0] as u64, at[1] as u64], memory, shared.clone());
        let found = load(&map, TensorMode::Tile, &at, &[], memory);
        for (found, stored) in found.iter().zip(&shared) {
            assert!(found == stored || *found == 0, "{map:?}");
        }
        let inside =
            map.sizes[0].saturating_sub(at[0] as u64).min(32) * map.sizes[1].saturating_sub(at[1] as u64).min(4);
        assert_eq!(found.iter().filter(|byte| **byte != 0).count() as u64, 4 * inside);
    }
}

#[test]
fn a_map_survives_its_bytes() {
    let mut map = map(Elements::BF16, 5);
    map.sizes = [1 << 32, 7, 1, 3, 9];
    map.strides = [16, 1 << 39, 32, 48];
    map.extent = [256, 1, 2, 3, 4];
    map.steps = [1, 8, 2, 3, 4];
    (map.interleave, map.swizzle, map.atomicity, map.fills_nan) = (1, 3, 2, true);
    assert_eq!(TensorMap::from_bytes(&map.to_bytes()), Ok(map.clone()));
    let im2col = TensorMap {
        access: Access::Im2col,
        lower: [-32768, 5, -16],
        upper: [32767, -1, 15],
        channels: 256,
        pixels: 1024,
        ..map
    };
    assert_eq!(TensorMap::from_bytes(&im2col.to_bytes()), Ok(im2col));
    assert!(TensorMap::from_bytes(&[0; 128]).is_err());
}

fn store(map: &TensorMap, mode: TensorMode, coordinates: &[u64], memory: &mut Words, shared: Vec<u8>) {
    let direction = TensorDirection::Store;
    let copy = TensorCopy { direction, mode, rank: map.rank as u8, multicast: false, pair: false };
    run(map, copy, &[&[0, window::PARAM], coordinates].concat(), memory, shared);
}

#[test]
fn four_rows_go_where_they_are_told() {
    let mut map = map(Elements::U32, 2);
    map.sizes = [6, 9, 1, 1, 1];
    map.strides[0] = 32;
    map.extent = [4, 1, 1, 1, 1];
    let memory = &mut Words(vec![0; 8 * 9]);
    // The third row is outside of the tensor, and so are the last elements of each.
    let shared = (1..=16u32).flat_map(u32::to_le_bytes).collect();
    store(&map, TensorMode::FourRows, &[3, 8, 0, 9, 4], memory, shared);
    let mut expected = vec![0; 8 * 9];
    for (row, values) in [(8, [1, 2, 3]), (0, [5, 6, 7]), (4, [13, 14, 15])] {
        expected[row * 8 + 3..row * 8 + 6].copy_from_slice(&values);
    }
    assert_eq!(memory.0, expected);
    let again = load(&map, TensorMode::FourRows, &[3, 4, 7, 0, 8], &[], memory);
    let words: Vec<u32> = again.chunks(4).map(|word| u32::from_le_bytes(word.try_into().unwrap())).collect();
    assert_eq!(words, [13, 14, 15, 0, 0, 0, 0, 0, 5, 6, 7, 0, 1, 2, 3, 0]);
}

#[test]
fn elements_of_six_bits_are_packed_when_they_are_stored() {
    let mut map = map(Elements::B6x16P32, 1);
    map.sizes[0] = 128;
    map.extent[0] = 128;
    let memory = &mut Words(vec![0; 24]);
    // The upper two bits of each byte are not stored.
    let element = |i: usize| (i * 37 % 64) as u8;
    store(&map, TensorMode::Tile, &[0], memory, (0..128).map(|i| element(i) | 0xc0).collect());
    let bit = |i: usize| memory.0[i / 32] >> (i % 32) & 1;
    for i in 0..128 {
        let found = (0..6).fold(0, |value, b| value | bit(6 * i + b) << b);
        assert_eq!(found as u8, element(i), "element {i}");
    }
}

#[test]
fn slices_of_channels_are_stepped_through() {
    // NC/8HWC8: channels of a slice, W, slices.
    let mut map = map(Elements::F16, 3);
    map.interleave = 1;
    map.sizes = [8, 5, 2, 1, 1];
    map.strides = [16, 80, 0, 0];
    map.extent = [8, 3, 2, 1, 1];
    map.steps[0] = 2;
    let memory = &mut memory();
    let found = load(&map, TensorMode::Tile, &[1, 3, 0], &[], memory);
    let mut expected = Vec::new();
    for slice in 0..2 {
        for w in 3..6 {
            for c in [1, 3, 5, 7] {
                expected.extend(element(&map, 2, &[c, w, slice], memory));
            }
        }
    }
    assert_eq!(found, expected);
}
