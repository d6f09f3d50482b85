//! Scalar types, state spaces and the other words that PTX puts behind a dot and that mean a kind of thing.

/// One `macro_rules!` list per kind of word: the enum, its spelling and its parser come from the same rows.
macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $variant:ident = $text:literal,)* }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
        pub enum $name { $($(#[$vmeta])* $variant,)* }

        impl $name {
            /// Every variant, in the order of the table.
            pub const ALL: &'static [$name] = &[$($name::$variant,)*];

            /// The word as PTX writes it, without the dot.
            pub const fn as_str(self) -> &'static str {
                match self { $($name::$variant => $text,)* }
            }

            /// The variant that PTX writes as `text` (no dot).
            pub fn from_str(text: &str) -> Option<Self> {
                match text { $($text => Some($name::$variant),)* _ => None }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}
pub(crate) use words;

words! {
    /// The fundamental and packed types of PTX ISA section "Types".
    #[allow(missing_docs, reason = "the names are PTX's own")]
    ScalarType {
        Pred = "pred",
        B8 = "b8", B16 = "b16", B32 = "b32", B64 = "b64", B128 = "b128",
        U8 = "u8", U16 = "u16", U32 = "u32", U64 = "u64",
        S8 = "s8", S16 = "s16", S32 = "s32", S64 = "s64",
        F16 = "f16", F16x2 = "f16x2", BF16 = "bf16", BF16x2 = "bf16x2", TF32 = "tf32",
        F32 = "f32", F32x2 = "f32x2", F64 = "f64",
        U16x2 = "u16x2", S16x2 = "s16x2", U8x4 = "u8x4", S8x4 = "s8x4",
        E4M3 = "e4m3", E5M2 = "e5m2", E3M2 = "e3m2", E2M3 = "e2m3", E2M1 = "e2m1", UE8M0 = "ue8m0", UE4M3 = "ue4m3",
        E4M3x2 = "e4m3x2", E5M2x2 = "e5m2x2", E3M2x2 = "e3m2x2", E2M3x2 = "e2m3x2", E2M1x2 = "e2m1x2",
        UE8M0x2 = "ue8m0x2", UE5M3x2 = "ue5m3x2", S2F6x2 = "s2f6x2",
        E4M3x4 = "e4m3x4", E5M2x4 = "e5m2x4", E3M2x4 = "e3m2x4", E2M3x4 = "e2m3x4", E2M1x4 = "e2m1x4",
        S2 = "s2", U2 = "u2", S4 = "s4", U4 = "u4", B1 = "b1", B4 = "b4", B4x16 = "b4x16", B6x16P32 = "b6x16_p32",
    }
}

impl ScalarType {
    /// Width in bits of one value of this type in a register or in memory.
    pub const fn bits(self) -> u32 {
        use ScalarType::*;
        match self {
            Pred | B1 => 1,
            S2 | U2 => 2,
            S4 | U4 | B4 => 4,
            B8 | U8 | S8 | E4M3 | E5M2 | E3M2 | E2M3 | E2M1 | UE8M0 | UE4M3 | E2M1x2 => 8,
            B16 | U16 | S16 | F16 | BF16 | E4M3x2 | E5M2x2 | E3M2x2 | E2M3x2 | UE8M0x2 | UE5M3x2 | S2F6x2 | E2M1x4 => {
                16
            }
            B32 | U32 | S32 | F32 | TF32 | F16x2 | BF16x2 | U16x2 | S16x2 | U8x4 | S8x4 | E4M3x4 | E5M2x4 | E3M2x4
            | E2M3x4 => 32,
            B64 | U64 | S64 | F64 | F32x2 | B4x16 => 64,
            B6x16P32 | B128 => 128,
        }
    }

    /// Width in bytes, rounded up.
    pub const fn bytes(self) -> u32 {
        self.bits().div_ceil(8)
    }

    /// Whether a wider destination register is filled with the sign (PTX ISA "Operand Size Exceeding
    /// Instruction-Type Size").
    pub const fn is_signed(self) -> bool {
        matches!(self, Self::S8 | Self::S16 | Self::S32 | Self::S64 | Self::S4 | Self::S2)
    }

    /// One of the `.f16 .bf16 .tf32 .f32 .f64` scalars.
    pub const fn is_float(self) -> bool {
        matches!(self, Self::F16 | Self::BF16 | Self::TF32 | Self::F32 | Self::F64)
    }

    /// One of the `.uN` or `.sN` scalars.
    pub const fn is_integer(self) -> bool {
        matches!(self, Self::U8 | Self::U16 | Self::U32 | Self::U64 | Self::S8 | Self::S16 | Self::S32 | Self::S64)
    }
}

words! {
    /// State spaces (PTX ISA section "State Spaces"); `Generic` stands for a missing space word.
    #[allow(missing_docs, reason = "the names are PTX's own")]
    StateSpace {
        Generic = "generic",
        Reg = "reg", SReg = "sreg", Const = "const", Global = "global", Local = "local",
        Param = "param", ParamEntry = "param::entry", ParamFunc = "param::func",
        Shared = "shared", SharedCta = "shared::cta", SharedCluster = "shared::cluster",
        Tex = "tex",
    }
}

words! {
    /// Rounding modes. The `*i` forms round to an integral value.
    #[allow(missing_docs, reason = "the names are PTX's own")]
    Rounding {
        Rn = "rn", Rz = "rz", Rm = "rm", Rp = "rp", Rna = "rna", Rs = "rs",
        Rni = "rni", Rzi = "rzi", Rmi = "rmi", Rpi = "rpi",
    }
}

words! {
    /// Comparison operators of `set`, `setp`, `vset`.
    #[allow(missing_docs, reason = "the names are PTX's own")]
    Comparison {
        Eq = "eq", Ne = "ne", Lt = "lt", Le = "le", Gt = "gt", Ge = "ge",
        Lo = "lo", Ls = "ls", Hi = "hi", Hs = "hs",
        Equ = "equ", Neu = "neu", Ltu = "ltu", Leu = "leu", Gtu = "gtu", Geu = "geu",
        Num = "num", Nan = "nan",
    }
}

words! {
    /// Combining operators of `set` and `setp`, and reduction operators of barriers.
    #[allow(missing_docs, reason = "the names are PTX's own")]
    BoolOp { And = "and", Or = "or", Xor = "xor", Popc = "popc", }
}

words! {
    /// Operations of `atom` and `red`.
    #[allow(missing_docs, reason = "the names are PTX's own")]
    AtomicOp {
        And = "and", Or = "or", Xor = "xor", Cas = "cas", Exch = "exch",
        Add = "add", Inc = "inc", Dec = "dec", Min = "min", Max = "max",
    }
}

words! {
    /// Memory orders (PTX ISA "Memory Consistency Model"); `Weak` is also the meaning of a missing word on `ld` and `st`.
    #[allow(missing_docs, reason = "the names are PTX's own")]
    MemoryOrder {
        Weak = "weak", Volatile = "volatile", Relaxed = "relaxed", Acquire = "acquire", Release = "release",
        AcqRel = "acq_rel", Sc = "sc", Mmio = "mmio",
    }
}

words! {
    /// Scopes of the memory consistency model.
    #[allow(missing_docs, reason = "the names are PTX's own")]
    Scope { Cta = "cta", Cluster = "cluster", Gpu = "gpu", Sys = "sys", }
}
