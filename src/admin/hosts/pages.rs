//! `/admin/hosts`

use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::{Host, Stands};
use crate::auth::caller::Caller;
use crate::auth::{Admin, Ctx};
use crate::error::{AppError, Result};
use crate::msg;
use crate::web::{self, Flash, Form, FormState, Shell, filters};

const HERE: &str = "/admin/hosts";

#[derive(Debug, askama::Template)]
#[template(path = "admin/hosts.html")]
struct Page {
    shell: Shell,
    operator: bool,
    hosts: Vec<Host>,
    /// Without its port.
    asked_by: String,
    form: FormState,
}
web::pages!(Page);

/// What the forms send.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Input {
    host: String,
    /// For the own organization alone.
    own: bool,
}

/// `GET /admin/hosts`
pub async fn show(ctx: Admin, caller: Caller) -> Result<Response> {
    page(&ctx, &caller, StatusCode::OK, FormState::default()).await
}

/// `POST /admin/hosts`: a new name, or another meaning of a known one.
pub async fn bind(ctx: Admin, caller: Caller, sent: Form<Input>) -> Result<Response> {
    let (state, input) = sent.open();
    let done = match input {
        Ok(input) => super::bind(&ctx, &input.host, input.own).await,
        Err(error) => Err(error),
    };
    answer(&ctx, &caller, state, done).await
}

/// `POST /admin/hosts/forget`
pub async fn forget(ctx: Admin, caller: Caller, sent: Form<Input>) -> Result<Response> {
    let (state, input) = sent.open();
    let done = match input {
        Ok(input) => super::forget(&ctx, &input.host, caller.host()).await,
        Err(error) => Err(error),
    };
    answer(&ctx, &caller, state, done).await
}

async fn answer(ctx: &Ctx, caller: &Caller, state: FormState, done: Result<()>) -> Result<Response> {
    match done {
        Ok(()) => Ok(Flash::ok(msg!("Saved: {0}.", state.value("host"))).redirect(&ctx.visit, HERE)),
        Err(AppError::Conflict(why)) => Ok(Flash::bad(why).redirect(&ctx.visit, HERE)),
        Err(AppError::Invalid(errors)) => page(ctx, caller, StatusCode::UNPROCESSABLE_ENTITY, state.with(errors)).await,
        Err(other) => Err(other),
    }
}

async fn page(ctx: &Ctx, caller: &Caller, status: StatusCode, form: FormState) -> Result<Response> {
    let operator = ctx.is_operator().await?;
    let hosts = if operator { super::list(ctx) } else { Vec::new() };
    let page = Page { shell: ctx.shell().await?, operator, hosts, asked_by: caller.host().to_owned(), form };
    web::page_with(status, &page)
}
