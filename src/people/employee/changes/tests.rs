use jiff::civil::date;
use proptest::prelude::*;

use super::super::{NewEmployee, create, hide, restore, update, update_from};
use super::*;
use crate::people::org::{EntityFacts, LocationFacts, entity, location};
use crate::people::testing::{House, house, hr, person};

/// Today of the house's clock.
const TODAY: Date = date(2026, 12, 3);

fn under(house: &House, id: EmployeeId, manager: Option<EmployeeId>, on: Option<Date>) -> Result<Employee> {
    house.act(move |tx| update_from(tx, &hr(), id, on, |facts| facts.manager_id = manager))
}

fn managers(house: &House, id: EmployeeId, days: &[Date]) -> Vec<Option<EmployeeId>> {
    let on = |day: &Date| house.db.read_blocking(|rx| standing_on(rx, id, *day)).unwrap().manager_id;
    days.iter().map(on).collect()
}

fn shown(house: &House, id: EmployeeId) -> Option<EmployeeId> {
    house.db.read_blocking(|rx| super::super::get(rx, id)).unwrap().facts.manager_id
}

fn wrong<T: std::fmt::Debug>(result: Result<T>) -> String {
    match result {
        Err(AppError::Invalid(errors)) => errors.0[0].0.to_string(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_past_is_rewritten_up_to_the_next_change() {
    let house = house();
    let [a, b, c] = ["1", "2", "3"].map(|number| house.person(number, None));
    let clerk = house.person("4", Some(a));
    under(&house, clerk, Some(b), Some(date(2026, 9, 1))).unwrap();
    assert_eq!(shown(&house, clerk), Some(b), "since September, so today");
    under(&house, clerk, Some(c), Some(date(2026, 5, 1))).unwrap();
    let days = [date(2026, 4, 30), date(2026, 5, 1), date(2026, 8, 31), date(2026, 9, 1), TODAY];
    assert_eq!(managers(&house, clerk, &days), [Some(a), Some(c), Some(c), Some(b), Some(b)]);
    assert_eq!(shown(&house, clerk), Some(b), "September still speaks for today");
    // What is set to what was before it is no change any more.
    under(&house, clerk, Some(a), Some(date(2026, 5, 1))).unwrap();
    assert_eq!(managers(&house, clerk, &days), [Some(a), Some(a), Some(a), Some(b), Some(b)]);
    let rows = house.db.read_blocking(|rx| History::of(rx, clerk)).unwrap();
    assert_eq!(rows.field(DatedField::ManagerId).count(), 2);
}

#[test]
fn a_planned_change_waits_for_its_day_and_comes_once() {
    let house = house();
    let [a, b] = ["1", "2"].map(|number| house.person(number, None));
    let clerk = house.person("3", Some(a));
    let when = date(2027, 1, 1);
    under(&house, clerk, Some(b), Some(when)).unwrap();
    assert_eq!(shown(&house, clerk), Some(a));
    assert_eq!(managers(&house, clerk, &[TODAY, date(2026, 12, 31), when]), [Some(a), Some(a), Some(b)]);
    let planned = house.db.read_blocking(|rx| History::of(rx, clerk)).unwrap();
    assert_eq!(planned.planned().iter().map(|change| change.effective_on).collect::<Vec<_>>(), [when]);

    assert!(!house.act(move |tx| settle(tx, &hr(), clerk)).unwrap(), "not due yet");
    // The program was off on the day itself.
    house.clock.set("2027-01-04T00:00:00Z".parse().unwrap());
    assert!(house.act(move |tx| settle(tx, &hr(), clerk)).unwrap());
    assert_eq!(shown(&house, clerk), Some(b));
    assert!(!house.act(move |tx| settle(tx, &hr(), clerk)).unwrap(), "once");
    let count = |action: &'static str| {
        let sql = "SELECT count(*) FROM audit_log WHERE action = ?1 /* whole table */";
        house.db.read_blocking(move |rx| rx.scalar::<i64>(sql, [action])).unwrap()
    };
    assert_eq!((count("employee.change_planned"), count("employee.change_took_effect")), (1, 1));
}

#[test]
fn a_change_meets_what_is_due_already() {
    let house = house();
    let [a, b] = ["1", "2"].map(|number| house.person(number, None));
    let clerk = house.person("3", Some(a));
    under(&house, clerk, Some(b), Some(date(2026, 12, 4))).unwrap();
    // After midnight, before the clockwork: an edit of something else does not bring the old manager back.
    house.clock.set("2026-12-04T00:00:01Z".parse().unwrap());
    house.act(move |tx| update(tx, &hr(), clerk, |facts| facts.phone = "1".into())).unwrap();
    assert_eq!(shown(&house, clerk), Some(b));
}

#[test]
fn a_plan_is_taken_back_and_nothing_is_left_of_it() {
    let house = house();
    let [a, b] = ["1", "2"].map(|number| house.person(number, None));
    let clerk = house.person("3", Some(a));
    let when = date(2027, 1, 1);
    under(&house, clerk, Some(b), Some(when)).unwrap();
    house.act(move |tx| take_back(tx, &hr(), clerk, when)).unwrap();
    assert_eq!(managers(&house, clerk, &[when]), [Some(a)]);
    assert!(matches!(house.act(move |tx| take_back(tx, &hr(), clerk, when)), Err(AppError::NotFound)));
    assert!(matches!(house.act(move |tx| take_back(tx, &hr(), clerk, date(2026, 2, 1))), Err(AppError::NotFound)));
}

#[test]
fn the_day_lies_within_the_employment() {
    let house = house();
    let boss = house.person("1", None);
    let facts = Facts { leave_date: Some(date(2027, 3, 31)), ..person("2") };
    let clerk = house.act(move |tx| create(tx, &hr(), NewEmployee::from(facts))).unwrap();
    for day in [date(2026, 1, 31), date(2027, 4, 1)] {
        assert_eq!(wrong(under(&house, clerk, Some(boss), Some(day))), "effective_on", "{day}");
    }
    for day in [date(2026, 2, 1), date(2027, 3, 31)] {
        under(&house, clerk, Some(boss), Some(day)).unwrap();
    }
}

#[test]
fn nobody_will_be_or_was_above_themselves() {
    let house = house();
    let [a, b] = ["1", "2"].map(|number| house.person(number, None));
    // a will be under b: until then b may be under a, not longer.
    under(&house, a, Some(b), Some(date(2027, 2, 1))).unwrap();
    assert_eq!(wrong(under(&house, b, Some(a), None)), "manager_id");
    assert_eq!(wrong(under(&house, b, Some(a), Some(date(2027, 3, 1)))), "manager_id");
    // Where b goes to somebody else by February, it may.
    let c = house.person("3", None);
    under(&house, b, Some(c), Some(date(2027, 2, 1))).unwrap();
    under(&house, b, Some(a), None).unwrap();
    // Now neither plan may be taken back.
    let conflict =
        |id| matches!(house.act(move |tx| take_back(tx, &hr(), id, date(2027, 2, 1))), Err(AppError::Conflict(_)));
    assert!(conflict(b), "b would stay under a, who is under b by then");
    house.act(move |tx| take_back(tx, &hr(), a, date(2027, 2, 1))).unwrap();
    assert!(!conflict(b));
    // The past neither: b has been under a since today.
    assert_eq!(wrong(under(&house, a, Some(b), Some(date(2026, 3, 1)))), "manager_id");
}

#[test]
fn coming_back_closes_no_circle() {
    let house = house();
    let a = house.person("1", None);
    let b = house.person("2", Some(a));
    house.act(move |tx| hide(tx, &hr(), b)).unwrap();
    // Deactivated people keep their place, so that they can come back to it.
    assert_eq!(wrong(under(&house, a, Some(b), None)), "manager_id");
    house.act(move |tx| restore(tx, &hr(), b)).unwrap();
    assert_eq!((shown(&house, a), shown(&house, b)), (None, Some(a)));
}

#[test]
fn a_location_takes_its_people_to_its_entity_today_and_by_plan() {
    let house = house();
    let (site, other) = house
        .act(|tx| {
            let unit = |code: &str| EntityFacts { name: code.into(), code: code.into(), country: String::new() };
            let (one, two) = (entity::create(tx, &hr(), unit("A"))?, entity::create(tx, &hr(), unit("B"))?);
            let facts = LocationFacts {
                entity_id: one,
                name: "Kiel".into(),
                code: "K".into(),
                time_zone: "Europe/Berlin".into(),
                country: String::new(),
                region: String::new(),
                address: String::new(),
                holiday_on_free_day: crate::time::FreeDayRule::Nothing,
                free_day_from: None,
                lieu_expires_months: None,
            };
            Ok((location::create(tx, &hr(), facts)?, two))
        })
        .unwrap();
    let [here, later] = ["1", "2"].map(|number| house.person(number, None));
    let move_to = |id, on| house.act(move |tx| update_from(tx, &hr(), id, on, |f| f.location_id = Some(site)));
    move_to(here, None).unwrap();
    move_to(later, Some(date(2027, 1, 1))).unwrap();
    house.act(move |tx| location::update(tx, &hr(), site, |facts| facts.entity_id = other)).unwrap();
    let entity_on = |id, day| house.db.read_blocking(|rx| standing_on(rx, id, day)).unwrap().entity_id;
    assert_eq!(entity_on(here, TODAY), Some(other));
    assert_eq!((entity_on(later, TODAY), entity_on(later, date(2027, 1, 1))), (None, Some(other)));
}

#[test]
fn an_earlier_first_day_begins_the_history_earlier() {
    let house = house();
    let boss = house.person("1", None);
    let clerk = house.person("2", Some(boss));
    house.act(move |tx| update(tx, &hr(), clerk, |facts| facts.join_date = date(2025, 1, 1))).unwrap();
    let history = house.db.read_blocking(|rx| History::of(rx, clerk)).unwrap();
    assert!(history.0.iter().all(|change| change.effective_on == date(2025, 1, 1)), "{history:?}");
}

#[test]
fn who_begins_later_changes_from_the_first_day_on() {
    let house = house();
    let [a, b] = ["1", "2"].map(|number| house.person(number, None));
    let first_day = date(2027, 1, 4);
    let facts = Facts { join_date: first_day, manager_id: Some(a), ..person("3") };
    let hire = house.act(move |tx| create(tx, &hr(), NewEmployee::from(facts))).unwrap();
    under(&house, hire, Some(b), None).unwrap();
    assert_eq!((shown(&house, hire), managers(&house, hire, &[first_day])), (Some(b), vec![Some(b)]));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, ..ProptestConfig::default() })]

    /// Random changes on random days, plans taken back, people hidden and brought back, by several writers at once:
    /// on no day has the company a circle, and the columns always show today.
    #[test]
    fn no_circle_on_any_day(
        acts in prop::collection::vec((0_usize..6, prop::option::of(0_usize..6), -60_i64..60, 0_u8..10), 1..60),
    ) {
        let house = house();
        let people: Vec<EmployeeId> = (0..6).map(|n| house.person(&n.to_string(), None)).collect();
        std::thread::scope(|scope| {
            for part in acts.chunks(acts.len().div_ceil(3)) {
                let (house, people) = (&house, &people);
                scope.spawn(move || {
                    for (who, manager, days, kind) in part {
                        let (id, to) = (people[*who], manager.map(|m| people[m]));
                        let on = crate::time::period::ahead(TODAY, *days);
                        let _ = match kind {
                            0 => house.act(move |tx| take_back(tx, &hr(), id, on)),
                            1 => house.act(move |tx| hide(tx, &hr(), id)),
                            2 => house.act(move |tx| restore(tx, &hr(), id)),
                            _ => under(house, id, to, Some(on)).map(drop),
                        };
                    }
                });
            }
        });
        let days: Vec<Date> = (-61..61).map(|days| crate::time::period::ahead(TODAY, days)).collect();
        for day in &days {
            for start in &people {
                let mut at = *start;
                for _ in 0..=people.len() {
                    match managers(&house, at, &[*day])[0] {
                        Some(manager) => at = manager,
                        None => break,
                    }
                    prop_assert!(at != *start, "{start} is above themselves on {day}");
                }
            }
        }
        for id in &people {
            prop_assert_eq!(shown(&house, *id), managers(&house, *id, &[TODAY])[0]);
        }
    }
}

#[test]
fn an_earlier_first_day_and_another_manager_at_once_leave_no_plan_behind() {
    let house = house();
    let [a, b] = ["1", "2"].map(|number| house.person(number, None));
    let facts = Facts { join_date: date(2027, 1, 4), manager_id: Some(a), ..person("3") };
    let hire = house.act(move |tx| create(tx, &hr(), NewEmployee::from(facts))).unwrap();
    let change = move |facts: &mut Facts| {
        facts.join_date = TODAY;
        facts.manager_id = Some(b);
    };
    house.act(move |tx| update(tx, &hr(), hire, change)).unwrap();
    let history = house.db.read_blocking(|rx| History::of(rx, hire)).unwrap();
    assert!(history.planned().is_empty(), "{history:?}");
    house.clock.set("2027-01-05T00:00:00Z".parse().unwrap());
    house.act(move |tx| settle(tx, &hr(), hire)).unwrap();
    assert_eq!(shown(&house, hire), Some(b), "nothing brings the old manager back");
}

#[test]
fn nothing_is_planned_for_after_the_last_day() {
    let house = house();
    let [a, b] = ["1", "2"].map(|number| house.person(number, None));
    let clerk = house.person("3", Some(a));
    under(&house, clerk, Some(b), Some(date(2027, 3, 1))).unwrap();
    house.act(move |tx| update(tx, &hr(), clerk, |facts| facts.leave_date = Some(date(2027, 1, 31)))).unwrap();
    assert!(house.db.read_blocking(|rx| History::of(rx, clerk)).unwrap().planned().is_empty());
    house.clock.set("2027-03-02T00:00:00Z".parse().unwrap());
    assert!(!house.act(move |tx| settle(tx, &hr(), clerk)).unwrap());
    assert_eq!(shown(&house, clerk), Some(a));
}

#[test]
fn a_corrected_location_keeps_its_entity_up_to_the_next_one() {
    let house = house();
    let sites = house
        .act(|tx| {
            let mut sites = Vec::new();
            for code in ["A", "B", "C"] {
                let unit = EntityFacts { name: code.into(), code: code.into(), country: String::new() };
                let entity_id = entity::create(tx, &hr(), unit)?;
                let facts = LocationFacts {
                    entity_id,
                    name: code.into(),
                    code: code.into(),
                    time_zone: "Europe/Berlin".into(),
                    country: String::new(),
                    region: String::new(),
                    address: String::new(),
                    holiday_on_free_day: crate::time::FreeDayRule::Nothing,
                    free_day_from: None,
                    lieu_expires_months: None,
                };
                sites.push((location::create(tx, &hr(), facts)?, entity_id));
            }
            Ok(sites)
        })
        .unwrap();
    let clerk = house.person("1", None);
    let go = |site: LocationId, on| {
        house.act(move |tx| update_from(tx, &hr(), clerk, Some(on), |f| f.location_id = Some(site))).unwrap()
    };
    go(sites[0].0, date(2026, 3, 1));
    // The site goes to another entity: from today on.
    let (first, other) = (sites[0].0, sites[1].1);
    house.act(move |tx| location::update(tx, &hr(), first, |facts| facts.entity_id = other)).unwrap();
    // As it turns out, the person has been elsewhere since June.
    let now = go(sites[2].0, date(2026, 6, 1));
    assert_eq!((now.facts.location_id, now.facts.entity_id), (Some(sites[2].0), Some(sites[2].1)));
    // Taken out of every location, but not out of a company.
    let entity = sites[2].1;
    let change = move |facts: &mut Facts| {
        facts.location_id = None;
        facts.entity_id = Some(entity);
    };
    let out = house.act(move |tx| update(tx, &hr(), clerk, change)).unwrap();
    assert_eq!((out.facts.location_id, out.facts.entity_id), (None, Some(entity)));
}
