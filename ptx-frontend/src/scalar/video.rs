//! Video instructions (PTX ISA "Video Instructions"): arithmetic on selected bytes and halves of 32-bit registers,
//! with a second operation or a merge.
//!
//! They are rare; how one is put together is decided when it runs, not by type parameters.

use super::{low, signed};

/// The first operation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Operation {
    /// `a + b`
    Add,
    /// `a - b`
    Subtract,
    /// `|a - b|`
    AbsoluteDifference,
    /// The lesser.
    Min,
    /// The greater.
    Max,
    /// `(a + b) / 2`, halves rounded up.
    Average,
    /// `a << b`
    ShiftLeft,
    /// `a >> b`
    ShiftRight,
    /// 1 where `a` and `b` stand in one of these relations ([`super::compare`]), else 0.
    Compare(u8),
}

impl Operation {
    fn apply(self, a: i64, b: i64) -> i64 {
        use super::compare::{EQUAL, GREATER, LESS};
        match self {
            Operation::Add => a + b,
            Operation::Subtract => a - b,
            Operation::AbsoluteDifference => (a - b).abs(),
            Operation::Min => a.min(b),
            Operation::Max => a.max(b),
            Operation::Average => {
                let sum = a + b;
                (if sum >= 0 { sum + 1 } else { sum }) >> 1
            }
            // Amounts go up to 32, where only the sign and zeros are left; saturation must see the sign.
            Operation::ShiftLeft => {
                if b < 32 {
                    a << b
                } else {
                    a.signum() << 62
                }
            }
            Operation::ShiftRight => a >> b,
            Operation::Compare(relations) => {
                let relation = match a.cmp(&b) {
                    std::cmp::Ordering::Less => LESS,
                    std::cmp::Ordering::Equal => EQUAL,
                    std::cmp::Ordering::Greater => GREATER,
                };
                (relations & relation != 0) as i64
            }
        }
    }
}

/// The part of a register that an operand or the destination names.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[allow(missing_docs, reason = "the names are PTX's own")]
pub enum Part {
    #[default]
    Whole,
    B0,
    B1,
    B2,
    B3,
    H0,
    H1,
}

impl Part {
    const ALL: [Part; 7] = [Part::Whole, Part::B0, Part::B1, Part::B2, Part::B3, Part::H0, Part::H1];

    /// The part that PTX writes so behind an operand, without the dot.
    pub fn from_str(text: &str) -> Option<Part> {
        let names = ["", "b0", "b1", "b2", "b3", "h0", "h1"];
        names.iter().position(|name| *name == text).map(|at| Part::ALL[at])
    }

    /// Width and position.
    fn field(self) -> (u32, u32) {
        match self {
            Part::Whole => (32, 0),
            Part::B0 => (8, 0),
            Part::B1 => (8, 8),
            Part::B2 => (8, 16),
            Part::B3 => (8, 24),
            Part::H0 => (16, 0),
            Part::H1 => (16, 16),
        }
    }

    fn of(self, x: u64, is_signed: bool) -> i64 {
        let (width, position) = self.field();
        number(x >> position, width, is_signed)
    }
}

/// The low bits as a number.
fn number(x: u64, width: u32, is_signed: bool) -> i64 {
    if is_signed { (x << (64 - width)) as i64 >> (64 - width) } else { (x & (u64::MAX >> (64 - width))) as i64 }
}

fn clamp(x: i64, width: u32, is_signed: bool) -> i64 {
    let (least, greatest) = if is_signed { (-1 << (width - 1), (1 << (width - 1)) - 1) } else { (0, (1 << width) - 1) };
    x.clamp(least, greatest)
}

/// What combines the first result with `c`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Second {
    /// Nothing; if the destination names a part, the rest comes from `c`.
    #[default]
    Merge,
    /// `.add`
    Add,
    /// `.min`
    Min,
    /// `.max`
    Max,
}

impl Second {
    const ALL: [Second; 4] = [Second::Merge, Second::Add, Second::Min, Second::Max];
}

/// The details of a scalar video instruction that are no attributes of their own.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Scalar {
    /// Whether `b` is signed.
    pub b_is_signed: bool,
    /// Part of `a`.
    pub a: Part,
    /// Part of `b`.
    pub b: Part,
    /// Part of the destination that is written.
    pub d: Part,
    /// Second operation.
    pub second: Second,
    /// `.wrap` of shifts.
    pub wrap: bool,
    /// Whether the product of `vmad` is subtracted: one of `a` and `b` is negated.
    pub negate_product: bool,
    /// Whether `c` of `vmad` is subtracted.
    pub negate_c: bool,
    /// `.po`
    pub plus_one: bool,
    /// `.shr7` and `.shr15`: 0, 7 or 15.
    pub scale: u32,
}

impl Scalar {
    /// All of it in one number.
    pub fn encode(self) -> u32 {
        self.b_is_signed as u32
            | (self.a as u32) << 1
            | (self.b as u32) << 4
            | (self.d as u32) << 7
            | (self.second as u32) << 10
            | (self.wrap as u32) << 12
            | (self.negate_product as u32) << 13
            | (self.negate_c as u32) << 14
            | (self.plus_one as u32) << 15
            | self.scale << 16
    }

    /// The inverse of [`Scalar::encode`]; `None` for other numbers.
    pub fn decode(code: u32) -> Option<Scalar> {
        let bit = |at: u32| code >> at & 1 == 1;
        let part = |at: u32| Part::ALL.get((code >> at & 7) as usize).copied();
        let scalar = Scalar {
            b_is_signed: bit(0),
            a: part(1)?,
            b: part(4)?,
            d: part(7)?,
            second: Second::ALL[(code >> 10 & 3) as usize],
            wrap: bit(12),
            negate_product: bit(13),
            negate_c: bit(14),
            plus_one: bit(15),
            scale: code >> 16,
        };
        matches!(scalar.scale, 0 | 7 | 15).then_some(scalar)
    }

    /// `d` of a scalar video instruction with these types of `d` and `a`.
    pub fn apply(&self, operation: Operation, sat: bool, d_is_signed: bool, a_is_signed: bool, args: [u64; 3]) -> u64 {
        let a = self.a.of(args[0], a_is_signed);
        let b = match operation {
            // Amounts are unsigned.
            Operation::ShiftLeft | Operation::ShiftRight => {
                let amount = self.b.of(args[1], false);
                if self.wrap { amount & 31 } else { amount.min(32) }
            }
            _ => self.b.of(args[1], self.b_is_signed),
        };
        let first = operation.apply(a, b);
        let (width, position) = self.d.field();
        let first = low::<32>(if sat { clamp(first, width, d_is_signed) } else { first } as u64);
        let c = args[2];
        let (x, y) = (number(first, 32, d_is_signed), number(c, 32, d_is_signed));
        match self.second {
            Second::Add => low::<32>((x + y) as u64),
            Second::Min => low::<32>(x.min(y) as u64),
            Second::Max => low::<32>(x.max(y) as u64),
            Second::Merge => {
                let mask = (u64::MAX >> (64 - width)) << position;
                first << position & mask | c & !mask
            }
        }
    }

    /// `vmad`.
    pub fn multiply_add(&self, sat: bool, a_is_signed: bool, args: [u64; 3]) -> u64 {
        let is_signed = a_is_signed || self.b_is_signed || self.negate_product || self.negate_c;
        let product = self.a.of(args[0], a_is_signed) as i128 * self.b.of(args[1], self.b_is_signed) as i128;
        let c = if is_signed { signed::<32>(args[2]) } else { low::<32>(args[2]) as i64 } as i128;
        let sum = if self.negate_product { -product } else { product } + if self.negate_c { -c } else { c };
        let scaled = (sum + self.plus_one as i128) >> self.scale;
        let (least, greatest) = if is_signed { (i32::MIN as i128, i32::MAX as i128) } else { (0, u32::MAX as i128) };
        let result = if sat { scaled.clamp(least, greatest) } else { scaled };
        low::<32>(result as u64)
    }
}

/// The details of a video instruction on two halves or four bytes that are no attributes of their own.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Simd {
    /// Elements: 2 or 4.
    pub elements: u32,
    /// Whether `b` is signed.
    pub b_is_signed: bool,
    /// `.add`: the elements are added up and to `c`, instead of standing beside what the mask leaves of `c`.
    pub accumulate: bool,
    /// Which elements of the destination are computed, a bit each.
    pub mask: u32,
    /// For each element of `a`, lowest first, three bits: which element of `b:a` it is.
    pub a: u32,
    /// The same for `b`.
    pub b: u32,
}

impl Simd {
    /// An instruction without masks and selectors.
    pub fn plain(elements: u32, b_is_signed: bool, accumulate: bool) -> Simd {
        let (a, b) = if elements == 2 { (0o10, 0o32) } else { (0o3210, 0o7654) };
        Simd { elements, b_is_signed, accumulate, mask: (1 << elements) - 1, a, b }
    }

    /// All of it in one number, which is 0 for no instruction.
    pub fn encode(self) -> u32 {
        self.b_is_signed as u32 | (self.accumulate as u32) << 1 | self.mask << 2 | self.a << 6 | self.b << 18
    }

    /// The inverse of [`Simd::encode`] for 2 or 4 elements; `None` for other numbers.
    pub fn decode(elements: u32, code: u32) -> Option<Simd> {
        let simd = Simd {
            elements,
            b_is_signed: code & 1 == 1,
            accumulate: code >> 1 & 1 == 1,
            mask: code >> 2 & 0xf,
            a: code >> 6 & 0xfff,
            b: code >> 18 & 0xfff,
        };
        let fits =
            |selectors: u32| (0..4).all(|i| selectors >> (3 * i) & 7 < if i < elements { 2 * elements } else { 1 });
        (code >> 30 == 0 && simd.mask >> elements == 0 && fits(simd.a) && fits(simd.b)).then_some(simd)
    }

    /// `d` of a video instruction with these types of the elements of `d` and `a`.
    pub fn apply(&self, operation: Operation, sat: bool, d_is_signed: bool, a_is_signed: bool, args: [u64; 3]) -> u64 {
        let width = 32 / self.elements;
        let all = args[1] << 32 | args[0];
        let select =
            |selectors: u32, i: u32, is_signed| number(all >> ((selectors >> (3 * i) & 7) * width), width, is_signed);
        let mut sum = args[2];
        let mut beside = args[2];
        for i in (0..self.elements).filter(|i| self.mask >> i & 1 == 1) {
            let first = operation.apply(select(self.a, i, a_is_signed), select(self.b, i, self.b_is_signed));
            let first = if sat { clamp(first, width, d_is_signed) } else { first };
            sum = sum.wrapping_add(first as u64);
            let mask = (u64::MAX >> (64 - width)) << (i * width);
            beside = beside & !mask | (first as u64) << (i * width) & mask;
        }
        low::<32>(if self.accumulate { sum } else { beside })
    }
}
