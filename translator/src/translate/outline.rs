//! What keeps the kernels of a module from being translated, without translating them.
//!
//! Every function is looked into by itself, once for all kernels that may come to run it, and what it does is then
//! forgotten but for its calls. So a program of many relocatable modules can be looked at one module at a time.

use super::body::Lowering;
use super::plan::{Plan, Reach};
use super::{Options, Unsupported, rejected};
use ptx_frontend::checked::{Function, FunctionId, Module, Operand, Origin};
use ptx_frontend::isa::Opcode;
use ptx_frontend::link::{self, LinkError};
use std::cell::OnceCell;
use std::collections::{BTreeSet, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// See the module's documentation.
pub struct Outline {
    /// Its bodies have only the calls, and what takes the address of a function.
    module: Module,
    /// By function: what is missing in its own lines.
    gaps: Vec<Vec<Gap>>,
    /// See [`Reach::of`].
    address_taken: OnceCell<BTreeSet<FunctionId>>,
}

/// Something in a function that is not offered.
#[derive(Clone)]
pub(super) struct Gap {
    pub(super) unsupported: Unsupported,
    /// It is a call of this function, and no gap if another module defines it.
    pub(super) undefined: Option<String>,
}

impl Outline {
    /// Looks into every function of a module.
    ///
    /// Should our code panic over a function, that is a gap of it.
    pub fn of(mut module: Module, options: &Options) -> Outline {
        let plan = Plan::of_any_kernel(&module);
        let ids = (0..module.functions.len() as u32).map(FunctionId);
        let gaps = ids.map(|id| look_into(&module, &plan, options, id)).collect();
        strip(&mut module);
        Outline { module, gaps, address_taken: OnceCell::new() }
    }

    /// Links them as [`link::link`] does.
    pub fn link(outlines: &[Outline]) -> Result<Outline, LinkError> {
        let modules: Vec<&Module> = outlines.iter().map(|outline| &outline.module).collect();
        let (module, origins) = link::link_with_origins(&modules)?;
        let gaps = origins.iter().map(|&(module, function)| outlines[module].gaps[function].clone()).collect();
        Ok(Outline { module, gaps, address_taken: OnceCell::new() })
    }

    /// The kernels in the order of the module, and everything that keeps each from being translated, in itself and in
    /// the functions that it may come to run: each once, in the order of the lines. A kernel without gaps translates.
    pub fn kernels(&self) -> impl Iterator<Item = (&str, Vec<Unsupported>)> {
        let functions = self.module.functions.iter().zip(0..);
        let kernels = functions.filter(|(function, _)| function.is_entry && function.is_defined());
        let defined: HashSet<&str> =
            self.module.functions.iter().filter(|each| each.is_defined()).map(|each| each.name.as_str()).collect();
        kernels.map(move |(kernel, id)| (kernel.name.as_str(), self.gaps_of(FunctionId(id), &kernel.name, &defined)))
    }

    fn gaps_of(&self, entry: FunctionId, kernel: &str, defined: &HashSet<&str>) -> Vec<Unsupported> {
        let reach = Reach::of(&self.module, entry, &self.address_taken);
        let gaps = reach.functions.iter().flat_map(|function| &self.gaps[function.0 as usize]);
        let is_open = |gap: &&Gap| gap.undefined.as_ref().is_none_or(|name| !defined.contains(name.as_str()));
        let mut found: Vec<&Unsupported> = gaps.filter(is_open).map(|gap| &gap.unsupported).collect();
        found.sort_by(|a, b| (a.origin.line, &a.what).cmp(&(b.origin.line, &b.what)));
        // A gap that occurs often is told where it occurs first.
        let mut told = HashSet::new();
        found.retain(|gap| told.insert((&gap.what, &gap.reason)));
        found.into_iter().map(|gap| Unsupported { kernel: kernel.to_owned(), ..gap.clone() }).collect()
    }
}

fn look_into(module: &Module, plan: &Plan, options: &Options, id: FunctionId) -> Vec<Gap> {
    let function = &module.functions[id.0 as usize];
    let certain = |unsupported| Gap { unsupported, undefined: None };
    let mut gaps: Vec<Gap> = rejected(function, &function.name, options).map(certain).collect();
    if function.body.is_none() {
        return gaps;
    }
    let mut symbols = Vec::new();
    let look = || Lowering::new(module, plan, options, &function.name, &mut symbols).gaps(id);
    match catch_unwind(AssertUnwindSafe(look)) {
        Ok(found) => gaps.extend(found),
        Err(_) => gaps.push(certain(our_bug(function, options))),
    }
    gaps
}

fn our_bug(function: &Function, options: &Options) -> Unsupported {
    Unsupported {
        what: "internal error in regauge; please report it".to_owned(),
        reason: String::new(),
        kernel: function.name.clone(),
        file: options.file.clone(),
        origin: Origin { line: function.line, source: (0, 0) },
        cuda_line: String::new(),
    }
}

/// Leaves what [`Reach`] and the linker need.
fn strip(module: &mut Module) {
    module.files = Vec::new();
    for variable in &mut module.variables {
        variable.initial = Vec::new();
    }
    for body in module.functions.iter_mut().filter_map(|function| function.body.as_mut()) {
        let names_function = |operand: &Operand| matches!(operand, Operand::Function(_));
        body.instructions.retain(|each| each.opcode == Opcode::Call || each.operands.iter().any(names_function));
        body.instructions.shrink_to_fit();
        (body.registers, body.locals, body.labels, body.branch_targets) = Default::default();
    }
}
