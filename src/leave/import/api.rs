//! Importing balances and past leave through the API.

use std::fs::File;
use std::io::BufReader;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::response::Response;

use super::{IMPORTED, Table, What};
use crate::auth::{Ctx, Hr};
use crate::error::{AppError, Result};
use crate::people::import::api::{ImportProblem, ImportResult, Upload, answer};
use crate::people::import::{Draft, Outcome};
use crate::sheet::Fault;
use crate::web::listing::ListQuery;
use crate::web::problem::{Refused, UploadProblems};
use crate::web::{BulkRate, Patient, Settings};

/// Imports opening balances.
#[utoipa::path(
    post, path = "/api/v1/leave/balances/import", operation_id = "import_leave_balances", tag = "leave",
    summary = "Import opening balances from CSV",
    description = "HR. All or nothing; the same file twice changes nothing. Columns by header: `number` or `email`, `leave_type` (its name), `on`, one of `days`, `hours`, `minutes`, and `expires_on` for what can be used up to a day only. The balance is brought to that figure on that day: what was granted by then and not taken by then. A dry run answers 200 with the errors in it, the real one 422.",
    params(("dry_run" = Option<bool>, Query)),
    request_body(content((Upload = "multipart/form-data"), (String = "text/csv"))),
    responses(
        (status = 200, description = "What it did, or in a dry run would do", body = ImportResult),
        (status = 422, description = "Something in the file is wrong; nothing was changed", body = ImportProblem, content_type = "application/problem+json"),
        UploadProblems,
    ),
)]
pub async fn balances(
    ctx: Hr,
    _rate: BulkRate,
    _patient: Patient,
    State(settings): State<Arc<Settings>>,
    query: ListQuery,
    request: Request,
) -> Result<Response, Refused> {
    import(&ctx, What::Balances, &settings, query, request).await
}

/// Imports leave that was taken.
#[utoipa::path(
    post, path = "/api/v1/leave/requests/import", operation_id = "import_leave_requests", tag = "leave",
    summary = "Import past leave from CSV",
    description = "HR. All or nothing; the same file twice changes nothing. Columns by header: `number` or `email`, `leave_type` (its name), `start_date`, `start_part`, `end_date`, `end_part`, `status` (what is not approved is passed over), `reason`; or TimeOff.Management’s export of absences as it comes. It stands approved, and nobody is told. A dry run answers 200 with the errors in it, the real one 422.",
    params(("dry_run" = Option<bool>, Query)),
    request_body(content((Upload = "multipart/form-data"), (String = "text/csv"))),
    responses(
        (status = 200, description = "What it did, or in a dry run would do", body = ImportResult),
        (status = 422, description = "Something in the file is wrong; nothing was changed", body = ImportProblem, content_type = "application/problem+json"),
        UploadProblems,
    ),
)]
pub async fn requests(
    ctx: Hr,
    _rate: BulkRate,
    _patient: Patient,
    State(settings): State<Arc<Settings>>,
    query: ListQuery,
    request: Request,
) -> Result<Response, Refused> {
    import(&ctx, What::Requests, &settings, query, request).await
}

async fn import(
    ctx: &Ctx,
    what: What,
    settings: &Settings,
    query: ListQuery,
    request: Request,
) -> Result<Response, Refused> {
    let dry_run = query.listing(&[], &["dry_run"])?.filter("dry_run")?.unwrap_or(false);
    let (_draft, table) = table(what, Draft::receive(ctx, settings, request).await?).await?;
    let outcome = if dry_run { tried(ctx, table).await? } else { taken(ctx, table).await? };
    Ok(answer(ctx, dry_run, &outcome))
}

/// Reads a file off the async threads. Hands it back, so that it lives as long as its reading.
pub(super) async fn table(what: What, draft: Draft) -> Result<(Draft, Result<Table, Fault>)> {
    let reading = tokio::task::spawn_blocking(move || {
        let file = File::open(draft.path()).map_err(AppError::internal)?;
        let table = super::read(what, BufReader::new(file));
        Ok((draft, table))
    });
    reading.await.map_err(AppError::internal)?
}

/// What the file would do.
pub(super) async fn tried(ctx: &Ctx, table: Result<Table, Fault>) -> Result<Outcome> {
    match table {
        Err(fault) => Ok(Outcome { errors: vec![fault], ..Outcome::default() }),
        Ok(table) => ctx.read(move |rx, actor| super::dry_run(rx, actor, &table)).await,
    }
}

/// What the file does: all of it, or nothing where there are errors. It is checked before it takes its turn.
pub(super) async fn taken(ctx: &Ctx, table: Result<Table, Fault>) -> Result<Outcome> {
    let table = match table {
        Err(fault) => return Ok(Outcome { errors: vec![fault], ..Outcome::default() }),
        Ok(table) => Arc::new(table),
    };
    let again = Arc::clone(&table);
    let told = ctx.read(move |rx, actor| super::dry_run(rx, actor, &again)).await?;
    if !told.errors.is_empty() || told.created + told.updated == 0 {
        return Ok(told);
    }
    ctx.write(IMPORTED, move |tx, actor| super::run(tx, actor, &table)).await
}
