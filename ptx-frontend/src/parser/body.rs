//! Statements of a function's body.

use super::module::linkage_of;
use super::{Each, Parsed, Parser};
use crate::ast::{CallPrototype, Instruction, Location, Name, Statement};
use crate::checked::Linkage;
use crate::lexer::TokenKind;
use std::borrow::Cow;

impl<'a> Parser<'a> {
    pub(super) fn statements(&mut self, each: &mut Each<'_, 'a>) {
        while self.token.kind != TokenKind::End && !self.has_given_up() {
            let start = self.token.span.start;
            let is_right = self.diagnostics.is_empty();
            let result = if is_right { self.statement(each) } else { self.statement(&mut |_| {}) };
            if result.is_err() {
                self.recover();
                if self.token.span.start == start {
                    self.advance();
                }
            }
        }
    }

    fn statement(&mut self, each: &mut Each<'_, 'a>) -> Parsed<()> {
        match self.token.kind {
            TokenKind::Word => {
                let token = self.advance();
                if !self.is(":") || self.has_ratio(token) {
                    return self.instruction(None, token, each);
                }
                let span = token.span;
                self.advance();
                return self.labelled(Name { text: self.text_of(span), span }, each);
            }
            TokenKind::Dot => return self.directive(each),
            _ => {}
        }
        if self.take("@") {
            let is_negated = self.take("!");
            let guard = self.name("a predicate")?;
            if self.token.kind != TokenKind::Word {
                return Err(self.unexpected("an instruction"));
            }
            let token = self.advance();
            return self.instruction(Some((guard, is_negated)), token, each);
        }
        if self.is("{") {
            each(&Statement::Open(self.advance().span));
        } else if self.take("}") {
            each(&Statement::Close);
        } else if !self.take(";") {
            return Err(self.unexpected("an instruction"));
        }
        Ok(())
    }

    /// Whether the colon behind a word is not that of a label but of a ratio, as in `spcompress.b8.b2.sp::2:4.x1`.
    fn has_ratio(&self, word: crate::lexer::Token) -> bool {
        let digits = self.text_of(word.span).trim_end_matches(|c: char| c.is_ascii_digit());
        digits.len() < self.text_of(word.span).len() && digits.ends_with(".sp::")
    }

    fn instruction(
        &mut self,
        guard: Option<(Name<'a>, bool)>,
        opcode: crate::lexer::Token,
        each: &mut Each<'_, 'a>,
    ) -> Parsed<()> {
        let mut span = opcode.span;
        let mut spelling = Cow::Borrowed(self.text_of(span));
        if self.is(":") {
            // The ratio goes on behind its colon.
            span = span.to(self.advance().span);
            span = span.to(self.advance().span);
            spelling = Cow::Borrowed(self.text_of(span));
        }
        // Blanks between the dot-words.
        while self.token.kind == TokenKind::Dot {
            spelling.to_mut().push_str(self.text());
            span = span.to(self.advance().span);
        }
        let mut operands = std::mem::take(&mut self.operands);
        if !self.take(";") {
            let in_call = spelling.starts_with("call");
            loop {
                match self.plain_operand(*b",;", &mut operands) {
                    Some(b',') => continue,
                    Some(_) => break,
                    None => operands.push(self.operand(in_call)?),
                }
                if self.take(";") {
                    break;
                }
                if !self.take(",") {
                    return Err(self.unexpected("`,` or `;`"));
                }
            }
        }
        let instruction = Instruction { guard, spelling, span, line: opcode.line, operands };
        let mut statement = Statement::Instruction(instruction);
        each(&statement);
        if let Statement::Instruction(instruction) = &mut statement {
            self.operands = std::mem::take(&mut instruction.operands);
            self.operands.clear();
        }
        Ok(())
    }

    /// What follows `name:`.
    fn labelled(&mut self, name: Name<'a>, each: &mut Each<'_, 'a>) -> Parsed<()> {
        let is_target_list = self.is_dot(".branchtargets") || self.is_dot(".calltargets");
        if is_target_list {
            let are_labels = self.is_dot(".branchtargets");
            self.advance();
            let mut names = Vec::new();
            loop {
                names.push(self.name("a label or a function")?);
                if !self.take(",") {
                    break;
                }
            }
            self.expect(";")?;
            each(&if are_labels { Statement::BranchTargets(name, names) } else { Statement::CallTargets(name, names) });
        } else if self.is_dot(".callprototype") {
            self.advance();
            let returns = if self.is("(") { self.parameters()? } else { Vec::new() };
            self.name("`_`")?;
            let params = if self.is("(") { self.parameters()? } else { Vec::new() };
            let mut directives = Vec::new();
            while self.token.kind == TokenKind::Dot {
                directives.push(self.function_directive()?);
            }
            self.expect(";")?;
            each(&Statement::CallPrototype(CallPrototype { name, returns, params, directives }));
        } else {
            each(&Statement::Label(name));
        }
        Ok(())
    }

    fn directive(&mut self, each: &mut Each<'_, 'a>) -> Parsed<()> {
        match self.text() {
            ".reg" => {
                self.advance();
                each(&Statement::Registers(self.registers()?));
            }
            ".loc" => {
                self.advance();
                each(&Statement::Location(self.location()?));
            }
            ".pragma" => {
                self.advance();
                let pragmas = self.strings()?;
                self.expect(";")?;
                each(&Statement::Pragma(pragmas));
            }
            _ => {
                let mut linkage = Linkage::Internal;
                while let Some(word) = linkage_of(self.text()) {
                    linkage = word;
                    self.advance();
                }
                if self.is_dot(".entry") || self.is_dot(".func") {
                    return Err(self.unexpected("the end of the function before"));
                }
                let mut variables = Vec::new();
                self.variables(linkage, &mut variables)?;
                variables.into_iter().for_each(|variable| each(&Statement::Variable(variable)));
            }
        }
        Ok(())
    }

    /// What follows `.loc`; no semicolon.
    pub(super) fn location(&mut self) -> Parsed<Location<'a>> {
        let at = self.position()?;
        if !self.take(",") {
            return Ok(Location { at, inlined: None });
        }
        self.keyword("function_name")?;
        let name = match self.token.kind {
            TokenKind::Word | TokenKind::Dot => self.text(),
            _ => return Err(self.unexpected("a label")),
        };
        self.advance();
        let offset = self.offset()?;
        self.expect(",")?;
        self.keyword("inlined_at")?;
        let inlined = self.position()?;
        Ok(Location { at, inlined: Some((name, offset, inlined)) })
    }

    fn keyword(&mut self, word: &str) -> Parsed<()> {
        if self.token.kind != TokenKind::Word || self.text() != word {
            return Err(self.unexpected(&format!("`{word}`")));
        }
        self.advance();
        Ok(())
    }

    /// File, line, column.
    fn position(&mut self) -> Parsed<(u32, u32, u32)> {
        Ok((
            self.small_number("a file index")?,
            self.small_number("a line number")?,
            self.small_number("a column number")?,
        ))
    }
}
