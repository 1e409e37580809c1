use jiff::Timestamp;
use jiff::civil::{Weekday, date};
use jiff::tz::TimeZone;

use super::{Format, start_of_week};
use crate::lang::Lang;

/// Thursday, 3 December 2026, 10:30 in Berlin.
fn format(lang: &str) -> Format {
    let zone = TimeZone::get("Europe/Berlin").unwrap();
    Format::new(lang.parse::<Lang>().unwrap(), zone, at("2026-12-03T09:30:00Z"))
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// No-break spaces as a tilde, to be seen.
fn seen(text: &str) -> String {
    text.replace('\u{a0}', "~")
}

#[test]
fn dates_read_as_in_the_mock_ups() {
    let f = format("en");
    assert_eq!(seen(&f.date(date(2026, 12, 8))), "8~Dec");
    assert_eq!(seen(&f.date(date(2027, 1, 4))), "4~Jan~2027");
    assert_eq!(seen(&f.day(date(2026, 12, 8))), "Tue~8~Dec");
    assert_eq!(seen(&f.day_long(date(2026, 12, 22))), "Tue~22~December");
    assert_eq!(seen(&f.weekday(date(2026, 12, 3))), "Thursday, 3~December");
    assert_eq!(seen(&f.full(date(2026, 12, 3))), "3~December~2026");
    assert_eq!(seen(&f.month(date(2026, 12, 1))), "December~2026");
}

#[test]
fn ranges_say_no_more_than_is_needed() {
    let f = format("en");
    let range = |a, b| seen(&f.range(a, b));
    assert_eq!(range(date(2026, 12, 8), date(2026, 12, 11)), "Tue~8 – Fri~11~Dec");
    assert_eq!(range(date(2026, 7, 27), date(2026, 8, 7)), "Mon~27~Jul – Fri~7~Aug");
    assert_eq!(range(date(2026, 12, 22), date(2027, 1, 4)), "Tue~22~Dec~2026 – Mon~4~Jan~2027");
    assert_eq!(range(date(2026, 12, 8), date(2026, 12, 8)), "Tue~8~Dec");
    let short = |a, b| seen(&f.range_short(a, b));
    assert_eq!(short(date(2026, 12, 8), date(2026, 12, 11)), "8~–~11~Dec");
    assert_eq!(short(date(2026, 7, 27), date(2026, 8, 7)), "27~Jul – 7~Aug");
}

#[test]
fn german_has_its_own_order_and_marks() {
    let f = format("de");
    assert_eq!(seen(&f.range(date(2026, 12, 8), date(2026, 12, 11))), "Di~8. – Fr~11.~Dez");
    assert_eq!(seen(&f.weekday(date(2026, 3, 3))), "Dienstag, 3.~März");
    assert_eq!(f.days(6000, 480), "12,5");
    assert_eq!(f.number(41_208), "41.208");
    assert_eq!(seen(&f.days_long(480, 480)), "1~Tag");
    assert_eq!(seen(&f.days_long(6000, 480)), "12,5~Tage");
}

#[test]
fn when_is_told_from_the_readers_own_day() {
    let f = format("en");
    assert_eq!(f.when(at("2026-12-02T15:20:00Z")), "yesterday, 16:20");
    assert_eq!(f.when(at("2026-12-02T23:05:00Z")), "today, 0:05", "midnight is Berlin's");
    assert_eq!(f.when(at("2026-12-04T08:00:00Z")), "tomorrow, 9:00");
    assert_eq!(seen(&f.when(at("2026-11-30T08:12:00Z"))), "Mon~30~Nov, 9:12");
    assert_eq!(f.when_day(date(2026, 12, 3)), "today");
    assert_eq!(seen(&f.until(date(2026, 12, 7))), "in~4~days");
    assert_eq!(seen(&f.until(date(2026, 12, 1))), "2~days~ago");
    assert_eq!(f.until(date(2026, 12, 4)), "tomorrow");
}

#[test]
fn lengths_of_time() {
    let f = format("en");
    assert_eq!(f.hours(390), "6:30");
    assert_eq!(f.hours(0), "0:00");
    assert_eq!(f.hours(-5), "−0:05");
    assert_eq!(f.hours(100_000), "1,666:40");
    assert_eq!(seen(&f.spent(138)), "2~h 18~min");
    assert_eq!(seen(&f.spent(480)), "8~h");
    assert_eq!(seen(&f.spent(30)), "30~min");
}

#[test]
fn days_are_rounded_to_two_places_away_from_zero() {
    let f = format("en");
    for (minutes, per_day, days) in [
        (6000, 480, "12.5"),
        (480, 480, "1"),
        (0, 480, "0"),
        (-240, 480, "−0.5"),
        (160, 480, "0.33"),
        (320, 480, "0.67"),
        (231, 462, "0.5"),
        (-1, 400, "0"),
        (-2, 400, "−0.01"),
        (90, 0, "1:30"),
    ] {
        assert_eq!(f.days(minutes, per_day), days, "{minutes} of {per_day}");
    }
    assert_eq!(seen(&f.signed(&f.days(240, 480))), "+~0.5");
    assert_eq!(seen(&f.signed(&f.days(-1920, 480))), "−~4");
    assert_eq!(f.signed(&f.days(0, 480)), "0");
}

#[test]
fn numbers_and_sizes() {
    let f = format("en");
    assert_eq!(f.number(999), "999");
    assert_eq!(f.number(-1_234_567), "−1,234,567");
    assert_eq!(seen(&f.percent(78)), "78~%");
    for (bytes, words) in [(999, "999~bytes"), (1000, "1~kB"), (1_900_000, "1.9~MB"), (24_000_000_000, "24~GB")] {
        assert_eq!(seen(&f.bytes(bytes)), words);
    }
}

#[test]
fn weeks_begin_on_the_day_that_was_chosen() {
    let thursday = date(2026, 12, 3);
    assert_eq!(start_of_week(thursday, Weekday::Monday), date(2026, 11, 30));
    assert_eq!(start_of_week(thursday, Weekday::Sunday), date(2026, 11, 29));
    assert_eq!(start_of_week(date(2026, 11, 30), Weekday::Monday), date(2026, 11, 30));
}
