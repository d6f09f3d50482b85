//! Sums of products of floating-point numbers, exact before they are rounded.
//!
//! Elements have at most 24 significant bits, so that products of two are exact in `f64`. Their sum is kept in two
//! numbers whose exact sum it is, as long as what the second one's addition loses is nothing. Where something is lost,
//! or there are infinities or NaN, the sum is formed anew with whole numbers of 704 bits.

use super::COLUMNS;
use ptx_frontend::scalar::float::sum_to_odd;

/// `c` plus the products of `a` with the elements in the rows `at` of `b` (which has `columns` columns), for eight
/// columns from `first` on. Rounded to odd: rounding once more gives what rounding the exact sum would.
pub(super) fn sums(
    a: &[f64],
    at: &[u16],
    b: &[f64],
    columns: usize,
    first: usize,
    c: [f64; COLUMNS],
) -> [f64; COLUMNS] {
    let (mut sum, mut rest, mut lost) = (c, [0.0; COLUMNS], [0.0; COLUMNS]);
    for (&a, &k) in a.iter().zip(at) {
        let b: &[f64; COLUMNS] =
            b[usize::from(k) * columns + first..][..COLUMNS].try_into().expect("the slice has this length");
        for i in 0..COLUMNS {
            let (next, error) = two_sum(sum[i], a * b[i]);
            let (next_rest, error) = two_sum(rest[i], error);
            (sum[i], rest[i]) = (next, next_rest);
            lost[i] += error.abs();
        }
    }
    let mut results = [0.0; COLUMNS];
    for (i, result) in results.iter_mut().enumerate() {
        // Of infinities and NaN, NaN is lost.
        *result = if lost[i] == 0.0 {
            if rest[i] == 0.0 { sum[i] } else { sum_to_odd(sum[i], rest[i]) }
        } else {
            let products = a.iter().zip(at).map(|(a, &k)| a * b[usize::from(k) * columns + first + i]);
            exact_sum(std::iter::once(c[i]).chain(products))
        };
    }
    results
}

/// Knuth's 2Sum: the rounded sum, and exactly what it lacks.
#[inline(always)]
fn two_sum(x: f64, y: f64) -> (f64, f64) {
    let sum = x + y;
    let y_part = sum - x;
    (sum, (x - (sum - y_part)) + (y - y_part))
}

/// Words of a whole number.
const WORDS: usize = 11;
/// The number counts units of 2^-350. Products of the smallest elements with the smallest factors are about 2^-290,
/// those of the greatest 2^290, which leaves 60 bits for their number and the sign.
const UNIT: i32 = -350;

/// The sum, rounded to odd.
fn exact_sum(terms: impl Iterator<Item = f64>) -> f64 {
    let mut total = [0u64; WORDS];
    let mut special = 0.0;
    for term in terms {
        if !term.is_finite() {
            special += term;
        } else if term != 0.0 {
            add(&mut total, term);
        }
    }
    if special != 0.0 { special } else { rounded_to_odd(total) }
}

/// Adds to a number in two's complement.
fn add(total: &mut [u64; WORDS], term: f64) {
    let bits = term.to_bits();
    // Terms are far from subnormal, see `UNIT`.
    let shift = (bits >> 52 & 0x7ff) as i32 - 1075 - UNIT;
    let significand = bits & ((1 << 52) - 1) | 1 << 52;
    let (word, wide) = (shift as usize / 64, u128::from(significand) << (shift % 64));
    let halves = [wide as u64, (wide >> 64) as u64];
    let mut carry = false;
    for (i, to) in total[word..].iter_mut().enumerate() {
        let half = halves.get(i).copied().unwrap_or(0);
        let combine = if term < 0.0 { u64::overflowing_sub } else { u64::overflowing_add };
        let (value, first) = combine(*to, half);
        let (value, second) = combine(value, carry.into());
        (*to, carry) = (value, first || second);
    }
}

fn rounded_to_odd(mut total: [u64; WORDS]) -> f64 {
    let negative = total[WORDS - 1] >> 63 == 1;
    if negative {
        let mut carry = true;
        for word in &mut total {
            (*word, carry) = (!*word).overflowing_add(carry.into());
        }
    }
    let Some(top) = total.iter().rposition(|&word| word != 0) else { return 0.0 };
    // The highest 64 bits from the first one on, the last of them set if any below is.
    let shift = total[top].leading_zeros();
    let mut high = total[top] << shift;
    let mut below = total[..top].iter().any(|&word| word != 0);
    if top > 0 {
        if shift > 0 {
            high |= total[top - 1] >> (64 - shift);
        }
        below = total[top - 1] << shift != 0 || total[..top - 1].iter().any(|&word| word != 0);
    }
    let significand = high >> 11 | u64::from(high & 0x7ff != 0 || below);
    let exponent = 64 * top as i32 + 63 - shift as i32 + UNIT;
    // The hidden bit adds one to the exponent.
    let magnitude = f64::from_bits(((exponent + 1022) as u64) << 52).to_bits() + significand;
    f64::from_bits(magnitude | u64::from(negative) << 63)
}
