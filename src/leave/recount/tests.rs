use jiff::civil::{Date, date};

use crate::approvals::{self, Kind};
use crate::auth::Actor;
use crate::error::AppError;
use crate::ids::{HolidayId, LeaveRequestId};
use crate::leave::request;
use crate::leave::rules::{LeaveStatus, Part};
use crate::leave::testing::{DAY, House, house};
use crate::people::holidays::{self, HolidayFacts};
use crate::people::recount::{Touched, mark};
use crate::people::schedule::{self, Wanted};
use crate::time::{Half, HolidayScope, Minutes, Rotation, WeeklySchedule};

fn facts(on: Date, half: Option<Half>) -> HolidayFacts {
    HolidayFacts {
        name: "Founder’s day".into(),
        start_date: on,
        end_date: on,
        half,
        scope: HolidayScope::Global,
        entity_id: None,
        location_id: None,
        working: false,
        estimated: false,
        source: String::new(),
        observed_for: None,
    }
}

fn holiday(house: &House, on: Date, half: Option<Half>) -> (HolidayId, Vec<Touched>) {
    let hr = house.hr.clone();
    house.act(move |tx| holidays::create(tx, &hr, facts(on, half))).unwrap()
}

fn request(house: &House, id: LeaveRequestId) -> (i64, LeaveStatus) {
    let found = house.read(move |rx| request::store::get(rx, id)).unwrap();
    (found.minutes.get(), found.status)
}

fn approved(house: &House, who: &Actor, first: Date, last: Date) -> LeaveRequestId {
    let id = house.submit(who, house.days(first, last)).unwrap();
    house.approve(&house.manager.clone(), id).unwrap();
    id
}

#[test]
fn a_holiday_re_credits_approved_leave_and_its_removal_charges_it_again() {
    let house = house();
    let mira = &house.mira.clone();
    house.grant(mira, 10, date(2026, 1, 1), None);
    let id = approved(&house, mira, date(2026, 12, 7), date(2026, 12, 11));
    assert_eq!(house.sum(mira, 2026), 5 * DAY.get());

    let (holiday, touched) = holiday(&house, date(2026, 12, 9), None);
    let one = &touched[0];
    assert_eq!((touched.len(), one.request_id, one.open), (1, Some(id), false));
    assert_eq!((one.before, one.after, one.balance_after), (DAY.times(5, 1), DAY.times(4, 1), Some(DAY.times(6, 1))));
    assert_eq!(request(&house, id), (4 * DAY.get(), LeaveStatus::Approved));
    assert_eq!(house.sum(mira, 2026), 6 * DAY.get());
    let why = house.read(|rx| {
        rx.all("SELECT explanation FROM leave_ledger WHERE kind = 'reversal'", (), |row| row.get::<_, String>(0))
    });
    assert!(why.unwrap().iter().all(|text| text.contains("was entered as a holiday")), "the ledger says why");
    let told = house.read(|rx| rx.scalar::<i64>("SELECT count(*) FROM notices WHERE kind = 'leave_recounted'", ()));
    assert_eq!(told.unwrap(), 1_i64);

    let hr = house.hr.clone();
    let touched = house.act(move |tx| holidays::delete(tx, &hr, holiday)).unwrap();
    assert_eq!((touched[0].before, touched[0].after), (DAY.times(4, 1), DAY.times(5, 1)));
    assert_eq!(house.sum(mira, 2026), 5 * DAY.get(), "as before");
}

#[test]
fn half_holidays_half_days_and_the_years_end() {
    let house = house();
    let mira = &house.mira.clone();
    house.grant(mira, 10, date(2026, 1, 1), None);
    house.grant(mira, 10, date(2027, 1, 1), None);
    let over_new_year = approved(&house, mira, date(2026, 12, 30), date(2027, 1, 5));
    let mut afternoon = house.days(date(2026, 12, 16), date(2026, 12, 16));
    (afternoon.start_part, afternoon.end_part) = (Part::Afternoon, Part::Afternoon);
    let afternoon = house.submit(mira, afternoon).unwrap();
    house.approve(&house.manager.clone(), afternoon).unwrap();

    let (_, touched) = holiday(&house, date(2026, 12, 31), Some(Half::Afternoon));
    assert_eq!(touched[0].after - touched[0].before, -DAY.times(1, 2));
    holiday(&house, date(2027, 1, 1), None);
    assert_eq!(request(&house, over_new_year).0, DAY.times(7, 2).get());
    assert_eq!((house.sum(mira, 2026), house.sum(mira, 2027)), (DAY.times(16, 2).get(), DAY.times(16, 2).get()));

    let (_, touched) = holiday(&house, date(2026, 12, 16), Some(Half::Morning));
    assert!(touched.is_empty(), "the other half");
    let (_, touched) = holiday(&house, date(2026, 12, 16), None);
    assert_eq!((touched.len(), touched[0].after), (1, Minutes::ZERO));
    assert_eq!(request(&house, afternoon), (0, LeaveStatus::Approved), "nothing is left, and it stays");
}

#[test]
fn leave_that_is_over_is_counted_anew_too() {
    let house = house();
    let mira = &house.mira.clone();
    house.grant(mira, 10, date(2026, 1, 1), None);
    approved(&house, mira, date(2026, 12, 7), date(2026, 12, 11));
    house.clock.set("2026-12-28T12:00:00Z".parse().unwrap());
    let (_, touched) = holiday(&house, date(2026, 12, 8), None);
    assert_eq!(touched.len(), 1);
    assert_eq!(house.sum(mira, 2026), 6 * DAY.get());
}

#[test]
fn pending_leave_gets_its_new_count_and_what_is_left_of_none_is_not_approved() {
    let house = house();
    let mira = &house.mira.clone();
    house.grant(mira, 10, date(2026, 1, 1), None);
    let id = house.submit(mira, house.days(date(2026, 12, 10), date(2026, 12, 11))).unwrap();
    let (_, touched) = holiday(&house, date(2026, 12, 10), None);
    assert!(touched[0].open);
    assert_eq!(touched[0].balance_after, Some(DAY.times(9, 1)), "what it reserves is less");
    let approval = house.read(move |rx| approvals::current(rx, Kind::Leave, id.0)).unwrap().unwrap();
    assert!(approval.title.to_string().contains("1\u{a0}day"), "{}", approval.title);
    holiday(&house, date(2026, 12, 11), None);
    assert_eq!(request(&house, id), (0, LeaveStatus::Pending));
    assert!(matches!(house.approve(&house.manager.clone(), id), Err(AppError::Conflict(_))));
}

#[test]
fn another_pattern_counts_leave_anew_and_may_overdraw() {
    let house = house();
    let mira = &house.mira.clone();
    house.grant(mira, 5, date(2026, 1, 1), None);
    approved(&house, mira, date(2026, 12, 14), date(2026, 12, 18));
    let (hr, who) = (house.hr.clone(), mira.employee_id.unwrap());
    let long = WeeklySchedule::weekdays(Minutes::hours(9)).unwrap();
    let short = WeeklySchedule::weekdays(Minutes::hours(6)).unwrap();
    // The week of 14 December is the second of the rotation.
    let pattern = Rotation::new(date(2026, 12, 7), vec![short, long]).unwrap();
    let wanted = Wanted::new(date(2026, 12, 7), pattern);
    let (_, touched) = house.act(move |tx| schedule::set(tx, &hr, who, wanted)).unwrap();
    assert_eq!((touched[0].before, touched[0].after), (Minutes::hours(40), Minutes::hours(45)));
    assert_eq!(touched[0].balance_after, Some(Minutes::hours(-5)));
    assert_eq!(house.available(mira, date(2026, 12, 31)), Minutes::hours(-5));
}

#[test]
fn the_mark_of_a_list_changes_with_what_is_approved_meanwhile() {
    let house = house();
    let (mira, li) = (&house.mira.clone(), &house.li.clone());
    house.grant(mira, 10, date(2026, 1, 1), None);
    house.grant(li, 10, date(2026, 1, 1), None);
    approved(&house, mira, date(2026, 12, 7), date(2026, 12, 11));
    let second = house.submit(li, house.days(date(2026, 12, 9), date(2026, 12, 9))).unwrap();
    let look = |house: &House| {
        let hr = house.hr.clone();
        let seen = std::sync::Arc::new(parking_lot::Mutex::new(Vec::new()));
        let told = std::sync::Arc::clone(&seen);
        let looked = house.act(move |tx| {
            *told.lock() = holidays::create(tx, &hr, facts(date(2026, 12, 9), None))?.1;
            Err::<(), _>(AppError::conflict("Only a look"))
        });
        assert!(looked.is_err());
        seen.lock().clone()
    };
    let before = look(&house);
    assert_eq!(before.len(), 2);
    assert_eq!(mark(&before), mark(&look(&house)), "looking changes nothing");
    house.approve(&house.manager.clone(), second).unwrap();
    assert_ne!(mark(&before), mark(&look(&house)));
}
