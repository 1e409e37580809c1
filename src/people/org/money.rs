//! Amounts of money as people write them and as books keep them: in the currency's smallest unit. Pure.

use crate::error::{FieldErrors, Msg};
use crate::text::tidy;
use crate::{msg, tr};

/// Currencies whose smallest unit is not a hundredth, and its digits (ISO 4217).
const DIGITS: [(&str, usize); 25] = [
    ("BHD", 3),
    ("BIF", 0),
    ("CLF", 4),
    ("CLP", 0),
    ("DJF", 0),
    ("GNF", 0),
    ("IQD", 3),
    ("ISK", 0),
    ("JOD", 3),
    ("JPY", 0),
    ("KMF", 0),
    ("KRW", 0),
    ("KWD", 3),
    ("LYD", 3),
    ("OMR", 3),
    ("PYG", 0),
    ("RWF", 0),
    ("TND", 3),
    ("UGX", 0),
    ("UYW", 4),
    ("VND", 0),
    ("VUV", 0),
    ("XAF", 0),
    ("XOF", 0),
    ("XPF", 0),
];

/// Beyond this an amount is a slip of the pen: a trillion euros, in cents.
const MOST: i64 = 100_000_000_000_000;

fn digits(currency: &str) -> usize {
    DIGITS.iter().find(|(code, _)| *code == currency).map_or(2, |(_, digits)| *digits)
}

/// An amount and its currency: both or neither. The currency is made capitals.
pub(super) fn check(minor: Option<i64>, currency: &mut String, errors: &mut FieldErrors) {
    *currency = tidy(currency).to_ascii_uppercase();
    let code = currency.len() == 3 && currency.bytes().all(|byte| byte.is_ascii_uppercase());
    match (minor, currency.is_empty()) {
        (None, true) => {}
        (None, false) => errors.add("budget_minor", tr!("A currency needs an amount.")),
        (Some(_), true) => errors.add("currency", tr!("An amount needs its currency.")),
        (Some(_), false) if !code => errors.add("currency", tr!("Use the three letters of the currency, such as EUR.")),
        (Some(minor), false) if !(0..=MOST).contains(&minor) => {
            errors.add("budget_minor", tr!("An amount lies between nothing and a trillion."));
        }
        _ => {}
    }
}

/// What somebody typed: "120000", "120,000.50", "120.000,50", "120 000". The last point or comma parts the fraction
/// where one or two digits follow it, or as many as the currency has; every other mark only groups. `None` where
/// nothing was typed.
///
/// # Errors
/// What to say to the one who typed it.
pub(super) fn read(text: &str, currency: &str) -> Result<Option<i64>, Msg> {
    let text = tidy(text);
    if text.is_empty() {
        return Ok(None);
    }
    let digits = digits(&tidy(currency).to_ascii_uppercase());
    let unread = || msg!("This is no amount: write it like 120000 or 120,000.50.");
    let marks = |c: char| matches!(c, '.' | ',');
    let (whole, fraction) = match text.rfind(marks) {
        Some(at) => {
            let (before, behind) = (&text[..at], &text[at + 1..]);
            let parts = match behind.len() {
                1 | 2 => true,
                // Three digits behind a mark are thousands, but for a currency of three digits behind a point, or
                // behind a comma after points.
                3 => digits == 3 && (text[at..].starts_with('.') || before.contains('.')),
                long => long == digits,
            };
            if parts { (before, behind) } else { (text.as_str(), "") }
        }
        None => (text.as_str(), ""),
    };
    if fraction.len() > digits {
        return Err(msg!("{0} has {1} digits behind the point.", currency, digits));
    }
    let whole: String = whole.chars().filter(|c| !matches!(c, '.' | ',' | ' ' | '\'' | '’')).collect();
    let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if text.ends_with(marks) || whole.is_empty() || !plain(&whole) || !plain(fraction) {
        return Err(unread());
    }
    let padded = format!("{whole}{fraction:0<digits$}");
    padded.parse().map(Some).map_err(|_| unread())
}

/// The amount as a form has it: "120000.50".
pub(super) fn plain(minor: i64, currency: &str) -> String {
    let digits = digits(currency);
    let text = format!("{minor:0>width$}", width = digits + 1);
    let (whole, fraction) = text.split_at(text.len() - digits);
    if fraction.is_empty() { whole.to_owned() } else { format!("{whole}.{fraction}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_as_people_write_them() {
        for (text, currency, minor) in [
            ("120000", "EUR", 12_000_000),
            ("120,000.50", "EUR", 12_000_050),
            ("120.000,5", "eur", 12_000_050),
            ("120 000", "EUR", 12_000_000),
            ("120.000", "EUR", 12_000_000),
            ("1'200.05", "CHF", 120_005),
            ("5000", "JPY", 5_000),
            ("5,000", "JPY", 5_000),
            ("1,200.125", "KWD", 1_200_125),
            ("0", "EUR", 0),
        ] {
            assert_eq!(read(text, currency), Ok(Some(minor)), "{text} {currency}");
            assert_eq!(read(&plain(minor, &currency.to_uppercase()), currency), Ok(Some(minor)), "{text} shown again");
        }
        assert_eq!(read(" ", "EUR"), Ok(None));
        for text in ["lots", "-5", "1.5.", "12€"] {
            assert!(read(text, "EUR").is_err(), "{text}");
        }
        assert!(read("5.5", "JPY").is_err());
    }

    #[test]
    fn an_amount_and_its_currency_come_together() {
        for (minor, currency, wrong) in [
            (None, "", None),
            (Some(1), "eur", None),
            (None, "EUR", Some("budget_minor")),
            (Some(1), "", Some("currency")),
            (Some(1), "EURO", Some("currency")),
            (Some(-1), "EUR", Some("budget_minor")),
            (Some(MOST + 1), "EUR", Some("budget_minor")),
        ] {
            let mut errors = FieldErrors::new();
            check(minor, &mut currency.to_owned(), &mut errors);
            assert_eq!(errors.0.first().map(|(field, _)| field.as_ref()), wrong, "{minor:?} {currency}");
        }
    }
}
