//! The text form of a program. [`super::parse`] reads it back.
//!
//! ```text
//! program saxpy trn2 numerics=device grid=4096x1x1 block=256x1x1 shared=0 {
//!   layout ctas=128 threads=256 chunks=1 waves=32 buffers=2
//!   region x float32 sbuf 0x0 [128 x 1024] x2
//!   region global uint8 arena
//!   register wave r0 wave
//!   semaphore xin
//!   waves {
//!     sync x.float32[128, 256] = dma_copy global.float32[%px + %wave*131072; 128*1024, 256*4] queue=0 dge=hwdge then xin+16
//!     vector y.float32[128, 256] = scalar_tensor_tensor x.float32[128, 256], %a, y.float32[128, 256] op=multiply op1=add wait xin>=16 // :19
//!   }
//! }
//! ```
//!
//! * A tile operand is `region.type[partitions, +offset, num*stride, ...]`: `partitions` is a count, or `first+count`;
//!   the byte offset and strides of 1 are left out.
//! * An HBM operand is `region.type[address; num*stride, ...]` with strides in bytes.
//! * A constant is `value:type`, a register `%name`, an operand left out `_`.

use super::program::*;
use super::words::{Dtype, EngineSet};
use crate::tile;
use crate::tile::ops::Spelling;
use std::fmt::{self, Display, Formatter, Write};

impl Display for Program {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let [gx, gy, gz] = self.shape.grid;
        let [bx, by, bz] = self.shape.block;
        writeln!(
            f,
            "program {} {} numerics={} grid={gx}x{gy}x{gz} block={bx}x{by}x{bz} shared={} {{",
            name(&self.name),
            self.device,
            self.numerics,
            self.shape.dynamic_shared
        )?;
        let Layout { ctas, threads, chunks, waves, buffers } = self.layout;
        writeln!(f, "  layout ctas={ctas} threads={threads} chunks={chunks} waves={waves} buffers={buffers}")?;
        for region in &self.regions {
            writeln!(f, "  region {} {} {}", region.name, region.dtype, RegionText(&region.kind))?;
        }
        for register in &self.registers {
            write!(f, "  register {} r{}", register.name, register.number)?;
            if register.wide {
                f.write_str(" wide")?;
            }
            if register.role != RegisterRole::Plain {
                write!(f, " {}", register.role)?;
            }
            f.write_char('\n')?;
        }
        for semaphore in &self.semaphores {
            write!(f, "  semaphore {}", semaphore.name)?;
            if semaphore.initial != 0 {
                write!(f, " = {}", semaphore.initial)?;
            }
            f.write_char('\n')?;
        }
        nodes(self, &self.body, 1, f)?;
        f.write_str("}\n")
    }
}

/// A kernel's name, quoted if it is no plain word.
fn name(name: &str) -> String {
    let is_word = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '$');
    if is_word { name.to_string() } else { quoted(name) }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', " "))
}

struct RegionText<'a>(&'a RegionKind);

impl Display for RegionText<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let role = match *self.0 {
            RegionKind::Arena => return f.write_str("arena"),
            RegionKind::Params => return f.write_str("params"),
            RegionKind::Symbols => return f.write_str("symbols"),
            RegionKind::Scratch { bytes, role } => {
                write!(f, "scratch [{bytes}]")?;
                role
            }
            RegionKind::OnChip { space, offset, partitions, bytes, buffers, pitch, role } => {
                write!(f, "{space} {offset:#x} [{partitions} x {bytes}]")?;
                if buffers != 1 {
                    write!(f, " x{buffers}")?;
                    if pitch != bytes {
                        write!(f, " every {pitch}")?;
                    }
                }
                role
            }
        };
        match role {
            SbufRole::Plain => Ok(()),
            role => write!(f, " {role}"),
        }
    }
}

/// `vector|sync %live block=3`
fn test(program: &Program, engines: EngineSet, condition: RegisterId, block: Option<tile::BlockId>) -> String {
    let engines = engines.iter().map(|engine| engine.as_str()).collect::<Vec<_>>().join("|");
    let block = block.map_or(String::new(), |block| format!(" block={}", block.0));
    format!("{engines} %{}{block}", program.registers[condition.0 as usize].name)
}

fn nodes(program: &Program, body: &[Node], depth: usize, f: &mut Formatter<'_>) -> fmt::Result {
    let indent = "  ".repeat(depth);
    for node in body {
        f.write_str(&indent)?;
        match node {
            Node::Instruction(instruction) => writeln!(f, "{}", InstructionText(program, instruction))?,
            Node::Waves(body) => {
                f.write_str("waves {\n")?;
                nodes(program, body, depth + 1, f)?;
                writeln!(f, "{indent}}}")?;
            }
            Node::While { engines: set, condition, counted_by, body } => {
                writeln!(f, "while {} {{", test(program, *set, *condition, *counted_by))?;
                nodes(program, body, depth + 1, f)?;
                writeln!(f, "{indent}}}")?;
            }
            Node::If { engines: set, condition, counted_by, partial, then, otherwise } => {
                let partial = if *partial { " partial" } else { "" };
                writeln!(f, "if {}{partial} {{", test(program, *set, *condition, *counted_by))?;
                nodes(program, then, depth + 1, f)?;
                if !otherwise.is_empty() {
                    writeln!(f, "{indent}}} else {{")?;
                    nodes(program, otherwise, depth + 1, f)?;
                }
                writeln!(f, "{indent}}}")?;
            }
        }
    }
    Ok(())
}

/// One instruction of a program, as one line of text.
pub struct InstructionText<'a>(pub &'a Program, pub &'a Instruction);

impl Display for InstructionText<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let InstructionText(program, instruction) = *self;
        let row = instruction.opcode.row();
        write!(f, "{} ", instruction.engine)?;
        let outputs = row.outputs();
        for (index, operand) in instruction.operands.iter().enumerate() {
            if index == outputs {
                write!(f, "{} ", row.name)?;
            }
            write!(f, "{}", OperandText(program, operand))?;
            f.write_str(match index + 1 {
                next if next == outputs => " = ",
                next if next == instruction.operands.len() => " ",
                _ => ", ",
            })?;
        }
        if instruction.operands.len() <= outputs {
            write!(f, "{} ", row.name)?;
        }
        let mut words: Vec<String> = instruction.attributes.iter().map(|a| AttributeText(a).to_string()).collect();
        if !instruction.waits.is_empty() {
            let waits = instruction.waits.iter();
            let list =
                waits.map(|wait| format!("{}>={}", program.semaphores[wait.semaphore.0 as usize].name, wait.amount));
            words.push(format!("wait {}", list.collect::<Vec<_>>().join(", ")));
        }
        if !instruction.updates.is_empty() {
            let list = instruction.updates.iter().map(|update| {
                let name = &program.semaphores[update.semaphore.0 as usize].name;
                let when = if update.when == When::Read { "@read" } else { "" };
                format!("{name}+{}{when}", update.amount)
            });
            words.push(format!("then {}", list.collect::<Vec<_>>().join(", ")));
        }
        let origin = instruction.origin;
        if origin.line != 0 {
            words.push(match origin.source {
                (0, 0) => format!("// :{}", origin.line),
                (file, line) => format!("// :{} {file}:{line}", origin.line),
            });
        }
        f.write_str(&words.join(" "))
    }
}

struct OperandText<'a>(&'a Program, &'a Operand);

impl Display for OperandText<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let register = |id: RegisterId| &self.0.registers[id.0 as usize].name;
        match self.1 {
            Operand::Absent => f.write_char('_'),
            Operand::Register(id) => write!(f, "%{}", register(*id)),
            Operand::Constant(bits, dtype) => constant(*bits, *dtype, f),
            Operand::Tile(tile) => {
                write!(f, "{}.{}[", self.0.region(tile.region).name, tile.dtype)?;
                if tile.partition != 0 {
                    write!(f, "{}+", tile.partition)?;
                }
                write!(f, "{}", tile.partitions)?;
                if tile.offset != 0 {
                    write!(f, ", +{}", tile.offset)?;
                }
                for dim in &tile.dims {
                    write!(f, ", {}", dim.num)?;
                    if dim.stride != 1 {
                        write!(f, "*{}", dim.stride)?;
                    }
                }
                f.write_char(']')
            }
            Operand::Hbm(hbm) => {
                write!(f, "{}.{}[", self.0.region(hbm.region).name, hbm.dtype)?;
                let mut terms: Vec<String> = hbm
                    .terms
                    .iter()
                    .map(|&(id, factor)| match factor {
                        1 => format!("%{}", register(id)),
                        _ => format!("%{}*{factor}", register(id)),
                    })
                    .collect();
                if hbm.offset != 0 || terms.is_empty() {
                    terms.push(hbm.offset.to_string());
                }
                f.write_str(&terms.join(" + "))?;
                if !hbm.dims.is_empty() {
                    let dims = hbm.dims.iter().map(|dim| format!("{}*{}", dim.num, dim.stride));
                    write!(f, "; {}", dims.collect::<Vec<_>>().join(", "))?;
                }
                f.write_char(']')
            }
        }
    }
}

fn constant(bits: u64, dtype: Dtype, f: &mut Formatter<'_>) -> fmt::Result {
    match dtype {
        Dtype::F32 if f32::from_bits(bits as u32).is_finite() => write!(f, "{:?}:{dtype}", f32::from_bits(bits as u32)),
        Dtype::I32 => write!(f, "{}:{dtype}", bits as u32 as i32),
        _ if bits < 1 << 16 && dtype.is_integer() => write!(f, "{bits}:{dtype}"),
        _ => write!(f, "{bits:#x}:{dtype}"),
    }
}

struct AttributeText<'a>(&'a Attribute);

impl Display for AttributeText<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let name = self.0.kind().as_str();
        match self.0 {
            Attribute::Reverse
            | Attribute::Reverse1
            | Attribute::Negate
            | Attribute::Invert
            | Attribute::Accumulate
            | Attribute::Transpose
            | Attribute::Skip => f.write_str(name),
            Attribute::Op(op) | Attribute::Op1(op) => write!(f, "{name}={op}"),
            Attribute::Function(function) => write!(f, "{name}={function}"),
            Attribute::Axes(n) | Attribute::Size(n) | Attribute::Queue(n) => write!(f, "{name}={n}"),
            Attribute::Multiplier(n) => write!(f, "{name}={n}"),
            Attribute::Pattern(dims) => {
                let list = dims.iter().map(|dim| format!("{}*{}", dim.num, dim.stride)).collect::<Vec<_>>();
                write!(f, "{name}=[{}]", list.join(", "))
            }
            Attribute::Lanes(lanes) => {
                let list = lanes.iter().map(u8::to_string).collect::<Vec<_>>();
                write!(f, "{name}=[{}]", list.join(", "))
            }
            Attribute::Dge(dge) => write!(f, "{name}={dge}"),
            Attribute::Routine(op, attributes) => write!(f, "{name}=\"{}\"", Spelling(*op, attributes)),
            Attribute::Access(access) => write!(f, "{name}={}", access_text(access)),
            Attribute::Atomic(op) => write!(f, "{name}={op}"),
            Attribute::Collective(collective) => write!(f, "{name}={}", collective_text(*collective)),
            Attribute::Reason(reason) => write!(f, "{name}={}", quoted(reason)),
        }
    }
}

/// `global.f32.v4.weak.cta+16`
fn access_text(access: &tile::Access) -> String {
    let space = space_word(access.space);
    let offset = if access.offset == 0 { String::new() } else { format!("{:+}", access.offset) };
    format!("{space}.{}.v{}.{}.{}{offset}", access.ty, access.vector, access.order, access.scope)
}

/// Spelling of a state space in an access.
pub(super) const fn space_word(space: tile::Space) -> &'static str {
    match space {
        tile::Space::Generic => "generic",
        tile::Space::Global => "global",
        tile::Space::Shared => "shared",
        tile::Space::SharedCluster => "shared_cluster",
        tile::Space::Local => "local",
        tile::Space::Param => "param",
    }
}

fn collective_text(collective: tile::Collective) -> String {
    use tile::Collective::*;
    match collective {
        Shuffle(mode) => format!("shuffle.{}", format!("{mode:?}").to_lowercase()),
        Vote(mode) => format!("vote.{}", format!("{mode:?}").to_lowercase()),
        Ballot => "ballot".into(),
        MatchAny(ty) => format!("match_any.{ty}"),
        MatchAll(ty) => format!("match_all.{ty}"),
        Reduce(op, ty, abs, nan) => {
            format!("reduce.{op}.{ty}{}{}", if abs { ".abs" } else { "" }, if nan { ".NaN" } else { "" })
        }
        Elect => "elect".into(),
        WarpBarrier => "warp_barrier".into(),
        ActiveMask => "active_mask".into(),
        Mma(mma) => format!("mma.{mma}"),
    }
}
