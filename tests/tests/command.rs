//! The command `conformance` with libraries that are not ours: it says what they do not do, and outlives them.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A libcuda whose functions are these lines of C.
fn library(name: &str, functions: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let (source, library) = (folder.join(format!("{name}.c")), folder.join(format!("lib{name}.so")));
    let text = format!("#include <stddef.h>\n#include <stdlib.h>\n#include <string.h>\n{functions}");
    std::fs::write(&source, text).expect("the source can be written");
    let status = Command::new("cc").args(["-shared", "-fPIC", "-w", "-o"]).arg(&library).arg(&source).status();
    assert!(status.expect("there is a C compiler").success(), "{name} does not compile");
    library
}

fn conformance(arguments: &[&str], driver: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_conformance"))
        .args(arguments)
        .arg("--driver")
        .arg(driver)
        .output()
        .expect("the command starts")
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// A device that can be asked about, memory that is memory, and modules that load.
const WORKS: &str = r#"
int cuInit(unsigned f) { return 0; }
int cuCtxCreate_v2(void **c, unsigned f, int d) { *c = (void *)1; return 0; }
int cuGetErrorName(int e, const char **n) { *n = e == 801 ? "CUDA_ERROR_NOT_SUPPORTED" : "CUDA_ERROR_UNKNOWN"; return 0; }
int cuDeviceGetName(char *n, int l, int d) { strncpy(n, "Stub", l); return 0; }
int cuDriverGetVersion(int *v) { *v = 13050; return 0; }
int cuDeviceGetAttribute(int *v, int a, int d) { *v = a == 75 ? 9 : 0; return 0; }
int cuModuleUnload(void *m) { return 0; }
int cuMemAlloc_v2(unsigned long long *p, size_t n) { *p = (unsigned long long)calloc(n, 1); return 0; }
int cuMemFree_v2(unsigned long long p) { free((void *)p); return 0; }
int cuMemcpyHtoD_v2(unsigned long long d, const void *s, size_t n) { memcpy((void *)d, s, n); return 0; }
int cuMemcpyDtoH_v2(void *d, unsigned long long s, size_t n) { memcpy(d, (void *)s, n); return 0; }
int cuCtxSynchronize(void) { return 0; }
int cuModuleGetFunction(void **f, void *m, const char *n) { *f = (void *)1; return 0; }
"#;

const LOADS: &str =
    "int cuModuleLoadDataEx(void **m, const void *i, unsigned n, int *o, void **v) { *m = (void *)1; return 0; }\n";
const LAUNCH: &str = "int cuLaunchKernel(void *f, unsigned a, unsigned b, unsigned c, unsigned d, unsigned e, unsigned g, \
                      unsigned s, void *t, void **p, void **x)";

#[test]
fn a_library_that_does_not_start_fails_and_supports_nothing() {
    let driver = library(
        "does_not_start",
        "int cuInit(unsigned f) { return 100; }\n\
         int cuGetErrorName(int e, const char **n) { *n = \"CUDA_ERROR_NO_DEVICE\"; return 0; }\n",
    );
    let output = conformance(&["run", "--sweeps-only", "--filter", "add."], &driver);
    let said = text(&output);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("CUDA_ERROR_NO_DEVICE") && said.contains("0 passed, 1 failed"), "{said}");
    let output = conformance(&["report", "--filter", "add."], &driver);
    assert!(output.status.success() && text(&output).contains("| unsupported |"), "{}", text(&output));
}

#[test]
fn a_library_that_is_none_is_an_error() {
    let output = conformance(&["run", "--sweeps-only", "--filter", "add."], Path::new("/does/not/exist.so"));
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output).contains("cannot open /does/not/exist.so"), "{}", text(&output));
}

#[test]
fn what_a_library_refuses_is_unsupported() {
    let refuses = "int cuModuleLoadDataEx(void **m, const void *i, unsigned n, int *o, void **v) { return 801; }\n";
    let driver = library("refuses", &format!("{WORKS}{refuses}{LAUNCH} {{ return 0; }}\n"));
    let output = conformance(&["run", "--sweeps-only", "--filter", "add."], &driver);
    let said = text(&output);
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert!(
        said.contains("unsupported add.u32: CUDA_ERROR_NOT_SUPPORTED") && said.contains("0 passed, 0 failed"),
        "{said}"
    );
}

#[test]
fn a_library_that_computes_nothing_fails() {
    let driver = library("computes_nothing", &format!("{WORKS}{LOADS}{LAUNCH} {{ return 0; }}\n"));
    let output = conformance(&["run", "--sweeps-only", "--filter", "add.u32"], &driver);
    let said = text(&output);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("FAILED      add.u32") && said.contains("gives 0x0, expected Bits("), "{said}");
}

#[test]
fn a_library_that_crashes_ends_nothing_but_the_instruction() {
    let driver = library("crashes", &format!("{WORKS}{LOADS}{LAUNCH} {{ abort(); }}\n"));
    let output = conformance(&["run", "--sweeps-only", "--filter", "add.s"], &driver);
    let said = text(&output);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("FAILED      add.s32") && said.contains("FAILED      add.s64"), "{said}");
    assert!(said.contains("signal: 6"), "{said}");
}

#[test]
fn recorded_vectors_are_replayed() {
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("recorded.zst");
    let command = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_conformance"))
            .args(arguments)
            .arg(&file)
            .args(["--filter", ".u16"])
            .output()
            .expect("the command starts");
        (output.status.code(), text(&output))
    };
    let (code, said) = command(&["record", "--inputs", "100", "-o"]);
    assert!(code == Some(0) && said.contains("subjects recorded on"), "{said}");
    let (code, said) = command(&["run", "--sweeps-only", "--inputs", "10", "--golden"]);
    assert!(code == Some(0) && said.contains("recorded on") && said.contains(" 0 failed"), "{said}");

    // Another library's results differ from the recorded ones.
    let driver = library("forgets", &format!("{WORKS}{LOADS}{LAUNCH} {{ return 0; }}\n"));
    let file = file.to_str().expect("the path is text");
    let output = conformance(&["run", "--sweeps-only", "--filter", "add.u16", "--golden", file], &driver);
    assert!(text(&output).contains("FAILED      add.u16 is not what was recorded"), "{}", text(&output));
}

#[test]
fn litmus_tests_judge_other_libraries_too() {
    let driver = library("runs_nothing", &format!("{WORKS}{LOADS}{LAUNCH} {{ return 0; }}\n"));
    let output = conformance(&["run", "--filter", "atomic_add_and_store"], &driver);
    let said = text(&output);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("FAILED      litmus atomic_add_and_store") && said.contains("leaves no"), "{said}");
    assert!(said.contains("0 passed, 1 failed, 0 unsupported"), "{said}");
}
