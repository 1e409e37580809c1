//! Finished workbooks in the API.

use axum::extract::Path;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};

use super::Report;
use crate::auth::{Ctx, Hr};
use crate::error::{AppError, Result};
use crate::web::List;
use crate::web::listing::ListQuery;
use crate::web::problem::ReadProblems;

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// Workbooks.
#[utoipa::path(
    get, path = "/api/v1/overtime-reports", operation_id = "list_overtime_reports", tag = "overtime",
    summary = "Finished workbooks", description = "HR. The latest days first.",
    params(
        ("from" = Option<String>, Query, description = "First date"), ("to" = Option<String>, Query, description = "Last date"),
        ("page" = Option<i64>, Query), ("page_size" = Option<i64>, Query),
    ),
    responses((status = 200, description = "One page", body = List<Report>), ReadProblems),
)]
pub async fn list(ctx: Hr, query: ListQuery) -> Result<List<Report>> {
    let listing = query.listing(&[], &["from", "to"])?;
    let asked = listing.clone();
    let (found, total) = ctx.read(move |rx, actor| super::list(rx, actor, &asked)).await?;
    Ok(List::new(found, total, &listing))
}

/// A workbook's file.
#[utoipa::path(
    get, path = "/api/v1/overtime-reports/{id}/download", operation_id = "download_overtime_report", tag = "overtime",
    summary = "The file of a workbook", description = "HR.",
    params(("id" = i64, Path)),
    responses((status = 200, description = "The workbook", content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", body = Vec<u8>), ReadProblems),
)]
pub async fn download(ctx: Hr, Path(id): Path<i64>) -> Result<Response> {
    file(&ctx, id).await
}

/// The file itself, for page and API.
pub(super) async fn file(ctx: &Ctx, id: i64) -> Result<Response> {
    let report = ctx.read(move |rx, actor| super::get(rx, actor, id)).await?;
    let bytes = super::read(&ctx.org, &report).await?;
    let disposition = HeaderValue::try_from(format!("attachment; filename=\"{}\"", report.name()));
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(XLSX)),
        (header::CONTENT_DISPOSITION, disposition.map_err(AppError::internal)?),
    ];
    Ok((headers, bytes).into_response())
}
