//! Module management: the linker.

use super::jit::Options;
use crate::abi::{HostBytes, In, Out, Result};
use crate::error::CUerror;
use crate::handle::{Live, Object, Registry};
use crate::runtime::context::lock;
use crate::runtime::program::{self, LoadError, Program};
use crate::runtime::settings::Settings;
use crate::runtime::{host, image};
use crate::sys::{CUjit_option, CUjitInputType, CUlinkState, CUlinkState_st};
use std::ffi::{CStr, c_void};
use std::sync::{Arc, Mutex, OnceLock};

/// A link in progress.
pub struct Linker {
    /// Their logs are the program's until the linker is destroyed.
    options: Options,
    texts: Mutex<Vec<String>>,
    image: OnceLock<Vec<u8>>,
}

impl Object for Linker {
    type Raw = CUlinkState_st;
    fn registry() -> &'static Registry<Self> {
        static LINKERS: Registry<Linker> = Registry::new();
        &LINKERS
    }
}

/// `cuLinkCreate`
pub fn create(count: u32, options: In<CUjit_option>, values: In<*mut c_void>, state: Out<CUlinkState>) -> Result {
    let options = Options::read(options, values, count)?;
    let linker = Linker { options, texts: Mutex::default(), image: OnceLock::new() };
    state.set(Linker::registry().insert(Arc::new(linker)).handle());
    Ok(())
}

impl Linker {
    fn add(&self, kind: CUjitInputType, bytes: &[u8], name: &str) -> Result {
        let capability = Settings::get().device.capability;
        let texts = match kind {
            CUjitInputType::CU_JIT_INPUT_CUBIN
            | CUjitInputType::CU_JIT_INPUT_PTX
            | CUjitInputType::CU_JIT_INPUT_FATBINARY
            | CUjitInputType::CU_JIT_INPUT_OBJECT
            | CUjitInputType::CU_JIT_INPUT_LIBRARY => image::texts_to_link(bytes, capability),
            CUjitInputType::CU_JIT_INPUT_NVVM => return Err(CUerror::NOT_SUPPORTED),
            _ => return Err(CUerror::INVALID_VALUE),
        };
        let texts = self.options.log(texts.map_err(LoadError::from))?;
        // Mistakes are told where they are, not when all is linked.
        for text in &texts {
            self.options.log(program::check(text, name))?;
        }
        lock(&self.texts).extend(texts);
        Ok(())
    }
}

/// `cuLinkAddData`
pub fn add_data(
    linker: Live<Linker>,
    kind: CUjitInputType,
    data: HostBytes,
    bytes: usize,
    name: Option<&CStr>,
    count: u32,
    options: In<CUjit_option>,
    values: In<*mut c_void>,
) -> Result {
    Options::read(options, values, count)?;
    if data.is_null() || bytes == 0 {
        return Err(CUerror::INVALID_VALUE);
    }
    let name = name.map_or("<link>".into(), CStr::to_string_lossy);
    linker.add(kind, &host::snapshot(data.address(), bytes as u64), &name)
}

/// `cuLinkAddFile`
pub fn add_file(
    linker: Live<Linker>,
    kind: CUjitInputType,
    path: &CStr,
    count: u32,
    options: In<CUjit_option>,
    values: In<*mut c_void>,
) -> Result {
    Options::read(options, values, count)?;
    let path = path.to_str().map_err(|_| CUerror::FILE_NOT_FOUND)?;
    let bytes = std::fs::read(path).map_err(|_| CUerror::FILE_NOT_FOUND)?;
    linker.add(kind, &bytes, path.rsplit('/').next().unwrap_or(path))
}

/// `cuLinkComplete`: what it gives is the linker's, until that is destroyed.
pub fn complete(linker: Live<Linker>, image: Out<*mut c_void>, bytes: Option<Out<usize>>) -> Result {
    let texts = lock(&linker.texts).clone();
    if texts.is_empty() {
        return Err(CUerror::INVALID_VALUE);
    }
    let made = image::linked(&texts);
    linker.options.log(Program::load(&[&made], Some("<link>")).and_then(Program::check_complete))?;
    let kept = linker.image.get_or_init(|| made);
    image.set(kept.as_ptr().cast_mut().cast());
    if let Some(bytes) = bytes {
        bytes.set(kept.len());
    }
    Ok(())
}

/// `cuLinkDestroy`
pub fn destroy(linker: Live<Linker>) -> Result {
    linker.remove().map(drop)
}
