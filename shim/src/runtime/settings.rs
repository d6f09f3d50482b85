//! What the user asked for through `REGAUGE_*` variables. Read once, when the library is first used.

use sim_backend::device::Device;
use sim_backend::spec::Spec;
use std::sync::OnceLock;

/// Who computes a kernel's results (`REGAUGE_EXECUTE`).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Executor {
    /// The tile kernel's reference executor.
    #[default]
    Reference,
    /// The NeuronCore program, instruction by instruction.
    Device,
}

/// How faithful NeuronCore programs are (`REGAUGE_NUMERICS`).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Numerics {
    /// What the engines do.
    #[default]
    Device,
    /// Bit for bit what CUDA defines.
    Cuda,
}

/// All settings.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `REGAUGE_DEVICE`, `REGAUGE_CORES`, `REGAUGE_COMPUTE_CAPABILITY`: the chip and how it presents itself.
    pub device: Device,
    /// `REGAUGE_EXECUTE`
    pub executor: Executor,
    /// `REGAUGE_NUMERICS`
    pub numerics: Numerics,
    /// `REGAUGE_STRICT=1`: a module with an unsupported kernel does not load.
    pub strict: bool,
    /// `CUDA_LAUNCH_BLOCKING=1`: every launch waits for its kernel.
    pub launch_blocking: bool,
    /// What was asked for and not understood, one line each.
    pub complaints: Vec<String>,
}

impl Settings {
    /// The settings of this process.
    pub fn get() -> &'static Settings {
        static SETTINGS: OnceLock<Settings> = OnceLock::new();
        SETTINGS.get_or_init(|| Settings::read(|name| std::env::var(name).ok()))
    }

    fn read(variable: impl Fn(&str) -> Option<String>) -> Settings {
        let mut complaints = Vec::new();
        // An empty variable is one that is not set.
        let mut choose = |name: &str, expected: &str, accept: &mut dyn FnMut(&str) -> bool| {
            let Some(value) = variable(name).filter(|v| !v.is_empty()) else { return };
            if !accept(&value) {
                complaints.push(format!("`{name}={value}` is ignored: {expected} is expected"));
            }
        };
        let mut device = Device::default();
        choose("REGAUGE_DEVICE", "`trn1`, `trn2` or `trn3`", &mut |value| {
            Spec::named(value).map(|spec| device = Device::new(spec)).is_some()
        });
        let most = device.spec.cores;
        choose("REGAUGE_CORES", &format!("a number from 1 to {most}"), &mut |value| match value.parse() {
            Ok(cores) if (1..=most).contains(&cores) => {
                device.cores = cores;
                true
            }
            _ => false,
        });
        choose("REGAUGE_COMPUTE_CAPABILITY", "a capability from `7.5` to `12.1`", &mut |value| {
            let capability = value.split_once('.').and_then(|(a, b)| Some((a.parse().ok()?, b.parse().ok()?)));
            let known = capability.filter(|c| (7, 5) <= *c && *c <= (12, 1));
            known.map(|capability| device.capability = capability).is_some()
        });
        let mut executor = Executor::default();
        choose("REGAUGE_EXECUTE", "`reference` or `device`", &mut |value| match value {
            "reference" => true,
            "device" => {
                executor = Executor::Device;
                true
            }
            _ => false,
        });
        let mut numerics = Numerics::default();
        choose("REGAUGE_NUMERICS", "`device` or `cuda`", &mut |value| match value {
            "device" => true,
            "cuda" => {
                numerics = Numerics::Cuda;
                true
            }
            _ => false,
        });
        let is_on = |name| variable(name).is_some_and(|value| value == "1");
        let (strict, launch_blocking) = (is_on("REGAUGE_STRICT"), is_on("CUDA_LAUNCH_BLOCKING"));
        Settings { device, executor, numerics, strict, launch_blocking, complaints }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Settings {
        Settings::read(|name| variables.iter().find(|(n, _)| *n == name).map(|(_, value)| (*value).to_string()))
    }

    #[test]
    fn without_variables_the_device_is_a_whole_trn2_chip() {
        let settings = read(&[]);
        assert_eq!(settings.device, Device::default());
        assert_eq!((settings.executor, settings.numerics), (Executor::Reference, Numerics::Device));
        assert!(!settings.strict && !settings.launch_blocking && settings.complaints.is_empty());
    }

    #[test]
    fn variables_choose_chip_cores_and_capability() {
        let settings =
            read(&[("REGAUGE_DEVICE", "trn1"), ("REGAUGE_CORES", "1"), ("REGAUGE_COMPUTE_CAPABILITY", "8.6")]);
        assert_eq!(settings.device.spec.name, "trn1");
        assert_eq!((settings.device.cores, settings.device.capability), (1, (8, 6)));
        assert!(settings.complaints.is_empty());
    }

    #[test]
    fn values_that_mean_nothing_are_named_and_ignored() {
        let settings = read(&[
            ("REGAUGE_DEVICE", "tpu"),
            ("REGAUGE_CORES", "9"),
            ("REGAUGE_COMPUTE_CAPABILITY", "13.0"),
            ("REGAUGE_EXECUTE", "gpu"),
            ("REGAUGE_NUMERICS", ""),
        ]);
        assert_eq!(settings.device, Device::default());
        assert_eq!(settings.complaints.len(), 4);
        assert_eq!(settings.complaints[1], "`REGAUGE_CORES=9` is ignored: a number from 1 to 8 is expected");
    }
}
