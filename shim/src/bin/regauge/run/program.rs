//! The program: where it is, and what kind of file.

use super::{CANNOT_EXECUTE, NOT_FOUND};
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::Read;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};

/// Why the loader will not take our library into a program.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Hindrance {
    /// It has no loader.
    Static,
    /// The loader ignores the environment of such programs.
    Privileged,
}

impl Hindrance {
    /// Said when the program turned out not to use the library.
    pub(crate) fn reason(self) -> &'static str {
        match self {
            Hindrance::Static => "it is statically linked, so no library can be put in front of it",
            Hindrance::Privileged => "it runs with more rights than its user, so the loader ignores LD_PRELOAD",
        }
    }
}

/// A program that can be started.
#[derive(Debug)]
pub(crate) struct Program {
    /// Where it is.
    pub(crate) path: PathBuf,
    /// Why our library may not get into it.
    pub(crate) hindrance: Option<Hindrance>,
    asan: bool,
}

/// Why a program cannot be started.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refusal {
    /// There is no such file.
    #[error("`{}` is not found", .0.display())]
    NotFound(PathBuf),
    /// It is there.
    #[error("`{}` cannot be executed: {}", .0.display(), .1)]
    NotExecutable(PathBuf, String),
}

impl Refusal {
    /// What the launcher exits with.
    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Refusal::NotFound(_) => NOT_FOUND,
            Refusal::NotExecutable(..) => CANNOT_EXECUTE,
        }
    }
}

impl Program {
    /// Finds a program as a shell does.
    pub(crate) fn find(name: &OsStr) -> Result<Program, Refusal> {
        let path = locate(name)?;
        let refuse = |reason: &str| Refusal::NotExecutable(path.clone(), reason.to_string());
        let binary = interpreter_of(&path).unwrap_or_else(|| path.clone());
        let mut program = Program { path: path.clone(), hindrance: None, asan: false };
        // A file that we may execute but not read is started all the same.
        let Ok(file) = File::open(&binary) else { return Ok(program) };
        let metadata = file.metadata().map_err(|error| refuse(&error.to_string()))?;
        let Some(elf) = Elf::read(&file) else { return Ok(program) };
        match elf {
            Elf::Foreign(what) => return Err(refuse(what)),
            Elf::Static => program.hindrance = Some(Hindrance::Static),
            Elf::Dynamic { loader, needed } => {
                if loader.contains("ld-musl") {
                    return Err(refuse("it is built for musl, and the library for glibc"));
                }
                program.asan = needed.iter().any(|library| library.starts_with("libasan.so"));
            }
        }
        // SAFETY: it only asks who runs this process.
        let user = unsafe { libc::geteuid() };
        if metadata.mode() & libc::S_ISUID != 0 && metadata.uid() != user {
            program.hindrance = Some(Hindrance::Privileged);
        }
        Ok(program)
    }

    /// Whether the program wants ASan's library before any other.
    pub(crate) fn starts_with_asan(&self) -> bool {
        self.asan
    }
}

fn locate(name: &OsStr) -> Result<PathBuf, Refusal> {
    if name.as_bytes().contains(&b'/') {
        return executable(Path::new(name));
    }
    let mut refusal = Refusal::NotFound(PathBuf::from(name));
    for folder in std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()) {
        match executable(&folder.join(name)) {
            Ok(path) => return Ok(path),
            Err(Refusal::NotFound(_)) => {}
            Err(found) => refusal = found,
        }
    }
    Err(refusal)
}

fn executable(path: &Path) -> Result<PathBuf, Refusal> {
    let metadata = std::fs::metadata(path).map_err(|_| Refusal::NotFound(path.to_path_buf()))?;
    if metadata.is_dir() {
        return Err(Refusal::NotExecutable(path.to_path_buf(), "it is a folder".to_string()));
    }
    if metadata.mode() & 0o111 == 0 {
        return Err(Refusal::NotExecutable(path.to_path_buf(), "it has no execute permission".to_string()));
    }
    Ok(path.to_path_buf())
}

/// What runs a script: the program on its `#!` line, or the one that `env` there will find.
fn interpreter_of(path: &Path) -> Option<PathBuf> {
    let mut start = Vec::new();
    File::open(path).ok()?.take(256).read_to_end(&mut start).ok()?;
    let line = start.strip_prefix(b"#!")?.split(|byte| *byte == b'\n').next()?;
    let mut words = line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    let first = PathBuf::from(OsString::from_vec(words.next()?.to_vec()));
    if first.file_name() != Some(OsStr::new("env")) {
        return Some(first);
    }
    let program = words.find(|word| !word.starts_with(b"-") && !word.contains(&b'='))?;
    locate(OsStr::from_bytes(program)).ok()
}

/// What matters of an ELF file.
#[derive(Debug)]
enum Elf {
    /// For another machine.
    Foreign(&'static str),
    /// Without a loader.
    Static,
    /// With one.
    Dynamic {
        /// Path of the loader.
        loader: String,
        /// Names of libraries.
        needed: Vec<String>,
    },
}

/// Sizes and numbers of ELF. Source: System V ABI, "Object files".
mod elf {
    pub(crate) const HEADER: usize = 64;
    pub(crate) const PROGRAM_HEADER: usize = 56;
    pub(crate) const CLASS_64: u8 = 2;
    pub(crate) const X86_64: u16 = 62;
    pub(crate) const LOAD: u32 = 1;
    pub(crate) const DYNAMIC: u32 = 2;
    pub(crate) const INTERPRETER: u32 = 3;
    pub(crate) const NEEDED: u64 = 1;
    pub(crate) const STRING_TABLE: u64 = 5;
}

/// More than this is no header of a program.
const LIMIT: usize = 1 << 20;

impl Elf {
    fn read(file: &File) -> Option<Elf> {
        let header = bytes_at(file, 0, elf::HEADER)?;
        if !header.starts_with(b"\x7fELF") {
            return None;
        }
        if header[4] != elf::CLASS_64 {
            return Some(Elf::Foreign("it is a 32-bit program"));
        }
        if u16::from_le_bytes([header[18], header[19]]) != elf::X86_64 {
            return Some(Elf::Foreign("it is for another processor"));
        }
        let count = usize::from(u16::from_le_bytes([header[56], header[57]]));
        let table = bytes_at(file, word(&header, 32)?, count * elf::PROGRAM_HEADER)?;
        let segments: Vec<Segment> = table.chunks_exact(elf::PROGRAM_HEADER).filter_map(Segment::read).collect();
        let Some(interpreter) = segments.iter().find(|s| s.kind == elf::INTERPRETER) else { return Some(Elf::Static) };
        let loader = string(&bytes_at(file, interpreter.offset, usize::try_from(interpreter.size).ok()?)?, 0)?;
        Some(Elf::Dynamic { loader, needed: needed(file, &segments).unwrap_or_default() })
    }
}

struct Segment {
    kind: u32,
    offset: u64,
    address: u64,
    size: u64,
}

impl Segment {
    fn read(header: &[u8]) -> Option<Segment> {
        let kind = u32::from_le_bytes(*header.first_chunk()?);
        Some(Segment { kind, offset: word(header, 8)?, address: word(header, 16)?, size: word(header, 32)? })
    }
}

/// The libraries that a program names.
fn needed(file: &File, segments: &[Segment]) -> Option<Vec<String>> {
    let dynamic = segments.iter().find(|segment| segment.kind == elf::DYNAMIC)?;
    let entries = bytes_at(file, dynamic.offset, usize::try_from(dynamic.size).ok()?)?;
    let entries: Vec<_> =
        entries.chunks_exact(16).filter_map(|entry| Some((word(entry, 0)?, word(entry, 8)?))).collect();
    let strings = entries.iter().find(|entry| entry.0 == elf::STRING_TABLE)?.1;
    let holds = |segment: &&Segment| {
        segment.kind == elf::LOAD && (segment.address..segment.address.saturating_add(segment.size)).contains(&strings)
    };
    let segment = segments.iter().find(holds)?;
    let within = strings - segment.address;
    let length = usize::try_from(segment.size - within).ok()?.min(LIMIT);
    let table = bytes_at(file, segment.offset.checked_add(within)?, length)?;
    let names = entries.iter().filter(|entry| entry.0 == elf::NEEDED);
    Some(names.filter_map(|entry| string(&table, usize::try_from(entry.1).ok()?)).collect())
}

fn bytes_at(file: &File, offset: u64, length: usize) -> Option<Vec<u8>> {
    let mut bytes = vec![0; Some(length).filter(|length| *length <= LIMIT)?];
    file.read_exact_at(&mut bytes, offset).ok()?;
    Some(bytes)
}

fn word(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

fn string(table: &[u8], at: usize) -> Option<String> {
    let text = table.get(at..)?.split(|byte| *byte == 0).next()?;
    Some(String::from_utf8_lossy(text).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_is_a_dynamic_program_that_nothing_hinders() {
        let shell = Program::find(OsStr::new("sh")).expect("there is a shell");
        assert_eq!((shell.hindrance, shell.starts_with_asan()), (None, false));
        let Some(Elf::Dynamic { loader, needed }) = Elf::read(&File::open(shell.path).unwrap()) else {
            panic!("a dynamic program")
        };
        assert!(loader.contains("/ld-"));
        assert!(needed.iter().any(|library| library.starts_with("libc.so")));
    }

    #[test]
    fn what_is_missing_and_what_cannot_run_are_told_apart() {
        let code = |name: &str| Program::find(OsStr::new(name)).err().map(|refusal| refusal.exit_code());
        assert_eq!(code("no-such-program"), Some(127));
        assert_eq!(code("./no/such/program"), Some(127));
        assert_eq!(code("/"), Some(126));
        assert_eq!(code("/etc/passwd"), Some(126));
    }
}
