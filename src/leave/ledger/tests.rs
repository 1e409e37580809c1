//! The ledger on a real database.

use jiff::civil::date;

use super::*;
use crate::error::AppError;
use crate::leave::testing::{DAY, house};

#[test]
fn rows_are_never_changed_or_removed_and_a_reversal_undoes_a_whole_row() {
    let house = house();
    house.grant(&house.mira.clone(), 3, date(2026, 1, 1), None);
    for (sql, said) in [
        ("UPDATE leave_ledger SET minutes = 1", "append-only"),
        ("DELETE FROM leave_ledger", "append-only"),
        (
            "INSERT INTO leave_ledger (employee_id, leave_type_id, leave_year, kind, minutes, effective_date, reverses_id,
                 explanation, actor, created_at)
             SELECT employee_id, leave_type_id, leave_year, 'reversal', -1, effective_date, id, '{}', 'x', created_at
             FROM leave_ledger",
            "undoes one row",
        ),
    ] {
        let refused = house.act(move |tx| tx.run(sql, ())).unwrap_err();
        assert!(format!("{refused:?}").contains(said), "{sql}: {refused:?}");
    }
    assert_eq!(house.sum(&house.mira.clone(), 2026), DAY.times(3, 1).get());
}

#[test]
fn hr_corrects_a_balance_and_nobody_else() {
    let house = house();
    let mira = house.mira.clone();
    let input = Adjustment {
        employee_id: mira.employee_id.unwrap(),
        leave_type_id: house.vacation,
        minutes: DAY,
        effective_on: date(2026, 7, 1),
        reason: "Stocktaking".to_owned(),
    };
    for by in [mira.clone(), house.manager.clone()] {
        let input = input.clone();
        assert!(matches!(house.act(move |tx| adjust(tx, &by, &input)), Err(AppError::Forbidden(_))));
    }
    let (hr, good) = (house.hr.clone(), input.clone());
    house.act(move |tx| adjust(tx, &hr, &good)).unwrap();
    assert_eq!(house.available(&mira, date(2026, 12, 3)), DAY);
    assert_eq!(house.available(&mira, date(2026, 6, 30)), Minutes::ZERO, "not before it counts");

    let bad = Adjustment { minutes: Minutes::ZERO, reason: " ".to_owned(), ..input };
    let hr = house.hr.clone();
    let Err(AppError::Invalid(errors)) = house.act(move |tx| adjust(tx, &hr, &bad)) else { panic!("taken") };
    assert!(errors.of("minutes").is_some() && errors.of("reason").is_some());
}

#[test]
fn what_was_not_used_in_time_goes_and_going_twice_changes_nothing() {
    let house = house();
    let mira = house.mira.clone();
    house.grant(&mira, 3, date(2026, 1, 1), Some(date(2026, 12, 9)));
    let id = house.submit(&mira, house.days(date(2026, 12, 8), date(2026, 12, 9))).unwrap();
    house.approve(&house.manager.clone(), id).unwrap();
    house.clock.set("2026-12-10T02:00:00Z".parse().unwrap());
    let account = house.account(&mira, date(2026, 12, 10));
    let due = |house: &crate::leave::testing::House| {
        house.read(|rx| due_to_expire(rx, date(2026, 12, 1), date(2026, 12, 10))).unwrap()
    };
    assert_eq!(due(&house), [account]);
    for _ in 0..2 {
        let hr = house.hr.clone();
        house.act(move |tx| expire(tx, &hr, account, date(2026, 12, 10))).unwrap();
        assert_eq!(house.sum(&mira, 2026), 0);
    }
    assert_eq!(due(&house), []);
    let lines = house.read(move |rx| store::lines(rx, account)).unwrap();
    assert_eq!(lines.iter().filter(|line| line.row.kind == LedgerKind::Expiry).count(), 1);
}

#[test]
fn only_those_who_lead_a_person_see_the_balance() {
    let house = house();
    let mira = house.mira.employee_id.unwrap();
    house.grant(&house.mira.clone(), 3, date(2026, 1, 1), None);
    let sees = |by: &Actor| {
        let by = by.clone();
        house.read(move |rx| balances(rx, &by, mira, date(2026, 12, 3))).is_ok()
    };
    assert!(sees(&house.mira) && sees(&house.manager) && sees(&house.hr));
    assert!(!sees(&house.li));
}

#[test]
fn hr_pays_out_what_the_balance_covers_on_that_day_and_later() {
    let house = house();
    let mira = house.mira.clone();
    house.grant(&mira, 5, date(2026, 1, 1), None);
    house.submit(&mira, house.days(date(2026, 12, 10), date(2026, 12, 11))).unwrap();
    let pay = |by: &Actor, days: i64| {
        let (by, kind, employee_id) = (by.clone(), house.vacation, house.mira.employee_id.unwrap());
        let input = Encashment {
            employee_id,
            leave_type_id: kind,
            minutes: DAY.times(days, 1),
            effective_on: date(2026, 12, 3),
            reason: "With the last salary".to_owned(),
        };
        house.act(move |tx| encash(tx, &by, &input))
    };
    assert!(matches!(pay(&house.manager, 1), Err(AppError::Forbidden(_))));
    let Err(AppError::Invalid(errors)) = pay(&house.hr, 4) else { panic!("two of five are reserved") };
    assert!(errors.of("minutes").is_some());
    pay(&house.hr, 3).unwrap();
    let account = house.account(&mira, date(2026, 12, 3));
    let balance = house.read(move |rx| Ok(Books::open(rx, account, None)?.on(date(2026, 12, 31)))).unwrap();
    assert_eq!((balance.available, balance.encashed), (Minutes::ZERO, DAY.times(3, 1)));
}
