//! A PTX program: parsed and checked once, its kernels translated when they are first needed, whatever number of
//! contexts it is loaded into.

use super::image::{self, ImageError};
use super::settings::Settings;
use crate::abi::Result;
use crate::error::CUerror;
use crate::report;
use ptx_frontend::checked::{self, Linkage, Variable};
use ptx_frontend::types::StateSpace;
use std::collections::HashMap;
use std::ffi::CString;
use std::sync::atomic::{AtomicI32, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use translator::tile::eval::Prepared;
use translator::tile::{Kernel as TileKernel, window};
use translator::{Options, TranslateError, symbol_name, translate};

/// A program.
pub struct Program {
    /// How messages call it.
    pub name: String,
    /// What the PTX says.
    pub module: checked::Module,
    /// Compute capability it was compiled for, times ten.
    pub target: u32,
    /// Base of its code addresses, which no other program has.
    pub code_base: u64,
    kernels: Vec<Kernel>,
    by_name: HashMap<String, usize>,
    /// Index of a variable by the name that kernels ask for it by.
    symbols: HashMap<String, usize>,
}

/// A kernel of a program.
pub struct Kernel {
    /// Its name, as C wants it.
    pub name: CString,
    translated: OnceLock<Result<Arc<Prepared>>>,
    /// What `cuFuncSetAttribute` set.
    pub settings: KernelSettings,
}

/// Attributes of a kernel that programs set.
#[derive(Debug, Default)]
pub struct KernelSettings {
    /// Most dynamic shared memory of a launch; -1 while nobody has set it.
    pub max_dynamic_shared: Unset,
    /// A hint; kept to be read back.
    pub carveout: Unset,
    /// Kept to be read back.
    pub non_portable_cluster: Unset,
    /// A hint; kept to be read back.
    pub cluster_scheduling: Unset,
}

/// A number that starts as -1.
#[derive(Debug)]
pub struct Unset(AtomicI32);

impl Default for Unset {
    fn default() -> Self {
        Unset(AtomicI32::new(-1))
    }
}

impl Unset {
    /// The number, if it was set.
    pub fn get(&self) -> Option<i32> {
        Some(self.0.load(Ordering::Relaxed)).filter(|value| *value >= 0)
    }
    /// Sets it.
    pub fn set(&self, value: i32) {
        self.0.store(value, Ordering::Relaxed);
    }
}

/// Why a program does not load: the answer, and what the JIT's error log says.
#[derive(Clone, Debug, PartialEq)]
pub struct LoadError {
    /// The answer.
    pub error: CUerror,
    /// Lines for the log.
    pub log: String,
}

impl LoadError {
    /// With a log.
    pub fn new(error: CUerror, log: impl Into<String>) -> Self {
        LoadError { error, log: log.into() }
    }
}

impl From<ImageError> for LoadError {
    fn from(error: ImageError) -> Self {
        let answer = match &error {
            ImageError::Invalid(_) => CUerror::INVALID_IMAGE,
            ImageError::NoPtx { .. } | ImageError::TooNew { .. } => CUerror::NO_BINARY_FOR_GPU,
        };
        LoadError::new(answer, error.to_string())
    }
}

impl Program {
    /// Loads the program that an image holds. An image of several parts is linked. `file` is where it comes from, if
    /// it comes from a file.
    pub fn load(parts: &[&[u8]], file: Option<&str>) -> Result<Arc<Program>, LoadError> {
        static LOADED: AtomicU64 = AtomicU64::new(1);
        let settings = Settings::get();
        let mut texts = Vec::with_capacity(parts.len());
        for part in parts {
            match image::texts(part, settings.device.capability) {
                Ok(several) => texts.extend(several),
                // Among parts to be linked is the device runtime library, as machine code or as PTX for the newest
                // devices. What is missing without it shows when a kernel calls it.
                Err(ImageError::NoPtx { .. } | ImageError::TooNew { .. }) if parts.len() > 1 => {}
                Err(error) => return Err(error.into()),
            }
        }
        let number = LOADED.fetch_add(1, Ordering::Relaxed);
        let name = file.map_or_else(|| format!("module{number}.ptx"), |file| file.to_owned());
        let module = match texts.as_slice() {
            [] => return Err(ImageError::NoPtx { cubins: Vec::new() }.into()),
            [text] => parse(text, &name)?,
            several => link(several, &name)?,
        };
        let target = image::Target::parse(&module.target).map_or(0, |target| target.arch);
        let program = Arc::new(Program::new(name, module, target));
        if settings.strict {
            program.translate_all()?;
        }
        Ok(program)
    }

    fn new(name: String, module: checked::Module, target: u32) -> Self {
        static NEXT_CODE: AtomicU64 = AtomicU64::new(window::CODE);
        let code_base = NEXT_CODE.fetch_add(16 * module.functions.len() as u64, Ordering::Relaxed);
        let entries = module.functions.iter().filter(|function| function.is_entry && function.is_defined());
        let kernels: Vec<Kernel> = entries
            .map(|function| Kernel {
                // The parser lets no zero byte into a name.
                name: CString::new(function.name.as_str()).unwrap_or_default(),
                translated: OnceLock::new(),
                settings: KernelSettings::default(),
            })
            .collect();
        let name_of = |kernel: &Kernel| kernel.name.to_string_lossy().into_owned();
        let by_name = kernels.iter().enumerate().map(|(index, kernel)| (name_of(kernel), index)).collect();
        let ids = (0..module.variables.len()).map(|index| checked::VariableId(index as u32));
        let symbols = ids.map(|id| (symbol_name(&module, id), id.0 as usize)).collect();
        Program { name, module, target, code_base, kernels, by_name, symbols }
    }

    /// Whether nothing is missing that only another part could bring.
    pub fn check_complete(self: Arc<Self>) -> Result<Arc<Self>, LoadError> {
        let missing = |variable: &&Variable| {
            variable.linkage == Linkage::Extern && matches!(variable.space, StateSpace::Global | StateSpace::Const)
        };
        match self.module.variables.iter().find(missing) {
            Some(variable) => {
                let log = format!("error: variable `{}` is not defined anywhere", variable.name);
                let place = format!("--> {}:{}", self.name, variable.line);
                Err(LoadError::new(CUerror::INVALID_PTX, format!("{log}\n {place}")))
            }
            None => Ok(self),
        }
    }

    /// Its kernels, in the order of the PTX.
    pub fn kernels(&self) -> &[Kernel] {
        &self.kernels
    }

    /// The index of a kernel.
    pub fn find_kernel(&self, name: &str) -> Option<usize> {
        self.by_name.get(name).copied()
    }

    /// The index of a variable that programs may ask for.
    pub fn find_variable(&self, name: &str) -> Option<usize> {
        let index = self.symbols.get(name).copied()?;
        (self.module.variables[index].name == name).then_some(index)
    }

    /// The variables whose addresses a kernel needs, in its order.
    pub fn symbols_of(&self, kernel: &TileKernel) -> Result<Vec<usize>> {
        kernel.symbols.iter().map(|name| self.symbols.get(name).copied().ok_or(CUerror::NOT_FOUND)).collect()
    }

    /// Bytes of constant memory.
    pub fn constant_bytes(&self) -> u64 {
        let is_constant = |v: &&Variable| v.space == StateSpace::Const;
        self.module.variables.iter().filter(is_constant).map(|variable| variable.size).sum()
    }

    /// A kernel, ready to run. What cannot be translated is named once.
    pub fn kernel(&self, index: usize) -> Result<Arc<Prepared>> {
        let kernel = &self.kernels[index];
        kernel.translated.get_or_init(|| self.translate_one(&kernel.name.to_string_lossy())).clone()
    }

    /// Whether a kernel is ready to run.
    pub fn is_translated(&self, index: usize) -> bool {
        matches!(self.kernels[index].translated.get(), Some(Ok(_)))
    }

    fn translate_one(&self, name: &str) -> Result<Arc<Prepared>> {
        let options =
            Options { file: self.name.clone(), code_base: self.code_base, contract: Settings::get().contract };
        let kernel = match translate(&self.module, name, &options) {
            Ok(kernel) => kernel,
            Err(TranslateError::Unsupported(unsupported)) => {
                report::line(format_args!("error[T0042]: {unsupported}"));
                report::line(format_args!(
                    "  launching it returns {}; other kernels of the module work",
                    CUerror::NOT_SUPPORTED
                ));
                return Err(CUerror::NOT_SUPPORTED);
            }
            Err(other) => return Err(broken(name, &other.to_string())),
        };
        match Prepared::new(&kernel) {
            Ok(prepared) => Ok(Arc::new(prepared)),
            Err(messages) => Err(broken(name, &messages.join("; "))),
        }
    }

    /// Translates every kernel; the first that fails is why the program does not load.
    fn translate_all(&self) -> Result<(), LoadError> {
        for (index, kernel) in self.kernels.iter().enumerate() {
            self.kernel(index).map_err(|error| {
                LoadError::new(error, format!("kernel `{}` cannot be translated", kernel.name.to_string_lossy()))
            })?;
        }
        Ok(())
    }
}

fn broken(kernel: &str, what: &str) -> CUerror {
    report::line(format_args!(
        "error[T0900]: internal error: kernel `{kernel}`: {what} (a bug in regauge, not in your program; please report it)"
    ));
    CUerror::UNKNOWN
}

fn parse(text: &str, name: &str) -> Result<checked::Module, LoadError> {
    ptx_frontend::parse_module(text, name).map_err(|diagnostics| {
        let log: Vec<String> = diagnostics.iter().map(ToString::to_string).collect();
        LoadError::new(CUerror::INVALID_PTX, log.join("\n"))
    })
}

fn link(texts: &[String], name: &str) -> Result<checked::Module, LoadError> {
    let modules = texts.iter().map(|text| parse(text, name)).collect::<Result<Vec<_>, _>>()?;
    ptx_frontend::link::link(&modules).map_err(|error| LoadError::new(CUerror::INVALID_PTX, error.to_string()))
}
