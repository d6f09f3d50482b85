//! What a kernel consists of, decided before anything is lowered: which functions it reaches, which of them become
//! functions of the tile kernel rather than copies at their call sites, and where its shared variables lie.

use crate::tile::Type;
use ptx_frontend::checked::{Body, Function, FunctionId, Instruction, Module, Operand, Symbol, Variable, VariableId};
use ptx_frontend::isa::Opcode;
use ptx_frontend::types::StateSpace;
use std::cell::OnceCell;
use std::collections::{BTreeSet, HashMap};

/// Copies of callees are made as long as the kernel stays below this many PTX instructions.
const MOST_INSTRUCTIONS: usize = 30_000;
/// Callees up to this size are copied even into larger kernels.
const SMALL_CALLEE: usize = 60;

/// See the module's documentation.
pub(super) struct Plan {
    /// Functions that are called, in the order in which they become functions of the tile kernel (after the kernel's
    /// own body).
    pub(super) called: Vec<FunctionId>,
    /// Those of them that are never copied: recursive ones, and large ones where copies would blow up the kernel. The
    /// others are called through pointers only.
    pub(super) must_call: BTreeSet<FunctionId>,
    /// Offsets of static shared variables.
    pub(super) shared: HashMap<VariableId, u32>,
    /// Bytes of static shared memory.
    pub(super) static_shared: u32,
    /// Alignment of dynamic shared memory; 1 if there is none.
    pub(super) dynamic_shared_align: u32,
}

/// Types by which parameters or results travel when a function is called rather than copied: every variable as 64-bit
/// words, and 32 bits for a rest of up to 4 bytes. Direct and indirect calls agree on it by declaration alone.
pub(super) fn words_of(variables: &[Variable]) -> Vec<Type> {
    let mut types = Vec::new();
    for variable in variables {
        types.extend(std::iter::repeat_n(Type::B64, (variable.size / 8) as usize));
        match variable.size % 8 {
            0 => {}
            1..=4 => types.push(Type::B32),
            _ => types.push(Type::B64),
        }
    }
    types
}

/// The functions that a body calls by name, and the prototypes by which it calls through pointers.
fn calls(body: &Body) -> (Vec<FunctionId>, Vec<u32>) {
    let (mut direct, mut indirect) = (Vec::new(), Vec::new());
    for instruction in body.instructions.iter().filter(|instruction| instruction.opcode == Opcode::Call) {
        match instruction.operands.get(1) {
            Some(Operand::Function(function)) => direct.push(*function),
            Some(_) => indirect.extend(instruction.operands.iter().find_map(|operand| match operand {
                Operand::Prototype(prototype) => Some(*prototype),
                _ => None,
            })),
            None => {}
        }
    }
    (direct, indirect)
}

/// Functions whose address is taken anywhere in the module; any kernel of it may come to call them.
fn address_taken(module: &Module) -> BTreeSet<FunctionId> {
    let in_initialisers =
        module.variables.iter().flat_map(|variable| &variable.relocations).filter_map(|at| match at.symbol {
            Symbol::Function(function) => Some(function),
            Symbol::Variable(_) => None,
        });
    let bodies = module.functions.iter().filter_map(|function| function.body.as_ref());
    let in_code = bodies.flat_map(|body| &body.instructions).flat_map(|instruction| {
        let is_call = instruction.opcode == Opcode::Call;
        instruction.operands.iter().enumerate().filter_map(move |(at, operand)| match operand {
            Operand::Function(function) if !(is_call && at == 1) => Some(*function),
            _ => None,
        })
    });
    in_initialisers.chain(in_code).collect()
}

/// What a kernel may come to run.
pub(super) struct Reach {
    /// The kernel, and the functions that it reaches.
    pub(super) functions: Vec<FunctionId>,
    /// Those of them that pointers may lead to.
    pointed_to: BTreeSet<FunctionId>,
}

impl Reach {
    /// `address_taken` keeps the module's functions whose address is taken, once they were wanted.
    pub(super) fn of(module: &Module, entry: FunctionId, address_taken: &OnceCell<BTreeSet<FunctionId>>) -> Reach {
        let mut reach = Reach { functions: Vec::new(), pointed_to: BTreeSet::new() };
        let mut seen = BTreeSet::new();
        let mut pending = vec![entry];
        let mut prototypes = BTreeSet::new();
        loop {
            while let Some(at) = pending.pop() {
                if !seen.insert(at) {
                    continue;
                }
                reach.functions.push(at);
                let Some(body) = &module.functions[at.0 as usize].body else { continue };
                let (direct, indirect) = calls(body);
                pending.extend(direct);
                for prototype in indirect {
                    let (returns, params) = &body.prototypes[prototype as usize];
                    prototypes.insert((words_of(params), words_of(returns)));
                }
            }
            if prototypes.is_empty() {
                break;
            }
            for &candidate in address_taken.get_or_init(|| self::address_taken(module)) {
                let function = &module.functions[candidate.0 as usize];
                let fits = prototypes.contains(&(words_of(&function.params), words_of(&function.returns)));
                if fits && !function.is_entry && function.is_usable() && reach.pointed_to.insert(candidate) {
                    pending.push(candidate);
                }
            }
            if pending.is_empty() {
                break;
            }
        }
        reach
    }
}

impl Plan {
    pub(super) fn of(module: &Module, entry: FunctionId) -> Plan {
        let Reach { functions: reached, pointed_to } = Reach::of(module, entry, &OnceCell::new());
        let must_call = not_copied(module, &reached, entry);
        let mut called = pointed_to;
        called.extend(&must_call);
        let mut plan = Plan {
            called: called.into_iter().collect(),
            must_call,
            shared: HashMap::new(),
            static_shared: 0,
            dynamic_shared_align: 1,
        };
        plan.lay_out_shared(module, &reached);
        plan
    }

    /// For looking into functions one by one, whatever kernel reaches them: nothing is copied, and shared variables have
    /// a place, but not one of their own.
    pub(super) fn of_any_kernel(module: &Module) -> Plan {
        let with_body = |id: &FunctionId| body_of(module, *id).is_some();
        let called: Vec<FunctionId> = (0..module.functions.len() as u32).map(FunctionId).filter(with_body).collect();
        let variables = module.variables.iter().zip(0..).filter(|(variable, _)| is_shared(variable));
        Plan {
            must_call: called.iter().copied().collect(),
            called,
            shared: variables.map(|(_, id)| (VariableId(id), 0)).collect(),
            static_shared: 0,
            dynamic_shared_align: 1,
        }
    }

    /// Static shared variables lie in the order of their declaration.
    fn lay_out_shared(&mut self, module: &Module, reached: &[FunctionId]) {
        let mut used = BTreeSet::new();
        for function in reached {
            let instructions = module.functions[function.0 as usize].body.iter().flat_map(|body| &body.instructions);
            for operand in instructions.flat_map(|instruction: &Instruction| &instruction.operands) {
                collect_shared(module, operand, &mut used);
            }
        }
        for id in used {
            let variable = &module.variables[id.0 as usize];
            if is_dynamic(variable) {
                self.dynamic_shared_align = self.dynamic_shared_align.max(variable.align);
            } else {
                let at = self.static_shared.next_multiple_of(variable.align.max(1));
                self.shared.insert(id, at);
                self.static_shared = at.saturating_add(u32::try_from(variable.size).unwrap_or(u32::MAX));
            }
        }
    }
}

/// Whether a shared variable stands for the block whose size the launch gives. One that is declared `.extern` with a
/// size, and that no module defines, has memory of its own: Taichi writes its shared arrays so, and launches with no
/// dynamic shared memory.
pub(super) fn is_dynamic(variable: &Variable) -> bool {
    variable.size == 0
}

/// Whether the variable is in shared memory.
pub(super) fn is_shared(variable: &Variable) -> bool {
    matches!(variable.space, StateSpace::Shared | StateSpace::SharedCta | StateSpace::SharedCluster)
}

fn collect_shared(module: &Module, operand: &Operand, used: &mut BTreeSet<VariableId>) {
    match operand {
        Operand::Variable(id, _) if is_shared(&module.variables[id.0 as usize]) => {
            used.insert(*id);
        }
        Operand::Address(base, _) => collect_shared(module, base, used),
        Operand::Vector(list) | Operand::Indexed(list) | Operand::List(list) => {
            list.iter().for_each(|each| collect_shared(module, each, used));
        }
        Operand::Pair(a, b) => {
            collect_shared(module, a, used);
            collect_shared(module, b, used);
        }
        _ => {}
    }
}

/// See [`Plan::must_call`].
fn not_copied(module: &Module, reached: &[FunctionId], entry: FunctionId) -> BTreeSet<FunctionId> {
    let callees: HashMap<FunctionId, Vec<FunctionId>> = reached
        .iter()
        .map(|&id| {
            let body = body_of(module, id);
            let with_body = |callee: &FunctionId| module.functions[callee.0 as usize].body.is_some();
            (id, body.map(|body| calls(body).0).unwrap_or_default().into_iter().filter(with_body).collect())
        })
        .collect();
    let mut called: BTreeSet<FunctionId> = reached.iter().copied().filter(|id| reaches(&callees, *id, *id)).collect();
    let mut sizes = HashMap::new();
    if size_with_copies(module, &callees, &called, entry, &mut sizes) > MOST_INSTRUCTIONS {
        called.extend(sizes.iter().filter(|(id, size)| **id != entry && **size > SMALL_CALLEE).map(|(id, _)| *id));
    }
    called
}

fn body_of(module: &Module, id: FunctionId) -> Option<&Body> {
    let function: &Function = &module.functions[id.0 as usize];
    function.body.as_ref()
}

fn reaches(callees: &HashMap<FunctionId, Vec<FunctionId>>, from: FunctionId, to: FunctionId) -> bool {
    let mut pending = callees[&from].clone();
    let mut seen = BTreeSet::new();
    while let Some(at) = pending.pop() {
        if at == to {
            return true;
        }
        if seen.insert(at) {
            pending.extend(&callees[&at]);
        }
    }
    false
}

/// Instructions of a function with its callees copied in.
fn size_with_copies(
    module: &Module,
    callees: &HashMap<FunctionId, Vec<FunctionId>>,
    called: &BTreeSet<FunctionId>,
    at: FunctionId,
    sizes: &mut HashMap<FunctionId, usize>,
) -> usize {
    if let Some(&size) = sizes.get(&at) {
        return size;
    }
    let mut size = body_of(module, at).map_or(0, |body| body.instructions.len());
    for callee in &callees[&at] {
        if !called.contains(callee) {
            size = size.saturating_add(size_with_copies(module, callees, called, *callee, sizes));
        }
    }
    sizes.insert(at, size);
    size
}
