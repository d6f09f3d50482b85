//! Where PTX text hides: fatbins, host executables and libraries, archives, cubins, plain text.
//!
//! Reads bytes only. The `0x466243B1` wrapper that the CUDA runtime passes holds pointers, so whoever may follow
//! pointers reads it and hands the fatbins it points to to [`entries`].
//!
//! Facts about the format: the fatbin layout as measured on nvcc 9 to 13.5 output and on shipped libraries
//! (reference `CUDA_DRIVER.md` sections 3 and 8.6).

use std::borrow::Cow;
use std::io::Read;

use object::read::archive::ArchiveFile;
use object::{Object, ObjectSection, ObjectSymbol};
use thiserror::Error;

/// First word of the wrapper `{magic, version, fatbin, list}` that the runtime passes (`.nvFatBinSegment`).
pub const WRAPPER_MAGIC: u32 = 0x4662_43B1;
/// First word of a fatbin.
pub const FATBIN_MAGIC: u32 = 0xBA55_ED50;
/// Bytes of a fatbin's header.
pub const FATBIN_HEADER_BYTES: usize = 16;
/// Most bytes one entry may decompress to. A larger one is refused, whatever its header says.
pub const MAX_TEXT_BYTES: usize = 256 << 20;
/// Most bytes that all entries of a file may decompress to together, where they are read at once.
pub const MAX_CONTENTS_BYTES: usize = 2 << 30;
/// `e_machine` of a cubin.
const EM_CUDA: u16 = 190;

const FLAG_LZ4: u64 = 0x2000;
const FLAG_ZSTD: u64 = 0x8000;

/// Why a container cannot be read.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
#[allow(missing_docs, reason = "the messages say it")]
pub enum ContainerError {
    #[error("truncated {what}: {need} bytes needed at offset {offset}, {have} left")]
    Truncated { what: &'static str, offset: usize, need: usize, have: usize },
    #[error("`{found:#010x}` at offset {offset} is not a fatbin (expected `0xba55ed50`)")]
    NotAFatbin { offset: usize, found: u32 },
    #[error("fatbin version {0} is not known (1 is)")]
    FatbinVersion(u16),
    #[error("fatbin entry at offset {offset}: {what}")]
    BadEntry { offset: usize, what: String },
    #[error("cannot decompress the {format} entry at offset {offset}: {what}")]
    Decompress { format: &'static str, offset: usize, what: String },
    #[error("entry at offset {offset} would decompress to {bytes} bytes; the limit is {MAX_TEXT_BYTES}")]
    TooLarge { offset: usize, bytes: u64 },
    #[error("the entries would decompress to more than {MAX_CONTENTS_BYTES} bytes together")]
    TooMuch,
    #[error("not a fatbin, ELF file, archive or PTX text")]
    Unknown,
    #[error("unreadable ELF file or archive: {0}")]
    Object(String),
}

/// What an entry of a fatbin holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// PTX text.
    Ptx,
    /// A cubin: machine code (SASS), which Regauge does not run.
    Cubin,
    /// NVVM or LTO intermediate code, or a kind not known here.
    Other(u16),
}

/// One entry of a fatbin, still compressed.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    /// What it holds.
    pub kind: Kind,
    /// Compute capability it is for, times ten: 75, 120.
    pub arch: u32,
    /// Flag word of the entry.
    pub flags: u64,
    payload: &'a [u8],
    uncompressed: u64,
    offset: usize,
}

impl Entry<'_> {
    /// The PTX text, decompressed, without trailing zero bytes.
    pub fn text(&self) -> Result<String, ContainerError> {
        let bytes = self.bytes()?;
        let end = bytes.iter().position(|&b| b == 0).unwrap_or(bytes.len());
        String::from_utf8(bytes[..end].to_vec())
            .map_err(|e| ContainerError::BadEntry { offset: self.offset, what: format!("PTX text is not UTF-8: {e}") })
    }

    /// The payload, decompressed.
    pub fn bytes(&self) -> Result<Cow<'_, [u8]>, ContainerError> {
        let format = match (self.flags & FLAG_ZSTD != 0, self.flags & FLAG_LZ4 != 0) {
            (false, false) => return Ok(Cow::Borrowed(self.payload)),
            (true, _) => "zstd",
            (false, true) => "lz4",
        };
        if self.uncompressed > MAX_TEXT_BYTES as u64 {
            return Err(ContainerError::TooLarge { offset: self.offset, bytes: self.uncompressed });
        }
        let fail = |what: String| ContainerError::Decompress { format, offset: self.offset, what };
        let expected = self.uncompressed as usize;
        let mut out = Vec::new();
        if format == "zstd" {
            let mut source = self.payload;
            let decoder = ruzstd::decoding::StreamingDecoder::new(&mut source).map_err(|e| fail(e.to_string()))?;
            // One byte more than promised, so that a stream that lies about its size is noticed and not expanded.
            decoder.take(expected as u64 + 1).read_to_end(&mut out).map_err(|e| fail(e.to_string()))?;
        } else {
            // A byte of a block stands for 255 at most: nothing is set aside for more.
            if expected / 255 > self.payload.len() {
                return Err(fail(format!("{} bytes cannot hold {expected}", self.payload.len())));
            }
            out = lz4_flex::block::decompress(self.payload, expected).map_err(|e| fail(e.to_string()))?;
        }
        if out.len() != expected {
            return Err(fail(format!("{} bytes instead of {expected}", out.len())));
        }
        Ok(Cow::Owned(out))
    }
}

/// Little-endian reads that know what they were reading.
struct Reader<'a> {
    bytes: &'a [u8],
    what: &'static str,
}

impl<'a> Reader<'a> {
    fn slice(&self, offset: usize, need: usize) -> Result<&'a [u8], ContainerError> {
        let rest = self.bytes.get(offset..).unwrap_or_default();
        let truncated = ContainerError::Truncated { what: self.what, offset, need, have: rest.len() };
        // Also nothing at all must lie within the bytes.
        if offset > self.bytes.len() { Err(truncated) } else { rest.get(..need).ok_or(truncated) }
    }
    fn u16(&self, offset: usize) -> Result<u16, ContainerError> {
        Ok(u16::from_le_bytes(self.slice(offset, 2)?.try_into().expect("two bytes were asked for")))
    }
    fn u32(&self, offset: usize) -> Result<u32, ContainerError> {
        Ok(u32::from_le_bytes(self.slice(offset, 4)?.try_into().expect("four bytes were asked for")))
    }
    fn u64(&self, offset: usize) -> Result<u64, ContainerError> {
        Ok(u64::from_le_bytes(self.slice(offset, 8)?.try_into().expect("eight bytes were asked for")))
    }
}

/// Bytes of the whole fatbin, header included, from its first 16 bytes.
pub fn fatbin_size(header: &[u8]) -> Result<usize, ContainerError> {
    let r = Reader { bytes: header, what: "fatbin header" };
    let magic = r.u32(0)?;
    if magic != FATBIN_MAGIC {
        return Err(ContainerError::NotAFatbin { offset: 0, found: magic });
    }
    let version = r.u16(4)?;
    if version != 1 {
        return Err(ContainerError::FatbinVersion(version));
    }
    let header_bytes = r.u16(6)?;
    // A shorter one would let a fatbin have no size at all, and there would be no end of them.
    if usize::from(header_bytes) < FATBIN_HEADER_BYTES {
        let what = format!("fatbin header of {header_bytes} bytes ({FATBIN_HEADER_BYTES} or more expected)");
        return Err(ContainerError::BadEntry { offset: 6, what });
    }
    let size = u64::from(header_bytes).checked_add(r.u64(8)?).and_then(|n| usize::try_from(n).ok());
    size.ok_or(ContainerError::BadEntry { offset: 8, what: "size of the fatbin overflows".into() })
}

/// The entries of one fatbin. Bytes after its end are ignored.
pub fn entries(fatbin: &[u8]) -> Result<Vec<Entry<'_>>, ContainerError> {
    let size = fatbin_size(fatbin)?;
    let r = Reader { bytes: fatbin, what: "fatbin" };
    r.slice(0, size)?;
    let r = Reader { bytes: &fatbin[..size], what: "fatbin entry" };
    let mut offset = r.u16(6)? as usize;
    let mut found = Vec::new();
    while offset < size {
        let header = r.u32(offset + 4)? as usize;
        if header < 64 {
            let what = format!("header of {header} bytes (64 or more expected)");
            return Err(ContainerError::BadEntry { offset, what });
        }
        let padded = usize::try_from(r.u64(offset + 8)?)
            .map_err(|_| ContainerError::BadEntry { offset, what: "size overflows".into() })?;
        let compressed = r.u32(offset + 16)? as usize;
        let flags = r.u64(offset + 40)?;
        let is_compressed = flags & (FLAG_LZ4 | FLAG_ZSTD) != 0;
        // The padded size counts the alignment behind a compressed payload; the decoders want the exact bytes.
        let exact = if is_compressed && compressed != 0 { compressed.min(padded) } else { padded };
        found.push(Entry {
            kind: match r.u16(offset)? {
                1 => Kind::Ptx,
                2 => Kind::Cubin,
                other => Kind::Other(other),
            },
            arch: r.u32(offset + 28)?,
            flags,
            payload: r.slice(offset.saturating_add(header), exact)?,
            uncompressed: r.u64(offset + 56)?,
            offset,
        });
        offset = offset
            .checked_add(header)
            .and_then(|o| o.checked_add(padded.max(1)))
            .ok_or(ContainerError::BadEntry { offset, what: "size overflows".into() })?;
    }
    Ok(found)
}

/// What a file or image contains for Regauge.
#[derive(Debug, Default)]
pub struct Contents {
    /// PTX modules, in file order.
    pub ptx: Vec<PtxImage>,
    /// Compute capabilities (times ten) of the machine code found and not used.
    pub cubins: Vec<u32>,
    /// Number of fatbins read.
    pub fatbins: usize,
}

/// One PTX module.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PtxImage {
    /// The text.
    pub text: String,
    /// Compute capability of the fatbin entry, times ten; 0 if it was not in a fatbin.
    pub arch: u32,
    /// It came from relocatable device code (`__nv_relfatbin`): link input, not a module of its own.
    pub relocatable: bool,
}

/// Something in a file that holds device code, still compressed.
#[derive(Clone, Copy, Debug)]
pub enum Piece<'a> {
    /// A whole fatbin, see [`entries`].
    Fatbin {
        /// Its bytes.
        bytes: &'a [u8],
        /// See [`PtxImage::relocatable`].
        relocatable: bool,
    },
    /// A cubin.
    Cubin(&'a [u8]),
    /// PTX text.
    Text(&'a [u8]),
}

/// Reads whatever `bytes` are: a fatbin, an ELF file with fatbins in it, an archive of such, a cubin, or PTX text.
pub fn contents(bytes: &[u8]) -> Result<Contents, ContainerError> {
    let mut found = Contents::default();
    let mut total = 0usize;
    for piece in pieces(bytes)? {
        match piece {
            Piece::Fatbin { bytes, relocatable } => {
                for entry in entries(bytes)? {
                    match entry.kind {
                        Kind::Ptx => {
                            let text = entry.text()?;
                            total = total.saturating_add(text.len());
                            if total > MAX_CONTENTS_BYTES {
                                return Err(ContainerError::TooMuch);
                            }
                            found.ptx.push(PtxImage { text, arch: entry.arch, relocatable });
                        }
                        Kind::Cubin => found.cubins.push(entry.arch),
                        Kind::Other(_) => {}
                    }
                }
                found.fatbins += 1;
            }
            Piece::Cubin(bytes) => found.cubins.push(cubin_arch(bytes)?),
            Piece::Text(bytes) => {
                let text = String::from_utf8_lossy(bytes).into_owned();
                found.ptx.push(PtxImage { text, arch: 0, relocatable: false });
            }
        }
    }
    Ok(found)
}

/// Where the device code is, without decompressing any.
pub fn pieces(bytes: &[u8]) -> Result<Vec<Piece<'_>>, ContainerError> {
    let mut found = Vec::new();
    if bytes.starts_with(&FATBIN_MAGIC.to_le_bytes()) {
        add_fatbins(bytes, false, &mut found)?;
    } else if bytes.starts_with(b"\x7fELF") {
        add_elf(bytes, &mut found)?;
    } else if bytes.starts_with(b"!<arch>\n") {
        let archive = ArchiveFile::parse(bytes).map_err(|e| ContainerError::Object(e.to_string()))?;
        for member in archive.members() {
            let member = member.map_err(|e| ContainerError::Object(e.to_string()))?;
            let data = member.data(bytes).map_err(|e| ContainerError::Object(e.to_string()))?;
            if data.starts_with(b"\x7fELF") {
                add_elf(data, &mut found)?;
            }
        }
    } else if is_ptx(bytes) {
        let end = bytes.iter().position(|&b| b == 0).unwrap_or(bytes.len());
        found.push(Piece::Text(&bytes[..end]));
    } else {
        return Err(ContainerError::Unknown);
    }
    Ok(found)
}

/// PTX texts that a host program keeps as plain strings among its constants, as programs do that load their kernels
/// themselves: each from its `.version` to its zero byte.
pub fn texts_inside(elf: &[u8]) -> Vec<&[u8]> {
    let Ok(file) = object::File::parse(elf) else { return Vec::new() };
    let mut found = Vec::new();
    for section in file.sections().filter(|section| section.name().is_ok_and(|name| name.contains("data"))) {
        let Ok(mut rest) = section.data() else { continue };
        while let Some(at) = rest.windows(9).position(|window| window == b".version ") {
            let starts_a_line = at == 0 || matches!(rest[at - 1], 0 | b'\n');
            let text = &rest[at..];
            let end = text.iter().position(|&b| b == 0).unwrap_or(text.len());
            // Strings that a compiler makes PTX of have one of these words at most.
            let is_whole = |word: &[u8]| text[..end].windows(word.len()).any(|window| window == word);
            if starts_a_line && is_whole(b".target") && is_whole(b".address_size") && is_whole(b".entry") {
                found.push(&text[..end]);
            }
            rest = &text[end.max(9)..];
        }
    }
    found
}

/// Whether this looks like PTX text: the first thing that is neither space nor comment is `.version`.
pub fn is_ptx(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    loop {
        rest = rest.trim_ascii_start();
        let skip = if rest.starts_with(b"//") {
            rest.iter().position(|&b| b == b'\n')
        } else if rest.starts_with(b"/*") {
            rest.windows(2).position(|w| w == b"*/").map(|n| n + 1)
        } else {
            return rest.starts_with(b".version");
        };
        match skip {
            Some(n) => rest = &rest[n + 1..],
            None => return false,
        }
    }
}

fn is_cubin(elf: &[u8]) -> Result<bool, ContainerError> {
    Ok(Reader { bytes: elf, what: "ELF header" }.u16(18)? == EM_CUDA)
}

/// Compute capability of a cubin, times ten.
pub fn cubin_arch(cubin: &[u8]) -> Result<u32, ContainerError> {
    // Flags of CUDA ELF files hold the architecture in the low byte (old ABI) or in the second byte (ABI 8).
    let flags = Reader { bytes: cubin, what: "ELF header" }.u32(48)?;
    Ok(if flags & 0xff == 0x02 || flags & 0xff == 0 { (flags >> 8) & 0xff } else { flags & 0xff })
}

/// Names of the kernels in a cubin.
pub fn kernels_of_cubin(cubin: &[u8]) -> Result<Vec<String>, ContainerError> {
    /// In a symbol's `st_other`: it can be launched.
    const STO_CUDA_ENTRY: u8 = 0x10;
    let file = object::File::parse(cubin).map_err(|e| ContainerError::Object(e.to_string()))?;
    let kernels = file.symbols().filter(|symbol| match symbol.flags() {
        object::SymbolFlags::Elf { st_info, st_other } => {
            st_info & 0xf == object::elf::STT_FUNC && st_other & STO_CUDA_ENTRY != 0
        }
        _ => false,
    });
    Ok(kernels.filter_map(|symbol| symbol.name().ok().map(str::to_owned)).collect())
}

fn add_elf<'a>(bytes: &'a [u8], found: &mut Vec<Piece<'a>>) -> Result<(), ContainerError> {
    if is_cubin(bytes)? {
        found.push(Piece::Cubin(bytes));
        return Ok(());
    }
    let file = object::File::parse(bytes).map_err(|e| ContainerError::Object(e.to_string()))?;
    for section in file.sections() {
        let relocatable = match section.name_bytes() {
            Ok(b".nv_fatbin") => false,
            Ok(b"__nv_relfatbin") => true,
            _ => continue,
        };
        let data = section.data().map_err(|e| ContainerError::Object(e.to_string()))?;
        add_fatbins(data, relocatable, found)?;
    }
    // Libraries that load their kernels themselves keep fatbins among their data (cuFFT has no other).
    for section in file.sections().filter(|section| section.name().is_ok_and(|name| name.contains("data"))) {
        add_fatbins_inside(section.data().unwrap_or_default(), found);
    }
    Ok(())
}

/// Fatbins between other data, at addresses divisible by 8.
fn add_fatbins_inside<'a>(mut data: &'a [u8], found: &mut Vec<Piece<'a>>) {
    while let Some(at) = data.chunks_exact(8).position(|words| words.starts_with(&FATBIN_MAGIC.to_le_bytes())) {
        data = &data[8 * at..];
        // The number may stand there for another reason.
        let fatbin = fatbin_size(data).ok().and_then(|size| data.get(..size)).filter(|fatbin| entries(fatbin).is_ok());
        if let Some(bytes) = fatbin {
            found.push(Piece::Fatbin { bytes, relocatable: false });
        }
        let size = fatbin.map_or(8, <[u8]>::len).next_multiple_of(8);
        data = data.get(size..).unwrap_or_default();
    }
}

/// Fatbins one after the other, with zero bytes between them as linkers leave them.
fn add_fatbins<'a>(bytes: &'a [u8], relocatable: bool, found: &mut Vec<Piece<'a>>) -> Result<(), ContainerError> {
    let mut offset = 0;
    while let Some(skip) = bytes[offset..].iter().position(|&b| b != 0) {
        offset += skip;
        let size = fatbin_size(&bytes[offset..])?;
        let fatbin = Reader { bytes, what: "fatbin" }.slice(offset, size)?;
        found.push(Piece::Fatbin { bytes: fatbin, relocatable });
        offset += size;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PTX: &str = ".version 8.0\n.target sm_75\n.address_size 64\n";

    fn entry(kind: u16, arch: u32, flags: u64, payload: &[u8], uncompressed: u64) -> Vec<u8> {
        let padded = payload.len().next_multiple_of(8);
        let mut e = vec![0; 64];
        e[0..2].copy_from_slice(&kind.to_le_bytes());
        e[2..4].copy_from_slice(&0x101u16.to_le_bytes());
        e[4..8].copy_from_slice(&64u32.to_le_bytes());
        e[8..16].copy_from_slice(&(padded as u64).to_le_bytes());
        let compressed = if flags & (FLAG_LZ4 | FLAG_ZSTD) != 0 { payload.len() as u32 } else { 0 };
        e[16..20].copy_from_slice(&compressed.to_le_bytes());
        e[28..32].copy_from_slice(&arch.to_le_bytes());
        e[40..48].copy_from_slice(&flags.to_le_bytes());
        e[56..64].copy_from_slice(&uncompressed.to_le_bytes());
        e.extend_from_slice(payload);
        e.resize(64 + padded, 0);
        e
    }

    fn fatbin(entries: &[Vec<u8>]) -> Vec<u8> {
        let body = entries.concat();
        let mut f = FATBIN_MAGIC.to_le_bytes().to_vec();
        f.extend_from_slice(&1u16.to_le_bytes());
        f.extend_from_slice(&16u16.to_le_bytes());
        f.extend_from_slice(&(body.len() as u64).to_le_bytes());
        f.extend_from_slice(&body);
        f
    }

    fn zstd(data: &[u8]) -> Vec<u8> {
        ruzstd::encoding::compress_to_vec(data, ruzstd::encoding::CompressionLevel::Fastest)
    }

    #[test]
    fn an_empty_entry_past_the_end_is_truncated() {
        let mut bytes = fatbin(&[entry(1, 75, 0x11, b"", 0)]);
        // The entry's header claims to be longer than the file.
        bytes[16 + 4..16 + 8].copy_from_slice(&0x00ff_0000u32.to_le_bytes());
        assert!(matches!(contents(&bytes), Err(ContainerError::Truncated { .. })));
    }

    #[test]
    fn a_fatbin_without_size_is_refused() {
        let mut bytes = fatbin(&[entry(1, 75, 0x11, PTX.as_bytes(), 0)]);
        bytes[6..16].fill(0);
        let error = contents(&bytes).unwrap_err().to_string();
        assert!(error.contains("header of 0 bytes"), "{error}");
    }

    #[test]
    fn a_small_block_does_not_claim_much_memory() {
        let bytes = fatbin(&[entry(1, 80, 0x2011, b"\x10a", 200 << 20)]);
        let error = contents(&bytes).unwrap_err().to_string();
        assert!(error.contains("cannot hold"), "{error}");
    }

    #[test]
    fn plain_zstd_and_lz4_entries_give_their_text() {
        let lz4 = lz4_flex::block::compress(PTX.as_bytes());
        let z = zstd(PTX.as_bytes());
        let f = fatbin(&[
            entry(2, 75, 0x11, b"\x7fELF", 0),
            entry(1, 75, 0x11, PTX.as_bytes(), 0),
            entry(1, 80, 0x2011, &lz4, PTX.len() as u64),
            entry(1, 90, 0x8011, &z, PTX.len() as u64),
        ]);
        let c = contents(&f).unwrap();
        assert_eq!(c.cubins, [75]);
        assert_eq!(c.ptx.iter().map(|p| p.arch).collect::<Vec<_>>(), [75, 80, 90]);
        assert!(c.ptx.iter().all(|p| p.text == PTX));
    }

    #[test]
    fn every_truncation_and_every_flipped_byte_is_an_error_or_a_reading_but_no_panic() {
        let lz4 = lz4_flex::block::compress(PTX.as_bytes());
        let z = zstd(PTX.as_bytes());
        let f = fatbin(&[entry(1, 80, 0x2011, &lz4, PTX.len() as u64), entry(1, 90, 0x8011, &z, PTX.len() as u64)]);
        for n in 0..f.len() {
            assert!(contents(&f[..n]).is_err(), "truncated to {n}");
        }
        for i in 0..f.len() {
            for bit in 0..8 {
                let mut g = f.clone();
                g[i] ^= 1 << bit;
                let _ = contents(&g);
            }
        }
    }

    #[test]
    fn a_declared_size_above_the_limit_is_refused_before_decompressing() {
        let f = fatbin(&[entry(1, 80, 0x8011, &zstd(PTX.as_bytes()), 1 << 40)]);
        assert_eq!(contents(&f).unwrap_err(), ContainerError::TooLarge { offset: 16, bytes: 1 << 40 });
    }

    #[test]
    fn a_stream_longer_than_declared_is_refused() {
        let f = fatbin(&[entry(1, 80, 0x8011, &zstd(&vec![b'x'; 1 << 20]), 100)]);
        assert!(matches!(contents(&f), Err(ContainerError::Decompress { format: "zstd", .. })));
    }

    #[test]
    fn text_is_recognised_behind_comments() {
        assert!(is_ptx(b"\n// hello\n/* x */ .version 7.0"));
        assert!(!is_ptx(b"// only a comment"));
        assert!(!is_ptx(b"int main() {}"));
        assert_eq!(contents(b"hello").unwrap_err(), ContainerError::Unknown);
    }

    /// A host's ELF file with these bytes as its only section of data.
    fn library(data: &[u8]) -> Vec<u8> {
        let mut elf = vec![0; 64];
        elf[..7].copy_from_slice(b"\x7fELF\x02\x01\x01");
        elf[16..24].copy_from_slice(&[3, 0, 62, 0, 1, 0, 0, 0]);
        elf[52] = 64;
        let at = elf.len() as u64;
        elf.extend(data);
        let names = elf.len() as u64;
        elf.extend(b"\0.data\0");
        elf.resize(elf.len().next_multiple_of(8), 0);
        let table = elf.len() as u64;
        elf[40..48].copy_from_slice(&table.to_le_bytes());
        elf[58..64].copy_from_slice(&[64, 0, 3, 0, 2, 0]);
        for (name, kind, offset, size) in [(0u32, 0u32, 0, 0), (1, 1, at, data.len() as u64), (0, 3, names, 7)] {
            elf.extend(name.to_le_bytes());
            elf.extend(kind.to_le_bytes());
            for word in [0, 0, offset, size, 0, 8, 0] {
                elf.extend(u64::to_le_bytes(word));
            }
        }
        elf
    }

    #[test]
    fn fatbins_among_the_data_of_a_library_are_found() {
        let one = fatbin(&[entry(1, 75, 0x11, PTX.as_bytes(), 0)]);
        let another = fatbin(&[entry(1, 80, 0x11, PTX.as_bytes(), 0)]);
        // The first word of a fatbin alone, and with a size that leads out of the file.
        let number = [&FATBIN_MAGIC.to_le_bytes()[..], &[0; 12]].concat();
        let mut torn = one.clone();
        torn[8..16].copy_from_slice(&(1u64 << 40).to_le_bytes());
        let library = library(&[&[7; 8][..], &number, &one, &torn[..16], &another].concat());
        let found = contents(&library).unwrap();
        assert_eq!(found.ptx.iter().map(|each| each.arch).collect::<Vec<_>>(), [75, 80]);
    }
}
