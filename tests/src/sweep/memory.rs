//! `ld` and `st` in all widths and vectors, in global, shared and local memory.
//!
//! A load of global memory reads the inputs themselves, which nobody writes, so that `.nc` may; 32 bytes are those of four
//! threads. Other memory is filled from there first. A store goes to 32 bytes of the thread's own, which are read back.

use super::{Certainty, Expected, FormId, Oracle, Register, Subject, ones};
use ptx_frontend::form::Variant;
use ptx_frontend::isa::Opcode;
use ptx_frontend::types::ScalarType;

/// Subjects of a form of `ld`, `ldu` or `st`.
pub fn subjects(form: FormId, most: usize) -> Option<Vec<Subject>> {
    if !matches!(form.0, Opcode::Ld | Opcode::Ldu | Opcode::St) {
        return None;
    }
    // Most combinations are none that the manual knows.
    let variants = super::table::variants(form, most.saturating_mul(16)).into_iter();
    let reached = variants.filter(|variant| space_of(variant) != "other").take(most);
    Some(
        reached
            .map(|variant| if form.0 == Opcode::St { store(form, &variant) } else { load(form, &variant) })
            .collect(),
    )
}

fn count_of(variant: &Variant) -> u32 {
    variant.words.iter().find_map(|word| word.strip_prefix('v')?.parse().ok()).unwrap_or(1)
}

/// The state space that an access of this kind needs on both sides.
fn space_of(variant: &Variant) -> &'static str {
    let space = variant.words.iter().find_map(|word| match *word {
        "shared" | "shared::cta" | "shared::cluster" => Some(".shared"),
        "local" => Some(".local"),
        "const" | "param" | "param::entry" | "param::func" => Some("other"),
        _ => None,
    });
    space.unwrap_or(".global")
}

/// Registers for loaded values may be wider than they are.
fn wide(ty: ScalarType) -> u32 {
    ty.bits().max(32)
}

/// How an element looks in its register.
fn extended(ty: ScalarType, bits: u64) -> u64 {
    let width = ty.bits();
    let is_negative = ty.is_signed() && bits >> (width - 1) & 1 == 1;
    if is_negative { (bits | !ones(width)) & ones(wide(ty)) } else { bits }
}

fn hint(variant: &Variant) -> (&'static str, &'static str) {
    if variant.words.contains(&"L2::cache_hint") {
        ("    createpolicy.fractional.L2::evict_first.b64 %policy;\n", ", %policy")
    } else {
        ("", "")
    }
}

const DECLARATIONS: &str = "    .shared .align 32 .b8 cells[4096];
    .local .align 32 .b8 mine[32];
    .reg .b64 %cell, %policy, %word, %to_copy;
    .reg .b32 %number;
";

/// What a subject declares; registers of 16 bytes only where it needs them, since they are young.
fn declarations(is_double: bool) -> String {
    DECLARATIONS.to_owned() + if is_double { "    .reg .b128 %both;\n" } else { "" }
}

/// Puts the address of this thread's 32 bytes into `%cell`.
fn cell(space: &str) -> &'static str {
    match space {
        ".shared" => {
            "    mov.u32 %number, %tid.x;
    mul.wide.u32 %offset, %number, 32;
    mov.u64 %cell, cells;
    add.u64 %cell, %cell, %offset;\n"
        }
        ".local" => "    mov.u64 %cell, mine;\n",
        _ => {
            "    ld.param.u64 %cell, [scratch];
    mul.wide.u32 %offset, %thread, 32;
    add.u64 %cell, %cell, %offset;\n"
        }
    }
}

fn load(form: FormId, variant: &Variant) -> Subject {
    let (ty, count, space) = (variant.types[0], count_of(variant), space_of(variant));
    // The inputs of four threads, from the first of them on.
    let mut body = String::from(
        "    ld.param.u64 %cell, [inputs];
    and.b32 %number, %thread, -4;
    mul.wide.u32 %offset, %number, 8;
    add.u64 %cell, %cell, %offset;\n",
    );
    if space != ".global" {
        body += "    mov.b64 %to_copy, %cell;\n";
        body += cell(space);
        for at in [0, 8, 16, 24] {
            body += &format!("    ld.global.b64 %word, [%to_copy+{at}];\n    st{space}.b64 [%cell+{at}], %word;\n");
        }
    }
    let (before, policy) = hint(variant);
    body += before;
    let is_double = ty == ScalarType::B128;
    let bits = if is_double { 64 } else { wide(ty) };
    let outputs = vec![Register::new(bits, ty); if is_double { 2 } else { count as usize }];
    let names: Vec<String> = (0..count).map(|k| format!("%o{k}")).collect();
    let destination = match (&names[..], is_double) {
        (_, true) => "%both".to_owned(),
        ([one], _) => one.clone(),
        (several, _) => format!("{{{}}}", several.join(", ")),
    };
    body += &format!("    {} {destination}, [%cell]{policy};\n", variant.text);
    if is_double {
        body += "    mov.b128 {%o0, %o1}, %both;\n";
    }
    let meaning = move |inputs: &[Vec<u64>]| {
        let (width, count) = if is_double { (64, 2) } else { (ty.bits(), count) };
        (0..count)
            .map(|k| {
                let element = |thread: usize| {
                    let at = k * width;
                    let word = inputs[0][thread / 4 * 4 + (at / 64) as usize];
                    let bits = word >> (at % 64) & ones(width);
                    Expected::Bits(if is_double { bits } else { extended(ty, bits) })
                };
                (0..inputs[0].len()).map(element).collect()
            })
            .collect()
    };
    Subject {
        name: variant.text.clone(),
        form,
        inputs: vec![Register::new(64, ScalarType::B64)],
        outputs,
        declarations: declarations(is_double),
        body,
        scratch: false,
        oracle: Oracle::Launch(Box::new(meaning)),
        certainty: Certainty::Exact,
    }
}

fn store(form: FormId, variant: &Variant) -> Subject {
    let (ty, count, space) = (variant.types[0], count_of(variant), space_of(variant));
    let is_double = ty == ScalarType::B128;
    let (before, policy) = hint(variant);
    let mut body = cell(space).to_owned() + before;
    for at in [0, 8, 16, 24] {
        body += &format!("    st{space}.b64 [%cell+{at}], 0;\n");
    }
    let inputs = if is_double {
        vec![Register::new(64, ScalarType::B64); 2]
    } else {
        vec![Register::new(wide(ty), ty); count as usize]
    };
    let names: Vec<String> = (0..inputs.len()).map(|k| format!("%i{k}")).collect();
    let source = match (&names[..], is_double) {
        (_, true) => {
            body += "    mov.b128 %both, {%i0, %i1};\n";
            "%both".to_owned()
        }
        ([one], _) => one.clone(),
        (several, _) => format!("{{{}}}", several.join(", ")),
    };
    body += &format!("    {} [%cell], {source}{policy};\n", variant.text);
    for (k, at) in [0, 8, 16, 24].into_iter().enumerate() {
        body += &format!("    ld{space}.b64 %o{k}, [%cell+{at}];\n");
    }
    let meaning = move |x: &[u64], out: &mut Vec<Expected>| {
        let width = if is_double { 64 } else { ty.bits() };
        let mut words = [0; 4];
        for (k, value) in x.iter().enumerate() {
            let at = k as u32 * width;
            words[(at / 64) as usize] |= (value & ones(width)) << (at % 64);
        }
        out.extend(words.map(Expected::Bits));
    };
    Subject {
        name: variant.text.clone(),
        form,
        inputs,
        outputs: vec![Register::new(64, ScalarType::B64); 4],
        declarations: declarations(is_double),
        body,
        scratch: true,
        oracle: Oracle::Thread(Box::new(meaning)),
        certainty: Certainty::Exact,
    }
}
