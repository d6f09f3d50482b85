//! `ldmatrix` and `stmatrix`: rows of 16 bytes in shared memory, one for each lane, and pieces of them in registers.

use super::{LANES, is_offered};
use crate::sweep::{Certainty, Expected, FormId, Oracle, Register, Subject};
use ptx_frontend::form::Variant;
use ptx_frontend::isa::Opcode;
use ptx_frontend::types::ScalarType;
use std::fmt::Write;

/// Subjects of a form of `ldmatrix` or `stmatrix`.
pub(super) fn subjects(form: FormId, most: usize) -> Vec<Subject> {
    let variants = crate::sweep::table::variants(form, most).into_iter();
    variants
        .filter(is_offered)
        .filter_map(|variant| if form.0 == Opcode::Ldmatrix { load(form, &variant) } else { store(form, &variant) })
        .collect()
}

fn matrices(variant: &Variant) -> Option<usize> {
    [("x1", 1), ("x2", 2), ("x4", 4)].into_iter().find(|(word, _)| variant.words.contains(word)).map(|(_, count)| count)
}

/// Before the instruction: every lane's row is in shared memory, and `%row` is its address.
fn prologue(variant: &Variant) -> String {
    let mut body = String::from(
        "    mov.u32 %lane, %tid.x;
    mul.wide.u32 %row, %lane, 16;
    mov.u64 %rows, rows;
    add.u64 %row, %rows, %row;
    mov.b64 %own, %row;
",
    );
    if !variant.words.iter().any(|word| word.starts_with("shared")) {
        body += "    cvta.shared.u64 %row, %row;\n";
    }
    body
}

const DECLARATIONS: &str = "    .reg .b32 %lane;
    .reg .b64 %row, %rows, %own;
    .shared .align 16 .b8 rows[2048];
";

fn list(letter: char, count: usize) -> String {
    format!("{{{}}}", (0..count).map(|k| format!("%{letter}{k}")).collect::<Vec<_>>().join(", "))
}

fn words(count: usize) -> Vec<Register> {
    vec![Register::new(32, ScalarType::B32); count]
}

fn load(form: FormId, variant: &Variant) -> Option<Subject> {
    let count = matrices(variant)?;
    let has = |word: &str| variant.words.contains(&word);
    let (is_large, transposes) = (has("m16n16"), has("trans"));
    let bits = match (has("b16"), has("b6x16_p32"), has("b4x16_p64")) {
        (true, ..) => 16,
        (_, true, _) => 6,
        (.., true) => 4,
        _ => 8,
    };
    let outputs = if is_large { 2 * count } else { count };
    let body = format!(
        "{}    st.shared.v4.b32 [%own], {};\n    bar.warp.sync 0xffffffff;\n    {} {}, [%row];",
        prologue(variant),
        list('i', 4),
        variant.text,
        list('o', outputs)
    );
    let launch = move |inputs: &[Vec<u64>]| {
        let threads = inputs[0].len();
        // Element `at` of the row that a thread gave.
        let element = |thread: usize, at: usize| {
            let row = (0..4).fold(0u128, |row, k| row | u128::from(inputs[k][thread]) << (32 * k));
            (row >> (at * bits)) as u64 & ((1 << bits) - 1)
        };
        let register = |output: usize, thread: usize| {
            let (warp, group, place) = (thread / LANES * LANES, thread % LANES / 4, thread % 4);
            let slot = if bits == 16 { 16 } else { 8 };
            let pack = |values: Vec<u64>| values.iter().rev().fold(0, |all, value| all << slot | value);
            Expected::Bits(match (is_large, transposes) {
                (true, _) => {
                    let (matrix, right) = (output / 2, output % 2);
                    pack((0..4).map(|i| element(warp + 16 * matrix + 4 * place + i, group + 8 * right)).collect())
                }
                (_, true) => pack((0..2).map(|i| element(warp + 8 * output + 2 * place + i, group)).collect()),
                _ => {
                    let in_register = 32 / slot;
                    let values = (0..in_register).map(|i| element(warp + 8 * output + group, in_register * place + i));
                    pack(values.collect())
                }
            })
        };
        (0..outputs).map(|output| (0..threads).map(|thread| register(output, thread)).collect()).collect()
    };
    Some(Subject {
        name: variant.text.clone(),
        form,
        inputs: words(4),
        outputs: words(outputs),
        declarations: DECLARATIONS.into(),
        body,
        scratch: false,
        oracle: Oracle::Launch(Box::new(launch)),
        certainty: Certainty::Exact,
    })
}

fn store(form: FormId, variant: &Variant) -> Option<Subject> {
    let count = matrices(variant)?;
    let has = |word: &str| variant.words.contains(&word);
    let (is_narrow, transposes) = (has("b8"), has("trans"));
    let mut body = prologue(variant);
    let _ = write!(
        body,
        "    mov.b32 %lane, 0;
    st.shared.v4.b32 [%own], {{%lane, %lane, %lane, %lane}};
    bar.warp.sync 0xffffffff;
    {} [%row], {};
    bar.warp.sync 0xffffffff;
    ld.shared.v4.b32 {}, [%own];",
        variant.text,
        list('i', count),
        list('o', 4)
    );
    let launch = move |inputs: &[Vec<u64>]| {
        // The byte at a place of the row that a thread gave.
        let byte = |thread: usize, at: usize| {
            let (warp, lane) = (thread / LANES * LANES, thread % LANES);
            let (matrix, row) = (lane / 8, lane % 8);
            if matrix >= count {
                return 0;
            }
            // Which lane has it, and which byte of its register it is.
            let (from, part) = match (is_narrow, transposes) {
                // Row `at`, column `row`: two columns side by side, then those eight rows below.
                (true, _) => (4 * (at % 8) + row / 2, 2 * (at / 8) + row % 2),
                (_, true) => (4 * (at / 2) + row / 2, 2 * (row % 2) + at % 2),
                _ => (4 * row + at / 4, at % 4),
            };
            inputs[matrix][warp + from] >> (8 * part) & 0xff
        };
        let word = |k: usize, thread: usize| {
            Expected::Bits((0..4).rev().fold(0, |word, i| word << 8 | byte(thread, 4 * k + i)))
        };
        (0..4).map(|k| (0..inputs[0].len()).map(|thread| word(k, thread)).collect()).collect()
    };
    Some(Subject {
        name: variant.text.clone(),
        form,
        inputs: words(count),
        outputs: words(4),
        declarations: DECLARATIONS.into(),
        body,
        scratch: false,
        oracle: Oracle::Launch(Box::new(launch)),
        certainty: Certainty::Exact,
    })
}
