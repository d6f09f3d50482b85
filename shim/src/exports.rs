//! A row of `driver_api.rs` becomes a C symbol.

#![allow(missing_docs, non_snake_case, reason = "the names are NVIDIA's, and `docs/driver-api.md` describes them")]
#![allow(clippy::missing_safety_doc, clippy::too_many_arguments, reason = "the contracts are those of CUDA's manual")]

use crate::abi::{Call, DefaultStream, FromC, enter, word};
use crate::driver::*;
use crate::driver_api::for_each_driver_fn;
use crate::report;
use crate::sys::*;
use std::ffi::{c_char, c_void};

macro_rules! exports {
    ($(chapter $chapter:literal {
        $($version:literal $kind:ident fn $name:ident $($suffix:ident $variant:ident)?($($args:tt)*)
            $(=> $target:expr)?;)*
    })*) => {
        $($(
            row! { $kind [$name $($suffix $variant)?] ($($args)*) $($target)? }
        )*)*
    };
}

macro_rules! row {
    ($kind:ident [$name:ident] $args:tt $($target:expr)?) => {
        function! { $kind $name Legacy [] $args $($target)? }
    };
    ($kind:ident [$name:ident ptsz $variant:ident] $args:tt $($target:expr)?) => {
        function! { $kind $name Legacy [] $args $($target)? }
        function! { $kind $variant PerThread [] $args $($target)? }
    };
    ($kind:ident [$name:ident ptds $variant:ident] $args:tt $($target:expr)?) => {
        function! { $kind $name Legacy [DefaultStream::Legacy] $args $($target)? }
        function! { $kind $variant PerThread [DefaultStream::PerThread] $args $($target)? }
    };
}

macro_rules! function {
    (early $name:ident $stream:ident $more:tt $args:tt $target:expr) => {
        call! { true $name $stream $more $args $target }
    };
    (implemented $name:ident $stream:ident $more:tt $args:tt $target:expr) => {
        call! { false $name $stream $more $args $target }
    };
    (stub $name:ident $stream:ident $more:tt ($($arg:ident: $ty:ty),* $(,)?) $reason:expr) => {
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $name($($arg: $ty),*) -> CUresult {
            let arguments = &[$((stringify!($arg), word(&$arg))),*];
            let (name, default_stream) = (stringify!($name), DefaultStream::$stream);
            let call = Call { name, default_stream, before_init: false, arguments };
            enter(&call, &mut |_| Ok(()))
        }
    };
    (unsupported $name:ident $stream:ident $more:tt ($($arg:ident: $ty:ty),* $(,)?)) => {
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $name($($arg: $ty),*) -> CUresult {
            let arguments = &[$((stringify!($arg), word(&$arg))),*];
            let (name, default_stream) = (stringify!($name), DefaultStream::$stream);
            let call = Call { name, default_stream, before_init: false, arguments };
            enter(&call, &mut |call| Err(report::unsupported(call.name)))
        }
    };
}

macro_rules! call {
    ($before_init:literal $name:ident $stream:ident [$($more:expr)?] ($($arg:ident: $ty:ty),* $(,)?) $target:expr) => {
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $name($($arg: $ty),*) -> CUresult {
            let arguments = &[$((stringify!($arg), word(&$arg))),*];
            let (name, default_stream) = (stringify!($name), DefaultStream::$stream);
            let call = Call { name, default_stream, before_init: $before_init, arguments };
            enter(&call, &mut |_call| {
                // SAFETY: the arguments are the caller's, who keeps to the contract in CUDA's manual.
                $(let $arg = unsafe { FromC::from_c($arg, _call) }?;)*
                $target($($arg,)* $($more)?)
            })
        }
    };
}

for_each_driver_fn!(exports);
