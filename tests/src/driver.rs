//! The library under test, and where to find what was fetched to test it with.

use std::path::{Path, PathBuf};

/// `CONFORMANCE_DRIVER`, or the library that this build made.
pub fn path() -> PathBuf {
    if let Some(path) = std::env::var_os("CONFORMANCE_DRIVER") {
        return PathBuf::from(path);
    }
    let executable = std::env::current_exe().expect("a test knows where it is");
    // Tests lie in `deps`, and so does a library that only tests needed; `cargo build` links it one folder up.
    let deps = executable.parent().expect("an executable is in a folder");
    let built = [deps.join("libcuda.so"), deps.join("../libcuda.so")];
    let newest = built.into_iter().max_by_key(|path| path.metadata().and_then(|file| file.modified()).ok());
    newest.filter(|path| path.is_file()).expect("`cargo build -p shim` makes the library")
}

/// A file below a folder of `.deps`, wherever its package put it.
pub fn fetched(folder: &str, is_it: impl Fn(&str) -> bool) -> Option<PathBuf> {
    search(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../.deps").join(folder), 6, &is_it)
}

fn search(folder: &Path, depth: u32, is_it: &impl Fn(&str) -> bool) -> Option<PathBuf> {
    let mut entries: Vec<_> = std::fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path()).collect();
    entries.sort();
    let name = |path: &PathBuf| path.file_name().is_some_and(|name| name.to_str().is_some_and(is_it));
    if let Some(found) = entries.iter().find(|path| path.is_file() && name(path)) {
        return Some(found.clone());
    }
    let folders = entries.iter().filter(|path| path.is_dir());
    if depth == 0 { None } else { folders.into_iter().find_map(|folder| search(folder, depth - 1, is_it)) }
}
