//! Whether the program is well, for load balancers, containers and the curious. Nothing here tells about people.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::orgs::Orgs;

/// The operations of this file.
#[derive(Debug, utoipa::OpenApi)]
#[openapi(paths(health))]
pub struct Api;

#[derive(Debug, Serialize, ToSchema)]
pub struct Health {
    /// "ok", or "unavailable".
    pub status: &'static str,
    /// The database took a write and gave it back, just now or within the last 5 seconds.
    pub database: bool,
    pub version: &'static str,
}

/// `GET /livez`: the program answers.
pub async fn livez() -> &'static str {
    "ok\n"
}

/// `GET /readyz`: the database takes writes too.
pub async fn readyz(State(orgs): State<Arc<Orgs>>) -> Response {
    match orgs.is_well().await {
        true => "ok\n".into_response(),
        false => (StatusCode::SERVICE_UNAVAILABLE, "the database does not take writes\n").into_response(),
    }
}

/// `GET /api/health`
#[utoipa::path(get, path = "/api/health", operation_id = "health", tag = "health", summary = "Whether the program is well",
    description = "For anybody; says nothing about people.",
    responses((status = 200, body = Health), (status = 503, body = Health)))]
pub async fn health(State(orgs): State<Arc<Orgs>>) -> Response {
    let database = orgs.is_well().await;
    let (status, code) =
        if database { ("ok", StatusCode::OK) } else { ("unavailable", StatusCode::SERVICE_UNAVAILABLE) };
    (code, Json(Health { status, database, version: env!("CARGO_PKG_VERSION") })).into_response()
}
