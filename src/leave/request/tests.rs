//! Requests on a real database, from sending to their end.

use jiff::SignedDuration;
use jiff::civil::date;

use super::*;
use crate::approvals::{Decision, Kind};
use crate::ids::LeaveTypeId;
use crate::leave::rules::{LeaveStatus, Part};
use crate::leave::testing::{DAY, House, house, no};
use crate::leave::types;
use crate::time::Minutes;

fn days(n: i64) -> Minutes {
    DAY.times(n, 1)
}

fn status(house: &House, id: LeaveRequestId) -> LeaveStatus {
    house.read(move |rx| Ok(store::get(rx, id)?.status)).unwrap()
}

fn plan(house: &House, by: &Actor, input: NewLeave) -> Plan {
    let by = by.clone();
    house.read(move |rx| preview(rx, &by, input, None)).unwrap()
}

#[test]
fn a_request_reserves_then_takes_and_the_preview_said_so() {
    let house = house();
    let mira = &house.mira.clone();
    house.grant(mira, 30, date(2026, 1, 1), None);
    let input = house.days(date(2026, 12, 8), date(2026, 12, 11));
    let said = plan(&house, mira, input.clone());
    assert!(said.errors.is_empty() && said.conflicts.is_empty(), "{:?}", said.errors);
    assert_eq!(
        (said.minutes(), said.years[0].before.available, said.years[0].after.available),
        (days(4), days(30), days(26))
    );
    assert_eq!(said.back_on, Some(date(2026, 12, 14)), "after the weekend");

    let id = house.submit(mira, input).unwrap();
    let today = date(2026, 12, 3);
    assert_eq!(house.available(mira, today), days(26), "reserved");
    assert_eq!(house.sum(mira, 2026), days(30).get(), "nothing is on the books yet");

    house.approve(&house.manager.clone(), id).unwrap();
    assert_eq!(house.available(mira, today), days(26), "taken");
    assert_eq!(house.sum(mira, 2026), days(26).get(), "the balance is the sum of the ledger");
    let account = house.account(mira, today);
    let rows = house.read(move |rx| crate::leave::ledger::store::lines(rx, account)).unwrap();
    assert_eq!(rows.len(), 5, "the grant, and a row for each day");
    assert!(rows[1..].iter().all(|line| line.row.request_id == Some(id) && line.row.grant_id == Some(rows[0].row.id)));
}

#[test]
fn rejected_leave_is_given_back_and_a_reason_is_needed() {
    let house = house();
    let mira = &house.mira.clone();
    house.grant(mira, 10, date(2026, 1, 1), None);
    let id = house.submit(mira, house.days(date(2026, 12, 8), date(2026, 12, 9))).unwrap();
    let refused = house.decide(&house.manager.clone(), id, no(" ")).unwrap_err();
    assert!(matches!(refused, AppError::Invalid(errors) if errors.of("reason").is_some()));
    house.decide(&house.manager.clone(), id, no("Stocktaking")).unwrap();
    assert_eq!(status(&house, id), LeaveStatus::Rejected);
    assert_eq!(house.available(mira, date(2026, 12, 3)), days(10));
}

#[test]
fn a_second_decision_is_told_who_and_when() {
    let house = house();
    house.grant(&house.mira.clone(), 10, date(2026, 1, 1), None);
    let id = house.submit(&house.mira.clone(), house.days(date(2026, 12, 8), date(2026, 12, 8))).unwrap();
    house.approve(&house.manager.clone(), id).unwrap();
    let Err(AppError::Conflict(why)) = house.decide(&house.manager.clone(), id, no("late")) else {
        panic!("decided twice")
    };
    assert!(why.to_string().contains("Jonas Brandt"), "{why}");
    assert!(why.to_string().contains("3 Dec"), "{why}");
    assert_eq!(status(&house, id), LeaveStatus::Approved);
}

#[test]
fn nobody_decides_on_their_own_request_and_colleagues_know_of_none() {
    let house = house();
    house.grant(&house.mira.clone(), 10, date(2026, 1, 1), None);
    house.grant(&house.manager.clone(), 10, date(2026, 1, 1), None);
    let id = house.submit(&house.mira.clone(), house.days(date(2026, 12, 8), date(2026, 12, 8))).unwrap();
    assert!(matches!(house.approve(&house.mira.clone(), id), Err(AppError::Forbidden(_))));
    assert!(matches!(house.approve(&house.li.clone(), id), Err(AppError::NotFound)));
    let own = house.submit(&house.manager.clone(), house.days(date(2026, 12, 8), date(2026, 12, 8))).unwrap();
    assert!(matches!(house.approve(&house.manager.clone(), own), Err(AppError::Forbidden(_))));
    // HR was not asked about Mira's, so it says why.
    let refused = house.approve(&house.hr.clone(), id).unwrap_err();
    assert!(matches!(refused, AppError::Invalid(errors) if errors.of("on_behalf_reason").is_some()));
    let why = Decision::Approve { note: None, on_behalf_reason: Some("Jonas is ill".to_owned()) };
    house.decide(&house.hr.clone(), id, why).unwrap();
}

#[test]
fn the_same_time_is_asked_for_once_but_two_halves_of_a_day_are_fine() {
    let house = house();
    let mira = &house.mira.clone();
    house.grant(mira, 10, date(2026, 1, 1), None);
    let half = |part| NewLeave { start_part: part, end_part: part, ..house.days(date(2026, 12, 8), date(2026, 12, 8)) };
    let morning = house.submit(mira, half(Part::Morning)).unwrap();
    house.submit(mira, half(Part::Afternoon)).unwrap();
    assert_eq!(house.available(mira, date(2026, 12, 3)), days(9));
    let Err(AppError::Conflict(why)) = house.submit(mira, house.days(date(2026, 12, 7), date(2026, 12, 9))) else {
        panic!("the same time twice")
    };
    assert!(why.to_string().contains(&format!("request {morning}")), "{why}");
    assert!(why.to_string().contains("Vacation"), "{why}");
}

#[test]
fn more_than_the_balance_is_refused_beside_the_field() {
    let house = house();
    let mira = &house.mira.clone();
    house.grant(mira, 2, date(2026, 1, 1), None);
    house.submit(mira, house.days(date(2026, 12, 8), date(2026, 12, 8))).unwrap();
    let refused = house.submit(mira, house.days(date(2026, 12, 10), date(2026, 12, 11))).unwrap_err();
    let AppError::Invalid(errors) = refused else { panic!("{refused}") };
    assert_eq!(errors.of("end_date").unwrap().to_string(), "The balance does not cover this: 1\u{a0}day are missing.");
}

#[test]
fn the_balance_is_looked_at_again_at_approval() {
    let house = house();
    let mira = &house.mira.clone();
    house.grant(mira, 2, date(2026, 1, 1), None);
    let id = house.submit(mira, house.days(date(2026, 12, 8), date(2026, 12, 9))).unwrap();
    let (hr, employee_id, leave_type_id) = (house.hr.clone(), mira.employee_id.unwrap(), house.vacation);
    let taken_off = crate::leave::ledger::Adjustment {
        employee_id,
        leave_type_id,
        minutes: -DAY,
        effective_on: date(2026, 6, 1),
        reason: "Entered twice".to_owned(),
    };
    house.act(move |tx| crate::leave::ledger::adjust(tx, &hr, &taken_off)).unwrap();
    let Err(AppError::Conflict(why)) = house.approve(&house.manager.clone(), id) else { panic!("overdrawn") };
    assert!(why.to_string().contains("2026") && why.to_string().contains("1\u{a0}day"), "{why}");
    assert_eq!(status(&house, id), LeaveStatus::Pending, "nothing of the refused decision is kept");
    house.decide(&house.manager.clone(), id, no("Not enough left")).unwrap();
}

#[test]
fn a_hundred_parallel_requests_never_overdraw() {
    let house = house();
    let mira = &house.mira.clone();
    house.grant(mira, 5, date(2027, 1, 1), None);
    // A hundred different working days of 2027, all sent at once; five are covered.
    let dates: Vec<_> = date(2027, 1, 1)
        .series(jiff::ToSpan::days(1))
        .filter(|day| !matches!(day.weekday(), jiff::civil::Weekday::Saturday | jiff::civil::Weekday::Sunday))
        .take(100)
        .collect();
    let house_ref = &house;
    let sent: usize = std::thread::scope(|scope| {
        let one = |day| scope.spawn(move || usize::from(house_ref.submit(mira, house_ref.days(day, day)).is_ok()));
        let running: Vec<_> = dates.into_iter().map(one).collect();
        running.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    assert_eq!(sent, 5);
    assert_eq!(house.available(mira, date(2027, 1, 1)), Minutes::ZERO);
}

#[test]
fn cancelled_leave_comes_back_by_rows_that_name_what_they_undo() {
    let house = house();
    let mira = &house.mira.clone();
    house.grant(mira, 10, date(2026, 1, 1), None);
    let id = house.submit(mira, house.days(date(2026, 12, 8), date(2026, 12, 9))).unwrap();
    house.approve(&house.manager.clone(), id).unwrap();
    let by = mira.clone();
    house.act(move |tx| cancel(tx, &by, id, "")).unwrap();
    assert_eq!(status(&house, id), LeaveStatus::Cancelled);
    assert_eq!(house.sum(mira, 2026), days(10).get());
    let account = house.account(mira, date(2026, 12, 8));
    let rows = house.read(move |rx| crate::leave::ledger::store::lines(rx, account)).unwrap();
    assert_eq!(rows.iter().filter(|line| line.row.reverses_id.is_some()).count(), 2);
    let by = mira.clone();
    assert!(matches!(house.act(move |tx| cancel(tx, &by, id, "")), Err(AppError::Conflict(_))), "once is enough");
}

#[test]
fn what_has_begun_is_cancelled_by_hr_alone_and_with_a_reason() {
    let house = house();
    let mira = &house.mira.clone();
    house.grant(mira, 10, date(2026, 1, 1), None);
    let id = house.submit(mira, house.days(date(2026, 12, 8), date(2026, 12, 9))).unwrap();
    house.approve(&house.manager.clone(), id).unwrap();
    house.clock.advance(SignedDuration::from_hours(24 * 5));
    let (by, hr, manager) = (mira.clone(), house.hr.clone(), house.manager.clone());
    assert!(matches!(house.act(move |tx| cancel(tx, &by, id, "ill")), Err(AppError::Conflict(_))));
    assert!(matches!(house.act(move |tx| cancel(tx, &manager, id, "x")), Err(AppError::Forbidden(_))));
    let silent = hr.clone();
    assert!(matches!(house.act(move |tx| cancel(tx, &silent, id, " ")), Err(AppError::Invalid(_))));
    house.act(move |tx| cancel(tx, &hr, id, "Ill in these days")).unwrap();
    assert_eq!(house.sum(mira, 2026), days(10).get());
}

#[test]
fn an_approval_is_revoked_within_24_hours_by_who_was_asked() {
    let house = house();
    let mira = &house.mira.clone();
    house.grant(mira, 10, date(2026, 1, 1), None);
    let id = house.submit(mira, house.days(date(2026, 12, 14), date(2026, 12, 14))).unwrap();
    house.approve(&house.manager.clone(), id).unwrap();
    let (by, manager) = (mira.clone(), house.manager.clone());
    assert!(matches!(house.act(move |tx| revoke(tx, &by, id, "no")), Err(AppError::Forbidden(_))));
    house.clock.advance(SignedDuration::from_hours(23));
    house.act(move |tx| revoke(tx, &manager, id, "The fair was moved")).unwrap();
    assert_eq!(status(&house, id), LeaveStatus::Revoked);
    assert_eq!(house.available(mira, date(2026, 12, 3)), days(10));

    let other = house.submit(mira, house.days(date(2026, 12, 15), date(2026, 12, 15))).unwrap();
    house.approve(&house.manager.clone(), other).unwrap();
    house.clock.advance(SignedDuration::from_hours(25));
    let manager = house.manager.clone();
    assert!(matches!(house.act(move |tx| revoke(tx, &manager, other, "late")), Err(AppError::Conflict(_))));
}

#[test]
fn who_comes_back_early_gets_the_rest_back() {
    let house = house();
    let mira = &house.mira.clone();
    house.grant(mira, 10, date(2026, 1, 1), None);
    let id = house.submit(mira, house.days(date(2026, 12, 7), date(2026, 12, 11))).unwrap();
    house.approve(&house.manager.clone(), id).unwrap();
    house.clock.advance(SignedDuration::from_hours(24 * 6)); // Wednesday the 9th: back at work
    let by = mira.clone();
    assert!(matches!(house.act(move |tx| return_early(tx, &by, id, date(2026, 12, 7))), Err(AppError::Invalid(_))));
    let by = mira.clone();
    house.act(move |tx| return_early(tx, &by, id, date(2026, 12, 8))).unwrap();
    assert_eq!(house.sum(mira, 2026), days(8).get());
    let request = house.read(move |rx| store::get(rx, id)).unwrap();
    assert_eq!(
        (request.span.last_day(), request.asked_until, request.minutes),
        (date(2026, 12, 8), Some(date(2026, 12, 11)), days(2))
    );
    // The days given back can be asked for again.
    house.submit(mira, house.days(date(2026, 12, 10), date(2026, 12, 10))).unwrap();
}

#[test]
fn a_question_is_answered_by_sending_it_again_and_keeps_the_days() {
    let house = house();
    let mira = &house.mira.clone();
    house.grant(mira, 3, date(2026, 1, 1), None);
    let id = house.submit(mira, house.days(date(2026, 12, 8), date(2026, 12, 10))).unwrap();
    let question = Decision::Clarify { question: "Could you be here on the 10th?".to_owned() };
    house.decide(&house.manager.clone(), id, question).unwrap();
    assert_eq!(status(&house, id), LeaveStatus::Clarification);
    assert_eq!(house.available(mira, date(2026, 12, 3)), Minutes::ZERO, "still reserved");
    assert!(house.approve(&house.manager.clone(), id).is_err(), "it is Mira's turn");
    let (by, input) = (mira.clone(), house.days(date(2026, 12, 8), date(2026, 12, 9)));
    house.act(move |tx| amend(tx, &by, id, input)).unwrap();
    assert_eq!(status(&house, id), LeaveStatus::Pending);
    assert_eq!(house.available(mira, date(2026, 12, 3)), days(1));
    house.approve(&house.manager.clone(), id).unwrap();
    assert_eq!(house.sum(mira, 2026), days(1).get());
}

#[test]
fn hr_enters_leave_for_somebody_and_others_cannot() {
    let house = house();
    house.grant(&house.mira.clone(), 10, date(2026, 1, 1), None);
    let input = NewLeave { employee_id: house.mira.employee_id, ..house.days(date(2026, 11, 9), date(2026, 11, 10)) };
    let refused = house.submit(&house.manager.clone(), input.clone()).unwrap_err();
    assert!(matches!(refused, AppError::Invalid(errors) if errors.of("employee_id").is_some()));
    let id = house.submit(&house.hr.clone(), input).unwrap();
    let request = house.read(move |rx| store::get(rx, id)).unwrap();
    assert_eq!((request.status, request.entered_by.as_deref()), (LeaveStatus::Approved, Some("Edda Sorensen")));
    assert_eq!(house.sum(&house.mira.clone(), 2026), days(8).get());
}

#[test]
fn leave_across_the_years_end_is_charged_to_each_year() {
    let house = house();
    let mira = &house.mira.clone();
    house.grant(mira, 5, date(2026, 1, 1), None);
    house.grant(mira, 5, date(2027, 1, 1), None);
    let input = house.days(date(2026, 12, 30), date(2027, 1, 5));
    let said = plan(&house, mira, input.clone());
    assert_eq!(
        said.years.iter().map(|year| (year.account.year, year.charged)).collect::<Vec<_>>(),
        [(2026, days(2)), (2027, days(3))]
    );
    let id = house.submit(mira, input).unwrap();
    house.approve(&house.manager.clone(), id).unwrap();
    assert_eq!((house.sum(mira, 2026), house.sum(mira, 2027)), (days(3).get(), days(2).get()));
}

#[test]
fn what_expires_first_is_drawn_first_in_whatever_order_it_was_entered() {
    let house = house();
    let mira = &house.mira.clone();
    let until = date(2026, 12, 31);
    house.grant(mira, 10, date(2026, 1, 1), None);
    let id = house.submit(mira, house.days(date(2026, 12, 8), date(2026, 12, 9))).unwrap();
    house.approve(&house.manager.clone(), id).unwrap();
    // Granted afterwards, effective before, and expiring: the days are drawn anew from it.
    house.grant(mira, 3, date(2026, 11, 1), Some(until));
    let account = house.account(mira, until);
    let books = house.read(move |rx| crate::leave::ledger::Books::open(rx, account, None)).unwrap();
    let balance = books.on(date(2026, 12, 3));
    assert_eq!(balance.available, days(11));
    assert_eq!(balance.expiring, [(until, days(1))], "two of the three are used, and only the third will go");
}

#[test]
fn sick_leave_is_reported_not_asked_and_needs_no_balance() {
    let house = house();
    let sick = house.read(|rx| types::preset(rx, types::presets::SICK)).unwrap();
    let input = NewLeave { leave_type_id: sick.id, ..house.days(date(2026, 12, 1), date(2026, 12, 4)) };
    let said = plan(&house, &house.mira.clone(), input.clone());
    assert!(said.years.is_empty());
    assert_eq!(said.warnings.len(), 1, "a note is due");
    let id = house.submit(&house.mira.clone(), input).unwrap();
    assert_eq!(status(&house, id), LeaveStatus::Approved);
}

#[test]
fn what_is_no_request_is_refused_by_field() {
    let house = house();
    let mira = &house.mira.clone();
    house.grant(mira, 10, date(2026, 1, 1), None);
    let field = |input: NewLeave| match house.submit(mira, input) {
        Err(AppError::Invalid(errors)) => errors.0.into_iter().map(|(field, _)| field.into_owned()).collect::<Vec<_>>(),
        other => panic!("{other:?}"),
    };
    let good = || house.days(date(2026, 12, 8), date(2026, 12, 9));
    assert_eq!(field(NewLeave { leave_type_id: LeaveTypeId(99), ..good() }), ["leave_type_id"]);
    assert_eq!(field(NewLeave { end_date: date(2026, 12, 7), ..good() }), ["end_date"]);
    assert_eq!(field(NewLeave { start_part: Part::Morning, ..good() }), ["start_part"]);
    assert_eq!(field(house.days(date(2026, 12, 5), date(2026, 12, 6))), ["start_date"], "a weekend");
    assert_eq!(field(NewLeave { deputy_id: mira.employee_id, ..good() }), ["deputy_id"]);
    assert_eq!(field(NewLeave { reason: "x".repeat(1001), ..good() }), ["reason"]);
    assert_eq!(field(house.days(date(2029, 12, 3), date(2029, 12, 3)))[0], "start_date", "beyond the window");
}

#[test]
fn coming_back_early_gives_back_the_free_days_that_lay_between() {
    let house = house();
    let mira = &house.mira.clone();
    house.grant(mira, 20, date(2026, 1, 1), None);
    let (hr, vacation) = (house.hr.clone(), house.vacation);
    house
        .act(move |tx| {
            let mut fields = types::get(tx, vacation)?.fields;
            fields.counts_non_working_days = true;
            types::update(tx, &hr, vacation, fields)
        })
        .unwrap();
    // Friday to Tuesday: the weekend between counts too.
    let id = house.submit(mira, house.days(date(2026, 12, 11), date(2026, 12, 15))).unwrap();
    house.approve(&house.manager.clone(), id).unwrap();
    assert_eq!(house.sum(mira, 2026), days(15).get());
    let hr = house.hr.clone();
    house.act(move |tx| return_early(tx, &hr, id, date(2026, 12, 13))).unwrap();
    assert_eq!(house.sum(mira, 2026), days(19).get(), "only the Friday was taken");
    let request = house.read(move |rx| store::get(rx, id)).unwrap();
    assert_eq!((request.minutes, request.span.last_day()), (days(1), date(2026, 12, 13)));
}

#[test]
fn what_comes_to_more_than_was_sent_is_not_approved() {
    let house = house();
    let mira = &house.mira.clone();
    house.grant(mira, 10, date(2026, 1, 1), None);
    let hr = house.hr.clone();
    let holiday = people::holidays::HolidayFacts {
        name: "Founder’s day".into(),
        start_date: date(2026, 12, 9),
        end_date: date(2026, 12, 9),
        half: None,
        scope: crate::time::HolidayScope::Global,
        entity_id: None,
        location_id: None,
        working: false,
        estimated: false,
        source: String::new(),
        observed_for: None,
    };
    house.act(move |tx| people::holidays::create(tx, &hr, holiday)).unwrap();
    let id = house.submit(mira, house.days(date(2026, 12, 8), date(2026, 12, 10))).unwrap();
    let hr = house.hr.clone();
    // Behind the back of the count, as when somebody moves to a place without that holiday.
    let gone = move |tx: &mut crate::storage::Tx<'_>| {
        tx.run("DELETE FROM holidays", ())?;
        crate::audit::record(tx, &hr, crate::audit::Entry::new("test.done"))
    };
    house.act(gone).unwrap();
    assert!(matches!(house.approve(&house.manager.clone(), id), Err(AppError::Conflict(_))));
    let request = house.read(move |rx| store::get(rx, id)).unwrap();
    assert_eq!((request.minutes, request.status), (days(2), LeaveStatus::Pending));
    assert_eq!(house.sum(mira, 2026), days(10).get());
}

#[test]
fn a_holiday_entered_since_is_counted_and_told() {
    let house = house();
    let mira = &house.mira.clone();
    house.grant(mira, 10, date(2026, 1, 1), None);
    let id = house.submit(mira, house.days(date(2026, 12, 8), date(2026, 12, 10))).unwrap();
    let alone = house.submit(mira, house.days(date(2026, 12, 16), date(2026, 12, 16))).unwrap();
    for day in [date(2026, 12, 9), date(2026, 12, 16)] {
        let hr = house.hr.clone();
        let holiday = people::holidays::HolidayFacts {
            name: "Founder’s day".into(),
            start_date: day,
            end_date: day,
            half: None,
            scope: crate::time::HolidayScope::Global,
            entity_id: None,
            location_id: None,
            working: false,
            estimated: false,
            source: String::new(),
            observed_for: None,
        };
        house.act(move |tx| people::holidays::create(tx, &hr, holiday)).unwrap();
    }
    house.approve(&house.manager.clone(), id).unwrap();
    assert_eq!(house.sum(mira, 2026), days(8).get());
    let request = house.read(move |rx| store::get(rx, id)).unwrap();
    assert_eq!((request.minutes, request.sent_minutes), (days(2), Some(days(3))));
    let approval = house.read(move |rx| approvals::current(rx, Kind::Leave, id.0)).unwrap().unwrap();
    assert!(approval.title.to_string().contains("2\u{a0}days"), "{}", approval.title);
    let told = house.read(|rx| {
        rx.all("SELECT action FROM audit_log WHERE action = 'leave.counted_anew'", (), |row| row.get::<_, String>(0))
    });
    assert_eq!(told.unwrap().len(), 2, "both requests");
    assert!(
        matches!(house.approve(&house.manager.clone(), alone), Err(AppError::Conflict(_))),
        "nothing is left of it"
    );
}
