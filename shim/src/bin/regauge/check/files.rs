//! From the paths on the command line to the bytes of what may hold kernels: files, folders and Python wheels.

use super::survey::{self, Survey};
use anyhow::{Context, Result, bail};
use flate2::bufread::DeflateDecoder;
use ptx_frontend::container;
use rawzip::{CompressionMethod, ZipArchive, ZipFileHeaderRecord, ZipSliceArchive};
use std::fs::{self, File};
use std::io::Read;
use std::path::Path;

/// Files larger than this are refused, as they are or unpacked.
const MAX_FILE_BYTES: u64 = 4 << 30;

/// Calls `tell` with the name of every file below `path` and what is in it. In folders and wheels, only with those that
/// hold device code.
pub(super) fn visit(path: &Path, tell: &mut dyn FnMut(String, Result<Survey>)) {
    let name = path.display().to_string();
    if path.is_dir() {
        folder(path, tell);
        return;
    }
    match head(path) {
        Ok(head) if is_zip(&head) => wheel(path, tell),
        Ok(_) => tell(name, read(path).and_then(|bytes| survey::of(&bytes))),
        Err(error) => tell(name, Err(error)),
    }
}

fn folder(path: &Path, tell: &mut dyn FnMut(String, Result<Survey>)) {
    let entries = fs::read_dir(path).and_then(|entries| entries.collect::<Result<Vec<_>, _>>());
    let mut entries = match entries {
        Ok(entries) => entries,
        Err(error) => return tell(path.display().to_string(), Err(error.into())),
    };
    entries.sort_by_key(|entry| entry.file_name());
    for entry in entries {
        let path = entry.path();
        // Links are not followed: they may lead in circles, and what they lead to is found by itself.
        let Ok(kind) = entry.file_type() else { continue };
        if kind.is_dir() {
            folder(&path, tell);
        } else if kind.is_file() && head(&path).is_ok_and(|head| is_zip(&head)) {
            wheel(&path, tell);
        } else if kind.is_file() && head(&path).is_ok_and(|head| may_hold_kernels(&head)) {
            let checked = read(&path).and_then(|bytes| survey::of(&bytes));
            if checked.as_ref().map_or(true, Survey::has_device_code) {
                tell(path.display().to_string(), checked);
            }
        }
    }
}

fn wheel(path: &Path, tell: &mut dyn FnMut(String, Result<Survey>)) {
    let name = path.display().to_string();
    let mut found = 0;
    let result = read(path).and_then(|bytes| {
        let archive = ZipArchive::from_slice(&bytes).context("unreadable zip file")?;
        for entry in archive.entries() {
            let entry = entry.context("unreadable zip file")?;
            let member = String::from_utf8_lossy(entry.file_path().as_bytes()).into_owned();
            let checked = match unpack(&archive, &entry) {
                Ok(Some(bytes)) => survey::of(&bytes),
                Ok(None) => continue,
                Err(error) => Err(error),
            };
            if checked.as_ref().map_or(true, Survey::has_device_code) {
                found += 1;
                tell(format!("{name}/{member}"), checked);
            }
        }
        Ok(())
    });
    match result {
        Ok(()) if found == 0 => tell(name, Ok(Survey::default())),
        Ok(()) => {}
        Err(error) => tell(name, Err(error)),
    }
}

/// A member of a wheel, unpacked, if its beginning says that it may hold kernels.
fn unpack(archive: &ZipSliceArchive<&Vec<u8>>, entry: &ZipFileHeaderRecord<'_>) -> Result<Option<Vec<u8>>> {
    if entry.is_dir() {
        return Ok(None);
    }
    let member = archive.get_entry(entry.wayfinder())?;
    let packed: Box<dyn Read> = match entry.compression_method() {
        CompressionMethod::STORE => Box::new(member.data()),
        CompressionMethod::DEFLATE => Box::new(DeflateDecoder::new(member.data())),
        other => bail!("packed by method {}, which wheels do not use", other.as_u16()),
    };
    let mut unpacked = member.verifying_reader(packed);
    let mut bytes = Vec::new();
    unpacked.by_ref().take(HEAD_BYTES).read_to_end(&mut bytes)?;
    if !may_hold_kernels(&bytes) {
        return Ok(None);
    }
    // What the directory says of the size is not trusted.
    unpacked.take(MAX_FILE_BYTES).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        bail!("larger than {MAX_FILE_BYTES} bytes unpacked");
    }
    Ok(Some(bytes))
}

const HEAD_BYTES: u64 = 4096;

fn head(path: &Path) -> Result<Vec<u8>> {
    let mut head = Vec::new();
    File::open(path)?.take(HEAD_BYTES).read_to_end(&mut head)?;
    Ok(head)
}

fn read(path: &Path) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        bail!("larger than {MAX_FILE_BYTES} bytes");
    }
    Ok(bytes)
}

fn is_zip(head: &[u8]) -> bool {
    head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06")
}

fn may_hold_kernels(head: &[u8]) -> bool {
    head.starts_with(b"\x7fELF")
        || head.starts_with(b"!<arch>\n")
        || head.starts_with(&container::FATBIN_MAGIC.to_le_bytes())
        || container::is_ptx(head)
}
