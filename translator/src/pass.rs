//! Passes over tile kernels, one per file, each named by what it does.
//!
//! Passes that change a kernel take `&mut Kernel`; analyses return side tables that belong to the kernel as it was when
//! they ran.

pub mod act_at_once;
pub mod contract_products;
pub mod fold_constants;
pub mod merge_blocks;
pub mod prune_block_parameters;
pub mod remove_dead_code;
pub mod renumber_values;
pub mod resolve_generic_addresses;
pub mod share_equal_values;

pub mod control_flow;
pub mod find_affine_values;
pub mod find_loops;
pub mod find_post_dominators;
pub mod find_uniform_values;

mod substitution;

#[cfg(test)]
mod tests;
