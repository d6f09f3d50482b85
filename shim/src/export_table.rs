//! The tables of functions that the CUDA runtime asks for through `cuGetExportTable`.
//!
//! NVIDIA documents none of them. What is here follows published observations: which tables the runtimes 11.8 to 13.5
//! ask for, which of their slots they call, and what they make of the answers. A slot that none of them calls answers
//! `CUDA_ERROR_NOT_SUPPORTED` and names itself, so that a program that does call it tells us.

pub mod context_checks;
pub mod context_storage;
pub mod cudart_interface;
pub mod self_test;
pub mod tools;

use crate::abi::{Call, DefaultStream};
use std::ffi::c_void;
use std::sync::atomic::{AtomicBool, Ordering};

/// A table.
pub struct Table {
    /// Its identifier, as `cuGetExportTable` is asked for it.
    pub id: [u8; 16],
    /// What others call it.
    pub name: &'static str,
    slots: &'static [Slot],
}

/// All tables.
pub static TABLES: &[Table] = &[
    Table { id: id(0x6bd5fb6c_5bf4_e74a_8987_d93912fd9df9), name: "CUDART_INTERFACE", slots: &cudart_interface::SLOTS },
    Table {
        id: id(0xa094798c_2e74_2e74_93f2_0800200c0a66),
        name: "TOOLS_RUNTIME_CALLBACK_HOOKS",
        slots: &tools::HOOKS,
    },
    Table { id: id(0x42d85a81_23f6_cb47_8298_f6e78a3aecdc), name: "TOOLS_TLS", slots: &tools::TLS },
    Table { id: id(0x21318c60_9714_3248_8ca6_41ff7324c8f2), name: "TOOLS_CALLS", slots: &tools::CALLS },
    Table {
        id: id(0xc693336e_1121_df11_a8c3_68f355d89593),
        name: "CONTEXT_LOCAL_STORAGE",
        slots: &context_storage::SLOTS,
    },
    Table { id: id(0x263e8860_7cd2_6143_92f6_bbd5006dfa7e), name: "CONTEXT_CHECKS", slots: &context_checks::SLOTS },
    Table { id: id(0xd4082055_bde6_704b_8d34_ba123c66e1f2), name: "INTEGRITY_CHECK", slots: &self_test::SLOTS },
];

/// An identifier whose digits are written in their order.
const fn id(digits: u128) -> [u8; 16] {
    digits.to_be_bytes()
}

/// The table with an identifier.
pub fn find(id: [u8; 16]) -> Option<*const c_void> {
    let table = TABLES.iter().find(|table| table.id == id)?;
    RUNTIME_IS_THERE.store(true, Ordering::Relaxed);
    Some(table.slots.as_ptr().cast())
}

static RUNTIME_IS_THERE: AtomicBool = AtomicBool::new(false);

/// Whether this process has a CUDA runtime: only it asks for these tables.
pub fn runtime_is_there() -> bool {
    RUNTIME_IS_THERE.load(Ordering::Relaxed)
}

/// A slot of a table: a function, or the size of the table.
#[repr(transparent)]
pub struct Slot(*const c_void);

// SAFETY: functions and numbers are the same for all threads.
unsafe impl Sync for Slot {}

impl Slot {
    /// What most tables start with: how many bytes they have.
    const fn size(slots: usize) -> Slot {
        Slot(std::ptr::without_provenance(slots * size_of::<Slot>()))
    }
}

/// How a function of a table enters the library.
const fn call(name: &'static str) -> Call<'static> {
    Call { name, default_stream: DefaultStream::Legacy, before_init: false, arguments: &[] }
}

/// A slot that calls a function.
macro_rules! function {
    ($function:path) => {
        $crate::export_table::Slot($function as *const std::ffi::c_void)
    };
}

/// A slot that nobody is known to call.
macro_rules! unknown {
    ($name:expr) => {{
        extern "C" fn unknown() -> $crate::sys::CUresult {
            let answer = &mut |call: &$crate::abi::Call| Err($crate::report::unsupported(call.name));
            $crate::abi::enter(&$crate::export_table::call($name), answer)
        }
        $crate::export_table::Slot(unknown as *const std::ffi::c_void)
    }};
}
use {function, unknown};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_are_found_as_they_are_written() {
        let first = [0x6b, 0xd5, 0xfb, 0x6c, 0x5b, 0xf4, 0xe7, 0x4a, 0x89, 0x87, 0xd9, 0x39, 0x12, 0xfd, 0x9d, 0xf9];
        assert!(find(first).is_some());
        assert!(find([0; 16]).is_none());
    }

    #[test]
    fn tables_with_a_size_have_the_one_they_say() {
        for table in TABLES.iter().filter(|table| table.name != "CONTEXT_LOCAL_STORAGE") {
            assert_eq!(table.slots[0].0.addr(), size_of_val(table.slots), "{}", table.name);
        }
    }
}
