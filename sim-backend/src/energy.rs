//! Joules, as a range: AWS publishes no chip's power, so a single number would claim too much.

use crate::units::Picoseconds;
use serde::Deserialize;
use std::sync::LazyLock;

/// Power of one chip under load.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Power {
    /// Name of the chip's [`Spec`](crate::spec::Spec).
    pub chip: String,
    /// Best guess.
    pub watts: f64,
    /// Lower end of the range.
    pub low: f64,
    /// Upper end of the range.
    pub high: f64,
    /// Date of the figure, `YYYY-MM-DD`.
    pub as_of: String,
    /// Who says so.
    pub source: String,
}

/// Energy in joules.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Energy {
    /// Best guess.
    pub joules: f64,
    /// Lower end of the range.
    pub low: f64,
    /// Upper end of the range.
    pub high: f64,
}

#[derive(Deserialize)]
struct Powers {
    power: Vec<Power>,
}

static POWERS: LazyLock<Vec<Power>> = LazyLock::new(|| {
    let powers: Powers =
        toml::from_str(include_str!("energy.toml")).expect("energy.toml is part of this crate and a test reads it");
    powers.power
});

/// Power of this chip.
pub fn of(chip: &str) -> Option<&'static Power> {
    POWERS.iter().find(|power| power.chip == chip)
}

impl Power {
    /// Energy of one busy chip in so long.
    pub fn energy(&self, time: Picoseconds) -> Energy {
        let seconds = time.as_seconds();
        Energy { joules: self.watts * seconds, low: self.low * seconds, high: self.high * seconds }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::Spec;

    #[test]
    fn every_chip_has_a_range_around_its_figure() {
        for spec in Spec::all() {
            let power = of(spec.name).unwrap();
            assert!(power.low < power.watts && power.watts < power.high && !power.source.is_empty());
        }
    }

    #[test]
    fn energy_is_power_times_time() {
        let energy = of("trn2").unwrap().energy(Picoseconds::from_us(2_000_000));
        assert_eq!((energy.low, energy.joules, energy.high), (800.0, 1000.0, 1200.0));
    }
}
