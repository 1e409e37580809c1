//! Changes that HR confirms, in the API. They are asked for by changing one's own private data, and decided under
//! `/api/v1/approvals`.

use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::ProfileChange;
use crate::approvals::{self, Status, Step};
use crate::auth::{Actor, Hire};
use crate::error::Result;
use crate::ids::{ApprovalId, EmployeeId, ProfileChangeId};
use crate::people::NameRef;
use crate::people::personal::Sensitive;
use crate::storage::{Op, Rx};
use crate::web::listing::ListQuery;
use crate::web::problem::{ReadProblems, WriteProblems};
use crate::web::{List, etag};

pub(in crate::people) const WITHDRAWN: Op = Op::act("profile_change.withdrawn");

/// A change of legal name or bank details that waits, or waited, for HR.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ProfileChange)]
pub struct ChangeJson {
    pub id: ProfileChangeId,
    pub employee: NameRef,
    /// As it was when it was asked for.
    pub before: Sensitive,
    pub after: Sensitive,
    pub status: Status,
    /// Its approval: what `/api/v1/approvals/{id}` decides on.
    pub approval_id: Option<ApprovalId>,
    pub asked: Vec<NameRef>,
    #[schema(value_type = String, example = "2026-03-01T17:30:00Z")]
    pub created_at: Timestamp,
    #[schema(value_type = String, example = "2026-03-01T17:30:00Z")]
    pub updated_at: Timestamp,
}

/// One change with its history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ProfileChangeDetail)]
pub struct DetailJson {
    #[serde(flatten)]
    pub change: ChangeJson,
    pub timeline: Vec<Step>,
}

impl ChangeJson {
    pub(in crate::people) fn of(rx: &Rx<'_>, change: ProfileChange) -> Result<ChangeJson> {
        let approval = approvals::current(rx, approvals::Kind::Profile, change.id.0)?;
        Ok(ChangeJson {
            id: change.id,
            employee: change.employee,
            before: change.before,
            after: change.after,
            status: change.status,
            approval_id: approval.as_ref().map(|approval| approval.id),
            asked: approval.map(|approval| approval.asked).unwrap_or_default(),
            created_at: change.created_at,
            updated_at: change.updated_at,
        })
    }
}

fn detail(rx: &Rx<'_>, actor: &Actor, id: ProfileChangeId) -> Result<DetailJson> {
    let change = ChangeJson::of(rx, super::get(rx, actor, id)?)?;
    Ok(DetailJson { change, timeline: approvals::timeline(rx, approvals::Kind::Profile, id.0)? })
}

/// Changes that HR confirms.
#[utoipa::path(
    get, path = "/api/v1/profile-changes", operation_id = "list_profile_changes", tag = "employees",
    summary = "Changes of legal name and bank details",
    description = "Anybody signed in: their own; HR: everybody's. Newest first. They are asked for by `PATCH /api/v1/employees/{id}/personal` of one's own, and decided under `/api/v1/approvals`.",
    params(("employee_id" = Option<EmployeeId>, Query), ("status" = Option<Status>, Query),
        ("page" = Option<i64>, Query, description = "From 1"), ("page_size" = Option<i64>, Query, description = "1 to 200; preset 25")),
    responses((status = 200, description = "One page", body = List<ChangeJson>), ReadProblems),
)]
pub async fn list(Hire(ctx): Hire, query: ListQuery) -> Result<List<ChangeJson>> {
    let listing = query.listing(&[], &["employee_id", "status"])?;
    let (employee, status) = (listing.filter("employee_id")?, listing.filter("status")?);
    ctx.read(move |rx, actor| {
        let (rows, total) = super::list(rx, actor, employee, status, listing.limit(), listing.offset())?;
        let rows = rows.into_iter().map(|change| ChangeJson::of(rx, change)).collect::<Result<Vec<_>>>()?;
        Ok(List::new(rows, total, &listing))
    })
    .await
}

/// One change.
#[utoipa::path(
    get, path = "/api/v1/profile-changes/{id}", operation_id = "get_profile_change", tag = "employees",
    summary = "A change of legal name or bank details",
    description = "The person, HR, and whoever is asked.",
    params(("id" = ProfileChangeId, Path)),
    responses((status = 200, description = "The change and its history", body = DetailJson), ReadProblems),
)]
pub async fn get(Hire(ctx): Hire, headers: HeaderMap, Path(id): Path<ProfileChangeId>) -> Result<Response> {
    let found = ctx.read(move |rx, actor| detail(rx, actor, id)).await?;
    etag::json(&headers, &found)
}

/// Takes a change back.
#[utoipa::path(
    delete, path = "/api/v1/profile-changes/{id}", operation_id = "withdraw_profile_change", tag = "employees",
    summary = "Take back a change that waits",
    description = "The person who asked for it, while it is undecided (else 409).",
    params(("id" = ProfileChangeId, Path)),
    responses((status = 204, description = "Taken back"), WriteProblems),
)]
pub async fn withdraw(Hire(ctx): Hire, Path(id): Path<ProfileChangeId>) -> Result<StatusCode> {
    ctx.write(WITHDRAWN, move |tx, actor| super::withdraw(tx, actor, id)).await?;
    Ok(StatusCode::NO_CONTENT)
}
