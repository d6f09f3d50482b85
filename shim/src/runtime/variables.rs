//! Variables of a program: a place in memory for each, with its initial bytes and the addresses written into them.
//!
//! Every module of a program has variables of its own. `__managed__` ones of a library exist once, before any context
//! does.

use super::allocations::{Allocation, Kind};
use super::context::Context;
use super::device::Device;
use super::program::Program;
use crate::abi::Result;
use ptx_frontend::checked::{Linkage, Module, Relocation, Symbol, Variable};
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
        variables.add_further(device, program, |variables, _, variable| {
            let wanted = is_placed(variable) && variable.managed;
            variables.add(device, None, variable, wanted)
        })?;
        Ok(variables)
    }

    /// Places all variables that are known, for a module in `context`. `managed` ones of its library are taken as they
    /// are.
    pub fn place(device: &Device, context: &Context, program: &Program, managed: Option<&Variables>) -> Result<Self> {
        let mut variables = Variables::default();
        variables.add_further(device, program, |variables, index, variable| {
            match managed.and_then(|managed| managed.get(index)) {
                Some(place) => {
                    variables.places.push(Some(place));
                    variables.borrowed.push(true);
                    Ok(())
                }
                None => variables.add(device, Some(context), variable, is_placed(variable)),
            }
        })?;
        Ok(variables)
    }

    /// Places the variables that have become known since: those of functions that were looked into.
    pub fn place_further(&mut self, device: &Device, context: &Context, program: &Program) -> Result {
        self.add_further(device, program, |variables, _, variable| {
            variables.add(device, Some(context), variable, is_placed(variable))
        })
    }

    /// Adds the variables that are not here yet, all or none.
    fn add_further(
        &mut self,
        device: &Device,
        program: &Program,
        add: impl Fn(&mut Self, usize, &Variable) -> Result,
    ) -> Result {
        let from = self.places.len();
        let module = program.module();
        let mut new = module.variables.iter().enumerate().skip(from);
        let outcome = new.try_for_each(|(index, variable)| add(self, index, variable));
        let outcome = outcome.and_then(|()| self.initialise(device, program.code_base, &module, from));
        if outcome.is_err() {
            self.release(device, from);
            self.places.truncate(from);
            self.borrowed.truncate(from);
        }
        outcome
    }

    /// How many variables there are, with a place or without.
    pub fn count(&self) -> usize {
        self.places.len()
    }

    fn add(&mut self, device: &Device, context: Option<&Context>, variable: &Variable, wanted: bool) -> Result {
        let mut place = None;
        if wanted {
            let kind = Kind::Variable { managed: variable.managed };
            let address = device.allocate(context, variable.size, u64::from(variable.align.max(1)), kind)?;
            place = Some(Place { address, size: variable.size });
        }
        self.places.push(place);
        self.borrowed.push(false);
        Ok(())
    }

    fn initialise(&self, device: &Device, code_base: u64, module: &Module, from: usize) -> Result {
        for (index, variable) in module.variables.iter().enumerate().skip(from) {
            let Some(place) = self.get(index) else { continue };
            if !self.borrowed[index] {
                let mut bytes = variable.initial.clone();
                bytes.resize(place.size as usize, 0);
                device.memory.write(place.address, &bytes)?;
            }
            for relocation in &variable.relocations {
                let value = self.address(code_base, relocation) >> relocation.shift;
                let bytes = value.to_le_bytes();
                let width = (relocation.width as usize).min(bytes.len());
                device.memory.write(place.address + relocation.offset, &bytes[..width])?;
            }
        }
        Ok(())
    }

    fn address(&self, code_base: u64, relocation: &Relocation) -> u64 {
        let base = match relocation.symbol {
            Symbol::Variable(id) => self.get(id.0 as usize).map_or(0, |place| place.address),
            Symbol::Function(id) => code_address(code_base, id),
        };
        base.wrapping_add_signed(relocation.addend)
    }

    /// Where a variable lies.
    pub fn get(&self, index: usize) -> Option<Place> {
        self.places.get(index).copied().flatten()
    }

    /// Gives the room back. Places that the end of their context took already are left alone.
    pub fn free(&self, device: &Device) {
        self.release(device, 0);
    }

    fn release(&self, device: &Device, from: usize) {
        let is_ours = |allocation: &Allocation| matches!(allocation.kind, Kind::Variable { .. });
        for (place, borrowed) in self.places.iter().zip(&self.borrowed).skip(from) {
            if let (Some(place), false) = (place, borrowed) {
                let _ = device.release(place.address, is_ours);
            }
        }
    }
}
