//! NVIDIA's compiler, as `./x setup` installs it into `.deps/`, and the example programs built with it.
//!
//! Binaries are kept under the hash of everything that went into them, so that only what changed is compiled again.

use crate::case::{Reach, Target};
use anyhow::{Context as _, Result, ensure};
use std::ffi::OsString;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

/// The folder of the repository.
pub fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the package lies in the repository")
}

/// The toolkit.
#[derive(Clone, Debug)]
pub struct Toolkit {
    folder: PathBuf,
    deps: PathBuf,
}

/// An example: one program of one or two files.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Program {
    /// Its name.
    pub name: String,
    /// Its files; of two, the second holds device code that the first uses.
    pub sources: Vec<PathBuf>,
}

/// A way to build a program.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default, Debug)]
pub struct Variant {
    /// Which CUDA runtime it is linked with.
    pub runtime: Runtime,
    /// `-default-stream per-thread`
    pub per_thread_stream: bool,
    /// `-use_fast_math`
    pub fast_math: bool,
    /// `-G`
    pub debug: bool,
    /// `-lineinfo`
    pub line_info: bool,
    /// `-arch=compute_XX`; nvcc's own choice without it.
    pub architecture: Option<u32>,
}

/// Which CUDA runtime a program is linked with.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default, Debug)]
pub enum Runtime {
    /// Statically, that of the toolkit.
    #[default]
    Static,
    /// The shared library of the toolkit.
    Shared,
    /// Statically, that of CUDA 12.9.
    Static12,
}

impl Variant {
    /// nvcc's defaults, and each axis by itself.
    pub fn one_axis_at_a_time() -> Vec<(&'static str, Variant)> {
        let default = Variant::default();
        vec![
            ("default", default),
            ("cudart_shared", Variant { runtime: Runtime::Shared, ..default }),
            ("cudart_12_9", Variant { runtime: Runtime::Static12, ..default }),
            ("per_thread_stream", Variant { per_thread_stream: true, ..default }),
            ("fast_math", Variant { fast_math: true, ..default }),
            ("debug", Variant { debug: true, ..default }),
            ("compute_75", Variant { architecture: Some(75), ..default }),
            ("compute_80", Variant { architecture: Some(80), ..default }),
            ("compute_120", Variant { architecture: Some(120), ..default }),
        ]
    }

    /// Every combination.
    pub fn full_product() -> Vec<(String, Variant)> {
        let mut variants = Vec::new();
        for runtime in [Runtime::Static, Runtime::Shared, Runtime::Static12] {
            for architecture in [None, Some(75), Some(80), Some(120)] {
                for flags in 0..8u32 {
                    let [per_thread_stream, fast_math, debug] = [0, 1, 2].map(|bit| flags >> bit & 1 == 1);
                    let line_info = false;
                    let variant = Variant { runtime, per_thread_stream, fast_math, debug, line_info, architecture };
                    variants.push((variant.name(), variant));
                }
            }
        }
        variants
    }

    fn name(&self) -> String {
        let mut name = format!("{:?}", self.runtime).to_lowercase();
        for (flag, word) in
            [(self.per_thread_stream, "_per_thread"), (self.fast_math, "_fast_math"), (self.debug, "_debug")]
        {
            if flag {
                name += word;
            }
        }
        if let Some(architecture) = self.architecture {
            name += &format!("_{architecture}");
        }
        name
    }
}

/// The examples, by name.
pub fn programs() -> Result<Vec<Program>> {
    let folder = repository().join("examples");
    let mut files = fs::read_dir(&folder)
        .with_context(|| folder.display().to_string())?
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<Vec<_>>>()?;
    files.retain(|file| file.extension().is_some_and(|extension| extension == "cu"));
    files.sort();
    let mut programs: Vec<Program> = Vec::new();
    for file in files {
        let stem = file.file_stem().expect("it has a name").to_string_lossy();
        let name = stem.strip_suffix("_a").or(stem.strip_suffix("_b")).unwrap_or(&stem).to_owned();
        match programs.last_mut().filter(|program| program.name == name) {
            Some(program) => program.sources.push(file),
            None => programs.push(Program { name, sources: vec![file] }),
        }
    }
    Ok(programs)
}

impl Toolkit {
    /// The installed one, if there is one.
    pub fn find() -> Option<Toolkit> {
        let deps = repository().join(".deps");
        let folder = deps.join("cuda/nvidia/cu13");
        folder.join("bin/nvcc").exists().then_some(Toolkit { folder, deps })
    }

    /// Where its shared libraries are.
    pub fn libraries(&self) -> PathBuf {
        self.folder.join("lib")
    }

    fn arguments(&self, program: &Program, variant: &Variant) -> Vec<OsString> {
        let mut arguments: Vec<OsString> = program.sources.iter().map(OsString::from).collect();
        if program.sources.len() > 1 {
            arguments.push("-rdc=true".into());
        }
        match variant.runtime {
            Runtime::Static => {}
            Runtime::Shared => arguments.push("-cudart=shared".into()),
            // Looked through before the folder of the toolkit.
            Runtime::Static12 => {
                let mut folder = OsString::from("-L");
                folder.push(self.deps.join("cudart-12.9/nvidia/cuda_runtime/lib"));
                arguments.push(folder);
            }
        }
        if variant.per_thread_stream {
            arguments.push("-default-stream=per-thread".into());
        }
        if variant.fast_math {
            arguments.push("-use_fast_math".into());
        }
        if variant.debug {
            arguments.push("-G".into());
        }
        if variant.line_info {
            arguments.push("-lineinfo".into());
        }
        if let Some(architecture) = variant.architecture {
            arguments.push(format!("-arch=compute_{architecture}").into());
        }
        arguments
    }

    /// Builds a program, or finds it built.
    pub fn build(&self, program: &Program, variant: &Variant) -> Result<PathBuf> {
        let arguments = self.arguments(program, variant);
        let mut hasher = DefaultHasher::new();
        arguments.hash(&mut hasher);
        for file in program.sources.iter().chain([&repository().join("examples/check.cuh")]) {
            fs::read(file)?.hash(&mut hasher);
        }
        fs::read(self.deps.join("cuda/.complete")).unwrap_or_default().hash(&mut hasher);
        let folder = self.deps.join("built");
        let binary = folder.join(format!("{}-{:016x}", program.name, hasher.finish()));
        if binary.exists() {
            return Ok(binary);
        }
        fs::create_dir_all(&folder)?;
        // Two tests may want the same binary at the same time.
        static UNFINISHED: AtomicU32 = AtomicU32::new(0);
        let number = UNFINISHED.fetch_add(1, Ordering::Relaxed);
        let unfinished = folder.join(format!("{}.{}.{number}", program.name, std::process::id()));
        self.nvcc(&arguments, &unfinished)?;
        fs::rename(&unfinished, &binary)?;
        Ok(binary)
    }

    /// Compiles one file with these flags.
    pub fn compile(&self, flags: &[&str], source: &Path, target: &Path) -> Result<()> {
        let mut arguments: Vec<OsString> = flags.iter().map(OsString::from).collect();
        arguments.push(source.into());
        self.nvcc(&arguments, target)
    }

    /// What NVIDIA's assembler has against a module: the lines of its errors, and what it says of them; line 0 where it
    /// names none.
    pub fn faults(&self, ptx: &str) -> Result<Vec<(usize, String)>> {
        self.assemble(ptx, Path::new("/dev/null"))
    }

    /// Makes a cubin of a module, or says what [`Toolkit::faults`] says.
    pub fn assemble(&self, ptx: &str, cubin: &Path) -> Result<Vec<(usize, String)>> {
        let target = Target::parse(ptx.split_once(".target sm_").context("no target")?.1)?;
        let letter = match target.reach {
            Reach::Later => "",
            Reach::Exact => "a",
            Reach::Family => "f",
        };
        // It makes code for this one and later ones, of modules for earlier ones too.
        let architecture = target.architecture.max(75);
        let mut command = Command::new(self.folder.join("bin/ptxas"));
        command.arg(format!("-arch=sm_{architecture}{letter}")).arg("-o").arg(cubin).arg("-");
        let mut child = command.stdin(Stdio::piped()).stderr(Stdio::piped()).stdout(Stdio::null()).spawn()?;
        child.stdin.take().expect("it is piped").write_all(ptx.as_bytes())?;
        let output = child.wait_with_output()?;
        let text = String::from_utf8_lossy(&output.stderr);
        let is_error = |line: &&str| line.contains("error   :") || line.contains("fatal   :");
        let errors = text.lines().filter(is_error).filter(|line| !line.ends_with("aborted due to errors"));
        let fault = |line: &str| {
            let number = line.split_once(", line ").and_then(|(_, rest)| rest.split(';').next()?.parse().ok());
            (number.unwrap_or(0), line.to_owned())
        };
        let faults: Vec<(usize, String)> = errors.map(fault).collect();
        ensure!(output.status.success() == faults.is_empty(), "ptxas ends with {}: {text}", output.status);
        Ok(faults)
    }

    /// The instructions of a cubin with their bits, as `nvdisasm` writes them. `./x soak` fetches it.
    pub fn disassemble(&self, cubin: &Path) -> Result<String> {
        let program = fetched("nvdisasm", |name| name == "nvdisasm").context("no nvdisasm in .deps/nvdisasm")?;
        let output = Command::new(program).args(["-c", "-hex"]).arg(cubin).output()?;
        ensure!(output.status.success(), "nvdisasm: {}", String::from_utf8_lossy(&output.stderr));
        Ok(String::from_utf8(output.stdout)?)
    }

    fn nvcc(&self, arguments: &[OsString], target: &Path) -> Result<()> {
        let mut command = Command::new(self.folder.join("bin/nvcc"));
        let output = command.args(arguments).arg("-o").arg(target).output().context("nvcc does not start")?;
        ensure!(output.status.success(), "nvcc: {}", String::from_utf8_lossy(&output.stderr));
        Ok(())
    }
}

/// A file below a folder of `.deps`, wherever its package put it.
pub fn fetched(folder: &str, is_it: impl Fn(&str) -> bool) -> Option<PathBuf> {
    search(&repository().join(".deps").join(folder), 6, &is_it)
}

fn search(folder: &Path, depth: u32, is_it: &impl Fn(&str) -> bool) -> Option<PathBuf> {
    let mut entries: Vec<_> = fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path()).collect();
    entries.sort();
    let name = |path: &PathBuf| path.file_name().is_some_and(|name| name.to_str().is_some_and(is_it));
    if let Some(found) = entries.iter().find(|path| path.is_file() && name(path)) {
        return Some(found.clone());
    }
    let folders = entries.iter().filter(|path| path.is_dir());
    if depth == 0 { None } else { folders.into_iter().find_map(|folder| search(folder, depth - 1, is_it)) }
}

/// The `regauge` command: `$REGAUGE`, or the one built beside this test.
pub fn regauge() -> Option<PathBuf> {
    if let Some(path) = std::env::var_os("REGAUGE") {
        return Some(path.into());
    }
    let here = std::env::current_exe().ok()?;
    let path = here.parent()?.parent()?.join("regauge");
    path.exists().then_some(path)
}
