//! Host names in the API.

use axum::extract::Path;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Host, Stands};
use crate::auth::Admin;
use crate::auth::caller::Caller;
use crate::error::Result;
use crate::web::Json;
use crate::web::problem::{ReadProblems, WriteProblems};

/// Names that this machine is called by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = HostNames)]
pub struct HostsJson {
    pub items: Vec<HostJson>,
}

/// A name that this machine is called by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = HostName)]
pub struct HostJson {
    #[schema(example = "hr.example.com")]
    pub host: String,
    /// `all` organizations, the `own` one alone, or an `other` one.
    #[schema(example = "own")]
    pub stands_for: &'static str,
}

impl From<Host> for HostJson {
    fn from(host: Host) -> Self {
        let stands_for = match host.stands {
            Stands::All => "all",
            Stands::Own => "own",
            Stands::Other => "other",
        };
        HostJson { host: host.host, stands_for }
    }
}

/// For whom a name is to stand.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = HostNameChange)]
pub struct Change {
    /// For the own organization alone; false is for every one.
    own: bool,
}

/// The names.
#[utoipa::path(
    get, path = "/api/v1/hosts", operation_id = "list_hosts", tag = "settings",
    summary = "Host names", description = "Operators of the machine. The names it answers to, beside those of the settings file, and for whom each stands.",
    responses((status = 200, description = "All of them", body = HostsJson), ReadProblems),
)]
pub async fn list(ctx: Admin) -> Result<Json<HostsJson>> {
    ctx.require_operator().await?;
    Ok(Json(HostsJson { items: super::list(&ctx).into_iter().map(HostJson::from).collect() }))
}

/// Names one.
#[utoipa::path(
    put, path = "/api/v1/hosts/{host}", operation_id = "set_host", tag = "settings",
    summary = "Let a host name stand for one’s own organization alone, or for all",
    description = "Operators of the machine. A new name is answered from now on. Under a name that stands for one organization nobody enters another one. 409 for a name that stands for another organization.",
    params(("host" = String, Path, example = "hr.example.com")), request_body = Change,
    responses((status = 200, description = "All names as they are now", body = HostsJson), WriteProblems),
)]
pub async fn set(ctx: Admin, Path(host): Path<String>, Json(change): Json<Change>) -> Result<Json<HostsJson>> {
    super::bind(&ctx, &host, change.own).await?;
    Ok(Json(HostsJson { items: super::list(&ctx).into_iter().map(HostJson::from).collect() }))
}

/// Forgets one.
#[utoipa::path(
    delete, path = "/api/v1/hosts/{host}", operation_id = "delete_host", tag = "settings",
    summary = "Forget a host name", description = "Operators of the machine. 409 for the name that the request came by.",
    params(("host" = String, Path, example = "hr.example.com")),
    responses((status = 204, description = "Forgotten"), WriteProblems),
)]
pub async fn remove(ctx: Admin, caller: Caller, Path(host): Path<String>) -> Result<StatusCode> {
    super::forget(&ctx, &host, caller.host()).await?;
    Ok(StatusCode::NO_CONTENT)
}
