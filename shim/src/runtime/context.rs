//! Contexts: who owns streams, modules and memory, and what a fault ruins.

use super::host;
use super::limits::{Limit, Limits};
use super::module::Module;
use super::schedule::Schedule;
use super::stream::Stream;
use super::texture::References;
use super::{array, texture};
use crate::abi::Result;
use crate::error::CUerror;
use crate::handle::{Live, Object, Registry};
use crate::report;
use crate::sys::{CUcontext, CUctx_st};
use sim_backend::services::{self, Services};
use std::cell::RefCell;
use std::collections::HashMap;
use std::mem::ManuallyDrop;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A CUDA context. The primary context is one object for the life of the process, active while it is retained.
pub struct Context {
    number: u64,
    handle: AtomicUsize,
    is_primary: bool,
    api_version: u32,
    flags: AtomicU32,
    active: AtomicBool,
    /// The error that every later call gets.
    failure: Mutex<Option<CUerror>>,
    per_thread: Mutex<HashMap<u64, Arc<Stream>>>,
    modules: Mutex<Vec<Live<Module>>>,
    /// The order of its streams.
    pub schedule: Schedule,
    /// Its limits.
    pub limits: Limits,
    /// What the device runtime of its kernels keeps: output, heap.
    pub services: Services,
    /// What the texture and surface references of its modules are bound to.
    pub references: References,
}

/// The API version of a primary context and of one made without asking for another. Source: observed (ZLUDA's tests
/// on NVIDIA hardware).
const API_VERSION: u32 = 3020;

impl Object for Context {
    type Raw = CUctx_st;
    const INVALID: CUerror = CUerror::INVALID_CONTEXT;
    fn registry() -> &'static Registry<Self> {
        static CONTEXTS: Registry<Context> = Registry::new();
        &CONTEXTS
    }
}

impl Context {
    fn new(is_primary: bool, flags: u32) -> Arc<Self> {
        static MADE: AtomicU64 = AtomicU64::new(1);
        Arc::new(Context {
            handle: AtomicUsize::new(0),
            number: MADE.fetch_add(1, Ordering::Relaxed),
            is_primary,
            api_version: API_VERSION,
            flags: AtomicU32::new(flags),
            active: AtomicBool::new(!is_primary),
            failure: Mutex::default(),
            per_thread: Mutex::default(),
            modules: Mutex::default(),
            schedule: Schedule::default(),
            limits: Limits::default(),
            services: Services::new(Box::new(|stream, text| match stream {
                services::Stream::Out => host::print(text),
                services::Stream::Err => report::text(text),
            })),
            references: References::default(),
        })
    }

    /// `cuCtxCreate`.
    pub fn create(flags: u32) -> Live<Self> {
        Self::new(false, flags).register()
    }

    /// A primary context that nobody has retained yet.
    pub fn primary() -> Live<Self> {
        Self::new(true, 0).register()
    }

    fn register(self: Arc<Self>) -> Live<Self> {
        let live = Self::registry().insert(self);
        live.handle.store(live.handle() as usize, Ordering::Release);
        live
    }

    /// Its handle.
    pub fn handle(&self) -> CUcontext {
        self.handle.load(Ordering::Acquire) as CUcontext
    }

    /// Its number in this process; never used twice.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// Whether it is the device's primary context.
    pub fn is_primary(&self) -> bool {
        self.is_primary
    }

    /// `cuCtxGetApiVersion`
    pub fn api_version(&self) -> u32 {
        self.api_version
    }

    /// `CU_CTX_*` flags.
    pub fn flags(&self) -> u32 {
        self.flags.load(Ordering::Relaxed)
    }

    /// Sets the flags.
    pub fn set_flags(&self, flags: u32) {
        self.flags.store(flags, Ordering::Relaxed);
    }

    /// Whether it exists for CUDA: created and not destroyed, or primary and retained.
    pub fn is_active(&self) -> bool {
        self.active.load(Ordering::Acquire)
    }

    /// Makes a primary context active.
    pub fn activate(&self) {
        self.active.store(true, Ordering::Release);
    }

    /// The error that a fault left, if one did.
    pub fn check(&self) -> Result {
        match *lock(&self.failure) {
            None => Ok(()),
            Some(error) => Err(error),
        }
    }

    /// Makes every later call fail. The first failure stays.
    pub fn fail(&self, error: CUerror) {
        lock(&self.failure).get_or_insert(error);
    }

    /// The legacy default stream.
    pub fn legacy_stream(self: &Arc<Self>) -> Arc<Stream> {
        Arc::new(Stream::legacy(self.clone()))
    }

    /// The calling thread's default stream.
    pub fn thread_stream(self: &Arc<Self>) -> Arc<Stream> {
        let mut streams = lock(&self.per_thread);
        streams.entry(thread_number()).or_insert_with(|| Arc::new(Stream::per_thread(self.clone()))).clone()
    }

    /// A module was brought into it.
    pub fn adopt(&self, module: Live<Module>) {
        lock(&self.modules).push(module);
    }

    /// A module was taken out of it.
    pub fn disown(&self, module: &Live<Module>) {
        lock(&self.modules).retain(|other| other.handle() != module.handle());
    }

    /// `cuCtxSetLimit`
    pub fn set_limit(&self, limit: Limit, value: u64) {
        self.limits.set(limit, value);
        if limit == Limit::MallocHeap {
            self.services.set_heap_limit(value);
        }
    }

    /// Waits for all work of the context; reports a fault of that work.
    pub fn synchronize(&self) -> Result {
        self.schedule.wait_for_all();
        self.check()
    }

    /// Ends the context's life: waits for its work and forgets what it owned. A primary context can be activated
    /// again and is then as new.
    pub fn end(&self) {
        self.active.store(false, Ordering::Release);
        self.schedule.wait_for_all();
        let modules = std::mem::take(&mut *lock(&self.modules));
        for module in modules {
            // It may have been unloaded by another thread just now.
            let _ = Module::unload(&module);
        }
        texture::end_all_of(self.number);
        array::end_all_of(self.number);
        lock(&self.per_thread).clear();
        self.limits.reset();
        self.services.set_heap_limit(self.limits.get(Limit::MallocHeap));
        *lock(&self.failure) = None;
    }
}

/// Locks; what a panicking thread left is as good as any other state here.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A number of the calling thread that no other thread gets.
pub fn thread_number() -> u64 {
    static THREADS: AtomicU64 = AtomicU64::new(1);
    thread_local!(static NUMBER: u64 = THREADS.fetch_add(1, Ordering::Relaxed));
    // A thread that is past its destructors shares number 0 with others like it.
    NUMBER.try_with(|number| *number).unwrap_or(0)
}

/// The calling thread's stack of current contexts.
///
/// It has no destructor, so that it still works in calls from the program's exit handlers; a thread that ends with
/// contexts on its stack leaks the stack's few bytes.
pub mod current {
    use super::*;

    thread_local!(static STACK: ManuallyDrop<RefCell<Vec<Live<Context>>>> = const { ManuallyDrop::new(RefCell::new(Vec::new())) });

    fn with<T>(action: impl FnOnce(&mut Vec<Live<Context>>) -> T) -> Option<T> {
        STACK.try_with(|stack| stack.try_borrow_mut().ok().map(|mut stack| action(&mut stack))).ok().flatten()
    }

    /// The context on top, in whatever state it is.
    pub fn top() -> Option<Live<Context>> {
        with(|stack| stack.last().cloned()).flatten()
    }

    /// The context on top, which must be alive.
    pub fn alive() -> Result<Live<Context>> {
        let context = top().ok_or(CUerror::INVALID_CONTEXT)?;
        if context.is_active() { Ok(context) } else { Err(CUerror::CONTEXT_IS_DESTROYED) }
    }

    /// The context on top, which must be alive and without a fault.
    pub fn get() -> Result<Live<Context>> {
        let context = alive()?;
        context.check()?;
        Ok(context)
    }

    /// Puts a context on top.
    pub fn push(context: Live<Context>) {
        with(|stack| stack.push(context));
    }

    /// Takes the top context off.
    pub fn pop() -> Option<Live<Context>> {
        with(Vec::pop).flatten()
    }

    /// Replaces the top context; `None` takes it off.
    pub fn set(context: Option<Live<Context>>) {
        with(|stack| {
            stack.pop();
            stack.extend(context);
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn setting_the_current_context_replaces_the_top() {
        let (first, second) = (Context::create(0), Context::create(0));
        assert!(matches!(current::get(), Err(CUerror::INVALID_CONTEXT)));
        current::push(first.clone());
        current::set(Some(second.clone()));
        assert_eq!(current::pop().expect("one").handle(), second.handle());
        assert!(current::pop().is_none());
        current::set(Some(first));
        current::set(None);
        assert!(current::top().is_none());
    }

    #[test]
    fn a_context_that_ended_is_not_usable_any_more() {
        let context = Context::create(0);
        current::push(context.clone());
        assert!(current::get().is_ok());
        context.end();
        assert!(matches!(current::get(), Err(CUerror::CONTEXT_IS_DESTROYED)));
        current::pop();
    }

    #[test]
    fn a_fault_is_reported_until_the_context_ends() {
        let context = Context::primary();
        context.activate();
        context.fail(CUerror::ILLEGAL_ADDRESS);
        context.fail(CUerror::LAUNCH_FAILED);
        assert_eq!(context.synchronize(), Err(CUerror::ILLEGAL_ADDRESS));
        context.end();
        context.activate();
        assert_eq!(context.synchronize(), Ok(()));
    }

    #[test]
    fn each_thread_has_a_default_stream_of_its_own() {
        let context = Context::create(0);
        let here = context.object().thread_stream();
        assert!(Arc::ptr_eq(&here, &context.object().thread_stream()));
        let there = std::thread::spawn({
            let context = context.clone();
            move || context.object().thread_stream()
        });
        assert!(!Arc::ptr_eq(&here, &there.join().expect("the thread ends")));
    }
}
