//! Parts of a page that need arithmetic: strips of days, pagers, the year on the sign-in page, small charts. Each is
//! a struct that a page holds ready and its template shows with `{{ strip|safe }}`; its markup stands in
//! `templates/parts/`. What needs no arithmetic is a macro there.

mod chart;
mod pager;
mod strip;
#[cfg(test)]
mod tests;
mod year;

pub use chart::{Column, Columns, Meter};
pub use pager::Pager;
pub use strip::{Balance, Strip};
pub use year::Year;

/// Hues of leave types (product: a type picks one of the eight). Anything else is shown as "away".
pub const HUES: [&str; 8] = ["vac", "toil", "trip", "par", "unp", "home", "pers", "away"];

/// The class of a hue; a stored name that is none of the eight is "away".
pub fn hue(name: &str) -> &'static str {
    HUES.into_iter().find(|hue| *hue == name).unwrap_or("away")
}

/// The first letters of the first and the last word of a name, as capitals: "Siobhán Ní Dhomhnaill" is "SD".
/// Particles ("von", "van der") stay small in names and are passed over with the rest between.
pub fn initials(name: &str) -> String {
    let words: Vec<&str> = name.split_whitespace().collect();
    let first_letter = |word: &&str| word.chars().find(|c| c.is_alphanumeric());
    let mut letters: Vec<char> = words.first().and_then(first_letter).into_iter().collect();
    if words.len() > 1 {
        letters.extend(words.last().and_then(first_letter));
    }
    letters.iter().flat_map(|c| c.to_uppercase()).collect()
}

/// A length along a drawing in per cent, to two places.
pub(crate) fn per_cent(part: i64, of: i64) -> String {
    let of = of.max(1);
    let hundredths = (i128::from(part.clamp(0, of)) * 10_000 / i128::from(of)).unsigned_abs();
    format!("{}.{:02}%", hundredths / 100, hundredths % 100)
}

/// One line of a history, ready to show; the macro `ui::timeline` takes a list of them.
#[derive(Clone, Debug, Default)]
pub struct Event {
    pub icon: &'static str,
    /// Who did it: "You", a name, or empty.
    pub who: String,
    /// What they did, as the rest of the sentence: "sent it".
    pub what: String,
    /// "Mon 30 Nov, 9:12"
    pub when: String,
    /// Their own words, without quotes.
    pub say: String,
}
