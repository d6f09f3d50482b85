//! The ALU operations: in float32 (Vector, Scalar), on raw bits (Vector), and on exact 32-bit integers (GpSimd).

use translator::neuron::words::AluOp;

/// An operation of either class in float32; bit-vector operations have no meaning there.
///
/// `max` and `min` return the operand that is a number where one is NaN. AWS does not document this case; it is what
/// IEEE 754 calls maximumNumber and what CUDA's `max.f32` does.
pub(super) fn float(op: AluOp, a: f32, b: f32) -> f32 {
    let truth = |holds: bool| if holds { 1.0 } else { 0.0 };
    match op {
        AluOp::Add => a + b,
        AluOp::Subtract => a - b,
        AluOp::Multiply => a * b,
        AluOp::Max => maximum(a, b),
        AluOp::Min => -maximum(-a, -b),
        AluOp::AbsMax => maximum(a.abs(), b.abs()),
        AluOp::AbsMin => -maximum(-a.abs(), -b.abs()),
        AluOp::Power => f64::from(a).powf(f64::from(b)) as f32,
        AluOp::Equal => truth(a == b),
        AluOp::NotEqual => truth(a != b),
        AluOp::GreaterEqual => truth(a >= b),
        AluOp::Greater => truth(a > b),
        AluOp::LessEqual => truth(a <= b),
        AluOp::Less => truth(a < b),
        AluOp::LogicalAnd => truth(a != 0.0 && b != 0.0),
        AluOp::LogicalOr => truth(a != 0.0 || b != 0.0),
        AluOp::LogicalXor => truth((a != 0.0) != (b != 0.0)),
        AluOp::Abs => a.abs(),
        AluOp::Square => a * a,
        AluOp::Relu => maximum(a, 0.0),
        AluOp::Rsqrt => (1.0 / f64::from(a).sqrt()) as f32,
        AluOp::Reciprocal => 1.0 / a,
        AluOp::Invert
        | AluOp::BitwiseAnd
        | AluOp::BitwiseOr
        | AluOp::BitwiseXor
        | AluOp::ShiftLeft
        | AluOp::ShiftRight => unreachable!("bit-vector operations work on raw bits"),
    }
}

/// The larger one; of two zeros the positive one; of a number and NaN the number.
fn maximum(a: f32, b: f32) -> f32 {
    if a.is_nan() {
        b
    } else if b.is_nan() || a > b || (a == b && a.is_sign_positive()) {
        a
    } else {
        b
    }
}

/// A bit-vector operation on elements of `width` bits. Shifts past the width give 0.
pub(super) fn bits(op: AluOp, a: u64, b: u64, width: u32) -> u64 {
    let result = match op {
        AluOp::Invert => !a,
        AluOp::BitwiseAnd => a & b,
        AluOp::BitwiseOr => a | b,
        AluOp::BitwiseXor => a ^ b,
        AluOp::ShiftLeft if b >= u64::from(width) => 0,
        AluOp::ShiftLeft => a << b,
        AluOp::ShiftRight if b >= u64::from(width) => 0,
        AluOp::ShiftRight => a >> b,
        _ => unreachable!("only bit-vector operations work on raw bits"),
    };
    result & (u64::MAX >> (64 - width))
}

/// An operation on exact, wrapping 32-bit integers, as GpSimd computes them. Operations without an integer meaning
/// (`power`, `rsqrt`, `reciprocal`) have none here.
pub(super) fn integer(op: AluOp, a: u32, b: u32, signed: bool) -> Option<u32> {
    let order = if signed { (a as i32).cmp(&(b as i32)) } else { a.cmp(&b) };
    let magnitude = |x: u32| if signed { (x as i32).unsigned_abs() } else { x };
    Some(match op {
        AluOp::Add => a.wrapping_add(b),
        AluOp::Subtract => a.wrapping_sub(b),
        AluOp::Multiply => a.wrapping_mul(b),
        AluOp::Max => {
            if order.is_ge() {
                a
            } else {
                b
            }
        }
        AluOp::Min => {
            if order.is_le() {
                a
            } else {
                b
            }
        }
        AluOp::AbsMax => magnitude(a).max(magnitude(b)),
        AluOp::AbsMin => magnitude(a).min(magnitude(b)),
        AluOp::Equal => u32::from(a == b),
        AluOp::NotEqual => u32::from(a != b),
        AluOp::GreaterEqual => u32::from(order.is_ge()),
        AluOp::Greater => u32::from(order.is_gt()),
        AluOp::LessEqual => u32::from(order.is_le()),
        AluOp::Less => u32::from(order.is_lt()),
        AluOp::LogicalAnd => u32::from(a != 0 && b != 0),
        AluOp::LogicalOr => u32::from(a != 0 || b != 0),
        AluOp::LogicalXor => u32::from((a != 0) != (b != 0)),
        AluOp::Abs => magnitude(a),
        AluOp::Square => a.wrapping_mul(a),
        AluOp::Relu => {
            if signed && (a as i32) < 0 {
                0
            } else {
                a
            }
        }
        AluOp::Power | AluOp::Rsqrt | AluOp::Reciprocal => return None,
        _ if op.is_bitwise() => bits(op, u64::from(a), u64::from(b), 32) as u32,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn float32_loses_integers_beyond_24_bits_and_gpsimd_does_not() {
        let (a, b) = (0x0100_0001u32, 1);
        assert_eq!(float(AluOp::Add, a as f32, b as f32) as u32, 0x0100_0000, "the sum is halfway and goes to even");
        assert_eq!(integer(AluOp::Add, a, b, true), Some(0x0100_0002));
        assert_eq!(integer(AluOp::Multiply, 0xffff_ffff, 2, true), Some(0xffff_fffe), "wraps");
    }

    #[test]
    fn comparisons_respect_the_sign() {
        assert_eq!(integer(AluOp::Less, 0xffff_ffff, 1, true), Some(1));
        assert_eq!(integer(AluOp::Less, 0xffff_ffff, 1, false), Some(0));
        assert_eq!(float(AluOp::NotEqual, f32::NAN, f32::NAN), 1.0);
    }

    #[test]
    fn shifts_past_the_width_give_zero() {
        assert_eq!(bits(AluOp::ShiftLeft, 1, 32, 32), 0);
        assert_eq!(bits(AluOp::ShiftRight, 0x80, 7, 8), 1);
        assert_eq!(bits(AluOp::Invert, 0, 0, 16), 0xffff);
    }

    #[test]
    fn maximum_prefers_a_number_and_the_positive_zero() {
        assert_eq!(float(AluOp::Max, f32::NAN, 2.0), 2.0);
        assert_eq!(float(AluOp::Max, -0.0, 0.0).to_bits(), 0);
        assert_eq!(float(AluOp::Min, 0.0, -0.0).to_bits(), 0x8000_0000);
        assert!(float(AluOp::Max, f32::NAN, f32::NAN).is_nan());
    }
}
