//! Variables of a module: a place in memory for each, with its initial bytes and the addresses written into them.

use super::allocations::Kind;
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

/// The places of a module's variables, in the module's order; `None` for those that have none of their own
/// (`.shared`).
#[derive(Debug)]
pub struct Variables(Vec<Option<Place>>);

/// Whether the variable takes room in device memory.
fn is_placed(variable: &Variable) -> bool {
    matches!(variable.space, StateSpace::Global | StateSpace::Const)
}

impl Variables {
    /// Gives each variable a place and its initial value.
    pub fn place(device: &Device, context: &Context, program: &Program) -> Result<Self> {
        let module = &program.module;
        let mut variables = Variables(Vec::with_capacity(module.variables.len()));
        for variable in &module.variables {
            let place = match allocate(device, context, variable) {
                Ok(place) => place,
                Err(error) => {
                    variables.free(device);
                    return Err(error);
                }
            };
            variables.0.push(place);
        }
        for (variable, place) in module.variables.iter().zip(&variables.0) {
            let Some(place) = place else { continue };
            if let Err(error) = device.memory.write(place.address, &variables.initial(program, variable, place.size)) {
                variables.free(device);
                return Err(error.into());
            }
        }
        Ok(variables)
    }

    /// The initial bytes of a variable, with addresses filled in.
    fn initial(&self, program: &Program, variable: &Variable, size: u64) -> Vec<u8> {
        let mut bytes = variable.initial.clone();
        bytes.resize(size as usize, 0);
        for relocation in &variable.relocations {
            let value = self.address(program, relocation) >> relocation.shift;
            let at = relocation.offset as usize;
            let width = relocation.width as usize;
            if let Some(slot) = bytes.get_mut(at..at + width) {
                slot.copy_from_slice(&value.to_le_bytes()[..width]);
            }
        }
        bytes
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
        self.0.get(index).copied().flatten()
    }

    /// Gives the room back. Places that the end of their context took already are left alone.
    pub fn free(&self, device: &Device) {
        for place in self.0.iter().flatten() {
            let is_ours =
                |allocation: &super::allocations::Allocation| matches!(allocation.kind, Kind::Variable { .. });
            let _ = device.release(place.address, is_ours);
        }
    }
}

fn allocate(device: &Device, context: &Context, variable: &Variable) -> Result<Option<Place>> {
    if !is_placed(variable) || variable.linkage == Linkage::Extern {
        return Ok(None);
    }
    let kind = Kind::Variable { managed: variable.managed };
    let address = device.allocate(context, variable.size, u64::from(variable.align.max(1)), kind)?;
    Ok(Some(Place { address, size: variable.size }))
}
