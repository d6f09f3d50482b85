//! Integer arithmetic (PTX ISA "Integer Arithmetic Instructions"). `W` is the width, `S` whether the type is signed.

use super::{low, signed, value};

/// `a + b`, wrapping.
pub fn add<const W: u32>(a: u64, b: u64) -> u64 {
    low::<W>(a.wrapping_add(b))
}

/// `a - b`, wrapping.
pub fn sub<const W: u32>(a: u64, b: u64) -> u64 {
    low::<W>(a.wrapping_sub(b))
}

/// A signed number clamped to `W` bits.
#[inline(always)]
fn saturate<const W: u32>(x: i128) -> u64 {
    let max = (1i128 << (W - 1)) - 1;
    low::<W>(x.clamp(-max - 1, max) as u64)
}

/// `a + b`, clamped to the signed range.
pub fn add_sat<const W: u32>(a: u64, b: u64) -> u64 {
    saturate::<W>(signed::<W>(a) as i128 + signed::<W>(b) as i128)
}

/// `a - b`, clamped to the signed range.
pub fn sub_sat<const W: u32>(a: u64, b: u64) -> u64 {
    saturate::<W>(signed::<W>(a) as i128 - signed::<W>(b) as i128)
}

/// `a + b`, clamped to the unsigned range; `W` is at most 32.
pub fn add_sat_unsigned<const W: u32>(a: u64, b: u64) -> u64 {
    (low::<W>(a) + low::<W>(b)).min(low::<W>(u64::MAX))
}

/// `a - b`, at least 0.
pub fn sub_sat_unsigned<const W: u32>(a: u64, b: u64) -> u64 {
    low::<W>(a).saturating_sub(low::<W>(b))
}

/// `a + b + carry`, wrapping.
pub fn add_carry_in<const W: u32>(a: u64, b: u64, carry: u64) -> u64 {
    low::<W>(a.wrapping_add(b).wrapping_add(carry))
}

/// The carry out of `a + b + carry`.
pub fn add_carry_out<const W: u32>(a: u64, b: u64, carry: u64) -> u64 {
    ((a as u128 + b as u128 + carry as u128) >> W) as u64
}

/// `a + !b + carry`, wrapping: `a - b`, or one less where the carry says that something was borrowed (0).
pub fn sub_carry_in<const W: u32>(a: u64, b: u64, carry: u64) -> u64 {
    add_carry_in::<W>(a, !b, carry)
}

/// The carry out of `a + !b + carry`: 1 where nothing was borrowed.
pub fn sub_carry_out<const W: u32>(a: u64, b: u64, carry: u64) -> u64 {
    add_carry_out::<W>(a, low::<W>(!b), carry)
}

/// The low half of `a * b`.
pub fn mul<const W: u32>(a: u64, b: u64) -> u64 {
    low::<W>(a.wrapping_mul(b))
}

/// All of `a * b`, in `2 * W` bits; `W` is at most 32.
pub fn mul_wide<const W: u32, const S: bool>(a: u64, b: u64) -> u64 {
    let product = if S { signed::<W>(a).wrapping_mul(signed::<W>(b)) as u64 } else { a.wrapping_mul(b) };
    if W == 16 { low::<32>(product) } else { product }
}

/// The high half of `a * b`.
pub fn mul_hi<const W: u32, const S: bool>(a: u64, b: u64) -> u64 {
    if W < 64 {
        return low::<W>(mul_wide::<W, S>(a, b) >> W);
    }
    if S { ((a as i64 as i128 * b as i64 as i128) >> 64) as u64 } else { ((a as u128 * b as u128) >> 64) as u64 }
}

/// Half of the product of polynomials over the field of two elements, plus `c`: sums are exclusive ors.
pub fn clmad<const HI: bool>(a: u64, b: u64, c: u64) -> u64 {
    let product = (0..64).filter(|at| a >> at & 1 == 1).fold(0u128, |sum, at| sum ^ (b as u128) << at);
    c ^ if HI { (product >> 64) as u64 } else { product as u64 }
}

/// `a * b + c`, low half.
pub fn mad<const W: u32>(a: u64, b: u64, c: u64) -> u64 {
    low::<W>(a.wrapping_mul(b).wrapping_add(c))
}

/// The high half of `a * b`, plus `c`.
pub fn mad_hi<const W: u32, const S: bool>(a: u64, b: u64, c: u64) -> u64 {
    add::<W>(mul_hi::<W, S>(a, b), c)
}

/// The high half of `a * b`, plus `c`, clamped to the signed range.
pub fn mad_hi_sat<const W: u32>(a: u64, b: u64, c: u64) -> u64 {
    add_sat::<W>(mul_hi::<W, true>(a, b), c)
}

/// All of `a * b`, plus `c`, in `2 * W` bits.
pub fn mad_wide<const W: u32, const S: bool>(a: u64, b: u64, c: u64) -> u64 {
    let sum = mul_wide::<W, S>(a, b).wrapping_add(c);
    if W == 16 { low::<32>(sum) } else { sum }
}

/// The 48-bit product of the low 24 bits.
#[inline(always)]
fn product24<const S: bool>(a: u64, b: u64) -> i64 {
    if S { signed::<24>(a) * signed::<24>(b) } else { (low::<24>(a) * low::<24>(b)) as i64 }
}

/// Low 32 bits of the product of the low 24 bits.
pub fn mul24<const S: bool>(a: u64, b: u64) -> u64 {
    low::<32>(product24::<S>(a, b) as u64)
}

/// Bits 16 to 47 of the product of the low 24 bits.
pub fn mul24_hi<const S: bool>(a: u64, b: u64) -> u64 {
    low::<32>((product24::<S>(a, b) >> 16) as u64)
}

/// `mul24(a, b) + c`.
pub fn mad24<const S: bool>(a: u64, b: u64, c: u64) -> u64 {
    add::<32>(mul24::<S>(a, b), c)
}

/// `mul24_hi(a, b) + c`.
pub fn mad24_hi<const S: bool>(a: u64, b: u64, c: u64) -> u64 {
    add::<32>(mul24_hi::<S>(a, b), c)
}

/// `mul24_hi(a, b) + c`, clamped to the signed range.
pub fn mad24_hi_sat(a: u64, b: u64, c: u64) -> u64 {
    add_sat::<32>(mul24_hi::<true>(a, b), c)
}

/// `c + |a - b|`.
pub fn sad<const W: u32, const S: bool>(a: u64, b: u64, c: u64) -> u64 {
    let difference = if less::<W, S>(a, b) { b.wrapping_sub(a) } else { a.wrapping_sub(b) };
    low::<W>(difference.wrapping_add(c))
}

/// Whether `a < b`.
#[inline(always)]
pub fn less<const W: u32, const S: bool>(a: u64, b: u64) -> bool {
    if S { signed::<W>(a) < signed::<W>(b) } else { a < b }
}

/// `a / b`, truncated. PTX leaves division by zero unspecified; GPUs give all ones.
pub fn div<const W: u32, const S: bool>(a: u64, b: u64) -> u64 {
    if b == 0 {
        return low::<W>(u64::MAX);
    }
    // The least number by -1 wraps to itself.
    if S { low::<W>(signed::<W>(a).wrapping_div(signed::<W>(b)) as u64) } else { a / b }
}

/// The remainder of [`div`]. GPUs give all ones for a zero divisor here too (SASS of ptxas 13.5, sm_75 to sm_120, all
/// widths).
pub fn rem<const W: u32, const S: bool>(a: u64, b: u64) -> u64 {
    if b == 0 {
        return low::<W>(u64::MAX);
    }
    if S { low::<W>(signed::<W>(a).wrapping_rem(signed::<W>(b)) as u64) } else { a % b }
}

/// `|a|`; of the least number, itself.
pub fn abs<const W: u32>(a: u64) -> u64 {
    low::<W>(signed::<W>(a).wrapping_abs() as u64)
}

/// `-a`; of the least number, itself.
pub fn neg<const W: u32>(a: u64) -> u64 {
    low::<W>(a.wrapping_neg())
}

/// The lesser.
pub fn min<const W: u32, const S: bool>(a: u64, b: u64) -> u64 {
    if less::<W, S>(b, a) { b } else { a }
}

/// The greater.
pub fn max<const W: u32, const S: bool>(a: u64, b: u64) -> u64 {
    if less::<W, S>(a, b) { b } else { a }
}

/// The lesser, or 0 if that is negative.
pub fn min_relu<const W: u32>(a: u64, b: u64) -> u64 {
    low::<W>(signed::<W>(a).min(signed::<W>(b)).max(0) as u64)
}

/// The greater, or 0 if that is negative.
pub fn max_relu<const W: u32>(a: u64, b: u64) -> u64 {
    low::<W>(signed::<W>(a).max(signed::<W>(b)).max(0) as u64)
}

/// Element `i` of the `W`-bit elements of a register.
#[inline(always)]
fn element<const W: u32, const S: bool>(x: u64, i: u32) -> i64 {
    value::<W, S>(x >> (i * W)) as i64
}

/// Dot product of four bytes, plus `c`.
pub fn dp4a<const SA: bool, const SB: bool>(a: u64, b: u64, c: u64) -> u64 {
    let sum: i64 = (0..4).map(|i| element::<8, SA>(a, i) * element::<8, SB>(b, i)).sum();
    low::<32>(c.wrapping_add(sum as u64))
}

/// Dot product of two halves with the low (`HI`: the high) two bytes, plus `c`.
pub fn dp2a<const SA: bool, const SB: bool, const HI: bool>(a: u64, b: u64, c: u64) -> u64 {
    let first = if HI { 2 } else { 0 };
    let sum: i64 = (0..2).map(|i| element::<16, SA>(a, i) * element::<8, SB>(b, first + i)).sum();
    low::<32>(c.wrapping_add(sum as u64))
}
