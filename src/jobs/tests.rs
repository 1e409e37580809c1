use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use proptest::prelude::*;

use super::Schedule;

fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap()
}

/// The next `n` occurrences as local text.
fn next(line: &str, zone_name: &str, after: &str, n: usize) -> Vec<String> {
    let (schedule, zone) = (Schedule::parse(line).unwrap(), zone(zone_name));
    let mut at: Timestamp = after.parse().unwrap();
    let mut found = Vec::new();
    for _ in 0..n {
        at = schedule.next_after(at, &zone).unwrap();
        found.push(at.to_zoned(zone.clone()).strftime("%a %d %b %H:%M %z").to_string());
    }
    found
}

#[test]
fn lines_are_read_in_the_zone() {
    assert_eq!(
        next("30 6 * * 1-5", "Europe/Berlin", "2026-12-03T10:00:00Z", 3),
        ["Fri 04 Dec 06:30 +0100", "Mon 07 Dec 06:30 +0100", "Tue 08 Dec 06:30 +0100"]
    );
    assert_eq!(next("0 0 L 2 *", "Asia/Kolkata", "2026-12-03T10:00:00Z", 1), ["Sun 28 Feb 00:00 +0530"]);
    assert_eq!(next("0 12 29 2 *", "UTC", "2026-03-01T00:00:00Z", 1), ["Tue 29 Feb 12:00 +0000"]);
    assert_eq!(next("@hourly", "Asia/Kathmandu", "2026-03-01T00:01:00Z", 1), ["Sun 01 Mar 06:00 +0545"]);
}

#[test]
fn a_daily_job_happens_once_on_the_days_when_the_clock_changes() {
    // Berlin, 29 March 2026: 02:00 becomes 03:00. 25 October: 03:00 becomes 02:00.
    assert_eq!(
        next("30 2 * * *", "Europe/Berlin", "2026-03-28T00:00:00Z", 3),
        ["Sat 28 Mar 02:30 +0100", "Sun 29 Mar 03:30 +0200", "Mon 30 Mar 02:30 +0200"]
    );
    assert_eq!(
        next("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z", 2),
        ["Sun 25 Oct 02:30 +0200", "Mon 26 Oct 02:30 +0100"]
    );
    // The skipped time falls on another that is due: one occurrence, not two.
    assert_eq!(
        next("30 2,3 * * *", "Europe/Berlin", "2026-03-28T12:00:00Z", 2),
        ["Sun 29 Mar 03:30 +0200", "Mon 30 Mar 02:30 +0200"]
    );
    // Where midnight itself is skipped (Lebanon, 29 March 2026), the day has its job all the same.
    assert_eq!(next("0 0 * * *", "Asia/Beirut", "2026-03-28T12:00:00Z", 1), ["Sun 29 Mar 01:00 +0300"]);
}

#[test]
fn an_hourly_job_follows_elapsed_time() {
    assert_eq!(
        next("0 * * * *", "Europe/Berlin", "2026-03-29T00:30:00Z", 2),
        ["Sun 29 Mar 03:00 +0200", "Sun 29 Mar 04:00 +0200"]
    );
    assert_eq!(
        next("0 * * * *", "Europe/Berlin", "2026-10-24T23:30:00Z", 3),
        ["Sun 25 Oct 02:00 +0200", "Sun 25 Oct 02:00 +0100", "Sun 25 Oct 03:00 +0100"]
    );
}

#[test]
fn what_is_no_line_is_refused_with_a_sentence() {
    for line in ["", "every day", "61 * * * *", "* * * *", "0 0 6 * * 1-5", "0 0 30 2 *", "0 25 * * *"] {
        let why = Schedule::parse(line).unwrap_err().to_string();
        assert!(why.contains("cron line") || why.contains("never comes true"), "{line}: {why}");
    }
}

#[test]
fn the_last_of_many_missed_are_found() {
    let schedule = Schedule::parse("0 6 * * *").unwrap();
    let (after, until) = ("2026-03-01T00:00:00Z".parse().unwrap(), "2026-04-01T06:00:00Z".parse().unwrap());
    let found = schedule.between(after, until, &TimeZone::UTC, 2);
    assert_eq!(
        found.iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["2026-03-31T06:00:00Z", "2026-04-01T06:00:00Z"]
    );
    assert_eq!(schedule.between(after, until, &TimeZone::UTC, 1000).len(), 32);
    assert!(schedule.between(until, until, &TimeZone::UTC, 5).is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// Asking step by step and asking for a span agree, in every zone, over both changes of the clock.
    #[test]
    fn steps_and_spans_agree(
        line in proptest::sample::select(vec!["30 2 * * *", "0 * * * *", "*/20 * * * *", "15,45 0,2,3,23 * * *", "5 1 * * 0", "0 0 1,15 * *"]),
        name in proptest::sample::select(vec!["Europe/Berlin", "America/New_York", "Asia/Beirut", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia"]),
        start in 0_i64..8760,
        hours in 1_i64..60,
    ) {
        let (schedule, zone) = (Schedule::parse(line).unwrap(), zone(name));
        let after: Timestamp = "2026-01-01T00:00:00Z".parse::<Timestamp>().unwrap() + start.hours();
        let until = after + hours.hours();
        let mut steps = Vec::new();
        let mut at = after;
        while let Some(found) = schedule.next_after(at, &zone).filter(|found| *found <= until) {
            prop_assert!(found > at);
            steps.push(found);
            at = found;
        }
        prop_assert_eq!(&schedule.between(after, until, &zone, usize::MAX), &steps);
        // Against the plain meaning: every minute whose wall clock fits, where no change of the clock is near.
        let plain: Vec<Timestamp> = (1..=hours * 60)
            .map(|minute| after + minute.minutes())
            .filter(|at| {
                let local = at.to_zoned(zone.clone()).datetime();
                schedule.matches(local.hour(), local.minute()) && schedule.cron.pattern.month_match(local.month() as u32).unwrap()
                    && schedule.cron.pattern.day_match(local.year().into(), local.month() as u32, local.day() as u32).unwrap()
            })
            .collect();
        let offset = |at: Timestamp| zone.to_offset(at);
        if offset(after - 24.hours()) == offset(until + 24.hours()) {
            prop_assert_eq!(plain, steps);
        }
    }
}
