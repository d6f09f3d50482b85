//! Instructions of a whole warp: exchanges, votes, matches, reductions.
//!
//! The `.sync` forms run with all lanes and with some of them; those outside the mask do not execute the instruction,
//! and their outputs stay 0. Of every four warps, one holds equal values, so that unanimity occurs.

use super::oracle::Int;
use super::{Certainty, Expected, FormId, Oracle, Register, Subject, ones};
use ptx_frontend::form::Variant;
use ptx_frontend::isa::Opcode;
use ptx_frontend::types::ScalarType;

/// Lanes of a warp.
const LANES: usize = 32;
const MASKS: [u32; 4] = [u32::MAX, 0x0000_ffff, 0x5555_5555, 0x8000_0001];

/// A value of every lane, 0 for those that take no part, and its lane in the values.
type WarpMeaning = Box<dyn Fn(u32, &[Vec<u64>]) -> Vec<Vec<Expected>> + Send + Sync>;

/// Subjects of a form that works on warps.
pub fn subjects(form: FormId) -> Option<Vec<Subject>> {
    use Opcode::{Activemask, Elect, Match, Redux, Shfl, Vote};
    if !matches!(form.0, Activemask | Elect | Match | Redux | Shfl | Vote) {
        return None;
    }
    let mut subjects = Vec::new();
    for variant in super::table::variants(form, usize::MAX) {
        let masks = if variant.words.contains(&"sync") { &MASKS[..] } else { &MASKS[..1] };
        for mask in masks {
            subjects.push(subject(form, &variant, *mask)?);
        }
    }
    Some(subjects)
}

fn subject(form: FormId, variant: &Variant, mask: u32) -> Option<Subject> {
    let draft = match form.0 {
        Opcode::Shfl => shuffle(variant),
        Opcode::Vote => vote(variant),
        Opcode::Match => find_equal(variant),
        Opcode::Redux => reduce(variant)?,
        Opcode::Elect => elect(),
        _ => active_mask(),
    };
    let Draft { inputs, outputs, before, operands, after, meaning } = draft;
    let with_mask = if variant.words.contains(&"sync") { format!("{operands}, {mask:#x}") } else { operands };
    // `activemask` has a destination only; `elect` a mask only.
    let mut body = format!(
        "    mov.u32 %lane, %laneid;
    mov.u32 %mask, {mask:#x};
    shr.u32 %bit, %mask, %lane;
    and.b32 %bit, %bit, 1;
    setp.ne.u32 %member, %bit, 0;
    shr.u32 %warp, %thread, 5;
    and.b32 %warp, %warp, 3;
    setp.eq.u32 %equal, %warp, 0;
{before}"
    );
    for (k, output) in outputs.iter().enumerate() {
        body += &match output.bits {
            1 => format!("    setp.ne.u32 %o{k}, %lane, %lane;\n"),
            bits => format!("    mov.b{bits} %o{k}, 0;\n"),
        };
    }
    body += &format!("    @%member {} {with_mask};\n{after}", variant.text);
    let lanes = outputs.len();
    let launch = move |inputs: &[Vec<u64>]| {
        let threads = inputs[0].len();
        let mut all = vec![Vec::with_capacity(threads); lanes];
        for warp in 0..threads / LANES {
            let values: Vec<Vec<u64>> = inputs
                .iter()
                .map(|input| {
                    let lanes = &input[warp * LANES..][..LANES];
                    lanes.iter().map(|value| if warp % 4 == 0 { input[warp * LANES] & 1 } else { *value }).collect()
                })
                .collect();
            // The kernel makes the first operand equal only.
            let mut values = values;
            for (k, input) in inputs.iter().enumerate().skip(1) {
                values[k] = input[warp * LANES..][..LANES].to_vec();
            }
            for (lanes, expected) in all.iter_mut().zip(meaning(mask, &values)) {
                lanes.extend(expected);
            }
        }
        all
    };
    Some(Subject {
        name: format!("{} mask {mask:#x}", variant.text),
        form,
        inputs,
        outputs,
        declarations: "    .reg .pred %member, %equal, %a, %b;\n    .reg .b32 %lane, %mask, %bit, %warp, %x, %y;\n"
            .into(),
        body,
        scratch: false,
        oracle: Oracle::Launch(Box::new(launch)),
        certainty: Certainty::Exact,
    })
}

/// The parts in which the instructions differ.
struct Draft {
    inputs: Vec<Register>,
    outputs: Vec<Register>,
    /// Prepares the operands.
    before: String,
    /// All but the mask.
    operands: String,
    /// Looks at results that are not determined themselves.
    after: String,
    meaning: WarpMeaning,
}

fn word(ty: ScalarType) -> Register {
    Register::new(ty.bits(), ty)
}

fn predicate() -> Register {
    Register::new(1, ScalarType::Pred)
}

/// The first operand of a warp of equal values: the lowest bit of its first lane's.
fn make_equal(bits: u32) -> String {
    let low = if bits == 64 {
        "    cvt.u32.u64 %x, %i0;\n    shfl.sync.idx.b32 %x, %x, 0, 0x1f, 0xffffffff;\n    and.b32 %x, %x, 1;
    @%equal cvt.u64.u32 %i0, %x;\n"
    } else {
        "    shfl.sync.idx.b32 %x, %i0, 0, 0x1f, 0xffffffff;\n    and.b32 %x, %x, 1;\n    @%equal mov.b32 %i0, %x;\n"
    };
    low.to_owned()
}

fn is_member(mask: u32, lane: usize) -> bool {
    mask >> lane & 1 == 1
}

fn members(mask: u32) -> impl Iterator<Item = usize> {
    (0..LANES).filter(move |lane| is_member(mask, *lane))
}

/// What members get, and 0 for the others.
fn each(mask: u32, of: impl Fn(usize) -> Expected) -> Vec<Expected> {
    (0..LANES).map(|lane| if is_member(mask, lane) { of(lane) } else { Expected::Bits(0) }).collect()
}

fn shuffle(variant: &Variant) -> Draft {
    let mode = *variant.words.iter().find(|word| ["up", "down", "bfly", "idx"].contains(word)).expect("it has a mode");
    let meaning = move |mask: u32, x: &[Vec<u64>]| {
        let from = |lane: usize| {
            let (distance, c) = ((x[1][lane] & 31) as i64, x[2][lane]);
            let (clamp, segment) = ((c & 31) as i64, (c >> 8 & 31) as i64);
            let lane = lane as i64;
            let (first, last) = (lane & segment, lane & segment | clamp & !segment & 31);
            let (source, is_inside) = match mode {
                "up" => (lane - distance, lane - distance >= last),
                "down" => (lane + distance, lane + distance <= last),
                "bfly" => (lane ^ distance, lane ^ distance <= last),
                _ => (first | distance & !segment, first | distance & !segment <= last),
            };
            (if is_inside { source as usize } else { lane as usize }, is_inside)
        };
        let value = |lane: usize| {
            let (source, _) = from(lane);
            // What a lane outside the mask holds is left open.
            if is_member(mask, source) { Expected::Bits(x[0][source]) } else { Expected::Anything }
        };
        vec![each(mask, value), each(mask, |lane| Expected::Bits(from(lane).1.into()))]
    };
    Draft {
        inputs: vec![word(ScalarType::B32); 3],
        outputs: vec![word(ScalarType::B32), predicate()],
        before: make_equal(32),
        operands: "%o0|%o1, %i0, %i1, %i2".into(),
        after: String::new(),
        meaning: Box::new(meaning),
    }
}

fn vote(variant: &Variant) -> Draft {
    let is_ballot = variant.words.contains(&"ballot");
    let mode =
        *variant.words.iter().find(|word| ["all", "any", "uni", "ballot"].contains(word)).expect("it has a mode");
    let meaning = move |mask: u32, x: &[Vec<u64>]| {
        let votes: Vec<bool> = members(mask).map(|lane| x[0][lane] & 1 == 1).collect();
        let result = match mode {
            "all" => votes.iter().all(|vote| *vote).into(),
            "any" => votes.iter().any(|vote| *vote).into(),
            "uni" => votes.iter().all(|vote| *vote == votes[0]).into(),
            _ => members(mask).fold(0, |ballot, lane| ballot | (x[0][lane] & 1) << lane),
        };
        vec![each(mask, |_| Expected::Bits(result))]
    };
    Draft {
        inputs: vec![word(ScalarType::B32)],
        outputs: vec![if is_ballot { word(ScalarType::B32) } else { predicate() }],
        before: make_equal(32) + "    and.b32 %y, %i0, 1;\n    setp.ne.u32 %a, %y, 0;\n",
        operands: "%o0, %a".into(),
        after: String::new(),
        meaning: Box::new(meaning),
    }
}

fn find_equal(variant: &Variant) -> Draft {
    let is_any = variant.words.contains(&"any");
    let ty = variant.types[0];
    // Few values, so that some are equal.
    let few = |value: u64| value & 7;
    let meaning = move |mask: u32, x: &[Vec<u64>]| {
        let equal_to = |lane: usize| {
            members(mask)
                .filter(|other| few(x[0][*other]) == few(x[0][lane]))
                .fold(0u64, |found, other| found | 1 << other)
        };
        if is_any {
            return vec![each(mask, |lane| Expected::Bits(equal_to(lane)))];
        }
        let is_all = members(mask).all(|lane| equal_to(lane) == u64::from(mask));
        let found = if is_all { mask.into() } else { 0 };
        vec![each(mask, |_| Expected::Bits(found)), each(mask, |_| Expected::Bits(is_all.into()))]
    };
    let before = make_equal(ty.bits()) + &format!("    and.b{0} %i0, %i0, 7;\n", ty.bits());
    Draft {
        inputs: vec![word(ty)],
        outputs: if is_any { vec![word(ScalarType::B32)] } else { vec![word(ScalarType::B32), predicate()] },
        before,
        operands: if is_any { "%o0, %i0" } else { "%o0|%o1, %i0" }.into(),
        after: String::new(),
        meaning: Box::new(meaning),
    }
}

fn reduce(variant: &Variant) -> Option<Draft> {
    let ty = variant.types[0];
    let operation = *variant.words.iter().find(|word| ["add", "min", "max", "and", "or", "xor"].contains(word))?;
    let (takes_magnitudes, propagates) = (variant.words.contains(&"abs"), variant.words.contains(&"NaN"));
    let meaning = move |mask: u32, x: &[Vec<u64>]| {
        let values = members(mask).map(|lane| x[0][lane]);
        let result = if ty == ScalarType::F32 {
            reduce_floats(values, operation == "max", takes_magnitudes, propagates)
        } else {
            let int = Int::of(ty).expect("the others are integers");
            let combined = values.map(|value| int.read(value)).reduce(|a, b| match operation {
                "add" => a + b,
                "min" => a.min(b),
                "max" => a.max(b),
                "and" => a & b,
                "or" => a | b,
                _ => a ^ b,
            });
            Expected::Bits(int.write(combined.expect("some lane is in the mask")))
        };
        vec![each(mask, |_| result)]
    };
    Some(Draft {
        inputs: vec![word(ty)],
        outputs: vec![word(ty)],
        before: make_equal(32),
        operands: "%o0, %i0".into(),
        after: String::new(),
        meaning: Box::new(meaning),
    })
}

/// NaNs are left out unless asked for; zeros are ordered.
fn reduce_floats(
    values: impl Iterator<Item = u64>,
    is_max: bool,
    takes_magnitudes: bool,
    propagates: bool,
) -> Expected {
    let values = values.map(|bits| f32::from_bits(bits as u32)).map(|x| if takes_magnitudes { x.abs() } else { x });
    let values: Vec<f32> = values.collect();
    let numbers = values.iter().copied().filter(|x| !x.is_nan());
    let chosen = if is_max { numbers.max_by(f32::total_cmp) } else { numbers.min_by(f32::total_cmp) };
    match chosen {
        Some(chosen) if !propagates || values.iter().all(|x| !x.is_nan()) => Expected::Bits(chosen.to_bits().into()),
        _ => Expected::Bits(0x7fff_ffff),
    }
}

/// Which lane leads is left open, but it is one of the mask, the same for all, and only it is told so.
fn elect() -> Draft {
    let after = "    vote.sync.ballot.b32 %x, %o1, 0xffffffff;
    popc.b32 %x, %x;
    setp.eq.u32 %a, %x, 1;
    shr.u32 %y, %mask, %o0;
    and.b32 %y, %y, 1;
    setp.eq.u32 %b, %y, 1;
    and.pred %a, %a, %b;
    setp.eq.u32 %b, %lane, %o0;
    xor.pred %b, %b, %o1;
    not.pred %b, %b;
    and.pred %a, %a, %b;
    and.pred %o1, %a, %member;
    mov.b32 %o0, 0;
";
    Draft {
        inputs: vec![word(ScalarType::B32)],
        outputs: vec![word(ScalarType::B32), predicate()],
        before: String::new(),
        operands: "%o0|%o1".into(),
        after: after.into(),
        meaning: Box::new(|mask, _| vec![vec![Expected::Bits(0); LANES], each(mask, |_| Expected::Bits(1))]),
    }
}

/// Which lanes run together is left open; a lane runs together with itself.
fn active_mask() -> Draft {
    Draft {
        inputs: vec![word(ScalarType::B32)],
        outputs: vec![word(ScalarType::B32)],
        before: String::new(),
        operands: "%o0".into(),
        after: "    shr.u32 %o0, %o0, %lane;\n    and.b32 %o0, %o0, 1;\n".into(),
        meaning: Box::new(|mask, _| vec![each(mask, |_| Expected::Bits(ones(1)))]),
    }
}
