//! What a kernel can do wrong, with the PTX line and the thread.

use ptx_frontend::checked::Origin;
use translator::tile::{Kernel, eval};

pub use eval::FaultKind;

/// A fault ends the launch; on CUDA it is sticky for the context.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    /// What happened.
    pub kind: FaultKind,
    /// Kernel name.
    pub kernel: String,
    /// `%ctaid` of the thread.
    pub block: [u32; 3],
    /// `%tid` of the thread.
    pub thread: [u32; 3],
    /// PTX line, and CUDA source line where `.loc` gives one.
    pub origin: Origin,
    /// Path of the PTX or CUDA source for messages (`saxpy.ptx` where no file is known).
    pub file: String,
}

impl Fault {
    /// The fault of a thread of a kernel.
    pub fn of(kernel: &Kernel, fault: eval::Fault) -> Fault {
        let eval::Fault { kind, thread, origin } = fault;
        let source = kernel.files.get(origin.source.0 as usize).filter(|name| origin.source.0 != 0 && !name.is_empty());
        let module = kernel.files.first().filter(|name| !name.is_empty()).cloned();
        let file = source.cloned().or(module).unwrap_or_else(|| format!("{}.ptx", kernel.name));
        Fault { kind, kernel: kernel.name.clone(), block: thread.ctaid, thread: thread.tid, origin, file }
    }

    /// The line that goes with [`Fault::file`].
    pub fn line(&self) -> u32 {
        if self.origin.source.1 != 0 && !self.file.ends_with(".ptx") { self.origin.source.1 } else { self.origin.line }
    }
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let ([bx, by, bz], [tx, ty, tz]) = (self.block, self.thread);
        write!(
            f,
            "kernel `{}` block ({bx},{by},{bz}) thread ({tx},{ty},{tz}): {} ({}:{}",
            self.kernel,
            self.kind,
            self.file,
            self.line()
        )?;
        // A CUDA source line says where the programmer is; the PTX line says which of its accesses it was.
        if !self.file.ends_with(".ptx") {
            write!(f, ", PTX line {}", self.origin.line)?;
        }
        f.write_str(")")
    }
}
