//! Operations of several lanes of a warp together: `shfl`, `vote`, `match`, `redux`, `elect`, `activemask`.
//!
//! With `.sync` they wait for the lanes of their mask. The old forms without it, and `activemask`, act on whichever
//! lanes run together.

use super::body::{Failure, Lowering};
use super::words::Words;
use crate::tile::{Args, Collective, Op, Operand as Value, ShuffleMode, Type, VoteMode};
use ptx_frontend::checked::Operand;
use ptx_frontend::types::{AtomicOp, ScalarType};

pub(super) fn lower(at: &mut Lowering<'_>, name: &str, words: &mut Words, operands: &[Operand]) -> Result<(), Failure> {
    let waits = words.take("sync");
    match name {
        "shfl" => shuffle(at, words, waits, operands),
        "vote" => vote(at, words, waits, operands),
        "match" => find_equal(at, words, operands),
        "redux" => reduce(at, words, operands),
        "elect" => {
            let [destination, mask] = operands else { return Err(Failure::form()) };
            let mask = at.value(mask, ScalarType::B32)?;
            let results = at.builder.collective(Collective::Elect, &[mask], &[Type::B32, Type::Pred]);
            let (leader, is_leader) = pair(destination);
            at.put(leader, results[0], ScalarType::B32)?;
            at.put(is_leader, results[1], ScalarType::Pred)
        }
        _ => {
            words.take_type();
            let [destination] = operands else { return Err(Failure::form()) };
            let mask = at.builder.emit(Op::Collective(Collective::ActiveMask), &[], &[Type::B32])[0];
            at.put(destination, mask, ScalarType::B32)
        }
    }
}

/// Acts on the lanes of `mask`, or on those that are here if there is no mask.
fn act(
    at: &mut Lowering<'_>,
    op: Collective,
    mask: Option<&Operand>,
    rest: &[Value],
    results: &[Type],
) -> Result<Args, Failure> {
    let mask_value = match mask {
        Some(mask) => at.value(mask, ScalarType::B32)?,
        None => at.builder.emit(Op::Collective(Collective::ActiveMask), &[], &[Type::B32])[0],
    };
    let mut args = vec![mask_value];
    args.extend_from_slice(rest);
    Ok(match mask {
        Some(_) => at.builder.collective(op, &args, results),
        None => at.builder.emit(Op::Collective(op), &args, results),
    })
}

/// `d|p`, or `d` alone.
fn pair(destination: &Operand) -> (&Operand, &Operand) {
    match destination {
        Operand::Pair(value, predicate) => (value, predicate),
        value => (value, &Operand::Sink),
    }
}

/// `shfl{.sync}.mode.b32 d|p, a, b, c{, mask}`.
fn shuffle(at: &mut Lowering<'_>, words: &mut Words, waits: bool, operands: &[Operand]) -> Result<(), Failure> {
    let mode = words.take_with(|word| match word {
        "up" => Some(ShuffleMode::Up),
        "down" => Some(ShuffleMode::Down),
        "bfly" => Some(ShuffleMode::Bfly),
        "idx" => Some(ShuffleMode::Idx),
        _ => None,
    });
    let mode = mode.ok_or_else(Failure::form)?;
    let ty = words.take_type().ok_or_else(Failure::form)?;
    let (destination, [value, lane, clamp], mask) = match (operands, waits) {
        ([d, a, b, c, mask], true) => (d, [a, b, c], Some(mask)),
        ([d, a, b, c], false) => (d, [a, b, c], None),
        _ => return Err(Failure::form()),
    };
    let rest = [at.value(value, ty)?, at.value(lane, ScalarType::B32)?, at.value(clamp, ScalarType::B32)?];
    let results: &[Type] =
        if matches!(destination, Operand::Pair(..)) { &[Type::B32, Type::Pred] } else { &[Type::B32] };
    let results = act(at, Collective::Shuffle(mode), mask, &rest, results)?;
    let (value, valid) = pair(destination);
    at.put(value, results[0], ScalarType::B32)?;
    match results.get(1) {
        Some(in_range) => at.put(valid, *in_range, ScalarType::Pred),
        None => Ok(()),
    }
}

/// `vote{.sync}.mode.pred d, a{, mask}` and `vote{.sync}.ballot.b32`.
fn vote(at: &mut Lowering<'_>, words: &mut Words, waits: bool, operands: &[Operand]) -> Result<(), Failure> {
    let (op, result) = words
        .take_with(|word| match word {
            "all" => Some((Collective::Vote(VoteMode::All), ScalarType::Pred)),
            "any" => Some((Collective::Vote(VoteMode::Any), ScalarType::Pred)),
            // `.uni` is a hint elsewhere, so it is not among the words here.
            "ballot" => Some((Collective::Ballot, ScalarType::B32)),
            _ => None,
        })
        .unwrap_or((Collective::Vote(VoteMode::Uni), ScalarType::Pred));
    words.take_type();
    let (destination, source, mask) = match (operands, waits) {
        ([d, a, mask], true) => (d, a, Some(mask)),
        ([d, a], false) => (d, a, None),
        _ => return Err(Failure::form()),
    };
    let source = at.predicate(source)?;
    let results = act(at, op, mask, &[source], &[Type::holding(result.bits())])?;
    at.put(destination, results[0], result)
}

/// `match.any.sync.type d, a, mask` and `match.all.sync.type d|p, a, mask`.
fn find_equal(at: &mut Lowering<'_>, words: &mut Words, operands: &[Operand]) -> Result<(), Failure> {
    let all = words.take("all");
    if !all && !words.take("any") {
        return Err(Failure::form());
    }
    let ty = words.take_type().ok_or_else(Failure::form)?;
    let [destination, value, mask] = operands else { return Err(Failure::form()) };
    let rest = [at.value(value, ty)?];
    let (value, equal) = pair(destination);
    if all {
        let results = act(at, Collective::MatchAll(ty), Some(mask), &rest, &[Type::B32, Type::Pred])?;
        at.put(value, results[0], ScalarType::B32)?;
        at.put(equal, results[1], ScalarType::Pred)
    } else {
        let results = act(at, Collective::MatchAny(ty), Some(mask), &rest, &[Type::B32])?;
        at.put(destination, results[0], ScalarType::B32)
    }
}

/// `redux.sync.op{.abs}{.NaN}.type d, a, mask`.
fn reduce(at: &mut Lowering<'_>, words: &mut Words, operands: &[Operand]) -> Result<(), Failure> {
    let op = words.take_with(AtomicOp::from_str).ok_or_else(Failure::form)?;
    let (abs, nan) = (words.take("abs"), words.take("NaN"));
    let ty = words.take_type().ok_or_else(Failure::form)?;
    let [destination, value, mask] = operands else { return Err(Failure::form()) };
    let rest = [at.value(value, ty)?];
    let results = act(at, Collective::Reduce(op, ty, abs, nan), Some(mask), &rest, &[Type::B32])?;
    at.put(destination, results[0], ty)
}
