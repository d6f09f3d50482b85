//! AST → PTX.
//!
//! What is printed parses to the same AST; comments and the layout of the text are lost.

use crate::ast::{
    AddressOf, Base, CallPrototype, Extent, Function, Initial, Instruction, Item, Location, Module, Operand,
    OperandKind, Registers, Statement, Variable,
};
use crate::checked::Linkage;
use crate::diagnostic::{Diagnostic, Source};
use crate::parser;
use crate::types::ScalarType;
use std::fmt::{self, Display, Write};

/// Parses a text and prints it again.
pub fn reprint(text: &str, file_name: &str) -> Result<String, Vec<Diagnostic>> {
    let source = Source { name: file_name, text };
    let (module, mut diagnostics) = parser::parse_module(&source);
    let printed = print_module(&module, |extent| {
        let mut statements = Vec::new();
        diagnostics
            .append(&mut parser::parse_body(&source, extent, &mut |statement| statements.push(statement.clone())));
        statements
    });
    if diagnostics.is_empty() { Ok(printed) } else { Err(diagnostics) }
}

/// Prints a module. `body` gives the statements of a function's body.
pub fn print_module<'a>(module: &Module<'a>, mut body: impl FnMut(Extent) -> Vec<Statement<'a>>) -> String {
    let mut out = format!(".version {}.{}\n", module.version.0, module.version.1);
    if !module.targets.is_empty() {
        out += &format!(".target {}\n", module.targets.join(", "));
    }
    out += &format!(".address_size {}\n", module.address_size);
    for item in &module.items {
        out.push('\n');
        match item {
            Item::Variable(variable) => out += &format!("{variable};\n"),
            Item::Function(function) => {
                out += &function.to_string();
                match function.body {
                    None => out += ";\n",
                    Some(extent) => print_body(&mut out, &body(extent)),
                }
            }
            Item::File(index, path, stamp) => {
                out += &format!(".file {index} {}", quoted(path));
                if let Some((time, size)) = stamp {
                    out += &format!(", {time}, {size}");
                }
                out.push('\n');
            }
            Item::Section(name, text) => out += &format!(".section {name}\n{{{text}}}\n"),
            Item::Pragma(pragmas) => out += &format!("{}\n", Pragma(pragmas)),
            Item::Alias(name, aliasee) => out += &format!(".alias {}, {};\n", name.text, aliasee.text),
        }
    }
    out
}

fn print_body(out: &mut String, statements: &[Statement<'_>]) {
    out.push_str("\n{\n");
    let mut indent = 1_usize;
    for statement in statements {
        if let Statement::Close = statement {
            indent = indent.saturating_sub(1).max(1);
        }
        let width = if let Statement::Label(_) = statement { 0 } else { 4 * indent.min(20) };
        let _ = writeln!(out, "{:width$}{statement}", "");
        if let Statement::Open(_) = statement {
            indent += 1;
        }
    }
    out.push_str("}\n");
}

/// Items with a separator between them.
struct List<'a, T>(&'a [T], &'static str);

impl<T: Display> Display for List<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, item) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str(self.1)?;
            }
            item.fmt(f)?;
        }
        Ok(())
    }
}

struct Pragma<'a>(&'a [std::borrow::Cow<'a, str>]);

impl Display for Pragma<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let strings: Vec<String> = self.0.iter().map(|text| quoted(text)).collect();
        write!(f, ".pragma {};", List(&strings, ", "))
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

fn linkage(linkage: Linkage) -> &'static str {
    match linkage {
        Linkage::Internal => "",
        Linkage::Visible => ".visible ",
        Linkage::Extern => ".extern ",
        Linkage::Weak => ".weak ",
        Linkage::Common => ".common ",
    }
}

fn attributes(f: &mut fmt::Formatter<'_>, attributes: &[(&str, Vec<u64>)]) -> fmt::Result {
    if attributes.is_empty() {
        return Ok(());
    }
    let mut words = Vec::new();
    for (word, numbers) in attributes {
        words.push(if numbers.is_empty() { format!(".{word}") } else { format!(".{word}({})", List(numbers, ", ")) });
    }
    write!(f, ".attribute({}) ", List(&words, ", "))
}

impl Display for Function<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(linkage(self.linkage))?;
        f.write_str(if self.is_entry { ".entry " } else { ".func " })?;
        attributes(f, &self.attributes)?;
        if !self.returns.is_empty() {
            write!(f, "({}) ", List(&self.returns, ", "))?;
        }
        write!(f, "{}({})", self.name.text, List(&self.params, ", "))?;
        directives(f, &self.directives)?;
        if !self.pragmas.is_empty() {
            write!(f, "\n{}", Pragma(&self.pragmas))?;
        }
        Ok(())
    }
}

fn directives(f: &mut fmt::Formatter<'_>, directives: &[(&str, Vec<u32>)]) -> fmt::Result {
    for (word, numbers) in directives {
        write!(f, " .{word}")?;
        if !numbers.is_empty() {
            write!(f, " {}", List(numbers, ", "))?;
        }
    }
    Ok(())
}

impl Display for Variable<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", linkage(self.linkage), self.space)?;
        if let Some(bank) = self.bank {
            write!(f, "[{bank}]")?;
        }
        f.write_str(" ")?;
        attributes(f, &self.attributes)?;
        if let Some(align) = self.align {
            write!(f, ".align {align} ")?;
        }
        if self.vector > 1 {
            write!(f, ".v{} ", self.vector)?;
        }
        match self.opaque {
            Some(opaque) => write!(f, ".{} ", opaque.as_str())?,
            None => write!(f, ".{} ", self.ty)?,
        }
        if let Some((space, align)) = self.pointer {
            f.write_str(".ptr ")?;
            if let Some(space) = space {
                write!(f, ".{space} ")?;
            }
            if let Some(align) = align {
                write!(f, ".align {align} ")?;
            }
        }
        f.write_str(self.name.text)?;
        for count in &self.dimensions {
            match count {
                Some(count) => write!(f, "[{count}]")?,
                None => f.write_str("[]")?,
            }
        }
        match &self.initial {
            None => Ok(()),
            Some(initial) => {
                f.write_str(" = ")?;
                initial_value(f, self, initial)
            }
        }
    }
}

fn initial_value(f: &mut fmt::Formatter<'_>, variable: &Variable<'_>, initial: &Initial<'_>) -> fmt::Result {
    if variable.opaque.is_some() {
        f.write_str("{")?;
        for (index, (name, value)) in initial.fields.iter().enumerate() {
            write!(f, "{}{name} = {value}", if index > 0 { ", " } else { "" })?;
        }
        return f.write_str("}");
    }
    // Bytes of an element of each dimension, outermost first.
    let mut counts: Vec<u64> = variable.dimensions.iter().map(|count| count.unwrap_or(0)).collect();
    if variable.vector > 1 {
        counts.push(variable.vector.into());
    }
    let mut sizes = vec![u64::from(variable.ty.bytes())];
    for count in counts.iter().skip(1).rev() {
        sizes.insert(0, sizes[0] * count);
    }
    // Values without inner braces may end within a row; with them, the row would be filled when it is read again.
    let is_whole = (initial.bytes.len() as u64).is_multiple_of(sizes[0]);
    let sizes = if is_whole { &sizes[..] } else { &sizes[sizes.len() - 1..] };
    let mut values = Values { ty: variable.ty, initial, next_address: 0 };
    match counts.is_empty() {
        true => values.element(f, 0),
        false => values.row(f, 0, initial.bytes.len() as u64, sizes),
    }
}

struct Values<'a> {
    ty: ScalarType,
    initial: &'a Initial<'a>,
    next_address: usize,
}

impl Values<'_> {
    fn row(&mut self, f: &mut fmt::Formatter<'_>, start: u64, end: u64, sizes: &[u64]) -> fmt::Result {
        let [size, inner @ ..] = sizes else { return Ok(()) };
        f.write_str("{")?;
        let mut at = start;
        while at < end && *size > 0 {
            if at > start {
                f.write_str(", ")?;
            }
            match inner {
                [] => self.element(f, at)?,
                inner => self.row(f, at, end.min(at + size), inner)?,
            }
            at += size;
        }
        f.write_str("}")
    }

    fn element(&mut self, f: &mut fmt::Formatter<'_>, at: u64) -> fmt::Result {
        if let Some((offset, address)) = self.initial.addresses.get(self.next_address)
            && *offset == at
        {
            self.next_address += 1;
            return address_of(f, address, self.ty);
        }
        let mut bytes = [0; 16];
        let width = self.ty.bytes() as usize;
        let given = &self.initial.bytes[at as usize..][..width.min(self.initial.bytes.len() - at as usize)];
        bytes[..given.len()].copy_from_slice(given);
        let value = u128::from_le_bytes(bytes);
        match self.ty {
            ScalarType::F32 => write!(f, "0f{value:08X}"),
            ScalarType::F64 => write!(f, "0d{value:016X}"),
            // Negative constants fill all bits.
            _ if value >> 64 != 0 => write!(f, "{}", value as i128),
            _ => write!(f, "{value}"),
        }
    }
}

fn address_of(f: &mut fmt::Formatter<'_>, address: &AddressOf<'_>, ty: ScalarType) -> fmt::Result {
    let is_masked = address.shift != 0 || address.width != ty.bytes();
    if is_masked {
        let mask = u64::MAX >> (64 - 8 * address.width.clamp(1, 8)) << address.shift;
        write!(f, "0x{mask:X}(")?;
    }
    match address.generic {
        true => write!(f, "generic({})", address.name.text)?,
        false => f.write_str(address.name.text)?,
    }
    offset(f, address.addend)?;
    if is_masked { f.write_str(")") } else { Ok(()) }
}

fn offset(f: &mut fmt::Formatter<'_>, offset: i64) -> fmt::Result {
    if offset == 0 { Ok(()) } else { write!(f, "{offset:+}") }
}

impl Display for Statement<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = |list: &[crate::ast::Name<'_>]| list.iter().map(|name| name.text.to_owned()).collect::<Vec<_>>();
        match self {
            Statement::Instruction(instruction) => instruction.fmt(f),
            Statement::Label(name) => write!(f, "{}:", name.text),
            Statement::Open(_) => f.write_str("{"),
            Statement::Close => f.write_str("}"),
            Statement::Registers(registers) => registers.fmt(f),
            Statement::Variable(variable) => write!(f, "{variable};"),
            Statement::Location(location) => location.fmt(f),
            Statement::Pragma(pragmas) => Pragma(pragmas).fmt(f),
            Statement::BranchTargets(name, labels) => {
                write!(f, "{}: .branchtargets {};", name.text, List(&names(labels), ", "))
            }
            Statement::CallTargets(name, functions) => {
                write!(f, "{}: .calltargets {};", name.text, List(&names(functions), ", "))
            }
            Statement::CallPrototype(prototype) => prototype.fmt(f),
        }
    }
}

impl Display for Registers<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(".reg ")?;
        if self.vector > 1 {
            write!(f, ".v{} ", self.vector)?;
        }
        let name = |(name, count): &(crate::ast::Name<'_>, Option<u32>)| match count {
            Some(count) => format!("{}<{count}>", name.text),
            None => name.text.to_owned(),
        };
        let names: Vec<String> = self.names.iter().map(name).collect();
        write!(f, ".{} {};", self.ty, List(&names, ", "))
    }
}

impl Display for Location<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (file, line, column) = self.at;
        write!(f, ".loc {file} {line} {column}")?;
        if let Some((name, addend, (file, line, column))) = &self.inlined {
            write!(f, ", function_name {name}")?;
            offset(f, *addend)?;
            write!(f, ", inlined_at {file} {line} {column}")?;
        }
        Ok(())
    }
}

impl Display for CallPrototype<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: .callprototype ", self.name.text)?;
        if !self.returns.is_empty() {
            write!(f, "({}) ", List(&self.returns, ", "))?;
        }
        write!(f, "_ ({})", List(&self.params, ", "))?;
        directives(f, &self.directives)?;
        f.write_str(";")
    }
}

impl Display for Instruction<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some((name, is_negated)) = &self.guard {
            write!(f, "@{}{} ", if *is_negated { "!" } else { "" }, name.text)?;
        }
        f.write_str(&self.spelling)?;
        if !self.operands.is_empty() {
            write!(f, " {}", List(&self.operands, ", "))?;
        }
        f.write_str(";")
    }
}

impl Display for Operand<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            OperandKind::Name(name, addend) => {
                f.write_str(name)?;
                offset(f, *addend)
            }
            OperandKind::Not(name) => write!(f, "!{name}"),
            OperandKind::Minus(name) => write!(f, "-{name}"),
            OperandKind::Integer(value) => write!(f, "{}", value.value()),
            OperandKind::F32(bits) => write!(f, "0f{bits:08X}"),
            OperandKind::F64(bits) => write!(f, "0d{bits:016X}"),
            OperandKind::Address(base, addend) => {
                match base {
                    Base::Name(name) => write!(f, "[{}", name.text)?,
                    Base::Integer(value, _) => write!(f, "[{}", value.value())?,
                }
                offset(f, *addend)?;
                f.write_str("]")
            }
            OperandKind::Vector(parts) => write!(f, "{{{}}}", List(parts, ", ")),
            OperandKind::Pair(first, second) => write!(f, "{first}|{second}"),
            OperandKind::Sink => f.write_str("_"),
            OperandKind::Indexed(parts) => write!(f, "[{}]", List(parts, ", ")),
            OperandKind::Element(array, index) => write!(f, "{array}[{index}]"),
            OperandKind::List(parts) => write!(f, "({})", List(parts, ", ")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a module means, but for the lines.
    fn meaning(text: &str) -> String {
        let module = crate::parse_module(text, "x.ptx").unwrap_or_else(|errors| panic!("{}", errors[0]));
        let debug = format!("{module:#?}");
        debug.lines().filter(|line| !line.trim_start().starts_with("line: ")).collect::<Vec<_>>().join("\n")
    }

    #[track_caller]
    fn check(body: &str) {
        let text = format!(".version 8.0\n.target sm_90, debug\n.address_size 64\n{body}");
        let printed = reprint(&text, "x.ptx").unwrap_or_else(|errors| panic!("{}", errors[0]));
        assert_eq!(reprint(&printed, "printed.ptx").as_deref(), Ok(&*printed));
        assert_eq!(meaning(&printed), meaning(&text), "{printed}");
    }

    #[test]
    fn variables_keep_their_initial_values() {
        check(".visible .global .align 8 .b8 name[7] = {1, 2, 255};");
        check(".const .f32 a[2][3] = {{1.0, 2.0}, {0f7fc00001}};");
        check(".global .v4 .f64 v = {1.0, 2.0, 3.0, -4.0};");
        check(".global .v4 .b8 rows[3] = {1, 2, 3, 4, 5, 6}; .global .u16 more[4][2] = {1, 2, 3};");
        check(".global .u32 x; .global .u64 p[3] = {x, generic(x)+4, 0xFF00(x)};");
        check(".global .b8 bytes[] = {0xFF(x), 0xFF00(x), 3}; .extern .global .u32 x;");
        check(".global .s64 s = -1; .global .attribute(.managed) .f32 m = 0.5;");
        check(".global .samplerref t = { filter_mode = nearest, addr_mode_0 = clamp_to_edge, width = 3 };");
        check(".extern .shared .align 16 .b8 dynamic[]; .weak .shared .b32 w; .common .global .b8 c[4];");
    }

    #[test]
    fn functions_keep_their_heads() {
        check(".extern .func (.param .b32 r) f (.param .b64 a, .param .align 8 .b8 b[16]) .noreturn;");
        check(".visible .entry k(.param .u64 .ptr .global .align 16 p) .maxntid 256, 1, 1 .minnctapersm 2 { ret; }");
        check(".func g() { ret; } .alias h, g;");
        check(".weak .func (.reg .b32 %r) g (.reg .b32 %a) { ret; }");
    }

    #[test]
    fn bodies_keep_their_statements() {
        check(
            ".file 1 \"a \\\"b\\\".cu\", 1, 2\n.entry k() {\n.reg .pred %p<3>; .reg .v2 .b32 v; .reg .b32 %r<9>, x;
            .loc 1 2 3, function_name $s+4, inlined_at 1 5 6\n { .reg .b32 x; mov.b32 x, 1; }
            .pragma \"nounroll\"; l: @!%p1 bra m; @%p2 bra.uni l; m: mov.b32 %r1, v.x; mov.b32 x, -0x10;
            t: .branchtargets l, m; brx.idx %r1, t; .local .align 4 .b8 a[4]; ld.local.b32 %r2, [a+4];
            st.local.b32 [a+-4], 0f3F800000; shfl.sync.up.b32 %r1|%p1, %r2, 1, 0, -1; setp.lt.and.f32 %p1, %r1, 0.5, !%p2;
            vmad.s32.s32.s32 %r1, %r2.b1, -%r3, %r4; }",
        );
        check(
            ".func (.param .b32 r) f (.param .b32 a) { ret; }\n.entry k() { .reg .b64 %d<3>; .param .b32 r; .param .b32 a;
            mov.u64 %d1, f; p: .callprototype (.param .b32 _) _ (.param .b32 _) .noreturn; q: .calltargets f;
            call (r), f, (a); call (r), %d1, (a), p; call.uni (r), %d1, (a), q; }",
        );
    }
}
