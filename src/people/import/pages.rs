//! `/people/import`: a file is sent, what it would do is shown row by row, and then it is taken as a whole. The file
//! waits on the server in between, so nothing of it depends on script or on going back and forth.

use std::sync::Arc;

use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::api;
use super::columns::with_custom;
use super::draft::{Draft, longest};
use super::running::{self, End, Progress};
use super::{BOUNDS, Fate, Outcome, What};
use crate::auth::{Ctx, Hr};
use crate::error::{AppError, Msg, Result};
use crate::people::custom;
use crate::web::listing::{ListQuery, Listing};
use crate::web::parts::Pager;
use crate::web::problem::Refused;
use crate::web::{self, BulkRate, Flash, Format, Patient, Settings, Shell, filters};
use crate::{msg, msg_n, tr};

#[derive(Debug, askama::Template)]
#[template(path = "people/import.html")]
struct Upload {
    shell: Shell,
    /// Why a file was not taken.
    wrong: Option<Msg>,
    columns: Vec<String>,
    most_rows: String,
    most_bytes: String,
}

#[derive(Debug, askama::Template)]
#[template(path = "people/imported.html")]
struct Tried {
    shell: Shell,
    draft: String,
    result: Shown,
}

#[derive(Debug, askama::Template)]
#[template(path = "people/importing.html")]
struct Going {
    shell: Shell,
    draft: String,
    says: Msg,
    done: usize,
    total: usize,
}
web::pages!(Upload, Tried, Going);

/// What a file would do, ready to show.
#[derive(Debug)]
struct Shown {
    rows: String,
    created: String,
    updated: String,
    unchanged: String,
    errors: Vec<Wrong>,
    /// Errors in all.
    wrong: usize,
    more: usize,
    ignored: String,
    fates: Vec<Row>,
    pager: Pager,
    /// "97 people are added, 2 changed."; empty where there is nothing to take.
    says: Option<Msg>,
}

#[derive(Debug)]
struct Wrong {
    line: u64,
    column: String,
    message: Msg,
}

#[derive(Debug)]
struct Row {
    line: u64,
    name: String,
    number: String,
    kind: &'static str,
    what: &'static str,
    /// The columns that change.
    columns: String,
}

/// `GET /people/import`
pub async fn show(ctx: Hr, State(settings): State<Arc<Settings>>) -> Result<Response> {
    upload_page(&ctx, &settings, StatusCode::OK, None).await
}

async fn upload_page(ctx: &Ctx, settings: &Settings, status: StatusCode, wrong: Option<Msg>) -> Result<Response> {
    let format = ctx.format();
    let fields = ctx.read(|rx, _| custom::fields(rx)).await?;
    let page = Upload {
        shell: ctx.shell().await?,
        wrong,
        columns: with_custom(&fields).into_iter().map(|column| column.name.into_owned()).collect(),
        most_rows: format.number(i64::try_from(BOUNDS.rows).unwrap_or(i64::MAX)),
        most_bytes: format!("{} MB", longest(settings) / (1024 * 1024)),
    };
    web::page_with(status, &page)
}

/// `POST /people/import`: keeps the file and leads to what it would do.
pub async fn receive(
    ctx: Hr,
    _rate: BulkRate,
    _patient: Patient,
    State(settings): State<Arc<Settings>>,
    request: Request,
) -> Result<Response, Refused> {
    let refused = match Draft::receive(&ctx, &settings, request).await {
        Ok(draft) => return Ok(web::redirect(&format!("/people/import/{}", draft.keep()))),
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
    Ok(upload_page(&ctx, &settings, refused.0, Some(refused.1)).await?)
}

/// `GET /people/import/{draft}?page=2`: what the file would do; once it is being taken, how far that is.
pub async fn tried(ctx: Hr, _patient: Patient, Path(id): Path<String>, query: ListQuery) -> Result<Response> {
    let listing = query.listing(&[], &[])?;
    let place = Draft::place(&ctx, &id)?;
    if let Some(progress) = running::of(&place) {
        let Some(end) = progress.end() else { return going_page(&ctx, id, &progress).await };
        running::told(&place);
        match end {
            End::Taken(said) => return Ok(Flash::ok(said).redirect(&ctx.visit, "/people")),
            End::Broke => {
                let said = Flash::bad("The import broke off and nothing of it was written. Try it once more.");
                return Ok(said.redirect(&ctx.visit, &format!("/people/import/{id}")));
            }
            // What speaks against it is found again below.
            End::Refused => {}
        }
    }
    if Draft::was_taken(&ctx, &id)? {
        return Ok(Flash::ok("This file is imported already.").redirect(&ctx.visit, "/people"));
    }
    let (draft, table) = Draft::find(&ctx, &id)?.table(&ctx).await?;
    let outcome = api::tried(&ctx, table).await?;
    result_page(&ctx, draft.keep(), &outcome, &listing, StatusCode::OK).await
}

/// `POST /people/import/{draft}`: takes the file, which counted against the rate when it was sent. A short one is waited
/// for; a long one goes on by itself, and the page says how far it is.
pub async fn take(ctx: Hr, _patient: Patient, Path(id): Path<String>) -> Result<Response> {
    if Draft::was_taken(&ctx, &id)? {
        return Ok(Flash::ok("This file is imported already.").redirect(&ctx.visit, "/people"));
    }
    let draft = Draft::find(&ctx, &id)?;
    let back = format!("/people/import/{id}");
    let place = draft.path().to_owned();
    let Some(progress) = running::begin(&place) else { return Ok(web::redirect(&back)) };
    let mut work = tokio::spawn(work(ctx.0.clone(), draft, progress));
    match tokio::time::timeout(WAITED_FOR, &mut work).await {
        Err(_) => Ok(web::redirect(&back)),
        Ok(done) => {
            running::told(&place);
            let (draft, outcome) = done.map_err(AppError::internal)??;
            match draft {
                // Something changed since the page was looked at.
                Some(id) => result_page(&ctx, id, &outcome, &Listing::first(), StatusCode::UNPROCESSABLE_ENTITY).await,
                None => Ok(Flash::ok(done_words(&outcome)).redirect(&ctx.visit, "/people")),
            }
        }
    }
}

/// How long somebody waits for an import before the page says how far it is.
const WAITED_FOR: std::time::Duration = std::time::Duration::from_secs(2);

/// Takes a file, whoever still waits for it. Answers the id of the file where it stays: it was refused.
async fn work(ctx: Ctx, draft: Draft, progress: Arc<Progress>) -> Result<(Option<String>, Outcome)> {
    let done = async {
        let (draft, table) = draft.table(&ctx).await?;
        let outcome = api::taken(&ctx, table, &progress).await?;
        if !outcome.errors.is_empty() {
            return Ok((Some(draft.keep()), outcome));
        }
        draft.taken();
        Ok((None, outcome))
    };
    let done: Result<(Option<String>, Outcome)> = done.await;
    progress.ends(match &done {
        Ok((None, outcome)) => End::Taken(done_words(outcome)),
        Ok((Some(_), _)) => End::Refused,
        Err(_) => End::Broke,
    });
    done
}

/// How far it is; the page asks again by itself.
async fn going_page(ctx: &Ctx, draft: String, progress: &Progress) -> Result<Response> {
    let (done, total) = progress.figures();
    let format = ctx.format();
    let figure = |of: usize| format.number(i64::try_from(of).unwrap_or(i64::MAX));
    let says = match done {
        0 => msg!("The file is being checked once more."),
        _ => msg!("{0} of {1} rows are written.", figure(done), figure(total)),
    };
    web::page(&Going { shell: ctx.shell().await?, draft, says, done, total: total.max(1) })
}

fn done_words(outcome: &Outcome) -> Msg {
    msg!("Imported: {0} added, {1} changed, {2} as they were.", outcome.created, outcome.updated, outcome.unchanged)
}

async fn result_page(
    ctx: &Ctx,
    draft: String,
    outcome: &Outcome,
    listing: &Listing,
    status: StatusCode,
) -> Result<Response> {
    let result = Shown::of(outcome, listing, &ctx.format());
    web::page_with(status, &Tried { shell: ctx.shell().await?, draft, result })
}

impl Shown {
    fn of(outcome: &Outcome, listing: &Listing, format: &Format) -> Shown {
        let count = |of: usize| i64::try_from(of).unwrap_or(i64::MAX);
        let figure = |of: usize| format.number(count(of));
        let wrong = outcome.errors.len() + outcome.more_errors;
        // Where there are errors, they are what there is to page through.
        let total = count(if wrong > 0 { outcome.errors.len() } else { outcome.fates.len() });
        let from = usize::try_from(listing.offset()).unwrap_or(usize::MAX);
        let most = usize::try_from(listing.limit()).unwrap_or(usize::MAX);
        let says = match (outcome.created, outcome.updated) {
            _ if wrong > 0 => None,
            (0, 0) => None,
            (0, updated) => Some(msg_n!(count(updated), "{0} person is changed.", "{0} people are changed.")),
            (created, 0) => Some(msg_n!(count(created), "{0} person is added.", "{0} people are added.")),
            (created, updated) => Some(msg_n!(
                count(created),
                "{0} person is added, {1} changed.",
                "{0} people are added, {1} changed.",
                figure(updated)
            )),
        };
        Shown {
            rows: figure(outcome.rows),
            created: figure(outcome.created),
            updated: figure(outcome.updated),
            unchanged: figure(outcome.unchanged),
            wrong,
            more: outcome.more_errors,
            errors: outcome
                .errors
                .iter()
                .skip(from)
                .take(most)
                .map(|fault| Wrong { line: fault.line, column: fault.column.clone(), message: fault.message.clone() })
                .collect(),
            ignored: outcome.ignored.join(", "),
            fates: outcome.fates.iter().skip(from).take(most).map(Row::of).collect(),
            pager: Pager::new(format, listing, total),
            says,
        }
    }
}

impl Row {
    fn of(fate: &Fate) -> Row {
        let (kind, what, columns) = match &fate.what {
            What::Created => ("ok", tr!("added"), String::new()),
            What::Updated(columns) => ("ask", tr!("changed"), columns.join(", ")),
            What::Unchanged => ("off", tr!("as it is"), String::new()),
        };
        Row { line: fate.line, name: fate.name.clone(), number: fate.number.clone(), kind, what, columns }
    }
}
