//! Comparison and selection: `setp`, `set`, `selp`, `slct`.

use super::arithmetic::compute;
use super::body::{Failure, Lowering};
use super::words::Words;
use crate::tile::{Attributes, Elementwise};
use ptx_frontend::checked::Operand;
use ptx_frontend::types::{BoolOp, Comparison, ScalarType};

pub(super) fn lower(at: &mut Lowering<'_>, name: &str, words: &mut Words, operands: &[Operand]) -> Result<(), Failure> {
    let [destination, sources @ ..] = operands else { return Err(Failure::form()) };
    let mut attributes = Attributes::of(ScalarType::B32);
    if matches!(name, "setp" | "set") {
        attributes.comparison = words.take_with(Comparison::from_str);
        attributes.combine = words.take_with(BoolOp::from_str);
    }
    words.take_attributes(&mut attributes);
    attributes.ty = words.take_type().ok_or_else(Failure::form)?;
    attributes.from = words.take_type().unwrap_or(attributes.ty);
    match (name, destination) {
        ("setp", Operand::Pair(p, q)) if matches!(attributes.ty, ScalarType::F16x2 | ScalarType::BF16x2) => {
            halves(at, attributes, p, q, sources)
        }
        ("setp", Operand::Pair(p, q)) => both(at, attributes, p, q, sources),
        ("setp", _) => {
            let value = compute(at, Elementwise::Setp, attributes, sources)?;
            at.put(destination, value, ScalarType::Pred)
        }
        _ => {
            let op = match name {
                "set" => Elementwise::Set,
                "selp" => Elementwise::Selp,
                _ => Elementwise::Slct,
            };
            let value = compute(at, op, attributes, sources)?;
            at.put(destination, value, attributes.ty)
        }
    }
}

/// `setp p|q` of a packed type: `p` compares the low halves, `q` the high ones.
fn halves(
    at: &mut Lowering<'_>,
    attributes: Attributes,
    p: &Operand,
    q: &Operand,
    sources: &[Operand],
) -> Result<(), Failure> {
    let [a, b, combined @ ..] = sources else { return Err(Failure::form()) };
    let ty = if attributes.ty == ScalarType::F16x2 { ScalarType::F16 } else { ScalarType::BF16 };
    let element = Attributes { ty, from: ty, ..attributes };
    let (a, b) = (at.value(a, ScalarType::B32)?, at.value(b, ScalarType::B32)?);
    let combined = combined.iter().map(|c| at.predicate(c)).collect::<Result<Vec<_>, _>>()?;
    let mut results = Vec::new();
    for half in [Elementwise::UnpackLo, Elementwise::UnpackHi] {
        let mut args = vec![at.op(half, ScalarType::B32, &[a])?, at.op(half, ScalarType::B32, &[b])?];
        args.extend(&combined);
        results.push(at.elementwise(Elementwise::Setp, element, &args)?);
    }
    at.put(p, results[0], ScalarType::Pred)?;
    at.put(q, results[1], ScalarType::Pred)
}

/// `setp p|q`: with `t` the comparison, `p = t op c` and `q = !t op c`.
fn both(
    at: &mut Lowering<'_>,
    attributes: Attributes,
    p: &Operand,
    q: &Operand,
    sources: &[Operand],
) -> Result<(), Failure> {
    let [a, b, combined @ ..] = sources else { return Err(Failure::form()) };
    let compared = Attributes { combine: None, ..attributes };
    let yes = compute(at, Elementwise::Setp, compared, &[a.clone(), b.clone()])?;
    let no = at.op(Elementwise::Not, ScalarType::Pred, &[yes])?;
    let values = match (attributes.combine, combined) {
        (None, []) => [yes, no],
        (Some(combine), [c]) => {
            let c = at.predicate(c)?;
            let op = match combine {
                BoolOp::And => Elementwise::And,
                BoolOp::Or => Elementwise::Or,
                BoolOp::Xor => Elementwise::Xor,
                BoolOp::Popc => return Err(Failure::form()),
            };
            [at.op(op, ScalarType::Pred, &[yes, c])?, at.op(op, ScalarType::Pred, &[no, c])?]
        }
        _ => return Err(Failure::form()),
    };
    at.put(p, values[0], ScalarType::Pred)?;
    at.put(q, values[1], ScalarType::Pred)
}
