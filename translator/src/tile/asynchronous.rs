//! Operations on barrier objects (`mbarrier`), and the copies that PTX lets end later and that signal such objects.
//!
//! Here a copy ends when it is started, which PTX allows: a program learns of the end through a barrier object or by
//! waiting for a group. Waiting for groups is therefore no operation at all.

use super::signature::{Signature, Width};
use super::{Space, Type};
use ptx_frontend::types::{AtomicOp, ScalarType};
use smallvec::{SmallVec, smallvec};
use std::fmt::Write;

/// An operation on barrier objects, or a copy.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Async {
    /// At a barrier object in this space: `args = [address B64, ...]`.
    Mbarrier(Mbarrier, Space),
    /// `args = [to B64, from B64, bytes B32, barrier object B64?, CTAs B16?, byte mask B16?, left B32?, right B32?]`.
    Copy(BulkCopy),
    /// Zeros: `args = [address B64, bytes B64]`.
    Clear(Space),
    /// Asks for the work of a cluster that has not begun, which is never granted: `args = [answer B64, barrier object
    /// B64]`. The answer has 16 bytes, all 0.
    Cancel {
        /// Where the answer goes.
        space: Space,
        /// It goes to every CTA of the cluster.
        multicast: bool,
    },
    /// A load has `args = [to B64, map B64, barrier object B64, coordinate B32..., offset B16..., CTAs B16?]`, a store or
    /// reduction `[from B64, map B64, coordinate B32...]`. The map's address is generic.
    Tensor(TensorCopy),
}

/// What is done at a barrier object.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Mbarrier {
    /// `args = [address, count B32]`: makes it.
    Init,
    /// Ends its life.
    Inval,
    /// `args = [address, count B32]`; result `B64`, the state from before.
    Arrive {
        /// The number is of bytes to expect, and one thread arrives.
        expects: bool,
        /// Whoever arrives is not expected again.
        drops: bool,
    },
    /// `args = [address, bytes B32]`: more bytes are expected in this phase.
    Expect,
    /// `args = [address, bytes B32]`: so many bytes have come.
    Complete,
    /// `args = [address, state B64]`, or with a parity `[address, parity B32]`; result `Pred`: whether that phase is
    /// over.
    Test {
        /// The phase is named by its parity.
        parity: bool,
    },
}

impl Mbarrier {
    /// The bits of a state that are the number of pending arrivals.
    pub const PENDING: u64 = (1 << 20) - 1;
}

/// `cp.async.bulk`, `cp.reduce.async.bulk`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct BulkCopy {
    /// Where to.
    pub to: Space,
    /// Where from.
    pub from: Space,
    /// How the elements are combined with those that are there.
    pub reduce: Option<(AtomicOp, ScalarType)>,
    /// It signals a barrier object.
    pub signals: bool,
    /// It goes to the same place in several CTAs, and signals each one's barrier object.
    pub multicast: bool,
    /// Of each 16 bytes only those are copied whose bit is set.
    pub masked: bool,
    /// The first `left` and the last `right` bytes, up to 15 each, are neither read nor written, but counted.
    pub trimmed: bool,
}

/// `cp.async.bulk.tensor`, `cp.reduce.async.bulk.tensor`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct TensorCopy {
    /// Which way.
    pub direction: TensorDirection,
    /// Which elements.
    pub mode: TensorMode,
    /// Dimensions of the tensor.
    pub rank: u8,
    /// Of a load: it goes to the same place in several CTAs, and signals each one's barrier object.
    pub multicast: bool,
    /// Of a load: the barrier object is that of the CTA of the pair that is even or odd as the named one is.
    pub pair: bool,
}

/// Which way a tensor copy goes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum TensorDirection {
    /// From the tensor to shared memory: of this CTA, or of any one of the cluster.
    Load(Space),
    /// From shared memory to the tensor.
    Store,
    /// The same, combining with what is there.
    Reduce(AtomicOp),
}

/// Which elements of a tensor are copied, in the order of the box in shared memory.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum TensorMode {
    /// Those of a box.
    Tile,
    /// Those of four rows.
    FourRows,
    /// Those that a convolution's filter meets, pixel by pixel; loads have offsets in the filter.
    Im2col,
}

impl TensorCopy {
    /// How many coordinates there are.
    pub fn coordinates(&self) -> usize {
        match self.mode {
            TensorMode::FourRows => 5,
            _ => self.rank.into(),
        }
    }

    /// How many offsets there are.
    pub fn offsets(&self) -> usize {
        match (self.mode, self.direction) {
            (TensorMode::Im2col, TensorDirection::Load(_)) => usize::from(self.rank).saturating_sub(2),
            _ => 0,
        }
    }
}

const B16: Width = Width::Exactly(Type::B16);
const B32: Width = Width::Exactly(Type::B32);
const B64: Width = Width::Exactly(Type::B64);

impl Async {
    /// What it takes and gives, or what is wrong with it.
    pub(super) fn signature(&self) -> Result<Signature, String> {
        let of = |args: SmallVec<[Width; 4]>| Signature { args, results: smallvec![], results_needed: 0 };
        Ok(match self {
            Async::Mbarrier(what, space) => {
                if !matches!(space, Space::Shared | Space::SharedCluster | Space::Generic) {
                    return Err(format!("barrier objects are not in `{}`", space.as_str()));
                }
                match what {
                    Mbarrier::Inval => of(smallvec![B64]),
                    Mbarrier::Init | Mbarrier::Expect | Mbarrier::Complete => of(smallvec![B64, B32]),
                    Mbarrier::Arrive { .. } => {
                        Signature { args: smallvec![B64, B32], results: smallvec![B64], results_needed: 0 }
                    }
                    Mbarrier::Test { parity } => Signature {
                        args: smallvec![B64, if *parity { B32 } else { B64 }],
                        results: smallvec![Width::Exactly(Type::Pred)],
                        results_needed: 1,
                    },
                }
            }
            Async::Copy(copy) => {
                if copy.multicast && !copy.signals {
                    return Err("a copy to several CTAs signals barrier objects".into());
                }
                if let Some((op, ty)) = copy.reduce
                    && !super::eval::atomic_exists(op, ty)
                {
                    return Err(format!("there is no reduction `{op}.{ty}`"));
                }
                let mut args = smallvec![B64, B64, B32];
                args.extend(copy.signals.then_some(B64));
                args.extend(copy.multicast.then_some(B16));
                args.extend(copy.masked.then_some(B16));
                args.extend([B32, B32].into_iter().filter(|_| copy.trimmed));
                of(args)
            }
            Async::Clear(_) | Async::Cancel { .. } => of(smallvec![B64, B64]),
            Async::Tensor(copy) => {
                let ranks = match copy.mode {
                    TensorMode::Tile => 1..=5,
                    TensorMode::FourRows => 2..=2,
                    TensorMode::Im2col => 3..=5,
                };
                let is_load = matches!(copy.direction, TensorDirection::Load(_));
                if !ranks.contains(&copy.rank) {
                    return Err(format!("this copy is not one of tensors with {} dimensions", copy.rank));
                }
                if (copy.multicast || copy.pair) && !is_load {
                    return Err("only loads go to several CTAs".into());
                }
                let mut args = smallvec![B64, B64];
                args.extend(is_load.then_some(B64));
                args.extend(std::iter::repeat_n(B32, copy.coordinates()));
                args.extend(std::iter::repeat_n(B16, copy.offsets()));
                args.extend(copy.multicast.then_some(B16));
                of(args)
            }
        })
    }

    /// What follows the operation's name in text.
    pub(super) fn words(&self) -> String {
        let mut text = String::new();
        match self {
            Async::Mbarrier(what, space) => {
                let _ = match what {
                    Mbarrier::Init => write!(text, ".init"),
                    Mbarrier::Inval => write!(text, ".inval"),
                    Mbarrier::Arrive { expects, drops } => {
                        let (expects, drops) = (flag(*expects, ".expect"), flag(*drops, ".drop"));
                        write!(text, ".arrive{expects}{drops}")
                    }
                    Mbarrier::Expect => write!(text, ".expect"),
                    Mbarrier::Complete => write!(text, ".complete"),
                    Mbarrier::Test { parity } => write!(text, ".test{}", flag(*parity, ".parity")),
                };
                let _ = write!(text, ".{}", space.as_str());
            }
            Async::Copy(copy) => {
                let _ = write!(text, ".{}.{}", copy.to.as_str(), copy.from.as_str());
                if let Some((op, ty)) = copy.reduce {
                    let _ = write!(text, ".{op}.{ty}");
                }
                for (is_set, word) in [
                    (copy.signals, ".signal"),
                    (copy.multicast, ".multicast"),
                    (copy.masked, ".mask"),
                    (copy.trimmed, ".trim"),
                ] {
                    text.push_str(flag(is_set, word));
                }
            }
            Async::Clear(space) => {
                let _ = write!(text, ".{}", space.as_str());
            }
            Async::Cancel { space, multicast } => {
                let _ = write!(text, ".{}{}", space.as_str(), flag(*multicast, ".multicast"));
            }
            Async::Tensor(copy) => {
                let _ = match copy.direction {
                    TensorDirection::Load(space) => write!(text, ".load.{}", space.as_str()),
                    TensorDirection::Store => write!(text, ".store"),
                    TensorDirection::Reduce(op) => write!(text, ".reduce.{op}"),
                };
                let mode = match copy.mode {
                    TensorMode::Tile => "tile",
                    TensorMode::FourRows => "four_rows",
                    TensorMode::Im2col => "im2col",
                };
                let _ = write!(text, ".{mode}.{}d", copy.rank);
                text.push_str(flag(copy.multicast, ".multicast"));
                text.push_str(flag(copy.pair, ".pair"));
            }
        }
        text
    }
}

fn flag(is_set: bool, word: &'static str) -> &'static str {
    if is_set { word } else { "" }
}

/// The inverses of [`Async::words`], one for each name; `None` if the words do not fit.
pub(super) mod parse {
    use super::*;

    /// `mbarrier`
    pub(in crate::tile) fn mbarrier(words: &[&str]) -> Option<Async> {
        let (space, words) = words.split_last()?;
        let what = match words {
            ["init"] => Mbarrier::Init,
            ["inval"] => Mbarrier::Inval,
            ["arrive"] => Mbarrier::Arrive { expects: false, drops: false },
            ["arrive", "drop"] => Mbarrier::Arrive { expects: false, drops: true },
            ["arrive", "expect"] => Mbarrier::Arrive { expects: true, drops: false },
            ["arrive", "expect", "drop"] => Mbarrier::Arrive { expects: true, drops: true },
            ["expect"] => Mbarrier::Expect,
            ["complete"] => Mbarrier::Complete,
            ["test"] => Mbarrier::Test { parity: false },
            ["test", "parity"] => Mbarrier::Test { parity: true },
            _ => return None,
        };
        Some(Async::Mbarrier(what, Space::from_str(space)?))
    }

    /// `bulk_copy`
    pub(in crate::tile) fn copy(words: &[&str]) -> Option<Async> {
        let [to, from, rest @ ..] = words else { return None };
        let mut rest = rest;
        let mut reduce = None;
        if let [op, ty, after @ ..] = rest
            && let (Some(op), Some(ty)) = (AtomicOp::from_str(op), ScalarType::from_str(ty))
        {
            (reduce, rest) = (Some((op, ty)), after);
        }
        let [signals, multicast, masked, trimmed] = flags(["signal", "multicast", "mask", "trim"], rest)?;
        let (to, from) = (Space::from_str(to)?, Space::from_str(from)?);
        Some(Async::Copy(BulkCopy { to, from, reduce, signals, multicast, masked, trimmed }))
    }

    /// `bulk_clear`
    pub(in crate::tile) fn clear(words: &[&str]) -> Option<Async> {
        let [space] = words else { return None };
        Some(Async::Clear(Space::from_str(space)?))
    }

    /// `cancel_launch`
    pub(in crate::tile) fn cancel(words: &[&str]) -> Option<Async> {
        let [space, rest @ ..] = words else { return None };
        let [multicast] = flags(["multicast"], rest)?;
        Some(Async::Cancel { space: Space::from_str(space)?, multicast })
    }

    /// `tensor_copy`
    pub(in crate::tile) fn tensor(words: &[&str]) -> Option<Async> {
        let (direction, words) = match words {
            ["load", space, rest @ ..] => (TensorDirection::Load(Space::from_str(space)?), rest),
            ["store", rest @ ..] => (TensorDirection::Store, rest),
            ["reduce", op, rest @ ..] => (TensorDirection::Reduce(AtomicOp::from_str(op)?), rest),
            _ => return None,
        };
        let [mode, rank, rest @ ..] = words else { return None };
        let mode = match *mode {
            "tile" => TensorMode::Tile,
            "four_rows" => TensorMode::FourRows,
            "im2col" => TensorMode::Im2col,
            _ => return None,
        };
        let rank = rank.strip_suffix('d')?.parse().ok()?;
        let [multicast, pair] = flags(["multicast", "pair"], rest)?;
        Some(Async::Tensor(TensorCopy { direction, mode, rank, multicast, pair }))
    }

    /// Which of the words are there; they stand in this order, and nothing else is there.
    fn flags<const N: usize>(known: [&str; N], mut words: &[&str]) -> Option<[bool; N]> {
        let found = known.map(|word| match words {
            [first, rest @ ..] if *first == word => {
                words = rest;
                true
            }
            _ => false,
        });
        words.is_empty().then_some(found)
    }
}
