//! Directives, declarations and constants that NVIDIA's assembler takes, in one module each: all of them are read.

use ptx_frontend::parse_module;

#[track_caller]
fn accept(texts: &[&str]) {
    for text in texts {
        let text = format!(".version 9.4\n.target sm_120\n.address_size 64\n{text}");
        match parse_module(&text, "valid.ptx") {
            Err(errors) => panic!("{}", errors[0]),
            Ok(module) => {
                let mut errors = module.functions.iter().flat_map(|function| &function.errors);
                assert!(errors.next().is_none(), "{text}");
            }
        }
    }
}

#[test]
fn directives_of_functions_are_read() {
    accept(&[
        ".pragma \"nounroll\";\n.entry k(){ret;}",
        ".entry k() .pragma \"nounroll\"; {ret;}",
        ".entry k() .pragma \"nounroll\"; { .pragma \"nounroll\", \"used_bytes_mask 0xff\"; ret; }",
        ".entry k() .blocksareclusters .reqntid 128 .reqnctapercluster 2,1,1 {ret;}",
        ".entry k() .maxnreg 32 .maxntid 16,4 .minnctapersm 2 {ret;}",
        ".func f() .noreturn { trap; }\n.entry k(){ call f; ret;}",
        ".func f() .abi_preserve 8 .abi_preserve_control 3 { ret; }\n.entry k(){ call f; ret;}",
        ".func (.param .b32 r) f(.param .b32 a) .abi_preserve 8 { st.param.b32 [r],1; ret; }\n.entry k(){ .reg .b64 %d; .reg .b32 %r; mov.b64 %d, f; p: .callprototype (.param .b32 _) _ (.param .b32 _) .abi_preserve 8; call (%r), %d, (%r), p; ret;}",
        ".entry k() .explicitcluster {ret;}",
        ".entry k() .maxclusterrank 8 {ret;}",
        ".entry k {ret;}",
        ".entry k(.param .u32 a);\n.entry k(.param .u32 a){ret;}",
    ]);
}

#[test]
fn linkage_and_attributes_are_read() {
    accept(&[
        ".global .attribute(.managed) .s32 g;\n.entry k(){ret;}",
        ".global .attribute(.managed, .unified(19,95)) .f32 f;\n.entry k(){ret;}",
        ".func .attribute(.unified(0xAB, 0xCD)) bar(.param .u64 p) {ret;}\n.entry k(){ret;}",
        ".visible .func foo(.param .b32 p) {ret;}\n.visible .func bar(.param .b32 p);\n.alias bar, foo;\n.entry k(){ call bar, (5); ret;}",
        ".weak .func f() {ret;}\n.weak .global .u32 g;\n.weak .entry k(){ret;}",
        ".common .global .align 8 .u64 g;\n.entry k(){ret;}",
        ".extern .shared .align 16 .b8 s[];\n.entry k(){ret;}",
    ]);
}

#[test]
fn tables_of_labels_and_functions_are_read() {
    accept(&[
        ".entry k(){ .reg .b32 %r; mov.u32 %r, 1; t: .branchtargets A, B; brx.idx %r, t; A: ret; B: ret; }",
        ".func f(){ret;} .func g(){ret;}\n.entry k(){ .reg .b64 %d; mov.u64 %d, f; t: .calltargets f, g; call %d, t; ret;}",
        ".func f() .noreturn {trap;}\n.entry k(){ .reg .b64 %d; mov.u64 %d, f; t: .callprototype _ () .noreturn; call %d, t; ret;}",
    ]);
}

#[test]
fn debug_data_is_read() {
    accept(&[
        ".entry k(){ret;}\n.section .debug_info { .b32 .debug_str+1\n .b32 .debug_str\n .b8 1 }\n.section .debug_str { L0: .b8 0 }\n.section .debug_abbrev { .b8 1 // c\n .b8 0 /* d */ }\n.section .debug_macinfo { }",
        ".file 1 \"a.cu\", 1700000000, 1234\n.entry k(){ .loc 1 2 3\n ret;}",
    ]);
}

#[test]
fn parameters_are_read() {
    accept(&[
        ".entry k(.param .u64 .ptr .global .align 8 a, .param .u64 .ptr b, .param .u64 .ptr .align 1 c, .param .u64 .ptr .shared d){ret;}",
        ".entry k(.param .u32 .ptr .const .align 16 a){ret;}",
        ".func (.reg .u32 r) f(.reg .u32 a, .reg .u32 b) { add.u32 r, a, b; ret; }\n.entry k(){ .reg .u32 x; call (x), f, (1, 2); ret;}",
        ".entry k(){ .param .align 8 .b8 p[16]; .reg .b32 %r; mov.b32 %r, 0; st.param.v2.b32 [p+8], {%r, %r}; ret;}",
    ]);
}

#[test]
fn variables_and_initialisers_are_read() {
    accept(&[
        ".global .samplerref s[3];\n.global .texref t[2];\n.entry k(){ret;}",
        ".global .u8 a[] = { 0xFF(1000 + 546), 0xFF00(131187), 0XFF0000(7) };\n.entry k(){ret;}",
        ".global .u32 x;\n.global .u8 a[] = { 0xff(x), 0xff00(generic(x)+4), 0xFF00000000000000(x) };\n.entry k(){ret;}",
        ".func f() {ret;}\n.global .u64 a[2] = { f, 0 };\n.entry k(){ret;}",
        ".global .v4 .f32 a = {1.0, 2.0, 3.0, 4.0};\n.global .v2 .u16 b[2] = {{1,2},{3,4}};\n.entry k(){ret;}",
        ".global .s32 o[][2] = { {-1, 0}, {0, -1}, {1, 0} };\n.entry k(){ret;}",
        ".entry k(){ .shared .align 4 .b8 s[4]; .local .b8 l[4]; .global .u32 g; .const .u32 c = 5; ret;}",
    ]);
}

#[test]
fn registers_and_operands_are_read() {
    accept(&[
        ".entry k(){ .reg .v4 .f32 a; .reg .v2 .b16 h; mov.f32 a.x, 1.0; mov.b16 h.y, 1; ret;}",
        ".entry k(){ .reg .pred p, q, r; .reg .b32 a<4>, b, c<2>; ret;}",
        ".entry k(){ .reg .u8 a; .reg .s8 b; .reg .b8 c; ret; }",
        ".entry k(){ .reg .f16 a; .reg .f16x2 b; .reg .b128 q; ret; }",
        ".entry k(){ .reg .pred p; .reg .b32 r; selp.b32 r, 1, 2, 1; setp.eq.and.u32 p, 1, 1, 0; mov.pred p, 1; ret; }",
        ".entry k(){ .reg .pred %p; setp.eq.u32 %p, 1, 1; @!%p ret; @ %p bra L; L: ret; }",
        ".func f(){ret;}\n.entry k(){ call.uni\n f,\n (\n );\n ret;}",
        ".entry k(){ a: b: c: ret; }",
        ".entry k(){ ret; e: }",
    ]);
}

#[test]
fn blanks_comments_and_names_are_read() {
    accept(&[
        ".entry k()\n{\n .reg .b32 %r;\n mov.b32 %r, 1; // x\n ret;\n}",
        ".entry k(){ ret; } // end",
        "/* a /* b */ .entry k(){ ret; }",
        ".global .u32 $a, %b, _c, $$, _1, a$b;\n.entry $k(){ ret; }",
        ".entry k()\x0c{ ret; }",
    ]);
}

#[test]
fn constants_are_read() {
    let integers = [
        "(1<<3)|(2&~1)^5",
        "1?2:3",
        "(.s64)5",
        "(.u64)-1 >> 3",
        "!0",
        "7 % 4",
        "3>2&&1||0",
        "-5/2",
        "-(-3)",
        "+3",
        "~0U",
        "1 ? 2 : 3 ? 4 : 5",
        "0XFFU",
        "0b101U",
        "0B1",
        "017",
        "18446744073709551615U",
        "WARP_SZ",
    ];
    let floats = ["1e3", ".5", ".5e-3", "1.", "1E-3", "1.5e+2", "-.5", "1.5+2.5", "0D3ff0000000000000"];
    for (ty, constants) in [("b64", &integers[..]), ("f64", &floats)] {
        for constant in constants {
            accept(&[&format!(".entry k() {{ .reg .{ty} %d; mov.{ty} %d, {constant}; ret; }}")]);
        }
    }
}
