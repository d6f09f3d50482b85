//! From checked PTX to tile kernels: control flow, registers to SSA values, one file per chapter of the PTX manual.
//!
//! [`Plan`] decides what belongs to a kernel, [`Lowering`] walks function bodies and appends operations to a
//! [`Builder`]. What an instruction means is said in the chapter files; whatever they do not take in full, down to the
//! last dot-word, is [`Unsupported`]: no instruction is skipped and no word ignored but the hints that
//! [`words`] lists.

mod arithmetic;
mod asynchronous;
mod atomics;
mod body;
mod builder;
mod bulk;
mod call;
mod carry;
mod collectives;
mod compare;
mod control;
mod convert;
mod device_runtime;
mod matrices;
mod mbarrier;
mod memory;
mod moves;
mod object;
mod operand;
mod outline;
mod plan;
mod synchronise;
mod textures;
mod unsupported;
mod video;
mod words;

pub(crate) use builder::keep_blocks;
pub use outline::Outline;
pub use unsupported::{TranslateError, Unsupported};

use crate::tile::{self, Kernel, Param, window};
use body::Lowering;
use plan::Plan;
use ptx_frontend::checked::{self, FunctionId, Module, VariableId};

/// What the caller decides about a translation.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// Name of the PTX file in messages.
    pub file: String,
    /// Base of the code addresses of the module (see [`window::CODE`]).
    pub code_base: u64,
    /// Whether products and sums that PTX leaves open are rounded once, as NVIDIA's assembler does.
    pub contract: bool,
}

impl Default for Options {
    fn default() -> Self {
        Options { file: "<ptx>".to_owned(), code_base: window::CODE, contract: false }
    }
}

/// The address of a function, as kernels see it and as initialisers must store it.
pub fn code_address(code_base: u64, function: FunctionId) -> u64 {
    code_base + 16 * u64::from(function.0)
}

/// The name by which [`Kernel::symbols`] asks for a variable: its own, followed by `#` and its index where an earlier
/// variable has the same name (static variables of functions).
pub fn symbol_name(module: &Module, id: VariableId) -> String {
    let name = &module.variables[id.0 as usize].name;
    let is_first = module.variables[..id.0 as usize].iter().all(|earlier| earlier.name != *name);
    symbol_name_of(name, id, is_first)
}

/// [`symbol_name`], for who knows whether an earlier variable has the name.
pub fn symbol_name_of(name: &str, id: VariableId, is_first: bool) -> String {
    if is_first { name.to_owned() } else { format!("{name}#{}", id.0) }
}

/// The entry of that name.
fn find(module: &Module, entry: &str) -> Result<FunctionId, TranslateError> {
    let found = module.functions.iter().position(|function| function.is_entry && function.name == entry);
    let usable = found.filter(|at| module.functions[*at].body.is_some());
    usable.map(|at| FunctionId(at as u32)).ok_or_else(|| TranslateError::NoSuchKernel(entry.to_owned()))
}

/// Translates one kernel, as it stands in the PTX.
pub(crate) fn lower(module: &Module, entry: &str, options: &Options) -> Result<Kernel, TranslateError> {
    let entry = find(module, entry)?;
    let function = &module.functions[entry.0 as usize];
    if let Some(rejected) = rejected(function, &function.name, options).next() {
        return Err(rejected.into());
    }
    let plan = Plan::of(module, entry);
    let (params, param_bytes) = lay_out_params(function);
    let mut symbols = Vec::new();
    let mut functions = vec![Lowering::new(module, &plan, options, &function.name, &mut symbols).kernel(entry)?];
    for &callee in &plan.called {
        functions.push(Lowering::new(module, &plan, options, &function.name, &mut symbols).callee(callee)?);
    }
    let directive = |name: &str| {
        let numbers = function
            .directives
            .iter()
            .find(|(word, _)| word.trim_start_matches('.') == name)
            .map(|(_, numbers)| numbers)?;
        let dimension = |index: usize| numbers.get(index).copied().unwrap_or(1);
        Some([dimension(0), dimension(1), dimension(2)])
    };
    let required_threads = directive("reqntid");
    Ok(Kernel {
        name: function.name.clone(),
        params,
        param_bytes,
        static_shared: plan.static_shared,
        dynamic_shared_align: plan.dynamic_shared_align,
        symbols,
        max_threads: required_threads.or_else(|| directive("maxntid")),
        required_threads,
        functions,
        files: files(module, options),
    })
}

/// What the checker said about a function that it could not take, as reasons why `kernel` cannot run.
fn rejected(function: &checked::Function, kernel: &str, options: &Options) -> impl Iterator<Item = Unsupported> {
    function.errors.iter().map(|diagnostic| {
        // Messages name the instruction in backticks first.
        let what = diagnostic.message.split('`').nth(1).unwrap_or(&function.name).to_owned();
        let origin = checked::Origin { line: diagnostic.line, source: (0, 0) };
        let (kernel, file) = (kernel.to_owned(), options.file.clone());
        Unsupported { what, reason: diagnostic.message.clone(), kernel, file, origin, cuda_line: String::new() }
    })
}

/// Parameters of a kernel lie at their natural alignment in the order of their declaration.
fn lay_out_params(function: &checked::Function) -> (Vec<Param>, u32) {
    let mut end = 0;
    let mut params = Vec::new();
    for param in &function.params {
        let offset = param.offset_behind(end);
        end = offset + param.size;
        // The checker lets none be larger than a few pages.
        let (offset, size) = (offset as u32, param.size as u32);
        params.push(Param { name: param.name.clone(), offset, size, align: param.align });
    }
    (params, end as u32)
}

fn files(module: &Module, options: &Options) -> Vec<String> {
    let mut files = vec![options.file.clone()];
    for (index, path) in &module.files {
        let index = *index as usize;
        // Indices are small in practice; a hostile one must not make a huge table.
        if index < 1 << 16 {
            files.resize(files.len().max(index + 1), String::new());
            if index > 0 {
                files[index].clone_from(path);
            }
        }
    }
    files
}

/// The tile function that a called PTX function becomes.
fn called_function(plan: &Plan, function: FunctionId) -> Option<tile::FunctionId> {
    plan.called.binary_search(&function).ok().map(|at| tile::FunctionId(at as u32 + 1))
}

#[cfg(test)]
mod tests;
