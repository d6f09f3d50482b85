//! What lanes of a warp compute together. When they do it is the warp's affair.

use super::{LANES, Row, each};
use crate::tile::ops::Meaning;
use crate::tile::{Attributes, Collective, Elementwise, ShuffleMode, VoteMode};
use ptx_frontend::types::{AtomicOp, ScalarType};
use smallvec::{SmallVec, smallvec};

/// One value of every lane.
pub(super) type Values = [u64; LANES];
/// Results of lanes that acted together.
pub(super) type Results = SmallVec<[Values; 2]>;

/// Results of the acting lanes. `member` is their common mask; lanes outside it or not acting contribute nothing.
/// `args` are the arguments behind the mask, of acting lanes.
pub fn act(what: Collective, acting: u32, member: u32, args: &[Values]) -> SmallVec<[Values; 2]> {
    let members = acting & member;
    let mut results: Results = smallvec![[0; LANES]; 2];
    let voters =
        |bits: &Values| (0..32).filter(|&l| members & (1 << l) != 0 && bits[l] != 0).fold(0, |m, l| m | 1 << l);
    match what {
        Collective::Shuffle(mode) => {
            each(acting, |lane| {
                let (value, from, clamp) = (&args[0], args[1][lane] as u32, args[2][lane] as u32);
                let (source, in_range) = shuffle_source(mode, lane as u32, from, clamp);
                // Reading a lane that does not take part is undefined; here it gives the lane's own value.
                let takes_part = acting & (1 << source) != 0;
                results[0][lane] = value[if in_range && takes_part { source as usize } else { lane }];
                results[1][lane] = u64::from(in_range);
            });
        }
        Collective::Vote(mode) => {
            let yes: u32 = voters(&args[0]);
            let outcome = match mode {
                VoteMode::All => yes == members,
                VoteMode::Any => yes != 0,
                VoteMode::Uni => yes == members || yes == 0,
            };
            results[0] = [u64::from(outcome); LANES];
        }
        Collective::Ballot => results[0] = [u64::from(voters(&args[0])); LANES],
        Collective::MatchAny(_) => each(acting, |lane| {
            let alike = |l: &usize| members & (1 << l) != 0 && args[0][*l] == args[0][lane];
            results[0][lane] = (0..LANES).filter(alike).fold(0, |m, l| m | 1 << l);
        }),
        Collective::MatchAll(_) => {
            let first = (members.trailing_zeros() as usize).min(LANES - 1);
            let alike = (0..LANES).all(|l| members & (1 << l) == 0 || args[0][l] == args[0][first]);
            results[0] = [if alike { u64::from(members) } else { 0 }; LANES];
            results[1] = [u64::from(alike); LANES];
        }
        Collective::Reduce(op, ty, abs, nan) => {
            let combine = reduction(op, ty, nan);
            let magnitude = |bits: u64| if abs { bits & 0x7fff_ffff } else { bits };
            let values = (0..LANES).filter(|l| members & (1 << l) != 0).map(|l| magnitude(args[0][l]));
            results[0] = [values.reduce(combine).unwrap_or(0); LANES];
        }
        Collective::Elect => {
            let leader = members.trailing_zeros() % 32;
            results[0] = [u64::from(leader); LANES];
            results[1][leader as usize] = 1;
        }
        Collective::WarpBarrier => {}
        Collective::ActiveMask => results[0] = [u64::from(acting); LANES],
        Collective::Mma(mma) => return super::mma::multiply(&mma, acting, args),
    }
    results
}

/// Whom a lane reads, and whether that is in range (PTX ISA "shfl.sync").
fn shuffle_source(mode: ShuffleMode, lane: u32, from: u32, clamp: u32) -> (u32, bool) {
    let by = from & 31;
    let (bound, segments) = (clamp & 31, (clamp >> 8) & 31);
    let highest = (lane & segments) | (bound & !segments);
    let lowest = lane & segments;
    let (source, in_range) = match mode {
        ShuffleMode::Up => (lane as i32 - by as i32, lane as i32 - by as i32 >= highest as i32),
        ShuffleMode::Down => ((lane + by) as i32, lane + by <= highest),
        ShuffleMode::Bfly => ((lane ^ by) as i32, lane ^ by <= highest),
        ShuffleMode::Idx => {
            let source = lowest | (by & !segments);
            (source as i32, source <= highest)
        }
    };
    if in_range { (source as u32 & 31, true) } else { (lane, false) }
}

/// The function `redux` folds with.
fn reduction(op: AtomicOp, ty: ScalarType, nan: bool) -> fn(u64, u64) -> u64 {
    let (elementwise, ty) = match op {
        AtomicOp::And => (Elementwise::And, ScalarType::B32),
        AtomicOp::Or => (Elementwise::Or, ScalarType::B32),
        AtomicOp::Xor => (Elementwise::Xor, ScalarType::B32),
        AtomicOp::Min => (Elementwise::Min, ty),
        AtomicOp::Max => (Elementwise::Max, ty),
        _ => (Elementwise::Add, ty),
    };
    match elementwise.meaning(&Attributes { nan, ..Attributes::of(ty) }) {
        Some(Meaning::F2(f)) => f,
        _ => unreachable!("the verifier has accepted it"),
    }
}

/// Whether `redux` has such a form.
pub(crate) fn reduction_exists(op: AtomicOp, ty: ScalarType, abs: bool, nan: bool) -> bool {
    use ScalarType::{B32, F32, S32, U32};
    match op {
        AtomicOp::And | AtomicOp::Or | AtomicOp::Xor => ty == B32 && !abs && !nan,
        AtomicOp::Add => matches!(ty, U32 | S32) && !abs && !nan,
        AtomicOp::Min | AtomicOp::Max => ty == F32 || matches!(ty, U32 | S32) && !abs && !nan,
        _ => false,
    }
}

/// Writes the results of acting lanes to the rows they asked for.
pub(super) fn give(results: &[Values], lanes: u32, rows: &[Row], outs: &[u32]) {
    for (values, &out) in results.iter().zip(outs) {
        each(lanes, |lane| rows[out as usize].set(lane, values[lane]));
    }
}
