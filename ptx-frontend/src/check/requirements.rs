//! What a form needs of the module that uses it: a PTX version and a target.
//!
//! The instruction table says with what version and target a form or a word came, and which form is there no more.
//! Everything is what NVIDIA's assembler refuses as well; where the manual is not clear, nothing is asked.

use crate::isa::{FormLine, Opcode, YOUNGER};
use crate::modifier::Modifier;

/// A target architecture: `sm_90a` is number 90 with features that only its own kind has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Architecture {
    number: u32,
    /// `a` or `f` behind the number.
    is_specific: bool,
}

impl Architecture {
    fn parse(text: &str) -> Option<Architecture> {
        let digits = text.strip_prefix("sm_")?;
        let number = digits.trim_end_matches(['a', 'f']);
        Some(Architecture { number: number.parse().ok()?, is_specific: number.len() < digits.len() })
    }

    /// Whether code for `self` may use what came with `needed`.
    fn has(self, needed: Architecture) -> bool {
        self.number >= needed.number && (self.is_specific || !needed.is_specific)
    }
}

/// What the module at hand offers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Offered {
    version: (u32, u32),
    /// Unknown targets have everything.
    target: Option<Architecture>,
}

/// Why a module must not use a form.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Lacking {
    /// What is asked for.
    pub(super) needs: String,
    /// What the module says instead.
    pub(super) has: String,
}

impl Offered {
    /// By the module's `.version` and `.target`.
    pub(super) fn by(version: (u32, u32), target: &str) -> Offered {
        Offered { version, target: Architecture::parse(target) }
    }

    /// What is lacking for a form with these words.
    pub(super) fn lacks(&self, opcode: Opcode, line: &FormLine, words: &[Modifier]) -> Option<Lacking> {
        if let Some(until) = line.until
            && self.version > parse_version(until.version)
            && until.target.is_none_or(|from| self.is_at_least(from))
        {
            let needs = match until.target {
                Some(from) => format!("needs `.sync` on .target {from} or higher since PTX ISA .version 6.4"),
                None => format!(
                    "needs a word for its precision since PTX ISA .version 1.4: `.approx`{} or a rounding",
                    if opcode == Opcode::Div { ", `.full`" } else { "" }
                ),
            };
            return Some(Lacking { needs, has: self.says_version() });
        }
        let younger = YOUNGER.iter().filter(|(word, ..)| words.iter().any(|each| each.as_str() == *word));
        let needed = std::iter::once((line.ptx, line.target));
        for (version, target) in needed.chain(younger.map(|(_, version, target)| (*version, *target))) {
            let version = parse_version(version);
            if self.version < version {
                return Some(Lacking {
                    needs: format!("requires PTX ISA .version {}.{} or later", version.0, version.1),
                    has: self.says_version(),
                });
            }
            if let (Some(has), Some(needs)) = (self.target, Architecture::parse(target))
                && !has.has(needs)
            {
                let suffix = if has.is_specific { "a" } else { "" };
                return Some(Lacking {
                    needs: format!("requires .target {target} or higher"),
                    has: format!("the module says `.target sm_{}{suffix}`", has.number),
                });
            }
        }
        None
    }

    /// Bytes that the parameters of a kernel may take.
    // PTX manual, "Kernel Function Parameters"; ptxas 13.5 has the same limits.
    pub(super) fn parameter_space(&self) -> u64 {
        let is_large = self.version >= (8, 1) && self.target.is_none_or(|target| target.number >= 70);
        if is_large { 32_764 } else { 4_352 }
    }

    /// Whether the target is known and has what came with this one.
    fn is_at_least(&self, target: &str) -> bool {
        self.target.zip(Architecture::parse(target)).is_some_and(|(has, needed)| has.has(needed))
    }

    fn says_version(&self) -> String {
        format!("the module says `.version {}.{}`", self.version.0, self.version.1)
    }
}

/// `9.4` as two numbers.
pub(crate) fn parse_version(text: &str) -> (u32, u32) {
    let (major, minor) = text.split_once('.').unwrap_or((text, "0"));
    (major.parse().unwrap_or(0), minor.parse().unwrap_or(0))
}
