//! What one lane computes: from attributes to a function of register bits.
//!
//! One file per family of operations, one function per row of the table. It may assume that the attributes are of one
//! of the row's forms. The arithmetic itself is `ptx_frontend::scalar`; here its type parameters are chosen.

pub(super) mod approximate;
pub(super) mod arithmetic;
pub(super) mod bits;
pub(super) mod compare;
pub(super) mod convert;
pub(super) mod integer;
pub(super) mod video;

use std::sync::Arc;

/// The function one lane computes, on register bits zero-extended to 64.
#[derive(Clone)]
pub enum Meaning {
    /// Of one argument.
    F1(fn(u64) -> u64),
    /// Of two arguments.
    F2(fn(u64, u64) -> u64),
    /// Of three arguments.
    F3(fn(u64, u64, u64) -> u64),
    /// Of four arguments.
    F4(fn(u64, u64, u64, u64) -> u64),
    /// Of any number of arguments, for rare operations.
    Dyn(Arc<DynMeaning>),
}

type DynMeaning = dyn Fn(&[u64]) -> u64 + Send + Sync;

impl Meaning {
    /// The result for these arguments; panics if they are not as many as the signature asks for.
    pub fn apply(&self, args: &[u64]) -> u64 {
        match (self, args) {
            (Meaning::F1(f), &[a]) => f(a),
            (Meaning::F2(f), &[a, b]) => f(a, b),
            (Meaning::F3(f), &[a, b, c]) => f(a, b, c),
            (Meaning::F4(f), &[a, b, c, d]) => f(a, b, c, d),
            (Meaning::Dyn(f), args) => f(args),
            _ => panic!("{self:?} applied to {} arguments", args.len()),
        }
    }
}

impl std::fmt::Debug for Meaning {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Meaning::F1(_) => "a function of 1 argument",
            Meaning::F2(_) => "a function of 2 arguments",
            Meaning::F3(_) => "a function of 3 arguments",
            Meaning::F4(_) => "a function of 4 arguments",
            Meaning::Dyn(_) => "a function of any number of arguments",
        })
    }
}

/// `Some(F(f::<W>))` for the width of a type.
macro_rules! by_width {
    ($ty:expr, $kind:ident, $f:path) => {{
        use $f as f;
        match $ty.bits() {
            16 => Some(Meaning::$kind(f::<16>)),
            32 => Some(Meaning::$kind(f::<32>)),
            64 => Some(Meaning::$kind(f::<64>)),
            _ => None,
        }
    }};
}

/// `Some(F(f::<W, S>))` for the width and signedness of a type.
macro_rules! by_integer {
    ($ty:expr, $kind:ident, $f:path) => {{
        use $f as f;
        match ($ty.bits(), $ty.is_signed()) {
            (16, false) => Some(Meaning::$kind(f::<16, false>)),
            (16, true) => Some(Meaning::$kind(f::<16, true>)),
            (32, false) => Some(Meaning::$kind(f::<32, false>)),
            (32, true) => Some(Meaning::$kind(f::<32, true>)),
            (64, false) => Some(Meaning::$kind(f::<64, false>)),
            (64, true) => Some(Meaning::$kind(f::<64, true>)),
            _ => None,
        }
    }};
}

/// `Some(F(f::<BOOL>))` for a flag.
macro_rules! by_flag {
    ($flag:expr, $kind:ident, $f:path) => {{
        use $f as f;
        Some(if $flag { Meaning::$kind(f::<true>) } else { Meaning::$kind(f::<false>) })
    }};
}

/// `$body` with the constant `$R` for a rounding mode; a missing one rounds to nearest.
macro_rules! with_rounding {
    ($rounding:expr, $R:ident => $body:expr) => {{
        use ptx_frontend::scalar::format::mode;
        use ptx_frontend::types::Rounding::*;
        match $rounding {
            None | Some(Rn | Rni) => {
                const $R: u8 = mode::RN;
                $body
            }
            Some(Rz | Rzi) => {
                const $R: u8 = mode::RZ;
                $body
            }
            Some(Rm | Rmi) => {
                const $R: u8 = mode::RM;
                $body
            }
            Some(Rp | Rpi) => {
                const $R: u8 = mode::RP;
                $body
            }
            Some(Rna | Rs) => None,
        }
    }};
}

/// `$body` with the constant `$F` for a flag.
macro_rules! with_flag {
    ($flag:expr, $F:ident => $body:expr) => {
        if $flag {
            const $F: bool = true;
            $body
        } else {
            const $F: bool = false;
            $body
        }
    };
}

/// `$body` with the type `$F` for a 16-bit floating-point format, of one element or packed.
macro_rules! with_half {
    ($ty:expr, $F:ident => $body:expr) => {{
        use ptx_frontend::scalar::format;
        use ptx_frontend::types::ScalarType;
        match $ty {
            ScalarType::F16 | ScalarType::F16x2 => {
                type $F = format::F16;
                $body
            }
            ScalarType::BF16 | ScalarType::BF16x2 => {
                type $F = format::BF16;
                $body
            }
            _ => None,
        }
    }};
}
pub(super) use {by_flag, by_integer, by_width, with_flag, with_half, with_rounding};
