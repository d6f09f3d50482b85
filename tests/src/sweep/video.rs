//! Video instructions: parts of registers, in all positions that a random choice gives.
//!
//! Written after the functions of the manual's chapter: extract with sign, operate, saturate, second operation, merge.

use super::inputs::Random;
use super::{Certainty, Expected, FormId, Oracle, Register, Subject, ones};
use ptx_frontend::form::Variant;
use ptx_frontend::types::ScalarType;

/// Choices of parts for each combination of dot-words.
const CHOICES: usize = 3;

/// Subjects of a form of a video instruction.
pub fn subjects(form: FormId, most: usize) -> Option<Vec<Subject>> {
    if form.0.row().chapter != "Video" {
        return None;
    }
    let mut subjects = Vec::new();
    for variant in super::table::variants(form, most) {
        let mut random = Random::new(&variant.text);
        for number in 0..CHOICES {
            let elements = variant.text.split('.').next().and_then(|name| name.chars().last()?.to_digit(10));
            let mut subject = match elements {
                Some(elements) => several(form, &variant, elements, &mut random),
                None => single(form, &variant, &mut random),
            };
            subject.name += &format!(" choice {number} form {}", form.1);
            subjects.push(subject);
        }
    }
    Some(subjects)
}

/// The bits of a field as a number.
fn number(bits: u64, width: u32, is_signed: bool) -> i128 {
    let low = i128::from(bits & ones(width));
    if is_signed && low >> (width - 1) & 1 == 1 { low - (1 << width) } else { low }
}

fn clamp(number: i128, width: u32, is_signed: bool) -> i128 {
    if is_signed {
        number.clamp(-(1 << (width - 1)), (1 << (width - 1)) - 1)
    } else {
        number.clamp(0, (1 << width) - 1)
    }
}

/// The dot-words that say what is done.
#[derive(Clone)]
struct Meaning {
    /// `add` of `vadd2`.
    name: String,
    comparison: Option<&'static str>,
    saturates: bool,
    wraps: bool,
    d_is_signed: bool,
    a_is_signed: bool,
    b_is_signed: bool,
    second: Option<&'static str>,
}

impl Meaning {
    fn of(variant: &Variant) -> Meaning {
        let find = |words: &[&'static str]| words.iter().copied().find(|word| variant.words.contains(word));
        let name = variant.text.split('.').next().unwrap_or_default();
        let name = name.trim_start_matches('v').trim_end_matches(|c: char| c.is_ascii_digit());
        let signs: Vec<bool> = variant.types.iter().map(|ty| *ty == ScalarType::S32).collect();
        // Comparisons give unsigned numbers, and have no type for them.
        let [d_is_signed, a_is_signed, b_is_signed] = match signs[..] {
            [a, b] => [false, a, b],
            [d, a, b] => [d, a, b],
            _ => unreachable!("video instructions have two or three types"),
        };
        Meaning {
            name: name.to_owned(),
            comparison: find(&["eq", "ne", "lt", "le", "gt", "ge"]),
            saturates: variant.words.contains(&"sat"),
            wraps: variant.words.contains(&"wrap"),
            d_is_signed,
            a_is_signed,
            // Amounts of shifts are unsigned and have no sign of their own.
            b_is_signed,
            second: find(&["add", "min", "max"]),
        }
    }

    fn first(&self, a: i128, b: i128) -> i128 {
        let amount = if self.wraps { b & 31 } else { b.min(32) };
        match (self.name.as_str(), self.comparison) {
            ("add", _) => a + b,
            ("sub", _) => a - b,
            ("absdiff", _) => (a - b).abs(),
            ("min", _) => a.min(b),
            ("max", _) => a.max(b),
            ("avrg", _) => {
                if a + b >= 0 {
                    (a + b + 1) >> 1
                } else {
                    (a + b) >> 1
                }
            }
            ("shl", _) => a << amount,
            ("shr", _) => a >> amount,
            ("set", Some("eq")) => (a == b).into(),
            ("set", Some("ne")) => (a != b).into(),
            ("set", Some("lt")) => (a < b).into(),
            ("set", Some("le")) => (a <= b).into(),
            ("set", Some("gt")) => (a > b).into(),
            ("set", Some("ge")) => (a >= b).into(),
            (name, _) => unreachable!("there is no `v{name}`"),
        }
    }
}

/// A part of a register: how it is written, its width and its position.
type Part = (&'static str, u32, u32);

const PARTS: [Part; 7] =
    [("", 32, 0), (".b0", 8, 0), (".b1", 8, 8), (".b2", 8, 16), (".b3", 8, 24), (".h0", 16, 0), (".h1", 16, 16)];

fn any_part(random: &mut Random) -> Part {
    PARTS[random.below(PARTS.len() as u64) as usize]
}

fn words(count: usize) -> Vec<Register> {
    vec![Register::new(32, ScalarType::B32); count]
}

fn subject(
    form: FormId,
    name: String,
    body: String,
    inputs: usize,
    f: impl Fn(&[u64]) -> u64 + Send + Sync + 'static,
) -> Subject {
    Subject {
        name,
        form,
        inputs: words(inputs),
        outputs: words(1),
        declarations: String::new(),
        body,
        scratch: false,
        oracle: Oracle::Thread(Box::new(move |x, out| out.push(Expected::Bits(f(x))))),
        certainty: Certainty::Exact,
    }
}

/// Instructions on one part.
fn single(form: FormId, variant: &Variant, random: &mut Random) -> Subject {
    let meaning = Meaning::of(variant);
    let sources = variant.places.iter().filter(|place| !place.is_destination).count();
    let (a, b) = (any_part(random), any_part(random));
    if meaning.name == "mad" {
        return multiply_add(form, variant, &meaning, [a, b], random);
    }
    // Only where there is neither a second operation nor two operands, the destination is a part.
    let merges = sources == 3 && meaning.second.is_none();
    let d = if merges { PARTS[1 + random.below(6) as usize] } else { PARTS[0] };
    let third = if sources == 3 { ", %i2" } else { "" };
    let body = format!("    {} %o0{}, %i0{}, %i1{}{third};\n", variant.text, d.0, a.0, b.0);
    subject(form, variant.text.clone(), body, sources, move |x| {
        let tb_is_signed = meaning.b_is_signed;
        let ta = number(x[0] >> a.2, a.1, meaning.a_is_signed);
        let tb = number(x[1] >> b.2, b.1, tb_is_signed);
        let mut result = meaning.first(ta, tb);
        if meaning.saturates {
            result = clamp(result, d.1, meaning.d_is_signed);
        }
        let c = x.get(2).copied().unwrap_or(0);
        let (tmp, tc) = (number(result as u64, 32, meaning.d_is_signed), number(c, 32, meaning.d_is_signed));
        match meaning.second {
            Some("add") => (tmp + tc) as u64 & ones(32),
            Some("min") => tmp.min(tc) as u64 & ones(32),
            Some("max") => tmp.max(tc) as u64 & ones(32),
            _ => {
                let mask = ones(d.1) << d.2;
                (result as u64) << d.2 & mask | c & !mask
            }
        }
    })
}

/// `vmad`: one of the product and the addend may be negated, and there may be one more, but not both.
fn multiply_add(form: FormId, variant: &Variant, meaning: &Meaning, [a, b]: [Part; 2], random: &mut Random) -> Subject {
    let has_one_more = variant.words.contains(&"po");
    let scale = if variant.words.contains(&"shr7") {
        7
    } else if variant.words.contains(&"shr15") {
        15
    } else {
        0
    };
    let (negates_product, negates_c) = match random.below(3) {
        0 if !has_one_more => (true, false),
        1 if !has_one_more => (false, true),
        _ => (false, false),
    };
    let minus = |is_negated: bool| if is_negated { "-" } else { "" };
    let body = format!(
        "    {} %o0, {}%i0{}, %i1{}, {}%i2;\n",
        variant.text,
        minus(negates_product),
        a.0,
        b.0,
        minus(negates_c)
    );
    let meaning = meaning.clone();
    subject(form, variant.text.clone(), body, 3, move |x| {
        let is_signed = meaning.a_is_signed || meaning.b_is_signed || negates_product || negates_c;
        let ta = number(x[0] >> a.2, a.1, meaning.a_is_signed);
        let tb = number(x[1] >> b.2, b.1, meaning.b_is_signed);
        // Negation is a complement and one more in the lowest place.
        let product = if negates_product { !(ta * tb) } else { ta * tb };
        let c = if negates_c { !x[2] } else { x[2] };
        let one = i128::from(has_one_more || negates_product || negates_c);
        let sum = (product + number(c, 32, is_signed) + one) >> scale;
        (if meaning.saturates { clamp(sum, 32, is_signed) } else { sum }) as u64 & ones(32)
    })
}

/// Instructions on two halves or four bytes.
fn several(form: FormId, variant: &Variant, elements: u32, random: &mut Random) -> Subject {
    let meaning = Meaning::of(variant);
    let (width, letter) = (32 / elements, if elements == 2 { 'h' } else { 'b' });
    // Which of the elements of both operands, counted from those of `a` on.
    let mut selector = |first: u32| -> (String, Vec<u32>) {
        if random.below(3) == 0 {
            return (String::new(), (first..first + elements).collect());
        }
        let chosen: Vec<u32> = (0..elements).map(|_| random.below(u64::from(2 * elements)) as u32).collect();
        // The highest is written first.
        let digits: String = chosen.iter().rev().map(u32::to_string).collect();
        (format!(".{letter}{digits}"), chosen)
    };
    let (a_text, a) = selector(0);
    let (b_text, b) = selector(elements);
    let mask = 1 + random.below(u64::from((1u32 << elements) - 1)) as u32;
    let digits: String = (0..elements).rev().filter(|i| mask >> i & 1 == 1).map(|i| i.to_string()).collect();
    let body = format!("    {} %o0.{letter}{digits}, %i0{a_text}, %i1{b_text}, %i2;\n", variant.text);
    subject(form, variant.text.clone(), body, 3, move |x| {
        let element = |at: u32, is_signed: bool| {
            let operand = if at < elements { x[0] } else { x[1] };
            number(operand >> (at % elements * width), width, is_signed)
        };
        let mut word = x[2];
        let mut sum = i128::from(x[2]);
        for i in (0..elements).filter(|i| mask >> i & 1 == 1) {
            let at = i as usize;
            let mut result = meaning.first(element(a[at], meaning.a_is_signed), element(b[at], meaning.b_is_signed));
            if meaning.saturates {
                result = clamp(result, width, meaning.d_is_signed);
            }
            sum += result;
            let field = ones(width) << (i * width);
            word = word & !field | (result as u64) << (i * width) & field;
        }
        if meaning.second == Some("add") { sum as u64 & ones(32) } else { word }
    })
}
