//! Matrices: `mma`, `wmma`, `ldmatrix`, `stmatrix` and `movmatrix`.
//!
//! Products: the lanes' registers are gathered into whole matrices as the manual draws
//! them, multiplied, and taken apart again.
//!
//! Of every four warps, one keeps the registers as they come, with infinities, NaN and numbers of any size; in the others
//! they become numbers of moderate size, so that sums mean something. The manual leaves the precision of sums open: what
//! is asked for is single precision, or half precision, of the sum of magnitudes.

use super::oracle::format::Format;
use super::{Bound, Certainty, Expected, FormId, Oracle, Register, Subject};
use ptx_frontend::form::Variant;
use ptx_frontend::isa::Opcode;
use ptx_frontend::types::ScalarType;
use rustc_apfloat::ieee::Double;
use rustc_apfloat::{Float, Round};
use std::fmt::Write;

mod places;
mod rows;
mod wmma;

use places::{Place, Shape};

/// Lanes of a warp.
const LANES: usize = 32;

/// Subjects of a form that works on matrices in registers.
pub fn subjects(form: FormId, most: usize) -> Option<Vec<Subject>> {
    match form.0 {
        Opcode::Mma => {
            let variants = super::table::variants(form, most).into_iter();
            Some(variants.filter_map(|variant| product(form, &variant)).collect())
        }
        Opcode::Movmatrix => Some(vec![transposition(form)]),
        Opcode::WmmaLoad | Opcode::WmmaMma | Opcode::WmmaStore => Some(wmma::subjects(form, most)),
        Opcode::Ldmatrix | Opcode::Stmatrix => Some(rows::subjects(form, most)),
        _ => None,
    }
}

fn transposition(form: FormId) -> Subject {
    let launch = |inputs: &[Vec<u64>]| {
        let element = |warp: usize, row: usize, column: usize| {
            inputs[0][warp * LANES + 4 * row + column / 2] >> (16 * (column % 2)) & 0xffff
        };
        let lane = |thread: usize| {
            let (warp, row, column) = (thread / LANES, thread % LANES / 4, thread % 4 * 2);
            Expected::Bits(element(warp, column, row) | element(warp, column + 1, row) << 16)
        };
        vec![(0..inputs[0].len()).map(lane).collect()]
    };
    let text = "movmatrix.sync.aligned.m8n8.trans.b16";
    Subject {
        name: text.into(),
        form,
        inputs: vec![Register::new(32, ScalarType::B32)],
        outputs: vec![Register::new(32, ScalarType::B32)],
        declarations: String::new(),
        body: format!("    {text} %o0, %i0;"),
        scratch: false,
        oracle: Oracle::Launch(Box::new(launch)),
        certainty: Certainty::Exact,
    }
}

/// Whether a module of the version that the sweeps write may have the variant: `.shared::cta` is younger than the lines it
/// stands in, and `.aligned` may be missing only in modules older than those.
fn is_offered(variant: &Variant) -> bool {
    !variant.words.contains(&"shared::cta") && variant.words.contains(&"aligned")
}

/// A product as its dot-words describe it.
struct Product {
    shape: Shape,
    /// Types of D, A, B, C.
    types: [ScalarType; 4],
    /// Type of the factors, and how many parts of a row have one each.
    factors: Option<(ScalarType, usize)>,
    is_xor: bool,
    saturates: bool,
    rounding: Round,
}

impl Product {
    fn of(variant: &Variant) -> Option<Product> {
        let has = |word: &str| variant.words.contains(&word);
        let [d, a, b, c, rest @ ..] = &variant.types[..] else { return None };
        let parts = match (has("scale_vec::2X"), has("scale_vec::4X"), has("kind::mxf4")) {
            (_, true, _) => 4,
            (true, _, _) | (_, _, true) => 2,
            _ => 1,
        };
        let factors = rest.first().map(|ty| (*ty, parts));
        // Only four parts have factors of `.ue4m3`.
        if matches!(factors, Some((ScalarType::UE4M3, 2))) {
            return None;
        }
        let layouts: Vec<&str> = variant.words.iter().copied().filter(|word| ["row", "col"].contains(word)).collect();
        let shape = Shape {
            size: variant.words.iter().find_map(|word| size(word))?,
            bits: match a {
                ScalarType::E2M1 if has("kind::mxf4") || has("kind::mxf4nvf4") => 4,
                ScalarType::E2M1 | ScalarType::E2M3 | ScalarType::E3M2 => 8,
                ty => ty.bits(),
            },
            is_sparse: has("sp") || has("sp::ordered_metadata"),
            columns: [layouts.first() == Some(&"col"), layouts.get(1) == Some(&"col")],
        };
        let rounding = match (has("rz"), has("rm"), has("rp")) {
            (true, ..) => Round::TowardZero,
            (_, true, _) => Round::TowardNegative,
            (_, _, true) => Round::TowardPositive,
            _ => Round::NearestTiesToEven,
        };
        let (is_xor, saturates) = (has("xor"), has("satfinite"));
        Some(Product { shape, types: [*d, *a, *b, *c], factors, is_xor, saturates, rounding })
    }
}

fn size(word: &str) -> Option<(usize, usize, usize)> {
    let (m, rest) = word.strip_prefix('m')?.split_once('n')?;
    let (n, k) = rest.split_once('k')?;
    Some((m.parse().ok()?, n.parse().ok()?, k.parse().ok()?))
}

/// Registers with elements of a type, and what makes their elements moderate: an `and`, then an `or`.
fn register(ty: ScalarType) -> (Register, Option<(u64, u64)>) {
    let both = |half: u64| half | half << 16;
    let all = |byte: u64| byte * 0x0101_0101;
    match ty {
        ScalarType::F16 => {
            let register = Register { bits: 32, ty: ScalarType::F16x2, lanes: 2 };
            (register, Some((both(0x8fff), both(0x3000))))
        }
        ScalarType::BF16 => {
            let register = Register { bits: 32, ty: ScalarType::BF16x2, lanes: 2 };
            (register, Some((both(0x81ff), both(0x3e00))))
        }
        ScalarType::TF32 | ScalarType::F32 => (Register::new(32, ScalarType::F32), Some((0x81ff_ffff, 0x3e00_0000))),
        ScalarType::F64 => (Register::new(64, ScalarType::F64), Some((0x801f_ffff_ffff_ffff, 0x3fc0_0000_0000_0000))),
        ScalarType::E4M3 | ScalarType::E5M2 => (Register::new(32, ScalarType::B32), Some((all(0xbf), 0))),
        ScalarType::UE8M0 => (Register::new(32, ScalarType::B32), Some((all(0x03), all(0x7c)))),
        ScalarType::UE4M3 => (Register::new(32, ScalarType::B32), Some((all(0x0f), all(0x30)))),
        _ => (Register::new(32, ScalarType::B32), None),
    }
}

/// Registers of A, B, C, D in a lane.
fn counts(product: &Product) -> [usize; 4] {
    let Shape { size: (m, n, k), bits, is_sparse, .. } = product.shape;
    let width = if product.types[0] == ScalarType::F64 { 64 } else { 32 };
    let of = |elements: usize, bits: u32| product.shape.groups() * elements * bits as usize / (LANES * width);
    let stored = if is_sparse { k / 2 } else { k };
    [of(m * stored, bits), of(k * n, bits), of(m * n, product.types[3].bits()), of(m * n, product.types[0].bits())]
}

fn product(form: FormId, variant: &Variant) -> Option<Subject> {
    let product = Product::of(variant)?;
    let [a, b, c, d] = counts(&product);
    let mut kinds = Vec::new();
    for (count, ty) in [(a, product.types[1]), (b, product.types[2]), (c, product.types[3])] {
        kinds.extend(std::iter::repeat_n(register(ty), count));
    }
    if let Some((ty, _)) = product.factors {
        kinds.extend([register(ty), register(ty)]);
    }
    let mut body = String::from(
        "    mov.u32 %lane, %laneid;
    shr.u32 %warp, %thread, 5;
    and.b32 %warp, %warp, 3;
    setp.ne.u32 %tame, %warp, 0;
",
    );
    for (k, (register, moderate)) in kinds.iter().enumerate() {
        if let Some((and, or)) = moderate {
            let bits = register.bits;
            let _ = writeln!(body, "    @%tame and.b{bits} %i{k}, %i{k}, {and:#x};");
            let _ = writeln!(body, "    @%tame or.b{bits} %i{k}, %i{k}, {or:#x};");
        }
    }
    let list = |letter: char, from: usize, count: usize| {
        let names: Vec<String> = (from..from + count).map(|k| format!("%{letter}{k}")).collect();
        format!("{{{}}}", names.join(", "))
    };
    let mut operands = [list('o', 0, d), list('i', 0, a), list('i', a, b), list('i', a + b, c)].join(", ");
    if product.shape.is_sparse {
        // Every lane holds one of the meaningful values for all its chunks.
        let (count, values) = product.shape.metadata_values();
        let _ = writeln!(
            body,
            "    rem.u32 %meta, %lane, {count};
    shl.b32 %meta, %meta, 2;
    shr.u32 %meta, {values:#x}, %meta;
    and.b32 %meta, %meta, 15;
    mul.lo.u32 %meta, %meta, 0x11111111;"
        );
        operands += ", %meta, 0";
    }
    if product.factors.is_some() {
        let _ = write!(operands, ", {{%i{}}}, {{0, 1}}, {{%i{}}}, {{0, 2}}", a + b + c, a + b + c + 1);
    }
    let _ = write!(body, "    {} {operands};", variant.text);
    let is_float = !matches!(product.types[0], ScalarType::S32 | ScalarType::F64);
    let outputs = vec![register(product.types[0]).0; d];
    let moderate: Vec<Option<(u64, u64)>> = kinds.iter().map(|(_, moderate)| *moderate).collect();
    let launch = move |inputs: &[Vec<u64>]| {
        let mut all: Vec<Vec<Expected>> = Vec::new();
        for warp in 0..inputs[0].len() / LANES {
            let registers: Vec<Vec<u64>> = inputs
                .iter()
                .zip(&moderate)
                .map(|(input, moderate)| {
                    let lanes = input[warp * LANES..][..LANES].iter();
                    let (and, or) = moderate.filter(|_| warp % 4 != 0).unwrap_or((u64::MAX, 0));
                    lanes.map(|value| value & and | or).collect()
                })
                .collect();
            let results = of_warp(&product, &registers);
            all.resize_with(results.len(), Vec::new);
            all.iter_mut().zip(results).for_each(|(all, lanes)| all.extend(lanes));
        }
        all
    };
    Some(Subject {
        name: variant.text.clone(),
        form,
        inputs: kinds.into_iter().map(|(register, _)| register).collect(),
        outputs,
        declarations: "    .reg .pred %tame;\n    .reg .b32 %lane, %warp, %meta;\n".into(),
        body,
        scratch: false,
        oracle: Oracle::Launch(Box::new(launch)),
        certainty: if is_float { Certainty::Approximate } else { Certainty::Exact },
    })
}

/// D by value in a lane's registers, and by lane.
fn of_warp(product: &Product, registers: &[Vec<u64>]) -> Vec<Vec<Expected>> {
    let [a, b, c, d] = counts(product);
    let shape = &product.shape;
    let (m, n, k) = shape.size;
    let stored = if shape.is_sparse { k / 2 } else { k };
    let of_a = gather(&registers[..a], shape.bits, (m, stored), shape.groups(), |lane, i| shape.of_a(lane, i));
    let of_b = gather(&registers[a..a + b], shape.bits, (k, n), shape.groups(), |lane, i| shape.of_b(lane, i));
    let c_bits = product.types[3].bits();
    let of_c =
        gather(&registers[a + b..a + b + c], c_bits, (m, n), shape.groups(), |lane, i| shape.of_c(c_bits, lane, i));
    let factors = &registers[a + b + c..];
    let bits = product.types[0].bits();
    let width = if bits == 64 { 64 } else { 32 };
    let values = d * width / bits as usize;
    let element = |lane: usize, i: usize| {
        let Place { group, row, column } = shape.of_c(bits, lane, i);
        let terms: Vec<Term> = (0..stored)
            .map(|at| {
                let in_k = shape.position_in_k(row, at);
                let factor = |values: &Vec<u64>, lane: usize| {
                    let (ty, parts) = product.factors.expect("there are factors");
                    number(ty, 8, values[lane] >> (8 * (in_k * parts / k)) & 0xff)
                };
                let scale = match factors {
                    // The upper pair of lanes of a group for A, the third lane for B.
                    [for_a, for_b, ..] => factor(for_a, 4 * (row % 8) + 2 + row / 8) * factor(for_b, 4 * column + 2),
                    _ => 1.0,
                };
                Term { a: of_a[group][row][at], b: of_b[group][in_k][column], scale }
            })
            .collect();
        sum(product, &terms, of_c[group][row][column])
    };
    (0..values).map(|i| (0..LANES).map(|lane| element(lane, i)).collect()).collect()
}

/// Matrices by product, row and column.
type Matrices = Vec<Vec<Vec<u64>>>;

fn gather(
    registers: &[Vec<u64>],
    bits: u32,
    (rows, columns): (usize, usize),
    groups: usize,
    place: impl Fn(usize, usize) -> Place,
) -> Matrices {
    let mut matrices = vec![vec![vec![0; columns]; rows]; groups];
    let width = if bits == 64 { 64 } else { 32 };
    let count = (width / bits) as usize;
    for (number, register) in registers.iter().enumerate() {
        for (lane, value) in register.iter().enumerate() {
            for i in 0..count {
                let Place { group, row, column } = place(lane, number * count + i);
                matrices[group][row][column] = value >> (i as u32 * bits) & (u64::MAX >> (64 - bits));
            }
        }
    }
    matrices
}

struct Term {
    a: u64,
    b: u64,
    scale: f64,
}

fn sum(product: &Product, terms: &[Term], c: u64) -> Expected {
    let [d, a, b, _] = product.types;
    match a {
        ScalarType::F64 => {
            let double = |bits: u64| Double::from_bits(bits.into());
            let add = |sum: Double, term: &Term| double(term.a).mul_add_r(double(term.b), sum, product.rounding).value;
            let sum = terms.iter().fold(double(c), add);
            if sum.is_nan() { Expected::Nan(Format::F64) } else { Expected::Bits(sum.to_bits() as u64) }
        }
        ScalarType::B1 => {
            let bit = |term: &Term| if product.is_xor { term.a ^ term.b } else { term.a & term.b };
            Expected::Bits(u64::from((c as u32).wrapping_add(terms.iter().map(bit).sum::<u64>() as u32)))
        }
        ScalarType::S8 | ScalarType::U8 | ScalarType::S4 | ScalarType::U4 => {
            let total: i64 = terms.iter().map(|term| integer(a, term.a) * integer(b, term.b)).sum();
            let total = i64::from(c as i32) + total;
            let total = if product.saturates { total.clamp(i32::MIN.into(), i32::MAX.into()) } else { total };
            Expected::Bits(u64::from(total as u32))
        }
        _ => {
            let bits = product.shape.bits;
            let value = |term: &Term| number(a, bits, term.a) * number(b, bits, term.b) * term.scale;
            real(d, product.saturates, terms.iter().map(value), number(product.types[3], 0, c))
        }
    }
}

/// A sum of floating-point products.
fn real(ty: ScalarType, saturates: bool, products: impl Iterator<Item = f64>, c: f64) -> Expected {
    let format = Format::of(ty).expect("sums are of .f16 or .f32");
    let (mut sum, mut magnitude) = (c, c.abs());
    for product in products {
        sum += product;
        magnitude += product.abs();
    }
    if sum.is_nan() {
        return if saturates { Expected::Bits(0) } else { Expected::Nan(format) };
    }
    if sum.is_infinite() {
        let magnitude = if saturates { format.largest() } else { format.infinity() };
        return Expected::Bits(magnitude | if sum < 0.0 { format.sign() } else { 0 });
    }
    // Sums may be rounded, or overflow, on the way.
    if magnitude > format.value(format.largest()) / 4.0 {
        return Expected::Anything;
    }
    let lost = magnitude * if ty == ScalarType::F16 { 2f64.powi(-9) } else { 2f64.powi(-20) };
    let least = 2f64.powi(format.least_exponent());
    Expected::Near { value: sum, bound: Bound::Absolute(lost + least), format, flushes: true }
}

fn integer(ty: ScalarType, bits: u64) -> i64 {
    match ty {
        ScalarType::S8 => i64::from(bits as u8 as i8),
        ScalarType::S4 => bits as i64 - if bits >= 8 { 16 } else { 0 },
        _ => bits as i64,
    }
}

/// The number that an element in a slot of so many bits stands for.
fn number(ty: ScalarType, slot: u32, bits: u64) -> f64 {
    // Exponent bits, significand bits, bias.
    let small = |bits: u64, exponent_bits: u32, significand: u32, bias: i32| {
        let negative = bits >> (exponent_bits + significand) & 1 == 1;
        let field = (bits >> significand & ((1 << exponent_bits) - 1)) as i32;
        let fraction = (bits & ((1 << significand) - 1)) as f64 / f64::from(1 << significand);
        let magnitude = match field {
            0 => fraction * 2f64.powi(1 - bias),
            _ => (1.0 + fraction) * 2f64.powi(field - bias),
        };
        if negative { -magnitude } else { magnitude }
    };
    match ty {
        ScalarType::TF32 => Format::F32.value(bits & !0x1fff),
        ScalarType::E4M3 | ScalarType::UE4M3 if bits & 0x7f == 0x7f => f64::NAN,
        ScalarType::E4M3 => small(bits, 4, 3, 7),
        ScalarType::UE4M3 => small(bits & 0x7f, 4, 3, 7),
        ScalarType::E5M2 if bits & 0x7c == 0x7c => match bits & 3 {
            0 if bits & 0x80 != 0 => f64::NEG_INFINITY,
            0 => f64::INFINITY,
            _ => f64::NAN,
        },
        ScalarType::E5M2 => small(bits, 5, 2, 15),
        // The low six bits of a byte.
        ScalarType::E3M2 => small(bits & 0x3f, 3, 2, 3),
        ScalarType::E2M3 => small(bits & 0x3f, 2, 3, 1),
        // The middle four bits of a byte.
        ScalarType::E2M1 if slot == 8 => small(bits >> 2 & 15, 2, 1, 1),
        ScalarType::E2M1 => small(bits, 2, 1, 1),
        ScalarType::UE8M0 if bits == 0xff => f64::NAN,
        ScalarType::UE8M0 => 2f64.powi(bits as i32 - 127),
        _ => Format::of(ty).expect("the other types are formats").value(bits),
    }
}
