//! One function body: statements → [`Body`].

use super::requirements::Offered;
use super::scope::{MAX_DEPTH, Meaning, Scopes};
use super::{
    CheckedBody, Globals, Looked, MAX_DIAGNOSTICS, NEWEST, Spellings, is_static, too_many_parameters, variable,
};
use crate::ast::{self, Base, Extent, Name, OperandKind, Statement};
use crate::checked::{
    Body, FunctionId, Instruction, LocalId, Module, Operand, Operands, Origin, Part, Register, RegisterId, Symbol,
    Variable, VariableId,
};
use crate::diagnostic::{Diagnostic, Span};
use crate::form::{Mismatch, Registers, Spelling, TABLE, has_fragments};
use crate::hash::NameMap;
use crate::isa::{Opcode, Support};
use crate::modifier::Modifiers;
use crate::parser;
use crate::special::SpecialRegister;
use crate::types::{ScalarType, StateSpace};
use smallvec::SmallVec;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

/// So many different unsupported forms are noted for one function.
const MAX_UNSUPPORTED: usize = 1000;

struct Checker<'a, 'm, 's> {
    globals: &'m Globals<'a, 'm>,
    module: &'m mut Module,
    function: FunctionId,
    spellings: &'s mut Spellings<'a>,
    offered: Offered,
    /// Parameters and return parameters.
    parameters: NameMap<String, Meaning>,
    scopes: Scopes<'a>,
    body: Body,
    /// Prototypes that are those of a function.
    prototypes_of: HashMap<FunctionId, u32>,
    source: (u32, u32),
    /// Mistakes that make the module useless.
    mistakes: Vec<Diagnostic>,
    /// What makes only this function useless.
    unsupported: Vec<Diagnostic>,
    /// What an operand of the instruction at hand names that may exist.
    unknown: Option<Diagnostic>,
    /// The spellings in there: what occurs often is told once.
    told: HashSet<String>,
}

/// Parses and checks a body.
pub(super) fn check<'a>(
    globals: &Globals<'a, '_>,
    module: &mut Module,
    id: FunctionId,
    extent: Extent,
    spellings: &mut Spellings<'a>,
) -> CheckedBody {
    let function = &module.functions[id.0 as usize];
    let mut parameters = NameMap::default();
    let bytes = extent.span.end - extent.span.start;
    let mut scopes = Scopes::new(bytes);
    let mut declare = |meaning: fn(u32) -> Meaning, variables: &[Variable]| {
        let mut registers = Vec::new();
        for (index, variable) in variables.iter().enumerate() {
            let mut named = meaning(index as u32);
            registers.push(None);
            if variable.space == StateSpace::Reg {
                let register = RegisterId(scopes.registers.len() as u32);
                scopes.registers.push(Register { ty: variable.ty });
                registers[index] = Some(register);
                named = Meaning::Register(register);
            }
            parameters.insert(variable.name.clone(), named);
        }
        registers
    };
    let body = Body {
        return_registers: declare(Meaning::Return, &function.returns),
        param_registers: declare(Meaning::Param, &function.params),
        // About as many as nvcc writes.
        instructions: Vec::with_capacity(bytes as usize / 32),
        ..Body::default()
    };
    let mut checker = Checker {
        offered: Offered::by(module.version, &module.target),
        globals,
        module,
        function: id,
        spellings,
        parameters,
        scopes,
        body,
        prototypes_of: HashMap::new(),
        source: (0, 0),
        mistakes: Vec::new(),
        unsupported: Vec::new(),
        unknown: None,
        told: HashSet::new(),
    };
    checker.scopes.open(extent.span);
    let diagnostics = parser::parse_body(&globals.source, extent, &mut |statement| {
        if checker.mistakes.len() < MAX_DIAGNOSTICS
            && let Err(mistake) = checker.statement(statement)
        {
            checker.mistakes.push(*mistake);
        }
    });
    if checker.has_parameters_inside() {
        let function = &checker.module.functions[id.0 as usize];
        checker.mistakes.extend(too_many_parameters(&globals.source, extent.span, function, checker.offered));
    }
    if diagnostics.is_empty() { checker.finish() } else { Err(diagnostics) }
}

type Checked<T> = Result<T, Box<Diagnostic>>;

impl<'a> Checker<'a, '_, '_> {
    fn error<T>(&self, span: Span, message: impl Into<String>) -> Checked<T> {
        Err(Box::new(self.globals.source.diagnostic(span, message)))
    }

    fn finish(mut self) -> CheckedBody {
        if self.mistakes.is_empty() && self.scopes.depth() > 1 {
            let diagnostic = self.globals.source.diagnostic(self.scopes.innermost(), "this `{` has no `}`");
            self.mistakes.push(diagnostic);
        }
        for missing in self.scopes.settle_labels().into_iter().take(MAX_DIAGNOSTICS) {
            let diagnostic = self.globals.source.diagnostic(missing.span, format!("no label `{}`", missing.text));
            self.mistakes.push(diagnostic);
        }
        if !self.mistakes.is_empty() {
            self.mistakes.truncate(MAX_DIAGNOSTICS);
            return Err(self.mistakes);
        }
        let labels = self.scopes.labels.iter();
        self.body.labels = labels.map(|label| (label.name.text.to_owned(), label.at.unwrap_or(0))).collect();
        self.body.registers = self.scopes.registers;
        self.body.instructions.shrink_to_fit();
        Ok((self.body, self.unsupported))
    }

    fn statement(&mut self, statement: &Statement<'a>) -> Checked<()> {
        match statement {
            Statement::Instruction(instruction) => return self.instruction(instruction),
            Statement::Label(name) => {
                let at = self.body.instructions.len() as u32;
                if !self.scopes.place_label(*name, at) {
                    return self.error(name.span, format!("the label `{}` is there twice", name.text));
                }
            }
            Statement::Open(span) => {
                if !self.scopes.open(*span) {
                    return self.error(*span, format!("scopes nest more than {MAX_DEPTH} levels deep"));
                }
            }
            Statement::Close => {
                if self.scopes.depth() > 1 {
                    self.scopes.close();
                }
            }
            Statement::Registers(registers) => {
                for (name, count) in &registers.names {
                    let is_new = match count {
                        Some(count) => self.scopes.declare_family(name.text, *count, registers.ty, registers.vector),
                        None => self.scopes.declare_register(name.text, registers.ty, registers.vector),
                    };
                    if !is_new {
                        return self.error(name.span, format!("`{}` is declared twice", name.text));
                    }
                }
            }
            Statement::Variable(variable) => return self.variable(variable),
            Statement::Location(location) => self.source = (location.at.0, location.at.1),
            Statement::Pragma(_) => {}
            Statement::BranchTargets(name, labels) => {
                let labels = labels.iter().map(|label| self.scopes.label(*label)).collect();
                let index = self.body.branch_targets.len() as u32;
                self.body.branch_targets.push(labels);
                return self.declare(*name, Meaning::Targets(index));
            }
            Statement::CallTargets(name, functions) => {
                // They all have the same signature.
                let mut first = None;
                for function in functions {
                    let Some(Symbol::Function(id)) = self.globals.names.get(function.text) else {
                        return self.error(function.span, format!("no function `{}`", function.text));
                    };
                    first.get_or_insert(*id);
                }
                let Some(first) = first else { return self.declare_prototype(*name, Default::default()) };
                if let Some(index) = self.prototypes_of.get(&first) {
                    return self.declare(*name, Meaning::Prototype(*index));
                }
                let function = &self.module.functions[first.0 as usize];
                let prototype = (function.returns.clone(), function.params.clone());
                self.prototypes_of.insert(first, self.body.prototypes.len() as u32);
                return self.declare_prototype(*name, prototype);
            }
            Statement::CallPrototype(prototype) => {
                let variables = |list: &[ast::Variable<'_>]| list.iter().map(variable).collect::<Vec<_>>();
                return self
                    .declare_prototype(prototype.name, (variables(&prototype.returns), variables(&prototype.params)));
            }
        }
        Ok(())
    }

    fn declare(&mut self, name: Name<'a>, meaning: Meaning) -> Checked<()> {
        if self.scopes.declare(name.text, meaning) {
            return Ok(());
        }
        self.error(name.span, format!("`{}` is declared twice", name.text))
    }

    fn declare_prototype(&mut self, name: Name<'a>, prototype: (Vec<Variable>, Vec<Variable>)) -> Checked<()> {
        let index = self.body.prototypes.len() as u32;
        self.body.prototypes.push(prototype);
        self.declare(name, Meaning::Prototype(index))
    }

    fn variable(&mut self, ast: &ast::Variable<'a>) -> Checked<()> {
        let mut variable = variable(ast);
        let meaning = if is_static(variable.space) {
            variable.relocations = self.globals.relocations(ast).map_err(Box::new)?;
            let id = VariableId(self.module.variables.len() as u32);
            self.module.variables.push(variable);
            Meaning::Static(id)
        } else if variable.space == StateSpace::Param && self.has_parameters_inside() {
            let params = &mut self.module.functions[self.function.0 as usize].params;
            params.push(variable);
            self.body.param_registers.push(None);
            Meaning::Param(params.len() as u32 - 1)
        } else {
            let id = LocalId(self.body.locals.len() as u32);
            self.body.locals.push(variable);
            Meaning::Local(id)
        };
        self.declare(ast.name, meaning)
    }

    /// Before PTX 1.4, the parameters of a kernel stood among the declarations of its body, and nothing else did in their
    /// space.
    fn has_parameters_inside(&self) -> bool {
        self.module.version < (1, 4) && self.module.functions[self.function.0 as usize].is_entry
    }

    /// Looks the opcode with its dot-words up; what is not in the table is noted.
    fn spelling(&mut self, instruction: &ast::Instruction<'a>) -> Option<Rc<Looked>> {
        if let Some(spelling) = self.spellings.get(&*instruction.spelling) {
            return Some(spelling.clone());
        }
        match TABLE.spelling(&instruction.spelling) {
            Ok(spelling) => {
                let spelling = Rc::new(self.look(spelling));
                if let std::borrow::Cow::Borrowed(text) = instruction.spelling {
                    self.spellings.insert(text, spelling.clone());
                }
                Some(spelling)
            }
            // What is only noted is noted once: there may be very many of it.
            Err(_) if self.module.version > NEWEST && !self.is_new(&instruction.spelling) => None,
            Err(misspelt) => {
                let (start, end) = misspelt.range;
                let at = instruction.span.start;
                let mut diagnostic =
                    self.globals.source.diagnostic(Span::new(at + start as u32, at + end as u32), misspelt.message);
                (diagnostic.label, diagnostic.help) = (misspelt.label, misspelt.help);
                if self.module.version <= NEWEST {
                    self.mistakes.push(diagnostic);
                } else {
                    self.note_unsupported(diagnostic);
                }
                None
            }
        }
    }

    fn look(&self, spelling: Spelling) -> Looked {
        let forms = spelling.opcode.row().forms;
        let lacks = |candidate: &crate::form::Candidate| {
            self.offered.lacks(spelling.opcode, &forms[usize::from(candidate.form)], &spelling.words)
        };
        let space = spelling.words.iter().find_map(|word| StateSpace::from_str(word.as_str()));
        Looked {
            lacking: spelling.forms.iter().map(lacks).collect(),
            space: space.map(family),
            has_fragments: has_fragments(spelling.opcode),
            spelling,
        }
    }

    fn note_unsupported(&mut self, diagnostic: Diagnostic) {
        if self.unsupported.len() < MAX_UNSUPPORTED {
            self.unsupported.push(diagnostic);
        }
    }

    /// Whether nothing has been noted about this spelling.
    fn is_new(&mut self, spelling: &str) -> bool {
        self.unsupported.len() < MAX_UNSUPPORTED && self.told.insert(spelling.to_owned())
    }

    fn instruction(&mut self, instruction: &ast::Instruction<'a>) -> Checked<()> {
        let Some(looked) = self.spelling(instruction) else { return Ok(()) };
        let spelling = &looked.spelling;
        let guard = match instruction.guard {
            None => None,
            Some((name, negated)) => Some((self.predicate(name)?, negated)),
        };
        // Filled in where it is: to move it about takes longer than most of what is done here.
        let mut checked = Instruction {
            guard,
            opcode: spelling.opcode,
            form: 0,
            modifiers: Modifiers(SmallVec::from_slice(&spelling.words)),
            operands: Operands::new(),
            origin: Origin { line: instruction.line, source: self.source },
        };
        let operands = &mut checked.operands;
        match spelling.opcode {
            Opcode::Bra => *operands = self.branch_operands(instruction)?,
            Opcode::Call => *operands = self.call_operands(instruction)?,
            _ => {
                for (index, operand) in instruction.operands.iter().enumerate() {
                    if let OperandKind::Name(text, 0) = operand.kind
                        && let Some(Meaning::Register(id)) = self.find(text)
                    {
                        operands.push(Operand::Register(id));
                    } else if let OperandKind::Element(array, number) = &operand.kind
                        && matches!((spelling.opcode, index), (Opcode::Ld | Opcode::Ldu, 1) | (Opcode::St, 0))
                    {
                        let (array, offset) = self.element(array, number, operand.span)?;
                        operands.push(Operand::Address(Box::new(array), offset));
                    } else {
                        operands.push(self.operand(operand)?);
                    }
                }
            }
        }
        if let Some(unknown) = self.unknown.take() {
            if self.is_new(&instruction.spelling) {
                self.note_unsupported(unknown);
            }
            return Ok(());
        }
        let operands = &*operands;
        let registers = Registers(&self.scopes.registers);
        let (mut lacked, mut misfit) = (None, None);
        for (candidate, lacking) in spelling.forms.iter().zip(&looked.lacking) {
            if !candidate.matches(spelling.opcode, operands, &registers) {
                continue;
            }
            let mut outcome = super::video::check(spelling.opcode, operands);
            if looked.has_fragments {
                outcome = candidate.check_braces(spelling.opcode, &spelling.words, operands).and(outcome);
            }
            if let Err(mismatch) = outcome {
                misfit.get_or_insert(mismatch);
                continue;
            }
            if lacking.is_some() {
                lacked = lacking.as_ref();
                continue;
            }
            self.check_space(instruction, &looked, operands)?;
            self.check_call(instruction, spelling.opcode, operands)?;
            checked.form = candidate.form;
            self.body.instructions.push(checked);
            return Ok(());
        }
        if let Some(lacking) = lacked {
            let message = format!("`{}` {}", instruction.spelling, lacking.needs);
            let diagnostic = self.globals.source.diagnostic(instruction.span, message);
            return Err(Box::new(diagnostic.help(lacking.has.clone())));
        }
        let mismatch = misfit.or_else(|| spelling.forms[0].mismatch(spelling.opcode, operands, &registers));
        let mismatch = mismatch.expect("the first form does not match either");
        // Operands of what is not executed are described roughly; they do not make a module useless.
        let is_known_only = |form: u16| matches!(spelling.opcode.row().support_of(form.into()), Support::Known(_));
        let is_mistake = spelling.forms.iter().any(|candidate| !is_known_only(candidate.form));
        self.note_mismatch(instruction, mismatch, is_mistake);
        Ok(())
    }

    /// Whether an address that is named by a symbol is in the state space that the instruction names.
    fn check_space(&self, instruction: &ast::Instruction<'a>, looked: &Looked, operands: &[Operand]) -> Checked<()> {
        let opcode = looked.spelling.opcode;
        if !matches!(opcode, Opcode::Ld | Opcode::Ldu | Opcode::St | Opcode::Atom | Opcode::Red) {
            return Ok(());
        }
        let Some(space) = looked.space else { return Ok(()) };
        if space == StateSpace::Const && opcode != Opcode::Ld {
            return self.error(instruction.span, "`.const` variables cannot be written");
        }
        for (index, operand) in operands.iter().enumerate() {
            let Operand::Address(base, _) = operand else { continue };
            let (name, declared) = match **base {
                Operand::Variable(id, _) => {
                    let variable = &self.module.variables[id.0 as usize];
                    (&variable.name, variable.space)
                }
                Operand::Local(id, _) => {
                    let local = &self.body.locals[id.0 as usize];
                    (&local.name, local.space)
                }
                _ => continue,
            };
            let (word, declared) = (declared, family(declared));
            let is_space = matches!(
                declared,
                StateSpace::Global | StateSpace::Const | StateSpace::Shared | StateSpace::Local | StateSpace::Param
            );
            if is_space && declared != space {
                let span = instruction.operands.get(index).map_or(instruction.span, |operand| operand.span);
                let message = format!("`{name}` is in `.{word}`, not in `.{space}`");
                let diagnostic = self.globals.source.diagnostic(span, message);
                return Err(Box::new(diagnostic.help(format!("write `.{word}` behind the opcode"))));
            }
        }
        Ok(())
    }

    /// Whether a call passes what the function takes.
    fn check_call(&self, instruction: &ast::Instruction<'a>, opcode: Opcode, operands: &[Operand]) -> Checked<()> {
        let (Opcode::Call, [Operand::List(results), callee, Operand::List(arguments), rest @ ..]) = (opcode, operands)
        else {
            return Ok(());
        };
        let (name, returns, params) = match (callee, rest) {
            (Operand::Function(id), _) => {
                let function = &self.module.functions[id.0 as usize];
                (function.name.as_str(), &function.returns, &function.params)
            }
            (_, [Operand::Prototype(index)]) => {
                let (returns, params) = &self.body.prototypes[*index as usize];
                ("the function", returns, params)
            }
            _ => return Ok(()),
        };
        let counted = |count: usize, noun: &str| format!("{count} {noun}{}", if count == 1 { "" } else { "s" });
        if arguments.len() != params.len() {
            let message = format!("`{name}` takes {}, not {}", counted(params.len(), "argument"), arguments.len());
            return self.error(instruction.span, message);
        }
        if results.len() > returns.len() {
            let message = format!("`{name}` returns {}, not {}", counted(returns.len(), "value"), results.len());
            return self.error(instruction.span, message);
        }
        let pairs = arguments.iter().zip(params).chain(results.iter().zip(returns));
        for (index, (operand, declared)) in pairs.enumerate() {
            let bytes = match operand {
                Operand::Local(id, 0) => self.body.locals[id.0 as usize].size,
                Operand::Register(id) => self.scopes.registers[id.0 as usize].ty.bytes().into(),
                _ => continue,
            };
            if declared.size != 0 && bytes != declared.size {
                let noun = if index < params.len() { "argument" } else { "result" };
                let number = if index < params.len() { index } else { index - params.len() } + 1;
                let message = format!("{noun} {number} of `{name}` has {bytes} bytes here and {} there", declared.size);
                let diagnostic = self.globals.source.diagnostic(instruction.span, message);
                return Err(Box::new(
                    diagnostic.help(format!("`{}` is declared in line {}", declared.name, declared.line)),
                ));
            }
        }
        Ok(())
    }

    fn note_mismatch(&mut self, instruction: &ast::Instruction<'a>, mismatch: Mismatch, is_mistake: bool) {
        if !is_mistake && !self.is_new(&instruction.spelling) {
            return;
        }
        let message = format!("`{}` does not take these operands", instruction.spelling);
        let source = self.globals.source;
        let diagnostic = match mismatch {
            Mismatch::Count { expected } => {
                let expected = if expected.is_empty() { "no operands".to_owned() } else { format!("`{expected}`") };
                source.diagnostic(instruction.span, message).label(format!("it has {expected}"))
            }
            Mismatch::Operand { index, reason } => {
                let span = instruction.operands.get(index).map_or(instruction.span, |operand| operand.span);
                source.diagnostic(span, message).label(reason)
            }
        };
        if is_mistake {
            self.mistakes.push(diagnostic);
        } else {
            self.note_unsupported(diagnostic);
        }
    }

    fn branch_operands(&mut self, instruction: &ast::Instruction<'a>) -> Checked<Operands> {
        let mut operands = Operands::new();
        for operand in &instruction.operands {
            let OperandKind::Name(text, 0) = operand.kind else {
                return self.error(operand.span, "expected a label");
            };
            operands.push(Operand::Label(self.scopes.label(Name { text, span: operand.span })));
        }
        Ok(operands)
    }

    /// `(results), callee, (arguments), prototype`, of which only the callee must be there.
    fn call_operands(&mut self, instruction: &ast::Instruction<'a>) -> Checked<Operands> {
        let mut given = instruction.operands.iter().peekable();
        let is_list = |operand: &&ast::Operand<'a>| matches!(operand.kind, OperandKind::List(_));
        let results = match given.next_if(is_list) {
            Some(list) => self.operand(list)?,
            None => Operand::List(Vec::new()),
        };
        let Some(callee) = given.next() else {
            return self.error(instruction.span, "`call` needs the name of a function");
        };
        let callee = self.operand(callee)?;
        let arguments = match given.next_if(is_list) {
            Some(list) => self.operand(list)?,
            None => Operand::List(Vec::new()),
        };
        let mut operands = Operands::from_vec(vec![results, callee, arguments]);
        for operand in given {
            operands.push(self.operand(operand)?);
        }
        Ok(operands)
    }

    fn predicate(&mut self, name: Name<'a>) -> Checked<RegisterId> {
        match self.find(name.text) {
            Some(Meaning::Register(id)) if self.scopes.registers[id.0 as usize].ty == ScalarType::Pred => Ok(id),
            Some(_) => self.error(name.span, format!("`{}` is not a predicate", name.text)),
            None => self.error(name.span, format!("no register `{}`", name.text)),
        }
    }

    /// What a name of the body or of the function's head means.
    fn find(&mut self, text: &'a str) -> Option<Meaning> {
        // A parameter hides a special register of its name.
        match self.scopes.find(text) {
            found @ (None | Some(Meaning::Special(_))) => self.parameters.get(text).copied().or(found),
            found => found,
        }
    }

    fn register(&mut self, text: &'a str, span: Span) -> Checked<RegisterId> {
        match self.find(text) {
            Some(Meaning::Register(id)) => Ok(id),
            Some(_) => self.error(span, format!("`{text}` is not a register")),
            None => self.error(span, format!("no register `{text}`")),
        }
    }

    fn operand(&mut self, operand: &ast::Operand<'a>) -> Checked<Operand> {
        let span = operand.span;
        Ok(match &operand.kind {
            OperandKind::Name(text, offset) => self.name(text, *offset, span)?,
            OperandKind::Not(text) => Operand::Not(self.register(text, span)?),
            OperandKind::Minus(text) => match self.name(text, 0, span)? {
                Operand::Register(register) => Operand::Part { register, part: None, negated: true },
                Operand::Part { register, part, negated } => Operand::Part { register, part, negated: !negated },
                _ => return self.error(span, format!("`{text}` is not a register")),
            },
            OperandKind::Integer(value) => Operand::Integer(value.value()),
            OperandKind::F32(bits) => Operand::F32(*bits),
            OperandKind::F64(bits) => Operand::F64(*bits),
            OperandKind::Address(base, offset) => {
                let base = match base {
                    Base::Name(name) => match self.find(name.text) {
                        Some(Meaning::Register(id)) => Operand::Register(id),
                        _ => self.name(name.text, 0, name.span)?,
                    },
                    Base::Integer(value, _) => Operand::Integer(value.value()),
                };
                Operand::Address(Box::new(base), *offset)
            }
            OperandKind::Vector(parts) => Operand::Vector(self.operands(parts)?),
            OperandKind::Indexed(parts) => Operand::Indexed(self.operands(parts)?),
            OperandKind::Element(array, number) => match self.element(array, number, operand.span)? {
                (Operand::Variable(id, _), offset) => Operand::Variable(id, offset),
                (Operand::Local(id, _), offset) => Operand::Local(id, offset),
                (Operand::Param(index, _), offset) => Operand::Param(index, offset),
                (Operand::Return(index, _), offset) => Operand::Return(index, offset),
                (other, _) => other,
            },
            OperandKind::List(parts) => Operand::List(self.operands(parts)?),
            OperandKind::Pair(first, second) => {
                Operand::Pair(Box::new(self.operand(first)?), Box::new(self.operand(second)?))
            }
            OperandKind::Sink => Operand::Sink,
        })
    }

    /// The array of `array[number]`, and how far from its beginning the element is in bytes. What counts is the scalar
    /// type, also of arrays of vectors and of arrays of arrays.
    fn element(&mut self, array: &'a str, number: &ast::Operand<'a>, span: Span) -> Checked<(Operand, i64)> {
        let operand = self.name(array, 0, span)?;
        let function = &self.module.functions[self.function.0 as usize];
        let variable = match operand {
            Operand::Variable(id, _) => &self.module.variables[id.0 as usize],
            Operand::Local(id, _) => &self.body.locals[id.0 as usize],
            Operand::Param(index, _) => &function.params[index as usize],
            Operand::Return(index, _) => &function.returns[index as usize],
            _ => return self.error(span, format!("`{array}` is not an array")),
        };
        let bytes = u64::from(variable.ty.bytes());
        // An array of one element looks like a variable that is none.
        let is_first = matches!(number.kind, OperandKind::Integer(number) if number.value() == 0);
        if variable.size != 0 && variable.size <= bytes && !is_first {
            return self.error(span, format!("`{array}` is not an array"));
        }
        // ptxas 13.5 counts bytes in arrays of unknown size, whatever they are of; the manual speaks of elements.
        let is_open = variable.size == 0;
        match number.kind {
            OperandKind::Integer(number) if !is_open => {
                let offset = i64::try_from(number.value()).ok().and_then(|number| number.checked_mul(bytes as i64));
                match offset {
                    Some(offset) => Ok((operand, offset)),
                    None => self.error(span, format!("`{array}` has no such element")),
                }
            }
            _ => {
                let message = match is_open {
                    true => format!("an element of `{array}`, which is of unknown size"),
                    false => format!("an element of `{array}` whose number is in a register"),
                };
                let help = "add the element's distance in bytes to the address of the array";
                self.unknown = Some(self.globals.source.diagnostic(span, message).help(help));
                Ok((Operand::Sink, 0))
            }
        }
    }

    fn operands(&mut self, operands: &[ast::Operand<'a>]) -> Checked<Vec<Operand>> {
        let mut checked = Vec::with_capacity(operands.len());
        for operand in operands {
            checked.push(self.operand(operand)?);
        }
        Ok(checked)
    }

    fn name(&mut self, text: &'a str, offset: i64, span: Span) -> Checked<Operand> {
        let operand = match self.find(text) {
            Some(Meaning::Local(id)) => return Ok(Operand::Local(id, offset)),
            Some(Meaning::Static(id)) => return Ok(Operand::Variable(id, offset)),
            Some(Meaning::Param(index)) => return Ok(Operand::Param(index, offset)),
            Some(Meaning::Return(index)) => return Ok(Operand::Return(index, offset)),
            Some(Meaning::Register(id)) => Operand::Register(id),
            Some(Meaning::Vector(first, count)) => {
                let registers = first.0..first.0 + u32::from(count);
                Operand::Vector(registers.map(|id| Operand::Register(RegisterId(id))).collect())
            }
            Some(Meaning::Prototype(index)) => Operand::Prototype(index),
            Some(Meaning::Targets(index)) => Operand::BranchTargets(index),
            Some(Meaning::Special(special)) => Operand::Special(special),
            None => match self.globals.names.get(text) {
                Some(Symbol::Variable(id)) => return Ok(Operand::Variable(*id, offset)),
                Some(Symbol::Function(id)) => Operand::Function(*id),
                None => match self.part(text) {
                    Some(operand) => operand,
                    // It may be a special register that came after the table; numbered ones are the program's.
                    None if self.module.version > NEWEST
                        && text.starts_with('%')
                        && !text.ends_with(|last: char| last.is_ascii_digit()) =>
                    {
                        let message = format!("nothing is called `{text}` here");
                        self.unknown = Some(self.globals.source.diagnostic(span, message));
                        Operand::Sink
                    }
                    None => {
                        let message = format!("nothing is called `{text}` here");
                        let mut diagnostic = self.globals.source.diagnostic(span, message);
                        if text.starts_with('%') {
                            diagnostic = diagnostic.help("a register is declared with `.reg` before it is used");
                        }
                        return Err(Box::new(diagnostic));
                    }
                },
            },
        };
        if offset != 0 {
            return self.error(span, format!("an offset can be added to an address only, and `{text}` is none"));
        }
        Ok(operand)
    }

    /// `v.x` of a vector register, `%r1.b2` of a video instruction, `%tid` as a vector.
    fn part(&mut self, text: &'a str) -> Option<Operand> {
        let components = ["x", "y", "z"];
        if let Some(name) = text.strip_prefix('%') {
            let special = |component| SpecialRegister::from_str(&format!("{name}.{component}")).map(Operand::Special);
            if let Some(mut parts) = components.into_iter().map(special).collect::<Option<Vec<_>>>() {
                parts.push(Operand::Integer(0));
                return Some(Operand::Vector(parts));
            }
        }
        let (name, selector) = text.rsplit_once('.')?;
        match self.find(name)? {
            Meaning::Vector(first, count) => {
                let index = ["x", "y", "z", "w"].iter().position(|component| *component == selector);
                let index = index.or(["r", "g", "b", "a"].iter().position(|component| *component == selector))?;
                (index < usize::from(count)).then_some(Operand::Register(RegisterId(first.0 + index as u32)))
            }
            Meaning::Register(register) => {
                Some(Operand::Part { register, part: Some(part(selector)?), negated: false })
            }
            _ => None,
        }
    }
}

/// The space without the words that narrow it down.
fn family(space: StateSpace) -> StateSpace {
    match space {
        StateSpace::SharedCta | StateSpace::SharedCluster => StateSpace::Shared,
        StateSpace::ParamEntry | StateSpace::ParamFunc => StateSpace::Param,
        space => space,
    }
}

/// `b2`, `h10`, `b3210`
fn part(selector: &str) -> Option<Part> {
    let (letter, numbers) = selector.split_at_checked(1)?;
    let halves = match letter {
        "h" => true,
        "b" => false,
        _ => return None,
    };
    let mut part = Part { halves, lanes: [0; 4], count: numbers.len() as u8 };
    if !(1..=4).contains(&numbers.len()) || halves && numbers.len() > 2 {
        return None;
    }
    for (lane, digit) in part.lanes.iter_mut().zip(numbers.bytes()) {
        // Two operands of a SIMD instruction together have twice as many lanes.
        *lane = digit.checked_sub(b'0').filter(|lane| *lane < if halves { 4 } else { 8 })?;
    }
    Some(part)
}
