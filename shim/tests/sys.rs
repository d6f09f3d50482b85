//! `src/sys.rs` is what bindgen makes of NVIDIA's headers, and the table of the driver API has all their functions.
//!
//! `UPDATE=1 cargo test -p shim --test sys` writes it anew. Without headers below `.deps` there is nothing to compare
//! with, and the test says so.

use cuda::driver_api::ROWS;
use std::collections::HashSet;
use std::path::{Path, PathBuf};

/// `cuda.h` below `.deps`, wherever the package put it.
fn header() -> Option<PathBuf> {
    fn search(folder: &Path, depth: u32) -> Option<PathBuf> {
        let found = folder.join("include/cuda.h");
        if found.is_file() {
            return Some(found);
        }
        let mut folders: Vec<_> =
            std::fs::read_dir(folder).ok()?.flatten().map(|e| e.path()).filter(|p| p.is_dir()).collect();
        folders.sort();
        if depth == 0 { None } else { folders.iter().find_map(|f| search(f, depth - 1)) }
    }
    search(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../.deps"), 5)
}

/// Where `stddef.h` and its kind are: a libclang that came without a compiler has none of its own.
fn compiler_headers() -> Option<String> {
    let output = std::process::Command::new("g++").arg("-print-file-name=include").output().ok()?;
    Some(format!("-idirafter{}", String::from_utf8(output.stdout).ok()?.trim_end()))
}

fn builder(header: &Path) -> bindgen::Builder {
    bindgen::Builder::default()
        .header(header.to_str().expect("a path in UTF-8"))
        // Declares the old structures and functions too, for which programs still ask.
        .clang_arg("-D__CUDA_API_VERSION_INTERNAL")
        .clang_args(compiler_headers())
}

/// Types and constants only: functions are rows of `driver_api.rs`.
fn generate(header: &Path) -> String {
    builder(header)
        // Comments are NVIDIA's text, which is not ours to give away.
        .generate_comments(false)
        .with_codegen_config(bindgen::CodegenConfig::TYPES | bindgen::CodegenConfig::VARS)
        .allowlist_type("CU.*|cu.*|cudaError_enum")
        .allowlist_var("CU_.*|CUDA_.*")
        .blocklist_item("CUDA_VERSION|CUDA_CB|CUDAAPI")
        // A caller may pass any number, so enums must be able to hold any.
        .default_enum_style(bindgen::EnumVariation::NewType { is_bitfield: false, is_global: false })
        .derive_default(false)
        .derive_debug(true)
        .layout_tests(false)
        .sort_semantically(true)
        .merge_extern_blocks(true)
        .raw_line(
            "//! CUDA's types and constants, made by bindgen from `cuda.h` (see `tests/sys.rs`; never edited by hand).",
        )
        .formatter(bindgen::Formatter::Rustfmt)
        .rustfmt_configuration_file(Some(
            Path::new(env!("CARGO_MANIFEST_DIR")).join("../rustfmt.toml").canonicalize().unwrap(),
        ))
        .disable_header_comment()
        .generate()
        .expect("cuda.h is readable")
        .to_string()
}

#[test]
fn every_function_of_the_header_has_a_row() {
    let Some(header) = header() else {
        println!("note: no cuda.h below .deps (`./x setup` fetches it); nothing to compare the table with");
        return;
    };
    let functions = builder(&header)
        .with_codegen_config(bindgen::CodegenConfig::TYPES | bindgen::CodegenConfig::FUNCTIONS)
        .allowlist_function("cu.*")
        .generate()
        .expect("cuda.h is readable")
        .to_string();
    let symbols = ROWS.iter().flat_map(|row| [Some(row.symbol), row.per_thread]).flatten();
    let ours: HashSet<_> = symbols.map(|symbol| symbol.name).collect();
    let theirs = functions.split("pub fn ").skip(1).filter_map(|text| text.split('(').next());
    let missing: Vec<_> = theirs.filter(|name| !ours.contains(name)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

/// The headers of graphics need those of OpenGL, VDPAU and EGL, so that they are read as text. Clients that load the
/// library with `dlopen`, as ffmpeg does, want all of their functions or none.
#[test]
fn every_function_of_the_graphics_headers_has_a_row() {
    let Some(header) = header() else {
        println!("note: no cuda.h below .deps (`./x setup` fetches it); nothing to compare the table with");
        return;
    };
    let symbols = ROWS.iter().flat_map(|row| [Some(row.symbol), row.per_thread]).flatten();
    let ours: HashSet<_> = symbols.map(|symbol| symbol.name).collect();
    for name in ["cudaGL.h", "cudaVDPAU.h", "cudaEGL.h"] {
        let text = std::fs::read_to_string(header.with_file_name(name)).unwrap();
        let declared = text.split("CUDAAPI").skip(1).filter_map(|text| text.split('(').next());
        let renamed = text.lines().filter_map(|line| line.strip_prefix("#define cu")?.split_whitespace().nth(1));
        let renamed =
            renamed.map(|name| name.trim_start_matches("__CUDA_API_PTDS(").trim_start_matches("__CUDA_API_PTSZ("));
        let all: Vec<_> = declared.chain(renamed).map(|name| name.trim().trim_end_matches(')')).collect();
        assert!(all.len() > 4, "{name} declares functions");
        // Windows has it.
        let missing: Vec<_> =
            all.into_iter().filter(|name| !ours.contains(name) && *name != "cuWGLGetDevice").collect();
        assert!(missing.is_empty(), "{name}: {missing:?}");
    }
}

#[test]
fn sys_is_what_bindgen_makes_of_the_header() {
    let Some(header) = header() else {
        println!("note: no cuda.h below .deps (`./x setup` fetches it); nothing to compare sys.rs with");
        return;
    };
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/sys.rs");
    let fresh = generate(&header);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&file, &fresh).unwrap();
    }
    let checked_in = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(checked_in == fresh, "src/sys.rs is stale: UPDATE=1 cargo test -p shim --test sys");
}
