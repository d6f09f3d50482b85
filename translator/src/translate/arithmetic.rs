//! Integer, floating-point, half-precision, logic, shift and bit-field instructions: those that are rows of the
//! operation table as they stand.

use super::body::{Failure, Lowering};
use super::words::Words;
use crate::tile::ops::Mode;
use crate::tile::{Attributes, Elementwise};
use ptx_frontend::checked::Operand;
use ptx_frontend::types::{BoolOp, Rounding, ScalarType};

/// Whether [`lower`] takes the instruction: the table has it, as it stands or by its halves or sides.
pub(super) fn is_arithmetic(name: &str) -> bool {
    Elementwise::from_str(name).is_some() || matches!(name, "dp2a" | "shf")
}

pub(super) fn lower(at: &mut Lowering<'_>, name: &str, words: &mut Words, operands: &[Operand]) -> Result<(), Failure> {
    if !is_arithmetic(name) {
        return Err(Failure::form());
    }
    let [destination, sources @ ..] = operands else { return Err(Failure::form()) };
    if name == "lop3" {
        return lop3(at, words, destination, sources);
    }
    let mut op = row(name, words, sources.len()).ok_or_else(Failure::form)?;
    let mut attributes = Attributes::of(ScalarType::B32);
    words.take_attributes(&mut attributes);
    attributes.ty = words.take_type().ok_or_else(Failure::form)?;
    // Only some forms name a second type; the row decides whether it may stand there.
    attributes.from = words.take_type().unwrap_or(attributes.ty);
    if let Mode::Words(modes) = op.mode() {
        let mode = words.take_with(|word| modes.iter().position(|mode| *mode == word && !word.is_empty()));
        let unwritten = modes.iter().position(|mode| mode.is_empty());
        attributes.mode = mode.or(unwritten).ok_or_else(Failure::form)? as u32;
    }
    if op == Elementwise::Mad && (attributes.ty.is_float() || attributes.ty == ScalarType::F32x2) {
        // Floating-point `mad` has been `fma` since sm_20; without a rounding word it rounds to nearest.
        op = Elementwise::Fma;
        attributes.rounding = attributes.rounding.or(Some(Rounding::Rn));
    }
    if op == Elementwise::Mul && attributes.from != attributes.ty {
        return Err(Failure::form());
    }
    as_before_ptx_1_4(op, &mut attributes);
    let takes_magnitudes = matches!(op, Elementwise::Min3 | Elementwise::Max3) && words.take("abs");
    let value = if takes_magnitudes {
        of_magnitudes(at, op, attributes, sources)?
    } else {
        compute(at, op, attributes, sources)?
    };
    at.put(destination, value, result_type(op, attributes))
}

/// `.abs` of three operands: the magnitudes are compared, and one of them is the result.
fn of_magnitudes(
    at: &mut Lowering<'_>,
    op: Elementwise,
    attributes: Attributes,
    sources: &[Operand],
) -> Result<crate::tile::Operand, Failure> {
    let magnitude = Attributes { ftz: attributes.ftz, ..Attributes::of(attributes.ty) };
    let mut args = Vec::with_capacity(sources.len());
    for source in sources {
        let value = at.value(source, attributes.ty)?;
        args.push(at.elementwise(Elementwise::Abs, magnitude, &[value])?);
    }
    at.elementwise(op, attributes, &args)
}

/// PTX 1.0 to 1.3 had no words for precision: `.f32` meant `.approx.ftz`, `.f64` the rounded result.
fn as_before_ptx_1_4(op: Elementwise, attributes: &mut Attributes) {
    use Elementwise::*;
    let is_one = matches!(op, Div | Rcp | Sqrt | Rsqrt | Sin | Cos | Lg2 | Ex2);
    if !is_one || attributes.rounding.is_some() || attributes.approx || attributes.full {
        return;
    }
    match (attributes.ty, op) {
        (ScalarType::F32, _) => (attributes.approx, attributes.ftz) = (true, true),
        (ScalarType::F64, Rsqrt) => attributes.approx = true,
        (ScalarType::F64, _) => attributes.rounding = Some(Rounding::Rn),
        _ => {}
    }
}

/// The row that an opcode and its form words name.
fn row(name: &str, words: &mut Words, sources: usize) -> Option<Elementwise> {
    use Elementwise::*;
    if name == "fma" && words.take("oob") {
        return Some(FmaOob);
    }
    let mut half = |plain, low, high, wide| {
        if words.take("lo") {
            Some(low)
        } else if words.take("hi") {
            Some(high)
        } else if words.take("wide") {
            wide
        } else {
            plain
        }
    };
    match name {
        "mul" => half(Some(Mul), Mul, MulHi, Some(MulWide)),
        "mad" => half(Some(Mad), Mad, MadHi, Some(MadWide)),
        "mul24" => half(None, Mul24, Mul24Hi, None),
        "mad24" => half(None, Mad24, Mad24Hi, None),
        "clmad" => half(None, Clmad, ClmadHi, None),
        "dp2a" => half(None, Dp2aLo, Dp2aHi, None),
        "shf" => match (words.take("l"), words.take("r")) {
            (true, false) => Some(ShfL),
            (false, true) => Some(ShfR),
            _ => None,
        },
        "min" if sources == 3 => Some(Min3),
        "max" if sources == 3 => Some(Max3),
        _ => Elementwise::from_str(name),
    }
}

/// Reads operands by the row's signature and applies it.
pub(super) fn compute(
    at: &mut Lowering<'_>,
    op: Elementwise,
    attributes: Attributes,
    sources: &[Operand],
) -> Result<crate::tile::Operand, Failure> {
    let (types, _) = op.signature(&attributes).ok_or_else(Failure::form)?;
    if types.len() != sources.len() {
        return Err(Failure::form());
    }
    let mut args = Vec::with_capacity(sources.len());
    for (source, ty) in sources.iter().zip(types) {
        args.push(at.value(source, super::builder::bits_type(ty))?);
    }
    at.elementwise(op, attributes, &args)
}

/// The type that decides how a result fills a wider register.
fn result_type(op: Elementwise, attributes: Attributes) -> ScalarType {
    use Elementwise::*;
    use ScalarType::*;
    match op {
        MulWide | MadWide => match attributes.ty {
            U16 => U32,
            S16 => S32,
            U32 => U64,
            _ => S64,
        },
        Clz | Popc | Bfind => U32,
        TestP => Pred,
        Dp4a | Dp2aLo | Dp2aHi => B32,
        _ => attributes.ty,
    }
}

/// `lop3.b32 d, a, b, c, lut` and `lop3.op.b32 d|p, a, b, c, lut, q`, where `p = (d != 0) op q`.
fn lop3(at: &mut Lowering<'_>, words: &mut Words, destination: &Operand, sources: &[Operand]) -> Result<(), Failure> {
    let combine = words.take_with(BoolOp::from_str);
    let ty = words.take_type().ok_or_else(Failure::form)?;
    let [a, b, c, Operand::Integer(table), rest @ ..] = sources else { return Err(Failure::form()) };
    let mode = u32::try_from(*table).ok().filter(|table| *table < 256).ok_or_else(Failure::form)?;
    let attributes = Attributes { mode, ..Attributes::of(ty) };
    let value = compute(at, Elementwise::Lop3, attributes, &[a.clone(), b.clone(), c.clone()])?;
    match (combine, rest, destination) {
        (None, [], destination) => at.put(destination, value, ty),
        (Some(combine), [q], Operand::Pair(d, p)) => {
            let not_zero =
                Attributes { comparison: Some(ptx_frontend::types::Comparison::Ne), ..Attributes::of(ScalarType::B32) };
            let q = at.predicate(q)?;
            let set = at.elementwise(Elementwise::Setp, not_zero, &[value, crate::tile::Operand::Const(0)])?;
            let op = match combine {
                BoolOp::And => Elementwise::And,
                BoolOp::Or => Elementwise::Or,
                BoolOp::Xor => Elementwise::Xor,
                BoolOp::Popc => return Err(Failure::form()),
            };
            let p_value = at.op(op, ScalarType::Pred, &[set, q])?;
            at.put(d, value, ty)?;
            at.put(p, p_value, ScalarType::Pred)
        }
        _ => Err(Failure::form()),
    }
}
