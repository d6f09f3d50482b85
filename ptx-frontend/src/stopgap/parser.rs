//! Statements and declarations.

use std::collections::HashMap;

use smallvec::SmallVec;

use super::diagnostic::{Class, Diagnostic, Source, Span};
use super::lexer::{Lexer, Token};
use super::scope::{Name, Scopes};
use crate::checked::*;
use crate::form::{self, Mismatch, Shape};
use crate::isa::Opcode;
use crate::modifier::Modifiers;
use crate::types::{ScalarType, StateSpace};

/// Deepest nesting of `{ }` scopes, initialisers and parentheses.
pub(super) const MAX_DEPTH: usize = 64;

/// Parses and checks a module.
pub fn parse_module(text: &str, name: &str) -> Result<Module, Vec<Diagnostic>> {
    let mut p = Parser::new(Source { text, name });
    p.module();
    if p.errors.is_empty() { Ok(p.out) } else { Err(p.errors) }
}

pub(super) type Parsed<T> = Result<T, Diagnostic>;

/// Opcode text → what it means, so that each spelling is matched once.
type Spellings<'s> = HashMap<&'s str, (Opcode, SmallVec<[u16; 4]>, Modifiers)>;

pub(super) struct Parser<'s> {
    pub(super) source: Source<'s>,
    lexer: Lexer<'s>,
    pub(super) token: Token,
    pub(super) span: Span,
    pub(super) line: u32,
    pub(super) out: Module,
    pub(super) errors: Vec<Diagnostic>,
    pub(super) globals: HashMap<&'s str, VariableId>,
    pub(super) functions: HashMap<&'s str, FunctionId>,
    pub(super) scopes: Scopes<'s>,
    pub(super) body: Body,
    spellings: Spellings<'s>,
    /// The current `.loc`.
    loc: (u32, u32),
    params: Vec<&'s str>,
}

impl<'s> Parser<'s> {
    fn new(source: Source<'s>) -> Self {
        let mut p = Parser {
            source,
            lexer: Lexer::new(source.text),
            token: Token::End,
            span: Span::default(),
            line: 1,
            out: Module::default(),
            errors: Vec::new(),
            globals: HashMap::new(),
            functions: HashMap::new(),
            scopes: Scopes::default(),
            body: Body::default(),
            spellings: HashMap::new(),
            loc: (0, 0),
            params: Vec::new(),
        };
        p.bump();
        p
    }

    pub(super) fn bump(&mut self) {
        (self.token, self.span) = self.lexer.next();
        self.line = self.lexer.line();
    }

    pub(super) fn slice(&self, span: Span) -> &'s str {
        &self.source.text[span.start as usize..span.end as usize]
    }

    pub(super) fn text(&self) -> &'s str {
        self.slice(self.span)
    }

    pub(super) fn is(&self, punct: u8) -> bool {
        self.token == Token::Punct(punct)
    }

    pub(super) fn eat(&mut self, punct: u8) -> bool {
        let yes = self.is(punct);
        if yes {
            self.bump();
        }
        yes
    }

    fn word(&self) -> &'s str {
        if self.token == Token::Word { &self.text()[1..] } else { "" }
    }

    fn eat_word(&mut self, word: &str) -> bool {
        let yes = self.word() == word;
        if yes {
            self.bump();
        }
        yes
    }

    pub(super) fn error(&self, span: Span, message: impl Into<String>) -> Diagnostic {
        self.source.diagnostic(Class::Invalid, span, message)
    }

    pub(super) fn unexpected(&self, wanted: &str) -> Diagnostic {
        let found = if self.token == Token::End { "the end of the text".into() } else { format!("`{}`", self.text()) };
        self.error(self.span, format!("{wanted} expected, {found} found"))
    }

    pub(super) fn expect(&mut self, punct: u8) -> Parsed<()> {
        if self.eat(punct) { Ok(()) } else { Err(self.unexpected(&format!("`{}`", punct as char))) }
    }

    pub(super) fn ident(&mut self, what: &str) -> Parsed<&'s str> {
        if self.token != Token::Ident {
            return Err(self.unexpected(what));
        }
        let text = self.text();
        self.bump();
        Ok(text)
    }

    fn integer(&mut self) -> Parsed<u64> {
        let span = self.span;
        match self.constant()? {
            Operand::Integer(n) => u64::try_from(n).map_err(|_| self.error(span, "number out of range")),
            _ => Err(self.error(span, "integer expected")),
        }
    }

    /// Skips to behind the next `;` at this level, or to before a `}`.
    fn recover(&mut self) {
        let mut depth = 0usize;
        loop {
            match self.token {
                Token::End => return,
                Token::Punct(b';') if depth == 0 => return self.bump(),
                Token::Punct(b'{') => depth += 1,
                Token::Punct(b'}') if depth == 0 => return,
                Token::Punct(b'}') => depth -= 1,
                _ => {}
            }
            self.bump();
        }
    }

    fn module(&mut self) {
        if self.word() != "version" {
            let e = self
                .unexpected("`.version`")
                .help("a PTX module begins with `.version`, `.target` and `.address_size`");
            self.errors.push(e);
            return;
        }
        while self.token != Token::End {
            if let Err(e) = self.top_level() {
                self.errors.push(e);
                if self.errors.len() >= 20 {
                    return;
                }
                self.recover();
                self.eat(b'}');
            }
        }
    }

    fn top_level(&mut self) -> Parsed<()> {
        match self.word() {
            "version" => {
                self.bump();
                let text = self.text();
                let version = text.split_once('.').and_then(|(a, b)| Some((a.parse().ok()?, b.parse().ok()?)));
                self.out.version = version.ok_or_else(|| self.unexpected("version such as `8.0`"))?;
                self.bump();
                Ok(())
            }
            "target" => {
                self.bump();
                let target = self.ident("target")?;
                if self.out.target.is_empty() {
                    self.out.target = target.to_string();
                }
                while self.eat(b',') {
                    self.ident("target option")?;
                }
                Ok(())
            }
            "address_size" => {
                self.bump();
                let span = self.span;
                match self.integer()? {
                    64 => Ok(()),
                    32 => Err(self
                        .source
                        .diagnostic(Class::Unsupported, span, "32-bit addresses are not supported")
                        .help("CUDA has had no 32-bit device code since version 9")),
                    _ => Err(self.error(span, "address size is 32 or 64")),
                }
            }
            "file" | "loc" => self.debug_line(),
            "section" => self.section(),
            "pragma" => self.pragma(),
            "entry" | "func" | "visible" | "extern" | "weak" | "common" | "global" | "const" | "shared" | "tex" => {
                self.declaration()
            }
            "alias" => Err(self.source.diagnostic(Class::Unsupported, self.span, "`.alias` is not supported")),
            _ if self.eat(b';') => Ok(()),
            _ => Err(self.unexpected("declaration")),
        }
    }

    fn pragma(&mut self) -> Parsed<()> {
        while !self.is(b';') && self.token != Token::End {
            self.bump();
        }
        self.expect(b';')
    }

    /// `.file` and `.loc` end with their line.
    fn debug_line(&mut self) -> Parsed<()> {
        let is_file = self.word() == "file";
        let line = self.lexer.rest_of_line();
        let mut words = line.split_ascii_whitespace();
        let first = words.next().and_then(|w| w.parse().ok()).unwrap_or(0);
        if is_file {
            let path = line.split('"').nth(1).unwrap_or("");
            self.out.files.push((first, path.to_string()));
        } else {
            let source_line = words.next().and_then(|w| w.parse().ok()).unwrap_or(0);
            self.loc = (first, source_line);
        }
        self.bump();
        Ok(())
    }

    /// `.section .debug_info { ... }`: debug data, skipped.
    fn section(&mut self) -> Parsed<()> {
        while !self.is(b'{') {
            if self.token == Token::End {
                return Err(self.unexpected("`{`"));
            }
            self.bump();
        }
        while !self.is(b'}') {
            if self.token == Token::End {
                return Err(self.unexpected("`}`"));
            }
            self.bump();
        }
        self.bump();
        Ok(())
    }

    fn declaration(&mut self) -> Parsed<()> {
        let linkage = match self.word() {
            "visible" => Linkage::Visible,
            "extern" => Linkage::Extern,
            "weak" => Linkage::Weak,
            "common" => Linkage::Common,
            _ => Linkage::Internal,
        };
        if linkage != Linkage::Internal {
            self.bump();
        }
        match self.word() {
            "entry" => self.function(true, linkage),
            "func" => self.function(false, linkage),
            _ => {
                let variables = self.variables(linkage)?;
                for (name, v) in variables {
                    self.add_global(name, v);
                }
                Ok(())
            }
        }
    }

    fn add_global(&mut self, name: &'s str, v: Variable) -> VariableId {
        if let Some(&id) = self.globals.get(name) {
            // `.extern` before the definition, or a repeated tentative one: the fuller one stays.
            let old = &mut self.out.variables[id.0 as usize];
            if old.linkage == Linkage::Extern || (old.initial.is_empty() && !v.initial.is_empty()) {
                *old = v;
            }
            return id;
        }
        let id = VariableId(self.out.variables.len() as u32);
        self.out.variables.push(v);
        self.globals.insert(name, id);
        id
    }

    /// `.space [attributes] .type name[dims] = init, name2 ... ;` with the space word next.
    pub(super) fn variables(&mut self, linkage: Linkage) -> Parsed<Vec<(&'s str, Variable)>> {
        let mut found = Vec::new();
        let mut template = self.variable_head(linkage)?;
        loop {
            let (name, mut v) = self.declarator(&template)?;
            if self.eat(b'=') {
                self.initialiser(&mut v)?;
            }
            found.push((name, v));
            if !self.eat(b',') {
                break;
            }
            template.line = self.line;
        }
        self.expect(b';')?;
        Ok(found)
    }

    fn variable_head(&mut self, linkage: Linkage) -> Parsed<Variable> {
        let Some(space) = StateSpace::from_str(self.word()) else { return Err(self.unexpected("state space")) };
        let line = self.line;
        self.bump();
        let mut v = Variable {
            name: String::new(),
            space,
            ty: ScalarType::B8,
            size: 0,
            align: 0,
            linkage,
            managed: false,
            initial: Vec::new(),
            relocations: Vec::new(),
            line,
        };
        let mut vector = 1;
        let mut typed = false;
        while self.token == Token::Word {
            let word = self.word();
            let span = self.span;
            self.bump();
            match word {
                "align" => v.align = self.integer()? as u32,
                "v2" => vector = 2,
                "v4" => vector = 4,
                "v8" => vector = 8,
                "ptr" => {
                    // What the parameter points to: a hint. `.ptr .global .align 16`
                    if StateSpace::from_str(self.word()).is_some() {
                        self.bump();
                    }
                    if self.eat_word("align") {
                        self.integer()?;
                    }
                }
                "attribute" => {
                    self.expect(b'(')?;
                    while !self.eat(b')') {
                        v.managed |= self.word() == "managed";
                        if self.token == Token::End {
                            return Err(self.unexpected("`)`"));
                        }
                        self.bump();
                    }
                }
                "texref" | "samplerref" | "surfref" => {
                    (v.ty, typed) = (ScalarType::B64, true);
                }
                _ => match ScalarType::from_str(word) {
                    Some(ty) => (v.ty, typed) = (ty, true),
                    None => return Err(self.error(span, format!("`.{word}` is not a type"))),
                },
            }
        }
        if !typed {
            return Err(self.unexpected("type"));
        }
        let natural = v.ty.bytes() * vector;
        v.align = if v.align == 0 { natural } else { v.align };
        if !v.align.is_power_of_two() {
            return Err(self.error(self.span, format!("alignment {} is not a power of two", v.align)));
        }
        v.size = u64::from(natural);
        Ok(v)
    }

    fn declarator(&mut self, template: &Variable) -> Parsed<(&'s str, Variable)> {
        let mut v = template.clone();
        let span = self.span;
        let name = self.ident("name")?;
        v.name = name.to_string();
        while self.eat(b'[') {
            let n = if self.is(b']') { 0 } else { self.integer()? };
            self.expect(b']')?;
            v.size =
                v.size.checked_mul(n).filter(|&n| n <= 1 << 40).ok_or_else(|| self.error(span, "array too large"))?;
        }
        Ok((name, v))
    }

    fn function(&mut self, is_entry: bool, linkage: Linkage) -> Parsed<()> {
        let line = self.line;
        self.bump();
        self.attributes()?;
        let returns = if self.is(b'(') { self.parameters()? } else { Vec::new() };
        let name = self.ident("function name")?;
        let params = if self.is(b'(') { self.parameters()? } else { Vec::new() };
        let mut f = Function {
            name: name.to_string(),
            is_entry,
            linkage,
            params: params.iter().map(|(_, v)| v.clone()).collect(),
            returns: returns.iter().map(|(_, v)| v.clone()).collect(),
            noreturn: false,
            directives: Vec::new(),
            body: None,
            errors: Vec::new(),
            line,
        };
        while self.token == Token::Word {
            let directive = self.word();
            self.bump();
            if directive == "noreturn" {
                f.noreturn = true;
                continue;
            }
            if directive == "pragma" {
                self.pragma()?;
                continue;
            }
            let mut values = Vec::new();
            while matches!(self.token, Token::Integer) {
                values.push(self.integer()? as u32);
                if !self.eat(b',') {
                    break;
                }
            }
            values.resize(
                values.len().max(if directive.ends_with("ntid") || directive.contains("cluster") { 3 } else { 1 }),
                1,
            );
            f.directives.push((directive.to_string(), values));
        }
        let id = match self.functions.get(name) {
            Some(&id) => {
                let old = &self.out.functions[id.0 as usize];
                if old.body.is_some() && self.is(b'{') {
                    return Err(self.error(self.span, format!("`{name}` is defined twice")));
                }
                if old.body.is_none() && old.errors.is_empty() {
                    self.out.functions[id.0 as usize] = f;
                }
                id
            }
            None => {
                let id = FunctionId(self.out.functions.len() as u32);
                self.out.functions.push(f);
                self.functions.insert(name, id);
                id
            }
        };
        if !self.is(b'{') {
            self.eat(b';');
            return Ok(());
        }
        self.body = Body::default();
        self.scopes = Scopes::default();
        self.loc = (0, 0);
        self.scopes.enter();
        for (i, (name, v)) in params.iter().enumerate() {
            self.declare_parameter(name, v, Name::Param(i as u32));
        }
        for (i, (name, v)) in returns.iter().enumerate() {
            self.declare_parameter(name, v, Name::Return(i as u32));
        }
        self.params = params.iter().map(|(n, _)| *n).collect();
        let errors_before = self.errors.len();
        self.block()?;
        for name in self.scopes.leave() {
            let e = self.error(
                self.span,
                format!("label `{name}` is used in `{}` and not defined", self.out.functions[id.0 as usize].name),
            );
            self.errors.push(e);
        }
        let mut body = std::mem::take(&mut self.body);
        self.resolve_labels(&mut body);
        let f = &mut self.out.functions[id.0 as usize];
        // Instructions that are no form of the table cost their function only.
        let lost: Vec<_> = self.errors.extract_if(errors_before.., |e| e.class == Class::Unsupported).collect();
        if lost.is_empty() {
            f.body = Some(body);
        } else {
            f.errors = lost;
        }
        Ok(())
    }

    fn declare_parameter(&mut self, name: &'s str, v: &Variable, what: Name) {
        let what = if v.space == StateSpace::Reg {
            self.body.registers.push(Register { name: name.to_string(), ty: v.ty });
            Name::Register(RegisterId(self.body.registers.len() as u32 - 1))
        } else {
            what
        };
        self.scopes.declare(name, what);
    }

    fn attributes(&mut self) -> Parsed<()> {
        while self.eat_word("attribute") {
            self.expect(b'(')?;
            while !self.eat(b')') {
                if self.token == Token::End {
                    return Err(self.unexpected("`)`"));
                }
                self.bump();
            }
        }
        Ok(())
    }

    fn parameters(&mut self) -> Parsed<Vec<(&'s str, Variable)>> {
        self.expect(b'(')?;
        let mut found = Vec::new();
        while !self.eat(b')') {
            let template = self.variable_head(Linkage::Internal)?;
            found.push(self.declarator(&template)?);
            if !self.eat(b',') && !self.is(b')') {
                return Err(self.unexpected("`,` or `)`"));
            }
        }
        Ok(found)
    }

    /// `{ statements }`
    fn block(&mut self) -> Parsed<()> {
        self.expect(b'{')?;
        let base = self.scopes.depth();
        loop {
            if self.is(b'{') {
                self.bump();
                self.scopes.enter();
                if self.scopes.depth() > MAX_DEPTH {
                    return Err(self.error(self.span, format!("scopes nested deeper than {MAX_DEPTH}")));
                }
                continue;
            }
            if self.is(b'}') {
                self.bump();
                if self.scopes.depth() == base {
                    return Ok(());
                }
                self.scopes.leave();
                continue;
            }
            if self.token == Token::End {
                return Err(self.unexpected("`}`"));
            }
            if let Err(e) = self.statement() {
                self.errors.push(e);
                if self.errors.len() >= 200 {
                    return Err(self.error(self.span, "too many errors"));
                }
                self.recover();
            }
        }
    }

    fn statement(&mut self) -> Parsed<()> {
        if self.eat(b';') {
            return Ok(());
        }
        if self.token == Token::Word {
            return self.body_declaration();
        }
        let guard = if self.eat(b'@') {
            let negated = self.eat(b'!');
            let span = self.span;
            let name = self.ident("predicate")?;
            match self.scopes.find(name, &mut self.body) {
                Some(Name::Register(r)) if self.body.registers[r.0 as usize].ty == ScalarType::Pred => {
                    Some((r, negated))
                }
                _ => return Err(self.error(span, format!("`{name}` is not a predicate register"))),
            }
        } else {
            None
        };
        if self.token != Token::Ident {
            return Err(self.unexpected("instruction"));
        }
        let start = self.span;
        let line = self.line;
        let name = self.text();
        self.bump();
        if guard.is_none() && self.is(b':') {
            self.bump();
            return self.labelled(name, start);
        }
        let mut end = start;
        while self.token == Token::Word && self.span.start == end.end {
            end = self.span;
            self.bump();
        }
        // Words may also be set apart by spaces; then the text is put together from its parts.
        let mut spelled = self.slice(start.to(end));
        if self.token == Token::Word {
            let mut apart = spelled.to_string();
            while self.token == Token::Word {
                apart.push_str(self.text());
                end = self.span;
                self.bump();
            }
            spelled = String::leak(apart);
        }
        let origin = Origin { line, source: self.loc };
        self.instruction(spelled, start.to(end), guard, origin)
    }

    fn labelled(&mut self, name: &'s str, span: Span) -> Parsed<()> {
        match self.word() {
            "callprototype" => {
                self.bump();
                let returns = if self.is(b'(') { self.parameters()? } else { Vec::new() };
                self.ident("`_`")?;
                let params = if self.is(b'(') { self.parameters()? } else { Vec::new() };
                while self.token == Token::Word {
                    self.bump();
                    while self.token == Token::Integer {
                        self.bump();
                    }
                }
                self.expect(b';')?;
                let id = self.body.prototypes.len() as u32;
                let only = |list: Vec<(&str, Variable)>| list.into_iter().map(|(_, v)| v).collect();
                self.body.prototypes.push((only(returns), only(params)));
                self.scopes.declare(name, Name::Prototype(id));
                Ok(())
            }
            "branchtargets" => {
                self.bump();
                let mut labels = Vec::new();
                loop {
                    let label = self.ident("label")?;
                    labels.push(self.scopes.label(label, &mut self.body));
                    if !self.eat(b',') {
                        break;
                    }
                }
                self.expect(b';')?;
                let id = self.body.branch_targets.len() as u32;
                self.body.branch_targets.push(labels);
                self.scopes.declare(name, Name::BranchTargets(id));
                Ok(())
            }
            "calltargets" => {
                while !self.is(b';') && self.token != Token::End {
                    self.bump();
                }
                self.expect(b';')
            }
            _ => match self.scopes.define_label(name, &mut self.body) {
                Some(_) => Ok(()),
                None => Err(self.error(span, format!("label `{name}` is defined twice"))),
            },
        }
    }

    fn body_declaration(&mut self) -> Parsed<()> {
        match self.word() {
            "reg" => self.registers(),
            "pragma" => self.pragma(),
            "loc" | "file" => self.debug_line(),
            "local" | "param" => {
                for (name, v) in self.variables(Linkage::Internal)? {
                    let id = LocalId(self.body.locals.len() as u32);
                    self.body.locals.push(v);
                    self.scopes.declare(name, Name::Local(id));
                }
                Ok(())
            }
            "shared" | "global" | "const" => {
                for (name, v) in self.variables(Linkage::Internal)? {
                    let id = VariableId(self.out.variables.len() as u32);
                    self.out.variables.push(v);
                    self.scopes.declare(name, Name::Variable(id));
                }
                Ok(())
            }
            "branchtargets" | "calltargets" | "callprototype" => Err(self.unexpected("label before the list")),
            _ => Err(self.unexpected("statement")),
        }
    }

    fn registers(&mut self) -> Parsed<()> {
        self.bump();
        if matches!(self.word(), "v2" | "v4") {
            return Err(self.source.diagnostic(Class::Unsupported, self.span, "vector registers are not supported"));
        }
        let Some(ty) = ScalarType::from_str(self.word()) else { return Err(self.unexpected("type")) };
        self.bump();
        loop {
            let name = self.ident("register name")?;
            if self.eat(b'<') {
                let count = self.integer()?;
                self.expect(b'>')?;
                self.scopes.declare_range(name, count.min(1 << 20) as u32, ty);
            } else {
                let id = RegisterId(self.body.registers.len() as u32);
                self.body.registers.push(Register { name: name.to_string(), ty });
                self.scopes.declare(name, Name::Register(id));
            }
            if !self.eat(b',') {
                break;
            }
        }
        self.expect(b';')
    }

    fn instruction(
        &mut self,
        spelled: &'s str,
        span: Span,
        guard: Option<(RegisterId, bool)>,
        origin: Origin,
    ) -> Parsed<()> {
        let (opcode, candidates, modifiers) = match self.spellings.get(spelled) {
            Some(known) => known.clone(),
            None => {
                let known = self.spell(spelled, span)?;
                self.spellings.insert(spelled, known.clone());
                known
            }
        };
        let operands = match opcode {
            Opcode::Call => self.call_operands()?,
            Opcode::Bra => {
                let label = self.ident("label")?;
                let id = self.scopes.label(label, &mut self.body);
                SmallVec::from_iter([Operand::Label(id)])
            }
            _ => self.operands()?,
        };
        self.expect(b';')?;
        let form = if opcode == Opcode::Call {
            candidates[0]
        } else {
            self.fit(opcode, &candidates, &modifiers, &operands, spelled, span)?
        };
        self.body.instructions.push(Instruction { guard, opcode, form, modifiers, operands, origin });
        Ok(())
    }

    fn spell(&self, spelled: &str, span: Span) -> Parsed<(Opcode, SmallVec<[u16; 4]>, Modifiers)> {
        let unsupported = |m: String| self.source.diagnostic(Class::Unsupported, span, m);
        let Some((opcode, words)) = form::opcode(spelled) else {
            let name = spelled.split('.').next().unwrap_or(spelled);
            return Err(unsupported(format!("`{name}` is not an instruction known here")).label("in this instruction"));
        };
        match form::match_words(opcode, words) {
            Ok((forms, modifiers)) => Ok((opcode, forms, modifiers)),
            Err(Mismatch::UnknownWord(w)) => {
                Err(unsupported(format!("`.{w}` is not a word known here"))
                    .label(format!("in this `{}`", opcode.as_str())))
            }
            Err(Mismatch::WordNotAllowed(w)) => {
                Err(unsupported(format!("`{spelled}` is not a form of `{}`", opcode.as_str()))
                    .label(format!("`.{w}` does not belong here")))
            }
            Err(Mismatch::Combination) => {
                Err(unsupported(format!("`{spelled}` is not a form of `{}`", opcode.as_str()))
                    .label("these words do not go together")
                    .help(format!("its forms are {}", opcode.row().forms.join("; "))))
            }
        }
    }

    /// The first of the candidate forms that the operands fit.
    fn fit(
        &self,
        opcode: Opcode,
        candidates: &[u16],
        modifiers: &Modifiers,
        operands: &[Operand],
        spelled: &str,
        span: Span,
    ) -> Parsed<u16> {
        let types = modifiers.types();
        let mut why = String::new();
        for &i in candidates {
            let form = &form::forms(opcode)[i as usize];
            if form.any {
                return Ok(i);
            }
            if operands.len() < form.required || operands.len() > form.operands.len() {
                why = format!("{} operands expected, {} found", form.required, operands.len());
                continue;
            }
            let misfit = form.operands.iter().zip(operands).enumerate().find_map(|(n, (spec, operand))| {
                self.misfit(spec, operand, &types).map(|m| format!("operand {}: {m}", n + 1))
            });
            match misfit {
                None => return Ok(i),
                Some(m) => why = m,
            }
        }
        Err(self.error(span, format!("operands do not fit `{spelled}`")).label(why))
    }

    fn misfit(&self, spec: &form::OperandSpec, operand: &Operand, types: &[ScalarType]) -> Option<String> {
        let is_destination = spec.name == 'd';
        match (spec.shape, operand) {
            (Shape::Address, Operand::Address(..) | Operand::Indexed(..)) => None,
            (Shape::Address, _) => Some("address `[...]` expected".into()),
            (_, Operand::Address(..) | Operand::Indexed(..)) => Some("no address expected here".into()),
            (Shape::Label, Operand::Label(_)) => None,
            (Shape::List, Operand::Vector(_)) => None,
            (Shape::List, _) => Some("`{...}` expected".into()),
            (Shape::Pair, Operand::Pair(d, _)) => self.width_misfit(spec, d, types),
            (_, Operand::Pair(d, _)) if is_destination && spec.width == form::Width::Predicate => {
                self.width_misfit(spec, d, types)
            }
            (_, Operand::Pair(..)) => Some("no pair expected here".into()),
            (_, Operand::Vector(list)) if spec.vector => list.iter().find_map(|o| self.width_misfit(spec, o, types)),
            (_, Operand::Vector(_)) if spec.width == form::Width::Any => None,
            (_, Operand::Vector(_)) => Some("no list expected here".into()),
            (_, Operand::Integer(_) | Operand::F32(_) | Operand::F64(_)) if is_destination => {
                Some("register expected".into())
            }
            (_, o) => self.width_misfit(spec, o, types),
        }
    }

    fn width_misfit(&self, spec: &form::OperandSpec, operand: &Operand, types: &[ScalarType]) -> Option<String> {
        let wanted = spec.width.bits(types)?;
        let (Operand::Register(r) | Operand::Not(r)) = operand else { return None };
        let register = &self.body.registers[r.0 as usize];
        let found = register.ty.bits();
        let fits = if spec.wider && wanted > 1 { found >= wanted } else { found == wanted };
        (!fits).then(|| {
            format!("`{}` is declared `.{}` ({found} bits), {wanted} bits expected", register.name, register.ty)
        })
    }

    fn resolve_labels(&self, body: &mut Body) {
        for i in &mut body.instructions {
            for o in &mut i.operands {
                if let Operand::Label(l) = o {
                    *l = self.scopes.resolve(*l);
                }
            }
        }
        for list in &mut body.branch_targets {
            for l in list {
                *l = self.scopes.resolve(*l);
            }
        }
    }
}
