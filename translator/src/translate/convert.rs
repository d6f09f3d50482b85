//! Conversions: `cvt` and `cvt.pack`.

use super::arithmetic::compute;
use super::body::{Failure, Lowering};
use super::words::Words;
use crate::tile::{Attributes, Elementwise};
use ptx_frontend::checked::Operand;
use ptx_frontend::types::ScalarType;

pub(super) fn lower(at: &mut Lowering<'_>, words: &mut Words, operands: &[Operand]) -> Result<(), Failure> {
    let [destination, sources @ ..] = operands else { return Err(Failure::form()) };
    let mut attributes = Attributes::of(ScalarType::B32);
    let is_pack = words.take("pack");
    words.take_attributes(&mut attributes);
    attributes.ty = words.take_type().ok_or_else(Failure::form)?;
    attributes.from = words.take_type().ok_or_else(Failure::form)?;
    if is_pack {
        // The third type word only says that `c` and the result are `.b32`.
        if words.take_type().is_some_and(|ty| ty != ScalarType::B32) {
            return Err(Failure::form());
        }
        let value = compute(at, Elementwise::CvtPack, attributes, sources)?;
        return at.put(destination, value, ScalarType::B32);
    }
    if attributes.ty == ScalarType::F32 && attributes.from.is_integer() {
        // Integers become numbers that are never subnormal.
        attributes.ftz = false;
    }
    let op = if words.take("scaled::n2::ue8m0") { Elementwise::CvtScaled } else { Elementwise::Cvt };
    // Four elements stand in braces.
    let sources: Vec<Operand> = match sources {
        [Operand::Vector(elements), rest @ ..] => elements.iter().chain(rest).cloned().collect(),
        sources => sources.to_vec(),
    };
    let mut value = compute(at, op, attributes, &sources)?;
    let mut ty = attributes.ty;
    // 8-bit results live in wider registers, filled like any narrower result.
    if matches!(ty, ScalarType::S8 | ScalarType::U8) {
        let wide = if ty == ScalarType::S8 { ScalarType::S16 } else { ScalarType::U16 };
        let widen = Attributes { from: ty, ..Attributes::of(wide) };
        value = at.elementwise(Elementwise::Cvt, widen, &[value])?;
        ty = wide;
    }
    at.put(destination, value, ty)
}
