//! Projects in the API.

use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{CHANGED, CREATED, DELETED, Project};
use crate::auth::{Hr, Staff};
use crate::error::Result;
use crate::ids::ProjectId;
use crate::web::etag::{self, IfMatch, Tagged};
use crate::web::json::created;
use crate::web::listing::ListQuery;
use crate::web::problem::{ReadProblems, WriteProblems};
use crate::web::{Json, List};

/// A project to be made.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewProject)]
pub struct NewProject {
    /// 1 to 20 characters, unique in any case.
    #[schema(example = "HALO-2")]
    code: String,
    /// 1 to 200 characters.
    #[schema(example = "HALO-2 rollout")]
    name: String,
    #[serde(default)]
    description: String,
    #[serde(default = "yes")]
    active: bool,
}

const fn yes() -> bool {
    true
}

/// What of a project is to change; what is left out stays.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ProjectPatch {
    code: Option<String>,
    name: Option<String>,
    description: Option<String>,
    active: Option<bool>,
}

/// Projects.
#[utoipa::path(
    get, path = "/api/v1/projects", operation_id = "list_projects", tag = "overtime",
    summary = "Projects", description = "Anybody on the staff. By name; those out of use are among them.",
    params(
        ("active" = Option<bool>, Query, description = "Only those in use, or only those out of use"),
        ("page" = Option<i64>, Query), ("page_size" = Option<i64>, Query),
    ),
    responses((status = 200, description = "One page", body = List<Project>), ReadProblems),
)]
pub async fn list(ctx: Staff, query: ListQuery) -> Result<List<Project>> {
    let listing = query.listing(&[], &["active"])?;
    let active: Option<bool> = listing.filter("active")?;
    let mut all = ctx.read(|rx, _| super::list(rx, false)).await?;
    all.retain(|project| active.is_none_or(|active| project.active == active));
    Ok(List::cut(all, &listing))
}

/// One project.
#[utoipa::path(
    get, path = "/api/v1/projects/{id}", operation_id = "get_project", tag = "overtime",
    summary = "A project", description = "Anybody on the staff.",
    params(("id" = ProjectId, Path)),
    responses((status = 200, description = "The project", body = Project), ReadProblems),
)]
pub async fn get(ctx: Staff, headers: HeaderMap, Path(id): Path<ProjectId>) -> Result<Response> {
    let project = ctx.read(move |rx, _| super::get(rx, id)).await?;
    etag::json(&headers, &project)
}

/// Makes a project.
#[utoipa::path(
    post, path = "/api/v1/projects", operation_id = "create_project", tag = "overtime",
    summary = "Make a project", description = "HR.", request_body = NewProject,
    responses((status = 201, description = "Made; `Location` leads to it", body = Project), WriteProblems),
)]
pub async fn create(ctx: Hr, Json(new): Json<NewProject>) -> Result<Response> {
    let made = ctx.write(CREATED, move |tx, actor| {
        let NewProject { code, name, description, active } = new;
        let id = super::create(tx, actor, Project { id: ProjectId(0), code, name, description, active })?;
        super::get(tx, id)
    });
    let project = made.await?;
    let location = format!("/api/v1/projects/{}", project.id);
    Ok(created(location, project))
}

/// Changes a project.
#[utoipa::path(
    patch, path = "/api/v1/projects/{id}", operation_id = "update_project", tag = "overtime",
    summary = "Change a project, or take it out of use",
    description = "HR. Overtime keeps the name it was sent with.",
    params(("id" = ProjectId, Path)), request_body = ProjectPatch,
    responses((status = 200, description = "As it is now", body = Project), WriteProblems),
)]
pub async fn update(
    ctx: Hr,
    if_match: IfMatch,
    Path(id): Path<ProjectId>,
    Json(patch): Json<ProjectPatch>,
) -> Result<Tagged<Project>> {
    let changed = ctx.write(CHANGED, move |tx, actor| {
        if_match.check(&super::get(tx, id)?)?;
        super::update(tx, actor, id, |project| {
            macro_rules! put {
                ($($field:ident),+) => {$(
                    if let Some(value) = patch.$field {
                        project.$field = value;
                    }
                )+};
            }
            put!(code, name, description, active);
        })
    });
    changed.await.map(Tagged)
}

/// Removes a project.
#[utoipa::path(
    delete, path = "/api/v1/projects/{id}", operation_id = "delete_project", tag = "overtime",
    summary = "Remove a project",
    description = "HR. One that overtime was booked on is taken out of use instead.",
    params(("id" = ProjectId, Path)),
    responses((status = 204, description = "Removed, or out of use from now on"), WriteProblems),
)]
pub async fn remove(ctx: Hr, if_match: IfMatch, Path(id): Path<ProjectId>) -> Result<StatusCode> {
    ctx.write(DELETED, move |tx, actor| {
        if_match.check(&super::get(tx, id)?)?;
        super::delete(tx, actor, id)
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}
