//! What a person's record may look like, decided without the database: lengths, dates, addresses.

use jiff::civil::{Date, date};

use super::model::Facts;
use crate::error::FieldErrors;
use crate::msg;
use crate::text::{EmailAddress, tidy};

/// No employment in these books begins earlier or later: a year of two or five digits is a slip of the pen.
const YEARS: (Date, Date) = (date(1900, 1, 1), date(2199, 12, 31));

/// Tidies what was typed and says everything that is wrong with it, field by field.
pub fn check(facts: &mut Facts) -> FieldErrors {
    let mut errors = FieldErrors::new();
    let mut line = |text: &mut String, field: &'static str, most: usize, required: bool| {
        *text = tidy(text);
        let length = text.chars().count();
        if required && length == 0 {
            errors.add(field, "Please fill this in.");
        } else if length > most {
            errors.add(field, msg!("At most {0} characters; this has {1}.", most, length));
        }
    };
    line(&mut facts.number, "number", 20, true);
    line(&mut facts.first_name, "first_name", 100, true);
    line(&mut facts.last_name, "last_name", 100, true);
    line(&mut facts.phone, "phone", 40, false);
    line(&mut facts.position, "position", 100, false);
    match facts.email.parse::<EmailAddress>() {
        Ok(address) => facts.email = address.as_str().to_owned(),
        Err(why) => errors.add("email", why),
    }
    if !(YEARS.0..=YEARS.1).contains(&facts.join_date) {
        errors.add("join_date", msg!("The first day lies between {0} and {1}.", YEARS.0, YEARS.1));
    }
    match facts.leave_date {
        Some(last) if last < facts.join_date => {
            errors.add("leave_date", msg!("The last day cannot come before the first, {0}.", facts.join_date));
        }
        Some(last) if last > YEARS.1 => errors.add("leave_date", msg!("The last day lies before {0}.", YEARS.1)),
        _ => {}
    }
    match facts.probation_end {
        Some(end) if end < facts.join_date => {
            errors.add("probation_end", msg!("The probation cannot end before the first day, {0}.", facts.join_date));
        }
        Some(end) if facts.leave_date.is_some_and(|last| end > last) => {
            let last = facts.leave_date.unwrap_or(end);
            errors.add("probation_end", msg!("The probation cannot end after the last day, {0}.", last));
        }
        Some(end) if end > YEARS.1 => errors.add("probation_end", msg!("The probation ends before {0}.", YEARS.1)),
        _ => {}
    }
    errors
}

/// A change counts from a day within the employment on.
pub fn check_effective(on: Date, facts: &Facts, errors: &mut FieldErrors) {
    if on < facts.join_date {
        errors.add("effective_on", msg!("That is before the first day, {0}.", facts.join_date));
    } else if let Some(last) = facts.leave_date.filter(|last| on > *last) {
        errors.add("effective_on", msg!("That is after the last day, {0}.", last));
    } else if on > YEARS.1 {
        errors.add("effective_on", msg!("A change counts from a day before {0} on.", YEARS.1));
    }
}

/// The number after the highest of those made of digits alone, as wide as that one: "0043" after "0042"; "1" where
/// there is none. One that could not be followed by another of 20 digits does not count.
pub fn number_after<'a>(numbers: impl Iterator<Item = &'a str>) -> String {
    let plain = |number: &'a str| number.trim_start_matches('0');
    let digits = numbers.filter(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()));
    let followed = digits.filter(|number| number.len() < 20 || number.bytes().any(|byte| byte != b'9'));
    let highest = followed.max_by_key(|number| (plain(number).len(), plain(number)));
    highest.map_or_else(|| "1".to_owned(), counted_on)
}

/// One more, figure by figure: numbers may be longer than any integer.
fn counted_on(number: &str) -> String {
    let mut figures = number.as_bytes().to_vec();
    for figure in figures.iter_mut().rev() {
        if *figure == b'9' {
            *figure = b'0';
        } else {
            *figure += 1;
            return String::from_utf8(figures).unwrap_or_default();
        }
    }
    format!("1{}", "0".repeat(number.len()))
}
