use super::{FaultKind, fault, kernel, run};

/// `f1(n) = n < 2 ? n : f1(n - 1) + f1(n - 2)`, with a local variable that must survive.
const FIBONACCI: &str = "
function f1 fib(%0:b32) -> (b32) frame 16 code 0x4000000000010 {
bb0:
    %1:b64 = frame_address 4
    store.local.u32 [%1], %0
    %2:pred = setp.lt.u32 %0, 2
    branch %2 ? bb1 : bb2
bb1:
    return %0
bb2:
    %3:b32 = sub.u32 %0, 1
    %4:b32 = call f1(%3) -> bb3 @30
bb3:
    %5:b32 = load.local.u32 [%1]
    %6:b32 = sub.u32 %5, 2
    %7:b32 = call f1(%6) -> bb4
bb4:
    %8:b32 = add.u32 %4, %7
    return %8
}
";

#[test]
fn recursion_keeps_every_activation_apart() {
    let text = kernel("%4:b32 = call f1(%1) -> bb1\nbb1:\nstore.global.u32 [%2], %4\nexit") + FIBONACCI;
    assert_eq!(run(&text, 12, vec![0; 12]), [0, 1, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89]);
}

#[test]
fn endless_recursion_is_a_fault() {
    let text = kernel("%4:b32 = call f1(1000000) -> bb1\nbb1:\nexit") + FIBONACCI;
    let fault = fault(&text, 1, vec![]);
    assert_eq!((fault.kind, fault.origin.line), (FaultKind::StackOverflow, 30));
}

#[test]
fn an_indirect_call_finds_functions_by_their_address() {
    let functions = "
function f1 double(%0:b32) -> (b32) code 0x4000000000010 {
bb0:
    %1:b32 = add.u32 %0, %0
    return %1
}
function f2 negate(%0:b32) -> (b32) code 0x4000000000020 {
bb0:
    %1:b32 = neg.s32 %0
    return %1
}
";
    let text = kernel(
        "%4:b64 = function_address f1
         %5:b64 = function_address f2
         %6:b32 = and.b32 %1, 1
         %7:pred = setp.eq.u32 %6, 0
         %8:b64 = selp.b64 %4, %5, %7
         %9:b32 = call [%8](%1) -> bb1
         bb1:
         %10:b32 = active_mask
         %11:b32 = popc.b32 %10
         %12:b32 = mad.u32 %11, 1000, %9
         store.global.u32 [%2], %12
         exit",
    ) + functions;
    assert_eq!(run(&text, 4, vec![0; 4]), [4000, 3999, 4004, 3997]);
    let text = kernel("%4:b32 = call [%0](%1) -> bb1 @6\nbb1:\nexit") + functions;
    assert!(matches!(fault(&text, 1, vec![]).kind, FaultKind::IllegalInstruction(_)));
}

#[test]
fn a_thread_may_exit_inside_a_function() {
    let text = kernel("call f1(%1) -> bb1\nbb1:\nstore.global.u32 [%2], 1\nexit")
        + "
function f1 leave(%0:b32) {
bb0:
    %1:pred = setp.lt.u32 %0, 2
    branch %1 ? bb1 : bb2
bb1:
    exit
bb2:
    return
}
";
    assert_eq!(run(&text, 4, vec![0; 4]), [0, 0, 1, 1]);
}
