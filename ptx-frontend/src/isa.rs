//! THE instruction table: one row per opcode, its forms as NVIDIA's manual writes them.
//!
//! A row is `Variant = "mnemonic" "PTX version" ["form", ...]`. A form is its dot-words, then its operands:
//!
//! * `.a|.b` is one word of several, `{.a|.b}` may be missing. Words are a set, their order is free; only types keep
//!   their order (`cvt.f32.s32`).
//! * `[a]` is an address, `{v}` a brace list, `l` a label, `x:CLASS` a register, immediate or symbol; names that
//!   begin with `d` are destinations. `d|p` is a pair. `(, c:T)` may be missing. Classes: `T U W X` are the widths of
//!   the first to fourth type word, `2T` twice `T`, `P` a predicate, a number is a width in bits, `any` is not
//!   checked; `+` lets the register be wider, `*` takes `{...}` too.
//!
//! A row that the translator does not execute says why: `not "reason"`. From this table come the parser's forms, the
//! error texts and `docs/ptx-coverage.md`.

/// Makes [`Opcode`] and its table.
macro_rules! instructions {
    ($( #[doc = $chapter:literal] $( $variant:ident = $name:literal $version:literal $(not $reason:literal)? [ $($form:literal)* ] )* ;)*) => {
        /// An opcode of the table.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
        #[allow(missing_docs, reason = "the names are PTX's own")]
        pub enum Opcode { $($($variant,)*)* }

        /// The rows, in the order of [`Opcode`].
        pub static ROWS: &[Row] = &[$($(Row {
            opcode: Opcode::$variant, name: $name, chapter: $chapter, version: $version,
            not_executed: [$($reason,)? ""][0], forms: &[$($form),*],
        },)*)*];
    };
}

/// One row of the table.
#[derive(Debug)]
pub struct Row {
    /// The opcode.
    pub opcode: Opcode,
    /// Its mnemonic.
    pub name: &'static str,
    /// Chapter of the manual.
    pub chapter: &'static str,
    /// PTX ISA version that introduced it.
    pub version: &'static str,
    /// Why it is not executed; empty if it is.
    pub not_executed: &'static str,
    /// Its forms.
    pub forms: &'static [&'static str],
}

impl Opcode {
    /// The table's row.
    pub fn row(self) -> &'static Row {
        &ROWS[self as usize]
    }
    /// The mnemonic.
    pub fn as_str(self) -> &'static str {
        self.row().name
    }
}

instructions! {
    #[doc = "Integer arithmetic"]
    Add = "add" "1.0" [
        ".u16|.u32|.u64|.s16|.s32|.s64|.u16x2|.s16x2  d:T, a:T, b:T"
        ".sat.s32|.u32|.u16x2|.s16x2|.u32  d:T, a:T, b:T"
        "{.rn|.rz|.rm|.rp}{.ftz}{.sat}.f32  d:T, a:T, b:T"
        "{.rn|.rz|.rm|.rp}{.ftz}.f32x2  d:T, a:T, b:T"
        "{.rn|.rz|.rm|.rp}.f64  d:T, a:T, b:T"
        "{.rn}{.ftz}{.sat}.f16|.f16x2  d:T, a:T, b:T"
        "{.rn}.bf16|.bf16x2  d:T, a:T, b:T"
        "{.rn|.rz|.rm|.rp}{.sat}.f32.f16|.bf16  d:T, a:U, b:T"
        "{.cc}.u32|.s32|.u64|.s64  d:T, a:T, b:T" ]
    Addc = "addc" "1.2" [ "{.cc}.u32|.s32|.u64|.s64  d:T, a:T, b:T" ]
    Sub = "sub" "1.0" [
        ".u16|.u32|.u64|.s16|.s32|.s64|.u16x2|.s16x2  d:T, a:T, b:T"
        ".sat.s32|.u32|.u16x2|.s16x2  d:T, a:T, b:T"
        "{.rn|.rz|.rm|.rp}{.ftz}{.sat}.f32  d:T, a:T, b:T"
        "{.rn|.rz|.rm|.rp}{.ftz}.f32x2  d:T, a:T, b:T"
        "{.rn|.rz|.rm|.rp}.f64  d:T, a:T, b:T"
        "{.rn}{.ftz}{.sat}.f16|.f16x2  d:T, a:T, b:T"
        "{.rn}.bf16|.bf16x2  d:T, a:T, b:T"
        "{.rn|.rz|.rm|.rp}{.sat}.f32.f16|.bf16  d:T, a:U, b:T"
        "{.cc}.u32|.s32|.u64|.s64  d:T, a:T, b:T" ]
    Subc = "subc" "1.2" [ "{.cc}.u32|.s32|.u64|.s64  d:T, a:T, b:T" ]
    Mul = "mul" "1.0" [
        ".hi|.lo.u16|.u32|.u64|.s16|.s32|.s64  d:T, a:T, b:T"
        ".wide.u16|.u32|.s16|.s32  d:2T, a:T, b:T"
        "{.rn|.rz|.rm|.rp}{.ftz}{.sat}.f32  d:T, a:T, b:T"
        "{.rn|.rz|.rm|.rp}{.ftz}.f32x2  d:T, a:T, b:T"
        "{.rn|.rz|.rm|.rp}.f64  d:T, a:T, b:T"
        "{.rn}{.ftz}{.sat}.f16|.f16x2  d:T, a:T, b:T"
        "{.rn}.bf16|.bf16x2  d:T, a:T, b:T" ]
    Mad = "mad" "1.0" [
        ".hi|.lo.u16|.u32|.u64|.s16|.s32|.s64  d:T, a:T, b:T, c:T"
        ".hi.sat.s32  d:T, a:T, b:T, c:T"
        ".wide.u16|.u32|.s16|.s32  d:2T, a:T, b:T, c:2T"
        ".hi|.lo.cc.u32|.s32|.u64|.s64  d:T, a:T, b:T, c:T"
        "{.rn|.rz|.rm|.rp}{.ftz}{.sat}.f32  d:T, a:T, b:T, c:T"
        "{.rn|.rz|.rm|.rp}.f64  d:T, a:T, b:T, c:T" ]
    Madc = "madc" "3.0" [ ".hi|.lo{.cc}.u32|.s32|.u64|.s64  d:T, a:T, b:T, c:T" ]
    Mul24 = "mul24" "1.0" [ ".hi|.lo.u32|.s32  d:T, a:T, b:T" ]
    Mad24 = "mad24" "1.0" [ ".hi|.lo.u32|.s32  d:T, a:T, b:T, c:T" ".hi.sat.s32  d:T, a:T, b:T, c:T" ]
    Sad = "sad" "1.0" [ ".u16|.u32|.u64|.s16|.s32|.s64  d:T, a:T, b:T, c:T" ]
    Div = "div" "1.0" [
        ".u16|.u32|.u64|.s16|.s32|.s64  d:T, a:T, b:T"
        ".approx|.full{.ftz}.f32  d:T, a:T, b:T"
        "{.rn|.rz|.rm|.rp}{.ftz}.f32  d:T, a:T, b:T"
        "{.rn|.rz|.rm|.rp}.f64  d:T, a:T, b:T" ]
    Rem = "rem" "1.0" [ ".u16|.u32|.u64|.s16|.s32|.s64  d:T, a:T, b:T" ]
    Abs = "abs" "1.0" [ ".s16|.s32|.s64  d:T, a:T" "{.ftz}.f32|.f16|.f16x2  d:T, a:T" ".f64|.bf16|.bf16x2  d:T, a:T" ]
    Neg = "neg" "1.0" [ ".s16|.s32|.s64  d:T, a:T" "{.ftz}.f32|.f16|.f16x2  d:T, a:T" ".f64|.bf16|.bf16x2  d:T, a:T" ]
    Min = "min" "1.0" [
        ".u16|.u32|.u64|.s16|.s32|.s64|.u16x2  d:T, a:T, b:T" "{.relu}.s16x2|.s32  d:T, a:T, b:T"
        "{.ftz}{.NaN}{.xorsign}{.abs}.f32|.f16|.f16x2  d:T, a:T, b:T" "{.ftz}{.NaN}{.abs}.f32  d:T, a:T, b:T, c:T"
        ".f64  d:T, a:T, b:T" "{.NaN}{.xorsign}{.abs}.bf16|.bf16x2  d:T, a:T, b:T" ]
    Max = "max" "1.0" [
        ".u16|.u32|.u64|.s16|.s32|.s64|.u16x2  d:T, a:T, b:T" "{.relu}.s16x2|.s32  d:T, a:T, b:T"
        "{.ftz}{.NaN}{.xorsign}{.abs}.f32|.f16|.f16x2  d:T, a:T, b:T" "{.ftz}{.NaN}{.abs}.f32  d:T, a:T, b:T, c:T"
        ".f64  d:T, a:T, b:T" "{.NaN}{.xorsign}{.abs}.bf16|.bf16x2  d:T, a:T, b:T" ]
    Popc = "popc" "2.0" [ ".b32|.b64  d:32, a:T" ]
    Clz = "clz" "2.0" [ ".b32|.b64  d:32, a:T" ]
    Bfind = "bfind" "2.0" [ "{.shiftamt}.u32|.u64|.s32|.s64  d:32, a:T" ]
    Fns = "fns" "6.0" [ ".b32  d:32, a:32, b:32, c:32" ]
    Brev = "brev" "2.0" [ ".b32|.b64  d:T, a:T" ]
    Bfe = "bfe" "2.0" [ ".u32|.u64|.s32|.s64  d:T, a:T, b:32, c:32" ]
    Bfi = "bfi" "2.0" [ ".b32|.b64  f:T, a:T, b:T, c:32, e:32" ]
    Szext = "szext" "7.6" [ ".clamp|.wrap.u32|.s32  d:T, a:T, b:32" ]
    Bmsk = "bmsk" "7.6" [ ".clamp|.wrap.b32  d:T, a:T, b:32" ]
    Dp4a = "dp4a" "5.0" [ ".u32|.s32.u32|.s32  d:32, a:32, b:32, c:32" ]
    Dp2a = "dp2a" "5.0" [ ".lo|.hi.u32|.s32.u32|.s32  d:32, a:32, b:32, c:32" ]
    ;
    #[doc = "Floating point"]
    Fma = "fma" "2.0" [
        ".rn|.rz|.rm|.rp{.ftz}{.sat}.f32  d:T, a:T, b:T, c:T"
        ".rn|.rz|.rm|.rp{.ftz}.f32x2  d:T, a:T, b:T, c:T"
        ".rn|.rz|.rm|.rp.f64  d:T, a:T, b:T, c:T"
        ".rn{.ftz}{.sat}{.relu}{.oob}.f16|.f16x2  d:T, a:T, b:T, c:T"
        ".rn{.relu}{.oob}.bf16|.bf16x2  d:T, a:T, b:T, c:T"
        ".rn|.rz|.rm|.rp{.sat}.f32.f16|.bf16  d:T, a:U, b:U, c:T" ]
    Rcp = "rcp" "1.0" [ ".approx|.rn|.rz|.rm|.rp{.ftz}.f32  d:T, a:T" ".rn|.rz|.rm|.rp.f64  d:T, a:T" ".approx.ftz.f64  d:T, a:T" ]
    Sqrt = "sqrt" "1.0" [ ".approx|.rn|.rz|.rm|.rp{.ftz}.f32  d:T, a:T" ".rn|.rz|.rm|.rp.f64  d:T, a:T" ]
    Rsqrt = "rsqrt" "1.0" [ ".approx{.ftz}.f32  d:T, a:T" ".approx{.ftz}.f64  d:T, a:T" ]
    Sin = "sin" "1.0" [ ".approx{.ftz}.f32  d:T, a:T" ]
    Cos = "cos" "1.0" [ ".approx{.ftz}.f32  d:T, a:T" ]
    Lg2 = "lg2" "1.0" [ ".approx{.ftz}.f32  d:T, a:T" ]
    Ex2 = "ex2" "1.0" [ ".approx{.ftz}.f32  d:T, a:T" ".approx.f16|.f16x2  d:T, a:T" ".approx.ftz.bf16|.bf16x2  d:T, a:T" ]
    Tanh = "tanh" "7.0" [ ".approx.f32|.f16|.f16x2|.bf16|.bf16x2  d:T, a:T" ]
    Testp = "testp" "2.0" [ ".finite|.infinite|.number|.notanumber|.normal|.subnormal.f32|.f64  d:P, a:T" ]
    Copysign = "copysign" "2.0" [ ".f32|.f64  d:T, a:T, b:T" ]
    ;
    #[doc = "Comparison and selection"]
    Set = "set" "1.0" [
        ".eq|.ne|.lt|.le|.gt|.ge|.lo|.ls|.hi|.hs|.equ|.neu|.ltu|.leu|.gtu|.geu|.num|.nan{.and|.or|.xor}{.ftz}.u32|.s32|.f32|.f16|.f16x2|.bf16|.bf16x2|.u16|.s16.b16|.b32|.b64|.u16|.u32|.u64|.s16|.s32|.s64|.f16|.f16x2|.bf16|.bf16x2|.f32|.f64  d:T, a:U, b:U(, c:P)" ]
    Setp = "setp" "1.0" [
        ".eq|.ne|.lt|.le|.gt|.ge|.lo|.ls|.hi|.hs|.equ|.neu|.ltu|.leu|.gtu|.geu|.num|.nan{.and|.or|.xor}{.ftz}.b16|.b32|.b64|.u16|.u32|.u64|.s16|.s32|.s64|.f16|.f16x2|.bf16|.bf16x2|.f32|.f64  d:P, a:T, b:T(, c:P)" ]
    Selp = "selp" "1.0" [ ".b16|.b32|.b64|.u16|.u32|.u64|.s16|.s32|.s64|.f32|.f64|.f16|.bf16|.f16x2|.bf16x2  d:T, a:T, b:T, c:P" ]
    Slct = "slct" "1.0" [ "{.ftz}.b16|.b32|.b64|.u16|.u32|.u64|.s16|.s32|.s64|.f32|.f64.s32|.f32  d:T, a:T, b:T, c:32" ]
    ;
    #[doc = "Logic and shift"]
    And = "and" "1.0" [ ".pred|.b16|.b32|.b64  d:T, a:T, b:T" ]
    Or = "or" "1.0" [ ".pred|.b16|.b32|.b64  d:T, a:T, b:T" ]
    Xor = "xor" "1.0" [ ".pred|.b16|.b32|.b64  d:T, a:T, b:T" ]
    Not = "not" "1.0" [ ".pred|.b16|.b32|.b64  d:T, a:T" ]
    Cnot = "cnot" "1.0" [ ".b16|.b32|.b64  d:T, a:T" ]
    Lop3 = "lop3" "4.3" [ ".b32  d:T, a:T, b:T, c:T, e:any" ".and|.or.b32  d|p:T, a:T, b:T, c:T, e:any, q:P" ]
    Shf = "shf" "3.1" [ ".l|.r.clamp|.wrap.b32  d:T, a:T, b:T, c:32" ]
    Shl = "shl" "1.0" [ ".b16|.b32|.b64  d:T, a:T, b:any" ]
    Shr = "shr" "1.0" [ ".b16|.b32|.b64|.u16|.u32|.u64|.s16|.s32|.s64  d:T, a:T, b:any" ]
    Prmt = "prmt" "2.0" [ ".b32{.f4e|.b4e|.rc8|.ecl|.ecr|.rc16}  d:32, a:32, b:32, c:32" ]
    ;
    #[doc = "Data movement and conversion"]
    Mov = "mov" "1.0" [ ".pred|.b16|.b32|.b64|.b128|.u16|.u32|.u64|.s16|.s32|.s64|.f16|.bf16|.f16x2|.bf16x2|.f32|.f64  d:any, a:any" ]
    Shfl = "shfl" "3.0" [ ".sync.up|.down|.bfly|.idx.b32  d|p:32, a:32, b:32, c:32, m:32" ".up|.down|.bfly|.idx.b32  d|p:32, a:32, b:32, c:32" ]
    Ld = "ld" "1.0" [
        "{.weak|.volatile|.relaxed|.acquire|.mmio}{.cta|.cluster|.gpu|.sys}{.const|.global|.local|.param|.param::entry|.param::func|.shared|.shared::cta|.shared::cluster}{.nc}{.ca|.cg|.cs|.lu|.cv}{.L1::evict_normal|.L1::evict_unchanged|.L1::evict_first|.L1::evict_last|.L1::no_allocate}{.L2::evict_normal|.L2::evict_first|.L2::evict_last}{.L2::cache_hint}{.L2::64B|.L2::128B|.L2::256B}{.unified}{.v2|.v4|.v8}.b8|.b16|.b32|.b64|.b128|.u8|.u16|.u32|.u64|.s8|.s16|.s32|.s64|.f16|.bf16|.f16x2|.bf16x2|.f32|.f64  d:T+*, [a](, c:64)" ]
    Ldu = "ldu" "2.0" [ "{.global}{.v2|.v4}.b8|.b16|.b32|.b64|.b128|.u8|.u16|.u32|.u64|.s8|.s16|.s32|.s64|.f16|.bf16|.f16x2|.bf16x2|.f32|.f64  d:T+*, [a]" ]
    St = "st" "1.0" [
        "{.weak|.volatile|.relaxed|.release|.mmio}{.cta|.cluster|.gpu|.sys}{.global|.local|.param|.param::func|.shared|.shared::cta|.shared::cluster}{.wb|.cg|.cs|.wt}{.L1::evict_normal|.L1::evict_unchanged|.L1::evict_first|.L1::evict_last|.L1::no_allocate}{.L2::evict_normal|.L2::evict_first|.L2::evict_last}{.L2::cache_hint}{.v2|.v4|.v8}.b8|.b16|.b32|.b64|.b128|.u8|.u16|.u32|.u64|.s8|.s16|.s32|.s64|.f16|.bf16|.f16x2|.bf16x2|.f32|.f64  [a], b:T+*(, c:64)" ]
    StAsync = "st.async" "8.1" not "the asynchronous proxy is not modelled yet" [ "{.weak}{.release}{.gpu|.sys|.cluster}{.shared::cluster|.global}.mbarrier::complete_tx::bytes{.v2|.v4}.b32|.b64|.u32|.u64|.s32|.s64|.f32|.f64  [a], b:T*, [m]" ]
    StBulk = "st.bulk" "8.6" not "the asynchronous proxy is not modelled yet" [ "{.weak}{.shared::cta}  [a], n:64, v:any" ]
    MultimemLdReduce = "multimem.ld_reduce" "8.1" not "multicast addresses need several devices" [ "{.weak|.relaxed|.acquire}{.cta|.cluster|.gpu|.sys}{.global}.min|.max|.add|.and|.or|.xor{.acc::f32|.acc::f16}{.v2|.v4|.v8}.b32|.b64|.u32|.u64|.s32|.s64|.f16|.f16x2|.bf16|.bf16x2|.f32|.f64|.e4m3|.e4m3x2|.e4m3x4|.e5m2|.e5m2x2|.e5m2x4  d:any, [a]" ]
    MultimemSt = "multimem.st" "8.1" not "multicast addresses need several devices" [ "{.weak|.relaxed|.release}{.cta|.cluster|.gpu|.sys}{.global}{.v2|.v4|.v8}.b32|.b64|.u32|.u64|.s32|.s64|.f16|.f16x2|.bf16|.bf16x2|.f32|.f64|.e4m3|.e4m3x2|.e4m3x4|.e5m2|.e5m2x2|.e5m2x4  [a], b:any" ]
    MultimemRed = "multimem.red" "8.1" not "multicast addresses need several devices" [ "{.relaxed|.release}{.cta|.cluster|.gpu|.sys}{.global}.min|.max|.add|.and|.or|.xor{.v2|.v4|.v8}.b32|.b64|.u32|.u64|.s32|.s64|.f16|.f16x2|.bf16|.bf16x2|.f32|.f64  [a], b:any" ]
    Prefetch = "prefetch" "2.0" [ "{.global|.local}.L1|.L2  [a]" ".global.L2::evict_last|.L2::evict_normal  [a]" "{.const|.param}.tensormap  [a]" ]
    Prefetchu = "prefetchu" "2.0" [ ".L1  [a]" ]
    Applypriority = "applypriority" "7.4" [ "{.global}.L2::evict_normal  [a], n:any" ]
    Discard = "discard" "7.4" [ "{.global}.L2  [a], n:any" ]
    Createpolicy = "createpolicy" "7.4" [ ".fractional.L2::evict_last|.L2::evict_normal|.L2::evict_first|.L2::evict_unchanged{.b64}  d:64(, f:any)"
        ".range{.global}.L2::evict_last|.L2::evict_normal|.L2::evict_first|.L2::evict_unchanged{.b64}  d:64, [a], n:32, m:32"
        ".fractional.L2::evict_last|.L2::evict_normal|.L2::evict_first|.L2::evict_unchanged.L2::evict_first|.L2::evict_unchanged{.b64}  d:64(, f:any)"
        ".cvt.L2{.b64}  d:64, a:64" ]
    Isspacep = "isspacep" "2.0" [ ".const|.global|.local|.shared|.shared::cta|.shared::cluster|.param|.param::entry  d:P, a:any" ]
    Cvta = "cvta" "2.0" [ "{.to}.const|.global|.local|.shared|.shared::cta|.shared::cluster|.param|.param::entry.u32|.u64  d:T, a:any" ]
    Cvt = "cvt" "1.0" [
        "{.rni|.rzi|.rmi|.rpi|.rn|.rz|.rm|.rp|.rna}{.ftz}{.sat}.u8|.u16|.u32|.u64|.s8|.s16|.s32|.s64|.f16|.bf16|.f32|.f64.u8|.u16|.u32|.u64|.s8|.s16|.s32|.s64|.f16|.bf16|.f32|.f64  d:T+, a:U+"
        ".rn|.rz{.relu}{.satfinite}.f16|.bf16.f32  d:T, a:32"
        ".rs{.relu}{.satfinite}.f16x2|.bf16x2.f32  d:32, a:32, b:32, r:32"
        ".rn|.rz{.relu}{.satfinite}.f16x2|.bf16x2.f32  d:32, a:32, b:32"
        ".rna{.satfinite}.tf32.f32  d:32, a:32"
        ".rn|.rz{.satfinite}{.relu}.tf32.f32  d:32, a:32"
        ".rn.satfinite{.relu}.e4m3x2|.e5m2x2.f32  d:16, a:32, b:32"
        ".rn.satfinite{.relu}.e4m3x2|.e5m2x2.f16x2|.bf16x2  d:16, a:32"
        ".rn.satfinite{.relu}.e2m1x2|.e2m3x2|.e3m2x2.f32  d:any, a:32, b:32"
        ".rn.satfinite{.relu}.e2m1x2|.e2m3x2|.e3m2x2.f16x2|.bf16x2  d:any, a:32"
        ".rs{.relu}.satfinite.e4m3x4|.e5m2x4|.e2m1x4|.e2m3x4|.e3m2x4.f32  d:any, {v}, r:32"
        ".rn{.relu}.f16x2|.bf16x2.e4m3x2|.e5m2x2|.e2m1x2|.e2m3x2|.e3m2x2  d:32, a:any"
        ".rz|.rp{.satfinite}.ue8m0x2.f32  d:16, a:32, b:32"
        ".rz|.rp{.satfinite}.ue8m0x2.bf16x2  d:16, a:32"
        ".rn.bf16x2.ue8m0x2  d:32, a:16" ]
    CvtPack = "cvt.pack" "6.5" [ ".sat.u16|.s16.s32  d:32, a:32, b:32" ".sat.u8|.s8|.u4|.s4|.u2|.s2.s32.b32  d:32, a:32, b:32, c:32" ]
    Mapa = "mapa" "7.8" [ "{.shared::cluster}.u32|.u64  d:T, a:any, b:32" ]
    Getctarank = "getctarank" "7.8" [ "{.shared::cluster}.u32|.u64  d:32, a:any" ]
    Alloca = "alloca" "7.3" not "no compiler in use emits it" [ ".u32|.u64  d:T, a:T(, b:any)" ]
    Stacksave = "stacksave" "7.3" not "no compiler in use emits it" [ ".u32|.u64  d:T" ]
    Stackrestore = "stackrestore" "7.3" not "no compiler in use emits it" [ ".u32|.u64  a:T" ]
    ;
    #[doc = "Asynchronous copy"]
    CpAsync = "cp.async" "7.0" [
        ".ca|.cg.shared|.shared::cta.global{.L2::cache_hint}{.L2::64B|.L2::128B|.L2::256B}  [a], [b], n:any(, s:any)(, p:any)" ]
    CpAsyncCommitGroup = "cp.async.commit_group" "7.0" [ "" ]
    CpAsyncWaitGroup = "cp.async.wait_group" "7.0" [ " n:any" ]
    CpAsyncWaitAll = "cp.async.wait_all" "7.0" [ "" ]
    CpAsyncMbarrierArrive = "cp.async.mbarrier.arrive" "7.0" [ "{.noinc}{.shared|.shared::cta}.b64  [a]" ]
    CpAsyncBulk = "cp.async.bulk" "8.0" not "bulk copies are not modelled yet" [
        ".shared::cluster|.shared::cta.global|.shared::cta.mbarrier::complete_tx::bytes{.multicast::cluster}{.L2::cache_hint}{.ignore_oob}  [a], [b], n:any, [m](, c:any)(, e:any)(, f:any)"
        ".global.shared::cta.bulk_group{.L2::cache_hint}{.cp_mask}  [a], [b], n:any(, c:any)(, e:any)" ]
    CpAsyncBulkPrefetch = "cp.async.bulk.prefetch" "8.0" [ ".L2.global{.L2::cache_hint}  [a], n:any(, c:any)" ]
    CpAsyncBulkCommitGroup = "cp.async.bulk.commit_group" "8.0" [ "" ]
    CpAsyncBulkWaitGroup = "cp.async.bulk.wait_group" "8.0" [ "{.read}  n:any" ]
    CpReduceAsyncBulk = "cp.reduce.async.bulk" "8.0" not "bulk copies are not modelled yet" [
        ".shared::cluster|.global.shared::cta{.mbarrier::complete_tx::bytes|.bulk_group}{.L2::cache_hint}.and|.or|.xor|.add|.inc|.dec|.min|.max{.noftz}.b32|.b64|.u32|.u64|.s32|.s64|.f16|.bf16|.f32|.f64  [a], [b], n:any(, m:any)(, c:any)" ]
    CpAsyncBulkTensor = "cp.async.bulk.tensor" "8.0" not "tensor maps are not modelled yet" [
        ".1d|.2d|.3d|.4d|.5d.shared::cluster|.shared::cta.global{.tile|.im2col|.tile::gather4|.im2col::w|.im2col::w::128}.mbarrier::complete_tx::bytes{.multicast::cluster}{.cta_group::1|.cta_group::2}{.L2::cache_hint}  [a], [b], [m](, c:any)(, e:any)(, f:any)"
        ".1d|.2d|.3d|.4d|.5d.global.shared::cta{.tile|.im2col_no_offs|.tile::scatter4}.bulk_group{.L2::cache_hint}  [a], [b](, c:any)" ]
    CpReduceAsyncBulkTensor = "cp.reduce.async.bulk.tensor" "8.0" not "tensor maps are not modelled yet" [
        ".1d|.2d|.3d|.4d|.5d.global.shared::cta.add|.min|.max|.inc|.dec|.and|.or|.xor{.tile|.im2col_no_offs}.bulk_group{.L2::cache_hint}  [a], [b](, c:any)" ]
    CpAsyncBulkPrefetchTensor = "cp.async.bulk.prefetch.tensor" "8.0" not "tensor maps are not modelled yet" [
        ".1d|.2d|.3d|.4d|.5d.L2.global{.tile|.im2col|.tile::gather4|.im2col::w|.im2col::w::128}{.L2::cache_hint}  [a](, b:any)(, c:any)" ]
    TensormapReplace = "tensormap.replace" "8.3" not "tensor maps are not modelled yet" [
        ".tile.global_address|.rank|.box_dim|.global_dim|.global_stride|.element_stride|.elemtype|.interleave_layout|.swizzle_mode|.swizzle_atomicity|.fill_mode{.global|.shared::cta}.b1024{.b32|.b64}  [a], b:any(, c:any)" ]
    TensormapCpFenceproxy = "tensormap.cp_fenceproxy" "8.3" not "tensor maps are not modelled yet" [ ".global.shared::cta.tensormap::generic.release.cta|.cluster|.gpu|.sys.sync.aligned  [a], [b], n:any" ]
    ;
    #[doc = "Textures and surfaces"]
    Tex = "tex" "1.0" not "textures are not modelled yet" [ "{.level|.grad|.base}.1d|.2d|.3d|.a1d|.a2d|.cube|.acube|.2dms|.a2dms{.v4|.v2}.s32|.u32|.f32|.f16|.f16x2.s32|.f32  d:any, [a](, b:any)(, c:any)(, e:any)(, f:any)" ]
    Tld4 = "tld4" "2.1" not "textures are not modelled yet" [ ".r|.g|.b|.a.2d|.a2d|.cube|.acube.v4.s32|.u32|.f32.f32  d:any, [a](, b:any)(, c:any)" ]
    Txq = "txq" "1.5" not "textures are not modelled yet" [ "{.level}.width|.height|.depth|.channel_data_type|.channel_order|.normalized_coords|.array_size|.num_mipmap_levels|.num_samples|.force_unnormalized_coords|.filter_mode|.addr_mode_0|.addr_mode_1|.addr_mode_2.b32  d:32, [a](, l:32)" ]
    Istypep = "istypep" "4.0" not "textures are not modelled yet" [ ".texref|.samplerref|.surfref  d:P, a:any" ]
    Suld = "suld" "1.5" not "surfaces are not modelled yet" [ ".b.1d|.2d|.3d|.a1d|.a2d{.ca|.cg|.cs|.cv}{.v2|.v4}.b8|.b16|.b32|.b64{.trap|.clamp|.zero}  d:any, [a]" ]
    Sust = "sust" "1.5" not "surfaces are not modelled yet" [ ".b|.p.1d|.2d|.3d|.a1d|.a2d{.wb|.cg|.cs|.wt}{.v2|.v4}.b8|.b16|.b32|.b64|.u32|.s32|.f32{.trap|.clamp|.zero}  [a], b:any" ]
    Sured = "sured" "3.0" not "surfaces are not modelled yet" [ ".b|.p.add|.min|.max|.and|.or.1d|.2d|.3d.u32|.u64|.s32|.b32|.s64{.trap|.clamp|.zero}  [a], b:any" ]
    Suq = "suq" "1.5" not "surfaces are not modelled yet" [ ".width|.height|.depth|.channel_data_type|.channel_order|.array_size|.memory_layout.b32  d:32, [a]" ]
    ;
    #[doc = "Control flow"]
    Bra = "bra" "1.0" [ "{.uni}  l" ]
    BrxIdx = "brx.idx" "6.0" [ "{.uni}  a:32, t:any" ]
    Call = "call" "1.0" [ "{.uni}  r:any, f:any, a:any(, p:any)" ]
    Ret = "ret" "1.0" [ "{.uni}" ]
    Exit = "exit" "1.0" [ "" ]
    ;
    #[doc = "Synchronisation and communication"]
    Bar = "bar" "1.0" [ "{.cta}.sync  a:32(, b:32)" "{.cta}.arrive  a:32, b:32" "{.cta}.red.popc.u32  d:32, a:32(, b:32), c:P" "{.cta}.red.and|.or.pred  d:P, a:32(, b:32), c:P" ]
    BarWarpSync = "bar.warp.sync" "6.0" [ " m:32" ]
    Barrier = "barrier" "6.0" [ "{.cta}.sync{.aligned}  a:32(, b:32)" "{.cta}.arrive{.aligned}  a:32, b:32" "{.cta}.red.popc{.aligned}.u32  d:32, a:32(, b:32), c:P" "{.cta}.red.and|.or{.aligned}.pred  d:P, a:32(, b:32), c:P" ]
    BarrierCluster = "barrier.cluster" "7.8" [ ".arrive{.release|.relaxed}{.aligned}" ".wait{.acquire}{.aligned}" ]
    Membar = "membar" "1.4" [ ".cta|.gl|.sys" ]
    Fence = "fence" "6.0" [ "{.sc|.acq_rel|.acquire|.release}.cta|.cluster|.gpu|.sys" ".mbarrier_init.release.cluster" ".acquire|.release.sync_restrict::shared::cluster|.sync_restrict::shared::cta.cluster" ]
    FenceProxy = "fence.proxy" "7.5" [ ".alias|.async|.async.global|.async::generic" ".async.global|.shared::cta|.shared::cluster|.shared" ".async::generic.acquire|.release.sync_restrict::shared::cluster|.sync_restrict::shared::cta.cluster" ".tensormap::generic.release.cta|.cluster|.gpu|.sys" ".tensormap::generic.acquire.cta|.cluster|.gpu|.sys  [a], n:any" ]
    Atom = "atom" "1.1" [
        "{.relaxed|.acquire|.release|.acq_rel}{.cta|.cluster|.gpu|.sys}{.global|.shared|.shared::cta|.shared::cluster}.and|.or|.xor|.cas|.exch|.add|.inc|.dec|.min|.max{.noftz}{.L2::cache_hint}.b16|.b32|.b64|.b128|.u32|.u64|.s32|.s64|.f32|.f64|.f16|.f16x2|.bf16|.bf16x2  d:T, [a], b:T(, c:T)(, e:64)"
        "{.relaxed|.acquire|.release|.acq_rel}{.cta|.cluster|.gpu|.sys}{.global}.add|.min|.max{.noftz}{.L2::cache_hint}.v2|.v4|.v8.f16|.bf16|.f16x2|.bf16x2|.f32  d:T*, [a], b:T*(, e:64)" ]
    Red = "red" "1.2" [
        "{.relaxed|.release}{.cta|.cluster|.gpu|.sys}{.global|.shared|.shared::cta|.shared::cluster}.and|.or|.xor|.add|.inc|.dec|.min|.max{.noftz}{.L2::cache_hint}.b32|.b64|.u32|.u64|.s32|.s64|.f32|.f64|.f16|.f16x2|.bf16|.bf16x2  [a], b:T(, e:64)"
        "{.relaxed|.release}{.cta|.cluster|.gpu|.sys}{.global}.add|.min|.max{.noftz}{.L2::cache_hint}.v2|.v4|.v8.f16|.bf16|.f16x2|.bf16x2|.f32  [a], b:T*(, e:64)" ]
    RedAsync = "red.async" "8.1" not "the asynchronous proxy is not modelled yet" [ "{.relaxed|.release}{.cluster|.gpu|.sys}{.shared::cluster|.global}{.mbarrier::complete_tx::bytes}.inc|.dec|.min|.max|.add|.and|.or|.xor.u32|.s32|.u64|.s64|.b32|.b64  [a], b:T(, m:any)" ]
    Vote = "vote" "1.2" [ ".sync.all|.any|.uni.pred  d:P, a:P, m:32" ".sync.ballot.b32  d:32, a:P, m:32" ".all|.any|.uni.pred  d:P, a:P" ".ballot.b32  d:32, a:P" ]
    Match = "match" "6.0" [ ".any.sync.b32|.b64  d:32, a:T, m:32" ".all.sync.b32|.b64  d|p:32, a:T, m:32" ]
    Activemask = "activemask" "6.2" [ ".b32  d:32" ]
    Redux = "redux" "7.0" [ ".sync.add|.min|.max|.and|.or|.xor.u32|.s32|.b32  d:32, a:32, m:32" ".sync.min|.max{.abs}{.NaN}.f32  d:32, a:32, m:32" ]
    Elect = "elect.sync" "8.0" [ " d|p:32, m:32" ]
    Griddepcontrol = "griddepcontrol" "7.8" [ ".launch_dependents|.wait" ]
    MbarrierInit = "mbarrier.init" "7.0" not "mbarriers are not modelled yet" [ "{.shared|.shared::cta}.b64  [a], n:32" ]
    MbarrierInval = "mbarrier.inval" "7.0" not "mbarriers are not modelled yet" [ "{.shared|.shared::cta}.b64  [a]" ]
    MbarrierExpectTx = "mbarrier.expect_tx" "8.0" not "mbarriers are not modelled yet" [ "{.relaxed}{.cta|.cluster}{.shared|.shared::cta|.shared::cluster}.b64  [a], n:32" ]
    MbarrierCompleteTx = "mbarrier.complete_tx" "8.0" not "mbarriers are not modelled yet" [ "{.relaxed}{.cta|.cluster}{.shared|.shared::cta|.shared::cluster}.b64  [a], n:32" ]
    MbarrierArrive = "mbarrier.arrive" "7.0" not "mbarriers are not modelled yet" [ "{.release|.relaxed}{.cta|.cluster}{.shared|.shared::cta|.shared::cluster}{.expect_tx}{.noComplete}.b64  d:64, [a](, n:32)" "{.release|.relaxed}{.cta|.cluster}{.shared|.shared::cta|.shared::cluster}{.expect_tx}.b64  [a](, n:32)" ]
    MbarrierArriveDrop = "mbarrier.arrive_drop" "7.0" not "mbarriers are not modelled yet" [ "{.release|.relaxed}{.cta|.cluster}{.shared|.shared::cta|.shared::cluster}{.expect_tx}{.noComplete}.b64  d:64, [a](, n:32)" "{.release|.relaxed}{.cta|.cluster}{.shared|.shared::cta|.shared::cluster}{.expect_tx}.b64  [a](, n:32)" ]
    MbarrierTestWait = "mbarrier.test_wait" "7.0" not "mbarriers are not modelled yet" [ "{.parity}{.acquire|.relaxed}{.cta|.cluster}{.shared|.shared::cta}.b64  d:P, [a], s:any" ]
    MbarrierTryWait = "mbarrier.try_wait" "7.8" not "mbarriers are not modelled yet" [ "{.parity}{.acquire|.relaxed}{.cta|.cluster}{.shared|.shared::cta}.b64  d:P, [a], s:any(, t:32)" ]
    MbarrierPendingCount = "mbarrier.pending_count" "7.0" not "mbarriers are not modelled yet" [ ".b64  d:32, s:64" ]
    ClusterlaunchcontrolTryCancel = "clusterlaunchcontrol.try_cancel" "8.6" not "cluster launch control is not modelled yet" [ ".async{.shared::cta}.mbarrier::complete_tx::bytes{.multicast::cluster::all}.b128  [a], [m]" ]
    ClusterlaunchcontrolQueryCancel = "clusterlaunchcontrol.query_cancel" "8.6" not "cluster launch control is not modelled yet" [ ".is_canceled.pred.b128  d:P, a:128" ".get_first_ctaid{.v4}.b32.b128  d:any, a:128" ".get_first_ctaid::x|.get_first_ctaid::y|.get_first_ctaid::z.b32.b128  d:32, a:128" ]
    ;
    #[doc = "Matrices"]
    Mma = "mma" "6.4" not "tensor-core operations are not modelled yet" [
        ".sync.aligned.m8n8k4|.m16n8k4|.m16n8k8|.m16n8k16|.m16n8k32|.m8n8k16|.m8n8k32|.m8n8k128|.m16n8k64|.m16n8k128|.m16n8k256.row|.col.row|.col{.satfinite}{.kind::f8f6f4|.kind::mxf8f6f4|.kind::mxf4|.kind::mxf4nvf4}{.block_scale}{.scale_vec::1X|.scale_vec::2X|.scale_vec::4X}.f16|.f32|.s32|.f64.f16|.bf16|.tf32|.e4m3|.e5m2|.e3m2|.e2m3|.e2m1|.u8|.s8|.u4|.s4|.b1|.f64.f16|.bf16|.tf32|.e4m3|.e5m2|.e3m2|.e2m3|.e2m1|.u8|.s8|.u4|.s4|.b1|.f64.f16|.f32|.s32|.f64{.ue8m0|.ue4m3}{.xor|.and}{.popc}  d:any, a:any, b:any, c:any(, e:any)(, f:any)(, g:any)(, h:any)"
        ".sync.aligned.m16n8k8.row.col.f32.tf32|.bf16.tf32|.bf16.f32  d:any, a:any, b:any, c:any" ]
    MmaSp = "mma.sp" "7.1" not "tensor-core operations are not modelled yet" [
        ".sync.aligned.m16n8k8|.m16n8k16|.m16n8k32|.m16n8k64|.m16n8k128.row.col{.satfinite}{.kind::f8f6f4|.kind::mxf8f6f4|.kind::mxf4|.kind::mxf4nvf4}{.block_scale}{.scale_vec::1X|.scale_vec::2X|.scale_vec::4X}.f16|.f32|.s32.f16|.bf16|.tf32|.e4m3|.e5m2|.e3m2|.e2m3|.e2m1|.u8|.s8|.u4|.s4.f16|.bf16|.tf32|.e4m3|.e5m2|.e3m2|.e2m3|.e2m1|.u8|.s8|.u4|.s4.f16|.f32|.s32{.ue8m0|.ue4m3}  d:any, a:any, b:any, c:any, e:any, f:any(, g:any)(, h:any)(, i:any)(, j:any)" ]
    MmaSpOrdered = "mma.sp::ordered_metadata" "8.5" not "tensor-core operations are not modelled yet" [
        ".sync.aligned.m16n8k8|.m16n8k16|.m16n8k32|.m16n8k64|.m16n8k128.row.col{.satfinite}{.kind::f8f6f4|.kind::mxf8f6f4|.kind::mxf4|.kind::mxf4nvf4}{.block_scale}{.scale_vec::1X|.scale_vec::2X|.scale_vec::4X}.f16|.f32|.s32.f16|.bf16|.tf32|.e4m3|.e5m2|.e3m2|.e2m3|.e2m1|.u8|.s8|.u4|.s4.f16|.bf16|.tf32|.e4m3|.e5m2|.e3m2|.e2m3|.e2m1|.u8|.s8|.u4|.s4.f16|.f32|.s32{.ue8m0|.ue4m3}  d:any, a:any, b:any, c:any, e:any, f:any(, g:any)(, h:any)(, i:any)(, j:any)" ]
    WmmaLoad = "wmma.load" "6.0" not "tensor-core operations are not modelled yet" [ ".a|.b|.c.sync{.aligned}.row|.col.m16n16k16|.m8n32k16|.m32n8k16|.m16n16k8|.m8n8k4|.m8n8k32|.m8n8k128{.global|.shared|.shared::cta}.f16|.f32|.bf16|.tf32|.f64|.u8|.s8|.s32|.u4|.s4|.b1  d:any, [a](, s:32)" ]
    WmmaStore = "wmma.store" "6.0" not "tensor-core operations are not modelled yet" [ ".d.sync{.aligned}.row|.col.m16n16k16|.m8n32k16|.m32n8k16|.m16n16k8|.m8n8k4|.m8n8k32|.m8n8k128{.global|.shared|.shared::cta}.f16|.f32|.f64|.s32  [a], b:any(, s:32)" ]
    WmmaMma = "wmma.mma" "6.0" not "tensor-core operations are not modelled yet" [ "{.xor|.and}{.popc}.sync{.aligned}.row|.col.row|.col.m16n16k16|.m8n32k16|.m32n8k16|.m16n16k8|.m8n8k4|.m8n8k32|.m8n8k128{.rn|.rz|.rm|.rp}.f16|.f32|.s32|.f64{.f16|.bf16|.tf32|.f64|.u8|.s8|.u4|.s4|.b1|.f32}{.f16|.bf16|.tf32|.f64|.u8|.s8|.u4|.s4|.b1}{.f16|.f32|.s32|.f64}{.satfinite}  d:any, a:any, b:any, c:any" ]
    Ldmatrix = "ldmatrix" "6.5" not "tensor-core operations are not modelled yet" [ ".sync.aligned.m8n8|.m16n16|.m8n16.x1|.x2|.x4{.trans}{.shared|.shared::cta}.b16|.b8{.b6x16_p32|.b4x16_p64}  d:any, [a]" ]
    Stmatrix = "stmatrix" "7.8" not "tensor-core operations are not modelled yet" [ ".sync.aligned.m8n8|.m16n8.x1|.x2|.x4{.trans}{.shared|.shared::cta}.b16|.b8  [a], b:any" ]
    Movmatrix = "movmatrix" "7.8" not "tensor-core operations are not modelled yet" [ ".sync.aligned.m8n8.trans.b16  d:32, a:32" ]
    WgmmaFence = "wgmma.fence" "8.0" not "sm_90a only; the modelled compute capability has none" [ ".sync.aligned" ]
    WgmmaCommitGroup = "wgmma.commit_group" "8.0" not "sm_90a only; the modelled compute capability has none" [ ".sync.aligned" ]
    WgmmaWaitGroup = "wgmma.wait_group" "8.0" not "sm_90a only; the modelled compute capability has none" [ ".sync.aligned  n:any" ]
    WgmmaMmaAsync = "wgmma.mma_async" "8.0" not "sm_90a only; the modelled compute capability has none" [ "*" ]
    WgmmaMmaAsyncSp = "wgmma.mma_async.sp" "8.2" not "sm_90a only; the modelled compute capability has none" [ "*" ]
    Tcgen05 = "tcgen05" "8.6" not "sm_100a only; the modelled compute capability has none" [ "*" ]
    Setmaxnreg = "setmaxnreg" "8.0" [ ".inc|.dec.sync.aligned.u32  n:any" ]
    ;
    #[doc = "Video"]
    Vadd = "vadd" "2.0" not "video instructions are not modelled yet" [ "*" ]
    Vsub = "vsub" "2.0" not "video instructions are not modelled yet" [ "*" ]
    Vabsdiff = "vabsdiff" "2.0" not "video instructions are not modelled yet" [ "*" ]
    Vmin = "vmin" "2.0" not "video instructions are not modelled yet" [ "*" ]
    Vmax = "vmax" "2.0" not "video instructions are not modelled yet" [ "*" ]
    Vshl = "vshl" "2.0" not "video instructions are not modelled yet" [ "*" ]
    Vshr = "vshr" "2.0" not "video instructions are not modelled yet" [ "*" ]
    Vmad = "vmad" "2.0" not "video instructions are not modelled yet" [ "*" ]
    Vset = "vset" "2.0" not "video instructions are not modelled yet" [ "*" ]
    Vadd2 = "vadd2" "3.0" not "video instructions are not modelled yet" [ "*" ]
    Vsub2 = "vsub2" "3.0" not "video instructions are not modelled yet" [ "*" ]
    Vavrg2 = "vavrg2" "3.0" not "video instructions are not modelled yet" [ "*" ]
    Vabsdiff2 = "vabsdiff2" "3.0" not "video instructions are not modelled yet" [ "*" ]
    Vmin2 = "vmin2" "3.0" not "video instructions are not modelled yet" [ "*" ]
    Vmax2 = "vmax2" "3.0" not "video instructions are not modelled yet" [ "*" ]
    Vset2 = "vset2" "3.0" not "video instructions are not modelled yet" [ "*" ]
    Vadd4 = "vadd4" "3.0" not "video instructions are not modelled yet" [ "*" ]
    Vsub4 = "vsub4" "3.0" not "video instructions are not modelled yet" [ "*" ]
    Vavrg4 = "vavrg4" "3.0" not "video instructions are not modelled yet" [ "*" ]
    Vabsdiff4 = "vabsdiff4" "3.0" not "video instructions are not modelled yet" [ "*" ]
    Vmin4 = "vmin4" "3.0" not "video instructions are not modelled yet" [ "*" ]
    Vmax4 = "vmax4" "3.0" not "video instructions are not modelled yet" [ "*" ]
    Vset4 = "vset4" "3.0" not "video instructions are not modelled yet" [ "*" ]
    ;
    #[doc = "Miscellaneous"]
    Brkpt = "brkpt" "1.0" [ "" ]
    Nanosleep = "nanosleep" "6.3" [ ".u32  t:32" ]
    Pmevent = "pmevent" "1.4" [ "{.mask}  a:any" ]
    Trap = "trap" "1.0" [ "" ]
    ;
}
