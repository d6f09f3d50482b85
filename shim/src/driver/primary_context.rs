//! Primary context management.

use super::context;
use crate::abi::{Out, Result};
use crate::driver::device::Device;
use crate::runtime::device::device;
use crate::sys::CUcontext;

/// `cuDevicePrimaryCtxRetain`
pub fn retain(context: Out<CUcontext>, _: Device) -> Result {
    context.set(device()?.retain_primary().handle());
    Ok(())
}

/// `cuDevicePrimaryCtxRelease`
pub fn release(_: Device) -> Result {
    let device = device()?;
    if device.release_primary()? {
        context::end(device.primary())?;
    }
    Ok(())
}

/// `cuDevicePrimaryCtxReset`
pub fn reset(_: Device) -> Result {
    let device = device()?;
    device.reset_primary();
    context::end(device.primary())
}

/// `cuDevicePrimaryCtxSetFlags`
pub fn set_flags(_: Device, flags: u32) -> Result {
    context::check_flags(flags)?;
    device()?.primary().set_flags(flags);
    Ok(())
}

/// `cuDevicePrimaryCtxGetState`
pub fn state(_: Device, flags: Out<u32>, active: Out<i32>) -> Result {
    let primary = device()?.primary();
    flags.set(primary.flags());
    active.set(primary.is_active().into());
    Ok(())
}
