//! Hashing of names: faster than the standard hasher for short strings, and like it seeded by chance, so that no text
//! can be made whose names all collide.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hasher, RandomState};

/// A map from names.
pub(crate) type NameMap<K, V> = HashMap<K, V, Seed>;

/// The seed of a process.
#[derive(Clone, Copy)]
pub(crate) struct Seed(u64);

impl Default for Seed {
    fn default() -> Self {
        static SEED: std::sync::LazyLock<u64> = std::sync::LazyLock::new(|| RandomState::new().hash_one(0));
        Seed(*SEED)
    }
}

impl BuildHasher for Seed {
    type Hasher = NameHasher;
    fn build_hasher(&self) -> NameHasher {
        NameHasher(self.0)
    }
}

/// Folds eight bytes at a time by a multiplication to 128 bits.
pub(crate) struct NameHasher(u64);

impl NameHasher {
    fn fold(&mut self, word: u64) {
        let product = u128::from(self.0 ^ word) * 0x9e37_79b9_7f4a_7c15;
        self.0 = (product as u64) ^ (product >> 64) as u64;
    }
}

impl Hasher for NameHasher {
    fn write(&mut self, bytes: &[u8]) {
        // The last word may have bytes of the one before again: that is faster than to fill it up.
        let last = match (bytes.last_chunk::<8>(), bytes.first_chunk::<4>(), bytes.last_chunk::<4>(), bytes) {
            (Some(last), ..) => {
                for word in bytes[..bytes.len() - 1].chunks_exact(8) {
                    self.fold(u64::from_le_bytes(word.try_into().expect("chunks have eight bytes")));
                }
                u64::from_le_bytes(*last)
            }
            (None, Some(first), Some(last), _) => {
                u64::from(u32::from_le_bytes(*first)) | u64::from(u32::from_le_bytes(*last)) << 32
            }
            (.., [first, .., last]) => u64::from_le_bytes([*first, bytes[1], *last, 0, 0, 0, 0, 0]),
            (.., [only]) => (*only).into(),
            (.., []) => 0,
        };
        self.fold(last ^ (bytes.len() as u64) << 56);
    }

    fn write_u8(&mut self, byte: u8) {
        // What ends a string; its length is in already.
        debug_assert_eq!(byte, 0xff);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
