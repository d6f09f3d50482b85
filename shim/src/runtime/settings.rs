//! What the user set: environment variables named `REGAUGE_*`, read once.
//!
//! `regauge run` turns its options into these variables, so that they reach the library inside the program. A value
//! that cannot be read and a name that is not in the table are told once and otherwise ignored: a misspelt setting must
//! not pass silently, and must not break a program either.

use crate::report;
use sim_backend::device::Device;
use sim_backend::spec::Spec;
use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::OnceLock;
use std::time::Duration;

/// Who computes a kernel's results.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Executor {
    /// The tile kernel's reference executor.
    #[default]
    Reference,
    /// The NeuronCore program, instruction by instruction.
    Device,
}

/// How faithful NeuronCore programs are.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Numerics {
    /// What the engines do.
    #[default]
    Device,
    /// Bit for bit what CUDA defines.
    Cuda,
}

/// What the user set.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// The chip and how it presents itself to programs.
    pub device: Device,
    /// Who computes results.
    pub executor: Executor,
    /// In which arithmetic NeuronCore programs compute.
    pub numerics: Numerics,
    /// Whether products and sums that PTX leaves open are rounded once, as NVIDIA's assembler does.
    pub contract: bool,
    /// Host threads that execute kernels; all cores if not set.
    pub threads: Option<usize>,
    /// A module with an unsupported kernel does not load.
    pub strict: bool,
    /// `CUDA_LAUNCH_BLOCKING=1`: every launch waits for its kernel.
    pub launch_blocking: bool,
    /// How long a kernel may run before it counts as hanging.
    pub timeout: Option<Duration>,
    /// Where the summary of a run goes (set by `regauge run --summary`).
    pub summary_file: Option<PathBuf>,
    /// Under which name `regauge run` waits to hear that the library was initialized (set by it).
    pub status: Option<String>,
    /// What `tracing` tells.
    pub log: Option<tracing::Level>,
}

/// Reads one value into the settings.
type Read = fn(&mut Settings, &str) -> Option<()>;

/// THE list of variables: name, what values it takes, how it is read.
pub const VARIABLES: &[(&str, &str, Read)] = &[
    ("REGAUGE_DEVICE", "trn1, trn2 or trn3", |s, v| {
        s.device = Device { capability: s.device.capability, ..Device::new(Spec::named(v)?) };
        Some(())
    }),
    ("REGAUGE_CORES", "a number of NeuronCores, at most the chip's", |s, v| {
        s.device.cores = v.parse().ok().filter(|n| (1..=s.device.spec.cores).contains(n))?;
        Some(())
    }),
    ("REGAUGE_COMPUTE_CAPABILITY", "a number from 7.5 to 12.1", |s, v| {
        let (major, minor) = v.split_once('.')?;
        let capability = (major.parse().ok()?, minor.parse().ok()?);
        s.device.capability = Some(capability).filter(|c| ((7, 5)..=(12, 1)).contains(c) && c.1 <= 9)?;
        Some(())
    }),
    ("REGAUGE_EXECUTE", "reference or device", |s, v| {
        s.executor = match v {
            "reference" => Executor::Reference,
            "device" => Executor::Device,
            _ => return None,
        };
        Some(())
    }),
    ("REGAUGE_NUMERICS", "cuda or device", |s, v| {
        s.numerics = match v {
            "cuda" => Numerics::Cuda,
            "device" => Numerics::Device,
            _ => return None,
        };
        Some(())
    }),
    ("REGAUGE_CONTRACT", "0 or 1", |s, v| {
        s.contract = match v {
            "0" => false,
            "1" => true,
            _ => return None,
        };
        Some(())
    }),
    ("REGAUGE_THREADS", "a number of host threads", |s, v| {
        s.threads = Some(v.parse().ok().filter(|n| *n > 0)?);
        Some(())
    }),
    ("REGAUGE_STRICT", "0 or 1", |s, v| {
        s.strict = match v {
            "0" => false,
            "1" => true,
            _ => return None,
        };
        Some(())
    }),
    ("CUDA_LAUNCH_BLOCKING", "0 or 1", |s, v| {
        s.launch_blocking = v == "1";
        Some(())
    }),
    ("REGAUGE_TIMEOUT", "a number of seconds", |s, v| {
        let seconds = v.trim_end_matches('s').parse().ok().filter(|n| *n > 0.0)?;
        s.timeout = Some(Duration::try_from_secs_f64(seconds).ok()?);
        Some(())
    }),
    ("REGAUGE_LOG", "error, warn, info, debug or trace", |s, v| {
        s.log = Some(v.parse().ok()?);
        Some(())
    }),
    ("REGAUGE_SUMMARY_FILE", "a path", |s, v| {
        s.summary_file = Some(PathBuf::from(v));
        Some(())
    }),
    ("REGAUGE_STATUS", "a name", |s, v| {
        s.status = Some(v.to_string());
        Some(())
    }),
];

impl Settings {
    /// The settings of this process.
    pub fn get() -> &'static Settings {
        static SETTINGS: OnceLock<Settings> = OnceLock::new();
        SETTINGS.get_or_init(|| {
            // SAFETY: it only reads what the kernel passed to the process.
            let privileged = unsafe { libc::getauxval(libc::AT_SECURE) } != 0;
            // A program with more rights than its user is not controlled by its user's environment.
            let variables = if privileged { Vec::new() } else { std::env::vars_os().collect() };
            let (settings, complaints) = Settings::read(variables);
            complaints.iter().for_each(|complaint| report::line(format_args!("{complaint}")));
            settings
        })
    }

    /// Reads the variables, in the order of the table, and says what is wrong with them.
    fn read(variables: Vec<(OsString, OsString)>) -> (Settings, Vec<String>) {
        let mut settings = Settings::default();
        let mut complaints = Vec::new();
        let ours = variables.into_iter().filter_map(|(name, value)| {
            let name = name.into_string().ok()?;
            (name.starts_with("REGAUGE_") || name == "CUDA_LAUNCH_BLOCKING")
                .then(|| (name, value.to_string_lossy().into_owned()))
        });
        let ours: Vec<_> = ours.collect();
        for (name, values, read) in VARIABLES {
            let Some((_, value)) = ours.iter().find(|(n, _)| n == name) else { continue };
            if !value.is_empty() && read(&mut settings, value).is_none() {
                complaints.push(format!("warning[T0110]: `{name}={value}` is ignored: it takes {values}"));
            }
        }
        for (name, _) in &ours {
            if !VARIABLES.iter().any(|row| row.0 == name) {
                let hint = closest(name).map(|near| format!(" (did you mean `{near}`?)")).unwrap_or_default();
                complaints.push(format!("warning[T0111]: `{name}` is no variable of regauge{hint}"));
            }
        }
        (settings, complaints)
    }
}

/// The variable whose name is nearest, if it is near.
fn closest(name: &str) -> Option<&'static str> {
    VARIABLES.iter().map(|row| row.0).map(|n| (distance(n, name), n)).filter(|(d, _)| *d <= 3).min().map(|(_, n)| n)
}

/// How many letters differ (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, a) in a.bytes().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, b) in b.bytes().enumerate() {
            let replaced = diagonal + usize::from(a != b);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> (Settings, Vec<String>) {
        Settings::read(variables.iter().map(|(n, v)| (n.into(), v.into())).collect())
    }

    #[test]
    fn the_device_decides_the_number_of_cores() {
        let (settings, complaints) = read(&[("REGAUGE_DEVICE", "trn1"), ("PATH", "/bin")]);
        assert_eq!((settings.device.spec.name, settings.device.cores), ("trn1", 2));
        assert!(complaints.is_empty());
    }

    #[test]
    fn without_variables_the_device_is_a_whole_trn2_chip() {
        let (settings, complaints) = read(&[]);
        assert_eq!(settings.device, Device::default());
        assert_eq!((settings.executor, settings.numerics), (Executor::Reference, Numerics::Device));
        assert!(complaints.is_empty());
    }

    #[test]
    fn an_empty_variable_is_one_that_is_not_set() {
        assert!(read(&[("REGAUGE_NUMERICS", "")]).1.is_empty());
    }

    #[test]
    fn a_bad_value_is_told_and_ignored() {
        let (settings, complaints) = read(&[("REGAUGE_COMPUTE_CAPABILITY", "13.0")]);
        assert_eq!(settings.device.capability, (12, 0));
        assert_eq!(
            complaints,
            ["warning[T0110]: `REGAUGE_COMPUTE_CAPABILITY=13.0` is ignored: it takes a number from 7.5 to 12.1"]
        );
    }

    #[test]
    fn a_misspelt_name_is_told_with_the_right_one() {
        let (_, complaints) = read(&[("REGAUGE_DEVICES", "trn1"), ("REGAUGE_FOO_BAR_BAZ", "1")]);
        assert_eq!(
            complaints,
            [
                "warning[T0111]: `REGAUGE_DEVICES` is no variable of regauge (did you mean `REGAUGE_DEVICE`?)",
                "warning[T0111]: `REGAUGE_FOO_BAR_BAZ` is no variable of regauge",
            ]
        );
    }
}
