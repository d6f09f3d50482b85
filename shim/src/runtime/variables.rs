//! Variables of a program: a place in memory for each, with its initial bytes and the addresses written into them.
//!
//! Every module of a program has variables of its own. `__managed__` ones of a library exist once, before any context
//! does.

use super::allocations::{Allocation, Kind};
use super::context::Context;
use super::device::Device;
use super::program::Program;
use crate::abi::Result;
use ptx_frontend::checked::{Linkage, Relocation, Symbol, Variable};
use ptx_frontend::types::StateSpace;
use translator::code_address;

/// Where a variable lies.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Place {
    /// First address.
    pub address: u64,
    /// Bytes.
    pub size: u64,
}

/// The places of a program's variables, in the order of the PTX; `None` for those that have none here.
#[derive(Debug, Default)]
pub struct Variables {
    places: Vec<Option<Place>>,
    /// Which of them are somebody else's.
    borrowed: Vec<bool>,
}

/// Whether the variable takes room in device memory.
fn is_placed(variable: &Variable) -> bool {
    matches!(variable.space, StateSpace::Global | StateSpace::Const | StateSpace::Tex)
        && variable.linkage != Linkage::Extern
}

impl Variables {
    /// Places the `__managed__` variables of a library. Addresses of others are written when there are any.
    pub fn place_managed(device: &Device, program: &Program) -> Result<Self> {
        let mut variables = Variables::default();
        for variable in &program.module.variables {
            let wanted = is_placed(variable) && variable.managed;
            variables.add(device, None, variable, wanted)?;
        }
        variables.initialise(device, program)?;
        Ok(variables)
    }

    /// Places all variables, for a module in `context`. `managed` ones of its library are taken as they are.
    pub fn place(device: &Device, context: &Context, program: &Program, managed: Option<&Variables>) -> Result<Self> {
        let mut variables = Variables::default();
        for (index, variable) in program.module.variables.iter().enumerate() {
            match managed.and_then(|managed| managed.get(index)) {
                Some(place) => {
                    variables.places.push(Some(place));
                    variables.borrowed.push(true);
                }
                None => variables.add(device, Some(context), variable, is_placed(variable))?,
            }
        }
        variables.initialise(device, program)?;
        Ok(variables)
    }

    fn add(&mut self, device: &Device, context: Option<&Context>, variable: &Variable, wanted: bool) -> Result {
        let mut place = None;
        if wanted {
            let kind = Kind::Variable { managed: variable.managed };
            match device.allocate(context, variable.size, u64::from(variable.align.max(1)), kind) {
                Ok(address) => place = Some(Place { address, size: variable.size }),
                Err(error) => {
                    self.free(device);
                    return Err(error);
                }
            }
        }
        self.places.push(place);
        self.borrowed.push(false);
        Ok(())
    }

    fn initialise(&self, device: &Device, program: &Program) -> Result {
        for (index, variable) in program.module.variables.iter().enumerate() {
            let Some(place) = self.get(index) else { continue };
            if !self.borrowed[index] {
                let mut bytes = variable.initial.clone();
                bytes.resize(place.size as usize, 0);
                device.memory.write(place.address, &bytes)?;
            }
            for relocation in &variable.relocations {
                let value = self.address(program, relocation) >> relocation.shift;
                let bytes = value.to_le_bytes();
                let width = (relocation.width as usize).min(bytes.len());
                device.memory.write(place.address + relocation.offset, &bytes[..width])?;
            }
        }
        Ok(())
    }

    fn address(&self, program: &Program, relocation: &Relocation) -> u64 {
        let base = match relocation.symbol {
            Symbol::Variable(id) => self.get(id.0 as usize).map_or(0, |place| place.address),
            Symbol::Function(id) => code_address(program.code_base, id),
        };
        base.wrapping_add_signed(relocation.addend)
    }

    /// Where a variable lies.
    pub fn get(&self, index: usize) -> Option<Place> {
        self.places.get(index).copied().flatten()
    }

    /// Gives the room back. Places that the end of their context took already are left alone.
    pub fn free(&self, device: &Device) {
        let is_ours = |allocation: &Allocation| matches!(allocation.kind, Kind::Variable { .. });
        for (place, borrowed) in self.places.iter().zip(&self.borrowed) {
            if let (Some(place), false) = (place, borrowed) {
                let _ = device.release(place.address, is_ours);
            }
        }
    }
}
