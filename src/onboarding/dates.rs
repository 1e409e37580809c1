//! Due dates: days counted from somebody's first day, with the holidays of the place where they work.

use jiff::civil::Date;

use super::rules::{self, DayCount};
use crate::error::{AppError, Result};
use crate::ids::{EntityId, LocationId};
use crate::people::{self, schedule};
use crate::storage::Rx;
use crate::time::{Period, WorkingDays, period};

/// The due date of each offset, in the same order. Working days are Monday to Friday without the place's holidays.
///
/// # Errors
/// When the database cannot be read.
pub fn due_dates(
    rx: &Rx<'_>,
    first_day: Date,
    entity: Option<EntityId>,
    location: Option<LocationId>,
    offsets: &[(i32, DayCount)],
) -> Result<Vec<Date>> {
    // Of seven days five are worked: twice the working days, and a month for holidays, reach far enough.
    let furthest = |days: Option<i32>| i64::from(days.unwrap_or(0)) * 2;
    let earliest = furthest(offsets.iter().map(|(days, _)| *days).min()).min(0) - 31;
    let latest = furthest(offsets.iter().map(|(days, _)| *days).max()).max(0) + 31;
    let span = Period::new(period::ahead(first_day, earliest), period::ahead(first_day, latest))
        .ok_or_else(|| AppError::internal("a span of due dates that ends before it begins"))?;
    let holidays = people::holidays::of(rx, entity, location, span)?;
    let week = schedule::full_time();
    let days = WorkingDays::new(&week, &holidays).ok_or_else(|| AppError::internal("a full-time week without work"))?;
    Ok(offsets.iter().map(|(offset, count)| rules::due_date(first_day, *offset, *count, days)).collect())
}
