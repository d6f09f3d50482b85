//! Several modules into one: what `nvlink` does for `nvcc -rdc=true`, and `cuLink*` for programs.
//!
//! Names without linkage stay private to their module; where two modules have the same one, later ones get a suffix.
//! Everything else is one symbol per name: a definition beats a declaration, a strong one beats a weak one, the
//! largest `.common` wins, and two strong definitions are an error. What nobody defines stays `.extern`: the built-in
//! functions (`vprintf`), dynamic shared memory, and names that the user of the module will be told about.

use std::collections::HashMap;

use thiserror::Error;

use crate::checked::*;

/// Why modules cannot be linked.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
#[allow(missing_docs, reason = "the messages say it")]
pub enum LinkError {
    #[error("`{name}` is defined twice")]
    DefinedTwice { name: String },
    #[error("`{name}` is a variable in one module and a function in another")]
    TwoKinds { name: String },
}

/// Who provides the content of a symbol of the result: module and index there.
#[derive(Clone, Copy)]
struct Owner {
    module: usize,
    index: usize,
}

/// Symbols of one kind, by name.
#[derive(Default)]
struct Table {
    owners: Vec<Owner>,
    by_name: HashMap<String, usize>,
    /// Per module, index there → index in the result.
    maps: Vec<Vec<u32>>,
}

/// How much a definition counts.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Strength {
    Declared,
    Common(u64),
    Weak,
    Strong,
}

impl Table {
    fn add(
        &mut self,
        name: &str,
        private: bool,
        owner: Owner,
        strength: impl Fn(Owner) -> Strength,
    ) -> Result<(), LinkError> {
        let new = self.owners.len();
        let slot = if private { new } else { *self.by_name.entry(name.to_string()).or_insert(new) };
        if slot == new {
            self.owners.push(owner);
        } else {
            let (old, this) = (strength(self.owners[slot]), strength(owner));
            if old == Strength::Strong && this == Strength::Strong {
                return Err(LinkError::DefinedTwice { name: name.to_string() });
            }
            if this > old {
                self.owners[slot] = owner;
            }
        }
        self.maps[owner.module].push(slot as u32);
        Ok(())
    }
}

fn variable_strength(v: &Variable) -> Strength {
    match v.linkage {
        Linkage::Extern => Strength::Declared,
        Linkage::Common => Strength::Common(v.size),
        Linkage::Weak => Strength::Weak,
        Linkage::Visible | Linkage::Internal => Strength::Strong,
    }
}

fn function_strength(f: &Function) -> Strength {
    // A function whose code could not be checked is still a definition: it must not be taken from elsewhere silently.
    if f.body.is_none() && f.errors.is_empty() {
        return Strength::Declared;
    }
    if f.linkage == Linkage::Weak { Strength::Weak } else { Strength::Strong }
}

/// Links modules; the order decides only between equals (first weak definition, numbering).
pub fn link(modules: &[Module]) -> Result<Module, LinkError> {
    let modules: Vec<&Module> = modules.iter().collect();
    link_with_origins(&modules).map(|(module, _)| module)
}

/// The same, and of each function of the result the module that it is from and its index there.
pub fn link_with_origins(modules: &[&Module]) -> Result<(Module, Vec<(usize, usize)>), LinkError> {
    let mut variables = Table::default();
    let mut functions = Table::default();
    for (m, module) in modules.iter().enumerate() {
        variables.maps.push(Vec::with_capacity(module.variables.len()));
        functions.maps.push(Vec::with_capacity(module.functions.len()));
        for (index, v) in module.variables.iter().enumerate() {
            let private = v.linkage == Linkage::Internal;
            let of = |o: Owner| variable_strength(&modules[o.module].variables[o.index]);
            variables.add(&v.name, private, Owner { module: m, index }, of)?;
        }
        for (index, f) in module.functions.iter().enumerate() {
            // A declaration without linkage word of a function defined elsewhere is `.func f;` of a forward
            // reference within its own module: there it has merged with the definition already.
            let private = f.linkage == Linkage::Internal && !f.is_entry;
            let of = |o: Owner| function_strength(&modules[o.module].functions[o.index]);
            functions.add(&f.name, private, Owner { module: m, index }, of)?;
        }
    }
    if let Some(name) = variables.by_name.keys().find(|n| functions.by_name.contains_key(*n)) {
        return Err(LinkError::TwoKinds { name: name.clone() });
    }

    let mut out = Module::default();
    let mut file_base = Vec::with_capacity(modules.len());
    for module in modules {
        let base = out.files.iter().map(|(n, _)| n + 1).max().unwrap_or(0);
        file_base.push(base);
        out.files.extend(module.files.iter().map(|(n, path)| (base + n, path.clone())));
        out.version = out.version.max(module.version);
        if target_number(&module.target) > target_number(&out.target) {
            out.target.clone_from(&module.target);
        }
    }
    let relocate = |owner: Owner| Relocate {
        variables: &variables.maps[owner.module],
        functions: &functions.maps[owner.module],
        file_base: file_base[owner.module],
    };
    let mut taken: HashMap<String, u32> = HashMap::new();
    for &owner in &variables.owners {
        let mut v = modules[owner.module].variables[owner.index].clone();
        relocate(owner).variable(&mut v);
        if v.linkage == Linkage::Internal {
            v.name = unique(v.name, &mut taken, &variables.by_name);
        }
        out.variables.push(v);
    }
    for &owner in &functions.owners {
        let mut f = modules[owner.module].functions[owner.index].clone();
        relocate(owner).function(&mut f);
        if f.linkage == Linkage::Internal && !f.is_entry {
            f.name = unique(f.name, &mut taken, &functions.by_name);
        }
        out.functions.push(f);
    }
    Ok((out, functions.owners.iter().map(|owner| (owner.module, owner.index)).collect()))
}

/// `sm_90a` → 90.
fn target_number(target: &str) -> u32 {
    target.chars().filter(char::is_ascii_digit).collect::<String>().parse().unwrap_or(0)
}

fn unique(name: String, taken: &mut HashMap<String, u32>, public: &HashMap<String, usize>) -> String {
    let count = taken.entry(name.clone()).or_insert(0);
    *count += 1;
    if *count == 1 && !public.contains_key(&name) { name } else { format!("{name}$private{count}") }
}

/// Renumbers what one module's code and data refer to.
struct Relocate<'a> {
    variables: &'a [u32],
    functions: &'a [u32],
    file_base: u32,
}

impl Relocate<'_> {
    fn variable(&self, v: &mut Variable) {
        for r in &mut v.relocations {
            r.symbol = match r.symbol {
                Symbol::Variable(id) => Symbol::Variable(VariableId(self.variables[id.0 as usize])),
                Symbol::Function(id) => Symbol::Function(FunctionId(self.functions[id.0 as usize])),
            };
        }
    }

    fn function(&self, f: &mut Function) {
        let Some(body) = &mut f.body else { return };
        for i in &mut body.instructions {
            if i.origin.source != (0, 0) {
                i.origin.source.0 += self.file_base;
            }
            for o in &mut i.operands {
                self.operand(o);
            }
        }
    }

    fn operand(&self, o: &mut Operand) {
        match o {
            Operand::Variable(id, _) => id.0 = self.variables[id.0 as usize],
            Operand::Function(id) => id.0 = self.functions[id.0 as usize],
            Operand::Address(inner, _) => self.operand(inner),
            Operand::Vector(list) | Operand::Indexed(list) | Operand::List(list) => {
                list.iter_mut().for_each(|o| self.operand(o));
            }
            Operand::Pair(a, b) => {
                self.operand(a);
                self.operand(b);
            }
            Operand::Register(_)
            | Operand::Not(_)
            | Operand::Part { .. }
            | Operand::Integer(_)
            | Operand::F32(_)
            | Operand::F64(_)
            | Operand::Special(_)
            | Operand::Local(..)
            | Operand::Param(..)
            | Operand::Return(..)
            | Operand::Label(_)
            | Operand::BranchTargets(_)
            | Operand::Prototype(_)
            | Operand::Sink => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Module {
        let text = format!(".version 8.0\n.target sm_75\n.address_size 64\n{text}");
        crate::parse_module(&text, "test.ptx").unwrap_or_else(|e| panic!("{}", e[0]))
    }

    #[test]
    fn a_call_reaches_the_definition_in_the_other_module() {
        let a = parse(
            ".global .u32 hidden = 1;\n.extern .func f;\n.visible .entry k() { call f; ld.global.u32 %r, [hidden]; ret; }"
                .replace("{ call", "{ .reg .b32 %r; call")
                .as_str(),
        );
        let b = parse(".global .u32 hidden = 2;\n.visible .func f { .reg .b32 %r; ld.global.u32 %r, [hidden]; ret; }");
        let m = link(&[a, b]).unwrap();
        assert_eq!(m.functions.iter().map(|f| f.name.as_str()).collect::<Vec<_>>(), ["f", "k"]);
        assert!(m.functions.iter().all(|f| f.body.is_some()));
        let hidden = |f: &str| {
            let f = m.functions.iter().find(|g| g.name == f).unwrap();
            let ld = f.body.as_ref().unwrap().instructions.iter().find(|i| i.opcode.as_str() == "ld").unwrap();
            match &ld.operands[1] {
                Operand::Address(base, 0) => match **base {
                    Operand::Variable(v, 0) => m.variables[v.0 as usize].initial[0],
                    _ => panic!(),
                },
                _ => panic!(),
            }
        };
        assert_eq!((hidden("k"), hidden("f")), (1, 2));
    }

    #[test]
    fn two_strong_definitions_are_an_error_and_weak_ones_are_not() {
        let strong = parse(".visible .func f { ret; }");
        let weak = parse(".weak .func f { ret; }");
        assert_eq!(link(&[strong.clone(), strong.clone()]).unwrap_err(), LinkError::DefinedTwice { name: "f".into() });
        assert_eq!(link(&[weak.clone(), strong]).unwrap().functions[0].linkage, Linkage::Visible);
        assert_eq!(link(&[weak.clone(), weak]).unwrap().functions.len(), 1);
    }

    #[test]
    fn an_extern_variable_means_the_visible_one_and_the_largest_common_wins() {
        let a = parse(".extern .global .u32 x;\n.common .global .b8 c[4];");
        let b = parse(".visible .global .u32 x = 7;\n.common .global .b8 c[16];");
        let m = link(&[a, b]).unwrap();
        assert_eq!(m.variables.len(), 2);
        assert_eq!(m.variables[0].initial, [7, 0, 0, 0]);
        assert_eq!(m.variables[1].size, 16);
    }
}
