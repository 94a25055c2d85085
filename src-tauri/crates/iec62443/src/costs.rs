//! What work costs, relative to other work. The plan looks for the cheapest way by these figures; no level depends on
//! them.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize, de};

/// An amount of work, exact to a hundredth; of days of one person, or whatever a plant reckons in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cost(u64);

/// The text is no cost.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no cost; one is a number from 0 to 100000 with at most two decimals, such as \"0.5\"")]
pub struct NotACost(pub String);

impl Cost {
    /// Nothing.
    pub const ZERO: Cost = Cost(0);
    /// Most that one figure may say.
    const MOST: u64 = 10_000_000;

    const fn hundredths(hundredths: u64) -> Cost {
        Cost(hundredths)
    }

    /// The amount in hundredths.
    pub fn in_hundredths(self) -> u64 {
        self.0
    }

    /// So many times the amount.
    #[must_use]
    pub fn times(self, times: usize) -> Cost {
        Cost(self.0.saturating_mul(u64::try_from(times).unwrap_or(u64::MAX)))
    }
}

impl std::ops::Add for Cost {
    type Output = Cost;
    fn add(self, other: Cost) -> Cost {
        Cost(self.0.saturating_add(other.0))
    }
}

impl std::iter::Sum for Cost {
    fn sum<I: Iterator<Item = Cost>>(costs: I) -> Cost {
        costs.fold(Cost::ZERO, |sum, cost| sum + cost)
    }
}

impl FromStr for Cost {
    type Err = NotACost;

    fn from_str(text: &str) -> Result<Cost, NotACost> {
        let wrong = || NotACost(text.chars().take(40).collect());
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
        let fraction = fraction.trim_end_matches('0');
        if whole.is_empty() || whole.len() > 6 || fraction.len() > 2 || !digits(whole) || !digits(fraction) {
            return Err(wrong());
        }
        let hundredths: u64 = format!("{whole}{fraction:0<2}").parse().map_err(|_| wrong())?;
        if hundredths > Cost::MOST { Err(wrong()) } else { Ok(Cost(hundredths)) }
    }
}

impl fmt::Display for Cost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.0 / 100, self.0 % 100) {
            (whole, 0) => write!(f, "{whole}"),
            (whole, part) if part % 10 == 0 => write!(f, "{whole}.{}", part / 10),
            (whole, part) => write!(f, "{whole}.{part:02}"),
        }
    }
}

/// As a decimal in quotes, like the shares of a profile.
impl Serialize for Cost {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Cost {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl de::Visitor<'_> for Text {
            type Value = Cost;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a cost such as \"0.5\"")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Cost, E> {
                text.parse().map_err(E::custom)
            }
            fn visit_u64<E: de::Error>(self, whole: u64) -> Result<Cost, E> {
                self.visit_str(&whole.to_string())
            }
            fn visit_f64<E: de::Error>(self, number: f64) -> Result<Cost, E> {
                self.visit_str(&number.to_string())
            }
        }
        deserializer.deserialize_any(Text)
    }
}

macro_rules! costs {
    ($($(#[$meta:meta])* $name:ident = $hundredths:literal),* $(,)?) => {
        /// What each kind of work costs: a fixed part for each action, and a part for each thing that it touches.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(default, deny_unknown_fields)]
        pub struct Costs {
            $($(#[$meta])* pub $name: Cost),*
        }

        impl Default for Costs {
            fn default() -> Costs {
                Costs { $($name: Cost::hundredths($hundredths)),* }
            }
        }

        impl Costs {
            /// Every figure with its name, in the order of documents.
            pub fn named(&self) -> Vec<(&'static str, Cost)> {
                vec![$((stringify!($name), self.$name)),*]
            }

            /// The figure with a name, to be set.
            pub fn named_mut(&mut self, name: &str) -> Option<&mut Cost> {
                match name {
                    $(stringify!($name) => Some(&mut self.$name),)*
                    _ => None,
                }
            }
        }
    };
}

costs! {
    /// To get, test and approve a vendor's update, once for all its assets.
    update = 200,
    /// To install it on an asset.
    update_asset = 100,
    /// What it costs besides that production stands still for an asset.
    stop = 400,
    /// To design a compensating control, once for what it covers in a zone.
    control = 600,
    /// To put it in place for an asset.
    control_asset = 50,
    /// To show that a control works.
    verify = 200,
    /// A triage session for a zone.
    triage = 50,
    /// To decide about a finding in it.
    triage_finding = 10,
    /// A round through a zone that finds out what is there.
    identify = 50,
    /// To find out vendor, product and version of an asset.
    identify_asset = 50,
    /// To go through the requirements of an FR with a zone's people.
    questionnaire = 100,
    /// To satisfy a requirement and show it.
    requirement = 100,
    /// To bring feeds or scans up to date.
    monitoring = 50,
}

impl Costs {
    /// Whether these are the figures that come with the program.
    pub fn are_default(&self) -> bool {
        *self == Costs::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn costs_are_exact_to_a_hundredth() {
        for (read, written) in
            [("2", "2"), ("0.5", "0.5"), ("1.25", "1.25"), ("0.10", "0.1"), ("3.00", "3"), ("0.05", "0.05")]
        {
            assert_eq!(read.parse::<Cost>().unwrap().to_string(), written);
        }
        for wrong in ["", "-1", ".5", "1e3", "0.125", "1000000", "0,5", "NaN"] {
            assert!(wrong.parse::<Cost>().is_err(), "{wrong}");
        }
        assert_eq!("0.1".parse::<Cost>().unwrap().times(3).to_string(), "0.3");
    }

    #[test]
    fn a_document_may_give_some_figures_as_texts_or_numbers() {
        let costs: Costs =
            serde_json::from_str(r#"{"stop": 8, "update_asset": "0.75", "triage": 0.5}"#).unwrap();
        assert_eq!(costs.stop.to_string(), "8");
        assert_eq!(costs.update_asset.to_string(), "0.75");
        assert_eq!(costs.control, Costs::default().control);
        assert!(serde_json::from_str::<Costs>(r#"{"stopp": 8}"#).is_err());
    }
}
