//! Values in the headers of cases: element types, numbers, lists and formulas.

use anyhow::{Context as _, Result, bail, ensure};
use half::{bf16, f16};
use std::collections::HashMap;

/// Type of an element.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "the names are those of PTX")]
pub enum Type {
    U8,
    S8,
    U16,
    S16,
    U32,
    S32,
    U64,
    S64,
    F16,
    Bf16,
    F32,
    F64,
}

impl Type {
    /// Reads a type's name.
    pub fn parse(name: &str) -> Result<Type> {
        Ok(match name {
            "u8" | "b8" => Type::U8,
            "s8" => Type::S8,
            "u16" | "b16" => Type::U16,
            "s16" => Type::S16,
            "u32" | "b32" => Type::U32,
            "s32" => Type::S32,
            "u64" | "b64" => Type::U64,
            "s64" => Type::S64,
            "f16" => Type::F16,
            "bf16" => Type::Bf16,
            "f32" => Type::F32,
            "f64" => Type::F64,
            _ => bail!("`{name}` is no type"),
        })
    }

    /// Bytes of an element.
    pub fn size(self) -> usize {
        match self {
            Type::U8 | Type::S8 => 1,
            Type::U16 | Type::S16 | Type::F16 | Type::Bf16 => 2,
            Type::U32 | Type::S32 | Type::F32 => 4,
            Type::U64 | Type::S64 | Type::F64 => 8,
        }
    }

    fn is_float(self) -> bool {
        matches!(self, Type::F16 | Type::Bf16 | Type::F32 | Type::F64)
    }

    fn mask(self) -> u64 {
        u64::MAX >> (64 - 8 * self.size())
    }

    /// The bits of a number.
    fn bits_of_float(self, value: f64) -> u64 {
        match self {
            Type::F16 => f16::from_f64(value).to_bits().into(),
            Type::Bf16 => bf16::from_f64(value).to_bits().into(),
            Type::F32 => (value as f32).to_bits().into(),
            _ => value.to_bits(),
        }
    }

    /// The number that bits stand for.
    pub fn to_float(self, bits: u64) -> f64 {
        match self {
            Type::F16 => f16::from_bits(bits as u16).to_f64(),
            Type::Bf16 => bf16::from_bits(bits as u16).to_f64(),
            Type::F32 => f32::from_bits(bits as u32).into(),
            Type::F64 => f64::from_bits(bits),
            _ => self.to_integer(bits) as f64,
        }
    }

    /// The integer that bits stand for; of floating point, the bits themselves.
    fn to_integer(self, bits: u64) -> i128 {
        match self {
            Type::S8 => (bits as i8).into(),
            Type::S16 => (bits as i16).into(),
            Type::S32 => (bits as i32).into(),
            Type::S64 => (bits as i64).into(),
            _ => bits.into(),
        }
    }

    /// The bits of an integer.
    fn bits_of_integer(self, value: i128) -> u64 {
        if self.is_float() { self.bits_of_float(value as f64) } else { value as u64 & self.mask() }
    }

    /// How bits are shown.
    pub fn show(self, bits: u64) -> String {
        if self.is_float() {
            format!("{:?} (0x{bits:0width$x})", self.to_float(bits), width = 2 * self.size())
        } else {
            format!("{} (0x{bits:x})", self.to_integer(bits))
        }
    }
}

/// What an element should be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Element {
    /// These bits.
    Bits(u64),
    /// Any NaN (`nan`).
    Nan,
    /// Anything (`_`).
    Any,
}

impl Element {
    /// Whether bits are as they should be.
    pub fn matches(self, ty: Type, bits: u64) -> bool {
        match self {
            Element::Bits(expected) => expected == bits,
            Element::Nan => ty.to_float(bits).is_nan(),
            Element::Any => true,
        }
    }

    /// How it is shown.
    pub fn show(self, ty: Type) -> String {
        match self {
            Element::Bits(bits) => ty.show(bits),
            Element::Nan => "nan".into(),
            Element::Any => "_".into(),
        }
    }

    /// Reads one value: a number, `0f3f800000`, `0d…`, `inf`, `nan` or `_`.
    pub fn parse(ty: Type, text: &str) -> Result<Element> {
        let exact = |digits: &str| u64::from_str_radix(digits, 16).with_context(|| format!("`{text}` is no number"));
        Ok(match text {
            "_" => Element::Any,
            "nan" if ty.is_float() => Element::Nan,
            _ if ty.is_float() => {
                if let Some(digits) = text.strip_prefix("0f").or(text.strip_prefix("0d")).or(text.strip_prefix("0x")) {
                    Element::Bits(exact(digits)?)
                } else {
                    let value: f64 = text.parse().with_context(|| format!("`{text}` is no number"))?;
                    Element::Bits(ty.bits_of_float(value))
                }
            }
            _ => Element::Bits(ty.bits_of_integer(Formula(text).at(0, &HashMap::new())?)),
        })
    }
}

/// Elements of an array: `{1, 2, ...}` (three dots repeat the last value) or a formula in `i`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Elements {
    /// One by one; the last one stands for all that follow if `repeats`.
    List {
        /// The values as written.
        items: Vec<String>,
        /// The list ends in `...`.
        repeats: bool,
    },
    /// A formula.
    Formula(String),
}

impl Elements {
    /// Reads a list or a formula.
    pub fn parse(text: &str) -> Result<Elements> {
        let text = text.trim();
        let Some(list) = text.strip_prefix('{') else { return Ok(Elements::Formula(text.into())) };
        let list = list.strip_suffix('}').with_context(|| format!("`{text}` lacks its `}}`"))?;
        let mut items: Vec<String> = list.split(',').map(|item| item.trim().into()).collect();
        let repeats = items.last().is_some_and(|last| last == "...");
        if repeats {
            items.pop();
        }
        Ok(Elements::List { items, repeats })
    }

    /// The elements of an array of `count`.
    pub fn of(&self, ty: Type, count: usize, arrays: &Arrays) -> Result<Vec<Element>> {
        match self {
            // Numbers with a point, `nan` and the like are no formulas.
            Elements::Formula(text) if (ty.is_float() || text == "_") && Element::parse(ty, text).is_ok() => {
                Ok(vec![Element::parse(ty, text)?; count])
            }
            Elements::Formula(text) => (0..count)
                .map(|i| Ok(Element::Bits(ty.bits_of_integer(Formula(text).at(i as i128, arrays)?))))
                .collect(),
            Elements::List { items, repeats } => {
                let mut elements =
                    items.iter().map(|item| Element::parse(ty, item)).collect::<Result<Vec<Element>>>()?;
                ensure!(
                    elements.len() == count || (*repeats && !elements.is_empty() && elements.len() < count),
                    "{} values for {count} elements",
                    elements.len()
                );
                elements.resize(count, *elements.last().context("no values")?);
                Ok(elements)
            }
        }
    }
}

/// The arrays that formulas may read: type and bits of their elements.
pub type Arrays = HashMap<String, (Type, Vec<u64>)>;

/// A formula over integers in C's notation, with `i`, `name[formula]`, `min(a, b)`, `max(a, b)`, `popc(a)`.
/// It counts in 128 bits; only its result is cut to the element's width.
struct Formula<'a>(&'a str);

impl Formula<'_> {
    fn at(&self, i: i128, arrays: &Arrays) -> Result<i128> {
        let mut reader = Reader { rest: self.0, i, arrays };
        let value = reader.conditional()?;
        ensure!(reader.rest.trim().is_empty(), "`{}` is left over in `{}`", reader.rest, self.0);
        Ok(value)
    }
}

struct Reader<'a> {
    rest: &'a str,
    i: i128,
    arrays: &'a Arrays,
}

/// Binary operators from the loosest to the tightest; longer spellings come first.
const OPERATORS: &[&[&str]] = &[
    &["||"],
    &["&&"],
    &["|"],
    &["^"],
    &["&"],
    &["==", "!="],
    &["<=", ">=", "<", ">"],
    &["<<", ">>"],
    &["+", "-"],
    &["*", "/", "%"],
];

impl Reader<'_> {
    fn eat(&mut self, token: &str) -> bool {
        let rest = self.rest.trim_start();
        let Some(after) = rest.strip_prefix(token) else { return false };
        self.rest = after;
        true
    }

    fn expect(&mut self, token: &str) -> Result<()> {
        ensure!(self.eat(token), "`{token}` is missing before `{}`", self.rest);
        Ok(())
    }

    fn conditional(&mut self) -> Result<i128> {
        let condition = self.binary(0)?;
        if !self.eat("?") {
            return Ok(condition);
        }
        let yes = self.conditional()?;
        self.expect(":")?;
        let no = self.conditional()?;
        Ok(if condition != 0 { yes } else { no })
    }

    /// The operator of this level that comes next, if any.
    fn operator(&mut self, level: usize) -> Option<&'static str> {
        let rest = self.rest.trim_start();
        // `a < b` must not eat the first half of `a << b`.
        let next = OPERATORS.concat().into_iter().filter(|op| rest.starts_with(*op)).max_by_key(|op| op.len())?;
        if !OPERATORS[level].contains(&next) {
            return None;
        }
        self.rest = &rest[next.len()..];
        Some(next)
    }

    fn binary(&mut self, level: usize) -> Result<i128> {
        if level == OPERATORS.len() {
            return self.unary();
        }
        let mut left = self.binary(level + 1)?;
        while let Some(operator) = self.operator(level) {
            let right = self.binary(level + 1)?;
            left = match operator {
                "||" => (left != 0 || right != 0).into(),
                "&&" => (left != 0 && right != 0).into(),
                "|" => left | right,
                "^" => left ^ right,
                "&" => left & right,
                "==" => (left == right).into(),
                "!=" => (left != right).into(),
                "<=" => (left <= right).into(),
                ">=" => (left >= right).into(),
                "<" => (left < right).into(),
                ">" => (left > right).into(),
                "<<" => left << right,
                ">>" => left >> right,
                "+" => left.wrapping_add(right),
                "-" => left.wrapping_sub(right),
                "*" => left.wrapping_mul(right),
                "/" | "%" if right == 0 => bail!("division by zero"),
                "/" => left / right,
                _ => left % right,
            };
        }
        Ok(left)
    }

    fn unary(&mut self) -> Result<i128> {
        Ok(if self.eat("-") {
            -self.unary()?
        } else if self.eat("~") {
            !self.unary()?
        } else if self.eat("!") {
            (self.unary()? == 0).into()
        } else if self.eat("(") {
            let value = self.conditional()?;
            self.expect(")")?;
            value
        } else {
            self.atom()?
        })
    }

    fn atom(&mut self) -> Result<i128> {
        let rest = self.rest.trim_start();
        let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        self.rest = after;
        if let Some(digits) = word.strip_prefix("0x") {
            return i128::from_str_radix(digits, 16).with_context(|| format!("`{word}` is no number"));
        }
        if word.starts_with(|c: char| c.is_ascii_digit()) {
            return word.parse().with_context(|| format!("`{word}` is no number"));
        }
        if word == "i" {
            return Ok(self.i);
        }
        if self.eat("[") {
            let index = self.conditional()?;
            self.expect("]")?;
            let (ty, bits) = self.arrays.get(word).with_context(|| format!("there is no array `{word}`"))?;
            let bits = usize::try_from(index).ok().and_then(|index| bits.get(index));
            return Ok(ty.to_integer(*bits.with_context(|| format!("`{word}` has no element {index}"))?));
        }
        self.expect("(").with_context(|| format!("`{word}` means nothing"))?;
        let first = self.conditional()?;
        let value = match word {
            "popc" => (first as u64).count_ones().into(),
            "min" | "max" => {
                self.expect(",")?;
                let second = self.conditional()?;
                if word == "min" { first.min(second) } else { first.max(second) }
            }
            _ => bail!("there is no function `{word}`"),
        };
        self.expect(")")?;
        Ok(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(formula: &str, i: i128, expected: i128) {
        let arrays = HashMap::from([("in".into(), (Type::S32, vec![5, 0xffff_ffff]))]);
        assert_eq!(Formula(formula).at(i, &arrays).unwrap(), expected, "{formula}");
    }

    #[test]
    fn formulas_follow_c() {
        check("i * 2 + 1", 7, 15);
        check("i < 16 ? i << 2 : ~0", 3, 12);
        check("i < 16 ? i << 2 : ~0", 16, -1);
        check("1 | 2 ^ 2 & 6", 0, 1);
        check("max(i, 3) - min(i, 3) + popc(0xff)", 1, 10);
        check("in[i] * -in[0]", 1, 5);
        check("(i & 1) == 0 && !(i > 4)", 2, 1);
    }

    #[test]
    fn lists_repeat_their_last_value() {
        let elements = Elements::parse("{1, -1, ...}").unwrap().of(Type::U8, 4, &HashMap::new()).unwrap();
        assert_eq!(elements, [1, 255, 255, 255].map(Element::Bits));
    }

    #[test]
    fn floating_point_values_are_numbers_or_bits() {
        assert_eq!(Element::parse(Type::F32, "1.5").unwrap(), Element::Bits(0x3fc0_0000));
        assert_eq!(Element::parse(Type::F32, "0f3fc00000").unwrap(), Element::Bits(0x3fc0_0000));
        assert_eq!(Element::parse(Type::F64, "-inf").unwrap(), Element::Bits(0xfff0_0000_0000_0000));
        assert_eq!(Element::parse(Type::F16, "nan").unwrap(), Element::Nan);
    }
}
