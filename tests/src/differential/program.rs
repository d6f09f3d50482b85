//! A drawn program: a tree, and how it is written.

use super::instructions::VERSION;
use super::random::Random;
use super::registers::{Dialect, FAMILIES, Family};
use std::fmt::Write as _;

/// A drawn program.
#[derive(Clone, Debug)]
pub struct Program {
    /// What it was drawn from; its input too.
    pub seed: u64,
    /// CTAs.
    pub grid: [u32; 3],
    /// Threads of a CTA.
    pub block: [u32; 3],
    /// How registers are declared.
    pub dialect: Dialect,
    /// The kernel's body.
    pub body: Vec<Node>,
    /// Device functions; each calls only those behind it.
    pub functions: Vec<Function>,
}

/// A device function: some parameters and one result.
#[derive(Clone, Debug)]
pub struct Function {
    /// Types of its parameters.
    pub params: Vec<&'static str>,
    /// Type of its result.
    pub result: &'static str,
    /// What it does.
    pub body: Vec<Node>,
}

/// A statement.
#[derive(Clone, Debug)]
pub enum Node {
    /// Lines that belong together.
    Lines(Vec<String>),
    /// `@p` or `@!p`: one or the other.
    If {
        /// Lines that compute the predicate.
        before: Vec<String>,
        /// The predicate, with its `!`.
        predicate: String,
        /// Both arms.
        arms: [Vec<Node>; 2],
    },
    /// So many rounds.
    Loop {
        /// Tells loops apart: their counters.
        number: usize,
        /// How many rounds: a constant or the name of a register, of which the low two bits count.
        rounds: String,
        /// What every round does.
        body: Vec<Node>,
        /// Leaves early when this holds.
        leaves: Option<String>,
    },
    /// A table of branches, by the low bits of a register.
    Switch {
        /// The register.
        index: String,
        /// As many arms as a power of two.
        arms: Vec<Vec<Node>>,
    },
}

/// Bytes of global memory that a thread works on, in front of its results.
pub(super) const OWN: usize = 64;
/// Bytes of shared memory of a thread.
pub(super) const SLOT: usize = 32;
/// Bytes of the input.
pub(super) const INPUT: usize = 1024;
/// Sums in global and in shared memory that all threads add to.
pub(super) const SUMS: usize = 32;
/// Bytes of each table of the module, and of the table among the parameters.
pub(super) const TABLE: usize = 64;

impl Program {
    /// Threads of a CTA.
    pub fn threads(&self) -> usize {
        self.block.iter().product::<u32>() as usize
    }

    /// Threads in all.
    pub fn all_threads(&self) -> usize {
        self.threads() * self.grid.iter().product::<u32>() as usize
    }

    /// What the input buffer holds.
    pub fn input(&self) -> Vec<u8> {
        let mut random = Random::new(self.seed ^ 0x5eed);
        let mut bytes = Vec::new();
        while bytes.len() < INPUT {
            match random.below(4) {
                0 => bytes.extend_from_slice(&random.value(64).to_le_bytes()),
                1 => (0..4).for_each(|_| bytes.extend_from_slice(&(random.value(16) as u16).to_le_bytes())),
                _ => (0..2).for_each(|_| bytes.extend_from_slice(&(random.value(32) as u32).to_le_bytes())),
            }
        }
        bytes
    }

    /// The parameter block, for buffers at these addresses.
    pub fn parameters(&self, [input, out, sums]: [u64; 3]) -> Vec<u8> {
        let mut random = Random::new(self.seed ^ 0xf1a6);
        let mut bytes: Vec<u8> = [input, out, sums].iter().flat_map(|address| address.to_le_bytes()).collect();
        bytes.extend_from_slice(&(random.bits() as u32).to_le_bytes());
        bytes.resize(32, 0);
        while bytes.len() < 32 + TABLE {
            bytes.extend_from_slice(&random.value(64).to_le_bytes());
        }
        bytes
    }

    /// The registers that the kernel's body names, with the offset of each in a thread's results.
    fn results(&self) -> (Vec<(String, &'static Family, usize)>, usize) {
        let text = self.print_nodes(&self.body);
        let mut end = OWN;
        let mut found = Vec::new();
        for family in FAMILIES {
            for number in 0..family.count {
                let name = format!("{}{number}", family.prefix);
                if names(&text, &name) {
                    found.push((name, family, end));
                    end += (family.bits as usize / 8).max(4);
                }
            }
        }
        (found, end.next_multiple_of(OWN))
    }

    /// Bytes of a thread's part of the output.
    pub fn stride(&self) -> usize {
        // The sums of shared memory stand last.
        self.results().1 + 8
    }

    /// Bytes of the output.
    pub fn output_bytes(&self) -> usize {
        self.stride().next_multiple_of(OWN) * self.all_threads()
    }

    /// What a byte of the output is.
    pub fn describe(&self, at: usize) -> String {
        let stride = self.stride().next_multiple_of(OWN);
        let (thread, offset) = (at / stride, at % stride);
        let results = self.results().0;
        let register = results.iter().rev().find(|(.., start)| offset >= *start);
        let what = match register {
            Some((name, ..)) if offset < self.stride() - 8 => format!("register {name}"),
            None => format!("byte {offset} of its memory"),
            _ => "sum in shared memory".to_owned(),
        };
        format!("thread {thread}, {what}")
    }

    /// The program as PTX.
    pub fn print(&self) -> String {
        let mut random = Random::new(self.seed ^ 0x7ab1e);
        let mut table = || {
            let bytes: Vec<String> =
                (0..TABLE / 8).flat_map(|_| random.value(64).to_le_bytes()).map(|byte| byte.to_string()).collect();
            bytes.join(", ")
        };
        let (constants, globals) = (table(), table());
        let body = self.print_nodes(&self.body);
        let bodies: Vec<String> = self.functions.iter().map(|function| self.print_nodes(&function.body)).collect();
        let mut out = format!(".version {}\n.target sm_120a\n.address_size 64\n\n", *VERSION);
        let everything = format!("{body}{}", bodies.concat());
        if names(&everything, "ctab") {
            let _ = writeln!(out, ".const .align 32 .b8 ctab[{TABLE}] = {{{constants}}};");
        }
        if names(&everything, "gtab") {
            let _ = writeln!(out, ".global .align 32 .b8 gtab[{TABLE}] = {{{globals}}};");
        }
        for (number, (function, body)) in self.functions.iter().zip(&bodies).enumerate().rev() {
            if bodies.iter().chain([&body.clone()]).any(|text| names(text, &format!("fun{number}")))
                || names(&everything, &format!("fun{number}"))
            {
                self.print_function(&mut out, number, function, body);
            }
        }
        self.print_kernel(&mut out, &body);
        out
    }

    fn declare(&self, out: &mut String, text: &str) {
        for family in FAMILIES {
            if (0..family.count).any(|number| names(text, &format!("{}{number}", family.prefix))) {
                let _ =
                    writeln!(out, "    .reg .{} {}<{}>;", family.declared(self.dialect), family.prefix, family.count);
            }
        }
        for (name, declaration) in [
            ("%n", ".u32 %n<16>"),
            ("%np", ".pred %np<16>"),
            ("%x", ".u32 %x<4>"),
            ("%a", ".u64 %a<4>"),
            ("%c", ".pred %c<2>"),
        ] {
            if text.contains(name) {
                let _ = writeln!(out, "    .reg {declaration};");
            }
        }
        if names(text, "loc") || names(text, "%locg") {
            let _ = writeln!(out, "    .local .align 32 .b8 loc[{TABLE}];");
        }
    }

    fn print_function(&self, out: &mut String, number: usize, function: &Function, body: &str) {
        let params: Vec<String> =
            function.params.iter().enumerate().map(|(index, ty)| format!(".param .{ty} arg{index}")).collect();
        let _ = writeln!(out, "\n.func (.param .{} res) fun{number}({})\n{{", function.result, params.join(", "));
        self.declare(out, &format!("{body} {}", first_registers(function)));
        let mut random = Random::new(self.seed ^ number as u64 ^ 0xf0c);
        for family in FAMILIES {
            for index in 0..family.count {
                let name = format!("{}{index}", family.prefix);
                if names(body, &name) || first_registers(function).contains(&name) {
                    let text = match family.bits {
                        1 => format!("setp.eq.u32 {name}, {}, 0;", random.below(2)),
                        128 => format!("mov.b128 {name}, {{{}, {}}};", random.value(62), random.value(62)),
                        64 if family.prefix == "%g" => format!("mov.f64 {name}, 0d{:016x};", random.value(64)),
                        32 if family.prefix == "%f" => format!("mov.f32 {name}, 0f{:08x};", random.value(32)),
                        bits => format!("mov.b{bits} {name}, {};", random.value(bits)),
                    };
                    let _ = writeln!(out, "    {text}");
                }
            }
        }
        for (index, ty) in function.params.iter().enumerate() {
            let _ = writeln!(out, "    ld.param.{ty} {}, [arg{index}];", register_of(ty, index));
        }
        self.clear_local(out, body);
        out.push_str(body);
        let _ = writeln!(out, "    st.param.{} [res], {};", function.result, register_of(function.result, 0));
        let _ = writeln!(out, "    ret;\n}}");
    }

    /// Local memory begins with zeros.
    fn clear_local(&self, out: &mut String, body: &str) {
        if names(body, "loc") || names(body, "%locg") {
            for at in (0..TABLE).step_by(8) {
                let _ = writeln!(out, "    st.local.u64 [loc+{at}], 0;");
            }
        }
    }

    fn print_kernel(&self, out: &mut String, body: &str) {
        let (results, end) = self.results();
        let stride = self.stride().next_multiple_of(OWN);
        let [x, y, _] = self.block;
        let _ = writeln!(
            out,
            "\n.visible .entry drawn(.param .u64 in, .param .u64 out, .param .u64 sums, .param .u32 flags,\n    \
             .param .align 32 .b8 tab[{TABLE}])\n{{"
        );
        self.declare(out, &format!("{body} %x0"));
        out.push_str("    .reg .u64 %in, %out, %sums, %own, %shg, %locg;\n");
        out.push_str("    .reg .u32 %rank, %sh, %flags, %grank;\n    .reg .pred %u<4>;\n");
        let uses_shared = names(body, "%sh") || names(body, "%shg") || names(body, "sh");
        let uses_sums = names(body, "shsum");
        if uses_shared {
            let _ = writeln!(out, "    .shared .align 32 .b8 sh[{}];", SLOT * self.threads());
        }
        if uses_sums {
            let _ = writeln!(out, "    .shared .align 8 .b8 shsum[{}];", 8 * SUMS);
        }
        out.push_str("    ld.param.u64 %in, [in];\n    ld.param.u64 %out, [out];\n");
        out.push_str("    ld.param.u64 %sums, [sums];\n    ld.param.u32 %flags, [flags];\n");
        let _ = writeln!(
            out,
            "    mov.u32 %rank, %tid.z;\n    mov.u32 %x0, %tid.y;\n    mad.lo.u32 %rank, %rank, {y}, %x0;\n    \
             mov.u32 %x0, %tid.x;\n    mad.lo.u32 %rank, %rank, {x}, %x0;\n    mov.u32 %x0, %ctaid.x;\n    \
             mad.lo.u32 %grank, %x0, {}, %rank;\n    mad.wide.u32 %own, %grank, {stride}, %out;",
            self.threads()
        );
        out.push_str("    and.b32 %x0, %flags, 1;\n    setp.ne.u32 %u0, %x0, 0;\n");
        out.push_str("    and.b32 %x0, %flags, 2;\n    setp.ne.u32 %u1, %x0, 0;\n");
        out.push_str("    mov.u32 %x0, %ctaid.x;\n    setp.eq.u32 %u2, %x0, 0;\n");
        if names(body, "%locg") {
            out.push_str("    mov.u64 %locg, loc;\n    cvta.local.u64 %locg, %locg;\n");
        }
        self.clear_local(out, body);
        if uses_shared {
            out.push_str("    mov.u32 %sh, sh;\n");
            let _ = writeln!(out, "    mad.lo.u32 %sh, %rank, {SLOT}, %sh;");
            out.push_str("    cvt.u64.u32 %shg, %sh;\n    cvta.shared.u64 %shg, %shg;\n");
            for at in (0..SLOT).step_by(8) {
                let _ = writeln!(out, "    st.shared.u64 [%sh+{at}], {};", at * 0x0101_0101);
            }
        }
        if uses_sums {
            out.push_str("    setp.ne.u32 %u3, %rank, 0;\n");
            for at in 0..SUMS {
                let _ = writeln!(out, "    @!%u3 st.shared.u64 [shsum+{}], 0;", 8 * at);
            }
        }
        if uses_sums || uses_shared {
            out.push_str("    bar.sync 0;\n");
        }
        // First values come from the input, from another place for each thread.
        let _ = writeln!(out, "    shl.b32 %x0, %grank, 4;\n    and.b32 %x0, %x0, {};", INPUT / 2 - 16);
        out.push_str("    cvt.u64.u32 %shg, %x0;\n    add.u64 %in, %in, %shg;\n".replace("%shg", "%out").as_str());
        for (index, (name, family, _)) in results.iter().enumerate() {
            let size = (family.bits as usize / 8).max(1);
            let at = (index * 24 + 8) % (INPUT / 2 - 32) / size * size;
            let _ = match family.bits {
                1 => writeln!(out, "    ld.global.u8 %x0, [%in+{at}];\n    setp.lt.u32 {name}, %x0, 100;"),
                _ => writeln!(out, "    ld.global.{} {name}, [%in+{at}];", family.declared(self.dialect)),
            };
        }
        out.push_str("    ld.param.u64 %in, [in];\n\n");
        out.push_str(body);
        out.push('\n');
        if uses_sums {
            let _ = writeln!(
                out,
                "    bar.sync 0;\n    rem.u32 %x0, %rank, {SUMS};\n    shl.b32 %x0, %x0, 3;\n    mov.u32 %flags, shsum;\n    \
                 add.u32 %x0, %x0, %flags;\n    ld.shared.u64 %out, [%x0];\n    st.global.u64 [%own+{end}], %out;"
            );
        }
        if names(body, "LEAVE") {
            out.push_str("LEAVE:\n");
        }
        for (name, family, offset) in &results {
            let _ = match family.bits {
                1 => writeln!(out, "    selp.u32 %x0, 1, 0, {name};\n    st.global.u32 [%own+{offset}], %x0;"),
                _ => writeln!(out, "    st.global.{} [%own+{offset}], {name};", family.declared(self.dialect)),
            };
        }
        out.push_str("    ret;\n}\n");
    }

    fn print_nodes(&self, nodes: &[Node]) -> String {
        let mut out = String::new();
        let mut labels = 0;
        print(&mut out, nodes, 1, &mut labels);
        out
    }
}

/// The registers through which a function's parameters and its result go.
fn first_registers(function: &Function) -> String {
    let params = function.params.iter().enumerate().map(|(index, ty)| register_of(ty, index));
    params.chain([register_of(function.result, 0)]).collect::<Vec<_>>().join(" ")
}

/// The register of a function for a parameter of a type.
pub(super) fn register_of(ty: &str, index: usize) -> String {
    let prefix = match ty {
        "f32" => "%f",
        "f64" => "%g",
        "b64" | "u64" | "s64" => "%d",
        "b16" => "%h",
        _ => "%r",
    };
    format!("{prefix}{}", index % 3)
}

/// Whether a text names something, as a whole word.
pub(super) fn names(text: &str, name: &str) -> bool {
    let is_word = |character: Option<char>| character.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '%');
    text.match_indices(name)
        .any(|(at, _)| !is_word(text[..at].chars().next_back()) && !is_word(text[at + name.len()..].chars().next()))
}

fn print(out: &mut String, nodes: &[Node], depth: usize, labels: &mut usize) {
    let pad = "    ".repeat(depth);
    for node in nodes {
        match node {
            Node::Lines(lines) => lines.iter().for_each(|line| {
                let _ = writeln!(out, "{pad}{line}");
            }),
            Node::If { before, predicate, arms } => {
                let label = *labels;
                *labels += 1;
                for line in before {
                    let _ = writeln!(out, "{pad}{line}");
                }
                let (yes, no) = (format!("IF{label}"), format!("FI{label}"));
                if arms[1].is_empty() {
                    let opposite = match predicate.strip_prefix('!') {
                        Some(rest) => rest.to_owned(),
                        None => format!("!{predicate}"),
                    };
                    let _ = writeln!(out, "{pad}@{opposite} bra {no};");
                    print(out, &arms[0], depth + 1, labels);
                } else {
                    let _ = writeln!(out, "{pad}@{predicate} bra {yes};");
                    print(out, &arms[1], depth + 1, labels);
                    let _ = writeln!(out, "{pad}bra {no};\n{yes}:");
                    print(out, &arms[0], depth + 1, labels);
                }
                let _ = writeln!(out, "{no}:");
            }
            Node::Loop { number, rounds, body, leaves } => {
                let label = *labels;
                *labels += 1;
                let (n, p) = (format!("%n{number}"), format!("%np{number}"));
                if rounds.starts_with('%') {
                    let _ = writeln!(out, "{pad}and.b32 {n}, {rounds}, 3;");
                } else {
                    let _ = writeln!(out, "{pad}mov.u32 {n}, {rounds};");
                }
                let _ = writeln!(out, "LOOP{label}:\n{pad}setp.eq.u32 {p}, {n}, 0;\n{pad}@{p} bra POOL{label};");
                let _ = writeln!(out, "{pad}sub.u32 {n}, {n}, 1;");
                print(out, body, depth + 1, labels);
                if let Some(predicate) = leaves {
                    let _ = writeln!(out, "{pad}@{predicate} bra POOL{label};");
                }
                let _ = writeln!(out, "{pad}bra LOOP{label};\nPOOL{label}:");
            }
            Node::Switch { index, arms } => {
                let label = *labels;
                *labels += 1;
                let targets: Vec<String> = (0..arms.len()).map(|arm| format!("CASE{label}_{arm}")).collect();
                let _ = writeln!(out, "{pad}and.b32 %x0, {index}, {};", arms.len() - 1);
                let _ = writeln!(out, "LIST{label}: .branchtargets {};", targets.join(", "));
                let _ = writeln!(out, "{pad}brx.idx %x0, LIST{label};");
                for (target, arm) in targets.iter().zip(arms) {
                    let _ = writeln!(out, "{target}:");
                    print(out, arm, depth + 1, labels);
                    let _ = writeln!(out, "{pad}bra ESAC{label};");
                }
                let _ = writeln!(out, "ESAC{label}:");
            }
        }
    }
}
