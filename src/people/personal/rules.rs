//! What private data may look like: lengths, addresses, a birthday that has been, bank details whose check digits hold.

use jiff::civil::{Date, date};

use super::model::Personal;
use crate::error::FieldErrors;
use crate::msg;
use crate::text::{EmailAddress, tidy};

/// Nobody who works was born before.
const OLDEST: Date = date(1900, 1, 1);

/// Tidies what was typed and says everything that is wrong with it, field by field.
pub fn check(personal: &mut Personal, today: Date) -> FieldErrors {
    let mut errors = FieldErrors::new();
    let mut line = |text: &mut String, field: &'static str, most: usize| {
        *text = tidy(text);
        too_long(text, field, most, &mut errors);
    };
    line(&mut personal.sensitive.legal_name, "legal_name", 200);
    line(&mut personal.sensitive.account_holder, "account_holder", 200);
    line(&mut personal.private_phone, "private_phone", 40);
    line(&mut personal.emergency_name, "emergency_name", 200);
    line(&mut personal.emergency_relation, "emergency_relation", 100);
    line(&mut personal.emergency_phone, "emergency_phone", 40);
    let lines: Vec<String> = personal.home_address.lines().map(tidy).filter(|line| !line.is_empty()).collect();
    personal.home_address = lines.join("\n");
    too_long(&personal.home_address, "home_address", 500, &mut errors);
    if !personal.private_email.trim().is_empty() {
        match personal.private_email.parse::<EmailAddress>() {
            Ok(address) => personal.private_email = address.as_str().to_owned(),
            Err(why) => errors.add("private_email", why),
        }
    } else {
        personal.private_email.clear();
    }
    if personal.birthday.is_some_and(|day| day < OLDEST || day >= today) {
        errors.add("birthday", "A birthday lies in the past, after 1900.");
    }
    let sensitive = &mut personal.sensitive;
    sensitive.iban = compact(&sensitive.iban);
    sensitive.bic = compact(&sensitive.bic);
    if !sensitive.iban.is_empty() && !is_iban(&sensitive.iban) {
        errors.add("iban", "This is no IBAN: a letter or digit is wrong, missing or too many. Compare it once more.");
    }
    if !sensitive.bic.is_empty() && !is_bic(&sensitive.bic) {
        errors.add("bic", "A BIC has 8 or 11 letters and digits, such as COBADEFF370.");
    }
    errors
}

fn too_long(text: &str, field: &'static str, most: usize, errors: &mut FieldErrors) {
    let length = text.chars().count();
    if length > most {
        errors.add(field, msg!("At most {0} characters; this has {1}.", most, length));
    }
}

/// Without blanks, in capitals.
fn compact(text: &str) -> String {
    tidy(text).chars().filter(|c| !c.is_whitespace()).flat_map(char::to_uppercase).collect()
}

/// How long the numbers of the SEPA countries are (European Payments Council); others have 15 to 34.
const LENGTHS: [(&str, usize); 38] = [
    ("AD", 24),
    ("AT", 20),
    ("BE", 16),
    ("BG", 22),
    ("CH", 21),
    ("CY", 28),
    ("CZ", 24),
    ("DE", 22),
    ("DK", 18),
    ("EE", 20),
    ("ES", 24),
    ("FI", 18),
    ("FR", 27),
    ("GB", 22),
    ("GI", 23),
    ("GR", 27),
    ("HR", 21),
    ("HU", 28),
    ("IE", 22),
    ("IS", 26),
    ("IT", 27),
    ("LI", 21),
    ("LT", 20),
    ("LU", 20),
    ("LV", 21),
    ("MC", 27),
    ("MT", 31),
    ("NL", 18),
    ("NO", 15),
    ("PL", 28),
    ("PT", 25),
    ("RO", 24),
    ("SE", 24),
    ("SI", 19),
    ("SK", 24),
    ("SM", 27),
    ("UA", 29),
    ("VA", 22),
];

/// ISO 13616: country, two check digits, up to 30 letters and digits; with the first four characters put last and
/// letters as 10 to 35, the number leaves 1 when divided by 97 (ISO 7064).
pub fn is_iban(text: &str) -> bool {
    let bytes = text.as_bytes();
    let shaped = (15..=34).contains(&bytes.len())
        && bytes[..2].iter().all(u8::is_ascii_uppercase)
        && bytes[2..4].iter().all(u8::is_ascii_digit)
        && bytes[4..].iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
    let known = LENGTHS.iter().find(|(country, _)| country.as_bytes() == &bytes[..bytes.len().min(2)]);
    let check =
        bytes.get(2..4).and_then(|pair| std::str::from_utf8(pair).ok()).and_then(|pair| pair.parse::<u8>().ok());
    if !shaped
        || known.is_some_and(|(_, length)| *length != bytes.len())
        || !check.is_some_and(|check| (2..=98).contains(&check))
    {
        return false;
    }
    let turned = bytes[4..].iter().chain(&bytes[..4]);
    let rest = turned.fold(0_u32, |rest, byte| match byte {
        b'0'..=b'9' => (rest * 10 + u32::from(byte - b'0')) % 97,
        letter => (rest * 100 + u32::from(letter - b'A') + 10) % 97,
    });
    rest == 1
}

/// ISO 9362: four letters of the bank, two of the country, two of the place, perhaps three of the branch.
pub fn is_bic(text: &str) -> bool {
    let bytes = text.as_bytes();
    matches!(bytes.len(), 8 | 11)
        && bytes[..6].iter().all(u8::is_ascii_uppercase)
        && bytes[6..].iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
}

/// "DE89 3704 0044 0532 0130 00", as people write it.
pub fn in_fours(iban: &str) -> String {
    let mut shown = String::with_capacity(iban.len() * 5 / 4);
    for (at, c) in iban.chars().enumerate() {
        if at > 0 && at % 4 == 0 {
            shown.push(' ');
        }
        shown.push(c);
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const GOOD: &[&str] = &[
        "DE89370400440532013000",
        "GB82WEST12345698765432",
        "FR1420041010050500013M02606",
        "CH9300762011623852957",
        "NO9386011117947",
        "MT84MALT011000012345MTLCAST001S",
        "SA0380000000608010167519",
    ];

    #[test]
    fn known_ibans_are_and_a_slip_of_the_pen_is_seen() {
        for iban in GOOD {
            assert!(is_iban(iban), "{iban}");
        }
        for iban in [
            "",
            "DE",
            "DE89 3704",
            "DE88370400440532013000",
            "de89370400440532013000",
            "XX00",
            "8937DE0400440532013000",
        ] {
            assert!(!is_iban(iban), "{iban}");
        }
    }

    proptest! {
        #[test]
        fn one_wrong_or_two_swapped_neighbours_are_always_seen(which in 0..GOOD.len(), at in 4_usize..15, digit in 0_u8..10) {
            let good = GOOD[which].as_bytes();
            let mut changed = good.to_vec();
            changed[at] = b'0' + digit;
            let text = String::from_utf8(changed.clone()).unwrap();
            if good[at].is_ascii_digit() && changed != good {
                prop_assert!(!is_iban(&text), "{text}");
            }
            let mut swapped = good.to_vec();
            swapped.swap(at - 1, at);
            if swapped != good && swapped[2..4].iter().all(u8::is_ascii_digit) {
                prop_assert!(!is_iban(std::str::from_utf8(&swapped).unwrap()));
            }
        }
    }

    #[test]
    fn everything_that_is_wrong_is_said_at_once_and_what_is_right_is_tidied() {
        let mut typed = Personal::default();
        typed.sensitive.iban = "de89 3704 0044 0532 0130 00".into();
        typed.sensitive.bic = "cobadeffxxx".into();
        typed.home_address = " Elbchaussee 1 \n\n 22765  Hamburg ".into();
        typed.private_email = "  ".into();
        assert!(check(&mut typed, date(2026, 3, 2)).is_empty());
        assert_eq!(typed.sensitive.iban, "DE89370400440532013000");
        assert_eq!(typed.sensitive.bic, "COBADEFFXXX");
        assert_eq!(typed.home_address, "Elbchaussee 1\n22765 Hamburg");
        assert_eq!(in_fours(&typed.sensitive.iban), "DE89 3704 0044 0532 0130 00");
        typed.sensitive.iban.push('1');
        typed.sensitive.bic = "X".into();
        typed.private_email = "nobody".into();
        typed.birthday = Some(date(2026, 3, 2));
        typed.emergency_phone = "1".repeat(41);
        let errors = check(&mut typed, date(2026, 3, 2));
        let wrong: Vec<&str> = errors.0.iter().map(|(field, _)| field.as_ref()).collect();
        assert_eq!(wrong, ["emergency_phone", "private_email", "birthday", "iban", "bic"]);
    }
}
