//! One statement: an operation or a terminator.

use super::{Cursor, Parsed, Values};
use crate::tile::asynchronous::parse as asynchronous;
use crate::tile::names::Name;
use crate::tile::ops::spelling;
use crate::tile::{
    Access, Args, Barrier, BarrierKind, Callee, Collective, ImageOp, Inst, Kernel, Mma, Op, Results, ShuffleMode,
    Space, SymbolId, Target, Terminator, VoteMode,
};
use ptx_frontend::checked::Origin;
use ptx_frontend::special::SpecialRegister;
use ptx_frontend::types::{AtomicOp, BoolOp, MemoryOrder, ScalarType, Scope};

pub(super) enum Statement {
    Inst(Inst),
    Terminator(Terminator, Origin),
}

/// Reads a line inside a block.
pub(super) fn statement(line: &mut Cursor<'_>, values: &mut Values, kernel: &Kernel) -> Parsed<Statement> {
    let mut results = Results::new();
    if line.clone().value().is_ok() {
        results = line.list(|line| values.definition(line))?.into();
        line.expect("=")?;
    }
    let start = line.clone();
    let word = line.word()?;
    if let Some(terminator) = terminator(line, word, &results)? {
        let origin = line.origin()?.unwrap_or_default();
        line.end()?;
        if terminator.results() != results {
            return Err(start.clone().error(&format!("`{word}` does not give these results")));
        }
        return Ok(Statement::Terminator(terminator, origin));
    }
    let op = op(line, word, &start, kernel)?;
    let args = args(line, &op)?;
    let mut inst = Inst { op: op_at(op, &args), args: args.args, results, origin: Origin::default() };
    let origin = line.origin()?;
    if matches!(inst.op, Op::Collective(_)) && line.eat("->") {
        let next = target(line)?;
        let at_end = line.origin()?.unwrap_or_default();
        inst.origin = origin.unwrap_or(at_end);
        line.end()?;
        return Ok(Statement::Terminator(Terminator::Collective(inst, next), at_end));
    }
    inst.origin = origin.unwrap_or_default();
    line.end()?;
    Ok(Statement::Inst(inst))
}

fn terminator(line: &mut Cursor<'_>, word: &str, results: &Results) -> Parsed<Option<Terminator>> {
    Ok(Some(match word {
        "jump" => Terminator::Jump(target(line)?),
        "branch" => {
            let condition = line.operand()?;
            line.expect("?")?;
            let then = target(line)?;
            line.expect(":")?;
            Terminator::Branch { condition, then, otherwise: target(line)? }
        }
        "switch" => {
            let index = line.operand()?;
            line.expect("[")?;
            let targets = if line.eat("]") {
                Vec::new()
            } else {
                let targets = line.list(target)?;
                line.expect("]")?;
                targets
            };
            Terminator::Switch { index, targets }
        }
        "exit" => Terminator::Exit,
        "trap" => Terminator::Trap,
        "return" => {
            let has_values = !line.is_at_end() && line.clone().origin()?.is_none();
            Terminator::Return(if has_values { line.list(Cursor::operand)?.into() } else { Args::new() })
        }
        "call" => {
            let callee = if line.eat("[") {
                let address = line.operand()?;
                line.expect("]")?;
                Callee::Indirect(address)
            } else {
                Callee::Direct(line.function()?)
            };
            line.expect("(")?;
            let args = if line.eat(")") {
                Args::new()
            } else {
                let args = line.list(Cursor::operand)?.into();
                line.expect(")")?;
                args
            };
            line.expect("->")?;
            Terminator::Call { callee, args, results: results.clone(), next: target(line)? }
        }
        _ if word.starts_with("barrier.") => {
            let kind = match &word["barrier.".len()..] {
                "sync" => BarrierKind::Sync,
                "arrive" => BarrierKind::Arrive,
                "cluster.arrive" => BarrierKind::ClusterArrive,
                "cluster.wait" => BarrierKind::ClusterWait,
                other => match other.strip_prefix("reduce.").and_then(BoolOp::from_str) {
                    Some(op) => BarrierKind::Reduce(op),
                    None => return Err(line.error(&format!("`{word}` is no barrier"))),
                },
            };
            let id = line.operand()?;
            let (mut count, mut operand) = (None, None);
            while line.eat(",") {
                if line.eat("count") {
                    count = Some(line.operand()?);
                } else {
                    line.expect("of")?;
                    operand = Some(line.operand()?);
                }
            }
            let reduction = match (operand, results.first()) {
                (Some(operand), Some(&result)) => Some((operand, result)),
                (None, _) => None,
                (Some(_), None) => return Err(line.error("a reduction has a result")),
            };
            line.expect("->")?;
            Terminator::Barrier(Barrier { id, count, kind, reduction }, target(line)?)
        }
        _ => return Ok(None),
    }))
}

fn target(line: &mut Cursor<'_>) -> Parsed<Target> {
    let block = line.block()?;
    let mut args = Args::new();
    if line.eat("(") {
        args = line.list(Cursor::operand)?.into();
        line.expect(")")?;
    }
    Ok(Target { block, args })
}

/// The operation that a word and what belongs to it means.
fn op(line: &mut Cursor<'_>, word: &str, start: &Cursor<'_>, kernel: &Kernel) -> Parsed<Op> {
    if let Some(register) = SpecialRegister::from_str(word) {
        return Ok(Op::Special(register));
    }
    let (first, words) = match word.split_once('.') {
        Some((first, words)) => (first, words.split('.').collect()),
        None => (word, Vec::new()),
    };
    let Some(name) = Name::from_str(first) else {
        let mut text = word.to_owned();
        if line.eat("#") {
            text.push_str(&format!(" #{:#x}", line.number()?));
        }
        let (elementwise, attributes) = spelling::parse(&text).map_err(|message| start.clone().error(&message))?;
        return Ok(Op::Elementwise(elementwise, attributes));
    };
    let op = match name {
        Name::Symbol if line.eat("#") => Some(Op::Symbol(SymbolId(line.number()?))),
        Name::Symbol => {
            let mut at = line.clone();
            let symbol = line.name()?;
            match kernel.symbols.iter().position(|s| *s == symbol) {
                Some(number) => Some(Op::Symbol(SymbolId(number as u32))),
                None => return Err(at.error(&format!("the kernel lists no symbol `{symbol}`"))),
            }
        }
        Name::FrameAddress => Some(Op::FrameAddress(line.number()?)),
        Name::FunctionAddress => Some(Op::FunctionAddress(line.function()?)),
        _ => with_words(name, &words),
    };
    op.ok_or_else(|| start.clone().error(&format!("`{word}` is not of the form `{}`", name.usage())))
}

/// The operation with these attribute words; `None` if they do not fit.
fn with_words(name: Name, words: &[&str]) -> Option<Op> {
    let collective = |collective| Some(Op::Collective(collective));
    match (name, words) {
        (Name::DynamicShared, []) => Some(Op::DynamicShared),
        (Name::Load, words) => Some(Op::Load(access(words)?)),
        (Name::Store, words) => Some(Op::Store(access(words)?)),
        (Name::Atomic, [operation, words @ ..]) => Some(Op::Atomic(AtomicOp::from_str(operation)?, access(words)?)),
        (Name::Fence, [order, scope]) => Some(Op::Fence(MemoryOrder::from_str(order)?, Scope::from_str(scope)?)),
        (Name::Printf, []) => Some(Op::Printf),
        (Name::AssertFail, []) => Some(Op::AssertFail),
        (Name::StackTop, []) => Some(Op::StackTop),
        (Name::SetStackTop, []) => Some(Op::SetStackTop),
        (Name::Malloc, []) => Some(Op::Malloc),
        (Name::Free, []) => Some(Op::Free),
        (Name::Sleep, []) => Some(Op::Sleep),
        (Name::Mbarrier, words) => asynchronous::mbarrier(words).map(Op::Async),
        (Name::BulkCopy, words) => asynchronous::copy(words).map(Op::Async),
        (Name::BulkClear, words) => asynchronous::clear(words).map(Op::Async),
        (Name::CancelLaunch, words) => asynchronous::cancel(words).map(Op::Async),
        (Name::TensorCopy, words) => asynchronous::tensor(words).map(Op::Async),
        (Name::Nop, []) => Some(Op::Nop),
        (Name::Texture, words) => ImageOp::parse_fetch(words).map(Op::Image),
        (Name::ImageQuery, words) => ImageOp::parse_query(words).map(Op::Image),
        (Name::IsImage, words) => ImageOp::parse_is_kind(words).map(Op::Image),
        (Name::SurfaceLoad, words) => ImageOp::parse_load(words).map(Op::Image),
        (Name::SurfaceStore, words) => ImageOp::parse_store(words).map(Op::Image),
        (Name::SurfaceReduce, words) => ImageOp::parse_reduce(words).map(Op::Image),
        (Name::Shuffle, [mode]) => collective(Collective::Shuffle(ShuffleMode::from_str(mode)?)),
        (Name::Vote, [mode]) => collective(Collective::Vote(VoteMode::from_str(mode)?)),
        (Name::Ballot, []) => collective(Collective::Ballot),
        (Name::Match, ["any", ty]) => collective(Collective::MatchAny(ScalarType::from_str(ty)?)),
        (Name::Match, ["all", ty]) => collective(Collective::MatchAll(ScalarType::from_str(ty)?)),
        (Name::Reduce, [operation, flags @ .., ty]) => {
            let (abs, nan) = match flags {
                [] => (false, false),
                ["abs"] => (true, false),
                ["NaN"] => (false, true),
                ["abs", "NaN"] => (true, true),
                _ => return None,
            };
            collective(Collective::Reduce(AtomicOp::from_str(operation)?, ScalarType::from_str(ty)?, abs, nan))
        }
        (Name::Elect, []) => collective(Collective::Elect),
        (Name::WarpBarrier, []) => collective(Collective::WarpBarrier),
        (Name::ActiveMask, []) => collective(Collective::ActiveMask),
        (Name::Mma, words) => collective(Collective::Mma(Mma::from_words(words)?)),
        _ => None,
    }
}

/// `global.relaxed.gpu.v4.f32`
fn access(words: &[&str]) -> Option<Access> {
    let (space, words) = words.split_first()?;
    let (ty, mut words) = words.split_last()?;
    let (mut order, mut scope, mut vector) = (MemoryOrder::Weak, Scope::Cta, 1);
    if let [order_word, scope_word, rest @ ..] = words {
        (order, scope) = (MemoryOrder::from_str(order_word)?, Scope::from_str(scope_word)?);
        words = rest;
    }
    if let [count] = words {
        vector = count.strip_prefix('v')?.parse().ok()?;
    } else if !words.is_empty() {
        return None;
    }
    let (space, ty) = (Space::from_str(space)?, ScalarType::from_str(ty)?);
    Some(Access { space, ty, vector, order, scope, offset: 0 })
}

/// The arguments of an operation; the offset that belongs to the operation itself comes with the address.
struct Arguments {
    args: Args,
    offset: i32,
}

fn args(line: &mut Cursor<'_>, op: &Op) -> Parsed<Arguments> {
    let mut found = Arguments { args: Args::new(), offset: 0 };
    if matches!(op, Op::Load(_) | Op::Store(_) | Op::Atomic(..)) {
        line.expect("[")?;
        found.args.push(line.operand()?);
        let negative = line.eat("-");
        if negative || line.eat("+") {
            let offset = i64::from(line.number()?);
            let offset = i32::try_from(if negative { -offset } else { offset });
            found.offset = offset.map_err(|_| line.error("the offset does not fit 32 bits"))?;
        }
        line.expect("]")?;
        if !line.eat(",") {
            return Ok(found);
        }
    } else if line.is_at_end() || line.clone().eat("@") || line.clone().eat("->") {
        return Ok(found);
    }
    found.args.extend(line.list(Cursor::operand)?);
    Ok(found)
}

fn op_at(mut op: Op, args: &Arguments) -> Op {
    if let Op::Load(access) | Op::Store(access) | Op::Atomic(_, access) = &mut op {
        access.offset = args.offset;
    }
    op
}
