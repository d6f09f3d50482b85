//! What is wrong is answered with the documented error, and the process lives on.

use conformance::driver::{self, Answer, Driver, is_ours};
use conformance::toolchain::{Toolkit, repository};
use std::fs;

const PTX: &str = "
.version 8.0
.target sm_75
.address_size 64
.visible .entry write(.param .u64 out) {
    .reg .b32 %r1;
    .reg .b64 %rd1;
    ld.param.u64 %rd1, [out];
    mov.u32 %r1, 9;
    st.global.u32 [%rd1], %r1;
    ret;
}
\0";

fn open() -> Driver {
    Driver::open(&driver::path()).expect("the driver starts")
}

/// The name of the error; that of no error is `CUDA_SUCCESS`.
fn name<T>(answer: Answer<T>) -> String {
    answer.map_or_else(|failure| failure.name, |_| "CUDA_SUCCESS".into())
}

/// A module with one kernel, as the compiler packs it; `None` without the compiler.
fn compile(format: &str) -> Option<Vec<u8>> {
    let Some(toolkit) = Toolkit::find() else {
        eprintln!("note: no CUDA compiler in .deps/, `./x setup` installs it");
        return None;
    };
    let source = repository().join("examples/vector_add.cu");
    let target = std::env::temp_dir().join(format!("conformance-{}{format}", std::process::id()));
    toolkit.compile(&[format, "-arch=sm_75"], &source, &target).expect("it compiles");
    let image = fs::read(&target).expect("it is there");
    fs::remove_file(&target).expect("it can be removed");
    Some(image)
}

#[test]
fn a_cubin_without_ptx_has_no_binary_for_this_device() {
    if let (Some(cubin), true) = (compile("-cubin"), is_ours()) {
        assert_eq!(name(open().load(&cubin)), "CUDA_ERROR_NO_BINARY_FOR_GPU");
    }
}

#[test]
fn a_truncated_fatbin_is_no_image() {
    let Some(fatbin) = compile("-fatbin") else { return };
    let driver = open();
    assert_eq!(name(driver.load(&fatbin)), "CUDA_SUCCESS");
    for length in (0..fatbin.len()).step_by(fatbin.len() / 40) {
        // The driver is told no length, so the rest has to be there; it is zero.
        let mut broken = fatbin.clone();
        broken[length..].fill(0);
        let answer = name(driver.load(&broken));
        // What is lost may be the machine code that nobody needs.
        let documented = ["CUDA_ERROR_INVALID_IMAGE", "CUDA_ERROR_INVALID_PTX", "CUDA_ERROR_NO_BINARY_FOR_GPU"];
        assert!(documented.contains(&&*answer) || length > 64 && answer == "CUDA_SUCCESS", "{length} bytes: {answer}");
    }
}

#[test]
fn flipped_bits_in_a_fatbin_do_not_crash() {
    let Some(fatbin) = compile("-fatbin") else { return };
    let driver = open();
    for position in (0..fatbin.len()).step_by(97) {
        // The length of the whole is at 8: with more than there is, any driver reads past the end.
        if (8..16).contains(&position) {
            continue;
        }
        let mut broken = fatbin.clone();
        broken[position] ^= 1 << (position % 8);
        let _ = driver.load(&broken);
    }
}

#[test]
fn text_that_is_no_ptx_is_refused() {
    let driver = open();
    for image in ["\0\0\0\0", "hello\0", ".version\0", ".version 8.0\n.target sm_75\n.visible .entry x(\0"] {
        let answer = name(driver.load(image.as_bytes()));
        assert!(answer.starts_with("CUDA_ERROR_INVALID"), "{image:?}: {answer}");
    }
}

#[test]
fn null_result_pointers_are_invalid_values() {
    for (function, answer) in open().ask_with_null_results() {
        assert_eq!(name(answer), "CUDA_ERROR_INVALID_VALUE", "{function}");
    }
}

#[test]
fn memory_is_freed_once() {
    let driver = open();
    let address = driver.buffer(&[0; 64]).unwrap();
    assert_eq!(name(driver.free(address)), "CUDA_SUCCESS");
    assert_eq!(name(driver.free(address)), "CUDA_ERROR_INVALID_VALUE");
    assert_eq!(name(driver.free(address + 8)), "CUDA_ERROR_INVALID_VALUE");
    assert_eq!(name(driver.read(0x10, 4)), "CUDA_ERROR_INVALID_VALUE");
}

#[test]
fn handles_of_unloaded_modules_are_invalid() {
    let driver = open();
    let module = driver.load(PTX.as_bytes()).unwrap();
    driver.function(module, "write").unwrap();
    assert_eq!(name(driver.unload(module)), "CUDA_SUCCESS");
    if is_ours() {
        assert_eq!(name(driver.unload(module)), "CUDA_ERROR_INVALID_HANDLE");
        assert_eq!(name(driver.function(module, "write")), "CUDA_ERROR_INVALID_HANDLE");
    }
}
