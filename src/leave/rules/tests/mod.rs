mod policy;
mod year_change;

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{Date, date, time};
use jiff::{SignedDuration, Timestamp};

use super::*;
use crate::ids::{LeaveRequestId, LedgerId};
use crate::time::{
    DatedSchedules, HolidayRule, HolidayScope, Holidays, Minutes, Period, Shift, Slots, WeeklySchedule, WorkDay,
};

fn parse(start: &str, start_part: Part, end: &str, end_part: Part) -> Result<LeaveSpan, crate::error::FieldErrors> {
    LeaveSpan::parse(&SpanInput {
        start_date: start.parse().unwrap(),
        start_part,
        end_date: end.parse().unwrap(),
        end_part,
        from_time: None,
        to_time: None,
    })
}

fn whole(start: &str, end: &str) -> LeaveSpan {
    parse(start, Part::FullDay, end, Part::FullDay).unwrap()
}

fn field(result: Result<LeaveSpan, crate::error::FieldErrors>) -> String {
    result.unwrap_err().0[0].0.to_string()
}

#[test]
fn only_sensible_parts_fit_together() {
    use Part::{Afternoon, FullDay, Morning};
    let (mon, tue) = ("2026-11-23", "2026-11-24");
    for part in [FullDay, Morning, Afternoon] {
        let span = parse(mon, part, mon, part).unwrap();
        assert_eq!(span.slots(date(2026, 11, 23)), part.slots());
        assert_eq!((span.start_part(), span.end_part()), (part, part));
    }
    for (start, end) in [(FullDay, FullDay), (Afternoon, FullDay), (FullDay, Morning), (Afternoon, Morning)] {
        let span = parse(mon, start, tue, end).unwrap();
        assert_eq!((span.slots(date(2026, 11, 23)), span.slots(date(2026, 11, 24))), (start.slots(), end.slots()));
    }
    assert_eq!(field(parse(mon, Morning, mon, FullDay)), "end_part");
    assert_eq!(field(parse(mon, Morning, mon, Afternoon)), "end_part");
    assert_eq!(field(parse(mon, Morning, tue, FullDay)), "start_part");
    assert_eq!(field(parse(mon, FullDay, tue, Afternoon)), "end_part");
    assert_eq!(field(parse(tue, FullDay, mon, FullDay)), "end_date");
    assert_eq!(field(parse("2026-01-01", FullDay, "2029-01-06", FullDay)), "end_date", "1,102 days");
    assert_eq!(field(parse("1969-12-31", FullDay, "1969-12-31", FullDay)), "start_date");
}

#[test]
fn hours_lie_on_one_date() {
    let input = |end: Date, part: Part, from: Option<(i8, i8)>, to: Option<(i8, i8)>| {
        LeaveSpan::parse(&SpanInput {
            start_date: date(2026, 11, 23),
            start_part: part,
            end_date: end,
            end_part: part,
            from_time: from.map(|(hour, minute)| time(hour, minute, 0, 0)),
            to_time: to.map(|(hour, minute)| time(hour, minute, 0, 0)),
        })
    };
    let day = date(2026, 11, 23);
    let span = input(day, Part::FullDay, Some((9, 0)), Some((10, 30))).unwrap();
    assert_eq!(span.clock_minutes(), Some(Minutes::new(90)));
    assert_eq!(field(input(day, Part::FullDay, Some((9, 0)), Some((9, 0)))), "to_time");
    assert_eq!(field(input(day, Part::FullDay, Some((9, 0)), None)), "to_time");
    assert_eq!(field(input(day, Part::FullDay, None, Some((9, 0)))), "from_time");
    assert_eq!(field(input(day, Part::Morning, Some((9, 0)), Some((10, 0)))), "start_part");
    assert_eq!(field(input(date(2026, 11, 24), Part::FullDay, Some((9, 0)), Some((10, 0)))), "end_date");
}

#[test]
fn leave_ends_early() {
    let span = parse("2026-11-23", Part::Afternoon, "2026-11-27", Part::Morning).unwrap();
    let short = span.shortened_to(date(2026, 11, 25)).unwrap();
    assert_eq!(
        (short.last_day(), short.start_part(), short.end_part()),
        (date(2026, 11, 25), Part::Afternoon, Part::FullDay)
    );
    let one = span.shortened_to(date(2026, 11, 23)).unwrap();
    assert_eq!((one.start_part(), one.end_part()), (Part::Afternoon, Part::Afternoon));
    assert_eq!(span.shortened_to(date(2026, 11, 22)), None);
    assert_eq!(span.shortened_to(date(2026, 11, 27)), None);
    let input = span.to_input();
    assert_eq!(LeaveSpan::parse(&input).unwrap(), span);
}

fn holiday(name: &str, on: Date, slots: Slots) -> HolidayRule {
    HolidayRule {
        name: name.into(),
        period: Period::day(on),
        scope: HolidayScope::Global,
        slots,
        estimated: false,
        observed_for: None,
    }
}

/// Germany's end of 2026, as the mock-up of the form shows it.
fn german_holidays() -> Holidays {
    Holidays::of_place([
        holiday("Christmas Eve", date(2026, 12, 24), Slots::AFTERNOON),
        holiday("Christmas Day", date(2026, 12, 25), Slots::FULL),
        holiday("New Year’s Eve", date(2026, 12, 31), Slots::AFTERNOON),
        holiday("New Year’s Day", date(2027, 1, 1), Slots::FULL),
    ])
}

fn full_time() -> DatedSchedules {
    DatedSchedules::always(WeeklySchedule::weekdays(Minutes::new(480)).unwrap())
}

#[test]
fn the_form_of_the_mock_up() {
    let (schedules, holidays) = (full_time(), german_holidays());
    let calendar = Calendar { schedules: &schedules, holidays: &holidays };
    let span = parse("2026-12-22", Part::Afternoon, "2027-01-04", Part::FullDay).unwrap();
    let count = calendar.count(&span, FreeDaysInside::Free);
    assert_eq!(count.total(), Minutes::new(13 * 240), "6.5 days");
    assert_eq!(count.days.len(), 14);
    let reasons: Vec<DayReason> = count.days.iter().map(|day| day.why).collect();
    use DayReason::{Afternoon, Holiday, NotWorking, PartlyHoliday, WholeDay};
    assert_eq!(
        reasons,
        [
            Afternoon,
            WholeDay,
            PartlyHoliday,
            Holiday,
            NotWorking,
            NotWorking,
            WholeDay,
            WholeDay,
            WholeDay,
            PartlyHoliday,
            Holiday,
            NotWorking,
            NotWorking,
            WholeDay
        ]
    );
    let years = count.by_year(LeaveYears::CALENDAR);
    assert_eq!(years, BTreeMap::from([(2026, Minutes::new(11 * 240)), (2027, Minutes::new(480))]));
}

#[test]
fn half_a_day_on_half_a_holiday() {
    let (schedules, holidays) = (full_time(), german_holidays());
    let calendar = Calendar { schedules: &schedules, holidays: &holidays };
    let charged = |part| {
        let span = parse("2026-12-24", part, "2026-12-24", part).unwrap();
        calendar.count(&span, FreeDaysInside::Free).total()
    };
    assert_eq!(charged(Part::Morning), Minutes::new(240));
    assert_eq!(charged(Part::Afternoon), Minutes::ZERO);
    assert_eq!(charged(Part::FullDay), Minutes::new(240), "what remains");
}

#[test]
fn odd_minutes_and_free_days_of_part_timers() {
    let day = WorkDay::new(Minutes::new(465), None).unwrap();
    let week =
        WeeklySchedule::new([day, WorkDay::FREE, day, WorkDay::FREE, WorkDay::FREE, WorkDay::FREE, WorkDay::FREE]);
    let (schedules, holidays) = (DatedSchedules::always(week), Holidays::default());
    let calendar = Calendar { schedules: &schedules, holidays: &holidays };
    let total = |span: &LeaveSpan| calendar.count(span, FreeDaysInside::Free).total();
    assert_eq!(total(&whole("2026-11-23", "2026-11-29")), Minutes::new(930));
    let from_noon = parse("2026-11-23", Part::Afternoon, "2026-11-25", Part::Morning).unwrap();
    assert_eq!(total(&from_noon), Minutes::new(232 + 233));
    assert_eq!(total(&whole("2026-11-24", "2026-11-24")), Minutes::ZERO);
}

#[test]
fn free_days_between_days_of_leave() {
    let (schedules, holidays) = (full_time(), german_holidays());
    let calendar = Calendar { schedules: &schedules, holidays: &holidays };
    let total = |span: &LeaveSpan| calendar.count(span, FreeDaysInside::Charged).total();
    assert_eq!(total(&whole("2026-11-20", "2026-11-23")), Minutes::new(4 * 480), "Friday to Monday");
    assert_eq!(total(&whole("2026-11-21", "2026-11-23")), Minutes::new(480), "the weekend before is not inside");
    assert_eq!(total(&whole("2026-12-23", "2026-12-28")), Minutes::new(6 * 480), "the half holiday is whole");
    assert_eq!(total(&whole("2026-11-21", "2026-11-22")), Minutes::ZERO);
}

#[test]
fn what_interrupts_is_given_back_and_never_enclosed() {
    let (schedules, holidays) = (full_time(), german_holidays());
    let calendar = Calendar { schedules: &schedules, holidays: &holidays };
    let above = Interruptions::from([
        (date(2026, 12, 22), Slots::MORNING),
        (date(2026, 12, 23), Slots::FULL),
        (date(2026, 12, 24), Slots::FULL),
        (date(2026, 12, 25), Slots::FULL),
    ]);
    let span = whole("2026-12-21", "2026-12-28");
    let free = calendar.count_beneath(&span, FreeDaysInside::Free, &above);
    let said: Vec<(i64, i64, DayReason)> =
        free.days.iter().take(5).map(|day| (day.charged.get(), day.given_back.get(), day.why)).collect();
    use DayReason::{Holiday, Interrupted, PartlyInterrupted, WholeDay};
    assert_eq!(
        said,
        [
            (480, 0, WholeDay),
            (240, 240, PartlyInterrupted),
            (0, 480, Interrupted),
            // The afternoon of Christmas Eve was free anyway.
            (0, 240, Interrupted),
            (0, 0, Holiday),
        ]
    );
    assert_eq!(free.total(), Minutes::new(480 + 240 + 480));
    let charged = calendar.count_beneath(&span, FreeDaysInside::Charged, &above);
    assert_eq!(charged.total(), Minutes::new(480 + 240 + 3 * 480), "the weekend counts, the days of sickness do not");
    // Half of the day that some hours lie in.
    let hours = LeaveSpan::hours(date(2026, 12, 22), time(10, 0, 0, 0), time(14, 0, 0, 0)).unwrap();
    assert_eq!(calendar.count_beneath(&hours, FreeDaysInside::Free, &above).total(), Minutes::new(240));
}

#[test]
fn what_is_left_of_a_stretch_beside_what_is_busy() {
    let span = parse("2026-12-28", Part::Afternoon, "2026-12-31", Part::Morning).unwrap();
    let left = |busy: &[(Date, Slots)]| {
        let busy: BTreeMap<Date, Slots> = busy.iter().copied().collect();
        let left = span.without(|date| busy.get(&date).copied().unwrap_or(Slots::NONE));
        left.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let (mon, tue, wed, thu) = (date(2026, 12, 28), date(2026, 12, 29), date(2026, 12, 30), date(2026, 12, 31));
    assert_eq!(left(&[]), ["2026-12-28 half_day_afternoon..2026-12-31 half_day_morning"]);
    assert_eq!(left(&[(mon, Slots::MORNING), (thu, Slots::AFTERNOON)]), left(&[]), "neither was asked for");
    assert_eq!(
        left(&[(tue, Slots::AFTERNOON)]),
        [
            "2026-12-28 half_day_afternoon..2026-12-29 half_day_morning",
            "2026-12-30 full_day..2026-12-31 half_day_morning"
        ]
    );
    assert_eq!(
        left(&[(tue, Slots::FULL), (wed, Slots::MORNING)]),
        [
            "2026-12-28 half_day_afternoon..2026-12-28 half_day_afternoon",
            "2026-12-30 half_day_afternoon..2026-12-31 half_day_morning"
        ]
    );
    assert_eq!(
        left(&[(mon, Slots::FULL), (wed, Slots::FULL), (thu, Slots::FULL)]),
        ["2026-12-29 full_day..2026-12-29 full_day"]
    );
    assert!(left(&[mon, tue, wed, thu].map(|date| (date, Slots::FULL))).is_empty());
}

#[test]
fn what_interrupts_may_lie_on_what_yields() {
    use Overlap::{Excludes, Interrupts, Yields};
    let day = whole("2026-11-23", "2026-11-23");
    let hours = LeaveSpan::hours(date(2026, 11, 23), time(9, 0, 0, 0), time(11, 0, 0, 0)).unwrap();
    for (one, other, may) in [
        (Interrupts, Yields, true),
        (Yields, Interrupts, true),
        (Interrupts, Interrupts, false),
        (Yields, Yields, false),
        (Excludes, Interrupts, false),
        (Interrupts, Excludes, false),
    ] {
        assert_eq!(one.may_meet(&day, other, &day), may, "{one} {other}");
    }
    assert!(!Interrupts.may_meet(&hours, Yields, &day), "some hours interrupt nothing");
    assert!(Interrupts.may_meet(&day, Yields, &hours));
    assert!(Interrupts.may_meet(&day, Excludes, &hours) && Excludes.may_meet(&hours, Interrupts, &day));
    assert!(!Excludes.may_meet(&day, Interrupts, &hours));
}

#[test]
fn hours_are_charged_where_one_works() {
    let shift = Shift::new(time(9, 0, 0, 0), time(17, 30, 0, 0));
    let day = WorkDay::new(Minutes::new(480), shift).unwrap();
    let known = DatedSchedules::always(WeeklySchedule::new([day; 7]));
    let holidays = german_holidays();
    let charged = |schedules: &DatedSchedules, on: Date, from: i8, to: i8| {
        let span = LeaveSpan::hours(on, time(from, 0, 0, 0), time(to, 0, 0, 0)).unwrap();
        let count = Calendar { schedules, holidays: &holidays }.count(&span, FreeDaysInside::Free);
        (count.total().get(), count.days[0].why)
    };
    let plain = date(2026, 11, 23);
    assert_eq!(charged(&known, plain, 8, 11), (120, DayReason::Hours));
    assert_eq!(charged(&known, plain, 6, 9), (0, DayReason::NotWorking));
    assert_eq!(charged(&known, plain, 0, 23), (480, DayReason::Hours), "not more than is scheduled");
    // Christmas Eve is free from the middle of the shift, 13:15.
    assert_eq!(charged(&known, date(2026, 12, 24), 12, 14), (75, DayReason::PartlyHoliday));
    assert_eq!(charged(&known, date(2026, 12, 24), 14, 16), (0, DayReason::Holiday));
    // Without known times noon parts the day.
    assert_eq!(charged(&full_time(), plain, 9, 11), (120, DayReason::Hours));
    assert_eq!(charged(&full_time(), plain, 7, 12), (240, DayReason::Hours), "no more than the morning has");
    assert_eq!(charged(&full_time(), date(2026, 12, 24), 13, 15), (0, DayReason::Holiday));
    assert_eq!(charged(&full_time(), date(2026, 11, 22), 9, 11), (0, DayReason::NotWorking));
}

#[test]
fn two_halves_of_a_day_do_not_clash() {
    let schedules = full_time();
    let clash = |one: &LeaveSpan, other: &LeaveSpan| {
        assert_eq!(clash(one, other, &schedules), clash(other, one, &schedules));
        clash(one, other, &schedules)
    };
    let monday = "2026-11-23";
    let morning = parse(monday, Part::Morning, monday, Part::Morning).unwrap();
    let afternoon = parse(monday, Part::Afternoon, monday, Part::Afternoon).unwrap();
    let week = parse(monday, Part::Afternoon, "2026-11-27", Part::Morning).unwrap();
    let hours = |from, to| LeaveSpan::hours(date(2026, 11, 23), time(from, 0, 0, 0), time(to, 0, 0, 0)).unwrap();
    assert_eq!(clash(&morning, &afternoon), None);
    assert_eq!(clash(&morning, &morning), Some(date(2026, 11, 23)));
    assert_eq!(clash(&morning, &week), None);
    assert_eq!(clash(&afternoon, &week), Some(date(2026, 11, 23)));
    assert_eq!(clash(&week, &whole("2026-11-27", "2026-11-30")), Some(date(2026, 11, 27)));
    assert_eq!(clash(&week, &whole("2026-11-28", "2026-11-30")), None);
    assert_eq!(clash(&hours(9, 11), &hours(11, 12)), None);
    assert_eq!(clash(&hours(9, 11), &hours(10, 12)), Some(date(2026, 11, 23)));
    assert_eq!(clash(&hours(9, 11), &afternoon), None);
    assert_eq!(clash(&hours(9, 11), &morning), Some(date(2026, 11, 23)));
    assert_eq!(clash(&hours(9, 13), &afternoon), Some(date(2026, 11, 23)));
}

#[test]
fn leave_years_start_on_any_day() {
    let april = "04-06".parse::<LeaveYearStart>().unwrap().for_person(None);
    assert_eq!((april.of(date(2026, 4, 5)).number, april.of(date(2026, 4, 6)).number), (2025, 2026));
    assert_eq!(april.numbered(2026).period, Period::new(date(2026, 4, 6), date(2027, 4, 5)).unwrap());

    let leap = LeaveYearStart::Anniversary.for_person(Some(date(2024, 2, 29)));
    assert_eq!(leap.numbered(2027).period, Period::new(date(2027, 3, 1), date(2028, 2, 28)).unwrap());
    assert_eq!(leap.of(date(2028, 2, 29)).number, 2028);
    assert_eq!(leap.of(date(2027, 2, 28)).number, 2026);
    assert_eq!(LeaveYearStart::Anniversary.for_person(None), LeaveYears::CALENDAR);
    assert_eq!(LeaveYears::CALENDAR.numbered(2026).end(), date(2027, 1, 1));
    for wrong in ["", "1-1", "02-30", "13-01", "0101", "-1-01", "anniversaries"] {
        assert_eq!(wrong.parse::<LeaveYearStart>(), Err(NotAYearStart), "{wrong}");
    }
    assert_eq!("02-29".parse::<LeaveYearStart>().unwrap().to_string(), "02-29");
}

#[test]
fn what_may_happen_to_a_request() {
    use LeaveStatus::{Approved, Cancelled, Clarification, Pending, Rejected, Revoked};
    let today = date(2026, 11, 23);
    let (ahead, begun) = (date(2026, 11, 24), today);
    assert_eq!(Pending.approve(), Ok(Approved));
    assert_eq!(Pending.clarify(), Ok(Clarification));
    assert_eq!(Clarification.resubmit(), Ok(Pending));
    assert!(Clarification.approve().is_err(), "the requester's answer comes first");
    assert_eq!(Approved.cancel(ahead, today), Ok(Cancelled));
    assert_eq!(Approved.cancel(begun, today), Err(WrongState::Started));
    assert_eq!(Approved.cancel_by_hr(), Ok(Cancelled));
    assert_eq!(Pending.cancel(begun, today), Ok(Cancelled), "what is undecided can always be taken back");
    for over in [Rejected, Cancelled, Revoked] {
        assert!(over.approve().is_err() && over.reject().is_err() && over.clarify().is_err());
        assert!(over.resubmit().is_err() && over.cancel_by_hr().is_err() && over.return_part().is_err());
        assert!(!over.occupies() && !over.is_open());
    }
    assert!(Approved.reject().is_err(), "a rejection is for what is undecided");
}

#[test]
fn an_approval_is_revoked_within_24_hours() {
    let approved: Timestamp = "2026-03-28T20:00:00Z".parse().unwrap();
    let day = SignedDuration::from_hours(24);
    let status = LeaveStatus::Approved;
    assert_eq!(status.revoke(approved, approved + day, day), Ok(LeaveStatus::Revoked));
    let late = approved + day + SignedDuration::from_secs(1);
    assert_eq!(status.revoke(approved, late, day), Err(WrongState::TooLateToRevoke));
    assert!(LeaveStatus::Pending.revoke(approved, approved, day).is_err());
}

fn row(id: i64, kind: LedgerKind, minutes: i32, on: Date) -> LedgerRow {
    LedgerRow {
        id: LedgerId(id),
        kind,
        minutes: Minutes::new(minutes),
        effective_date: on,
        expires_on: None,
        grant_id: None,
        request_id: None,
        reverses_id: None,
    }
}

fn leave(request: i64, on: Date, minutes: i32) -> LeaveDay {
    LeaveDay { request_id: LeaveRequestId(request), date: on, minutes: Minutes::new(minutes) }
}

/// The rows of the mock-up of the ledger, in hundredths of days, without what was taken.
fn mira() -> Vec<LedgerRow> {
    let carried =
        LedgerRow { expires_on: Some(date(2026, 3, 31)), ..row(1, LedgerKind::CarryOver, 300, date(2026, 1, 1)) };
    vec![
        carried,
        row(2, LedgerKind::Grant, 3_000, date(2026, 1, 1)),
        row(3, LedgerKind::Adjustment, 50, date(2026, 7, 1)),
    ]
}

fn year_2026() -> LeaveYear {
    LeaveYears::CALENDAR.numbered(2026)
}

fn apply(rows: &mut Vec<LedgerRow>, entries: &[Entry]) {
    for entry in entries {
        let id = rows.iter().map(|row| row.id.0).max().unwrap_or(0) + 1;
        rows.push(LedgerRow {
            id: LedgerId(id),
            kind: entry.kind,
            minutes: entry.minutes,
            effective_date: entry.effective_date,
            expires_on: entry.expires_on,
            grant_id: entry.grant_id,
            request_id: entry.request_id,
            reverses_id: entry.reverses_id,
        });
    }
}

fn settle(rows: &mut Vec<LedgerRow>, days: &[LeaveDay], pending: &[LeaveDay], today: Date) {
    let entries = YearLedger::new(year_2026(), rows).settle(days, pending, today);
    apply(rows, &entries);
}

#[test]
fn the_ledger_of_the_mock_up() {
    let mut rows = mira();
    let mut days =
        vec![leave(1, date(2026, 2, 19), 100), leave(1, date(2026, 2, 20), 100), leave(2, date(2026, 4, 2), 50)];
    days.extend((11..=15).filter(|day| *day > 13).map(|day| leave(3, date(2026, 5, day), 100)));
    days.extend((1..=10).map(|day| leave(4, date(2026, 8, day), 100)));
    days.extend([leave(5, date(2026, 9, 21), 100), leave(6, date(2026, 10, 12), 50)]);
    let pending: Vec<LeaveDay> = (8..=11).map(|day| leave(7, date(2026, 12, day), 100)).collect();
    settle(&mut rows, &days, &pending, date(2026, 12, 3));

    let ledger = YearLedger::new(year_2026(), &rows);
    let balance = ledger.on(date(2026, 12, 3), &pending);
    let figures =
        [balance.carried_over, balance.granted, balance.adjusted, balance.expired, balance.taken, balance.pending];
    assert_eq!(figures.map(Minutes::get), [300, 3_000, 50, 100, 1_600, 400]);
    assert_eq!(balance.available, Minutes::new(1_250), "12.5 days");
    let expiry = ledger.rows().iter().find(|row| row.kind == LedgerKind::Expiry).unwrap();
    assert_eq!((expiry.effective_date, expiry.grant_id), (date(2026, 4, 1), Some(LedgerId(1))));
    let february = ledger.rows().iter().filter(|row| row.request_id == Some(LeaveRequestId(1)));
    assert!(february.clone().count() == 2 && february.clone().all(|row| row.grant_id == Some(LedgerId(1))));

    let spring = ledger.on(date(2026, 3, 31), &pending);
    assert_eq!(spring.expired, Minutes::ZERO, "usable on its last day");
    assert_eq!(spring.expiring, [(date(2026, 3, 31), Minutes::new(100))]);
    assert_eq!(spring.available, Minutes::new(300 + 3_000 - 1_600 - 400));
}

#[test]
fn settling_again_changes_nothing() {
    let mut rows = mira();
    let days = [leave(1, date(2026, 2, 19), 200), leave(2, date(2026, 3, 2), 200)];
    let today = date(2026, 6, 1);
    settle(&mut rows, &days, &[], today);
    let ledger = YearLedger::new(year_2026(), &rows);
    assert_eq!(ledger.booked(), days);
    assert_eq!(ledger.settle(&days, &[], today), []);
}

#[test]
fn a_day_entered_late_moves_the_others() {
    let mut rows = mira();
    let may = leave(1, date(2026, 5, 4), 200);
    let march = leave(2, date(2026, 3, 2), 200);
    let today = date(2026, 6, 1);
    settle(&mut rows, &[may], &[], today);
    let entries = YearLedger::new(year_2026(), &rows).settle(&[may, march], &[], today);
    let kinds: Vec<(LedgerKind, i64)> = entries.iter().map(|entry| (entry.kind, entry.minutes.get())).collect();
    assert_eq!(
        kinds,
        [(LedgerKind::Reversal, 300), (LedgerKind::Taken, -200), (LedgerKind::Expiry, -100)],
        "the carry-over had expired whole; now most of it was used in time"
    );
    apply(&mut rows, &entries);
    assert_eq!(YearLedger::new(year_2026(), &rows).on(today, &[]).available, Minutes::new(3_000 - 200));
}

#[test]
fn cancelling_gives_back() {
    let mut rows = mira();
    let day = leave(1, date(2026, 9, 1), 500);
    let today = date(2026, 8, 1);
    settle(&mut rows, &[day], &[], today);
    let before = YearLedger::new(year_2026(), &rows).on(today, &[]).available;
    settle(&mut rows, &[], &[], today);
    let ledger = YearLedger::new(year_2026(), &rows);
    assert_eq!(ledger.on(today, &[]).available, before + Minutes::new(500));
    assert_eq!(ledger.booked(), []);
    assert_eq!(rows.iter().map(|row| row.minutes).sum::<Minutes>(), Minutes::new(3_050), "300 of them expired");
}

#[test]
fn a_reserved_day_keeps_its_grant_from_expiring() {
    let rows = mira();
    let pending = [leave(1, date(2026, 3, 20), 250)];
    let entries = YearLedger::new(year_2026(), &rows).settle(&[], &pending, date(2026, 4, 2));
    assert_eq!(entries.iter().map(|entry| entry.minutes.get()).collect::<Vec<_>>(), [-50]);
}

#[test]
fn a_reversal_can_be_reversed() {
    let first = row(1, LedgerKind::Grant, 100, date(2026, 1, 1));
    let undo = LedgerRow { reverses_id: Some(LedgerId(1)), ..row(2, LedgerKind::Reversal, -100, date(2026, 1, 1)) };
    let redo = LedgerRow { reverses_id: Some(LedgerId(2)), ..row(3, LedgerKind::Reversal, 100, date(2026, 1, 1)) };
    assert_eq!(standing(&[first, undo]), []);
    assert_eq!(standing(&[redo, first, undo]), [first]);
}

#[test]
fn more_than_there_is_is_refused() {
    let ledger = YearLedger::new(year_2026(), &mira());
    let ask = |on: Date, minutes| ledger.allows(&[leave(1, on, minutes)], &[], Minutes::ZERO);
    assert_eq!(ask(date(2026, 3, 31), 3_300), Ok(()));
    assert_eq!(ask(date(2026, 4, 1), 3_000), Ok(()));
    assert_eq!(
        ask(date(2026, 4, 1), 3_001),
        Err(Shortfall { date: date(2026, 4, 1), available: Minutes::new(-1), missing: Minutes::new(1) })
    );
    assert_eq!(ask(date(2026, 7, 1), 3_050), Ok(()), "HR's extra half day counts from its date on");
    assert_eq!(ledger.allows(&[leave(1, date(2026, 4, 1), 3_100)], &[], Minutes::new(100)), Ok(()));
}

#[test]
fn later_bookings_and_reservations_count() {
    let ledger = YearLedger::new(year_2026(), &mira());
    let reserved = [leave(1, date(2026, 12, 8), 2_900)];
    assert_eq!(ledger.allows(&[leave(2, date(2026, 5, 4), 100)], &reserved, Minutes::ZERO), Ok(()));
    let refused = ledger.allows(&[leave(2, date(2026, 5, 4), 101)], &reserved, Minutes::ZERO);
    assert_eq!(refused.unwrap_err().date, date(2026, 5, 4));
    let early = [leave(2, date(2026, 3, 4), 400)];
    assert_eq!(ledger.allows(&early, &reserved, Minutes::ZERO), Ok(()), "the carry-over pays 300 of it");
}

#[test]
fn accruals_are_there_from_their_dates_on() {
    let rows: Vec<LedgerRow> =
        (1..=12).map(|month| row(month.into(), LedgerKind::Accrual, 100, date(2026, month, 1))).collect();
    let ledger = YearLedger::new(year_2026(), &rows);
    let too_early = [leave(1, date(2026, 1, 30), 100), leave(1, date(2026, 2, 2), 100)];
    let refused = ledger.allows(&too_early, &[], Minutes::ZERO).unwrap_err();
    assert_eq!((refused.date, refused.missing), (date(2026, 1, 30), Minutes::new(100)), "its later day counts at once");
    assert_eq!(
        ledger.on(date(2026, 1, 30), &too_early).available,
        refused.available,
        "what is shown is what is tested"
    );
    let february = [leave(1, date(2026, 2, 2), 100), leave(1, date(2026, 2, 3), 100)];
    assert_eq!(ledger.allows(&february, &[], Minutes::ZERO), Ok(()));
    assert_eq!(ledger.on(date(2026, 3, 1), &[leave(1, date(2026, 7, 1), 600)]).available, Minutes::new(-300));
}

#[test]
fn what_draws_ahead_of_its_grant_is_paid_by_the_next() {
    let rows = [row(1, LedgerKind::Accrual, 100, date(2026, 1, 1)), row(2, LedgerKind::Accrual, 100, date(2026, 2, 1))];
    let replayed = YearLedger::new(year_2026(), &rows).replay(&[leave(1, date(2026, 1, 5), 250)]);
    let draws: Vec<(Option<LedgerId>, i64)> =
        replayed.draws.iter().map(|draw| (draw.grant_id, draw.minutes.get())).collect();
    assert_eq!(draws, [(Some(LedgerId(1)), 100), (Some(LedgerId(2)), 100), (None, 50)]);
}

const VACATION: TypeRules = TypeRules {
    granularity: Granularity::HalfDay,
    attachment: Attachment::Never,
    attachment_within_days: 0,
    notice_days: 14,
    max_consecutive_days: Some(10),
    usable_after_months: 6,
};

fn refusals(rules: TypeRules, span: &LeaveSpan, other_days: &[Date]) -> Vec<Refusal> {
    let (schedules, holidays) = (full_time(), german_holidays());
    let calendar = Calendar { schedules: &schedules, holidays: &holidays };
    rules.refusals(&Ask {
        span,
        count: &calendar.count(span, FreeDaysInside::Free),
        calendar,
        today: date(2026, 11, 1),
        join_date: Some(date(2026, 6, 15)),
        other_days: &other_days.iter().copied().collect::<BTreeSet<_>>(),
        attachments: 0,
    })
}

#[test]
fn notice_is_counted_in_calendar_days() {
    let rules = TypeRules { usable_after_months: 0, ..VACATION };
    assert_eq!(refusals(rules, &whole("2026-11-16", "2026-11-16"), &[]), []);
    assert_eq!(refusals(rules, &whole("2026-11-13", "2026-11-13"), &[]), [Refusal::Notice { asked: 14, given: 12 }]);
    let none = TypeRules { notice_days: 0, ..rules };
    assert_eq!(refusals(none, &whole("2026-10-28", "2026-10-28"), &[]), [], "sick yesterday");
}

#[test]
fn a_type_opens_after_some_months() {
    assert_eq!(refusals(VACATION, &whole("2026-12-15", "2026-12-15"), &[]), []);
    assert_eq!(refusals(VACATION, &whole("2026-12-14", "2026-12-14"), &[]), [Refusal::NotYet(date(2026, 12, 15))]);
}

#[test]
fn a_stretch_goes_on_over_free_days() {
    let rules = TypeRules { usable_after_months: 0, ..VACATION };
    assert_eq!(refusals(rules, &whole("2026-11-16", "2026-11-29"), &[]), [], "ten working days");
    let eleven = Refusal::TooLong { days: 11, longest: 10 };
    assert_eq!(refusals(rules, &whole("2026-11-16", "2026-11-30"), &[]), [eleven]);
    let week = whole("2026-11-16", "2026-11-20");
    let before: Vec<Date> = (2..=6).map(|day| date(2026, 11, day + 7)).collect();
    assert_eq!(refusals(rules, &week, &before), [], "the week before makes ten");
    let after = [before, vec![date(2026, 11, 23)]].concat();
    assert_eq!(refusals(rules, &week, &after), [eleven], "across two weekends");
    assert_eq!(refusals(rules, &week, &[date(2026, 11, 24)]), [], "a day of work between");
}

#[test]
fn granularity_allows_what_is_coarser() {
    let rules = |granularity| TypeRules { granularity, usable_after_months: 0, ..VACATION };
    let day = whole("2026-12-01", "2026-12-01");
    let half = parse("2026-12-01", Part::Morning, "2026-12-01", Part::Morning).unwrap();
    let hours = |minute| LeaveSpan::hours(date(2026, 12, 1), time(9, 0, 0, 0), time(10, minute, 0, 0)).unwrap();
    for granularity in Granularity::ALL {
        assert_eq!(refusals(rules(*granularity), &day, &[]), []);
    }
    assert_eq!(refusals(rules(Granularity::Day), &half, &[]), [Refusal::WholeDaysOnly]);
    assert_eq!(refusals(rules(Granularity::Hour), &half, &[]), []);
    assert_eq!(refusals(rules(Granularity::HalfDay), &hours(0), &[]), [Refusal::NoHours]);
    assert_eq!(refusals(rules(Granularity::Hour), &hours(0), &[]), []);
    assert_eq!(refusals(rules(Granularity::Hour), &hours(15), &[]), [Refusal::Step(Minutes::new(60))]);
    assert_eq!(refusals(rules(Granularity::QuarterHour), &hours(15), &[]), []);
    assert_eq!(refusals(rules(Granularity::QuarterHour), &hours(20), &[]), [Refusal::Step(Minutes::new(15))]);
}

#[test]
fn nothing_to_charge_and_dates_out_of_reach() {
    let rules = TypeRules { usable_after_months: 0, ..VACATION };
    assert_eq!(refusals(rules, &whole("2026-11-21", "2026-11-22"), &[]), [Refusal::NoWorkingTime]);
    let window = entry_window(date(2026, 11, 1));
    assert_eq!((window.first(), window.last()), (date(2025, 11, 1), date(2028, 5, 1)));
    assert_eq!(refusals(rules, &whole("2028-05-01", "2028-05-02"), &[]), [Refusal::OutOfWindow(window)]);
}

#[test]
fn a_note_from_the_third_day_on() {
    let rules = TypeRules { attachment: Attachment::FromDays(3), usable_after_months: 0, ..VACATION };
    assert_eq!(refusals(rules, &whole("2026-12-01", "2026-12-02"), &[]), []);
    assert_eq!(refusals(rules, &whole("2026-12-01", "2026-12-03"), &[]), [Refusal::AttachmentMissing]);
    let may_follow = TypeRules { attachment_within_days: 3, ..rules };
    assert_eq!(refusals(may_follow, &whole("2026-12-01", "2026-12-03"), &[]), [], "it may follow");
    let json = |attachment: Attachment| serde_json::to_string(&attachment).unwrap();
    assert_eq!(
        (json(Attachment::Never), json(Attachment::FromDays(3))),
        ("\"never\"".into(), "{\"from_days\":3}".into())
    );
}
