//! When somebody works, day by day, in the API.

use axum::extract::Path;
use jiff::civil::{Date, Time};
use serde::Serialize;
use utoipa::ToSchema;

use super::DayOfPerson;
use crate::auth::Staff;
use crate::error::{AppError, Result};
use crate::ids::{EmployeeId, OverlayId};
use crate::time::{FreeDayRule, Half, Minutes, Period, Shift, hhmm};
use crate::web::List;
use crate::web::listing::ListQuery;
use crate::web::problem::ReadProblems;

/// The holiday of a date.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = DayHoliday)]
pub struct HolidayOfDay {
    pub name: String,
    /// Which half is free; null is the whole day.
    pub half: Option<Half>,
    pub estimated: bool,
    /// The date of the holiday that is kept on this one instead.
    #[schema(value_type = Option<String>, format = Date)]
    pub observed_for: Option<Date>,
    /// It falls on a day that the person does not work, and the location does this about it.
    pub on_free_day: Option<FreeDayRule>,
}

/// The pattern that decided.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[schema(as = DayPattern)]
pub struct PatternOfDay {
    #[schema(value_type = String, format = Date)]
    pub effective_on: Date,
    /// Which week of the rotation, from 1.
    pub week: usize,
    /// Of how many.
    pub weeks: usize,
}

/// The hours for a while that changed the day.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = DayOverlay)]
pub struct OverlayOfDay {
    pub id: OverlayId,
    pub name: String,
    /// What the personal pattern says.
    pub instead_of_minutes: Minutes,
}

/// One date of somebody.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ScheduledDay)]
pub struct DayJson {
    #[schema(value_type = String, format = Date, example = "2026-12-24")]
    pub date: Date,
    /// By the hours, holidays aside.
    #[schema(example = 480)]
    pub minutes: Minutes,
    /// What is left of them by the holiday.
    #[schema(example = 240)]
    pub working_minutes: Minutes,
    #[serde(with = "hhmm::option")]
    #[schema(value_type = Option<String>, example = "09:00")]
    pub start_time: Option<Time>,
    #[serde(with = "hhmm::option")]
    #[schema(value_type = Option<String>, example = "17:30")]
    pub end_time: Option<Time>,
    pub holiday: Option<HolidayOfDay>,
    /// Null outside the employment.
    pub pattern: Option<PatternOfDay>,
    pub overlay: Option<OverlayOfDay>,
}

impl From<DayOfPerson> for DayJson {
    fn from(day: DayOfPerson) -> Self {
        let lost = day.lost;
        let personal = day.personal;
        DayJson {
            date: day.date,
            minutes: day.scheduled,
            working_minutes: day.working,
            start_time: day.shift.map(Shift::start),
            end_time: day.shift.map(Shift::end),
            holiday: day.holiday.map(|holiday| HolidayOfDay {
                name: holiday.name,
                half: holiday.slots.half(),
                estimated: holiday.estimated,
                observed_for: holiday.observed_for,
                on_free_day: lost,
            }),
            pattern: day.pattern.map(|(effective_on, week, weeks)| PatternOfDay { effective_on, week, weeks }),
            overlay: day.overlay.map(|(id, name)| OverlayOfDay { id, name, instead_of_minutes: personal }),
        }
    }
}

/// When somebody works.
#[utoipa::path(
    get, path = "/api/v1/employees/{id}/schedule", operation_id = "get_employee_schedule", tag = "employees",
    summary = "When a person works, day by day",
    description = "The person, those above, and HR. Each date with its minutes, start and end, the holiday, and what decided. `from` and `to` are at most 366 days apart; left out, this month.",
    params(
        ("id" = EmployeeId, Path),
        ("from" = Option<String>, Query, example = "2026-12-01"), ("to" = Option<String>, Query, example = "2026-12-31"),
    ),
    responses((status = 200, description = "Every date, in order", body = List<DayJson>), ReadProblems),
)]
pub async fn list(ctx: Staff, Path(id): Path<EmployeeId>, query: ListQuery) -> Result<List<DayJson>> {
    let mut listing = query.listing(&[], &["from", "to"])?;
    let month = Period::month_of(ctx.format().today());
    let (from, to): (Option<Date>, Option<Date>) = (listing.filter("from")?, listing.filter("to")?);
    let first = from.unwrap_or_else(|| to.map_or(month.first(), Date::first_of_month));
    let last = to.unwrap_or_else(|| first.last_of_month());
    let Some(period) = Period::new(first, last) else {
        return Err(AppError::invalid("to", "The last day cannot come before the first."));
    };
    let days = ctx.read(move |rx, actor| super::days(rx, actor, id, period)).await?;
    let total = i64::try_from(days.len()).unwrap_or(i64::MAX);
    (listing.page, listing.page_size) = (1, total.max(1));
    Ok(List::new(days.into_iter().map(DayJson::from).collect(), total, &listing))
}
