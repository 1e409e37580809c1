//! `/leave/import`: a file of opening balances or of past leave is sent, what it would do is shown row by row, and then it
//! is taken as a whole.

use std::sync::Arc;

use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::What;
use super::api::{table, taken, tried as try_it};
use crate::auth::{Ctx, Hr};
use crate::error::{AppError, Msg, Result};
use crate::people::import::{Draft, Outcome, What as Becomes, longest};
use crate::web::listing::{ListQuery, Listing};
use crate::web::parts::Pager;
use crate::web::problem::Refused;
use crate::web::{self, BulkRate, Flash, Patient, Settings, Shell, filters};
use crate::{msg, tr};

#[derive(Debug, askama::Template)]
#[template(path = "leave/import.html")]
struct Upload {
    shell: Shell,
    /// Both are offered where none is chosen yet.
    what: Option<What>,
    wrong: Option<Msg>,
    columns: Vec<String>,
}

#[derive(Debug, askama::Template)]
#[template(path = "leave/imported.html")]
struct Tried {
    shell: Shell,
    what: What,
    title: &'static str,
    draft: String,
    rows: usize,
    writes: usize,
    unchanged: usize,
    wrong: usize,
    ignored: String,
    errors: Vec<(u64, String, Msg)>,
    fates: Vec<(u64, String, String, &'static str)>,
    pager: Pager,
}
web::pages!(Upload, Tried);

fn title(what: What) -> &'static str {
    match what {
        What::Balances => tr!("Opening balances"),
        What::Requests => tr!("Past leave"),
    }
}

/// `GET /leave/import`
pub async fn choose(ctx: Hr) -> Result<Response> {
    web::page(&Upload { shell: ctx.shell().await?, what: None, wrong: None, columns: Vec::new() })
}

/// `GET /leave/import/{what}`
pub async fn show(ctx: Hr, Path(what): Path<String>) -> Result<Response> {
    upload_page(&ctx, read_what(&what)?, StatusCode::OK, None).await
}

fn read_what(text: &str) -> Result<What> {
    text.parse().map_err(|_| AppError::NotFound)
}

async fn upload_page(ctx: &Ctx, what: What, status: StatusCode, wrong: Option<Msg>) -> Result<Response> {
    let columns = what.columns().iter().map(|column| column.name.to_string()).collect();
    web::page_with(status, &Upload { shell: ctx.shell().await?, what: Some(what), wrong, columns })
}

/// `POST /leave/import/{what}`: keeps the file and leads to what it would do.
pub async fn receive(
    ctx: Hr,
    _rate: BulkRate,
    _patient: Patient,
    Path(what): Path<String>,
    State(settings): State<Arc<Settings>>,
    request: Request,
) -> Result<Response, Refused> {
    let what = read_what(&what)?;
    let refused = match Draft::receive(&ctx, &settings, request).await {
        Ok(draft) => return Ok(web::redirect(&format!("/leave/import/{what}/{}", draft.keep()))),
        Err(Refused::TooLarge) => {
            let megabytes = longest(&settings) / (1024 * 1024);
            (StatusCode::PAYLOAD_TOO_LARGE, msg!("The file is larger than {0} MB", megabytes))
        }
        Err(Refused::App(AppError::Invalid(errors))) => {
            let why = errors.of("file").cloned().unwrap_or_else(|| msg!("Choose a file."));
            (StatusCode::UNPROCESSABLE_ENTITY, why)
        }
        Err(other) => return Err(other),
    };
    Ok(upload_page(&ctx, what, refused.0, Some(refused.1)).await?)
}

/// `GET /leave/import/{what}/{draft}`: what the file would do.
pub async fn tried(
    ctx: Hr,
    _patient: Patient,
    Path((what, id)): Path<(String, String)>,
    query: ListQuery,
) -> Result<Response> {
    let what = read_what(&what)?;
    let listing = query.listing(&[], &[])?;
    if Draft::was_taken(&ctx, &id)? {
        return Ok(Flash::ok("This file is imported already.").redirect(&ctx.visit, "/leave/import"));
    }
    let (draft, table) = table(what, Draft::find(&ctx, &id)?).await?;
    let outcome = try_it(&ctx, table).await?;
    result_page(&ctx, what, draft.keep(), outcome, &listing, StatusCode::OK).await
}

/// `POST /leave/import/{what}/{draft}`: takes the file.
pub async fn take(ctx: Hr, _patient: Patient, Path((what, id)): Path<(String, String)>) -> Result<Response> {
    let what = read_what(&what)?;
    if Draft::was_taken(&ctx, &id)? {
        return Ok(Flash::ok("This file is imported already.").redirect(&ctx.visit, "/leave/import"));
    }
    let (draft, table) = table(what, Draft::find(&ctx, &id)?).await?;
    let outcome = taken(&ctx, table).await?;
    if !outcome.errors.is_empty() {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return result_page(&ctx, what, draft.keep(), outcome, &Listing::first(), status).await;
    }
    draft.taken();
    let said = msg!(
        "Imported: {0} rows were written, {1} were there already.",
        outcome.created + outcome.updated,
        outcome.unchanged
    );
    Ok(Flash::ok(said).redirect(&ctx.visit, "/leave/import"))
}

async fn result_page(
    ctx: &Ctx,
    what: What,
    draft: String,
    outcome: Outcome,
    listing: &Listing,
    status: StatusCode,
) -> Result<Response> {
    let format = ctx.format();
    let all = if outcome.errors.is_empty() { outcome.fates.len() } else { outcome.errors.len() };
    let total = i64::try_from(all).unwrap_or(i64::MAX);
    let skipped = usize::try_from(listing.offset()).unwrap_or(usize::MAX);
    let shown = usize::try_from(listing.limit()).unwrap_or(usize::MAX);
    let words = |what: &Becomes| match what {
        Becomes::Created => tr!("Added"),
        Becomes::Updated(_) => tr!("Balance is brought to it"),
        Becomes::Unchanged => tr!("As it is"),
    };
    let errors = outcome.errors.iter().skip(skipped).take(shown);
    let fates = outcome.fates.iter().skip(skipped).take(shown);
    let page = Tried {
        shell: ctx.shell().await?,
        what,
        title: title(what),
        draft,
        rows: outcome.rows,
        writes: outcome.created + outcome.updated,
        unchanged: outcome.unchanged,
        wrong: outcome.errors.len() + outcome.more_errors,
        ignored: outcome.ignored.join(", "),
        errors: errors.map(|fault| (fault.line, fault.column.clone(), fault.message.clone())).collect(),
        fates: fates.map(|fate| (fate.line, fate.name.clone(), fate.number.clone(), words(&fate.what))).collect(),
        pager: Pager::new(&format, listing, total),
    };
    web::page_with(status, &page)
}
