//! What is owed, in the API and as a file.

use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use jiff::civil::Date;
use serde::Serialize;
use utoipa::ToSchema;

use super::Owed;
use crate::auth::{Ctx, Hr};
use crate::error::{AppError, Result};
use crate::ids::LeaveTypeId;
use crate::people::NameRef;
use crate::time::Minutes;
use crate::web::listing::{ListQuery, Listing};
use crate::web::problem::ReadProblems;
use crate::web::{BulkRate, List, Patient};

/// What somebody is owed.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = LeaveOwed)]
pub struct OwedJson {
    pub employee: NameRef,
    pub leave_type: NameRef,
    #[schema(example = 2026)]
    pub leave_year: i16,
    /// Below zero where more was taken than earned.
    #[schema(example = 5760)]
    pub minutes: Minutes,
    /// What a day is worth to the person, in minutes.
    #[schema(example = 480)]
    pub minutes_per_day: Minutes,
}

impl From<Owed> for OwedJson {
    fn from(owed: Owed) -> Self {
        OwedJson {
            employee: owed.person.name_ref(),
            leave_type: NameRef { id: owed.kind.id.0, name: owed.kind.fields.name },
            leave_year: owed.leave_year,
            minutes: owed.minutes,
            minutes_per_day: owed.per_day,
        }
    }
}

/// What is owed on a date.
#[utoipa::path(
    get, path = "/api/v1/leave/liability", operation_id = "list_leave_liability", tag = "leave",
    summary = "Leave that is owed on a date",
    description = "HR. What everybody has earned by then and not taken by then, of paid leave; approved leave of later dates is still owed. By kind of leave and name.",
    params(
        ("on" = Option<String>, Query, description = "Today where left out", example = "2026-12-31"),
        ("leave_type_id" = Option<LeaveTypeId>, Query), ("page" = Option<i64>, Query), ("page_size" = Option<i64>, Query),
    ),
    responses((status = 200, description = "One page", body = List<OwedJson>), ReadProblems),
)]
pub async fn list(ctx: Hr, _patient: Patient, query: ListQuery) -> Result<List<OwedJson>> {
    let listing = query.listing(&[], &["on", "leave_type_id"])?;
    let (_, owed) = asked(&ctx, &listing).await?;
    Ok(List::cut(owed.into_iter().map(OwedJson::from).collect(), &listing))
}

/// The date that was asked about, and what is owed on it.
pub(super) async fn asked(ctx: &Ctx, listing: &Listing) -> Result<(Date, Vec<Owed>)> {
    let on: Date = listing.filter("on")?.unwrap_or(ctx.format().today());
    if !(1970..=2199).contains(&on.year()) {
        return Err(AppError::invalid("on", "The date is too far away."));
    }
    let kind: Option<LeaveTypeId> = listing.filter("leave_type_id")?;
    Ok((on, ctx.read(move |rx, actor| super::owed(rx, actor, on, kind)).await?))
}

/// What is owed, as a file.
#[utoipa::path(
    get, path = "/api/v1/leave/liability/export", operation_id = "export_leave_liability", tag = "leave",
    summary = "Leave that is owed, as CSV or a workbook",
    description = "HR. `number`, `last_name`, `first_name`, `leave_type`, `leave_year`, `owed_on`, `minutes`, `days` (of the person’s own length).",
    params(
        ("format" = Option<String>, Query, description = "`csv` (where left out) or `xlsx`"),
        ("on" = Option<String>, Query), ("leave_type_id" = Option<LeaveTypeId>, Query),
    ),
    responses((status = 200, description = "The file", body = String, content_type = "text/csv"), ReadProblems),
)]
pub async fn export(ctx: Hr, rate: BulkRate, patient: Patient, query: ListQuery) -> Result<Response> {
    file(ctx, rate, patient, query).await
}

/// The file, for the API and for the page.
pub async fn file(ctx: Hr, _rate: BulkRate, _patient: Patient, query: ListQuery) -> Result<Response> {
    let listing = query.listing(&[], &["on", "leave_type_id", "format"])?;
    let (on, owed) = asked(&ctx, &listing).await?;
    let (kind, ending, bytes) = match listing.text("format") {
        "" | "csv" => ("text/csv; charset=utf-8", "csv", super::csv(&owed, on)?),
        "xlsx" => {
            let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
            let now = ctx.read(|rx, _| Ok(rx.now())).await?;
            (kind, "xlsx", super::xlsx(&owed, on, now)?)
        }
        _ => return Err(AppError::invalid("format", "Either csv or xlsx.")),
    };
    let name = format!("attachment; filename=\"leave-owed-{on}.{ending}\"");
    Ok(([(header::CONTENT_TYPE, kind.to_owned()), (header::CONTENT_DISPOSITION, name)], bytes).into_response())
}
