//! Due dates: days counted from somebody's first day, with the holidays of the place where they work.

use jiff::civil::Date;

use super::rules::{self, DayCount};
use crate::error::{AppError, Result};
use crate::ids::{EntityId, LocationId};
use crate::people::{self, WorkingTime};
use crate::storage::Rx;
use crate::time::{Period, WorkingDays, period};

/// The due date of each offset, in the same order. Working days are those of the place:
/// Monday to Friday without its holidays, and without what hours for a while at that place make free.
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
    let WorkingTime { schedules, holidays } = people::of_place(rx, entity, location, span)?;
    let days =
        WorkingDays::new(&schedules, &holidays).ok_or_else(|| AppError::internal("a full-time week without work"))?;
    Ok(offsets.iter().map(|(offset, count)| rules::due_date(first_day, *offset, *count, days)).collect())
}
