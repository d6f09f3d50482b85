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
fn the_runtime_starts_copies_launches_and_ends() {
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
    launch(&runtime);
    runtime.check("cudaDeviceReset", &[]);
    println!("the runtime works");
}

const KERNEL: &str = "
    .version 7.0
    .target sm_52
    .address_size 64
    .visible .entry add_one(.param .u64 to, .param .u32 count) {
        .reg .pred %p;
        .reg .b32 %r<6>;
        .reg .b64 %d<3>;
        ld.param.u64 %d1, [to];
        ld.param.u32 %r1, [count];
        mov.u32 %r2, %ctaid.x;
        mov.u32 %r3, %ntid.x;
        mov.u32 %r4, %tid.x;
        mad.lo.u32 %r2, %r2, %r3, %r4;
        setp.ge.u32 %p, %r2, %r1;
        @%p ret;
        mul.wide.u32 %d2, %r2, 4;
        add.u64 %d1, %d1, %d2;
        ld.global.u32 %r5, [%d1];
        add.u32 %r5, %r5, 1;
        st.global.u32 [%d1], %r5;
        ret;
    }";

/// The file that nvcc would put into a program: one entry, PTX, not compressed.
fn fatbin(ptx: &str) -> Vec<u8> {
    let text = [ptx.as_bytes(), b"\0"].concat();
    let padded = text.len().next_multiple_of(8);
    let mut entry = vec![0u8; 64];
    entry[0] = 1; // PTX
    entry[2..4].copy_from_slice(&0x101u16.to_le_bytes());
    entry[4..8].copy_from_slice(&64u32.to_le_bytes());
    entry[8..16].copy_from_slice(&(padded as u64).to_le_bytes());
    entry[28..32].copy_from_slice(&52u32.to_le_bytes());
    entry[32..36].copy_from_slice(&64u32.to_le_bytes());
    entry[40..48].copy_from_slice(&0x11u64.to_le_bytes());
    let mut file = 0xba55_ed50u32.to_le_bytes().to_vec();
    file.extend(1u16.to_le_bytes());
    file.extend(16u16.to_le_bytes());
    file.extend(((entry.len() + padded) as u64).to_le_bytes());
    file.extend(entry);
    file.extend(text);
    file.resize(16 + 64 + padded, 0);
    file
}

/// What `.nvFatBinSegment` holds.
#[repr(C)]
struct Wrapper {
    magic: u32,
    version: u32,
    fatbin: *const u8,
    more: *const c_void,
}

#[repr(C)]
struct Dim3(u32, u32, u32);

/// Registers a kernel as the code does that nvcc makes, and launches it by the address of a host function.
fn launch(runtime: &Runtime) {
    // 8-byte aligned, as the section in a program is.
    let file: Vec<u64> = fatbin(KERNEL).chunks(8).map(|c| u64::from_le_bytes(c.try_into().unwrap())).collect();
    let wrapper = Wrapper { magic: 0x4662_43b1, version: 1, fatbin: file.as_ptr().cast(), more: std::ptr::null() };
    let host_function = launch as *const c_void;
    let name = c"add_one".as_ptr();
    const COUNT: u32 = 1000;
    let (mut device, mut values) = (0usize, vec![41u32; COUNT as usize]);
    let bytes = 4 * values.len();
    runtime.check("cudaMalloc", &[&raw mut device as usize, bytes]);
    runtime.check("cudaMemcpy", &[device, values.as_ptr() as usize, bytes, 1]);
    type Register = unsafe extern "C" fn(*const Wrapper) -> *mut *mut c_void;
    type RegisterEnd = unsafe extern "C" fn(*mut *mut c_void);
    type RegisterFunction = unsafe extern "C" fn(
        *mut *mut c_void,
        *const c_void,
        *const c_char,
        *const c_char,
        c_int,
        *mut c_void,
        *mut c_void,
        *mut c_void,
        *mut c_void,
        *mut c_int,
    );
    type Launch = unsafe extern "C" fn(*const c_void, Dim3, Dim3, *mut *mut c_void, usize, usize) -> c_int;
    let null = std::ptr::null_mut();
    // SAFETY: the types are those of `crt/host_runtime.h` and `cuda_runtime_api.h`; what is registered lives until the
    // process ends or is unregistered below.
    unsafe {
        let library = &runtime.0;
        let handle = library.get::<Register>(b"__cudaRegisterFatBinary").unwrap()(&wrapper);
        let register = library.get::<RegisterFunction>(b"__cudaRegisterFunction").unwrap();
        register(handle, host_function, name, name, -1, null, null, null, null, null.cast());
        library.get::<RegisterEnd>(b"__cudaRegisterFatBinaryEnd").unwrap()(handle);
        let mut count = COUNT;
        let mut arguments: [*mut c_void; 2] = [(&raw mut device).cast(), (&raw mut count).cast()];
        let launch = library.get::<Launch>(b"cudaLaunchKernel").unwrap();
        assert_eq!(launch(host_function, Dim3(4, 1, 1), Dim3(256, 1, 1), arguments.as_mut_ptr(), 0, 0), 0);
        // More threads than a block can have, a grid of nothing, more shared memory than there is.
        const INVALID_VALUE: c_int = 1;
        const INVALID_CONFIGURATION: c_int = 9;
        let mut refused = |grid, block, shared| {
            launch(host_function, Dim3(grid, 1, 1), Dim3(block, 1, 1), arguments.as_mut_ptr(), shared, 0)
        };
        assert_eq!(refused(1, 2048, 0), INVALID_CONFIGURATION);
        assert_eq!(refused(0, 32, 0), INVALID_CONFIGURATION);
        assert_eq!(refused(1, 32, 1 << 24), INVALID_VALUE);
        runtime.check("cudaDeviceSynchronize", &[]);
        runtime.check("cudaMemcpy", &[values.as_mut_ptr() as usize, device, bytes, 2]);
        assert_eq!(values, vec![42; COUNT as usize]);
        runtime.check("cudaFree", &[device]);
        library.get::<RegisterEnd>(b"__cudaUnregisterFatBinary").unwrap()(handle);
    }
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
