//! `set` and `setp`.

use super::format::Format;
use super::{Found, Instruction, Int};
use crate::sweep::{Certainty, Expected, ones};
use ptx_frontend::isa::Opcode;
use std::cmp::Ordering;

const OPERATORS: [&str; 18] = [
    "eq", "ne", "lt", "le", "gt", "ge", "lo", "ls", "hi", "hs", "equ", "neu", "ltu", "leu", "gtu", "geu", "num", "nan",
];

/// Whether the operator holds; `None` means that an operand is a NaN.
fn holds(operator: &str, order: Option<Ordering>) -> bool {
    match operator {
        "num" => return order.is_some(),
        "nan" => return order.is_none(),
        _ => {}
    }
    let Some(order) = order else { return operator.len() == 3 };
    match operator.strip_suffix('u').unwrap_or(operator) {
        "eq" => order.is_eq(),
        "ne" => order.is_ne(),
        "lt" | "lo" => order.is_lt(),
        "le" | "ls" => order.is_le(),
        "gt" | "hi" => order.is_gt(),
        "ge" | "hs" => order.is_ge(),
        _ => unreachable!("no operator `{operator}`"),
    }
}

pub(super) fn meaning(instruction: &Instruction) -> Found {
    let is_setp = match instruction.opcode {
        Opcode::Setp => true,
        Opcode::Set => false,
        _ => return None,
    };
    let operator = *instruction.words.iter().find(|word| OPERATORS.contains(word))?;
    let combine = instruction.words.iter().copied().find(|word| ["and", "or", "xor"].contains(word));
    let source = *instruction.types.last()?;
    let flushes = instruction.has("ftz");
    let float = Format::packed(source);
    let int = Int::of(source);
    let (lanes, width) = float.map_or((1, source.bits()), |(format, lanes)| (lanes, format.bits()));
    let compare = move |a: u64, b: u64| {
        let order = match float {
            Some((format, _)) => {
                let [a, b] = [a, b].map(|bits| format.value(if flushes { format.flushed(bits) } else { bits }));
                a.partial_cmp(&b)
            }
            None => {
                let int = int.expect("operands are numbers");
                Some(int.read(a).cmp(&int.read(b)))
            }
        };
        holds(operator, order)
    };
    let combined = move |truth: bool, with: Option<u64>| {
        let with = with == Some(1);
        match combine {
            Some("and") => truth && with,
            Some("or") => truth || with,
            Some("xor") => truth != with,
            _ => truth,
        }
    };
    let lane = move |x: u64, lane: u32| x >> (lane * width) & ones(width);
    if is_setp {
        let destinations = instruction.destinations;
        let meaning = move |x: &[u64], out: &mut Vec<Expected>| {
            let c = x.get(2).copied();
            let truth = compare(lane(x[0], 0), lane(x[1], 0));
            out.push(Expected::Bits(combined(truth, c).into()));
            if destinations == 2 {
                // Of a pair, the second result is that of the upper half; otherwise that of the opposite.
                let other = if lanes == 2 { compare(lane(x[0], 1), lane(x[1], 1)) } else { !truth };
                out.push(Expected::Bits(combined(other, c).into()));
            }
        };
        return Some((Box::new(meaning), Certainty::Exact));
    }
    let to = instruction.ty(0);
    // A packed result is judged half by half.
    let splits = Format::packed(to).is_some_and(|(_, lanes)| lanes == 2);
    let yes = match Format::packed(to) {
        Some((format, _)) => format.one(),
        None => ones(to.bits() / lanes),
    };
    let meaning = move |x: &[u64], out: &mut Vec<Expected>| {
        let results = (0..lanes).map(|index| {
            let truth = compare(lane(x[0], index), lane(x[1], index));
            if combined(truth, x.get(2).copied()) { yes } else { 0 }
        });
        if splits {
            out.extend(results.map(Expected::Bits));
        } else {
            let word = results.rev().fold(0, |word, result| word << (to.bits() / lanes) | result);
            out.push(Expected::Bits(word));
        }
    };
    Some((Box::new(meaning), Certainty::Exact))
}
