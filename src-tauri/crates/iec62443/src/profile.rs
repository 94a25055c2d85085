//! Profiles: the thresholds of the method (scoring.md section 7).

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize, de};

use crate::{costs::Costs, level::SecurityLevel};

/// A share from 0 to 1, kept as the decimal it was written as, so that comparing is exact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    numerator: u64,
    decimals: u8,
}

/// The text is not a share.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a share; one is a decimal from 0 to 1 in quotes, such as \"0.25\"")]
pub struct NotAShare(pub String);

impl Share {
    const fn hundredths(numerator: u64) -> Share {
        Share { numerator, decimals: 2 }.shortest()
    }

    /// The same share with as few decimals as it needs, so that equal shares are equal.
    const fn shortest(mut self) -> Share {
        while self.decimals > 0 && self.numerator.is_multiple_of(10) {
            self.numerator /= 10;
            self.decimals -= 1;
        }
        self
    }

    fn scale(self) -> u128 {
        10u128.pow(u32::from(self.decimals))
    }

    /// `count / of ≥ self`; true when `of` is 0, since nothing is missing then.
    pub fn is_reached_by(self, count: u32, of: u32) -> bool {
        u128::from(count) * self.scale() >= u128::from(self.numerator) * u128::from(of)
    }

    /// `count / of ≤ self`; true when `of` is 0.
    pub fn is_kept_by(self, count: u32, of: u32) -> bool {
        u128::from(count) * self.scale() <= u128::from(self.numerator) * u128::from(of)
    }
}

impl FromStr for Share {
    type Err = NotAShare;

    fn from_str(text: &str) -> Result<Share, NotAShare> {
        let wrong = || NotAShare(text.chars().take(40).collect());
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty() || whole.len() > 2 || fraction.len() > 15 || !digits(whole) || !digits(fraction) {
            return Err(wrong());
        }
        let numerator = format!("{whole}{fraction}").parse().map_err(|_| wrong())?;
        let share = Share { numerator, decimals: fraction.len() as u8 }.shortest();
        if u128::from(share.numerator) > share.scale() { Err(wrong()) } else { Ok(share) }
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scale = self.scale() as u64;
        write!(f, "{}", self.numerator / scale)?;
        let rest = self.numerator % scale;
        if rest == 0 {
            return Ok(());
        }
        let digits = format!("{rest:0width$}", width = usize::from(self.decimals));
        write!(f, ".{}", digits.trim_end_matches('0'))
    }
}

impl Serialize for Share {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Share {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

/// Thresholds for levels 1 to 4, in that order.
pub type Steps<T> = [T; 4];

/// A whole profile: every threshold of the method.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Profile {
    /// Name and version, such as `default/1`; says so when thresholds were changed.
    pub name: String,
    /// Share of assets with an open medium finding, at most.
    pub medium_density: Steps<Share>,
    /// Share of fixable findings that are remediated, at least.
    pub patching: Steps<Share>,
    /// Share of unfixable findings that a control covers, at least.
    pub compensation: Steps<Share>,
    /// Share of findings triaged, at least.
    pub triage: Steps<Share>,
    /// Share of assets identified, at least.
    pub identified: Steps<Share>,
    /// Age of the newest feed or scan in days, at most.
    pub freshness_days: Steps<u32>,
    /// Days a fix may be known before it counts as missing.
    pub patch_grace_days: u32,
    /// Days a finding may be known before it must be triaged.
    pub triage_grace_days: u32,
    /// Highest level that evidence alone may reach.
    pub evidence_only_cap: SecurityLevel,
    /// What work costs; only the plan looks at it.
    #[serde(skip_serializing_if = "Costs::are_default")]
    pub costs: Costs,
}

impl Default for Profile {
    /// `default/1`
    fn default() -> Profile {
        let shares = |s: [u64; 4]| s.map(Share::hundredths);
        Profile {
            name: "default/1".to_owned(),
            medium_density: shares([25, 10, 5, 0]),
            patching: shares([50, 75, 90, 100]),
            compensation: shares([25, 60, 90, 100]),
            triage: shares([50, 80, 95, 100]),
            identified: shares([50, 75, 90, 100]),
            freshness_days: [90, 60, 30, 14],
            patch_grace_days: 30,
            triage_grace_days: 14,
            evidence_only_cap: SecurityLevel::new(2).unwrap_or(SecurityLevel::ZERO),
            costs: Costs::default(),
        }
    }
}

/// The keys of a profile that a document overrides. A key that does not exist is an error, so that a
/// slip of the pen never leaves a threshold at its default unnoticed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Overrides {
    /// Name of the profile, where it has one of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// See [`Profile::medium_density`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub medium_density: Option<Steps<Share>>,
    /// See [`Profile::patching`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patching: Option<Steps<Share>>,
    /// See [`Profile::compensation`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compensation: Option<Steps<Share>>,
    /// See [`Profile::triage`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub triage: Option<Steps<Share>>,
    /// See [`Profile::identified`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identified: Option<Steps<Share>>,
    /// See [`Profile::freshness_days`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub freshness_days: Option<Steps<u32>>,
    /// See [`Profile::patch_grace_days`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patch_grace_days: Option<u32>,
    /// See [`Profile::triage_grace_days`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub triage_grace_days: Option<u32>,
    /// See [`Profile::evidence_only_cap`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence_only_cap: Option<SecurityLevel>,
    /// See [`Profile::costs`]; figures that are not named keep their defaults.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub costs: Option<Costs>,
}

impl Profile {
    /// The default profile with some keys overridden; its name says that it was.
    pub fn with(overrides: &Overrides) -> Profile {
        let mut profile = Profile::default();
        macro_rules! take {
            ($($key:ident),*) => { $(if let Some(value) = overrides.$key { profile.$key = value; })* };
        }
        take!(medium_density, patching, compensation, triage, identified, freshness_days);
        take!(patch_grace_days, triage_grace_days, evidence_only_cap, costs);
        if let Some(name) = &overrides.name {
            profile.name.clone_from(name);
        } else if profile != Profile::default() {
            profile.name = "default/1 with changes".to_owned();
        }
        profile
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_compare_exactly() {
        let third: Share = "0.333333333333333".parse().unwrap();
        assert!(third.is_reached_by(1, 3));
        assert!(!"0.3333333333333334".parse::<Share>().is_ok_and(|s| s.is_reached_by(1, 3)));
        let tenth: Share = "0.1".parse().unwrap();
        assert!(tenth.is_reached_by(3, 30) && tenth.is_kept_by(3, 30));
        assert!(tenth.is_reached_by(0, 0) && tenth.is_kept_by(0, 0));
        assert!("1".parse::<Share>().unwrap().is_reached_by(u32::MAX, u32::MAX));
    }

    #[test]
    fn shares_are_written_as_short_as_they_are() {
        for (read, written) in [("0.250", "0.25"), ("1.00", "1"), ("0", "0"), ("0.05", "0.05")] {
            assert_eq!(read.parse::<Share>().unwrap().to_string(), written);
            assert_eq!(read.parse::<Share>().unwrap(), written.parse::<Share>().unwrap());
        }
        for wrong in ["", ".5", "1.1", "-0.1", "1e-1", "0,5", "NaN", "0.25 "] {
            assert!(wrong.parse::<Share>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn an_unknown_key_is_an_error() {
        assert!(serde_json::from_str::<Overrides>(r#"{"patchin":["0.1","0.2","0.3","0.4"]}"#).is_err());
        let changed: Overrides = serde_json::from_str(r#"{"evidence_only_cap":3}"#).unwrap();
        assert_eq!(Profile::with(&changed).name, "default/1 with changes");
        assert_eq!(Profile::with(&Overrides::default()), Profile::default());
    }
}
