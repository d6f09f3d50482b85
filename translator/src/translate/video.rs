//! Video instructions: parts of registers, a second operation or a merge, and elements picked one by one.
//!
//! The rows of the operation table take whole registers; which parts of them count is in the row's mode.

use super::body::{Failure, Lowering};
use super::words::Words;
use crate::tile::{Attributes, Elementwise, Operand as Value};
use ptx_frontend::checked::{Operand, Part as Lanes};
use ptx_frontend::scalar::video::{Part, Scalar, Second, Simd};
use ptx_frontend::types::{Comparison, ScalarType};

/// The row of a video instruction.
pub(super) fn row(name: &str) -> Option<Elementwise> {
    Elementwise::from_str(name).filter(|_| name.starts_with('v'))
}

pub(super) fn lower(
    at: &mut Lowering<'_>,
    op: Elementwise,
    words: &mut Words,
    operands: &[Operand],
) -> Result<(), Failure> {
    let compares = matches!(op, Elementwise::VSet | Elementwise::VSet2 | Elementwise::VSet4);
    let mut attributes = Attributes::of(ScalarType::U32);
    if !compares {
        attributes.ty = words.take_type().ok_or_else(Failure::form)?;
    }
    attributes.from = words.take_type().ok_or_else(Failure::form)?;
    let b_is_signed = words.take_type().ok_or_else(Failure::form)?.is_signed();
    attributes.sat = words.take("sat");
    if compares {
        attributes.comparison = words.take_with(Comparison::from_str);
    }
    let (destination, a, b, c) = match operands {
        [destination, a, b] => (destination, a, b, None),
        [destination, a, b, c] => (destination, a, b, Some(c)),
        _ => return Err(Failure::form()),
    };
    let is_negated = operands.iter().any(|operand| selector(operand).1);
    if is_negated && op != Elementwise::VMad {
        return Err(Failure::because("only `vmad` negates operands"));
    }
    let elements = op.as_str().chars().last().and_then(|last| last.to_digit(10));
    let mut args = Vec::new();
    attributes.mode = match elements {
        None => scalar(words, b_is_signed, [Some(destination), Some(a), Some(b), c])?,
        Some(elements) => simd(words, elements, b_is_signed, [destination, a, b])?,
    };
    for operand in [a, b] {
        args.push(at.value(&whole(operand)?, ScalarType::B32)?);
    }
    args.push(match c {
        Some(c) => at.value(&whole(c)?, ScalarType::B32)?,
        None => Value::Const(0),
    });
    let value = at.elementwise(op, attributes, &args)?;
    at.put(&whole(destination)?, value, ScalarType::B32)
}

/// The register of which an operand is a part.
fn whole(operand: &Operand) -> Result<Operand, Failure> {
    match operand {
        Operand::Part { register, .. } => Ok(Operand::Register(*register)),
        Operand::Register(_) | Operand::Integer(_) | Operand::Special(_) | Operand::Sink => Ok(operand.clone()),
        _ => Err(Failure::form()),
    }
}

/// The selector behind an operand, and whether there is a minus before it.
fn selector(operand: &Operand) -> (Option<Lanes>, bool) {
    match operand {
        Operand::Part { part, negated, .. } => (*part, *negated),
        _ => (None, false),
    }
}

/// The details of a scalar instruction, of which the operands are `d`, `a`, `b`, `c`.
fn scalar(words: &mut Words, b_is_signed: bool, operands: [Option<&Operand>; 4]) -> Result<u32, Failure> {
    let mut parts = [Part::Whole; 4];
    let mut minus = [false; 4];
    for (index, operand) in operands.into_iter().enumerate() {
        let Some(operand) = operand else { continue };
        let (lanes, negated) = selector(operand);
        minus[index] = negated;
        if let Some(lanes) = lanes {
            parts[index] = part(lanes).ok_or_else(|| Failure::because("one byte or half is selected here"))?;
        }
    }
    if parts[3] != Part::Whole || minus[0] {
        return Err(Failure::form());
    }
    let second = words.take_with(|word| match word {
        "add" => Some(Second::Add),
        "min" => Some(Second::Min),
        "max" => Some(Second::Max),
        _ => None,
    });
    let wrap = words.take("wrap");
    words.take("clamp");
    let details = Scalar {
        b_is_signed,
        a: parts[1],
        b: parts[2],
        d: parts[0],
        second: second.unwrap_or_default(),
        wrap,
        negate_product: minus[1] != minus[2],
        negate_c: minus[3],
        plus_one: words.take("po"),
        scale: if words.take("shr7") {
            7
        } else if words.take("shr15") {
            15
        } else {
            0
        },
    };
    Ok(details.encode())
}

fn part(lanes: Lanes) -> Option<Part> {
    let letter = if lanes.halves { 'h' } else { 'b' };
    if lanes.count == 1 { Part::from_str(&format!("{letter}{}", lanes.lanes[0])) } else { None }
}

/// The details of an instruction on so many elements, of which the operands are `d`, `a`, `b`.
fn simd(words: &mut Words, elements: u32, b_is_signed: bool, operands: [&Operand; 3]) -> Result<u32, Failure> {
    let mut details = Simd::plain(elements, b_is_signed, words.take("add"));
    if let Some(mask) = selector(operands[0]).0 {
        details.mask = 0;
        for &lane in &mask.lanes[..usize::from(mask.count)] {
            if u32::from(lane) >= elements {
                return Err(Failure::because("the mask names an element that is not there"));
            }
            details.mask |= 1 << lane;
        }
    }
    for (operand, elements_of) in operands[1..].iter().zip([&mut details.a, &mut details.b]) {
        if let Some(lanes) = selector(operand).0 {
            if u32::from(lanes.count) != elements || lanes.halves != (elements == 2) {
                return Err(Failure::because("a selector names one element for each that is computed"));
            }
            // The highest is written first.
            *elements_of = lanes.lanes[..elements as usize].iter().fold(0, |all, lane| all << 3 | u32::from(*lane));
        }
    }
    Ok(details.encode())
}
