//! Templates of working patterns in the API.

use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Template, any_monday};
use crate::auth::Hr;
use crate::error::{AppError, Result};
use crate::ids::ScheduleTemplateId;
use crate::people::recount::api::ImpactsJson;
use crate::people::recount::{self, Written};
use crate::people::schedule::api::pattern;
use crate::storage::Op;
use crate::time::WeeklySchedule;
use crate::time::schedule::WeekForm;
use crate::web::etag::{self, IfMatch, Tagged};
use crate::web::json::created;
use crate::web::listing::ListQuery;
use crate::web::problem::{ReadProblems, WriteProblems};
use crate::web::{Json, List};

pub(super) const CREATED: Op = Op::act("schedule_template.created");
pub(super) const CHANGED: Op = Op::act("schedule_template.updated");
pub(super) const RETIRED: Op = Op::act("schedule_template.retired");
pub(super) const RESTORED: Op = Op::act("schedule_template.restored");
pub(super) const APPLIED: Op = Op::act("schedule_template.applied");

/// A working pattern ready to be given to people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ScheduleTemplate)]
pub struct TemplateJson {
    #[schema(example = 2)]
    pub id: ScheduleTemplateId,
    #[schema(example = "Four days")]
    pub name: String,
    /// 1 to 12 weeks that follow each other.
    #[schema(value_type = Vec<WeekForm>)]
    pub weeks: Vec<WeeklySchedule>,
    /// False for one that is retired: it is not offered any more.
    pub active: bool,
}

impl From<Template> for TemplateJson {
    fn from(template: Template) -> Self {
        let Template { id, name, pattern, hidden, .. } = template;
        TemplateJson { id, name, weeks: pattern.weeks().to_vec(), active: !hidden }
    }
}

/// A template to be made.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewScheduleTemplate)]
pub struct NewInput {
    /// 1 to 100 characters; no other has it.
    #[schema(example = "Two weeks in turn")]
    name: String,
    #[schema(value_type = Vec<WeekForm>, example = json!([{"mon": 480, "tue": 480}, {"wed": 480, "thu": 480}]))]
    weeks: Vec<WeeklySchedule>,
}

/// What of a template is to change.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = ScheduleTemplateChange)]
pub struct Change {
    name: Option<String>,
    #[schema(value_type = Option<Vec<WeekForm>>)]
    weeks: Option<Vec<WeeklySchedule>>,
}

/// Since when those who have a template are given its pattern.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ApplyScheduleTemplate)]
pub struct ApplyInput {
    #[schema(value_type = String, format = Date, example = "2027-01-01")]
    effective_on: Date,
    /// Nothing is written: what would be.
    #[serde(default)]
    dry_run: bool,
    /// The `mark` of the dry run that was looked at: 409 where anything in its `impact` has changed since.
    confirmed: Option<String>,
}

/// To whom a template's pattern was given.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ScheduleTemplateApplied)]
pub struct AppliedJson {
    /// People who were given it; those that had it so already are left out. 0 after a dry run.
    pub people: usize,
    #[serde(flatten)]
    pub impact: ImpactsJson,
}

/// Templates.
#[utoipa::path(
    get, path = "/api/v1/schedule-templates", operation_id = "list_schedule_templates", tag = "organization",
    summary = "Templates of working patterns", description = "HR. By name; retired ones with `active=false`.",
    params(("active" = Option<bool>, Query)),
    responses((status = 200, description = "All of them", body = List<TemplateJson>), ReadProblems),
)]
pub async fn list(ctx: Hr, query: ListQuery) -> Result<List<TemplateJson>> {
    let mut listing = query.listing(&[], &["active"])?;
    let active: bool = listing.filter("active")?.unwrap_or(true);
    let all = ctx.read(move |rx, _| super::list(rx, !active)).await?;
    let total = i64::try_from(all.len()).unwrap_or(i64::MAX);
    (listing.page, listing.page_size) = (1, total.max(1));
    Ok(List::new(all.into_iter().map(TemplateJson::from).collect(), total, &listing))
}

/// Makes a template.
#[utoipa::path(
    post, path = "/api/v1/schedule-templates", operation_id = "create_schedule_template", tag = "organization",
    summary = "Make a template of a working pattern", description = "HR.", request_body = NewInput,
    responses((status = 201, description = "Made; `Location` leads to it", body = TemplateJson), WriteProblems),
)]
pub async fn create(ctx: Hr, Json(new): Json<NewInput>) -> Result<Response> {
    let made = ctx.write(CREATED, move |tx, actor| {
        let pattern = pattern(None, Some(new.weeks), any_monday())?
            .ok_or_else(|| AppError::invalid("weeks", "This is needed."))?;
        let id = super::create(tx, actor, &new.name, &pattern)?;
        super::get(tx, id)
    });
    let made = TemplateJson::from(made.await?);
    let location = format!("/api/v1/schedule-templates/{}", made.id);
    Ok(created(location, made))
}

/// One template.
#[utoipa::path(
    get, path = "/api/v1/schedule-templates/{id}", operation_id = "get_schedule_template", tag = "organization",
    summary = "A template of a working pattern", description = "HR.",
    params(("id" = ScheduleTemplateId, Path)),
    responses((status = 200, description = "The template", body = TemplateJson), ReadProblems),
)]
pub async fn get(ctx: Hr, headers: HeaderMap, Path(id): Path<ScheduleTemplateId>) -> Result<Response> {
    let found = ctx.read(move |rx, _| super::get(rx, id)).await?;
    etag::json(&headers, &TemplateJson::from(found))
}

/// Changes a template.
#[utoipa::path(
    patch, path = "/api/v1/schedule-templates/{id}", operation_id = "update_schedule_template", tag = "organization",
    summary = "Change a template of a working pattern",
    description = "HR. Nobody's hours change by it: its pattern was copied. `apply` gives the new one to those who have it.",
    params(("id" = ScheduleTemplateId, Path)), request_body = Change,
    responses((status = 200, description = "As it is now", body = TemplateJson), WriteProblems),
)]
pub async fn update(
    ctx: Hr,
    if_match: IfMatch,
    Path(id): Path<ScheduleTemplateId>,
    Json(change): Json<Change>,
) -> Result<Tagged<TemplateJson>> {
    let changed = ctx.write(CHANGED, move |tx, actor| {
        let before = super::get(tx, id)?;
        if_match.check(&TemplateJson::from(before.clone()))?;
        let given = pattern(None, change.weeks, any_monday())?.unwrap_or(before.pattern);
        super::update(tx, actor, id, &change.name.unwrap_or(before.name), &given)?;
        super::get(tx, id)
    });
    changed.await.map(|found| Tagged(found.into()))
}

/// Retires a template.
#[utoipa::path(
    delete, path = "/api/v1/schedule-templates/{id}", operation_id = "delete_schedule_template", tag = "organization",
    summary = "Retire a template of a working pattern",
    description = "HR. Those who have it keep their hours; nobody else is given it. It can be restored.",
    params(("id" = ScheduleTemplateId, Path)),
    responses((status = 204, description = "Retired"), WriteProblems),
)]
pub async fn remove(ctx: Hr, if_match: IfMatch, Path(id): Path<ScheduleTemplateId>) -> Result<StatusCode> {
    ctx.write(RETIRED, move |tx, actor| {
        if_match.check(&TemplateJson::from(super::get(tx, id)?))?;
        super::retire(tx, actor, id)
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Restores a template.
#[utoipa::path(
    post, path = "/api/v1/schedule-templates/{id}/restore", operation_id = "restore_schedule_template", tag = "organization",
    summary = "Restore a retired template", description = "HR.",
    params(("id" = ScheduleTemplateId, Path)),
    responses((status = 200, description = "As it is now", body = TemplateJson), WriteProblems),
)]
pub async fn restore(ctx: Hr, if_match: IfMatch, Path(id): Path<ScheduleTemplateId>) -> Result<Tagged<TemplateJson>> {
    let restored = ctx.write(RESTORED, move |tx, actor| {
        if_match.check(&TemplateJson::from(super::get(tx, id)?))?;
        super::restore(tx, actor, id)?;
        super::get(tx, id)
    });
    restored.await.map(|found| Tagged(found.into()))
}

/// Gives a template's pattern to those who have it.
#[utoipa::path(
    post, path = "/api/v1/schedule-templates/{id}/apply", operation_id = "apply_schedule_template", tag = "organization",
    summary = "Give a changed template to those who have it",
    description = "HR. From `effective_on` those who have the template on that date work its pattern as it is now. Leave is counted anew.",
    params(("id" = ScheduleTemplateId, Path)), request_body = ApplyInput,
    responses((status = 200, description = "To how many, and the leave it touches", body = AppliedJson), WriteProblems),
)]
pub async fn apply(
    ctx: Hr,
    Path(id): Path<ScheduleTemplateId>,
    Json(input): Json<ApplyInput>,
) -> Result<Json<AppliedJson>> {
    let consent = recount::api::consent_of(input.dry_run, input.confirmed);
    let written =
        recount::write(&ctx, APPLIED, consent, move |tx, actor| super::apply(tx, actor, id, input.effective_on));
    let (people, touched) = match written.await? {
        Written::Done(people, touched) => (people, touched),
        Written::Asks(touched) => (0, touched),
    };
    Ok(Json(AppliedJson { people, impact: ImpactsJson::of(&touched) }))
}
