//! Times of day as the API, forms and the database write them: `17:30`, to the minute.
//! Use as `#[serde(with = "crate::time::hhmm")]`.

use jiff::civil::Time;
use serde::{Deserialize, Deserializer, Serializer};

/// Reads `HH:MM` (seconds only where they are `00`).
pub fn parse(text: &str) -> Option<Time> {
    let digits =
        |part: &str| (part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit())).then(|| part.parse::<i8>().ok());
    let mut parts = text.split(':');
    let hour = digits(parts.next()?)??;
    let minute = digits(parts.next()?)??;
    match (parts.next(), parts.next()) {
        (None | Some("00"), None) => Time::new(hour, minute, 0, 0).ok(),
        _ => None,
    }
}

/// Writes `HH:MM`.
pub fn format(time: Time) -> String {
    format!("{:02}:{:02}", time.hour(), time.minute())
}

pub fn serialize<S: Serializer>(time: &Time, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&format(*time))
}

pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Time, D::Error> {
    let text = String::deserialize(from)?;
    parse(&text).ok_or_else(|| serde::de::Error::custom("a time is written as hours and minutes, such as 17:30"))
}

/// The same for a time that may be absent: `#[serde(default, with = "crate::time::hhmm::option")]`.
pub mod option {
    use super::*;

    pub fn serialize<S: Serializer>(time: &Option<Time>, to: S) -> Result<S::Ok, S::Error> {
        match time {
            Some(time) => super::serialize(time, to),
            None => to.serialize_none(),
        }
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Time>, D::Error> {
        let Some(text) = Option::<String>::deserialize(from)? else { return Ok(None) };
        match parse(&text) {
            Some(time) => Ok(Some(time)),
            None => Err(serde::de::Error::custom("a time is written as hours and minutes, such as 17:30")),
        }
    }
}
