//! The device: its model, its memory, its primary context.

use super::allocations::{Allocation, Allocations, Kind};
use super::context::{Context, lock};
use super::settings::Settings;
use crate::abi::Result;
use crate::error::CUerror;
use crate::handle::Live;
use sim_backend::memory::{self, Memory};
use std::sync::{Mutex, OnceLock};

/// The one device. It is made when it is first needed and never torn down: programs call CUDA from their exit handlers.
pub struct Device {
    /// The chip.
    pub model: sim_backend::device::Device,
    /// Its memory, and the host memory it can reach.
    pub memory: Memory,
    /// Whose memory is whose.
    pub allocations: Allocations,
    primary: Live<Context>,
    retained: Mutex<u32>,
}

static DEVICE: OnceLock<Result<Device>> = OnceLock::new();

/// The device. Fails where the host gives no address space for its memory.
pub fn device() -> Result<&'static Device> {
    DEVICE.get_or_init(Device::new).as_ref().map_err(|error| *error)
}

impl Device {
    fn new() -> Result<Device> {
        let model = Settings::get().device.clone();
        let memory = Memory::new(model.memory().0).map_err(|_| CUerror::OUT_OF_MEMORY)?;
        Ok(Device {
            model,
            memory,
            allocations: Allocations::default(),
            primary: Context::primary(),
            retained: Mutex::default(),
        })
    }

    /// The primary context, active or not.
    pub fn primary(&self) -> &Live<Context> {
        &self.primary
    }

    /// `cuDevicePrimaryCtxRetain`
    pub fn retain_primary(&self) -> &Live<Context> {
        let mut retained = lock(&self.retained);
        *retained += 1;
        self.primary.activate();
        &self.primary
    }

    /// `cuDevicePrimaryCtxRelease`: whether this was the last one, after which the context is to be ended.
    pub fn release_primary(&self) -> Result<bool> {
        let mut retained = lock(&self.retained);
        *retained = retained.checked_sub(1).ok_or(CUerror::INVALID_CONTEXT)?;
        Ok(*retained == 0)
    }

    /// `cuDevicePrimaryCtxReset`: the context is to be ended, whoever retains it.
    pub fn reset_primary(&self) {
        *lock(&self.retained) = 0;
    }

    /// Allocates for a context, or for none. What new memory holds is not defined.
    pub fn allocate(&self, context: Option<&Context>, bytes: u64, align: u64, kind: Kind) -> Result<u64> {
        let purpose = match kind {
            Kind::Host { .. } => memory::Kind::HostPinned,
            Kind::Managed { .. } | Kind::Variable { managed: true } => memory::Kind::Managed,
            Kind::Variable { managed: false } => memory::Kind::Module,
            Kind::Device | Kind::Pooled { .. } | Kind::Mapped => memory::Kind::Device,
            Kind::Registered { .. } => return Err(CUerror::INVALID_VALUE),
        };
        let address = self.memory.allocate(bytes, align, purpose)?;
        let owner = context.map_or(0, |context| context.handle() as u64);
        let made = self.allocations.insert(address, bytes.max(1), kind, owner);
        made.expect("memory hands out only what is free, and the table holds only what memory handed out");
        Ok(address)
    }

    /// Lets kernels use memory of the program.
    pub fn register(&self, context: &Context, address: u64, bytes: u64, flags: u32) -> Result {
        self.memory.register(address, bytes)?;
        match self.allocations.insert(address, bytes, Kind::Registered { flags }, context.handle() as u64) {
            Some(_) => Ok(()),
            None => {
                let _ = self.memory.unregister(address);
                Err(CUerror::HOST_MEMORY_ALREADY_REGISTERED)
            }
        }
    }

    /// Ends the allocation or registration that starts at `address`, if it is one that `which` accepts.
    pub fn release(&self, address: u64, which: impl FnOnce(&Allocation) -> bool) -> Result {
        let allocation = self.allocations.remove(address, which).ok_or(CUerror::INVALID_VALUE)?;
        self.give_back(&allocation)
    }

    fn give_back(&self, allocation: &Allocation) -> Result {
        match allocation.kind {
            Kind::Registered { .. } => self.memory.unregister(allocation.base)?,
            _ => self.memory.free(allocation.base)?,
        };
        Ok(())
    }

    /// Gives back what a context that ends had allocated.
    pub fn free_all_of(&self, context: &Context) {
        for allocation in self.allocations.remove_context(context.handle() as u64) {
            // Nothing can be done about memory that is gone already.
            let _ = self.give_back(&allocation);
        }
    }
}
