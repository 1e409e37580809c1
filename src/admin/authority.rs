//! The certificate of Steward's own authority, for people to install: whoever has it on their device is asked nothing
//! by the browser, and mail and scripts trust this machine.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};

use crate::auth::Admin;
use crate::error::{AppError, Result};
use crate::web::{self, Settings, Shell, filters};

/// Where it is downloaded.
const FILE: &str = "/admin/certificate/steward-authority.pem";

#[derive(Template)]
#[template(path = "admin/authority.html")]
struct Authority {
    shell: Shell,
    /// Where to download it; none where there is no authority of our own.
    file: Option<&'static str>,
}

web::pages!(Authority);

/// `GET /admin/certificate`
pub async fn show(ctx: Admin, State(settings): State<Arc<Settings>>) -> Result<Response> {
    let file = settings.authority().map(|_| FILE);
    web::page(&Authority { shell: ctx.shell().await?, file })
}

/// `GET /admin/certificate/steward-authority.pem`
pub async fn download(_ctx: Admin, State(settings): State<Arc<Settings>>) -> Result<Response> {
    let pem = settings.authority().ok_or(AppError::NotFound)?.to_owned();
    let headers = [
        (header::CONTENT_TYPE, "application/x-pem-file"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"steward-authority.pem\""),
    ];
    Ok((headers, pem).into_response())
}
