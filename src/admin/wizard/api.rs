//! How far a company is set up, in the API. What the steps write has routes of its own: settings, entities,
//! locations, holidays, leave types, employees, the mail server.

use axum::extract::Path;
use serde::Serialize;
use utoipa::ToSchema;

use super::{NOTED, Progress, State, Step};
use crate::auth::Admin;
use crate::error::Result;
use crate::web::Json;
use crate::web::problem::{ReadProblems, WriteProblems};

/// How far a company is set up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = SetUpProgress)]
pub struct ProgressJson {
    /// In the order in which they are offered.
    pub steps: Vec<StepJson>,
    /// Nothing is open, or an admin said that it is enough.
    pub over: bool,
}

/// A step of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = SetUpStep)]
pub struct StepJson {
    pub step: Step,
    pub state: State,
}

impl From<Progress> for ProgressJson {
    fn from(progress: Progress) -> Self {
        let steps = Step::ALL.iter().map(|step| StepJson { step: *step, state: progress.of(*step) }).collect();
        ProgressJson { steps, over: progress.is_over() }
    }
}

/// How far.
#[utoipa::path(
    get, path = "/api/v1/set-up", operation_id = "get_set_up", tag = "settings",
    summary = "How far the company is set up", description = "Admins.",
    responses((status = 200, description = "Every step", body = ProgressJson), ReadProblems),
)]
pub async fn get(ctx: Admin) -> Result<Json<ProgressJson>> {
    Ok(Json(ctx.read(|rx, _| super::progress(rx)).await?.into()))
}

/// Skips a step.
#[utoipa::path(
    post, path = "/api/v1/set-up/{step}/skip", operation_id = "skip_set_up_step", tag = "settings",
    summary = "Skip a step of the set-up", description = "Admins. It can be done all the same, at any time.",
    params(("step" = Step, Path)),
    responses((status = 200, description = "Every step", body = ProgressJson), WriteProblems),
)]
pub async fn skip(ctx: Admin, Path(step): Path<Step>) -> Result<Json<ProgressJson>> {
    noted(&ctx, move |tx, actor| super::note(tx, actor, step, State::Skipped)).await
}

/// Ends it.
#[utoipa::path(
    post, path = "/api/v1/set-up/close", operation_id = "close_set_up", tag = "settings",
    summary = "End the set-up", description = "Admins. Nobody is reminded of it any more.",
    responses((status = 200, description = "Every step", body = ProgressJson), WriteProblems),
)]
pub async fn close(ctx: Admin) -> Result<Json<ProgressJson>> {
    noted(&ctx, super::close).await
}

/// Begins it anew.
#[utoipa::path(
    post, path = "/api/v1/set-up/restart", operation_id = "restart_set_up", tag = "settings",
    summary = "Begin the set-up anew", description = "Admins. Every step is open again; what was set stays.",
    responses((status = 200, description = "Every step", body = ProgressJson), WriteProblems),
)]
pub async fn restart(ctx: Admin) -> Result<Json<ProgressJson>> {
    noted(&ctx, super::restart).await
}

async fn noted(
    ctx: &Admin,
    f: impl FnOnce(&mut crate::storage::Tx<'_>, &crate::auth::Actor) -> Result<()> + Send + 'static,
) -> Result<Json<ProgressJson>> {
    let progress = ctx.write(NOTED, move |tx, actor| {
        f(tx, actor)?;
        super::progress(tx)
    });
    Ok(Json(progress.await?.into()))
}
