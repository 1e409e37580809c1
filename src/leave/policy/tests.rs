//! Policies on a real database: what is granted, when, and what a change makes of it.

use jiff::civil::{Date, date};

use super::*;
use crate::ids::EmployeeId;
use crate::leave::ledger::{self, Books};
use crate::leave::rules::{
    CarryOver, LastYear, LeaveYearStart, LedgerKind, MonthDay, PerHours, Rounding, ServiceYearRule,
};
use crate::leave::testing::{DAY, House, house};
use crate::leave::year_change;
use crate::people::{self, Facts, NewEmployee};

/// So many days a year for everybody, granted at its start.
fn days(days: i64) -> Policy {
    Policy {
        amount: Amount::Fixed(DAY.times(days, 1)),
        first_year: FirstYear::Days,
        last_year: LastYear::Days,
        grant: GrantRhythm::YearStart,
        part_time_factor: true,
        service_year_rule: ServiceYearRule::AtYearStart,
        rounding: Rounding::default(),
        leave_year_start: LeaveYearStart::Fixed(MonthDay::NEW_YEAR),
        carry_over: None,
    }
}

fn fields(house: &House, terms: Policy, applies_to: Scope) -> PolicyFields {
    let valid_from = date(2026, 12, 3);
    PolicyFields { name: "Vacation".to_owned(), leave_type_id: house.vacation, applies_to, valid_from, terms }
}

fn enter(house: &House, terms: Policy, applies_to: Scope) -> (LeavePolicyId, Vec<Touched>) {
    let (hr, fields) = (house.hr.clone(), fields(house, terms, applies_to));
    house.act(move |tx| create(tx, &hr, fields)).unwrap()
}

fn change(house: &House, id: LeavePolicyId, by: impl FnOnce(&mut PolicyFields) + Send + 'static) -> Vec<Touched> {
    let hr = house.hr.clone();
    house.act(move |tx| update(tx, &hr, id, by)).unwrap()
}

/// What the clockwork does in a night.
fn night(house: &House, at: &str) {
    house.clock.set(at.parse().unwrap());
    let hr = house.hr.clone();
    house
        .act(move |tx| {
            for person in due(tx)? {
                regrant(tx, &hr, person, None)?;
            }
            year_change::run(tx, &hr).map(drop)
        })
        .unwrap();
}

fn mira(house: &House) -> EmployeeId {
    house.mira.employee_id.unwrap()
}

/// Kind, minutes and date of the rows of Mira's vacation in a leave year that stand.
fn rows(house: &House, year: i16) -> Vec<(LedgerKind, i64, Date)> {
    let (id, kind) = (mira(house), house.vacation);
    let ledger = house.read(move |rx| {
        let accounts = ledger::Accounts::of(rx, id, kind)?;
        Ok(ledger::Written::read(rx, accounts.numbered(year))?.ledger)
    });
    ledger.unwrap().rows().iter().map(|row| (row.kind, row.minutes.get(), row.effective_date)).collect()
}

#[test]
fn the_most_specific_policy_holds() {
    let scope =
        |entity: Option<i64>, location: Option<i64>, kind: Option<people::EmploymentType>, person: Option<i64>| {
            Scope {
                entity_id: entity.map(crate::ids::EntityId),
                location_id: location.map(crate::ids::LocationId),
                employment_type: kind,
                employee_id: person.map(EmployeeId),
            }
            .rank()
        };
    let part = Some(people::EmploymentType::PartTime);
    let order = [
        scope(None, None, None, None),
        scope(Some(1), None, None, None),
        scope(None, Some(1), None, None),
        scope(Some(1), Some(1), None, None),
        scope(None, None, part, None),
        scope(Some(1), None, part, None),
        scope(None, Some(1), part, None),
        scope(None, None, None, Some(1)),
    ];
    assert!(order.is_sorted_by(|one, other| one < other), "{order:?}");

    let house = house();
    enter(&house, days(20), Scope::default());
    enter(&house, days(30), Scope { employee_id: house.mira.employee_id, ..Scope::default() });
    assert_eq!(house.available(&house.mira.clone(), date(2026, 12, 3)), DAY.times(30, 1));
    assert_eq!(house.available(&house.li.clone(), date(2026, 12, 3)), DAY.times(20, 1));
    let hr = house.hr.clone();
    let again = fields(&house, days(25), Scope::default());
    assert!(matches!(house.act(move |tx| create(tx, &hr, again)), Err(AppError::Conflict(_))));
    for by in [house.manager.clone(), house.mira.clone()] {
        let one = fields(&house, days(25), Scope::default());
        assert!(matches!(house.act(move |tx| create(tx, &by, one)), Err(AppError::Forbidden(_))));
    }
}

#[test]
fn what_a_policy_granted_is_corrected_by_rows_that_name_the_grant() {
    let house = house();
    let (id, touched) = enter(&house, days(25), Scope::default());
    assert_eq!(touched.len(), 4, "everybody");
    let grant = (LedgerKind::Grant, 12_000, date(2026, 1, 1));
    assert_eq!(rows(&house, 2026), [grant]);
    assert_eq!(change(&house, id, |fields| fields.name = "Leave".to_owned()).len(), 0);
    let touched = change(&house, id, |fields| fields.terms = days(20));
    assert_eq!((touched.len(), touched[0].before, touched[0].after), (4, DAY.times(25, 1), DAY.times(20, 1)));
    assert_eq!(rows(&house, 2026), [grant, (LedgerKind::Adjustment, -2_400, date(2026, 1, 1))]);
    assert_eq!(house.available(&house.mira.clone(), date(2026, 1, 1)), DAY.times(20, 1));
    // Nothing happens twice, and what is removed is taken back.
    let due = house.read(due).unwrap();
    assert_eq!(due, []);
    let kind = house.vacation;
    let hr = house.hr.clone();
    let touched = house.act(move |tx| remove(tx, &hr, id)).unwrap();
    assert_eq!((touched.len(), house.sum(&house.mira.clone(), 2026)), (4, 0));
    // The night takes nothing off again, and another policy gives all that it says.
    assert_eq!(house.read(super::due).unwrap(), []);
    let hr = house.hr.clone();
    house.act(move |tx| regrant_everybody(tx, &hr, &[kind])).unwrap();
    assert_eq!(house.sum(&house.mira.clone(), 2026), 0);
    enter(&house, days(20), Scope::default());
    assert_eq!(house.sum(&house.mira.clone(), 2026), 20 * DAY.get());
}

#[test]
fn a_correction_takes_nothing_off_what_expires_first() {
    let house = house();
    let mira = house.mira.clone();
    let (id, _) = enter(&house, days(25), Scope::default());
    house.grant(&mira, 3, date(2026, 1, 1), Some(date(2026, 3, 31)));
    change(&house, id, |fields| fields.terms = days(20));
    let account = house.account(&mira, date(2026, 12, 3));
    let balance = house.read(move |rx| Ok(Books::open(rx, account, None)?.on(date(2026, 12, 3)))).unwrap();
    assert_eq!((balance.available, balance.expired), (DAY.times(20, 1), DAY.times(3, 1)), "as if it had been 20");
}

#[test]
fn twelfths_add_up_whatever_nights_are_missed() {
    let house = house();
    house.clock.set("2027-01-01T00:30:00Z".parse().unwrap());
    let monthly = Policy { grant: GrantRhythm::Monthly, amount: Amount::Fixed(Minutes::new(11_900)), ..days(25) };
    let (hr, mut one) = (house.hr.clone(), fields(&house, monthly, Scope::default()));
    one.valid_from = date(2027, 1, 1);
    house.act(move |tx| create(tx, &hr, one)).unwrap();
    assert_eq!(rows(&house, 2027), []);
    // What is to come by then is counted, though nothing is written.
    assert_eq!(house.available(&house.mira.clone(), date(2027, 6, 30)), Minutes::new(5_950));
    night(&house, "2027-02-01T00:30:00Z");
    assert_eq!(rows(&house, 2027).len(), 1);
    night(&house, "2027-12-31T00:30:00Z");
    let rows = rows(&house, 2027);
    assert_eq!((rows.len(), house.sum(&house.mira.clone(), 2027)), (12, 11_900));
    assert_eq!([rows[0].1, rows[1].1, rows[2].1], [992, 991, 992], "the sum is rounded, never each");
}

#[test]
fn a_leave_year_is_closed_once_and_corrected_afterwards() {
    let house = house();
    let mira = house.mira.clone();
    let carry = CarryOver { max_minutes: Some(DAY.times(5, 1)), expires_on: MonthDay::new(3, 31), ..CarryOver::ALL };
    enter(&house, Policy { carry_over: Some(carry), ..days(25) }, Scope::default());
    // Known before it happens: 5 of 25 days go over, until the end of March.
    assert_eq!(house.available(&mira, date(2027, 1, 4)), DAY.times(30, 1));
    assert_eq!(house.available(&mira, date(2027, 4, 1)), DAY.times(25, 1));
    for _ in 0..2 {
        night(&house, "2027-01-01T00:30:00Z");
        let first = date(2027, 1, 1);
        let arrived = [(LedgerKind::Grant, 12_000, first), (LedgerKind::CarryOver, 2_400, first)];
        assert_eq!((rows(&house, 2027), house.sum(&mira, 2026)), (arrived.to_vec(), 0));
    }
    // HR enters leave of the year that is closed: 22 days, so that 3 are left to go over.
    let late = crate::leave::request::NewLeave {
        employee_id: mira.employee_id,
        ..house.days(date(2026, 11, 2), date(2026, 12, 1))
    };
    house.submit(&house.hr.clone(), late).unwrap();
    assert_eq!((house.sum(&mira, 2026), house.available(&mira, date(2027, 1, 4))), (0, DAY.times(28, 1)));
    // What is taken by the end of March is not taken back then; the rest is.
    let id = house.submit(&mira, house.days(date(2027, 3, 30), date(2027, 3, 31))).unwrap();
    house.approve(&house.manager.clone(), id).unwrap();
    night(&house, "2027-04-02T00:30:00Z");
    assert_eq!(house.available(&mira, date(2027, 4, 2)), DAY.times(25, 1));
}

#[test]
fn leave_in_december_leaves_enough_for_what_is_booked_in_january() {
    let house = house();
    let mira = house.mira.clone();
    enter(&house, Policy { carry_over: Some(CarryOver::ALL), ..days(4) }, Scope::default());
    // 4 days of 2026 and 4 of 2027: seven in January.
    house.submit(&mira, house.days(date(2027, 1, 11), date(2027, 1, 19))).unwrap();
    house.submit(&mira, house.days(date(2026, 12, 9), date(2026, 12, 9))).unwrap();
    let Err(AppError::Invalid(errors)) = house.submit(&mira, house.days(date(2026, 12, 10), date(2026, 12, 10))) else {
        panic!("the day is promised already")
    };
    assert!(errors.of("end_date").is_some());
    // Across the year's end, both years together.
    let over = house.submit(&house.li.clone(), house.days(date(2026, 12, 28), date(2027, 1, 7)));
    assert!(matches!(over, Err(AppError::Invalid(_))), "nine days of eight");
    house.submit(&house.li.clone(), house.days(date(2026, 12, 28), date(2027, 1, 6))).unwrap();
}

#[test]
fn a_leave_year_may_begin_on_any_day() {
    let house = house();
    let mira = house.mira.clone();
    // Joined on 1 February 2022.
    let own_year = Policy { leave_year_start: LeaveYearStart::Anniversary, ..days(24) };
    enter(&house, own_year, Scope::default());
    let account = house.account(&mira, date(2027, 1, 31));
    assert_eq!((account.year, account.leave_year().period.first()), (2026, date(2026, 2, 1)));
    let taken = house.submit(&mira, house.days(date(2027, 1, 25), date(2027, 1, 29))).unwrap();
    house.approve(&house.manager.clone(), taken).unwrap();
    assert_eq!(house.sum(&mira, 2026), DAY.times(19, 1).get());
    night(&house, "2027-02-01T00:30:00Z");
    assert_eq!((house.sum(&mira, 2026), house.sum(&mira, 2027)), (0, DAY.times(24, 1).get()));

    // Another start, while nothing is closed: all is written anew in the years in which it lies then.
    let house = self::house();
    let mira = house.mira.clone();
    let april = LeaveYearStart::Fixed(MonthDay::new(4, 1).unwrap());
    let (id, _) = enter(&house, days(24), Scope::default());
    let taken = house.submit(&mira, house.days(date(2027, 1, 4), date(2027, 1, 8))).unwrap();
    house.approve(&house.manager.clone(), taken).unwrap();
    change(&house, id, move |fields| fields.terms.leave_year_start = april);
    let account = house.account(&mira, date(2027, 1, 4));
    assert_eq!((account.year, account.leave_year().period.last()), (2026, date(2027, 3, 31)));
    assert_eq!(house.sum(&mira, 2026), DAY.times(19, 1).get());
    assert_eq!(house.sum(&mira, 2027), 0);
}

#[test]
fn who_is_new_or_corrected_is_granted_at_once() {
    let house = house();
    people::followed_by(people::Followers { entered: vec![welcome], ..people::Followers::default() });
    enter(&house, days(24), Scope::default());
    let hr = house.hr.clone();
    let facts = Facts::new("77", "Noor", "Haddad", "noor@demo.test", date(2026, 12, 1));
    let noor = house.act(move |tx| people::create(tx, &hr, NewEmployee::from(facts))).unwrap();
    let noor = Actor { employee_id: Some(noor), ..house.mira.clone() };
    assert_eq!(house.available(&noor, date(2026, 12, 3)).get(), 978, "31 of 365 days");
    // Mira joined on 1 October after all, and works half of the week from 1 December on.
    let (hr, id) = (house.hr.clone(), mira(&house));
    house.act(move |tx| people::update(tx, &hr, id, |facts| facts.join_date = date(2026, 10, 1))).unwrap();
    assert_eq!(house.available(&house.mira.clone(), date(2026, 12, 3)).get(), 2_904, "92 of 365 days");
    assert_eq!(house.available(&house.mira.clone(), date(2026, 9, 30)).get(), 0, "nothing before the first day");
}

#[test]
fn hours_earn_leave_up_to_the_year_s_amount() {
    let house = house();
    house.clock.set("2027-01-01T00:30:00Z".parse().unwrap());
    let rate = PerHours { minutes: Minutes::hours(1), per_minutes: Minutes::hours(30) };
    let terms =
        Policy { amount: Amount::Fixed(Minutes::hours(40)), grant: GrantRhythm::PerHoursWorked(rate), ..days(5) };
    let (hr, mut one) = (house.hr.clone(), fields(&house, terms, Scope::default()));
    one.valid_from = date(2027, 1, 1);
    house.act(move |tx| create(tx, &hr, one)).unwrap();
    night(&house, "2027-02-01T00:30:00Z");
    // 21 working days of 8 hours: 168 ÷ 30 hours.
    assert_eq!(rows(&house, 2027), [(LedgerKind::Accrual, 336, date(2027, 1, 31))]);
    night(&house, "2027-12-31T23:30:00Z");
    assert_eq!(house.sum(&house.mira.clone(), 2027), Minutes::hours(40).get(), "and no more");
}

#[test]
fn a_preset_is_a_policy_like_any_other() {
    let house = house();
    let (hr, kind) = (house.hr.clone(), house.vacation);
    let (id, touched) = house.act(move |tx| apply_preset(tx, &hr, "service-years", kind)).unwrap();
    assert_eq!((touched.len(), touched[0].after), (4, Minutes::hours(80)), "joined in 2022");
    let hr = house.hr.clone();
    let kept = house.read(move |rx| get(rx, &hr, id)).unwrap();
    assert_eq!((kept.fields.terms, kept.fields.name.as_str()), (Policy::service_years(), "Vacation"));
    let (hr, kind) = (house.hr.clone(), house.vacation);
    assert!(matches!(house.act(move |tx| apply_preset(tx, &hr, "none", kind)), Err(AppError::NotFound)));
}

#[test]
fn what_cannot_be_is_refused_by_field() {
    let house = house();
    let refused = |change: fn(&mut PolicyFields)| {
        let (hr, mut one) = (house.hr.clone(), fields(&house, days(25), Scope::default()));
        change(&mut one);
        match house.act(move |tx| create(tx, &hr, one)) {
            Err(AppError::Invalid(errors)) => errors.0.first().map(|(field, _)| field.to_string()),
            _ => None,
        }
    };
    let field = |name: &str| Some(name.to_owned());
    assert_eq!(refused(|one| one.leave_type_id = LeaveTypeId(99)), field("leave_type_id"));
    assert_eq!(refused(|one| one.terms.amount = Amount::Fixed(Minutes::new(-1))), field("amount"));
    assert_eq!(refused(|one| one.terms.rounding.step_minutes = Minutes::ZERO), field("rounding"));
    assert_eq!(refused(|one| one.applies_to.location_id = Some(crate::ids::LocationId(99))), field("location_id"));
    assert_eq!(
        refused(|one| {
            one.terms.carry_over =
                Some(CarryOver { expires_after_months: Some(3), expires_on: MonthDay::new(3, 31), ..CarryOver::ALL });
        }),
        field("carry_over")
    );
    assert_eq!(
        refused(|one| {
            let rate = PerHours { minutes: Minutes::hours(2), per_minutes: Minutes::hours(1) };
            one.terms.grant = GrantRhythm::PerHoursWorked(rate);
        }),
        field("grant")
    );
}
