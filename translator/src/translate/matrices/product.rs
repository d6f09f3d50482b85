//! `mma` and `wmma.mma`.

use super::super::body::{Failure, Lowering};
use super::super::words::Words;
use super::{WARP, registers};
use crate::tile::mma::{Mma, Scale, shape};
use crate::tile::{Collective, Operand as Value, Type};
use ptx_frontend::checked::Operand;
use ptx_frontend::types::{BoolOp, Rounding, ScalarType};

/// `mma{.sp}.sync.aligned.shape.alayout.blayout...`
pub(super) fn mma(at: &mut Lowering<'_>, words: &mut Words, operands: &[Operand]) -> Result<(), Failure> {
    let shape = words.take_with(shape).ok_or_else(Failure::form)?;
    let is_sparse = words.take("sp") || words.take("sp::ordered_metadata");
    let columns = [by_columns(words)?, by_columns(words)?];
    let kind = words.take_with(|word| ["kind::f8f6f4", "kind::mxf8f6f4"].contains(&word).then_some(1));
    let kind = kind.or_else(|| words.take_with(|word| ["kind::mxf4", "kind::mxf4nvf4"].contains(&word).then_some(2)));
    let has_factors = words.take("block_scale");
    let parts = words.take_with(|word| match word {
        "scale_vec::1X" => Some(1),
        "scale_vec::2X" => Some(2),
        "scale_vec::4X" => Some(4),
        _ => None,
    });
    let refined = refinements(words);
    let mut types = [ScalarType::B32; 4];
    for ty in &mut types {
        *ty = words.take_type().ok_or_else(Failure::form)?;
    }
    let mut mma = Mma::new(shape, types);
    mma.columns = columns;
    refined.apply(&mut mma);
    if has_factors {
        let parts = parts.or(kind).ok_or_else(Failure::form)?;
        mma.scale = Some(Scale { ty: words.take_type().ok_or_else(Failure::form)?, parts });
    }
    let [d, a, b, c, rest @ ..] = operands else { return Err(Failure::form()) };
    let (metadata, rest) = match rest {
        [metadata, Operand::Integer(selector), rest @ ..] if is_sparse => {
            mma.sparse = Some(u8::try_from(*selector).map_err(|_| Failure::form())?);
            (Some(metadata), rest)
        }
        _ => (None, rest),
    };
    let mut more = Vec::new();
    if let Some(metadata) = metadata {
        more.push(at.value(metadata, ScalarType::B32)?);
    }
    match rest {
        [] if !has_factors => {}
        [of_a, select_a, of_b, select_b] if has_factors => {
            for (factors, select) in [(of_a, select_a), (of_b, select_b)] {
                more.push(at.value(&registers(factors, 1, "a vector of factors")?[0], ScalarType::B32)?);
                for selector in registers(select, 2, "the choice of factors")? {
                    more.push(at.value(selector, ScalarType::B16)?);
                }
            }
        }
        _ => return Err(Failure::form()),
    }
    multiply(at, mma, [d, a, b, c], 1, &more)
}

/// `wmma.mma.sync.aligned.alayout.blayout.shape...`: the layouts say how A and B were loaded, and do not matter here.
pub(super) fn wmma(at: &mut Lowering<'_>, words: &mut Words, operands: &[Operand]) -> Result<(), Failure> {
    let shape = words.take_with(shape).ok_or_else(Failure::form)?;
    by_columns(words)?;
    by_columns(words)?;
    let refined = refinements(words);
    let types: Vec<ScalarType> = std::iter::from_fn(|| words.take_type()).collect();
    let types = match types[..] {
        [d, c] => [d, ScalarType::F16, ScalarType::F16, c],
        [d, a, b, c] => [d, a, b, c],
        _ => return Err(Failure::form()),
    };
    let mut mma = Mma::new(shape, types);
    refined.apply(&mut mma);
    let [d, a, b, c] = operands else { return Err(Failure::form()) };
    let repeats = if mma.a == ScalarType::F16 { 8 } else { 0 };
    multiply(at, mma, [d, a, b, c], repeats, &[])
}

fn by_columns(words: &mut Words) -> Result<bool, Failure> {
    let which = words.take_with(|word| match word {
        "row" => Some(false),
        "col" => Some(true),
        _ => None,
    });
    which.ok_or_else(Failure::form)
}

/// Words that refine a product.
struct Refinements {
    satfinite: bool,
    rounding: Option<Rounding>,
    bits: Option<BoolOp>,
}

fn refinements(words: &mut Words) -> Refinements {
    let satfinite = words.take("satfinite");
    let rounding = words.take_with(Rounding::from_str);
    words.take("popc");
    Refinements { satfinite, rounding, bits: words.take_with(BoolOp::from_str) }
}

impl Refinements {
    fn apply(self, mma: &mut Mma) {
        mma.satfinite = self.satfinite;
        mma.rounding = self.rounding.or(mma.rounding);
        mma.bits = self.bits;
    }
}

/// The product itself. `.f16` fragments of `wmma` have always `least` registers for A and for B, where elements may be
/// repeated.
fn multiply(
    at: &mut Lowering<'_>,
    mma: Mma,
    [d, a, b, c]: [&Operand; 4],
    least: usize,
    more: &[Value],
) -> Result<(), Failure> {
    mma.check().map_err(Failure::because)?;
    let ty = if mma.register_bits() == 64 { ScalarType::B64 } else { ScalarType::B32 };
    let mut args = vec![WARP];
    let of_a = (a, mma.a_registers(), least, "A");
    let of_b = (b, mma.b_registers(), least, "B");
    for (operand, count, least, what) in [of_a, of_b, (c, mma.c_registers(), 1, "C")] {
        for register in &registers(operand, count.max(least), what)?[..count] {
            args.push(at.value(register, ty)?);
        }
    }
    args.extend_from_slice(more);
    let destinations = registers(d, mma.d_registers(), "D")?;
    let types = vec![Type::holding(ty.bits()); destinations.len()];
    let results = at.builder.collective(Collective::Mma(mma), &args, &types);
    for (destination, result) in destinations.iter().zip(results) {
        at.put(destination, result, ty)?;
    }
    Ok(())
}
