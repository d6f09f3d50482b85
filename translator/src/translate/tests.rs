//! PTX in, tile kernels out.

use crate::tile::Kernel;
use crate::{Options, Outline, TranslateError, translate};
use ptx_frontend::checked::Module;

fn module(ptx: &str) -> Module {
    let text = format!(".version 8.5\n.target sm_90\n.address_size 64\n{ptx}");
    ptx_frontend::parse_module(&text, "t.ptx")
        .unwrap_or_else(|errors| panic!("{}", errors.iter().map(ToString::to_string).collect::<String>()))
}

fn kernel(ptx: &str) -> Kernel {
    let options = Options { file: "t.ptx".to_owned(), ..Options::default() };
    translate(&module(ptx), "k", &options).unwrap_or_else(|error| panic!("{error}"))
}

/// Statements of the kernel without their lines.
fn statements(kernel: &Kernel) -> String {
    let text = kernel.to_string();
    let body = text.split_once("\nfunction f0").expect("a kernel has a body").1;
    let statements = body.lines().skip(1).map(|line| line.split('@').next().unwrap_or(line).trim());
    statements.filter(|line| !line.is_empty() && *line != "}").collect::<Vec<_>>().join("\n")
}

/// The kernel `k` with these registers and this code translates to these statements.
#[track_caller]
fn check(registers: &str, code: &str, expected: &str) {
    check_module("", registers, code, expected);
}

/// The same, with declarations before the kernel.
#[track_caller]
fn check_module(before: &str, registers: &str, code: &str, expected: &str) {
    let kernel = kernel(&format!(
        "{before}\n.visible .entry k(.param .u64 out, .param .u32 n) {{\n{registers}\n{code}\nret;\n}}\n"
    ));
    let expected: Vec<&str> = expected.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    assert_eq!(statements(&kernel), expected.join("\n"), "{kernel}");
}

#[track_caller]
fn check_unsupported(before: &str, registers: &str, code: &str, expected: &str) {
    let ptx =
        format!("{before}\n.visible .entry k(.param .u64 out, .param .u32 n) {{\n{registers}\n{code}\nret;\n}}\n");
    let options = Options { file: "t.ptx".to_owned(), ..Options::default() };
    match translate(&module(&ptx), "k", &options) {
        Err(TranslateError::Unsupported(unsupported)) => assert_eq!(unsupported.to_string(), expected),
        other => panic!("{other:?}"),
    }
}

#[test]
fn saxpy_keeps_its_shape() {
    check(
        ".reg .pred %p<2>; .reg .b32 %r<6>; .reg .f32 %f<4>; .reg .b64 %rd<5>;",
        "ld.param.u64 %rd1, [out];
         ld.param.u32 %r1, [n];
         mov.u32 %r2, %ctaid.x;
         mov.u32 %r3, %ntid.x;
         mov.u32 %r4, %tid.x;
         mad.lo.s32 %r5, %r2, %r3, %r4;
         setp.ge.s32 %p1, %r5, %r1;
         @%p1 bra $done;
         cvta.to.global.u64 %rd2, %rd1;
         mul.wide.s32 %rd3, %r5, 4;
         add.s64 %rd4, %rd2, %rd3;
         ld.global.nc.f32 %f1, [%rd4];
         fma.rn.f32 %f2, %f1, 0f40000000, %f1;
         st.global.f32 [%rd4+8], %f2;
         $done:",
        "bb0:
         %0:b64 = load.param.u64 [0]
         %1:b32 = load.param.u32 [8]
         %2:b32 = ctaid.x
         %3:b32 = ntid.x
         %4:b32 = tid.x
         %5:b32 = mad.s32 %2, %3, %4
         %6:pred = setp.ge.s32 %5, %1
         branch %6 ? bb2 : bb1
         bb1:
         %7:b64 = mul.wide.s32 %5, 4
         %8:b64 = add.s64 %0, %7
         %9:b32 = load.global.f32 [%8]
         %10:b32 = fma.rn.f32 %9, 0x40000000, %9
         store.global.f32 [%8 + 8], %10
         jump bb2
         bb2:
         exit",
    );
}

#[test]
fn wide_sources_are_chopped_and_wide_destinations_filled() {
    check(
        ".reg .b16 %h<3>; .reg .b32 %r<6>; .reg .b64 %rd<3>;",
        "ld.param.u64 %rd1, [out];
         ld.global.s8 %r1, [%rd1];
         cvt.s8.s32 %r2, %r1;
         cvt.u32.u16 %r3, %r2;
         st.global.u8 [%rd1], %r3;
         st.global.b32 [%rd1+4], %rd1;",
        "bb0:
         %0:b64 = load.param.u64 [0]
         %1:b32 = load.global.s8 [%0]
         %2:b16 = cvt.s8.s32 %1
         %3:b16 = cvt.s16.s8 %2
         %4:b32 = cvt.u32.u16 %3
         %5:b16 = trunc.b16.b32 %4
         store.global.u8 [%0], %5
         %6:b32 = trunc.b32.b64 %0
         store.global.b32 [%0 + 4], %6
         exit",
    );
}

#[test]
fn mov_packs_and_unpacks_low_part_first() {
    check(
        ".reg .b16 %h<5>; .reg .b32 %r<4>; .reg .b64 %rd<4>;",
        "ld.param.u64 %rd1, [out];
         ld.global.v2.b32 {%r1, _}, [%rd1];
         mov.b32 {%h1, %h2}, %r1;
         mov.b32 %r2, {%h2, %h1};
         mov.b64 %rd2, {%r1, %r2};
         mov.b64 {_, %r3}, %rd2;
         st.global.b64 [%rd1], %rd2;
         st.global.b32 [%rd1], %r3;",
        "bb0:
         %0:b64 = load.param.u64 [0]
         %1:b32, %2:b32 = load.global.v2.b32 [%0]
         %3:b16 = unpack.lo.b32 %1
         %4:b16 = unpack.hi.b32 %1
         %5:b32 = pack.b32 %4, %3
         %6:b64 = pack.b64 %1, %5
         store.global.b64 [%0], %6
         store.global.b32 [%0], %5
         exit",
    );
}

#[test]
fn guarded_arithmetic_selects_and_guarded_memory_is_branched_around() {
    check(
        ".reg .pred %p<3>; .reg .b32 %r<4>; .reg .b64 %rd<3>;",
        "ld.param.u64 %rd1, [out];
         ld.param.u32 %r1, [n];
         setp.lt.s32 %p1|%p2, %r1, 5;
         mov.u32 %r2, %tid.x;
         @%p1 add.s32 %r2, %r1, 1;
         @!%p1 st.global.u32 [%rd1], %r2;
         @%p2 ret;
         st.global.u32 [%rd1+4], %r1;",
        "bb0:
         %0:b64 = load.param.u64 [0]
         %1:b32 = load.param.u32 [8]
         %2:pred = setp.lt.s32 %1, 5
         %3:pred = not.pred %2
         %4:b32 = tid.x
         %5:b32 = add.s32 %1, 1
         %6:b32 = selp.b32 %5, %4, %2
         branch %2 ? bb2 : bb1
         bb1:
         store.global.u32 [%0], %6
         jump bb2
         bb2:
         branch %3 ? bb3 : bb4
         bb3:
         exit
         bb4:
         store.global.u32 [%0 + 4], %1
         exit",
    );
}

#[test]
fn carry_travels_from_add_to_addc() {
    check(
        ".reg .b32 %r<7>; .reg .b64 %rd<2>;",
        "ld.param.u64 %rd1, [out];
         mov.u32 %r1, %tid.x;
         mov.u32 %r2, %ctaid.x;
         add.cc.u32 %r3, %r1, %r2;
         addc.u32 %r4, %r1, 0;
         st.global.v2.u32 [%rd1], {%r3, %r4};",
        "bb0:
         %0:b64 = load.param.u64 [0]
         %1:b32 = tid.x
         %2:b32 = ctaid.x
         %3:b32 = addc.u32 %1, %2, 0
         %4:pred = addc.carry.u32 %1, %2, 0
         %5:b32 = addc.u32 %1, 0, %4
         store.global.v2.u32 [%0], %3, %5
         exit",
    );
}

#[test]
fn loop_at_the_start_and_unwritten_registers() {
    check(
        ".reg .pred %p1; .reg .b32 %r<3>; .reg .b64 %rd<2>;",
        "$top:
         add.s32 %r1, %r1, 1;
         setp.lt.s32 %p1, %r1, 9;
         @%p1 bra $top;
         ld.param.u64 %rd1, [out];
         st.global.u32 [%rd1], %r1;
         st.global.u32 [%rd1], %r2;",
        "bb0:
         jump bb1(0)
         bb1(%0:b32):
         %1:b32 = add.s32 %0, 1
         %2:pred = setp.lt.s32 %1, 9
         branch %2 ? bb1(%1) : bb2
         bb2:
         %3:b64 = load.param.u64 [0]
         store.global.u32 [%3], %1
         store.global.u32 [%3], 0
         exit",
    );
}

#[test]
fn kernel_parameters_may_be_indexed_and_their_address_converted() {
    check(
        ".reg .b32 %r<3>; .reg .b64 %rd<6>;",
        "mov.u32 %r1, %tid.x;
         cvt.u64.u32 %rd1, %r1;
         mov.b64 %rd2, n;
         add.s64 %rd3, %rd2, %rd1;
         ld.param.u8 %r2, [%rd3];
         cvta.param.u64 %rd4, %rd2;
         ld.param.u64 %rd5, [out];
         st.global.u64 [%rd5], %rd4;
         st.global.u32 [%rd5], %r2;",
        "bb0:
         %0:b32 = tid.x
         %1:b64 = cvt.u64.u32 %0
         %2:b32 = load.param.u8 [%1 + 8]
         %3:b64 = load.param.u64 [0]
         store.global.u64 [%3], 0x3000000000008
         store.global.u32 [%3], %2
         exit",
    );
}

#[test]
fn shared_variables_lie_in_a_row_and_the_dynamic_block_behind_them() {
    let kernel = kernel(
        ".shared .align 4 .b8 a[6];
         .shared .align 8 .b8 unused[64];
         .extern .shared .align 16 .b8 dynamic[];
         .visible .entry k() {
           .reg .b32 %r<4>;
           .shared .align 4 .f32 b[2];
           mov.u32 %r1, a;
           mov.u32 %r2, b;
           mov.u32 %r3, dynamic;
           st.shared.u32 [%r3], %r1;
           st.shared.u32 [dynamic+4], %r2;
           ret;
         }",
    );
    assert_eq!((kernel.static_shared, kernel.dynamic_shared_align), (16, 16));
    assert_eq!(
        statements(&kernel),
        "bb0:
%0:b64 = dynamic_shared
%1:b32 = trunc.b32.b64 %0
%2:b64 = zext.b64.b32 %1
store.shared.u32 [%2], 0
store.shared.u32 [%0 + 4], 8
exit"
    );
}

const MIX: &str = ".func (.param .b32 result) mix(.param .align 4 .b8 pair[8]) {
     .reg .b16 %h<3>; .reg .b32 %r<4>;
     ld.param.u16 %h1, [pair];
     ld.param.u32 %r1, [pair+4];
     cvt.u32.u16 %r2, %h1;
     add.s32 %r3, %r1, %r2;
     st.param.b32 [result], %r3;
     ret;
 }";

#[test]
fn callee_is_copied_in_and_may_read_its_parameters_in_other_pieces() {
    check_module(
        MIX,
        ".reg .b32 %r<5>; .reg .b64 %rd<3>;",
        "ld.param.u64 %rd1, [out];
         mov.u32 %r1, %tid.x;
         {
           .param .align 4 .b8 argument[8];
           st.param.b32 [argument], %r1;
           st.param.b32 [argument+4], 7;
           .param .b32 returned;
           call.uni (returned), mix, (argument);
           ld.param.b32 %r2, [returned];
         }
         st.global.u32 [%rd1], %r2;",
        "bb0:
         %0:b64 = load.param.u64 [0]
         %1:b32 = tid.x
         %2:b64 = zext.b64.b32 %1
         %3:b16 = trunc.b16.b64 %2
         %4:b32 = cvt.u32.u16 %3
         %5:b32 = add.s32 7, %4
         store.global.u32 [%0], %5
         exit",
    );
}

#[test]
fn recursive_function_is_called_with_words() {
    let kernel = kernel(
        ".func (.param .b32 result) fib(.param .b32 n);
         .func (.param .b32 result) fib(.param .b32 n) {
           .reg .pred %p1; .reg .b32 %r<4>;
           ld.param.u32 %r1, [n];
           setp.lt.s32 %p1, %r1, 2;
           @%p1 bra $end;
           add.s32 %r2, %r1, -1;
           { .param .b32 a; st.param.b32 [a], %r2; .param .b32 b; call.uni (b), fib, (a); ld.param.b32 %r1, [b]; }
           $end:
           st.param.b32 [result], %r1;
           ret;
         }
         .visible .entry k(.param .u64 out) {
           .reg .b32 %r<2>; .reg .b64 %rd<2>;
           ld.param.u64 %rd1, [out];
           { .param .b32 a; st.param.b32 [a], 9; .param .b32 b; call.uni (b), fib, (a); ld.param.b32 %r1, [b]; }
           st.global.u32 [%rd1], %r1;
           ret;
         }",
    );
    assert_eq!(kernel.functions.len(), 2);
    assert_eq!(kernel.functions[1].name, "fib");
    let text = kernel.to_string();
    assert!(text.contains("call f1(9)"), "{text}");
}

#[test]
fn function_pointers_lead_to_every_fitting_function_whose_address_is_taken() {
    let ptx = format!(
        "{MIX}
         .func (.param .b32 result) twice(.param .b32 x) {{
           .reg .b32 %r<3>;
           ld.param.u32 %r1, [x];
           add.s32 %r2, %r1, %r1;
           st.param.b32 [result], %r2;
           ret;
         }}
         .global .align 8 .u64 table[2] = {{twice, mix}};
         .visible .entry k(.param .u64 out) {{
           .reg .b32 %r<2>; .reg .b64 %rd<3>;
           ld.param.u64 %rd1, [out];
           ld.global.u64 %rd2, [table];
           {{
             .param .b32 a;
             st.param.b32 [a], 9;
             .param .b32 b;
             prototype_0 : .callprototype (.param .b32 _) _ (.param .b32 _);
             call (b), %rd2, (a), prototype_0;
             ld.param.b32 %r1, [b];
           }}
           st.global.u32 [%rd1], %r1;
           ret;
         }}"
    );
    let kernel = kernel(&ptx);
    let names: Vec<&str> = kernel.functions.iter().map(|function| function.name.as_str()).collect();
    assert_eq!(names, ["k", "twice"]);
    assert_eq!(kernel.functions[1].code, crate::tile::window::CODE + 16);
}

#[test]
fn parameter_whose_address_is_taken_lies_in_the_frame() {
    let kernel = kernel(
        ".func (.param .b32 result) pick(.param .align 4 .b8 table[16], .param .b32 index) {
           .reg .b32 %r<3>; .reg .b64 %rd<4>;
           mov.b64 %rd1, table;
           ld.param.u32 %r1, [index];
           mul.wide.s32 %rd2, %r1, 4;
           add.s64 %rd3, %rd1, %rd2;
           ld.param.u32 %r2, [%rd3];
           st.param.b32 [result], %r2;
           ret;
         }
         .visible .entry k(.param .u64 out) {
           .reg .b32 %r<3>; .reg .b64 %rd<2>;
           ld.param.u64 %rd1, [out];
           mov.u32 %r1, %tid.x;
           {
             .param .align 4 .b8 a[16];
             st.param.v4.b32 [a], {1, 2, 3, 4};
             .param .b32 i;
             st.param.b32 [i], %r1;
             .param .b32 b;
             call.uni (b), pick, (a, i);
             ld.param.b32 %r2, [b];
           }
           st.global.u32 [%rd1], %r2;
           ret;
         }",
    );
    assert_eq!(kernel.functions[0].frame_bytes, 16);
    let text = statements(&kernel);
    assert!(text.contains("store.local.b64 [%"), "{text}");
    assert!(text.contains("load.local.u32 [%"), "{text}");
}

#[test]
fn assertion_failure_does_not_return() {
    check_module(
        ".extern .func __assertfail(.param .b64 a, .param .b64 b, .param .b32 c, .param .b64 d, .param .b64 e);
         .extern .func (.param .b32 r) vprintf(.param .b64 f, .param .b64 a);
         .global .align 1 .b8 text[3] = {104, 105, 0};",
        ".reg .pred %p1; .reg .b32 %r<3>; .reg .b64 %rd<3>;",
        "mov.u64 %rd1, text;
         cvta.global.u64 %rd2, %rd1;
         {
           .param .b64 p0; st.param.b64 [p0], %rd2;
           .param .b64 p1; st.param.b64 [p1], 0;
           .param .b32 r; call.uni (r), vprintf, (p0, p1);
           ld.param.b32 %r1, [r];
         }
         {
           .param .b64 p0; st.param.b64 [p0], %rd2;
           .param .b64 p1; st.param.b64 [p1], %rd2;
           .param .b32 p2; st.param.b32 [p2], 7;
           .param .b64 p3; st.param.b64 [p3], %rd2;
           .param .b64 p4; st.param.b64 [p4], 1;
           call.uni __assertfail, (p0, p1, p2, p3, p4);
         }
         st.global.u32 [%rd1], %r1;",
        "bb0:
         %0:b64 = symbol text
         %1:b32 = printf %0, 0
         assertfail %0, %0, 7, %0, 1
         trap",
    );
}

#[test]
fn barrier_with_a_reduction_gives_its_result_behind_it() {
    check(
        ".reg .pred %p<3>; .reg .b32 %r<3>; .reg .b64 %rd<2>;",
        "ld.param.u64 %rd1, [out];
         mov.u32 %r1, %tid.x;
         setp.lt.s32 %p1, %r1, 5;
         barrier.red.or.pred %p2, 0, %p1;
         @%p2 bra $done;
         bar.sync 1, 64;
         st.global.u32 [%rd1], %r1;
         $done:",
        "bb0:
         %0:b64 = load.param.u64 [0]
         %1:b32 = tid.x
         %2:pred = setp.lt.s32 %1, 5
         %3:pred = barrier.reduce.or 0, of %2 -> bb1
         bb1:
         branch %3 ? bb4 : bb2
         bb2:
         barrier.sync 1, count 64 -> bb3
         bb3:
         store.global.u32 [%0], %1
         jump bb4
         bb4:
         exit",
    );
}

#[test]
fn hints_change_nothing() {
    check(
        ".reg .b32 %r<2>; .reg .b64 %rd<2>;",
        "ld.param.u64 %rd1, [out];
         prefetch.global.L2 [%rd1];
         ld.global.nc.L1::no_allocate.L2::128B.u32 %r1, [%rd1];
         st.global.cs.u32 [%rd1], %r1;",
        "bb0:
         %0:b64 = load.param.u64 [0]
         %1:b32 = load.global.u32 [%0]
         store.global.u32 [%0], %1
         exit",
    );
}

#[test]
fn missing_function_is_named_with_its_line() {
    check_unsupported(
        ".extern .func cudaGraphSetConditional(.param .b64 a, .param .b32 b);",
        ".reg .b32 %r1;",
        "{ .param .b64 a; .param .b32 b; call cudaGraphSetConditional, (a, b); }",
        "unsupported PTX `call cudaGraphSetConditional` at t.ptx:7 in kernel `k`: \
         the device runtime is not provided: kernels cannot launch kernels or change graphs (dynamic parallelism)",
    );
    check_unsupported(
        ".extern .func elsewhere();",
        ".reg .b32 %r1;",
        "call elsewhere;",
        "unsupported PTX `call elsewhere` at t.ptx:7 in kernel `k`: \
         the function is not defined in the module and not provided",
    );
}

#[test]
fn function_variables_of_one_name_have_symbols_of_their_own() {
    let module = module(
        ".visible .entry a() { .reg .b32 %r1; .global .u32 counter; ld.global.u32 %r1, [counter]; ret; }
         .visible .entry b() { .reg .b32 %r1; .global .u32 counter; ld.global.u32 %r1, [counter]; ret; }",
    );
    let names: Vec<String> = (0..module.variables.len() as u32)
        .map(|id| crate::symbol_name(&module, ptx_frontend::checked::VariableId(id)))
        .collect();
    assert_eq!(names, ["counter", "counter#1"]);
}

#[test]
fn variables_that_a_cluster_launch_control_names_are_in_their_own_space() {
    let declared = ".shared .align 16 .b8 answer[16]; .shared .align 8 .b64 barrier;";
    let request = "clusterlaunchcontrol.try_cancel.async.mbarrier::complete_tx::bytes.b128";
    let translated = |operands: &str| {
        let ptx = format!(
            ".version 8.6\n.target sm_100\n.address_size 64\n.visible .entry k() {{\n{declared}\n.reg .b64 %rd<2>;\n\
             mov.u64 %rd1, 4096;\n{request} {operands};\nret;\n}}\n"
        );
        let module = ptx_frontend::parse_module(&ptx, "t.ptx").unwrap_or_else(|errors| panic!("{errors:?}"));
        translate(&module, "k", &Options::default())
    };
    let named = translated("[answer], [barrier]").unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(statements(&named), "bb0:\ncancel_launch.shared 0, 16\nexit");
    let mixed = translated("[%rd1], [barrier]").expect_err("the spaces differ");
    assert!(mixed.to_string().contains("one kind of address"), "{mixed}");
}

#[test]
fn a_program_of_parts_has_the_gaps_of_the_functions_that_its_kernels_reach() {
    let options = Options::default();
    let kernels = module(
        ".extern .func f();
         .extern .func gone();
         .visible .entry fine() { ret; }
         .visible .entry calls() { call f, (); ret; }
         .visible .entry strays() { call gone, (); ret; }",
    );
    // Both parts have a private `g`, and only that of the second lacks something.
    let functions = module(
        ".extern .func cudaLaunch();
         .func g() { call cudaLaunch, (); ret; }
         .visible .func f() { call g, (); ret; }",
    );
    let other = module(".func g() { ret; } .visible .entry own() { call g, (); ret; }");
    let parts = [kernels, functions, other].map(|part| Outline::of(part, &options));
    let program = Outline::link(&parts).unwrap();
    let found: Vec<String> = program
        .kernels()
        .map(|(name, gaps)| {
            let gaps: Vec<String> = gaps.iter().map(|gap| format!(" {} in {}", gap.what, gap.kernel)).collect();
            format!("{name}:{}", gaps.concat())
        })
        .collect();
    let expected = ["fine:", "calls: call cudaLaunch in calls", "strays: call gone in strays", "own:"];
    assert_eq!(found, expected);
}

#[test]
fn a_body_with_many_calls_is_looked_at_once() {
    // Quadratic time would be minutes.
    let calls: String = (0..20_000)
        .map(|_| "{ .param .b32 in; .param .b32 out; st.param.b32 [in], %r1; call (out), f, (in); ld.param.b32 %r1, [out]; }\n")
        .collect();
    let text = format!(
        ".func (.param .b32 out) f(.param .b32 in) {{ .reg .b32 %r; ld.param.b32 %r, [in]; st.param.b32 [out], %r; ret; }}
         .visible .entry k() {{ .reg .b32 %r<2>; {calls} ret; }}"
    );
    let started = std::time::Instant::now();
    kernel(&text);
    assert!(started.elapsed().as_secs() < 60);
}
