//! Kernels as text. [`super::parse`] reads back exactly what is written here.
//!
//! ```text
//! tile kernel saxpy(n: 4 @0, a: 4 @4, x: 8 @8, y: 8 @16) bytes 24
//!
//! function f0 saxpy() {
//! bb0:
//!     %0:b32 = ctaid.x                        @14
//!     ...
//!     branch %4 ? bb1 : bb2(%3)               @15
//! bb1:
//!     ...
//! }
//! ```
//!
//! Values are written with their type where they are defined. `@14` is the PTX line, `@14:1:7` adds `.loc`'s file and
//! line. Constants are plain numbers.

use super::ops::Spelling;
use super::{
    Access, Barrier, BarrierKind, Block, Callee, Collective, Function, Inst, Kernel, Op, Operand, Target, Terminator,
    Type, Value,
};
use ptx_frontend::checked::Origin;
use ptx_frontend::types::{MemoryOrder, Scope};
use std::fmt::{self, Display, Formatter, Write};

impl Display for Kernel {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let params = list(self.params.iter().map(|p| {
            let align = if p.align == p.size { String::new() } else { format!(" align {}", p.align) };
            format!("{}: {} @{}{align}", Ident(&p.name), p.size, p.offset)
        }));
        writeln!(f, "tile kernel {}({params}) bytes {}", Ident(&self.name), self.param_bytes)?;
        if self.static_shared != 0 {
            writeln!(f, "  shared {}", self.static_shared)?;
        }
        if self.dynamic_shared_align != 1 {
            writeln!(f, "  dynamic align {}", self.dynamic_shared_align)?;
        }
        if !self.symbols.is_empty() {
            writeln!(f, "  symbols {}", list(self.symbols.iter().map(|s| Ident(s))))?;
        }
        for (words, threads) in [("max threads", self.max_threads), ("required threads", self.required_threads)] {
            if let Some(threads) = threads {
                writeln!(f, "  {words} {}", list(threads))?;
            }
        }
        if !self.files.is_empty() {
            writeln!(f, "  files {}", list(self.files.iter().map(|name| Quoted(name))))?;
        }
        for (number, function) in self.functions.iter().enumerate() {
            writeln!(f)?;
            write_function(f, self, number, function)?;
        }
        Ok(())
    }
}

fn write_function(f: &mut Formatter<'_>, kernel: &Kernel, number: usize, function: &Function) -> fmt::Result {
    let entry = function.blocks.first();
    let types = &function.values;
    let params = list(entry.iter().flat_map(|b| &b.params).map(|&v| Definition(v, types)));
    write!(f, "function f{number} {}({params})", Ident(&function.name))?;
    if !function.results.is_empty() {
        write!(f, " -> ({})", list(&function.results))?;
    }
    if function.frame_bytes != 0 {
        write!(f, " frame {}", function.frame_bytes)?;
    }
    if function.code != 0 {
        write!(f, " code {:#x}", function.code)?;
    }
    writeln!(f, " {{")?;
    // Passes leave values behind that nothing defines any more; their numbers stay taken.
    let undefined: Vec<Value> = undefined_values(function);
    if !undefined.is_empty() {
        writeln!(f, "    unused {}", list(undefined.iter().map(|&v| Definition(v, types))))?;
    }
    for (id, block) in function.blocks.iter().enumerate() {
        if id == 0 || block.params.is_empty() {
            writeln!(f, "bb{id}:")?;
        } else {
            writeln!(f, "bb{id}({}):", list(block.params.iter().map(|&v| Definition(v, types))))?;
        }
        write_block(f, kernel, function, block)?;
    }
    writeln!(f, "}}")
}

fn undefined_values(function: &Function) -> Vec<Value> {
    let mut is_defined = vec![false; function.values.len()];
    for block in &function.blocks {
        let of_insts = block.insts.iter().flat_map(|inst| &inst.results);
        for v in block.params.iter().chain(of_insts).chain(&block.terminator.results()) {
            if let Some(slot) = is_defined.get_mut(v.0 as usize) {
                *slot = true;
            }
        }
    }
    (0..function.values.len() as u32).map(Value).filter(|v| !is_defined[v.0 as usize]).collect()
}

fn write_block(f: &mut Formatter<'_>, kernel: &Kernel, function: &Function, block: &Block) -> fmt::Result {
    for inst in &block.insts {
        let text = format!("{}{}", definitions(&inst.results, function), inst_text(kernel, inst));
        write_line(f, &text, inst.origin)?;
    }
    let results = definitions(&block.terminator.results(), function);
    let text = match &block.terminator {
        Terminator::Jump(next) => format!("jump {}", Edge(next)),
        Terminator::Branch { condition, then, otherwise } => {
            format!("branch {condition} ? {} : {}", Edge(then), Edge(otherwise))
        }
        Terminator::Switch { index, targets } => format!("switch {index} [{}]", list(targets.iter().map(Edge))),
        Terminator::Exit => "exit".into(),
        Terminator::Return(args) if args.is_empty() => "return".into(),
        Terminator::Return(args) => format!("return {}", list(args)),
        Terminator::Trap => "trap".into(),
        Terminator::Barrier(barrier, next) => format!("{} -> {}", barrier_text(barrier), Edge(next)),
        // A collective has an origin of its own, which is nearly always the terminator's too.
        Terminator::Collective(inst, next) if inst.origin != block.origin => {
            let Origin { line, source: (file, source_line) } = inst.origin;
            format!("{} @{line}:{file}:{source_line} -> {}", inst_text(kernel, inst), Edge(next))
        }
        Terminator::Collective(inst, next) => format!("{} -> {}", inst_text(kernel, inst), Edge(next)),
        Terminator::Call { callee: Callee::Direct(callee), args, next, .. } => {
            format!("call f{}({}) -> {}", callee.0, list(args), Edge(next))
        }
        Terminator::Call { callee: Callee::Indirect(address), args, next, .. } => {
            format!("call [{address}]({}) -> {}", list(args), Edge(next))
        }
    };
    write_line(f, &format!("{results}{text}"), block.origin)
}

fn write_line(f: &mut Formatter<'_>, text: &str, origin: Origin) -> fmt::Result {
    match origin {
        Origin { line: 0, source: (0, 0) } => writeln!(f, "    {text}"),
        Origin { line, source: (0, 0) } => writeln!(f, "    {text:<55} @{line}"),
        Origin { line, source: (file, source_line) } => {
            writeln!(f, "    {text:<55} @{line}:{file}:{source_line}")
        }
    }
}

fn definitions(results: &[Value], function: &Function) -> String {
    match results {
        [] => String::new(),
        _ => format!("{} = ", list(results.iter().map(|&v| Definition(v, &function.values)))),
    }
}

fn inst_text(kernel: &Kernel, inst: &Inst) -> String {
    let mut text = op_text(kernel, &inst.op);
    let rest = match (&inst.op, inst.args.split_first()) {
        (Op::Load(access) | Op::Store(access) | Op::Atomic(_, access), Some((address, rest))) => {
            let _ = match access.offset {
                0 => write!(text, " [{address}]"),
                offset if offset < 0 => write!(text, " [{address} - {}]", offset.unsigned_abs()),
                offset => write!(text, " [{address} + {offset}]"),
            };
            if !rest.is_empty() {
                text.push(',');
            }
            rest
        }
        _ => &inst.args[..],
    };
    if !rest.is_empty() {
        let _ = write!(text, " {}", list(rest));
    }
    text
}

/// An operation with its attributes, without arguments.
fn op_text(kernel: &Kernel, op: &Op) -> String {
    let name = op.name().map_or("", |name| name.as_str());
    match op {
        Op::Elementwise(elementwise, attributes) => Spelling(*elementwise, attributes).to_string(),
        Op::Special(register) => register.to_string(),
        Op::Symbol(symbol) => match kernel.symbols.get(symbol.0 as usize) {
            Some(symbol) => format!("{name} {}", Ident(symbol)),
            None => format!("{name} #{}", symbol.0),
        },
        Op::FrameAddress(byte) => format!("{name} {byte}"),
        Op::FunctionAddress(function) => format!("{name} f{}", function.0),
        Op::Load(access) | Op::Store(access) => format!("{name}.{}", AccessWords(access)),
        Op::Atomic(operation, access) => format!("{name}.{operation}.{}", AccessWords(access)),
        Op::Image(image) => format!("{name}.{}", image.words()),
        Op::Fence(order, scope) => format!("{name}.{order}.{scope}"),
        Op::Collective(collective) => match collective {
            Collective::Shuffle(mode) => format!("{name}.{}", mode.as_str()),
            Collective::Vote(mode) => format!("{name}.{}", mode.as_str()),
            Collective::MatchAny(ty) => format!("{name}.any.{ty}"),
            Collective::MatchAll(ty) => format!("{name}.all.{ty}"),
            Collective::Reduce(operation, ty, abs, nan) => {
                let (abs, nan) = (if *abs { ".abs" } else { "" }, if *nan { ".NaN" } else { "" });
                format!("{name}.{operation}{abs}{nan}.{ty}")
            }
            Collective::Mma(mma) => format!("{name}.{mma}"),
            Collective::Ballot | Collective::Elect | Collective::WarpBarrier | Collective::ActiveMask => name.into(),
        },
        Op::Async(what) => format!("{name}{}", what.words()),
        Op::DynamicShared
        | Op::Printf
        | Op::AssertFail
        | Op::StackTop
        | Op::SetStackTop
        | Op::Malloc
        | Op::Free
        | Op::Sleep
        | Op::Nop => name.into(),
    }
}

fn barrier_text(barrier: &Barrier) -> String {
    let mut text = match barrier.kind {
        BarrierKind::Sync => "barrier.sync".to_owned(),
        BarrierKind::Arrive => "barrier.arrive".to_owned(),
        BarrierKind::Reduce(op) => format!("barrier.reduce.{op}"),
        BarrierKind::ClusterArrive => "barrier.cluster.arrive".to_owned(),
        BarrierKind::ClusterWait => "barrier.cluster.wait".to_owned(),
    };
    let _ = write!(text, " {}", barrier.id);
    if let Some(count) = barrier.count {
        let _ = write!(text, ", count {count}");
    }
    if let Some((operand, _)) = barrier.reduction {
        let _ = write!(text, ", of {operand}");
    }
    text
}

impl Display for Value {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "%{}", self.0)
    }
}

impl Display for Operand {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match *self {
            Operand::Value(v) => v.fmt(f),
            Operand::Const(bits) if bits < 1 << 16 => bits.fmt(f),
            Operand::Const(bits) => write!(f, "{bits:#x}"),
        }
    }
}

struct Definition<'a>(Value, &'a [Type]);

impl Display for Definition<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.1.get(self.0.0 as usize) {
            Some(ty) => write!(f, "{}:{ty}", self.0),
            None => write!(f, "{}:?", self.0),
        }
    }
}

struct Edge<'a>(&'a Target);

impl Display for Edge<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "bb{}", self.0.block.0)?;
        if self.0.args.is_empty() { Ok(()) } else { write!(f, "({})", list(&self.0.args)) }
    }
}

struct AccessWords<'a>(&'a Access);

impl Display for AccessWords<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Access { space, ty, vector, order, scope, .. } = self.0;
        f.write_str(space.as_str())?;
        if (*order, *scope) != (MemoryOrder::Weak, Scope::Cta) {
            write!(f, ".{order}.{scope}")?;
        }
        if *vector != 1 {
            write!(f, ".v{vector}")?;
        }
        write!(f, ".{ty}")
    }
}

/// A name, in quotes where it is not a plain word.
struct Ident<'a>(&'a str);

impl Display for Ident<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if is_word(self.0) { f.write_str(self.0) } else { Quoted(self.0).fmt(f) }
    }
}

/// Whether a name can stand without quotes.
pub(super) fn is_word(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with(|c: char| c.is_ascii_digit())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '$' | '%' | '.'))
}

struct Quoted<'a>(&'a str);

impl Display for Quoted<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0)
    }
}

fn list<T: Display>(items: impl IntoIterator<Item = T>) -> String {
    let mut text = String::new();
    for item in items {
        if !text.is_empty() {
            text.push_str(", ");
        }
        let _ = write!(text, "{item}");
    }
    text
}
