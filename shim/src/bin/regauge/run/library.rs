//! The folder with `libcuda.so.1` and `libcuda.so`, and the variables that bring it in front of other folders.

use anyhow::{Context, Result, bail};
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Names under which programs open the library: most the first, some the second.
const NAMES: [&str; 2] = ["libcuda.so.1", "libcuda.so"];

/// A folder that has the library under both names.
///
/// Installed, it is `../lib` beside the folder of this executable. In a build folder there is only `libcuda.so`
/// beside the executable; links to it are made in a folder of their own, so that `LD_LIBRARY_PATH` brings nothing else
/// along.
pub(crate) fn folder() -> Result<PathBuf> {
    let executable = std::env::current_exe().context("where this executable is")?;
    let here = executable.parent().context("this executable is in no folder")?;
    let installed = here.join("../lib");
    if NAMES.iter().all(|name| installed.join(name).is_file()) {
        return installed.canonicalize().context("the folder of the library");
    }
    // `cargo build` leaves the library beside the executable, `cargo test` only in `deps`.
    let built = [here.join("libcuda.so"), here.join("deps/libcuda.so")];
    let built = built.into_iter().max_by_key(|path| path.metadata().and_then(|file| file.modified()).ok());
    let Some(built) = built.filter(|path| path.is_file()) else {
        bail!("no `libcuda.so` beside `{}`, and no `../lib/libcuda.so.1`", executable.display());
    };
    link_in(&here.join("regauge-lib"), &built).or_else(|_| link_in(&cache_folder(&built)?, &built))
}

/// For executables in folders that the user cannot write to.
fn cache_folder(library: &Path) -> Result<PathBuf> {
    let cache = match std::env::var_os("XDG_CACHE_HOME").filter(|folder| !folder.is_empty()) {
        Some(folder) => PathBuf::from(folder),
        None => {
            PathBuf::from(std::env::var_os("HOME").context("neither XDG_CACHE_HOME nor HOME is set")?).join(".cache")
        }
    };
    // One folder for each library: several versions may be in use at once.
    Ok(cache.join(format!("regauge/lib-{:x}", std::fs::metadata(library)?.ino())))
}

fn link_in(folder: &Path, library: &Path) -> Result<PathBuf> {
    std::fs::create_dir_all(folder).with_context(|| format!("making `{}`", folder.display()))?;
    let library = library.canonicalize()?;
    for name in NAMES {
        let link = folder.join(name);
        if std::fs::read_link(&link).is_ok_and(|target| target == library) {
            continue;
        }
        // Another launcher may be doing the same: the last one replaces the link by an equal one.
        let fresh = folder.join(format!(".{name}.{}", std::process::id()));
        symlink(&library, &fresh)?;
        std::fs::rename(&fresh, &link)?;
    }
    Ok(folder.to_path_buf())
}

/// Brings the library in front: preloaded for everything that asks for it by its name, in the search path for
/// `dlopen("libcuda.so")`, and by Triton's own variable.
pub(crate) fn put_in_front(command: &mut Command, folder: &Path, asan: bool) {
    let library = folder.join(NAMES[0]);
    // The loader splits the list at these, and knows no way to quote them.
    let can_preload = !library.as_os_str().as_bytes().iter().any(|byte| matches!(byte, b' ' | b':'));
    // A program with ASan refuses to start with anything preloaded before it.
    if can_preload && !asan {
        command.env("LD_PRELOAD", prepend(library.as_os_str(), std::env::var_os("LD_PRELOAD")));
    }
    command.env("LD_LIBRARY_PATH", prepend(folder.as_os_str(), std::env::var_os("LD_LIBRARY_PATH")));
    command.env("TRITON_LIBCUDA_PATH", folder);
}

/// `first:rest`, without an empty entry (which would mean the current folder) and without a second `first`.
fn prepend(first: &OsStr, rest: Option<OsString>) -> OsString {
    let mut list = first.to_os_string();
    let rest = rest.unwrap_or_default();
    for entry in rest.as_bytes().split(|byte| *byte == b':') {
        if !entry.is_empty() && entry != first.as_bytes() {
            list.push(":");
            list.push(OsStr::from_bytes(entry));
        }
    }
    list
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_keeps_its_entries_behind_ours() {
        let list = |rest: Option<&str>| prepend(OsStr::new("/ours"), rest.map(OsString::from));
        assert_eq!(list(None), "/ours");
        assert_eq!(list(Some("")), "/ours");
        assert_eq!(list(Some("/a::/b:")), "/ours:/a:/b");
        assert_eq!(list(Some("/ours:/a")), "/ours:/a", "nested launchers");
    }
}
