//! Reads the text form of a program ([`super::print`]).

use super::device::DeviceModel;
use super::isa::{AttributeKind, Opcode};
use super::print::space_word;
use super::program::*;
use super::words::{Activation, AluOp, Dge, Dtype, Engine, EngineSet, Space};
use crate::tile;
use ptx_frontend::checked::Origin;
use ptx_frontend::types::{AtomicOp, MemoryOrder, ScalarType, Scope};
use smallvec::SmallVec;
use std::str::FromStr;

/// What is wrong with a program's text.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("line {line}: {message}")]
pub struct ParseError {
    /// 1-based line.
    pub line: usize,
    /// What is wrong.
    pub message: String,
}

type Result<T> = std::result::Result<T, String>;

impl FromStr for Program {
    type Err = ParseError;

    fn from_str(text: &str) -> std::result::Result<Program, ParseError> {
        let mut parser = Parser { lines: text.lines().enumerate().peekable(), line: 0, program: empty() };
        match parser.program() {
            Ok(()) => Ok(parser.program),
            Err(message) => Err(ParseError { line: parser.line, message }),
        }
    }
}

fn empty() -> Program {
    Program {
        name: String::new(),
        device: DeviceModel::Trn2,
        numerics: Numerics::Cuda,
        shape: LaunchShape { grid: [1; 3], block: [1; 3], dynamic_shared: 0 },
        layout: Layout { ctas: 1, threads: 1, chunks: 1, waves: 1, buffers: 1 },
        regions: Vec::new(),
        registers: Vec::new(),
        semaphores: Vec::new(),
        body: Vec::new(),
    }
}

struct Parser<'a> {
    lines: std::iter::Peekable<std::iter::Enumerate<std::str::Lines<'a>>>,
    line: usize,
    program: Program,
}

impl<'a> Parser<'a> {
    /// The next line that is not blank.
    fn next_line(&mut self) -> Result<&'a str> {
        for (index, line) in self.lines.by_ref() {
            self.line = index + 1;
            if !line.trim().is_empty() {
                return Ok(line.trim());
            }
        }
        Err("the text ends inside the program".into())
    }

    fn program(&mut self) -> Result<()> {
        let mut cursor = Cursor::new(self.next_line()?);
        cursor.keyword("program")?;
        self.program.name = if cursor.peek() == Some('"') { cursor.string()? } else { cursor.word()?.to_string() };
        self.program.device = cursor.choice(DeviceModel::from_word)?;
        cursor.keyword("numerics=")?;
        self.program.numerics = cursor.choice(Numerics::from_word)?;
        cursor.keyword("grid=")?;
        self.program.shape.grid = cursor.triple()?;
        cursor.keyword("block=")?;
        self.program.shape.block = cursor.triple()?;
        cursor.keyword("shared=")?;
        self.program.shape.dynamic_shared = cursor.number()?;
        cursor.keyword("{")?;
        cursor.end()?;
        let mut cursor = Cursor::new(self.next_line()?);
        let layout = &mut self.program.layout;
        for (word, field) in
            [("layout ctas=", &mut layout.ctas), ("threads=", &mut layout.threads), ("chunks=", &mut layout.chunks)]
        {
            cursor.keyword(word)?;
            *field = cursor.number()?;
        }
        cursor.keyword("waves=")?;
        layout.waves = cursor.number()?;
        cursor.keyword("buffers=")?;
        layout.buffers = cursor.number()?;
        cursor.end()?;
        let (body, _) = self.nodes(true)?;
        self.program.body = body;
        Ok(())
    }

    /// Nodes up to the closing brace; also whether `else` follows it.
    fn nodes(&mut self, outermost: bool) -> Result<(Vec<Node>, bool)> {
        let mut nodes = Vec::new();
        loop {
            let line = self.next_line()?;
            match line {
                "}" => return Ok((nodes, false)),
                "} else {" => return Ok((nodes, true)),
                _ => {}
            }
            let mut cursor = Cursor::new(line);
            if outermost && cursor.try_keyword("region ") {
                let region = region(&mut cursor)?;
                self.program.regions.push(region);
            } else if outermost && cursor.try_keyword("register ") {
                let name = cursor.word()?.to_string();
                cursor.keyword("r")?;
                let number = cursor.number()?;
                let wide = cursor.try_keyword("wide");
                let role =
                    if cursor.at_end() { RegisterRole::Plain } else { cursor.choice(RegisterRole::from_word)? };
                self.program.registers.push(Register { name, number, wide, role });
                cursor.end()?;
            } else if outermost && cursor.try_keyword("semaphore ") {
                let name = cursor.word()?.to_string();
                let initial = if cursor.try_keyword("=") { cursor.number()? } else { 0 };
                self.program.semaphores.push(Semaphore { name, initial });
                cursor.end()?;
            } else if cursor.try_keyword("waves {") {
                let (body, _) = self.nodes(false)?;
                nodes.push(Node::Waves(body));
            } else if cursor.try_keyword("while ") {
                let (engines, condition, counted_by, _) = self.condition(&mut cursor)?;
                let (body, _) = self.nodes(false)?;
                nodes.push(Node::While { engines, condition, counted_by, body });
            } else if cursor.try_keyword("if ") {
                let (engines, condition, counted_by, partial) = self.condition(&mut cursor)?;
                let (then, has_else) = self.nodes(false)?;
                let otherwise = if has_else { self.nodes(false)?.0 } else { Vec::new() };
                nodes.push(Node::If { engines, condition, counted_by, partial, then, otherwise });
            } else {
                let instruction = self.instruction(&mut cursor)?;
                cursor.end()?;
                nodes.push(Node::Instruction(instruction));
            }
        }
    }

    fn condition(&self, cursor: &mut Cursor<'a>) -> Result<(EngineSet, RegisterId, Option<tile::BlockId>, bool)> {
        let mut engines = EngineSet::NONE;
        loop {
            engines.insert(cursor.choice(Engine::from_word)?);
            if !cursor.try_keyword("|") {
                break;
            }
        }
        cursor.keyword("%")?;
        let condition = self.register(cursor)?;
        let counted_by = if cursor.try_keyword("block=") { Some(tile::BlockId(cursor.number()?)) } else { None };
        let partial = cursor.try_keyword("partial");
        cursor.keyword("{")?;
        cursor.end()?;
        Ok((engines, condition, counted_by, partial))
    }

    fn register(&self, cursor: &mut Cursor<'a>) -> Result<RegisterId> {
        let name = cursor.word()?;
        let index = self.program.registers.iter().position(|register| register.name == name);
        index.map(|index| RegisterId(index as u32)).ok_or_else(|| format!("`%{name}` is no register of this program"))
    }

    fn semaphore(&self, cursor: &mut Cursor<'a>) -> Result<SemaphoreId> {
        let name = cursor.word()?;
        let index = self.program.semaphores.iter().position(|semaphore| semaphore.name == name);
        index.map(|index| SemaphoreId(index as u32)).ok_or_else(|| format!("`{name}` is no semaphore of this program"))
    }

    fn instruction(&self, cursor: &mut Cursor<'a>) -> Result<Instruction> {
        let engine = cursor.choice(Engine::from_word)?;
        let mut operands = SmallVec::new();
        let opcode = loop {
            // Operands always carry `.`, `%`, `:` or are `_`, so a plain word is the opcode.
            if let Some(opcode) = cursor.try_opcode() {
                break opcode;
            }
            operands.push(self.operand(cursor)?);
            if !cursor.try_keyword(",") {
                cursor.keyword("=")?;
            }
        };
        let row = opcode.row();
        if operands.len() != row.outputs() {
            return Err(format!("`{}` writes {} operands, not {}", row.name, row.outputs(), operands.len()));
        }
        while operands.len() < row.operands.len() {
            if operands.len() > row.outputs() {
                cursor.keyword(",")?;
            }
            operands.push(self.operand(cursor)?);
        }
        let mut instruction = Instruction {
            engine,
            opcode,
            operands,
            attributes: SmallVec::new(),
            waits: SmallVec::new(),
            updates: SmallVec::new(),
            origin: Origin::default(),
        };
        while !cursor.at_end() {
            if cursor.try_keyword("wait ") {
                loop {
                    let semaphore = self.semaphore(cursor)?;
                    cursor.keyword(">=")?;
                    instruction.waits.push(Wait { semaphore, amount: cursor.number()? });
                    if !cursor.try_keyword(",") {
                        break;
                    }
                }
            } else if cursor.try_keyword("then ") {
                loop {
                    let semaphore = self.semaphore(cursor)?;
                    cursor.keyword("+")?;
                    let amount = cursor.number()?;
                    let when = if cursor.try_keyword("@read") { When::Read } else { When::Complete };
                    instruction.updates.push(Update { semaphore, amount, when });
                    if !cursor.try_keyword(",") {
                        break;
                    }
                }
            } else if cursor.try_keyword("// :") {
                instruction.origin.line = cursor.number()?;
                if !cursor.at_end() {
                    instruction.origin.source.0 = cursor.number()?;
                    cursor.keyword(":")?;
                    instruction.origin.source.1 = cursor.number()?;
                }
            } else {
                instruction.attributes.push(attribute(cursor)?);
            }
        }
        Ok(instruction)
    }

    fn operand(&self, cursor: &mut Cursor<'a>) -> Result<Operand> {
        if cursor.try_keyword("%") {
            return Ok(Operand::Register(self.register(cursor)?));
        }
        if cursor.peek().is_some_and(|c| c.is_ascii_digit() || c == '-') {
            return cursor.constant();
        }
        let name = cursor.word()?;
        if name == "_" {
            return Ok(Operand::Absent);
        }
        let index = self.program.regions.iter().position(|region| region.name == name);
        let region = RegionId(index.ok_or_else(|| format!("`{name}` is no region of this program"))? as u32);
        cursor.keyword(".")?;
        let dtype = cursor.choice(Dtype::from_word)?;
        cursor.keyword("[")?;
        let operand = match self.program.region(region).kind {
            RegionKind::OnChip { .. } => self.tile(cursor, region, dtype)?,
            _ => self.hbm(cursor, region, dtype)?,
        };
        cursor.keyword("]")?;
        Ok(operand)
    }

    fn tile(&self, cursor: &mut Cursor<'a>, region: RegionId, dtype: Dtype) -> Result<Operand> {
        let (mut partition, mut partitions) = (0, cursor.number()?);
        if cursor.try_keyword("+") {
            (partition, partitions) = (partitions, cursor.number()?);
        }
        let mut tile = Tile { region, dtype, partition, partitions, offset: 0, dims: SmallVec::new() };
        while cursor.try_keyword(",") {
            if cursor.try_keyword("+") {
                tile.offset = cursor.number()?;
            } else {
                let num = cursor.number()?;
                let stride = if cursor.try_keyword("*") { cursor.number()? } else { 1 };
                tile.dims.push(Dim { stride, num });
            }
        }
        Ok(Operand::Tile(tile))
    }

    fn hbm(&self, cursor: &mut Cursor<'a>, region: RegionId, dtype: Dtype) -> Result<Operand> {
        let mut hbm = Hbm { region, dtype, terms: SmallVec::new(), offset: 0, dims: SmallVec::new() };
        loop {
            if cursor.try_keyword("%") {
                let register = self.register(cursor)?;
                let factor = if cursor.try_keyword("*") { cursor.number()? } else { 1 };
                hbm.terms.push((register, factor));
            } else {
                hbm.offset = cursor.number()?;
            }
            if !cursor.try_keyword("+") {
                break;
            }
        }
        if cursor.try_keyword(";") {
            loop {
                let num = cursor.number()?;
                cursor.keyword("*")?;
                hbm.dims.push(HbmDim { num, stride: cursor.number()? });
                if !cursor.try_keyword(",") {
                    break;
                }
            }
        }
        Ok(Operand::Hbm(hbm))
    }
}

fn region(cursor: &mut Cursor<'_>) -> Result<Region> {
    let name = cursor.word()?.to_string();
    let dtype = cursor.choice(Dtype::from_word)?;
    let kind = match cursor.word()? {
        "arena" => RegionKind::Arena,
        "params" => RegionKind::Params,
        "symbols" => RegionKind::Symbols,
        "scratch" => {
            cursor.keyword("[")?;
            let bytes = cursor.number()?;
            cursor.keyword("]")?;
            RegionKind::Scratch { bytes, role: role(cursor)? }
        }
        word => {
            let space = Space::from_word(word).filter(|space| *space != Space::Hbm);
            let space = space.ok_or_else(|| format!("`{word}` is no kind of region"))?;
            let offset = cursor.number()?;
            cursor.keyword("[")?;
            let partitions = cursor.number()?;
            cursor.keyword("x")?;
            let bytes = cursor.number()?;
            cursor.keyword("]")?;
            let buffers = if cursor.try_keyword("x") { cursor.number()? } else { 1 };
            let pitch = if cursor.try_keyword("every ") { cursor.number()? } else { bytes };
            RegionKind::OnChip { space, offset, partitions, bytes, buffers, pitch, role: role(cursor)? }
        }
    };
    cursor.end()?;
    Ok(Region { name, kind, dtype })
}

fn role(cursor: &mut Cursor<'_>) -> Result<SbufRole> {
    if cursor.at_end() { Ok(SbufRole::Plain) } else { cursor.choice(SbufRole::from_word) }
}

fn attribute(cursor: &mut Cursor<'_>) -> Result<Attribute> {
    use AttributeKind as Kind;
    let word = cursor.word()?;
    let kind = Kind::from_word(word).ok_or_else(|| format!("`{word}` is no attribute"))?;
    let flag = match kind {
        Kind::Reverse => Some(Attribute::Reverse),
        Kind::Reverse1 => Some(Attribute::Reverse1),
        Kind::Negate => Some(Attribute::Negate),
        Kind::Invert => Some(Attribute::Invert),
        Kind::Accumulate => Some(Attribute::Accumulate),
        Kind::Transpose => Some(Attribute::Transpose),
        Kind::Skip => Some(Attribute::Skip),
        _ => None,
    };
    if let Some(flag) = flag {
        return Ok(flag);
    }
    cursor.keyword("=")?;
    Ok(match kind {
        Kind::Op => Attribute::Op(cursor.choice(AluOp::from_word)?),
        Kind::Op1 => Attribute::Op1(cursor.choice(AluOp::from_word)?),
        Kind::Function => Attribute::Function(cursor.choice(Activation::from_word)?),
        Kind::Axes => Attribute::Axes(cursor.number()?),
        Kind::Size => Attribute::Size(cursor.number()?),
        Kind::Queue => Attribute::Queue(cursor.number()?),
        Kind::Multiplier => Attribute::Multiplier(cursor.number()?),
        Kind::Pattern => {
            let mut dims = SmallVec::new();
            cursor.list(|cursor| {
                let num = cursor.number()?;
                cursor.keyword("*")?;
                dims.push(Dim { num, stride: cursor.number()? });
                Ok(())
            })?;
            Attribute::Pattern(dims)
        }
        Kind::Lanes => {
            let mut lanes = Vec::new();
            cursor.list(|cursor| {
                lanes.push(cursor.number()?);
                Ok(())
            })?;
            let lanes: [u8; 32] = lanes.try_into().map_err(|_| "`lanes` lists 32 lanes".to_string())?;
            Attribute::Lanes(Box::new(lanes))
        }
        Kind::Dge => Attribute::Dge(cursor.choice(Dge::from_word)?),
        Kind::Routine => {
            let (op, attributes) = tile::ops::spelling::parse(&cursor.string()?)?;
            Attribute::Routine(op, attributes)
        }
        Kind::Access => Attribute::Access(access(cursor.token())?),
        Kind::Atomic => Attribute::Atomic(cursor.choice(AtomicOp::from_str)?),
        Kind::Collective => Attribute::Collective(collective(cursor.token())?),
        Kind::Reason => Attribute::Reason(cursor.string()?),
        _ => return Err(format!("`{word}` takes no value")),
    })
}

fn access(text: &str) -> Result<tile::Access> {
    let wrong = || format!("`{text}` is no access, such as `global.f32.v4.weak.cta+16`");
    let at = text.find(['+', '-']).unwrap_or(text.len());
    let offset = if at == text.len() { 0 } else { text[at..].parse().map_err(|_| wrong())? };
    let words: Vec<&str> = text[..at].split('.').collect();
    let [space, ty, vector, order, scope] = words[..] else { return Err(wrong()) };
    use tile::Space::*;
    let spaces = [Generic, Global, Shared, SharedCluster, Local, Param];
    Ok(tile::Access {
        space: spaces.into_iter().find(|s| space_word(*s) == space).ok_or_else(wrong)?,
        ty: ScalarType::from_str(ty).ok_or_else(wrong)?,
        vector: vector.strip_prefix('v').and_then(|n| n.parse().ok()).ok_or_else(wrong)?,
        order: MemoryOrder::from_str(order).ok_or_else(wrong)?,
        scope: Scope::from_str(scope).ok_or_else(wrong)?,
        offset,
    })
}

fn collective(text: &str) -> Result<tile::Collective> {
    use tile::{Collective, ShuffleMode, VoteMode};
    let wrong = || format!("`{text}` is no warp operation, such as `shuffle.bfly`");
    let words: Vec<&str> = text.split('.').collect();
    let ty = |word: &str| ScalarType::from_str(word).ok_or_else(wrong);
    Ok(match words[..] {
        ["shuffle", "up"] => Collective::Shuffle(ShuffleMode::Up),
        ["shuffle", "down"] => Collective::Shuffle(ShuffleMode::Down),
        ["shuffle", "bfly"] => Collective::Shuffle(ShuffleMode::Bfly),
        ["shuffle", "idx"] => Collective::Shuffle(ShuffleMode::Idx),
        ["vote", "all"] => Collective::Vote(VoteMode::All),
        ["vote", "any"] => Collective::Vote(VoteMode::Any),
        ["vote", "uni"] => Collective::Vote(VoteMode::Uni),
        ["ballot"] => Collective::Ballot,
        ["match_any", word] => Collective::MatchAny(ty(word)?),
        ["match_all", word] => Collective::MatchAll(ty(word)?),
        ["reduce", op, word, ref rest @ ..] => {
            let op = AtomicOp::from_str(op).ok_or_else(wrong)?;
            if rest.iter().any(|word| !["abs", "NaN"].contains(word)) {
                return Err(wrong());
            }
            Collective::Reduce(op, ty(word)?, rest.contains(&"abs"), rest.contains(&"NaN"))
        }
        ["elect"] => Collective::Elect,
        ["warp_barrier"] => Collective::WarpBarrier,
        ["active_mask"] => Collective::ActiveMask,
        ["mma", ref words @ ..] => Collective::Mma(tile::Mma::from_words(words).ok_or_else(wrong)?),
        _ => return Err(wrong()),
    })
}

/// The rest of a line.
struct Cursor<'a> {
    rest: &'a str,
}

impl<'a> Cursor<'a> {
    fn new(line: &'a str) -> Self {
        Cursor { rest: line }
    }

    fn peek(&self) -> Option<char> {
        self.rest.chars().next()
    }

    fn at_end(&self) -> bool {
        self.rest.is_empty()
    }

    fn end(&self) -> Result<()> {
        if self.at_end() { Ok(()) } else { Err(format!("`{}` is too much", self.rest)) }
    }

    fn try_keyword(&mut self, word: &str) -> bool {
        match self.rest.strip_prefix(word) {
            Some(rest) => {
                self.rest = rest.trim_start();
                true
            }
            None => false,
        }
    }

    fn keyword(&mut self, word: &str) -> Result<()> {
        if self.try_keyword(word) { Ok(()) } else { Err(format!("expected `{}` before `{}`", word.trim(), self.rest)) }
    }

    fn take(&mut self, accept: impl Fn(char) -> bool) -> &'a str {
        let end = self.rest.find(|c| !accept(c)).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest.trim_start();
        word
    }

    fn word(&mut self) -> Result<&'a str> {
        let word = self.take(|c| c.is_alphanumeric() || c == '_' || c == '$');
        if word.is_empty() { Err(format!("expected a word before `{}`", self.rest)) } else { Ok(word) }
    }

    /// Everything up to a blank.
    fn token(&mut self) -> &'a str {
        self.take(|c| c != ' ')
    }

    fn choice<T>(&mut self, parse: impl Fn(&str) -> Option<T>) -> Result<T> {
        let word = self.word()?;
        parse(word).ok_or_else(|| format!("`{word}` is not known here"))
    }

    /// A plain word that is an opcode: not one followed by `.`, which is a region.
    fn try_opcode(&mut self) -> Option<Opcode> {
        let end = self.rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(self.rest.len());
        if self.rest[end..].starts_with('.') {
            return None;
        }
        let opcode = Opcode::from_name(&self.rest[..end])?;
        self.rest = self.rest[end..].trim_start();
        Some(opcode)
    }

    fn number<T: TryFrom<i128>>(&mut self) -> Result<T> {
        let negative = self.try_keyword("-");
        let digits = self.take(|c| c.is_ascii_alphanumeric());
        // `128x1x1` and `[128 x 4]` have the x as a separator.
        let (digits, back) = match digits.strip_prefix("0x") {
            Some(_) => (digits, ""),
            None => digits.split_at(digits.find('x').unwrap_or(digits.len())),
        };
        if !back.is_empty() {
            return Err(format!("`{digits}{back}` is not a number"));
        }
        let value = match digits.strip_prefix("0x") {
            Some(hex) => i128::from_str_radix(hex, 16),
            None => digits.parse(),
        };
        let value = value.map_err(|_| format!("expected a number before `{digits}{}`", self.rest))?;
        T::try_from(if negative { -value } else { value }).map_err(|_| format!("`{digits}` is out of range"))
    }

    fn triple(&mut self) -> Result<[u32; 3]> {
        let token = self.token();
        let numbers: Option<Vec<u32>> = token.split('x').map(|n| n.parse().ok()).collect();
        let array = numbers.and_then(|numbers| numbers.try_into().ok());
        array.ok_or_else(|| format!("`{token}` is no shape, such as `256x1x1`"))
    }

    fn string(&mut self) -> Result<String> {
        self.rest = self.rest.strip_prefix('"').ok_or_else(|| format!("expected `\"` before `{}`", self.rest))?;
        let mut text = String::new();
        let mut chars = self.rest.char_indices();
        while let Some((at, c)) = chars.next() {
            match c {
                '"' => {
                    self.rest = self.rest[at + 1..].trim_start();
                    return Ok(text);
                }
                '\\' => text.extend(chars.next().map(|(_, c)| c)),
                c => text.push(c),
            }
        }
        Err("a string without end".into())
    }

    fn list(&mut self, mut item: impl FnMut(&mut Self) -> Result<()>) -> Result<()> {
        self.keyword("[")?;
        loop {
            item(self)?;
            if !self.try_keyword(",") {
                return self.keyword("]");
            }
        }
    }

    fn constant(&mut self) -> Result<Operand> {
        let text = self.take(|c| c.is_ascii_alphanumeric() || "-+.".contains(c));
        self.keyword(":")?;
        let dtype = self.choice(Dtype::from_word)?;
        let wrong = || format!("`{text}` is no {dtype} constant");
        let bits = if let Some(hex) = text.strip_prefix("0x") {
            u64::from_str_radix(hex, 16).map_err(|_| wrong())?
        } else if dtype == Dtype::F32 {
            u64::from(text.parse::<f32>().map_err(|_| wrong())?.to_bits())
        } else if dtype == Dtype::I32 {
            u64::from(text.parse::<i32>().map_err(|_| wrong())? as u32)
        } else {
            text.parse().map_err(|_| wrong())?
        };
        Ok(Operand::Constant(bits, dtype))
    }
}
