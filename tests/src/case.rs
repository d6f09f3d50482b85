//! One `.ptx` file as one test: what its comments say about launches and expectations. `README.md` of this package
//! describes the notation.

use crate::driver::Shape;
use crate::image::Image;
use crate::tensor::Map;
use crate::value::{Element, Elements, Type};
use anyhow::{Context as _, Result, bail, ensure};

/// A test.
#[derive(Clone, PartialEq, Debug)]
pub struct Case {
    /// The text handed to the driver: the whole file.
    pub ptx: String,
    /// `.target sm_XX`
    pub target: Target,
    /// Why only our library can be asked, if so.
    pub ours: Option<String>,
    /// Launches in order; each has its own arrays.
    pub launches: Vec<Launch>,
    /// Loading the module must fail so.
    pub load_error: Option<Problem>,
    /// Texts that must appear on standard output, and on standard error, in this order.
    pub stdout: Vec<String>,
    /// The same for standard error; only checked where the library is ours.
    pub stderr: Vec<String>,
}

/// What a module is written for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Target {
    /// 90 for `sm_90`, `sm_90a` and `sm_90f`.
    pub architecture: u32,
    /// Which devices besides that one.
    pub reach: Reach,
}

/// On which devices a module runs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reach {
    /// `sm_90`: on later ones too.
    Later,
    /// `sm_90a`: on this one only.
    Exact,
    /// `sm_100f`: on later ones of its family too.
    Family,
}

impl Target {
    /// Reads `90a` as it stands behind `sm_`; what follows may be anything.
    pub fn parse(text: &str) -> Result<Target> {
        let digits: String = text.chars().take_while(char::is_ascii_digit).collect();
        let reach = match text[digits.len()..].chars().next() {
            Some('a') => Reach::Exact,
            Some('f') => Reach::Family,
            _ => Reach::Later,
        };
        Ok(Target { architecture: digits.parse().with_context(|| format!("`{text}` is no target"))?, reach })
    }

    /// Whether a device of a compute capability, 90 for 9.0, runs it.
    pub fn fits(self, capability: u32) -> bool {
        let is_no_older = capability >= self.architecture;
        match self.reach {
            Reach::Later => is_no_older,
            Reach::Exact => capability == self.architecture,
            Reach::Family => is_no_older && capability / 10 == self.architecture / 10,
        }
    }
}

/// An error that must come.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Problem {
    /// Name of the result code.
    pub code: String,
    /// The line of the file that the message must name; `None` where the directive stands alone.
    pub line: Option<usize>,
}

/// A launch and what must come of it.
#[derive(Clone, PartialEq, Debug)]
pub struct Launch {
    /// Line of the file.
    pub line: usize,
    /// Name of the kernel.
    pub kernel: String,
    /// How it is launched.
    pub shape: Shape,
    /// Arguments in order.
    pub arguments: Vec<Argument>,
    /// What the arrays must hold afterwards.
    pub expectations: Vec<Expectation>,
    /// `cuModuleGetFunction` or `cuLaunchKernel` itself must answer this.
    pub refusal: Option<String>,
    /// Running it must end so.
    pub fault: Option<Problem>,
    /// It never ends by itself: our library notices, and its message says this. Other libraries are not asked.
    pub hang: Option<String>,
}

/// A kernel argument.
#[derive(Clone, PartialEq, Debug)]
pub struct Argument {
    /// Its name in the header.
    pub name: String,
    /// What it is.
    pub kind: ArgumentKind,
}

/// What an argument is.
#[derive(Clone, PartialEq, Debug)]
pub enum ArgumentKind {
    /// The address of a new array.
    Array {
        /// Type of its elements.
        ty: Type,
        /// Number of elements.
        count: usize,
        /// First content.
        content: Elements,
    },
    /// Elements handed over by value: a number, or a `.b8` array parameter.
    Value {
        /// Type of the elements.
        ty: Type,
        /// Number of elements.
        count: usize,
        /// The elements.
        content: Elements,
    },
    /// A texture or surface.
    Image(Image),
    /// An address computed from that of an array: `out + 2`, or a plain number.
    Address {
        /// The array; without it, the offset is the address.
        array: Option<String>,
        /// Bytes added.
        offset: i64,
    },
    /// A tensor map of an array, by value.
    TensorMap(Box<Map>),
}

/// What an array must hold.
#[derive(Clone, PartialEq, Debug)]
pub struct Expectation {
    /// Line of the file.
    pub line: usize,
    /// Name of the array.
    pub array: String,
    /// One element only.
    pub index: Option<usize>,
    /// The elements.
    pub content: Elements,
    /// How they are compared.
    pub comparison: Comparison,
}

/// How elements are compared.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Comparison {
    /// Bit by bit.
    Exact,
    /// Bit by bit after sorting: which thread wrote which element is left open.
    Sorted,
    /// Numbers that differ by this much at most, relative to the expected one.
    Within(f64),
}

impl Case {
    /// Reads a file.
    pub fn parse(text: &str) -> Result<Case> {
        let mut case = Case {
            ptx: text.into(),
            target: target_of(text)?,
            ours: None,
            launches: Vec::new(),
            load_error: None,
            stdout: Vec::new(),
            stderr: Vec::new(),
        };
        for directive in directives(text) {
            case.add(&directive).with_context(|| format!("line {}: `{}`", directive.line, directive.text))?;
        }
        ensure!(!case.launches.is_empty() || case.load_error.is_some(), "the file launches nothing");
        for launch in &case.launches {
            let expects = !launch.expectations.is_empty()
                || launch.refusal.is_some()
                || launch.fault.is_some()
                || launch.hang.is_some();
            ensure!(expects || !case.stdout.is_empty(), "line {}: nothing is expected of this launch", launch.line);
        }
        Ok(case)
    }

    fn add(&mut self, directive: &Directive) -> Result<()> {
        let (word, rest) = directive.text.split_once(':').context("no `:`")?;
        let (line, rest) = (directive.line, rest.trim());
        let problem = Problem { code: rest.into(), line: directive.beside_code.then_some(line) };
        if word == "launch" {
            self.launches.push(Launch::parse(line, rest)?);
            return Ok(());
        }
        let launch = self.launches.last_mut();
        match word {
            "ours" => self.ours = Some(rest.into()),
            "error" => self.load_error = Some(problem),
            "stdout" => self.stdout.push(rest.into()),
            "stderr" => self.stderr.push(rest.into()),
            "expect" => launch.context("no launch before")?.expectations.push(Expectation::parse(line, rest)?),
            "refused" => launch.context("no launch before")?.refusal = Some(rest.into()),
            "fault" => launch.context("no launch before")?.fault = Some(problem),
            "hang" => launch.context("no launch before")?.hang = Some(rest.into()),
            _ => unreachable!("`directives` yields known words only"),
        }
        Ok(())
    }
}

const WORDS: [&str; 9] = ["ours:", "launch:", "expect:", "error:", "refused:", "fault:", "hang:", "stdout:", "stderr:"];

/// A directive as it is found.
struct Directive {
    line: usize,
    beside_code: bool,
    text: String,
}

/// The directives of a text. A comment indented by three spaces or more continues the one above.
fn directives(text: &str) -> Vec<Directive> {
    let mut found: Vec<Directive> = Vec::new();
    let mut continues = false;
    for (number, line) in text.lines().enumerate() {
        let Some((code, comment)) = line.split_once("//") else {
            continues = false;
            continue;
        };
        if WORDS.iter().any(|word| comment.trim_start().starts_with(word)) {
            let beside_code = !code.trim().is_empty();
            found.push(Directive { line: number + 1, beside_code, text: comment.trim().into() });
            continues = true;
        } else if continues && comment.starts_with("   ") {
            let directive = found.last_mut().expect("there is one to continue");
            directive.text.push(' ');
            directive.text.push_str(comment.trim());
        } else {
            continues = false;
        }
    }
    found
}

fn target_of(text: &str) -> Result<Target> {
    let target = text.lines().find_map(|line| line.trim().strip_prefix(".target sm_"));
    Target::parse(target.context("no `.target sm_XX`")?)
}

/// Splits at commas that stand outside of brackets.
pub(crate) fn split_at_commas(text: &str) -> Vec<&str> {
    let (mut depth, mut start, mut parts) = (0, 0, Vec::new());
    for (at, character) in text.char_indices() {
        match character {
            '(' | '{' | '[' => depth += 1,
            ')' | '}' | ']' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(text[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(text[start..].trim());
    parts.retain(|part| !part.is_empty());
    parts
}

/// `4` or `(4, 2)` or `(4, 2, 1)`
fn extent(text: &str) -> Result<[u32; 3]> {
    let inner = text.trim().trim_start_matches('(').trim_end_matches(')');
    let mut extent = [1; 3];
    let parts: Vec<&str> = inner.split(',').collect();
    ensure!(parts.len() <= 3, "`{text}` has more than three dimensions");
    for (value, part) in extent.iter_mut().zip(parts) {
        *value = part.trim().parse().with_context(|| format!("`{part}` is no number"))?;
    }
    Ok(extent)
}

impl Launch {
    /// `kernel<<<grid, block, shared bytes, cooperative>>>(arguments)`
    fn parse(line: usize, text: &str) -> Result<Launch> {
        let (kernel, rest) = text.split_once("<<<").context("no `<<<`")?;
        let (shape, arguments) = rest.split_once(">>>").context("no `>>>`")?;
        let mut parts = split_at_commas(shape);
        let cooperative = parts.last() == Some(&"cooperative");
        if cooperative {
            parts.pop();
        }
        let (grid, block, shared) = match parts[..] {
            [grid, block] => (grid, block, "0"),
            [grid, block, shared] => (grid, block, shared),
            _ => bail!("`<<<{shape}>>>` is not `<<<grid, block>>>` or `<<<grid, block, shared>>>`"),
        };
        let arguments = arguments.trim().strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
        Ok(Launch {
            line,
            kernel: kernel.trim().into(),
            shape: Shape {
                grid: extent(grid)?,
                block: extent(block)?,
                shared: shared.parse().context("shared memory")?,
                cooperative,
            },
            arguments: split_at_commas(arguments.context("the arguments lack a bracket")?)
                .into_iter()
                .map(Argument::parse)
                .collect::<Result<_>>()?,
            expectations: Vec::new(),
            refusal: None,
            fault: None,
            hang: None,
        })
    }
}

impl Argument {
    /// `name: u32[32] = …`, `name: value u8[12] = …`, `name: f32 = 1.5`, `name: ptr = out + 4`
    fn parse(text: &str) -> Result<Argument> {
        let (name, rest) = text.split_once(':').with_context(|| format!("`{text}` lacks a type"))?;
        if let Some(image) = Image::parse(rest.trim())? {
            return Ok(Argument { name: name.trim().into(), kind: ArgumentKind::Image(image) });
        }
        let (ty, content) = match rest.split_once('=') {
            Some((ty, content)) => (ty.trim(), content.trim()),
            None => (rest.trim(), "0"),
        };
        let kind = if ty == "ptr" {
            Self::address(content)?
        } else if let Some(map) = ty.strip_prefix("tensormap(") {
            ArgumentKind::TensorMap(Box::new(Map::parse(map.strip_suffix(')').context("no `)`")?)?))
        } else {
            let (by_value, ty) = match ty.strip_prefix("value ") {
                Some(ty) => (true, ty.trim()),
                None => (false, ty),
            };
            let content = Elements::parse(content)?;
            match ty.strip_suffix(']').and_then(|ty| ty.split_once('[')) {
                None => ArgumentKind::Value { ty: Type::parse(ty)?, count: 1, content },
                Some((ty, count)) => {
                    let (ty, count) = (Type::parse(ty)?, count.parse()?);
                    if by_value {
                        ArgumentKind::Value { ty, count, content }
                    } else {
                        ArgumentKind::Array { ty, count, content }
                    }
                }
            }
        };
        Ok(Argument { name: name.trim().into(), kind })
    }

    fn address(text: &str) -> Result<ArgumentKind> {
        let number = |text: &str| -> Result<i64> {
            let bits = match text.trim().strip_prefix("0x") {
                Some(digits) => u64::from_str_radix(digits, 16)? as i64,
                None => text.trim().parse()?,
            };
            Ok(bits)
        };
        if text.starts_with(|c: char| c.is_ascii_digit()) {
            return Ok(ArgumentKind::Address { array: None, offset: number(text)? });
        }
        let (array, offset) = match (text.split_once('+'), text.split_once('-')) {
            (Some((array, offset)), _) => (array, number(offset)?),
            (None, Some((array, offset))) => (array, -number(offset)?),
            (None, None) => (text, 0),
        };
        Ok(ArgumentKind::Address { array: Some(array.trim().into()), offset })
    }
}

impl Expectation {
    /// `out = {…}`, `out[i] = formula`, `out[3] = value`, `sorted out[i] = …`, `out = {…} within 1e-6`
    fn parse(line: usize, text: &str) -> Result<Expectation> {
        let (left, right) = text.split_once('=').context("no `=`")?;
        let (content, comparison) = match right.split_once("within") {
            Some((content, tolerance)) => (content, Comparison::Within(tolerance.trim().parse()?)),
            None => (right, Comparison::Exact),
        };
        let (left, comparison) = match left.trim().strip_prefix("sorted ") {
            Some(left) => (left, Comparison::Sorted),
            None => (left, comparison),
        };
        let (array, index) = match left.trim().strip_suffix(']').and_then(|left| left.split_once('[')) {
            None => (left, None),
            Some((array, "i")) => (array, None),
            Some((array, index)) => (array, Some(index.parse().with_context(|| format!("`{index}` is no index"))?)),
        };
        Ok(Expectation { line, array: array.trim().into(), index, content: Elements::parse(content)?, comparison })
    }
}

impl Comparison {
    /// What is wrong with an array; `None` if nothing is.
    pub fn difference(self, ty: Type, expected: &[Element], bits: &[u64]) -> Option<String> {
        if self == Comparison::Sorted {
            let mut wanted: Vec<Option<u64>> = expected.iter().map(|element| exact_bits(*element)).collect();
            let mut got: Vec<Option<u64>> = bits.iter().copied().map(Some).collect();
            wanted.sort_unstable();
            got.sort_unstable();
            return (wanted != got).then(|| format!("sorted, the elements are {:?}", got.into_iter().flatten()));
        }
        let at = (0..bits.len()).find(|&i| !self.accepts(ty, expected[i], bits[i]))?;
        Some(format!("element {at} is {}, expected {}", ty.show(bits[at]), expected[at].show(ty)))
    }

    fn accepts(self, ty: Type, expected: Element, bits: u64) -> bool {
        match (self, expected) {
            (Comparison::Within(tolerance), Element::Bits(wanted)) => {
                let (wanted, got) = (ty.to_float(wanted), ty.to_float(bits));
                wanted == got || (wanted - got).abs() <= tolerance * wanted.abs()
            }
            _ => expected.matches(ty, bits),
        }
    }
}

fn exact_bits(element: Element) -> Option<u64> {
    match element {
        Element::Bits(bits) => Some(bits),
        Element::Nan | Element::Any => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_describes_launches_arguments_and_expectations() {
        let case = Case::parse(
            "// launch: k<<<(2, 3), 32, 64>>>(in: u32[4] = i * 2, x: f32 = 1.5,\n\
             //    p: ptr = in + 2)\n\
             // expect: in[i] = 7\n\
             .target sm_80, debug\n\
             ld.u32 %r1, [p]; // fault: CUDA_ERROR_MISALIGNED_ADDRESS\n",
        )
        .unwrap();
        assert_eq!(case.target, Target { architecture: 80, reach: Reach::Later });
        let launch = &case.launches[0];
        assert_eq!(launch.shape, Shape { grid: [2, 3, 1], block: [32, 1, 1], shared: 64, cooperative: false });
        assert_eq!(launch.arguments.len(), 3);
        assert_eq!(launch.arguments[2].kind, ArgumentKind::Address { array: Some("in".into()), offset: 2 });
        assert_eq!(launch.fault, Some(Problem { code: "CUDA_ERROR_MISALIGNED_ADDRESS".into(), line: Some(5) }));
    }

    #[test]
    fn a_launch_without_expectation_is_no_test() {
        assert!(Case::parse("// launch: k<<<1, 1>>>()\n.target sm_75\n").is_err());
    }
}
