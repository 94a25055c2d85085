//! Points in time as evidence documents write them: a UTC date (its end) or an RFC 3339 time.

use std::fmt;

use jiff::{Timestamp, ToSpan, civil::Date, tz::Offset};
use serde::{Deserialize, Serialize, de};

/// A point in time. A date means the end of that day in UTC (scoring.md section 1); order is by instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment {
    at: Timestamp,
    /// Kept so that a document is written as it was read.
    whole_day: bool,
}

/// Neither a date nor a time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is neither a date such as 2026-06-30 nor a time such as 2026-06-30T08:15:00Z")]
pub struct NotAMoment(pub String);

impl Moment {
    /// The end of a day.
    pub fn end_of(day: Date) -> Moment {
        let last = day.at(23, 59, 59, 999_999_999);
        // Only the very last hours of year 9999 lie beyond what a timestamp holds.
        let at = Offset::UTC.to_timestamp(last).unwrap_or(Timestamp::MAX);
        Moment { at, whole_day: true }
    }

    /// An instant.
    pub fn at(at: Timestamp) -> Moment {
        Moment { at, whole_day: false }
    }

    /// The instant.
    pub fn timestamp(self) -> Timestamp {
        self.at
    }

    /// The UTC day it falls on.
    pub fn day(self) -> Date {
        Offset::UTC.to_datetime(self.at).date()
    }

    /// The same time of day some days later (or earlier).
    #[must_use]
    pub fn shifted_by_days(self, days: i64) -> Moment {
        let at = self.at.saturating_add((days * 24).hours()).unwrap_or(self.at);
        Moment { at, ..self }
    }

    /// Reads a date or a time.
    ///
    /// # Errors
    /// [`NotAMoment`] for anything else, such as a day that does not exist.
    pub fn parse(text: &str) -> Result<Moment, NotAMoment> {
        let wrong = || NotAMoment(text.chars().take(40).collect());
        if text.len() <= 10 {
            text.parse::<Date>().map(Moment::end_of).map_err(|_| wrong())
        } else {
            text.parse::<Timestamp>().map(Moment::at).map_err(|_| wrong())
        }
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.whole_day { self.day().fmt(f) } else { self.at.fmt(f) }
    }
}

impl Serialize for Moment {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl de::Visitor<'_> for Text {
            type Value = Moment;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a date such as 2026-06-30 or a time such as 2026-06-30T08:15:00Z")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Moment, E> {
                Moment::parse(text).map_err(E::custom)
            }
        }
        deserializer.deserialize_str(Text)
    }
}

/// Whole days from one day to another; negative when `to` is earlier.
pub fn days_between(from: Date, to: Date) -> i64 {
    from.duration_until(to).as_hours() / 24
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_the_end_of_its_day() {
        let day = Moment::parse("2026-06-30").unwrap();
        assert!(day > Moment::parse("2026-06-30T23:59:59Z").unwrap());
        assert!(day < Moment::parse("2026-07-01T00:00:00Z").unwrap());
        assert_eq!(day.to_string(), "2026-06-30");
        assert_eq!(Moment::parse("2026-06-30T23:30:00-02:00").unwrap().day().to_string(), "2026-07-01");
    }

    #[test]
    fn refuses_days_that_do_not_exist() {
        for wrong in
            ["", "yesterday", "2026-02-30", "0000-00-00", "31.12.2026", "2026-06-30T25:00:00Z", "1e309"]
        {
            assert!(Moment::parse(wrong).is_err(), "{wrong}");
        }
        assert!(Moment::parse("9999-12-31").is_ok());
    }

    #[test]
    fn days_count_across_months_and_leap_years() {
        let d = |s: &str| s.parse::<Date>().unwrap();
        assert_eq!(days_between(d("2024-02-28"), d("2024-03-01")), 2);
        assert_eq!(days_between(d("2026-03-01"), d("2026-02-27")), -2);
    }
}
