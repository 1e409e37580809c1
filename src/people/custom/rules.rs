//! What a field of HR's own may be, and what it may hold. Pure.

use jiff::civil::Date;

use super::{FieldFacts, Kind};
use crate::error::{FieldErrors, Msg};
use crate::text::{fold, line, tidy};
use crate::{msg, tr};

/// Characters of a text or a choice.
pub const LONGEST_VALUE: usize = 500;
const MOST_OPTIONS: usize = 100;
/// Digits before and behind the point: as much as any program keeps of a number without rounding.
const WHOLE_DIGITS: usize = 12;
const FRACTION_DIGITS: usize = 3;

/// Tidies a definition and says everything that is wrong with it.
pub fn check(facts: &mut FieldFacts) -> FieldErrors {
    let mut errors = FieldErrors::new();
    facts.code = tidy(&facts.code).to_ascii_lowercase();
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    let begins = facts.code.starts_with(|c: char| c.is_ascii_lowercase());
    if !begins || facts.code.len() > 40 || !facts.code.chars().all(plain) {
        errors.add("code", tr!("Use up to 40 small letters, digits and underscores, beginning with a letter."));
    }
    facts.label = line(&mut errors, "label", &facts.label, 100);
    facts.options = facts.options.iter().map(|option| tidy(option)).filter(|option| !option.is_empty()).collect();
    let mut keys: Vec<String> = facts.options.iter().map(|option| fold(option)).collect();
    keys.sort_unstable();
    let twice = keys.windows(2).any(|pair| pair[0] == pair[1]);
    let long = facts.options.iter().any(|option| option.chars().count() > 100);
    match (facts.kind, facts.options.len()) {
        (Kind::Choice, 0) => errors.add("options", tr!("Name what can be chosen, one a line.")),
        (Kind::Choice, many) if many > MOST_OPTIONS => {
            errors.add("options", msg!("At most {0} choices; these are {1}.", MOST_OPTIONS, many));
        }
        (Kind::Choice, _) if twice => errors.add("options", tr!("The same choice stands there twice.")),
        (Kind::Choice, _) if long => errors.add("options", tr!("A choice has at most 100 characters.")),
        (Kind::Choice, _) => {}
        // What is no choice has none; whoever changed the kind in the form leaves nothing behind.
        _ => facts.options.clear(),
    }
    if !(0..=9_999).contains(&facts.sort_order) {
        errors.add("sort_order", tr!("A place lies between 0 and 9999."));
    }
    errors
}

/// What somebody typed, in the form that is kept: texts tidy (line ends stay), numbers without needless zeros, dates
/// as 2026-03-01, a choice as its field spells it. `None` where nothing was typed. What was `held` before may stay,
/// although it is no choice any more.
///
/// # Errors
/// What to say to the one who typed it.
pub fn read(facts: &FieldFacts, text: &str, held: Option<&str>) -> Result<Option<String>, Msg> {
    let lines = text.lines().map(tidy).collect::<Vec<_>>().join("\n").trim().to_owned();
    if lines.is_empty() {
        return Ok(None);
    }
    let value = match facts.kind {
        Kind::Text => match lines.chars().count() {
            long if long > LONGEST_VALUE => {
                return Err(msg!("At most {0} characters; this has {1}.", LONGEST_VALUE, long));
            }
            _ => lines,
        },
        Kind::Number => number(&lines).ok_or_else(|| {
            msg!(
                "This is no number: write it like 1250 or 0.5, with at most {0} and {1} digits.",
                WHOLE_DIGITS,
                FRACTION_DIGITS
            )
        })?,
        Kind::Date => date(&lines)
            .map(|date| date.to_string())
            .ok_or_else(|| msg!("This is no date: write it like 2026-03-01."))?,
        Kind::Choice => {
            let key = fold(&lines);
            let found = facts.options.iter().find(|option| fold(option) == key);
            match found {
                Some(option) => option.clone(),
                None if held == Some(&lines) => lines,
                None => return Err(msg!("“{0}” is not one of {1}.", lines, facts.options.join(", "))),
            }
        }
    };
    Ok(Some(value))
}

/// The same number has one spelling: "01,50" is "1.5".
fn number(text: &str) -> Option<String> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    let (whole, fraction) = digits.split_once(['.', ',']).unwrap_or((digits, ""));
    let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let (whole_bare, fraction) = (whole.trim_start_matches('0'), fraction.trim_end_matches('0'));
    let short = whole_bare.len() <= WHOLE_DIGITS && fraction.len() <= FRACTION_DIGITS;
    if whole.is_empty() || !plain(whole) || !plain(fraction) || !short {
        return None;
    }
    let whole = if whole_bare.is_empty() { "0" } else { whole_bare };
    let sign = if whole == "0" && fraction.is_empty() { "" } else { sign };
    Some(if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") })
}

/// `2026-03-01`, or `1.3.2026` as German spreadsheets have it.
fn date(text: &str) -> Option<Date> {
    let (year, month, day) = if text.contains('.') {
        let mut parts = text.splitn(3, '.');
        let (day, month, year) = (parts.next()?, parts.next()?, parts.next()?);
        (year, month, day)
    } else {
        let mut parts = text.splitn(3, '-');
        (parts.next()?, parts.next()?, parts.next()?)
    };
    let small = |part: &str| part.parse::<i8>().ok().filter(|_| (1..=2).contains(&part.len()));
    let year = year.parse::<i16>().ok().filter(|year| (1900..=2199).contains(year))?;
    Date::new(year, small(month)?, small(day)?).ok()
}
