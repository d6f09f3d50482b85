//! Inputs for fuzzing: what is well formed, with some of it changed.

use crate::differential::{Random, draw};
use ptx_frontend::isa::ROWS;
use std::path::Path;

/// Texts and images to start from.
pub struct Seeds {
    texts: Vec<Vec<u8>>,
    images: Vec<Vec<u8>>,
    tiles: Vec<Vec<u8>>,
    /// Words to put in: mnemonics, directives, numbers that are too large.
    words: Vec<String>,
}

impl Seeds {
    /// The test cases of this package, drawn programs, and images made of both.
    pub fn new() -> Seeds {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut texts: Vec<Vec<u8>> = ["ptx", "litmus"].iter().flat_map(|folder| files(&root.join(folder))).collect();
        texts.extend((0..40).map(|seed| draw::draw(seed).print().into_bytes()));
        let tiles = texts.iter().flat_map(|text| tiles_of(text)).collect();
        let images = texts.iter().enumerate().flat_map(|(index, text)| [fatbin(&[text], index % 2 == 1)]).collect();
        let mut words: Vec<String> = ROWS.iter().map(|row| row.mnemonic.to_owned()).collect();
        const OTHERS: &str = "{ } ( ) [ ] , ; : < > + - ! @ | = .reg .b32 .pred .param .u64 .entry .func .visible .extern \
            .global .shared .local .const .align .b8 .version .target .address_size .file .loc .section .pragma \
            .branchtargets .callprototype .calltargets .maxntid .reqntid .v2 .v4 .b128 .f16x2 .rn .ftz .sat %tid.x %r0 \
            %p0 _ 0 1 -1 4294967296 18446744073709551615 99999999999999999999999999 0x7fffffffffffffff 0f7fc00000 \
            0d7ff8000000000000 1e400 0b2 08 \" // /* */ generic $ \u{e4} \u{0}";
        words.extend(OTHERS.split_whitespace().map(str::to_owned));
        Seeds { texts, images, tiles, words }
    }

    /// The texts that inputs for a target are made of; none where they are not texts.
    pub fn texts(&self, target: &str) -> &[Vec<u8>] {
        match target {
            "container" => &[],
            "tile" => &self.tiles,
            _ => &self.texts,
        }
    }

    /// An input for a target.
    pub fn input(&self, target: &str, random: &mut Random) -> Vec<u8> {
        match target {
            "container" => {
                let mut input = random.pick(&self.images).clone();
                if random.one_in(4) {
                    let text = random.pick(&self.texts);
                    input = fatbin(&[text, random.pick(&self.texts)], random.one_in(2));
                }
                for _ in 0..1 + random.below(6) {
                    self.change_bytes(&mut input, random);
                }
                input
            }
            _ => self.text(self.texts(target), random),
        }
    }

    fn text(&self, seeds: &[Vec<u8>], random: &mut Random) -> Vec<u8> {
        let mut tokens = split(random.pick::<Vec<u8>>(seeds));
        for _ in 0..1 + random.below(8) {
            if tokens.is_empty() {
                break;
            }
            let at = random.below(tokens.len());
            let end = (at + 1 + random.below(12)).min(tokens.len());
            match random.below(10) {
                0 => drop(tokens.drain(at..end)),
                1 => {
                    let copy = tokens[at..end].to_vec();
                    tokens.splice(at..at, copy);
                }
                2 => tokens[at] = random.pick(&self.words).clone().into_bytes(),
                3 => tokens.insert(at, random.pick(&self.words).clone().into_bytes()),
                4 => {
                    let other = random.below(tokens.len());
                    tokens.swap(at, other);
                }
                5 => {
                    // A stretch of another text, where such a word stands.
                    let other = split(random.pick::<Vec<u8>>(seeds));
                    if let Some(from) = other.iter().position(|token| *token == tokens[at]) {
                        let to = (from + 1 + random.below(40)).min(other.len());
                        tokens.splice(at..end, other[from..to].to_vec());
                    }
                }
                6 => tokens.truncate(at),
                7 => {
                    // Very deep or very many of something.
                    let copies = 1 << random.below(10);
                    let stretch = tokens[at..end].to_vec();
                    tokens.splice(at..at, (0..copies).flat_map(|_| stretch.clone()));
                }
                8 => {
                    let number = random.value(64);
                    tokens[at] = if random.one_in(2) { number.to_string() } else { format!("-{}", number >> 1) }.into();
                }
                _ => self.change_bytes(&mut tokens[at], random),
            }
        }
        tokens.concat()
    }

    fn change_bytes(&self, bytes: &mut Vec<u8>, random: &mut Random) {
        if bytes.is_empty() {
            return;
        }
        // Headers come first and are worth more.
        let range = if random.one_in(2) { bytes.len().min(96) } else { bytes.len() };
        let at = random.below(range);
        match random.below(7) {
            0 => bytes[at] ^= 1 << random.below(8),
            1 => bytes[at] = random.bits() as u8,
            2 => bytes.truncate(at),
            3 => bytes.insert(at, random.bits() as u8),
            4 => drop(bytes.remove(at)),
            5 => {
                let value = random.value(64).to_le_bytes();
                let end = (at + (1 << random.below(4))).min(bytes.len());
                bytes[at..end].iter_mut().zip(value).for_each(|(byte, new)| *byte = new);
            }
            _ => {
                let end = (at + random.below(64)).min(bytes.len());
                let copy = bytes[at..end].to_vec();
                let to = random.below(bytes.len());
                bytes.splice(to..to, copy);
            }
        }
    }
}

impl Default for Seeds {
    fn default() -> Self {
        Seeds::new()
    }
}

fn files(folder: &Path) -> Vec<Vec<u8>> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut paths: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.sort();
    paths.iter().filter_map(|path| std::fs::read(path).ok()).collect()
}

/// The tile kernels of a text.
fn tiles_of(text: &[u8]) -> Vec<Vec<u8>> {
    let text = String::from_utf8_lossy(text);
    let Ok(module) = ptx_frontend::parse_module(&text, "seed.ptx") else { return Vec::new() };
    let entries = module.functions.iter().filter(|function| function.is_entry);
    let kernels =
        entries.filter_map(|entry| translator::translate(&module, &entry.name, &translator::Options::default()).ok());
    kernels.map(|kernel| kernel.to_string().into_bytes()).collect()
}

/// A fatbin of uncompressed texts, perhaps within the least ELF file that has a section for it.
fn fatbin(texts: &[&Vec<u8>], in_elf: bool) -> Vec<u8> {
    let mut body = Vec::new();
    for text in texts {
        let mut entry = vec![0; 64];
        entry[0] = 1;
        entry[2..4].copy_from_slice(&0x101u16.to_le_bytes());
        entry[4] = 64;
        let padded = text.len().next_multiple_of(8);
        entry[8..16].copy_from_slice(&(padded as u64).to_le_bytes());
        entry[28] = 75;
        entry.extend_from_slice(text);
        entry.resize(64 + padded, 0);
        body.extend(entry);
    }
    let mut image = 0xba55_ed50u32.to_le_bytes().to_vec();
    image.extend_from_slice(&[1, 0, 16, 0]);
    image.extend_from_slice(&(body.len() as u64).to_le_bytes());
    image.extend(body);
    if in_elf { elf(&image) } else { image }
}

/// An ELF file with a section `.nv_fatbin`.
fn elf(contents: &[u8]) -> Vec<u8> {
    const NAMES: &[u8] = b"\0.nv_fatbin\0.shstrtab\0";
    let mut file = b"\x7fELF\x02\x01\x01".to_vec();
    file.resize(16, 0);
    file.extend_from_slice(&[2, 0, 62, 0, 1, 0, 0, 0]);
    file.resize(64, 0);
    let start = file.len();
    file.extend_from_slice(contents);
    let names = file.len();
    file.extend_from_slice(NAMES);
    file.resize(file.len().next_multiple_of(8), 0);
    let headers = file.len() as u64;
    file[40..48].copy_from_slice(&headers.to_le_bytes());
    // Sizes of the headers, no program headers, three sections, the last holds the names.
    file[52..64].copy_from_slice(&[64, 0, 56, 0, 0, 0, 64, 0, 3, 0, 2, 0]);
    let mut section = |name: u32, kind: u32, offset: usize, size: usize| {
        let mut header = [0; 64];
        header[..4].copy_from_slice(&name.to_le_bytes());
        header[4..8].copy_from_slice(&kind.to_le_bytes());
        header[24..32].copy_from_slice(&(offset as u64).to_le_bytes());
        header[32..40].copy_from_slice(&(size as u64).to_le_bytes());
        header[48] = 1;
        file.extend_from_slice(&header);
    };
    section(0, 0, 0, 0);
    section(1, 1, start, contents.len());
    section(12, 3, names, NAMES.len());
    file
}

/// A text as words, numbers, blanks and single characters.
pub(super) fn split(text: &[u8]) -> Vec<Vec<u8>> {
    let class = |byte: u8| match byte {
        b if b.is_ascii_alphanumeric() || b"_$%.".contains(&b) => 0,
        b' ' | b'\t' => 1,
        _ => 2,
    };
    let mut tokens: Vec<Vec<u8>> = Vec::new();
    let mut last = 2;
    for &byte in text {
        let now = class(byte);
        match tokens.last_mut() {
            Some(token) if now == last && now != 2 => token.push(byte),
            _ => tokens.push(vec![byte]),
        }
        last = now;
    }
    tokens
}

#[cfg(test)]
mod tests {
    use super::*;
    use ptx_frontend::container::contents;

    #[test]
    fn images_hold_their_texts() {
        let text = b".version 8.0\n".to_vec();
        for in_elf in [false, true] {
            let found = contents(&fatbin(&[&text, &text], in_elf)).unwrap();
            assert_eq!(found.ptx.len(), 2, "in an ELF file: {in_elf}");
            assert_eq!(found.ptx[1].text.as_bytes(), text);
        }
    }

    #[test]
    fn words_are_whole() {
        let tokens = split(b"add.u32 %r1,  7;");
        let texts: Vec<&str> = tokens.iter().map(|token| std::str::from_utf8(token).unwrap()).collect();
        assert_eq!(texts, ["add.u32", " ", "%r1", ",", "  ", "7", ";"]);
    }
}
