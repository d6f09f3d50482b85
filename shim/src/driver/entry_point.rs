//! Driver entry point access: how programs and the CUDA runtime find everything else.

use crate::abi::{Out, Result};
use crate::driver_api::{ROWS, Row};
use crate::error::CUerror;
use crate::sys::{CUdriverProcAddress_flags, CUdriverProcAddressQueryResult, CUuuid};
use std::collections::HashMap;
use std::ffi::{CStr, c_void};
use std::sync::OnceLock;

/// `cuGetProcAddress`
pub fn get(name: &CStr, function: Out<'_, *mut c_void>, version: i32, flags: u64) -> Result {
    get_v2(name, function, version, flags, None)
}

/// `cuGetProcAddress_v2`: with a place for the reason, a function that is not there is no error of the call
pub fn get_v2(
    name: &CStr,
    function: Out<'_, *mut c_void>,
    version: i32,
    flags: u64,
    reason: Option<Out<'_, CUdriverProcAddressQueryResult>>,
) -> Result {
    use CUdriverProcAddressQueryResult as Why;
    let known = CUdriverProcAddress_flags::CU_GET_PROC_ADDRESS_LEGACY_STREAM.0
        | CUdriverProcAddress_flags::CU_GET_PROC_ADDRESS_PER_THREAD_DEFAULT_STREAM.0;
    if flags & !u64::from(known) != 0 || flags == u64::from(known) {
        return Err(CUerror::INVALID_VALUE);
    }
    let per_thread = flags == u64::from(CUdriverProcAddress_flags::CU_GET_PROC_ADDRESS_PER_THREAD_DEFAULT_STREAM.0);
    let found = find(name.to_str().unwrap_or_default(), version, per_thread);
    let why = match found {
        Ok(_) => Why::CU_GET_PROC_ADDRESS_SUCCESS,
        Err(Missing::Symbol) => Why::CU_GET_PROC_ADDRESS_SYMBOL_NOT_FOUND,
        Err(Missing::Version) => Why::CU_GET_PROC_ADDRESS_VERSION_NOT_SUFFICIENT,
    };
    if found.is_err() {
        tracing::info!(target: "cuda", "no {name:?} of CUDA {version}");
    }
    function.set(found.map_or(std::ptr::null_mut(), |address| address.cast_mut()));
    match (found, reason) {
        (_, Some(reason)) => {
            reason.set(why);
            Ok(())
        }
        (Ok(_), None) => Ok(()),
        (Err(_), None) => Err(CUerror::NOT_FOUND),
    }
}

/// Why there is no address.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Missing {
    /// No such function.
    Symbol,
    /// It came with a later version.
    Version,
}

/// The newest step of a function that `version` knows.
fn find(name: &str, version: i32, per_thread: bool) -> Result<*const c_void, Missing> {
    static STEPS: OnceLock<HashMap<&str, Vec<&Row>>> = OnceLock::new();
    let steps = STEPS.get_or_init(|| {
        let mut steps = HashMap::<_, Vec<_>>::new();
        for row in ROWS {
            steps.entry(row.base_name()).or_default().push(row);
        }
        steps.values_mut().for_each(|steps| steps.sort_by_key(|row| row.version));
        steps
    });
    let steps = steps.get(name).ok_or(Missing::Symbol)?;
    let version = u32::try_from(version).unwrap_or(0);
    let row = steps.iter().rfind(|row| row.version <= version).ok_or(Missing::Version)?;
    // Streams of a thread came with CUDA 7; before, there is only the plain symbol.
    let symbol = row.per_thread.filter(|_| per_thread && version >= 7000).unwrap_or(row.symbol);
    Ok(symbol.address)
}

/// `cuGetExportTable`
pub fn export_table(table: Out<'_, *const c_void>, id: &CUuuid) -> Result {
    let found = crate::export_table::find(id.bytes.map(|byte| byte as u8));
    table.set(found.unwrap_or(std::ptr::null()));
    found.map(|_| ()).ok_or(CUerror::INVALID_VALUE)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The name of the symbol that a request gives.
    fn ask(name: &str, version: i32, per_thread: bool) -> Result<&'static str, Missing> {
        let address = find(name, version, per_thread)?;
        let symbols = ROWS.iter().flat_map(|row| [Some(row.symbol), row.per_thread]).flatten();
        Ok(symbols.into_iter().find(|symbol| symbol.address == address).expect("it is in the table").name)
    }

    #[test]
    fn the_newest_step_that_the_version_knows_is_given() {
        assert_eq!(ask("cuCtxCreate", 3010, false), Ok("cuCtxCreate"));
        assert_eq!(ask("cuCtxCreate", 3020, false), Ok("cuCtxCreate_v2"));
        assert_eq!(ask("cuCtxCreate", 12040, false), Ok("cuCtxCreate_v3"));
        assert_eq!(ask("cuCtxCreate", 13050, false), Ok("cuCtxCreate_v4"));
        assert_eq!(ask("cuDevicePrimaryCtxRelease", 7000, false), Ok("cuDevicePrimaryCtxRelease"));
        assert_eq!(ask("cuGetProcAddress", 12000, false), Ok("cuGetProcAddress_v2"));
    }

    #[test]
    fn per_thread_streams_have_symbols_of_their_own_where_it_matters() {
        assert_eq!(ask("cuLaunchKernel", 7000, true), Ok("cuLaunchKernel_ptsz"));
        assert_eq!(ask("cuMemcpyHtoD", 13050, true), Ok("cuMemcpyHtoD_v2_ptds"));
        assert_eq!(ask("cuLaunchKernel", 6050, true), Ok("cuLaunchKernel"));
        assert_eq!(ask("cuMemAlloc", 13050, true), Ok("cuMemAlloc_v2"));
    }

    #[test]
    fn what_is_missing_is_told_apart() {
        assert_eq!(ask("", 0, false), Err(Missing::Symbol));
        assert_eq!(ask("cuSubgridCreate", 13050, false), Err(Missing::Symbol));
        assert_eq!(ask("cuMemAlloc_v2", 13050, false), Err(Missing::Symbol));
        assert_eq!(ask("cuLibraryLoadData", 11080, false), Err(Missing::Version));
    }
}
