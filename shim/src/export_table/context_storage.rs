//! CONTEXT_LOCAL_STORAGE: where the runtime keeps what it knows of a context.
//!
//! The runtime looks its own state up at every call, so looking up is cheap.

use super::{Slot, call, function, unknown};
use crate::abi::{FromC, Out, Result, enter};
use crate::error::CUerror;
use crate::handle::{Live, Object};
use crate::runtime::context::{Context, current};
use crate::sys::{CUcontext, CUresult};
use std::collections::BTreeMap;
use std::ffi::c_void;
use std::ops::Bound::Included;
use std::sync::{PoisonError, RwLock};

/// The table. It is the only one that does not start with its size.
pub static SLOTS: [Slot; 4] = [function!(put), function!(delete), function!(get), unknown!("CONTEXT_LOCAL_STORAGE[3]")];

/// Called with a context, a key and its value when the context ends.
type Destructor = unsafe extern "C" fn(CUcontext, *mut c_void, *mut c_void);

#[derive(Clone, Copy)]
struct Entry {
    value: usize,
    destructor: Option<Destructor>,
}

/// By context and key.
static ENTRIES: RwLock<BTreeMap<(usize, usize), Entry>> = RwLock::new(BTreeMap::new());

/// The context that is meant; null and -1 mean the current one.
fn meant(context: CUcontext) -> Result<usize> {
    let context = match context as isize {
        0 | -1 => current::top().ok_or(CUerror::INVALID_CONTEXT)?,
        _ => Context::registry().get(context)?,
    };
    Ok(Live::handle(&context) as usize)
}

unsafe extern "C" fn put(
    context: CUcontext,
    key: *mut c_void,
    value: *mut c_void,
    destructor: Option<Destructor>,
) -> CUresult {
    enter(&call("CONTEXT_LOCAL_STORAGE[0]"), &mut |_| {
        let entry = Entry { value: value as usize, destructor };
        let place = (meant(context)?, key as usize);
        ENTRIES.write().unwrap_or_else(PoisonError::into_inner).insert(place, entry);
        Ok(())
    })
}

unsafe extern "C" fn delete(context: CUcontext, key: *mut c_void) -> CUresult {
    enter(&call("CONTEXT_LOCAL_STORAGE[1]"), &mut |_| {
        let place = (meant(context)?, key as usize);
        let removed = ENTRIES.write().unwrap_or_else(PoisonError::into_inner).remove(&place);
        removed.map(|_| ()).ok_or(CUerror::INVALID_HANDLE)
    })
}

unsafe extern "C" fn get(value: *mut *mut c_void, context: CUcontext, key: *mut c_void) -> CUresult {
    enter(&call("CONTEXT_LOCAL_STORAGE[2]"), &mut |call| {
        // SAFETY: the caller's contract.
        let value = unsafe { Out::from_c(value, call) }?;
        let place = (meant(context)?, key as usize);
        let entry = ENTRIES.read().unwrap_or_else(PoisonError::into_inner).get(&place).copied();
        value.set(entry.ok_or(CUerror::INVALID_HANDLE)?.value as *mut c_void);
        Ok(())
    })
}

/// A context ends: what was kept of it is given to the destructors.
pub fn forget(context: CUcontext) {
    let context = context as usize;
    let range = (Included((context, 0)), Included((context, usize::MAX)));
    let entries: Vec<_> = {
        let mut all = ENTRIES.write().unwrap_or_else(PoisonError::into_inner);
        let places: Vec<_> = all.range(range).map(|(place, _)| *place).collect();
        places.into_iter().filter_map(|place| Some((place.1, all.remove(&place)?))).collect()
    };
    // Destructors may call us again, so nothing is locked here.
    for (key, Entry { value, destructor }) in entries {
        if let Some(destructor) = destructor {
            // SAFETY: whoever put the entry gave the function for this call.
            unsafe { destructor(context as CUcontext, key as *mut c_void, value as *mut c_void) };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::driver::init;
    use std::sync::atomic::{AtomicUsize, Ordering};

    static DESTROYED: AtomicUsize = AtomicUsize::new(0);

    unsafe extern "C" fn destructor(_: CUcontext, key: *mut c_void, value: *mut c_void) {
        DESTROYED.store(key as usize * 100 + value as usize, Ordering::Relaxed);
    }

    #[test]
    fn what_is_kept_of_a_context_ends_with_it() {
        init::init(0).unwrap();
        let context = Context::create(0);
        let handle = Live::handle(&context);
        let mut found = std::ptr::null_mut();
        let key = |n: usize| n as *mut c_void;
        // SAFETY: the pointers are valid, and keys and values are only numbers.
        unsafe {
            assert_eq!(get(&mut found, handle, key(1)), CUresult::CUDA_ERROR_INVALID_HANDLE);
            assert_eq!(put(handle, key(1), key(42), Some(destructor)), CUresult::CUDA_SUCCESS);
            assert_eq!(get(&mut found, handle, key(1)), CUresult::CUDA_SUCCESS);
            assert_eq!(found as usize, 42);
            assert_eq!(put(handle, key(2), key(7), None), CUresult::CUDA_SUCCESS);
            assert_eq!(delete(handle, key(2)), CUresult::CUDA_SUCCESS);
            assert_eq!(delete(handle, key(2)), CUresult::CUDA_ERROR_INVALID_HANDLE);
            forget(handle);
            assert_eq!(DESTROYED.load(Ordering::Relaxed), 142);
            assert_eq!(get(&mut found, handle, key(1)), CUresult::CUDA_ERROR_INVALID_HANDLE);
            assert_eq!(get(&mut found, key(8).cast(), key(1)), CUresult::CUDA_ERROR_INVALID_CONTEXT);
        }
    }
}
