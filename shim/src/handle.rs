//! Handles: what programs hold instead of pointers to our objects.
//!
//! A handle is a number that looks like a pointer, is never zero and never used again. Behind every kind of object
//! is a [`Registry`]; a handle that is not in it, because it is stale, wild or of another kind, gets the error that
//! CUDA documents, and nothing is dereferenced.

use crate::abi::{Call, DefaultStream, FromC, Result};
use crate::error::CUerror;
use crate::sys::{CUfunc_st, CUkern_st, CUstream, CUstream_st};
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::ops::Deref;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, PoisonError, RwLock};

/// What a kind of object has to say about its handles.
pub trait Object: Send + Sync + Sized + 'static {
    /// What CUDA's handle points to in C.
    type Raw: 'static;
    /// The answer to a handle that is not alive.
    const INVALID: CUerror = CUerror::INVALID_HANDLE;
    /// The objects alive: a `static` of its own for every kind.
    fn registry() -> &'static Registry<Self>;
}

/// Spreads numbers that count up in steps of 16.
#[derive(Default)]
pub struct Spread(u64);

impl Hasher for Spread {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, _: &[u8]) {
        unreachable!("handles are hashed as `usize`")
    }

    fn write_usize(&mut self, handle: usize) {
        self.0 = (handle as u64 >> 4).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
}

type Table<T> = HashMap<usize, Arc<T>, BuildHasherDefault<Spread>>;

/// The objects of one kind that are alive.
pub struct Registry<T>(LazyLock<RwLock<Table<T>>>);

/// No two handles are the same number, of whatever kind. The first is far from every mapping, so that a debugger shows
/// at once what it is, and a wild pointer is never a handle.
static NEXT: AtomicUsize = AtomicUsize::new(0x7267_0000_0010);

impl<T: Object> Registry<T> {
    /// An empty one, for a `static`.
    pub const fn new() -> Self {
        Registry(LazyLock::new(RwLock::default))
    }

    /// Gives an object a handle.
    pub fn insert(&self, object: Arc<T>) -> Live<T> {
        let handle = NEXT.fetch_add(16, Ordering::Relaxed);
        self.0.write().unwrap_or_else(PoisonError::into_inner).insert(handle, object.clone());
        Live { handle, object }
    }

    /// Ends the life of a handle. Only one caller succeeds.
    pub fn remove(&self, handle: *mut T::Raw) -> Result<Arc<T>> {
        self.0.write().unwrap_or_else(PoisonError::into_inner).remove(&(handle as usize)).ok_or(T::INVALID)
    }

    /// Ends the lives of all objects that `which` accepts.
    pub fn remove_where(&self, which: impl Fn(&T) -> bool) -> Vec<Arc<T>> {
        let mut table = self.0.write().unwrap_or_else(PoisonError::into_inner);
        table.extract_if(|_, object| which(object)).map(|(_, object)| object).collect()
    }

    /// What a handle stands for.
    pub fn get(&self, handle: *mut T::Raw) -> Result<Live<T>> {
        let handle = handle as usize;
        let object = self.0.read().unwrap_or_else(PoisonError::into_inner).get(&handle).cloned().ok_or(T::INVALID)?;
        Ok(Live { handle, object })
    }
}

impl<T: Object> Default for Registry<T> {
    fn default() -> Self {
        Registry::new()
    }
}

/// An object whose handle was alive when it was looked up.
pub struct Live<T> {
    handle: usize,
    object: Arc<T>,
}

impl<T: Object> Live<T> {
    /// The handle, as C knows it.
    pub fn handle(&self) -> *mut T::Raw {
        self.handle as *mut T::Raw
    }

    /// The object alone.
    pub fn object(&self) -> &Arc<T> {
        &self.object
    }

    /// Ends the life of the handle. Only one caller succeeds.
    pub fn remove(&self) -> Result<Arc<T>> {
        T::registry().remove(self.handle())
    }
}

impl<T> Clone for Live<T> {
    fn clone(&self) -> Self {
        Live { handle: self.handle, object: self.object.clone() }
    }
}

impl<T> std::fmt::Debug for Live<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:#x}", self.handle)
    }
}

impl<T> Deref for Live<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.object
    }
}

impl<T: Object> FromC<*mut T::Raw> for Live<T> {
    unsafe fn from_c(raw: *mut T::Raw, _: &Call) -> Result<Self> {
        T::registry().get(raw)
    }
}

/// Null stands for no object, or for the current one.
impl<T: Object> FromC<*mut T::Raw> for Option<Live<T>> {
    unsafe fn from_c(raw: *mut T::Raw, _: &Call) -> Result<Self> {
        if raw.is_null() { Ok(None) } else { T::registry().get(raw).map(Some) }
    }
}

/// A `CUkernel` or a `CUfunction`: programs pass either for the other, and the runtime does so at every launch.
#[derive(Clone, Debug)]
pub struct KernelHandle<T>(pub Live<T>);

impl<T: Object<Raw = CUfunc_st>> FromC<*mut CUfunc_st> for KernelHandle<T> {
    unsafe fn from_c(raw: *mut CUfunc_st, _: &Call) -> Result<Self> {
        T::registry().get(raw).map(KernelHandle)
    }
}

impl<T: Object<Raw = CUfunc_st>> FromC<*mut CUkern_st> for KernelHandle<T> {
    unsafe fn from_c(raw: *mut CUkern_st, _: &Call) -> Result<Self> {
        T::registry().get(raw.cast()).map(KernelHandle)
    }
}

/// A stream argument.
#[derive(Clone, Debug)]
pub enum StreamHandle<T> {
    /// The legacy default stream of the current context.
    Legacy,
    /// The calling thread's default stream of the current context.
    PerThread,
    /// A stream that the program created.
    Created(Live<T>),
}

impl<T: Object<Raw = CUstream_st>> FromC<CUstream> for StreamHandle<T> {
    unsafe fn from_c(raw: CUstream, call: &Call) -> Result<Self> {
        Ok(match (raw as usize, call.default_stream) {
            (0, DefaultStream::Legacy) | (1, _) => StreamHandle::Legacy,
            (0, DefaultStream::PerThread) | (2, _) => StreamHandle::PerThread,
            _ => StreamHandle::Created(T::registry().get(raw)?),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sys::CUevent_st;

    struct Bell;

    impl Object for Bell {
        type Raw = CUevent_st;
        fn registry() -> &'static Registry<Self> {
            static BELLS: Registry<Bell> = Registry::new();
            &BELLS
        }
    }

    #[test]
    fn a_removed_handle_is_invalid_and_never_used_again() {
        let first = Bell::registry().insert(Arc::new(Bell));
        assert!(Bell::registry().get(first.handle()).is_ok());
        assert!(first.remove().is_ok());
        assert_eq!(first.remove().err(), Some(CUerror::INVALID_HANDLE));
        assert_eq!(Bell::registry().get(first.handle()).err(), Some(CUerror::INVALID_HANDLE));
        assert_ne!(Bell::registry().insert(Arc::new(Bell)).handle(), first.handle());
    }

    #[test]
    fn a_wild_pointer_is_no_handle() {
        assert!(Bell::registry().get(std::ptr::null_mut()).is_err());
        assert!(Bell::registry().get(0x1234 as *mut _).is_err());
    }
}
