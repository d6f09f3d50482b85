//! The ALU operations: in float32 (Vector, Scalar), on raw bits (Vector), and on exact 32-bit integers (GpSimd).

use translator::neuron::words::AluOp;

/// An arithmetic operation in float32, as a function chosen once for an instruction.
///
/// `max` and `min` return the operand that is a number where one is NaN. AWS does not document this case; it is what
/// IEEE 754 calls maximumNumber and what CUDA's `max.f32` does. Nor does it document which NaN an operation gives; here
/// it is CUDA's [`NAN`], and one of an operand only where nothing but a magnitude is taken.
pub(super) fn float_function(op: AluOp) -> fn(f32, f32) -> f32 {
    const fn truth(holds: bool) -> f32 {
        if holds { 1.0 } else { 0.0 }
    }
    match op {
        AluOp::Add => |a, b| one_nan(a + b),
        AluOp::Subtract => |a, b| one_nan(a - b),
        AluOp::Multiply => |a, b| one_nan(a * b),
        AluOp::Max => |a, b| one_nan(maximum(a, b)),
        AluOp::Min => |a, b| one_nan(-maximum(-a, -b)),
        AluOp::AbsMax => |a, b| maximum(a.abs(), b.abs()),
        AluOp::AbsMin => |a, b| -maximum(-a.abs(), -b.abs()),
        AluOp::Power => |a, b| one_nan(f64::from(a).powf(f64::from(b)) as f32),
        AluOp::Equal => |a, b| truth(a == b),
        AluOp::NotEqual => |a, b| truth(a != b),
        AluOp::GreaterEqual => |a, b| truth(a >= b),
        AluOp::Greater => |a, b| truth(a > b),
        AluOp::LessEqual => |a, b| truth(a <= b),
        AluOp::Less => |a, b| truth(a < b),
        AluOp::LogicalAnd => |a, b| truth(a != 0.0 && b != 0.0),
        AluOp::LogicalOr => |a, b| truth(a != 0.0 || b != 0.0),
        AluOp::LogicalXor => |a, b| truth((a != 0.0) != (b != 0.0)),
        AluOp::Abs => |a, _| a.abs(),
        AluOp::Square => |a, _| one_nan(a * a),
        AluOp::Relu => |a, _| maximum(a, 0.0),
        AluOp::Rsqrt => |a, _| one_nan((1.0 / f64::from(a).sqrt()) as f32),
        AluOp::Reciprocal => |a, _| one_nan(1.0 / a),
        AluOp::Invert
        | AluOp::BitwiseAnd
        | AluOp::BitwiseOr
        | AluOp::BitwiseXor
        | AluOp::ShiftLeft
        | AluOp::ShiftRight => unreachable!("bit-vector operations work on raw bits"),
    }
}

/// What operations on NaN give, and invalid ones.
const NAN: u32 = 0x7fff_ffff;

fn one_nan(x: f32) -> f32 {
    if x.is_nan() { f32::from_bits(NAN) } else { x }
}

/// `a op b` in float32.
pub(super) fn float(op: AluOp, a: f32, b: f32) -> f32 {
    float_function(op)(a, b)
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
#[inline]
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
pub(super) fn integer_function(op: AluOp, signed: bool) -> Option<fn(u32, u32) -> u32> {
    // A comparison of the two signednesses.
    macro_rules! compare {
        ($holds:ident) => {
            if signed {
                |a, b| u32::from((a as i32).cmp(&(b as i32)).$holds())
            } else {
                |a, b| u32::from(a.cmp(&b).$holds())
            }
        };
    }
    Some(match (op, signed) {
        (AluOp::Add, _) => u32::wrapping_add,
        (AluOp::Subtract, _) => u32::wrapping_sub,
        (AluOp::Multiply, _) => u32::wrapping_mul,
        (AluOp::Max, true) => |a, b| (a as i32).max(b as i32) as u32,
        (AluOp::Max, false) => |a, b| a.max(b),
        (AluOp::Min, true) => |a, b| (a as i32).min(b as i32) as u32,
        (AluOp::Min, false) => |a, b| a.min(b),
        (AluOp::AbsMax, true) => |a, b| (a as i32).unsigned_abs().max((b as i32).unsigned_abs()),
        (AluOp::AbsMax, false) => |a, b| a.max(b),
        (AluOp::AbsMin, true) => |a, b| (a as i32).unsigned_abs().min((b as i32).unsigned_abs()),
        (AluOp::AbsMin, false) => |a, b| a.min(b),
        (AluOp::Equal, _) => |a, b| u32::from(a == b),
        (AluOp::NotEqual, _) => |a, b| u32::from(a != b),
        (AluOp::GreaterEqual, _) => compare!(is_ge),
        (AluOp::Greater, _) => compare!(is_gt),
        (AluOp::LessEqual, _) => compare!(is_le),
        (AluOp::Less, _) => compare!(is_lt),
        (AluOp::LogicalAnd, _) => |a, b| u32::from(a != 0 && b != 0),
        (AluOp::LogicalOr, _) => |a, b| u32::from(a != 0 || b != 0),
        (AluOp::LogicalXor, _) => |a, b| u32::from((a != 0) != (b != 0)),
        (AluOp::Abs, true) => |a, _| (a as i32).unsigned_abs(),
        (AluOp::Abs, false) => |a, _| a,
        (AluOp::Square, _) => |a, _| a.wrapping_mul(a),
        (AluOp::Relu, true) => |a, _| (a as i32).max(0) as u32,
        (AluOp::Relu, false) => |a, _| a,
        (AluOp::Invert, _) => |a, _| !a,
        (AluOp::BitwiseAnd, _) => |a, b| a & b,
        (AluOp::BitwiseOr, _) => |a, b| a | b,
        (AluOp::BitwiseXor, _) => |a, b| a ^ b,
        (AluOp::ShiftLeft, _) => |a, b| a.checked_shl(b).unwrap_or(0),
        (AluOp::ShiftRight, _) => |a, b| a.checked_shr(b).unwrap_or(0),
        (AluOp::Power | AluOp::Rsqrt | AluOp::Reciprocal, _) => return None,
    })
}

/// `a op b` on exact integers.
pub(super) fn integer(op: AluOp, a: u32, b: u32, signed: bool) -> Option<u32> {
    integer_function(op, signed).map(|function| function(a, b))
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
    fn every_nan_is_the_same() {
        let signalling = f32::from_bits(0xffa0_0001);
        for op in [AluOp::Add, AluOp::Subtract, AluOp::Multiply, AluOp::Max, AluOp::Min] {
            assert_eq!(float(op, signalling, f32::NAN).to_bits(), NAN);
        }
        assert_eq!(float(AluOp::Subtract, f32::INFINITY, f32::INFINITY).to_bits(), NAN);
        assert_eq!(float(AluOp::Power, -2.0, 0.5).to_bits(), NAN);
        assert_eq!(float(AluOp::Rsqrt, -2.0, 0.0).to_bits(), NAN);
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
