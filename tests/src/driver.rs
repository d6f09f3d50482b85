//! A `libcuda.so.1`, opened at run time, and the few driver functions that the cases need.
//!
//! This file and those of its folder are the only ones that call the library. It uses plain functions of the documented API, so that every
//! implementation of it can be tested.

use crate::tensor::Map;
use anyhow::{Context as _, Result};
use libloading::{Library, Symbol};
use std::ffi::{CStr, CString, c_char, c_int, c_uint, c_void};
use std::fmt;
use std::path::{Path, PathBuf};
use std::ptr::{null, null_mut};

/// A result code that is not success.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Failure {
    /// The number.
    pub code: c_int,
    /// Its name, as in `CUDA_ERROR_INVALID_VALUE`.
    pub name: String,
    /// What the driver wrote in the log buffers, if it was asked to write.
    pub log: String,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.name, self.code)?;
        if self.log.is_empty() { Ok(()) } else { write!(f, "\n{}", self.log) }
    }
}

/// An answer of the driver.
pub type Answer<T = ()> = Result<T, Failure>;

/// An address in device memory.
pub type Address = u64;

/// A loaded module.
#[derive(Clone, Copy, Debug)]
pub struct Module(*mut c_void);

/// A kernel of a module.
#[derive(Clone, Copy, Debug)]
pub struct Function(*mut c_void);

/// How a kernel is launched.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Shape {
    /// Blocks in x, y, z.
    pub grid: [u32; 3],
    /// Threads of a block in x, y, z.
    pub block: [u32; 3],
    /// Bytes of dynamic shared memory.
    pub shared: u32,
    /// All blocks must be there at once.
    pub cooperative: bool,
}

/// The opened library.
pub struct Driver {
    library: Library,
    path: PathBuf,
}

/// The library to test: `$CONFORMANCE_DRIVER`, or the one that this build made.
pub fn path() -> PathBuf {
    if let Some(path) = std::env::var_os("CONFORMANCE_DRIVER") {
        return path.into();
    }
    let executable = std::env::current_exe().expect("a test knows where it is");
    // Tests lie in `deps`, and so does a library that only tests needed; `cargo build` links it one folder up.
    let deps = executable.parent().expect("an executable is in a folder");
    let built = [deps.join("libcuda.so"), deps.join("../libcuda.so"), deps.join("deps/libcuda.so")];
    let newest = built.into_iter().max_by_key(|path| path.metadata().and_then(|file| file.modified()).ok());
    newest.filter(|path| path.is_file()).expect("`cargo build -p shim` makes the library")
}

/// Whether the library is the one of this workspace, so that its messages can be checked too.
pub fn is_ours() -> bool {
    std::env::var_os("CONFORMANCE_DRIVER").is_none()
}

macro_rules! call {
    ($driver:expr, $name:ident ( $($argument:expr => $type:ty),* $(,)? )) => {{
        // SAFETY: the types are those of the function in NVIDIA's documentation of the driver API.
        let found = unsafe { $driver.library.get(concat!(stringify!($name), "\0").as_bytes()) };
        let function: Symbol<'_, unsafe extern "C" fn($($type),*) -> c_int> =
            found.unwrap_or_else(|error| panic!("{}: {error}", $driver.path.display()));
        // SAFETY: the pointers among the arguments point to live values of the documented types.
        let code = unsafe { function($($argument),*) };
        $driver.answer(code)
    }};
}

mod images;
pub use images::Held;

impl Driver {
    /// Opens the library and initializes CUDA with a context of its own on device 0.
    pub fn open(path: &Path) -> Result<Driver> {
        // SAFETY: a libcuda runs no code of consequence when it is loaded.
        let library = unsafe { Library::new(path) }.with_context(|| format!("cannot open {}", path.display()))?;
        let driver = Driver { library, path: path.to_owned() };
        let mut context = null_mut::<c_void>();
        call!(driver, cuInit(0 => c_uint))
            .and_then(|()| call!(driver, cuCtxCreate_v2(&raw mut context => *mut *mut c_void, 0 => c_uint, 0 => c_int)))
            .map_err(|failure| anyhow::anyhow!("CUDA does not start: {failure}"))?;
        Ok(driver)
    }

    fn answer(&self, code: c_int) -> Answer {
        if code == 0 {
            return Ok(());
        }
        let mut name: *const c_char = null();
        // SAFETY: the type is that of the documentation.
        let get_name: Symbol<'_, unsafe extern "C" fn(c_int, *mut *const c_char) -> c_int> =
            unsafe { self.library.get(b"cuGetErrorName\0") }.expect("every libcuda has cuGetErrorName");
        // SAFETY: `name` is alive.
        let status = unsafe { get_name(code, &raw mut name) };
        let name = if status == 0 && !name.is_null() {
            // SAFETY: the function gave a string that lives as long as the library.
            unsafe { CStr::from_ptr(name) }.to_string_lossy().into_owned()
        } else {
            "an unknown error".into()
        };
        Err(Failure { code, name, log: String::new() })
    }

    /// The device's compute capability: 75 for 7.5.
    pub fn compute_capability(&self) -> Answer<u32> {
        let mut part = [0 as c_int; 2];
        for (value, attribute) in part.iter_mut().zip([75, 76]) {
            call!(self, cuDeviceGetAttribute(value => *mut c_int, attribute => c_int, 0 => c_int))?;
        }
        Ok((part[0] * 10 + part[1]) as u32)
    }

    /// The device's name.
    pub fn device_name(&self) -> Answer<String> {
        let mut name = [0u8; 256];
        call!(self, cuDeviceGetName(
            name.as_mut_ptr().cast() => *mut c_char,
            name.len() as c_int => c_int,
            0 => c_int,
        ))?;
        let end = name.iter().position(|&byte| byte == 0).unwrap_or(name.len());
        Ok(String::from_utf8_lossy(&name[..end]).into_owned())
    }

    /// The CUDA version that the driver offers: 13050 for 13.5.
    pub fn version(&self) -> Answer<u32> {
        let mut version: c_int = 0;
        call!(self, cuDriverGetVersion(&raw mut version => *mut c_int))?;
        Ok(version as u32)
    }

    /// Loads an image: PTX text that ends in a zero byte, a fatbin or a cubin.
    pub fn load(&self, image: &[u8]) -> Answer<Module> {
        // CU_JIT_ERROR_LOG_BUFFER and CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES
        let mut options = [5 as c_int, 6];
        let mut log = vec![0u8; 16 << 10];
        let mut values = [log.as_mut_ptr().cast::<c_void>(), log.len() as *mut c_void];
        let mut module = null_mut::<c_void>();
        let answer = call!(self, cuModuleLoadDataEx(
            &raw mut module => *mut *mut c_void,
            image.as_ptr().cast() => *const c_void,
            options.len() as c_uint => c_uint,
            options.as_mut_ptr() => *mut c_int,
            values.as_mut_ptr() => *mut *mut c_void,
        ));
        let end = log.iter().position(|&byte| byte == 0).unwrap_or(log.len());
        let log = String::from_utf8_lossy(&log[..end]).into_owned();
        answer.map(|()| Module(module)).map_err(|failure| Failure { log, ..failure })
    }

    /// A kernel by its name.
    pub fn function(&self, module: Module, name: &str) -> Answer<Function> {
        let name = CString::new(name).expect("a name without zero bytes");
        let mut function = null_mut::<c_void>();
        call!(self, cuModuleGetFunction(
            &raw mut function => *mut *mut c_void,
            module.0 => *mut c_void,
            name.as_ptr() => *const c_char,
        ))?;
        Ok(Function(function))
    }

    /// New device memory with this content.
    pub fn buffer(&self, content: &[u8]) -> Answer<Address> {
        let mut address: Address = 0;
        call!(self, cuMemAlloc_v2(&raw mut address => *mut Address, content.len() => usize))?;
        call!(self, cuMemcpyHtoD_v2(
            address => Address,
            content.as_ptr().cast() => *const c_void,
            content.len() => usize,
        ))?;
        Ok(address)
    }

    /// Reads device memory.
    pub fn read(&self, address: Address, length: usize) -> Answer<Vec<u8>> {
        let mut content = vec![0u8; length];
        call!(self, cuMemcpyDtoH_v2(
            content.as_mut_ptr().cast() => *mut c_void,
            address => Address,
            length => usize,
        ))?;
        Ok(content)
    }

    /// The bytes of a tensor map.
    pub fn tensor_map(&self, map: &Map, address: Address) -> Answer<Vec<u8>> {
        #[repr(C, align(128))]
        struct Bytes([u8; 128]);
        let mut bytes = Bytes([0; 128]);
        let rank = map.sizes.len() as c_uint;
        let strides = map.strides();
        match &map.pixels {
            None => call!(self, cuTensorMapEncodeTiled(
                &raw mut bytes => *mut Bytes,
                map.elements => c_uint,
                rank => c_uint,
                address => Address,
                map.sizes.as_ptr() => *const u64,
                strides.as_ptr() => *const u64,
                map.extent.as_ptr() => *const u32,
                map.steps.as_ptr() => *const u32,
                map.interleave => c_uint,
                map.swizzle => c_uint,
                0 => c_uint,
                c_uint::from(map.fills_nan) => c_uint,
            ))?,
            Some(pixels) => call!(self, cuTensorMapEncodeIm2col(
                &raw mut bytes => *mut Bytes,
                map.elements => c_uint,
                rank => c_uint,
                address => Address,
                map.sizes.as_ptr() => *const u64,
                strides.as_ptr() => *const u64,
                pixels.lower.as_ptr() => *const c_int,
                pixels.upper.as_ptr() => *const c_int,
                pixels.channels => c_uint,
                pixels.count => c_uint,
                map.steps.as_ptr() => *const u32,
                map.interleave => c_uint,
                map.swizzle => c_uint,
                0 => c_uint,
                c_uint::from(map.fills_nan) => c_uint,
            ))?,
        }
        Ok(bytes.0.to_vec())
    }

    /// Gives device memory back.
    pub fn free(&self, address: Address) -> Answer {
        call!(self, cuMemFree_v2(address => Address))
    }

    /// Unloads a module.
    pub fn unload(&self, module: Module) -> Answer {
        call!(self, cuModuleUnload(module.0 => *mut c_void))
    }

    /// Asks functions for a result without a place for it.
    pub fn ask_with_null_results(&self) -> Vec<(&'static str, Answer)> {
        vec![
            ("cuDriverGetVersion", call!(self, cuDriverGetVersion(null_mut() => *mut c_int))),
            ("cuDeviceGetCount", call!(self, cuDeviceGetCount(null_mut() => *mut c_int))),
            ("cuDeviceGet", call!(self, cuDeviceGet(null_mut() => *mut c_int, 0 => c_int))),
            ("cuCtxGetCurrent", call!(self, cuCtxGetCurrent(null_mut() => *mut *mut c_void))),
            ("cuMemAlloc_v2", call!(self, cuMemAlloc_v2(null_mut() => *mut Address, 64 => usize))),
            ("cuStreamCreate", call!(self, cuStreamCreate(null_mut() => *mut *mut c_void, 0 => c_uint))),
            ("cuEventCreate", call!(self, cuEventCreate(null_mut() => *mut *mut c_void, 0 => c_uint))),
            (
                "cuModuleLoadData",
                call!(self, cuModuleLoadData(null_mut() => *mut *mut c_void, c".version".as_ptr() => *const c_char)),
            ),
        ]
    }

    /// Launches a kernel on the default stream; every parameter is given by its bytes.
    pub fn launch(&self, function: Function, shape: &Shape, parameters: &mut [Vec<u8>]) -> Answer {
        let mut pointers: Vec<*mut c_void> = parameters.iter_mut().map(|bytes| bytes.as_mut_ptr().cast()).collect();
        let ([gx, gy, gz], [bx, by, bz]) = (shape.grid, shape.block);
        if shape.shared > 48 << 10 {
            // CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES
            call!(self, cuFuncSetAttribute(function.0 => *mut c_void, 8 => c_int, shape.shared as c_int => c_int))?;
        }
        if shape.cooperative {
            call!(self, cuLaunchCooperativeKernel(
                function.0 => *mut c_void,
                gx => c_uint, gy => c_uint, gz => c_uint,
                bx => c_uint, by => c_uint, bz => c_uint,
                shape.shared => c_uint,
                null_mut() => *mut c_void,
                pointers.as_mut_ptr() => *mut *mut c_void,
            ))
        } else {
            call!(self, cuLaunchKernel(
                function.0 => *mut c_void,
                gx => c_uint, gy => c_uint, gz => c_uint,
                bx => c_uint, by => c_uint, bz => c_uint,
                shape.shared => c_uint,
                null_mut() => *mut c_void,
                pointers.as_mut_ptr() => *mut *mut c_void,
                null_mut() => *mut *mut c_void,
            ))
        }
    }

    /// Waits for everything.
    pub fn synchronize(&self) -> Answer {
        call!(self, cuCtxSynchronize())
    }
}
