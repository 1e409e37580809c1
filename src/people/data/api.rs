//! A person's own data as one archive, in the API.

use axum::extract::Path;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};

use crate::auth::{Ctx, Hire};
use crate::error::{AppError, Result};
use crate::ids::EmployeeId;
use crate::web::problem::ReadProblems;
use crate::web::{self, BulkRate, Patient};

/// Everything that is held of a person.
#[utoipa::path(
    get, path = "/api/v1/employees/{id}/data-export", operation_id = "export_personal_data", tag = "employees",
    summary = "Everything that is held of a person",
    description = "The person and HR, signed in themselves: not by a personal token. A ZIP archive: `data.json` with a heading for each part of Steward, and `files/` with the photo and the papers of leave. It is written down in the audit log. At most 10 a minute.",
    params(("id" = EmployeeId, Path)),
    responses((status = 200, description = "The archive", content_type = "application/zip", body = Vec<u8>), ReadProblems),
)]
pub async fn get(Hire(ctx): Hire, _rate: BulkRate, _patient: Patient, Path(id): Path<EmployeeId>) -> Result<Response> {
    download(&ctx, id).await
}

pub(super) async fn download(ctx: &Ctx, id: EmployeeId) -> Result<Response> {
    let archive = super::export(ctx, id).await?;
    let today = ctx.actor.today(ctx.auth.clock().now());
    let name = format!("attachment; filename=\"personal-data-{id}-{today}.zip\"");
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/zip")),
        (header::CONTENT_DISPOSITION, HeaderValue::try_from(name).map_err(AppError::internal)?),
    ];
    Ok((headers, web::file_body(archive)).into_response())
}
