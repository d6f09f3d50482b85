//! Video instructions, by examples worked out from the manual's pseudocode.

use crate::scalar::compare::{EQUAL, GREATER};
use crate::scalar::video::{Operation, Part, Scalar, Second, Simd};

#[test]
fn scalar_operands_are_parts_and_results_go_into_parts() {
    let details = Scalar { a: Part::B3, b: Part::H0, ..Scalar::default() };
    let args = [0x80ff_ffff, 0x1234_0001, 7];
    assert_eq!(details.apply(Operation::Add, false, false, false, args), 0x81);
    // A signed byte 0x80 is -128.
    assert_eq!(details.apply(Operation::Add, false, true, true, args), 0xffff_ff81);
    let into = Scalar { d: Part::B1, ..details };
    assert_eq!(into.apply(Operation::Add, false, false, false, [0x80ff_ffff, 1, 0x1122_3344]), 0x1122_8144);
}

#[test]
fn saturation_is_to_the_part_of_the_destination() {
    let details = Scalar { d: Part::B0, ..Scalar::default() };
    assert_eq!(details.apply(Operation::Add, true, false, false, [200, 100, 0xaabb_cc00]), 0xaabb_ccff);
    assert_eq!(details.apply(Operation::Add, true, true, false, [200, 100, 0]), 127);
    let whole = Scalar::default();
    assert_eq!(whole.apply(Operation::Subtract, true, false, false, [1, 2, 0]), 0);
    assert_eq!(whole.apply(Operation::Add, true, false, false, [0xffff_ffff, 2, 0]), 0xffff_ffff);
}

#[test]
fn second_operations_compare_in_the_type_of_the_destination() {
    let minimum = Scalar { second: Second::Min, ..Scalar::default() };
    assert_eq!(minimum.apply(Operation::Add, false, true, false, [1, 2, 0xffff_ffff]), 0xffff_ffff);
    assert_eq!(minimum.apply(Operation::Add, false, false, false, [1, 2, 0xffff_ffff]), 3);
    let sum = Scalar { second: Second::Add, ..Scalar::default() };
    assert_eq!(sum.apply(Operation::AbsoluteDifference, false, false, false, [3, 10, 5]), 12);
}

#[test]
fn video_shifts_clamp_or_wrap() {
    let clamp = Scalar::default();
    assert_eq!(clamp.apply(Operation::ShiftLeft, false, false, false, [1, 40, 0]), 0);
    assert_eq!(clamp.apply(Operation::ShiftRight, false, true, true, [0x8000_0000, 99, 0]), 0xffff_ffff);
    let wrap = Scalar { wrap: true, ..clamp };
    assert_eq!(wrap.apply(Operation::ShiftRight, false, false, false, [0x80, 36, 0]), 8);
}

#[test]
fn vmad_scales_and_saturates() {
    let details = Scalar { scale: 7, plus_one: true, ..Scalar::default() };
    assert_eq!(details.multiply_add(false, false, [127, 1, 0]), 1);
    let minus = Scalar { negate_product: true, ..Scalar::default() };
    assert_eq!(minus.multiply_add(false, false, [3, 4, 5]), 0xffff_fff9);
    assert_eq!(Scalar::default().multiply_add(true, false, [0xffff_ffff, 0xffff_ffff, 0]), 0xffff_ffff);
}

#[test]
fn elements_are_computed_side_by_side_or_added_up() {
    let beside = Simd::plain(4, false, false);
    let (a, b) = (0x10ff_0305, 0x2001_0107);
    assert_eq!(beside.apply(Operation::AbsoluteDifference, false, false, false, [a, b, 0]), 0x10fe_0202);
    let sum = Simd::plain(4, false, true);
    assert_eq!(sum.apply(Operation::AbsoluteDifference, false, false, false, [a, b, 1]), 0x10 + 0xfe + 2 + 2 + 1);
    assert_eq!(beside.apply(Operation::Add, true, false, false, [a, b, 0]), 0x30ff_040c);
    assert_eq!(beside.apply(Operation::Add, false, false, false, [a, b, 0]), 0x3000_040c);
    assert_eq!(beside.apply(Operation::Average, false, false, false, [a, b, 0]), 0x1880_0206);
    let signed = Simd::plain(2, true, false);
    assert_eq!(signed.apply(Operation::Max, false, true, true, [0xffff_0001, 0x0000_8000, 0]), 0x0000_0001);
}

#[test]
fn masks_keep_elements_of_c_and_selectors_mix_a_and_b() {
    let details = Simd { mask: 0b01, a: 0o12, b: 0o03, ..Simd::plain(2, false, false) };
    // Element 0: a takes element 2 (low half of b), b takes element 3 (high half of b).
    assert_eq!(
        details.apply(Operation::Add, false, false, false, [0x1111_2222, 0x0004_0003, 0xabcd_0000]),
        0xabcd_0007
    );
}

#[test]
fn video_comparisons_give_one_or_zero() {
    let details = Simd::plain(4, false, false);
    let at_least = Operation::Compare(GREATER | EQUAL);
    assert_eq!(details.apply(at_least, false, false, false, [0x0102_0304, 0x0103_0204, 0]), 0x0100_0101);
}

#[test]
fn details_fit_in_a_number_and_back() {
    let scalar =
        Scalar { a: Part::H1, d: Part::B2, second: Second::Max, scale: 15, negate_c: true, ..Scalar::default() };
    assert_eq!(Scalar::decode(scalar.encode()), Some(scalar));
    assert_eq!(Scalar::decode(0b111 << 1), None);
    let simd = Simd { mask: 0b1010, a: 0o7012, ..Simd::plain(4, true, true) };
    assert_eq!(Simd::decode(4, simd.encode()), Some(simd));
    assert_eq!(Simd::decode(2, simd.encode()), None);
}
