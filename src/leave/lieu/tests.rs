use jiff::civil::date;

use super::*;
use crate::leave::testing::{DAY, House, house};
use crate::people::holidays::{self, HolidayFacts};
use crate::people::org::{entity, location};
use crate::time::HolidayScope;

/// Mira works at a place that gives lieu days from 1 December 2026 on, for three months.
fn at_a_place_with_lieu_days(house: &House) -> (LocationId, EntityId) {
    let (hr, mira) = (house.hr.clone(), house.mira.employee_id.unwrap());
    house
        .act(move |tx| {
            let facts = entity::EntityFacts { name: "Castell".into(), code: "C".into(), country: "DE".into() };
            let entity_id = entity::create(tx, &hr, facts)?;
            let facts = location::LocationFacts {
                entity_id,
                name: "Hamburg".into(),
                code: "HH".into(),
                time_zone: "Europe/Berlin".into(),
                country: String::new(),
                region: String::new(),
                address: String::new(),
                holiday_on_free_day: FreeDayRule::LieuDay,
                free_day_from: Some(date(2026, 12, 1)),
                lieu_expires_months: Some(3),
            };
            let place = location::create(tx, &hr, facts)?;
            people::update(tx, &hr, mira, |facts| facts.location_id = Some(place))?;
            Ok((place, entity_id))
        })
        .unwrap()
}

fn holiday(house: &House, on: Date) -> crate::ids::HolidayId {
    let hr = house.hr.clone();
    let facts = HolidayFacts {
        name: "Founder’s day".into(),
        start_date: on,
        end_date: on,
        half: None,
        scope: HolidayScope::Global,
        entity_id: None,
        location_id: None,
        working: false,
        estimated: false,
        source: String::new(),
        observed_for: None,
    };
    house.act(move |tx| holidays::create(tx, &hr, facts)).unwrap().0
}

fn night(house: &House, place: (LocationId, EntityId), today: Date) -> i64 {
    let hr = house.hr.clone();
    house
        .act(move |tx| {
            let rule = location::free_days(tx, place.0)?.unwrap();
            let owed = missing(tx, place, rule, today)?;
            let given = give(tx, &hr, place.0, &owed, today)?;
            crate::audit::record(tx, &hr, crate::audit::Entry::new("test.done"))?;
            Ok(given)
        })
        .unwrap()
}

fn toil(house: &House) -> i64 {
    let mira = house.mira.employee_id.unwrap();
    house
        .read(move |rx| {
            let kind = kind(rx)?.unwrap();
            rx.scalar(
                "SELECT coalesce(sum(minutes), 0) FROM leave_ledger WHERE employee_id = ?1 AND leave_type_id = ?2",
                (mira, kind),
            )
        })
        .unwrap()
}

/// How many notices of a kind Mira has.
fn told(house: &House, kind: &'static str) -> i64 {
    let mira = house.mira.employee_id.unwrap();
    let count = "SELECT count(*) FROM notices WHERE employee_id = ?1 AND kind = ?2";
    house.read(move |rx| rx.scalar(count, (mira, kind))).unwrap()
}

#[test]
fn where_the_law_gives_another_day_there_is_no_lieu_day() {
    let house = house();
    let place = at_a_place_with_lieu_days(&house);
    holiday(&house, date(2026, 12, 12));
    let monday = holiday(&house, date(2026, 12, 14));
    let hr = house.hr.clone();
    house
        .act(move |tx| holidays::update(tx, &hr, monday, |facts| facts.observed_for = Some(date(2026, 12, 12))))
        .unwrap();
    // The day that the law gives is still to come.
    assert_eq!(night(&house, place, date(2026, 12, 13)), 0);
    let hr = house.hr.clone();
    house.act(move |tx| holidays::delete(tx, &hr, monday)).unwrap();
    assert_eq!(night(&house, place, date(2026, 12, 15)), 1);
    assert_eq!(toil(&house), DAY.get());
}

#[test]
fn a_holiday_on_a_free_day_gives_one_lieu_day_and_is_taken_back_with_it() {
    let house = house();
    let place = at_a_place_with_lieu_days(&house);
    // A Saturday, a working day, and one before the rule began.
    let saturday = holiday(&house, date(2026, 12, 12));
    holiday(&house, date(2026, 12, 15));
    holiday(&house, date(2026, 11, 28));
    assert_eq!(night(&house, place, date(2026, 12, 11)), 0, "not before the day itself");
    assert_eq!(night(&house, place, date(2026, 12, 20)), 1, "caught up");
    assert_eq!(night(&house, place, date(2026, 12, 21)), 0, "once");
    assert_eq!(toil(&house), DAY.get());
    assert_eq!(told(&house, "leave_lieu_given"), 1);
    let rows = house.read(|rx| {
        rx.all("SELECT expires_on FROM leave_ledger WHERE kind = 'toil'", (), |row| row.get::<_, Option<Date>>(0))
    });
    assert_eq!(rows.unwrap(), [Some(date(2027, 3, 12))]);

    let hr = house.hr.clone();
    let touched = house.act(move |tx| holidays::delete(tx, &hr, saturday)).unwrap();
    assert_eq!((touched.len(), touched[0].request_id, touched[0].before), (1, None, DAY), "it is shown first");
    assert_eq!(toil(&house), 0);
    assert_eq!(told(&house, "leave_lieu_gone"), 1);
    holiday(&house, date(2026, 12, 12));
    assert_eq!(night(&house, place, date(2026, 12, 22)), 1, "entered again, given again");
}

#[test]
fn one_that_expired_and_is_taken_back_leaves_nothing_behind() {
    let house = house();
    let place = at_a_place_with_lieu_days(&house);
    let hr = house.hr.clone();
    house.act(move |tx| location::update(tx, &hr, place.0, |facts| facts.lieu_expires_months = Some(1))).unwrap();
    house.clock.set("2027-01-03T12:00:00Z".parse().unwrap());
    let saturday = holiday(&house, date(2027, 1, 2));
    assert_eq!(night(&house, place, date(2027, 1, 3)), 1);
    let (hr, mira) = (house.hr.clone(), house.mira.employee_id.unwrap());
    house.clock.set("2027-03-01T12:00:00Z".parse().unwrap());
    house
        .act(move |tx| {
            let account = ledger::Account::on(tx, mira, kind(tx)?.unwrap(), date(2027, 1, 2))?;
            ledger::expire(tx, &hr, account, date(2027, 3, 1))
        })
        .unwrap();
    assert_eq!(toil(&house), 0, "given, and expired");
    let hr = house.hr.clone();
    house.act(move |tx| holidays::delete(tx, &hr, saturday)).unwrap();
    assert_eq!(toil(&house), 0, "neither given nor expired");
}
