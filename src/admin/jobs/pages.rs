//! `/admin/jobs`: what is done by the clock, and the page of one job.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::{BY_HAND, RETRIED, SET};
use crate::auth::{Admin, Ctx};
use crate::error::{AppError, Result};
use crate::jobs::{self, Clockwork, JobState, Run, RunState, Zones};
use crate::tr;
use crate::web::{self, Flash, Form, FormState, Format, Shell, filters, time_zones};

const HOME: &str = "/admin/jobs";

#[derive(Debug, askama::Template)]
#[template(path = "admin/jobs.html")]
struct Index {
    shell: Shell,
    jobs: Vec<Line>,
}

/// A job as the list and its own page show it.
#[derive(Debug)]
struct Line {
    name: &'static str,
    title: &'static str,
    cron: String,
    preset: &'static str,
    /// "Europe/Berlin"; empty where each location has its own.
    zone: String,
    /// "today at 16:00", or empty where it is switched off.
    next: String,
    /// It waits, as this directory may be a copy.
    held: bool,
    last: Option<RunLine>,
}

#[derive(Debug)]
struct RunLine {
    id: i64,
    /// "today at 16:00"
    when: String,
    /// The zone it ran for; empty is the organization's.
    zone: String,
    /// The glyph's kind and the words, for `ui::state`.
    kind: &'static str,
    word: &'static str,
    /// It failed for good, and can be tried again.
    failed: bool,
    /// What it did, or why it failed.
    said: String,
    /// "0.2 s", or empty where it has not ended.
    took: String,
    attempts: i64,
}

#[derive(Debug, askama::Template)]
#[template(path = "admin/job.html")]
struct Page {
    shell: Shell,
    job: Line,
    each_location: bool,
    zones: Vec<(String, String)>,
    runs: Vec<RunLine>,
    form: FormState,
}
web::pages!(Index, Page);

impl Line {
    fn of(job: &JobState, copy: bool, format: &Format) -> Line {
        Line {
            name: job.name,
            title: job.title,
            cron: job.cron.clone(),
            preset: job.preset,
            zone: match job.zones {
                Zones::Organization => job.zone.iana_name().unwrap_or("UTC").to_owned(),
                Zones::EachLocation => String::new(),
            },
            next: job.next.map(|at| format.when(at)).unwrap_or_default(),
            held: copy && job.waits_on_copies,
            last: job.last.as_ref().map(|run| RunLine::of(run, format)),
        }
    }
}

impl RunLine {
    fn of(run: &Run, format: &Format) -> RunLine {
        let (kind, word) = match (run.state, run.attempts) {
            (RunState::Waiting, 0) => ("wait", tr!("waiting")),
            (RunState::Waiting, _) => ("warn", tr!("failed, tried again soon")),
            (RunState::Running, _) => ("wait", tr!("at work")),
            (RunState::Done, _) => ("ok", tr!("done")),
            (RunState::Failed, _) => ("no", tr!("failed")),
            (RunState::Dropped, _) => ("off", tr!("left out: too late to make sense")),
        };
        let took = |ms: i64| match ms {
            ..1000 => format!("{ms} ms"),
            _ => format!("{}.{} s", ms / 1000, ms % 1000 / 100),
        };
        let did = run.summary.as_ref().map(|words| format.lang.msg(words));
        RunLine {
            id: run.id,
            when: format.when(run.started_at.unwrap_or(run.due_at)),
            zone: run.subject.clone(),
            kind,
            word,
            failed: run.state == RunState::Failed,
            said: if run.error.is_empty() { did.unwrap_or_default() } else { run.error.clone() },
            took: run.took_ms.map(took).unwrap_or_default(),
            attempts: run.attempts,
        }
    }
}

/// `GET /admin/jobs`
pub async fn index(ctx: Admin, State(clockwork): State<Clockwork>) -> Result<Response> {
    let (registry, house) = (Arc::clone(clockwork.registry()), ctx.org.settings());
    let states = ctx.read(move |rx, _| jobs::states(rx, &registry, &house)).await?;
    let format = ctx.format();
    let copy = ctx.auth.orgs.holding().is_held();
    let jobs = states.iter().map(|job| Line::of(job, copy, &format)).collect();
    web::page(&Index { shell: ctx.shell().await?, jobs })
}

/// What the form sends.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Input {
    cron: String,
    time_zone: String,
    enabled: bool,
}

/// `GET /admin/jobs/{job}`
pub async fn show(ctx: Admin, State(clockwork): State<Clockwork>, Path(name): Path<String>) -> Result<Response> {
    page(&ctx, &clockwork, name, None).await
}

/// `POST /admin/jobs/{job}`
pub async fn set(
    ctx: Admin,
    State(clockwork): State<Clockwork>,
    Path(name): Path<String>,
    sent: Form<Input>,
) -> Result<Response> {
    let (state, input) = sent.open();
    let (registry, job) = (Arc::clone(clockwork.registry()), name.clone());
    let saved = match input {
        Ok(Input { cron, time_zone, enabled }) => {
            let written = ctx.write(SET, move |tx, actor| {
                let preset = registry.find(&job).ok_or(AppError::NotFound)?.schedule();
                let cron = if cron.trim().is_empty() { preset } else { cron.as_str() };
                let zone = Some(time_zone.as_str()).filter(|zone| !zone.is_empty());
                jobs::set_schedule(tx, actor, &registry, &job, (cron, zone, enabled))
            });
            written.await
        }
        Err(error) => Err(error),
    };
    match saved {
        Ok(()) => Ok(Flash::ok("Saved.").redirect(&ctx.visit, &format!("{HOME}/{name}"))),
        Err(AppError::Invalid(errors)) => page(&ctx, &clockwork, name, Some(state.with(errors))).await,
        Err(other) => Err(other),
    }
}

/// `POST /admin/jobs/{job}/run`
pub async fn run(ctx: Admin, State(clockwork): State<Clockwork>, Path(name): Path<String>) -> Result<Response> {
    let (registry, house, job) = (Arc::clone(clockwork.registry()), ctx.org.settings(), name.clone());
    ctx.write(BY_HAND, move |tx, actor| jobs::run_now(tx, actor, &registry, &house, &job)).await?;
    Ok(Flash::ok("It runs within a minute.").redirect(&ctx.visit, &format!("{HOME}/{name}")))
}

/// `POST /admin/jobs/{job}/runs/{run}/retry`
pub async fn retry(
    ctx: Admin,
    State(clockwork): State<Clockwork>,
    Path((name, run)): Path<(String, i64)>,
) -> Result<Response> {
    let (registry, job) = (Arc::clone(clockwork.registry()), name.clone());
    let said = match ctx.write(RETRIED, move |tx, actor| jobs::retry(tx, actor, &registry, &job, run)).await {
        Ok(()) => Flash::ok("It is tried again within a minute."),
        Err(AppError::Conflict(why)) => Flash::bad(why),
        Err(other) => return Err(other),
    };
    Ok(said.redirect(&ctx.visit, &format!("{HOME}/{name}")))
}

async fn page(ctx: &Ctx, clockwork: &Clockwork, name: String, typed: Option<FormState>) -> Result<Response> {
    let (registry, house) = (Arc::clone(clockwork.registry()), ctx.org.settings());
    let read = ctx.read(move |rx, _| Ok((jobs::state(rx, &registry, &house, &name)?, jobs::runs(rx, &name)?)));
    let (job, runs) = read.await?;
    let status = if typed.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let form = typed.unwrap_or_else(|| {
        let zone = if job.own_zone { job.zone.iana_name().unwrap_or_default() } else { "" };
        FormState::of([
            ("cron", job.cron.as_str()),
            ("time_zone", zone),
            ("enabled", if job.enabled { "true" } else { "" }),
        ])
    });
    let format = ctx.format();
    let page = Page {
        shell: ctx.shell().await?,
        job: Line::of(&job, ctx.auth.orgs.holding().is_held(), &format),
        each_location: job.zones == Zones::EachLocation,
        zones: time_zones(),
        runs: runs.iter().map(|run| RunLine::of(run, &format)).collect(),
        form,
    };
    web::page_with(status, &page)
}
