use super::{Catalogue, Lang, PluralRule, SOURCES};
use crate::{msg, msg_n};

fn german() -> Lang {
    "de-AT".parse().unwrap()
}

#[test]
fn every_catalogue_parses_and_names_a_known_plural_rule() {
    for (code, _, po) in &SOURCES[1..] {
        let catalogue = Catalogue::parse(po);
        assert!(catalogue.one.len() > 40, "{code} is all but empty");
        let parsed = polib::po_file::parse_from_reader(po.as_bytes()).unwrap();
        assert_eq!(parsed.metadata.language, *code);
        assert!(PluralRule::parse(&parsed.metadata.plural_rules.expr).is_some(), "{code}");
    }
}

#[test]
fn the_browsers_wish_is_weighed() {
    assert_eq!(Lang::negotiate("fr;q=0.9, de-CH;q=0.8, en;q=0.1"), german());
    assert_eq!(Lang::negotiate("en-GB,en;q=0.9,de;q=0.8"), Lang::ENGLISH);
    assert_eq!(Lang::negotiate("de;q=0"), Lang::ENGLISH);
    assert_eq!(Lang::negotiate(""), Lang::ENGLISH);
}

#[test]
fn a_message_is_translated_before_its_places_are_filled() {
    assert_eq!(german().msg(&msg!("yesterday, {0}", "16:20")), "gestern, 16:20");
    assert_eq!(Lang::ENGLISH.msg(&msg!("yesterday, {0}", "16:20")), "yesterday, 16:20");
    assert_eq!(german().msg(&msg!("no catalogue has this {0}", 1)), "no catalogue has this 1");
}

#[test]
fn counted_words_follow_the_count_in_each_language() {
    let days = |n| msg_n!(n, "{0} day", "{0} days");
    assert_eq!(german().msg(&days(1)), "1 Tag");
    assert_eq!(german().msg(&days(3)), "3 Tage");
    assert_eq!(Lang::ENGLISH.msg(&days(0)), "0 days");
    assert_eq!(days(1).to_string(), "1 day");
    assert_eq!(days(2).to_string(), "2 days");
}

#[test]
fn polish_has_three_forms() {
    let rule = PluralRule::parse("(n==1 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2)").unwrap();
    let forms: Vec<usize> = [1, 2, 5, 12, 22, 25, 112].into_iter().map(|n| rule.form(n)).collect();
    assert_eq!(forms, [0, 1, 2, 2, 1, 2, 2]);
}
