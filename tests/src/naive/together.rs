//! What lanes of a warp do together: `shfl`, `vote`, `match`, `redux`, `elect`, `bar.warp`.

use super::thread::{integer, low};
use super::words::Words;
use super::{Outcome, unknown};
use ptx_frontend::isa::Opcode;
use ptx_frontend::types::AtomicOp;

/// A lane and its operands behind the destination, without the mask.
pub(super) struct Member {
    pub(super) lane: u32,
    pub(super) args: Vec<u128>,
}

/// The results of each member: the value and the predicate.
pub(super) fn act(opcode: Opcode, words: &Words, members: &[Member]) -> Outcome<Vec<(u128, bool)>> {
    let first_args = |member: &Member| member.args.first().copied().unwrap_or(0);
    let lanes: u128 = members.iter().fold(0, |all, member| all | 1 << member.lane);
    Ok(match opcode {
        Opcode::BarWarp => members.iter().map(|_| (0, false)).collect(),
        Opcode::Elect => {
            let leader = lanes.trailing_zeros();
            members.iter().map(|member| (u128::from(leader), member.lane == leader)).collect()
        }
        Opcode::Vote => {
            let yes = members.iter().filter(|member| first_args(member) != 0);
            let ballot: u128 = yes.fold(0, |all, member| all | 1 << member.lane);
            let outcome = if words.has("ballot") {
                (ballot, false)
            } else if words.has("all") {
                (u128::from(ballot == lanes), false)
            } else if words.has("any") {
                (u128::from(ballot != 0), false)
            } else {
                (u128::from(ballot == 0 || ballot == lanes), false)
            };
            vec![outcome; members.len()]
        }
        Opcode::Match if words.has("any") => members
            .iter()
            .map(|member| {
                let alike = members.iter().filter(|other| first_args(other) == first_args(member));
                (alike.fold(0, |all, other| all | 1 << other.lane), false)
            })
            .collect(),
        Opcode::Match => {
            let alike = members.iter().all(|member| first_args(member) == first_args(&members[0]));
            vec![if alike { (lanes, true) } else { (0, false) }; members.len()]
        }
        Opcode::Redux => {
            let ty = words.ty(0);
            if ty.is_float() {
                return unknown("`redux` of floating point");
            }
            let values: Vec<i128> =
                members.iter().map(|member| integer(first_args(member), 32, ty.is_signed())).collect();
            let fold = |of: fn(i128, i128) -> i128| values.iter().copied().reduce(of).unwrap_or(0);
            let result = match words.atomic {
                Some(AtomicOp::Add) => fold(|x, y| x + y),
                Some(AtomicOp::Min) => fold(i128::min),
                Some(AtomicOp::Max) => fold(i128::max),
                Some(AtomicOp::And) => fold(|x, y| x & y),
                Some(AtomicOp::Or) => fold(|x, y| x | y),
                Some(AtomicOp::Xor) => fold(|x, y| x ^ y),
                _ => return unknown("this `redux`"),
            };
            vec![(low(result as u128, 32), false); members.len()]
        }
        Opcode::Shfl => members.iter().map(|member| shuffle(words, member, members)).collect(),
        _ => return unknown(opcode.mnemonic()),
    })
}

/// The pseudocode of `shfl.sync`.
fn shuffle(words: &Words, member: &Member, members: &[Member]) -> (u128, bool) {
    let (own, b, c) = (member.args[0], member.args[1] as i64, member.args[2] as i64);
    let lane = i64::from(member.lane);
    let (bval, cval, mask) = (b & 0x1f, c & 0x1f, c >> 8 & 0x1f);
    let max_lane = lane & mask | cval & !mask;
    let min_lane = lane & mask;
    let (j, valid) = if words.has("up") {
        (lane - bval, lane - bval >= max_lane)
    } else if words.has("down") {
        (lane + bval, lane + bval <= max_lane)
    } else if words.has("bfly") {
        (lane ^ bval, lane ^ bval <= max_lane)
    } else {
        let j = min_lane | bval & !mask;
        (j, j <= max_lane)
    };
    let j = if valid { j } else { lane };
    // Reading a lane that does not take part has no meaning; the product documents the lane's own value.
    let value = members.iter().find(|other| i64::from(other.lane) == j).map_or(own, |other| other.args[0]);
    (value, valid)
}
