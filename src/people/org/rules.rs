//! What names, codes, countries and zones may look like. Pure.

use jiff::tz::TimeZone;

use crate::error::FieldErrors;
use crate::msg;
use crate::text::{line, tidy};

/// A name of 1 to 100 characters and a code of 1 to 10, tidied.
pub(super) fn name_and_code(name: &mut String, code: &mut String, errors: &mut FieldErrors) {
    for (field, text, most) in [("name", name, 100), ("code", code, 10)] {
        *text = line(errors, field, text, most);
    }
}

/// Two letters of ISO 3166, made capitals; may be empty.
pub(super) fn country(country: &mut String, errors: &mut FieldErrors) {
    *country = tidy(country).to_ascii_uppercase();
    let two_letters = country.len() == 2 && country.bytes().all(|byte| byte.is_ascii_uppercase());
    if !country.is_empty() && !two_letters {
        errors.add("country", "Use the two letters of the country, such as DE.");
    }
}

/// A zone of the IANA database, in its own spelling: "europe/berlin" becomes "Europe/Berlin".
pub(super) fn time_zone(name: &mut String, errors: &mut FieldErrors) {
    let known = TimeZone::get(&tidy(name)).ok().and_then(|zone| zone.iana_name().map(str::to_owned));
    match known {
        Some(known) => *name = known,
        None => errors.add("time_zone", "There is no such time zone. Write it like Europe/Berlin."),
    }
}

/// Free text of at most `most` characters; line ends stay.
pub(super) fn lines(text: &mut String, field: &'static str, most: usize, errors: &mut FieldErrors) {
    *text = text.lines().map(tidy).collect::<Vec<_>>().join("\n").trim().to_owned();
    let long = text.chars().count();
    if long > most {
        errors.add(field, msg!("At most {0} characters; this has {1}.", most, long));
    }
}
