use jiff::civil::{Date, date, time};
use jiff::tz::TimeZone;

use super::interval::{Skipped, instant, start_of_day};
use super::*;

fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap()
}

fn local(name: &str, at: &str) -> jiff::Timestamp {
    instant(at.parse().unwrap(), &zone(name)).unwrap()
}

fn interval(name: &str, from: &str, to: &str) -> Interval {
    Interval::new(local(name, from), local(name, to)).unwrap()
}

fn shift(from: (i8, i8), to: (i8, i8)) -> Shift {
    Shift::new(time(from.0, from.1, 0, 0), time(to.0, to.1, 0, 0)).unwrap()
}

#[test]
fn minutes_round_halves_away_from_zero() {
    assert_eq!(Minutes::new(7).percent(150), Minutes::new(11));
    assert_eq!(Minutes::new(-7).percent(150), Minutes::new(-11));
    assert_eq!(Minutes::new(12_000).times(1, 12), Minutes::new(1_000));
    assert_eq!(Minutes::new(10).times(1, 3), Minutes::new(3));
    assert_eq!(Minutes::new(10).times(1, -4), Minutes::new(-3));
    assert_eq!(Minutes::new(10).times(1, 0), Minutes::ZERO);
}

#[test]
fn minutes_from_outside_are_bounded() {
    assert_eq!(Minutes::try_from(1_000_000_000), Ok(Minutes::MAX));
    assert_eq!(Minutes::try_from(i64::MIN).unwrap_err().0, i64::MIN);
    assert!(serde_json::from_str::<Minutes>("1000000001").is_err());
    assert_eq!(serde_json::to_string(&Minutes::new(-30)).unwrap(), "-30");
}

#[test]
fn the_morning_has_the_odd_minute() {
    let odd = Minutes::new(465);
    assert_eq!(Slots::MORNING.minutes(odd), Minutes::new(233));
    assert_eq!(Slots::AFTERNOON.minutes(odd), Minutes::new(232));
    assert_eq!(Slots::FULL.minutes(odd), odd);
    assert_eq!(Slots::NONE.minutes(odd), Minutes::ZERO);
    assert_eq!(Slots::MORNING.minutes(Minutes::new(1)), Minutes::new(1));
}

#[test]
fn slots_are_sets() {
    assert_eq!(Slots::FULL.without(Slots::MORNING), Slots::AFTERNOON);
    assert_eq!(Slots::MORNING.without(Slots::MORNING), Slots::NONE);
    assert_eq!(Slots::MORNING.union(Slots::AFTERNOON), Slots::FULL);
    assert!(Slots::MORNING.intersection(Slots::AFTERNOON).is_empty());
    assert_eq!(Slots::from(None), Slots::FULL);
    assert_eq!(Slots::from(Some(Half::Afternoon)).half(), Some(Half::Afternoon));
}

#[test]
fn periods_of_the_calendar() {
    let week = Period::week_of(date(2026, 11, 29));
    assert_eq!((week.first(), week.last(), week.day_count()), (date(2026, 11, 23), date(2026, 11, 29), 7));
    assert_eq!(Period::week_of(date(2026, 11, 23)), week);
    assert_eq!(Period::month_of(date(2028, 2, 5)).day_count(), 29);
    assert_eq!(Period::year_of(date(2028, 2, 5)).day_count(), 366);
    assert_eq!(Period::new(date(2026, 1, 2), date(2026, 1, 1)), None);
    assert_eq!(week.days().last(), Some(week.last()));
    assert_eq!(Period::new(Date::MAX, Date::MAX).unwrap().days().count(), 1);
    assert_eq!(period::ahead(date(2026, 2, 27), 2), date(2026, 3, 1));
    assert_eq!(period::ahead(date(2026, 2, 27), i64::MAX), Date::MAX);
    assert_eq!(period::days_between(date(2026, 12, 3), date(2026, 12, 22)), 19);
}

#[test]
fn a_shift_may_cross_midnight() {
    let night = shift((22, 0), (6, 30));
    assert_eq!(night.length(), Minutes::new(510));
    assert_eq!(night.midpoint(), time(2, 15, 0, 0));
    let within = |from, to, slots| night.minutes_within(from, to, slots);
    assert_eq!(within(time(23, 0, 0, 0), time(23, 30, 0, 0), Slots::FULL), Minutes::new(30));
    assert_eq!(within(time(1, 0, 0, 0), time(3, 0, 0, 0), Slots::FULL), Minutes::new(120), "the part after midnight");
    assert_eq!(within(time(1, 0, 0, 0), time(3, 0, 0, 0), Slots::MORNING), Minutes::new(75));
    assert_eq!(within(time(7, 0, 0, 0), time(21, 0, 0, 0), Slots::FULL), Minutes::ZERO);
    assert_eq!(Shift::new(time(9, 0, 0, 0), time(9, 0, 0, 0)), None);
}

#[test]
fn a_working_day_fits_its_shift() {
    let nine_to_five = shift((9, 0), (17, 0));
    assert!(WorkDay::new(Minutes::new(480), Some(nine_to_five)).is_ok());
    assert_eq!(WorkDay::new(Minutes::new(481), Some(nine_to_five)), Err(schedule::WorkDayError::TooLongForShift));
    assert_eq!(WorkDay::new(Minutes::new(1_441), None), Err(schedule::WorkDayError::Minutes));
    assert_eq!(WorkDay::new(Minutes::new(-1), None), Err(schedule::WorkDayError::Minutes));
    assert_eq!(WorkDay::new(Minutes::ZERO, Some(nine_to_five)), Ok(WorkDay::FREE), "no work, no shift");
}

#[test]
fn hours_touch_the_halves_they_lie_in() {
    let plain = WorkDay::new(Minutes::new(480), None).unwrap();
    assert_eq!(plain.slots_touched(time(9, 0, 0, 0), time(12, 0, 0, 0)), Slots::MORNING);
    assert_eq!(plain.slots_touched(time(12, 0, 0, 0), time(13, 0, 0, 0)), Slots::AFTERNOON);
    assert_eq!(plain.slots_touched(time(11, 0, 0, 0), time(13, 0, 0, 0)), Slots::FULL);
    let late = WorkDay::new(Minutes::new(480), Some(shift((12, 0), (20, 0)))).unwrap();
    assert_eq!(late.slots_touched(time(13, 0, 0, 0), time(15, 0, 0, 0)), Slots::MORNING);
    assert_eq!(late.slots_touched(time(9, 0, 0, 0), time(11, 0, 0, 0)), Slots::NONE);
}

#[test]
fn schedules_change_on_their_dates() {
    let full = WeeklySchedule::weekdays(Minutes::new(480)).unwrap();
    let part = WeeklySchedule::weekdays(Minutes::new(240)).unwrap();
    let dated = DatedSchedules::new([(date(2026, 7, 1), part), (date(2026, 1, 1), full)]);
    assert_eq!(dated.of(date(2025, 12, 31)), WorkDay::FREE, "before the first there is no work");
    assert_eq!(dated.of(date(2026, 6, 30)).minutes(), Minutes::new(480));
    assert_eq!(dated.of(date(2026, 7, 1)).minutes(), Minutes::new(240));
    assert_eq!(dated.of(date(2026, 7, 4)).minutes(), Minutes::ZERO, "a Saturday");
    assert_eq!(dated.changes_after(date(2026, 1, 1)).collect::<Vec<_>>(), [date(2026, 7, 1)]);
    assert_eq!(
        (full.week_minutes(), full.working_days(), full.usual_day()),
        (Minutes::new(2_400), 5, Minutes::new(480))
    );
}

#[test]
fn a_week_in_json() {
    let text = r#"{"mon":480,"tue":{"minutes":450,"start_time":"09:00","end_time":"17:00"},"wed":0,"thu":480,"fri":480,"sat":0,"sun":0}"#;
    let week: WeeklySchedule = serde_json::from_str(text).unwrap();
    assert_eq!(week.of(date(2026, 11, 24)).shift(), Some(shift((9, 0), (17, 0))));
    assert_eq!(serde_json::to_string(&week).unwrap(), text);
    assert_eq!(serde_json::from_str::<WeeklySchedule>(r#"{"mon":480}"#).unwrap().week_minutes(), Minutes::new(480));
    for wrong in [
        r#"{"monday":480}"#,
        r#"{"mon":1441}"#,
        r#"{"mon":-1}"#,
        r#"{"mon":{"minutes":600,"start_time":"09:00","end_time":"17:00"}}"#,
        r#"{"mon":{"minutes":60,"start_time":"09:00","end_time":"09:00"}}"#,
        r#"{"mon":{"minutes":60,"start_time":"9:00","end_time":"17:00"}}"#,
    ] {
        assert!(serde_json::from_str::<WeeklySchedule>(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn times_of_day_are_hours_and_minutes() {
    assert_eq!(hhmm::parse("17:30"), Some(time(17, 30, 0, 0)));
    assert_eq!(hhmm::parse("17:30:00"), Some(time(17, 30, 0, 0)));
    for wrong in ["", "7:30", "24:00", "17:60", "17:30:01", "+1:30", "17:30:00:00", "17h30", "17:3０"] {
        assert_eq!(hhmm::parse(wrong), None, "{wrong}");
    }
    assert_eq!(hhmm::format(time(7, 5, 0, 0)), "07:05");
}

fn holiday(name: &str, on: Date, scope: HolidayScope, slots: Slots) -> HolidayRule {
    HolidayRule { name: name.into(), period: Period::day(on), scope, slots, estimated: false, observed_for: None }
}

#[test]
fn the_most_specific_scope_decides_a_holiday() {
    use HolidayScope::{Entity, Global, Location};
    let day = date(2026, 12, 24);
    let wide = || holiday("Christmas Eve", day, Global, Slots::FULL);
    let half = || holiday("Heiligabend", day, Entity, Slots::AFTERNOON);
    let not_here = || holiday("Works day", day, Location, Slots::NONE);
    let found = |name: &str, slots| Some(Holiday { name: name.into(), slots, estimated: false, observed_for: None });
    let of = |rules: Vec<HolidayRule>| Holidays::of_place(rules).on(day).cloned();

    assert_eq!(of(vec![half(), wide()]), found("Heiligabend", Slots::AFTERNOON));
    assert_eq!(of(vec![wide(), not_here(), half()]), None);
    assert_eq!(of(vec![not_here()]), None);
    let local = holiday("Fair", day, Location, Slots::MORNING);
    assert_eq!(
        of(vec![not_here(), local.clone(), wide()]),
        found("Fair", Slots::MORNING),
        "a place's own holiday outweighs its “not here”"
    );
    let other_half = holiday("Parade", day, Location, Slots::AFTERNOON);
    assert_eq!(of(vec![local, other_half]).unwrap().slots, Slots::FULL, "two halves make a day");
}

#[test]
fn holidays_over_several_days() {
    let period = Period::new(date(2026, 12, 25), date(2026, 12, 26)).unwrap();
    let rule = HolidayRule {
        name: "Christmas".into(),
        period,
        scope: HolidayScope::Global,
        slots: Slots::FULL,
        estimated: false,
        observed_for: None,
    };
    let holidays = Holidays::of_place([rule]);
    assert!(holidays.slots(date(2026, 12, 26)).is_full());
    assert!(holidays.slots(date(2026, 12, 27)).is_empty());
    assert_eq!(holidays.within(Period::year_of(date(2026, 1, 1))).count(), 2);
}

#[test]
fn working_days_count_from_the_first() {
    let week = DatedSchedules::always(WeeklySchedule::weekdays(Minutes::new(480)).unwrap());
    let holidays = Holidays::of_place([
        holiday("Off", date(2026, 11, 18), HolidayScope::Global, Slots::FULL),
        holiday("Half", date(2026, 11, 19), HolidayScope::Global, Slots::MORNING),
    ]);
    let days = WorkingDays::new(&week, &holidays).unwrap();
    let monday = date(2026, 11, 16);
    assert_eq!(days.nth(monday, 1), monday);
    assert_eq!(days.nth(monday, 0), monday);
    assert_eq!(days.nth(monday, 3), date(2026, 11, 19), "the holiday is skipped, the half holiday counts");
    assert_eq!(days.nth(monday, -1), date(2026, 11, 13));
    assert_eq!(days.nth(date(2026, 11, 14), 1), monday, "who joins on a Saturday starts on Monday");
    assert!(WorkingDays::new(&DatedSchedules::always(WeeklySchedule::new([WorkDay::FREE; 7])), &holidays).is_none());
}

#[test]
fn nights_when_the_clocks_change_have_23_and_25_hours() {
    let berlin = zone("Europe/Berlin");
    assert_eq!(Interval::day(date(2026, 3, 29), &berlin).unwrap().minutes(), Minutes::hours(23));
    assert_eq!(Interval::day(date(2026, 10, 25), &berlin).unwrap().minutes(), Minutes::hours(25));
    let spring = interval("Europe/Berlin", "2026-03-28T22:00", "2026-03-29T06:00");
    let autumn = interval("Europe/Berlin", "2026-10-24T22:00", "2026-10-25T06:00");
    assert_eq!(spring.minutes(), Minutes::hours(7));
    assert_eq!(autumn.minutes(), Minutes::hours(9));
    let night = NightHours::default();
    assert_eq!(night.minutes(spring, &berlin), Minutes::hours(7));
    assert_eq!(night.minutes(autumn, &berlin), Minutes::hours(9));
}

#[test]
fn the_clock_skips_an_hour_and_repeats_one() {
    let berlin = zone("Europe/Berlin");
    let gap = "2026-03-29T02:30".parse().unwrap();
    assert_eq!(instant(gap, &berlin), Err(Skipped(gap)));
    let twice = instant("2026-10-25T02:30".parse().unwrap(), &berlin).unwrap();
    assert_eq!(twice.to_string(), "2026-10-25T00:30:00Z", "the first of the two");
}

#[test]
fn a_day_may_begin_after_midnight() {
    // Cairo moves its clocks from midnight to one.
    let cairo = zone("Africa/Cairo");
    assert_eq!(start_of_day(date(2024, 4, 26), &cairo).to_string(), "2024-04-25T22:00:00Z");
    let span = interval("Africa/Cairo", "2024-04-25T22:00", "2024-04-26T02:00");
    let pieces = span.split_at_midnight(&cairo);
    let lengths: Vec<_> = pieces.iter().map(|(date, piece)| (*date, piece.minutes())).collect();
    assert_eq!(lengths, [(date(2024, 4, 25), Minutes::hours(2)), (date(2024, 4, 26), Minutes::hours(1))]);
}

#[test]
fn intervals_are_cut_at_local_midnight() {
    let berlin = zone("Europe/Berlin");
    let span = interval("Europe/Berlin", "2026-11-27T18:00", "2026-11-28T02:00");
    let pieces = span.split_at_midnight(&berlin);
    let lengths: Vec<_> = pieces.iter().map(|(date, piece)| (*date, piece.minutes())).collect();
    assert_eq!(lengths, [(date(2026, 11, 27), Minutes::hours(6)), (date(2026, 11, 28), Minutes::hours(2))]);
    let to_midnight = interval("Europe/Berlin", "2026-11-27T18:00", "2026-11-28T00:00");
    assert_eq!(to_midnight.split_at_midnight(&berlin), [(date(2026, 11, 27), to_midnight)]);
}

#[test]
fn holes_are_cut_out() {
    let at = |from: &str, to: &str| interval("UTC", &format!("2026-01-01T{from}"), &format!("2026-01-01T{to}"));
    let span = at("10:00", "14:00");
    assert_eq!(span.without(&[]), [span]);
    assert_eq!(
        span.without(&[at("12:00", "13:00"), at("09:00", "10:30"), at("12:30", "13:30")]),
        [at("10:30", "12:00"), at("13:30", "14:00")]
    );
    assert_eq!(span.without(&[at("09:00", "15:00")]), []);
    assert_eq!(span.without(&[at("08:00", "09:00"), at("15:00", "16:00")]), [span]);
}

#[test]
fn night_hours_within_a_day() {
    let utc = TimeZone::UTC;
    let day = interval("UTC", "2026-01-01T00:00", "2026-01-02T00:00");
    assert_eq!(NightHours::default().minutes(day, &utc), Minutes::hours(8));
    let early = NightHours::new(time(1, 0, 0, 0), time(5, 30, 0, 0)).unwrap();
    assert_eq!(early.minutes(day, &utc), Minutes::new(270));
    assert_eq!(NightHours::new(time(1, 0, 0, 0), time(1, 0, 0, 0)), None);
}

#[test]
fn a_schedule_ends_with_the_employment() {
    let week = WeeklySchedule::weekdays(Minutes::hours(8)).unwrap();
    let later = WeeklySchedule::weekdays(Minutes::hours(4)).unwrap();
    let ended = DatedSchedules::new([(date(2026, 1, 1), week), (date(2026, 6, 1), later)]).until(date(2026, 3, 31));
    assert_eq!(ended.of(date(2026, 3, 31)).minutes(), Minutes::hours(8));
    assert_eq!(ended.of(date(2026, 4, 1)).minutes(), Minutes::ZERO);
    assert_eq!(ended.of(date(2026, 6, 1)).minutes(), Minutes::ZERO);
}

#[test]
fn a_rotation_begins_on_its_monday_and_goes_back_too() {
    let early = WeeklySchedule::weekdays(Minutes::hours(8)).unwrap();
    let late = WeeklySchedule::weekdays(Minutes::hours(6)).unwrap();
    let rotation = Rotation::new(date(2026, 1, 8), vec![early, late]).unwrap();
    assert_eq!(rotation.anchor(), Some(date(2026, 1, 5)), "the Monday of that week");
    assert_eq!([date(2026, 1, 5), date(2026, 1, 11), date(2026, 1, 12)].map(|on| rotation.number(on)), [1, 1, 2]);
    assert_eq!([date(2026, 1, 4), date(2025, 12, 28)].map(|on| rotation.number(on)), [2, 1]);
    assert_eq!((rotation.week_minutes(), rotation.usual_day()), (Minutes::hours(35), Minutes::hours(7)));
    assert_eq!(Rotation::new(date(2026, 1, 5), vec![early; 13]), None);
    assert_eq!(Rotation::new(date(2026, 1, 5), Vec::new()), None);
    assert_eq!(Rotation::new(date(2026, 1, 5), vec![early]), Some(early.into()), "one week has no beginning");
}

fn overlay(id: i64, scope: OverlayScope, first: Date, mode: OverlayMode, minutes: i32) -> std::sync::Arc<Overlay> {
    let day = WorkDay::new(Minutes::new(minutes), None).unwrap();
    let period = Period::new(first, date(2026, 8, 31)).unwrap();
    let id = crate::ids::OverlayId(id);
    std::sync::Arc::new(Overlay {
        id,
        name: format!("{id}"),
        period,
        mode,
        scope,
        week: PartialWeek::new([Some(day); 7]),
    })
}

#[test]
fn the_most_specific_overlay_decides_then_the_one_that_began_last() {
    use OverlayMode::{AtMost, Instead};
    use OverlayScope::{Everybody, Group, Location};
    let week = DatedSchedules::always(WeeklySchedule::weekdays(Minutes::hours(8)).unwrap());
    let (june, july, wednesday) = (date(2026, 6, 1), date(2026, 7, 1), date(2026, 7, 8));
    let of = |overlays: Vec<_>| week.clone().under(overlays).of(wednesday).minutes().get();
    assert_eq!(of(vec![overlay(1, Everybody, july, AtMost, 300), overlay(2, Group, june, AtMost, 400)]), 400);
    assert_eq!(of(vec![overlay(1, Location, july, AtMost, 300), overlay(2, Location, june, AtMost, 400)]), 300);
    assert_eq!(of(vec![overlay(1, Location, july, AtMost, 300), overlay(2, Location, july, Instead, 500)]), 500);
    assert_eq!(of(vec![overlay(1, Everybody, june, AtMost, 600)]), 480, "it only shortens");
    assert_eq!(of(vec![overlay(1, Everybody, june, Instead, 0)]), 0);
    let under = week.clone().under([overlay(1, Everybody, june, Instead, 600)]);
    assert_eq!(under.of(date(2026, 7, 11)), WorkDay::FREE, "a Saturday stays free");
    assert_eq!(under.of(date(2026, 9, 2)).minutes(), Minutes::hours(8), "it is over");
    assert!(under.decided(wednesday).overlay.is_some_and(|one| one.id.0 == 1));
}

#[test]
fn a_shortened_day_ends_earlier() {
    let day = WorkDay::new(Minutes::hours(8), Some(shift((9, 0), (17, 30)))).unwrap();
    let five = WorkDay::new(Minutes::hours(5), None).unwrap();
    assert_eq!(day.replaced_by(five).shift(), Some(shift((9, 0), (14, 30))), "the pause stays");
    let known = WorkDay::new(Minutes::hours(5), Some(shift((8, 0), (13, 0)))).unwrap();
    assert_eq!(day.replaced_by(known).shift(), Some(shift((8, 0), (13, 0))));
    assert_eq!(day.replaced_by(WorkDay::FREE), WorkDay::FREE);
    let endless = WorkDay::new(Minutes::new(1_440), None).unwrap();
    assert_eq!(day.replaced_by(endless).shift(), None, "no such shift");
}

#[test]
fn holidays_on_free_days_are_kept_on_the_next_working_day() {
    let week = DatedSchedules::new([(date(2026, 1, 1), WeeklySchedule::weekdays(Minutes::hours(8)).unwrap())]);
    let full = |name, on| holiday(name, on, HolidayScope::Global, Slots::FULL);
    let holidays = Holidays::of_place([
        full("Christmas", date(2027, 12, 25)),
        full("Second day", date(2027, 12, 26)),
        full("Monday", date(2027, 12, 27)),
        holiday("Half", date(2027, 12, 28), HolidayScope::Global, Slots::MORNING),
        full("Before the first day", date(2025, 12, 28)),
    ]);
    let observed = holidays.observed_by(&week, date(2026, 1, 1));
    let kept = |on: Date| observed.on(on).and_then(|one| Some((one.name.clone(), one.observed_for?)));
    assert_eq!(kept(date(2027, 12, 29)), Some(("Christmas".into(), date(2027, 12, 25))));
    assert_eq!(kept(date(2027, 12, 30)), Some(("Second day".into(), date(2027, 12, 26))));
    assert_eq!(kept(date(2027, 12, 27)), None, "a holiday itself");
    assert!(observed.slots(date(2027, 12, 31)).is_empty());
    assert!(observed.slots(date(2026, 1, 1)).is_empty());
}

#[test]
fn a_holiday_for_which_the_law_gives_another_day_gives_no_second_one() {
    let week = DatedSchedules::new([(date(2026, 1, 1), WeeklySchedule::weekdays(Minutes::hours(8)).unwrap())]);
    let saturday = holiday("Independence Day", date(2026, 7, 4), HolidayScope::Global, Slots::FULL);
    let friday = HolidayRule {
        observed_for: Some(date(2026, 7, 4)),
        ..holiday("Independence Day (observed)", date(2026, 7, 3), HolidayScope::Global, Slots::FULL)
    };
    let alone = Holidays::of_place([saturday.clone()]);
    assert!(alone.is_lost_on(date(2026, 7, 4), &week));
    assert!(alone.observed_by(&week, date(2026, 1, 1)).slots(date(2026, 7, 6)).is_full());
    let both = Holidays::of_place([saturday.clone(), friday.clone()]);
    assert!(!both.is_lost_on(date(2026, 7, 4), &week));
    let asked = both.clone().limited_to(Period::day(date(2026, 7, 4)));
    assert!(!asked.is_lost_on(date(2026, 7, 4), &week), "also where only the day itself is asked about");
    assert!(both.observed_by(&week, date(2026, 1, 1)).slots(date(2026, 7, 6)).is_empty());
    // Where a place works on the day that the law gives, its own rule acts again.
    let works = holiday("Open", date(2026, 7, 3), HolidayScope::Location, Slots::NONE);
    assert!(Holidays::of_place([saturday, friday, works]).is_lost_on(date(2026, 7, 4), &week));
}

#[test]
fn an_overlay_lies_over_the_dates_on_which_it_concerns_somebody() {
    let week = DatedSchedules::new([(date(2026, 1, 1), WeeklySchedule::weekdays(Minutes::hours(8)).unwrap())]);
    let short = overlay(1, OverlayScope::Group, date(2026, 3, 2), OverlayMode::AtMost, 300);
    let (from, to) = (date(2026, 3, 4), date(2026, 3, 5));
    let laid = Laid::within(std::sync::Arc::clone(&short), Period::new(from, to).unwrap()).unwrap();
    let under = week.under([laid]);
    let minutes = |on: Date| under.of(on).minutes().get();
    assert_eq!([3, 4, 5, 6].map(|day| minutes(date(2026, 3, day))), [480, 300, 300, 480]);
    assert_eq!(Laid::within(short, Period::day(date(2025, 3, 4))), None);
}
