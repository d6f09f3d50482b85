//! What a form needs of the module that uses it: a PTX version and a target.
//!
//! The instruction table says with what version and target a form came. Words that came to older forms later are listed
//! here. Everything is what NVIDIA's assembler refuses as well; where the manual is not clear, nothing is asked.

use crate::isa::{FormLine, Opcode};
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

/// Words that are younger than some of the forms that have them: word, version, target.
const YOUNGER: &[(&str, (u32, u32), &str)] = &[
    ("L1::evict_normal", (7, 4), "sm_70"),
    ("L1::evict_unchanged", (7, 4), "sm_70"),
    ("L1::evict_first", (7, 4), "sm_70"),
    ("L1::evict_last", (7, 4), "sm_70"),
    ("L1::no_allocate", (7, 4), "sm_70"),
    ("L2::64B", (7, 4), "sm_75"),
    ("L2::128B", (7, 4), "sm_75"),
    ("L2::256B", (7, 4), "sm_80"),
    ("L2::cache_hint", (7, 4), "sm_80"),
    ("b128", (7, 0), "sm_70"),
    ("v8", (8, 1), "sm_90"),
    ("param::entry", (8, 3), "sm_10"),
    ("param::func", (8, 3), "sm_10"),
    ("shared::cta", (7, 8), "sm_30"),
    ("shared::cluster", (7, 8), "sm_90"),
    ("cluster", (7, 8), "sm_90"),
    ("xorsign", (7, 2), "sm_86"),
];

impl Offered {
    /// By the module's `.version` and `.target`.
    pub(super) fn by(version: (u32, u32), target: &str) -> Offered {
        Offered { version, target: Architecture::parse(target) }
    }

    /// What is lacking for a form with these words.
    pub(super) fn lacks(&self, opcode: Opcode, line: &FormLine, words: &[Modifier]) -> Option<Lacking> {
        if let Some(version) = line.until
            && self.version > parse_version(version)
        {
            return Some(Lacking {
                needs: format!(
                    "needs a word for its precision since PTX ISA .version 1.4: `.approx`{} or a rounding",
                    if opcode == Opcode::Div { ", `.full`" } else { "" }
                ),
                has: self.says_version(),
            });
        }
        if matches!(opcode, Opcode::Shfl | Opcode::Vote)
            && !words.iter().any(|word| word.as_str() == "sync")
            && self.version >= (6, 4)
            && self.target.is_some_and(|target| target.number >= 70)
        {
            return Some(Lacking {
                needs: "needs `.sync` on .target sm_70 or higher since PTX ISA .version 6.4".to_owned(),
                has: self.says_version(),
            });
        }
        let younger = YOUNGER.iter().filter(|(word, ..)| words.iter().any(|each| each.as_str() == *word));
        let needed = std::iter::once((parse_version(line.ptx), line.target));
        for (version, target) in needed.chain(younger.map(|(_, version, target)| (*version, *target))) {
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

    fn says_version(&self) -> String {
        format!("the module says `.version {}.{}`", self.version.0, self.version.1)
    }
}

fn parse_version(text: &str) -> (u32, u32) {
    let (major, minor) = text.split_once('.').unwrap_or((text, "0"));
    (major.parse().unwrap_or(0), minor.parse().unwrap_or(0))
}
