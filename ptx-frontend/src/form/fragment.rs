//! How many registers braces must have where a form line leaves it open: of matrices, texels and elements of surfaces.
//!
//! The 32 lanes of a warp share the elements of a matrix evenly. What PTX lays out otherwise is said where it is.

use super::matching::Mismatch;
use super::table::Candidate;
use crate::checked::Operand;
use crate::isa::Opcode;
use crate::modifier::Modifier;
use crate::types::ScalarType;

const LANES: u32 = 32;

/// Which matrix an operand holds a part of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Matrix {
    A,
    B,
    /// What is added, or what comes out.
    Sum,
}

/// Whether the number of registers in braces depends on the dot-words.
pub(crate) fn has_fragments(opcode: Opcode) -> bool {
    matches!(opcode.row().chapter, "Matrices" | "Textures and surfaces")
}

impl Candidate {
    /// Compares the number of registers in braces with what the dot-words say, for an instruction that
    /// [`has_fragments`].
    pub(crate) fn check_braces(
        &self,
        opcode: Opcode,
        words: &[Modifier],
        operands: &[Operand],
    ) -> Result<(), Mismatch> {
        for (index, operand) in operands.iter().enumerate() {
            let Some(count) = self.registers(opcode, words, index) else { continue };
            // A predicate may stand beside the braces.
            let first = if let Operand::Pair(first, _) = operand { first } else { operand };
            let given = first.elements().len() as u32;
            if given != count {
                let noun = if count == 1 { "register" } else { "registers" };
                let reason = format!("there must be {count} {noun} here, not {given}");
                return Err(Mismatch::Operand { index, reason });
            }
        }
        Ok(())
    }

    /// How many registers the operand with this index has; `None` where braces do not depend on a shape.
    pub(super) fn registers(&self, opcode: Opcode, words: &[Modifier], index: usize) -> Option<u32> {
        let has = |word: &str| words.iter().any(|each| each.as_str() == word);
        let matrices = || words.iter().find_map(|word| word.as_str().strip_prefix('x')?.parse::<u32>().ok());
        match (opcode, index) {
            // An m16n16 matrix is twice as large as the others.
            (Opcode::Ldmatrix, 0) => Some(matrices()? * if has("m16n16") { 2 } else { 1 }),
            (Opcode::Stmatrix, 1) => matrices(),
            (Opcode::Tex | Opcode::Tld4 | Opcode::Suld, 0) | (Opcode::Sust, 1) => Some(self.vector),
            (Opcode::Mma | Opcode::WmmaMma, 0..=3) => {
                // Old forms name the types of the sums only.
                let types = match *self.types {
                    [d, c] => [d, ScalarType::F16, ScalarType::F16, c],
                    [d, a, b, c, ..] => [d, a, b, c],
                    _ => return None,
                };
                let matrix = [Matrix::Sum, Matrix::A, Matrix::B, Matrix::Sum][index];
                registers_of(opcode, words, matrix, types[index])
            }
            (Opcode::WmmaLoad, 0) => {
                let matrix = match () {
                    () if has("a") => Matrix::A,
                    () if has("b") => Matrix::B,
                    () => Matrix::Sum,
                };
                registers_of(opcode, words, matrix, *self.types.first()?)
            }
            (Opcode::WmmaStore, 1) => registers_of(opcode, words, Matrix::Sum, *self.types.first()?),
            _ => None,
        }
    }
}

fn registers_of(opcode: Opcode, words: &[Modifier], matrix: Matrix, ty: ScalarType) -> Option<u32> {
    let has = |word: &str| words.iter().any(|each| each.as_str() == word);
    let (m, n, k) = words.iter().find_map(|word| shape(word.as_str()))?;
    // Every lane holds halves of `wmma` operands twice.
    if opcode != Opcode::Mma && matrix != Matrix::Sum && ty == ScalarType::F16 {
        return Some(8);
    }
    let is_half = has("sp") || has("sp::ordered_metadata");
    let elements = match matrix {
        Matrix::A if is_half => m * k / 2,
        Matrix::A => m * k,
        Matrix::B => k * n,
        Matrix::Sum => m * n,
    };
    // Numbers of 4 bits lie close together where there is nothing else, and take a byte each where formats may differ.
    let is_narrow = has("kind::mxf4") || has("kind::mxf4nvf4");
    let bits = match matrix {
        Matrix::A | Matrix::B if is_narrow => 4,
        _ => ty.bits(),
    };
    // Four groups of eight lanes have a product of their own.
    let products = if opcode == Opcode::Mma && (m, n, k) == (8, 8, 4) && ty != ScalarType::F64 { 4 } else { 1 };
    Some(products * elements * bits / (LANES * bits.max(32)))
}

/// `m16n8k16`
fn shape(word: &str) -> Option<(u32, u32, u32)> {
    let (m, rest) = word.strip_prefix('m')?.split_once('n')?;
    let (n, k) = rest.split_once('k')?;
    Some((m.parse().ok()?, n.parse().ok()?, k.parse().ok()?))
}
