//! Barriers and fences: `bar`, `barrier`, `membar`, `fence`.

use super::body::{Failure, Lowering};
use super::words::Words;
use crate::tile::{Barrier, BarrierKind, Collective, Op, Operand as Value, Terminator, Type};
use ptx_frontend::checked::Operand;
use ptx_frontend::types::{BoolOp, MemoryOrder, ScalarType, Scope};

pub(super) fn lower(at: &mut Lowering<'_>, name: &str, words: &mut Words, operands: &[Operand]) -> Result<(), Failure> {
    match name {
        "membar" => membar(at, words),
        "fence" => fence(at, words),
        _ if words.take("warp") => {
            words.take("sync");
            let [mask] = operands else { return Err(Failure::form()) };
            let mask = at.value(mask, ScalarType::B32)?;
            at.builder.collective(Collective::WarpBarrier, &[mask], &[]);
            Ok(())
        }
        _ if words.take("cluster") => cluster_barrier(at, words, operands),
        _ => barrier(at, words, operands),
    }
}

/// `bar.sync a{, b}`, `bar.arrive a, b`, `bar.red.op d, a{, b}, p`, and the same as `barrier`.
fn barrier(at: &mut Lowering<'_>, words: &mut Words, operands: &[Operand]) -> Result<(), Failure> {
    words.take("cta");
    if words.take("sync") {
        let (id, count) = match operands {
            [id] => (id, None),
            [id, count] => (id, Some(count)),
            _ => return Err(Failure::form()),
        };
        return end(at, id, count, BarrierKind::Sync, None);
    }
    if words.take("arrive") {
        let [id, count] = operands else { return Err(Failure::form()) };
        return end(at, id, Some(count), BarrierKind::Arrive, None);
    }
    if words.take("red") {
        let op = words.take_with(BoolOp::from_str).ok_or_else(Failure::form)?;
        let result = words.take_type().ok_or_else(Failure::form)?;
        let (destination, id, count, source) = match operands {
            [destination, id, source] => (destination, id, None, source),
            [destination, id, count, source] => (destination, id, Some(count), source),
            _ => return Err(Failure::form()),
        };
        let source = at.predicate(source)?;
        return end(at, id, count, BarrierKind::Reduce(op), Some((source, destination, result)));
    }
    Err(Failure::form())
}

fn end(
    at: &mut Lowering<'_>,
    id: &Operand,
    count: Option<&Operand>,
    kind: BarrierKind,
    reduction: Option<(Value, &Operand, ScalarType)>,
) -> Result<(), Failure> {
    let id = at.value(id, ScalarType::U32)?;
    let count = count.map(|count| at.value(count, ScalarType::U32)).transpose()?;
    let types: Vec<Type> = reduction.iter().map(|(_, _, ty)| Type::holding(ty.bits())).collect();
    let source = reduction.map(|(source, ..)| source);
    let results = at.builder.end_and_go_on(&types, |results, next| {
        let reduction = source.zip(results.first().copied());
        Terminator::Barrier(Barrier { id, count, kind, reduction }, next)
    });
    match (reduction, results.first()) {
        (Some((_, destination, ty)), Some(result)) => at.put(destination, *result, ty),
        _ => Ok(()),
    }
}

/// `barrier.cluster.arrive`, `barrier.cluster.wait`. Their memory ordering is that of every barrier.
fn cluster_barrier(at: &mut Lowering<'_>, words: &mut Words, operands: &[Operand]) -> Result<(), Failure> {
    let kind = match (words.take("arrive"), words.take("wait")) {
        (true, false) => BarrierKind::ClusterArrive,
        (false, true) => BarrierKind::ClusterWait,
        _ => return Err(Failure::form()),
    };
    words.take_with(MemoryOrder::from_str);
    if !operands.is_empty() {
        return Err(Failure::form());
    }
    at.builder.end_and_go_on(&[], |_, next| {
        Terminator::Barrier(Barrier { id: Value::Const(0), count: None, kind, reduction: None }, next)
    });
    Ok(())
}

/// `membar.level` is `fence.sc` of the scope (PTX ISA "membar", sm_70 and later).
fn membar(at: &mut Lowering<'_>, words: &mut Words) -> Result<(), Failure> {
    if words.take("proxy") {
        return proxy(at, words);
    }
    let scope = words.take_with(|word| match word {
        "cta" => Some(Scope::Cta),
        "gl" => Some(Scope::Gpu),
        "sys" => Some(Scope::Sys),
        _ => None,
    });
    at.builder.emit(Op::Fence(MemoryOrder::Sc, scope.ok_or_else(Failure::form)?), &[], &[]);
    Ok(())
}

fn fence(at: &mut Lowering<'_>, words: &mut Words) -> Result<(), Failure> {
    if words.take("proxy") {
        return proxy(at, words);
    }
    // Initialised barriers are visible to the cluster at once.
    if words.take("mbarrier_init") {
        words.take_with(MemoryOrder::from_str);
        words.take_with(Scope::from_str);
        return Ok(());
    }
    words.take("alias");
    let order = words.take_with(MemoryOrder::from_str).unwrap_or(MemoryOrder::AcqRel);
    restricted(words);
    let scope = words.take_with(Scope::from_str).ok_or_else(Failure::form)?;
    at.builder.emit(Op::Fence(order, scope), &[], &[]);
    Ok(())
}

/// All ways to memory are one here, so of `fence.proxy` only its order is left, if it has one.
fn proxy(at: &mut Lowering<'_>, words: &mut Words) -> Result<(), Failure> {
    const KINDS: &[&str] = &[
        "alias",
        "async",
        "async::generic",
        "fabric::fabric",
        "fabric::generic",
        "generic::fabric",
        "tensormap::generic",
        "global",
        "shared::cta",
        "shared::cluster",
    ];
    while words.take_with(|word| KINDS.contains(&word).then_some(())).is_some() {}
    if let Some(order) = words.take_with(MemoryOrder::from_str) {
        restricted(words);
        let scope = words.take_with(Scope::from_str).ok_or_else(Failure::form)?;
        at.builder.emit(Op::Fence(order, scope), &[], &[]);
    }
    Ok(())
}

/// A fence for part of the memory may be one for all of it.
fn restricted(words: &mut Words) {
    words.take_with(|word| word.starts_with("sync_restrict::").then_some(()));
}
