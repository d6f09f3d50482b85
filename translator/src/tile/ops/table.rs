//! The rows. See [`super`] for how to read one.

use super::form::Shape::{B32 as Count, Half, Pred as P, S, T, Wide};
use super::form::word::*;
use super::meaning::{approximate, arithmetic, bits, compare, convert, integer, video};
use super::*;
use ptx_frontend::types::ScalarType::*;

const INTEGERS: &[ScalarType] = &[U16, U32, U64, S16, S32, S64];
const SIGNED: &[ScalarType] = &[S16, S32, S64];
const SMALL_INTEGERS: &[ScalarType] = &[U16, U32, S16, S32];
const MEMORY_INTEGERS: &[ScalarType] = &[U8, U16, U32, U64, S8, S16, S32, S64];
const WORDS32: &[ScalarType] = &[U32, S32];
const CARRYING: &[ScalarType] = &[U32, U64, S32, S64];
const PACKED_INTEGERS: &[ScalarType] = &[U16x2, S16x2];
const PACKED_BYTES: &[ScalarType] = &[U8x4, S8x4];
const BITS: &[ScalarType] = &[B16, B32, B64];
const BITS_AND_PRED: &[ScalarType] = &[Pred, B16, B32, B64];
const HALVES: &[ScalarType] = &[F16, F16x2];
const BRAINS: &[ScalarType] = &[BF16, BF16x2];
const HALVES_AND_BRAINS: &[ScalarType] = &[F16, F16x2, BF16, BF16x2];
const COMPARABLE: &[ScalarType] = &[B16, B32, B64, U16, U32, U64, S16, S32, S64, F64, BF16];
const COMPARABLE_FTZ: &[ScalarType] = &[F32, F16];
const SELECTABLE: &[ScalarType] = &[B16, B32, B64, U16, U32, U64, S16, S32, S64, F32, F64];
const SMALL_FLOATS: &[ScalarType] = &[E4M3x2, E5M2x2, E3M2x2, E2M3x2, E2M1x2];
const SMALL_FLOATS_X4: &[ScalarType] = &[E4M3x4, E5M2x4, E3M2x4, E2M3x4, E2M1x4];

/// Details of video instructions, and some of them for tests.
const SCALAR_VIDEO: Mode =
    Mode::Packed(|code| video::ScalarDetails::decode(code).is_some(), &[0, 0x0_0001, 0x0_0493, 0x7_fcb6]);
const VIDEO2: Mode =
    Mode::Packed(|code| video::SimdDetails::decode(2, code).is_some(), &[0x68_020c, 0x68_020f, 0x8_04c4]);
const VIDEO4: Mode =
    Mode::Packed(|code| video::SimdDetails::decode(4, code).is_some(), &[0x3eb1_a23c, 0x3eb1_a23f, 0x0_1c14]);

const CLAMP_OR_WRAP: Mode = Mode::Words(&["clamp", "wrap"]);

operations! {
    /// `a + b`; packed types by halves; integers wrap unless `.sat`.
    Add = "add", Mode::None, arithmetic::add, [
        form(INTEGERS, &[T, T], T),
        form(&[S32, U32], &[T, T], T).needs(SAT),
        form(PACKED_INTEGERS, &[T, T], T).may(SAT),
        form(PACKED_BYTES, &[T, T], T).may(SAT),
        form(&[F32], &[T, T], T).may(DIRECTED | FTZ | SAT),
        form(&[F64], &[T, T], T).may(DIRECTED),
        form(&[F32x2], &[T, T], T).may(DIRECTED | FTZ),
        form(HALVES, &[T, T], T).may(RN | FTZ | SAT),
        form(BRAINS, &[T, T], T).may(RN),
        form(&[F32], &[S, T], T).from(&[F16, BF16]).may(DIRECTED | SAT),
    ];
    /// `a + b + carry`.
    AddCarryIn = "addc", Mode::None, integer::add_carry_in, [form(CARRYING, &[T, T, P], T)];
    /// The carry out of `a + b + carry`.
    AddCarryOut = "addc.carry", Mode::None, integer::add_carry_out, [form(CARRYING, &[T, T, P], P)];
    /// `a - b`; packed types by halves; integers wrap unless `.sat`.
    Sub = "sub", Mode::None, arithmetic::sub, [
        form(INTEGERS, &[T, T], T),
        form(&[S32], &[T, T], T).needs(SAT),
        form(PACKED_INTEGERS, &[T, T], T),
        form(PACKED_BYTES, &[T, T], T).may(SAT),
        form(&[F32], &[T, T], T).may(DIRECTED | FTZ | SAT),
        form(&[F64], &[T, T], T).may(DIRECTED),
        form(&[F32x2], &[T, T], T).may(DIRECTED | FTZ),
        form(HALVES, &[T, T], T).may(RN | FTZ | SAT),
        form(BRAINS, &[T, T], T).may(RN),
        form(&[F32], &[S, T], T).from(&[F16, BF16]).may(DIRECTED | SAT),
    ];
    /// `a + !b + carry`, that is `a - b` with a carry and one less without.
    SubCarryIn = "subc", Mode::None, integer::sub_carry_in, [form(CARRYING, &[T, T, P], T)];
    /// The carry out of `a + !b + carry`: true where nothing was borrowed.
    SubCarryOut = "subc.carry", Mode::None, integer::sub_carry_out, [form(CARRYING, &[T, T, P], P)];
    /// `a * b`; for integers the low half (PTX `mul.lo`).
    Mul = "mul", Mode::None, arithmetic::mul, [
        form(INTEGERS, &[T, T], T),
        form(&[F32], &[T, T], T).may(DIRECTED | FTZ | SAT),
        form(&[F64], &[T, T], T).may(DIRECTED),
        form(&[F32x2], &[T, T], T).may(DIRECTED | FTZ),
        form(HALVES, &[T, T], T).may(RN | FTZ | SAT),
        form(BRAINS, &[T, T], T).may(RN),
    ];
    /// The high half of `a * b`.
    MulHi = "mul.hi", Mode::None, integer::mul_hi, [form(INTEGERS, &[T, T], T)];
    /// All of `a * b`, in twice the width.
    MulWide = "mul.wide", Mode::None, integer::mul_wide, [form(SMALL_INTEGERS, &[T, T], Wide)];
    /// `a * b + c`, low half (PTX `mad.lo`). The floating-point `mad` of PTX is `fma`.
    Mad = "mad", Mode::None, integer::mad, [form(INTEGERS, &[T, T, T], T)];
    /// High half of `a * b`, plus `c`.
    MadHi = "mad.hi", Mode::None, integer::mad_hi, [
        form(INTEGERS, &[T, T, T], T),
        form(&[S32], &[T, T, T], T).needs(SAT),
    ];
    /// All of `a * b`, plus `c`, in twice the width.
    MadWide = "mad.wide", Mode::None, integer::mad_wide, [form(SMALL_INTEGERS, &[T, T, Wide], Wide)];
    /// Low 32 bits of the product of the low 24 bits.
    Mul24 = "mul24", Mode::None, integer::mul24, [form(WORDS32, &[T, T], T)];
    /// Bits 16 to 47 of the product of the low 24 bits.
    Mul24Hi = "mul24.hi", Mode::None, integer::mul24_hi, [form(WORDS32, &[T, T], T)];
    /// `mul24(a, b) + c`.
    Mad24 = "mad24", Mode::None, integer::mad24, [form(WORDS32, &[T, T, T], T)];
    /// `mul24.hi(a, b) + c`.
    Mad24Hi = "mad24.hi", Mode::None, integer::mad24_hi, [
        form(WORDS32, &[T, T, T], T),
        form(&[S32], &[T, T, T], T).needs(SAT),
    ];
    /// The low half of the product of polynomials over the field of two elements, plus `c`.
    Clmad = "clmad", Mode::None, integer::clmad, [form(&[U64], &[T, T, T], T)];
    /// The high half of the product of polynomials over the field of two elements, plus `c`.
    ClmadHi = "clmad.hi", Mode::None, integer::clmad_hi, [form(&[U64], &[T, T, T], T)];
    /// `c + |a - b|`.
    Sad = "sad", Mode::None, integer::sad, [form(INTEGERS, &[T, T, T], T)];
    /// `a * b + c` with one rounding.
    Fma = "fma", Mode::None, arithmetic::fma, [
        form(&[F32], &[T, T, T], T).needs(DIRECTED).may(FTZ | SAT),
        form(&[F64], &[T, T, T], T).needs(DIRECTED),
        form(&[F32x2], &[T, T, T], T).needs(DIRECTED).may(FTZ),
        form(HALVES, &[T, T, T], T).needs(RN).may(FTZ | SAT),
        form(HALVES, &[T, T, T], T).needs(RN | RELU).may(FTZ),
        form(BRAINS, &[T, T, T], T).needs(RN).may(RELU),
        form(&[F32], &[S, S, T], T).from(&[F16, BF16]).needs(DIRECTED).may(SAT),
    ];
    /// `a * b + c` with one rounding; +0 if `a` or `b` is the NaN of an element outside a tensor.
    FmaOob = "fma.oob", Mode::None, arithmetic::fma_oob, [
        form(HALVES_AND_BRAINS, &[T, T, T], T).needs(RN).may(RELU),
    ];
    /// `a / b`. Integers truncate; division by zero gives all ones.
    Div = "div", Mode::None, arithmetic::div, [
        form(INTEGERS, &[T, T], T),
        form(&[F32], &[T, T], T).needs(DIRECTED).may(FTZ),
        form(&[F32], &[T, T], T).needs(APPROX).may(FTZ),
        form(&[F32], &[T, T], T).needs(FULL).may(FTZ),
        form(&[F64], &[T, T], T).needs(DIRECTED),
    ];
    /// The remainder of the truncating division; by zero it is all ones.
    Rem = "rem", Mode::None, integer::rem, [form(INTEGERS, &[T, T], T)];
    /// `|a|`; of the least integer, itself.
    Abs = "abs", Mode::None, arithmetic::abs, [
        form(SIGNED, &[T], T),
        form(&[F32, F16, F16x2], &[T], T).may(FTZ),
        form(&[F64, BF16, BF16x2], &[T], T),
    ];
    /// `-a`; of the least integer, itself.
    Neg = "neg", Mode::None, arithmetic::neg, [
        form(SIGNED, &[T], T),
        form(&[S8x4], &[T], T),
        form(&[F32, F16, F16x2], &[T], T).may(FTZ),
        form(&[F64, BF16, BF16x2], &[T], T),
    ];
    /// The lesser; of a number and a NaN the number, unless `.NaN`. -0 is less than +0.
    Min = "min", Mode::None, arithmetic::min, [
        form(INTEGERS, &[T, T], T),
        form(PACKED_INTEGERS, &[T, T], T),
        form(PACKED_BYTES, &[T, T], T),
        form(&[S32, S16x2, S8x4], &[T, T], T).needs(RELU),
        form(&[F32, F16, F16x2], &[T, T], T).may(FTZ | NAN | XORSIGN_ABS),
        form(&[F64], &[T, T], T),
        form(BRAINS, &[T, T], T).may(NAN | XORSIGN_ABS),
    ];
    /// The greater; of a number and a NaN the number, unless `.NaN`. +0 is greater than -0.
    Max = "max", Mode::None, arithmetic::max, [
        form(INTEGERS, &[T, T], T),
        form(PACKED_INTEGERS, &[T, T], T),
        form(PACKED_BYTES, &[T, T], T),
        form(&[S32, S16x2, S8x4], &[T, T], T).needs(RELU),
        form(&[F32, F16, F16x2], &[T, T], T).may(FTZ | NAN | XORSIGN_ABS),
        form(&[F64], &[T, T], T),
        form(BRAINS, &[T, T], T).may(NAN | XORSIGN_ABS),
    ];
    /// The least of three (the three-input form of PTX `min`).
    Min3 = "min3", Mode::None, arithmetic::min3, [form(&[F32], &[T, T, T], T).may(FTZ | NAN | XORSIGN_ABS)];
    /// The greatest of three (the three-input form of PTX `max`).
    Max3 = "max3", Mode::None, arithmetic::max3, [form(&[F32], &[T, T, T], T).may(FTZ | NAN | XORSIGN_ABS)];
    /// `1 / a`.
    Rcp = "rcp", Mode::None, approximate::rcp, [
        form(&[F32], &[T], T).needs(DIRECTED).may(FTZ),
        form(&[F64], &[T], T).needs(DIRECTED),
        form(&[F32], &[T], T).needs(APPROX).may(FTZ),
        form(&[F64], &[T], T).needs(APPROX | FTZ),
    ];
    /// The square root.
    Sqrt = "sqrt", Mode::None, approximate::sqrt, [
        form(&[F32], &[T], T).needs(DIRECTED).may(FTZ),
        form(&[F64], &[T], T).needs(DIRECTED),
        form(&[F32], &[T], T).needs(APPROX).may(FTZ),
    ];
    /// `1 / sqrt(a)`.
    Rsqrt = "rsqrt", Mode::None, approximate::rsqrt, [form(&[F32, F64], &[T], T).needs(APPROX).may(FTZ)];
    /// Sine.
    Sin = "sin", Mode::None, approximate::sin, [form(&[F32], &[T], T).needs(APPROX).may(FTZ)];
    /// Cosine.
    Cos = "cos", Mode::None, approximate::cos, [form(&[F32], &[T], T).needs(APPROX).may(FTZ)];
    /// Logarithm to base 2.
    Lg2 = "lg2", Mode::None, approximate::lg2, [form(&[F32], &[T], T).needs(APPROX).may(FTZ)];
    /// 2 to the power of `a`.
    Ex2 = "ex2", Mode::None, approximate::ex2, [
        form(&[F32, F16, F16x2], &[T], T).needs(APPROX).may(FTZ),
        form(BRAINS, &[T], T).needs(APPROX | FTZ),
    ];
    /// Hyperbolic tangent.
    Tanh = "tanh", Mode::None, approximate::tanh, [
        form(&[F32], &[T], T).needs(APPROX),
        form(HALVES_AND_BRAINS, &[T], T).needs(APPROX),
    ];
    /// The magnitude of `b` with the sign of `a`.
    Copysign = "copysign", Mode::None, bits::copysign, [form(&[F32, F64], &[T, T], T)];
    /// Whether `a` is in a class of floating-point numbers.
    TestP = "testp", Mode::Words(&["finite", "infinite", "number", "notanumber", "normal", "subnormal"]),
        compare::testp, [form(&[F32, F64], &[T], P)];

    /// Bitwise and.
    And = "and", Mode::None, bits::and, [form(BITS_AND_PRED, &[T, T], T)];
    /// Bitwise or.
    Or = "or", Mode::None, bits::or, [form(BITS_AND_PRED, &[T, T], T)];
    /// Bitwise exclusive or.
    Xor = "xor", Mode::None, bits::xor, [form(BITS_AND_PRED, &[T, T], T)];
    /// Bitwise complement.
    Not = "not", Mode::None, bits::not, [form(BITS_AND_PRED, &[T], T)];
    /// 1 if `a` is 0, else 0.
    Cnot = "cnot", Mode::None, bits::cnot, [form(BITS, &[T], T)];
    /// Left shift; amounts past the width give 0.
    Shl = "shl", Mode::None, bits::shl, [form(BITS, &[T, Count], T)];
    /// Right shift, of signed types with the sign; amounts past the width give 0 or the sign.
    Shr = "shr", Mode::None, bits::shr, [
        form(BITS, &[T, Count], T),
        form(INTEGERS, &[T, Count], T),
    ];
    /// The high half of `b:a` shifted left by `c`.
    ShfL = "shf.l", CLAMP_OR_WRAP, bits::shf_l, [form(&[B32], &[T, T, Count], T)];
    /// The low half of `b:a` shifted right by `c`.
    ShfR = "shf.r", CLAMP_OR_WRAP, bits::shf_r, [form(&[B32], &[T, T, Count], T)];
    /// Any function of three bits, by table: the mode's bit `a << 2 | b << 1 | c`.
    Lop3 = "lop3", Mode::Number(256), bits::lop3, [form(&[B32], &[T, T, T], T)];
    /// Bytes of `b:a` picked by the nibbles of `c`, or by the mode.
    Prmt = "prmt", Mode::Words(&["", "f4e", "b4e", "rc8", "ecl", "ecr", "rc16"]), bits::prmt, [
        form(&[B32], &[T, T, T], T),
    ];
    /// The field of `a` at position `b` of length `c`.
    Bfe = "bfe", Mode::None, bits::bfe, [form(CARRYING, &[T, Count, Count], T)];
    /// `b` with `a` in the field at position `c` of length `d`.
    Bfi = "bfi", Mode::None, bits::bfi, [form(&[B32, B64], &[T, T, Count, Count], T)];
    /// Position of the highest bit that is not a sign; all ones if there is none.
    Bfind = "bfind", Mode::Words(&["", "shiftamt"]), bits::bfind, [form(CARRYING, &[T], Count)];
    /// Bits in reverse order.
    Brev = "brev", Mode::None, bits::brev, [form(&[B32, B64], &[T], T)];
    /// Number of leading zeros.
    Clz = "clz", Mode::None, bits::clz, [form(&[B32, B64], &[T], Count)];
    /// Number of ones.
    Popc = "popc", Mode::None, bits::popc, [form(&[B32, B64], &[T], Count)];
    /// Ones from position `a`, `b` of them.
    Bmsk = "bmsk", CLAMP_OR_WRAP, bits::bmsk, [form(&[B32], &[T, Count], T)];
    /// Position of the `c`-th one of `a` from position `b`; all ones if there is none.
    Fns = "fns", Mode::None, bits::fns, [form(&[B32], &[T, T, T], T)];
    /// `a` extended from its low `b` bits.
    Szext = "szext", CLAMP_OR_WRAP, bits::szext, [form(WORDS32, &[T, Count], T)];
    /// Dot product of four bytes, plus `c`. The types are those of `a` and `b`.
    Dp4a = "dp4a", Mode::None, integer::dp4a, [form(WORDS32, &[T, S, T], T).from(WORDS32)];
    /// Dot product of two halves with the low two bytes, plus `c`. The types are those of `a` and `b`.
    Dp2aLo = "dp2a.lo", Mode::None, integer::dp2a_lo, [form(WORDS32, &[T, S, T], T).from(WORDS32)];
    /// Dot product of two halves with the high two bytes, plus `c`. The types are those of `a` and `b`.
    Dp2aHi = "dp2a.hi", Mode::None, integer::dp2a_hi, [form(WORDS32, &[T, S, T], T).from(WORDS32)];

    /// Whether a comparison holds, combined with the predicate `c` if there is a combining word. The second result of
    /// PTX `setp p|q` combines the `not` of the bare comparison.
    Setp = "setp", Mode::None, compare::setp, [
        form(COMPARABLE, &[T, T], P).needs(COMPARISON),
        form(COMPARABLE, &[T, T, P], P).needs(COMPARISON | COMBINE),
        form(COMPARABLE_FTZ, &[T, T], P).needs(COMPARISON).may(FTZ),
        form(COMPARABLE_FTZ, &[T, T, P], P).needs(COMPARISON | COMBINE).may(FTZ),
    ];
    /// Like `setp`; true is all ones, or 1.0 for floating-point result types. Packed types compare by halves.
    Set = "set", Mode::None, compare::set, [
        form(&[U32, S32, F32, F16, BF16, U16, S16], &[S, S], T).from(COMPARABLE).needs(COMPARISON),
        form(&[U32, S32, F32, F16, BF16, U16, S16], &[S, S, P], T).from(COMPARABLE).needs(COMPARISON | COMBINE),
        form(&[U32, S32, F32, F16, U16, S16], &[S, S], T).from(COMPARABLE_FTZ).needs(COMPARISON).may(FTZ),
        form(&[U32, S32, F32, F16, U16, S16], &[S, S, P], T).from(COMPARABLE_FTZ).needs(COMPARISON | COMBINE).may(FTZ),
        form(&[BF16], &[S, S], T).from(&[F32]).needs(COMPARISON),
        form(&[BF16], &[S, S, P], T).from(&[F32]).needs(COMPARISON | COMBINE),
        form(&[F16x2], &[S, S], T).from(&[F16x2]).needs(COMPARISON).may(FTZ),
        form(&[F16x2], &[S, S, P], T).from(&[F16x2]).needs(COMPARISON | COMBINE).may(FTZ),
        form(&[BF16x2], &[S, S], T).from(&[BF16x2]).needs(COMPARISON),
        form(&[BF16x2], &[S, S, P], T).from(&[BF16x2]).needs(COMPARISON | COMBINE),
        form(&[U32, S32], &[S, S], T).from(&[F16x2]).needs(COMPARISON).may(FTZ),
        form(&[U32, S32], &[S, S, P], T).from(&[F16x2]).needs(COMPARISON | COMBINE).may(FTZ),
        form(&[U32, S32], &[S, S], T).from(&[BF16x2]).needs(COMPARISON),
        form(&[U32, S32], &[S, S, P], T).from(&[BF16x2]).needs(COMPARISON | COMBINE),
    ];
    /// `a` if the predicate `c` is true, else `b`.
    Selp = "selp", Mode::None, compare::selp, [
        form(SELECTABLE, &[T, T, P], T),
        form(&[Pred, F16, BF16], &[T, T, P], T),
    ];
    /// `a` if `c >= 0`, else `b`.
    Slct = "slct", Mode::None, compare::slct, [
        form(SELECTABLE, &[T, T, S], T).from(&[S32]),
        form(SELECTABLE, &[T, T, S], T).from(&[F32]).may(FTZ),
    ];

    /// Conversion. Of two sources into a packed type, `a` becomes the high half.
    Cvt = "cvt", Mode::None, convert::cvt, [
        form(MEMORY_INTEGERS, &[S], T).from(MEMORY_INTEGERS).may(SAT),
        form(MEMORY_INTEGERS, &[S], T).from(&[F32]).needs(INTEGRAL).may(FTZ | SAT),
        form(MEMORY_INTEGERS, &[S], T).from(&[F16, BF16, F64]).needs(INTEGRAL).may(SAT),
        form(&[F16, BF16, F32, F64], &[S], T).from(MEMORY_INTEGERS).needs(DIRECTED).may(SAT),
        form(&[F32], &[S], T).from(&[F32]).may(INTEGRAL | FTZ | SAT),
        form(&[F64], &[S], T).from(&[F64]).may(INTEGRAL | SAT),
        form(&[F16], &[S], T).from(&[F16]).may(INTEGRAL | FTZ | SAT),
        form(&[BF16], &[S], T).from(&[BF16]).may(INTEGRAL | SAT),
        form(&[F32], &[S], T).from(&[F64]).needs(DIRECTED).may(FTZ | SAT),
        form(&[F64], &[S], T).from(&[F32]).may(FTZ | SAT),
        form(&[F32], &[S], T).from(&[F16, BF16]).may(FTZ | SAT),
        form(&[F64], &[S], T).from(&[F16, BF16]).may(SAT),
        form(&[F32, F64], &[S], T).from(&[BF16]).needs(RN),
        form(&[F16], &[S], T).from(&[F32]).needs(DIRECTED).may(FTZ | SAT),
        form(&[F16, BF16], &[S], T).from(&[F64]).needs(DIRECTED).may(SAT),
        form(&[F16], &[S], T).from(&[BF16]).needs(DIRECTED).may(SAT),
        form(&[BF16], &[S], T).from(&[F16, F32]).needs(DIRECTED).may(SAT),
        form(&[F16, BF16], &[S], T).from(&[F32]).needs(RN | RZ).may(RELU | SATFINITE),
        form(&[F16x2, BF16x2], &[S, S], T).from(&[F32]).needs(RN | RZ).may(RELU | SATFINITE),
        form(&[F16x2, BF16x2], &[S, S, Count], T).from(&[F32]).needs(RS).may(RELU | SATFINITE),
        form(&[TF32], &[S], T).from(&[F32]).needs(RN | RZ | RNA).may(RELU | SATFINITE),
        form(SMALL_FLOATS, &[S, S], T).from(&[F32]).needs(RN | SATFINITE).may(RELU),
        form(SMALL_FLOATS, &[S], T).from(&[F16x2, BF16x2]).needs(RN | SATFINITE).may(RELU),
        form(SMALL_FLOATS_X4, &[S, S, S, S, Count], T).from(&[F32]).needs(RS | SATFINITE).may(RELU),
        form(&[F16x2], &[S], T).from(SMALL_FLOATS).needs(RN).may(RELU),
        form(&[BF16x2], &[S], T).from(SMALL_FLOATS).needs(RN).may(RELU | SATFINITE),
        form(&[S2F6x2], &[S, S], T).from(&[F32]).needs(RN | SATFINITE).may(RELU),
        form(&[S2F6x2], &[S], T).from(&[BF16x2]).needs(RN | SATFINITE).may(RELU),
        form(&[BF16x2], &[S], T).from(&[S2F6x2]).needs(RN).may(RELU | SATFINITE),
        form(&[UE8M0x2], &[S, S], T).from(&[F32]).needs(RZ | RP).may(SATFINITE),
        form(&[UE8M0x2], &[S], T).from(&[BF16x2]).needs(RZ | RP).may(SATFINITE),
        form(&[BF16x2], &[S], T).from(&[UE8M0x2]).needs(RN),
    ];
    /// Conversion with a power of two for each element, which the last argument holds: wider elements are multiplied by
    /// it afterwards, narrower ones divided by it before.
    CvtScaled = "cvt.scaled", Mode::None, convert::cvt_scaled, [
        form(&[BF16x2], &[S, Half], T).from(SMALL_FLOATS).needs(RN).may(RELU | SATFINITE),
        form(&[BF16x2], &[S, Half], T).from(&[S2F6x2]).needs(RN).may(RELU | SATFINITE),
        form(&[S2F6x2], &[S, S, T], T).from(&[F32]).needs(RN | SATFINITE).may(RELU),
        form(&[S2F6x2], &[S, T], T).from(&[BF16x2]).needs(RN | SATFINITE).may(RELU),
    ];
    /// `a` and `b` clamped to `ty`, `a` above `b`; above them the low bits of `c` if there is a `c`.
    CvtPack = "cvt.pack", Mode::None, convert::cvt_pack, [
        form(&[U16, S16], &[S, S], Count).from(&[S32]).needs(SAT),
        form(&[U8, S8, U4, S4, U2, S2], &[S, S, Count], Count).from(&[S32]).needs(SAT),
    ];

    /// The low bits, as the narrower `ty`.
    Trunc = "trunc", Mode::None, bits::trunc, [
        form(&[B16], &[S], T).from(&[B32, B64]),
        form(&[B32], &[S], T).from(&[B64]),
    ];
    /// Zeros added above, up to the wider `ty`.
    Zext = "zext", Mode::None, bits::zext, [
        form(&[B32], &[S], T).from(&[B16, Pred]),
        form(&[B64], &[S], T).from(&[B16, B32, Pred]),
        form(&[B16], &[S], T).from(&[Pred]),
    ];
    /// The sign repeated above, up to the wider `ty`.
    Sext = "sext", Mode::None, bits::sext, [
        form(&[B32], &[S], T).from(&[B16]),
        form(&[B64], &[S], T).from(&[B16, B32]),
    ];
    /// `a` as the low and `b` as the high half of `ty`.
    Pack = "pack", Mode::None, bits::pack, [form(&[B32, B64], &[Half, Half], T)];
    /// The low half of `ty`.
    UnpackLo = "unpack.lo", Mode::None, bits::unpack_lo, [form(&[B32, B64], &[T], Half)];
    /// The high half of `ty`.
    UnpackHi = "unpack.hi", Mode::None, bits::unpack_hi, [form(&[B32, B64], &[T], Half)];

    /// Video: `a + b` of parts of `a` and `b`, combined with `c` or put into it.
    VAdd = "vadd", SCALAR_VIDEO, video::vadd, [form(WORDS32, &[T, S, T], T).from(WORDS32).may(SAT)];
    /// Video: `a - b` of parts of `a` and `b`, combined with `c` or put into it.
    VSub = "vsub", SCALAR_VIDEO, video::vsub, [form(WORDS32, &[T, S, T], T).from(WORDS32).may(SAT)];
    /// Video: `|a - b|` of parts of `a` and `b`, combined with `c` or put into it.
    VAbsDiff = "vabsdiff", SCALAR_VIDEO, video::vabsdiff, [form(WORDS32, &[T, S, T], T).from(WORDS32).may(SAT)];
    /// Video: the lesser of parts of `a` and `b`, combined with `c` or put into it.
    VMin = "vmin", SCALAR_VIDEO, video::vmin, [form(WORDS32, &[T, S, T], T).from(WORDS32).may(SAT)];
    /// Video: the greater of parts of `a` and `b`, combined with `c` or put into it.
    VMax = "vmax", SCALAR_VIDEO, video::vmax, [form(WORDS32, &[T, S, T], T).from(WORDS32).may(SAT)];
    /// Video: left shift.
    VShl = "vshl", SCALAR_VIDEO, video::vshl, [form(WORDS32, &[T, S, T], T).from(WORDS32).may(SAT)];
    /// Video: right shift, with the sign of a signed `a`.
    VShr = "vshr", SCALAR_VIDEO, video::vshr, [form(WORDS32, &[T, S, T], T).from(WORDS32).may(SAT)];
    /// Video: `a * b + c`, scaled.
    VMad = "vmad", SCALAR_VIDEO, video::vmad, [form(WORDS32, &[T, S, T], T).from(WORDS32).may(SAT)];
    /// Video: whether a comparison of parts of `a` and `b` holds.
    VSet = "vset", SCALAR_VIDEO, video::vset, [form(&[U32], &[T, S, T], T).from(WORDS32).needs(COMPARISON)];
    /// Video: `a + b` of halves, put into `c` or added up.
    VAdd2 = "vadd2", VIDEO2, video::vadd2, [form(WORDS32, &[T, S, T], T).from(WORDS32).may(SAT)];
    /// Video: `a - b` of halves, put into `c` or added up.
    VSub2 = "vsub2", VIDEO2, video::vsub2, [form(WORDS32, &[T, S, T], T).from(WORDS32).may(SAT)];
    /// Video: `|a - b|` of halves, put into `c` or added up.
    VAbsDiff2 = "vabsdiff2", VIDEO2, video::vabsdiff2, [form(WORDS32, &[T, S, T], T).from(WORDS32).may(SAT)];
    /// Video: the lesser of halves, put into `c` or added up.
    VMin2 = "vmin2", VIDEO2, video::vmin2, [form(WORDS32, &[T, S, T], T).from(WORDS32).may(SAT)];
    /// Video: the greater of halves, put into `c` or added up.
    VMax2 = "vmax2", VIDEO2, video::vmax2, [form(WORDS32, &[T, S, T], T).from(WORDS32).may(SAT)];
    /// Video: the average of halves, put into `c` or added up.
    VAvrg2 = "vavrg2", VIDEO2, video::vavrg2, [form(WORDS32, &[T, S, T], T).from(WORDS32).may(SAT)];
    /// Video: whether comparisons of halves hold, put into `c` or added up.
    VSet2 = "vset2", VIDEO2, video::vset2, [form(&[U32], &[T, S, T], T).from(WORDS32).needs(COMPARISON)];
    /// Video: `a + b` of bytes, put into `c` or added up.
    VAdd4 = "vadd4", VIDEO4, video::vadd4, [form(WORDS32, &[T, S, T], T).from(WORDS32).may(SAT)];
    /// Video: `a - b` of bytes, put into `c` or added up.
    VSub4 = "vsub4", VIDEO4, video::vsub4, [form(WORDS32, &[T, S, T], T).from(WORDS32).may(SAT)];
    /// Video: `|a - b|` of bytes, put into `c` or added up.
    VAbsDiff4 = "vabsdiff4", VIDEO4, video::vabsdiff4, [form(WORDS32, &[T, S, T], T).from(WORDS32).may(SAT)];
    /// Video: the lesser of bytes, put into `c` or added up.
    VMin4 = "vmin4", VIDEO4, video::vmin4, [form(WORDS32, &[T, S, T], T).from(WORDS32).may(SAT)];
    /// Video: the greater of bytes, put into `c` or added up.
    VMax4 = "vmax4", VIDEO4, video::vmax4, [form(WORDS32, &[T, S, T], T).from(WORDS32).may(SAT)];
    /// Video: the average of bytes, put into `c` or added up.
    VAvrg4 = "vavrg4", VIDEO4, video::vavrg4, [form(WORDS32, &[T, S, T], T).from(WORDS32).may(SAT)];
    /// Video: whether comparisons of bytes hold, put into `c` or added up.
    VSet4 = "vset4", VIDEO4, video::vset4, [form(&[U32], &[T, S, T], T).from(WORDS32).needs(COMPARISON)];
}
