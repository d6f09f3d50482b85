//! THE operation table of tile kernels: elementwise operations by name, forms and meaning.
//!
//! An operation is a name and a set of [`Attributes`], spelled like the PTX instruction it comes from:
//! `add.rn.ftz.f32` (see [`spelling`]). Arguments and results are register bits, zero-extended to 64; predicates are
//! 0 and 1. Operations with two results in PTX are two operations here (`addc` and `addc.carry`), so every row has
//! exactly one result.
//!
//! A row reads
//!
//! ```text
//! /// What it computes.
//! Variant = "name", mode, meaning::function, [form, form, ...];
//! ```
//!
//! where a form gives the types it takes, the argument shapes, the result shape, and the words it needs or may carry,
//! and the function chooses the function of register bits that one lane computes ([`Meaning`]). An executor resolves
//! the meaning once per instruction and then runs it over the lanes.
//!
//! To add an operation, write a row in `table.rs` and its function in the family's file under `meaning/`; the
//! arithmetic belongs into `ptx_frontend::scalar`, with its types and flags as type parameters. Spelling, parser,
//! signature, verifier and the tests over every use ([`Elementwise::uses`]) follow from the row.

pub mod form;
mod meaning;
pub mod spelling;

pub use form::{ArgTypes, Form};
pub use meaning::Meaning;
pub use spelling::Spelling;

use crate::tile::Type;
use form::form;
use ptx_frontend::types::{BoolOp, Comparison, Rounding, ScalarType};

/// The dot-words of an elementwise operation. Only those that the row allows are set.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Attributes {
    /// The type word: of the result, or of the operands where the result is a predicate or count.
    pub ty: ScalarType,
    /// The source type of `cvt`, `set`, `slct`, `dp4a` (second operand), mixed-precision `add/sub/fma`; else `= ty`.
    pub from: ScalarType,
    /// Rounding.
    pub rounding: Option<Rounding>,
    /// `.ftz`
    pub ftz: bool,
    /// `.sat`
    pub sat: bool,
    /// `.satfinite`
    pub satfinite: bool,
    /// `.relu`
    pub relu: bool,
    /// `.NaN`
    pub nan: bool,
    /// `.xorsign.abs`
    pub xorsign_abs: bool,
    /// `.approx`
    pub approx: bool,
    /// `.full`
    pub full: bool,
    /// Comparison of `setp`, `set`.
    pub comparison: Option<Comparison>,
    /// Combination of `setp`, `set` with a further predicate argument.
    pub combine: Option<BoolOp>,
    /// Mode words and immediates that have no field of their own: the LUT of `lop3`, the mode of `prmt`, `.wrap`,
    /// `.shiftamt`, selectors of video instructions. Its meaning is the row's ([`Elementwise::mode`]).
    pub mode: u32,
}

impl Attributes {
    /// Just a type.
    pub const fn of(ty: ScalarType) -> Self {
        Attributes {
            ty,
            from: ty,
            rounding: None,
            ftz: false,
            sat: false,
            satfinite: false,
            relu: false,
            nan: false,
            xorsign_abs: false,
            approx: false,
            full: false,
            comparison: None,
            combine: None,
            mode: 0,
        }
    }
}

/// What `Attributes::mode` means in a row.
#[derive(Clone, Copy, Debug)]
pub enum Mode {
    /// Nothing: it is 0.
    None,
    /// An index into these PTX words; the empty word is the one not written.
    Words(&'static [&'static str]),
    /// A number below this limit.
    Number(u32),
    /// A number for which this holds; and some such numbers.
    Packed(fn(u32) -> bool, &'static [u32]),
}

macro_rules! operations {
    ($($(#[doc = $doc:literal])* $variant:ident = $name:literal, $mode:expr, $meaning:path, [$($form:expr),* $(,)?];)*) => {
        /// The elementwise operations.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
        pub enum Elementwise { $($(#[doc = $doc])* $variant,)* }

        impl Elementwise {
            /// Every operation, in the order of the table.
            pub const ALL: &'static [Elementwise] = &[$(Elementwise::$variant,)*];

            /// The name, without attributes.
            pub const fn as_str(self) -> &'static str {
                match self { $(Elementwise::$variant => $name,)* }
            }

            /// The operation of this name.
            pub fn from_str(name: &str) -> Option<Self> {
                match name { $($name => Some(Elementwise::$variant),)* _ => None }
            }

            /// What it computes, in words.
            pub const fn description(self) -> &'static str {
                match self { $(Elementwise::$variant => concat!($($doc),*),)* }
            }

            /// What its mode means.
            pub const fn mode(self) -> Mode {
                match self { $(Elementwise::$variant => $mode,)* }
            }

            /// The ways to use it.
            pub fn forms(self) -> &'static [Form] {
                match self { $(Elementwise::$variant => const { &[$($form),*] },)* }
            }

            pub(super) fn meaning_of_row(self) -> fn(&Attributes) -> Option<Meaning> {
                match self { $(Elementwise::$variant => $meaning,)* }
            }
        }
    };
}

mod table;
pub use table::Elementwise;

impl Elementwise {
    fn form(self, attributes: &Attributes) -> Option<&'static Form> {
        self.forms().iter().find(|form| form.admits(attributes)).filter(|_| self.mode().admits(attributes.mode))
    }

    /// Whether the row has a form with these attributes.
    pub fn is_valid(self, attributes: &Attributes) -> bool {
        self.form(attributes).is_some()
    }

    /// Argument types and result type; `None` if there is no such form.
    pub fn signature(self, attributes: &Attributes) -> Option<(ArgTypes, Type)> {
        self.form(attributes).map(|form| form.signature(attributes))
    }

    /// What one lane computes; `None` if there is no such form.
    pub fn meaning(self, attributes: &Attributes) -> Option<Meaning> {
        self.form(attributes)?;
        self.meaning_of_row()(attributes)
    }

    /// Every set of attributes the row admits, for tests and random programs.
    pub fn uses(self) -> Vec<Attributes> {
        let forms = self.forms().iter().flat_map(Form::uses);
        forms
            .flat_map(|attributes| self.mode().all().into_iter().map(move |mode| Attributes { mode, ..attributes }))
            .collect()
    }

    /// Whether operations of this kind are written with two types even when these are the same (`cvt.rni.f32.f32`).
    fn has_two_types(self, attributes: &Attributes) -> bool {
        self.form(attributes).is_some_and(|form| !form.from_types().is_empty())
    }
}

#[cfg(test)]
mod tests;
