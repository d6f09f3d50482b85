//! What the checker says, word for word.

use super::Unit;
use crate::checked::{Module, Symbol};

fn parse(version: &str, target: &str, body: &str) -> Result<Module, String> {
    let text = format!(
        ".version {version}\n.target {target}\n.address_size 64\n.const .u32 c; .global .u32 g; .shared .u32 s;\n\
         .func (.param .b32 r) f(.param .b64 a, .param .b32 b) {{ ret; }}\n.entry k(.param .u64 p) {{\n\
         .reg .pred %p<4>; .reg .b16 %h<4>; .reg .b32 %r<8>; .reg .b64 %d<8>; .reg .b128 %q<2>;\n{body}\n}}\n"
    );
    crate::parse_module(&text, "x.ptx").map_err(|errors| errors[0].to_string())
}

/// The body is refused, and the message has all these parts.
#[track_caller]
fn refused(version: &str, target: &str, body: &str, parts: &[&str]) {
    match parse(version, target, body) {
        Ok(_) => panic!("`{body}` is accepted"),
        Err(message) => {
            for part in parts {
                assert!(message.contains(part), "`{part}` is not in\n{message}");
            }
        }
    }
}

#[track_caller]
fn accepted(version: &str, target: &str, body: &str) {
    let module = parse(version, target, body).unwrap_or_else(|message| panic!("{message}"));
    let kernel = module.functions.iter().find(|function| function.is_entry).unwrap();
    assert!(kernel.errors.is_empty(), "{}", kernel.errors[0]);
}

#[test]
fn misspelt_instructions_and_forms_make_the_module_useless() {
    refused(
        "8.0",
        "sm_80",
        "addd.s32 %r1, %r2, %r3;",
        &["`addd` is not a PTX instruction", "x.ptx:8:1", "addd.s32 %r1"],
    );
    refused("8.0", "sm_80", "add.rn.s32 %r1, %r2, %r3;", &["x.ptx:8:4", "`.rn` has no place here", "write `add.s32`"]);
    refused("8.0", "sm_80", "add.frob.s32 %r1, %r2, %r3;", &["no instruction has `.frob`"]);
    refused("8.0", "sm_80", "add.s32 %r1, %r2;", &["does not take these operands"]);
    refused("8.0", "sm_80", "add.s32 %r1, %r2, %d1;", &["x.ptx:8:19", "in a register of 32 bits; this one has 64"]);
    refused("8.0", "sm_80", "add.s32 %r1, %r2, %p1;", &["not a predicate"]);
}

#[test]
fn what_a_later_version_may_have_only_spoils_its_function() {
    let module = parse("9.9", "sm_120", "frobnicate.s32 %r1, %r2, %r3;").unwrap();
    let kernel = module.functions.iter().find(|function| function.is_entry).unwrap();
    assert_eq!(kernel.errors[0].message, "`frobnicate` is not a PTX instruction");
}

#[test]
fn forms_need_their_version_and_target() {
    let redux = "redux.sync.add.s32 %r1, %r2, 0xffffffff;";
    accepted("7.0", "sm_80", redux);
    accepted("8.8", "sm_120a", redux);
    refused("6.5", "sm_75", redux, &["`redux.sync.add.s32` requires PTX ISA .version 7.0 or later", "`.version 6.5`"]);
    refused("7.0", "sm_75", redux, &["requires .target sm_80 or higher", "the module says `.target sm_75`"]);
    // What is of one kind of architecture is not of later ones without the letter.
    accepted("8.0", "sm_90a", "setmaxnreg.inc.sync.aligned.u32 40;");
    accepted("8.8", "sm_120f", "setmaxnreg.inc.sync.aligned.u32 40;");
    refused("8.8", "sm_120", "setmaxnreg.inc.sync.aligned.u32 40;", &["requires .target sm_90a or higher"]);
    // Words that came later than their forms.
    refused("7.0", "sm_80", "ld.global.L2::128B.u32 %r1, [g];", &["requires PTX ISA .version 7.4 or later"]);
    refused("7.0", "sm_70", "shfl.up.b32 %r1, %r2, 1, 0;", &["needs `.sync` on .target sm_70 or higher"]);
    accepted("6.0", "sm_70", "shfl.up.b32 %r1, %r2, 1, 0;");
    accepted("7.0", "sm_60", "shfl.up.b32 %r1, %r2, 1, 0;");
    refused("8.0", "sm_80", "sin.f32 %r1, %r2;", &["needs a word for its precision since PTX ISA .version 1.4"]);
}

#[test]
fn symbols_are_addressed_in_their_own_space() {
    accepted("8.0", "sm_80", "ld.global.u32 %r1, [g]; ld.const.u32 %r1, [c]; st.shared::cta.u32 [s], %r1;");
    refused("8.0", "sm_80", "ld.shared.u32 %r1, [g];", &["`g` is in `.global`, not in `.shared`", "x.ptx:8:20"]);
    refused("8.0", "sm_80", "ld.global.u32 %r1, [c];", &["`c` is in `.const`, not in `.global`"]);
    refused("8.0", "sm_80", "atom.global.add.u32 %r1, [s], 1;", &["`s` is in `.shared`, not in `.global`"]);
    refused("8.0", "sm_80", "st.const.u32 [c], %r1;", &["`.const` variables cannot be written"]);
}

#[test]
fn calls_pass_what_the_function_takes() {
    let declared = ".param .b64 a; .param .b32 b; .param .b32 r;";
    accepted("8.0", "sm_80", &format!("{declared} call (r), f, (a, b);"));
    accepted("8.0", "sm_80", "call (%r1), f, (%d1, %r2);");
    refused("8.0", "sm_80", &format!("{declared} call (r), f, (a);"), &["`f` takes 2 arguments, not 1"]);
    refused("8.0", "sm_80", &format!("{declared} call (r, b), f, (a, b);"), &["`f` returns 1 value, not 2"]);
    refused(
        "8.0",
        "sm_80",
        &format!("{declared} call (r), f, (a, a);"),
        &["argument 2 of `f` has 8 bytes here and 4 there"],
    );
    refused("8.0", "sm_80", "call (%d1), f, (%d1, %r2);", &["result 1 of `f` has 8 bytes here and 4 there"]);
}

#[test]
fn names_are_declared_once_and_labels_stand_somewhere() {
    refused("8.0", "sm_80", ".reg .b32 x; .reg .b64 x;", &["`x` is declared twice"]);
    refused("8.0", "sm_80", "bra nowhere;", &["no label `nowhere`", "x.ptx:8:5"]);
    refused("8.0", "sm_80", "here: here: ret;", &["the label `here` is there twice"]);
    let array = ".shared .b32 a[4], one;";
    for (text, message) in [
        ("mov.u32 %r1, %r2[1];", "`%r2` is not an array"),
        ("mov.u32 %r1, one[1];", "`one` is not an array"),
        ("mov.u32 %r1, [a[1]];", "an element of an array stands without brackets around it"),
        ("mov.u32 %r1, a[1.0];", "the number of an element is an integer or a register"),
        ("mov.u32 %r1, a[9223372036854775807];", "`a` has no such element"),
    ] {
        refused("8.0", "sm_80", &format!("{array} {text}"), &[message]);
    }
    refused("8.0", "sm_80", "mov.u32 %r1, %r9999;", &["nothing is called `%r9999` here"]);
}

#[test]
fn a_ratio_is_no_label() {
    let registers = "{%r1, %r2}, {%r3}, {%r4}";
    let code = format!("spdecompress.b16.b2.sp::1:2.x1 {registers}; @%p1 spdecompress.b16.b2.sp::1:2.x1 {registers};");
    accepted("9.4", "sm_107a", &code);
    refused("9.4", "sm_100a", &code, &["requires .target sm_107a or higher"]);
}

#[test]
fn a_numbered_register_means_what_it_meant_at_first() {
    // `x17` can be number 17 of one family and number 7 of another.
    let both = ".reg .b64 x1<10>; mov.b64 x17, 1; .reg .b32 x<100>; mov.b64 x17, 2; mov.b32 x18, 1; mov.b32 x99, x18;";
    accepted("8.0", "sm_80", both);
    accepted("8.0", "sm_80", ".reg .b32 y<4>; .reg .b64 y2; mov.b64 y2, 1; mov.b32 y3, 1;");
    refused("8.0", "sm_80", ".reg .b32 y<4>; mov.b32 y2, 1; .reg .b64 y2;", &["`y2` is declared twice"]);
    refused("8.0", "sm_80", ".reg .b32 y<4>; mov.b32 y4, 1;", &["nothing is called `y4` here"]);
    refused("8.0", "sm_80", ".reg .b32 y<40>; mov.b32 y04, 1;", &["nothing is called `y04` here"]);
    accepted("8.0", "sm_80", ".reg .b32 z<4>; { .reg .b64 z<4>; mov.b64 z1, 1; } mov.b32 z1, 1;");
    accepted("8.0", "sm_80", ".reg .b32 w<4000000000>; mov.b32 w3999999999, 1; mov.b32 w3999999999, w0;");
}

/// Two kernels, a function that both can call, and one that has a mistake.
const PARTS: &str = ".version 8.0\n.target sm_80\n.address_size 64\n.func plain() { ret; }\n.func wrong() { nonsense; }\n\
    .func between() { call wrong; ret; }\n.entry good() { call plain; ret; }\n.entry bad() { call between; ret; }\n\
    .entry worse() { call between; ret; }\n.entry pointer(.param .b64 f) { .reg .b64 %d; ld.param.b64 %d, [f];\n\
    p: .callprototype _ (); call %d, p; ret; }\n";

/// Checks a kernel; answers the first message and how many bodies are left.
fn check_one(unit: &mut Unit, name: &str) -> (Option<String>, usize) {
    let Some(Symbol::Function(id)) = unit.symbol(name) else { panic!("`{name}` is not there") };
    let message = unit.check(id).err().map(|errors| errors[0].message.clone());
    (message, unit.unchecked())
}

#[test]
fn only_what_a_kernel_can_reach_is_looked_into() {
    let mut unit = Unit::new(PARTS, "x.ptx").unwrap();
    let nonsense = || Some("`nonsense` is not a PTX instruction".to_owned());
    assert_eq!(unit.unchecked(), 7);
    assert_eq!(check_one(&mut unit, "good"), (None, 5));
    assert_eq!(check_one(&mut unit, "bad"), (nonsense(), 3));
    // The answer is the same again, and for who reaches the mistake through what is checked already.
    assert_eq!(check_one(&mut unit, "bad"), (nonsense(), 3));
    assert_eq!(check_one(&mut unit, "worse"), (nonsense(), 2));
    assert_eq!(check_one(&mut unit, "good"), (None, 2));
    assert_eq!(check_one(&mut unit, "pointer"), (nonsense(), 1));
    assert!(unit.check_all().is_err());
}

#[test]
fn braces_hold_as_many_registers_as_matrices_and_texels_need() {
    let mma = "mma.sync.aligned.m16n8k8.row.col.f16.f16.f16.f16";
    accepted("8.0", "sm_80", &format!("{mma} {{%r1, %r2}}, {{%r3, %r4}}, {{%r5}}, {{%r1, %r2}};"));
    let few = format!("{mma} {{%r1, %r2}}, {{%r3}}, {{%r5}}, {{%r1, %r2}};");
    refused("8.0", "sm_80", &few, &["there must be 2 registers here, not 1", "x.ptx:8:62"]);
    let load = "wmma.load.b.sync.aligned.row.m16n16k16.global.u8";
    accepted("8.0", "sm_80", &format!("{load} {{%r1, %r2}}, [%d1];"));
    refused("8.0", "sm_80", &format!("{load} {{%r1, %r2, %r3}}, [%d1];"), &["2 registers here, not 3"]);
    let rows = "ldmatrix.sync.aligned.m8n8.x4.shared.b16";
    refused("8.0", "sm_80", &format!("{rows} {{%r1, %r2}}, [%d1];"), &["4 registers here, not 2"]);
    refused("8.0", "sm_80", "tex.1d.v4.u32.s32 {%r1, %r2, %r3}, [%d1, {%r4}];", &["4 registers here, not 3"]);
    accepted("8.0", "sm_80", "suld.b.1d.v2.b32.zero {%r1, _}, [%d1, {%r4}];");
    accepted("8.0", "sm_80", "tex.1d.v4.u32.s32 {%r1, %r2, %r3, %r4}|%p1, [%d1, {%r4}];");
    refused("8.0", "sm_80", "sust.b.1d.v2.b32.zero [%d1, {%r4}], {%r1};", &["2 registers here, not 1"]);
}

#[test]
fn parts_and_signs_are_for_video_instructions() {
    accepted("8.0", "sm_80", "vmad.s32.s32.s32 %r1, -%r2.h0, %r3, -%r4;");
    accepted("8.0", "sm_80", "vadd4.s32.s32.s32 %r1.b10, %r2.b3210, %r3.b7654, %r4;");
    refused("8.0", "sm_80", "vadd.s32.s32.s32 %r1, -%r2, %r3;", &["only `vmad` takes a minus", "x.ptx:8:23"]);
    refused("8.0", "sm_80", "add.s32 %r1, -%r2, %r3;", &["only `vmad` takes a minus"]);
    refused("8.0", "sm_80", "add.s32 %r1, %r2.b0, %r3;", &["only video instructions take parts of registers"]);
    refused("8.0", "sm_80", "vadd.s32.s32.s32 %r1, %r2.b10, %r3;", &["one byte or half is selected here"]);
    refused("8.0", "sm_80", "vadd2.s32.s32.s32 %r1, %r2.b10, %r3, %r4;", &["two halves are selected here"]);
}

#[test]
fn a_special_register_to_come_only_spoils_its_function() {
    let module = parse("9.9", "sm_120", "mov.u32 %r1, %a_register_to_come;").unwrap();
    let kernel = module.functions.iter().find(|function| function.is_entry).unwrap();
    assert_eq!(kernel.errors[0].message, "nothing is called `%a_register_to_come` here");
    refused("9.9", "sm_120", "mov.u32 %r1, %x7;", &["nothing is called `%x7` here"]);
    refused("9.4", "sm_120", "mov.u32 %r1, %a_register_to_come;", &["nothing is called"]);
}

#[test]
fn parameters_in_a_body_are_counted_too() {
    let parse = |bytes| {
        let text = format!(
            ".version 1.3\n.target sm_10\n.entry k {{\n.param .b8 a[4348];\n.param .b8 b[{bytes}];\nexit;\n}}\n"
        );
        crate::parse_module(&text, "x.ptx").map_err(|errors| errors[0].to_string())
    };
    parse(4).unwrap();
    let message = parse(5).unwrap_err();
    assert!(message.contains("the parameters of `k` take 4353 bytes"), "{message}");
}
