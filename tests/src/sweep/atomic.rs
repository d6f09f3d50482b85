//! `atom` and `red`: every thread on a cell of its own, so that the old and the new value are determined; and all
//! threads of a block on one cell, where the order makes no difference.

use super::oracle::format::Format;
use super::oracle::{Int, float_add, float_maximum};
use super::{Certainty, Expected, FormId, Oracle, Register, Subject, ones};
use ptx_frontend::form::Variant;
use ptx_frontend::isa::Opcode;
use ptx_frontend::types::ScalarType;
use rustc_apfloat::Round;

/// Subjects of a form of `atom` or `red`.
pub fn subjects(form: FormId, most: usize) -> Option<Vec<Subject>> {
    if !matches!(form.0, Opcode::Atom | Opcode::Red) {
        return None;
    }
    let variants = super::table::variants(form, most);
    Some(variants.into_iter().flat_map(|variant| [alone(form, &variant), together(form, &variant)]).flatten().collect())
}

/// What an operation makes of the old value: one lane of it.
type Combine = Box<dyn Fn(u64, u64, u64) -> Expected + Send + Sync>;

/// Bits of a lane, and what happens to it.
fn combine(variant: &Variant) -> Option<(u32, Combine)> {
    let ty = *variant.types.last()?;
    let has = |word: &str| variant.words.contains(&word);
    let operations = ["and", "or", "xor", "exch", "cas", "add", "inc", "dec", "min", "max"];
    let operation = *variant.words.iter().find(|word| operations.contains(word))?;
    if let Some((format, _)) = Format::packed(ty) {
        // In global memory, single precision is flushed; shared memory keeps subnormals.
        let flushes = ty == ScalarType::F32 && !variant.words.iter().any(|word| word.starts_with("shared"));
        let read = move |bits: u64| if flushes { format.flushed(bits) } else { bits };
        let sign = format.sign();
        let nan = move |bits: u64| match format.is_nan(bits) {
            true if format == Format::F64 => Expected::Nan(format),
            true => Expected::Bits(format.canonical_nan()),
            false => Expected::Bits(read(bits)),
        };
        let combine: Combine = match operation {
            "add" => Box::new(move |old, b, _| nan(float_add(format, Round::NearestTiesToEven, read(old), read(b)))),
            "max" => Box::new(move |old, b, _| nan(float_maximum(format, old, b))),
            _ => Box::new(move |old, b, _| {
                let least = float_maximum(format, old ^ sign, b ^ sign);
                nan(if format.is_nan(least) { least } else { least ^ sign })
            }),
        };
        return Some((format.bits(), combine));
    }
    let int = Int::of(ty)?;
    let bits = move |f: fn(i128, i128, i128) -> i128| -> Combine {
        Box::new(move |old, b, c| Expected::Bits(int.write(f(int.read(old), int.read(b), int.read(c)))))
    };
    let combine = match operation {
        "and" => bits(|old, b, _| old & b),
        "or" => bits(|old, b, _| old | b),
        "xor" => bits(|old, b, _| old ^ b),
        "exch" => bits(|_, b, _| b),
        "cas" => bits(|old, b, c| if old == b { c } else { old }),
        "add" => bits(|old, b, _| old + b),
        "inc" => bits(|old, b, _| if old >= b { 0 } else { old + 1 }),
        "dec" => bits(|old, b, _| if old == 0 || old > b { b } else { old - 1 }),
        "min" => bits(|old, b, _| old.min(b)),
        _ => bits(|old, b, _| old.max(b)),
    };
    (!has("b128")).then_some((int.bits, combine))
}

/// Where the cells are.
fn address(variant: &Variant, index: &str, size: u32) -> (String, &'static str) {
    let is_shared = variant.words.iter().any(|word| word.starts_with("shared"));
    if is_shared {
        let code = format!(
            "    mov.u64 %cell, cells;\n    mul.wide.u32 %offset, {index}, {size};\n    add.u64 %cell, %cell, %offset;\n"
        );
        return (code, ".shared");
    }
    let code = format!(
        "    ld.param.u64 %cell, [scratch];\n    mul.wide.u32 %offset, {index}, {size};\n    add.u64 %cell, %cell, %offset;\n"
    );
    (code, ".global")
}

const DECLARATIONS: &str = "    .shared .align 32 .b8 cells[4096];
    .reg .b64 %cell, %policy;
    .reg .b32 %number;
";

fn operands(variant: &Variant, result: &str, values: &[String]) -> String {
    let has_result = variant.places[0].is_destination;
    let hint = if variant.words.contains(&"L2::cache_hint") { ", %policy" } else { "" };
    let values = values.join(", ");
    if has_result { format!("{result}, [%cell], {values}{hint}") } else { format!("[%cell], {values}{hint}") }
}

fn prepare(variant: &Variant) -> &'static str {
    if variant.words.contains(&"L2::cache_hint") {
        "    createpolicy.fractional.L2::evict_last.b64 %policy;\n"
    } else {
        ""
    }
}

/// A vector in braces, a single value without.
fn group(names: impl Iterator<Item = String>) -> String {
    let names: Vec<String> = names.collect();
    if names.len() == 1 { names[0].clone() } else { format!("{{{}}}", names.join(", ")) }
}

/// Each thread has a cell.
fn alone(form: FormId, variant: &Variant) -> Option<Subject> {
    let ty = *variant.types.last()?;
    let (lane_bits, combine) = combine(variant)?;
    let count = variant.words.iter().find_map(|word| word.strip_prefix('v')?.parse().ok()).unwrap_or(1u32);
    let bits = ty.bits();
    let lanes = bits / lane_bits;
    let register = Register { bits, ty, lanes };
    let is_cas = variant.words.contains(&"cas");
    let has_result = variant.places[0].is_destination;
    // Old values, then operands, then the third operand of `cas`.
    let inputs = vec![register; (2 * count + u32::from(is_cas)) as usize];
    let outputs = vec![register; if has_result { 2 * count } else { count } as usize];
    let (mut body, space) =
        address(variant, if variant.words.iter().any(|w| w.starts_with("shared")) { "%number" } else { "%thread" }, 32);
    body = format!("    mov.u32 %number, %tid.x;\n{body}{}", prepare(variant));
    let step = bits / 8;
    for k in 0..count {
        body += &format!("    st{space}.b{bits} [%cell+{}], %i{k};\n", k * step);
    }
    let mut values = vec![group((count..2 * count).map(|k| format!("%i{k}")))];
    if is_cas {
        values.push(format!("%i{}", 2 * count));
    }
    let result = group((0..count).map(|k| format!("%o{k}")));
    body += &format!("    {} {};\n", variant.text, operands(variant, &result, &values));
    let first = if has_result { count } else { 0 };
    for k in 0..count {
        body += &format!("    ld{space}.b{bits} %o{}, [%cell+{}];\n", first + k, k * step);
    }
    let meaning = move |x: &[u64], out: &mut Vec<Expected>| {
        let lane = |value: u64, lane: u32| value >> (lane * lane_bits) & ones(lane_bits);
        let (olds, rest) = x.split_at(count as usize);
        if has_result {
            out.extend(olds.iter().flat_map(|old| (0..lanes).map(|part| Expected::Bits(lane(*old, part)))));
        }
        let third = if is_cas { rest[count as usize] } else { 0 };
        for (old, b) in olds.iter().zip(rest) {
            out.extend((0..lanes).map(|part| combine(lane(*old, part), lane(*b, part), lane(third, part))));
        }
    };
    Some(Subject {
        name: variant.text.clone(),
        form,
        inputs,
        outputs,
        declarations: DECLARATIONS.into(),
        body,
        scratch: true,
        oracle: Oracle::Thread(Box::new(meaning)),
        certainty: Certainty::Exact,
    })
}

/// All threads of a block share a cell; for integers, where the order makes no difference.
fn together(form: FormId, variant: &Variant) -> Option<Subject> {
    let ty = *variant.types.last()?;
    let commutes = ["add", "min", "max", "and", "or", "xor"].iter().any(|word| variant.words.contains(word));
    if !commutes || Format::packed(ty).is_some() {
        return None;
    }
    let (bits, combine) = combine(variant)?;
    let register = Register::new(bits, ty);
    let is_shared = variant.words.iter().any(|word| word.starts_with("shared"));
    let (address, space) = address(variant, if is_shared { "%zero" } else { "%block" }, 32);
    let result = "%old".to_owned();
    let values = ["%i0".to_owned()];
    let body = format!(
        "    mov.u32 %number, %tid.x;
    mov.u32 %block, %ctaid.x;
    mov.u32 %zero, 0;
{address}{}    setp.eq.u32 %guard, %number, 0;
    @%guard st{space}.b{bits} [%cell], %i0;
    bar.sync 0;
    {} {};
    bar.sync 0;
    ld{space}.b{bits} %o0, [%cell];
",
        prepare(variant),
        variant.text,
        operands(variant, &result, &values)
    );
    let meaning = move |inputs: &[Vec<u64>]| {
        let blocks = inputs[0].chunks(super::inputs::BLOCK);
        let results = blocks.flat_map(|block| {
            // The first thread's value is there before, and it takes part like the others.
            let result = block.iter().fold(block[0], |old, value| match combine(old, *value, 0) {
                Expected::Bits(bits) => bits,
                other => unreachable!("integers are determined: {other:?}"),
            });
            vec![Expected::Bits(result); block.len()]
        });
        vec![results.collect()]
    };
    Some(Subject {
        name: format!("{} by a block", variant.text),
        form,
        inputs: vec![register],
        outputs: vec![register],
        declarations: format!("{DECLARATIONS}    .reg .b32 %block, %zero;\n    .reg .b{bits} %old;\n"),
        body,
        scratch: true,
        oracle: Oracle::Launch(Box::new(meaning)),
        certainty: Certainty::Exact,
    })
}
