//! Inputs worth trying: all of them where they are few, otherwise the corners of each type and random values near them.
//!
//! They depend on the subject's name and the count only, so that recorded results stay comparable.

use super::oracle::format::Format;
use super::{Register, Subject, ones};
use crate::random::SplitMix64;
use ptx_frontend::types::ScalarType;
use rustc_apfloat::Round;

/// A block's threads; inputs come in multiples of it.
pub const BLOCK: usize = 128;

/// Random numbers, the same on every run.
pub struct Random(SplitMix64);

impl Random {
    /// Starts with a text.
    pub fn new(text: &str) -> Random {
        // FNV-1a
        Random(SplitMix64(
            text.bytes()
                .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)),
        ))
    }

    /// The next one.
    pub fn next(&mut self) -> u64 {
        self.0.next()
    }

    /// One below the limit.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len() as u64) as usize]
    }
}

/// The inputs of a subject: `inputs[k][thread]`, with at least `count` random ones where not all are tried.
pub fn inputs(subject: &Subject, count: usize) -> Vec<Vec<u64>> {
    let registers = &subject.inputs;
    let mut random = Random::new(&subject.name);
    let mut rows: Vec<Vec<u64>> = match &registers[..] {
        [] => vec![Vec::new(); BLOCK],
        [only] if only.bits <= 16 => (0..1 << only.bits).map(|x| vec![x]).collect(),
        // Both halves go through all values, each beside ever others.
        [only] if only.bits == 32 && only.lanes == 2 => {
            (0..1u64 << 16).map(|x| vec![x.wrapping_mul(40_503) & 0xffff | x << 16]).collect()
        }
        _ => sampled(registers, count, &mut random),
    };
    while !rows.len().is_multiple_of(BLOCK) {
        let last = rows.last().cloned().unwrap_or_default();
        rows.push(last);
    }
    (0..registers.len()).map(|k| rows.iter().map(|row| row[k]).collect()).collect()
}

fn sampled(registers: &[Register], count: usize, random: &mut Random) -> Vec<Vec<u64>> {
    let corners: Vec<Vec<u64>> = registers.iter().map(|register| specials(*register)).collect();
    let mut rows = Vec::new();
    let second = corners.get(1).map_or(1, Vec::len);
    for a in &corners[0] {
        for b in 0..second {
            let mut row = vec![*a];
            if let Some(corners) = corners.get(1) {
                row.push(corners[b]);
            }
            for k in row.len()..registers.len() {
                let value = if random.below(2) == 0 {
                    random.pick(&corners[k])
                } else {
                    value(registers, &corners, &row, random)
                };
                row.push(value);
            }
            rows.push(row);
        }
    }
    for _ in 0..count {
        let mut row = Vec::new();
        while row.len() < registers.len() {
            row.push(value(registers, &corners, &row, random));
        }
        rows.push(row);
    }
    rows
}

/// A value for the next register of a row.
fn value(registers: &[Register], corners: &[Vec<u64>], row: &[u64], random: &mut Random) -> u64 {
    let register = registers[row.len()];
    let mask = ones(register.bits);
    let same = |k: usize| registers[k].ty == register.ty && registers[k].bits == register.bits;
    let earlier = (0..row.len()).rev().find(|k| same(*k)).map(|k| row[k]);
    if let Some(earlier) = earlier
        && random.below(4) == 0
    {
        // Equal, opposite, or close: what cancels and what compares.
        return match random.below(4) {
            0 => earlier,
            1 => earlier ^ 1 << (register.bits - 1),
            2 => earlier.wrapping_add(random.below(17)).wrapping_sub(8) & mask,
            _ => cancelling(register.ty, row, random).unwrap_or(!earlier & mask),
        };
    }
    match random.below(8) {
        0 => random.pick(&corners[row.len()]),
        1 => random.pick(&corners[row.len()]).wrapping_add(random.below(9)).wrapping_sub(4) & mask,
        2 | 3 => random.next() & mask,
        _ => moderate_value(register, random) & mask,
    }
}

/// A value of moderate size.
fn moderate_value(register: Register, random: &mut Random) -> u64 {
    match (Format::packed(register.ty), register.bits) {
        (Some((format, lanes)), _) => {
            (0..lanes).fold(0, |word, lane| word | moderate(format, random) << (lane * format.bits()))
        }
        (None, 1) => random.below(2),
        // Small numbers, few bits set, few bits clear.
        (None, bits) => match random.below(4) {
            0 => random.below(70),
            1 => random.next() >> random.below(u64::from(bits)),
            2 => random.next() & random.next() & random.next(),
            _ => random.below(70).wrapping_neg(),
        },
    }
}

/// A number of moderate size, often with few significant bits: what ties when it is rounded.
fn moderate(format: Format, random: &mut Random) -> u64 {
    let fraction = format.fraction();
    let bias = (1u64 << (format.bits() - fraction - 2)) - 1;
    let reach = random.pick(&[4, 16, 40, 140]).min(bias - 1);
    let exponent = bias + random.below(2 * reach) - reach;
    let kept = random.below(u64::from(fraction) + 1) as u32;
    let bits = random.next() & ones(fraction) & !ones(fraction - kept);
    // Sometimes just off the tie.
    let off = if random.below(4) == 0 { random.below(3) } else { 0 };
    ((random.below(2) * format.sign()) | (exponent << fraction) | bits).wrapping_add(off) & ones(format.bits())
}

/// What nearly cancels the product of the values before.
fn cancelling(ty: ScalarType, row: &[u64], random: &mut Random) -> Option<u64> {
    let (format, 1) = Format::packed(ty)? else { return None };
    let [.., a, b] = row else { return None };
    let product = -(format.value(*a) * format.value(*b));
    let bits = format.rounded(product, Round::NearestTiesToEven);
    Some(bits.wrapping_add(random.below(5)).wrapping_sub(2) & ones(format.bits()))
}

/// The corners of a register's type.
pub fn specials(register: Register) -> Vec<u64> {
    let mask = ones(register.bits);
    if let Some((format, lanes)) = Format::packed(register.ty) {
        let corners = corners_of(format);
        let count = corners.len();
        return (0..count)
            .map(|i| {
                (0..lanes)
                    .fold(0, |word, lane| word | corners[(i + 11 * lane as usize) % count] << (lane * format.bits()))
            })
            .collect();
    }
    let small = [0u64, 1, 2, 3, 4, 7, 8, 9, 15, 16, 17, 23, 24, 25, 30, 31, 32, 33, 47, 48, 62, 63, 64, 65, 100];
    let wide = [
        0x7f,
        0x80,
        0xff,
        0x100,
        0x7fff,
        0x8000,
        0xffff,
        0x1_0000,
        0x7f_ffff,
        0x80_0000,
        0xff_ffff,
        0x7fff_ffff,
        0x8000_0000,
        0xffff_ffff,
        0x5555_5555_5555_5555,
        0xaaaa_aaaa_aaaa_aaaa,
        0x0123_4567_89ab_cdef,
        0x7fff_ffff_ffff_ffff,
        1 << 63,
        u64::MAX,
        u64::MAX - 1,
        0x8000_8000_8000_8000,
        0x7fff_7fff_7fff_7fff,
        0x8080_8080_8080_8080,
        0x7f7f_7f7f_7f7f_7f7f,
        0xffff_0000_ffff_0000,
    ];
    let mut all: Vec<u64> = small.into_iter().chain(wide).map(|x| x & mask).collect();
    all.sort_unstable();
    all.dedup();
    all
}

fn corners_of(format: Format) -> Vec<u64> {
    let unit = 1u64 << format.fraction();
    let (one, infinity) = (format.one(), format.infinity());
    let magnitudes = [
        0,
        1,
        2,
        unit - 1,
        unit,
        unit + 1,
        2 * unit,
        one - unit,
        one - 1,
        one,
        one + 1,
        one + unit / 2,
        one + unit,
        one + 2 * unit - 1,
        infinity - unit,
        infinity - 1,
        infinity,
        infinity + 1,
        infinity + unit / 2,
        infinity + unit - 1,
    ];
    let mut corners: Vec<u64> = magnitudes.into_iter().flat_map(|m| [m, m | format.sign()]).collect();
    // The ends of the integer types, where conversions clamp.
    for bits in [7, 8, 15, 16, 31, 32, 63, 64] {
        let end = format.rounded(2f64.powi(bits), Round::TowardZero);
        if format.value(end) == 2f64.powi(bits) {
            corners.extend([end - 1, end, end | format.sign(), (end + 1) | format.sign()]);
        }
    }
    for number in [0.5, 2.5, 3.0, 100.0, 0.1, 1e-3] {
        let bits = format.rounded(number, Round::NearestTiesToEven);
        corners.extend([bits, bits | format.sign()]);
    }
    corners
}
