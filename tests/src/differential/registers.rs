//! The registers of drawn programs, in both dialects.
//!
//! nvcc up to compute_90 declares registers with types (`.f32 %f`), later ones as bits (`.b32`). The names are the same
//! in both dialects here; what a place may hold differs.

use super::random::Random;
use ptx_frontend::types::ScalarType;

/// A family of registers with one declaration.
pub(super) struct Family {
    pub(super) prefix: &'static str,
    pub(super) bits: u32,
    /// What it is declared as where registers have types.
    pub(super) typed: &'static str,
    pub(super) count: usize,
    class: Class,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Bits,
    Integer,
    Float,
    Predicate,
}

const fn family(prefix: &'static str, bits: u32, typed: &'static str, count: usize, class: Class) -> Family {
    Family { prefix, bits, typed, count, class }
}

/// All of them. The order is that of their results in memory, the widest first, so that all are aligned.
pub(super) const FAMILIES: &[Family] = &[
    family("%q", 128, "b128", 2, Class::Bits),
    family("%d", 64, "b64", 4, Class::Bits),
    family("%k", 64, "s64", 3, Class::Integer),
    family("%g", 64, "f64", 3, Class::Float),
    family("%r", 32, "b32", 6, Class::Bits),
    family("%i", 32, "u32", 4, Class::Integer),
    family("%f", 32, "f32", 4, Class::Float),
    family("%h", 16, "b16", 5, Class::Bits),
    family("%s", 16, "s16", 3, Class::Integer),
    family("%p", 1, "pred", 6, Class::Predicate),
];

/// How registers are declared.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Dialect {
    /// With types.
    Typed,
    /// As bits.
    Bits,
}

impl Family {
    pub(super) fn declared(&self, dialect: Dialect) -> String {
        match (dialect, self.class) {
            (Dialect::Typed, _) | (_, Class::Predicate) => self.typed.to_owned(),
            (Dialect::Bits, _) => format!("b{}", self.bits),
        }
    }
}

/// A register for a value of a type, perhaps a wider one.
pub(super) fn register(
    random: &mut Random,
    dialect: Dialect,
    ty: ScalarType,
    bits: u32,
    may_be_wider: bool,
) -> Option<String> {
    let least = if bits == 1 { 1 } else { bits.max(16) };
    let is_scalar_float = matches!(ty, ScalarType::F32 | ScalarType::F64) && bits == ty.bits();
    let is_bits = matches!(ty, ScalarType::B16 | ScalarType::B32 | ScalarType::B64 | ScalarType::B128 | ScalarType::B8);
    let fits = |family: &&Family| {
        let width_fits = family.bits == least || may_be_wider && family.bits > least && family.bits < 128 && bits > 1;
        let class_fits = dialect == Dialect::Bits
            || match family.class {
                Class::Bits | Class::Predicate => true,
                Class::Integer => ty.is_integer() || is_bits,
                // A wider register of floating point may hold nothing else.
                Class::Float => family.bits == bits && (is_scalar_float || is_bits),
            };
        width_fits && class_fits
    };
    let found: Vec<&Family> = FAMILIES.iter().filter(fits).collect();
    if found.is_empty() {
        return None;
    }
    let exact: Vec<&Family> = found.iter().copied().filter(|family| family.bits == least).collect();
    // Wider ones are worth a try, not more.
    let of = if exact.is_empty() || random.one_in(4) { &found } else { &exact };
    let family = *random.pick(of);
    Some(format!("{}{}", family.prefix, random.below(family.count)))
}

/// Whether two registers are declared with the same words.
pub(super) fn alike(dialect: Dialect, one: &str, other: &str) -> bool {
    let declared = |register: &str| {
        let of = FAMILIES.iter().find(|family| register.starts_with(family.prefix));
        of.map(|family| family.declared(dialect))
    };
    declared(one) == declared(other)
}
