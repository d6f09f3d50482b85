//! PTX to accelerator kernels.
//!
//! `checked PTX → tile kernel → NeuronCore program`. Modules in reading order.
#![forbid(unsafe_code)]

mod translate;

pub mod texture;

pub mod tile;

pub mod pass;

pub mod neuron;

pub use translate::{Options, Outline, TranslateError, Unsupported, code_address, symbol_name, symbol_name_of};

use ptx_frontend::checked::Module;
use tile::Kernel;

/// A pass and its name.
type Pass = (&'static str, fn(&mut Kernel));

/// What is done to every tile kernel after it was lowered from PTX, in this order.
const PASSES: &[Pass] = &[
    ("prune_block_parameters", pass::prune_block_parameters::prune_block_parameters),
    ("fold_constants", pass::fold_constants::fold_constants),
    ("resolve_generic_addresses", pass::resolve_generic_addresses::resolve_generic_addresses),
    ("share_equal_values", pass::share_equal_values::share_equal_values),
    ("remove_dead_code", pass::remove_dead_code::remove_dead_code),
    ("act_at_once", pass::act_at_once::act_at_once),
    ("merge_blocks", pass::merge_blocks::merge_blocks),
    ("remove_dead_code", pass::remove_dead_code::remove_dead_code),
    ("renumber_values", pass::renumber_values::renumber_values),
];

/// Translates one kernel of a module to a tile kernel.
///
/// In builds with debug assertions, the verifier looks at the kernel after every pass.
pub fn translate(module: &Module, entry: &str, options: &Options) -> Result<Kernel, TranslateError> {
    let mut kernel = translate::lower(module, entry, options)?;
    verify(&kernel, "lower")?;
    if options.contract {
        pass::contract_products::contract_products(&mut kernel);
        verify(&kernel, "contract_products")?;
    }
    for (name, pass) in PASSES {
        pass(&mut kernel);
        verify(&kernel, name)?;
    }
    Ok(kernel)
}

/// The same without the passes: what they start from, for tests that compare before and after.
pub fn translate_without_passes(module: &Module, entry: &str, options: &Options) -> Result<Kernel, TranslateError> {
    let kernel = translate::lower(module, entry, options)?;
    verify(&kernel, "lower")?;
    Ok(kernel)
}

fn verify(kernel: &Kernel, pass: &'static str) -> Result<(), TranslateError> {
    if !cfg!(debug_assertions) {
        return Ok(());
    }
    tile::verify::verify(kernel).map_err(|message| TranslateError::Broken {
        kernel: kernel.name.clone(),
        pass,
        message: message.join("; "),
    })
}
