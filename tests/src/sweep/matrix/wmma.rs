//! `wmma`: matrices go from shared or global memory into fragments, are multiplied, and go back.
//!
//! Who holds which element of a fragment is left open, so that loads, products and stores are seen only together: a
//! subject of a load or a store is a whole product in which that one instruction has the words of its form.

use super::places::Shape;
use super::{LANES, Product, Term, is_offered, register, size, sum};
use crate::sweep::{Certainty, Expected, FormId, Oracle, Subject};
use ptx_frontend::form::Variant;
use ptx_frontend::isa::Opcode;
use ptx_frontend::types::ScalarType;
use rustc_apfloat::Round;
use std::fmt::Write;

/// A, B, C, D.
const NAMES: [&str; 4] = ["a", "b", "c", "d"];
/// Bytes of shared memory for a matrix.
const ROOM: usize = 1024;

/// Subjects of a form of `wmma`.
pub(super) fn subjects(form: FormId, most: usize) -> Vec<Subject> {
    let variants = crate::sweep::table::variants(form, most).into_iter();
    variants
        .filter(is_offered)
        .filter_map(|variant| Some(subject(form, &variant, Plan::of(form.0, &variant)?)))
        .collect()
}

/// A product from memory to memory.
struct Plan {
    product: Product,
    /// Whether the matrices lie in memory by columns.
    by_columns: [bool; 4],
    /// Space words of the accesses.
    spaces: [&'static str; 4],
    /// The product's instruction.
    text: String,
}

impl Plan {
    fn of(opcode: Opcode, variant: &Variant) -> Option<Plan> {
        let has = |word: &str| variant.words.contains(&word);
        let size = variant.words.iter().find_map(|word| size(word))?;
        let word = variant.words.iter().find(|word| size_word(word))?;
        let mut by_columns = [false, true, false, false];
        let mut spaces = [".shared"; 4];
        let layouts: Vec<bool> = variant
            .words
            .iter()
            .filter_map(|word| ["row", "col"].iter().position(|layout| layout == word).map(|at| at == 1))
            .collect();
        let types = if opcode == Opcode::WmmaMma {
            (by_columns[0], by_columns[1]) = (layouts[0], layouts[1]);
            match variant.types[..] {
                [d, c] => [d, ScalarType::F16, ScalarType::F16, c],
                [d, a, b, c] => [d, a, b, c],
                _ => return None,
            }
        } else {
            let which = NAMES.iter().position(|name| has(name))?;
            by_columns[which] = layouts[0];
            spaces[which] = match (has("global"), has("shared"), has("shared::cta")) {
                (true, ..) => ".global",
                (_, true, _) => ".shared",
                (.., true) => ".shared::cta",
                _ => "",
            };
            types_with(which, *variant.types.first()?, size)?
        };
        // Elements of less than a byte lie by rows of A and by columns of B only.
        if types[1].bits() < 8 && by_columns[..2] != [false, true] {
            return None;
        }
        // Products around loads and stores use what is oldest.
        let (is_xor, saturates) = (has("xor") || opcode != Opcode::WmmaMma, has("satfinite"));
        let rounding = match (has("rz"), has("rm"), has("rp")) {
            (true, ..) => Round::TowardZero,
            (_, true, _) => Round::TowardNegative,
            (_, _, true) => Round::TowardPositive,
            _ => Round::NearestTiesToEven,
        };
        let text = if opcode == Opcode::WmmaMma {
            variant.text.clone()
        } else {
            let [a, b] = [0, 1].map(layout(&by_columns));
            let [d, of_a, of_b, c] = types;
            let types = match of_a {
                ScalarType::F16 => format!("{d}.{c}"),
                _ => format!("{d}.{of_a}.{of_b}.{c}"),
            };
            let bits = if of_a == ScalarType::B1 { ".xor.popc" } else { "" };
            format!("wmma.mma{bits}.sync.aligned.{a}.{b}.{word}.{types}")
        };
        let shape = Shape { size, bits: types[1].bits(), is_sparse: false, columns: [false, true] };
        let product = Product { shape, types, factors: None, is_xor, saturates, rounding };
        Some(Plan { product, by_columns, spaces, text })
    }

    /// Rows and columns.
    fn extent(&self, which: usize) -> (usize, usize) {
        let (m, n, k) = self.product.shape.size;
        [(m, k), (k, n), (m, n), (m, n)][which]
    }

    fn ty(&self, which: usize) -> ScalarType {
        let [d, a, b, c] = self.product.types;
        [a, b, c, d][which]
    }

    fn width(&self) -> usize {
        if self.product.types[0] == ScalarType::F64 { 64 } else { 32 }
    }

    /// Words of a lane, if all lanes share a matrix's memory.
    fn words(&self, which: usize) -> usize {
        let (rows, columns) = self.extent(which);
        rows * columns * self.ty(which).bits() as usize / (LANES * self.width())
    }

    /// Registers of a fragment.
    fn registers(&self, which: usize) -> usize {
        match self.ty(which) {
            ScalarType::F16 if which < 2 => 8,
            _ => self.words(which),
        }
    }

    /// Row and column of an element in memory.
    fn position(&self, which: usize, element: usize) -> (usize, usize) {
        let (rows, columns) = self.extent(which);
        if self.by_columns[which] { (element % rows, element / rows) } else { (element / columns, element % columns) }
    }

    /// From one line of a matrix to the next.
    fn stride(&self, which: usize) -> usize {
        let (rows, columns) = self.extent(which);
        if self.by_columns[which] { rows } else { columns }
    }
}

fn size_word(word: &str) -> bool {
    size(word).is_some()
}

fn layout(by_columns: &[bool; 4]) -> impl Fn(usize) -> &'static str + '_ {
    |which| if by_columns[which] { "col" } else { "row" }
}

/// Types of D, A, B, C of a product in which one matrix has this type.
fn types_with(which: usize, ty: ScalarType, size: (usize, usize, usize)) -> Option<[ScalarType; 4]> {
    use ScalarType::{B1, BF16, F16, F32, F64, S4, S8, S32, TF32, U4, U8};
    let sums = match (ty, size) {
        (F64, (8, 8, 4)) => F64,
        (TF32, (16, 16, 8)) | (F16 | BF16, (_, _, 16)) => F32,
        (S8 | U8, (_, _, 16)) | (S4 | U4, (_, _, 32)) | (B1, (_, _, 128)) => S32,
        (F32, _) | (S32, _) if which > 1 => ty,
        _ => return None,
    };
    if which < 2 {
        return Some([sums, ty, ty, sums]);
    }
    let of = match (ty, size) {
        (F64, _) => F64,
        (F32, (16, 16, 8)) => TF32,
        (F16 | F32, (_, _, 16)) => F16,
        (S32, (_, _, 16)) => S8,
        (S32, (_, _, 32)) => S4,
        (S32, (_, _, 128)) => B1,
        _ => return None,
    };
    Some([ty, of, of, ty])
}

fn subject(form: FormId, variant: &Variant, plan: Plan) -> Subject {
    let (bytes, class) = if plan.width() == 64 { (8, "b64") } else { (4, "b32") };
    let kinds: Vec<_> = (0..3).flat_map(|which| vec![register(plan.ty(which)); plan.words(which)]).collect();
    let mut body = String::from(
        "    mov.u32 %lane, %laneid;
    shr.u32 %warp, %thread, 5;
    mul.wide.u32 %room, %warp, 1024;
    ld.param.u64 %global, [scratch];
    add.u64 %global, %global, %room;
    and.b32 %warp, %warp, 3;
    setp.ne.u32 %tame, %warp, 0;
    mul.wide.u32 %room, %warp, 4096;
    mov.u64 %shared, matrices;
    add.u64 %shared, %shared, %room;
",
    );
    let mut line = |text: std::fmt::Arguments<'_>| writeln!(body, "    {text}").expect("writing to a string");
    line(format_args!("mul.wide.u32 %mine, %lane, {bytes};"));
    let is_global = |which: usize| plan.spaces[which] == ".global";
    // Where a matrix is, in its state space.
    for (which, name) in NAMES.iter().enumerate() {
        match is_global(which) {
            true => line(format_args!("mov.b64 %at_{name}, %global;")),
            false => line(format_args!("add.u64 %at_{name}, %shared, {};", which * ROOM)),
        }
    }
    let access_space = |which: usize| if is_global(which) { "global" } else { "shared" };
    let mut input = 0;
    for (which, name) in NAMES.iter().enumerate().take(3) {
        line(format_args!("add.u64 %word, %at_{name}, %mine;"));
        for word in 0..plan.words(which) {
            if let Some((and, or)) = kinds[input].1 {
                line(format_args!("@%tame and.{class} %i{input}, %i{input}, {and:#x};"));
                line(format_args!("@%tame or.{class} %i{input}, %i{input}, {or:#x};"));
            }
            let offset = word * LANES * bytes;
            line(format_args!("st.{}.{class} [%word+{offset}], %i{input};", access_space(which)));
            input += 1;
        }
    }
    line(format_args!("bar.warp.sync 0xffffffff;"));
    for (which, name) in NAMES.iter().enumerate() {
        if plan.spaces[which].is_empty() {
            line(format_args!("cvta.shared.u64 %at_{name}, %at_{name};"));
        }
    }
    let list = |which: usize| {
        let names: Vec<String> = (0..plan.registers(which)).map(|k| format!("%{}{k}", NAMES[which])).collect();
        format!("{{{}}}", names.join(", "))
    };
    let word = variant.words.iter().find(|word| size_word(word)).copied().unwrap_or_default();
    for (which, name) in NAMES.iter().enumerate().take(3) {
        line(format_args!(
            "wmma.load.{name}.sync.aligned.{}.{word}{}.{} {}, [%at_{name}], {};",
            layout(&plan.by_columns)(which),
            plan.spaces[which],
            plan.ty(which),
            list(which),
            plan.stride(which)
        ));
    }
    line(format_args!("{} {}, {}, {}, {};", plan.text, list(3), list(0), list(1), list(2)));
    line(format_args!(
        "wmma.store.d.sync.aligned.{}.{word}{}.{} [%at_d], {}, {};",
        layout(&plan.by_columns)(3),
        plan.spaces[3],
        plan.ty(3),
        list(3),
        plan.stride(3)
    ));
    line(format_args!("bar.warp.sync 0xffffffff;"));
    if plan.spaces[3].is_empty() {
        line(format_args!("cvta.to.shared.u64 %at_d, %at_d;"));
    }
    line(format_args!("add.u64 %word, %at_d, %mine;"));
    for output in 0..plan.words(3) {
        line(format_args!("ld.{}.{class} %o{output}, [%word+{}];", access_space(3), output * LANES * bytes));
    }
    let mut declarations = String::from(
        "    .reg .pred %tame;
    .reg .b32 %lane, %warp;
    .reg .b64 %room, %global, %shared, %mine, %word, %at_a, %at_b, %at_c, %at_d;
    .shared .align 32 .b8 matrices[16384];
",
    );
    for (which, name) in NAMES.iter().enumerate() {
        let _ = writeln!(declarations, "    .reg .{class} %{name}<{}>;", plan.registers(which));
    }
    let is_float = !matches!(plan.ty(3), ScalarType::S32 | ScalarType::F64);
    let outputs = vec![register(plan.ty(3)).0; plan.words(3)];
    let moderate: Vec<Option<(u64, u64)>> = kinds.iter().map(|(_, moderate)| *moderate).collect();
    let launch = move |inputs: &[Vec<u64>]| {
        let mut all: Vec<Vec<Expected>> = Vec::new();
        for warp in 0..inputs[0].len() / LANES {
            let words: Vec<Vec<u64>> = inputs
                .iter()
                .zip(&moderate)
                .map(|(input, moderate)| {
                    let (and, or) = moderate.filter(|_| warp % 4 != 0).unwrap_or((u64::MAX, 0));
                    input[warp * LANES..][..LANES].iter().map(|value| value & and | or).collect()
                })
                .collect();
            let results = of_warp(&plan, &words);
            all.resize_with(results.len(), Vec::new);
            all.iter_mut().zip(results).for_each(|(all, lanes)| all.extend(lanes));
        }
        all
    };
    Subject {
        name: variant.text.clone(),
        form,
        inputs: kinds.into_iter().map(|(register, _)| register).collect(),
        outputs,
        declarations,
        body,
        scratch: true,
        oracle: Oracle::Launch(Box::new(launch)),
        certainty: if is_float { Certainty::Approximate } else { Certainty::Exact },
    }
}

/// D by value in a lane's words of memory, and by lane.
fn of_warp(plan: &Plan, words: &[Vec<u64>]) -> Vec<Vec<Expected>> {
    let mut first = 0;
    let matrices: Vec<Vec<Vec<u64>>> = (0..3)
        .map(|which| {
            let count = plan.words(which);
            let matrix = matrix(plan, which, &words[first..first + count]);
            first += count;
            matrix
        })
        .collect();
    let per_word = plan.width() / plan.ty(3).bits() as usize;
    let (_, _, k) = plan.product.shape.size;
    let element = |lane: usize, i: usize| {
        let in_memory = (i / per_word * LANES + lane) * per_word + i % per_word;
        let (row, column) = plan.position(3, in_memory);
        let terms: Vec<Term> =
            (0..k).map(|k| Term { a: matrices[0][row][k], b: matrices[1][k][column], scale: 1.0 }).collect();
        sum(&plan.product, &terms, matrices[2][row][column])
    };
    (0..plan.words(3) * per_word).map(|i| (0..LANES).map(|lane| element(lane, i)).collect()).collect()
}

/// A matrix from the words of memory that lanes wrote.
fn matrix(plan: &Plan, which: usize, words: &[Vec<u64>]) -> Vec<Vec<u64>> {
    let (rows, columns) = plan.extent(which);
    let bits = plan.ty(which).bits();
    let per_word = plan.width() / bits as usize;
    let mut matrix = vec![vec![0; columns]; rows];
    for element in 0..rows * columns {
        let (word, i) = (element / per_word, element % per_word);
        let value = words[word / LANES][word % LANES] >> (i as u32 * bits) & (u64::MAX >> (64 - bits));
        let (row, column) = plan.position(which, element);
        matrix[row][column] = value;
    }
    matrix
}
