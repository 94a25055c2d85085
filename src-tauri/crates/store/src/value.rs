//! Values as columns hold them: words, dates, moments, lists as JSON.

use iec62443::{Moment, SecurityLevel};
use jiff::civil::Date;
use serde::{
    Serialize,
    de::{DeserializeOwned, IntoDeserializer, value::Error as ValueError},
};

use crate::{Error, Result};

/// A value of an enumeration by its word.
pub(crate) fn word<T: DeserializeOwned>(what: &'static str, text: &str) -> Result<T> {
    T::deserialize(IntoDeserializer::<ValueError>::into_deserializer(text))
        .map_err(|_| unreadable(what, text))
}

pub(crate) fn moment(text: &str) -> Result<Moment> {
    Moment::parse(text).map_err(|_| unreadable("date or time", text))
}

pub(crate) fn date(text: &str) -> Result<Date> {
    text.parse().map_err(|_| unreadable("date", text))
}

pub(crate) fn optional_date(text: Option<String>) -> Result<Option<Date>> {
    text.as_deref().map(date).transpose()
}

pub(crate) fn optional_moment(text: Option<String>) -> Result<Option<Moment>> {
    text.as_deref().map(moment).transpose()
}

pub(crate) fn list<T: DeserializeOwned>(what: &'static str, text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|_| unreadable(what, text))
}

pub(crate) fn json<T: Serialize>(value: &T) -> String {
    // Lists of words and numbers always serialise.
    serde_json::to_string(value).unwrap_or_default()
}

pub(crate) fn vector(text: &str) -> Result<[SecurityLevel; 7]> {
    list("SL vector", text)
}

pub(crate) fn unreadable(what: &'static str, value: &str) -> Error {
    Error::Unreadable { what, value: value.chars().take(80).collect() }
}
