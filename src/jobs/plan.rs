//! Which runs follow from a schedule and the time since it was last looked at. Pure.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::{CatchUp, Period, Schedule};

/// One run to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Planned {
    pub(super) at: Timestamp,
    pub(super) period: String,
    /// Too late to make sense: written down, not run.
    pub(super) dropped: bool,
}

/// What [`CatchUp::Every`] runs at most: two months of days.
const MOST: usize = 62;

/// What came due after `seen_until`, up to and including `now`, oldest first.
pub(super) fn plan(
    schedule: &Schedule,
    zone: &TimeZone,
    (seen_until, now): (Timestamp, Timestamp),
    (period, catch_up): (Period, CatchUp),
) -> Vec<Planned> {
    let most = if catch_up == CatchUp::Every { MOST } else { 1 };
    let late = |at| is_too_late(catch_up, at, now);
    let due = schedule.between(seen_until, now, zone, most);
    due.into_iter().map(|at| Planned { at, period: period_of(at, zone, period), dropped: late(at) }).collect()
}

/// Whether what was due at `at` has lost its sense by `now`.
pub(super) fn is_too_late(catch_up: CatchUp, at: Timestamp, now: Timestamp) -> bool {
    matches!(catch_up, CatchUp::Within(limit) if now.duration_since(at) > limit)
}

pub(super) fn period_of(at: Timestamp, zone: &TimeZone, period: Period) -> String {
    match period {
        Period::Day => zone.to_datetime(at).date().to_string(),
        Period::Instant => at.to_string(),
    }
}

/// When a run that failed is tried again: after 1, 5, 15 and 60 minutes, then no more.
pub(super) fn next_try(attempts: i64, now: Timestamp) -> Option<Timestamp> {
    let minutes = match attempts {
        ..=1 => 1,
        2 => 5,
        3 => 15,
        4 => 60,
        _ => return None,
    };
    Some(now + jiff::SignedDuration::from_mins(minutes))
}
