//! Matrix products as words: `m16n8k16.row.col.f32.f16.f16.f32`.
//!
//! Behind the shape and the layouts come `sparse<selector>`, `xor` or `and`, `satfinite` and a rounding where they
//! apply, the types of D, A, B and C, and `scale<parts>` with the factors' type.

use super::{Mma, Scale};
use ptx_frontend::types::{BoolOp, Rounding, ScalarType};
use std::fmt::{Display, Formatter, Result};

impl Display for Mma {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let [a, b] = self.columns.map(|by_columns| if by_columns { "col" } else { "row" });
        write!(f, "m{}n{}k{}.{a}.{b}", self.m, self.n, self.k)?;
        if let Some(selector) = self.sparse {
            write!(f, ".sparse{selector}")?;
        }
        if let Some(op) = self.bits {
            write!(f, ".{op}")?;
        }
        if self.satfinite {
            f.write_str(".satfinite")?;
        }
        if let Some(rounding) = self.rounding {
            write!(f, ".{rounding}")?;
        }
        write!(f, ".{}.{}.{}.{}", self.d, self.a, self.b, self.c)?;
        if let Some(Scale { ty, parts }) = self.scale {
            write!(f, ".scale{parts}.{ty}")?;
        }
        Ok(())
    }
}

/// `m16n8k16`
pub fn shape(word: &str) -> Option<(u8, u8, u16)> {
    let (m, rest) = word.strip_prefix('m')?.split_once('n')?;
    let (n, k) = rest.split_once('k')?;
    Some((m.parse().ok()?, n.parse().ok()?, k.parse().ok()?))
}

impl Mma {
    /// Reads the words that `Display` writes.
    pub fn from_words(words: &[&str]) -> Option<Mma> {
        let [first, a, b, rest @ ..] = words else { return None };
        let mut rest: &[&str] = rest;
        let by_columns = |word: &str| ["row", "col"].iter().position(|w| *w == word).map(|at| at == 1);
        let mut mma = Mma::new(shape(first)?, [ScalarType::B32; 4]);
        mma.columns = [by_columns(a)?, by_columns(b)?];
        if let [word, after @ ..] = rest
            && let Some(selector) = word.strip_prefix("sparse")
        {
            (mma.sparse, rest) = (Some(selector.parse().ok()?), after);
        }
        if let [word, after @ ..] = rest
            && let Some(op) = BoolOp::from_str(word)
        {
            (mma.bits, rest) = (Some(op), after);
        }
        if let ["satfinite", after @ ..] = rest {
            (mma.satfinite, rest) = (true, after);
        }
        if let [word, after @ ..] = rest
            && let Some(rounding) = Rounding::from_str(word)
        {
            (mma.rounding, rest) = (Some(rounding), after);
        }
        let [d, a, b, c, rest @ ..] = rest else { return None };
        let ty = |word: &str| ScalarType::from_str(word);
        (mma.d, mma.a, mma.b, mma.c) = (ty(d)?, ty(a)?, ty(b)?, ty(c)?);
        mma.scale = match rest {
            [] => None,
            [parts, factor] => Some(Scale { ty: ty(factor)?, parts: parts.strip_prefix("scale")?.parse().ok()? }),
            _ => return None,
        };
        Some(mma)
    }
}
