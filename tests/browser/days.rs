//! Dates of journeys, counted from the day on which they run.

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{ToSpan as _, Zoned};

/// Today on the machine, as the program under test sees it.
#[expect(clippy::disallowed_methods, reason = "the program under test runs by the machine's clock")]
pub fn today() -> Date {
    Zoned::now().with_time_zone(TimeZone::UTC).date()
}

pub fn ahead(date: Date, days: i64) -> Date {
    date.saturating_add(days.days())
}

/// The first such day of the week at least `weeks` weeks ahead.
pub fn coming(day: Weekday, weeks: i64) -> Date {
    let from = ahead(today(), 7 * weeks);
    ahead(from, i64::from(from.weekday().until(day)))
}

/// Fixed feasts of Lisbon, where the demo's support works; those that move are never on a Tuesday or a Wednesday.
const FEASTS: [(i8, i8); 11] =
    [(1, 1), (4, 25), (5, 1), (6, 10), (6, 13), (8, 15), (10, 5), (11, 1), (12, 1), (12, 8), (12, 25)];

/// A Tuesday at least `weeks` weeks ahead; it and the Wednesday after it are ordinary working days of one year. The
/// people of the demo ask for leave that ends within eight weeks: from the ninth on nothing of theirs is in the way.
pub fn tuesday(weeks: i64) -> Date {
    let feast = |date: Date| FEASTS.contains(&(date.month(), date.day()));
    let mut tuesday = coming(Weekday::Tuesday, weeks);
    while feast(tuesday) || feast(ahead(tuesday, 1)) {
        tuesday = ahead(tuesday, 7);
    }
    tuesday
}
