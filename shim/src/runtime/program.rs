//! A PTX program: its kernels are checked and translated once, when they are first needed, whatever number of contexts
//! it is loaded into.

use super::image::{self, ImageError};
use super::settings::Settings;
use crate::abi::Result;
use crate::error::CUerror;
use crate::report;
use ptx_frontend::checked::{FunctionId, Linkage, Module, Variable, VariableId};
use ptx_frontend::types::StateSpace;
use ptx_frontend::{Diagnostic, Unit};
use std::collections::HashMap;
use std::ffi::CString;
use std::ops::Deref;
use std::sync::atomic::{AtomicI32, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock, PoisonError, RwLock, RwLockReadGuard};
use translator::tile::eval::Prepared;
use translator::tile::{Kernel as TileKernel, window};
use translator::{Options, TranslateError, symbol_name_of, translate};

/// PTX that a program has written or made itself is checked as a whole when it is loaded, as NVIDIA's driver does: the
/// program may look at the answer and at the log. That takes 10 ms for so many bytes; the kernels of a longer text are
/// checked when they are needed.
const MOST_CHECKED_AT_ONCE: usize = 1 << 20;

/// A program.
pub struct Program {
    /// How messages call it.
    pub name: String,
    code: RwLock<Code>,
    /// Compute capability it was compiled for, times ten.
    pub target: u32,
    /// Base of its code addresses, which no other program has.
    pub code_base: u64,
    kernels: Vec<Kernel>,
    by_name: HashMap<String, usize>,
}

/// What is known of the PTX so far.
struct Code {
    unit: Unit,
    /// Index of a variable by the name that kernels ask for it by.
    symbols: HashMap<String, usize>,
    /// So many variables are among them. Looking into a function adds those that it declares.
    named: usize,
}

/// The module as it is known so far, to read.
pub struct Known<'a>(RwLockReadGuard<'a, Code>);

impl Deref for Known<'_> {
    type Target = Module;
    fn deref(&self) -> &Module {
        self.0.unit.module()
    }
}

/// A kernel of a program.
pub struct Kernel {
    /// Its name, as C wants it.
    pub name: CString,
    id: FunctionId,
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

    /// Puts the first line of the log on standard error.
    pub fn report(&self) {
        let mut lines = self.log.lines().map(str::trim);
        let first = lines.next().unwrap_or("cannot load the module").trim_start_matches("error: ");
        let place = lines.next().and_then(|line| line.strip_prefix("--> "));
        let place = place.map(|place| format!(" at {place}")).unwrap_or_default();
        report::line(format_args!("error[T0200]: {first}{place} ({})", self.error));
    }
}

impl From<Vec<Diagnostic>> for LoadError {
    fn from(diagnostics: Vec<Diagnostic>) -> Self {
        let log: Vec<String> = diagnostics.iter().map(ToString::to_string).collect();
        LoadError::new(CUerror::INVALID_PTX, log.join("\n"))
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
        let is_text = matches!(parts, [part] if image::is_text(part));
        let unit = match texts.len() {
            0 => return Err(ImageError::NoPtx { cubins: Vec::new() }.into()),
            1 => {
                let text = texts.remove(0);
                let at_once = is_text && text.len() <= MOST_CHECKED_AT_ONCE;
                let mut unit = Unit::new(text, &name)?;
                if at_once {
                    unit.check_all()?;
                }
                unit
            }
            _ => Unit::from(link(&texts, &name)?),
        };
        let program = Arc::new(Program::new(name, unit));
        if settings.strict {
            program.translate_all()?;
        }
        Ok(program)
    }

    fn new(name: String, unit: Unit) -> Self {
        static NEXT_CODE: AtomicU64 = AtomicU64::new(window::CODE);
        let module = unit.module();
        let target = image::Target::parse(&module.target).map_or(0, |target| target.arch);
        let code_base = NEXT_CODE.fetch_add(16 * module.functions.len() as u64, Ordering::Relaxed);
        let functions = module.functions.iter().zip((0..).map(FunctionId));
        let kernels: Vec<Kernel> = functions
            .filter(|(function, id)| function.is_entry && unit.is_defined(*id))
            .map(|(function, id)| Kernel {
                // The parser lets no zero byte into a name.
                name: CString::new(function.name.as_str()).unwrap_or_default(),
                id,
                translated: OnceLock::new(),
                settings: KernelSettings::default(),
            })
            .collect();
        let name_of = |kernel: &Kernel| kernel.name.to_string_lossy().into_owned();
        let by_name = kernels.iter().enumerate().map(|(index, kernel)| (name_of(kernel), index)).collect();
        let mut code = Code { unit, symbols: HashMap::new(), named: 0 };
        code.name_variables();
        Program { name, code: RwLock::new(code), target, code_base, kernels, by_name }
    }

    fn code(&self) -> RwLockReadGuard<'_, Code> {
        self.code.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the PTX says, as far as it has been looked into: all of module scope, and the functions that kernels needed.
    /// Further variables may come behind those that there are. No kernel can be prepared as long as this is held.
    pub fn module(&self) -> Known<'_> {
        Known(self.code())
    }

    /// How many functions nobody has looked into yet.
    pub fn unchecked(&self) -> usize {
        self.code().unit.unchecked()
    }

    /// Whether nothing is missing that only another part could bring.
    pub fn check_complete(self: Arc<Self>) -> Result<Arc<Self>, LoadError> {
        let missing = |variable: &&Variable| {
            variable.linkage == Linkage::Extern && matches!(variable.space, StateSpace::Global | StateSpace::Const)
        };
        match self.module().variables.iter().find(missing) {
            Some(variable) => {
                let log = format!("error: variable `{}` is not defined anywhere", variable.name);
                let place = format!("--> {}:{}", self.name, variable.line);
                Err(LoadError::new(CUerror::INVALID_PTX, format!("{log}\n {place}")))
            }
            None => Ok(self.clone()),
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
        let code = self.code();
        let index = code.symbols.get(name).copied()?;
        (code.unit.module().variables[index].name == name).then_some(index)
    }

    /// The variables whose addresses a kernel needs, in its order.
    pub fn symbols_of(&self, kernel: &TileKernel) -> Result<Vec<usize>> {
        let code = self.code();
        kernel.symbols.iter().map(|name| code.symbols.get(name).copied().ok_or(CUerror::NOT_FOUND)).collect()
    }

    /// Bytes of constant memory.
    pub fn constant_bytes(&self) -> u64 {
        let is_constant = |v: &&Variable| v.space == StateSpace::Const;
        self.module().variables.iter().filter(is_constant).map(|variable| variable.size).sum()
    }

    /// A kernel, ready to run. What is wrong with it or cannot be translated is named once.
    pub fn kernel(&self, index: usize) -> Result<Arc<Prepared>> {
        let kernel = &self.kernels[index];
        let make = || {
            self.check(kernel.id).map_err(|error| {
                error.report();
                error.error
            })?;
            self.translate_one(&kernel.name.to_string_lossy())
        };
        kernel.translated.get_or_init(make).clone()
    }

    fn check(&self, id: FunctionId) -> Result<(), LoadError> {
        if self.unchecked() > 0 {
            let mut code = self.code.write().unwrap_or_else(PoisonError::into_inner);
            let checked = code.unit.check(id);
            // A function may have been fine though another one is not.
            code.name_variables();
            checked?;
        }
        Ok(())
    }

    /// Whether a kernel is ready to run.
    pub fn is_translated(&self, index: usize) -> bool {
        matches!(self.kernels[index].translated.get(), Some(Ok(_)))
    }

    fn translate_one(&self, name: &str) -> Result<Arc<Prepared>> {
        let options =
            Options { file: self.name.clone(), code_base: self.code_base, contract: Settings::get().contract };
        let kernel = match translate(&self.module(), name, &options) {
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

impl Code {
    /// Gives the variables that are new their names.
    fn name_variables(&mut self) {
        for (index, variable) in self.unit.module().variables.iter().enumerate().skip(self.named) {
            let is_first = !self.symbols.contains_key(&variable.name);
            let name = symbol_name_of(&variable.name, VariableId(index as u32), is_first);
            self.symbols.insert(name, index);
            self.named = index + 1;
        }
    }
}

fn broken(kernel: &str, what: &str) -> CUerror {
    report::line(format_args!(
        "error[T0900]: internal error: kernel `{kernel}`: {what} (a bug in regauge, not in your program; please report it)"
    ));
    CUerror::UNKNOWN
}

/// Says what is wrong with a text.
pub fn check(text: &str, name: &str) -> Result<(), LoadError> {
    ptx_frontend::parse_module(text, name)?;
    Ok(())
}

fn link(texts: &[String], name: &str) -> Result<Module, LoadError> {
    let parse = |text: &String| ptx_frontend::parse_module(text, name);
    let modules = texts.iter().map(parse).collect::<Result<Vec<_>, _>>()?;
    ptx_frontend::link::link(&modules).map_err(|error| LoadError::new(CUerror::INVALID_PTX, error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = ".version 8.0\n.target sm_75\n.address_size 64\n";
    const KERNELS: &str = ".visible .entry first() { ret; }\n.visible .entry wrong() { nonsense; }\n\
        .visible .entry third() { .global .u32 inner; ret; }\n";

    fn load(text: &str) -> Result<Arc<Program>, LoadError> {
        Program::load(&[text.as_bytes()], None)
    }

    #[test]
    fn only_the_kernels_that_are_needed_are_looked_into() {
        let long = format!("{HEAD}{KERNELS}//{}\n", " ".repeat(MOST_CHECKED_AT_ONCE));
        let program = load(&long).unwrap();
        assert_eq!((program.kernels().len(), program.unchecked()), (3, 3));
        assert!(program.kernel(0).is_ok());
        assert_eq!(program.unchecked(), 2);
        assert_eq!(program.kernel(1).err(), Some(CUerror::INVALID_PTX));
        assert_eq!((program.unchecked(), program.find_variable("inner")), (2, None));
        assert!(program.kernel(2).is_ok());
        assert_eq!((program.unchecked(), program.find_variable("inner")), (1, Some(0)));
    }

    #[test]
    fn a_text_of_usual_length_is_checked_when_it_is_loaded() {
        let refused = load(&format!("{HEAD}{KERNELS}")).err().unwrap();
        assert_eq!(refused.error, CUerror::INVALID_PTX);
        assert!(refused.log.contains("`nonsense` is not a PTX instruction"), "{}", refused.log);
        let program = load(&format!("{HEAD}.visible .entry first() {{ ret; }}\n")).unwrap();
        assert_eq!(program.unchecked(), 0);
    }
}
