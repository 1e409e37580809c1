//! The text of one cell: made harmless on the way out, understood on the way in. Pure functions.

use std::borrow::Cow;

use jiff::civil::{Date, Time};

/// Spreadsheet programs run a cell that begins so as a formula (OWASP, “CSV Injection”).
const STARTERS: [char; 7] = ['=', '+', '-', '@', '\t', '\r', '\n'];

/// The text as it may stand in a CSV file: an apostrophe before what a spreadsheet would run, and before what
/// [`as_typed`] would otherwise take an apostrophe from. Plain numbers stay numbers (`-5`, `+1.25`).
///
/// Where a semicolon parts columns, quotes in the middle of a line part nothing: so what stands behind a semicolon is
/// looked at as if it were a cell of its own.
pub(super) fn harmless(text: &str) -> Cow<'_, str> {
    if !text.contains(';') {
        return harmless_cell(text);
    }
    let pieces: Vec<_> = text.split(';').map(harmless_cell).collect();
    Cow::Owned(pieces.join(";"))
}

fn harmless_cell(text: &str) -> Cow<'_, str> {
    let would_run = text.starts_with(STARTERS) && !is_number(text);
    let would_change = typed_cell(text) != text;
    if would_run || would_change { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

/// The text as somebody typed it: takes back what [`harmless`] added, so that our own exports come in unchanged.
pub(super) fn as_typed(text: &str) -> Cow<'_, str> {
    if !text.contains(';') {
        return Cow::Borrowed(typed_cell(text));
    }
    let pieces: Vec<_> = text.split(';').map(typed_cell).collect();
    Cow::Owned(pieces.join(";"))
}

fn typed_cell(text: &str) -> &str {
    match text.strip_prefix('\'') {
        Some(rest) if rest.trim_start_matches('\'').starts_with(STARTERS) => rest,
        _ => text,
    }
}

/// Sign, digits, at most one decimal point or comma.
fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let points = digits.bytes().filter(|byte| matches!(byte, b'.' | b',')).count();
    points <= 1
        && digits.starts_with(|c: char| c.is_ascii_digit())
        && digits.ends_with(|c: char| c.is_ascii_digit())
        && digits.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b','))
}

/// `2026-03-01` or `1.3.2026`.
pub(super) fn date(text: &str) -> Option<Date> {
    let number = |part: &str, most: usize| {
        let plain = !part.is_empty() && part.len() <= most && part.bytes().all(|byte| byte.is_ascii_digit());
        if plain { part.parse::<i16>().ok() } else { None }
    };
    let (year, month, day) = if text.contains('-') {
        let mut parts = text.splitn(3, '-');
        (parts.next()?, parts.next()?, parts.next()?)
    } else {
        let mut parts = text.splitn(3, '.');
        let (day, month, year) = (parts.next()?, parts.next()?, parts.next()?);
        (year, month, day)
    };
    if year.len() != 4 {
        return None;
    }
    let small = |part: &str| number(part, 2).and_then(|n| i8::try_from(n).ok());
    Date::new(number(year, 4)?, small(month)?, small(day)?).ok()
}

/// `17:30`, `7:05`, `17:30:00`; seconds other than 00 are refused.
pub(super) fn time(text: &str) -> Option<Time> {
    let mut parts = text.splitn(3, ':');
    let mut small = || {
        let part = parts.next()?;
        if part.is_empty() || part.len() > 2 || !part.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        part.parse::<i8>().ok()
    };
    let (hour, minute) = (small()?, small()?);
    match parts.next() {
        None | Some("00") => Time::new(hour, minute, 0, 0).ok(),
        Some(_) => None,
    }
}

pub(super) fn yes_no(text: &str) -> Option<bool> {
    match text.to_lowercase().as_str() {
        "yes" | "y" | "true" | "1" | "x" | "ja" | "j" => Some(true),
        "no" | "n" | "false" | "0" | "nein" => Some(false),
        _ => None,
    }
}
