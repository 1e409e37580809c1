//! When overtime was worked: local times of a date in a zone, with breaks, turned into real time.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;

use crate::error::{FieldErrors, Msg};
use crate::msg;
use crate::time::interval::{Skipped, instant};
use crate::time::{Interval, Minutes, hhmm};

/// A break on the local clock. Times before the span's start are on the next day; so is an end before its start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BreakInput {
    #[serde(with = "hhmm")]
    #[schema(value_type = String, example = "20:00")]
    pub start_time: Time,
    #[serde(with = "hhmm")]
    #[schema(value_type = String, example = "20:30")]
    pub end_time: Time,
}

/// The fields of a form or of JSON, before they are known to fit together.
#[derive(Clone, Copy, Debug)]
pub struct SpanInput<'a> {
    /// The business date: the day it starts.
    pub date: Date,
    pub start_time: Time,
    /// Before `start_time`: on the next day.
    pub end_time: Time,
    pub breaks: &'a [BreakInput],
}

/// Overtime that makes sense: less than a day on the clock, its breaks inside it and apart from each other, and some
/// time left between them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OvertimeSpan {
    date: Date,
    zone: TimeZone,
    whole: Interval,
    /// In the order of time.
    breaks: Vec<Interval>,
}

impl OvertimeSpan {
    pub const MAX_BREAKS: usize = 20;

    /// Refuses what does not fit together, with the field that is to blame: `start_time`, `end_time`, `breaks`, or
    /// `breaks.0` for the first break.
    pub fn parse(input: &SpanInput<'_>, zone: &TimeZone) -> Result<Self, FieldErrors> {
        let SpanInput { date, start_time, end_time, breaks } = *input;
        let mut errors = FieldErrors::new();
        if !(1970..=2199).contains(&date.year()) {
            errors.add("date", msg!("The date is too far away."));
        }
        for (field, time) in [("start_time", start_time), ("end_time", end_time)] {
            if !is_whole_minute(time) {
                errors.add(field, msg!("Times are whole minutes."));
            }
        }
        if start_time == end_time {
            errors.add("end_time", msg!("The end must be another time than the start."));
        }
        if breaks.len() > Self::MAX_BREAKS {
            errors.add("breaks", msg!("At most {0} breaks.", Self::MAX_BREAKS));
        }
        if !errors.is_empty() {
            return Err(errors);
        }

        let start = date.to_datetime(start_time);
        let end = on_or_after(start, end_time);
        let whole = match (instant(start, zone), instant(end, zone)) {
            (Ok(from), Ok(to)) => Interval::new(from, to),
            (from, to) => {
                let skipped = [("start_time", from.err()), ("end_time", to.err())];
                for (field, Skipped(at)) in skipped.into_iter().filter_map(|(field, gap)| Some((field, gap?))) {
                    errors.add(field, not_on_the_clock(at));
                }
                return Err(errors);
            }
        };
        let Some(whole) = whole else {
            errors.add("end_time", msg!("The end must be after the start."));
            return Err(errors);
        };

        let mut resolved: Vec<(usize, Interval)> = Vec::with_capacity(breaks.len());
        for (i, pause) in breaks.iter().enumerate() {
            match resolve_break(pause, start, end, zone) {
                Ok(interval) => resolved.push((i, interval)),
                Err(message) => errors.add(format!("breaks.{i}"), message),
            }
        }
        resolved.sort_unstable_by_key(|(_, interval)| *interval);
        for pair in resolved.windows(2) {
            if pair[0].1.overlaps(pair[1].1) {
                errors.add(format!("breaks.{}", pair[0].0.max(pair[1].0)), msg!("This break overlaps another."));
            }
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        let breaks = resolved.into_iter().map(|(_, interval)| interval).collect();
        let span = OvertimeSpan { date, zone: zone.clone(), whole, breaks };
        if span.minutes().is_zero() {
            errors.add("breaks", msg!("The breaks leave no working time."));
            return Err(errors);
        }
        Ok(span)
    }

    /// The business date: the day it starts.
    pub const fn date(&self) -> Date {
        self.date
    }

    pub const fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// From start to end, breaks included.
    pub const fn whole(&self) -> Interval {
        self.whole
    }

    pub fn breaks(&self) -> &[Interval] {
        &self.breaks
    }

    /// The stretches worked, in order.
    pub fn worked(&self) -> Vec<Interval> {
        self.whole.without(&self.breaks)
    }

    /// Elapsed minutes without breaks.
    pub fn minutes(&self) -> Minutes {
        self.worked().into_iter().map(Interval::minutes).sum()
    }

    /// The date on which it ends; its own, where it ends at that date's midnight.
    pub fn last_date(&self) -> Date {
        self.whole.dates(&self.zone).last().unwrap_or(self.date)
    }

    /// The same person cannot work two things at once; one may begin where the other ends.
    pub fn overlaps(&self, other: Interval) -> bool {
        self.whole.overlaps(other)
    }
}

fn is_whole_minute(time: Time) -> bool {
    time.second() == 0 && time.subsec_nanosecond() == 0
}

/// The next moment at which the clock shows `time`, from `start` on.
fn on_or_after(start: DateTime, time: Time) -> DateTime {
    let day = if time < start.time() { start.date().saturating_add(jiff::ToSpan::days(1)) } else { start.date() };
    day.to_datetime(time)
}

fn not_on_the_clock(at: DateTime) -> Msg {
    msg!("The clock skips {0} on {1}.", hhmm::format(at.time()), at.date())
}

fn resolve_break(pause: &BreakInput, start: DateTime, end: DateTime, zone: &TimeZone) -> Result<Interval, Msg> {
    if !is_whole_minute(pause.start_time) || !is_whole_minute(pause.end_time) {
        return Err(msg!("Times are whole minutes."));
    }
    if pause.start_time == pause.end_time {
        return Err(msg!("The end must be another time than the start."));
    }
    let from = on_or_after(start, pause.start_time);
    let to = on_or_after(from, pause.end_time);
    if from >= end {
        let (at, limit) = (hhmm::format(pause.start_time), hhmm::format(end.time()));
        return Err(msg!("This break starts at {0}, when the work has ended at {1}.", at, limit));
    }
    if to > end {
        let (at, limit) = (hhmm::format(pause.end_time), hhmm::format(end.time()));
        return Err(msg!("This break ends at {0}, after the work ends at {1}.", at, limit));
    }
    match (instant(from, zone), instant(to, zone)) {
        (Ok(from), Ok(to)) => Interval::new(from, to).ok_or_else(|| msg!("The end must be after the start.")),
        (Err(Skipped(at)), _) | (_, Err(Skipped(at))) => Err(not_on_the_clock(at)),
    }
}
