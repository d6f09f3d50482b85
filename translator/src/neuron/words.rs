//! The words of NeuronCore programs: engines, memories, element types, ALU operations, activation functions.

/// The enum, its spelling and its parser come from the same rows.
macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $variant:ident = $text:literal,)* }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
        pub enum $name { $($(#[$vmeta])* $variant,)* }

        impl $name {
            /// Every variant, in the order of the table.
            pub const ALL: &'static [$name] = &[$($name::$variant,)*];

            /// The word as programs spell it.
            pub const fn as_str(self) -> &'static str {
                match self { $($name::$variant => $text,)* }
            }

            /// The variant spelled `text`.
            pub fn from_word(text: &str) -> Option<Self> {
                match text { $($text => Some($name::$variant),)* _ => None }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }
    };
}
pub(crate) use words;

words! {
    /// The five instruction streams of a NeuronCore.
    Engine {
        /// PE: the 128 × 128 systolic array. Reads SBUF, writes PSUM.
        Tensor = "tensor",
        /// DVE: 128 lanes, float32 inside, bit operations on raw bits.
        Vector = "vector",
        /// ACT: 128 lanes, `func(in · scale + bias)`.
        Scalar = "scalar",
        /// Pool: 8 processors of 16 lanes, exact 32-bit integers, programmable. Never touches PSUM.
        GpSimd = "gpsimd",
        /// SP: a sequencer without data path; triggers DMA and waits.
        Sync = "sync",
    }
}

words! {
    /// Where an operand lives.
    Space {
        /// State buffer: 128 partitions.
        Sbuf = "sbuf",
        /// Matmul accumulators: 128 partitions of 8 banks of 2 KiB.
        Psum = "psum",
        /// Device memory.
        Hbm = "hbm",
    }
}

words! {
    /// Element types, in NKI's spelling. The 64-bit ones exist for DMA (NEFF data types) and GpSimd routines only.
    #[allow(missing_docs, reason = "the names are NKI's own")]
    Dtype {
        U8 = "uint8", I8 = "int8", U16 = "uint16", I16 = "int16", U32 = "uint32", I32 = "int32",
        U64 = "uint64", I64 = "int64",
        F32 = "float32", TF32 = "tfloat32", F16 = "float16", BF16 = "bfloat16",
        F8E4M3 = "float8_e4m3", F8E5M2 = "float8_e5m2", F8E4M3FN = "float8_e4m3fn", F8E3M4 = "float8_e3m4",
        F8E8M0 = "float8_e8m0fnu",
        F8E4M3X4 = "float8_e4m3fn_x4", F8E5M2X4 = "float8_e5m2_x4", F4E2M1X4 = "float4_e2m1fn_x4",
    }
}

impl Dtype {
    /// Bytes of one element.
    pub const fn bytes(self) -> u32 {
        use Dtype::*;
        match self {
            U8 | I8 | F8E4M3 | F8E5M2 | F8E4M3FN | F8E3M4 | F8E8M0 => 1,
            U16 | I16 | F16 | BF16 | F4E2M1X4 => 2,
            U32 | I32 | F32 | TF32 | F8E4M3X4 | F8E5M2X4 => 4,
            U64 | I64 => 8,
        }
    }

    /// Whether it is an integer type.
    pub const fn is_integer(self) -> bool {
        use Dtype::*;
        matches!(self, U8 | I8 | U16 | I16 | U32 | I32 | U64 | I64)
    }
}

words! {
    /// ALU operations (NKI shared tables, "ALU operators"). Compare and logical operations give 1 or 0 in the type of
    /// the destination.
    #[allow(missing_docs, reason = "the names are NKI's own")]
    AluOp {
        // Bit-vector class: raw bits of integer types.
        Invert = "invert", BitwiseAnd = "bitwise_and", BitwiseOr = "bitwise_or", BitwiseXor = "bitwise_xor",
        ShiftLeft = "left_shift", ShiftRight = "right_shift",
        // Arithmetic class: float32 inside, except integer add, subtract, multiply and compares on GpSimd.
        Add = "add", Subtract = "subtract", Multiply = "multiply", Max = "max", Min = "min",
        Equal = "equal", NotEqual = "not_equal", GreaterEqual = "greater_equal", Greater = "greater",
        LessEqual = "less_equal", Less = "less",
        LogicalAnd = "logical_and", LogicalOr = "logical_or", LogicalXor = "logical_xor",
        Power = "power", AbsMax = "abs_max", AbsMin = "abs_min",
        Abs = "abs", Square = "square", Relu = "relu", Rsqrt = "rsqrt", Reciprocal = "reciprocal",
    }
}

impl AluOp {
    /// Bit-vector class: works on raw bits, integer types only, both operands of the same width.
    pub const fn is_bitwise(self) -> bool {
        use AluOp::*;
        matches!(self, Invert | BitwiseAnd | BitwiseOr | BitwiseXor | ShiftLeft | ShiftRight)
    }

    /// Takes one operand.
    pub const fn is_unary(self) -> bool {
        use AluOp::*;
        matches!(self, Invert | Abs | Square | Relu | Rsqrt | Reciprocal)
    }

    /// Gives 1 or 0.
    pub const fn is_comparison(self) -> bool {
        use AluOp::*;
        matches!(self, Equal | NotEqual | GreaterEqual | Greater | LessEqual | Less)
    }

    /// May be used by `tensor_reduce`. Source: NKI ISA, `tensor_reduce`.
    pub const fn is_reduction(self) -> bool {
        use AluOp::*;
        matches!(
            self,
            Add | Subtract
                | Multiply
                | Max
                | Min
                | BitwiseAnd
                | BitwiseOr
                | BitwiseXor
                | LogicalAnd
                | LogicalOr
                | LogicalXor
        )
    }
}

words! {
    /// Activation functions of the Scalar engine (NKI shared tables, "Activation functions").
    #[allow(missing_docs, reason = "the names are NKI's own")]
    Activation {
        Copy = "copy", Square = "square", Sigmoid = "sigmoid", Relu = "relu", Prelu = "prelu", Gelu = "gelu",
        GeluDx = "gelu_dx", GeluApprxTanh = "gelu_apprx_tanh", GeluApprxSigmoid = "gelu_apprx_sigmoid",
        Silu = "silu", SiluDx = "silu_dx", Tanh = "tanh", Softplus = "softplus", Mish = "mish", Erf = "erf",
        ErfDx = "erf_dx", Exp = "exp", Sign = "sign", Abs = "abs", Log = "log", Sin = "sin", Arctan = "arctan",
        Sqrt = "sqrt", Rsqrt = "rsqrt", Reciprocal = "reciprocal",
    }
}

words! {
    /// Who makes the descriptors of a DMA transfer (NKI "DGE").
    Dge {
        /// Static rings, built when the program is loaded.
        Static = "static",
        /// Software descriptor generation on GpSimd: the only one that gathers and scatters.
        Software = "swdge",
        /// Hardware descriptor generation, NeuronCore-v3 on, triggered from Scalar or Sync.
        Hardware = "hwdge",
    }
}

/// A set of engines, for example those that take part in a loop.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct EngineSet(u8);

impl EngineSet {
    /// No engine.
    pub const NONE: EngineSet = EngineSet(0);
    /// All five.
    pub const ALL: EngineSet = EngineSet(0b1_1111);

    /// The set of these engines.
    pub const fn of(engines: &[Engine]) -> EngineSet {
        let mut bits = 0;
        let mut i = 0;
        while i < engines.len() {
            bits |= 1 << engines[i] as u8;
            i += 1;
        }
        EngineSet(bits)
    }

    /// Whether the engine is in it.
    pub const fn has(self, engine: Engine) -> bool {
        self.0 >> engine as u8 & 1 != 0
    }

    /// Adds an engine.
    pub fn insert(&mut self, engine: Engine) {
        self.0 |= 1 << engine as u8;
    }

    /// The engines of both.
    pub const fn union(self, other: EngineSet) -> EngineSet {
        EngineSet(self.0 | other.0)
    }

    /// Whether no engine is in it.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The engines in the order of [`Engine::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Engine> {
        Engine::ALL.iter().copied().filter(move |&engine| self.has(engine))
    }
}
