//! AST → checked module: names become numbers, instructions rows of the table, initialisers bytes.
//!
//! [`Unit`] is a module whose functions are checked one by one on demand; [`parse_module`] checks them all. A mistake in the
//! language makes the module useless. What may be right but is unknown here, such as an instruction of a PTX version after
//! [`NEWEST`], only makes the function useless that contains it: its body lacks the instruction, and
//! [`checked::Function::errors`] says why.

mod body;
mod requirements;
mod scope;
mod video;

use crate::ast::{self, Extent, Item};
use crate::checked::{self, Function, FunctionId, Linkage, Module, Operand, Relocation, Symbol, Variable, VariableId};
use crate::diagnostic::{Diagnostic, Source, Span};
use crate::form::Spelling;
use crate::hash::NameMap;
use crate::isa::Opcode;
use crate::parser;
use crate::types::StateSpace;
use requirements::Offered;
use std::collections::HashSet;
use std::rc::Rc;

pub(crate) use requirements::parse_version;

/// The newest PTX version that the instruction table has completely.
pub const NEWEST: (u32, u32) = (9, 4);

/// After so many mistakes no more are noted: to find its line costs as much as to read the text up to it.
const MAX_DIAGNOSTICS: usize = 20;

/// Texts longer than this are refused.
pub const MAX_TEXT: usize = 1 << 30;

/// Parses and checks a module. `file_name` is what messages call the text.
pub fn parse_module(text: &str, file_name: &str) -> Result<Module, Vec<Diagnostic>> {
    let source = Source { name: file_name, text: without_zeros(text) };
    let mut declared = Declared::read(source)?;
    declared.check_all(source)?;
    Ok(declared.module)
}

/// Opcode spellings met so far.
type Spellings<'a> = NameMap<&'a str, Rc<Looked>>;

/// An opcode with its dot-words, looked up.
struct Looked {
    spelling: Spelling,
    /// The state space that it names, without what narrows it down.
    space: Option<StateSpace>,
    has_fragments: bool,
    /// By form that it can be: why this module must not use it.
    lacking: Vec<Option<requirements::Lacking>>,
}

/// The driver takes C strings; a terminating zero may have come along.
fn without_zeros(text: &str) -> &str {
    text.trim_end_matches('\0')
}

/// A module whose functions are checked on demand. It keeps its text.
#[derive(Clone, Debug)]
pub struct Unit {
    file: String,
    text: String,
    declared: Declared,
}

/// What is known of a module without its text.
#[derive(Clone, Debug)]
struct Declared {
    module: Module,
    names: NameMap<Box<str>, Symbol>,
    /// By function: its body, if it has one that is not checked yet.
    waiting: Vec<Option<Extent>>,
    /// By function: it and everything that it can reach is checked.
    is_complete: Vec<bool>,
}

impl Unit {
    /// Reads everything of module scope and finds where the bodies are.
    pub fn new(text: impl Into<String>, file_name: &str) -> Result<Unit, Vec<Diagnostic>> {
        let mut text = text.into();
        text.truncate(without_zeros(&text).len());
        let declared = Declared::read(Source { name: file_name, text: &text })?;
        Ok(Unit { file: file_name.to_owned(), text, declared })
    }

    /// The module as far as it is checked: functions that nobody asked for have no body yet.
    pub fn module(&self) -> &Module {
        &self.declared.module
    }

    /// The function or variable of that name.
    pub fn symbol(&self, name: &str) -> Option<Symbol> {
        self.declared.names.get(name).copied()
    }

    /// Whether there is code of a function, checked or not.
    pub fn is_defined(&self, function: FunctionId) -> bool {
        let at = function.0 as usize;
        self.declared.waiting[at].is_some() || self.declared.module.functions[at].is_defined()
    }

    /// How many functions have a body that nobody has looked into yet.
    pub fn unchecked(&self) -> usize {
        self.declared.waiting.iter().flatten().count()
    }

    /// Checks a function and everything it can reach, if that has not been done. A call through a pointer can reach
    /// every function.
    pub fn check(&mut self, function: FunctionId) -> Result<(), Vec<Diagnostic>> {
        self.declared.check(Source { name: &self.file, text: &self.text }, function)
    }

    /// Checks all functions. The text is not kept any longer.
    pub fn check_all(&mut self) -> Result<(), Vec<Diagnostic>> {
        self.declared.check_all(Source { name: &self.file, text: &self.text })?;
        self.text = String::new();
        Ok(())
    }
}

/// A module whose functions are all checked, such as one that was linked.
impl From<Module> for Unit {
    fn from(module: Module) -> Self {
        let variables =
            module.variables.iter().zip(0..).map(|(each, id)| (&each.name, Symbol::Variable(VariableId(id))));
        let functions =
            module.functions.iter().zip(0..).map(|(each, id)| (&each.name, Symbol::Function(FunctionId(id))));
        let names = functions.chain(variables).map(|(name, symbol)| (name.as_str().into(), symbol)).collect();
        let (waiting, is_complete) = (vec![None; module.functions.len()], vec![true; module.functions.len()]);
        let declared = Declared { module, names, waiting, is_complete };
        Unit { file: String::new(), text: String::new(), declared }
    }
}

impl Declared {
    fn read(source: Source<'_>) -> Result<Declared, Vec<Diagnostic>> {
        if source.text.len() > MAX_TEXT {
            let message = format!("the text is longer than {MAX_TEXT} bytes");
            return Err(vec![source.diagnostic(Default::default(), message)]);
        }
        let (ast, diagnostics) = parser::parse_module(&source);
        if !diagnostics.is_empty() {
            return Err(diagnostics);
        }
        let target = ast.targets.first().copied().unwrap_or_default().to_owned();
        let mut declared = Declared {
            module: Module { version: ast.version, target, ..Module::default() },
            names: NameMap::default(),
            waiting: Vec::new(),
            is_complete: Vec::new(),
        };
        let diagnostics = declared.collect(&source, &ast);
        if diagnostics.is_empty() { Ok(declared) } else { Err(diagnostics) }
    }

    fn check(&mut self, source: Source<'_>, function: FunctionId) -> Result<(), Vec<Diagnostic>> {
        let mut spellings = Spellings::default();
        let mut found = vec![function];
        let mut reached = HashSet::new();
        let mut reached_variables = HashSet::new();
        while let Some(id) = found.pop() {
            if self.is_complete[id.0 as usize] || !reached.insert(id) {
                continue;
            }
            self.check_one(source, id, &mut spellings)?;
            let Some(body) = &self.module.functions[id.0 as usize].body else { continue };
            let mut variables = Vec::new();
            for instruction in &body.instructions {
                let is_call = instruction.opcode == Opcode::Call;
                if is_call && !matches!(instruction.operands.get(1), Some(Operand::Function(_))) {
                    // Whose address has been taken is not known before everything is checked.
                    found.extend((0..self.module.functions.len() as u32).map(FunctionId));
                }
                let mut operands: Vec<&Operand> = instruction.operands.iter().collect();
                while let Some(operand) = operands.pop() {
                    match operand {
                        Operand::Function(id) => found.push(*id),
                        Operand::Variable(id, _) => variables.push(*id),
                        Operand::Address(base, _) => operands.push(base),
                        Operand::List(inner) | Operand::Vector(inner) | Operand::Indexed(inner) => {
                            operands.extend(inner)
                        }
                        _ => {}
                    }
                }
            }
            // Tables of function pointers.
            while let Some(id) = variables.pop() {
                if !reached_variables.insert(id) {
                    continue;
                }
                for relocation in &self.module.variables[id.0 as usize].relocations {
                    match relocation.symbol {
                        Symbol::Function(id) => found.push(id),
                        Symbol::Variable(id) => variables.push(id),
                    }
                }
            }
        }
        for id in reached {
            self.is_complete[id.0 as usize] = true;
        }
        Ok(())
    }

    fn check_all(&mut self, source: Source<'_>) -> Result<(), Vec<Diagnostic>> {
        let mut spellings = Spellings::default();
        let mut diagnostics = Vec::new();
        for id in 0..self.module.functions.len() {
            if let Err(mut found) = self.check_one(source, FunctionId(id as u32), &mut spellings) {
                diagnostics.append(&mut found);
            }
            if diagnostics.len() >= MAX_DIAGNOSTICS {
                break;
            }
        }
        if diagnostics.is_empty() {
            self.is_complete.fill(true);
            Ok(())
        } else {
            Err(diagnostics)
        }
    }

    fn check_one<'a>(
        &mut self,
        source: Source<'a>,
        id: FunctionId,
        spellings: &mut Spellings<'a>,
    ) -> Result<(), Vec<Diagnostic>> {
        let Some(extent) = self.waiting[id.0 as usize] else { return Ok(()) };
        let globals = Globals { source, names: &self.names };
        let variables = self.module.variables.len();
        let params = self.module.functions[id.0 as usize].params.len();
        let (body, errors) = body::check(&globals, &mut self.module, id, extent, spellings).inspect_err(|_| {
            // Those of a body that is none.
            self.module.variables.truncate(variables);
            self.module.functions[id.0 as usize].params.truncate(params);
        })?;
        let function = &mut self.module.functions[id.0 as usize];
        (function.body, function.errors) = (Some(body), errors);
        // Only now: who asks for a wrong body once more is to get the same answer.
        self.waiting[id.0 as usize] = None;
        Ok(())
    }

    fn collect(&mut self, source: &Source<'_>, ast: &ast::Module<'_>) -> Vec<Diagnostic> {
        let mut diagnostics = Vec::new();
        for item in &ast.items {
            if diagnostics.len() >= MAX_DIAGNOSTICS {
                break;
            }
            match item {
                Item::Variable(variable) => self.declare_variable(source, variable, &mut diagnostics),
                Item::Function(function) => self.declare_function(source, function, &mut diagnostics),
                Item::File(index, path, _) => self.module.files.push((*index, path.clone().into_owned())),
                Item::Section(..) | Item::Pragma(_) | Item::Alias(..) => {}
            }
        }
        for item in &ast.items {
            if diagnostics.len() >= MAX_DIAGNOSTICS {
                break;
            }
            match item {
                Item::Alias(name, aliasee) => match self.names.get(aliasee.text) {
                    Some(symbol @ Symbol::Function(_)) => {
                        let symbol = *symbol;
                        self.names.insert(name.text.into(), symbol);
                    }
                    _ => diagnostics.push(source.diagnostic(aliasee.span, format!("no function `{}`", aliasee.text))),
                },
                Item::Variable(variable) if variable.initial.is_some() => {
                    let globals = Globals { source: *source, names: &self.names };
                    match globals.relocations(variable) {
                        Ok(relocations) => {
                            if let Some(Symbol::Variable(id)) = self.names.get(variable.name.text) {
                                self.module.variables[id.0 as usize].relocations = relocations;
                            }
                        }
                        Err(diagnostic) => diagnostics.push(diagnostic),
                    }
                }
                _ => {}
            }
        }
        diagnostics
    }

    fn declare_variable(&mut self, source: &Source<'_>, ast: &ast::Variable<'_>, diagnostics: &mut Vec<Diagnostic>) {
        let variable = variable(ast);
        match self.names.get(ast.name.text) {
            None => {
                let id = VariableId(self.module.variables.len() as u32);
                self.names.insert(ast.name.text.into(), Symbol::Variable(id));
                self.module.variables.push(variable);
            }
            Some(Symbol::Variable(id)) => {
                let old = &mut self.module.variables[id.0 as usize];
                if old.linkage == Linkage::Extern {
                    *old = variable;
                } else if variable.linkage != Linkage::Extern {
                    diagnostics.push(declared_twice(source, &ast.name, old.line));
                }
            }
            Some(Symbol::Function(id)) => {
                let line = self.module.functions[id.0 as usize].line;
                diagnostics.push(declared_twice(source, &ast.name, line));
            }
        }
    }

    fn declare_function(&mut self, source: &Source<'_>, ast: &ast::Function<'_>, diagnostics: &mut Vec<Diagnostic>) {
        let function = function(ast);
        let offered = Offered::by(self.module.version, &self.module.target);
        diagnostics.extend(too_many_parameters(source, ast.name.span, &function, offered));
        match self.names.get(ast.name.text) {
            None => {
                let id = FunctionId(self.module.functions.len() as u32);
                self.names.insert(ast.name.text.into(), Symbol::Function(id));
                self.module.functions.push(function);
                self.waiting.push(ast.body);
                self.is_complete.push(false);
            }
            Some(Symbol::Function(id)) => {
                let old = &mut self.module.functions[id.0 as usize];
                let waiting = &mut self.waiting[id.0 as usize];
                if ast.body.is_some() && waiting.is_some() {
                    diagnostics.push(declared_twice(source, &ast.name, old.line));
                } else if ast.body.is_some() {
                    (*old, *waiting) = (function, ast.body);
                }
            }
            Some(Symbol::Variable(id)) => {
                let line = self.module.variables[id.0 as usize].line;
                diagnostics.push(declared_twice(source, &ast.name, line));
            }
        }
    }
}

#[cfg(test)]
mod tests;

/// What a body can see of its module.
struct Globals<'a, 'n> {
    source: Source<'a>,
    names: &'n NameMap<Box<str>, Symbol>,
}

impl Globals<'_, '_> {
    fn relocations(&self, variable: &ast::Variable<'_>) -> Result<Vec<Relocation>, Diagnostic> {
        let Some(initial) = &variable.initial else { return Ok(Vec::new()) };
        let relocation = |(offset, address): &(u64, ast::AddressOf<'_>)| match self.names.get(address.name.text) {
            Some(symbol) => Ok(Relocation {
                offset: *offset,
                width: address.width,
                shift: address.shift,
                symbol: *symbol,
                addend: address.addend,
                generic: address.generic,
            }),
            None => Err(self
                .source
                .diagnostic(address.name.span, format!("no variable or function `{}`", address.name.text))),
        };
        initial.addresses.iter().map(relocation).collect()
    }
}

fn declared_twice(source: &Source<'_>, name: &ast::Name<'_>, line: u32) -> Diagnostic {
    source
        .diagnostic(name.span, format!("`{}` is declared twice", name.text))
        .help(format!("the other declaration is in line {line}"))
}

/// What is wrong with a kernel whose parameters take more than there is for them.
fn too_many_parameters(source: &Source<'_>, span: Span, function: &Function, offered: Offered) -> Option<Diagnostic> {
    let place = |end, param: &Variable| param.offset_behind(end).saturating_add(param.size);
    let (bytes, space) = (function.params.iter().fold(0, place), offered.parameter_space());
    (function.is_entry && bytes > space).then(|| {
        let message = format!("the parameters of `{}` take {bytes} bytes", function.name);
        source.diagnostic(span, message).help(format!("there are {space} for a kernel of this version and target"))
    })
}

/// A variable without its relocations.
fn variable(ast: &ast::Variable<'_>) -> Variable {
    let element = ast.ty.bytes() * ast.vector;
    let (mut size, mut initial, mut fields) = (parser::size_of(ast).unwrap_or(0), Vec::new(), Vec::new());
    if let Some(given) = &ast.initial {
        initial = given.bytes.clone();
        if ast.dimensions.first() == Some(&None) {
            // The first dimension is as long as needed.
            let row: u64 = ast.dimensions[1..].iter().map(|count| count.unwrap_or(0)).product();
            size = (initial.len() as u64).next_multiple_of((row * u64::from(element)).max(1));
        }
        fields = given.fields.iter().map(|(name, value)| ((*name).to_owned(), value.to_string())).collect();
    }
    Variable {
        name: ast.name.text.to_owned(),
        space: ast.space,
        ty: ast.ty,
        size,
        align: ast.align.unwrap_or(element),
        linkage: ast.linkage,
        managed: ast.attributes.iter().any(|(word, _)| *word == "managed"),
        initial,
        relocations: Vec::new(),
        opaque: ast.opaque,
        fields,
        line: ast.line,
    }
}

fn function(ast: &ast::Function<'_>) -> Function {
    let directive = |(word, numbers): &(&str, Vec<u32>)| {
        let mut numbers = numbers.clone();
        if matches!(*word, "maxntid" | "reqntid" | "reqnctapercluster") {
            numbers.resize(3, 1);
        }
        ((*word).to_owned(), numbers)
    };
    Function {
        name: ast.name.text.to_owned(),
        is_entry: ast.is_entry,
        linkage: ast.linkage,
        params: ast.params.iter().map(variable).collect(),
        returns: ast.returns.iter().map(variable).collect(),
        noreturn: ast.directives.iter().any(|(word, _)| *word == "noreturn"),
        directives: ast.directives.iter().map(directive).collect(),
        body: None,
        errors: Vec::new(),
        line: ast.line,
    }
}

/// Whether a variable of a function lives as long as the module.
fn is_static(space: StateSpace) -> bool {
    matches!(
        space,
        StateSpace::Shared | StateSpace::SharedCta | StateSpace::Global | StateSpace::Const | StateSpace::Tex
    )
}

/// What a checked body is made of, and what was unsupported in it.
type CheckedBody = Result<(checked::Body, Vec<Diagnostic>), Vec<Diagnostic>>;
