//! The clockwork in the API.

use std::sync::Arc;

use axum::extract::{Path, State};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{BY_HAND, RETRIED, SET};
use crate::auth::{Actor, Admin};
use crate::error::Result;
use crate::jobs::{self, Clockwork, JobState, Registry, Run, RunState, Zones};
use crate::orgs::OrgSettings;
use crate::storage::Rx;
use crate::web::json::there;
use crate::web::listing::ListQuery;
use crate::web::problem::{ReadProblems, WriteProblems};
use crate::web::{Json, List};

/// Something that is done by the clock.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Job)]
pub struct JobJson {
    #[schema(example = "leave_starts_tomorrow")]
    pub name: String,
    #[schema(example = "Leave starts tomorrow")]
    pub title: String,
    /// Minute, hour, day of month, month, day of week.
    #[schema(example = "0 16 * * *")]
    pub cron: String,
    /// The line it came with.
    #[schema(example = "0 16 * * *")]
    pub preset: String,
    /// The zone the line is read in.
    #[schema(example = "Europe/Berlin")]
    pub time_zone: String,
    /// It runs once in the zone of each location instead.
    pub each_location: bool,
    pub enabled: bool,
    /// It reaches people: as long as this data directory may be a copy of another, it waits.
    pub waits_on_copies: bool,
    /// Null where it is switched off.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub next_run: Option<Timestamp>,
    /// Null where it never ran.
    pub last_run: Option<RunJson>,
}

/// One run of a job.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = JobRun)]
pub struct RunJson {
    #[schema(example = 17)]
    pub id: i64,
    /// The zone it ran for; empty is the organization's.
    pub time_zone: String,
    /// The day or instant that it was for, once and never again.
    #[schema(example = "2026-03-02")]
    pub period: String,
    #[schema(value_type = String, format = DateTime)]
    pub due_at: Timestamp,
    /// `dropped`: it came too late to make sense.
    pub state: RunState,
    pub attempts: i64,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub started_at: Option<Timestamp>,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub finished_at: Option<Timestamp>,
    /// How long the work took, in milliseconds.
    #[schema(example = 12)]
    pub took_ms: Option<i64>,
    /// What it did, in English.
    #[schema(example = "2 reminders")]
    pub summary: Option<String>,
    /// Why the last try failed; empty where none did.
    pub error: String,
}

impl From<Run> for RunJson {
    fn from(run: Run) -> Self {
        RunJson {
            id: run.id,
            time_zone: run.subject,
            period: run.period,
            due_at: run.due_at,
            state: run.state,
            attempts: run.attempts,
            started_at: run.started_at,
            finished_at: run.finished_at,
            took_ms: run.took_ms,
            summary: run.summary.map(|words| words.to_string()),
            error: run.error,
        }
    }
}

impl From<JobState> for JobJson {
    fn from(job: JobState) -> Self {
        JobJson {
            name: job.name.to_owned(),
            title: job.title.to_owned(),
            cron: job.cron,
            preset: job.preset.to_owned(),
            time_zone: job.zone.iana_name().unwrap_or("UTC").to_owned(),
            each_location: job.zones == Zones::EachLocation,
            enabled: job.enabled,
            waits_on_copies: job.waits_on_copies,
            next_run: job.next,
            last_run: job.last.map(RunJson::from),
        }
    }
}

/// What of a job is to change; what is left out stays.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = JobChange)]
pub struct Change {
    /// Empty is the line it came with.
    #[schema(example = "30 6 * * 1-5")]
    cron: Option<String>,
    /// Null is the organization's; refused for a job that follows each location.
    #[serde(deserialize_with = "there")]
    #[schema(value_type = Option<String>)]
    time_zone: Option<Option<String>>,
    enabled: Option<bool>,
}

fn job(rx: &Rx<'_>, registry: &Registry, house: &OrgSettings, name: &str) -> Result<JobJson> {
    jobs::state(rx, registry, house, name).map(JobJson::from)
}

/// The clockwork.
#[utoipa::path(
    get, path = "/api/v1/jobs", operation_id = "list_jobs", tag = "settings",
    summary = "What is done by the clock", description = "Admins. Each job with its next and its last run.",
    responses((status = 200, description = "All of them", body = List<JobJson>), ReadProblems),
)]
pub async fn list(ctx: Admin, State(clockwork): State<Clockwork>, query: ListQuery) -> Result<List<JobJson>> {
    let mut listing = query.listing(&[], &[])?;
    let (registry, house) = (Arc::clone(clockwork.registry()), ctx.org.settings());
    let all = ctx.read(move |rx, _| jobs::states(rx, &registry, &house)).await?;
    let total = i64::try_from(all.len()).unwrap_or(i64::MAX);
    (listing.page, listing.page_size) = (1, total.max(1));
    Ok(List::new(all.into_iter().map(JobJson::from).collect(), total, &listing))
}

/// One job.
#[utoipa::path(
    get, path = "/api/v1/jobs/{job}", operation_id = "get_job", tag = "settings",
    summary = "A job of the clockwork", description = "Admins.",
    params(("job" = String, Path, example = "cleanup")),
    responses((status = 200, description = "The job", body = JobJson), ReadProblems),
)]
pub async fn get(ctx: Admin, State(clockwork): State<Clockwork>, Path(name): Path<String>) -> Result<Json<JobJson>> {
    let (registry, house) = (Arc::clone(clockwork.registry()), ctx.org.settings());
    ctx.read(move |rx, _| job(rx, &registry, &house, &name)).await.map(Json)
}

/// Sets when it runs.
#[utoipa::path(
    patch, path = "/api/v1/jobs/{job}", operation_id = "update_job", tag = "settings",
    summary = "Set when a job runs, or switch it off",
    description = "Admins. A day that has had its run has no second one under another line.",
    params(("job" = String, Path, example = "cleanup")), request_body = Change,
    responses((status = 200, description = "As it is now", body = JobJson), WriteProblems),
)]
pub async fn update(
    ctx: Admin,
    State(clockwork): State<Clockwork>,
    Path(name): Path<String>,
    Json(change): Json<Change>,
) -> Result<Json<JobJson>> {
    let (registry, house) = (Arc::clone(clockwork.registry()), ctx.org.settings());
    let changed = ctx.write(SET, move |tx, actor| {
        let held = jobs::state(tx, &registry, &house, &name)?;
        let cron = match change.cron {
            Some(line) if line.trim().is_empty() => held.preset.to_owned(),
            Some(line) => line,
            None => held.cron,
        };
        let kept = held.own_zone.then(|| held.zone.iana_name().unwrap_or("UTC").to_owned());
        let zone = change.time_zone.unwrap_or(kept);
        let enabled = change.enabled.unwrap_or(held.enabled);
        jobs::set_schedule(tx, actor, &registry, &name, (&cron, zone.as_deref(), enabled))?;
        job(tx, &registry, &house, &name)
    });
    changed.await.map(Json)
}

/// What it did.
#[utoipa::path(
    get, path = "/api/v1/jobs/{job}/runs", operation_id = "list_job_runs", tag = "settings",
    summary = "The runs of a job", description = "Admins. The newest hundred, newest first.",
    params(("job" = String, Path, example = "cleanup")),
    responses((status = 200, description = "The runs", body = List<RunJson>), ReadProblems),
)]
pub async fn runs(
    ctx: Admin,
    State(clockwork): State<Clockwork>,
    Path(name): Path<String>,
    query: ListQuery,
) -> Result<List<RunJson>> {
    let mut listing = query.listing(&[], &[])?;
    let (registry, house) = (Arc::clone(clockwork.registry()), ctx.org.settings());
    let runs = ctx.read(move |rx, _| {
        jobs::state(rx, &registry, &house, &name)?;
        jobs::runs(rx, &name)
    });
    let runs = runs.await?;
    let total = i64::try_from(runs.len()).unwrap_or(i64::MAX);
    (listing.page, listing.page_size) = (1, total.max(1));
    Ok(List::new(runs.into_iter().map(RunJson::from).collect(), total, &listing))
}

/// Runs it now.
#[utoipa::path(
    post, path = "/api/v1/jobs/{job}/run", operation_id = "run_job", tag = "settings",
    summary = "Run a job now",
    description = "Admins. It runs within a minute, whatever its line says, also where it is switched off. What it has done for somebody today it does not repeat.",
    params(("job" = String, Path, example = "cleanup")),
    responses((status = 200, description = "The job; its last run waits", body = JobJson), WriteProblems),
)]
pub async fn run(ctx: Admin, State(clockwork): State<Clockwork>, Path(name): Path<String>) -> Result<Json<JobJson>> {
    let (registry, house) = (Arc::clone(clockwork.registry()), ctx.org.settings());
    let asked = ctx.write(BY_HAND, move |tx, actor: &Actor| {
        jobs::run_now(tx, actor, &registry, &house, &name)?;
        job(tx, &registry, &house, &name)
    });
    asked.await.map(Json)
}

/// Tries again.
#[utoipa::path(
    post, path = "/api/v1/jobs/{job}/runs/{run}/retry", operation_id = "retry_job_run", tag = "settings",
    summary = "Try a failed run again", description = "Admins. Within a minute. 409 for a run that has not failed for good, or is of a time that is over.",
    params(("job" = String, Path, example = "cleanup"), ("run" = i64, Path)),
    responses((status = 200, description = "The job", body = JobJson), WriteProblems),
)]
pub async fn retry(
    ctx: Admin,
    State(clockwork): State<Clockwork>,
    Path((name, run)): Path<(String, i64)>,
) -> Result<Json<JobJson>> {
    let (registry, house) = (Arc::clone(clockwork.registry()), ctx.org.settings());
    let asked = ctx.write(RETRIED, move |tx, actor| {
        jobs::retry(tx, actor, &registry, &name, run)?;
        job(tx, &registry, &house, &name)
    });
    asked.await.map(Json)
}
