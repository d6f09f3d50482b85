//! Which instructions are drawn, and how one gets its operands.

use super::program::{OWN, SLOT, SUMS, TABLE};
use super::random::Random;
use super::registers::{Dialect, alike, register};
use super::spell::{Place, Shape, Spelt, spell};
use crate::naive;
use ptx_frontend::form::PREAMBLE;
use ptx_frontend::isa::{Opcode, ROWS, Support};
use ptx_frontend::types::ScalarType;
use std::sync::LazyLock;

/// Forms that depend on nothing but their operands, that the naive interpreter knows and the translator takes.
static PLAIN: LazyLock<Vec<(Opcode, u16)>> = LazyLock::new(|| {
    let mut random = Random::new(7);
    let mut found = Vec::new();
    for (opcode, form) in plain_forms() {
        if (0..8).all(|_| is_known(opcode, form, &mut random)) {
            found.push((opcode, form));
        }
    }
    found
});

/// Forms of one opcode, as far as they are executed.
fn forms_of(opcode: Opcode) -> Vec<u16> {
    let row = opcode.row();
    (0..row.forms.len()).filter(|form| row.support_of(*form) == Support::Executed).map(|form| form as u16).collect()
}

/// Forms that depend on nothing but their operands.
fn plain_forms() -> impl Iterator<Item = (Opcode, u16)> {
    const CHAPTERS: [&str; 4] = ["Integer arithmetic", "Floating point", "Comparison and selection", "Logic and shift"];
    const OTHERS: [Opcode; 4] = [Opcode::Mov, Opcode::Prmt, Opcode::Cvt, Opcode::CvtPack];
    let rows = ROWS.iter().filter(|row| CHAPTERS.contains(&row.chapter) || OTHERS.contains(&row.opcode));
    rows.flat_map(|row| (0..row.forms.len() as u16).map(|form| (row.opcode, form)))
        .filter(|(opcode, form)| opcode.row().support_of(usize::from(*form)) == Support::Executed)
}

/// The PTX version in which all executed forms exist.
pub(super) static VERSION: LazyLock<String> = LazyLock::new(|| {
    let number = |version: &str| -> (u32, u32) {
        let (major, minor) = version.split_once('.').expect("versions have two numbers");
        (major.parse().expect("a number"), minor.parse().expect("a number"))
    };
    let forms = ROWS.iter().flat_map(|row| (0..row.forms.len()).map(move |form| (row, form)));
    let executed = forms.filter(|(row, form)| row.support_of(*form) == Support::Executed);
    let (major, minor) = executed.map(|(row, form)| number(row.forms[form].ptx)).max().expect("forms are executed");
    format!("{major}.{minor}")
});

/// A module with this one instruction.
fn module_of(line: &str) -> String {
    let renamed =
        line.replace("%k", "%d").replace("%g", "%d").replace("%i", "%r").replace("%f", "%r").replace("%s", "%h");
    format!(".version {}\n.target sm_120a\n.entry drawn() {{\n{PREAMBLE}{renamed}\nexit;\n}}\n", *VERSION)
}

/// How many forms are drawn.
pub fn count() -> usize {
    PLAIN.len()
}

/// Whether a form can be drawn: some way to write it parses, and the naive interpreter takes it.
fn is_known(opcode: Opcode, form: u16, random: &mut Random) -> bool {
    let Some(line) = (0..20).find_map(|_| plain_instance(opcode, form, random, Dialect::Bits)) else { return false };
    let Ok(module) = ptx_frontend::parse_module(&module_of(&line), "form.ptx") else { return false };
    if !module.functions[0].errors.is_empty() {
        return false;
    }
    let launch =
        naive::Launch { grid: [1; 3], block: [1; 3], parameters: &[], symbols: &[], refuses_races: false, budget: 100 };
    naive::run(&module, "drawn", &launch, &mut []).is_ok()
        && translator::translate(&module, "drawn", &translator::Options::default()).is_ok()
}

/// An instruction with operands, or `None` where the choices do not go together.
fn plain_instance(opcode: Opcode, form: u16, random: &mut Random, dialect: Dialect) -> Option<String> {
    let spelt = spell(opcode, form, random, false)?;
    let operands: Option<Vec<String>> =
        spelt.operands.iter().map(|place| operand(random, dialect, place, opcode)).collect();
    Some(format!("{} {};", spelt.text, operands?.join(", ")))
}

/// Something for a place.
fn operand(random: &mut Random, dialect: Dialect, place: &Place, opcode: Opcode) -> Option<String> {
    let text = match place.shape {
        Shape::Values { ty, bits, count, may_be_wider } => {
            // These bytes lie in registers of 8 bits, of which there are none here.
            if bits == 8 && (opcode == Opcode::Mov || ty == ScalarType::E2M1x2) {
                return None;
            }
            let mut parts: Vec<String> = Vec::new();
            for _ in 0..count {
                let part = match (place.name, opcode) {
                    _ if place.is_destination || count > 1 => None,
                    // Where a field begins and how wide it is.
                    ("b" | "c", Opcode::Bfe) => random.one_in(6).then(|| random.below(256).to_string()),
                    (_, Opcode::Bfi) if ty == ScalarType::U32 => {
                        random.one_in(6).then(|| random.below(256).to_string())
                    }
                    _ => immediate(random, ty, bits, opcode),
                };
                parts.push(match part {
                    Some(part) => part,
                    None => {
                        let is_whole = bits != ty.bits() || of_whole_numbers(opcode);
                        let ty = if is_whole && !ty.is_integer() { whole(bits).unwrap_or(ty) } else { ty };
                        // All parts of a vector are declared alike.
                        let fits = |part: &String| parts.first().is_none_or(|first| alike(dialect, first, part));
                        let drawn = (0..8).map_while(|_| register(random, dialect, ty, bits, may_be_wider)).find(fits);
                        drawn?
                    }
                });
            }
            // The two of a vector destination must differ.
            if place.is_destination && (1..count as usize).any(|at| parts[..at].contains(&parts[at])) {
                return None;
            }
            if count == 1 { parts.remove(0) } else { format!("{{{}}}", parts.join(", ")) }
        }
        Shape::Constant => random.below(256).to_string(),
        Shape::Address | Shape::Other => return None,
    };
    match &place.second {
        Some(second) => {
            let second = operand(random, dialect, second, opcode)?;
            (second != text).then(|| format!("{text}|{second}"))
        }
        None => Some(text),
    }
}

/// Untyped operands of these are no floating point all the same.
fn of_whole_numbers(opcode: Opcode) -> bool {
    use Opcode::{Bmsk, CvtPack, Dp2a, Dp4a, Elect, Match, Redux};
    matches!(opcode, Bmsk | CvtPack | Dp2a | Dp4a | Elect | Match | Redux)
}

fn whole(bits: u32) -> Option<ScalarType> {
    Some(match bits {
        8 => ScalarType::U8,
        16 => ScalarType::U16,
        32 => ScalarType::U32,
        64 => ScalarType::U64,
        _ => return None,
    })
}

/// Sometimes a constant.
fn immediate(random: &mut Random, ty: ScalarType, bits: u32, opcode: Opcode) -> Option<String> {
    if !random.one_in(6) || bits != ty.bits() || opcode == Opcode::Cvt && bits < 16 {
        return None;
    }
    match ty {
        ScalarType::F32 => Some(format!("0f{:08x}", random.value(32))),
        ScalarType::F64 => Some(format!("0d{:016x}", random.value(64))),
        ScalarType::B32 | ScalarType::B64 | ScalarType::B16 => Some(random.value(bits).to_string()),
        _ if ty.is_integer() && bits >= 16 => {
            let value = random.value(bits);
            let signed = ((value << (64 - bits)) as i64) >> (64 - bits);
            Some(if ty.is_signed() { signed.to_string() } else { value.to_string() })
        }
        _ => None,
    }
}

/// What is true of the place in the program that an instruction is drawn for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Here {
    pub(super) dialect: Dialect,
    /// Which lanes of a warp are here together, for sure; `None`: nobody knows.
    pub(super) lanes: Option<u32>,
    /// Whether all lanes of all warps exist and are still there.
    pub(super) warps_are_whole: bool,
    /// Whether shared memory may be written (each thread its own), or read (all of it).
    pub(super) shared: Shared,
    pub(super) in_function: bool,
    pub(super) threads: usize,
}

/// What may be done with shared memory.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Shared {
    /// Each thread reads and writes its own.
    Own,
    /// All read all.
    All,
}

/// Instructions drawn for a place.
pub(super) struct Drawer<'r> {
    pub(super) random: &'r mut Random,
    /// Sums of global and shared memory that are taken.
    pub(super) sums: usize,
}

impl Drawer<'_> {
    /// `@p`, now and then.
    fn guard(&mut self) -> String {
        match self.random.below(6) {
            0 => format!("@%p{} ", self.random.below(6)),
            1 => format!("@!%p{} ", self.random.below(6)),
            _ => String::new(),
        }
    }

    /// Any statement of one or a few lines.
    pub(super) fn statement(&mut self, here: &Here) -> Vec<String> {
        loop {
            let lines = match self.random.below(16) {
                0..=8 => self.plain(here),
                9 => self.carry(here),
                10 | 11 => self.load(here),
                12 => self.store(here),
                13 => self.atomic(here),
                14 => self.together(here),
                _ => self.special(here),
            };
            if let Some(lines) = lines {
                return lines;
            }
        }
    }

    pub(super) fn plain(&mut self, here: &Here) -> Option<Vec<String>> {
        let (opcode, form) = *self.random.pick(&PLAIN);
        let line = plain_instance(opcode, form, self.random, here.dialect)?;
        Some(vec![self.guard() + &line])
    }

    fn special(&mut self, here: &Here) -> Option<Vec<String>> {
        let names = ["tid.x", "tid.y", "ntid.x", "ctaid.x", "nctaid.x", "laneid", "lanemask_lt", "lanemask_ge"];
        let name = *self.random.pick(&names);
        let to = register(self.random, here.dialect, ScalarType::U32, 32, false)?;
        Some(vec![format!("mov.u32 {to}, %{name};")])
    }

    /// A chain of additions, subtractions or products with carry.
    fn carry(&mut self, here: &Here) -> Option<Vec<String>> {
        let adds = self.random.one_in(2);
        let first = if !adds { Opcode::SubCc } else { *self.random.pick(&[Opcode::AddCc, Opcode::MadCc]) };
        let mut lines = vec![plain_instance(first, 0, self.random, here.dialect)?];
        for _ in 0..1 + self.random.below(2) {
            let next = if !adds { Opcode::Subc } else { *self.random.pick(&[Opcode::Addc, Opcode::Madc]) };
            lines.push(plain_instance(next, 0, self.random, here.dialect)?);
        }
        // The last one must leave no carry behind that something else could read.
        Some(lines)
    }

    /// A form of a memory instruction, as it is written.
    fn spelt(&mut self, opcode: Opcode, refused: &[&str]) -> Option<(Spelt, Vec<String>)> {
        let forms = forms_of(opcode);
        let form = *self.random.pick(&forms);
        // Hints are many and do nothing.
        let spelt = spell(opcode, form, self.random, true)?;
        let words: Vec<String> = spelt.text.split('.').skip(1).map(str::to_owned).collect();
        let is_refused = |word: &String| refused.contains(&word.as_str()) || word.contains("cache_hint");
        if words.iter().any(is_refused) || spelt.operands.iter().any(|place| place.name == "policy") {
            return None;
        }
        Some((spelt, words))
    }

    /// Bytes of the access through the vector place of an instruction.
    fn bytes_of(place: &Place) -> Option<usize> {
        match place.shape {
            Shape::Values { bits, count, .. } => Some((bits * count) as usize / 8),
            _ => None,
        }
    }

    /// An aligned offset in a range.
    fn offset(&mut self, range: usize, bytes: usize) -> usize {
        self.random.below(range / bytes) * bytes
    }

    /// An address for an access of so many bytes, and the lines that compute it.
    fn address(&mut self, here: &Here, words: &[String], bytes: usize, writes: bool) -> Option<(Vec<String>, String)> {
        let has = |word: &str| words.iter().any(|other| other == word);
        let index = register(self.random, here.dialect, ScalarType::U32, 32, false)?;
        let is_dynamic = self.random.one_in(2);
        let own_shared = |at: usize| format!("[%sh+{at}]");
        let local = |drawer: &mut Self, base: &str, space: &str| {
            if is_dynamic {
                let lines = vec![
                    format!("and.b32 %x0, {index}, {};", TABLE - bytes),
                    "cvt.u64.u32 %a0, %x0;".to_owned(),
                    if space.is_empty() {
                        "add.u64 %a0, %a0, %locg;".to_owned()
                    } else {
                        "mov.u64 %a1, loc;".to_owned()
                    },
                    if space.is_empty() { String::new() } else { "add.u64 %a0, %a0, %a1;".to_owned() },
                ];
                (lines.into_iter().filter(|line| !line.is_empty()).collect(), "[%a0]".to_owned())
            } else {
                (Vec::new(), format!("[{base}+{}]", drawer.offset(TABLE, bytes)))
            }
        };
        if has("local") {
            return Some(local(self, "loc", "local"));
        }
        if has("const") || has("nc") || has("param") || has("param::entry") {
            if writes || bytes > 32 || here.in_function && !has("const") && !has("nc") {
                return None;
            }
            let table = if has("const") {
                "ctab"
            } else if has("nc") {
                "gtab"
            } else {
                "tab"
            };
            return Some((Vec::new(), format!("[{table}+{}]", self.offset(TABLE, bytes))));
        }
        if has("shared") || has("shared::cta") {
            if here.in_function || bytes > SLOT {
                return None;
            }
            if here.shared == Shared::Own {
                let at = self.offset(SLOT, bytes);
                return Some((Vec::new(), own_shared(at)));
            }
            if writes {
                return None;
            }
            let slots = SLOT * here.threads / bytes;
            let lines = vec![
                format!("rem.u32 %x0, {index}, {slots};"),
                format!("mul.lo.u32 %x0, %x0, {bytes};"),
                "mov.u32 %x1, sh;".to_owned(),
                "add.u32 %x0, %x0, %x1;".to_owned(),
            ];
            return Some((lines, "[%x0]".to_owned()));
        }
        if has("global") && !writes && self.random.one_in(3) {
            if here.in_function {
                return Some((Vec::new(), format!("[gtab+{}]", self.offset(TABLE, bytes))));
            }
            let lines = vec![
                format!("and.b32 %x0, {index}, {};", super::program::INPUT - bytes),
                "cvt.u64.u32 %a0, %x0;".to_owned(),
                "add.u64 %a0, %a0, %in;".to_owned(),
            ];
            return Some((lines, "[%a0]".to_owned()));
        }
        if here.in_function {
            return None;
        }
        if has("global") {
            return Some((Vec::new(), format!("[%own+{}]", self.offset(OWN, bytes))));
        }
        // Generic: any of them.
        if words.iter().any(|word| word.contains("shared")) {
            return None;
        }
        Some(match self.random.below(3) {
            0 => (Vec::new(), format!("[%own+{}]", self.offset(OWN, bytes))),
            1 if here.shared == Shared::Own && bytes <= SLOT => {
                (Vec::new(), format!("[%shg+{}]", self.offset(SLOT, bytes)))
            }
            _ => local(self, "%locg", ""),
        })
    }

    fn load(&mut self, here: &Here) -> Option<Vec<String>> {
        let (spelt, words) = self.spelt(Opcode::Ld, &["param::func", "shared::cluster", "mmio"])?;
        let bytes = Self::bytes_of(&spelt.operands[0])?;
        if bytes > 32 {
            return None;
        }
        let (mut lines, address) = self.address(here, &words, bytes, false)?;
        let to = operand(self.random, here.dialect, &spelt.operands[0], Opcode::Ld)?;
        lines.push(format!("{}{} {to}, {address};", self.guard(), spelt.text));
        Some(lines)
    }

    fn store(&mut self, here: &Here) -> Option<Vec<String>> {
        let refused = ["param::func", "param", "param::entry", "const", "shared::cluster", "mmio"];
        let (spelt, words) = self.spelt(Opcode::St, &refused)?;
        let bytes = Self::bytes_of(&spelt.operands[1])?;
        if bytes > 32 {
            return None;
        }
        let (mut lines, address) = self.address(here, &words, bytes, true)?;
        let from = operand(self.random, here.dialect, &spelt.operands[1], Opcode::St)?;
        lines.push(format!("{}{} {address}, {from};", self.guard(), spelt.text));
        Some(lines)
    }

    /// An atomic operation: on the thread's own memory, or a sum of all threads whose order does not matter.
    fn atomic(&mut self, here: &Here) -> Option<Vec<String>> {
        if here.in_function {
            return None;
        }
        let opcode = *self.random.pick(&[Opcode::Atom, Opcode::Red]);
        let (spelt, words) = self.spelt(opcode, &["shared::cluster", "noftz"])?;
        let gives = usize::from(opcode == Opcode::Atom);
        let value = spelt.operands.get(gives + 1)?;
        let bytes = Self::bytes_of(value)?;
        let has = |word: &str| words.iter().any(|other| other == word);
        let is_shared = has("shared") || has("shared::cta");
        if bytes > 16 || is_shared && here.shared == Shared::All || words.iter().any(|word| word.contains("bf16")) {
            return None;
        }
        let commutes = ["add", "min", "max", "and", "or", "xor"].iter().any(|word| has(word));
        let is_integer = !words.iter().any(|word| word.starts_with('f'));
        let mut lines = Vec::new();
        if commutes && is_integer && bytes <= 8 && self.sums < SUMS && self.random.one_in(2) {
            let at = 8 * self.sums;
            self.sums += 1;
            let address = if is_shared { format!("[shsum+{at}]") } else { format!("[%sums+{at}]") };
            let from = operand(self.random, here.dialect, value, opcode)?;
            let to = if gives == 1 { "_, " } else { "" };
            lines.push(format!("{}{} {to}{address}, {from};", self.guard(), spelt.text));
            return Some(lines);
        }
        let address = if is_shared {
            format!("[%sh+{}]", self.offset(SLOT, bytes))
        } else if !has("global") && here.shared == Shared::Own && self.random.one_in(2) {
            format!("[%shg+{}]", self.offset(SLOT, bytes))
        } else {
            format!("[%own+{}]", self.offset(OWN, bytes))
        };
        let mut parts = Vec::new();
        for place in &spelt.operands {
            parts.push(match place.shape {
                Shape::Address => address.clone(),
                _ => operand(self.random, here.dialect, place, opcode)?,
            });
        }
        lines.push(format!("{}{} {};", self.guard(), spelt.text, parts.join(", ")));
        Some(lines)
    }

    /// Something that the lanes of a warp do together.
    fn together(&mut self, here: &Here) -> Option<Vec<String>> {
        let lanes = here.lanes?;
        let opcode = *self.random.pick(&[
            Opcode::Shfl,
            Opcode::Shfl,
            Opcode::Vote,
            Opcode::Match,
            Opcode::Redux,
            Opcode::Elect,
            Opcode::BarWarp,
        ]);
        if opcode == Opcode::Shfl && (!here.warps_are_whole || lanes != u32::MAX) {
            return None;
        }
        let forms = forms_of(opcode);
        let form = *self.random.pick(&forms);
        let spelt = spell(opcode, form, self.random, false)?;
        let is_float = spelt.text.contains("f32");
        if is_float || !spelt.text.contains("sync") {
            return None;
        }
        let mut parts = Vec::new();
        for place in &spelt.operands {
            parts.push(match place.name {
                "mask" => format!("{lanes:#x}"),
                "c" if opcode == Opcode::Shfl => {
                    let segments = *self.random.pick(&[0, 0x1800, 0x1000, 0x1c00]);
                    let clamp = if spelt.text.contains("up") { 0 } else { 0x1f };
                    (segments | clamp).to_string()
                }
                _ => operand(self.random, here.dialect, place, opcode)?,
            });
        }
        Some(vec![format!("{} {};", spelt.text, parts.join(", "))])
    }
}
