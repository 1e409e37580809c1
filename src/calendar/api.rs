//! The team calendar in the API.

use jiff::civil::Date;
use serde::Serialize;
use utoipa::{OpenApi, ToSchema};

use super::{Days, Filter, days};
use crate::auth::{Actor, Staff};
use crate::error::{AppError, Result};
use crate::ids::{DepartmentId, LocationId};
use crate::leave::absence;
use crate::leave::absence::json::{AbsenceJson, HolidayJson};
use crate::people::NameRef;
use crate::storage::Rx;
use crate::time::Period;
use crate::web::Json;
use crate::web::listing::ListQuery;
use crate::web::problem::ReadProblems;

/// The operations of this file.
#[derive(Debug, OpenApi)]
#[openapi(paths(calendar))]
pub struct Api;

/// The longest stretch that is answered at once, in days.
const LONGEST: i64 = 366;

/// Who is away within a period.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = LeaveCalendar)]
pub struct CalendarJson {
    #[schema(value_type = String, format = Date, example = "2026-12-01")]
    pub from: Date,
    #[schema(value_type = String, format = Date, example = "2026-12-31")]
    pub to: Date,
    /// By department and name.
    pub people: Vec<PersonJson>,
}

/// A person of the calendar.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = LeaveCalendarPerson)]
pub struct PersonJson {
    pub employee: NameRef,
    pub department: Option<NameRef>,
    pub location: Option<NameRef>,
    /// Leave and business trips that touch the period, approved or undecided.
    pub absences: Vec<AbsenceJson>,
    /// Public holidays of the person's place within the period.
    pub holidays: Vec<HolidayJson>,
}

/// The team calendar.
#[utoipa::path(
    get, path = "/api/v1/leave/calendar", operation_id = "get_leave_calendar", tag = "leave",
    summary = "Who is away when",
    description = "HR sees everybody; others the members of their entity, their reports, their approver and who has them as approver. Of a colleague's leave the kind is told where its type says so, else only that they are away. At most 366 days.",
    params(
        ("from" = String, Query, description = "First day", example = "2026-12-01"),
        ("to" = String, Query, description = "Last day", example = "2026-12-31"),
        ("department_id" = Option<DepartmentId>, Query), ("location_id" = Option<LocationId>, Query),
        ("leave_type_id" = Option<String>, Query, description = "A kind of leave; `trip` for business trips, `away` for what only shows as away"),
    ),
    responses((status = 200, description = "People with their leave and holidays", body = CalendarJson), ReadProblems),
)]
pub async fn calendar(ctx: Staff, query: ListQuery) -> Result<Json<CalendarJson>> {
    let listing = query.listing(&[], &["from", "to", Filter::NAMES[0], Filter::NAMES[1], Filter::NAMES[2]])?;
    let needed = |field: &'static str| -> Result<Date> {
        listing.filter(field)?.ok_or_else(|| AppError::invalid(field, "This is needed."))
    };
    let period = Period::new(needed("from")?, needed("to")?).filter(|period| period.day_count() <= LONGEST);
    let period = period.ok_or_else(|| AppError::invalid("to", "From the first day on, at most 366 days."))?;
    let filter = Filter::read(&listing)?;
    ctx.read(move |rx, actor| read(rx, actor, period, filter)).await.map(Json)
}

fn read(rx: &Rx<'_>, actor: &Actor, period: Period, filter: Filter) -> Result<CalendarJson> {
    let people = absence::circle(rx, actor, period, filter.department, filter.location)?;
    let Days { people, calendars, absences, .. } = days(rx, actor, people, period, filter.kind)?;
    let show = |person: absence::Person| {
        let holidays = calendars.get(&person.id).map(|calendar| HolidayJson::within(calendar, period));
        let own = absences.iter().filter(|absence| absence.employee_id == person.id);
        PersonJson {
            absences: own.map(AbsenceJson::from).collect(),
            holidays: holidays.unwrap_or_default(),
            department: person.department_id.map(|id| NameRef { id: id.0, name: person.department }),
            location: person.location_id.map(|id| NameRef { id: id.0, name: person.location }),
            employee: NameRef { id: person.id.0, name: person.name },
        }
    };
    Ok(CalendarJson { from: period.first(), to: period.last(), people: people.into_iter().map(show).collect() })
}
