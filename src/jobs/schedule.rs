//! When a job is due: a cron line read on the wall clock of a zone, so that daylight saving shifts nothing.
//!
//! croner parses and matches the line; what an occurrence *is* when the clock changes is decided here, with jiff:
//! - A line that names its hours means wall-clock times. One that the spring change skips (02:30) happens as much
//!   later as the clock jumped; one that the autumn change repeats happens the first time only.
//! - A line for every hour means elapsed time: it happens in both of the repeated hours, and not in the skipped one.

use croner::Cron;
use croner::parser::{CronParser, Seconds, Year};
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan as _};

use crate::error::Msg;
use crate::msg;

/// A checked cron line of five fields: minute, hour, day of month, month, day of week (1–5 is Monday to Friday).
#[derive(Clone, Debug)]
pub struct Schedule {
    pub(super) cron: Cron,
    line: String,
}

/// 29 February comes after at most this many years.
const HORIZON_YEARS: i64 = 8;

impl Schedule {
    /// Understands what crontab(5) does, and `L`, `W`, `#` of croner: `"30 6 * * 1-5"`, `"0 0 L * *"`, `"@hourly"`.
    ///
    /// # Errors
    /// A sentence for the person who typed it; also for a line that never comes true, such as 30 February.
    pub fn parse(line: &str) -> Result<Self, Msg> {
        let line = line.trim();
        let parser = CronParser::builder().seconds(Seconds::Disallowed).year(Year::Disallowed).build();
        let cron =
            parser.parse(line).map_err(|error| msg!("This is not a cron line such as “30 6 * * 1-5”: {0}", error))?;
        let schedule = Schedule { cron, line: line.to_owned() };
        if schedule.next_after(Timestamp::UNIX_EPOCH, &TimeZone::UTC).is_none() {
            return Err(msg!("“{0}” never comes true", line));
        }
        Ok(schedule)
    }

    /// The line as typed.
    pub fn as_str(&self) -> &str {
        &self.line
    }

    /// The first occurrence later than `after`. `None` only at the end of time.
    pub fn next_after(&self, after: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        // A time that was skipped on the day before may have moved into this one.
        let mut day = after.to_zoned(zone.clone()).date().yesterday().ok()?;
        let last = day.checked_add(HORIZON_YEARS.years()).ok()?;
        while day <= last {
            if let Some(found) = self.on(day, zone).into_iter().find(|at| *at > after) {
                return Some(found);
            }
            day = day.tomorrow().ok()?;
        }
        None
    }

    /// The last `most` occurrences later than `after` and not later than `until`, in order.
    pub fn between(&self, after: Timestamp, until: Timestamp, zone: &TimeZone, most: usize) -> Vec<Timestamp> {
        let mut found: Vec<Timestamp> = Vec::new();
        let (first, mut day) = (after.to_zoned(zone.clone()).date(), until.to_zoned(zone.clone()).date());
        loop {
            let fitting = self.on(day, zone).into_iter().rev().filter(|at| *at > after && *at <= until);
            found.extend(fitting.take(most - found.len()));
            match day.yesterday() {
                Ok(before) if found.len() < most && before.tomorrow().is_ok_and(|next| next >= first) => day = before,
                _ => break,
            }
        }
        found.reverse();
        found
    }

    /// The occurrences of one local date, in order.
    fn on(&self, day: Date, zone: &TimeZone) -> Vec<Timestamp> {
        let (month, of_month) = (day.month().unsigned_abs().into(), day.day().unsigned_abs().into());
        let pattern = &self.cron.pattern;
        let this_month = pattern.month_match(month).unwrap_or(false);
        if !this_month || !pattern.day_match(day.year().into(), month, of_month).unwrap_or(false) {
            return Vec::new();
        }
        let mut found = if self.is_hourly() { self.elapsed(day, zone) } else { self.wall(day, zone) };
        found.sort_unstable();
        // A skipped time may have moved onto one that is due anyway.
        found.dedup();
        found
    }

    fn is_hourly(&self) -> bool {
        (0..24).all(|hour| self.cron.pattern.hour_match(hour).unwrap_or(false))
    }

    pub(super) fn matches(&self, hour: i8, minute: i8) -> bool {
        let pattern = &self.cron.pattern;
        let (hour, minute) = (u32::from(hour.unsigned_abs()), u32::from(minute.unsigned_abs()));
        pattern.hour_match(hour).unwrap_or(false) && pattern.minute_match(minute).unwrap_or(false)
    }

    fn wall(&self, day: Date, zone: &TimeZone) -> Vec<Timestamp> {
        let times = (0..24).flat_map(|hour| (0..60).map(move |minute| (hour, minute)));
        times
            .filter(|(hour, minute)| self.matches(*hour, *minute))
            .filter_map(|(hour, minute)| zone.to_ambiguous_timestamp(day.at(hour, minute, 0, 0)).compatible().ok())
            .collect()
    }

    fn elapsed(&self, day: Date, zone: &TimeZone) -> Vec<Timestamp> {
        let midnight = |day: Date| zone.to_ambiguous_timestamp(DateTime::from(day)).compatible();
        let (Ok(mut at), Ok(Ok(end))) = (midnight(day), day.tomorrow().map(midnight)) else { return Vec::new() };
        let mut found = Vec::new();
        while at < end {
            let local = zone.to_datetime(at);
            if local.date() == day && self.matches(local.hour(), local.minute()) {
                found.push(at);
            }
            at += SignedDuration::from_mins(1);
        }
        found
    }
}

impl std::fmt::Display for Schedule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.line)
    }
}
