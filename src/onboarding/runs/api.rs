//! Onboardings in the API, and how far somebody's is.

use axum::extract::Path;
use axum::http::HeaderMap;
use axum::response::Response;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::timeline::{self, Entry};
use super::{NewRun, Run, RunStatus};
use crate::auth::{Actor, Hire, Hr, Manager, Staff};
use crate::error::Result;
use crate::ids::{EmployeeId, OnboardingId, TemplateId};
use crate::onboarding::rules::Progress;
use crate::onboarding::tasks::api::TaskJson;
use crate::onboarding::tasks::{self};
use crate::people::NameRef;
use crate::storage::Rx;
use crate::web::etag::{self, IfMatch, Tagged};
use crate::web::json::{created, there};
use crate::web::listing::ListQuery;
use crate::web::problem::{ReadProblems, WriteProblems};
use crate::web::{Json, List};

/// How far an onboarding is. Tasks that were taken out do not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Progress)]
pub struct ProgressJson {
    #[schema(example = 5)]
    pub onboarding_id: OnboardingId,
    #[schema(example = 23)]
    pub total: u32,
    #[schema(example = 18)]
    pub completed: u32,
    #[schema(example = 23)]
    pub required: u32,
    #[schema(example = 18)]
    pub required_completed: u32,
    /// Required tasks done ÷ required tasks, rounded down.
    #[schema(example = 78, maximum = 100)]
    pub percent: u8,
    /// Open tasks past their due date.
    #[schema(example = 1)]
    pub overdue: u32,
}

impl ProgressJson {
    fn of(id: OnboardingId, progress: Progress) -> Self {
        let Progress { total, completed, required, required_completed, overdue } = progress;
        let percent = progress.percent();
        ProgressJson { onboarding_id: id, total, completed, required, required_completed, percent, overdue }
    }
}

/// One person's onboarding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Onboarding)]
pub struct RunJson {
    pub id: OnboardingId,
    pub employee: NameRef,
    pub manager: Option<NameRef>,
    pub buddy: Option<NameRef>,
    pub template: Option<NameRef>,
    #[schema(example = 4)]
    pub template_version: u32,
    /// The first day that the due dates are counted from.
    #[schema(value_type = String, format = Date, example = "2026-11-16")]
    pub join_date: Date,
    pub status: RunStatus,
    #[schema(value_type = String, example = "2026-11-01T09:30:00Z")]
    pub started_at: Timestamp,
    #[schema(value_type = Option<String>, example = "2027-05-01T09:30:00Z")]
    pub ended_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub cancel_reason: String,
    pub progress: ProgressJson,
}

impl From<Run> for RunJson {
    fn from(run: Run) -> Self {
        RunJson {
            progress: ProgressJson::of(run.id, run.progress),
            id: run.id,
            employee: run.employee,
            manager: run.manager,
            buddy: run.buddy,
            template: run.template,
            template_version: run.template_version,
            join_date: run.join_date,
            status: run.status,
            started_at: run.started_at,
            ended_at: run.ended_at,
            cancel_reason: run.cancel_reason,
        }
    }
}

/// An onboarding with every task of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = OnboardingDetail)]
pub struct RunDetail {
    #[serde(flatten)]
    pub onboarding: RunJson,
    pub tasks: Vec<TaskJson>,
}

impl RunDetail {
    pub(super) fn read(rx: &Rx<'_>, actor: &Actor, id: OnboardingId) -> Result<Self> {
        let today = actor.today(rx.now());
        let list = tasks::of_run(rx, actor, id)?;
        Ok(RunDetail {
            onboarding: super::get(rx, actor, id)?.into(),
            tasks: list.into_iter().map(|task| TaskJson::of(task, today)).collect(),
        })
    }
}

/// Whose onboarding is to begin, and from which template.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewOnboarding)]
pub struct NewInput {
    #[schema(example = 12)]
    employee_id: EmployeeId,
    #[schema(example = 2)]
    template_id: TemplateId,
    buddy_id: Option<EmployeeId>,
}

/// What of an onboarding is to change; what is left out stays.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = OnboardingChange)]
pub struct Change {
    /// Null takes the buddy away.
    #[serde(deserialize_with = "there")]
    #[schema(value_type = Option<i64>)]
    buddy_id: Option<Option<EmployeeId>>,
}

/// Why an onboarding ends early.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = OnboardingCancel)]
pub struct CancelInput {
    /// 1 to 2,000 characters.
    #[schema(example = "Declined the offer")]
    reason: String,
}

/// Onboardings.
#[utoipa::path(
    get, path = "/api/v1/onboardings", operation_id = "list_onboardings", tag = "onboardings",
    summary = "Onboardings",
    description = "HR all, a manager those of direct and indirect reports. Those under way by first day, then those that ended. Filters: `status`, `employee_id`.",
    params(("status" = Option<RunStatus>, Query), ("employee_id" = Option<EmployeeId>, Query), ("search" = Option<String>, Query), ("page" = Option<i64>, Query), ("page_size" = Option<i64>, Query)),
    responses((status = 200, description = "One page", body = List<RunJson>), ReadProblems),
)]
pub async fn list(ctx: Manager, query: ListQuery) -> Result<List<RunJson>> {
    let listing = query.listing(&[], &["search", "status", "employee_id"])?;
    let status: Option<RunStatus> = listing.filter("status")?;
    let employee: Option<EmployeeId> = listing.filter("employee_id")?;
    let wanted = crate::text::fold(listing.search.as_deref().unwrap_or_default());
    let mut all = ctx.read(super::list).await?;
    all.retain(|run| {
        status.is_none_or(|status| run.status == status)
            && employee.is_none_or(|id| run.employee.id == id.0)
            && crate::text::fold(&run.employee.name).contains(&wanted)
    });
    let total = i64::try_from(all.len()).unwrap_or(i64::MAX);
    let skipped = usize::try_from(listing.offset()).unwrap_or(usize::MAX);
    let shown = usize::try_from(listing.limit()).unwrap_or(usize::MAX);
    Ok(List::new(all.into_iter().skip(skipped).take(shown).map(RunJson::from).collect(), total, &listing))
}

/// Starts an onboarding.
#[utoipa::path(
    post, path = "/api/v1/onboardings", operation_id = "create_onboarding", tag = "onboardings",
    summary = "Start somebody's onboarding",
    description = "HR. For a person who is entered already; `POST /employees` with `template_id` does both in one. 409 while another goes on.",
    request_body = NewInput,
    responses((status = 201, description = "Started; `Location` leads to it", body = RunDetail), WriteProblems),
)]
pub async fn create(ctx: Hr, Json(new): Json<NewInput>) -> Result<Response> {
    let run = NewRun { employee_id: new.employee_id, template_id: new.template_id, buddy_id: new.buddy_id };
    let made = ctx.write(super::STARTED, move |tx, actor| {
        let id = super::start(tx, actor, run)?;
        RunDetail::read(tx, actor, id)
    });
    let made = made.await?;
    let location = format!("/api/v1/onboardings/{}", made.onboarding.id);
    Ok(created(location, made))
}

/// One onboarding.
#[utoipa::path(
    get, path = "/api/v1/onboardings/{id}", operation_id = "get_onboarding", tag = "onboardings",
    summary = "An onboarding with its progress and tasks", description = "HR, and managers of the person.",
    params(("id" = OnboardingId, Path)),
    responses((status = 200, description = "The onboarding", body = RunDetail), ReadProblems),
)]
pub async fn get(ctx: Staff, headers: HeaderMap, Path(id): Path<OnboardingId>) -> Result<Response> {
    let run = ctx.read(move |rx, actor| RunDetail::read(rx, actor, id)).await?;
    etag::json(&headers, &run)
}

/// Changes an onboarding.
#[utoipa::path(
    patch, path = "/api/v1/onboardings/{id}", operation_id = "update_onboarding", tag = "onboardings",
    summary = "Name the buddy",
    description = "HR, and managers of the person. The buddy's open tasks go to the new one. The first day moves with the person's record.",
    params(("id" = OnboardingId, Path)), request_body = Change,
    responses((status = 200, description = "As it is now", body = RunDetail), WriteProblems),
)]
pub async fn update(
    ctx: Staff,
    if_match: IfMatch,
    Path(id): Path<OnboardingId>,
    Json(change): Json<Change>,
) -> Result<Tagged<RunDetail>> {
    let changed = ctx.write(super::CHANGED, move |tx, actor| {
        if_match.check(&RunDetail::read(tx, actor, id)?)?;
        if let Some(buddy) = change.buddy_id {
            super::set_buddy(tx, actor, id, buddy)?;
        }
        RunDetail::read(tx, actor, id)
    });
    changed.await.map(Tagged)
}

/// Cancels an onboarding.
#[utoipa::path(
    post, path = "/api/v1/onboardings/{id}/cancel", operation_id = "cancel_onboarding", tag = "onboardings",
    summary = "End an onboarding early", description = "HR. Open tasks are taken out, what was done stays in the history.",
    params(("id" = OnboardingId, Path)), request_body = CancelInput,
    responses((status = 200, description = "As it is now", body = RunDetail), WriteProblems),
)]
pub async fn cancel(
    ctx: Hr,
    if_match: IfMatch,
    Path(id): Path<OnboardingId>,
    Json(input): Json<CancelInput>,
) -> Result<Tagged<RunDetail>> {
    let ended = ctx.write(super::CANCELLED, move |tx, actor| {
        if_match.check(&RunDetail::read(tx, actor, id)?)?;
        super::cancel(tx, actor, id, &input.reason)?;
        RunDetail::read(tx, actor, id)
    });
    ended.await.map(Tagged)
}

/// How far somebody's onboarding is.
#[utoipa::path(
    get, path = "/api/v1/employees/{id}/progress", operation_id = "get_employee_progress", tag = "onboardings",
    summary = "How far somebody's onboarding is",
    description = "The person, their managers, HR. Of the onboarding that goes on, else of the latest; 404 where there was never one.",
    params(("id" = EmployeeId, Path)),
    responses((status = 200, description = "The progress", body = ProgressJson), ReadProblems),
)]
pub async fn progress(ctx: Hire, Path(id): Path<EmployeeId>) -> Result<Json<ProgressJson>> {
    let (run, progress) = ctx.read(move |rx, actor| super::progress_of(rx, actor, id)).await?;
    Ok(Json(ProgressJson::of(run, progress)))
}

/// What happened on somebody's way.
#[utoipa::path(
    get, path = "/api/v1/employees/{id}/timeline", operation_id = "get_employee_timeline", tag = "onboardings",
    summary = "A person's timeline, from the invitation on",
    description = "The person (own tasks only), their managers, HR. Oldest first.",
    params(("id" = EmployeeId, Path)),
    responses((status = 200, description = "Every entry", body = List<Entry>), ReadProblems),
)]
pub async fn timeline(ctx: Hire, Path(id): Path<EmployeeId>, query: ListQuery) -> Result<List<Entry>> {
    let mut listing = query.listing(&[], &[])?;
    let entries = ctx.read(move |rx, actor| timeline::of(rx, actor, id)).await?;
    let total = i64::try_from(entries.len()).unwrap_or(i64::MAX);
    (listing.page, listing.page_size) = (1, total.max(1));
    Ok(List::new(entries, total, &listing))
}
