//! What somebody works on a date against the model: patterns that follow each other, rotations, hours for a while.
//! `PROPTEST_CASES=100000 cargo test --test it rules_schedule` is the long run.

use std::sync::Arc;

use jiff::civil::{Date, Time};
use proptest::prelude::*;
use steward::ids::OverlayId;
use steward::time::{
    DatedSchedules, Minutes, Overlay, OverlayMode, OverlayScope, PartialWeek, Period, Rotation, Shift, WeeklySchedule,
    WorkDay,
};

use crate::model::calendar::{self, Day};
use crate::model::schedule::{self, Pattern, Work};

fn date(day: Day) -> Date {
    let (year, month, day) = calendar::civil(day);
    Date::new(year as i16, month as i8, day as i8).unwrap()
}

fn time(minute: i64) -> Time {
    let minute = minute.rem_euclid(24 * 60);
    Time::new((minute / 60) as i8, (minute % 60) as i8, 0, 0).unwrap()
}

fn middle() -> Day {
    calendar::day(2026, 12, 30)
}

fn day(around: i64) -> impl Strategy<Value = Day> {
    (-around..around).prop_map(|n| middle() + n)
}

fn worked() -> impl Strategy<Value = Work> {
    prop_oneof![
        2 => Just((480, None)),
        3 => (1i64..=1440).prop_map(|minutes| (minutes, None)),
        4 => (1i64..=900, 0i64..1440, 0i64..500)
            .prop_map(|(minutes, start, pause)| (minutes, Some((start, minutes + pause)))),
    ]
}

fn work() -> impl Strategy<Value = Work> {
    prop_oneof![1 => Just((0, None)), 3 => worked()]
}

fn pattern() -> impl Strategy<Value = Pattern> {
    let week = proptest::array::uniform7(work());
    (day(60), day(200), proptest::collection::vec(week, 1..=12)).prop_map(|(since, first_week, weeks)| Pattern {
        since,
        first_week,
        weeks,
    })
}

fn overlay() -> impl Strategy<Value = schedule::Overlay> {
    let days = proptest::array::uniform7(proptest::option::weighted(0.6, work()));
    // Often on the same first day, so that the later entry has to decide.
    let first = prop_oneof![1 => Just(middle() - 10), 3 => day(40)];
    (first, 0i64..60, 0u8..4, any::<bool>(), days).prop_map(|(first, more, specific, shortens, days)| {
        schedule::Overlay { first, last: first + more, specific, shortens, days }
    })
}

fn real_day((minutes, times): Work) -> WorkDay {
    let shift = times.map(|(start, length)| Shift::new(time(start), time(start + length)).unwrap());
    WorkDay::new(Minutes::try_from(minutes).unwrap(), shift).unwrap()
}

fn real_pattern(pattern: &Pattern) -> (Date, Rotation) {
    let weeks = pattern.weeks.iter().map(|week| WeeklySchedule::new(week.map(real_day))).collect();
    (date(pattern.since), Rotation::new(date(pattern.first_week), weeks).unwrap())
}

fn real_overlay((id, overlay): (usize, &schedule::Overlay)) -> Arc<Overlay> {
    Arc::new(Overlay {
        id: OverlayId(id as i64),
        name: format!("Hours {id}"),
        period: Period::new(date(overlay.first), date(overlay.last)).unwrap(),
        mode: if overlay.shortens { OverlayMode::AtMost } else { OverlayMode::Instead },
        scope: OverlayScope::ALL[usize::from(overlay.specific)],
        week: PartialWeek::new(overlay.days.map(|day| day.map(real_day))),
    })
}

proptest! {
    #[test]
    fn rules_schedule_of_any_date(
        patterns in proptest::collection::vec(pattern(), 0..4),
        overlays in proptest::collection::vec(overlay(), 0..6),
        day in day(100),
    ) {
        let monday = calendar::day(2026, 12, 28);
        let expected = schedule::work(day, &patterns, &overlays, monday);
        let real = DatedSchedules::new(patterns.iter().map(real_pattern)).under(overlays.iter().enumerate().map(real_overlay));
        let found = real.of(date(day));
        prop_assert_eq!(found.minutes().get(), expected.0);
        let times = expected.1.map(|(start, length)| (time(start), time(start + length)));
        prop_assert_eq!(found.shift().map(|shift| (shift.start(), shift.end())), times);
        let decided = real.decided(date(day));
        prop_assert_eq!(decided.overlay.is_some(), decided.work != decided.personal);
    }
}
