//! From what a program hands over as "an image" to PTX texts: which of the forms it is, and which of its texts is
//! used.

use ptx_frontend::container::{self, ContainerError, PtxImage};
use std::ffi::{CStr, c_char, c_void};

/// Why an image gives no PTX.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ImageError {
    /// It is none of the forms, or damaged.
    #[error("{0}")]
    Invalid(#[from] ContainerError),
    /// It holds machine code only.
    #[error("no PTX in the image{}: build it with `-gencode arch=compute_XX,code=compute_XX` as well", found(.cubins))]
    NoPtx {
        /// Compute capabilities of the machine code, times ten.
        cubins: Vec<u32>,
    },
    /// It holds PTX for other devices only.
    #[error("the image's PTX is for `{target}`, which a device of compute capability {}.{} does not run (`REGAUGE_COMPUTE_CAPABILITY` sets it)", capability.0, capability.1)]
    TooNew {
        /// The oldest target there is.
        target: String,
        /// What the device reports.
        capability: (u32, u32),
    },
}

fn found(cubins: &[u32]) -> String {
    if cubins.is_empty() {
        return String::new();
    }
    let mut names: Vec<_> = cubins.iter().map(|arch| format!("sm_{arch}")).collect();
    names.dedup();
    format!(", only machine code for {}", names.join(", "))
}

/// A PTX target: `sm_90a` is 90 with suffix `a`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Target {
    /// Compute capability, times ten.
    pub arch: u32,
    /// What it is limited to.
    pub suffix: Suffix,
}

/// The letter behind a target.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Suffix {
    /// None: this and all newer devices.
    None,
    /// `f`: devices of the same family.
    Family,
    /// `a`: this device only.
    Architecture,
}

impl Target {
    /// Reads `sm_120a`.
    pub fn parse(word: &str) -> Option<Target> {
        let rest = word.strip_prefix("sm_").or_else(|| word.strip_prefix("compute_"))?;
        let (digits, suffix) = match rest.as_bytes().last()? {
            b'a' => (&rest[..rest.len() - 1], Suffix::Architecture),
            b'f' => (&rest[..rest.len() - 1], Suffix::Family),
            _ => (rest, Suffix::None),
        };
        Some(Target { arch: digits.parse().ok()?, suffix })
    }

    /// The target of a PTX text.
    pub fn of(text: &str) -> Option<Target> {
        // `.target` follows `.version` at the head of every module; comments may stand around.
        let mut rest = text;
        loop {
            rest = rest.trim_start();
            if let Some(comment) = rest.strip_prefix("//") {
                rest = comment.split_once('\n')?.1;
            } else if let Some(comment) = rest.strip_prefix("/*") {
                rest = comment.split_once("*/")?.1;
            } else if let Some(target) = rest.strip_prefix(".target") {
                return Target::parse(target.trim_start().split(|c: char| !c.is_alphanumeric() && c != '_').next()?);
            } else {
                rest = rest.split_once(char::is_whitespace)?.1;
            }
        }
    }

    /// Whether a device of this capability runs it.
    pub fn runs_on(self, capability: (u32, u32)) -> bool {
        let device = capability.0 * 10 + capability.1;
        match self.suffix {
            Suffix::None => self.arch <= device,
            // Families are the capabilities of one major number from the target upwards.
            Suffix::Family => self.arch <= device && self.arch / 10 == capability.0,
            Suffix::Architecture => self.arch == device,
        }
    }
}

impl std::fmt::Display for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let suffix = match self.suffix {
            Suffix::None => "",
            Suffix::Family => "f",
            Suffix::Architecture => "a",
        };
        write!(f, "sm_{}{suffix}", self.arch)
    }
}

/// The newest PTX of an image that a device of this capability runs.
pub fn choose(bytes: &[u8], capability: (u32, u32)) -> Result<PtxImage, ImageError> {
    let contents = container::contents(bytes)?;
    let mut candidates: Vec<(Option<Target>, PtxImage)> =
        contents.ptx.into_iter().map(|image| (Target::of(&image.text), image)).collect();
    // Text without a readable target goes last; the parser says what is wrong with it.
    candidates.sort_by_key(|(target, _)| std::cmp::Reverse(*target));
    let oldest = candidates.last().and_then(|(target, _)| *target);
    match candidates.into_iter().find(|(target, _)| target.is_none_or(|target| target.runs_on(capability))) {
        Some((_, image)) => Ok(image),
        None => Err(match oldest {
            Some(target) => ImageError::TooNew { target: target.to_string(), capability },
            None => ImageError::NoPtx { cubins: contents.cubins },
        }),
    }
}

/// First bytes of what `cuLinkComplete` gives: texts that are linked when they are loaded.
const LINKED: &[u8; 8] = b"RGLINKED";

/// Texts in the form that `cuLinkComplete` gives. A single text is itself.
pub fn linked(texts: &[String]) -> Vec<u8> {
    if let [text] = texts {
        return [text.as_bytes(), b"\0"].concat();
    }
    let mut bytes = LINKED.to_vec();
    bytes.extend([0; 8]);
    for text in texts {
        bytes.extend((text.len() as u64).to_le_bytes());
        bytes.extend(text.as_bytes());
    }
    let size = bytes.len() as u64;
    bytes[8..16].copy_from_slice(&size.to_le_bytes());
    bytes
}

/// The texts of an image, to be linked: those of a linked one, or the newest that a device of this capability runs.
pub fn texts(bytes: &[u8], capability: (u32, u32)) -> Result<Vec<String>, ImageError> {
    let Some(mut rest) = bytes.strip_prefix(LINKED) else { return Ok(vec![choose(bytes, capability)?.text]) };
    let damaged = || ImageError::Invalid(ContainerError::Object("a linked image that is cut off".into()));
    rest = rest.get(8..).ok_or_else(damaged)?;
    let mut texts = Vec::new();
    while !rest.is_empty() {
        let (length, more) = rest.split_first_chunk::<8>().ok_or_else(damaged)?;
        let (text, more) = more.split_at_checked(u64::from_le_bytes(*length) as usize).ok_or_else(damaged)?;
        texts.push(String::from_utf8_lossy(text).into_owned());
        rest = more;
    }
    Ok(texts)
}

/// Whether an image is PTX as a program has written or made it, rather than what nvcc has compiled.
pub fn is_text(bytes: &[u8]) -> bool {
    container::is_ptx(bytes)
}

/// The texts for a linker in an object or archive: relocatable code, for the newest device that this one runs code of.
pub fn texts_to_link(bytes: &[u8], capability: (u32, u32)) -> Result<Vec<String>, ImageError> {
    if bytes.starts_with(LINKED) || container::is_ptx(bytes) {
        return texts(bytes, capability);
    }
    let contents = container::contents(bytes)?;
    let runs = |image: &PtxImage| Target::of(&image.text).is_none_or(|target| target.runs_on(capability));
    let usable: Vec<PtxImage> = contents.ptx.into_iter().filter(runs).collect();
    let newest = usable.iter().map(|image| image.arch).max();
    let newest = newest.ok_or(ImageError::NoPtx { cubins: contents.cubins })?;
    Ok(usable.into_iter().filter(|image| image.arch == newest).map(|image| image.text).collect())
}

/// Calls `action` with the parts of the image at `pointer`: one, or several that are to be linked.
///
/// The image's own header says how long it is; text ends at its zero byte.
///
/// # Safety
///
/// A whole image of one of the forms that CUDA documents, or that its runtime uses, is readable at `pointer`.
pub unsafe fn with_parts<T>(pointer: *const c_void, action: impl FnOnce(&[&[u8]]) -> T) -> Result<T, ImageError> {
    // SAFETY: the shortest image is a text, and comparing it byte by byte stops at its end.
    let is = |magic: &[u8]| unsafe { starts_with(pointer.cast(), magic) };
    if !is(&container::WRAPPER_MAGIC.to_le_bytes()) {
        // SAFETY: passed on from the caller.
        return Ok(action(&[unsafe { part(pointer) }?]));
    }
    // SAFETY: the wrapper is 24 bytes: two words and two pointers.
    let wrapper = unsafe { pointer.cast::<Wrapper>().read_unaligned() };
    let mut parts = Vec::new();
    if wrapper.version == 2 && !wrapper.list.is_null() {
        // Version 2: a list of fatbins to link, ended by a null pointer.
        let mut at = wrapper.list.cast::<*const c_void>();
        loop {
            // SAFETY: the list goes on until its null pointer.
            let fatbin = unsafe { at.read_unaligned() };
            if fatbin.is_null() {
                break;
            }
            // SAFETY: the list holds pointers to fatbins.
            parts.push(unsafe { part(fatbin) }?);
            // SAFETY: as above.
            at = unsafe { at.add(1) };
        }
    } else if !wrapper.fatbin.is_null() {
        // SAFETY: the wrapper points to a fatbin.
        parts.push(unsafe { part(wrapper.fatbin) }?);
    }
    Ok(action(&parts))
}

/// `.nvFatBinSegment`
#[repr(C)]
struct Wrapper {
    magic: u32,
    version: u32,
    fatbin: *const c_void,
    list: *const c_void,
}

/// # Safety
///
/// Bytes are readable at `pointer` up to the first that differs from `magic`.
unsafe fn starts_with(pointer: *const u8, magic: &[u8]) -> bool {
    // SAFETY: passed on from the caller; `all` stops at the first difference.
    (0..magic.len()).all(|i| unsafe { pointer.add(i).read() } == magic[i])
}

/// # Safety
///
/// A fatbin, ELF file or zero-terminated text is readable at `pointer`.
unsafe fn part<'a>(pointer: *const c_void) -> Result<&'a [u8], ImageError> {
    // SAFETY: passed on from the caller.
    let bytes = |length| unsafe { std::slice::from_raw_parts(pointer.cast::<u8>(), length) };
    // SAFETY: as in `with_parts`.
    let is = |magic: &[u8]| unsafe { starts_with(pointer.cast(), magic) };
    if is(&container::FATBIN_MAGIC.to_le_bytes()) {
        let header = bytes(container::FATBIN_HEADER_BYTES);
        return Ok(bytes(container::fatbin_size(header)?));
    }
    if is(LINKED) {
        let size: [u8; 8] = bytes(16)[8..].try_into().unwrap_or_default();
        return Ok(bytes(usize::try_from(u64::from_le_bytes(size)).unwrap_or(16)));
    }
    if is(b"\x7fELF") {
        return Ok(bytes(elf_size(bytes)?));
    }
    // SAFETY: what is nothing else is text, ended by a zero byte.
    Ok(unsafe { CStr::from_ptr(pointer.cast::<c_char>()) }.to_bytes())
}

/// Bytes of an ELF file, from its header and tables. `bytes(n)` gives its first `n` bytes.
fn elf_size<'a>(bytes: impl Fn(usize) -> &'a [u8]) -> Result<usize, ImageError> {
    let invalid = || ImageError::Invalid(ContainerError::Object("ELF header of an impossible size".into()));
    let header = bytes(64);
    let (u16_at, u64_at) = (
        |at: usize| usize::from(u16::from_le_bytes([header[at], header[at + 1]])),
        |b: &[u8], at: usize| usize::try_from(u64::from_le_bytes(b[at..at + 8].try_into().unwrap_or_default())),
    );
    if header[4] != 2 {
        return Err(ImageError::Invalid(ContainerError::Object("not a 64-bit ELF file".into())));
    }
    let end = |at: usize, size: usize| at.checked_add(size).filter(|end| *end < isize::MAX as usize);
    let program = end(u64_at(header, 32).map_err(|_| invalid())?, u16_at(54) * u16_at(56)).ok_or_else(invalid)?;
    let table = u64_at(header, 40).map_err(|_| invalid())?;
    let (entry, count) = (u16_at(58), u16_at(60));
    let tables = end(table, entry * count).ok_or_else(invalid)?.max(program).max(64);
    if count > 0 && entry < 64 {
        return Err(invalid());
    }
    let whole = bytes(tables);
    let mut size = tables;
    for section in whole[table.min(tables)..].chunks_exact(entry.max(64)).take(count) {
        const SHT_NOBITS: u8 = 8;
        if section[4] != SHT_NOBITS {
            let offset = u64_at(section, 24).map_err(|_| invalid())?;
            let length = u64_at(section, 32).map_err(|_| invalid())?;
            size = size.max(end(offset, length).ok_or_else(invalid)?);
        }
    }
    Ok(size)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(word: &str) -> Target {
        Target::parse(word).expect("a target")
    }

    #[test]
    fn the_target_is_found_behind_comments() {
        let text = "//\n// .target sm_10\n/* .target sm_11 */ .version 8.3\n.target sm_90a, debug\n.address_size 64\n";
        assert_eq!(Target::of(text), Some(target("sm_90a")));
        assert_eq!(Target::of(".version 1.0 // no more"), None);
    }

    #[test]
    fn plain_targets_run_on_newer_devices_and_marked_ones_on_their_own() {
        assert!(target("sm_75").runs_on((12, 0)) && !target("sm_121").runs_on((12, 0)));
        assert!(target("sm_90a").runs_on((9, 0)) && !target("sm_90a").runs_on((12, 0)));
        assert!(target("sm_100f").runs_on((10, 3)) && !target("sm_100f").runs_on((12, 0)));
        assert!(!target("sm_103f").runs_on((10, 0)));
    }

    fn text(target: &str) -> String {
        format!(".version 9.0\n.target {target}\n.address_size 64\n")
    }

    #[test]
    fn an_image_without_a_usable_text_says_why() {
        let too_new = choose(text("sm_121").as_bytes(), (12, 0));
        assert_eq!(too_new, Err(ImageError::TooNew { target: "sm_121".into(), capability: (12, 0) }));
        assert!(matches!(choose(b"no image at all", (12, 0)), Err(ImageError::Invalid(_))));
        assert_eq!(choose(text("sm_75").as_bytes(), (12, 0)).map(|image| image.text), Ok(text("sm_75")));
    }

    #[test]
    fn a_pointer_to_text_is_read_up_to_its_zero_byte() {
        let bytes = b".version 8.0\n\0junk";
        // SAFETY: a zero-terminated text.
        let parts = unsafe { with_parts(bytes.as_ptr().cast(), |parts| parts.concat()) };
        assert_eq!(parts, Ok(b".version 8.0\n".to_vec()));
    }

    #[test]
    fn linked_texts_come_back_as_they_were() {
        let several = vec![text("sm_75"), text("sm_80")];
        assert_eq!(texts(&linked(&several), (12, 0)), Ok(several.clone()));
        assert_eq!(linked(&several[..1]), format!("{}\0", several[0]).as_bytes());
        let image = linked(&several);
        // SAFETY: a whole image.
        let parts = unsafe { with_parts(image.as_ptr().cast(), |parts| parts.concat()) };
        assert_eq!(parts, Ok(image.clone()));
        assert!(texts(&image[..40], (12, 0)).is_err());
    }

    #[test]
    fn a_wrapper_of_version_2_lists_fatbins() {
        let fatbin: [u8; 16] = [0x50, 0xed, 0x55, 0xba, 1, 0, 16, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        let list: [*const c_void; 3] = [fatbin.as_ptr().cast(), fatbin.as_ptr().cast(), std::ptr::null()];
        let wrapper = Wrapper {
            magic: container::WRAPPER_MAGIC,
            version: 2,
            fatbin: fatbin.as_ptr().cast(),
            list: list.as_ptr().cast(),
        };
        // SAFETY: a whole wrapper.
        let parts = unsafe { with_parts((&raw const wrapper).cast(), |parts| parts.concat()) };
        assert_eq!(parts, Ok([fatbin, fatbin].concat()));
    }
}
