//! Memory: buffers of global memory, the module's variables, the shared memory of a CTA, the local memory of a thread.
//!
//! Generic addresses of shared and local memory lie in windows far above all buffers. An address of shared memory is
//! an offset, as is one of local memory.

use super::{Launch, Outcome, Stop};
use ptx_frontend::checked::Module;
use ptx_frontend::types::StateSpace;

/// A range of global memory.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Buffer {
    /// Its first address.
    pub address: u64,
    /// What it holds.
    pub bytes: Vec<u8>,
}

/// Where the windows begin.
pub(super) const SHARED: u64 = 0x7100 << 48;
pub(super) const LOCAL: u64 = 0x7200 << 48;
pub(super) const PARAM: u64 = 0x7300 << 48;
const WINDOW: u64 = 1 << 48;

/// Who touched a byte of shared memory since the last barrier.
#[derive(Clone, Copy, Default)]
struct Touched {
    epoch: u32,
    /// Number of the thread plus one; `u32::MAX` for several.
    reader: u32,
    writer: u32,
    /// All writing was by atomic operations, which do not race with each other.
    only_atomics: bool,
}

/// Memory as one thread sees it for one access.
pub(super) struct Memory<'b> {
    buffers: &'b mut [Buffer],
    parameters: Vec<u8>,
    /// Offset of each module variable in shared memory, if it lies there.
    pub(super) shared_offsets: Vec<Option<u64>>,
    pub(super) symbols: Vec<u64>,
    shared_bytes: usize,
    pub(super) shared: Vec<u8>,
    touched: Vec<Touched>,
    refuses_races: bool,
    /// Goes up with every barrier.
    pub(super) epoch: u32,
}

/// A byte's place.
#[derive(Clone, Copy)]
enum Place {
    Buffer(usize, usize),
    Shared(usize),
    Local(usize),
    Param(usize),
}

/// What an access does to its bytes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Read,
    Write,
    /// By an atomic operation: may meet other such.
    Atomic,
}

impl<'b> Memory<'b> {
    pub(super) fn new(module: &Module, launch: &Launch<'_>, buffers: &'b mut [Buffer]) -> Memory<'b> {
        let mut end = 0u64;
        let shared_offsets = module.variables.iter().map(|variable| {
            if variable.space != StateSpace::Shared {
                return None;
            }
            let start = end.next_multiple_of(u64::from(variable.align.max(1)));
            end = start + variable.size;
            Some(start)
        });
        let shared_offsets = shared_offsets.collect();
        Memory {
            buffers,
            parameters: launch.parameters.to_vec(),
            shared_offsets,
            symbols: launch.symbols.to_vec(),
            shared_bytes: end as usize,
            shared: Vec::new(),
            touched: Vec::new(),
            refuses_races: launch.refuses_races,
            epoch: 0,
        }
    }

    /// Fresh shared memory for a CTA.
    pub(super) fn begin_block(&mut self) {
        self.shared = vec![0; self.shared_bytes];
        self.touched = vec![Touched::default(); if self.refuses_races { self.shared_bytes } else { 0 }];
        self.epoch = 1;
    }

    fn locate(&self, space: StateSpace, address: u64, count: usize, local: &[u8], line: u32) -> Outcome<Place> {
        let wrong = || Stop::Wrong(line, format!("{count} bytes at {address:#x} of `.{space}` are nobody's"));
        if !address.is_multiple_of(count as u64) {
            return Err(Stop::Wrong(line, format!("{address:#x} is not aligned to {count} bytes")));
        }
        let within = |length: usize, at: u64| (at as usize + count <= length).then_some(at as usize).ok_or_else(wrong);
        let low = address & 0xffff_ffff;
        Ok(match space {
            StateSpace::Shared | StateSpace::SharedCta | StateSpace::SharedCluster => {
                Place::Shared(within(self.shared.len(), low)?)
            }
            StateSpace::Local => Place::Local(within(local.len(), low)?),
            StateSpace::Param | StateSpace::ParamEntry => Place::Param(within(self.parameters.len(), low)?),
            StateSpace::ParamFunc => Place::Local(within(local.len(), low)?),
            StateSpace::Generic if address & !(WINDOW - 1) == SHARED => Place::Shared(within(self.shared.len(), low)?),
            StateSpace::Generic if address & !(WINDOW - 1) == LOCAL => Place::Local(within(local.len(), low)?),
            StateSpace::Generic if address & !(WINDOW - 1) == PARAM => {
                Place::Param(within(self.parameters.len(), low)?)
            }
            _ => {
                let holds = |buffer: &Buffer| {
                    address >= buffer.address && address + count as u64 <= buffer.address + buffer.bytes.len() as u64
                };
                let number = self.buffers.iter().position(holds).ok_or_else(wrong)?;
                Place::Buffer(number, (address - self.buffers[number].address) as usize)
            }
        })
    }

    fn touch(&mut self, at: usize, count: usize, kind: Kind, thread: u32, line: u32) -> Outcome {
        if !self.refuses_races {
            return Ok(());
        }
        for byte in &mut self.touched[at..at + count] {
            if byte.epoch != self.epoch {
                *byte = Touched { epoch: self.epoch, reader: 0, writer: 0, only_atomics: true };
            }
            let me = thread + 1;
            let add = |known: u32| if known == 0 || known == me { me } else { u32::MAX };
            let writer_is_other = byte.writer != 0 && byte.writer != me;
            let reader_is_other = byte.reader != 0 && byte.reader != me;
            let races = match kind {
                Kind::Read => writer_is_other,
                Kind::Write => writer_is_other || reader_is_other,
                Kind::Atomic => reader_is_other || writer_is_other && !byte.only_atomics,
            };
            if races {
                return Err(Stop::Wrong(line, "threads race for shared memory".into()));
            }
            match kind {
                Kind::Read => byte.reader = add(byte.reader),
                Kind::Write | Kind::Atomic => byte.writer = add(byte.writer),
            }
            byte.only_atomics &= kind != Kind::Write;
        }
        Ok(())
    }

    /// Bytes at an address, which must be aligned to their number.
    pub(super) fn load(
        &mut self,
        space: StateSpace,
        address: u64,
        bytes: &mut [u8],
        local: &[u8],
        (thread, line): (u32, u32),
    ) -> Outcome {
        let count = bytes.len();
        match self.locate(space, address, count, local, line)? {
            Place::Buffer(number, at) => bytes.copy_from_slice(&self.buffers[number].bytes[at..at + count]),
            Place::Shared(at) => {
                self.touch(at, count, Kind::Read, thread, line)?;
                bytes.copy_from_slice(&self.shared[at..at + count]);
            }
            Place::Local(at) => bytes.copy_from_slice(&local[at..at + count]),
            Place::Param(at) => bytes.copy_from_slice(&self.parameters[at..at + count]),
        }
        Ok(())
    }

    /// Stores bytes; `kind` says as what.
    pub(super) fn store(
        &mut self,
        space: StateSpace,
        address: u64,
        bytes: &[u8],
        local: &mut [u8],
        kind: Kind,
        (thread, line): (u32, u32),
    ) -> Outcome {
        let count = bytes.len();
        match self.locate(space, address, count, local, line)? {
            Place::Buffer(number, at) => self.buffers[number].bytes[at..at + count].copy_from_slice(bytes),
            Place::Shared(at) => {
                self.touch(at, count, kind, thread, line)?;
                self.shared[at..at + count].copy_from_slice(bytes);
            }
            Place::Local(at) => local[at..at + count].copy_from_slice(bytes),
            Place::Param(_) => return Err(Stop::Wrong(line, "parameters cannot be written".into())),
        }
        Ok(())
    }

    /// The old bytes at an address, about to be changed atomically.
    pub(super) fn load_atomically(
        &mut self,
        space: StateSpace,
        address: u64,
        bytes: &mut [u8],
        (thread, line): (u32, u32),
    ) -> Outcome {
        let count = bytes.len();
        match self.locate(space, address, count, &[], line)? {
            Place::Buffer(number, at) => bytes.copy_from_slice(&self.buffers[number].bytes[at..at + count]),
            Place::Shared(at) => {
                self.touch(at, count, Kind::Atomic, thread, line)?;
                bytes.copy_from_slice(&self.shared[at..at + count]);
            }
            Place::Local(_) | Place::Param(_) => {
                return Err(Stop::Wrong(line, "atomics work on global and shared memory".into()));
            }
        }
        Ok(())
    }

    /// Whether an address lies in shared memory.
    pub(super) fn is_shared(space: StateSpace, address: u64) -> bool {
        match space {
            StateSpace::Generic => address & !(WINDOW - 1) == SHARED,
            _ => matches!(space, StateSpace::Shared | StateSpace::SharedCta | StateSpace::SharedCluster),
        }
    }
}

/// What a generic address of a space adds to one of the space itself.
pub(super) fn window(space: StateSpace) -> u64 {
    match space {
        StateSpace::Shared | StateSpace::SharedCta | StateSpace::SharedCluster => SHARED,
        StateSpace::Local => LOCAL,
        StateSpace::Param | StateSpace::ParamEntry => PARAM,
        _ => 0,
    }
}

/// Whether a generic address lies in a space.
pub(super) fn lies_in(space: StateSpace, address: u64) -> bool {
    let window_of_it = address & !(WINDOW - 1);
    match space {
        StateSpace::Global => ![SHARED, LOCAL].contains(&window_of_it),
        StateSpace::Const => false,
        _ => window_of_it == window(space),
    }
}
