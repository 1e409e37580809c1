//! Overtime in the API: asked, previewed, listed, decided, confirmed; and the limits.

use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::Deserialize;
use utoipa::{OpenApi, ToSchema};

use super::json::{Confirmation, NewOvertime, OvertimePatch, PreviewJson, RequestDetail, RequestJson};
use super::rules::{Limits, OvertimeStatus};
use super::{CANCELLED, CHANGED, CONFIRMED, DECIDED, Filter, SENT, limits, project, report, words};
use crate::approvals::bodies::{ApproveBody, ClarifyBody, RejectBody, Sent};
use crate::approvals::{self, Kind};
use crate::auth::{Hr, Staff};
use crate::error::Result;
use crate::ids::{DepartmentId, EmployeeId, OvertimeId, ProjectId};
use crate::web::etag::{self, IfMatch, Tagged};
use crate::web::json::created;
use crate::web::listing::ListQuery;
use crate::web::problem::{ReadProblems, WriteProblems};
use crate::web::{Json, List};

/// The feature's part of the OpenAPI document.
#[derive(Debug, OpenApi)]
#[openapi(
    paths(
        list, create, preview, get, update, remove, approve, reject, clarify, cancel, confirm, limits_now, set_limits,
        project::api::list, project::api::create, project::api::get, project::api::update, project::api::remove,
        report::api::list, report::api::download,
    ),
    tags((name = "overtime", description = "Overtime, its projects, limits and workbooks. All lengths of time are minutes."))
)]
pub struct Api;

/// Why it is taken back.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = OvertimeCancel)]
pub struct CancelInput {
    /// Needed of HR; the requester reads it.
    reason: String,
}

/// Requests.
#[utoipa::path(
    get, path = "/api/v1/overtime-requests", operation_id = "list_overtime_requests", tag = "overtime",
    summary = "Overtime",
    description = "One's own, that of direct and indirect reports, for HR all. The latest business date first; a total of 10,001 stands for more.",
    params(
        ("employee_id" = Option<EmployeeId>, Query), ("project_id" = Option<ProjectId>, Query),
        ("department_id" = Option<DepartmentId>, Query), ("status" = Option<OvertimeStatus>, Query),
        ("from" = Option<String>, Query, description = "First business date"),
        ("to" = Option<String>, Query, description = "Last business date"),
        ("search" = Option<String>, Query, description = "Part of the person's name"),
        ("page" = Option<i64>, Query), ("page_size" = Option<i64>, Query),
    ),
    responses((status = 200, description = "One page", body = List<RequestJson>), ReadProblems),
)]
pub async fn list(ctx: Staff, query: ListQuery) -> Result<List<RequestJson>> {
    let listing =
        query.listing(&[], &["search", "employee_id", "project_id", "department_id", "status", "from", "to"])?;
    let filter = Filter::read(&listing)?;
    let (limit, offset) = (listing.limit(), listing.offset());
    let (found, total) = ctx.read(move |rx, actor| super::list(rx, actor, &filter, limit, offset)).await?;
    Ok(List::new(found.into_iter().map(RequestJson::from).collect(), total, &listing))
}

/// One request.
#[utoipa::path(
    get, path = "/api/v1/overtime-requests/{id}", operation_id = "get_overtime_request", tag = "overtime",
    summary = "Overtime with its breaks, classes, limits, approval and timeline",
    description = "The person, their managers, those who are asked, HR. 404 for everybody else.",
    params(("id" = OvertimeId, Path)),
    responses((status = 200, description = "The request", body = RequestDetail), ReadProblems),
)]
pub async fn get(ctx: Staff, headers: HeaderMap, Path(id): Path<OvertimeId>) -> Result<Response> {
    let request = ctx.read(move |rx, actor| RequestDetail::read(rx, actor, id)).await?;
    etag::json(&headers, &request)
}

/// Looks at what a request would come to.
#[utoipa::path(
    post, path = "/api/v1/overtime-requests/preview", operation_id = "preview_overtime_request", tag = "overtime",
    summary = "What overtime would come to, without sending it",
    description = "Anybody on the staff for themselves, HR for anybody. Other overtime, approved leave or the shift that is in the way stands in `conflicts`, a limit that would be passed in `limits`.",
    request_body = NewOvertime,
    responses((status = 200, description = "Minutes by class, the limits, and what is in the way", body = PreviewJson), WriteProblems),
)]
pub async fn preview(ctx: Staff, Json(input): Json<NewOvertime>) -> Result<Json<PreviewJson>> {
    let preview = ctx.read(move |rx, actor| {
        let preview = super::preview(rx, actor, &input.wanted(actor)?, None)?;
        Ok(PreviewJson::of(preview, &words::format_for(actor, rx.now())))
    });
    preview.await.map(Json)
}

/// Sends a request.
#[utoipa::path(
    post, path = "/api/v1/overtime-requests", operation_id = "create_overtime_request", tag = "overtime",
    summary = "Send overtime that was worked, or is planned",
    description = "Anybody on the staff for themselves; HR for anybody. 409 where something is in the way, and above a maximum unless HR gives `override_reason`.",
    request_body = NewOvertime,
    responses((status = 201, description = "Sent; `Location` leads to it", body = RequestDetail), WriteProblems),
)]
pub async fn create(ctx: Staff, Json(input): Json<NewOvertime>) -> Result<Response> {
    let sent = ctx.write(SENT, move |tx, actor| {
        let wanted = input.wanted(actor)?;
        let id = super::send(tx, actor, &wanted)?;
        RequestDetail::read(tx, actor, id)
    });
    let sent = sent.await?;
    let location = format!("/api/v1/overtime-requests/{}", sent.request.id);
    Ok(created(location, sent))
}

/// Changes a request that is not decided.
#[utoipa::path(
    patch, path = "/api/v1/overtime-requests/{id}", operation_id = "update_overtime_request", tag = "overtime",
    summary = "Change overtime that is not decided; answer a question",
    description = "The person, or HR. It is asked anew. The status changes by its own routes only.",
    params(("id" = OvertimeId, Path)), request_body = OvertimePatch,
    responses((status = 200, description = "As it is now", body = RequestDetail), WriteProblems),
)]
pub async fn update(
    ctx: Staff,
    if_match: IfMatch,
    Path(id): Path<OvertimeId>,
    Json(patch): Json<OvertimePatch>,
) -> Result<Tagged<RequestDetail>> {
    let changed = ctx.write(CHANGED, move |tx, actor| {
        if_match.check(&RequestDetail::read(tx, actor, id)?)?;
        let mut wanted = super::wanted_of(tx, actor, id)?;
        patch.apply(&mut wanted);
        super::change(tx, actor, id, &wanted)?;
        RequestDetail::read(tx, actor, id)
    });
    changed.await.map(Tagged)
}

/// Takes a request back.
#[utoipa::path(
    delete, path = "/api/v1/overtime-requests/{id}", operation_id = "delete_overtime_request", tag = "overtime",
    summary = "Take overtime back, as cancel does", description = "The person. It stays to be read, cancelled.",
    params(("id" = OvertimeId, Path)),
    responses((status = 204, description = "Cancelled"), WriteProblems),
)]
pub async fn remove(ctx: Staff, if_match: IfMatch, Path(id): Path<OvertimeId>) -> Result<StatusCode> {
    ctx.write(CANCELLED, move |tx, actor| {
        if_match.check(&RequestDetail::read(tx, actor, id)?)?;
        super::cancel(tx, actor, id, "")
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Approves.
#[utoipa::path(
    post, path = "/api/v1/overtime-requests/{id}/approve", operation_id = "approve_overtime_request", tag = "overtime",
    summary = "Approve overtime",
    description = "Those who are asked; HR with `on_behalf_reason`. Never one's own. Time off in lieu is credited at once. 409 where it is decided already, saying who and when.",
    params(("id" = OvertimeId, Path)), request_body = ApproveBody,
    responses((status = 200, description = "As it is now", body = RequestDetail), WriteProblems),
)]
pub async fn approve(
    ctx: Staff,
    if_match: IfMatch,
    Path(id): Path<OvertimeId>,
    Json(input): Json<ApproveBody>,
) -> Result<Tagged<RequestDetail>> {
    decided(ctx, if_match, id, input.into()).await
}

/// Rejects.
#[utoipa::path(
    post, path = "/api/v1/overtime-requests/{id}/reject", operation_id = "reject_overtime_request", tag = "overtime",
    summary = "Reject overtime", description = "As approve; a reason is needed.",
    params(("id" = OvertimeId, Path)), request_body = RejectBody,
    responses((status = 200, description = "As it is now", body = RequestDetail), WriteProblems),
)]
pub async fn reject(
    ctx: Staff,
    if_match: IfMatch,
    Path(id): Path<OvertimeId>,
    Json(input): Json<RejectBody>,
) -> Result<Tagged<RequestDetail>> {
    decided(ctx, if_match, id, input.into()).await
}

/// Asks back.
#[utoipa::path(
    post, path = "/api/v1/overtime-requests/{id}/clarify", operation_id = "clarify_overtime_request", tag = "overtime",
    summary = "Ask the requester a question",
    description = "As approve. It goes back to the requester, and keeps counting towards the limits.",
    params(("id" = OvertimeId, Path)), request_body = ClarifyBody,
    responses((status = 200, description = "As it is now", body = RequestDetail), WriteProblems),
)]
pub async fn clarify(
    ctx: Staff,
    if_match: IfMatch,
    Path(id): Path<OvertimeId>,
    Json(input): Json<ClarifyBody>,
) -> Result<Tagged<RequestDetail>> {
    decided(ctx, if_match, id, input.into()).await
}

async fn decided(
    ctx: Staff,
    if_match: IfMatch,
    id: OvertimeId,
    (decision, seen): Sent,
) -> Result<Tagged<RequestDetail>> {
    let decided = ctx.write(DECIDED, move |tx, actor| {
        if_match.check(&RequestDetail::read(tx, actor, id)?)?;
        approvals::require_seen(tx, actor, Kind::Overtime, id.0, seen)?;
        super::decide(tx, actor, id, &decision)?;
        RequestDetail::read(tx, actor, id)
    });
    decided.await.map(Tagged)
}

/// Cancels.
#[utoipa::path(
    post, path = "/api/v1/overtime-requests/{id}/cancel", operation_id = "cancel_overtime_request", tag = "overtime",
    summary = "Take overtime back",
    description = "The person, until it is approved as worked; HR at any time, with a reason. Time off in lieu that was credited is taken back.",
    params(("id" = OvertimeId, Path)), request_body = CancelInput,
    responses((status = 200, description = "As it is now", body = RequestDetail), WriteProblems),
)]
pub async fn cancel(
    ctx: Staff,
    if_match: IfMatch,
    Path(id): Path<OvertimeId>,
    Json(input): Json<CancelInput>,
) -> Result<Tagged<RequestDetail>> {
    let cancelled = ctx.write(CANCELLED, move |tx, actor| {
        if_match.check(&RequestDetail::read(tx, actor, id)?)?;
        super::cancel(tx, actor, id, &input.reason)?;
        RequestDetail::read(tx, actor, id)
    });
    cancelled.await.map(Tagged)
}

/// Confirms a plan.
#[utoipa::path(
    post, path = "/api/v1/overtime-requests/{id}/confirm", operation_id = "confirm_overtime_request", tag = "overtime",
    summary = "Give an approved plan the times that were worked",
    description = "The person, or HR. More than was planned asks for approval again.",
    params(("id" = OvertimeId, Path)), request_body = Confirmation,
    responses((status = 200, description = "As it is now", body = RequestDetail), WriteProblems),
)]
pub async fn confirm(
    ctx: Staff,
    if_match: IfMatch,
    Path(id): Path<OvertimeId>,
    Json(input): Json<Confirmation>,
) -> Result<Tagged<RequestDetail>> {
    let confirmed = ctx.write(CONFIRMED, move |tx, actor| {
        if_match.check(&RequestDetail::read(tx, actor, id)?)?;
        let mut wanted = super::wanted_of(tx, actor, id)?;
        input.apply(&mut wanted);
        super::confirm(tx, actor, id, &wanted)?;
        RequestDetail::read(tx, actor, id)
    });
    confirmed.await.map(Tagged)
}

/// The limits.
#[utoipa::path(
    get, path = "/api/v1/overtime-limits", operation_id = "get_overtime_limits", tag = "overtime",
    summary = "How much overtime is recommended, and allowed, at most", description = "Anybody on the staff.",
    responses((status = 200, description = "The limits in force", body = Limits), ReadProblems),
)]
pub async fn limits_now(ctx: Staff, headers: HeaderMap) -> Result<Response> {
    let limits = ctx.read(|rx, _| limits::get(rx)).await?;
    etag::json(&headers, &limits)
}

/// Sets the limits.
#[utoipa::path(
    put, path = "/api/v1/overtime-limits", operation_id = "set_overtime_limits", tag = "overtime",
    summary = "Set the limits", description = "HR. What was sent already stays as it is.",
    request_body = Limits,
    responses((status = 200, description = "The limits in force", body = Limits), WriteProblems),
)]
pub async fn set_limits(ctx: Hr, if_match: IfMatch, Json(wanted): Json<Limits>) -> Result<Tagged<Limits>> {
    let set = ctx.write(limits::SET, move |tx, actor| {
        if_match.check(&limits::get(tx)?)?;
        limits::set(tx, actor, &wanted)?;
        limits::get(tx)
    });
    set.await.map(Tagged)
}
