//! Pure decisions of the engine.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan as _};

use super::chain::rules::Needs;

/// The instant after `hours` of working days have passed since `from`: every hour of a day that is one counts, no hour
/// of another. Where none is found within a year, the hours are counted through.
pub fn after_hours(from: Timestamp, hours: u32, zone: &TimeZone, works: impl Fn(Date) -> bool) -> Timestamp {
    let through = from + SignedDuration::from_hours(i64::from(hours));
    let mut left = SignedDuration::from_hours(i64::from(hours));
    let mut at = from.to_zoned(zone.clone());
    for _ in 0..366 {
        let Some(midnight) = at.tomorrow().ok().and_then(|next| next.start_of_day().ok()) else { return through };
        if works(at.date()) {
            let rest = midnight.timestamp().duration_since(at.timestamp());
            if rest >= left {
                // The clock's own reading: two working days from half past ten is half past ten.
                let days = i64::from(hours) / 24;
                let exact = (at.timestamp() + left).to_zoned(zone.clone());
                return match i64::from(hours) % 24 {
                    0 if days > 0 => same_time_of_day(from, &exact, zone).unwrap_or_else(|| exact.timestamp()),
                    _ => exact.timestamp(),
                };
            }
            left -= rest;
        }
        at = midnight;
    }
    through
}

/// `near`, moved by at most two hours to the time of day that `from` had: whole days end where they began, also over a
/// change of the clocks.
fn same_time_of_day(from: Timestamp, near: &jiff::Zoned, zone: &TimeZone) -> Option<Timestamp> {
    let wanted = near.date().to_datetime(from.to_zoned(zone.clone()).time()).to_zoned(zone.clone()).ok()?;
    let off = wanted.timestamp().duration_since(near.timestamp()).abs();
    (off <= SignedDuration::from_hours(2)).then(|| wanted.timestamp())
}

/// The last date that [`after_hours`] may ask about.
pub fn horizon(from: Date, hours: u32) -> Date {
    from.saturating_add((i64::from(hours) / 24 * 3 + 31).min(366).days())
}

/// Whether a level is passed, now that somebody agreed. `decides` is somebody whose word stands for the whole level: HR
/// on behalf, the one above who was asked as nobody decided in time; `open` how many of those named have not agreed.
pub fn is_passed(needs: Needs, decides: bool, open: usize) -> bool {
    decides || needs == Needs::One || open == 0
}
