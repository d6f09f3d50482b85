//! The services of the CUDA device runtime that kernels call: `printf`, `assert`, `malloc`, `free`.

mod format;

use crate::memory::{Kind, Memory};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use translator::texture::Object;
use translator::tile::eval::{self, Grid, ReadByte, Thread};

/// Where output goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stream {
    /// `printf`
    Out,
    /// `assert`
    Err,
}

/// Takes output as it is flushed.
pub type Sink = Box<dyn Fn(Stream, &[u8]) + Send + Sync>;

/// The device runtime of one context: its output and its heap, which outlive launches.
pub struct Services {
    sink: Sink,
    printed: Mutex<Printed>,
    heap_limit: AtomicU64,
    heap_used: AtomicU64,
}

/// `printf` output that was not flushed yet, by CTA: it comes out in the order of their numbers.
#[derive(Default)]
struct Printed {
    by_cta: BTreeMap<u64, Vec<u8>>,
    bytes: usize,
}

/// The default of `cudaLimitPrintfFifoSize`. A GPU overwrites the oldest output beyond it; here it comes out early.
const PRINTF_BUFFER: usize = 1 << 20;
/// The default of `cudaLimitMallocHeapSize`.
const HEAP: u64 = 8 << 20;

impl Services {
    /// A runtime whose output goes to `sink`.
    pub fn new(sink: Sink) -> Services {
        Services { sink, printed: Mutex::default(), heap_limit: AtomicU64::new(HEAP), heap_used: AtomicU64::new(0) }
    }

    /// A runtime that writes to the process's standard output and error.
    pub fn standard() -> Services {
        use std::io::Write;
        // A program that closed its output gets none.
        Services::new(Box::new(|stream, bytes| match stream {
            Stream::Out => {
                let mut out = std::io::stdout().lock();
                let _ = out.write_all(bytes).and_then(|()| out.flush());
            }
            Stream::Err => {
                let _ = std::io::stderr().lock().write_all(bytes);
            }
        }))
    }

    /// `cudaLimitMallocHeapSize`
    pub fn heap_limit(&self) -> u64 {
        self.heap_limit.load(Ordering::Relaxed)
    }

    /// Sets `cudaLimitMallocHeapSize`.
    pub fn set_heap_limit(&self, bytes: u64) {
        self.heap_limit.store(bytes, Ordering::Relaxed);
    }

    /// Writes out what kernels printed.
    pub fn flush(&self) {
        let mut printed = self.printed.lock().unwrap_or_else(PoisonError::into_inner);
        self.write_out(&mut printed);
    }

    fn write_out(&self, printed: &mut Printed) {
        for text in std::mem::take(printed).by_cta.into_values() {
            (self.sink)(Stream::Out, &text);
        }
    }

    fn print(&self, cta: u64, text: &[u8]) {
        let mut printed = self.printed.lock().unwrap_or_else(PoisonError::into_inner);
        printed.by_cta.entry(cta).or_default().extend_from_slice(text);
        printed.bytes += text.len();
        if printed.bytes > PRINTF_BUFFER {
            self.write_out(&mut printed);
        }
    }

    fn malloc(&self, memory: &Memory, bytes: u64) -> Option<u64> {
        let limit = self.heap_limit();
        let take = |used: u64| used.checked_add(bytes).filter(|&u| u <= limit);
        self.heap_used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).ok()?;
        let block = memory.allocate(bytes, 16, Kind::Heap).ok();
        if block.is_none() {
            self.heap_used.fetch_sub(bytes, Ordering::Relaxed);
        }
        block
    }

    fn free(&self, memory: &Memory, address: u64) -> bool {
        if memory.find(address).is_none_or(|a| a.kind != Kind::Heap) {
            return false;
        }
        let freed = memory.free(address);
        if let Ok(block) = &freed {
            self.heap_used.fetch_sub(block.bytes, Ordering::Relaxed);
        }
        freed.is_ok()
    }
}

/// Where a launch finds textures and surfaces.
pub trait Images: Sync {
    /// What a handle stands for.
    fn find(&self, handle: u64) -> Option<Arc<Object>>;
}

/// No textures or surfaces.
impl Images for () {
    fn find(&self, _: u64) -> Option<Arc<Object>> {
        None
    }
}

/// The services as the threads of one launch see them.
pub struct Worker<'a> {
    services: &'a Services,
    images: &'a dyn Images,
    memory: &'a Memory,
    grid: &'a Grid<'a>,
}

impl<'a> Worker<'a> {
    /// For a launch.
    pub fn new(services: &'a Services, images: &'a dyn Images, memory: &'a Memory, grid: &'a Grid<'a>) -> Worker<'a> {
        Worker { services, images, memory, grid }
    }
}

impl eval::Services for Worker<'_> {
    fn printf(&mut self, thread: Thread, format: u64, arguments: u64, read: ReadByte<'_>) -> Option<i32> {
        let mut text = Vec::new();
        let count = format::printf(format, arguments, read, &mut text)?;
        self.services.print(self.grid.number(thread.ctaid), &text);
        Some(count)
    }

    fn assert_fail(&mut self, thread: Thread, strings: [u64; 3], line: u32, read: ReadByte<'_>) {
        let [message, file, function] = strings.map(|at| {
            let text = format::string(at, None, read);
            text.map_or("?".into(), |text| String::from_utf8_lossy(&text).into_owned())
        });
        let ([bx, by, bz], [tx, ty, tz]) = (thread.ctaid, thread.tid);
        // The wording of NVIDIA's driver, which tests of CUDA programs look for.
        let text = format!(
            "{file}:{line}: {function}: block: [{bx},{by},{bz}], thread: [{tx},{ty},{tz}] Assertion `{message}` failed.\n"
        );
        (self.services.sink)(Stream::Err, text.as_bytes());
    }

    fn malloc(&mut self, bytes: u64) -> u64 {
        self.services.malloc(self.memory, bytes).unwrap_or(0)
    }

    fn free(&mut self, address: u64) -> bool {
        self.services.free(self.memory, address)
    }

    fn image(&mut self, handle: u64) -> Option<Arc<Object>> {
        self.images.find(handle)
    }
}
