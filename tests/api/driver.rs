//! The driver API from a C program's side: what the manual says of good calls, and of bad ones.
//!
//! Every test works in a context of its own, so that one that breaks its context breaks nothing else.

mod arrays;

use conformance::driver;
use libloading::os::unix::{Library, RTLD_NOW};
use std::ffi::{CString, c_int};
use std::ptr::null_mut;
use std::sync::LazyLock;
use std::time::Duration;

const SUCCESS: c_int = 0;
const INVALID_VALUE: c_int = 1;
const NO_BINARY_FOR_GPU: c_int = 209;
const INVALID_CONTEXT: c_int = 201;
const INVALID_IMAGE: c_int = 200;
const INVALID_PTX: c_int = 218;
const FILE_NOT_FOUND: c_int = 301;
const INVALID_HANDLE: c_int = 400;
const NOT_FOUND: c_int = 500;
const NOT_READY: c_int = 600;
const ILLEGAL_ADDRESS: c_int = 700;
const CONTEXT_IS_DESTROYED: c_int = 709;
const HOST_MEMORY_ALREADY_REGISTERED: c_int = 712;
const HOST_MEMORY_NOT_REGISTERED: c_int = 713;
const COOPERATIVE_LAUNCH_TOO_LARGE: c_int = 720;
const STREAM_CAPTURE_UNSUPPORTED: c_int = 900;

static DRIVER: LazyLock<Library> = LazyLock::new(|| {
    // SAFETY: the library under test is a library.
    let library = unsafe { Library::open(Some(driver::path()), RTLD_NOW) }.expect("the driver opens");
    assert_eq!(call_in(&library, "cuInit", &[0]), SUCCESS);
    library
});

fn call_in(library: &Library, name: &str, arguments: &[usize]) -> c_int {
    type Function = unsafe extern "C" fn(
        usize,
        usize,
        usize,
        usize,
        usize,
        usize,
        usize,
        usize,
        usize,
        usize,
        usize,
        usize,
    ) -> c_int;
    let mut a = [0; 12];
    a[..arguments.len()].copy_from_slice(arguments);
    let name = CString::new(name).expect("a name");
    // SAFETY: the function takes integers and pointers only, and ignores what it does not take; the tests pass what
    // the manual asks for, or what it says is refused.
    unsafe {
        let function = library.get::<Function>(name.as_bytes_with_nul()).expect("the symbol exists");
        function(a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7], a[8], a[9], a[10], a[11])
    }
}

/// Calls a driver function.
fn call(name: &str, arguments: &[usize]) -> c_int {
    call_in(&DRIVER, name, arguments)
}

/// Calls a driver function that must succeed.
#[track_caller]
fn ok(name: &str, arguments: &[usize]) {
    assert_eq!(call(name, arguments), SUCCESS, "{name}");
}

/// Calls a driver function that must succeed, and whose first argument is where the result goes.
#[track_caller]
fn made(name: &str, arguments: &[usize]) -> usize {
    let mut result = 0usize;
    let mut all = vec![&raw mut result as usize];
    all.extend(arguments);
    ok(name, &all);
    result
}

/// A context that is current until it is dropped.
struct Context(usize);

impl Context {
    fn new() -> Self {
        Context(made("cuCtxCreate_v2", &[0, 0]))
    }
}

impl Drop for Context {
    fn drop(&mut self) {
        ok("cuCtxDestroy_v2", &[self.0]);
    }
}

fn text(text: &str) -> CString {
    CString::new(text).expect("no zero byte")
}

fn load(ptx: &str) -> usize {
    let ptx = text(ptx);
    made("cuModuleLoadData", &[ptx.as_ptr() as usize])
}

fn function(module: usize, name: &str) -> usize {
    let name = text(name);
    made("cuModuleGetFunction", &[module, name.as_ptr() as usize])
}

/// Launches one block in the legacy default stream.
fn launch(function: usize, threads: usize, parameters: &mut [*mut usize]) -> c_int {
    call("cuLaunchKernel", &[function, 1, 1, 1, threads, 1, 1, 0, 0, parameters.as_mut_ptr() as usize, 0])
}

const PTX: &str = r"
.version 8.0
.target sm_75
.address_size 64
.visible .global .align 4 .u32 table[4] = {10, 20, 30, 40};
.visible .const .align 4 .u32 offset = 5;
.visible .entry store(.param .u64 to, .param .u32 value)
{
    .reg .b64 %a; .reg .b32 %v, %i, %o;
    ld.param.u64 %a, [to]; ld.param.u32 %v, [value];
    mov.u32 %i, %tid.x; ld.const.u32 %o, [offset];
    add.u32 %v, %v, %i; add.u32 %v, %v, %o;
    mad.wide.u32 %a, %i, 4, %a;
    st.global.u32 [%a], %v;
    ret;
}
.visible .entry wait(.param .u64 flag)
{
    .reg .b64 %a; .reg .b32 %v; .reg .pred %p;
    ld.param.u64 %a, [flag];
again:
    ld.volatile.global.u32 %v, [%a];
    setp.eq.u32 %p, %v, 0;
    @%p bra again;
    ret;
}
.visible .entry nothing() { ret; }
.visible .entry small() .maxntid 64, 1, 1 { ret; }
";

#[test]
fn a_null_result_pointer_is_an_invalid_value() {
    let _context = Context::new();
    for name in [
        "cuCtxGetCurrent",
        "cuCtxGetDevice",
        "cuCtxGetFlags",
        "cuDeviceGetCount",
        "cuCtxCreate_v2",
        "cuMemAlloc_v2",
        "cuMemAllocManaged",
        "cuMemHostAlloc",
        "cuStreamCreate",
        "cuEventCreate",
        "cuModuleLoadData",
        "cuLibraryLoadData",
        "cuGraphCreate",
        "cuDevicePrimaryCtxRetain",
        "cuMemGetInfo_v2",
        "cuLinkCreate_v2",
        "cuModuleGetLoadingMode",
        "cuDriverGetVersion",
    ] {
        assert_eq!(call(name, &[0, 16, 1]), INVALID_VALUE, "{name}");
    }
}

#[test]
fn stale_and_wild_handles_are_refused() {
    let _context = Context::new();
    let (stream, event) = (made("cuStreamCreate", &[0]), made("cuEventCreate", &[0]));
    let module = load(PTX);
    let store = function(module, "store");
    ok("cuStreamDestroy_v2", &[stream]);
    ok("cuEventDestroy_v2", &[event]);
    ok("cuModuleUnload", &[module]);
    let mut result = [0usize; 2];
    let out = &raw mut result as usize;
    for wild in [0usize, 3, 0x1234, 0xdead_beef_0000, usize::MAX] {
        for stream in [stream, wild].into_iter().filter(|stream| *stream > 2) {
            assert_eq!(call("cuStreamSynchronize", &[stream]), INVALID_HANDLE, "{stream:#x}");
            assert_eq!(call("cuStreamQuery", &[stream]), INVALID_HANDLE, "{stream:#x}");
            assert_eq!(call("cuStreamDestroy_v2", &[stream]), INVALID_HANDLE, "{stream:#x}");
            assert_eq!(call("cuMemsetD8Async", &[0x1000, 0, 1, stream]), INVALID_HANDLE, "{stream:#x}");
        }
        for event in [event, wild] {
            assert_eq!(call("cuEventRecord", &[event, 0]), INVALID_HANDLE);
            assert_eq!(call("cuEventSynchronize", &[event]), INVALID_HANDLE);
            assert_eq!(call("cuEventDestroy_v2", &[event]), INVALID_HANDLE);
            assert_eq!(call("cuStreamWaitEvent", &[0, event, 0]), INVALID_HANDLE);
        }
        for function in [store, wild] {
            assert_eq!(call("cuFuncGetAttribute", &[out, 0, function]), INVALID_HANDLE);
            assert_eq!(launch(function, 1, &mut [null_mut(); 2]), INVALID_HANDLE);
        }
        let name = text("store");
        for module in [module, wild] {
            assert_eq!(call("cuModuleUnload", &[module]), INVALID_HANDLE);
            assert_eq!(call("cuModuleGetFunction", &[out, module, name.as_ptr() as usize]), INVALID_HANDLE);
        }
        assert_eq!(call("cuLibraryUnload", &[wild]), INVALID_HANDLE);
        assert_eq!(call("cuLinkDestroy", &[wild]), INVALID_HANDLE);
        assert_eq!(call("cuGraphLaunch", &[wild, 0]), INVALID_VALUE);
        assert_eq!(call("cuGraphDestroy", &[wild]), INVALID_VALUE);
        if wild != 0 {
            assert_eq!(call("cuCtxSetCurrent", &[wild]), INVALID_CONTEXT);
            assert_eq!(call("cuCtxPushCurrent_v2", &[wild]), INVALID_CONTEXT);
        }
        assert_eq!(call("cuCtxDestroy_v2", &[wild]), INVALID_CONTEXT);
    }
}

#[test]
fn contexts_are_a_stack_for_each_thread() {
    let mut current = 1usize;
    let top = &raw mut current as usize;
    ok("cuCtxGetCurrent", &[top]);
    assert_eq!(current, 0);
    assert_eq!(call("cuCtxPopCurrent_v2", &[top]), INVALID_CONTEXT);
    assert_eq!(call("cuCtxSynchronize", &[]), INVALID_CONTEXT);
    let first = made("cuCtxCreate_v2", &[0, 0]);
    let second = made("cuCtxCreate_v2", &[0, 0]);
    ok("cuCtxGetCurrent", &[top]);
    assert_eq!(current, second);
    ok("cuCtxSetCurrent", &[first]);
    ok("cuCtxPopCurrent_v2", &[top]);
    assert_eq!(current, first, "setting the current context replaces the top");
    ok("cuCtxGetCurrent", &[top]);
    assert_eq!(current, first, "and leaves what is below");
    std::thread::spawn(move || {
        let mut current = 1usize;
        ok("cuCtxGetCurrent", &[&raw mut current as usize]);
        assert_eq!(current, 0);
    })
    .join()
    .expect("the thread's checks hold");
    ok("cuCtxDestroy_v2", &[second]);
    ok("cuCtxDestroy_v2", &[first]);
    ok("cuCtxGetCurrent", &[top]);
    assert_eq!(current, 0, "destroying the current context takes it off the stack");
}

#[test]
fn a_context_destroyed_by_another_thread_is_gone() {
    let context = made("cuCtxCreate_v2", &[0, 0]);
    std::thread::spawn(move || ok("cuCtxDestroy_v2", &[context])).join().expect("the thread's checks hold");
    let mut address = 0usize;
    assert_eq!(call("cuMemAlloc_v2", &[&raw mut address as usize, 16]), CONTEXT_IS_DESTROYED);
    ok("cuCtxPopCurrent_v2", &[&raw mut address as usize]);
}

#[test]
fn memory_is_allocated_aligned_and_freed_once() {
    let _context = Context::new();
    let (mut base, mut size) = (0usize, 0usize);
    assert_eq!(call("cuMemAlloc_v2", &[&raw mut base as usize, 0]), INVALID_VALUE);
    let address = made("cuMemAlloc_v2", &[1000]);
    assert_eq!(address % 256, 0);
    ok("cuMemGetAddressRange_v2", &[&raw mut base as usize, &raw mut size as usize, address + 999]);
    assert_eq!((base, size), (address, 1000));
    assert_eq!(call("cuMemFree_v2", &[address + 16]), INVALID_VALUE);
    ok("cuMemFree_v2", &[0]);
    ok("cuMemFree_v2", &[address]);
    assert_eq!(call("cuMemFree_v2", &[address]), INVALID_VALUE);
    assert_eq!(call("cuMemFree_v2", &[0xdead_0000]), INVALID_VALUE);
    assert_eq!(call("cuMemAlloc_v2", &[&raw mut base as usize, 1 << 50]), 2, "out of memory");
    assert_eq!(call("cuMemAlloc_v2", &[&raw mut base as usize, usize::MAX]), 2, "out of memory");
}

#[test]
fn copies_stay_inside_allocations() {
    let _context = Context::new();
    let address = made("cuMemAlloc_v2", &[64]);
    let sent: Vec<u8> = (0..128).collect();
    let mut received = vec![0u8; 128];
    let (from, to) = (sent.as_ptr() as usize, received.as_mut_ptr() as usize);
    ok("cuMemcpyHtoD_v2", &[address, from, 64]);
    assert_eq!(call("cuMemcpyHtoD_v2", &[address, from, 65]), INVALID_VALUE);
    assert_eq!(call("cuMemcpyHtoD_v2", &[address + 60, from, 8]), INVALID_VALUE);
    assert_eq!(call("cuMemcpyHtoD_v2", &[0, from, 8]), INVALID_VALUE);
    assert_eq!(call("cuMemcpyHtoD_v2", &[address, 0, 8]), INVALID_VALUE);
    assert_eq!(call("cuMemcpyDtoH_v2", &[to, address, usize::MAX]), INVALID_VALUE);
    ok("cuMemcpyHtoD_v2", &[address, from, 0]);
    ok("cuMemcpyDtoH_v2", &[to, address + 8, 56]);
    assert_eq!(received[..56], sent[8..64]);
    // The unified copy finds out itself what is where.
    ok("cuMemcpy", &[to, address, 64]);
    assert_eq!(received[..64], sent[..64]);
    ok("cuMemcpy", &[address + 32, address, 32]);
    ok("cuMemcpy", &[to, address, 64]);
    assert_eq!(received[32..64], sent[..32]);
}

#[test]
fn fills_repeat_their_pattern() {
    let _context = Context::new();
    let address = made("cuMemAlloc_v2", &[64]);
    let mut received = vec![0u32; 16];
    ok("cuMemsetD32_v2", &[address, 0x0102_0304, 16]);
    ok("cuMemsetD16_v2", &[address + 4, 0xaabb, 2]);
    ok("cuMemsetD8_v2", &[address + 8, 0x11, 3]);
    ok("cuMemsetD2D8_v2", &[address + 16, 16, 0xff, 4, 3]);
    ok("cuMemcpyDtoH_v2", &[received.as_mut_ptr() as usize, address, 64]);
    assert_eq!(received[..3], [0x0102_0304, 0xaabb_aabb, 0x0111_1111]);
    for row in 1..4 {
        assert_eq!(received[4 * row..4 * row + 2], [u32::MAX, 0x0102_0304]);
    }
    assert_eq!(call("cuMemsetD32_v2", &[address, 0, 17]), INVALID_VALUE);
    assert_eq!(call("cuMemsetD32_v2", &[address + 2, 0, 1]), INVALID_VALUE);
    assert_eq!(call("cuMemsetD2D8_v2", &[address, 2, 0, 4, 2]), INVALID_VALUE);
}

#[test]
fn registered_memory_is_known_until_it_is_unregistered() {
    let _context = Context::new();
    let mut memory = vec![0u8; 1 << 16];
    let at = memory.as_mut_ptr() as usize;
    let mut address = 0usize;
    assert_eq!(call("cuMemHostGetDevicePointer_v2", &[&raw mut address as usize, at, 0]), INVALID_VALUE);
    assert_eq!(call("cuMemHostUnregister", &[at]), HOST_MEMORY_NOT_REGISTERED);
    ok("cuMemHostRegister_v2", &[at, memory.len(), 2]);
    assert_eq!(call("cuMemHostRegister_v2", &[at + 64, 64, 2]), HOST_MEMORY_ALREADY_REGISTERED);
    ok("cuMemHostGetDevicePointer_v2", &[&raw mut address as usize, at, 0]);
    let module = load(PTX);
    let mut value = 1usize;
    assert_eq!(launch(function(module, "store"), 4, &mut [&raw mut address, &raw mut value]), SUCCESS);
    ok("cuCtxSynchronize", &[]);
    assert_eq!(memory[..8], [6, 0, 0, 0, 7, 0, 0, 0]);
    ok("cuMemHostUnregister", &[at]);
    assert_eq!(call("cuMemHostUnregister", &[at]), HOST_MEMORY_NOT_REGISTERED);
}

#[test]
fn pointers_have_attributes() {
    const TYPE: u32 = 2;
    const DEVICE_POINTER: u32 = 3;
    const HOST_POINTER: u32 = 4;
    const MANAGED: u32 = 8;
    const ORDINAL: u32 = 9;
    let context = Context::new();
    let ask = |pointer: usize| {
        let (mut kind, mut managed, mut ordinal) = (77u32, 77u32, 77i32);
        let (mut device, mut host) = (77usize, 77usize);
        let attributes = [TYPE, DEVICE_POINTER, HOST_POINTER, MANAGED, ORDINAL];
        let data = [
            &raw mut kind as usize,
            &raw mut device as usize,
            &raw mut host as usize,
            &raw mut managed as usize,
            &raw mut ordinal as usize,
        ];
        ok("cuPointerGetAttributes", &[5, attributes.as_ptr() as usize, data.as_ptr() as usize, pointer]);
        (kind, device, host, managed, ordinal)
    };
    let unknown = 0usize;
    let stack = &raw const unknown as usize;
    assert_eq!(ask(stack), (0, 0, stack, 0, -2));
    assert_eq!(ask(0), (0, 0, 0, 0, -2));
    let memory = made("cuMemAlloc_v2", &[64]);
    assert_eq!(ask(memory + 5), (2, memory + 5, 0, 0, 0));
    let pinned = made("cuMemHostAlloc", &[64, 0]);
    assert_eq!(ask(pinned), (1, pinned, pinned, 0, 0));
    let managed = made("cuMemAllocManaged", &[64, 1]);
    assert_eq!(ask(managed), (2, managed, managed, 1, 0));
    let mut owner = 0usize;
    ok("cuPointerGetAttribute", &[&raw mut owner as usize, 1, memory]);
    assert_eq!(owner, context.0);
    assert_eq!(call("cuPointerGetAttribute", &[&raw mut owner as usize, 1, stack]), INVALID_VALUE);
    assert_eq!(call("cuPointerGetAttribute", &[&raw mut owner as usize, 3, stack]), INVALID_VALUE);
    ok("cuMemFreeHost", &[pinned]);
    assert_eq!(ask(pinned).0, 0);
}

#[test]
fn a_kernel_runs_while_the_host_goes_on() {
    let _context = Context::new();
    let module = load(PTX);
    let mut flag = made("cuMemHostAlloc", &[4, 2]);
    // SAFETY: the memory was allocated just now.
    let word = unsafe { std::sync::atomic::AtomicU32::from_ptr(flag as *mut u32) };
    word.store(0, std::sync::atomic::Ordering::Release);
    let stream = made("cuStreamCreate", &[1]);
    let event = made("cuEventCreate", &[0]);
    let wait = function(module, "wait");
    let mut parameters = [&raw mut flag];
    ok("cuLaunchKernel", &[wait, 1, 1, 1, 1, 1, 1, 0, stream, parameters.as_mut_ptr() as usize, 0]);
    ok("cuEventRecord", &[event, stream]);
    assert_eq!(call("cuStreamQuery", &[stream]), NOT_READY);
    assert_eq!(call("cuEventQuery", &[event]), NOT_READY);
    word.store(1, std::sync::atomic::Ordering::Release);
    ok("cuEventSynchronize", &[event]);
    ok("cuStreamQuery", &[stream]);
}

#[test]
fn streams_wait_for_words_of_memory() {
    let _context = Context::new();
    let word = made("cuMemAlloc_v2", &[8]);
    ok("cuMemsetD32_v2", &[word, 0, 2]);
    ok("cuCtxSynchronize", &[]);
    let (one, other) = (made("cuStreamCreate", &[1]), made("cuStreamCreate", &[1]));
    ok("cuStreamWaitValue32_v2", &[one, word, 5, 0]);
    ok("cuStreamWriteValue32_v2", &[one, word + 4, 9, 0]);
    std::thread::sleep(Duration::from_millis(2));
    assert_eq!(call("cuStreamQuery", &[one]), NOT_READY);
    ok("cuStreamWriteValue32_v2", &[other, word, 6, 0]);
    ok("cuStreamSynchronize", &[one]);
    let mut seen = [0u32; 2];
    ok("cuMemcpyDtoH_v2", &[seen.as_mut_ptr() as usize, word, 8]);
    assert_eq!(seen, [6, 9]);
    assert_eq!(call("cuStreamWaitValue32_v2", &[one, word + 2, 5, 0]), INVALID_VALUE);
    assert_eq!(call("cuStreamWaitValue32_v2", &[one, 0x1000, 5, 0]), INVALID_VALUE);
}

#[test]
fn events_measure_simulated_time() {
    let _context = Context::new();
    let (start, end) = (made("cuEventCreate", &[0]), made("cuEventCreate", &[0]));
    let mut milliseconds = 0f32;
    let out = &raw mut milliseconds as usize;
    assert_eq!(call("cuEventElapsedTime", &[out, start, end]), INVALID_HANDLE);
    let module = load(PTX);
    let nothing = function(module, "nothing");
    let measure = || {
        ok("cuEventRecord", &[start, 0]);
        assert_eq!(launch(nothing, 32, &mut []), SUCCESS);
        ok("cuEventRecord", &[end, 0]);
        ok("cuEventSynchronize", &[end]);
        ok("cuEventElapsedTime", &[out, start, end]);
        // SAFETY: it was written by the call.
        unsafe { std::ptr::read_volatile(out as *const f32) }
    };
    let (first, second) = (measure(), measure());
    assert!(first > 0.0);
    assert!((first - second).abs() < 1e-6, "{first} {second}: not the host's time");
    let untimed = made("cuEventCreate", &[2]);
    ok("cuEventRecord", &[untimed, 0]);
    ok("cuEventSynchronize", &[untimed]);
    assert_eq!(call("cuEventElapsedTime", &[out, start, untimed]), INVALID_HANDLE);
}

#[test]
fn modules_have_functions_and_variables() {
    let _context = Context::new();
    let module = load(PTX);
    let (mut address, mut bytes) = (0usize, 0usize);
    let global = |name: &str, address: *mut usize, bytes: *mut usize| {
        let name = text(name);
        call("cuModuleGetGlobal_v2", &[address as usize, bytes as usize, module, name.as_ptr() as usize])
    };
    assert_eq!(global("table", &mut address, &mut bytes), SUCCESS);
    assert_eq!(bytes, 16);
    let mut table = [0u32; 4];
    ok("cuMemcpyDtoH_v2", &[table.as_mut_ptr() as usize, address, 16]);
    assert_eq!(table, [10, 20, 30, 40]);
    assert_eq!(global("table", null_mut(), &mut bytes), SUCCESS);
    assert_eq!(global("table", null_mut(), null_mut()), INVALID_VALUE);
    assert_eq!(global("nobody", &mut address, &mut bytes), NOT_FOUND);
    let name = text("nobody");
    assert_eq!(call("cuModuleGetFunction", &[&raw mut address as usize, module, name.as_ptr() as usize]), NOT_FOUND);
    assert_eq!(function(module, "store"), function(module, "store"), "a function has one handle");
    let mut count = 0u32;
    ok("cuModuleGetFunctionCount", &[&raw mut count as usize, module]);
    assert_eq!(count, 4);
    // Another copy of the module has variables of its own.
    let again = load(PTX);
    let name = text("table");
    let mut other = 0usize;
    ok("cuModuleGetGlobal_v2", &[&raw mut other as usize, 0, again, name.as_ptr() as usize]);
    assert_eq!(global("table", &mut address, null_mut()), SUCCESS);
    assert_ne!(address, other);
}

#[test]
fn libraries_need_no_context_and_their_kernels_are_functions() {
    let ptx = text(PTX);
    let library = made("cuLibraryLoadData", &[ptx.as_ptr() as usize, 0, 0, 0, 0, 0, 0]);
    let name = text("store");
    let kernel = made("cuLibraryGetKernel", &[library, name.as_ptr() as usize]);
    let mut module = 0usize;
    assert_eq!(call("cuLibraryGetModule", &[&raw mut module as usize, library]), INVALID_CONTEXT);
    let _context = Context::new();
    let mut address = made("cuMemAlloc_v2", &[64]);
    let mut value = 100usize;
    assert_eq!(launch(kernel, 2, &mut [&raw mut address, &raw mut value]), SUCCESS);
    let mut seen = [0u32; 2];
    ok("cuMemcpyDtoH_v2", &[seen.as_mut_ptr() as usize, address, 8]);
    assert_eq!(seen, [105, 106]);
    let name = text("offset");
    let global = made("cuLibraryGetGlobal", &[0, library, name.as_ptr() as usize]);
    ok("cuMemsetD32_v2", &[global, 1000, 1]);
    assert_eq!(launch(kernel, 2, &mut [&raw mut address, &raw mut value]), SUCCESS);
    ok("cuMemcpyDtoH_v2", &[seen.as_mut_ptr() as usize, address, 8]);
    assert_eq!(seen, [1100, 1101]);
    ok("cuLibraryUnload", &[library]);
    assert_eq!(launch(kernel, 2, &mut [&raw mut address, &raw mut value]), INVALID_HANDLE);
    assert_eq!(call("cuLibraryUnload", &[library]), INVALID_HANDLE);
}

#[test]
fn images_that_cannot_be_used_say_why() {
    let _context = Context::new();
    let mut module = 0usize;
    let out = &raw mut module as usize;
    let load = |image: &[u8]| call("cuModuleLoadData", &[out, image.as_ptr() as usize]);
    assert_eq!(call("cuModuleLoadData", &[out, 0]), INVALID_VALUE);
    assert_eq!(load(b"this is no image\0"), INVALID_IMAGE);
    assert_eq!(load(b"\0"), INVALID_IMAGE);
    // A fatbin with a size but no entries, and one whose entry goes past its end.
    let header = |size: u64| [&[0x50, 0xed, 0x55, 0xba, 1, 0, 16, 0][..], &size.to_le_bytes()].concat();
    assert_eq!(load(&header(0)), NO_BINARY_FOR_GPU);
    let mut cut = header(64);
    cut.extend([1, 0, 1, 1, 64, 0, 0, 0]);
    cut.extend([0xff; 56]);
    assert_eq!(load(&cut), INVALID_IMAGE);
    let path = text("/nowhere/at/all.ptx");
    assert_eq!(call("cuModuleLoad", &[out, path.as_ptr() as usize]), FILE_NOT_FOUND);
    let newer = text(&PTX.replace("sm_75", "sm_999"));
    assert_eq!(load(newer.as_bytes_with_nul()), NO_BINARY_FOR_GPU);
}

#[test]
fn the_error_log_tells_line_and_column() {
    let _context = Context::new();
    let wrong = text(&PTX.replace("mov.u32 %i, %tid.x;", "mov.u32 %i, %nobody;"));
    let mut log = vec![1u8; 4096];
    const ERROR_LOG: u32 = 5;
    const ERROR_LOG_BYTES: u32 = 6;
    let options = [ERROR_LOG, ERROR_LOG_BYTES];
    let mut values = [log.as_mut_ptr() as usize, log.len()];
    let mut module = 0usize;
    let arguments =
        [&raw mut module as usize, wrong.as_ptr() as usize, 2, options.as_ptr() as usize, values.as_mut_ptr() as usize];
    assert_eq!(call("cuModuleLoadDataEx", &arguments), INVALID_PTX);
    // SAFETY: the value was written by the call.
    let filled = unsafe { std::ptr::read_volatile(&raw const values[1]) };
    let said = String::from_utf8_lossy(&log[..filled.min(log.len())]).into_owned();
    assert!(said.contains("nobody") && said.contains(":11"), "{said}");
}

#[test]
fn launches_that_cannot_be_are_refused() {
    let _context = Context::new();
    let module = load(PTX);
    let (nothing, small, store) = (function(module, "nothing"), function(module, "small"), function(module, "store"));
    let shaped = |function, grid: [usize; 3], block: [usize; 3], shared| {
        let [gx, gy, gz] = grid;
        let [bx, by, bz] = block;
        call("cuLaunchKernel", &[function, gx, gy, gz, bx, by, bz, shared, 0, 0, 0])
    };
    assert_eq!(shaped(nothing, [1, 1, 1], [32, 1, 1], 0), SUCCESS);
    for (grid, block) in [
        ([0, 1, 1], [1, 1, 1]),
        ([1, 1, 1], [1, 0, 1]),
        ([1, 1, 1], [1025, 1, 1]),
        ([1, 1, 1], [32, 33, 1]),
        ([1, 1, 1], [1, 1, 65]),
        ([1, 65536, 1], [1, 1, 1]),
        ([1, 1, 65536], [1, 1, 1]),
    ] {
        assert_eq!(shaped(nothing, grid, block, 0), INVALID_VALUE, "{grid:?} {block:?}");
    }
    assert_ne!(shaped(small, [1, 1, 1], [65, 1, 1], 0), SUCCESS);
    assert_eq!(shaped(nothing, [1, 1, 1], [32, 1, 1], 49 << 10), INVALID_VALUE);
    const MAX_DYNAMIC_SHARED: usize = 8;
    ok("cuFuncSetAttribute", &[nothing, MAX_DYNAMIC_SHARED, 64 << 10]);
    assert_eq!(shaped(nothing, [1, 1, 1], [32, 1, 1], 49 << 10), SUCCESS);
    assert_eq!(call("cuFuncSetAttribute", &[nothing, MAX_DYNAMIC_SHARED, 1 << 20]), INVALID_VALUE);
    assert_eq!(shaped(store, [1, 1, 1], [1, 1, 1], 0), INVALID_VALUE, "parameters are missing");
    let arguments = [nothing, 1 << 20, 1, 1, 1024, 1, 1, 0, 0, 0];
    assert_eq!(call("cuLaunchCooperativeKernel", &arguments), COOPERATIVE_LAUNCH_TOO_LARGE);
    ok("cuCtxSynchronize", &[]);
}

#[test]
fn parameters_come_as_pointers_or_as_a_buffer() {
    let _context = Context::new();
    let module = load(PTX);
    let store = function(module, "store");
    let address = made("cuMemAlloc_v2", &[64]);
    let (mut offset, mut size) = (0usize, 0usize);
    ok("cuFuncGetParamInfo", &[store, 1, &raw mut offset as usize, &raw mut size as usize]);
    assert_eq!((offset, size), (8, 4));
    assert_eq!(call("cuFuncGetParamInfo", &[store, 2, &raw mut offset as usize, 0]), INVALID_VALUE);
    let mut buffer = [0u8; 12];
    buffer[..8].copy_from_slice(&(address as u64).to_le_bytes());
    buffer[8..].copy_from_slice(&50u32.to_le_bytes());
    let mut bytes = buffer.len();
    let mut extra = [1usize, buffer.as_ptr() as usize, 2, &raw mut bytes as usize, 0];
    ok("cuLaunchKernel", &[store, 1, 1, 1, 1, 1, 1, 0, 0, 0, extra.as_mut_ptr() as usize]);
    let mut seen = 0u32;
    ok("cuMemcpyDtoH_v2", &[&raw mut seen as usize, address, 4]);
    assert_eq!(seen, 55);
    bytes = 8;
    assert_eq!(call("cuLaunchKernel", &[store, 1, 1, 1, 1, 1, 1, 0, 0, 0, extra.as_mut_ptr() as usize]), INVALID_VALUE);
    assert_eq!(bytes, 8);
}

#[test]
fn kernels_allocate_from_a_heap_of_the_size_that_was_set() {
    const TRY: &str = r"
.version 8.0
.target sm_75
.address_size 64
.extern .func (.param .b64 block) malloc (.param .b64 bytes);
.visible .entry try(.param .u64 to, .param .u64 bytes)
{
    .reg .b64 %a, %b;
    ld.param.u64 %a, [to]; ld.param.u64 %b, [bytes];
    { .param .b64 bytes_; .param .b64 block_;
      st.param.b64 [bytes_], %b;
      call.uni (block_), malloc, (bytes_);
      ld.param.b64 %b, [block_]; }
    st.global.u64 [%a], %b;
    ret;
}
";
    const MALLOC_HEAP_SIZE: usize = 2;
    let _context = Context::new();
    let (module, mut to) = (load(TRY), made("cuMemAlloc_v2", &[8]));
    let mut block = |bytes: usize| {
        let (mut bytes, mut block) = (bytes, 1usize);
        assert_eq!(launch(function(module, "try"), 1, &mut [&raw mut to, &raw mut bytes]), SUCCESS);
        ok("cuMemcpyDtoH_v2", &[&raw mut block as usize, to, 8]);
        block
    };
    assert_eq!(block(32 << 20), 0, "the default heap has 8 MiB");
    ok("cuCtxSetLimit", &[MALLOC_HEAP_SIZE, 64 << 20]);
    assert_ne!(block(32 << 20), 0);
    assert_eq!(block(65 << 20), 0);
}

#[test]
fn a_fault_stays_with_its_context() {
    let context = made("cuCtxCreate_v2", &[0, 0]);
    let module = load(PTX);
    let (mut nowhere, mut value) = (0x10usize, 0usize);
    assert_eq!(launch(function(module, "store"), 1, &mut [&raw mut nowhere, &raw mut value]), SUCCESS);
    assert_eq!(call("cuCtxSynchronize", &[]), ILLEGAL_ADDRESS);
    assert_eq!(call("cuCtxSynchronize", &[]), ILLEGAL_ADDRESS);
    let mut address = 0usize;
    assert_eq!(call("cuMemAlloc_v2", &[&raw mut address as usize, 16]), ILLEGAL_ADDRESS);
    assert_eq!(call("cuStreamSynchronize", &[0]), ILLEGAL_ADDRESS);
    ok("cuCtxDestroy_v2", &[context]);
    let _another = Context::new();
    made("cuMemAlloc_v2", &[16]);
}

#[test]
fn streams_are_captured_into_graphs() {
    let _context = Context::new();
    let module = load(PTX);
    let store = function(module, "store");
    let (mut address, mut value) = (made("cuMemAlloc_v2", &[64]), 7usize);
    let stream = made("cuStreamCreate", &[0]);
    assert_eq!(call("cuStreamBeginCapture_v2", &[0, 0]), STREAM_CAPTURE_UNSUPPORTED);
    ok("cuStreamBeginCapture_v2", &[stream, 0]);
    let mut status = 0u32;
    ok("cuStreamIsCapturing", &[stream, &raw mut status as usize]);
    assert_eq!(status, 1);
    let mut parameters = [&raw mut address, &raw mut value];
    ok("cuLaunchKernel", &[store, 1, 1, 1, 1, 1, 1, 0, stream, parameters.as_mut_ptr() as usize, 0]);
    ok("cuMemcpyDtoDAsync_v2", &[address + 32, address, 4, stream]);
    let mut graph = 0usize;
    ok("cuStreamEndCapture", &[stream, &raw mut graph as usize]);
    let mut count = 0usize;
    ok("cuGraphGetNodes", &[graph, 0, &raw mut count as usize]);
    assert_eq!(count, 2);
    let executable = made("cuGraphInstantiateWithFlags", &[graph, 0]);
    let mut seen = 0u32;
    ok("cuMemsetD32_v2", &[address, 0, 16]);
    ok("cuMemcpyDtoH_v2", &[&raw mut seen as usize, address + 32, 4]);
    assert_eq!(seen, 0, "capturing does not run");
    ok("cuGraphLaunch", &[executable, stream]);
    ok("cuStreamSynchronize", &[stream]);
    ok("cuMemcpyDtoH_v2", &[&raw mut seen as usize, address + 32, 4]);
    assert_eq!(seen, 12);
    // What cannot be captured spoils the capture.
    ok("cuStreamBeginCapture_v2", &[stream, 0]);
    assert_eq!(call("cuStreamSynchronize", &[stream]), STREAM_CAPTURE_UNSUPPORTED);
    assert_eq!(call("cuStreamEndCapture", &[stream, &raw mut graph as usize]), 901);
    assert_eq!(graph, 0);
}

#[test]
fn the_linker_joins_texts() {
    const CALLER: &str = ".version 8.0\n.target sm_75\n.address_size 64\n.extern .global .u32 shared_word;\n\
        .visible .entry read(.param .u64 to) { .reg .b64 %a, %b; .reg .b32 %v; ld.param.u64 %a, [to];\n\
        ld.global.u32 %v, [shared_word]; st.global.u32 [%a], %v; ret; }\n";
    const OWNER: &str = ".version 8.0\n.target sm_75\n.address_size 64\n.visible .global .u32 shared_word = 77;\n";
    let _context = Context::new();
    let alone = text(CALLER);
    let mut module = 0usize;
    let out = &raw mut module as usize;
    assert_eq!(call("cuModuleLoadData", &[out, alone.as_ptr() as usize]), INVALID_PTX, "a part is missing");
    let mut linker = 0usize;
    ok("cuLinkCreate_v2", &[0, 0, 0, &raw mut linker as usize]);
    const PTX_INPUT: usize = 1;
    for part in [CALLER, OWNER] {
        let name = text("part.ptx");
        let bytes = text(part);
        let length = part.len() + 1;
        ok("cuLinkAddData_v2", &[linker, PTX_INPUT, bytes.as_ptr() as usize, length, name.as_ptr() as usize, 0, 0, 0]);
    }
    let (mut image, mut bytes) = (0usize, 0usize);
    ok("cuLinkComplete", &[linker, &raw mut image as usize, &raw mut bytes as usize]);
    assert!(bytes > 0);
    ok("cuModuleLoadData", &[out, image]);
    ok("cuLinkDestroy", &[linker]);
    let mut address = made("cuMemAlloc_v2", &[4]);
    assert_eq!(launch(function(module, "read"), 1, &mut [&raw mut address]), SUCCESS);
    let mut seen = 0u32;
    ok("cuMemcpyDtoH_v2", &[&raw mut seen as usize, address, 4]);
    assert_eq!(seen, 77);
}

#[test]
fn variables_of_a_kernel_keep_their_values_in_a_large_module_too() {
    const COUNTER: &str = ".visible .entry count(.param .u64 to) { .global .u32 counter = 5; .reg .b64 %a; .reg .b32 %v;\n\
        ld.param.u64 %a, [to]; atom.global.add.u32 %v, [counter], 1; st.global.u32 [%a], %v; ret; }\n";
    let _context = Context::new();
    let module = load(&format!("{PTX}{COUNTER}//{}\n", " ".repeat(2 << 20)));
    let (count, store) = (function(module, "count"), function(module, "store"));
    let mut address = made("cuMemAlloc_v2", &[128]);
    for expected in [5, 6] {
        assert_eq!(launch(count, 1, &mut [&raw mut address]), SUCCESS);
        let mut seen = 0u32;
        ok("cuMemcpyDtoH_v2", &[&raw mut seen as usize, address, 4]);
        assert_eq!(seen, expected);
    }
    let mut value = 100;
    assert_eq!(launch(store, 32, &mut [&raw mut address, &raw mut value]), SUCCESS);
    let mut seen = 0u32;
    ok("cuMemcpyDtoH_v2", &[&raw mut seen as usize, address + 4, 4]);
    assert_eq!(seen, 106);
    ok("cuModuleUnload", &[module]);
}

#[test]
fn the_child_of_a_fork_is_told_that_cuda_does_not_work_in_it() {
    const NOT_INITIALIZED: c_int = 3;
    let _context = Context::new();
    // SAFETY: the child calls the driver, which promises to touch nothing, and ends at once.
    let child = unsafe { libc::fork() };
    if child == 0 {
        let mut count = 0;
        let answers = [call("cuCtxSynchronize", &[]), call("cuDeviceGetCount", &[&raw mut count as usize])];
        // SAFETY: ends the process.
        unsafe { libc::_exit(if answers == [NOT_INITIALIZED; 2] { 0 } else { 1 }) };
    }
    let mut status = 0;
    // SAFETY: waits for the child made above.
    unsafe { libc::waitpid(child, &mut status, 0) };
    assert_eq!(status, 0);
}
