//! Working weeks in the API.

use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Schedule;
use crate::auth::{Actor, Hr, Staff};
use crate::error::{AppError, Result};
use crate::ids::{EmployeeId, ScheduleId};
use crate::people::{self, NameRef};
use crate::storage::{Op, Rx};
use crate::time::WeeklySchedule;
use crate::time::schedule::WeekForm;
use crate::web::etag::{self, IfMatch, Tagged};
use crate::web::listing::ListQuery;
use crate::web::problem::{ReadProblems, WriteProblems};
use crate::web::{Json, List};

pub(super) const SET: Op = Op::act("schedule.created");
pub(super) const CHANGED: Op = Op::act("schedule.updated");
pub(super) const REMOVED: Op = Op::act("schedule.removed");
const RESTORED: Op = Op::act("schedule.restored");

/// A working week of a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Schedule)]
pub struct ScheduleJson {
    #[schema(example = 3)]
    pub id: ScheduleId,
    #[schema(example = 7)]
    pub employee_id: EmployeeId,
    /// The first date it applies to; until the next one begins.
    #[schema(value_type = String, format = Date, example = "2026-01-01")]
    pub effective_on: Date,
    #[schema(value_type = WeekForm)]
    pub week: WeeklySchedule,
    /// False for one that was deleted and can be restored.
    pub active: bool,
}

impl From<Schedule> for ScheduleJson {
    fn from(schedule: Schedule) -> Self {
        let Schedule { id, employee_id, effective_on, week, hidden } = schedule;
        ScheduleJson { id, employee_id, effective_on, week, active: !hidden }
    }
}

/// What goes on in place of a week that is deleted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ScheduleImpact {
    pub employee: NameRef,
    /// The first date that changes.
    #[schema(value_type = String, format = Date)]
    pub from: Date,
    /// The last date that changes; none where it is the latest week.
    #[schema(value_type = Option<String>, format = Date)]
    pub until: Option<Date>,
    /// The week that applies instead; none where there is nothing before it.
    #[schema(value_type = Option<WeekForm>)]
    pub instead: Option<WeeklySchedule>,
}

/// A working week to be entered.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewSchedule)]
pub struct NewInput {
    #[schema(example = 7)]
    employee_id: EmployeeId,
    #[schema(value_type = String, format = Date, example = "2026-01-01")]
    effective_on: Date,
    #[schema(value_type = WeekForm, example = json!({"mon": 480, "tue": 480, "wed": 480, "thu": 480, "fri": 0}))]
    week: WeeklySchedule,
}

/// What of a working week is to change.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = ScheduleChange)]
pub struct Change {
    #[schema(value_type = Option<String>, format = Date)]
    effective_on: Option<Date>,
    /// The whole week; days that are left out are free.
    #[schema(value_type = Option<WeekForm>)]
    week: Option<WeeklySchedule>,
}

/// Only who sees the person sees when they work.
fn read(rx: &Rx<'_>, actor: &Actor, id: ScheduleId) -> Result<Schedule> {
    let schedule = super::get(rx, id)?;
    people::within_reach(rx, actor, schedule.employee_id)?;
    if schedule.hidden && !actor.is_hr() { Err(AppError::NotFound) } else { Ok(schedule) }
}

/// Working weeks of a person.
#[utoipa::path(
    get, path = "/api/v1/schedules", operation_id = "list_schedules", tag = "organization",
    summary = "A person's working weeks",
    description = "The person, those above, and HR. By the date they begin. Without `employee_id`, one's own.",
    params(("employee_id" = Option<EmployeeId>, Query)),
    responses((status = 200, description = "All of them", body = List<ScheduleJson>), ReadProblems),
)]
pub async fn list(ctx: Staff, query: ListQuery) -> Result<List<ScheduleJson>> {
    let mut listing = query.listing(&[], &["employee_id"])?;
    let asked: Option<EmployeeId> = listing.filter("employee_id")?;
    let weeks = ctx
        .read(move |rx, actor| {
            let employee = asked.map_or_else(|| actor.require_employee(), Ok)?;
            people::within_reach(rx, actor, employee)?;
            super::list(rx, employee)
        })
        .await?;
    let total = i64::try_from(weeks.len()).unwrap_or(i64::MAX);
    (listing.page, listing.page_size) = (1, total.max(1));
    Ok(List::new(weeks.into_iter().map(ScheduleJson::from).collect(), total, &listing))
}

/// Enters a working week.
#[utoipa::path(
    post, path = "/api/v1/schedules", operation_id = "create_schedule", tag = "organization",
    summary = "Enter a working week",
    description = "HR. From `effective_on` the person works this week, until the next one begins; a week that begins on the same date is replaced.",
    request_body = NewInput,
    responses((status = 201, description = "Entered; `Location` leads to it", body = ScheduleJson), WriteProblems),
)]
pub async fn create(ctx: Hr, Json(new): Json<NewInput>) -> Result<Response> {
    let made = ctx.write(SET, move |tx, actor| {
        let id = super::set(tx, actor, new.employee_id, new.effective_on, new.week).map_err(|error| match error {
            AppError::NotFound => AppError::invalid("employee_id", "There is no such person."),
            other => other,
        })?;
        super::get(tx, id)
    });
    let made = ScheduleJson::from(made.await?);
    let location = format!("/api/v1/schedules/{}", made.id);
    Ok((StatusCode::CREATED, [(header::LOCATION, location)], Json(made)).into_response())
}

/// One working week.
#[utoipa::path(
    get, path = "/api/v1/schedules/{id}", operation_id = "get_schedule", tag = "organization",
    summary = "A working week", description = "The person, those above, and HR.",
    params(("id" = ScheduleId, Path)),
    responses((status = 200, description = "The week", body = ScheduleJson), ReadProblems),
)]
pub async fn get(ctx: Staff, headers: HeaderMap, Path(id): Path<ScheduleId>) -> Result<Response> {
    let schedule = ctx.read(move |rx, actor| read(rx, actor, id)).await?;
    etag::json(&headers, &ScheduleJson::from(schedule))
}

/// Changes a working week.
#[utoipa::path(
    patch, path = "/api/v1/schedules/{id}", operation_id = "update_schedule", tag = "organization",
    summary = "Change a working week", description = "HR.",
    params(("id" = ScheduleId, Path)), request_body = Change,
    responses((status = 200, description = "As it is now", body = ScheduleJson), WriteProblems),
)]
pub async fn update(
    ctx: Hr,
    if_match: IfMatch,
    Path(id): Path<ScheduleId>,
    Json(change): Json<Change>,
) -> Result<Tagged<ScheduleJson>> {
    let changed = ctx.write(CHANGED, move |tx, actor| {
        let before = super::get(tx, id)?;
        if_match.check(&ScheduleJson::from(before))?;
        let (on, week) = (change.effective_on.unwrap_or(before.effective_on), change.week.unwrap_or(before.week));
        super::change(tx, actor, id, on, week)?;
        super::get(tx, id)
    });
    changed.await.map(|schedule| Tagged(schedule.into()))
}

/// What deleting a working week changes.
#[utoipa::path(
    get, path = "/api/v1/schedules/{id}/delete-impact", operation_id = "get_schedule_delete_impact", tag = "organization",
    summary = "What deleting a working week changes", description = "HR.",
    params(("id" = ScheduleId, Path)),
    responses((status = 200, description = "The dates, and what applies instead", body = ScheduleImpact), ReadProblems),
)]
pub async fn impact(ctx: Hr, Path(id): Path<ScheduleId>) -> Result<Json<ScheduleImpact>> {
    ctx.read(move |rx, _| {
        let schedule = super::get(rx, id)?;
        let weeks = super::list(rx, schedule.employee_id)?;
        let later = weeks.iter().find(|one| one.effective_on > schedule.effective_on);
        let earlier = weeks.iter().rev().find(|one| one.effective_on < schedule.effective_on);
        Ok(Json(ScheduleImpact {
            employee: people::get(rx, schedule.employee_id)?.name_ref(),
            from: schedule.effective_on,
            until: later.and_then(|next| next.effective_on.yesterday().ok()),
            instead: earlier.map(|before| before.week),
        }))
    })
    .await
}

/// Deletes a working week.
#[utoipa::path(
    delete, path = "/api/v1/schedules/{id}", operation_id = "delete_schedule", tag = "organization",
    summary = "Delete a working week", description = "HR. The one before goes on in its place. Not the only one (409).",
    params(("id" = ScheduleId, Path)),
    responses((status = 204, description = "Deleted"), WriteProblems),
)]
pub async fn remove(ctx: Hr, if_match: IfMatch, Path(id): Path<ScheduleId>) -> Result<StatusCode> {
    ctx.write(REMOVED, move |tx, actor| {
        if_match.check(&ScheduleJson::from(super::get(tx, id)?))?;
        super::hide(tx, actor, id)
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Restores a working week.
#[utoipa::path(
    post, path = "/api/v1/schedules/{id}/restore", operation_id = "restore_schedule", tag = "organization",
    summary = "Restore a deleted working week",
    description = "HR. 409 where another begins on its date by now.",
    params(("id" = ScheduleId, Path)),
    responses((status = 200, description = "As it is now", body = ScheduleJson), WriteProblems),
)]
pub async fn restore(ctx: Hr, if_match: IfMatch, Path(id): Path<ScheduleId>) -> Result<Tagged<ScheduleJson>> {
    let restored = ctx.write(RESTORED, move |tx, actor| {
        if_match.check(&ScheduleJson::from(super::get(tx, id)?))?;
        super::restore(tx, actor, id)?;
        super::get(tx, id)
    });
    restored.await.map(|schedule| Tagged(schedule.into()))
}
