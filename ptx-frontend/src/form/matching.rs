//! Operands against a form: how many there are, of which kind, how wide.

use super::table::{Candidate, TABLE};
use super::{Form, Slot, SlotKind, TypeName, split};
use crate::checked::{Operand, Register};
use crate::isa::Opcode;
use crate::types::ScalarType;
use std::fmt;

/// Why operands do not match a form.
#[derive(Debug)]
pub(crate) enum Mismatch {
    /// Too many or too few.
    Count { expected: String },
    /// The operand with this index.
    Operand { index: usize, reason: String },
}

/// What the matcher must know of a body.
pub(crate) struct Registers<'a>(pub(crate) &'a [Register]);

/// Whether somebody wants to know why something does not match.
#[derive(Clone, Copy)]
enum Say {
    Nothing,
    Why,
}

impl Say {
    fn that(self, text: fmt::Arguments<'_>) -> String {
        match self {
            Say::Nothing => String::new(),
            Say::Why => text.to_string(),
        }
    }
}

impl Candidate {
    fn line(&self, opcode: Opcode) -> &'static Form {
        &TABLE.forms(opcode)[usize::from(self.form)]
    }

    /// The row and line of the table.
    pub(crate) fn text(&self, opcode: Opcode) -> &'static str {
        opcode.row().forms[usize::from(self.form)].text
    }

    /// Whether the operands are those of the form.
    pub(crate) fn matches(&self, opcode: Opcode, operands: &[Operand], registers: &Registers<'_>) -> bool {
        // To say why not takes longer than everything else, and of several forms most do not match.
        self.compare(opcode, operands, registers, Say::Nothing).is_ok()
    }

    /// Why the operands are not those of the form.
    pub(crate) fn mismatch(&self, opcode: Opcode, operands: &[Operand], registers: &Registers<'_>) -> Option<Mismatch> {
        self.compare(opcode, operands, registers, Say::Why).err()
    }

    fn compare(
        &self,
        opcode: Opcode,
        operands: &[Operand],
        registers: &Registers<'_>,
        say: Say,
    ) -> Result<(), Mismatch> {
        let count = || match say {
            Say::Nothing => Mismatch::Count { expected: String::new() },
            Say::Why => self.count(opcode),
        };
        let slots = &self.line(opcode).slots;
        let mut at = 0;
        let mut next = 0;
        let mut refused = None;
        while next < slots.len() {
            let (slot, group) = &slots[next];
            if *group == 0 {
                let Some(operand) = operands.get(at) else { return Err(count()) };
                self.fits(slot, operand, registers, say).map_err(|reason| Mismatch::Operand { index: at, reason })?;
                at += 1;
                next += 1;
                continue;
            }
            // All of an optional group, or nothing of it.
            let group_end = next + slots[next..].iter().take_while(|(_, other)| other == group).count();
            let wanted = &slots[next..group_end];
            let given = operands.get(at..at + wanted.len());
            let misfit = given.map(|given| {
                let pairs = wanted.iter().zip(given).enumerate();
                pairs
                    .filter_map(|(index, ((slot, _), operand))| {
                        Some((at + index, self.fits(slot, operand, registers, say).err()?))
                    })
                    .next()
            });
            match misfit {
                Some(None) => at += wanted.len(),
                Some(Some(misfit)) => refused = Some(misfit),
                None => {}
            }
            next = group_end;
        }
        if at == operands.len() {
            return Ok(());
        }
        Err(match refused {
            Some((index, reason)) => Mismatch::Operand { index, reason },
            None => count(),
        })
    }

    fn count(&self, opcode: Opcode) -> Mismatch {
        Mismatch::Count { expected: split(self.text(opcode)).1.to_owned() }
    }

    pub(super) fn ty(&self, name: TypeName) -> (ScalarType, u32) {
        match name {
            TypeName::Fixed(ty) => (ty, ty.bits()),
            TypeName::Word(index) => {
                let ty = self.types.get(usize::from(index)).copied().unwrap_or(ScalarType::B32);
                (ty, ty.bits())
            }
            TypeName::Twice => {
                let ty = self.types.first().copied().unwrap_or(ScalarType::B32);
                (ty, ty.bits() * 2)
            }
        }
    }

    fn fits(&self, slot: &Slot, operand: &Operand, registers: &Registers<'_>, say: Say) -> Result<(), String> {
        let named = |wanted: fmt::Arguments<'_>| Err(say.that(format_args!("`{}` must be {wanted}", slot.name)));
        if let Operand::Pair(first, second) = operand {
            let Some((second_slot, _)) = &slot.pair else { return named(format_args!("a single operand")) };
            let alone = Slot { pair: None, ..slot.clone() };
            self.fits(&alone, first, registers, say)?;
            return self.fits(second_slot, second, registers, say);
        }
        if let Some((second, false)) = &slot.pair {
            return Err(say.that(format_args!("`|{}` is missing", second.name)));
        }
        match slot.kind {
            SlotKind::Value { ty, may_be_wider } => {
                let (ty, bits) = self.ty(ty);
                if let Operand::Vector(_) = operand {
                    return named(format_args!("a single value"));
                }
                fits_value(slot, ty, bits, may_be_wider, operand, registers, say)
            }
            SlotKind::Elements => {
                let (ty, bits) = self.ty(TypeName::Word(0));
                let parts = operand.elements();
                if parts.len() as u32 != self.vector {
                    return named(format_args!("{} values", self.vector));
                }
                parts.iter().try_for_each(|part| fits_value(slot, ty, bits, true, part, registers, say))
            }
            SlotKind::Braces { ty, count } => {
                let (ty, bits) = self.ty(ty);
                let Operand::Vector(parts) = operand else {
                    // One value needs no braces.
                    if count <= 1 && !matches!(operand, Operand::Address(..) | Operand::Indexed(_)) {
                        return fits_value(slot, ty, bits, true, operand, registers, say);
                    }
                    return named(format_args!("values in braces"));
                };
                if count != 0 && parts.len() != usize::from(count) {
                    return named(format_args!("{count} values in braces"));
                }
                parts.iter().try_for_each(|part| fits_value(slot, ty, bits, true, part, registers, say))
            }
            SlotKind::Parts => {
                let (_, bits) = self.ty(TypeName::Word(0));
                let Operand::Vector(parts) = operand else { return named(format_args!("values in braces")) };
                let width = bits / parts.len().max(1) as u32;
                if !matches!(parts.len(), 2 | 4) || width < 8 {
                    return named(format_args!("two or four values in braces"));
                }
                let ty = ScalarType::B128;
                parts.iter().try_for_each(|part| fits_value(slot, ty, width, false, part, registers, say))
            }
            SlotKind::Constant => match operand {
                Operand::Integer(_) => Ok(()),
                _ => named(format_args!("a constant")),
            },
            SlotKind::Anything => Ok(()),
            SlotKind::Address => match operand {
                Operand::Address(base, _) => fits_base(slot, base, registers, say),
                _ => named(format_args!("an address in brackets")),
            },
            SlotKind::Brackets => match operand {
                Operand::Address(base, _) => fits_base(slot, base, registers, say),
                Operand::Indexed(_) => Ok(()),
                _ => named(format_args!("in brackets")),
            },
            SlotKind::Label => match operand {
                Operand::Label(_) => Ok(()),
                _ => named(format_args!("a label")),
            },
            SlotKind::Targets => match operand {
                Operand::BranchTargets(_) => Ok(()),
                _ => named(format_args!("the name of a `.branchtargets` list")),
            },
            SlotKind::List => match operand {
                Operand::List(_) => Ok(()),
                _ => named(format_args!("a list in parentheses")),
            },
            SlotKind::Function => match operand {
                Operand::Function(_) | Operand::Register(_) => Ok(()),
                _ => named(format_args!("a function or a register that holds the address of one")),
            },
            SlotKind::Prototype => match operand {
                Operand::Prototype(_) => Ok(()),
                _ => named(format_args!("the name of a `.callprototype` or `.calltargets`")),
            },
        }
    }
}

fn fits_base(slot: &Slot, base: &Operand, registers: &Registers<'_>, say: Say) -> Result<(), String> {
    if let Operand::Register(register) = base {
        let bits = registers.0[register.0 as usize].ty.bits();
        if bits != 32 && bits != 64 {
            return Err(say.that(format_args!("`{}` must be in a register of 32 or 64 bits", slot.name)));
        }
    }
    Ok(())
}

fn fits_value(
    slot: &Slot,
    ty: ScalarType,
    bits: u32,
    may_be_wider: bool,
    operand: &Operand,
    registers: &Registers<'_>,
    say: Say,
) -> Result<(), String> {
    let named = |wanted: fmt::Arguments<'_>| Err(say.that(format_args!("`{}` must be {wanted}", slot.name)));
    match operand {
        Operand::Register(register) | Operand::Not(register) | Operand::Part { register, .. } => {
            let held = registers.0[register.0 as usize].ty.bits();
            // There are no registers of 8 bits that arithmetic could use.
            let is_right =
                held == bits || may_be_wider && held > bits && bits > 1 || bits < 16 && bits > 1 && held == 16;
            if matches!(operand, Operand::Not(_)) && ty != ScalarType::Pred {
                return named(format_args!("a value; only predicates are negated with `!`"));
            }
            if is_right {
                Ok(())
            } else if ty == ScalarType::Pred {
                named(format_args!("a predicate"))
            } else if held == 1 {
                named(format_args!("a value of {bits} bits, not a predicate"))
            } else {
                named(format_args!("in a register of {bits} bits; this one has {held}"))
            }
        }
        Operand::Sink if slot.is_destination => Ok(()),
        _ if slot.is_destination => named(format_args!("a register")),
        Operand::Integer(_) if matches!(ty, ScalarType::F32 | ScalarType::F64) => {
            named(format_args!("a floating-point value; integers are not converted"))
        }
        Operand::Integer(_) | Operand::Special(_) => Ok(()),
        Operand::F32(_) | Operand::F64(_) if ty != ScalarType::Pred => Ok(()),
        Operand::Variable(..)
        | Operand::Local(..)
        | Operand::Param(..)
        | Operand::Return(..)
        | Operand::Function(_)
            if bits >= 32 =>
        {
            Ok(())
        }
        Operand::Sink => named(format_args!("a value")),
        _ => named(format_args!("a value of type `.{ty}`")),
    }
}
