//! Module scope: directives, functions, debug sections.

use super::{Parsed, Parser};
use crate::ast::{Extent, Function, Item, Module, Variable};
use crate::checked::Linkage;
use crate::diagnostic::Span;
use crate::lexer::TokenKind;

impl<'a> Parser<'a> {
    pub(super) fn module(&mut self) -> Module<'a> {
        let mut module = Module { address_size: 64, ..Module::default() };
        if !self.is_dot(".version") {
            let _ = self.unexpected("`.version`, with which every PTX module begins");
            if self.token.kind == TokenKind::End {
                return module;
            }
        }
        while self.token.kind != TokenKind::End && !self.has_given_up() {
            let start = self.token.span.start;
            if self.item(&mut module).is_err() {
                self.recover();
                // A brace that belongs to nothing, or a word that no rule could take.
                if self.is("}") || self.token.span.start == start {
                    self.advance();
                }
            }
        }
        module
    }

    fn item(&mut self, module: &mut Module<'a>) -> Parsed<()> {
        if self.take(";") {
            return Ok(());
        }
        if self.is("}") {
            return Err(self.fail(self.token.span, "this `}` has no `{`"));
        }
        if self.token.kind != TokenKind::Dot {
            return Err(self.unexpected("a directive such as `.entry` or `.global`"));
        }
        match self.text() {
            ".version" => {
                self.advance();
                module.version = self.version()?;
            }
            ".target" => {
                self.advance();
                loop {
                    module.targets.push(self.name("a target such as `sm_80`")?.text);
                    if !self.take(",") {
                        break;
                    }
                }
            }
            ".address_size" => {
                self.advance();
                let span = self.token.span;
                module.address_size = self.small_number("an address size")?;
                if !matches!(module.address_size, 32 | 64) {
                    return Err(self.fail(span, "the address size is 32 or 64"));
                }
            }
            ".file" => {
                self.advance();
                let index = self.small_number("a file index")?;
                let path = self.string()?;
                let stamp = if self.take(",") {
                    let time = self.number("a time stamp")?;
                    self.expect(",")?;
                    Some((time, self.number("a file size")?))
                } else {
                    None
                };
                module.items.push(Item::File(index, path, stamp));
            }
            ".section" => {
                self.advance();
                let name = match self.token.kind {
                    TokenKind::Dot | TokenKind::Word => self.text(),
                    _ => return Err(self.unexpected("the name of a section")),
                };
                self.advance();
                let extent = self.braces()?;
                module.items.push(Item::Section(name, self.text_of(extent.span)));
            }
            ".pragma" => {
                self.advance();
                let pragmas = self.strings()?;
                self.expect(";")?;
                module.items.push(Item::Pragma(pragmas));
            }
            ".alias" => {
                self.advance();
                let name = self.name("the new name of a function")?;
                self.expect(",")?;
                let aliasee = self.name("the name of a function")?;
                self.expect(";")?;
                module.items.push(Item::Alias(name, aliasee));
            }
            ".loc" => {
                self.advance();
                self.location()?;
            }
            _ => self.declaration(module)?,
        }
        Ok(())
    }

    fn version(&mut self) -> Parsed<(u32, u32)> {
        let span = self.token.span;
        let text = self.text();
        if self.token.kind == TokenKind::Number {
            self.advance();
            let parts = text.split_once('.');
            if let Some((Ok(major), Ok(minor))) = parts.map(|(major, minor)| (major.parse(), minor.parse())) {
                return Ok((major, minor));
            }
        }
        Err(self.fail(span, "expected a version such as `8.0`"))
    }

    /// A variable, function or kernel, with its linkage before it.
    fn declaration(&mut self, module: &mut Module<'a>) -> Parsed<()> {
        let mut linkage = Linkage::Internal;
        while let Some(word) = linkage_of(self.text()) {
            linkage = word;
            self.advance();
        }
        let line = self.token.line;
        let is_entry = self.is_dot(".entry");
        if is_entry || self.is_dot(".func") {
            self.advance();
            let function = self.function(is_entry, linkage, line)?;
            module.items.push(Item::Function(function));
            return Ok(());
        }
        let mut variables = Vec::new();
        let result = self.variables(linkage, &mut variables);
        module.items.extend(variables.into_iter().map(Item::Variable));
        result
    }

    fn function(&mut self, is_entry: bool, linkage: Linkage, line: u32) -> Parsed<Function<'a>> {
        let mut attributes = Vec::new();
        while self.is_dot(".attribute") {
            self.advance();
            self.attributes(&mut attributes)?;
        }
        let returns = if self.is("(") { self.parameters()? } else { Vec::new() };
        let name = self.name(if is_entry { "the name of a kernel" } else { "the name of a function" })?;
        let params = if self.is("(") { self.parameters()? } else { Vec::new() };
        let mut function = Function {
            name,
            is_entry,
            linkage,
            attributes,
            returns,
            params,
            directives: Vec::new(),
            pragmas: Vec::new(),
            body: None,
            line,
        };
        loop {
            if self.take(";") {
                return Ok(function);
            }
            if self.is("{") {
                function.body = Some(self.braces()?);
                return Ok(function);
            }
            if self.token.kind != TokenKind::Dot {
                return Err(self.unexpected("`;` or the body of the function"));
            }
            match self.text() {
                ".pragma" => {
                    self.advance();
                    function.pragmas.append(&mut self.strings()?);
                    self.take(";");
                }
                ".attribute" => {
                    self.advance();
                    self.attributes(&mut function.attributes)?;
                }
                _ => function.directives.push(self.function_directive()?),
            }
        }
    }

    /// `.maxntid 256, 1, 1`
    pub(super) fn function_directive(&mut self) -> Parsed<(&'a str, Vec<u32>)> {
        let word = &self.text()[1..];
        self.advance();
        let mut numbers = Vec::new();
        while self.token.kind == TokenKind::Number {
            numbers.push(self.small_number("a number")?);
            if !self.take(",") {
                break;
            }
        }
        Ok((word, numbers))
    }

    /// `( ... )`
    pub(super) fn parameters(&mut self) -> Parsed<Vec<Variable<'a>>> {
        self.expect("(")?;
        let mut parameters = Vec::new();
        if self.take(")") {
            return Ok(parameters);
        }
        loop {
            parameters.push(self.parameter()?);
            if self.take(")") {
                return Ok(parameters);
            }
            self.expect(",")?;
        }
    }

    /// Steps over `{ ... }`.
    fn braces(&mut self) -> Parsed<Extent> {
        if !self.is("{") {
            return Err(self.unexpected("`{`"));
        }
        let open = self.token.span;
        let (start, line) = self.lexer.position();
        if !self.lexer.skip_braces() {
            let failed = self.fail(open, "this `{` has no `}`");
            self.lexer.seek(self.source.text.len() as u32, self.token.line);
            self.advance();
            return Err(failed);
        }
        let (end, _) = self.lexer.position();
        self.advance();
        Ok(Extent { span: Span::new(start, end - 1), line })
    }
}

pub(super) fn linkage_of(word: &str) -> Option<Linkage> {
    match word {
        ".visible" => Some(Linkage::Visible),
        ".extern" => Some(Linkage::Extern),
        ".weak" => Some(Linkage::Weak),
        ".common" => Some(Linkage::Common),
        _ => None,
    }
}
