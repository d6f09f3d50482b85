//! Why a kernel has no tile kernel.

use ptx_frontend::checked::Origin;

/// A kernel could not be translated.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum TranslateError {
    /// The module has no kernel of that name.
    #[error("no kernel `{0}`")]
    NoSuchKernel(String),
    /// It uses something that we do not offer.
    #[error("{0}")]
    Unsupported(#[from] Unsupported),
    /// A pass left a kernel that the verifier rejects: our bug.
    #[error("internal error: kernel `{kernel}` after pass `{pass}`: {message}")]
    Broken {
        /// The kernel.
        kernel: String,
        /// The pass after which the verifier complained.
        pass: &'static str,
        /// Its complaint.
        message: String,
    },
}

/// Something that is not offered, with its name and place.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("unsupported PTX `{what}` at {file}:{}{} in kernel `{kernel}`{}", .origin.line, from(.cuda_line), because(.reason))]
pub struct Unsupported {
    /// The instruction with its dot-words, or the function called.
    pub what: String,
    /// Why, where that is not plain from `what`; may be empty.
    pub reason: String,
    /// The kernel (entry) that needs it.
    pub kernel: String,
    /// Name of the PTX file.
    pub file: String,
    /// PTX line, and CUDA source line where known.
    pub origin: Origin,
    /// CUDA source file and line where known, `saxpy.cu:17`; may be empty.
    pub cuda_line: String,
}

fn from(source: &str) -> String {
    if source.is_empty() { String::new() } else { format!(" (from {source})") }
}

fn because(reason: &str) -> String {
    if reason.is_empty() { String::new() } else { format!(": {reason}") }
}
