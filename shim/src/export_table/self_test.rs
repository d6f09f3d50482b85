//! The self-test with which the CUDA runtime makes sure that the driver answers as one.
//!
//! The runtime calls it three times while it starts and refuses to work without the right answer, so a driver that is
//! to run programs built with the runtime has to give it. It is here for interoperability alone, and comes from
//! published facts: the answer is an HMAC (RFC 2104) over MD2 (RFC 1319) of numbers that both sides know. Nothing is
//! protected by it, and nothing else uses these functions.

use super::{Slot, call, cudart_interface, function, unknown};
use crate::abi::{FromC, Out, enter};
use crate::driver::device::{Device, count_visible};
use crate::driver::version;
use crate::sys::CUresult;

/// INTEGRITY_CHECK, the table that the self-test is in.
pub static SLOTS: [Slot; 3] = [Slot::size(3), function!(check), unknown!("INTEGRITY_CHECK[2]")];

unsafe extern "C" fn check(version: u32, seconds: u64, answer_to: *mut [u8; 16]) -> CUresult {
    enter(&call("INTEGRITY_CHECK[1]"), &mut |call| {
        // SAFETY: the caller's contract.
        let answer_to = unsafe { Out::from_c(answer_to, call) }?;
        let facts = Facts {
            driver_version: version::DRIVER as u32,
            process: std::process::id(),
            // SAFETY: it only tells which thread this is.
            thread: unsafe { libc::pthread_self() } as u32,
            addresses: [cudart_interface::SLOTS.as_ptr() as u64, SLOTS.as_ptr() as u64, check as *const () as u64],
        };
        let devices = vec![Identity { uuid: Device.uuid(), pci: Device::PCI }; count_visible() as usize];
        answer_to.set(answer(version, seconds, &facts, &devices));
        Ok(())
    })
}

const BLOCK: usize = 16;
const KEY: [u8; BLOCK] =
    [0x14, 0x6a, 0xdd, 0xae, 0x53, 0xa9, 0xa7, 0x52, 0xaa, 0x08, 0x41, 0x36, 0x0b, 0xf5, 0x5a, 0x9f];

/// What both sides know.
#[derive(Clone, Copy, Debug)]
pub struct Facts {
    /// What `cuDriverGetVersion` says.
    pub driver_version: u32,
    /// The process.
    pub process: u32,
    /// The calling thread: the lower half of `pthread_self()`.
    pub thread: u32,
    /// Addresses of the runtime's interface table, of the table that the self-test is in, and of the self-test.
    pub addresses: [u64; 3],
}

/// A device as the self-test sees it.
#[derive(Clone, Copy, Debug)]
pub struct Identity {
    /// `cuDeviceGetUuid`
    pub uuid: [u8; 16],
    /// Domain, bus and device.
    pub pci: (i32, i32, i32),
}

/// The answer to a question, of which `version` says the kind and `seconds` the time.
pub fn answer(version: u32, seconds: u64, facts: &Facts, devices: &[Identity]) -> [u8; 16] {
    const SECOND_HALF: u64 = 0x8ed3_83aa_1f4c_d1e8;
    let fixed = |first: u64| {
        let mut answer = [0; 16];
        answer[..8].copy_from_slice(&first.to_le_bytes());
        answer[8..].copy_from_slice(&SECOND_HALF.to_le_bytes());
        answer
    };
    match version % 10 {
        0 => fixed(0x3341_181c_03cb_675c),
        1 => fixed(0x1841_181c_03cb_675c),
        _ => hmac(&KEY, &message(version, seconds, facts, devices)),
    }
}

fn message(version: u32, seconds: u64, facts: &Facts, devices: &[Identity]) -> Vec<u8> {
    let mut message = Vec::new();
    for word in [facts.driver_version, version, facts.process, facts.thread] {
        message.extend(word.to_le_bytes());
    }
    for word in facts.addresses.into_iter().chain([seconds]) {
        message.extend(word.to_le_bytes());
    }
    for device in devices {
        message.extend(device.uuid);
        for number in [device.pci.0, device.pci.1, device.pci.2] {
            message.extend(number.to_le_bytes());
        }
    }
    message
}

/// HMAC over MD2. Source: RFC 2104.
fn hmac(key: &[u8; BLOCK], message: &[u8]) -> [u8; 16] {
    let inner = [&key.map(|byte| byte ^ 0x36)[..], message].concat();
    let outer = [&key.map(|byte| byte ^ 0x5c)[..], &md2(&inner)].concat();
    md2(&outer)
}

/// The permutation of the bytes that RFC 1319 draws from the digits of pi.
#[rustfmt::skip]
const PI: [u8; 256] = [
     41,  46,  67, 201, 162, 216, 124,   1,  61,  54,  84, 161, 236, 240,   6,  19,
     98, 167,   5, 243, 192, 199, 115, 140, 152, 147,  43, 217, 188,  76, 130, 202,
     30, 155,  87,  60, 253, 212, 224,  22, 103,  66, 111,  24, 138,  23, 229,  18,
    190,  78, 196, 214, 218, 158, 222,  73, 160, 251, 245, 142, 187,  47, 238, 122,
    169, 104, 121, 145,  21, 178,   7,  63, 148, 194,  16, 137,  11,  34,  95,  33,
    128, 127,  93, 154,  90, 144,  50,  39,  53,  62, 204, 231, 191, 247, 151,   3,
    255,  25,  48, 179,  72, 165, 181, 209, 215,  94, 146,  42, 172,  86, 170, 198,
     79, 184,  56, 210, 150, 164, 125, 182, 118, 252, 107, 226, 156, 116,   4, 241,
     69, 157, 112,  89, 100, 113, 135,  32, 134,  91, 207, 101, 230,  45, 168,   2,
     27,  96,  37, 173, 174, 176, 185, 246,  28,  70,  97, 105,  52,  64, 126,  15,
     85,  71, 163,  35, 221,  81, 175,  58, 195,  92, 249, 206, 186, 197, 234,  38,
     44,  83,  13, 110, 133,  40, 132,   9, 211, 223, 205, 244,  65, 129,  77,  82,
    106, 220,  55, 200, 108, 193, 171, 250,  36, 225, 123,   8,  12, 189, 177,  74,
    120, 136, 149, 139, 227,  99, 232, 109, 233, 203, 213, 254,  59,   0,  29,  57,
    242, 239, 183,  14, 102,  88, 208, 228, 166, 119, 114, 248, 235, 117,  75,  10,
     49,  68,  80, 180, 143, 237,  31,  26, 219, 153, 141,  51, 159,  17, 131,  20,
];

/// MD2. Source: RFC 1319.
fn md2(message: &[u8]) -> [u8; 16] {
    let padding = BLOCK - message.len() % BLOCK;
    let mut padded = message.to_vec();
    padded.extend(std::iter::repeat_n(padding as u8, padding));
    let mut checksum = [0u8; BLOCK];
    let mut last = 0;
    for block in padded.chunks_exact(BLOCK) {
        for (sum, byte) in checksum.iter_mut().zip(block) {
            *sum ^= PI[usize::from(byte ^ last)];
            last = *sum;
        }
    }
    padded.extend(checksum);
    let mut state = [0u8; 48];
    for block in padded.chunks_exact(BLOCK) {
        for (i, byte) in block.iter().enumerate() {
            state[16 + i] = *byte;
            state[32 + i] = state[i] ^ byte;
        }
        let mut t = 0u8;
        for round in 0..18 {
            for byte in &mut state {
                *byte ^= PI[usize::from(t)];
                t = *byte;
            }
            t = t.wrapping_add(round);
        }
    }
    *state.first_chunk().expect("48 bytes begin with 16")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(bytes: [u8; 16]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    #[test]
    fn md2_gives_the_digests_of_rfc_1319() {
        for (message, digest) in [
            ("", "8350e5a3e24c153df2275c9f80692773"),
            ("a", "32ec01ec4a6dac72c0ab96fb34c0b5d1"),
            ("abc", "da853b0d3f88d99b30283a69e6ded6bb"),
            ("message digest", "ab4f496bfb2a530b219ff33031fe06b0"),
            ("abcdefghijklmnopqrstuvwxyz", "4e8ddff3650292ab5a4108c3aa47940b"),
            (
                "12345678901234567890123456789012345678901234567890123456789012345678901234567890",
                "d5976f79d83d3a0dc9806c3c66f3efd8",
            ),
        ] {
            assert_eq!(hex(md2(message.as_bytes())), digest, "{message}");
        }
    }

    #[test]
    fn the_substitution_table_is_a_permutation() {
        let mut seen = [false; 256];
        PI.iter().for_each(|byte| seen[usize::from(*byte)] = true);
        assert!(seen.iter().all(|seen| *seen));
    }

    #[test]
    fn hmac_is_the_hash_of_the_hash() {
        let inner = [&[0x36; 16][..], b"text"].concat();
        let outer = [&[0x5c; 16][..], &md2(&inner)].concat();
        assert_eq!(hmac(&[0; 16], b"text"), md2(&outer));
    }

    #[test]
    fn two_questions_of_three_have_fixed_answers() {
        let facts = Facts { driver_version: 13050, process: 1, thread: 2, addresses: [3, 4, 5] };
        assert_eq!(answer(13050, 0, &facts, &[]), answer(12090, 9, &facts, &[]));
        assert_ne!(answer(13050, 0, &facts, &[]), answer(13051, 0, &facts, &[]));
        assert_ne!(answer(13052, 0, &facts, &[]), answer(13052, 1, &facts, &[]));
    }
}
