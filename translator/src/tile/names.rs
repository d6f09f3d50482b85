//! How the operations that are not elementwise are called in text: one row each.

use super::{Async, Collective, ImageOp, Op};

macro_rules! names {
    ($($(#[doc = $doc:literal])* $variant:ident = $name:literal, $usage:literal;)*) => {
        /// An operation that is not elementwise, without its attributes.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        pub enum Name { $($(#[doc = $doc])* $variant,)* }

        impl Name {
            /// Every one, in the order of the table.
            pub const ALL: &'static [Name] = &[$(Name::$variant,)*];

            /// The first word.
            pub const fn as_str(self) -> &'static str {
                match self { $(Name::$variant => $name,)* }
            }

            /// The operation with this first word.
            pub fn from_str(text: &str) -> Option<Name> {
                match text { $($name => Some(Name::$variant),)* _ => None }
            }

            /// How it is written.
            pub const fn usage(self) -> &'static str {
                match self { $(Name::$variant => $usage,)* }
            }

            /// What it does.
            pub const fn meaning(self) -> &'static str {
                match self { $(Name::$variant => concat!($($doc),*),)* }
            }
        }
    };
}

names! {
    /// The address of a module symbol.
    Symbol = "symbol", "b64 = symbol <name>";
    /// The offset of dynamic shared memory in the shared window.
    DynamicShared = "dynamic_shared", "b64 = dynamic_shared";
    /// The offset in the local window of a byte of this activation's frame.
    FrameAddress = "frame_address", "b64 = frame_address <byte>";
    /// The code address of a function, for indirect calls.
    FunctionAddress = "function_address", "b64 = function_address f<number>";
    /// Load consecutive elements; results wider than an element are extended by its sign.
    Load = "load", "<element>... = load.<space>[.<order>.<scope>][.v<count>].<type> [<address> + <offset>]";
    /// Store consecutive elements.
    Store = "store", "store.<space>[.<order>.<scope>][.v<count>].<type> [<address> + <offset>], <element>...";
    /// Replace elements by a function of them and of operands, atomically; results are the old elements.
    Atomic = "atomic", "[<old>... =] atomic.<operation>.<space>[.<order>.<scope>][.v<count>].<type> [<address> + <offset>], <operand>...";
    /// Order memory accesses before and after it.
    Fence = "fence", "fence.<order>.<scope>";
    /// CUDA's `vprintf`.
    Printf = "printf", "[b32 =] printf <format>, <arguments>";
    /// CUDA's `__assertfail`: print the message and fault.
    AssertFail = "assertfail", "assertfail <message>, <file>, <line>, <function>, <character size>";
    /// The end of the lane's stack, as an offset in the local window.
    StackTop = "stack_top", "b64 = stack_top";
    /// Move the end of the lane's stack.
    SetStackTop = "set_stack_top", "set_stack_top <offset>";
    /// Allocate on the device heap.
    Malloc = "malloc", "b64 = malloc <bytes>";
    /// Give back to the device heap.
    Free = "free", "free <address>";
    /// Let other threads run for about so many nanoseconds.
    Sleep = "sleep", "sleep <nanoseconds>";
    /// Read a texture: components in registers, and whether the texel is in memory.
    Texture = "texture", "<component>...[, pred] = texture.<geometry>[.level|.grad][.r|.g|.b|.a][.sampler][.offset][.compare].{b32|f16|f16x2}.{f32|s32} <texture>[, <sampler>], <coordinate>...[, <level or derivative>...][, <offset>...][, <compared>]";
    /// A property of a texture, sampler or surface.
    ImageQuery = "image_query", "b32 = image_query.{texref|samplerref|surfref}.<property>[.level] <handle>[, <level>]";
    /// Whether a handle stands for such an object.
    IsImage = "is_image", "pred = is_image.{texref|samplerref|surfref} <handle>";
    /// Read bytes of a surface.
    SurfaceLoad = "surface_load", "<element>... = surface_load.<geometry>[.v<count>].<type>.{trap|clamp|zero} <surface>, <coordinate>...";
    /// Write bytes of a surface, or a texel in the surface's format.
    SurfaceStore = "surface_store", "surface_store.<geometry>[.texel][.v<count>].<type>.{trap|clamp|zero} <surface>, <coordinate>..., <element>...";
    /// Replace an element of a surface by a function of it and an operand, atomically.
    SurfaceReduce = "surface_reduce", "surface_reduce.<operation>.<geometry>[.texel].<type>.{trap|clamp|zero} <surface>, <coordinate>..., <operand>";
    /// Make a barrier object, arrive at it, expect or complete bytes, or test whether a phase is over.
    Mbarrier = "mbarrier", "[b64|pred =] mbarrier.{init|inval|arrive[.expect][.drop]|expect|complete|test[.parity]}.<space> <address>[, <number>]";
    /// Copy bytes, or combine them with those there, and signal a barrier object.
    BulkCopy = "bulk_copy", "bulk_copy.<to>.<from>[.<operation>.<type>][.signal][.multicast][.mask][.trim] <to>, <from>, <bytes>[, <barrier object>][, <CTAs>][, <byte mask>][, <left>, <right>]";
    /// Fill shared memory with zeros.
    BulkClear = "bulk_clear", "bulk_clear.<space> <address>, <bytes>";
    /// Ask for the work of a cluster that has not begun: never granted.
    CancelLaunch = "cancel_launch", "cancel_launch.<space>[.multicast] <answer>, <barrier object>";
    /// Copy between shared memory and what a tensor map describes.
    TensorCopy = "tensor_copy", "tensor_copy.{load.<space>|store|reduce.<operation>}.{tile|four_rows|im2col}.<rank>d[.multicast][.pair] <shared>, <map>[, <barrier object>], <coordinate>...[, <offset>...][, <CTAs>]";
    /// Nothing.
    Nop = "nop", "nop";
    /// Read another lane's value; the predicate says whether that lane was in range.
    Shuffle = "shuffle", "b32[, pred] = shuffle.{up|down|bfly|idx} <mask>, <value>, <lane>, <clamp>";
    /// Whether the predicate holds for all, for any, or equally for all lanes of the mask.
    Vote = "vote", "pred = vote.{all|any|uni} <mask>, <predicate>";
    /// The lanes of the mask for which the predicate holds.
    Ballot = "ballot", "b32 = ballot <mask>, <predicate>";
    /// `any`: the lanes of the mask with this lane's value. `all`: the mask if all have the same value, else 0.
    Match = "match", "b32[, pred] = match.{any|all}.{b32|b64} <mask>, <value>";
    /// Combine the values of the mask's lanes.
    Reduce = "reduce", "b32 = reduce.<operation>[.abs][.NaN].<type> <mask>, <value>";
    /// Choose the lowest lane of the mask.
    Elect = "elect", "b32, pred = elect <mask>";
    /// Wait for the lanes of the mask.
    WarpBarrier = "warp_barrier", "warp_barrier <mask>";
    /// The lanes that run this together.
    ActiveMask = "active_mask", "b32 = active_mask";
    /// Multiply the matrices A and B that the warp's lanes hold, and add C.
    Mma = "mma", "<D>... = mma.m<m>n<n>k<k>.{row|col}.{row|col}[.sparse<selector>][.{xor|and}][.satfinite][.<rounding>].<D's type>.<A's>.<B's>.<C's>[.scale<parts>.<type>] <mask>, <A>..., <B>..., <C>...[, <metadata>][, <A's factors>, <byte>, <lanes>, <B's factors>, <byte>, <lane>]";
}

impl Op {
    /// The name of an operation that is neither elementwise nor a special register.
    pub fn name(&self) -> Option<Name> {
        Some(match self {
            Op::Elementwise(..) | Op::Special(_) => return None,
            Op::Symbol(_) => Name::Symbol,
            Op::DynamicShared => Name::DynamicShared,
            Op::FrameAddress(_) => Name::FrameAddress,
            Op::FunctionAddress(_) => Name::FunctionAddress,
            Op::Load(_) => Name::Load,
            Op::Store(_) => Name::Store,
            Op::Atomic(..) => Name::Atomic,
            Op::Fence(..) => Name::Fence,
            Op::Printf => Name::Printf,
            Op::AssertFail => Name::AssertFail,
            Op::StackTop => Name::StackTop,
            Op::SetStackTop => Name::SetStackTop,
            Op::Malloc => Name::Malloc,
            Op::Free => Name::Free,
            Op::Sleep => Name::Sleep,
            Op::Async(what) => match what {
                Async::Mbarrier(..) => Name::Mbarrier,
                Async::Copy(_) => Name::BulkCopy,
                Async::Clear(_) => Name::BulkClear,
                Async::Cancel { .. } => Name::CancelLaunch,
                Async::Tensor(_) => Name::TensorCopy,
            },
            Op::Nop => Name::Nop,
            Op::Image(image) => match image {
                ImageOp::Fetch(_) => Name::Texture,
                ImageOp::Query(..) => Name::ImageQuery,
                ImageOp::IsKind(_) => Name::IsImage,
                ImageOp::Load(_) => Name::SurfaceLoad,
                ImageOp::Store(_) => Name::SurfaceStore,
                ImageOp::Reduce(..) => Name::SurfaceReduce,
            },
            Op::Collective(collective) => match collective {
                Collective::Shuffle(_) => Name::Shuffle,
                Collective::Vote(_) => Name::Vote,
                Collective::Ballot => Name::Ballot,
                Collective::MatchAny(_) | Collective::MatchAll(_) => Name::Match,
                Collective::Reduce(..) => Name::Reduce,
                Collective::Elect => Name::Elect,
                Collective::WarpBarrier => Name::WarpBarrier,
                Collective::ActiveMask => Name::ActiveMask,
                Collective::Mma(_) => Name::Mma,
            },
        })
    }
}

/// Pairs each variant of an enum with its word: both directions from one list.
macro_rules! words_of {
    ($name:ident { $($variant:ident = $text:literal),* $(,)? }) => {
        impl super::$name {
            /// The word.
            pub const fn as_str(self) -> &'static str {
                match self { $(super::$name::$variant => $text,)* }
            }
            /// The variant of this word.
            pub fn from_str(text: &str) -> Option<Self> {
                match text { $($text => Some(super::$name::$variant),)* _ => None }
            }
        }
    };
}

words_of!(Space {
    Generic = "generic",
    Global = "global",
    Shared = "shared",
    SharedCluster = "shared::cluster",
    Local = "local",
    Param = "param",
});
words_of!(ShuffleMode { Up = "up", Down = "down", Bfly = "bfly", Idx = "idx" });
words_of!(VoteMode { All = "all", Any = "any", Uni = "uni" });
