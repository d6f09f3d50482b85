//! THE instruction table: one entry per opcode, its forms as NVIDIA's manual writes them.

/// An opcode of the table. Placeholder until the table's macro generates it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Opcode {
    /// `ret`
    Ret,
}

impl Opcode {
    /// The opcode as PTX writes it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Opcode::Ret => "ret",
        }
    }
}
