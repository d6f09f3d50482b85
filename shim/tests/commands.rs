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

/// A text of a PTX version in which there may be instructions that nobody knows yet.
fn of_the_future(text: &str) -> String {
    text.replace(".version 8.0", ".version 9.9")
}

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
    let with_gap = format!("{}.visible .entry bad() {{\n    frob.sync;\n    ret;\n}}\n", of_the_future(MODULE));
    let file = File::new("gap", &with_gap);
    let (code, out, _) = regauge(&["check", "--json"], &file);
    let answer: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(code, 1);
    assert_eq!((&answer["schema_version"], &answer["kernels"], &answer["runs"]), (&1.into(), &2.into(), &1.into()));
    let kernels = &answer["files"][0]["kernels"];
    assert_eq!((&kernels[0]["name"], &kernels[0]["status"]), (&"good".into(), &"runs".into()));
    assert_eq!((&kernels[1]["name"], &kernels[1]["status"]), (&"bad".into(), &"unsupported".into()));
    let missing = &kernels[1]["missing"][0];
    assert!(missing["form"].as_str().unwrap().contains("frob"), "{out}");
    assert_eq!(missing["line"], 12);
}

#[test]
fn check_lists_all_that_a_kernel_lacks_in_itself_and_in_what_it_calls() {
    let functions = "
.extern .func gone();
.func deep() {
    frob.sync;
    ret;
}
.func outer() {
    call deep, ();
    call gone, ();
    ret;
}
";
    let lacking = "    twist.b32 %d;\n    call outer, ();\n    add.rn.s32 %d, %d, 1;\n    st.global";
    let text =
        of_the_future(MODULE).replace(".visible", &format!("{functions}.visible")).replace("    st.global", lacking);
    let file = File::new("all-gaps", &text);
    let (code, out, _) = regauge(&["check", "--json"], &file);
    let answer: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(code, 1);
    let line_of = |word: &str| 1 + text.lines().position(|line| line.contains(word)).unwrap() as u64;
    let missing = answer["files"][0]["kernels"][0]["missing"].as_array().unwrap();
    let found: Vec<_> = missing.iter().map(|gap| gap["line"].as_u64().unwrap()).collect();
    let expected = ["frob", "call gone", "twist", "add.rn.s32"].map(line_of);
    assert_eq!(found, expected, "{out}");
}

#[test]
fn check_looks_into_folders_and_wheels() {
    let folder = std::env::temp_dir().join(format!("regauge-test-{}-folder", std::process::id()));
    std::fs::create_dir_all(folder.join("inner")).unwrap();
    std::fs::write(folder.join("inner/a.ptx"), MODULE).unwrap();
    std::fs::write(folder.join("notes.txt"), "no kernels").unwrap();
    // A zip file with one member that is stored as it is.
    let (name, text) = (b"pkg/b.ptx", MODULE.replace("good", "packed"));
    let crc = crc32(text.as_bytes());
    let mut zip = Vec::new();
    let common = |zip: &mut Vec<u8>| {
        for number in [20u16, 0, 0, 0, 0] {
            zip.extend(number.to_le_bytes());
        }
        for number in [crc, text.len() as u32, text.len() as u32] {
            zip.extend(number.to_le_bytes());
        }
        zip.extend((name.len() as u16).to_le_bytes());
        zip.extend([0, 0]);
    };
    zip.extend(b"PK\x03\x04");
    common(&mut zip);
    zip.extend(name);
    zip.extend(text.as_bytes());
    let directory = zip.len() as u32;
    zip.extend(b"PK\x01\x02\x14\0");
    common(&mut zip);
    zip.extend([0; 14]);
    zip.extend(name);
    let size = zip.len() as u32 - directory;
    zip.extend(b"PK\x05\x06\0\0\0\0\x01\0\x01\0");
    zip.extend(size.to_le_bytes());
    zip.extend(directory.to_le_bytes());
    zip.extend([0, 0]);
    std::fs::write(folder.join("b.whl"), zip).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_regauge")).args(["check", "--json"]).arg(&folder).output().unwrap();
    std::fs::remove_dir_all(&folder).unwrap();
    let answer: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((output.status.code(), &answer["runs"]), (Some(0), &2.into()), "{answer}");
    let path = |index: usize| answer["files"][index]["path"].as_str().unwrap();
    assert!(path(0).ends_with("b.whl/pkg/b.ptx") && path(1).ends_with("inner/a.ptx"), "{answer}");
}

/// Of zip files: bit by bit, as the polynomial is defined.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0u32, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ if crc & 1 == 1 { 0xedb8_8320 } else { 0 })
    })
}

#[test]
fn check_names_kernels_that_are_machine_code_only() {
    // A cubin as small as it can be: a symbol table with one function that can be launched.
    let mut elf = vec![0; 64];
    elf[..7].copy_from_slice(b"\x7fELF\x02\x01\x01");
    elf[16..18].copy_from_slice(&2u16.to_le_bytes());
    elf[18..20].copy_from_slice(&190u16.to_le_bytes());
    elf[20..24].copy_from_slice(&1u32.to_le_bytes());
    elf[48..52].copy_from_slice(&(90u32 << 8 | 2).to_le_bytes());
    elf[52..54].copy_from_slice(&64u16.to_le_bytes());
    let names = b"\0onlysass\0.strtab\0";
    let strings = elf.len() as u64;
    elf.extend(names);
    elf.resize(elf.len().next_multiple_of(8), 0);
    let symbols = elf.len() as u64;
    elf.extend([0; 24]);
    elf.extend([1, 0, 0, 0, 0x12, 0x10, 1, 0]);
    elf.extend([0; 16]);
    let table = elf.len() as u64;
    elf[40..48].copy_from_slice(&table.to_le_bytes());
    elf[58..64].copy_from_slice(&[64, 0, 3, 0, 1, 0]);
    let mut section = |name: u32, kind: u32, at: u64, size: u64, link: u32, entry: u64| {
        for word in [name, kind] {
            elf.extend(word.to_le_bytes());
        }
        for word in [0, 0, at, size] {
            elf.extend(u64::to_le_bytes(word));
        }
        elf.extend(link.to_le_bytes());
        elf.extend(1u32.to_le_bytes());
        for word in [1, entry] {
            elf.extend(u64::to_le_bytes(word));
        }
    };
    section(0, 0, 0, 0, 0, 0);
    section(10, 3, strings, names.len() as u64, 0, 0);
    section(10, 2, symbols, 48, 1, 24);
    let file = File::new("cubin", "");
    std::fs::write(&file.0, elf).unwrap();
    let (code, out, err) = regauge(&["check"], &file);
    assert_eq!((code, err.as_str()), (1, ""));
    assert!(out.contains("unsupported  onlysass") && out.contains("only machine code is there (sm_90)"), "{out}");
}

#[test]
fn check_does_not_say_that_intermediate_code_runs() {
    // A fatbin with one entry of kind 8, LTO-IR, that is empty.
    let mut fatbin = vec![0x50, 0xed, 0x55, 0xba, 1, 0, 16, 0];
    fatbin.extend(64u64.to_le_bytes());
    fatbin.extend([8, 0, 1, 1, 64, 0, 0, 0]);
    fatbin.resize(16 + 64, 0);
    let file = File::new("lto", "");
    std::fs::write(&file.0, fatbin).unwrap();
    let (code, out, err) = regauge(&["check"], &file);
    assert_eq!((code, err.as_str()), (1, ""));
    assert!(out.contains("only LTO-IR, which is linked at run time, not looked at: 1"), "{out}");
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
