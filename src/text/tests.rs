use super::{EmailAddress, fold};

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
