//! One file: its fatbins, cubins and texts, looked at one at a time on all cores, so that a library of thousands of
//! compressed fatbins needs little more memory than itself.

use super::kernels::{self, Kernel, Kernels, Missing};
use anyhow::Result;
use cuda::runtime::image::Target;
use cuda::runtime::settings::Settings;
use ptx_frontend::container::{self, ContainerError, Entry, Kind, Piece};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use translator::Outline;

/// Deep expressions and long chains of calls need it.
const STACK_BYTES: usize = 64 << 20;

/// What a file holds.
#[derive(Default)]
pub(super) struct Survey {
    /// Every kernel, once.
    pub(super) kernels: Vec<Kernel>,
    /// Compute capabilities, times ten, of its machine code.
    pub(super) cubins: Vec<u32>,
    /// Fatbins that hold only code for a linker at run time (LTO-IR), whose kernels have no names to be seen.
    pub(super) intermediate: usize,
}

impl Survey {
    pub(super) fn has_device_code(&self) -> bool {
        !self.kernels.is_empty() || !self.cubins.is_empty() || self.intermediate > 0
    }
}

/// What one piece of a file adds.
#[derive(Default)]
struct Found {
    kernels: Kernels,
    /// By kernel: the targets of its machine code, where there is no PTX beside it.
    machine_code: BTreeMap<String, BTreeSet<u32>>,
    cubins: BTreeSet<u32>,
    /// See [`Survey::intermediate`].
    intermediate: usize,
    /// Of relocatable PTX: parts of one program.
    parts: Vec<Outline>,
    /// Kernels of parts that cannot be parsed.
    refused: Kernels,
}

/// Looks at everything in a file.
pub(super) fn of(bytes: &[u8]) -> Result<Survey> {
    let mut pieces = container::pieces(bytes)?;
    if pieces.is_empty() {
        pieces.extend(container::texts_inside(bytes).into_iter().map(Piece::Text));
    }
    let mut whole = Found::default();
    let target = target_of_program(&pieces)?;
    let mut linked = Kernels::default();
    for found in on_all_cores(&pieces, |piece| look_at(piece, target)) {
        let found = found?;
        whole.kernels.merge(found.kernels);
        whole.cubins.extend(found.cubins);
        whole.intermediate += found.intermediate;
        whole.parts.extend(found.parts);
        linked.merge(found.refused);
        for (name, targets) in found.machine_code {
            whole.machine_code.entry(name).or_default().extend(targets);
        }
    }
    linked.link(&whole.parts);
    // What nvcc linked from relocatable code is machine code only; the driver links the PTX that lies beside it.
    whole.machine_code.retain(|name, _| !linked.has(name));
    whole.kernels.merge(linked);
    for (name, targets) in whole.machine_code {
        let targets: Vec<_> = targets.iter().map(|arch| format!("sm_{arch}")).collect();
        let form = format!("PTX: only machine code is there ({})", targets.join(", "));
        whole.kernels.add(&name, vec![Missing { form, line: 0, source: String::new() }]);
    }
    let (kernels, cubins) = (whole.kernels.into_list(), whole.cubins.into_iter().collect());
    Ok(Survey { kernels, cubins, intermediate: whole.intermediate })
}

/// The target of the relocatable PTX that the driver would link: the newest that the device takes.
fn target_of_program(pieces: &[Piece<'_>]) -> Result<Option<u32>, ContainerError> {
    let (major, minor) = Settings::get().device.capability;
    let mut targets = BTreeSet::new();
    for piece in pieces {
        if let Piece::Fatbin { bytes, relocatable: true } = piece {
            let entries = container::entries(bytes)?;
            targets.extend(entries.iter().filter(|entry| entry.kind == Kind::Ptx).map(|entry| entry.arch));
        }
    }
    Ok(targets.into_iter().max_by_key(|arch| (*arch <= 10 * major + minor, *arch)))
}

/// Looks at one piece of a file whose program has this target.
fn look_at(piece: &Piece<'_>, target: Option<u32>) -> Result<Found, ContainerError> {
    let mut found = Found::default();
    match *piece {
        Piece::Text(bytes) => found.kernels.check_text(&String::from_utf8_lossy(bytes)),
        Piece::Cubin(bytes) => found.add_cubin(container::cubin_arch(bytes)?, bytes)?,
        Piece::Fatbin { bytes, relocatable } => {
            let entries = container::entries(bytes)?;
            let of_kind = |kind| entries.iter().filter(move |entry| entry.kind == kind);
            found.cubins.extend(of_kind(Kind::Cubin).map(|entry| entry.arch));
            let is_intermediate = |entry: &Entry<'_>| matches!(entry.kind, Kind::Other(_));
            found.intermediate += usize::from(!entries.is_empty() && entries.iter().all(is_intermediate));
            let texts: Vec<&Entry<'_>> = of_kind(Kind::Ptx).collect();
            if relocatable {
                for entry in texts.iter().filter(|entry| Some(entry.arch) == target) {
                    let text = entry.text()?;
                    match kernels::outline_of(&text) {
                        Ok(part) => found.parts.push(part),
                        Err(errors) => found.refused.refuse(&text, &errors),
                    }
                }
            } else if let Some(text) = chosen(texts)? {
                found.kernels.check_text(&text);
            } else {
                for entry in of_kind(Kind::Cubin) {
                    found.add_cubin(entry.arch, &entry.bytes()?)?;
                }
            }
        }
    }
    Ok(found)
}

/// As the driver does: the newest text that the device takes. If it takes none, the oldest.
fn chosen(mut texts: Vec<&Entry<'_>>) -> Result<Option<String>, ContainerError> {
    let capability = Settings::get().device.capability;
    texts.sort_by_key(|entry| std::cmp::Reverse(entry.arch));
    let mut last = None;
    for entry in texts {
        let text = entry.text()?;
        if Target::of(&text).is_none_or(|target| target.runs_on(capability)) {
            return Ok(Some(text));
        }
        last = Some(text);
    }
    Ok(last)
}

impl Found {
    fn add_cubin(&mut self, arch: u32, bytes: &[u8]) -> Result<(), ContainerError> {
        self.cubins.insert(arch);
        for name in container::kernels_of_cubin(bytes)? {
            self.machine_code.entry(name).or_default().insert(arch);
        }
        Ok(())
    }
}

/// Applies `action` to all items, with the results in their order.
fn on_all_cores<T: Sync, R: Send>(items: &[T], action: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let next = AtomicUsize::new(0);
    let results = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..cores.min(items.len()) {
            let work = || {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(item) = items.get(index) else { return };
                    let result = action(item);
                    results.lock().unwrap_or_else(PoisonError::into_inner).push((index, result));
                }
            };
            let started = std::thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, work);
            started.expect("a thread can be started");
        }
    });
    let mut results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
    results.sort_unstable_by_key(|(index, _)| *index);
    results.into_iter().map(|(_, result)| result).collect()
}
