//! NVIDIA's own runtime starts on the library: `libcudart.so` of several versions, as PyPI has them.
//!
//! The runtime asks for undocumented tables and makes the driver prove itself before it does anything. Each version runs
//! in a process of its own, which is this test started again.

use conformance::{driver, toolchain};
use libloading::os::unix::{Library, RTLD_GLOBAL, RTLD_NOW};
use std::ffi::{CStr, c_char, c_int, c_void};
use std::process::Command;

const VERSIONS: [&str; 4] = ["11.8", "12.4", "12.9", "13.5"];

#[test]
fn the_runtime_starts_copies_and_ends() {
    for version in VERSIONS {
        let folder = format!("cudart-{version}");
        let Some(runtime) = toolchain::fetched(&folder, |name| name.starts_with("libcudart.so.")) else {
            println!("note: no libcudart.so below .deps/{folder} (`./x setup` fetches it); not tested");
            continue;
        };
        let output = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "client", "--nocapture"])
            .env("CLIENT_RUNTIME", runtime)
            .output()
            .unwrap();
        let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{version}: {}\n{out}\n{err}", output.status);
        assert!(out.contains("the runtime works"), "{version}: {out}");
        assert_eq!(err, "", "{version}");
    }
}

/// The program: does nothing when it runs as one of the tests.
#[test]
fn client() {
    let Some(runtime) = std::env::var_os("CLIENT_RUNTIME") else { return };
    // SAFETY: the library under test and NVIDIA's runtime are libraries.
    let (_driver, runtime) = unsafe {
        // The runtime opens `libcuda.so.1`, and finds the one that has this name already.
        let driver = Library::open(Some(driver::path()), RTLD_NOW | RTLD_GLOBAL).expect("the driver opens");
        (driver, Library::open(Some(runtime), RTLD_NOW).expect("the runtime opens"))
    };
    let runtime = Runtime(runtime);
    let mut number = 0;
    runtime.check("cudaGetDeviceCount", &[&raw mut number as usize]);
    assert_eq!(number, 1);
    runtime.check("cudaDriverGetVersion", &[&raw mut number as usize]);
    assert!(number >= 13000);

    let sent: Vec<u8> = (0..1 << 20).map(|i: u32| (i * 7) as u8).collect();
    let mut received = vec![0u8; sent.len()];
    let (mut first, mut second, mut stream) = (0usize, 0usize, 0usize);
    runtime.check("cudaMalloc", &[&raw mut first as usize, sent.len()]);
    runtime.check("cudaMalloc", &[&raw mut second as usize, sent.len()]);
    const TO_DEVICE: usize = 1;
    const TO_HOST: usize = 2;
    const INSIDE: usize = 3;
    runtime.check("cudaMemcpy", &[first, sent.as_ptr() as usize, sent.len(), TO_DEVICE]);
    runtime.check("cudaMemcpy", &[second, first, sent.len(), INSIDE]);
    runtime.check("cudaMemset", &[first, 0x5a, 256]);
    runtime.check("cudaStreamCreate", &[&raw mut stream as usize]);
    runtime.check("cudaMemcpyAsync", &[received.as_mut_ptr() as usize, second, sent.len(), TO_HOST, stream]);
    runtime.check("cudaStreamSynchronize", &[stream]);
    assert!(sent == received);
    runtime.check("cudaMemcpy", &[received.as_mut_ptr() as usize, first, 256, TO_HOST]);
    assert_eq!(received[..256], [0x5a; 256]);
    runtime.check("cudaStreamDestroy", &[stream]);
    runtime.check("cudaFree", &[first]);
    runtime.check("cudaFree", &[second]);
    runtime.check("cudaDeviceReset", &[]);
    println!("the runtime works");
}

struct Runtime(Library);

impl Runtime {
    /// Calls a function all of whose arguments are numbers or pointers, and expects success.
    fn check(&self, name: &str, arguments: &[usize]) {
        type Function = unsafe extern "C" fn(usize, usize, usize, usize, usize) -> c_int;
        let argument = |i: usize| arguments.get(i).copied().unwrap_or(0);
        // SAFETY: the x86-64 calling convention passes the first five integers in registers, whether or not the
        // function takes so many; pointers among them are valid for what the function does with them.
        unsafe {
            let function = self.0.get::<Function>(name.as_bytes()).expect("a function of the runtime");
            let result = function(argument(0), argument(1), argument(2), argument(3), argument(4));
            let text = self.0.get::<unsafe extern "C" fn(c_int) -> *const c_char>(b"cudaGetErrorString").unwrap();
            assert_eq!(result, 0, "{name}: {:?}", CStr::from_ptr(text(result)));
        }
    }
}

const _: () = assert!(size_of::<usize>() == size_of::<*mut c_void>());
