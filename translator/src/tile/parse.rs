//! Reads kernels that [`super::print`] wrote, or a person.
//!
//! One statement a line; `//` starts a comment. What is read may still break the rules of tile kernels: see
//! [`super::verify`].

mod cursor;
mod statement;

use super::{Block, BlockId, Function, Kernel, Param, Terminator, Type, Value};
use cursor::Cursor;
use ptx_frontend::checked::Origin;

/// Where a text is no kernel, and why.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("line {line}, column {column}: {message}")]
pub struct ParseError {
    /// Counted from 1.
    pub line: usize,
    /// Counted from 1.
    pub column: usize,
    /// What is wrong.
    pub message: String,
}

type Parsed<T> = Result<T, ParseError>;

/// Reads one kernel.
pub fn parse(text: &str) -> Parsed<Kernel> {
    let mut lines = Lines { lines: text.lines().enumerate().collect(), at: 0 };
    let kernel = lines.kernel()?;
    match lines.next() {
        None => Ok(kernel),
        Some(mut extra) => Err(extra.error("expected `function` or the end")),
    }
}

struct Lines<'t> {
    lines: Vec<(usize, &'t str)>,
    at: usize,
}

impl<'t> Lines<'t> {
    /// The next line that is not empty.
    fn next(&mut self) -> Option<Cursor<'t>> {
        while let Some(&(number, text)) = self.lines.get(self.at) {
            self.at += 1;
            let cursor = Cursor::new(number + 1, text);
            if !cursor.clone().is_at_end() {
                return Some(cursor);
            }
        }
        None
    }

    fn expect_line(&mut self, what: &str) -> Parsed<Cursor<'t>> {
        let line = self.lines.len() + 1;
        self.next().ok_or_else(|| ParseError { line, column: 1, message: format!("expected {what}, found the end") })
    }

    fn kernel(&mut self) -> Parsed<Kernel> {
        let mut line = self.expect_line("`tile kernel`")?;
        line.expect("tile")?;
        line.expect("kernel")?;
        let mut kernel = Kernel {
            name: line.name()?,
            params: Vec::new(),
            param_bytes: 0,
            static_shared: 0,
            dynamic_shared_align: 1,
            symbols: Vec::new(),
            max_threads: None,
            required_threads: None,
            functions: Vec::new(),
            files: Vec::new(),
        };
        line.expect("(")?;
        if !line.eat(")") {
            kernel.params = line.list(Cursor::param)?;
            line.expect(")")?;
        }
        line.expect("bytes")?;
        kernel.param_bytes = line.number()?;
        line.end()?;
        while let Some(mut line) = self.next() {
            if line.eat("shared") {
                kernel.static_shared = line.number()?;
            } else if line.eat("dynamic") {
                line.expect("align")?;
                kernel.dynamic_shared_align = line.number()?;
            } else if line.eat("symbols") {
                kernel.symbols = line.list(Cursor::name)?;
            } else if line.eat("max") {
                line.expect("threads")?;
                kernel.max_threads = Some(line.threads()?);
            } else if line.eat("required") {
                line.expect("threads")?;
                kernel.required_threads = Some(line.threads()?);
            } else if line.eat("files") {
                kernel.files = line.list(Cursor::name)?;
            } else if line.eat("function") {
                let number = kernel.functions.len();
                let function = self.function(line, number, &kernel)?;
                kernel.functions.push(function);
                continue;
            } else {
                self.at -= 1;
                break;
            }
            line.end()?;
        }
        Ok(kernel)
    }

    fn function(&mut self, mut line: Cursor<'t>, number: usize, kernel: &Kernel) -> Parsed<Function> {
        line.expect(&format!("f{number}"))?;
        let mut function = Function { name: line.name()?, ..Function::default() };
        let mut values = Values::default();
        line.expect("(")?;
        let mut entry_params = Vec::new();
        if !line.eat(")") {
            entry_params = line.list(|line| values.definition(line))?;
            line.expect(")")?;
        }
        if line.eat("->") {
            line.expect("(")?;
            function.results = line.list(Cursor::ty)?;
            line.expect(")")?;
        }
        if line.eat("frame") {
            function.frame_bytes = line.number()?;
        }
        if line.eat("code") {
            function.code = line.bits()?;
        }
        line.expect("{")?;
        line.end()?;

        // The block that is being read, until its terminator is.
        let mut open: Option<Block> = None;
        loop {
            let mut line = self.expect_line("`}`")?;
            if line.eat("}") {
                line.end()?;
                if open.is_some() {
                    return Err(line.error("the last block has no terminator"));
                }
                break;
            }
            if line.eat("unused") {
                line.list(|line| values.definition(line))?;
                line.end()?;
                continue;
            }
            if line.clone().block().is_ok() {
                if open.is_some() {
                    return Err(line.error("the block before has no terminator"));
                }
                let BlockId(id) = line.block()?;
                if id as usize != function.blocks.len() {
                    return Err(line.error(&format!("blocks come in order: expected `bb{}`", function.blocks.len())));
                }
                let mut params = Vec::new();
                if line.eat("(") {
                    params = line.list(|line| values.definition(line))?;
                    line.expect(")")?;
                }
                line.expect(":")?;
                line.end()?;
                if id == 0 {
                    params = std::mem::take(&mut entry_params);
                }
                open =
                    Some(Block { params, insts: Vec::new(), terminator: Terminator::Trap, origin: Origin::default() });
                continue;
            }
            let Some(block) = &mut open else { return Err(line.error("expected a block, `bb0:`")) };
            match statement::statement(&mut line, &mut values, kernel)? {
                statement::Statement::Inst(inst) => block.insts.push(inst),
                statement::Statement::Terminator(terminator, origin) => {
                    (block.terminator, block.origin) = (terminator, origin);
                    function.blocks.extend(open.take());
                }
            }
        }
        function.values = values.finish();
        Ok(function)
    }
}

/// The types of the values of a function, as they are found.
#[derive(Default)]
struct Values(Vec<Option<Type>>);

/// No real kernel has more; a typing error in a number must not take all memory.
const MOST_VALUES: u32 = 1 << 24;

impl Values {
    fn definition(&mut self, line: &mut Cursor<'_>) -> Parsed<Value> {
        let value = line.value()?;
        line.expect(":")?;
        let ty = line.ty()?;
        if value.0 >= MOST_VALUES {
            return Err(line.error("value numbers are below 2^24"));
        }
        let at = value.0 as usize;
        if self.0.len() <= at {
            self.0.resize(at + 1, None);
        }
        match self.0[at].replace(ty) {
            None => Ok(value),
            Some(_) => Err(line.error(&format!("`{value}` is defined twice"))),
        }
    }

    /// Numbers that nothing defines are left out by people; they need some type.
    fn finish(self) -> Vec<Type> {
        self.0.into_iter().map(|ty| ty.unwrap_or(Type::B32)).collect()
    }
}

impl Cursor<'_> {
    /// `n: 4 @0 align 4`
    fn param(&mut self) -> Parsed<Param> {
        let name = self.name()?;
        self.expect(":")?;
        let size = self.number()?;
        self.expect("@")?;
        let offset = self.number()?;
        let align = if self.eat("align") { self.number()? } else { size };
        Ok(Param { name, offset, size, align })
    }

    fn threads(&mut self) -> Parsed<[u32; 3]> {
        let threads = self.list(Cursor::number)?;
        threads.try_into().map_err(|_| self.error("expected three numbers"))
    }
}

#[cfg(test)]
mod tests;
