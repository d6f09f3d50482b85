//! How `libcuda.so` is linked.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    // A program's `dlopen("libcuda.so.1")` is satisfied by a preloaded library only if this is its name.
    println!("cargo:rustc-cdylib-link-arg=-Wl,-soname,libcuda.so.1");
    // Calls among our own functions never go through another library's symbols.
    println!("cargo:rustc-cdylib-link-arg=-Wl,-Bsymbolic");
    // The runtime calls us while the process exits, after it may have closed the library.
    println!("cargo:rustc-cdylib-link-arg=-Wl,-z,nodelete");
}
