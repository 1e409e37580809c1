//! Pure decisions of the engine.

use jiff::Timestamp;
use jiff::ToSpan as _;
use jiff::civil::Weekday;
use jiff::tz::TimeZone;

/// When a decision is expected: the same time of day two weekdays later, in the requester's zone (the preset of
/// 48 working hours, counted as whole weekdays).
pub fn due_at(requested: Timestamp, zone: &TimeZone) -> Timestamp {
    let mut due = requested.to_zoned(zone.clone());
    let mut left = 2;
    while left > 0 {
        due = due.saturating_add(1.day());
        if !matches!(due.weekday(), Weekday::Saturday | Weekday::Sunday) {
            left -= 1;
        }
    }
    due.timestamp()
}
