//! Extended-precision integer arithmetic: `add.cc`, `addc`, `sub.cc`, `subc`, `mad.cc`, `madc`.
//!
//! The condition-code register holds one carry bit per thread; here it is a variable like any register. The manual
//! calls what subtraction leaves in it a borrow, but NVIDIA's hardware subtracts by `a + !b + carry`: the bit is set where
//! nothing was borrowed, which shows where `addc` follows `sub.cc`, or `subc` follows `add.cc` (SASS of ptxas 13.5 for
//! sm_75 to sm_120, at -O0 and -O3 alike: `IADD3 R, P0, a, -b`, then `IADD3.X R, RZ, RZ, RZ, P0`).

use super::body::{Failure, Lowering};
use super::words::Words;
use crate::tile::{Elementwise, Operand as Value};
use ptx_frontend::checked::Operand;

/// `sets`: the carry out is kept (`.cc`).
pub(super) fn lower(
    at: &mut Lowering<'_>,
    name: &str,
    sets: bool,
    words: &mut Words,
    operands: &[Operand],
) -> Result<(), Failure> {
    let uses = name.ends_with('c');
    let product = match (words.take("lo"), words.take("hi")) {
        (true, false) => Some(Elementwise::Mul),
        (false, true) => Some(Elementwise::MulHi),
        _ => None,
    };
    let ty = words.take_type().ok_or_else(Failure::form)?;
    let (destination, a, b) = match (&name[..3], product, operands) {
        ("add" | "sub", None, [d, a, b]) => (d, at.value(a, ty)?, at.value(b, ty)?),
        ("mad", Some(product), [d, a, b, c]) => {
            let (a, b, c) = (at.value(a, ty)?, at.value(b, ty)?, at.value(c, ty)?);
            (d, at.op(product, ty, &[a, b])?, c)
        }
        _ => return Err(Failure::form()),
    };
    let (sum, out, none) = match &name[..3] {
        "sub" => (Elementwise::SubCarryIn, Elementwise::SubCarryOut, 1),
        _ => (Elementwise::AddCarryIn, Elementwise::AddCarryOut, 0),
    };
    let carry_variable = at.carry();
    let carry = if uses { at.builder.read(carry_variable) } else { Value::Const(none) };
    let value = at.op(sum, ty, &[a, b, carry])?;
    if sets {
        let carry_out = at.op(out, ty, &[a, b, carry])?;
        at.builder.write(carry_variable, carry_out);
    }
    at.put(destination, value, ty)
}
