//! How days, numbers and levels are written in the report's languages.

use iec62443::{Fr, SecurityLevel, assessment::Ratio, catalogue::Language};
use jiff::civil::Date;

use crate::content::{Cell, Value};

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// `30 June 2026`, `30.06.2026`
pub(crate) fn day(language: Language, day: Date) -> String {
    match language {
        Language::En => {
            let month = usize::try_from(day.month() - 1)
                .ok()
                .and_then(|m| MONTHS.get(m))
                .copied()
                .unwrap_or_default();
            format!("{}\u{a0}{month}\u{a0}{}", day.day(), day.year())
        }
        Language::De => format!("{:02}.{:02}.{}", day.day(), day.month(), day.year()),
    }
}

/// A day in a table: `2026-06-30`, `30.06.2026`
pub(crate) fn short_day(language: Language, on: Date) -> String {
    match language {
        Language::En => on.to_string(),
        Language::De => day(language, on),
    }
}

/// `2026-06`, `06/2026`
pub(crate) fn month(language: Language, year: i16, month: i8) -> String {
    match language {
        Language::En => format!("{year}-{month:02}"),
        Language::De => format!("{month:02}/{year}"),
    }
}

/// A time in UTC: `2026-06-30 08:15`, `30.06.2026 08:15`
pub(crate) fn time(language: Language, at: jiff::Timestamp) -> String {
    let civil = jiff::tz::Offset::UTC.to_datetime(at);
    format!("{} {:02}:{:02}", short_day(language, civil.date()), civil.hour(), civil.minute())
}

/// A time in UTC: `30 June 2026, 08:15`, `30.06.2026, 08:15`
pub(crate) fn long_time(language: Language, at: jiff::Timestamp) -> String {
    let civil = jiff::tz::Offset::UTC.to_datetime(at);
    format!("{}, {:02}:{:02}", day(language, civil.date()), civil.hour(), civil.minute())
}

/// A whole number with its thousands parted: `12,345`, `12.345`
pub(crate) fn whole(language: Language, number: usize) -> String {
    let digits = number.to_string();
    if digits.len() < 5 {
        return digits;
    }
    let mark = match language {
        Language::En => ',',
        Language::De => '.',
    };
    let mut out = String::with_capacity(digits.len() + 4);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(mark);
        }
        out.push(digit);
    }
    out
}

/// A number with decimals: `3.5`, `3,5`
pub(crate) fn decimal(language: Language, number: f64, places: usize) -> String {
    let text = format!("{number:.places$}");
    match language {
        Language::En => text,
        Language::De => text.replace('.', ","),
    }
}

/// A share in per cent, rounded down so that 100 % means all: `66 %`
pub(crate) fn percent(ratio: Ratio) -> String {
    if ratio.of == 0 {
        return "–".to_owned();
    }
    format!("{}\u{a0}%", u64::from(ratio.count) * 100 / u64::from(ratio.of))
}

/// `3 / 9 (33 %)`, or the word for "no such findings"
pub(crate) fn ratio(ratio: Ratio, none: &str) -> Cell {
    let text = if ratio.of == 0 {
        none.to_owned()
    } else {
        format!("{}\u{a0}/\u{a0}{} ({})", ratio.count, ratio.of, percent(ratio))
    };
    Cell::text(text).with(Value::Share([ratio.count, ratio.of]))
}

/// A level, or a dash.
pub(crate) fn level(level: Option<SecurityLevel>) -> Cell {
    match level {
        Some(level) => Cell::text(level.to_string()).with(Value::Whole(i64::from(level.get()))),
        None => Cell::text("–"),
    }
}

/// `{2 2 0 2 2 2 1}`, never broken
pub(crate) fn vector(levels: impl IntoIterator<Item = Option<SecurityLevel>>) -> String {
    iec62443::level::vector_text(levels).replace(' ', "\u{a0}")
}

/// `FR 3 SI`
pub(crate) fn fr(fr: Fr) -> String {
    format!("FR\u{a0}{}\u{a0}{}", fr.number(), fr.code())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_numbers_follow_the_language() {
        let on = jiff::civil::date(2026, 6, 3);
        assert_eq!(day(Language::En, on), "3\u{a0}June\u{a0}2026");
        assert_eq!(day(Language::De, on), "03.06.2026");
        assert_eq!(short_day(Language::En, on), "2026-06-03");
        assert_eq!(whole(Language::En, 1_234_567), "1,234,567");
        assert_eq!(whole(Language::De, 12_345), "12.345");
        assert_eq!(whole(Language::De, 1234), "1234");
        assert_eq!(decimal(Language::De, 0.25, 2), "0,25");
        assert_eq!(percent(Ratio { count: 999, of: 1000 }), "99\u{a0}%");
    }
}
