//! Integer operations against 128-bit integers, and the special cases of the manual.

use super::oracle::{Random, low};
use crate::scalar::{bits, integer};

fn operands(width: u32, mut check: impl FnMut(u64, u64, u64)) {
    let mut random = Random(width as u64);
    let top = 1u64 << (width - 1);
    let corners = [0, 1, 2, top - 1, top, top + 1, low(width, u64::MAX), low(width, u64::MAX) - 1];
    let one = |random: &mut Random| match random.below(3) {
        0 => corners[random.below(8) as usize],
        1 => low(width, random.next()) >> random.below(width as u64),
        _ => low(width, random.next()),
    };
    for &a in &corners {
        for &b in &corners {
            for &c in &corners {
                check(a, b, c);
            }
        }
    }
    for _ in 0..40_000 {
        check(one(&mut random), one(&mut random), one(&mut random));
    }
}

/// The number of a register, in 128 bits.
fn number(width: u32, is_signed: bool, bits: u64) -> i128 {
    let bits = bits as i128;
    if is_signed && bits >> (width - 1) & 1 == 1 { bits - (1 << width) } else { bits }
}

fn wrapped(width: u32, x: i128) -> u64 {
    low(width, x as u64)
}

fn clamped(width: u32, x: i128) -> u64 {
    wrapped(width, x.max(-(1 << (width - 1))).min((1 << (width - 1)) - 1))
}

/// The product of two 64-bit numbers has up to 128 bits; its high half by schoolbook.
fn high_half(width: u32, is_signed: bool, a: u64, b: u64) -> u64 {
    if width < 64 {
        return wrapped(width, (number(width, is_signed, a) * number(width, is_signed, b)) >> width);
    }
    let split = |x: u64| (x & 0xffff_ffff, x >> 32);
    let ((a0, a1), (b0, b1)) = (split(a), split(b));
    let middle = a1 * b0 + ((a0 * b0) >> 32);
    let other = a0 * b1 + (middle & 0xffff_ffff);
    let high = a1 * b1 + (middle >> 32) + (other >> 32);
    // Two's complement: minus the other operand for each negative one.
    let correction = |x: u64, y: u64| if is_signed && x >> 63 == 1 { y } else { 0 };
    high.wrapping_sub(correction(a, b)).wrapping_sub(correction(b, a))
}

fn integers_agree<const W: u32, const S: bool>() {
    operands(W, |a, b, c| {
        let (x, y, z) = (number(W, S, a), number(W, S, b), number(W, S, c));
        assert_eq!(integer::add::<W>(a, b), wrapped(W, x + y));
        assert_eq!(integer::sub::<W>(a, b), wrapped(W, x - y));
        assert_eq!(integer::mul::<W>(a, b), wrapped(W, x.wrapping_mul(y)));
        let high = high_half(W, S, a, b);
        assert_eq!(integer::mul_hi::<W, S>(a, b), high, "{a:#x} {b:#x}");
        assert_eq!(integer::mad::<W>(a, b, c), wrapped(W, x.wrapping_mul(y).wrapping_add(z)));
        assert_eq!(integer::mad_hi::<W, S>(a, b, c), wrapped(W, high as i128 + z));
        if W < 64 {
            assert_eq!(integer::mul_wide::<W, S>(a, b), wrapped(2 * W, x * y));
            let c = wrapped(2 * W, z << 7);
            assert_eq!(integer::mad_wide::<W, S>(a, b, c), wrapped(2 * W, x * y + c as i128));
        }
        assert_eq!(integer::sad::<W, S>(a, b, c), wrapped(W, (x - y).abs() + z));
        assert_eq!(integer::min::<W, S>(a, b), wrapped(W, x.min(y)));
        assert_eq!(integer::max::<W, S>(a, b), wrapped(W, x.max(y)));
        if y != 0 {
            assert_eq!(integer::div::<W, S>(a, b), wrapped(W, x / y));
            assert_eq!(integer::rem::<W, S>(a, b), wrapped(W, x % y));
        }
        if S {
            assert_eq!(integer::add_sat::<W>(a, b), clamped(W, x + y));
            assert_eq!(integer::sub_sat::<W>(a, b), clamped(W, x - y));
            assert_eq!(integer::abs::<W>(a), wrapped(W, x.abs()));
            assert_eq!(integer::neg::<W>(a), wrapped(W, -x));
            assert_eq!(integer::min_relu::<W>(a, b), wrapped(W, x.min(y).max(0)));
            assert_eq!(integer::max_relu::<W>(a, b), wrapped(W, x.max(y).max(0)));
        }
        let amount = c % 70;
        let shifted = if amount >= 64 { if x < 0 { -1 } else { 0 } } else { x >> amount };
        assert_eq!(bits::shr::<W, S>(a, amount), wrapped(W, shifted), "{a:#x} >> {amount}");
        assert_eq!(bits::shl::<W>(a, amount), if amount >= 64 { 0 } else { wrapped(W, x << amount) });
    });
}

#[test]
fn integer_arithmetic_agrees_with_wider_integers() {
    integers_agree::<16, false>();
    integers_agree::<16, true>();
    integers_agree::<32, false>();
    integers_agree::<32, true>();
    integers_agree::<64, false>();
    integers_agree::<64, true>();
}

#[test]
fn shift_amount_past_width_gives_zero() {
    assert_eq!(bits::shl::<32>(1, 32), 0);
    assert_eq!(bits::shl::<16>(1, 16), 0);
    assert_eq!(bits::shl::<64>(1, 64), 0);
    assert_eq!(bits::shl::<32>(1, 0xffff_ffff), 0);
    assert_eq!(bits::shr::<32, false>(0x8000_0000, 32), 0);
}

#[test]
fn signed_shift_past_width_gives_the_sign() {
    assert_eq!(bits::shr::<32, true>(0x8000_0000, 32), 0xffff_ffff);
    assert_eq!(bits::shr::<16, true>(0x8000, 200), 0xffff);
    assert_eq!(bits::shr::<64, true>(1 << 63, 0xffff_ffff), u64::MAX);
}

#[test]
fn funnel_shifts_wrap_or_clamp_at_32() {
    let (a, b) = (0x1111_1111, 0x2222_2222);
    assert_eq!(bits::shf_l::<true>(a, b, 32), b);
    assert_eq!(bits::shf_l::<false>(a, b, 32), a);
    assert_eq!(bits::shf_l::<false>(a, b, 99), a);
    assert_eq!(bits::shf_r::<true>(a, b, 33), 0x0888_8888);
    assert_eq!(bits::shf_r::<false>(a, b, 32), b);
    assert_eq!(bits::shf_l::<false>(a, b, 4), 0x2222_2221);
    assert_eq!(bits::shf_r::<true>(a, b, 4), 0x2111_1111);
}

#[test]
fn carries_and_borrows_chain() {
    operands(32, |a, b, c| {
        let carry = c & 1;
        let sum = a as u128 + b as u128 + carry as u128;
        let low_part = integer::add_carry_in::<32>(a, b, carry) as u128;
        assert_eq!(low_part | (integer::add_carry_out::<32>(a, b, carry) as u128) << 32, sum);
        let difference = a as i128 - b as i128 - i128::from(carry == 0);
        assert_eq!(integer::sub_carry_in::<32>(a, b, carry), wrapped(32, difference));
        assert_eq!(integer::sub_carry_out::<32>(a, b, carry) == 1, difference >= 0);
    });
    assert_eq!(integer::add_carry_out::<64>(u64::MAX, 0, 1), 1);
    assert_eq!(integer::sub_carry_out::<64>(0, u64::MAX, 0), 0);
    assert_eq!(integer::sub_carry_out::<64>(5, 5, 1), 1);
}

#[test]
fn division_by_zero_does_not_trap() {
    assert_eq!(integer::div::<32, false>(7, 0), 0xffff_ffff);
    assert_eq!(integer::rem::<32, false>(7, 0), 0xffff_ffff);
    assert_eq!(integer::rem::<16, true>(7, 0), 0xffff);
    assert_eq!(integer::div::<64, true>(7, 0), u64::MAX);
}

#[test]
fn least_integer_over_minus_one_wraps() {
    assert_eq!(integer::div::<32, true>(0x8000_0000, 0xffff_ffff), 0x8000_0000);
    assert_eq!(integer::rem::<32, true>(0x8000_0000, 0xffff_ffff), 0);
    assert_eq!(integer::div::<64, true>(1 << 63, u64::MAX), 1 << 63);
    assert_eq!(integer::abs::<32>(0x8000_0000), 0x8000_0000);
    assert_eq!(integer::neg::<64>(1 << 63), 1 << 63);
}

#[test]
fn products_of_24_bits_ignore_the_rest() {
    operands(32, |a, b, c| {
        let field = |x: u64, is_signed| number(24, is_signed, x & 0xff_ffff);
        let unsigned = field(a, false) * field(b, false);
        let signed = field(a, true) * field(b, true);
        assert_eq!(integer::mul24::<false>(a, b), wrapped(32, unsigned));
        assert_eq!(integer::mul24::<true>(a, b), wrapped(32, signed));
        assert_eq!(integer::mul24_hi::<false>(a, b), wrapped(32, unsigned >> 16));
        assert_eq!(integer::mul24_hi::<true>(a, b), wrapped(32, signed >> 16));
        assert_eq!(integer::mad24::<true>(a, b, c), wrapped(32, signed + c as i128));
        let high = number(32, true, wrapped(32, signed >> 16));
        assert_eq!(integer::mad24_hi_sat(a, b, c), clamped(32, high + number(32, true, c)));
    });
}

#[test]
fn dot_products_take_the_signs_of_both_types() {
    let (a, b) = (0xff02_0304, 0x01fe_0305);
    let unsigned = 0xff + 2 * 0xfe + 9 + 20;
    let signed = -1 + -4 + 9 + 20;
    assert_eq!(integer::dp4a::<false, false>(a, b, 1), unsigned + 1);
    assert_eq!(integer::dp4a::<true, true>(a, b, 1), (signed + 1) as u64);
    assert_eq!(integer::dp4a::<true, false>(a, b, 0), (-1 + 2 * 0xfe + 9 + 20) as u64);
    // Halves 0xff02 and 0x0304 with bytes 5, 3 (low) and 0xfe, 1 (high).
    assert_eq!(integer::dp2a::<true, true, false>(a, b, 0), low(32, (0x304 * 5 - 0xfe * 3) as u64));
    assert_eq!(integer::dp2a::<true, true, true>(a, b, 0), low(32, (0x304i64 * -2 - 0xfe) as u64));
}

/// `bfe` as the manual's pseudocode, bit by bit.
fn bfe_by_bits(width: u32, is_signed: bool, a: u64, b: u64, c: u64) -> u64 {
    let msb = width as u64 - 1;
    let (pos, len) = (b & 0xff, c & 0xff);
    let sign = if !is_signed || len == 0 { 0 } else { a >> (pos + len - 1).min(msb) & 1 };
    (0..width as u64).map(|i| if i < len && pos + i <= msb { a >> (pos + i) & 1 } else { sign } << i).sum()
}

/// `bfi` as the manual's pseudocode, bit by bit.
fn bfi_by_bits(width: u32, a: u64, b: u64, c: u64, d: u64) -> u64 {
    let (pos, len) = (c & 0xff, d & 0xff);
    (0..width as u64).map(|i| if i >= pos && i - pos < len { a >> (i - pos) & 1 } else { b >> i & 1 } << i).sum()
}

#[test]
fn bit_fields_follow_the_manual_past_every_edge() {
    let mut random = Random(1);
    for _ in 0..200_000 {
        let (a, b) = (random.next(), random.next());
        let (pos, len) = (random.below(80), random.below(80));
        let (a32, b32) = (low(32, a), low(32, b));
        assert_eq!(bits::bfe::<32, false>(a32, pos, len), bfe_by_bits(32, false, a32, pos, len));
        assert_eq!(bits::bfe::<32, true>(a32, pos, len), bfe_by_bits(32, true, a32, pos, len));
        assert_eq!(bits::bfe::<64, false>(a, pos, len), bfe_by_bits(64, false, a, pos, len));
        assert_eq!(bits::bfe::<64, true>(a, pos, len), bfe_by_bits(64, true, a, pos, len));
        assert_eq!(bits::bfi::<32>(a32, b32, pos, len), bfi_by_bits(32, a32, b32, pos, len));
        assert_eq!(bits::bfi::<64>(a, b, pos, len), bfi_by_bits(64, a, b, pos, len));
    }
    // More than a byte counts modulo 256, but as it is for 64 bits.
    assert_eq!(bits::bfe::<32, true>(0x8000_0000, 0x11f, 0x101), 0xffff_ffff);
    assert_eq!(bits::bfe::<64, true>(1 << 63, 0x11f, 0x101), u64::MAX);
    assert_eq!(bits::bfe::<64, false>(u64::MAX, 0x104, 8), 0);
    assert_eq!(bits::bfe::<64, false>(u64::MAX, 60, 0x100), 0xf);
    assert_eq!(bits::bfi::<64>(5, 6, 0x100, 8), 6);
    assert_eq!(bits::bfi::<64>(5, 6, 1, 0x8000_0000), 10);
}

#[test]
fn bfind_finds_nothing_in_zero_and_in_minus_one() {
    assert_eq!(bits::bfind::<32, false, false>(0), 0xffff_ffff);
    assert_eq!(bits::bfind::<32, true, true>(0xffff_ffff), 0xffff_ffff);
    assert_eq!(bits::bfind::<64, true, false>(u64::MAX), 0xffff_ffff);
    assert_eq!(bits::bfind::<32, false, false>(0x10), 4);
    assert_eq!(bits::bfind::<32, false, true>(0x10), 27);
    assert_eq!(bits::bfind::<32, true, false>(0xffff_fffe), 0);
}

#[test]
fn counting_and_reversing_bits_know_the_width() {
    assert_eq!((bits::clz::<32>(0), bits::clz::<64>(0)), (32, 64));
    assert_eq!((bits::clz::<32>(1), bits::clz::<64>(1)), (31, 63));
    assert_eq!(bits::popc(0xf0f0), 8);
    assert_eq!((bits::brev::<32>(1), bits::brev::<64>(1)), (0x8000_0000, 1 << 63));
}

#[test]
fn lop3_looks_up_each_bit() {
    let (a, b, c) = (0xF0, 0xCC, 0xAA);
    assert_eq!(bits::lop3::<0x96>(a, b, c) & 0xff, 0x96);
    assert_eq!(bits::lop3::<0xE8>(a, b, c) & 0xff, 0xE8);
    assert_eq!(bits::lop3::<0x01>(a, b, c) & 0xff, 0x01);
    let (a, b, c) = (0x1234_5678, 0x9abc_def0, 0x0fed_cba9);
    assert_eq!(bits::lop3::<0x96>(a, b, c), a ^ b ^ c);
    assert_eq!(bits::lop3::<0xCA>(a, b, c), (a & b) | (!a & c & 0xffff_ffff));
}

#[test]
fn prmt_picks_bytes_and_replicates_signs() {
    let (a, b) = (0x0380_0201, 0x0706_0584);
    assert_eq!(bits::prmt(a, b, 0x7531), 0x0705_0302);
    assert_eq!(bits::prmt(a, b, 0xa_4210), 0x8480_0201);
    // Bit 3 asks for the sign of bytes 2 (0x80), 3 (0x03), 4 (0x84), 0 (0x01).
    assert_eq!(bits::prmt(a, b, 0xabc8), 0xff00_ff00);
    let (a, b) = (0x0302_0100, 0x0706_0504);
    assert_eq!(bits::prmt_mode::<1>(a, b, 1), 0x0403_0201);
    assert_eq!(bits::prmt_mode::<2>(a, b, 1), 0x0607_0001);
    assert_eq!(bits::prmt_mode::<3>(a, b, 2), 0x0202_0202);
    assert_eq!(bits::prmt_mode::<4>(a, b, 2), 0x0302_0202);
    assert_eq!(bits::prmt_mode::<5>(a, b, 1), 0x0101_0100);
    assert_eq!(bits::prmt_mode::<6>(a, b, 1), 0x0302_0302);
}

#[test]
fn bit_masks_clamp_or_wrap() {
    assert_eq!(bits::bmsk::<false>(4, 8), 0xff0);
    assert_eq!(bits::bmsk::<false>(0, 32), 0xffff_ffff);
    assert_eq!(bits::bmsk::<false>(32, 5), 0);
    assert_eq!(bits::bmsk::<true>(36, 40), 0xff0);
}

#[test]
fn szext_clamps_or_wraps_its_width() {
    assert_eq!(bits::szext::<true, false>(0x80, 8), 0xffff_ff80);
    assert_eq!(bits::szext::<false, false>(0x1ff, 8), 0xff);
    assert_eq!(bits::szext::<true, false>(0x8000_0000, 40), 0x8000_0000);
    assert_eq!(bits::szext::<true, true>(0x80, 40), 0xffff_ff80);
    assert_eq!(bits::szext::<false, false>(0xff, 0), 0);
}

#[test]
fn nth_set_bit_counts_up_and_down_from_the_base() {
    let mask = 0b1011_0100;
    assert_eq!(bits::fns(mask, 0, 1), 2);
    assert_eq!(bits::fns(mask, 2, 2), 4);
    assert_eq!(bits::fns(mask, 7, low(32, -2i64 as u64)), 5);
    assert_eq!(bits::fns(mask, 4, 0), 4);
    assert_eq!(bits::fns(mask, 3, 0), 0xffff_ffff);
    assert_eq!(bits::fns(mask, 0, 9), 0xffff_ffff);
}

#[test]
fn polynomials_over_two_elements_multiply_without_carries() {
    // (x + 1)(x + 1) = x^2 + 1, and x^63 * x = x^64.
    assert_eq!(integer::clmad::<false>(3, 3, 0), 5);
    assert_eq!(integer::clmad::<false>(3, 3, 4), 1);
    assert_eq!(integer::clmad::<true>(1 << 63, 2, 6), 7);
    // All ones squared has every second bit.
    assert_eq!(integer::clmad::<false>(u64::MAX, u64::MAX, 0), 0x5555_5555_5555_5555);
    assert_eq!(integer::clmad::<true>(u64::MAX, u64::MAX, 0), 0x5555_5555_5555_5555);
}

#[test]
fn unsigned_sums_and_differences_clamp() {
    for a in 0..=255u8 {
        for b in 0..=255u8 {
            assert_eq!(integer::add_sat_unsigned::<8>(a.into(), b.into()), a.saturating_add(b).into());
            assert_eq!(integer::sub_sat_unsigned::<8>(a.into(), b.into()), a.saturating_sub(b).into());
            let (c, d) = (a as i8, b as i8);
            assert_eq!(integer::add_sat::<8>(a.into(), b.into()), u64::from(c.saturating_add(d) as u8));
            assert_eq!(integer::sub_sat::<8>(a.into(), b.into()), u64::from(c.saturating_sub(d) as u8));
            assert_eq!(integer::max_relu::<8>(a.into(), b.into()), u64::from(c.max(d).max(0) as u8));
            assert_eq!(integer::min::<8, true>(a.into(), b.into()), u64::from(c.min(d) as u8));
        }
    }
}
