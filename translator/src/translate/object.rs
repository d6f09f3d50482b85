//! Parameters and results of device functions, and the `.param` variables that carry them through call sequences.
//!
//! Such an object has no place in memory as long as nobody takes its address: it is cut into cells so that every
//! `ld.param` and `st.param` covers whole cells, and each cell is a variable. Caller and callee may cut the same object
//! differently (one stores 4 bytes, the other loads a 32-bit word), so contents pass between them through
//! [`Lowering::gather`], which puts any range of bytes together from the cells it touches.

use super::body::{Failure, Lowering, Slot};
use super::builder::Variable;
use super::words;
use crate::tile::{Access, Elementwise, Op, Operand, Space, Type};
use ptx_frontend::checked::{self, Body, Instruction};
use ptx_frontend::types::{MemoryOrder, ScalarType, Scope, StateSpace};
use std::collections::{BTreeSet, HashMap};

/// Where an object is.
#[derive(Clone, Debug)]
pub(super) enum Home {
    /// At an offset of the kernel's parameter block.
    Kernel(u32),
    /// At an offset of the activation's frame.
    Frame(u32),
    /// In variables.
    Cells(Vec<Cell>),
}

/// Some bytes of an object, held by a variable.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cell {
    offset: u32,
    /// 1, 2, 4 or 8.
    bytes: u32,
    variable: Variable,
}

impl Home {
    /// A parameter that is a register of so many bytes, as PTX before 2.0 has them.
    pub(super) fn of_register(slot: Slot, bytes: u32) -> Result<Home, Failure> {
        match slot {
            Slot::One(_, Type::Pred) => Err(Failure::because("a parameter cannot be a predicate")),
            Slot::One(variable, _) => Ok(Home::Cells(vec![Cell { offset: 0, bytes, variable }])),
            Slot::Two(low, high) => {
                let cell = |offset, variable| Cell { offset, bytes: 8, variable };
                Ok(Home::Cells(vec![cell(0, low), cell(8, high)]))
            }
        }
    }
}

impl Cell {
    fn ty(&self) -> Type {
        holding(self.bytes)
    }
}

/// The register type for this many bytes.
pub(super) fn holding(bytes: u32) -> Type {
    match bytes {
        0..=2 => Type::B16,
        3..=4 => Type::B32,
        _ => Type::B64,
    }
}

/// How a body uses an object.
#[derive(Default)]
struct Use {
    /// Bounds of the elements it loads and stores.
    bounds: BTreeSet<u32>,
    /// Bytes that are loaded or stored.
    touched: Vec<(u32, u32)>,
    /// Its address is used in another way.
    escapes: bool,
}

/// Names an object within a body.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum Name {
    /// `Body::locals`
    Local(u32),
    /// `Function::params`
    Param(u32),
    /// `Function::returns`
    Return(u32),
}

impl Name {
    /// The object whose address the operand is, with the offset.
    pub(super) fn of(operand: &checked::Operand) -> Option<(Name, i64)> {
        match *operand {
            checked::Operand::Local(local, offset) => Some((Name::Local(local.0), offset)),
            checked::Operand::Param(param, offset) => Some((Name::Param(param), offset)),
            checked::Operand::Return(result, offset) => Some((Name::Return(result), offset)),
            _ => None,
        }
    }
}

/// How a body uses its objects; those that it does not use are left out.
pub(super) struct Uses(HashMap<Name, Use>);

impl Uses {
    /// Looks at every instruction once: bodies have as many objects as calls have arguments.
    pub(super) fn of(body: &Body) -> Uses {
        let mut uses = Uses(HashMap::new());
        for instruction in &body.instructions {
            for (index, operand) in instruction.operands.iter().enumerate() {
                // The argument and result lists of calls pass whole objects.
                if !matches!(operand, checked::Operand::List(_)) {
                    uses.add(instruction, index, operand, operand);
                }
            }
        }
        uses
    }

    /// Adds what `operand` mentions, which is part of the operand `whole` at an index of the instruction.
    fn add(&mut self, instruction: &Instruction, index: usize, whole: &checked::Operand, operand: &checked::Operand) {
        match operand {
            checked::Operand::Address(base, _) => self.add(instruction, index, whole, base),
            checked::Operand::Vector(list) | checked::Operand::Indexed(list) => {
                list.iter().for_each(|each| self.add(instruction, index, whole, each));
            }
            _ => {
                let Some((name, _)) = Name::of(operand) else { return };
                let used = self.0.entry(name).or_default();
                match accessed(instruction, index, whole) {
                    Some(elements) => {
                        for (from, to) in elements {
                            used.bounds.extend([from, to]);
                            used.touched.push((from, to));
                        }
                    }
                    None => used.escapes = true,
                }
            }
        }
    }
}

/// The byte ranges of the elements that a plain `ld.param` or `st.param` touches.
fn accessed(instruction: &Instruction, index: usize, operand: &checked::Operand) -> Option<Vec<(u32, u32)>> {
    let wanted = match words::name(instruction) {
        "ld" => 1,
        "st" => 0,
        _ => return None,
    };
    let checked::Operand::Address(base, more) = operand else { return None };
    let is_param =
        matches!(instruction.modifiers.space(), StateSpace::Param | StateSpace::ParamFunc | StateSpace::ParamEntry);
    let (_, offset) = Name::of(base)?;
    let (mut count, mut bytes) = (instruction.modifiers.vector(), instruction.modifiers.types().first()?.bytes());
    if bytes == 16 {
        (count, bytes) = (count * 2, 8);
    }
    let start = u32::try_from(offset + more).ok()?;
    start.checked_add(count * bytes)?;
    (index == wanted && is_param)
        .then(|| (0..count).map(|element| (start + element * bytes, start + (element + 1) * bytes)).collect())
}

impl Lowering<'_> {
    /// Decides where an object of a device function is.
    pub(super) fn home_of(&mut self, uses: &Uses, name: Name, object: &checked::Variable) -> Result<Home, Failure> {
        let Some(used) = uses.0.get(&name) else { return Ok(Home::Cells(Vec::new())) };
        let fits = used.bounds.last().is_none_or(|end| u64::from(*end) <= object.size);
        if used.escapes || !fits {
            return self.frame_home(object);
        }
        let mut cells = Vec::new();
        let bounds: Vec<u32> = used.bounds.iter().copied().collect();
        for pair in bounds.windows(2) {
            if !used.touched.iter().any(|(from, to)| *from <= pair[0] && pair[1] <= *to) {
                continue;
            }
            for (offset, bytes) in powers_of_two(pair[0], pair[1]) {
                let variable = self.builder.new_variable(holding(bytes));
                cells.push(Cell { offset, bytes, variable });
            }
        }
        Ok(Home::Cells(cells))
    }

    /// Gives an object a place in the frame.
    pub(super) fn frame_home(&mut self, object: &checked::Variable) -> Result<Home, Failure> {
        let offset = self.builder.allocate_frame(object.size, object.align.max(object.ty.bytes()));
        Ok(Home::Frame(offset.ok_or_else(|| Failure::because("the frame is larger than 4 GiB"))?))
    }

    /// Reads `bytes` (up to 8) at `offset` of an object, zero-extended to `ty`. Bytes that nobody wrote read as 0.
    pub(super) fn gather(&mut self, home: &Home, offset: u32, bytes: u32, ty: Type) -> Result<Operand, Failure> {
        if let Home::Cells(cells) = home
            && let Some(cell) = cells.iter().find(|cell| (cell.offset, cell.bytes) == (offset, bytes))
        {
            let value = self.builder.read(cell.variable);
            return self.resize(value, cell.ty(), ty, false);
        }
        let mut whole = Operand::Const(0);
        let pieces: Vec<(u32, u32)> = match home {
            Home::Cells(cells) => cells.iter().map(|cell| (cell.offset, cell.bytes)).collect(),
            Home::Kernel(_) | Home::Frame(_) => powers_of_two(offset, offset + bytes).collect(),
        };
        for (at, size) in pieces {
            if at + size <= offset || offset + bytes <= at {
                continue;
            }
            let piece = match home {
                Home::Kernel(base) => self.load_piece(Space::Param, Operand::Const(0), base + at, size),
                Home::Frame(base) => {
                    let frame = self.builder.emit(Op::FrameAddress(*base), &[], &[Type::B64])[0];
                    self.load_piece(Space::Local, frame, at, size)
                }
                Home::Cells(cells) => {
                    let cell = cells.iter().find(|cell| cell.offset == at).expect("listed from the cells");
                    self.builder.read(cell.variable)
                }
            };
            let mut piece = self.resize(piece, holding(size), Type::B64, false)?;
            if at < offset {
                piece = self.shift(Elementwise::Shr, piece, 8 * (offset - at))?;
            } else {
                piece = self.shift(Elementwise::Shl, piece, 8 * (at - offset))?;
            }
            whole = match whole {
                Operand::Const(0) => piece,
                _ => self.op(Elementwise::Or, ScalarType::B64, &[whole, piece])?,
            };
        }
        if 8 * bytes < ty.bits() {
            let mask = Operand::Const((1 << (8 * bytes)) - 1);
            whole = self.op(Elementwise::And, ScalarType::B64, &[whole, mask])?;
        }
        self.resize(whole, Type::B64, ty, false)
    }

    /// Writes the low `bytes` (up to 8) of a value of type `ty` at `offset` of an object.
    pub(super) fn scatter(
        &mut self,
        home: &Home,
        offset: u32,
        bytes: u32,
        value: Operand,
        ty: Type,
    ) -> Result<(), Failure> {
        let pieces: Vec<(u32, u32)> = match home {
            Home::Cells(cells) => cells
                .iter()
                .filter(|cell| offset <= cell.offset && cell.offset + cell.bytes <= offset + bytes)
                .map(|cell| (cell.offset, cell.bytes))
                .collect(),
            Home::Kernel(_) | Home::Frame(_) => powers_of_two(offset, offset + bytes).collect(),
        };
        for (at, size) in pieces {
            let mut piece = value;
            if at > offset {
                let wide = self.resize(value, ty, Type::B64, false)?;
                let low = self.shift(Elementwise::Shr, wide, 8 * (at - offset))?;
                piece = self.resize(low, Type::B64, holding(size), false)?;
            } else {
                piece = self.resize(piece, ty, holding(size), false)?;
            }
            match home {
                Home::Kernel(_) => return Err(Failure::because("kernel parameters are read-only")),
                Home::Frame(base) => {
                    let frame = self.builder.emit(Op::FrameAddress(*base), &[], &[Type::B64])[0];
                    self.builder.emit(Op::Store(piece_access(Space::Local, at, size)), &[frame, piece], &[]);
                }
                Home::Cells(cells) => {
                    let cell = *cells.iter().find(|cell| cell.offset == at).expect("listed from the cells");
                    // A single byte lives in 16 bits; what is above it must read as 0.
                    if size == 1 {
                        piece = self.op(Elementwise::And, ScalarType::B16, &[piece, Operand::Const(0xff)])?;
                    }
                    self.builder.write(cell.variable, piece);
                }
            }
        }
        Ok(())
    }

    /// Copies the contents of one object to another of the same declaration.
    pub(super) fn copy(&mut self, from: &Home, to: &Home, size: u64) -> Result<(), Failure> {
        let pieces: Vec<(u32, u32)> = match to {
            Home::Cells(cells) => cells.iter().map(|cell| (cell.offset, cell.bytes)).collect(),
            Home::Kernel(_) | Home::Frame(_) => powers_of_two(0, size as u32).collect(),
        };
        // All is read before anything is written: a callee may be handed its own parameters.
        let mut values = Vec::with_capacity(pieces.len());
        for &(offset, bytes) in &pieces {
            values.push(self.gather(from, offset, bytes, holding(bytes))?);
        }
        for (&(offset, bytes), value) in pieces.iter().zip(values) {
            self.scatter(to, offset, bytes, value, holding(bytes))?;
        }
        Ok(())
    }

    fn load_piece(&mut self, space: Space, base: Operand, offset: u32, bytes: u32) -> Operand {
        self.builder.emit(Op::Load(piece_access(space, offset, bytes)), &[base], &[holding(bytes)])[0]
    }

    fn shift(&mut self, direction: Elementwise, value: Operand, by: u32) -> Result<Operand, Failure> {
        match by {
            0 => Ok(value),
            _ => self.op(direction, ScalarType::B64, &[value, Operand::Const(u64::from(by))]),
        }
    }
}

/// A plain access to bytes of an object.
fn piece_access(space: Space, offset: u32, bytes: u32) -> Access {
    let ty = match bytes {
        1 => ScalarType::B8,
        2 => ScalarType::B16,
        4 => ScalarType::B32,
        _ => ScalarType::B64,
    };
    Access { space, ty, vector: 1, order: MemoryOrder::Weak, scope: Scope::Cta, offset: offset as i32 }
}

/// Cuts a range of bytes into naturally aligned powers of two of at most 8.
fn powers_of_two(from: u32, to: u32) -> impl Iterator<Item = (u32, u32)> {
    let mut at = from;
    std::iter::from_fn(move || {
        let bytes = [8, 4, 2, 1].into_iter().find(|bytes| at.is_multiple_of(*bytes) && at + bytes <= to)?;
        at += bytes;
        Some((at - bytes, bytes))
    })
}
