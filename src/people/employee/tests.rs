use std::collections::HashMap;

use jiff::civil::date;
use proptest::prelude::*;

use super::super::testing::{House, actor, house, hr, person};
use super::*;
use crate::auth::Role;
use crate::ids::DepartmentId;

/// The fields that were refused.
fn fields<T>(result: Result<T>) -> Vec<String> {
    match result {
        Err(AppError::Invalid(errors)) => errors.0.into_iter().map(|(field, _)| field.into_owned()).collect(),
        Err(other) => panic!("{other}"),
        Ok(_) => Vec::new(),
    }
}

fn audit_entries(house: &House) -> i64 {
    house.db.read_blocking(|rx| rx.scalar("SELECT count(*) FROM audit_log", ())).unwrap()
}

#[test]
fn a_person_comes_back_as_entered() {
    let house = house();
    let boss = house.person("1", None);
    let facts = Facts {
        phone: " 0431  99 ".into(),
        position: "Support".into(),
        employment_type: EmploymentType::PartTime,
        manager_id: Some(boss),
        leave_date: Some(date(2027, 1, 31)),
        exclude_from_reports: true,
        ..person("2")
    };
    let entered = facts.clone();
    let id = house.act(move |tx| create(tx, &hr(), NewEmployee::from(entered))).unwrap();
    let read = house.db.read_blocking(|rx| get(rx, id)).unwrap();
    assert_eq!(read.facts, Facts { phone: "0431 99".into(), ..facts });
    assert_eq!((read.login, read.hidden), (Login::None, false));
}

#[test]
fn every_fault_is_told_at_once() {
    let house = house();
    let wrong = Facts {
        number: " ".into(),
        last_name: "x".repeat(101),
        email: "nobody".into(),
        manager_id: Some(EmployeeId(99)),
        department_id: Some(DepartmentId(9)),
        leave_date: Some(date(2026, 1, 31)),
        ..person("1")
    };
    let refused = house.act(move |tx| create(tx, &hr(), NewEmployee::from(wrong)));
    assert_eq!(fields(refused), ["number", "last_name", "email", "leave_date", "department_id", "manager_id"]);
    assert_eq!(audit_entries(&house), 0);
}

#[test]
fn number_and_address_are_unique_however_written() {
    let house = house();
    let first = Facts { number: "ä-1".into(), email: "Jürgen@Demo.Test".into(), ..person("1") };
    house.act(move |tx| create(tx, &hr(), NewEmployee::from(first))).unwrap();
    for (number, email, wrong) in [
        ("Ä-1", "other@demo.test", "number"),
        ("a\u{308}-1", "other@demo.test", "number"),
        ("2", "jürgen@demo.test", "email"),
        ("2", "JU\u{308}RGEN@DEMO.TEST", "email"),
    ] {
        let second = Facts { number: number.into(), email: email.into(), ..person("2") };
        assert_eq!(
            fields(house.act(move |tx| create(tx, &hr(), NewEmployee::from(second)))),
            [wrong],
            "{number} {email}"
        );
    }
}

#[test]
fn only_hr_writes() {
    let house = house();
    let boss = house.person("1", None);
    let clerk = house.person("2", Some(boss));
    let manager = actor(boss, &[Role::Employee, Role::Manager, Role::Admin]);
    let who = manager.clone();
    assert!(matches!(
        house.act(move |tx| create(tx, &who, NewEmployee::from(person("3")))),
        Err(AppError::Forbidden(_))
    ));
    let who = manager.clone();
    assert!(matches!(
        house.act(move |tx| update(tx, &who, clerk, |f| f.phone = "1".into())),
        Err(AppError::Forbidden(_))
    ));
    let who = manager.clone();
    assert!(matches!(house.act(move |tx| hide(tx, &who, clerk)), Err(AppError::Forbidden(_))));
    assert!(matches!(house.act(move |tx| restore(tx, &manager, clerk)), Err(AppError::Forbidden(_))));
}

#[test]
fn the_past_keeps_what_it_had() {
    let house = house();
    let (march, june) = (house.person("1", None), house.person("2", None));
    let clerk = house.person("3", Some(march));
    house.clock.set("2026-06-15T12:00:00Z".parse().unwrap());
    house
        .act(move |tx| {
            update(tx, &hr(), clerk, |f| {
                f.manager_id = Some(june);
                f.position = "Lead".into();
            })
        })
        .unwrap();
    let manager_on = |day| house.db.read_blocking(|rx| standing_on(rx, clerk, day)).unwrap().manager_id;
    assert_eq!(manager_on(date(2026, 3, 1)), Some(march));
    assert_eq!(manager_on(date(2026, 6, 14)), Some(march));
    assert_eq!(manager_on(date(2026, 6, 15)), Some(june));
    assert_eq!(manager_on(date(2020, 1, 1)), Some(march), "before the first day: how it began");
    let positions = [date(2026, 6, 14), date(2026, 6, 15)]
        .map(|day| house.db.read_blocking(|rx| standing_on(rx, clerk, day)).unwrap().position);
    assert_eq!(positions, ["", "Lead"]);
}

#[test]
fn a_manager_taken_away_stays_away() {
    let house = house();
    let boss = house.person("1", None);
    let clerk = house.person("2", Some(boss));
    house.act(move |tx| set_manager(tx, &hr(), clerk, None)).unwrap();
    let today = house.db.read_blocking(|rx| standing_on(rx, clerk, date(2026, 12, 3))).unwrap();
    assert_eq!(today.manager_id, None);
}

#[test]
fn the_login_follows_the_record() {
    let house = house();
    let id = house.person("1", None);
    let user = house.login(id, &[]);
    house
        .act(move |tx| {
            update(tx, &hr(), id, |f| {
                f.email = "Mira.New@demo.test".into();
                f.last_name = "Brandt".into();
            })
        })
        .unwrap();
    let login: (String, String, String) = house
        .db
        .read_blocking(|rx| {
            rx.get("SELECT email, email_key, name FROM users WHERE id = ?1", [user], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?))
            })
        })
        .unwrap();
    assert_eq!(login, ("Mira.New@demo.test".into(), "mira.new@demo.test".into(), "Mira Brandt".into()));
    let (other, another) = (house.person("2", None), house.person("3", None));
    house.login(other, &[]);
    let taken = house.act(move |tx| update(tx, &hr(), another, |f| f.email = "mira.new@demo.test".into()));
    assert_eq!(fields(taken), ["email"]);
}

#[test]
fn saving_without_a_change_writes_nothing() {
    let house = house();
    let id = house.person("1", None);
    let before = audit_entries(&house);
    house.act(move |tx| update(tx, &hr(), id, |_| {})).unwrap();
    assert_eq!(audit_entries(&house), before);
}

#[test]
fn deactivated_people_leave_the_stage_and_come_back() {
    let house = house();
    let boss = house.person("1", None);
    let clerk = house.person("2", Some(boss));
    house.act(move |tx| hide(tx, &hr(), boss)).unwrap();
    let gone = house.db.read_blocking(|rx| get(rx, boss)).unwrap();
    assert!(gone.hidden && !gone.is_employed_on(date(2026, 12, 3)));
    // Whoever reports to them may still be changed; nobody new is put under them.
    house.act(move |tx| update(tx, &hr(), clerk, |f| f.phone = "1".into())).unwrap();
    let under = Facts { manager_id: Some(boss), ..person("3") };
    assert_eq!(fields(house.act(move |tx| create(tx, &hr(), NewEmployee::from(under)))), ["manager_id"]);
    house.act(move |tx| restore(tx, &hr(), boss)).unwrap();
    assert!(!house.db.read_blocking(|rx| get(rx, boss)).unwrap().hidden);

    let own = actor(boss, &[Role::Hr]);
    assert!(matches!(house.act(move |tx| hide(tx, &own, boss)), Err(AppError::Conflict(_))));
}

#[test]
fn nobody_is_above_themselves() {
    let house = house();
    let top = house.person("1", None);
    let middle = house.person("2", Some(top));
    let below = house.person("3", Some(middle));
    for manager in [middle, below] {
        assert_eq!(fields(house.act(move |tx| set_manager(tx, &hr(), top, Some(manager)))), ["manager_id"]);
    }
    assert_eq!(fields(house.act(move |tx| set_manager(tx, &hr(), top, Some(top)))), ["manager_id"]);
    house.act(move |tx| set_manager(tx, &hr(), below, Some(top))).unwrap();
}

#[test]
fn an_earlier_first_day_takes_the_working_week_along() {
    let house = house();
    let id = house.person("1", None);
    house.act(move |tx| update(tx, &hr(), id, |f| f.join_date = date(2026, 1, 1))).unwrap();
    let weeks = house.db.read_blocking(|rx| schedule::schedules(rx, id)).unwrap();
    assert_eq!(weeks.of(date(2026, 1, 2)).minutes().get(), 480);
}

#[test]
fn the_next_number_follows_the_highest() {
    let house = house();
    let next = |house: &House| house.db.read_blocking(next_number).unwrap();
    assert_eq!(next(&house), "1");
    for (number, expected) in [("0007", "0008"), ("X9000", "0008"), ("0012", "0013"), ("99", "100")] {
        house.person(number, None);
        assert_eq!(next(&house), expected, "after {number}");
    }
}

#[test]
fn status_follows_from_dates_and_login() {
    let house = house();
    let id = house.person("1", None);
    let mut employee = house.db.read_blocking(|rx| get(rx, id)).unwrap();
    assert_eq!(employee.status(date(2026, 1, 31)), Status::PreBoarding);
    assert_eq!(employee.status(date(2026, 2, 1)), Status::Active);
    employee.login = Login::Invited;
    assert_eq!(employee.status(date(2026, 1, 31)), Status::Invited);
    employee.facts.leave_date = Some(date(2026, 5, 31));
    assert_eq!(employee.status(date(2026, 5, 31)), Status::Invited);
    assert_eq!(employee.status(date(2026, 6, 1)), Status::Left);
    assert!(employee.is_employed_on(date(2026, 5, 31)) && !employee.is_employed_on(date(2026, 6, 1)));
}

/// The reporting lines as they stand, walked by hand: nobody is met twice.
fn assert_no_circle(house: &House) {
    let above: HashMap<EmployeeId, Option<EmployeeId>> = house
        .db
        .read_blocking(|rx| rx.all("SELECT id, manager_id FROM employees", (), |row| Ok((row.get(0)?, row.get(1)?))))
        .unwrap()
        .into_iter()
        .collect();
    for start in above.keys() {
        let (mut at, mut steps) = (*start, 0);
        while let Some(Some(manager)) = above.get(&at) {
            at = *manager;
            steps += 1;
            assert!(steps <= above.len(), "{start} is above themselves: {above:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// Random moves by several writers at once: after any of them the lines have no circle, and a move is refused
    /// exactly where the model (the lines walked by hand before it) says so when made alone.
    #[test]
    fn no_circle_ever(moves in prop::collection::vec((0_usize..7, prop::option::of(0_usize..7)), 1..60)) {
        let house = house();
        let people: Vec<EmployeeId> = (0..7).map(|n| house.person(&n.to_string(), None)).collect();
        // Alone, against the model.
        let mut model: Vec<Option<usize>> = vec![None; people.len()];
        for (who, manager) in &moves {
            let mut above = *manager;
            let mut circle = false;
            while let Some(at) = above {
                circle |= at == *who;
                above = if circle { None } else { model[at] };
            }
            let (id, to) = (people[*who], manager.map(|m| people[m]));
            let done = house.act(move |tx| set_manager(tx, &hr(), id, to));
            prop_assert_eq!(done.is_err(), circle, "{} under {:?} in {:?}", who, manager, model);
            if !circle {
                model[*who] = *manager;
            }
        }
        assert_no_circle(&house);
        // All at once.
        std::thread::scope(|scope| {
            for part in moves.chunks(moves.len().div_ceil(4)) {
                let (house, people) = (&house, &people);
                scope.spawn(move || {
                    for (who, manager) in part {
                        let (id, to) = (people[*who], manager.map(|m| people[m]));
                        let _ = house.act(move |tx| set_manager(tx, &hr(), id, to));
                    }
                });
            }
        });
        assert_no_circle(&house);
    }
}
