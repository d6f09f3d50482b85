use crate::tile::parse::parse;
use crate::tile::verify::verify;

/// `body` is the text of function 0; `expected` must all appear in the findings, in order, and nothing else.
fn check(body: &str, expected: &[&str]) {
    let kernel = parse(&format!("tile kernel k() bytes 0\n{body}")).unwrap();
    let findings = verify(&kernel).err().unwrap_or_default();
    assert_eq!(findings.len(), expected.len(), "{findings:#?}");
    for (finding, expected) in findings.iter().zip(expected) {
        assert!(finding.contains(expected), "{finding:?} should contain {expected:?}");
    }
}

#[test]
fn a_kernel_that_keeps_the_rules_is_accepted() {
    check("function f0 k() {\nbb0:\n%0:b32 = tid.x\n%1:b32 = add.u32 %0, 1\nexit\n}", &[]);
}

#[test]
fn a_value_is_defined_on_every_path_to_its_use() {
    check(
        "function f0 k() {\nbb0:\n%0:pred = setp.eq.s32 0, 1\nbranch %0 ? bb1 : bb2\n\
         bb1:\n%1:b32 = tid.x\njump bb2\nbb2:\n%2:b32 = not.b32 %1\nexit\n}",
        &["bb2, operation 1: `%1` is used where it may not be defined yet"],
    );
    check("function f0 k() {\nbb0:\n%1:b32 = not.b32 %0\n%0:b32 = tid.x\nexit\n}", &["`%0` is used where"]);
}

#[test]
fn widths_must_fit() {
    check(
        "function f0 k() {\nbb0:\n%0:b32 = tid.x @7\n%1:b64 = add.u32 %0, 1 @8\n%2:b64 = add.u64 %0, 1 @9\n\
         branch %0 ? bb0 : bb0\n}",
        &["line 8: result 1 is b64, not b32", "line 9: argument 1 is b32, not b64", "the condition is b32, not pred"],
    );
}

#[test]
fn loads_may_extend_but_not_cut() {
    check("function f0 k() {\nbb0:\n%0:b32 = load.global.s8 [0]\n%1:b16 = load.global.u8 [0]\nexit\n}", &[]);
    check("function f0 k() {\nbb0:\n%0:b32 = load.global.u64 [0]\nexit\n}", &["result 1 is b32, not 64 bits or more"]);
}

#[test]
fn edges_bring_what_the_block_takes() {
    check(
        "function f0 k() {\nbb0:\njump bb1(1)\nbb1(%0:b32, %1:b32):\njump bb7\n}",
        &["bb1, terminator: there is no bb7"],
    );
    check("function f0 k() {\nbb0:\njump bb1(1)\nbb1(%0:b32, %1:b32):\nexit\n}", &["1 values for bb1, not 2"]);
}

#[test]
fn what_a_terminator_defines_has_one_way_in() {
    check(
        "function f0 k() {\nbb0:\n%0:b32 = tid.x\n%1:pred = setp.eq.s32 %0, 0\nbranch %1 ? bb1 : bb2\n\
         bb1:\n%2:b32 = ballot 0xffffffff, %1 -> bb2\nbb2:\nexit\n}",
        &["bb1, terminator: its result is defined in bb2, which has another predecessor"],
    );
}

#[test]
fn the_body_leaves_by_exit() {
    check("function f0 k() {\nbb0:\nreturn\n}", &["the kernel's body leaves by `exit`"]);
}

#[test]
fn calls_fit_their_callee() {
    check(
        "function f0 k() {\nbb0:\n%0:b32 = call f1(1) -> bb1\nbb1:\nexit\n}\n\
         function f1 g(%0:b64, %1:b64) -> (b64) {\nbb0:\nreturn %0\n}",
        &["1 values for the call, not 2", "value 1 from the call is b32, not b64"],
    );
}

#[test]
fn only_accesses_of_ptx_are_accepted() {
    check(
        "function f0 k() {\nbb0:\natomic.add.global.relaxed.gpu.b32 [0], 1\nstore.global.v8.u64 [0], 1, 2, 3, 4, 5, 6, 7, 8\n\
         %0:b32 = load.global.release.gpu.u32 [0]\nexit\n}",
        &["there is no atomic `add.b32`", "an access of 512 bits", "a load cannot be `release`"],
    );
}
