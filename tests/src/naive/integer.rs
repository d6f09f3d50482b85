//! Integer arithmetic: exact in 128 bits, then cut.

use super::thread::{integer, low};
use super::words::Words;
use super::{Outcome, unknown};
use ptx_frontend::isa::Opcode;
use ptx_frontend::types::ScalarType;

fn clamp(value: i128, bits: u32, is_signed: bool) -> u128 {
    let (least, greatest) = if is_signed { (-(1 << (bits - 1)), (1 << (bits - 1)) - 1) } else { (0, (1 << bits) - 1) };
    low(value.clamp(least, greatest) as u128, bits)
}

/// A function of one element applied to each of those packed in a value.
pub(super) fn packed(count: u32, bits: u32, of: impl Fn(u32) -> Outcome<u128>) -> Outcome<u128> {
    (0..count).try_fold(0, |all, element| Ok(all | low(of(element)?, bits) << (element * bits)))
}

/// The elements of a packed integer type: how many, how wide, signed.
fn elements(ty: ScalarType) -> Option<(u32, u32, bool)> {
    match ty {
        ScalarType::U16x2 => Some((2, 16, false)),
        ScalarType::S16x2 => Some((2, 16, true)),
        ScalarType::U8x4 => Some((4, 8, false)),
        ScalarType::S8x4 => Some((4, 8, true)),
        _ => None,
    }
}

/// The whole product's bits from `bits` on. 64-bit operands need 128 bits and their sign.
fn high_product(a: u128, b: u128, bits: u32, is_signed: bool) -> u128 {
    if is_signed {
        low(((integer(a, bits, true) * integer(b, bits, true)) >> bits) as u128, bits)
    } else {
        low((low(a, bits) * low(b, bits)) >> bits, bits)
    }
}

/// `add`, `sub`, `mul`, `min`, ... of integers; the result is of the first type word, twice as wide behind `.wide`.
pub(super) fn evaluate(opcode: Opcode, words: &Words, args: &[u128]) -> Outcome<u128> {
    let ty = words.ty(0);
    if let Some((count, bits, signed)) = elements(ty) {
        let at = |arg: usize, element: u32| integer(args[arg] >> (element * bits), bits, signed);
        return packed(count, bits, |element| {
            let values: Vec<i128> = (0..args.len()).map(|arg| at(arg, element)).collect();
            simple(opcode, words, &values, bits, signed)
        });
    }
    let (bits, signed) = (ty.bits(), ty.is_signed());
    let values: Vec<i128> = args.iter().map(|arg| integer(*arg, bits, signed)).collect();
    let (a, b) = (values[0], values.get(1).copied().unwrap_or(0));
    let wide = words.has("wide");
    let product = || {
        if wide {
            low((a * b) as u128, 2 * bits)
        } else if words.has("hi") {
            high_product(args[0], args[1], bits, signed)
        } else {
            low(low(args[0], bits).wrapping_mul(low(args[1], bits)), bits)
        }
    };
    let product24 = || {
        let whole = integer(args[0], 24, signed) * integer(args[1], 24, signed);
        low(if words.has("hi") { whole >> 16 } else { whole } as u128, 32)
    };
    Ok(match opcode {
        Opcode::Mul => product(),
        Opcode::Mad if words.has("sat") => clamp(integer(product(), bits, true) + values[2], bits, true),
        Opcode::Mad if wide => low(product().wrapping_add(args[2]), 2 * bits),
        Opcode::Mad => low(product().wrapping_add(args[2]), bits),
        Opcode::Mul24 => product24(),
        Opcode::Mad24 if words.has("sat") => clamp(integer(product24(), 32, true) + values[2], 32, true),
        Opcode::Mad24 => low(product24().wrapping_add(args[2]), 32),
        Opcode::Sad => low((values[2] + (a - b).abs()) as u128, bits),
        // Division by zero has no meaning; GPUs give all ones, also as remainder.
        Opcode::Div if b == 0 => low(u128::MAX, bits),
        Opcode::Div => low((a / b) as u128, bits),
        Opcode::Rem if b == 0 => low(u128::MAX, bits),
        Opcode::Rem => low((a % b) as u128, bits),
        _ => simple(opcode, words, &values, bits, signed)?,
    })
}

/// What packed types have, too.
fn simple(opcode: Opcode, words: &Words, values: &[i128], bits: u32, signed: bool) -> Outcome<u128> {
    let a = values[0];
    let b = values.get(1).copied().unwrap_or(0);
    let relu = |value: i128| if words.has("relu") { value.max(0) } else { value };
    let cut = |value: i128| {
        if words.has("sat") { clamp(value, bits, signed) } else { low(value as u128, bits) }
    };
    Ok(match opcode {
        Opcode::Add => cut(a + b),
        Opcode::Sub => cut(a - b),
        Opcode::Min => low(relu(a.min(b)) as u128, bits),
        Opcode::Max => low(relu(a.max(b)) as u128, bits),
        Opcode::Abs => low(a.unsigned_abs(), bits),
        Opcode::Neg => low(-a as u128, bits),
        _ => return unknown(format!("`{}` of integers", opcode.mnemonic())),
    })
}

/// `add.cc`, `addc`, `sub.cc`, `subc`, `mad.cc`, `madc`: the value and the condition code.
///
/// The manual is not followed here: what it calls a borrow is in hardware the carry of `a + !b + 1`,
/// which is there when nothing is borrowed.
pub(super) fn with_carry(opcode: Opcode, words: &Words, args: &[u128], carry: bool) -> Outcome<(u128, bool)> {
    let ty = words.ty(0);
    let bits = ty.bits();
    let (a, b) = (low(args[0], bits), low(args[1], bits));
    let carry = u128::from(carry);
    let (left, right, is_sum) = match opcode {
        Opcode::AddCc => (a, b, true),
        Opcode::Addc => (a, b + carry, true),
        Opcode::SubCc => (a, b, false),
        Opcode::Subc => (a, b + 1 - carry, false),
        Opcode::MadCc | Opcode::Madc => {
            let product =
                if words.has("hi") { high_product(a, b, bits, ty.is_signed()) } else { low(a.wrapping_mul(b), bits) };
            (product, low(args[2], bits) + if opcode == Opcode::Madc { carry } else { 0 }, true)
        }
        _ => return unknown(opcode.mnemonic()),
    };
    Ok(if is_sum {
        (low(left + right, bits), (left + right) >> bits != 0)
    } else {
        (low(left.wrapping_sub(right), bits), left >= right)
    })
}

/// `dp4a` and `dp2a`.
pub(super) fn dot_product(opcode: Opcode, words: &Words, args: &[u128]) -> u128 {
    let (a_signed, b_signed) = (words.ty(0).is_signed(), words.ty(1).is_signed());
    let sum: i128 = if opcode == Opcode::Dp4a {
        (0..4).map(|i| integer(args[0] >> (8 * i), 8, a_signed) * integer(args[1] >> (8 * i), 8, b_signed)).sum()
    } else {
        let half = if words.has("hi") { 16 } else { 0 };
        (0..2)
            .map(|i| integer(args[0] >> (16 * i), 16, a_signed) * integer(args[1] >> (half + 8 * i), 8, b_signed))
            .sum()
    };
    low((sum as u128).wrapping_add(args[2]), 32)
}

/// `cvt` from one integer type to another: the value before it is put into the destination's register.
pub(super) fn convert(value: u128, from: ScalarType, to: ScalarType, saturates: bool) -> u128 {
    let value = integer(value, from.bits(), from.is_signed());
    if saturates { clamp(value, to.bits(), to.is_signed()) } else { low(value as u128, to.bits()) }
}

/// `cvt.pack`.
pub(super) fn pack(ty: ScalarType, args: &[u128]) -> u128 {
    let bits = ty.bits();
    // The names of the 2- and 4-bit types begin as those of signed and unsigned types do.
    let signed = ty.as_str().starts_with('s');
    let part = |arg: u128| clamp(integer(arg, 32, true), bits, signed);
    let rest = args.get(2).copied().unwrap_or(0);
    low(part(args[1]) | part(args[0]) << bits | rest << (2 * bits), 32)
}
