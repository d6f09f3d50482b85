//! Which combinations of dot-words are PTX. The table's lines are wider than the manual: what its text excludes stands
//! here, and so does what NVIDIA's assembler refuses though the manual's grammar has it. What the suite runs must be
//! PTX for every implementation, so that a refusal says something about the implementation.

use ptx_frontend::form::Variant;
use ptx_frontend::isa::Opcode;
use ptx_frontend::types::ScalarType;

/// Operators of comparisons that are true of unordered operands.
const UNORDERED: [&str; 8] = ["equ", "neu", "ltu", "leu", "gtu", "geu", "num", "nan"];

/// How a combination is written: the table has `mad.cc` as an instruction, the manual has `.cc` behind `.lo`.
pub fn written(opcode: Opcode, variant: &Variant) -> String {
    match (opcode, variant.text.strip_prefix("mad.cc.")) {
        (Opcode::MadCc, Some(rest)) => {
            let (half, rest) = rest.split_once('.').unwrap_or((rest, ""));
            format!("mad.{half}.cc.{rest}")
        }
        _ => variant.text.clone(),
    }
}

/// Why a combination is no PTX, if it is none.
pub fn fault(opcode: Opcode, variant: &Variant) -> Option<&'static str> {
    let combination = Combination { words: &variant.words, types: &variant.types };
    match opcode {
        Opcode::Set | Opcode::Setp => combination.comparison(),
        Opcode::Cvt => combination.conversion(),
        Opcode::Ld | Opcode::Ldu | Opcode::St => combination.access(opcode),
        Opcode::Atom | Opcode::Red => combination.atomic(),
        Opcode::Mad => {
            let rounds = combination.has_any(&["rn", "rz", "rm", "rp"]);
            let is_float = [ScalarType::F32, ScalarType::F64].contains(combination.types.last()?);
            (is_float && !rounds).then_some("from sm_20 on, products of floating point need a rounding")
        }
        _ => combination.flush(opcode),
    }
}

#[derive(Clone, Copy)]
struct Combination<'a> {
    words: &'a [&'static str],
    types: &'a [ScalarType],
}

impl Combination<'_> {
    fn has(&self, word: &str) -> bool {
        self.words.contains(&word)
    }

    fn has_any(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.has(word))
    }

    fn begins(&self, start: &str) -> bool {
        self.words.iter().any(|word| word.starts_with(start))
    }

    /// Elements of a vector.
    fn count(&self) -> u32 {
        self.words.iter().find_map(|word| word.strip_prefix('v')?.parse().ok()).unwrap_or(1)
    }

    fn too_wide(&self) -> bool {
        self.types.first().is_some_and(|ty| ty.bits() * self.count() > 128)
    }

    fn comparison(&self) -> Option<&'static str> {
        let ty = *self.types.last()?;
        if self.has("ftz") && ![ScalarType::F32, ScalarType::F16, ScalarType::F16x2].contains(&ty) {
            return Some("`.ftz` is for `.f32` and `.f16` operands");
        }
        if ty.as_str().contains('f') {
            return None;
        }
        if self.has_any(&UNORDERED) {
            return Some("unordered comparison is for floating point");
        }
        let is_bits = [ScalarType::B16, ScalarType::B32, ScalarType::B64].contains(&ty);
        (is_bits && !self.has_any(&["eq", "ne"])).then_some("untyped bits are only equal or not")
    }

    fn conversion(&self) -> Option<&'static str> {
        let [to, from, ..] = self.types[..] else { return None };
        let has_type = |ty: ScalarType| [to, from].contains(&ty);
        if self.has("ftz") && !has_type(ScalarType::F32) {
            return Some("`.ftz` is for `.f32` operands");
        }
        if has_type(ScalarType::BF16) {
            if self.has("sat") {
                return Some("`.sat` is not for `.bf16`");
            }
            if has_type(ScalarType::S8) || has_type(ScalarType::U8) {
                return Some("NVIDIA's assembler takes no operands for conversions between `.bf16` and bytes");
            }
        }
        if self.has("sat") && to.is_integer() && from.is_integer() {
            let range = |ty: ScalarType| match (ty.is_signed(), ty.bits()) {
                (true, bits) => (-(1i128 << (bits - 1)), (1i128 << (bits - 1)) - 1),
                (false, bits) => (0, (1i128 << bits) - 1),
            };
            let (to, from) = (range(to), range(from));
            return (to.0 <= from.0 && from.1 <= to.1).then_some("`.sat` is for conversions that can overflow");
        }
        None
    }

    /// Loads and stores.
    fn access(&self, opcode: Opcode) -> Option<&'static str> {
        let (ty, count) = (*self.types.first()?, self.count());
        let is_global =
            !self.has_any(&["local", "const", "param", "param::entry", "param::func"]) && !self.begins("shared");
        let is_wide = ty.bits() * count == 256 && ty.bits() >= 32 && is_global && opcode != Opcode::Ldu;
        if (self.too_wide() || count == 8) && !is_wide || ty.bits() == 128 && count > 1 {
            return Some("vectors have 16 bytes at most, in global memory 32 of 4 or 8 bytes each");
        }
        let evicts_second = self.begins("L2::evict");
        let evicts = evicts_second || self.begins("L1::");
        if !is_global && (evicts || self.begins("L2::")) {
            return Some("advice about the second level is for global memory");
        }
        if evicts && self.has_any(&["ca", "cg", "cs", "lu", "cv", "wb", "wt"]) {
            return Some("an access has a cache operator or a priority of eviction");
        }
        if evicts_second && !is_wide {
            return Some("priorities of eviction from the second level are for vectors of 32 bytes");
        }
        let is_constant = self.has_any(&["const", "param", "param::entry", "param::func"]);
        let is_ordered = self.has_any(&["relaxed", "acquire", "release"]) && (is_constant || self.has("local"));
        (is_ordered || self.has("volatile") && is_constant).then_some("order is for memory that others write")
    }

    fn atomic(&self) -> Option<&'static str> {
        (self.has("L2::cache_hint") && self.begins("shared"))
            .then_some("advice about the second level is for global memory")
    }

    fn flush(&self, opcode: Opcode) -> Option<&'static str> {
        use ScalarType::{F16, F16x2, F32, F32x2, F64};
        if !self.has("ftz") {
            return None;
        }
        if self.types == [F64] {
            return (!self.has("approx")).then_some("`.ftz` is not for `.f64`");
        }
        // ex2 and the seeds of double precision have no form without.
        let is_only_form = matches!(opcode, Opcode::Ex2 | Opcode::Rcp | Opcode::Rsqrt);
        let has_flushed = self.types.iter().any(|ty| [F16, F16x2, F32, F32x2].contains(ty));
        (!has_flushed && !is_only_form).then_some("`.ftz` is for `.f32` and `.f16`")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ptx_frontend::form;

    #[test]
    fn the_carry_stands_behind_the_half() {
        let last: Vec<usize> = form::choices(Opcode::MadCc, 0).iter().map(|count| count - 1).collect();
        let text = written(Opcode::MadCc, &form::variant(Opcode::MadCc, 0, &last));
        assert!(text.starts_with("mad.hi.cc.") || text.starts_with("mad.lo.cc."), "{text}");
    }
}
