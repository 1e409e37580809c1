//! Working patterns in the API.

use axum::extract::Path;
use axum::http::HeaderMap;
use axum::response::Response;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Schedule, Wanted, templates};
use crate::auth::{Actor, Hr, Staff};
use crate::error::{AppError, Result};
use crate::ids::{EmployeeId, ScheduleId, ScheduleTemplateId};
use crate::msg;
use crate::people::recount::api::{ImpactsJson, WithImpact};
use crate::people::{self, NameRef, recount};
use crate::storage::{Op, Rx};
use crate::time::schedule::WeekForm;
use crate::time::{Rotation, WeeklySchedule};
use crate::web::etag::{self, IfMatch};
use crate::web::listing::ListQuery;
use crate::web::problem::{ReadProblems, WriteProblems};
use crate::web::{Json, List};

pub(super) const SET: Op = Op::act("schedule.created");
pub(super) const CHANGED: Op = Op::act("schedule.updated");
pub(super) const REMOVED: Op = Op::act("schedule.removed");
pub(super) const RESTORED: Op = Op::act("schedule.restored");

/// A working pattern of a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Schedule)]
pub struct ScheduleJson {
    #[schema(example = 3)]
    pub id: ScheduleId,
    #[schema(example = 7)]
    pub employee_id: EmployeeId,
    /// The first date it applies to; until the next one begins.
    #[schema(value_type = String, format = Date, example = "2026-01-01")]
    pub effective_on: Date,
    /// The first week: the only one, where every week is the same.
    #[schema(value_type = WeekForm)]
    pub week: WeeklySchedule,
    /// The weeks that follow each other, 1 to 12.
    #[schema(value_type = Vec<WeekForm>)]
    pub weeks: Vec<WeeklySchedule>,
    /// The Monday on which the first of several weeks begins; null where every week is the same.
    #[schema(value_type = Option<String>, format = Date, example = json!(null))]
    pub anchor: Option<Date>,
    /// The template that it is a copy of.
    pub template_id: Option<ScheduleTemplateId>,
    /// False for one that was deleted and can be restored.
    pub active: bool,
}

impl From<Schedule> for ScheduleJson {
    fn from(schedule: Schedule) -> Self {
        let Schedule { id, employee_id, effective_on, pattern, template_id, hidden } = schedule;
        let (week, weeks, anchor) = (*pattern.first(), pattern.weeks().to_vec(), pattern.anchor());
        ScheduleJson { id, employee_id, effective_on, week, weeks, anchor, template_id, active: !hidden }
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
    /// The first week of what applies instead; none where there is nothing before it.
    #[schema(value_type = Option<WeekForm>)]
    pub instead: Option<WeeklySchedule>,
    /// All weeks of it.
    #[schema(value_type = Vec<WeekForm>)]
    pub instead_weeks: Vec<WeeklySchedule>,
}

/// A working pattern to be entered: `week`, or `weeks`, or `template_id` alone.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewSchedule)]
pub struct NewInput {
    #[schema(example = 7)]
    employee_id: EmployeeId,
    #[schema(value_type = String, format = Date, example = "2026-01-01")]
    effective_on: Date,
    /// Every week the same; days that are left out are free.
    #[schema(value_type = Option<WeekForm>, example = json!({"mon": 480, "tue": 480, "wed": 480, "thu": 480, "fri": 0}))]
    week: Option<WeeklySchedule>,
    /// 1 to 12 weeks that follow each other.
    #[schema(value_type = Option<Vec<WeekForm>>, example = json!(null))]
    weeks: Option<Vec<WeeklySchedule>>,
    /// A day of a week in which the first of `weeks` is worked; left out, `effective_on`.
    #[schema(value_type = Option<String>, format = Date, example = json!(null))]
    anchor: Option<Date>,
    /// The template whose pattern is copied.
    #[schema(example = json!(null))]
    template_id: Option<ScheduleTemplateId>,
}

/// What of a working pattern is to change.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = ScheduleChange)]
pub struct Change {
    #[schema(value_type = Option<String>, format = Date)]
    effective_on: Option<Date>,
    /// The whole week, from now on the only one; days that are left out are free.
    #[schema(value_type = Option<WeekForm>)]
    week: Option<WeeklySchedule>,
    #[schema(value_type = Option<Vec<WeekForm>>)]
    weeks: Option<Vec<WeeklySchedule>>,
    #[schema(value_type = Option<String>, format = Date)]
    anchor: Option<Date>,
}

/// The pattern that `week` or `weeks` say; `None` where neither is there.
pub(super) fn pattern(
    week: Option<WeeklySchedule>,
    weeks: Option<Vec<WeeklySchedule>>,
    anchor: Date,
) -> Result<Option<Rotation>> {
    match (week, weeks) {
        (Some(_), Some(_)) => Err(AppError::invalid("weeks", "Either the week or the weeks.")),
        (Some(week), None) => Ok(Some(week.into())),
        (None, None) => Ok(None),
        (None, Some(weeks)) => match Rotation::new(anchor, weeks) {
            Some(pattern) => Ok(Some(pattern)),
            None => Err(AppError::invalid("weeks", msg!("From 1 to {0} weeks.", Rotation::MOST_WEEKS))),
        },
    }
}

impl NewInput {
    fn wanted(self, rx: &Rx<'_>) -> Result<Wanted> {
        let effective_on = self.effective_on;
        let given = pattern(self.week, self.weeks, self.anchor.unwrap_or(effective_on))?;
        let pattern = match (given, self.template_id) {
            (Some(pattern), _) => pattern,
            (None, Some(id)) => match templates::get(rx, id) {
                Ok(template) if !template.hidden => template.from(self.anchor.unwrap_or(effective_on)),
                Ok(_) | Err(AppError::NotFound) => {
                    return Err(AppError::invalid("template_id", "There is no such template."));
                }
                Err(other) => return Err(other),
            },
            (None, None) => return Err(AppError::invalid("week", "This is needed.")),
        };
        Ok(Wanted { effective_on, pattern, template_id: self.template_id })
    }
}

impl Change {
    fn wanted(self, before: Schedule) -> Result<Wanted> {
        let effective_on = self.effective_on.unwrap_or(before.effective_on);
        let anchor = self.anchor.or(before.pattern.anchor()).unwrap_or(effective_on);
        let given = pattern(self.week, self.weeks, anchor)?;
        let moved = || Rotation::new(anchor, before.pattern.weeks().to_vec());
        let pattern = given.or_else(moved).unwrap_or(before.pattern);
        Ok(Wanted { effective_on, pattern, template_id: before.template_id })
    }
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
    description = "HR. From `effective_on` the person works this, until the next one begins; one that begins on the same date is replaced. Leave is counted anew; `dry_run=true` writes nothing and answers what that would touch.",
    params(("dry_run" = Option<bool>, Query), ("confirmed" = Option<String>, Query)), request_body = NewInput,
    responses(
        (status = 201, description = "Entered; `Location` leads to it", body = WithImpact<ScheduleJson>),
        (status = 200, description = "A dry run", body = ImpactsJson), WriteProblems,
    ),
)]
pub async fn create(ctx: Hr, query: ListQuery, Json(new): Json<NewInput>) -> Result<Response> {
    let written = recount::write(&ctx, SET, recount::api::consent(query)?, move |tx, actor| {
        let employee = new.employee_id;
        let wanted = new.wanted(tx)?;
        let (id, touched) = super::set(tx, actor, employee, wanted).map_err(|error| match error {
            AppError::NotFound => AppError::invalid("employee_id", "There is no such person."),
            other => other,
        })?;
        Ok((ScheduleJson::from(super::get(tx, id)?), touched))
    });
    recount::api::answer(written.await?, Some(&|made: &ScheduleJson| format!("/api/v1/schedules/{}", made.id)))
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
    summary = "Change a working week",
    description = "HR. Leave is counted anew; `dry_run=true` writes nothing and answers only the `impact`.",
    params(("id" = ScheduleId, Path), ("dry_run" = Option<bool>, Query), ("confirmed" = Option<String>, Query)), request_body = Change,
    responses((status = 200, description = "As it is now", body = WithImpact<ScheduleJson>), WriteProblems),
)]
pub async fn update(
    ctx: Hr,
    if_match: IfMatch,
    Path(id): Path<ScheduleId>,
    query: ListQuery,
    Json(change): Json<Change>,
) -> Result<Response> {
    let written = recount::write(&ctx, CHANGED, recount::api::consent(query)?, move |tx, actor| {
        let before = super::get(tx, id)?;
        if_match.check(&ScheduleJson::from(before.clone()))?;
        let touched = super::change(tx, actor, id, change.wanted(before)?)?;
        Ok((ScheduleJson::from(super::get(tx, id)?), touched))
    });
    recount::api::answer(written.await?, None)
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
            instead: earlier.map(|before| *before.pattern.first()),
            instead_weeks: earlier.map(|before| before.pattern.weeks().to_vec()).unwrap_or_default(),
        }))
    })
    .await
}

/// Deletes a working week.
#[utoipa::path(
    delete, path = "/api/v1/schedules/{id}", operation_id = "delete_schedule", tag = "organization",
    summary = "Delete a working week", description = "HR. The one before goes on in its place. Not the only one (409). Leave is counted anew; `dry_run=true` writes nothing.",
    params(("id" = ScheduleId, Path), ("dry_run" = Option<bool>, Query), ("confirmed" = Option<String>, Query)),
    responses(
        (status = 204, description = "Deleted; no leave counts differently"),
        (status = 200, description = "Deleted, and the leave that counts differently; or a dry run", body = ImpactsJson), WriteProblems,
    ),
)]
pub async fn remove(ctx: Hr, if_match: IfMatch, Path(id): Path<ScheduleId>, query: ListQuery) -> Result<Response> {
    let written = recount::write(&ctx, REMOVED, recount::api::consent(query)?, move |tx, actor| {
        if_match.check(&ScheduleJson::from(super::get(tx, id)?))?;
        Ok(((), super::hide(tx, actor, id)?))
    });
    Ok(recount::api::gone(written.await?))
}

/// Restores a working week.
#[utoipa::path(
    post, path = "/api/v1/schedules/{id}/restore", operation_id = "restore_schedule", tag = "organization",
    summary = "Restore a deleted working week",
    description = "HR. 409 where another begins on its date by now. Leave is counted anew; `dry_run=true` writes nothing.",
    params(("id" = ScheduleId, Path), ("dry_run" = Option<bool>, Query), ("confirmed" = Option<String>, Query)),
    responses((status = 200, description = "As it is now", body = WithImpact<ScheduleJson>), WriteProblems),
)]
pub async fn restore(ctx: Hr, if_match: IfMatch, Path(id): Path<ScheduleId>, query: ListQuery) -> Result<Response> {
    let written = recount::write(&ctx, RESTORED, recount::api::consent(query)?, move |tx, actor| {
        if_match.check(&ScheduleJson::from(super::get(tx, id)?))?;
        let touched = super::restore(tx, actor, id)?;
        Ok((ScheduleJson::from(super::get(tx, id)?), touched))
    });
    recount::api::answer(written.await?, None)
}
