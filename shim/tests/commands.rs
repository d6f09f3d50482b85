//! `regauge check`, `translate` and `ls`: what they print, and how they end.

use std::io::Write;
use std::path::PathBuf;
use std::process::Command;

const MODULE: &str = "
.version 8.0
.target sm_80
.address_size 64
.visible .entry good(.param .u64 p) {
    .reg .b64 %d;
    ld.param.u64 %d, [p];
    st.global.u32 [%d], 1;
    ret;
}
";

/// A file with PTX that goes when the test ends.
struct File(PathBuf);

impl File {
    fn new(name: &str, text: &str) -> File {
        let path = std::env::temp_dir().join(format!("regauge-test-{}-{name}.ptx", std::process::id()));
        std::fs::File::create(&path).unwrap().write_all(text.as_bytes()).unwrap();
        File(path)
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// Exit status, standard output, standard error.
fn regauge(arguments: &[&str], file: &File) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_regauge")).args(arguments).arg(&file.0).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

#[test]
fn check_finds_that_all_kernels_run() {
    let file = File::new("all", MODULE);
    let (code, out, err) = regauge(&["check"], &file);
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(out.contains("runs         good") && out.contains("1 of 1 kernels run"), "{out}");
}

#[test]
fn check_names_what_a_kernel_lacks_and_where() {
    let with_gap = format!("{MODULE}.visible .entry bad() {{\n    wgmma.fence.sync.aligned;\n    ret;\n}}\n");
    let file = File::new("gap", &with_gap);
    let (code, out, _) = regauge(&["check", "--json"], &file);
    let answer: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(code, 1);
    assert_eq!((&answer["schema_version"], &answer["kernels"], &answer["runs"]), (&1.into(), &2.into(), &1.into()));
    let kernels = &answer["files"][0]["kernels"];
    assert_eq!((&kernels[0]["name"], &kernels[0]["status"]), (&"good".into(), &"runs".into()));
    assert_eq!((&kernels[1]["name"], &kernels[1]["status"]), (&"bad".into(), &"unsupported".into()));
    let missing = &kernels[1]["missing"][0];
    assert!(missing["form"].as_str().unwrap().contains("wgmma.fence"), "{out}");
    assert_eq!(missing["line"], 12);
}

#[test]
fn check_tells_what_is_no_file_with_kernels() {
    let file = File::new("text", "hello");
    let (code, _, err) = regauge(&["check"], &file);
    assert_eq!(code, 2);
    assert!(err.contains("not a fatbin, ELF file, archive or PTX text"), "{err}");
}

#[test]
fn translate_prints_what_reads_back() {
    let file = File::new("translate", MODULE);
    let (code, tile, err) = regauge(&["translate", "--emit=tile"], &file);
    assert_eq!((code, err.as_str()), (0, ""));
    let kernel = translator::tile::parse::parse(&tile).expect("its own parser reads it");
    translator::tile::verify::verify(&kernel).expect("its own verifier accepts it");
    for numerics in ["--numerics=cuda", "--numerics=device"] {
        let (code, program, err) = regauge(&["translate", "--emit=neuron", numerics], &file);
        assert_eq!((code, err.as_str()), (0, ""));
        let program: translator::neuron::Program = program.parse().expect("its own parser reads it");
        translator::neuron::verify::verify(&program).expect("its own verifier accepts it");
    }
}

#[test]
fn translate_knows_the_kernels_of_a_file() {
    let file = File::new("kernel", MODULE);
    assert_eq!(regauge(&["translate", "--kernel=good"], &file).0, 0);
    let (code, _, err) = regauge(&["translate", "--kernel=other"], &file);
    assert_eq!(code, 2);
    assert!(err.contains("has no kernel `other`"), "{err}");
}

#[test]
fn ls_speaks_json() {
    let output = Command::new(env!("CARGO_BIN_EXE_regauge")).args(["ls", "-j"]).output().unwrap();
    let devices: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&devices[0]["nc_count"], &devices[0]["memory_size"]), (&8.into(), &(96u64 << 30).into()));
}
