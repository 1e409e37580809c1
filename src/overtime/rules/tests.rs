use jiff::civil::{Date, Time, date, time};
use jiff::tz::TimeZone;

use super::*;
use crate::error::FieldErrors;
use crate::time::{
    DatedSchedules, HolidayRule, HolidayScope, Holidays, Minutes, NightHours, Period, Shift, Slots, WeeklySchedule,
    WorkDay,
};

fn berlin() -> TimeZone {
    TimeZone::get("Europe/Berlin").unwrap()
}

fn clock(text: &str) -> Time {
    text.parse().unwrap()
}

fn pause(start: &str, end: &str) -> BreakInput {
    BreakInput { start_time: clock(start), end_time: clock(end) }
}

fn parse(date: Date, start: &str, end: &str, breaks: &[BreakInput]) -> Result<OvertimeSpan, FieldErrors> {
    let input = SpanInput { date, start_time: clock(start), end_time: clock(end), breaks };
    OvertimeSpan::parse(&input, &berlin())
}

fn refused(result: Result<OvertimeSpan, FieldErrors>) -> Vec<(String, String)> {
    let errors = result.unwrap_err().0;
    errors.into_iter().map(|(field, message)| (field.to_string(), message.to_string())).collect()
}

const FRIDAY: Date = Date::constant(2026, 11, 27);

fn holidays(rules: &[(Date, Slots)]) -> Holidays {
    Holidays::of_place(rules.iter().map(|(on, slots)| HolidayRule {
        name: "Holiday".into(),
        period: Period::day(*on),
        scope: HolidayScope::Global,
        slots: *slots,
        estimated: false,
        observed_for: None,
    }))
}

/// Monday to Friday 9:00–17:30 with half an hour of pause.
fn office() -> DatedSchedules {
    let day = WorkDay::new(Minutes::new(480), Shift::new(time(9, 0, 0, 0), time(17, 30, 0, 0))).unwrap();
    let free = WorkDay::FREE;
    DatedSchedules::always(WeeklySchedule::new([day, day, day, day, day, free, free]))
}

fn classify(span: &OvertimeSpan, holidays: &Holidays) -> Classified {
    let schedules = office();
    DayCalendar { schedules: &schedules, holidays }.classify(span, NightHours::default(), Multipliers::default())
}

#[test]
fn the_request_of_the_mock_up() {
    let breaks = [pause("20:00", "20:30"), pause("23:50", "00:10")];
    let span = parse(FRIDAY, "18:00", "02:00", &breaks).unwrap();
    assert_eq!(span.minutes(), Minutes::new(7 * 60 + 10));
    assert_eq!(span.last_date(), date(2026, 11, 28));
    let result = classify(&span, &Holidays::default());
    let table: Vec<(DayClass, i64, u16, i64)> =
        result.classes.iter().map(|row| (row.class, row.minutes.get(), row.multiplier, row.credited.get())).collect();
    assert_eq!(table, [(DayClass::Workday, 320, 150, 480), (DayClass::RestDay, 110, 200, 220)]);
    assert_eq!((result.minutes, result.credited), (Minutes::new(430), Minutes::new(11 * 60 + 40)));
    assert_eq!(result.night_minutes, Minutes::new(3 * 60 + 40));
    assert_eq!(result.pieces.len(), 3);
    assert!(!result.is_weekend && !result.is_holiday, "the business date is Friday");

    let late = [breaks[0], breaks[1], pause("01:50", "02:10")];
    assert_eq!(
        refused(parse(FRIDAY, "18:00", "02:00", &late)),
        [("breaks.2".into(), "This break ends at 02:10, after the work ends at 02:00.".into())]
    );
}

#[test]
fn equal_times_are_refused_and_earlier_ends_are_the_next_day() {
    assert_eq!(refused(parse(FRIDAY, "18:00", "18:00", &[]))[0].0, "end_time");
    assert_eq!(parse(FRIDAY, "18:00", "17:59", &[]).unwrap().minutes(), Minutes::new(1_439));
    assert_eq!(parse(FRIDAY, "00:00", "23:59", &[]).unwrap().last_date(), FRIDAY);
    assert_eq!(parse(FRIDAY, "18:00", "00:00", &[]).unwrap().last_date(), FRIDAY, "midnight is the end of its day");
    assert_eq!(refused(parse(FRIDAY, "18:00:30", "19:00", &[]))[0].0, "start_time");
    assert_eq!(refused(parse(date(1900, 1, 1), "18:00", "19:00", &[]))[0].0, "date");
}

#[test]
fn breaks_lie_inside_and_apart() {
    let fields = |breaks: &[BreakInput]| -> Vec<String> {
        refused(parse(FRIDAY, "18:00", "02:00", breaks)).into_iter().map(|(field, _)| field).collect()
    };
    assert_eq!(fields(&[pause("17:00", "18:30")]), ["breaks.0"]);
    assert_eq!(fields(&[pause("02:00", "02:30")]), ["breaks.0"]);
    assert_eq!(fields(&[pause("20:00", "20:00")]), ["breaks.0"]);
    assert_eq!(fields(&[pause("23:00", "00:30"), pause("00:00", "01:00")]), ["breaks.1"]);
    assert_eq!(fields(&[pause("00:00", "01:00"), pause("23:00", "00:30")]), ["breaks.1"]);
    assert_eq!(fields(&[pause("18:00", "02:00")]), ["breaks"], "nothing is left");
    assert_eq!(fields(&[pause("19:00", "19:01"); 21]), ["breaks"]);
    let touching = [pause("20:00", "20:30"), pause("20:30", "21:00")];
    assert_eq!(parse(FRIDAY, "18:00", "02:00", &touching).unwrap().minutes(), Minutes::hours(7));
}

#[test]
fn nights_when_the_clocks_change() {
    let spring = parse(date(2026, 3, 28), "22:00", "06:00", &[]).unwrap();
    let autumn = parse(date(2026, 10, 24), "22:00", "06:00", &[pause("01:30", "03:30")]).unwrap();
    assert_eq!(spring.minutes(), Minutes::hours(7));
    assert_eq!(autumn.minutes(), Minutes::hours(6), "nine hours less a break of three");
    assert_eq!(
        refused(parse(date(2026, 3, 29), "01:00", "02:30", &[])),
        [("end_time".into(), "The clock skips 02:30 on 2026-03-29.".into())]
    );
    assert_eq!(refused(parse(date(2026, 3, 28), "22:00", "06:00", &[pause("02:15", "03:15")]))[0].0, "breaks.0");
}

#[test]
fn a_holiday_outweighs_the_schedule_and_half_a_holiday_does_not() {
    let span = parse(FRIDAY, "18:00", "02:00", &[]).unwrap();
    let whole = holidays(&[(FRIDAY, Slots::FULL), (date(2026, 11, 28), Slots::FULL)]);
    let result = classify(&span, &whole);
    assert_eq!(result.classes.len(), 1);
    assert_eq!((result.classes[0].class, result.credited), (DayClass::Holiday, Minutes::hours(24)));
    assert!(result.is_holiday);
    let half = holidays(&[(FRIDAY, Slots::AFTERNOON)]);
    assert_eq!(classify(&span, &half).classes[0].class, DayClass::Workday);
    let sunday = parse(date(2026, 11, 29), "10:00", "11:00", &[]).unwrap();
    assert!(classify(&sunday, &Holidays::default()).is_weekend);
}

#[test]
fn odd_minutes_are_credited_to_the_nearest() {
    let span = parse(FRIDAY, "18:00", "18:07", &[]).unwrap();
    assert_eq!(classify(&span, &Holidays::default()).credited, Minutes::new(11));
}

#[test]
fn the_own_shift_is_not_overtime() {
    let schedules = office();
    let in_the_way = |span: &OvertimeSpan, holidays: &Holidays| {
        DayCalendar { schedules: &schedules, holidays }.shift_in_the_way(span).map(|(date, _)| date)
    };
    let none = Holidays::default();
    assert_eq!(in_the_way(&parse(FRIDAY, "17:30", "20:00", &[]).unwrap(), &none), None);
    assert_eq!(in_the_way(&parse(FRIDAY, "17:29", "20:00", &[]).unwrap(), &none), Some(FRIDAY));
    let thursday = date(2026, 11, 26);
    assert_eq!(in_the_way(&parse(thursday, "20:00", "09:30", &[]).unwrap(), &none), Some(FRIDAY));
    assert_eq!(in_the_way(&parse(thursday, "20:00", "09:30", &[pause("08:50", "09:30")]).unwrap(), &none), None);
    let day_off = holidays(&[(FRIDAY, Slots::FULL)]);
    assert_eq!(in_the_way(&parse(FRIDAY, "10:00", "12:00", &[]).unwrap(), &day_off), None);
    let afternoon_off = holidays(&[(FRIDAY, Slots::AFTERNOON)]);
    assert_eq!(in_the_way(&parse(FRIDAY, "13:15", "15:00", &[]).unwrap(), &afternoon_off), None);
    assert_eq!(in_the_way(&parse(FRIDAY, "13:14", "15:00", &[]).unwrap(), &afternoon_off), Some(FRIDAY));
}

#[test]
fn a_night_shift_reaches_into_the_next_day() {
    let night = WorkDay::new(Minutes::new(480), Shift::new(time(22, 0, 0, 0), time(6, 0, 0, 0))).unwrap();
    let schedules = DatedSchedules::always(WeeklySchedule::new([night; 7]));
    let calendar = DayCalendar { schedules: &schedules, holidays: &Holidays::default() };
    let in_the_way = |start, end| calendar.shift_in_the_way(&parse(FRIDAY, start, end, &[]).unwrap()).map(|(on, _)| on);
    assert_eq!(in_the_way("05:00", "07:00"), Some(date(2026, 11, 26)));
    assert_eq!(in_the_way("06:00", "22:00"), None);
    assert_eq!(in_the_way("21:00", "22:30"), Some(FRIDAY));
}

#[test]
fn leave_stands_in_the_way() {
    let schedules = office();
    let calendar = DayCalendar { schedules: &schedules, holidays: &Holidays::default() };
    let blocked = |start, end, slots: Slots| {
        let away = |on: Date| if on == FRIDAY { slots } else { Slots::NONE };
        calendar.leave_in_the_way(&parse(FRIDAY, start, end, &[]).unwrap(), away)
    };
    assert_eq!(blocked("18:00", "02:00", Slots::FULL), Some(FRIDAY));
    assert_eq!(blocked("18:00", "02:00", Slots::AFTERNOON), None, "the half day ends with the shift");
    assert_eq!(blocked("17:00", "18:00", Slots::AFTERNOON), Some(FRIDAY));
    assert_eq!(blocked("17:00", "18:00", Slots::MORNING), None);
    let saturday = |on: Date| if on == date(2026, 11, 28) { Slots::FULL } else { Slots::NONE };
    let late = parse(FRIDAY, "20:00", "01:00", &[]).unwrap();
    assert_eq!(calendar.leave_in_the_way(&late, saturday), Some(date(2026, 11, 28)));
}

#[test]
fn leave_by_the_hour_stands_in_the_way_of_its_hours_alone() {
    let leave = [(FRIDAY, clock("18:00"), clock("20:00")), (date(2026, 11, 28), clock("00:30"), clock("02:00"))];
    let blocked = |start, end| hours_in_the_way(&parse(FRIDAY, start, end, &[]).unwrap(), &leave);
    assert_eq!(blocked("19:59", "22:00"), Some(FRIDAY));
    assert_eq!(blocked("20:00", "22:00"), None);
    assert_eq!(blocked("20:00", "00:31"), Some(date(2026, 11, 28)));
    let pausing = parse(FRIDAY, "17:30", "21:00", &[pause("18:00", "20:00")]).unwrap();
    assert_eq!(hours_in_the_way(&pausing, &leave), None, "the break is when they are away");
}

#[test]
fn a_cycle_runs_from_the_26th_to_the_25th() {
    let of = |on| {
        let period = cycle(on, 26);
        (period.first(), period.last())
    };
    assert_eq!(of(date(2026, 11, 27)), (date(2026, 11, 26), date(2026, 12, 25)));
    assert_eq!(of(date(2026, 12, 25)), (date(2026, 11, 26), date(2026, 12, 25)));
    assert_eq!(of(date(2026, 12, 26)), (date(2026, 12, 26), date(2027, 1, 25)));
    assert_eq!(of(date(2026, 1, 1)), (date(2025, 12, 26), date(2026, 1, 25)));
    assert_eq!(cycle(date(2026, 2, 14), 1), Period::month_of(date(2026, 2, 1)));
    assert_eq!(cycle(date(2026, 3, 1), 28).first(), date(2026, 2, 28));
}

#[test]
fn limits_warn_then_refuse() {
    let limits = Limits::default();
    let week = |used: i32| -> Verdict {
        let others = [(date(2026, 11, 23), Minutes::new(used)), (date(2026, 11, 22), Minutes::hours(100))];
        limits.check(FRIDAY, Minutes::new(60), &others)[0].verdict
    };
    assert_eq!(week(14 * 60), Verdict::Within, "15 hours are recommended");
    assert_eq!(week(14 * 60 + 1), Verdict::AboveRecommended);
    assert_eq!(week(17 * 60), Verdict::AboveRecommended, "18 hours are allowed");
    assert_eq!(week(17 * 60 + 1), Verdict::AboveMaximum);

    let uses = limits.check(
        FRIDAY,
        Minutes::new(60),
        &[(date(2026, 11, 26), Minutes::new(120)), (date(2026, 11, 25), Minutes::new(600))],
    );
    assert_eq!(uses.iter().map(|used| used.kind).collect::<Vec<_>>(), [LimitPeriod::Week, LimitPeriod::Month]);
    assert_eq!(
        (uses[1].before, uses[1].used),
        (Minutes::new(120), Minutes::new(180)),
        "the 25th is of the cycle before"
    );
    assert_eq!(uses[1].left_to_maximum(), Some(Minutes::new(69 * 60)));
    assert_eq!(uses[1].left_to_recommended(), Some(Minutes::new(57 * 60)));
}

#[test]
fn the_horizon_holds_every_period() {
    let horizon = Limits::default().horizon(date(2026, 12, 28));
    assert_eq!((horizon.first(), horizon.last()), (date(2026, 1, 1), date(2027, 1, 25)));
}

#[test]
fn what_may_happen_to_a_request() {
    use OvertimeStatus::{Approved, Cancelled, Clarification, Pending, Rejected};
    assert_eq!(Pending.approve(), Ok(Approved));
    assert_eq!(Pending.clarify(), Ok(Clarification));
    assert_eq!(Clarification.resubmit(), Ok(Pending));
    assert!(Clarification.approve().is_err());
    assert_eq!(Approved.cancel(), Ok(Cancelled));
    for over in [Rejected, Cancelled] {
        assert!(over.approve().is_err() && over.reject().is_err() && over.clarify().is_err());
        assert!(over.resubmit().is_err() && over.cancel().is_err() && !over.counts());
    }
}

#[test]
fn a_plan_is_confirmed_with_the_real_times() {
    use OvertimeStatus::{Approved, Pending};
    let worth = |day: i8, minutes: i32, credited: i32| Worth {
        date: date(2026, 3, day),
        minutes: Minutes::new(minutes),
        credited: Minutes::new(credited),
    };
    let confirm = |status: OvertimeStatus, stage, worked| {
        status.confirm(stage, worth(2, 120, 180), worth(2, worked, worked * 3 / 2))
    };
    let approved = |worked| Approved.confirm(Stage::Planned, worth(2, 120, 180), worked);
    assert_eq!(approved(worth(3, 120, 180)), Ok(Pending), "another date was never approved");
    assert_eq!(approved(worth(2, 100, 200)), Ok(Pending), "less time that counts for more neither");
    assert_eq!(confirm(Approved, Stage::Planned, 120), Ok(Approved));
    assert_eq!(confirm(Approved, Stage::Planned, 121), Ok(Pending), "longer than planned asks again");
    assert_eq!(confirm(Approved, Stage::Worked, 60), Err(WrongState::AlreadyConfirmed));
    assert!(confirm(Pending, Stage::Planned, 60).is_err());
}
