//! Arrays, textures and surfaces of the library under test.

use super::{Address, Answer, Driver, Module};
use crate::image::{Memory, Sampling, Store};
use crate::value::Type;
use libloading::Symbol;
use std::ffi::{CString, c_char, c_int, c_uint, c_void};
use std::ptr::null_mut;

/// `CUDA_ARRAY3D_DESCRIPTOR`
#[repr(C)]
struct ArrayDescriptor {
    width: usize,
    height: usize,
    depth: usize,
    format: c_int,
    channels: c_uint,
    flags: c_uint,
}

/// One end of `CUDA_MEMCPY3D`.
#[repr(C)]
#[derive(Clone, Copy)]
struct End {
    x_in_bytes: usize,
    y: usize,
    z: usize,
    level: usize,
    memory_type: c_int,
    host: *mut c_void,
    device: Address,
    array: *mut c_void,
    reserved: *mut c_void,
    pitch: usize,
    height: usize,
}

/// `CUDA_MEMCPY3D`
#[repr(C)]
struct Copy3d {
    from: End,
    to: End,
    width_in_bytes: usize,
    height: usize,
    depth: usize,
}

/// `CUDA_RESOURCE_DESC`, its union as words.
#[repr(C)]
struct Resource {
    kind: c_int,
    words: [u64; 16],
    flags: c_uint,
}

/// `CUDA_TEXTURE_DESC`
#[repr(C)]
struct TextureDescriptor {
    address: [c_int; 3],
    filter: c_int,
    flags: c_uint,
    anisotropy: c_uint,
    filter_between_levels: c_int,
    bias: f32,
    least: f32,
    most: f32,
    border: [f32; 4],
    reserved: [c_int; 12],
}

/// What holds the texels of a texture or surface.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Held {
    /// A CUDA array.
    Array(*mut c_void),
    /// A mipmapped array.
    Mipmapped(*mut c_void),
    /// Device memory, with the bytes of a row.
    Memory(Address, usize),
}

const HOST: c_int = 1;
const ARRAY: c_int = 3;

fn format(ty: Type) -> c_int {
    match ty {
        Type::U8 => 1,
        Type::U16 => 2,
        Type::U32 => 3,
        Type::S8 => 8,
        Type::S16 => 9,
        Type::S32 => 10,
        Type::F16 => 16,
        Type::F32 => 32,
        other => panic!("there are no arrays of {other:?}"),
    }
}

impl Driver {
    /// New texels with this content, level by level.
    pub fn texels(&self, store: &Store, content: &[u8]) -> Answer<Held> {
        let descriptor = |flags| ArrayDescriptor {
            width: store.size[0],
            height: store.size[1],
            depth: store.size[2],
            format: format(store.ty),
            channels: store.channels as c_uint,
            flags,
        };
        let mut handle = null_mut::<c_void>();
        match store.memory {
            Memory::Array(flags) => {
                let descriptor = descriptor(flags);
                call!(self, cuArray3DCreate_v2(
                    &raw mut handle => *mut *mut c_void,
                    &raw const descriptor => *const ArrayDescriptor,
                ))?;
                self.fill(store, 0, handle, content)?;
                Ok(Held::Array(handle))
            }
            Memory::Mipmapped(levels, flags) => {
                let descriptor = descriptor(flags);
                call!(self, cuMipmappedArrayCreate(
                    &raw mut handle => *mut *mut c_void,
                    &raw const descriptor => *const ArrayDescriptor,
                    levels => c_uint,
                ))?;
                let mut rest = content;
                for level in 0..levels {
                    let mut array = null_mut::<c_void>();
                    call!(self, cuMipmappedArrayGetLevel(
                        &raw mut array => *mut *mut c_void,
                        handle => *mut c_void,
                        level => c_uint,
                    ))?;
                    let (own, others) = rest.split_at(store.components(level) * store.ty.size());
                    self.fill(store, level, array, own)?;
                    rest = others;
                }
                Ok(Held::Mipmapped(handle))
            }
            Memory::Linear => Ok(Held::Memory(self.buffer(content)?, content.len())),
            Memory::Pitched => {
                // Wider than needed, so that the pitch counts.
                let row = store.size[0] * store.channels * store.ty.size();
                let pitch = (row + 1).next_multiple_of(64);
                let mut padded = Vec::new();
                for row in content.chunks(row) {
                    padded.extend_from_slice(row);
                    padded.resize(padded.len().next_multiple_of(pitch), 0xee);
                }
                Ok(Held::Memory(self.buffer(&padded)?, pitch))
            }
        }
    }

    fn fill(&self, store: &Store, level: u32, array: *mut c_void, content: &[u8]) -> Answer {
        self.copy_array(store, level, array, content.as_ptr().cast_mut().cast(), true)
    }

    /// Reads an array back.
    pub fn read_array(&self, store: &Store, held: Held) -> Answer<Vec<u8>> {
        let Held::Array(array) = held else { panic!("only arrays are read back") };
        let mut content = vec![0u8; store.count() * store.ty.size()];
        self.copy_array(store, 0, array, content.as_mut_ptr().cast(), false)?;
        Ok(content)
    }

    fn copy_array(&self, store: &Store, level: u32, array: *mut c_void, host: *mut c_void, into: bool) -> Answer {
        let [width, height, depth] = store.level(level).map(|n| n.max(1));
        let row = width * store.channels * store.ty.size();
        let nothing = End {
            x_in_bytes: 0,
            y: 0,
            z: 0,
            level: 0,
            memory_type: 0,
            host: null_mut(),
            device: 0,
            array: null_mut(),
            reserved: null_mut(),
            pitch: 0,
            height: 0,
        };
        let on_host = End { memory_type: HOST, host, pitch: row, height, ..nothing };
        let in_array = End { memory_type: ARRAY, array, ..nothing };
        let (from, to) = if into { (on_host, in_array) } else { (in_array, on_host) };
        let copy = Copy3d { from, to, width_in_bytes: row, height, depth };
        call!(self, cuMemcpy3D_v2(&raw const copy => *const Copy3d))
    }

    fn resource(store: &Store, held: Held) -> Resource {
        let mut words = [0; 16];
        let kind = match held {
            Held::Array(array) => {
                words[0] = array as u64;
                0
            }
            Held::Mipmapped(array) => {
                words[0] = array as u64;
                1
            }
            Held::Memory(address, bytes) => {
                let format = format(store.ty) as u64 | (store.channels as u64) << 32;
                if store.memory == Memory::Linear {
                    words[..3].copy_from_slice(&[address, format, bytes as u64]);
                    2
                } else {
                    let size = store.size.map(|n| n as u64);
                    words[..5].copy_from_slice(&[address, format, size[0], size[1], bytes as u64]);
                    3
                }
            }
        };
        Resource { kind, words, flags: 0 }
    }

    /// A texture object.
    pub fn texture(&self, store: &Store, held: Held, sampling: &Sampling) -> Answer<u64> {
        let resource = Self::resource(store, held);
        let [bias, least, most] = sampling.levels;
        let descriptor = TextureDescriptor {
            address: [sampling.address as c_int; 3],
            filter: sampling.filter[0] as c_int,
            flags: sampling.flags,
            anisotropy: sampling.anisotropy,
            filter_between_levels: sampling.filter[1] as c_int,
            bias,
            least,
            most,
            border: sampling.border,
            reserved: [0; 12],
        };
        let mut texture = 0u64;
        call!(self, cuTexObjectCreate(
            &raw mut texture => *mut u64,
            &raw const resource => *const Resource,
            &raw const descriptor => *const TextureDescriptor,
            null_mut() => *mut c_void,
        ))?;
        Ok(texture)
    }

    /// A surface object.
    pub fn surface(&self, store: &Store, held: Held) -> Answer<u64> {
        let resource = Self::resource(store, held);
        let mut surface = 0u64;
        call!(self, cuSurfObjectCreate(&raw mut surface => *mut u64, &raw const resource => *const Resource))?;
        Ok(surface)
    }

    /// Binds a module's texture reference.
    pub fn bind_texture(&self, module: Module, name: &str, store: &Store, held: Held, how: &Sampling) -> Answer {
        const OVERRIDE_FORMAT: c_uint = 1;
        let name = CString::new(name).expect("a name without zero bytes");
        let mut reference = null_mut::<c_void>();
        call!(self, cuModuleGetTexRef(
            &raw mut reference => *mut *mut c_void,
            module.0 => *mut c_void,
            name.as_ptr() => *const c_char,
        ))?;
        call!(self, cuTexRefSetFlags(reference => *mut c_void, how.flags => c_uint))?;
        call!(self, cuTexRefSetFilterMode(reference => *mut c_void, how.filter[0] => c_uint))?;
        for axis in 0..3 {
            call!(self, cuTexRefSetAddressMode(
                reference => *mut c_void, axis => c_int, how.address => c_uint,
            ))?;
        }
        match held {
            Held::Array(array) => call!(self, cuTexRefSetArray(
                reference => *mut c_void, array => *mut c_void, OVERRIDE_FORMAT => c_uint,
            )),
            Held::Mipmapped(array) => call!(self, cuTexRefSetMipmappedArray(
                reference => *mut c_void, array => *mut c_void, OVERRIDE_FORMAT => c_uint,
            )),
            Held::Memory(address, bytes) => {
                call!(self, cuTexRefSetFormat(
                    reference => *mut c_void, format(store.ty) => c_int, store.channels as c_int => c_int,
                ))?;
                let mut offset = 0usize;
                call!(self, cuTexRefSetAddress_v2(
                    &raw mut offset => *mut usize,
                    reference => *mut c_void,
                    address => Address,
                    bytes => usize,
                ))
            }
        }
    }

    /// Binds a module's surface reference.
    pub fn bind_surface(&self, module: Module, name: &str, held: Held) -> Answer {
        let Held::Array(array) = held else { panic!("surfaces are over arrays") };
        let name = CString::new(name).expect("a name without zero bytes");
        let mut reference = null_mut::<c_void>();
        call!(self, cuModuleGetSurfRef(
            &raw mut reference => *mut *mut c_void,
            module.0 => *mut c_void,
            name.as_ptr() => *const c_char,
        ))?;
        call!(self, cuSurfRefSetArray(reference => *mut c_void, array => *mut c_void, 0 => c_uint))
    }
}
