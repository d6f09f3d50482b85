//! Modules: a program in a context, with memory for its variables; libraries: a program that gets into a context when
//! it is first used there; and the functions of both.

use super::context::{Context, current, lock};
use super::device::device;
use super::program::Program;
use super::texture::{SurfaceReference, TextureReference};
use super::variables::{Place, Variables};
use crate::abi::Result;
use crate::error::CUerror;
use crate::handle::{Live, Object, Registry};
use crate::report;
use crate::sys::{CUfunc_st, CUlib_st, CUlibrary, CUmod_st, CUmodule};
use ptx_frontend::ast::Opaque;
use ptx_frontend::types::StateSpace;
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, Weak};
use translator::texture::{self, Sampler};

/// A program in a context.
pub struct Module {
    handle: OnceLock<usize>,
    program: Arc<Program>,
    context: Arc<Context>,
    placed: Mutex<Placed>,
    is_loaded: AtomicBool,
    functions: Mutex<HashMap<usize, Live<Function>>>,
}

/// The variables that are known of the program.
struct Placed {
    variables: Variables,
    /// Texture and surface references, by the index of their variables.
    references: HashMap<usize, Reference>,
    /// So many variables have theirs.
    declared: usize,
}

/// A texture or surface reference.
enum Reference {
    Texture(Live<TextureReference>),
    Surface(Live<SurfaceReference>),
    /// It has nothing to be bound to.
    Sampler,
}

/// A program that may be used in any context.
pub struct Library {
    handle: OnceLock<usize>,
    program: Arc<Program>,
    /// Its `__managed__` variables, which no context owns.
    managed: OnceLock<Result<Variables>>,
    /// By number of the context.
    modules: Mutex<HashMap<u64, Live<Module>>>,
    kernels: Mutex<HashMap<usize, Live<Function>>>,
}

/// A kernel as programs hold it: `CUfunction` of a module, or `CUkernel` of a library.
pub struct Function {
    program: Arc<Program>,
    index: usize,
    home: Home,
}

/// Where a function comes from. Weak, because module and library keep their functions.
enum Home {
    Module(Weak<Module>),
    Library(Weak<Library>),
}

impl Object for Module {
    type Raw = CUmod_st;
    fn registry() -> &'static Registry<Self> {
        static MODULES: Registry<Module> = Registry::new();
        &MODULES
    }
}

impl Object for Library {
    type Raw = CUlib_st;
    fn registry() -> &'static Registry<Self> {
        static LIBRARIES: Registry<Library> = Registry::new();
        &LIBRARIES
    }
}

impl Object for Function {
    type Raw = CUfunc_st;
    fn registry() -> &'static Registry<Self> {
        static FUNCTIONS: Registry<Function> = Registry::new();
        &FUNCTIONS
    }
}

impl Module {
    /// Brings a program into a context. `managed` are the variables that exist already.
    pub fn load(program: Arc<Program>, context: &Arc<Context>, managed: Option<&Variables>) -> Result<Live<Module>> {
        let variables = Variables::place(device()?, context, &program, managed)?;
        let mut placed = Placed { variables, references: HashMap::new(), declared: 0 };
        placed.declare_references(context, &program)?;
        let module = Module {
            handle: OnceLock::new(),
            program,
            context: context.clone(),
            placed: Mutex::new(placed),
            is_loaded: AtomicBool::new(true),
            functions: Mutex::default(),
        };
        let live = Module::registry().insert(Arc::new(module));
        let _ = live.handle.set(live.handle() as usize);
        context.adopt(live.clone());
        Ok(live)
    }

    /// The program.
    pub fn program(&self) -> &Arc<Program> {
        &self.program
    }

    /// The context it is in.
    pub fn context(&self) -> &Arc<Context> {
        &self.context
    }

    /// Its handle.
    pub fn handle(&self) -> CUmodule {
        self.handle.get().map_or(std::ptr::null_mut(), |handle| *handle as CUmodule)
    }

    /// Whether it is still in its context.
    pub fn is_loaded(&self) -> bool {
        self.is_loaded.load(Ordering::Acquire)
    }

    /// Takes the module out of its context: its handles end, and its variables' memory is given back.
    pub fn unload(live: &Live<Module>) -> Result {
        live.remove()?;
        live.is_loaded.store(false, Ordering::Release);
        for function in lock(&live.functions).drain() {
            let _ = function.1.remove();
        }
        live.context.schedule.wait_for_all();
        let placed = lock(&live.placed);
        for (index, reference) in &placed.references {
            let _ = match reference {
                Reference::Texture(texture) => texture.remove().map(drop),
                Reference::Surface(surface) => surface.remove().map(drop),
                Reference::Sampler => Ok(()),
            };
            if let Some(place) = placed.variables.get(*index) {
                live.context.references.set(place.address, None);
            }
        }
        live.context.disown(live);
        placed.variables.free(device()?);
        Ok(())
    }

    /// The function of one of its kernels; always the same handle.
    pub fn function(self: &Arc<Self>, index: usize) -> Live<Function> {
        let make = || {
            let home = Home::Module(Arc::downgrade(self));
            Function::registry().insert(Arc::new(Function { program: self.program.clone(), index, home }))
        };
        lock(&self.functions).entry(index).or_insert_with(make).clone()
    }

    /// Where a variable lies.
    pub fn variable(&self, name: &str) -> Result<Place> {
        let index = self.program.find_variable(name).ok_or(CUerror::NOT_FOUND)?;
        self.placed()?.variables.get(index).ok_or(CUerror::NOT_FOUND)
    }

    /// With places for all variables that are known now.
    fn placed(&self) -> Result<MutexGuard<'_, Placed>> {
        let mut placed = lock(&self.placed);
        placed.variables.place_further(device()?, &self.context, &self.program)?;
        placed.declare_references(&self.context, &self.program)?;
        Ok(placed)
    }

    /// A texture reference that it declares.
    pub fn texture_reference(&self, name: &str) -> Result<Live<TextureReference>> {
        let index = self.program.find_variable(name).ok_or(CUerror::NOT_FOUND)?;
        match self.placed()?.references.get(&index) {
            Some(Reference::Texture(reference)) => Ok(reference.clone()),
            _ => Err(CUerror::NOT_FOUND),
        }
    }

    /// A surface reference that it declares.
    pub fn surface_reference(&self, name: &str) -> Result<Live<SurfaceReference>> {
        let index = self.program.find_variable(name).ok_or(CUerror::NOT_FOUND)?;
        match self.placed()?.references.get(&index) {
            Some(Reference::Surface(reference)) => Ok(reference.clone()),
            _ => Err(CUerror::NOT_FOUND),
        }
    }

    /// Addresses of variables, by their indices.
    pub fn addresses(&self, variables: &[usize]) -> Result<Arc<[u64]>> {
        let placed = self.placed()?;
        let address = |&index: &usize| placed.variables.get(index).map(|p| p.address).ok_or(CUerror::NOT_FOUND);
        variables.iter().map(address).collect()
    }
}

impl Placed {
    /// Gives the texture, sampler and surface variables that have no object yet one each.
    fn declare_references(&mut self, context: &Arc<Context>, program: &Program) -> Result {
        let module = program.module();
        let placed = module.variables.iter().enumerate().take(self.variables.count());
        for (index, variable) in placed.skip(self.declared) {
            let kind = match variable.opaque {
                None if variable.space == StateSpace::Tex => Opaque::Texture,
                None => continue,
                Some(kind) => kind,
            };
            let Some(place) = self.variables.get(index) else { continue };
            let fields = variable.fields.iter().map(|(name, value)| (name.as_str(), value.as_str()));
            let sampler = Sampler::from_fields(fields).map_err(|what| {
                report::line(format_args!("error[T0043]: variable `{}`: {what}", variable.name));
                CUerror::INVALID_PTX
            })?;
            let reference = match kind {
                Opaque::Texture => {
                    let made = TextureReference::new(Some((Arc::downgrade(context), place.address)), sampler);
                    made.announce();
                    Reference::Texture(TextureReference::registry().insert(Arc::new(made)))
                }
                Opaque::Surface => {
                    let made = SurfaceReference::new(Arc::downgrade(context), place.address);
                    made.announce();
                    Reference::Surface(SurfaceReference::registry().insert(Arc::new(made)))
                }
                Opaque::Sampler => {
                    context.references.set(place.address, Some(Arc::new(texture::Object::Sampler(sampler))));
                    Reference::Sampler
                }
            };
            self.references.insert(index, reference);
            self.declared = index + 1;
        }
        self.declared = self.variables.count();
        Ok(())
    }
}

impl Library {
    /// A library of a program.
    pub fn new(program: Arc<Program>) -> Live<Library> {
        let handle = OnceLock::new();
        let library =
            Library { handle, program, managed: OnceLock::new(), modules: Mutex::default(), kernels: Mutex::default() };
        let live = Library::registry().insert(Arc::new(library));
        let _ = live.handle.set(live.handle() as usize);
        live
    }

    /// The program.
    pub fn program(&self) -> &Arc<Program> {
        &self.program
    }

    /// Its handle.
    pub fn handle(&self) -> CUlibrary {
        self.handle.get().map_or(std::ptr::null_mut(), |handle| *handle as CUlibrary)
    }

    /// Its module in a context, which it is brought into now if it was not yet.
    pub fn module(&self, context: &Arc<Context>) -> Result<Live<Module>> {
        let mut modules = lock(&self.modules);
        match modules.get(&context.number()) {
            Some(module) if module.is_loaded() => Ok(module.clone()),
            _ => {
                let module = Module::load(self.program.clone(), context, Some(self.managed()?))?;
                modules.insert(context.number(), module.clone());
                Ok(module)
            }
        }
    }

    fn managed(&self) -> Result<&Variables> {
        let place = || Variables::place_managed(device()?, &self.program);
        self.managed.get_or_init(place).as_ref().map_err(|error| *error)
    }

    /// Where a `__managed__` variable lies.
    pub fn managed_variable(&self, name: &str) -> Result<Place> {
        let index = self.program.find_variable(name).ok_or(CUerror::NOT_FOUND)?;
        self.managed()?.get(index).ok_or(CUerror::NOT_FOUND)
    }

    /// One of its kernels; always the same handle.
    pub fn kernel(self: &Arc<Self>, index: usize) -> Live<Function> {
        let make = || {
            let home = Home::Library(Arc::downgrade(self));
            Function::registry().insert(Arc::new(Function { program: self.program.clone(), index, home }))
        };
        lock(&self.kernels).entry(index).or_insert_with(make).clone()
    }

    /// Ends the library and takes it out of every context.
    pub fn unload(live: &Live<Library>) -> Result {
        live.remove()?;
        for kernel in lock(&live.kernels).drain() {
            let _ = kernel.1.remove();
        }
        let modules: Vec<_> = lock(&live.modules).drain().collect();
        for (_, module) in modules.iter().filter(|(_, module)| module.is_loaded()) {
            Module::unload(module)?;
        }
        if let Some(Ok(managed)) = live.managed.get() {
            managed.free(device()?);
        }
        Ok(())
    }
}

impl Function {
    /// The program.
    pub fn program(&self) -> &Arc<Program> {
        &self.program
    }

    /// Which of the program's kernels it is.
    pub fn index(&self) -> usize {
        self.index
    }

    /// The module it runs in: its own, or its library's in the current context.
    pub fn module(&self) -> Result<Arc<Module>> {
        match &self.home {
            Home::Module(module) => module.upgrade().filter(|module| module.is_loaded()).ok_or(CUerror::INVALID_HANDLE),
            Home::Library(library) => {
                let library = library.upgrade().ok_or(CUerror::INVALID_HANDLE)?;
                Ok(library.module(current::get()?.object())?.object().clone())
            }
        }
    }

    /// The library it belongs to, if it belongs to one.
    pub fn library(&self) -> Option<Arc<Library>> {
        match &self.home {
            Home::Module(_) => None,
            Home::Library(library) => library.upgrade(),
        }
    }
}
