//! Whatever text comes in, the front end answers with diagnostics that show the place, soon and in little memory.
//!
//! The limits are 2 seconds and 512 MiB for each MiB of text, counted as processor time and as bytes allocated at once.

use ptx_frontend::container::{self, ContainerError};
use ptx_frontend::{Diagnostic, parse_module};
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

/// Counts, for each thread, what is allocated and the most that ever was.
struct Counting;

thread_local! {
    static NOW: Cell<isize> = const { Cell::new(0) };
    static MOST: Cell<isize> = const { Cell::new(0) };
}

fn count(bytes: isize) {
    let now = NOW.get() + bytes;
    NOW.set(now);
    MOST.set(MOST.get().max(now));
}

// SAFETY: all work is left to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as isize);
        // SAFETY: passed on from the caller.
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count(-(layout.size() as isize));
        // SAFETY: passed on from the caller.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Nanoseconds of processor time of this thread: other programs on the machine do not count.
fn processor_time() -> u64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").expect("Linux tells it");
    text.split_whitespace().next().and_then(|first| first.parse().ok()).expect("the first number is it")
}

const HEAD: &str = ".version 8.0\n.target sm_80\n.address_size 64\n";

/// Parses within the limits.
fn parse(text: &str) -> Vec<Diagnostic> {
    let mebibytes = (text.len() as f64 / f64::from(1 << 20)).max(1.0);
    let (memory, time) = (NOW.get(), processor_time());
    MOST.set(memory);
    let result = parse_module(text, "bad.ptx");
    let (most, seconds) = (MOST.get() - memory, (processor_time() - time) as f64 / 1e9);
    let start: String = text.chars().skip(HEAD.len()).take(80).collect();
    // Builds with assertions are not optimized as the product is.
    let slack = if cfg!(debug_assertions) { 8.0 } else { 1.0 };
    assert!(seconds < 2.0 * slack * mebibytes, "{seconds} s for {mebibytes} MiB: {start}");
    assert!((most as f64) < 512.0 * f64::from(1 << 20) * mebibytes, "{most} bytes for {mebibytes} MiB: {start}");
    result.err().unwrap_or_default()
}

/// The text is refused, and every diagnostic shows a place that is there.
fn refuse(text: &str, message: &str) {
    let diagnostics = parse(text);
    let start: String = text.chars().skip(HEAD.len()).take(80).collect();
    assert!(!diagnostics.is_empty(), "accepted: {start}");
    let found = diagnostics.iter().any(|diagnostic| {
        diagnostic.message.contains(message) || diagnostic.help.as_ref().is_some_and(|help| help.contains(message))
    });
    assert!(found, "no `{message}` for {start}: {}", diagnostics[0]);
    check_places(text, &diagnostics);
}

/// Every diagnostic shows a place that is there.
fn check_places(text: &str, diagnostics: &[Diagnostic]) {
    let lines = text.split('\n').count() as u32;
    for diagnostic in diagnostics {
        assert!((1..=lines).contains(&diagnostic.line) && diagnostic.column >= 1, "{diagnostic}");
        let line = text.split('\n').nth(diagnostic.line as usize - 1).unwrap_or("").replace('\t', " ");
        assert!(line.contains(diagnostic.snippet.trim_end()), "{diagnostic}");
        assert!(diagnostic.column as usize <= line.chars().count() + 1, "{diagnostic}");
        assert!(diagnostic.to_string().contains(&format!("bad.ptx:{}:{}", diagnostic.line, diagnostic.column)));
    }
}

fn module(items: &str) -> String {
    format!("{HEAD}{items}")
}

fn kernel(body: &str) -> String {
    format!("{HEAD}.visible .entry k()\n{{\n{body}\n}}\n")
}

#[test]
fn a_text_that_ends_too_early_is_told_where() {
    for text in ["", "\0", "\n\n", "// nothing", ".version", ".version 8.0\n.target"] {
        refuse(text, "expected");
    }
    refuse(&module(".visible .entry k() { ret;"), "has no `}`");
    refuse(&module(".visible .entry k(.param .u64"), "expected");
    refuse(&module(".global .b32 a[2] = {1, 2"), "expected");
    refuse(&module(".global .b8 a[4] = \"abc"), "expected");
    refuse(&module("/* a comment"), "comment that does not end");
    refuse(&kernel("{ ret;"), "has no `}`");
    refuse(&kernel("add.s32 %r1, %r2"), "expected");
    let whole = kernel(".reg .b32 %r<3>;\nmov.u32 %r1, {1};\n@%p bra L;\nL: ret;");
    for end in HEAD.len()..whole.len() - 3 {
        parse(&whole[..end]);
    }
}

#[test]
fn bytes_that_are_no_ptx_are_told_where() {
    refuse(&module("\u{fffd}\u{fffd}.global .b32 a;"), "expected");
    refuse(&kernel("ad\u{e9}.s32 %r1;"), "");
    refuse(&module(".global .b32 a\0b;"), "expected");
    refuse("\u{feff}.version 8.0\n.target sm_80\n", "");
    for byte in 0..=255u8 {
        let bytes = [HEAD.as_bytes(), &[byte; 100], b".visible .entry k() { ret; }", &[byte; 3]].concat();
        parse(&String::from_utf8_lossy(&bytes));
    }
}

#[test]
fn deep_nesting_is_refused() {
    for (open, close) in [("(", ")"), ("-", ""), ("~", ""), ("!", ""), ("1 ? ", " : 0"), ("(.s64)", "")] {
        for depth in [100, 100_000] {
            let nested = format!("{}1{}", open.repeat(depth), close.repeat(depth));
            refuse(&module(&format!(".global .b32 a = {nested};")), "nested more than 64 levels");
        }
    }
    refuse(
        &module(&format!(".global .b32 a[1] = {}1{};", "{".repeat(100_000), "}".repeat(100_000))),
        "nested more than 64 levels",
    );
    let braces = format!("mov.b32 %r1, {}1{};", "{".repeat(100_000), "}".repeat(100_000));
    refuse(&kernel(&braces), "nested more than 64 levels");
    refuse(&kernel(&format!("mov.b32 %r1, {}1;", "[".repeat(100_000))), "nested more than 64 levels");
    refuse(&kernel(&format!("mov.b32 {}%r1;", "%r1|".repeat(100_000))), "nested more than 64 levels");
    refuse(&kernel(&format!("{}ret;{}", "{".repeat(100_000), "}".repeat(100_000))), "levels deep");
    // Long is not deep.
    parse(&module(&format!(".global .b64 a = {}1;", "1+".repeat(500_000))));
}

#[test]
fn absurd_numbers_of_registers_cost_nothing_until_they_are_used() {
    assert_eq!(parse(&kernel(".reg .b32 %r<4294967295>;\nmov.u32 %r4294967294, 1;\nret;")), []);
    refuse(&kernel(".reg .b32 %r<4294967296>;"), "too large");
    refuse(&kernel(".reg .b32 %r<-1>;"), "expected");
    refuse(&kernel(".reg .b32 %r<10>;\nmov.u32 %r10, 1;"), "%r10");
    let families: String = (0..30_000).map(|i| format!(".reg .b32 %a{i}_<4294967295>;\n")).collect();
    assert_eq!(parse(&kernel(&format!("{families}ret;"))), []);
}

#[test]
fn absurd_sizes_are_refused() {
    refuse(&module(".global .b8 a[18446744073709551615];"), "too large");
    refuse(&module(".global .b64 a[1099511627776][1099511627776];"), "too large");
    refuse(&module(&format!(".global .b8 a{};", "[2]".repeat(100_000))), "16 dimensions");
    refuse(&module(".global .b8 a[4] = {1, 2, 3, 4, 5};"), "more initial values");
    refuse(&module(".global .align 3 .b8 a;"), "power of two");
    // Rows that a few values fill.
    refuse(&module(".global .b8 a[2][1073741823] = {{1}, {2}};"), "initialiser is too large");
    let many: String = (0..10_000).map(|i| format!(".global .b8 a{i}[2][1048576] = {{{{1}}, {{2}}}};\n")).collect();
    refuse(&module(&many), "initialiser is too large");
}

#[test]
fn a_text_of_mistakes_ends_soon() {
    let mistakes = "frob.s32 %r1, %r2;\nadd.rn.s32 %r1, %r2, %r3;\nadd.s32 %r9, [%r1];\n;;; ) ( } {\n";
    refuse(&kernel(&mistakes.repeat(15_000)), "");
    refuse(&module(&".frob .b32 a;\n".repeat(70_000)), "");
    refuse(&module(&"(((\n".repeat(200_000)), "expected");
    // What a later PTX version may have is only noted, function by function.
    let unknown: String = (0..30_000).map(|i| format!("frob{i}.s32 %r1, 1, %r2;\n")).collect();
    let text = kernel(&format!(".reg .b32 %r<3>;\n{unknown}")).replace(".version 8.0", ".version 9.9");
    assert_eq!(parse(&text), []);
    let known = kernel(&format!(".reg .b32 %r<3>;\n{}", "frob.s32 %r1, 1, %r2;\n".repeat(45_000)));
    assert_eq!(parse(&known.replace(".version 8.0", ".version 9.9")), []);
}

#[test]
fn many_of_everything_takes_time_in_proportion() {
    let labels: String = (0..40_000).map(|i| format!("bra L{i};\nL{i}:\n")).collect();
    assert_eq!(parse(&kernel(&labels)), []);
    // Labels that are not found in 60 scopes.
    let outer: String = (0..60_000).map(|i| format!("bra L{i};\n")).collect();
    refuse(&kernel(&format!("{}{outer}{}", "{".repeat(60), "}".repeat(60))), "no label");
    let scopes = "{ .reg .b32 t; mov.u32 t, 1; }\n".repeat(30_000);
    assert_eq!(parse(&kernel(&scopes)), []);
    let functions: String = (0..20_000).map(|i| format!(".func f{i}() {{ ret; }}\n")).collect();
    assert_eq!(parse(&module(&functions)), []);
    refuse(&module(&".func f() { ret; }\n".repeat(50_000)), "declared twice");
    let mistaken: String = (0..20_000).map(|i| format!(".func g{i}() {{ frob; frob; }}\n")).collect();
    refuse(&module(&mistaken), "is not a PTX instruction");
    let parameters: Vec<String> = (0..10_000).map(|i| format!(".param .b32 p{i}")).collect();
    let targets: String = (0..30_000).map(|i| format!("t{i}: .calltargets f;\n")).collect();
    let text = format!(".func f({}) {{ ret; }}\n.visible .entry k() {{ {targets} ret; }}", parameters.join(","));
    assert_eq!(parse(&module(&text)), []);
    assert_eq!(parse(&kernel(&format!("ret;{}", ".loc 1 2 3\n".repeat(90_000)))), []);
    // Lines of a preprocessor are skipped; what looks like one in the middle is not.
    assert_eq!(parse(&kernel(&format!("{}ret;", " \t#".repeat(300_000) + "\n"))), []);
    refuse(&kernel(&format!("ret;{}", " \t#".repeat(300_000))), "expected");
    refuse(&kernel(&format!("{}.s32 %r1;", "x".repeat(1 << 20))), "is not a PTX instruction");
    refuse(&kernel(&format!("add{} %r1;", ".s32".repeat(1 << 18))), "");
    let comments = "! /* long */ ".repeat(50_000);
    parse(&kernel(&format!("mov.b32 %r1, {comments};")));
}

/// A fatbin with one compressed entry.
fn fatbin(flags: u64, payload: &[u8], promised: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    bytes.extend(container::FATBIN_MAGIC.to_le_bytes());
    bytes.extend([1, 0, 16, 0]);
    bytes.extend((64 + payload.len() as u64).to_le_bytes());
    let mut entry = vec![0; 64];
    (entry[0], entry[4]) = (1, 64);
    entry[8..16].copy_from_slice(&(payload.len() as u64).to_le_bytes());
    entry[16..20].copy_from_slice(&(payload.len() as u32).to_le_bytes());
    entry[40..48].copy_from_slice(&flags.to_le_bytes());
    entry[56..64].copy_from_slice(&promised.to_le_bytes());
    [bytes, entry, payload.to_vec()].concat()
}

#[test]
fn bombs_are_refused_by_the_limit() {
    const ZSTD: u64 = 0x8000;
    const LZ4: u64 = 0x2000;
    let zeros = vec![0; 300 << 20];
    let zstd = ruzstd::encoding::compress_to_vec(&zeros[..], ruzstd::encoding::CompressionLevel::Fastest);
    let lz4 = lz4_flex::block::compress(&zeros);
    drop(zeros);
    for (flag, payload) in [(ZSTD, zstd), (LZ4, lz4)] {
        let before = NOW.get();
        MOST.set(before);
        let honest = container::contents(&fatbin(flag, &payload, 300 << 20)).map(|_| ());
        assert!(matches!(honest, Err(ContainerError::TooLarge { .. })), "{honest:?}");
        let lying = container::contents(&fatbin(flag, &payload, 1 << 20)).map(|_| ());
        assert!(matches!(lying, Err(ContainerError::Decompress { .. })), "{lying:?}");
        assert!(MOST.get() - before < 64 << 20, "{} bytes", MOST.get() - before);
    }
    let tiny = fatbin(LZ4, &[0; 8], 255 << 20);
    let before = NOW.get();
    MOST.set(before);
    assert!(container::contents(&tiny).is_err());
    assert!(MOST.get() - before < 512 << 20);
}

/// A bit of everything.
const RICH: &str = "\
.file 1 \"a.cu\", 17, 0x10
.pragma \"nounroll\";
.extern .shared .align 16 .b8 dynamic[];
.visible .global .align 8 .u64 table[2] = {generic(values)+4, f};
.const .f32 values[4] = {1.5, -2, 0f40400000, (1<<3)|2};
.global .v2 .u16 pairs[2] = {{1, 2}, {0x3, 4}};
.global .texref image = {width = 4, normalized_coords = 1};
.func (.param .b32 r) f(.param .b64 a, .reg .u32 b) .noreturn { st.param.b32 [r+0], b; ret; }
.weak .entry k(.param .u64 .ptr .global .align 4 p, .param .align 4 .b8 q[12]) .maxntid 128, 1, 1
{
    .reg .pred %p<3>, t;
    .reg .b32 %r<5>; .reg .f32 %f<9>;
    .reg .v2 .b64 %v;
    .shared .align 4 .b8 s[64];
    .loc 1 2 3, function_name info, inlined_at 1 4 5
    ld.param.u64 %v.x, [p];
$L0: @!%p1 bra $L1;
    setp.lt.and.s32 %p1|%p2, %r1, -5, !t;
    ld.global.nc.v2.b32 {%r1, _}, [%v.x+8];
    mad.wide.u32 %v.y, %r1, 4, %v.x;
    { .param .b64 a; .param .b32 b; st.param.b64 [a], %v.y; call.uni (b), f, (a, %r2); }
    targets: .branchtargets $L0, $L1;
    brx.idx %r1, targets;
    mma.sync.aligned.m16n8k8.row.col.f16.f16.f16.f16 {%r1, %r2}, {%r3, %r4}, {%r1}, {%r1, %r2};
    tex.2d.v4.f32.f32 {%f1, %f2, %f3, %f4}, [image, {%f5, %f6}];
    vadd.s32.s32.u32 %r1, %r2.b0, %r3.h1;
$L1: ret;
}
.section .debug_str { info: .b8 0x61, 0
 .b32 info+1 }
";

/// Words, numbers, strings and signs of a text, without what is between them.
fn tokens(text: &str) -> Vec<&str> {
    let is_word = |letter: char| letter.is_ascii_alphanumeric() || "_$%.:".contains(letter);
    let mut found = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let end = match first {
            '"' => rest[1..].find('"').map_or(rest.len(), |end| end + 2),
            _ if is_word(first) => rest.find(|letter| !is_word(letter)).unwrap_or(rest.len()),
            _ => first.len_utf8(),
        };
        found.push(&rest[..end]);
        rest = rest[end..].trim_start();
    }
    found
}

/// Parses a text that differs from a right one, and looks at what is said.
fn look(text: &str) {
    let diagnostics = parse(text);
    check_places(text, &diagnostics);
    for diagnostic in &diagnostics {
        let said = diagnostic.message.chars().next();
        assert!(said.is_some_and(|first| !first.is_uppercase()), "{diagnostic}");
    }
}

#[test]
fn a_rich_module_that_is_cut_anywhere_is_told_where() {
    let text = module(RICH);
    assert_eq!(parse(&text), [], "{}", parse(&text)[0]);
    for end in 0..text.len() {
        look(&text[..end]);
    }
}

#[test]
fn a_rich_module_without_a_token_or_with_one_too_many_is_told_where() {
    let text = module(RICH);
    // Positions in the text, so that lines stay what they are.
    let places: Vec<(usize, usize)> =
        tokens(&text).iter().map(|token| (token.as_ptr() as usize - text.as_ptr() as usize, token.len())).collect();
    for (index, &(start, length)) in places.iter().enumerate() {
        let (before, token, after) = (&text[..start], &text[start..start + length], &text[start + length..]);
        look(&format!("{before} {after}"));
        look(&format!("{before}{token} {token}{after}"));
        for other in ["{", "}", ";", "0x", "\"", ".", "@", "[", "%", "-", "\u{e9}"] {
            look(&format!("{before}{other}{after}"));
        }
        let Some(&(next, next_length)) = places.get(index + 1) else { continue };
        let (between, following) = (&text[start + length..next], &text[next..next + next_length]);
        look(&format!("{before}{following}{between} {token}{}", &text[next + next_length..]));
    }
}

#[test]
fn an_initialiser_of_ten_megabytes_is_read() {
    let values: Vec<String> = (0..4_000_000u32).map(|i| (i % 251).to_string()).collect();
    let text = module(&format!(".global .align 4 .b8 big[4000000] = {{{}}};\n", values.join(", ")));
    assert!(text.len() > 10 << 20);
    assert_eq!(parse(&text), []);
    let module = parse_module(&text, "big.ptx").unwrap();
    let initial = &module.variables[0].initial;
    assert!(initial.len() == 4_000_000 && initial.iter().zip(0..).all(|(byte, i)| u32::from(*byte) == i % 251));
}

#[test]
fn what_is_likely_wrong_is_said() {
    refuse(&kernel(".reg .b32 %r<3>\nmov.u32 %r1, 1;"), "line 6 may lack a `;` at its end");
    refuse(&kernel(".reg .b32 %r<3>;\nmov.u32 %r1, 1\n\nret;"), "line 7 may lack a `;` at its end");
    refuse(
        &kernel(".reg .b32 %r<3>;\nadd.u32 %r1, , 1;"),
        "expected an operand such as `%r1`, `5` or `[%rd1+8]`, found `,`",
    );
    refuse(&kernel("mov.u32 %r1, 1;"), "a register is declared with `.reg` before it is used");
    refuse(&module(".global .b32 a; }"), "this `}` has no `{`");
    refuse(&module("global .b32 a;"), "expected a directive such as `.entry` or `.global`, found `global`");
}
