//! Dollars: what a run costs on the instances of a chip.
//!
//! The rates are data (`prices.toml`, beside this file), each with its date and source. A chip without a public
//! price has no cost here rather than a guessed one.

use crate::units::Picoseconds;
use serde::Deserialize;
use std::sync::LazyLock;

/// One published rate.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Price {
    /// `trn2.3xlarge`
    pub instance: String,
    /// Name of the chip's [`Spec`](crate::spec::Spec).
    pub chip: String,
    /// Chips of the instance.
    pub chips: u32,
    /// `on-demand`, `capacity-block` or `custom`.
    pub offering: String,
    /// AWS region the rate is from.
    pub region: String,
    /// For the whole instance.
    pub usd_per_hour: f64,
    /// Date of the rate, `YYYY-MM-DD`.
    pub as_of: String,
    /// Who says so.
    pub source: String,
}

#[derive(Deserialize)]
struct Prices {
    price: Vec<Price>,
}

static PRICES: LazyLock<Vec<Price>> =
    LazyLock::new(|| read(include_str!("prices.toml")).expect("prices.toml is part of this crate and a test reads it"));

/// Reads prices in the format of `prices.toml`, for a user's own rates.
pub fn read(text: &str) -> Result<Vec<Price>, toml::de::Error> {
    toml::from_str::<Prices>(text).map(|prices| prices.price)
}

/// All known rates.
pub fn all() -> &'static [Price] {
    &PRICES
}

/// The lowest known rate per chip, which is what the one-line estimate uses; none where there is no public price.
pub fn cheapest(chip: &str) -> Option<&'static Price> {
    let of_chip = PRICES.iter().filter(|price| price.chip == chip);
    of_chip.min_by(|a, b| a.usd_per_chip_hour().total_cmp(&b.usd_per_chip_hour()))
}

impl Price {
    /// The rate of one chip.
    pub fn usd_per_chip_hour(&self) -> f64 {
        self.usd_per_hour / f64::from(self.chips)
    }

    /// What one chip costs for so long.
    pub fn cost(&self, time: Picoseconds) -> f64 {
        self.usd_per_chip_hour() * time.as_seconds() / 3600.0
    }

    /// Days from the rate's date to `today` (both `YYYY-MM-DD`); none where either is no date.
    pub fn age_in_days(&self, today: &str) -> Option<i64> {
        Some(day_number(today)? - day_number(&self.as_of)?)
    }

    /// Rates older than this many days are reported as stale.
    pub const STALE_AFTER_DAYS: i64 = 90;
}

/// Days since 1970-01-01 in the Gregorian calendar.
fn day_number(date: &str) -> Option<i64> {
    let mut parts = date.split('-').map(|part| part.parse::<i64>().ok());
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    if parts.next().is_some() || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    // Years start in March, so that the leap day is a year's last.
    let year = if month <= 2 { year - 1 } else { year };
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    Some(year * 365 + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + day_of_year - 719_468)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::Spec;

    #[test]
    fn every_rate_is_for_a_chip_we_model_and_says_when_and_where_it_is_from() {
        assert!(!all().is_empty());
        for price in all() {
            assert!(Spec::named(&price.chip).is_some(), "{}", price.chip);
            assert!(price.usd_per_hour > 0.0 && price.chips > 0 && !price.source.is_empty());
            assert_eq!(price.age_in_days(&price.as_of), Some(0), "{}", price.as_of);
        }
    }

    #[test]
    fn a_chip_without_a_public_price_has_no_cost() {
        assert_eq!(cheapest("trn3"), None);
        let trn2 = cheapest("trn2").unwrap();
        assert!((trn2.cost(Picoseconds::from_us(3_600_000_000)) - 2.235).abs() < 1e-3);
    }

    #[test]
    fn age_counts_days_across_months_and_leap_years() {
        assert_eq!(day_number("1970-01-01"), Some(0));
        assert_eq!(day_number("2000-03-01").unwrap() - day_number("2000-02-28").unwrap(), 2);
        assert_eq!(day_number("2026-09-01").unwrap() - day_number("2026-07-22").unwrap(), 41);
        assert_eq!(day_number("tomorrow"), None);
    }
}
