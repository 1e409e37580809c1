//! Import and export of people in the API.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use jiff::civil::Date;
use serde::Serialize;
use utoipa::ToSchema;

use super::draft::Draft;
use super::running::Progress;
use super::{Outcome, Table};
use crate::auth::{Ctx, Hr};
use crate::error::{AppError, FieldErrors, Result};
use crate::lang::Lang;
use crate::sheet::Fault;
use crate::storage::Op;
use crate::web::listing::ListQuery;
use crate::web::problem::{Problem, ReadProblems, Refused, UploadProblems};
use crate::web::{BulkRate, Json, Patient, Settings};

pub(super) const IMPORTED: Op = Op::act("employees.imported");

/// What an import does, or would do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ImportResult {
    /// Rows below the header.
    #[schema(example = 100)]
    pub rows: usize,
    #[schema(example = 97)]
    pub created: usize,
    #[schema(example = 2)]
    pub updated: usize,
    #[schema(example = 1)]
    pub unchanged: usize,
    /// By line; where there is any, nothing is written. At most 1,000.
    pub errors: Vec<ImportError>,
    /// How many errors there are beyond those.
    #[schema(example = 0)]
    pub more_errors: usize,
    /// Headers that mean nothing here and were left out.
    pub ignored: Vec<String>,
}

/// One thing that is wrong with a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ImportError {
    /// The line of the file, from 1; the header is line 1 as a rule.
    #[schema(example = 7412)]
    pub line: u64,
    /// The header as the file has it; empty where the whole line is meant.
    #[schema(example = "department")]
    pub column: String,
    #[schema(
        example = "“Suport” is neither a code nor a name that is known: enter it under “Organization” first, or write it as it stands there"
    )]
    pub message: String,
}

/// The refusal of an import: a problem with the errors of the file.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ImportProblem {
    #[serde(flatten)]
    problem: Problem,
    #[serde(flatten)]
    result: ImportResult,
}

/// A form with the file in its field `file`.
#[derive(Debug, ToSchema)]
#[schema(as = ImportForm)]
#[expect(dead_code, reason = "only describes the form")]
pub struct Upload {
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
}

impl ImportResult {
    fn of(outcome: &Outcome, lang: Lang) -> Self {
        let Outcome { rows, created, updated, unchanged, .. } = *outcome;
        let error = |fault: &Fault| ImportError {
            line: fault.line,
            column: fault.column.clone(),
            message: lang.msg(&fault.message),
        };
        ImportResult {
            rows,
            created,
            updated,
            unchanged,
            errors: outcome.errors.iter().map(error).collect(),
            more_errors: outcome.more_errors,
            ignored: outcome.ignored.clone(),
        }
    }
}

/// What the file would do.
pub(super) async fn tried(ctx: &Ctx, table: Result<Table, Fault>) -> Result<Outcome> {
    match table {
        Err(fault) => Ok(Outcome { errors: vec![fault], ..Outcome::default() }),
        Ok(table) => ctx.read(move |rx, actor| super::dry_run(rx, actor, &table)).await,
    }
}

/// What the file does: all of it, or nothing where there are errors. `progress` is told how far it is.
pub(super) async fn taken(ctx: &Ctx, table: Result<Table, Fault>, progress: &Arc<Progress>) -> Result<Outcome> {
    let table = match table {
        Err(fault) => return Ok(Outcome { errors: vec![fault], ..Outcome::default() }),
        Ok(table) => Arc::new(table),
    };
    progress.begins(table.rows.len());
    // The file is checked before it takes its turn in the writer's queue: others wait for the writing alone.
    let again = Arc::clone(&table);
    let (told, checked) = ctx.read(move |rx, actor| super::prepare(rx, actor, &again)).await?;
    if !told.errors.is_empty() {
        return Ok(told);
    }
    let progress = Arc::clone(progress);
    ctx.write(IMPORTED, move |tx, actor| super::run(tx, actor, &table, Some(checked), &|rows| progress.wrote(rows)))
        .await
}

/// Imports people.
#[utoipa::path(
    post, path = "/api/v1/employees/import", operation_id = "import_employees", tag = "employees",
    summary = "Import people from CSV",
    description = "HR. All or nothing; the same file twice changes nothing. Rows are known by `number` or `email`. Columns by header, in any order: `number`, `first_name`, `last_name`, `email`, `phone`, `position`, `employment_type`, `entity`, `location`, `department` (code or name), `manager`, `approver`, `deputy` (number or address, also of rows further down), `join_date`, `probation_end`, `leave_date`, `groups`, `exclude_from_reports`, `legal_name`, `private_email`, `birthday`, and `custom:<code>` for each of HR's own fields; or the headers of TimeOff.Management or OrangeHRM. A column that is left out stays as it is; a blank cell clears what may be empty. At most 16 MB (or `upload_limit_mb`, where that is less) and 20,000 rows. A dry run answers 200 with the errors in it, the real one 422.",
    params(("dry_run" = Option<bool>, Query)),
    request_body(content((Upload = "multipart/form-data"), (String = "text/csv"))),
    responses(
        (status = 200, description = "What it did, or in a dry run would do", body = ImportResult),
        (status = 422, description = "Something in the file is wrong; nothing was changed", body = ImportProblem, content_type = "application/problem+json"),
        UploadProblems,
    ),
)]
pub async fn import(
    ctx: Hr,
    _rate: BulkRate,
    _patient: Patient,
    State(settings): State<Arc<Settings>>,
    query: ListQuery,
    request: Request,
) -> Result<Response, Refused> {
    let dry_run = query.listing(&[], &["dry_run"])?.filter("dry_run")?.unwrap_or(false);
    let (_draft, table) = Draft::receive(&ctx, &settings, request).await?.table(&ctx).await?;
    let outcome = match dry_run {
        true => tried(&ctx, table).await?,
        false => taken(&ctx, table, &Arc::default()).await?,
    };
    Ok(answer(&ctx, dry_run, &outcome))
}

/// What an import answers: of a dry run with the errors in it, of a real one refused where there are any.
pub fn answer(ctx: &Ctx, dry_run: bool, outcome: &Outcome) -> Response {
    let result = ImportResult::of(outcome, ctx.visit.lang);
    if dry_run || result.errors.is_empty() {
        return Json(result).into_response();
    }
    let result = ImportResult { created: 0, updated: 0, unchanged: 0, ..result };
    let refused = Refused::App(AppError::Invalid(FieldErrors::new()));
    let problem = Problem::new(&refused, &ctx.visit.request_id, ctx.visit.lang);
    let mut response = (StatusCode::UNPROCESSABLE_ENTITY, Json(ImportProblem { problem, result })).into_response();
    let kind = header::HeaderValue::from_static("application/problem+json");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}

/// Exports people.
#[utoipa::path(
    get, path = "/api/v1/employees/export", operation_id = "export_employees", tag = "employees",
    summary = "Everybody as CSV",
    description = "HR. The columns of an import, in its own words: what goes out comes in again as it is. Deleted people are left out. With `on`, those who were employed on that day, as they stood then, and a column `weekly_hours` with the hours of their working week around it.",
    params(("on" = Option<String>, Query, format = Date, example = "2026-03-31")),
    responses((status = 200, description = "CSV in UTF-8 with a byte order mark", body = String, content_type = "text/csv"), ReadProblems),
)]
pub async fn export(ctx: Hr, _rate: BulkRate, _patient: Patient, query: ListQuery) -> Result<Response> {
    let on: Option<Date> = query.listing(&[], &["on"])?.filter("on")?;
    let read = ctx.read(move |rx, actor| Ok((super::export(rx, actor, on, Vec::new())?, actor.today(rx.now()))));
    let (csv, today) = read.await?;
    let name = format!("attachment; filename=\"people-{}.csv\"", on.unwrap_or(today));
    let headers = [(header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()), (header::CONTENT_DISPOSITION, name)];
    Ok((headers, csv).into_response())
}
