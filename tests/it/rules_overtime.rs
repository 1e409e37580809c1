//! The rules of overtime against the model: minutes, night, day classes over midnight and over nights in which the
//! clocks change; and limits.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use proptest::prelude::*;
use steward::overtime::rules::{
    self, BreakInput, DayCalendar, DayClass, LimitPeriod, Limits, Multipliers, OvertimeSpan,
};
use steward::time::{
    DatedSchedules, HolidayRule, HolidayScope, Holidays, Minutes, NightHours, Period, Slots, WeeklySchedule, WorkDay,
};

use crate::model::calendar::{self, Clock, Day, Zone};
use crate::model::overtime::{self, Request};

fn date(day: Day) -> Date {
    let (year, month, day) = calendar::civil(day);
    Date::new(year as i16, month as i8, day as i8).unwrap()
}

fn time(minute: i64) -> Time {
    Time::new((minute / 60) as i8, (minute % 60) as i8, 0, 0).unwrap()
}

/// Often the evening before the clocks change, or the day itself.
fn day() -> impl Strategy<Value = Day> {
    let changes = [
        (2026, 3, 28),
        (2026, 3, 29),
        (2026, 10, 24),
        (2026, 10, 25),
        (2026, 3, 7),
        (2026, 3, 8),
        (2026, 10, 31),
        (2026, 11, 1),
    ];
    let change =
        proptest::sample::select(changes.to_vec()).prop_map(|(year, month, day)| calendar::day(year, month, day));
    prop_oneof![3 => change, 1 => calendar::day(2020, 1, 1)..calendar::day(2036, 1, 1)]
}

/// Often in the small hours.
fn minute() -> impl Strategy<Value = i64> {
    prop_oneof![1 => 0i64..1440, 1 => 0i64..240, 1 => (0i64..96).prop_map(|quarter| quarter * 15)]
}

fn request() -> impl Strategy<Value = Request> {
    let zone = prop_oneof![3 => Just(Zone::Berlin), 2 => Just(Zone::NewYork), 1 => Just(Zone::Kolkata)];
    // Where in the span, in thousandths, and how long; or anywhere at all.
    let inside = || proptest::collection::vec((0i64..1000, 1i64..200), 0..4);
    let anywhere = proptest::option::weighted(0.1, (minute(), minute()));
    (zone, day(), minute(), minute(), inside(), anywhere).prop_map(|(zone, day, start, end, inside, anywhere)| {
        let length = (end - start).rem_euclid(1440);
        // In order, each in its own share of the span; the last may run into the next or past the end.
        let share = length / (inside.len() as i64).max(1);
        let pause = |(at, (place, long)): (usize, (i64, i64))| {
            let from = start + share * at as i64 + share * place / 1000;
            (from % 1440, (from + long.min(share / 2 + 1)) % 1440)
        };
        let breaks = inside.into_iter().enumerate().map(pause).chain(anywhere).collect();
        Request { zone, day, start, end, breaks }
    })
}

fn parse(request: &Request) -> Option<OvertimeSpan> {
    let breaks: Vec<BreakInput> =
        request.breaks.iter().map(|(from, to)| BreakInput { start_time: time(*from), end_time: time(*to) }).collect();
    let input = rules::SpanInput {
        date: date(request.day),
        start_time: time(request.start),
        end_time: time(request.end),
        breaks: &breaks,
    };
    OvertimeSpan::parse(&input, &TimeZone::get(request.zone.name()).unwrap()).ok()
}

proptest! {
    #[test]
    fn rules_watch_the_clock_each_minute(
        request in request(),
        workdays in proptest::array::uniform7(any::<bool>()),
        holidays in proptest::collection::btree_set(0i64..2, 0..2),
    ) {
        let expected = overtime::work_out(&request);
        let span = parse(&request);
        prop_assert_eq!(span.is_some(), expected.is_some());
        let (Some(span), Some(expected)) = (span, expected) else { return Ok(()) };

        let work = |works: bool| WorkDay::new(Minutes::new(if works { 480 } else { 0 }), None).unwrap();
        let schedules = DatedSchedules::always(WeeklySchedule::new(workdays.map(work)));
        let real_holidays = Holidays::of_place(holidays.iter().map(|after| HolidayRule {
            name: "Holiday".into(),
            period: Period::day(date(request.day + after)),
            scope: HolidayScope::Entity,
            slots: Slots::FULL,
            estimated: false, observed_for: None }));
        let calendar = DayCalendar { schedules: &schedules, holidays: &real_holidays };
        let multipliers = Multipliers::default();
        let result = calendar.classify(&span, NightHours::default(), multipliers);

        prop_assert_eq!(span.minutes().get(), expected.minutes);
        prop_assert_eq!(result.minutes.get(), expected.minutes);
        prop_assert_eq!(result.night_minutes.get(), expected.night);
        let mut by_day: BTreeMap<Date, i64> = BTreeMap::new();
        for piece in &result.pieces {
            *by_day.entry(piece.date).or_default() += piece.minutes.get();
        }
        prop_assert_eq!(by_day, expected.by_day.iter().map(|(day, minutes)| (date(*day), *minutes)).collect::<BTreeMap<_, _>>());

        let class = |day: Day| {
            if holidays.contains(&(day - request.day)) {
                (DayClass::Holiday, 3)
            } else if workdays[calendar::weekday(day)] {
                (DayClass::Workday, 0)
            } else {
                (DayClass::RestDay, 2)
            }
        };
        let mut classes: BTreeMap<DayClass, i64> = BTreeMap::new();
        for (day, minutes) in &expected.by_day {
            *classes.entry(class(*day).0).or_default() += minutes;
        }
        prop_assert_eq!(result.classes.len(), classes.len());
        for total in &result.classes {
            let minutes = classes[&total.class];
            prop_assert_eq!(total.minutes.get(), minutes);
            let credited = match total.class {
                DayClass::Workday => (minutes * 3 + 1) / 2,
                DayClass::RestDay => minutes * 2,
                DayClass::Holiday => minutes * 3,
            };
            prop_assert_eq!(total.credited.get(), credited);
        }
        prop_assert_eq!(result.is_weekend, calendar::weekday(request.day) >= 5);
        prop_assert_eq!(result.is_holiday, holidays.contains(&0));
    }

    /// Two requests overlap where a minute of one, breaks included, is a minute of the other.
    #[test]
    fn rules_see_each_overlap(one in request(), other in request(), shift in -2i64..=2) {
        let other = Request { zone: one.zone, day: one.day + shift, breaks: vec![], ..other };
        let one = Request { breaks: vec![], ..one };
        let (Some(real_one), Some(real_other)) = (parse(&one), parse(&other)) else { return Ok(()) };
        let minutes = |request: &Request| -> BTreeSet<i64> {
            let clock = Clock::new(request.zone, request.day);
            let ends = if request.end < request.start { request.day + 1 } else { request.day };
            (clock.first(request.day, request.start).unwrap()..clock.first(ends, request.end).unwrap()).collect()
        };
        let expected = minutes(&one).intersection(&minutes(&other)).next().is_some();
        prop_assert_eq!(real_one.overlaps(real_other.whole()), expected);
        prop_assert_eq!(real_other.overlaps(real_one.whole()), expected);
    }

    #[test]
    fn rules_add_up_limits(
        on in calendar::day(2024, 1, 1)..calendar::day(2030, 1, 1),
        start_day in 1i64..=28,
        others in proptest::collection::vec((-400i64..400, 0i64..600), 0..30),
        worked in 1i64..600,
    ) {
        let set = rules::Limit { recommended: Some(Minutes::hours(2)), maximum: Some(Minutes::hours(30)) };
        let limits = Limits { day: set, week: set, month: set, year: set, cycle_start_day: start_day as u8 };
        let others: Vec<(Day, i64)> = others.into_iter().map(|(apart, minutes)| (on + apart, minutes)).collect();
        // A cycle is named by the month in which it ends, months counted through.
        let cycle = |day: Day| {
            let (year, month, day_of_month) = calendar::civil(day);
            year * 12 + month + i64::from(start_day > 1 && day_of_month >= start_day)
        };
        let same = |kind: LimitPeriod, day: Day| match kind {
            LimitPeriod::Day => day == on,
            LimitPeriod::Week => (day + 3).div_euclid(7) == (on + 3).div_euclid(7),
            LimitPeriod::Month => cycle(day) == cycle(on),
            LimitPeriod::Year => calendar::civil(day).0 == calendar::civil(on).0,
        };
        let real: Vec<(Date, Minutes)> =
            others.iter().map(|(day, minutes)| (date(*day), Minutes::try_from(*minutes).unwrap())).collect();
        let uses = limits.check(date(on), Minutes::try_from(worked).unwrap(), &real);
        prop_assert_eq!(uses.len(), 4);
        let horizon = limits.horizon(date(on));
        for found in uses {
            let before: i64 = others.iter().filter(|(day, _)| same(found.kind, *day)).map(|(_, minutes)| minutes).sum();
            prop_assert_eq!((found.before.get(), found.used.get()), (before, before + worked), "{}", found.kind);
            let verdict = match before + worked {
                over if over > 1_800 => rules::Verdict::AboveMaximum,
                over if over > 120 => rules::Verdict::AboveRecommended,
                _ => rules::Verdict::Within,
            };
            prop_assert_eq!(found.verdict, verdict);
            prop_assert!(horizon.contains(found.period.first()) && horizon.contains(found.period.last()));
        }
    }
}
