//! The export in the API.

use axum::response::Response;
use utoipa::OpenApi;

use super::{FileFormat, Wanted};
use crate::auth::Manager;
use crate::error::Result;
use crate::ids::{DepartmentId, LeaveTypeId};
use crate::leave::rules::LeaveStatus;
use crate::web::listing::ListQuery;
use crate::web::problem::ReadProblems;
use crate::web::{BulkRate, Patient};

/// The operations of this file.
#[derive(Debug, OpenApi)]
#[openapi(paths(export), components(schemas(FileFormat)))]
pub struct Api;

/// Leave as a file.
#[utoipa::path(
    get, path = "/api/v1/leave/export", operation_id = "export_leave", tag = "leave",
    summary = "Leave as CSV or XLSX",
    description = "Those who lead people: their reports’; HR: everybody’s. The requests that touch the period, whole, one a row, whatever their status: `Department,Last name,Name,Email address,Type of absence,Started at,Date type,Ended at,Date type,Days,Hours,Status`. Without dates, this year.",
    params(
        ("format" = Option<FileFormat>, Query), ("from" = Option<String>, Query, description = "First day"), ("to" = Option<String>, Query, description = "Last day"),
        ("department_id" = Option<DepartmentId>, Query), ("leave_type_id" = Option<LeaveTypeId>, Query), ("status" = Option<LeaveStatus>, Query),
    ),
    responses((status = 200, description = "The file", content_type = "text/csv", body = Vec<u8>), ReadProblems),
)]
pub async fn export(ctx: Manager, _rate: BulkRate, _patient: Patient, query: ListQuery) -> Result<Response> {
    super::file(&ctx, query.listing(&[], &Wanted::NAMES)?).await
}
