//! The doorway between C callers and safe Rust.
//!
//! Every exported function enters through [`enter`]. Arguments cross by [`FromC`], which turns what C passes into types
//! whose use needs no `unsafe`: [`Out`] is where a result goes, `&T` a structure to read, [`In`] and [`OutArray`] arrays
//! whose length is another argument, [`HostBytes`] memory that the call copies from or to. No other module of the shim
//! dereferences a caller's pointer, except `export_table`, whose callers enter there.
//!
//! What the types promise is what CUDA's manual asks of the caller: a pointer that is not null is valid for the length
//! that goes with it, for the duration of the call.

use crate::driver::init;
use crate::error::CUerror;
use crate::sys::{CUresult, CUtensorMap};
use std::ffi::{CStr, c_char, c_void};
use std::marker::PhantomData;
use std::mem::MaybeUninit;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::NonNull;
use translator::tile::tensor_map;

/// What a driver function answers.
pub type Result<T = (), E = CUerror> = std::result::Result<T, E>;

/// Which stream a null stream is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DefaultStream {
    /// The one of the context.
    Legacy,
    /// The calling thread's own (`_ptsz` and `_ptds` symbols).
    PerThread,
}

/// The call that is being answered.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    /// Name of the symbol.
    pub name: &'static str,
    /// What a null stream means.
    pub default_stream: DefaultStream,
    /// Whether it may come before `cuInit`.
    pub before_init: bool,
    /// Names and values of the arguments, for the log.
    pub arguments: &'a [(&'static str, u64)],
}

impl std::fmt::Display for Call<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}(", self.name)?;
        for (i, (name, value)) in self.arguments.iter().enumerate() {
            write!(f, "{}{name}: {value:#x}", if i == 0 { "" } else { ", " })?;
        }
        f.write_str(")")
    }
}

/// The bits of an argument, as far as they fit: for the log.
pub fn word<T: Copy>(argument: &T) -> u64 {
    let mut bytes = [0u8; 8];
    let length = size_of::<T>().min(bytes.len());
    // SAFETY: so many bytes are in both. Arguments are numbers and pointers, and the few structures among them have no
    // padding in their first eight bytes.
    unsafe { std::ptr::copy_nonoverlapping((&raw const *argument).cast::<u8>(), bytes.as_mut_ptr(), length) };
    u64::from_le_bytes(bytes)
}

/// Answers a call from C: nothing unwinds out of it, and a process that cannot use the library is told so.
pub fn enter(call: &Call, body: &mut dyn FnMut(&Call) -> Result) -> CUresult {
    if let Err(error) = init::ready(call.before_init) {
        return error.into();
    }
    let _span = tracing::trace_span!("call", name = call.name).entered();
    let result = match catch_unwind(AssertUnwindSafe(|| body(call))) {
        Ok(Ok(())) => CUresult::CUDA_SUCCESS,
        Ok(Err(error)) => error.into(),
        // The panic hook has told the user.
        Err(_) => CUresult::CUDA_ERROR_UNKNOWN,
    };
    tracing::debug!(target: "cuda", "{call} -> {}", CUerror::name(result).unwrap_or("?"));
    result
}

/// What a C argument becomes.
pub trait FromC<Raw>: Sized {
    /// Converts an argument of `call`, or answers what CUDA answers to a bad one.
    ///
    /// # Safety
    /// `raw` obeys the contract that CUDA's manual states for the parameter.
    unsafe fn from_c(raw: Raw, call: &Call) -> Result<Self>;
}

/// Numbers, enums, structures by value and callbacks come as they are.
impl<T> FromC<T> for T {
    unsafe fn from_c(raw: T, _: &Call) -> Result<T> {
        Ok(raw)
    }
}

/// Where one result goes. Null is `CUDA_ERROR_INVALID_VALUE`; take `Option<Out<T>>` where null is allowed.
#[derive(Debug)]
pub struct Out<'a, T>(&'a mut MaybeUninit<T>);

impl<T> Out<'_, T> {
    /// Writes the result.
    pub fn set(self, value: T) {
        self.0.write(value);
    }

    /// Writes the result, for callers that may have to write it again.
    pub fn put(&mut self, value: T) {
        self.0.write(value);
    }
}

impl<T> FromC<*mut T> for Out<'_, T> {
    unsafe fn from_c(raw: *mut T, call: &Call) -> Result<Self> {
        // SAFETY: the caller's contract.
        unsafe { Option::<Self>::from_c(raw, call) }?.ok_or(CUerror::INVALID_VALUE)
    }
}

impl<T> FromC<*mut T> for Option<Out<'_, T>> {
    unsafe fn from_c(raw: *mut T, _: &Call) -> Result<Self> {
        // SAFETY: null gives `None`; otherwise the contract says it is writable and `MaybeUninit` needs no more.
        Ok(unsafe { raw.cast::<MaybeUninit<T>>().as_mut() }.map(Out))
    }
}

/// A structure that the call reads and may update.
impl<T> FromC<*mut T> for &mut T {
    unsafe fn from_c(raw: *mut T, _: &Call) -> Result<Self> {
        // SAFETY: null is refused; otherwise the contract says that it is valid and initialised.
        unsafe { raw.as_mut() }.ok_or(CUerror::INVALID_VALUE)
    }
}

/// A structure to read. Null is `CUDA_ERROR_INVALID_VALUE`; take `Option<&T>` where null is allowed.
impl<T> FromC<*const T> for &T {
    unsafe fn from_c(raw: *const T, _: &Call) -> Result<Self> {
        // SAFETY: null is refused; otherwise the contract says that it is valid and initialised.
        unsafe { raw.as_ref() }.ok_or(CUerror::INVALID_VALUE)
    }
}

impl<T> FromC<*const T> for Option<&T> {
    unsafe fn from_c(raw: *const T, _: &Call) -> Result<Self> {
        // SAFETY: null gives `None`; otherwise the contract says that it is valid and initialised.
        Ok(unsafe { raw.as_ref() })
    }
}

impl<T> FromC<*mut T> for &T {
    unsafe fn from_c(raw: *mut T, call: &Call) -> Result<Self> {
        // SAFETY: the caller's contract.
        unsafe { FromC::from_c(raw.cast_const(), call) }
    }
}

impl<T> FromC<*mut T> for Option<&T> {
    unsafe fn from_c(raw: *mut T, call: &Call) -> Result<Self> {
        // SAFETY: the caller's contract.
        unsafe { FromC::from_c(raw.cast_const(), call) }
    }
}

/// A string. Null is `CUDA_ERROR_INVALID_VALUE`; take `Option<&CStr>` where null is allowed.
impl FromC<*const c_char> for &CStr {
    unsafe fn from_c(raw: *const c_char, call: &Call) -> Result<Self> {
        // SAFETY: the caller's contract.
        unsafe { Option::<Self>::from_c(raw, call) }?.ok_or(CUerror::INVALID_VALUE)
    }
}

impl FromC<*const c_char> for Option<&CStr> {
    unsafe fn from_c(raw: *const c_char, _: &Call) -> Result<Self> {
        // SAFETY: not null, so the contract says that it is a string.
        Ok(if raw.is_null() { None } else { Some(unsafe { CStr::from_ptr(raw) }) })
    }
}

/// An array to read whose length is another argument.
#[derive(Clone, Copy, Debug)]
pub struct In<'a, T>(*const T, PhantomData<&'a T>);

impl<'a, T> In<'a, T> {
    /// Its elements. Null is `CUDA_ERROR_INVALID_VALUE` unless there are none.
    pub fn slice(self, len: usize) -> Result<&'a [T]> {
        match (self.0.is_null(), len) {
            (_, 0) => Ok(&[]),
            (true, _) => Err(CUerror::INVALID_VALUE),
            // SAFETY: the contract says that so many elements are readable.
            (false, _) => Ok(unsafe { std::slice::from_raw_parts(self.0, len) }),
        }
    }

    /// No array.
    pub fn none() -> Self {
        In(std::ptr::null(), PhantomData)
    }

    /// Whether there is no array.
    pub fn is_null(self) -> bool {
        self.0.is_null()
    }

    /// Where it is.
    pub fn as_ptr(self) -> *const T {
        self.0
    }
}

impl<T> FromC<*const T> for In<'_, T> {
    unsafe fn from_c(raw: *const T, _: &Call) -> Result<Self> {
        Ok(In(raw, PhantomData))
    }
}

impl<T> FromC<*mut T> for In<'_, T> {
    unsafe fn from_c(raw: *mut T, _: &Call) -> Result<Self> {
        Ok(In(raw, PhantomData))
    }
}

/// An array to write whose length is another argument.
#[derive(Debug)]
pub struct OutArray<'a, T>(*mut T, PhantomData<&'a mut T>);

impl<'a, T> OutArray<'a, T> {
    /// Its elements. Null is `CUDA_ERROR_INVALID_VALUE` unless there are none.
    pub fn slice(self, len: usize) -> Result<&'a mut [MaybeUninit<T>]> {
        match (self.0.is_null(), len) {
            (_, 0) => Ok(&mut []),
            (true, _) => Err(CUerror::INVALID_VALUE),
            // SAFETY: the contract says that so many elements are writable.
            (false, _) => Ok(unsafe { std::slice::from_raw_parts_mut(self.0.cast(), len) }),
        }
    }

    /// Whether there is no array.
    pub fn is_null(&self) -> bool {
        self.0.is_null()
    }
}

impl<T> FromC<*mut T> for OutArray<'_, T> {
    unsafe fn from_c(raw: *mut T, _: &Call) -> Result<Self> {
        Ok(OutArray(raw, PhantomData))
    }
}

/// A tensor map. Its alignment is the call's to check: CUDA asks for less than the C type has.
#[derive(Debug)]
pub struct MapPlace<'a>(NonNull<[u8; tensor_map::BYTES]>, PhantomData<&'a mut [u8; tensor_map::BYTES]>);

impl MapPlace<'_> {
    /// Where it is.
    pub fn address(&self) -> usize {
        self.0.addr().get()
    }

    /// Its bytes; the call's contract says that they have been written.
    pub fn read(&self) -> [u8; tensor_map::BYTES] {
        // SAFETY: the place is not null; otherwise the contract says that it is valid and initialised.
        unsafe { self.0.read() }
    }

    /// Replaces them.
    pub fn write(self, bytes: [u8; tensor_map::BYTES]) {
        // SAFETY: the place is not null; otherwise the contract says that it is writable.
        unsafe { self.0.write(bytes) }
    }
}

impl FromC<*mut CUtensorMap> for MapPlace<'_> {
    unsafe fn from_c(raw: *mut CUtensorMap, _: &Call) -> Result<Self> {
        NonNull::new(raw.cast()).map(|place| MapPlace(place, PhantomData)).ok_or(CUerror::INVALID_VALUE)
    }
}

impl OutArray<'_, c_char> {
    /// Writes as much of `text` as fits into `len` bytes, and always a final zero byte.
    pub fn write_string(self, len: usize, text: &str) -> Result {
        let to = self.slice(len)?;
        let Some(room) = to.len().checked_sub(1) else { return Err(CUerror::INVALID_VALUE) };
        let bytes = text.bytes().take(room).chain([0]);
        to.iter_mut().zip(bytes).for_each(|(to, byte)| _ = to.write(byte as c_char));
        Ok(())
    }
}

/// The caller's memory, or any address: what a `void *` may be. Reading or writing it needs the length that the call
/// gives, and the knowledge that it is host memory.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct HostBytes<'a>(*mut c_void, PhantomData<&'a mut u8>);

// SAFETY: it is only an address until it is dereferenced, for which the contract of the call holds on any thread.
unsafe impl Send for HostBytes<'_> {}

impl HostBytes<'_> {
    /// The address.
    pub fn address(self) -> u64 {
        self.0 as u64
    }

    /// Whether it is null.
    pub fn is_null(self) -> bool {
        self.0.is_null()
    }

    /// The pointer.
    pub fn as_ptr(self) -> *mut c_void {
        self.0
    }
}

impl<'a> HostBytes<'a> {
    /// The bytes, to read.
    ///
    /// # Safety
    /// So many bytes are readable for `'a`, and nobody writes them meanwhile.
    pub unsafe fn read(self, len: usize) -> Result<&'a [u8]> {
        // SAFETY: the caller says so.
        In(self.0.cast_const().cast::<u8>(), PhantomData).slice(len)
    }

    /// The bytes, to write.
    ///
    /// # Safety
    /// So many bytes are writable for `'a`, and nobody else uses them meanwhile.
    pub unsafe fn write(self, len: usize) -> Result<&'a mut [MaybeUninit<u8>]> {
        OutArray(self.0.cast::<u8>(), PhantomData).slice(len)
    }
}

impl FromC<*mut c_void> for HostBytes<'_> {
    unsafe fn from_c(raw: *mut c_void, _: &Call) -> Result<Self> {
        Ok(HostBytes(raw, PhantomData))
    }
}

impl FromC<*const c_void> for HostBytes<'_> {
    unsafe fn from_c(raw: *const c_void, _: &Call) -> Result<Self> {
        Ok(HostBytes(raw.cast_mut(), PhantomData))
    }
}

/// A launch's parameters: one pointer for each, to as many bytes as the kernel declares.
#[derive(Clone, Copy, Debug)]
pub struct Arguments<'a>(NonNull<*mut c_void>, PhantomData<&'a u8>);

impl<'a> Arguments<'a> {
    /// The bytes of parameter `index`, which the kernel declares to be so many.
    pub fn get(self, index: usize, len: usize) -> Result<&'a [u8]> {
        // SAFETY: the manual says that there are as many pointers as the kernel has parameters.
        let parameter = unsafe { self.0.add(index).read() };
        In(parameter.cast_const().cast::<u8>(), PhantomData).slice(len)
    }
}

impl FromC<*mut *mut c_void> for Option<Arguments<'_>> {
    unsafe fn from_c(raw: *mut *mut c_void, _: &Call) -> Result<Self> {
        Ok(NonNull::new(raw).map(|raw| Arguments(raw, PhantomData)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ptr::null_mut;

    const CALL: Call =
        Call { name: "cuTest", default_stream: DefaultStream::Legacy, before_init: true, arguments: &[] };

    /// Converts as an exported function does.
    fn convert<Raw, T: FromC<Raw>>(raw: Raw) -> Result<T> {
        // SAFETY: the tests pass valid pointers or null.
        unsafe { T::from_c(raw, &CALL) }
    }

    #[test]
    fn null_result_pointer_is_an_invalid_value() {
        assert_eq!(convert::<_, Out<i32>>(null_mut()).unwrap_err(), CUerror::INVALID_VALUE);
        assert!(convert::<_, Option<Out<i32>>>(null_mut::<i32>()).unwrap().is_none());
        let mut result = 0;
        convert::<_, Out<i32>>(&raw mut result).unwrap().set(7);
        assert_eq!(result, 7);
    }

    #[test]
    fn an_empty_array_may_be_null() {
        let array = convert::<_, In<u32>>(null_mut()).unwrap();
        assert_eq!(array.slice(0), Ok(&[][..]));
        assert_eq!(array.slice(1), Err(CUerror::INVALID_VALUE));
    }

    #[test]
    fn a_string_is_cut_to_fit_and_always_ends() {
        let mut buffer = [1 as c_char; 4];
        convert::<_, OutArray<c_char>>(buffer.as_mut_ptr()).unwrap().write_string(4, "Trainium").unwrap();
        assert_eq!(buffer.map(|c| c as u8), *b"Tra\0");
        assert!(convert::<_, OutArray<c_char>>(buffer.as_mut_ptr()).unwrap().write_string(0, "").is_err());
    }

    #[test]
    fn a_call_is_told_with_its_arguments() {
        let call = Call { arguments: &[("count", word(&3u32)), ("kind", word(&-1i32))], ..CALL };
        assert_eq!(call.to_string(), "cuTest(count: 0x3, kind: 0xffffffff)");
    }

    #[test]
    fn a_panic_is_an_unknown_error() {
        assert_eq!(enter(&CALL, &mut |_| panic!("expected by this test")), CUresult::CUDA_ERROR_UNKNOWN);
    }
}
