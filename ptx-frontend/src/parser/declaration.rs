//! Declarations of variables, parameters and registers.

use super::{Parsed, Parser};
use crate::ast::{Name, Opaque, Registers, Variable};
use crate::checked::Linkage;
use crate::lexer::TokenKind;
use crate::types::{ScalarType, StateSpace};
use smallvec::SmallVec;

/// What stands before the name.
struct Specifiers<'a> {
    space: Option<StateSpace>,
    bank: Option<u32>,
    ty: Option<ScalarType>,
    vector: u32,
    opaque: Option<Opaque>,
    align: Option<u32>,
    pointer: Option<(Option<StateSpace>, Option<u32>)>,
    attributes: Vec<(&'a str, Vec<u64>)>,
    line: u32,
}

impl<'a> Parser<'a> {
    /// `.global .align 4 .b8 name[16] = {...}, name;`, up to and with the semicolon.
    pub(super) fn variables(&mut self, linkage: Linkage, found: &mut Vec<Variable<'a>>) -> Parsed<()> {
        let specifiers = self.specifiers()?;
        loop {
            found.push(self.declarator(&specifiers, linkage)?);
            if !self.take(",") {
                self.expect(";")?;
                return Ok(());
            }
        }
    }

    /// One parameter of a list.
    pub(super) fn parameter(&mut self) -> Parsed<Variable<'a>> {
        let specifiers = self.specifiers()?;
        self.declarator(&specifiers, Linkage::Internal)
    }

    fn specifiers(&mut self) -> Parsed<Specifiers<'a>> {
        let mut found = Specifiers {
            space: None,
            bank: None,
            ty: None,
            vector: 1,
            opaque: None,
            align: None,
            pointer: None,
            attributes: Vec::new(),
            line: self.token.line,
        };
        while self.token.kind == TokenKind::Dot {
            let span = self.token.span;
            let word = &self.text()[1..];
            self.advance();
            match word {
                "align" => {
                    let align = self.small_number("an alignment")?;
                    if !align.is_power_of_two() {
                        return Err(self.fail(span, "an alignment is a power of two"));
                    }
                    match &mut found.pointer {
                        Some((_, of_pointee)) => *of_pointee = Some(align),
                        None => found.align = Some(align),
                    }
                }
                "ptr" => found.pointer = Some((None, None)),
                "v2" => found.vector = 2,
                "v4" => found.vector = 4,
                "v8" => found.vector = 8,
                "texref" => found.opaque = Some(Opaque::Texture),
                "samplerref" => found.opaque = Some(Opaque::Sampler),
                "surfref" => found.opaque = Some(Opaque::Surface),
                "attribute" => self.attributes(&mut found.attributes)?,
                _ => {
                    if let Some(space) = StateSpace::from_str(word) {
                        match &mut found.pointer {
                            Some((of_pointee, _)) => *of_pointee = Some(space),
                            None if found.space.is_none() => found.space = Some(space),
                            None => return Err(self.fail(span, "a variable has one state space")),
                        }
                        if space == StateSpace::Const && self.take("[") {
                            found.bank = Some(self.small_number("a constant bank")?);
                            self.expect("]")?;
                        }
                    } else if let Some(ty) = ScalarType::from_str(word) {
                        found.ty = Some(ty);
                    } else {
                        return Err(self.fail(span, format!("`.{word}` does not belong in a declaration")));
                    }
                }
            }
        }
        if found.space.is_none() {
            return Err(self.unexpected("a state space such as `.global`"));
        }
        if found.ty.is_none() && found.opaque.is_none() {
            return Err(self.unexpected("a type such as `.b32`"));
        }
        Ok(found)
    }

    /// `(.managed, .unified(1, 2))`
    pub(super) fn attributes(&mut self, found: &mut Vec<(&'a str, Vec<u64>)>) -> Parsed<()> {
        self.expect("(")?;
        loop {
            if self.token.kind != TokenKind::Dot {
                return Err(self.unexpected("an attribute such as `.managed`"));
            }
            let word = &self.text()[1..];
            self.advance();
            let mut numbers = Vec::new();
            if self.take("(") {
                loop {
                    numbers.push(self.number("a number")?);
                    if !self.take(",") {
                        break;
                    }
                }
                self.expect(")")?;
            }
            found.push((word, numbers));
            if !self.take(",") {
                self.expect(")")?;
                return Ok(());
            }
        }
    }

    fn declarator(&mut self, specifiers: &Specifiers<'a>, linkage: Linkage) -> Parsed<Variable<'a>> {
        let name = self.name("a name")?;
        let mut variable = Variable {
            name,
            linkage,
            space: specifiers.space.unwrap_or(StateSpace::Global),
            bank: specifiers.bank,
            ty: specifiers.ty.unwrap_or(ScalarType::B64),
            vector: specifiers.vector,
            opaque: specifiers.opaque,
            align: specifiers.align,
            pointer: specifiers.pointer,
            dimensions: SmallVec::new(),
            attributes: specifiers.attributes.clone(),
            initial: None,
            line: specifiers.line,
        };
        while self.take("[") {
            if self.take("]") {
                variable.dimensions.push(None);
                continue;
            }
            let span = self.token.span;
            let count = self.integer("a number of elements")?;
            let count = u64::try_from(count).map_err(|_| self.fail(span, "an array cannot have so many elements"))?;
            variable.dimensions.push(Some(count));
            self.expect("]")?;
            if variable.dimensions.len() > 16 {
                return Err(self.fail(span, "an array cannot have more than 16 dimensions"));
            }
        }
        if size_of(&variable).is_none() {
            return Err(self.fail(name.span, "this variable is too large"));
        }
        if self.take("=") {
            variable.initial = Some(self.initial(&variable)?);
        }
        Ok(variable)
    }

    /// What follows `.reg`, up to and with the semicolon.
    pub(super) fn registers(&mut self) -> Parsed<Registers<'a>> {
        let mut found = Registers { ty: ScalarType::B32, vector: 1, names: SmallVec::new() };
        let mut has_type = false;
        while self.token.kind == TokenKind::Dot {
            match &self.text()[1..] {
                "v2" => found.vector = 2,
                "v4" => found.vector = 4,
                word => match ScalarType::from_str(word) {
                    Some(ty) => (found.ty, has_type) = (ty, true),
                    None => return Err(self.unexpected("the type of a register")),
                },
            }
            self.advance();
        }
        if !has_type {
            return Err(self.unexpected("the type of a register"));
        }
        loop {
            let name = self.register_name()?;
            found.names.push(name);
            if !self.take(",") {
                self.expect(";")?;
                return Ok(found);
            }
        }
    }

    fn register_name(&mut self) -> Parsed<(Name<'a>, Option<u32>)> {
        let name = self.name("the name of a register")?;
        let mut count = None;
        if self.take("<") {
            count = Some(self.small_number("a number of registers")?);
            self.expect(">")?;
        }
        Ok((name, count))
    }
}

/// Bytes in all; `None` where that is absurd.
pub(crate) fn size_of(variable: &Variable<'_>) -> Option<u64> {
    let element = u64::from(variable.ty.bytes()) * u64::from(variable.vector);
    let size = variable.dimensions.iter().try_fold(element, |size, count| size.checked_mul(count.unwrap_or(0)))?;
    // Device memory ends long before.
    (size < 1 << 48).then_some(size)
}
