//! THE instruction table: one entry per opcode, its forms as NVIDIA's manual writes them.
//!
//! A row has its meaning in one line, the name of its [`Opcode`], the mnemonic, what we do with it, and its forms: the
//! PTX version and the target that a form came with, and the line itself. How lines are written is told in `form.rs`.
//! Where a form is treated otherwise than the rest of its row, it says so behind `but`. A form that later versions do not
//! have any more names the last one behind `until`, with the target from which on that holds behind `on`. Dot-words that
//! are younger than the forms that have them are in `YOUNGER`.
//! Lines that are older than PTX 2.0 bear its number where the manual does not say more.
//!
//! Everything else about instructions is derived: the dot-words there are, the matching, the error messages,
//! `docs/ptx-coverage.md`.

/// What we do with an instruction.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Support {
    /// Executed with its meaning.
    Executed,
    /// Accepted; it only advises the hardware, and nothing happens.
    Hint,
    /// Parsed and checked, but a kernel that uses it cannot run: the reason.
    Known(&'static str),
}

/// One form of an instruction.
#[derive(Clone, Copy, Debug)]
pub struct FormLine {
    /// PTX version that brought it.
    pub ptx: &'static str,
    /// Target that it needs.
    pub target: &'static str,
    /// The last PTX version that has it, if there is one.
    pub until: Option<Until>,
    /// Dot-words and operands.
    pub text: &'static str,
    /// Where this form differs from its row in what we do with it.
    pub support: Option<Support>,
}

/// Where a form ends that later PTX versions do not have.
#[derive(Clone, Copy, Debug)]
pub struct Until {
    /// The last version.
    pub version: &'static str,
    /// Targets before this one still have it.
    pub target: Option<&'static str>,
}

/// One entry of the table.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// The chapter it stands in.
    pub chapter: &'static str,
    /// What it does.
    pub doc: &'static str,
    /// Its opcode.
    pub opcode: Opcode,
    /// Its name in PTX, with those dot-words that make it an instruction of its own.
    pub mnemonic: &'static str,
    /// What we do with it.
    pub support: Support,
    /// Its forms.
    pub forms: &'static [FormLine],
}

impl Row {
    /// What we do with the form of this number.
    pub fn support_of(&self, form: usize) -> Support {
        self.forms.get(form).and_then(|form| form.support).unwrap_or(self.support)
    }
}

macro_rules! support {
    (executed) => {
        Support::Executed
    };
    (hint) => {
        Support::Hint
    };
    (known $why:literal) => {
        Support::Known($why)
    };
}

macro_rules! last_version {
    () => {
        None
    };
    ($version:literal) => {
        Some(Until { version: stringify!($version), target: None })
    };
    ($version:literal $target:ident) => {
        Some(Until { version: stringify!($version), target: Some(stringify!($target)) })
    };
}

macro_rules! form_support {
    () => {
        None
    };
    ($($support:tt)+) => {
        Some(support!($($support)+))
    };
}

macro_rules! isa {
    ($($chapter:literal {
        $(#[doc = $doc:literal] $variant:ident = $mnemonic:literal $support:ident $($why:literal)? [
            $($ptx:literal $target:ident $(until $until:literal $(on $until_on:ident)?)? $(but $form_support:ident $($form_why:literal)?)? : $line:literal)*
        ])*
    })*) => {
        /// An opcode of the table.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
        #[repr(u16)]
        pub enum Opcode {
            $($(#[doc = $doc] $variant,)*)*
        }

        /// The table, in the order of [`Opcode`].
        pub const ROWS: &[Row] = &[
            $($(Row {
                chapter: $chapter,
                doc: $doc,
                opcode: Opcode::$variant,
                mnemonic: $mnemonic,
                support: support!($support $($why)?),
                forms: &[$(FormLine {
                    ptx: stringify!($ptx),
                    target: stringify!($target),
                    until: last_version!($($until $($until_on)?)?),
                    text: $line,
                    support: form_support!($($form_support $($form_why)?)?),
                },)*],
            },)*)*
        ];
    };
}

impl Opcode {
    /// Its row.
    pub const fn row(self) -> &'static Row {
        &ROWS[self as usize]
    }

    /// Its whole name, `cp.async.bulk`.
    pub const fn mnemonic(self) -> &'static str {
        self.row().mnemonic
    }

    /// The first word of its name, `cp`; the others are among the modifiers.
    pub fn as_str(self) -> &'static str {
        self.mnemonic().split('.').next().unwrap_or_default()
    }
}

/// Names for lists of dot-words that many lines have.
pub(crate) const LISTS: &[(&str, &str)] = &[
    ("INT", ".u16|.u32|.u64|.s16|.s32|.s64"),
    ("INT8", ".u8|.u16|.u32|.u64|.s8|.s16|.s32|.s64"),
    ("FLOAT", ".f16|.bf16|.f32|.f64"),
    ("ANY", ".b8|.b16|.b32|.b64|.u8|.u16|.u32|.u64|.s8|.s16|.s32|.s64|.f32|.f64"),
    ("ANY16", ".b16|.b32|.b64|.u16|.u32|.u64|.s16|.s32|.s64|.f32|.f64"),
    ("RND", ".rn|.rz|.rm|.rp"),
    ("RNDI", ".rni|.rzi|.rmi|.rpi"),
    ("CMP", ".eq|.ne|.lt|.le|.gt|.ge"),
    ("CMPU", ".eq|.ne|.lt|.le|.gt|.ge|.lo|.ls|.hi|.hs"),
    ("CMPF", ".eq|.ne|.lt|.le|.gt|.ge|.equ|.neu|.ltu|.leu|.gtu|.geu|.num|.nan"),
    ("BOOL", ".and|.or|.xor"),
    ("SCOPE", ".cta|.cluster|.gpu|.sys"),
    ("SPACE", ".const|.global|.local|.param|.param::entry|.param::func|.shared|.shared::cta|.shared::cluster"),
    ("SHARED", ".shared|.shared::cta|.shared::cluster"),
    ("LDCOP", ".ca|.cg|.cs|.lu|.cv"),
    ("STCOP", ".wb|.cg|.cs|.wt"),
    ("EVICT", ".L1::evict_normal|.L1::evict_unchanged|.L1::evict_first|.L1::evict_last|.L1::no_allocate"),
    ("EVICT2", ".L2::evict_normal|.L2::evict_first|.L2::evict_last"),
    ("PREFETCH", ".L2::64B|.L2::128B|.L2::256B"),
    ("VEC", ".v2|.v4|.v8"),
    ("GEOM", ".1d|.2d|.3d|.a1d|.a2d|.cube|.acube|.2dms|.a2dms"),
    ("CLAMP", ".trap|.clamp|.zero"),
    (
        "M64K8",
        ".m64n8k8|.m64n16k8|.m64n24k8|.m64n32k8|.m64n40k8|.m64n48k8|.m64n56k8|.m64n64k8|.m64n72k8|.m64n80k8|.m64n88k8|.m64n96k8|.m64n104k8|.m64n112k8|.m64n120k8|.m64n128k8|.m64n136k8|.m64n144k8|.m64n152k8|.m64n160k8|.m64n168k8|.m64n176k8|.m64n184k8|.m64n192k8|.m64n200k8|.m64n208k8|.m64n216k8|.m64n224k8|.m64n232k8|.m64n240k8|.m64n248k8|.m64n256k8",
    ),
    (
        "M64K16",
        ".m64n8k16|.m64n16k16|.m64n24k16|.m64n32k16|.m64n40k16|.m64n48k16|.m64n56k16|.m64n64k16|.m64n72k16|.m64n80k16|.m64n88k16|.m64n96k16|.m64n104k16|.m64n112k16|.m64n120k16|.m64n128k16|.m64n136k16|.m64n144k16|.m64n152k16|.m64n160k16|.m64n168k16|.m64n176k16|.m64n184k16|.m64n192k16|.m64n200k16|.m64n208k16|.m64n216k16|.m64n224k16|.m64n232k16|.m64n240k16|.m64n248k16|.m64n256k16",
    ),
    (
        "M64K32",
        ".m64n8k32|.m64n16k32|.m64n24k32|.m64n32k32|.m64n40k32|.m64n48k32|.m64n56k32|.m64n64k32|.m64n72k32|.m64n80k32|.m64n88k32|.m64n96k32|.m64n104k32|.m64n112k32|.m64n120k32|.m64n128k32|.m64n136k32|.m64n144k32|.m64n152k32|.m64n160k32|.m64n168k32|.m64n176k32|.m64n184k32|.m64n192k32|.m64n200k32|.m64n208k32|.m64n216k32|.m64n224k32|.m64n232k32|.m64n240k32|.m64n248k32|.m64n256k32",
    ),
    (
        "M64K64",
        ".m64n8k64|.m64n16k64|.m64n24k64|.m64n32k64|.m64n40k64|.m64n48k64|.m64n56k64|.m64n64k64|.m64n72k64|.m64n80k64|.m64n88k64|.m64n96k64|.m64n104k64|.m64n112k64|.m64n120k64|.m64n128k64|.m64n136k64|.m64n144k64|.m64n152k64|.m64n160k64|.m64n168k64|.m64n176k64|.m64n184k64|.m64n192k64|.m64n200k64|.m64n208k64|.m64n216k64|.m64n224k64|.m64n232k64|.m64n240k64|.m64n248k64|.m64n256k64",
    ),
    (
        "M64K32I",
        ".m64n8k32|.m64n16k32|.m64n24k32|.m64n32k32|.m64n48k32|.m64n64k32|.m64n80k32|.m64n96k32|.m64n112k32|.m64n128k32|.m64n144k32|.m64n160k32|.m64n176k32|.m64n192k32|.m64n208k32|.m64n224k32|.m64n240k32|.m64n256k32",
    ),
    (
        "M64K64I",
        ".m64n8k64|.m64n16k64|.m64n24k64|.m64n32k64|.m64n48k64|.m64n64k64|.m64n80k64|.m64n96k64|.m64n112k64|.m64n128k64|.m64n144k64|.m64n160k64|.m64n176k64|.m64n192k64|.m64n208k64|.m64n224k64|.m64n240k64|.m64n256k64",
    ),
    (
        "M64K256I",
        ".m64n8k256|.m64n16k256|.m64n24k256|.m64n32k256|.m64n48k256|.m64n64k256|.m64n80k256|.m64n96k256|.m64n112k256|.m64n128k256|.m64n144k256|.m64n160k256|.m64n176k256|.m64n192k256|.m64n208k256|.m64n224k256|.m64n240k256|.m64n256k256",
    ),
    ("TMEMSHAPE", ".16x64b|.16x128b|.16x256b|.32x32b"),
    ("TMEMCOUNT", ".x1|.x2|.x4|.x8|.x16|.x32|.x64|.x128"),
    ("COLLECTA", ".collector::a::fill|.collector::a::use|.collector::a::lastuse|.collector::a::discard"),
    (
        "COLLECTB",
        ".collector::b0::fill|.collector::b0::use|.collector::b0::lastuse|.collector::b0::discard|.collector::b1::fill|.collector::b1::use|.collector::b1::lastuse|.collector::b1::discard|.collector::b2::fill|.collector::b2::use|.collector::b2::lastuse|.collector::b2::discard|.collector::b3::fill|.collector::b3::use|.collector::b3::lastuse|.collector::b3::discard",
    ),
    ("DIM", ".1d|.2d|.3d|.4d|.5d"),
    (
        "REPORT",
        ".mbarrier::report::disabled|.mbarrier::report::validity::per_16bytes::8|.mbarrier::report::validity::per_16bytes::80|.mbarrier::report::validity::per_16bytes::8000|.mbarrier::report::validity::per_16bytes::80000000|.mbarrier::report::validity::per_element::ff",
    ),
    ("MULTICAST", ".multicast::cluster|.multicast::cluster::32b"),
    ("OVERRIDE", ".override::global_dim|.override::global_dim_stride"),
    ("CTAGROUP", ".cta_group::1|.cta_group::2"),
];

/// Words that are younger than some of the forms that have them: word, version, target.
pub(crate) const YOUNGER: &[(&str, &str, &str)] = &[
    ("L1::evict_normal", "7.4", "sm_70"),
    ("L1::evict_unchanged", "7.4", "sm_70"),
    ("L1::evict_first", "7.4", "sm_70"),
    ("L1::evict_last", "7.4", "sm_70"),
    ("L1::no_allocate", "7.4", "sm_70"),
    ("L2::64B", "7.4", "sm_75"),
    ("L2::128B", "7.4", "sm_75"),
    ("L2::256B", "7.4", "sm_80"),
    ("L2::cache_hint", "7.4", "sm_80"),
    ("b128", "7.0", "sm_70"),
    ("v8", "8.1", "sm_90"),
    ("param::entry", "8.3", "sm_10"),
    ("param::func", "8.3", "sm_10"),
    ("shared::cta", "7.8", "sm_30"),
    ("shared::cluster", "7.8", "sm_90"),
    ("cluster", "7.8", "sm_90"),
    ("xorsign", "7.2", "sm_86"),
];

isa! {
    "Integer arithmetic" {
        /// Adds two values.
        Add = "add" executed [
            1.0 sm_10: ".INT  d:T, a:T, b:T"
            1.0 sm_10: ".sat.s32  d:T, a:T, b:T"
            8.0 sm_90: ".u16x2|.s16x2  d:T, a:T, b:T"
            1.0 sm_10: "{.RND}{.ftz}{.sat}.f32  d:T, a:T, b:T"
            8.6 sm_100: "{.RND}{.ftz}.f32x2  d:T, a:T, b:T"
            1.0 sm_13: "{.RND}.f64  d:T, a:T, b:T"
            4.2 sm_53: "{.rn}{.ftz}{.sat}.f16|.f16x2  d:T, a:T, b:T"
            7.8 sm_90: "{.rn}.bf16|.bf16x2  d:T, a:T, b:T"
            8.6 sm_100: "{.RND}{.sat}.f32.f16|.bf16  d:T0, a:T1, c:T0"
            9.2 sm_120f: "{.sat}.u8x4|.s8x4  d:T, a:T, b:T"
            9.2 sm_120f: ".sat.u32|.u16x2|.s16x2  d:T, a:T, b:T"
        ]
        /// Subtracts one value from another.
        Sub = "sub" executed [
            1.0 sm_10: ".INT  d:T, a:T, b:T"
            1.0 sm_10: ".sat.s32  d:T, a:T, b:T"
            1.0 sm_10: "{.RND}{.ftz}{.sat}.f32  d:T, a:T, b:T"
            8.6 sm_100: "{.RND}{.ftz}.f32x2  d:T, a:T, b:T"
            1.0 sm_13: "{.RND}.f64  d:T, a:T, b:T"
            4.2 sm_53: "{.rn}{.ftz}{.sat}.f16|.f16x2  d:T, a:T, b:T"
            7.8 sm_90: "{.rn}.bf16|.bf16x2  d:T, a:T, b:T"
            8.6 sm_100: "{.RND}{.sat}.f32.f16|.bf16  d:T0, a:T1, c:T0"
            9.2 sm_120f: "{.sat}.u8x4|.s8x4  d:T, a:T, b:T"
        ]
        /// Multiplies two values.
        Mul = "mul" executed [
            1.0 sm_10: ".lo|.hi.INT  d:T, a:T, b:T"
            1.0 sm_10: ".wide.u16|.u32|.s16|.s32  d:2T, a:T, b:T"
            1.0 sm_10: "{.RND}{.ftz}{.sat}.f32  d:T, a:T, b:T"
            8.6 sm_100: "{.RND}{.ftz}.f32x2  d:T, a:T, b:T"
            1.0 sm_13: "{.RND}.f64  d:T, a:T, b:T"
            4.2 sm_53: "{.rn}{.ftz}{.sat}.f16|.f16x2  d:T, a:T, b:T"
            7.8 sm_90: "{.rn}.bf16|.bf16x2  d:T, a:T, b:T"
        ]
        /// Multiplies two values and adds a third.
        Mad = "mad" executed [
            1.0 sm_10: ".lo|.hi.INT  d:T, a:T, b:T, c:T"
            1.0 sm_10: ".wide.u16|.u32|.s16|.s32  d:2T, a:T, b:T, c:2T"
            1.0 sm_10: ".hi.sat.s32  d:T, a:T, b:T, c:T"
            1.0 sm_10: "{.RND}{.ftz}{.sat}.f32  d:T, a:T, b:T, c:T"
            1.0 sm_13: "{.RND}.f64  d:T, a:T, b:T, c:T"
        ]
        /// Multiplies two polynomials over the field of two elements and adds a third.
        Clmad = "clmad" executed [
            9.3 sm_80: ".lo|.hi.u64  d:T, a:T, b:T, c:T"
        ]
        /// Multiplies two 24-bit values.
        Mul24 = "mul24" executed [
            1.0 sm_10: ".lo|.hi.u32|.s32  d:T, a:T, b:T"
        ]
        /// Multiplies two 24-bit values and adds a third value.
        Mad24 = "mad24" executed [
            1.0 sm_10: ".lo|.hi.u32|.s32  d:T, a:T, b:T, c:T"
            1.0 sm_10: ".hi.sat.s32  d:T, a:T, b:T, c:T"
        ]
        /// Adds an absolute difference.
        Sad = "sad" executed [
            1.0 sm_10: ".INT  d:T, a:T, b:T, c:T"
        ]
        /// Divides one value by another.
        Div = "div" executed [
            1.0 sm_10: ".INT  d:T, a:T, b:T"
            1.4 sm_10: ".approx|.full{.ftz}.f32  d:T, a:T, b:T"
            1.4 sm_20: ".RND{.ftz}.f32  d:T, a:T, b:T"
            1.4 sm_13: ".RND.f64  d:T, a:T, b:T"
            1.0 sm_10 until 1.3: ".f32|.f64  d:T, a:T, b:T"
        ]
        /// The remainder of a division.
        Rem = "rem" executed [
            1.0 sm_10: ".INT  d:T, a:T, b:T"
        ]
        /// The absolute value.
        Abs = "abs" executed [
            1.0 sm_10: ".s16|.s32|.s64  d:T, a:T"
            1.0 sm_10: "{.ftz}.f32  d:T, a:T"
            1.0 sm_13: ".f64  d:T, a:T"
            6.5 sm_53: "{.ftz}.f16|.f16x2  d:T, a:T"
            7.0 sm_80: ".bf16|.bf16x2  d:T, a:T"
        ]
        /// The value with its sign changed.
        Neg = "neg" executed [
            1.0 sm_10: ".s16|.s32|.s64  d:T, a:T"
            1.0 sm_10: "{.ftz}.f32  d:T, a:T"
            1.0 sm_13: ".f64  d:T, a:T"
            6.0 sm_53: "{.ftz}.f16|.f16x2  d:T, a:T"
            7.0 sm_80: ".bf16|.bf16x2  d:T, a:T"
            9.2 sm_120f: ".s8x4  d:T, a:T"
        ]
        /// The smaller of two or three values.
        Min = "min" executed [
            1.0 sm_10: ".INT  d:T, a:T, b:T"
            8.0 sm_90: ".u16x2  d:T, a:T, b:T"
            8.0 sm_90: "{.relu}.s16x2  d:T, a:T, b:T"
            8.0 sm_90: ".relu.s32  d:T, a:T, b:T"
            1.0 sm_10: "{.ftz}{.NaN}{.xorsign.abs}.f32  d:T, a:T, b:T"
            8.8 sm_100: "{.ftz}{.NaN}{.abs}.f32  d:T, a:T, b:T, c:T"
            1.0 sm_13: ".f64  d:T, a:T, b:T"
            7.0 sm_80: "{.ftz}{.NaN}{.xorsign.abs}.f16|.f16x2  d:T, a:T, b:T"
            7.0 sm_80: "{.NaN}{.xorsign.abs}.bf16|.bf16x2  d:T, a:T, b:T"
            9.2 sm_120f: ".u8x4  d:T, a:T, b:T"
            9.2 sm_120f: "{.relu}.s8x4  d:T, a:T, b:T"
        ]
        /// The larger of two or three values.
        Max = "max" executed [
            1.0 sm_10: ".INT  d:T, a:T, b:T"
            8.0 sm_90: ".u16x2  d:T, a:T, b:T"
            8.0 sm_90: "{.relu}.s16x2  d:T, a:T, b:T"
            8.0 sm_90: ".relu.s32  d:T, a:T, b:T"
            1.0 sm_10: "{.ftz}{.NaN}{.xorsign.abs}.f32  d:T, a:T, b:T"
            8.8 sm_100: "{.ftz}{.NaN}{.abs}.f32  d:T, a:T, b:T, c:T"
            1.0 sm_13: ".f64  d:T, a:T, b:T"
            7.0 sm_80: "{.ftz}{.NaN}{.xorsign.abs}.f16|.f16x2  d:T, a:T, b:T"
            7.0 sm_80: "{.NaN}{.xorsign.abs}.bf16|.bf16x2  d:T, a:T, b:T"
            9.2 sm_120f: ".u8x4  d:T, a:T, b:T"
            9.2 sm_120f: "{.relu}.s8x4  d:T, a:T, b:T"
        ]
        /// Counts the bits that are set.
        Popc = "popc" executed [
            2.0 sm_20: ".b32|.b64  d:u32, a:T"
        ]
        /// Counts the leading zeros.
        Clz = "clz" executed [
            2.0 sm_20: ".b32|.b64  d:u32, a:T"
        ]
        /// The position of the most significant bit that is not a copy of the sign.
        Bfind = "bfind" executed [
            2.0 sm_20: "{.shiftamt}.u32|.u64|.s32|.s64  d:u32, a:T"
        ]
        /// The position of the n-th set bit.
        Fns = "fns" executed [
            6.0 sm_30: ".b32  d:b32, mask:b32, base:b32, offset:s32"
        ]
        /// Reverses the bits.
        Brev = "brev" executed [
            2.0 sm_20: ".b32|.b64  d:T, a:T"
        ]
        /// Extracts a bit field.
        Bfe = "bfe" executed [
            2.0 sm_20: ".u32|.u64|.s32|.s64  d:T, a:T, b:u32, c:u32"
        ]
        /// Inserts a bit field.
        Bfi = "bfi" executed [
            2.0 sm_20: ".b32|.b64  d:T, a:T, b:T, c:u32, e:u32"
        ]
        /// Extends the sign or zeros of a value of any width.
        Szext = "szext" executed [
            7.6 sm_70: ".clamp|.wrap.u32|.s32  d:T, a:T, b:u32"
        ]
        /// A mask of consecutive bits.
        Bmsk = "bmsk" executed [
            7.6 sm_70: ".clamp|.wrap.b32  d:T, a:u32, b:u32"
        ]
        /// Adds the dot product of four bytes.
        Dp4a = "dp4a" executed [
            5.0 sm_61: ".u32|.s32.u32|.s32  d:b32, a:b32, b:b32, c:b32"
        ]
        /// Adds the dot product of two halves and two bytes.
        Dp2a = "dp2a" executed [
            5.0 sm_61: ".lo|.hi.u32|.s32.u32|.s32  d:b32, a:b32, b:b32, c:b32"
        ]
    }

    "Extended-precision integer arithmetic" {
        /// Adds and sets the carry.
        AddCc = "add.cc" executed [
            1.2 sm_10: ".u32|.s32|.u64|.s64  d:T, a:T, b:T"
        ]
        /// Adds with the carry.
        Addc = "addc" executed [
            1.2 sm_10: "{.cc}.u32|.s32|.u64|.s64  d:T, a:T, b:T"
        ]
        /// Subtracts and sets the borrow.
        SubCc = "sub.cc" executed [
            1.2 sm_10: ".u32|.s32|.u64|.s64  d:T, a:T, b:T"
        ]
        /// Subtracts with the borrow.
        Subc = "subc" executed [
            1.2 sm_10: "{.cc}.u32|.s32|.u64|.s64  d:T, a:T, b:T"
        ]
        /// Multiplies, adds and sets the carry.
        MadCc = "mad.cc" executed [
            3.0 sm_20: ".lo|.hi.u32|.s32|.u64|.s64  d:T, a:T, b:T, c:T"
        ]
        /// Multiplies and adds with the carry.
        Madc = "madc" executed [
            3.0 sm_20: ".lo|.hi{.cc}.u32|.s32|.u64|.s64  d:T, a:T, b:T, c:T"
        ]
    }

    "Floating point" {
        /// Tests a property of a floating-point value.
        Testp = "testp" executed [
            2.0 sm_20: ".finite|.infinite|.number|.notanumber|.normal|.subnormal.f32|.f64  p:pred, a:T"
        ]
        /// The magnitude of one value with the sign of another.
        Copysign = "copysign" executed [
            2.0 sm_20: ".f32|.f64  d:T, a:T, b:T"
        ]
        /// Multiplies and adds with a single rounding.
        Fma = "fma" executed [
            2.0 sm_20: ".RND{.ftz}{.sat}.f32  d:T, a:T, b:T, c:T"
            8.6 sm_100: ".RND{.ftz}.f32x2  d:T, a:T, b:T, c:T"
            1.4 sm_13: ".RND.f64  d:T, a:T, b:T, c:T"
            4.2 sm_53: ".rn{.ftz}{.sat}.f16|.f16x2  d:T, a:T, b:T, c:T"
            7.0 sm_80: ".rn{.ftz}.relu.f16|.f16x2  d:T, a:T, b:T, c:T"
            7.0 sm_80: ".rn{.relu}.bf16|.bf16x2  d:T, a:T, b:T, c:T"
            8.1 sm_90: ".rn.oob{.relu}.f16|.f16x2|.bf16|.bf16x2  d:T, a:T, b:T, c:T"
            8.6 sm_100: ".RND{.sat}.f32.f16|.bf16  d:T0, a:T1, b:T1, c:T0"
        ]
        /// The reciprocal.
        Rcp = "rcp" executed [
            1.4 sm_10: ".approx{.ftz}.f32  d:T, a:T"
            2.0 sm_20: ".RND{.ftz}.f32  d:T, a:T"
            1.4 sm_13: ".RND.f64  d:T, a:T"
            2.1 sm_20: ".approx.ftz.f64  d:T, a:T"
            1.0 sm_10 until 1.3: ".f32|.f64  d:T, a:T"
        ]
        /// The square root.
        Sqrt = "sqrt" executed [
            1.4 sm_10: ".approx{.ftz}.f32  d:T, a:T"
            2.0 sm_20: ".RND{.ftz}.f32  d:T, a:T"
            1.4 sm_13: ".RND.f64  d:T, a:T"
            1.0 sm_10 until 1.3: ".f32|.f64  d:T, a:T"
        ]
        /// The reciprocal of the square root.
        Rsqrt = "rsqrt" executed [
            1.4 sm_10: ".approx{.ftz}.f32  d:T, a:T"
            1.4 sm_13: ".approx{.ftz}.f64  d:T, a:T"
            1.0 sm_10 until 1.3: ".f32|.f64  d:T, a:T"
        ]
        /// The sine.
        Sin = "sin" executed [
            1.0 sm_10: ".approx{.ftz}.f32  d:T, a:T"
            1.0 sm_10 until 1.3: ".f32  d:T, a:T"
            9.5 sm_75 but known "angles are in radians only": ".approx.ftz.2pi.f32  d:T, a:T"
        ]
        /// The cosine.
        Cos = "cos" executed [
            1.0 sm_10: ".approx{.ftz}.f32  d:T, a:T"
            1.0 sm_10 until 1.3: ".f32  d:T, a:T"
            9.5 sm_75 but known "angles are in radians only": ".approx.ftz.2pi.f32  d:T, a:T"
        ]
        /// The binary logarithm.
        Lg2 = "lg2" executed [
            1.0 sm_10: ".approx{.ftz}.f32  d:T, a:T"
            1.0 sm_10 until 1.3: ".f32  d:T, a:T"
        ]
        /// Two to the power of a value.
        Ex2 = "ex2" executed [
            1.0 sm_10: ".approx{.ftz}.f32  d:T, a:T"
            1.0 sm_10 until 1.3: ".f32  d:T, a:T"
            7.0 sm_75: ".approx.f16|.f16x2  d:T, a:T"
            7.8 sm_90: ".approx.ftz.bf16|.bf16x2  d:T, a:T"
        ]
        /// The hyperbolic tangent.
        Tanh = "tanh" executed [
            7.0 sm_75: ".approx.f32|.f16|.f16x2  d:T, a:T"
            7.8 sm_90: ".approx.bf16|.bf16x2  d:T, a:T"
        ]
    }

    "Comparison and selection" {
        /// Compares two values and gives a number, or a combination with a predicate.
        Set = "set" executed [
            1.0 sm_10: ".CMP.u32|.s32|.f32.b16|.b32|.b64|.s16|.s32|.s64  d:T0, a:T1, b:T1"
            1.0 sm_10: ".CMPU.u32|.s32|.f32.u16|.u32|.u64  d:T0, a:T1, b:T1"
            1.0 sm_10: ".CMPF{.ftz}.u32|.s32|.f32.f32|.f64  d:T0, a:T1, b:T1"
            1.0 sm_10: ".CMP.BOOL.u32|.s32|.f32.b16|.b32|.b64|.s16|.s32|.s64  d:T0, a:T1, b:T1, c:pred"
            1.0 sm_10: ".CMPU.BOOL.u32|.s32|.f32.u16|.u32|.u64  d:T0, a:T1, b:T1, c:pred"
            1.0 sm_10: ".CMPF.BOOL{.ftz}.u32|.s32|.f32.f32|.f64  d:T0, a:T1, b:T1, c:pred"
            9.4 sm_107f but known "only sm_107 and its like have it, and their code runs nowhere else": ".CMP.u8x4|.s8x4|.u16x2|.s16x2.u8x4|.s8x4|.u16x2|.s16x2  d:T0, a:T1, b:T1"
            4.2 sm_53: ".CMPF{.ftz}.f16.ANY16  d:T0, a:T1, b:T1"
            4.2 sm_53: ".CMPF{.ftz}.f16|.u16|.s16|.u32|.s32.f16  d:T0, a:T1, b:T1"
            4.2 sm_53: ".CMPF{.ftz}.f16x2|.u32|.s32.f16x2  d:T0, a:T1, b:T1"
            7.8 sm_90: ".CMPF.bf16.ANY16  d:T0, a:T1, b:T1"
            7.8 sm_90: ".CMPF.bf16|.u16|.s16|.u32|.s32.bf16  d:T0, a:T1, b:T1"
            7.8 sm_90: ".CMPF.bf16x2|.u32|.s32.bf16x2  d:T0, a:T1, b:T1"
            4.2 sm_53: ".CMPF.BOOL{.ftz}.f16.ANY16  d:T0, a:T1, b:T1, c:pred"
            4.2 sm_53: ".CMPF.BOOL{.ftz}.f16|.u16|.s16|.u32|.s32.f16  d:T0, a:T1, b:T1, c:pred"
            4.2 sm_53: ".CMPF.BOOL{.ftz}.f16x2|.u32|.s32.f16x2  d:T0, a:T1, b:T1, c:pred"
            7.8 sm_90: ".CMPF.BOOL.bf16.ANY16  d:T0, a:T1, b:T1, c:pred"
            7.8 sm_90: ".CMPF.BOOL.bf16|.u16|.s16|.u32|.s32.bf16  d:T0, a:T1, b:T1, c:pred"
            7.8 sm_90: ".CMPF.BOOL.bf16x2|.u32|.s32.bf16x2  d:T0, a:T1, b:T1, c:pred"
            9.4 sm_107f but known "only sm_107 and its like have it, and their code runs nowhere else": ".CMP.u8x4|.s8x4|.u16x2|.s16x2  d:T, a:T, b:T"
        ]
        /// Compares two values and gives a predicate, or a combination with another one.
        Setp = "setp" executed [
            1.0 sm_10: ".CMP.b16|.b32|.b64|.s16|.s32|.s64  p:pred{|q:pred}, a:T, b:T"
            1.0 sm_10: ".CMPU.u16|.u32|.u64  p:pred{|q:pred}, a:T, b:T"
            1.0 sm_10: ".CMPF{.ftz}.f32|.f64  p:pred{|q:pred}, a:T, b:T"
            1.0 sm_10: ".CMP.BOOL.b16|.b32|.b64|.s16|.s32|.s64  p:pred{|q:pred}, a:T, b:T, c:pred"
            1.0 sm_10: ".CMPU.BOOL.u16|.u32|.u64  p:pred{|q:pred}, a:T, b:T, c:pred"
            1.0 sm_10: ".CMPF.BOOL{.ftz}.f32|.f64  p:pred{|q:pred}, a:T, b:T, c:pred"
            4.2 sm_53: ".CMPF{.ftz}.f16  p:pred, a:T, b:T"
            4.2 sm_53: ".CMPF{.ftz}.f16x2  p:pred|q:pred, a:T, b:T"
            7.8 sm_90: ".CMPF.bf16  p:pred, a:T, b:T"
            7.8 sm_90: ".CMPF.bf16x2  p:pred|q:pred, a:T, b:T"
            4.2 sm_53: ".CMPF.BOOL{.ftz}.f16  p:pred, a:T, b:T, c:pred"
            4.2 sm_53: ".CMPF.BOOL{.ftz}.f16x2  p:pred|q:pred, a:T, b:T, c:pred"
            7.8 sm_90: ".CMPF.BOOL.bf16  p:pred, a:T, b:T, c:pred"
            7.8 sm_90: ".CMPF.BOOL.bf16x2  p:pred|q:pred, a:T, b:T, c:pred"
        ]
        /// Selects by a predicate.
        Selp = "selp" executed [
            1.0 sm_10: ".ANY16  d:T, a:T, b:T, c:pred"
        ]
        /// Selects by the sign of a value.
        Slct = "slct" executed [
            1.0 sm_10: ".ANY16.s32  d:T0, a:T0, b:T0, c:T1"
            1.0 sm_10: "{.ftz}.ANY16.f32  d:T0, a:T0, b:T0, c:T1"
        ]
    }

    "Logic and shift" {
        /// Bitwise and.
        And = "and" executed [
            1.0 sm_10: ".pred|.b16|.b32|.b64  d:T, a:T, b:T"
        ]
        /// Bitwise or.
        Or = "or" executed [
            1.0 sm_10: ".pred|.b16|.b32|.b64  d:T, a:T, b:T"
        ]
        /// Bitwise exclusive or.
        Xor = "xor" executed [
            1.0 sm_10: ".pred|.b16|.b32|.b64  d:T, a:T, b:T"
        ]
        /// Bitwise negation.
        Not = "not" executed [
            1.0 sm_10: ".pred|.b16|.b32|.b64  d:T, a:T"
        ]
        /// Whether a value is zero.
        Cnot = "cnot" executed [
            1.0 sm_10: ".b16|.b32|.b64  d:T, a:T"
        ]
        /// Any bitwise function of three values.
        Lop3 = "lop3" executed [
            4.3 sm_50: ".b32  d:T, a:T, b:T, c:T, lut:#"
            8.2 sm_70: ".or|.and.b32  d:T|p:pred, a:T, b:T, c:T, lut:#, q:pred"
        ]
        /// Shifts two registers as one.
        Shf = "shf" executed [
            3.1 sm_32: ".l|.r.clamp|.wrap.b32  d:T, a:T, b:T, c:u32"
        ]
        /// Shifts left.
        Shl = "shl" executed [
            1.0 sm_10: ".b16|.b32|.b64  d:T, a:T, b:u32"
        ]
        /// Shifts right.
        Shr = "shr" executed [
            1.0 sm_10: ".b16|.b32|.b64|.u16|.u32|.u64|.s16|.s32|.s64  d:T, a:T, b:u32"
        ]
    }

    "Data movement" {
        /// Copies a value, packs or unpacks one, takes an address.
        Mov = "mov" executed [
            1.0 sm_10: ".pred|.ANY16|.b128  d:T, a:T"
            2.0 sm_20: ".b16|.b32|.b64|.b128  d:T, a:parts"
            2.0 sm_20: ".b16|.b32|.b64|.b128  d:parts, a:T"
            1.0 sm_10: ".v2.ANY16  d:V, a:V"
            1.0 sm_10: ".v4.b16|.b32|.u16|.u32|.s16|.s32|.f32  d:V, a:V"
        ]
        /// Picks bytes of two registers.
        Prmt = "prmt" executed [
            2.0 sm_20: ".b32{.f4e|.b4e|.rc8|.ecl|.ecr|.rc16}  d:T, a:T, b:T, c:T"
        ]
        /// Converts a value from one type to another.
        Cvt = "cvt" executed [
            1.0 sm_10: "{.sat}.INT8.INT8  d:~T0, a:~T1"
            1.0 sm_10: ".RND{.ftz}{.sat}.FLOAT.INT8  d:~T0, a:~T1"
            1.0 sm_10: ".RNDI{.ftz}{.sat}.INT8.FLOAT  d:~T0, a:~T1"
            1.0 sm_10: "{.ftz}{.sat}.f32.f16|.bf16  d:~T0, a:~T1"
            1.0 sm_13: "{.ftz}{.sat}.f64.f16|.bf16|.f32  d:~T0, a:~T1"
            1.0 sm_10: ".RND{.ftz}{.sat}.f32.f64  d:~T0, a:~T1"
            1.0 sm_10: ".RND{.ftz}{.sat}.f16.f32|.f64  d:~T0, a:~T1"
            1.0 sm_10: "{.RNDI}{.ftz}{.sat}.f16.f16  d:~T0, a:~T1"
            7.8 sm_90: "{.RNDI}{.sat}.bf16.bf16  d:~T0, a:~T1"
            1.0 sm_10: "{.RNDI}{.ftz}{.sat}.f32.f32  d:~T0, a:~T1"
            1.0 sm_13: "{.RNDI}{.sat}.f64.f64  d:~T0, a:~T1"
            7.8 sm_90: ".RND{.sat}.bf16.f16|.f64  d:~T0, a:~T1"
            7.8 sm_90: ".RND{.sat}.f16.bf16  d:~T0, a:~T1"
            7.0 sm_80: ".rn|.rz{.relu}{.satfinite}.f16|.bf16.f32  d:~T0, a:~T1"
            7.8 sm_90: ".RND{.sat}.bf16.f32  d:~T0, a:~T1"
            7.0 sm_80: ".rn|.rz{.relu}{.satfinite}.f16x2|.bf16x2.f32  d:T0, a:T1, b:T1"
            8.6 sm_100a: ".rs{.relu}{.satfinite}.f16x2|.bf16x2.f32  d:T0, a:T1, b:T1, rbits:b32"
            7.0 sm_80: ".rna{.satfinite}.tf32.f32  d:T0, a:T1"
            7.8 sm_90: ".rn|.rz{.relu}{.satfinite}.tf32.f32  d:T0, a:T1"
            7.8 sm_89: ".rn.satfinite{.relu}.e4m3x2|.e5m2x2.f32  d:T0, a:T1, b:T1"
            7.8 sm_89: ".rn.satfinite{.relu}.e4m3x2|.e5m2x2.f16x2  d:T0, a:T1"
            9.1 sm_100a: ".rn.satfinite{.relu}.e4m3x2|.e5m2x2.bf16x2  d:T0, a:T1"
            7.8 sm_89: ".rn{.relu}.f16x2.e4m3x2|.e5m2x2  d:T0, a:T1"
            9.2 sm_100a: ".rn{.relu}{.satfinite}.bf16x2.e4m3x2|.e5m2x2|.e2m1x2|.e2m3x2|.e3m2x2  d:T0, a:T1"
            9.2 sm_100a: ".rn{.relu}{.satfinite}.scaled::n2::ue8m0.bf16x2.e4m3x2|.e5m2x2|.e2m1x2|.e2m3x2|.e3m2x2  d:T0, a:T1, scale:b16"
            8.7 sm_100a: ".rs{.relu}.satfinite.e4m3x4|.e5m2x4|.e2m3x4|.e3m2x4|.e2m1x4.f32  d:T0, a:{f32*4}, rbits:b32"
            8.6 sm_100a: ".rn.satfinite{.relu}.e2m3x2|.e3m2x2|.e2m1x2.f32  d:T0, a:T1, b:T1"
            9.1 sm_100a: ".rn.satfinite{.relu}.e2m3x2|.e3m2x2|.e2m1x2.f16x2|.bf16x2  d:T0, a:T1"
            8.6 sm_100a: ".rn{.relu}.f16x2.e2m3x2|.e3m2x2|.e2m1x2  d:T0, a:T1"
            8.6 sm_100a: ".rz|.rp{.satfinite}.ue8m0x2.f32  d:T0, a:T1, b:T1"
            8.6 sm_100a: ".rz|.rp{.satfinite}.ue8m0x2.bf16x2  d:T0, a:T1"
            8.6 sm_100a: ".rn.bf16x2.ue8m0x2  d:T0, a:T1"
            9.1 sm_100a: ".rn.satfinite{.relu}.s2f6x2.f32  d:T0, a:T1, b:T1"
            9.1 sm_100a: ".rn.satfinite{.relu}.s2f6x2.bf16x2  d:T0, a:T1"
            9.1 sm_100a: ".rn.satfinite{.relu}.scaled::n2::ue8m0.s2f6x2.f32  d:T0, a:T1, b:T1, scale:b16"
            9.1 sm_100a: ".rn.satfinite{.relu}.scaled::n2::ue8m0.s2f6x2.bf16x2  d:T0, a:T1, scale:b16"
            9.1 sm_100a: ".rn{.satfinite}{.relu}.bf16x2.s2f6x2  d:T0, a:T1"
            9.1 sm_100a: ".rn{.satfinite}{.relu}.scaled::n2::ue8m0.bf16x2.s2f6x2  d:T0, a:T1, scale:b16"
            9.4 sm_107f but known "only sm_107 and its like have it, and their code runs nowhere else": ".rn|.rz{.relu}{.satfinite}.pzo.f16|.bf16|.tf32.f32  d:~T0, a:~T1"
            9.4 sm_107f but known "only sm_107 and its like have it, and their code runs nowhere else": ".rn|.rz{.relu}{.satfinite}.pzo.f16x2|.bf16x2.f32  d:T0, a:T1, b:T1"
            9.4 sm_107f but known "only sm_107 and its like have it, and their code runs nowhere else": ".rn|.rz.satfinite{.relu}{.pzo}.scaled::n1::ue8m0.e4m3x2|.e5m2x2|.e2m3x2|.e3m2x2|.e2m1x2.f32  d:T0, a:T1, b:T1, scale:b8"
            9.4 sm_107f but known "only sm_107 and its like have it, and their code runs nowhere else": ".rn|.rz.satfinite{.relu}{.pzo}.scaled::n1::ue8m0.e4m3x2|.e5m2x2|.e2m3x2|.e3m2x2|.e2m1x2.f16x2|.bf16x2  d:T0, a:T1, scale:b8"
            9.4 sm_107f but known "only sm_107 and its like have it, and their code runs nowhere else": ".rz.satfinite{.relu}{.pzo}.e4m3x2|.e5m2x2|.e2m3x2|.e3m2x2|.e2m1x2.f32  d:T0, a:T1, b:T1"
            9.4 sm_107f but known "only sm_107 and its like have it, and their code runs nowhere else": ".rz.satfinite{.relu}{.pzo}.e4m3x2|.e5m2x2|.e2m3x2|.e3m2x2|.e2m1x2.f16x2|.bf16x2  d:T0, a:T1"
            7.8 sm_90: ".rn.f32|.f64.bf16  d:~T0, a:~T1"
            9.4 sm_107f but known "only sm_107 and its like have it, and their code runs nowhere else": ".rn|.rz|.rp{.satfinite}.ue5m3x2.f32  d:T0, a:T1, b:T1"
            9.4 sm_107f but known "only sm_107 and its like have it, and their code runs nowhere else": ".rn|.rz|.rp{.satfinite}.ue5m3x2.f16x2|.bf16x2  d:T0, a:T1"
            9.4 sm_107f but known "only sm_107 and its like have it, and their code runs nowhere else": ".rn.f16x2|.bf16x2.ue5m3x2  d:T0, a:T1"
        ]
        /// Converts two integers and packs them.
        CvtPack = "cvt.pack" executed [
            6.5 sm_72: ".sat.u16|.s16.s32  d:b32, a:s32, b:s32"
            6.5 sm_72: ".sat.u2|.s2|.u4|.s4|.u8|.s8.s32.b32  d:b32, a:s32, b:s32, c:b32"
        ]
        /// Converts an address between generic and another state space.
        Cvta = "cvta" executed [
            2.0 sm_20: "{.to}.const|.global|.local|.shared|.shared::cta|.shared::cluster|.param|.param::entry.u64  d:T, a:T"
            2.0 sm_20 but known "generic addresses have 64 bits": "{.to}.const|.global|.local|.shared|.shared::cta|.shared::cluster|.param|.param::entry.u32  d:T, a:T"
        ]
        /// Whether a generic address lies in a state space.
        Isspacep = "isspacep" executed [
            2.0 sm_20: ".const|.global|.local|.shared|.shared::cta|.shared::cluster|.param|.param::entry  p:pred, a:*"
        ]
        /// Maps a shared address to that of another CTA of the cluster.
        Mapa = "mapa" executed [
            7.8 sm_90: "{.shared::cluster}.u32|.u64  d:T, a:T, b:u32"
        ]
        /// The rank of the CTA to which a shared address belongs.
        Getctarank = "getctarank" executed [
            7.8 sm_90: "{.shared::cluster}.u32|.u64  d:u32, a:T"
        ]
        /// Loads from memory.
        Ld = "ld" executed [
            1.0 sm_10: "{.weak}{.SPACE}{.LDCOP}{.EVICT}{.EVICT2}{.L2::cache_hint}{.PREFETCH}{.VEC}.ANY|.b128  d:V, [a]{, policy:b64}"
            1.0 sm_10: ".global{.ca|.cg|.cs}.nc{.EVICT}{.EVICT2}{.L2::cache_hint}{.PREFETCH}{.VEC}.ANY|.b128  d:V, [a]{, policy:b64}"
            1.0 sm_10: ".volatile{.SPACE}{.PREFETCH}{.VEC}.ANY|.b128  d:V, [a]"
            6.0 sm_70: ".relaxed|.acquire.SCOPE{.SPACE}{.EVICT}{.EVICT2}{.L2::cache_hint}{.PREFETCH}{.VEC}.ANY|.b128  d:V, [a]{, policy:b64}"
            8.2 sm_70: ".mmio.relaxed|.acquire.sys{.global}.ANY|.b128  d:V, [a]"
            9.4 sm_90: "{.global}.proxy::readonly.ANY  d:V, [a]"
        ]
        /// Loads read-only data at an address that is the same in all threads.
        Ldu = "ldu" executed [
            2.0 sm_20: "{.global}{.v2|.v4}.ANY|.b128  d:V, [a]"
        ]
        /// Stores to memory.
        St = "st" executed [
            1.0 sm_10: "{.weak}{.SPACE}{.STCOP}{.EVICT}{.EVICT2}{.L2::cache_hint}{.VEC}.ANY|.b128  [a], b:V{, policy:b64}"
            1.0 sm_10: ".volatile{.SPACE}{.VEC}.ANY|.b128  [a], b:V"
            6.0 sm_70: ".relaxed|.release.SCOPE{.SPACE}{.EVICT}{.EVICT2}{.L2::cache_hint}{.VEC}.ANY|.b128  [a], b:V{, policy:b64}"
            8.2 sm_70: ".mmio.relaxed|.release.sys{.global}.ANY|.b128  [a], b:V"
        ]
        /// Stores into the shared memory of another CTA and signals a barrier object.
        StAsync = "st.async" executed [
            8.1 sm_90: "{.weak}.mbarrier::complete_tx::bytes{.shared::cluster}{.v2|.v4}.b32|.b64|.b128|.u32|.u64|.s32|.s64|.f32|.f64  [a], b:V, [mbar]"
            8.7 sm_100: "{.mmio}.release.gpu|.sys{.global}.b8|.b16|.b32|.b64|.u8|.u16|.u32|.u64|.s8|.s16|.s32|.s64|.f32|.f64  [a], b:V"
        ]
        /// Clears a region of shared memory.
        StBulk = "st.bulk" executed [
            8.6 sm_100: "{.weak}{.shared::cta}  [a], size:*, value:#"
        ]
        /// Brings data near.
        Prefetch = "prefetch" hint [
            2.0 sm_20: "{.global|.local}.L1|.L2  [a]"
            7.4 sm_80: ".global.L2::evict_last|.L2::evict_normal  [a]"
            8.0 sm_90: "{.const|.param}.tensormap  [a]"
            9.4 sm_90: "{.global}.L1::32B.valid_addr  [a]"
        ]
        /// Brings data near, for loads whose address is the same in all threads.
        Prefetchu = "prefetchu" hint [
            2.0 sm_20: ".L1  [a]"
        ]
        /// Changes the eviction priority of data.
        Applypriority = "applypriority" hint [
            7.4 sm_80: "{.global}.L2::evict_normal  [a], size:#"
        ]
        /// Changes the eviction priority of a block of bytes without waiting.
        ApplypriorityAsyncBulk = "applypriority.async.bulk" hint [
            9.4 sm_107f: "{.global}.bulk_group.L2::evict_normal  [a], size:u32"
        ]
        /// Changes the eviction priority of a box of a tensor without waiting.
        ApplypriorityAsyncBulkTensor = "applypriority.async.bulk.tensor" hint [
            9.4 sm_107f: ".DIM{.global}{.tile|.im2col|.im2col::w|.im2col::w::128|.tile::gather4}.bulk_group.L2::evict_normal  [map..]{, offsets:{b16}}"
        ]
        /// Makes the contents of an address range undefined.
        Discard = "discard" hint [
            7.4 sm_80: "{.global}.L2  [a], size:#"
        ]
        /// Keeps two of every four elements.
        Spcompress = "spcompress" known "only sm_107 and its like have it, and their code runs nowhere else" [
            9.4 sm_107a: ".b8|.b16.b2|.b4.sp::2:4.x1|.x2|.x4|.x8|.x16|.x32|.x64  dm:{b32}, d:{b32}, a:{b32}, e:b32"
        ]
        /// Puts elements back where they were before others were left out.
        Spdecompress = "spdecompress" known "only sm_107 and its like have it, and their code runs nowhere else" [
            9.4 sm_107a: ".b8|.b16.b2|.b4.sp::1:2|.sp::1:4|.sp::1:8|.sp::1:16|.sp::2:4|.sp::2:8|.sp::2:16|.sp::4:8|.sp::4:16.x1|.x2|.x4|.x8|.x16|.x32|.x64  d:{b32}, m:{b32}, c:{b32}"
        ]
        /// Makes a cache eviction policy.
        Createpolicy = "createpolicy" executed [
            7.4 sm_80: ".range{.global}.L2::evict_last|.L2::evict_normal|.L2::evict_first|.L2::evict_unchanged{.L2::evict_first|.L2::evict_unchanged}.b64  d:T, [a], primary:u32, total:u32"
            7.4 sm_80: ".fractional.L2::evict_last|.L2::evict_normal|.L2::evict_first|.L2::evict_unchanged{.L2::evict_first|.L2::evict_unchanged}.b64  d:T{, fraction:f32}"
            7.4 sm_80: ".cvt.L2.b64  d:T, a:T"
        ]
    }

    "Asynchronous copies" {
        /// Copies to shared memory without waiting.
        CpAsync = "cp.async" executed [
            7.0 sm_80: ".ca{.L2::cache_hint}{.PREFETCH}.shared|.shared::cta.global  [to], [from], size:#{, limit:u32}{, policy:b64}"
            7.0 sm_80: ".cg{.L2::cache_hint}{.PREFETCH}.shared|.shared::cta.global  [to], [from], size:#{, limit:u32}{, policy:b64}"
            7.0 sm_80: ".ca|.cg{.L2::cache_hint}{.PREFETCH}.shared|.shared::cta.global  [to], [from], size:#, ignore:pred{, policy:b64}"
        ]
        /// Makes a group of the copies so far.
        CpAsyncCommitGroup = "cp.async.commit_group" executed [
            7.0 sm_80: ""
        ]
        /// Waits until only so many groups are unfinished.
        CpAsyncWaitGroup = "cp.async.wait_group" executed [
            7.0 sm_80: "  n:#"
        ]
        /// Waits for all copies.
        CpAsyncWaitAll = "cp.async.wait_all" executed [
            7.0 sm_80: ""
        ]
        /// Copies a block of bytes without waiting.
        CpAsyncBulk = "cp.async.bulk" executed [
            8.0 sm_90: ".shared::cluster|.shared::cta.global.mbarrier::complete_tx::bytes{.multicast::cluster}{.L2::cache_hint}  [to], [from], size:u32, [mbar]{, mask:b16}{, policy:b64}"
            9.2 sm_90: ".shared::cta.global.mbarrier::complete_tx::bytes{.L2::cache_hint}.ignore_oob  [to], [from], size:u32, left:u32, right:u32, [mbar]{, policy:b64}"
            8.0 sm_90: ".shared::cluster.shared::cta.mbarrier::complete_tx::bytes  [to], [from], size:u32, [mbar]"
            8.0 sm_90: ".global.shared::cta.bulk_group{.L2::cache_hint}{.cp_mask}  [to], [from], size:u32{, policy:b64}{, mask:b16}"
            9.4 sm_107f but known "only sm_107 and its like have it, and their code runs nowhere else": ".shared::cluster|.shared::cta.global.mbarrier::complete_tx::bytes.multicast::cluster::32b{.REPORT}{.L2::cache_hint}  [to], [from], size:u32, [mbar], mask:b32{, policy:b64}"
            9.4 sm_107f but known "only sm_107 and its like have it, and their code runs nowhere else": ".shared::cluster|.shared::cta.global.mbarrier::complete_tx::bytes{.multicast::cluster}.REPORT{.L2::cache_hint}  [to], [from], size:u32, [mbar]{, mask:b16}{, policy:b64}"
        ]
        /// Copies a block of bytes and combines it with what is there.
        CpReduceAsyncBulk = "cp.reduce.async.bulk" executed [
            8.0 sm_90: ".shared::cluster.shared::cta.mbarrier::complete_tx::bytes.and|.or|.xor|.add|.inc|.dec|.min|.max.b32|.u32|.s32|.u64|.s64  [to], [from], size:u32, [mbar]"
            8.0 sm_90: ".global.shared::cta.bulk_group{.L2::cache_hint}.and|.or|.xor|.add|.inc|.dec|.min|.max.b32|.u32|.s32|.b64|.u64|.s64|.f16|.bf16|.f32|.f64  [to], [from], size:u32{, policy:b64}"
            8.0 sm_90: ".global.shared::cta.bulk_group{.L2::cache_hint}.add.noftz.f16|.bf16  [to], [from], size:u32{, policy:b64}"
        ]
        /// Prefetches a block of bytes.
        CpAsyncBulkPrefetch = "cp.async.bulk.prefetch" hint [
            8.0 sm_90: ".L2.global{.L2::cache_hint}  [from], size:u32{, policy:b64}"
            9.4 sm_107f: ".L2.global.EVICT2  [from], size:u32"
        ]
        /// Copies a box of a tensor without waiting.
        CpAsyncBulkTensor = "cp.async.bulk.tensor" executed [
            8.0 sm_90: ".DIM.shared::cluster|.shared::cta.global{.tile|.im2col|.tile::gather4}.mbarrier::complete_tx::bytes{.multicast::cluster}{.CTAGROUP}{.L2::cache_hint}  [to], [map..], [mbar]{, offsets:{b16}}{, mask:b16}{, policy:b64}"
            8.6 sm_100 but known "the manual shows only in pictures where its halo goes": ".DIM.shared::cluster|.shared::cta.global.im2col::w|.im2col::w::128.mbarrier::complete_tx::bytes{.multicast::cluster}{.CTAGROUP}{.L2::cache_hint}  [to], [map..], [mbar]{, offsets:{b16}}{, mask:b16}{, policy:b64}"
            8.0 sm_90: ".DIM.global.shared::cta{.tile|.im2col_no_offs|.tile::scatter4}.bulk_group{.L2::cache_hint}  [map..], [from]{, policy:b64}"
            9.4 sm_107f but known "only sm_107 and its like have it, and their code runs nowhere else": ".DIM.shared::cluster|.shared::cta.global{.tile|.im2col|.im2col::w|.im2col::w::128|.tile::gather4}.mbarrier::complete_tx::bytes.multicast::cluster::32b{.CTAGROUP}{.REPORT}{.override::global_address}{.OVERRIDE}{.L2::cache_hint}  [to], [map..], [mbar]{, offsets:{b16}}{, mask:b32}{, policy:b64}"
            9.4 sm_107f but known "only sm_107 and its like have it, and their code runs nowhere else": ".DIM.shared::cluster|.shared::cta.global{.tile|.im2col|.im2col::w|.im2col::w::128|.tile::gather4}.mbarrier::complete_tx::bytes{.multicast::cluster}{.CTAGROUP}.REPORT{.override::global_address}{.OVERRIDE}{.L2::cache_hint}  [to], [map..], [mbar]{, offsets:{b16}}{, mask:b16}{, policy:b64}"
            9.4 sm_107f but known "only sm_107 and its like have it, and their code runs nowhere else": ".DIM.shared::cluster|.shared::cta.global{.tile|.im2col|.im2col::w|.im2col::w::128|.tile::gather4}.mbarrier::complete_tx::bytes{.multicast::cluster}{.CTAGROUP}.override::global_address{.OVERRIDE}{.L2::cache_hint}  [to], [map..], [mbar]{, offsets:{b16}}{, mask:b16}{, policy:b64}"
            9.4 sm_107f but known "only sm_107 and its like have it, and their code runs nowhere else": ".DIM.global.shared::cta{.tile|.im2col_no_offs|.tile::scatter4}.bulk_group.override::global_address{.OVERRIDE}{.L2::cache_hint}  [map..], [from]{, policy:b64}"
        ]
        /// Copies a box into a tensor and combines it with what is there.
        CpReduceAsyncBulkTensor = "cp.reduce.async.bulk.tensor" executed [
            8.0 sm_90: ".DIM.global.shared::cta.add|.min|.max|.inc|.dec|.and|.or|.xor{.tile|.im2col_no_offs}.bulk_group{.L2::cache_hint}  [map..], [from]{, policy:b64}"
            9.4 sm_107f but known "only sm_107 and its like have it, and their code runs nowhere else": ".DIM.global.shared::cta.add|.min|.max|.inc|.dec|.and|.or|.xor{.tile|.im2col_no_offs}.bulk_group.override::global_address{.OVERRIDE}{.L2::cache_hint}  [map..], [from]{, policy:b64}"
        ]
        /// Prefetches a box of a tensor.
        CpAsyncBulkPrefetchTensor = "cp.async.bulk.prefetch.tensor" hint [
            8.0 sm_90: ".DIM.L2.global{.tile|.im2col|.im2col::w|.im2col::w::128|.tile::gather4}{.L2::cache_hint}  [map..]{, offsets:{b16}}{, policy:b64}"
            9.4 sm_107f: ".DIM.L2.global{.tile|.im2col|.im2col::w|.im2col::w::128|.tile::gather4}.EVICT2{.override::global_address}{.OVERRIDE}  [map..]{, offsets:{b16}}"
            9.4 sm_107f: ".DIM.L2.global{.tile|.im2col|.im2col::w|.im2col::w::128|.tile::gather4}.override::global_address{.OVERRIDE}{.L2::cache_hint}  [map..]{, offsets:{b16}}{, policy:b64}"
        ]
        /// Makes a group of the bulk copies so far.
        CpAsyncBulkCommitGroup = "cp.async.bulk.commit_group" executed [
            8.0 sm_90: ""
        ]
        /// Waits until only so many groups of bulk copies are unfinished.
        CpAsyncBulkWaitGroup = "cp.async.bulk.wait_group" executed [
            8.0 sm_90: "{.read}  n:#"
            9.5 sm_90: ".sync_restrict::proxy::async  n:#"
        ]
        /// Changes a field of a tensor map.
        TensormapReplace = "tensormap.replace" executed [
            8.3 sm_90a: ".tile.global_address{.global|.shared::cta}.b1024.b64  [a], value:b64"
            8.3 sm_90a: ".tile.rank{.global|.shared::cta}.b1024.b32  [a], value:b32"
            8.3 sm_90a: ".tile.box_dim|.global_dim|.element_stride{.global|.shared::cta}.b1024.b32  [a], ordinal:#, value:b32"
            8.3 sm_90a: ".tile.global_stride{.global|.shared::cta}.b1024.b64  [a], ordinal:#, value:b64"
            8.3 sm_90a: ".tile.elemtype|.interleave_layout|.swizzle_mode|.fill_mode|.swizzle_atomicity{.global|.shared::cta}.b1024.b32  [a], value:#"
        ]
        /// Whether a tensor map is of the large class.
        TensormapQuery = "tensormap.query" known "tensor maps have no classes" [
            9.5 sm_90a: ".alloc_class_large{.global|.shared::cta}.b1024  p:pred, [a]"
        ]
        /// Copies a tensor map and makes it visible to another proxy.
        TensormapCpFenceproxy = "tensormap.cp_fenceproxy" executed [
            8.3 sm_90: ".global.shared::cta.tensormap::generic.release.SCOPE.sync.aligned  [to], [from], size:#"
        ]
    }

    "Textures and surfaces" {
        /// Reads a texture.
        Tex = "tex" executed [
            1.0 sm_10: ".GEOM.v4.f16|.u32|.s32|.f32.s32|.f32  d:{b16}{|p:pred}, [a..]{, e:{s32}}{, f:f32}"
            3.1 sm_30: ".grad.GEOM.v4.f16|.u32|.s32|.f32.f32  d:{b16}{|p:pred}, [a..], x:{f32}, y:{f32}{, e:{s32}}{, f:f32}"
            3.1 sm_30: ".base.GEOM.v4.f16|.u32|.s32|.f32.s32|.f32  d:{b16}{|p:pred}, [a..]{, e:{s32}}{, f:f32}"
            3.1 sm_30: ".level.GEOM.v4.f16|.u32|.s32|.f32.s32|.f32  d:{b16}{|p:pred}, [a..], lod:b32{, e:{s32}}{, f:f32}"
            4.2 sm_53: ".GEOM.v2.f16x2.s32|.f32  d:{b32}{|p:pred}, [a..]{, e:{s32}}{, f:f32}"
            4.2 sm_53: ".grad.GEOM.v2.f16x2.f32  d:{b32}{|p:pred}, [a..], x:{f32}, y:{f32}{, e:{s32}}{, f:f32}"
            4.2 sm_53: ".base.GEOM.v2.f16x2.s32|.f32  d:{b32}{|p:pred}, [a..]{, e:{s32}}{, f:f32}"
            4.2 sm_53: ".level.GEOM.v2.f16x2.s32|.f32  d:{b32}{|p:pred}, [a..], lod:b32{, e:{s32}}{, f:f32}"
        ]
        /// Reads one component of four texels.
        Tld4 = "tld4" executed [
            2.2 sm_20: ".r|.g|.b|.a.2d|.a2d|.cube|.acube.v4.u32|.s32|.f32.f32  d:{b32}{|p:pred}, [a..]{, e:{s32}}{, f:f32}"
        ]
        /// Asks for a property of a texture or sampler.
        Txq = "txq" executed [
            1.5 sm_10: ".width|.height|.depth|.channel_data_type|.channel_order|.normalized_coords|.array_size|.num_mipmap_levels|.num_samples|.force_unnormalized_coords|.filter_mode|.addr_mode_0|.addr_mode_1|.addr_mode_2.b32  d:T, [a]"
            3.0 sm_30: ".level.width|.height|.depth.b32  d:T, [a], lod:b32"
        ]
        /// Whether an operand is a texture, sampler or surface.
        Istypep = "istypep" executed [
            4.0 sm_30: ".texref|.samplerref|.surfref  p:pred, a:*"
        ]
        /// Reads a surface.
        Suld = "suld" executed [
            1.5 sm_20: ".b.1d|.2d|.3d|.a1d|.a2d{.LDCOP}{.v2|.v4}.b8|.b16|.b32|.b64{.CLAMP}  d:{b8}, [a..]"
        ]
        /// Writes a surface.
        Sust = "sust" executed [
            1.5 sm_20: ".b.1d|.2d|.3d|.a1d|.a2d{.STCOP}{.v2|.v4}.b8|.b16|.b32|.b64{.CLAMP}  [a..], c:{b8}"
            2.0 sm_20: ".p.1d|.2d|.3d{.v2|.v4}.b32|.u32|.s32|.f32{.CLAMP}  [a..], c:{b8}"
        ]
        /// Combines a value with one of a surface.
        Sured = "sured" executed [
            2.0 sm_20: ".b.add|.min|.max|.and|.or.1d|.2d|.3d.u32|.u64|.s32|.b32|.s64{.CLAMP}  [a..], c:T"
            2.0 sm_20: ".p.add|.min|.max|.and|.or.1d|.2d|.3d.b32|.b64{.CLAMP}  [a..], c:T"
        ]
        /// Asks for a property of a surface.
        Suq = "suq" executed [
            1.5 sm_20: ".width|.height|.depth|.channel_data_type|.channel_order|.array_size|.memory_layout.b32  d:T, [a]"
        ]
    }

    "Control flow" {
        /// Branches.
        Bra = "bra" executed [
            1.0 sm_10: "{.uni}  target:label"
        ]
        /// Branches to a label of a list.
        BrxIdx = "brx.idx" executed [
            6.0 sm_30: "{.uni}  index:u32, list:targets"
        ]
        /// Calls a function.
        Call = "call" executed [
            1.0 sm_10: "{.uni}  d:list, callee:function, arguments:list{, signature:prototype}"
        ]
        /// Returns from a function or ends the thread.
        Ret = "ret" executed [
            1.0 sm_10: "{.uni}"
        ]
        /// Ends the thread.
        Exit = "exit" executed [
            1.0 sm_10: ""
        ]
    }

    "Barriers and fences" {
        /// Waits for the threads of the CTA, or signals arrival, or reduces over them; all threads of a warp together.
        Bar = "bar" executed [
            1.0 sm_10: "{.cta}.sync  a:u32{, b:u32}"
            2.0 sm_20: "{.cta}.arrive  a:u32, b:u32"
            2.0 sm_20: "{.cta}.red.popc.u32  d:T, a:u32{, b:u32}, c:pred"
            2.0 sm_20: "{.cta}.red.and|.or.pred  p:T, a:u32{, b:u32}, c:pred"
        ]
        /// Waits for the threads of the CTA, or signals arrival, or reduces over them.
        Barrier = "barrier" executed [
            6.0 sm_30: "{.cta}.sync{.aligned}  a:u32{, b:u32}"
            6.0 sm_30: "{.cta}.arrive{.aligned}  a:u32, b:u32"
            6.0 sm_30: "{.cta}.red.popc{.aligned}.u32  d:T, a:u32{, b:u32}, c:pred"
            6.0 sm_30: "{.cta}.red.and|.or{.aligned}.pred  p:T, a:u32{, b:u32}, c:pred"
        ]
        /// Waits for threads of the warp.
        BarWarp = "bar.warp" executed [
            6.0 sm_30: ".sync  mask:b32"
        ]
        /// Waits for the CTAs of the cluster, or signals arrival.
        BarrierCluster = "barrier.cluster" executed [
            7.8 sm_90: ".arrive{.release|.relaxed}{.aligned}"
            7.8 sm_90: ".wait{.acquire}{.aligned}"
        ]
        /// Orders memory accesses.
        Membar = "membar" executed [
            1.4 sm_10: ".cta|.gl|.sys"
            7.5 sm_60: ".proxy.alias"
            8.0 sm_90: ".proxy.async{.global|.shared::cta|.shared::cluster}"
        ]
        /// Orders memory accesses by the rules of the memory consistency model.
        Fence = "fence" executed [
            6.0 sm_70: "{.sc|.acq_rel|.acquire|.release}.SCOPE"
            8.0 sm_90: ".mbarrier_init.release.cluster"
            8.6 sm_90: ".acquire|.release.sync_restrict::shared::cta|.sync_restrict::shared::cluster.cluster"
            9.5 sm_90: ".alias.sync_restrict::read.release.sys"
        ]
        /// Orders memory accesses through different proxies.
        FenceProxy = "fence.proxy" executed [
            7.5 sm_70: ".alias"
            8.0 sm_90: ".async{.global|.shared::cta|.shared::cluster}"
            8.3 sm_90: ".tensormap::generic.release.SCOPE"
            8.3 sm_90: ".tensormap::generic.acquire.SCOPE  [a], size:#"
            8.6 sm_90: ".async::generic.acquire|.release.sync_restrict::shared::cta|.sync_restrict::shared::cluster.cluster"
            9.4 sm_90: ".alias.acquire|.release.sys"
            9.4 sm_90: ".async::generic.release.sync_restrict::shared::cluster::read.cta|.cluster"
            9.3 sm_100: ".fabric::fabric|.fabric::generic|.generic::fabric.alias.acquire|.release.sys"
        ]
        /// Makes a barrier object.
        MbarrierInit = "mbarrier.init" executed [
            7.0 sm_80: "{.shared|.shared::cta}.b64  [a], count:u32"
            9.3 sm_90: ".layout::v0{.shared|.shared::cta}.b64  [a], count:u32"
            9.3 sm_90 but known "barrier objects have the first layout only": ".layout::v1{.shared|.shared::cta}.b64  [a], count:u32"
        ]
        /// Ends the life of a barrier object.
        MbarrierInval = "mbarrier.inval" executed [
            7.0 sm_80: "{.shared|.shared::cta}.b64  [a]"
        ]
        /// Expects more bytes at a barrier object.
        MbarrierExpectTx = "mbarrier.expect_tx" executed [
            8.0 sm_90: "{.relaxed}{.cta|.cluster}{.SHARED}.b64  [a], bytes:u32"
        ]
        /// Signals that bytes have come to a barrier object.
        MbarrierCompleteTx = "mbarrier.complete_tx" executed [
            8.0 sm_90: "{.relaxed}{.cta|.cluster}{.SHARED}.b64  [a], bytes:u32"
            9.4 sm_107f but known "only sm_107 and its like have it, and their code runs nowhere else": "{.relaxed}{.cta|.cluster}{.shared::cluster}.multicast::cluster::32b.b64  [a], bytes:u32, mask:b32"
        ]
        /// Arrives at a barrier object.
        MbarrierArrive = "mbarrier.arrive" executed [
            7.0 sm_80: "{.release|.relaxed}{.cta|.cluster}{.SHARED}.b64  d:b64, [a]{, count:u32}"
            7.0 sm_80: "{.release}{.cta|.cluster}.noComplete{.SHARED}.b64  d:b64, [a], count:u32"
            8.0 sm_90: "{.release|.relaxed}{.cta|.cluster}.expect_tx{.SHARED}.b64  d:b64, [a], bytes:u32"
            9.4 sm_107f but known "only sm_107 and its like have it, and their code runs nowhere else": "{.release|.relaxed}.cluster{.expect_tx}{.shared::cluster}.multicast::cluster::32b.b64  d:b64, [a], count:u32, mask:b32"
        ]
        /// Arrives at a barrier object for the last time.
        MbarrierArriveDrop = "mbarrier.arrive_drop" executed [
            7.0 sm_80: "{.release|.relaxed}{.cta|.cluster}{.SHARED}.b64  d:b64, [a]{, count:u32}"
            7.0 sm_80: "{.release}{.cta|.cluster}.noComplete{.SHARED}.b64  d:b64, [a], count:u32"
            8.0 sm_90: "{.release|.relaxed}{.cta|.cluster}.expect_tx{.SHARED}.b64  d:b64, [a], bytes:u32"
            9.4 sm_107f but known "only sm_107 and its like have it, and their code runs nowhere else": "{.release|.relaxed}.cluster{.expect_tx}{.shared::cluster}.multicast::cluster::32b.b64  d:b64, [a], count:u32, mask:b32"
        ]
        /// Checks how a barrier object is laid out.
        MbarrierCheckLayout = "mbarrier.check_layout" known "barrier objects have the first layout only" [
            9.3 sm_90: ".layout::v0|.layout::v1{.shared|.shared::cta}.b64  p:pred, [a]"
            9.3 sm_90: ".layout::v0|.layout::v1{.shared|.shared::cta}.b64  [a]"
        ]
        /// Tests whether a phase of a barrier object has ended.
        MbarrierTestWait = "mbarrier.test_wait" executed [
            7.0 sm_80: "{.acquire|.relaxed}{.cta|.cluster}{.shared|.shared::cta}.b64  p:pred, [a], state:b64"
            7.1 sm_80: "{.acquire|.relaxed}{.cta|.cluster}.parity{.shared|.shared::cta}.b64  p:pred, [a], parity:u32"
            9.3 sm_90 but known "barrier objects have the first layout only": "{.acquire|.relaxed}{.cta|.cluster}{.parity}.phase_type::primary|.phase_type::conditional{.shared|.shared::cta}.b64  p:pred{|q:pred}{, dr:b8}, [a], state:*"
        ]
        /// Waits for a while for the end of a phase of a barrier object.
        MbarrierTryWait = "mbarrier.try_wait" executed [
            7.8 sm_90: "{.acquire|.relaxed}{.cta|.cluster}{.shared|.shared::cta}.b64  p:pred, [a], state:b64{, time:u32}"
            7.8 sm_90: "{.acquire|.relaxed}{.cta|.cluster}.parity{.shared|.shared::cta}.b64  p:pred, [a], parity:u32{, time:u32}"
            9.3 sm_90 but known "barrier objects have the first layout only": "{.acquire|.relaxed}{.cta|.cluster}{.parity}.phase_type::primary|.phase_type::conditional{.shared|.shared::cta}.b64  p:pred{|q:pred}{, dr:b8}, [a], state:*{, time:u32}"
        ]
        /// The count of arrivals that a state holds.
        MbarrierPendingCount = "mbarrier.pending_count" executed [
            7.0 sm_80: "{.layout::v0}.b64  d:u32, state:b64"
        ]
        /// Arrives at a barrier object when the copies so far are done.
        CpAsyncMbarrierArrive = "cp.async.mbarrier.arrive" executed [
            7.0 sm_80: "{.noinc}{.shared|.shared::cta}.b64  [a]"
        ]
        /// Tells about dependent grids.
        Griddepcontrol = "griddepcontrol" executed [
            7.8 sm_90: ".launch_dependents|.wait"
        ]
        /// Asks for the work of a CTA that has not begun.
        ClusterlaunchcontrolTryCancel = "clusterlaunchcontrol.try_cancel" executed [
            8.6 sm_100: ".async{.shared::cta}.mbarrier::complete_tx::bytes{.multicast::cluster::all}.b128  [a], [mbar]"
        ]
        /// Reads the answer to such a request.
        ClusterlaunchcontrolQueryCancel = "clusterlaunchcontrol.query_cancel" executed [
            8.6 sm_100: ".is_canceled.pred.b128  p:pred, a:b128"
            8.6 sm_100: ".get_first_ctaid::x|.get_first_ctaid::y|.get_first_ctaid::z.b32.b128  d:b32, a:b128"
            8.6 sm_100: ".get_first_ctaid.v4.b32.b128  d:{b32*4}, a:b128"
        ]
    }

    "Atomics" {
        /// Combines a value with one in memory and gives the old one.
        Atom = "atom" executed [
            1.1 sm_11: "{.relaxed|.acquire|.release|.acq_rel}{.SCOPE}{.global|.SHARED}.and|.or|.xor|.exch{.L2::cache_hint}.b32|.b64  d:T, [a], b:T{, policy:b64}"
            1.1 sm_11: "{.relaxed|.acquire|.release|.acq_rel}{.SCOPE}{.global|.SHARED}.cas.b16|.b32|.b64  d:T, [a], b:T, c:T"
            8.3 sm_90: "{.relaxed|.acquire|.release|.acq_rel}{.SCOPE}{.global|.SHARED}.exch{.L2::cache_hint}.b128  d:T, [a], b:T{, policy:b64}"
            8.3 sm_90: "{.relaxed|.acquire|.release|.acq_rel}{.SCOPE}{.global|.SHARED}.cas.b128  d:T, [a], b:T, c:T"
            1.1 sm_11: "{.relaxed|.acquire|.release|.acq_rel}{.SCOPE}{.global|.SHARED}.add{.L2::cache_hint}.u32|.s32|.u64|.f32|.f64  d:T, [a], b:T{, policy:b64}"
            1.1 sm_11: "{.relaxed|.acquire|.release|.acq_rel}{.SCOPE}{.global|.SHARED}.inc|.dec{.L2::cache_hint}.u32  d:T, [a], b:T{, policy:b64}"
            1.1 sm_11: "{.relaxed|.acquire|.release|.acq_rel}{.SCOPE}{.global|.SHARED}.min|.max{.L2::cache_hint}.u32|.s32|.u64|.s64  d:T, [a], b:T{, policy:b64}"
            6.2 sm_60: "{.relaxed|.acquire|.release|.acq_rel}{.SCOPE}{.global|.SHARED}.add.noftz{.L2::cache_hint}.f16|.f16x2|.bf16|.bf16x2  d:T, [a], b:T{, policy:b64}"
            9.4 sm_90 but known "sums of .f32 in global memory flush subnormal numbers": "{.relaxed|.acquire|.release|.acq_rel}{.SCOPE}{.global|.SHARED}.add.noftz{.L2::cache_hint}.f32  d:T, [a], b:T{, policy:b64}"
            8.1 sm_90: "{.relaxed|.acquire|.release|.acq_rel}{.SCOPE}{.global}.add{.L2::cache_hint}.v2|.v4.f32  d:V, [a], b:V{, policy:b64}"
            8.1 sm_90: "{.relaxed|.acquire|.release|.acq_rel}{.SCOPE}{.global}.add|.min|.max.noftz{.L2::cache_hint}.v2|.v4|.v8.f16|.bf16  d:V, [a], b:V{, policy:b64}"
            8.1 sm_90: "{.relaxed|.acquire|.release|.acq_rel}{.SCOPE}{.global}.add|.min|.max.noftz{.L2::cache_hint}.v2|.v4.f16x2|.bf16x2  d:V, [a], b:V{, policy:b64}"
        ]
        /// Combines a value with one in memory.
        Red = "red" executed [
            1.2 sm_20: "{.relaxed|.release}{.SCOPE}{.global|.SHARED}.and|.or|.xor{.L2::cache_hint}.b32|.b64  [a], b:T{, policy:b64}"
            1.2 sm_20: "{.relaxed|.release}{.SCOPE}{.global|.SHARED}.add{.L2::cache_hint}.u32|.s32|.u64|.f32|.f64  [a], b:T{, policy:b64}"
            1.2 sm_20: "{.relaxed|.release}{.SCOPE}{.global|.SHARED}.inc|.dec{.L2::cache_hint}.u32  [a], b:T{, policy:b64}"
            1.2 sm_20: "{.relaxed|.release}{.SCOPE}{.global|.SHARED}.min|.max{.L2::cache_hint}.u32|.s32|.u64|.s64  [a], b:T{, policy:b64}"
            6.2 sm_60: "{.relaxed|.release}{.SCOPE}{.global|.SHARED}.add.noftz{.L2::cache_hint}.f16|.f16x2|.bf16|.bf16x2  [a], b:T{, policy:b64}"
            9.4 sm_90 but known "sums of .f32 in global memory flush subnormal numbers": "{.relaxed|.release}{.SCOPE}{.global|.SHARED}.add.noftz{.L2::cache_hint}.f32  [a], b:T{, policy:b64}"
            8.1 sm_90: "{.relaxed|.release}{.SCOPE}{.global}.add{.L2::cache_hint}.v2|.v4.f32  [a], b:V{, policy:b64}"
            8.1 sm_90: "{.relaxed|.release}{.SCOPE}{.global}.add|.min|.max.noftz{.L2::cache_hint}.v2|.v4|.v8.f16|.bf16  [a], b:V{, policy:b64}"
            8.1 sm_90: "{.relaxed|.release}{.SCOPE}{.global}.add|.min|.max.noftz{.L2::cache_hint}.v2|.v4.f16x2|.bf16x2  [a], b:V{, policy:b64}"
        ]
        /// Combines a value with one in the shared memory of another CTA and signals a barrier object.
        RedAsync = "red.async" executed [
            8.1 sm_90: ".relaxed.cluster.mbarrier::complete_tx::bytes{.shared::cluster}.inc|.dec.u32  [a], b:T, [mbar]"
            8.1 sm_90: ".relaxed.cluster.mbarrier::complete_tx::bytes{.shared::cluster}.min|.max.u32|.s32  [a], b:T, [mbar]"
            8.1 sm_90: ".relaxed.cluster.mbarrier::complete_tx::bytes{.shared::cluster}.add.u32|.s32|.u64  [a], b:T, [mbar]"
            8.1 sm_90: ".relaxed.cluster.mbarrier::complete_tx::bytes{.shared::cluster}.and|.or|.xor.b32  [a], b:T, [mbar]"
            8.7 sm_100: "{.mmio}.release.gpu|.sys{.global}.add.u32|.s32|.u64|.s64  [a], b:T"
        ]
        /// Reads a value from every device of a multicast object and combines them.
        MultimemLdReduce = "multimem.ld_reduce" known "there is one device; multicast objects are not offered" [
            8.1 sm_90: "{.weak|.relaxed|.acquire}{.SCOPE}{.global}.min|.max|.add|.and|.or|.xor.b32|.b64|.u32|.u64|.s32|.s64  d:T, [a]"
            8.1 sm_90: "{.weak|.relaxed|.acquire}{.SCOPE}{.global}.min|.max|.add{.acc::f32|.acc::f16}{.v2|.v4|.v8}.f16|.f16x2|.bf16|.bf16x2|.e4m3|.e5m2|.e4m3x2|.e5m2x2|.e4m3x4|.e5m2x4  d:V, [a]"
            8.1 sm_90: "{.weak|.relaxed|.acquire}{.SCOPE}{.global}.add{.v2|.v4}.f32|.f64  d:V, [a]"
        ]
        /// Stores to every device of a multicast object.
        MultimemSt = "multimem.st" known "there is one device; multicast objects are not offered" [
            8.1 sm_90: "{.weak|.relaxed|.release}{.SCOPE}{.global}{.v2|.v4|.v8}.b32|.b64|.u32|.u64|.s32|.s64|.f16|.f16x2|.bf16|.bf16x2|.f32|.f64|.e4m3|.e5m2|.e4m3x2|.e5m2x2|.e4m3x4|.e5m2x4  [a], b:V"
        ]
        /// Stores to every device of a multicast object without waiting.
        MultimemStAsync = "multimem.st.async" known "there is one device; multicast objects are not offered" [
            9.3 sm_100: ".release.gpu|.sys{.global}.b8|.b16|.b32|.b64|.u8|.u16|.u32|.u64|.s8|.s16|.s32|.s64|.f32|.f64  [a], b:~T"
        ]
        /// Combines a value with that of every device of a multicast object without waiting.
        MultimemRedAsync = "multimem.red.async" known "there is one device; multicast objects are not offered" [
            9.3 sm_100: ".release.gpu|.sys{.global}.add.u32|.s32|.u64  [a], b:T"
        ]
        /// Copies a block of bytes to every device of a multicast object.
        MultimemCpAsyncBulk = "multimem.cp.async.bulk" known "there is one device; multicast objects are not offered" [
            9.1 sm_90: ".global.shared::cta.bulk_group{.cp_mask}{.relaxed}{.sys}  [to], [from], size:u32{, mask:b16}"
        ]
        /// Copies a block of bytes to every device of a multicast object and combines it with what is there.
        MultimemCpReduceAsyncBulk = "multimem.cp.reduce.async.bulk" known "there is one device; multicast objects are not offered" [
            9.1 sm_90: ".global.shared::cta.bulk_group{.relaxed}{.sys}.and|.or|.xor|.add|.inc|.dec|.min|.max.f16|.bf16|.b32|.u32|.s32|.b64|.u64|.s64|.f32|.f64  [to], [from], size:u32"
            9.1 sm_90: ".global.shared::cta.bulk_group{.relaxed}{.sys}.add.noftz.f16|.bf16|.f32  [to], [from], size:u32"
        ]
        /// Combines a value with that of every device of a multicast object.
        MultimemRed = "multimem.red" known "there is one device; multicast objects are not offered" [
            8.1 sm_90: "{.relaxed|.release}{.SCOPE}{.global}.min|.max|.add|.and|.or|.xor{.v2|.v4|.v8}.b32|.b64|.u32|.u64|.s32|.s64|.f16|.f16x2|.bf16|.bf16x2|.f32|.f64  [a], b:V"
        ]
    }

    "Fabric" {
        /// Copies from a fabric handle without waiting.
        FabricTryGet = "fabric.try_get" known "there is one device and no fabric between devices" [
            9.3 sm_100: ".async.shared::cta.mbarrier::complete_tx::bytes.mbarrier::report::fabric.relaxed.sys.b128  [to], [handle..], size:u32, [mbar]"
            9.4 sm_100: ".async.shared::cta.mbarrier::complete_tx::bytes.mbarrier::report::fabric{.L2::cache_hint}.relaxed.sys.b128{.sync}  [to], [handle..], size:u32, [mbar]{, members:#}{, policy:b64}"
            9.4 sm_107f: ".async.tensor.DIM.shared::cta.tile.mbarrier::complete_tx::bytes.mbarrier::report::fabric{.L2::cache_hint}{.override::global_address}{.OVERRIDE}.relaxed.sys.b128  [to], [handle..], [mbar]{, policy:b64}"
        ]
        /// Copies to a fabric handle without waiting.
        FabricTryPut = "fabric.try_put" known "there is one device and no fabric between devices" [
            9.3 sm_100: ".async{.multimem}.shared::cta.mbarrier::complete_tx::16B.mbarrier::report::fabric{.counted::bytes|.cp_mask}.relaxed.sys.b128  [handle..], [from], size:u32, [mbar]{, mask:b16}"
            9.4 sm_107f: ".async.tensor{.multimem}.DIM.shared::cta.tile.mbarrier::complete_tx::16B.mbarrier::report::fabric{.counted::bytes}{.L2::cache_hint}{.override::global_address}{.OVERRIDE}.relaxed.sys.b128  [handle..], [from], size:u32, [mbar]{, policy:b64}"
        ]
        /// Copies to a fabric handle and combines with what is there.
        FabricTryRed = "fabric.try_red" known "there is one device and no fabric between devices" [
            9.3 sm_100: ".async{.multimem}.shared::cta.mbarrier::complete_tx::16B.mbarrier::report::fabric{.counted::bytes}.relaxed.sys.and|.or|.xor|.min|.max|.add|.inc|.dec{.noftz}.b32|.b64|.u32|.s32|.u64|.s64|.f16|.bf16|.f32|.f64  [handle..], [from], size:u32, [mbar]"
        ]
        /// Combines values with what a fabric handle holds and gives the old ones.
        FabricTryAtom = "fabric.try_atom" known "there is one device and no fabric between devices" [
            9.4 sm_100: ".async.shared::cta.mbarrier::complete_tx::16B.mbarrier::report::fabric{.L2::cache_hint}.relaxed.sys.and|.or|.xor|.min|.max|.add|.inc|.dec|.exch|.cas{.noftz}.b32|.b64|.b128|.u32|.s32|.u64|.s64|.f16x2|.bf16x2|.f32|.f64  [handle..], [to], [from], [mbar]{, policy:b64}"
        ]
        /// Combines what the devices of a fabric handle hold.
        FabricTryPullred = "fabric.try_pullred" known "there is one device and no fabric between devices" [
            9.3 sm_100: ".async.multimem.shared::cta.mbarrier::complete_tx::bytes.mbarrier::report::fabric.relaxed.sys.and|.or|.xor|.min|.max|.add{.acc::f32|.acc::f16}{.noftz}.b32|.b64|.u32|.s32|.u64|.s64|.f16|.f16x2|.bf16|.bf16x2|.f32|.f64.sync  [to], [handle..], size:u32, [mbar], members:#"
        ]
        /// Submits the fabric operations so far.
        FabricSubmit = "fabric.submit" known "there is one device and no fabric between devices" [
            9.3 sm_100: "{.op_restrict::fetching}"
            9.5 sm_100: ".commit_group"
        ]
        /// Waits for submitted fabric operations.
        FabricWait = "fabric.wait" known "there is one device and no fabric between devices" [
            9.3 sm_100: "{.sync_restrict::reads}"
            9.5 sm_100: ".sync_restrict::read  n:#"
        ]
    }

    "Warp operations" {
        /// Exchanges values between lanes.
        Shfl = "shfl" executed [
            6.0 sm_30: ".sync.up|.down|.bfly|.idx.b32  d:T{|p:pred}, a:T, b:b32, c:b32, mask:b32"
            3.0 sm_30 until 6.3 on sm_70: ".up|.down|.bfly|.idx.b32  d:T{|p:pred}, a:T, b:b32, c:b32"
        ]
        /// Combines predicates of lanes.
        Vote = "vote" executed [
            6.0 sm_30: ".sync.all|.any|.uni.pred  p:T, a:T, mask:b32"
            6.0 sm_30: ".sync.ballot.b32  d:T, a:pred, mask:b32"
            1.2 sm_12 until 6.3 on sm_70: ".all|.any|.uni.pred  p:T, a:T"
            2.0 sm_20 until 6.3 on sm_70: ".ballot.b32  d:T, a:pred"
        ]
        /// Finds lanes with equal values.
        Match = "match" executed [
            6.0 sm_70: ".any.sync.b32|.b64  d:b32, a:T, mask:b32"
            6.0 sm_70: ".all.sync.b32|.b64  d:b32{|p:pred}, a:T, mask:b32"
        ]
        /// The lanes that run together.
        Activemask = "activemask" executed [
            6.2 sm_30: ".b32  d:T"
        ]
        /// Combines values of lanes.
        Redux = "redux" executed [
            7.0 sm_80: ".sync.add|.min|.max.u32|.s32  d:T, a:T, mask:b32"
            7.0 sm_80: ".sync.and|.or|.xor.b32  d:T, a:T, mask:b32"
            8.6 sm_100a: ".sync.min|.max{.abs}{.NaN}.f32  d:T, a:T, mask:b32"
        ]
        /// Chooses one lane.
        Elect = "elect" executed [
            8.0 sm_90: ".sync  d:b32|p:pred, mask:b32"
        ]
    }

    "Matrices" {
        /// Loads matrices from shared memory into the lanes of a warp.
        Ldmatrix = "ldmatrix" executed [
            6.5 sm_75: ".sync.aligned.m8n8.x1|.x2|.x4{.trans}{.shared|.shared::cta}.b16  d:{b32}, [a]"
            8.6 sm_100a: ".sync.aligned.m16n16.x1|.x2.trans{.shared|.shared::cta}.b8  d:{b32}, [a]"
            8.6 sm_100a: ".sync.aligned.m16n16.x1|.x2.trans{.shared|.shared::cta}.b8x16.b6x16_p32|.b4x16_p64  d:{b32}, [a]"
            8.6 sm_100a: ".sync.aligned.m8n16.x1|.x2|.x4{.shared|.shared::cta}.b8x16.b6x16_p32|.b4x16_p64  d:{b32}, [a]"
        ]
        /// Stores matrices from the lanes of a warp to shared memory.
        Stmatrix = "stmatrix" executed [
            7.8 sm_90: ".sync.aligned.m8n8.x1|.x2|.x4{.trans}{.shared|.shared::cta}.b16  [a], b:{b32}"
            8.6 sm_100a: ".sync.aligned.m16n8.x1|.x2|.x4.trans{.shared|.shared::cta}.b8  [a], b:{b32}"
        ]
        /// Transposes a matrix held by a warp.
        Movmatrix = "movmatrix" executed [
            7.8 sm_75: ".sync.aligned.m8n8.trans.b16  d:b32, a:b32"
        ]
        /// Multiplies matrices held by a warp and adds a third.
        Mma = "mma" executed [
            6.4 sm_70: ".sync.aligned.m8n8k4.row|.col.row|.col.f16.f16.f16.f16  d:{b32}, a:{b32}, b:{b32}, c:{b32}"
            6.4 sm_70: ".sync.aligned.m8n8k4.row|.col.row|.col.f32.f16.f16.f16|.f32  d:{b32}, a:{b32}, b:{b32}, c:{b32}"
            6.5 sm_75: ".sync.aligned.m16n8k8.row.col.f16.f16.f16.f16  d:{b32}, a:{b32}, b:{b32}, c:{b32}"
            6.5 sm_75: ".sync.aligned.m16n8k8.row.col.f32.f16.f16.f32  d:{b32}, a:{b32}, b:{b32}, c:{b32}"
            7.0 sm_80: ".sync.aligned.m16n8k16.row.col.f16.f16.f16.f16  d:{b32}, a:{b32}, b:{b32}, c:{b32}"
            7.0 sm_80: ".sync.aligned.m16n8k16.row.col.f32.f16.f16.f32  d:{b32}, a:{b32}, b:{b32}, c:{b32}"
            7.0 sm_80: ".sync.aligned.m16n8k8|.m16n8k16.row.col.f32.bf16.bf16.f32  d:{b32}, a:{b32}, b:{b32}, c:{b32}"
            7.0 sm_80: ".sync.aligned.m16n8k4|.m16n8k8.row.col.f32.tf32.tf32.f32  d:{b32}, a:{b32}, b:{b32}, c:{b32}"
            8.4 sm_89: ".sync.aligned.m16n8k32.row.col.f32.e4m3|.e5m2.e4m3|.e5m2.f32  d:{b32}, a:{b32}, b:{b32}, c:{b32}"
            8.7 sm_89: ".sync.aligned.m16n8k32.row.col.f16.e4m3|.e5m2.e4m3|.e5m2.f16  d:{b32}, a:{b32}, b:{b32}, c:{b32}"
            8.7 sm_89: ".sync.aligned.m16n8k16.row.col.f16.e4m3|.e5m2.e4m3|.e5m2.f16  d:{b32}, a:{b32}, b:{b32}, c:{b32}"
            8.7 sm_89: ".sync.aligned.m16n8k16.row.col.f32.e4m3|.e5m2.e4m3|.e5m2.f32  d:{b32}, a:{b32}, b:{b32}, c:{b32}"
            8.7 sm_120a: ".sync.aligned.m16n8k32.row.col.kind::f8f6f4.f16.e4m3|.e5m2|.e3m2|.e2m3|.e2m1.e4m3|.e5m2|.e3m2|.e2m3|.e2m1.f16  d:{b32}, a:{b32}, b:{b32}, c:{b32}"
            8.7 sm_120a: ".sync.aligned.m16n8k32.row.col.kind::f8f6f4.f32.e4m3|.e5m2|.e3m2|.e2m3|.e2m1.e4m3|.e5m2|.e3m2|.e2m3|.e2m1.f32  d:{b32}, a:{b32}, b:{b32}, c:{b32}"
            8.7 sm_120a: ".sync.aligned.m16n8k64.row.col.kind::mxf4.block_scale{.scale_vec::2X}.f32.e2m1.e2m1.f32.ue8m0  d:{b32}, a:{b32}, b:{b32}, c:{b32}, sa:{b32*1}, at:{b16*2}, sb:{b32*1}, bt:{b16*2}"
            8.7 sm_120a: ".sync.aligned.m16n8k64.row.col.kind::mxf4nvf4.block_scale.scale_vec::2X|.scale_vec::4X.f32.e2m1.e2m1.f32.ue8m0|.ue4m3  d:{b32}, a:{b32}, b:{b32}, c:{b32}, sa:{b32*1}, at:{b16*2}, sb:{b32*1}, bt:{b16*2}"
            8.7 sm_120a: ".sync.aligned.m16n8k32.row.col.kind::mxf8f6f4.block_scale{.scale_vec::1X}.f32.e4m3|.e5m2|.e3m2|.e2m3|.e2m1.e4m3|.e5m2|.e3m2|.e2m3|.e2m1.f32.ue8m0  d:{b32}, a:{b32}, b:{b32}, c:{b32}, sa:{b32*1}, at:{b16*2}, sb:{b32*1}, bt:{b16*2}"
            7.0 sm_80: ".sync.aligned.m8n8k4.row.col{.RND}.f64.f64.f64.f64  d:{f64}, a:{f64}, b:{f64}, c:{f64}"
            7.8 sm_90: ".sync.aligned.m16n8k4|.m16n8k8|.m16n8k16.row.col{.RND}.f64.f64.f64.f64  d:{f64}, a:{f64}, b:{f64}, c:{f64}"
            6.5 sm_75: ".sync.aligned.m8n8k16.row.col{.satfinite}.s32.u8|.s8.u8|.s8.s32  d:{b32}, a:{b32}, b:{b32}, c:{b32}"
            7.0 sm_80: ".sync.aligned.m16n8k16|.m16n8k32.row.col{.satfinite}.s32.u8|.s8.u8|.s8.s32  d:{b32}, a:{b32}, b:{b32}, c:{b32}"
            6.5 sm_75: ".sync.aligned.m8n8k32.row.col{.satfinite}.s32.u4|.s4.u4|.s4.s32  d:{b32}, a:{b32}, b:{b32}, c:{b32}"
            7.0 sm_80: ".sync.aligned.m16n8k32|.m16n8k64.row.col{.satfinite}.s32.u4|.s4.u4|.s4.s32  d:{b32}, a:{b32}, b:{b32}, c:{b32}"
            7.0 sm_75: ".sync.aligned.m8n8k128.row.col.s32.b1.b1.s32.xor.popc  d:{b32}, a:{b32}, b:{b32}, c:{b32}"
            7.0 sm_80: ".sync.aligned.m16n8k128|.m16n8k256.row.col.s32.b1.b1.s32.xor.popc  d:{b32}, a:{b32}, b:{b32}, c:{b32}"
            7.1 sm_80: ".sync.aligned.m8n8k128|.m16n8k128|.m16n8k256.row.col.s32.b1.b1.s32.and.popc  d:{b32}, a:{b32}, b:{b32}, c:{b32}"
            7.1 sm_80: ".sp.sync.aligned.m16n8k16|.m16n8k32.row.col.f16.f16.f16.f16  d:{b32}, a:{b32}, b:{b32}, c:{b32}, e:b32, f:#"
            7.1 sm_80: ".sp.sync.aligned.m16n8k16|.m16n8k32.row.col.f32.f16.f16.f32  d:{b32}, a:{b32}, b:{b32}, c:{b32}, e:b32, f:#"
            8.5 sm_80: ".sp::ordered_metadata.sync.aligned.m16n8k16|.m16n8k32.row.col.f16.f16.f16.f16  d:{b32}, a:{b32}, b:{b32}, c:{b32}, e:b32, f:#"
            8.5 sm_80: ".sp::ordered_metadata.sync.aligned.m16n8k16|.m16n8k32.row.col.f32.f16.f16.f32  d:{b32}, a:{b32}, b:{b32}, c:{b32}, e:b32, f:#"
            7.1 sm_80: ".sp.sync.aligned.m16n8k16|.m16n8k32.row.col.f32.bf16.bf16.f32  d:{b32}, a:{b32}, b:{b32}, c:{b32}, e:b32, f:#"
            8.5 sm_80: ".sp::ordered_metadata.sync.aligned.m16n8k16|.m16n8k32.row.col.f32.bf16.bf16.f32  d:{b32}, a:{b32}, b:{b32}, c:{b32}, e:b32, f:#"
            7.1 sm_80: ".sp.sync.aligned.m16n8k8|.m16n8k16.row.col.f32.tf32.tf32.f32  d:{b32}, a:{b32}, b:{b32}, c:{b32}, e:b32, f:#"
            8.5 sm_80: ".sp::ordered_metadata.sync.aligned.m16n8k8|.m16n8k16.row.col.f32.tf32.tf32.f32  d:{b32}, a:{b32}, b:{b32}, c:{b32}, e:b32, f:#"
            7.1 sm_80: ".sp.sync.aligned.m16n8k32|.m16n8k64.row.col{.satfinite}.s32.u8|.s8.u8|.s8.s32  d:{b32}, a:{b32}, b:{b32}, c:{b32}, e:b32, f:#"
            8.5 sm_80: ".sp::ordered_metadata.sync.aligned.m16n8k32|.m16n8k64.row.col{.satfinite}.s32.u8|.s8.u8|.s8.s32  d:{b32}, a:{b32}, b:{b32}, c:{b32}, e:b32, f:#"
            7.1 sm_80: ".sp.sync.aligned.m16n8k64|.m16n8k128.row.col{.satfinite}.s32.u4|.s4.u4|.s4.s32  d:{b32}, a:{b32}, b:{b32}, c:{b32}, e:b32, f:#"
            8.5 sm_80: ".sp::ordered_metadata.sync.aligned.m16n8k64|.m16n8k128.row.col{.satfinite}.s32.u4|.s4.u4|.s4.s32  d:{b32}, a:{b32}, b:{b32}, c:{b32}, e:b32, f:#"
            8.4 sm_89: ".sp.sync.aligned.m16n8k64.row.col.f32.e4m3|.e5m2.e4m3|.e5m2.f32  d:{b32}, a:{b32}, b:{b32}, c:{b32}, e:b32, f:#"
            8.5 sm_89: ".sp::ordered_metadata.sync.aligned.m16n8k64.row.col.f32.e4m3|.e5m2.e4m3|.e5m2.f32  d:{b32}, a:{b32}, b:{b32}, c:{b32}, e:b32, f:#"
            8.7 sm_89: ".sp::ordered_metadata.sync.aligned.m16n8k64.row.col.f16.e4m3|.e5m2.e4m3|.e5m2.f16  d:{b32}, a:{b32}, b:{b32}, c:{b32}, e:b32, f:#"
            8.7 sm_120a: ".sp::ordered_metadata.sync.aligned.m16n8k64.row.col.kind::f8f6f4.f16.e4m3|.e5m2|.e3m2|.e2m3|.e2m1.e4m3|.e5m2|.e3m2|.e2m3|.e2m1.f16  d:{b32}, a:{b32}, b:{b32}, c:{b32}, e:b32, f:#"
            8.7 sm_120a: ".sp::ordered_metadata.sync.aligned.m16n8k64.row.col.kind::f8f6f4.f32.e4m3|.e5m2|.e3m2|.e2m3|.e2m1.e4m3|.e5m2|.e3m2|.e2m3|.e2m1.f32  d:{b32}, a:{b32}, b:{b32}, c:{b32}, e:b32, f:#"
            8.7 sm_120a: ".sp::ordered_metadata.sync.aligned.m16n8k128.row.col.kind::mxf4.block_scale{.scale_vec::2X}.f32.e2m1.e2m1.f32.ue8m0  d:{b32}, a:{b32}, b:{b32}, c:{b32}, e:b32, f:#, sa:{b32*1}, at:{b16*2}, sb:{b32*1}, bt:{b16*2}"
            8.7 sm_120a: ".sp::ordered_metadata.sync.aligned.m16n8k128.row.col.kind::mxf4nvf4.block_scale.scale_vec::2X|.scale_vec::4X.f32.e2m1.e2m1.f32.ue8m0|.ue4m3  d:{b32}, a:{b32}, b:{b32}, c:{b32}, e:b32, f:#, sa:{b32*1}, at:{b16*2}, sb:{b32*1}, bt:{b16*2}"
            8.7 sm_120a: ".sp::ordered_metadata.sync.aligned.m16n8k64.row.col.kind::mxf8f6f4.block_scale{.scale_vec::1X}.f32.e4m3|.e5m2|.e3m2|.e2m3|.e2m1.e4m3|.e5m2|.e3m2|.e2m3|.e2m1.f32.ue8m0  d:{b32}, a:{b32}, b:{b32}, c:{b32}, e:b32, f:#, sa:{b32*1}, at:{b16*2}, sb:{b32*1}, bt:{b16*2}"
        ]
        /// Loads a matrix into the lanes of a warp.
        WmmaLoad = "wmma.load" executed [
            6.0 sm_70: ".a|.b.sync{.aligned}.row|.col.m16n16k16{.global|.shared|.shared::cta}.f16  d:{b32}, [a]{, stride:u32}"
            6.0 sm_70: ".c.sync{.aligned}.row|.col.m16n16k16{.global|.shared|.shared::cta}.f16|.f32  d:{b32}, [a]{, stride:u32}"
            6.1 sm_70: ".a|.b.sync{.aligned}.row|.col.m8n32k16|.m32n8k16{.global|.shared|.shared::cta}.f16  d:{b32}, [a]{, stride:u32}"
            6.1 sm_70: ".c.sync{.aligned}.row|.col.m8n32k16|.m32n8k16{.global|.shared|.shared::cta}.f16|.f32  d:{b32}, [a]{, stride:u32}"
            6.3 sm_72: ".a|.b.sync.aligned.row|.col.m16n16k16|.m8n32k16|.m32n8k16{.global|.shared|.shared::cta}.u8|.s8  d:{b32}, [a]{, stride:u32}"
            6.3 sm_72: ".c.sync.aligned.row|.col.m16n16k16|.m8n32k16|.m32n8k16{.global|.shared|.shared::cta}.s32  d:{b32}, [a]{, stride:u32}"
            7.0 sm_80: ".a|.b.sync.aligned.row|.col.m16n16k16|.m8n32k16|.m32n8k16{.global|.shared|.shared::cta}.bf16  d:{b32}, [a]{, stride:u32}"
            7.0 sm_80: ".a|.b.sync.aligned.row|.col.m16n16k8{.global|.shared|.shared::cta}.tf32  d:{b32}, [a]{, stride:u32}"
            7.0 sm_80: ".c.sync.aligned.row|.col.m16n16k8{.global|.shared|.shared::cta}.f32  d:{b32}, [a]{, stride:u32}"
            7.0 sm_80: ".a|.b|.c.sync.aligned.row|.col.m8n8k4{.global|.shared|.shared::cta}.f64  d:{f64}, [a]{, stride:u32}"
            6.3 sm_75: ".a.sync.aligned.row.m8n8k32{.global|.shared|.shared::cta}.u4|.s4  d:{b32}, [a]{, stride:u32}"
            6.3 sm_75: ".b.sync.aligned.col.m8n8k32{.global|.shared|.shared::cta}.u4|.s4  d:{b32}, [a]{, stride:u32}"
            6.3 sm_75: ".a.sync.aligned.row.m8n8k128{.global|.shared|.shared::cta}.b1  d:{b32}, [a]{, stride:u32}"
            6.3 sm_75: ".b.sync.aligned.col.m8n8k128{.global|.shared|.shared::cta}.b1  d:{b32}, [a]{, stride:u32}"
            6.3 sm_75: ".c.sync.aligned.row|.col.m8n8k32|.m8n8k128{.global|.shared|.shared::cta}.s32  d:{b32}, [a]{, stride:u32}"
        ]
        /// Stores a matrix from the lanes of a warp.
        WmmaStore = "wmma.store" executed [
            6.0 sm_70: ".d.sync{.aligned}.row|.col.m16n16k16{.global|.shared|.shared::cta}.f16|.f32  [a], b:{b32}{, stride:u32}"
            6.1 sm_70: ".d.sync{.aligned}.row|.col.m8n32k16|.m32n8k16{.global|.shared|.shared::cta}.f16|.f32  [a], b:{b32}{, stride:u32}"
            6.3 sm_72: ".d.sync.aligned.row|.col.m16n16k16|.m8n32k16|.m32n8k16{.global|.shared|.shared::cta}.s32  [a], b:{b32}{, stride:u32}"
            6.3 sm_75: ".d.sync.aligned.row|.col.m8n8k32|.m8n8k128{.global|.shared|.shared::cta}.s32  [a], b:{b32}{, stride:u32}"
            7.0 sm_80: ".d.sync.aligned.row|.col.m16n16k8{.global|.shared|.shared::cta}.f32  [a], b:{b32}{, stride:u32}"
            7.0 sm_80: ".d.sync.aligned.row|.col.m8n8k4{.global|.shared|.shared::cta}.f64  [a], b:{f64}{, stride:u32}"
        ]
        /// Multiplies matrices held by a warp and adds a third.
        WmmaMma = "wmma.mma" executed [
            6.0 sm_70: ".sync{.aligned}.row|.col.row|.col.m16n16k16.f16|.f32.f16|.f32  d:{b32}, a:{b32}, b:{b32}, c:{b32}"
            6.0 sm_70 until 6.4: ".sync{.aligned}.row|.col.row|.col.m16n16k16.f16|.f32.f16|.f32.satfinite  d:{b32}, a:{b32}, b:{b32}, c:{b32}"
            6.1 sm_70: ".sync{.aligned}.row|.col.row|.col.m8n32k16|.m32n8k16.f16|.f32.f16|.f32  d:{b32}, a:{b32}, b:{b32}, c:{b32}"
            6.1 sm_70 until 6.4: ".sync{.aligned}.row|.col.row|.col.m8n32k16|.m32n8k16.f16|.f32.f16|.f32.satfinite  d:{b32}, a:{b32}, b:{b32}, c:{b32}"
            6.3 sm_72: ".sync.aligned.row|.col.row|.col.m16n16k16|.m8n32k16|.m32n8k16.s32.u8.u8.s32{.satfinite}  d:{b32}, a:{b32}, b:{b32}, c:{b32}"
            6.3 sm_72: ".sync.aligned.row|.col.row|.col.m16n16k16|.m8n32k16|.m32n8k16.s32.s8.s8.s32{.satfinite}  d:{b32}, a:{b32}, b:{b32}, c:{b32}"
            7.0 sm_80: ".sync.aligned.row|.col.row|.col.m16n16k16|.m8n32k16|.m32n8k16.f32.bf16.bf16.f32  d:{b32}, a:{b32}, b:{b32}, c:{b32}"
            7.0 sm_80: ".sync.aligned.row|.col.row|.col.m16n16k8.f32.tf32.tf32.f32  d:{b32}, a:{b32}, b:{b32}, c:{b32}"
            7.0 sm_80: ".sync.aligned.row|.col.row|.col.m8n8k4{.RND}.f64.f64.f64.f64  d:{f64}, a:{f64}, b:{f64}, c:{f64}"
            6.3 sm_75: ".sync.aligned.row.col.m8n8k32.s32.u4.u4.s32{.satfinite}  d:{b32}, a:{b32}, b:{b32}, c:{b32}"
            6.3 sm_75: ".sync.aligned.row.col.m8n8k32.s32.s4.s4.s32{.satfinite}  d:{b32}, a:{b32}, b:{b32}, c:{b32}"
            6.3 sm_75: ".xor.popc.sync.aligned.row.col.m8n8k128.s32.b1.b1.s32  d:{b32}, a:{b32}, b:{b32}, c:{b32}"
            7.1 sm_80: ".and.popc.sync.aligned.row.col.m8n8k128.s32.b1.b1.s32  d:{b32}, a:{b32}, b:{b32}, c:{b32}"
        ]
    }

    "Matrices of warp groups" {
        /// Orders accesses of registers and shared memory by asynchronous products.
        WgmmaFence = "wgmma.fence" known "only sm_90a has it, and its code runs nowhere else" [
            8.0 sm_90a: ".sync.aligned"
        ]
        /// Makes a group of the asynchronous products so far.
        WgmmaCommitGroup = "wgmma.commit_group" known "only sm_90a has it, and its code runs nowhere else" [
            8.0 sm_90a: ".sync.aligned"
        ]
        /// Waits until only so many groups of products are unfinished.
        WgmmaWaitGroup = "wgmma.wait_group" known "only sm_90a has it, and its code runs nowhere else" [
            8.0 sm_90a: ".sync.aligned  n:#"
        ]
        /// Multiplies matrices of a warp group without waiting.
        WgmmaMmaAsync = "wgmma.mma_async" known "only sm_90a has it, and its code runs nowhere else" [
            8.0 sm_90a: ".sync.aligned.M64K16.f16|.f32.f16.f16  d:{b32}, a:b64, b:b64, p:*, sa:#, sb:#, ta:#, tb:#"
            8.0 sm_90a: ".sync.aligned.M64K16.f16|.f32.f16.f16  d:{b32}, a:{b32*4}, b:b64, p:*, sa:#, sb:#, tb:#"
            8.0 sm_90a: ".sync.aligned.M64K16.f32.bf16.bf16  d:{b32}, a:b64, b:b64, p:*, sa:#, sb:#, ta:#, tb:#"
            8.0 sm_90a: ".sync.aligned.M64K16.f32.bf16.bf16  d:{b32}, a:{b32*4}, b:b64, p:*, sa:#, sb:#, tb:#"
            8.0 sm_90a: ".sync.aligned.M64K8.f32.tf32.tf32  d:{b32}, a:*, b:b64, p:*, sa:#, sb:#"
            8.0 sm_90a: ".sync.aligned.M64K32.f16|.f32.e4m3|.e5m2.e4m3|.e5m2  d:{b32}, a:*, b:b64, p:*, sa:#, sb:#"
            8.0 sm_90a: ".sync.aligned.M64K32I{.satfinite}.s32.s8|.u8.s8|.u8  d:{b32}, a:*, b:b64, p:*"
            8.0 sm_90a: ".sync.aligned.M64K256I.s32.b1.b1.and.popc  d:{b32}, a:*, b:b64, p:*"
        ]
        /// Multiplies matrices of a warp group, one of them sparse, without waiting.
        WgmmaMmaAsyncSp = "wgmma.mma_async.sp" known "only sm_90a has it, and its code runs nowhere else" [
            8.2 sm_90a: ".sync.aligned.M64K32.f16|.f32.f16.f16  d:{b32}, a:b64, b:b64, e:b32, f:#, p:*, sa:#, sb:#, ta:#, tb:#"
            8.2 sm_90a: ".sync.aligned.M64K32.f16|.f32.f16.f16  d:{b32}, a:{b32*4}, b:b64, e:b32, f:#, p:*, sa:#, sb:#, tb:#"
            8.2 sm_90a: ".sync.aligned.M64K32.f32.bf16.bf16  d:{b32}, a:b64, b:b64, e:b32, f:#, p:*, sa:#, sb:#, ta:#, tb:#"
            8.2 sm_90a: ".sync.aligned.M64K32.f32.bf16.bf16  d:{b32}, a:{b32*4}, b:b64, e:b32, f:#, p:*, sa:#, sb:#, tb:#"
            8.2 sm_90a: ".sync.aligned.M64K16.f32.tf32.tf32  d:{b32}, a:*, b:b64, e:b32, f:#, p:*, sa:#, sb:#"
            8.2 sm_90a: ".sync.aligned.M64K64.f16|.f32.e4m3|.e5m2.e4m3|.e5m2  d:{b32}, a:*, b:b64, e:b32, f:#, p:*, sa:#, sb:#"
            8.2 sm_90a: ".sync.aligned.M64K64I{.satfinite}.s32.s8|.u8.s8|.u8  d:{b32}, a:*, b:b64, e:b32, f:#, p:*"
        ]
    }

    "Tensor memory" {
        /// Takes columns of tensor memory.
        Tcgen05Alloc = "tcgen05.alloc" known "only sm_100a and its like have it, and their code runs nowhere else" [
            8.6 sm_100a: ".CTAGROUP.sync.aligned{.shared::cta}.b32  [to], columns:u32"
            9.4 sm_100a: ".exclusive.CTAGROUP.sync.aligned{.shared::cta}.b32  [to], columns:u32"
        ]
        /// Gives columns of tensor memory back.
        Tcgen05Dealloc = "tcgen05.dealloc" known "only sm_100a and its like have it, and their code runs nowhere else" [
            8.6 sm_100a: ".CTAGROUP.sync.aligned.b32  a:u32, columns:u32"
            9.4 sm_100a: ".exclusive.CTAGROUP.sync.aligned.b32  a:u32, columns:u32"
        ]
        /// Promises to take no more columns.
        Tcgen05RelinquishAllocPermit = "tcgen05.relinquish_alloc_permit" known "only sm_100a and its like have it, and their code runs nowhere else" [
            8.6 sm_100a: ".CTAGROUP.sync.aligned"
        ]
        /// Loads from tensor memory.
        Tcgen05Ld = "tcgen05.ld" known "only sm_100a and its like have it, and their code runs nowhere else" [
            8.6 sm_100a: ".sync.aligned.TMEMSHAPE.TMEMCOUNT{.pack::16b}.b32  d:{b32}, [a]"
            8.6 sm_100a: ".sync.aligned.16x32bx2.TMEMCOUNT{.pack::16b}.b32  d:{b32}, [a], half:#"
        ]
        /// Loads from tensor memory and reduces.
        Tcgen05LdRed = "tcgen05.ld.red" known "only sm_100a and its like have it, and their code runs nowhere else" [
            8.8 sm_101a: ".sync.aligned.32x32b.TMEMCOUNT.min|.max{.abs}{.NaN}.f32|.u32|.s32  d:{b32}, dr:b32, [a]"
            8.8 sm_101a: ".sync.aligned.16x32bx2.TMEMCOUNT.min|.max{.abs}{.NaN}.f32|.u32|.s32  d:{b32}, dr:b32, [a], half:#"
            9.4 sm_107f: ".spcompress.sync.aligned.32x32b.TMEMCOUNT.min|.max.sp::2:4{.abs}.f32.b2  m:{b32}, d:{b32}, dr:b32, [a]"
        ]
        /// Stores to tensor memory.
        Tcgen05St = "tcgen05.st" known "only sm_100a and its like have it, and their code runs nowhere else" [
            8.6 sm_100a: ".sync.aligned.TMEMSHAPE.TMEMCOUNT{.unpack::16b}.b32  [a], b:{b32}"
            8.6 sm_100a: ".sync.aligned.16x32bx2.TMEMCOUNT{.unpack::16b}.b32  [a], half:#, b:{b32}"
        ]
        /// Waits for the loads or stores of tensor memory so far.
        Tcgen05Wait = "tcgen05" known "only sm_100a and its like have it, and their code runs nowhere else" [
            8.6 sm_100a: ".wait::ld|.wait::st.sync.aligned"
            8.6 sm_100a: ".fence::before_thread_sync|.fence::after_thread_sync"
        ]
        /// Copies from shared to tensor memory.
        Tcgen05Cp = "tcgen05.cp" known "only sm_100a and its like have it, and their code runs nowhere else" [
            8.6 sm_100a: ".CTAGROUP.128x256b|.4x256b|.128x128b{.b8x16}{.b6x16_p32|.b4x16_p64}  [a], from:b64"
            8.6 sm_100a: ".CTAGROUP.64x128b.warpx2::02_13|.warpx2::01_23{.b8x16}{.b6x16_p32|.b4x16_p64}  [a], from:b64"
            8.6 sm_100a: ".CTAGROUP.32x128b.warpx4{.b8x16}{.b6x16_p32|.b4x16_p64}  [a], from:b64"
        ]
        /// Shifts rows of tensor memory down.
        Tcgen05Shift = "tcgen05.shift" known "only sm_100a and its like have it, and their code runs nowhere else" [
            8.6 sm_100a: ".CTAGROUP.down  [a]"
        ]
        /// Signals a barrier object when the operations so far are done.
        Tcgen05Commit = "tcgen05.commit" known "only sm_100a and its like have it, and their code runs nowhere else" [
            8.6 sm_100a: ".CTAGROUP.mbarrier::arrive::one{.shared::cluster}{.multicast::cluster}.b64  [a]{, mask:b16}"
            9.4 sm_107f: ".CTAGROUP.mbarrier::arrive::one{.sync_restrict::shared::read::mma::a}{.shared::cluster}{.MULTICAST}.b64  [a]{, mask:b32}"
        ]
        /// Multiplies matrices in tensor and shared memory.
        Tcgen05Mma = "tcgen05.mma" known "only sm_100a and its like have it, and their code runs nowhere else" [
            8.6 sm_100a: ".CTAGROUP.kind::f16|.kind::tf32|.kind::f8f6f4|.kind::i8{.ashift}{.COLLECTA}  [d], a:*, b:b64, i:b32, enable:pred{, scale:#}"
            8.6 sm_100a: ".CTAGROUP.kind::f16|.kind::tf32|.kind::f8f6f4|.kind::i8{.ashift}{.COLLECTA}  [d], a:*, b:b64, i:b32, lanes:{b32}, enable:pred{, scale:#}"
            8.6 sm_100a: ".CTAGROUP.kind::mxf8f6f4|.kind::mxf4|.kind::mxf4nvf4.block_scale{.scale_vec::1X|.scale_vec::2X|.scale_vec::4X|.block16|.block32}{.COLLECTA}  [d], a:*, b:b64, i:b32, [sa], [sb], enable:pred"
        ]
        /// Multiplies matrices in tensor and shared memory, one of them sparse.
        Tcgen05MmaSp = "tcgen05.mma.sp" known "only sm_100a and its like have it, and their code runs nowhere else" [
            8.6 sm_100a: ".CTAGROUP.kind::f16|.kind::tf32|.kind::f8f6f4|.kind::i8{.ashift}{.COLLECTA}  [d], a:*, b:b64, [e], i:b32, enable:pred{, scale:#}"
            8.6 sm_100a: ".CTAGROUP.kind::f16|.kind::tf32|.kind::f8f6f4|.kind::i8{.ashift}{.COLLECTA}  [d], a:*, b:b64, [e], i:b32, lanes:{b32}, enable:pred{, scale:#}"
            8.6 sm_100a: ".CTAGROUP.kind::mxf8f6f4|.kind::mxf4|.kind::mxf4nvf4.block_scale{.scale_vec::1X|.scale_vec::2X|.scale_vec::4X|.block16|.block32}{.COLLECTA}  [d], a:*, b:b64, [e], i:b32, [sa], [sb], enable:pred"
        ]
        /// Multiplies matrices with the second one kept in place.
        Tcgen05MmaWs = "tcgen05.mma.ws" known "only sm_100a and its like have it, and their code runs nowhere else" [
            8.6 sm_100a: ".cta_group::1.kind::f16|.kind::tf32|.kind::f8f6f4|.kind::i8{.COLLECTB}  [d], a:*, b:b64, i:b32, enable:pred{, zero:b64}"
        ]
        /// Multiplies matrices, one of them sparse, with the second one kept in place.
        Tcgen05MmaWsSp = "tcgen05.mma.ws.sp" known "only sm_100a and its like have it, and their code runs nowhere else" [
            8.6 sm_100a: ".cta_group::1.kind::f16|.kind::tf32|.kind::f8f6f4|.kind::i8{.COLLECTB}  [d], a:*, b:b64, [e], i:b32, enable:pred{, zero:b64}"
        ]
    }

    "Video" {
        /// Adds parts of registers.
        Vadd = "vadd" executed [
            2.0 sm_20: ".u32|.s32.u32|.s32.u32|.s32{.sat}  d:u32, a:u32, b:u32"
            2.0 sm_20: ".u32|.s32.u32|.s32.u32|.s32{.sat}.add|.min|.max  d:u32, a:u32, b:u32, c:u32"
            2.0 sm_20: ".u32|.s32.u32|.s32.u32|.s32{.sat}  d:u32, a:u32, b:u32, c:u32"
        ]
        /// Subtracts parts of registers.
        Vsub = "vsub" executed [
            2.0 sm_20: ".u32|.s32.u32|.s32.u32|.s32{.sat}  d:u32, a:u32, b:u32"
            2.0 sm_20: ".u32|.s32.u32|.s32.u32|.s32{.sat}.add|.min|.max  d:u32, a:u32, b:u32, c:u32"
            2.0 sm_20: ".u32|.s32.u32|.s32.u32|.s32{.sat}  d:u32, a:u32, b:u32, c:u32"
        ]
        /// The absolute difference of parts of registers.
        Vabsdiff = "vabsdiff" executed [
            2.0 sm_20: ".u32|.s32.u32|.s32.u32|.s32{.sat}  d:u32, a:u32, b:u32"
            2.0 sm_20: ".u32|.s32.u32|.s32.u32|.s32{.sat}.add|.min|.max  d:u32, a:u32, b:u32, c:u32"
            2.0 sm_20: ".u32|.s32.u32|.s32.u32|.s32{.sat}  d:u32, a:u32, b:u32, c:u32"
        ]
        /// The smaller of parts of registers.
        Vmin = "vmin" executed [
            2.0 sm_20: ".u32|.s32.u32|.s32.u32|.s32{.sat}  d:u32, a:u32, b:u32"
            2.0 sm_20: ".u32|.s32.u32|.s32.u32|.s32{.sat}.add|.min|.max  d:u32, a:u32, b:u32, c:u32"
            2.0 sm_20: ".u32|.s32.u32|.s32.u32|.s32{.sat}  d:u32, a:u32, b:u32, c:u32"
        ]
        /// The larger of parts of registers.
        Vmax = "vmax" executed [
            2.0 sm_20: ".u32|.s32.u32|.s32.u32|.s32{.sat}  d:u32, a:u32, b:u32"
            2.0 sm_20: ".u32|.s32.u32|.s32.u32|.s32{.sat}.add|.min|.max  d:u32, a:u32, b:u32, c:u32"
            2.0 sm_20: ".u32|.s32.u32|.s32.u32|.s32{.sat}  d:u32, a:u32, b:u32, c:u32"
        ]
        /// Shifts a part of a register left.
        Vshl = "vshl" executed [
            2.0 sm_20: ".u32|.s32.u32|.s32.u32{.sat}.clamp|.wrap  d:u32, a:u32, b:u32"
            2.0 sm_20: ".u32|.s32.u32|.s32.u32{.sat}.clamp|.wrap.add|.min|.max  d:u32, a:u32, b:u32, c:u32"
            2.0 sm_20: ".u32|.s32.u32|.s32.u32{.sat}.clamp|.wrap  d:u32, a:u32, b:u32, c:u32"
        ]
        /// Shifts a part of a register right.
        Vshr = "vshr" executed [
            2.0 sm_20: ".u32|.s32.u32|.s32.u32{.sat}.clamp|.wrap  d:u32, a:u32, b:u32"
            2.0 sm_20: ".u32|.s32.u32|.s32.u32{.sat}.clamp|.wrap.add|.min|.max  d:u32, a:u32, b:u32, c:u32"
            2.0 sm_20: ".u32|.s32.u32|.s32.u32{.sat}.clamp|.wrap  d:u32, a:u32, b:u32, c:u32"
        ]
        /// Multiplies parts of registers and adds a third value.
        Vmad = "vmad" executed [
            2.0 sm_20: ".u32|.s32.u32|.s32.u32|.s32{.sat}{.shr7|.shr15}  d:u32, a:u32, b:u32, c:u32"
            2.0 sm_20: ".u32|.s32.u32|.s32.u32|.s32.po{.sat}{.shr7|.shr15}  d:u32, a:u32, b:u32, c:u32"
        ]
        /// Compares parts of registers.
        Vset = "vset" executed [
            2.0 sm_20: ".u32|.s32.u32|.s32.CMP  d:u32, a:u32, b:u32"
            2.0 sm_20: ".u32|.s32.u32|.s32.CMP.add|.min|.max  d:u32, a:u32, b:u32, c:u32"
            2.0 sm_20: ".u32|.s32.u32|.s32.CMP  d:u32, a:u32, b:u32, c:u32"
        ]
        /// Adds two halves each.
        Vadd2 = "vadd2" executed [
            3.0 sm_30: ".u32|.s32.u32|.s32.u32|.s32{.sat|.add}  d:u32, a:u32, b:u32, c:u32"
        ]
        /// Subtracts two halves each.
        Vsub2 = "vsub2" executed [
            3.0 sm_30: ".u32|.s32.u32|.s32.u32|.s32{.sat|.add}  d:u32, a:u32, b:u32, c:u32"
        ]
        /// The average of two halves each.
        Vavrg2 = "vavrg2" executed [
            3.0 sm_30: ".u32|.s32.u32|.s32.u32|.s32{.sat|.add}  d:u32, a:u32, b:u32, c:u32"
        ]
        /// The absolute difference of two halves each.
        Vabsdiff2 = "vabsdiff2" executed [
            3.0 sm_30: ".u32|.s32.u32|.s32.u32|.s32{.sat|.add}  d:u32, a:u32, b:u32, c:u32"
        ]
        /// The smaller of two halves each.
        Vmin2 = "vmin2" executed [
            3.0 sm_30: ".u32|.s32.u32|.s32.u32|.s32{.sat|.add}  d:u32, a:u32, b:u32, c:u32"
        ]
        /// The larger of two halves each.
        Vmax2 = "vmax2" executed [
            3.0 sm_30: ".u32|.s32.u32|.s32.u32|.s32{.sat|.add}  d:u32, a:u32, b:u32, c:u32"
        ]
        /// Compares two halves each.
        Vset2 = "vset2" executed [
            3.0 sm_30: ".u32|.s32.u32|.s32.CMP{.add}  d:u32, a:u32, b:u32, c:u32"
        ]
        /// Adds four bytes each.
        Vadd4 = "vadd4" executed [
            3.0 sm_30: ".u32|.s32.u32|.s32.u32|.s32{.sat|.add}  d:u32, a:u32, b:u32, c:u32"
        ]
        /// Subtracts four bytes each.
        Vsub4 = "vsub4" executed [
            3.0 sm_30: ".u32|.s32.u32|.s32.u32|.s32{.sat|.add}  d:u32, a:u32, b:u32, c:u32"
        ]
        /// The average of four bytes each.
        Vavrg4 = "vavrg4" executed [
            3.0 sm_30: ".u32|.s32.u32|.s32.u32|.s32{.sat|.add}  d:u32, a:u32, b:u32, c:u32"
        ]
        /// The absolute difference of four bytes each.
        Vabsdiff4 = "vabsdiff4" executed [
            3.0 sm_30: ".u32|.s32.u32|.s32.u32|.s32{.sat|.add}  d:u32, a:u32, b:u32, c:u32"
        ]
        /// The smaller of four bytes each.
        Vmin4 = "vmin4" executed [
            3.0 sm_30: ".u32|.s32.u32|.s32.u32|.s32{.sat|.add}  d:u32, a:u32, b:u32, c:u32"
        ]
        /// The larger of four bytes each.
        Vmax4 = "vmax4" executed [
            3.0 sm_30: ".u32|.s32.u32|.s32.u32|.s32{.sat|.add}  d:u32, a:u32, b:u32, c:u32"
        ]
        /// Compares four bytes each.
        Vset4 = "vset4" executed [
            3.0 sm_30: ".u32|.s32.u32|.s32.CMP{.add}  d:u32, a:u32, b:u32, c:u32"
        ]
    }

    "Stack" {
        /// Takes memory from the stack.
        Alloca = "alloca" executed [
            7.3 sm_52: ".u32|.u64  d:T, size:T{, alignment:#}"
        ]
        /// The stack pointer.
        Stacksave = "stacksave" executed [
            7.3 sm_52: ".u32|.u64  d:T"
        ]
        /// Sets the stack pointer.
        Stackrestore = "stackrestore" executed [
            7.3 sm_52: ".u32|.u64  a:T"
        ]
    }

    "Miscellaneous" {
        /// Stops for a debugger.
        Brkpt = "brkpt" executed [
            1.0 sm_11: ""
        ]
        /// Sleeps for about so many nanoseconds.
        Nanosleep = "nanosleep" executed [
            6.3 sm_70: ".u32  t:T"
        ]
        /// Triggers performance monitor events.
        Pmevent = "pmevent" hint [
            1.4 sm_10: "  a:#"
            3.0 sm_20: ".mask  a:#"
        ]
        /// Ends the kernel with an error.
        Trap = "trap" executed [
            1.0 sm_10: ""
        ]
        /// Changes how many registers a thread may use.
        Setmaxnreg = "setmaxnreg" hint [
            8.0 sm_90a: ".inc|.dec.sync.aligned.u32  n:#"
        ]
    }
}
