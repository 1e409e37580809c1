//! `/overtime/projects`: HR's list of projects, and the form of one.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::{CHANGED, CREATED, Project};
use crate::auth::{Ctx, Hr};
use crate::error::{AppError, Result};
use crate::ids::ProjectId;
use crate::msg;
use crate::overtime::pages::Tabs;
use crate::web::{self, Flash, Form, FormState, Shell, filters};

#[derive(Debug, askama::Template)]
#[template(path = "overtime/projects.html")]
struct Projects {
    shell: Shell,
    tabs: Tabs,
    projects: Vec<Project>,
}

#[derive(Debug, askama::Template)]
#[template(path = "overtime/project.html")]
struct Edit {
    shell: Shell,
    /// None makes a new one.
    name: Option<String>,
    action: String,
    form: FormState,
}
web::pages!(Projects, Edit);

/// What the form sends.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ProjectForm {
    code: String,
    name: String,
    description: String,
    active: bool,
}

/// `GET /overtime/projects`
pub async fn index(ctx: Hr) -> Result<Response> {
    let projects = ctx.read(|rx, _| super::list(rx, false)).await?;
    web::page(&Projects { shell: ctx.shell().await?, tabs: Tabs::of(&ctx.actor, "projects"), projects })
}

/// `GET /overtime/projects/new`
pub async fn new(ctx: Hr) -> Result<Response> {
    edit_page(&ctx, None, FormState::of([("active", "true")]), StatusCode::OK).await
}

/// `POST /overtime/projects/new`
pub async fn create(ctx: Hr, form: Form<ProjectForm>) -> Result<Response> {
    save(&ctx, None, form).await
}

/// `GET /overtime/projects/{id}`
pub async fn edit(ctx: Hr, Path(id): Path<ProjectId>) -> Result<Response> {
    let project = ctx.read(move |rx, _| super::get(rx, id)).await?;
    let form = FormState::of([("code", project.code), ("name", project.name), ("description", project.description)]);
    let form = if project.active { form.set("active", "true") } else { form };
    edit_page(&ctx, Some(id), form, StatusCode::OK).await
}

/// `POST /overtime/projects/{id}`
pub async fn update(ctx: Hr, Path(id): Path<ProjectId>, form: Form<ProjectForm>) -> Result<Response> {
    save(&ctx, Some(id), form).await
}

async fn save(ctx: &Ctx, id: Option<ProjectId>, form: Form<ProjectForm>) -> Result<Response> {
    let (state, input) = form.open();
    let saved = match input {
        Ok(ProjectForm { code, name, description, active }) => {
            let named = name.trim().to_owned();
            let op = if id.is_some() { CHANGED } else { CREATED };
            let written = ctx.write(op, move |tx, actor| {
                let wanted = Project { id: id.unwrap_or(ProjectId(0)), code, name, description, active };
                match id {
                    Some(id) => super::update(tx, actor, id, |project| *project = wanted).map(|_| ()),
                    None => super::create(tx, actor, wanted).map(|_| ()),
                }
            });
            written.await.map(|()| named)
        }
        Err(error) => Err(error),
    };
    match saved {
        Ok(name) => Ok(Flash::ok(msg!("Saved: {0}.", name)).redirect(&ctx.visit, "/overtime/projects")),
        Err(AppError::Invalid(errors)) => {
            edit_page(ctx, id, state.with(errors), StatusCode::UNPROCESSABLE_ENTITY).await
        }
        Err(other) => Err(other),
    }
}

async fn edit_page(ctx: &Ctx, id: Option<ProjectId>, form: FormState, status: StatusCode) -> Result<Response> {
    let name = match id {
        Some(id) => Some(ctx.read(move |rx, _| super::get(rx, id)).await?.name),
        None => None,
    };
    let action = id.map_or_else(|| "/overtime/projects/new".to_owned(), |id| format!("/overtime/projects/{id}"));
    web::page_with(status, &Edit { shell: ctx.shell().await?, name, action, form })
}
