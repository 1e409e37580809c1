use proptest::prelude::*;
use unicode_normalization::UnicodeNormalization as _;

use super::{EmailAddress, fold, sort_key, tidy};

#[test]
fn one_key_for_what_a_person_calls_the_same() {
    for (a, b) in [
        ("Mira", "mira"),
        ("  Mira ", "MIRA"),
        ("Straße", "STRASSE"),
        ("ΟΔΟΣ", "οδος"),
        ("Jose\u{301}", "JOSÉ"),
        ("Ｍｉｒａ", "mira"),
        ("ﬁnance", "Finance"),
        ("Mira\u{200B} Castell", "mira \u{a0}castell"),
    ] {
        assert_eq!(fold(a), fold(b), "{a} and {b}");
    }
    assert_ne!(fold("Müller"), fold("Muller"), "an umlaut is a letter of its own");
}

#[test]
fn folding_twice_changes_nothing() {
    for text in ["İstanbul", "ŉ", "ΐ", "ǰ", "ﬃ", "Straße", "ﬅ", "ᾳ", "ϒ\u{301}"] {
        let once = fold(text);
        assert_eq!(fold(&once), once, "{text}");
    }
}

#[test]
fn addresses_that_mail_servers_take() {
    for text in
        ["mira.castell@nordlicht.example", "a+b@mail", "jörg@müller.example", "o'neil@x-y.example", " m@x.example "]
    {
        let address: EmailAddress = text.parse().unwrap();
        assert_eq!(address.as_str(), text.trim());
    }
    let shouted: EmailAddress = "MIRA@Nordlicht.Example".parse().unwrap();
    assert_eq!(shouted, "mira@nordlicht.example".parse().unwrap());
    assert_eq!(shouted.local_part(), "mira");
}

#[test]
fn addresses_that_are_none() {
    let long = format!("{}@x.example", "a".repeat(65));
    for text in [
        "",
        "mira",
        "@x.example",
        "mira@",
        "a..b@x.example",
        ".a@x.example",
        "a@x..example",
        "a b@x.example",
        "a@-x.example",
        "a@b@c.example",
        "a\n@x.example",
        &long,
    ] {
        assert!(text.parse::<EmailAddress>().is_err(), "{text:?}");
    }
}

#[test]
fn tidy_keeps_what_is_seen() {
    assert_eq!(tidy("  Mira\t Castell \u{200B}"), "Mira Castell");
    assert_eq!(tidy("e\u{301}"), "é");
    assert_eq!(tidy("evil\u{202E}gnp.exe"), "evilgnp.exe");
    assert_eq!(tidy("O’Neil-von der Straße"), "O’Neil-von der Straße");
}

#[test]
fn accents_do_not_push_a_name_to_the_end() {
    let mut names = ["Zander", "Öztürk", "Łukasz", "Adams", "Ørsted", "Müller", "Mudd", "ångström"];
    names.sort_by_key(|name| sort_key(name));
    assert_eq!(names, ["Adams", "ångström", "Łukasz", "Mudd", "Müller", "Ørsted", "Öztürk", "Zander"]);
}

proptest! {
    #[test]
    fn a_key_is_its_own_key(text in any::<String>()) {
        let once = fold(&text);
        prop_assert_eq!(fold(&once), once);
    }

    #[test]
    fn case_and_unicode_form_do_not_matter(text in "[a-zA-Zà-öø-ÿÀ-ÖØ-Þß0-9 .@_-]{0,30}") {
        prop_assert_eq!(fold(&text), fold(&text.to_uppercase()));
        prop_assert_eq!(fold(&text), fold(&text.nfd().collect::<String>()));
    }

    #[test]
    fn tidying_twice_changes_nothing(text in any::<String>()) {
        let once = tidy(&text);
        prop_assert_eq!(tidy(&once), once);
    }
}
