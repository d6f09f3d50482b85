//! Logic, shifts and bit fields (PTX ISA "Logic and Shift Instructions", "Bit Field Instructions"). `W` is the width.

use super::{low, signed};

/// Bitwise and.
pub fn and(a: u64, b: u64) -> u64 {
    a & b
}

/// Bitwise or.
pub fn or(a: u64, b: u64) -> u64 {
    a | b
}

/// Bitwise exclusive or.
pub fn xor(a: u64, b: u64) -> u64 {
    a ^ b
}

/// Bitwise complement.
pub fn not<const W: u32>(a: u64) -> u64 {
    low::<W>(!a)
}

/// 1 if `a` is 0, else 0.
pub fn cnot(a: u64) -> u64 {
    (a == 0) as u64
}

/// Left shift. PTX clamps amounts to the width; `wrapping_shl` would mask them.
pub fn shl<const W: u32>(a: u64, amount: u64) -> u64 {
    if amount >= W as u64 { 0 } else { low::<W>(a << amount) }
}

/// Right shift with zeros, or with the sign if `S`.
pub fn shr<const W: u32, const S: bool>(a: u64, amount: u64) -> u64 {
    if S {
        low::<W>((signed::<W>(a) >> amount.min(W as u64 - 1)) as u64)
    } else if amount >= W as u64 {
        0
    } else {
        a >> amount
    }
}

#[inline(always)]
fn funnel_amount<const WRAP: bool>(amount: u64) -> u64 {
    if WRAP { amount & 31 } else { amount.min(32) }
}

/// The high half of `b:a` shifted left.
pub fn shf_l<const WRAP: bool>(a: u64, b: u64, amount: u64) -> u64 {
    low::<32>(((b << 32 | a) << funnel_amount::<WRAP>(amount)) >> 32)
}

/// The low half of `b:a` shifted right.
pub fn shf_r<const WRAP: bool>(a: u64, b: u64, amount: u64) -> u64 {
    low::<32>((b << 32 | a) >> funnel_amount::<WRAP>(amount))
}

/// The function of three bits with truth table `LUT`, bit by bit: bit `a << 2 | b << 1 | c` of the table.
pub fn lop3<const LUT: u8>(a: u64, b: u64, c: u64) -> u64 {
    let mut result = 0;
    let mut row = 0;
    while row < 8 {
        if LUT >> row & 1 == 1 {
            let a = if row & 4 == 0 { !a } else { a };
            let b = if row & 2 == 0 { !b } else { b };
            let c = if row & 1 == 0 { !c } else { c };
            result |= a & b & c;
        }
        row += 1;
    }
    low::<32>(result)
}

/// Byte of `b:a` that a selector nibble names; its bit 3 asks for the byte's sign in all bits.
#[inline(always)]
fn selected_byte(a: u64, b: u64, nibble: u64) -> u64 {
    let byte = (b << 32 | a) >> ((nibble & 7) * 8) & 0xff;
    if nibble & 8 != 0 { if byte & 0x80 != 0 { 0xff } else { 0 } } else { byte }
}

/// Four bytes of `b:a`, each picked by a nibble of `c`.
pub fn prmt(a: u64, b: u64, c: u64) -> u64 {
    (0..4).map(|i| selected_byte(a, b, c >> (4 * i)) << (8 * i)).sum()
}

/// `prmt` in one of its six modes, which pick by two bits of `c`; 1 is `f4e`, 6 is `rc16`.
pub fn prmt_mode<const MODE: u32>(a: u64, b: u64, c: u64) -> u64 {
    // Selectors by mode and the low bits of `c`, from the table in PTX ISA "prmt".
    const SELECTORS: [[u64; 4]; 6] = [
        [0x3210, 0x4321, 0x5432, 0x6543],
        [0x5670, 0x6701, 0x7012, 0x0123],
        [0x0000, 0x1111, 0x2222, 0x3333],
        [0x3210, 0x3211, 0x3222, 0x3333],
        [0x0000, 0x1110, 0x2210, 0x3210],
        [0x1010, 0x3232, 0x1010, 0x3232],
    ];
    prmt(a, b, SELECTORS[MODE as usize - 1][(c & 3) as usize])
}

/// A position or length of a bit field. The manual takes its low eight bits. So do GPUs for 32 bits; for 64 bits they
/// have no instruction, and shift by the whole number (SASS of ptxas 13.5, sm_75 to sm_120: `SHF` that clamps).
fn place<const W: u32>(number: u64) -> u32 {
    if W == 64 { number.min(0xff) as u32 } else { (number & 0xff) as u32 }
}

/// The field of `a` at position `b` of length `c`, extended with zeros, or with its sign if `S`.
pub fn bfe<const W: u32, const S: bool>(a: u64, position: u64, length: u64) -> u64 {
    let (position, length) = (place::<W>(position), place::<W>(length));
    if length == 0 {
        return 0;
    }
    let sign_at = (position + length - 1).min(W - 1);
    let sign = S && a >> sign_at & 1 == 1;
    let field = a.checked_shr(position).unwrap_or(0);
    // Bits past the end of the field, and those that would come from past the end of `a`.
    let kept = length.min(W.saturating_sub(position));
    let outside = u64::MAX.checked_shl(kept).unwrap_or(0);
    low::<W>(if sign { field | outside } else { field & !outside })
}

/// `b` with the low bits of `a` in the field at `position` of `length`.
pub fn bfi<const W: u32>(a: u64, b: u64, position: u64, length: u64) -> u64 {
    let (position, length) = (place::<W>(position), place::<W>(length));
    if position >= W {
        return b;
    }
    let field = low::<W>(!u64::MAX.checked_shl(length).unwrap_or(0) << position);
    b & !field | (a << position) & field
}

/// Position of the highest one (signed: of the highest bit that is not the sign), as `AMOUNT` the shift that would
/// bring it to the top; all ones if there is none.
pub fn bfind<const W: u32, const S: bool, const AMOUNT: bool>(a: u64) -> u64 {
    let a = if S && signed::<W>(a) < 0 { low::<W>(!a) } else { a };
    match a.checked_ilog2() {
        None => 0xffff_ffff,
        Some(position) if AMOUNT => (W - 1 - position) as u64,
        Some(position) => position as u64,
    }
}

/// Bits in reverse order.
pub fn brev<const W: u32>(a: u64) -> u64 {
    a.reverse_bits() >> (64 - W)
}

/// Number of leading zeros.
pub fn clz<const W: u32>(a: u64) -> u64 {
    (a.leading_zeros() - (64 - W)) as u64
}

/// Number of ones.
pub fn popc(a: u64) -> u64 {
    a.count_ones() as u64
}

/// `b` ones from position `a`. Clamped, positions and counts past 32 stay there; wrapped, they count modulo 32.
pub fn bmsk<const WRAP: bool>(a: u64, b: u64) -> u64 {
    let (position, count) = if WRAP { (a & 31, b & 31) } else { (a.min(32), b.min(32)) };
    low::<32>(((1u64 << count) - 1) << position)
}

/// Position of the `n`-th one of `mask`, counted from position `base` upwards (`n > 0`) or downwards (`n < 0`) with
/// `base` included; `n == 0` asks whether `base` itself is one. All ones if there is none.
pub fn fns(mask: u64, base: u64, n: u64) -> u64 {
    const NONE: u64 = 0xffff_ffff;
    let is_one = |i: i64| mask >> i & 1 == 1;
    let n = signed::<32>(n);
    // The manual asks for a base of at most 31.
    let base = (base & 31) as i64;
    if n == 0 {
        return if is_one(base) { base as u64 } else { NONE };
    }
    let (step, end) = if n > 0 { (1, 32) } else { (-1, -1) };
    let mut left = n.unsigned_abs();
    let mut at = base;
    while at != end {
        if is_one(at) {
            left -= 1;
            if left == 0 {
                return at as u64;
            }
        }
        at += step;
    }
    NONE
}

/// `a` extended from its low `b` bits with zeros, or with their sign if `S`. Clamped, 32 bits and more keep `a`;
/// wrapped, the count is taken modulo 32.
pub fn szext<const S: bool, const WRAP: bool>(a: u64, b: u64) -> u64 {
    let count = if WRAP { b & 31 } else { b.min(32) };
    match count {
        0 => 0,
        32 => a,
        _ if S => low::<32>((((a << (64 - count)) as i64) >> (64 - count)) as u64),
        _ => a & ((1 << count) - 1),
    }
}

/// The magnitude of `b` with the sign of `a` (the reverse of C's).
pub fn copysign<const W: u32>(a: u64, b: u64) -> u64 {
    let sign = 1 << (W - 1);
    a & sign | b & !sign
}

/// `W` bits of `a`, the register bits above them cleared.
pub fn trunc<const W: u32>(a: u64) -> u64 {
    low::<W>(a)
}

/// `a`: register bits above a value's width are zero already.
pub fn zext(a: u64) -> u64 {
    a
}

/// `a` extended from `FROM` to `TO` bits with its sign.
pub fn sext<const FROM: u32, const TO: u32>(a: u64) -> u64 {
    low::<TO>(signed::<FROM>(a) as u64)
}

/// `a` as the low and `b` as the high half of `W` bits.
pub fn pack<const W: u32>(a: u64, b: u64) -> u64 {
    b << (W / 2) | a
}

/// The low half of `W` bits.
pub fn unpack_lo<const W: u32>(a: u64) -> u64 {
    if W == 64 { low::<32>(a) } else { low::<16>(a) }
}

/// The high half of `W` bits.
pub fn unpack_hi<const W: u32>(a: u64) -> u64 {
    a >> (W / 2)
}
