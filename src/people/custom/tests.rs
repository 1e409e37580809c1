use proptest::prelude::*;

use super::*;
use crate::auth::Role;
use crate::error::FieldErrors;
use crate::ids::EmployeeId;
use crate::people::testing::{House, actor, house, hr, person};
use crate::people::{NewEmployee, Reach};

fn facts(code: &str, kind: Kind) -> FieldFacts {
    FieldFacts {
        code: code.into(),
        label: code.into(),
        kind,
        options: if kind == Kind::Choice { vec!["Red".into(), "Grün".into()] } else { Vec::new() },
        required: false,
        visible_to: VisibleTo::Hr,
        editable_by_person: false,
        sort_order: 0,
    }
}

fn define(house: &House, facts: FieldFacts) -> FieldId {
    house.act(move |tx| create(tx, &hr(), facts)).unwrap()
}

fn given(pairs: &[(&str, Option<&str>)]) -> Given {
    pairs.iter().map(|(code, value)| ((*code).to_owned(), value.map(str::to_owned))).collect()
}

fn give(house: &House, id: EmployeeId, pairs: &[(&str, Option<&str>)]) -> Result<()> {
    let given = given(pairs);
    house.act(move |tx| set(tx, &hr(), id, &given, false))
}

fn seen(house: &House, who: &Actor, id: EmployeeId) -> Vec<(String, Option<String>)> {
    let read = house.db.read_blocking(|rx| {
        let reach = crate::people::reach::reach(rx, who, id)?;
        of_person(rx, who, id, reach)
    });
    read.unwrap().into_iter().map(|shown| (shown.field.facts.code, shown.value)).collect()
}

fn wrong<T: std::fmt::Debug>(result: Result<T>) -> Vec<String> {
    match result {
        Err(AppError::Invalid(errors)) => errors.0.into_iter().map(|(field, _)| field.into_owned()).collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn values_are_kept_in_one_spelling() {
    let long = "x".repeat(501);
    for (kind, typed, kept) in [
        (Kind::Text, " a\u{308}  b \r\n\r\n c ", Some(Some("ä b\n\nc"))),
        (Kind::Text, " \n ", Some(None)),
        (Kind::Text, long.as_str(), None),
        (Kind::Number, "0042,50", Some(Some("42.5"))),
        (Kind::Number, "-0.0", Some(Some("0"))),
        (Kind::Number, "-7", Some(Some("-7"))),
        (Kind::Number, "+7", Some(Some("7"))),
        (Kind::Number, "1e3", None),
        (Kind::Number, "1.2345", None),
        (Kind::Number, "1234567890123", None),
        (Kind::Date, "1.3.2026", Some(Some("2026-03-01"))),
        (Kind::Date, "2026-03-01", Some(Some("2026-03-01"))),
        (Kind::Date, "2026-02-30", None),
        (Kind::Date, "03/01/2026", None),
        (Kind::Choice, "GRU\u{308}N", Some(Some("Grün"))),
        (Kind::Choice, "blue", None),
    ] {
        let read = rules::read(&facts("a", kind), typed, None);
        assert_eq!(read.ok().as_ref().map(Option::as_deref), kept, "{kind} {typed:?}");
    }
    let kept = rules::read(&facts("a", Kind::Choice), "Blue", Some("Blue")).unwrap();
    assert_eq!(kept.as_deref(), Some("Blue"), "what a record holds may stay");
}

#[test]
fn each_sees_what_is_meant_for_them() {
    let house = house();
    for (code, visible_to) in [("all", VisibleTo::Everyone), ("above", VisibleTo::Manager), ("hr", VisibleTo::Hr)] {
        define(&house, FieldFacts { visible_to, ..facts(code, Kind::Text) });
    }
    let boss = house.person("1", None);
    let clerk = house.person("2", Some(boss));
    let other = house.person("3", None);
    give(&house, clerk, &[("all", Some("1")), ("above", Some("2")), ("hr", Some("3"))]).unwrap();
    let staff = &[Role::Employee][..];
    for (who, expected) in [
        (hr(), vec!["above", "all", "hr"]),
        (actor(clerk, staff), vec!["above", "all", "hr"]),
        (actor(boss, staff), vec!["above", "all"]),
        (actor(other, staff), vec!["all"]),
    ] {
        let mut codes: Vec<String> = seen(&house, &who, clerk).into_iter().map(|(code, _)| code).collect();
        codes.sort_unstable();
        assert_eq!(codes, expected, "{:?}", who.employee_id);
    }
}

#[test]
fn faults_are_told_by_field_and_nothing_is_written() {
    let house = house();
    define(&house, FieldFacts { required: true, ..facts("size", Kind::Number) });
    define(&house, facts("car", Kind::Choice));
    let clerk = house.person("1", None);
    let refused = give(&house, clerk, &[("size", Some("big")), ("car", Some("Blue")), ("hat", Some("x"))]);
    assert_eq!(wrong(refused), ["custom.hat", "custom.car", "custom.size"]);
    give(&house, clerk, &[("size", Some("42"))]).unwrap();
    assert_eq!(wrong(give(&house, clerk, &[("size", None)])), ["custom.size"], "required: never cleared");
    give(&house, clerk, &[("car", Some("red"))]).unwrap();
    assert_eq!(seen(&house, &hr(), clerk)[0], ("car".into(), Some("Red".into())));

    let enter =
        |custom| house.act(move |tx| crate::people::create(tx, &hr(), NewEmployee { custom, ..person("2").into() }));
    assert_eq!(wrong(enter(Some(Given::new()))), ["custom.size"], "asked for where somebody is entered");
    enter(None).unwrap();
}

#[test]
fn the_person_fills_in_only_what_is_theirs() {
    let house = house();
    define(&house, FieldFacts { editable_by_person: true, ..facts("size", Kind::Number) });
    define(&house, facts("grade", Kind::Text));
    let clerk = house.person("1", None);
    let own = actor(clerk, &[Role::Employee]);
    let who = own.clone();
    house.act(move |tx| set_own(tx, &who, &given(&[("size", Some("41,5"))]))).unwrap();
    let who = own.clone();
    assert_eq!(wrong(house.act(move |tx| set_own(tx, &who, &given(&[("grade", Some("A"))])))), ["custom.grade"]);
    let asked = house.db.read_blocking(|rx| editable_by_person(rx, &own)).unwrap();
    assert_eq!(asked.iter().map(|one| one.value.as_deref()).collect::<Vec<_>>(), [Some("41.5")]);
    let who = own.clone();
    let forbidden = house.act(move |tx| set(tx, &who, clerk, &given(&[("size", None)]), false));
    assert!(matches!(forbidden, Err(AppError::Forbidden(_))));
}

#[test]
fn a_retired_field_is_seen_nowhere_and_comes_back_with_its_values() {
    let house = house();
    let field = define(&house, facts("size", Kind::Number));
    let clerk = house.person("1", None);
    give(&house, clerk, &[("size", Some("42"))]).unwrap();
    house.act(move |tx| retire(tx, &hr(), field)).unwrap();
    assert!(seen(&house, &hr(), clerk).is_empty());
    assert_eq!(wrong(give(&house, clerk, &[("size", Some("43"))])), ["custom.size"]);
    assert_eq!(wrong(house.act(|tx| create(tx, &hr(), facts("SIZE", Kind::Text)))), ["code"], "its code is taken");
    house.act(move |tx| restore(tx, &hr(), field)).unwrap();
    assert_eq!(seen(&house, &hr(), clerk), [("size".into(), Some("42".into()))]);
}

#[test]
fn what_records_rely_on_stays() {
    let house = house();
    let field = define(&house, facts("size", Kind::Number));
    let clerk = house.person("1", None);
    house.act(move |tx| update(tx, &hr(), field, |facts| facts.kind = Kind::Text)).unwrap();
    give(&house, clerk, &[("size", Some("42"))]).unwrap();
    let change = house.act(move |tx| update(tx, &hr(), field, |facts| facts.kind = Kind::Number));
    assert_eq!(wrong(change), ["kind"]);
    let change = house.act(move |tx| update(tx, &hr(), field, |facts| facts.code = "shoe".into()));
    assert_eq!(wrong(change), ["code"]);
}

#[test]
fn definitions_are_checked() {
    let broken = |change: fn(&mut FieldFacts)| -> FieldErrors {
        let mut facts = facts("size", Kind::Choice);
        change(&mut facts);
        rules::check(&mut facts)
    };
    for (change, field) in [
        ((|f| f.code = "Größe".into()) as fn(&mut FieldFacts), "code"),
        (|f| f.code = "2nd".into(), "code"),
        (|f| f.code = "x".repeat(41), "code"),
        (|f| f.label = " ".into(), "label"),
        (|f| f.options = vec![" ".into()], "options"),
        (|f| f.options = vec!["Red".into(), "RED".into()], "options"),
        (|f| f.sort_order = 10_000, "sort_order"),
    ] {
        let errors = broken(change);
        assert_eq!(errors.0.first().map(|(name, _)| name.as_ref()), Some(field));
    }
    assert!(broken(|_| ()).is_empty());
}

#[test]
fn only_hr_defines() {
    let house = house();
    let boss = house.person("1", None);
    let who = actor(boss, &[Role::Employee, Role::Manager, Role::Admin]);
    assert!(matches!(house.act(move |tx| create(tx, &who, facts("a", Kind::Text))), Err(AppError::Forbidden(_))));
    assert_eq!(house.db.read_blocking(|rx| of_person(rx, &hr(), boss, Reach::Organization)).unwrap(), Vec::new());
}

proptest! {
    /// What is kept is read as itself: saving a form again changes nothing.
    #[test]
    fn reading_twice_is_reading_once(kind in prop::sample::select(Kind::ALL), text in "\\PC{0,40}|[-+]?[0-9]{0,14}[.,]?[0-9]{0,5}|[0-9.-]{1,10}") {
        let facts = facts("a", kind);
        if let Ok(Some(kept)) = rules::read(&facts, &text, None) {
            prop_assert_eq!(rules::read(&facts, &kept, None), Ok(Some(kept.clone())));
        }
    }
}
